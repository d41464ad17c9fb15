"""Exponentials of exact exponents: b**E up to a constant factor, E known up to a bounded term.

In an exponent constants and lower-order terms matter, so each of its terms has to be a real number
times a monomial in the sizes, their logarithms and exponentials.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import reduce
from hashlib import sha256
from typing import Any

import sympy as sp

from symbolic.rates import ONE, Direction, Monomial, Rate

Limits = Mapping[str, Direction]
DIGITS, MAX_NAME = 25, 60
BOUNDED = (sp.Max, sp.Min)


def exponential(base: sp.Expr, exponent: sp.Expr, limits: Limits) -> Rate:
    """The rate of base**exponent, sizes being the symbols of both.

    Raises `ValueError` for an exponent with terms that are not exact.
    """
    from symbolic.asymptotics import near_one

    if base.is_number and not base.is_positive:
        raise ValueError(f"the base {base} is not positive")
    extreme = next(iter(exponent.atoms(*BOUNDED)), None)
    if extreme is not None and base.is_number:
        return _of_extreme(base, exponent, extreme, limits)
    small = near_one(base, limits)
    if small is not None:
        return _of_near_one(base, exponent, small, limits)
    whole = exponent * sp.log(base)
    return Rate.of(reduce(Monomial.__mul__, (_term(t, limits) for t in _terms(whole)), Monomial()))


def _of_extreme(base: Any, exponent: Any, extreme: Any, limits: Limits) -> Rate:
    """b**(c max(u, v) + w) = max(b**(c u + w), b**(c v + w)) for log(b) c > 0."""
    place = sp.Dummy(positive=True)
    slope = sp.expand(exponent.subs(extreme, place)).coeff(place)
    if not slope.is_number or sp.expand(exponent.subs(extreme, place)).coeff(place, 2) != 0:
        raise ValueError(f"not read as an exponent: {exponent}")
    cases = [exponential(base, exponent.subs(extreme, arg), limits) for arg in extreme.args]
    rising = bool((slope * sp.log(base)).is_positive)
    largest = rising == isinstance(extreme, sp.Max)
    return reduce(Rate.__add__ if largest else Rate.least, cases)


def _of_near_one(base: Any, exponent: Any, small: Any, limits: Limits) -> Rate:
    """(1 + x)**T = exp(c T x) where c -> 1, which is exp(T x) where T x**2 is bounded.

    Otherwise c stands as a number that is only known to be near 1, its own for each base.
    """
    from symbolic.asymptotics import holds, read_sizes

    error = read_sizes(exponent, limits)[1] * read_sizes(small, limits)[1] ** 2
    if holds(error, "O", ONE, limits) and _is_exact(small, limits):
        return exponential(sp.E, exponent * small, limits)
    coefficient, rest = sp.powsimp(exponent * leading(small, limits)).as_coeff_Mul()
    if not coefficient.is_Rational:
        raise ValueError(f"not read as an exponent of {base}: {exponent}")
    if rest == 1 or _bounded(rest, limits):
        return ONE
    factor = Fraction(int(coefficient.p), int(coefficient.q))
    side = 0 if leading(small, limits) != small else read_sizes(small, limits)[0]
    return Rate.of(Monomial(towers=(((exact(rest, limits), _near_one(base, side)), factor),)))


def _is_exact(e: sp.Expr, limits: Limits) -> bool:
    try:
        exact(e.as_coeff_Mul()[1], limits)
    except ValueError:
        return False
    return True


def _near_one(base: sp.Expr, side: int) -> str:
    """A range around 1 that belongs to this base alone.

    log(1 + x)/x is at most 1 for x > 0 (side 1), and at least 1 for x < 0 (side -1).
    """
    own = int.from_bytes(sha256(sp.srepr(base).encode()).digest()[:8])
    width = Fraction(10**20 + own, 10**30)
    return f"{1 - width if side >= 0 else 1}..{1 + width if side <= 0 else 1}"


def leading(e: sp.Expr, limits: Limits) -> sp.Expr:
    """What e is asymptotically equal to, with one term for each sum in it.

    Raises `ValueError` where no term dominates the others.
    """
    from symbolic.asymptotics import lower_order, read_sizes

    if isinstance(e, sp.Mul):
        return sp.Mul(*(leading(factor, limits) for factor in e.args))
    if isinstance(e, sp.Pow) and e.exp.is_Rational:
        return leading(e.base, limits) ** e.exp
    if not isinstance(e, sp.Add):
        return e
    terms = [(read_sizes(term, limits)[1], term) for term in e.args]
    for found, term in terms:
        if all(other is term or lower_order(rate, found, limits) for rate, other in terms):
            return leading(term, limits)
    raise ValueError(f"no term of {e} dominates the others")


def _terms(whole: sp.Expr) -> list[sp.Expr]:
    """The terms of an exponent, its logarithms opened, those of numbers into ones of primes."""
    opened = sp.expand(sp.expand_log(sp.expand(whole), force=True))
    opened = sp.expand_log(opened, force=True)
    numbers = {e: _of_primes(e.args[0]) for e in opened.atoms(sp.log) if e.args[0].is_Rational}
    return list(sp.Add.make_args(sp.expand(opened.xreplace(numbers))))


def _of_primes(number: Any) -> sp.Expr:
    return sp.Add(*(k * sp.log(p) for p, k in sp.factorrat(number).items()))


def _term(term: sp.Expr, limits: Limits) -> Monomial:
    """exp(term) for one term of an exponent."""
    moving = [s for s in term.free_symbols if limits[s.name] in ("oo", "0")]
    coefficient, rest = term.as_independent(*moving, as_Add=False)
    if not moving or _bounded(rest, limits):
        return Monomial()
    base, factor = _unit(coefficient, limits)
    atom = exact(rest, limits)
    if len(atom.logs) == 1 and not (atom.powers or atom.exps or atom.towers):
        ((level, value),) = atom.logs
        if value == 1 and base == "e":
            if level.startswith("log "):
                return Monomial(logs=((level.removeprefix("log "), factor),))
            sign = 1 if limits[level] == "oo" else -1
            return Monomial(powers=((level, sign * factor),))
    if len(atom.powers) == 1 and not (atom.logs or atom.exps or atom.towers):
        ((name, value),) = atom.powers
        if value == (1 if limits[name] == "oo" else -1):
            return Monomial(exps=(((name, base), factor),))
    return Monomial(towers=(((atom, base), factor),))


def _bounded(rest: sp.Expr, limits: Limits) -> bool:
    from symbolic.asymptotics import holds, read_sizes

    return holds(read_sizes(rest, limits)[1], "O", ONE, limits)


def exact(e: sp.Expr, limits: Limits) -> Monomial:
    """A product of powers of sizes, of their logarithms and of exponentials, exactly.

    Raises `ValueError` for anything else.
    """
    found = Monomial()
    for factor in sp.Mul.make_args(e):
        base, exponent = factor.as_base_exp()
        if exponent.is_Rational and base != sp.E:
            found = found * _factor(base, limits) ** Fraction(int(exponent.p), int(exponent.q))
        else:
            pieces = _terms(exponent * sp.log(base))
            if any(not piece.free_symbols or _bounded(piece, limits) for piece in pieces):
                raise ValueError(f"an exponent that is not exact: {e}")
            found = found * reduce(Monomial.__mul__, (_term(t, limits) for t in pieces))
    return found


def _factor(base: sp.Expr, limits: Limits) -> Monomial:
    one = Fraction(1)
    if isinstance(base, sp.Symbol) and limits[base.name] in ("oo", "0"):
        return Monomial(powers=((base.name, one if limits[base.name] == "oo" else -one),))
    depth, inner = 0, base
    while isinstance(inner, sp.log):
        depth, inner = depth + 1, inner.args[0]
    if not depth or not isinstance(inner, sp.Symbol) or limits[inner.name] in ("1", ">1"):
        raise ValueError(f"an exponent needs single terms; not read there: {base}")
    return Monomial(logs=(("log " * (depth - 1) + inner.name, one),))


def _unit(coefficient: sp.Expr, limits: Limits) -> tuple[str, Fraction]:
    """A constant as a rational times log(prime), 1, a number in a range, or one not known."""
    rational, rest = coefficient.as_coeff_Mul()
    factor = Fraction(int(rational.p), int(rational.q)) if rational.is_Rational else None
    if factor is None:
        raise ValueError(f"not an exact constant in an exponent: {coefficient}")
    if rest == 1:
        return "e", factor
    if isinstance(rest, sp.log) and rest.args[0].is_Integer and sp.isprime(rest.args[0]):
        return str(rest.args[0]), factor
    if rest.free_symbols:
        return _unknown(rest, factor, limits)
    value = sp.N(rest, DIGITS + 15)
    if not value.is_real:
        raise ValueError(f"not a real constant in an exponent: {coefficient}")
    scaled = sp.floor(abs(value) * 10**DIGITS)
    low = Fraction(int(scaled), 10**DIGITS)
    sign = 1 if value > 0 else -1
    return f"{low}..{low + Fraction(1, 10**DIGITS)}", sign * factor


def _unknown(constant: sp.Expr, factor: Fraction, limits: Limits) -> tuple[str, Fraction]:
    """A constant with declared constants in it, of which the sign alone is known."""
    more = {s: 1 + s for s in constant.free_symbols if limits[s.name] == ">1"}
    value = constant.subs(more, simultaneous=True)
    if not (value.is_positive or value.is_negative):
        raise ValueError(f'the sign of {constant} in an exponent is open: is a constant ">1"?')
    sign = 1 if value.is_positive else -1
    name = "#" + str(sign * constant).replace(" ", "")
    if len(name) > MAX_NAME:
        raise ValueError(f"too long for a constant in an exponent: {constant}")
    return name, sign * factor


def factorials(e: Any, limits: Limits) -> Rate:
    """Stirling: x! is of order x**(x + 1/2) exp(-x), for x a constant times a size (or exact)."""
    if isinstance(e, sp.binomial):
        n, k = e.args
        if k.is_Integer and k >= 0:
            return growing(n, limits) ** int(k)
        parts = [factorials(sp.factorial(a, evaluate=False), limits) for a in (n, k, n - k)]
        return parts[0] * (parts[1] * parts[2]) ** -1
    x = e.args[0] - (1 if isinstance(e, sp.gamma) else 0)
    shift, main = x.as_coeff_Add()
    if not shift.is_Rational or main == 0:
        raise ValueError(f"not a rate: {e}")
    growing(main, limits)
    stirling = exponential(sp.E, main * sp.log(main) - main, limits)
    power = shift + sp.Rational(1, 2)
    return stirling * growing(main, limits) ** Fraction(int(power.p), int(power.q))


def growing(e: sp.Expr, limits: Limits) -> Rate:
    """The rate of what tends to infinity. Raises `ValueError` for another expression."""
    from symbolic.asymptotics import lower_order, read_sizes

    sign, found = read_sizes(e, limits)
    if sign < 0 or not lower_order(ONE, found, limits):
        raise ValueError(f"{e} does not tend to infinity")
    return found
