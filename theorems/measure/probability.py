"""With probability at least p: independent draws and exact binomial intervals.

Refuted when the Clopper-Pearson interval's upper end lies below p at the claim's share of the
catalogue's false-alarm rate, twice, on independent draws. Unsettled when the interval straddles p.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp

from theorems import evaluate
from theorems.claim import Claim
from theorems.evidence import Evidence, Extreme, Witness, thin
from theorems.grid import Point
from theorems.measure import comparison as cmp
from theorems.measure.pointwise import kept_points
from theorems.points import Points
from theorems.profiles import Profile, alpha_per_claim, seed_of
from theorems.quantifiers import WithProbability

BATCH = 1 << 11


def interval(successes: int, trials: int, alpha: float) -> tuple[float, float]:
    """The Clopper-Pearson interval of confidence 1 - alpha for a success probability."""
    from scipy.stats import beta

    if trials < 1:
        raise ValueError("an interval needs at least one trial")
    failures = trials - successes
    low = float(beta.ppf(alpha / 2, successes, failures + 1)) if successes else 0.0
    # From the failures' side, so that an end close to 1 keeps its distance from 1.
    high = 1 - float(beta.ppf(alpha / 2, failures, successes + 1)) if failures else 1.0
    return low, high


def measure(claim: Claim, points: list[Point], profile: Profile, seed: str) -> Evidence:
    """Evidence on a `WithProbability` claim from points that share their integer symbols."""
    quantifier = claim.quantifier
    assert isinstance(quantifier, WithProbability)
    kept, skipped = kept_points(claim, points)
    if not kept:
        return Evidence(skipped=skipped)
    draws = quantifier.draws or profile.draws
    alpha = alpha_per_claim() / len(kept)
    target = _targets(claim, quantifier, kept)
    successes, trials = _count(claim, kept, draws, (seed, "draws"), skipped)
    rows, unresolved, witness, worst = [], [], None, None
    for index, point in enumerate(kept):
        if trials[index] == 0:
            continue
        low, high = interval(int(successes[index]), int(trials[index]), alpha)
        share = successes[index] / trials[index]
        rows.append(
            {**cmp.shown(point), "lhs": share, "rhs": target[index], "low": low, "high": high}
        )
        gap = share - target[index]
        if worst is None or gap < worst.value:
            worst = Extreme(float(gap), cmp.shown(point), float(share), float(target[index]))
        if high < target[index] and witness is None:
            witness = _confirm(claim, quantifier, point, draws, seed, alpha)
        elif low < target[index] <= high and target[index] < 1:
            unresolved.append(f"the interval [{low:.4g}, {high:.4g}] straddles {target[index]:.4g}")
    return Evidence(
        points=len(rows),
        draws=int(trials.sum()),
        skipped=skipped,
        worst=worst,
        witness=witness,
        unresolved=tuple(dict.fromkeys(unresolved)),
        rows=tuple(thin(rows)),
        details={"draws": draws, "confidence": 1 - alpha},
    )


def _targets(claim: Claim, quantifier: WithProbability, points: list[Point]) -> np.ndarray:
    expression = sp.sympify(quantifier.at_least)
    env = {name: np.array([point[name] for point in points]) for name in points[0]}
    targets = np.broadcast_to(evaluate.values(expression, env), (len(points),))
    if not np.isfinite(targets).all():
        raise cmp.MeasurementError(f"{claim.id}: at_least = {expression} is undefined at a point")
    return targets


def _count(
    claim: Claim, points: list[Point], draws: int, seed: tuple[str, ...], skipped: dict[str, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Per point, how many draws satisfied the relation, and how many met the hypotheses."""
    import torch

    batch = Points(points, claim.sizes)
    quantifier = claim.quantifier
    key = (claim.id, *seed, sorted(points[0].items()))
    generator = torch.Generator().manual_seed(seed_of(*key))
    successes = np.zeros(batch.n, dtype=int)
    trials = np.zeros(batch.n, dtype=int)
    done = 0
    while done < draws:
        size = min(BATCH, draws - done)
        joint = quantifier.draw(batch, size, generator) if quantifier.draw else None  # type: ignore[union-attr]
        sides = []
        for name, side in zip(("lhs", "rhs"), claim.sides, strict=True):
            sides.append(_draws_of(claim, name, side, batch, size, generator, joint))
        met = np.ones((batch.n, size), dtype=bool)
        for hypothesis in claim.measured_hypotheses:
            argument: Any = joint if joint is not None else batch
            holds = cmp.to_mask(hypothesis.function(argument), hypothesis.name)
            holds = holds.reshape(batch.n, -1)
            lost = int((met & ~np.broadcast_to(holds, met.shape)).sum())
            skipped[hypothesis.name] = skipped.get(hypothesis.name, 0) + lost
            met &= holds
        lhs, rhs = np.broadcast_arrays(*sides)
        good = _good(claim, lhs, rhs)
        good = np.broadcast_to(good.reshape(batch.n, lhs.shape[1], -1).all(axis=2), met.shape)
        successes += (good & met).sum(axis=1)
        trials += met.sum(axis=1)
        done += size
    return successes, trials


