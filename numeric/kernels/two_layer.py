"""The two-layer ReLU network `f = 1/sqrt(m) sum_r a_r relu(w_r.x)` with its first layer trained."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from numeric.kernels.infinite import check_inputs
from numeric.kernels.pairs import Block, Rows, input_block

PANEL = 512


def gram(weights: Tensor, x: Tensor) -> Tensor:
    """`H_ij = x_i.x_j / m * #{r: w_r.x_i >= 0 and w_r.x_j >= 0}`.

    `weights (..., m, d)`, any batch in front; `x (n, d)`; the result is `(..., n, n)`.
    Raises ValueError when the columns differ. Source: du2019, equation (2.5).
    """
    if weights.ndim < 2 or x.ndim != 2 or weights.shape[-1] != x.shape[1]:
        shapes = tuple(weights.shape), tuple(x.shape)
        raise ValueError(f"expected weights (..., m, d) and x (n, d), not {shapes[0]}, {shapes[1]}")
    active = (weights @ x.T >= 0).to(torch.float64)
    return active.mT @ active / weights.shape[-2] * (x @ x.T)


def gram_limit(x: Tensor) -> Tensor:
    """`H_inf_ij = E x_i.x_j 1{w.x_i >= 0, w.x_j >= 0}` for `w ~ N(0, I)`.

    Equals `x_i.x_j (pi - angle) / (2 pi)`; on the diagonal `|x_i|^2 / 2`. `x (n, d)`, result
    `(n, n)`, symmetric. Raises ValueError unless `x` is a finite matrix.
    Source: du2019, Assumption 2.1.
    """
    x, _ = check_inputs(x, None)
    rows = Rows.of(x)
    result = torch.empty(len(x), len(x), dtype=torch.float64)
    for start in range(0, len(x), PANEL):
        here, there = slice(start, min(start + PANEL, len(x))), slice(start, len(x))
        block = input_block(rows[here], rows[there], same=True)
        panel = x.shape[1] * block.k * half_space(block)
        result[here, there] = panel
        result[there, here] = panel.T
        corner = panel[:, : len(panel)]
        result[here, here] = corner.triu() + corner.triu(1).T
    return result


def half_space(block: Block) -> Tensor:
    """`P(u >= 0, v >= 0) = (pi - angle) / (2 pi)` for every pair, accurate at both ends."""
    return torch.atan2(block.above.sqrt(), block.below.sqrt()) / math.pi
