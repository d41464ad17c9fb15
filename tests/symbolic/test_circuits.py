"""Weighted means: what they prove, what they must not, and what the checker refuses."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import sympy as sp
from sympy import Interval, S, oo
from sympy import Rational as Q

from symbolic.branches import by_branches
from symbolic.certificate import build
from symbolic.clock import now
from symbolic.decide import decide
from symbolic.problem import Problem
from symbolic.question import question
from symbolic.ranges import domain_of
from symbolic.recheck import recheck
from symbolic.shifted import NoCertificate

a, b, c, d, e, x, y, z = sp.symbols("a b c d e x y z", real=True)
WEAK, POSITIVE = Interval(0, oo), Interval.open(0, oo)


def certificate(relation: Any, over: Any, *where: Any) -> dict[str, Any]:
    """The certificate by cases and means alone; raises `NoCertificate`."""
    problem = question(relation, over, where).problem
    domain = domain_of(problem)
    assert domain is not None
    proof = by_branches(problem.relations[0], domain, now() + 5, False)
    return build(Problem(problem.relations, problem.over, problem.where), "polynomial",
                 {"relations": [proof]})  # fmt: skip


PRODUCT = a * b * c * d * e
POWERS = a**5 + b**5 + c**5 + d**5 + e**5
FIVE = dict.fromkeys((a, b, c, d, e), WEAK)
MOTZKIN = x**4 * y**2 + x**2 * y**4 + z**6
REALS = dict.fromkeys((x, y, z), S.Reals)


@pytest.mark.parametrize(
    ("relation", "over"),
    [
        (POWERS >= 5 * PRODUCT, FIVE),
        (POWERS + 1 > 5 * PRODUCT, FIVE),
        (3 * x**2 * y**2 * z**2 <= MOTZKIN, REALS),
        (2 * x**6 + y**6 / 3 + 9 * z**6 >= Q(27, 5) * x**2 * y**2 * z**2, REALS),
        (x**5 / 5 + 4 * y**5 / 5 >= x * y**4, {x: WEAK, y: WEAK}),
    ],
)
def test_a_mean_proves(relation: Any, over: Any) -> None:
    found = certificate(relation, over)
    verdict = recheck(found)
    assert verdict.ok, verdict.reason


def test_the_reason_is_a_mean() -> None:
    assert _means(certificate(POWERS >= 5 * PRODUCT, FIVE)["body"])


@pytest.mark.parametrize(
    ("relation", "over"),
    [
        (Q(501, 100) * PRODUCT <= POWERS, FIVE),
        (POWERS > 5 * PRODUCT, FIVE),
        (POWERS >= 5 * PRODUCT, {**FIVE, a: S.Reals}),
        (3 * x**2 * y**2 * z**2 < MOTZKIN, REALS),
        (Q(301, 100) * x**2 * y**2 * z**2 <= MOTZKIN, REALS),
        (x**4 * y + y**4 + z**4 >= x * y * z * 2, REALS),
    ],
)
def test_a_mean_does_not_prove_what_is_false(relation: Any, over: Any) -> None:
    with pytest.raises(NoCertificate):
        certificate(relation, over)
    assert decide(relation, over=over, seconds=5).outcome == "refuted"


def _means(reason: Any) -> list[dict[str, Any]]:
    if isinstance(reason, dict):
        mine = [reason] if reason.get("by") == "circuit" else []
        return mine + [m for v in reason.values() for m in _means(v)]
    return [m for v in reason for m in _means(v)] if isinstance(reason, list) else []


def test_the_checker_recomputes_the_mean() -> None:
    good = certificate(POWERS >= 5 * PRODUCT, FIVE)
    for change in ("weight", "missing", "negative"):
        bad = copy.deepcopy(good)
        (mean,) = _means(bad["body"])
        if change == "weight":
            mean["weights"][0][1], mean["weights"][1][1] = "1/10", "3/10"
        elif change == "missing":
            mean["weights"].pop()
        else:
            mean["weights"][0][1], mean["weights"][1][1] = "-1/5", "3/5"
        assert not recheck(bad).ok, change


def test_an_odd_power_needs_a_range() -> None:
    """The same reason over a wider domain is refused: x**5 may be negative there."""
    good = certificate(x**5 / 5 + 4 * y**5 / 5 >= x * y**4, {x: WEAK, y: WEAK})
    wide = Problem((x**5 / 5 + 4 * y**5 / 5 >= x * y**4,), {x: S.Reals, y: WEAK})
    assert not recheck(build(wide, "polynomial", good["body"])).ok
