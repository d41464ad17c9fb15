"""The command line as a user meets it: every command, exit statuses, one-line errors, JSON."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from checking import ROOT, house, theorems

SCHEMA = json.loads((ROOT / "theorems" / "schema.json").read_text())
HEAD = """\
import sympy as sp, torch
from theorems import *
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
MALFORMED = TRUE + 'bad = c("bad", relation="=<")\n'
CONFLICT = FALSE + (
    'both = c("both", lhs=Side(closed=x, measured=Computed(lambda p: 1.1 * p.x)), rhs=Closed(3))\n'
)


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
        ("malformed", 2, "malformed.py:6: u.bad: relation '=<'"),
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
def test_what_the_user_can_mend_is_one_line(folder: Path, arguments: list[str], said: str) -> None:
    done = theorems(folder, *arguments)
    assert done.returncode == 2
    lines = [line for line in done.stderr.strip().split("\n") if said in line]
    assert len(lines) == 1, done.stderr
    assert "Traceback" not in done.stderr


def test_unknown_commands_and_options_are_bad_usage(folder: Path) -> None:
    assert theorems(folder, "chekc").returncode == 2
    assert theorems(folder, "check", "--jbos", "2").returncode == 2
    done = theorems(folder, "--help")
    assert done.returncode == 0
    for command in ("list", "show", "check", "report", "coverage", "new"):
        assert command in done.stdout
    assert theorems(folder, "--version").stdout.startswith("theorems ")


def test_list(folder: Path) -> None:
    assert theorems(folder, "check", "admitted.py", "--store", "l.sqlite").returncode == 0
    done = theorems(folder, "list", "admitted.py", "--store", "l.sqlite", "--json", "list.json")
    assert done.returncode == 0
    assert "a bound" in done.stdout
    listed = json.loads((folder / "list.json").read_text())["claims"]
    assert [(e["id"], e["verdict"]) for e in listed] == [
        ("u.good", "PROVED"),
        ("u.bad", "VIOLATED"),
    ]
    assert [e["line"] for e in listed] == [6, 6]
    assert theorems(folder, "list", "malformed.py").returncode == 2


def test_new_writes_a_claim_that_runs(folder: Path) -> None:
    done = theorems(folder, "new", "mypaper.lambda", "--out", "written.py")
    assert done.returncode == 0
    assert "theorems check written.py" in done.stdout
    done = theorems(folder, "check", "written.py")
    assert done.returncode == 0, done.stderr
    assert "mypaper.lambda" in done.stdout
    assert "PROVED" in done.stdout
    printed = theorems(folder, "new", "mypaper.lambda").stdout
    assert printed == (folder / "written.py").read_text()


def test_coverage_names_every_row_once(folder: Path) -> None:
    done = theorems(folder, "coverage", "--json", "cover.json")
    assert done.returncode == 0
    covered = json.loads((folder / "cover.json").read_text())
    rows = [*covered["claimed"], *covered["excused"], *covered["missing"]]
    ledger = (house() / "theorems" / "papers" / "ledger.csv").read_text().count("\n") - 1
    assert len(rows) == len(set(rows))
    assert 500 < len(rows) <= ledger
    assert f"{len(covered['missing'])} have neither" in done.stdout
    assert covered["claimed"] == {}


def test_help_starts_nothing_heavy() -> None:
    import subprocess
    import sys

    code = "import sys, theorems.cli; print([m for m in ('torch', 'sympy', 'scipy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
