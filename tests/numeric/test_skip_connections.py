"""The network against automatic gradients, its unsplit form, and runs with known solutions."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from numeric import skip_connections as skip


def _random(depth: int, width: int, d: int, shape: tuple[int, ...] = (2, 3)) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(1)
    start = skip.initial(shape, depth, width, d, generator)
    return {
        name: w + 0.4 * torch.randn(w.shape, generator=generator, dtype=torch.float64)
        for name, w in start.items()
    }


def _inputs(n: int, d: int) -> Tensor:
    x = torch.randn(n, d, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    return x / x.norm(dim=-1, keepdim=True)


@pytest.mark.parametrize("activation", sorted(skip.ACTIVATIONS))
@pytest.mark.parametrize(("depth", "width", "d"), [(2, 1, 1), (4, 3, 2), (5, 1, 4)])
def test_risk_gradient_is_the_automatic_one(
    activation: str, depth: int, width: int, d: int
) -> None:
    weights = {n: w.requires_grad_(True) for n, w in _random(depth, width, d).items()}
    x, target = _inputs(3, d), torch.tensor([0.5, -1.0, 0.2], dtype=torch.float64)
    value, slopes = skip.risk_gradient(weights, x, target, activation)
    expected = torch.autograd.grad(value.sum(), list(weights.values()), materialize_grads=True)
    for name, slope in zip(weights, expected, strict=True):
        torch.testing.assert_close(slopes[name], slope, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("activation", sorted(skip.ACTIVATIONS))
def test_output_gradients_are_the_automatic_ones(activation: str) -> None:
    weights = {n: w.requires_grad_(True) for n, w in _random(4, 3, 2).items()}
    x = _inputs(2, 2)
    path = skip.forward(weights, x, activation)
    slopes = skip.output_gradients(path, skip.backward(weights, path, activation))
    for i in range(2):
        expected = torch.autograd.grad(
            path.output[..., i].sum(), list(weights.values()), retain_graph=True
        )
        for name, slope in zip(weights, expected, strict=True):
            axis = -2 if name in ("a", "r") else -3
            torch.testing.assert_close(slopes[name].select(axis, i), slope)


def test_backward_states_are_gradients_in_the_states() -> None:
    weights, x = _random(4, 3, 2, ()), _inputs(1, 2)
    path = skip.forward(weights, x, "tanh")
    back = skip.backward(weights, path, "tanh")
    y = path.y[1].clone().requires_grad_(True)
    z = path.z[1].clone().requires_grad_(True)
    state_z, state_y = z, y
    for layer in (1, 2):
        u = state_z @ weights["b"][layer].T + state_y.unsqueeze(-1) * weights["r"][layer]
        g = torch.tanh(u)
        state_z, state_y = x + g @ weights["c"][layer].T, state_y + g @ weights["a"][layer]
    slope_y, slope_z = torch.autograd.grad(state_y.sum(), [y, z])
    torch.testing.assert_close(back.alpha[1], slope_y)
    torch.testing.assert_close(back.beta[1], slope_z)


@pytest.mark.parametrize("activation", sorted(skip.ACTIVATIONS))
def test_both_forms_agree(activation: str) -> None:
    weights, x = _random(6, 3, 4), _inputs(5, 4)
    split = skip.forward(weights, x, activation).output
    torch.testing.assert_close(skip.joint_output(weights, x, activation), split)


def test_the_output_is_zero_at_the_initialisation() -> None:
    start = skip.initial((4,), 5, 3, 2, torch.Generator().manual_seed(0))
    path = skip.forward(start, _inputs(3, 2), "relu")
    assert torch.equal(path.output, torch.zeros(4, 3, dtype=torch.float64))
    norms = start["b"].square().sum(dim=(-1, -2))
    torch.testing.assert_close(norms, torch.ones_like(norms))


def test_gram_at_the_initialisation() -> None:
    start, x = skip.initial((), 4, 3, 2, torch.Generator().manual_seed(0)), _inputs(2, 2)
    path = skip.forward(start, x, "relu")
    features = torch.relu(torch.einsum("lmd,nd->lnm", start["b"], x))
    expected = torch.einsum("lnm,lkm->nk", features, features) / (2 * 4)
    torch.testing.assert_close(skip.gram(path, skip.backward(start, path, "relu")), expected)


def test_depth_one_is_refused() -> None:
    with pytest.raises(ValueError, match="depth 1"):
        skip.initial((), 1, 1, 1, torch.Generator())


def test_aligned_weights_follow_the_scalar_recursion() -> None:
    epsilon, depth = 0.25, 4
    path = skip.forward(
        skip.aligned(torch.tensor([epsilon], dtype=torch.float64), depth),
        torch.ones(1, 1, 1, dtype=torch.float64),
        "relu",
    )
    o = y = 0.0
    for layer in range(1, depth):
        g = (1 + epsilon) * (1 + o) + epsilon * y
        o, y = epsilon * g, y + epsilon * g
        assert float(path.z[0, layer, 0, 0]) == pytest.approx(1 + o)
        assert float(path.y[0, layer, 0]) == pytest.approx(y)


def test_soft_thresholds_by_name() -> None:
    u = torch.linspace(-2, 2, 41, dtype=torch.float64)
    for name, at in (("soft", 0.5), ("slight", 0.1), ("soft:0.3", 0.3)):
        value, slope = skip.functions(name)
        torch.testing.assert_close(value(u), u.sign() * (u.abs() - at).clamp_min(0))
        assert bool((slope(u) == (u.abs() > at)).all())
    with pytest.raises(KeyError):
        skip.functions("hard:0.3")
