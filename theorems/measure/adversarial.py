"""For all weights: adversarial ascent in the set, and a second look at the worst weights found."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
import numpy as np

from theorems import evaluate
from theorems.claim import Claim
from theorems.evidence import Evidence, Extreme, Witness, thin
from theorems.grid import Point
from theorems.measure import comparison as cmp
from theorems.measure.confirmation import exact_side, inside_exactly
from theorems.measure.pointwise import kept_points
from theorems.points import Points
from theorems.profiles import Profile, seed_of
from theorems.quantifiers import ForAllWeights

OUTSIDE = 1e-9
SHOWN_ENTRIES = 400


def measure(claim: Claim, points: list[Point], profile: Profile, seed: str) -> Evidence:
    """Evidence on a `ForAllWeights` claim from points that share their integer symbols."""
    import torch

    from numeric.adversary import Ascent, maximise

    quantifier = claim.quantifier
    assert isinstance(quantifier, ForAllWeights)
    assert quantifier.within is not None
    kept, skipped = kept_points(claim, points)
    if not kept:
        return Evidence(skipped=skipped)
    batch = Points(kept, claim.sizes)
    generator = torch.Generator().manual_seed(seed_of(claim.id, seed, kept[0], "weights"))
    sets = quantifier.within(batch, generator)
    search = Ascent(
        quantifier.restarts or profile.ascent_starts, quantifier.steps or profile.ascent_steps
    )

    def badness(weights: dict[str, Any]) -> Any:
        lhs, rhs = _sides(claim, batch, weights)
        gap = cmp.margin(claim.relation, lhs, rhs)
        size = torch.maximum(lhs.detach().abs(), rhs.detach().abs()).clamp_min(1e-300)
        bad = -gap / size
        for hypothesis in claim.measured_hypotheses:
            met = hypothesis.function(batch, weights)
            bad = torch.where(met, bad, torch.full_like(bad, -1e300))
        return bad

    found = maximise(badness, sets, search, generator)
    if float(found.distance.max()) > OUTSIDE:
        excess = float(found.distance.max())
        raise cmp.MeasurementError(f"{claim.id}: the search left its set by {excess:.1e} radii")
    met = (found.value > -1e299).numpy()
    if not met.all():
        name = claim.measured_hypotheses[0].name
        skipped[name] = skipped.get(name, 0) + int((~met).sum())
    if not met.any():
        return Evidence(skipped=skipped)
    alone = {name: value.unsqueeze(1) for name, value in found.weights.items()}
    with torch.no_grad():
        lhs, rhs = (side.numpy()[:, 0] for side in _sides(claim, batch, alone))
    gap = np.where(met, cmp.margin(claim.relation, lhs, rhs), np.nan)
    scale = np.maximum(np.maximum(np.abs(lhs), np.abs(rhs)), 1e-300)
    worst = int(np.nanargmin(gap / scale))
    ratios = np.where(met, cmp.ratio(claim.relation, lhs, rhs), np.nan)
    tight = None
    if np.isfinite(ratios).any():
        best = int(np.nanargmax(ratios))
        tight = cmp.extreme_at(best, ratios, kept, lhs, rhs)
    rows = [
        {**cmp.shown(point), "lhs": float(lhs[i]), "rhs": float(rhs[i])}
        for i, point in enumerate(kept)
        if met[i]
    ]
    return Evidence(
        points=int(met.sum()),
        draws=search.restarts * len(kept),
        skipped=skipped,
        worst=Extreme(
            float(gap[worst]), cmp.shown(kept[worst]), float(lhs[worst]), float(rhs[worst])
        ),
        tightness=tight,
        witness=_witness(claim, kept[worst], worst, found.weights, lhs, rhs, gap, scale),
        rows=tuple(thin(rows)),
        details={"restarts": search.restarts, "steps": search.steps},
    )


def _sides(claim: Claim, batch: Points, weights: dict[str, Any]) -> tuple[Any, Any]:
    """Both sides as tensors `(points, restarts)`."""
    import torch

    env = cmp.environment(batch)
    values = []
    for name, side in zip(("lhs", "rhs"), claim.sides, strict=True):
        if side.measured is not None:
            value = side.measured.function(batch, weights)
            cmp.to_array(value, leading=batch.n, claim=claim, what=f"{claim.id}: {name}")
        else:
            value = torch.from_numpy(cmp.closed_values(side, env)[:, :1])
        values.append(value)
    lhs, rhs = torch.broadcast_tensors(*values)
    return lhs, rhs


def _witness(
    claim: Claim,
    point: Point,
    index: int,
    weights: dict[str, Any],
    lhs: np.ndarray,
    rhs: np.ndarray,
    gap: np.ndarray,
    scale: np.ndarray,
) -> Witness | None:
    """The worst weights as a witness, looked at again in 50 digits where a side allows it."""
    rounding = max(s.measured.rounding for s in claim.sides if s.measured is not None)
    if not gap[index] < -10 * rounding * scale[index] or not inside_exactly(claim, point):
        return None
    arrays = {name: value[index].tolist() for name, value in weights.items()}
    entries = sum(int(value[index].numel()) for value in weights.values())
    at: dict[str, Any] = cmp.shown(point)
    at["weights"] = arrays if entries <= SHOWN_ENTRIES else f"{entries} numbers, found by seed"
    exact = [_exact(claim, side, point, arrays) for side in claim.sides]
    if all(value is not None for value in exact):
        with mpmath.workdps(evaluate.DIGITS + 10):
            margin = cmp.margin(claim.relation, *exact)
        if not cmp.fails(claim.relation, margin):
            return None
        return Witness(
            at,
            cmp.text(exact[0]),
            cmp.text(exact[1]),
            cmp.text(margin),
            "these very weights evaluated again in 50 digits",
        )
    return Witness(
        at,
        cmp.text(float(lhs[index])),
        cmp.text(float(rhs[index])),
        cmp.text(float(gap[index])),
        "these weights evaluated again alone, inside their sets, in float64; the margin is more "
        f"than ten times the arithmetic's rounding ({rounding:.0e} of the sides)",
    )


def _exact(claim: Claim, side: Any, point: Point, arrays: dict[str, Any]) -> mpmath.mpf | None:
    if side.measured is None:
        return exact_side(side, point, 0)[1]
    if side.measured.exact is None:
        return None
    fractions = {n: v if isinstance(v, int) else Fraction(v) for n, v in point.items()}
    with mpmath.workdps(evaluate.DIGITS + 10):
        return mpmath.mpf(side.measured.exact(fractions, arrays))
