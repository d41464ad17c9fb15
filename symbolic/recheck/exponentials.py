"""Extension: exponentials, logarithms, sine and cosine in the normal form.

("exp", m) and ("cis", m) are exp(m) and exp(i m) for a product m, so that sums and rational
multiples of arguments split by themselves; ("i",) is the imaginary unit, and cis(pi) is -1.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from symbolic.recheck.normal import (
    HALF,
    PI,
    UNIT,
    Generator,
    Poly,
    constant,
    content,
    generator,
    key,
    normal,
    poly_add,
    poly_mul,
    raised,
    scaled,
    together,
)
from symbolic.recheck.roots import primes
from symbolic.recheck.terms import Term, extension, require

I = ("i",)  # noqa: E741
TURN = ("cis", frozenset([(PI, 1)]))  # exp(i pi)


def exponential(a: Poly, kind: str) -> Poly:
    """exp(a), or exp(i a) for the kind "cis", as a product over the terms of a."""
    total = UNIT
    for product, c in together(a).items():
        (gen, exponent) = next(iter(product)) if len(product) == 1 else (("1",), 0)
        plain = kind == "cis" and exponent == 1 and c == int(c)
        known = extension("cis", gen[0]) if plain else None
        if kind == "exp" and gen[0] == "log" and exponent == 1:
            factor = raised(dict(gen[1]), c)
        elif known is not None:
            factor = raised(known(gen), c)
        else:
            factor = generator((kind, product), c)
        total = poly_mul(total, factor)
    return total


def logarithm(a: Poly) -> Poly:
    """log a, with positive numbers and powers of positive generators split off."""
    a = together(a)
    require(a, "a logarithm of zero")
    c, shared, rest = content(a, positive=True)
    total: Poly = {}
    for prime, count in primes(c).items():
        total = poly_add(total, generator(("log", key(constant(prime)))), count)
    for gen, exponent in shared.items():
        inner = constant(gen[1]) if gen[0] == "prime" else generator(gen)
        log = {gen[1]: Fraction(1)} if gen[0] == "exp" else generator(("log", key(inner)))
        total = poly_add(total, log, exponent)
    return total if rest == UNIT else poly_add(total, generator(("log", key(rest))))


def real_power(t: Term) -> Poly:
    base, exponent = map(normal, t.args)
    return exponential(poly_mul(exponent, logarithm(base)), "exp")


def wave(t: Term) -> Poly:
    """Sine or cosine by exp(i a) and exp(-i a)."""
    a = normal(t.args[0])
    up, down = exponential(a, "cis"), exponential(scaled(a, -1), "cis")
    if t.op == "cos":
        return scaled(poly_add(up, down), HALF)
    return poly_mul(poly_add(up, down, -1), {frozenset([(I, 1)]): -HALF})


def of_i(gen: Generator, exponent: Any) -> tuple[int, Any, list[Poly]]:
    return (-1 if exponent % 4 >= 2 else 1), exponent % 2, []


def of_cis(gen: Generator, exponent: Any) -> tuple[int, Any, list[Poly]]:
    """exp(i pi)**exponent, by its half turns and quarter turns and the known angles."""
    if gen != TURN:
        return 1, exponent, []
    sign, rest = (-1 if exponent % 2 >= 1 else 1), Fraction(exponent) % 1
    factors = [generator(I)] if rest >= HALF else []
    angle = extension("angle", str(rest % HALF))
    if angle is not None:
        return sign, 0, [*factors, angle()]
    return sign, rest % HALF, factors


KNOWN: dict[tuple[str, str], Any] = {
    ("form", "exp"): lambda t: exponential(normal(t.args[0]), "exp"),
    ("form", "log"): lambda t: logarithm(normal(t.args[0])),
    ("form", "pow"): real_power,
    **{("form", op): wave for op in ("sin", "cos")},
    ("generator", "i"): of_i,
    ("generator", "cis"): of_cis,
}
