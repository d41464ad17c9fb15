r"""Thesis sections 3.13 and 3.14: Gram matrices of non-parallel inputs have full rank.

n, d, layout, family as in appendix D.1 of du2018 (rational unit vectors; sin, erf, sin + cos); c:
inner product of two unit inputs; w, z, rate: a weight, an input and the rate of an exponential;
v_*: entries of vectors.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, Matrix, Rational, exp, sinh, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018.appendix_d_rank import (
    DERIVATIVE_GRID,
    EXPONENTIAL,
    FEATURE_GRID,
    FEATURES,
    POWERS,
    RATIO,
    RATIO_GRID,
    VECTOR_GRID,
    VECTORS,
    nth_derivative,
    pivot,
    power_rank_of,
    rate,
    slope_features,
    v_1p,
    v_11,
    v_i1,
    v_ip,
    w,
    z,
)
from theorems.papers.du2018.pairs import corrected
from theorems.quantifiers import ForAll
from theorems.sides import Closed, Computed

PAPER = "du2019"
ON_GRID = ForAll(random_points=0, search=False)
n = symbols("n", integer=True)
c = symbols("c", real=True)

powers = Claim(
    id="du2019.lemma-3.31",
    source=Source(PAPER, "3.14", "Lemma 3.31"),
    statement=POWERS,
    reading="the rank over the rationals of the Gram matrix of rational vectors",
    over=VECTORS,
    quantifier=ON_GRID,
    lhs=Computed(lambda p: power_rank_of(p, p["n"])),
    relation="==",
    rhs=Closed(n),
    grid=VECTOR_GRID,
    uses=("du2019.lemma-3.31.ratio", "du2018.lemma-D.3.vectors"),
    restates="du2018.lemma-D.3",
)

ratio = Claim(
    id="du2019.lemma-3.31.ratio",
    source=Source(PAPER, "3.14", "proof of Lemma 3.31, the ratios"),
    statement=r"$\alpha_i(v_{i,p}-\frac{v_{1,p}}{v_{1,1}}v_{i,1})=0$, $\alpha_i\ne0$ give "
    r"$\frac{v_{i,p}}{v_{1,1}}=\frac{v_{1,p}}{v_{1,1}}$",
    **RATIO,
    lhs=Closed(v_ip / v_11),
    relation="==",
    rhs=Closed(v_1p / v_11),
    grid=RATIO_GRID,
    restates="du2018.lemma-D.3.ratio",
    erratum="the left denominator is v_{i,1}, as in du2018",
)

ratio_corrected = Claim(
    id="du2019.lemma-3.31.ratio.corrected",
    source=ratio.source,
    statement=r"$\frac{v_{i,p}}{v_{i,1}}=\frac{v_{1,p}}{v_{1,1}}$",
    **RATIO,
    lhs=Closed(v_ip / v_i1),
    relation="==",
    rhs=Closed(v_1p / v_11),
    grid=RATIO_GRID,
    corrects="du2019.lemma-3.31.ratio",
)

# Lemma 3.23
values_definite = Claim(
    id="du2019.lemma-3.23",
    source=Source(PAPER, "3.13.1", "Lemma 3.23"),
    statement=r"for $\sigma$ analytic and no polynomial and $z_1,\dots,z_n$ pairwise non-parallel, "
    r"$G_{ij}=\mathbb E_w[\sigma(w^\top z_i)\sigma(w^\top z_j)]$ has $\lambda_{\min}(G)>0$",
    reading="the least pivot of the factorisation, in ball arithmetic of 400 bits, of unit inputs",
    over=FEATURES,
    quantifier=ON_GRID,
    lhs=Computed(lambda p: pivot(p, slopes=False)),
    relation=">",
    rhs=Closed(0),
    grid=FEATURE_GRID,
    uses=(
        "du2019.lemma-3.31",
        "du2018.lemma-D.3.one-less",
        "du2019.lemma-3.23.features.corrected",
        "du2019.lemma-3.23.derivative.corrected",
    ),
)

values_pair = Claim(
    id="du2019.lemma-3.23.pair",
    source=Source(PAPER, "3.13.1", "Lemma 3.23, two unit inputs"),
    title="two inputs: the determinant for sin, erf and sin + cos",
    statement=r"$G_{11}G_{22}-G_{12}^2>0$ for $|c|<1$",
    reading=r"entries of $G$ up to a factor: $\sinh c$, $\arcsin\frac{2c}3$, $e^c$",
    over={c: Interval.open(-1, 1)},
    lhs=Closed(
        Matrix(
            [
                sinh(1) ** 2 - sinh(c) ** 2,
                sp.asin(Rational(2, 3)) ** 2 - sp.asin(2 * c / 3) ** 2,
                exp(2) - exp(2 * c),
            ]
        )
    ),
    relation=">",
    rhs=Closed(0),
    uses=("du2019.lemma-3.23",),
)

values_polynomial = Claim(
    id="du2019.lemma-3.23.polynomial",
    source=Source(PAPER, "3.13.1", "Lemma 3.23, without its hypothesis"),
    title="the hypothesis is needed: for sigma(x) = x^2 and n > 3 plane inputs G is singular",
    statement=r"for $\sigma(x)=x^2$, $d=2$ and $n\ge4$, no positive lower bound of "
    r"$\lambda_{\min}(G)$ is certified",
    over={**VECTORS, n: sp.Range(4, sp.oo)},
    quantifier=ON_GRID,
    lhs=Computed(lambda p: pivot(p, slopes=False, polynomial=True)),
    relation="<=",
    rhs=Closed(0),
    grid=Grid(n=[4, 6], d=[2], layout=[0, 1, 2]),
)

# The kernel of the features sigma(w.z) z for sigma = sin and unit inputs, against that of G.
FEATURE_PAIR = {c: Interval(-1, 1)}
features = Claim(
    id="du2019.lemma-3.23.features",
    source=Source(PAPER, "3.13.1", "proof of Lemma 3.23, the feature map"),
    statement=r"the feature map of $G$ is $\phi_z(w)=\sigma(w^\top z)z$",
    reading=r"$\sigma=\sin$, unit inputs: $G_{12}=e^{-1}\sinh c$, the kernel of $\phi$ is "
    r"$e^{-1}c\sinh c$",
    over=FEATURE_PAIR,
    lhs=Closed(exp(-1) * c * sinh(c)),
    relation="==",
    rhs=Closed(exp(-1) * sinh(c)),
    grid=Grid(c=[-1.0, 0.0, 0.5, 1.0]),
    erratum="it is sigma(w.z), without the factor z, which belongs to the kernel of Lemma 3.24",
)

features_corrected = Claim(
    id="du2019.lemma-3.23.features.corrected",
    statement=r"the feature map of $G$ is $\sigma(w^\top z)$",
    reading=r"$\sigma=\sin$: $\mathbb E\sin u\sin v=\frac12\mathbb E[\cos(u-v)-\cos(u+v)]$ with "
    r"variances $2\mp2c$ of $u\mp v$",
    **corrected(features, lhs=Closed((exp(-(1 - c)) - exp(-(1 + c))) / 2)),
)


def _of_exponential(order: int) -> Any:
    """The derivative of sigma(x) = e^{rate x} of that order at w z."""
    return nth_derivative(lambda x: exp(rate * x), order)


N = 3
values_derivative = Claim(
    id="du2019.lemma-3.23.derivative",
    source=Source(PAPER, "3.13.1", "proof of Lemma 3.23, differentiating n - 2 times"),
    statement=r"$\sum_ia_i\sigma(w^\top z_i)z_i$ differentiated $n-2$ times in $w$ is "
    r"$\sum_ia_i\sigma^{(n-1)}(w^\top z_i)z_i^{\otimes(n-1)}$",
    reading=r"one term, $d=1$, $\sigma(x)=e^{rx}$, $n=3$",
    over=EXPONENTIAL,
    lhs=Closed(sp.diff(_of_exponential(0) * z, (w, N - 2))),
    relation="==",
    rhs=Closed(_of_exponential(N - 1) * z ** (N - 1)),
    grid=DERIVATIVE_GRID,
    erratum="n - 2 derivatives of sigma(w.z) z have sigma^(n-2); with sigma(w.z) alone, n - 1 "
    "derivatives give what is printed",
)

values_derivative_corrected = Claim(
    id="du2019.lemma-3.23.derivative.corrected",
    title="the derivative, an instance: one term, n = 3, an exponential",
    statement=r"$\sum_ia_i\sigma(w^\top z_i)$ differentiated $n-1$ times in $w$ is "
    r"$\sum_ia_i\sigma^{(n-1)}(w^\top z_i)z_i^{\otimes(n-1)}$",
    **corrected(values_derivative, lhs=Closed(sp.diff(_of_exponential(0), (w, N - 1)))),
)

# Lemma 3.24
slopes_definite = Claim(
    id="du2019.lemma-3.24",
    source=Source(PAPER, "3.13.1", "Lemma 3.24"),
    statement=r"for $\sigma$ analytic and no polynomial and $z_1,\dots,z_n$ pairwise non-parallel, "
    r"$G_{ij}=\mathbb E_w[\sigma^\prime(w^\top z_i)\sigma^\prime(w^\top z_j)z_i^\top z_j]$ has "
    r"$\lambda_{\min}(G)>0$",
    reading=values_definite.reading,
    over=FEATURES,
    quantifier=ON_GRID,
    lhs=Computed(lambda p: pivot(p, slopes=True)),
    relation=">",
    rhs=Closed(0),
    grid=FEATURE_GRID,
    uses=(
        "du2019.lemma-3.31",
        "du2018.lemma-D.3.one-less",
        "du2019.lemma-3.24.derivative.corrected",
    ),
    restates="du2018.lemma-D.2",
)

slopes_derivative = Claim(
    id="du2019.lemma-3.24.derivative",
    source=Source(PAPER, "3.13.1", "proof of Lemma 3.24, differentiating n - 2 times"),
    statement=r"$\sum_ia_i\sigma^\prime(w^\top z_i)z_i$ differentiated $n-2$ times in $w$ is "
    r"$\sum_ia_i\sigma^{(n)}(w^\top z_i)z_i^{\otimes(n-1)}$",
    reading=values_derivative.reading,
    over=EXPONENTIAL,
    lhs=Closed(slope_features(N - 2)),
    relation="==",
    rhs=Closed(_of_exponential(N) * z ** (N - 1)),
    grid=DERIVATIVE_GRID,
    restates="du2018.lemma-D.2.derivative",
    erratum="n - 2 more derivatives of sigma' are sigma^(n-1), as in du2018",
)

slopes_derivative_corrected = Claim(
    id="du2019.lemma-3.24.derivative.corrected",
    title="the derivative, an instance: one term, n = 3, an exponential",
    statement=r"the derivative is $\sum_ia_i\sigma^{(n-1)}(w^\top z_i)z_i^{\otimes(n-1)}$",
    **corrected(slopes_derivative, rhs=Closed(_of_exponential(N - 1) * z ** (N - 1))),
)
