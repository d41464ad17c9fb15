"""Control variates keep the mean and take away spread."""

from __future__ import annotations

import pytest
import torch

from numeric.control_variates import with_control


def draws(seed: int, runs: int, samples: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    z = torch.randn(runs, samples, 2, generator=generator, dtype=torch.float64)
    # relu(u) relu(v) for two directions 60 degrees apart, and u v, whose mean is 1/2.
    u, v = z[..., 0], 0.5 * z[..., 0] + 0.75**0.5 * z[..., 1]
    return u.relu() * v.relu(), u * v


def test_the_spread_falls_and_the_mean_stays() -> None:
    values, control = draws(0, 1, 1 << 20)
    better = with_control(values, control, 0.5)
    exact = (3**0.5 / 2 + (2 / 3) * torch.pi * 0.5) / (2 * torch.pi)  # g(pi/3) / (2 pi)
    error = float(better.std()) / 2**10
    assert abs(float(better.mean()) - float(exact)) < 5 * error
    assert float(better.std()) < 0.8 * float(values.std())


def test_few_draws_leave_no_bias() -> None:
    """A slope fitted on the very draws that it corrects would shift the mean of four draws."""
    values, control = draws(1, 400_000, 4)
    shift = with_control(values.square(), control, 0.5).mean(dim=1) - values.square().mean(dim=1)
    assert abs(float(shift.mean())) < 5 * float(shift.std()) / 400_000**0.5


def test_a_wrong_mean_of_the_control_shows() -> None:
    values, control = draws(2, 1, 1 << 16)
    right = with_control(values, control, 0.5).mean()
    assert abs(float(with_control(values, control, 0.6).mean() - right)) > 0.03


def test_a_control_that_does_not_vary_changes_nothing() -> None:
    values = torch.rand(2, 8, dtype=torch.float64)
    assert torch.equal(with_control(values, torch.ones_like(values), 1.0), values)


@pytest.mark.parametrize("shape", [(2, 3), (3, 8)])
def test_shapes_that_do_not_fit_are_refused(shape: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=r"differ|four"):
        with_control(torch.zeros(2, 3), torch.zeros(*shape), 0.0)
