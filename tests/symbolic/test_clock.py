"""Work is counted, not what passes on the wall."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Callable

import pytest
import sympy as sp
from sympy import Interval, S, cos, exp, log, oo, sin, sqrt

from symbolic import clock
from symbolic.budget import run_with_deadline
from symbolic.decide import decide
from symbolic.watchdog import Expired, expires_at

x, y, z = sp.symbols("x y z", real=True)
POSITIVE = Interval.open(0, oo)
# Each takes a while alone, and is settled by another part of the ladder.
QUESTIONS = [
    (x**4 + y**4 + z**4 >= 4 * x * y * z - 1, dict.fromkeys((x, y, z), S.Reals), ()),
    (x * log(x) + (1 - x) * log(1 - x) >= -log(2), {x: Interval.open(0, 1)}, ()),
    (exp(x) >= 1 + x + x**2 / 2 - abs(x) ** 3, {x: Interval(-1, 1)}, ()),
    (cos(x) + cos(y) >= 2 - (x**2 + y**2) / 2, dict.fromkeys((x, y), S.Reals), ()),
    (sqrt(x) + sqrt(y) <= sqrt(2 * (x + y)), dict.fromkeys((x, y), Interval(0, oo)), ()),
    (x**2 * y <= z**3, dict.fromkeys((x, y, z), POSITIVE), (x <= z, 2 * y <= z)),
    (sin(x) / x >= cos(x), {x: Interval.open(0, sp.pi / 2)}, ()),
]


def compute(seconds: float) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def test_sleep_is_no_work():
    before = clock.now()
    time.sleep(0.2)
    assert clock.now() - before < 0.1
    compute(0.1)
    assert clock.now() - before >= 0.1


def _do(work: Callable[[], None], threaded: bool) -> None:
    """Work here, or in a thread of its own."""
    if not threaded:
        work()
        return
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(10)


@pytest.mark.parametrize("threaded", [False, True])
def test_a_limit_waits_for_the_work(threaded: bool):
    seen: list[str] = []

    def work() -> None:
        try:
            with expires_at(clock.now() + 0.1):
                time.sleep(0.3)
                seen.append("slept")
                compute(1.0)
                seen.append("computed")
        except Expired:
            seen.append("expired")

    _do(work, threaded)
    assert seen == ["slept", "expired"]


@pytest.mark.parametrize("threaded", [False, True])
def test_the_wall_is_a_guard(threaded: bool, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(clock, "_GUARD", -0.9)
    seen: list[str] = []

    def work() -> None:
        try:
            with clock.guarded(1.0), expires_at(clock.now() + 1000):
                for _ in range(500):
                    time.sleep(0.01)
                seen.append("slept")
        except Expired:
            seen.append("expired")

    _do(work, threaded)
    assert seen == ["expired"]
    assert clock.guard(threading.get_ident()) == float("inf")


def test_an_inner_limit_ends_with_the_outer_one():
    with pytest.raises(Expired), expires_at(clock.now() + 0.05), expires_at(clock.now() + 100):
        compute(5.0)
    with expires_at(clock.now() + 100):
        with pytest.raises(Expired), expires_at(clock.now() + 0.05):
            compute(5.0)
        compute(0.01)


def test_a_child_is_charged():
    before = clock.now()
    assert run_with_deadline(_computed, (0.3,), clock.now() + 5) == "done"
    assert 0.3 <= clock.now() - before < 1.0
    before = clock.now()
    assert run_with_deadline(_computed, (30.0,), clock.now() + 0.3) is None
    assert 0.3 <= clock.now() - before < 1.0


def _computed(seconds: float) -> str:
    compute(seconds)
    return "done"


def _busy() -> None:
    while True:
        pass


def test_a_busy_machine_gives_the_same_answers():
    def answers() -> list[tuple[str, bool]]:
        found = [decide(r, over=o, where=w, seconds=2.0) for r, o, w in QUESTIONS]
        return [(d.outcome, d.certificate is not None) for d in found]

    alone = answers()
    assert all(outcome == "proved" for outcome, _ in alone)
    context = multiprocessing.get_context("spawn" if os.name == "nt" else "fork")
    busy = [context.Process(target=_busy, daemon=True) for _ in range(2 * (os.cpu_count() or 1))]
    for process in busy:
        process.start()
    try:
        assert answers() == alone
    finally:
        for process in busy:
            process.kill()
            process.join()
