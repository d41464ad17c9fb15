"""In expectation: Monte Carlo means with standard errors, and a fresh look at every failure.

A difference counts once it exceeds the normal quantile at the claim's share of the catalogue's
false-alarm rate, widened by what the largest draw could hide, and counts as a violation only if a
fresh seed and ten times the samples show it again. Where one draw carries much of the variance, or
all draws are equal, no sample mean refutes anything. Means that cannot tell a 20 % error from none
at half of the points leave the statement unsettled.
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
from theorems.measure import pointwise
from theorems.points import Points
from theorems.profiles import Profile, alpha_per_claim, seed_of
from theorems.quantifiers import InExpectation

BATCH = 1 << 13
RESOLUTION = 0.2
CONFIRM_FACTOR = 10
# A difference of so many standard errors is looked at again, at so many points of a group.
HINT = 3.0
SECOND_LOOKS = 3
# A claim has at most so many second looks over all its groups of points.
LOOKS = 100
# A largest draw beyond this share of the root of the summed squares: means are not yet normal.
DOMINANT = 0.25
# Rounding left where draws or sides of order one cancel, as a share of the largest side.
CANCELLED = 1e-13


@dataclass(frozen=True)
class Mean:
    """Means `(n, components)`, their standard errors, the draws' spread and largest deviation.

    An exact side has none of the last three.
    """

    value: np.ndarray
    error: np.ndarray
    spread: np.ndarray
    peak: np.ndarray
    samples: int = 0

    @property
    def is_regular(self) -> np.ndarray:
        """Where the mean is as good as normal; never where all draws are equal."""
        if not self.samples:
            return np.ones(self.value.shape, dtype=bool)
        return (self.spread > 0) & (self.peak <= DOMINANT * self.spread * np.sqrt(self.samples))


@dataclass(frozen=True)
class Difference:
    """Two means against each other: margin, what may be chance or rounding, and what is normal."""

    gap: np.ndarray
    error: np.ndarray
    allowed: np.ndarray
    hint: np.ndarray
    regular: np.ndarray

    @property
    def fails(self) -> np.ndarray:
        return self.gap < -self.allowed

    @property
    def hints(self) -> np.ndarray:
        return self.gap < -np.minimum(self.allowed, self.hint)

    @property
    def share(self) -> np.ndarray:
        return self.gap / np.maximum(self.allowed, 1e-300)


def measure(claim: Claim, points: list[Point], profile: Profile, seed: str) -> Evidence:
    """Evidence on an `InExpectation` claim from points that share their integer symbols."""
    quantifier = claim.quantifier
    assert isinstance(quantifier, InExpectation)
    kept, skipped = tested(claim, points, quantifier.draw is not None)
    if not kept:
        return Evidence(skipped=skipped)
    samples = quantifier.samples or profile.samples
    lhs, rhs, disagreement = both_means(claim, kept, samples, (seed, "mean"))
    quantile = critical_value(lhs.value.size)
    difference = compare(claim, lhs, rhs, quantile, floor_of(lhs, rhs))
    gap, allowed = difference.gap, difference.allowed
    witness = None
    # Looking again costs no false alarm, because the fresh look alone has to pass the strict test:
    # so it is taken at differences that the first sample only hints at.
    hinted = difference.hints & difference.regular
    order = np.argsort(np.where(hinted, difference.share, np.inf).min(axis=1), kind="stable")
    for row in order[:SECOND_LOOKS]:
        if hinted[row].any():
            floor = floor_of(lhs, rhs)
            strict = critical_value(lhs.value.size * LOOKS)
            witness = _confirm(claim, kept[int(row)], samples, seed, strict, floor)
            if witness is not None:
                break
    natural = _natural(lhs, rhs)
    coarse = allowed > RESOLUTION * natural
    # An inequality that clearly holds needs no finer look.
    open_ = coarse if claim.relation == "==" else coarse & (gap <= allowed)
    unresolved: tuple[str, ...] = ()
    if (open_.mean(axis=0) > 0.5).any():
        count = int(open_.any(axis=1).sum())
        unresolved = (f"{samples} samples cannot tell a 20 % error at {count} points",)
    if difference.fails.any() and witness is None:
        unresolved += ("an apparent failure was not confirmed by a fresh seed",)
    if claim.relation == "!=" and (gap <= allowed).any():
        unresolved += ("samples cannot tell the two sides apart at some points",)
    row, column = np.unravel_index(int(np.argmin(difference.share)), gap.shape)
    worst = Extreme(
        float(gap[row, column]),
        cmp.shown(kept[int(row)]),
        float(lhs.value[row, column]),
        float(rhs.value[row, column]),
    )
    nearest = difference.share.argmin(axis=1)
    rows = [
        {
            **cmp.shown(point),
            "lhs": float(lhs.value[i, c]),
            "rhs": float(rhs.value[i, c]),
            "error": float(difference.error[i, c]),
        }
        for i, (point, c) in enumerate(zip(kept, nearest, strict=True))
    ]
    resolution = float(np.median(allowed / np.maximum(natural, 1e-300)))
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


def tested(claim: Claim, points: list[Point], joint: bool) -> tuple[list[Point], dict[str, int]]:
    """The points that meet all conditions.

    Raises `MeasurementError` for a `Holds` on joint draws: an expectation is over all of them.
    """
    if joint and claim.measured_hypotheses:
        name = claim.measured_hypotheses[0].name
        raise cmp.MeasurementError(
            f"{claim.id}: the hypothesis {name!r} is measured per draw, which an expectation cannot"
            " be conditioned on; put it into the sides"
        )
    return pointwise.tested_points(claim, points)


def compare(claim: Claim, lhs: Mean, rhs: Mean, quantile: float, floor: float) -> Difference:
    """Two means against each other; `floor` is the rounding that cancellation leaves."""
    gap = cmp.margin(claim.relation, lhs.value, rhs.value)
    joint = getattr(claim.quantifier, "draw", None) is not None
    # Common draws may be correlated either way: their errors add.
    error = lhs.error + rhs.error if joint else np.hypot(lhs.error, rhs.error)
    rounding = max((s.measured.rounding for s in claim.sides if s.measured is not None), default=0)
    scale = np.maximum(np.abs(lhs.value), np.abs(rhs.value))
    hidden = sum(2 * quantile**2 * m.peak / m.samples for m in (lhs, rhs) if m.samples)
    allowed = quantile * error + hidden + rounding * scale + floor
    hint = HINT * error + rounding * scale + floor
    return Difference(gap, error, allowed, hint, lhs.is_regular & rhs.is_regular)


def floor_of(*means: Mean) -> float:
    largest = max(float(np.max(np.maximum(np.abs(m.value), m.spread))) for m in means)
    return CANCELLED * largest


def _natural(lhs: Mean, rhs: Mean) -> np.ndarray:
    """The size that an error is measured against: the sides', or the draws' where one is zero."""
    spread = np.maximum(lhs.spread, rhs.spread)
    zero = np.zeros(spread.shape, dtype=bool)
    for mean in (lhs, rhs):
        if not mean.samples:
            zero |= np.abs(mean.value) <= 1e-9 * spread
    scale = np.maximum(np.abs(lhs.value), np.abs(rhs.value))
    return np.where(zero, 0.1 * spread, scale)


def critical_value(comparisons: int) -> float:
    """How many standard errors a difference must exceed, for this many two-sided comparisons."""
    from scipy.special import ndtri  # scipy.stats takes most of a second to import

    return -float(ndtri(alpha_per_claim() / (2 * comparisons)))


def both_means(
    claim: Claim, points: list[Point], samples: int, seed: tuple[str, ...]
) -> tuple[Mean, Mean, str | None]:
    import torch

    batch = Points(points, claim.sizes)
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
                    if array.ndim < 2 or array.shape[1] != size:
                        raise cmp.MeasurementError(
                            f"{what} returned shape {array.shape}; its second axis must have the "
                            f"{size} samples asked for"
                        )
                    _accumulate(totals, index, array.reshape(batch.n, size, -1), what)
            done += size
    means, disagreement = [], None
    for index, side in enumerate(claim.sides):
        closed = cmp.closed_at(side, batch) if side.closed is not None else None
        if sampled[index]:
            mean = _mean(totals[index], samples)
            if closed is not None and seed[-1] != "again":
                disagreement = disagreement or _disagrees(
                    claim, index, mean, closed, points, samples, seed
                )
        else:
            exact = closed
            if side.measured is not None:
                exact = cmp.computed_values(
                    claim, side.measured, batch, f"{claim.id}: {names[index]}"
                )
                if closed is not None:
                    disagreement = disagreement or pointwise.disagrees(
                        names[index], side, closed, exact, batch
                    )
            assert exact is not None
            if not np.isfinite(exact).all():
                raise cmp.MeasurementError(f"{claim.id}: {names[index]} is not finite")
            none = np.zeros_like(exact)
            mean = Mean(exact, none, none, none)
        means.append(mean)
    shape = np.broadcast_shapes(means[0].value.shape, means[1].value.shape)
    lhs, rhs = (_shaped(mean, shape) for mean in means)
    return lhs, rhs, disagreement


def _shaped(mean: Mean, shape: tuple[int, ...]) -> Mean:
    arrays = [np.broadcast_to(a, shape) for a in (mean.value, mean.error, mean.spread, mean.peak)]
    return Mean(arrays[0], arrays[1], arrays[2], arrays[3], mean.samples)


def _caller(
    function: Callable[..., Any], batch: Points, size: int, generator: Any, joint: Any
) -> Callable[[], Any]:
    if joint is not None:
        return lambda: function(joint)
    return lambda: function(batch, size, generator)


def _accumulate(totals: dict[int, list[Any]], index: int, array: np.ndarray, what: str) -> None:
    if not np.isfinite(array).all():
        raise cmp.MeasurementError(f"{what} returned NaN or infinity")
    first = totals.setdefault(index, [array.mean(axis=1), 0.0, 0.0, 0.0])
    # Sums are taken about the first batch's mean, so that the variance does not cancel.
    shifted = array - first[0][:, None, :]
    first[1] = first[1] + shifted.sum(axis=1)
    first[2] = first[2] + (shifted**2).sum(axis=1)
    first[3] = np.maximum(first[3], np.abs(shifted).max(axis=1))


def _mean(total: list[Any], samples: int) -> Mean:
    shift, linear, quadratic, peak = total
    mean = linear / samples
    variance = np.maximum(quadratic / samples - mean**2, 0.0)
    # Equal draws leave a variance of rounding alone.
    variance = np.where(variance <= (1e-15 * np.abs(shift)) ** 2, 0.0, variance)
    return Mean(shift + mean, np.sqrt(variance / samples), np.sqrt(variance), peak, samples)


def _disagrees(
    claim: Claim,
    index: int,
    mean: Mean,
    closed: np.ndarray,
    points: list[Point],
    samples: int,
    seed: tuple[str, ...],
) -> str | None:
    """Where a side's closed form and samples differ, fresh samples agreeing that they do."""
    apart = _apart(mean, closed)
    if not apart.any():
        return None
    closed = np.broadcast_to(closed, mean.value.shape)
    share = np.abs(closed - mean.value) / np.maximum(mean.error, 1e-300)
    row, column = np.unravel_index(int(np.argmax(np.where(apart, share, -1))), share.shape)
    point = points[int(row)]
    means = both_means(claim, [point], CONFIRM_FACTOR * samples, (*seed, "again"))
    fresh = means[0] if index == 0 else means[1]
    if not _apart(fresh, closed[int(row)][None])[0, column]:
        return None
    return (
        f"{('lhs', 'rhs')[index]}: the closed form gives {closed[row, column]:.8g}, the samples "
        f"{fresh.value[0, column]:.8g} with standard error {fresh.error[0, column]:.2g} at "
        f"{cmp.shown(point)}"
    )


