"""Inequalities over the integers n >= n0, from n0 on step by step.

g(n0) > 0, and g(n + 1) >= rate(n) g(n) with a rate > 0: the step is free of the sums and products
up to n, and is shown for all real n >= n0.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import sympy as sp

from symbolic.boxes import Box
from symbolic.ranges import Range

if TYPE_CHECKING:
    from symbolic.prover import Prover, Reason

_MOST_OPERATIONS = 120


def by_steps(prover: Prover, g: Any, strict: bool, box: Box) -> Reason | None:
    """A reason for g > 0 (>= 0), where some symbol of the box runs over integers upwards."""
    if g.count_ops() > _MOST_OPERATIONS:
        return None
    for symbol, r in box.items():
        if not r.integer or r.high != sp.oo or not r.low.is_Integer or not g.has(symbol):
            continue
        why = _in_steps(prover, g, strict, box, symbol) or _ahead(prover, g, strict, box, symbol)
        if why is not None:
            return why
    return None


def _ahead(prover: Prover, g: Any, strict: bool, box: Box, symbol: sp.Symbol) -> Reason | None:
    """g = S(n) + B(n) with sums S, shown for the smaller S(n) + B(n + 1)."""
    rest = g.xreplace({fold: sp.Integer(0) for fold in g.atoms(sp.Sum, sp.Product)})
    if rest == g or not rest.has(symbol) or not g.is_Add or (g - rest).subs(symbol, 0).has(sp.nan):
        return None
    fall = rest - rest.subs(symbol, symbol + 1)
    if prover.probes.lowest(prover.target(fall), box) != 1:
        return None
    below = prover.within(0.4, _sign, prover, fall, False, box)
    why = below and _in_steps(prover, g - fall, strict, box, symbol)
    if not why:
        return None
    return {"by": "sum", "parts": [{"expr": g - fall, "why": why}, {"expr": fall, "why": below}]}


def _in_steps(prover: Prover, g: Any, strict: bool, box: Box, symbol: sp.Symbol) -> Reason | None:
    for r in (box.range(symbol),):
        first = written_out(g.xreplace({symbol: r.low}))
        if first is None:
            continue
        face = box.replace(symbol, Range(r.low, r.low, integer=True))
        base = prover.prove(first, strict, face)
        if base is None:
            continue
        following = _opened(g, symbol)
        if following is None:
            continue
        for rate in _rates(g, symbol):
            step = sp.expand(following - rate * g)
            step = sp.powsimp(sp.expand_power_exp(step)) if step.has(sp.Pow) else step
            step = sp.factor_terms(sp.expand(step))
            if step.has(sp.Sum, sp.Product):
                continue
            why = prover.within(0.4, _sign, prover, rate, strict, box)
            then = why and prover.within(0.5, _sign, prover, step, False, box)
            if why is None or then is None:
                continue
            reason = {"by": "steps", "var": symbol, "base": base, "to": step, "then": then}
            return reason | ({} if rate == 1 else {"rate": rate, "why": why})
    return None


def _sign(prover: Prover, expr: Any, strict: bool, box: Box) -> Reason | None:
    return prover.prove(expr, strict, box)


def written_out(expr: Any) -> Any | None:
    """With each sum and product written term by term; None where a bound is left open."""
    values = {}
    for fold in expr.atoms(sp.Sum, sp.Product):
        index, first, last = fold.limits[0]
        if len(fold.limits) != 1 or not (first.is_Integer and last.is_Integer):
            return None
        if fold.function.has(sp.Sum, sp.Product) or not -1 <= last - first <= 40:
            return None
        terms = [fold.function.xreplace({index: sp.Integer(k)}) for k in range(first, last + 1)]
        values[fold] = sp.Add(*terms) if isinstance(fold, sp.Sum) else sp.Mul(*terms)
    found = expr.xreplace(values)
    return None if found.has(sp.nan, sp.zoo, sp.oo) else found


def _opened(g: Any, symbol: sp.Symbol) -> Any | None:
    """g at n + 1, its sums and products up to n + c as those of g and one more term."""
    folds = {}
    for fold in g.atoms(sp.Sum, sp.Product):
        if len(fold.limits) != 1 or len(fold.limits[0]) != 3:
            return None
        index, first, last = fold.limits[0]
        if first.has(symbol) or fold.function.has(symbol) or (last - symbol).has(symbol):
            return None
        term = fold.function.xreplace({index: last + 1})
        kept = sp.Dummy()
        folds[fold] = (kept, kept + term if isinstance(fold, sp.Sum) else kept * term)
    held = g.xreplace({fold: kept for fold, (kept, _) in folds.items()})
    moved = held.subs(symbol, symbol + 1)
    moved = moved.xreplace(dict(folds.values()))
    moved = moved.xreplace({kept: fold for fold, (kept, _) in folds.items()})
    below = {sp.factorial(symbol + k): symbol + k for k in (1, 2, 3)}
    for later, factor in reversed(below.items()):  # (n + 1)! = (n + 1) n!
        moved = moved.xreplace({later: factor * sp.factorial(factor - 1)})
    return moved


def _rates(g: Any, symbol: sp.Symbol) -> Iterator[Any]:
    """1, and the bases of the powers with n in the exponent."""
    yield sp.Integer(1)
    seen = set()
    for p in sorted(g.atoms(sp.Pow, sp.exp), key=str):
        base, exponent = p.as_base_exp()
        if exponent.has(symbol) and not base.has(symbol):
            slope = sp.diff(exponent, symbol)
            if not slope.has(symbol) and base**slope not in seen:
                seen.add(base**slope)
                yield base**slope
    if g.has(sp.factorial, sp.gamma):
        yield symbol + 1
