"""A second look at an apparent failure: in fifty digits where both sides allow it, else in floats.

A failure counts only at a point whose floats, read as exact numbers, lie in the domain; a float
next to an irrational end point is moved inside by a few units in its last place first.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from theorems import evaluate
from theorems.claim import Claim
from theorems.evidence import Witness
from theorems.grid import Point
from theorems.measure import balls
from theorems.measure import comparison as cmp
from theorems.points import Points
from theorems.sides import Side

# Two numbers of 60 digits that agree to within this share of their size are not told apart.
FIFTY_DIGITS = mpmath.mpf(10) ** -40
# Against a side that is exactly zero nothing sets a scale; float64 sums of numbers of order one
# come out this far from zero.
ZERO = 1e-13
OVERFLOW = "a side is not finite in float64 at some points"
LAST_PLACES = (1, 2, 4, 8)
# Both sides of one component at a point computed alone; None if a hypothesis fails there.
Alone = Callable[[Point, int], "tuple[float, float] | None"]


@dataclass(frozen=True)
class SecondLook:
    """What became of an apparent failure: confirmed, left open for a reason, or explained."""

    witness: Witness | None = None
    open: str = ""


EXPLAINED = SecondLook()


def has_exact_route(side: Side) -> bool:
    return side.closed is not None or (
        side.measured is not None and side.measured.exact is not None
    )


def exact_side(side: Side, point: Point, component: int) -> tuple[str, mpmath.mpf | None]:
    """One side at a point in 50 digits, as `evaluate.exact_value` reports it.

    Raises `MeasurementError` when a measurement's `exact` returns a float.
    """
    if side.closed is not None:
        entries = side.entries()
        entry = entries[component if len(entries) > 1 else 0]
        return evaluate.exact_value(entry, evaluate.exact_point(point))
    assert side.measured is not None
    assert side.measured.exact is not None
    fractions = {
        name: value if isinstance(value, int) else Fraction(value) for name, value in point.items()
    }
    with mpmath.workdps(evaluate.DIGITS + 10):
        result = side.measured.exact(fractions)
        values = list(result) if isinstance(result, (list, tuple)) else [result]
        value = values[component if len(values) > 1 else 0]
        if isinstance(value, float):
            raise cmp.MeasurementError("exact= returned a float; it must return an mpmath number")
        if isinstance(value, Fraction):
            value = mpmath.mpf(value.numerator) / value.denominator
        number = mpmath.mpf(value)
    return ("real", number) if mpmath.isfinite(number) else ("unknown", None)


def look_exactly(claim: Claim, point: Point, component: int) -> SecondLook:
    """Look at a failure in 50 digits; both sides must have an exact route."""
    inside = nudged_inside(claim, point)
    if inside is None:
        return SecondLook(open="an apparent failure lies a rounding outside the domain")
    found = [exact_side(side, inside, component) for side in claim.sides]
    for name, (status, _) in zip(("left", "right"), found, strict=True):
        if status == "undefined":
            return SecondLook(_undefined(name, inside, found))
    lhs, rhs = found[0][1], found[1][1]
    if lhs is None or rhs is None:
        return SecondLook(open="an apparent failure could not be evaluated in fifty digits")
    with mpmath.workdps(evaluate.DIGITS + 10):
        gap = cmp.margin(claim.relation, lhs, rhs)
        scale = max(abs(lhs), abs(rhs), mpmath.mpf(10) ** -300)
        if abs(lhs - rhs) <= FIFTY_DIGITS * scale:
            return _at_equality(claim, inside, component, lhs)
        if not cmp.fails(claim.relation, gap):
            return EXPLAINED
        return SecondLook(
            Witness(
                at=_place(claim, inside, component),
                lhs=cmp.text(lhs),
                rhs=cmp.text(rhs),
                margin=cmp.text(gap),
                how=f"both sides evaluated in {evaluate.DIGITS} digits at this exact point",
            )
        )


def _at_equality(claim: Claim, point: Point, component: int, value: mpmath.mpf) -> SecondLook:
    """Sides that agree to all digits: a failure of a strict relation only if exactly equal."""
    if claim.relation not in ("<", ">", "!="):
        return EXPLAINED
    if all(side.closed is not None for side in claim.sides):
        left, right = (s.entries()[component if len(s.entries()) > 1 else 0] for s in claim.sides)
        exact = evaluate.exact_point(point)
        here = {s: exact[s.name] for s in left.free_symbols | right.free_symbols}
        if left.subs(here, simultaneous=True) == right.subs(here, simultaneous=True):
            at = _place(claim, point, component)
            how = "both sides are the same exact number at this exact point"
            return SecondLook(Witness(at, cmp.text(value), cmp.text(value), "0", how))
    return SecondLook(open="the relation is strict, and both sides agree to forty digits somewhere")


def _undefined(name: str, point: Point, found: list[tuple[str, mpmath.mpf | None]]) -> Witness:
    return Witness(
        at=cmp.shown(point),
        lhs=cmp.text(found[0][1]),
        rhs=cmp.text(found[1][1]),
        margin="undefined",
        how=f"the {name} side is not a real number at this exact point",
    )


def look_in_floats(
    claim: Claim, point: Point, component: int, allowance: float, alone: Alone
) -> SecondLook:
    """Look at a failure again in float64, at this point alone and with its last digits changed."""
    inside = nudged_inside(claim, point)
    if inside is None:
        return SecondLook(open="an apparent failure lies a rounding outside the domain")
    for name, side in zip(("left", "right"), claim.sides, strict=True):
        if side.measured is None and exact_side(side, inside, component)[0] == "undefined":
            return SecondLook(_undefined(name, inside, [("", None), ("", None)]))
    both = alone(inside, component)
    if both is None:
        return EXPLAINED
    lhs, rhs = both
    gap = float(cmp.margin(claim.relation, lhs, rhs))
    infinite = [s for s, v in zip(claim.sides, both, strict=True) if not math.isfinite(v)]
    if infinite:
        # A closed form too large for float64, on the side where the relation holds, is no failure.
        holds = gap == math.inf and all(side.measured is None for side in infinite)
        return EXPLAINED if holds else SecondLook(open=OVERFLOW)
    scale = max(abs(lhs), abs(rhs))
    if gap >= 0:
        strict = claim.relation in ("<", ">", "!=") and gap == 0
        equal = "the relation is strict, and both sides are equal in float64 at some points"
        return SecondLook(open=equal) if strict else EXPLAINED
    if min(abs(lhs), abs(rhs)) == 0 and -gap <= ZERO:
        return EXPLAINED
    jitter = [abs(value - gap) for value in _nearby_margins(claim, inside, component, alone)]
    if jitter and 3 * max(jitter) > -gap:
        small = -gap <= 1e-9 * max(1.0, scale)
        shaky = "an apparent failure changes with the last digits of its point"
        return EXPLAINED if small else SecondLook(open=shaky)
    enclosed = balls.enclose(
        claim,
        lambda side: side.measured.function(Points([inside], claim.sizes)),
        lambda side: exact_side(side, inside, component)[1],
        lambda found: _component(found, component),
    )
    if enclosed is not None and enclosed.holds:
        return EXPLAINED
    if enclosed is not None and enclosed.fails:
        return SecondLook(_enclosed_witness(claim, inside, component, enclosed))
    if gap >= -10 * allowance * scale:
        return SecondLook(open="a failure is within ten roundings of the sides")
    return SecondLook(
        Witness(
            at=_place(claim, inside, component),
            lhs=cmp.text(lhs),
            rhs=cmp.text(rhs),
            margin=cmp.text(gap),
            how="computed again for this point alone in float64; the margin is more than ten times "
            f"the arithmetic's rounding ({allowance:.0e} of the sides)",
        )
    )


def _component(found: np.ndarray, component: int) -> Any:
    flat = found.reshape(-1)
    return flat[component if len(flat) > 1 else 0]


def _enclosed_witness(
    claim: Claim, point: Point, component: int, enclosed: balls.Enclosed
) -> Witness:
    gap = cmp.margin(claim.relation, enclosed.lhs, enclosed.rhs)
    at = _place(claim, point, component)
    return Witness(at, cmp.text(enclosed.lhs), cmp.text(enclosed.rhs), cmp.text(gap), balls.HOW)


def _nearby_margins(claim: Claim, point: Point, component: int, alone: Alone) -> list[float]:
    """The margin with every real coordinate moved by a few last places, where still inside."""
    found = []
    for places in (-3, -1, 1, 3):
        moved = {
            name: value if name in claim.sizes else _moved(float(value), places)
            for name, value in point.items()
        }
        if moved != point and inside_exactly(claim, moved):
            both = alone(moved, component)
            if both is not None:
                found.append(float(cmp.margin(claim.relation, *both)))
    return [value for value in found if math.isfinite(value)]


def nudged_inside(claim: Claim, point: Point) -> Point | None:
    """The point, or one within a few last places of it, whose exact numbers lie in the domain."""
    if inside_exactly(claim, point):
        return point
    reals = [symbol for symbol in claim.over if symbol.name not in claim.sizes]
    pulled = dict(point)
    for symbol in reals:
        value = float(point[symbol.name])
        tries = (_moved(value, sign * n) for n in LAST_PLACES for sign in (-1, 1))
        if not _within(claim.over[symbol], value):
            pulled[symbol.name] = next((t for t in tries if _within(claim.over[symbol], t)), value)
    candidates = [pulled]
    for places in LAST_PLACES:
        for symbol in reals:
            for sign in (-1, 1):
                value = _moved(float(pulled[symbol.name]), sign * places)
                candidates.append({**pulled, symbol.name: value})
    return next((candidate for candidate in candidates if inside_exactly(claim, candidate)), None)


def _moved(value: float, places: int) -> float:
    """A float some last places away; zero stays, its neighbours being no rounding of anything."""
    if value == 0:
        return value
    for _ in range(abs(places)):
        value = math.nextafter(value, math.copysign(math.inf, places))
    return value


def _within(domain: sp.Set, value: float) -> bool:
    return domain.contains(evaluate.exact_point({"x": value})["x"]) == sp.true


def inside_exactly(claim: Claim, point: Point) -> bool:
    """Whether the very numbers that a point's floats are lie in the claim's domain."""
    exact = evaluate.exact_point(point)
    for symbol, domain in claim.over.items():
        if domain.contains(exact[symbol.name]) != sp.true:
            return False
    for relation in claim.relations:
        left, right = (evaluate.at_exact_point(side, exact) for side in relation.args)
        if left is None or right is None:
            return False
        if cmp.fails(relation.rel_op, cmp.margin(relation.rel_op, left, right)):
            return False
    return True


def _place(claim: Claim, point: Point, component: int) -> dict[str, Any]:
    """The point, with the component if the sides have several."""
    several = any(len(side.entries()) > 1 for side in claim.sides)
    at = cmp.shown(point)
    return {**at, "component": component} if several or component else at
