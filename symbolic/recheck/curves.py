"""Extension: tangency at a point inside a range, or along a curve, and constancy."""

from __future__ import annotations

from symbolic.recheck.anchors import anchor, position
from symbolic.recheck.intervals import Box
from symbolic.recheck.kernel import SIGN, Facts, Json, Prover, vanishes
from symbolic.recheck.normal import ZERO_FORM
from symbolic.recheck.paths import (
    along,
    at_face,
    continuous,
    derivative,
    inner,
    no_jumps,
    prove_slope,
    resolved,
    without,
)
from symbolic.recheck.statement import Side, read_expression
from symbolic.recheck.terms import Term, neg, require, sub, substitute


def taylor(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """`taylor` at a point inside, on a curve, or with derivatives written otherwise."""
    name, order = reason["var"], reason["order"]
    side, at = box[name], anchor(reason["at"], set(box) - {name})
    inside, path = inner(box, name), along(facts, name)
    require(type(order) is int and 1 <= order <= 12, "the order of a tangency is 1 to 12")
    place = position(p, at, side, box, facts)
    included = place == 0 or not (side.lo_open if place == 1 else side.hi_open)
    rows, given = [resolved(p, g, box, path)], reason.get("rows", {})
    for k in range(order):
        if k and str(k) in given and place:
            # Equal to the derivative inside, and continuous at the end: it is that derivative.
            other = read_expression(given[str(k)], box)
            p.defined(rows[-1], inside, path)
            require(vanishes(sub(rows[-1], other)), "a rewritten derivative is not equal")
            rows[-1] = other
        if at.free:
            whole = {**box, name: Side(side.lo, side.hi)}
            p.defined(rows[-1], box, path)
            p.defined(substitute(rows[-1], {name: at}), whole, without(facts, name))
            no_jumps(rows[-1])
        else:
            continuous(p, rows[-1], box, name, at, facts)
        rows.append(derivative(rows[-1], name))
    # A curve may run into an excluded end, where what is known of the box need not hold.
    on_curve = at.free and (
        (side.lo is not None and side.lo_open) or (side.hi is not None and side.hi_open)
    )
    terms = reason.get("terms", [ZERO_FORM] * order)
    require(type(terms) is list and len(terms) == order, "one reason for each term below the order")
    strict = goal == ">"
    for k, why in enumerate(terms):
        value = substitute(rows[k], {name: at})
        wanted = ">" if strict and included and k == 0 else ">="
        if why == ZERO_FORM or (place == 0 and k % 2):
            flat = wanted != ">" and vanishes(value)
            require(flat, f"derivative {k} at the point of tangency is not zero")
            continue
        face = at_face(facts, name, at, included and not on_curve)
        p.prove(signed(value, place, k), box, wanted, why, face)
    require(place != 0 or order % 2 == 0, "a tangency inside the range has even order")
    wanted = ">" if strict and not included else ">="
    last = signed(rows[order], place, order)
    prove_slope(p, last, inside, wanted, reason.get("rest", SIGN), path)


def constant(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """dg/dx is identically 0 on the box, and the claim holds at x = c."""
    name, path = reason["var"], along(facts, reason["var"])
    side, at = box[name], anchor(reason["at"], ())
    g = resolved(p, g, box, path)
    place = position(p, at, side, box, path)
    continuous(p, g, box, name, at, facts)
    why = reason.get("slope", ZERO_FORM)
    prove_slope(p, derivative(g, name), inner(box, name), "==", why, path)
    included = place == 0 or not (side.lo_open if place == 1 else side.hi_open)
    face = at_face(facts, name, at, included)
    then = reason.get("then", ZERO_FORM)
    p.prove(substitute(g, {name: at}), box, goal, then, face)


def signed(value: Term, place: int, k: int) -> Term:
    """(x - c)**k has the sign of this factor at the upper end; + elsewhere or for even k."""
    return neg(value) if place == -1 and k % 2 else value


KNOWN = {
    ("reason", "taylor inside"): taylor,
    ("reason", "constant"): constant,
    ("equality", "constant"): "any",
}
