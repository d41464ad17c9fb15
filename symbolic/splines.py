"""The cubic Hermite interpolant, and the splines that join the quadratic pieces of the tube.

The tube of du2019 chapter 7 is quadratic around each saddle point. Between two quadratic regions
it follows `g(x, y) = g1(x) + g2(x) y**2` on `tau <= x <= 2 tau`, `0 <= y <= tau`: `g1` is the
antiderivative of a cubic Hermite interpolant, `g2` the quintic smooth step from `L` to `-gamma`.
`nu` is the amount by which the objective drops from one saddle point to the next.

Every function returns an exact expression in what it is given; nothing is evaluated in floats.
Source: du2019, Theorem 7.4 and Lemma 7.4 with its proof.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp


@dataclass(frozen=True)
class HermiteData:
    """End points, values and derivatives that a cubic Hermite interpolant takes over.

    Fields: `start` < `end`; `value_*` and `slope_*` are the value and the derivative there.
    """

    start: sp.Expr
    end: sp.Expr
    value_start: sp.Expr
    value_end: sp.Expr
    slope_start: sp.Expr
    slope_end: sp.Expr

    @property
    def chord(self) -> sp.Expr:
        """Slope of the chord, the `S` of du2019, Theorem 7.4."""
        return (self.value_end - self.value_start) / (self.end - self.start)


def hermite_coefficients(data: HermiteData) -> tuple[sp.Expr, sp.Expr, sp.Expr, sp.Expr]:
    """Coefficients `c0..c3` of the interpolant in powers of `y - start` (du2019, Theorem 7.4)."""
    width = data.end - data.start
    c2 = (3 * data.chord - data.slope_end - 2 * data.slope_start) / width
    c3 = -(2 * data.chord - data.slope_end - data.slope_start) / width**2
    return data.value_start, data.slope_start, c2, c3


def cubic_hermite(y: sp.Expr, data: HermiteData) -> sp.Expr:
    """The cubic that meets `data` at both ends, as an expression in `y` (du2019, Theorem 7.4)."""
    offset = y - data.start
    return sum(
        (c * offset**k for k, c in enumerate(hermite_coefficients(data))), start=sp.Integer(0)
    )


def bernstein_coefficients(data: HermiteData) -> tuple[sp.Expr, sp.Expr, sp.Expr, sp.Expr]:
    """Bernstein coefficients of the interpolant on `[start, end]`.

    On the interval the interpolant is a convex combination of them, so their least and greatest
    bound its range.
    """
    third = (data.end - data.start) / 3
    return (
        data.value_start,
        data.value_start + third * data.slope_start,
        data.value_end - third * data.slope_end,
        data.value_end,
    )


def connecting_data(tau: sp.Expr, L: sp.Expr, gamma: sp.Expr) -> HermiteData:
    """What the derivative of `g1` takes over from the quadratic pieces at `tau` and `2 tau`."""
    return HermiteData(
        start=tau,
        end=2 * tau,
        value_start=-2 * gamma * tau,
        value_end=-4 * L * tau,
        slope_start=-2 * gamma,
        slope_end=2 * L,
    )


def g1_derivative(x: sp.Expr, tau: sp.Expr, L: sp.Expr, gamma: sp.Expr) -> sp.Expr:
    """`g1'(x)`, the cubic `p` in the proof of du2019, Lemma 7.4; for `tau <= x <= 2 tau`."""
    return cubic_hermite(x, connecting_data(tau, L, gamma))


def g1(x: sp.Expr, tau: sp.Expr, L: sp.Expr, gamma: sp.Expr) -> sp.Expr:
    """Antiderivative of `p` with `g1(tau) = -gamma tau**2`; for `tau <= x <= 2 tau`."""
    offset = x - tau
    coefficients = hermite_coefficients(connecting_data(tau, L, gamma))
    rise = sum((c * offset ** (k + 1) / (k + 1) for k, c in enumerate(coefficients)), sp.Integer(0))
    return -gamma * tau**2 + rise


def g2(x: sp.Expr, tau: sp.Expr, L: sp.Expr, gamma: sp.Expr) -> sp.Expr:
    """Curvature coefficient of the next coordinate: `L` at `tau`, `-gamma` at `2 tau`.

    The quintic printed in the proof of du2019, Lemma 7.4.
    """
    u = (x - 2 * tau) / tau
    return -gamma - (L + gamma) * (10 * u**3 + 15 * u**4 + 6 * u**5)


def g(x: sp.Expr, y: sp.Expr, tau: sp.Expr, L: sp.Expr, gamma: sp.Expr) -> sp.Expr:
    """`g1(x) + g2(x) y**2` for `tau <= x <= 2 tau`, `0 <= y <= tau` (du2019, Lemma 7.4)."""
    return g1(x, tau, L, gamma) + g2(x, tau, L, gamma) * y**2


def nu(tau: sp.Expr, L: sp.Expr, gamma: sp.Expr) -> sp.Expr:
    """`4 L tau**2 - g1(2 tau)`, the drop between consecutive saddle points (du2019, Lemma 7.4)."""
    return 4 * L * tau**2 - g1(2 * tau, tau, L, gamma)


def before_face(x: sp.Expr, y: sp.Expr, L: sp.Expr, gamma: sp.Expr) -> sp.Expr:
    """Terms in `(x_i, x_{i+1})` of the quadratic piece that `g` joins at `x_i = tau` (7.6)."""
    return -gamma * x**2 + L * y**2


def after_face(x: sp.Expr, y: sp.Expr, tau: sp.Expr, L: sp.Expr, gamma: sp.Expr) -> sp.Expr:
    """Terms in `(x_i, x_{i+1})` of the quadratic piece that `g` joins at `x_i = 2 tau` (7.6)."""
    return L * (x - 4 * tau) ** 2 - gamma * y**2 - nu(tau, L, gamma)
