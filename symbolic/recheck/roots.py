"""Extension: roots in the normal form, and absolute values as roots of squares.

The generator ("prime", p) is p**exponent, whose whole powers are numbers; only positive factors
leave a root.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import Any

from symbolic.recheck.intervals import MAX_BITS
from symbolic.recheck.normal import (
    HALF,
    UNIT,
    Generator,
    Poly,
    content,
    normal,
    poly_mul,
    product_of,
    raised,
    together,
)
from symbolic.recheck.terms import Term, require


def root(a: Poly, exponent: Fraction) -> Poly:
    """a**exponent for a fraction."""
    a = together(a)
    if not a:
        require(exponent > 0, "a division by zero")
        return a
    c, shared, rest = content(a, positive=True)
    powers: dict[Generator, Fraction | int] = {gen: e * exponent for gen, e in shared.items()}
    for prime, count in primes(c).items():
        powers["prime", prime] = powers.get(("prime", prime), 0) + count * exponent
    if rest != UNIT:
        gen = ("base", frozenset(rest.items()))
        powers[gen] = powers.get(gen, 0) + exponent
    return product_of(powers, Fraction(1))


def primes(value: Fraction) -> dict[int, int]:
    """Prime factorisation of a positive rational; a large cofactor stays whole."""
    found: dict[int, int] = {}
    for part, sign in ((value.numerator, 1), (value.denominator, -1)):
        for p in range(2, 10_000):
            if p * p > part:
                break
            while part % p == 0:
                part //= p
                found[p] = found.get(p, 0) + sign
        if part > 1:
            found[part] = found.get(part, 0) + sign
    return found


def of_prime(gen: Generator, exponent: Fraction | int) -> tuple[Fraction, Any, list[Poly]]:
    """The whole power of a prime as a number, and the exponent that is left."""
    whole = floor(exponent)
    require(abs(whole) * gen[1].bit_length() <= MAX_BITS, "a power is too large to expand")
    return Fraction(gen[1]) ** whole, exponent - whole, []


def size(t: Term) -> Poly:
    """abs(a) as sqrt(a**2)."""
    a = normal(t.args[0])
    return raised(poly_mul(a, a), HALF)


KNOWN: dict[tuple[str, str], Any] = {
    ("form", "root"): root,
    ("form", "abs"): size,
    ("generator", "prime"): of_prime,
}
