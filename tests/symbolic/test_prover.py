"""Strategies of the interval engine, one by one, on questions with one right answer."""

from __future__ import annotations

import contextlib
import time

import pytest
import sympy as sp
from flint import arb

from symbolic import clock
from symbolic.boxes import Box, middle
from symbolic.decide import decide
from symbolic.exactness import constant_sign, is_zero, less
from symbolic.limits import limit_at
from symbolic.prover import OutOfTime, Prover
from symbolic.ranges import Range
from symbolic.shifts import shifted
from symbolic.watchdog import Expired, expires_at
from symbolic.zeros import exact_names

x, y = sp.symbols("x y", real=True)
ZERO, ONE = sp.Integer(0), sp.Integer(1)


def prove(expr: sp.Expr, strict: bool, *ranges: Range) -> bool:
    symbols = (x, y)[: len(ranges)]
    prover = Prover(symbols, {}, (), clock.now() + 1.5)
    try:
        return prover.prove(expr, strict, Box(symbols, ranges)) is not None
    except OutOfTime:
        return False


@pytest.mark.parametrize("order", range(1, 7))
def test_zeros_of_finite_order_at_an_end(order: int) -> None:
    # exp(x) less its Taylor sum has a zero of exactly this order at 0
    rest = sp.exp(x) - sum(x**k / sp.factorial(k) for k in range(order))
    assert prove(rest, False, Range(ZERO, ONE))
    assert prove(rest, True, Range(ZERO, ONE, True))
    assert not prove(rest, True, Range(ZERO, ONE))
    assert not prove(-rest, False, Range(ZERO, ONE))
    assert prove(rest * (-1) ** order, False, Range(-ONE, ZERO))


def test_zeros_at_transcendental_ends_and_inside() -> None:
    assert prove(sp.sin(x), False, Range(ZERO, sp.pi))
    assert prove(1 + sp.cos(x), False, Range(ZERO, 2 * sp.pi))
    assert prove(x / sp.E - sp.log(x), False, Range(ONE, sp.Integer(9)))
    assert not prove(x / sp.E - sp.log(x), True, Range(ONE, sp.Integer(9)))
    assert not prove(x / sp.E - sp.log(x) - sp.Rational(1, 10**9), False, Range(ONE, 9 * ONE))


def test_corners_and_faces_in_two_variables() -> None:
    unit = Range(ZERO, ONE)
    assert prove(sp.sin(x) * sp.sin(y), False, unit, unit)
    assert prove(sp.exp(x * y) - 1 - x * y, False, unit, unit)
    assert prove(sp.exp(x + y) - 1 - x - y, False, Range(-ONE, ONE), Range(-ONE, ONE))
    assert not prove(sp.sin(x) * sp.sin(y), True, unit, unit)
    assert prove(sp.sin(x) * sp.sin(y), True, Range(ZERO, ONE, True), Range(ZERO, ONE, True))


def test_a_pole_inside_is_never_stepped_over() -> None:
    # increasing on both sides of 0, yet not across it
    assert not prove(-1 / x + 2, False, Range(-ONE, ONE))
    assert not prove(sp.Integer(10) - sp.tan(x), False, Range(ZERO, sp.Integer(3)))
    assert not prove(sp.log(x**2) + 100, False, Range(-ONE, ONE))


def test_side_conditions_do_not_help_on_the_way_from_a_face() -> None:
    # The slope in x is negative only where the side condition excludes the point, and yet the
    # function falls below zero on the far side of that stretch.
    for where in ((x - 1) ** 2 > sp.Rational(1, 4), (x - 1) ** 2 >= sp.Rational(1, 4)):
        f = -1 - 3 * sp.tanh(20 * (x - 1))
        prover = Prover((x,), {}, (where,), clock.now() + 1.0)
        box = Box((x,), (Range(ZERO, sp.Integer(2)),))
        with contextlib.suppress(OutOfTime):
            assert prover.prove(f, False, box) is None
    over = {x: sp.Interval(0, 3), y: sp.Interval(0, 3)}
    relation = sp.log(x - y) <= x - y - 1 + sp.Rational(1, 10) - sp.Rational(2, 10) * (x - y)
    assert decide(relation, over=over, where=[x > y], seconds=2).outcome == "refuted"


