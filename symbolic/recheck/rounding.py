"""Extension: sign, floor and ceiling."""

from __future__ import annotations

from mpmath.libmp import finf, fninf, from_int, mpf_add, mpf_floor

from symbolic.recheck.intervals import Ball, Mpf, negate
from symbolic.recheck.points import Unary, enclosures


def sign(a: Ball, prec: int) -> Ball:
    lo = 1 if a.positive() else 0 if a.positive(strict=False) else -1
    hi = -1 if a.negative() else 0 if a.negative(strict=False) else 1
    return Ball(from_int(lo), from_int(hi))


def floor_of(x: Ball) -> tuple[Mpf, Mpf]:
    """Least and greatest floor over the ball; an excluded integer end does not count."""
    lo, hi = (end if end in (fninf, finf) else mpf_floor(end, 0, "f") for end in (x.lo, x.hi))
    if x.hi_open and hi == x.hi and hi != finf:
        hi = mpf_add(hi, from_int(-1))
    return lo, hi


FUNCTIONS: dict[str, Unary] = {
    "sign": sign,
    "floor": lambda a, prec: Ball(*floor_of(a)),
    "ceiling": lambda a, prec: negate(Ball(*floor_of(negate(a)))),
}
KNOWN = enclosures(FUNCTIONS)
