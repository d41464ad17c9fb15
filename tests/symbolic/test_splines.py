"""The connecting splines of the tube: interpolation, contact with the quadratic pieces, range."""

from __future__ import annotations

import pytest
import sympy as sp

from symbolic import splines

x, y = sp.symbols("x y", real=True)
tau, L, gamma = sp.symbols("tau L gamma", positive=True)
y0, y1, f0, f1, d0, d1 = sp.symbols("y_0 y_1 f_0 f_1 d_0 d_1", real=True)
DATA = splines.HermiteData(y0, y1, f0, f1, d0, d1)


def vanishes(expr: sp.Expr) -> bool:
    return sp.cancel(sp.together(expr)) == 0


def test_interpolant_takes_over_values_and_derivatives() -> None:
    p = splines.cubic_hermite(y, DATA)
    slope = sp.diff(p, y)
    assert vanishes(p.subs(y, y0) - f0)
    assert vanishes(p.subs(y, y1) - f1)
    assert vanishes(slope.subs(y, y0) - d0)
    assert vanishes(slope.subs(y, y1) - d1)


def test_interpolant_reproduces_every_cubic() -> None:
    a, b, c, d = sp.symbols("a b c d")
    cubic = a + b * y + c * y**2 + d * y**3
    slope = sp.diff(cubic, y)
    data = splines.HermiteData(
        y0, y1, cubic.subs(y, y0), cubic.subs(y, y1), slope.subs(y, y0), slope.subs(y, y1)
    )
    assert vanishes(splines.cubic_hermite(y, data) - cubic)


def test_bernstein_form_is_the_same_cubic() -> None:
    t = (y - y0) / (y1 - y0)
    basis = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3]
    form = sum(b * w for b, w in zip(splines.bernstein_coefficients(DATA), basis, strict=True))
    assert vanishes(form - splines.cubic_hermite(y, DATA))


@pytest.mark.parametrize("face", ["tau", "2 tau"])
def test_contact_of_second_order_at_the_faces(face: str) -> None:
    joined = splines.g(x, y, tau, L, gamma)
    if face == "tau":
        quadratic, at = splines.before_face(x, y, L, gamma), tau
    else:
        quadratic, at = splines.after_face(x, y, tau, L, gamma), 2 * tau
    gap = joined - quadratic
    for order_x in range(3):
        for order_y in range(3 - order_x):
            derivative = sp.diff(gap, x, order_x, y, order_y)
            assert vanishes(derivative.subs(x, at)), (face, order_x, order_y)


def test_contact_is_not_of_third_order() -> None:
    gap = splines.g(x, y, tau, L, gamma) - splines.before_face(x, y, L, gamma)
    assert not vanishes(sp.diff(gap, x, 3).subs(x, tau))


def test_derivative_of_g1_is_the_interpolant() -> None:
    assert vanishes(
        sp.diff(splines.g1(x, tau, L, gamma), x) - splines.g1_derivative(x, tau, L, gamma)
    )


def test_slope_of_g2_in_factored_form() -> None:
    factored = -30 * (L + gamma) * (x - 2 * tau) ** 2 * (x - tau) ** 2 / tau**5
    assert vanishes(sp.diff(splines.g2(x, tau, L, gamma), x) - factored)


def test_nu_by_integrating_the_interpolant() -> None:
    # Simpson's rule is exact for a cubic, and shares no line with the antiderivative used in g1.
    p = splines.g1_derivative(x, tau, L, gamma)
    mean = (p.subs(x, tau) + 4 * p.subs(x, sp.Rational(3, 2) * tau) + p.subs(x, 2 * tau)) / 6
    assert vanishes(splines.nu(tau, L, gamma) - (4 * L * tau**2 + gamma * tau**2 - mean * tau))
    assert vanishes(splines.nu(tau, L, gamma) - tau**2 * (sp.Rational(13, 6) * (L + gamma) + 4 * L))


def test_interpolant_dips_below_its_last_value() -> None:
    """The slope 2L at the right end makes p fall below -4 L tau before it gets there."""
    p = splines.g1_derivative(sp.Rational(9, 10) + 1, sp.Integer(1), sp.Integer(2), sp.Integer(1))
    assert p < -8
