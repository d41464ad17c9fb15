"""Scaling, periods and valleys: what they show, and what the checker refuses."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp
from sympy import Interval, cos, exp, floor, log, oo, pi, sin, sqrt
from sympy import Rational as Q

from symbolic.certificate import build, encode
from symbolic.problem import Problem
from symbolic.recheck import recheck

x, y, z = sp.symbols("x y z", real=True)
OPEN, UNIT, REALS = Interval.open(0, oo), Interval.open(0, 1), sp.S.Reals
SIGN = {"by": "sign"}


def ge(left: Any, right: Any) -> Any:
    return sp.Ge(left, right, evaluate=False)


def gt(left: Any, right: Any) -> Any:
    return sp.Gt(left, right, evaluate=False)


def check(relation: Any, over: dict, why: dict[str, Any], where: tuple = ()) -> bool:
    body = {"relations": [{"boxes": [{"box": {}, "why": why}]}]}
    return recheck(build(Problem((relation,), over, where), "test", body), 20.0).ok


def scaled(degree: str, then: dict[str, Any], names: tuple[str, ...] = ("x", "y")) -> dict:
    return {"by": "scaling", "names": list(names), "var": "y", "degree": degree, "then": then}


def at_least_at_one() -> dict[str, Any]:
    """The face y = 1 has its zero at x = 1, and the second derivative 1/x."""
    rest = {"by": "rewrite", "to": encode(1 / x), "then": SIGN}
    part = {"by": "taylor", "var": "x", "at": "1", "order": 2, "rest": rest}
    return {"by": "split", "var": "x", "at": "1", "parts": [part, part]}


BOTH = {x: OPEN, y: OPEN}


def test_a_homogeneous_claim_holds_if_it_does_at_one():
    claim = ge(x * log(x / y), x - y)
    assert check(claim, BOTH, scaled("1", at_least_at_one()))


@pytest.mark.parametrize("degree", ["0", "2", "1/2"])
def test_the_degree_is_the_right_one(degree):
    claim = ge(x * log(x / y), x - y)
    assert not check(claim, BOTH, scaled(degree, at_least_at_one()))


def test_scaling_needs_homogeneity_and_whole_cones():
    claim = ge(x * log(x / y), x - y)
    why = scaled("1", at_least_at_one())
    assert not check(ge(x * log(x / y), x - y + sp.Rational(1, 100)), BOTH, why)
    assert not check(claim, {x: OPEN, y: UNIT}, why)
    assert not check(claim, {x: UNIT, y: OPEN}, why)
    assert not check(claim, {x: Interval.open(1, oo), y: OPEN}, why)
    assert not check(claim, BOTH, scaled("1", at_least_at_one(), names=("y",)))
    assert not check(claim, BOTH, scaled("1", at_least_at_one(), names=("x",)))
    assert not check(ge(floor(x / y) + 1, 0), BOTH, scaled("0", SIGN))


def test_scaling_does_not_use_side_conditions():
    """x - y > 0 holds for x > y, but not at all points of the face y = 1."""
    claim = gt(x - y, 0)
    assert not check(claim, BOTH, scaled("1", {"by": "where", "where": 0}), (x > y,))
    lemma = {"expr": encode(x - y), "sign": ">", "why": {"by": "where", "where": 0}}
    why = {**scaled("1", SIGN), "lemmas": [lemma]}
    assert not check(claim, BOTH, why, (x > y,))


def test_one_period_is_enough():
    claim = ge(sin(x) + sp.Rational(3, 2), 0)
    why = {"by": "periodic", "var": "x", "period": encode(2 * pi), "then": SIGN}
    assert check(claim, {x: REALS}, why)
    assert not check(claim, {x: Interval(0, 100)}, why)
    assert not check(claim, {x: REALS}, {**why, "period": encode(pi)})
    assert not check(claim, {x: REALS}, {**why, "period": encode(-2 * pi)})
    assert not check(claim, {x: REALS}, {**why, "period": "0"})
    assert not check(ge(sin(x) + x / 100 + 2, 0), {x: REALS}, why)
    assert not check(ge(sin(x) + sp.Rational(1, 2), 0), {x: REALS}, why)


def valley(at: Any, **more: Any) -> dict[str, Any]:
    return {"by": "valley", "var": "x", "at": encode(at), **more}


def test_a_valley_lies_where_the_slope_turns():
    """(x - y)(2 x - 2 y) >= 0: (x - y)**2 is least at x = y."""
    claim = ge(x**2 + y**2, 2 * x * y)
    to = encode(2 * (x - y) ** 2)
    assert check(claim, {x: REALS, y: REALS}, valley(y, to=to, slope=SIGN))
    assert not check(claim, {x: REALS, y: REALS}, valley(-y, slope=SIGN))
    assert not check(claim, {x: REALS, y: REALS}, valley(x, slope=SIGN))
    assert not check(gt(x**2 + y**2, 2 * x * y), {x: REALS, y: REALS}, valley(y, to=to))
    assert not check(ge(x**2 + y**2, 2 * x * y + 1), {x: REALS, y: REALS}, valley(y, to=to))
    assert not check(ge(2 * x * y, x**2 + y**2), {x: REALS, y: REALS}, valley(y))


def test_a_valley_lies_in_the_range():
    """exp(x) - y x is least at log(y), which is below 0 for y < 1."""
    claim = ge(exp(x) - y * x - y + y * log(y), 0)
    why = valley(log(y), slope=SIGN)
    assert not check(claim, {x: Interval(0, 1), y: UNIT}, why)


def test_a_valley_asks_for_all_of_the_path():
    """Between x < -1 and x > 1 the claim is not made, and 1/x**2 is not defined at 0."""
    claim = ge(1 / x**2 + y**2, 0)
    assert not check(claim, {x: REALS, y: REALS}, valley(y), (x**2 > 1,))


def test_the_reductions_are_found():
    from symbolic.decide import decide

    a, b, p, q = sp.symbols("a b p q")
    over = {a: OPEN, b: OPEN}
    mean = (b - a) / (log(b) - log(a))
    kl = p * log(p / q) + (1 - p) * log((1 - p) / (1 - q))
    for relation, domain, where, truth in (
        (sqrt(a * b) < mean, over, (a < b,), "proved"),
        (mean < (a + b) / 2, over, (a < b,), "proved"),
        (mean < Q(999, 1000) * (a + b) / 2, over, (a < b,), "refuted"),
        (sin(cos(x)) < cos(sin(x)), {x: REALS}, (), "proved"),
        (sin(cos(x)) + Q(1, 5) < cos(sin(x)), {x: REALS}, (), "refuted"),
        (kl <= (p - q) ** 2 / (q * (1 - q)), {p: UNIT, q: UNIT}, (), "proved"),
        (kl <= (p - q) ** 2 / (2 * q * (1 - q)), {p: UNIT, q: UNIT}, (), "refuted"),
    ):
        decision = decide(relation, domain, where, seconds=10)
        assert decision.outcome == truth, relation
        assert decision.certificate is not None
        assert recheck(decision.certificate, 30.0).ok
