r"""Thesis section 3.14: Gaussian expectations move no more than a constant times the covariance.

c: the lemmas' bound on variances or standard deviations (1/c to c); alpha, a, b: variances or
standard deviations; rho: correlation; kind: shape of sigma (0 identity, 1 softplus, 2 log cosh, 3
tanh); Lip, zero: factor on it and sigma(0); k_1, k_2, r and j_1, j_2, q: variances and correlation
of two pairs; e: size of a perturbation; t: a frequency; alpha_i, beta_i: Hermite coefficients.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Abs, Interval, Matrix, Rational, exp, oo, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018.appendix_d_proof import next_layer
from theorems.papers.du2018.pairs import corrected
from theorems.quantifiers import ForAll, UpToConstant
from theorems.sides import Closed, Computed, Side

PAPER = "du2019"
POSITIVE = Interval.open(0, oo)
c, alpha, a, b, rho, t = symbols("c alpha a b rho t", real=True)

# Lemma 3.28
kind = symbols("kind", integer=True)
Lip, zero, k_1, k_2, r, j_1, j_2, q, e = symbols("Lip zero k_1 k_2 r j_1 j_2 q e", real=True)


def _mean_gap(points: Any) -> Any:
    """|E_{N(0,k_1)} sigma - E_{N(0,j_1)} sigma|."""
    return (next_layer(points, True)[1] - next_layer(points, False)[1])[:, 0].abs()


def _moment_gap(points: Any) -> Any:
    """The largest gap of E sigma sigma' over the entries (1, 1), (1, 2) and (2, 2)."""
    return (next_layer(points, True)[0] - next_layer(points, False)[0]).abs().amax(1)


def _largest_gap(points: Any) -> Any:
    import torch

    return torch.maximum(_mean_gap(points), _moment_gap(points))


def _entry_gap(points: Any) -> Any:
    """The largest entry of A - B."""
    import torch

    p = points
    cov = (p.q * (p.j_1 * p.j_2).sqrt() - p.r * (p.k_1 * p.k_2).sqrt()).abs()
    return torch.stack([(p.j_1 - p.k_1).abs(), (p.j_2 - p.k_2).abs(), cov]).amax(0)


# Lipschitz and smoothness constants of the shapes times Lip: 1 and 1, 1/4, 1, 4/sqrt(27).
SMOOTH = (0.0, 0.25, 1.0, 0.7698003589195010)


def _mean_constant(points: Any) -> Any:
    """beta / 2, for the means."""
    return SMOOTH[points.kind] * points.Lip / 2


def moment_constant(points: Any) -> Any:
    """L^2 + beta (|sigma(0)| + L sqrt(c)), for the second moments."""
    import torch

    p = points
    size = torch.stack([p.k_1, p.k_2, p.j_1, p.j_2]).amax(0).sqrt()
    return p.Lip**2 + SMOOTH[p.kind] * p.Lip * (p.zero.abs() + p.Lip * size)


def both_constants(points: Any) -> Any:
    import torch

    return torch.maximum(_mean_constant(points), moment_constant(points))


VARIANCES = Interval(Rational(1, 10), 4)
PAIRS = {
    kind: sp.FiniteSet(0, 1, 2, 3),
    symbols("a", integer=True): sp.FiniteSet(0),
    Lip: Interval.Lopen(0, 100),
    zero: Interval(-10, 10),
    **dict.fromkeys((k_1, k_2, j_1, j_2), VARIANCES),
    r: Interval.open(-1, 1),
    q: Interval.open(-1, 1),
    **dict.fromkeys(symbols("b_1 b_2 c_1 c_2", real=True), sp.FiniteSet(0.0)),
}
ZEROS = {"a": 0, "b_1": 0.0, "b_2": 0.0, "c_1": 0.0, "c_2": 0.0}
PAIR_GRID = Grid(
    points=[
        {"k_1": 1.0, "k_2": 1.0, "r": 0.3, "j_1": 1.01, "j_2": 0.99, "q": 0.31, **ZEROS},
        {"k_1": 0.1, "k_2": 4.0, "r": -0.999, "j_1": 0.11, "j_2": 3.9, "q": -0.99, **ZEROS},
        {"k_1": 1.0, "k_2": 1.0, "r": 0.0, "j_1": 1.0, "j_2": 1.0, "q": 0.999, **ZEROS},
        {"k_1": 0.1, "k_2": 0.1, "r": 0.9, "j_1": 4.0, "j_2": 4.0, "q": 0.9, **ZEROS},
    ],
    kind=[0, 1, 2, 3],
    Lip=[0.1, 1.0, 50.0],
    zero=[-1.0, 0.0, 5.0],
)
ON_GRID = ForAll(random_points=0, search=False)

