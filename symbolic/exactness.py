"""Exact zero tests by normal forms of bounded cost, and exact limits of expressions at infinity."""

from __future__ import annotations

import time
from typing import Any

import sympy as sp
from flint import arb

from symbolic.enclosure import enclose
from symbolic.ball import Interval
from symbolic.pointwise import precision
from symbolic.program import UnsupportedError, compile_program
from symbolic.watchdog import Expired, expires_at

_MOST_OPERATIONS = 400
_LIMIT_OPERATIONS = 40
_PROBES = (arb("0.6180339887"), arb("0.7320508076"), arb("0.2360679775"), arb("0.4494897428"))


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
    if expr.has(sp.sin, sp.cos, sp.tan):
        trigonometric = sp.expand(numerator.rewrite(sp.cos), trig=True)
        if trigonometric == 0 or sp.expand(sp.expand_complex(trigonometric)) == 0:
            return True
    if not expr.free_symbols and not expr.has(sp.Function):
        return bool(sp.radsimp(sp.sqrtdenest(numerator)) == 0)
    return False


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


def value_at_infinity(expr: Any, symbol: sp.Symbol, end: Any) -> Any | None:
    """The exact finite limit of `expr` as its only symbol tends to `end` (oo or -oo), or None.

    It has to follow from the limits of the parts: what is indeterminate gives None.
    """
    if expr.free_symbols != {symbol}:
        return None
    value = _limit(expr, symbol, end)
    return value if value is not None and value.is_finite else None


_AT_INFINITY: dict[Any, tuple[Any, Any]] = {
    sp.exp: (sp.Integer(0), sp.oo),
    sp.log: (None, sp.oo),
    sp.atan: (-sp.pi / 2, sp.pi / 2),
    sp.tanh: (sp.Integer(-1), sp.Integer(1)),
    sp.erf: (sp.Integer(-1), sp.Integer(1)),
    sp.erfc: (sp.Integer(2), sp.Integer(0)),
    sp.sinh: (-sp.oo, sp.oo),
    sp.cosh: (sp.oo, sp.oo),
    sp.asinh: (-sp.oo, sp.oo),
    sp.acosh: (None, sp.oo),
    sp.gamma: (None, sp.oo),
    sp.loggamma: (None, sp.oo),
    sp.Abs: (sp.oo, sp.oo),
}
_JUMPING = (sp.Piecewise, sp.sign, sp.floor, sp.ceiling, sp.Heaviside)


def _limit(e: Any, symbol: sp.Symbol, end: Any) -> Any | None:
    """The limit in the extended reals, by parts."""
    if e == symbol:
        return end
    if not e.has(symbol):
        return e if e.is_finite and e.is_real else None
    if isinstance(e, _JUMPING):
        return None
    parts = [_limit(a, symbol, end) for a in e.args]
    if any(p is None for p in parts):
        return None
    infinite = [p for p in parts if p in (sp.oo, -sp.oo)]
    if not infinite:
        value = e.func(*parts)
        return value if value.is_finite and value.is_real else None
    if e.is_Add:
        return infinite[0] if len(set(infinite)) == 1 else None
    if e.is_Mul:
        signs = [_sign_of(p) for p in parts]
        if any(s == 0 for s in signs):
            return None
        return sp.oo * sp.Mul(*signs)
    if e.is_Pow and parts[0] == sp.oo and parts[1].is_Rational:
        return sp.oo if parts[1] > 0 else sp.Integer(0)
    if e.is_Pow and parts[0] == -sp.oo and parts[1].is_Integer:
        if parts[1] < 0:
            return sp.Integer(0)
        return sp.oo if parts[1] % 2 == 0 else -sp.oo
    if e.func in _AT_INFINITY:
        return _AT_INFINITY[e.func][1 if parts[0] == sp.oo else 0]
    return None


def _sign_of(value: Any) -> int:
    """The sign of a limit; 0 where it is zero or not known."""
    if value.is_positive or value == sp.oo:
        return 1
    return -1 if value.is_negative or value == -sp.oo else 0


def gruntz_limit(expr: Any, symbol: sp.Symbol, end: Any, deadline: float) -> Any | None:
    """The finite limit that SymPy finds within a second, where large arguments agree with it."""
    if expr.free_symbols != {symbol} or expr.count_ops() > _LIMIT_OPERATIONS:
        return None
    try:
        with expires_at(min(deadline, time.monotonic() + 1.0)):
            value = sp.limit(expr, symbol, end)
    except (Expired, NotImplementedError, ValueError, TypeError, AttributeError, RecursionError):
        return None
    if not (value.is_number and value.is_finite and value.is_real):
        return None
    return value if _approached(expr - value, symbol, end) else None


def _approached(gap: Any, symbol: sp.Symbol, end: Any) -> bool:
    """Whether |gap| gets small at large arguments."""
    program = compile_program([gap], [symbol])
    sign = 1 if end == sp.oo else -1
    with precision(2000):
        sizes = []
        for x in (10, 100, 1000):
            value = enclose(program, [Interval(arb(sign * x), arb(sign * x))])[0]
            if not value.is_finite():
                return False
            sizes.append(max(abs(float(value.lo)), abs(float(value.hi))))
    return sizes[2] <= sizes[1] <= sizes[0] and sizes[2] < 0.1
