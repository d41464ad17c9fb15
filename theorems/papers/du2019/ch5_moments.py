"""Thesis section 5.7: moments of a Gaussian patch on half-spaces, and what follows from them.

z: a standard normal patch in R^p; phi: angle between w and w*; length, norm_w: |w|, |w*|; k: number
of patches; law: radial law of a patch (0 Gaussian, 1 sphere, 2 Student t, 3 two radii).
"""

from __future__ import annotations

import math
from typing import Any

import sympy as sp
from sympy import Matrix, cos, diff, pi, sin, sqrt, symbols

from symbolic.arccos import g
from symbolic.gaussian import polar_mean, polar_second_moment
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2019.ch5_population import UNNORMALISED, _filter_gradient
from theorems.papers.du2019.ch5_symbols import (
    ANGLE,
    PAPER,
    PATCHES,
    POSITIVE,
    SEVERAL_PATCHES,
    inner,
    k,
    norm_w,
    p,
    phi,
    square_a,
    square_teacher,
    sum_a,
    sum_teacher,
)
from theorems.quantifiers import ForAll, InExpectation
from theorems.sides import Closed, Computed, Sampled, Side

length = symbols("length", real=True)
law, draw = symbols("law draw", integer=True, nonnegative=True)
LAWS: tuple[Any, ...] = ("gaussian", "sphere", "student", "mixture")

HALF_SPACE = {length: POSITIVE, p: SEVERAL_PATCHES}
PAIR = {phi: ANGLE, length: POSITIVE, norm_w: POSITIVE, p: SEVERAL_PATCHES}
LENGTHS = Grid(length=[0.3, 1.0, 5.0], p=[2, 5, 25])
PAIRS = Grid(
    points=[
        {"phi": angle, "length": length_, "norm_w": norm, "p": dim}
        for dim in (2, 5, 25)
        for angle in (0.0, 0.3, 1.0, math.pi / 2, 2.2, 2.8)
        for length_, norm in ((1.0, 1.0), (0.4, 3.0))
    ]
)
SAMPLES = 1 << 15
MOMENT = InExpectation(samples=SAMPLES)


def _patch(points: Any, samples: int, generator: Any) -> Any:
    """`(1, samples, p)`: all points share the draws, and each is judged by itself."""
    from numeric.normals import coarse_normals

    return coarse_normals(1, samples, points.p, generator=generator)


def _vectors(points: Any) -> tuple[Any, Any]:
    """`w*` and `w`, in the plane of the first two axes, `w*` on the first."""
    from numeric.data import filters

    return filters(points.phi, points.norm_w, points.length, points.p)


def _heights(z: Any, w: Any) -> Any:
    """`z'w` for shared patches `(1, samples, p)` and filters `(n, p)`, `(n, samples)`."""
    return w @ z[0].T


def half_space_square(points: Any, samples: int, generator: Any) -> Any:
    """`z (z'w) 1{z'w >= 0}` along `w` and across it."""
    z = _patch(points, samples, generator)
    active = points.length[:, None] * z[..., 0].clamp_min(0.0)
    return active[..., None] * z[..., :2]


def half_space_mean(points: Any, samples: int, generator: Any) -> Any:
    z = _patch(points, samples, generator)
    value = (z[..., :1] >= 0).double() * z[..., :2]
    return value.expand(points.n, *value.shape[1:])


def wedge_square(points: Any, samples: int, generator: Any) -> Any:
    """`z (z'w*) 1{z'w >= 0, z'w* >= 0}` in the plane of the two."""
    z = _patch(points, samples, generator)
    w_star, w = _vectors(points)
    on, height = _heights(z, w) >= 0, _heights(z, w_star).clamp_min(0.0)
    return (on.double() * height)[..., None] * z[..., :2]


def relu_pair(points: Any, samples: int, generator: Any) -> Any:
    z = _patch(points, samples, generator)
    w_star, w = _vectors(points)
    return _heights(z, w).clamp_min(0.0) * _heights(z, w_star).clamp_min(0.0)


