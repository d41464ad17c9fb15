"""The layers a network is described with, and which of their sequences have a kernel limit.

NTK parameterisation: a `Dense` layer is `weight_std / sqrt(fan_in) * W u + bias_std * beta` with
independent standard normal `W` and `beta`; the fan-in of the first one is the input dimension.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

ACTIVATIONS = ("relu", "leaky_relu", "erf", "linear", "gelu", "tanh", "sigmoid", "softplus")


@dataclass(frozen=True)
class Dense:
    """A fully connected layer; both standard deviations are finite and >= 0.

    Raises ValueError otherwise.
    """

    weight_std: float = 1.0
    bias_std: float = 0.0

    def __post_init__(self) -> None:
        for name in ("weight_std", "bias_std"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise ValueError(f"Dense: {name} must be finite and >= 0, not {value}")


@dataclass(frozen=True)
class Activation:
    """A coordinatewise function, one of `ACTIVATIONS`.

    `gelu` is `u Phi(u)`; `leaky_relu` is `u` for `u >= 0` and `negative_slope * u` below (any
    finite slope; the other functions do not read it). Raises ValueError for an unknown name.
    """

    name: str
    negative_slope: float = 0.01

    def __post_init__(self) -> None:
        if self.name not in ACTIVATIONS:
            known = ", ".join(ACTIVATIONS)
            raise ValueError(f"unknown activation {self.name!r}; known: {known}")
        if not math.isfinite(self.negative_slope):
            raise ValueError(
                f"Activation: negative_slope must be finite, not {self.negative_slope}"
            )


@dataclass(frozen=True)
class Residual:
    """`h + branch(h)`, the branch being a non-empty sequence of layers."""

    branch: tuple[Layer, ...]

    def __init__(self, branch: Sequence[Layer]) -> None:
        object.__setattr__(self, "branch", tuple(branch))


Layer = Dense | Activation | Residual


def check_layers(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """The layers as a tuple, once they are known to have a kernel limit.

    Raises ValueError when there is none or the first is not Dense, when an activation meets
    coordinates that are not Gaussian in the limit (after another activation), or when a residual
    branch does not draw weights of its own, so that its output is not independent of its input.
    """
    if not isinstance(layers, Sequence) or not layers:
        raise ValueError("layers must be a non-empty sequence of Dense, Activation and Residual")
    if not isinstance(layers[0], Dense):
        raise ValueError(f"the first layer must be Dense, not {_name(layers[0])}")
    _check(layers, gaussian=True, where="layers")
    return tuple(layers)


def _name(layer: object) -> str:
    return repr(layer.name) if isinstance(layer, Activation) else type(layer).__name__


def _check(layers: Sequence[Layer], gaussian: bool, where: str) -> bool:
    """Whether the output is Gaussian in the limit, given whether the input is."""
    for position, layer in enumerate(layers):
        here = f"{where}[{position}]"
        if isinstance(layer, Dense):
            gaussian = True
        elif isinstance(layer, Activation):
            if layer.name == "linear":
                continue
            if not gaussian:
                raise ValueError(f"{here}: {layer.name} needs a Dense layer before it")
            gaussian = False
        elif isinstance(layer, Residual):
            # A Dense inside a nested Residual does not count: the nested skip carries h along.
            if not any(isinstance(inner, Dense) for inner in layer.branch):
                raise ValueError(f"{here}: the branch of a Residual needs a Dense layer of its own")
            branch = _check(layer.branch, gaussian, f"{here}.branch")
            gaussian = gaussian and branch
        else:
            raise ValueError(f"{here}: expected Dense, Activation or Residual, not {_name(layer)}")
    return gaussian
