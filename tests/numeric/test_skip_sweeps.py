"""Sweeps over all layers against one layer after another."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from numeric import skip_connections as skip
from numeric import skip_sweeps


def _near(
    depth: int, size: float, shape: tuple[int, ...] = (2, 3)
) -> tuple[dict[str, Tensor], Tensor]:
    generator = torch.Generator().manual_seed(4)
    start = skip.initial(shape, depth, 3, 2, generator)
    weights = {
        name: w + size / depth * torch.randn(w.shape, generator=generator, dtype=torch.float64)
        for name, w in start.items()
    }
    x = torch.randn(4, 2, generator=generator, dtype=torch.float64)
    return weights, x / x.norm(dim=-1, keepdim=True)


@pytest.mark.parametrize("activation", sorted(skip.ACTIVATIONS))
@pytest.mark.parametrize(("depth", "size"), [(40, 1.0), (200, 4.0)])
def test_sweeps_are_the_layer_by_layer_passes(
    activation: str, depth: int, size: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights, x = _near(depth, size)
    fast = skip.forward(weights, x, activation)
    assert skip_sweeps.states(weights, x, skip.ACTIVATIONS[activation][0]) is not None
    fast_back = skip.backward(weights, fast, activation)
    monkeypatch.setattr(skip, "MANY_LAYERS", 10**9)
    slow = skip.forward(weights, x, activation)
    slow_back = skip.backward(weights, slow, activation)
    for name in ("z", "y", "u", "g"):
        torch.testing.assert_close(getattr(fast, name), getattr(slow, name), rtol=1e-12, atol=1e-13)
    for name in ("alpha", "beta", "gamma", "delta"):
        found, expected = getattr(fast_back, name), getattr(slow_back, name)
        torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-13)


def test_far_from_the_start_the_layers_are_taken_one_by_one() -> None:
    weights, x = _near(40, 80.0)
    assert skip_sweeps.states(weights, x, skip.ACTIVATIONS["relu"][0]) is None
    path = skip.forward(weights, x, "relu")
    torch.testing.assert_close(path.output, skip.joint_output(weights, x, "relu"))


def test_sweeps_can_be_differentiated() -> None:
    weights, x = _near(40, 1.0, ())
    leaves = {name: w.requires_grad_(True) for name, w in weights.items()}
    target = torch.tensor([0.5, -1.0, 0.2, 0.0], dtype=torch.float64)
    value, slopes = skip.risk_gradient(leaves, x, target, "tanh")
    expected = torch.autograd.grad(value, list(leaves.values()))
    for name, slope in zip(leaves, expected, strict=True):
        torch.testing.assert_close(slopes[name], slope, rtol=1e-9, atol=1e-13)


def test_slopes_through_few_sweeps_are_near_and_values_the_same() -> None:
    weights, x = _near(40, 1.0, ())
    target = torch.tensor([0.5, -1.0, 0.2, 0.0], dtype=torch.float64)
    found = []
    for through in (None, 1, 3):
        leaves = {name: w.clone().requires_grad_(True) for name, w in weights.items()}
        _, slopes = skip.risk_gradient(leaves, x, target, "tanh", through=through)
        value = slopes["a"].square().sum() + slopes["b"].square().sum()
        found.append((value, torch.autograd.grad(value, list(leaves.values()))))
    exact = torch.cat([slope.flatten() for slope in found[0][1]])
    away = []
    for value, parts in found[1:]:
        torch.testing.assert_close(value, found[0][0], rtol=1e-12, atol=0.0)
        slope = torch.cat([part.flatten() for part in parts])
        away.append(float((slope - exact).norm() / exact.norm()))
    assert 0 < away[1] < 1e-2
    assert away[1] < away[0] / 10


def test_states_that_are_not_finite_never_settle() -> None:
    weights, x = _near(40, 1.0, ())
    weights["a"][3] = float("inf")
    assert skip_sweeps.states(weights, x, skip.ACTIVATIONS["relu"][0]) is None
