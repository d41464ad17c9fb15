"""The deep network against automatic gradients, the limit kernels, and its own Taylor expansion."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from numeric import deep_network as net
from numeric.kernels import deep
from numeric.kernels.layers import Activation
from numeric.wide_features import draw_features, draw_last_gram

NAMES = sorted(net.LIPSCHITZ)


def _setting(depth: int, width: int = 5, dimension: int = 3) -> tuple[list[Tensor], Tensor, Tensor]:
    generator = torch.Generator().manual_seed(7)
    weights, a = net.initial((2,), (depth, width, dimension), generator, "normal")
    x = torch.randn(4, dimension, generator=generator, dtype=torch.float64)
    return weights, a, x / x.norm(dim=-1, keepdim=True)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("depth", [1, 2, 4])
def test_gradients_of_every_output_are_the_automatic_ones(name: str, depth: int) -> None:
    weights, a, x = _setting(depth)
    leaves = [w.requires_grad_(True) for w in [*weights, a]]
    activation = Activation(name)
    path = net.forward(leaves[:-1], x, activation)
    u = net.predictions(path, leaves[-1])
    rows = net.backward(leaves[:-1], leaves[-1], path, activation)
    for i in range(4):
        chosen = torch.zeros(2, 4, dtype=torch.float64)
        chosen[:, i] = 1.0
        expected = torch.autograd.grad(u[:, i].sum(), leaves, retain_graph=True)
        for slope, wanted in zip(
            net.weighted_gradients(path, rows, chosen), expected[:-1], strict=True
        ):
            torch.testing.assert_close(slope, wanted, rtol=1e-11, atol=1e-12)
        torch.testing.assert_close(path.states[-1][:, i], expected[-1])


@pytest.mark.parametrize("name", NAMES)
def test_gram_matrices_are_those_of_the_gradients(name: str) -> None:
    weights, a, x = _setting(3)
    activation = Activation(name)
    path = net.forward(weights, x, activation)
    rows = net.backward(weights, a, path, activation)
    grams = net.layer_grams(path, rows)
    assert grams.shape == (2, 3, 4, 4)
    eye = torch.eye(4, dtype=torch.float64)
    for h in range(3):
        per_input = [net.weighted_gradients(path, rows, eye[i].expand(2, 4))[h] for i in range(4)]
        flat = torch.stack(per_input, dim=1).flatten(2)
        torch.testing.assert_close(grams[:, h], flat @ flat.mT)
    torch.testing.assert_close(
        grams[0, -1], deep.last_layer_gram([w[0] for w in weights], x, activation, a[0])
    )


def test_the_loss_gradient_is_the_automatic_one() -> None:
    weights, a, x = _setting(3)
    y = torch.tensor([1.0, -0.5, 0.0, 2.0], dtype=torch.float64)
    leaves = [w.requires_grad_(True) for w in [*weights, a]]
    at = net.iterate(leaves[:-1], leaves[-1], x, y, Activation("softplus"))
    expected = torch.autograd.grad(at.residual.square().sum() / 2, leaves)
    for slope, wanted in zip([*at.slopes, at.slope_a], expected, strict=True):
        torch.testing.assert_close(slope, wanted, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("train_output", [False, True])
def test_one_step_is_linear_part_plus_taylor_rest(train_output: bool) -> None:
    weights, a, x = _setting(3)
    y = torch.tensor([1.0, -0.5, 0.0, 2.0], dtype=torch.float64)
    activation, step = Activation("softplus"), torch.tensor([0.02, 0.2], dtype=torch.float64)
    at = net.iterate(weights, a, x, y, activation)
    gram = net.layer_grams(at.path, at.rows).sum(-3)
    if train_output:
        gram = gram + net.output_gram(at.path)
    linear = step[:, None] * (gram @ at.residual.unsqueeze(-1)).squeeze(-1)
    rest = net.taylor_rest(at, x, activation, step, train_output=train_output)
    after = net.iterate(*net.moved(at, step, train_output=train_output), x, y, activation)
    change = at.residual - after.residual
    torch.testing.assert_close(change, linear + rest, rtol=1e-9, atol=1e-11)
    assert float((change - linear).abs().max()) > 1e-4


def test_descent_records_its_iterates_and_stops_when_it_overflows() -> None:
    weights, a, x = _setting(2, width=40)
    y = torch.zeros(4, dtype=torch.float64)
    loss = {"loss": lambda at: at.residual.square().sum(-1)}
    run = net.descend((weights, a), (x, y), Activation("tanh"), 0.05, 30, loss)["loss"]
    assert run.shape == (2, 31)
    assert bool((run[:, 1:] < run[:, :-1]).all())
    with pytest.raises(ValueError, match="finite"):
        net.descend((weights, a), (x, y), Activation("linear"), 1e9, 30, loss)


@pytest.mark.parametrize("name", NAMES)
def test_the_constants_are_attained_and_never_exceeded(name: str) -> None:
    t = torch.linspace(-60, 60, 240001, dtype=torch.float64, requires_grad=True)
    slope = net.derivative(Activation(name), t)
    assert slope.max().item() == pytest.approx(net.LIPSCHITZ[name], rel=1e-6)
    if name not in ("relu", "linear"):
        bend = torch.autograd.grad(slope.sum(), t)[0].abs()
        assert bend.max().item() == pytest.approx(net.SMOOTHNESS[name], rel=1e-4)


@pytest.mark.parametrize("name", ["relu", "tanh", "softplus"])
def test_drawn_features_have_the_law_of_the_network(name: str) -> None:
    generator = torch.Generator().manual_seed(3)
    activation, x = Activation(name), torch.eye(2, 3, dtype=torch.float64)
    drawn = draw_features(x, activation, (3, 4), 40_000, generator)[-1]
    weights, _ = net.initial((40_000,), (3, 4, 3), generator)
    direct = net.forward(weights, x, activation).states[-1]
    for f in (lambda s: s @ s.mT, lambda s: (s @ s.mT).square()):
        one, two = f(drawn), f(direct)
        error = (one.std(0) ** 2 + two.std(0) ** 2).sqrt() / 200
        assert bool(((one.mean(0) - two.mean(0)).abs() < 5 * error).all())


@pytest.mark.parametrize("output", ["sign", "normal"])
def test_the_drawn_gram_matrix_tends_to_its_limit(output: str) -> None:
    generator = torch.Generator().manual_seed(5)
    x = torch.tensor([[1.0, 0.0], [0.6, 0.8]], dtype=torch.float64)
    limit = deep.fully_connected_limit(x, Activation("tanh"), 2)[-1]
    errors = [
        (draw_last_gram(x, Activation("tanh"), (2, m), 400, generator, output) - limit).abs().mean()
        for m in (50, 800)
    ]
    assert float(errors[1]) < 0.4 * float(errors[0])
    assert float(errors[1]) < 0.06
