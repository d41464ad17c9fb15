"""The residual network of one or a few units per layer, and its frozen-feature companion.

`h_1 = (x, 0)`, `h_{l+1} = h_l + U_l relu(V_l h_l)` for `l = 1..depth`, output the last coordinate.
Shapes: `u (..., depth, d + 1, m)`, `v (..., depth, m, d + 1)`, inputs `x (n, d)`.
Source: ema2019, equations (1.1), (1.2), (A.1), (A.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Data:
    """Inputs `(n, d)`, labels `(n,)`, and the same for testing."""

    x: Tensor
    label: Tensor
    test_x: Tensor
    test_label: Tensor


def positive_part_data(count: int, dimension: int, seed: int, tests: int = 1000) -> Data:
    """Inputs uniform on the sphere with labels `max(x_1, 0)`."""
    from numeric.data import unit_sphere

    generator = torch.Generator().manual_seed(seed)
    x = unit_sphere((count,), dimension, generator)
    test = unit_sphere((tests,), dimension, generator)
    return Data(x, x[:, 0].clamp_min(0), test, test[:, 0].clamp_min(0))


def initial(
    runs: int, depth: int, width: int, dimension: int, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """`u = 0` and `v` with independent entries of variance `1 / width`."""
    u = torch.zeros(runs, depth, dimension + 1, width, dtype=torch.float64)
    shape = (runs, depth, width, dimension + 1)
    v = torch.randn(shape, generator=generator, dtype=torch.float64) / width**0.5
    return u, v


def output(u: Tensor, v: Tensor, x: Tensor) -> Tensor:
    """`f(x)`, shape `(..., n)`."""
    h = torch.cat([x, torch.zeros_like(x[..., :1])], dim=-1)
    for u_l, v_l in zip(u.unbind(-3), v.unbind(-3), strict=True):
        h = h + (h @ v_l.mT).clamp_min(0) @ u_l.mT
    return h[..., -1]


def path_norm(u: Tensor, v: Tensor) -> Tensor:
    """`|w|' prod_l (I + |U_l| |V_l|) |V_0|`, summed over its `d` entries, shape `(...,)`.

    `V_0` embeds the input and `w` reads the last coordinate. Source: ema2019, appendix A.
    """
    size = u.shape[-2]
    row = torch.zeros(*u.shape[:-3], 1, size, dtype=torch.float64)
    row[..., -1] = 1.0
    for u_l, v_l in zip(reversed(u.unbind(-3)), reversed(v.unbind(-3)), strict=True):
        row = row + (row @ u_l.abs()) @ v_l.abs()
    return row[..., 0, :-1].sum(-1)


def risk(u: Tensor, v: Tensor, x: Tensor, label: Tensor) -> Tensor:
    """`1/(2n) sum (f - y)^2`, shape `(...,)`."""
    return (output(u, v, x) - label).square().mean(-1) / 2


def descend(
    u: Tensor, v: Tensor, data: Data, step_size: float, steps: int, *, frozen: bool = False
) -> tuple[Tensor, Tensor, Tensor]:
    """Gradient descent on the empirical risk, of `u` alone if `frozen`.

    Returns the weights and the risks `(..., steps + 1)`.
    """
    risks = []
    for step in range(steps + 1):
        leaves = [w.detach().requires_grad_(True) for w in ((u,) if frozen else (u, v))]
        value = risk(leaves[0], v if frozen else leaves[1], data.x, data.label)
        risks.append(value.detach())
        if step < steps:
            slopes = torch.autograd.grad(value.sum(), leaves)
            u = u - step_size * slopes[0]
            v = v if frozen else v - step_size * slopes[1]
    return u, v, torch.stack(risks, -1)


def regularised(
    u: Tensor, v: Tensor, data: Data, weight: float, step_size: float, steps: int
) -> tuple[Tensor, Tensor]:
    """Adam on `risk + weight / sqrt(n) * path_norm`; the weights at the end."""
    leaves: Sequence[Tensor] = [w.clone().requires_grad_(True) for w in (u, v)]
    adam = torch.optim.Adam(leaves, lr=step_size)
    for _ in range(steps):
        adam.zero_grad()
        penalty = path_norm(leaves[0], leaves[1]) * (weight / data.x.shape[0] ** 0.5)
        total = (risk(leaves[0], leaves[1], data.x, data.label) + penalty).sum()
        total.backward()
        adam.step()
    return leaves[0].detach(), leaves[1].detach()
