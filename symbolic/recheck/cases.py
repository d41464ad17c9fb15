"""Extension: cases by a sign."""

from __future__ import annotations

from dataclasses import replace

from mpmath.libmp import fzero

from symbolic.recheck.intervals import POSITIVE, Ball, Box, negate
from symbolic.recheck.kernel import SIGN, Facts, Json, Prover
from symbolic.recheck.statement import read_expression
from symbolic.recheck.terms import Term, add, neg, require


def cases(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """Where u > 0, u = 0 and u < 0; None for a case that does not occur."""
    u, parts = read_expression(reason["on"], box), reason["parts"]
    p.defined(u, box, facts)
    known = (POSITIVE, Ball(fzero, fzero), negate(POSITIVE))
    for value, why, impossible in zip(known, parts, (neg(u), None, u), strict=True):
        if why is not None:
            here = {u: value, opposite(u): negate(value)}
            p.prove(g, box, goal, why, replace(facts, region={**facts.region, **here}))
        elif impossible is not None:
            p.prove(impossible, box, ">=", SIGN, facts)
        else:
            require(p.enclose(u, box, facts).nonzero(), "the case u == 0 is left out")


def opposite(u: Term) -> Term:
    """-u, with a sum negated term by term."""
    return add(*map(neg, u.args)) if u.op == "add" else neg(u)


KNOWN = {("reason", "cases"): cases, ("equality", "cases"): "any"}
