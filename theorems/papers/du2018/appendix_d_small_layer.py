r"""Appendix D: Theorem D.1 when a layer above the first has a small Lipschitz constant.

Symbols of `appendix_d_framework`; delta: failure probability; small: factor on rho^(2).
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018.appendix_d_framework import (
    NETWORKS,
    PAPER,
    H,
    delta,
    family,
    network,
)
from theorems.papers.du2018.appendix_d_networks import normaliser, scaled
from theorems.papers.du2018.appendix_d_theorem import READING, THEOREM
from theorems.quantifiers import WithProbability
from theorems.sides import Computed, Sampled

small = symbols("small", real=True)


def _small_layers(points: Any) -> list[tuple[list[Any], Any, list[float]]]:
    """Two fully connected layers, the second rho and its C_(2) times `small`."""
    from dataclasses import replace

    root, found = normaliser(points.sigma) ** 0.5, []
    for value in points.small.tolist():
        layers, x, size = network(points)
        layers[1] = replace(layers[1], rho=scaled(points.sigma, root * value))
        found.append((layers, x, [size[0], size[1] * value]))
    return found


def _small_deviations(points: Any, samples: int, generator: Any) -> Any:
    import torch

    from numeric.program_bounds import deviations
    from numeric.tensor_program import channels, limit

    rows = []
    for layers, x, _ in _small_layers(points):
        found = channels(layers, x, points.m, samples, generator)
        rows.append(deviations(found, limit(layers, x)[1:])[0])
    return torch.stack(rows)


def _small_bound(points: Any, at_least_one: bool) -> Any:
    """E_K times the root of the logarithm over m; the product at least 1 if so asked."""
    import math

    import torch

    from numeric.program_bounds import constants, error_factors, first_layer
    from numeric.tensor_program import limit

    rows = []
    for (layers, x, size), failure in zip(
        _small_layers(points), points.delta.tolist(), strict=True
    ):
        k = constants(layers, limit(layers, x), size)
        factor = error_factors(k)[0]
        if at_least_one:
            gram, mean = first_layer(k)
            factor = max(factor, gram, math.sqrt(100 * k.largest) * mean / max(k.weight))
        rows.append(factor * math.sqrt(math.log(2 * points["n"] ** 2 / failure) / points.m))
    return torch.tensor(rows, dtype=torch.float64)


SMALL: dict[str, Any] = {
    "over": {
        **NETWORKS,
        family: sp.FiniteSet(0),
        H: sp.FiniteSet(2),
        small: Interval.Lopen(0, 1),
        delta: Interval.open(0, 1),
    },
    "quantifier": WithProbability(1 - delta, draws=200),
    "lhs": Sampled(_small_deviations),
    "relation": "<=",
    "grid": Grid(family=[0], H=[2], sigma=[0], n=[2], m=[4], small=[1e-9, 1.0], delta=[0.5]),
}
small_layer = Claim(
    id="du2018.theorem-D.1.small-layer",
    source=Source(PAPER, "D", "Theorem D.1 for a second layer of small Lipschitz constant"),
    title="Theorem D.1 at H = 2 with a tiny rho^(2): any Lipschitz rho is allowed there",
    statement=THEOREM,
    reading=READING
    + r"; $H=2$, fully connected, the second rho $10^{-9}$ times that of the network: "
    "the section's opening lets rho^(1), ..., rho^(H) be any Lipschitz functions, and (9) is for "
    "every layer, the first too. Factors above 10^-7 do no harm, so no network of the paper's is "
    "touched",
    rhs=Computed(lambda points: _small_bound(points, at_least_one=False)),
    erratum="the bound on layer h has the product over all layers up to H: a last layer of factor "
    "below 1 shrinks the bound on the layers below it",
    **SMALL,
)

small_layer_corrected = Claim(
    id="du2018.theorem-D.1.small-layer.corrected",
    source=small_layer.source,
    statement=r"the printed bound with $\max\{1,\cdot\}$ of each factor of the product",
    rhs=Computed(lambda points: _small_bound(points, at_least_one=True)),
    corrects="du2018.theorem-D.1.small-layer",
    **SMALL,
)
