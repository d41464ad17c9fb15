"""Thesis sections 5.2 and 5.7: the population loss and its gradients.

phi: angle between v (or w) and w*; norm_v, norm_w: |v|, |w*|; length: |w| before normalisation;
inner: a'a*; sum_a: 1'a; square_a: |a|^2; sum_teacher: 1'a*; square_teacher: |a*|^2; a_i, b_i: one
entry of a and of a*; k: number of patches; p: patch size.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Matrix, cos, diff, pi, sin, symbols

from symbolic.arccos import g
from symbolic.losses import OutputLayer, population_loss
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2019.ch5_symbols import (
    ANGLE,
    MANY_PATCHES,
    OUTPUT,
    PAPER,
    POSITIVE,
    REAL,
    SEVERAL_PATCHES,
    TEACHER,
    inner,
    k,
    norm_v,
    norm_w,
    p,
    phi,
    square_a,
    square_teacher,
    sum_a,
    sum_teacher,
)
from theorems.quantifiers import InExpectation
from theorems.sides import Closed, Sampled, Side

length, a_i, b_i = symbols("length a_i b_i", real=True)
LAYER = OutputLayer(inner, sum_a, square_a, sum_teacher, square_teacher)
# Numbers that vectors have: the Gram matrix of a, a* and 1 is positive semidefinite.
REALISABLE = [
    sum_teacher**2 < k * square_teacher,
    (inner - sum_a * sum_teacher / k) ** 2
    <= (square_a - sum_a**2 / k) * (square_teacher - sum_teacher**2 / k),
]
LAYERS = (
    {"inner": 0.7, "sum_a": 0.5, "square_a": 1.3, "sum_teacher": -0.8, "square_teacher": 0.9},
    {"inner": -1.0, "sum_a": 1.2, "square_a": 2.5, "sum_teacher": 1.5, "square_teacher": 1.6},
    {"inner": 0.0, "sum_a": 0.0, "square_a": 0.5, "sum_teacher": 1.0, "square_teacher": 2.0},
)
PLACES = (
    {"phi": 0.0, "norm_w": 1.0, "norm_v": 1.0, "k": 3, "p": 2},
    {"phi": 0.6, "norm_w": 2.0, "norm_v": 0.5, "k": 3, "p": 2},
    {"phi": 1.7, "norm_w": 0.3, "norm_v": 1.0, "k": 5, "p": 4},
    {"phi": 3.0, "norm_w": 1.0, "norm_v": 3.0, "k": 5, "p": 4},
)
POINTS = [{**place, **layer} for place in PLACES for layer in LAYERS]
SAMPLES = 1 << 16
# What is printed wrongly is off by hundreds of standard errors.
FEW = 1 << 14


def _only(*names: str) -> Grid:
    """The points with these coordinates."""
    cut = [tuple((name, point[name]) for name in names) for point in POINTS]
    return Grid(points=[dict(items) for items in dict.fromkeys(cut)])


def _weights(points: Any, samples: int, generator: Any, v_length: Any) -> tuple[Any, ...]:
    from numeric.data import filters, gaussian_patches, output_layers

    v, w_star = filters(points.phi, v_length, points.norm_w, points.p)
    a, a_star = output_layers(
        points.inner,
        points.sum_a,
        points.square_a,
        points.sum_teacher,
        points.square_teacher,
        points.k,
    )
    # All points share the draws, and each is judged by itself.
    z = gaussian_patches((1, samples), points.k, points.p, generator)
    return v, a, w_star, a_star, z


def sampled_loss(points: Any, samples: int, generator: Any) -> Any:
    import torch

    from numeric.two_layer_cnn import sample_loss

    one = torch.ones(points.n, dtype=torch.float64)
    return sample_loss(*_weights(points, samples, generator, one))


def sampled_gradient_v(points: Any, samples: int, generator: Any) -> Any:
    from numeric.two_layer_cnn import sample_gradient_v

    return sample_gradient_v(*_weights(points, samples, generator, points.norm_v))[..., :2]


def sampled_gradient_w(points: Any, samples: int, generator: Any) -> Any:
    from numeric.two_layer_cnn import sample_gradient_w

    return sample_gradient_w(*_weights(points, samples, generator, points.length))[..., :2]


def sampled_gradient_a(points: Any, samples: int, generator: Any) -> Any:
    """The first entry of the gradient, for `a` and `a*` that are constant from the second on."""
    import torch

    from numeric.data import filters, gaussian_patches
    from numeric.two_layer_cnn import sample_gradient_a

    one = torch.ones(points.n, dtype=torch.float64)
    w, w_star = filters(points.phi, one, points.norm_w, points.p)
    a = ((points.sum_a - points.a_i) / (points.k - 1))[:, None].repeat(1, points.k)
    b = ((points.sum_teacher - points.b_i) / (points.k - 1))[:, None].repeat(1, points.k)
    a[:, 0], b[:, 0] = points.a_i, points.b_i
    z = gaussian_patches((1, samples), points.k, points.p, generator)
    return sample_gradient_a(w, a, w_star, b, z)[..., 0]


def _bracket(last_term: sp.Expr) -> sp.Expr:
    """Equation (5.3) with its last term."""
    return sp.Rational(1, 2) * (
        (pi - 1) * norm_w**2 / (2 * pi) * square_teacher
        + (pi - 1) / (2 * pi) * square_a
        - 2 * (g(phi) - 1) * norm_w / (2 * pi) * inner
        + norm_w**2 / (2 * pi) * sum_teacher**2
        + sum_a**2 / (2 * pi)
        + last_term
    )


LOSS_DOMAIN = {phi: ANGLE, norm_w: POSITIVE, k: MANY_PATCHES, p: SEVERAL_PATCHES}
LOSS_DOMAIN = {**LOSS_DOMAIN, **OUTPUT, **TEACHER}
LOSS_GRID = _only("phi", "norm_w", "k", "p", *(s.name for s in (*OUTPUT, *TEACHER)))
expected_loss = Side(population_loss(phi, norm_w, LAYER), Sampled(sampled_loss))

loss_formula = Claim(
    id="du2019.theorem-5.1",
    source=Source(PAPER, "5.2", "Theorem 5.1, equation (5.3)"),
    statement=r"$\ell(v,a)=\frac12\big[\frac{(\pi-1)\|w_*\|^2}{2\pi}\|a_*\|^2+\frac{\pi-1}{2\pi}"
    r"\|a\|^2-\frac{2(g(\phi)-1)\|w_*\|}{2\pi}a^\top a_*+\frac{\|w_*\|^2}{2\pi}(1^\top a_*)^2"
    r"+\frac1{2\pi}(1^\top a)^2-2\|w_*\|\,1^\top a\cdot1^\top a_*\big]$",
    over=LOSS_DOMAIN,
    where=REALISABLE,
    lhs=expected_loss,
    relation="==",
    rhs=Closed(_bracket(-2 * norm_w * sum_a * sum_teacher)),
    quantifier=InExpectation(samples=FEW),
    grid=LOSS_GRID,
    uses=("du2019.eq-5.5", "du2019.eq-5.5.cross", "du2019.lemma-5.6d"),
    erratum="the last term lacks the factor 1/(2 pi): the loss is not 0 at the global minimum",
)

loss_formula_corrected = Claim(
    id="du2019.theorem-5.1.corrected",
    source=loss_formula.source,
    statement=r"as Theorem 5.1 with last term $-\frac{2\|w_*\|}{2\pi}1^\top a\cdot1^\top a_*$",
    over=LOSS_DOMAIN,
    where=REALISABLE,
    lhs=expected_loss,
    relation="==",
    rhs=Closed(_bracket(-2 * norm_w * sum_a * sum_teacher / (2 * pi))),
    quantifier=InExpectation(samples=SAMPLES),
    grid=LOSS_GRID,
    uses=loss_formula.uses,
    corrects="du2019.theorem-5.1",
)

# v lies on the first axis, w* in the plane of the first two; the loss does not depend on |v|, and
# the angle falls by 1/|v| per unit that v moves along the second axis.
gradient_in_v = Claim(
    id="du2019.theorem-5.2a",
    source=Source(PAPER, "5.2", "Theorem 5.2, first formula"),
    statement=r"$\mathbb E[\partial_v\ell]=-\frac1{2\pi\|v\|}\big(I-\frac{vv^\top}{\|v\|^2}\big)"
    r"a^\top a_*(\pi-\phi)w_*$ (components along $v$ and across it, in the plane of $v$ and $w_*$)",
    over={**LOSS_DOMAIN, norm_v: POSITIVE},
    where=REALISABLE,
    lhs=Side(
        Matrix([0, -diff(population_loss(phi, norm_w, LAYER), phi) / norm_v]),
        Sampled(sampled_gradient_v),
    ),
    relation="==",
    rhs=Closed(
        -inner
        * (pi - phi)
        / (2 * pi * norm_v)
        * Matrix([norm_w * cos(phi) - norm_w * cos(phi), norm_w * sin(phi)])
    ),
    quantifier=InExpectation(samples=SAMPLES),
    grid=_only("norm_v", "phi", "norm_w", "k", "p", *(s.name for s in (*OUTPUT, *TEACHER))),
    uses=("du2019.theorem-5.1.corrected", "du2019.lemma-5.6c"),
)

_BY_ENTRY = (
    diff(population_loss(phi, norm_w, LAYER), inner) * b_i
    + diff(population_loss(phi, norm_w, LAYER), sum_a)
    + diff(population_loss(phi, norm_w, LAYER), square_a) * 2 * a_i
)
gradient_in_a = Claim(
    id="du2019.theorem-5.2b",
    source=Source(PAPER, "5.2", "Theorem 5.2, second formula"),
    statement=r"$\mathbb E[\partial_a\ell]=\frac1{2\pi}(11^\top+(\pi-1)I)a-\frac1{2\pi}"
    r"(11^\top+(g(\phi)-1)I)\|w_*\|a_*$ (one entry)",
    over={phi: ANGLE, norm_w: POSITIVE, k: SEVERAL_PATCHES, p: SEVERAL_PATCHES}
    | {sum_a: REAL, sum_teacher: REAL, a_i: REAL, b_i: REAL},
    lhs=Side(_BY_ENTRY, Sampled(sampled_gradient_a)),
    relation="==",
    rhs=Closed(
        (sum_a + (pi - 1) * a_i) / (2 * pi) - (sum_teacher + (g(phi) - 1) * b_i) * norm_w / (2 * pi)
    ),
    quantifier=InExpectation(samples=SAMPLES),
    grid=Grid(
        points=[
            {"phi": angle, "norm_w": norm, "k": size, "p": dim}
            | {"sum_a": 0.5, "sum_teacher": total, "a_i": -0.3, "b_i": entry}
            for angle, norm, size, dim in [(0.0, 1.0, 2, 2), (1.1, 2.0, 4, 3), (3.1, 0.3, 4, 3)]
            for total, entry in [(0.9, 0.4), (0.0, 1.2), (-1.0, -1.0)]
        ]
    ),
    uses=("du2019.eq-5.5", "du2019.eq-5.5.cross"),
)

# |w| = length: the student a' relu(Zw) is the normalised one with second layer |w| a.
UNNORMALISED = population_loss(
    phi,
    norm_w,
    OutputLayer(length * inner, length * sum_a, length**2 * square_a, sum_teacher, square_teacher),
)
PAIRS = sum_a**2 - square_a
MIXED_PAIRS = sum_a * sum_teacher - inner


def _filter_gradient(sign: int, mixed: sp.Expr) -> Matrix:
    """The summary formula; `sign` is that of the terms with the teacher, `mixed` the last sum."""
    along_w = (
        square_a / 2
        + PAIRS / (2 * pi)
        + sign * (inner * sin(phi) + mixed) / (2 * pi) * norm_w / length
    )
    along_teacher = sign * inner * (pi - phi) / (2 * pi)
    return Matrix(
        [
            along_w * length + along_teacher * norm_w * cos(phi),
            along_teacher * norm_w * sin(phi),
        ]
    )


filter_gradient = Claim(
    id="du2019.proof-5.2",
    source=Source(PAPER, "5.7", "summary formula in the proof of Theorem 5.2"),
    statement=r"$\mathbb E[\partial_w\ell]=\frac1{2\pi}a^\top a_*(\pi-\phi)w_*+\big("
    r"\frac{\|a\|^2}2+\frac{\sum_{i\ne j}a_ia_j}{2\pi}+\frac{a^\top a_*\sin\phi}{2\pi}"
    r"\frac{\|w_*\|}{\|w\|}+\frac{\sum_{i\ne j}a_ja_j^*}{2\pi}\frac{\|w_*\|}{\|w\|}\big)w$",
    over={**LOSS_DOMAIN, length: POSITIVE},
    where=REALISABLE,
    lhs=Side(
        Matrix([diff(UNNORMALISED, length), -diff(UNNORMALISED, phi) / length]),
        Sampled(sampled_gradient_w),
    ),
    relation="==",
    rhs=Closed(_filter_gradient(+1, (k - 1) * inner)),
    quantifier=InExpectation(samples=FEW),
    grid=Grid(
        points=[
            {**{n: v for n, v in point.items() if n != "norm_v"}, "length": point["norm_v"]}
            for point in POINTS
        ]
    ),
    uses=("du2019.lemma-5.6a", "du2019.lemma-5.6b", "du2019.lemma-5.6c"),
    erratum="the terms with w* need a minus sign, and the last sum is over a_i a_j^*",
)

filter_gradient_corrected = Claim(
    id="du2019.proof-5.2.corrected",
    source=filter_gradient.source,
    statement=r"$\mathbb E[\partial_w\ell]=-\frac1{2\pi}a^\top a_*(\pi-\phi)w_*+\big("
    r"\frac{\|a\|^2}2+\frac{\sum_{i\ne j}a_ia_j}{2\pi}-\frac{a^\top a_*\sin\phi}{2\pi}"
    r"\frac{\|w_*\|}{\|w\|}-\frac{\sum_{i\ne j}a_ia_j^*}{2\pi}\frac{\|w_*\|}{\|w\|}\big)w$",
    over=filter_gradient.over,
    where=REALISABLE,
    lhs=filter_gradient.lhs,
    relation="==",
    rhs=Closed(_filter_gradient(-1, MIXED_PAIRS)),
    quantifier=InExpectation(samples=SAMPLES),
    grid=filter_gradient.grid,
    uses=filter_gradient.uses,
    corrects="du2019.proof-5.2",
)
