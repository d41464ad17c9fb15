"""Extension: points that facts exclude, and values that side conditions keep from zero.

- `{"by": "absurd", "expr": h, "positive": reason?, "why": reason?}`: `positive` shows h > 0 (if no
  fact says so), `why` that -h >= 0 (default: sign);
- `{"by": "nonzero", "where": k, "why": reason?}`: g is a multiple of what where[k] says is not 0,
  and >= 0;
- `{"by": "both", "parts": [reason, reason]}`, for ==: g >= 0, and -g >= 0.
"""

from __future__ import annotations

from symbolic.recheck.intervals import Box, negate
from symbolic.recheck.kernel import SIGN, Facts, Json, Prover
from symbolic.recheck.normal import is_zero, rational_value
from symbolic.recheck.statement import read_expression
from symbolic.recheck.terms import Rejected, Term, mul, neg, number, power, sub
from symbolic.recheck.where import condition


def absurd(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """h > 0 and h <= 0 for some h: no point meets the facts, and nothing is claimed."""
    h = read_expression(reason.get("expr"), box)
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
    """g > 0 by g >= 0: a multiple of what a side condition says is not 0, or of its square."""
    op, left, right = condition(p, reason.get("where"), facts)
    ratios = [rational_value(mul(g, power(sub(left, right), -k))) for k in (1, 2)]
    if op != "!=" or not any(ratios):
        raise Rejected("not a multiple of what a side condition keeps from zero")
    p.prove(g, box, ">=", reason.get("why", SIGN), facts)


def both(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """g = 0 by g >= 0 and -g >= 0."""
    above, below = reason["parts"]
    p.prove(g, box, ">=", above, facts)
    p.prove(neg(g), box, ">=", below, facts)


KNOWN = {
    ("reason", "absurd"): absurd,
    ("reason", "nonzero"): nonzero,
    ("reason", "both"): both,
    ("equality", "absurd"): "any",
    ("equality", "both"): True,
}
