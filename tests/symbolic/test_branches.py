"""Proofs by cases, by one order of the variables, by completed squares and by contradiction."""

from __future__ import annotations

import contextlib
import copy
from typing import Any

import pytest
import sympy as sp
from sympy import Abs, Interval, Max, Min, Ne, S, oo, sqrt
from sympy import Rational as Q
from test_circuits import certificate

from symbolic.certificate import build
from symbolic.decide import decide
from symbolic.problem import Problem
from symbolic.recheck import recheck
from symbolic.shifted import NoCertificate

a, b, c, d, e, f, t, x, y, z = sp.symbols("a b c d e f t x y z", real=True)
R, WEAK, POSITIVE, UNIT = S.Reals, Interval(0, oo), Interval.open(0, oo), Interval(0, 1)


def on(domain: Any, *symbols: Any) -> dict[Any, Any]:
    return dict.fromkeys(symbols, domain)


def eq(left: Any, right: Any) -> Any:
    return sp.Eq(left, right, evaluate=False)


def lax(values: Any) -> Any:
    """The sum over i of the products of the differences from value i."""
    pairs = [[u - v for j, v in enumerate(values) if j != i] for i, u in enumerate(values)]
    return sum(sp.prod(factors) for factors in pairs)


SCHUR = x**3 * (x - y) * (x - z) + y**3 * (y - x) * (y - z) + z**3 * (z - x) * (z - y)
DET = a * (d * f - e**2) - b * (b * f - c * e) + c * (b * e - c * d)
FORM = a * x**2 + d * y**2 + f * z**2 + 2 * b * x * y + 2 * c * x * z + 2 * e * y * z
NINE = on(R, a, b, c, d, e, f, x, y, z)
STEP = on(POSITIVE, t, x, y, z)
MIXED = {a: R, b: POSITIVE, c: R, d: POSITIVE}
LONG = t <= Q(202, 100) / (x + y)

TRUE = {
    "cases": (Abs(Max(x, t * x)) <= Abs(x), {x: R, t: UNIT}, ()),
    "clip": (Abs(Min(Max(x, 0), 1) - Min(Max(y, 0), 1)) <= Abs(x - y), on(R, x, y), ()),
    "quotients": (Min(a / b, c / d) <= (a + c) / (b + d), MIXED, ()),
    "three": (Max(x, y, z) >= (x + y + z) / 3, on(R, x, y, z), ()),
    "contraction": (Abs(1 - t * z) <= 1 - t * x, STEP, (x <= z, z <= y, t <= 2 / (x + y))),
    "order": (SCHUR >= 0, on(WEAK, x, y, z), ()),
    "five": (lax((a, b, c, d, e)) >= 0, on(R, a, b, c, d, e), ()),
    "minors": (FORM >= 0, NINE, (a > 0, a * d - b**2 > 0, DET > 0)),
    "squares": (x < y, on(WEAK, x, y), (x**2 < y**2,)),
    "cone": (x + y <= 2 * z, on(R, x, y, z), (x**2 + y**2 <= z**2, z >= 0)),
    "not zero": (x**2 / (x**2 + y**2) <= 1, on(R, x, y), (Ne(x**2 + y**2, 0),)),
    "strict form": (
        a * x**2 + 2 * b * x * y + c * y**2 > 0,
        on(R, a, b, c, x, y),
        (a > 0, a * c - b**2 > 0, Ne(x, 0)),
    ),
    "simplex": (
        x * y + y * z + z * x - 2 * x * y * z <= Q(7, 27),
        on(WEAK, x, y, z),
        (eq(x + y + z, 1),),
    ),
    "product": (
        1 / (a**3 * (b + c)) + 1 / (b**3 * (c + a)) + 1 / (c**3 * (a + b)) >= Q(3, 2),
        on(POSITIVE, a, b, c),
        (eq(a * b * c, 1),),
    ),
    "bounded": (Abs(x * y) <= 1, on(R, x, y), (Abs(x) <= 1, Abs(y) <= 1)),
}  # fmt: skip


@pytest.mark.parametrize("name", TRUE)
def test_true(name: str) -> None:
    relation, over, where = TRUE[name]
    verdict = recheck(certificate(relation, over, *where))
    assert verdict.ok, verdict.reason


FALSE = {
    "cases": (Abs(Max(x, t * x)) <= Abs(x), {x: R, t: Interval(-1, Q(101, 100))}, ()),
    "clip": (Abs(Min(Max(x, 0), 1) - Min(Max(y, 0), 1)) < Abs(x - y), on(R, x, y), ()),
    "quotients": (Min(a / b, c / d) < (a + c) / (b + d), MIXED, ()),
    "three": (Max(x, y, z) > (x + y + z) / 3, on(R, x, y, z), ()),
    "contraction": (Abs(1 - t * z) <= 1 - t * x, STEP, (x <= z, z <= y, LONG)),
    "order": (x * y * z * (x**2 + y**2 + z**2) / 100 <= SCHUR, on(WEAK, x, y, z), ()),
    "order, strict": (SCHUR > 0, on(POSITIVE, x, y, z), ()),
    "order, reals": (SCHUR >= 0, on(R, x, y, z), ()),
    "four": (lax((a, b, c, d)) >= 0, on(R, a, b, c, d), ()),
    "not symmetric": (x**2 * y + y**2 * z >= z**2 * x, on(WEAK, x, y, z), ()),
    "minors": (FORM >= 0, NINE, (a > 0, DET > 0)),
    "squares": (x < y, on(R, x, y), (x**2 < y**2,)),
    "cone": (x + y <= Q(7, 5) * z, on(R, x, y, z), (x**2 + y**2 <= z**2, z >= 0)),
    "cone, no axis": (x + y <= 2 * z, on(R, x, y, z), (x**2 + y**2 <= z**2,)),
    "zero": (x**2 / (x**2 + y**2) <= 1, on(R, x, y), ()),
    "strict form": (
        a * x**2 + 2 * b * x * y + c * y**2 > 0,
        on(R, a, b, c, x, y),
        (a > 0, a * c - b**2 > 0),
    ),
    "simplex": (
        x * y + y * z + z * x - 2 * x * y * z < Q(7, 27),
        on(WEAK, x, y, z),
        (eq(x + y + z, 1),),
    ),
    "bounded": (Abs(x * y) < 1, on(R, x, y), (Abs(x) <= 1, Abs(y) <= 1)),
    "pole without radicals": (1 / (x**3 - 3 * x + 1) ** 2 >= 0, on(R, x), ()),
    "beside a pole": (1 / (x**3 - 3 * x + 1) < 10**9, {x: UNIT}, ()),
}  # fmt: skip


