"""The deep residual network with one weight matrix per layer, and its layers' gradients.

`x^(1) = sqrt(c_sigma / m) sigma(W^(1) x)`, then
`x^(h) = x^(h-1) + c_res / (H sqrt(m)) sigma(W^(h) x^(h-1))` for `h = 2..H`, output `a.x^(H)`.
`c_res` is `c_lambda lambda^(3/2)` in du2018.

Weights are a mapping of float64 tensors with any leading axes: `first (..., m, d)` is `W^(1)`,
`layers (..., H - 1, m, m)` are the others, `a (..., m)` the output weights. Inputs `x (..., n, d)`.
Source: du2018, equation (3); du2019, equation (3.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from numeric import normals
from numeric.kernels.activations import derivative, value
from numeric.kernels.deep import c_sigma
from numeric.kernels.layers import Activation

Weights = Mapping[str, Tensor]
Readout = Literal["signs", "gaussian"]


@dataclass(frozen=True)
class Forward:
    """`x (..., n, d)`, states `(..., H, n, m)` after each layer, `before (..., H, n, m)` the
    arguments of the activations, `output (..., n)`."""

    x: Tensor
    states: Tensor
    before: Tensor
    output: Tensor


@dataclass(frozen=True)
class Backward:
    """Gradients of the outputs: `state (..., H, n, m)` in `x^(h)`, `slope (..., H, n, m)` in the
    arguments of the activations."""

    state: Tensor
    slope: Tensor


def initial(
    shape: tuple[int, ...],
    depth: int,
    width: int,
    dimension: int,
    generator: torch.Generator,
    *,
    readout: Readout = "signs",
) -> dict[str, Tensor]:
    """Standard normal weights; output weights +-1 (du2018) or standard normal (du2019).

    Raises `ValueError` for a depth below 1.
    """
    if depth < 1:
        raise ValueError(f"depth must be >= 1, not {depth}")

    def normal(*sizes: int) -> Tensor:
        return normals.normal(*shape, *sizes, generator=generator)

    weights = {"first": normal(width, dimension), "layers": normal(depth - 1, width, width)}
    a = normal(width)
    weights["a"] = torch.where(a >= 0, 1.0, -1.0).to(a.dtype) if readout == "signs" else a
    return weights


def scales(depth: int, width: int, activation: Activation, c_res: float | Tensor) -> list[Tensor]:
    """The factor before each layer's activation; `c_res` a number or a tensor of leading axes."""
    step = torch.as_tensor(c_res, dtype=torch.float64) / (depth * width**0.5)
    first = torch.tensor((c_sigma(activation) / width) ** 0.5, dtype=torch.float64)
    return [first, *[step] * (depth - 1)]


def _all_layers(weights: Weights) -> list[Tensor]:
    return [weights["first"], *weights["layers"].unbind(-3)]


def _spread(factor: Tensor, like: Tensor) -> Tensor:
    return factor.reshape(factor.shape + (1,) * (like.ndim - factor.ndim))


def forward(weights: Weights, x: Tensor, activation: Activation, c_res: float | Tensor) -> Forward:
    """All layers' states. `c_res` is a number or has the leading axes of the weights."""
    matrices = _all_layers(weights)
    width = weights["first"].shape[-2]
    state, states, arguments = x, [], []
    for h, factor in enumerate(scales(len(matrices), width, activation, c_res)):
        before = state @ matrices[h].mT
        moved = _spread(factor, before) * value(activation, before)
        state = moved if h == 0 else state + moved
        states.append(state)
        arguments.append(before)
    output = (state * weights["a"].unsqueeze(-2)).sum(-1)
    return Forward(x, torch.stack(states, -3), torch.stack(arguments, -3), output)


def backward(
    weights: Weights, path: Forward, activation: Activation, c_res: float | Tensor
) -> Backward:
    """The chain rule from the output down.

    Source: du2018, appendix B, and du2019, section 3.10, the gradient for ResNet.
    """
    matrices = _all_layers(weights)
    depth, width = len(matrices), weights["first"].shape[-2]
    factors = scales(depth, width, activation, c_res)
    slopes = derivative(activation, path.before).unbind(-3)
    state = weights["a"].unsqueeze(-2).expand_as(path.states[..., -1, :, :])
    gradients, deltas = [], []
    for h in reversed(range(depth)):
        gradients.append(state)
        deltas.append(_spread(factors[h], state) * state * slopes[h])
        state = state + deltas[-1] @ matrices[h] if h > 0 else state
    return Backward(torch.stack(gradients[::-1], -3), torch.stack(deltas[::-1], -3))


