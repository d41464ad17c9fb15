"""Closed forms in numbers: fast in float64, and at one exact point in fifty digits."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any, Literal

import mpmath
import numpy as np
import sympy as sp
from mpmath.libmp import dps_to_prec
from sympy.concrete.expr_with_limits import ExprWithLimits

DIGITS = 50
MOST_DIGITS = 1500


@lru_cache(maxsize=4096)
def _compiled(expression: sp.Basic) -> tuple[tuple[str, ...], Any]:
    symbols = tuple(sorted(expression.free_symbols, key=lambda s: s.name))
    if expression.is_Symbol:
        return (symbols[0].name,), _itself
    function = sp.lambdify(symbols, expression, modules=["scipy", "numpy"], cse=True)
    return tuple(symbol.name for symbol in symbols), function


def _itself(value: Any) -> Any:
    return value


def values(expression: sp.Basic, environment: Mapping[str, Any]) -> np.ndarray:
    """The expression on arrays of symbol values, broadcast; NaN where it is not a real number.

    Raises `KeyError` naming a symbol that the environment lacks.
    """
    names, function = _compiled(expression)
    shape = np.broadcast_shapes(*(np.shape(value) for value in environment.values()))
    with np.errstate(all="ignore"):
        # Arrays, not scalars: NumPy then returns NaN where Python would raise.
        result = function(*(np.asarray(environment[name], dtype=float) for name in names))
    array = np.asarray(result)
    if np.iscomplexobj(array):
        array = np.where(np.abs(array.imag) == 0, array.real, np.nan)
    return np.broadcast_to(array.astype(float), shape).copy()


def holds(relation: sp.Basic, environment: Mapping[str, Any]) -> np.ndarray:
    """Where a relation between symbols holds, in float64; False where a side is undefined."""
    shape = np.broadcast_shapes(*(np.shape(value) for value in environment.values()))
    left, right = (values(side, environment) for side in relation.args)
    with np.errstate(invalid="ignore"):
        result = {
            "==": left == right,
            "!=": left != right,
            "<=": left <= right,
            "<": left < right,
            ">=": left >= right,
            ">": left > right,
        }[relation.rel_op]
    return np.broadcast_to(result & np.isfinite(left + right), shape).copy()


def holds_at(relation: sp.Basic, point: Mapping[str, float | int]) -> bool:
    """Whether a relation between symbols holds at one point, in float64."""
    return bool(holds(relation, {name: np.asarray(value) for name, value in point.items()}))


def as_expression(value: Any) -> sp.Expr:
    """A number or expression as a SymPy expression."""
    return sp.sympify(value)


def exact_point(point: Mapping[str, float | int]) -> dict[str, sp.Rational]:
    """The very numbers that the floats of a point are."""
    return {
        name: sp.Integer(value) if isinstance(value, int) else sp.Rational(*_ratio(value))
        for name, value in point.items()
    }


def _ratio(value: float) -> tuple[int, int]:
    ratio = Fraction(value)
    return ratio.numerator, ratio.denominator


def exact_value(
    expression: sp.Basic, point: Mapping[str, Any]
) -> tuple[Literal["real", "undefined", "unknown"], mpmath.mpf | None]:
    """A closed form at exact symbol values: its value in 50 digits, or what is known instead.

    "undefined" says that there is no real number there (a pole, a non-real value); "unknown" that
    fifty digits could not be had, from which nothing follows.
    """
    substitution = {s: sp.sympify(point[s.name]) for s in expression.free_symbols}
    with sp.evaluate(True):
        number = _put_in(expression, substitution)
    if number in (sp.nan, sp.zoo, sp.oo, -sp.oo):
        return "undefined", None
    if number.has(sp.nan, sp.zoo):
        return "unknown", None
    # Cancellation may cost more digits than are wanted: allow many more than the default.
    value = number.evalf(DIGITS + 10, maxn=MOST_DIGITS)
    real, imaginary = value.as_real_imag()
    if imaginary != 0:
        clear = _accurate(imaginary) and abs(imaginary) > sp.Float(10) ** -30 * abs(real)
        return ("undefined" if clear else "unknown"), None
    if not _accurate(real):
        return "unknown", None
    with mpmath.workdps(DIGITS + 10):
        return "real", mpmath.mpf(real._to_mpmath(mpmath.mp.prec))


def _put_in(expression: sp.Basic, numbers: Mapping[Any, sp.Expr]) -> sp.Basic:
    """The expression at these values of all its free symbols.

    Rebuilding the tree does what `subs` does at a fraction of the cost, unless a symbol may be
    bound or a branch must be left before it is evaluated.
    """
    if expression.has(ExprWithLimits, sp.Derivative, sp.Subs, sp.Lambda, sp.Piecewise):
        return expression.subs(numbers, simultaneous=True)
    return expression.xreplace(numbers)


def _accurate(number: sp.Basic) -> bool:
    """Whether a number that SymPy evaluated has 50 digits; it records how many bits are good."""
    if number.is_Rational:
        return True
    return bool(number.is_Float) and number._prec >= dps_to_prec(DIGITS)


def at_exact_point(expression: sp.Basic, point: Mapping[str, Any]) -> mpmath.mpf | None:
    """A closed form at exact symbol values in 50 digits; None where that cannot be had."""
    return exact_value(expression, point)[1]
