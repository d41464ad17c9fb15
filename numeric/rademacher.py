"""Rademacher complexities of the balls of random feature models, and uniform deviations over them.

Features `phi (..., n, N)`; the class is `{phi a : |a| <= radius}`. All tensors are float64.
Source: ema2019, appendix C.3.
"""

from __future__ import annotations

import itertools

import torch
from torch import Tensor

LARGEST_COUNT = 12
Weighted = tuple[Tensor, Tensor, Tensor]
"""Features, labels and the share of the law or of the sample that each input makes up."""


def sign_patterns(count: int) -> Tensor:
    """All sign vectors, shape `(2^count, count)`. Raises `ValueError` for more than 12 signs."""
    if not 1 <= count <= LARGEST_COUNT:
        raise ValueError(f"{count} signs: all patterns are listed for 1 to {LARGEST_COUNT} only")
    return torch.tensor(list(itertools.product((1.0, -1.0), repeat=count)), dtype=torch.float64)


def linear_class(phi: Tensor, radius: Tensor) -> Tensor:
    """Exactly `E sup_{|a|<=radius} (1/n) sum_i xi_i phi_i.a`, shape `(...)`, all signs listed."""
    count = phi.shape[-2]
    sums = sign_patterns(count) @ phi
    # A square root that stays differentiable where the features vanish.
    lengths = (sums.square().sum(-1) + 1e-300).sqrt()
    return radius * lengths.mean(-1) / count


def loss_class_at(phi: Tensor, y: Tensor, a: Tensor) -> Tensor:
    """A lower bound of the complexity of `{(phi a - y)^2 / 2}`: its value at one choice of a each.

    `a (..., 2^n, N)` holds one member of the class per sign pattern; `y (..., n)`.
    """
    count = phi.shape[-2]
    losses = (a @ phi.mT - y.unsqueeze(-2)).square() / 2
    return (sign_patterns(count) * losses).mean(-1).mean(-1)


def largest_on_ball(matrix: Tensor, vector: Tensor, constant: Tensor, radius: Tensor) -> Tensor:
    """The largest value found of `a.M a / 2 + v.a + constant` over `|a| <= radius`.

    `matrix (..., N, N)` symmetric, `vector (..., N)`, `constant` and `radius` `(...)`. The
    stationary point on the sphere comes from the secular equation, by bisection; the value is that
    of a point of the ball, so it is never above the supremum.
    """
    values, vectors = torch.linalg.eigh(matrix)
    modes = (vectors.mT @ vector.unsqueeze(-1)).squeeze(-1)
    scale = values.abs().amax(-1) + modes.norm(dim=-1) + 1e-30
    low = values[..., -1].clamp_min(0.0)
    high = low + scale + modes.norm(dim=-1) / radius.clamp_min(1e-30)
    low = low + 1e-13 * scale
    for _ in range(80):
        middle = (low + high) / 2
        length = (modes / (middle.unsqueeze(-1) - values)).norm(dim=-1)
        low, high = (
            torch.where(length > radius, middle, low),
            torch.where(length > radius, high, middle),
        )
    at = modes / (high.unsqueeze(-1) - values)
    # Whatever length is missing goes along the steepest direction, either way.
    missing = (radius.square() - at.square().sum(-1)).clamp_min(0).sqrt()
    tops = []
    for sign in (-1.0, 0.0, 1.0):
        point = at.clone()
        point[..., -1] = point[..., -1] + sign * missing
        point = point * (radius / point.norm(dim=-1).clamp_min(1e-300)).clamp_max(1.0).unsqueeze(-1)
        tops.append((values * point.square()).sum(-1) / 2 + (modes * point).sum(-1))
    return torch.stack(tops).amax(0) + constant


def uniform_deviation(law: Weighted, sample: Weighted, radius: Tensor) -> Tensor:
    """`sup_{|a|<=radius} |risk over all - risk over the sample|`, found from below, shape `(...)`.

    Features `(..., M, N)`, labels and shares `(..., M)`, of the law of the inputs and of a sample.
    """

    def moments(phi: Tensor, y: Tensor, share: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        weighted = (phi * share.unsqueeze(-1)).mT
        return weighted @ phi, -(weighted @ y.unsqueeze(-1)).squeeze(-1), (share * y**2).sum(-1) / 2

    gaps = [a - b for a, b in zip(moments(*law), moments(*sample), strict=True)]
    above = largest_on_ball(gaps[0], gaps[1], gaps[2], radius)
    below = largest_on_ball(-gaps[0], -gaps[1], -gaps[2], radius)
    return torch.maximum(above, below)
