"""Claims that end, hang, fill or disturb their process cost their own verdict and nothing else."""

from __future__ import annotations

import ctypes
import itertools
import os
import signal
import sys
import time
from typing import Any

import numpy as np
import pytest
import torch
from checking import claim, profile

from theorems import pool
from theorems.grid import Grid
from theorems.harness import run
from theorems.quantifiers import ForAll
from theorems.registry import Claims, Collection
from theorems.result import Run
from theorems.sides import Closed, Computed


def _swallow(points: Any) -> None:
    while True:
        try:
            time.sleep(0.01)
        except BaseException:  # noqa: BLE001 - what no limit may depend on
            continue


def _print(points: Any) -> Any:
    line = "x" * 10_000
    for _ in range(10_000):
        print(line)
        print(line, file=sys.stderr)
    os.write(1, b"x" * 10_000_000)
    return points.x


def _recurse(points: Any) -> Any:
    return _recurse(points)


def _leave(points: Any) -> Any:
    sys.exit("bye")


CRASHES = {
    "exit": (lambda p: os._exit(7), "its worker process died with status 7"),
    "segfault": (lambda p: ctypes.string_at(0), "its worker process died of SIGSEGV"),
    "abort": (lambda p: os.abort(), "its worker process died of SIGABRT"),
    "kill": (lambda p: os.kill(os.getpid(), signal.SIGKILL), "its worker process died of SIGKILL"),
    "sys-exit": (_leave, "SystemExit: bye"),
    "closed": (lambda p: os.closerange(3, 4096), "its worker process died"),
    "endless": (lambda p: time.sleep(60), "ran out of time after 1 s"),
    "swallowing": (_swallow, "stuck; its worker was killed after 1.5 s"),
    "in-c": (lambda p: sum(itertools.repeat(1)), "stuck; its worker was killed after 1.5 s"),
    "memory": (lambda p: bytearray(64 << 30), "ran out of memory (limit 8 GiB)"),
    "recursion": (_recurse, "RecursionError"),
}


def _checked(*items: Any, jobs: int = 1) -> Run:
    collection = Collection(Claims({item.id: item for item in items}))
    return run(collection, profile(task_seconds=1.0), jobs=jobs, isolated=True)


@pytest.fixture(autouse=True)
def _little_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "GRACE", 0.5)


def _item(name: str, function: Any) -> Any:
    how = {"grid": Grid(x=[0, 1]), "quantifier": ForAll(search=False)}
    return claim(f"t.{name}", lhs=Computed(function), rhs=Closed(1), **how)


@pytest.mark.parametrize("jobs", [1, 3])
def test_each_crash_costs_its_own_claim(jobs: int) -> None:
    items = []
    for name, (function, _) in CRASHES.items():
        items += [_item(name, function), _item(f"after-{name}", lambda p: p.x)]
    checked = _checked(*items, jobs=jobs)
    for name, (_, said) in CRASHES.items():
        assert checked[f"t.{name}"].verdict == "ERROR"
        assert said in checked[f"t.{name}"].reason, name
        assert "\n" not in checked[f"t.{name}"].reason
        assert checked[f"t.after-{name}"].verdict == "SUPPORTED"


def test_what_a_claim_prints_is_not_shown(capfd: pytest.CaptureFixture[str]) -> None:
    assert _checked(_item("prints", _print))["t.prints"].verdict == "SUPPORTED"
    out, err = capfd.readouterr()
    assert len(out) + len(err) < 1000


def test_what_one_task_changes_the_next_does_not_see() -> None:
    def disturb(points: Any) -> Any:
        torch.set_default_dtype(torch.float64)
        torch.manual_seed(5)
        torch.set_grad_enabled(False)
        os.chdir("/")
        return points.x

    folder = os.getcwd()

    def careless(points: Any) -> Any:
        assert os.getcwd() == folder
        assert torch.get_default_dtype() == torch.float32
        drawn = torch.rand(points.n).double() + torch.as_tensor(np.random.rand(points.n))
        return points.x - 3 + drawn

    alone = _checked(_item("careless", careless))["t.careless"]
    assert alone.verdict == "SUPPORTED", alone.reason
    assert alone.worst is not None
    for before in (1, 2):
        disturbing = [_item(f"disturb-{number}", disturb) for number in range(before)]
        after = _checked(*disturbing, _item("careless", careless))["t.careless"]
        assert after.worst == alone.worst
