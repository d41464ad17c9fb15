"""The sign of a polynomial in one variable on an interval, from exact root counts (Sturm)."""

from __future__ import annotations

import sympy as sp

from symbolic.bernstein import Side
from symbolic.formula import Poly

_X = sp.Symbol("x")


def keeps_sign(poly: Poly, place: int, side: Side, strict: bool) -> bool:
    """Whether the polynomial in the variable at `place` is >= 0 (> 0 if `strict`) on the side."""
    if strict:
        return _roots(poly, place, side, closed=True) == 0 and _value_inside(poly, place, side) > 0
    constant, factors = poly.factor_squarefree()
    odd = poly.context().constant(constant)
    for factor, power in factors:
        if power % 2:
            odd = odd * factor
    if odd.is_constant():
        return bool(odd.leading_coefficient() > 0)
    return _roots(odd, place, side, closed=False) == 0 and _value_inside(odd, place, side) > 0


def _roots(poly: Poly, place: int, side: Side, closed: bool) -> int:
    """Distinct roots on the side: at included ends too when `closed`, else strictly inside."""
    univariate = _univariate(poly, place)
    low = None if side.low is None else sp.Rational(int(side.low.p), int(side.low.q))
    high = None if side.high is None else sp.Rational(int(side.high.p), int(side.high.q))
    count = int(univariate.count_roots(low, high))
    for end, is_open in ((low, side.low_open), (high, side.high_open)):
        if end is not None and (is_open or not closed) and univariate.eval(end) == 0:
            count -= 1
        if low == high:
            break
    return count


def _value_inside(poly: Poly, place: int, side: Side) -> sp.Rational:
    from flint import fmpq

    univariate = _univariate(poly, place)
    for number in range(2, 40):
        at = side.inner(fmpq(1, number))
        value = univariate.eval(sp.Rational(int(at.p), int(at.q)))
        if value != 0:
            return value
    return sp.Integer(0)


def _univariate(poly: Poly, place: int) -> sp.Poly:
    terms = {(int(e[place]),): sp.Rational(int(c.p), int(c.q)) for e, c in poly.to_dict().items()}
    return sp.Poly.from_dict(terms, _X, domain="QQ")
