"""Extension: functions enclosed by their values at points."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from mpmath.libmp import finf, fzero, libmpi, mpf_cmp

from symbolic.recheck.intervals import (
    Ball,
    Evaluator,
    Mpf,
    absolute,
    ball,
    exact,
    inverse,
    negate,
    plus,
    rational_power,
    times,
)
from symbolic.recheck.terms import Term, power

Unary = Callable[[Ball, int], Ball]
GUARD = 30
HALF, TWO = Fraction(1, 2), Fraction(2)


def point(x: Mpf) -> Ball:
    return Ball(x, x)


def shifted(a: Ball, value: Fraction | int, prec: int) -> Ball:
    return plus(a, exact(value, prec), prec)


def scaled(a: Ball, value: Fraction | int, prec: int) -> Ball:
    return times(a, exact(value, prec), prec)


def divide(a: Ball, b: Ball, prec: int) -> Ball:
    return times(a, inverse(b, prec), prec)


def whole_power(a: Ball, n: int, prec: int) -> Ball:
    return rational_power(a, Fraction(n), prec)


def root(a: Ball, prec: int) -> Ball:
    return rational_power(a, HALF, prec)


def pi(prec: int) -> Ball:
    return Ball(*libmpi.mpi_pi(prec))


def odd_increasing(at: Unary, top: Callable[[int], Ball] | None = None) -> Unary:
    """An odd increasing function, from its values `at` points x > 0 and its least upper bound."""

    def value(x: Mpf, prec: int) -> Ball:
        if x == fzero:
            return point(x)
        bound = top(prec) if top else point(finf)
        if x == finf:
            return bound
        small = max(0, -(x[2] + x[3]))  # more bits for small numbers
        found = at(point(x), prec + GUARD + min(small, 2000))
        return found if mpf_cmp(found.hi, bound.hi) < 0 else Ball(found.lo, bound.hi)

    def over(a: Ball, prec: int) -> Ball:
        below, above = (
            negate(value(negate(point(x)).lo, prec)) if mpf_cmp(x, fzero) < 0 else value(x, prec)
            for x in (a.lo, a.hi)
        )
        return ball(below.lo, above.hi, a.lo_open, a.hi_open)

    return over


def about(a: Ball, last: Ball, prec: int) -> Ball:
    """a with an error of at most the last term of its series."""
    size = absolute(last, prec).hi
    return plus(a, Ball(negate(point(size)).lo, size), prec)


def square(a: Term) -> Term:
    return power(a, 2)


def enclosures(functions: dict[str, Unary]) -> dict[tuple[str, str], Any]:
    """Registers functions of one ball as those of a term."""

    def over(f: Unary) -> Callable[[Evaluator, Term], Ball]:
        return lambda enclose, t: f(enclose(t.args[0]), enclose.prec)

    return {("enclosure", op): over(f) for op, f in functions.items()}
