"""Whether descent on the deep fully connected network contracts at a given rate.

Only that is asked, so that weights are moved in place and runs that fail are not followed further.
Source: du2018, Theorem 3.1; du2019, Theorem 3.1.
"""

from __future__ import annotations

import torch
from torch import Tensor

from numeric.deep_network import Weights
from numeric.kernels.activations import value_and_derivative
from numeric.kernels.deep import c_sigma
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
    scales = [(c_sigma(activation) / w.shape[-2]) ** 0.5 for w in weights]
    kept = torch.arange(len(a))
    loss_at_start: Tensor | None = None
    for k in range(steps + 1):
        states, slopes = [x.expand(len(a), *x.shape[-2:])], []
        for weight, scale in zip(weights, scales, strict=True):
            state, slope = value_and_derivative(activation, states[-1] @ weight.mT)
            states.append(state * scale)
            slopes.append(slope * scale)
        residual = y - (states[-1] @ a.unsqueeze(-1)).squeeze(-1)
        loss = residual.square().sum(-1)
        loss_at_start = loss if loss_at_start is None else loss_at_start
        good = loss <= rate**k * loss_at_start * (1 + ROUNDING)
        if not bool(good.all()):
            kept, loss_at_start, a, residual = (t[good] for t in (kept, loss_at_start, a, residual))
            if len(kept) == 0:
                break
            weights, states, slopes = (
                [t[good] for t in tensors] for tensors in (weights, states, slopes)
            )
        if k == steps:
            break
        residual = step_size * residual.unsqueeze(-1)
        back = residual * a.unsqueeze(-2)
        if train_output:
            a += (residual.mT @ states[-1]).squeeze(-2)
        for h in reversed(range(len(weights))):
            moved = back * slopes[h]
            if h:
                back = moved @ weights[h]
            weights[h].baddbmm_(moved.mT, states[h])
    found = torch.zeros(len(first[0]), dtype=torch.bool)
    found[kept] = True
    return found