half_space_second_moment = Claim(
    id="du2019.lemma-5.6a",
    source=Source(PAPER, "5.7", "Lemma 5.6, first identity"),
    statement=r"$\mathbb E[zz^\top\mathbb I\{z^\top w\ge0\}]w=\frac12w$ (along $w$ and across it)",
    over=HALF_SPACE,
    lhs=Side(polar_second_moment(sp.Integer(0)) * Matrix([length, 0]), Sampled(half_space_square)),
    relation="==",
    rhs=Closed(Matrix([length, 0]) / 2),
    quantifier=MOMENT,
    grid=LENGTHS,
)

half_space_first_moment = Claim(
    id="du2019.lemma-5.6b",
    source=Source(PAPER, "5.7", "Lemma 5.6, second identity"),
    statement=r"$\mathbb E[z\mathbb I\{z^\top w\ge0\}]=\frac1{\sqrt{2\pi}}\frac w{\|w\|}$",
    over=HALF_SPACE,
    lhs=Side(polar_mean(sp.Integer(0)), Sampled(half_space_mean)),
    relation="==",
    rhs=Closed(Matrix([length, 0]) / (sqrt(2 * pi) * length)),
    quantifier=MOMENT,
    grid=LENGTHS,
)

STAR, STUDENT = Matrix([norm_w, 0]), length * Matrix([cos(phi), sin(phi)])
wedge_moment = Claim(
    id="du2019.lemma-5.6c",
    source=Source(PAPER, "5.7", "Lemma 5.6, third identity"),
    statement=r"$\mathbb E[zz^\top\mathbb I\{z^\top w\ge0,z^\top w_*\ge0\}]w_*=\frac1{2\pi}"
    r"(\pi-\phi)w_*+\frac1{2\pi}\sin\phi\frac{\|w_*\|}{\|w\|}w$",
    over=PAIR,
    lhs=Side(polar_second_moment(phi) * STAR, Sampled(wedge_square)),
    relation="==",
    rhs=Closed((pi - phi) / (2 * pi) * STAR + sin(phi) / (2 * pi) * norm_w / length * STUDENT),
    quantifier=MOMENT,
    grid=PAIRS,
)

relu_correlation = Claim(
    id="du2019.lemma-5.6d",
    source=Source(PAPER, "5.7", "Lemma 5.6, fourth identity"),
    statement=r"$\mathbb E[\sigma(z^\top w)\sigma(z^\top w_*)]=\frac1{2\pi}"
    r"(\cos\phi(\pi-\phi)+\sin\phi)\|w\|\|w_*\|$",
    over=PAIR,
    lhs=Side((STUDENT.T * polar_second_moment(phi) * STAR)[0], Sampled(relu_pair)),
    relation="==",
    rhs=Closed((cos(phi) * (pi - phi) + sin(phi)) * length * norm_w / (2 * pi)),
    quantifier=MOMENT,
    grid=PAIRS,
)


def _features(points: Any, samples: int, generator: Any) -> tuple[Any, Any]:
    """Two patches' features of `w` and of `w*`."""
    from numeric.data import gaussian_patches
    from numeric.two_layer_cnn import features

    z = gaussian_patches((1, samples), 2, points.p, generator)
    w_star, w = _vectors(points)
    return features(w, z), features(w_star, z)


def student_gram(points: Any, samples: int, generator: Any) -> Any:
    import torch

    student, _ = _features(points, samples, generator)
    return torch.stack([student[..., 0] ** 2, student[..., 0] * student[..., 1]], -1)


def cross_gram(points: Any, samples: int, generator: Any) -> Any:
    import torch

    student, teacher = _features(points, samples, generator)
    return torch.stack([student[..., 0] * teacher[..., 0], student[..., 0] * teacher[..., 1]], -1)


MEAN_FEATURE = polar_mean(sp.Integer(0))[0]
gram_of_student = Claim(
    id="du2019.eq-5.5",
    source=Source(PAPER, "5.7", "equation (5.5) and the formula for A(w)"),
    statement=r"$A(w)=\mathbb E[\sigma(Zw)\sigma(Zw)^\top]=\frac1{2\pi}\|w\|^2"
    r"(11^\top+(\pi-1)I)$ (an entry on the diagonal and one off it)",
    over=PAIR,
    lhs=Side(
        Matrix(
            [length**2 * polar_second_moment(sp.Integer(0))[0, 0], (length * MEAN_FEATURE) ** 2]
        ),
        Sampled(student_gram),
    ),
    relation="==",
    rhs=Closed(length**2 / (2 * pi) * Matrix([1 + (pi - 1), 1])),
    quantifier=MOMENT,
    grid=PAIRS,
    uses=("du2019.lemma-5.6b",),
)

