"""Extension: named rewrites that a certificate may use, with the conditions that make them true.

A rule is (template, result, conditions) in the wild symbols a, b, c: whenever the conditions hold
at a point and the template is defined there, so is the result and they are equal. (Every rewrite
that the normal form knows, such as addition theorems, needs no rule.)
"""

from __future__ import annotations

from fractions import Fraction

from symbolic.recheck.terms import (
    MINUS_ONE,
    ONE,
    Term,
    add,
    make,
    mul,
    number,
    power,
    sub,
    symbol,
)

_a, _b, _c = symbol("a"), symbol("b"), symbol("c")
_HALF = Fraction(1, 2)
PI, TWO = make("pi"), number(2)
_HALF_PI = mul(number(_HALF), PI)

# A condition is (term, sense): term > 0 (True), term >= 0 (False) or term == 0 (None).
Rule = tuple[Term, Term, tuple[tuple[Term, bool | None], ...]]


def _sqrt(x: Term) -> Term:
    return power(x, _HALF)


def _f(name: str, *args: Term) -> Term:
    return make(name, *args)


def _not_negative(*terms: Term) -> tuple[tuple[Term, bool | None], ...]:
    return tuple((term, False) for term in terms)


def _positive(*terms: Term) -> tuple[tuple[Term, bool | None], ...]:
    return tuple((term, True) for term in terms)


_neg_a = mul(MINUS_ONE, _a)
_inverse_a = power(_a, -1)

RULES: dict[str, Rule] = {
    "abs-positive": (_f("abs", _a), _a, _not_negative(_a)),
    "abs-negative": (_f("abs", _a), _neg_a, _not_negative(_neg_a)),
    "sign-positive": (_f("sign", _a), ONE, _positive(_a)),
    "sign-negative": (_f("sign", _a), MINUS_ONE, _positive(_neg_a)),
    "max-first": (_f("max", _a, _b), _a, _not_negative(sub(_a, _b))),
    "max-second": (_f("max", _a, _b), _b, _not_negative(sub(_b, _a))),
    "min-first": (_f("min", _a, _b), _a, _not_negative(sub(_b, _a))),
    "min-second": (_f("min", _a, _b), _b, _not_negative(sub(_a, _b))),
    "max-as-abs": (
        _f("max", _a, _b),
        mul(number(_HALF), add(_a, _b, _f("abs", sub(_a, _b)))),
        (),
    ),
    "min-as-abs": (
        _f("min", _a, _b),
        mul(number(_HALF), add(_a, _b, mul(MINUS_ONE, _f("abs", sub(_a, _b))))),
        (),
    ),
    "abs-as-sqrt": (_f("abs", _a), _sqrt(power(_a, 2)), ()),
    "sqrt-square": (_sqrt(power(_a, 2)), _a, _not_negative(_a)),
    "sqrt-square-negative": (_sqrt(power(_a, 2)), _neg_a, _not_negative(_neg_a)),
    "sqrt-square-abs": (_sqrt(power(_a, 2)), _f("abs", _a), ()),
    "square-root": (_sqrt(_a), _b, ((sub(_a, power(_b, 2)), None), (_b, False))),
    "power-power": (
        make("pow", make("pow", _a, _b), _c),
        make("pow", _a, mul(_b, _c)),
        _positive(_a),
    ),
    "power-product": (
        make("pow", mul(_a, _b), _c),
        mul(make("pow", _a, _c), make("pow", _b, _c)),
        _positive(_a, _b),
    ),
    "sqrt-product": (_sqrt(mul(_a, _b)), mul(_sqrt(_a), _sqrt(_b)), _not_negative(_a, _b)),
    "sqrt-quotient": (
        _sqrt(mul(_a, power(_b, -1))),
        mul(_sqrt(_a), power(_sqrt(_b), -1)),
        (*_not_negative(_a), *_positive(_b)),
    ),
    "log-product": (
        _f("log", mul(_a, _b)),
        add(_f("log", _a), _f("log", _b)),
        _positive(_a, _b),
    ),
    "log-quotient": (
        _f("log", mul(_a, power(_b, -1))),
        sub(_f("log", _a), _f("log", _b)),
        _positive(_a, _b),
    ),
    "log-power": (_f("log", make("pow", _a, _b)), mul(_b, _f("log", _a)), _positive(_a)),
    "log-abs": (
        _f("log", power(_a, 2)),
        mul(TWO, _f("log", _f("abs", _a))),
        (),
    ),
    "asin-sin": (
        _f("asin", _f("sin", _a)),
        _a,
        _not_negative(add(_a, _HALF_PI), sub(_HALF_PI, _a)),
    ),
    "acos-cos": (_f("acos", _f("cos", _a)), _a, _not_negative(_a, sub(PI, _a))),
    "atan-tan": (
        _f("atan", _f("tan", _a)),
        _a,
        _positive(add(_a, _HALF_PI), sub(_HALF_PI, _a)),
    ),
    "atan-inverse": (_f("atan", _inverse_a), sub(_HALF_PI, _f("atan", _a)), _positive(_a)),
    "atan-inverse-negative": (
        _f("atan", _inverse_a),
        sub(mul(MINUS_ONE, _HALF_PI), _f("atan", _a)),
        _positive(_neg_a),
    ),
    "atan-sum": (
        add(_f("atan", _a), _f("atan", _b)),
        _f("atan", mul(add(_a, _b), power(sub(ONE, mul(_a, _b)), -1))),
        _positive(sub(ONE, mul(_a, _b))),
    ),
    "acosh-cosh": (_f("acosh", _f("cosh", _a)), _a, _not_negative(_a)),
    "gamma-reflection": (
        mul(_f("gamma", _a), _f("gamma", sub(ONE, _a))),
        mul(PI, power(_f("sin", mul(PI, _a)), -1)),
        (),
    ),
    "gamma-duplication": (
        _f("gamma", mul(TWO, _a)),
        mul(
            make("pow", TWO, sub(mul(TWO, _a), ONE)),
            power(PI, -_HALF),
            _f("gamma", _a),
            _f("gamma", add(_a, number(_HALF))),
        ),
        _positive(_a),
    ),
    "loggamma": (_f("loggamma", _a), _f("log", _f("gamma", _a)), _positive(_a)),
}

KNOWN = {("rule", name): found for name, found in RULES.items()}
