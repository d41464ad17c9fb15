"""Teachers and initialisations have the properties they are built for."""

from __future__ import annotations

import math

import pytest
import torch

from numeric.data import (
    ball,
    filters,
    gaussian_patches,
    initial_weights,
    output_layers,
    rotation_invariant,
    teacher_output,
    unit_sphere,
)
from numeric.sampling import Moments


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize(
    ("patches", "ratio"), [(1, 1), (2, 0), (2, 2), (25, 9), (100, 25), (7, 0.3)]
)
def test_teacher_has_its_ratio_and_norm(patches: int, ratio: float) -> None:
    teacher = teacher_output(patches, ratio, norm=0.5)
    assert float(teacher.norm()) == pytest.approx(0.5)
    share = float(teacher.sum().square() / teacher.square().sum())
    assert share == pytest.approx(ratio, abs=1e-12)


@pytest.mark.parametrize(("patches", "ratio"), [(4, 5), (4, -1), (1, 0)])
def test_impossible_ratio_is_refused(patches: int, ratio: float) -> None:
    with pytest.raises(ValueError, match="no vector"):
        teacher_output(patches, ratio)


def test_gaussian_patches_are_standard() -> None:
    patches = gaussian_patches((40_000,), 3, 2, generator())
    assert patches.shape == (40_000, 3, 2)
    assert patches.dtype == torch.float64
    covariance = torch.cov(patches.reshape(40_000, 6).T)
    assert torch.allclose(covariance, torch.eye(6, dtype=torch.float64), atol=0.04)


def test_ball_is_uniform_in_volume() -> None:
    """In dimension k the share of points within r is r^k; the bounds are five standard errors."""
    points = ball((50_000,), 4, 2.0, generator())
    assert float(points.norm(dim=1).max()) <= 2.0
    inside = float((points.norm(dim=1) < 1.5).double().mean())
    expected = 0.75**4
    assert abs(inside - expected) < 5 * math.sqrt(expected * (1 - expected) / 50_000)


def test_sphere_coordinates_have_variance_one_over_p() -> None:
    points = unit_sphere((50_000,), 6, generator())
    assert torch.allclose(points.norm(dim=1), torch.ones(50_000, dtype=torch.float64))
    assert float(points[:, 0].square().mean()) == pytest.approx(1 / 6, rel=0.03)


@pytest.mark.parametrize("law", ["gaussian", "sphere", "student", "mixture"])
def test_radial_laws_have_unit_covariance(law: str) -> None:
    points = rotation_invariant((100_000,), 3, law, generator())
    moments = Moments()
    moments.add(points[:, :1] * points, dim=0)
    estimate = moments.estimate()
    expected = torch.tensor([1.0, 0.0, 0.0], dtype=torch.float64)
    assert float(((estimate.mean - expected) / estimate.error).abs().max()) < 5


def test_unknown_radial_law_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown radial law"):
        rotation_invariant((2,), 3, "cauchy", generator())


def test_initialisation_lies_on_the_sphere_and_in_the_ball() -> None:
    a_star = teacher_output(9, 4.0, norm=1.5)
    v, a = initial_weights(1000, 5, a_star, 2.0, generator())
    radius = float(a_star.sum()) * 2.0 / 3.0
    assert v.shape == (1000, 5)
    assert a.shape == (1000, 9)
    assert torch.allclose(v.norm(dim=1), torch.ones(1000, dtype=torch.float64))
    assert 0.95 * radius < float(a.norm(dim=1).max()) <= radius


def test_initialisation_of_a_teacher_without_sum_is_zero() -> None:
    _, a = initial_weights(10, 5, teacher_output(9, 0.0), 1.0, generator())
    assert float(a.abs().max()) == 0.0


def test_same_seed_same_weights() -> None:
    a_star = teacher_output(9, 4.0)
    first = initial_weights(10, 5, a_star, 1.0, generator(3))
    again = initial_weights(10, 5, a_star, 1.0, generator(3))
    assert all(torch.equal(x, y) for x, y in zip(first, again, strict=True))


def test_output_layers_have_the_numbers_asked_for() -> None:
    gen = generator(5)
    a = torch.randn(20, 6, generator=gen, dtype=torch.float64)
    b = torch.randn(20, 6, generator=gen, dtype=torch.float64)
    numbers = [(a * b).sum(1), a.sum(1), a.square().sum(1), b.sum(1), b.square().sum(1)]
    x, y = output_layers(*numbers, 6)
    again = [(x * y).sum(1), x.sum(1), x.square().sum(1), y.sum(1), y.square().sum(1)]
    for wanted, got in zip(numbers, again, strict=True):
        assert torch.allclose(wanted, got, atol=1e-12)


def test_impossible_output_layers_are_refused() -> None:
    one = torch.ones(1, dtype=torch.float64)
    with pytest.raises(ValueError, match="teacher's sum"):
        output_layers(one, one, one, 4 * one, one, 9)
    with pytest.raises(ValueError, match="student's norm"):
        output_layers(5 * one, one, one, one, one, 9)


def test_filters_have_the_angle_and_lengths() -> None:
    phi = torch.tensor([0.0, 1.0, math.pi], dtype=torch.float64)
    two = 2 * torch.ones(3, dtype=torch.float64)
    v, w = filters(phi, two, 1.5 * two, 4)
    assert torch.allclose((v * w).sum(1), 6 * phi.cos())
    assert torch.allclose(w.norm(dim=1), 1.5 * two)
    with pytest.raises(ValueError, match="one dimension"):
        filters(phi, two, two, 1)
