"""Gram matrices of the wide convolutional ResNet: the limit, and the recursions as printed.

Inputs `x (n, d, p)` of `p` positions. A pair of inputs has a `p x p` matrix of covariances; all of
them together are one matrix of size `n p`, input by input. `H^(h)` are the covariances of the
states, `K^(h)` those of their patches: `K_lr = sum_s H_{l+s, r+s}` over the offsets of a patch.
Source: du2018, equation (6); du2019, Definition 3.3.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from numeric.deep_convolution import patches
from numeric.kernels.activations import POLE
from numeric.kernels.deep import c_sigma
from numeric.kernels.infinite import through_activation
from numeric.kernels.layers import Activation
from numeric.kernels.pairs import Block

Readout = Literal["signs", "gaussian"]


def _block(k: Tensor) -> tuple[Block, Tensor]:
    q = k.diagonal().clone()
    size = torch.outer(q.sqrt(), q.sqrt())
    below, above = size - k, size + k
    if bool((torch.minimum(below, above) < -1e-9 * size.max()).any()):
        raise ValueError("the recursion leaves a 2x2 block that is not a covariance")
    below.diagonal().zero_()
    ends = (below.clamp_min(0), above.clamp_min(0))
    return Block(k, ends, torch.ones_like(k)), q


def activated(activation: Activation, k: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """`E sigma(u) sigma(v)`, `E sigma'(u) sigma'(v)`, both `(N, N)`, and `E sigma(u)` `(N,)`."""
    block, q = _block(k)
    image, mean, second = through_activation(activation, block, q)
    products = image.k.clone()
    if activation.name in POLE:
        products.diagonal().copy_(second)
    return products, image.ntk, mean


def patch_trace(h: Tensor, p: int, q: int) -> Tensor:
    """`K_lr = sum_s H_{l+s, r+s}` of `h (n p, n p)` over the offsets of a patch of `q`."""
    return _patched(h, p, q, same_offset=True)


def patch_double_sum(h: Tensor, p: int, q: int) -> Tensor:
    """`K_lr = sum_s sum_t H_{l+s, r+t}`, as du2018 (6) prints it."""
    return _patched(h, p, q, same_offset=False)


def _patched(h: Tensor, p: int, q: int, same_offset: bool) -> Tensor:
    n, left, right = h.shape[0] // p, (q - 1) // 2, q // 2
    blocks = h.reshape(n, p, n, p).transpose(1, 2)
    padded = torch.nn.functional.pad(blocks, (left, right, left, right))
    total = torch.zeros_like(blocks)
    for s in range(q):
        for t in [s] if same_offset else range(q):
            total += padded[..., s : s + p, t : t + p]
    return total.transpose(1, 2).reshape(n * p, n * p)


def _first(x: Tensor, q: int) -> Tensor:
    rows = patches(x, q).transpose(-1, -2).flatten(0, 1)
    return rows @ rows.T


def _read(products: Tensor, p: int, readout: Readout) -> Tensor:
    n = products.shape[0] // p
    blocks = products.reshape(n, p, n, p).transpose(1, 2)
    if readout == "signs":
        return blocks.sum((-2, -1))
    return blocks.diagonal(dim1=-2, dim2=-1).sum(-1)


def _check(x: Tensor, depth: int, q: int) -> None:
    if depth < 2:
        raise ValueError(f"depth must be >= 2, not {depth}")
    if q < 1 or x.ndim != 3 or x.dtype != torch.float64:
        raise ValueError("x must be float64 (n, d, p), and a patch have at least one position")


def convolution_limit(
    x: Tensor,
    activation: Activation,
    depth: int,
    c_res: float,
    q: int,
    readout: Readout = "signs",
) -> Tensor:
    """`K^(H) (n, n)`, to which `G^(H)(0)` tends as the width grows; `depth` is `H >= 2`.

    `readout="signs"`: one output sign per channel for all positions (du2018); "gaussian": output
    weights independent over positions (du2019), of which only equal positions remain.
    Raises ValueError for other shapes and a smaller depth.
    """
    _check(x, depth, q)
    p, rate = x.shape[-1], c_res / depth
    factor = c_sigma(activation)
    products, _, mean = activated(activation, _first(x, q))
    states, b = factor * products, factor**0.5 * mean
    k = patch_trace(states, p, q)
    for _ in range(2, depth):
        products, _, mean = activated(activation, k)
        cross = torch.outer(b, mean)
        states = states + rate * (cross + cross.T) + rate**2 * products
        b = b + rate * mean
        k = patch_trace(states, p, q)
    slopes = activated(activation, k)[1]
    return rate**2 * _read(k * slopes, p, readout)


def convolution_as_printed(
    x: Tensor,
    activation: Activation,
    depth: int,
    c_res: float,
    q: int,
    paper: Literal["du2018", "du2019"],
) -> Tensor:
    """`K^(H) (n, n)` by du2018 (6) or du2019 (3.9), to the letter; `depth` is `H >= 2`.

    Both take `K^(1) = c E sigma sigma` without a sum over patches, add the branch to `K^(h-1)`
    instead of `H^(h-1)`, and pair `b_i` with the Gaussian of input i (rows of `b`, columns of the
    Gaussian). du2018 then sums over both positions of two patches. du2019 takes the trace, but
    expectations with the covariance of the layer before, and leaves `c_res^2 / H^2` out.
    Raises ValueError as `convolution_limit`, and for a covariance that is none.
    """
    _check(x, depth, q)
    p, rate = x.shape[-1], c_res / depth
    n = x.shape[0]
    factor = c_sigma(activation)
    before = _first(x, q)
    products, _, mean = activated(activation, before)
    k, b = factor * products, factor**0.5 * mean
    late = paper == "du2019"
    for _ in range(2, depth):
        products, _, mean = activated(activation, before if late else k)
        # Entry (i l, j r): b_{i l} E sigma(u_{i r}) + b_{j l} E sigma(v_{j r}).
        own = torch.einsum("il,ir->ilr", b.reshape(n, p), mean.reshape(n, p))
        cross = own[:, :, None, :] + own.transpose(0, 1)[None]
        h = k + rate * cross.reshape(n * p, n * p) + rate**2 * products
        mean_now = mean if not late else activated(activation, k)[2]
        before, b = k, b + rate * mean_now
        k = patch_trace(h, p, q) if late else patch_double_sum(h, p, q)
    slopes = activated(activation, before if late else k)[1]
    if late:
        return _read(k * slopes, p, "gaussian")
    return rate**2 * _read(k * slopes, p, "signs")
