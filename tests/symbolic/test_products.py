"""Combinations of products: what they prove is accepted, what is false has none."""

from __future__ import annotations

import copy

import pytest
import sympy as sp
from sympy import Interval, S, oo, pi

from symbolic import clock
from symbolic.certificate import build
from symbolic.decide import decide
from symbolic.problem import Problem
from symbolic.products import Products
from symbolic.ranges import domain_of
from symbolic.recheck import recheck
from symbolic.shifted import NoCertificate

a, b, c, x, y, z = sp.symbols("a b c x y z")
POSITIVE = Interval.open(0, oo)
WEAK = Interval(0, oo)
_OPS = {sp.Ge: ">=", sp.Gt: ">", sp.Le: "<=", sp.Lt: "<"}

TRUE = {
    "step": (x - 2 * a * (x - 4 * y) * b <= 6 * y, {a: POSITIVE, b: POSITIVE, x: WEAK, y: POSITIVE},
             (a <= 1 / (2 * b), x >= 2 * y, x <= 6 * y)),
    "angle": (a * (pi - x) * b >= 0, {a: WEAK, b: POSITIVE, x: Interval(0, pi)}, ()),
    "ordered": (a * x + b * y >= b * x + a * y, dict.fromkeys((a, b, x, y), S.Reals),
                (a >= b, x >= y)),
    "three": ((a - b) * (b - c) * (x - y) >= 0, dict.fromkeys((a, b, c, x, y), S.Reals),
              (a >= b, b >= c, x >= y)),
    "quotient": (a / (b + c) <= a / b, {a: WEAK, b: POSITIVE, c: WEAK}, ()),
    "strict": (a * b + c > b * b, {a: POSITIVE, b: POSITIVE, c: POSITIVE}, (a > b,)),
}  # fmt: skip
FALSE = {
    "step": (x - 2 * a * (x - 4 * y) * b <= sp.Rational(594, 100) * y,
             {a: POSITIVE, b: POSITIVE, x: WEAK, y: POSITIVE},
             (a <= 1 / (2 * b), x >= 2 * y, x <= 6 * y)),
    "angle": (a * (3 - x) * b >= 0, {a: WEAK, b: POSITIVE, x: Interval(0, pi)}, ()),
    "ordered": (a * x + b * y > b * x + a * y, dict.fromkeys((a, b, x, y), S.Reals),
                (a >= b, x >= y)),
    "strict": (a * b + c > b * b, {a: POSITIVE, b: POSITIVE, c: WEAK}, (a >= b,)),
}  # fmt: skip


def _certificate(relation, over, where):
    problem = Problem((relation,), over, where)
    domain = domain_of(problem)
    assert domain is not None
    search = Products(relation, domain, clock.now() + 5)
    return build(problem, "polynomial", {"relations": [search.proof(_OPS[relation.func])]})


@pytest.mark.parametrize("name", TRUE)
def test_a_combination_is_found_and_accepted(name):
    verdict = recheck(_certificate(*TRUE[name]))
    assert verdict.ok, verdict.reason


@pytest.mark.parametrize("name", FALSE)
def test_what_is_false_has_no_combination(name):
    relation, over, where = FALSE[name]
    with pytest.raises(NoCertificate):
        _certificate(relation, over, where)
    assert decide(relation, over, where, seconds=3).outcome == "refuted"


def test_a_combination_does_not_prove_another_statement():
    certificate = _certificate(*TRUE["step"])
    other = _certificate_with(certificate, FALSE["step"])
    assert not recheck(other).ok
    without = _certificate_with(certificate, (*TRUE["step"][:2], TRUE["step"][2][1:]))
    assert not recheck(without).ok


def _certificate_with(certificate, item):
    relation, over, where = item
    return build(
        Problem((relation,), over, where), "polynomial", copy.deepcopy(certificate["body"])
    )


def test_decisions_with_side_conditions_carry_certificates():
    for relation, over, where in TRUE.values():
        decision = decide(relation, over, where, seconds=5)
        assert decision.outcome == "proved"
        assert decision.certificate is not None
