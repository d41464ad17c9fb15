"""Enclosures of terms over boxes.

`Evaluator(box, ...)(term)` encloses a term over a box and raises `Unclear` unless the term is
certainly a defined real number at every point of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from weakref import WeakKeyDictionary

from mpmath.libmp import finf, fninf, fone, from_rational, fzero, mpf_neg
from mpmath.libmp.libmpi import mpi_pi

from symbolic.recheck_balls import (
    Ball,
    Unclear,
    ball,
    exp,
    join,
    log,
    max_end,
    negate,
    plus,
    rational_power,
    times,
)
from symbolic.recheck_functions import apply, trigonometric
from symbolic.recheck_terms import ONE, ZERO, Rejected, Term, check_time, make, number, substitute

MAX_TERMS = 2000
MAX_BITS = 20_000


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
    conditions); they are intersected with what is computed.
    """

    def __init__(self, box: Box, prec: int, known: Mapping[Term, Ball]) -> None:
        self.box, self.prec, self.known = box, prec, known
        # Sums that differ in the order of their terms alone are recognised.
        self.sums = {frozenset(t.args): b for t, b in known.items() if t.op == "add"}
        self.memo: dict[Term, Ball] = {}

    def __call__(self, term: Term) -> Ball:
        found = self.memo.get(term)
        if found is None:
            check_time()
            found = self._meet(term, self._ball(term))
            self.memo[term] = found
        return found

    def _meet(self, term: Term, value: Ball) -> Ball:
        other = self.known.get(term)
        if other is None and term.op == "add" and self.sums:
            other = self.sums.get(frozenset(term.args))
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
            return trigonometric(op, self(t.args[0]), below, prec)
        return apply(op, [self(arg) for arg in t.args], prec)

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
            inside = exp(
                times(log(base._replace(lo_open=True), self.prec), upper, self.prec), self.prec
            )
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
        inner = Evaluator(self.box, self.prec, self.known)
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


_folded: WeakKeyDictionary[Term, Fraction | None] = WeakKeyDictionary()


def fold(term: Term) -> Fraction | None:
    """The value of a term that is a rational number by plain arithmetic, or None."""
    if term.op == "rat":
        return term.value
    if term.free or term.op not in ("add", "mul", "pow"):
        return None
    if term not in _folded:
        _folded[term] = _fold(term)
    return _folded[term]


def _fold(term: Term) -> Fraction | None:
    values = [fold(arg) for arg in term.args]
    if None in values:
        return None
    known = [value for value in values if value is not None]
    if term.op == "add":
        return sum(known, Fraction(0))
    if term.op == "pow":
        base, exponent = known
        bits = max(base.numerator.bit_length(), base.denominator.bit_length())
        small = exponent.denominator == 1 and abs(exponent) * bits <= MAX_BITS
        return base ** int(exponent) if small and (base or exponent > 0) else None
    product = Fraction(1)
    for value in known:
        product *= value
    return product
