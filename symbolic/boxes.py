"""Boxes with exact ends: the cells of a branch and bound."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy as sp
from flint import arb, fmpq

from symbolic.ball import INF, NEG, Interval
from symbolic.evaluation import evaluate, to_ball
from symbolic.ranges import Range


def end_ball(value: Any) -> arb:
    """An exact end (rational, constant expression or infinity) as a ball at present precision."""
    if value.is_Rational:
        return arb(fmpq(int(value.p), int(value.q)))
    if value == sp.oo:
        return INF
    if value == -sp.oo:
        return NEG
    return to_ball(evaluate(value, {}))


def enclosing(r: Range) -> Interval:
    """The closed range as an interval that knows whether 0 is an excluded end."""
    apart = bool(r.low == 0 and r.low_open) or bool(r.high == 0 and r.high_open)
    return Interval(end_ball(r.low), end_ball(r.high), apart=apart)


@dataclass(frozen=True)
class Box:
    """A product of ranges; `intervals` encloses the closed ranges, one per symbol, in order."""

    symbols: tuple[sp.Symbol, ...]
    ranges: tuple[Range, ...]
    intervals: tuple[Interval, ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        found = tuple(enclosing(r) for r in self.ranges)
        object.__setattr__(self, "intervals", found)

    def range(self, symbol: sp.Symbol) -> Range:
        return self.ranges[self.symbols.index(symbol)]

    def items(self) -> Iterator[tuple[sp.Symbol, Range]]:
        return zip(self.symbols, self.ranges, strict=True)

    def replace(self, symbol: sp.Symbol, new: Range) -> Box:
        pairs = [new if s == symbol else r for s, r in self.items()]
        return Box(self.symbols, tuple(pairs))

    def face(self, symbol: sp.Symbol, end: Any) -> Box:
        """The box with the symbol fixed at an exact value."""
        return self.replace(symbol, Range(end, end))

    def opened(self) -> Box:
        """The interior: every end left out, except of ranges that are single points."""
        opened = [
            r if r.low == r.high else Range(r.low, r.high, True, True, r.integer)
            for r in self.ranges
        ]
        return Box(self.symbols, tuple(opened))

    def opened_at(self, symbol: sp.Symbol, side: int) -> Box:
        """The box without its upper (side 1) or lower (side -1) end in one symbol."""
        r = self.range(symbol)
        low_open, high_open = r.low_open or side < 0, r.high_open or side > 0
        return self.replace(symbol, Range(r.low, r.high, low_open, high_open, r.integer))

    def cut(self, symbol: sp.Symbol, at: Any) -> tuple[Box, Box]:
        """Both pieces, each with the cut."""
        r = self.range(symbol)
        below = Range(r.low, at, r.low_open, False, r.integer)
        above = Range(at, r.high, False, r.high_open, r.integer)
        return self.replace(symbol, below), self.replace(symbol, above)

    def width(self, symbol: sp.Symbol) -> float:
        interval = self.intervals[self.symbols.index(symbol)]
        return float(interval.hi) - float(interval.lo)

    def center(self) -> dict[sp.Symbol, sp.Rational]:
        return {s: middle(r) if r.low != r.high else r.low for s, r in self.items()}

    def is_bounded(self) -> bool:
        return all(i.is_finite() for i in self.intervals)


def middle(r: Range) -> sp.Rational:
    """A short rational strictly inside the range, near its middle (in scale, where unbounded)."""
    if r.low == -sp.oo and r.high == sp.oo:
        return sp.Integer(0)
    if r.high == sp.oo:
        low = float(r.low)
        return sp.Integer(0) if low < 0 else sp.Integer(1 if low < 0.75 else math.ceil(2 * low + 1))
    if r.low == -sp.oo:
        return -middle(Range(-r.high, sp.oo))
    low, high = end_ball(r.low), end_ball(r.high)
    return short_rational((low + high) / 2, high - low)


def short_rational(near: arb, width: arb) -> sp.Rational:
    """A dyadic rational within about width/16 of `near`."""
    size = float(width)
    bits = 4 - math.frexp(size)[1] if size > 0 else 60
    if bits >= 0:
        numerator = (near * arb(2) ** bits + arb("0.5")).mid().floor().unique_fmpz()
        return sp.Rational(int(numerator), 2**bits)
    scale = 2**-bits
    numerator = (near / scale + arb("0.5")).mid().floor().unique_fmpz()
    return sp.Integer(int(numerator) * scale)


def box_of(ranges: Mapping[sp.Symbol, Range], symbols: Sequence[sp.Symbol]) -> Box:
    return Box(tuple(symbols), tuple(ranges[s] for s in symbols))


def thin_point(values: Sequence[Any]) -> list[Interval]:
    """Exact coordinates as thin intervals."""
    balls = [end_ball(v) for v in values]
    return [Interval(b, b) for b in balls]


def open_signs(box: Box) -> dict[Any, str]:
    """Symbols whose range ends at an excluded zero."""
    known: dict[Any, str] = {}
    for symbol, r in box.items():
        if r.low == 0 and r.low_open:
            known[symbol] = ">"
        elif r.high == 0 and r.high_open:
            known[symbol] = "<"
    return known
