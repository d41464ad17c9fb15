"""Exact zero test of the checker: terms as fractions of polynomials over Q in generators.

A polynomial maps monomials to rational coefficients; a monomial maps generators to rational
exponents. Generators and the relations that are applied to them:

- symbols; `i` with i**2 = -1; pi, primes and `root` of a radicand: fractional powers add up;
- `exp(m)` and `cis(m)` = exp(i m) of a monomial m: exponents add up, so that sums and rational
  multiples of arguments split by themselves; cis(pi/n) is algebraic for n = 1, 2, 3, 4, 6;
- other functions of normal forms, opaque but for parity, inverses and shifts by integers.

The test is one-sided: a normal form 0 means that the function is zero wherever it is defined;
anything else means nothing.
"""

from __future__ import annotations

from fractions import Fraction
from math import factorial
from typing import NamedTuple

from symbolic.recheck_balls import MAX_TERMS, fold, open_binder
from symbolic.recheck_terms import BINDERS, MINUS_ONE, ONE, PI, Rejected, Term, add, make, mul
from symbolic.recheck_terms import number, power, sub

Generator = tuple
Monomial = tuple[tuple[Generator, Fraction], ...]
Poly = dict[Monomial, Fraction]
HALF = Fraction(1, 2)
I: Generator = ("0i",)
PI_GEN: Generator = ("0pi",)
CIS_PI: Generator = ("6turn",)  # exp(i pi), to be reduced
CIS_PART: Generator = ("6part",)  # the same, with an exponent in (0, 1/2) that has no closed form
UNIT: Poly = {(): Fraction(1)}
MAX_SIZE = 20_000


class Quotient(NamedTuple):
    """A fraction of two polynomials; the denominator is not the zero polynomial."""

    over: Poly
    under: Poly


class TooLarge(Rejected):
    """A normal form outgrew its limit."""


def is_zero(term: Term) -> bool:
    """Whether the term is identically zero by its normal form (False: nothing is known)."""
    return not normal(term).over


def rational_value(term: Term) -> Fraction | None:
    """The rational number that a term equals identically, if its normal form shows one."""
    over, under = normal(term)
    if not over:
        return Fraction(0)
    some = next(iter(under))
    ratio = over.get(some, Fraction(0)) / under[some]
    same = ratio and not poly_add(over, poly_mul(under, constant(ratio)), -1)
    return ratio if same else None


def polynomial(term: Term) -> dict[tuple[tuple[str, int], ...], Fraction]:
    """A term as a polynomial over Q in its symbols: {((name, exponent), ...): coefficient}."""
    over, under = normal(term)
    if set(under) != {()}:
        raise Rejected("not a polynomial over the rationals")
    found = {}
    for monomial, coefficient in over.items():
        if any(gen[0] != "sym" or e.denominator != 1 or e < 0 for gen, e in monomial):
            raise Rejected("not a polynomial over the rationals")
        found[tuple((gen[1], int(e)) for gen, e in monomial)] = coefficient / under[()]
    return found


_memo: dict[Term, Quotient] = {}


def normal(term: Term) -> Quotient:
    """The normal form of a term."""
    if len(_memo) > 50_000:
        _memo.clear()
    if term not in _memo:
        _memo[term] = _tidy(_normal(term))
    return _memo[term]


def _normal(t: Term) -> Quotient:
    op, args = t.op, t.args
    if op == "rat":
        return _whole(constant(t.value))
    if op == "sym":
        return _whole(generator(("sym", t.value)))
    if op == "pi":
        return _whole(generator(PI_GEN))
    if op in ("add", "mul"):
        total = normal(args[0])
        for arg in args[1:]:
            total = plus(total, normal(arg)) if op == "add" else times(total, normal(arg))
        return total
    if op == "pow":
        return _power(args[0], args[1])
    if op == "exp":
        return _exponential(normal(args[0]), "exp")
    if op in ("sin", "cos", "tan", "cot", "sec", "csc"):
        return _trigonometric(op, normal(args[0]))
    if op in DEFINED:
        return normal(DEFINED[op](args[0]))
    if op == "log":
        return _logarithm(normal(args[0]))
    if op in ("asin", "atan", "erf"):
        return _odd(op, normal(args[0]))
    if op in ("gamma", "digamma", "loggamma"):
        return _shifted(op, args[0])
    if op in ("abs", "sign"):
        return _signed(op, normal(args[0]))
    if op in BINDERS and fold(args[1]) is not None and fold(args[2]) is not None:
        return normal(open_binder(t))
    if op in BINDERS or op == "piecewise" or op.startswith("cond:"):
        return _whole(generator(("9term", id(t), t)))
    return _opaque(op, *map(normal, args))


