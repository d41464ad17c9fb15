r"""Networks of thesis section 2.2.1 with one input, whose gradient flow has a closed form.

m: width; k: number of active neurons; gap: the residual y - u(0) > 0; t: time; lambda_0 = 1/2.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy as sp
from sympy import Interval, exp, sqrt

from theorems.grid import Grid
from theorems.papers.du2019.ch2_runs import POSITIVE, gap, k, m, t

# One input, k of m neurons active and moving up: H = k/m for all time, lambda_0 = 1/2.
SHARE = k / m
ONE_INPUT = {m: sp.S.Naturals, k: sp.S.Naturals, gap: POSITIVE, t: Interval(0, sp.oo)}
ONE_GRID = Grid(gap=[0.2, 1.0], t=[0.0], m=[1, 3, 4, 9], k=[1, 2, 4, 9])
STAYS_HALF = [k <= m, 4 * k >= m]


def one_input_flow(points: Any, _: Any) -> dict[str, Any]:
    """The flow of m neurons at +-3 on the input 1, the first k active, all with a_r = 1."""
    return dict(_flow(points.m, points.k, tuple(points.gap.tolist())))


@lru_cache(maxsize=16)
def _flow(width: int, active: int, gaps: tuple[float, ...]) -> dict[str, Any]:
    """The same run for all claims that look at it: nothing in it is random."""
    import torch

    from numeric.two_layer_relu import predictions
    from numeric.two_layer_runs import Network, farthest, flow, squared_residual

    count = len(gaps)
    weights = torch.full((count, width, 1), -3.0, dtype=torch.float64)
    weights[:, :active] = 3.0
    x = torch.ones(count, 1, 1, dtype=torch.float64)
    a = torch.ones(count, width, dtype=torch.float64)
    y = predictions(weights, a, x) + torch.tensor(gaps, dtype=torch.float64)[:, None]
    steps, length = 400, 0.02
    records = {"loss": squared_residual, "far": farthest}
    path = flow(Network(weights, a, x, y), length, steps, records)
    time = length * torch.arange(steps + 1, dtype=torch.float64).expand(count, steps + 1)
    return {**path, "t": time, "width": torch.full_like(time, width**0.5)}


ONE_READING = (
    r"one input 1, $\lambda_0=\frac12$, residual gap, $k$ of $m$ neurons active, all $a_r=1$: "
    r"$\lambda_{\min}(H)=\frac km\ge\frac{\lambda_0}2$ for all time, in closed form and simulated"
)
DISTANCE = gap * (1 - exp(-SHARE * t)) / (sqrt(m) * SHARE)
