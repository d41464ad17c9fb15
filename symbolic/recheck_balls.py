"""Enclosures for the checker: intervals with outward rounding whose ends may be excluded.

`evaluate(term, box)` encloses a term over a box and raises `Unclear` unless the term is certainly
a defined real number at every point of it. Arithmetic, exp, log, sine and cosine are those of
`mpmath.iv` (its module `libmpi`); other functions are in `recheck_functions`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
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

from symbolic.recheck_terms import ONE, ZERO, Rejected, Term, make, number, substitute

Mpf = Any
FAR = from_int(1 << 40)
MAX_TERMS = 2000


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


@dataclass(frozen=True)
class Side:
    """One side of a box: from the constant term `lo` to `hi` (None: infinite), ends open or not."""

    lo: Term | None
    hi: Term | None
    lo_open: bool = False
    hi_open: bool = False
    integer: bool = False

    def is_point(self) -> bool:
        return self.lo is self.hi and self.lo is not None


Box = Mapping[str, Side]


class Evaluator:
    """Encloses terms over one box at one precision (bits).

    `known`: enclosures of certain terms that hold on the box for another reason (lemmas, side
    conditions); they are intersected with what is computed. `deadline`: `time.monotonic()`.
    """

    def __init__(self, box: Box, prec: int, known: Mapping[Term, Ball], deadline: float) -> None:
        self.box, self.prec, self.known, self.deadline = box, prec, known, deadline
        self.memo: dict[Term, Ball] = {}

    def __call__(self, term: Term) -> Ball:
        found = self.memo.get(term)
        if found is None:
            if time.monotonic() > self.deadline:
                raise Rejected("ran out of time")
            found = self._meet(term, self._ball(term))
            self.memo[term] = found
        return found

    def _meet(self, term: Term, value: Ball) -> Ball:
        other = self.known.get(term)
        if other is None:
            return value
        lo, lo_open = max_end((value.lo, value.lo_open), (other.lo, other.lo_open))
        hi, hi_open = max_end(
            (mpf_neg(value.hi), value.hi_open), (mpf_neg(other.hi), other.hi_open)
        )
        return ball(lo, mpf_neg(hi), lo_open, hi_open)

    def constant(self, term: Term) -> Ball:
        if term.free:
            raise Rejected("an end of a box is not a constant")
        return self(term)

    def _ball(self, t: Term) -> Ball:
        from symbolic import recheck_functions as functions

        op, prec = t.op, self.prec
        if op == "rat":
            p, q = t.value.numerator, t.value.denominator
            return ball(from_rational(p, q, prec, "f"), from_rational(p, q, prec, "c"))
        if op == "sym":
            return self._symbol(t.value)
        if op == "pi":
            return Ball(*mpi_pi(prec))
        if op == "add":
            total = self(t.args[0])
            for arg in t.args[1:]:
                total = plus(total, self(arg), prec)
            return total
        if op == "mul":
            total = self(t.args[0])
            for arg in t.args[1:]:
                total = times(total, self(arg), prec)
            return total
        if op == "pow":
            return self._power(t)
        if op == "piecewise":
            return self._pieces(t)
        if op in ("sum", "product"):
            return self._binder(t)
        if op in ("tan", "sec", "cot", "csc"):
            below = self(make("cos" if op in ("tan", "sec") else "sin", t.args[0]))
            return functions.trigonometric(op, self(t.args[0]), below, prec)
        return functions.apply(op, [self(arg) for arg in t.args], prec)

    def _symbol(self, name: str) -> Ball:
        side = self.box.get(name)
        if side is None:
            raise Rejected(f"the symbol {name} has no range")
        lo = fninf if side.lo is None else self.constant(side.lo).lo
        hi = finf if side.hi is None else self.constant(side.hi).hi
        return ball(lo, hi, side.lo_open, side.hi_open)

    def _power(self, t: Term) -> Ball:
        base, exponent = self(t.args[0]), t.args[1]
        value = fold(exponent)
        if value is not None:
            return rational_power(base, value, self.prec)
        upper = self(exponent)
        if base.positive():
            return exp(times(log(base, self.prec), upper, self.prec), self.prec)
        if base.positive(strict=False) and upper.positive():
            inside = exp(times(log(base._replace(lo_open=True), self.prec), upper, self.prec), self.prec)
            return ball(fzero, inside.hi)
        raise Unclear("a real power of what may be negative or zero")

    def _pieces(self, t: Term) -> Ball:
        hull: Ball | None = None
        for value, test in zip(t.args[::2], t.args[1::2], strict=True):
            holds = self.truth(test)
            if holds is False:
                continue
            here = self(value)
            hull = here if hull is None else join(hull, here)
            if holds:
                return hull
        raise Unclear("a piecewise expression may have no value")

    def _binder(self, t: Term) -> Ball:
        """A sum or product; with symbolic ends only that it is defined, and its sign."""
        body, low, high = t.args
        if fold(low) is not None and fold(high) is not None:
            return self(open_binder(t))
        if t.value in self.box or not (self._whole(low) and self._whole(high)):
            raise Unclear(f"a {t.op} whose ends are not integers here")
        first, last = self(low), self(high)
        if not plus(plus(last, negate(first), self.prec), Ball(fone, fone), self.prec).positive(
            strict=False
        ):
            raise Unclear(f"a {t.op} over a range that may be reversed")
        index = make("sym", value=t.value)
        inner = Evaluator(self.box, self.prec, self.known, self.deadline)
        inner.memo[index] = ball(first.lo, last.hi)
        value = inner(body)
        low_end = fzero if value.positive(strict=False) else fninf
        return ball(low_end, finf)

    def _whole(self, t: Term) -> bool:
        """Whether a term takes integer values: integer polynomials in integer variables."""
        if t.op == "sym":
            return t.value in self.box and self.box[t.value].integer
        if t.op == "rat":
            return t.value.denominator == 1
        return t.op in ("add", "mul") and all(map(self._whole, t.args))

    def truth(self, test: Term) -> bool | None:
        """Whether a condition holds at every point (True), at none (False), or cannot be told."""
        op = test.op.removeprefix("cond:")
        if op in ("true", "false"):
            return op == "true"
        if op == "not":
            inner = self.truth(test.args[0])
            return None if inner is None else not inner
        if op in ("and", "or"):
            values = [self.truth(arg) for arg in test.args]
            decisive = op == "or"
            if decisive in values:
                return decisive
            return None if None in values else not decisive
        gap = plus(self(test.args[0]), negate(self(test.args[1])), self.prec)
        same = test.args[0] is test.args[1] or (gap.lo == gap.hi == fzero)
        if op in ("==", "!="):
            answer = True if same else False if gap.nonzero() else None
            return answer if op == "==" or answer is None else not answer
        if op in (">", ">="):
            gap = negate(gap)
        strict = op in ("<", ">")
        if same:
            return not strict
        if gap.negative(strict):
            return True
        return False if gap.positive(not strict) else None


def open_binder(t: Term) -> Term:
    """A sum or product between two literal integers, written out."""
    body, low, high = t.args
    first, last = fold(low), fold(high)
    if first is None or last is None or first.denominator != 1 or last.denominator != 1:
        raise Unclear(f"a {t.op} whose ends are not integers here")
    if last - first > MAX_TERMS:
        raise Rejected(f"a {t.op} of more than {MAX_TERMS} terms")
    if last < first - 1:
        raise Unclear(f"a {t.op} over a reversed range")
    parts = [substitute(body, {t.value: number(k)}) for k in range(int(first), int(last) + 1)]
    if not parts:
        return ZERO if t.op == "sum" else ONE
    return make("add" if t.op == "sum" else "mul", *parts)


def fold(term: Term) -> Fraction | None:
    """The value of a term that is a rational number by plain arithmetic, or None."""
    if term.op == "rat":
        return term.value
    if term.free or term.op not in ("add", "mul", "pow"):
        return None
    values = [fold(arg) for arg in term.args]
    if None in values:
        return None
    known = [value for value in values if value is not None]
    if term.op == "add":
        return sum(known, Fraction(0))
    if term.op == "pow":
        base, exponent = known
        small = exponent.denominator == 1 and abs(exponent) <= 200
        return base**exponent if small and (base or exponent > 0) else None
    product = Fraction(1)
    for value in known:
        product *= value
    return product


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

