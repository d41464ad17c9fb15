"""Extension: a sign by that of a multiple by a polynomial, which may vanish somewhere."""

from __future__ import annotations

from symbolic.recheck.intervals import Box
from symbolic.recheck.kernel import SIGN, Facts, Json, Prover, compare
from symbolic.recheck.normal import polynomial
from symbolic.recheck.paths import no_jumps
from symbolic.recheck.statement import read_expression
from symbolic.recheck.terms import Term, mul, require


def multiplier(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """g >= 0 where a polynomial m > 0, by m g >= 0; and g is continuous, m = 0 nowhere dense."""
    require(goal == ">=", "a multiplier that may vanish shows only >= 0")
    free = not p.where and not facts.region
    require(free, "a multiplier needs a domain without side conditions")
    m = read_expression(reason["times"], box)
    names = {name for monomial in polynomial(m) for name, _ in monomial}
    require(polynomial(m), "the multiplier is zero")
    for name in names:
        side = box[name]
        thin = side.lo is not None and side.hi is not None and compare(side.lo, side.hi) >= 0
        wide = not side.integer and not thin
        require(wide, "a multiplier depends on variables that range over intervals")
    no_jumps(g)
    p.prove(m, box, ">=", SIGN, facts)
    p.prove(mul(m, g), box, ">=", reason.get("then", SIGN), facts)


KNOWN = {("reason", "multiplier"): multiplier}