DEFINED = {
    "acos": lambda a: sub(mul(number(HALF), PI), make("asin", a)),
    "acot": lambda a: make("atan", power(a, -1)),
    "sinh": lambda a: mul(number(HALF), sub(make("exp", a), make("exp", mul(MINUS_ONE, a)))),
    "cosh": lambda a: mul(number(HALF), add(make("exp", a), make("exp", mul(MINUS_ONE, a)))),
    "tanh": lambda a: mul(make("sinh", a), power(make("cosh", a), -1)),
    "coth": lambda a: mul(make("cosh", a), power(make("sinh", a), -1)),
    "asinh": lambda a: make("log", add(a, power(add(power(a, 2), ONE), HALF))),
    "acosh": lambda a: make(
        "log", add(a, mul(power(sub(a, ONE), HALF), power(add(a, ONE), HALF)))
    ),
    "atanh": lambda a: mul(number(HALF), make("log", mul(add(ONE, a), power(sub(ONE, a), -1)))),
    "erfc": lambda a: sub(ONE, make("erf", a)),
}


# Polynomials and fractions.


def constant(value: Fraction | int) -> Poly:
    return {(): Fraction(value)} if value else {}


def generator(gen: Generator, exponent: Fraction | int = 1) -> Poly:
    return {((gen, Fraction(exponent)),): Fraction(1)}


def _whole(poly: Poly) -> Quotient:
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
    if len(a) * len(b) > 40 * MAX_SIZE:
        raise TooLarge("a normal form is too large")
    total: Poly = {}
    for m, c in a.items():
        for n, d in b.items():
            merged = dict(m)
            for gen, exponent in n:
                merged[gen] = merged.get(gen, Fraction(0)) + exponent
            for monomial, factor in _reduce(merged, c * d).items():
                value = total.get(monomial, Fraction(0)) + factor
                if value:
                    total[monomial] = value
                else:
                    total.pop(monomial, None)
    if len(total) > MAX_SIZE:
        raise TooLarge("a normal form is too large")
    return total


def poly_pow(a: Poly, n: int) -> Poly:
    if len(a) > 1 and (n > 400 or len(a) ** min(n, 6) > MAX_SIZE * 10_000):
        raise TooLarge("a power is too large to expand")
    result = UNIT
    for bit in bin(n)[2:]:
        result = poly_mul(result, result)
        result = poly_mul(result, a) if bit == "1" else result
    return result


def _reduce(merged: dict[Generator, Fraction], coefficient: Fraction) -> Poly:
    """One product of generators brought to normal form by their relations."""
    extra: list[Poly] = []
    for gen, exponent in list(merged.items()):
        if gen == I:
            turn = int(exponent) % 4
            coefficient = -coefficient if turn >= 2 else coefficient
            merged[gen] = Fraction(turn % 2)
        elif gen[0] == "2prime":
            whole = exponent // 1
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
    monomial = tuple(sorted(((g, e) for g, e in merged.items() if e), key=_order))
    result = {monomial: coefficient}
    for factor in extra:
        result = poly_mul(result, factor)
    return result


def _order(item: tuple[Generator, Fraction]) -> tuple:
    return tuple(part for part in item[0] if isinstance(part, str | int))


PI_MONOMIAL: Monomial = ((PI_GEN, Fraction(1)),)


def _unit_root(exponent: Fraction) -> Poly:
    """exp(i pi exponent)."""
    exponent %= 2
    sign = 1
    if exponent >= 1:
        exponent, sign = exponent - 1, -1
    if exponent > HALF:  # exp(i pi e) = i exp(i pi (e - 1/2))
        return poly_mul(_unit_root(exponent - HALF), {((I, Fraction(1)),): Fraction(sign)})
    i = generator(I)
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


def plus(a: Quotient, b: Quotient) -> Quotient:
    if a.under == b.under:
        return Quotient(poly_add(a.over, b.over), a.under)
    over = poly_add(poly_mul(a.over, b.under), poly_mul(b.over, a.under))
    return _tidy(Quotient(over, poly_mul(a.under, b.under)))


def times(a: Quotient, b: Quotient) -> Quotient:
    return _tidy(Quotient(poly_mul(a.over, b.over), poly_mul(a.under, b.under)))


def inverse(a: Quotient) -> Quotient:
    if not a.over:
        raise Rejected("a division by zero")
    return _tidy(Quotient(a.under, a.over))


