"""Extended real intervals whose ends are Arb balls.

An `Interval` encloses a set of real numbers: every element x satisfies `inf(lo) <= x <= sup(hi)`.
Each end is itself a (thin) ball, so rounding needs no care, and an end may be infinite, which keeps
`exp`, `atan` or `1/x` useful on rays. `ok` says how well defined the enclosed expression is: 2,
certainly everywhere; 1, except perhaps where an argument touches the closed end of a natural domain
(`1/x` on [0, 1]); 0, nothing is known. Partly undefined arguments are clamped. `apart` says that
the value is never 0, even if an end of the enclosure is (1/x on [1, oo), exp on the line).
"""

from __future__ import annotations

from collections.abc import Callable

from flint import arb

ZERO = arb(0)
ONE = arb(1)
INF = arb.pos_inf()
NEG = arb.neg_inf()
SURE, TOUCHES, UNSURE = 2, 1, 0


class Interval:
    """An enclosure `[lo, hi]` (see the module's first lines)."""

    __slots__ = ("apart", "hi", "lo", "ok")

    def __init__(self, lo: arb, hi: arb, ok: int = SURE, apart: bool = False) -> None:
        self.lo = NEG if lo.is_nan() else lo
        self.hi = INF if hi.is_nan() else hi
        self.ok = ok
        self.apart = apart

    def __repr__(self) -> str:
        return f"[{self.lo.str(8)}, {self.hi.str(8)}]{'!' * (SURE - self.ok)}"

    def __add__(self, other: Interval) -> Interval:
        lo, hi = self.lo + other.lo, self.hi + other.hi
        apart = False
        if self.apart or other.apart:
            apart = bool(self.lo >= 0 and other.lo >= 0) or bool(self.hi <= 0 and other.hi <= 0)
        return Interval(lo, hi, min(self.ok, other.ok), apart)

    def __sub__(self, other: Interval) -> Interval:
        return self + (-other)

    def __neg__(self) -> Interval:
        return Interval(-self.hi, -self.lo, self.ok, self.apart)

    def __mul__(self, other: Interval) -> Interval:
        a, b, c, d = self.lo, self.hi, other.lo, other.hi
        ok = min(self.ok, other.ok)
        apart = self.never_zero() and other.never_zero()
        if a >= 0:
            if c >= 0:
                return Interval(_low(a, c), _high(b, d), ok, apart)
            if d <= 0:
                return Interval(_low(b, c), _high(a, d), ok, apart)
            return Interval(_low(b, c), _high(b, d), ok, apart)
        if b <= 0:
            if c >= 0:
                return Interval(_low(a, d), _high(b, c), ok, apart)
            if d <= 0:
                return Interval(_low(b, d), _high(a, c), ok, apart)
            return Interval(_low(a, d), _high(a, c), ok, apart)
        if c >= 0:
            return Interval(_low(a, d), _high(b, d), ok, apart)
        if d <= 0:
            return Interval(_low(b, c), _high(a, c), ok, apart)
        lows = [_low(a, d), _low(b, c), _low(a, c), _low(b, d)]
        highs = [_high(a, c), _high(b, d), _high(a, d), _high(b, c)]
        lo, hi = lows[0], highs[0]
        for low in lows[1:]:
            lo = lo.min(low)
        for high in highs[1:]:
            hi = hi.max(high)
        return Interval(lo, hi, ok, apart)

    def __truediv__(self, other: Interval) -> Interval:
        return self * other.inverse()

    def inverse(self) -> Interval:
        lo, hi = self.lo, self.hi
        if lo > 0 or hi < 0:
            return Interval(1 / hi, 1 / lo, self.ok, True)
        ok = self.ok if self.apart else min(self.ok, TOUCHES)
        if lo >= 0:
            return Interval(1 / hi if hi > 0 else ZERO, INF, ok, True)
        if hi <= 0:
            return Interval(NEG, 1 / lo if lo < 0 else ZERO, ok, True)
        return Interval(NEG, INF, self.ok if self.apart else UNSURE, True)

    def never_zero(self) -> bool:
        return self.apart or bool(self.lo > 0) or bool(self.hi < 0)

    def shows(self, strict: bool) -> bool:
        """Whether every value is > 0 (strict) or >= 0."""
        if strict:
            return bool(self.lo > 0) or (self.apart and bool(self.lo >= 0))
        return bool(self.lo >= 0)

    def hull(self, other: Interval) -> Interval:
        return Interval(self.lo.min(other.lo), self.hi.max(other.hi), min(self.ok, other.ok))

    def is_finite(self) -> bool:
        return bool(self.lo.is_finite() and self.hi.is_finite())


