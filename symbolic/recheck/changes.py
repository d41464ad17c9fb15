"""Extension: new variables."""

from __future__ import annotations

from symbolic.recheck.intervals import Box
from symbolic.recheck.kernel import NO_FACTS, SIGN, Facts, Json, Prover, compare, empty
from symbolic.recheck.normal import is_zero
from symbolic.recheck.paths import without
from symbolic.recheck.statement import Side, name_of, read_end, read_expression
from symbolic.recheck.terms import (
    BINDERS,
    Term,
    make,
    mul,
    number,
    power,
    require,
    sub,
    substitute,
    symbol,
)


def change(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """x = image(t) with t = inverse(x), which lies in the new range for every x of the old one."""
    name, new, ends = reason["var"], name_of(reason["new"]), reason["range"]
    side = box[name]
    fits = new not in box and not side.integer
    require(fits, "the new variable needs a new name, and the old one a range of reals")
    flags = type(ends[2]) is type(ends[3]) is bool and len(ends) == 4
    require(flags, "the new range is [low, high, left open, right open]")
    low, high = read_end(ends[0], "-oo"), read_end(ends[1], "oo")
    fresh = Side(low, high, low is None or ends[2], high is None or ends[3])
    require(not empty(fresh), "the new range is empty")
    inverse = read_expression(reason["inverse"], {name})
    image = read_expression(reason["image"], {new})
    p.defined(inverse, {name: side}, NO_FACTS)
    p.defined(image, {new: fresh}, NO_FACTS)
    back = sub(substitute(image, {new: inverse}), symbol(name))
    require(is_zero(back), "the image of the inverse is not the variable itself")
    for end, sense, key in ((low, 1, "low"), (high, -1, "high")):
        if end is not None:
            gap = mul(number(sense), sub(inverse, end))
            wanted = ">" if (fresh.lo_open if sense == 1 else fresh.hi_open) else ">="
            p.prove(gap, {name: side}, wanted, reason.get(key, SIGN), NO_FACTS)
    moved = {other: s for other, s in box.items() if other != name} | {new: fresh}
    there = without(facts, name)
    changed = _without_roots(substitute(g, {name: image}), image, fresh)
    p.defined(changed, moved, there)
    p.prove(changed, moved, goal, reason.get("then", SIGN), there)


def _without_roots(g: Term, image: Term, side: Side) -> Term:
    """g with (t**q)**r as t**(q r), for t >= 0."""
    plain = image.op == "pow" and image.args[0].op == "sym" and image.args[1].op == "rat"
    if not plain or side.lo is None or compare(side.lo, number(0)) < 0:
        return g
    base, inner = image.args

    def walk(t: Term) -> Term:
        if not t.args or t.op in BINDERS or t is image:
            return t
        if t.op == "pow" and t.args[0] is image and t.args[1].op == "rat":
            return power(base, inner.value * t.args[1].value)
        return make(t.op, *map(walk, t.args), value=t.value)

    return walk(g)


KNOWN = {("reason", "change"): change}
