"""Gamma, log-gamma and polygamma on the positive half-line, as extended intervals.

Left of zero only thin arguments away from the poles are enclosed; wider ones give the whole line.
"""

from __future__ import annotations

from collections.abc import Callable

from flint import acb, arb

from symbolic.ball import INF, NEG, TOUCHES, ZERO, Interval, whole

# The minimum of gamma on (0, oo) lies in [LEAST_LOW, LEAST_HIGH]; its value is above LEAST_VALUE.
# psi(1.4616) < 0 < psi(1.4617), and 0.88560319441088... is the minimum; tests confirm both.
LEAST_LOW, LEAST_HIGH = arb("1.4616"), arb("1.4617")
LEAST_VALUE, LEAST_LOG = arb("0.885603194"), arb("-0.121486291")


def gamma(x: Interval) -> Interval:
    if x.lo > 0:
        return _valley(x, arb.gamma, LEAST_VALUE)
    if x.lo >= 0 and x.hi > 0:
        return _from_zero(x, arb.gamma, LEAST_VALUE)
    return _thin_only(x, arb.gamma)


def loggamma(x: Interval) -> Interval:
    if x.lo > 0:
        return _valley(x, arb.lgamma, LEAST_LOG)
    if x.lo >= 0 and x.hi > 0:
        return _from_zero(x, arb.lgamma, LEAST_LOG)
    return whole()


def _from_zero(x: Interval, f: Callable[[arb], arb], least: arb) -> Interval:
    lo = f(x.hi) if x.hi <= LEAST_LOW else least
    ok = x.ok if x.apart else min(x.ok, TOUCHES)
    return Interval(lo, INF, ok)


def _valley(x: Interval, f: Callable[[arb], arb], least: arb) -> Interval:
    def end(t: arb) -> arb:
        return f(t) if t.is_finite() else INF

    if x.lo >= LEAST_HIGH:
        return Interval(end(x.lo), end(x.hi), x.ok)
    if x.hi <= LEAST_LOW:
        return Interval(end(x.hi), end(x.lo), x.ok)
    return Interval(least, end(x.lo).max(end(x.hi)), x.ok)


def digamma(x: Interval) -> Interval:
    """Increasing on (0, oo), from -oo to oo."""
    if x.lo > 0:
        hi = x.hi.digamma() if x.hi.is_finite() else INF
        return Interval(x.lo.digamma() if x.lo.is_finite() else INF, hi, x.ok)
    if x.lo >= 0 and x.hi > 0:
        return Interval(
            NEG,
            x.hi.digamma() if x.hi.is_finite() else INF,
            x.ok if x.apart else min(x.ok, TOUCHES),
        )
    return _thin_only(x, arb.digamma)


def polygamma(m: int, x: Interval) -> Interval:
    """`psi^(m)` for m >= 1: (-1)**(m+1) m! zeta(m+1, x), of falling magnitude on (0, oo)."""
    if not x.lo >= 0 or not x.hi > 0:
        return whole()

    def size(t: arb) -> arb:
        if not t.is_finite():
            return ZERO
        return arb(m).fac() * arb(m + 1).zeta(t)

    lo, hi = size(x.hi), (size(x.lo) if x.lo > 0 else INF)
    ok = x.ok if x.lo > 0 or x.apart else min(x.ok, TOUCHES)
    return Interval(lo, hi, ok, True) if m % 2 else Interval(-hi, -lo, ok, True)


def _thin_only(x: Interval, f: Callable[[arb], arb]) -> Interval:
    if not x.is_finite():
        return whole()
    value = f(x.lo.union(x.hi))
    return Interval(value, value, x.ok) if value.is_finite() else whole()


def polygamma_at(order: int, x: arb) -> arb:
    """The digamma function (order 0) or its derivative of that order, at a ball off the poles."""
    return x.digamma() if order == 0 else acb(x).polygamma(acb(order)).real
