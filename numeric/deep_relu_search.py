"""Worst weights in the tau-neighbourhood of a random initialisation, for one size at a time.

Values are those of weights found by ascent, so each is a lower bound of the supremum. Sizes are
`(d, m_1, ..., m_L)`; one radius per point. Source: caogu2019, Definition 4.3 and Lemma B.1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from numeric.adversary import Around, Ascent, maximise
from numeric.data import unit_sphere
from numeric.deep_relu import Layers, initial

Objective = Callable[[tuple[Tensor, ...], tuple[Tensor, ...], tuple[Tensor, ...], Tensor], Tensor]


def worst(
    objective: Objective,
    widths: Sequence[int],
    radius: Tensor,
    count: int,
    generator: torch.Generator,
    *,
    draws: int = 1,
    restarts: int = 5,
    steps: int = 8,
) -> Tensor:
    """The largest `objective(start, old, new, x)` found, `(points, draws)`.

    `radius (points,)`: `old` and `new` lie in the balls of that radius around the layers of
    `start`, `x (..., count, d)` is drawn from the sphere and kept. Each restart of each draw has an
    initialisation and inputs of its own, the same at all points. The objective gets tensors with
    leading axes `(points * draws, restarts)`, point by point, and returns values of that shape.
    """
    points = radius.shape[0]
    start = initial((draws, restarts), widths, generator)
    x = unit_sphere((draws, restarts, count), widths[0], generator)
    radius = radius.repeat_interleave(draws)
    sets = {"x": Around(x.repeat(points, 1, 1, 1), 0.0, trailing=1)}
    for level, layer in enumerate(start, start=1):
        centre = layer.repeat(points, 1, 1, 1)
        sets[f"start{level}"] = Around(centre, 0.0, trailing=2)
        for name in ("old", "new"):
            sets[f"{name}{level}"] = Around(centre, radius, trailing=2)

    def value(weights: dict[str, Tensor]) -> Tensor:
        def stack(name: str) -> tuple[Tensor, ...]:
            return tuple(weights[f"{name}{level}"] for level in range(1, len(start) + 1))

        return objective(stack("start"), stack("old"), stack("new"), weights["x"])

    found = maximise(value, sets, Ascent(restarts, steps), generator).value
    return found.reshape(points, draws)


def largest_norm(layers: Layers) -> Tensor:
    """`max_l |W_l|_2`, shape `(...)`."""
    norms = [torch.linalg.matrix_norm(w, ord=2, dim=(-2, -1)) for w in layers]
    return torch.stack(norms, dim=-1).amax(-1)
