"""Exact limits at infinity for the checker, by the rules for sums, products and known functions."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symbolic.recheck_balls import Ball, Unclear
from symbolic.recheck_evaluate import fold
from symbolic.recheck_terms import MINUS_ONE, ONE, PI, ZERO, Rejected, Term, add, make, mul, number

Limit = Term | int  # a finite limit (free of the variable), or 1 and -1 for the infinities
_HALF_PI = mul(number(Fraction(1, 2)), PI)
AT_INFINITY: dict[str, tuple[Limit, Limit]] = {
    # function: (limit at oo, limit at -oo)
    "exp": (1, ZERO),
    "atan": (_HALF_PI, mul(MINUS_ONE, _HALF_PI)),
    "tanh": (ONE, MINUS_ONE),
    "erf": (ONE, MINUS_ONE),
    "erfc": (ZERO, number(2)),
    "sinh": (1, -1),
    "cosh": (1, 1),
    "asinh": (1, -1),
    "abs": (1, 1),
}
ONLY_RIGHT: dict[str, Limit] = {"log": 1, "acosh": 1, "gamma": 1, "loggamma": 1, "digamma": 1}
_NAMES = (
    "exp log sin cos atan asin acos sinh cosh tanh asinh acosh atanh erf erfc gamma loggamma "
    "digamma abs tan max min"
)
CONTINUOUS = frozenset(_NAMES.split())


def limit(term: Term, name: str, towards: int, enclose: Callable[[Term], Ball]) -> Limit:
    """The limit as the symbol goes to +oo (`towards` 1) or -oo (-1); rejects what it cannot tell.

    `enclose` encloses terms without the symbol over the range of the others.
    """

    def sign(value: Limit) -> int:
        if isinstance(value, int):
            return value
        size = enclose(value)
        if not size.nonzero():
            raise Rejected("a limit of unknown sign")
        return 1 if size.positive() else -1

    memo: dict[Term, Limit] = {}

    def walk(t: Term) -> Limit:
        if t not in memo:
            memo[t] = found(t)
        return memo[t]

    def found(t: Term) -> Limit:
        if name not in t.free:
            return t
        if t.op == "sym":
            return towards
        values = [walk(arg) for arg in t.args]
        if t.op == "add":
            infinite = {v for v in values if isinstance(v, int)}
            if len(infinite) > 1:
                raise Rejected("a limit of the form oo - oo")
            return infinite.pop() if infinite else add(*[v for v in values if isinstance(v, Term)])
        if t.op == "mul":
            if any(isinstance(v, int) for v in values):
                total = 1
                for v in values:
                    total *= sign(v)
                return total
            return mul(*[v for v in values if isinstance(v, Term)])
        if t.op == "pow":
            return _power(values[0], fold(t.args[1]))
        if len(values) == 1 and isinstance(values[0], int):
            at = values[0]
            if t.op in AT_INFINITY:
                return AT_INFINITY[t.op][0 if at == 1 else 1]
            if t.op in ONLY_RIGHT and at == 1:
                return ONLY_RIGHT[t.op]
        elif t.op in CONTINUOUS and all(isinstance(v, Term) for v in values):
            value = make(t.op, *[v for v in values if isinstance(v, Term)])
            try:
                enclose(value)
            except Unclear as reason:
                raise Rejected("a limit at which a function is not continuous") from reason
            return value
        raise Rejected(f"no rule for the limit of {t.op}")

    def _power(base: Limit, exponent: Fraction | None) -> Limit:
        if exponent is None or exponent == 0:
            raise Rejected("no rule for the limit of this power")
        if isinstance(base, Term):
            value = make("pow", base, number(exponent))
            enclose(value)
            return value
        if exponent < 0:
            return ZERO
        if base == -1 and exponent.denominator != 1:
            raise Rejected("a root of what goes to -oo")
        return -1 if base == -1 and exponent % 2 else 1

    return walk(term)
