"""Separable samples: their margins by sampling, the simplex problem against known minima."""

import math

import pytest
import torch

from numeric.conjugate_kernel import conjugate_kernel
from numeric.deep_relu import forward, initial
from numeric.separable import (
    crossed_coefficients,
    crossed_pairs,
    directions,
    label_gram,
    least_weighted_gradient,
    opposite_pairs,
)


def _features(x: torch.Tensor, seed: int = 1) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    u = torch.randn(400_000, x.shape[1], generator=generator, dtype=torch.float64)
    return u, (u @ x.T).clamp_min(0)


def test_the_crossed_points_have_the_stated_margin() -> None:
    data = crossed_pairs()
    u, features = _features(data.x)
    f = (crossed_coefficients(u)[:, None] * features).mean(0)
    assert torch.allclose(f, data.margin * data.y, atol=0.004)


def test_the_opposite_pairs_have_the_stated_margin() -> None:
    data = opposite_pairs(3)
    _, features = _features(data.x)
    assert torch.allclose(features.mean(0), data.margin * data.y, atol=0.004)


def test_each_direction_is_the_transposed_layer_applied_to_the_last() -> None:
    layers = initial((2,), (3, 4, 5), torch.Generator().manual_seed(0))
    first = torch.ones(2, 3, dtype=torch.float64)
    found = directions(first, layers)
    assert torch.allclose(found[1], torch.einsum("bij,bi->bj", layers[0], first))
    assert found[2].shape == (2, 5)


def test_the_least_value_on_the_simplex() -> None:
    # a' diag(1, 3) a with mean 1: a = (3/2, 1/2), value 3.
    gram = torch.diag(torch.tensor([1.0, 3.0], dtype=torch.float64))
    value, gap = least_weighted_gradient(gram)
    assert float(value) == pytest.approx(3, abs=1e-9)
    assert 0 <= float(gap) < 1e-6
    # An entry that is best left out: a = (2, 0).
    lopsided = torch.tensor([[1.0, 2.0], [2.0, 9.0]], dtype=torch.float64)
    assert float(least_weighted_gradient(lopsided)[0]) == pytest.approx(4, abs=1e-9)


def test_the_gap_bounds_the_error_on_random_problems() -> None:
    generator = torch.Generator().manual_seed(4)
    root = torch.randn(20, 5, 3, generator=generator, dtype=torch.float64)
    gram = root @ root.mT
    rough, fine = (least_weighted_gradient(gram, steps=k) for k in (10, 2000))
    assert bool((rough[:, 0] - rough[:, 1] <= fine[:, 0] + 1e-9).all())
    assert bool((fine[:, 0] <= rough[:, 0] + 1e-9).all())


def test_the_gram_matrix_is_that_of_the_units() -> None:
    layers = initial((), (3, 4, 6), torch.Generator().manual_seed(5))
    x = torch.eye(3, dtype=torch.float64)
    y = torch.tensor([1.0, -1.0, 1.0], dtype=torch.float64)
    run = forward(layers, x)
    a = torch.tensor([0.2, 1.0, 1.8], dtype=torch.float64)
    units = torch.einsum("n,nj,nd->jd", a * y, run.active[1], run.hidden[1]) / 3
    gram = label_gram(run.hidden[1], run.active[1], y)
    assert float(a @ gram @ a) == pytest.approx(float(units.square().sum()), rel=1e-12)


def test_the_conjugate_kernel_is_the_correlation_of_features() -> None:
    angles = torch.tensor([0.0, 1.0, math.pi], dtype=torch.float64)
    x = torch.stack([angles.cos(), angles.sin()], dim=-1)
    _, features = _features(x)
    sampled = features.T @ features / features.shape[0]
    assert torch.allclose(conjugate_kernel(x, 1), sampled, atol=0.01)
    assert torch.allclose(conjugate_kernel(x, 3).diagonal(), torch.full((3,), 0.125).double())
    assert torch.equal(conjugate_kernel(x, 0), x @ x.T)
