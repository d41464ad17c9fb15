"""Blocks of pairs through the activations whose Gaussian expectations are elementary.

Each function takes a `Block` of centred Gaussian pairs and returns that of `sigma(u), sigma(v)`:
`k = E sigma(u) sigma(v)` with its two complements, `ntk` multiplied by `E sigma'(u) sigma'(v)`.
Sources: ReLU by the arc-cosine kernels of order 0 and 1 (Cho & Saul 2009), erf by the arc-sine
kernel (Williams 1997), GELU by integration by parts.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from numeric.kernels.pairs import Block, outer

# Above this ratio of the complements a pair counts as nearly antiparallel.
OPPOSITE = 50.0


def _opposite(block: Block) -> tuple[tuple[Tensor, Tensor], Tensor, Tensor] | None:
    """Indices, `pi - angle` and `r` of nearly antiparallel pairs; None when there are none."""
    if block.k.amin() >= 0:
        return None
    found = (block.below > OPPOSITE * block.above).nonzero(as_tuple=True)
    if len(found[0]) == 0:
        return None
    below, above = block.below[found], block.above[found]
    gap = 2 * torch.atan2(above.sqrt(), below.sqrt())
    return (found[0], found[1]), gap, (below + above) / 2


def _sine_excess(gap: Tensor) -> Tensor:
    """`sin t - t cos t` by its series, for `0 <= t < 0.3`."""
    square = gap * gap
    total = torch.zeros_like(gap)
    for j in range(7, 0, -1):
        total = 2 * j / math.factorial(2 * j + 1) - square * total
    return gap * square * total


def _rectified(block: Block, complement: bool) -> tuple[Tensor, Tensor, Tensor]:
    """For ReLU: `k`, its complement `r / 2 - k` where asked for, and `E sigma' sigma'`."""
    sine = torch.mul(block.below, block.above).sqrt_()  # r sin(angle)
    angle = torch.atan2(sine, block.k)
    sine *= 1 / (2 * math.pi)
    angle *= 1 / (2 * math.pi)
    slope = torch.sub(0.5, angle)
    k = torch.addcmul(sine, slope, block.k)
    below = sine
    if complement:
        # r / 2 - k = below / 2 - (r sin(angle) - angle k) / (2 pi): both vanish with the angle.
        torch.addcmul(sine, angle, block.k, value=-1, out=below)
        torch.sub(block.below, below, alpha=2, out=below).mul_(0.5).clamp_min_(0)
    opposite = _opposite(block)
    if opposite is not None:
        at, gap, r = opposite
        slope[at] = gap / (2 * math.pi)
        k[at] = r * _sine_excess(gap) / (2 * math.pi)
    return k, below, slope


def relu(block: Block, angle: bool) -> Block:
    """`max(u, 0)`; the variances halve."""
    k, below, slope = _rectified(block, complement=angle)
    ntk = slope.mul_(block.ntk)
    if not angle:
        return Block(k, None, ntk)
    return Block(k, (below, torch.add(below, k, alpha=2)), ntk)


def leaky_relu(block: Block, a: float, angle: bool) -> Block:
    """`a u + (1 - a) max(u, 0)`; the variances are multiplied by `(1 + a^2) / 2`."""
    k, below, slope = _rectified(block, complement=angle)
    b = (1 - a) ** 2
    new_k, ntk = a * block.k + b * k, (a + b * slope).mul_(block.ntk)
    if not angle:
        return Block(new_k, None, ntk)
    new_below = a * block.below + b * below
    new_above = a * block.above + b * (below + 2 * k)
    if a < 0:
        # An even function for a = -1: antiparallel inputs become parallel.
        folded = (1 + a) ** 2 / 4 * block.below + b * (block.above / 4 - k)
        new_below = torch.where(block.k < 0, folded, new_below).clamp_min_(0)
    return Block(new_k, (new_below, new_above), ntk)


def erf(
    block: Block,
    q: tuple[Tensor, Tensor],
    q_out: tuple[Tensor, Tensor],
    radial: Tensor | None,
) -> Block:
    """The error function.

    `q` and `q_out`: variances of rows and columns before and after. `radial`: the complement of
    parallel inputs, `(b, c)`, where the complements of the result are asked for.
    """
    if block.complements is None:
        square = outer(0.5 + q[0], 0.5 + q[1])
        root = torch.addcmul(square, block.k, block.k, value=-1, out=square).sqrt_()
    else:
        rest = outer_sum(0.25 + q[0] / 2, q[1] / 2)
        product = block.below * block.above
        root = (rest + product).sqrt_()
    k = torch.atan2(block.k, root).mul_(2 / math.pi)
    ntk = torch.div(block.ntk, root).mul_(2 / math.pi)
    if radial is None:
        return Block(k, None, ntk)
    # asin of the parallel pair minus asin of this one, as one arc tangent of nonnegative terms
    size, cov = (block.below + block.above) / 2, block.k.abs()
    flat = rest.sqrt()
    sine = product * (rest + size.square()) / _positive(size * root + cov * flat)
    small = torch.atan2(sine, flat * root + size * cov).mul_(2 / math.pi).add_(radial)
    large = 2 * outer(q_out[0].sqrt(), q_out[1].sqrt()) - small
    positive = block.k >= 0
    below, above = torch.where(positive, small, large), torch.where(positive, large, small)
    return Block(k, (below, above), ntk)


def gelu(
    block: Block,
    q: tuple[Tensor, Tensor],
    q_out: tuple[Tensor, Tensor],
    radial: Tensor | None,
) -> Block:
    """`u Phi(u)`; arguments as for `erf`."""
    rest = outer_sum(1 + q[0], q[1])
    if block.complements is None:
        product = outer(q[0], q[1]) - block.k.square()
    else:
        product = block.below * block.above
    square = rest + product  # det(I + Sigma)
    root = square.sqrt()
    ends = outer_sum(1 / (1 + q[0]), 1 / (1 + q[1]))
    # E Phi(u) Phi(v), and E phi(u) phi(v) for the normal density phi
    orthant = torch.atan2(block.k, root).mul_(1 / (2 * math.pi)).add_(0.25)
    density = torch.reciprocal(root).mul_(1 / (2 * math.pi))
    k = density * (product + block.k.square() * ends) + block.k * orthant
    ntk = (orthant + density * block.k * (ends + 1 / square)).mul_(block.ntk)
    if radial is None:
        return Block(k, None, ntk)
    # Parallel pair minus this one, each term without cancellation, for k >= 0.
    size, flat = (block.below + block.above) / 2, rest.sqrt()
    turn = torch.atan2(
        product * (rest + size.square()) / _positive(size * root + block.k.abs() * flat),
        flat * root + size * block.k.abs(),
    )
    linear = block.below * orthant + size * turn / (2 * math.pi)
    curve = 1 / flat + block.k.square() / (flat * root * (flat + root))
    small = linear + product * (ends * curve - 1 / root) / (2 * math.pi) + radial
    r = outer(q_out[0].sqrt(), q_out[1].sqrt())
    below = torch.where(block.k >= 0, small, r - k).clamp_min_(0)
    return Block(k, (below, r + k), ntk)


def outer_sum(a: Tensor, b: Tensor) -> Tensor:
    """`a_i + b_j`, shape `(b, c)`."""
    return a[:, None] + b[None, :]


def _positive(t: Tensor) -> Tensor:
    """Zeros replaced by one: denominators whose numerators vanish with them."""
    return torch.where(t > 0, t, 1.0)
