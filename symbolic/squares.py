"""Polynomials of degree two as sums of squares, exactly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flint import fmpq

from symbolic.formula import Poly

Json = Any


def as_squares(poly: Poly, strict: bool, encoded: Callable[[Poly], Json]) -> Json | None:
    """`poly` as a sum of c * q**2 with c > 0 (plus a positive number when `strict`), encoded.

    None unless the polynomial has degree two and is a sum of squares (for degree two: is >= 0
    everywhere). The diagonal elimination is exact.
    """
    if poly.total_degree() != 2:
        return None
    gens = poly.context().gens()
    used = [g for g, degree in zip(gens, poly.degrees(), strict=True) if degree]
    rest, terms = poly, []
    for gen in used:
        split = _complete(rest, gen)
        if split is None:
            return None
        if split[0] == 0:
            continue
        weight, root, rest = split
        terms.append((weight, root))
    if not rest.is_constant() and rest != 0:
        return None
    number = rest.leading_coefficient() if rest != 0 else fmpq(0)
    if number < 0 or (strict and number == 0):
        return None
    codes: list[Json] = [
        ["mul", ["rat", str(weight)], ["pow", encoded(root), ["rat", "2"]]]
        for weight, root in terms
    ]
    if number:
        codes.append(["rat", str(number)])
    return codes[0] if len(codes) == 1 else ["add", *codes]


def _complete(poly: Poly, gen: Poly) -> tuple[fmpq, Poly, Poly] | None:
    """(c, q, r) with poly = c q**2 + r and r free of `gen`; c = 0 when poly is free of it."""
    place = str(gen)
    first = poly.derivative(place)
    second = first.derivative(place)
    if first == 0:
        return fmpq(0), poly, poly
    if second == 0:
        return None
    weight = second.leading_coefficient() / 2
    if weight < 0:
        return None
    # poly = w x**2 + b x + c with first = 2 w x + b, so poly = w (first / (2 w))**2 + rest
    root = first / (2 * weight)
    return weight, root, poly - weight * root * root
