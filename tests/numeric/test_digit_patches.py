"""Learning a filter on digits: the data, the filters, and the step against autograd."""

from __future__ import annotations

import math

import pytest
import torch

from numeric import digit_patches as digits


def test_patches_are_the_images_windows() -> None:
    from sklearn.datasets import load_digits

    found = digits.patches(5)
    assert found.shape == (1797, 16, 25)
    image = torch.from_numpy(load_digits().images[3]) / 16
    assert torch.equal(found[3, 6], image[1:6, 2:7].flatten())
    assert torch.equal(digits._images(), torch.from_numpy(load_digits().images))
    with pytest.raises(ValueError, match="8 x 8"):
        digits.patches(9)


def test_filters_have_unit_norm_and_starts_their_angle() -> None:
    generator = torch.Generator().manual_seed(0)
    teacher = digits.random_filters(7, 5, generator)
    start = digits.at_angle(teacher, 0.4, generator)
    for filters in (teacher, start, digits.gabor_filter(5)[None]):
        assert torch.allclose(filters.norm(dim=-1), torch.ones(len(filters), dtype=torch.float64))
    assert torch.allclose((start * teacher).sum(-1).arccos(), torch.tensor(0.4).double())
    gabor = digits.gabor_filter(5, angle=0.0).reshape(5, 5)
    assert torch.allclose(gabor, gabor.flip(0))  # constant waves across, mirrored along
    assert float(gabor[2, 2]) > 0 > float(gabor[2, 0])


def test_one_step_is_that_of_autograd() -> None:
    images = digits.patches(4)[:40]
    teacher = digits.gabor_filter(4)[None]
    start = digits.at_angle(teacher, 1.0, torch.Generator().manual_seed(1))
    stepped = digits.descend(start, teacher, images, 0.7, 1, 32, torch.Generator().manual_seed(2))
    chosen = torch.randint(40, (32,), generator=torch.Generator().manual_seed(2))
    w = start.clone().requires_grad_()
    residual = digits.outputs(w, images[chosen]) - digits.outputs(teacher, images[chosen])
    (residual.square().sum() / (2 * 32)).backward()
    assert w.grad is not None
    assert torch.allclose(stepped, start - 0.7 * w.grad, atol=1e-14)


def test_the_loss_is_zero_at_the_teacher_only() -> None:
    images = digits.patches(4)
    teacher = digits.gabor_filter(4)[None]
    assert float(digits.relative_loss(teacher, teacher, images)) == 0
    zero = torch.zeros_like(teacher)
    label = digits.outputs(teacher, images)
    expected = float(label.square().mean() / label.mean() ** 2)
    assert math.isclose(float(digits.relative_loss(zero, teacher, images)), expected)
