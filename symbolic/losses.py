"""Population loss of the two-layer convolutional network and its gradients, in closed form.

Student `a' relu(Z v / |v|)`, teacher `(a*)' relu(Z w*)`, `Z` of `k` independent Gaussian patches in
`R^p`. The loss knows the weights through a few numbers:

- `phi` in `[0, pi]`: angle between `v` and `w*`; `norm_w >= 0`: length of `w*`
- `inner`: `a'a*`; `sum_a`: `1'a`; `square_a`: `|a|^2`
- `sum_teacher`: `1'a*`; `square_teacher`: `|a*|^2`

Every function returns an exact expression in what it is given.
Source: du2019, Theorems 5.1 and 5.2 with their proofs (as they hold, not as printed).
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from symbolic.arccos import g
from symbolic.gaussian import cross_gram, student_gram


@dataclass(frozen=True)
class OutputLayer:
    """What the loss knows of the second layers: the numbers named in the module's first lines."""

    inner: sp.Expr
    sum_a: sp.Expr
    square_a: sp.Expr
    sum_teacher: sp.Expr
    square_teacher: sp.Expr


def population_loss(phi: sp.Expr, norm_w: sp.Expr, layer: OutputLayer) -> sp.Expr:
    """`E (student - teacher)^2 / 2`, expanded in the two Gram matrices (du2019, Theorem 5.1)."""
    teacher = student_gram(norm_w).bilinear(
        layer.sum_teacher, layer.sum_teacher, layer.square_teacher
    )
    student = student_gram(sp.Integer(1)).bilinear(layer.sum_a, layer.sum_a, layer.square_a)
    cross = cross_gram(phi, sp.Integer(1), norm_w).bilinear(
        layer.sum_a, layer.sum_teacher, layer.inner
    )
    return (teacher + student) / 2 - cross


def angle_between(x: sp.Matrix, y: sp.Matrix) -> sp.Expr:
    """The angle in `[0, pi]` between two nonzero column vectors."""
    return sp.acos(x.dot(y) / sp.sqrt(x.dot(x) * y.dot(y)))


def output_layer(a: sp.Matrix, teacher: sp.Matrix) -> OutputLayer:
    """The numbers of two explicit column vectors of equal length."""
    return OutputLayer(
        inner=a.dot(teacher),
        sum_a=sum(a, start=sp.Integer(0)),
        square_a=a.dot(a),
        sum_teacher=sum(teacher, start=sp.Integer(0)),
        square_teacher=teacher.dot(teacher),
    )


def loss_of_weights(v: sp.Matrix, a: sp.Matrix, w_star: sp.Matrix, a_star: sp.Matrix) -> sp.Expr:
    """`population_loss` as a function of explicit nonzero `v, w*` in `R^p` and `a, a*` in `R^k`."""
    norm_w = sp.sqrt(w_star.dot(w_star))
    return population_loss(angle_between(v, w_star), norm_w, output_layer(a, a_star))


def gradient_v(
    v: sp.Matrix, w_star: sp.Matrix, inner: sp.Expr, phi: sp.Expr | None = None
) -> sp.Matrix:
    """`d loss / d v`: `-(a'a*)(pi - phi)/(2 pi |v|) (I - v v'/|v|^2) w*` (Theorem 5.2).

    `phi` may be given as a symbol; otherwise it is the angle between `v` and `w*`.
    """
    if phi is None:
        phi = angle_between(v, w_star)
    square_v = v.dot(v)
    orthogonal = w_star - v * (v.dot(w_star) / square_v)
    return -inner * (sp.pi - phi) / (2 * sp.pi * sp.sqrt(square_v)) * orthogonal


def gradient_a(a: sp.Matrix, a_star: sp.Matrix, phi: sp.Expr, norm_w: sp.Expr) -> sp.Matrix:
    """`d loss / d a` for explicit `a, a*` in `R^k` (du2019, Theorem 5.2)."""
    size = a.shape[0]
    student = student_gram(sp.Integer(1)).matrix(size)
    cross = cross_gram(phi, sp.Integer(1), norm_w).matrix(size)
    return student * a - cross * a_star


@dataclass(frozen=True)
class FilterGradient:
    """`along_w * w + along_teacher * w*`, the gradient before weight normalisation."""

    along_w: sp.Expr
    along_teacher: sp.Expr


def gradient_w(
    phi: sp.Expr, norm_w: sp.Expr, norm_teacher: sp.Expr, layer: OutputLayer
) -> FilterGradient:
    """`d/dw E (a' relu(Zw) - (a*)' relu(Zw*))^2 / 2` for `|w| = norm_w > 0`.

    (du2019, proof of Theorem 5.2; the terms of the teacher enter with a minus sign.)
    """
    student = (sp.pi * layer.square_a + layer.sum_a**2 - layer.square_a) / (2 * sp.pi)
    others = layer.sum_a * layer.sum_teacher - layer.inner
    teacher = (layer.inner * sp.sin(phi) + others) * norm_teacher / (2 * sp.pi * norm_w)
    return FilterGradient(
        along_w=student - teacher,
        along_teacher=-layer.inner * (sp.pi - phi) / (2 * sp.pi),
    )


@dataclass(frozen=True)
class StationaryPoint:
    """A stationary point `(phi, a)` with `a = along_ones * 1 + along_teacher * a*`."""

    phi: sp.Expr
    along_ones: sp.Expr
    along_teacher: sp.Expr

    def layer(self, sum_teacher: sp.Expr, square_teacher: sp.Expr, patches: sp.Expr) -> OutputLayer:
        """The numbers of the point's `a` against the teacher, with `patches` = `k`."""
        one, star = self.along_ones, self.along_teacher
        return OutputLayer(
            inner=one * sum_teacher + star * square_teacher,
            sum_a=one * patches + star * sum_teacher,
            square_a=one**2 * patches + 2 * one * star * sum_teacher + star**2 * square_teacher,
            sum_teacher=sum_teacher,
            square_teacher=square_teacher,
        )


def global_minimum(norm_w: sp.Expr) -> StationaryPoint:
    """`phi = 0`, `a = |w*| a*` (du2019, Lemma 5.1)."""
    return StationaryPoint(sp.Integer(0), sp.Integer(0), norm_w)


def spurious_point(norm_w: sp.Expr, sum_teacher: sp.Expr, patches: sp.Expr) -> StationaryPoint:
    """`phi = pi`, `a = (1 1' + (pi - 1) I)^{-1} (1 1' - I) |w*| a*` (du2019, Lemma 5.1).

    A local minimum exactly where its `a'a*` is not positive, that is where
    `sum_teacher**2 / square_teacher <= (patches + pi - 1) / pi`.
    """
    return StationaryPoint(
        phi=sp.pi,
        along_ones=norm_w * sp.pi * sum_teacher / ((sp.pi - 1) * (patches + sp.pi - 1)),
        along_teacher=-norm_w / (sp.pi - 1),
    )


def excess_of_output_layer(
    square_error: sp.Expr, sum_error: sp.Expr, phi: sp.Expr, norm_w: sp.Expr, inner: sp.Expr
) -> sp.Expr:
    """The loss written about the global minimum.

    `square_error` = `|a - |w*| a*|^2`, `sum_error` = `1'a - |w*| 1'a*`; the loss is
    `((pi - 1) square_error + sum_error^2)/(4 pi) + (pi - g(phi)) |w*| a'a* / (2 pi)`.
    """
    quadratic = ((sp.pi - 1) * square_error + sum_error**2) / (4 * sp.pi)
    return quadratic + (sp.pi - g(phi)) * norm_w * inner / (2 * sp.pi)
