"""Extension: subterms replaced by equal ones, and by named rules."""

from __future__ import annotations

from symbolic.recheck.intervals import Box
from symbolic.recheck.kernel import SIGN, Facts, Json, Prover
from symbolic.recheck.normal import ZERO_FORM, is_zero
from symbolic.recheck.statement import read_expression
from symbolic.recheck.terms import BINDERS, Term, make, needed, require, sub, substitute


def rule(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """An instance of a named rule, whose conditions are shown, replaced everywhere in g."""
    name = reason["rule"]
    template, result, conditions = needed("rule", name)
    values = {key: read_expression(value, box) for key, value in reason["bind"].items()}
    wild = template.free | result.free
    require(set(values) == wild, f"the rule {name} binds {', '.join(sorted(wild))}")
    old, new = substitute(template, values), substitute(result, values)
    needs = reason.get("needs", [None] * len(conditions))
    require(len(needs) == len(conditions), f"the rule {name} has {len(conditions)} conditions")
    for (term, strict), why in zip(conditions, needs, strict=True):
        wanted = "==" if strict is None else ">" if strict else ">="
        need = substitute(term, values)
        p.defined(need, box, facts)
        p.prove(need, box, wanted, why or (ZERO_FORM if strict is None else SIGN), facts)
    changed = replace_equal(g, old, new)
    require(changed is not g, f"the rule {name} finds nothing to replace")
    p.defined(changed, box, facts)
    p.prove(changed, box, goal, reason.get("then", ZERO_FORM), facts)


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


def replaced(term: Term, old: Term, new: Term) -> Term:
    """The term with every occurrence of the subterm `old` replaced (outside sums and products)."""
    memo = {old: new}

    def walk(t: Term) -> Term:
        if t not in memo:
            plain = not t.args or t.op in BINDERS
            memo[t] = t if plain else make(t.op, *map(walk, t.args), value=t.value)
        return memo[t]

    return walk(term)


KNOWN = {
    ("replace", "equal"): replace_equal,
    ("reason", "rule"): rule,
    ("equality", "rule"): "any",
}
