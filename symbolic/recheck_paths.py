"""Reasons that follow g along one variable or several: slopes, tangency, minima, constancy.

Such a path may leave the points that meet the side conditions, so that what is known only there
(`Facts.region`) is dropped along it. A derivative is used on the open box; at an end point that it
starts from, g must be continuous.
"""

from __future__ import annotations

from symbolic.recheck_balls import Ball, Unclear, inverse, negate, plus, times
from symbolic.recheck_evaluate import Box, Evaluator, Side
from symbolic.recheck_exact import is_zero
from symbolic.recheck_induction import opened
from symbolic.recheck_limits import limit, one_sided
from symbolic.recheck_prover import SIGN, ZERO_FORM, Json, Prover, jumps
from symbolic.recheck_space import Facts, at_face, with_side
from symbolic.recheck_terms import NotSmooth, Rejected, Term, add, mul, neg, number, sub, substitute

LIMIT = {"by": "limit"}


def monotone(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    name, side = p.variable(reason, box)
    direction = reason.get("direction")
    if direction not in (1, -1):
        raise Rejected("a direction is 1 or -1")
    g = p.resolve(g, box, facts.along({name}))
    end, excluded = (side.lo, side.lo_open) if direction == 1 else (side.hi, side.hi_open)
    strict_slope = goal == ">" and excluded
    inner = with_side(box, name, lo_open=True, hi_open=True)
    slope = mul(number(direction), p.slope(g, name))
    goal_slope = ">" if strict_slope else ">="
    p.prove_slope(slope, inner, goal_slope, reason.get("slope", SIGN), facts.along({name}))
    then, rest = reason.get("then", SIGN), ">=" if strict_slope else goal
    if end is None or (excluded and then == LIMIT):
        p.defined(g, box, facts.along({name}))
        at_infinity(p, g, name, end, direction, box, rest, facts)
        return
    p.continuous(g, box, name, end, facts)
    face = at_face(facts, name, end, not excluded)
    p.prove(substitute(g, {name: end}), box, rest, then, face)


def at_infinity(
    p: Prover, g: Term, name: str, end: Term | None, away: int, box: Box, goal: str, facts: Facts
) -> None:
    """The limit of g at an infinite or excluded end is known and has the sign."""
    facts, towards = facts.without({name}), -away
    if end is not None:
        g, name = one_sided(g, name, end, away)
        towards = 1
    value = limit(g, name, towards, lambda t: p.enclose(t, box, facts))
    if isinstance(value, Term):
        if goal != ">=" or not is_zero(value):
            p.prove(value, box, goal, SIGN, facts)
    elif value != 1:
        raise Rejected("the limit is not known to have the sign")


def ends(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    name, side = p.variable(reason, box)
    if side.lo is None or side.hi is None:
        raise Rejected("ends needs a bounded side")
    g = p.resolve(g, box, facts.along({name}))
    for end in (side.lo, side.hi):
        p.continuous(g, box, name, end, facts)
    inner = with_side(box, name, lo_open=True, hi_open=True)
    first = p.slope(g, name)
    p.defined(first, inner, facts.along({name}))
    loose = goal == ">" and (side.lo_open or side.hi_open)
    bend = reason.get("curvature", SIGN)
    curve = neg(p.slope(first, name))
    p.prove_slope(curve, inner, ">" if loose else ">=", bend, facts.along({name}))
    for end, excluded, key in (
        (side.lo, side.lo_open, "low"),
        (side.hi, side.hi_open, "high"),
    ):
        face = at_face(facts, name, end, not excluded)
        wanted = ">=" if loose and excluded else goal
        p.prove(substitute(g, {name: end}), box, wanted, reason.get(key, SIGN), face)


def taylor(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    name, side = p.variable(reason, box)
    order, at = reason.get("order"), p.anchor(reason.get("at"), name, box)
    if type(order) is not int or not 1 <= order <= 12:
        raise Rejected("the order of a tangency is 1 to 12")
    place = p.position(at, side, box, facts)
    included = place == 0 or not (side.lo_open if place == 1 else side.hi_open)
    g = p.resolve(g, box, facts.along({name}))
    rows, given = [g], reason.get("rows", {})
    for k in range(order):
        if k and str(k) in given and place:
            # Equal to the derivative inside, and continuous at the end: it is that derivative.
            other = p.expression(given[str(k)], box)
            inner = with_side(box, name, lo_open=True, hi_open=True)
            p.defined(rows[-1], inner, facts.along({name}))
            if not is_zero(sub(rows[-1], other)):
                raise Rejected("a rewritten derivative is not equal by its normal form")
            rows[-1] = other
        if at.free:
            whole = {**box, name: Side(side.lo, side.hi)}
            p.defined(rows[-1], box, facts.along({name}))
            p.defined(substitute(rows[-1], {name: at}), whole, facts.without({name}))
            if jumps(rows[-1]):
                raise NotSmooth("a step or a piece is not decided on the box")
        else:
            p.continuous(rows[-1], box, name, at, facts)
        rows.append(p.slope(rows[-1], name))
    # A curve may run into an excluded end, where what is known of the box need not hold.
    on_curve = at.free and (
        (side.lo is not None and side.lo_open) or (side.hi is not None and side.hi_open)
    )
    terms = reason.get("terms", [ZERO_FORM] * order)
    if not isinstance(terms, list) or len(terms) != order:
        raise Rejected("one reason for each term below the order")
    strict = goal == ">"
    for k, why in enumerate(terms):
        value = substitute(rows[k], {name: at})
        wanted = ">" if strict and included and k == 0 else ">="
        if why == ZERO_FORM or (place == 0 and k % 2):
            if wanted == ">" or not is_zero(value):
                raise Rejected(f"derivative {k} at the point of tangency is not zero")
            continue
        face = at_face(facts, name, at, included and not on_curve)
        p.prove(signed(value, place, k), box, wanted, why, face)
    if place == 0 and order % 2:
        raise Rejected("a tangency inside the range has even order")
    inner = with_side(box, name, lo_open=True, hi_open=True)
    wanted = ">" if strict and not included else ">="
    last = signed(rows[order], place, order)
    p.prove_slope(last, inner, wanted, reason.get("rest", SIGN), facts.along({name}))


def minimum(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    given = reason.get("at")
    if not isinstance(given, dict) or not given or not set(given) <= set(box):
        raise Rejected("minimum gives a point in some of the variables")
    names = sorted(given)
    path = facts.along(set(names))
    g = p.resolve(g, box, path)
    if jumps(g):
        raise NotSmooth("a step or a piece is not decided on the box")
    others = {name: side for name, side in box.items() if name not in given}
    point = {name: p.anchor(given[name], "", others) for name in names}
    included = True
    closed = dict(box)
    for name in names:
        side = box[name]
        place = p.position(point[name], side, box, path)
        excluded = side.lo_open if place == 1 else side.hi_open
        included = included and (place == 0 or not excluded)
        closed[name] = Side(side.lo, side.hi, side.lo is None, side.hi is None)
    bare = facts.without(set(names))
    gradient = [p.slope(g, name) for name in names]
    for term in (g, *gradient):
        p.defined(term, closed, bare)
    for term in gradient:
        if not is_zero(substitute(term, point)):
            raise Rejected("the gradient is not zero at the point")
    value = substitute(g, point)
    strict = goal == ">" and included
    if strict or not is_zero(value):
        p.prove(value, box, ">" if strict else ">=", reason.get("value", SIGN), bare)
    hessian = [[p.slope(row, name) for name in names] for row in gradient]
    total = add(*(entry for row in hessian for entry in row))

    def test(part: Box, prec: int) -> bool:
        evaluator = Evaluator(part, prec, bare.known())
        try:
            rows = [[evaluator(entry) for entry in row] for row in hessian]
            return positive_definite(rows, prec)
        except Unclear:
            return False

    if not p.on_parts(total, closed, test):
        raise Rejected("the Hessian is not shown to be positive definite on the box")


def constant(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    name, side = p.variable(reason, box)
    path = facts.along({name})
    g = p.resolve(g, box, path)
    at = p.anchor(reason.get("at"), name, {})
    place = p.position(at, side, box, path)
    p.continuous(g, box, name, at, facts)
    slope = p.slope(g, name)
    inner = with_side(box, name, lo_open=True, hi_open=True)
    p.prove_slope(slope, inner, "==", reason.get("slope", ZERO_FORM), path)
    included = place == 0 or not (side.lo_open if place == 1 else side.hi_open)
    face = at_face(facts, name, at, included)
    then = reason.get("then", ZERO_FORM)
    p.prove(substitute(g, {name: at}), box, goal, then, face)


def induction(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    name, side = p.variable(reason, box)
    if not side.integer or side.lo is None:
        raise Rejected("induction runs over the integers from a first one")
    base = substitute(g, {name: side.lo})
    bare = facts.without({name})
    p.prove(base, box, "==", reason.get("base", ZERO_FORM), bare)
    step = sub(opened(p, g, name, box), g)
    p.prove(step, box, "==", reason.get("step", ZERO_FORM), bare)


def signed(value: Term, place: int, k: int) -> Term:
    """(x - c)**k has the sign of this factor at the upper end; + elsewhere or for even k."""
    return neg(value) if place == -1 and k % 2 else value


def positive_definite(rows: list[list[Ball]], prec: int) -> bool:
    """Whether every symmetric matrix within these balls is positive definite (elimination)."""
    size = len(rows)
    for k in range(size):
        if not rows[k][k].positive():
            return False
        for i in range(k + 1, size):
            for j in range(k + 1, size):
                part = times(rows[i][k], rows[k][j], prec)
                part = times(part, inverse(rows[k][k], prec), prec)
                rows[i][j] = plus(rows[i][j], negate(part), prec)
    return True
