"""Enclosures of gamma, log gamma and the polygamma functions, from Stirling's series.

For x > 0 the series envelop: the remainder is at most the first term left out (NIST Digital Library
of Mathematical Functions, 5.11 and 5.15).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from math import comb, factorial

from mpmath.libmp import finf, fninf, fone, fzero, mpf_abs, mpf_cmp, mpf_neg, to_float

from symbolic.recheck_balls import (
    Ball,
    Mpf,
    Unclear,
    ball,
    divide,
    exact,
    exp,
    floor_of,
    integer_power,
    inverse,
    log,
    max_end,
    negate,
    pi,
    plus,
    point,
    scaled,
    shifted,
    times,
)

Unary = Callable[[Ball, int], Ball]
HALF = Fraction(1, 2)
GUARD = 30


@lru_cache(maxsize=400)
def bernoulli(n: int) -> Fraction:
    """The n-th Bernoulli number (n even)."""
    if n == 0:
        return Fraction(1)
    total = Fraction(n - 1, 2)  # B_1 = -1/2 contributes -(n + 1)/2 to the recursion
    for k in range(2, n, 2):
        total -= comb(n + 1, k) * bernoulli(k)
    return (total) / (n + 1)


def _stirling(
    x: Ball, coefficient: Callable[[int], Fraction], first: int, step: Ball, prec: int
) -> Ball:
    """Sum of c_k x**-(first + 2(k-1)): enveloping, so the last term kept bounds the rest."""
    term = integer_power(inverse(x, prec), first, prec) if first else point(fone)
    total, part = point(fzero), point(fzero)
    for k in range(1, 6 + prec // 8):
        part = scaled(term, coefficient(k), prec)
        total, term = plus(total, part, prec), times(term, step, prec)
    size = max_end((mpf_abs(part.lo), False), (mpf_abs(part.hi), False))[0]
    return plus(total, Ball(mpf_neg(size), size), prec)


def _raise(x: Ball, prec: int) -> int:
    """How far to shift x > 0 up for the asymptotic series to be accurate."""
    return max(0, 8 + prec // 4 - int(min(to_float(x.lo), 1e6)))


def _loggamma(x: Ball, prec: int) -> Ball:
    product, shift = point(fone), _raise(x, prec)
    for j in range(shift):
        product = times(product, shifted(x, j, prec), prec)
    y = shifted(x, shift, prec)
    step = integer_power(inverse(y, prec), 2, prec)
    total = times(shifted(y, -HALF, prec), log(y, prec), prec)
    total = plus(total, negate(y), prec)
    total = plus(total, scaled(log(scaled(pi(prec), 2, prec), prec), HALF, prec), prec)
    series = _stirling(y, lambda k: bernoulli(2 * k) / (2 * k * (2 * k - 1)), 1, step, prec)
    return plus(plus(total, series, prec), negate(log(product, prec)), prec)


def _polygamma_at(order: int) -> Unary:
    """(-1)**(order+1) polygamma for order >= 1, digamma for 0, at a point x > 0."""

    def value(x: Ball, prec: int) -> Ball:
        shift, near = _raise(x, prec) + order, point(fzero)
        for j in range(shift):
            part = integer_power(inverse(shifted(x, j, prec), prec), order + 1, prec)
            near = plus(near, scaled(part, factorial(order), prec), prec)
        y = shifted(x, shift, prec)
        step = integer_power(inverse(y, prec), 2, prec)

        def coefficient(k: int) -> Fraction:
            return bernoulli(2 * k) * factorial(2 * k + order - 1) / factorial(2 * k)

        series = _stirling(y, coefficient, order + 2, step, prec)
        if order == 0:
            head = plus(log(y, prec), scaled(inverse(y, prec), -HALF, prec), prec)
            return plus(plus(head, negate(series), prec), negate(near), prec)
        power = integer_power(inverse(y, prec), order, prec)
        head = scaled(power, factorial(order - 1), prec)
        half = scaled(times(power, inverse(y, prec), prec), factorial(order) * HALF, prec)
        return plus(plus(plus(head, half, prec), series, prec), near, prec)

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
    return ball(exact(LEAST, prec).lo, max_end((at(a.lo).hi, False), (at(a.hi).hi, False))[0])


def gamma(a: Ball, prec: int) -> Ball:
    if a.positive():
        return exp(loggamma(a, prec + GUARD), prec)
    steps = _steps_up(a)
    product = point(fone)
    for j in range(steps):
        product = times(product, shifted(a, j, prec), prec)
    return divide(gamma(shifted(a, steps, prec + GUARD), prec), product, prec)


def _steps_up(a: Ball) -> int:
    """Number of unit steps from a ball between two poles into x > 0."""
    low, high = floor_of(a)
    if a.lo == fninf or low != high or (a.lo == low and not a.lo_open) or to_float(a.lo) < -1000:
        raise Unclear("a gamma function near a pole, or too far to the left")
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
        top = finf if order == 0 else fzero
        ends = [fninf if order == 0 else finf, top]
        if a.lo != fzero:
            ends[0] = at(point(a.lo), prec + GUARD)[0 if order == 0 else 1]
        if a.hi != finf:
            ends[1] = at(point(a.hi), prec + GUARD)[1 if order == 0 else 0]
        if order == 0:
            return ball(ends[0], ends[1], a.lo_open, a.hi_open)
        size = ball(ends[1], ends[0], a.hi_open, a.lo_open)
        return size if order % 2 else negate(size)

    return over
