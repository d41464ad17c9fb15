"""The value of a real expression at one exact point, and whether a relation holds there.

Values are exact rationals while the operations allow it, balls of Arb otherwise. Every
subexpression has to be a defined real number: `log(-2)` or `1/0` anywhere makes the whole
undefined. Nothing is decided by a tolerance: two values count as different when their balls are
disjoint, and as equal only when both are the same exact rational.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sympy as sp
from flint import arb, ctx, fmpq, fmpz

from symbolic.ball_gamma import polygamma_at

if TYPE_CHECKING:
    from collections.abc import Iterator

_EXACT_BITS = 40_000
_MOST_TERMS = 2_000

Value = Any  # fmpq while exact, arb otherwise


class Undefined(Exception):
    """The expression has no real value at the point; the message names the subexpression."""


class Undetermined(Exception):
    """Neither a value nor its absence could be established at this precision."""


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Work with `bits` bits in Arb inside the block."""
    before = ctx.prec
    ctx.prec = bits
    try:
        yield
    finally:
        ctx.prec = before


def to_ball(value: Value) -> arb:
    """The value as a ball."""
    return value if isinstance(value, arb) else arb(value)


def sign_of(value: Value) -> int | None:
    """-1, 0 or 1, or None when the ball straddles zero."""
    if isinstance(value, fmpq):
        return (value > 0) - (value < 0)
    if value > 0:
        return 1
    if value < 0:
        return -1
    return 0 if value.is_zero() else None


def _real(ball: arb, expr: sp.Basic) -> arb:
    if not ball.is_finite():
        raise Undetermined(str(expr))
    return ball


def _small(value: fmpq) -> bool:
    return int(value.p.bit_length()) + int(value.q.bit_length()) < _EXACT_BITS


def _power(base: Value, exponent: Value, expr: sp.Basic) -> Value:
    sign = sign_of(base)
    if isinstance(exponent, fmpq) and exponent.q == 1:
        n = int(exponent)
        if n < 0 and sign == 0:
            raise Undefined(f"division by zero in {expr}")
        if n < 0 and sign is None:
            raise Undetermined(str(expr))
        if isinstance(base, fmpq):
            size = int(base.p.bit_length()) + int(base.q.bit_length())
            if base in (0, 1) or size * abs(n) < _EXACT_BITS:
                return base**n if n >= 0 else fmpq(1) / base ** (-n)
        if abs(n) > 10**9:
            raise Undetermined(str(expr))
        return _real(to_ball(base) ** n, expr)
    if sign == -1:
        if isinstance(exponent, fmpq):
            raise Undefined(f"a root of a negative number in {expr}")
        if to_ball(exponent).contains_integer():
            raise Undetermined(str(expr))
        raise Undefined(f"a non-integer power of a negative number in {expr}")
    power_sign = sign_of(exponent)
    if sign == 0:
        if power_sign == 1:
            return fmpq(0)
        if power_sign == -1:
            raise Undefined(f"division by zero in {expr}")
        raise Undetermined(str(expr))
    if sign is None:
        raise Undetermined(str(expr))
    if isinstance(exponent, fmpq) and exponent.q <= 64 and isinstance(base, fmpq):
        root = _exact_root(base, int(exponent.q))
        if root is not None:
            return _power(root, fmpq(exponent.p), expr)
    if isinstance(exponent, fmpq) and exponent == fmpq(1, 2):
        return _real(to_ball(base).sqrt(), expr)
    return _real(to_ball(base) ** to_ball(exponent), expr)


def _exact_root(base: fmpq, degree: int) -> fmpq | None:
    top, exact_top = sp.integer_nthroot(int(base.p), degree)
    bottom, exact_bottom = sp.integer_nthroot(int(base.q), degree)
    return fmpq(int(top), int(bottom)) if exact_top and exact_bottom else None


