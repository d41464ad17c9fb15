"""Extension: concavity, tangency along a curve, minima in several variables, constancy.

As in the kernel, such a path may leave the points that meet the side conditions, so that what is
known only there is dropped along it.
"""

from __future__ import annotations

from dataclasses import replace

from symbolic.recheck.intervals import (
    Ball,
    Box,
    Evaluator,
    Side,
    Unclear,
    inverse,
    negate,
    plus,
    times,
)
from symbolic.recheck.normal import is_zero
from symbolic.recheck.prover import NO_FACTS, SIGN, Facts, Prover, compare, jumps
from symbolic.recheck.reasons import ZERO_FORM
from symbolic.recheck.statement import Json, read_constant
from symbolic.recheck.terms import (
    Rejected,
    Term,
    add,
    derivative,
    extension,
    neg,
    sub,
    substitute,
)


def ends(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    name, side = p.variable(reason, box)
    if side.lo is None or side.hi is None:
        raise Rejected("ends needs a bounded side")
    g = p.resolve(g, box, facts.along({name}))
    for end in (side.lo, side.hi):
        p.continuous(g, box, name, end, facts)
    inside = inner(box, name)
    first = derivative(g, name)
    p.defined(first, inside, facts.along({name}))
    loose = goal == ">" and (side.lo_open or side.hi_open)
    bend = reason.get("curvature", SIGN)
    curve = neg(derivative(first, name))
    prove_slope(p, curve, inside, ">" if loose else ">=", bend, facts.along({name}))
    for end, excluded, key in (
        (side.lo, side.lo_open, "low"),
        (side.hi, side.hi_open, "high"),
    ):
        face = at_face(facts, name, end, not excluded)
        wanted = ">=" if loose and excluded else goal
        p.prove(substitute(g, {name: end}), box, wanted, reason.get(key, SIGN), face)


def taylor(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    name, side = p.variable(reason, box)
    order, at = reason.get("order"), anchor(p, reason.get("at"), name, box)
    if type(order) is not int or not 1 <= order <= 12:
        raise Rejected("the order of a tangency is 1 to 12")
    place = position(p, at, side, box, facts)
    included = place == 0 or not (side.lo_open if place == 1 else side.hi_open)
    g = p.resolve(g, box, facts.along({name}))
    rows, given = [g], reason.get("rows", {})
    for k in range(order):
        if k and str(k) in given and place:
            # Equal to the derivative inside, and continuous at the end: it is that derivative.
            other = p.expression(given[str(k)], box)
            inside = inner(box, name)
            p.defined(rows[-1], inside, facts.along({name}))
            if not is_zero(sub(rows[-1], other)):
                raise Rejected("a rewritten derivative is not equal by its normal form")
            rows[-1] = other
        if at.free:
            whole = {**box, name: Side(side.lo, side.hi)}
            p.defined(rows[-1], box, facts.along({name}))
            p.defined(substitute(rows[-1], {name: at}), whole, facts.without({name}))
            if jumps(rows[-1]):
                raise Rejected("a step or a piece is not decided on the box")
        else:
            p.continuous(rows[-1], box, name, at, facts)
        rows.append(derivative(rows[-1], name))
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
    inside = inner(box, name)
    wanted = ">" if strict and not included else ">="
    last = signed(rows[order], place, order)
    prove_slope(p, last, inside, wanted, reason.get("rest", SIGN), facts.along({name}))


def minimum(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    given = reason.get("at")
    if not isinstance(given, dict) or not given or not set(given) <= set(box):
        raise Rejected("minimum gives a point in some of the variables")
    names = sorted(given)
    path = facts.along(set(names))
    g = p.resolve(g, box, path)
    if jumps(g):
        raise Rejected("a step or a piece is not decided on the box")
    others = {name: side for name, side in box.items() if name not in given}
    point = {name: anchor(p, given[name], "", others) for name in names}
    included = True
    closed = dict(box)
    for name in names:
        side = box[name]
        place = position(p, point[name], side, box, path)
        excluded = side.lo_open if place == 1 else side.hi_open
        included = included and (place == 0 or not excluded)
        closed[name] = Side(side.lo, side.hi, side.lo is None, side.hi is None)
    bare = facts.without(set(names))
    gradient = [derivative(g, name) for name in names]
    for term in (g, *gradient):
        p.defined(term, closed, bare)
    for term in gradient:
        if not is_zero(substitute(term, point)):
            raise Rejected("the gradient is not zero at the point")
    value = substitute(g, point)
    strict = goal == ">" and included
    if strict or not is_zero(value):
        p.prove(value, box, ">" if strict else ">=", reason.get("value", SIGN), bare)
    hessian = [[derivative(row, name) for name in names] for row in gradient]
    total = add(*(entry for row in hessian for entry in row))

    def test(part: Box, prec: int) -> bool:
        evaluator = Evaluator(part, prec, bare.known())
        try:
            rows = [[evaluator(entry) for entry in row] for row in hessian]
            return positive_definite(rows, prec)
        except Unclear:
            return False

    on_parts = extension("parts", "each")
    if on_parts is None or not on_parts(total, closed, test):
        raise Rejected("the Hessian is not shown to be positive definite on the box")


def constant(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    name, side = p.variable(reason, box)
    path = facts.along({name})
    g = p.resolve(g, box, path)
    at = anchor(p, reason.get("at"), name, {})
    place = position(p, at, side, box, path)
    p.continuous(g, box, name, at, facts)
    slope = derivative(g, name)
    inside = inner(box, name)
    prove_slope(p, slope, inside, "==", reason.get("slope", ZERO_FORM), path)
    included = place == 0 or not (side.lo_open if place == 1 else side.hi_open)
    face = at_face(facts, name, at, included)
    then = reason.get("then", ZERO_FORM)
    p.prove(substitute(g, {name: at}), box, goal, then, face)


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


def anchor(p: Prover, at: Json, name: str, box: Box) -> Term:
    """A constant, or an expression in the other variables."""
    if isinstance(at, str):
        return read_constant(at)
    return p.expression(at, {other: side for other, side in box.items() if other != name})


def position(p: Prover, at: Term, side: Side, box: Box, facts: Facts) -> int:
    """1 or -1 for the lower or upper end of the side, 0 for a point or curve within it."""
    if not at.free:
        if side.lo is not None and compare(at, side.lo) == 0:
            return 1
        if side.hi is not None and compare(at, side.hi) == 0:
            return -1
    value = p.enclose(at, box, facts.without(set()), 150)
    for end, sense in ((side.lo, 1), (side.hi, -1)):
        if end is None:
            continue
        other = box.get(at.value) if at.op == "sym" else None
        if other is not None and end is (other.lo if sense == 1 else other.hi):
            continue
        gap = plus(value, negate(p.enclose(end, {}, NO_FACTS, 150)), 150)
        if not (gap if sense == 1 else negate(gap)).positive(strict=not at.free):
            raise Rejected("the point of tangency is not known to lie in the box")
    return 0


def inner(box: Box, name: str) -> Box:
    return {**box, name: replace(box[name], lo_open=True, hi_open=True)}


def at_face(facts: Facts, name: str, value: Term, inside: bool) -> Facts:
    """What is known on the face name = value; `inside`: the face belongs to the box."""
    if not inside:
        return facts.without({name})
    moved = {substitute(t, {name: value}): b for t, b in facts.always.items()}
    return Facts(moved, facts.along({name}).region, facts.moved | {name})


def prove_slope(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """`prove` for a derivative, which is not known beforehand to be defined."""
    if reason != SIGN:
        p.defined(g, box, facts)
    p.prove(g, box, goal, reason, facts)


KNOWN = {
    ("reason", "taylor inside"): taylor,
    **{("reason", f.__name__): f for f in (ends, minimum, constant)},
    ("equality", "constant"): True,
}
