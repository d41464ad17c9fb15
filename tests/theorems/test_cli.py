"""The command line as a user meets it: every command, exit statuses, one-line errors, JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from checking import ROOT, theorems

from theorems.cli import main
from theorems.ledger import rows
from theorems.registry import catalogue

SCHEMA = json.loads((ROOT / "theorems" / "schema.json").read_text())
HEAD = """\
import sympy as sp, torch
from theorems import AlongTrajectory, Claim, Closed, Computed, Exists, ForAll, Grid, InExpectation
from theorems import Reproduces, Sampled, Side, Simulated, UpToConstant, WithProbability
x = sp.Symbol("x", real=True)
def c(name, **fields):
    usual = dict(statement="$x$", over={x: sp.Interval(0, 1)}, relation="<=", lhs=Closed(x),
                 rhs=Closed(1), id=f"u.{name}")
    return Claim(**{**usual, **fields})
half = sp.Rational(1, 2)
"""
TRUE = HEAD + 'good = c("good", title="a bound")\n'
FALSE = TRUE + 'bad = c("bad", rhs=Closed(half), uses=("u.good",))\n'
ADMITTED = FALSE.replace("uses", 'erratum="1/2 should be 1", uses')
MALFORMED = (
    TRUE + 'bad = Claim(id="u.bad", statement="s", lhs=Closed(x), rhs=Closed(1), relation="=<")\n'
)
CONFLICT = FALSE + (
    'both = c("both", lhs=Side(closed=x, measured=Computed(lambda p: 1.1 * p.x)), rhs=Closed(3))\n'
)


class Here:
    """The command run in this process, in a folder."""

    def __init__(
        self, folder: Path, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]
    ):
        self.folder, self.patch, self.capture = folder, patch, capture

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        self.patch.chdir(self.folder)
        self.patch.setattr(sys, "argv", ["theorems", *arguments])
        self.capture.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        out, err = self.capture.readouterr()
        code = left.value.code
        return (code if isinstance(code, int) else int(bool(code))), out, err


@pytest.fixture
def here(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    return Here(folder, monkeypatch, capsys)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("cli")
    texts = {"true": TRUE, "false": FALSE, "admitted": ADMITTED, "malformed": MALFORMED}
    for name, text in {**texts, "conflict": CONFLICT}.items():
        (made / f"{name}.py").write_text(text)
    return made


@pytest.mark.parametrize(
    ("file", "status", "said"),
    [
        ("true", 0, ""),
        ("admitted", 0, ""),
        ("false", 1, "UNEXPECTED u.bad VIOLATED"),
        ("malformed", 2, "malformed.py:11: u.bad: "),
        ("conflict", 3, "CONFLICT u.both"),
    ],
)
def test_check(folder: Path, file: str, status: int, said: str) -> None:
    out = folder / "sub" / f"{file}.json"
    done = theorems(folder, "check", f"{file}.py", "--json", str(out), "--jobs", "1")
    assert done.returncode == status, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "u.good" in done.stdout
    assert "PROVED" in done.stdout
    text = out.read_text()
    run = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    jsonschema.validate(run, SCHEMA)
    ids = [result["id"] for result in run["claims"]]
    assert ids == {"true": ["u.good"], "malformed": ["u.good"]}.get(
        file, ["u.good", "u.bad"] + (["u.both"] if file == "conflict" else [])
    )
    assert len(run["defects"]) == (file == "malformed")


def test_the_schema_is_one_and_refuses_what_it_should() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    result = {
        "id": "u.a", "verdict": "VIOLATED", "reason": "r", "conflict": False, "expected": True,
        "engine": "", "certified": False, "tightness": None, "worst": None, "points": 0,
        "draws": 0, "skipped": {}, "notes": [], "rows": [], "details": {}, "decision": None,
        "seconds": 0.1,
        "witness": {"at": {}, "lhs": "1", "rhs": "0", "margin": "-1", "how": "exactly"},
    }  # fmt: skip
    run = {
        "schema": 1, "profile": "quick", "seed": "s", "versions": {}, "started": "now",
        "seconds": 1, "defects": [], "claims": [result],
    }  # fmt: skip
    jsonschema.validate(run, SCHEMA)
    for change in (
        {"witness": None},
        {"verdict": "TRUE"},
        {"verdict": "PROVED"},
        {"points": -1},
        {"id": "nodot"},
        {"tightness": {"value": "1", "at": {}}},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**run, "claims": [{**result, **change}]}, SCHEMA)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "nowhere.py"], "nowhere.py: no such file"),
        (["check", "no.such-id"], "no claim id matches"),
        (["check", "true.py", "--profile", "slow"], "unknown profile 'slow'"),
        (["check", "true.py", "--json", "true.py/x.json"], "cannot write"),
        (["list", "no.such-id"], "no claim id matches"),
        (["show", "no.such-id"], "no claim 'no.such-id'"),
        (["new", "nodot"], "is no id"),
        (["new", "a.b", "--out", "true.py"], "true.py exists"),
    ],
)
def test_what_the_user_can_mend_is_one_line(here: Here, arguments: list[str], said: str) -> None:
    status, _, err = here(*arguments)
    assert status == 2
    lines = [line for line in err.strip().split("\n") if said in line]
    assert len(lines) == 1, err
    assert "Traceback" not in err


def test_unknown_commands_and_options_are_bad_usage(here: Here) -> None:
    assert here("chekc")[0] == 2
    assert here("check", "--jbos", "2")[0] == 2
    status, out, _ = here("--help")
    assert status == 0
    for command in ("list", "show", "check", "report", "coverage", "new"):
        assert command in out
    assert here("--version")[1].startswith("theorems ")


def test_list(here: Here) -> None:
    assert here("check", "admitted.py", "--store", "l.sqlite", "--jobs", "1")[0] == 0
    status, out, _ = here("list", "admitted.py", "--store", "l.sqlite", "--json", "list.json")
    assert status == 0
    assert "a bound" in out
    listed = json.loads((here.folder / "list.json").read_text())["claims"]
    seen = [(entry["id"], entry["verdict"]) for entry in listed]
    assert seen == [("u.good", "PROVED"), ("u.bad", "VIOLATED")]
    assert all(Path(entry["file"]).name == "admitted.py" for entry in listed)
    status, _, err = here("list", "malformed.py")
    assert status == 2
    assert "malformed.py:11: u.bad" in err


def test_show(here: Here) -> None:
    known = next(iter(catalogue().claims), None)
    if known is None:
        pytest.skip("the catalogue is empty")
    status, out, _ = here("show", known)
    assert status == 0
    for label in ("statement", "left side", "relation", "right side", "domain", "written at"):
        assert f"\n{label}" in out
    assert out.startswith(f"{known:14}"[:14])
    status, _, err = here("show", known + "x")
    assert status == 2
    assert "did you mean" in err


def test_new_writes_a_claim_that_runs(here: Here) -> None:
    status, out, _ = here("new", "mypaper.lambda", "--out", "written.py")
    assert status == 0
    assert "theorems check written.py" in out
    status, out, err = here("check", "written.py", "--jobs", "1")
    assert status == 0, err
    assert "mypaper.lambda" in out
    assert "PROVED" in out
    printed = here("new", "mypaper.lambda")[1]
    assert printed == (here.folder / "written.py").read_text()


def test_coverage_names_every_row_once(here: Here) -> None:
    status, out, _ = here("coverage", "--json", "cover.json")
    assert status == 0
    covered = json.loads((here.folder / "cover.json").read_text())
    named = [*covered["claimed"], *covered["excused"], *covered["missing"]]
    assert sorted(named) == sorted(row.id for row in rows())
    assert f"{len(covered['missing'])} have neither" in out
    for ids in covered["claimed"].values():
        assert all(id_ in catalogue().claims for id_ in ids)


def test_help_starts_nothing_heavy() -> None:
    code = (
        "import sys, theorems.cli;"
        "print([m for m in ('torch', 'sympy', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