def _tidy(a: Quotient) -> Quotient:
    """Moves a monomial denominator upstairs where that is exact, and makes it monic."""
    if not a.over:
        return Quotient({}, UNIT)
    shared = _content(a.under)
    common = _content(a.over)
    cancel = {g: min(e, common[g]) for g, e in shared.items() if g in common}
    for gen in shared:
        if gen[0] in ("3exp", "4cis"):
            cancel[gen] = shared[gen]
    cancel = {g: e for g, e in cancel.items() if e and g[0] not in ("5root", "2prime", "0i")}
    over, under = a
    if cancel:
        lower: Poly = {tuple(sorted(((g, -e) for g, e in cancel.items()), key=_order)): Fraction(1)}
        over, under = poly_mul(over, lower), poly_mul(under, lower)
    lead = under[min(under, key=_lead)]
    if lead != 1:
        over, under = poly_mul(over, constant(1 / lead)), poly_mul(under, constant(1 / lead))
    return Quotient({}, UNIT) if not over else Quotient(over, under)


def _lead(monomial: Monomial) -> tuple:
    return tuple((_order(item), item[1]) for item in monomial)


def _content(poly: Poly) -> dict[Generator, Fraction]:
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


# Functions.


def _key(a: Quotient) -> tuple:
    return tuple(frozenset(poly.items()) for poly in a)


_names: dict[tuple, int] = {}


def _name(*key: object) -> int:
    """A number for a normal form, the same for the same form."""
    return _names.setdefault(key, len(_names))


def _opaque(op: str, *args: Quotient) -> Quotient:
    keys = [_key(arg) for arg in args]
    if op in ("max", "min"):
        keys = list(dict.fromkeys(keys))
        keys.sort(key=lambda key: _name("arg", key))
    return _whole(generator(("7" + op, _name(op, tuple(keys)))))


def _power(base: Term, exponent: Term) -> Quotient:
    value = fold(exponent)
    if value is None:
        value = rational_value(exponent)
    if value is None:
        return _exponential(times(normal(exponent), _logarithm(normal(base))), "exp")
    inner = normal(base)
    if value.denominator == 1:
        n = int(value)
        if n < 0:
            inner, n = inverse(inner), -n
        return _tidy(Quotient(poly_pow(inner.over, n), poly_pow(inner.under, n)))
    return _root(inner, value)


def _root(inner: Quotient, value: Fraction) -> Quotient:
    """inner**value for a fraction `value`, where inner >= 0."""
    if not inner.over:
        if value < 0:
            raise Rejected("a division by zero")
        return inner
    known: Poly = UNIT
    below: Poly = UNIT
    parts: list[Poly] = []
    for poly in inner:
        content = {g: e for g, e in _content(poly).items() if _positive(g)}
        scale = _numeric_content(poly)
        lower = tuple(sorted(((g, -e) for g, e in content.items()), key=_order))
        parts.append(poly_mul(poly, {lower: 1 / scale}))
        sign = 1 if poly is inner.over else -1
        for prime, times_ in _primes(scale).items():
            up, down = _fractional(("2prime", prime), sign * times_ * value)
            known, below = poly_mul(known, up), poly_mul(below, down)
        for gen, exponent in content.items():
            up, down = _fractional(gen, sign * exponent * value)
            known, below = poly_mul(known, up), poly_mul(below, down)
    rest = Quotient(*parts)
    if rest.over == rest.under:
        return _tidy(Quotient(known, below))
    if rest.under == UNIT:
        radicand, whole = rest.over, value // 1
        gen = ("5root", _name("root", _key(_whole(radicand))), _Frozen(radicand))
        known = poly_mul(known, generator(gen, value - whole))
        factor = poly_pow(radicand, abs(int(whole)))
        known = poly_mul(known, factor) if whole > 0 else known
        below = poly_mul(below, factor) if whole < 0 else below
        return _tidy(Quotient(known, below))
    # (p/q)**v = (p q)**v / q**(2v) would need q > 0: keep the quotient as one opaque radicand.
    whole, opaque = value // 1, ("8ratio", _name("ratio", _key(rest), value % 1))
    factor_up = Quotient(poly_pow(rest.over, abs(int(whole))), poly_pow(rest.under, abs(int(whole))))
    factor_up = inverse(factor_up) if whole < 0 else factor_up
    return times(times(_tidy(Quotient(known, below)), factor_up), _whole(generator(opaque)))


