"""One pass for both sides of a search, and none kept for weights that are not differentiated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from numeric.shared_pass import shared_pass


class Counted:
    """A pass that counts how often it is made."""

    def __init__(self) -> None:
        self.made = 0
        self.run = shared_pass(self._run)

    def _run(self, points: Any, weights: Mapping[str, Tensor]) -> Tensor:
        self.made += 1
        return weights["w"].square().sum()


def test_both_sides_share_the_pass_and_its_graph() -> None:
    counted, weights = Counted(), {"w": torch.ones(3, requires_grad=True)}
    total = counted.run(None, weights) + 2 * counted.run(None, weights)
    assert counted.made == 1
    slope = torch.autograd.grad(total, weights["w"])[0]
    torch.testing.assert_close(slope, torch.full((3,), 6.0))


def test_other_weights_or_points_have_a_pass_of_their_own() -> None:
    counted, leaf = Counted(), torch.ones(3, requires_grad=True)
    weights = {"w": leaf}
    counted.run(None, weights)
    counted.run(None, {"w": leaf})
    counted.run(1, weights)
    assert counted.made == 3


def test_nothing_is_kept_for_weights_that_are_not_differentiated() -> None:
    counted, weights = Counted(), {"w": torch.ones(3)}
    first = counted.run(None, weights)
    weights["w"] += 1
    assert float(counted.run(None, weights)) == 4 * float(first)
    assert counted.made == 2
