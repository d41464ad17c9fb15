"""Claims as test items: names, selection, workers, skips, failures, JUnit."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from checking import Done, theorems

FILE = """\
import ctypes, os
import sympy as sp, torch
from theorems import AlongTrajectory, Claim, Closed, Computed, Exists, ForAll, Grid, InExpectation
from theorems import Reproduces, Sampled, Side, Simulated, UpToConstant, WithProbability
x = sp.Symbol("x", real=True)
def c(name, **fields):
    usual = dict(statement="$x$", over={x: sp.Interval(0, 1)}, relation="<=", rhs=Closed(1),
                 lhs=Computed(lambda p: p.x), quantifier=ForAll(search=False), id=f"u.{name}")
    return Claim(**{**usual, **fields})
good = c("good")
bad = c("bad", rhs=Closed(sp.Rational(1, 2)))
admitted = c("admitted", rhs=Closed(sp.Rational(1, 2)), erratum="1/2 should be 1")
accused = c("accused", erratum="nothing is wrong")
crash = c("crash", lhs=Computed(lambda p: p.nothing))
leaves = c("leaves", lhs=Computed(lambda p: os._exit(3)))
segfault = c("segfault", lhs=Computed(lambda p: ctypes.string_at(0)))
after = c("after")
open_ = c("open", quantifier=Exists(), rhs=Closed(-1))
nowhere = c("nowhere", hypotheses=[x > 2])
nightly = c("nightly", grid=Grid(x=[0.5]).nightly(x=[0.5, 0.9]), rhs=Closed(sp.Rational(3, 4)))
malformed = c("malformed", relation="=<")
"""


def pytest_run(folder: Path, *arguments: str) -> Done:
    plain = ("-p", "no:cacheprovider", "-q", "-rA")
    return theorems(folder, *plain, *arguments, module="pytest")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("plugin")
    (made / "mine.py").write_text(FILE)
    (made / "true.py").write_text(FILE[: FILE.index("bad =")])
    return made


def test_every_claim_is_an_item_named_by_its_id(folder: Path) -> None:
    done = pytest_run(folder, "mine.py", "--junitxml", "junit.xml")
    assert done.returncode == 1
    suite = ElementTree.parse(folder / "junit.xml").getroot()[0]
    outcomes = {}
    for case in suite.iter("testcase"):
        kinds = {child.tag for child in case} & {"failure", "error", "skipped"}
        outcomes[case.get("name")] = kinds.pop() if kinds else "passed"
    assert outcomes == {
        "u.good": "passed",
        "u.bad": "failure",
        "u.admitted": "passed",
        "u.accused": "failure",
        "u.crash": "failure",
        "u.leaves": "failure",
        "u.segfault": "failure",
        "u.after": "passed",
        "u.open": "skipped",
        "u.nowhere": "skipped",
        "u.nightly": "passed",
        "u.malformed": "failure",
    }
    assert "relation '=<'" in done.stdout
    assert "Traceback" not in done.stdout
    assert "u.leaves ERROR: its worker process died with status 3" in done.stdout
    assert "u.segfault ERROR: its worker process died of SIGSEGV" in done.stdout
    skips = [case.find("skipped") for case in suite.iter("testcase")]
    reasons = sorted(skip.get("message") for skip in skips if skip is not None)
    assert reasons[0].startswith("INCONCLUSIVE")
    assert reasons[1].startswith("VACUOUS")
    assert "x > 2" in reasons[1]


def test_selection_workers_and_profile(folder: Path) -> None:
    done = pytest_run(folder, "mine.py", "-k", "good or admitted", "-n", "2")
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout
    done = pytest_run(folder, "mine.py", "-k", "nightly", "--profile", "nightly")
    assert done.returncode == 1
    assert "u.nightly" in done.stdout
    assert "VIOLATED" in done.stdout


def test_a_file_of_true_claims_passes_and_others_are_left_alone(folder: Path) -> None:
    (folder / "plain.py").write_text("x = 1\n")
    done = pytest_run(folder, "true.py", "plain.py")
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout
    assert pytest_run(folder, "true.py", "--profile", "slow").returncode == 4
