"""Sums of arcs: whole turns, the branch that a domain selects, and near misses of both."""

from __future__ import annotations

import copy

import pytest
import sympy as sp
from sympy import Interval, S, acos, asin, atan, oo, pi, sinh, sqrt, tanh
from sympy import Rational as Q

from symbolic.certificate import build, encode
from symbolic.decide import decide
from symbolic.problem import Problem
from symbolic.recheck import recheck

x, y = sp.symbols("x y")
R, POSITIVE, OPEN = S.Reals, Interval.open(0, oo), Interval.open(0, 1)
ADDED = atan((x + y) / (1 - x * y))

TRUE = {
    "Machin": (4 * atan(Q(1, 5)) - atan(Q(1, 239)) + x, pi / 4 + x, {x: R}, ()),
    "a multiple": (x * (atan(2) + atan(3)), Q(3, 4) * pi * x, {x: R}, ()),
    "addition below": (atan(x) + atan(y), ADDED, {x: R, y: R}, (x * y < 1,)),
    "addition above": (
        atan(x) + atan(y),
        ADDED + pi,
        {x: POSITIVE, y: POSITIVE},
        (x * y > 1,),
    ),
    "above, negative": (
        atan(x) + atan(y),
        ADDED - pi,
        {x: Interval.open(-oo, 0), y: Interval.open(-oo, 0)},
        (x * y > 1,),
    ),
    "roots": (asin(x), atan(x / sqrt(1 - x**2)), {x: Interval.open(-1, 1)}, ()),
    "thirds": (asin(x) / 3 + acos(x) / 3, pi / 6, {x: Interval(-1, 1)}, ()),
    "hyperbolic": (2 * atan(tanh(x / 2)), atan(sinh(x)), {x: R}, ()),
}
FALSE = {
    "Machin": (4 * atan(Q(1, 5)) - atan(Q(1, 240)) + x, pi / 4 + x, {x: R}, ()),
    "a whole turn off": (atan(2) + atan(3) + x, x - pi / 4, {x: R}, ()),
    "the other branch": (atan(x) + atan(y), ADDED, {x: POSITIVE, y: POSITIVE}, (x * y > 1,)),
    "both branches": (atan(x) + atan(y), ADDED, {x: Interval.open(0, 2), y: OPEN}, ()),
    "the line x y = 1": (atan(x) + atan(y), ADDED, {x: R, y: R}, (x * y <= 1,)),
    "the end of the range": (asin(x), atan(x / sqrt(1 - x**2)), {x: Interval(-1, 1)}, ()),
}


@pytest.mark.parametrize("name", TRUE)
def test_a_sum_of_arcs_is_proved_and_rechecked(name: str) -> None:
    left, right, over, where = TRUE[name]
    decision = decide(sp.Eq(left, right, evaluate=False), over, where, seconds=5)
    assert decision.outcome == "proved"
    assert decision.certificate is not None
    assert recheck(decision.certificate).ok


@pytest.mark.parametrize("name", FALSE)
def test_a_near_miss_is_refuted(name: str) -> None:
    left, right, over, where = FALSE[name]
    assert decide(sp.Eq(left, right, evaluate=False), over, where, seconds=5).outcome == "refuted"


def certificate(left: sp.Expr, right: sp.Expr, over: dict, why: dict, where: tuple = ()) -> dict:
    relation = sp.Eq(left, right, evaluate=False)
    body = {"relations": [{"boxes": [{"box": {}, "why": why}]}]}
    return build(Problem((relation,), over, where), "identity", body)


TURNS = {"by": "turns"}


def test_a_turn_that_is_not_ruled_out_is_refused() -> None:
    """atan 2 + atan 3 + pi/4 = pi, so that Im Z = 0; the sum is no zero."""
    sum_is_pi = certificate(atan(2) + atan(3), -pi / 4, {}, TURNS)
    assert "does not have the sign" in recheck(sum_is_pi).reason
    assert recheck(certificate(atan(2) + atan(3), 3 * pi / 4, {}, TURNS)).ok


def test_half_a_turn_needs_the_real_part() -> None:
    left, right = atan(x) + atan(y), ADDED + pi
    over, where = {x: POSITIVE, y: POSITIVE}, (x * y > 1,)
    real = (1 + x**2) * (1 + y**2) / (x * y - 1)
    given = {**TURNS, "real": encode(real)}
    assert recheck(certificate(left, right, over, given, where)).ok
    assert not recheck(certificate(left, right, over, TURNS, where)).ok
    negative = {**TURNS, "real": encode(-real)}
    assert "not the real part" in recheck(certificate(left, right, over, negative, where)).reason


def test_a_point_decides_only_on_a_whole_box() -> None:
    over = {x: Interval(-1, 1)}
    at = {**TURNS, "at": {"x": "0"}}
    good = certificate(asin(x) + acos(x), pi / 2, over, at)
    assert recheck(good).ok
    outside = copy.deepcopy(good)
    outside["body"]["relations"][0]["boxes"][0]["why"]["at"] = {"x": "2"}
    assert "not in the box" in recheck(outside).reason
    cut = certificate(asin(x) + acos(x), pi / 2, over, at, (x > 0,))
    assert "side conditions" in recheck(cut).reason or not recheck(cut).ok


def test_a_multiple_must_be_one() -> None:
    inner = {"by": "multiple", "times": encode(x), "of": encode(atan(2) + atan(3) - 3 * pi / 4)}
    good = certificate(x * (atan(2) + atan(3)), 3 * pi * x / 4, {x: R}, {**inner, "then": TURNS})
    assert recheck(good).ok
    wrong = {**inner, "times": encode(2 * x), "then": TURNS}
    bad = certificate(x * (atan(2) + atan(3)), 3 * pi * x / 4, {x: R}, wrong)
    assert "not a multiple" in recheck(bad).reason


def test_an_integer_does_not_move_through_a_point() -> None:
    n = sp.Symbol("n")
    why = {**TURNS, "at": {"n": "1"}}
    over = {n: S.Naturals}
    bad = certificate(atan(n) + atan(1 / n), pi / 2, over, why)
    assert "not connected" in recheck(bad).reason