def _good(claim: Claim, lhs: np.ndarray, rhs: np.ndarray) -> np.ndarray:
    """Which draws satisfy the relation; rounding does not fail one, a strict tie does."""
    gap = cmp.margin(claim.relation, lhs, rhs)
    if np.isnan(gap).any():
        raise cmp.MeasurementError(f"{claim.id}: a side is not a real number at some draws")
    rounding = max((s.measured.rounding for s in claim.sides if s.measured is not None), default=0)
    with np.errstate(invalid="ignore"):
        good = gap >= -rounding * np.maximum(np.abs(lhs), np.abs(rhs))
    tie = (gap == 0) & (claim.relation in ("<", ">", "!="))
    # An infinite side on the wrong side of the relation is no success, whatever its rounding.
    return (good | (gap == np.inf)) & (gap != -np.inf) & ~tie


def _draws_of(
    claim: Claim,
    name: str,
    side: Any,
    batch: Points,
    size: int,
    generator: Any,
    joint: Any,
) -> np.ndarray:
    """One side's values, shape `(n, draws or 1, components)`."""
    what = f"{claim.id}: {name}"
    if side.measured is None:
        return cmp.closed_at(side, batch)[:, None, :]
    if side.measured.kind == "computed":
        return cmp.computed_values(claim, side.measured, batch, what)[:, None, :]
    function = side.measured.function
    result = function(joint) if joint is not None else function(batch, size, generator)
    array = cmp.to_array(result, leading=batch.n, claim=claim, what=what)
    if np.isnan(array).any():
        raise cmp.MeasurementError(f"{what} returned NaN")
    if array.ndim < 2 or array.shape[1] != size:
        raise cmp.MeasurementError(
            f"{what} returned shape {array.shape}; its second axis must have the {size} draws"
        )
    return array.reshape(batch.n, size, -1)


def _confirm(
    claim: Claim, quantifier: WithProbability, point: Point, draws: int, seed: str, alpha: float
) -> Witness | None:
    successes, trials = _count(claim, [point], 10 * draws, (seed, "fresh"), {})
    target = float(_targets(claim, quantifier, [point])[0])
    if trials[0] == 0:
        return None
    _, high = interval(int(successes[0]), int(trials[0]), alpha)
    if not high < target:
        return None
    share = successes[0] / trials[0]
    return Witness(
        at=cmp.shown(point),
        lhs=cmp.text(share, 8),
        rhs=cmp.text(target, 8),
        margin=cmp.text(share - target, 6),
        how=f"{int(successes[0])} of {int(trials[0])} fresh draws; the exact interval at "
        f"confidence 1 - {alpha:.1e} ends at {high:.6g}, below the printed probability",
    )
