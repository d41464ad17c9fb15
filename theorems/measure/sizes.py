"""Sufficient size: the smallest size that works at each point, against the printed bound.

Doubling and bisection over a fixed number of draws per size find the threshold; fresh draws on both
sides of it then bracket it: below the bracket success is clearly rarer than printed, at its upper
end clearly not, each by an exact binomial interval. The bracket's centre is what is compared with
the bound, its width is the point's noise. How the ratio grows along each scaled symbol is fitted by
the judge, as for constants, with that noise in the interval of the exponent.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from theorems import evaluate
from theorems.claim import Claim
from theorems.evidence import Evidence, Extreme, thin
from theorems.grid import Point
from theorems.measure import comparison as cmp
from theorems.measure.pointwise import kept_points
from theorems.measure.probability import interval
from theorems.points import Points
from theorems.profiles import Profile, seed_of
from theorems.quantifiers import SufficientSize

DRAWS_SHARE = 10
# One bracket end is wrong at most this often; in units of which the fit counts four.
ALPHA = 1e-6
SIGMAS = 4
# The bracket's ends are sought at these multiples of the threshold; whether success lasts, beyond.
STEPS = (1.0, 1.03, 1.06, 1.1, 1.15, 1.2, 1.27, 1.37, 1.55, 2.0, 3.0, 9.0)
BEYOND = (2, 4)
# A bracket costs few sizes, so each gets this many times the draws of bisection.
SHARPER = 4
# The draws of one size are made in so many parts, the last ones only while they matter; parts of
# fewer draws save nothing, since a run costs its steps more than its draws.
PARTS, LEAST_PART = 4, 40
# A bracket with an open end counts as this wide.
OPEN = 16.0
# Bisection takes the answer of its first draws where it is wrong at most this often; being wrong
# costs width alone, since the bracket is made with fresh draws.
HASTE = 0.01
# A look for a clear answer is given up when the last look would need so lucky a rest (in standard
# errors of that rest).
HOPELESS = 2.5


@dataclass(frozen=True)
class Threshold:
    """The smallest sufficient size lies in `(low, high]`; `open` says what is not settled.

    `size` is what bisection found, None if no size sufficed; `draws` is how many were made.
    """

    size: int | None
    low: float
    high: float
    draws: int
    open: str = ""

    @property
    def centre(self) -> float:
        return math.sqrt(self.low * self.high)

    @property
    def noise(self) -> float:
        """Half the bracket's relative width, in the units of a standard error."""
        return math.log(self.high / self.low) / 2 / SIGMAS


def measure(claim: Claim, points: list[Point], profile: Profile, seed: str) -> Evidence:
    """Thresholds at points that share their integer symbols."""
    quantifier = claim.quantifier
    assert isinstance(quantifier, SufficientSize)
    if claim.measured_hypotheses:
        raise cmp.MeasurementError(
            f"{claim.id}: a sufficient size cannot check measured hypotheses"
        )
    kept, skipped = kept_points(claim, points)
    if not kept:
        return Evidence(skipped=skipped)
    rows, unresolved, draws = [], [], 0
    for point in kept:
        bound = _bound(claim, point)
        where = cmp.shown(point)
        if not (math.isfinite(bound) and bound > 0):
            unresolved.append(f"the printed bound is {bound:.3g}, no positive number, at {where}")
            continue
        found = _Search(claim, quantifier, point, profile, seed).threshold()
        draws += found.draws
        if found.open:
            unresolved.append(f"{found.open} at {where}")
        if found.size is not None:
            ratio, noise = found.centre / bound, found.noise
            rows.append(
                {**where, "lhs": found.centre, "rhs": bound, "ratio": ratio, "noise": noise}
            )
    best = max(rows, key=lambda row: row["ratio"], default=None)
    tight = None
    if best is not None:
        at = {k: v for k, v in best.items() if k not in ("lhs", "rhs", "ratio", "noise")}
        tight = Extreme(best["ratio"], at, float(best["lhs"]), best["rhs"])
    return Evidence(
        points=len(rows),
        draws=draws,
        skipped=skipped,
        tightness=tight,
        unresolved=tuple(dict.fromkeys(unresolved)),
        rows=tuple(thin(rows)),
        details={"ratios": rows},
    )


def _bound(claim: Claim, point: Point) -> float:
    rhs = claim.sides[1]
    batch = Points([point], claim.sizes)
    if rhs.closed is not None:
        return float(cmp.closed_values(rhs, cmp.environment(batch))[0, 0])
    return float(cmp.computed_values(claim, rhs.measured, batch, f"{claim.id}: rhs")[0, 0])


