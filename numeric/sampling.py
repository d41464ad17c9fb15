"""Monte Carlo means with their standard errors, in chunks of bounded memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Estimate:
    """A sample mean, its standard error and the number of samples behind them."""

    mean: Tensor
    error: Tensor
    samples: int

    def z_score(self, truth: Tensor | float) -> Tensor:
        """How many standard errors the mean lies from `truth` (0 where both agree exactly)."""
        gap = self.mean - truth
        return torch.where(gap == 0, torch.zeros_like(gap), gap / self.error)


class Moments:
    """Running mean and variance of batches, merged without loss of digits (Chan's update)."""

    def __init__(self) -> None:
        self.count = 0
        self.mean: Tensor | None = None
        self.squares: Tensor | None = None

    def add(self, values: Tensor, dim: int = 0) -> None:
        """Take in `values`, whose axis `dim` runs over samples."""
        count = values.shape[dim]
        mean = values.mean(dim)
        squares = (values - mean.unsqueeze(dim)).square().sum(dim)
        if self.mean is None or self.squares is None:
            self.count, self.mean, self.squares = count, mean, squares
            return
        total = self.count + count
        gap = mean - self.mean
        self.mean = self.mean + gap * (count / total)
        self.squares = self.squares + squares + gap.square() * (self.count * count / total)
        self.count = total

    def estimate(self) -> Estimate:
        """Mean and standard error so far. Raises `ValueError` with fewer than two samples."""
        if self.mean is None or self.squares is None or self.count < 2:
            raise ValueError("a standard error needs at least two samples")
        variance = self.squares / (self.count - 1)
        return Estimate(self.mean, (variance / self.count).sqrt(), self.count)


def monte_carlo(
    draw: Callable[[int], Tensor], samples: int, *, chunk: int = 4096, dim: int = 0
) -> Estimate:
    """Mean over `samples` draws; `draw(count)` returns `count` of them along axis `dim`."""
    moments = Moments()
    left = samples
    while left > 0:
        count = min(chunk, left)
        moments.add(draw(count), dim)
        left -= count
    return moments.estimate()
