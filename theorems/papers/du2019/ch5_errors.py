"""Thesis section 5.9.3: gradients and loss near the global minimum.

gap: pi - g(phi); eps: the accuracy epsilon; error: |a - |w*| a*|; sum_error: 1'a - |w*| 1'a*;
along: (a - |w*| a*)'a*; norm_a: |a*|; norm_w: |w*| (1 up to Lemma 5.12); sum_teacher: 1'a*; k:
number of patches.
"""

from __future__ import annotations

import sympy as sp
from sympy import Abs, Interval, Rational, pi, sqrt, symbols

from symbolic.arccos import g
from symbolic.losses import OutputLayer, population_loss
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2019.ch5_symbols import (
    PAPER,
    POSITIVE,
    REAL,
    SEVERAL_PATCHES,
    k,
    norm_w,
    sum_teacher,
)
from theorems.quantifiers import ForAll, UpToConstant
from theorems.sides import Closed

gap, eps, error, sum_error = symbols("gap eps error sum_error", real=True)
along, norm_a = symbols("along norm_a", real=True)
NONNEGATIVE = Interval(0, sp.oo)

# 2 pi times the gradient in a is (pi - 1)(a - a_*) + (1'a - 1'a_*) 1 + (pi - g) a_*.
INNER_PRODUCT = ((pi - 1) * error**2 + sum_error**2 + gap * along) / (2 * pi)
ERRORS = {error: NONNEGATIVE, sum_error: REAL, along: REAL, norm_a: POSITIVE}
ERRORS = {**ERRORS, gap: Interval(0, pi), k: SEVERAL_PATCHES}
NORM_SQUARED = (
    (pi - 1) ** 2 * error**2
    + k * sum_error**2
    + gap**2 * norm_a**2
    + 2 * (pi - 1) * sum_error**2
    + 2 * (pi - 1) * gap * along
    + 2 * gap * sum_error * sum_teacher
) / (4 * pi**2)
CAUCHY = [sum_error**2 <= k * error**2, along**2 <= norm_a**2 * error**2]
gradient_product = Claim(
    id="du2019.proof-5.11",
    source=Source(PAPER, "5.9.3", "inner product in the proof of Lemma 5.11"),
    statement=r"$\langle\partial_a\ell,a-a_*\rangle\ge\frac{\pi-1}{2\pi}\|a-a_*\|^2-\frac{g("
    r"\phi)-\pi}"
    r"{2\pi}\|a_*\|\|a-a_*\|$",
    over=ERRORS,
    hypotheses=CAUCHY,
    lhs=Closed(INNER_PRODUCT),
    relation=">=",
    rhs=Closed((pi - 1) / (2 * pi) * error**2 + gap / (2 * pi) * norm_a * error),
    grid=Grid(
        error=[0.5, 2.0],
        sum_error=[0.0, 0.5],
        along=[-0.5, 0.0, 0.5],
        norm_a=[1.0],
        gap=[0.1, 1.0],
        k=[3],
    ),
    uses=("du2019.theorem-5.2b",),
    erratum="the second term has the wrong sign: pi - g, not g - pi, multiplies -|a_*||a - a_*|",
)

gradient_product_corrected = Claim(
    id="du2019.proof-5.11.corrected",
    source=gradient_product.source,
    statement=r"$\langle\partial_a\ell,a-a_*\rangle\ge\frac{\pi-1}{2\pi}\|a-a_*\|^2-\frac{\pi-g("
    r"\phi)}"
    r"{2\pi}\|a_*\|\|a-a_*\|$",
    over=ERRORS,
    hypotheses=CAUCHY,
    lhs=Closed(INNER_PRODUCT),
    relation=">=",
    rhs=Closed((pi - 1) / (2 * pi) * error**2 - gap / (2 * pi) * norm_a * error),
    grid=gradient_product.grid,
    uses=gradient_product.uses,
    corrects="du2019.proof-5.11",
)

