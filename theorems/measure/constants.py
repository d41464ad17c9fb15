"""Up to a constant: the largest ratio over the grid, and how it grows along each scaled symbol.

The growth exponent is the slope of the logarithm of the ratio (worst over the other symbols)
against the logarithm of the symbol, over the widest range that runs. The statement is refuted when
the slope's confidence interval lies above `GROWS`, each of the last three octaves grows at least
that fast, and the slopes do not fall towards less: a ratio still climbing towards a constant slows
down, a wrong power does not. Slopes that fall ever faster, or towards a limit below `GROWS`, leave
the statement open, and so do a ratio that has only begun to grow in the last octave and one that
grew until the last octave alone.
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
# Slopes per octave that differ by less are the same; sampled sides add their own noise.
STEADY = 1e-6
# Slopes per octave known no better than this do not say that a ratio has stopped growing.
LOUD = 0.25
LN2 = math.log(2)


def measure(claim: Claim, points: list[Point], profile: Profile, seed: str) -> Evidence:
    """The ratio of the sides at each point; the fit over all points is made by the judge."""
    quantifier = claim.quantifier
    joint = getattr(quantifier, "draw", None) is not None
    kept, skipped = expectation.tested(claim, points, joint)
    if not kept:
        return Evidence(skipped=skipped)
    noise = np.zeros((len(kept), 1))
    if any(s.measured is not None and s.measured.kind == "sampled" for s in claim.sides):
        samples = quantifier.samples or profile.draws  # type: ignore[union-attr]
        left, right, disagreement = expectation.both_means(claim, kept, samples, (seed,))
        lhs, rhs, draws = left.value, right.value, samples * len(kept)
        with np.errstate(all="ignore"):
            noise = np.nan_to_num(left.error / np.abs(lhs) + right.error / np.abs(rhs))
    else:
        lhs, rhs, disagreement = pointwise.both_sides(claim, Points(kept, claim.sizes))
        draws = 0
    with np.errstate(all="ignore"):
        ratio = lhs / rhs
    noise = np.broadcast_to(noise, ratio.shape)
    several = ratio.shape[1] > 1
    rows = [
        {
            **cmp.shown(p),
            **({"component": c} if several else {}),
            "lhs": float(lhs[i, c]),
            "rhs": float(rhs[i, c]),
            "ratio": float(ratio[i, c]),
            "noise": float(noise[i, c]),
        }
        for i, p in enumerate(kept)
        for c in range(ratio.shape[1])
    ]
    invalid = ~(np.isfinite(ratio) & (ratio >= 0) & (rhs > 0))
    reasons = []
    if invalid.any():
        reasons.append("a side is not positive at some points, so the ratio means nothing")
    if claim.relation in (">=", ">", "==") and (ratio[~invalid] == 0).any():
        reasons.append("the left side is zero at some points, so no constant bounds it from below")
    best = np.unravel_index(int(np.argmax(np.where(invalid, -np.inf, ratio))), ratio.shape)
    tightest = Extreme(float(ratio[best]), cmp.shown(kept[int(best[0])]))
    return Evidence(
        points=len(kept),
        draws=draws,
        skipped=skipped,
        tightness=None if invalid.all() else tightest,
        disagreement=disagreement,
        unresolved=tuple(reasons),
        rows=tuple(thin(rows)),
        details={"ratios": rows},
    )


def fit(rows: list[dict[str, Any]], name: str, *, shrinking: bool, worst: bool) -> dict[str, Any]:
    """The growth exponent of the ratio along one symbol, with its interval and its last octaves.

    `worst` takes the largest ratio over the other symbols (for O), otherwise the smallest (Omega).
    Only settings of the other symbols that ran at every value of this one enter.
    """
    rows = [row for row in rows if row["ratio"] > 0 and math.isfinite(row["ratio"])]
    values = sorted({float(row[name]) for row in rows if float(row[name]) > 0})
    settings: dict[tuple[Any, ...], dict[float, dict[str, Any]]] = defaultdict(dict)
    for row in rows:
        others = {k: v for k, v in row.items() if k not in (name, *_NOT_SYMBOLS)}
        settings[tuple(sorted(others.items()))][float(row[name])] = row
    common = [ran for ran in settings.values() if all(value in ran for value in values)]
    if len(values) < 4 or values[-1] < 8 * values[0] * (1 - 1e-9):
        return {"symbol": name, "slope": None, "reason": "fewer than three octaves ran"}
    if not common:
        reason = "no setting of the other symbols ran at every value"
        return {"symbol": name, "slope": None, "reason": reason}
    pick = max if worst else min
    chosen = [pick((ran[v] for ran in common), key=lambda row: row["ratio"]) for v in values]
    x = np.log([1 / value if shrinking else value for value in values])
    y = np.log([row["ratio"] for row in chosen])
    order = np.argsort(x)
    x, y = x[order], y[order]
    slope, half = _line(x, y)
    # Points that lie on a line by luck leave no residue: each one's own noise counts as well.
    errors = 4 * np.array([float(row.get("noise", 0.0)) for row in chosen])[order]
    spread = x - x.mean()
    half += float(np.linalg.norm(spread * errors)) / float(spread @ spread)
    octaves = np.interp(x[-1] - math.log(2) * np.arange(3, -1, -1), x, y)
    # The slopes of the last octaves see only the noise there.
    noise = float(errors[x >= x[-1] - 3 * math.log(2) - 1e-9].max())
    return {
        "symbol": name,
        "slope": slope,
        "low": slope - half,
        "high": slope + half,
        "late": [float(value) for value in np.diff(octaves) / math.log(2)],
        "noise": noise + STEADY,
    }


def _line(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """The slope of the least-squares line, and half its confidence interval."""
    from scipy.special import stdtrit  # scipy.stats takes most of a second to import

    across = x - x.mean()
    slope = float(across @ y) / float(across @ across)
    rest = y - y.mean() - slope * across
    free = len(x) - 2
    error = math.sqrt(float(rest @ rest) / free / float(across @ across))
    return slope, -float(stdtrit(free, (1 - CONFIDENCE) / 2)) * error


_NOT_SYMBOLS = ("lhs", "rhs", "ratio", "noise")


def grows(growth: dict[str, Any]) -> bool | None:
    """Whether a fitted ratio grows without bound; None when the fit does not say."""
    if growth["slope"] is None:
        return None
    late, noise = growth["late"], growth["noise"]
    # Two ends of an octave, each with its noise, make the noise of the slope between them.
    loud = 2 * noise / LN2
    level = growth["slope"] < GROWS + min(noise, GROWS) and late[-1] <= GROWS + noise
    if noise <= LOUD and (level or (late[-1] <= GROWS and _has_settled(growth, loud))):
        return False
    # However loud: the last octave certainly falls, or all of the last three together do.
    together = late[-1] <= GROWS and (sum(late) + loud) / 3 <= GROWS
    falls = late[-1] + loud <= GROWS or together
    if falls and _has_settled(growth, loud):
        return False
    if growth["low"] > GROWS and min(late) > GROWS and _limit(late, loud) > GROWS:
        return True
    return None


def _has_settled(growth: dict[str, Any], noise: float) -> bool:
    """Whether a flat last octave is no accident: one before it is flat too, or the ratio hardly
    grew over the whole range, or its slopes fall towards less and less steeply so."""
    late = growth["late"]
    if late[-2] <= GROWS + noise or growth["slope"] <= 2 * GROWS:
        return True
    return late[1] < late[0] - noise and -math.inf < _limit(late, noise) <= GROWS


def _limit(late: list[float], noise: float) -> float:
    """What the slopes of the last octaves tend to; minus infinity if they fall ever faster."""
    first, second = late[1] - late[0], late[2] - late[1]
    if second >= -noise or first >= -noise:
        return min(late)
    if second <= first + noise:
        return -math.inf
    # Falling more slowly from octave to octave: the limit of the geometric sequence through them.
    return late[2] - second**2 / (second - first)
