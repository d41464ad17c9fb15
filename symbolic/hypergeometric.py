"""Hypergeometric terms F(n, k): their quotients, and recurrences for sums of them over k.

Creative telescoping (Zeilberger 1991; Petkovsek, Wilf and Zeilberger, A = B, chapters 5 and 6): p0
F(n, k) + p1 F(n + 1, k) = G(n, k + 1) - G(n, k), with p0 and p1 free of k and G a rational multiple
of F. What is found here is a proposal; `summation.py` verifies it.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from sympy.concrete.gosper import gosper_normal
from sympy.polys.matrices import DomainMatrix

_MOST_STEPS = 12
_MOST_UNKNOWNS = 12


@dataclass(frozen=True)
class Telescoped:
    """p0 F(n, k) + p1 F(n + 1, k) = G(n, k + 1) - G(n, k)."""

    p0: sp.Expr
    p1: sp.Expr
    antidifference: sp.Expr


def quotient(term: sp.Expr, v: sp.Symbol) -> sp.Expr | None:
    """term(v + 1) / term(v) as a rational function of the symbols, or None."""
    if not term.has(v):
        return sp.Integer(1)
    if term.is_Mul:
        parts = [quotient(factor, v) for factor in term.args]
        return None if any(p is None for p in parts) else sp.Mul(*parts)
    if term.is_Pow and not term.base.has(v):
        step = _step(term.exp, v)
        return None if step is None else term.base**step
    if term.is_Pow and term.exp.is_Integer:
        inner = quotient(term.base, v)
        return None if inner is None else inner**term.exp
    if isinstance(term, sp.gamma):
        return _raised(term.args[0], v)
    if isinstance(term, sp.factorial):
        return _raised(term.args[0] + 1, v)
    if isinstance(term, sp.binomial):
        a, b = term.args
        above, first, second = (_raised(u, v) for u in (a + 1, b + 1, a - b + 1))
        if above is None or first is None or second is None:
            return None
        return above / (first * second)
    if term.is_rational_function(*term.free_symbols):
        return term.xreplace({v: v + 1}) / term
    return None


def _step(expr: sp.Expr, v: sp.Symbol) -> sp.Integer | None:
    step = sp.expand(expr.xreplace({v: v + 1}) - expr)
    return step if step.is_Integer else None


def _raised(argument: sp.Expr, v: sp.Symbol) -> sp.Expr | None:
    """gamma(argument(v + 1)) / gamma(argument(v))."""
    step = _step(argument, v)
    if step is None or abs(step) > _MOST_STEPS:
        return None
    if step >= 0:
        return sp.Mul(*(argument + i for i in range(int(step))))
    return 1 / sp.Mul(*(argument - i for i in range(1, -int(step) + 1)))


def telescoped(term: sp.Expr, k: sp.Symbol, n: sp.Symbol | None) -> Telescoped | None:
    """Such a recurrence, of order 0 (p1 = 0) where `n` is None, else with p1 != 0; or None."""
    along = quotient(term, k)
    across = quotient(term, n) if n is not None else sp.Integer(0)
    if along is None or across is None:
        return None
    top, bottom = sp.fraction(sp.together(across))
    ratio = sp.together(along * bottom / bottom.xreplace({k: k + 1}))
    if not ratio.is_rational_function(*ratio.free_symbols):
        return None
    above, below = (sp.Poly(part, k) for part in sp.fraction(sp.cancel(ratio)))
    q, r, p = gosper_normal(above, below, k)
    shifted = r.shift(-1)
    columns = [p * sp.Poly(bottom, k)]
    if n is not None:
        columns.append(p * sp.Poly(top, k))
    degree = _degree(q, shifted, max(c.degree() for c in columns))
    if degree is None or degree + 3 > _MOST_UNKNOWNS:
        return None
    front = len(columns)
    for j in range(degree + 1):
        power = sp.Poly(k**j, k)
        columns.append(shifted * power - q * power.shift(1))
    found = _combination(columns, front)
    if found is None:
        return None
    polynomial = sum((c * k**j for j, c in enumerate(found[front:])), sp.Integer(0))
    rational, rest = _parted(term)
    factor = sp.factor(shifted.as_expr() * polynomial * rational / (p.as_expr() * bottom))
    p1 = found[1] if n is not None else sp.Integer(0)
    return Telescoped(sp.factor(found[0]), sp.factor(p1), factor * rest)


def _parted(term: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """The term as a rational function of its symbols times the rest."""
    factors = sp.Mul.make_args(term)
    rational = [f for f in factors if f.is_rational_function(*term.free_symbols)]
    return sp.Mul(*rational), sp.Mul(*(f for f in factors if f not in rational))


def _degree(q: sp.Poly, r: sp.Poly, whole: int) -> int | None:
    """The largest degree that a polynomial f with c(k) = q(k) f(k + 1) - r(k) f(k) can have."""
    a, b = q.degree(), r.degree()
    if a != b or sp.simplify(q.LC() - r.LC()) != 0:
        found = whole - max(a, b)
        return found if found >= 0 else None
    found = whole - a + 1
    if a > 0:
        extra = sp.cancel((r.nth(a - 1) - q.nth(a - 1)) / q.LC())
        if extra.is_Integer:
            found = max(found, int(extra))
    return found if found >= 0 else None


def _combination(columns: list[sp.Poly], front: int) -> list[sp.Expr] | None:
    """Weights that make the columns add up to zero, the last of the first `front` not zero."""
    height = max(c.degree() for c in columns) + 1
    rows = [[c.nth(i) for c in columns] for i in range(height)]
    matrix = DomainMatrix.from_Matrix(sp.Matrix(rows)).to_field()
    for vector in matrix.nullspace().to_Matrix().tolist():
        if vector[front - 1] != 0:
            scale = sp.lcm([sp.fraction(sp.together(v))[1] for v in vector])
            return [sp.cancel(v * scale) for v in vector]
    return None
