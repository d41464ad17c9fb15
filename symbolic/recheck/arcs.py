"""Extension: the inverse trigonometric functions, enclosed at the ends of a range."""

from __future__ import annotations

from typing import Any

from mpmath.libmp import fnone, fone, fzero, libmpi, mpf_cmp

from symbolic.recheck.intervals import Ball, Unclear, inverse, negate, plus, times
from symbolic.recheck.points import (
    HALF,
    Unary,
    divide,
    enclosures,
    odd_increasing,
    pi,
    root,
    scaled,
    shifted,
    square,
)
from symbolic.recheck.terms import ONE, add, make, mul, neg, number, power, sub


def half_pi(prec: int) -> Ball:
    return scaled(pi(prec), HALF, prec)


def _asin(x: Ball, prec: int) -> Ball:
    if x.lo == fone:
        return half_pi(prec)
    below = times(shifted(negate(x), 1, prec), shifted(x, 1, prec), prec)
    return _atan(divide(x, root(below, prec), prec), prec)


def _atan(x: Ball, prec: int) -> Ball:
    return Ball(*libmpi.mpi_atan(x[:2], prec))


atan = odd_increasing(_atan, half_pi)


def asin(a: Ball, prec: int) -> Ball:
    if mpf_cmp(a.lo, fnone) < 0 or mpf_cmp(a.hi, fone) > 0:
        raise Unclear("asin or acos of what may be outside [-1, 1]")
    return odd_increasing(_asin)(a, prec)


def acos(a: Ball, prec: int) -> Ball:
    return plus(half_pi(prec), negate(asin(a, prec)), prec)


def acot(a: Ball, prec: int) -> Ball:
    return half_pi(prec) if a.lo == a.hi == fzero else atan(inverse(a, prec), prec)


FUNCTIONS: dict[str, Unary] = {"asin": asin, "acos": acos, "atan": atan, "acot": acot}
KNOWN: dict[tuple[str, str], Any] = {
    **enclosures(FUNCTIONS),
    ("slope", "asin"): lambda t: power(sub(ONE, square(t.args[0])), -HALF),
    ("slope", "acos"): lambda t: neg(power(sub(ONE, square(t.args[0])), -HALF)),
    ("slope", "atan"): lambda t: power(add(ONE, square(t.args[0])), -1),
    # acot(a) is atan(1/a), with a jump at 0: its slope is written so that it is undefined there.
    ("slope", "acot"): lambda t: neg(
        mul(power(t.args[0], -2), power(add(ONE, power(t.args[0], -2)), -1))
    ),
    ("meaning", "acos"): lambda a: sub(mul(number(HALF), make("pi")), make("asin", a)),
}
