"""Broken inputs: each is one clear line and the right exit status, and everything else finishes."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from theorems import cluster, registry
from theorems.cli import main
from theorems.store import Store

HEAD = r"""
import sympy as sp, torch, numpy as np
from theorems import AlongTrajectory, Claim, Closed, Computed, Exists, ForAll, ForAllWeights, Grid
from theorems import Holds, InExpectation, Reproduces, Sampled, Side, Simulated, SufficientSize
from theorems import UpToConstant, WithProbability
x = sp.Symbol("x", real=True)
k = sp.Symbol("k", integer=True, positive=True)
unit = sp.Interval(0, 1)
def c(name, **fields):
    usual = dict(statement="s", over={x: unit}, relation="<=", lhs=Computed(lambda p: p.x),
                 rhs=Closed(1), grid=Grid(x=[0, 1]), quantifier=ForAll(search=False))
    return Claim(**{**usual, **dict(id=f"u.{name}"), **fields})
def f(function, **fields):
    return dict(lhs=Computed(function), **fields)
def fails(message, kind=ValueError):
    def function(p):
        raise kind(message)
    return f(function)
class Mute(Exception):
    def __str__(self):
        raise RuntimeError("no words")
def double(*shape):
    return torch.zeros(shape, dtype=torch.float64)
