"""Quantities that are known to be >= 0 on a domain, and how certificates write them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp
from flint import fmpq

from symbolic.certificate import encode
from symbolic.formula import Poly
from symbolic.matching import Signs
from symbolic.shifted import NoCertificate
from symbolic.weights import NoWeights, weights

Json = Any
_MOST_ROOTS = 10
_MOST_SQUARES = 24
_HIGHEST_POWER = 5


@dataclass(frozen=True)
class Known:
    """A polynomial that is >= 0 (> 0 when `strict`) on the domain, and how to write it so."""

    poly: Poly
    code: Json
    strict: bool
    square: bool = False
    equation: int = 0  # 1 or -1 for the two sides of an equation
    by_definition: bool = False  # zero for the checker as well: nothing is to be written

    def degree(self) -> int:
        return int(self.poly.total_degree())


def both_ways(condition: sp.Eq, gap: Poly, times: Json | None = None) -> list[Known]:
    """An equation as two inequalities; `times`: what its literal difference is multiplied by."""
    left, right = (encode(side) for side in condition.args)
    found = []
    for a, b, sense in ((left, right, 1), (right, left, -1)):
        code = ["add", a, ["mul", ["rat", "-1"], b]]
        if times is not None:
            code = ["mul", times, code]
        found.append(Known(sense * gap, code, False, equation=sense))
    return found


def factors_of(code: Json) -> Json:
    return code if code[0] == "mul" and code[1][0] != "rat" else ["mul", code]


def distance(code: Json, end: fmpq, sign: int) -> Json:
    """sign * (code - end), written so that its enclosure is sharp."""
    if end == 0 and sign == 1:
        return code
    moved = code if sign == 1 else ["mul", ["rat", "-1"], code]
    return moved if end == 0 else ["add", moved, ["rat", str(-sign * end)]]


def lemma(code: Json, symbol: sp.Symbol, sign: int, strict: bool) -> Json:
    """The distance from an irrational end is >= 0: an enclosure alone cannot tell."""
    why = {"by": "monotone", "var": symbol.name, "direction": sign, "then": {"by": "zero"}}
    return {"expr": code, "sign": ">" if strict else ">=", "why": why}


def below(value: fmpq) -> fmpq:
    return fmpq((value * 1000).floor(), 1000)


def above(value: fmpq) -> fmpq:
    return fmpq((value * 1000).ceil(), 1000)


def positive_multiple(poly: Poly, other: Poly) -> fmpq | None:
    """c > 0 with poly = c * other, or None."""
    if other == 0 or poly == 0:
        return None
    ratio = poly.leading_coefficient() / other.leading_coefficient()
    return ratio if ratio > 0 and poly == other * ratio else None


def squares(target: Poly, names: Sequence[str], encoded: Callable[[Poly], Json]) -> Iterator[Known]:
    """Squares of, and of sums and differences of, the roots of the even monomials.

    `names`: of the first variables of the context, those that monomials are made of.
    """
    context = target.context()
    gens = list(context.gens())
    roots: dict[str, Poly] = {}
    for exponents in target.to_dict():
        mine = exponents[: len(names)]
        if any(mine) and all(int(power) % 2 == 0 for power in mine):
            root = context.constant(1)
            for gen, power in zip(gens, mine, strict=False):
                root = root * gen ** (int(power) // 2)
            roots[str(root)] = root
    single = list(roots.values())[:_MOST_ROOTS]
    pairs = [u + s * v for u, v in itertools.combinations(single, 2) for s in (1, -1)]
    for root in [*single, *pairs]:
        code = ["pow", encoded(root), ["rat", "2"]]
        yield Known(root**2, code, False, square=True)


def further(
    target: Poly,
    known: Sequence[Known],
    signs: Signs,
    names: Sequence[str],
    encoded: Callable[[Poly], Json],
) -> list[Known]:
    """Squares of differences of variables of either sign; powers of distances from ends."""
    mine = list(target.context().gens())[: len(names)]
    used = [any(k.poly.degrees()[i] for k in known) for i in range(len(mine))]
    doubtful = [
        g
        for i, g in enumerate(mine)
        if not signs.nonnegative[i] and (target.degrees()[i] or used[i])
    ]
    found: list[Known] = []
    if doubtful:
        found = list(itertools.islice(squares(target, names, encoded), _MOST_SQUARES))
    codes = [k.code for k in found]
    roots = [u + s * v for u, v in itertools.combinations(doubtful, 2) for s in (1, -1)]
    roots += [u + s for u in doubtful for s in (1, -1)]
    for root in roots[:_MOST_SQUARES]:
        code = ["pow", encoded(root), ["rat", "2"]]
        if code not in codes:
            found.append(Known(root**2, code, False, square=True))
    for k in known:
        degrees = k.poly.degrees()
        if k.equation or k.degree() != 1 or sum(1 for d in degrees if d) != 1:
            continue
        (place,) = (i for i, d in enumerate(degrees) if d)
        for power in range(2, min(int(target.degrees()[place]), _HIGHEST_POWER) + 1):
            code = ["pow", k.code, ["rat", str(power)]]
            found.append(Known(k.poly**power, code, k.strict))
    return found


def weights_of(target: Poly, products: list[Known], strict: bool) -> list[fmpq]:
    """Rational weights >= 0 whose combination of the products is the target."""
    try:
        return weights(
            target.to_dict(),
            [k.poly.to_dict() for k in products],
            [k.strict for k in products] if strict else None,
        )
    except NoWeights as reason:
        raise NoCertificate(str(reason)) from None