BY_SUMS = [*CAUCHY, sum_teacher**2 <= k * norm_a**2]
PRINTED_BOUND = (
    3 / (4 * pi**2) * ((pi - 1) ** 2 * error**2 + gap**2 * norm_a**2 + k**2 * sum_error**2)
)
gradient_norm = Claim(
    id="du2019.proof-5.11.norm",
    source=Source(PAPER, "5.9.3", "gradient norm in the proof of Lemma 5.11, first inequality"),
    statement=r"$\|\partial_a\ell\|^2\le\frac3{4\pi^2}((\pi-1)^2\|a-a_*\|^2+(\pi-g(\phi))^2\|a_*"
    r"\|^2+k^2"
    r"(1^\top a-1^\top a_*)^2)$",
    over={**ERRORS, sum_teacher: REAL},
    hypotheses=BY_SUMS,
    lhs=Closed(NORM_SQUARED),
    relation="<=",
    rhs=Closed(PRINTED_BOUND),
    grid=Grid(
        error=[0.5, 2.0],
        sum_error=[0.0, 0.5],
        along=[-0.5, 0.5],
        norm_a=[1.0],
        gap=[0.1, 1.0],
        sum_teacher=[-1.0, 1.0],
        k=[2, 3],
    ),
    uses=("du2019.theorem-5.2b",),
)

# Vectors a - a_*, a_* and 1 have a Gram matrix that is positive semidefinite.
REALISED = (k * along - sum_error * sum_teacher) ** 2 <= (k * error**2 - sum_error**2) * (
    k * norm_a**2 - sum_teacher**2
)
ACCURATE = [error <= eps * norm_a, k * Abs(sum_error) <= eps * norm_a]
gradient_small = Claim(
    id="du2019.proof-5.11.bound",
    source=Source(PAPER, "5.9.3", "gradient norm in the proof of Lemma 5.11, last inequality"),
    statement=r"if $\|a-a_*\|\le\epsilon\|a_*\|$ then, under the assumptions of Lemma 5.11, "
    r"$\|\partial_a\ell\|^2\le3\epsilon^2\|a_*\|^2$",
    over={**ERRORS, sum_teacher: REAL, eps: Interval.open(0, 1), gap: Interval.Ropen(0, pi - 1)},
    hypotheses=[*BY_SUMS, REALISED, *ACCURATE, gap * Abs(sum_teacher) <= eps * norm_a],
    lhs=Closed(NORM_SQUARED),
    relation="<=",
    rhs=Closed(3 * eps**2 * norm_a**2),
    grid=Grid(
        error=[0.0, 0.01],
        sum_error=[0.0],
        along=[0.0],
        norm_a=[1.0],
        gap=[0.01, 2.0],
        sum_teacher=[0.001, 1.0],
        eps=[0.01],
        k=[3, 9],
    ),
    uses=("du2019.proof-5.11.norm",),
    erratum="the assumption bounds (pi - g)|1'a_*| only: where 1'a_* is small pi - g may be large",
)

gradient_small_corrected = Claim(
    id="du2019.proof-5.11.bound.corrected",
    source=gradient_small.source,
    statement=r"if moreover $\pi-g(\phi)\le\epsilon$ then the bound of the first inequality is at "
    r"most $3\epsilon^2\|a_*\|^2$",
    over={error: NONNEGATIVE, sum_error: REAL, norm_a: POSITIVE, gap: NONNEGATIVE}
    | {eps: Interval.open(0, 1), k: SEVERAL_PATCHES},
    hypotheses=[*ACCURATE, gap <= eps],
    lhs=Closed(PRINTED_BOUND),
    relation="<=",
    rhs=Closed(3 * eps**2 * norm_a**2),
    grid=Grid(
        error=[0.0, 0.01], sum_error=[0.0, 0.005], norm_a=[1.0], gap=[0.01], eps=[0.01], k=[2, 3]
    ),
    uses=("du2019.proof-5.11.norm",),
    corrects="du2019.proof-5.11.bound",
)