gram_of_both = Claim(
    id="du2019.eq-5.5.cross",
    source=Source(PAPER, "5.7", "equation (5.6) and the formula for B(w, w*)"),
    statement=r"$B(w,w_*)=\mathbb E[\sigma(Zw)\sigma(Zw_*)^\top]=\frac1{2\pi}\|w\|\|w_*\|"
    r"(11^\top+(\cos\phi(\pi-\phi)+\sin\phi-1)I)$ (an entry on the diagonal and one off it)",
    over=PAIR,
    lhs=Side(
        Matrix(
            [
                (STUDENT.T * polar_second_moment(phi) * STAR)[0],
                length * MEAN_FEATURE * norm_w * MEAN_FEATURE,
            ]
        ),
        Sampled(cross_gram),
    ),
    relation="==",
    rhs=Closed(length * norm_w / (2 * pi) * Matrix([1 + cos(phi) * (pi - phi) + sin(phi) - 1, 1])),
    quantifier=MOMENT,
    grid=PAIRS,
    uses=("du2019.lemma-5.6b", "du2019.lemma-5.6d"),
)


def rotation_invariant_pair(points: Any, samples: int, generator: Any) -> Any:
    from numeric.data import rotation_invariant

    z = rotation_invariant((1, samples), points.p, LAWS[points.law], generator)
    w_star, w = _vectors(points)
    return _heights(z, w).clamp_min(0.0) * _heights(z, w_star).clamp_min(0.0)


other_laws = Claim(
    id="du2019.remark-5.2",
    source=Source(PAPER, "5.3", "Remark 5.2"),
    statement=r"the result extends to rotation-invariant laws: for $z=Ru$, $u$ uniform on the "
    r"sphere, $\mathbb E zz^\top=I$, again $\mathbb E[\sigma(z^\top w)\sigma(z^\top w_*)]="
    r"\frac1{2\pi}g(\phi)\|w\|\|w_*\|$",
    reading="the remark names no formula; taken as the statement that the correlation which all "
    "of section 5.7 rests on keeps its form. Moments of single patches, and with them the "
    "constant 1 in g - 1, do depend on the law",
    over={**PAIR, law: sp.Range(0, len(LAWS))},
    lhs=Sampled(rotation_invariant_pair),
    relation="==",
    rhs=Closed(g(phi) * length * norm_w / (2 * pi)),
    quantifier=InExpectation(samples=1 << 18),
    grid=Grid(phi=[0.0, 0.7, 1.6], length=[1.0], norm_w=[2.0], p=[2, 3, 9], law=[0, 1, 2, 3]),
    uses=(
        "du2019.lemma-5.6d",
        "du2019.theorem-5.1",
    ),
)

# One filter, k patches, both second layers 1: the loss of [10] is the mean over patches, squared.
ONES = {inner: k, sum_a: k, square_a: k, sum_teacher: k, square_teacher: k}
MEAN_NETWORK = 2 / k**2 * UNNORMALISED.subs(ONES)


def _convnet_gradient(formula: Matrix) -> Matrix:
    return (2 / k**2 * formula).subs(ONES)


fixed_second_layer = Claim(
    id="du2019.text-5.2",
    source=Source(PAPER, "5.7", "sanity check after the summary formula"),
    statement=r"with $a=a_*=1$ the formula for $\mathbb E[\partial_w\ell]$ is, up to scale, the "
    r"gradient of the loss of one filter averaged over $k$ patches, equation (16) of [10]",
    reading="[10] is not part of the thesis; its gradient is taken as the derivative of "
    r"$\mathbb E(\frac1k\sum_i\sigma(Z_i^\top w)-\frac1k\sum_i\sigma(Z_i^\top w_*))^2$",
    over={phi: ANGLE, length: POSITIVE, norm_w: POSITIVE, k: PATCHES},
    lhs=Closed(_convnet_gradient(_filter_gradient(+1, (k - 1) * inner))),
    relation="==",
    rhs=Closed(Matrix([diff(MEAN_NETWORK, length), -diff(MEAN_NETWORK, phi) / length])),
    quantifier=ForAll(search=False),
    grid=Grid(phi=[0.0, 0.5, 2.0], length=[1.0, 0.5], norm_w=[1.0, 2.0], k=[1, 2, 9]),
    uses=("du2019.proof-5.2",),
    erratum="with the printed signs the formula is not the gradient of the fixed-layer loss",
)

