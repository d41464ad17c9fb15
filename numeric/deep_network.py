"""The deep fully connected network `x^(h) = sqrt(c_sigma / m) sigma(W^(h) x^(h-1))`, `f = a.x^(H)`.

Shapes: `weights[h - 1]` is `W^(h)`, `(..., m, m)` but the first `(..., m, d)`; `a (..., m)`; inputs
`x (..., n, d)` one per row; leading axes broadcast. All float64. Activations are those of
`numeric.kernels.layers`. Source: du2018, equations (1) and (2); du2019, equations (3.1), (3.2).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from numeric import normals
from numeric.kernels.activations import derivative, value
from numeric.kernels.deep import c_sigma
from numeric.kernels.layers import Activation

# The smallest constants; of ReLU, which is not smooth, the second is infinite.
LIPSCHITZ: dict[str, float] = {
    "linear": 1.0,
    "relu": 1.0,
    "tanh": 1.0,
    "sigmoid": 0.25,
    "softplus": 1.0,
    "erf": 2 / math.sqrt(math.pi),
}
SMOOTHNESS: dict[str, float] = {
    "linear": 0.0,
    "relu": math.inf,
    "tanh": 4 / (3 * math.sqrt(3)),
    "sigmoid": 1 / (6 * math.sqrt(3)),
    "softplus": 0.25,
    "erf": 4 / math.sqrt(2 * math.pi * math.e),
}
NODES = 12

Weights = Sequence[Tensor]
Record = Callable[["Iterate"], Tensor]


@dataclass(frozen=True)
class Path:
    """One forward pass: `states[h]` is `x^(h)` and `inputs[h - 1]` is `W^(h) x^(h-1)`.

    Each is `(..., n, m)`, but `states[0]` is the input `(..., n, d)`.
    """

    states: list[Tensor]
    inputs: list[Tensor]


def forward(weights: Weights, x: Tensor, activation: Activation) -> Path:
    """All layers. Source: du2018, appendix A; du2019, equation (3.2)."""
    root = c_sigma(activation) ** 0.5
    states, inputs = [x], []
    for weight in weights:
        inputs.append(states[-1] @ weight.mT)
        states.append(root / weight.shape[-2] ** 0.5 * value(activation, inputs[-1]))
    return Path(states, inputs)


def predictions(path: Path, a: Tensor) -> Tensor:
    """`u_i = a.x_i^(H)`, `(..., n)`."""
    return (path.states[-1] @ a.unsqueeze(-1)).squeeze(-1)


def backward(weights: Weights, a: Tensor, path: Path, activation: Activation) -> list[Tensor]:
    """For each layer the slopes of `u_i` in `W^(h) x_i^(h-1)`, `(..., n, m)`.

    `u_i'^(h)`, the gradient of `u_i` in `W^(h)`, is the outer product of that row with
    `x_i^(h-1)`. Source: du2019, section 3.9.
    """
    root = c_sigma(activation) ** 0.5
    slope = a.unsqueeze(-2)
    rows: list[Tensor] = []
    for h in reversed(range(len(weights))):
        scale = root / weights[h].shape[-2] ** 0.5
        rows.append(scale * slope * derivative(activation, path.inputs[h]))
        slope = rows[-1] @ weights[h]
    return rows[::-1]


def weighted_gradients(path: Path, rows: Sequence[Tensor], by: Tensor) -> list[Tensor]:
    """`sum_i by_i u_i'^(h)` for each layer, shaped like the weights; `by (..., n)`.

    With `by = u - y` the gradient of the loss.
    """
    return [
        (by.unsqueeze(-1) * row).mT @ state for row, state in zip(rows, path.states, strict=False)
    ]


def layer_grams(path: Path, rows: Sequence[Tensor]) -> Tensor:
    """`G^(h)_ij = <u_i'^(h), u_j'^(h)>` for `h = 1..H`, `(..., H, n, n)`.

    Source: du2018, section 6; du2019, section 3.3.
    """
    grams = [(s @ s.mT) * (row @ row.mT) for s, row in zip(path.states, rows, strict=False)]
    return torch.stack(torch.broadcast_tensors(*grams), dim=-3)


def output_gram(path: Path) -> Tensor:
    """`G^(H+1)_ij = x_i^(H).x_j^(H)`, `(..., n, n)`: the part of the output layer."""
    return path.states[-1] @ path.states[-1].mT


def initial(
    batch: tuple[int, ...],
    sizes: tuple[int, int, int],
    generator: torch.Generator,
    output: Literal["sign", "normal"] = "sign",
) -> tuple[list[Tensor], Tensor]:
    """Standard normal weights of `sizes = (depth, width, dimension)`, and the output layer.

    The output layer is of random signs (du2018) or standard normal (du2019).
    """
    depth, width, dimension = sizes

    def normal(*shape: int) -> Tensor:
        return normals.normal(*batch, *shape, generator=generator)

    weights = [normal(width, dimension if h == 0 else width) for h in range(depth)]
    a = normal(width)
    return weights, torch.where(a < 0, -1.0, 1.0).to(torch.float64) if output == "sign" else a


@dataclass(frozen=True)
class Iterate:
    """What a record of a run is given: one iterate, its passes, and the residual `y - u`."""

    weights: list[Tensor]
    a: Tensor
    path: Path
    rows: list[Tensor]
    residual: Tensor

    @cached_property
    def slopes(self) -> list[Tensor]:
        """The loss's gradients, shaped like the weights."""
        return weighted_gradients(self.path, self.rows, -self.residual)

    @cached_property
    def slope_a(self) -> Tensor:
        """The loss's gradient in the output layer."""
        return -(self.residual.unsqueeze(-2) @ self.path.states[-1]).squeeze(-2)


