"""Extension: tangent, cotangent, secant and cosecant."""

from __future__ import annotations

from typing import Any

from mpmath.libmp import finf, fninf

from symbolic.recheck.circular import cos_sin
from symbolic.recheck.intervals import Ball, Evaluator, Mpf, ball, inverse, times
from symbolic.recheck.terms import ONE, Term, add, make, mul, neg, power

GUARD = 30


def tangent(enclose: Evaluator, t: Term) -> Ball:
    """tan or cot where the cosine or sine has one sign, by what is known of it or by itself."""
    a, prec = enclose(t.args[0]), enclose.prec
    below = enclose(make("cos" if t.op == "tan" else "sin", t.args[0]))
    own = 0 if t.op == "tan" else 1

    def at(x: Mpf, end: int) -> Mpf:
        pair = cos_sin(Ball(x, x), prec + GUARD)
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


def over(above: str, below: str, t: Term) -> Term:
    return mul(make(above, t) if above else ONE, power(make(below, t), -1))


KNOWN: dict[tuple[str, str], Any] = {
    **dict.fromkeys([("enclosure", "tan"), ("enclosure", "cot")], tangent),
    **dict.fromkeys([("enclosure", "sec"), ("enclosure", "csc")], reciprocal),
    ("slope", "tan"): lambda t: add(ONE, power(t, 2)),
    ("slope", "cot"): lambda t: neg(add(ONE, power(t, 2))),
    ("slope", "sec"): lambda t: mul(t, make("tan", t.args[0])),
    ("slope", "csc"): lambda t: neg(mul(t, make("cot", t.args[0]))),
    ("meaning", "tan"): lambda a: over("sin", "cos", a),
    ("meaning", "cot"): lambda a: over("cos", "sin", a),
    ("meaning", "sec"): lambda a: over("", "cos", a),
    ("meaning", "csc"): lambda a: over("", "sin", a),
}