def _log(x: Value, expr: sp.Basic) -> Value:
    sign = sign_of(x)
    if sign in (-1, 0):
        raise Undefined(f"the logarithm of a number that is not positive in {expr}")
    if sign is None:
        raise Undetermined(str(expr))
    return fmpq(0) if isinstance(x, fmpq) and x == 1 else _real(to_ball(x).log(), expr)


def _within(low: int | None, high: int | None, open_ends: bool = False) -> Callable[..., None]:
    """A guard: the argument lies between the bounds, or the expression is undefined."""

    def guard(x: Value, expr: sp.Basic) -> None:
        for bound, way in ((low, 1), (high, -1)):
            if bound is None:
                continue
            sign = sign_of(x - bound)
            if sign is None:
                raise Undetermined(str(expr))
            if sign == -way or (open_ends and sign == 0):
                raise Undefined(f"an argument out of range in {expr}")

    return guard


def _off_poles(x: Value, expr: sp.Basic) -> None:
    if isinstance(x, fmpq):
        if x.q == 1 and x <= 0:
            raise Undefined(f"a pole in {expr}")
    elif not x > 0 and x.contains_integer():
        raise Undetermined(str(expr))


def _positive_for_loggamma(x: Value, expr: sp.Basic) -> None:
    # Left of zero conventions differ (log|gamma| or a branch of the logarithm), so only the right
    # half-line counts as the real domain.
    sign = sign_of(x)
    if sign in (-1, 0):
        raise Undefined(f"loggamma at or left of zero in {expr}")
    if sign is None:
        raise Undetermined(str(expr))


_FUNCTIONS: dict[type, tuple[str, Callable[..., None] | None, dict[int, int]]] = {
    **{f: (f.__name__, None, {0: 0}) for f in (sp.sin, sp.tan, sp.sinh, sp.tanh, sp.atan)},
    **{f: (f.__name__, None, {0: 0}) for f in (sp.asinh, sp.erf, sp.erfi)},
    **{f: (f.__name__, None, {0: 1}) for f in (sp.cos, sp.sec, sp.cosh, sp.sech, sp.erfc)},
    sp.exp: ("exp", None, {0: 1}),
    sp.cot: ("cot", None, {}),
    sp.csc: ("csc", None, {}),
    sp.asin: ("asin", _within(-1, 1), {0: 0}),
    sp.acos: ("acos", _within(-1, 1), {1: 0}),
    sp.acosh: ("acosh", _within(1, None), {1: 0}),
    sp.atanh: ("atanh", _within(-1, 1, open_ends=True), {0: 0}),
    sp.gamma: ("gamma", _off_poles, {1: 1, 2: 1}),
    sp.loggamma: ("lgamma", _positive_for_loggamma, {1: 0, 2: 0}),
}
_OF_INVERSE = {sp.asec: sp.acos, sp.acsc: sp.asin, sp.acoth: sp.atanh, sp.acsch: sp.asinh}
_NAN_AT_ZERO = {sp.cot, sp.csc, sp.coth, sp.csch}
_NO_REALS = frozenset({sp.zoo, sp.oo, -sp.oo, sp.nan})
_CONSTANTS: dict[sp.Basic, Callable[[], arb]] = {
    sp.pi: arb.pi,
    sp.E: lambda: arb(1).exp(),
    sp.EulerGamma: arb.const_euler,
    sp.Catalan: arb.const_catalan,
    sp.GoldenRatio: lambda: (1 + arb(5).sqrt()) / 2,
}


