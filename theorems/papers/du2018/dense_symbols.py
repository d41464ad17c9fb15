r"""Symbols and settings of the statements on deep fully connected networks, of both papers.

H: hidden layers; m: width; n: inputs; d: input dimension; sigma: which activation (0 linear, 1
softplus, 2 tanh, 3 sigmoid, 4 ReLU); r: sqrt(c_sigma); L, beta: its Lipschitz and smoothness
constants; s: |sigma(0)|; c_w, c_x0: the bounds c_{w,0}, c_{x,0}; c_x: growth per layer; g: the
geometric series g_{c_x}(H); R: radius of the weights over sqrt(m); lambda_0: least eigenvalue of
K^(H); eta: step size; alpha: norm of a feature.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy as sp
from sympy import Interval, oo, symbols

PAPER = "du2018"
NAMES = ("linear", "softplus", "tanh", "sigmoid", "relu")
r, L, beta, s, c_w, c_x0, c_x, g, R = symbols("r L beta s c_w c_x0 c_x g R", real=True)
lambda_0, eta, delta, alpha, gap = symbols("lambda_0 eta delta alpha gap", real=True)
H, m, n, d, sigma = symbols("H m n d sigma", integer=True)
POSITIVE = Interval.open(0, oo)
NONNEGATIVE = Interval(0, oo)
AT_LEAST_ONE = Interval(1, oo)
UNIT = Interval.open(0, 1)
DEPTHS = sp.S.Naturals
ANY = sp.FiniteSet(0, 1, 2, 3, 4)
SMOOTH = sp.FiniteSet(0, 1, 2, 3)
CURVED = sp.FiniteSet(1, 2, 3)


def activation(points: Any) -> Any:
    """The activation that a batch of points names."""
    from numeric.kernels.layers import Activation

    return Activation(NAMES[points.sigma])


def constants(points: Any) -> tuple[float, float, float]:
    """`sqrt(c_sigma)`, L and beta of the activation."""
    from numeric.deep_network import LIPSCHITZ, SMOOTHNESS, c_sigma

    named = activation(points)
    return c_sigma(named) ** 0.5, LIPSCHITZ[named.name], SMOOTHNESS[named.name]


def geometric(ratio: Any, count: int) -> Any:
    """`g_ratio(count)` of tensors or numbers."""
    total = 0 * ratio
    for _ in range(count):
        total = 1 + ratio * total
    return total


def inputs(count: int, cosine: float = 0.6) -> Any:
    """`count` unit inputs `(count, count)`: pairs at one angle, orthogonal to the others."""
    import torch

    x = torch.eye(count, dtype=torch.float64)
    for first in range(0, count - 1, 2):
        x[first + 1, first] = cosine
        x[first + 1, first + 1] = (1 - cosine**2) ** 0.5
    return x


@lru_cache(maxsize=512)
def limit_gram(count: int, kind: int, depth: int, cosine: float = 0.6) -> Any:
    """`K^(H)` of these inputs for activation number `kind`, `(count, count)`."""
    from numeric.kernels.deep import fully_connected_limit
    from numeric.kernels.layers import Activation

    return fully_connected_limit(inputs(count, cosine), Activation(NAMES[kind]), depth)[-1]


def limit_eigenvalue(points: Any, cosine: float = 0.6) -> float:
    """`lambda_0` of these inputs."""
    import torch

    limit = limit_gram(points["n"], points.sigma, points.H, cosine)
    return torch.linalg.eigvalsh(limit)[0].item()
