"""Completed squares with parameters: T = A x**2 + B x + C by the signs of A and of 4 A C - B**2."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from symbolic.formula import Poly

Json = Any
_SIGN: Json = {"by": "sign"}
_MOST_TERMS = 60


def completed(
    target: Poly,
    places: Sequence[int],
    strict: bool,
    encoded: Callable[[Poly], Json],
    show: Callable[[Poly, bool], Json | None],
    likely: Callable[[Poly], bool],
) -> Json | None:
    """A reason for target >= 0 (> 0) by 4 A T = (2 A x + B)**2 + 4 A C - B**2, or None.

    `show(poly, strict)` looks for the reasons for A > 0 and for the rest; `likely` is a quick look.
    `places`: the variables that may be x.
    """
    gens = target.context().gens()
    degrees = target.degrees()
    for place in places:
        if degrees[place] != 2:
            continue
        name = str(gens[place])
        first = target.derivative(name)
        second = first.derivative(name) / 2
        if any(second.degrees()[place : place + 1]) or len(second.to_dict()) > _MOST_TERMS:
            continue
        zero = [*gens[:place], 0 * gens[place], *gens[place + 1 :]]
        slope, value = first.compose(*zero), target.compose(*zero)
        rest = 4 * second * value - slope * slope
        if len(rest.to_dict()) > _MOST_TERMS or (rest == 0 and strict):
            continue
        if second.is_constant():
            if second.leading_coefficient() < 0:
                continue
            above: Json | None = _SIGN
        else:
            if not likely(second) or not likely(rest):
                continue
            above = show(second, True)
        if above is None:
            continue
        below = None if rest == 0 else show(rest, strict)
        if below is None and rest != 0:
            continue
        lead = encoded(second)
        over = ["pow", ["mul", ["rat", "4"], lead], ["rat", "-1"]]
        square = ["mul", over, ["pow", encoded(first), ["rat", "2"]]]
        parts: list[Json] = [{"expr": square, "why": _SIGN}]
        if rest != 0:
            product = {"by": "product", "factors": [{"sign": 1}, {"sign": 1, "why": below}]}
            parts.insert(0, {"expr": ["mul", over, encoded(rest)], "why": product})
        found: Json = {"by": "sum", "parts": parts}
        if not second.is_constant():
            found = {"by": "lemma", "expr": lead, "sign": ">", "why": above, "then": found}
        return found
    return None
