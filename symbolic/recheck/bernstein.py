"""Extension: signs of polynomials on boxes, by Bernstein coefficients."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import comb, prod

from symbolic.recheck.intervals import Box
from symbolic.recheck.kernel import Facts, Json, Prover
from symbolic.recheck.normal import polynomial
from symbolic.recheck.statement import Side
from symbolic.recheck.terms import Rejected, Term, check_time, require


def bernstein(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """g is a polynomial over Q with Bernstein coefficients of one sign on the box.

    In each variable x = a + (b - a) t, or a + t/(1 - t), or b - t/(1 - t), with t from 0 to 1; g
    is then a positive factor times the sum of coefficient * t**i (1 - t)**(d - i) over i.
    """
    terms = polynomial(g)
    names = sorted({name for monomial in terms for name, _ in monomial})
    degrees = [max(dict(monomial).get(name, 0) for monomial in terms) for name in names]
    size = prod(d + 1 for d in degrees)
    require(size <= 200_000, "a polynomial with too many Bernstein coefficients")
    table: dict[tuple[int, ...], Fraction] = {}
    for monomial, coefficient in terms.items():
        table[tuple(dict(monomial).get(name, 0) for name in names)] = coefficient
    for place, name in enumerate(names):
        lines: dict[tuple[int, ...], list[Fraction]] = {}
        for index, value in table.items():
            rest = index[:place] + index[place + 1 :]
            line = lines.setdefault(rest, [Fraction(0)] * (degrees[place] + 1))
            line[index[place]] = value
        table = {
            (*rest[:place], i, *rest[place:]): value
            for rest, line in lines.items()
            for i, value in enumerate(bernstein_line(line, box[name]))
        }
    require(min(table.values(), default=0) >= 0, "a Bernstein coefficient is negative")
    if goal != ">":
        return
    # At each included corner (inside the range of a variable both of whose ends are excluded)
    # some coefficient of that corner or face must be positive.
    corners: list[list[int | None]] = []
    for name, degree in zip(names, degrees, strict=True):
        side = box[name]
        first, last = (side.lo_open, side.hi_open) if side.lo is not None else (side.hi_open, True)
        last = last or side.hi is None
        corners.append([i for i, is_open in ((0, first), (degree, last)) if not is_open] or [None])
    for corner in product(*corners):
        seen = any(
            value > 0 and all(c is None or i == c for i, c in zip(index, corner, strict=True))
            for index, value in table.items()
        )
        require(seen, "the Bernstein coefficients at an included corner are zero")


def bernstein_line(line: list[Fraction], side: Side) -> list[Fraction]:
    """The Bernstein coefficients on a side of sum line[k] x**k."""
    plain = all(end is None or end.op == "rat" for end in (side.lo, side.hi))
    require(plain, "a polynomial reason needs rational ends")
    lo, hi = (None if end is None else end.value for end in (side.lo, side.hi))
    if lo is not None:
        start, scale = lo, Fraction(1) if hi is None else hi - lo
    elif hi is not None:
        start, scale = hi, Fraction(-1)
    else:
        raise Rejected("Bernstein coefficients need a side with an end")
    d, moved, found = len(line) - 1, [], []
    for j in range(d + 1):  # moved: the coefficients of sum line[k] (start + scale u)**k
        check_time()
        terms = (line[k] * comb(k, j) * start ** (k - j) for k in range(j, d + 1) if line[k])
        moved.append(scale**j * sum(terms, Fraction(0)))
    if lo is None or hi is None:
        return [moved[i] / comb(d, i) for i in range(d + 1)]
    for i in range(d + 1):
        check_time()
        terms = (moved[j] * Fraction(comb(i, j), comb(d, j)) for j in range(i + 1) if moved[j])
        found.append(sum(terms, Fraction(0)))
    return found


KNOWN = {("reason", "bernstein"): bernstein}
