"""The population loss and its gradients: derivatives of one another, stationary points, minima."""

from __future__ import annotations

import pytest
import sympy as sp

from symbolic.arccos import g
from symbolic.losses import (
    OutputLayer,
    angle_between,
    excess_of_output_layer,
    global_minimum,
    gradient_a,
    gradient_v,
    gradient_w,
    loss_of_weights,
    output_layer,
    population_loss,
    spurious_point,
)

phi, norm_w = sp.symbols("phi W", positive=True)
total, square, patches = sp.symbols("S A k", positive=True)
V = sp.Matrix(sp.symbols("v1:3", real=True))
A = sp.Matrix(sp.symbols("a1:4", real=True))
W_STAR = sp.Matrix([sp.Rational(3, 2), -1])
A_STAR = sp.Matrix([1, sp.Rational(-1, 3), 2])
POINT = {
    V[0]: sp.Rational(2, 5),
    V[1]: sp.Rational(7, 3),
    A[0]: sp.Rational(1, 2),
    A[1]: -1,
    A[2]: 3,
}


def numeric(expression: sp.Expr) -> float:
    return float(sp.N(sp.sympify(expression).subs(POINT), 30))


def test_gradient_in_v_is_the_derivative_of_the_loss() -> None:
    loss = loss_of_weights(V, A, W_STAR, A_STAR)
    stated = gradient_v(V, W_STAR, A.dot(A_STAR))
    for entry, symbol in zip(stated, V, strict=True):
        assert numeric(sp.diff(loss, symbol)) == pytest.approx(numeric(entry), rel=1e-13)


def test_gradient_in_a_is_the_derivative_of_the_loss() -> None:
    loss = loss_of_weights(V, A, W_STAR, A_STAR)
    angle, norm = angle_between(V, W_STAR), sp.sqrt(W_STAR.dot(W_STAR))
    stated = gradient_a(A, A_STAR, angle, norm)
    for entry, symbol in zip(stated, A, strict=True):
        assert numeric(sp.diff(loss, symbol)) == pytest.approx(numeric(entry), rel=1e-13)


def test_gradient_in_w_is_the_derivative_of_the_unnormalised_loss() -> None:
    """Without normalisation the student `a' relu(Zw)` is the normalised one with `|w| a`."""
    length = sp.sqrt(V.dot(V))
    loss = loss_of_weights(V, length * A, W_STAR, A_STAR)
    norm = sp.sqrt(W_STAR.dot(W_STAR))
    stated = gradient_w(angle_between(V, W_STAR), length, norm, output_layer(A, A_STAR))
    vector = stated.along_w * V + stated.along_teacher * W_STAR
    for entry, symbol in zip(vector, V, strict=True):
        assert numeric(sp.diff(loss, symbol)) == pytest.approx(numeric(entry), rel=1e-13)


def test_projected_filter_gradient_is_the_gradient_in_v() -> None:
    length = sp.sqrt(V.dot(V))
    unit = V / length
    angle, norm = angle_between(V, W_STAR), sp.sqrt(W_STAR.dot(W_STAR))
    plain = gradient_w(angle, sp.Integer(1), norm, output_layer(A, A_STAR))
    vector = plain.along_w * unit + plain.along_teacher * W_STAR
    projected = (vector - unit * unit.dot(vector)) / length
    for left, right in zip(projected, gradient_v(V, W_STAR, A.dot(A_STAR)), strict=True):
        assert numeric(left) == pytest.approx(numeric(right), rel=1e-13)


@pytest.mark.parametrize("which", ["global", "spurious"])
def test_both_points_are_stationary_in_a(which: str) -> None:
    size = 3
    teacher_sum = sum(A_STAR, start=sp.Integer(0))
    point = global_minimum(norm_w)
    if which == "spurious":
        point = spurious_point(norm_w, teacher_sum, sp.Integer(size))
    a = point.along_ones * sp.ones(size, 1) + point.along_teacher * A_STAR
    gradient = gradient_a(a, A_STAR, point.phi, norm_w)
    assert sp.simplify(gradient) == sp.zeros(size, 1)


def test_loss_is_zero_at_the_global_minimum() -> None:
    layer = global_minimum(norm_w).layer(total, square, patches)
    assert sp.simplify(population_loss(sp.Integer(0), norm_w, layer)) == 0


def test_loss_at_the_spurious_point() -> None:
    layer = spurious_point(norm_w, total, patches).layer(total, square, patches)
    value = population_loss(sp.pi, norm_w, layer)
    stated = norm_w**2 * (
        (sp.pi - 2) * square / (4 * (sp.pi - 1))
        + sp.pi * total**2 / (4 * (sp.pi - 1) * (patches + sp.pi - 1))
    )
    assert sp.simplify(value - stated) == 0


def test_sign_of_the_spurious_inner_product() -> None:
    layer = spurious_point(norm_w, total, patches).layer(total, square, patches)
    threshold = sp.solve(sp.Eq(layer.inner, 0), square)[0]
    assert sp.simplify(threshold - sp.pi * total**2 / (patches + sp.pi - 1)) == 0


def test_loss_about_the_global_minimum() -> None:
    inner, sum_a, square_a = sp.symbols("s T a2", real=True)
    layer = OutputLayer(inner, sum_a, square_a, total, square)
    about = excess_of_output_layer(
        square_a - 2 * norm_w * inner + norm_w**2 * square,
        sum_a - norm_w * total,
        phi,
        norm_w,
        inner,
    )
    assert sp.simplify(sp.expand(about - population_loss(phi, norm_w, layer))) == 0


def test_loss_uses_the_half_expectation_of_the_square() -> None:
    """A single patch with `a = a* = 1`: `(1 + W^2)/4 - W g/(2 pi)`."""
    one = sp.Integer(1)
    value = population_loss(phi, norm_w, OutputLayer(one, one, one, one, one))
    stated = (1 + norm_w**2) / 4 - norm_w * g(phi) / (2 * sp.pi)
    assert sp.simplify(sp.expand(value - stated)) == 0
