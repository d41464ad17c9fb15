"""What the tests of running share: a file of claims of every quantifier, and runs to be killed."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import signal
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any

from theorems import registry
from theorems.cli import main

MANY = """\
import sympy as sp, time, torch
from pathlib import Path
from numeric.adversary import Around
from theorems import AlongTrajectory, Claim, Closed, Computed, Exists, ForAll, ForAllWeights, Grid
from theorems import Holds, InExpectation, Reproduces, Sampled, Side, Simulated, SufficientSize
from theorems import UpToConstant, WithProbability
HERE = Path(__file__).parent
x = sp.Symbol("x", real=True)
k = sp.Symbol("k", integer=True, positive=True)
half = sp.Rational(1, 2)
unit = sp.Interval(0, 1)
def did(name):
    if (HERE / "slow").exists():
        with open(HERE / "log", "a") as log:
            log.write(name + chr(10))
        time.sleep(0.02)
def c(name, **fields):
    usual = dict(statement="s", over={x: unit, k: sp.S.Naturals}, relation="<=", rhs=Closed(1),
                 grid=Grid(k=[1, 2, 3], x=[0, 0.25, 1]))
    return Claim(**{**usual, **dict(id=f"u.{name}"), **fields})
def over_k(p):
    did("fine")
    return p.x / p.k
def draws(points, samples, generator):
    did("draws")
    return torch.rand(points.n, samples, generator=generator, dtype=torch.float64)
def walk(points, generator):
    did("walk")
    steps = torch.rand(points.n, 50, generator=generator, dtype=torch.float64)
    return {"s": steps.cumsum(1)}
def ball(points, generator):
    did("ball")
    start = torch.randn(points.n, 1, 3, generator=generator, dtype=torch.float64)
    return {"w": Around(0 * start, points.x, shape="euclidean", trailing=1)}
def length(points, weights):
    return weights["w"].norm(dim=-1)
def enough(points, size, draws, generator):
    did("enough")
    u = torch.rand(points.n, draws, generator=generator, dtype=torch.float64)
    return (u >= 0.1 * (points.k / size) ** 3).to(torch.float64)
def flips(points, samples, generator):
    return (draws(points, samples, generator) < 0.5).to(torch.float64)
all_ = [
    c("proved", lhs=Closed(x)),
    c("refuted", lhs=Closed(2 * x), erratum="2x"),
    c("both", lhs=Side(closed=x / k, measured=Computed(over_k))),
    c("fine", lhs=Computed(over_k), quantifier=ForAll(random_points=50)),
    c("mean", lhs=Sampled(draws), rhs=Closed(half), relation="==",
      quantifier=InExpectation(samples=4096)),
    c("wrong", lhs=Sampled(draws), rhs=Closed(half / 2), relation="==",
      quantifier=InExpectation(samples=4096)),
    c("chance", lhs=Sampled(draws), rhs=Closed(sp.Rational(9, 10)),
      quantifier=WithProbability(at_least=half, draws=500)),
    c("unlikely", lhs=Sampled(draws), rhs=Closed(half),
      quantifier=WithProbability(at_least=sp.Rational(9, 10), draws=500), erratum="half"),
    c("run", lhs=Simulated(lambda p: p["s"]), rhs=Closed(49),
      quantifier=AlongTrajectory(simulate=walk)),
    c("weights", lhs=Computed(length), rhs=Closed(x),
      quantifier=ForAllWeights(within=ball, restarts=4, steps=5), grid=Grid(k=[1, 2], x=[0.5, 1])),
    c("exists", lhs=Closed(x**2), rhs=Closed(-k), quantifier=Exists(exhibit={k: sp.Integer(1)})),
    c("up", lhs=Computed(over_k), over={k: sp.S.Naturals, x: unit}, rhs=Closed(1 / k),
      grid=Grid(k=[1, 2, 4, 8, 16], x=[1]), quantifier=UpToConstant(along=("k",))),
    c("size", lhs=Sampled(enough), rhs=Closed(2 * k), over={k: sp.S.Naturals},
      grid=Grid(k=[2, 4, 8, 16]), quantifier=SufficientSize(along=("k",), draws=200)),
    c("table", lhs=Computed(over_k), rhs=Closed(x / k), relation="==",
      quantifier=Reproduces(tolerance=0.01)),
    c("figure", lhs=Sampled(flips), rhs=Closed(half), relation="==",
      quantifier=Reproduces(printed_trials=1000, draws=1000)),
    c("never", lhs=Computed(over_k), hypotheses=[x > 2]),
    c("crash", lhs=Computed(lambda p: p.nothing)),
]
"""


def untimed(run: dict[str, Any]) -> str:
    """A run's JSON without what a clock says."""
    run = json.loads(json.dumps(run))
    for name in ("started", "seconds"):
        run.pop(name)
    for result in run["claims"]:
        result.pop("seconds")
        if result["decision"]:
            result["decision"].pop("seconds")
    return json.dumps(run, indent=1)


class Started:
    """The command running in a forked process, with all it starts in one group to be killed."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder = folder
        context = multiprocessing.get_context("fork")
        self.process = context.Process(target=self._run, args=(arguments,))
        self.process.start()

    def _run(self, arguments: tuple[str, ...]) -> None:
        os.setsid()
        # A shell starts what it puts in the background deaf to interrupts, and children inherit it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.chdir(self.folder)
        for number, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(f"{name}-{os.getpid()}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
        sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w", buffering=1)
        sys.argv = ["theorems", *arguments]
        # The command is what runs here, not the catalogue, which takes seconds to import.
        registry.paper_modules = list
        registry.forget()
        main()

    def end(self, number: int = signal.SIGKILL) -> None:
        """Send the signal to the command and all its workers, and wait."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid or 0, number)
        self.wait()

    def wait(self, seconds: float = 60) -> int:
        self.process.join(seconds)
        assert self.process.exitcode is not None, "the command did not end"
        return self.process.exitcode

    @property
    def said(self) -> str:
        return (self.folder / f"err-{self.process.pid}").read_text()


def finished(store: Path) -> int:
    """How many tasks the store holds; 0 while it is being made."""
    if not store.exists():
        return 0
    with contextlib.closing(sqlite3.connect(store, timeout=10)) as db:
        names = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
        return int(db.execute("SELECT COUNT(*) FROM tasks").fetchone()[0]) if names else 0


def wait_for(count: int, store: Path, seconds: float = 60) -> int:
    """Wait until the store holds so many tasks; how many it then holds."""
    deadline = time.monotonic() + seconds
    while finished(store) < count:
        assert time.monotonic() < deadline, f"{finished(store)} tasks of {count}"
        time.sleep(0.005)
    return finished(store)
