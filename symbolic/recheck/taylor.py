"""Extension: signs by monotony, and by the Taylor polynomial at an end of a range."""

from __future__ import annotations

from collections.abc import Sequence

from symbolic.recheck.intervals import Box
from symbolic.recheck.kernel import SIGN, Facts, Json, Prover, compare
from symbolic.recheck.normal import ZERO_FORM
from symbolic.recheck.paths import (
    along,
    at_face,
    continuous,
    derivative,
    excludes,
    inner,
    prove_slope,
    resolved,
)
from symbolic.recheck.statement import read_constant, read_expression
from symbolic.recheck.terms import Term, mul, needed, number, require, substitute


def monotone(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """g rises (direction 1) from its value at the lower end, or falls (-1) to that at the upper."""
    name, direction, then = reason["var"], reason["direction"], reason.get("then", SIGN)
    require(direction in (1, -1), "a direction is 1 or -1")
    end = box[name].lo if direction == 1 else box[name].hi
    if end is None or then == {"by": "limit"}:
        needed("reason", "limit")(p, g, box, goal, reason, facts)
    else:
        tangency(p, g, box, goal, (name, end), [then], reason.get("slope", SIGN), facts)


def taylor(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """By the derivatives of g at x = c below some order, and that of this order over the box."""
    name, order, at = reason["var"], reason["order"], reason["at"]
    require(type(order) is int and 1 <= order <= 12, "the order of a tangency is 1 to 12")
    terms = reason.get("terms", [ZERO_FORM] * order)
    require(type(terms) is list and len(terms) == order, "one reason for each term below the order")
    c = read_constant(at) if isinstance(at, str) else read_expression(at, box)
    ends = [end for end in (box[name].lo, box[name].hi) if end is not None and not c.free]
    ends = [end for end in ends if compare(c, end) == 0]
    if ends and "rows" not in reason:
        tangency(p, g, box, goal, (name, ends[0]), terms, reason.get("rest", SIGN), facts)
    else:  # at a point inside, or on a curve
        needed("reason", "taylor inside")(p, g, box, goal, reason, facts)


def tangency(
    p: Prover,
    g: Term,
    box: Box,
    goal: str,
    at: tuple[str, Term],
    terms: Sequence[Json],
    rest: Json,
    facts: Facts,
) -> None:
    """g(x) = sum over k < m of g_k(c) (x - c)**k / k! + g_m(somewhere between) (x - c)**m / m!.

    Here c is an end of the range of x. Each term is shown to be >= 0, and for a strict claim the
    first or, if c is excluded, the last to be > 0. The path from c to x stays in the box, but it
    need not meet the side conditions.
    """
    name, c = at
    turn = 1 if c is box[name].lo else -1  # the sign of x - c
    included, path = not excludes(box[name], c), along(facts, name)
    here = at_face(facts, name, c, included)
    row = resolved(p, g, box, path)
    for k, why in enumerate(terms):
        continuous(p, row, box, name, c, facts)
        wanted = ">" if goal == ">" and included and k == 0 else ">="
        p.prove(mul(number(turn**k), substitute(row, {name: c})), box, wanted, why, here)
        row = derivative(row, name)
    last = mul(number(turn ** len(terms)), row)
    wanted = ">" if goal == ">" and not included else ">="
    prove_slope(p, last, inner(box, name), wanted, rest, path)


KNOWN = {("reason", f.__name__): f for f in (monotone, taylor)}
