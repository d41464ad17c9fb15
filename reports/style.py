"""How every plot looks, and saving it so that the same results give the same bytes."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from reports.slim import slim
from reports.words import number, quoted

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours, which people with any kind of colour vision tell apart.
LEFT, RIGHT, FAULT, GREY = "#0072B2", "#D55E00", "#CC79A7", "#6B7280"
PANEL = (3.6, 2.7)
WIDEST = 2
_RC: Any = {
    "svg.hashsalt": "theorems",
    "svg.fonttype": "none",
    "path.simplify_threshold": 0.4,
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.labelsize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#E5E7EB",
    "grid.linewidth": 0.6,
    "legend.framealpha": 0.8,
    "legend.edgecolor": "none",
    "legend.fancybox": False,
    "legend.fontsize": 8.5,
    "lines.linewidth": 1.6,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "axes.formatter.useoffset": False,
    "axes.formatter.limits": (-4, 5),
    "axes.xmargin": 0.03,
    "axes.ymargin": 0.06,
}


@contextmanager
def canvas(columns: int = 1, rows: int = 1, **options: Any) -> Iterator[tuple[Figure, np.ndarray]]:
    """A figure of `rows` by `columns` panels in the house style, without any display."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    width = PANEL[0] * columns + (1.4 if columns == 1 else 0)
    size = options.pop("size", (width, PANEL[1] * rows))
    with mpl.rc_context(_RC):
        figure = Figure(figsize=size, layout="constrained")
        yield figure, np.atleast_2d(figure.subplots(rows, columns, squeeze=False, **options))


def svg(figure: Figure) -> bytes:
    """The figure as SVG, small, without a date or a program's name in it."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return slim(buffer.getvalue())


def tidy_logarithmic(axes: Axes) -> None:
    """Few labels on logarithmic axes: powers of ten, or 1, 2 and 5 where the span is short."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    for axis, scale, limits in (
        (axes.xaxis, axes.get_xscale(), axes.get_xlim()),
        (axes.yaxis, axes.get_yscale(), axes.get_ylim()),
    ):
        if scale == "linear":
            continue
        axis.set_minor_locator(NullLocator())
        if scale == "log" and abs(math.log10(limits[1] / limits[0])) < 2:
            axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter(FuncFormatter(lambda value, _: power(float(value))))


def power(value: float) -> str:
    """A label of a logarithmic axis: a power of ten as such, unless it is short."""
    shown = f"{value:.3g}"
    if value == 0 or 1e-3 < abs(value) < 1e4:
        return number(float(shown))
    return quoted(f"{value:.0e}").replace("1 × ", "")


def set_scales(axes: Axes, xs: Iterable[float], ys: Iterable[float]) -> None:
    """Logarithmic axes where the values span orders of magnitude, linear ones elsewhere."""
    for values, axis, choose in (
        (xs, axes.xaxis, axes.set_xscale),
        (ys, axes.yaxis, axes.set_yscale),
    ):
        kind, threshold = scale_of(values)
        if kind == "symlog":
            choose(kind, linthresh=threshold)
            locator: Any = axis.get_major_locator()
            locator.set_params(numticks=7)
        else:
            choose(kind)
    # A change of scale keeps the limits that suited the old one.
    axes.autoscale()
    tidy_logarithmic(axes)


def scale_of(values: Iterable[float], decades: float = 1.5) -> tuple[str, float]:
    """`linear`, `log`, or `symlog` with its linear threshold, by the span of the magnitudes.

    Most of the values must spread over the magnitudes: a few next to zero are not enough.
    """
    listed = [float(value) for value in values if math.isfinite(value)]
    sizes = sorted(abs(value) for value in listed if value != 0)
    if not sizes or len(sizes) < 0.5 * len(listed):
        return "linear", 0.0
    low = sizes[2 * len(sizes) // 5]
    if math.log10(sizes[-1] / low) < decades:
        return "linear", 0.0
    if min(listed) > 0:
        return "log", 0.0
    return "symlog", 10 ** math.floor(math.log10(max(sizes[0], sizes[-1] * 1e-4)))


def between(values: Sequence[float], count: int = 161) -> np.ndarray:
    """Values close together over the range of the given ones, as its axis spaces them."""
    low, high = min(values), max(values)
    kind, threshold = scale_of(values)
    if kind == "log":
        return np.geomspace(low, high, count)
    if kind == "symlog":
        first, last = math.asinh(low / threshold), math.asinh(high / threshold)
        return np.clip(np.sinh(np.linspace(first, last, count)) * threshold, low, high)
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
