"""With probability at least p: independent draws and exact binomial intervals.

Draws are looked at in rounds of doubling size, and no more are made once every point's interval
lies clear of p; the claim's share of the catalogue's false-alarm rate is split evenly over the
rounds, so that stopping early costs nothing of it. Refuted when the Clopper-Pearson interval's
upper end lies below p, twice, on independent draws. Unsettled when it still straddles p at the end.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    import torch

BATCH = 1 << 11
FIRST_SHARE = 8
"""The first round is this fraction of the draws."""
LONGEST = 4
"""How many times the profile's draws a claim that does not set its own may get, if they help."""


@dataclass
class _Counts:
    """Per point, how many draws satisfied the relation and how many met the hypotheses."""

    successes: np.ndarray
    trials: np.ndarray
    draws: int = 0

    def intervals(self, alpha: float) -> list[tuple[float, float]]:
        """Per point its exact interval; all of [0, 1] where no draw met the hypotheses."""
        pairs = zip(self.successes.tolist(), self.trials.tolist(), strict=True)
        return [interval(s, t, alpha) if t else (0.0, 1.0) for s, t in pairs]


def interval(successes: int, trials: int, alpha: float) -> tuple[float, float]:
    """The Clopper-Pearson interval of confidence 1 - alpha for a success probability."""
    from scipy.special import betaincinv  # scipy.stats takes most of a second to import

    if trials < 1:
        raise ValueError("an interval needs at least one trial")
    failures = trials - successes
    low = float(betaincinv(successes, failures + 1, alpha / 2)) if successes else 0.0
    # From the failures' side, so that an end close to 1 keeps its distance from 1.
    high = 1 - float(betaincinv(failures, successes + 1, alpha / 2)) if failures else 1.0
    return low, high


def measure(claim: Claim, points: list[Point], profile: Profile, seed: str) -> Evidence:
    """Evidence on a `WithProbability` claim from points that share their integer symbols."""
    quantifier = claim.quantifier
    assert isinstance(quantifier, WithProbability)
    kept, skipped = kept_points(claim, points)
    if not kept:
        return Evidence(skipped=skipped)
    rounds = _rounds(quantifier, profile)
    alpha = alpha_per_claim() / (len(kept) * len(rounds))
    target = _targets(claim, quantifier, kept)
    counts = _look(claim, kept, target, rounds, alpha, seed, skipped)
    rows, unresolved, witness, worst = [], [], None, None
    for index, (point, (low, high)) in enumerate(zip(kept, counts.intervals(alpha), strict=True)):
        if counts.trials[index] == 0:
            continue
        share = counts.successes[index] / counts.trials[index]
        rows.append(
            {**cmp.shown(point), "lhs": share, "rhs": target[index], "low": low, "high": high}
        )
        gap = share - target[index]
        if worst is None or gap < worst.value:
            worst = Extreme(float(gap), cmp.shown(point), float(share), float(target[index]))
        if high < target[index] and witness is None:
            witness = _confirm(claim, quantifier, point, 10 * counts.draws, seed, alpha)
        elif low < target[index] <= high and target[index] < 1:
            unresolved.append(f"the interval [{low:.4g}, {high:.4g}] straddles {target[index]:.4g}")
    return Evidence(
        points=len(rows),
        draws=int(counts.trials.sum()),
        skipped=skipped,
        worst=worst,
        witness=witness,
        unresolved=tuple(dict.fromkeys(unresolved)),
        rows=tuple(thin(rows)),
        details={"draws": counts.draws, "confidence": 1 - alpha * len(rounds)},
    )


def _rounds(quantifier: WithProbability, profile: Profile) -> list[int]:
    """How many draws have been made by the end of each round."""
    draws = quantifier.draws or profile.draws
    last = draws if quantifier.draws else LONGEST * draws
    rounds = [max(1, draws // FIRST_SHARE)]
    while rounds[-1] < last:
        rounds.append(min(2 * rounds[-1], last))
    return rounds


def _look(
    claim: Claim,
    points: list[Point],
    target: np.ndarray,
    rounds: list[int],
    alpha: float,
    seed: str,
    skipped: dict[str, int],
) -> _Counts:
    """Draws for all points, until each is clear or further rounds would not settle another."""
    import torch

    key = (claim.id, seed, "draws", sorted(points[0].items()))
    generator = torch.Generator().manual_seed(seed_of(*key))
    counts = _Counts(np.zeros(len(points), dtype=int), np.zeros(len(points), dtype=int))
    for end in rounds:
        _count(claim, points, end - counts.draws, generator, skipped, counts)
        if not any(
            _worth_more(counts, index, target[index], rounds[-1], alpha)
            for index in range(len(points))
        ):
            break
    return counts


def _worth_more(counts: _Counts, index: int, target: float, most: int, alpha: float) -> bool:
    """Whether a point is unclear, and its interval at `most` draws may be expected to be clear.

    Judged by the share so far, moved by two standard errors to either side.
    """
    successes, trials = int(counts.successes[index]), int(counts.trials[index])
    if trials == 0:
        return counts.draws < most
    low, high = interval(successes, trials, alpha)
    if high < target or low >= target:
        return False
    share = successes / trials
    spread = 2 * math.sqrt(max(share * (1 - share), 1 / trials) / trials)
    expected = round(most * trials / counts.draws)
    for guess in (share - spread, share + spread):
        likely = min(max(round(guess * expected), 0), expected)
        low, high = interval(likely, expected, alpha)
        if high < target or low >= target:
            return True
    return False


def _targets(claim: Claim, quantifier: WithProbability, points: list[Point]) -> np.ndarray:
    expression = sp.sympify(quantifier.at_least)
    env = {name: np.array([point[name] for point in points]) for name in points[0]}
    targets = np.broadcast_to(evaluate.values(expression, env), (len(points),))
    if not np.isfinite(targets).all():
        raise cmp.MeasurementError(f"{claim.id}: at_least = {expression} is undefined at a point")
    return targets


def _count(
    claim: Claim,
    points: list[Point],
    draws: int,
    generator: torch.Generator,
    skipped: dict[str, int],
    counts: _Counts,
) -> None:
    """Make `draws` more draws at every point and add them to the counts."""
    batch = Points(points, claim.sizes)
    quantifier = claim.quantifier
    assert isinstance(quantifier, WithProbability)
    done = 0
    while done < draws:
        size = min(BATCH, draws - done)
        joint = quantifier.draw(batch, size, generator) if quantifier.draw else None
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
        counts.successes += (good & met).sum(axis=1)
        counts.trials += met.sum(axis=1)
        counts.draws += size
        done += size


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
    import torch

    key = (claim.id, seed, "fresh", sorted(point.items()))
    generator = torch.Generator().manual_seed(seed_of(*key))
    counts = _Counts(np.zeros(1, dtype=int), np.zeros(1, dtype=int))
    _count(claim, [point], draws, generator, {}, counts)
    target = float(_targets(claim, quantifier, [point])[0])
    [(_, high)] = counts.intervals(alpha)
    if not high < target:
        return None
    successes, trials = int(counts.successes[0]), int(counts.trials[0])
    return Witness(
        at=cmp.shown(point),
        lhs=cmp.text(successes / trials, 8),
        rhs=cmp.text(target, 8),
        margin=cmp.text(successes / trials - target, 6),
        how=f"{successes} of {trials} fresh draws; the exact interval at "
        f"confidence 1 - {alpha:.1e} ends at {high:.6g}, below the printed probability",
    )
