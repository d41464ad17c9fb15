"""Side conditions like x > y made part of the box: x becomes y plus an excess in (0, oo)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp

from symbolic.boxes import Box
from symbolic.exactness import constant_sign, less
from symbolic.ranges import Range


@dataclass(frozen=True)
class Shifted:
    """A question in shifted symbols: `moves` lists (symbol, expression added, side condition)."""

    sides: tuple[Any, Any]
    box: Box
    where: tuple[Any, ...]
    moves: tuple[tuple[sp.Symbol, Any, int], ...]


def shifted(sides: tuple[Any, Any], box: Box, where: tuple[Any, ...]) -> Shifted:
    """Uses each side condition that is linear in some symbol once, as far as symbols last.

    The shifted domain may be larger: bounds of a shifted symbol stay as further side conditions,
    after those of `where`, which keep their places.
    """
    moves: list[tuple[sp.Symbol, Any, int]] = []
    conditions = list(where)
    for index in range(len(where)):
        found = _bound(conditions[index], box, {s for s, _, _ in moves})
        if found is None:
            continue
        symbol, low, is_open = found
        r = box.range(symbol)
        extra = [c for c in r.relations(symbol) if not _implied(c, symbol, low, box)]
        conditions = [c.xreplace({symbol: low + symbol}) for c in [*conditions, *extra]]
        sides = tuple(side.xreplace({symbol: low + symbol}) for side in sides)
        box = box.replace(symbol, Range(sp.Integer(0), sp.oo, is_open, True))
        moves.append((symbol, low, index))
    kept = tuple(_plain(c) for c in conditions)
    return Shifted((sides[0], sides[1]), box, kept, tuple(moves))


def _plain(condition: Any) -> Any:
    """The condition, where substitution made it trivially true as one that never fails."""
    if condition == sp.true:
        return sp.Ge(sp.Integer(1), sp.Integer(0), evaluate=False)
    return condition


def _bound(condition: Any, box: Box, used: set[sp.Symbol]) -> tuple[sp.Symbol, Any, bool] | None:
    """(symbol, expr, strict) when the condition says symbol > expr, or >=, for a real symbol."""
    if not isinstance(condition, sp.Gt | sp.Ge | sp.Lt | sp.Le):
        return None
    upper = isinstance(condition, sp.Gt | sp.Ge)
    gap = sp.expand(condition.lhs - condition.rhs if upper else condition.rhs - condition.lhs)
    for symbol in box.symbols:
        rate = gap.coeff(symbol, 1)
        rest = gap - rate * symbol
        if symbol in used or not rate.is_number or constant_sign(rate) != 1 or rest.has(symbol):
            continue
        low = sp.expand(-rest / rate)
        if box.range(symbol).integer or low.is_number or low.free_symbols & used:
            continue
        return symbol, low, isinstance(condition, sp.Gt | sp.Lt)
    return None


def _implied(bound: Any, symbol: sp.Symbol, low: Any, box: Box) -> bool:
    """Whether a lower bound of the symbol follows since `low` is a symbol bounded likewise."""
    if low not in box.symbols or not isinstance(bound, sp.Gt | sp.Ge):
        return False
    mine, other = box.range(symbol), box.range(low)
    return other.low == mine.low or less(mine.low, other.low)
