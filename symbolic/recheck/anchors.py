"""Extension: where a point of tangency lies in a range."""

from __future__ import annotations

from collections.abc import Collection

from symbolic.recheck.intervals import Box, negate, plus
from symbolic.recheck.kernel import NO_FACTS, Facts, Json, Prover, compare
from symbolic.recheck.statement import Side, read_constant, read_expression
from symbolic.recheck.terms import Term, require


def anchor(at: Json, names: Collection[str]) -> Term:
    """A constant, or an expression in the other variables."""
    return read_constant(at) if isinstance(at, str) else read_expression(at, names)


def position(p: Prover, at: Term, side: Side, box: Box, facts: Facts) -> int:
    """1 or -1 for the lower or upper end of the side, 0 for a point or curve within it."""
    if not at.free:
        if side.lo is not None and compare(at, side.lo) == 0:
            return 1
        if side.hi is not None and compare(at, side.hi) == 0:
            return -1
    value = p.enclose(at, box, facts, 150)
    for end, sense in ((side.lo, 1), (side.hi, -1)):
        if end is None:
            continue
        other = box.get(at.value) if at.op == "sym" else None
        if other is not None and end is (other.lo if sense == 1 else other.hi):
            continue
        gap = plus(value, negate(p.enclose(end, {}, NO_FACTS, 150)), 150)
        within = (gap if sense == 1 else negate(gap)).positive(strict=not at.free)
        require(within, "the point of tangency is not known to lie in the box")
    return 0
