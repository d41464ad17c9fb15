r"""Weights near any initialisation within bounds, for the lemmas that hold for all of them.

Symbols in `dense_symbols`; share: R over the largest radius that the statement allows. The
initialisation ranges over all weights of operator norm at most c_w sqrt(m), the moved weights over
Frobenius balls of radius R sqrt(m) around it, the inputs over the unit sphere; c_{x,0} is the
smallest constant that the features of the initialisation and the input allow.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sympy import Interval, symbols

from theorems.papers.du2018.dense_symbols import (
    activation,
    constants,
    geometric,
)

share = symbols("share", real=True)
SHARE = Interval.Lopen(0, 1)


def any_radius(points: Any) -> Any:
    """`R = share c_w`, the largest that Lemma A.3 allows for `share = 1`."""
    return points.share * points.c_w


def small_radius(points: Any) -> Any:
    """R at most `c_w` and `1 / (sqrt(c_sigma) L g)`: the smallness that the proof of A.4 uses."""
    import torch

    root, lipschitz, _ = constants(points)
    g = geometric(2 * root * lipschitz * points.c_w, points.H)
    return points.share * torch.minimum(points.c_w, 1 / (root * lipschitz * g))


def neighbourhood(radius: Any, *, output: Any = None) -> Any:
    """The sets of weights; `output(points)` adds the trained layer's sets of thesis chapter 3."""

    def within(points: Any, generator: Any) -> dict[str, Any]:
        import torch

        from numeric.adversary import Around

        depth, width, dimension = points.H, points.m, points.d

        def zeros(*shape: int) -> Any:
            return torch.zeros(points.n, 1, *shape, dtype=torch.float64)

        root = width**0.5
        first, rest = zeros(width, dimension), zeros(depth - 1, width, width)
        sets = {
            "first": Around(first, points.c_w * root, shape="spectral", trailing=2),
            "move_first": Around(first, radius(points) * root, trailing=2),
            "x": Around(zeros(points["n"], dimension), 1.0, shape="sphere", trailing=1),
        }
        if depth > 1:
            sets["rest"] = Around(rest, points.c_w * root, shape="spectral", trailing=2)
            sets["move_rest"] = Around(rest, radius(points) * root, trailing=2)
        return sets if output is None else {**sets, **output(points, width)}

    return within


@dataclass(frozen=True)
class Pair:
    """Passes before and after the move, and the constants that the statement speaks of.

    `c_x0` is `(points, restarts)`; the others broadcast to it.
    """

    before: Any
    after: Any
    c_x0: Any
    radius: Any
    growth: Any
    root: float
    lipschitz: float
    smooth: float

    def g(self, count: int) -> Any:
        """`g_{c_x}(count)`."""
        return geometric(self.growth, count)

    @property
    def farthest(self) -> list[Any]:
        """`max_i |x_i^(h)(k) - x_i^(h)(0)|` for every h from 0 on."""
        from numeric.adversary import norm

        states = zip(self.before.states, self.after.states, strict=True)
        return [norm(b - a, "euclidean", 1).amax(dim=(-2, -1)) for a, b in states]


def stacked(weights: Any, *prefixes: str) -> list[Any]:
    """The layers as a list, moved if "move_" is among the prefixes."""
    names = [("first", "rest"), ("move_first", "move_rest")]
    chosen = [names[0]] if "move_" not in prefixes else names
    first = sum(weights[a] for a, _ in chosen)
    layers = [first]
    if "rest" in weights:
        layers += list(sum(weights[b] for _, b in chosen).unbind(dim=-3))
    return layers


def pair(points: Any, weights: Any, radius: Any) -> Pair:
    """Both passes at the weights of the search, `radius` as given to `neighbourhood`."""
    import torch

    from numeric.deep_network import Path, forward

    root, lipschitz, smooth = constants(points)
    layers = zip(stacked(weights), stacked(weights, "move_"), strict=True)
    path = forward([torch.stack(two) for two in layers], weights["x"], activation(points))
    before, after = (
        Path([weights["x"], *(state[i] for state in path.states[1:])], [v[i] for v in path.inputs])
        for i in range(2)
    )
    norms = [state.square().sum(-1).clamp_min(1e-300).sqrt() for state in before.states]
    sizes = torch.stack([torch.maximum(v, 1 / v).amax(dim=-1) for v in norms]).amax(dim=0)
    return Pair(
        before,
        after,
        sizes,
        radius(points).unsqueeze(-1),
        (2 * root * lipschitz * points.c_w).unsqueeze(-1),
        root,
        lipschitz,
        smooth,
    )


def last_gram(points: Any, path: Any, layers: list[Any], a: Any) -> Any:
    """`G^(H)` of a pass, `(points, restarts, n, n)`."""
    from numeric.kernels.activations import derivative

    below, values = path.states[-2], path.inputs[-1]
    slopes = derivative(activation(points), values) * a.unsqueeze(-2)
    factor = constants(points)[0] ** 2 / layers[-1].shape[-2]
    return factor * (below @ below.mT) * (slopes @ slopes.mT)


@lru_cache(maxsize=64)
def shapes(*depths: int) -> tuple[dict[str, int], ...]:
    """Sizes and activations: one unit and several, linear and bent."""
    kinds = [
        {"m": 1, "d": 1, "sigma": 0},
        {"m": 3, "d": 3, "sigma": 0},
        {"m": 4, "d": 2, "sigma": 1},
        {"m": 3, "d": 3, "sigma": 2},
        {"m": 3, "d": 2, "sigma": 3},
    ]
    return tuple({**kind, "H": depth} for depth in depths for kind in kinds)
