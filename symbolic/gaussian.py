"""Moments of a Gaussian vector on half-spaces, and of ReLU features of independent patches.

`z` is standard normal, `w` and `w*` are vectors of lengths `norm_w` and `norm_v` at angle `phi` in
`[0, pi]`. A vector in their plane is given by its coefficients along `w` and `w*`. Every function
returns an exact expression in what it is given.
Source: du2019, Lemma 5.6 and equations (5.5) and (5.6).
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from symbolic.arccos import g


@dataclass(frozen=True)
class InPlane:
    """The vector `along_w * w + along_teacher * w*`."""

    along_w: sp.Expr
    along_teacher: sp.Expr


@dataclass(frozen=True)
class RankOnePlusIdentity:
    """The `k x k` matrix `scale * (1 1' + diagonal I)`, for any `k`."""

    scale: sp.Expr
    diagonal: sp.Expr

    def matrix(self, size: int) -> sp.Matrix:
        """The matrix itself for `size` patches (at least 1)."""
        return self.scale * (sp.ones(size, size) + self.diagonal * sp.eye(size))

    def apply(self, sum_x: sp.Expr, x: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
        """Coefficients of `1` and of `x` in the product with `x`, whose entries sum to `sum_x`."""
        return self.scale * sum_x, self.scale * self.diagonal * x

    def bilinear(self, sum_x: sp.Expr, sum_y: sp.Expr, inner: sp.Expr) -> sp.Expr:
        """`x' M y` from the entry sums of `x` and `y` and their inner product."""
        return self.scale * (sum_x * sum_y + self.diagonal * inner)


def half_space_second_moment() -> sp.Expr:
    """The factor of `w` in `E[z z' 1{z'w >= 0}] w` (du2019, Lemma 5.6, first identity)."""
    return sp.Rational(1, 2)


def half_space_mean(norm_w: sp.Expr) -> sp.Expr:
    """The factor of `w` in `E[z 1{z'w >= 0}]`, `norm_w > 0` (Lemma 5.6, second identity)."""
    return 1 / (sp.sqrt(2 * sp.pi) * norm_w)


def wedge_matrix(phi: sp.Expr) -> sp.Matrix:
    """`E[z z' 1{z'w >= 0, z'w* >= 0}]` on the plane of `w` and `w*`, as a `2 x 2` matrix.

    First axis along `w*`, second towards `w` (du2019, proof of Lemma 5.6).
    """
    cross = sp.sin(phi) * sp.cos(phi)
    return sp.Matrix(
        [
            [sp.pi - phi + cross, sp.sin(phi) ** 2],
            [sp.sin(phi) ** 2, sp.pi - phi - cross],
        ]
    ) / (2 * sp.pi)


def wedge_second_moment(phi: sp.Expr, norm_w: sp.Expr, norm_v: sp.Expr) -> InPlane:
    """`E[z z' 1{z'w >= 0, z'w* >= 0}] w*` (du2019, Lemma 5.6, third identity); `norm_w > 0`."""
    return InPlane(
        along_w=sp.sin(phi) * norm_v / (2 * sp.pi * norm_w),
        along_teacher=(sp.pi - phi) / (2 * sp.pi),
    )


def relu_product(phi: sp.Expr, norm_w: sp.Expr, norm_v: sp.Expr) -> sp.Expr:
    """`E[relu(z'w) relu(z'w*)]` (du2019, Lemma 5.6, fourth identity)."""
    return g(phi) * norm_w * norm_v / (2 * sp.pi)


def student_gram(norm_w: sp.Expr) -> RankOnePlusIdentity:
    """`A(w) = E[relu(Zw) relu(Zw)']` for independent Gaussian patches (du2019, (5.5))."""
    return RankOnePlusIdentity(norm_w**2 / (2 * sp.pi), sp.pi - 1)


def cross_gram(phi: sp.Expr, norm_w: sp.Expr, norm_v: sp.Expr) -> RankOnePlusIdentity:
    """`B(w, w*) = E[relu(Zw) relu(Zw*)']` for independent Gaussian patches (du2019, (5.6))."""
    return RankOnePlusIdentity(norm_w * norm_v / (2 * sp.pi), g(phi) - 1)


def polar_mean(phi: sp.Expr) -> sp.Matrix:
    """`E[z 1{...}]` of a plane Gaussian over the directions `theta` in `[phi - pi/2, pi/2]`.

    The radius contributes `E r = sqrt(pi / 2)`; the antiderivatives are written out.
    """

    def primitive(theta: sp.Expr) -> sp.Matrix:
        return sp.Matrix([sp.sin(theta), -sp.cos(theta)])

    return (primitive(sp.pi / 2) - primitive(phi - sp.pi / 2)) / sp.sqrt(8 * sp.pi)


def polar_second_moment(phi: sp.Expr) -> sp.Matrix:
    """`E[z z' 1{...}]` of a plane Gaussian over the directions `theta` in `[phi - pi/2, pi/2]`.

    The radius contributes `E r^2 = 2`. The directions are those with `z'w* >= 0` and `z'w >= 0`,
    `w*` along the first axis and `w` at angle `phi`; `phi = 0` is the half-plane of `w*`.
    """

    def primitive(theta: sp.Expr) -> sp.Matrix:
        cos_squared = theta / 2 + sp.sin(2 * theta) / 4
        mixed = sp.sin(theta) ** 2 / 2
        sin_squared = theta / 2 - sp.sin(2 * theta) / 4
        return sp.Matrix([[cos_squared, mixed], [mixed, sin_squared]])

    return (primitive(sp.pi / 2) - primitive(phi - sp.pi / 2)) / sp.pi
