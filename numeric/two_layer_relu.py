"""Two-layer ReLU networks `f(W, a, x) = 1/sqrt(m) sum_r a_r relu(w_r.x)` with `a` fixed.

Everything is batched: `weights (..., m, d)` and `a (..., m)` with any batch in front, inputs
`x (n, d)` or `(..., n, d)`, labels `y (n,)` or `(..., n)`. All float64.
Source: du2019, section 2.1.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from numeric.normals import normal


def initial(
    batch: tuple[int, ...], width: int, dimension: int, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """`w_r ~ N(0, I)`, `(*batch, width, dimension)`, and `a_r = +-1`, `(*batch, width)`.

    Source: du2019, Theorem 2.2.
    """
    shape = (*batch, width)
    weights = normal(*shape, dimension, generator=generator)
    signs = torch.randint(2, shape, generator=generator).to(torch.float64)
    return weights, 2 * signs - 1


def predictions(weights: Tensor, a: Tensor, x: Tensor) -> Tensor:
    """`u_i = f(W, a, x_i)`, `(..., n)`. Source: du2019, section 2.1."""
    features = (weights @ x.mT).clamp_min(0.0)
    return (a.unsqueeze(-2) @ features).squeeze(-2) / math.sqrt(weights.shape[-2])


def loss(weights: Tensor, a: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """`sum_i (f(W, a, x_i) - y_i)^2 / 2`, `(...)`. Source: du2019, equation (2.1)."""
    return (predictions(weights, a, x) - y).square().sum(dim=-1) / 2


def gradient(weights: Tensor, a: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """`dL/dw_r = 1/sqrt(m) sum_i (u_i - y_i) a_r x_i 1{w_r.x_i >= 0}`, `(..., m, d)`.

    Source: du2019, equation (2.3); where some `w_r.x_i = 0` this is the paper's convention.
    """
    return -ascent(weights, a, x, y)[0]


def ascent(weights: Tensor, a: Tensor, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Minus the gradient (2.3), `(..., m, d)`, and the residual `y - u`, `(..., n)`."""
    before = weights @ x.mT
    active = before >= 0
    scale = 1 / math.sqrt(weights.shape[-2])
    before.mul_(active)
    residual = y - scale * (a.unsqueeze(-2) @ before).squeeze(-2)
    pull = active * residual.unsqueeze(-2)
    pull *= scale * a.unsqueeze(-1)
    return pull @ x, residual


def gram_at(weights: Tensor, x: Tensor) -> Tensor:
    """`H_ij = x_i.x_j / m #{r: w_r.x_i >= 0, w_r.x_j >= 0}`, `(..., n, n)`, `x (..., n, d)`.

    Source: du2019, equation (2.5); `numeric.kernels.two_layer.gram` for one set of inputs.
    """
    active = (weights @ x.mT >= 0).to(torch.float64)
    return active.mT @ active / weights.shape[-2] * (x @ x.mT)


def least_eigenvalue(matrix: Tensor) -> Tensor:
    """`lambda_min`, `(...)`, of symmetric matrices `(..., n, n)`."""
    if matrix.shape[-1] == 1:
        return matrix[..., 0, 0]
    return torch.linalg.eigvalsh(matrix)[..., 0]


def symmetric_norm(matrix: Tensor) -> Tensor:
    """The operator norm, `(...)`, of symmetric matrices `(..., n, n)`."""
    return torch.linalg.eigvalsh(matrix).abs().amax(-1)


def norm_below(matrix: Tensor, bound: float) -> Tensor:
    """Whether symmetric matrices `(..., n, n)` have operator norm below `bound`, `(...)`.

    `bound - A` and `bound + A` are then positive definite, which costs less than eigenvalues.
    """
    edge = bound * torch.eye(matrix.shape[-1], dtype=matrix.dtype)
    signs = [torch.linalg.cholesky_ex(edge + sign * matrix)[1] == 0 for sign in (1, -1)]
    return signs[0] & signs[1]


def uncertain(weights: Tensor, x: Tensor, radius: Tensor | float) -> Tensor:
    """Whether some vector within `radius` of `w_r` has another pattern on the unit input `x_i`.

    `(..., m, n)` of booleans: the event `A_ir`, that is `|w_r.x_i| < radius` (almost surely).
    `radius` is a number or broadcasts against the result. Source: du2019, proof of Lemma 2.2.
    """
    return (weights @ x.mT).abs() < radius


def gram_and_shift(before: Tensor, x: Tensor, radius: float) -> tuple[Tensor, Tensor]:
    """`gram_at` and `largest_shift` from `before = w_r.x_i`, `(..., n, m)`, for `x (n, d)`.

    `before` may be float32, where a neuron's pattern may be that of the next number, and counts are
    exact for widths below 2^24.
    """
    active = (before >= 0).to(before.dtype)
    keeps = (before.abs() >= radius).to(before.dtype)
    inner, width = x @ x.mT, before.shape[-1]
    shift = (1 - (keeps @ keeps.mT).to(x.dtype) / width) * inner.abs()
    return (active @ active.mT).to(x.dtype) / width * inner, shift


def largest_shift(weights: Tensor, x: Tensor, radius: Tensor | float) -> Tensor:
    """`|x_i.x_j| / m #{r: A_ir or A_jr}`, `(..., n, n)`.

    No entry of the Gram matrix moves further while every `w_r` stays within `radius`.
    Source: du2019, proof of Lemma 2.2.
    """
    keeps = (~uncertain(weights, x, radius)).to(torch.float64)
    return (1 - keeps.mT @ keeps / weights.shape[-2]) * (x @ x.mT).abs()
