"""For all parameters: the grid, random points of the domain, and ascent on the margin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from theorems import evaluate
from theorems.claim import Claim
from theorems.evidence import Evidence, Extreme, Witness, thin
from theorems.grid import Point, random_values
from theorems.measure import comparison as cmp
from theorems.measure import confirmation
from theorems.measure.ascent import ascend
from theorems.points import Points
from theorems.profiles import Profile, seed_of
from theorems.quantifiers import ForAll
from theorems.sides import Holds, Side

CLOSED_ROUNDING = 1e-11
# Apparent failures looked at again per batch: the worst ones, and as many spread over the others.
CONFIRMATIONS = 60
COMPARED_AGAIN = 12


@dataclass(frozen=True)
class Comparison:
    """Both sides at a batch of points; rows are points, columns components."""

    points: list[Point]
    lhs: np.ndarray
    rhs: np.ndarray
    margin: np.ndarray
    relative: np.ndarray
    skipped: dict[str, int]
    disagreement: str | None

    def worst(self) -> tuple[int, int]:
        flat = np.where(np.isnan(self.relative), -np.inf, self.relative)
        row, column = np.unravel_index(int(np.argmin(flat)), flat.shape)
        return int(row), int(column)


def measure(claim: Claim, points: list[Point], profile: Profile, seed: str) -> Evidence:
    """Evidence on a `ForAll` claim from grid points that share their integer symbols."""
    quantifier = claim.quantifier
    on_grid = compare(claim, points)
    if on_grid is None:
        return Evidence(skipped=skips(claim, points))
    batches = [on_grid]
    if isinstance(quantifier, ForAll) and quantifier.search and _is_searchable(claim):
        count = quantifier.random_points
        count = profile.random_points if count is None else count
        batches += _search(claim, points, on_grid, count, profile, seed)
    witness: Witness | None = None
    unresolved: list[str] = []
    notes: tuple[str, ...] = ()
    for batch in batches:
        witness, reasons = _witness(claim, batch)
        if witness is not None:
            break
        if batch is not on_grid and confirmation.OVERFLOW in reasons:
            # The search goes to extremes that the grid's author did not ask for.
            reasons.remove(confirmation.OVERFLOW)
            notes = (f"in the search, {confirmation.OVERFLOW}, which say nothing",)
        unresolved += reasons
    evidence = summary(claim, batches)
    settled = {"witness": witness, "unresolved": tuple(unresolved), "notes": notes}
    return Evidence(**{**evidence, **settled})


def tested_points(claim: Claim, points: list[Point]) -> tuple[list[Point], dict[str, int]]:
    """The points that meet all conditions, those measured at points (`Holds`) included."""
    kept, skipped = kept_points(claim, points)
    for hypothesis in claim.measured_hypotheses:
        if not kept:
            break
        met = _met(hypothesis, Points(kept, claim.sizes))
        if not met.all():
            skipped[hypothesis.name] = skipped.get(hypothesis.name, 0) + int((~met).sum())
        kept = [point for point, inside in zip(kept, met, strict=True) if inside]
    return kept, skipped


def kept_points(claim: Claim, points: list[Point]) -> tuple[list[Point], dict[str, int]]:
    """The points that meet the symbolic conditions, and how many each condition turned away."""
    env = {name: np.array([point[name] for point in points]) for name in points[0]}
    keep = np.ones(len(points), dtype=bool)
    skipped: dict[str, int] = {}
    for relation in claim.relations:
        met = evaluate.holds(relation, env)
        if (keep & ~met).any():
            skipped[str(relation)] = int((keep & ~met).sum())
        keep &= met
    return [point for point, inside in zip(points, keep, strict=True) if inside], skipped


def compare(claim: Claim, points: list[Point]) -> Comparison | None:
    """Both sides at the points that meet domain and hypotheses; None if no point does."""
    kept, skipped = tested_points(claim, points)
    if not kept:
        return None
    lhs, rhs, disagreement = both_sides(claim, Points(kept, claim.sizes))
    gap = cmp.margin(claim.relation, lhs, rhs)
    relative = _relative(gap, lhs, rhs)
    return Comparison(kept, lhs, rhs, gap, relative, skipped, disagreement)


def _met(hypothesis: Holds, batch: Points) -> np.ndarray:
    return cmp.to_mask(hypothesis.function(batch), hypothesis.name).reshape(-1)


def _relative(gap: np.ndarray, lhs: np.ndarray, rhs: np.ndarray) -> np.ndarray:
    """Margins as shares of the sides' size; infinite margins stay, undefined ones are NaN."""
    with np.errstate(invalid="ignore"):
        share = gap / np.maximum(np.maximum(np.abs(lhs), np.abs(rhs)), 1e-300)
    return np.where(np.isinf(gap), gap, share)


