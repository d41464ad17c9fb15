"""Reflection, multiplication and steps of gamma functions, as rules that the checker replays."""

from __future__ import annotations

import mpmath
import pytest
import sympy as sp
from sympy import Interval, S, beta, binomial, digamma, factorial, gamma, log, loggamma, oo, pi
from sympy import Rational as Q
from sympy import polygamma as psi

from symbolic.certificate import encode
from symbolic.decide import decide
from symbolic.decoding import decode
from symbolic.gammas import gamma_chain
from symbolic.recheck import recheck

x, n, k = sp.symbols("x n k")
POSITIVE, OPEN = Interval.open(0, oo), Interval.open(0, 1)
HALF = Interval.open(-Q(1, 2), Q(1, 2))

TRUE = {
    "reflection": (gamma(x) * gamma(-x), -pi / (x * sp.sin(pi * x)), {x: OPEN}),
    "reflection about a half": (gamma(Q(1, 2) + x) * gamma(Q(1, 2) - x), pi / sp.cos(pi * x),
                                {x: HALF}),
    "by three": (gamma(x) * gamma(x + Q(1, 3)) * gamma(x + Q(2, 3)),
                 2 * pi * 3 ** (Q(1, 2) - 3 * x) * gamma(3 * x), {x: POSITIVE}),
    "logarithm by two": (loggamma(2 * x), loggamma(x) + loggamma(x + Q(1, 2))
                         + (2 * x - 1) * log(2) - log(pi) / 2, {x: POSITIVE}),
    "digamma by three": (3 * digamma(3 * x), digamma(x) + digamma(x + Q(1, 3))
                         + digamma(x + Q(2, 3)) + 3 * log(3), {x: POSITIVE}),
    "digamma reflection": (digamma(1 - x) - digamma(x), pi * sp.cot(pi * x), {x: OPEN}),
    "trigamma reflection": (psi(1, 1 - x) + psi(1, x), pi**2 / sp.sin(pi * x) ** 2, {x: OPEN}),
    "polygamma step": (psi(4, x + 2), psi(4, x) + 24 / x**5 + 24 / (x + 1) ** 5, {x: POSITIVE}),
    "beta": (beta(x, x), 2 ** (1 - 2 * x) * beta(x, Q(1, 2)), {x: POSITIVE}),
    "binomial": (binomial(2 * n, n) * factorial(n) ** 2, factorial(2 * n), {n: S.Naturals0}),
}  # fmt: skip


@pytest.mark.parametrize("name", TRUE)
def test_it_is_proved_and_rechecked_and_its_near_miss_refuted(name: str) -> None:
    left, right, over = TRUE[name]
    decision = decide(sp.Eq(left, right, evaluate=False), over, seconds=5)
    assert decision.outcome == "proved"
    assert decision.certificate is not None
    assert recheck(decision.certificate).ok
    miss = sp.Eq(left, Q(101, 100) * right, evaluate=False)
    assert decide(miss, over, seconds=5).outcome == "refuted"


def test_a_reflection_at_a_pole_is_refuted() -> None:
    relation = sp.Eq(gamma(x) * gamma(1 - x), pi / sp.sin(pi * x), evaluate=False)
    assert decide(relation, {x: Interval(0, Q(1, 2))}, seconds=5).outcome == "refuted"
    assert decide(relation, {x: Interval.open(0, 2)}, seconds=5).outcome == "refuted"


def test_a_quotient_by_a_tangent_has_a_hole_where_the_tangent_has_a_pole() -> None:
    relation = sp.Eq(digamma(1 - x) - digamma(x), pi / sp.tan(pi * x), evaluate=False)
    decision = decide(relation, {x: OPEN}, seconds=5)
    assert decision.outcome == "refuted"
    assert decision.witness == {x: Q(1, 2)}


def test_each_rewrite_keeps_the_value() -> None:
    at = {x: Q(3, 10)}
    for left, right, over in TRUE.values():
        if x not in over:
            continue
        expr = left - right
        point = {x: Q(1, 10)} if over[x] == HALF else at
        for step in gamma_chain(expr, point):
            values = [mpmath.mpf(sp.N(e.subs(point), 30)) for e in (step.old, step.new)]
            assert mpmath.almosteq(*values, rel_eps=1e-20), step


def test_a_binomial_is_written_as_a_product() -> None:
    tree = encode(binomial(x, k))
    written = decode(tree, {"x": x, "k": k})
    for upper, lower in ((7, 3), (3, 5), (Q(-1, 2), 4), (Q(5, 2), 0), (-3, 2)):
        assert written.subs({x: upper, k: lower}).doit() == binomial(upper, lower)


def test_a_binomial_beyond_its_row_is_zero_and_not_undefined() -> None:
    over, where = {n: S.Naturals0, k: S.Naturals0}, (k > n,)
    wrong = sp.Eq(binomial(n, k), 1, evaluate=False)
    decision = decide(wrong, over, where, seconds=5)
    assert decision.outcome == "refuted"
    assert "false" in decision.reason
    assert decision.certificate is not None
    pascal = sp.Eq(binomial(n + 1, k), binomial(n, k) + binomial(n, k - 1), evaluate=False)
    assert decide(pascal, over, where, seconds=3).outcome != "refuted"
