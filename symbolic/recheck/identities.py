"""Extension: what the normal form knows of special angles and of inverse functions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from symbolic.recheck.exponentials import I, exponential
from symbolic.recheck.normal import (
    HALF,
    NOTHING,
    PI,
    UNIT,
    Generator,
    Poly,
    constant,
    generator,
    key,
    normal,
    opaque,
    poly_add,
    poly_mul,
    raised,
    rational_value,
    scaled,
)
from symbolic.recheck.terms import Term

THIRD, QUARTER, SIXTH = Fraction(1, 3), Fraction(1, 4), Fraction(1, 6)
IMAGINARY: Poly = {frozenset([(I, 1)]): Fraction(1)}


def _root(prime: int) -> Poly:
    return {frozenset([(("prime", prime), HALF)]): HALF}  # sqrt(prime)/2


def turn(real: Poly, imaginary: Poly) -> Poly:
    return poly_add(real, poly_mul(IMAGINARY, imaginary))


ANGLES = {  # exp(i pi q), real and imaginary part, for the fractions q
    THIRD: ({NOTHING: HALF}, _root(3)),
    QUARTER: (_root(2), _root(2)),
    SIXTH: (_root(3), {NOTHING: HALF}),
}


def phase(gen: Generator) -> Poly:
    """exp(i asin u) = sqrt(1 - u**2) + i u; exp(i atan u) = (1 + i u)/sqrt(1 + u**2)."""
    u = dict(gen[1][0])
    square = poly_mul(u, u)
    if gen[0] == "asin":
        return turn(raised(poly_add(UNIT, square, -1), HALF), u)
    return poly_mul(turn(UNIT, u), raised(poly_add(UNIT, square), -HALF))


def odd(t: Term) -> Poly:
    """asin, atan, erf: odd functions, the first two with some known values."""
    a = normal(t.args[0])
    if not a:
        return a
    for n in {"asin": (6, 4, 3, 2), "atan": (6, 4, 3)}.get(t.op, ()):
        for sign in (1, -1):
            up, down = (exponential({frozenset([(PI, 1)]): Fraction(e, n)}, "cis") for e in (1, -1))
            wave = poly_mul(poly_add(up, down, -1), scaled(IMAGINARY, -HALF))
            if t.op == "atan":
                wave = poly_mul(wave, raised(scaled(poly_add(up, down), HALF), Fraction(-1)))
            if key(a) == key(scaled(wave, sign)):
                return scaled(generator(PI), Fraction(sign, n))
    # Of a and -a the one whose key is the less stands for both.
    keys = [key(a), key(scaled(a, -1))]
    first = min(keys, key=_order)
    return scaled(generator((t.op, (first,))), 1 if first == keys[0] else -1)


def _order(form: frozenset) -> tuple:
    """Any order that tells a polynomial from its negative."""
    return tuple(sorted((repr(sorted(map(repr, product))), c) for product, c in form))


def form_of_sign(t: Term) -> Poly:
    value = rational_value(t.args[0])
    if value is None:
        return opaque(t.op, normal(t.args[0]))
    return constant((value > 0) - (value < 0))


KNOWN: dict[tuple[str, str], Any] = {
    **{("angle", str(q)): lambda q=q: turn(*ANGLES[q]) for q in ANGLES},
    **{("form", op): odd for op in ("asin", "atan", "erf")},
    ("form", "sign"): form_of_sign,
    ("cis", "asin"): phase,
    ("cis", "atan"): phase,
}