# A perturbation of size e of a fixed covariance: the constants must not depend on e.
SHRINKING = Grid(
    points=[
        {"k_1": 1.0, "k_2": 1.0, "r": 0.999, **ZEROS},
        {"k_1": 0.25, "k_2": 4.0, "r": 0.3, **ZEROS},
    ],
    kind=[1, 2, 3],
    Lip=[1.0],
    zero=[0.5],
    e=[0.1, 0.05, 0.025, 0.0125],
)
SHRINKING_OVER = {key: value for key, value in PAIRS.items() if key not in (j_1, j_2, q)} | {
    e: Interval.open(0, 1)
}


def _perturbed(points: Any) -> Any:
    """The point with variances moved by e and covariance by -e."""
    from types import SimpleNamespace

    p = points
    j_one, j_two = p.k_1 + p.e, p.k_2 + p.e
    cov = p.r * (p.k_1 * p.k_2).sqrt() - p.e
    return SimpleNamespace(
        **{name: p[name] for name in p},
        j_1=j_one,
        j_2=j_two,
        q=cov / (j_one * j_two).sqrt(),
    )


EXPLICIT = r" with $C=L^2+\beta(|\sigma(0)|+L\sqrt c)$ for second moments, $\beta/2$ for means"


def _lipschitz(
    key: str, label: str, statement: str, gap: Any, constant: Any, uses: tuple[str, ...]
) -> list[Claim]:
    """The lemma as printed, some constant, and with an explicit one."""
    return [
        Claim(
            id=key,
            source=Source(PAPER, "3.14", label),
            statement=statement,
            reading="perturbations of size e of two covariances, one nearly singular",
            over=SHRINKING_OVER,
            quantifier=UpToConstant(shrinking=("e",)),
            lhs=Computed(lambda points: gap(_perturbed(points))),
            relation="<=",
            rhs=Closed(e),
            grid=SHRINKING,
            uses=uses,
        ),
        Claim(
            id=f"{key}.explicit",
            source=Source(PAPER, "3.14", f"{label}, with an explicit constant"),
            title=f"{label} with an explicit constant",
            statement=statement + EXPLICIT,
            reading="entrywise norms; c bounds the variances",
            over=PAIRS,
            quantifier=ON_GRID,
            lhs=Computed(gap),
            relation="<=",
            rhs=Computed(lambda points: constant(points) * _entry_gap(points)),
            grid=PAIR_GRID,
        ),
    ]


lemma_3_28 = _lipschitz(
    "du2019.lemma-3.28",
    "Lemma 3.28",
    r"for $\frac1c<\min(a,b)$, $\max(a,b)<c$: $|\mathbb E_{z\sim N(0,a)}\sigma(z)-\mathbb E_{z\sim "
    r"N(0,b)}\sigma(z)|\le C|a-b|$, $C$ depending on $c$ and Condition 3.1 only",
    _mean_gap,
    _mean_constant,
    ("du2019.lemma-3.28.derivative", "du2019.condition-3.1"),
)
lemma_3_29 = _lipschitz(
    "du2019.lemma-3.29",
    "Lemma 3.29",
    r"for $A,B\succ0$ with standard deviations in $[\frac1c,c]$ and $F(A)=\mathbb E_{(u,v)\sim "
    r"N(0,A)}\sigma(u)\sigma(v)$: $|F(A)-F(B)|\le C\|A-B\|_F\le2C\|A-B\|_\infty$",
    _moment_gap,
    moment_constant,
    ("du2019.proof-3.29", "du2019.proof-3.29.chain", "du2019.condition-3.1"),
)
lemma_3_30 = _lipschitz(
    "du2019.lemma-3.30",
    "Lemma 3.30",
    r"for $A,B\succ0$ with diagonals in $[\frac1c,c]$: $\|G(A)-G(B)\|_\infty\vee"
    r"\|F(A)-F(B)\|_\infty\le C\|A-B\|_\infty$, $F(A)=\mathbb E\sigma(U)\sigma(U)^\top$, "
    r"$G(A)=\mathbb E\sigma(U)$",
    _largest_gap,
    both_constants,
    ("du2019.lemma-3.28", "du2019.lemma-3.29"),
)

# The derivative in the proof of Lemma 3.28 for sigma(x) = cos(t x), z of standard deviation alpha:
# E sigma = e^{-t^2 alpha^2/2}.
COSINE = {alpha: POSITIVE, t: POSITIVE}
MEAN = exp(-(t**2) * alpha**2 / 2)


def _mean_slope(points: Any) -> Any:
    """|E z sigma'(alpha z)|, z standard normal, by quadrature."""
    import math

    import numpy as np
    import torch

    at, weight = (torch.as_tensor(part) for part in np.polynomial.hermite_e.hermegauss(60))
    t, alpha = points.t[:, None], points.alpha[:, None]
    slopes = -t * (t * alpha * at).sin()
    return (at * slopes * weight).sum(-1).abs() / math.sqrt(2 * math.pi)


