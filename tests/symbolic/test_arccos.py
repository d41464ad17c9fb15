"""`g` and the arc-cosine kernels against the integrals that define them."""

from __future__ import annotations

import mpmath
import pytest
import sympy as sp

from symbolic.arccos import arc_cosine_kernel, g, g_derivative, relu_correlation, step_correlation

phi, theta, radius = sp.symbols("phi theta r", positive=True)
ANGLES = [sp.Integer(0), sp.pi / 7, sp.pi / 3, sp.pi / 2, 2 * sp.pi / 3, sp.Rational(29, 10), sp.pi]


def test_relu_correlation_is_the_polar_integral() -> None:
    """Both ReLUs are active for theta in [phi - pi/2, pi/2]; the radius contributes E r^2 = 2."""
    radial = sp.integrate(radius**3 * sp.exp(-(radius**2) / 2), (radius, 0, sp.oo))
    angular = sp.integrate(
        sp.expand(sp.cos(theta) * sp.expand_trig(sp.cos(theta - phi))),
        (theta, phi - sp.pi / 2, sp.pi / 2),
    )
    assert sp.simplify(radial * angular / (2 * sp.pi) - relu_correlation(phi)) == 0


@pytest.mark.parametrize("angle", ANGLES)
def test_relu_correlation_against_quadrature_in_the_plane(angle: sp.Expr) -> None:
    """A second route: condition on one coordinate, integrate the other in closed form."""
    with mpmath.workdps(30):
        c, s = mpmath.mpf(sp.N(sp.cos(angle), 35)), mpmath.mpf(sp.N(sp.sin(angle), 35))

        def given_first(x: mpmath.mpf) -> mpmath.mpf:
            # E max(c x + s y, 0) over a standard normal y
            if s == 0:
                return x * max(c * x, mpmath.mpf(0)) * mpmath.npdf(x)
            t = c * x / s
            return x * (c * x * mpmath.ncdf(t) + s * mpmath.npdf(t)) * mpmath.npdf(x)

        value = mpmath.quad(given_first, [0, 1, 2, 4, 8, 16])
        expected = mpmath.mpf(sp.N(relu_correlation(angle), 35))
        assert abs(value - expected) < mpmath.mpf(10) ** -20


def test_step_correlation_is_the_angle_where_both_are_positive() -> None:
    measure = sp.integrate(sp.Integer(1), (theta, phi - sp.pi / 2, sp.pi / 2)) / (2 * sp.pi)
    assert sp.simplify(measure - step_correlation(phi)) == 0


def test_derivative_of_g() -> None:
    assert sp.simplify(sp.diff(g(phi), phi) - g_derivative(phi)) == 0


def test_values_of_g_at_the_ends_and_the_middle() -> None:
    assert [g(sp.Integer(0)), g(sp.pi / 2), g(sp.pi)] == [sp.pi, 1, 0]


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("angle", ANGLES)
def test_kernels_are_twice_the_correlations(order: int, angle: sp.Expr) -> None:
    correlation = (step_correlation, relu_correlation)[order](angle)
    kernel = arc_cosine_kernel(order, sp.cos(angle))
    assert abs(sp.N(kernel - 2 * correlation, 30)) < sp.Float(10) ** -25


def test_unknown_order_is_refused() -> None:
    with pytest.raises(ValueError, match="orders 0 and 1"):
        arc_cosine_kernel(2, phi)
