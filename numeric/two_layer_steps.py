"""One step of gradient descent on a two-layer ReLU network, taken apart as the proof does.

`A_ir` is the event that some weight within `radius` of the start has another pattern on `x_i`;
`S_i^perp` the neurons for which it happens. Source: du2019, section 2.3.1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from numeric.two_layer_relu import ascent, uncertain


@dataclass(frozen=True)
class StepTerms:
    """`stable (..., n)` and `changing (..., n)`: the parts `I_1` and `I_2` of `u(k+1) - u(k)`, from
    neurons outside and inside `S_i^perp`. `count (..., n)`: `|S_i^perp|`. `gram (..., n, n)` and
    `off_gram (..., n, n)`: `H(k)` and its part `H^perp(k)` from `S_i^perp`. `speeds (..., m)`:
    `|dL/dw_r|`. `residual (..., n)`: `y - u(k)`. `moved (...)`: the largest distance of a weight
    from the start, before or after the step."""

    stable: Tensor
    changing: Tensor
    count: Tensor
    gram: Tensor
    off_gram: Tensor
    speeds: Tensor
    residual: Tensor
    moved: Tensor


def step_terms(
    weights: Tensor,
    start: Tensor,
    a: Tensor,
    x: Tensor,
    y: Tensor,
    step_size: Tensor,
    radius: Tensor,
) -> StepTerms:
    """The step from `weights (..., m, d)` with the start's `A_ir`; unit inputs `x (..., n, d)`.

    `a (..., m)`, `y (..., n)`; `step_size` and `radius` broadcast against `weights`.
    """
    width = weights.shape[-2]
    slope, residual = ascent(weights, a, x, y)
    after = weights + step_size * slope
    before = weights @ x.mT
    change = (after @ x.mT).clamp_min(0.0) - before.clamp_min(0.0)
    may_flip = uncertain(start, x, radius).to(torch.float64)
    weighted = a.unsqueeze(-1) * change / math.sqrt(width)
    active = (before >= 0).to(torch.float64)
    inner = x @ x.mT / width
    moved = torch.maximum((weights - start).norm(dim=-1), (after - start).norm(dim=-1))
    return StepTerms(
        stable=(weighted * (1 - may_flip)).sum(dim=-2),
        changing=(weighted * may_flip).sum(dim=-2),
        count=may_flip.sum(dim=-2),
        gram=active.mT @ active * inner,
        off_gram=(active * may_flip).mT @ active * inner,
        speeds=slope.norm(dim=-1),
        residual=residual,
        moved=moved.amax(dim=-1),
    )