def skips(claim: Claim, points: list[Point]) -> dict[str, int]:
    return tested_points(claim, points)[1]


def both_sides(claim: Claim, batch: Points) -> tuple[np.ndarray, np.ndarray, str | None]:
    """Values of both sides `(n, components)`, and where a side's two forms differ, if they do."""
    env = cmp.environment(batch)
    values, disagreement = [], None
    for name, side in zip(("lhs", "rhs"), claim.sides, strict=True):
        closed = cmp.closed_values(side, env) if side.closed is not None else None
        if closed is not None:
            closed = np.broadcast_to(closed, (batch.n, closed.shape[-1]))
        if side.measured is None:
            assert closed is not None
            values.append(closed)
            continue
        measured = cmp.computed_values(claim, side.measured, batch, f"{claim.id}: {name}")
        if closed is not None:
            disagreement = disagreement or disagrees(name, side, closed, measured, batch)
        values.append(measured)
    lhs, rhs = np.broadcast_arrays(*values)
    return lhs, rhs, disagreement


def disagrees(
    name: str, side: Side, closed: np.ndarray, measured: np.ndarray, batch: Points
) -> str | None:
    """Where a side's closed form, in fifty digits, and its measurement differ; None if nowhere."""
    closed = np.broadcast_to(closed, measured.shape)
    rounding = side.measured.rounding
    with np.errstate(invalid="ignore"):
        size = np.maximum(np.abs(closed), np.abs(measured))
        gap = np.abs(closed - measured)
    # Numbers of order one leave about 1e-16 where they should cancel to zero.
    floor = confirmation.ZERO * min(1.0, float(np.nanmax(np.abs(measured), initial=0.0)))
    off = ~(gap <= rounding * size + floor)
    rows, columns = np.nonzero(off)
    order = np.argsort(-np.nan_to_num(gap[off], nan=np.inf), kind="stable")
    for index in spread(len(order), COMPARED_AGAIN):
        row, column = int(rows[order[index]]), int(columns[order[index]])
        point = batch.listed[row]
        status, exact = confirmation.exact_side(Side(closed=side.closed), point, column)
        if status == "unknown":
            continue
        value = float(measured[row, column])
        apart = exact is None or not (
            abs(float(exact) - value) <= rounding * max(abs(float(exact)), abs(value)) + floor
        )
        if apart:
            return (
                f"{name}: the closed form gives {cmp.text(exact, 12)}, "
                f"the measurement {value:.12g} at {cmp.shown(point)}"
            )
    return None


def spread(count: int, limit: int) -> list[int]:
    """Indices below `count`, at most `limit`: the first half of them, and others evenly after."""
    if count <= limit:
        return list(range(count))
    head = limit // 2
    tail = np.linspace(head, count - 1, limit - head).astype(int)
    return [*range(head), *(int(index) for index in tail)]


def _is_searchable(claim: Claim) -> bool:
    """Ascent needs a real symbol to move."""
    return any(symbol.name not in claim.sizes for symbol in claim.over)


def rounding(claim: Claim) -> float:
    roundings = [side.measured.rounding for side in claim.sides if side.measured is not None]
    return max([CLOSED_ROUNDING, *roundings])


