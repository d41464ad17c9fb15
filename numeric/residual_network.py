"""The residual network of one or a few units per layer, and its frozen-feature companion.

`h_1 = (x, 0)`, `h_{l+1} = h_l + U_l relu(V_l h_l)` for `l = 1..depth`, output the last coordinate.
Shapes: `u (..., depth, d + 1, m)`, `v (..., depth, m, d + 1)`, inputs `x (n, d)`.
Source: ema2019, equations (1.1), (1.2), (A.1), (A.2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

# Of Adam, as published.
BETAS, EPSILON = (0.9, 0.999), 1e-8


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


def risk_gradient(
    u: np.ndarray, v: np.ndarray, x: np.ndarray, label: np.ndarray, *, frozen: bool = False
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The risk `(runs,)` and its gradients in `u` and `v`; that in `v` is left 0 if `frozen`.

    By the chain rule, in NumPy: layers are so small that the cost is that of calling operations.
    """
    count, depth = x.shape[0], u.shape[1]
    h = np.zeros((u.shape[0], count, x.shape[1] + 1))
    h[..., :-1] = x
    states, units = [], []
    for layer in range(depth):
        unit = np.maximum(h @ v[:, layer].swapaxes(-1, -2), 0.0)
        states.append(h)
        units.append(unit)
        h = h + unit @ u[:, layer].swapaxes(-1, -2)
    away = h[..., -1] - label
    back = np.zeros_like(h)
    back[..., -1] = away / count
    to_u, to_v = np.empty_like(u), np.zeros_like(v)
    for layer in range(depth - 1, -1, -1):
        unit = units[layer]
        to_u[:, layer] = back.swapaxes(-1, -2) @ unit
        inner = (back @ u[:, layer]) * (unit > 0)
        if not frozen:
            to_v[:, layer] = inner.swapaxes(-1, -2) @ states[layer]
        back = back + inner @ v[:, layer]
    return np.square(away).mean(-1) / 2, to_u, to_v


def path_norm_gradient(u: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The gradients of `path_norm`, `(runs, ...)` each, 0 at a weight 0."""
    depth, size = u.shape[1:3]
    large_u, large_v = np.abs(u), np.abs(v)
    rows = np.zeros((u.shape[0], depth + 1, 1, size))
    rows[:, -1, 0, -1] = 1.0
    for layer in range(depth - 1, -1, -1):
        above = rows[:, layer + 1]
        rows[:, layer] = above + (above @ large_u[:, layer]) @ large_v[:, layer]
    column = np.ones((u.shape[0], size, 1))
    column[:, -1] = 0.0
    to_u, to_v = np.empty_like(u), np.empty_like(v)
    for layer in range(depth):
        above, unit = rows[:, layer + 1], large_v[:, layer] @ column
        to_u[:, layer] = (unit @ above).swapaxes(-1, -2)
        to_v[:, layer] = (column @ (above @ large_u[:, layer])).swapaxes(-1, -2)
        column = column + large_u[:, layer] @ unit
    return to_u * np.sign(u), to_v * np.sign(v)


def descend(
    u: Tensor, v: Tensor, data: Data, step_size: float, steps: int, *, frozen: bool = False
) -> tuple[Tensor, Tensor, Tensor]:
    """Gradient descent on the empirical risk, of `u` alone if `frozen`.

    Returns the weights and the risks `(runs, steps + 1)`.
    """
    here_u, here_v, x, label = u.numpy(), v.numpy(), data.x.numpy(), data.label.numpy()
    risks = []
    for _ in range(steps):
        value, to_u, to_v = risk_gradient(here_u, here_v, x, label, frozen=frozen)
        risks.append(value)
        here_u = here_u - step_size * to_u
        here_v = here_v if frozen else here_v - step_size * to_v
    end_u, end_v = torch.from_numpy(here_u), torch.from_numpy(here_v)
    risks.append(risk(end_u, end_v, data.x, data.label).numpy())
    return end_u, end_v, torch.from_numpy(np.stack(risks, -1))


def regularised(
    u: Tensor, v: Tensor, data: Data, weight: float, step_size: float, steps: int
) -> tuple[Tensor, Tensor]:
    """Adam on `risk + weight / sqrt(n) * path_norm`; the weights at the end.

    Adam as `torch.optim` has it, whose import costs more than all the runs.
    """
    x, label = data.x.numpy(), data.label.numpy()
    share = weight / len(x) ** 0.5
    # Both weights in one vector, the rule being the same for every entry.
    here = np.concatenate([u.numpy().ravel(), v.numpy().ravel()])
    first, second = np.zeros_like(here), np.zeros_like(here)

    def parts(flat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return flat[: u.numel()].reshape(u.shape), flat[u.numel() :].reshape(v.shape)

    for step in range(1, steps + 1):
        here_u, here_v = parts(here)
        _, *slopes = risk_gradient(here_u, here_v, x, label)
        of_norm = path_norm_gradient(here_u, here_v)
        slope = np.concatenate(
            [(s + share * n).ravel() for s, n in zip(slopes, of_norm, strict=True)]
        )
        first = BETAS[0] * first + (1 - BETAS[0]) * slope
        second = BETAS[1] * second + (1 - BETAS[1]) * slope**2
        scale = np.sqrt(second / (1 - BETAS[1] ** step)) + EPSILON
        here = here - step_size / (1 - BETAS[0] ** step) * first / scale
    end_u, end_v = parts(here)
    return torch.from_numpy(end_u), torch.from_numpy(end_v)