def _low(x: arb, y: arb) -> arb:
    """A lower end of x*y, with 0*oo = 0 (the infinite end is only approached)."""
    product = x * y
    if product.is_nan():
        return ZERO if x.is_zero() or y.is_zero() else NEG
    return product


def _high(x: arb, y: arb) -> arb:
    product = x * y
    if product.is_nan():
        return ZERO if x.is_zero() or y.is_zero() else INF
    return product


def whole(ok: int = UNSURE) -> Interval:
    return Interval(NEG, INF, ok)


def thin(value: arb | int) -> Interval:
    ball = arb(value)
    return Interval(ball, ball)


def power(x: Interval, n: int) -> Interval:
    """Integer power, tight across zero."""
    if n < 0:
        return power(x, -n).inverse()
    if n == 0:
        return thin(1)
    if n % 2:
        return Interval(_ipow(x.lo, n), _ipow(x.hi, n), x.ok, x.apart)
    if x.lo >= 0:
        return Interval(_ipow(x.lo, n), _ipow(x.hi, n), x.ok, x.apart)
    if x.hi <= 0:
        return Interval(_ipow(x.hi, n), _ipow(x.lo, n), x.ok, x.apart)
    return Interval(ZERO, _ipow(x.lo, n).max(_ipow(x.hi, n)), x.ok, x.apart)


def _ipow(x: arb, n: int) -> arb:
    if not x.is_finite():
        return INF if n % 2 == 0 or x > 0 else NEG
    return x**n


def rational_power(x: Interval, p: int, q: int) -> Interval:
    """`x**(p/q)` for x >= 0, q > 1; arguments below zero are cut off and clear `ok`."""
    if p < 0:
        return rational_power(x, -p, q).inverse()
    ok = x.ok if x.lo >= 0 else UNSURE

    def at(end: arb) -> arb:
        if not end.is_finite():
            return INF if end > 0 else ZERO
        if not end >= 0:  # a ball across zero: its upper end bounds the root
            upper = end.upper()
            return (upper.root(q) ** p).union(ZERO) if upper > 0 else ZERO
        return end.root(q) ** p

    return Interval(at(x.lo), at(x.hi), ok, x.apart and bool(x.lo >= 0))


def general_power(x: Interval, y: Interval) -> Interval:
    """`x**y` for x > 0, or x >= 0 where y > 0."""
    value = exp(y * log(x))
    if x.lo >= 0 and y.lo > 0:
        return Interval(value.lo, value.hi, min(x.ok, y.ok), x.apart)
    return value


def clamp(x: Interval, sign: int, strict: bool) -> Interval:
    """x, known to be >= 0 (sign 1) or <= 0 (sign -1), and not 0 when strict."""
    if sign > 0:
        return Interval(x.lo.max(ZERO), x.hi.max(ZERO), x.ok, strict or x.apart)
    return Interval(x.lo.min(ZERO), x.hi.min(ZERO), x.ok, strict or x.apart)


def monotone(f: Callable[[arb], arb], left: arb, right: arb) -> Callable[[Interval], Interval]:
    """The extension of an increasing function with f(0) = 0 and the given limits at -oo and oo."""

    def end(x: arb) -> arb:
        if x.is_finite():
            return f(x)
        return right if x > 0 else left

    return lambda x: Interval(end(x.lo), end(x.hi), x.ok, x.apart)


def exp(x: Interval) -> Interval:
    return Interval(_exp(x.lo), _exp(x.hi), x.ok, True)


def _exp(x: arb) -> arb:
    if x.is_finite():
        return x.exp()
    return INF if x > 0 else ZERO


def log(x: Interval) -> Interval:
    if x.lo > 0:
        lo = x.lo.log() if x.lo.is_finite() else INF
        return Interval(lo, x.hi.log() if x.hi.is_finite() else INF, x.ok)
    ok = (x.ok if x.apart else min(x.ok, TOUCHES)) if x.lo >= 0 else UNSURE
    if not x.hi.is_finite():
        return whole(ok)
    upper = x.hi.upper()
    return Interval(NEG, upper.log(), ok) if upper > 0 else whole()


def sqrt(x: Interval) -> Interval:
    return rational_power(x, 1, 2)


def cosine(x: Interval) -> Interval:
    return _wave(x, arb.cos, ZERO)


def sine(x: Interval) -> Interval:
    return _wave(x, arb.sin, arb("0.5"))


def _wave(x: Interval, f: Callable[[arb], arb], shift: arb) -> Interval:
    """cos (shift 0) or sin (shift 1/2): extrema at (k + shift) pi, a maximum where k is even."""
    if not x.is_finite() or x.hi - x.lo > 7:
        return Interval(-ONE, ONE, x.ok)
    pi = arb.pi()
    first = (x.lo / pi - shift).lower().ceil().unique_fmpz()
    last = (x.hi / pi - shift).upper().floor().unique_fmpz()
    lo, hi = f(x.lo), f(x.hi)
    low, high = lo.min(hi), lo.max(hi)
    if first is None or last is None:
        return Interval(-ONE, ONE, x.ok)
    start, stop = int(first), int(last)
    if stop > start:
        return Interval(-ONE, ONE, x.ok)
    if stop == start:
        if start % 2 == 0:
            high = high.max(ONE)
        else:
            low = low.min(-ONE)
    return Interval(low, high, x.ok)


