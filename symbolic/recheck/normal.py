"""Extension: terms that are identically zero, and rewriting, by a normal form.

A term becomes a sum of rational multiples of products of powers of *generators*: a `Poly` maps
products ({(generator, exponent), ...}, exponents rational) to coefficients. The generators are

- ("sym", x), ("pi",);  ("base", a): a sum a raised to an exponent below 1, a denominator or a root,
  whose whole powers open;
- those of other extensions, which know the relations between them (`roots`, `exponentials`);
- others stand for functions of normal forms, of which nothing is known.

Every step is an identity wherever the term is defined. So the test is one-sided: `is_zero` means
that the term is 0 wherever it is defined; anything else means nothing.
"""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from math import ceil, floor, gcd, lcm
from typing import Any

from symbolic.recheck.intervals import MAX_BITS, Box
from symbolic.recheck.kernel import SIGN, Facts, Json, Prover
from symbolic.recheck.statement import read_expression
from symbolic.recheck.terms import (
    SESSION,
    ZERO,
    Term,
    check_time,
    extension,
    needed,
    require,
    sub,
)

Generator = tuple
Product = frozenset[tuple[Generator, Fraction | int]]
Poly = dict[Product, Fraction]
NONE, HALF = Fraction(0), Fraction(1, 2)
MAX_SIZE, MAX_POWER = 20_000, 400
NOTHING: Product = frozenset()
UNIT: Poly = {NOTHING: Fraction(1)}
PI = ("pi",)
POSITIVE = ("exp", "prime", "pi")  # kinds of generators
RELATED = ("prime", "i", "cis")  # the same, with relations of their own
ZERO_FORM: Json = {"by": "zero"}


def is_zero(term: Term) -> bool:
    return not cleared(normal(term))[0]


def rational_value(term: Term) -> Fraction | None:
    """The rational number that a term equals identically, if its normal form shows one."""
    return _ratio(*cleared(normal(term)))


def rational_constant(term: Term) -> Fraction | None:
    """The same for a term without symbols, else None."""
    return None if term.free else rational_value(term)


def polynomial(term: Term) -> dict[tuple[tuple[str, int], ...], Fraction]:
    """A term as a polynomial over Q in its symbols: {((name, exponent), ...): coefficient}."""
    found = {}
    for product, coefficient in normal(term).items():
        plain = all(gen[0] == "sym" and e >= 0 and e == int(e) for gen, e in product)
        require(plain, "not a polynomial over the rationals")
        found[tuple(sorted((gen[1], int(e)) for gen, e in product))] = coefficient
    return found


def normal(t: Term) -> Poly:
    """The normal form of a term."""
    forms = SESSION.get().forms
    if t not in forms:
        forms[t] = _normal(t)
    return forms[t]


def _normal(t: Term) -> Poly:
    op, args = t.op, t.args
    if op == "rat":
        return constant(t.value)
    if op in ("sym", "pi"):
        return generator((op, t.value) if op == "sym" else PI)
    if op == "add":
        return reduce(poly_add, map(normal, args), constant(0))
    if op == "mul":
        return reduce(poly_mul, map(normal, args), UNIT)
    exponent = rational_value(args[1]) if op == "pow" else None
    if exponent is not None:
        return raised(normal(args[0]), exponent)
    meaning = extension("meaning", op)
    if meaning is not None:
        return normal(meaning(args[0]))
    known = extension("form", op)
    if known is not None:
        return known(t)
    if not args or op in ("sum", "product", "piecewise"):
        return generator((op, t))
    return opaque(op, *map(normal, args))


def constant(value: Fraction | int) -> Poly:
    return {NOTHING: Fraction(value)} if value else {}


def generator(gen: Generator, exponent: Fraction | int = 1) -> Poly:
    return product_of({gen: exponent}, Fraction(1))


def opaque(op: str, *args: Poly) -> Poly:
    """A function of normal forms of which nothing is known (but that max and min commute)."""
    keys = tuple(key(arg) for arg in args)
    return generator((op, frozenset(keys) if op in ("max", "min") else keys))


def key(a: Poly) -> frozenset:
    return frozenset(together(a).items())


def poly_add(a: Poly, b: Poly, scale: Fraction | int = 1) -> Poly:
    total = dict(a)
    for product, coefficient in b.items():
        total[product] = total.get(product, NONE) + scale * coefficient
    return {product: c for product, c in total.items() if c}


def scaled(a: Poly, scale: Fraction | int) -> Poly:
    return {product: scale * coefficient for product, coefficient in a.items()}


def poly_mul(a: Poly, b: Poly) -> Poly:
    total: Poly = {}
    require(len(a) * len(b) <= 40 * MAX_SIZE, "a normal form is too large")
    for first, c in a.items():
        check_time()
        for second, d in b.items():
            merged = dict(first)
            for gen, exponent in second:
                merged[gen] = merged.get(gen, 0) + exponent
            for product, coefficient in product_of(merged, c * d).items():
                total[product] = total.get(product, NONE) + coefficient
    total = {product: c for product, c in total.items() if c}
    small = all(c.numerator.bit_length() <= MAX_BITS for c in total.values())
    require(len(total) <= MAX_SIZE and small, "a normal form is too large")
    return total


