"""Extension: a sum by the signs of its parts."""

from __future__ import annotations

from symbolic.recheck.intervals import Box
from symbolic.recheck.kernel import SIGN, Facts, Json, Prover, vanishes
from symbolic.recheck.statement import read_expression
from symbolic.recheck.terms import Term, add, require, sub


def total(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """g is the sum of the parts, each >= 0, the first of them > 0 for a strict claim."""
    parts = reason["parts"]
    terms = [read_expression(part["expr"], box) for part in parts]
    require(terms and vanishes(sub(g, add(*terms))), "the parts do not add up to g")
    for place, (term, part) in enumerate(zip(terms, parts, strict=True)):
        p.defined(term, box, facts)
        p.prove(term, box, goal if place == 0 else ">=", part.get("why", SIGN), facts)


KNOWN = {("reason", "sum"): total}
