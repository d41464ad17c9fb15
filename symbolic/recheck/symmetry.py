"""Extension: variables put in order, where the claim stays the same when they are exchanged.

`{"by": "ordered", "vars": [x, y, ...], "turns": bool?, "then": reason}`: in `ordered` below.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from mpmath.libmp import finf, fzero

from symbolic.recheck.intervals import Box, ball, negate
from symbolic.recheck.kernel import SIGN, Facts, Json, Prover
from symbolic.recheck.normal import is_zero
from symbolic.recheck.paths import without
from symbolic.recheck.terms import Rejected, Term, sub, substitute, symbol


def ordered(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """g is unchanged when variables of one range change places: one order of them is enough.

    With `turns` it is only unchanged when all of them move on by one place; then it is enough that
    the last one is the least. What is known of the variables (side conditions too) is given up, so
    that the claim is about all points of the box, which the exchanges map onto itself.
    """
    names, turns = reason.get("vars"), reason.get("turns", False)
    if not isinstance(names, list) or len(names) < 2 or type(turns) is not bool:
        raise Rejected("an order is of two variables or more")
    if any(not isinstance(name, str) or name not in box for name in names):
        raise Rejected("an order is of variables of the statement")
    if len(set(names)) != len(names) or any(box[name] != box[names[0]] for name in names):
        raise Rejected("the variables do not have the same range")
    pairs = list(pairwise(names))
    if turns:
        moves = [dict(zip(names, [*names[1:], names[0]], strict=True))]
        gaps = [(name, names[-1]) for name in names[:-1]]
    else:
        moves = [{a: b, b: a} for a, b in pairs]
        gaps = pairs
    for move in moves:
        moved = substitute(g, {a: symbol(b) for a, b in move.items()})
        if not is_zero(sub(g, moved)):
            raise Rejected("the claim changes when the variables are exchanged")
    here = without(facts, *names)
    excess = ball(fzero, finf, False)
    for larger, smaller in gaps:
        a, b = symbol(larger), symbol(smaller)
        order = {sub(a, b): excess, sub(b, a): negate(excess)}
        here = replace(here, region={**here.region, **order})
    p.defined(g, box, here)
    p.prove(g, box, goal, reason.get("then", SIGN), here)


KNOWN = {("reason", "ordered"): ordered}