first = c("first")
"""
LAST = '\nlast = c("last")\n'
BOTH = {"u.first": "SUPPORTED", "u.last": "SUPPORTED"}

# What a claim's own functions do wrong: the claim's fields, verdict, and what its reason says.
MEASURED = {
    "complex": ("f(lambda p: p.x * 1j)", "ERROR", "lhs returned torch.complex128"),
    "integer": ("f(lambda p: p.x.long())", "ERROR", "lhs returned torch.int64"),
    "truth": ("f(lambda p: p.x > 0)", "ERROR", "lhs returned torch.bool"),
    "single": ("f(lambda p: p.x.float())", "ERROR", "lhs returned torch.float32"),
    "empty": ("f(lambda p: p.x[:0])", "ERROR", "shape (0,)"),
    "lone-number": ("f(lambda p: p.x.sum())", "ERROR", "shape ()"),
    "rows": ("f(lambda p: double(7))", "ERROR", "shape (7,)"),
    "none": ("f(lambda p: None)", "ERROR", "must return a tensor, not NoneType"),
    "array": ("f(lambda p: p.x.numpy())", "ERROR", "must return a tensor, not ndarray"),
    "list": ("f(lambda p: [1.0])", "ERROR", "must return a tensor, not list"),
    "nan": ("f(lambda p: p.x * float('nan'))", "ERROR", "returned NaN at"),
    "arguments": ("f(lambda: 1)", "ERROR", "takes 0 positional arguments"),
    "symbol": ("f(lambda p: p.y)", "ERROR", "no symbol 'y' among this claim's points: x"),
    "newlines": (
        r"fails('one\ntwo\r\n\x1b[2Jthree')",
        "ERROR",
        r"ValueError: one two \x1b[2Jthree",
    ),
    "markup": ("fails('[red]<b>|*_`</script>[/nothing]')", "ERROR", "[red]<b>|*_`</script>"),
    "surrogate": (r"fails('\ud800')", "ERROR", r"\ud800"),
    "long": ("fails('y' * 10**7)", "ERROR", "yyy…"),
    "mute": ("fails('', Mute)", "ERROR", "Mute"),
    "exit": ("fails('bye', SystemExit)", "ERROR", "SystemExit: bye"),
    "interrupt": ("fails('', KeyboardInterrupt)", "ERROR", "KeyboardInterrupt"),
    "no-points": ("dict(hypotheses=[x > 2])", "VACUOUS", "the hypothesis x > 2"),
    "shapes": (
        "f(lambda p: double(p.n, 2), rhs=Computed(lambda p: double(p.n, 3)))",
        "ERROR",
        "shape",
    ),
    "pole": ("dict(rhs=Closed(1 / x))", "VIOLATED", "the right side is not a real number"),
    "hypothesis": (
        "dict(hypotheses=[Holds('h', lambda p: p.x)])",
        "ERROR",
        "the hypothesis 'h' must return booleans",
    ),
    "samples": (
        "dict(lhs=Sampled(lambda p, n, g: double(p.n, 3)), quantifier=InExpectation(samples=500))",
        "ERROR",
        "must have the 500 samples asked for",
    ),
    "infinite-mean": (
        "dict(lhs=Sampled(lambda p, n, g: double(p.n, n) / 0), "
        "quantifier=InExpectation(samples=500))",
        "ERROR",
        "NaN or infinity",
    ),
    "path": (
        "dict(lhs=Simulated(lambda path: path), "
        "quantifier=AlongTrajectory(simulate=lambda p, g: [1]))",
        "ERROR",
        "",
    ),
    "sets": ("f(lambda p, w: p.x, quantifier=ForAllWeights(within=lambda p, g: 3))", "ERROR", ""),
}

# Files of claims that cannot be read, or only in part: how to make one, and the defect's words.
FILES = {
    "a folder": (lambda p: p.mkdir(), "is a folder"),
    "binary": (lambda p: p.write_bytes(bytes(range(256)) * 9), "cannot be loaded"),
    "another encoding": (lambda p: p.write_bytes("x = 'é'".encode("latin-1")), "cannot be loaded"),
    "null bytes": (lambda p: p.write_bytes(b"x = 1\0"), "cannot be loaded"),
    "empty": (lambda p: p.write_text(""), "the file defines no claims"),
    "syntax": (lambda p: p.write_text("def f(:\n"), "broken.py:1: cannot be loaded: SyntaxError"),
    "import": (lambda p: p.write_text("import nobody"), "broken.py:1: cannot be loaded: ModuleNot"),
    "exit": (lambda p: p.write_text("raise SystemExit(0)"), "cannot be loaded: SystemExit"),
    "endless": (
        lambda p: p.write_text("def f(): f()\nf()"),
        "broken.py:1: cannot be loaded: RecursionError",
    ),
    "escapes": (lambda p: p.write_text(r"1 / 0 if 0 else f('\x1b[2J')"), "cannot be loaded"),
    "a mute error": (
        lambda p: p.write_text(
            "class E(Exception):\n def __str__(self): raise RuntimeError\nraise E"
        ),
        "broken.py:3: cannot be loaded: E",
    ),
    "uses itself": (
        lambda p: p.write_text(HEAD + 'c2 = c("b", uses=("u.b",))'),
        "uses names itself",
    ),
    "odd types": (
        lambda p: p.write_text(HEAD + "d = Claim(id=[], over=3, lhs=7)"),
        "broken.py:25: ?: the claim has no id",
    ),
}


def _newer(path: Path) -> None:
    Store(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version=99")


# Files that options and arguments name, in the folder where the command runs.
MADE = {
    "good.py": lambda p: p.write_text(HEAD + LAST),
    "newer.sqlite": _newer,
    "text.sqlite": lambda p: p.write_text("no database" * 200),
    "folder": lambda p: p.mkdir(),
    "deep.json": lambda p: p.write_text("[" * 100_000),
    "list.json": lambda p: p.write_text("[1, 2]"),
    "halved.json": lambda p: p.write_text('{"claims": ['),
    "wrong.json": lambda p: p.write_text('{"claims": [{"id": 3}]}'),
    "code.json": lambda p: p.write_text("{\"format\": \"__import__('os').system('touch pwned')\"}"),
    "pickle.json": lambda p: p.write_bytes(b"cos\nsystem\n(S'touch pwned'\ntR."),
    "odd.json": lambda p: p.write_text(json.dumps({"claims": [{"id": "a.b", "decision": 7}] * 3})),
}
OPTIONS = {
    "no file": ("check nowhere.py", 2, "nowhere.py: no such file"),
    "no id": ("check no.such-id", 2, "no claim id matches"),
    "empty glob": ("check ''", 2, "no claim id matches"),
    "bad glob": ("check [a-", 2, "no claim id matches '[a-'"),
    "a folder for claims": ("check folder", 2, "no claim id matches 'folder'"),
    "profile": ("check good.py --profile slow", 2, "unknown profile 'slow'"),
    "device": ("check good.py --device gpu", 2, "choose cpu, cuda or cuda:N"),
    "no cluster": ("check good.py --cluster tcp://127.0.0.1:9", 2, "no Dask cluster answers"),
    "odd cluster": ("check good.py --cluster carrier-pigeon://x", 2, "no Dask cluster answers"),
    "local cluster": ("check good.py --cluster local:none", 2, "write local:N"),
    "newer store": ("check good.py --store newer.sqlite", 2, "schema 99"),
    "corrupted store": ("check good.py --store text.sqlite", 2, "move it aside"),
    "folder for a store": ("check good.py --store folder", 2, "cannot be used as a store"),
    "read-only place": (
        "check good.py --store /proc/none/s.sqlite",
        2,
        "cannot be used as a store",
    ),
    "list, corrupted store": ("list good.py --store text.sqlite", 2, "move it aside"),
    "json in a folder": ("check good.py --json folder", 2, "cannot write folder: it is a folder"),
    "json below a file": ("check good.py --json good.py/x", 2, "cannot write good.py/x"),
    "json in a read-only place": ("check good.py --json /proc/none/x", 2, "cannot write"),
    "json on a full disk": ("check good.py --json /dev/full", 2, "No space left on device"),
    "report below a file": ("report good.py --out good.py/x", 2, "cannot write"),
    "recheck nothing": ("recheck nowhere.json", 2, "cannot be read"),
    "recheck a folder": ("recheck folder", 2, "cannot be read"),
    "recheck depth": ("recheck deep.json", 2, "not readable as JSON"),
    "recheck half": ("recheck halved.json", 2, "not readable as JSON"),
    "recheck a list": ("recheck list.json", 2, "neither a certificate nor the results"),
    "recheck others": ("recheck wrong.json", 2, "its claims are not results of a run"),
    "recheck code": ("recheck code.json", 1, "1 rejected"),
    "recheck a pickle": ("recheck pickle.json", 2, "not readable as JSON"),
    "diff nothing": ("diff 1 2 --store new.sqlite", 2, "holds no run"),
    "diff garbage": (
        "diff halved.json halved.json --store new.sqlite",
        2,
        "cannot be read as JSON",
    ),
    "diff others": ("diff list.json list.json --store new.sqlite", 2, "not the results of a run"),
    "gc nothing": ("gc --store none.sqlite", 2, "no such file"),
    "gc corrupted": ("gc --store text.sqlite", 2, "move it aside"),
    "show nothing": ("show no.such-id", 2, "no claim 'no.such-id'"),
    "new without a dot": ("new nodot", 2, "is no id"),
}


@pytest.fixture(autouse=True)
def _no_catalogue(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The command is what is tested here, not the catalogue, which takes seconds to import."""
    registry.forget()
    monkeypatch.setattr(registry, "paper_modules", list)
    monkeypatch.setattr(cluster, "CONNECT", 1.0)
    yield
    registry.forget()


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path):
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, list[str]]:
        monkeypatch.setattr(sys, "argv", ["theorems", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        _, err = capsys.readouterr()
        assert "Traceback" not in err
        assert "\x1b" not in err
        code = left.value.code
        return (code if isinstance(code, int) else int(bool(code))), err.strip().split("\n")

    return run


def verdicts(file: Path) -> dict[str, tuple[str, str]]:
    claims = json.loads(file.read_text())["claims"]
    return {entry["id"]: (entry["verdict"], entry["reason"]) for entry in claims}


def test_more_than_forty_kinds() -> None:
    assert len(MEASURED) + len(FILES) + len(OPTIONS) > 70


def test_what_a_claim_s_functions_do_wrong(command, tmp_path: Path) -> None:
    lines = [
        f"m{n} = c({name!r}, **{how})" for n, (name, (how, _, _)) in enumerate(MEASURED.items())
    ]
    (tmp_path / "mine.py").write_text(HEAD + "\n".join(lines) + LAST)
    status, said = command("check", "mine.py", "--jobs", "2", "--json", "out.json")
    assert status == 1
    found = verdicts(tmp_path / "out.json")
    for name, (_, verdict, reason) in MEASURED.items():
        assert found[f"u.{name}"][0] == verdict, (name, found[f"u.{name}"])
        assert reason in found[f"u.{name}"][1], (name, found[f"u.{name}"])
        assert found[f"u.{name}"][1].isprintable(), name
        assert len(found[f"u.{name}"][1]) < 600, name
        unexpected = [line for line in said if line.startswith(f"UNEXPECTED u.{name} ")]
        assert len(unexpected) == (verdict != "VACUOUS"), name
    assert {id_: found[id_][0] for id_ in BOTH} == BOTH


def test_files_that_cannot_be_read(command, tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text(HEAD + LAST)
    for number, (kind, (make, words)) in enumerate(FILES.items()):
        folder = tmp_path / str(number)
        folder.mkdir()
        make(folder / "broken.py")
        status, said = command("list", f"{number}/broken.py")
        about = [line for line in said if "running the code" not in line]
        assert status == 2, kind
        assert words in "\n".join(about), (kind, said)
        assert len(about) == 1, (kind, said)
        assert len(about[0]) < 600, kind


def test_a_broken_file_beside_a_good_one(command, tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text(HEAD + LAST)
    names = []
    for number, (kind, (make, _)) in enumerate(FILES.items()):
        if kind in ("a folder", "uses itself", "odd types"):
            continue
        (tmp_path / str(number)).mkdir()
        names.append(f"{number}/broken.py")
        make(tmp_path / names[-1])
    status, said = command("check", *names, "good.py", "--jobs", "1", "--json", "out.json")
    assert status == 2
    assert {id_: verdict for id_, (verdict, _) in verdicts(tmp_path / "out.json").items()} == BOTH
    for name in names:
        assert len([line for line in said if line.startswith(name)]) == 1, (name, said)


@pytest.mark.parametrize("kind", sorted(OPTIONS))
def test_options_and_arguments(kind: str, command, tmp_path: Path) -> None:
    arguments, status, words = OPTIONS[kind]
    for name, make in MADE.items():
        if name in arguments:
            make(tmp_path / name)
    split = [word.strip("'") for word in arguments.split(" ")]
    if split[0] in ("check", "report"):
        split += ["--jobs", "1"]
    code, said = command(*split)
    about = [line for line in said if "running the code" not in line and "tasks done" not in line]
    assert code == status, said
    assert words in "\n".join(about), said
    assert len(about) == 1, said
    assert not (tmp_path / "pwned").exists()


def test_a_circle_of_uses_is_said_and_its_claims_are_checked(command, tmp_path: Path) -> None:
    uses = {"b": "u.c", "c": "u.d", "d": "u.b", "e": "u.b"}
    lines = [f'{name}_ = c("{name}", uses=("{used}",))' for name, used in uses.items()]
    (tmp_path / "mine.py").write_text(HEAD + "\n".join(lines))
    status, said = command("check", "mine.py", "--jobs", "1", "--json", "out.json")
    assert status == 0
    about = [line for line in said if "leads back" in line]
    assert len(about) == 1
    assert "mine.py:12: uses leads back to itself: u.b -> u.c -> u.d -> u.b" in about[0]
    found = verdicts(tmp_path / "out.json")
    assert {id_: verdict for id_, (verdict, _) in found.items()} == dict.fromkeys(
        ["u.first", "u.b", "u.c", "u.d", "u.e"], "SUPPORTED"
    )


def test_a_file_too_large_is_not_read(command, tmp_path: Path) -> None:
    with (tmp_path / "big.json").open("wb") as file:
        file.truncate(1 << 30)
    status, said = command("recheck", "big.json")
    assert status == 2
    assert said == ["theorems: big.json: larger than 256 MiB; not read"]


def test_whose_code_runs_is_said_before_it_runs(command, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("import sys; print('here', file=sys.stderr)\n" + HEAD)
    status, said = command("check", "mine.py", "--jobs", "1")
    assert status == 0
    announced = f"theorems: running the code of {tmp_path}/mine.py, which belongs to "
    assert said[0].startswith(announced)
    assert said[1] == "here"
