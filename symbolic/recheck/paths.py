"""Extension: derivatives, and what is known along a path on which some variables change.

Such a path stays in the box but may leave the points that meet the side conditions, so that what
is known only there is dropped along it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from symbolic.recheck.intervals import Box
from symbolic.recheck.kernel import SIGN, Facts, Json, Prover, compare
from symbolic.recheck.statement import Side
from symbolic.recheck.terms import (
    ONE,
    ZERO,
    Term,
    add,
    extension,
    make,
    mul,
    needed,
    power,
    require,
    substitute,
)

JUMPS = frozenset(["sign", "floor", "ceiling", "piecewise", "acot", "sum", "product"])
KINKS = frozenset(["abs", "sign", "max", "min", "piecewise"])
SLOPES: dict[str, Callable[[Term], Term]] = {  # of f(a) with respect to a
    "exp": lambda t: t,
    "log": lambda t: power(t.args[0], -1),
}


def derivative(t: Term, name: str, memo: dict[Term, Term] | None = None) -> Term:
    """d t / d name, valid wherever it and t are defined on an open set."""
    memo = {} if memo is None else memo
    if name not in t.free:
        return ZERO
    if t in memo:
        return memo[t]
    if t.op == "sym":
        found = ONE
    elif t.op == "add":
        found = add(*(derivative(arg, name, memo) for arg in t.args))
    elif t.op == "mul":
        slopes = [derivative(arg, name, memo) for arg in t.args]
        found = add(*(mul(*t.args[:i], s, *t.args[i + 1 :]) for i, s in enumerate(slopes)))
    elif t.op == "pow":
        base, exponent = t.args
        slope = derivative(base, name, memo)
        if exponent.op == "rat":
            found = mul(exponent, power(base, exponent.value - 1), slope)
        else:  # (e log b)' b**e
            growth = mul(derivative(exponent, name, memo), make("log", base))
            found = mul(t, add(growth, mul(exponent, slope, power(base, -1))))
    else:
        rule = SLOPES.get(t.op) or needed("slope", t.op)
        found = mul(rule(t), derivative(t.args[-1], name, memo))
    memo[t] = found
    return found


def along(facts: Facts, *names: str) -> Facts:
    """What holds on paths within the box along which only these variables change."""
    return Facts(facts.always, _without(facts.region, names), facts.moved.union(names))


def without(facts: Facts, *names: str) -> Facts:
    """What holds whatever the values of these variables."""
    always, region = _without(facts.always, names), _without(facts.region, names)
    return Facts(always, region, facts.moved.union(names))


def _without(known: Json, names: Iterable[str]) -> Json:
    return {term: value for term, value in known.items() if term.free.isdisjoint(names)}


def at_face(facts: Facts, name: str, value: Term, inside: bool) -> Facts:
    """What is known on the face name = value; `inside`: the face belongs to the box."""
    here = without(facts, name)
    if not inside:
        return here
    always = {substitute(term, {name: value}): b for term, b in facts.always.items()}
    return Facts(always, here.region, here.moved)


def inner(box: Box, name: str) -> Box:
    return {**box, name: replace(box[name], lo_open=True, hi_open=True)}


def resolved(p: Prover, g: Term, box: Box, facts: Facts) -> Term:
    """g without the absolute values and the like that are decided on the box."""
    resolve = extension("resolve", "term") if has(g, KINKS) else None
    return resolve(p, g, box, facts) if resolve else g


def has(g: Term, heads: frozenset[str]) -> bool:
    """Whether one of these heads occurs in g with a symbol in it."""
    seen, stack = set(), [g]
    while stack:
        t = stack.pop()
        if t not in seen and t.free:
            seen.add(t)
            stack += t.args
    return any(t.op in heads for t in seen)


def jumps(g: Term) -> bool:
    """Whether a term may be discontinuous where it is defined."""
    return has(g, JUMPS)


def no_jumps(g: Term) -> None:
    require(not jumps(g), "a step or a piece is not decided on the box")


def continuous(p: Prover, g: Term, box: Box, name: str, end: Term, facts: Facts) -> None:
    """g is continuous along x = name on the box, with the point x = end included.

    Apart from jumps, each function of the format is continuous wherever it is defined, so that it
    is enough that g is defined on the box and at that point.
    """
    no_jumps(g)
    p.defined(g, box, along(facts, name))
    if excludes(box[name], end):
        p.defined(substitute(g, {name: end}), box, without(facts, name))


def excludes(side: Side, end: Term) -> bool:
    """Whether a point is an end of the side that does not belong to it."""
    return any(
        edge is not None and is_open and compare(end, edge) == 0
        for edge, is_open in ((side.lo, side.lo_open), (side.hi, side.hi_open))
    )


def prove_slope(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """`prove` for a derivative, which is not known beforehand to be defined."""
    if reason != SIGN:
        p.defined(g, box, facts)
    p.prove(g, box, goal, reason, facts)