def evaluate(expr: sp.Basic, point: Mapping[sp.Symbol, Any]) -> Value:
    """The real value of `expr` where each symbol has the value `point` gives (fmpq or arb).

    Raises `Undefined` when some subexpression has no real value, `Undetermined` when the present
    precision, or the function, does not allow to tell.
    """
    if expr.is_Symbol:
        try:
            return point[expr]
        except KeyError:
            raise Undetermined(f"{expr} has no value") from None
    if expr.is_Rational:
        return fmpq(int(expr.p), int(expr.q))
    if expr.is_Add:
        total: Value = fmpq(0)
        for term in expr.args:
            total = total + evaluate(term, point)
        return total
    if expr.is_Mul:
        product: Value = fmpq(1)
        for factor in expr.args:
            value = evaluate(factor, point)
            product = product * value
            if isinstance(product, fmpq) and not _small(product):
                product = arb(product)
        return product
    if expr.is_Pow:
        if expr.base is sp.E:
            return _apply(sp.exp, evaluate(expr.exp, point), expr)
        return _power(evaluate(expr.base, point), evaluate(expr.exp, point), expr)
    if expr in _CONSTANTS:
        return _CONSTANTS[expr]()
    if expr in _NO_REALS:
        raise Undefined(f"{expr} is not a real number")
    return _function(expr, point)


def _apply(head: type, x: Value, expr: sp.Basic) -> Value:
    name, guard, exact = _FUNCTIONS[head]
    if guard is not None:
        guard(x, expr)
    if isinstance(x, fmpq) and x.q == 1 and int(x) in exact:
        return fmpq(exact[int(x)])
    return _real(getattr(to_ball(x), name)(), expr)


def _function(expr: sp.Basic, point: Mapping[sp.Symbol, Any]) -> Value:
    head = expr.func
    if isinstance(expr, sp.Piecewise):
        return _piecewise(expr, point)
    if isinstance(expr, sp.Sum | sp.Product):
        return _fold(expr, point)
    args = [evaluate(a, point) for a in expr.args]
    if head in _FUNCTIONS and len(args) == 1:
        return _apply(head, args[0], expr)
    if head in _NAN_AT_ZERO:
        if sign_of(args[0]) == 0:
            raise Undefined(f"a pole in {expr}")
        return _real(getattr(to_ball(args[0]), head.__name__)(), expr)
    if head is sp.log and len(args) == 1:
        return _log(args[0], expr)
    if head in _OF_INVERSE:
        return _apply(_OF_INVERSE[head], _power(args[0], fmpq(-1), expr), expr)
    if head is sp.acot:
        # SymPy's convention: odd, with a jump at 0, where the value is pi/2.
        if sign_of(args[0]) == 0:
            return arb.pi() / 2
        return _apply(sp.atan, _power(args[0], fmpq(-1), expr), expr)
    if head is sp.Abs:
        return abs(args[0])
    if head is sp.sign:
        sign = sign_of(args[0])
        if sign is None:
            raise Undetermined(str(expr))
        return fmpq(sign)
    if head in (sp.Max, sp.Min):
        return _extreme(args, head is sp.Max)
    if head in (sp.floor, sp.ceiling):
        return _round(args[0], expr, head is sp.ceiling)
    if head is sp.atan2:
        return _real(arb.atan2(to_ball(args[0]), to_ball(args[1])), expr)
    if head in (sp.factorial, sp.binomial, sp.RisingFactorial, sp.FallingFactorial, sp.beta):
        return _combinatorial(head, args, expr)
    if head is sp.harmonic and len(args) == 1:
        return _real((to_ball(args[0]) + 1).digamma() + arb.const_euler(), expr)
    if head is sp.polygamma and expr.args[0].is_Integer:
        _off_poles(args[1], expr)
        return _real(polygamma_at(int(expr.args[0]), to_ball(args[1])), expr)
    raise Undetermined(f"{head.__name__} is not evaluated")


def _extreme(args: list[Value], largest: bool) -> Value:
    if all(isinstance(a, fmpq) for a in args):
        return max(args) if largest else min(args)
    balls = [to_ball(a) for a in args]
    result = balls[0]
    for ball in balls[1:]:
        result = result.max(ball) if largest else result.min(ball)
    return result


def _round(x: Value, expr: sp.Basic, up: bool) -> fmpq:
    if isinstance(x, fmpq):
        return fmpq(x.ceil() if up else x.floor())
    ball = x.ceil() if up else x.floor()
    whole = ball.unique_fmpz()
    if whole is None:
        raise Undetermined(str(expr))
    return fmpq(whole)


