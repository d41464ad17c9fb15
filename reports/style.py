"""How every plot looks, and saving it so that the same results give the same bytes."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours, which people with any kind of colour vision tell apart.
LEFT, RIGHT, FAULT, GREY = "#0072B2", "#D55E00", "#CC79A7", "#6B7280"
PANEL = (4.0, 2.9)
WIDEST = 3
_RC: Any = {
    "svg.hashsalt": "theorems",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.labelsize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#E5E7EB",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "lines.linewidth": 1.6,
    "hatch.linewidth": 0.6,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "path.simplify": True,
}


@contextmanager
def canvas(columns: int = 1, rows: int = 1, **options: Any) -> Iterator[tuple[Figure, np.ndarray]]:
    """A figure of `rows` by `columns` panels in the house style, without any display."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    width = PANEL[0] * columns + (1.6 if columns == 1 else 0)
    size = options.pop("size", (width, PANEL[1] * rows))
    with mpl.rc_context(_RC):
        figure = Figure(figsize=size, layout="constrained")
        yield figure, np.atleast_2d(figure.subplots(rows, columns, squeeze=False, **options))


def svg(figure: Figure) -> bytes:
    """The figure as SVG, without a date or a program's name in it."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def set_scales(axes: Axes, xs: Iterable[float], ys: Iterable[float]) -> None:
    """Logarithmic axes where the values span orders of magnitude, linear ones elsewhere."""
    for values, choose in ((xs, axes.set_xscale), (ys, axes.set_yscale)):
        kind, threshold = scale_of(values)
        if kind == "symlog":
            choose(kind, linthresh=threshold)
        else:
            choose(kind)


def scale_of(values: Iterable[float], decades: float = 2.3) -> tuple[str, float]:
    """`linear`, `log`, or `symlog` with its linear threshold, by the span of the magnitudes.

    A few values next to zero do not make an axis logarithmic.
    """
    listed = [float(value) for value in values if math.isfinite(value)]
    sizes = sorted(abs(value) for value in listed if value != 0)
    if not sizes or len(sizes) < 0.5 * len(listed):
        return "linear", 0.0
    low = sizes[len(sizes) // 5]
    if math.log10(sizes[-1] / low) < decades:
        return "linear", 0.0
    if min(listed) > 0:
        return "log", 0.0
    return "symlog", 10 ** math.floor(math.log10(max(low, sizes[-1] * 1e-6)))


def between(values: Sequence[float], count: int = 161) -> np.ndarray:
    """Values close together over the range of the given ones, as its axis spaces them."""
    low, high = min(values), max(values)
    kind, threshold = scale_of(values)
    if kind == "log":
        return np.geomspace(low, high, count)
    if kind == "symlog":
        ends = np.arcsinh(np.array([low, high]) / threshold)
        return np.clip(np.sinh(np.linspace(*ends, count)) * threshold, low, high)
    return np.linspace(low, high, count)


def parses(latex: str) -> bool:
    """Whether Matplotlib's own formula reader can draw this LaTeX."""
    from matplotlib.mathtext import MathTextParser

    try:
        MathTextParser("path").parse(f"${latex}$")
    except (ValueError, RuntimeError):
        return False
    return True


def math_label(latex: str, otherwise: str) -> str:
    return f"${latex}$" if parses(latex) else otherwise.replace("$", r"\$")
