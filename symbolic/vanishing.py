"""Powers with a variable exponent whose base vanishes at an included end, such as x**a at x = 0.

There the power is 0, for exponents > 0, and the end is settled apart from the rest of the range.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from symbolic.boxes import Box
from symbolic.exactness import is_zero
from symbolic.prover import Prover, substitute

Place = tuple[sp.Symbol, Any, int]  # a symbol, an included end of its range, 1 for the upper end


def vanishing_end(relation: Any, box: Box) -> Place | None:
    """An included end at which the base of some power with a variable exponent is zero."""
    for power in relation.atoms(sp.Pow):
        if not power.exp.free_symbols or power.base == sp.E or not power.base.free_symbols:
            continue
        for symbol, r in box.items():
            if not power.base.has(symbol) or r.low == r.high or r.integer:
                continue
            for end, is_open, side in ((r.low, r.low_open, -1), (r.high, r.high_open, 1)):
                if is_open or not end.is_finite:
                    continue
                value = substitute(power.base, symbol, end)
                if value is not None and value.is_number and is_zero(value):
                    return symbol, end, side
    return None


def at_end(prover: Prover, goal: Any, strict: bool, box: Box, place: Place) -> bool:
    """Whether goal > 0 (>= 0) is seen at the end, with its vanishing powers as 0."""
    symbol, end, _ = place
    face = box.face(symbol, end)

    powers = {p for p in goal.atoms(sp.Pow) if p.exp.free_symbols and p.base != sp.E}
    swaps: dict[Any, Any] = {}
    for p in powers:
        base = substitute(p.base, symbol, end)
        if base is not None and base.is_number and is_zero(base):
            exponent = substitute(p.exp, symbol, end)
            if exponent is None or prover.prove(exponent, True, face, 2) is None:
                return False
            swaps[p] = sp.Integer(0)
    value = substitute(goal.xreplace(swaps), symbol, end)
    if value is None:
        return False
    return prover.prove(value, strict, face, 0) == {"by": "sign"}


def apart(place: Place, rest: dict[str, Any], lemmas: list[dict[str, Any]]) -> dict[str, Any]:
    """The reason that settles the end by its enclosure and the rest with lemmas of its own."""
    symbol, end, side = place
    rest = with_lemmas(rest, lemmas)
    parts = [None, {"by": "sign"}, rest] if side < 0 else [rest, {"by": "sign"}, None]
    return {"by": "apart", "var": symbol, "at": end, "parts": parts}


def with_lemmas(reason: dict[str, Any], lemmas: list[dict[str, Any]]) -> dict[str, Any]:
    """The reason, after lemmas that it rests on."""
    for lemma in reversed(lemmas):
        reason = {
            "by": "lemma",
            "expr": lemma["expr"],
            "sign": lemma["sign"],
            "why": lemma["why"],
            "then": reason,
        }
    return reason
