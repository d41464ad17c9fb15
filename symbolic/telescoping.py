"""Digamma and log-gamma on a half-line, by the recurrence that removes them.

F(x) - F(x + 1) is free of digamma and log-gamma when F holds them linearly. Where it is >= 0 on
[a, oo) and F tends to a limit >= 0, F is the sum of those differences and that limit. Where the
opposite difference is >= 0, F >= 0 on [a, a + 1] is enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy as sp

from symbolic.boxes import Box
from symbolic.exactness import constant_sign
from symbolic.limits import gruntz_limit, limit_at
from symbolic.ranges import Range
from symbolic.target import Target

if TYPE_CHECKING:
    from symbolic.prover import Prover, Reason


def by_telescoping(
    prover: Prover, target: Target, strict: bool, box: Box, depth: int
) -> Reason | None:
    """A sign of F on [a, oo) from the sign of F(x) - F(x + 1), and a limit or a first stretch."""
    if len(target.active) != 1:
        return None
    (symbol,) = target.active
    r = box.range(symbol)
    if r.high != sp.oo or not r.low.is_Rational:
        return None
    parts = _parts(sp.expand(target.expr), symbol)
    if parts is None:
        return None
    step = _difference(target.expr, parts, symbol)
    sign = prover.probes.sign(prover.target(step), box)
    if sign == 1:
        limit = _limit(target.expr, parts, symbol, prover.deadline)
        if limit is None or constant_sign(limit) not in (0, 1):
            return None
        why = prover.prove(step, strict, box, depth - 1)
        return why and {"by": "telescoping", "var": symbol, "step": step, "why": why}
    if sign == -1 and not r.low_open:
        first = box.replace(symbol, Range(r.low, r.low + 1, False, False, r.integer))
        base = prover.prove(target.expr, strict, first, depth - 1)
        why = base and prover.prove(-step, False, box, depth - 1)
        return why and {
            "by": "telescoping",
            "var": symbol,
            "step": step,
            "why": why,
            "then": base,
        }
    return None


def _parts(expr: Any, symbol: sp.Symbol) -> list[Any] | None:
    """The digamma and log-gamma terms of x + c, all with constant coefficients; None otherwise."""
    found = [e for e in expr.atoms(sp.loggamma, sp.polygamma) if e.has(symbol)]
    if not found or expr.has(sp.gamma):
        return None
    for e in found:
        order = e.args[0] if isinstance(e, sp.polygamma) else sp.Integer(0)
        shift = e.args[-1] - symbol
        if not (order.is_Integer and order >= 0 and shift.is_Rational and shift >= 0):
            return None
        rate = expr.coeff(e)
        if not rate.is_number or (expr - rate * e).expand().has(e):
            return None
    return found


def _difference(expr: Any, parts: list[Any], symbol: sp.Symbol) -> Any:
    """F(x) - F(x + 1) by psi(u + 1) = psi(u) + 1/u and log gamma(u + 1) = log gamma(u) + log u."""
    dummies = {e: sp.Dummy() for e in parts}
    gains = {d: d + _gain(e) for e, d in dummies.items()}
    moved = expr.xreplace(dummies)
    later = moved.subs(symbol, symbol + 1).xreplace(gains)
    return sp.expand(moved) - sp.expand(later)


def _gain(e: Any) -> Any:
    """f(u + 1) - f(u)."""
    if isinstance(e, sp.loggamma):
        return sp.log(e.args[0])
    order, u = e.args
    return (-1) ** order * sp.factorial(order) / u ** (order + 1)


def _limit(expr: Any, parts: list[Any], symbol: sp.Symbol, deadline: float) -> Any | None:
    """The limit of F at infinity, where each term has its asymptotic form up to o(1)."""
    asymptotic = {}
    for e in parts:
        u = e.args[-1]
        if isinstance(e, sp.polygamma):
            order = e.args[0]
            asymptotic[e] = sp.log(u) if order == 0 else sp.Integer(0)
        else:
            asymptotic[e] = (u - sp.Rational(1, 2)) * sp.log(u) - u + sp.log(2 * sp.pi) / 2
    main = sp.expand(expr.xreplace(asymptotic))
    if not main.has(symbol):
        return main
    found = limit_at(main, symbol, sp.oo)
    return found if found is not None else gruntz_limit(main, symbol, sp.oo, deadline)
