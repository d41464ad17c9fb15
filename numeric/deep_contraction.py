"""Whether descent on the deep fully connected network contracts at a given rate.

Only that is asked, so that weights are moved in place and runs that fail are not followed further.
Source: du2018, Theorem 3.1; du2019, Theorem 3.1.
"""

from __future__ import annotations

import torch
from torch import Tensor

from numeric.deep_network import Weights, backward, forward, predictions
from numeric.kernels.layers import Activation

ROUNDING = 1e-9


def contracts(
    start: tuple[Weights, Tensor],
    data: tuple[Tensor, Tensor],
    activation: Activation,
    step_size: float,
    steps: int,
    rate: float,
    *,
    train_output: bool = False,
) -> Tensor:
    """Whether `|y - u(k)|^2 <= rate^k |y - u(0)|^2` for `k = 0..steps`, a truth value per run.

    `start` as for `deep_network.descend`, with one leading axis of runs.
    """
    (first, a), (x, y) = start, data
    weights, a = [w.clone() for w in first], a.clone()
    kept = torch.arange(len(a))
    loss_at_start: Tensor | None = None
    for k in range(steps + 1):
        path = forward(weights, x, activation)
        residual = y - predictions(path, a)
        loss = residual.square().sum(-1)
        loss_at_start = loss if loss_at_start is None else loss_at_start
        good = loss <= rate**k * loss_at_start * (1 + ROUNDING)
        if not bool(good.all()):
            kept, loss_at_start, a = kept[good], loss_at_start[good], a[good]
            weights = [w[good] for w in weights]
            if len(kept) == 0:
                break
            path = forward(weights, x, activation)
            residual = residual[good]
        if k == steps:
            break
        rows = backward(weights, a, path, activation)
        for weight, row, state in zip(weights, rows, path.states, strict=False):
            moved = (step_size * residual.unsqueeze(-1) * row).mT
            weight.baddbmm_(moved, state.expand(len(kept), *state.shape[-2:]))
        if train_output:
            a += step_size * (residual.unsqueeze(-2) @ path.states[-1]).squeeze(-2)
    found = torch.zeros(len(first[0]), dtype=torch.bool)
    found[kept] = True
    return found
