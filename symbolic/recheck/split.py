"""Extension: a range cut at a point, into two parts."""

from __future__ import annotations

from dataclasses import replace

from symbolic.recheck.intervals import Box
from symbolic.recheck.kernel import Facts, Json, Prover, compare
from symbolic.recheck.statement import read_constant
from symbolic.recheck.terms import Term, require


def split(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """The claim holds where x <= c and where x >= c."""
    name, cut = reason["var"], read_constant(reason["at"])
    side = box[name]
    above = side.lo is None or compare(cut, side.lo) > 0
    require(above and (side.hi is None or compare(cut, side.hi) < 0), "the cut is not inside")
    low = replace(side, hi=cut, hi_open=False, integer=False)
    high = replace(side, lo=cut, lo_open=False, integer=False)
    for part, why in zip((low, high), reason["parts"], strict=True):
        p.prove(g, {**box, name: part}, goal, why, facts)


KNOWN = {("reason", "split"): split, ("equality", "split"): "any"}
