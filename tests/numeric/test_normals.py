"""Normal numbers of each source, and Gaussian vectors of a given covariance."""

from __future__ import annotations

import math

import pytest
import torch

from numeric.normals import LARGE, coarse_normals, gaussian_rows, normal


@pytest.mark.parametrize("shape", [(3, LARGE // 8), (60, 5000)])
def test_moments_are_those_of_the_normal_law(shape: tuple[int, int]) -> None:
    found = normal(*shape, generator=torch.Generator().manual_seed(1))
    assert found.shape == shape
    assert found.dtype == torch.float64
    error = found.numel() ** -0.5
    for power, mean, deviation in ((1, 0, 1.0), (2, 1, 2**0.5), (4, 3, 96**0.5)):
        assert abs(float(found.pow(power).mean()) - mean) < 4 * deviation * error


def test_the_generator_determines_the_numbers_and_moves_on() -> None:
    first, second = (torch.Generator().manual_seed(7) for _ in range(2))
    one = normal(2, LARGE, generator=first)
    assert torch.equal(one, normal(2, LARGE, generator=second))
    assert not torch.equal(one, normal(2, LARGE, generator=first))


@pytest.mark.parametrize(
    "gram",
    [
        [[1.0, 0.6], [0.6, 2.0]],
        [[1.0, 1.0], [1.0, 1.0]],
        [[4.0, -2.0, 0.0], [-2.0, 1.0, 0.0], [0.0, 0.0, 0.0]],
    ],
)
def test_rows_have_that_covariance_singular_or_not(gram: list[list[float]]) -> None:
    covariance = torch.tensor(gram, dtype=torch.float64).expand(2, len(gram), len(gram))
    rows = gaussian_rows(covariance, 200_000, torch.Generator().manual_seed(3))
    found = rows @ rows.mT / 200_000
    torch.testing.assert_close(found, covariance, atol=0.05, rtol=0)
    assert not torch.equal(rows[0], rows[1])


COUNT = 4_000_000


def coarse(*shape: int, seed: int = 3) -> torch.Tensor:
    return coarse_normals(*shape, generator=torch.Generator().manual_seed(seed))


def test_coarse_moments_are_those_of_the_normal_law() -> None:
    z = coarse(COUNT)
    # E z^(2 m) = 1, 3, 15; the standard deviation of z^n is at most the root of E z^(2 n).
    for power, mean, second in [(1, 0, 1), (2, 1, 3), (3, 0, 15), (4, 3, 105), (6, 15, 10395)]:
        gap = float((z**power).mean()) - mean
        assert abs(gap) < 5 * math.sqrt(second / COUNT)


def test_cells_are_filled_as_the_distribution_function_says() -> None:
    z = coarse(COUNT, seed=4)
    for edge in (-3.0, -1.0, -0.01, 0.0, 0.5, 2.0, 4.0):
        share = 0.5 * (1 + math.erf(edge / math.sqrt(2)))
        error = 5 * math.sqrt(share * (1 - share) / COUNT)
        assert abs(float((z <= edge).double().mean()) - share) < error


def test_entries_of_a_draw_are_uncorrelated() -> None:
    z = coarse(1_000_000, 3)
    assert float((z.T @ z / 1_000_000 - torch.eye(3)).abs().max()) < 5 * math.sqrt(2 / 1_000_000)


def test_same_seed_same_draws_in_float64() -> None:
    assert torch.equal(coarse(5, 2), coarse(5, 2))
    assert coarse(5, 2).dtype == torch.float64
    assert float(coarse(COUNT).abs().max()) < 5.8
