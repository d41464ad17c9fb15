"""Runs of two-layer networks against automatic gradients and exact flows."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from numeric import two_layer_relu as plain
from numeric import two_layer_runs
from numeric.gram_inputs import pairs
from numeric.two_layer_runs import (
    Network,
    descend,
    farthest,
    fastest,
    flow,
    gram,
    rests,
    squared_residual,
)

M, N, D = 11, 4, 5


@pytest.fixture(params=["arrays", "tensors"], autouse=True)
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few numbers move in NumPy, many in PyTorch; several blocks of steps."""
    monkeypatch.setattr(two_layer_runs, "FEW", 10**9 if request.param == "arrays" else 0)
    monkeypatch.setattr(two_layer_runs, "BLOCK", 1000)


Case = tuple[Tensor, Tensor, Tensor, Tensor]


def _case(lead: tuple[int, ...], inputs: tuple[int, ...]) -> Case:
    generator = torch.Generator().manual_seed(3)
    weights, a = plain.initial(lead, M, D, generator)
    x = torch.randn(*inputs, N, D, generator=generator, dtype=torch.float64)
    return weights, a, x, torch.randn(*lead, N, generator=generator, dtype=torch.float64)


# One set of inputs, one per network, and one per group of networks.
CASES = [((3,), ()), ((3,), (3,)), ((2, 3), (2, 1)), ((2, 3), (2, 3)), ((), ())]


@pytest.mark.parametrize(("lead", "inputs"), CASES)
def test_descent_is_that_of_the_weights(lead: tuple[int, ...], inputs: tuple[int, ...]) -> None:
    weights, a, x, y = _case(lead, inputs)
    records = {
        "loss": squared_residual,
        "far": farthest,
        "fast": fastest,
        "gram": gram,
        "weights": lambda now: now.weights(),
    }
    path = descend(Network(weights, a, x, y), 0.2, 6, records)
    here = weights.clone()
    for step in range(7):
        leaf = here.clone().requires_grad_()
        (slope,) = torch.autograd.grad(plain.loss(leaf, a, x, y).sum(), leaf)
        away = plain.predictions(here, a, x) - y
        assert torch.allclose(path["loss"][..., step], away.square().sum(-1))
        assert torch.allclose(path["weights"][..., step], here)
        assert torch.allclose(path["gram"][..., step], plain.gram_at(here, x))
        assert torch.allclose(path["far"][..., step], (here - weights).norm(dim=-1).amax(-1))
        assert torch.allclose(path["fast"][..., step], slope.norm(dim=-1).amax(-1))
        here = here - 0.2 * slope
    assert float(path["far"][..., -1].min()) > 0.01


def test_step_sizes_per_group() -> None:
    weights, a, x, y = _case((2, 3), (2, 1))
    sizes = torch.tensor([0.1, 0.3], dtype=torch.float64)
    record = {"loss": squared_residual}
    both = descend(Network(weights, a, x, y), sizes[:, None, None, None], 9, record)["loss"]
    for k, size in enumerate(sizes.tolist()):
        alone = descend(Network(weights[k], a[k], x[k], y[k]), size, 9, record)["loss"]
        assert torch.allclose(both[k], alone)


def test_a_weight_on_the_kink_is_active() -> None:
    weights, x = torch.zeros(1, 1).double(), torch.ones(1, 1).double()
    network = Network(weights, torch.ones(1).double(), x, torch.tensor([2.0]).double())
    now = network.at(torch.zeros_like(network.before))
    assert float(now.pull) == 2.0
    assert float(now.active) == 1.0
    # Just below it is not.
    below = Network(weights - 1e-300, torch.ones(1).double(), x, torch.tensor([2.0]).double())
    assert float(below.at(torch.zeros_like(network.before)).pull) == 0.0


def test_flow_of_one_neuron_is_exponential() -> None:
    weights, a = torch.full((1, 1), 2.0).double(), torch.ones(1).double()
    x, y = torch.ones(1, 1).double(), torch.tensor([5.0]).double()
    records = {"loss": squared_residual, "far": farthest}
    path = flow(Network(weights, a, x, y), 0.05, 40, records)
    time = 0.05 * torch.arange(41).double()
    assert torch.allclose(path["loss"], 9 * (-2 * time).exp(), rtol=1e-5)
    assert torch.allclose(path["far"], 3 * (1 - (-time).exp()), rtol=1e-5, atol=1e-12)


def test_flow_converges_with_its_time_step() -> None:
    network, record = Network(*_case((3,), (3,))), {"loss": squared_residual}
    ends = [flow(network, 1 / s, s, record)["loss"][..., -1] for s in (10, 200, 800)]
    coarse, fine = (ends[0] - ends[2]).abs().max(), (ends[1] - ends[2]).abs().max()
    assert float(fine) < 0.02 * float(ends[2].max())
    assert float(fine) < float(coarse)


def test_diverging_descent_says_so() -> None:
    weights, a, x, y = _case((3,), (3,))
    with pytest.raises(ValueError, match="finite"):
        descend(Network(weights, a, 100 * x, y), 1e6, 300, {"loss": squared_residual})


def test_a_record_has_an_axis_of_steps() -> None:
    network = Network(*_case((3,), ()))
    with pytest.raises(ValueError, match="'still' has no axis of steps"):
        descend(network, 0.1, 4, {"still": lambda now: now.network.width * torch.ones(7)})


def test_one_input_alone_holds_no_neuron() -> None:
    # On the input 1 with a = -1 and y > 0 the neuron moves down to its kink; nothing pushes it up.
    x, a = torch.ones(1, 1).double(), -torch.ones(1).double()
    network = Network(torch.full((1, 1), 0.5).double(), a, x, torch.tensor([1.0]).double())
    path = flow(network, 0.01, 200, {"rests": lambda now: rests(now, torch.tensor(0.01))})
    assert not bool(path["rests"].any())


def test_two_inputs_hold_a_neuron_between_them() -> None:
    x = pairs(2, 0.1)
    weights = torch.tensor([[0.3, 0.001]]).double() @ torch.linalg.inv(x).mT
    y = plain.predictions(weights, torch.ones(1).double(), x) + torch.tensor([1.0, -1.0]).double()
    network = Network(weights, torch.ones(1).double(), x, y)
    path = flow(network, 0.01, 20, {"rests": lambda now: rests(now, torch.tensor(0.01))})
    # The second input pulls its value down while active; the first pulls it up from below.
    assert bool(path["rests"].any())
    assert math.isfinite(float(network.at(torch.zeros_like(network.before)).residual.sum()))
