"""In expectation: Monte Carlo means with standard errors, and a fresh look at every failure.

A difference counts once it exceeds the normal quantile at the claim's share of the catalogue's
false-alarm rate, and counts as a violation only if a fresh seed and ten times the samples show it
again. Means that cannot tell a 20 % error from none leave the statement unsettled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from theorems.claim import Claim
from theorems.evidence import Evidence, Extreme, Witness, thin
from theorems.grid import Point
from theorems.measure import comparison as cmp
from theorems.measure.pointwise import kept_points
from theorems.points import Points
from theorems.profiles import Profile, alpha_per_claim, seed_of
from theorems.quantifiers import InExpectation

BATCH = 1 << 13
RESOLUTION = 0.2
CONFIRM_FACTOR = 10


@dataclass(frozen=True)
class Mean:
    """Means `(n, components)` and their standard errors; an exact side has none."""

    value: np.ndarray
    error: np.ndarray
    spread: np.ndarray


def measure(claim: Claim, points: list[Point], profile: Profile, seed: str) -> Evidence:
    """Evidence on an `InExpectation` claim from points that share their integer symbols."""
    assert isinstance(claim.quantifier, InExpectation)
    kept, skipped = kept_points(claim, points)
    if not kept:
        return Evidence(skipped=skipped)
    samples = claim.quantifier.samples or profile.samples
    lhs, rhs, disagreement = both_means(claim, kept, samples, (seed, "mean"))
    gap = cmp.margin(claim.relation, lhs.value, rhs.value)
    error = np.hypot(lhs.error, rhs.error)
    rounding = max(s.measured.rounding for s in claim.sides if s.measured is not None)
    scale = np.maximum(np.abs(lhs.value), np.abs(rhs.value))
    quantile = critical_value(gap.size)
    allowed = quantile * error + rounding * scale
    witness = None
    order = np.argsort((gap / np.maximum(allowed, 1e-300)).min(axis=1), kind="stable")
    for row in order[:3]:
        if (gap[row] < -allowed[row]).any():
            witness = _confirm(claim, kept[int(row)], samples, seed, quantile, rounding)
            if witness is not None:
                break
    natural = np.maximum(scale, np.maximum(lhs.spread, rhs.spread) * 0.1)
    coarse = allowed > RESOLUTION * np.maximum(natural, 1e-300)
    unresolved: tuple[str, ...] = ()
    if coarse.any() and claim.relation == "==":
        unresolved = (f"{samples} samples cannot tell a 20 % error at {int(coarse.sum())} points",)
    failing = (gap < -allowed).any() and witness is None
    if failing:
        unresolved += ("an apparent failure was not confirmed by a fresh seed",)
    row, column = np.unravel_index(int(np.argmin(gap / np.maximum(allowed, 1e-300))), gap.shape)
    worst = Extreme(
        float(gap[row, column]),
        cmp.shown(kept[int(row)]),
        float(lhs.value[row, column]),
        float(rhs.value[row, column]),
    )
    rows = [
        {
            **cmp.shown(point),
            "lhs": float(lhs.value[i, 0]),
            "rhs": float(rhs.value[i, 0]),
            "error": float(error[i, 0]),
        }
        for i, point in enumerate(kept)
    ]
    resolution = float((allowed / np.maximum(natural, 1e-300)).max())
    ratios = cmp.ratio(claim.relation, lhs.value, rhs.value)
    tightness = None
    if np.isfinite(ratios).any():
        best = np.unravel_index(int(np.nanargmax(ratios)), ratios.shape)
        tightness = Extreme(float(ratios[best]), cmp.shown(kept[int(best[0])]))
    return Evidence(
        points=len(kept),
        draws=samples * len(kept),
        skipped=skipped,
        worst=worst,
        tightness=tightness,
        witness=witness,
        disagreement=disagreement,
        unresolved=unresolved,
        rows=tuple(thin(rows)),
        details={"quantile": quantile, "resolution": resolution, "samples": samples},
    )


def critical_value(comparisons: int) -> float:
    """How many standard errors a difference must exceed, for this many two-sided comparisons."""
    from scipy.stats import norm

    return float(norm.isf(alpha_per_claim() / (2 * comparisons)))


def both_means(
    claim: Claim, points: list[Point], samples: int, seed: tuple[str, ...]
) -> tuple[Mean, Mean, str | None]:
    import torch

    batch = Points(points, claim.sizes)
    env = cmp.environment(batch)
    quantifier = claim.quantifier
    draw = getattr(quantifier, "draw", None)
    names = ("lhs", "rhs")
    sampled = [s.measured is not None and s.measured.kind == "sampled" for s in claim.sides]
    key = (claim.id, *seed, sorted(points[0].items()))
    # Sides without a common draw get streams of their own, so that their errors are independent.
    generators = [
        torch.Generator().manual_seed(seed_of(*key, "joint" if draw else name)) for name in names
    ]
    totals: dict[int, list[Any]] = {}
    if any(sampled):
        done = 0
        while done < samples:
            size = min(BATCH, samples - done)
            joint = draw(batch, size, generators[0]) if draw else None
            for index, side in enumerate(claim.sides):
                if sampled[index]:
                    what = f"{claim.id}: {names[index]}"
                    call = _caller(side.measured.function, batch, size, generators[index], joint)
                    array = cmp.to_array(call(), leading=batch.n, claim=claim, what=what)
                    _accumulate(totals, index, array.reshape(batch.n, size, -1), what)
            done += size
    means, disagreement = [], None
    for index, side in enumerate(claim.sides):
        closed = cmp.closed_values(side, env) if side.closed is not None else None
        if sampled[index]:
            mean = _mean(totals[index], samples)
            if closed is not None:
                disagreement = disagreement or _disagrees(names[index], mean, closed, points)
        else:
            exact = (
                cmp.computed_values(claim, side.measured, batch, f"{claim.id}: {names[index]}")
                if side.measured is not None
                else closed
            )
            assert exact is not None
            mean = Mean(exact, np.zeros_like(exact), np.zeros_like(exact))
        means.append(mean)
    shape = np.broadcast_shapes(means[0].value.shape, means[1].value.shape)
    lhs, rhs = (
        Mean(*(np.broadcast_to(a, shape) for a in (m.value, m.error, m.spread))) for m in means
    )
    return lhs, rhs, disagreement


def _caller(
    function: Callable[..., Any], batch: Points, size: int, generator: Any, joint: Any
) -> Callable[[], Any]:
    if joint is not None:
        return lambda: function(joint)
    return lambda: function(batch, size, generator)


def _accumulate(totals: dict[int, list[Any]], index: int, array: np.ndarray, what: str) -> None:
    if np.isnan(array).any():
        raise cmp.MeasurementError(f"{what} returned NaN")
    first = totals.setdefault(index, [array.mean(axis=1), 0.0, 0.0])
    # Sums are taken about the first batch's mean, so that the variance does not cancel.
    shifted = array - first[0][:, None, :]
    first[1] = first[1] + shifted.sum(axis=1)
    first[2] = first[2] + (shifted**2).sum(axis=1)


def _mean(total: list[Any], samples: int) -> Mean:
    shift, linear, quadratic = total
    mean = linear / samples
    variance = np.maximum(quadratic / samples - mean**2, 0.0)
    return Mean(shift + mean, np.sqrt(variance / samples), np.sqrt(variance))


def _disagrees(name: str, mean: Mean, closed: np.ndarray, points: list[Point]) -> str | None:
    closed = np.broadcast_to(closed, mean.value.shape)
    gap = np.abs(closed - mean.value)
    allowed = critical_value(gap.size) * mean.error + 1e-9 * np.abs(closed) + 1e-300
    off = ~(gap <= allowed)
    if not off.any():
        return None
    row, column = np.unravel_index(int(np.argmax(np.where(off, gap / allowed, -1))), gap.shape)
    return (
        f"{name}: the closed form gives {closed[row, column]:.8g}, the samples "
        f"{mean.value[row, column]:.8g} with standard error {mean.error[row, column]:.2g} at "
        f"{cmp.shown(points[int(row)])}"
    )


def _confirm(
    claim: Claim, point: Point, samples: int, seed: str, quantile: float, rounding: float
) -> Witness | None:
    more = CONFIRM_FACTOR * samples
    lhs, rhs, _ = both_means(claim, [point], more, (seed, "fresh"))
    gap = cmp.margin(claim.relation, lhs.value, rhs.value)[0]
    error = np.hypot(lhs.error, rhs.error)[0]
    scale = np.maximum(np.abs(lhs.value), np.abs(rhs.value))[0]
    column = int(np.argmin(gap / np.maximum(quantile * error + rounding * scale, 1e-300)))
    if not gap[column] < -(quantile * error[column] + rounding * scale[column]):
        return None
    at = cmp.shown(point)
    if gap.size > 1:
        at["component"] = column
    return Witness(
        at=at,
        lhs=cmp.text(lhs.value[0, column], 10),
        rhs=cmp.text(rhs.value[0, column], 10),
        margin=f"{cmp.text(gap[column], 6)} (standard error {cmp.text(error[column], 3)})",
        how=f"means of {more} fresh draws, ten times the first sample, differ by "
        f"{abs(gap[column]) / max(error[column], 1e-300):.3g} standard errors",
    )
