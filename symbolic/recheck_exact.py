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

from symbolic.recheck_evaluate import MAX_TERMS, fold, open_binder
from symbolic.recheck_quotients import (
    CIS_PI,
    HALF,
    IMAGINARY,
    PI_GEN,
    PI_MONOMIAL,
    UNIT,
    Frozen,
    Generator,
    Poly,
    Quotient,
    TooLarge,
    constant,
    content,
    generator,
    inverse,
    lead,
    order,
    plus,
    poly_add,
    poly_mul,
    quotient_power,
    reduce_product,
    tidy,
    times,
    whole_q,
)
from symbolic.recheck_roots import (
    NAMES,
    form_key,
    is_positive,
    name_of,
    numeric_content,
    primes,
    root,
)
from symbolic.recheck_terms import (
    BINDERS,
    MINUS_ONE,
    ONE,
    PI,
    Rejected,
    Term,
    add,
    make,
    mul,
    number,
    power,
    sub,
)


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
        _memo[term] = tidy(_normal(term))
    return _memo[term]


def _normal(t: Term) -> Quotient:
    op, args = t.op, t.args
    if op == "rat":
        return whole_q(constant(t.value))
    if op == "sym":
        return whole_q(generator(("sym", t.value)))
    if op == "pi":
        return whole_q(generator(PI_GEN))
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
        return whole_q(generator(("9term", id(t), t)))
    return _opaque(op, *map(normal, args))


DEFINED = {
    "acos": lambda a: sub(mul(number(HALF), PI), make("asin", a)),
    "sinh": lambda a: mul(number(HALF), sub(make("exp", a), make("exp", mul(MINUS_ONE, a)))),
    "cosh": lambda a: mul(number(HALF), add(make("exp", a), make("exp", mul(MINUS_ONE, a)))),
    "tanh": lambda a: mul(make("sinh", a), power(make("cosh", a), -1)),
    "coth": lambda a: mul(make("cosh", a), power(make("sinh", a), -1)),
    "asinh": lambda a: make("log", add(a, power(add(power(a, 2), ONE), HALF))),
    "acosh": lambda a: make("log", add(a, mul(power(sub(a, ONE), HALF), power(add(a, ONE), HALF)))),
    "atanh": lambda a: mul(number(HALF), make("log", mul(add(ONE, a), power(sub(ONE, a), -1)))),
    "erfc": lambda a: sub(ONE, make("erf", a)),
}


def _opaque(op: str, *args: Quotient) -> Quotient:
    keys = [form_key(arg) for arg in args]
    if op in ("max", "min"):
        keys = list(dict.fromkeys(keys))
        keys.sort(key=lambda key: name_of("arg", key))
    return whole_q(generator(("7" + op, name_of(op, tuple(keys)))))


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
        return quotient_power(inner, n)
    return root(inner, value)


def _split(a: Quotient) -> list[tuple[Quotient, Fraction]]:
    """A normal form as a sum of rational multiples of monomials over its denominator."""
    return [(Quotient({m: Fraction(1)}, a.under), c) for m, c in a.over.items()]


def _exponential(a: Quotient, kind: str) -> Quotient:
    """exp(a), or exp(i a) for the kind `cis`, as a product over the monomials of a."""
    total = whole_q(UNIT)
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
            return root(inner, c)
        inner = inner if c > 0 else inverse(inner)
        return quotient_power(inner, abs(int(c)))
    if kind == "exp" and gen is not None and gen[0] == "1logprime":
        return whole_q(poly_mul(generator(("2prime", gen[1]), c), UNIT))
    if kind == "cis" and part == Quotient({PI_MONOMIAL: Fraction(1)}, UNIT):
        return whole_q(reduce_product({CIS_PI: c}, Fraction(1)))
    if kind == "cis" and gen is not None and gen[0] in ("7asin", "7atan") and c.denominator == 1:
        u: Quotient = Quotient(gen[2], gen[3])
        one, iu = whole_q(UNIT), times(whole_q(generator(IMAGINARY, 1 if c > 0 else 3)), u)
        square = times(u, u)
        if gen[0] == "7asin":
            minus = Quotient(poly_mul(square.over, constant(-1)), square.under)
            unit = plus(root(plus(one, minus), HALF), iu)
        else:
            unit = times(plus(one, iu), root(plus(one, square), -HALF))
        return quotient_power(unit, abs(int(c)))
    head = "3exp" if kind == "exp" else "4cis"
    return whole_q(generator((head, name_of("monomial", form_key(part))), c))


def _trigonometric(op: str, a: Quotient) -> Quotient:
    forward = _exponential(a, "cis")
    minus = Quotient(poly_mul(a.over, constant(-1)), a.under)
    back = _exponential(minus, "cis")
    cosine = times(plus(forward, back), whole_q(constant(HALF)))
    gap = plus(forward, times(back, whole_q(constant(-1))))
    sine = times(gap, whole_q({((IMAGINARY, Fraction(1)),): -HALF}))  # 1/(2i) = -i/2
    if op in ("sin", "cos"):
        return sine if op == "sin" else cosine
    if op in ("tan", "sec"):
        return times(sine if op == "tan" else whole_q(UNIT), inverse(cosine))
    return times(cosine if op == "cot" else whole_q(UNIT), inverse(sine))


