"""Extension: minima in several variables, where the gradient is zero and the Hessian positive."""

from __future__ import annotations

from symbolic.recheck.anchors import anchor, position
from symbolic.recheck.intervals import Ball, Box, Evaluator, inverse, negate, plus, times
from symbolic.recheck.kernel import SIGN, Facts, Json, Prover, vanishes
from symbolic.recheck.paths import along, derivative, no_jumps, resolved, without
from symbolic.recheck.statement import Side
from symbolic.recheck.terms import Term, Unclear, add, needed, require, substitute


def minimum(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """g(c) >= 0, its gradient is 0 at c, and its Hessian positive definite over the box."""
    given = reason["at"]
    names = sorted(given)
    require(names and set(names) <= set(box), "minimum gives a point in some of the variables")
    path, bare = along(facts, *names), without(facts, *names)
    g = resolved(p, g, box, path)
    no_jumps(g)
    point = {name: anchor(given[name], set(box) - set(names)) for name in names}
    included = True
    closed = dict(box)
    for name in names:
        side = box[name]
        place = position(p, point[name], side, box, path)
        excluded = side.lo_open if place == 1 else side.hi_open
        included = included and (place == 0 or not excluded)
        closed[name] = Side(side.lo, side.hi, side.lo is None, side.hi is None)
    gradient = [derivative(g, name) for name in names]
    for term in (g, *gradient):
        p.defined(term, closed, bare)
    for term in gradient:
        require(vanishes(substitute(term, point)), "the gradient is not zero at the point")
    value = substitute(g, point)
    strict = goal == ">" and included
    if strict or not vanishes(value):
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

    everywhere = needed("parts", "each")(total, closed, test)
    require(everywhere, "the Hessian is not shown to be positive definite on the box")


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


KNOWN = {("reason", "minimum"): minimum}
