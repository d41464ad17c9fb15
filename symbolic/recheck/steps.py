"""Extension: from n to n + 1, for equations and inequalities over the integers."""

from __future__ import annotations

from symbolic.recheck.intervals import Box
from symbolic.recheck.kernel import NO_FACTS, SIGN, Facts, Json, Prover
from symbolic.recheck.normal import ZERO_FORM, is_zero, rational_value
from symbolic.recheck.paths import without
from symbolic.recheck.statement import Side, read_expression
from symbolic.recheck.terms import (
    BINDERS,
    ONE,
    Rejected,
    Term,
    add,
    make,
    mul,
    number,
    require,
    sub,
    substitute,
    symbol,
)


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
        if t.op not in BINDERS:
            return symbol_or(t)
        body, low, high = t.args
        fixed = name not in low.free and (name not in body.free or t.value == name)
        require(fixed, "a sum whose terms or lower end depend on n")
        higher = substitute(high, {name: following})
        step = rational_value(sub(higher, high))
        if step is None or step.denominator != 1 or not 0 <= step <= 20:
            raise Rejected("the upper end of a sum does not move by a small integer")
        prover.prove(add(sub(high, low), ONE), box, ">=", SIGN, NO_FACTS)
        rest = [substitute(body, {t.value: add(high, number(j))}) for j in range(1, int(step) + 1)]
        return add(t, *rest) if t.op == "sum" else mul(t, *rest)

    def symbol_or(t: Term) -> Term:
        return following if t.op == "sym" else make(t.op, *map(walk, t.args), value=t.value)

    return walk(g)


def first(side: Side) -> Term:
    """The least of a range of integers."""
    if not side.integer or side.lo is None:
        raise Rejected("only over the integers from a first one")
    return side.lo


def induction(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """g(n0) = 0 and g(n + 1) - g(n) = 0."""
    name = reason["var"]
    base, bare = substitute(g, {name: first(box[name])}), without(facts, name)
    p.prove(base, box, "==", reason.get("base", ZERO_FORM), bare)
    step = sub(opened(p, g, name, box), g)
    p.prove(step, box, "==", reason.get("step", ZERO_FORM), bare)


def steps(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """g(n0) > 0 and g(n + 1) >= rate(n) g(n) with rate >= 0 (> 0 for a strict claim)."""
    name = reason["var"]
    base, bare = substitute(g, {name: first(box[name])}), without(facts, name)
    p.defined(base, box, bare)
    p.prove(base, box, goal, reason.get("base", SIGN), bare)
    rate = read_expression(reason["rate"], box) if "rate" in reason else ONE
    p.defined(rate, box, bare)
    if rate is not ONE:
        p.prove(rate, box, goal, reason.get("why", SIGN), bare)
    step = sub(opened(p, g, name, box), mul(rate, g))
    to = read_expression(reason["to"], box) if "to" in reason else step
    require(is_zero(sub(to, step)), "the step is not equal by its normal form")
    p.defined(to, box, bare)
    p.prove(to, box, ">=", reason.get("then", SIGN), bare)


KNOWN = {
    ("reason", "induction"): induction,
    ("reason", "steps"): steps,
    ("equality", "induction"): True,
}
