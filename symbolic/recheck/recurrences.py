"""Extension: equations over the integers whose error is multiplied from n to n + 1.

- `{"by": "recurrence", "var": "n", "rate": e, "base": reason?, "step": reason?}`: g(n0) = 0, and
  g(n + 1) - rate g(n) = 0 once sums and products up to n + 1 are opened (for products, mostly).
"""

from __future__ import annotations

from symbolic.recheck.intervals import Box
from symbolic.recheck.kernel import Facts, Json, Prover
from symbolic.recheck.normal import ZERO_FORM
from symbolic.recheck.paths import without
from symbolic.recheck.statement import read_expression
from symbolic.recheck.steps import first, opened
from symbolic.recheck.terms import Term, mul, sub, substitute


def recurrence(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """g(n0) = 0 and g(n + 1) = rate(n) g(n)."""
    name = reason["var"]
    base, bare = substitute(g, {name: first(box[name])}), without(facts, name)
    p.prove(base, box, "==", reason.get("base", ZERO_FORM), bare)
    rate = read_expression(reason["rate"], box)
    p.defined(rate, box, bare)
    step = sub(opened(p, g, name, box), mul(rate, g))
    p.prove(step, box, "==", reason.get("step", ZERO_FORM), bare)


KNOWN = {("reason", "recurrence"): recurrence, ("equality", "recurrence"): True}