def _combinatorial(head: type, args: list[Value], expr: sp.Basic) -> Value:
    def gamma(x: Value) -> Value:
        _off_poles(x, expr)
        if isinstance(x, fmpq) and x.q == 1 and x <= 1_000:
            return fmpq(fmpz.fac_ui(int(x) - 1))
        return to_ball(x).gamma()

    a = args[0]
    if head is sp.factorial:
        return gamma(a + 1)
    b = args[1]
    if head is sp.beta:
        return gamma(a) * gamma(b) / gamma(a + b)
    if isinstance(b, fmpq) and b.q == 1 and 0 <= b <= 2_000:
        product: Value = fmpq(1)
        for i in range(int(b)):
            product = product * (a + i if head is sp.RisingFactorial else a - i)
        return product / fmpz.fac_ui(int(b)) if head is sp.binomial else product
    raise Undetermined(str(expr))


def _piecewise(expr: sp.Piecewise, point: Mapping[sp.Symbol, Any]) -> Value:
    for branch, condition in expr.args:
        truth = truth_at(condition, point)
        if truth is None:
            raise Undetermined(str(condition))
        if truth:
            return evaluate(branch, point)
    raise Undefined(f"no branch of {expr} applies")


def _fold(expr: sp.Sum | sp.Product, point: Mapping[sp.Symbol, Any]) -> Value:
    if any(len(limits) != 3 for limits in expr.limits):
        raise Undetermined(str(expr))
    return _folded(expr, len(expr.limits), point)


def _folded(expr: sp.Sum | sp.Product, depth: int, point: Mapping[sp.Symbol, Any]) -> Value:
    """The sum over the first `depth` indices."""
    if depth == 0:
        return evaluate(expr.function, point)
    index, first, last = expr.limits[depth - 1]
    ends = [evaluate(e, point) for e in (first, last)]
    if not all(isinstance(e, fmpq) and e.q == 1 for e in ends):
        raise Undetermined(str(expr))
    low, high = (int(e) for e in ends)
    is_sum = isinstance(expr, sp.Sum)
    # An empty range ends just before it starts; for others SymPy has a convention of its own.
    if high < low - 1 or high - low > _MOST_TERMS:
        raise Undetermined(str(expr))
    total: Value = fmpq(0 if is_sum else 1)
    for k in range(low, high + 1):
        term = _folded(expr, depth - 1, {**point, index: fmpq(k)})
        total = total + term if is_sum else total * term
    return total


def compare(relation: sp.Basic, a: Value, b: Value) -> bool | None:
    sign = sign_of(a - b)
    if sign is None:
        # The ball of the difference straddles zero; only the weak side may be known.
        return None
    return {
        sp.Eq: sign == 0,
        sp.Ne: sign != 0,
        sp.Ge: sign >= 0,
        sp.Gt: sign > 0,
        sp.Le: sign <= 0,
        sp.Lt: sign < 0,
    }[relation.func]


def truth_at(condition: sp.Basic, point: Mapping[sp.Symbol, Any]) -> bool | None:
    """Whether a Boolean combination of relations holds at the point; None when it stays open.

    Raises `Undefined` when a relation that decides the answer has an undefined side.
    """
    if condition is sp.true or condition is sp.false:
        return condition is sp.true
    if isinstance(condition, sp.And | sp.Or):
        neutral = isinstance(condition, sp.And)
        found = [truth_at(c, point) for c in condition.args]
        if (not neutral) in found:
            return not neutral
        return None if None in found else neutral
    if isinstance(condition, sp.Not):
        inner = truth_at(condition.args[0], point)
        return None if inner is None else not inner
    if not isinstance(condition, sp.core.relational.Relational):
        return None
    lhs, rhs = condition.args
    if isinstance(lhs, sp.MatrixBase) or isinstance(rhs, sp.MatrixBase):
        return None
    left = evaluate(lhs, point)
    if lhs == rhs:
        return compare(condition, fmpq(0), fmpq(0))
    return compare(condition, left, evaluate(rhs, point))
