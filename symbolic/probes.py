"""Values at sample points: cheap evidence that steers the search and finds counterexamples.

Nothing here proves anything, but a certainly negative value at an exact point is a refutation.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import sympy as sp
from flint import arb, fmpq

from symbolic.ball import Interval
from symbolic.boxes import Box
from symbolic.enclosure import compare, enclose
from symbolic.program import UnsupportedError, compile_program
from symbolic.ranges import Range
from symbolic.target import Target

_SHARES = ("1/2", "1/64", "63/64", "1/8", "7/8", "1/1024", "1023/1024", "3/10", "7/10")
_SIZES = ("1", "1/16", "10", "1/256", "100", "4", "1/4", "1/4096", "1000")
_MOST = 81


def coordinates(r: Range, interval: Interval) -> list[arb]:
    """A few values inside the open range, the middle first."""
    if r.low == r.high:
        return [interval.lo]
    if interval.is_finite():
        width = interval.hi - interval.lo
        return [interval.lo + width * arb(fmpq(*_parts(s))) for s in _SHARES]
    sizes = [arb(fmpq(*_parts(s))) for s in _SIZES]
    if interval.lo.is_finite():
        return [interval.lo + s for s in sizes]
    if interval.hi.is_finite():
        return [interval.hi - s for s in sizes]
    return [arb(0), *(sign * s for s in sizes[:6] for sign in (1, -1))]


def _parts(text: str) -> tuple[int, int]:
    numerator, _, denominator = text.partition("/")
    return int(numerator), int(denominator or 1)


class Probes:
    """Sample points of boxes, with the side conditions taken into account."""

    def __init__(self, symbols: Sequence[sp.Symbol], where: Sequence[Any]) -> None:
        self.symbols = tuple(symbols)
        self.where = [(c.rel_op, c.lhs - c.rhs) for c in where]
        self.where_program = None
        if self.where:
            try:
                gaps = [gap for _, gap in self.where]
                self.where_program = compile_program(gaps, self.symbols)
            except UnsupportedError:
                self.where_program = None
        self._points: dict[Box, list[list[Interval]]] = {}

    def points(self, box: Box) -> list[list[Interval]]:
        """Thin points inside the box that certainly meet the side conditions."""
        if box not in self._points:
            axes = [coordinates(r, i) for r, i in zip(box.ranges, box.intervals, strict=True)]
            free = sum(1 for a in axes if len(a) > 1)
            if free > 1:
                keep = max(2, int(_MOST ** (1 / free)))
                axes = [a[:keep] for a in axes]
            found = []
            for values in itertools.islice(itertools.product(*axes), 4 * _MOST):
                point = [Interval(v, v) for v in values]
                if self.allowed(point):
                    found.append(point)
                if len(found) >= _MOST:
                    break
            self._points[box] = found
        return self._points[box]

    def allowed(self, point: Sequence[Interval]) -> bool:
        """Whether every side condition certainly holds at the thin point."""
        if self.where_program is None:
            return not self.where
        gaps = enclose(self.where_program, point)
        return all(compare(op, g) is True for (op, _), g in zip(self.where, gaps, strict=True))

    def outside(self, box: Sequence[Interval]) -> int | None:
        """The index of a side condition that fails on the whole box, or None."""
        if self.where_program is None:
            return None
        gaps = enclose(self.where_program, box)
        for index, ((op, _), gap) in enumerate(zip(self.where, gaps, strict=True)):
            if gap.ok and compare(op, gap) is False:
                return index
        return None

    def values(self, target: Target, box: Box) -> list[Interval]:
        return [v for v in map(target.value, self.points(box)) if v.ok]

    def lowest(self, target: Target, box: Box) -> int | None:
        """-1 when some value is certainly negative, else the sign that the values suggest."""
        values = self.values(target, box)
        if not values:
            return None
        return -1 if any(v.hi < 0 for v in values) else 1

    def sign(self, target: Target, box: Box) -> int | None:
        """The sign that all sampled values have (0 values allowed), or None."""
        try:
            values = self.values(target, box)
        except UnsupportedError:
            return None
        if any(v.lo > 0 for v in values):
            return None if any(v.hi < 0 for v in values) else 1
        return -1 if any(v.hi < 0 for v in values) else None

    def looks_tight(self, target: Target, box: Box) -> bool:
        """Whether the values come much closer to zero somewhere than they are elsewhere."""
        values = [abs(float(v.lo)) for v in self.values(target, box) if v.lo.is_finite()]
        if not values:
            return True
        return min(values) < 0.02 * max(values)


def negative_point(
    target: Target, points: Sequence[Sequence[Interval]]
) -> Mapping[int, Interval] | None:
    """The first point at which the value is certainly negative."""
    for point in points:
        value = target.value(point)
        if value.ok and value.hi < 0:
            return dict(enumerate(point))
    return None
