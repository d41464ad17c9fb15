"""Extension: the gamma function and its kin in the normal form, shifted by integers."""

from __future__ import annotations

from fractions import Fraction
from math import factorial
from typing import Any

from symbolic.recheck.exponentials import logarithm
from symbolic.recheck.normal import (
    HALF,
    PI,
    Poly,
    constant,
    generator,
    normal,
    opaque,
    poly_add,
    poly_mul,
    raised,
)
from symbolic.recheck.terms import Term, make, require


def form_of_shifted(t: Term) -> Poly:
    """gamma, digamma, loggamma with the integer part of the argument split off."""
    op, a = t.op, normal(t.args[0])
    whole = a.get(frozenset(), Fraction(0))
    if set(a) <= {frozenset()} and whole.denominator == 1:
        return _at_integer(op, int(whole))
    shift = int(whole // 1)
    require(abs(shift) <= 200, "a shift is too large")
    low = poly_add(a, constant(shift), -1)
    total = opaque(op, low)
    if op == "gamma" and low == constant(HALF):
        total = generator(PI, HALF)
    up = shift > 0
    for j in range(min(shift, 0), max(shift, 0)):
        factor = poly_add(low, constant(j))
        if op == "gamma":
            total = poly_mul(total, factor if up else raised(factor, Fraction(-1)))
        else:
            step = logarithm(factor) if op == "loggamma" else raised(factor, Fraction(-1))
            total = poly_add(total, step, 1 if up else -1)
    return total


def _at_integer(op: str, n: int) -> Poly:
    require(0 < n <= 300, f"{op} at a pole, or too far out")
    if op == "digamma":
        harmonic = sum((Fraction(1, k) for k in range(1, n)), Fraction(0))
        return poly_add(constant(harmonic), normal(make("euler_gamma")), -1)
    value = constant(factorial(n - 1))
    return value if op == "gamma" else logarithm(value)


KNOWN: dict[tuple[str, str], Any] = {
    ("form", op): form_of_shifted for op in ("gamma", "digamma", "loggamma")
}
