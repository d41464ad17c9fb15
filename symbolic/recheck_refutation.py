"""Refutations, replayed: an exact point of the domain at which a relation fails."""

from __future__ import annotations

from typing import Any

from mpmath.libmp import fzero

from symbolic.recheck_balls import Unclear, floor_of, negate
from symbolic.recheck_evaluate import Evaluator, fold
from symbolic.recheck_exact import is_zero, rational_value
from symbolic.recheck_space import compare, pieces
from symbolic.recheck_terms import Rejected, Term, from_json, make, number, sub, substitute
from symbolic.statement import check_expression, rational

Relation = tuple[str, Term, Term]
PRECISIONS = (60, 250, 1000, 4000)
OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


def refute(
    relations: list[Relation], over: dict[str, Any], where: list[Relation], body: dict[str, Any]
) -> str:
    """Says what fails; raises `Rejected` unless the point is in the domain and refutes."""
    point = body.get("point")
    if not isinstance(point, dict) or set(point) != set(over):
        raise Rejected("the point gives each variable a value")
    values: dict[str, Term] = {}
    for name, tree in point.items():
        if isinstance(tree, str):
            values[name] = number(rational(tree))
        else:
            check_expression(tree, frozenset())
            values[name] = from_json(tree)
        exact = rational_value(values[name])
        if exact is not None:
            Evaluator({}, 60, {})(values[name])
            values[name] = number(exact)
        if not any(_inside(values[name], side) for side in pieces(over[name])):
            raise Rejected(f"the value of {name} is not in its domain")
    for op, left, right in where:
        if not holds(op, substitute(left, values), substitute(right, values)):
            raise Rejected("a side condition is not known to hold at the point")
    index = body.get("relation")
    if type(index) is not int or not 0 <= index < len(relations):
        raise Rejected("there is no such relation")
    op, left, right = relations[index]
    left, right = substitute(left, values), substitute(right, values)
    if body.get("failure") == "undefined":
        if not (undefined(left) or undefined(right)):
            raise Rejected("not shown: a side is undefined at the point")
        return "refuted: a side is not a real number at the point"
    if body.get("failure") != "false":
        raise Rejected("a refutation says false or undefined")
    if not holds(OPPOSITE[op], left, right):
        raise Rejected("the relation is not known to fail at the point")
    return "refuted: the relation is false at the point"


def _inside(value: Term, side: Any) -> bool:
    if side.integer:
        exact = fold(value)
        if exact is None or exact.denominator != 1:
            return False
    low = 1 if side.lo is None else compare(value, side.lo)
    high = -1 if side.hi is None else compare(value, side.hi)
    above = low > 0 or (low == 0 and not side.lo_open)
    return above and (high < 0 or (high == 0 and not side.hi_open))


def holds(op: str, left: Term, right: Term) -> bool:
    """Whether a relation between two constants certainly holds (both being defined)."""
    gap = sub(left, right)
    for precision in PRECISIONS:
        evaluator = Evaluator({}, precision, {})
        try:
            evaluator(left)
            evaluator(right)
            found = evaluator(gap)
        except Unclear:
            continue
        if found.nonzero():
            return op in (("!=", ">", ">=") if found.positive() else ("!=", "<", "<="))
        if found.lo == found.hi == fzero:
            return op in ("==", "<=", ">=")
        if precision == PRECISIONS[0] and is_zero(gap):
            return op in ("==", "<=", ">=")
    return False


def undefined(t: Term) -> bool:
    """Whether a constant term is certainly not a real number."""

    def value(term: Term) -> tuple[bool, bool, bool]:
        """Whether a constant is certainly positive, zero, negative."""
        if is_zero(term):
            return False, True, False
        for precision in PRECISIONS[:3]:
            try:
                found = Evaluator({}, precision, {})(term)
            except Unclear:
                continue
            if found.nonzero():
                return found.positive(), False, negate(found).positive()
        return False, False, False

    def at_most(term: Term, strict: bool) -> bool:
        _, zero, negative = value(term)
        return negative or (zero and not strict)

    if t.op == "piecewise":
        for branch, test in zip(t.args[::2], t.args[1::2], strict=True):
            holds_here = Evaluator({}, 250, {}).truth(test)
            if holds_here is None:
                return False
            if holds_here:
                return undefined(branch)
        return True
    if t.op in ("sum", "product") or t.op.startswith("cond:"):
        return False
    if any(undefined(arg) for arg in t.args):
        return True
    if t.op == "pow":
        exponent = fold(t.args[1])
        if exponent is None:
            return at_most(t.args[0], strict=True) and _not_whole(t.args[1])
        if exponent < 0 and value(t.args[0])[1]:
            return True
        return exponent.denominator > 1 and at_most(t.args[0], strict=True)
    if not t.args:
        return False
    a, one = t.args[0], number(1)
    if t.op in ("log", "loggamma"):
        return at_most(a, strict=False)
    if t.op in ("tan", "sec", "cot", "csc"):
        return value(make("cos" if t.op in ("tan", "sec") else "sin", a))[1]
    if t.op == "coth":
        return value(a)[1]
    if t.op in ("asin", "acos"):
        return any(at_most(gap, strict=True) for gap in (sub(one, a), sub(a, number(-1))))
    if t.op == "acosh":
        return at_most(sub(a, one), strict=True)
    if t.op == "atanh":
        return any(at_most(gap, strict=False) for gap in (sub(one, a), sub(a, number(-1))))
    if t.op in ("gamma", "digamma", "polygamma"):
        exact = rational_value(t.args[-1])
        return exact is not None and exact <= 0 and exact.denominator == 1
    return False


def _not_whole(t: Term) -> bool:
    """Whether a constant is certainly not an integer."""
    exact = rational_value(t)
    if exact is not None:
        return exact.denominator != 1
    try:
        found = Evaluator({}, 250, {})(t)
    except Unclear:
        return False
    low, high = floor_of(found)
    return low == high and found.lo != low
