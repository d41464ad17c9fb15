"""Extension: the sign of g near one point, by a power series with a remainder.

`{"by": "expansion", "var": "x", "at": c, "root": q, "order": n}`: c is an end of the side of x,
finite or infinite. With s**q = |x - c| (or 1/|x| for an infinite c), g is expanded in powers of s;
its first coefficients are exact, and the remainder holds over the whole side. So quotients such as
sin(x)/x, roots that vanish at c, and functions that cancel to a high order are no obstacle.
"""

from __future__ import annotations

from fractions import Fraction

from mpmath.libmp import fninf, fzero

from symbolic.recheck.expand import Expander
from symbolic.recheck.intervals import (
    Ball,
    Box,
    ball,
    exact,
    exp,
    inverse,
    log,
    negate,
    plus,
    rational_power,
    times,
)
from symbolic.recheck.kernel import Facts, Json, Prover, compare
from symbolic.recheck.local import NIL, PREC, Local, Series, Value, hull, rational
from symbolic.recheck.paths import along, excludes, jumps, resolved, without
from symbolic.recheck.statement import Side, read_constant
from symbolic.recheck.terms import Rejected, Term, mul, number, sub, symbol

MAX_ORDER, MAX_ROOT, NARROWEST = 30, 12, Fraction(1, 40)


def expansion(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    name, side = reason["var"], box[reason["var"]]
    root, order = reason.get("root", 1), reason.get("order")
    if type(order) is not int or not 1 <= order <= MAX_ORDER:
        raise Rejected(f"the order of an expansion is 1 to {MAX_ORDER}")
    if type(root) is not int or not 1 <= root <= MAX_ROOT:
        raise Rejected(f"the root in an expansion is 1 to {MAX_ROOT}")
    at = reason.get("at")
    path = along(facts, name)
    g = resolved(p, g, box, path)
    if jumps(g):
        raise Rejected("a step or a piece is not decided on the box")
    end, sign = _end(at, side)
    others = without(facts, name)
    if end is None:
        near = side.lo if sign == 1 else side.hi
        if near is None:
            raise Rejected("an expansion at infinity needs a side that starts away from 0")
        far = p.enclose(mul(number(sign), near), box, others, PREC)
        if not far.positive():
            raise Rejected("an expansion at infinity needs a side that starts away from 0")
        width = inverse(far, PREC)
    else:
        other = side.hi if sign == 1 else side.lo
        if other is None:
            raise Rejected("an expansion at a finite end needs a bounded side")
        width = p.enclose(mul(number(sign), sub(other, end)), box, others, PREC)
        if not width.positive():
            raise Rejected("the side has no width")
    top = rational_power(Ball(width.hi, width.hi), Fraction(1, root), PREC).hi
    local = Local(ball(fzero, top), order)
    walk = Expander(p, box, name, path, local)
    start = local.monomial(-root if end is None else root)
    start = local.scale(start, rational(sign))
    if end is not None:
        start = local.add(local.constant(walk.value(end)), start)
    walk.memo[symbol(name)] = start
    # g is continuous where it is defined: at an included c it is the limit, which is >= 0.
    included = end is not None and not excludes(side, end)
    _sign(local, walk(g), goal, included)


def _end(at: Json, side: Side) -> tuple[Term | None, int]:
    """The point (None: infinite), and 1 where x lies above it or it is oo, else -1."""
    if at in ("oo", "-oo"):
        if (side.hi if at == "oo" else side.lo) is not None:
            raise Rejected("the side does not reach to infinity")
        return None, 1 if at == "oo" else -1
    c = read_constant(at)
    for end, sign in ((side.lo, 1), (side.hi, -1)):
        if end is not None and compare(end, c) == 0:
            return end, sign
    raise Rejected("an expansion is at an end of the side")


def _sign(local: Local, found: Series, goal: str, included: bool) -> None:
    """The series is positive (or zero, for >=) for all s with 0 < s <= t, or 0 <= s <= t."""
    logs = found.logs or Series(0, ())
    values, v = _led(found)
    with_logs, w = _led(logs)
    if not values and not with_logs:
        if goal == ">" or not (found.rest == logs.rest == NIL):
            raise Rejected("the expansion leaves the sign open")
        return
    least = min(power for power, part in ((v, values), (w, with_logs)) if part)
    v = least if not values and found.rest == NIL else v
    w = least if not with_logs and logs.rest == NIL else w
    if v < least or w < least:
        raise Rejected("the expansion leaves the sign open")
    if goal == ">" and included and (least != 0 or with_logs):
        raise Rejected("the expansion has no positive value at the point")
    top = local.reach.hi
    pieces = [(Fraction(0), Fraction(1))]
    while pieces:
        low, high = pieces.pop()
        ends = [times(exact(share, PREC), Ball(top, top), PREC) for share in (low, high)]
        over = ball(ends[0].lo, ends[1].hi)
        value = local.span(values, found.rest, over)
        for _ in range(v - least):
            value = times(value, over, PREC)
        rates = [rate.ball for rate in with_logs] + ([] if logs.rest == NIL else [logs.rest])
        for k, rate in enumerate(rates, w - least):
            value = plus(value, times(rate, _power_of_log(over, k), PREC), PREC)
        if value.positive(strict=goal == ">"):
            continue
        if high - low < NARROWEST:
            raise Rejected("the expansion does not have the sign")
        middle = (low + high) / 2
        pieces += [(low, middle), (middle, high)]  # the remainder is largest at the far end


def _led(found: Series) -> tuple[list[Value], int]:
    """The coefficients from the first that is not zero on, and its power."""
    values, v = list(found.values), found.v
    while values and values[0].is_nil:
        values.pop(0)
        v += 1
    return values, v


def _power_of_log(s: Ball, k: int) -> Ball:
    """The values of s**k log s over an interval whose lower end may be an excluded 0."""
    if s.lo != fzero:
        return times(rational_power(s, Fraction(k), PREC), log(s, PREC), PREC)
    top = Ball(s.hi, s.hi)
    end = times(rational_power(top, Fraction(k), PREC), log(top, PREC), PREC)
    if k == 0:
        return ball(fninf, end.hi)
    # s**k log s falls from 0 to its least value -1/(k e), at s = exp(-1/k), and rises from there.
    least = negate(inverse(times(exact(k, PREC), exp(exact(1, PREC), PREC), PREC), PREC))
    turn = exp(exact(Fraction(-1, k), PREC), PREC)
    falling = plus(turn, negate(top), PREC).positive(strict=False)
    return ball((end if falling else least).lo, hull(end, NIL).hi)


KNOWN = {("reason", "expansion"): expansion}
