"""Sums as products, tangents and the like as quotients."""

from __future__ import annotations

from typing import Any

import sympy as sp

_SHORT = 150


def factored(expr: Any) -> Any | None:
    """An equal product of at least two factors that are not numbers, or None."""
    candidate = expr
    if not expr.is_Mul:
        if expr.count_ops() > _SHORT or expr.has(sp.Piecewise):
            return None
        candidate = sp.factor_terms(sp.together(_by_sine_and_cosine(expr)))
        if candidate.is_Add:
            try:
                candidate = sp.factor(candidate)
            except (sp.PolynomialError, NotImplementedError):
                return None
        if candidate.is_Pow:
            candidate = sp.Mul(sp.Integer(1), candidate, evaluate=False)
            return None
    if not candidate.is_Mul:
        return None
    parts = [a for a in candidate.args if not a.is_number]
    return candidate if len(parts) >= 2 else None


def _by_sine_and_cosine(expr: Any) -> Any:
    """With quotients of sines and cosines for tangents and the like, hyperbolic ones included."""
    if expr.has(sp.tanh, sp.coth):
        expr = expr.replace(sp.tanh, lambda u: sp.sinh(u) / sp.cosh(u)).replace(
            sp.coth, lambda u: sp.cosh(u) / sp.sinh(u)
        )
    if not expr.has(sp.tan, sp.cot, sp.sec, sp.csc):
        return expr
    return (
        expr.replace(sp.tan, lambda u: sp.sin(u) / sp.cos(u))
        .replace(sp.cot, lambda u: sp.cos(u) / sp.sin(u))
        .replace(sp.sec, lambda u: 1 / sp.cos(u))
        .replace(sp.csc, lambda u: 1 / sp.sin(u))
    )
