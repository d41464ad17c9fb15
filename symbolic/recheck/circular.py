"""Extension: sine and cosine, and their slopes."""

from __future__ import annotations

from typing import Any

from mpmath.libmp import fnone, fone, libmpi, mpf_cmp

from symbolic.recheck.intervals import FAR, MINUS_FAR, Ball, ball, meet, negate
from symbolic.recheck.terms import make, neg

UNIT = Ball(fnone, fone)


def cos_sin(a: Ball, prec: int) -> tuple[Ball, Ball]:
    """Cosine and sine; an end stays open where the function is monotone on the interval."""
    if mpf_cmp(a.lo, MINUS_FAR) < 0 or mpf_cmp(a.hi, FAR) > 0:
        return UNIT, UNIT
    cos, sin = (meet(Ball(*ends), UNIT) for ends in libmpi.mpi_cos_sin(a[:2], prec))
    return _monotone(cos, negate(sin), a), _monotone(sin, cos, a)


def _monotone(value: Ball, slope: Ball, a: Ball) -> Ball:
    if slope.positive(strict=False):
        return ball(value.lo, value.hi, a.lo_open, a.hi_open)
    if slope.negative(strict=False):
        return ball(value.lo, value.hi, a.hi_open, a.lo_open)
    return value


KNOWN: dict[tuple[str, str], Any] = {
    ("enclosure", "cos"): lambda enclose, t: cos_sin(enclose(t.args[0]), enclose.prec)[0],
    ("enclosure", "sin"): lambda enclose, t: cos_sin(enclose(t.args[0]), enclose.prec)[1],
    ("slope", "cos"): lambda t: neg(make("sin", t.args[0])),
    ("slope", "sin"): lambda t: make("cos", t.args[0]),
}
