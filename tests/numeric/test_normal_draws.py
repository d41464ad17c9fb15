"""Normal numbers of either source, and Gaussian vectors of a given covariance."""

from __future__ import annotations

import pytest
import torch

from numeric.normal_draws import LARGE, gaussian_rows, normal


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
