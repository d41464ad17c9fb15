"""The reasons of most proofs.

Each is called as reason(p, g, box, goal, reason, facts), where `reason` is its JSON: it returns if
that shows g > 0, g >= 0 or g == 0 (the `goal`) at every point of the box at which the facts hold,
given that g is defined there, and raises `Rejected` otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import comb, prod
from typing import Any

from symbolic.recheck.intervals import Box, Side
from symbolic.recheck.normal import is_zero, polynomial, rational_value
from symbolic.recheck.prover import SIGN, Facts, Prover, compare, excludes
from symbolic.recheck.statement import read_constant
from symbolic.recheck.terms import (
    Rejected,
    Term,
    check_time,
    derivative,
    extension,
    mul,
    number,
    power,
    sub,
    substitute,
)

Json = Any
ZERO_FORM: Json = {"by": "zero"}


def sign(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """The enclosure of g over the box has the sign."""
    strict = goal == ">"
    if p.is_clear(g, box, facts, lambda value: value.positive(strict)):
        return
    if not strict and is_zero(p.resolve(g, box, facts)):
        return
    finer = extension("parts", "sign")
    if finer is None or not finer(p, g, box, strict, reason, facts):
        raise Rejected("the enclosure does not have the sign")


def zero(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """g is identically 0 by its normal form."""
    if goal == ">":
        raise Rejected("zero is not positive")
    if not is_zero(g) and not is_zero(p.resolve(g, box, facts)):
        raise Rejected("the normal form is not zero")


def rewrite(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """g is identically another term, which is defined too, by their normal forms."""
    other = p.expression(reason.get("to"), box)
    if not is_zero(sub(g, other)):
        resolved = p.resolve(g, box, facts)
        if not is_zero(sub(resolved, p.resolve(other, box, facts))):
            raise Rejected("the rewritten form is not equal by its normal form")
    p.defined(other, box, facts)
    p.prove(other, box, goal, reason.get("then", SIGN), facts)


def product_of(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """g is a product, and the signs of its factors, each with a reason, multiply to +."""
    parts = reason.get("factors")
    if g.op != "mul" or not isinstance(parts, list) or len(parts) != len(g.args):
        raise Rejected("product has one entry for each factor")
    total = 1
    for factor, part in zip(g.args, parts, strict=True):
        whole_power = factor.op == "pow" and factor.args[1].op == "rat"
        whole_power = whole_power and factor.args[1].value.denominator == 1
        even = whole_power and factor.args[1].value % 2 == 0
        if part == "even":
            if goal == ">" or not even:
                raise Rejected("an even power is only known to be >= 0")
            continue
        if not isinstance(part, dict) or part.get("sign") not in (1, -1):
            raise Rejected("a factor has sign 1 or -1")
        side, wanted, why = number(part["sign"]), goal, part.get("why", SIGN)
        if "base" in part:
            if not whole_power:
                raise Rejected("only an integer power has the sign of its base")
            factor, exponent = factor.args
            wanted = ">" if even or exponent.value < 0 else goal
            why = part["base"]
        p.prove(mul(side, factor), box, wanted, why, facts)
        total *= 1 if even and "base" in part else part["sign"]
    if total != 1:
        raise Rejected("the signs of the factors do not multiply to +")


def by_where(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """g is a positive rational multiple of what a side condition says is positive."""
    op, left, right = p.condition(reason.get("where"), facts)
    slack = sub(right, left) if op in ("<", "<=") else sub(left, right)
    ratio = rational_value(mul(g, power(slack, -1)))
    if op in ("==", "!=") or ratio is None or ratio <= 0:
        raise Rejected("not a positive multiple of the side condition")
    if goal == ">" and op not in ("<", ">"):
        raise Rejected("the side condition is not strict")


def split(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """The claim holds where x <= c and where x >= c."""
    name, side = p.variable(reason, box)
    cut, parts = read_constant(reason.get("at")), reason.get("parts")
    if (side.lo is not None and compare(cut, side.lo) <= 0) or (
        side.hi is not None and compare(cut, side.hi) >= 0
    ):
        raise Rejected("the cut is not inside the box")
    if not isinstance(parts, list) or len(parts) != 2:
        raise Rejected("one reason for each part")
    low = replace(side, hi=cut, hi_open=False, integer=False)
    high = replace(side, lo=cut, lo_open=False, integer=False)
    p.prove(g, {**box, name: low}, goal, parts[0], facts)
    p.prove(g, {**box, name: high}, goal, parts[1], facts)


def monotone(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """g rises (direction 1) from its value at the lower end, or falls (-1) to that at the upper."""
    name, side = p.variable(reason, box)
    direction, then = reason.get("direction"), reason.get("then", SIGN)
    if direction not in (1, -1):
        raise Rejected("a direction is 1 or -1")
    end = side.lo if direction == 1 else side.hi
    if end is None or then == {"by": "limit"}:
        p.by("limit", g, box, goal, reason, facts)
    else:
        tangency(p, g, box, goal, (name, end), [then], reason.get("slope", SIGN), facts)


def taylor(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """By the derivatives of g at x = c below some order, and that of this order over the box."""
    name, side = p.variable(reason, box)
    order, at = reason.get("order"), reason.get("at")
    if type(order) is not int or not 1 <= order <= 12:
        raise Rejected("the order of a tangency is 1 to 12")
    terms = reason.get("terms", [ZERO_FORM] * order)
    if not isinstance(terms, list) or len(terms) != order:
        raise Rejected("one reason for each term below the order")
    c = read_constant(at) if isinstance(at, str) else p.expression(at, box)
    ends = [end for end in (side.lo, side.hi) if end is not None and not c.free]
    ends = [end for end in ends if compare(c, end) == 0]
    if ends and "rows" not in reason:
        tangency(p, g, box, goal, (name, ends[0]), terms, reason.get("rest", SIGN), facts)
    else:  # at a point inside, or on a curve
        p.by("taylor inside", g, box, goal, reason, facts)


def tangency(
    p: Prover,
    g: Term,
    box: Box,
    goal: str,
    at: tuple[str, Term],
    terms: Sequence[Json],
    rest: Json,
    facts: Facts,
) -> None:
    """g(x) = sum over k < m of g_k(c) (x - c)**k / k! + g_m(somewhere between) (x - c)**m / m!.

    Here c is an end of the range of x. Each term is shown to be >= 0, and for a strict claim the
    first or, if c is excluded, the last to be > 0. The path from c to x stays in the box, but it
    need not meet the side conditions.
    """
    name, c = at
    side, m = box[name], len(terms)
    turn = 1 if c is side.lo else -1  # the sign of x - c
    included, path = not excludes(side, c), facts.along({name})
    # What holds at x = c: the facts at that value, if it belongs to the box.
    here = facts.without({name})
    if included:
        always = {substitute(t, {name: c}): b for t, b in facts.always.items()}
        here = Facts(always, here.region, here.moved)
    row = p.resolve(g, box, path)
    for k, why in enumerate(terms):
        p.continuous(row, box, name, c, facts)
        value = substitute(row, {name: c})
        wanted = ">" if goal == ">" and included and k == 0 else ">="
        p.prove(mul(number(turn**k), value), box, wanted, why, here)
        row = derivative(row, name)
    inner = {**box, name: replace(side, lo_open=True, hi_open=True)}
    last = mul(number(turn**m), row)
    if rest != SIGN:
        p.defined(last, inner, path)
    p.prove(last, inner, ">" if goal == ">" and not included else ">=", rest, path)


def bernstein(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """g is a polynomial over Q with Bernstein coefficients of one sign on the box.

    In each variable x = a + (b - a) t, or a + t/(1 - t), or b - t/(1 - t), with t from 0 to 1; g
    is then a positive factor times the sum of coefficient * t**i (1 - t)**(d - i) over i.
    """
    terms = polynomial(g)
    names = sorted({name for monomial in terms for name, _ in monomial})
    degrees = [max(dict(monomial).get(name, 0) for monomial in terms) for name in names]
    if prod(d + 1 for d in degrees) > 200_000:
        raise Rejected("a polynomial with too many Bernstein coefficients")
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
    if any(value < 0 for value in table.values()):
        raise Rejected("a Bernstein coefficient is negative")
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
        if not any(
            value > 0 and all(c is None or i == c for i, c in zip(index, corner, strict=True))
            for index, value in table.items()
        ):
            raise Rejected("the Bernstein coefficients at an included corner are zero")


def bernstein_line(line: list[Fraction], side: Side) -> list[Fraction]:
    """The Bernstein coefficients on a side of sum line[k] x**k."""
    if any(end is not None and end.op != "rat" for end in (side.lo, side.hi)):
        raise Rejected("a polynomial reason needs rational ends")
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


REASONS: dict[str, Callable[..., None]] = {
    "sign": sign,
    "zero": zero,
    "rewrite": rewrite,
    "product": product_of,
    "where": by_where,
    "split": split,
    "monotone": monotone,
    "taylor": taylor,
    "bernstein": bernstein,
}
FOR_EQUALITY = frozenset(["zero", "rewrite", "split"])
