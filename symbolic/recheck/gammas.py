"""Extension: reflection and multiplication of the gamma function and its logarithmic derivatives.

NIST Digital Library of Mathematical Functions, 5.5 and 5.15.
"""

from __future__ import annotations

from fractions import Fraction
from math import factorial
from typing import Any

from symbolic.recheck.normal import Poly, constant, normal, opaque, poly_add, raised, scaled
from symbolic.recheck.terms import (
    ONE,
    Rejected,
    Term,
    add,
    make,
    mul,
    neg,
    number,
    power,
    sub,
    symbol,
)

# (template, result, conditions), each condition a term and whether it is > 0, as in `rules.py`.
Rule = tuple[Term, Term, tuple[tuple[Term, bool | None], ...]]

_a = symbol("a")
_PI = make("pi")
_SINE, _COSINE = make("sin", mul(_PI, _a)), make("cos", mul(_PI, _a))
_OTHER = sub(ONE, _a)
_MOST_PARTS = 6
_MOST_STEPS = 200


def _polygamma(order: int, argument: Term) -> Term:
    return make("polygamma", number(order), argument)


def _turned() -> dict[str, Rule]:
    """f(a) by f(1 - a), where sin(pi a) > 0, and where it is < 0."""
    below = power(_SINE, -1)
    found = {
        "gamma": (make("gamma", _a), mul(_PI, below, power(make("gamma", _OTHER), -1))),
        "digamma": (
            make("digamma", _a),
            sub(make("digamma", _OTHER), mul(_PI, _COSINE, below)),
        ),
        "trigamma": (
            _polygamma(1, _a),
            sub(mul(power(_PI, 2), power(_SINE, -2)), _polygamma(1, _OTHER)),
        ),
        "tetragamma": (
            _polygamma(2, _a),
            sub(_polygamma(2, _OTHER), mul(number(2), power(_PI, 3), _COSINE, power(_SINE, -3))),
        ),
    }
    rules: dict[str, Rule] = {}
    for name, (template, result) in found.items():
        rules[f"{name}-turn"] = (template, result, ((_SINE, True),))
        rules[f"{name}-turn-negative"] = (template, result, ((neg(_SINE), True),))
    log_pi, log_sine = make("log", _PI), make("log", _SINE)
    rules["loggamma-turn"] = (
        make("loggamma", _a),
        sub(sub(log_pi, log_sine), make("loggamma", _OTHER)),
        ((_SINE, True), (_a, True), (_OTHER, True)),
    )
    return rules


def _parts(m: int) -> list[Term]:
    """a, a + 1/m, ..., a + (m - 1)/m."""
    return [add(_a, number(Fraction(j, m))) for j in range(m)]


def _multiplied(m: int) -> dict[str, Rule]:
    """f(m a) by f(a + j/m), for a > 0."""
    whole, positive = mul(number(m), _a), ((_a, True),)
    half = sub(whole, number(Fraction(1, 2)))
    turn = mul(number(2), _PI)
    rest = Fraction(1 - m, 2)

    def of(f: str) -> list[Term]:
        return [make(f, part) for part in _parts(m)]

    def order(n: int) -> tuple[Term, Term]:
        scale = number(Fraction(1, m ** (n + 1)))
        return _polygamma(n, whole), mul(scale, add(*(_polygamma(n, u) for u in _parts(m))))

    log_m = make("log", number(m))
    mean = mul(number(Fraction(1, m)), add(*of("digamma")))
    return {
        f"gamma-times-{m}": (
            make("gamma", whole),
            mul(power(turn, rest), make("pow", number(m), half), *of("gamma")),
            positive,
        ),
        f"loggamma-times-{m}": (
            make("loggamma", whole),
            add(mul(number(rest), make("log", turn)), mul(half, log_m), *of("loggamma")),
            positive,
        ),
        f"digamma-times-{m}": (make("digamma", whole), add(log_m, mean), positive),
        f"trigamma-times-{m}": (*order(1), positive),
        f"tetragamma-times-{m}": (*order(2), positive),
    }


def form_of_polygamma(t: Term) -> Poly:
    """The integer part of the argument split off: f(u + 1) = f(u) + (-1)**n n! / u**(n + 1)."""
    order, a = int(t.args[0].value), normal(t.args[1])
    whole = a.get(frozenset(), Fraction(0))
    shift = int(whole // 1)
    if set(a) <= {frozenset()} and whole.denominator == 1:
        shift -= 1
    if abs(shift) > _MOST_STEPS:
        raise Rejected("a shift is too large")
    low = poly_add(a, constant(shift), -1)
    if not low:
        raise Rejected("a polygamma function at a pole")
    total = opaque("polygamma", constant(order), low)
    gain = Fraction((-1) ** order * factorial(order))
    for j in range(min(shift, 0), max(shift, 0)):
        step = scaled(raised(poly_add(low, constant(j)), Fraction(-order - 1)), gain)
        total = poly_add(total, step, 1 if shift > 0 else -1)
    return total


def _binomial() -> Rule:
    """The product of (a - b + i)/i, i from 1 to b, by gammas: a falling factorial over b!.

    The letter c stands for a - b + 1.
    """
    index, b, c = symbol("i0"), symbol("b"), symbol("c")
    minus_b = make("mul", number(-1), b)
    ratio = make("mul", make("add", _a, minus_b, index), make("pow", index, number(-1)))
    first = add(b, ONE)
    below = (power(make("gamma", u), -1) for u in (first, c))
    template = make("product", ratio, ONE, b, value="i0")
    result = mul(make("gamma", add(_a, ONE)), *below)
    return (template, result, ((sub(add(_a, minus_b, ONE), c), None), (c, True), (first, True)))


RULES = {"binomial": _binomial(), **_turned()}
for _m in range(2, _MOST_PARTS + 1):
    RULES |= _multiplied(_m)

KNOWN: dict[tuple[str, str], Any] = {
    **{("rule", name): found for name, found in RULES.items()},
    ("form", "polygamma"): form_of_polygamma,
}
