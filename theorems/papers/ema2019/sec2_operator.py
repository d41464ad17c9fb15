r"""Section 2, Remark 1: the kernel matrix of random inputs against the integral operator.

ReLU on the circle (d = 2). n: inputs; mu_n: the n-th eigenvalue of the operator, in decreasing
order; delta: failure probability; k: frequency.
"""

from __future__ import annotations

import math
from typing import Any

import sympy as sp
from sympy import Interval, Rational, floor, log, oo, pi, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.ema2019.sec2_setup import relu_kernel_matrix
from theorems.papers.ema2019.sec4_symbols import PAPER, n
from theorems.quantifiers import WithProbability
from theorems.sides import Closed, Computed, Sampled

k = symbols("k", integer=True)
delta = symbols("delta", real=True)


def _coefficient(points: Any) -> Any:
    """By Gauss-Legendre quadrature: the integrand is smooth on `[0, pi]`."""
    import numpy as np
    import torch

    nodes, weights = np.polynomial.legendre.leggauss(80)
    angle = (nodes + 1) * math.pi / 2
    kernel_values = ((math.pi - angle) * np.cos(angle) + np.sin(angle)) / (4 * math.pi)
    total = float((weights * kernel_values * np.cos(points.k * angle)).sum()) / 2
    return torch.full((points.n,), total, dtype=torch.float64)


def _least_of_random_inputs(points: Any, samples: int, generator: Any) -> Any:
    import torch

    from numeric.data import unit_sphere

    x = unit_sphere((points.n, samples, points["n"]), 2, generator)
    return torch.linalg.eigvalsh(relu_kernel_matrix(x))[..., 0]


# On the circle the operator's eigenfunctions are cos(k phi), sin(k phi); from the fourth eigenvalue
# on they belong to k = 2, 2, 4, 4, 6, 6, ... with the Fourier coefficients 1 / (pi (k^2 - 1))^2.
ORDER = 2 * (floor(n / 2) - 1)
MU = 1 / (pi * (ORDER**2 - 1)) ** 2
FEW = Grid(n=[4, 8, 16, 32])

operator_bound = Claim(
    id="ema2019.remark-1b",
    source=Source(PAPER, "2.2", "Remark 1, the integral operator"),
    statement=r"for $x_i$ independent from $\pi_0$, with high probability $\lambda_n\ge\mu_n/2$, "
    r"$\mu_n$ the $n$-th eigenvalue of $T_{k_0}$ on $L^2(S^{d-1},\pi_0)$",
    reading="ReLU on the circle; high probability read as at least 1/2, the weakest it can mean",
    over={n: sp.Range(4, oo)},
    quantifier=WithProbability(at_least=Rational(1, 2), draws=1000),
    lhs=Sampled(_least_of_random_inputs),
    relation=">=",
    rhs=Closed(MU / 2),
    grid=FEW,
    erratum="mu_n falls like n^-4, the least eigenvalue of n random inputs faster, as the closest "
    "two are about 1/n^2 apart; what concentration gives is an absolute error, not a factor",
    uses=("ema2019.eq-2.6",),
)

fourier = Claim(
    id="ema2019.remark-1b.operator",
    source=Source(PAPER, "2.2", "Remark 1, the operator's eigenvalues on the circle"),
    statement=r"for ReLU and $d=2$, $\frac1\pi\int_0^\pi k_0(\varphi)\cos k\varphi\,d\varphi="
    r"\frac1{\pi^2(k^2-1)^2}$ for even $k$",
    over={k: sp.Range(2, 22, 2)},
    lhs=Computed(_coefficient),
    relation="==",
    rhs=Closed(1 / (pi * (k**2 - 1)) ** 2),
    grid=Grid(k=[2, 4, 6, 20]),
)


def _eigenvalues_apart(points: Any, samples: int, generator: Any) -> Any:
    """The largest `|lambda_j - mu_j|`, both in decreasing order, per draw of the inputs."""
    import torch

    from numeric.data import unit_sphere

    count = points["n"]
    x = unit_sphere((points.n, samples, count), 2, generator)
    values = torch.linalg.eigvalsh(relu_kernel_matrix(x)).flip(-1)
    orders = [2 * (j // 2 - 1) for j in range(4, count + 1)]
    first = [1 / math.pi**2, 1 / 16, 1 / 16]
    mu = first + [1 / (math.pi * (order**2 - 1)) ** 2 for order in orders]
    away = (values - torch.tensor(mu[:count], dtype=torch.float64)).abs()
    return torch.maximum(away.amax(dim=-1), torch.tensor(max([0.0, *mu[count:]])))


absolute = Claim(
    id="ema2019.remark-1b.corrected",
    source=Source(PAPER, "2.2", "Remark 1, the integral operator"),
    statement=r"with probability at least $1-\delta$, $|\lambda_j-\mu_j|\le2\sqrt2\,\kappa^2"
    r"\sqrt{\ln(2/\delta)/n}$ for every $j\le n$, with $\kappa^2=k_0(x,x)=\frac14$",
    reading="the Hilbert-Schmidt concentration of the empirical operator, an absolute error",
    over={n: sp.Range(4, oo), delta: Interval.open(0, 1)},
    quantifier=WithProbability(at_least=1 - delta, draws=1000),
    lhs=Sampled(_eigenvalues_apart),
    relation="<=",
    rhs=Closed(sqrt(log(2 / delta) / (2 * n))),
    grid=Grid(n=[4, 8, 32], delta=[0.05, 0.3, 0.9]),
    corrects="ema2019.remark-1b",
)
