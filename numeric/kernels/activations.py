"""The activations on float64 tensors: values, derivatives, Gaussian moments of one variable."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor
from torch.overrides import has_torch_function_unary

from numeric.kernels.layers import Activation

# Distance from the real line to the nearest pole of the function; 2-D expectations of these go by
# Hermite expansion, the other activations have closed forms.
POLE = {"tanh": math.pi / 2, "sigmoid": math.pi, "softplus": math.pi}
ODD = frozenset({"erf", "tanh"})


def _is_plain(u: Tensor) -> bool:
    """Whether numbers are all that is asked for: no slopes, no balls, no other device."""
    if u.requires_grad or u.device.type != "cpu" or has_torch_function_unary(u):
        return False
    # Inside `torch.func` a tensor holds no numbers of its own.
    return not torch._C._are_functorch_transforms_active()


# NumPy's exponentials take a third of the time of PyTorch's in float64, its tanh a fourth.
def _tanh(u: Tensor) -> Tensor:
    return torch.from_numpy(np.asarray(np.tanh(u.numpy()))) if _is_plain(u) else torch.tanh(u)


def _tanh_slope(u: Tensor) -> Tensor:
    if _is_plain(u):
        high = np.cosh(np.clip(u.numpy(), -350, 350))
        return torch.from_numpy(np.asarray(1 / (high * high)))
    return torch.cosh(u.clamp(-350, 350)).pow(-2)


def _density(u: Tensor) -> Tensor:
    if _is_plain(u):
        numbers = u.numpy()
        with np.errstate(over="ignore", under="ignore"):
            bell = np.exp(numbers * numbers / -2) / math.sqrt(2 * math.pi)
        return torch.from_numpy(np.asarray(bell))
    return torch.exp(-u * u / 2) / math.sqrt(2 * math.pi)


def _cdf(u: Tensor) -> Tensor:
    return torch.special.erfc(-u / math.sqrt(2)) / 2


def _softplus(u: Tensor) -> Tensor:
    # torch's softplus switches to the identity at 20, an error of 2e-9.
    if _is_plain(u):
        numbers = u.numpy()
        with np.errstate(under="ignore"):
            rest = np.log1p(np.exp(-np.abs(numbers)))
        return torch.from_numpy(np.asarray(np.maximum(numbers, 0) + rest))
    return u.clamp_min(0) + torch.log1p(torch.exp(-u.abs()))


# Functions of the argument and of the slope on the negative side, which only leaky ReLU has.
_VALUES: dict[str, Callable[[Tensor, float], Tensor]] = {
    "relu": lambda t, _: t.clamp_min(0),
    "leaky_relu": lambda t, slope: torch.where(t >= 0, t, slope * t),
    "erf": lambda t, _: torch.special.erf(t),
    "linear": lambda t, _: t,
    "gelu": lambda t, _: t * _cdf(t),
    "tanh": lambda t, _: _tanh(t),
    "sigmoid": lambda t, _: torch.sigmoid(t),
    "softplus": lambda t, _: _softplus(t),
}
_DERIVATIVES: dict[str, Callable[[Tensor, float], Tensor]] = {
    "relu": lambda t, _: (t >= 0).to(t.dtype),
    "leaky_relu": lambda t, slope: slope + (1 - slope) * (t >= 0).to(t.dtype),
    "erf": lambda t, _: torch.exp(-t * t) * (2 / math.sqrt(math.pi)),
    "linear": lambda t, _: torch.ones_like(t),
    "gelu": lambda t, _: _cdf(t) + t * _density(t),
    "tanh": lambda t, _: _tanh_slope(t),
    "sigmoid": lambda t, _: torch.sigmoid(t) * torch.sigmoid(-t),
    "softplus": lambda t, _: torch.sigmoid(t),
}


def value(activation: Activation, u: Tensor) -> Tensor:
    """The activation at `u`, any shape."""
    return _VALUES[activation.name](u, activation.negative_slope)


def derivative(activation: Activation, u: Tensor) -> Tensor:
    """The derivative at `u`; at the kink of ReLU and leaky ReLU, the one from the right."""
    return _DERIVATIVES[activation.name](u, activation.negative_slope)


def value_and_derivative(activation: Activation, u: Tensor) -> tuple[Tensor, Tensor]:
    """`value` and `derivative` at once, for less where they have a part in common.

    The derivative to 1e-15, not to the last place of its own.
    """
    if activation.name == "gelu":
        share = _cdf(u)
        return u * share, torch.addcmul(share, u, _density(u))
    if activation.name == "tanh":
        values = _tanh(u)
        # To the last place of 1: where tanh is nearly 1, few digits are left.
        return values, 1 - values.square()
    return value(activation, u), derivative(activation, u)


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
