"""Parts bounded at infinity, sums a step ahead, gammas near zero, with certificates."""

from __future__ import annotations

import pytest
import sympy as sp
from sympy import Interval, Rational, S, exp, factorial, gamma, harmonic, log, oo, sqrt, tanh

from symbolic.decide import decide
from symbolic.recheck import recheck

x, y, a = sp.symbols("x y a", real=True)
n, k = sp.symbols("n k", integer=True)
WEAK, POSITIVE, UNIT = Interval(0, oo), Interval.open(0, oo), Interval(-1, 1)
HUNDREDTH = Rational(1, 100)

TRUE = [
    (tanh(x) >= Rational(9, 10) * x / sqrt(1 + x**2), {x: WEAK}),
    (sp.Sum(1 / k, (k, 1, n)) >= log(n), {n: S.Naturals}),
    (harmonic(n) >= log(n), {n: S.Naturals}),
    (harmonic(n) <= 1 + log(n), {n: S.Naturals}),
    (factorial(n) >= 2 ** (n - 1), {n: S.Naturals}),
    (x * gamma(x) >= Rational(88, 100), {x: POSITIVE}),
    ((1 + x) ** a >= 1 + a * x, {x: Interval.open(-1, oo), a: Interval(1, oo)}),
    # two directions of growth one after the other
    (exp(x * y) >= 1 + x * y - Rational(1, 150), {x: UNIT, y: UNIT}),
]
FALSE = [
    (tanh(x) >= Rational(101, 100) * x / sqrt(1 + x**2), {x: WEAK}),
    (sp.Sum(1 / k, (k, 1, n)) >= log(n) + Rational(6, 10), {n: S.Naturals}),
    (harmonic(n) >= log(n + 1) + Rational(58, 100), {n: S.Naturals}),
    (harmonic(n) < 1 + log(n), {n: S.Naturals}),
    (factorial(n) > 2 ** (n - 1), {n: S.Naturals}),
    (x * gamma(x) >= Rational(89, 100), {x: POSITIVE}),
    ((1 + x) ** a >= 1 + a * x, {x: Interval.open(-1, oo), a: Interval(1 - HUNDREDTH, 2)}),
    (exp(x * y) >= 1 + x * y + Rational(1, 150), {x: UNIT, y: UNIT}),
]


@pytest.mark.parametrize(("relation", "over"), TRUE, ids=lambda v: str(v)[:40])
def test_it_is_proved_and_the_checker_agrees(relation, over):
    decision = decide(relation, over=over, seconds=10)
    assert decision.outcome == "proved"
    assert decision.certificate is not None
    assert recheck(decision.certificate).ok


@pytest.mark.parametrize(("relation", "over"), FALSE, ids=lambda v: str(v)[:40])
def test_the_near_miss_is_refuted(relation, over):
    decision = decide(relation, over=over, seconds=10)
    assert decision.outcome == "refuted"
    assert decision.witness is not None
    assert recheck(decision.certificate).ok


def test_harmonic_numbers_of_other_arguments_are_left_alone():
    assert decide(harmonic(x) >= 0, over={x: WEAK}, seconds=1).outcome != "refuted"
