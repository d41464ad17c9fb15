"""Tests of the checker's enclosures against python-flint's balls, and of its open ends."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import flint
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath.libmp import finf, fninf, to_rational

from symbolic.recheck import arcs, erf, gamma, hyperbolic, rounding
from symbolic.recheck.circular import cos_sin
from symbolic.recheck.gamma import bernoulli, polygamma
from symbolic.recheck.intervals import UNARY, Ball, exact, inverse, plus, times
from symbolic.recheck.terms import Unclear

FUNCTIONS = UNARY | {
    "sin": lambda a, prec: cos_sin(a, prec)[1],
    "cos": lambda a, prec: cos_sin(a, prec)[0],
}
for module in (arcs, erf, gamma, hyperbolic, rounding):
    FUNCTIONS |= module.FUNCTIONS
NAMES = (
    "exp log sin cos asin acos atan sinh cosh tanh coth asinh acosh atanh erf erfc gamma digamma"
)
ARB: dict[str, Callable] = {name: getattr(flint.arb, name) for name in NAMES.split()}
ARB["loggamma"] = flint.arb.lgamma


def arb(value: Fraction) -> flint.arb:
    return flint.arb(value.numerator) / flint.arb(value.denominator)


def end(x: object) -> flint.arb:
    p, q = to_rational(x)
    return arb(Fraction(int(p), int(q)))


def ball(low: Fraction, high: Fraction) -> Ball:
    return Ball(exact(low, 400).lo, exact(high, 400).hi)


points = st.one_of(
    st.fractions(-3, 3, max_denominator=64),
    st.fractions(-60, 60, max_denominator=7),
    st.fractions(Fraction(-1, 10**6), Fraction(1, 10**6), max_denominator=10**9),
)


@pytest.mark.parametrize("name", ARB)
@given(low=points, width=st.sampled_from([Fraction(0), Fraction(1, 10**6), Fraction(1, 3)]))
@settings(max_examples=20, deadline=None)
def test_enclosures_contain_the_values(name: str, low: Fraction, width: Fraction) -> None:
    flint.ctx.prec = 250
    for prec in (53, 130):
        try:
            found = FUNCTIONS[name](ball(low, low + width), prec)
        except Unclear:
            continue
        for place in (low, low + width / 2, low + width):
            value = ARB[name](arb(place))
            assert found.lo == fninf or not value < end(found.lo)
            assert found.hi == finf or not value > end(found.hi)
        if width == 0 and found.hi != finf:
            gap = float(end(found.hi) - end(found.lo))
            assert gap <= 2.0 ** (12 - prec) * max(1.0, abs(float(ARB[name](arb(low)))))


@pytest.mark.parametrize("order", [0, 1, 2, 3])
@pytest.mark.parametrize("at", [Fraction(1, 9), Fraction(1), Fraction(7, 3), Fraction(40)])
def test_polygamma_lies_between_difference_quotients(order: int, at: Fraction) -> None:
    """psi_n(x + 1) - psi_n(x) = (-1)**n n! / x**(n + 1), at both ends of the enclosures."""
    here, there = (polygamma(order)(ball(x, x), 100) for x in (at, at + 1))
    value = Fraction((-1) ** order * [1, 1, 2, 6][order]) / at ** (order + 1)
    flint.ctx.prec = 250
    assert end(there.lo) - end(here.hi) <= arb(value)
    assert end(there.hi) - end(here.lo) >= arb(value)
    gap = float(end(here.hi) - end(here.lo))
    assert gap <= 1e-20 * (1 + float(at) ** -(order + 1))


def test_bernoulli_numbers() -> None:
    known = ["1/6", "-1/30", "1/42", "-1/30", "5/66", "-691/2730"]
    assert [str(bernoulli(k)) for k in (2, 4, 6, 8, 10, 12)] == known


def test_open_ends_survive_where_they_should_and_nowhere_else() -> None:
    half_open = Ball(exact(0, 53).lo, exact(1, 53).hi, True, False)
    closed = Ball(exact(0, 53).lo, exact(1, 53).hi)
    assert half_open.positive()
    assert not closed.positive()
    assert times(half_open, half_open, 53).positive()
    assert not times(half_open, closed, 53).positive()
    assert plus(half_open, closed, 53).positive()
    assert not plus(closed, closed, 53).positive()
    assert inverse(half_open, 53).hi == finf
    with pytest.raises(Unclear):
        inverse(closed, 53)
    with pytest.raises(Unclear):
        FUNCTIONS["log"](closed, 53)
    assert FUNCTIONS["sin"](half_open, 53).positive()
    assert not FUNCTIONS["cos"](Ball(exact(-1, 53).lo, exact(1, 53).hi, True, True), 53).hi_open
