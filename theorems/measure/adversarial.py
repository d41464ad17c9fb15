"""For all weights: adversarial ascent in the set, and a second look at the worst weights found.

The search runs at the grid's points and at a few random points between them. Weights that seem to
violate the statement are looked at again for their point alone: in fifty digits where both sides
have an exact route, else in float64 together with copies moved by very little, so that an amplified
rounding does not pose as a failure.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np

from theorems import evaluate
from theorems.claim import Claim
from theorems.evidence import Evidence, Extreme, Witness, thin
from theorems.grid import Point, contains
from theorems.measure import balls
from theorems.measure import comparison as cmp
from theorems.measure.confirmation import ZERO, exact_side, has_exact_route, nudged_inside
from theorems.measure.pointwise import kept_points
from theorems.points import Points
from theorems.profiles import Profile, quick, seed_of
from theorems.quantifiers import ForAllWeights

if TYPE_CHECKING:
    from numeric.adversary import Around

OUTSIDE = 1e-9
SHOWN_ENTRIES = 400
SAVED_ENTRIES = 1 << 16
RANDOM_POINTS = 4
# A relative excess below this is the rounding of a statement that holds with equality.
ROUNDED = 1e-12
COPIES = 8
# A search keeps about a dozen copies of the weights of all its restarts: 0.4 GiB at this size,
# beyond which every operation waits for memory.
MOST_NUMBERS = 1 << 22
FORBIDDEN = -1e300
EQUAL = "the relation is strict, and both sides are equal in float64 at some weights"
ALIKE = "the relation is strict, and both sides agree to forty digits at some weights"
OUTSIDE_DOMAIN = "an apparent failure lies a rounding outside the domain"
SHAKY = "an apparent failure changes with the last digits of its weights"
WITHIN_ROUNDINGS = "a failure is within ten roundings of the sides"
THESE = "these very weights, inside their sets to the last place:"
NOT_CONFIRMED = "an apparent failure in float64 is none in fifty digits"
UNDEFINED = "a side is not a finite number at some weights of the set"


@dataclass(frozen=True)
class _Look:
    """What a second look at weights found: a witness, or why the failure stays open, or nothing."""

    witness: Witness | None = None
    open: str = ""


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
    kept = kept + _between(claim, kept, seed)
    batch = Points(kept, claim.sizes)
    generator = torch.Generator().manual_seed(seed_of(claim.id, seed, kept[0], "weights"))
    sets = quantifier.within(batch, generator)
    restarts, steps = effort(quantifier, profile)
    search = Ascent(_affordable(restarts, quantifier.restarts or restarts, sets), steps)
    closed = _closed(claim, batch)
    found = maximise(
        lambda weights: _badness(claim, batch, weights, closed), sets, search, generator
    )
    if float(found.distance.max()) > OUTSIDE:
        excess = float(found.distance.max())
        raise cmp.MeasurementError(f"{claim.id}: the search left its set by {excess:.1e} radii")
    met = (found.value > FORBIDDEN / 10).numpy()
    if not met.all():
        name = claim.measured_hypotheses[0].name
        skipped[name] = skipped.get(name, 0) + int((~met).sum())
    if not met.any():
        return Evidence(skipped=skipped)
    alone = {name: value.unsqueeze(1) for name, value in found.weights.items()}
    with torch.no_grad():
        lhs, rhs = (side.numpy()[:, 0] for side in _sides(claim, batch, alone, closed))
    gap = np.where(met, cmp.margin(claim.relation, lhs, rhs), np.nan)
    relative = gap / np.maximum(np.maximum(np.abs(lhs), np.abs(rhs)), 1e-300)
    order = [int(i) for i in np.argsort(np.where(met, relative, np.inf)) if met[i]]
    ratios = np.where(met, cmp.ratio(claim.relation, lhs, rhs), np.nan)
    tight = None
    if np.isfinite(ratios).any():
        tight = cmp.extreme_at(int(np.nanargmax(ratios)), ratios, kept, lhs, rhs)
    looks, saved = [], {}
    for index in order:
        if not cmp.fails(claim.relation, gap[index]):
            break
        weights = {name: value[index] for name, value in found.weights.items()}
        looks.append(_look(claim, kept[index], weights, seed))
        if looks[-1].witness is not None:
            saved = _saved(weights)
            break
    reasons = [look.open for look in looks if look.open]
    if int(found.undefined.sum()) > 0:
        reasons.append(UNDEFINED)
    rows = [
        {**cmp.shown(point), "lhs": float(lhs[i]), "rhs": float(rhs[i])}
        for i, point in enumerate(kept)
        if met[i]
    ]
    worst = order[0]
    return Evidence(
        points=len(order),
        draws=search.restarts * len(kept),
        skipped=skipped,
        worst=Extreme(
            float(gap[worst]), cmp.shown(kept[worst]), float(lhs[worst]), float(rhs[worst])
        ),
        tightness=tight,
        witness=next((look.witness for look in looks if look.witness), None),
        unresolved=tuple(dict.fromkeys(reasons)),
        rows=tuple(thin(rows)),
        details={"restarts": search.restarts, "steps": search.steps, **saved},
    )


def effort(quantifier: ForAllWeights, profile: Profile) -> tuple[int, int]:
    """Restarts and steps per point: the profile's, or the claim's own times the profile's factor.

    A claim states its own numbers for the quick profile. A profile that searches harder multiplies
    each of them by the square root of how many times the quick profile's starts, or steps, it has:
    nightly 2 and 2.6, about five times the work. No profile makes them smaller, and restarts grow
    only while the weights of all of them stay below `MOST_NUMBERS`.
    """
    usual = quick()

    def scaled(own: int | None, of_profile: int, of_quick: int) -> int:
        if own is None:
            return of_profile
        return max(own, round(own * math.sqrt(of_profile / of_quick)))

    return (
        scaled(quantifier.restarts, profile.ascent_starts, usual.ascent_starts),
        scaled(quantifier.steps, profile.ascent_steps, usual.ascent_steps),
    )


def _affordable(restarts: int, own: int, sets: Mapping[str, Around]) -> int:
    """As many restarts as fit into the memory of one search, no fewer than the claim's own."""
    centres = [within.centre.shape for within in sets.values()]
    numbers = sum(shape[0] * math.prod(shape[2:]) for shape in centres)
    return max(own, min(restarts, MOST_NUMBERS // max(numbers, 1)))


def _between(claim: Claim, points: list[Point], seed: str) -> list[Point]:
    """A few random points of the domain between the grid's: the grid's ends are the author's."""
    names = [s.name for s in claim.over if s.name not in claim.sizes]
    ends = {n: (min(p[n] for p in points), max(p[n] for p in points)) for n in names}
    if all(low == high for low, high in ends.values()):
        return []
    rng = np.random.default_rng(seed_of(claim.id, seed, points[0], "between"))
    domains = {s.name: domain for s, domain in claim.over.items()}
    drawn: list[Point] = []
    for _ in range(RANDOM_POINTS):
        point = dict(points[0])
        for name, (low, high) in ends.items():
            share = float(rng.random())
            even = low + share * (high - low)
            # Evenly in the logarithm where the grid spans more than a factor of ten.
            value = low ** (1 - share) * high**share if 0 < 10 * low < high else even
            point[name] = value if low < high and contains(domains[name], value) else low
        drawn.append(point)
    return kept_points(claim, drawn)[0]


def _badness(claim: Claim, batch: Points, weights: dict[str, Any], closed: tuple[Any, Any]) -> Any:
    """What the search maximises: the relative excess of the failing side, 0 where it begins."""
    import torch

    lhs, rhs = _sides(claim, batch, weights, closed)
    size = torch.maximum(lhs.detach().abs(), rhs.detach().abs()).clamp_min(1e-300)
    bad = -cmp.margin(claim.relation, lhs, rhs) / size
    bad = torch.where(torch.isfinite(size), bad, torch.full_like(bad, torch.nan))
    met = _met(claim, batch, weights)
    return bad if met is None else torch.where(met, bad, torch.full_like(bad, FORBIDDEN))


def _met(claim: Claim, batch: Points, weights: dict[str, Any]) -> Any:
    """Where the weights meet all measured hypotheses; None if there are none."""
    met = None
    for hypothesis in claim.measured_hypotheses:
        holds = hypothesis.function(batch, weights)
        cmp.to_mask(holds.detach(), hypothesis.name)
        met = holds if met is None else met & holds
    return met


def _closed(claim: Claim, batch: Points) -> tuple[Any, Any]:
    """The sides that are closed only, as tensors `(points, 1)`: no weights move them. None else.

    Raises `MeasurementError` for a side with several entries.
    """
    import torch

    env = cmp.environment(batch)
    values: list[Any] = []
    for name, side in zip(("lhs", "rhs"), claim.sides, strict=True):
        if side.measured is not None:
            values.append(None)
            continue
        entries = cmp.closed_values(side, env)
        if entries.shape[-1] != 1:
            raise cmp.MeasurementError(f"{claim.id}: {name} must be one number, not a matrix")
        values.append(torch.from_numpy(entries))
    return values[0], values[1]


def _sides(
    claim: Claim, batch: Points, weights: Mapping[str, Any], closed: tuple[Any, Any]
) -> tuple[Any, Any]:
    """Both sides as tensors `(points, restarts)`; `closed` are those of `_closed`.

    Raises `MeasurementError` for a measured side of another shape.
    """
    import torch

    restarts = max(value.shape[1] for value in weights.values())
    values = []
    for name, side, value in zip(("lhs", "rhs"), claim.sides, closed, strict=True):
        if side.measured is not None:
            value = side.measured.function(batch, weights)
            cmp.to_array(value, leading=batch.n, claim=claim, what=f"{claim.id}: {name}")
            if tuple(value.shape) != (batch.n, restarts):
                raise cmp.MeasurementError(
                    f"{claim.id}: {name} returned shape {tuple(value.shape)}; for all weights it "
                    f"must be (points, restarts) = ({batch.n}, {restarts})"
                )
        values.append(value)
    lhs, rhs = torch.broadcast_tensors(*values)
    return lhs, rhs


def _look(claim: Claim, point: Point, weights: Mapping[str, Any], seed: str) -> _Look:
    """Look again at weights `(...)` that seem to fail at a point."""
    import torch

    inside = nudged_inside(claim, point)
    if inside is None:
        return _Look(open=OUTSIDE_DOMAIN)
    alone = Points([inside], claim.sizes)
    closed = _closed(claim, alone)
    single = {name: value.unsqueeze(0).unsqueeze(0) for name, value in weights.items()}
    with torch.no_grad():
        met = _met(claim, alone, single)
        lhs, rhs = (float(side) for side in _sides(claim, alone, single, closed))
    gap = float(cmp.margin(claim.relation, lhs, rhs))
    if (met is not None and not bool(met)) or not cmp.fails(claim.relation, gap):
        return _Look()
    if gap == 0:
        return _Look(open=EQUAL)
    scale = max(abs(lhs), abs(rhs))
    if -gap <= ROUNDED * scale or (min(abs(lhs), abs(rhs)) == 0 and -gap <= ZERO):
        return _Look()
    rounding = max(s.measured.rounding for s in claim.sides if s.measured is not None)
    shaken = _shaken(claim, alone, single, gap, scale, seed)
    if not 3 * shaken < -gap:
        small = -gap <= 1e-9 * max(1.0, scale)
        return _Look() if small else _Look(open=SHAKY)
    if -gap <= 10 * rounding * scale:
        return _settled(claim, _enclosed(claim, alone, single)) or _Look(open=WITHIN_ROUNDINGS)
    at = {**cmp.shown(inside), "weights": _shown(weights)}
    if all(s.closed is not None or has_exact_route(s) for s in claim.sides):
        return _confirmed(claim, inside, weights, at)
    enclosed = _enclosed(claim, alone, single)
    settled = _settled(claim, enclosed)
    if settled is not None:
        return settled
    if enclosed is not None and enclosed.fails:
        margin = cmp.margin(claim.relation, enclosed.lhs, enclosed.rhs)
        sides = cmp.text(enclosed.lhs), cmp.text(enclosed.rhs), cmp.text(margin)
        return _Look(Witness(at, *sides, f"{THESE} {balls.HOW}"))
    how = (
        "these weights, inside their sets, evaluated again for this point alone in float64; the "
        f"margin is more than ten times the arithmetic's rounding ({rounding:.0e} of the sides) "
        f"and changes by at most {shaken:.1e} in {COPIES} copies moved by a few last places or "
        "by a thousandth of the margin"
    )
    return _Look(Witness(at, cmp.text(lhs), cmp.text(rhs), cmp.text(gap), how))


def _settled(claim: Claim, enclosed: balls.Enclosed | None) -> _Look | None:
    """What balls say of a failure that they do not confirm; None if they say nothing."""
    if enclosed is None or not (enclosed.holds or enclosed.agree):
        return None
    if enclosed.agree and not enclosed.holds and claim.relation in ("<", ">", "!="):
        return _Look(open=ALIKE)
    return _Look()


def _enclosed(claim: Claim, alone: Points, single: Mapping[str, Any]) -> balls.Enclosed | None:
    """Both sides in balls at the one point and weights."""
    return balls.enclose(
        claim,
        lambda side: side.measured.function(alone, single),
        lambda side: exact_side(side, alone.listed[0], 0)[1],
        lambda found: found.reshape(-1)[0],
    )


def _shaken(
    claim: Claim, alone: Points, single: Mapping[str, Any], gap: float, scale: float, seed: str
) -> float:
    """The largest change of the margin when every weight moves a little.

    Half of the copies move by up to three last places, half by a thousandth of the relative margin
    (at most 1e-6): arithmetic that swallows last places does not swallow those.
    """
    import torch

    part = min(1e-3, -gap / scale) / 1000
    generator = torch.Generator().manual_seed(seed_of(claim.id, seed, alone.listed[0], "copies"))
    copies = {}
    for name, value in single.items():
        repeated = value.expand(1, COPIES, *value.shape[2:])
        places = torch.randint(-3, 4, repeated.shape, generator=generator).to(torch.float64)
        moves = torch.randn(repeated.shape, generator=generator, dtype=torch.float64) * part
        moves[:, : COPIES // 2] = places[:, : COPIES // 2] * 2.0**-52
        copies[name] = repeated * (1 + moves)
    with torch.no_grad():
        lhs, rhs = _sides(claim, alone, copies, _closed(claim, alone))
        moved = cmp.margin(claim.relation, lhs, rhs)
    change = (moved - gap).abs().nan_to_num(nan=torch.inf)
    return float(change.max())


def _confirmed(claim: Claim, point: Point, weights: Mapping[str, Any], at: dict[str, Any]) -> _Look:
    """The failure in fifty digits, at the very numbers that the weights' floats are."""
    arrays = {name: value.tolist() for name, value in weights.items()}
    exact = [_exact(claim, side, point, arrays) for side in claim.sides]
    if any(value is None for value in exact):
        return _Look(open="an apparent failure could not be evaluated in fifty digits")
    with mpmath.workdps(evaluate.DIGITS + 10):
        margin = cmp.margin(claim.relation, *exact)
        if not cmp.fails(claim.relation, margin):
            return _Look(open=NOT_CONFIRMED)
    lhs, rhs = (cmp.text(value) for value in exact)
    how = f"these very weights, inside their sets, evaluated again in {evaluate.DIGITS} digits"
    return _Look(Witness(at, lhs, rhs, cmp.text(margin), how))


def _exact(claim: Claim, side: Any, point: Point, arrays: dict[str, Any]) -> mpmath.mpf | None:
    if side.measured is None:
        return exact_side(side, point, 0)[1]
    fractions = {n: v if isinstance(v, int) else Fraction(v) for n, v in point.items()}
    with mpmath.workdps(evaluate.DIGITS + 10):
        value = side.measured.exact(fractions, arrays)
        if isinstance(value, float):
            raise cmp.MeasurementError(f"{claim.id}: exact= returned a float, not an mpmath number")
        if isinstance(value, Fraction):
            value = mpmath.mpf(value.numerator) / value.denominator
        number = mpmath.mpf(value)
    return number if mpmath.isfinite(number) else None


def _shown(weights: Mapping[str, Any]) -> Any:
    """Few weights as nested lists; of many, how many they are and where they are kept."""
    entries = sum(int(value.numel()) for value in weights.values())
    if entries <= SHOWN_ENTRIES:
        return {name: value.tolist() for name, value in weights.items()}
    where = "kept in the details" if entries <= SAVED_ENTRIES else "found again by the same seed"
    return f"{entries} numbers, {where}"


def _saved(weights: Mapping[str, Any]) -> dict[str, Any]:
    """Weights too many to print, bit by bit: `numpy.frombuffer(b64decode(text), '<f8')`."""
    entries = sum(int(value.numel()) for value in weights.values())
    if not SHOWN_ENTRIES < entries <= SAVED_ENTRIES:
        return {}
    arrays = {name: value.contiguous().numpy().astype("<f8") for name, value in weights.items()}
    return {
        "weights": {
            name: {"shape": list(a.shape), "float64": base64.b64encode(a.tobytes()).decode()}
            for name, a in arrays.items()
        }
    }
