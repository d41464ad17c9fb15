"""Rademacher averages and uniform deviations against brute force."""

import pytest
import torch

from numeric import rademacher


def test_one_input_has_the_complexity_of_its_length() -> None:
    phi = torch.tensor([[3.0, 4.0]], dtype=torch.float64)
    radius = torch.tensor(2.0, dtype=torch.float64)
    assert float(rademacher.linear_class(phi, radius)) == pytest.approx(10.0)


def test_no_member_of_the_ball_exceeds_the_quadratic_supremum() -> None:
    generator = torch.Generator().manual_seed(3)
    m = torch.randn(3, 3, generator=generator, dtype=torch.float64)
    m = m + m.mT
    v = torch.randn(3, generator=generator, dtype=torch.float64)
    radius = torch.tensor(1.5, dtype=torch.float64)
    top = rademacher.largest_on_ball(m, v, torch.tensor(0.25, dtype=torch.float64), radius)
    a = torch.randn(200_000, 3, generator=generator, dtype=torch.float64)
    a = a / a.norm(dim=-1, keepdim=True) * 1.5
    values = ((a @ m) * a).sum(-1) / 2 + a @ v + 0.25
    assert float(values.max()) <= float(top) + 1e-9
    assert float(values.max()) >= float(top) - 0.02


def test_too_many_signs_are_refused() -> None:
    with pytest.raises(ValueError, match="13 signs"):
        rademacher.sign_patterns(13)
