"""The octopus's gradient in NumPy against the one in PyTorch, inside, on faces and outside."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from numeric import tube
from numeric.saddle_runs import two_saddle_gradient, two_saddle_slope
from numeric.tube_runs import joint_slopes, least_curvature, octopus_slope


def points_of(dimension: int, tau: float, count: int = 4000) -> torch.Tensor:
    """Points of all boxes, of their faces, and around them, with every sign."""
    gen = torch.Generator().manual_seed(dimension)
    unit = torch.rand(count, dimension, generator=gen, dtype=torch.float64)
    box = torch.randint(0, dimension + 1, (count, 1), generator=gen)
    index = torch.arange(dimension)
    inside = torch.where(index < box, 2 + 4 * unit, torch.where(index == box, 2 * unit, unit))
    inside[::7] = inside[::7].round()
    inside[::11] *= 1.3
    signs = torch.sign(torch.rand(count, dimension, generator=gen, dtype=torch.float64) - 0.5)
    return inside * signs * tau


@pytest.mark.parametrize("dimension", [1, 2, 5])
@pytest.mark.parametrize(("high", "low", "tau"), [(math.e, 1.0, math.e), (30.0, 0.5, 1.2)])
def test_slopes_are_the_gradient(dimension: int, high: float, low: float, tau: float) -> None:
    x = points_of(dimension, tau)
    expected = tube.octopus_gradient(x, high, low, tau)
    found = octopus_slope(x, high, low, tau)
    assert 0 < int(expected.isnan().any(-1).sum()) < len(x) / 2
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12 * high, equal_nan=True)


@pytest.mark.parametrize("dimension", [1, 2, 3, 6])
def test_least_curvature_is_the_least_eigenvalue(dimension: int) -> None:
    tau = 1.3
    x = points_of(dimension, tau)
    x = x[tube.in_octopus(x, tau)]
    high = torch.linspace(1.1, 7.0, len(x), dtype=torch.float64)
    expected = torch.linalg.eigvalsh(tube.octopus_hessian(x, high, 0.8, tau))[:, 0]
    assert len(x) > 500
    assert float(expected.min()) < -1
    torch.testing.assert_close(least_curvature(x, high, 0.8, tau), expected, rtol=1e-11, atol=1e-10)


def test_every_point_has_its_own_objective() -> None:
    x = points_of(3, 1.0, 60).reshape(6, 10, 3)
    high = torch.linspace(1.1, 5.0, 60, dtype=torch.float64).reshape(6, 10)
    found = octopus_slope(x, high, 0.5, torch.ones_like(high))
    expected = tube.octopus_gradient(x, high, 0.5, 1.0)
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12, equal_nan=True)
    assert (
        octopus_slope(torch.full((1, 3), torch.nan, dtype=torch.float64), 2.0, 1.0, 1.0)
        .isnan()
        .all()
    )


def test_slopes_of_the_joint_are_its_functions() -> None:
    s = torch.linspace(0, 2, 401, dtype=torch.float64) * 1.7
    shape = [torch.full_like(s, value) for value in (3.0, 0.8, 1.7)]
    whole = tube.joint(s, *shape)
    found = joint_slopes(s.numpy(), *(value.numpy() for value in shape))
    for got, expected in zip(found, (whole.own[1], *whole.coupling[:2]), strict=True):
        np.testing.assert_allclose(got, expected.numpy(), rtol=1e-12, atol=1e-13)


def test_slopes_of_the_two_saddle_points() -> None:
    gen = torch.Generator().manual_seed(2)
    x = 3.4 * torch.rand(500, 2, generator=gen, dtype=torch.float64) - 0.2
    high, low = torch.full((500,), 2.0).double(), torch.full((500,), 0.7).double()
    expected = two_saddle_gradient(x, high, low)
    found = two_saddle_slope(x, high, low)
    torch.testing.assert_close(found, expected, equal_nan=True)
    assert 0 < int(expected.isnan().any(-1).sum()) < 500
