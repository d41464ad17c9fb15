"""Series of the gamma function and its logarithmic derivatives, at infinity and at points >= 0.

The asymptotic series envelop for real arguments > 0: what is left out lies between 0 and the first
term left out (NIST Digital Library of Mathematical Functions, 5.11 and 5.15).
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from math import factorial
from typing import TYPE_CHECKING

from symbolic.recheck.gamma import bernoulli
from symbolic.recheck.intervals import exact, inverse, times
from symbolic.recheck.local import NIL, PREC, Series, Value, hull, rational
from symbolic.recheck.terms import Rejected, Term, add, make, mul, number, power

if TYPE_CHECKING:
    from symbolic.recheck.expand import Expander

OPS = ("gamma", "loggamma", "digamma", "polygamma")
MOST_TERMS = 8


def gamma_series(walk: Expander, t: Term) -> Series:
    inner = t.args[-1]
    if t.op == "gamma":
        log = walk(make("loggamma", inner))
        return walk.exponential(log)
    order = {"loggamma": -1, "digamma": 0}.get(t.op)
    if order is None:
        order = int(t.args[0].value)
    a = walk.local.trimmed(walk(inner))
    if a.v < 0:
        return _far(walk, inner, walk.local.stripped(a), order)
    first = a.values[0] if a.v == 0 and a.values else None
    if first is None or first.is_nil:
        a = walk.local.stripped(a)
        if not a.values[0].ball.positive():
            raise Rejected("a gamma function of what is not positive")
        up = _function(order, add(inner, number(1)))
        return walk(add(up, mul(number(-1), _step(order, inner))))
    if not first.ball.positive():
        raise Rejected("a gamma function of what is not positive")

    def jet(x: Value, n: int) -> list[Value]:
        found = []
        for k in range(n + 1):
            if x.term is None and k < n:
                found.append(rational(0))
                continue
            if x.term is None and not x.ball.positive():
                raise Rejected("a gamma function of what may be zero")
            value = walk.apply(partial(_function, order + k), x)
            found.append(value * rational(Fraction(1, factorial(k))))
        return found

    return walk.local.compose(jet, a, walk.known(inner))


def _function(order: int, a: Term) -> Term:
    if order < 1:
        return make("loggamma" if order else "digamma", a)
    return make("polygamma", number(order), a)


def _step(order: int, a: Term) -> Term:
    """f(a + 1) - f(a)."""
    if order < 0:
        return make("log", a)
    return mul(number((-1) ** order * factorial(order)), power(a, -order - 1))


def _far(walk: Expander, inner: Term, a: Series, order: int) -> Series:
    """The asymptotic series of f(a) for a that tends to +oo."""
    if not a.values[0].ball.positive():
        raise Rejected("a gamma function of what is not positive")
    log = make("log", inner)
    if order < 0:
        shifted = add(inner, number(Fraction(-1, 2)))
        terms = [mul(shifted, log), mul(number(-1), inner)]
        terms.append(mul(number(Fraction(1, 2)), make("log", mul(number(2), make("pi")))))
    elif order == 0:
        terms = [log, mul(number(Fraction(-1, 2)), power(inner, -1))]
    else:
        sign = (-1) ** (order + 1)
        terms = [mul(number(sign * factorial(order - 1)), power(inner, -order))]
        terms.append(mul(number(Fraction(sign * factorial(order), 2)), power(inner, -order - 1)))
    count = min(MOST_TERMS, max(1, (walk.local.most // -a.v - order) // 2 + 1))
    for k in range(1, count + 1):
        terms.append(mul(number(_coefficient(order, k)), power(inner, -order - 2 * k)))
    total = walk(add(*terms))
    # The next term, times a number between 0 and 1.
    k = count + 1
    down = inverse(walk.local.span(a.values, a.rest), PREC)
    size = exact(_coefficient(order, k), PREC)
    for _ in range(order + 2 * k):
        size = times(size, down, PREC)
    rest = Series(-a.v * (order + 2 * k), (), hull(size, NIL))
    return walk.local.add(total, rest)


def _coefficient(order: int, k: int) -> Fraction:
    """Of a**-(order + 2 k) in f."""
    if order < 0:
        return bernoulli(2 * k) / (2 * k * (2 * k - 1))
    size = bernoulli(2 * k) * factorial(2 * k + order - 1) / factorial(2 * k)
    return size if order % 2 else -size
