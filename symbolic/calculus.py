"""Equations proved by differentiation: equal slopes on a connected set, equal at one point."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from symbolic.deduction import follows, is_defined
from symbolic.ranges import Domain, Range, sample

# Continuous wherever they are defined, and differentiable inside the domain of their derivative.
_SMOOTH = (
    sp.exp, sp.log, sp.sin, sp.cos, sp.tan, sp.cot, sp.sec, sp.csc, sp.asin, sp.acos, sp.atan,
    sp.sinh, sp.cosh, sp.tanh, sp.asinh, sp.acosh, sp.atanh, sp.erf, sp.erfc, sp.gamma,
    sp.loggamma,
)  # fmt: skip
_POINTS = 24


def constant_zero(relation: sp.Eq, domain: Domain, deadline: float) -> bool:
    """Whether lhs - rhs has zero gradient inside each box of the domain and a zero in each.

    Side conditions have to be linear strict or weak inequalities (so that what they cut out is
    convex). Both sides must be continuous where defined, and are shown to be defined everywhere.
    """
    difference = relation.lhs - relation.rhs
    boxes = domain.boxes()
    if boxes is None or not _is_smooth(difference) or not _is_convex(domain):
        return False
    if any(r.integer or r.low == r.high for box in boxes for r in box.values()):
        return False
    return all(
        _zero_on(relation, difference, Domain({s: (r,) for s, r in box.items()}, domain.where),
                 deadline)
        for box in boxes
    )  # fmt: skip


def _is_smooth(expr: sp.Expr) -> bool:
    for node in sp.preorder_traversal(expr):
        if node.is_Atom or node.is_Add or node.is_Mul or isinstance(node, _SMOOTH):
            continue
        if node.is_Pow:
            continue
        return False
    return True


def _is_convex(domain: Domain) -> bool:
    for condition in domain.where:
        if not isinstance(condition, sp.Gt | sp.Ge | sp.Lt | sp.Le):
            return False
        gap = condition.lhs - condition.rhs
        if not gap.is_polynomial(*domain.ranges) or sp.Poly(gap, *domain.ranges).total_degree() > 1:
            return False
    return True


def _zero_on(relation: sp.Eq, difference: sp.Expr, domain: Domain, deadline: float) -> bool:
    interior = _interior(domain)
    if next(sample(interior, 1), None) is None:
        return False
    if not is_defined(relation, domain, deadline):
        return False
    for symbol in sorted(difference.free_symbols & set(domain.ranges), key=str):
        slope = sp.Eq(sp.diff(difference, symbol), 0, evaluate=False)
        if not follows(slope, interior, deadline):
            return False
    return _vanishes_somewhere(difference, domain, deadline)


def _interior(domain: Domain) -> Domain:
    strict = {sp.Ge: sp.Gt, sp.Le: sp.Lt}
    where = tuple(strict.get(c.func, c.func)(*c.args, evaluate=False) for c in domain.where)
    ranges = {s: tuple(_opened(r) for r in union) for s, union in domain.ranges.items()}
    return Domain(ranges, where)


def _opened(r: Range) -> Range:
    return replace(r, low_open=True, high_open=True)


def _vanishes_somewhere(difference: sp.Expr, domain: Domain, deadline: float) -> bool:
    for point in sample(domain, _POINTS):
        value = difference.xreplace(point)
        if value.has(sp.zoo, sp.nan, sp.oo, sp.I):
            continue
        if sp.expand(value) == 0:
            return True
        if follows(sp.Eq(value, 0, evaluate=False), Domain({}), deadline):
            return True
    return False
