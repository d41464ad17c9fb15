r"""Symbols of all sections, and the neighbourhood that their statements range over.

L: hidden layers; m: width (all layers the same unless said otherwise); d: input dimension; n:
examples; tau: radius of the neighbourhood; B: constant of the gradient lower bound (4.1); epsilon:
accuracy; delta: failure probability; gamma: margin; eta: step size; K: iterations; z: a margin.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy as sp
from sympy import Interval, oo, symbols

PAPER = "caogu2019"
tau, B, epsilon, delta, gamma, eta, z = symbols("tau B epsilon delta gamma eta z", real=True)
L, m, d, n, K = symbols("L m d n K", integer=True)
REALS = Interval(-oo, oo)
POSITIVE = Interval.open(0, oo)
UNIT = Interval.open(0, 1)
EVEN = sp.Range(2, oo, 2)
SIZES = {L: sp.S.Naturals, m: EVEN, d: sp.S.Naturals, n: sp.S.Naturals}


def generator_of(*parts: int) -> Any:
    """A generator that depends on the sizes alone."""
    import torch

    seed = 20190204
    for part in parts:
        seed = (seed * 1_000_003 + part) % (1 << 61)
    return torch.Generator().manual_seed(seed)


def widths_of(points: Any) -> tuple[int, ...]:
    """`(d, m, ..., m)`."""
    return (points.d, *(points.m for _ in range(points.L)))


def neighbourhoods(
    points: Any, generator: Any, names: Sequence[str] = ("old", "new"), radius: Any = None
) -> dict[str, Any]:
    """The initialisation, weights in the tau-neighbourhood of it, and inputs on the sphere.

    The layers of each of `names` are `<name>1..<name>L`; those of "start" are the initialisation
    itself, a ball of radius 0.
    """
    import torch

    from numeric.adversary import Around
    from numeric.deep_relu import initial

    start = initial((points.n, 1), widths_of(points), generator)
    within = points.tau if radius is None else radius
    sets = {
        f"{name}{level}": Around(layer, 0.0 if name == "start" else within, trailing=2)
        for name in ("start", *names)
        for level, layer in enumerate(start, start=1)
    }
    inputs = torch.zeros(points.n, 1, points["n"], points.d, dtype=torch.float64)
    sets["x"] = Around(inputs, 1.0, shape="sphere", trailing=1)
    return sets


def layers(weights: Any, name: str) -> tuple[Any, ...]:
    """The layers `<name>1, <name>2, ...` of a search."""
    found: list[Any] = []
    while f"{name}{len(found) + 1}" in weights:
        found.append(weights[f"{name}{len(found) + 1}"])
    return tuple(found)


def labels(count: int) -> Any:
    """Alternating labels `1, -1, 1, ...`, shape `(count,)`."""
    import torch

    return 1 - 2 * (torch.arange(count) % 2).to(torch.float64)


def column(values: list[float]) -> Any:
    import torch

    return torch.tensor(values, dtype=torch.float64)
