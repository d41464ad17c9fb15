"""Extension: limits by the Taylor polynomial in 1/x at 0."""

from __future__ import annotations

from fractions import Fraction
from math import factorial

from symbolic.recheck.limits import Limit, Limits
from symbolic.recheck.normal import is_zero, rational_constant
from symbolic.recheck.paths import derivative, no_jumps
from symbolic.recheck.terms import (
    ONE,
    ZERO,
    Rejected,
    Term,
    add,
    make,
    mul,
    number,
    power,
    require,
    substitute,
    symbol,
)


class Expansion:
    """t(1/s) as N(s) s**-k + l log s with N smooth at 0, and its limit as s goes to 0+."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.small = symbol("0" + limits.name)

    def limit(self, t: Term) -> Limit:
        top, pole, logs = self.split(t)
        require(not logs, "no rule for this limit")
        no_jumps(top)
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


KNOWN = {("limit", "expansion"): lambda limits, t: Expansion(limits).limit(t)}
