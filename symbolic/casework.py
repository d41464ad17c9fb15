"""Certificates by cases: absolute values, maxima, minima and pieces that are linear in every case.

In each case the difference of the sides has to be a combination, with rational coefficients >= 0,
of the quantities whose sign the case fixes, of side conditions and of the distances from the ends
of the ranges. The coefficients are found by exact linear programming.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from flint import fmpq

from symbolic import clock
from symbolic.certificate import encode
from symbolic.derivations import after_rewrites, switches_of
from symbolic.ranges import Domain
from symbolic.rewrites import maxima_as_absolute_values
from symbolic.weights import NoWeights, weights

Json = Any
_MOST_SWITCHES = 5
_SIGN: Json = {"by": "sign"}


class NoCombination(Exception):
    """Some case is not such a combination."""


def by_cases(difference: sp.Expr, domain: Domain, strict: bool, deadline: float) -> Json:
    """A reason for difference > 0 (>= 0); raises `NoCombination`."""
    chain, difference = maxima_as_absolute_values(difference)
    switches = sorted(switches_of(difference), key=lambda u: (sp.count_ops(u), str(u)))
    if len(switches) > _MOST_SWITCHES or difference.has(sp.Pow(sp.Wild("a"), sp.Rational(1, 2))):
        raise NoCombination("too many cases")
    known = _from_domain(domain)
    reason = _branch(difference, switches, known, set(), strict, deadline)
    return after_rewrites(chain, domain, reason)


def _from_domain(domain: Domain) -> list[tuple[sp.Expr, bool]]:
    """Quantities >= 0 on the domain, and whether they are > 0."""
    known = []
    for symbol, union in domain.ranges.items():
        if len(union) != 1:
            continue
        r = union[0]
        if r.low.is_Rational:
            known.append((symbol - r.low, r.low_open))
        if r.high.is_Rational:
            known.append((r.high - symbol, r.high_open))
    return known


def _branch(
    expr: sp.Expr,
    switches: list[sp.Expr],
    known: list[tuple[sp.Expr, bool]],
    literal: set[sp.Expr],
    strict: bool,
    deadline: float,
) -> Json:
    if clock.now() > deadline:
        raise NoCombination("out of time")
    if not switches:
        return _combination(expr, known, literal, strict)
    u, *rest = switches
    if u.is_number:
        return _branch(_with_sign(expr, u, int(sp.sign(u))), rest, known, literal, strict, deadline)
    parts: list[Json] = []
    possible = _possible_signs(u, known)
    for sign in (1, 0, -1):
        if sign not in possible:
            parts.append(None)
            continue
        facts = [(sign * u, True)] if sign else [(u, False), (-u, False)]
        value = _with_sign(expr, u, sign)
        later = [_with_sign(v, u, sign) for v in rest]
        parts.append(_branch(value, later, known + facts, literal | {u}, strict, deadline))
    return {"by": "cases", "on": encode(u), "parts": parts}


def _possible_signs(u: sp.Expr, known: list[tuple[sp.Expr, bool]]) -> set[int]:
    """The signs that the sum u can have, going by the signs of its terms."""
    # 0 while the sum is known to be >= 0 (<= 0), 1 when it is > 0 (< 0), None when that is open
    floor: int | None = 0
    ceiling: int | None = 0
    for term in sp.Add.make_args(u):
        above = max((1 if sure else 0 for q, sure in known if q == term), default=None)
        below = max((1 if sure else 0 for q, sure in known if q == -term), default=None)
        if term.is_Rational:
            above = 1 if term > 0 else None
            below = 1 if term < 0 else None
        floor = None if floor is None or above is None else max(floor, above)
        ceiling = None if ceiling is None or below is None else max(ceiling, below)
    signs = {1, 0, -1}
    if floor is not None:
        signs -= {-1} | ({0} if floor else set())
    if ceiling is not None:
        signs -= {1} | ({0} if ceiling else set())
    return signs


def _with_sign(expr: sp.Expr, u: sp.Expr, sign: int) -> sp.Expr:
    """The expression where u has the sign (a zero u counts as positive for Abs and Max)."""

    def choose(node: sp.Basic) -> sp.Basic:
        if not node.args:
            return node
        args = [choose(arg) for arg in node.args]
        if isinstance(node, sp.Abs):
            for v, s in ((u, sign), (-u, -sign)):
                if node.args[0] == v:
                    return args[0] if s >= 0 else -args[0]
        if isinstance(node, sp.Max | sp.Min) and len(node.args) == 2:
            gap = node.args[0] - node.args[1]
            for v, s in ((u, sign), (-u, -sign)):
                if gap == v:
                    first = (s >= 0) == isinstance(node, sp.Max)
                    return args[0] if first else args[1]
        if isinstance(node, sp.Piecewise):
            return _piece(node, u, sign)
        return node.func(*args)

    found = choose(expr)
    assert isinstance(found, sp.Expr)
    return found


def _piece(node: sp.Piecewise, u: sp.Expr, sign: int) -> sp.Basic:
    kept: list[tuple[sp.Basic, sp.Basic]] = []
    for value, test in node.args:
        truth = None if test is not sp.true else True
        if isinstance(test, sp.core.relational.Relational):
            gap = test.lhs - test.rhs
            for v, s in ((u, sign), (-u, -sign)):
                if gap == v:
                    truth = bool(test.func(sp.Integer(s), 0))
        if truth is True and not kept:
            return value
        if truth is not False:
            kept.append((value, test))
    return sp.Piecewise(*kept)


def _combination(
    expr: sp.Expr, known: list[tuple[sp.Expr, bool]], literal: set[sp.Expr], strict: bool
) -> Json:
    expr = sp.expand(expr)
    if expr == 0 and not strict:
        return {"by": "zero"}
    if expr.has(sp.Abs, sp.Max, sp.Min, sp.Piecewise, sp.sign):
        raise NoCombination("a case is left open")
    symbols = sorted(expr.free_symbols.union(*(q.free_symbols for q, _ in known)), key=str)
    if not expr.is_polynomial(*symbols):
        raise NoCombination("a case is not polynomial")
    squares = [s**2 for s in symbols]
    usable = [(q, sure) for q, sure in known if q.is_polynomial(*symbols)]
    quantities = [*usable, *((s, False) for s in squares), (sp.Integer(1), True)]
    weights = _weights(expr, quantities, symbols, strict)
    terms = []
    for (quantity, _), weight in zip(quantities, weights, strict=True):
        if weight:
            # The checker knows the sign of -u from the literal u, whose case it is.
            flip = -1 if -quantity in literal else 1
            terms.append(["mul", ["rat", str(flip * weight)], encode(flip * quantity)])
    code = terms[0] if len(terms) == 1 else ["add", *terms]
    return {"by": "rewrite", "to": code, "then": _SIGN}


def _weights(
    expr: sp.Expr, quantities: list[tuple[sp.Expr, bool]], symbols: list[sp.Symbol], strict: bool
) -> list[sp.Rational]:
    """Rational weights >= 0 with sum weight * quantity = expr."""
    if not symbols:
        raise NoCombination("a constant")
    rows = [_row(sp.Poly(q, *symbols)) for q, _ in quantities]
    sure = [s for _, s in quantities] if strict else None
    try:
        found = weights(_row(sp.Poly(expr, *symbols)), rows, sure, 0.5)
    except NoWeights as reason:
        raise NoCombination(str(reason)) from None
    return [sp.Rational(int(w.p), int(w.q)) for w in found]


def _row(poly: sp.Poly) -> dict[tuple[int, ...], fmpq]:
    if not all(c.is_Rational for c in poly.coeffs()):
        raise NoCombination("an irrational coefficient")
    return {monomial: fmpq(int(c.p), int(c.q)) for monomial, c in poly.terms()}