fixed_second_layer_corrected = Claim(
    id="du2019.text-5.2.corrected",
    source=fixed_second_layer.source,
    statement=r"the same check with the corrected formula for $\mathbb E[\partial_w\ell]$",
    over=fixed_second_layer.over,
    lhs=Closed(_convnet_gradient(_filter_gradient(-1, sum_a * sum_teacher - inner))),
    relation="==",
    rhs=fixed_second_layer.rhs,
    quantifier=ForAll(search=False),
    grid=fixed_second_layer.grid,
    uses=("du2019.proof-5.2.corrected",),
    corrects="du2019.text-5.2",
)


def _one_draw(points: Any) -> tuple[Any, ...]:
    import torch

    generator = torch.Generator().manual_seed(1000 * points.k + 10 * points.p + points.draw)
    shapes = [(points.n, points.p), (points.n, points.k)] * 2
    parts = [torch.randn(*s, generator=generator, dtype=torch.float64) for s in shapes]
    shape = (points.n, 4, points.k, points.p)
    return (*parts, torch.randn(*shape, generator=generator, dtype=torch.float64))


def automatic_gradient(points: Any) -> Any:
    import torch

    from numeric.two_layer_cnn import sample_loss

    w, a, w_star, a_star, z = _one_draw(points)
    # One copy of w per sample, so that each sample's derivative is kept apart.
    copies = w[:, None].expand(-1, z.shape[1], -1).reshape(-1, points.p).requires_grad_()
    repeat = lambda x: x.repeat_interleave(z.shape[1], 0)  # noqa: E731
    one = z.reshape(-1, 1, points.k, points.p)
    loss = sample_loss(copies, repeat(a), repeat(w_star), repeat(a_star), one).sum()
    return torch.autograd.grad(loss, copies)[0].reshape(points.n, -1)


def double_sums(points: Any) -> Any:
    """Equations (5.7) and (5.8) as they stand: sums over pairs of patches."""
    import torch

    w, a, w_star, a_star, z = _one_draw(points)
    on = (torch.einsum("nskp,np->nsk", z, w) >= 0).double()
    on_star = (torch.einsum("nskp,np->nsk", z, w_star) >= 0).double()
    student = torch.einsum("ni,nj,nsip,nsi,nsjq,nsj,nq->nsp", a, a, z, on, z, on, w)
    teacher = torch.einsum("ni,nj,nsip,nsi,nsjq,nsj,nq->nsp", a, a_star, z, on, z, on_star, w_star)
    return (student - teacher).reshape(points.n, -1)


sample_gradient = Claim(
    id="du2019.eq-5.7",
    source=Source(PAPER, "5.7", "equations (5.7) and (5.8)"),
    statement=r"$\partial_w\ell(Z,w,a)=\big(\sum_{i}a_i^2Z_iZ_i^\top\mathbb I\{Z_i^\top w\ge0\}+"
    r"\sum_{i\ne j}a_ia_jZ_iZ_j^\top\mathbb I\{Z_i^\top w\ge0,Z_j^\top w\ge0\}\big)w-\big(\sum_i"
    r"a_ia_i^*Z_iZ_i^\top\mathbb I\{Z_i^\top w\ge0,Z_i^\top w_*\ge0\}+\sum_{i\ne j}a_ia_j^*Z_iZ_j^"
    r"\top\mathbb I\{Z_i^\top w\ge0,Z_j^\top w_*\ge0\}\big)w_*$ for almost every $Z$",
    reading="$Z_j^*$ in the last sum is read as $Z_j^\\top$",
    over={k: PATCHES, p: PATCHES, draw: sp.Range(0, 1000)},
    lhs=Computed(automatic_gradient, rounding=1e-8),
    relation="==",
    rhs=Computed(double_sums, rounding=1e-8),
    grid=Grid(k=[1, 2, 3, 8], p=[1, 2, 6], draw=[0, 1]),
)
