"""Statements that take an expansion at an end, and their near misses."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp
from sympy import Interval, acos, asin, atan, cos, digamma, erf, exp, log, oo, pi, sin, sqrt, tan
from sympy import Rational as Q

from symbolic.decide import decide
from symbolic.recheck import recheck

x, a = sp.symbols("x a")
WEAK, POSITIVE, UNIT = Interval(0, oo), Interval.open(0, oo), Interval(0, 1)
QUARTER = Interval.open(0, pi / 2)
UP_TO_ONE = Interval.Lopen(0, 1)
entropy = -x * log(x) - (1 - x) * log(1 - x)


def decided(relation: Any, domain: Any, seconds: float = 10) -> str:
    over = domain if isinstance(domain, dict) else {x: domain}
    decision = decide(relation, over=over, seconds=seconds)
    assert decision.outcome == "undecided" or recheck(decision.certificate, 30.0).ok
    return decision.outcome


PAIRS = [
    # tangencies of high order at an end
    (sin(tan(x)) <= tan(sin(x)), UNIT, sin(tan(x)) <= tan(sin(x)) - x**7 / 29, UNIT),
    (cos(x) ** Q(1, 3) < sin(x) / x, QUARTER, cos(x) ** Q(33, 100) < sin(x) / x, QUARTER),
    # roots at an end, and an end that may not be taken in
    (acos(x) >= sqrt(2) * sqrt(1 - x), UNIT, acos(x) > sqrt(2) * sqrt(1 - x), UNIT),
    (
        asin(x) <= x / (1 - x**2) ** Q(1, 6),
        Interval.Ropen(0, 1),
        asin(x) <= x / (1 - x**2) ** Q(1, 6),
        UNIT,
    ),
    # touching at infinity
    (
        atan(x) <= 8 * x / (3 + sqrt(25 + 256 * x**2 / pi**2)),
        WEAK,
        atan(x) <= 8 * x / (3 + sqrt(25 + 257 * x**2 / pi**2)),
        WEAK,
    ),
    (
        digamma(x) < log(x) - 1 / (2 * x),
        POSITIVE,
        digamma(x) < log(x) - Q(501, 1000) / x,
        POSITIVE,
    ),
    # exponentials that grow on both sides
    (
        log(1 + exp(x)) <= x + log(2),
        WEAK,
        log(1 + exp(x)) < x + log(2),
        WEAK,
    ),
    # logarithms at an end
    (
        entropy >= 4 * log(2) * x * (1 - x),
        Interval.open(0, 1),
        entropy >= 4 * log(2) * x * (1 - x),
        UP_TO_ONE,
    ),
    # squares of both sides
    (erf(x) >= sqrt(1 - exp(-(x**2))), WEAK, erf(x) >= sqrt(1 - exp(-Q(11, 10) * x**2)), WEAK),
    # powers with a base that vanishes
    ((1 - x) ** (1 / x) <= exp(-1), UP_TO_ONE, (1 - x) ** (1 / x) <= exp(-1), UNIT),
    (x**a >= x, {x: UNIT, a: UP_TO_ONE}, x**a > x, {x: UNIT, a: UP_TO_ONE}),
    (x**a <= 1, {x: UNIT, a: POSITIVE}, x**a <= 1, {x: UNIT, a: Interval(-1, 1)}),
]


@pytest.mark.parametrize("case", PAIRS, ids=[str(case[0]) for case in PAIRS])
def test_a_true_statement_and_a_near_miss(case: tuple[Any, ...]) -> None:
    true, domain, false, other = case
    assert decided(true, domain) == "proved"
    assert decided(false, other) == "refuted"


def test_a_touch_that_is_off_by_little_is_never_proved() -> None:
    for k in (10, 100, 10**4, 10**6):
        if k <= 100:
            assert decided(sin(x) <= x - (Q(1, 6) - Q(1, k)) * x**3, UNIT) == "proved"
        assert decided(sin(x) <= x - (Q(1, 6) + Q(1, k)) * x**3, UNIT, 0.5) != "proved"
        assert decided(tan(x) >= x + (Q(1, 3) + Q(1, k)) * x**3, QUARTER, 0.5) != "proved"
    assert decided(erf(x) >= sqrt(1 - exp(-Q(101, 100) * x**2)), WEAK, 1) != "proved"
