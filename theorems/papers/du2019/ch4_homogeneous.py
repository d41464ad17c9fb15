"""Thesis sections 4.1, 4.2 and 4.6: gradient flow balances the layers of homogeneous networks.

H: number of layers; n: width of the hidden layers; slope: slope of the activation left of zero (0
for ReLU, 1 for a linear one); loss: which of three losses (squared, logistic, quartic); c: a
positive factor; spread of the weights: their standard deviation times the root of the fan-in.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import sympy as sp
from sympy import Interval, Matrix, oo, symbols

from symbolic import layered
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import AlongTrajectory, ForAll
from theorems.sides import Closed, Computed, Side, Simulated

PAPER = "du2019"
H, n, loss = symbols("H n loss", integer=True)
slope, c, scale = symbols("slope c scale", real=True)
NETWORKS = {H: sp.Range(2, oo), n: sp.S.Naturals, loss: sp.Range(0, 3), slope: Interval(0, 1)}
NETWORK_GRID = Grid(
    points=[
        {"H": h, "n": w, "loss": k}
        for h, w, k in ((2, 3, 0), (2, 1, 2), (3, 5, 1), (5, 4, 2), (4, 8, 0))
    ],
    slope=[0.0, 0.1, 0.5, 1.0],
    scale=[1.0, 3.0],
)
WIDE = NETWORK_GRID.nightly(slope=[0.0, 0.01, 0.1, 0.5, 0.9, 1.0], scale=[0.1, 1.0, 3.0, 10.0])
BATCH, SAMPLES, INPUTS, OUTPUTS = 6, 5, 4, 3
LINEAR_LAYER = 1


def _drawn(points: Any) -> tuple[list[Any], Any, Any, Any]:
    """Weights, one set of `BATCH` networks per point, inputs, targets, and slopes to broadcast."""
    import torch

    from numeric.homogeneous import layers

    generator = torch.Generator().manual_seed(41)
    sizes = (INPUTS, *[points.n] * (points.H - 1), OUTPUTS)
    weights = layers((points.n_points, BATCH), sizes, 1.0, generator)
    x = torch.randn(SAMPLES, INPUTS, generator=generator, dtype=torch.float64)
    y = torch.randn(SAMPLES, OUTPUTS, generator=generator, dtype=torch.float64)
    factor = points.scale.reshape(-1, 1, 1, 1)
    return [w * factor for w in weights], x, y, points.slope.reshape(-1, 1, 1, 1)
