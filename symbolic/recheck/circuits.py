"""Extension: a monomial below a weighted mean of others (arithmetic and geometric means).

`{"by": "circuit", "vars": [x, ...], "weights": [[[exponents], "w"], ...]}`: in `circuit` below.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm

from symbolic.recheck.intervals import Box
from symbolic.recheck.kernel import Facts, Json, Prover, compare
from symbolic.recheck.normal import polynomial
from symbolic.recheck.statement import Side, rational
from symbolic.recheck.terms import Rejected, Term, check_time, number

MOST_SHARES = 20_000  # the common denominator of the weights


def circuit(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """g = sum c_i x**a_i + d x**b with c_i > 0, and b = sum w_i a_i for weights w_i > 0 of sum 1.

    By the inequality between the weighted means g >= (C - |d|) |x|**b, where C is the product of
    (c_i / w_i)**w_i. A variable that may be negative occurs with even exponents in all a_i. For a
    strict claim C > |d| is needed, and that the variables in x**b are not 0.
    """
    names, weights = reason.get("vars"), reason.get("weights")
    if not isinstance(names, list) or not isinstance(weights, list) or not weights:
        raise Rejected("a mean names its variables and gives a weight for each monomial")
    if any(not isinstance(name, str) or name not in box for name in names):
        raise Rejected("a mean is of variables of the statement")
    rest = {tuple(dict(m).get(n, 0) for n in names): c for m, c in polynomial(g).items()}
    if len(rest) != len(polynomial(g)):
        raise Rejected("a mean names all its variables")
    shares: dict[tuple[int, ...], Fraction] = {}
    upper: dict[tuple[int, ...], Fraction] = {}
    for entry in weights:
        if not isinstance(entry, list) or len(entry) != 2 or not isinstance(entry[0], list):
            raise Rejected("a weight is [exponents, number]")
        exponents = tuple(entry[0])
        if exponents not in rest or any(type(e) is not int for e in exponents):
            raise Rejected("a weight of no monomial, or of one that has one already")
        shares[exponents], upper[exponents] = rational(entry[1]), rest.pop(exponents)
    if len(rest) != 1 or sum(shares.values()) != 1 or min(shares.values()) <= 0:
        raise Rejected("positive weights add up to 1, and leave one monomial")
    ((inner, d),) = rest.items()
    for place, name in enumerate(names):
        if sum(w * a[place] for a, w in shares.items()) != inner[place]:
            raise Rejected("the monomial is not the mean of the others")
        if not _nonnegative(box[name]) and any(a[place] % 2 for a in shares):
            raise Rejected("an odd power of a variable that may be negative")
    if min(upper.values()) <= 0:
        raise Rejected("a coefficient of the mean is not positive")
    common = lcm(*(w.denominator for w in shares.values()))
    if common > MOST_SHARES:
        raise Rejected("the weights of a mean have a large denominator")
    above, below = 1, abs(d.numerator) ** common  # of C**common / |d|**common
    for a, w in shares.items():
        check_time()
        base, times = upper[a] / w, int(w * common)
        above, below = above * base.numerator**times, below * base.denominator**times
    above *= d.denominator**common
    if above < below or (goal == ">" and above == below):
        raise Rejected("the coefficient of the monomial is too large")
    if goal == ">" and any(e and not _positive(box[n]) for n, e in zip(names, inner, strict=True)):
        raise Rejected("the monomial may be 0")


def _nonnegative(side: Side) -> bool:
    return side.lo is not None and compare(side.lo, number(0)) >= 0


def _positive(side: Side) -> bool:
    return side.lo is not None and compare(side.lo, number(0)) >= (0 if side.lo_open else 1)


KNOWN = {("reason", "circuit"): circuit}
