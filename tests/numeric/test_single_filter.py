"""Filters on finite laws: gradients against autograd, spectra by hand, descent, noise."""

from __future__ import annotations

import math

import pytest
import torch

from numeric.filter_sgd import (
    Anisotropic,
    Experiment,
    batch_descent,
    noisy_descent,
    patches_about_patch,
    patches_about_teacher,
    truncated_normal,
)
from numeric.plane_laws import (
    astride,
    averaged,
    cancelling_pair,
    constants,
    curves,
    four_arcs,
    mixture,
    obtuse_pair,
    random_law,
    twins,
    unit,
)
from numeric.single_filter import (
    Law,
    descend,
    gaussian_gradient,
    gradient,
    gradient_by_regions,
    loss,
    spectrum,
)

F64 = torch.float64


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(5)


@pytest.mark.parametrize(("patches", "p"), [(1, 1), (1, 4), (3, 2), (5, 6)])
def test_gradients_agree_with_autograd(patches: int, p: int) -> None:
    g = generator()
    z = torch.randn(7, 20, patches, p, generator=g, dtype=F64)
    weight = torch.rand(7, 20, generator=g, dtype=F64)
    law = Law(z, weight / weight.sum(-1, keepdim=True))
    w = torch.randn(7, p, generator=g, dtype=F64).requires_grad_()
    w_star = torch.randn(7, p, generator=g, dtype=F64)
    slope = torch.autograd.grad(loss(w, w_star, law).sum(), w)[0]
    assert torch.allclose(gradient(w, w_star, law), slope, atol=1e-13)
    assert torch.allclose(gradient_by_regions(w, w_star, law), slope, atol=1e-13)


def test_gaussian_gradient_is_the_limit_of_samples_and_vanishes_at_the_teacher() -> None:
    w, w_star = torch.tensor([0.3, 0.9], dtype=F64), torch.tensor([1.2, 0.0], dtype=F64)
    z = torch.randn(200_000, 1, 2, generator=generator(), dtype=F64)
    law = Law(z, torch.full((200_000,), 1 / 200_000, dtype=F64))
    assert torch.allclose(gradient(w, w_star, law), gaussian_gradient(w, w_star), atol=0.01)
    assert gaussian_gradient(w_star, w_star).abs().max() < 1e-15


def test_anisotropic_input_of_unit_flatness_is_the_gaussian() -> None:
    law = Anisotropic(2.0, 1.0)
    w = torch.tensor([0.3, 0.9], dtype=F64)
    expected = 2 * gaussian_gradient(w, torch.tensor([1.0, 0.0], dtype=F64))
    assert law.gradient(0.3, 0.9) == pytest.approx(expected.tolist(), abs=1e-14)
    assert law.gamma(1.0) == pytest.approx((math.pi - 1 - math.sin(1)) / math.pi)
    assert law.largest(1.0) == pytest.approx((math.pi - 1 + math.sin(1)) / math.pi)
    assert law.beta() == pytest.approx(2 / math.pi, rel=1e-4)


def test_anisotropic_moments_agree_with_samples() -> None:
    law = Anisotropic(1.0, 0.3)
    stretch = torch.tensor([1.0, math.sqrt(0.3)], dtype=F64)
    z = torch.randn(200_000, 1, 2, generator=generator(), dtype=F64) * stretch
    weight = torch.full((200_000,), 1 / 200_000, dtype=F64)
    w = torch.tensor([math.cos(0.8), math.sin(0.8)], dtype=F64)
    found = spectrum(w, torch.tensor([1.0, 0.0], dtype=F64), Law(z, weight))
    assert float(found.smallest) == pytest.approx(law.gamma(0.8), rel=0.02)
    assert float(found.largest) == pytest.approx(law.largest(0.8), rel=0.02)


def test_iterations_stop_at_the_accuracy_and_say_when_they_cannot() -> None:
    law = Anisotropic(1.0, 1.0)
    assert law.iterations((0.5, 0.1), 0.5, 0.9) == 0
    assert law.iterations((0.5, 0.1), 0.5, 1e-3) > 5
    law = Anisotropic(0.7, 0.3)
    x, y = 0.4, -0.684
    count = law.iterations((x, y), 0.3, 1e-2)
    for _ in range(count):
        assert math.hypot(x - 1, y) > 1e-2
        a, b = law.gradient(x, y)
        x, y = x - 0.3 * a, y - 0.3 * b
    assert law.approach((0.4, -0.684), 0.3, 1e-2)[1] == pytest.approx((x, y), abs=1e-12)
    with pytest.raises(ValueError, match="after 3 steps"):
        law.iterations((0.5, 0.1), 0.5, 1e-3, most=3)


def test_plane_curves_of_the_uniform_circle() -> None:
    phi = torch.tensor([0.0, 0.7, 1.5], dtype=F64)
    found = curves(four_arcs(math.pi / 4, 4000), phi)
    assert torch.allclose(found.gamma, (math.pi - phi - phi.sin()) / (4 * math.pi), atol=1e-3)
    assert torch.allclose(found.largest, (math.pi - phi + phi.sin()) / (4 * math.pi), atol=1e-3)
    assert torch.allclose(found.opposite, (phi + phi.sin()) / (4 * math.pi), atol=1e-3)
    assert found.cross_norm.abs().max() == 0