def _search(
    claim: Claim, grid: list[Point], on_grid: Comparison, count: int, profile: Profile, seed: str
) -> list[Comparison]:
    """Random points of the domain, then the worst points moved uphill on the margin."""
    rng = np.random.default_rng(seed_of(claim.id, seed, grid[0], "random"))
    found = []
    drawn = _draw(claim, grid[0], count, rng)
    random = compare(claim, drawn) if drawn else None
    if random is not None:
        found.append(random)
    pool = [on_grid, *found]
    starts: list[Point] = []
    for batch in pool:
        order = np.argsort(np.nanmin(np.nan_to_num(batch.relative, nan=np.inf), axis=1))
        starts += [batch.points[i] for i in order[: profile.ascent_starts // len(pool)]]
    lower = ascend(claim, starts, profile.ascent_steps, rng, _score) if starts else []
    climbed = compare(claim, lower) if lower else None
    return [*found, *([climbed] if climbed is not None else [])]


def _score(claim: Claim, batch: Points) -> np.ndarray:
    """The relative margin of each point; infinite where a measured hypothesis fails."""
    score = np.full(batch.n, np.inf)
    met = np.ones(batch.n, dtype=bool)
    for hypothesis in claim.measured_hypotheses:
        met &= _met(hypothesis, batch)
    if not met.any():
        return score
    if not met.all():
        tested = [point for point, inside in zip(batch.listed, met, strict=True) if inside]
        batch = Points(tested, claim.sizes)
    lhs, rhs, _ = both_sides(claim, batch)
    relative = _relative(cmp.margin(claim.relation, lhs, rhs), lhs, rhs)
    score[met] = np.nan_to_num(relative, nan=np.inf, posinf=np.inf).min(axis=1)
    return score


def _draw(claim: Claim, like: Point, count: int, rng: np.random.Generator) -> list[Point]:
    """Random points of the domain with `like`'s integer symbols, `where` by rejection."""
    domains = {s.name: d for s, d in claim.over.items() if s.name not in claim.sizes}
    fixed = {name: value for name, value in like.items() if name in claim.sizes}
    kept: list[Point] = []
    for _ in range(20):
        columns = {name: random_values(d, count, rng) for name, d in domains.items()}
        env = {**columns, **{name: np.full(count, value) for name, value in fixed.items()}}
        inside = np.ones(count, dtype=bool)
        for relation in claim.relations:
            inside &= evaluate.holds(relation, env)
        rows = np.flatnonzero(inside)[: count - len(kept)]
        values = [columns[name][rows].astype(float).tolist() for name in domains]
        drawn = zip(*values, strict=True) if values else [()] * len(rows)
        kept += [fixed | dict(zip(domains, row, strict=True)) for row in drawn]
        if len(kept) >= count:
            break
    return kept


def _witness(claim: Claim, batch: Comparison) -> tuple[Witness | None, list[str]]:
    """The worst apparent failures of a batch, each looked at again until one is confirmed.

    Without a witness, the reasons why some of them are left open.
    """
    allowance = rounding(claim)
    suspicious = batch.relative < -allowance
    if claim.relation in ("<", ">", "!="):
        suspicious |= batch.relative <= allowance
    suspicious |= ~np.isfinite(batch.relative)
    if not all(confirmation.has_exact_route(side) for side in claim.sides):
        against_zero = np.minimum(np.abs(batch.lhs), np.abs(batch.rhs)) == 0
        tiny = (batch.margin < 0) & (batch.margin >= -confirmation.ZERO)
        suspicious &= ~(against_zero & tiny)
    rows, columns = np.nonzero(suspicious)
    order = np.argsort(np.nan_to_num(batch.relative[rows, columns], nan=-np.inf), kind="stable")
    reasons: dict[str, None] = {}
    looked_at = spread(len(order), CONFIRMATIONS)
    for index in looked_at:
        row, column = int(rows[order[index]]), int(columns[order[index]])
        look = confirm(claim, batch.points[row], column, allowance)
        if look.witness is not None:
            return look.witness, []
        if look.open:
            reasons[look.open] = None
    if len(looked_at) < len(order):
        reasons["more apparent failures in float64 than could be looked at again"] = None
    return None, list(reasons)


def confirm(claim: Claim, point: Point, column: int, allowance: float) -> confirmation.SecondLook:
    """A second look at one failure: in 50 digits where both sides allow it, else computed alone."""
    if all(confirmation.has_exact_route(side) for side in claim.sides):
        return confirmation.look_exactly(claim, point, column)

    def alone(where: Point, component: int) -> tuple[float, float] | None:
        batch = compare(claim, [where])
        if batch is None:
            return None
        return float(batch.lhs[0, component]), float(batch.rhs[0, component])

    return confirmation.look_in_floats(claim, point, column, allowance, alone)


def summary(claim: Claim, batches: list[Comparison]) -> dict:
    worst: list[Extreme] = []
    tight: list[Extreme] = []
    for batch in batches:
        row, column = batch.worst()
        margins = batch.margin[:, column]
        worst.append(
            cmp.extreme_at(row, margins, batch.points, batch.lhs[:, column], batch.rhs[:, column])
        )
        ratios = cmp.ratio(claim.relation, batch.lhs, batch.rhs)
        if np.isfinite(ratios).any():
            best_row, best_column = np.unravel_index(int(np.nanargmax(ratios)), ratios.shape)
            tight.append(
                cmp.extreme_at(
                    int(best_row),
                    ratios[:, best_column],
                    batch.points,
                    batch.lhs[:, best_column],
                    batch.rhs[:, best_column],
                )
            )
    grid = batches[0]
    # One row per point: its component nearest to failing.
    nearest = np.where(np.isnan(grid.relative), -np.inf, grid.relative).argmin(axis=1)
    rows = [
        {**cmp.shown(point), "lhs": float(grid.lhs[i, c]), "rhs": float(grid.rhs[i, c])}
        for i, (point, c) in enumerate(zip(grid.points, nearest, strict=True))
    ]
    skipped: dict[str, int] = dict(grid.skipped)
    finite = [extreme for extreme in worst if not np.isnan(extreme.value)]
    return {
        "points": sum(len(batch.points) for batch in batches),
        "skipped": skipped,
        "worst": min(finite, key=lambda e: e.value) if finite else None,
        "tightness": max(tight, key=lambda e: e.value) if tight else None,
        "disagreement": next((b.disagreement for b in batches if b.disagreement), None),
        "rows": tuple(thin(rows)),
    }
