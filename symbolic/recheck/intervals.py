"""Enclosures: the values of a term over a box lie between two floating-point numbers.

Sums, products, quotients, roots, exp and log are mpmath's interval functions (`libmpi`, which
`mpmath.iv` wraps), called at `prec` bits; they round outward. What is added here: an end may be
*open* (not attained), and what is not certainly a real number at every point of the box is
`Unclear`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import reduce
from math import prod
from typing import Any, NamedTuple

from mpmath.libmp import finf, fnan, fninf, fone, fzero, libmpi, mpf_cmp, mpf_neg, mpf_sign
from mpmath.libmp.libmpf import from_int, from_rational

from symbolic.recheck.statement import Side
from symbolic.recheck.terms import Term, Unclear, check_time, needed

Mpf = Any  # mpmath's tuples; fninf, finf and fzero are those of -oo, oo and 0
FAR, MINUS_FAR = from_int(1 << 40), from_int(-(1 << 40))  # exp, sin, cos stop here
MAX_BITS = 200_000


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
        return negate(self).positive(strict)

    def nonzero(self) -> bool:
        return self.positive() or self.negative()


def ball(lo: Mpf, hi: Mpf, lo_open: bool = False, hi_open: bool = False) -> Ball:
    """A ball; what is not a number becomes an infinite end."""
    lo, hi = fninf if lo == fnan else lo, finf if hi == fnan else hi
    return Ball(lo, hi, lo_open or lo == fninf, hi_open or hi == finf)


WHOLE, POSITIVE = ball(fninf, finf), ball(fzero, finf, True)


def exact(value: Fraction | int, prec: int) -> Ball:
    p, q = Fraction(value).numerator, Fraction(value).denominator
    return Ball(from_rational(p, q, prec, "f"), from_rational(p, q, prec, "c"))


def negate(a: Ball) -> Ball:
    return Ball(mpf_neg(a.hi), mpf_neg(a.lo), a.hi_open, a.lo_open)


def larger(a: Mpf, a_open: bool, b: Mpf, b_open: bool, join: Callable = any) -> tuple[Mpf, bool]:
    """The larger of two ends; of two equal ones, open where any (or all) of them are."""
    order = mpf_cmp(a, b)
    return (a, a_open) if order > 0 else (b, b_open) if order < 0 else (a, join((a_open, b_open)))


def meet(a: Ball, b: Ball) -> Ball:
    """The intersection of two enclosures of the same values."""
    lo, lo_open = larger(a.lo, a.lo_open, b.lo, b.lo_open)
    minus, hi_open = larger(mpf_neg(a.hi), a.hi_open, mpf_neg(b.hi), b.hi_open)
    return ball(lo, mpf_neg(minus), lo_open, hi_open)


def greatest(a: Ball, b: Ball, prec: int) -> Ball:
    lo, lo_open = larger(a.lo, a.lo_open, b.lo, b.lo_open)
    hi, hi_open = larger(a.hi, a.hi_open, b.hi, b.hi_open, all)
    return ball(lo, hi, lo_open, hi_open)


def least(a: Ball, b: Ball, prec: int) -> Ball:
    return negate(greatest(negate(a), negate(b), prec))


def absolute(a: Ball, prec: int) -> Ball:
    if a.positive(strict=False):
        return a
    if a.negative(strict=False):
        return negate(a)
    return greatest(a, negate(a), prec)._replace(lo=fzero, lo_open=False)


def plus(a: Ball, b: Ball, prec: int) -> Ball:
    lo, hi = libmpi.mpi_add(a[:2], b[:2], prec)
    return ball(lo, hi, a.lo_open or b.lo_open, a.hi_open or b.hi_open)


def times(a: Ball, b: Ball, prec: int) -> Ball:
    """Product. A zero end is attained where a factor is zero, another end only at its corner."""
    for x, y in ((a, b), (b, a)):
        if y.lo == y.hi == fzero:
            return y
        if y.negative(strict=False) and not y.positive(strict=False):
            return negate(times(x, negate(y), prec))
    if not b.positive(strict=False):
        a, b = b, a
    lo, hi = libmpi.mpi_mul(a[:2], b[:2], prec)
    if not b.positive(strict=False):
        return ball(lo, hi)
    apart = a.nonzero() and b.nonzero()
    low_corner = b.lo_open if a.positive(strict=False) else b.hi_open
    lo_open = apart if lo == fzero else a.lo_open or low_corner
    return ball(lo, hi, lo_open, a.hi_open or b.hi_open)


def inverse(a: Ball, prec: int) -> Ball:
    if a.negative():
        return negate(inverse(negate(a), prec))
    if not a.positive():
        raise Unclear("a division by what may be zero")
    lo, hi = libmpi.mpi_div((fone, fone), a[:2], prec)
    return ball(lo, hi, a.hi_open, a.lo_open)


def rational_power(a: Ball, exponent: Fraction, prec: int) -> Ball:
    if exponent <= 0:
        return inverse(rational_power(a, -exponent, prec), prec) if exponent else exact(1, prec)
    n, root = exponent.numerator, exponent.denominator
    if root > 1 and not a.positive(strict=False):
        raise Unclear("a root of what may be negative")
    a = absolute(a, prec) if n % 2 == 0 else a
    if root > 2:
        lo, hi = real_power(a, exact(exponent, prec + 10), prec + 10)[:2]
    else:
        lo, hi = libmpi.mpi_pow_int(a[:2], n, prec)
        lo, hi = (lo, hi) if root == 1 else libmpi.mpi_sqrt((lo, hi), prec)
    return ball(lo, hi, a.lo_open, a.hi_open)


def real_power(a: Ball, exponent: Ball, prec: int) -> Ball:
    if a.positive():
        return exp(times(log(a, prec), exponent, prec), prec)
    if not a.positive(strict=False) or not exponent.positive():
        raise Unclear("a real power of what may be negative or zero")
    if a.hi == fzero:
        return a
    return real_power(a._replace(lo_open=True), exponent, prec)._replace(lo=fzero, lo_open=False)


def exp(a: Ball, prec: int) -> Ball:
    near = [x if mpf_cmp(x, FAR) < 0 else FAR for x in (a.lo, a.hi)]
    near = [x if mpf_cmp(x, MINUS_FAR) > 0 else MINUS_FAR for x in near]
    lo, hi = libmpi.mpi_exp((near[0], near[1]), prec)
    lo = fzero if near[0] == MINUS_FAR else lo
    return ball(lo, finf if near[1] == FAR else hi, a.lo_open or lo == fzero, a.hi_open)


def log(a: Ball, prec: int) -> Ball:
    if not a.positive():
        raise Unclear("a logarithm of what may be zero or negative")
    lo, hi = libmpi.mpi_log(a[:2], prec)
    return ball(lo, hi, a.lo_open, a.hi_open)


Box = Mapping[str, Side]
UNARY = {"exp": exp, "log": log, "abs": absolute}
JOINS = {"add": plus, "mul": times, "max": greatest, "min": least}


def unordered(t: Term) -> object:
    """The same for sums that differ in the order of their terms."""
    return tuple(sorted(map(id, t.args))) if t.op == "add" else t


class Evaluator:
    """Encloses terms over one box at `prec` bits.

    `facts`: enclosures of certain terms that hold on the box for another reason (lemmas, side
    conditions); what is computed is intersected with them.
    """

    def __init__(self, box: Box, prec: int, facts: Mapping[Term, Ball]) -> None:
        self.box, self.prec, self.facts = box, prec, facts
        self.known = {unordered(t): b for t, b in facts.items()}
        self.memo: dict[Term, Ball] = {}

    def __call__(self, t: Term) -> Ball:
        if t not in self.memo:
            check_time()
            value, other = self._enclosed(t), self.known.get(unordered(t)) if self.known else None
            self.memo[t] = value if other is None else meet(value, other)
        return self.memo[t]

    def _enclosed(self, t: Term) -> Ball:
        op, prec = t.op, self.prec
        if op == "rat":
            return exact(t.value, prec)
        if op == "sym":
            side = self.box[t.value]
            lo, hi = (WHOLE if end is None else self(end) for end in (side.lo, side.hi))
            return ball(lo.lo, hi.hi, side.lo_open, side.hi_open)
        if op == "pi":
            return Ball(*libmpi.mpi_pi(prec))
        if op == "pow":
            base, exponent, value = self(t.args[0]), self(t.args[1]), literal(t.args[1])
            if value is None:
                return real_power(base, exponent, prec)
            return rational_power(base, value, prec)
        if op in JOINS:
            return reduce(lambda a, b: JOINS[op](a, b, prec), [self(arg) for arg in t.args])
        if op in UNARY:
            return UNARY[op](self(t.args[0]), prec)
        return needed("enclosure", op)(self, t)


def literal(t: Term) -> Fraction | None:
    """The number that a term without symbols is, if + * and whole powers alone make it."""
    if t.op == "rat":
        return t.value
    if t.free or t.op not in ("add", "mul", "pow"):
        return None
    parts = [value for value in map(literal, t.args) if value is not None]
    if len(parts) < len(t.args):
        return None
    if t.op != "pow":
        return sum(parts, Fraction(0)) if t.op == "add" else prod(parts, start=Fraction(1))
    base, exponent = parts
    if exponent.denominator > 1 or (exponent < 0 and not base):
        return None
    size = abs(exponent) * (base.numerator.bit_length() + base.denominator.bit_length())
    return base ** int(exponent) if size <= MAX_BITS else None