def _apart(mean: Mean, closed: np.ndarray) -> np.ndarray:
    quantile = critical_value(mean.value.size)
    closed = np.broadcast_to(closed, mean.value.shape)
    allowed = quantile * mean.error + 2 * quantile**2 * mean.peak / mean.samples
    allowed = allowed + 1e-9 * np.abs(closed) + floor_of(mean)
    return (np.abs(closed - mean.value) > allowed) & mean.is_regular


def _confirm(
    claim: Claim, point: Point, samples: int, seed: str, quantile: float, floor: float
) -> Witness | None:
    more = CONFIRM_FACTOR * samples
    lhs, rhs, _ = both_means(claim, [point], more, (seed, "again"))
    difference = compare(claim, lhs, rhs, quantile, floor)
    counted = np.where(difference.regular[0], difference.share[0], np.inf)
    column = int(np.argmin(counted))
    if not (difference.fails & difference.regular)[0, column]:
        return None
    gap, error = difference.gap[0, column], difference.error[0, column]
    at = cmp.shown(point)
    if difference.gap.size > 1:
        at["component"] = column
    return Witness(
        at=at,
        lhs=cmp.text(lhs.value[0, column], 10),
        rhs=cmp.text(rhs.value[0, column], 10),
        margin=f"{cmp.text(gap, 6)} (standard error {cmp.text(error, 3)})",
        how=f"means of {more} fresh draws, ten times the first sample, differ by "
        f"{abs(gap) / max(error, 1e-300):.3g} standard errors",
    )
