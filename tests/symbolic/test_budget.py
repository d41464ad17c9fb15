"""Limits on time and memory, in every thread and inside z3."""

from __future__ import annotations

import ctypes
import gc
import resource
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import sympy as sp
from sympy import Interval, S, cos, exp, sin

from symbolic import clock
from symbolic.budget import limit_growth, run_with_deadline
from symbolic.decide import decide
from symbolic.formula import Sign
from symbolic.realclosed import satisfiable
from symbolic.watchdog import Expired, expires_at, shielded

x, y = sp.symbols("x y", real=True)
ENDLESS = sum((sin(k * x * y) ** k for k in range(1, 40)), sp.Integer(0)) <= 1000 - exp(cos(x))
SLACK = 0.1  # seconds
TRIES = 3


def processor_seconds() -> float:
    """Time that this process and its ended children have computed."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def keeps(seconds: float, work: Callable[[], object]) -> bool:
    """Whether the work computes no longer than its limit, 10 % and 0.1 s, in one of a few tries.

    Seconds on the wall would also count what other processes do: they only bound a hang.
    """
    for _ in range(TRIES):
        started, wall = processor_seconds(), time.monotonic()
        work()
        took = processor_seconds() - started
        assert time.monotonic() - wall < 10 * seconds + 10
        if took < 1.1 * seconds + SLACK:
            return True
    return False


def _hard() -> list[Sign]:
    """Seven quadrics in seven unknowns: far beyond what can be decided in a second."""
    from flint import Ordering, fmpq_mpoly_ctx

    names = [f"u{i}" for i in range(7)]
    context = fmpq_mpoly_ctx.get(names, Ordering.lex)
    gens = list(context.gens())
    quadrics = [
        sum(((i * j + 3 * i + k) % 7 - 3) * gens[i] * gens[j] for i in range(7) for j in range(7))
        + (k + 1) * gens[k]
        - k
        - 2
        for k in range(7)
    ]
    return [Sign("==", q**2 * gens[0] + q - 1) for q in quadrics]


def test_the_limit_is_kept_in_a_worker_thread():
    decide(ENDLESS, {x: S.Reals, y: S.Reals}, seconds=0.3)
    with ThreadPoolExecutor(1) as pool:
        for seconds in (0.5, 1.0):
            question = (ENDLESS, {x: S.Reals, y: S.Reals}, (), seconds)
            assert keeps(seconds, lambda q=question: pool.submit(decide, *q).result())


def test_nothing_arrives_after_the_block():
    def work() -> int:
        for _ in range(200):
            try:
                with expires_at(clock.now() + 0.0005):
                    sum(range(4000))
            except Expired:
                pass
        return sum(range(10**5))

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(work).result() == work()


def test_a_thread_that_is_interrupted_learns_so():
    seen = []

    def work() -> None:
        try:
            with expires_at(clock.now() + 0.05):
                while True:
                    pass
        except Expired:
            seen.append(True)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(5)
    assert seen == [True]


class _Slow:
    def __init__(self, ended: list[bool]) -> None:
        self.ended = ended

    def __del__(self) -> None:
        until = time.monotonic() + 0.1
        while time.monotonic() < until:
            pass
        self.ended.append(True)


def _in_a_thread(work: Callable[[], None]) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()


@pytest.mark.parametrize("threaded", [False, True])
def test_an_interruption_in_a_finaliser_comes_after_it(threaded: bool):
    ended: list[bool] = []

    def work() -> None:
        with expires_at(clock.now() + 0.03):
            _Slow(ended)
            gc.collect()
            _spin()

    started = time.monotonic()
    with pytest.raises(Expired):
        _in_a_thread(work) if threaded else work()
    assert ended == [True]
    assert time.monotonic() - started < 5.0


def test_nobody_is_told_of_an_interruption_that_was_lost(monkeypatch: pytest.MonkeyPatch):
    told: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", told.append)
    with expires_at(clock.now() + 5):
        for error in (Expired, ValueError):
            _raises_at_its_end(error)
    assert [args.exc_type for args in told] == [ValueError]


def _raises_at_its_end(error: type[BaseException]) -> None:
    class Failing:
        def __del__(self) -> None:
            raise error

    Failing()


def _shielded_work(seen: list[str]) -> None:
    try:
        with expires_at(clock.now() + 0.05):
            with shielded():
                until = time.monotonic() + 0.2
                while time.monotonic() < until:
                    pass
                seen.append("inside")
            while True:
                pass
    except Expired:
        seen.append("after")


@pytest.mark.parametrize("threaded", [False, True])
def test_a_shield_delays_the_interruption(threaded: bool):
    seen: list[str] = []
    if threaded:
        thread = threading.Thread(target=_shielded_work, args=(seen,), daemon=True)
        thread.start()
        thread.join(5)
    else:
        _shielded_work(seen)
    assert seen == ["inside", "after"]
    with pytest.raises(Expired), expires_at(clock.now() + 0.05):
        _spin()


def _spin() -> None:
    while True:
        pass


def test_z3_keeps_the_limit():
    satisfiable(_hard()[:1], 0.1)  # the import of z3 is not what is measured
    for seconds in (0.6, 1.2):
        assert satisfiable(_hard(), seconds).status == "unknown"
        assert keeps(seconds, lambda s=seconds: satisfiable(_hard(), s))


def test_a_child_cannot_take_all_the_memory():
    assert run_with_deadline(_grow, (64 * 2**20,), clock.now() + 10) == "refused"
    assert run_with_deadline(_grow, (1024 * 2**20,), clock.now() + 10) == "granted"


def _grow(most: int) -> str:
    limit_growth(most)
    try:
        bytearray(256 * 2**20)
    except MemoryError:
        return "refused"
    return "granted"


def test_the_limit_holds_for_questions_of_real_closed_fields():
    a, b, c, d = sp.symbols("a b c d", real=True)
    form = sum((u * v - w) ** 2 * (u + w * v) ** 2 for u, v, w in ((a, b, c), (b, c, d), (c, d, a)))
    relation = form**2 + a**2 * d**3 + 3 >= a * b * c * d
    over = dict.fromkeys((a, b, c, d), Interval(-3, 3))
    assert keeps(1.0, lambda: decide(relation, over, seconds=1))


def test_an_interruption_inside_a_foreign_call_is_out_of_time(monkeypatch: pytest.MonkeyPatch):
    def interrupted(problem: object, deadline: float) -> None:
        raise ctypes.ArgumentError("argument 1: Expired")

    monkeypatch.setattr("symbolic.polynomial.attempt", interrupted)
    decision = decide(x**2 + x * y + y**2 + 1 > 0, {x: S.Reals, y: S.Reals}, seconds=1)
    assert decision.outcome != "refuted"
