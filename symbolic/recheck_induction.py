"""Sums and products with a symbolic upper end: the step from n to n + 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symbolic.recheck_evaluate import Box
from symbolic.recheck_exact import rational_value
from symbolic.recheck_space import Facts
from symbolic.recheck_terms import (
    ONE,
    Rejected,
    Term,
    add,
    make,
    mul,
    number,
    sub,
    substitute,
    symbol,
)

if TYPE_CHECKING:
    from symbolic.recheck_reasons import Prover

SIGN = {"by": "sign"}


def opened(prover: Prover, g: Term, name: str, box: Box) -> Term:
    """g at n + 1, each sum or product up to h(n + 1) written as the one up to h(n) and the rest.

    Raises `Rejected` unless h(n + 1) - h(n) is an integer from 0 to 20, the lower end does not
    depend on n, and the range is not reversed (h(n) >= low - 1 on the box).
    """
    following = add(symbol(name), ONE)

    memo: dict[Term, Term] = {}

    def walk(t: Term) -> Term:
        if t not in memo:
            memo[t] = stepped(t)
        return memo[t]

    def stepped(t: Term) -> Term:
        if name not in t.free:
            return t
        if t.op not in ("sum", "product"):
            return symbol_or(t)
        body, low, high = t.args
        if name in low.free or (name in body.free and t.value != name):
            raise Rejected("a sum whose terms or lower end depend on n")
        higher = substitute(high, {name: following})
        step = rational_value(sub(higher, high))
        if step is None or step.denominator != 1 or not 0 <= step <= 20:
            raise Rejected("the upper end of a sum does not move by a small integer")
        prover.prove(add(sub(high, low), ONE), box, ">=", SIGN, Facts({}, {}))
        rest = [substitute(body, {t.value: add(high, number(j))}) for j in range(1, int(step) + 1)]
        return add(t, *rest) if t.op == "sum" else mul(t, *rest)

    def symbol_or(t: Term) -> Term:
        return following if t.op == "sym" else make(t.op, *map(walk, t.args), value=t.value)

    return walk(g)
