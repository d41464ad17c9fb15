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


def searched(points: Any, samples: int, objective: Any, generator: Any, **effort: int) -> Any:
    """The largest value found over the neighbourhoods of five draws, `(points, samples)`."""
    from numeric.deep_relu_search import worst

    return worst(
        *(objective, widths_of(points), points.tau, INPUTS, generator),
        draws=samples,
        restarts=CHANCES,
        **effort,
    )
