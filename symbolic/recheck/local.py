"""Power series at one point, with a remainder that holds on a whole interval.

A `Series` stands for a function of s on an interval 0 < s <= t::

    s**v (a_0 + a_1 s + ... + a_(n-1) s**(n-1) + r(s) s**n) + l(s) log s,

with r(s) in the ball `rest` for all these s, and l another series (without logarithms), or none.
The coefficients are terms, so that whether one is exactly zero is decided by its normal form, and
each has an enclosure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from mpmath.libmp import fzero

from symbolic.recheck.intervals import (
    Ball,
    ball,
    exact,
    greatest,
    inverse,
    meet,
    negate,
    plus,
    times,
)
from symbolic.recheck.normal import is_zero
from symbolic.recheck.terms import Rejected, Term, add, check_time, make, mul, number

PREC = 110
NIL = Ball(fzero, fzero)


class Value:
    """A coefficient: an enclosure and, unless only that is known, the exact term."""

    __slots__ = ("_ball", "term")

    def __init__(self, term: Term | None, enclosure: Ball | None = None) -> None:
        self.term, self._ball = term, enclosure

    @property
    def ball(self) -> Ball:
        if self._ball is None:
            assert self.term is not None
            self._ball = exact(self.term.value, PREC)
        return self._ball

    @property
    def is_nil(self) -> bool:
        return self.term is not None and self.term.op == "rat" and self.term.value == 0

    def __add__(self, other: Value) -> Value:
        if self.is_nil or other.is_nil:
            return other if self.is_nil else self
        term = _joined("add", self.term, other.term)
        if term is not None and term.op == "rat":
            return Value(term)
        total = plus(self.ball, other.ball, PREC)
        if term is not None and not total.nonzero() and is_zero(term):
            return ZERO
        return Value(term, total)

    def __mul__(self, other: Value) -> Value:
        if self.is_nil or other.is_nil:
            return ZERO
        term = _joined("mul", self.term, other.term)
        if term is not None and term.op == "rat":
            return Value(term)
        return Value(term, times(self.ball, other.ball, PREC))

    def __neg__(self) -> Value:
        return Value(number(-1)) * self

    def __sub__(self, other: Value) -> Value:
        return self + (-other)

    def inverted(self) -> Value:
        if self.term is not None and self.term.op == "rat" and self.term.value:
            return rational(1 / self.term.value)
        term = None if self.term is None else make("pow", self.term, number(-1))
        return Value(term, inverse(self.ball, PREC))


def _joined(op: str, a: Term | None, b: Term | None) -> Term | None:
    if a is None or b is None:
        return None
    if a.op == b.op == "rat":
        return add(a, b) if op == "add" else mul(a, b)
    return make(op, a, b)  # not flat, so that shared parts stay shared


def rational(value: Fraction | int) -> Value:
    return Value(number(value))


ZERO, ONE = rational(0), rational(1)


@dataclass(frozen=True)
class Series:
    v: int
    values: tuple[Value, ...]
    rest: Ball = NIL
    logs: Series | None = None

    @property
    def is_nil(self) -> bool:
        return not self.values and self.rest == NIL

    @property
    def order(self) -> int:
        """The power of s that goes with the remainder."""
        return self.v + len(self.values)


class Local:
    """Arithmetic of series on 0 < s <= t, cut at `most` coefficients. `reach`: the ball [0, t]."""

    def __init__(self, reach: Ball, most: int) -> None:
        self.reach, self.most = reach, most
        self._powers = [exact(1, PREC), reach]

    def power(self, k: int) -> Ball:
        """The values of s**k, k >= 0."""
        while len(self._powers) <= k:
            self._powers.append(times(self._powers[-1], self.reach, PREC))
        return self._powers[k]

    def span(self, values: Sequence[Value], rest: Ball, over: Ball | None = None) -> Ball:
        """The values of sum a_k s**k + rest s**n, over part of the interval."""
        over, total = over or self.reach, rest
        for value in reversed(values):
            total = plus(times(total, over, PREC), value.ball, PREC)
        return total

    def constant(self, value: Value) -> Series:
        return Series(0, () if value.is_nil else (value,))

    def monomial(self, v: int) -> Series:
        return Series(v, (ONE,))

    def cut(self, a: Series, n: int) -> Series:
        """The series with exactly n coefficients; it must have as many or no remainder."""
        if len(a.values) <= n:
            if a.rest != NIL and len(a.values) < n:
                raise Rejected("a series is cut before its end")
            return replace(a, values=(*a.values, *[ZERO] * (n - len(a.values))))
        rest = self.span(a.values[n:], a.rest)
        return replace(a, values=a.values[:n], rest=ball(rest.lo, rest.hi))

    def add(self, a: Series, b: Series) -> Series:
        logs = a.logs if b.logs is None else b.logs
        if a.logs is not None and b.logs is not None:
            logs = self.add(a.logs, b.logs)
            if logs.rest == NIL and all(value.is_nil for value in logs.values):
                logs = None
        if a.is_nil or b.is_nil:
            return replace(b if a.is_nil else a, logs=logs)
        v = min(a.v, b.v)
        a, b = (
            replace(c, v=v, values=(*[ZERO] * (c.v - v), *c.values)) if c.v > v else c
            for c in (a, b)
        )
        lengths = [len(c.values) for c in (a, b) if c.rest != NIL]
        n = min(self.most, *lengths, max(len(a.values), len(b.values)))
        a, b = self.cut(a, n), self.cut(b, n)
        values = tuple(p + q for p, q in zip(a.values, b.values, strict=True))
        return Series(v, values, plus(a.rest, b.rest, PREC), logs)

    def scale(self, a: Series, value: Value) -> Series:
        return Series(
            a.v,
            tuple(c * value for c in a.values),
            times(a.rest, value.ball, PREC),
            None if a.logs is None else self.scale(a.logs, value),
        )

    def multiply(self, a: Series, b: Series) -> Series:
        if a.logs is not None and b.logs is not None:
            raise Rejected("a product of logarithms")
        if a.logs is not None or b.logs is not None:
            one, other = (a, b) if a.logs is not None else (b, a)
            assert one.logs is not None
            found = self.multiply(replace(one, logs=None), other)
            return replace(found, logs=self.multiply(one.logs, other))
        if a.is_nil or b.is_nil:
            return Series(0, ())
        known = [len(c.values) for c in (a, b) if c.rest != NIL]
        n = min(self.most, *known, len(a.values) + len(b.values))
        a, b = self.cut(a, min(n, len(a.values))), self.cut(b, min(n, len(b.values)))
        product = [ZERO] * (len(a.values) + len(b.values))
        for i, p in enumerate(a.values):
            check_time()
            for j, q in enumerate(b.values):
                if not (p.is_nil or q.is_nil):
                    product[i + j] = product[i + j] + p * q
        values = (*product[:n], *[ZERO] * (n - len(product)))
        # s**n takes up what is left of the product of the polynomials, and both remainders.
        rest = self.span(product[n:], NIL)
        spans = [self.span(c.values, NIL) for c in (a, b)]
        for c, other, span in ((a, b, spans[1]), (b, a, spans[0])):
            if c.rest != NIL:
                part = times(c.rest, span, PREC)
                if other.rest != NIL and c is a:
                    tail = times(other.rest, self.power(len(other.values)), PREC)
                    part = plus(part, times(c.rest, tail, PREC), PREC)
                part = times(part, self.power(len(c.values) - n), PREC)
                rest = plus(rest, part, PREC)
        return Series(a.v + b.v, values, ball(rest.lo, rest.hi))

    def trimmed(self, a: Series) -> Series:
        """Without the leading coefficients that are zero; the rest may be none."""
        values, v = list(a.values), a.v
        while values and values[0].is_nil:
            values.pop(0)
            v += 1
        if not values and a.rest == NIL:
            v = 0
        return Series(v, tuple(values), a.rest, a.logs)

    def stripped(self, a: Series) -> Series:
        """Without the leading coefficients that are zero; the first is then known not to be."""
        found = self.trimmed(a)
        if not found.values:
            raise Rejected("a series without a leading coefficient")
        if not found.values[0].ball.nonzero():
            raise Rejected("a leading coefficient of unknown sign")
        return found

    def compose(
        self, jet: Callable[[Value, int], list[Value]], a: Series, known: Ball | None = None
    ) -> Series:
        """f(a) for a = a_0 + O(s), by Taylor's formula with Lagrange's remainder.

        `jet(x, n)` gives f(x), f'(x), ..., f**(n)(x)/n!, of which the last holds for every x of a
        ball. `known`: an enclosure of all values of a.
        """
        values, v = list(a.values), a.v
        while values and values[0].is_nil:
            values.pop(0)
            v += 1
        if a.logs is not None or v < 0 or (v < 1 and not values and a.rest != NIL):
            raise Rejected("a function of what grows, or has no leading coefficient")
        first = values.pop(0) if v == 0 and values else ZERO
        if first is not ZERO:
            v = 1
        while values and values[0].is_nil:
            values.pop(0)
            v += 1
        if not values and a.rest == NIL:
            return self.constant(jet(first, 0)[0])
        small = Series(v, tuple(values), a.rest)
        n = self.most if small.rest == NIL else min(self.most, small.order)
        count = max(1, -(-n // v))  # u**count is of order n or more
        moved = times(self.span(small.values, small.rest), self.power(v), PREC)
        range_ = plus(first.ball, moved, PREC)
        range_ = range_ if known is None else meet(range_, known)
        # Taylor's formula runs between a_0 and the value, so that a_0 belongs to the range.
        range_ = hull(range_, first.ball)
        jets = jet(first, count - 1)
        total = self.constant(jets[-1])
        for value in reversed(jets[:-1]):
            total = self.add(self.multiply(total, small), self.constant(value))
        mantissa = self.span(small.values, small.rest)
        last = jet(Value(None, ball(range_.lo, range_.hi)), count)[count].ball
        for _ in range(count):
            last = times(last, mantissa, PREC)
        last = times(last, self.power(v * count - n), PREC)
        exact_part = self.cut(self._full(total, n), n)
        return Series(0, exact_part.values, plus(exact_part.rest, last, PREC))

    def _full(self, a: Series, n: int) -> Series:
        """The same with v = 0 and, where it has no remainder, at least n coefficients."""
        values = (*[ZERO] * a.v, *a.values)
        if a.rest == NIL:
            values = (*values, *[ZERO] * (n - len(values)))
        return Series(0, values, a.rest)


def hull(a: Ball, b: Ball) -> Ball:
    """The smallest ball that holds both."""
    up = greatest(a, b, PREC)
    down = negate(greatest(negate(a), negate(b), PREC))
    return ball(down.lo, up.hi)
