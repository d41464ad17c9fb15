"""Sums with exponentials that grow, as one exponential times a sum in which none does.

Used for logarithms, such as log(1 + exp(x)) = x + log(1 + exp(-x)), and for powers.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symbolic.recheck.local import Series
from symbolic.recheck.terms import Rejected, Term, add, make, mul, number, sub

MOST_TERMS = 12
HALF = number(Fraction(1, 2))


class Grows(Rejected):
    """An exponential tends to infinity."""


def tamed(inner: Term, expand: Callable[[Term], Series]) -> tuple[Term, Term]:
    """(e, u) with inner = exp(e) u, where u holds no exponential that grows."""
    parts = [_split(term) for term in _terms(inner)]
    if len(parts) > MOST_TERMS:
        raise Rejected("too many exponentials")
    largest = parts[0][0]
    for exponent, _ in parts[1:]:
        if _positive(expand(sub(exponent, largest))):
            largest = exponent
    return largest, add(
        *(mul(rest, make("exp", sub(exponent, largest))) for exponent, rest in parts)
    )


def _positive(gap: Series) -> bool:
    """Whether the difference of two exponents tends to +oo."""
    values, v = list(gap.values), gap.v
    while values and values[0].is_nil:
        values.pop(0)
        v += 1
    return bool(values) and v < 0 and values[0].ball.positive()


def _terms(t: Term) -> list[Term]:
    """The terms of a sum, with hyperbolic functions as exponentials and products opened."""
    if t.op == "add":
        return [part for arg in t.args for part in _terms(arg)]
    if t.op in ("sinh", "cosh"):
        (a,) = t.args
        down = number(Fraction(-1 if t.op == "sinh" else 1, 2))
        return [mul(HALF, make("exp", a)), mul(down, make("exp", mul(number(-1), a)))]
    if t.op == "mul":
        found = [number(1)]
        for arg in t.args:
            found = [mul(one, other) for one in found for other in _terms(arg)]
            if len(found) > MOST_TERMS:
                raise Rejected("too many exponentials")
        return found
    return [t]


def _split(term: Term) -> tuple[Term, Term]:
    """(e, u) with term = exp(e) u and no factor of u an exponential."""
    exponents, rest = [number(0)], [number(1)]
    for factor in term.args if term.op == "mul" else (term,):
        (exponents if factor.op == "exp" else rest).append(
            factor.args[0] if factor.op == "exp" else factor
        )
    return add(*exponents), mul(*rest)
