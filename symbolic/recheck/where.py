"""Extension: side conditions as reasons."""

from __future__ import annotations

from symbolic.recheck.intervals import Box
from symbolic.recheck.kernel import SIGN, Facts, Json, Prover, vanishes
from symbolic.recheck.statement import Relation
from symbolic.recheck.terms import Term, mul, needed, neg, power, require, sub


def condition(p: Prover, index: Json, facts: Facts) -> Relation:
    """A side condition, which says nothing on a path along one of its own variables."""
    require(type(index) is int and 0 <= index < len(p.where), "there is no such side condition")
    op, left, right = p.where[index]
    away = facts.moved.isdisjoint(left.free | right.free)
    require(away, "the argument leaves the points that meet the side condition")
    return op, left, right


def where(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """g is a positive rational multiple of what a side condition says is positive."""
    op, left, right = condition(p, reason["where"], facts)
    slack = sub(right, left) if op in ("<", "<=") else sub(left, right)
    ratio = needed("normal", "rational")(mul(g, power(slack, -1)))
    multiple = op not in ("==", "!=") and ratio is not None and ratio > 0
    require(multiple, "not a positive multiple of the side condition")
    require(goal != ">" or op in ("<", ">"), "the side condition is not strict")


def outside(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """A side condition fails on the whole box, of which nothing is then claimed."""
    op, left, right = condition(p, reason["where"], facts)
    gap = sub(left, right)
    if op == "!=":
        require(vanishes(gap), "the side condition is not known to fail")
        return
    if op in (">", ">=") or (op == "==" and reason.get("side", 1) != 1):
        gap = neg(gap)
    p.prove(gap, box, ">=" if op in ("<", ">") else ">", reason.get("why", SIGN), facts)


KNOWN = {
    **{("reason", f.__name__): f for f in (where, outside)},
    ("equality", "outside"): "any",
}
