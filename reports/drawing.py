"""Drawing each kind of plot; every function gives the SVG and what it shows in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from reports import style
from reports.formula import name_tex, tex
from reports.plots import Panel, Row, fixed_words, names_of_sides
from reports.section import through
from reports.words import number
from theorems import evaluate
from theorems.claim import Claim
from theorems.result import Result, Verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Drawn = tuple[bytes, str]
LONGEST_LABEL = 60
LONGEST_TITLE = 62


def sides(claim: Claim, result: Result, panels: Sequence[Panel]) -> Drawn:
    """Both sides against a scanned symbol, the violation shaded; sampled ones with their errors."""
    statistical = any(row.get("error") for panel in panels for row in panel.rows)
    equality = statistical and claim.relation == "=="
    rows = 2 if equality else 1
    options: dict[str, Any] = {"sharex": "col"} if equality else {}
    if equality:
        options["height_ratios"] = [2, 1]
    with style.canvas(len(panels), rows, **options) as (figure, axes):
        if equality:
            figure.set_figheight(4.2)
        for column, panel in enumerate(panels):
            _one_scan(axes[0, column], claim, result, panel)
            if equality:
                _residuals(axes[1, column], result, panel)
            axes[-1, column].set_xlabel(style.math_label(name_tex(panel.axis), panel.axis))
        if equality:
            axes[1, 0].set_ylabel("difference in\nstandard errors", fontsize=8)
        axes[0, 0].legend(loc="best")
        drawn = style.svg(figure)
    return drawn, alt_of("Both sides", panels, _fails_words(claim, result, panels))


def _one_scan(axes: Axes, claim: Claim, result: Result, panel: Panel) -> None:
    x, lhs, rhs = (np.array(panel.column(name)) for name in (panel.axis, "lhs", "rhs"))
    labels = [
        _side_label(side, name)
        for side, name in zip(claim.sides, names_of_sides(claim), strict=True)
    ]
    error = np.array([float(row.get("error") or 0.0) for row in panel.rows])
    fine, left, right = _finely(claim, panel)
    dots = "o" if len(x) <= 40 else None
    if right is not None:
        axes.plot(fine, right, color=style.RIGHT, dashes=(5, 2), label=labels[1])
    else:
        axes.plot(x, rhs, color=style.RIGHT, dashes=(5, 2), marker=dots, ms=3, label=labels[1])
    if error.any():
        bars = 3 * error
        axes.errorbar(x, lhs, bars, fmt="o", ms=3.5, color=style.LEFT, capsize=2, label=labels[0])
    elif left is not None:
        axes.plot(fine, left, color=style.LEFT, label=labels[0])
    else:
        axes.plot(x, lhs, color=style.LEFT, marker=dots, ms=3, label=labels[0])
    if left is not None and right is not None:
        _shade(axes, claim, result, fine, left, right, 0 * fine)
    else:
        allowed = error * float(result.details.get("quantile", 0.0))
        _shade(axes, claim, result, x, lhs, rhs, allowed)
    style.set_scales(axes, list(x), [*lhs, *rhs])
    axes.set_title(title_of(panel))


def _finely(claim: Claim, panel: Panel) -> tuple[np.ndarray, np.ndarray | None, np.ndarray | None]:
    """Points close together along the axis, and the sides known by closed form alone at them."""
    fine = style.between(panel.column(panel.axis))
    if panel.axis in claim.sizes:
        return fine, None, None
    symbols = {symbol.name for symbol in claim.over}
    env = {name: np.full(len(fine), float(panel.rows[0][name])) for name in symbols - {panel.axis}}
    env[panel.axis] = fine
    curves: list[np.ndarray | None] = []
    for side in claim.sides:
        closed = None
        if side.closed is not None and side.measured is None:
            closed = evaluate.values(side.entries()[0], env)
        curves.append(closed if closed is not None and np.isfinite(closed).all() else None)
    return fine, curves[0], curves[1]


def _residuals(axes: Axes, result: Result, panel: Panel) -> None:
    x = np.array(panel.column(panel.axis))
    gap = np.array(panel.column("lhs")) - np.array(panel.column("rhs"))
    error = np.array([float(row.get("error") or 0.0) for row in panel.rows])
    shown = error > 0
    quantile = float(result.details.get("quantile", 0.0))
    if quantile:
        axes.axhspan(-quantile, quantile, color="#E5E7EB", lw=0)
    axes.axhline(0, color=style.GREY, lw=0.8)
    axes.plot(x[shown], gap[shown] / error[shown], "o", ms=3.5, color=style.LEFT)


def section(claim: Claim, result: Result, rows: Sequence[Row]) -> Drawn | None:
    """Closed forms along one symbol, through the witness or the closest call, which is marked."""
    cut = through(claim, result, rows)
    if cut is None:
        return None
    labels = [
        _side_label(side, name) if len(side.entries()) == 1 else name
        for side, name in zip(claim.sides, names_of_sides(claim), strict=True)
    ]
    with style.canvas() as (figure, grid):
        axes = grid[0, 0]
        axes.plot(cut.x, cut.rhs, color=style.RIGHT, dashes=(5, 2), label=labels[1])
        axes.plot(cut.x, cut.lhs, color=style.LEFT, label=labels[0])
        failing = _shade(axes, claim, result, cut.x, cut.lhs, cut.rhs, 0 * cut.x)
        here = float(cut.lhs[np.argmin(np.abs(cut.x - cut.point))])
        if result.witness:
            look: Any = {"color": style.FAULT, "mew": 2.2, "ls": ""}
            axes.plot([cut.point], [here], "x", ms=9, label="counterexample", **look)
        usable = np.isfinite(cut.lhs) & np.isfinite(cut.rhs)
        values = [*cut.lhs[usable], *cut.rhs[usable]]
        style.set_scales(axes, list(cut.x), values)
        axes.set_xlabel(style.math_label(name_tex(cut.axis), cut.axis))
        title = title_of(Panel(cut.axis, cut.fixed, ()))
        several = max(len(side.entries()) for side in claim.sides) > 1
        axes.set_title(title + (f"   (relation {cut.component + 1})" if several else ""))
        axes.legend(loc="best")
        drawn = style.svg(figure)
    x = cut.x[usable]
    said = (
        f"Both sides against {cut.axis} from {number(float(x[0]), 4)} to {number(float(x[-1]), 4)}"
    )
    if cut.fixed:
        said += ", at " + fixed_words(Panel(cut.axis, cut.fixed, ()))
    if result.witness:
        said += f"; the counterexample at {cut.axis} = {number(cut.point, 4)} is marked"
    if failing.sum() > 1:
        ends = (number(float(cut.x[failing][i]), 4) for i in (0, -1))
        said += "; the relation is violated between " + " and ".join(ends)
    return drawn, said + "."


def trajectory(claim: Claim, result: Result, rows: Sequence[Row]) -> Drawn:
    """Both sides along the run that comes closest to failing."""
    panel = Panel("step", {}, tuple(rows))
    step, lhs, rhs = (np.array(panel.column(name)) for name in ("step", "lhs", "rhs"))
    names = [
        _side_label(side, name)
        for side, name in zip(claim.sides, names_of_sides(claim), strict=True)
    ]
    with style.canvas() as (figure, grid):
        axes = grid[0, 0]
        width = 4.5 if claim.relation == "==" else 1.6
        pale = 0.45 if claim.relation == "==" else 1.0
        axes.plot(
            step,
            rhs,
            color=style.RIGHT,
            lw=width,
            alpha=pale,
            dashes=_dashes(claim),
            label=names[1],
        )
        axes.plot(step, lhs, color=style.LEFT, label=names[0])
        _shade(axes, claim, result, step, lhs, rhs, 0 * step)
        style.set_scales(axes, [], [*lhs, *rhs])
        axes.set_xlabel("step")
        axes.set_title("the run that comes closest to failing")
        axes.legend(loc="best")
        drawn = style.svg(figure)
    said = f"Both sides along steps {int(step[0])} to {int(step[-1])} of the run closest to failing"
    ends = (
        f"; the left side goes from {number(float(lhs[0]), 4)} to {number(float(lhs[-1]), 4)}, the "
        f"right side from {number(float(rhs[0]), 4)} to {number(float(rhs[-1]), 4)}"
    )
    return drawn, said + ends + _fails_words(claim, result, [panel]) + "."


def _dashes(claim: Claim) -> tuple[float, ...]:
    return (1, 0) if claim.relation == "==" else (5, 2)


def _shade(
    axes: Axes,
    claim: Claim,
    result: Result,
    x: np.ndarray,
    lhs: np.ndarray,
    rhs: np.ndarray,
    allowed: np.ndarray,
) -> np.ndarray:
    """Shade where the relation fails; where that is."""
    failing = _failing(claim, result, lhs, rhs, allowed)
    if not failing.any():
        return failing
    look: Any = {"facecolor": style.FAULT, "alpha": 0.45}
    axes.fill_between(x, lhs, rhs, where=failing, interpolate=True, lw=0, label="violated", **look)
    if failing.sum() <= 3:
        axes.plot(x[failing], lhs[failing], "x", ms=9, mew=2.2, color=style.FAULT)
    return failing


def _failing(
    claim: Claim, result: Result, lhs: np.ndarray, rhs: np.ndarray, allowed: np.ndarray
) -> np.ndarray:
    """Where the relation fails beyond what is uncertain; nowhere unless a failure was confirmed."""
    if result.verdict is not Verdict.VIOLATED:
        return np.zeros(len(lhs), dtype=bool)
    noise = allowed + 1e-9 * np.maximum(np.abs(lhs), np.abs(rhs))
    gap = {
        "<=": lhs - rhs,
        "<": lhs - rhs,
        ">=": rhs - lhs,
        ">": rhs - lhs,
        "==": np.abs(lhs - rhs),
        "!=": -np.abs(lhs - rhs),
    }[claim.relation]
    return np.asarray(gap > noise)


def _fails_words(claim: Claim, result: Result, panels: Sequence[Panel]) -> str:
    for panel in panels:
        x, lhs, rhs = (np.array(panel.column(name)) for name in (panel.axis, "lhs", "rhs"))
        failing = _failing(claim, result, lhs, rhs, 0 * lhs)
        if failing.any():
            ends = number(float(x[failing][0]), 4), number(float(x[failing][-1]), 4)
            return f"; the relation is violated between {panel.axis} = {ends[0]} and {ends[1]}"
    return ""


def _side_label(side: Any, name: str) -> str:
    if side.closed is not None:
        latex = tex(side.closed)
        if len(latex) <= LONGEST_LABEL and style.parses(latex):
            return f"{name}: ${latex}$"
    return name


def title_of(panel: Panel) -> str:
    """The values of what is held fixed, on as many lines as they need."""
    lines: list[str] = []
    length = 0
    for name, value in panel.fixed.items():
        shown = f"{style.math_label(name_tex(name), name)} = {number(value, 4)}"
        size = len(name) + len(number(value, 4)) + 5
        if lines and length + size <= LONGEST_TITLE:
            lines[-1] += f", {shown}"
            length += size
        else:
            lines.append(shown)
            length = size
    return "\n".join(lines)


def alt_of(what: str, panels: Sequence[Panel], more: str) -> str:
    """What scans along a symbol show, in words."""
    first = panels[0]
    x = first.column(first.axis)
    said = f"{what} against {first.axis} from {number(x[0], 4)} to {number(x[-1], 4)}"
    fixed = [words for words in (fixed_words(panel) for panel in panels) if words]
    return said + (f", for {'; '.join(fixed)}" if fixed else "") + more + "."
