"""Exact zeros at roots of polynomials that no radicals are used for (`CRootOf`)."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp
from sympy.polys.polyerrors import PolynomialError

_LARGEST_DEGREE = 200


def vanishes(expr: sp.Expr, point: Mapping[sp.Symbol, sp.Expr]) -> bool:
    """Whether the rational function is certainly zero at the point, its denominator apart.

    One coordinate is the root of an irreducible polynomial, which has to divide the numerator; the
    others are rational. False also for what is not of that kind.
    """
    roots = {s: v for s, v in point.items() if isinstance(v, sp.CRootOf)}
    if len(roots) != 1:
        return False
    ((symbol, root),) = roots.items()
    others = {s: v for s, v in point.items() if s != symbol}
    rational = all(sp.sympify(v).is_Rational for v in others.values())
    if not rational or not expr.is_rational_function(*point):
        return False
    try:
        above = sp.fraction(sp.together(expr.xreplace(others)))[0]
        poly = sp.Poly(above, symbol, domain="QQ")
        minimal = sp.Poly(root.poly.all_coeffs(), symbol, domain="QQ")
    except PolynomialError:
        return False
    if poly.degree() > _LARGEST_DEGREE or not minimal.is_irreducible:
        return False
    return bool(poly.rem(minimal).is_zero)
