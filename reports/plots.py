"""Which claims a plot says more of than a number, and what is on it."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.words import number
from theorems.claim import Claim
from theorems.measure.comparison import margin
from theorems.quantifiers import ForAll, Reproduces, WithProbability
from theorems.result import Result, Verdict

MEASURED = frozenset({"lhs", "rhs", "error", "low", "high", "ratio", "undecided", "step"})
FEWEST = 5
PANELS = 2
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Plot:
    """One drawn plot: its file name, its SVG, and what it shows in words."""

    file: str
    svg: bytes
    alt: str


@dataclass(frozen=True)
class Panel:
    """Rows that differ along one symbol; `fixed` holds the others' values."""

    axis: str
    fixed: Mapping[str, Any]
    rows: tuple[Row, ...]

    def column(self, name: str) -> list[float]:
        return [float(row[name]) for row in self.rows]


def draw(claim: Claim, result: Result) -> Plot | None:
    """The plot of a claim, or None where a number says as much."""
    rows = [row for row in result.rows if _finite(row)]
    drawn = _drawn(claim, result, rows) if rows else None
    return None if drawn is None else Plot(f"{file_stem(claim.id)}.svg", *drawn)


def _drawn(claim: Claim, result: Result, rows: list[Row]) -> tuple[bytes, str] | None:
    from reports import drawing, drawing_statistics

    if "step" in rows[0]:
        run = closest_run(claim, rows)
        return drawing.trajectory(claim, result, run) if len(run) >= FEWEST and moves(run) else None
    if any(fitted["slope"] is not None for fitted in result.details.get("growth", ())):
        return drawing_statistics.growth(claim, result, rows)
    if isinstance(claim.quantifier, Reproduces) and (axes := table_axes(rows)) is not None:
        return drawing_statistics.table(rows, *axes)
    if result.verdict is Verdict.PROVED:
        # The proof covers every point that a curve could show.
        return None
    if "low" in rows[0]:
        panels = scans(rows, claim, result, fewest=3)
        return drawing_statistics.intervals(claim, panels) if panels else None
    if is_closed_only(claim):
        if result.verdict not in (Verdict.VIOLATED, Verdict.INCONCLUSIVE):
            return None
        return drawing.section(claim, result, rows)
    # Where sides have several entries, each row holds the worst one: no curve to draw.
    several = max(len(side.entries()) for side in claim.sides) > 1
    elsewhere = (result.witness or {}).get("at", {}).get("component", 0) != 0
    if several or elsewhere or not says_more(claim, result, rows):
        return None
    panels = scans(rows, claim, result)
    return drawing.sides(claim, result, panels) if panels else None


def is_closed_only(claim: Claim) -> bool:
    """Whether both sides are closed forms of real symbols, so that curves can be drawn exactly."""
    closed = claim.is_closed and not claim.is_measured and not claim.measured_hypotheses
    return closed and isinstance(claim.quantifier, ForAll)


def closest_run(claim: Claim, rows: Sequence[Row]) -> list[Row]:
    """Of several runs' rows, one after another, the run that comes closest to failing."""
    runs: list[list[Row]] = []
    for row in rows:
        if not runs or row["step"] <= runs[-1][-1]["step"]:
            runs.append([])
        runs[-1].append(row)

    def nearest(run: list[Row]) -> float:
        return min(float(margin(claim.relation, row["lhs"], row["rhs"])) for row in run)

    return min(runs, key=nearest)


def moves(rows: Sequence[Row]) -> bool:
    """Whether a side changes along the rows by more than rounding."""
    for name in ("lhs", "rhs"):
        values = [float(row[name]) for row in rows]
        low, high = min(values), max(values)
        if high - low > 1e-9 * max(abs(low), abs(high), 1e-12):
            return True
    return False


def file_stem(id_: str) -> str:
    """An id as a file name that every system takes, also one to which capitals are nothing."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in id_)
    return re.sub(r"([A-Z])", r"\1_", plain)


def _finite(row: Row) -> bool:
    return all(
        name in row and row[name] is not None and math.isfinite(float(row[name]))
        for name in ("lhs", "rhs")
    )


def says_more(claim: Claim, result: Result, rows: Sequence[Row]) -> bool:
    """Two curves that coincide by an exact equality, or two constants, need no picture."""
    if len({(row["lhs"], row["rhs"]) for row in rows}) < FEWEST:
        return False
    exact = not any(row.get("error") for row in rows)
    equal = claim.relation == "==" and result.verdict is not Verdict.VIOLATED
    return not (exact and equal and not isinstance(claim.quantifier, Reproduces))


def symbols_of(rows: Sequence[Row]) -> list[str]:
    """The symbols that take more than one value, in the order of the rows."""
    names = [
        name
        for name, value in rows[0].items()
        if name not in MEASURED and isinstance(value, (int, float))
    ]
    return [name for name in names if len({row.get(name) for row in rows}) > 1]


def scans(rows: Sequence[Row], claim: Claim, result: Result, fewest: int = FEWEST) -> list[Panel]:
    """Scans along the symbol with the most values: the one nearest to failing, then others."""
    names = symbols_of(rows)
    best: list[Panel] = []
    rank: tuple[bool, int] = (False, 0)
    for axis in names:
        panels = _panels(rows, axis, [name for name in names if name != axis], fewest)
        longest = max((len(panel.rows) for panel in panels), default=0)
        score = (bool(panels) and axis not in claim.sizes, longest)
        if panels and score > rank:
            best, rank = panels, score
    return _chosen(best, result)


def _panels(rows: Sequence[Row], axis: str, others: list[str], fewest: int) -> list[Panel]:
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[tuple(row.get(name) for name in others)].append(row)
    panels = []
    for key, group in groups.items():
        by_value = {row[axis]: row for row in group}
        ordered = tuple(by_value[value] for value in sorted(by_value))
        if len(ordered) >= fewest and moves(ordered):
            panels.append(Panel(axis, dict(zip(others, key, strict=True)), ordered))
    return panels


def _chosen(panels: list[Panel], result: Result) -> list[Panel]:
    if len(panels) <= PANELS:
        return panels
    marked = result.witness or result.worst or {}
    at = marked.get("at", {})
    near = next(
        (i for i, p in enumerate(panels) if all(at.get(k) == v for k, v in p.fixed.items())), 0
    )
    other = len(panels) - 1 if near < len(panels) / 2 else 0
    return [panels[i] for i in sorted((near, other))]


def table_axes(rows: Sequence[Row]) -> tuple[str, str] | None:
    """The two symbols of a full table with at least two rows and three columns, if it is one."""
    names = symbols_of(rows)
    if len(names) != 2:
        return None
    counts = [len({row[name] for row in rows}) for name in names]
    if counts[0] * counts[1] != len(rows) or min(counts) < 2 or max(counts) < 3:
        return None
    across, down = (names[0], names[1]) if counts[0] > counts[1] else (names[1], names[0])
    return down, across


def fixed_words(panel: Panel) -> str:
    return ", ".join(f"{name} = {number(value, 4)}" for name, value in panel.fixed.items())


def names_of_sides(claim: Claim) -> tuple[str, str]:
    """What the legend calls the two sides."""
    if isinstance(claim.quantifier, WithProbability):
        return "share of draws", "promised probability"
    if isinstance(claim.quantifier, Reproduces):
        return "run again", "printed"
    return "left side", "right side"
