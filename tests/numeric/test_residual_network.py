"""The residual network against direct computation, and what its training must do."""

from __future__ import annotations

import pytest
import torch

from numeric import residual_network as net


def _weights(depth: int, width: int, d: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(4)
    u, v = net.initial(2, depth, width, d, generator)
    return u + torch.randn(u.shape, generator=generator, dtype=torch.float64), v


def test_output_of_one_layer() -> None:
    u, v = _weights(1, 1, 2)
    x = torch.tensor([[0.6, 0.8]], dtype=torch.float64)
    inner = (v[:, 0, 0, :2] @ x[0]).clamp_min(0)
    torch.testing.assert_close(net.output(u, v, x)[:, 0], inner * u[:, 0, 2, 0])


def test_path_norm_is_the_product_of_matrices() -> None:
    u, v = _weights(3, 2, 2)
    product = torch.eye(3, dtype=torch.float64)
    for layer in range(3):
        step = torch.eye(3, dtype=torch.float64) + u[0, layer].abs() @ v[0, layer].abs()
        product = step @ product
    assert float(net.path_norm(u, v)[0]) == pytest.approx(float(product[2, :2].sum()))


def test_frozen_features_stay_and_training_descends() -> None:
    data = net.positive_part_data(10, 3, 0)
    u, v = net.initial(2, 10, 1, 3, torch.Generator().manual_seed(0))
    _, kept, risks = net.descend(u, v, data, 0.05, 30, frozen=True)
    assert torch.equal(kept, v)
    assert bool((risks[:, -1] < 0.9 * risks[:, 0]).all())
    _, moved, _ = net.descend(u, v, data, 0.05, 5)
    assert not torch.equal(moved, v)


def test_a_heavy_penalty_shrinks_the_path_norm() -> None:
    data = net.positive_part_data(10, 3, 0)
    u, v = _weights(2, 1, 3)
    end = net.regularised(u, v, data, 10.0, 0.05, 100)
    assert bool((net.path_norm(*end) < net.path_norm(u, v)).all())
