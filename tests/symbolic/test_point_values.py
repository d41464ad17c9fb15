"""Exact points: values, definedness, membership in a domain, and calls that are cut off."""

from __future__ import annotations

import time

import pytest
import sympy as sp

from symbolic import clock
from symbolic.budget import run_with_deadline
from symbolic.pointwise import holds_at
from symbolic.problem import Problem
from symbolic.ranges import domain_of, sample

x, y, k = sp.symbols("x y k")
F = sp.Rational


@pytest.mark.parametrize(
    ("relation", "point", "truth"),
    [
        (sp.Eq(sp.sqrt(x), F(3, 2)), {x: F(9, 4)}, True),
        (sp.log(x) >= 0, {x: sp.Integer(0)}, "undefined"),
        (sp.tan(x) >= 0, {x: sp.pi / 2}, "undefined"),
        (sp.gamma(x) > 0, {x: sp.Integer(-2)}, "undefined"),
        (x ** F(1, 3) <= 0, {x: sp.Integer(-8)}, "undefined"),
        (sp.exp(x) > F(271828, 100000), {x: sp.Integer(1)}, True),
        (sp.exp(x) > F(271829, 100000), {x: sp.Integer(1)}, False),
        (x**2 <= 2, {x: sp.sqrt(2)}, True),
        (x**2 < 2, {x: sp.sqrt(2)}, False),
        (sp.Piecewise((1 / x, x > 0), (0, True)) >= 0, {x: sp.Integer(0)}, True),
        (sp.Eq(sp.Sum(k, (k, 1, x)), 10), {x: sp.Integer(4)}, True),
        (sp.asin(x) + sp.acos(x) > 1, {x: F(101, 100)}, "undefined"),
    ],
)
def test_truth_at_a_point(relation: sp.Basic, point: dict, truth: object) -> None:
    assert holds_at(relation, point) == truth


def test_a_tiny_difference_is_a_difference() -> None:
    near = F(sp.N(sp.pi, 80))
    assert holds_at(sp.Eq(x, near, evaluate=False), {x: sp.pi}) is False


def test_samples_lie_in_the_domain() -> None:
    over = {x: sp.Interval.Lopen(0, sp.pi), y: sp.S.Reals}
    domain = domain_of(Problem((x > 0,), over, (sp.Eq(x + 2 * y, 1), y < 0)))
    assert domain is not None
    points = list(sample(domain, 20))
    assert points
    for point in points:
        assert domain.contains(point)
        assert point[x] + 2 * point[y] == 1


def test_ends_belong_to_closed_ranges_only() -> None:
    domain = domain_of(Problem((x > 0,), {x: sp.Interval.Ropen(-sp.pi, sp.pi)}))
    assert domain is not None
    assert domain.contains({x: -sp.pi})
    assert not domain.contains({x: sp.pi})


def test_a_call_is_cut_off_in_time() -> None:
    started = time.monotonic()
    assert run_with_deadline(_endless, (), clock.now() + 0.3) is None
    assert time.monotonic() - started < 5.0
    assert run_with_deadline(max, (3, 4), clock.now() + 5) == 4


def _endless() -> None:
    while True:
        pass