@pytest.mark.parametrize(
    "law", [mixture(0.5, 60), twins(0.5, 0.2, 50), random_law(3, 0.7, 2), obtuse_pair(0.1)]
)
def test_curves_are_the_extremes_of_the_spectrum_over_both_students(law: Law) -> None:
    phi = torch.tensor([0.01, 0.6, 1.3, 2.5, 3.1], dtype=F64)
    w = unit(torch.stack([phi, -phi]))
    whole = spectrum(w, unit(torch.zeros(2, 5, dtype=F64)), law)
    found = curves(law, phi)
    assert torch.allclose(found.gamma, whole.smallest.amin(0), atol=1e-14)
    assert torch.allclose(found.largest, whole.largest.amax(0), atol=1e-14)
    assert torch.allclose(found.opposite, whole.opposite.amax(0), atol=1e-14)
    assert torch.allclose(found.cross_norm, whole.cross_norm.amax(0), atol=1e-14)
    assert torch.allclose(found.cross_eigenvalue, whole.cross_eigenvalue.amax(0), atol=1e-9)


def test_laws_have_the_shape_that_their_names_say() -> None:
    for law in (mixture(0.5), twins(0.5, 0.1), random_law(3, 0.2, 1), obtuse_pair(0.1)):
        assert float(law.weight.sum()) == pytest.approx(1.0)
        assert torch.allclose(law.patches.norm(dim=-1), torch.ones(1, dtype=F64))
    pair = obtuse_pair(0.0).patches[0]
    assert float(pair[0] @ pair[1]) < 0
    mean = averaged(astride(0.3, torch.zeros(1, dtype=F64))).patches
    assert torch.allclose(mean, torch.tensor([math.cos(0.3), 0.0], dtype=F64))
    assert constants(obtuse_pair(0.1)).cross > 0.05
    assert constants(obtuse_pair(0.1)).cross_eigenvalue < 1e-12
    alone = curves(cancelling_pair(1.0), torch.tensor([0.05, 0.5], dtype=F64)).gamma
    assert alone[0] < 1e-12
    mixed = cancelling_pair(0.004)
    assert float(mixed.weight.sum()) == pytest.approx(1.0)
    low, high = curves(mixed, torch.tensor([0.05, 0.5], dtype=F64)).gamma.tolist()
    assert 6 * constants(mixed).cross < low < high


def test_descent_reaches_the_teacher() -> None:
    law = mixture(1.0, 200)
    w = torch.tensor([[0.4, 0.5]], dtype=F64)
    path = descend(w, torch.tensor([[1.0, 0.0]], dtype=F64), law, 1.0, 300)
    assert path.shape == (301, 1, 2)
    assert (path[-1] - torch.tensor([1.0, 0.0], dtype=F64)).norm() < 1e-6


def test_noise_is_unbiased_and_as_large_as_the_bound_allows() -> None:
    start = torch.tensor([[0.5, 0.2]], dtype=F64).expand(40_000, 2)
    after = noisy_descent(start, 1.0, 0.1, 2.0, 1, generator())
    assert bool(after.unbiased.all())
    w, w_star = start[0], torch.tensor([1.0, 0.0], dtype=F64)
    mean = gaussian_gradient(w, w_star)
    # E|w' - w*|^2 = |w - w*|^2 - 2 eta <w - w*, grad> + eta^2 bound^2.
    expected = (w - w_star).square().sum() - 0.2 * ((w - w_star) @ mean) + 0.01 * 4
    assert float(after.last.square().mean()) == pytest.approx(float(expected), abs=0.005)
    assert not bool(noisy_descent(start, 1.0, 0.1, 0.01, 1, generator()).unbiased.any())
    # A run goes on where a shorter one ended, and its furthest point is over all steps.
    long = noisy_descent(start[:50], 1.0, 0.05, 0.8, 700, generator())
    assert bool((long.furthest >= long.last).all())
    assert bool((long.furthest > long.last).any())
    assert float(long.last.mean()) < 0.5 * float((w - w_star).norm())


def test_truncated_normals_stay_inside_with_the_right_spread() -> None:
    narrow = truncated_normal((50_000,), 0.2, math.pi / 2, generator())
    assert float(narrow.std()) == pytest.approx(0.2, rel=0.02)
    wide = truncated_normal((50_000,), 50.0, math.pi / 2, generator())
    assert float(wide.abs().max()) <= math.pi / 2
    assert float(wide.std()) == pytest.approx(math.pi / math.sqrt(12), rel=0.02)


def test_patches_are_unit_vectors_at_the_drawn_angles() -> None:
    z = patches_about_teacher((20_000,), 5, 0.3, generator())
    assert torch.allclose(z.norm(dim=-1), torch.ones(1, dtype=F64))
    assert float(z[:, 0].abs().acos().square().mean().sqrt()) == pytest.approx(0.3, rel=0.03)
    near = patches_about_patch(z, 3, 0.04, generator())
    angle = (near * z.unsqueeze(-2)).sum(-1).clamp(-1, 1).acos()
    assert float(angle.square().mean().sqrt()) == pytest.approx(0.2, rel=0.03)


def test_batch_descent_comes_closer_to_the_teacher() -> None:
    start = torch.tensor([[0.3, 0.4]], dtype=F64).expand(4, 2)
    path = batch_descent(Experiment(2, 1, 1.0), start, 0.2, 60, 32, generator())
    assert path.shape == (4, 61)
    assert bool((path[:, -1] < 0.3 * path[:, 0]).all())