variance_derivative = Claim(
    id="du2019.lemma-3.28.derivative",
    source=Source(PAPER, "3.14", "proof of Lemma 3.28"),
    statement=r"$|\frac{d\mathbb E_{z\sim N(0,\alpha)}\sigma(z)}{d\alpha}|=|\mathbb E_{z\sim"
    r" N(0,1)}[z\sigma^\prime(\alpha z)]|$",
    reading=r"$\sigma(x)=\cos tx$; $\alpha$ is the standard deviation, as the line itself has it "
    r"($\mathbb E_{N(0,\alpha)}\sigma(z)=\mathbb E_{N(0,1)}\sigma(\alpha z)$); in the variance the "
    r"derivative is $\mathbb E[z\sigma^\prime(\sqrt\alpha z)]/(2\sqrt\alpha)$, bounded as well",
    over=COSINE,
    lhs=Closed(Abs(sp.diff(MEAN, alpha))),
    relation="==",
    rhs=Side(
        closed=t**2 * alpha * exp(-(t**2) * alpha**2 / 2),
        measured=Computed(_mean_slope),
    ),
    grid=Grid(alpha=[0.5, 1.0, 2.0], t=[0.5, 1.0]),
    quantifier=ON_GRID,
)

# The Hermite series of Lemma 3.29: two coefficients each.
alpha_1, alpha_2, beta_1, beta_2 = symbols("alpha_1 alpha_2 beta_1 beta_2", real=True)
SERIES = {
    **dict.fromkeys((alpha_1, alpha_2, beta_1, beta_2), sp.S.Reals),
    rho: Interval.open(-1, 1),
}
SLOPE = Abs(alpha_1 * beta_1 + 2 * alpha_2 * beta_2 * rho)
CAUCHY = sqrt(alpha_1**2 + 2 * alpha_2**2) * sqrt(beta_1**2 + 2 * beta_2**2)
SERIES_GRID = Grid(
    alpha_1=[1.0, 0.5], alpha_2=[0.0, 1.0], beta_1=[1.0], beta_2=[0.0, -1.0], rho=[-0.5, 0.0, 0.9]
)

series = Claim(
    id="du2019.proof-3.29",
    source=Source(PAPER, "3.14", "proof of Lemma 3.29, the derivative in rho"),
    statement=r"$|\frac{dF}{d\rho}|=|\sum_{i\ge1}\alpha_i\beta_ii\rho^{i-1}|<(\sum_{i\ge1}\alpha_i^2i)"
    r"^{1/2}(\sum_{i\ge1}\beta_i^2i)^{1/2}$",
    reading="two terms of the series",
    over=SERIES,
    lhs=Closed(SLOPE),
    relation="<",
    rhs=Closed(CAUCHY),
    grid=SERIES_GRID,
    erratum="not strict: both sides agree for sigma(x) = x, which meets Condition 3.1",
)

series_corrected = Claim(
    id="du2019.proof-3.29.corrected",
    statement=r"$|\frac{dF}{d\rho}|\le(\sum\alpha_i^2i)^{1/2}(\sum\beta_i^2i)^{1/2}$",
    **corrected(series, relation="<="),
)

# The change of variables A' = (a^2, rho a b; rho a b, b^2).
DEVIATIONS = {c: Interval(1, oo), a: POSITIVE, b: POSITIVE}
IN_RANGE = [1 / c <= a, a <= c, 1 / c <= b, b <= c]
CHAIN_GRID = Grid(c=[1.0, 2.0, 10.0], a=[0.1, 0.5, 1.0, 2.0], b=[0.1, 0.5, 1.0, 2.0])

chain = Claim(
    id="du2019.proof-3.29.chain",
    source=Source(PAPER, "3.14", "proof of Lemma 3.29, the chain rule"),
    statement=r"$\frac1{2\sqrt{A_{11}^\prime}}\le\frac1{2c}$ and $|\frac{\partial\rho}{\partial "
    r"A_{12}^\prime}|\le\frac1{c^2}$",
    reading=r"$A_{11}^\prime=a^2$, $\frac{\partial\rho}{\partial A_{12}^\prime}=\frac1{ab}$",
    over=DEVIATIONS,
    where=IN_RANGE,
    lhs=Closed(Matrix([1 / (2 * a), 1 / (a * b)])),
    relation="<=",
    rhs=Closed(Matrix([1 / (2 * c), 1 / c**2])),
    grid=CHAIN_GRID,
    erratum="a, b >= 1/c bound these by c/2 and c^2, not by their inverses",
)

u, v = symbols("u v", real=True)
chain_corrected = Claim(
    id="du2019.proof-3.29.chain.corrected",
    source=chain.source,
    statement=r"$\frac1{2\sqrt{A_{11}^\prime}}\le\frac c2$ and $|\frac{\partial\rho}{\partial "
    r"A_{12}^\prime}|\le c^2$",
    reading=r"$u=\frac1a$ and $v=\frac1b$, at most $c$",
    over={c: Interval(1, oo), u: POSITIVE, v: POSITIVE},
    where=[u <= c, v <= c],
    lhs=Closed(Matrix([u / 2, u * v])),
    relation="<=",
    rhs=Closed(Matrix([c / 2, c**2])),
    grid=Grid(c=[1.0, 2.0], u=[0.5, 1.0, 2.0], v=[0.5, 2.0]),
    corrects="du2019.proof-3.29.chain",
)
