"""Extension: the hyperbolic functions and their inverses.

Of each: an enclosure, its slope, and its meaning by exp and log for the normal form. A monotone
function is enclosed at the two ends of its argument's range.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from mpmath.libmp import finf, fnone, fone, mpf_cmp

from symbolic.recheck.intervals import (
    Ball,
    Unclear,
    ball,
    exact,
    exp,
    inverse,
    log,
    negate,
    plus,
    times,
)
from symbolic.recheck.points import (
    GUARD,
    HALF,
    Unary,
    divide,
    enclosures,
    odd_increasing,
    point,
    root,
    scaled,
    shifted,
    square,
    whole_power,
)
from symbolic.recheck.terms import ONE, Term, add, make, mul, neg, number, power, sub


def _sinh(x: Ball, prec: int) -> Ball:
    up = exp(x, prec)
    return scaled(plus(up, negate(inverse(up, prec)), prec), HALF, prec)


def _tanh(x: Ball, prec: int) -> Ball:
    up = exp(plus(x, x, prec), prec)
    return divide(shifted(up, -1, prec), shifted(up, 1, prec), prec)


def _asinh(x: Ball, prec: int) -> Ball:
    return log(plus(x, root(shifted(times(x, x, prec), 1, prec), prec), prec), prec)


def _acosh(x: Ball, prec: int) -> Ball:
    below = times(shifted(x, -1, prec), shifted(x, 1, prec), prec)
    return log(plus(x, root(below, prec), prec), prec)


def _atanh(x: Ball, prec: int) -> Ball:
    if x.hi == fone:
        return point(finf)
    ratio = divide(shifted(x, 1, prec), shifted(negate(x), 1, prec), prec)
    return scaled(log(ratio, prec), HALF, prec)


sinh, asinh = odd_increasing(_sinh), odd_increasing(_asinh)
tanh = odd_increasing(_tanh, lambda prec: exact(1, prec))


def atanh(a: Ball, prec: int) -> Ball:
    low, high = mpf_cmp(a.lo, fnone), mpf_cmp(a.hi, fone)
    if low < 0 or high > 0 or (low == 0 and not a.lo_open) or (high == 0 and not a.hi_open):
        raise Unclear("atanh of what may be outside (-1, 1)")
    return odd_increasing(_atanh)(a, prec)


def cosh(a: Ball, prec: int) -> Ball:
    return root(shifted(whole_power(sinh(a, prec), 2, prec), 1, prec), prec)


def acosh(a: Ball, prec: int) -> Ball:
    if mpf_cmp(a.lo, fone) < 0:
        raise Unclear("acosh of what may be below 1")
    lo, hi = (point(x) if x == finf else _acosh(point(x), prec + GUARD) for x in (a.lo, a.hi))
    return ball(lo.lo, hi.hi, a.lo_open, a.hi_open)


def _roots(a: Term, exponent: Fraction) -> Term:
    """(a - 1)**exponent (a + 1)**exponent, for a > 1."""
    return mul(power(sub(a, ONE), exponent), power(add(a, ONE), exponent))


FUNCTIONS: dict[str, Unary] = {
    "sinh": sinh,
    "cosh": cosh,
    "tanh": tanh,
    "coth": lambda a, prec: inverse(tanh(a, prec), prec),
    "asinh": asinh,
    "acosh": acosh,
    "atanh": atanh,
}
KNOWN: dict[tuple[str, str], Any] = {
    **enclosures(FUNCTIONS),
    # Slopes, of t = f(a) with respect to a.
    ("slope", "sinh"): lambda t: make("cosh", t.args[0]),
    ("slope", "cosh"): lambda t: make("sinh", t.args[0]),
    ("slope", "tanh"): lambda t: sub(ONE, square(t)),
    ("slope", "coth"): lambda t: sub(ONE, square(t)),
    ("slope", "asinh"): lambda t: power(add(ONE, square(t.args[0])), -HALF),
    ("slope", "acosh"): lambda t: _roots(t.args[0], -HALF),
    ("slope", "atanh"): lambda t: power(sub(ONE, square(t.args[0])), -1),
    ("meaning", "sinh"): lambda a: mul(number(HALF), sub(make("exp", a), make("exp", neg(a)))),
    ("meaning", "cosh"): lambda a: mul(number(HALF), add(make("exp", a), make("exp", neg(a)))),
    ("meaning", "tanh"): lambda a: mul(make("sinh", a), power(make("cosh", a), -1)),
    ("meaning", "coth"): lambda a: mul(make("cosh", a), power(make("sinh", a), -1)),
    ("meaning", "asinh"): lambda a: make("log", add(a, power(add(square(a), ONE), HALF))),
    ("meaning", "acosh"): lambda a: make("log", add(a, _roots(a, HALF))),
    ("meaning", "atanh"): lambda a: mul(
        number(HALF), make("log", mul(add(ONE, a), power(sub(ONE, a), -1)))
    ),
}
