"""Runs of the command that are killed, repeated, or changed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from checking import check_all, claim, house, profile, theorems
from running import finished, untimed

from theorems.sides import Closed, Computed

FILE = """\
import os, time, torch
import sympy as sp
from pathlib import Path
from theorems import AlongTrajectory, Claim, Closed, Computed, Exists, ForAll, Grid, InExpectation
from theorems import Reproduces, Sampled, Side, Simulated, UpToConstant, WithProbability
x = sp.Symbol("x", real=True)
k = sp.Symbol("k", integer=True, positive=True)
HERE = Path(__file__).parent
def logged(name, pause):
    def f(points):
        with open(HERE / "log", "a") as log:
            log.write(f"{name} {points.k}\\n")
        time.sleep(pause)
        return points.x / points.k
    return f
def c(name, f, **fields):
    usual = dict(statement="s", over={x: sp.Interval(0, 1), k: sp.S.Naturals}, relation="<=",
                 rhs=Closed(1), quantifier=ForAll(search=False), grid=Grid(k=[1, 2, 3], x=[0, 1]))
    return Claim(**{**usual, **dict(id=f"u.{name}", lhs=Computed(f)), **fields})
"""
SLOW = FILE + 'many = [c(f"c{i}", logged(f"c{i}", PAUSE)) for i in range(4)]\n'


def check(folder: Path, *arguments: str, jobs: int = 1) -> tuple[int, dict]:
    done = theorems(
        folder, "check", "mine.py", "--jobs", str(jobs), "--json", "out.json", *arguments
    )
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, json.loads((folder / "out.json").read_text())


def log(folder: Path) -> list[str]:
    file = folder / "log"
    lines = file.read_text().split("\n")[:-1] if file.exists() else []
    file.unlink(missing_ok=True)
    return lines


def test_a_killed_run_goes_on_and_repeats_nothing(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(SLOW.replace("PAUSE", "0.5"))
    command = [sys.executable, "-m", "theorems.cli", "check", "mine.py", "--jobs", "1"]
    environment = {**os.environ, "PYTHONPATH": str(house())}
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=quiet, stderr=quiet, start_new_session=True
    )
    store = tmp_path / ".theorems" / "runs.sqlite"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and finished(store) < 3:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    before = finished(store)
    assert 3 <= before < 12
    log(tmp_path)
    (tmp_path / "mine.py").write_text((tmp_path / "mine.py").read_text())
    status, run = check(tmp_path)
    assert status == 0
    assert len(log(tmp_path)) == 12 - before
    assert [result["points"] for result in run["claims"]] == [6] * 4


UNORDERED = """
from functools import partial
names = {"x", "k", "aleph", "beth", "gimel", "daleth"} & {"k", "x", "he", "waw"}
def odd(values, p, size=dict(a=object())):
    assert "x" in {"x", "k", "aleph", "beth", "gimel"}
    return logged("odd", 0)(p)
odd_ = c("odd", partial(odd, (3, 4)),
         grid=Grid(points=[{name: 1 for name in names}]))
"""


def test_what_is_unchanged_is_not_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither are claims that hold sets, objects and partial functions, whose order and addresses
    differ from process to process."""
    text = SLOW.replace("PAUSE", "0").replace("range(4)", "range(2)") + UNORDERED
    (tmp_path / "mine.py").write_text(text)
    monkeypatch.setenv("PYTHONHASHSEED", "1")
    _, first = check(tmp_path)
    assert len(log(tmp_path)) == 7
    monkeypatch.setenv("PYTHONHASHSEED", "4")
    _, second = check(tmp_path)
    assert log(tmp_path) == []
    assert untimed(first) == untimed(second)
    monkeypatch.setenv("PYTHONHASHSEED", "9")
    _, third = check(tmp_path, "--fresh")
    assert len(log(tmp_path)) == 7
    assert untimed(third) == untimed(second)


def test_a_changed_file_repeats_its_own_tasks_alone(tmp_path: Path) -> None:
    one = FILE + 'a = c("a", logged("a", 0))\n'
    (tmp_path / "mine.py").write_text(one)
    (tmp_path / "other.py").write_text(FILE + 'b = c("b", logged("b", 0))\n')
    check(tmp_path, "other.py")
    assert sorted({line.split()[0] for line in log(tmp_path)}) == ["a", "b"]
    (tmp_path / "mine.py").write_text(one.replace("rhs=Closed(1)", "rhs=Closed(2)"))
    check(tmp_path, "other.py")
    assert {line.split()[0] for line in log(tmp_path)} == {"a"}


CRASHING = (
    FILE
    + """
def crash(points):
    if points.k == 2:
        os._exit(7)
    return points.x
bad = c("bad", crash)
rest = [c(f"c{i}", logged(f"c{i}", 0.02)) for i in range(3)]
"""
)


@pytest.mark.parametrize("jobs", [2])
def test_a_worker_that_dies_costs_its_own_claim_alone(tmp_path: Path, jobs: int) -> None:
    (tmp_path / "mine.py").write_text(CRASHING)
    status, run = check(tmp_path, jobs=jobs)
    assert status == 1
    verdicts = {result["id"]: result["verdict"] for result in run["claims"]}
    assert verdicts == {"u.bad": "ERROR", **{f"u.c{i}": "SUPPORTED" for i in range(3)}}
    assert "died" in run["claims"][0]["reason"]


def test_a_task_out_of_time_is_an_error_of_its_claim_alone() -> None:
    def endless(points):
        while True:
            time.sleep(0.01)

    items = [
        claim("t.endless", lhs=Computed(endless), rhs=Closed(1)),
        claim("t.quick", lhs=Computed(lambda p: p.x), rhs=Closed(1)),
    ]
    for jobs in (1, 2):
        done = check_all(*items, under=profile(task_seconds=1.0), jobs=jobs)
        assert done["t.endless"].verdict == "ERROR"
        assert "out of time" in done["t.endless"].reason
        assert done["t.quick"].verdict == "SUPPORTED"
