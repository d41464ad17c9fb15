"""Worker processes that are killed, stopped or starved from outside."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from checking import claim, profile

from theorems import pool
from theorems.agenda import Agenda
from theorems.grid import Grid
from theorems.harness import run
from theorems.pool import Child, Worker, run_pool
from theorems.quantifiers import ForAll
from theorems.registry import Claims, Collection
from theorems.runner import Outcome
from theorems.sides import Closed, Computed
from theorems.tasks import Task, plan

ONE = profile(task_seconds=1.0, task_gib=1.0)


def _item(name: str, function: Any) -> Any:
    how = {"grid": Grid(x=[0, 1]), "quantifier": ForAll(search=False)}
    return claim(f"t.{name}", lhs=Computed(function), rhs=Closed(1), **how)


@pytest.fixture
def child() -> Iterator[Any]:
    """A worker that does one claim's task."""
    made: list[Child] = []

    def perform(function: Any) -> Outcome:
        item = _item("it", function)
        made.append(Child({item.id: item}, ONE))
        return made[-1].perform(plan(item, ONE)[0])

    yield perform
    for one in made:
        one.close()


def _once(folder: Path, fault: Any) -> Any:
    """A function that has its fault the first time only."""

    def function(points: Any) -> Any:
        if not (folder / "seen").exists():
            (folder / "seen").touch()
            fault()
        return points.x

    return function


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_task_whose_worker_is_killed_is_done_again(
    child: Any, tmp_path: Path, number: int
) -> None:
    outcome, _ = child(_once(tmp_path, lambda: os.kill(os.getpid(), number)))
    assert "evidence" in outcome


def test_a_task_that_always_ends_its_worker_is_not_done_for_ever(
    child: Any, tmp_path: Path
) -> None:
    def function(points: Any) -> Any:
        with (tmp_path / "log").open("a") as log:
            log.write("x")
        os.kill(os.getpid(), signal.SIGKILL)

    outcome, _ = child(function)
    assert outcome["error"] == "its worker process died of SIGKILL (measure-0)"
    assert (tmp_path / "log").read_text() == "x" * pool.TRIES


def test_a_crash_of_the_tasks_own_is_not_tried_again(child: Any, tmp_path: Path) -> None:
    outcome, _ = child(_once(tmp_path, lambda: os._exit(3)))
    assert outcome["error"] == "its worker process died with status 3 (measure-0)"


def test_workers_killed_at_any_moment_cost_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a task, between two, and with an answer under way."""
    items = [_item(f"c{number}", lambda p: p.x + 0 * _busy(0.01)) for number in range(40)]
    claims = {item.id: item for item in items}
    tasks = [task for item in items for task in plan(item, ONE)]
    seen: set[Task] = set()
    used: list[tuple[int, Task]] = []
    hit: set[Task] = set()
    plain = Worker.give

    def give(self: Worker, task: Task) -> None:
        used.append((self.pid, task))
        plain(self, task)

    def done(task: Task, *_: int) -> None:
        seen.add(task)
        if len(seen) % 5 == 0 and len(seen) < len(tasks):
            time.sleep(0.004 * (len(seen) % 4))
            pid, victim = used[-1]
            if victim not in hit:
                hit.add(victim)
                os.kill(pid, signal.SIGKILL)

    monkeypatch.setattr(Worker, "give", give)
    checked = run(Collection(Claims(claims)), ONE, jobs=2, progress=done)
    assert seen == set(tasks)
    assert len({pid for pid, _ in used}) > 4
    assert {str(result.verdict) for result in checked.results.values()} == {"SUPPORTED"}


def _busy(seconds: float) -> float:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        pass
    return 0.0


def test_a_stopped_worker_is_ended(child: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "GRACE", 0.3)
    started = time.monotonic()
    outcome, _ = child(lambda p: os.kill(os.getpid(), signal.SIGSTOP))
    assert outcome["error"] == "stuck; its worker was killed after 1.3 s (measure-0)"
    assert time.monotonic() - started < 10


def test_time_in_which_this_process_is_stopped_does_not_count(
    child: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if it had been stopped for a minute between two looks."""
    plain, jumps = time.monotonic, iter([0.0] * 4)

    def jumping() -> float:
        return plain() + (60.0 if next(jumps, None) is None else 0.0)

    monkeypatch.setattr(pool.time, "monotonic", jumping)
    monkeypatch.setattr(pool, "BLINK", 0.1)
    outcome, _ = child(lambda p: p.x + 0 * _busy(0.6))
    assert "evidence" in outcome