# a = a_* + eps |a_*| 1/sqrt(k), phi = 0, |w*| = 1: allowed by the lemma's assumptions.
SHIFT = eps * norm_a
SHIFTED = OutputLayer(
    inner=norm_a**2 + SHIFT * sum_teacher / sqrt(k),
    sum_a=sum_teacher + sqrt(k) * SHIFT,
    square_a=norm_a**2 + 2 * SHIFT * sum_teacher / sqrt(k) + SHIFT**2,
    sum_teacher=sum_teacher,
    square_teacher=norm_a**2,
)
loss_small = Claim(
    id="du2019.lemma-5.12",
    source=Source(PAPER, "5.9.3", "Lemma 5.12"),
    statement=r"if $\pi-g(\phi)\le\epsilon$ and $\|a-\|w_*\|a_*\|\le\epsilon\|a_*\|\|w_*\|$ then "
    r"$\ell(v,a)"
    r"\le C\epsilon\|a_*\|^2\|w_*\|^2$ for some constant $C>0$",
    reading=r"$C$ is an absolute constant, as in the other lemmas of the section; measured at "
    r"$\phi=0$, $\|w_*\|=1$, $a=a_*+\frac{\epsilon\|a_*\|}{\sqrt k}1$",
    over={eps: Interval.open(0, 1), norm_a: POSITIVE, sum_teacher: REAL, k: SEVERAL_PATCHES},
    where=[sum_teacher**2 < k * norm_a**2],
    lhs=Closed(population_loss(sp.Integer(0), sp.Integer(1), SHIFTED)),
    relation="<=",
    rhs=Closed(eps * norm_a**2),
    quantifier=UpToConstant(along=("k",)),
    grid=Grid(eps=[0.1], norm_a=[1.0], sum_teacher=[0.0, 1.0], k=[2**j for j in range(1, 13)]),
    uses=("du2019.theorem-5.1.corrected",),
    erratum="C grows with k unless |1'a - |w*| 1'a_*| is small as well, which Lemma 5.10 provides",
)

# The loss about the minimum: a = |w*| a_* + d with |d|, 1'd, d'a_* = error, sum_error, along.
NEAR = ((pi - 1) * error**2 + sum_error**2) / (4 * pi) + gap * norm_w * (
    norm_w * norm_a**2 + along
) / (2 * pi)
loss_small_corrected = Claim(
    id="du2019.lemma-5.12.corrected",
    source=loss_small.source,
    statement=r"if moreover $|1^\top a-\|w_*\|1^\top a_*|\le\epsilon\|a_*\|\|w_*\|$ and "
    r"$\epsilon\le1$ then "
    r"$\ell(v,a)\le(\frac14+\frac1\pi)\epsilon\|a_*\|^2\|w_*\|^2$",
    over={error: NONNEGATIVE, sum_error: REAL, along: REAL, norm_a: POSITIVE, norm_w: POSITIVE}
    | {gap: Interval(0, pi), eps: Interval.Lopen(0, 1)},
    hypotheses=[
        error <= eps * norm_a * norm_w,
        Abs(sum_error) <= eps * norm_a * norm_w,
        Abs(along) <= norm_a * error,
        gap <= eps,
    ],
    lhs=Closed(NEAR),
    relation="<=",
    rhs=Closed((Rational(1, 4) + 1 / pi) * eps * norm_a**2 * norm_w**2),
    grid=Grid(
        error=[0.0, 0.1],
        sum_error=[0.0, 0.1],
        along=[0.0, 0.1],
        norm_a=[1.0],
        norm_w=[1.0],
        gap=[0.0, 0.1],
        eps=[0.1, 1.0],
    ),
    uses=("du2019.lemma-5.12.about",),
    corrects="du2019.lemma-5.12",
)

phi, inner, sum_a, square_a = symbols("phi inner sum_a square_a", real=True)
LAYER = OutputLayer(inner, sum_a, square_a, sum_teacher, norm_a**2)
about_the_minimum = Claim(
    id="du2019.lemma-5.12.about",
    source=Source(PAPER, "5.9.3", "the loss about the global minimum, used for Lemma 5.12"),
    statement=r"$\ell(v,a)=\frac{\pi-1}{4\pi}\|a-\|w_*\|a_*\|^2+\frac1{4\pi}(1^\top "
    r"a-\|w_*\|1^\top a_*)^2"
    r"+\frac{\pi-g(\phi)}{2\pi}\|w_*\|a^\top a_*$",
    over={phi: Interval(0, pi), inner: REAL, sum_a: REAL, square_a: NONNEGATIVE}
    | {sum_teacher: REAL, norm_a: POSITIVE, norm_w: POSITIVE},
    lhs=Closed(population_loss(phi, norm_w, LAYER)),
    relation="==",
    rhs=Closed(
        (pi - 1) / (4 * pi) * (square_a - 2 * norm_w * inner + norm_w**2 * norm_a**2)
        + (sum_a - norm_w * sum_teacher) ** 2 / (4 * pi)
        + (pi - g(phi)) / (2 * pi) * norm_w * inner
    ),
    quantifier=ForAll(search=False),
    grid=Grid(
        phi=[0.0, 1.0, 3.0],
        inner=[0.4],
        sum_a=[-0.3],
        square_a=[0.9],
        sum_teacher=[0.6],
        norm_a=[1.1],
        norm_w=[0.5, 2.0],
    ),
    uses=("du2019.theorem-5.1.corrected",),
)