def iterate(weights: Weights, a: Tensor, x: Tensor, y: Tensor, activation: Activation) -> Iterate:
    """Both passes at these weights."""
    path = forward(weights, x, activation)
    rows = backward(weights, a, path, activation)
    return Iterate(list(weights), a, path, rows, y - predictions(path, a))


def moved(at: Iterate, step: Tensor | float, *, train_output: bool) -> tuple[list[Tensor], Tensor]:
    """Weights and output layer after a step of gradient descent of that length.

    `step` is a number or of the batch's shape.
    """
    step = torch.as_tensor(step, dtype=torch.float64)
    by = (step[..., None] * at.residual).unsqueeze(-1)
    layers = zip(at.weights, at.rows, at.path.states, strict=False)
    weights = [_plus(weight, (by * row).mT, state) for weight, row, state in layers]
    return weights, at.a - step[..., None] * at.slope_a if train_output else at.a


def _plus(weight: Tensor, left: Tensor, right: Tensor) -> Tensor:
    """`weight + left @ right`; in one pass where all have the same leading axes."""
    lead = weight.shape[:-2]
    if not lead or left.shape[:-2] != lead:
        return weight + left @ right
    right = right.expand(*lead, *right.shape[-2:])
    flat = [t.reshape(-1, *t.shape[-2:]) for t in (weight, left, right)]
    return torch.baddbmm(*flat).view(weight.shape)


def iterates(
    start: tuple[Weights, Tensor],
    data: tuple[Tensor, Tensor],
    activation: Activation,
    step_size: Tensor | float,
    steps: int,
    *,
    train_output: bool = False,
) -> Iterator[Iterate]:
    """The `steps + 1` iterates of `descend`, one after the other."""
    (weights, a), (x, y) = start, data
    for step in range(steps + 1):
        at = iterate(weights, a, x, y, activation)
        if not bool(torch.isfinite(at.residual).all()):
            raise ValueError("the run is no longer finite")
        yield at
        if step < steps:
            weights, a = moved(at, step_size, train_output=train_output)


def descend(
    start: tuple[Weights, Tensor],
    data: tuple[Tensor, Tensor],
    activation: Activation,
    step_size: Tensor | float,
    steps: int,
    record: Mapping[str, Record],
    *,
    train_output: bool = False,
) -> dict[str, Tensor]:
    """Gradient descent on `L = 1/2 sum (u_i - y_i)^2`; every record at `steps + 1` iterates.

    `start` is `(weights, a)`, `data` is `(x, y)`, `step_size` a number or of the batch's shape.
    Records come with the steps as last axis. Raises ValueError when an iterate is not finite.
    Source: du2018, section 2.2 (hidden layers only); du2019, section 3.2.2 (`train_output`).
    """
    kept: dict[str, list[Tensor]] = {name: [] for name in record}
    for at in iterates(start, data, activation, step_size, steps, train_output=train_output):
        for name, function in record.items():
            kept[name].append(function(at))
    return {name: torch.stack(values, dim=-1) for name, values in kept.items()}


def taylor_rest(
    at: Iterate,
    x: Tensor,
    activation: Activation,
    step_size: Tensor | float,
    *,
    train_output: bool = False,
) -> Tensor:
    """`I_2^i = int_0^eta <L'(w), u_i'(w) - u_i'(w - s L'(w))> ds`, `(..., n)`.

    By Gauss-Legendre quadrature with `NODES` nodes, so only for smooth activations.
    Source: du2018, section 6; du2019, section 3.8.
    """
    points, shares = _rule()
    # One more leading axis, of the nodes.
    ahead = (NODES, *(1,) * (at.residual.ndim - 1))
    nodes = torch.from_numpy((1 + points) / 2).reshape(ahead)
    share = torch.from_numpy(shares / 2).reshape(*ahead, 1)
    step = torch.as_tensor(step_size, dtype=torch.float64)
    weights, a = moved(at, nodes * step, train_output=train_output)
    path = forward(weights, x, activation)
    rows = backward(weights, a, path, activation)
    here = _along(at.path, at.rows, at, train_output)
    return step[..., None] * (share * (here - _along(path, rows, at, train_output))).sum(0)


@lru_cache(maxsize=1)
def _rule() -> tuple[np.ndarray, np.ndarray]:
    """Nodes in [-1, 1] and weights of the Gauss-Legendre quadrature."""
    return np.polynomial.legendre.leggauss(NODES)


def _along(path: Path, rows: Sequence[Tensor], at: Iterate, train_output: bool) -> Tensor:
    """`<L'(w), u_i'>` with the gradient of `at` and the derivatives of the given passes."""
    layers = zip(rows, at.slopes, path.states, strict=False)
    total = torch.stack([((row @ slope) * state).sum(-1) for row, slope, state in layers]).sum(0)
    if train_output:
        total = total + (path.states[-1] @ at.slope_a.unsqueeze(-1)).squeeze(-1)
    return total
