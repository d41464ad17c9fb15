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


@pytest.mark.parametrize(("depth", "width", "d"), [(1, 1, 2), (4, 2, 3), (9, 1, 5)])
def test_gradients_are_the_automatic_ones(depth: int, width: int, d: int) -> None:
    data = net.positive_part_data(7, d, 0)
    leaves = [w.requires_grad_(True) for w in _weights(depth, width, d)]
    arrays = [leaf.detach().numpy() for leaf in leaves]
    value = net.risk(*leaves, data.x, data.label)
    expected = torch.autograd.grad(value.sum(), leaves)
    inputs = data.x.numpy(), data.label.numpy()
    found, *slopes = net.risk_gradient(*arrays, *inputs)
    torch.testing.assert_close(torch.from_numpy(found), value.detach())
    for slope, wanted in zip(slopes, expected, strict=True):
        torch.testing.assert_close(torch.from_numpy(slope), wanted)
    _, outer, inner = net.risk_gradient(*arrays, *inputs, frozen=True)
    assert (outer == slopes[0]).all()
    assert not inner.any()
    expected = torch.autograd.grad(net.path_norm(*leaves).sum(), leaves)
    for slope, wanted in zip(net.path_norm_gradient(*arrays), expected, strict=True):
        torch.testing.assert_close(torch.from_numpy(slope), wanted)


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


def test_regularised_is_adam() -> None:
    data = net.positive_part_data(10, 3, 0)
    u, v = _weights(3, 1, 3)
    leaves = [w.clone().requires_grad_(True) for w in (u, v)]
    adam = torch.optim.Adam(leaves, lr=0.02)
    for _ in range(20):
        adam.zero_grad()
        penalty = net.path_norm(*leaves) * (0.005 / 10**0.5)
        (net.risk(*leaves, data.x, data.label) + penalty).sum().backward()
        adam.step()
    for found, wanted in zip(net.regularised(u, v, data, 0.005, 0.02, 20), leaves, strict=True):
        torch.testing.assert_close(found, wanted.detach())
