"""Extension: exact limits at infinite and excluded ends.

By the rules for sums, products and known functions; where those give 0 * oo, oo - oo or 1**oo, by
orders of growth, or by the Taylor polynomial in 1/x at 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from math import factorial

from symbolic.recheck.intervals import Ball, Box, Unclear
from symbolic.recheck.normal import is_zero, rational_constant
from symbolic.recheck.prover import SIGN, Facts, Prover, jumps
from symbolic.recheck.statement import Json
from symbolic.recheck.terms import (
    MINUS_ONE,
    ONE,
    ZERO,
    Rejected,
    Term,
    add,
    derivative,
    make,
    mul,
    number,
    power,
    substitute,
    symbol,
)

Limit = Term | int  # a finite limit (free of the variable), or 1 and -1 for the infinities
Growth = tuple[int, Fraction, Fraction]  # sign of an exponential rate, power of x, power of log x
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
STEADY: Growth = (0, Fraction(0), Fraction(0))


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

    # 0 * oo and oo - oo.

    def by_growth(self, t: Term) -> Limit:
        try:
            if self.growth(t) < STEADY:
                return ZERO
        except Rejected:
            pass
        return Expansion(self).limit(t)

    def growth(self, t: Term) -> Growth:
        """(e, p, l): |t| is between constants times exp(e * a power of x) x**p log(x)**l.

        The power in the exponential is positive and not stated; with e = -1 (or 1) p and l do not
        matter, since any such exponential outdoes them.
        """
        if t.op == "sym" and t.value == self.name:
            return 0, Fraction(1), Fraction(0)
        if t.op == "mul":
            parts = [self.growth(arg) for arg in t.args]
            if {1, -1} <= {e for e, _, _ in parts}:
                raise Rejected("two exponentials")
            e = sum(part[0] for part in parts)
            return (
                (e > 0) - (e < 0),
                sum((p[1] for p in parts), Fraction(0)),
                sum((p[2] for p in parts), Fraction(0)),
            )
        if t.op == "pow" and rational_constant(t.args[1]) is not None:
            r, (e, p, q) = rational_constant(t.args[1]) or Fraction(0), self.growth(t.args[0])
            return e * ((r > 0) - (r < 0)), p * r, q * r
        if t.op in ("exp", "erfc", "log") and self.name in t.free:
            inner = self.of(t.args[0])
            e, p, _ = self.growth(t.args[0]) if isinstance(inner, int) else STEADY
            if e == 0 and p > 0 and t.op == "exp" and isinstance(inner, int):
                return inner, Fraction(0), Fraction(0)
            if e == 0 and p > 0 and t.op == "erfc" and inner == 1:
                return -1, Fraction(0), Fraction(0)
            if t.op == "log" and isinstance(inner, Term) and is_zero(inner):
                e, p, _ = self.growth(t.args[0])
                p = -p
            if t.op == "log" and e == 0 and p > 0:
                return 0, Fraction(0), Fraction(1)
        if t.op == "add" and self.fades(t):
            return -1, Fraction(0), Fraction(0)
        value = self.by_rules(t) if self.name in t.free else t
        if isinstance(value, int):
            return self.largest(t)
        self.sign(value)
        return STEADY

    def largest(self, t: Term) -> Growth:
        """The growth of a sum with one fastest term."""
        if t.op != "add":
            raise Rejected("no order of growth")
        parts = sorted((self.growth(arg) for arg in t.args), reverse=True)
        if parts[0] == parts[1] or parts[0][0] != 0:
            raise Rejected("no single fastest term")
        return parts[0]

    def fades(self, t: Term) -> bool:
        """Whether a sum is c + b f(a), f one of erf and tanh, that tends to 0."""
        found = self.by_rules(t)
        rest = [arg for arg in t.args if self.name in arg.free]
        if not isinstance(found, Term) or not is_zero(found) or len(rest) != 1:
            return False
        parts = [arg for arg in rest[0].args if self.name in arg.free]
        f = rest[0] if rest[0].op in ("erf", "tanh") else parts[0]
        if f.op not in ("erf", "tanh") or (f is not rest[0] and rest[0].op != "mul"):
            return False
        e, p, _ = self.growth(f.args[0])
        return len(parts) == 1 and e == 0 and p > 0


class Expansion:
    """t(1/s) as N(s) s**-k + l log s with N smooth at 0, and its limit as s goes to 0+."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.small = symbol("0" + limits.name)

    def limit(self, t: Term) -> Limit:
        top, pole, logs = self.split(t)
        if logs or jumps(top):
            raise Rejected("no rule for this limit")
        for k in range(pole + 1):
            value = substitute(top, {self.small.value: ZERO})
            self.limits.continuous(value)
            if not is_zero(value):
                if k < pole:
                    return self.limits.sign(value)
                return mul(number(Fraction(1, factorial(k))), value)
            top = derivative(top, self.small.value)
        return ZERO

    def scaled(self, top: Term, pole: Fraction) -> tuple[Term, int, Fraction]:
        """N s**-pole with the positive powers of s put into N."""
        if pole.denominator != 1:
            raise Rejected("a fractional power at infinity")
        if pole < 0:
            return mul(top, power(self.small, -pole)), 0, Fraction(0)
        return top, int(pole), Fraction(0)

    def split(self, t: Term) -> tuple[Term, int, Fraction]:
        if self.limits.name not in t.free:
            return t, 0, Fraction(0)
        if t.op == "sym":
            return number(self.limits.towards), 1, Fraction(0)
        parts = [self.split(arg) for arg in t.args]
        if t.op == "add":
            pole = max(k for _, k, _ in parts)
            tops = [mul(top, power(self.small, pole - k)) for top, k, _ in parts]
            return add(*tops), pole, sum((q for _, _, q in parts), Fraction(0))
        if t.op == "mul":
            constants = [rational_constant(arg) for arg in t.args if arg.op == "rat"]
            with_logs = [part for part in parts if part[2]]
            if with_logs and len(with_logs) + len(constants) < len(parts):
                raise Rejected("a logarithm times another function")
            factor = Fraction(1)
            for value in constants:
                factor *= value or 0
            logs = factor * with_logs[0][2] if len(with_logs) == 1 else Fraction(0)
            if len(with_logs) > 1:
                raise Rejected("a product of logarithms")
            return mul(*(top for top, _, _ in parts)), sum(k for _, k, _ in parts), logs
        if any(logs for _, _, logs in parts):
            raise Rejected("a function of a logarithm")
        top, pole, _ = parts[0]
        if t.op == "pow":
            exponent = rational_constant(t.args[1])
            if exponent is None:
                raise Rejected("a power with a variable exponent")
            if exponent < 0 or exponent.denominator != 1:
                top, pole = self.stripped(top, pole)
                self.positive(top, strict_sign=exponent.denominator != 1)
            return self.scaled(power(top, exponent), pole * exponent)
        if t.op == "log":
            self.positive(top, strict_sign=True)
            return make("log", top), 0, Fraction(-pole)
        if any(k for _, k, _ in parts):
            raise Rejected(f"{t.op} of what grows")
        return make(t.op, *(top for top, _, _ in parts), value=t.value), 0, Fraction(0)

    def stripped(self, top: Term, pole: int) -> tuple[Term, int]:
        """N s**-pole with the factors of N that are powers of s moved to the pole."""
        rest = []
        for part in top.args if top.op == "mul" else (top,):
            base, exponent = part.args if part.op == "pow" else (part, ONE)
            if base is self.small and exponent.op == "rat" and exponent.value.denominator == 1:
                pole -= int(exponent.value)
            else:
                rest.append(part)
        return mul(*rest), pole

    def positive(self, top: Term, strict_sign: bool) -> None:
        sign = self.limits.sign(substitute(top, {self.small.value: ZERO}))
        if strict_sign and sign < 0:
            raise Rejected("a root or logarithm of what is negative")


def monotone(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """The kernel's reason of this name from an infinite or excluded end, by the limit there."""
    name, side = p.variable(reason, box)
    direction, why = reason.get("direction"), reason.get("slope", SIGN)
    if direction not in (1, -1) or reason.get("then") != LIMIT:
        raise Rejected("at an infinite end the limit decides")
    end, is_open = (side.lo, side.lo_open) if direction == 1 else (side.hi, side.hi_open)
    if end is not None and not is_open:
        raise Rejected("at an included end the value decides, not the limit")
    path = facts.along({name})
    g = p.resolve(g, box, path)
    p.defined(g, box, path)
    inner = {**box, name: replace(side, lo_open=True, hi_open=True)}
    slope = mul(number(direction), derivative(g, name))
    if why != SIGN:
        p.defined(slope, inner, path)
    p.prove(slope, inner, goal, why, path)
    at_infinity(p, g, name, end, direction, box, ">=", facts)


def at_infinity(
    p: Prover, g: Term, name: str, end: Term | None, away: int, box: Box, goal: str, facts: Facts
) -> None:
    """The limit of g at an infinite or excluded end is known and has the sign."""
    facts, towards = facts.without({name}), -away
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
