"""Refutations by a point are replayed, and points that refute nothing are rejected."""

from __future__ import annotations

import json
import time

import pytest
import sympy as sp
from certificates_by_hand import (
    I,
    R,
    n,
    x,
    y,
)

from symbolic.problem import Problem
from symbolic.recheck import recheck
from symbolic.witness import refutation


def _soon() -> float:
    return time.monotonic() + 5


REFUTED = {
    "false": (sp.exp(x) > 1 + x, {x: R}, {x: 0}),
    "false beside": (sp.exp(x) <= 1 + x, {x: R}, {x: sp.Rational(1, 10**6)}),
    "irrational": (sp.cos(x) > 0, {x: I(0, 2)}, {x: sp.pi / 2}),
    "pole": (1 / x > 0, {x: I(0, 1)}, {x: 0}),
    "pole of the tangent": (sp.tan(x) >= 0, {x: I(0, sp.pi)}, {x: sp.pi / 2}),
    "logarithm": (sp.log(x) <= x, {x: R}, {x: -1}),
    "root": (sp.sqrt(x) >= 0, {x: R}, {x: sp.Rational(-1, 9)}),
    "piece": (sp.Piecewise((1, x > 0), (0, True)) > 0, {x: R}, {x: 0}),
    "integer": (n**2 > n, {n: sp.S.Naturals}, {n: 1}),
}


@pytest.mark.parametrize("name", REFUTED)
def test_a_refutation_is_replayed(name: str) -> None:
    relation, over, point = REFUTED[name]
    found = refutation(Problem((relation,), over), "test", sp.sympify(point), _soon())
    assert found is not None
    assert recheck(json.loads(json.dumps(found))).ok


NOT_REFUTED = {
    "true there": (sp.exp(x) >= 1 + x, {x: R}, {x: 0}),
    "outside the domain": (x > 0, {x: I(1, 2)}, {x: 0}),
    "at an excluded end": (x > 0, {x: I.open(0, 1)}, {x: 0}),
    "not an integer": (n >= 1, {n: sp.S.Naturals}, {n: sp.Rational(1, 2)}),
    "true at 0": (sp.sin(x) <= x, {x: I(0, 1)}, {x: 0}),
    "defined": (sp.sqrt(x) >= 0, {x: R}, {x: 0}),
}


@pytest.mark.parametrize("name", NOT_REFUTED)
def test_a_point_that_refutes_nothing_is_rejected(name: str) -> None:
    relation, over, point = NOT_REFUTED[name]
    assert refutation(Problem((relation,), over), "test", sp.sympify(point), _soon()) is None


def test_a_point_must_meet_the_side_conditions() -> None:
    problem = Problem((x > y,), {x: R, y: R}, (x >= y,))
    point = {x: sp.Integer(0), y: sp.Integer(1)}
    assert refutation(problem, "test", point, _soon()) is None
    assert refutation(problem, "test", {x: sp.Integer(1), y: sp.Integer(1)}, _soon()) is not None
