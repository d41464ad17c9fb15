"""Extension: algebraic numbers that are too small not to be zero, and logarithms of such numbers.

A constant made of rationals, roots, and sines and cosines of rational multiples of pi is U / L with
algebraic integers U and L in a field of degree at most D. Let u and l bound all conjugates of U and
of L. Where U is not 0, its norm is a whole number other than 0, so that |U / L| >= 1/(u**(D-1) l)
(Burnikel, Funke, Mehlhorn, Schirra and Schmitt, "A separation bound for real algebraic
expressions", 2001).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, lcm

from mpmath.libmp import from_man_exp, mpf_cmp

from symbolic.recheck.intervals import Box, Evaluator, absolute
from symbolic.recheck.kernel import SIGN, Facts, Json, Prover
from symbolic.recheck.normal import is_zero, rational_value
from symbolic.recheck.statement import rational, read_expression
from symbolic.recheck.terms import ONE, Rejected, Term, add, make, mul, number, power, sub

MAX_BITS = 30_000
MAX_DEGREE = 60
MAX_POWER = 200
MAX_ORDER = 400
WAVES = ("sin", "cos", "tan", "cot", "sec", "csc")


@dataclass
class Field:
    """What generates the field: roots by (radicand, degree), and roots of unity by their order."""

    roots: set[tuple[Term, int]] = field(default_factory=set)
    order: int = 1

    def degree(self) -> int:
        found = sum(1 for k in range(1, self.order + 1) if gcd(k, self.order) == 1)
        for _, degree in self.roots:
            found *= degree
        return found


def separation(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """g == 0: a constant whose enclosure is below its separation bound."""
    if g.free:
        raise Rejected("a separation bound is for constants")
    known = Field()
    above, below = bounds(g, known)
    bits = (known.degree() - 1) * above.bit_length() + below.bit_length() + 2
    if bits > MAX_BITS:
        raise Rejected("the separation bound is too small")
    size = absolute(Evaluator({}, bits + 64, {})(g), bits + 64).hi
    if mpf_cmp(size, from_man_exp(1, -bits)) >= 0:
        raise Rejected("the constant is not below its separation bound")


def bounds(t: Term, known: Field) -> tuple[int, int]:
    """(u, l) with t = U / L as above, u and l at least 1; the field grows on the way."""
    if t.op == "rat":
        return max(1, abs(t.value.numerator)), t.value.denominator
    if t.op in ("add", "mul"):
        parts = [bounds(arg, known) for arg in t.args]
        under = 1
        for _, low in parts:
            under *= low
        over = 1 if t.op == "mul" else 0
        for up, low in parts:
            over = over * up if t.op == "mul" else over + up * (under // low)
        return checked(over, under)
    if t.op == "pow" and t.args[1].op == "rat":
        return powers(t.args[0], t.args[1].value, known)
    if t.op in WAVES:
        angle = rational_value(mul(t.args[0], power(make("pi"), -1)))
        if angle is None or angle.denominator > MAX_ORDER:
            raise Rejected("an angle that is no simple multiple of pi")
        known.order = lcm(known.order, 4, 2 * angle.denominator)
        return 2, 2  # 2 sin and 2 cos are sums of two units; for tan one over the other
    raise Rejected(f"{t.op} is not seen to be algebraic")


def powers(base: Term, exponent: Fraction, known: Field) -> tuple[int, int]:
    """Of a root U**(1/q) L**((q-1)/q) / L, raised to a whole power, or turned over."""
    if exponent.denominator > MAX_DEGREE or abs(exponent.numerator) > MAX_POWER:
        raise Rejected("a power or a root of a high degree")
    over, under = bounds(base, known)
    q = exponent.denominator
    if q > 1:
        known.roots.add((base, q))
        over = root_above(over * under ** (q - 1), q)
    if exponent < 0:
        over, under = under, over
    n = abs(exponent.numerator)
    return checked(over**n, under**n)


def checked(over: int, under: int) -> tuple[int, int]:
    if max(over.bit_length(), under.bit_length()) > MAX_BITS:
        raise Rejected("the bounds of an algebraic number are too large")
    return max(over, 1), under


def root_above(value: int, q: int) -> int:
    """The least whole number whose q-th power is at least `value` >= 1."""
    low, high = 0, 1 << (-(-value.bit_length() // q))
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if middle**q >= value else (middle, high)
    return high


def logs(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """g == 0: n g = sum of c log a for `parts` [c, a], and the product of a**c is 1, by `then`."""
    parts, total, product = reason.get("parts"), [], []
    if not isinstance(parts, list) or not parts:
        raise Rejected("logarithms are given as parts")
    for part in parts:
        if not isinstance(part, list) or len(part) != 2:
            raise Rejected("a part is a whole number and an expression")
        c, a = rational(part[0]), read_expression(part[1], frozenset(box))
        if c.denominator != 1 or abs(c) > MAX_POWER:
            raise Rejected("the multiples of logarithms are whole numbers")
        p.prove(a, box, ">", SIGN, facts)
        total.append(mul(number(c), make("log", a)))
        product.append(power(a, c))
    times = rational(reason.get("times", "1"))
    if times == 0 or not is_zero(sub(mul(number(times), g), add(*total))):
        raise Rejected("not the sum of these logarithms, by its normal form")
    one = sub(mul(*product), ONE)
    p.defined(one, box, facts)
    p.prove(one, box, "==", reason.get("then", {"by": "separation"}), facts)


KNOWN = {
    **{("reason", f.__name__): f for f in (separation, logs)},
    **{("equality", name): True for name in ("separation", "logs")},
}
