"""Exact zero test: a term as a sum of rational multiples of products of powers of *generators*.

A `Poly` maps products ({(generator, exponent), ...}, exponents rational) to coefficients. The
generators and the relations that `_product` applies to them:

- ("sym", x), ("pi",); ("prime", p): whole powers are numbers;  ("i",): i**2 = -1;
- ("exp", m) and ("cis", m): exp(m) and exp(i m) for a product m, so that sums and rational
  multiples of arguments split by themselves; cis(pi) is -1;
- ("base", a): a sum a raised to an exponent below 1, a denominator or a root: whole powers open;
- others stand for functions of normal forms, of which nothing is known.

Every step is an identity wherever the term is defined. So the test is one-sided: `is_zero` means
that the term is 0 wherever it is defined; anything else means nothing.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor, gcd, lcm

from symbolic.recheck.terms import SESSION, Rejected, Term, check_time, extension

Generator = tuple
Product = frozenset[tuple[Generator, Fraction | int]]
Poly = dict[Product, Fraction]
HALF = Fraction(1, 2)
MAX_SIZE, MAX_BITS, MAX_POWER = 20_000, 200_000, 400
NOTHING: Product = frozenset()
UNIT: Poly = {NOTHING: Fraction(1)}
PI, I = ("pi",), ("i",)  # noqa: E741
TURN = ("cis", frozenset([(PI, 1)]))  # exp(i pi)


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
        if any(gen[0] != "sym" or e < 0 or e != int(e) for gen, e in product):
            raise Rejected("not a polynomial over the rationals")
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
        total: Poly = {}
        for arg in args:
            total = poly_add(total, normal(arg))
        return total
    if op == "mul":
        total = UNIT
        for arg in args:
            total = poly_mul(total, normal(arg))
        return total
    if op == "pow":
        exponent = rational_value(args[1])
        if exponent is None:
            return exponential(poly_mul(normal(args[1]), logarithm(normal(args[0]))), "exp")
        return raised(normal(args[0]), exponent)
    if op == "abs":  # sqrt(a**2)
        return raised(poly_mul(normal(args[0]), normal(args[0])), HALF)
    if op == "exp":
        return exponential(normal(args[0]), "exp")
    if op == "log":
        return logarithm(normal(args[0]))
    if op in ("sin", "cos"):
        a = normal(args[0])
        up, down = exponential(a, "cis"), exponential(scaled(a, -1), "cis")
        if op == "cos":
            return scaled(poly_add(up, down), HALF)
        return poly_mul(poly_add(up, down, -1), {frozenset([(I, 1)]): -HALF})
    known = extension("form", op)
    if known is not None:
        return known(t)
    if not args or op in ("sum", "product", "piecewise"):
        return generator((op, t))
    return opaque(op, *map(normal, args))


def constant(value: Fraction | int) -> Poly:
    return {NOTHING: Fraction(value)} if value else {}


def generator(gen: Generator, exponent: Fraction | int = 1) -> Poly:
    return _product({gen: exponent}, Fraction(1))


def opaque(op: str, *args: Poly) -> Poly:
    """A function of normal forms of which nothing is known (but that max and min commute)."""
    keys = tuple(key(arg) for arg in args)
    return generator((op, frozenset(keys) if op in ("max", "min") else keys))


def key(a: Poly) -> frozenset:
    return frozenset(together(a).items())


def poly_add(a: Poly, b: Poly, scale: Fraction | int = 1) -> Poly:
    total = dict(a)
    for product, coefficient in b.items():
        value = total.get(product, 0) + scale * coefficient
        if value:
            total[product] = value
        else:
            total.pop(product, None)
    return total


def scaled(a: Poly, scale: Fraction | int) -> Poly:
    return {product: scale * coefficient for product, coefficient in a.items()}


def poly_mul(a: Poly, b: Poly) -> Poly:
    total: Poly = {}
    if len(a) * len(b) > 40 * MAX_SIZE:
        raise Rejected("a normal form is too large")
    for first, c in a.items():
        check_time()
        for second, d in b.items():
            merged = dict(first)
            for gen, exponent in second:
                merged[gen] = merged.get(gen, 0) + exponent
            for product, coefficient in _product(merged, c * d).items():
                value = total.get(product, 0) + coefficient
                if value:
                    total[product] = value
                else:
                    del total[product]
    if len(total) > MAX_SIZE or any(c.numerator.bit_length() > MAX_BITS for c in total.values()):
        raise Rejected("a normal form is too large")
    return total


def poly_power(a: Poly, n: int) -> Poly:
    """a**n for an integer n >= 0."""
    if len(a) > 1 and n > MAX_POWER:
        raise Rejected("a power is too large to expand")
    result = UNIT
    for bit in bin(n)[2:]:
        result = poly_mul(result, result)
        result = poly_mul(result, a) if bit == "1" else result
    return result


def _product(powers: dict[Generator, Fraction | int], c: Fraction) -> Poly:
    """c times a product of powers of generators, by the relations between them."""
    factors: list[Poly] = []
    for gen, exponent in list(powers.items()):
        whole = floor(exponent)
        if gen == I:
            c = -c if exponent % 4 >= 2 else c
            powers[gen] = exponent % 2
        elif gen == TURN:
            c = -c if exponent % 2 >= 1 else c
            rest = Fraction(exponent) % 1
            if rest >= HALF:
                factors.append(generator(I))
            powers[gen] = rest % HALF
            angle = extension("angle", str(powers[gen]))
            if angle is not None:
                factors.append(angle())
                powers[gen] = 0
        elif gen[0] == "prime":
            if abs(whole) * gen[1].bit_length() > MAX_BITS:
                raise Rejected("a power is too large to expand")
            c *= Fraction(gen[1]) ** whole
            powers[gen] = exponent - whole
        elif gen[0] == "base" and whole >= 1:
            factors.append(poly_power(dict(gen[1]), whole))
            powers[gen] = exponent - whole
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
    bottom = _product(dict(under), Fraction(1))
    if not bottom:
        raise Rejected("a division by zero")
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
        shared = {gen: e for gen, e in shared.items() if gen[0] in ("exp", "prime", "pi")}
    over = gcd(*(c.numerator for c in a.values()))
    c = Fraction(over, lcm(*(c.denominator for c in a.values())))
    return c, shared, poly_mul(a, {frozenset((gen, -e) for gen, e in shared.items()): 1 / c})


def raised(a: Poly, exponent: Fraction) -> Poly:
    """a**exponent. Only positive factors leave a root; whatever is not 0 leaves a denominator."""
    whole = exponent.denominator == 1
    if whole and exponent >= 0:
        return poly_power(a, int(exponent))
    a = together(a)
    if not a:
        if exponent < 0:
            raise Rejected("a division by zero")
        return a
    c, shared, rest = content(a, positive=not whole)
    powers: dict[Generator, Fraction | int] = {gen: e * exponent for gen, e in shared.items()}
    for prime, count in primes(c).items():
        powers[("prime", prime)] = powers.get(("prime", prime), 0) + count * exponent
    sign = Fraction(1)
    if len(rest) == 1 and NOTHING in rest and (whole or rest[NOTHING] > 0):
        sign = rest[NOTHING] ** int(exponent) if whole else sign
    else:
        gen = ("base", frozenset(rest.items()))
        powers[gen] = powers.get(gen, 0) + exponent
    return _product(powers, sign)


def exponential(a: Poly, kind: str) -> Poly:
    """exp(a), or exp(i a) for the kind "cis", as a product over the terms of a."""
    total = UNIT
    for product, c in together(a).items():
        (gen, exponent) = next(iter(product)) if len(product) == 1 else (("1",), 0)
        known = (
            extension("cis", gen[0]) if kind == "cis" and exponent == 1 and c == int(c) else None
        )
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
    if not a:
        raise Rejected("a logarithm of zero")
    c, shared, rest = content(a, positive=True)
    total: Poly = {}
    for prime, count in primes(c).items():
        total = poly_add(total, generator(("log", frozenset(constant(prime).items()))), count)
    for gen, exponent in shared.items():
        inner = constant(gen[1]) if gen[0] == "prime" else generator(gen)
        log = {gen[1]: Fraction(1)} if gen[0] == "exp" else generator(("log", key(inner)))
        total = poly_add(total, log, exponent)
    return total if rest == UNIT else poly_add(total, generator(("log", key(rest))))


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
