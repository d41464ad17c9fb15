"""The power series of a term at one point, with its remainder, from those of its arguments."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import factorial

from mpmath.libmp import fone, fzero

from symbolic.recheck import expand_gamma as gammas
from symbolic.recheck import expand_growth as growth
from symbolic.recheck.intervals import (
    Ball,
    Box,
    Evaluator,
    ball,
    exact,
    exp,
    inverse,
    negate,
    plus,
    rational_power,
    times,
)
from symbolic.recheck.kernel import Facts, Prover
from symbolic.recheck.local import NIL, ONE, PREC, ZERO, Local, Series, Value, rational
from symbolic.recheck.normal import is_zero, rational_constant
from symbolic.recheck.paths import without
from symbolic.recheck.statement import Side
from symbolic.recheck.terms import (
    Rejected,
    Term,
    Unclear,
    add,
    make,
    mul,
    number,
    power,
    sub,
    symbol,
)

SLOT = symbol("0")
HALF_PI = mul(number(Fraction(1, 2)), make("pi"))
Jet = Callable[[Value, int], list[Value]]
Rule = Callable[[Term], Term]


class Expander:
    """The series of terms, each from those of its arguments."""

    def __init__(self, p: Prover, box: Box, name: str, facts: Facts, local: Local) -> None:
        self.p, self.box, self.name, self.facts, self.local = p, box, name, facts, local
        self.bare = without(facts, name)
        self.constants = Evaluator(box, PREC, self.bare.known())
        self.memo: dict[Term, Series] = {}
        self.taming = False

    def __call__(self, t: Term) -> Series:
        if t not in self.memo:
            self.memo[t] = self.found(t)
        return self.memo[t]

    def value(self, t: Term) -> Value:
        """A coefficient that is this term, which the variable does not occur in."""
        if t.op == "rat":
            return Value(t)
        enclosure = self.constants(t)
        if not enclosure.nonzero() and is_zero(t):
            return ZERO
        return Value(t, enclosure)

    def apply(self, function: str | Rule, a: Value) -> Value:
        """f(a), exact where a is."""
        build = (lambda u: make(function, u)) if isinstance(function, str) else function
        if a.term is not None:
            return self.value(build(a.term))
        known = {SLOT: a.ball}
        return Value(None, Evaluator({"0": Side(None, None)}, PREC, known)(build(SLOT)))

    def known(self, t: Term) -> Ball | None:
        """An enclosure of the term over the box."""
        try:
            return self.p.enclose(t, self.box, self.facts)
        except Unclear:
            return None

    def found(self, t: Term) -> Series:
        local = self.local
        if self.name not in t.free:
            return local.constant(self.value(t))
        if t.op in ("add", "mul"):
            join = local.add if t.op == "add" else local.multiply
            total = self(t.args[0])
            for arg in t.args[1:]:
                total = join(total, self(arg))
            return total
        if t.op == "pow":
            return self.power(*t.args)
        if t.op == "exp":
            return self.exponential(self(t.args[0]))
        if t.op == "log":
            return self.logarithm_of(t.args[0])
        if t.op in ("sin", "cos"):
            return self.wave(t)
        if t.op == "tanh" and self(t.args[0]).v < 0:
            return self(self.saturating(t.args[0]))
        if t.op in gammas.OPS:
            return gammas.gamma_series(self, t)
        rule = RULES.get(t.op)
        if rule is not None:
            return self(rule(t.args[0]))
        if t.op in ("asin", "acos", "atan", "erf", "erfc"):
            return self.arc(t)
        raise Rejected(f"no expansion of {t.op[:40]}")

    def logarithm_of(self, inner: Term) -> Series:
        try:
            return self.logarithm(self(inner), self.known(inner))
        except growth.Grows:
            exponent, rest = self.tamed(inner)
            return self.local.add(self(exponent), self.logarithm(self(rest), None))

    def tamed(self, inner: Term) -> tuple[Term, Term]:
        """The growing exponential and the rest, but not of one within another."""
        if self.taming:
            raise Rejected("an exponential of what grows like one")
        self.taming = True
        try:
            exponent, rest = growth.tamed(inner, self)
        finally:
            self.taming = False
        if exponent.op == "rat":
            raise Rejected("an exponential that grows within another function")
        return exponent, rest

    def power(self, base: Term, exponent: Term) -> Series:
        e = rational_constant(exponent)
        if e is None:
            return self.exponential(self.local.multiply(self(exponent), self(make("log", base))))
        try:
            a = self(base)
        except growth.Grows:
            if e > 0:
                raise
            scale, rest = self.tamed(base)
            return self(mul(make("exp", mul(number(e), scale)), make("pow", rest, exponent)))
        if e.denominator == 1 and e >= 0:
            total = self.local.constant(ONE)
            for _ in range(int(e)):
                total = self.local.multiply(total, a)
            return total
        a = self.local.stripped(a)
        if (a.v * e).denominator != 1:
            raise Rejected("a fractional power of the local variable")
        if e.denominator != 1 and not a.values[0].ball.positive():
            raise Rejected("a root of what is negative")
        if a.logs is not None:
            raise Rejected("a power of a logarithm")
        known = self.known(base) if a.v == 0 else None
        found = self.local.compose(self.power_jet(e), Series(0, a.values, a.rest), known)
        return Series(found.v + int(a.v * e), found.values, found.rest)

    def power_jet(self, e: Fraction) -> Jet:
        def jet(x: Value, n: int) -> list[Value]:
            if x.term is not None:
                first = self.value(make("pow", x.term, number(e)))
            else:
                if not x.ball.nonzero() or (e.denominator != 1 and not x.ball.positive()):
                    raise Rejected("a power of what may be zero")
                first = Value(None, rational_power(x.ball, e, PREC))
            if x.term is None and n:  # the binomial coefficient times x**(e - n), as it stands
                size = Fraction(1)
                for k in range(n):
                    size *= (e - k) / Fraction(k + 1)
                tail = times(exact(size, PREC), rational_power(x.ball, e - n, PREC), PREC)
                return [*[ZERO] * n, Value(None, tail)]
            found, down = [first], x.inverted()
            for k in range(n):
                found.append(found[-1] * down * rational((e - k) / (k + 1)))
            return found

        return jet

    def exponential(self, a: Series) -> Series:
        if a.logs is not None:
            inner = self.exponential(Series(a.v, a.values, a.rest))
            return Series(inner.v + _whole(a.logs), inner.values, inner.rest)
        a = self.local.trimmed(a)
        if a.v < 0:
            return self.fading(a)

        def jet(x: Value, n: int) -> list[Value]:
            whole = self.apply("exp", x)
            return [whole * rational(Fraction(1, factorial(k))) for k in range(n + 1)]

        return self.local.compose(jet, a)

    def fading(self, a: Series) -> Series:
        """exp(a) where a <= -m s**-k: at most the largest value of exp(-m s**-k), times s**n."""
        k, n = -a.v, self.local.most
        size = negate(self.local.span(a.values, a.rest))
        if not size.positive():
            raise growth.Grows("an exponential that grows")
        m = Ball(size.lo, size.lo)
        # exp(-m s**-k) s**-n is greatest at s**k = k m / n, where it is (n / (k m e))**(n/k).
        inside = inverse(times(times(exact(Fraction(k, n), PREC), m, PREC), self.e(), PREC), PREC)
        most = rational_power(inside, Fraction(n, k), PREC).hi
        top = Ball(self.local.reach.hi, self.local.reach.hi)
        here = rational_power(top, Fraction(k), PREC)
        if plus(times(exact(Fraction(k, n), PREC), m, PREC), negate(here), PREC).positive():
            value = exp(negate(times(m, inverse(here, PREC), PREC)), PREC)
            most = times(value, rational_power(top, Fraction(-n), PREC), PREC).hi
        return Series(0, (ZERO,) * n, ball(fzero, most))

    def saturating(self, a: Term) -> Term:
        """tanh(a) by the exponential that tends to 0."""
        sign = 1 if self.local.stripped(self(a)).values[0].ball.positive() else -1
        small = make("exp", mul(number(-2 * sign), a))
        return mul(
            number(sign), sub(number(1), mul(number(2), small, power(add(number(1), small), -1)))
        )

    def e(self) -> Ball:
        return exp(Ball(fone, fone), PREC)

    def logarithm(self, a: Series, known: Ball | None) -> Series:
        a = self.local.stripped(a)
        if a.logs is not None or not a.values[0].ball.positive():
            raise Rejected("a logarithm of what is not positive")

        def jet(x: Value, n: int) -> list[Value]:
            if x.term is None and not x.ball.positive():
                raise Rejected("a logarithm of what may be zero")
            down, total = x.inverted(), ONE
            found = [self.apply("log", x) if x.term is not None else ZERO]
            for k in range(1, n + 1):
                total = total * down
                found.append(total * rational(Fraction((-1) ** (k - 1), k)))
            return found

        found = self.local.compose(jet, Series(0, a.values, a.rest), known if a.v == 0 else None)
        logs = Series(0, (rational(a.v),)) if a.v else None
        return Series(found.v, found.values, found.rest, logs)

    def wave(self, t: Term) -> Series:
        a = self(t.args[0])
        if a.logs is not None or (a.v < 0 and not all(value.is_nil for value in a.values[: -a.v])):
            return Series(0, (), Ball(negate(self.one()).lo, self.one().hi))

        def jet(x: Value, n: int) -> list[Value]:
            pair = [self.apply("sin", x), self.apply("cos", x)]
            cycle = [pair[0], pair[1], -pair[0], -pair[1]]
            shift = 0 if t.op == "sin" else 1
            return [
                cycle[(k + shift) % 4] * rational(Fraction(1, factorial(k))) for k in range(n + 1)
            ]

        return self.local.compose(jet, a)

    def one(self) -> Ball:
        return Ball(fone, fone)

    def arc(self, t: Term) -> Series:
        """Arcs and error functions, whose slopes are powers and exponentials of polynomials."""
        (inner,) = t.args
        a = self.local.trimmed(self(inner))
        if a.v < 0:
            return self.arc_far(t, self.local.stripped(a))
        first = a.values[0] if a.v == 0 and a.values else ZERO
        if t.op in ("asin", "acos") and first.term is not None:
            for sign in (1, -1):
                if is_zero(add(first.term, number(-sign))):  # acos(u) = 2 asin(sqrt((1 - u)/2))
                    half = mul(number(Fraction(1, 2)), sub(number(1), mul(number(sign), inner)))
                    arc = mul(number(2), make("asin", power(half, Fraction(1, 2))))
                    arc = arc if t.op == "acos" else sub(HALF_PI, arc)
                    if sign == -1:
                        arc = sub(make("pi"), arc) if t.op == "acos" else mul(number(-1), arc)
                    return self(arc)
        return self.local.compose(lambda x, n: self.arc_jet(t.op, x, n), a, self.known(inner))

    def arc_far(self, t: Term, a: Series) -> Series:
        """Arctangents and error functions of what tends to infinity."""
        sign = 1 if a.values[0].ball.positive() else -1
        if t.op == "atan":  # atan(u) = +-pi/2 - atan(1/u)
            rest = make("atan", power(t.args[0], -1))
            return self(sub(mul(number(sign), HALF_PI), rest))
        if t.op in ("erf", "erfc"):  # 0 < erfc(|u|) < exp(-u**2)
            square = self.local.multiply(a, a)
            size = self.fading(self.local.scale(square, rational(-1)))
            if sign == -1 or t.op == "erf":
                size = self.local.scale(size, rational(-1))
            limit = {"erf": sign, "erfc": 1 - sign}[t.op]
            if t.op == "erf" and sign == -1:
                size = self.local.scale(size, rational(-1))
            return self.local.add(self.local.constant(rational(limit)), size)
        raise Rejected(f"{t.op} of what grows")

    def arc_jet(self, op: str, x: Value, n: int) -> list[Value]:
        value = self.apply(op, x) if x.term is not None else ZERO
        if n == 0:
            return [value]
        if op in ("erf", "erfc"):
            sign = 1 if op == "erf" else -1
            scale = self.value(mul(number(2 * sign), power(make("pi"), Fraction(-1, 2))))
            square = -(x * x)
            if x.term is None:
                square = Value(None, negate(rational_power(x.ball, Fraction(2), PREC)))
            slopes, before = [self.apply("exp", square) * scale], ZERO
            for k in range(n - 1):
                step = (x * slopes[-1] + before) * rational(Fraction(-2, k + 1))
                before = slopes[-1]
                slopes.append(step)
        elif op == "atan" and x.term is None:
            # |atan**(n)(x)| <= (n - 1)! (1 + x**2)**(-n/2)
            square = Value(None, rational_power(x.ball, Fraction(2), PREC))
            size = rational_power((ONE + square).ball, Fraction(-n, 2), PREC).hi
            size = times(Ball(size, size), exact(Fraction(1, n), PREC), PREC).hi
            return [*[ZERO] * n, Value(None, Ball(negate(Ball(size, size)).lo, size))]
        else:
            # The slope is (p + q t + r t**2)**e at x + t.
            sign = 1 if op == "atan" else -1
            e = Fraction(-1) if op == "atan" else Fraction(-1, 2)
            square = x * x
            if x.term is None:
                square = Value(None, rational_power(x.ball, Fraction(2), PREC))
            at = ONE + square * rational(sign)
            if not at.ball.positive():
                raise Rejected("an arcsine near its end")
            linear, quadratic = x * rational(2 * sign), rational(sign)
            start = self.power_jet(e)(at, 0)[0]
            slopes = [start if op != "acos" else -start]
            down = at.inverted()
            for k in range(n - 1):  # from P y' = e P' y
                total = linear * slopes[k] * rational(e - k)
                if k:
                    total = total + quadratic * slopes[k - 1] * rational(2 * e - (k - 1))
                slopes.append(total * down * rational(Fraction(1, k + 1)))
        return [value, *(c * rational(Fraction(1, k + 1)) for k, c in enumerate(slopes))]


def _whole(logs: Series) -> int:
    """The whole number that a coefficient of log s is."""
    parts = [value for value in logs.values if not value.is_nil]
    here = logs.values[-logs.v] if -len(logs.values) < logs.v <= 0 else ZERO
    term = here.term
    if logs.rest != NIL or len(parts) != 1 or term is None or term.op != "rat" or not term.value:
        raise Rejected("the exponential of a logarithm with another factor")
    if term.value.denominator != 1:
        raise Rejected("a fractional power of the local variable")
    return int(term.value)


def _quotient(top: str, bottom: str) -> Rule:
    return lambda a: mul(make(top, a), power(make(bottom, a), -1))


def _exponentials(a: Term) -> tuple[Term, Term]:
    return make("exp", a), make("exp", mul(number(-1), a))


def _half(sign: int) -> Rule:
    def rule(a: Term) -> Term:
        up, down = _exponentials(a)
        return mul(number(Fraction(1, 2)), add(up, mul(number(sign), down)))

    return rule


def _root_of_square(a: Term, shift: int) -> Term:
    return power(add(power(a, 2), number(shift)), Fraction(1, 2))


RULES: dict[str, Rule] = {
    "tan": _quotient("sin", "cos"),
    "cot": _quotient("cos", "sin"),
    "sec": lambda a: power(make("cos", a), -1),
    "csc": lambda a: power(make("sin", a), -1),
    "tanh": _quotient("sinh", "cosh"),
    "coth": _quotient("cosh", "sinh"),
    "sinh": _half(-1),
    "cosh": _half(1),
    "asinh": lambda a: make("log", add(a, _root_of_square(a, 1))),
    "acosh": lambda a: make("log", add(a, _root_of_square(a, -1))),
    "atanh": lambda a: mul(
        number(Fraction(1, 2)),
        sub(make("log", add(number(1), a)), make("log", sub(number(1), a))),
    ),
}
