"""Reproduces: a printed figure's or table's numbers against the experiment run again.

Without `printed_trials` the measured side is a deterministic quantity, and the print's own rounding
is the tolerance. With it, both the printed frequency and the measured one are binomial: they differ
when their exact intervals, widened by the rounding, are disjoint.
"""

from __future__ import annotations

import numpy as np

from theorems.claim import Claim
from theorems.evidence import Evidence, Extreme, Witness, thin
from theorems.grid import Point
from theorems.measure import comparison as cmp
from theorems.measure import pointwise
from theorems.measure.probability import interval
from theorems.points import Points
from theorems.profiles import Profile, alpha_per_claim, seed_of
from theorems.quantifiers import Reproduces


def measure(claim: Claim, points: list[Point], profile: Profile, seed: str) -> Evidence:
    """Evidence on a `Reproduces` claim from points that share their integer symbols."""
    quantifier = claim.quantifier
    assert isinstance(quantifier, Reproduces)
    kept, skipped = pointwise.tested_points(claim, points)
    if not kept:
        return Evidence(skipped=skipped)
    if quantifier.printed_trials is not None:
        return _frequencies(claim, quantifier, kept, skipped, profile, seed)
    lhs, rhs, disagreement = pointwise.both_sides(claim, Points(kept, claim.sizes))
    gap = _slack(claim, quantifier, lhs, rhs)
    if np.isnan(gap).any():
        raise cmp.MeasurementError(f"{claim.id}: a side is not a real number at some points")
    row, column = np.unravel_index(int(np.argmin(gap)), gap.shape)
    witness = None
    if gap[row, column] < 0:
        witness = Witness(
            cmp.shown(kept[int(row)]),
            cmp.text(lhs[row, column]),
            cmp.text(rhs[row, column]),
            cmp.text(gap[row, column]),
            f"the experiment is deterministic; tolerance {quantifier.tolerance:g}",
        )
        again, target, _ = pointwise.both_sides(claim, Points([kept[int(row)]], claim.sizes))
        if (_slack(claim, quantifier, again, target) >= 0).all():
            witness = None
    rows = [
        {**cmp.shown(p), "lhs": float(lhs[i, 0]), "rhs": float(rhs[i, 0])}
        for i, p in enumerate(kept)
    ]
    return Evidence(
        points=len(kept),
        skipped=skipped,
        worst=Extreme(
            float(gap[row, column]),
            cmp.shown(kept[int(row)]),
            float(lhs[row, column]),
            float(rhs[row, column]),
        ),
        witness=witness,
        disagreement=disagreement,
        rows=tuple(thin(rows)),
        details={"tolerance": quantifier.tolerance},
    )


def _slack(claim: Claim, quantifier: Reproduces, lhs: np.ndarray, rhs: np.ndarray) -> np.ndarray:
    """The margin beyond the printed tolerance and float64's own rounding."""
    plain = cmp.margin(claim.relation, lhs, rhs) + quantifier.tolerance
    rounding = pointwise.rounding(claim) * np.maximum(np.abs(lhs), np.abs(rhs))
    if claim.relation in ("<", ">"):
        # A tie fails a strict trend.
        return np.where(plain > 0, plain, np.minimum(plain, -1e-300))
    with np.errstate(invalid="ignore"):
        gap: np.ndarray = plain + rounding
    return gap


