"""Thesis sections 5.1, 5.3.1 and 5.4.1: where gradient descent stops, and the basins.

phi: angle between v and w*; delta: pi - phi; tilt: pi/2 - phi; norm_v, norm_w: |v|, |w*|; inner:
a'a*; g_phi: g(phi); sum_a: 1'a; sum_teacher: 1'a*; square_teacher: |a*|^2; b_i: one entry of a*;
k: number of patches; away_inner, away_sum, away_square: (a - a_s)'a*, 1'(a - a_s), |a - a_s|^2 for
the spurious stationary point a_s.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, Matrix, Ne, diff, pi, symbols

from symbolic.arccos import g
from symbolic.losses import OutputLayer, global_minimum, population_loss, spurious_point
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2019.ch5_symbols import (
    ACUTE,
    G_RANGE,
    PAPER,
    PATCHES,
    POSITIVE,
    REAL,
    SEVERAL_PATCHES,
    TEACHER,
    eta,
    g_phi,
    inner,
    k,
    norm_v,
    norm_w,
    phi,
    square_a,
    square_teacher,
    state_of,
    sum_a,
    sum_teacher,
    teacher_of,
)
from theorems.quantifiers import ForAll
from theorems.sides import Closed, Computed

delta, tilt, b_i = symbols("delta tilt b_i", real=True)
away_inner, away_sum, away_square = symbols("away_inner away_sum away_square", real=True)
LAYER = OutputLayer(inner, sum_a, square_a, sum_teacher, square_teacher)
ONE = sp.Integer(1)

# Across v the derivative of the loss is -1/|v| times the derivative in the angle.
ACROSS = -diff(population_loss(phi, norm_w, LAYER), phi) / norm_v
stops_at_the_ends = Claim(
    id="du2019.lemma-5.1",
    source=Source(PAPER, "5.4.1", "Lemma 5.1, the angle"),
    statement=r"when gradient descent converges, $a^\top a_*\ne0$ and $\|v\|<\infty$: either "
    r"$\theta(v,w_*)=0$ or $\theta(v,w_*)=\pi$",
    reading="converging means a zero gradient; here: the gradient in v does not vanish between",
    over={phi: Interval.open(0, pi), inner: REAL, norm_v: POSITIVE, norm_w: POSITIVE},
    hypotheses=[Ne(inner, 0)],
    lhs=Closed(sp.simplify(ACROSS)),
    relation="!=",
    rhs=Closed(0),
    uses=("du2019.theorem-5.2a",),
)


def _student_part(point: Any) -> sp.Expr:
    """One entry of (1 1' + (pi - 1) I) a for the point that is claimed to be stationary."""
    layer = point.layer(sum_teacher, square_teacher, k)
    return layer.sum_a + (pi - 1) * (point.along_ones + point.along_teacher * b_i)


def _teacher_part(point: Any) -> sp.Expr:
    """One entry of |w*| (1 1' + (g - 1) I) a*, which the student's part must equal."""
    return norm_w * (sum_teacher + (g(point.phi) - 1) * b_i)


def solved_layer(points: Any) -> Any:
    """The entry of (1 1' + (pi - 1) I)^{-1} (1 1' - I) |w*| a*, by solving the linear system, and
    of |w*| a*."""
    import math

    import torch

    size = points.k
    rest = (points.sum_teacher - points.b_i) / max(size - 1, 1)
    teacher = rest.unsqueeze(-1).repeat(1, size)
    teacher[:, 0] = points.b_i
    ones = torch.ones(size, size, dtype=torch.float64)
    eye = torch.eye(size, dtype=torch.float64)
    right = ((ones - eye) @ teacher.T) * points.norm_w
    spurious = torch.linalg.solve(ones + (math.pi - 1) * eye, right)[0]
    both = ((ones + (math.pi - 1) * eye) @ teacher.T) * points.norm_w
    minimum = torch.linalg.solve(ones + (math.pi - 1) * eye, both)[0]
    return torch.stack([spurious, minimum], -1)


SPURIOUS, MINIMUM = spurious_point(norm_w, sum_teacher, k), global_minimum(norm_w)
second_layer_there = Claim(
    id="du2019.lemma-5.1.layer",
    source=Source(PAPER, "5.4.1", "Lemma 5.1, the second layer"),
    statement=r"there $a=\|w_*\|a_*$ if $\theta=0$ and $a=(11^\top+(\pi-1)I)^{-1}(11^\top-I)\|w_*"
    r"\|a_*$ "
    r"if $\theta=\pi$: the gradient in $a$ vanishes (one entry)",
    over={norm_w: POSITIVE, b_i: REAL, k: PATCHES, **TEACHER},
    lhs=Closed(Matrix([_student_part(SPURIOUS), _student_part(MINIMUM)])),
    relation="==",
    rhs=Closed(Matrix([_teacher_part(SPURIOUS), _teacher_part(MINIMUM)])),
    quantifier=ForAll(search=False),
    grid=Grid(norm_w=[0.3], b_i=[-1.0, 0.7], square_teacher=[3.0], sum_teacher=[2.0], k=[1, 5]),
    uses=("du2019.theorem-5.2b",),
)

second_layer_formula = Claim(
    id="du2019.lemma-5.1.solution",
    source=second_layer_there.source,
    statement=r"one entry of the two solutions, against the linear systems solved numerically",
    over={norm_w: POSITIVE, b_i: REAL, sum_teacher: REAL, k: SEVERAL_PATCHES},
    lhs=Computed(solved_layer),
    relation="==",
    rhs=Closed(Matrix([SPURIOUS.along_ones + SPURIOUS.along_teacher * b_i, norm_w * b_i])),
    quantifier=ForAll(search=False),
    grid=Grid(norm_w=[0.3, 1.0], b_i=[-1.0, 0.7], sum_teacher=[0.0, 2.0], k=[2, 5, 40]),
    uses=("du2019.theorem-5.2b",),
)

AT_SPURIOUS = spurious_point(ONE, sum_teacher, k).layer(sum_teacher, square_teacher, k)
REALISED = sum_teacher**2 < k * square_teacher
local_minimum = Claim(
    id="du2019.text-5.4a",
    source=Source(PAPER, "5.4.1", "after Lemma 5.1"),
    statement=r"when gradient descent converges and $a^\top a_*\ne0$ it arrives at a global "
    r"optimal "
    r"point or a local minimum",
    reading=r"at $\theta=\pi$ a local minimum has no lower loss at $\phi=\pi-\delta$, same $a$, "
    r"for "
    r"small $\delta$; the sign of the difference does not depend on $\delta<\pi$. The point is "
    r"reached from $v^0=-w_*$. $\|w_*\|=1$",
    over={delta: Interval.Lopen(0, 1), k: SEVERAL_PATCHES, **TEACHER},
    where=[REALISED, Ne(pi * sum_teacher**2, (k + pi - 1) * square_teacher)],
    lhs=Closed(population_loss(pi - delta, ONE, AT_SPURIOUS)),
    relation=">=",
    rhs=Closed(population_loss(pi, ONE, AT_SPURIOUS)),
    grid=Grid(delta=[0.01, 0.1, 1.0], square_teacher=[1.0], sum_teacher=[0.0, 1.0, 1.3], k=[2, 5]),
    uses=("du2019.lemma-5.1",),
    erratum="where (1'a_*)^2/|a_*|^2 > (k + pi - 1)/pi the second point has a'a_* > 0 and is a "
    "saddle",
)

NEARBY = OutputLayer(
    inner=AT_SPURIOUS.inner + away_inner,
    sum_a=AT_SPURIOUS.sum_a + away_sum,
    square_a=AT_SPURIOUS.square_a
    + 2
    * (
        spurious_point(ONE, sum_teacher, k).along_ones * away_sum
        + spurious_point(ONE, sum_teacher, k).along_teacher * away_inner
    )
    + away_square,
    sum_teacher=sum_teacher,
    square_teacher=square_teacher,
)
# The loss around the second point; nearby a'a* keeps the sign that it has there.
AROUND = ((pi - 1) * away_square + away_sum**2) / (4 * pi)
around_the_point = Claim(
    id="du2019.text-5.4a.around",
    source=Source(PAPER, "5.4.1", "the loss around the second point of Lemma 5.1"),
    statement=r"at $\phi=\pi-\delta$, $a=a_s+d$: $\ell=\ell_s+\frac{\pi-1}{4\pi}\|d\|^2+\frac1{4"
    r"\pi}"
    r"(1^\top d)^2-\frac{g(\pi-\delta)}{2\pi}a^\top a_*$ with $a_s^\top a_*=\frac1{\pi-1}(\frac{"
    r"\pi}"
    r"{k+\pi-1}(1^\top a_*)^2-\|a_*\|^2)$",
    over={delta: Interval(0, pi), k: PATCHES, **TEACHER}
    | {away_inner: REAL, away_sum: REAL, away_square: Interval(0, sp.oo)},
    lhs=Closed(population_loss(pi - delta, ONE, NEARBY)),
    relation="==",
    rhs=Closed(
        population_loss(pi, ONE, AT_SPURIOUS)
        + AROUND
        - g(pi - delta)
        / (2 * pi)
        * ((pi / (k + pi - 1) * sum_teacher**2 - square_teacher) / (pi - 1) + away_inner)
    ),
    quantifier=ForAll(search=False),
    grid=Grid(
        delta=[0.0, 0.7],
        square_teacher=[1.0],
        sum_teacher=[0.9],
        k=[1, 5],
        away_inner=[-0.3],
        away_sum=[0.2],
        away_square=[0.5],
    ),
    uses=("du2019.theorem-5.1.corrected", "du2019.lemma-5.1.layer"),
)

local_minimum_corrected = Claim(
    id="du2019.text-5.4a.corrected",
    source=local_minimum.source,
    statement=r"the second point is a local minimum if $\frac{(1^\top a_*)^2}{\|a_*\|^2}<\frac{k+"
    r"\pi-1}"
    r"\pi$: wherever $|d^\top a_*|\le|a_s^\top a_*|$ the loss is no smaller than at $a_s$",
    over={g_phi: G_RANGE, k: SEVERAL_PATCHES, **TEACHER}
    | {away_inner: REAL, away_sum: REAL, away_square: Interval(0, sp.oo)},
    where=[pi * sum_teacher**2 < (k + pi - 1) * square_teacher],
    hypotheses=[
        (pi - 1) * (k + pi - 1) * away_inner <= (k + pi - 1) * square_teacher - pi * sum_teacher**2
    ],
    lhs=Closed(
        AROUND
        - g_phi
        / (2 * pi)
        * ((pi / (k + pi - 1) * sum_teacher**2 - square_teacher) / (pi - 1) + away_inner)
    ),
    relation=">=",
    rhs=Closed(0),
    grid=Grid(
        g_phi=[0.0, 1e-3, 1.0],
        square_teacher=[1.0],
        sum_teacher=[0.0, 1.0],
        k=[2, 5],
        away_inner=[-0.1, 0.0, 0.1],
        away_sum=[-0.1, 0.1],
        away_square=[0.01, 0.1],
    ),
    uses=("du2019.text-5.4a.around", "du2019.text-5.4c.range"),
    corrects="du2019.text-5.4a",
)

spurious_loss = Claim(
    id="du2019.theorem-5.5.loss",
    source=Source(PAPER, "5.3.1", "Theorem 5.5, the loss"),
    statement=r"at the spurious point $\ell(v,a)=\Omega(\|a_*\|^2)$",
    reading=r"with constant $\frac{\pi-2}{4(\pi-1)}$, which is attained for $1^\top a_*=0$",
    over={k: PATCHES, **TEACHER},
    lhs=Closed(population_loss(pi, ONE, AT_SPURIOUS)),
    relation=">=",
    rhs=Closed((pi - 2) / (4 * (pi - 1)) * square_teacher),
    uses=("du2019.lemma-5.1.layer", "du2019.theorem-5.1.corrected"),
)

# A start of the set that does not move cannot lie in the basin of another point. With a = 0 the
# gradient in a is -(1'a_* 1 + (g - 1) a_*)/(2 pi); tilt = pi/2 - phi.
EVEN = g(pi / 2 - tilt) - 1
SLOPE = (k * sum_teacher**2 + 2 * EVEN * sum_teacher**2 + EVEN**2 * square_teacher) / (4 * pi**2)
basin = Claim(
    id="du2019.text-5.1",
    source=Source(PAPER, "5.1", "the set contained in the basin of the global minimum"),
    statement=r"$\{(v^0)^\top v_*\ge0,(a^0)^\top a_*\ge0,|1^\top a^0|\le|1^\top a_*|\}$ lies in "
    r"the basin "
    r"of the global minimum",
    reading=r"of its points with $a^0=0$: none is stationary, as lying in the basin requires; "
    r"$\phi^0=\frac\pi2-$tilt, $\|w_*\|=1$; the sides are $\|\partial_a\ell\|^2$ and 0",
    over={tilt: Interval.Ropen(0, pi / 2), k: SEVERAL_PATCHES, **TEACHER},
    where=[REALISED],
    lhs=Closed(SLOPE),
    relation=">",
    rhs=Closed(0),
    grid=Grid(tilt=[0.0, 0.5, 1.5], square_teacher=[1.0], sum_teacher=[0.0, 1.0], k=[2, 5]),
    uses=("du2019.lemma-5.2", "du2019.lemma-5.3", "du2019.lemma-5.4"),
    erratum="a point of the boundary with v'v_* = 0, a = 0 and 1'a_* = 0 is stationary",
)


def loss_at_the_end(points: Any) -> Any:
    """The loss over |w*|^2 |a*|^2 after 400/eta steps, with eta = safe and eta lambda <= 1."""
    import torch

    from numeric.population import loss
    from numeric.population_runs import after

    teacher = teacher_of(points)
    steps = int(torch.ceil(400 / points.eta).max())
    end = after(state_of(points), teacher, points.eta, steps)
    return loss(end, teacher) / (points.norm_w**2 * points.square_teacher)


basin_corrected = Claim(
    id="du2019.text-5.1.corrected",
    source=basin.source,
    statement=r"from $(v^0)^\top v_*>0$, $(a^0)^\top a_*>0$, $|1^\top a^0|\le\|w_*\||1^\top a_*|$ "
    r"gradient "
    r"descent with a small step size reaches the global minimum",
    reading=r"measured: after time $\eta t=400$ the loss is below $10^{-6}\|w_*\|^2\|a_*\|^2$",
    over={phi: ACUTE, inner: POSITIVE, sum_a: REAL, eta: POSITIVE, norm_w: POSITIVE}
    | {k: SEVERAL_PATCHES, **TEACHER},
    where=[
        sum_a**2 <= norm_w**2 * sum_teacher**2,
        REALISED,
        eta * (k + pi - 1) < 2 * pi,
        eta * norm_w**2 * (square_teacher + sum_teacher**2) <= 1,
        eta * norm_w * inner <= 1,
    ],
    lhs=Computed(loss_at_the_end),
    relation="<=",
    rhs=Closed(sp.Rational(1, 10**6)),
    quantifier=ForAll(search=False),
    grid=Grid(
        phi=[0.1, 1.0, 1.5, 1.57],
        inner=[1e-4, 0.3, 3.0],
        sum_a=[-0.5, 0.0, 0.5],
        eta=[0.2],
        norm_w=[1.0, 0.5],
        square_teacher=[1.0, 2.0],
        sum_teacher=[1.0],
        k=[2, 8],
    ),
    uses=("du2019.lemma-5.2.corrected", "du2019.lemma-5.3", "du2019.lemma-5.4"),
    corrects="du2019.text-5.1",
)
