"""Constant factors of an equation that are zero, written for the checker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy as sp

from symbolic.certificate import encode
from symbolic.circular import terms_of
from symbolic.evaluation import Undefined, Undetermined, evaluate, precision, to_ball

Json = Any
_AREA = (sp.asinh, sp.acosh, sp.atanh)
_WAVES = (sp.sin, sp.cos, sp.tan, sp.cot, sp.sec, sp.csc)


def candidates(difference: sp.Expr) -> Iterator[Json]:
    """Reasons, as yet unchecked, why the difference is zero: a constant factor is."""
    expr = sp.expand(difference)
    factors = sp.Mul.make_args(sp.factor_terms(expr))
    rest = sp.Mul(*(f for f in factors if f.free_symbols))
    constant = sp.Mul(*(f for f in factors if not f.free_symbols))
    if not factors or constant.is_Rational or not _looks_zero(constant):
        return
    for why in zero_reasons(constant):
        yield {"by": "multiple", "times": encode(rest), "of": encode(constant), "then": why}


def has_vanishing_constant(relation: sp.Eq) -> bool:
    """Whether the sides differ by a constant factor for whose being zero there is a reason."""
    return next(candidates(relation.lhs - relation.rhs), None) is not None


def zero_reasons(constant: sp.Expr) -> Iterator[Json]:
    """Why a constant is zero: by a separation bound, or by one of a product of powers."""
    if is_algebraic(constant):
        yield {"by": "separation"}
        return
    times, parts = 1, []
    expr = sp.expand(constant.replace(lambda e: isinstance(e, _AREA), _as_logarithm))
    terms = terms_of(expr)
    for rate, rest in terms:
        if not isinstance(rest, sp.log) or not is_algebraic(rest.args[0]):
            return
        times = sp.ilcm(times, rate.q)
    for rate, rest in terms:
        parts.append([str(rate * times), encode(rest.args[0])])
    yield {"by": "logs", "times": str(times), "parts": parts}


def is_algebraic(constant: sp.Expr) -> bool:
    """Whether it is made of rationals, roots, and waves of rational multiples of pi."""
    if constant.is_Rational:
        return True
    if isinstance(constant, _WAVES):
        return bool((constant.args[0] / sp.pi).is_Rational)
    if constant.is_Pow:
        return constant.exp.is_Rational and is_algebraic(constant.base)
    return (constant.is_Add or constant.is_Mul) and all(map(is_algebraic, constant.args))


def _as_logarithm(e: sp.Expr) -> sp.Expr:
    u = e.args[0]
    if isinstance(e, sp.asinh):
        return sp.log(u + sp.sqrt(u**2 + 1))
    if isinstance(e, sp.acosh):
        return sp.log(u + sp.sqrt(u - 1) * sp.sqrt(u + 1))
    return (sp.log(1 + u) - sp.log(1 - u)) / 2


def _looks_zero(constant: sp.Expr) -> bool:
    with precision(128):
        try:
            size = to_ball(evaluate(constant, {}))
        except (Undefined, Undetermined):
            return False
        return bool(size.contains(0))
