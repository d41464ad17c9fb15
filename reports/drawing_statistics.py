"""Drawing fits, frequencies and tables; every function gives the SVG and what it shows in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from reports import style
from reports.drawing import Drawn, alt_of, title_of
from reports.formula import name_tex
from reports.plots import Panel, Row, names_of_sides
from reports.words import number
from theorems.claim import Claim
from theorems.evidence import thin
from theorems.result import Result

MOST_DOTS = 90


def growth(claim: Claim, result: Result, rows: Sequence[Row]) -> Drawn:
    """The ratio of the sides against each scaled symbol, both logarithmic, with the fit."""
    found = {f["symbol"]: f for f in result.details["growth"] if f["slope"] is not None}
    fits = sorted(found.values(), key=lambda f: -abs(f["slope"]))[: style.WIDEST]
    worst = np.min if claim.relation in (">=", ">") else np.max
    with style.canvas(len(fits)) as (figure, grid):
        for axes, fitted in zip(grid[0], fits, strict=True):
            name = fitted["symbol"]
            usable = [row for row in rows if row["ratio"] > 0 and row[name] > 0]
            x = np.array([float(row[name]) for row in usable])
            ratio = np.array([float(row["ratio"]) for row in usable])
            shown = np.array(thin(list(range(len(x))), MOST_DOTS))
            axes.loglog(
                x[shown], ratio[shown], "o", ms=3, color=style.LEFT, label="ratio at a point"
            )
            values = np.unique(x)
            extreme = np.array([worst(ratio[x == value]) for value in values])
            shrinking = name in getattr(claim.quantifier, "shrinking", ())
            slope = -fitted["slope"] if shrinking else fitted["slope"]
            middle = np.exp(np.mean(np.log(extreme) - slope * np.log(values)))
            label = f"fit: exponent {fitted['slope']:.3f}"
            if np.isfinite(fitted["low"]):
                label += f"\n[{fitted['low']:.3f}, {fitted['high']:.3f}]"
            axes.loglog(
                values, middle * values**slope, color=style.RIGHT, dashes=(5, 2), label=label
            )
            if shrinking:
                axes.invert_xaxis()
            if ratio.max() / ratio.min() < 4:
                centre = np.sqrt(ratio.max() * ratio.min())
                axes.set_ylim(centre / 4, centre * 4)
            axes.set_xlabel(style.math_label(name_tex(name), name))
            style.tidy_logarithmic(axes)
            axes.legend(loc="best")
        grid[0, 0].set_ylabel("left side / right side")
        drawn = style.svg(figure)
    said = "; ".join(f"against {f['symbol']} the fitted exponent is {f['slope']:.3f}" for f in fits)
    return drawn, f"Ratio of the left side to the right side, both axes logarithmic: {said}."


def intervals(claim: Claim, panels: Sequence[Panel]) -> Drawn:
    """Measured frequencies with their exact intervals beside what is promised or printed."""
    names = names_of_sides(claim)
    with style.canvas(len(panels), sharey=True) as (figure, grid):
        for axes, panel in zip(grid[0], panels, strict=True):
            x, share, target, low, high = (
                np.array(panel.column(name)) for name in (panel.axis, "lhs", "rhs", "low", "high")
            )
            reach = np.clip([share - low, high - share], 0, None)
            axes.errorbar(
                x, share, reach, fmt="o", ms=3.5, capsize=2.5, color=style.LEFT, label=names[0]
            )
            axes.plot(x, target, color=style.RIGHT, dashes=(5, 2), marker="_", ms=9, label=names[1])
            failing = high < target if names[0] == "share of draws" else np.zeros(len(x), bool)
            if failing.any():
                axes.plot(
                    x[failing],
                    share[failing],
                    "x",
                    ms=9,
                    color=style.FAULT,
                    mew=2.2,
                    label="interval excludes it",
                )
            style.set_scales(axes, list(x), [0.0])
            axes.set_xlabel(style.math_label(name_tex(panel.axis), panel.axis))
            axes.set_title(title_of(panel))
        grid[0, 0].set_ylabel("probability")
        grid[0, 0].legend(loc="best")
        drawn = style.svg(figure)
    return drawn, alt_of(f"The {names[0]} with exact intervals, and the {names[1]}", panels, "")


def table(rows: Sequence[Row], down: str, across: str) -> Drawn:
    """A printed table again: each cell the value run again above the printed one."""
    columns = sorted({row[across] for row in rows})
    lines = sorted({row[down] for row in rows})
    cells = {(row[down], row[across]): row for row in rows}
    gaps = np.array(
        [[cells[i, j]["lhs"] - cells[i, j]["rhs"] for j in columns] for i in lines], dtype=float
    )
    limit = float(np.abs(gaps).max()) or 1.0
    size = (1.5 + 0.74 * len(columns), 1.1 + 0.46 * len(lines))
    with style.canvas(size=(max(size[0], 4.5), size[1])) as (figure, grid):
        axes = grid[0, 0]
        axes.pcolormesh(gaps, cmap="PuOr", vmin=-limit, vmax=limit)
        axes.invert_yaxis()
        axes.grid(visible=False)
        for i, line in enumerate(lines):
            for j, column in enumerate(columns):
                row = cells[line, column]
                text = f"{number(row['lhs'], 3)}\n{number(row['rhs'], 3)}"
                ink = "white" if abs(gaps[i, j]) > 0.6 * limit else "black"
                look: Any = {"ha": "center", "va": "center", "fontsize": 7.5, "color": ink}
                axes.text(j + 0.5, i + 0.5, text, linespacing=1.15, **look)
        axes.set_xticks(np.arange(len(columns)) + 0.5, [number(value, 4) for value in columns])
        axes.set_yticks(np.arange(len(lines)) + 0.5, [number(value, 4) for value in lines])
        axes.set_xlabel(style.math_label(name_tex(across), across))
        axes.set_ylabel(style.math_label(name_tex(down), down))
        axes.set_title("in each cell: run again, below it the print; shaded by the difference")
        drawn = style.svg(figure)
    worst = max(rows, key=lambda row: abs(row["lhs"] - row["rhs"]))
    return drawn, (
        f"Table of {len(lines)} values of {down} by {len(columns)} of {across}: the value run "
        f"again and the printed one. The largest difference is "
        f"{number(worst['lhs'] - worst['rhs'], 3)} at {down} = {number(worst[down])}, "
        f"{across} = {number(worst[across])}."
    )
