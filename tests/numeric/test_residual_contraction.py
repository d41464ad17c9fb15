"""Whether residual networks contract is what the recorded losses of the same runs say."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from numeric import deep_convolution as convolution
from numeric import deep_residual as residual
from numeric.deep_descent import Network, descend
from numeric.kernels.layers import Activation
from numeric.residual_contraction import contracts

STEPS, RUNS = 12, 40


def _case(
    places: int, patch: int, depth: int, *, trained: bool
) -> tuple[dict[str, Tensor], tuple[Tensor, Tensor]]:
    generator = torch.Generator().manual_seed(5)
    readout: residual.Readout = "gaussian" if trained else "signs"
    if patch:
        sizes = (depth, 4, 2, places, patch)
        weights = convolution.initial((RUNS,), sizes, generator, readout=readout)
        x = torch.randn(3, 2, places, generator=generator, dtype=torch.float64)
        x /= x.flatten(1).norm(dim=1)[:, None, None]
    else:
        weights = residual.initial((RUNS,), depth, 4, 3, generator, readout=readout)
        x = torch.eye(3, dtype=torch.float64)
    return weights, (x, torch.tensor([3.0, -3.0, 3.0], dtype=torch.float64))


@pytest.mark.parametrize("trained", [False, True])
@pytest.mark.parametrize("name", ["gelu", "softplus"])
@pytest.mark.parametrize(
    ("places", "patch", "depth"),
    [(0, 0, 1), (0, 0, 3), (1, 1, 2), (3, 3, 2), (4, 2, 3), (3, 5, 2), (2, 7, 2)],
)
def test_runs_contract_as_their_losses_say(
    places: int, patch: int, depth: int, name: str, trained: bool
) -> None:
    weights, data = _case(places, patch, depth, trained=trained)
    before = {key: weight.clone() for key, weight in weights.items()}
    net = Network(Activation(name), 0.9, patch=patch, train_output=trained)
    losses = descend(net, weights, *data, 0.1, STEPS, ["next_loss"])
    ratio = losses["next_loss"] / losses["first"]
    slowest = (ratio ** (1 / (losses["step"] + 1))).amax(dim=-1)
    # Between two runs' slowest rates, so that some contract and some do not.
    ordered = slowest.sort().values
    rate = float((ordered[RUNS // 2 - 1] + ordered[RUNS // 2]) / 2)
    found = contracts(net, weights, data, 0.1, STEPS, rate)
    assert torch.equal(found, slowest <= rate)
    assert int(found.sum()) == RUNS // 2
    assert all(torch.equal(weights[key], weight) for key, weight in before.items())


def test_no_run_contracts_at_an_impossible_rate() -> None:
    weights, data = _case(3, 3, 2, trained=False)
    net = Network(Activation("gelu"), 0.9, patch=3)
    assert not contracts(net, weights, data, 0.01, 5, 0.5).any()
