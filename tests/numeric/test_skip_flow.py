"""Flows and descents of the network with skip connections against automatic gradients."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from numeric import skip_connections as skip
from numeric import skip_flow


def _case(
    depth: int, width: int, d: int, lead: tuple[int, ...], size: float = 0.4, count: int = 3
) -> tuple[dict[str, Tensor], Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    start = skip.initial(lead, depth, width, d, generator)
    weights = {
        name: w + size * torch.randn(w.shape, generator=generator, dtype=torch.float64)
        for name, w in start.items()
    }
    x = torch.randn(*lead, count, d, generator=generator, dtype=torch.float64)
    target = torch.randn(*lead, count, generator=generator, dtype=torch.float64)
    return weights, x / x.norm(dim=-1, keepdim=True), target


def _automatic(
    weights: dict[str, Tensor], x: Tensor, target: Tensor, activation: str
) -> tuple[Tensor, dict[str, Tensor]]:
    """The risk and its slopes from the unsplit form of the network."""
    leaves = {name: w.clone().requires_grad_(True) for name, w in weights.items()}
    output = skip.joint_output(leaves, x, activation)
    value = (output - target).square().mean(-1) / 2
    slopes = torch.autograd.grad(value.sum(), list(leaves.values()))
    return value.detach(), dict(zip(leaves, slopes, strict=True))


@pytest.mark.parametrize("activation", sorted(skip.ACTIVATIONS))
@pytest.mark.parametrize(
    ("depth", "width", "d", "lead"),
    [(2, 1, 1, ()), (5, 3, 2, (2, 3)), (7, 1, 4, (2,)), (40, 2, 3, (4,))],
)
def test_gradient_is_the_automatic_one(
    activation: str, depth: int, width: int, d: int, lead: tuple[int, ...]
) -> None:
    weights, x, target = _case(depth, width, d, lead)
    sizes, theta = skip_flow.packed(weights)
    risk = skip_flow.Risk(sizes, x, target, activation)
    # The second call starts from the states of the first, at other weights.
    for scale in (1.0, 0.7):
        scaled = {name: scale * w for name, w in weights.items()}
        expected, slopes = _automatic(scaled, x, target, activation)
        value, slope = risk.gradient(scale * theta)
        torch.testing.assert_close(sizes.per_run(value), expected, rtol=1e-10, atol=1e-12)
        for name, part in sizes.weights(slope).items():
            size = float(slopes[name].abs().max())
            torch.testing.assert_close(part, slopes[name], rtol=1e-9, atol=1e-11 * max(size, 1))


def test_weights_are_unpacked_as_they_were() -> None:
    weights, _, _ = _case(6, 3, 2, (2, 4))
    sizes, theta = skip_flow.packed(weights)
    for name, part in sizes.weights(theta).items():
        assert torch.equal(part, weights[name])


def test_layers_and_outputs_are_those_of_the_network() -> None:
    weights, x, target = _case(30, 3, 2, (2,), size=0.05)
    sizes, theta = skip_flow.packed(weights)
    risk = skip_flow.Risk(sizes, x, target, "tanh")
    path = skip.forward(weights, x, "tanh")
    before = risk.output(theta)
    torch.testing.assert_close(sizes.per_run(before.T), path.output, rtol=1e-12, atol=1e-13)
    torch.testing.assert_close(risk.g.permute(3, 2, 0, 1), path.g, rtol=1e-12, atol=1e-13)
    kept = before.clone()
    risk.output(0.5 * theta)
    assert torch.equal(before, kept)


def test_distance_is_that_of_the_layer_that_moved_most() -> None:
    weights, _, _ = _case(4, 2, 3, (2,))
    sizes, theta = skip_flow.packed(weights)
    for name in "arbc":
        moved = {key: w.clone() for key, w in weights.items()}
        moved[name][1, 2] += 3.0
        moved["a"][0, 0, 0] += 0.25
        entries = weights[name][1, 2].numel()
        far = sizes.distance(skip_flow.packed(moved)[1], theta)
        torch.testing.assert_close(far, torch.tensor([0.25, 3 * math.sqrt(entries)]).double())


def test_states_that_are_not_finite_are_never_taken_for_settled() -> None:
    weights, x, target = _case(30, 2, 2, (1,), size=0.05)
    weights["c"][0, 1] = float("nan")
    sizes, theta = skip_flow.packed(weights)
    value = skip_flow.Risk(sizes, x, target, "identity").at(theta)
    assert bool(torch.isnan(value).all())


def test_flow_of_one_layer_in_closed_form() -> None:
    # Depth 2 with r = C = 0 and y = 0 below: f = a b, so a' = -(ab - 1) b, b' = -(ab - 1) a.
    start = skip.initial((1,), 2, 1, 1, torch.Generator().manual_seed(0))
    start["b"] = torch.ones_like(start["b"])
    x = torch.ones(1, 1, dtype=torch.float64)
    end, risks = skip_flow.flow(start, x, torch.ones(1, dtype=torch.float64), "identity", 0.01, 800)
    a, b = float(end["a"]), float(end["b"])
    assert b * b - a * a == pytest.approx(1, abs=1e-9)
    assert a * b == pytest.approx(1, abs=1e-3)
    assert bool((risks[..., 1:] < risks[..., :-1]).all())
    golden = math.sqrt((1 + math.sqrt(5)) / 2)
    assert b == pytest.approx(golden, abs=1e-3)


def test_flow_is_of_fourth_order_and_descent_of_first() -> None:
    weights, x, target = _case(5, 2, 2, (2,), size=0.2)
    exact, _ = skip_flow.flow(weights, x, target, "tanh", 1 / 512, 512)

    def away(run: object, steps: int) -> float:
        end, risks = run(weights, x, target, "tanh", 1 / steps, steps)  # type: ignore[operator]
        assert risks.shape == (2, steps + 1)
        return max(float((end[name] - exact[name]).abs().max()) for name in exact)

    assert 10 < away(skip_flow.flow, 4) / away(skip_flow.flow, 8) < 24
    assert 1.6 < away(skip_flow.descent, 32) / away(skip_flow.descent, 64) < 2.4
