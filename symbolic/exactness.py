"""Exact zero tests by normal forms of bounded cost."""

from __future__ import annotations

from typing import Any

import sympy as sp
from flint import arb

from symbolic.ball import SURE, Interval
from symbolic.enclosure import enclose
from symbolic.evaluation import precision
from symbolic.program import UnsupportedError, compile_program

_MOST_OPERATIONS = 400
# Fractional parts of roots: nothing that is written down happens to vanish there.
_PROBES = tuple(
    arb(digits)
    for digits in (
        *("0.6180339887", "0.7320508076", "0.2360679775", "0.4494897428", "0.6457513111"),
        *("0.3166247904", "0.6055512755", "0.1231056256", "0.3588989435", "0.7958315233"),
        *("0.3851648071", "0.5677643628"),
    )
)


def is_zero(expr: Any) -> bool:
    """Whether `expr` is identically zero; False also when that could not be shown.

    A numerical probe at 160 bits rules out most non-zero expressions before any rewriting.
    """
    if expr.is_Number:
        return bool(expr == 0)
    if expr.has(sp.nan, sp.zoo, sp.oo, -sp.oo) or clearly_nonzero(expr):
        return False
    if sp.expand(expr) == 0:
        return True
    if expr.count_ops() > _MOST_OPERATIONS:
        return False
    numerator = sp.fraction(sp.together(sp.expand(expr)))[0]
    if sp.expand(numerator) == 0:
        return True
    rewritten = numerator.rewrite(sp.exp) if expr.has(sp.tanh, sp.sinh, sp.cosh) else numerator
    rewritten = sp.expand(sp.expand_log(sp.expand(rewritten), force=False))
    if rewritten == 0 or sp.fraction(sp.together(rewritten))[0].expand() == 0:
        return True
    if expr.has(sp.sin, sp.cos, sp.tan) and _trigonometric(numerator) == 0:
        return True
    if not expr.free_symbols and not expr.has(sp.Function):
        return bool(sp.radsimp(sp.sqrtdenest(numerator)) == 0)
    return False


def _trigonometric(expr: Any) -> Any:
    """A polynomial in single sines and any cosines of simple angles."""
    expr = expr.replace(sp.tan, lambda u: sp.sin(u) / sp.cos(u))
    expr = sp.expand(sp.fraction(sp.together(expr))[0], trig=True)
    reduced = expr.replace(
        lambda e: e.is_Pow and isinstance(e.base, sp.sin) and e.exp.is_Integer and e.exp > 1,
        lambda e: (1 - sp.cos(*e.base.args) ** 2) ** (e.exp // 2) * e.base ** (e.exp % 2),
    )
    return sp.expand(reduced)


def clearly_nonzero(expr: Any) -> bool:
    """Whether the expression is certainly non-zero at one of a few probing points."""
    symbols = sorted(expr.free_symbols, key=str)
    if len(symbols) > len(_PROBES):
        symbols = symbols[: len(_PROBES)]
    try:
        program = compile_program([expr], symbols)
    except UnsupportedError:
        return False
    with precision(160):
        for sign in (1, -1):
            box = [Interval(sign * p, sign * p) for p in _PROBES[: len(symbols)]]
            value = enclose(program, box)[0]
            if value.ok and (value.lo > 0 or value.hi < 0):
                return True
            if not symbols:
                break
    return False


def constant_sign(value: Any) -> int | None:
    """The certain sign (-1, 0 or 1) of an exact real number, or None.

    SymPy's own assumptions about the sign of a number rest on floating point, and are not asked.
    """
    if value.is_Rational:
        return (value.p > 0) - (value.p < 0)
    if value in (sp.oo, -sp.oo):
        return 1 if value == sp.oo else -1
    for bits in (64, 320, 1600):
        ball = _constant(value, bits)
        if ball is None:
            return None
        if ball.lo > 0:
            return 1
        if ball.hi < 0:
            return -1
    return 0 if is_zero(value) else None


def is_real_number(value: Any) -> bool:
    """Whether the expression without symbols is certainly a defined real number."""
    if value.is_Rational:
        return True
    return _constant(value, 160) is not None


def less(a: Any, b: Any) -> bool:
    """Whether a < b certainly holds between exact numbers, infinities included."""
    if a == b or a == sp.oo or b == -sp.oo:
        return False
    if a == -sp.oo or b == sp.oo:
        return True
    return constant_sign(b - a) == 1


def _constant(value: Any, bits: int) -> Interval | None:
    if value.free_symbols or value.has(sp.nan, sp.zoo, sp.oo, -sp.oo):
        return None
    try:
        program = compile_program([value], [])
    except UnsupportedError:
        return None
    with precision(bits):
        ball = enclose(program, [])[0]
    return ball if ball.ok == SURE and ball.is_finite() else None
