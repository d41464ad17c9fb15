"""Absolute values, maxima, minima and pieces, resolved where their switching term has one sign."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import sympy as sp

from symbolic.boxes import Box
from symbolic.exactness import less
from symbolic.pointwise import holds_at
from symbolic.reasons import SIGN, about
from symbolic.target import Target

if TYPE_CHECKING:
    from symbolic.prover import Prover, Reason

_SWITCHING = (sp.Abs, sp.Max, sp.Min, sp.Piecewise, sp.sign)


def has_switch(expr: Any) -> bool:
    return bool(expr.has(*_SWITCHING))


def switches(expr: Any) -> Iterator[tuple[Any, Any, Any, Any]]:
    """(subexpression, u, its value where u >= 0, its value where u <= 0), innermost first."""
    for e in sp.postorder_traversal(expr):
        if isinstance(e, sp.Abs):
            yield e, e.args[0], e.args[0], -e.args[0]
        elif isinstance(e, sp.Max | sp.Min):
            a, b = e.args[0], e.func(*e.args[1:])
            above, below = (a, b) if isinstance(e, sp.Max) else (b, a)
            yield e, a - b, above, below


def by_cases(
    prover: Prover, target: Target, strict: bool, box: Box, depth: int, inside: bool
) -> Reason | None:
    """Resolve the first switch on the whole box, or cut the box at its zero."""
    expr = target.expr
    for e, u, above, below in switches(expr):
        if has_switch(u):
            continue
        sign = prover.probes.sign(prover.target(u), box)
        if sign is not None:
            why = prover.prove(sign * u, False, box, 2)
            if why is not None:
                value = above if sign > 0 else below
                then = prover.prove(expr.xreplace({e: value}), strict, box, depth, inside)
                if then is None:
                    return None
                shown = why if why == SIGN else about(sign * u, why)
                return {"by": "resolve", "of": e, "is": value, "why": shown, "then": then}
        cut = _cut(u, box)
        if cut is None:
            continue
        symbol, at = cut
        parts = []
        for piece in box.cut(symbol, at):
            why = prover.prove(expr, strict, piece, depth, inside)
            if why is None:
                return None
            parts.append(why)
        return {"by": "split", "var": symbol, "at": at, "parts": parts}
    return _by_pieces(prover, target, strict, box, depth, inside)


def _cut(u: Any, box: Box) -> tuple[sp.Symbol, Any] | None:
    """A symbol and an inner value at which `u`, a function of it alone, vanishes."""
    if len(u.free_symbols) != 1:
        return None
    (symbol,) = u.free_symbols
    for root in roots(u, symbol):
        r = box.range(symbol)
        if less(r.low, root) and less(root, r.high):
            return symbol, root
    return None


def roots(u: Any, symbol: sp.Symbol) -> list[Any]:
    """Exact real roots of a polynomial of degree at most 2, or of a monotone function of one."""
    if not u.is_polynomial(symbol):
        return []
    polynomial = sp.Poly(u, symbol)
    if polynomial.degree() > 2:
        return []
    return [root for root in sp.roots(polynomial) if root.is_real]


def _by_pieces(
    prover: Prover, target: Target, strict: bool, box: Box, depth: int, inside: bool
) -> Reason | None:
    """Cut at the thresholds of a Piecewise, which may jump there, and take its branches."""
    expr = target.expr
    for e in sp.postorder_traversal(expr):
        if not isinstance(e, sp.Piecewise) or len(e.free_symbols) != 1:
            continue
        (symbol,) = e.free_symbols
        conditions = [c for _, c in e.args]
        if not all(_threshold(c, symbol) for c in conditions):
            continue
        r = box.range(symbol)
        for c in conditions:
            if c == sp.true:
                continue
            (at,) = [side for side in c.args if side.is_number]
            if less(r.low, at) and less(at, r.high):
                return _apart(prover, target, strict, box, (symbol, at), depth, inside)
        value = _branch(e, symbol, box)
        if value is None:
            return None
        then = prover.prove(expr.xreplace({e: value}), strict, box, depth, inside)
        return then and {"by": "resolve", "of": e, "is": value, "then": then}
    return None


def _threshold(condition: Any, symbol: sp.Symbol) -> bool:
    if condition == sp.true:
        return True
    if not isinstance(condition, sp.core.relational.Relational):
        return False
    return symbol in condition.args and any(side.is_number for side in condition.args)


def _branch(e: Any, symbol: sp.Symbol, box: Box) -> Any | None:
    """The branch that applies on the whole range (which no threshold cuts)."""
    r = box.range(symbol)
    inner = box.center()[symbol]
    points = [inner]
    if r.low.is_finite and not r.low_open:
        points.append(r.low)
    if r.high.is_finite and not r.high_open:
        points.append(r.high)
    values = set()
    for point in points:
        for value, condition in e.args:
            if holds_at(condition, {symbol: point}) is True:
                values.add(value)
                break
        else:
            return None
    return values.pop() if len(values) == 1 else None


def _apart(
    prover: Prover,
    target: Target,
    strict: bool,
    box: Box,
    cut: tuple[sp.Symbol, Any],
    depth: int,
    inside: bool,
) -> Reason | None:
    symbol, at = cut
    below, above = box.cut(symbol, at)
    pieces = [below.opened_at(symbol, 1), box.face(symbol, at), above.opened_at(symbol, -1)]
    parts = []
    for piece in pieces:
        why = prover.prove(target.expr, strict, piece, depth, inside)
        if why is None:
            return None
        parts.append(why)
    return {"by": "apart", "var": symbol, "at": at, "parts": parts}
