"""Deep homogeneous networks: fully connected, sparse, and with shared weights.

A network is `f(x) = W_H s(W_{H-1} ... s(W_1 x))` with `s(z) = z` for `z > 0` and `slope * z`
otherwise: ReLU at slope 0, linear at slope 1. Weights carry any batch axes in front:
`W_h (..., n_h, n_{h-1})`, inputs `(m, d)`, targets `(m, p)`; float64 throughout.
Source: du2019, sections 4.2.1 and 4.2.2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor

Loss = Literal["squared", "logistic", "quartic"]
LOSSES: tuple[Loss, ...] = ("squared", "logistic", "quartic")
Activation = Callable[[Tensor], Tensor]


def leaky(z: Tensor, slope: float | Tensor) -> Tensor:
    """`z` where positive, `slope * z` elsewhere: `s(z) = s'(z) z`."""
    return torch.where(z > 0, z, slope * z)


def preactivations(
    weights: Sequence[Tensor], x: Tensor, activations: Sequence[Activation]
) -> list[Tensor]:
    """`x_h = W_h s_{h-1}(x_{h-1})` for `h = 1..H`, each `(..., m, n_h)`; the last is the output.

    `activations[h - 1]` acts between layers `h` and `h + 1`. Raises ValueError unless there are
    `H - 1` of them.
    """
    if len(activations) != len(weights) - 1:
        raise ValueError(f"{len(weights)} layers need {len(weights) - 1} activations")
    passed: list[Tensor] = []
    signal = x
    for index, weight in enumerate(weights):
        passed.append(signal @ weight.mT)
        if index < len(activations):
            signal = activations[index](passed[-1])
    return passed


def empirical_loss(outputs: Tensor, targets: Tensor, loss: Loss) -> Tensor:
    """`(1/m) sum_i l(f(x_i), y_i)`, `(...)`, of outputs `(..., m, p)`.

    Raises ValueError for another loss. Source: du2019, equation (4.4).
    """
    if loss == "squared":
        each = (outputs - targets).square().sum(dim=-1) / 2
    elif loss == "logistic":
        each = torch.nn.functional.softplus(-outputs * targets.sign()).sum(dim=-1)
    elif loss == "quartic":
        each = (outputs - targets).square().sum(dim=-1).square()
    else:
        raise ValueError(f"unknown loss {loss!r}")
    return each.mean(dim=-1)


def layers(
    batch: tuple[int, ...], sizes: Sequence[int], scale: float, generator: torch.Generator
) -> list[Tensor]:
    """Gaussian weights of standard deviation `scale / sqrt(fan-in)`, one `(*batch, n_h, n_{h-1})`
    per layer, `sizes = (n_0, ..., n_H)`."""
    return [
        scale
        / fan_in**0.5
        * torch.randn(*batch, fan_out, fan_in, generator=generator, dtype=torch.float64)
        for fan_in, fan_out in pairwise(sizes)
    ]


def gradients(objective: Tensor, parameters: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """The gradient of each batch entry's objective with respect to its own parameters."""
    return torch.autograd.grad(objective.sum(), list(parameters), retain_graph=True)


def incoming(first: Tensor, second: Tensor) -> Tensor:
    """`<first[i, :], second[i, :]>` per neuron `i`, `(..., n_h)`."""
    return (first * second).sum(dim=-1)


def outgoing(first: Tensor, second: Tensor) -> Tensor:
    """`<first[:, i], second[:, i]>` per neuron `i`, `(..., n_h)`."""
    return (first * second).sum(dim=-2)


def spread(values: Tensor, pattern: Tensor) -> Tensor:
    """`W[i, j] = v[g(i, j)]`, 0 where `g = 0`: `(..., rows, columns)` from `(..., free)`.

    `pattern`: int64 `(rows, columns)` with entries `0..free`. Source: du2019, section 4.2.2.
    """
    padded = torch.cat([torch.zeros_like(values[..., :1]), values], dim=-1)
    return padded[..., pattern]


def random_pattern(rows: int, columns: int, free: int, generator: torch.Generator) -> Tensor:
    """A sharing map drawn at random: every entry is absent (0) or one of `free` parameters."""
    return torch.randint(free + 1, (rows, columns), generator=generator)


def convolution_pattern(length: int, filters: int, channels: int, size: int) -> Tensor:
    """The sharing map of a circular one-dimensional convolution without bias.

    From `channels * length` units to `filters * length`, each filter `channels * size` parameters.
    """
    pattern = torch.zeros(filters * length, channels * length, dtype=torch.int64)
    for filter_ in range(filters):
        for channel in range(channels):
            for offset in range(size):
                label = (filter_ * channels + channel) * size + offset + 1
                for place in range(length):
                    column = channel * length + (place + offset) % length
                    pattern[filter_ * length + place, column] = label
    return pattern


def backward(
    weights: Sequence[Tensor],
    x: Tensor,
    targets: Tensor,
    activations: Sequence[Activation],
    loss: Loss,
) -> tuple[list[Tensor], list[Tensor], list[Tensor]]:
    """Preactivations `x_h`, and the loss's gradients with respect to `W_h` and `x_h`, by autograd.

    Each list has one entry per layer. The gradient with respect to `x_h` is that of sample `i` in
    row `i`, its share `1/m` included.
    """
    leaves = [w.detach().requires_grad_(True) for w in weights]
    passed = preactivations(leaves, x, activations)
    value = empirical_loss(passed[-1], targets, loss)
    found = gradients(value, [*leaves, *passed])
    return [p.detach() for p in passed], list(found[: len(leaves)]), list(found[len(leaves) :])


def gram_rates(weight: Tensor, slope: Tensor) -> tuple[Tensor, Tensor]:
    """`d/dt (W W')` and `d/dt (W' W)` under `dW/dt = -slope`."""
    rows, columns = weight @ slope.mT, weight.mT @ slope
    return -(rows + rows.mT), -(columns + columns.mT)
