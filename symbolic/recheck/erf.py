"""Extension: the error functions, enclosed by their series.

The Taylor series of erf has positive terms; the asymptotic series of erfc envelops for real x > 0:
the remainder is at most the last term kept (NIST Digital Library of Mathematical Functions, 7.6 and
7.12).
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from mpmath.libmp import (
    finf,
    fninf,
    fone,
    from_int,
    from_rational,
    fzero,
    mpf_cmp,
    mpf_sign,
    to_float,
)

from symbolic.recheck.intervals import Ball, Mpf, ball, exact, exp, inverse, negate, plus, times
from symbolic.recheck.points import (
    GUARD,
    HALF,
    Unary,
    about,
    divide,
    enclosures,
    pi,
    point,
    root,
    scaled,
    whole_power,
)
from symbolic.recheck.terms import ONE, Term, make, mul, neg, number, power, sub


def _erf(x: Ball, prec: int) -> Ball:
    """erf at a point x > 0."""
    if mpf_cmp(x.hi, from_int(8)) > 0:
        return plus(point(fone), negate(_erfc(x, prec)), prec)
    # 2/sqrt(pi) exp(-x**2) sum of 2**n x**(2n+1)/(1*3*...*(2n+1)): positive terms.
    term, total, square, n = x, x, whole_power(x, 2, prec), 0
    limit = to_float(square.hi)
    while n < 4 * limit + 2 * prec:
        n += 1
        term = scaled(times(term, square, prec), Fraction(2, 2 * n + 1), prec)
        total = plus(total, term, prec)
        if 2 * n + 3 > 4 * limit and mpf_cmp(term.hi, from_rational(1, 2**prec, 20, "f")) < 0:
            break  # from here on each term is below half the one before
    total = plus(total, Ball(fzero, term.hi), prec)
    scale = divide(exact(2, prec), root(pi(prec), prec), prec)
    return times(times(total, exp(negate(square), prec), prec), scale, prec)


def _erfc(x: Ball, prec: int) -> Ball:
    """erfc at a point x > 0."""
    square = whole_power(x, 2, prec)
    if mpf_cmp(x.hi, from_int(8)) <= 0:
        work = prec + 120
        return plus(point(fone), negate(_erf(x, work)), work)
    # exp(-x**2)/(x sqrt(pi)) (1 - 1/(2x**2) + 3/(2x**2)**2 - ...), truncated while it decreases.
    step = inverse(scaled(square, 2, prec), prec)
    term, total = point(fone), point(fone)
    for n in range(1, 26):
        term = negate(scaled(times(term, step, prec), 2 * n - 1, prec))
        total = plus(total, term, prec)
    below = times(x, root(pi(prec), prec), prec)
    return divide(times(about(total, term, prec), exp(negate(square), prec), prec), below, prec)


def erfc(a: Ball, prec: int) -> Ball:
    def at(x: Mpf) -> Ball:
        if x in (fninf, finf):
            return exact(2, prec) if x == fninf else point(fzero)
        if mpf_sign(x) > 0:
            return _erfc(point(x), prec + GUARD)
        if x == fzero:
            return point(fone)
        return plus(point(fone), _erf(negate(point(x)), prec + GUARD), prec)

    lo, hi = at(a.hi).lo, at(a.lo).hi
    two = from_int(2)
    hi = hi if mpf_cmp(hi, two) < 0 else two
    return ball(fzero if mpf_sign(lo) <= 0 else lo, hi, a.hi_open or mpf_sign(lo) < 0, a.lo_open)


def erf(a: Ball, prec: int) -> Ball:
    if mpf_sign(a.lo) >= 0 and mpf_cmp(a.hi, from_int(8)) <= 0:  # without cancellation near 0
        ends = [point(x) if x == fzero else _erf(point(x), prec + GUARD) for x in (a.lo, a.hi)]
        return ball(ends[0].lo, ends[1].hi, a.lo_open, a.hi_open)
    if mpf_sign(a.hi) <= 0 and mpf_cmp(a.lo, from_int(-8)) >= 0:
        return negate(erf(negate(a), prec))
    return plus(point(fone), negate(erfc(a, prec + GUARD)), prec)


def bell(sign: int, t: Term) -> Term:
    """The slope of erf (sign 1) or erfc (-1)."""
    found = make("exp", neg(power(t.args[0], 2)))
    return mul(number(2 * sign), power(make("pi"), -HALF), found)


FUNCTIONS: dict[str, Unary] = {"erf": erf, "erfc": erfc}
KNOWN: dict[tuple[str, str], Any] = {
    **enclosures(FUNCTIONS),
    ("slope", "erf"): lambda t: bell(1, t),
    ("slope", "erfc"): lambda t: bell(-1, t),
    ("meaning", "erfc"): lambda a: sub(ONE, make("erf", a)),
}
