"""The recursion in few numbers against a step on explicit vectors."""

from __future__ import annotations

import pytest
import sympy as sp

from symbolic.arccos import g
from symbolic.losses import angle_between, gradient_a, gradient_v
from symbolic.population_step import (
    angular_rate,
    next_angle,
    next_cos,
    next_inner,
    next_norm_squared,
    next_sin_squared,
    next_square,
    next_sum,
)

ETA = sp.Rational(1, 3)
V = sp.Matrix([sp.Rational(2, 5), sp.Rational(7, 3), -1])
W_STAR = sp.Matrix([sp.Rational(3, 2), -1, sp.Rational(1, 2)])
A_STAR = sp.Matrix([1, sp.Rational(-1, 3), 2])
STARTS = [
    sp.Matrix([sp.Rational(1, 2), -1, 3]),
    sp.Matrix([-2, 1, sp.Rational(-1, 2)]),
    sp.Matrix([0, 0, 0]),
]


def value(expression: sp.Expr) -> float:
    return float(sp.N(expression, 30))


@pytest.mark.parametrize("start", STARTS)
def test_one_step(start: sp.Matrix) -> None:
    norm, phi = sp.sqrt(W_STAR.dot(W_STAR)), angle_between(V, W_STAR)
    inner, sum_a = start.dot(A_STAR), sum(start, start=sp.Integer(0))
    v = V - ETA * gradient_v(V, W_STAR, inner)
    a = start - ETA * gradient_a(start, A_STAR, phi, norm)

    x = ETA * angular_rate(phi, norm, inner, sp.sqrt(V.dot(V)))
    teacher = {"square_teacher": A_STAR.dot(A_STAR), "sum_teacher": sum(A_STAR)}
    angle = angle_between(v, W_STAR)
    assert value(next_angle(phi, x)) == pytest.approx(value(angle), rel=1e-13)
    assert value(next_cos(phi, x)) == pytest.approx(value(sp.cos(angle)), rel=1e-13)
    assert value(next_sin_squared(sp.cos(phi), x)) == pytest.approx(value(sp.sin(angle) ** 2))
    squared = next_norm_squared(sp.sqrt(V.dot(V)), phi, x)
    assert value(squared) == pytest.approx(value(v.dot(v)), rel=1e-13)
    after = next_inner(inner, sum_a, eta=ETA, g_phi=g(phi), norm_w=norm, **teacher)
    assert value(after) == pytest.approx(value(a.dot(A_STAR)), rel=1e-13)
    total = next_sum(
        sum_a,
        eta=ETA,
        g_phi=g(phi),
        norm_w=norm,
        sum_teacher=teacher["sum_teacher"],
        patches=sp.Integer(3),
    )
    assert value(total) == pytest.approx(value(sum(a)), rel=1e-13)
    square = next_square(
        start.dot(start),
        inner,
        sum_a,
        eta=ETA,
        phi=phi,
        norm_w=norm,
        patches=sp.Integer(3),
        **teacher,
    )
    assert value(square) == pytest.approx(value(a.dot(a)), rel=1e-13)
