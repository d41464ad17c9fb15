"""Expectations over Gaussian weights of ReLU features, by integration in the plane.

`f(x) = E[c(u) relu(u.x)]` for a coefficient `c` that depends on the direction of the Gaussian `u`
in a plane that contains `x`: the radius contributes `E r = sqrt(pi / 2)`.
Source: caogu2019, Assumptions 4.10 and 4.12 and the proof of Lemma B.2.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

ZERO = sp.Integer(0)
MEAN_RADIUS = sp.sqrt(sp.pi / 2)


def feature_average(
    pieces: Sequence[tuple[sp.Expr, sp.Expr, sp.Expr]], angle: sp.Expr = ZERO
) -> sp.Expr:
    """`E[c(u) relu(u.x)]` for a unit `x` at `angle`, `c` constant on arcs.

    `pieces`: `(value, from, to)` with all arcs inside the half-circle of `x`, from `angle - pi/2`
    to `angle + pi/2`; arcs that are left out have `c = 0`.
    """
    # The primitive of cos(theta - angle) is sin(theta - angle).
    total = sum(value * (sp.sin(high - angle) - sp.sin(low - angle)) for value, low, high in pieces)
    return MEAN_RADIUS * total / (2 * sp.pi)


def constant_average() -> sp.Expr:
    """`E relu(u.x)` for a unit `x`: the largest value of any `f` with `|c| <= 1`."""
    s = sp.Symbol("s", real=True)
    return sp.integrate(s * sp.exp(-(s**2) / 2), (s, 0, sp.oo)) / sp.sqrt(2 * sp.pi)


def linear_average(angle: sp.Expr) -> sp.Expr:
    """`E[sign(u.w) relu(u.x)]` for unit vectors at `angle` in `[0, pi]`."""
    half = sp.pi / 2
    return feature_average([(1, angle - half, half), (-1, half, angle + half)], angle)


def crossed_average() -> sp.Expr:
    """`E[sign(|u_1| - |u_2|) relu(u_1)]`."""
    half, quarter = sp.pi / 2, sp.pi / 4
    return feature_average([(-1, -half, -quarter), (1, -quarter, quarter), (-1, quarter, half)])


def rectified_second_moment(variance: sp.Expr) -> sp.Expr:
    """`E relu(g)^2` of a centred Gaussian `g` of positive variance, by integration."""
    s = sp.Symbol("s", positive=True)
    density = sp.exp(-(s**2) / 2) / sp.sqrt(2 * sp.pi)
    return variance * sp.integrate(s**2 * density, (s, 0, sp.oo))


def half_line_probability() -> sp.Expr:
    """`P(g > 0)` of a centred Gaussian, by integration."""
    s = sp.Symbol("s", positive=True)
    return sp.integrate(sp.exp(-(s**2) / 2) / sp.sqrt(2 * sp.pi), (s, 0, sp.oo))
