"""Fractions of polynomials over Q in generators, and the relations between those generators.

A polynomial maps monomials to rational coefficients; a monomial maps generators to rational
exponents. The first entry of a generator says what it is, and sorts it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from symbolic.recheck_terms import Rejected, check_time

Generator = tuple
Monomial = tuple[tuple[Generator, Fraction], ...]
Poly = dict[Monomial, Fraction]
HALF = Fraction(1, 2)
IMAGINARY: Generator = ("0i",)
PI_GEN: Generator = ("0pi",)
CIS_PI: Generator = ("6turn",)  # exp(i pi), to be reduced
CIS_PART: Generator = ("6part",)  # the same, with an exponent in (0, 1/2) that has no closed form
UNIT: Poly = {(): Fraction(1)}
MAX_SIZE = 20_000
MAX_BITS = 200_000


class Quotient(NamedTuple):
    """A fraction of two polynomials; the denominator is not the zero polynomial."""

    over: Poly
    under: Poly


class TooLarge(Rejected):
    """A normal form outgrew its limit."""


def constant(value: Fraction | int) -> Poly:
    return {(): Fraction(value)} if value else {}


def generator(gen: Generator, exponent: Fraction | int = 1) -> Poly:
    return {((gen, Fraction(exponent)),): Fraction(1)}


def whole_q(poly: Poly) -> Quotient:
    return Quotient(poly, UNIT)


def poly_add(a: Poly, b: Poly, scale: int = 1) -> Poly:
    total = dict(a)
    for monomial, coefficient in b.items():
        value = total.get(monomial, Fraction(0)) + scale * coefficient
        if value:
            total[monomial] = value
        else:
            total.pop(monomial, None)
    return total


def poly_mul(a: Poly, b: Poly) -> Poly:
    check_time()
    if len(a) * len(b) > 40 * MAX_SIZE:
        raise TooLarge("a normal form is too large")
    total: Poly = {}
    for m, c in a.items():
        for n, d in b.items():
            merged = dict(m)
            for gen, exponent in n:
                merged[gen] = merged.get(gen, Fraction(0)) + exponent
            for monomial, factor in reduce_product(merged, c * d).items():
                value = total.get(monomial, Fraction(0)) + factor
                if value:
                    total[monomial] = value
                else:
                    total.pop(monomial, None)
    if len(total) > MAX_SIZE:
        raise TooLarge("a normal form is too large")
    return total


def poly_pow(a: Poly, n: int) -> Poly:
    if any(_bits(c) * n > MAX_BITS for c in a.values()):
        raise TooLarge("a power is too large to expand")
    if len(a) > 1 and (n > 400 or len(a) ** min(n, 6) > MAX_SIZE * 10_000):
        raise TooLarge("a power is too large to expand")
    result = UNIT
    for bit in bin(n)[2:]:
        result = poly_mul(result, result)
        result = poly_mul(result, a) if bit == "1" else result
    return result


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def reduce_product(merged: dict[Generator, Fraction], coefficient: Fraction) -> Poly:
    """One product of generators brought to normal form by their relations."""
    extra: list[Poly] = []
    for gen, exponent in list(merged.items()):
        if gen == IMAGINARY:
            turn = int(exponent) % 4
            coefficient = -coefficient if turn >= 2 else coefficient
            merged[gen] = Fraction(turn % 2)
        elif gen[0] == "2prime":
            whole = exponent // 1
            if abs(whole) * gen[1].bit_length() > MAX_BITS:
                raise TooLarge("a power is too large to expand")
            coefficient *= Fraction(gen[1]) ** int(whole)
            merged[gen] = exponent - whole
        elif gen[0] == "5root" and exponent >= 1:
            whole = exponent // 1
            extra.append(poly_pow(gen[2], int(whole)))
            merged[gen] = exponent - whole
        elif gen[0] == "abs" and exponent >= 2:
            extra.append(poly_pow(gen[2], 2 * int(exponent // 2)))
            merged[gen] = exponent % 2
        elif gen == CIS_PI or (gen == CIS_PART and not 0 < exponent < HALF):
            merged[gen] = Fraction(0)
            extra.append(_unit_root(exponent))
    monomial = tuple(sorted(((g, e) for g, e in merged.items() if e), key=order))
    result = {monomial: coefficient}
    for factor in extra:
        result = poly_mul(result, factor)
    return result


def order(item: tuple[Generator, Fraction]) -> tuple:
    return tuple(part for part in item[0] if isinstance(part, str | int))


PI_MONOMIAL: Monomial = ((PI_GEN, Fraction(1)),)


def _unit_root(exponent: Fraction) -> Poly:
    """exp(i pi exponent)."""
    exponent %= 2
    sign = 1
    if exponent >= 1:
        exponent, sign = exponent - 1, -1
    if exponent > HALF:  # exp(i pi e) = i exp(i pi (e - 1/2))
        return poly_mul(_unit_root(exponent - HALF), {((IMAGINARY, Fraction(1)),): Fraction(sign)})
    i = generator(IMAGINARY)
    roots: dict[Fraction, tuple[Poly, Poly]] = {
        Fraction(0): (UNIT, {}),
        HALF: ({}, UNIT),
        Fraction(1, 3): (constant(HALF), _prime_power(3, HALF, HALF)),
        Fraction(1, 6): (_prime_power(3, HALF, HALF), constant(HALF)),
        Fraction(1, 4): (_prime_power(2, HALF, HALF), _prime_power(2, HALF, HALF)),
    }
    if exponent not in roots:
        return {((CIS_PART, exponent),): Fraction(sign)}
    real, imaginary = roots[exponent]
    return poly_mul(constant(sign), poly_add(real, poly_mul(i, imaginary)))


def _prime_power(prime: int, exponent: Fraction, scale: Fraction) -> Poly:
    return {((("2prime", prime), exponent),): scale}


class Frozen(dict):  # a polynomial inside a generator
    _hash: int | None = None

    def __hash__(self) -> int:  # type: ignore[override]
        if self._hash is None:
            self._hash = hash(frozenset(self.items()))
        return self._hash


# How some denominators factor, so that sums need only a common multiple of them.
_factors: dict[Frozen, dict[Frozen, int]] = {}


def factors(under: Poly) -> dict[Frozen, int]:
    """Bases and exponents whose product is exactly this denominator."""
    key = Frozen(under)
    return _factors.get(key, {} if under == UNIT else {key: 1})


def from_factors(parts: dict[Frozen, int]) -> Poly:
    """The product of powers, remembered as such."""
    total = UNIT
    for base, exponent in parts.items():
        total = poly_mul(total, poly_pow(base, exponent))
    if len(_factors) > 20_000:
        _factors.clear()
    if sum(parts.values()) > 1:
        _factors[Frozen(total)] = parts
    return total


def plus(a: Quotient, b: Quotient) -> Quotient:
    if a.under == b.under:
        return Quotient(poly_add(a.over, b.over), a.under)
    mine, yours = factors(a.under), factors(b.under)
    both = {base: max(mine.get(base, 0), yours.get(base, 0)) for base in {**mine, **yours}}
    ours, theirs = (
        poly_mul(q.over, from_factors({base: e - f.get(base, 0) for base, e in both.items()}))
        for q, f in ((a, mine), (b, yours))
    )
    return tidy(Quotient(poly_add(ours, theirs), from_factors(both)))


def times(a: Quotient, b: Quotient) -> Quotient:
    mine, yours = factors(a.under), factors(b.under)
    both = {base: mine.get(base, 0) + yours.get(base, 0) for base in {**mine, **yours}}
    return tidy(Quotient(poly_mul(a.over, b.over), from_factors(both)))


def quotient_power(a: Quotient, n: int) -> Quotient:
    """a**n for n >= 0."""
    parts = {base: n * exponent for base, exponent in factors(a.under).items()}
    return tidy(Quotient(poly_pow(a.over, n), from_factors(parts)))


def inverse(a: Quotient) -> Quotient:
    if not a.over:
        raise Rejected("a division by zero")
    return tidy(Quotient(a.under, a.over))


def tidy(a: Quotient) -> Quotient:
    """Moves a monomial denominator upstairs where that is exact, and makes it monic."""
    if not a.over:
        return Quotient({}, UNIT)
    shared = content(a.under)
    common = content(a.over)
    cancel = {g: min(e, common[g]) for g, e in shared.items() if g in common}
    for gen in shared:
        if gen[0] in ("3exp", "4cis"):
            cancel[gen] = shared[gen]
    cancel = {g: e for g, e in cancel.items() if e and g[0] not in ("5root", "2prime", "0i")}
    over, under = a
    if cancel:
        lower: Poly = {tuple(sorted(((g, -e) for g, e in cancel.items()), key=order)): Fraction(1)}
        over, under = poly_mul(over, lower), poly_mul(under, lower)
    first = under[min(under, key=lead)]
    if first != 1 and Frozen(under) not in _factors:
        over, under = poly_mul(over, constant(1 / first)), poly_mul(under, constant(1 / first))
    return Quotient({}, UNIT) if not over else Quotient(over, under)


def lead(monomial: Monomial) -> tuple:
    return tuple((order(item), item[1]) for item in monomial)


def content(poly: Poly) -> dict[Generator, Fraction]:
    """Least exponent of each generator over the monomials (exp and cis may be negative)."""
    least: dict[Generator, Fraction] | None = None
    for monomial in poly:
        here = dict(monomial)
        if least is None:
            least = here
            continue
        for gen in set(least) | set(here):
            least[gen] = min(least.get(gen, Fraction(0)), here.get(gen, Fraction(0)))
    return {gen: e for gen, e in (least or {}).items() if e}
