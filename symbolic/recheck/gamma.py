"""Extension: the gamma function and its kin, enclosed by their series.

The asymptotic series of log gamma and polygamma envelop for real x > 0: the remainder is at most
the last term kept (NIST Digital Library of Mathematical Functions, 5.11 and 5.15).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from math import comb, factorial
from typing import Any

from mpmath.libmp import (
    finf,
    fninf,
    fone,
    from_int,
    fzero,
    mpf_cmp,
    mpf_euler,
    mpf_floor,
    to_float,
)

from symbolic.recheck.intervals import (
    Ball,
    Mpf,
    Unclear,
    ball,
    exact,
    exp,
    inverse,
    larger,
    log,
    negate,
    plus,
    times,
)
from symbolic.recheck.points import (
    GUARD,
    HALF,
    Unary,
    about,
    divide,
    enclosures,
    pi,
    point,
    scaled,
    shifted,
    whole_power,
)
from symbolic.recheck.terms import ONE, check_time, make, mul, number


@cache
def bernoulli(n: int) -> Fraction:
    """The n-th Bernoulli number (n even)."""
    if n == 0:
        return Fraction(1)
    total = Fraction(n - 1, 2)  # B_1 = -1/2 contributes -(n + 1)/2 to the recursion
    for k in range(2, n, 2):
        check_time()
        total -= comb(n + 1, k) * bernoulli(k)
    return total / (n + 1)


def _stirling(x: Ball, coefficient: Callable[[int], Fraction], first: int, prec: int) -> Ball:
    """Sum of c_k x**-(first + 2(k-1))."""
    step = whole_power(inverse(x, prec), 2, prec)
    term, total = whole_power(inverse(x, prec), first, prec), point(fzero)
    for k in range(1, 6 + prec // 8):
        part = scaled(term, coefficient(k), prec)
        total, term = plus(total, part, prec), times(term, step, prec)
    return about(total, part, prec)


def _raise(x: Ball, prec: int) -> int:
    """How far to shift x > 0 up for the asymptotic series to be accurate."""
    return max(0, 8 + prec // 4 - int(min(to_float(x.lo), 1e6)))


def _loggamma(x: Ball, prec: int) -> Ball:
    product, shift = point(fone), _raise(x, prec)
    for j in range(shift):
        product = times(product, shifted(x, j, prec), prec)
    y = shifted(x, shift, prec)
    total = times(shifted(y, -HALF, prec), log(y, prec), prec)
    total = plus(total, negate(y), prec)
    total = plus(total, scaled(log(scaled(pi(prec), 2, prec), prec), HALF, prec), prec)
    series = _stirling(y, lambda k: bernoulli(2 * k) / (2 * k * (2 * k - 1)), 1, prec)
    return plus(plus(total, series, prec), negate(log(product, prec)), prec)


def _polygamma_at(order: int) -> Unary:
    """(-1)**(order+1) polygamma for order >= 1, digamma for 0, at a point x > 0."""

    def value(x: Ball, prec: int) -> Ball:
        shift, near = _raise(x, prec) + order, point(fzero)
        for j in range(shift):
            part = whole_power(inverse(shifted(x, j, prec), prec), order + 1, prec)
            near = plus(near, scaled(part, factorial(order), prec), prec)
        y = shifted(x, shift, prec)

        def coefficient(k: int) -> Fraction:
            return bernoulli(2 * k) * factorial(2 * k + order - 1) / factorial(2 * k)

        series = _stirling(y, coefficient, order + 2, prec)
        if order == 0:
            head = plus(log(y, prec), scaled(inverse(y, prec), -HALF, prec), prec)
            return plus(plus(head, negate(series), prec), negate(near), prec)
        down = whole_power(inverse(y, prec), order, prec)
        head = scaled(down, factorial(order - 1), prec)
        last = scaled(times(down, inverse(y, prec), prec), factorial(order) * HALF, prec)
        return plus(plus(plus(head, last, prec), series, prec), near, prec)

    return value


# loggamma is convex with its least value -0.12148629053584960... at 1.46163214496836234...
LEAST_AT = (Fraction(146163214, 10**8), Fraction(146163215, 10**8))
LEAST = Fraction(-12148629053584961, 10**17)


def loggamma(a: Ball, prec: int) -> Ball:
    if not a.positive():
        raise Unclear("loggamma of what may be zero or negative")

    def at(x: Mpf) -> Ball:
        return Ball(finf, finf) if x in (fzero, finf) else _loggamma(point(x), prec + GUARD)

    left, right = (exact(value, prec) for value in LEAST_AT)
    if mpf_cmp(a.lo, right.hi) >= 0:
        return ball(at(a.lo).lo, at(a.hi).hi, a.lo_open, a.hi_open)
    if mpf_cmp(a.hi, left.lo) <= 0:
        return ball(at(a.hi).lo, at(a.lo).hi, a.hi_open, a.lo_open)
    return ball(exact(LEAST, prec).lo, larger(at(a.lo).hi, False, at(a.hi).hi, False)[0])


def gamma(a: Ball, prec: int) -> Ball:
    if a.positive():
        return exp(loggamma(a, prec + GUARD), prec)
    steps = _steps_up(a)
    product = point(fone)
    for j in range(steps):
        product = times(product, shifted(a, j, prec), prec)
    return divide(gamma(shifted(a, steps, prec + GUARD), prec), product, prec)


def _steps_up(a: Ball) -> int:
    """Number of unit steps from a ball strictly between two poles into x > 0."""
    if a.lo == fninf or mpf_cmp(a.lo, from_int(-1000)) < 0:
        raise Unclear("a gamma function too far to the left")
    low, high = mpf_floor(a.lo, 0, "f"), mpf_floor(a.hi, 0, "f")
    if (low == a.lo and not a.lo_open) or (
        mpf_cmp(a.hi, from_int(int(to_float(low)) + 1)) > 0 or (high == a.hi and not a.hi_open)
    ):
        raise Unclear("a gamma function near a pole")
    return -int(to_float(low))


def polygamma(order: int) -> Unary:
    """The function itself; increasing for even order (0: digamma), decreasing for odd."""

    def over(a: Ball, prec: int) -> Ball:
        if not a.positive():
            if order:
                raise Unclear("polygamma of what may be zero or negative")
            steps, below = _steps_up(a), point(fzero)
            for j in range(steps):
                below = plus(below, inverse(shifted(a, j, prec), prec), prec)
            return plus(over(shifted(a, steps, prec), prec), negate(below), prec)
        at = _polygamma_at(order)
        ends = [fninf if order == 0 else finf, finf if order == 0 else fzero]
        if a.lo != fzero:
            ends[0] = at(point(a.lo), prec + GUARD)[0 if order == 0 else 1]
        if a.hi != finf:
            ends[1] = at(point(a.hi), prec + GUARD)[1 if order == 0 else 0]
        if order == 0:
            return ball(ends[0], ends[1], a.lo_open, a.hi_open)
        size = ball(ends[1], ends[0], a.hi_open, a.lo_open)
        return size if order % 2 else negate(size)

    return over


FUNCTIONS: dict[str, Unary] = {"gamma": gamma, "loggamma": loggamma, "digamma": polygamma(0)}
KNOWN: dict[tuple[str, str], Any] = {
    **enclosures(FUNCTIONS),
    ("enclosure", "polygamma"): lambda enclose, t: polygamma(int(t.args[0].value))(
        enclose(t.args[1]), enclose.prec
    ),
    ("enclosure", "euler_gamma"): lambda enclose, t: Ball(
        mpf_euler(enclose.prec, "f"), mpf_euler(enclose.prec, "c")
    ),
    ("slope", "gamma"): lambda t: mul(t, make("digamma", t.args[0])),
    ("slope", "loggamma"): lambda t: make("digamma", t.args[0]),
    ("slope", "digamma"): lambda t: make("polygamma", ONE, t.args[0]),
    ("slope", "polygamma"): lambda t: make("polygamma", number(t.args[0].value + 1), t.args[1]),
}
