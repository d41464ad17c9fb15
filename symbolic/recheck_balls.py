"""Intervals of the checker: outward rounding, and ends that may be excluded.

Arithmetic, exp, log, sine and cosine are those of `mpmath.iv` (its module `libmpi`); the other
functions are in `recheck_functions`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

from mpmath.libmp import (
    finf,
    fninf,
    fone,
    from_int,
    from_rational,
    fzero,
    mpf_add,
    mpf_cmp,
    mpf_div,
    mpf_floor,
    mpf_mul,
    mpf_neg,
    mpf_pow_int,
    mpf_sign,
    mpf_sqrt,
)
from mpmath.libmp.libmpi import mpi_cos_sin, mpi_exp, mpi_log, mpi_pi

from symbolic.recheck_terms import Rejected

Mpf = Any
FAR = from_int(1 << 40)


class Unclear(Rejected):
    """A term could not be shown to be defined on the whole box."""


class Ball(NamedTuple):
    """The reals from `lo` to `hi`; an open end is not attained (an infinite one never is)."""

    lo: Mpf
    hi: Mpf
    lo_open: bool = False
    hi_open: bool = False

    def positive(self, strict: bool = True) -> bool:
        sign = mpf_sign(self.lo)
        return sign > 0 or (sign == 0 and (not strict or self.lo_open))

    def negative(self, strict: bool = True) -> bool:
        sign = mpf_sign(self.hi)
        return sign < 0 or (sign == 0 and (not strict or self.hi_open))

    def nonzero(self) -> bool:
        return self.positive() or self.negative()


def ball(lo: Mpf, hi: Mpf, lo_open: bool = False, hi_open: bool = False) -> Ball:
    """An enclosure; what is not a number becomes the whole line."""
    if lo[1] == 0 and lo not in (fzero, finf, fninf):
        lo = fninf
    if hi[1] == 0 and hi not in (fzero, finf, fninf):
        hi = finf
    return Ball(lo, hi, lo_open or lo == fninf, hi_open or hi == finf)


def max_end(a: tuple[Mpf, bool], b: tuple[Mpf, bool]) -> tuple[Mpf, bool]:
    order = mpf_cmp(a[0], b[0])
    return a if order > 0 else b if order < 0 else (a[0], a[1] or b[1])


def join(a: Ball, b: Ball) -> Ball:
    """The smallest ball around two."""
    order = mpf_cmp(a.lo, b.lo)
    lo, lo_open = (a.lo, a.lo_open) if order < 0 else (b.lo, b.lo_open)
    if order == 0:
        lo_open = a.lo_open and b.lo_open
    order = mpf_cmp(a.hi, b.hi)
    hi, hi_open = (a.hi, a.hi_open) if order > 0 else (b.hi, b.hi_open)
    if order == 0:
        hi_open = a.hi_open and b.hi_open
    return ball(lo, hi, lo_open, hi_open)


def negate(a: Ball) -> Ball:
    return Ball(mpf_neg(a.hi), mpf_neg(a.lo), a.hi_open, a.lo_open)


def plus(a: Ball, b: Ball, prec: int) -> Ball:
    lo, hi = mpf_add(a.lo, b.lo, prec, "f"), mpf_add(a.hi, b.hi, prec, "c")
    return ball(lo, hi, a.lo_open or b.lo_open, a.hi_open or b.hi_open)


def times(a: Ball, b: Ball, prec: int) -> Ball:
    """Product. A non-zero extreme is attained at corners alone, zero wherever a factor is zero."""
    if mpf_sign(a.lo) > 0 and mpf_sign(b.lo) > 0:
        lo, hi = mpf_mul(a.lo, b.lo, prec, "f"), mpf_mul(a.hi, b.hi, prec, "c")
        return ball(lo, hi, a.lo_open or b.lo_open, a.hi_open or b.hi_open)
    corners = [(x, y) for x in ((a.lo, a.lo_open), (a.hi, a.hi_open)) for y in _ends(b)]
    low = [(_product(x[0], y[0], prec, "f"), x[1] or y[1]) for x, y in corners]
    high = [(_product(x[0], y[0], prec, "c"), x[1] or y[1]) for x, y in corners]
    lo, hi = low[0][0], high[0][0]
    for value, _ in low[1:]:
        lo = value if mpf_cmp(value, lo) < 0 else lo
    for value, _ in high[1:]:
        hi = value if mpf_cmp(value, hi) > 0 else hi
    apart = a.nonzero() and b.nonzero()
    lo_open = apart if lo == fzero else all(gone for value, gone in low if value == lo)
    hi_open = apart if hi == fzero else all(gone for value, gone in high if value == hi)
    return ball(lo, hi, lo_open, hi_open)


def _ends(b: Ball) -> tuple[tuple[Mpf, bool], tuple[Mpf, bool]]:
    return (b.lo, b.lo_open), (b.hi, b.hi_open)


def _product(x: Mpf, y: Mpf, prec: int, rounding: str) -> Mpf:
    # An infinite end is never attained, so that 0 times it contributes 0.
    return fzero if fzero in (x, y) else mpf_mul(x, y, prec, rounding)


def inverse(a: Ball, prec: int) -> Ball:
    if not a.nonzero():
        raise Unclear("a division by what may be zero")
    if a.negative():
        return negate(inverse(negate(a), prec))
    lo = fzero if a.hi == finf else mpf_div(fone, a.hi, prec, "f")
    hi = finf if a.lo == fzero else mpf_div(fone, a.lo, prec, "c")
    return ball(lo, hi, a.hi_open, a.lo_open)


def rational_power(a: Ball, exponent: Fraction, prec: int) -> Ball:
    if exponent == 0:
        return Ball(fone, fone)
    if exponent < 0:
        return inverse(rational_power(a, -exponent, prec), prec)
    if exponent.denominator == 1:
        return integer_power(a, int(exponent), prec)
    if not a.positive(strict=False):
        raise Unclear("a root of what may be negative")

    def root(x: Mpf, rounding: str) -> Mpf:
        if x in (fzero, finf):
            return x
        if exponent.denominator == 2:
            raised = mpf_pow_int(x, exponent.numerator, prec, rounding)
            return mpf_sqrt(raised, prec, rounding)
        scale = Ball(
            from_rational(exponent.numerator, exponent.denominator, prec + 10, "f"),
            from_rational(exponent.numerator, exponent.denominator, prec + 10, "c"),
        )
        value = exp(times(log(Ball(x, x), prec + 10), scale, prec + 10), prec)
        return value.lo if rounding == "f" else value.hi

    return ball(root(a.lo, "f"), root(a.hi, "c"), a.lo_open, a.hi_open)


def integer_power(a: Ball, n: int, prec: int) -> Ball:
    if n % 2 == 0:
        if a.negative(strict=False):
            a = negate(a)
        elif not a.positive(strict=False):
            top, top_open = max_end((mpf_neg(a.lo), a.lo_open), (a.hi, a.hi_open))
            if mpf_neg(a.lo) == a.hi:
                top_open = a.lo_open and a.hi_open
            return ball(fzero, _int_power(top, n, prec, "c"), False, top_open)
    lo, hi = _int_power(a.lo, n, prec, "f"), _int_power(a.hi, n, prec, "c")
    return ball(lo, hi, a.lo_open, a.hi_open)


def _int_power(x: Mpf, n: int, prec: int, rounding: str) -> Mpf:
    if x in (fzero, finf):
        return x
    if x == fninf:
        return finf if n % 2 == 0 else fninf
    return mpf_pow_int(x, n, prec, rounding)


def exp(a: Ball, prec: int) -> Ball:
    lo, hi = fzero, finf
    if mpf_cmp(a.lo, mpf_neg(FAR)) > 0:
        start = a.lo if mpf_cmp(a.lo, FAR) < 0 else FAR
        lo = mpi_exp((start, start), prec)[0]
    if mpf_cmp(a.hi, FAR) < 0:
        end = a.hi if mpf_cmp(a.hi, mpf_neg(FAR)) > 0 else mpf_neg(FAR)
        hi = mpi_exp((end, end), prec)[1]
    return ball(lo, hi, a.lo_open or lo == fzero, a.hi_open)


def log(a: Ball, prec: int) -> Ball:
    if not a.positive():
        raise Unclear("a logarithm of what may be zero or negative")
    lo = fninf if a.lo == fzero else mpi_log((a.lo, a.lo), prec)[0]
    hi = finf if a.hi == finf else mpi_log((a.hi, a.hi), prec)[1]
    return ball(lo, hi, a.lo_open, a.hi_open)


def cos_sin(a: Ball, prec: int) -> tuple[Ball, Ball]:
    """Cosine and sine; an open end stays open where the function is monotone on the interval."""
    far = mpf_cmp(a.lo, mpf_neg(FAR)) < 0 or mpf_cmp(a.hi, FAR) > 0
    if far:
        whole = Ball(mpf_neg(fone), fone)
        return whole, whole
    c, s = (_clamp(*pair) for pair in mpi_cos_sin((a.lo, a.hi), prec))
    return _flags(c, negate(s), a), _flags(s, c, a)


def _clamp(lo: Mpf, hi: Mpf) -> Ball:
    minus = mpf_neg(fone)
    return Ball(lo if mpf_cmp(lo, minus) > 0 else minus, hi if mpf_cmp(hi, fone) < 0 else fone)


def _flags(value: Ball, slope: Ball, a: Ball) -> Ball:
    if slope.positive(strict=False):
        return ball(value.lo, value.hi, a.lo_open, a.hi_open)
    if slope.negative(strict=False):
        return ball(value.lo, value.hi, a.hi_open, a.lo_open)
    return value


def floor_of(x: Ball) -> tuple[Mpf, Mpf]:
    """Least and greatest floor over the ball; an excluded integer end does not count."""
    lo = x.lo if x.lo == fninf else mpf_floor(x.lo, 0, "f")
    if x.hi == finf:
        return lo, finf
    hi = mpf_floor(x.hi, 0, "f")
    if x.hi_open and hi == x.hi:
        hi = mpf_add(hi, from_int(-1))
    return lo, hi


def exact(value: Fraction | int, prec: int) -> Ball:
    value = Fraction(value)
    p, q = value.numerator, value.denominator
    return Ball(from_rational(p, q, prec, "f"), from_rational(p, q, prec, "c"))


def point(x: Mpf) -> Ball:
    return Ball(x, x)


def divide(a: Ball, b: Ball, prec: int) -> Ball:
    return times(a, inverse(b, prec), prec)


def shifted(a: Ball, value: Fraction | int, prec: int) -> Ball:
    return plus(a, exact(value, prec), prec)


def scaled(a: Ball, value: Fraction | int, prec: int) -> Ball:
    return times(a, exact(value, prec), prec)


def pi(prec: int) -> Ball:
    return Ball(*mpi_pi(prec))
