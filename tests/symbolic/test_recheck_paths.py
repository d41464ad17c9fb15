"""Reasons that follow a path do not carry knowledge out of the points where it holds."""

from __future__ import annotations

import pytest
import sympy as sp
from sympy import Interval, S, oo

from symbolic.certificate import build, encode
from symbolic.problem import Problem
from symbolic.recheck import recheck

x, y = sp.symbols("x y")
SIGN = {"by": "sign"}
ZERO = {"by": "zero"}
UNIT = Interval(0, 1)
X_POSITIVE = {"expr": encode(x), "sign": ">", "why": SIGN}


def _verdict(relation, over, why, where=(), lemmas=()):
    box = {"box": {}, "why": why, "lemmas": list(lemmas)}
    body = {"relations": [{"boxes": [box]}]}
    return recheck(build(Problem((relation,), over, tuple(where)), "forger", body))


def _along_the_curve(reason=SIGN):
    return {"by": "taylor", "var": "x", "at": encode(y), "order": 2, "terms": [reason, ZERO]}


def test_a_curve_that_meets_an_excluded_end_keeps_no_sign_from_the_box():
    """x > 0 on the box says nothing of y where the curve x = y runs into x = 0."""
    over = {x: Interval.Lopen(0, 1), y: UNIT}
    assert not _verdict(y > 0, over, _along_the_curve(), lemmas=[X_POSITIVE]).ok
    closed = {x: Interval(1, 2), y: Interval(1, 2)}
    verdict = _verdict(y > 0, closed, _along_the_curve(), lemmas=[X_POSITIVE])
    assert verdict.ok, verdict.reason


FORGED = {
    "monotone": {"by": "monotone", "var": "x", "direction": 1, "then": SIGN},
    "monotone, by the condition": {
        "by": "monotone", "var": "x", "direction": 1, "then": {"by": "where", "where": 0},
    },
    "ends": {"by": "ends", "var": "x"},
    "taylor": {"by": "taylor", "var": "x", "at": "0", "order": 1, "terms": [SIGN]},
    "minimum": {"by": "minimum", "at": {"x": "0"}, "value": {"by": "where", "where": 0}},
    "constant": {"by": "constant", "var": "x", "at": "0", "then": {"by": "where", "where": 0}},
}  # fmt: skip


@pytest.mark.parametrize("name", FORGED)
@pytest.mark.parametrize("condition", [x > y, x - y > 0, y < x])
def test_no_path_uses_a_side_condition_on_its_own_variable(name, condition):
    """None of these follows from x > y, though each does where x = y is only approached."""
    over = {x: UNIT, y: Interval(-1, 1)}
    for false in (x - 2 * y > 0, x - y >= sp.Rational(1, 10), x**2 - y > 0):
        assert not _verdict(false, over, FORGED[name], where=[condition]).ok


def test_a_condition_on_other_variables_may_be_used_along_a_path():
    over = {x: UNIT, y: S.Reals}
    why = {"by": "monotone", "var": "x", "direction": 1, "then": {"by": "where", "where": 0}}
    verdict = _verdict(x + y > 0, over, why, where=[y > 0])
    assert verdict.ok, verdict.reason
    assert not _verdict(x - y > 0, over, why, where=[y > 0]).ok


def test_a_lemma_shown_by_a_side_condition_is_dropped_along_its_variable():
    over = {x: Interval(0, oo), y: Interval(0, oo)}
    lemma = {"expr": encode(x - y), "sign": ">", "why": {"by": "where", "where": 0}}
    why = {"by": "monotone", "var": "x", "direction": 1, "then": SIGN}
    false = x - y > sp.Rational(1, 100) * y
    assert not _verdict(false, over, why, where=[x > y], lemmas=[lemma]).ok
    assert _verdict(x - y > 0, over, SIGN, where=[x > y], lemmas=[lemma]).ok
