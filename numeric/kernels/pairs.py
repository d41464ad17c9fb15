"""What is known of a block of pairs of inputs, and the operations that need no activation.

The covariance `k` of a pair with variances `qx`, `qz` is carried with its two complements
`below = r - k` and `above = r + k`, `r = sqrt(qx qz)`. The angle of the pair is
`2 atan2(sqrt(below), sqrt(above))`; kept this way, its absolute error stays at rounding level at
both ends, where the arc cosine of a rounded cosine loses half the digits. Every update below is a
sum of nonnegative terms, or subtracts only what is of the size of the result.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

# Pairs with 1 - |cos| below this get their complements from differences of unit vectors.
NEAR = 1 / 32
CHUNK = 1 << 22


@dataclass(frozen=True)
class Block:
    """Tensors `(b, c)`: covariance `k`, `below = r - k`, `above = r + k`, tangent kernel `ntk`.

    The complements `(below, above)` are None once no layer to come needs them.
    """

    k: Tensor
    complements: tuple[Tensor, Tensor] | None
    ntk: Tensor

    @property
    def below(self) -> Tensor:
        assert self.complements is not None
        return self.complements[0]

    @property
    def above(self) -> Tensor:
        assert self.complements is not None
        return self.complements[1]


@dataclass(frozen=True)
class Rows:
    """Inputs over `sqrt(d)`: `x (n, d)`, their `norm (n,)`, and `unit = x / norm` (0 for 0)."""

    x: Tensor
    norm: Tensor
    unit: Tensor

    @classmethod
    def of(cls, x: Tensor) -> Rows:
        x = x / x.shape[1] ** 0.5
        norm = torch.linalg.vector_norm(x, dim=1)
        unit = x / torch.where(norm > 0, norm, 1.0)[:, None]
        return cls(x, norm, unit)

    def __getitem__(self, rows: slice) -> Rows:
        return Rows(self.x[rows], self.norm[rows], self.unit[rows])


def outer(a: Tensor, b: Tensor) -> Tensor:
    """`a_i b_j`, shape `(b, c)`."""
    return a[:, None] * b[None, :]


def input_block(x: Rows, z: Rows, same: bool) -> Block:
    """The pairs of two sets of rows; `same` says that row i of both is one input."""
    k = x.x @ z.x.T
    r = outer(x.norm, z.norm)
    below, above = r - k, r + k
    near = (torch.minimum(below, above) < NEAR * r).nonzero()
    step = max(1, CHUNK // x.x.shape[1])
    for start in range(0, len(near), step):
        i, j = near[start : start + step].unbind(1)
        u, v, size = x.unit[i], z.unit[j], x.norm[i] * z.norm[j] / 2
        below[i, j] = size * (u - v).square().sum(1)
        above[i, j] = size * (u + v).square().sum(1)
    if same:
        q = x.norm.square()
        k.diagonal().copy_(q)
        below.diagonal().zero_()
        above.diagonal().copy_(2 * q)
    return Block(k, (below, above), torch.zeros_like(k))


def dense(
    block: Block, qx: Tensor, qz: Tensor, weight_variance: float, bias_variance: float
) -> Block:
    """Through a dense layer; `qx (b,)` and `qz (c,)` are the variances before it."""
    k = torch.add(torch.tensor(bias_variance, dtype=qx.dtype), block.k, alpha=weight_variance)
    ntk = torch.add(k, block.ntk, alpha=weight_variance)
    if block.complements is None:
        return Block(k, None, ntk)
    below, above = block.complements
    if bias_variance == 0:
        return Block(k, (weight_variance * below, weight_variance * above), ntk)
    bias = bias_variance**0.5
    x, z = torch.sqrt(weight_variance * qx), torch.sqrt(weight_variance * qz)
    # r_new - r_old - b^2, rationalised: b^2 (x - z)^2 / (r_new + r_old + b^2)
    gain = ((bias * x)[:, None] - (bias * z)[None, :]).square_()
    gain /= _roots(x, bias) @ _roots(z, bias).T
    below = torch.add(gain, below, alpha=weight_variance)
    gain += 2 * bias_variance
    return Block(k, (below, gain.add_(above, alpha=weight_variance)), ntk)


def _roots(x: Tensor, bias: float) -> Tensor:
    return torch.stack([x, torch.hypot(x, torch.full_like(x, bias)), torch.full_like(x, bias)], 1)


def _spread(q: Tensor, mean: Tensor) -> Tensor:
    return torch.sqrt((q - mean * mean).clamp_min(0))


def add(
    h: Block,
    b: Block,
    x: tuple[Tensor, Tensor, Tensor, Tensor],
    z: tuple[Tensor, Tensor, Tensor, Tensor],
) -> Block:
    """`h + b` for a branch `b` whose weights are independent of `h`.

    `x` and `z` hold the variance and mean of `h` and then of the branch, `(b,)` and `(c,)` each.
    The means of the two correlate their coordinates: `E h b' = E h E b'`.
    With `h = (m, s, 0)` and `b = (m', 0, s')` as vectors of one mean and two independent spreads,
    the complement of the sum follows from cross products of such vectors.
    """
    qhx, mhx, qbx, mbx = x
    qhz, mhz, qbz, mbz = z
    shx, shz, sbx, sbz = _spread(qhx, mhx), _spread(qhz, mhz), _spread(qbx, mbx), _spread(qbz, mbz)
    k = h.k + b.k + (outer(mhx, mbz) + outer(mbx, mhz))
    ntk = h.ntk + b.ntk
    if h.complements is None or b.complements is None:
        return Block(k, None, ntk)
    px, pz = (mhx + mbx, shx, sbx), (mhz + mbz, shz, sbz)
    below = h.below + b.below + _lagrange(px, pz)
    below -= _lagrange((mhx, shx), (mhz, shz)) + _lagrange((mbx, sbx), (mbz, sbz))
    below.clamp_min_(0)
    lengths = [torch.stack(p).square().sum(0).sqrt() for p in (px, pz)]
    r = outer(lengths[0], lengths[1])
    # Without means both complements add; with them only `below` can be small.
    plain = not bool(mhx.any() or mbx.any() or mhz.any() or mbz.any())
    above = h.above + b.above + _lagrange(px, pz) if plain else r + k
    return Block(k, (below, above), ntk)


def _lagrange(a: tuple[Tensor, ...], b: tuple[Tensor, ...]) -> Tensor:
    """`|a| |b| - a.b` for every pair of vectors given by their nonnegative components."""
    dot = sum((outer(p, q) for p, q in zip(a, b, strict=True)), torch.zeros(()))
    size = [torch.stack(p).square().sum(0).sqrt() for p in (a, b)]
    square = torch.zeros((), dtype=dot.dtype)
    for i in range(len(a)):
        for j in range(i):
            square = square + (outer(a[i], b[j]) - outer(a[j], b[i])).square()
    total = outer(size[0], size[1]) + dot
    return square / torch.where(total > 0, total, 1.0)