class _Frozen(dict):  # a polynomial inside a generator
    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))


def _fractional(gen: Generator, exponent: Fraction) -> tuple[Poly, Poly]:
    """A power of a positive generator as numerator and denominator."""
    if gen[0] in ("3exp", "2prime") or exponent > 0:
        return poly_mul(generator(gen, exponent), UNIT), UNIT
    return UNIT, poly_mul(generator(gen, -exponent), UNIT)


def _positive(gen: Generator) -> bool:
    return gen[0] in ("3exp", "2prime", "0pi", "1gamma")


def _numeric_content(poly: Poly) -> Fraction:
    """A positive rational c such that poly/c has content 1."""
    from math import gcd, lcm

    over = gcd(*(abs(c.numerator) for c in poly.values()))
    return Fraction(over, lcm(*(c.denominator for c in poly.values())))


def _primes(value: Fraction) -> dict[int, int]:
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


def _split(a: Quotient) -> list[tuple[Quotient, Fraction]]:
    """A normal form as a sum of rational multiples of monomials over its denominator."""
    return [(Quotient({m: Fraction(1)}, a.under), c) for m, c in a.over.items()]


def _exponential(a: Quotient, kind: str) -> Quotient:
    """exp(a), or exp(i a) for the kind `cis`, as a product over the monomials of a."""
    total = _whole(UNIT)
    for part, coefficient in _split(a):
        total = times(total, _exponential_part(part, coefficient, kind))
    return total


def _exponential_part(part: Quotient, c: Fraction, kind: str) -> Quotient:
    monomial = next(iter(part.over))
    plain = part.under == UNIT and len(monomial) == 1 and monomial[0][1] == 1
    gen = monomial[0][0] if plain else None
    if kind == "exp" and gen is not None and gen[0] == "1log":
        inner: Quotient = Quotient(gen[2], gen[3])
        if c.denominator > 1:
            return _root(inner, c)
        inner = inner if c > 0 else inverse(inner)
        return _tidy(Quotient(*(poly_pow(poly, abs(int(c))) for poly in inner)))
    if kind == "exp" and gen is not None and gen[0] == "1logprime":
        return _whole(poly_mul(generator(("2prime", gen[1]), c), UNIT))
    if kind == "cis" and part == Quotient({PI_MONOMIAL: Fraction(1)}, UNIT):
        return _whole(_reduce({CIS_PI: c}, Fraction(1)))
    if kind == "cis" and gen is not None and gen[0] in ("7asin", "7atan") and c.denominator == 1:
        u: Quotient = Quotient(gen[2], gen[3])
        one, iu = _whole(UNIT), times(_whole(generator(I, 1 if c > 0 else 3)), u)
        square = times(u, u)
        if gen[0] == "7asin":
            minus = Quotient(poly_mul(square.over, constant(-1)), square.under)
            unit = plus(_root(plus(one, minus), HALF), iu)
        else:
            unit = times(plus(one, iu), _root(plus(one, square), -HALF))
        return _tidy(Quotient(*(poly_pow(poly, abs(int(c))) for poly in unit)))
    head = "3exp" if kind == "exp" else "4cis"
    return _whole(generator((head, _name("monomial", _key(part))), c))




def _trigonometric(op: str, a: Quotient) -> Quotient:
    forward = _exponential(a, "cis")
    minus = Quotient(poly_mul(a.over, constant(-1)), a.under)
    back = _exponential(minus, "cis")
    cosine = times(plus(forward, back), _whole(constant(HALF)))
    gap = plus(forward, times(back, _whole(constant(-1))))
    sine = times(gap, _whole({((I, Fraction(1)),): -HALF}))  # 1/(2i) = -i/2
    if op in ("sin", "cos"):
        return sine if op == "sin" else cosine
    if op in ("tan", "sec"):
        return times(sine if op == "tan" else _whole(UNIT), inverse(cosine))
    return times(cosine if op == "cot" else _whole(UNIT), inverse(sine))


def _logarithm(a: Quotient) -> Quotient:
    """log a: positive numbers, exponentials and pi split off."""
    if not a.over:
        raise Rejected("a logarithm of zero")
    total = _whole({})
    parts: list[Poly] = []
    for poly, sign in ((a.over, 1), (a.under, -1)):
        content = {g: e for g, e in _content(poly).items() if _positive(g)}
        scale = _numeric_content(poly)
        lower = tuple(sorted(((g, -e) for g, e in content.items()), key=_order))
        parts.append(poly_mul(poly, {lower: 1 / scale}))
        for prime, count in _primes(scale).items():
            total = plus(total, _whole(poly_mul(constant(sign * count), generator(("1logprime", prime)))))
        for gen, exponent in content.items():
            value = _log_generator(gen)
            total = plus(total, times(_whole(constant(sign * exponent)), value))
    if parts[0] == parts[1]:
        return total
    over, under = (_Frozen(part) for part in parts)
    gen = ("1log", _name("log", _key(Quotient(*parts))), over, under)
    return plus(total, _whole(generator(gen)))


