"""Extension: concavity, by which the two ends of a range decide."""

from __future__ import annotations

from symbolic.recheck.intervals import Box
from symbolic.recheck.kernel import SIGN, Facts, Json, Prover
from symbolic.recheck.paths import (
    along,
    at_face,
    continuous,
    derivative,
    inner,
    prove_slope,
    resolved,
)
from symbolic.recheck.terms import Rejected, Term, neg, substitute


def ends(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """-d2g/dx2 >= 0 inside, and the claim holds on both faces."""
    name, path = reason["var"], along(facts, reason["var"])
    side, inside = box[name], inner(box, name)
    low, high = side.lo, side.hi
    if low is None or high is None:
        raise Rejected("ends needs a bounded side")
    g = resolved(p, g, box, path)
    for end in (low, high):
        continuous(p, g, box, name, end, facts)
    first = derivative(g, name)
    p.defined(first, inside, path)
    loose = goal == ">" and (side.lo_open or side.hi_open)
    bend = reason.get("curvature", SIGN)
    curve = neg(derivative(first, name))
    prove_slope(p, curve, inside, ">" if loose else ">=", bend, path)
    for end, excluded, key in ((low, side.lo_open, "low"), (high, side.hi_open, "high")):
        face = at_face(facts, name, end, not excluded)
        wanted = ">=" if loose and excluded else goal
        p.prove(substitute(g, {name: end}), box, wanted, reason.get(key, SIGN), face)


KNOWN = {("reason", "ends"): ends}
