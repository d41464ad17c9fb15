"""Blocks of pairs through the activations without closed form: tanh, sigmoid and softplus."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from numeric.kernels.activations import ODD, POLE, derivative, value
from numeric.kernels.hermite import DIGITS, Expansion, nodes
from numeric.kernels.layers import Activation
from numeric.kernels.pairs import Block, outer

TOLERANCE = 1e-15  # what an incomplete expansion may leave out, in units of r
FEW = 1 << 14  # terms of all pairs up to which all are held at once: fewer, larger operations


def smooth(
    activation: Activation,
    block: Block,
    q: tuple[Tensor, Tensor],
    q_out: tuple[Tensor, Tensor],
    rows: tuple[Expansion, Expansion],
    radial: Tensor | None,
) -> Block:
    """`sigma(u), sigma(v)` of the pairs of a block.

    `q` and `q_out`: variances of rows and columns before and after; `rows`: their expansions;
    `radial`: the complement of parallel inputs, where the complements of the result are asked for.
    """
    x, z = rows
    r = outer(q[0].sqrt(), q[1].sqrt())
    below, above = block.complements or (r - block.k, r + block.k)
    r_out = outer(q_out[0].sqrt(), q_out[1].sqrt())
    scale = torch.where(r > 0, r, 1.0)
    odd = activation.name in ODD
    negative = block.k < 0
    near = torch.where(negative, above, below) if odd else below
    c = (block.k.abs() if odd else block.k) / scale
    k, angular = _series(x.value, z.value, c, near / scale)
    slope = _horner(x.slope, z.slope, c)
    if not (x.complete and z.complete):
        missed = _missed(x, z, c.abs(), r_out)
        if len(missed[0]) > 0:
            # For a zero input c is 0 and the two are independent.
            sine = torch.where(r > 0, (below * above).clamp_min(0).sqrt() / scale, 1.0)
            direct, direct_slope = quadrature(
                activation, q[0][missed[0]], q[1][missed[1]], c[missed], sine[missed]
            )
            # What the angle takes away is then the plain difference from the parallel pair.
            k[missed], slope[missed] = direct, direct_slope
            if radial is not None:
                angular[missed] = (r_out * (1 - radial / _positive(r_out)) - k)[missed].clamp_min(0)
    slope *= block.ntk
    if radial is None:
        k = torch.where(negative, -k, k) if odd else k
        return Block(k, None, slope)
    near_out = angular + radial
    far_out = 2 * r_out - near_out
    if not odd:
        return Block(k, (near_out, far_out), slope)
    below, above = (
        torch.where(negative, *ends) for ends in ((far_out, near_out), (near_out, far_out))
    )
    return Block(torch.where(negative, -k, k), (below, above), slope)


def _positive(t: Tensor) -> Tensor:
    return torch.where(t > 0, t, 1.0)


def _series(x: Tensor, z: Tensor, c: Tensor, gap: Tensor) -> tuple[Tensor, Tensor]:
    """`P(c)` and `P(1) - P(c)` for `P(c) = sum_k x_k z_k c^k`, with `gap = 1 - c`.

    `P(1) - P(c) = (1 - c) sum_j c^j S_j`, `S_j` the sum of the coefficients above `j`: relative
    accuracy where `c` is close to 1.
    """
    if len(x) * c.numel() <= FEW:
        products = x[:, :, None] * z[:, None, :]
        above = products.flip(0).cumsum(0).flip(0)
        angular = (above[1:] * _powers(c, len(x) - 1)).sum(0) * gap
        return above[0] - angular, angular
    above = outer(x[-1], z[-1])
    quotient = above.clone()
    for k in range(len(x) - 2, 0, -1):
        above.addr_(x[k], z[k])
        torch.addcmul(above, quotient, c, out=quotient)
    above.addr_(x[0], z[0])
    angular = quotient.mul_(gap)
    return above.sub_(angular), angular


def _powers(c: Tensor, count: int) -> Tensor:
    """`1, c, c^2, ...`, `count` of them."""
    powers = c.expand(count, *c.shape).clone()
    powers[0] = 1.0
    return powers.cumprod(0)


def _horner(x: Tensor, z: Tensor, c: Tensor) -> Tensor:
    if len(x) * c.numel() <= FEW:
        return (x[:, :, None] * z[:, None, :] * _powers(c, len(x))).sum(0)
    total = outer(x[-1], z[-1])
    for k in range(len(x) - 2, -1, -1):
        total.mul_(c).addr_(x[k], z[k])
    return total


def _missed(x: Expansion, z: Expansion, c: Tensor, r_out: Tensor) -> tuple[Tensor, Tensor]:
    """The pairs for which the terms left out matter: `|c|^N sqrt(tail tail)` bounds them."""
    power = c.pow(len(x.value))
    value_left = power * outer(x.value_tail.sqrt(), z.value_tail.sqrt())
    slope_left = power * outer(x.slope_tail.sqrt(), z.slope_tail.sqrt())
    slope_size = outer(x.slope.square().sum(0).sqrt(), z.slope.square().sum(0).sqrt())
    found = (value_left > TOLERANCE * r_out) | (slope_left > TOLERANCE * slope_size)
    i, j = found.nonzero(as_tuple=True)
    return i, j


def quadrature(
    activation: Activation, qx: Tensor, qz: Tensor, c: Tensor, sine: Tensor
) -> tuple[Tensor, Tensor]:
    """`E sigma(u) sigma(v)` and `E sigma'(u) sigma'(v)` of pairs `(p,)`, as double sums.

    `c` and `sine` are cosine and sine of the angle of each pair. The cost grows with the variance,
    so this serves the few pairs that an expansion does not reach, and as a check of it.
    """
    pole = POLE[activation.name]
    root = math.sqrt(float(torch.maximum(qx, qz).max()))
    s, s_weight = nodes(2 * DIGITS * root / pole, 9.0)
    t, t_weight = nodes(DIGITS * root * float(sine.max()) / pole, 9.0)
    k, slope = torch.zeros_like(c), torch.zeros_like(c)
    step = max(1, (1 << 21) // len(s))
    for start in range(0, len(c), step):
        pairs = slice(start, start + step)
        u = qx[pairs].sqrt()[:, None] * s
        first = value(activation, u) * s_weight, derivative(activation, u) * s_weight
        along = (qz[pairs].sqrt() * c[pairs])[:, None] * s
        across = (qz[pairs].sqrt() * sine[pairs])[:, None]
        for node, weight in zip(t.tolist(), t_weight.tolist(), strict=True):
            v = along + across * node
            k[pairs] += weight * (first[0] * value(activation, v)).sum(1)
            slope[pairs] += weight * (first[1] * derivative(activation, v)).sum(1)
    return k, slope
