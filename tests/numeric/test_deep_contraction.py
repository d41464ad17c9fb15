"""Whether runs contract is what the recorded losses of the same runs say."""

from __future__ import annotations

import pytest
import torch

from numeric.deep_contraction import contracts
from numeric.deep_network import descend, initial
from numeric.kernels.layers import Activation

STEPS = 30


@pytest.mark.parametrize("trained", [False, True])
@pytest.mark.parametrize("depth", [1, 3])
def test_runs_contract_as_their_losses_say(depth: int, trained: bool) -> None:
    generator = torch.Generator().manual_seed(5)
    weights, a = initial((40,), (depth, 6, 3), generator, "normal")
    x = torch.nn.functional.normalize(torch.randn(3, 3, generator=generator).double(), dim=-1)
    data, start = (x, torch.tensor([1.0, -1.0, 0.5]).double()), (weights, a)
    before = [w.clone() for w in weights]
    arguments = (start, data, Activation("tanh"), 0.02, STEPS)
    record = {"loss": lambda at: at.residual.square().sum(-1)}
    losses = descend(*arguments, record, train_output=trained)["loss"]
    kept = (losses[:, 1:] / losses[:, :1]) ** (1 / torch.arange(1, STEPS + 1))
    # Between two runs' slowest rates, so that some contract and some do not.
    slowest = kept.amax(dim=1).sort().values
    rate = float((slowest[20] + slowest[21]) / 2)
    found = contracts(*arguments, rate, train_output=trained)
    assert torch.equal(found, kept.amax(dim=1) <= rate)
    assert 0 < int(found.sum()) < 40
    assert all(torch.equal(w, v) for w, v in zip(weights, before, strict=True))


def test_no_run_contracts_at_an_impossible_rate() -> None:
    generator = torch.Generator().manual_seed(6)
    start = initial((4,), (2, 5, 2), generator)
    data = (torch.eye(2, dtype=torch.float64), torch.ones(2, dtype=torch.float64))
    assert not contracts(start, data, Activation("tanh"), 0.01, 5, 0.5).any()
