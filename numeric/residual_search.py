"""How far a residual ReLU network is from linear in its weights, in the worst case over a ball.

The last layer's worst case is known exactly: which of its kinks are nearest, and what crossing them
gains. Source: frei2019, Lemma 4.2 and the proof of Theorem 3.6.
"""

from __future__ import annotations

import torch
from torch import Tensor


def crossing_gain(before: Tensor, reach: Tensor) -> Tensor:
    """The largest change of `sum_j relu(g_j)` beyond its linear part as `g` moves within `reach`.

    `before (..., k)` are the `g_j` of the units of one sign, `reach (...)` is the Euclidean length
    allowed. Moving the `s` nearest units across their kinks by `reach / sqrt(s)` each gains
    `reach sqrt(s) - sum of their |g_j|`; the best `s` is exact, since the gain is linear beyond the
    kinks and equal moves are best for a given set of units.
    """
    nearest = before.abs().sort(dim=-1).values
    count = torch.arange(1, before.shape[-1] + 1, dtype=torch.float64)
    gains = reach.unsqueeze(-1) * count.sqrt() - nearest.cumsum(-1)
    return gains.amax(-1).clamp_min(0)


def kinks_within(before: Tensor, reach: Tensor) -> Tensor:
    """How many of the `g_j` can be moved to 0 at once within the Euclidean length `reach (...)`."""
    squares = before.square().sort(dim=-1).values.cumsum(-1)
    return (squares <= reach.square().unsqueeze(-1)).sum(-1)
