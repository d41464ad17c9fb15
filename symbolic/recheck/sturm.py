"""Extension: signs of polynomials in one variable over Q, by Sturm sequences."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from symbolic.recheck.intervals import Box
from symbolic.recheck.kernel import Facts, Json, Prover
from symbolic.recheck.normal import polynomial
from symbolic.recheck.terms import Rejected, Term, check_time

Dense = list[Fraction]  # coefficients of one variable, constant first
MAX_DEGREE = 200


def finite_end(end: Term | None) -> Fraction | None:
    value = end.value if end is not None and end.op == "rat" else None
    if end is not None and value is None:
        raise Rejected("a polynomial reason needs rational ends")
    return value


def sturm(p_: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """Rejects unless counting zeros shows g > 0 (or >= 0) on the box, for one variable."""
    terms, strict = polynomial(g), goal == ">"
    names = {name for monomial in terms for name, _ in monomial}
    if len(names) != 1:
        raise Rejected("a Sturm sequence needs one variable")
    (name,) = names
    degree = max(dict(monomial).get(name, 0) for monomial in terms)
    if degree > MAX_DEGREE:
        raise Rejected("a polynomial of too high degree")
    p = [Fraction(0)] * (degree + 1)
    for monomial, coefficient in terms.items():
        p[dict(monomial).get(name, 0)] += coefficient
    side = box[name]
    lo, hi = finite_end(side.lo), finite_end(side.hi)
    if strict:
        included = [e for e, gone in ((lo, side.lo_open), (hi, side.hi_open)) if not gone]
        if any(end is not None and value(p, end) == 0 for end in included):
            raise Rejected("the polynomial vanishes at an end")
        core = p
    else:
        core = _odd_part(p)
    if lo is not None and lo == hi:
        inside, zeros = lo, 0
    else:
        inside, zeros = _inside(p, lo, hi), _zeros_between(core, lo, hi)
    if zeros:
        raise Rejected("the polynomial changes sign or vanishes on the box")
    if value(p, inside) < 0 or (strict and value(p, inside) == 0):
        raise Rejected("the polynomial is negative on the box")


def value(p: Dense, x: Fraction) -> Fraction:
    total = Fraction(0)
    for coefficient in reversed(p):
        total = total * x + coefficient
    return total


def _trim(p: Dense) -> Dense:
    while p and p[-1] == 0:
        p = p[:-1]
    return p


def _divide(p: Dense, q: Dense) -> tuple[Dense, Dense]:
    rest, quotient = list(p), [Fraction(0)] * max(len(p) - len(q) + 1, 1)
    while len(rest) >= len(q):
        check_time()
        factor, shift = rest[-1] / q[-1], len(rest) - len(q)
        quotient[shift] = factor
        for i, coefficient in enumerate(q):
            rest[shift + i] -= factor * coefficient
        rest = _trim(rest[:-1])
    return _trim(quotient), rest


def _gcd(p: Dense, q: Dense) -> Dense:
    while q:
        p, q = q, _divide(p, q)[1]
    return [c / p[-1] for c in p]


def _slope(p: Dense) -> Dense:
    return _trim([k * c for k, c in enumerate(p)][1:])


def _odd_part(p: Dense) -> Dense:
    """The product of the factors of odd multiplicity."""
    odd: Dense = [Fraction(1)]
    rest = _trim(p)
    multiplicity = 0
    simple = _divide(rest, _gcd(rest, _slope(rest)))[0] if len(rest) > 1 else [Fraction(1)]
    while len(simple) > 1:
        multiplicity += 1
        rest = _divide(rest, simple)[0]
        following = _gcd(simple, rest) if len(rest) > 1 else [Fraction(1)]
        if multiplicity % 2:
            part = _divide(simple, following)[0]
            odd = [
                sum(
                    (odd[i] * part[k - i] for i in range(len(odd)) if 0 <= k - i < len(part)),
                    Fraction(0),
                )
                for k in range(len(odd) + len(part) - 1)
            ]
        simple = following
    return odd


def _zeros_between(p: Dense, lo: Fraction | None, hi: Fraction | None) -> int:
    """Number of distinct zeros strictly between two rationals or infinite ends."""
    p = _trim(p)
    for end in (lo, hi):  # a zero at an end is divided out
        while end is not None and len(p) > 1 and value(p, end) == 0:
            p = _divide(p, [-end, Fraction(1)])[0]
    if len(p) <= 1:
        return 0
    chain = [p, _slope(p)]
    while len(chain[-1]) > 1:
        rest = _divide(chain[-2], chain[-1])[1]
        if not rest:
            break
        size = max(abs(c) for c in rest)
        chain.append([-c / size for c in rest])
    return _changes(chain, lo, -1) - _changes(chain, hi, 1)


def _changes(chain: list[Dense], at: Fraction | None, side: int) -> int:
    signs = []
    for p in chain:
        end = p[-1] * (side ** (len(p) - 1)) if at is None else value(p, at)
        if end:
            signs.append(end > 0)
    return sum(a != b for a, b in pairwise(signs))


def _inside(p: Dense, lo: Fraction | None, hi: Fraction | None) -> Fraction:
    """A rational strictly between the ends at which p is not zero."""
    start = lo if lo is not None else (hi - 1 if hi is not None else Fraction(0))
    width = hi - lo if lo is not None and hi is not None else Fraction(1)
    for k in range(1, len(p) + 2):
        x = start + width * Fraction(k, len(p) + 2)
        if value(p, x) != 0:
            return x
    raise Rejected("the polynomial is zero")


KNOWN = {("reason", "sturm"): sturm}