@pytest.mark.parametrize("name", FALSE)
def test_false(name: str) -> None:
    relation, over, where = FALSE[name]
    with contextlib.suppress(NoCertificate):
        assert not recheck(certificate(relation, over, *where)).ok
    assert decide(relation, over=over, where=where, seconds=5).outcome == "refuted"


def _replay(body: Any, relation: Any, over: Any, *where: Any) -> bool:
    return recheck(build(Problem((relation,), over, where), "polynomial", body)).ok


def test_an_order_is_of_variables_that_may_be_exchanged() -> None:
    good = certificate(SCHUR >= 0, on(WEAK, x, y, z))
    assert "ordered" in str(good)
    body = good["body"]
    assert _replay(body, SCHUR >= 0, on(WEAK, x, y, z))
    assert not _replay(body, SCHUR >= 0, {x: WEAK, y: WEAK, z: R})
    assert not _replay(body, SCHUR + x - y >= 0, on(WEAK, x, y, z))
    assert not _replay(body, SCHUR > 0, on(POSITIVE, x, y, z))
    twice = copy.deepcopy(good)
    twice["body"]["relations"][0]["boxes"][0]["why"] = {"by": "ordered", "vars": ["x", "x"]}
    assert not recheck(twice).ok


def test_nothing_follows_from_a_contradiction_that_is_none() -> None:
    absurd = {"by": "absurd", "expr": ["add", ["sym", "x"], ["rat", "1"]]}
    body = {"relations": [{"boxes": [{"box": {}, "why": absurd}]}]}
    assert not _replay(body, x >= 1, {x: WEAK})
    both = {**absurd, "why": {"by": "sign"}}
    assert not _replay({"relations": [{"boxes": [{"box": {}, "why": both}]}]}, x >= 1, {x: WEAK})
    assert not _replay(
        {"relations": [{"boxes": [{"box": {}, "why": both}]}]}, x >= 1, {x: WEAK}, x <= 2
    )


def test_what_is_not_zero_is_positive_only_if_it_is_not_negative() -> None:
    body = {"relations": [{"boxes": [{"box": {}, "why": {"by": "nonzero", "where": 0}}]}]}
    assert _replay(body, x**2 > 0, {x: R}, Ne(x, 0))
    assert not _replay(body, x > 0, {x: R}, Ne(x, 0))
    assert not _replay(body, x**2 > 0, {x: R}, x >= 0)
    assert not _replay(body, x**2 > 0, {x: R, y: R}, Ne(y, 0))


def test_a_lemma_about_an_absolute_value_in_a_side_condition() -> None:
    for relation in (x < a + b, x > a - b):
        decision = decide(relation, over={x: R, a: R, b: R}, where=(Abs(x - a) < b,), seconds=5)
        assert decision.outcome == "proved"
        assert decision.certificate is not None


def test_roots_by_squares_are_written_for_the_checker() -> None:
    relation = sqrt(a + b) - sqrt(a) >= b / (2 * sqrt(a + b))
    decision = decide(relation, over={a: WEAK, b: POSITIVE}, seconds=5)
    assert decision.outcome == "proved"
    assert decision.certificate is not None


def test_an_equation_by_both_inequalities() -> None:
    over = on(R, x, y, c, d)
    turn = eq((c * x - d * y) ** 2 + (d * x + c * y) ** 2, x**2 + y**2)
    unit = eq(c**2 + d**2, 1)
    good = certificate(turn, over, unit)
    assert recheck(good).ok
    assert not _replay(good["body"], turn, over, eq(c**2 + d**2, 2))
    assert not _replay(good["body"], turn, over)
    meet = certificate(eq(x, y), on(R, x, y), x**2 + y**2 <= 2 * x * y)
    assert recheck(meet).ok
    (box,) = meet["body"]["relations"][0]["boxes"]
    box["why"]["parts"][1] = {"by": "sign"}
    assert not recheck(meet).ok


def test_an_equation_that_fails_somewhere_has_no_certificate() -> None:
    over = on(R, x, y)
    for relation in (eq(Max(x, y) + Min(x, y), Abs(x + y)), eq(Max(x, y) * Min(x, y), Abs(x * y))):
        with contextlib.suppress(NoCertificate):
            assert not recheck(certificate(relation, over)).ok
        assert decide(relation, over=over, seconds=5).outcome == "refuted"


def test_the_square_of_a_root_is_known_in_combinations() -> None:
    relation = eq((1 + (1 - sqrt(t)) ** 2 - t) ** 2, 4 * (1 - sqrt(t)) ** 2)
    assert recheck(certificate(relation, {t: WEAK})).ok