def tangent(x: Interval) -> Interval:
    if not x.is_finite() or x.hi - x.lo > 4:
        return whole()
    pi = arb.pi()
    half = arb("0.5")
    first = (x.lo / pi - half).lower().ceil()
    last = (x.hi / pi - half).upper().floor()
    if not last < first:
        return whole()
    return Interval(x.lo.tan(), x.hi.tan(), x.ok)


def tangent_branch(x: Interval) -> Interval:
    """The tangent where x is known to stay between two neighbouring poles, or at one."""

    def end(t: arb, limit: arb) -> arb:
        if not t.is_finite() or not (t.cos() > 0 or t.cos() < 0):
            return limit
        return t.tan()

    apart = x.apart and bool(abs(x.lo) < 2) and bool(abs(x.hi) < 2)
    return Interval(end(x.lo, NEG), end(x.hi, INF), x.ok, apart)


def cosh(x: Interval) -> Interval:
    magnitude = absolute(x)

    def end(t: arb) -> arb:
        return t.cosh() if t.is_finite() else INF

    return Interval(end(magnitude.lo), end(magnitude.hi), x.ok, True)


def absolute(x: Interval) -> Interval:
    if x.lo >= 0:
        return x
    if x.hi <= 0:
        return -x
    return Interval(ZERO, (-x.lo).max(x.hi), x.ok, x.apart)


def _cut(x: Interval, low: int, high: int) -> tuple[arb, arb, int]:
    """x cut to [low, high], and whether it certainly lay there."""
    ok = x.ok if x.lo >= low and x.hi <= high else UNSURE
    return x.lo.max(arb(low)).min(arb(high)), x.hi.min(arb(high)).max(arb(low)), ok


def asin(x: Interval) -> Interval:
    lo, hi, ok = _cut(x, -1, 1)
    return Interval(_asin(lo), _asin(hi), ok)


def _asin(x: arb) -> arb:
    value = x.asin()
    if value.is_nan():  # a thin ball across an end of the domain
        side = 1 if x > 0 else -1
        inner = (x.lower() if side > 0 else x.upper()).asin()
        return inner.union(side * arb.pi() / 2)
    return value


def acos(x: Interval) -> Interval:
    half = arb.pi() / 2
    value = asin(x)
    return Interval(half - value.hi, half - value.lo, value.ok)


def acosh(x: Interval) -> Interval:
    ok = x.ok if x.lo >= 1 else UNSURE

    def end(t: arb) -> arb:
        if not t.is_finite():
            return INF if t > 0 else ZERO
        t = t.max(ONE)
        value = t.acosh()
        return t.upper().acosh().union(ZERO) if value.is_nan() else value

    return Interval(end(x.lo), end(x.hi), ok)


def atanh(x: Interval) -> Interval:
    inside = bool(x.lo > -1) and bool(x.hi < 1)
    touching = bool(x.lo >= -1) and bool(x.hi <= 1)
    ok = x.ok if inside else (min(x.ok, TOUCHES) if touching else UNSURE)
    lo = x.lo.atanh() if x.lo > -1 and x.lo < 1 else NEG
    hi = x.hi.atanh() if x.hi < 1 and x.hi > -1 else INF
    return Interval(lo, hi, ok)


def minimum(x: Interval, y: Interval) -> Interval:
    return Interval(x.lo.min(y.lo), x.hi.min(y.hi), min(x.ok, y.ok))


def maximum(x: Interval, y: Interval) -> Interval:
    return Interval(x.lo.max(y.lo), x.hi.max(y.hi), min(x.ok, y.ok))


def atan(x: Interval) -> Interval:
    half = arb.pi() / 2

    def end(t: arb) -> arb:
        return t.atan() if t.is_finite() else (half if t > 0 else -half)

    return Interval(end(x.lo), end(x.hi), x.ok, x.apart)


tanh = monotone(arb.tanh, -ONE, ONE)
sinh = monotone(arb.sinh, NEG, INF)
asinh = monotone(arb.asinh, NEG, INF)
erf = monotone(arb.erf, -ONE, ONE)


def erfc(x: Interval) -> Interval:
    def end(t: arb) -> arb:
        return t.erfc() if t.is_finite() else (ZERO if t > 0 else arb(2))

    return Interval(end(x.hi), end(x.lo), x.ok, True)
