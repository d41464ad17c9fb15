"""Sums of arcs: that they are whole turns, written for the checker (`recheck/turns.py`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sympy as sp

from symbolic.certificate import encode
from symbolic.circular import terms_of
from symbolic.constants import is_algebraic
from symbolic.ranges import Domain, Point

Json = Any
_ARCS = (sp.atan, sp.asin, sp.acos)
_MOST_TIMES = 120
_MOST_OPERATIONS = 400


def has_arcs(expr: sp.Basic) -> bool:
    return bool(expr.has(*_ARCS))


def candidates(difference: sp.Expr, domain: Domain, points: Sequence[Point]) -> Iterator[Json]:
    """Reasons, as yet unchecked, why a sum of arcs is zero."""
    if not has_arcs(difference):
        return
    times, core = _core(difference)
    for reason in _reasons(core, domain, points):
        yield {"by": "multiple", "times": encode(times), "of": encode(core), "then": reason}


def _core(expr: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """(a, b) with the expression equal to a b, where b has the arcs, and what cancels is gone."""
    expr = _spread(expr)
    factors = sp.Mul.make_args(sp.factor_terms(expr))
    inner = [f for f in factors if has_arcs(f)]
    if len(inner) != 1 or len(factors) == 1:
        return sp.Integer(1), expr
    return sp.Mul(*(f for f in factors if f is not inner[0])), _spread(inner[0])


def _spread(expr: sp.Expr) -> sp.Expr:
    """Products of sums as sums, what is inside functions left as it is."""
    return sp.Add(*(sp.expand_mul(term, deep=False) for term in sp.Add.make_args(expr)))


def _reasons(difference: sp.Expr, domain: Domain, points: Sequence[Point]) -> Iterator[Json]:
    terms = terms_of(difference)
    if difference.has(*(f for f in (sp.log, sp.Abs, sp.sign))) or len(terms) > 12:
        return
    times = 1
    for rate, rest in terms:
        if has_arcs(rest):
            times = sp.ilcm(times, rate.q)
    if times > _MOST_TIMES:
        return
    reason: Json = {"by": "turns"} | ({"times": int(times)} if times > 1 else {})
    yield reason
    anchor = _anchor(difference, domain, points)
    if anchor is not None:
        yield reason | {"at": anchor}
    parts = _parts([(rate * times, rest) for rate, rest in terms])
    if parts is None:
        return
    real, imaginary = parts
    if not difference.free_symbols and is_algebraic(imaginary):
        reason = reason | {"imaginary": encode(imaginary), "why": {"by": "separation"}}
        yield reason
    for form in dict.fromkeys((sp.factor(real), real)):
        yield reason | {"real": encode(form)}


def _anchor(difference: sp.Expr, domain: Domain, points: Sequence[Point]) -> Json | None:
    """A point of a connected domain, simple if there is a choice, with rational coordinates."""
    symbols = [s for s in domain.ranges if s in difference.free_symbols]
    if not symbols or domain.where:
        return None
    if any(len(domain.ranges[s]) != 1 or domain.ranges[s][0].integer for s in symbols):
        return None
    for point in points:
        values = {s: point[s] for s in symbols}
        if all(v.is_Rational for v in values.values()):
            return {s.name: str(v) for s, v in values.items()}
    return None


def _parts(terms: list[tuple[sp.Rational, sp.Expr]]) -> tuple[sp.Expr, sp.Expr] | None:
    """Re Z and Im Z, Z being the product over the arcs that the checker forms."""
    real, imaginary = sp.Integer(1), sp.Integer(0)
    for rate, rest in terms:
        pair: tuple[sp.Expr, sp.Expr]
        count = abs(int(rate)) if rate.is_Integer else 0
        if rest is sp.pi or not has_arcs(rest):
            pair, count, sign = (sp.cos(rate * rest), sp.sin(rate * rest)), 1, 1
        else:
            if not isinstance(rest, _ARCS) or not rate.is_Integer or count > 12:
                return None
            u, sign = rest.args[0], 1 if rate > 0 else -1
            if isinstance(rest, sp.atan):
                pair = (sp.Integer(1), u)
            elif isinstance(rest, sp.asin):
                pair = (sp.sqrt(1 - u**2), u)
            else:
                pair = (u, sp.sqrt(1 - u**2))
        for _ in range(count):
            c, s = pair[0], sign * pair[1]
            real, imaginary = real * c - imaginary * s, real * s + imaginary * c
            if real.count_ops() > _MOST_OPERATIONS:
                return None
    return sp.together(real), sp.together(imaginary)