def test_a_face_on_which_a_side_is_undefined_is_not_used() -> None:
    # -x exp(1/x) tends to -oo at 0, though SymPy and 0*oo = 0 suggest 0 there
    assert not prove(-x * sp.exp(1 / x), False, Range(ZERO, ONE, True))
    assert not prove(x * sp.log(x) ** 2 - sp.Rational(1, 1000), False, Range(ZERO, ONE, True))


def test_limits_by_parts() -> None:
    assert limit_at(sp.pi / 2 - sp.atan(x), x, sp.oo) == 0
    assert limit_at(x**2 * sp.log(x) ** 3, x, 0) == 0
    assert limit_at((1 - x) * sp.log(1 - x), x, 1) == 0
    assert limit_at(sp.exp(-x) * x**5 + 1, x, sp.oo) == 1
    for indeterminate in (x - sp.log(x), sp.exp(x) / x, sp.sin(x), (1 + 1 / x) ** x):
        assert limit_at(indeterminate, x, sp.oo) is None
    assert limit_at(sp.exp(-x) * sp.log(sp.exp(sp.exp(x)) + 1), x, sp.oo) is None
    assert limit_at(x ** (1 / sp.log(x)), x, 0) is None
    assert limit_at(y * sp.exp(-x), x, sp.oo) is None


def test_signs_of_constants_do_not_rest_on_floating_point() -> None:
    assert constant_sign(1 - sp.gamma(sp.erf(40)) ** 2) != 1
    assert constant_sign(sp.sqrt(2) + sp.sqrt(3) - sp.sqrt(5 + 2 * sp.sqrt(6))) in (0, None)
    assert constant_sign(sp.pi - sp.Rational(314159265358979323846, 10**20)) == 1
    assert constant_sign(sp.log(-2)) is None
    assert less(sp.pi, sp.Rational(22, 7))
    assert not less(sp.Rational(22, 7), sp.pi)
    assert less(-sp.oo, sp.oo)


def test_exact_zero_tests() -> None:
    assert is_zero(sp.sin(x) ** 2 + sp.cos(x) ** 2 - 1)
    assert is_zero((x + y) ** 2 - x**2 - 2 * x * y - y**2)
    assert is_zero(sp.tanh(x) - sp.sinh(x) / sp.cosh(x))
    assert not is_zero(sp.sin(x) ** 2 + sp.cos(x) ** 2 - 1 + sp.Rational(1, 10**40))
    assert not is_zero(sp.Abs(x) - x)


def test_numbers_are_named_exactly() -> None:
    for value in (sp.Rational(3, 7), sp.pi / 3, sp.E, sp.sqrt(2), sp.exp(-1), sp.log(2)):
        names = list(exact_names(arb(str(sp.N(value, 25)))))
        assert value in names


def test_side_conditions_become_excesses() -> None:
    box = Box((x, y), (Range(ONE, 4 * ONE), Range(ONE, 4 * ONE)))
    moved = shifted((y, x), box, (y >= x,))
    assert len(moved.moves) == 1
    symbol, low, index = moved.moves[0]
    assert index == 0
    assert moved.box.range(symbol).low == 0
    assert not moved.box.range(symbol).low_open
    assert {symbol, low} == {x, y}


def test_cuts_are_short_and_inside() -> None:
    for r in (Range(ZERO, sp.pi), Range(sp.Rational(1, 3), sp.Rational(2, 5)), Range(ONE, sp.oo)):
        at = middle(r)
        assert at.is_Rational
        assert less(r.low, at)
        assert less(at, r.high)
        assert at.q <= 1024


def test_the_watchdog_interrupts_and_restores_what_was_there() -> None:
    started = time.monotonic()
    with pytest.raises(Expired):
        _spin(clock.now() + 0.05)
    assert time.monotonic() - started < 10.0
    with expires_at(clock.now() + 5):
        with pytest.raises(Expired):
            _spin(clock.now() + 0.01)
        assert sum(range(10)) == 45


def _spin(deadline: float) -> None:
    with expires_at(deadline):
        while True:
            pass
