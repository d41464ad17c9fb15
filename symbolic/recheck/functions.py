"""Extension: the elementary functions beyond exp, log, sine and cosine.

Of each: an enclosure, its slope, and its definition by simpler functions for the normal form. A
monotone function is enclosed at the two ends of its argument's range, by mpmath's intervals.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mpmath.libmp import finf, fninf, fnone, fone, from_int, fzero, mpf_add, mpf_cmp, mpf_floor
from mpmath.libmp.libmpi import mpi_atan, mpi_pi

from symbolic.recheck.intervals import (
    Ball,
    Evaluator,
    Mpf,
    Unclear,
    ball,
    cos_sin,
    exact,
    exp,
    inverse,
    log,
    negate,
    plus,
    rational_power,
    times,
)
from symbolic.recheck.normal import HALF, Poly, normal, opaque, rational_value
from symbolic.recheck.terms import ONE, Term, add, make, mul, neg, number, power, sub

Unary = Callable[[Ball, int], Ball]
GUARD = 30


def point(x: Mpf) -> Ball:
    return Ball(x, x)


def shifted(a: Ball, value: int, prec: int) -> Ball:
    return plus(a, exact(value, prec), prec)


def half(a: Ball, prec: int) -> Ball:
    return times(exact(HALF, prec), a, prec)


def half_pi(prec: int) -> Ball:
    return half(Ball(*mpi_pi(prec)), prec)


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


def _sinh(x: Ball, prec: int) -> Ball:
    up = exp(x, prec)
    return half(plus(up, negate(inverse(up, prec)), prec), prec)


def _tanh(x: Ball, prec: int) -> Ball:
    up = exp(plus(x, x, prec), prec)
    return times(shifted(up, -1, prec), inverse(shifted(up, 1, prec), prec), prec)


def _asinh(x: Ball, prec: int) -> Ball:
    square = shifted(times(x, x, prec), 1, prec)
    return log(plus(x, rational_power(square, HALF, prec), prec), prec)


def _atanh(x: Ball, prec: int) -> Ball:
    if x.hi == fone:
        return point(finf)
    ratio = times(shifted(x, 1, prec), inverse(shifted(negate(x), 1, prec), prec), prec)
    return half(log(ratio, prec), prec)


def _asin(x: Ball, prec: int) -> Ball:
    if x.lo == fone:
        return half_pi(prec)
    square = times(shifted(negate(x), 1, prec), shifted(x, 1, prec), prec)
    return _atan(times(x, inverse(rational_power(square, HALF, prec), prec), prec), prec)


def _atan(x: Ball, prec: int) -> Ball:
    return Ball(*mpi_atan((x.lo, x.hi), prec))


sinh, asinh, atan = odd_increasing(_sinh), odd_increasing(_asinh), odd_increasing(_atan, half_pi)
tanh = odd_increasing(_tanh, lambda prec: exact(1, prec))


def _within_one(a: Ball) -> None:
    if mpf_cmp(a.lo, fnone) < 0 or mpf_cmp(a.hi, fone) > 0:
        raise Unclear("asin, acos or atanh of what may be outside [-1, 1]")


def asin(a: Ball, prec: int) -> Ball:
    _within_one(a)
    return odd_increasing(_asin)(a, prec)


def acos(a: Ball, prec: int) -> Ball:
    return plus(half_pi(prec), negate(asin(a, prec)), prec)


def atanh(a: Ball, prec: int) -> Ball:
    _within_one(a)
    if (a.lo == fnone and not a.lo_open) or (a.hi == fone and not a.hi_open):
        raise Unclear("atanh of what may be 1 or -1")
    return odd_increasing(_atanh)(a, prec)


def cosh(a: Ball, prec: int) -> Ball:
    size = sinh(a, prec)
    return rational_power(shifted(rational_power(size, TWO, prec), 1, prec), HALF, prec)


def acosh(a: Ball, prec: int) -> Ball:
    below = shifted(a, -1, prec)
    if mpf_cmp(a.lo, fone) < 0:
        raise Unclear("acosh of what may be below 1")
    ends = [finf, finf]
    for i, x in enumerate((a.lo, a.hi)):
        if x != finf:
            work = prec + GUARD
            below = shifted(point(x), -1, work)
            root = rational_power(times(below, shifted(point(x), 1, work), work), HALF, work)
            ends[i] = log(plus(point(x), root, work), work)[i]
    return ball(ends[0], ends[1], a.lo_open, a.hi_open)


def acot(a: Ball, prec: int) -> Ball:
    return half_pi(prec) if a.lo == a.hi == fzero else atan(inverse(a, prec), prec)


def tangent(enclose: Evaluator, t: Term) -> Ball:
    """tan or cot where the cosine or sine has one sign, by what is known of it or by itself."""
    a, prec = enclose(t.args[0]), enclose.prec
    below = enclose(make("cos" if t.op == "tan" else "sin", t.args[0]))
    own = 0 if t.op == "tan" else 1

    def at(x: Mpf, end: int) -> Mpf:
        pair = cos_sin(point(x), prec + GUARD)
        if x in (fninf, finf) or not pair[own].nonzero():
            return (fninf, finf)[end]
        return times(pair[1 - own], inverse(pair[own], prec + GUARD), prec)[end]

    if not cos_sin(a, prec)[own].nonzero():  # several branches are then possible
        return times(cos_sin(a, prec)[1 - own], inverse(below, prec), prec)
    if t.op == "tan":
        return ball(at(a.lo, 0), at(a.hi, 1), a.lo_open, a.hi_open)
    return ball(at(a.hi, 0), at(a.lo, 1), a.hi_open, a.lo_open)


def reciprocal(enclose: Evaluator, t: Term) -> Ball:
    below = make("cos" if t.op == "sec" else "sin", t.args[0])
    return inverse(enclose(below), enclose.prec)


def sign(a: Ball, prec: int) -> Ball:
    lo = 1 if a.positive() else 0 if a.positive(strict=False) else -1
    hi = -1 if a.negative() else 0 if a.negative(strict=False) else 1
    return Ball(from_int(lo), from_int(hi))


def floor_of(x: Ball) -> tuple[Mpf, Mpf]:
    """Least and greatest floor over the ball; an excluded integer end does not count."""
    lo, hi = (end if end in (fninf, finf) else mpf_floor(end, 0, "f") for end in (x.lo, x.hi))
    if x.hi_open and hi == x.hi and hi != finf:
        hi = mpf_add(hi, from_int(-1))
    return lo, hi


TWO = HALF * 4
FUNCTIONS: dict[str, Unary] = {
    "sinh": sinh,
    "cosh": cosh,
    "tanh": tanh,
    "coth": lambda a, prec: inverse(tanh(a, prec), prec),
    "asin": asin,
    "acos": acos,
    "atan": atan,
    "acot": acot,
    "asinh": asinh,
    "acosh": acosh,
    "atanh": atanh,
    "sign": sign,
    "floor": lambda a, prec: Ball(*floor_of(a)),
    "ceiling": lambda a, prec: negate(Ball(*floor_of(negate(a)))),
}


def _square(a: Term) -> Term:
    return power(a, 2)


SLOPES: dict[str, Callable[[Term, Term], Term]] = {  # of t = f(a) with respect to a
    "tan": lambda a, t: add(ONE, _square(t)),
    "cot": lambda a, t: neg(add(ONE, _square(t))),
    "sec": lambda a, t: mul(t, make("tan", a)),
    "csc": lambda a, t: neg(mul(t, make("cot", a))),
    "asin": lambda a, t: power(sub(ONE, _square(a)), -HALF),
    "acos": lambda a, t: neg(power(sub(ONE, _square(a)), -HALF)),
    "atan": lambda a, t: power(add(ONE, _square(a)), -1),
    # acot(a) is atan(1/a), with a jump at 0: its slope is written so that it is undefined there.
    "acot": lambda a, t: neg(mul(power(a, -2), power(add(ONE, power(a, -2)), -1))),
    "sinh": lambda a, t: make("cosh", a),
    "cosh": lambda a, t: make("sinh", a),
    "tanh": lambda a, t: sub(ONE, _square(t)),
    "coth": lambda a, t: sub(ONE, _square(t)),
    "asinh": lambda a, t: power(add(ONE, _square(a)), -HALF),
    "acosh": lambda a, t: mul(power(sub(a, ONE), -HALF), power(add(a, ONE), -HALF)),
    "atanh": lambda a, t: power(sub(ONE, _square(a)), -1),
}


def _quotient(a: Term, b: Term) -> Term:
    return mul(a, power(b, -1))


DEFINITIONS: dict[str, Callable[[Term], Term]] = {
    "tan": lambda a: _quotient(make("sin", a), make("cos", a)),
    "cot": lambda a: _quotient(make("cos", a), make("sin", a)),
    "sec": lambda a: power(make("cos", a), -1),
    "csc": lambda a: power(make("sin", a), -1),
    "sinh": lambda a: mul(number(HALF), sub(make("exp", a), make("exp", neg(a)))),
    "cosh": lambda a: mul(number(HALF), add(make("exp", a), make("exp", neg(a)))),
    "tanh": lambda a: _quotient(make("sinh", a), make("cosh", a)),
    "coth": lambda a: _quotient(make("cosh", a), make("sinh", a)),
    "acos": lambda a: sub(mul(number(HALF), make("pi")), make("asin", a)),
    "asinh": lambda a: make("log", add(a, power(add(_square(a), ONE), HALF))),
    "acosh": lambda a: make("log", add(a, mul(power(sub(a, ONE), HALF), power(add(a, ONE), HALF)))),
    "atanh": lambda a: mul(number(HALF), make("log", _quotient(add(ONE, a), sub(ONE, a)))),
}


def form_of_sign(t: Term) -> Poly:
    value = rational_value(t.args[0])
    if value is None:
        return opaque(t.op, normal(t.args[0]))
    return normal(number((value > 0) - (value < 0)))


def _known() -> dict[tuple[str, str], Any]:
    found: dict[tuple[str, str], Any] = {}
    for op, f in FUNCTIONS.items():
        found["enclosure", op] = lambda enclose, t, f=f: f(enclose(t.args[0]), enclose.prec)
    for op, slope in SLOPES.items():
        found["slope", op] = lambda t, slope=slope: slope(t.args[0], t)
    for op, meaning in DEFINITIONS.items():
        found["form", op] = lambda t, meaning=meaning: normal(meaning(t.args[0]))
    found |= dict.fromkeys([("enclosure", "tan"), ("enclosure", "cot")], tangent)
    found |= dict.fromkeys([("enclosure", "sec"), ("enclosure", "csc")], reciprocal)
    return found | {("form", "sign"): form_of_sign}


KNOWN = _known()