def inputs_of(path: Forward) -> list[Tensor]:
    """What each layer is given: `x`, then `x^(1), ..., x^(H-1)`."""
    return [path.x, *path.states[..., :-1, :, :].unbind(-3)]


def grams(path: Forward, back: Backward) -> Tensor:
    """`G^(1..H)`: inner products of the gradients of the outputs in each `W^(h)`.

    Shape `(..., H, n, n)`. Source: du2018, section 6.
    """
    blocks = [
        (delta @ delta.mT) * (before @ before.mT)
        for delta, before in zip(back.slope.unbind(-3), inputs_of(path), strict=True)
    ]
    return torch.stack(blocks, -3)


def output_gram(path: Forward) -> Tensor:
    """`G^(H+1)`, of the gradients in `a`: `(..., n, n)`. Source: du2019, section 3.3."""
    last = path.states[..., -1, :, :]
    return last @ last.mT


def printed_last_gram(
    weights: Weights, path: Forward, activation: Activation, c_res: float | Tensor
) -> Tensor:
    """`G^(H)` by the formula of du2018, appendix B, and du2019, equation (3.13); `(..., n, n)`.

    Needs `H >= 2`: the first layer has another scaling.
    """
    depth, width = path.states.shape[-3], path.states.shape[-1]
    before = path.states[..., -2, :, :]
    slopes = weights["a"].unsqueeze(-2) * derivative(activation, path.before[..., -1, :, :])
    factor = torch.as_tensor(c_res, dtype=torch.float64).square() / (depth**2 * width)
    product = (before @ before.mT) * (slopes @ slopes.mT)
    return _spread(factor, product) * product


def loss_gradient(path: Forward, back: Backward, label: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
    """`1/2 sum (f(x_i) - y_i)^2` `(...,)` and its gradient, shaped like the weights."""
    residual = path.output - label
    moved = [residual.unsqueeze(-1) * delta for delta in back.slope.unbind(-3)]
    products = [m.mT @ before for m, before in zip(moved, inputs_of(path), strict=True)]
    width = path.states.shape[-1]
    empty = torch.zeros(*products[0].shape[:-2], 0, width, width, dtype=torch.float64)
    layers = torch.stack(products[1:], -3) if len(products) > 1 else empty
    last = (residual.unsqueeze(-1) * path.states[..., -1, :, :]).sum(-2)
    loss = residual.square().sum(-1) / 2
    return loss, {"first": products[0], "layers": layers, "a": last}


def step(
    weights: Weights, gradient: Weights, step_size: float | Tensor, *, train_output: bool
) -> dict[str, Tensor]:
    """One step of gradient descent; `a` moves if `train_output` (du2019), else not (du2018)."""
    size = torch.as_tensor(step_size, dtype=torch.float64)
    moved = {}
    for name, weight in weights.items():
        fixed = name == "a" and not train_output
        moved[name] = weight if fixed else weight - _spread(size, gradient[name]) * gradient[name]
    return moved


def layer_norms(difference: Weights) -> Tensor:
    """Frobenius norms of the layers of weights or of a gradient, `(..., H)`."""
    norms = [difference["first"].flatten(-2).norm(dim=-1).unsqueeze(-1)]
    return torch.cat([*norms, difference["layers"].flatten(-2).norm(dim=-1)], -1)


def minus(left: Weights, right: Weights) -> dict[str, Tensor]:
    """The difference of two sets of weights."""
    return {name: left[name] - right[name] for name in left}


def gradient_by_products(
    weights: Weights,
    path: Forward,
    weight: Tensor,
    activation: Activation,
    c_res: float,
    layer: int,
    skip: float,
) -> Tensor:
    """`c_res/(H sqrt(m)) sum_i weight_i [prod_l (I + skip/(H sqrt(m)) J_i^(l) W^(l)) J_i^(h)]' a
    (x_i^(h-1))'`, the product from the last layer down to `h + 1`, for `h = layer >= 2`.

    `weight (n,)`; unbatched weights; shape `(m, m)`. With `skip = c_res` and `weight = u - y` it is
    the loss's gradient in `W^(h)`. Source: du2018, appendix B; du2019, section 3.10.
    """
    depth, width = path.states.shape[-3], path.states.shape[-1]
    slopes = derivative(activation, path.before)
    scale = 1 / (depth * width**0.5)
    total = torch.zeros(width, width, dtype=torch.float64)
    for i in range(path.x.shape[-2]):
        row = weights["a"]
        for h in range(depth - 1, layer - 1, -1):
            matrix = slopes[h, i].unsqueeze(-1) * weights["layers"][h - 1]
            row = row + skip * scale * row @ matrix
        row = row * slopes[layer - 1, i]
        total += c_res * scale * weight[i] * torch.outer(row, path.states[layer - 2, i])
    return total
