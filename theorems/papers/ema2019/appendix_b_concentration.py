r"""Appendix B: the Gram matrix at the initialisation concentrates around the kernel matrix.

L: depth; m, d: width and input dimension; t: the deviation times n; sigma: which activation (0
identity, 1 ReLU, 2 tanh); both inputs are the same unit vector. delta: failure probability; n:
number of inputs; lambda_n: least eigenvalue of K.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, Rational, exp, log, oo, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import WithProbability
from theorems.sides import Closed, Computed, Sampled

PAPER = "ema2019"
t, lambda_n, delta, L_m, n_real = symbols("t lambda_n delta L_m n", real=True)
L, m, d, n, sigma = symbols("L m d n sigma", integer=True)
OVER = {
    L: sp.S.Naturals,
    m: sp.S.Naturals,
    d: sp.S.Naturals,
    sigma: sp.FiniteSet(0, 1, 2),
    t: Interval.open(0, oo),
}
NAMES = ("identity", "relu", "tanh")


def _deviation(points: Any, samples: int, generator: Any) -> Any:
    """`|n H_ii - k(x_i, x_i)|` for one unit input, `(points, samples)`."""
    import torch

    from numeric.data import unit_sphere
    from numeric.random_features import features, kernel

    name = NAMES[points.sigma]
    x = torch.zeros(1, points.d, dtype=torch.float64)
    x[0, 0] = 1.0
    w = unit_sphere((points.n, samples, points.L * points.m), points.d, generator)
    own = features(w, x, points.m, name)
    return ((own * own).sum((-2, -1)) / points.L - kernel(points.d, name)).abs()


TAIL = exp(-2 * m * L * t**2)

hoeffding = Claim(
    id="ema2019.proof-4.4",
    source=Source(PAPER, "B", "proof of Lemma 4.4, Hoeffding's inequality"),
    statement=r"$P\{|H_{ij}(\Theta_0)-k(x_i,x_j)|>t/n\}\le e^{-2mLt^2}$",
    reading="k(x_i, x_j) stands for k_0(x_i, x_j)/n; the L layers are those of (4.8)",
    over=OVER,
    quantifier=WithProbability(1 - TAIL),
    lhs=Sampled(_deviation),
    relation="<=",
    rhs=Closed(t),
    grid=Grid(
        points=[
            {"sigma": 1, "m": 1, "L": 3, "d": 1, "t": 0.15},
            {"sigma": 1, "m": 1, "L": 25, "d": 1, "t": 0.2},
            {"sigma": 0, "m": 2, "L": 16, "d": 2, "t": 0.2},
            {"sigma": 1, "m": 2, "L": 32, "d": 3, "t": 0.1},
            {"sigma": 2, "m": 1, "L": 25, "d": 2, "t": 0.2},
            {"sigma": 2, "m": 4, "L": 50, "d": 2, "t": 0.1},
        ]
    ),
    erratum="a two-sided tail needs the factor 2 (ReLU, d = 1, mL = 3: the deviation is never "
    "below 1/6), and for tanh with m > 1 the mean of H is not the kernel k_0 at all, as "
    "sigma(b.x) is not sigma(w.x)/sqrt(m)",
    uses=("ema2019.eq-4.8",),
)

hoeffding_corrected = Claim(
    id="ema2019.proof-4.4.corrected",
    source=Source(PAPER, "B", "proof of Lemma 4.4, Hoeffding's inequality"),
    statement=r"$P\{|H_{ij}(\Theta_0)-k(x_i,x_j)|>t/n\}\le2e^{-2mLt^2}$ for a positively "
    r"homogeneous $\sigma$, or for any with $m=1$",
    over=OVER,
    where=[(sigma - 1) * (m - 1) <= 0],
    quantifier=WithProbability(1 - 2 * TAIL),
    lhs=Sampled(_deviation),
    relation="<=",
    rhs=Closed(t),
    grid=Grid(
        points=[
            {"sigma": 1, "m": 1, "L": 3, "d": 1, "t": 0.15},
            {"sigma": 1, "m": 1, "L": 25, "d": 1, "t": 0.2},
            {"sigma": 1, "m": 1, "L": 101, "d": 1, "t": 0.12},
            {"sigma": 0, "m": 2, "L": 16, "d": 2, "t": 0.2},
            {"sigma": 1, "m": 2, "L": 32, "d": 3, "t": 0.15},
            {"sigma": 2, "m": 1, "L": 25, "d": 2, "t": 0.2},
        ]
    ),
    corrects="ema2019.proof-4.4",
)

union = Claim(
    id="ema2019.proof-4.4.union",
    source=Source(PAPER, "B", "proof of Lemma 4.4, union bound with t = lambda_n/4"),
    statement=r"$n^2e^{-2mLt^2}\le\delta$ with $t=\lambda_n/4$ and "
    r"$mL\ge8\lambda_n^{-2}\ln(n^2/\delta)$",
    over={
        n_real: Interval(1, oo),
        delta: Interval.open(0, 1),
        lambda_n: Interval.Lopen(0, 1),
        L_m: Interval.open(0, oo),
    },
    where=[L_m >= 8 * log(n_real**2 / delta) / lambda_n**2],
    lhs=Closed(log(n_real**2) - 2 * L_m * (lambda_n / 4) ** 2),
    relation="<=",
    rhs=Closed(log(delta)),
    reading="logarithms of both sides; L_m is the product mL",
    grid=Grid(
        n=[1.0, 2.0, 50.0], delta=[0.01, 0.5], lambda_n=[0.01, 0.3, 1.0], L_m=[60.0, 1e3, 1e7]
    ),
    uses=("ema2019.proof-4.4",),
)


def _matrices(points: Any, samples: int, generator: Any) -> dict[str, Any]:
    """K positive definite and a symmetric H near it, `(points, samples, n, n)`."""
    import torch

    size = points["n"]
    shape = (points.n, samples, size, size)
    a = torch.randn(shape, generator=generator, dtype=torch.float64)
    e = torch.randn(shape, generator=generator, dtype=torch.float64)
    k = a @ a.mT / size
    # Half of the perturbations point along the least eigenvector, where the bound is attained.
    vector = torch.linalg.eigh(k)[1][..., :1]
    e = (e + e.mT) / size
    e[:, ::2] = -(vector @ vector.mT)[:, ::2]
    return {"k": k, "h": k + e}


def _least(matrix: Any) -> Any:
    import torch

    return torch.linalg.eigvalsh(matrix)[..., 0]


weyl = Claim(
    id="ema2019.proof-4.4.weyl",
    source=Source(PAPER, "B", "proof of Lemma 4.4, the least eigenvalue"),
    statement=r"$\lambda_{\min}(K)-\|H-K\|_F\le\lambda_{\min}(H)$",
    over={n: sp.S.Naturals},
    quantifier=WithProbability(1, draws=500, draw=_matrices),
    lhs=Sampled(lambda drawn: _least(drawn["k"]) - (drawn["h"] - drawn["k"]).norm(dim=(-2, -1))),
    relation="<=",
    rhs=Sampled(lambda drawn: _least(drawn["h"])),
    grid=Grid(n=[1, 2, 5]),
)

quarter = Claim(
    id="ema2019.proof-4.4.frobenius",
    source=Source(PAPER, "B", "proof of Lemma 4.4, from entries to the norm"),
    statement=r"entries $|H_{ij}-K_{ij}|\le t/n$ give $\|H-K\|_F\le t$ (all entries at $t/n$)",
    over={n: sp.S.Naturals, t: Interval.open(0, oo)},
    lhs=Computed(lambda p: _full(p).norm(dim=(-2, -1))),
    relation="<=",
    rhs=Closed(t),
    grid=Grid(n=[1, 2, 7], t=[float(Rational(1, 10)), 1.0]),
)


def _full(points: Any) -> Any:
    """The worst matrix of entries `t / n`."""
    import torch

    size = points["n"]
    return (points.t / size)[:, None, None] * torch.ones(size, size, dtype=torch.float64)
