"""Extension: enclosures by the value at the middle of a box and the slopes over it."""

from __future__ import annotations

from symbolic.recheck.bisection import midpoint
from symbolic.recheck.intervals import WHOLE, Ball, Box, Evaluator, ball, plus, times
from symbolic.recheck.kernel import NO_FACTS, Facts, Prover
from symbolic.recheck.paths import along, derivative
from symbolic.recheck.terms import Term, sub, substitute, symbol


def mean_value(p: Prover, g: Term, box: Box, facts: Facts) -> Ball:
    """Value at the middle plus slopes over the box times distances."""
    free = [name for name in sorted(g.free & set(box)) if box[name].lo is not box[name].hi]
    if any(box[name].lo is None or box[name].hi is None for name in g.free & set(box)) or not free:
        return WHOLE
    facts = along(facts, *free)
    whole = Evaluator(box, 53, facts.known())
    whole(g)  # it is defined all along
    centre = {name: midpoint(box[name]) for name in free}
    point = {name: value for name, value in centre.items() if value is not None}
    if len(point) < len(free):
        return WHOLE
    total = p.enclose(substitute(g, point), box, NO_FACTS, 100)
    for name in free:
        away = whole(sub(symbol(name), point[name]))
        total = plus(total, times(whole(derivative(g, name)), away, 53), 53)
    return ball(total.lo, total.hi)


KNOWN = {("parts", "mean value"): mean_value}