def _frequencies(
    claim: Claim,
    quantifier: Reproduces,
    points: list[Point],
    skipped: dict[str, int],
    profile: Profile,
    seed: str,
) -> Evidence:
    assert quantifier.printed_trials is not None
    draws = quantifier.draws or profile.draws
    cells = max(1, len(claim.grid.points()) if claim.grid else 1)
    alpha = alpha_per_claim() / (2 * cells)
    successes, printed, undecided = _run(claim, points, draws, (seed, "draws"))
    rows, witness, worst = [], None, None
    unresolved: tuple[str, ...] = ()
    for index, point in enumerate(points):
        trials = draws - undecided[index]
        if trials == 0:
            unresolved = ("every run is undecided at some points",)
            continue
        low, high = interval(int(successes[index]), int(trials), alpha)
        from_print = _printed_interval(quantifier, float(printed[index]), alpha)
        share = successes[index] / trials
        rows.append(
            {
                **cmp.shown(point),
                "lhs": share,
                "rhs": float(printed[index]),
                "low": low,
                "high": high,
                "undecided": int(undecided[index]),
            }
        )
        gap = min(high - from_print[0], from_print[1] - low)
        if worst is None or gap < worst.value:
            worst = Extreme(gap, cmp.shown(point), share, float(printed[index]))
        if gap < 0 and witness is None:
            witness = _confirm(claim, quantifier, point, draws, seed, alpha)
    return Evidence(
        points=len(points),
        draws=draws * len(points),
        skipped=skipped,
        worst=worst,
        witness=witness,
        unresolved=unresolved,
        rows=tuple(thin(rows)),
        details={"draws": draws, "undecided": int(undecided.sum()), "confidence": 1 - 2 * alpha},
    )


def _printed_interval(quantifier: Reproduces, printed: float, alpha: float) -> tuple[float, float]:
    """What the printed frequency says of the probability behind it, rounding included."""
    assert quantifier.printed_trials is not None
    trials = quantifier.printed_trials
    lowest = max(0.0, printed - quantifier.tolerance)
    highest = min(1.0, printed + quantifier.tolerance)
    low, _ = interval(int(np.floor(lowest * trials)), trials, alpha)
    _, high = interval(int(np.ceil(highest * trials)), trials, alpha)
    return low, high


def _run(
    claim: Claim, points: list[Point], draws: int, seed: tuple[str, ...]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Successes, printed values and undecided runs per point; a run that is NaN is undecided."""
    import torch

    batch = Points(points, claim.sizes)
    key = (claim.id, *seed, sorted(points[0].items()))
    generator = torch.Generator().manual_seed(seed_of(*key))
    lhs, rhs = claim.sides
    what = f"{claim.id}: lhs"
    outcome = cmp.to_array(
        lhs.measured.function(batch, draws, generator),
        leading=batch.n,
        claim=claim,
        what=what,
        counts=True,
    )
    if outcome.shape != (batch.n, draws) or not np.isin(outcome[~np.isnan(outcome)], (0, 1)).all():
        raise cmp.MeasurementError(f"{what} must return 0, 1 or NaN for each of {draws} draws")
    if rhs.measured is not None:
        printed = cmp.computed_values(claim, rhs.measured, batch, f"{claim.id}: rhs")[:, 0]
    else:
        printed = cmp.closed_at(rhs, batch)[:, 0]
    return np.nansum(outcome, axis=1), printed, np.isnan(outcome).sum(axis=1)


def _confirm(
    claim: Claim, quantifier: Reproduces, point: Point, draws: int, seed: str, alpha: float
) -> Witness | None:
    successes, printed, undecided = _run(claim, [point], 10 * draws, (seed, "fresh"))
    trials = int(10 * draws - undecided[0])
    if trials == 0:
        return None
    low, high = interval(int(successes[0]), trials, alpha)
    from_print = _printed_interval(quantifier, float(printed[0]), alpha)
    if min(high - from_print[0], from_print[1] - low) >= 0:
        return None
    return Witness(
        cmp.shown(point),
        cmp.text(successes[0] / trials, 6),
        cmp.text(printed[0], 6),
        cmp.text(successes[0] / trials - printed[0], 4),
        f"{int(successes[0])} of {trials} fresh runs, exact interval [{low:.5g}, {high:.5g}]; the "
        f"printed value with its rounding and {quantifier.printed_trials} trials allows "
        f"[{from_print[0]:.5g}, {from_print[1]:.5g}]",
    )
