"""The longest step with which runs contract, read off a grid of steps."""

from __future__ import annotations

import pytest
import torch

from theorems.papers.du2018.step_sizes import RATIO, inverse_step


def test_the_longest_step_is_found_within_the_grid_s_ratio() -> None:
    limits = torch.tensor([0.9, 0.31, 0.5], dtype=torch.float64)
    found = inverse_step(0.1, 2.0, lambda eta, rate: limits >= eta)[0]
    assert bool((found >= 1 / limits - 1e-12).all())
    assert bool((found <= RATIO / limits + 1e-12).all())


def test_a_longer_step_that_happens_to_contract_does_not_count() -> None:
    limits = torch.tensor([0.2, 0.2], dtype=torch.float64)
    lucky = 2.0 / RATIO**2

    def contracts(eta: float, rate: float) -> torch.Tensor:
        return (limits >= eta) | (torch.tensor([False, True]) & (abs(eta - lucky) < 1e-9))

    plain, with_luck = inverse_step(0.1, 2.0, contracts)[0].tolist()
    assert plain == with_luck >= 5.0


@pytest.mark.parametrize("limit", [3.0, 1e-3])
def test_a_grid_that_misses_the_longest_step_is_an_error(limit: float) -> None:
    with pytest.raises(ValueError, match="do not bracket"):
        inverse_step(0.1, 2.0, lambda eta, rate: torch.full((10,), limit >= eta))
