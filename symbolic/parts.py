"""The algebraic part of a sum bounded by its limit at infinity, for unbounded boxes.

An enclosure of x / sqrt(1 + x**2) knows no bound where x has none: the two occurrences of x are
far from each other in it. Algebra does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy as sp

from symbolic.algebraic import is_algebraic
from symbolic.boxes import Box
from symbolic.limits import gruntz_limit
from symbolic.target import Target

if TYPE_CHECKING:
    from symbolic.prover import Prover, Reason

_MOST_OPERATIONS = 120
_SLACKS = tuple(sp.Rational(s) for s in ("0", "1/100", "1/10"))


def by_bounded_part(
    prover: Prover, target: Target, strict: bool, box: Box, depth: int
) -> Reason | None:
    """The parts of g = A + B, with A algebraic and A >= c: A - c and B + c."""
    expr = target.expr
    if box.is_bounded() or len(target.active) != 1 or not expr.is_Add:
        return None
    (symbol,) = target.active
    algebraic = [term for term in expr.args if term.has(symbol) and is_algebraic(term)]
    part, rest = sp.Add(*algebraic), expr - sp.Add(*algebraic)
    if not algebraic or not rest.has(symbol) or expr.count_ops() > _MOST_OPERATIONS:
        return None
    r = box.range(symbol)
    end = sp.oo if r.high == sp.oo else -sp.oo
    limit = gruntz_limit(part, symbol, end, prover.deadline)
    if limit is None:
        return None
    for slack in _SLACKS:
        bound = limit - slack
        above, below = rest + bound, part - bound
        values = (prover.probes.lowest(prover.target(e), box) for e in (above, below))
        if any(value is None or value < 0 for value in values):
            continue
        outer = prover.prove(above, strict, box, depth - 1)
        inner = outer and prover.prove(below, False, box, depth - 1)
        if outer is not None and inner is not None:
            parts: list[Any] = [{"expr": above, "why": outer}, {"expr": below, "why": inner}]
            return {"by": "sum", "parts": parts}
    return None
