"""Algebraic constants by their separation bounds, and logarithms of them."""

from __future__ import annotations

import pytest
import sympy as sp
from sympy import Rational as Q
from sympy import S, acos, acosh, asinh, cbrt, cos, log, pi, sin, sqrt, tan

from symbolic.certificate import build, encode
from symbolic.constants import is_algebraic
from symbolic.decide import decide
from symbolic.problem import Problem
from symbolic.recheck import recheck
from symbolic.recheck.separation import Field, bounds, root_above
from symbolic.recheck.statement import read_expression

x = sp.Symbol("x")
R = S.Reals
NEST = sqrt(14 + 3 * sqrt(3 + 2 * sqrt(5 - 12 * sqrt(3 - 2 * sqrt(2)))))
ZEROS = {
    "Ramanujan": cbrt(cbrt(2) - 1) - cbrt(Q(1, 9)) + cbrt(Q(2, 9)) - cbrt(Q(4, 9)),
    "nested": NEST - 3 - sqrt(2),
    "eleventh": tan(3 * pi / 11) + 4 * sin(2 * pi / 11) - sqrt(11),
    "thirteenth": cos(2 * pi / 13) + cos(6 * pi / 13) + cos(8 * pi / 13) - (sqrt(13) - 1) / 4,
    "golden logarithm": log((1 + sqrt(5)) / 2) + log((sqrt(5) - 1) / 2),
    "area": acosh(3) - 2 * asinh(1),
    "arcs of roots": acos(sqrt(Q(2, 3))) - acos((1 + sqrt(6)) / (2 * sqrt(3))) - pi / 6,
}


@pytest.mark.parametrize("name", ZEROS)
def test_a_constant_is_zero_and_a_near_one_is_not(name: str) -> None:
    zero = ZEROS[name]
    decision = decide(sp.Eq(x * zero, 0, evaluate=False), {x: R}, seconds=5)
    assert decision.outcome == "proved"
    assert decision.certificate is not None
    assert recheck(decision.certificate).ok
    near = sp.Eq(x * (zero + Q(1, 10**30)), 0, evaluate=False)
    assert decide(near, {x: R}, seconds=5).outcome == "refuted"


def verdict(constant: sp.Expr, why: dict) -> str:
    body = {"relations": [{"boxes": [{"box": {}, "why": why}]}]}
    relation = sp.Eq(constant, 0, evaluate=False)
    found = recheck(build(Problem((relation,), {}), "identity", body))
    return "ok" if found.ok else found.reason


SEPARATION = {"by": "separation"}


def test_a_tiny_constant_is_not_taken_for_zero() -> None:
    """The sums of three roots below agree to nine digits, and powers of them to many more."""
    near = sqrt(10) + sqrt(11) - sqrt(5) - sqrt(18)
    assert abs(sp.N(near)) < 0.01
    assert "not below" in verdict(near, SEPARATION)
    tiny = (sqrt(2) - 1) ** 60
    assert "not below" in verdict(tiny, SEPARATION)
    assert "not below" in verdict(sqrt(10**40 + 1) - 10**20, SEPARATION)
    assert verdict((sqrt(2) - 1) ** 2 - 3 + 2 * sqrt(2), SEPARATION) == "ok"


def test_what_is_not_algebraic_has_no_bound() -> None:
    for constant in (sp.exp(1) - 2, pi - 3, log(2) - 1, sin(1)):
        assert not is_algebraic(constant)
        assert "rejected" in verdict(constant, SEPARATION)
    loose = build(Problem((sp.Eq(x, 0),), {x: R}), "identity",
                  {"relations": [{"boxes": [{"box": {}, "why": SEPARATION}]}]})  # fmt: skip
    assert "constants" in recheck(loose).reason


def test_logarithms_whose_product_is_not_one() -> None:
    parts = [["1", encode(1 + sqrt(2))], ["1", encode(sqrt(2) - 1)]]
    total = log(1 + sqrt(2)) + log(sqrt(2) - 1)
    assert verdict(total, {"by": "logs", "parts": parts}) == "ok"
    other = [["2", encode(1 + sqrt(2))], ["1", encode(sqrt(2) - 1)]]
    assert "rejected" in verdict(total, {"by": "logs", "parts": other})
    assert "rejected" in verdict(total + log(1 + sqrt(2)), {"by": "logs", "parts": other})
    assert "rejected" in verdict(total, {"by": "logs", "parts": parts, "times": "0"})


def test_the_bounds_hold_for_all_conjugates() -> None:
    """(1 + sqrt 5)/2 and (1 - sqrt 5)/2, as U / L: |U| <= u for both, and L = l."""
    known = Field()
    above, below = bounds(read_expression(encode((1 + sqrt(5)) / 2), frozenset()), known)
    assert known.degree() == 2
    assert above / below >= max(abs(sp.N((1 + s * sqrt(5)) / 2)) for s in (1, -1))
    assert [root_above(v, 3) for v in (1, 8, 9, 27, 28)] == [1, 2, 3, 3, 4]


def test_the_degree_of_a_field_counts_each_root_once() -> None:
    known = Field()
    bounds(read_expression(encode(sqrt(2) + 1 / (sqrt(2) + cbrt(3))), frozenset()), known)
    assert known.degree() == 6
    bounds(read_expression(encode(cos(2 * pi / 7)), frozenset()), known)
    assert known.degree() == 6 * 12
