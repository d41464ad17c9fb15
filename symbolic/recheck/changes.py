"""Extension: multiples by a polynomial, powers of both sides, and new variables."""

from __future__ import annotations

from symbolic.recheck.intervals import Box, Side
from symbolic.recheck.kernel import empty
from symbolic.recheck.normal import is_zero, polynomial
from symbolic.recheck.prover import NO_FACTS, SIGN, Facts, Prover, compare, jumps
from symbolic.recheck.statement import Json, name_of, rational, read_constant, read_expression
from symbolic.recheck.terms import (
    BINDERS,
    Rejected,
    Term,
    make,
    mul,
    number,
    power,
    sub,
    substitute,
    symbol,
)

MAX_POWER = 12


def multiplier(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """g >= 0 where a polynomial m > 0, by m g >= 0; and g is continuous, m = 0 nowhere dense."""
    if goal != ">=":
        raise Rejected("a multiplier that may vanish shows only >= 0")
    if p.where or facts.region:
        raise Rejected("a multiplier needs a domain without side conditions")
    m = p.expression(reason.get("times"), box)
    names = {name for monomial in polynomial(m) for name, _ in monomial}
    if not polynomial(m):
        raise Rejected("the multiplier is zero")
    for name in names:
        side = box[name]
        thin = side.lo is not None and side.hi is not None and compare(side.lo, side.hi) >= 0
        if side.integer or thin:
            raise Rejected("a multiplier depends on variables that range over intervals")
    if jumps(g):
        raise Rejected("g may jump")
    p.prove(m, box, ">=", SIGN, facts)
    p.prove(mul(m, g), box, ">=", reason.get("then", SIGN), facts)


def powers(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """g = factor (A - B), and A**q - B**q > 0: with A >= 0 for even q, for any A for odd q."""
    left, right = p.expression(reason.get("left"), box), p.expression(reason.get("right"), box)
    factor, exponent = rational(reason.get("factor", "1")), rational(reason.get("power"))
    gap = mul(number(factor), sub(left, right))
    if factor <= 0 or not (is_zero(sub(g, gap)) or is_zero(sub(p.resolve(g, box, facts), gap))):
        raise Rejected("the sides that are compared do not differ by g")
    if exponent.denominator != 1 or not 2 <= exponent <= MAX_POWER:
        raise Rejected("a power is a small integer, at least 2")
    for side in (left, right):
        p.defined(side, box, facts)
    if exponent % 2 == 0:
        p.prove(left, box, ">=", reason.get("need", SIGN), facts)
    image = sub(power(left, exponent), power(right, exponent))
    to = p.expression(reason["to"], box) if "to" in reason else image
    if not is_zero(sub(to, image)):
        raise Rejected("the compared form is not equal by its normal form")
    p.defined(to, box, facts)
    p.prove(to, box, goal, reason.get("then", SIGN), facts)


def change(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """x = image(t) with t = inverse(x), which lies in the new range for every x of the old one."""
    name, side = p.variable(reason, box)
    new = reason.get("new")
    name_of(new)
    if new in box or side.integer:
        raise Rejected("the new variable needs a new name, and the old one a range of reals")
    ends = reason.get("range")
    if (
        not isinstance(ends, list)
        or len(ends) != 4
        or not all(type(is_open) is bool for is_open in ends[2:])
    ):
        raise Rejected("the new range is [low, high, left open, right open]")
    low, high = (None if end in ("-oo", "oo") else read_constant(end) for end in ends[:2])
    fresh = Side(low, high, low is None or ends[2], high is None or ends[3])
    if empty(fresh) or ends[0] == "oo" or ends[1] == "-oo":
        raise Rejected("the new range is empty")
    inverse = p.expression(reason.get("inverse"), {name: side})
    image = read_expression(reason.get("image"), frozenset([new]))
    p.defined(inverse, {name: side}, NO_FACTS)
    p.defined(image, {new: fresh}, NO_FACTS)
    if not is_zero(sub(substitute(image, {new: inverse}), symbol(name))):
        raise Rejected("the image of the inverse is not the variable itself")
    for end, sense, key in ((low, 1, "low"), (high, -1, "high")):
        if end is not None:
            gap = mul(number(sense), sub(inverse, end))
            wanted = ">" if (fresh.lo_open if sense == 1 else fresh.hi_open) else ">="
            p.prove(gap, {name: side}, wanted, reason.get(key, SIGN), NO_FACTS)
    moved = {other: s for other, s in box.items() if other != name} | {new: fresh}
    there = facts.without({name})
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


KNOWN = {("reason", f.__name__): f for f in (multiplier, powers, change)}