class _Search:
    """The threshold at one point."""

    def __init__(
        self, claim: Claim, quantifier: SufficientSize, point: Point, profile: Profile, seed: str
    ) -> None:
        self.claim, self.quantifier, self.point, self.seed = claim, quantifier, point, seed
        env = {name: np.asarray(value) for name, value in point.items()}
        self.target = float(evaluate.values(evaluate.as_expression(quantifier.at_least), env))
        self.draws = quantifier.draws or _enough(self.target, profile)
        self.made = 0

    def threshold(self) -> Threshold:
        """Doubling, bisection, and a bracket on fresh draws."""
        quantifier = self.quantifier
        low, high = quantifier.start - 1, quantifier.start
        while not self._suffices(high):
            if high >= quantifier.largest:
                reason = f"no size up to {quantifier.largest} suffices"
                return Threshold(None, 0, 0, self.made, reason)
            low, high = high, min(2 * high, quantifier.largest)
        while high - low > max(1, high // 32):
            middle = (low + high) // 2
            low, high = (low, middle) if self._suffices(middle) else (middle, high)
        return self._bracketed(high)

    def _bracketed(self, size: int) -> Threshold:
        """Both ends on fresh draws, so that bisection's luck is not counted twice."""
        reasons = []
        above = (max(size, round(size * step)) for step in STEPS)
        upper = _first(self._upwards(above), lambda s: self._clear(s) is True)
        if upper is None:
            reasons.append(f"no size up to {round(size * STEPS[-1])} clearly suffices")
        below = (min(size - 1, math.floor(size / step)) for step in STEPS)
        lower = _first(self._downwards(below), lambda s: self._clear(s) is False)
        if lower is None and size > max(1, self.quantifier.start):
            reasons.append("no smaller size is clearly too small")
        elif lower is None and self.quantifier.start > 1:
            reasons.append(f"the first size tried, {self.quantifier.start}, already suffices")
        for factor in BEYOND:
            larger = factor * (upper or size)
            if larger <= self.quantifier.largest and self._clear(larger) is False:
                reasons.append(f"success is lost again at size {larger}")
                break
        # Size 1 is the smallest there is: its requirement is taken to be more than a half.
        least = 0.5 if size == 1 else size / OPEN
        return Threshold(
            size,
            float(lower) if lower is not None else least,
            float(upper) if upper is not None else size * OPEN,
            self.made,
            "; ".join(reasons),
        )

    def _upwards(self, sizes: Iterator[int]) -> list[int]:
        return list(dict.fromkeys(s for s in sizes if s <= self.quantifier.largest))

    def _downwards(self, sizes: Iterator[int]) -> list[int]:
        return list(dict.fromkeys(s for s in sizes if s >= self.quantifier.start))

    def _suffices(self, size: int) -> bool:
        """Whether enough of `draws` succeed, made in parts until that is as good as certain."""
        successes = made = 0
        parts = max(1, min(PARTS, self.draws // LEAST_PART))
        for part in range(parts):
            draws = (part + 1) * self.draws // parts - made
            successes += self._successes(size, f"bisection-{part}", draws)
            made += draws
            if successes >= self.target * self.draws:
                return True
            if successes + self.draws - made < self.target * self.draws:
                return False
            low, high = interval(successes, made, HASTE)
            if low >= self.target or high < self.target:
                return low >= self.target
        return False

    def _clear(self, size: int) -> bool | None:
        """Whether fresh draws say that the size suffices; None when they leave it open.

        Looked at after each part, with the chance of a wrong answer split over the looks.
        """
        successes = 0
        for part in range(SHARPER):
            successes += self._successes(size, f"bracket-{part}", self.draws)
            low, high = interval(successes, (part + 1) * self.draws, 2 * ALPHA / SHARPER)
            if low >= self.target:
                return True
            if high < self.target:
                return False
            if self._is_hopeless(successes, part + 1):
                return None
        return None

    def _is_hopeless(self, successes: int, looks: int) -> bool:
        """Whether the draws that are left can hardly make the answer clear, going by these."""
        variance = self.target * (1 - self.target)
        if looks == SHARPER or variance <= 0:
            return False
        made, all_draws = looks * self.draws, SHARPER * self.draws
        away = abs(successes / made - self.target) * math.sqrt(all_draws / variance)
        luck = HOPELESS * math.sqrt((all_draws - made) / all_draws)
        return away + luck < -NormalDist().inv_cdf(ALPHA / SHARPER)

    def _successes(self, size: int, stage: str, draws: int) -> int:
        import torch

        claim = self.claim
        batch = Points([self.point], claim.sizes)
        key = (claim.id, self.seed, stage, sorted(self.point.items()), size)
        generator = torch.Generator().manual_seed(seed_of(*key))
        result = claim.sides[0].measured.function(batch, size, draws, generator)
        array = cmp.to_array(result, leading=1, claim=claim, what=f"{claim.id}: lhs", counts=True)
        if array.shape != (1, draws) or not np.isin(array, (0, 1)).all():
            raise cmp.MeasurementError(
                f"{claim.id}: lhs must return 0 or 1 for each of {draws} draws"
            )
        self.made += draws
        return int(array.sum())


def _first(sizes: list[int], good: Callable[[int], bool]) -> int | None:
    """The first good size of a list on which badness gives way to goodness once, by bisection.

    Where it does so more than once the size returned is good all the same, and the one before it
    that was tried is not.
    """
    low, high = 0, len(sizes)
    while low < high:
        middle = min((low + high) // 2, low + 2)
        if good(sizes[middle]):
            high = middle
        else:
            low = middle + 1
    return sizes[high] if high < len(sizes) else None


def _enough(target: float, profile: Profile) -> int:
    """Draws with which a size that nearly always succeeds is told from one at the target."""
    usual = max(50, profile.draws // DRAWS_SHARE)
    if not 0 < target < 1:
        return usual
    return min(profile.draws, max(usual, math.ceil(2 * math.log(ALPHA) / math.log(target))))
