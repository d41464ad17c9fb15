"""Extension: absolute values, signs, maxima and minima replaced by what they are on a box."""

from __future__ import annotations

from symbolic.recheck.intervals import Box, Evaluator, negate
from symbolic.recheck.kernel import SIGN, Facts, Json, Prover, vanishes
from symbolic.recheck.statement import read_expression
from symbolic.recheck.terms import (
    BINDERS,
    Rejected,
    Term,
    Unclear,
    extension,
    make,
    mul,
    needed,
    neg,
    number,
    require,
    sub,
)


def automatic(p: Prover, g: Term, box: Box, facts: Facts) -> Term:
    """g without the absolute values, signs, maxima and minima that are decided on the box."""
    enclose = Evaluator(box, 53, facts.known())
    memo: dict[Term, Term] = {}

    def walk(t: Term) -> Term:
        if t not in memo:
            memo[t] = resolved(t)
        return memo[t]

    def resolved(t: Term) -> Term:
        if not t.args or t.op in BINDERS:
            return t
        if t.op == "piecewise":
            pieces = extension("resolve", t.op)
            return pieces(t, enclose, walk) if pieces else t
        args = [walk(arg) for arg in t.args]
        if t.op in ("abs", "sign"):
            for side, value in ((1, enclose(args[0])), (-1, negate(enclose(args[0])))):
                if value.positive(strict=t.op == "sign"):
                    return number(side) if t.op == "sign" else mul(number(side), args[0])
        if t.op in ("max", "min"):
            for arg in args:
                gaps = [sub(arg, other) for other in args if other is not arg]
                gaps = gaps if t.op == "max" else [neg(gap) for gap in gaps]
                if all(enclose(gap).positive(strict=False) for gap in gaps):
                    return arg
        return make(t.op, *args, value=t.value)

    try:
        return walk(g)
    except Unclear:
        return g


def resolve(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """An absolute value, sign, maximum, minimum or piecewise in g is one of its values."""
    old, value = read_expression(reason["of"], box), read_expression(reason["is"], box)
    need = None
    if old.op in ("abs", "sign"):
        arg = old.args[0]
        for side in (number(1), number(-1)):
            if vanishes(sub(value, mul(side, arg) if old.op == "abs" else side)):
                need = mul(side, arg)
    elif old.op in ("max", "min") and len(old.args) > 1:
        flip = number(1 if old.op == "max" else -1)
        for arg in old.args:
            others = [other for other in old.args if other is not arg]
            rest = others[0] if len(others) == 1 else make(old.op, *others)
            for one, other in ((arg, rest), (rest, arg)):
                if need is None and vanishes(sub(value, one)):
                    need = mul(flip, sub(one, other))
    elif old.op == "piecewise" and vanishes(sub(automatic(p, old, box, facts), value)):
        need = number(1)
    if need is None:
        raise Rejected("that is not a value of what is resolved")
    p.prove(need, box, ">" if old.op == "sign" else ">=", reason.get("why", SIGN), facts)
    changed = needed("replace", "equal")(g, old, value)
    require(changed is not g, "there is nothing to resolve")
    p.defined(changed, box, facts)
    p.prove(changed, box, goal, reason.get("then", SIGN), facts)


KNOWN = {
    ("resolve", "term"): automatic,
    ("reason", "resolve"): resolve,
    ("equality", "resolve"): "any",
}
