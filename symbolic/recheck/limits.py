"""Extension: exact limits at infinite and excluded ends, and signs by them.

By the rules for sums, products and known functions; where those give 0 * oo, oo - oo or 1**oo, by
orders of growth (`growth`), or by the Taylor polynomial in 1/x at 0 (`limit_series`).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symbolic.recheck.intervals import Ball, Box
from symbolic.recheck.kernel import SIGN, Facts, Json, Prover
from symbolic.recheck.normal import is_zero, rational_constant
from symbolic.recheck.paths import along, derivative, inner, prove_slope, resolved, without
from symbolic.recheck.terms import (
    MINUS_ONE,
    ONE,
    ZERO,
    Rejected,
    Term,
    Unclear,
    add,
    extension,
    make,
    mul,
    needed,
    number,
    power,
    require,
    substitute,
    symbol,
)

Limit = Term | int  # a finite limit (free of the variable), or 1 and -1 for the infinities
_HALF_PI = mul(number(Fraction(1, 2)), make("pi"))
LIMIT = {"by": "limit"}
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
    return Limits(name, towards, enclose).of(term)


def one_sided(term: Term, name: str, at: Term, side: int) -> tuple[Term, str]:
    """The term with the symbol replaced by at + side/X, and X, which goes to +oo."""
    far = "1/" + name
    near = add(at, mul(number(side), power(symbol(far), -1)))
    moved = substitute(term, {name: near})
    memo: dict[Term, Term] = {}

    def flat(t: Term) -> Term:  # (X**a)**b = X**(a b), for X > 0
        if far not in t.free or not t.args:
            return t
        if t not in memo:
            args = [flat(arg) for arg in t.args]
            if t.op == "pow" and args[0].op == "pow" and args[0].args[0] is symbol(far):
                a, b = (rational_constant(e) for e in (args[0].args[1], args[1]))
                if a is not None and b is not None:
                    return power(symbol(far), a * b)
            if t.op == "mul" and [arg.op for arg in args] == ["rat", "add"]:
                memo[t] = add(*(mul(args[0], part) for part in args[1].args))
                return memo[t]
            plain = {"add": add, "mul": mul}.get(t.op)
            memo[t] = plain(*args) if plain else make(t.op, *args, value=t.value)
        return memo[t]

    return flat(moved), far


class Limits:
    """Limits in one variable at one infinity."""

    def __init__(self, name: str, towards: int, enclose: Callable[[Term], Ball]) -> None:
        self.name, self.towards, self.enclose = name, towards, enclose
        self.memo: dict[Term, Limit] = {}

    def of(self, t: Term) -> Limit:
        if self.name not in t.free:
            return t
        if t not in self.memo:
            try:
                self.memo[t] = self.by_rules(t)
            except Rejected:
                self.memo[t] = self.by_growth(t)
        return self.memo[t]

    def sign(self, value: Limit) -> int:
        if isinstance(value, int):
            return value
        size = self.enclose(value)
        if not size.nonzero():
            raise Rejected("a limit of unknown sign")
        return 1 if size.positive() else -1

    def by_rules(self, t: Term) -> Limit:
        if t.op == "sym":
            return self.towards
        if t.op == "pow":
            return self.of_power(t)
        values = [self.of(arg) for arg in t.args]
        if t.op == "add":
            infinite = {v for v in values if isinstance(v, int)}
            if len(infinite) > 1:
                raise Rejected("a limit of the form oo - oo")
            return infinite.pop() if infinite else add(*[v for v in values if isinstance(v, Term)])
        if t.op == "mul":
            if any(isinstance(v, int) for v in values):
                total = 1
                for v in values:
                    total *= self.sign(v)
                return total
            return mul(*[v for v in values if isinstance(v, Term)])
        if len(values) == 1 and isinstance(values[0], int):
            at = values[0]
            if t.op in AT_INFINITY:
                return AT_INFINITY[t.op][0 if at == 1 else 1]
            if t.op in ONLY_RIGHT and at == 1:
                return ONLY_RIGHT[t.op]
        elif t.op == "log" and isinstance(values[0], Term) and is_zero(values[0]):
            return -1
        elif t.op in CONTINUOUS and all(isinstance(v, Term) for v in values):
            return self.continuous(make(t.op, *[v for v in values if isinstance(v, Term)]))
        raise Rejected(f"no rule for the limit of {t.op}")

    def continuous(self, value: Term) -> Term:
        try:
            self.enclose(value)
        except Unclear as reason:
            raise Rejected("a limit at which a function is not continuous") from reason
        return value

    def of_power(self, t: Term) -> Limit:
        exponent = rational_constant(t.args[1])
        if exponent is None:
            found = self.of(mul(t.args[1], make("log", t.args[0])))
            if isinstance(found, int):
                return AT_INFINITY["exp"][0 if found == 1 else 1]
            return make("exp", found)
        base = self.of(t.args[0])
        if exponent == 0:
            return ONE
        if isinstance(base, Term):
            return self.continuous(make("pow", base, number(exponent)))
        if exponent < 0:
            return ZERO
        if base == -1 and exponent.denominator != 1:
            raise Rejected("a root of what goes to -oo")
        return -1 if base == -1 and exponent % 2 else 1

    def by_growth(self, t: Term) -> Limit:
        fades = extension("limit", "fades")
        if fades and fades(self, t):
            return ZERO
        return needed("limit", "expansion")(self, t)


def monotone(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """`monotone` from an infinite or excluded end, by the limit there."""
    name, direction, why = reason["var"], reason["direction"], reason.get("slope", SIGN)
    side, path = box[name], along(facts, name)
    decides = direction in (1, -1) and reason.get("then") == LIMIT
    require(decides, "at an infinite end the limit decides")
    end, is_open = (side.lo, side.lo_open) if direction == 1 else (side.hi, side.hi_open)
    require(end is None or is_open, "at an included end the value decides, not the limit")
    g = resolved(p, g, box, path)
    p.defined(g, box, path)
    slope = mul(number(direction), derivative(g, name))
    prove_slope(p, slope, inner(box, name), goal, why, path)
    at_infinity(p, g, name, end, direction, box, ">=", facts)


def at_infinity(
    p: Prover, g: Term, name: str, end: Term | None, away: int, box: Box, goal: str, facts: Facts
) -> None:
    """The limit of g at an infinite or excluded end is known and has the sign."""
    facts, towards = without(facts, name), -away
    if end is not None:
        g, name = one_sided(g, name, end, away)
        towards = 1
    value = limit(g, name, towards, lambda t: p.enclose(t, box, facts))
    if isinstance(value, Term):
        if goal != ">=" or not is_zero(value):
            p.prove(value, box, goal, SIGN, facts)
    elif value != 1:
        raise Rejected("the limit is not known to have the sign")


KNOWN = {("reason", "limit"): monotone}
