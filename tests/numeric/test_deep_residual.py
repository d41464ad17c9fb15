"""The deep ResNet: gradients against automatic ones, Gram matrices, draws without weights."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from numeric import deep_residual as residual
from numeric.deep_descent import Network, descend, look
from numeric.deep_draws import draw, gaussian_rows
from numeric.kernels import deep
from numeric.kernels.layers import Activation

SOFTPLUS = Activation("softplus")


def _case(depth: int, width: int, d: int, seed: int = 3) -> tuple[dict[str, Tensor], Tensor]:
    generator = torch.Generator().manual_seed(seed)
    weights = residual.initial((2, 3), depth, width, d, generator, readout="gaussian")
    return weights, torch.randn(4, d, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("name", ["softplus", "relu", "tanh", "sigmoid", "linear"])
@pytest.mark.parametrize(("depth", "width", "d"), [(1, 3, 2), (2, 1, 1), (4, 5, 3)])
def test_loss_gradient_is_the_automatic_one(name: str, depth: int, width: int, d: int) -> None:
    weights, x = _case(depth, width, d)
    weights = {n: w.requires_grad_(True) for n, w in weights.items()}
    label = torch.tensor([0.5, -1.0, 0.2, 0.0], dtype=torch.float64)
    act = Activation(name)
    path = residual.forward(weights, x, act, 0.7)
    loss, slopes = residual.loss_gradient(path, residual.backward(weights, path, act, 0.7), label)
    expected = torch.autograd.grad(loss.sum(), list(weights.values()), materialize_grads=True)
    for key, slope in zip(weights, expected, strict=True):
        torch.testing.assert_close(slopes[key], slope, rtol=1e-11, atol=1e-12)


def test_states_follow_the_printed_recursion() -> None:
    weights, x = _case(3, 4, 2)
    path = residual.forward(weights, x, SOFTPLUS, 0.6)
    first = {n: w[0, 1] for n, w in weights.items()}
    state = math.sqrt(deep.c_sigma(SOFTPLUS) / 4) * torch.nn.functional.softplus(
        x @ first["first"].T
    )
    for matrix in first["layers"]:
        state = state + 0.6 / (3 * 2) * torch.nn.functional.softplus(state @ matrix.T)
    torch.testing.assert_close(path.states[0, 1, -1], state)
    torch.testing.assert_close(path.output[0, 1], state @ first["a"])
    assert torch.allclose(
        path.states[0, 1, -1],
        deep.features([first["first"], *first["layers"]], x, SOFTPLUS, 0.6)[-1],
    )


def test_last_gram_is_the_printed_one_and_all_grams_those_of_automatic_gradients() -> None:
    weights, x = _case(3, 4, 2)
    weights = {n: w[0, 0].requires_grad_(True) for n, w in weights.items()}
    path = residual.forward(weights, x, SOFTPLUS, 0.9)
    grams = residual.grams(path, residual.backward(weights, path, SOFTPLUS, 0.9))
    printed = residual.printed_last_gram(weights, path, SOFTPLUS, 0.9)
    torch.testing.assert_close(grams[-1], printed)
    rows = []
    for output in path.output:
        first, layers = torch.autograd.grad(
            output, [weights["first"], weights["layers"]], retain_graph=True
        )
        rows.append([first.flatten(), *layers.flatten(1)])
    for h in range(3):
        stacked = torch.stack([row[h] for row in rows])
        torch.testing.assert_close(grams[h], stacked @ stacked.T)


def test_gradient_by_products_is_the_layer_gradient() -> None:
    weights, x = _case(4, 3, 2)
    weights = {n: w[1, 2] for n, w in weights.items()}
    label = torch.zeros(4, dtype=torch.float64)
    path = residual.forward(weights, x, SOFTPLUS, 0.5)
    back = residual.backward(weights, path, SOFTPLUS, 0.5)
    slopes = residual.loss_gradient(path, back, label)[1]["layers"]
    for layer in (2, 3, 4):
        product = residual.gradient_by_products(
            weights, path, path.output - label, SOFTPLUS, 0.5, layer, 0.5
        )
        torch.testing.assert_close(product, slopes[layer - 2])


def test_per_point_factors_act_on_their_own_point() -> None:
    weights, x = _case(3, 4, 2)
    rates = torch.tensor([0.2, 0.9], dtype=torch.float64)[:, None]
    both = residual.forward(weights, x, SOFTPLUS, rates)
    for i, rate in enumerate((0.2, 0.9)):
        alone = residual.forward({n: w[i] for n, w in weights.items()}, x, SOFTPLUS, rate)
        torch.testing.assert_close(both.output[i], alone.output)


def test_wrong_depths_are_refused() -> None:
    generator = torch.Generator().manual_seed(0)
    with pytest.raises(ValueError, match="depth"):
        residual.initial((), 0, 2, 2, generator)
    with pytest.raises(ValueError, match="depth"):
        draw((), 1, 2, torch.eye(2, dtype=torch.float64), SOFTPLUS, 0.5, generator)


@pytest.mark.parametrize("readout", ["signs", "gaussian"])
def test_draws_have_the_law_of_networks_with_weights(readout: residual.Readout) -> None:
    generator = torch.Generator().manual_seed(5)
    x = torch.tensor([[1.0, 0.0], [0.6, 0.8], [0.0, 2.0]], dtype=torch.float64)
    count, depth, width = 6000, 3, 3
    drawn = draw((count,), depth, width, x, SOFTPLUS, 0.9, generator, readout=readout)
    weights = residual.initial((count,), depth, width, 2, generator, readout=readout)
    path = residual.forward(weights, x, SOFTPLUS, 0.9)
    gram = residual.printed_last_gram(weights, path, SOFTPLUS, 0.9)
    for ours, theirs in (
        (drawn.last_gram, gram),
        (drawn.states[:, -1].norm(dim=-1), path.states[:, -1].norm(dim=-1)),
        (drawn.output.square(), path.output.square()),
    ):
        error = (ours.var(0) / count + theirs.var(0) / count).sqrt()
        assert float(((ours.mean(0) - theirs.mean(0)).abs() / error).max()) < 4.5


def test_gaussian_rows_have_their_covariance_even_if_singular() -> None:
    generator = torch.Generator().manual_seed(1)
    gram = torch.tensor([[1.0, 1.0], [1.0, 1.0]], dtype=torch.float64)
    rows = gaussian_rows(gram, 4000, generator)
    torch.testing.assert_close(rows[0], rows[1], atol=1e-7, rtol=0)
    assert abs(float(rows[0].square().mean()) - 1) < 0.1


def test_descent_records_what_it_does() -> None:
    weights, x = _case(3, 6, 2)
    label = torch.tensor([1.0, -1.0, 1.0, -1.0], dtype=torch.float64)
    net = Network(SOFTPLUS, 0.5, train_output=True)
    path = descend(net, weights, x, label, 0.01, 3)
    assert path["loss"].shape == (2, 3, 3)
    torch.testing.assert_close(path["loss"][..., 1:], path["next_loss"][..., :-1])
    seen = look(net, weights, x, label)
    # The first layer's step is eta times its gradient.
    torch.testing.assert_close(path["moved"][..., 0], 0.01 * path["speed"][..., 0])
    torch.testing.assert_close(path["a_moved"][..., 0], 0.01 * path["a_speed"][..., 0])
    error = seen.output - label
    linear = -0.01 * (seen.total(True) @ error.unsqueeze(-1)).squeeze(-1)
    # I_2 is of second order: halving the step divides it by about four.
    half = descend(net, weights, x, label, 0.005, 1)
    ratio = path["second"][..., 0] / half["second"][..., 0]
    assert bool(((ratio > 3.5) & (ratio < 4.5)).all())
    assert float((path["change"][..., 0].sqrt() - linear.norm(dim=-1)).abs().max()) < 0.2


def test_fixed_output_weights_stay() -> None:
    weights, x = _case(2, 4, 2)
    path = descend(Network(SOFTPLUS, 0.5), weights, x, torch.zeros(4, dtype=torch.float64), 0.1, 2)
    assert float(path["a_moved"].max()) == 0
    assert float(path["moved"].min()) > 0
