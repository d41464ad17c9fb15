"""What the claims on residual networks share: symbols, and networks drawn at their points.

L, m, d: depth, width of all hidden layers and of the last one, input dimension; c: theta = c/L;
tau: radius of the ball around the initial weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy import Interval, oo, symbols

PAPER = "frei2019"
c, tau, gamma = symbols("c tau gamma", real=True)
L, m, d = symbols("L m d", integer=True)
SIZES = {L: sp.S.Naturals, m: sp.Range(2, oo, 2), d: sp.S.Naturals}
SCALE = {c: Interval.open(0, oo)}
RADIUS = {tau: Interval.Lopen(0, 1)}
NAMES = ("first", "hidden", "last")


@dataclass(frozen=True)
class Draws:
    """`count` networks at each of `n` points: all tensors lead with `n * count`, then 1.

    The axis of one is where a search puts its restarts. `theta (n * count, 1, 1, 1)`.
    """

    weights: dict[str, Any]
    x: Any
    theta: Any

    def spread(self, values: Any, count: int) -> Any:
        """A quantity per point `(n,)`, repeated for its draws: `(n * count, 1)`."""
        return values.repeat_interleave(count).unsqueeze(-1)


def draw(points: Any, count: int, generator: Any, *, inputs: int = 1) -> Draws:
    """Gaussian initialisation, and `inputs` uniform points of the sphere per network."""
    from numeric.data import unit_sphere
    from numeric.residual_relu import initial

    total = points.n * count
    weights = initial((total, 1), (points.L, points.m, points.m, points.d), generator)
    x = unit_sphere((total, 1, inputs), points.d, generator)
    theta = (points.c / points.L).repeat_interleave(count).reshape(-1, 1, 1, 1)
    return Draws(weights, x, theta)


def ball(draws: Draws, radius: Any, prefix: str = "") -> dict[str, Any]:
    """W(W0, tau): per layer a ball of Frobenius radius `radius (n * count,)`."""
    from numeric.adversary import Around

    return {prefix + name: Around(draws.weights[name], radius, trailing=2) for name in NAMES}


def chosen(weights: Any, prefix: str = "") -> dict[str, Any]:
    """The weights of one network among the names of a search."""
    return {name: weights[prefix + name] for name in NAMES}


def worst(objective: Any, sets: Any, restarts: int, steps: int, generator: Any) -> Any:
    """The largest value found of `objective(weights)` over the sets, `(n * count,)`."""
    from numeric.adversary import Ascent, maximise

    return maximise(objective, sets, Ascent(restarts, steps), generator).value
