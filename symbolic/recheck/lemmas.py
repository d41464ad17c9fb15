"""Extension: signs that are shown first, and then known."""

from __future__ import annotations

from dataclasses import replace

from symbolic.recheck.intervals import POSITIVE, Box, negate
from symbolic.recheck.kernel import SIGN, Facts, Json, Prover
from symbolic.recheck.statement import read_expression
from symbolic.recheck.terms import Term, mul, number, require


def with_lemma(p: Prover, box: Box, lemma: Json, facts: Facts) -> Facts:
    """The facts with one more sign, once it is proved."""
    sense = lemma["sign"]
    require(sense in (">", ">=", "<", "<="), "a lemma says that a term is >, >=, < or <= 0")
    term, goal = read_expression(lemma["expr"], box), sense.replace("<", ">")
    side = number(1 if sense == goal else -1)
    p.defined(term, box, facts)
    p.prove(mul(side, term), box, goal, lemma.get("why", SIGN), facts)
    value = POSITIVE._replace(lo_open=goal == ">")
    known = {term: value if sense == goal else negate(value)}
    if p.where or facts.region:
        return replace(facts, region={**facts.region, **known})
    return replace(facts, always={**facts.always, **known})


def lemma(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """A sign that is shown first, and then known wherever the expression occurs literally."""
    p.prove(g, box, goal, reason.get("then", SIGN), with_lemma(p, box, reason, facts))


KNOWN = {("proof", "lemma"): with_lemma, ("reason", "lemma"): lemma}
