r"""Appendix E: products of matrices, square roots of 2 x 2 matrices, norms of Gaussian matrices.

n, d: number of factors and their size; M: bound on the norm of the first factor, each further one
bounded by twice the one before; p_*, q_*: entries of P = sqrt(A) and Q = sqrt(B); s_1, s_2:
eigenvalues of sqrt(A); d_11, d_12, d_22: entries of the differential dA; a_i, b_i, theta, omega:
eigenvalues and angles of A and B; lam: a lower bound of them; m, k: a Gaussian m x k matrix,
k = cm; c_w: the constant c_{w,0}; t: a deviation.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Abs, Interval, Max, erfc, exp, oo, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import ForAllWeights, WithProbability
from theorems.sides import Closed, Computed, Sampled

PAPER = "du2018"
POSITIVE = Interval.open(0, oo)
NONNEGATIVE = Interval(0, oo)
M, t, c_w, lam = symbols("M t c_w lam", real=True)
n, d, m, k = symbols("n d m k", integer=True)


# Lemma E.1
def factors(points: Any, generator: Any) -> dict[str, Any]:
    """All A_i and B_i of spectral norm at most M_i = 2^(i-1) M."""
    import torch

    from numeric.adversary import Around

    centre = torch.zeros(points.n, 1, points["n"], points.d, points.d, dtype=torch.float64)
    unit = Around(centre, 1.0, shape="spectral", trailing=2)
    return {"a": unit, "b": unit}


def _bounds(points: Any) -> Any:
    import torch

    sizes = 2.0 ** torch.arange(points["n"], dtype=torch.float64)
    return points.M[:, None] * sizes  # (points, n)


def product_difference(points: Any, weights: Any) -> Any:
    from numeric.small_matrices import product_gap

    scale = _bounds(points)[:, None, :, None, None]
    return product_gap(scale * weights["a"], scale * weights["b"])


def product_bound(points: Any, weights: Any) -> Any:
    """(sum alpha_i) prod M_i with the least alpha_i that the hypotheses allow."""
    import torch

    alpha = torch.linalg.vector_norm(weights["a"] - weights["b"], dim=(-2, -1))
    return alpha.sum(-1) * _bounds(points).prod(-1)[:, None]


FACTORS = {n: sp.S.Naturals, d: sp.S.Naturals, M: POSITIVE}
PRODUCT_GRID = Grid(
    points=[{"n": 1, "d": 2}, {"n": 2, "d": 1}, {"n": 3, "d": 3}, {"n": 6, "d": 2}], M=[0.5, 3.0]
)
PRODUCTS = (
    r"if $\|A_i\|_2\le M_i$, $\|B_i\|_2\le M_i$ and $\|A_i-B_i\|_F\le\alpha_iM_i$ then "
    r"$\|\prod_{i=1}^nA_i-\prod_{i=1}^nB_i\|_F\le(\sum_{i=1}^n\alpha_i)\prod_{i=1}^nM_i$"
)

products = Claim(
    id="du2018.lemma-E.1",
    source=Source(PAPER, "E", "Lemma E.1"),
    statement=PRODUCTS,
    over=FACTORS,
    quantifier=ForAllWeights(within=factors, restarts=8, steps=20),
    lhs=Computed(product_difference),
    relation="<=",
    rhs=Computed(product_bound),
    grid=PRODUCT_GRID,
    uses=("du2018.lemma-E.1.scalars",),
)

A_1, A_2, B_1, B_2 = symbols("A_1 A_2 B_1 B_2", real=True)
alpha_1, alpha_2 = symbols("alpha_1 alpha_2", real=True)

scalar_products = Claim(
    id="du2018.lemma-E.1.scalars",
    source=Source(PAPER, "E", "Lemma E.1, two factors of size one"),
    statement=r"$A_1A_2-B_1B_2\le(\alpha_1+\alpha_2)M_1M_2$ for numbers",
    reading="A_i and B_i over M_i",
    over={
        **dict.fromkeys((A_1, A_2, B_1, B_2), Interval(-1, 1)),
        alpha_1: NONNEGATIVE,
        alpha_2: NONNEGATIVE,
    },
    where=[
        relation
        for a, b, alpha in ((A_1, B_1, alpha_1), (A_2, B_2, alpha_2))
        for relation in (a - b <= alpha, b - a <= alpha)
    ],
    lhs=Closed(A_1 * A_2 - B_1 * B_2),
    relation="<=",
    rhs=Closed(alpha_1 + alpha_2),
    grid=Grid(A_1=[0.5, 1.0], B_1=[-1.0, 0.5], alpha_1=[1.0, 2.0]),
)

# Lemma E.3, its proof
p_11, p_12, p_22, q_11, q_12, q_22 = symbols("p_11 p_12 p_22 q_11 q_12 q_22", real=True)
P = sp.Matrix([[p_11, p_12], [p_12, p_22]])
Q = sp.Matrix([[q_11, q_12], [q_12, q_22]])

root_identity = Claim(
    id="du2018.proof-E.3a",
    source=Source(PAPER, "E", "proof of Lemma E.3, the difference of squares"),
    statement=r"$2(A-B)=(\sqrt A+\sqrt B)(\sqrt A-\sqrt B)+(\sqrt A-\sqrt B)(\sqrt A+\sqrt B)$",
    reading=r"with $P=\sqrt A$, $Q=\sqrt B$, symmetric 2 x 2: the first column",
    over=dict.fromkeys((p_11, p_12, p_22, q_11, q_12, q_22), sp.S.Reals),
    lhs=Closed((2 * (P * P - Q * Q))[:, 0]),
    relation="==",
    rhs=Closed(((P + Q) * (P - Q) + (P - Q) * (P + Q))[:, 0]),
    grid=Grid(p_11=[1, 2], p_12=[-0.5, 0], p_22=[1, 3], q_11=[1], q_12=[0.3], q_22=[0.5, 2]),
)

a_1, a_2, b_1, b_2, theta, omega = symbols("a_1 a_2 b_1 b_2 theta omega", real=True)


def roots(points: Any) -> tuple[Any, Any, Any]:
    """`sqrt A - sqrt B` and `A - B` from eigenvalues and angles, and the least eigenvalue."""
    import torch

    from numeric.small_matrices import rotated

    p = points
    least = torch.stack([p.a_1, p.a_2, p.b_1, p.b_2]).amin(0)
    root = rotated(p.a_1.sqrt(), p.a_2.sqrt(), p.theta) - rotated(
        p.b_1.sqrt(), p.b_2.sqrt(), p.omega
    )
    return root, rotated(p.a_1, p.a_2, p.theta) - rotated(p.b_1, p.b_2, p.omega), least


def _root_gap(points: Any) -> Any:
    from numeric.small_matrices import spectral_norm

    return spectral_norm(roots(points)[0])


def _root_bound(points: Any) -> Any:
    from numeric.small_matrices import spectral_norm

    _, gap, least = roots(points)
    return spectral_norm(gap) / least.sqrt()


PAIR = {
    **dict.fromkeys((a_1, a_2, b_1, b_2), Interval(sp.Rational(1, 100), 100)),
    theta: Interval(0, sp.pi),
    omega: Interval(0, sp.pi),
}
PAIR_GRID = Grid(
    a_1=[0.01, 1.0],
    a_2=[0.01, 50.0],
    b_1=[0.0101, 9.0],
    b_2=[1.0, 100.0],
    theta=[0.0, 0.7],
    omega=[0.0, 1.0, 3.0],
)

roots_are_close = Claim(
    id="du2018.proof-E.3b",
    source=Source(PAPER, "E", "proof of Lemma E.3, integrated"),
    statement=r"$\|\sqrt A-\sqrt B\|_2\le\frac2{\sqrt\lambda}\|A-B\|_2$ for $A,B\succ\lambda I$",
    reading=r"at the largest $\lambda$, the least of the eigenvalues",
    over=PAIR,
    lhs=Computed(_root_gap),
    relation="<=",
    rhs=Computed(lambda points: 2 * _root_bound(points)),
    grid=PAIR_GRID,
    uses=("du2018.proof-E.3a", "du2018.proof-E.3b.differential"),
)

sharp_roots = Claim(
    id="du2018.proof-E.3b.sharp",
    source=Source(PAPER, "E", "proof of Lemma E.3, with the least constant"),
    title="the constant 2 may be 1/2",
    statement=r"$\|\sqrt A-\sqrt B\|_2\le\frac1{2\sqrt\lambda}\|A-B\|_2$ for $A,B\succ\lambda I$",
    over=PAIR,
    lhs=Computed(_root_gap),
    relation="<=",
    rhs=Computed(lambda points: _root_bound(points) / 2),
    grid=PAIR_GRID,
    uses=("du2018.proof-E.3a",),
)

s_1, s_2, d_11, d_12, d_22 = symbols("s_1 s_2 d_11 d_12 d_22", real=True)
ROOT = [d_11 / (2 * s_1), d_12 / (s_1 + s_2), d_22 / (2 * s_2)]
EIGEN = {
    s_1: POSITIVE,
    s_2: POSITIVE,
    lam: POSITIVE,
    **dict.fromkeys((d_11, d_12, d_22), sp.S.Reals),
}

differential = Claim(
    id="du2018.proof-E.3b.differential",
    source=Source(PAPER, "E", "proof of Lemma E.3, infinitesimal"),
    statement=r"where $\sqrt A=\mathrm{diag}(\lambda_1,\lambda_2)$: $2\|d\sqrt A\|_\infty\le"
    r"\frac1{\sqrt\lambda}\|dA\|_\infty$",
    reading=r"$\|\cdot\|_\infty$ is the largest entry; $d\sqrt A$ from the printed matrix",
    over=EIGEN,
    where=[s_1**2 > lam, s_2**2 > lam],
    lhs=Closed(2 * Max(*(Abs(entry) for entry in ROOT))),
    relation="<=",
    rhs=Closed(Max(Abs(d_11), Abs(d_12), Abs(d_22)) / sqrt(lam)),
    grid=Grid(
        s_1=[0.2, 1, 5],
        s_2=[0.2, 3],
        d_11=[-1, 0, 1],
        d_12=[0, 2],
        d_22=[1],
        lam=[0.01, 0.03],
    ),
    uses=("du2018.proof-E.3a",),
)

frobenius = Claim(
    id="du2018.proof-E.3b.norms",
    source=Source(PAPER, "E", "proof of Lemma E.3, norms of a 2 x 2 matrix"),
    statement=r"$\|d\sqrt A\|_F\le2\|d\sqrt A\|_\infty$",
    reading=r"entries between $-t$ and $t$, both sides squared",
    over={t: NONNEGATIVE, **dict.fromkeys((d_11, d_12, d_22), sp.S.Reals)},
    where=[d_11**2 <= t**2, d_12**2 <= t**2, d_22**2 <= t**2],
    lhs=Closed(d_11**2 + 2 * d_12**2 + d_22**2),
    relation="<=",
    rhs=Closed(4 * t**2),
    grid=Grid(t=[1.0, 2.0], d_11=[-1.0, 0.5], d_12=[1.0], d_22=[0.0, 1.0]),
)


# Lemma E.4
def spectral_norms(points: Any, samples: int, generator: Any) -> Any:
    """Spectral norms of Gaussian m x k matrices."""
    import torch

    shape = (points.n, samples, points.m, points.k)
    drawn = torch.randn(shape, generator=generator, dtype=torch.float64)
    gram = drawn @ drawn.mT if points.m <= points.k else drawn.mT @ drawn
    return torch.linalg.eigvalsh(gram)[..., -1].sqrt()


C = k / m
FAILURE = exp(-((c_w - sqrt(C) - 1) ** 2) * m / 2)
SHAPES = {m: sp.S.Naturals, k: sp.S.Naturals, c_w: POSITIVE}
NORM_GRID = Grid(
    points=[
        {"m": 1, "k": 1, "c_w": 2.6},
        {"m": 1, "k": 4, "c_w": 4.2},
        {"m": 4, "k": 2, "c_w": 2.3},
        {"m": 16, "k": 16, "c_w": 2.1},
        {"m": 16, "k": 48, "c_w": 3.0},
        {"m": 48, "k": 48, "c_w": 2.05},
    ]
)
NORM_STATEMENT = (
    r"for $W\in\mathbb R^{m\times cm}$ with i.i.d. $N(0,1)$ entries and $c_{w,0}>\sqrt c+1$, with "
    r"probability at least $1-\exp(-\frac{(c_{w,0}-\sqrt c-1)^2m}2)$, $\|W\|_2\le c_{w,0}\sqrt m$"
)

norm_bound = Claim(
    id="du2018.lemma-E.4",
    source=Source(PAPER, "E", "Lemma E.4"),
    statement=NORM_STATEMENT,
    over=SHAPES,
    where=[c_w > sqrt(C) + 1],
    quantifier=WithProbability(1 - FAILURE, draws=2000),
    lhs=Sampled(spectral_norms),
    relation="<=",
    rhs=Closed(c_w * sqrt(m)),
    grid=NORM_GRID,
    uses=("du2018.proof-E.4",),
)

one_entry = Claim(
    id="du2018.lemma-E.4.entry",
    source=Source(PAPER, "E", "Lemma E.4, m = c = 1"),
    statement=r"$P(|z|>c_{w,0})\le e^{-(c_{w,0}-2)^2/2}$ for $c_{w,0}>2$",
    over={c_w: Interval.open(2, oo)},
    lhs=Closed(erfc(c_w / sqrt(2))),
    relation="<=",
    rhs=Closed(exp(-((c_w - 2) ** 2) / 2)),
)

TAILS = {m: sp.S.Naturals, k: sp.S.Naturals, t: POSITIVE}
TAIL_GRID = Grid(
    points=[{"m": 1, "k": 1, "t": 0.7}, {"m": 4, "k": 2, "t": 0.5}, {"m": 16, "k": 48, "t": 0.5}]
)

printed_tail = Claim(
    id="du2018.proof-E.4",
    source=Source(PAPER, "E", "proof of Lemma E.4"),
    title="the printed tail e^{t^2/2} exceeds 1 and says nothing",
    statement=r"$P(\lambda_{\max}(W)>\sqrt m+\sqrt{cm}+t)\le e^{t^2/2}$",
    over=TAILS,
    quantifier=WithProbability(1 - exp(t**2 / 2), draws=200),
    lhs=Sampled(spectral_norms),
    relation="<=",
    rhs=Closed(sqrt(m) + sqrt(k) + t),
    grid=TAIL_GRID,
)

CHOICE = (c_w - sqrt(C) - 1) * sqrt(m)
CHOICE_OVER = {m: sp.S.Naturals, k: sp.S.Naturals, c_w: POSITIVE}

choice = Claim(
    id="du2018.proof-E.4.choice",
    source=Source(PAPER, "E", "proof of Lemma E.4, the deviation that gives the lemma"),
    statement=r"the printed tail $e^{t^2/2}$ at $t=(c_{w,0}-\sqrt c-1)\sqrt m$ is the lemma's "
    r"$\exp(-\frac{(c_{w,0}-\sqrt c-1)^2m}2)$",
    over=CHOICE_OVER,
    where=[c_w > sqrt(C) + 1],
    lhs=Closed(exp(CHOICE**2 / 2)),
    relation="==",
    rhs=Closed(FAILURE),
    grid=NORM_GRID,
    uses=("du2018.proof-E.4",),
    erratum="the exponent lost its sign: e^{t^2/2} >= 1; with e^{-t^2/2} the lemma follows",
)

choice_corrected = Claim(
    id="du2018.proof-E.4.choice.corrected",
    source=choice.source,
    statement=r"$P(\lambda_{\max}(W)>\sqrt m+\sqrt{cm}+t)\le e^{-t^2/2}$",
    over=TAILS,
    quantifier=WithProbability(1 - exp(-(t**2) / 2), draws=2000),
    lhs=Sampled(spectral_norms),
    relation="<=",
    rhs=Closed(sqrt(m) + sqrt(k) + t),
    grid=TAIL_GRID,
    corrects="du2018.proof-E.4.choice",
)
