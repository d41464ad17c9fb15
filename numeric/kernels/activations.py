"""The activations on float64 tensors: values, derivatives, Gaussian moments of one variable."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from numeric.kernels.layers import Activation

# Distance from the real line to the nearest pole of the function; 2-D expectations of these go by
# Hermite expansion, the other activations have closed forms.
POLE = {"tanh": math.pi / 2, "sigmoid": math.pi, "softplus": math.pi}
ODD = frozenset({"erf", "tanh"})


def _density(u: Tensor) -> Tensor:
    return torch.exp(-u * u / 2) / math.sqrt(2 * math.pi)


def _cdf(u: Tensor) -> Tensor:
    return torch.special.erfc(-u / math.sqrt(2)) / 2


def _softplus(u: Tensor) -> Tensor:
    # torch's softplus switches to the identity at 20, an error of 2e-9.
    return u.clamp_min(0) + torch.log1p(torch.exp(-u.abs()))


def value(activation: Activation, u: Tensor) -> Tensor:
    """The activation at `u`, any shape."""
    slope = activation.negative_slope
    table: dict[str, Callable[[Tensor], Tensor]] = {
        "relu": lambda t: t.clamp_min(0),
        "leaky_relu": lambda t: torch.where(t >= 0, t, slope * t),
        "erf": torch.special.erf,
        "linear": lambda t: t,
        "gelu": lambda t: t * _cdf(t),
        "tanh": torch.tanh,
        "sigmoid": torch.sigmoid,
        "softplus": _softplus,
    }
    return table[activation.name](u)


def derivative(activation: Activation, u: Tensor) -> Tensor:
    """The derivative at `u`; at the kink of ReLU and leaky ReLU, the one from the right."""
    slope = activation.negative_slope
    table: dict[str, Callable[[Tensor], Tensor]] = {
        "relu": lambda t: (t >= 0).to(t.dtype),
        "leaky_relu": lambda t: slope + (1 - slope) * (t >= 0).to(t.dtype),
        "erf": lambda t: torch.exp(-t * t) * (2 / math.sqrt(math.pi)),
        "linear": torch.ones_like,
        "gelu": lambda t: _cdf(t) + t * _density(t),
        "tanh": lambda t: torch.cosh(t.clamp(-350, 350)).pow(-2),
        "sigmoid": lambda t: torch.sigmoid(t) * torch.sigmoid(-t),
        "softplus": torch.sigmoid,
    }
    return table[activation.name](u)


def closed_moments(activation: Activation, q: Tensor) -> tuple[Tensor, Tensor]:
    """`(E sigma(u), E sigma(u)^2)` for `u ~ N(0, q)`, for the activations with closed forms."""
    name = activation.name
    zero = torch.zeros_like(q)
    if name == "linear":
        return zero, q
    if name in ("relu", "leaky_relu"):
        slope = activation.negative_slope if name == "leaky_relu" else 0.0
        return (1 - slope) * torch.sqrt(q / (2 * math.pi)), (1 + slope * slope) / 2 * q
    if name == "erf":
        return zero, (2 / math.pi) * torch.atan2(2 * q, torch.sqrt(1 + 4 * q))
    if name == "gelu":
        root = torch.sqrt(1 + 2 * q)
        second = q * q / ((1 + q) * math.pi * root)
        second = second + q * (0.25 + torch.atan2(q, root) / (2 * math.pi))
        return q / torch.sqrt(2 * math.pi * (1 + q)), second
    raise ValueError(f"{name} has no closed moments")
