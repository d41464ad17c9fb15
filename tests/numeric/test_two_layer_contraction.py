"""Whether runs keep a bound is what their recorded losses say."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from numeric.gram_inputs import pairs
from numeric.two_layer_contraction import descent_keeps, flow_keeps
from numeric.two_layer_relu import initial
from numeric.two_layer_runs import Network, descend, flow, squared_residual

RUNS, STEPS = 60, 15
WAYS = {"descent": (descent_keeps, descend), "flow": (flow_keeps, flow)}


def _network(count: int) -> Network:
    weights, a = initial((RUNS,), 5, count, torch.Generator().manual_seed(3))
    y = 1 - 2 * (torch.arange(count) % 2).to(torch.float64)
    return Network(weights, a, pairs(count, 0.2), y)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("count", [3, 4])
def test_runs_keep_what_their_losses_say(count: int, way: str) -> None:
    keeps: Callable[[Network, float, Tensor], Tensor] = WAYS[way][0]
    network = _network(count)
    before = network.before.clone()
    loss = WAYS[way][1](network, 0.2, STEPS, {"loss": squared_residual})["loss"]
    index = torch.arange(1, STEPS + 1)
    slowest = ((loss[:, 1:] / loss[:, :1]) ** (1 / index)).amax(dim=1)
    for rank in (3, RUNS // 2, RUNS - 4):
        ordered = slowest.sort().values
        # Between two runs' slowest rates, so that so many keep the bound.
        rate = float((ordered[rank - 1] + ordered[rank]) / 2)
        found = keeps(network, 0.2, rate ** torch.arange(STEPS + 1, dtype=torch.float64))
        assert torch.equal(found, slowest <= rate)
        assert int(found.sum()) == rank
    assert torch.equal(network.before, before)


@pytest.mark.parametrize("way", WAYS)
def test_a_network_of_one_neuron_is_left_as_it_was(way: str) -> None:
    weights, a = initial((RUNS,), 1, 2, torch.Generator().manual_seed(3))
    network = Network(weights, a, pairs(2, 0.2), torch.ones(2, dtype=torch.float64))
    before = network.before.clone()
    WAYS[way][0](network, 0.2, torch.ones(5, dtype=torch.float64))
    assert torch.equal(network.before, before)


@pytest.mark.parametrize("way", WAYS)
def test_no_run_keeps_an_impossible_bound(way: str) -> None:
    factors = torch.tensor([1.0, 1e-6, 1e-6], dtype=torch.float64)
    assert not WAYS[way][0](_network(4), 0.01, factors).any()
