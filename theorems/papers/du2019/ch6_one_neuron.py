"""Thesis sections 6.1, 6.2 and 6.6.1: the gradient of one neuron and its critical points.

a, b: the heights w'Z and w*'Z of one input; phi, length, norm_w, p, k, draw: as in ch6_symbols;
radius, reach: bounds on patches and filters; alpha: w = -alpha w*; share: |w| over the length at
which the loss is that of w = 0.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import sympy as sp
from sympy import Interval, Matrix, cos, pi, symbols

from symbolic.arccos import g
from symbolic.wedge import (
    inner_product,
    joint_moment,
    neuron_gradient,
    neuron_loss,
    opposite_moment,
    smallest_eigenvalue,
)
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2019.ch6_symbols import (
    ANGLE,
    DRAWS,
    PAPER,
    PLANE_OR_MORE,
    POSITIVE,
    REAL,
    SIZES,
    STAR,
    STUDENT,
    draw,
    drawn_law,
    gaussian,
    heights,
    k,
    length,
    measured_inner_product,
    norm_w,
    p,
    phi,
)
from theorems.quantifiers import ForAll, ForAllWeights, InExpectation
from theorems.sides import Closed, Computed, Sampled, Side

a, b, alpha, form = symbols("a b alpha form", real=True)
radius, reach, share = symbols("radius reach share", real=True)
PAIR = {phi: ANGLE, length: POSITIVE, norm_w: POSITIVE, p: PLANE_OR_MORE}
PAIRS = Grid(phi=[0.0, 0.4, 1.5, 2.6], length=[0.4, 2.0], norm_w=[1.0, 3.0], p=[2, 5])
LAWS = Grid(k=[1], p=[1, 2, 6], draw=range(4))
SAMPLES = InExpectation(samples=1 << 15)


def bounded_sets(points: Any, generator: Any) -> Any:
    import torch

    from numeric.adversary import Around

    del generator
    origin = torch.zeros(points.n, 1, points.p, dtype=torch.float64)
    patches = torch.zeros(points.n, 1, points.k, points.p, dtype=torch.float64)
    return {
        "w": Around(origin, points.reach, trailing=1),
        "w_star": Around(origin, points.reach, trailing=1),
        "patches": Around(patches, points.radius, trailing=1),
    }


def sample_gradient(points: Any, weights: Any) -> Any:
    """`|grad_w l(w, Z)|` for one input, written so that it can be differentiated."""
    del points
    z = weights["patches"]
    heights_ = (z * weights["w"][..., None, :]).sum(-1)
    teacher = (z * weights["w_star"][..., None, :]).sum(-1).clamp_min(0.0).mean(-1)
    gap = heights_.clamp_min(0.0).mean(-1) - teacher
    active = ((heights_ >= 0).double()[..., None] * z).mean(-2)
    return gap.abs() * active.norm(dim=-1)


bounded_gradient = Claim(
    id="du2019.eq-6.1",
    source=Source(PAPER, "6.1", "equations (6.1) and (6.2), boundedness of the gradient"),
    statement=r"with $f(w,Z)=\frac1k\sum_i\sigma(w^\top Z_i)$ and "
    r"$\ell=\frac12(f(w,Z)-f(w_*,Z))^2$ "
    r"there is $B$ with $\|g(w)\|_2\le B$ as long as patches and $w$ are bounded",
    reading=r"with $\|Z_i\|\le R$ and $\|w\|,\|w_*\|\le W$ the constant is $B=R^2W$, for the "
    "gradient at one input",
    over={radius: POSITIVE, reach: POSITIVE, k: SIZES, p: SIZES},
    lhs=Computed(sample_gradient),
    relation="<=",
    rhs=Closed(radius**2 * reach),
    quantifier=ForAllWeights(within=bounded_sets, restarts=16, steps=60),
    grid=Grid(radius=[0.5, 3.0], reach=[1.0, 4.0], k=[1, 3], p=[1, 4]),
)


def gradient_sample(points: Any, samples: int, generator: Any) -> Any:
    z = gaussian(points, samples, generator)
    student, teacher = heights(points, z)
    gap = student.clamp_min(0.0) - teacher.clamp_min(0.0)
    return ((student >= 0).double() * gap)[..., None] * z[..., :2]


population_gradient = Claim(
    id="du2019.eq-6.2a",
    source=Source(PAPER, "6.2", "the population gradient"),
    statement=r"$\mathbb E[\nabla\ell(w,Z)]=A_{w,w_*}(w-w_*)+A_{w,-w_*}w$ (standard normal input; "
    r"along $w_*$ and across it)",
    over=PAIR,
    lhs=Side(neuron_gradient(phi, length, norm_w), Sampled(gradient_sample)),
    relation="==",
    rhs=Closed(joint_moment(phi) * (STUDENT - STAR) + opposite_moment(phi) * STUDENT),
    quantifier=SAMPLES,
    grid=PAIRS,
    uses=(
        "du2019.lemma-5.6d",
        "du2019.eq-6.1",
    ),
)


def automatic_gradient(points: Any) -> Any:
    import torch

    from numeric.single_filter import loss

    w, w_star, law = drawn_law(points)
    w = w.requires_grad_()
    return torch.autograd.grad(loss(w, w_star, law).sum(), w)[0]


def gradient_of_regions(points: Any) -> Any:
    from numeric.single_filter import gradient_by_regions

    return gradient_by_regions(*drawn_law(points))


gradient_of_any_law = Claim(
    id="du2019.eq-6.2a.laws",
    source=population_gradient.source,
    title="the population gradient, other laws",
    statement=population_gradient.statement.replace("standard normal input; ", "any input; "),
    reading="measured on laws of finite support, where the expectation is a sum",
    over={k: sp.FiniteSet(1), p: SIZES, draw: DRAWS},
    lhs=Computed(automatic_gradient),
    relation="==",
    rhs=Computed(gradient_of_regions),
    quantifier=ForAll(search=False),
    grid=LAWS,
)

half_space = Claim(
    id="du2019.eq-6.3",
    source=Source(PAPER, "6.2", "equation (6.3)"),
    statement=r"$S(w,w_*)$ and $S(w,-w_*)$ share out $\{w^\top Z\ge0\}$: $A_{w,w_*}+A_{w,-w_*}="
    r"\mathbb E[ZZ^\top\mathbb I\{w^\top Z\ge0\}]=\frac12I$ for a standard normal",
    reading="the definitions; what is checked is the consequence that the proofs use",
    over={phi: ANGLE},
    lhs=Closed(joint_moment(phi) + opposite_moment(phi)),
    relation="==",
    rhs=Closed(sp.eye(2) / 2),
    grid=Grid(phi=[0.0, 1.0, 3.0]),
    uses=(
        "du2019.lemma-5.6a",
        "du2019.eq-6.1",
    ),
)


def slope_times_gap(points: Any) -> Any:
    from numeric.single_filter import gradient

    w, w_star, law = drawn_law(points)
    return (gradient(w, w_star, law) * (w - w_star)).sum(-1)


def _forms(points: Any) -> tuple[Any, Any]:
    """`(w - w*)' A_{w,w*} (w - w*)` and `(w - w*)' A_{w,-w*} w`."""
    from numeric.single_filter import moment, regions

    w, w_star, law = drawn_law(points)
    r = regions(w, w_star, law)
    gap = (w - w_star)[..., None, :]
    near, far = moment(r.both, r.both, law), moment(r.student, r.student, law)
    first = gap @ near @ gap.transpose(-1, -2)
    return first[..., 0, 0], (gap @ far @ w[..., None])[..., 0, 0]


def both_forms(points: Any) -> Any:
    import torch

    return torch.stack(_forms(points), -1)


split_inner_product = Claim(
    id="du2019.lemma-6.1",
    source=Source(PAPER, "6.6.1", "Lemma 6.1, equation (6.5)"),
    statement=r"$\langle\nabla_w\ell(w),w-w_*\rangle=(w-w_*)^\top A_{w,w_*}(w-w_*)+(w-w_*)^\top "
    r"A_{w,-w_*}w$",
    over=gradient_of_any_law.over,
    lhs=Computed(slope_times_gap),
    relation="==",
    rhs=Computed(lambda points: sum(_forms(points))),
    quantifier=ForAll(search=False),
    grid=LAWS,
    uses=("du2019.eq-6.2a",),
)

nonnegative_terms = Claim(
    id="du2019.lemma-6.1.sign",
    source=Source(PAPER, "6.6.1", "Lemma 6.1, signs"),
    statement=r"both terms of (6.5) are non-negative",
    over=gradient_of_any_law.over,
    lhs=Computed(both_forms),
    relation=">=",
    rhs=Closed(sp.Integer(0)),
    quantifier=ForAll(search=False),
    grid=LAWS,
    uses=("du2019.lemma-6.1.pointwise",),
)

nonnegative_pointwise = Claim(
    id="du2019.lemma-6.1.pointwise",
    source=Source(PAPER, "6.6.1", "proof of Lemma 6.1"),
    statement=r"for one input with $w^\top Z\ge0$, $w_*^\top Z\le0$: $(w-w_*)^\top ZZ^\top w\ge0$ "
    r"and $-w_*^\top ZZ^\top w\ge0$",
    over={a: REAL, b: REAL},
    hypotheses=[a >= 0, b <= 0],
    lhs=Closed(Matrix([(a - b) * a, -b * a])),
    relation=">=",
    rhs=Closed(sp.Integer(0)),
    grid=Grid(a=[0, 1e-3, 2], b=[0, -1e-3, -5]),
)

GAP = STUDENT - STAR
NEAR = (GAP.T * joint_moment(phi) * GAP)[0]
FAR = (GAP.T * opposite_moment(phi) * STUDENT)[0]
critical_points = Claim(
    id="du2019.eq-6.6",
    source=Source(PAPER, "6.6.1", "equations (6.6) and (6.7)"),
    statement=r"at a critical point $(w-w_*)^\top A_{w,w_*}(w-w_*)=0$ and $(w-w_*)^\top "
    r"A_{w,-w_*}w=0$, hence $w=w_*$: away from $w_*$ the sum of the two is positive (standard "
    "normal input)",
    over={phi: ANGLE, length: POSITIVE, norm_w: POSITIVE},
    hypotheses=[length**2 + norm_w**2 > 2 * length * norm_w * cos(phi)],
    lhs=Closed((neuron_gradient(phi, length, norm_w).T * GAP)[0]),
    relation=">",
    rhs=Closed(sp.Integer(0)),
    grid=Grid(phi=[0.0, 1e-3, 1.0, 3.0, math.pi], length=[0.1, 0.999, 4.0], norm_w=[1.0, 2.0]),
    uses=("du2019.lemma-6.1", "du2019.eq-6.2a", "du2019.eq-6.6.lower"),
    seconds=0.1,
)

lower = Claim(
    id="du2019.eq-6.6.lower",
    source=critical_points.source,
    title="equations (6.6) and (6.7), a lower bound",
    statement=r"$\langle\nabla\ell(w),w-w_*\rangle\ge\gamma(\phi)\|w-w_*\|^2$, $\|w_*\|=1$, "
    "standard normal input",
    over={phi: ANGLE, length: POSITIVE},
    lhs=Side(inner_product(phi, length), Computed(partial(measured_inner_product, name="length"))),
    relation=">=",
    rhs=Closed(smallest_eigenvalue(phi) * (length**2 + 1 - 2 * length * cos(phi))),
    grid=Grid(phi=[0.0, 1e-3, 1.0, 3.0], length=[0.1, 0.999, 4.0]),
    uses=("du2019.lemma-6.1", "du2019.eq-6.2a"),
    seconds=8.0,
)

opposite_filter = Claim(
    id="du2019.eq-6.6.opposite",
    source=Source(PAPER, "6.6.1", "proof of Theorem 6.1, second case"),
    statement=r"for $w=-\alpha w_*$: $(w-w_*)^\top A_{w,-w_*}w=(1+\gamma)w_*^\top A_{w,-w_*}w_*$",
    reading=r"$\gamma$ stands for $\alpha$; form is $w_*^\top A_{w,-w_*}w_*$",
    over={alpha: POSITIVE, form: POSITIVE},
    lhs=Closed((-alpha - 1) * (-alpha) * form),
    relation="==",
    rhs=Closed((1 + alpha) * form),
    grid=Grid(alpha=[0.5, 1.0, 2.0], form=[0.3]),
    erratum="a factor alpha is missing: alpha (1 + alpha); the sign, which is all that is used, "
    "is right",
)

opposite_filter_corrected = Claim(
    id="du2019.eq-6.6.opposite.corrected",
    source=opposite_filter.source,
    statement=r"for $w=-\alpha w_*$: $(w-w_*)^\top A_{w,-w_*}w=\alpha(1+\alpha)w_*^\top "
    r"A_{w,-w_*}w_*>0$ (standard normal input, where $A_{w,-w_*}=\frac12I$)",
    over={alpha: POSITIVE, norm_w: POSITIVE},
    lhs=Closed(FAR.subs(length, alpha * norm_w).subs(phi, pi)),
    relation="==",
    rhs=Closed(alpha * (1 + alpha) * norm_w**2 / 2),
    grid=Grid(alpha=[0.5, 1.0, 2.0], norm_w=[1.0]),
    corrects="du2019.eq-6.6.opposite",
    uses=("du2019.eq-6.3",),
)


def last_distance(points: Any) -> Any:
    """`|w_T - w*| / |w*|` from `share` of the length at which the loss is that of `w = 0`."""
    from numeric.single_filter import gaussian_gradient

    w_star, w = (row.clone() for row in _starts(points))
    for step in range(4000):
        w = w - 0.5 * gaussian_gradient(w, w_star)
        # So near to w*, where the map contracts, only rounding is left.
        if step % 50 == 49 and bool(((w - w_star).abs() <= 1e-15).all()):
            break
    return (w - w_star).norm(dim=-1) / points.norm_w


def _starts(points: Any) -> tuple[Any, Any]:
    import torch

    from numeric.data import filters

    bound = 2 / torch.pi * ((torch.pi - points.phi) * points.phi.cos() + points.phi.sin())
    return filters(points.phi, points.norm_w, points.share * bound * points.norm_w, points.p)


recovery = Claim(
    id="du2019.theorem-6.1",
    source=Source(PAPER, "6.2", "Theorem 6.1"),
    statement=r"if $\mathbb E[ZZ^\top\mathbb I\{S(w_1,w_2)\}]\succ0$ for $\theta(w_1,w_2)<\pi$ and "
    r"$\ell(w_0)<\ell(0)$ then gradient descent recovers $w_*$",
    reading=r"standard normal input; the step size, which the theorem leaves open, is $\frac12$; "
    r"recovery is $\|w_T-w_*\|\le10^{-9}\|w_*\|$ at $T=4000$",
    over={phi: ANGLE, share: Interval.open(0, 1), norm_w: POSITIVE, p: PLANE_OR_MORE},
    lhs=Computed(last_distance),
    relation="<=",
    rhs=Closed(sp.Float("1e-9")),
    quantifier=ForAll(search=False, random_points=0),
    grid=Grid(phi=[0.0, 1.0, 2.0, 2.8], share=[1e-3, 0.5, 0.999], norm_w=[0.5, 3.0], p=[2]).nightly(
        p=[2, 10]
    ),
    uses=("du2019.lemma-6.1", "du2019.eq-6.6", "du2019.theorem-6.1.start"),
)

below_the_origin = Claim(
    id="du2019.theorem-6.1.start",
    source=Source(PAPER, "6.2", "Theorem 6.1, the condition on the initialisation"),
    statement=r"for a standard normal $\ell(w)-\ell(0)=\frac14\|w\|(\|w\|-\frac2\pi g(\phi)"
    r"\|w_*\|)$: the condition is $\|w_0\|<\frac2\pi g(\phi)\|w_*\|$",
    reading="the condition worked out for this input",
    over={phi: ANGLE, length: POSITIVE, norm_w: POSITIVE},
    lhs=Closed(neuron_loss(phi, length, norm_w) - norm_w**2 / 4),
    relation="==",
    rhs=Closed(length * (length - 2 * g(phi) * norm_w / pi) / 4),
    grid=Grid(phi=[0.0, 1.0, 3.0], length=[0.01, 0.9], norm_w=[1.0]),
    uses=("du2019.lemma-5.6d",),
)
