"""Sums of polynomials times exponentials of one variable on a half-line at 0, by differentiation.

f(x) = sum_k p_k(x) exp(r_k x) with rational r_k. Multiplied by exp(-r x) for the smallest rate r,
and differentiated once more than the degree of p_r, it loses that rate. Where all derivatives met
on the way are >= 0 at 0, the last one, a polynomial with one rate left, decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy as sp

from symbolic.algebraic import positive
from symbolic.boxes import Box
from symbolic.ranges import Range
from symbolic.reasons import SIGN, ZERO, about
from symbolic.target import Target

if TYPE_CHECKING:
    from symbolic.prover import Prover, Reason

_MOST_RATES = 8
_MOST_ORDER = 12
Sum = dict[Any, Any]  # rate: polynomial (a SymPy expression)


def by_rates(
    prover: Prover, target: Target, strict: bool, box: Box, depth: int, inside: bool
) -> Reason | None:
    """A reason for f > 0 (>= 0) on (0, oo) or [0, oo), for such a sum f."""
    if len(target.active) != 1 or not target.expr.has(sp.exp, sp.sinh, sp.cosh):
        return None
    (x,) = target.active
    r = box.range(x)
    if r.integer or {r.low, r.high} not in ({sp.Integer(0), sp.oo}, {-sp.oo, sp.Integer(0)}):
        return None
    side = 1 if r.low == 0 else -1
    parts = exponential_sum(target.expr.subs(x, side * x), x)
    if parts is None or not 1 < len(parts) <= _MOST_RATES:
        return None
    included = not ((r.low_open if side > 0 else r.high_open) or inside)
    search = _Search(x, side, prover.deadline)
    why = search.positive(parts, strict, included)
    return None if why is None else about(search.written(parts), why)


def exponential_sum(expr: Any, x: sp.Symbol) -> Sum | None:
    """The polynomial that belongs to each rate, or None for an expression of another kind."""
    opened = sp.expand(expr.rewrite(sp.exp) if expr.has(sp.sinh, sp.cosh) else expr)
    parts: Sum = {}
    for term in sp.Add.make_args(opened):
        rate, rest = sp.Integer(0), sp.Integer(1)
        for factor in sp.Mul.make_args(term):
            if factor.is_Pow and isinstance(factor.base, sp.exp) and factor.exp.is_Integer:
                factor = sp.exp(factor.base.exp * factor.exp)
            if isinstance(factor, sp.exp):
                slope = sp.diff(factor.exp, x)
                if not slope.is_Rational or sp.expand(factor.exp - slope * x) != 0:
                    return None
                rate += slope
            else:
                rest *= factor
        if not rest.is_polynomial(x):
            return None
        parts[rate] = sp.expand(parts.get(rate, 0) + rest)
    found = {rate: p for rate, p in parts.items() if p != 0}
    rational = all(c.is_Rational for p in found.values() for c in sp.Poly(p, x).coeffs())
    return found if rational else None


class _Search:
    """Reasons about f(side * y), for y >= 0, in the variable x = side * y."""

    def __init__(self, x: sp.Symbol, side: int, deadline: float) -> None:
        self.x, self.side, self.deadline = x, side, deadline

    def written(self, parts: Sum) -> Any:
        total = sp.Add(*(p * sp.exp(rate * self.x) for rate, p in parts.items()))
        return total if self.side > 0 else total.subs(self.x, -self.x)

    def scaled(self, rate: Any, inner: Any, why: Reason) -> Reason:
        """The reason for exp(rate * y) * inner."""
        if rate == 0:
            return why
        factor = sp.exp(self.side * rate * self.x)
        entries = [{"sign": 1, "why": SIGN}, {"sign": 1, "why": about(inner, why)}]
        product = sp.Mul(factor, inner, evaluate=False)
        return {"by": "rewrite", "to": product, "then": {"by": "product", "factors": entries}}

    def positive(self, parts: Sum, strict: bool, included: bool) -> Reason | None:
        """A reason for the sum > 0 (>= 0); `included`: whether 0 belongs to the range."""
        x = self.x
        if all(c >= 0 for p in parts.values() for c in sp.Poly(p, x).coeffs()):
            vanishes = sum(p.subs(x, 0) for p in parts.values()) == 0
            return None if not parts or (strict and vanishes and included) else SIGN
        least = min(parts)
        if len(parts) == 1:
            inner = self.written({sp.Integer(0): parts[least]})
            ends = (sp.Integer(0), sp.oo) if self.side > 0 else (-sp.oo, sp.Integer(0))
            opened = (not included or ends[0] != 0, not included or ends[1] != 0)
            found = positive(inner, strict, {x: Range(*ends, *opened)}, self.deadline)
            return found and self.scaled(least, inner, {"by": "written", "json": found})
        if least != 0:
            shifted = {rate - least: p for rate, p in parts.items()}
            why = self.positive(shifted, strict, included)
            return why and self.scaled(least, self.written(shifted), why)
        return self.expanded(parts, strict, included)

    def expanded(self, parts: Sum, strict: bool, included: bool) -> Reason | None:
        """By a Taylor expansion at 0 whose remainder has lost the rate 0."""
        x = self.x
        order = int(sp.Poly(parts[sp.Integer(0)], x).degree()) + 1
        if order > _MOST_ORDER:
            return None
        terms: list[Reason] = []
        rest = parts
        for k in range(order):
            value = sum((p.subs(x, 0) for p in rest.values()), sp.Integer(0))
            if value < 0 or (value == 0 and k == 0 and strict and included):
                return None
            terms.append(ZERO if value == 0 else SIGN)
            rest = _slope(rest, x)
        why = self.positive(rest, strict and not included, False)
        if why is None:
            return None
        return {
            "by": "taylor",
            "var": x,
            "at": sp.Integer(0),
            "order": order,
            "terms": terms,
            "rest": about(self.written(rest), why),
        }


def _slope(parts: Sum, x: sp.Symbol) -> Sum:
    found = {rate: sp.expand(sp.diff(p, x) + rate * p) for rate, p in parts.items()}
    return {rate: p for rate, p in found.items() if p != 0}
