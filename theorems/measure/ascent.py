"""Ascent: points moved by random steps of shrinking size, to where a relation comes nearest to
failing."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
import sympy as sp

from theorems import evaluate
from theorems.claim import Claim
from theorems.grid import Point, inside
from theorems.points import Points

# The score of every point of a batch, an array of shape (n,): the lower, the nearer to failing.
Score = Callable[[Claim, Points], np.ndarray]
SHORTEST = 1e-3  # what a step is a share of, near zero, where the domain has no width to measure by


def ascend(
    claim: Claim, starts: list[Point], steps: int, rng: np.random.Generator, score: Score
) -> list[Point]:
    """The starts after `steps` random steps each, of which those that lower its score were taken.

    Steps shrink from a tenth of the domain's width (of the value itself where the domain has no
    width) to a ten-millionth, and never leave the domain. The starts share their integer symbols
    and meet the claim's relations and measured hypotheses; so do the points that come back.
    """
    domains = {s.name: d for s, d in claim.over.items() if s.name not in claim.sizes}
    widths = {name: _width(domain) for name, domain in domains.items()}
    fixed = {name: int(value) for name, value in starts[0].items() if name in claim.sizes}
    current = {name: np.array([float(point[name]) for point in starts]) for name in domains}
    n = len(starts)
    lowest = score(claim, Points(starts, claim.sizes))
    for step in range(steps):
        size = 10.0 ** (-1 - 6 * (step / max(steps - 1, 1)))
        moved = _moved(current, domains, widths, size, rng)
        legal = _legal(claim, {**moved, **{k: np.full(n, v) for k, v in fixed.items()}}, n)
        if not len(legal):
            continue
        columns = {name: moved[name][legal] if name in moved else fixed[name] for name in starts[0]}
        trial = score(claim, Points.of_columns(columns, len(legal)))
        better = trial < lowest[legal]
        taken = legal[better]
        lowest[taken] = trial[better]
        for name, column in current.items():
            column[taken] = moved[name][taken]
    rows = {name: column.tolist() for name, column in current.items()}
    return [{**point, **{k: rows[k][i] for k in rows}} for i, point in enumerate(starts)]


def _width(domain: sp.Set) -> float | None:
    width = float(domain.sup) - float(domain.inf)
    return width if math.isfinite(width) else None


def _moved(
    current: Mapping[str, np.ndarray],
    domains: Mapping[str, sp.Set],
    widths: Mapping[str, float | None],
    size: float,
    rng: np.random.Generator,
) -> dict[str, np.ndarray]:
    """Every point moved in all its real symbols; a step out of a symbol's domain is not taken."""
    moved = {}
    for name, value in current.items():
        width = widths[name]
        span = np.maximum(np.abs(value), SHORTEST) if width is None else width
        tried = value + size * span * rng.standard_normal(len(value))
        moved[name] = np.where(inside(domains[name], tried), tried, value)
    return moved


def _legal(claim: Claim, columns: Mapping[str, np.ndarray], n: int) -> np.ndarray:
    """The indices of the points at which the claim's symbolic conditions hold."""
    met = np.ones(n, dtype=bool)
    for relation in claim.relations:
        met &= evaluate.holds(relation, columns)
    return np.flatnonzero(met)
