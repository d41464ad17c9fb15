"""Running moments: merged batches give what one batch gives."""

from __future__ import annotations

import pytest
import torch

from numeric.sampling import Moments, monte_carlo


def test_batches_merge_exactly() -> None:
    values = torch.randn(1000, 2, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    values = values + 1e6
    moments = Moments()
    for part in values.split([1, 499, 300, 200]):
        moments.add(part)
    estimate = moments.estimate()
    assert estimate.samples == 1000
    assert torch.allclose(estimate.mean, values.mean(0), rtol=1e-14)
    assert torch.allclose(estimate.error, values.std(0) / 1000**0.5, rtol=1e-9)


def test_standard_error_covers_the_truth() -> None:
    gen = torch.Generator().manual_seed(4)
    estimate = monte_carlo(
        lambda n: torch.rand(n, 200, generator=gen, dtype=torch.float64), 3000, chunk=700
    )
    assert estimate.samples == 3000
    z = estimate.z_score(0.5)
    assert float(z.abs().max()) < 5
    assert 0.8 < float(z.std()) < 1.2


def test_one_sample_has_no_error() -> None:
    with pytest.raises(ValueError, match="at least two samples"):
        monte_carlo(lambda n: torch.zeros(n, 1), 1)