def test_waiting_for_a_core_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    item = _item("slow", lambda p: p.x + 0 * _busy(2.0))
    worker = Worker({item.id: item}, ONE, "cpu")
    told = iter(range(1000))
    monkeypatch.setattr(pool, "_waits", lambda pid: [(pid, 0.2 * next(told))])
    outcome, _ = worker.perform(plan(item, ONE)[0])
    worker.end()
    assert "evidence" in outcome


def test_the_system_says_how_long_a_process_waited() -> None:
    if not Path("/proc/self/schedstat").exists():
        pytest.skip("this system does not say")
    waits = dict(pool._waits(os.getpid()))
    assert waits[os.getpid()] >= 0
    assert dict(pool._waits(2**30)) == {}


HUNGRY = {
    "torch": lambda p: torch.ones(2 << 30, dtype=torch.uint8),
    "numpy": lambda p: np.ones(2 << 30, dtype=np.uint8),
    "python": lambda p: [bytearray(1 << 20) for _ in range(1 << 20)],
}


@pytest.mark.parametrize("name", sorted(HUNGRY))
def test_the_memory_limit_is_kept_and_said(child: Any, name: str) -> None:
    outcome, _ = child(HUNGRY[name])
    assert outcome["error"] == "ran out of memory (limit 1 GiB)"


def test_a_worker_that_ran_out_of_time_is_not_used_again() -> None:
    """What was interrupted may be left broken."""
    slow, quick = _item("slow", lambda p: time.sleep(60)), _item("quick", lambda p: p.x)
    claims = {item.id: item for item in (slow, quick)}
    one = Child(claims, ONE)
    assert "ran out of time after 1 s" in one.perform(plan(slow, ONE)[0])[0]["error"]
    assert one._worker is not None
    assert one._worker.is_over
    assert "evidence" in one.perform(plan(quick, ONE)[0])[0]
    one.close()


def test_tasks_that_wait_behind_one_that_ends_its_worker_are_done_elsewhere() -> None:
    """While claims are loading, workers have a few tasks ahead."""

    class Loading:
        """Sixty claims, the first twelve together, the others one at a time, and then a pause."""

        is_growing = True

        def __init__(self) -> None:
            self.claims: dict[str, Any] = {}

        def parts(self) -> Iterator[list[Any]]:
            yield [self._made(number, special.get(number, lambda p: p.x)) for number in range(12)]
            for number in range(12, 60):
                time.sleep(0.005)
                yield [self._made(number, special.get(number, lambda p: p.x))]
            time.sleep(0.3)
            self.is_growing = False

        def _made(self, number: int, function: Any) -> Any:
            item = _item(f"c{number}", function)
            self.claims[item.id] = item
            return item

    special: dict[int, Any] = {1: lambda p: os._exit(3), 20: lambda p: time.sleep(9)}
    ahead: list[int] = []
    plain = Worker.give

    def give(self: Worker, task: Task) -> None:
        plain(self, task)
        ahead.append(len(self.tasks))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Worker, "give", give)
        seen: dict[str, dict[str, Any]] = {}

        def done(ended: Any) -> None:
            assert not {task.claim for task, _ in ended} & set(seen)
            seen.update({task.claim: outcome for task, (outcome, _) in ended})

        source = Loading()
        agenda = Agenda(source, lambda claim: plan(claim, ONE), {}, lambda: None)
        run_pool(agenda, ONE, done, 2)
    assert set(seen) == set(source.claims)
    assert 1 < max(ahead) <= pool.AHEAD
    wrong = {id_: outcome["error"] for id_, outcome in seen.items() if "error" in outcome}
    assert wrong == {
        "t.c1": "its worker process died with status 3 (measure-0)",
        "t.c20": "ran out of time after 1 s (measure-0)",
    }
