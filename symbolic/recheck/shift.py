"""Extension: a variable by its excess over what a side condition says that it exceeds."""

from __future__ import annotations

from symbolic.recheck.normal import rational_value
from symbolic.recheck.statement import Json, Relation, Side, read_expression
from symbolic.recheck.terms import add, mul, number, power, require, sub, substitute, symbol


def shifted(
    shift: Json, relation: Relation, over: dict[str, list[Side]], where: list[Relation]
) -> tuple[Relation, dict[str, list[Side]], list[Relation]]:
    """The statement with x replaced by expr + x, x now the excess that where[k] says is > 0."""
    name, tree, index = shift
    base, sides = read_expression(tree, set(over) - {name}), over[name]
    require(type(index) is int and 0 <= index < len(where), "there is no such side condition")
    op, left, right = where[index]
    x = symbol(name)
    slack = sub(left, right) if op in (">", ">=") else sub(right, left)
    ratio = rational_value(mul(slack, power(sub(x, base), -1)))
    bounds = op not in ("==", "!=") and ratio is not None and ratio > 0
    require(bounds, "the side condition does not bound the shifted variable")
    limits: list[Relation] = []
    if len(sides) == 1:  # else x is only known to be more than expr, which is enough
        old = sides[0]
        if old.lo is not None:
            limits.append((">" if old.lo_open else ">=", x, old.lo))
        if old.hi is not None:
            limits.append(("<" if old.hi_open else "<=", x, old.hi))
    value = {name: add(base, x)}

    def moved(r: Relation) -> Relation:
        return r[0], substitute(r[1], value), substitute(r[2], value)

    excess = Side(number(0), None, op in ("<", ">"), True)
    return moved(relation), {**over, name: [excess]}, [moved(r) for r in (*where, *limits)]


KNOWN = {("proof", "shift"): shifted}
