r"""Random initialisations behind the claims that hold with high probability up to a constant.

One sample is the largest of five independent draws, each with an initialisation and inputs of its
own: a value that a draw exceeds about one time in six. A claim compares the mean of a few samples,
whose standard error enters the fit. Symbols in `sec3_symbols`.
"""

from __future__ import annotations

from typing import Any

from theorems.papers.caogu2019.sec3_symbols import widths_of

CHANCES = 5
INPUTS = 2
WORST = "mean of the largest of five independent draws"


def drawn(points: Any, samples: int, generator: Any) -> tuple[Any, Any]:
    """Layers at the initialisation and inputs on the sphere, `(samples * 5, ...)`."""
    from numeric.data import unit_sphere
    from numeric.deep_relu import initial

    count = samples * CHANCES
    layers = initial((count,), widths_of(points), generator)
    return layers, unit_sphere((count, INPUTS), points.d, generator)


def passes(points: Any, samples: int, generator: Any, width: int | None = None) -> Any:
    """Both passes at as many initialisations, one input each; all layers of `width`, m if None."""
    from numeric.data import unit_sphere
    from numeric.deep_relu_draws import drawn_passes

    x = unit_sphere((samples * CHANCES,), points.d, generator)
    widths = (points.d, *(width or points.m for _ in range(points.L)))
    return drawn_passes(widths, x, generator)


def at_worst(points: Any, values: Any) -> Any:
    """`(points, samples)` from values `(samples * 5,)`, the same at all points, or per point."""
    return values.unflatten(-1, (-1, CHANCES)).amax(-1).expand(points.n, -1)


def searched(points: Any, samples: int, objective: Any, generator: Any, steps: int = 8) -> Any:
    """The largest value found over the neighbourhoods of five draws, `(points, samples)`."""
    from numeric.deep_relu_search import worst

    at = (widths_of(points), points.tau, INPUTS, generator)
    return worst(objective, *at, draws=samples, restarts=CHANCES, steps=steps)


def flipped(points: Any, samples: int, generator: Any) -> tuple[Any, Any, Any]:
    """Last layers made to be hard to linearise between, `(n, samples * 5, ...)`, and their input.

    The units of `v_j = -1` that cost least are put just below 0 and then just above it, as many as
    a ball of radius tau allows. The layers before are at their start, drawn as states alone.
    """
    import torch

    from numeric.data import unit_sphere
    from numeric.deep_relu import drawn_states, initial

    count, half = samples * CHANCES, points.m // 2
    x = unit_sphere((count, 1), points.d, generator)
    below = drawn_states((count,), widths_of(points)[:-1], x, generator)[-1]
    (layer,) = initial((count,), (points.m, points.m), generator)
    before = (below @ layer)[:, 0]
    cheap = before[:, half:].abs().sort(dim=-1)
    cost = cheap.values.square().cumsum(-1).sqrt() / below.norm(dim=-1)
    allowed = (cost <= 0.99 * points.tau[:, None, None]).to(torch.float64)
    flips = torch.zeros_like(allowed).scatter(-1, cheap.indices.expand(allowed.shape), allowed)
    flips = torch.cat([torch.zeros_like(flips), flips], dim=-1)
    little = 1e-4 / points.m**0.5

    def moved(target: float) -> Any:
        change = flips * (target - before) / below.square().sum(-1)
        return layer + below.mT * change.unsqueeze(-2)

    return [moved(-little)], [moved(little)], below
