"""Sufficient size: the smallest size that works at each point, against the printed bound.

The thresholds come from doubling and bisection over a fixed number of draws per size; how their
ratio to the bound grows along each scaled symbol is fitted by the judge, as for constants.
"""

from __future__ import annotations

import numpy as np

from theorems import evaluate
from theorems.claim import Claim
from theorems.evidence import Evidence, Extreme, thin
from theorems.grid import Point
from theorems.measure import comparison as cmp
from theorems.measure.pointwise import kept_points
from theorems.points import Points
from theorems.profiles import Profile, seed_of
from theorems.quantifiers import SufficientSize

DRAWS_SHARE = 10


def measure(claim: Claim, points: list[Point], profile: Profile, seed: str) -> Evidence:
    """Thresholds at points that share their integer symbols."""
    quantifier = claim.quantifier
    assert isinstance(quantifier, SufficientSize)
    kept, skipped = kept_points(claim, points)
    if not kept:
        return Evidence(skipped=skipped)
    draws = quantifier.draws or max(50, profile.draws // DRAWS_SHARE)
    rows, unresolved = [], []
    for point in kept:
        size = _threshold(claim, quantifier, point, draws, seed)
        bound = float(_bound(claim, point))
        if size is None:
            unresolved.append(f"no size up to {quantifier.largest} suffices at {cmp.shown(point)}")
            continue
        rows.append({**cmp.shown(point), "lhs": size, "rhs": bound, "ratio": size / bound})
    best = max(rows, key=lambda row: row["ratio"], default=None)
    tight = None
    if best is not None:
        at = {k: v for k, v in best.items() if k not in ("lhs", "rhs", "ratio")}
        tight = Extreme(best["ratio"], at, float(best["lhs"]), best["rhs"])
    return Evidence(
        points=len(rows),
        draws=draws * len(rows),
        skipped=skipped,
        tightness=tight,
        unresolved=tuple(unresolved),
        rows=tuple(thin(rows)),
        details={"ratios": rows, "draws": draws},
    )


def _bound(claim: Claim, point: Point) -> float:
    rhs = claim.sides[1]
    batch = Points([point], claim.sizes)
    if rhs.closed is not None:
        return float(cmp.closed_values(rhs, cmp.environment(batch))[0, 0])
    return float(cmp.computed_values(claim, rhs.measured, batch, f"{claim.id}: rhs")[0, 0])


def _threshold(
    claim: Claim, quantifier: SufficientSize, point: Point, draws: int, seed: str
) -> int | None:
    """The smallest size whose success rate reaches the target; None if none up to the largest."""
    env = {name: np.asarray(value) for name, value in point.items()}
    target = float(evaluate.values(evaluate.as_expression(quantifier.at_least), env))

    def suffices(size: int) -> bool:
        return _success(claim, point, size, draws, seed) >= target

    low, high = quantifier.start - 1, quantifier.start
    while not suffices(high):
        if high >= quantifier.largest:
            return None
        low, high = high, min(2 * high, quantifier.largest)
    while high - low > max(1, high // 32):
        middle = (low + high) // 2
        low, high = (low, middle) if suffices(middle) else (middle, high)
    return high


def _success(claim: Claim, point: Point, size: int, draws: int, seed: str) -> float:
    import torch

    batch = Points([point], claim.sizes)
    generator = torch.Generator().manual_seed(seed_of(claim.id, seed, sorted(point.items()), size))
    lhs = claim.sides[0]
    result = lhs.measured.function(batch, size, draws, generator)
    array = cmp.to_array(result, leading=1, claim=claim, what=f"{claim.id}: lhs", counts=True)
    if array.shape != (1, draws) or not np.isin(array, (0, 1)).all():
        raise cmp.MeasurementError(f"{claim.id}: lhs must return 0 or 1 for each of {draws} draws")
    return float(array.mean())