_exponents: dict[int, Quotient] = {}


def _log_generator(gen: Generator) -> Quotient:
    if gen[0] == "2prime":
        return _whole(generator(("1logprime", gen[1])))
    if gen[0] == "3exp":
        for key, number_ in _names.items():
            if number_ == gen[1]:
                over, under = (dict(part) for part in key[1])
                return Quotient(over, under)
    return _whole(generator(("1logof", *gen)))


def _negated(a: Quotient) -> Quotient | None:
    """-a when the normal form of a leads with a negative coefficient, else None."""
    if a.over[min(a.over, key=_lead)] > 0:
        return None
    return Quotient(poly_mul(a.over, constant(-1)), a.under)


def _odd(op: str, a: Quotient) -> Quotient:
    if not a.over:
        return a
    minus = _negated(a)
    if minus is not None:
        return times(_whole(constant(-1)), _odd(op, minus))
    special = _special(op, a)
    if special is not None:
        return _whole(poly_mul(constant(special), generator(PI_GEN)))
    over, under = _Frozen(a.over), _Frozen(a.under)
    return _whole(generator(("7" + op, _name(op, _key(a)), over, under)))


def _special(op: str, a: Quotient) -> Fraction | None:
    """The rational multiple of pi that asin or atan takes at a known value."""
    table = {"asin": (6, 4, 3, 2), "atan": (6, 4, 3)}
    for n in table.get(op, ()):
        wave = _trigonometric("sin" if op == "asin" else "tan", _whole({PI_MONOMIAL: Fraction(1, n)}))
        if not plus(a, times(wave, _whole(constant(-1)))).over:
            return Fraction(1, n)
    return None


def _signed(op: str, a: Quotient) -> Quotient:
    if set(a.over) <= {()} and a.under == UNIT:
        value = a.over.get((), Fraction(0))
        return _whole(constant(abs(value) if op == "abs" else (value > 0) - (value < 0)))
    minus = _negated(a)
    if minus is not None:
        found = _signed(op, minus)
        return found if op == "abs" else times(found, _whole(constant(-1)))
    if op == "abs" and a.under == UNIT:
        return _whole(generator(("abs", _name("abs", _key(a)), _Frozen(a.over))))
    return _opaque(op, a)


def _shifted(op: str, arg: Term) -> Quotient:
    """gamma, digamma, loggamma with the integer part of the argument split off."""
    a = normal(arg)
    shift = Fraction(0)
    if a.under == UNIT:
        whole = a.over.get((), Fraction(0))
        shift = whole // 1
        if set(a.over) <= {()} and whole.denominator == 1:
            return _at_integer(op, int(whole))
    if abs(shift) > MAX_TERMS // 10:
        raise TooLarge("a shift is too large")
    low = plus(a, _whole(constant(-shift)))
    total = _opaque_shifted(op, low)
    steps = range(int(shift)) if shift > 0 else range(int(shift), 0)
    for j in steps:
        factor = plus(low, _whole(constant(j)))
        if op == "gamma":
            total = times(total, factor if shift > 0 else inverse(factor))
        else:
            step = _logarithm(factor) if op == "loggamma" else inverse(factor)
            total = plus(total, step if shift > 0 else times(step, _whole(constant(-1))))
    return total


def _at_integer(op: str, n: int) -> Quotient:
    if n <= 0 or n > 300:
        raise Rejected(f"{op} at a pole, or too far out")
    if op == "gamma":
        return _whole(constant(factorial(n - 1)))
    if op == "loggamma":
        return _logarithm(_whole(constant(factorial(n - 1))))
    harmonic = sum((Fraction(1, k) for k in range(1, n)), Fraction(0))
    return _whole(poly_add(constant(harmonic), generator(("7euler_gamma", _name("euler_gamma", ()))), -1))


def _opaque_shifted(op: str, low: Quotient) -> Quotient:
    if op == "gamma" and low == _whole(constant(HALF)):
        return _whole(generator(PI_GEN, HALF))
    return _opaque(op, low)
