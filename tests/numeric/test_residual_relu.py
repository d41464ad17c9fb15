"""The residual ReLU network against automatic gradients and products of matrices written out."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from numeric import residual_relu as net

SIZES = [(1, 4, 2, 1), (2, 3, 6, 2), (5, 4, 4, 3)]


def _case(sizes: tuple[int, int, int, int]) -> tuple[dict[str, Tensor], Tensor]:
    generator = torch.Generator().manual_seed(3)
    weights = net.initial((2,), sizes, generator)
    x = torch.randn(5, sizes[3], generator=generator, dtype=torch.float64)
    return weights, x / x.norm(dim=-1, keepdim=True)


@pytest.mark.parametrize("sizes", SIZES)
def test_gradients_of_the_output_are_the_automatic_ones(sizes: tuple[int, int, int, int]) -> None:
    weights, x = _case(sizes)
    weights = {name: w.requires_grad_(True) for name, w in weights.items()}
    theta = 0.7
    path = net.forward(weights, x, theta)
    torch.testing.assert_close(path.output, net.output(weights, x, theta))
    by_hand = net.output_gradients(weights, path, theta)
    lengths = net.gradient_norms(weights, path, theta)
    for i in range(len(x)):
        f = net.output(weights, x, theta)[:, i].sum()
        found = torch.autograd.grad(f, list(weights.values()), materialize_grads=True)
        slopes = dict(zip(weights, found, strict=True))
        torch.testing.assert_close(by_hand["first"][:, i], slopes["first"])
        torch.testing.assert_close(by_hand["hidden"][:, :, i], slopes["hidden"])
        torch.testing.assert_close(by_hand["last"][:, i], slopes["last"])
        hidden = slopes["hidden"].flatten(start_dim=-2).norm(dim=-1)
        torch.testing.assert_close(lengths[:, 1:-1, i], hidden)
        torch.testing.assert_close(lengths[:, -1, i], slopes["last"].flatten(1).norm(dim=-1))


@pytest.mark.parametrize("sizes", SIZES)
def test_gradient_of_the_loss_is_the_automatic_one(sizes: tuple[int, int, int, int]) -> None:
    weights, x = _case(sizes)
    weights = {name: w.requires_grad_(True) for name, w in weights.items()}
    y = torch.tensor([1.0, -1, -1, 1, 1], dtype=torch.float64)
    theta = torch.tensor([0.3, 0.9], dtype=torch.float64).reshape(2, 1, 1)
    path = net.forward(weights, x, theta)
    value = net.loss(path.output, y)
    found = torch.autograd.grad(value.sum(), list(weights.values()), materialize_grads=True)
    by_hand = net.loss_gradient(weights, path, y, theta)
    for name, slope in zip(weights, found, strict=True):
        torch.testing.assert_close(by_hand[name], slope)


def test_products_of_layers_carry_the_activations() -> None:
    weights, x = _case((4, 6, 4, 3))
    theta = torch.tensor([0.3, 0.9], dtype=torch.float64).reshape(2, 1, 1)
    path = net.forward(weights, x, theta)
    states = [x.expand(2, 5, 3), *path.hidden.unbind(-3), path.last]
    for low in range(1, 6):
        for high in range(low - 1, 6):
            product = net.interlayer(weights, path, theta, low, high)
            carried = (product @ states[low - 1].unsqueeze(-1)).squeeze(-1)
            torch.testing.assert_close(carried, states[high])
    with pytest.raises(ValueError, match="no product"):
        net.interlayer(weights, path, theta, 4, 2)


def test_linear_part_is_the_derivative_along_the_move() -> None:
    weights, x = _case((3, 6, 4, 3))
    moved = {name: w + 1e-7 * torch.sin(100 * w) for name, w in weights.items()}
    path = net.forward(weights, x, 0.5)
    change = net.output(moved, x, 0.5) - path.output
    part = net.linear_part(weights, moved, path, 0.5)
    torch.testing.assert_close(change, part, rtol=1e-5, atol=1e-12)


def test_distance_counts_inner_layers_by_theta() -> None:
    weights, _ = _case((3, 4, 4, 2))
    moved = {name: w.clone() for name, w in weights.items()}
    moved["first"][:, 0, 0] += 2.0
    moved["hidden"][:, 1, 2, 3] -= 3.0
    moved["last"][:, 0, 0] += 0.5
    expected = torch.full((2,), 2.0 + 0.25 * 3.0 + 0.5, dtype=torch.float64)
    torch.testing.assert_close(net.distance(moved, weights, 0.25), expected)


def test_initial_entries_have_the_printed_variance() -> None:
    weights = net.initial((300,), (2, 40, 10, 20), torch.Generator().manual_seed(1))
    for name, columns in (("first", 40), ("hidden", 40), ("last", 10)):
        assert float(weights[name].var()) == pytest.approx(2 / columns, rel=0.03)
    with pytest.raises(ValueError, match="hidden layer"):
        net.initial((), (0, 2, 2, 1), torch.Generator())
    with pytest.raises(ValueError, match="as many"):
        net.signs(3)


def test_losses_of_known_margins() -> None:
    f, y = torch.tensor([0.0, 3.0], dtype=torch.float64), torch.tensor([1.0, -1.0]).double()
    assert float(net.loss(f, y)) == pytest.approx((math.log(2) + math.log1p(math.exp(3))) / 2)
    assert float(net.surrogate(f, y)) == pytest.approx((0.5 + 1 / (1 + math.exp(-3))) / 2)


def test_descent_takes_the_gradient_steps() -> None:
    weights, x = _case((3, 6, 4, 3))
    y = torch.tensor([1.0, -1, -1, 1, 1], dtype=torch.float64)
    rate = torch.tensor([0.05, 0.1], dtype=torch.float64)
    watch = {"loss": lambda _, path: net.loss(path.output, y)}
    end, seen = net.descend(weights, x, y, 0.3, rate, 20, watch)
    assert seen["loss"].shape == (2, 21)
    assert bool((seen["loss"].diff(dim=-1) < 0).all())
    slope = net.loss_gradient(weights, net.forward(weights, x, 0.3), y, 0.3)
    once, _ = net.descend(weights, x, y, 0.3, rate, 1, watch)
    torch.testing.assert_close(once["hidden"][1], weights["hidden"][1] - 0.1 * slope["hidden"][1])
    torch.testing.assert_close(net.loss(net.output(end, x, 0.3), y), seen["loss"][:, -1])
