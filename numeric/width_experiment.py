"""The synthetic experiment on width: one training run per width, same data for all of them.

Source: du2019, section 2.4 and Figure 2.1.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from numeric.data import unit_sphere
from numeric.two_layer_relu import initial
from numeric.two_layer_runs import Network, farthest


@dataclass(frozen=True)
class Outcome:
    """After the last epoch: `loss = sum_i (u_i - y_i)^2 / 2`; `changed`, the share of the
    `width * inputs` patterns that differ from the first; `farthest = max_r |w_r - w_r(0)|`."""

    loss: float
    changed: float
    farthest: float


def train(
    width: int, inputs: int, dimension: int, step_size: float, epochs: int, seed: int
) -> Outcome:
    """`epochs` steps of gradient descent from a random start on random data.

    Inputs are uniform on the sphere, labels standard normal; both depend on `seed` alone, the
    network's start on `seed` and `width`. Raises ValueError when the loss is not finite at the end.
    """
    generator = torch.Generator().manual_seed(seed)
    x = unit_sphere((inputs,), dimension, generator)
    y = torch.randn(inputs, generator=generator, dtype=torch.float64)
    start, a = initial((), width, dimension, generator.manual_seed(1000 * seed + width))
    network = Network(start, a, x, y)
    shift = torch.zeros_like(network.before)
    for _ in range(epochs):
        shift = shift + step_size * network.velocity(shift)
    end = network.at(shift)
    final = float(end.residual.square().sum() / 2)
    if not final < float("inf"):
        raise ValueError(f"the run of width {width} is no longer finite")
    changed = ((end.before >= 0) != (network.before >= 0)).to(torch.float64).mean()
    return Outcome(final, float(changed), float(farthest(end)))