def poly_power(a: Poly, n: int) -> Poly:
    """a**n for an integer n >= 0."""
    require(len(a) <= 1 or n <= MAX_POWER, "a power is too large to expand")
    result = UNIT
    for bit in bin(n)[2:]:
        result = poly_mul(result, result)
        result = poly_mul(result, a) if bit == "1" else result
    return result


def product_of(powers: dict[Generator, Fraction | int], c: Fraction) -> Poly:
    """c times a product of powers of generators, by the relations between them."""
    factors: list[Poly] = []
    for gen, exponent in list(powers.items()):
        if gen[0] in RELATED:
            sign, powers[gen], more = needed("generator", gen[0])(gen, exponent)
            c, factors = c * sign, factors + more
        elif gen[0] == "base" and exponent >= 1:
            factors.append(poly_power(dict(gen[1]), floor(exponent)))
            powers[gen] = exponent - floor(exponent)
    result = {frozenset((gen, e) for gen, e in powers.items() if e): c} if c else {}
    for factor in factors:
        result = poly_mul(result, factor)
    return result


def cleared(a: Poly) -> tuple[Poly, dict[Generator, int]]:
    """(n, d) with a = n / d, where n is without denominators and d a product of their powers."""
    under: dict[Generator, int] = {}
    while True:
        here: dict[Generator, int] = {}
        for product in a:
            for gen, exponent in product:
                if gen[0] == "base" and exponent < 0:
                    here[gen] = max(here.get(gen, 0), ceil(-exponent))
        if not here:
            return a, under
        a = poly_mul(a, {frozenset(here.items()): Fraction(1)})
        for gen, exponent in here.items():
            under[gen] = under.get(gen, 0) + exponent


def together(a: Poly) -> Poly:
    """The same over one common denominator."""
    over, under = cleared(a)
    if not under:
        return a
    ratio = _ratio(over, under)
    if ratio is not None:
        return constant(ratio)
    return poly_mul(over, {frozenset((gen, -e) for gen, e in under.items()): Fraction(1)})


def _ratio(over: Poly, under: dict[Generator, int]) -> Fraction | None:
    """The rational number over / under, or None."""
    bottom = product_of(dict(under), Fraction(1))
    require(bottom, "a division by zero")
    some = next(iter(bottom))
    ratio = over.get(some, Fraction(0)) / bottom[some]
    return ratio if not poly_add(over, bottom, -ratio) else None


def content(a: Poly, positive: bool) -> tuple[Fraction, dict[Generator, Fraction | int], Poly]:
    """(c, m, rest) with a = c m rest: c > 0 rational, m a product (of positive generators)."""
    shared: dict[Generator, Fraction | int] = dict(next(iter(a)))
    for product in a:
        here = dict(product)
        for gen in {*shared, *here}:
            shared[gen] = min(shared.get(gen, 0), here.get(gen, 0))
    if positive:
        shared = {gen: e for gen, e in shared.items() if gen[0] in POSITIVE}
    over = gcd(*(c.numerator for c in a.values()))
    c = Fraction(over, lcm(*(c.denominator for c in a.values())))
    return c, shared, poly_mul(a, {frozenset((gen, -e) for gen, e in shared.items()): 1 / c})


def raised(a: Poly, exponent: Fraction) -> Poly:
    """a**exponent. Whatever is not 0 leaves a denominator."""
    if exponent.denominator > 1:
        return needed("form", "root")(a, exponent)
    n = int(exponent)
    if n >= 0:
        return poly_power(a, n)
    a = together(a)
    require(a, "a division by zero")
    c, shared, rest = content(a, positive=False)
    powers: dict[Generator, Fraction | int] = {gen: e * n for gen, e in shared.items()}
    if set(rest) == {NOTHING}:
        c *= rest[NOTHING]
    else:
        gen = ("base", frozenset(rest.items()))
        powers[gen] = powers.get(gen, 0) + n
    size = max(c.numerator.bit_length(), c.denominator.bit_length())
    require(-n * size <= MAX_BITS, "a power is too large to expand")
    return product_of(powers, c**n)


def zero(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """g is identically 0 by its normal form."""
    require(goal != ">", "zero is not positive")
    require(same(p, g, ZERO, box, facts), "the normal form is not zero")


def same(p: Prover, g: Term, other: Term, box: Box, facts: Facts) -> bool:
    """Whether two terms are equal, if need be after absolute values and the like are resolved."""
    gap = sub(g, other)
    resolve = extension("resolve", "term") if not is_zero(gap) else None
    return is_zero(gap if resolve is None else resolve(p, gap, box, facts))


def rewrite(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """g is identically another term, which is defined too, by their normal forms."""
    other = read_expression(reason["to"], box)
    require(same(p, g, other, box, facts), "the rewritten form is not equal by its normal form")
    p.defined(other, box, facts)
    p.prove(other, box, goal, reason.get("then", SIGN), facts)


KNOWN: dict[tuple[str, str], Any] = {
    ("normal", "zero"): is_zero,
    ("normal", "rational"): rational_value,
    **{("reason", f.__name__): f for f in (zero, rewrite)},
    ("equality", "zero"): True,
    ("equality", "rewrite"): "any",
}