def _logarithm(a: Quotient) -> Quotient:
    """log a: positive numbers, exponentials and pi split off."""
    if not a.over:
        raise Rejected("a logarithm of zero")
    total = whole_q({})
    parts: list[Poly] = []
    for poly, sign in ((a.over, 1), (a.under, -1)):
        shared = {g: e for g, e in content(poly).items() if is_positive(g)}
        scale = numeric_content(poly)
        lower = tuple(sorted(((g, -e) for g, e in shared.items()), key=order))
        parts.append(poly_mul(poly, {lower: 1 / scale}))
        for prime, count in primes(scale).items():
            total = plus(
                total, whole_q(poly_mul(constant(sign * count), generator(("1logprime", prime))))
            )
        for gen, exponent in shared.items():
            value = _log_generator(gen)
            total = plus(total, times(whole_q(constant(sign * exponent)), value))
    if parts[0] == parts[1]:
        return total
    over, under = (Frozen(part) for part in parts)
    gen = ("1log", name_of("log", form_key(Quotient(*parts))), over, under)
    return plus(total, whole_q(generator(gen)))


_exponents: dict[int, Quotient] = {}


def _log_generator(gen: Generator) -> Quotient:
    if gen[0] == "2prime":
        return whole_q(generator(("1logprime", gen[1])))
    if gen[0] == "3exp":
        for key, number_ in NAMES.items():
            if number_ == gen[1]:
                over, under = (dict(part) for part in key[1])
                return Quotient(over, under)
    return whole_q(generator(("1logof", *gen)))


def _negated(a: Quotient) -> Quotient | None:
    """-a when the normal form of a leads with a negative coefficient, else None."""
    if a.over[min(a.over, key=lead)] > 0:
        return None
    return Quotient(poly_mul(a.over, constant(-1)), a.under)


def _odd(op: str, a: Quotient) -> Quotient:
    if not a.over:
        return a
    minus = _negated(a)
    if minus is not None:
        return times(whole_q(constant(-1)), _odd(op, minus))
    special = _special(op, a)
    if special is not None:
        return whole_q(poly_mul(constant(special), generator(PI_GEN)))
    over, under = Frozen(a.over), Frozen(a.under)
    return whole_q(generator(("7" + op, name_of(op, form_key(a)), over, under)))


def _special(op: str, a: Quotient) -> Fraction | None:
    """The rational multiple of pi that asin or atan takes at a known value."""
    table = {"asin": (6, 4, 3, 2), "atan": (6, 4, 3)}
    for n in table.get(op, ()):
        wave = _trigonometric(
            "sin" if op == "asin" else "tan", whole_q({PI_MONOMIAL: Fraction(1, n)})
        )
        if not plus(a, times(wave, whole_q(constant(-1)))).over:
            return Fraction(1, n)
    return None


def _signed(op: str, a: Quotient) -> Quotient:
    if set(a.over) <= {()} and a.under == UNIT:
        value = a.over.get((), Fraction(0))
        return whole_q(constant(abs(value) if op == "abs" else (value > 0) - (value < 0)))
    minus = _negated(a)
    if minus is not None:
        found = _signed(op, minus)
        return found if op == "abs" else times(found, whole_q(constant(-1)))
    if op == "abs" and a.under == UNIT:
        return whole_q(generator(("abs", name_of("abs", form_key(a)), Frozen(a.over))))
    return _opaque(op, a)


def _shifted(op: str, arg: Term) -> Quotient:
    """gamma, digamma, loggamma with the integer part of the argument split off."""
    a = normal(arg)
    shift = 0
    if a.under == UNIT:
        whole = a.over.get((), Fraction(0))
        shift = whole // 1
        if set(a.over) <= {()} and whole.denominator == 1:
            return _at_integer(op, int(whole))
    if abs(shift) > MAX_TERMS // 10:
        raise TooLarge("a shift is too large")
    low = plus(a, whole_q(constant(-shift)))
    total = _opaque_shifted(op, low)
    steps = range(int(shift)) if shift > 0 else range(int(shift), 0)
    for j in steps:
        factor = plus(low, whole_q(constant(j)))
        if op == "gamma":
            total = times(total, factor if shift > 0 else inverse(factor))
        else:
            step = _logarithm(factor) if op == "loggamma" else inverse(factor)
            total = plus(total, step if shift > 0 else times(step, whole_q(constant(-1))))
    return total


def _at_integer(op: str, n: int) -> Quotient:
    if n <= 0 or n > 300:
        raise Rejected(f"{op} at a pole, or too far out")
    if op == "gamma":
        return whole_q(constant(factorial(n - 1)))
    if op == "loggamma":
        return _logarithm(whole_q(constant(factorial(n - 1))))
    harmonic = sum((Fraction(1, k) for k in range(1, n)), Fraction(0))
    return whole_q(
        poly_add(constant(harmonic), generator(("7euler_gamma", name_of("euler_gamma", ()))), -1)
    )


def _opaque_shifted(op: str, low: Quotient) -> Quotient:
    if op == "gamma" and low == whole_q(constant(HALF)):
        return whole_q(generator(PI_GEN, HALF))
    return _opaque(op, low)
