"""Coarse normals: moments and cells of the normal law, the same draws from the same seed."""

from __future__ import annotations

import math

import torch

from numeric.normals import coarse_normals

COUNT = 4_000_000


def draws(*shape: int, seed: int = 3) -> torch.Tensor:
    return coarse_normals(*shape, generator=torch.Generator().manual_seed(seed))


def test_moments_are_those_of_the_normal_law() -> None:
    z = draws(COUNT)
    # E z^(2 m) = 1, 3, 15; the standard deviation of z^n is at most the root of E z^(2 n).
    for power, mean, second in [(1, 0, 1), (2, 1, 3), (3, 0, 15), (4, 3, 105), (6, 15, 10395)]:
        gap = float((z**power).mean()) - mean
        assert abs(gap) < 5 * math.sqrt(second / COUNT)


def test_cells_are_filled_as_the_distribution_function_says() -> None:
    z = draws(COUNT, seed=4)
    for edge in (-3.0, -1.0, -0.01, 0.0, 0.5, 2.0, 4.0):
        share = 0.5 * (1 + math.erf(edge / math.sqrt(2)))
        error = 5 * math.sqrt(share * (1 - share) / COUNT)
        assert abs(float((z <= edge).double().mean()) - share) < error


def test_entries_of_a_draw_are_uncorrelated() -> None:
    z = draws(1_000_000, 3)
    assert float((z.T @ z / 1_000_000 - torch.eye(3)).abs().max()) < 5 * math.sqrt(2 / 1_000_000)


def test_same_seed_same_draws_in_float64() -> None:
    assert torch.equal(draws(5, 2), draws(5, 2))
    assert draws(5, 2).dtype == torch.float64
    assert float(draws(COUNT).abs().max()) < 5.8
