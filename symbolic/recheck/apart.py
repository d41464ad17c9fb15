"""Extension: a range cut at a point, which is a part of its own."""

from __future__ import annotations

from dataclasses import replace

from symbolic.recheck.intervals import Box
from symbolic.recheck.kernel import Facts, Json, Prover, compare
from symbolic.recheck.paths import without
from symbolic.recheck.statement import Side, read_constant
from symbolic.recheck.terms import Term, require, substitute


def apart(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """The claim holds where x < c, where x = c and where x > c (null where there is none)."""
    name, cut = reason["var"], read_constant(reason["at"])
    side = box[name]
    sides: list[Side | None] = [
        replace(side, hi=cut, hi_open=True, integer=False),
        Side(cut, cut),
        replace(side, lo=cut, lo_open=True, integer=False),
    ]
    for end, place, is_open in ((side.lo, 0, side.lo_open), (side.hi, 2, side.hi_open)):
        order = 1 if end is None else compare(cut, end) * (1 if place == 0 else -1)
        require(order >= 0, "the cut is not inside the box")
        if order == 0:
            sides[place] = None
            sides[1] = None if is_open else sides[1]
    for part, why in zip(sides, reason["parts"], strict=True):
        if part is not None and part.lo is part.hi:
            here = without(facts, name)
            p.prove(substitute(g, {name: cut}), {**box, name: part}, goal, why, here)
        elif part is not None:
            p.prove(g, {**box, name: part}, goal, why, facts)


KNOWN = {("reason", "apart"): apart, ("equality", "apart"): "any"}
