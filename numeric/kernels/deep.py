"""Gram matrices of the deep networks of du2018: fully connected and ResNet, limit and finite width.

Inputs are rows of `x (n, d)`; the first weights see `x` itself, without `1 / sqrt(d)`. Only the
hidden weights are trained. The limits are returned as `(H + 1, n, n)`: `K^(0), ..., K^(H)`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import torch
from torch import Tensor

from numeric.kernels.activations import POLE, closed_moments, derivative, value
from numeric.kernels.hermite import moments
from numeric.kernels.infinite import check_inputs, through_activation
from numeric.kernels.layers import Activation
from numeric.kernels.pairs import Block, Rows, add, input_block, outer


@lru_cache(maxsize=64)
def c_sigma(activation: Activation) -> float:
    """`1 / E sigma(t)^2` for standard normal t. Source: du2018, below equation (2)."""
    one = torch.ones(1, dtype=torch.float64)
    if activation.name in POLE:
        return 1 / float(moments(activation, one)[1])
    return 1 / float(closed_moments(activation, one)[1])


def _start(x: Tensor) -> tuple[Block, Tensor]:
    x, _ = check_inputs(x, None)
    rows = Rows.of(x)
    block = _scaled(input_block(rows, rows, same=True), x.shape[1])
    return block, x.shape[1] * rows.norm.square()


def _scaled(block: Block, factor: float) -> Block:
    below, above = factor * block.below, factor * block.above
    return Block(factor * block.k, (below, above), torch.ones_like(block.k))


def _check_depth(depth: int, least: int) -> None:
    if depth < least:
        raise ValueError(f"depth must be >= {least}, not {depth}")


def fully_connected_limit(x: Tensor, activation: Activation, depth: int) -> Tensor:
    """`K^(h) = c E sigma(u) sigma(v)` for `h < H`, `K^(H) = c K^(H-1) E sigma'(u) sigma'(v)`.

    `c = c_sigma`, `(u, v)` Gaussian with covariance the 2x2 block of `K^(h-1)`; `depth` is
    `H >= 1`. Raises ValueError for a smaller depth or an `x` that is not a finite matrix.
    Source: du2018, equation (4); du2019, Definition 3.1.
    """
    _check_depth(depth, 1)
    factor = c_sigma(activation)
    block, q = _start(x)
    grams = [block.k]
    for _ in range(depth - 1):
        image, _, q_out = through_activation(activation, block, q)
        block, q = _scaled(image, factor), factor * q_out
        grams.append(block.k)
    slope = through_activation(activation, block, q)[0].ntk
    grams.append(factor * block.k * slope)
    return torch.stack(grams)


def resnet_limit(
    x: Tensor,
    activation: Activation,
    depth: int,
    c_res: float,
    cross: Literal["printed", "limit"] = "printed",
) -> Tensor:
    """The ResNet's `K^(0..H)`; `c_res` is `c_lambda lambda^(3/2)`, `depth` is `H >= 2`.

    `cross="printed"` takes the cross terms of the recursion as printed, `b_i E sigma(u) + b_j
    E sigma(v)`; `cross="limit"` those of the wide network, `b_i E sigma(v) + b_j E sigma(u)`. The
    two agree where all inputs have one norm. Otherwise the printed one can leave a 2x2 block that
    is not a covariance, on which the next expectation is undefined: ValueError, as for a smaller
    depth.
    Source: du2018, equation (5); du2019, Definition 3.2.
    """
    _check_depth(depth, 2)
    if cross not in ("printed", "limit"):
        raise ValueError(f"cross must be 'printed' or 'limit', not {cross!r}")
    root = c_sigma(activation) ** 0.5
    step = c_res / depth
    block, q = _start(x)
    grams = [block.k]
    image, mean, q_out = through_activation(activation, block, q)
    block, q, b = _scaled(image, root**2), root**2 * q_out, root * mean
    grams.append(block.k)
    for _ in range(2, depth):
        image, mean, q_out = through_activation(activation, block, q)
        branch = _scaled(image, step**2)
        ends = (q, b, step**2 * q_out, step * mean)
        block = add(block, branch, ends, ends)
        if cross == "printed":
            block = _as_printed(block, b, step * mean)
        q = q + step**2 * q_out + 2 * b * step * mean
        b = b + step * mean
        block = Block(block.k, block.complements, torch.ones_like(block.k))
        grams.append(block.k)
    slope = through_activation(activation, block, q)[0].ntk
    grams.append(step**2 * block.k * slope)
    return torch.stack(grams)


def _as_printed(block: Block, b: Tensor, mean: Tensor) -> Block:
    # printed minus limit: (b_i - b_j) (mean_i - mean_j)
    excess = outer(b, mean)
    excess = outer(b * mean, torch.ones_like(b)) - excess - excess.T + (b * mean)[None, :]
    below = block.below - excess
    size = (block.below + block.above) / 2
    if bool((below < -1e-12 * size).any()):
        raise ValueError("the printed recursion leaves a 2x2 block that is not a covariance")
    return Block(block.k + excess, (below.clamp_min(0), block.above + excess), block.ntk)


def features(
    weights: list[Tensor], x: Tensor, activation: Activation, c_res: float | None = None
) -> list[Tensor]:
    """`x^(0), ..., x^(H)`, each `(n, m)` but the first `(n, d)`; `weights[h - 1]` is `W^(h)`.

    With `c_res` the ResNet, without it the fully connected network.
    Source: du2018, equations (2) and (3).
    """
    scale = c_sigma(activation) ** 0.5
    states = [x]
    for h, weight in enumerate(weights):
        width = weight.shape[0]
        moved = value(activation, states[-1] @ weight.T) / width**0.5
        if c_res is None or h == 0:
            states.append(scale * moved)
        else:
            states.append(states[-1] + c_res / len(weights) * moved)
    return states


def last_layer_gram(
    weights: list[Tensor], x: Tensor, activation: Activation, a: Tensor, c_res: float | None = None
) -> Tensor:
    """`G^(H)_ij`, the inner product of the gradients of `f(x_i)` and `f(x_j)` in `W^(H)`; `(n, n)`.

    `weights` and `c_res` as for `features`, `a (m,)` the output weights. For signs `a` and Gaussian
    weights it tends to `K^(H)` as the width grows.
    Source: du2018, section 6 (fully connected) and appendix B (ResNet).
    """
    before = features(weights, x, activation, c_res)[-2]
    width = weights[-1].shape[0]
    factor = c_sigma(activation)
    if c_res is not None and len(weights) > 1:
        factor = (c_res / len(weights)) ** 2
    slopes = a * derivative(activation, before @ weights[-1].T)
    return factor / width * (before @ before.T) * (slopes @ slopes.T)
