"""Equations whose proof is written down: switches, products, and sides defined by lemmas."""

from __future__ import annotations

import pytest
import sympy as sp
from sympy import Abs, Interval, Max, Min, Product, S, Sum, cot, factorial, log, oo, pi, sign
from sympy import Rational as Q

from symbolic.certificate import build, encode
from symbolic.decide import decide
from symbolic.problem import Problem
from symbolic.recheck import recheck

x, y, n, k = sp.symbols("x y n k")
R, FROM_ZERO = S.Reals, S.Naturals0
UP = Interval.open(1, oo)

WRITTEN = {
    "signs": (sign(x) * sign(y), sign(x * y), {x: R, y: R}),
    "absolute values": (Abs(x * y), Abs(x) * Abs(y), {x: R, y: R}),
    "a clip": (Min(Max(x, 0), 1), (Abs(x) - Abs(x - 1) + 1) / 2, {x: R}),
    "a soft threshold": (sign(x) * Max(Abs(x) - 1, 0), Max(x - 1, 0) - Max(-x - 1, 0), {x: R}),
    "a factorial": (Product(k, (k, 1, n)), factorial(n), {n: FROM_ZERO}),
    "a product of quotients": (Product(1 - 1 / k**2, (k, 2, n)), (n + 1) / (2 * n),
                               {n: sp.Range(2, oo)}),
    "logarithms": (Sum(log(1 + 1 / k), (k, 1, n)), log(n + 1), {n: S.Naturals}),
    "a hidden denominator": (1 / sp.tan(x), cot(x), {x: Interval.open(0, pi / 2)}),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITTEN)
def test_the_proof_is_written_and_its_near_miss_refuted(name: str) -> None:
    left, right, over = WRITTEN[name]
    decision = decide(sp.Eq(left, right, evaluate=False), over, seconds=5)
    assert decision.outcome == "proved"
    assert decision.certificate is not None
    assert recheck(decision.certificate).ok
    miss = sp.Eq(left, Q(101, 100) * right, evaluate=False)
    assert decide(miss, over, seconds=5).outcome == "refuted"


def verdict(left: sp.Expr, right: sp.Expr, over: dict, why: dict) -> str:
    relation = sp.Eq(left, right, evaluate=False)
    body = {"relations": [{"boxes": [{"box": {}, "why": why}]}]}
    found = recheck(build(Problem((relation,), over), "identity", body))
    return "ok" if found.ok else found.reason


def test_a_recurrence_needs_its_rate_and_its_first_value() -> None:
    product, over = Product(k, (k, 1, n)), {n: FROM_ZERO}
    rate = {"by": "recurrence", "var": "n", "rate": encode(n + 1)}
    assert verdict(product, factorial(n), over, rate) == "ok"
    other = {**rate, "rate": encode(n + 2)}
    assert "rejected" in verdict(product, factorial(n), over, other)
    assert "rejected" in verdict(product, 2 * factorial(n), over, rate)
    assert "rejected" in verdict(product, factorial(n), {n: UP}, rate)


def test_a_product_that_reaches_a_pole_is_not_proved() -> None:
    far = Product(1 / (k - 100_000), (k, 1, n))
    relation = sp.Eq(far, far + 0 * n, evaluate=False)
    assert decide(relation, {n: S.Naturals}, seconds=3).outcome != "proved"
