"""Extension: cases by a sign or a point, named rules, and comparisons through logarithms."""

from __future__ import annotations

from dataclasses import replace as with_ends

from mpmath.libmp import fzero

from symbolic.recheck.intervals import NEGATIVE, POSITIVE, Ball, Box, Side, negate
from symbolic.recheck.normal import is_zero
from symbolic.recheck.prover import SIGN, Facts, Prover, compare
from symbolic.recheck.reasons import ZERO_FORM
from symbolic.recheck.statement import Json, rational, read_constant
from symbolic.recheck.terms import (
    BINDERS,
    Rejected,
    Term,
    add,
    extension,
    make,
    mul,
    neg,
    number,
    sub,
    substitute,
)


def outside(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """A side condition fails on the whole box, of which nothing is then claimed."""
    op, left, right = p.condition(reason.get("where"), facts)
    gap, why = sub(left, right), reason.get("why", SIGN)
    if op == "!=":
        if not is_zero(gap):
            raise Rejected("the side condition is not known to fail")
        return
    if op in (">", ">=") or (op == "==" and reason.get("side", 1) != 1):
        gap = neg(gap)
    p.prove(gap, box, ">=" if op in ("<", ">") else ">", why, facts)


def apart(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """The claim holds where x < c, where x = c and where x > c (null where there is none)."""
    name, side = p.variable(reason, box)
    cut, parts = read_constant(reason.get("at")), reason.get("parts")
    sides: list[Side | None] = [
        with_ends(side, hi=cut, hi_open=True, integer=False),
        Side(cut, cut),
        with_ends(side, lo=cut, lo_open=True, integer=False),
    ]
    for end, place, is_open in ((side.lo, 0, side.lo_open), (side.hi, 2, side.hi_open)):
        order = 1 if end is None else compare(cut, end) * (1 if place == 0 else -1)
        if order < 0:
            raise Rejected("the cut is not inside the box")
        if order == 0:
            sides[place] = None
            sides[1] = None if is_open else sides[1]
    if not isinstance(parts, list) or len(parts) != 3:
        raise Rejected("one reason for each part")
    for part, why in zip(sides, parts, strict=True):
        if part is not None and part.is_point():
            here = facts.without({name})
            p.prove(substitute(g, {name: cut}), {**box, name: part}, goal, why, here)
        elif part is not None:
            p.prove(g, {**box, name: part}, goal, why, facts)


def cases(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    u = p.expression(reason.get("on"), box)
    p.defined(u, box, facts)
    parts = reason.get("parts")
    if not isinstance(parts, list) or len(parts) != 3:
        raise Rejected("cases has three parts: u > 0, u == 0, u < 0")
    known = (POSITIVE, Ball(fzero, fzero), NEGATIVE)
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


def rule(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    name, bind = reason.get("rule"), reason.get("bind")
    known = extension("rule", name) if isinstance(name, str) else None
    if known is None or not isinstance(bind, dict):
        raise Rejected("unknown rule")
    template, result, conditions = known
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


def replace_equal(g: Term, old: Term, new: Term) -> Term:
    """g with the subterms that are `old`, literally or by their normal form, replaced."""
    memo: dict[Term, Term] = {}

    def walk(t: Term) -> Term:
        if t not in memo:
            if t is old or (t.op == old.op and t.free == old.free and is_zero(sub(t, old))):
                memo[t] = new
            elif not t.args or t.op in (*BINDERS, "piecewise"):
                memo[t] = t
            else:
                memo[t] = make(t.op, *map(walk, t.args), value=t.value)
        return memo[t]

    return replaced(walk(g), old, new)


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


def replaced(term: Term, old: Term, new: Term) -> Term:
    """The term with every occurrence of the subterm `old` replaced (outside sums and products)."""
    memo = {old: new}

    def walk(t: Term) -> Term:
        if t not in memo:
            plain = not t.args or t.op in BINDERS
            memo[t] = t if plain else make(t.op, *map(walk, t.args), value=t.value)
        return memo[t]

    return walk(term)


def total(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """g is the sum of the parts, each >= 0, the first of them > 0 for a strict claim."""
    parts = reason.get("parts")
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        raise Rejected("a sum gives its parts")
    terms = [p.expression(part.get("expr"), box) for part in parts]
    if not terms or not is_zero(sub(g, add(*terms))):
        raise Rejected("the parts do not add up to g by its normal form")
    for place, (term, part) in enumerate(zip(terms, parts, strict=True)):
        p.defined(term, box, facts)
        p.prove(term, box, goal if place == 0 else ">=", part.get("why", SIGN), facts)


def lemma(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """A sign that is shown first, and then known wherever the expression occurs literally."""
    known = p.lemma(box, {key: reason.get(key, SIGN) for key in ("expr", "sign", "why")}, facts)
    p.prove(g, box, goal, reason.get("then", SIGN), known)


KNOWN = {
    **{("reason", f.__name__): f for f in (outside, apart, cases, rule, resolve, lemma)},
    ("reason", "compare"): compare_through,
    ("reason", "sum"): total,
    **{("equality", name): True for name in ("outside", "apart", "cases", "rule", "resolve")},
}
