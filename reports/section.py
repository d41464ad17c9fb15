"""Curves of closed forms through one point of a domain, along one symbol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from reports import style
from theorems import evaluate
from theorems.claim import Claim
from theorems.result import Result

MOVES = 1e-6


@dataclass(frozen=True)
class Section:
    """Both sides along one symbol, the others fixed; NaN outside the domain.

    `component` is the entry of the sides that is shown, `point` the value of the symbol at the
    witness or at the closest call.
    """

    axis: str
    fixed: Mapping[str, float]
    x: np.ndarray
    lhs: np.ndarray
    rhs: np.ndarray
    component: int
    point: float


def through(claim: Claim, result: Result, rows: Sequence[Mapping[str, Any]]) -> Section | None:
    """The curves through the witness, or through the closest call: along the symbol that matters.

    None when there is no such point in plain numbers, or when the sides hardly change.
    """
    found = result.witness or result.worst
    at = _floats(claim, found["at"]) if found else None
    if at is None:
        return None
    component = int((result.witness or {}).get("at", {}).get("component", 0))
    best: Section | None = None
    for symbol in sorted(claim.over, key=lambda s: s.name):
        if symbol.name in claim.sizes:
            continue
        seen = [float(row[symbol.name]) for row in rows if symbol.name in row]
        values = [*seen, at[symbol.name]]
        if min(values) == max(values):
            continue
        section = _along(claim, symbol.name, at, style.between(values), component)
        if section is not None and (best is None or _interest(section) > _interest(best)):
            best = section
    return best


def _floats(claim: Claim, at: Mapping[str, Any]) -> dict[str, float] | None:
    """The point in floats; None where a coordinate is no plain number."""
    found = {}
    for symbol in claim.over:
        try:
            found[symbol.name] = float(Fraction(str(at[symbol.name])))
        except (KeyError, ValueError):
            return None
    return found


def _along(
    claim: Claim, axis: str, at: Mapping[str, float], x: np.ndarray, component: int
) -> Section | None:
    x = np.unique(np.append(x, at[axis]))
    env = {name: np.full(len(x), value) for name, value in at.items()}
    env[axis] = x
    inside = np.ones(len(x), dtype=bool)
    for relation in claim.relations:
        inside &= evaluate.holds(relation, env)
    sides = []
    for side in claim.sides:
        entries = side.entries()
        values = evaluate.values(entries[component if len(entries) > 1 else 0], env)
        sides.append(np.where(inside, values, np.nan))
    lhs, rhs = sides
    usable = np.isfinite(lhs) & np.isfinite(rhs)
    if usable.sum() < 8:
        return None
    fixed = {name: value for name, value in at.items() if name != axis}
    section = Section(axis, fixed, x, lhs, rhs, component, at[axis])
    return section if _interest(section)[1] > MOVES else None


def _interest(section: Section) -> tuple[float, float]:
    """How much of the axis lies in the domain, and how much the sides' distance changes."""
    usable = np.isfinite(section.lhs) & np.isfinite(section.rhs)
    lhs, rhs = section.lhs[usable], section.rhs[usable]
    scale = max(float(np.abs(lhs).max()), float(np.abs(rhs).max()), 1e-300)
    change = float(np.ptp(lhs - rhs)) / scale
    return (round(float(usable.mean()), 1), change)
