"""Fractional powers of normal forms, and the names of the forms inside generators."""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm

from symbolic.recheck_quotients import (
    UNIT,
    Frozen,
    Generator,
    Poly,
    Quotient,
    content,
    generator,
    inverse,
    order,
    poly_mul,
    poly_pow,
    tidy,
    times,
    whole_q,
)
from symbolic.recheck_terms import Rejected


def form_key(a: Quotient) -> tuple:
    return tuple(frozenset(poly.items()) for poly in a)


NAMES: dict[tuple, int] = {}


def name_of(*key: object) -> int:
    """A number for a normal form, the same for the same form."""
    return NAMES.setdefault(key, len(NAMES))


def root(inner: Quotient, value: Fraction) -> Quotient:
    """inner**value for a fraction `value`, where inner >= 0."""
    if not inner.over:
        if value < 0:
            raise Rejected("a division by zero")
        return inner
    known: Poly = UNIT
    below: Poly = UNIT
    parts: list[Poly] = []
    for poly in inner:
        shared = {g: e for g, e in content(poly).items() if is_positive(g)}
        scale = numeric_content(poly)
        lower = tuple(sorted(((g, -e) for g, e in shared.items()), key=order))
        parts.append(poly_mul(poly, {lower: 1 / scale}))
        sign = 1 if poly is inner.over else -1
        for prime, times_ in primes(scale).items():
            up, down = fractional(("2prime", prime), sign * times_ * value)
            known, below = poly_mul(known, up), poly_mul(below, down)
        for gen, exponent in shared.items():
            up, down = fractional(gen, sign * exponent * value)
            known, below = poly_mul(known, up), poly_mul(below, down)
    rest = Quotient(*parts)
    if rest.over == rest.under:
        return tidy(Quotient(known, below))
    if rest.under == UNIT:
        radicand, whole = rest.over, value // 1
        gen = ("5root", name_of("root", form_key(whole_q(radicand))), Frozen(radicand))
        known = poly_mul(known, generator(gen, value - whole))
        factor = poly_pow(radicand, abs(int(whole)))
        known = poly_mul(known, factor) if whole > 0 else known
        below = poly_mul(below, factor) if whole < 0 else below
        return tidy(Quotient(known, below))
    # (p/q)**v = (p q)**v / q**(2v) would need q > 0: keep the quotient as one opaque radicand.
    whole, opaque = value // 1, ("8ratio", name_of("ratio", form_key(rest), value % 1))
    factor_up = Quotient(
        poly_pow(rest.over, abs(int(whole))), poly_pow(rest.under, abs(int(whole)))
    )
    factor_up = inverse(factor_up) if whole < 0 else factor_up
    return times(times(tidy(Quotient(known, below)), factor_up), whole_q(generator(opaque)))


def fractional(gen: Generator, exponent: Fraction) -> tuple[Poly, Poly]:
    """A power of a positive generator as numerator and denominator."""
    if gen[0] in ("3exp", "2prime") or exponent > 0:
        return poly_mul(generator(gen, exponent), UNIT), UNIT
    return UNIT, poly_mul(generator(gen, -exponent), UNIT)


def is_positive(gen: Generator) -> bool:
    return gen[0] in ("3exp", "2prime", "0pi", "1gamma")


def numeric_content(poly: Poly) -> Fraction:
    """A positive rational c such that poly/c has content 1."""
    over = gcd(*(abs(c.numerator) for c in poly.values()))
    return Fraction(over, lcm(*(c.denominator for c in poly.values())))


def primes(value: Fraction) -> dict[int, int]:
    """Prime factorisation of a positive rational; a large cofactor stays whole."""
    found: dict[int, int] = {}
    for part, sign in ((value.numerator, 1), (value.denominator, -1)):
        p = 2
        while p * p <= part and p < 10_000:
            while part % p == 0:
                part //= p
                found[p] = found.get(p, 0) + sign
            p += 1
        if part > 1:
            found[part] = found.get(part, 0) + sign
    return found
