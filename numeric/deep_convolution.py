"""The deep convolutional residual network on a line of `p` positions, and its layers' gradients.

The patch operator `phi` lists for every position the `q` entries around it of all channels, zero
outside the line. `x^(1) = sqrt(c_sigma / m) sigma(W^(1) phi(x))`, then
`x^(h) = x^(h-1) + c_res / (H sqrt(m)) sigma(W^(h) phi(x^(h-1)))`, output `<a, x^(H)>`.

Weights are a mapping of float64 tensors with any leading axes: `first (..., m, q d)` is `W^(1)`,
`layers (..., H - 1, m, q m)` are the others, `a (..., m, p)` the output weights. Inputs
`x (..., n, d, p)`.
Source: du2018, section 2.2; du2019, section 3.2.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from numeric import normals
from numeric.deep_residual import Readout, scales
from numeric.kernels.activations import derivative, value
from numeric.kernels.layers import Activation

Weights = Mapping[str, Tensor]


@dataclass(frozen=True)
class Forward:
    """`x (..., n, d, p)`; per layer `states` and `before` `(..., H, n, m, p)`; `output (..., n)`.

    `patches[h]` is what layer `h + 1` is given, `(..., n, q channels, p)`.
    """

    x: Tensor
    patches: list[Tensor]
    states: Tensor
    before: Tensor
    output: Tensor


def patches(x: Tensor, q: int) -> Tensor:
    """`phi(x)`, shape `(..., q channels, p)`, of `x (..., channels, p)`.

    Row `(c, s)`, column `l` holds `x[c, l + s - (q - 1) // 2]`, zero outside the line. Raises
    `ValueError` unless `q >= 1`. Source: du2018, section 2.2 (stride 1, zero padding).
    """
    if q < 1:
        raise ValueError(f"a patch has at least one position, not {q}")
    padded = torch.nn.functional.pad(x, ((q - 1) // 2, q // 2))
    windows = padded.unfold(-1, q, 1).transpose(-1, -2)
    return windows.reshape(*x.shape[:-2], x.shape[-2] * q, x.shape[-1])


def gathered(y: Tensor, q: int) -> Tensor:
    """The transpose of `phi`: `(..., channels, p)` of `y (..., q channels, p)`."""
    p = y.shape[-1]
    windows = y.reshape(*y.shape[:-2], y.shape[-2] // q, q, p)
    total = torch.zeros(*windows.shape[:-2], p + q - 1, dtype=y.dtype)
    for s in range(q):
        total[..., s : s + p] += windows[..., s, :]
    left = (q - 1) // 2
    return total[..., left : left + p]


def initial(
    shape: tuple[int, ...],
    sizes: tuple[int, int, int, int, int],
    generator: torch.Generator,
    *,
    readout: Readout = "signs",
) -> dict[str, Tensor]:
    """Standard normal weights for `sizes = (H, m, d, p, q)`.

    Output weights: one sign per channel, the same at all positions ("signs", du2018), or
    independent standard normal numbers ("gaussian", du2019).
    """
    depth, width, dimension, p, q = sizes
    if depth < 1:
        raise ValueError(f"depth must be >= 1, not {depth}")

    def normal(*axes: int) -> Tensor:
        return normals.normal(*shape, *axes, generator=generator)

    weights = {
        "first": normal(width, q * dimension),
        "layers": normal(depth - 1, width, q * width),
    }
    if readout == "gaussian":
        return {**weights, "a": normal(width, p)}
    signs = torch.where(normal(width, 1) >= 0, 1.0, -1.0).to(torch.float64)
    return {**weights, "a": signs.expand(*shape, width, p).clone()}


def _all_layers(weights: Weights) -> list[Tensor]:
    return [weights["first"], *weights["layers"].unbind(-3)]


def _spread(factor: Tensor, like: Tensor) -> Tensor:
    return factor.reshape(factor.shape + (1,) * (like.ndim - factor.ndim))


def forward(weights: Weights, x: Tensor, activation: Activation, c_res: float | Tensor) -> Forward:
    """All layers' states. `c_res` is a number or has the leading axes of the weights."""
    matrices = _all_layers(weights)
    width = weights["first"].shape[-2]
    q = weights["first"].shape[-1] // x.shape[-2]
    state, given, states, arguments = x, [], [], []
    for h, factor in enumerate(scales(len(matrices), width, activation, c_res)):
        given.append(patches(state, q))
        before = _at_positions(matrices[h], given[-1])
        moved = _spread(factor, before) * value(activation, before)
        state = moved if h == 0 else state + moved
        states.append(state)
        arguments.append(before)
    output = (state * weights["a"].unsqueeze(-3)).sum((-2, -1))
    return Forward(x, given, torch.stack(states, -4), torch.stack(arguments, -4), output)


