"""The finite network in the same description, and its empirical kernels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from numeric.kernels.activations import derivative, value
from numeric.kernels.infinite import Kernels, check_inputs
from numeric.kernels.layers import Activation, Dense, Layer, Residual, check_layers


@dataclass(frozen=True)
class Parameters:
    """Standard normal `weight (width, fan_in)` and `bias (width,)` of a Dense layer."""

    weight: Tensor
    bias: Tensor


Drawn = Parameters | list["Drawn"] | None


def draw(
    layers: Sequence[Layer], columns: int, width: int, generator: torch.Generator
) -> list[Drawn]:
    """Parameters for every layer in order: None for an activation, a list for a residual branch."""
    drawn: list[Drawn] = []
    for layer in layers:
        if isinstance(layer, Dense):
            shape = (width, columns)
            weight = torch.randn(shape, generator=generator, dtype=torch.float64)
            bias = torch.randn(width, generator=generator, dtype=torch.float64)
            drawn.append(Parameters(weight, bias))
            columns = width
        elif isinstance(layer, Residual):
            drawn.append(draw(layer.branch, columns, width, generator))
        else:
            drawn.append(None)
    return drawn


def forward(layers: Sequence[Layer], drawn: Sequence[Drawn], u: Tensor) -> list[Tensor]:
    """The inputs of every layer and, last, the output, each `(n, width)`; `u (n, d)`."""
    states = [u]
    for layer, parameters in zip(layers, drawn, strict=True):
        u = states[-1]
        if isinstance(layer, Dense):
            assert isinstance(parameters, Parameters)
            scale = layer.weight_std / u.shape[1] ** 0.5
            states.append(scale * (u @ parameters.weight.T) + layer.bias_std * parameters.bias)
        elif isinstance(layer, Activation):
            states.append(value(layer, u))
        else:
            assert isinstance(parameters, list)
            states.append(u + forward(layer.branch, parameters, u)[-1])
    return states


def _backward(
    layers: Sequence[Layer], drawn: Sequence[Drawn], u: Tensor, g: Tensor, split: int
) -> tuple[Tensor, Tensor]:
    """Gradients at the input for gradients `g` at the output, and the tangent kernel gathered.

    Rows before `split` of `u` and `g` are those of x, the others those of z.
    """
    states = forward(layers, drawn, u)
    ntk = torch.zeros(split, len(u) - split, dtype=u.dtype)
    for layer, parameters, h in reversed(list(zip(layers, drawn, states[:-1], strict=True))):
        if isinstance(layer, Dense):
            assert isinstance(parameters, Parameters)
            scale = layer.weight_std / h.shape[1] ** 0.5
            inner = scale**2 * (h[:split] @ h[split:].T) + layer.bias_std**2
            ntk += (g[:split] @ g[split:].T) * inner
            g = scale * (g @ parameters.weight)
        elif isinstance(layer, Activation):
            g = g * derivative(layer, h)
        else:
            assert isinstance(parameters, list)
            branch, gathered = _backward(layer.branch, parameters, h, g, split)
            g, ntk = g + branch, ntk + gathered
    return g, ntk


def finite_width(
    x: Tensor,
    z: Tensor | None = None,
    *,
    layers: Sequence[Layer],
    width: int,
    generator: torch.Generator,
) -> Kernels:
    """Empirical NNGP and NTK of one random network whose dense layers all have `width` outputs.

    `nngp` is the inner product of the outputs over `width`; `ntk` that of the gradients of one
    scalar output, a combination of the network's outputs with weights `N(0, 1 / width)` drawn
    beside it. As `width` grows both tend to `infinite_width(x, z, layers=layers)`, with
    fluctuations of order `1 / sqrt(width)`. `x (n, d)`, `z (m, d)`; results `(n, m)`, float64.
    Raises ValueError as `infinite_width` does, and for `width < 1`.
    """
    layers = check_layers(layers)
    x, z = check_inputs(x, z)
    if width < 1:
        raise ValueError(f"width must be >= 1, not {width}")
    inputs = torch.cat([x, x if z is None else z])
    drawn = draw(layers, x.shape[1], width, generator)
    outputs = forward(layers, drawn, inputs)[-1]
    readout = torch.randn(width, generator=generator, dtype=torch.float64) / width**0.5
    nngp = outputs[: len(x)] @ outputs[len(x) :].T / width
    cotangent = readout.expand(len(inputs), width)
    return Kernels(nngp, _backward(layers, drawn, inputs, cotangent, len(x))[1])
