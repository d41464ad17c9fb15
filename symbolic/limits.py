"""Exact limits of expressions of one variable, at infinity and at open ends."""

from __future__ import annotations

from typing import Any

import sympy as sp
from flint import arb

from symbolic import clock
from symbolic.ball import Interval
from symbolic.enclosure import enclose
from symbolic.evaluation import precision
from symbolic.exactness import constant_sign, is_real_number
from symbolic.program import compile_program
from symbolic.watchdog import Expired, expires_at

_LIMIT_OPERATIONS = 40
_LIMIT_SECONDS = 3.0  # on the wall: a third of it is ample on a free machine


def limit_at(expr: Any, symbol: sp.Symbol, end: Any) -> Any | None:
    """The exact finite limit of `expr` as its only symbol tends to `end` from the inside, or None.

    `end` may be infinite. The limit has to follow from the limits of the parts, and from powers
    being weaker than exponentials and stronger than logarithms. The expression has to be a defined
    real number near the end.
    """
    if expr.free_symbols != {symbol}:
        return None
    value = _limit(expr, symbol, sp.sympify(end))
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
        return e if is_real_number(e) else None
    if isinstance(e, _JUMPING):
        return None
    if e.is_rational_function(symbol):
        return _of_rational(e, symbol, end)
    if e.is_Add:
        e = _gathered(e, symbol)
    parts: list[Any] = [_limit(a, symbol, end) for a in e.args]
    if any(p is None for p in parts):
        return None
    infinite = [p for p in parts if p in (sp.oo, -sp.oo)]
    if isinstance(e, sp.log) and parts[0] == 0:
        return -sp.oo  # the argument is positive wherever the expression is defined
    if e.is_Pow and parts[0] == 0 and constant_sign(parts[1]) != 1:
        return None
    if not infinite:
        value = e.func(*parts)
        return value if is_real_number(value) else None
    if e.is_Add:
        return infinite[0] if len(set(infinite)) == 1 else None
    if e.is_Mul:
        signs = [_sign_of(p) for p in parts]
        if any(p == 0 for p in parts):
            return sp.Integer(0) if _vanishes(e, parts, symbol) else None
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


def _of_rational(e: Any, symbol: sp.Symbol, end: Any) -> Any | None:
    """The limit of a rational function by its degrees; None for a pole at a finite end."""
    top, bottom = (sp.Poly(part, symbol) for part in sp.fraction(sp.cancel(sp.together(e))))
    if end not in (sp.oo, -sp.oo):
        value = bottom.eval(end)
        return top.eval(end) / value if constant_sign(value) else None
    rise = top.degree() - bottom.degree()
    if rise < 0:
        return sp.Integer(0)
    lead = top.LC() / bottom.LC()
    sign = constant_sign(lead)
    if rise == 0 or not sign:
        return lead if rise == 0 else None
    return sp.oo * (sign if end == sp.oo or rise % 2 == 0 else -sign)


def _gathered(total: Any, symbol: sp.Symbol) -> Any:
    """The sum with its rational terms joined, and its logarithms of rational functions joined."""
    rational = [t for t in total.args if t.is_rational_function(symbol)]
    ratio, rest = sp.Integer(1), []
    for term in total.args:
        if term in rational:
            continue
        rate, inner = term.as_independent(symbol, as_Add=False)
        plain = isinstance(inner, sp.log) and inner.args[0].is_rational_function(symbol)
        if plain and rate.is_Integer:
            ratio *= inner.args[0] ** rate
        else:
            rest.append(term)
    joined = [sp.cancel(sp.together(sp.Add(*rational)))] if rational else []
    logarithm = [] if ratio == 1 else [sp.log(sp.cancel(ratio))]
    return sp.Add(*joined, *logarithm, *rest, evaluate=False) if rest or logarithm else total


def _vanishes(product: Any, parts: list[Any], symbol: sp.Symbol) -> bool:
    """Whether a product of the form 0*oo tends to 0 because the zero factors are stronger."""
    small = [f for f, p in zip(product.args, parts, strict=True) if p == 0]
    large = [f for f, p in zip(product.args, parts, strict=True) if p in (sp.oo, -sp.oo)]
    bases = {_base(f) for f in small}
    logarithms = [f.base if f.is_Pow and f.exp.is_Rational else f for f in large]
    if all(isinstance(f, sp.log) for f in logarithms):
        # u**a log(c u)**k -> 0 as u -> 0+, for a > 0
        inside = {f.args[0].as_independent(symbol, as_Add=False)[1] for f in logarithms}
        return inside <= bases and len(inside) == 1
    exponentials = [f for f in small if isinstance(f, sp.exp)]
    if exponentials and all(_base(f) == symbol or _slow(f, symbol) for f in large):
        # exp(-c x**k) times powers of x and logarithms -> 0 as x -> oo
        exponents = [f.exp.as_independent(symbol, as_Add=False)[1] for f in exponentials]
        return any(_base(e) == symbol for e in exponents)
    return False


def _slow(factor: Any, symbol: sp.Symbol) -> bool:
    """Whether the factor is the logarithm of a rational function."""
    return isinstance(factor, sp.log) and bool(factor.args[0].is_rational_function(symbol))


def _base(factor: Any) -> Any:
    """The base of a positive rational power (a factor counts as its own first power)."""
    if factor.is_Pow and factor.exp.is_Rational and factor.exp > 0:
        return factor.base
    return factor


def _sign_of(value: Any) -> int:
    """The sign of a limit; 0 where it is zero or not known."""
    return constant_sign(value) or 0


def gruntz_limit(
    expr: Any, symbol: sp.Symbol, end: Any, deadline: float, side: int = 1
) -> Any | None:
    """The finite limit that SymPy finds in a few seconds, where values near the end agree with it.

    `side` says from which side a finite end is approached: 1 from above, -1 from below.
    """
    if expr.free_symbols != {symbol} or expr.count_ops() > _LIMIT_OPERATIONS:
        return None
    try:
        with expires_at(min(deadline, clock.now() + _LIMIT_SECONDS)):
            value = sp.limit(expr, symbol, end, "+" if side > 0 else "-")
    except (Expired, NotImplementedError, ValueError, TypeError, AttributeError, RecursionError):
        return None
    if not is_real_number(value):
        return None
    return value if _approached(expr - value, symbol, end, side) else None


def _approached(gap: Any, symbol: sp.Symbol, end: Any, side: int) -> bool:
    """Whether |gap| gets small near the end."""
    # Towards a finite end the gap has to fall like a power, towards infinity at all.
    least = 3 if end.is_finite else 1
    sign = -1 if end == -sp.oo else 1
    if end.is_finite:
        gap = gap.subs(symbol, end + side / symbol)
    program = compile_program([gap], [symbol])
    with precision(2000):
        sizes = []
        for x in (10, 100, 1000):
            value = enclose(program, [Interval(arb(sign * x), arb(sign * x))])[0]
            if not value.is_finite():
                return False
            sizes.append(max(abs(float(value.lo)), abs(float(value.hi))))
    return least**2 * sizes[2] <= least * sizes[1] <= sizes[0] and sizes[2] < 0.1
