"""Reasons that hold point by point: enclosures, cases, rewrites, products, side conditions."""

from __future__ import annotations

from mpmath.libmp import finf, fninf, fzero

from symbolic import recheck_polynomials as polynomials
from symbolic.recheck_balls import Ball, Unclear, ball, negate, plus, times
from symbolic.recheck_evaluate import Box, Evaluator, Side
from symbolic.recheck_exact import is_zero, rational_value
from symbolic.recheck_prover import SIGN, ZERO_FORM, Json, Prover
from symbolic.recheck_rules import RULES
from symbolic.recheck_space import Facts, at_face, compare, midpoint
from symbolic.recheck_terms import (
    NotSmooth,
    Rejected,
    Term,
    add,
    make,
    mul,
    neg,
    number,
    replace,
    sub,
    substitute,
)
from symbolic.statement import rational


def sign(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    strict = goal == ">"
    wide = reason.get("form") == "mean_value"

    def test(part: Box, prec: int) -> bool:
        try:
            if p.enclose(g, part, facts, prec).positive(strict):
                return True
            return (wide or prec == 53) and mean_value(p, g, part, facts).positive(strict)
        except (Unclear, NotSmooth):
            return False

    if p.on_parts(g, box, test) or (not strict and is_zero(p.resolve(g, box, facts))):
        return
    raise Rejected("the enclosure does not have the sign")


def mean_value(p: Prover, g: Term, box: Box, facts: Facts) -> Ball:
    """Value at the middle plus slopes over the box times distances."""
    free = [name for name in sorted(g.free) if name in box and not box[name].is_point()]
    if any(box[name].lo is None or box[name].hi is None for name in free) or not free:
        return Ball(fninf, finf)
    facts = facts.along(set(free))
    p.enclose(g, box, facts)
    centre = {name: midpoint(box[name]) for name in free}
    total = p.enclose(substitute(g, centre), box, Facts({}, {}), 100)
    whole = Evaluator(box, 53, facts.known())
    for name in free:
        slope = whole(p.slope(g, name))
        away = whole(sub(make("sym", value=name), centre[name]))
        total = plus(total, times(slope, away, 53), 53)
    return ball(total.lo, total.hi)


def outside(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    op, left, right = p.condition(reason.get("where"), facts)
    gap, why = sub(left, right), reason.get("why", SIGN)
    if op in ("<", "<="):
        p.prove(gap, box, ">=" if op == "<" else ">", why, facts)
    elif op in (">", ">="):
        p.prove(neg(gap), box, ">=" if op == ">" else ">", why, facts)
    elif op == "==":
        side = 1 if reason.get("side", 1) == 1 else -1
        p.prove(mul(number(side), gap), box, ">", why, facts)
    elif not is_zero(gap):
        raise Rejected("the side condition is not known to fail")


def by_where(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """g is a positive rational multiple of what a side condition says is positive."""
    op, left, right = p.condition(reason.get("where"), facts)
    slack = sub(right, left) if op in ("<", "<=") else sub(left, right)
    ratio = rational_value(mul(g, make("pow", slack, number(-1))))
    if op in ("==", "!=") or ratio is None or ratio <= 0:
        raise Rejected("not a positive multiple of the side condition")
    if goal == ">" and op not in ("<", ">"):
        raise Rejected("the side condition is not strict")


def split(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """Parts below and above a cut (both with it), or below, at and above it."""
    name, side = p.variable(reason, box)
    cut = p.anchor(reason.get("at"), name, {})
    apart = reason["by"] == "apart"
    sides: list[Side | None] = [
        Side(side.lo, cut, side.lo_open, apart),
        Side(cut, side.hi, apart, side.hi_open),
    ]
    if apart:
        sides.insert(1, Side(cut, cut))
    for end, place, excluded in ((side.lo, 0, side.lo_open), (side.hi, -1, side.hi_open)):
        order = 1 if end is None else compare(cut, end)
        order = -order if end is not None and place else order
        if order < 0:
            raise Rejected("the cut is not inside the box")
        if order == 0:
            sides[place] = None
            if apart and excluded:
                sides[1] = None
    parts = reason.get("parts")
    if not isinstance(parts, list) or len(parts) != len(sides):
        raise Rejected("one reason for each part")
    if not apart and None in sides:
        raise Rejected("the cut is not inside the box")
    for part, why in zip(sides, parts, strict=True):
        if part is not None:
            point = {name: cut} if part.is_point() else {}
            here = at_face(facts, name, cut, False) if part.is_point() else facts
            p.prove(substitute(g, point), {**box, name: part}, goal, why, here)


def cases(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    u = p.expression(reason.get("on"), box)
    p.defined(u, box, facts)
    parts = reason.get("parts")
    if not isinstance(parts, list) or len(parts) != 3:
        raise Rejected("cases has three parts: u > 0, u == 0, u < 0")
    known = (
        ball(fzero, finf, True),
        ball(fzero, fzero),
        ball(fninf, fzero, True, True),
    )
    for value, why, impossible in zip(known, parts, (neg(u), None, u), strict=True):
        if why is not None:
            here = facts.plus(u, value, region=True).plus(opposite(u), negate(value), region=True)
            p.prove(g, box, goal, why, here)
        elif impossible is not None:
            p.prove(impossible, box, ">=", SIGN, facts)
        elif not p.enclose(u, box, facts).nonzero():
            raise Rejected("the case u == 0 is left out")


def opposite(u: Term) -> Term:
    """-u, with a sum negated term by term."""
    return add(*map(neg, u.args)) if u.op == "add" else neg(u)


def rewrite(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    other = p.expression(reason.get("to"), box)
    if not is_zero(sub(g, other)):
        resolved = p.resolve(g, box, facts)
        if not is_zero(sub(resolved, p.resolve(other, box, facts))):
            raise Rejected("the rewritten form is not equal by its normal form")
    p.defined(other, box, facts)
    p.prove(other, box, goal, reason.get("then", SIGN), facts)


def rule(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    name, bind = reason.get("rule"), reason.get("bind")
    if name not in RULES or not isinstance(bind, dict):
        raise Rejected("unknown rule")
    template, result, conditions = RULES[name]
    values = {key: p.expression(value, box) for key, value in bind.items()}
    wild = template.free | result.free
    if set(values) != wild:
        raise Rejected(f"the rule {name} binds {', '.join(sorted(wild))}")
    old, new = substitute(template, values), substitute(result, values)
    needs = reason.get("needs", [None] * len(conditions))
    if not isinstance(needs, list) or len(needs) != len(conditions):
        raise Rejected(f"the rule {name} has {len(conditions)} conditions")
    for (term, strict), why in zip(conditions, needs, strict=True):
        wanted = "==" if strict is None else ">" if strict else ">="
        need = substitute(term, values)
        p.defined(need, box, facts)
        p.prove(need, box, wanted, why or (ZERO_FORM if strict is None else SIGN), facts)
    changed = replace_equal(g, old, new)
    if changed is g:
        raise Rejected(f"the rule {name} finds nothing to replace")
    p.defined(changed, box, facts)
    p.prove(changed, box, goal, reason.get("then", ZERO_FORM), facts)


def zero(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    if goal == ">":
        raise Rejected("zero is not positive")
    if not is_zero(g) and not is_zero(p.resolve(g, box, facts)):
        raise Rejected("the normal form is not zero")


def product(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    parts = reason.get("factors")
    if g.op != "mul" or not isinstance(parts, list) or len(parts) != len(g.args):
        raise Rejected("product has one entry for each factor")
    total = 1
    for factor, part in zip(g.args, parts, strict=True):
        even = factor.op == "pow" and factor.args[1].op == "rat"
        even = even and factor.args[1].value % 2 == 0
        if part == "even":
            if goal == ">" or not even:
                raise Rejected("an even power is only known to be >= 0")
            continue
        if not isinstance(part, dict) or part.get("sign") not in (1, -1):
            raise Rejected("a factor has sign 1 or -1")
        side = part["sign"]
        if "base" in part and factor.op == "pow" and factor.args[1].op == "rat":
            base, exponent = factor.args
            if exponent.value.denominator != 1:
                raise Rejected("only an integer power has the sign of its base")
            strict = even or exponent.value < 0 or goal == ">"
            p.prove(mul(number(side), base), box, ">" if strict else ">=", part["base"], facts)
            total *= 1 if even else side
            continue
        total *= side
        p.prove(mul(number(side), factor), box, goal, part.get("why", SIGN), facts)
    if total != 1:
        raise Rejected("the signs of the factors do not multiply to +")


def bernstein(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    polynomials.bernstein(g, box, goal == ">")


def sturm(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    polynomials.sturm(g, box, goal == ">")


def replace_equal(g: Term, old: Term, new: Term) -> Term:
    """g with the subterms that are `old`, literally or by their normal form, replaced."""
    memo: dict[Term, Term] = {}

    def walk(t: Term) -> Term:
        if t not in memo:
            if t is old or (t.op == old.op and t.free == old.free and is_zero(sub(t, old))):
                memo[t] = new
            elif not t.args or t.op in ("sum", "product", "piecewise"):
                memo[t] = t
            else:
                memo[t] = make(t.op, *map(walk, t.args), value=t.value)
        return memo[t]

    return replace(walk(g), old, new)


def resolve(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """An absolute value, sign, maximum, minimum or piecewise in g is one of its values."""
    old, value = p.expression(reason.get("of"), box), p.expression(reason.get("is"), box)
    why, need = reason.get("why", SIGN), None
    wanted = ">=" if old.op != "sign" else ">"
    if old.op in ("abs", "sign"):
        arg = old.args[0]
        for side in (number(1), number(-1)):
            if is_zero(sub(value, mul(side, arg) if old.op == "abs" else side)):
                need = mul(side, arg)
    elif old.op in ("max", "min") and len(old.args) > 1:
        flip = number(1 if old.op == "max" else -1)
        for arg in old.args:
            others = [other for other in old.args if other is not arg]
            rest = others[0] if len(others) == 1 else make(old.op, *others)
            for one, other in ((arg, rest), (rest, arg)):
                if need is None and is_zero(sub(value, one)):
                    need = mul(flip, sub(one, other))
    elif old.op == "piecewise" and is_zero(sub(p.resolve(old, box, facts), value)):
        need = number(1)
    if need is None:
        raise Rejected("that is not a value of what is resolved")
    p.prove(need, box, wanted, why, facts)
    changed = replace_equal(g, old, value)
    if changed is g:
        raise Rejected("there is nothing to resolve")
    p.defined(changed, box, facts)
    p.prove(changed, box, goal, reason.get("then", SIGN), facts)


def compare_through(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """g = factor (A - B), and log A - log B > 0 for positive A and B, or exp A - exp B > 0."""
    left, right = p.expression(reason.get("left"), box), p.expression(reason.get("right"), box)
    factor = rational(reason.get("factor", "1"))
    gap = mul(number(factor), sub(left, right))
    if factor <= 0 or not (is_zero(sub(g, gap)) or is_zero(sub(p.resolve(g, box, facts), gap))):
        raise Rejected("the sides that are compared do not differ by g")
    for side in (left, right):
        p.defined(side, box, facts)
    if reason.get("map") == "log":
        needs = reason.get("needs", [SIGN, SIGN])
        if not isinstance(needs, list) or len(needs) != 2:
            raise Rejected("one reason for each side of a comparison")
        for side, why in zip((left, right), needs, strict=True):
            p.prove(side, box, ">", why, facts)
        image = sub(logarithm(p, left, box, facts), logarithm(p, right, box, facts))
    elif reason.get("map") == "exp":
        image = sub(make("exp", left), make("exp", right))
    else:
        raise Rejected("a comparison is through log or exp")
    to = p.expression(reason["to"], box) if "to" in reason else image
    if not is_zero(sub(to, image)):
        raise Rejected("the compared form is not equal by its normal form")
    p.defined(to, box, facts)
    p.prove(to, box, goal, reason.get("then", SIGN), facts)


def logarithm(p: Prover, t: Term, box: Box, facts: Facts) -> Term:
    """log t for t > 0, opened over factors and bases that are seen to be positive."""

    def positive(term: Term) -> bool:
        try:
            p.prove(term, box, ">", SIGN, facts)
        except Rejected:
            return False
        return True

    if t.op == "mul":
        apart = [arg for arg in t.args if positive(arg)]
        rest = [arg for arg in t.args if arg not in apart]
        logs = [logarithm(p, arg, box, facts) for arg in apart]
        return add(*logs, *([make("log", mul(*rest))] if rest else []))
    if t.op == "exp":
        return t.args[0]
    if t.op == "pow" and positive(t.args[0]):
        return mul(t.args[1], logarithm(p, t.args[0], box, facts))
    if t.op == "gamma" and positive(t.args[0]):
        return make("loggamma", t.args[0])
    return make("log", t)