def slopes(
    weights: Weights, path: Forward, activation: Activation, c_res: float | Tensor
) -> Tensor:
    """Gradients of the outputs in the arguments of the activations, `(..., H, n, m, p)`."""
    matrices = _all_layers(weights)
    depth, width = len(matrices), weights["first"].shape[-2]
    q = weights["first"].shape[-1] // path.x.shape[-2]
    factors = scales(depth, width, activation, c_res)
    derivatives = derivative(activation, path.before).unbind(-4)
    state = weights["a"].unsqueeze(-3).expand_as(path.states[..., -1, :, :, :])
    deltas = []
    for h in reversed(range(depth)):
        deltas.append(_spread(factors[h], state) * state * derivatives[h])
        if h > 0:
            state = state + gathered(_at_positions(matrices[h].mT, deltas[-1]), q)
    return torch.stack(deltas[::-1], -4)


def _at_positions(matrix: Tensor, y: Tensor) -> Tensor:
    """`matrix @ y_i` for every input: `(..., k, l)` and `(..., n, l, p)` to `(..., n, k, p)`."""
    n, p = y.shape[-3], y.shape[-1]
    moved = matrix @ _side_by_side(y)
    return moved.unflatten(-1, (n, p)).transpose(-3, -2)


def _side_by_side(y: Tensor) -> Tensor:
    """All positions of all inputs as columns: `(..., n, k, p)` to `(..., k, n p)`."""
    return y.transpose(-3, -2).flatten(-2)


def grams(path: Forward, slope: Tensor) -> Tensor:
    """`G^(1..H)`: inner products of the gradients in each `W^(h)`, `(..., H, n, n)`.

    The gradient of output i is the sum over positions of slope times patch; the inner product of
    two such sums is one of products of inner products.
    """
    n, p = slope.shape[-3], slope.shape[-1]
    found = []
    for delta, given in zip(slope.unbind(-4), path.patches, strict=True):
        pairs = [columns.mT @ columns for columns in map(_side_by_side, (delta, given))]
        product = (pairs[0] * pairs[1]).unflatten(-1, (n, p)).unflatten(-3, (n, p))
        found.append(product.sum((-3, -1)))
    return torch.stack(found, -3)


def printed_last_gram(
    weights: Weights, path: Forward, activation: Activation, c_res: float | Tensor
) -> Tensor:
    """`G^(H)` by the formula of du2018, appendix C, and du2019, equation (3.14); `(..., n, n)`.

    Needs `H >= 2`.
    """
    depth, width = path.states.shape[-4], path.states.shape[-2]
    active = weights["a"].unsqueeze(-3) * derivative(activation, path.before[..., -1, :, :, :])
    # sum_l a_{l,r} phi_l sigma'(w_r.phi_l), per input and channel r
    sums = (active @ path.patches[-1].mT).flatten(-2)
    factor = torch.as_tensor(c_res, dtype=torch.float64).square() / (depth**2 * width)
    product = sums @ sums.mT
    return _spread(factor, product) * product


def loss_gradient(path: Forward, slope: Tensor, label: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
    """`1/2 sum (f(x_i) - y_i)^2` `(...,)` and its gradient, shaped like the weights."""
    residual = path.output - label
    by_input = residual[..., None, None]
    per_layer = [
        _side_by_side(by_input * delta) @ _side_by_side(given).mT
        for delta, given in zip(slope.unbind(-4), path.patches, strict=True)
    ]
    width, q = path.states.shape[-2], per_layer[0].shape[-1] // path.x.shape[-2]
    empty = torch.zeros(*per_layer[0].shape[:-2], 0, width, q * width, dtype=torch.float64)
    layers = torch.stack(per_layer[1:], -3) if len(per_layer) > 1 else empty
    last = (by_input * path.states[..., -1, :, :, :]).sum(-3)
    loss = residual.square().sum(-1) / 2
    return loss, {"first": per_layer[0], "layers": layers, "a": last}
