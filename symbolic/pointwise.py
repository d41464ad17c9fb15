"""Whether a relation holds at one exact point of its domain."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp
from flint import fmpq

from symbolic.evaluation import (
    Undefined,
    Undetermined,
    Value,
    compare,
    evaluate,
    precision,
    sign_of,
    to_ball,
    truth_at,
)
from symbolic.root_values import vanishes

PRECISIONS = (64, 160, 480, 1200)
Point = Mapping[sp.Symbol, sp.Expr]

__all__ = [
    "PRECISIONS",
    "Point",
    "Undefined",
    "Undetermined",
    "evaluate",
    "holds_at",
    "point_values",
    "precision",
    "to_ball",
    "truth_at",
]


def point_values(point: Point) -> dict[sp.Symbol, Value]:
    """The coordinates of an exact point as fmpq or, for irrational ones, balls."""
    return {symbol: evaluate(sp.sympify(value), {}) for symbol, value in point.items()}


def holds_at(condition: sp.Basic, point: Point, exact: bool = False) -> bool | str | None:
    """True, False, "undefined" or, when no tried precision settles it, None.

    `exact`: look for SymPy's exact values, such as `cos(pi/2) = 0`, at rational points too.
    """
    for bits in PRECISIONS:
        with precision(bits):
            try:
                truth = truth_at(condition, point_values(point))
            except Undefined:
                return "undefined"
            except Undetermined:
                continue
            if truth is not None:
                return truth
    rational = all(sp.sympify(v).is_Rational for v in point.values())
    if rational and not exact and not isinstance(condition, sp.Gt | sp.Lt | sp.Ne):
        return None
    # At rational points only an exact equality is worth the effort: it refutes a strict claim.
    return _holds_by_substitution(condition, point)


def _holds_at_root(condition: sp.Basic, point: Point) -> bool | str | None:
    """For a coordinate without radicals: whether a denominator, or the difference, is zero."""
    for node in sp.preorder_traversal(condition):
        if node.is_Pow and node.exp.is_negative and vanishes(node.base, point):
            return "undefined"
    if not vanishes(condition.lhs - condition.rhs, point):
        return None
    with precision(PRECISIONS[1]):
        try:
            for side in condition.args:
                evaluate(side, point_values(point))
        except Undefined:
            return "undefined"
        except Undetermined:
            return None
    return compare(condition, fmpq(0), fmpq(0))


def _holds_by_substitution(condition: sp.Basic, point: Point) -> bool | str | None:
    """Like `holds_at` at an irrational point: SymPy's exact values (`cos(pi/2) = 0`) first."""
    if not isinstance(condition, sp.core.relational.Relational):
        return None
    if condition.has(sp.Piecewise):
        return None
    if any(isinstance(value, sp.CRootOf) for value in point.values()):
        return _holds_at_root(condition, point)
    try:
        sides = [sp.sympify(side).xreplace(dict(point)) for side in condition.args]
        parts = [node.xreplace(dict(point)) for node in sp.preorder_traversal(condition)
                 if isinstance(node, sp.Expr)]  # fmt: skip
    except (TypeError, ValueError):  # a comparison inside that SymPy cannot order
        return None
    if any(part.has(sp.zoo, sp.nan, sp.oo, -sp.oo) for part in parts):
        return "undefined"
    difference = sp.expand(sides[0] - sides[1])
    if difference.has(sp.I):
        return None
    with precision(PRECISIONS[1]):
        try:
            for side in sides:
                evaluate(side, {})
            sign = sign_of(evaluate(difference, {}))
        except Undefined:
            return "undefined"
        except Undetermined:
            return None
    if sign is None:
        return None
    return compare(condition, fmpq(sign), fmpq(0))
