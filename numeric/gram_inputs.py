"""Sets of unit inputs whose infinite-width Gram matrix has a known least eigenvalue.

Source: du2019, Assumption 2.1 and equation (2.5).
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor


def pair_eigenvalue(angle: float) -> float:
    """`lambda_min` of the limiting Gram matrix of two unit vectors at `angle` in `[0, pi]`.

    The matrix is `[[1/2, c], [c, 1/2]]` with `c = cos(angle)(pi - angle)/(2 pi)`.
    """
    return 0.5 - abs(math.cos(angle)) * (math.pi - angle) / (2 * math.pi)


@lru_cache(maxsize=256)
def _pair_angle(least: float) -> float:
    """The angle in `[0, pi/2]` with this `pair_eigenvalue`, by bisection to the last place.

    Kept, since every draw of weights asks for its inputs again.
    """
    if not 0 < least <= 0.5:
        raise ValueError(f"the least eigenvalue lies in (0, 1/2], not {least}")
    low, high = 0.0, math.pi / 2
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if pair_eigenvalue(middle) < least else (low, middle)
    return high


def pairs(count: int, least: float) -> Tensor:
    """`count` unit vectors in `count` dimensions, in pairs at one angle, pairs orthogonal.

    `least` in `(0, 1/2]` is the least eigenvalue of their limiting Gram matrix. A last vector
    without partner is orthogonal to all. Raises ValueError for another `least`.
    """
    angle = _pair_angle(least)
    x = torch.eye(count, dtype=torch.float64)
    for first in range(0, count - 1, 2):
        x[first + 1, first], x[first + 1, first + 1] = math.cos(angle), math.sin(angle)
    return x


def half_circle(count: int) -> Tensor:
    """`(count, 2)` unit vectors at the angles `pi i / count`: no two parallel."""
    angle = math.pi / count * torch.arange(count, dtype=torch.float64)
    return torch.stack([angle.cos(), angle.sin()], dim=-1)


def half_circle_grams(count: int, width: int, draws: int, generator: torch.Generator) -> Tensor:
    """`draws` Gram matrices `(draws, count, count)` of the half circle at random weights.

    `H(0)` depends on the directions of the weights alone: those of the `2 count` equal arcs
    between the inputs' orthogonals are equally likely, and all weights of an arc have one pattern.
    The numbers of weights per arc are drawn instead of the weights, so any `width` costs the same.
    Source: du2019, equation (2.5) at `t = 0`.
    """
    seed = int(torch.randint(2**62, (), generator=generator))
    arcs = 2 * count
    counts = np.random.default_rng(seed).multinomial(width, np.full(arcs, 1 / arcs), size=draws)
    share = torch.from_numpy(counts / width)
    x = half_circle(count)
    # The orthogonals lie at pi i / count + pi / 2, halfway between the inputs when count is odd.
    offset = 0.5 if count % 2 == 0 else 0.0
    middle = math.pi / count * (torch.arange(arcs, dtype=torch.float64) + offset)
    inside = torch.stack([middle.cos(), middle.sin()], dim=-1)
    pattern = (inside @ x.T >= 0).to(torch.float64)
    both = (pattern.unsqueeze(-1) * pattern.unsqueeze(-2)).flatten(1)
    return (share @ both).unflatten(1, (count, count)) * (x @ x.T)
