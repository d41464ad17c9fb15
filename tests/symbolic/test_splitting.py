"""Equations on pieces of their domain: powers of zero, floors, monotone functions."""

from __future__ import annotations

import pytest
import sympy as sp
from sympy import Abs, Interval, Max, Min, S, ceiling, exp, floor, log, oo, tanh
from sympy import Rational as Q

from symbolic.decide import decide

x, y, a, n = sp.symbols("x y a n")
R, UNIT, WEAK, POSITIVE = S.Reals, Interval(0, 1), Interval(0, oo), Interval.open(0, oo)


def outcome(left: sp.Expr, right: sp.Expr, over: dict, where: tuple = ()) -> str:
    return decide(sp.Eq(left, right, evaluate=False), over, where, seconds=5).outcome


TRUE = {
    "power of a square": ((x**2) ** a, x ** (2 * a), {x: UNIT, a: POSITIVE}),
    "power of a product": ((x * y) ** a, x**a * y**a, {x: UNIT, y: UNIT, a: POSITIVE}),
    "root of a power": (sp.sqrt(x**a), x ** (a / 2), {x: WEAK, a: POSITIVE}),
    "Hermite": (floor(3 * x), floor(x) + floor(x + Q(1, 3)) + floor(x + Q(2, 3)), {x: R}),
    "ceiling": (ceiling(x), -floor(-x), {x: R}),
    "halves": (floor(n / 2) + floor((n + 1) / 2), n, {n: S.Integers}),
    "nested": (floor(floor(2 * x) / 2), floor(x), {x: R}),
    "on a range": (floor(x / 2), floor(x) - 1, {x: Interval.Ropen(1, 3)}),
    "exp of a maximum": (exp(Max(x, y)), Max(exp(x), exp(y)), {x: R, y: R}),
    "log of a minimum": (log(Min(x, y)), Min(log(x), log(y)), {x: POSITIVE, y: POSITIVE}),
    "odd": (Abs(tanh(x)), tanh(Abs(x)), {x: R}),
}
FALSE = {
    "power of a square": ((x**2) ** a, x ** (2 * a), {x: Interval(-1, 1), a: POSITIVE}),
    "exponent zero": ((x**2) ** a, x ** (2 * a), {x: UNIT, a: Interval(-1, 1)}),
    "power of a product": ((x * y) ** a, x**a * y, {x: UNIT, y: UNIT, a: POSITIVE}),
    "Hermite": (floor(3 * x), floor(x) + floor(x + Q(1, 3)) + floor(x + Q(1, 2)), {x: R}),
    "ceiling": (ceiling(x), floor(x) + 1, {x: R}),
    "halves": (2 * floor(n / 2), n, {n: S.Integers}),
    "on a closed range": (floor(x / 2), floor(x) - 1, {x: Interval(1, 3)}),
    "a late step": (floor(x), floor(x + Q(1, 10**6)), {x: R}),
    "log of a maximum": (log(Max(x, y)), Max(log(x), log(y)), {x: POSITIVE, y: WEAK}),
    "even": (Abs(tanh(x)), tanh(x), {x: R}),
}


@pytest.mark.parametrize("name", TRUE)
def test_it_is_proved(name: str) -> None:
    assert outcome(*TRUE[name]) == "proved"


@pytest.mark.parametrize("name", FALSE)
def test_it_is_not_proved(name: str) -> None:
    found = outcome(*FALSE[name])
    assert found == ("undecided" if name == "a late step" else "refuted")


def test_a_factor_that_vanishes_hides_no_pole() -> None:
    """At x = 0 the product is 0 times what is undefined at y = 1/3333."""
    hidden = x**a / (3333 * y - 1)
    over = {x: UNIT, y: UNIT, a: POSITIVE}
    assert outcome(hidden, x**a * (1 / (3333 * y - 1)), over) != "proved"
    stepped = (x - floor(x)) / (3333 * y - 1)
    assert outcome(stepped, stepped + 0 * floor(2 * x), {x: S.Integers, y: UNIT}) != "proved"


def test_a_floor_of_a_floor_and_more_is_not_taken_for_constant() -> None:
    """On [0, 1/2) the first floor is 0, and the second rises at 1/4."""
    nested = floor(4 * x + floor(2 * x))
    assert outcome(nested, floor(2 * x) + floor(4 * x), {x: R}) != "refuted"
    assert outcome(floor(2 * x + floor(2 * x) / 2), 3 * floor(2 * x) / 2, {x: R}) != "proved"
    assert outcome(nested, 3 * floor(2 * x), {x: R}) == "refuted"


def test_a_sum_hides_no_pole_at_the_end_of_a_range() -> None:
    k = sp.Symbol("k")
    hidden = sp.Sum((1 + x / (3333 * y - 1)) ** k * x**a, (k, 0, n))
    over = {x: UNIT, y: UNIT, a: POSITIVE, n: S.Naturals}
    assert outcome(hidden, hidden + 0 * x, over) != "proved"
