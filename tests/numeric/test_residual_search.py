"""The last layer's worst case against a search over all moves."""

from __future__ import annotations

import pytest
import torch

from numeric.adversary import Around, Ascent, maximise
from numeric.residual_search import crossing_gain, kinks_within


def _units(count: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(count)
    return torch.randn(3, count, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("reach", [0.1, 0.7, 4.0])
def test_crossing_gain_is_what_a_search_finds(reach: float) -> None:
    g = _units(6)
    radius = torch.full((3,), reach, dtype=torch.float64)

    def gain(moves: dict[str, torch.Tensor]) -> torch.Tensor:
        there = g.unsqueeze(1) + moves["move"]
        linear = (g.unsqueeze(1) > 0) * moves["move"]
        return (there.clamp_min(0) - g.unsqueeze(1).clamp_min(0) - linear).sum(-1)

    ball = Around(torch.zeros(3, 1, 6, dtype=torch.float64), radius, trailing=1)
    found = maximise(gain, {"move": ball}, Ascent(200, 300), torch.Generator().manual_seed(0))
    exact = crossing_gain(g, radius)
    assert bool((found.value <= exact + 1e-9).all())
    torch.testing.assert_close(found.value, exact, rtol=0.02, atol=1e-6)


def test_no_reach_gains_nothing_and_all_reach_gains_all() -> None:
    g = _units(5)
    assert bool((crossing_gain(g, torch.zeros(3, dtype=torch.float64)) == 0).all())
    far = torch.full((3,), 1e6, dtype=torch.float64)
    torch.testing.assert_close(crossing_gain(g, far), 1e6 * 5**0.5 - g.abs().sum(-1))


def test_kinks_within_counts_the_nearest_units() -> None:
    g = torch.tensor([[3.0, -4.0, 0.1, 12.0]], dtype=torch.float64)
    reach = torch.tensor([5.0], dtype=torch.float64)
    assert int(kinks_within(g, reach)) == 2
    assert int(kinks_within(g, torch.tensor([5.01], dtype=torch.float64))) == 3
    assert int(kinks_within(g, torch.tensor([0.05], dtype=torch.float64))) == 0
