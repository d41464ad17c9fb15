"""Extension: points that facts exclude, and values that side conditions keep from zero."""

from __future__ import annotations

from symbolic.recheck.intervals import Box, negate
from symbolic.recheck.normal import is_zero, rational_value
from symbolic.recheck.prover import SIGN, Facts, Prover
from symbolic.recheck.statement import Json
from symbolic.recheck.terms import Rejected, Term, mul, neg, number, power, sub


def absurd(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """h > 0 and h <= 0 for some h: no point meets the facts, and nothing is claimed."""
    h = p.expression(reason.get("expr"), box)
    p.defined(h, box, facts)
    if not _known(h, facts):
        p.prove(h, box, ">", reason.get("positive", SIGN), facts)
    p.prove(neg(h), box, ">=", reason.get("why", SIGN), facts)


def _known(h: Term, facts: Facts) -> bool:
    """Whether a fact says h > 0 (an enclosure may be empty here, and then has no sign)."""
    for term, value in facts.known().items():
        for sign, side in ((1, value), (-1, negate(value))):
            if side.positive() and is_zero(sub(mul(number(sign), term), h)):
                return True
    return False


def nonzero(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """g > 0 by g >= 0, g being a rational multiple of what a side condition says is not 0."""
    op, left, right = p.condition(reason.get("where"), facts)
    ratio = rational_value(mul(g, power(sub(left, right), -1)))
    if op != "!=" or ratio is None or ratio == 0:
        raise Rejected("not a multiple of what a side condition keeps from zero")
    p.prove(g, box, ">=", reason.get("why", SIGN), facts)


KNOWN = {
    ("reason", "absurd"): absurd,
    ("reason", "nonzero"): nonzero,
    ("equality", "absurd"): True,
}
