"""Up to a constant: the largest ratio over the grid, and how it grows along each scaled symbol.

The growth exponent is the slope of the logarithm of the ratio (worst over the other symbols)
against the logarithm of the symbol, over the widest range that runs. The statement is refuted when
the slope's confidence interval lies above `GROWS`, and every one of the last three octaves grows at
least that fast: a ratio still climbing towards a constant slows down, a wrong power does not.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

import numpy as np

from theorems.claim import Claim
from theorems.evidence import Evidence, Extreme, thin
from theorems.grid import Point
from theorems.measure import comparison as cmp
from theorems.measure import expectation, pointwise
from theorems.points import Points
from theorems.profiles import Profile

GROWS = 0.1
CONFIDENCE = 0.999


def measure(claim: Claim, points: list[Point], profile: Profile, seed: str) -> Evidence:
    """The ratio of the sides at each point; the fit over all points is made by the judge."""
    kept, skipped = pointwise.kept_points(claim, points)
    if not kept:
        return Evidence(skipped=skipped)
    quantifier = claim.quantifier
    if any(s.measured is not None and s.measured.kind == "sampled" for s in claim.sides):
        samples = quantifier.samples or profile.draws  # type: ignore[union-attr]
        lhs_mean, rhs_mean, disagreement = expectation.both_means(claim, kept, samples, (seed,))
        lhs, rhs = lhs_mean.value[:, 0], rhs_mean.value[:, 0]
        draws = samples * len(kept)
    else:
        both = pointwise.both_sides(claim, Points(kept, claim.sizes))
        lhs, rhs, disagreement, draws = both[0][:, 0], both[1][:, 0], both[2], 0
    with np.errstate(all="ignore"):
        ratio = lhs / rhs
    rows = [
        {**cmp.shown(p), "lhs": float(lhs[i]), "rhs": float(rhs[i]), "ratio": float(ratio[i])}
        for i, p in enumerate(kept)
    ]
    invalid = ~(np.isfinite(ratio) & (ratio >= 0))
    unresolved = ("a side is not positive at some points, so the ratio means nothing",)
    best = int(np.nanargmax(np.where(invalid, -np.inf, ratio)))
    return Evidence(
        points=len(kept),
        draws=draws,
        skipped=skipped,
        tightness=Extreme(float(ratio[best]), cmp.shown(kept[best])) if not invalid.all() else None,
        disagreement=disagreement,
        unresolved=unresolved if invalid.any() else (),
        rows=tuple(thin(rows)),
        details={"ratios": rows},
    )


def fit(rows: list[dict[str, Any]], name: str, *, shrinking: bool, worst: bool) -> dict[str, Any]:
    """The growth exponent of the ratio along one symbol, with its interval and its last octaves.

    `worst` takes the largest ratio over the other symbols (for O), otherwise the smallest (Omega).
    """
    from scipy.stats import linregress, t

    groups: dict[float, list[float]] = defaultdict(list)
    for row in rows:
        if row["ratio"] > 0 and math.isfinite(row["ratio"]):
            groups[float(row[name])].append(row["ratio"])
    scale = sorted(groups)
    x = np.log([1 / value if shrinking else value for value in scale])
    y = np.log([max(groups[v]) if worst else min(groups[v]) for v in scale])
    order = np.argsort(x)
    x, y = x[order], y[order]
    if len(x) < 4 or x[-1] - x[0] < 3 * math.log(2) - 1e-9:
        return {"symbol": name, "slope": None, "reason": "fewer than three octaves ran"}
    line = linregress(x, y)
    half = float(t.isf((1 - CONFIDENCE) / 2, len(x) - 2)) * float(line.stderr)
    late = x >= x[-1] - 3 * math.log(2) - 1e-9
    local = np.diff(y[late]) / np.diff(x[late])
    return {
        "symbol": name,
        "slope": float(line.slope),
        "low": float(line.slope) - half,
        "high": float(line.slope) + half,
        "late": [float(value) for value in local],
    }


def grows(growth: dict[str, Any]) -> bool | None:
    """Whether a fitted ratio grows without bound; None when the fit does not say."""
    if growth["slope"] is None:
        return None
    if growth["low"] > GROWS and min(growth["late"]) > GROWS:
        return True
    if growth["slope"] < GROWS or max(growth["late"][-1:]) < GROWS:
        return False
    return None
