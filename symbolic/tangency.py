"""Zeros of finite order at ends, corners and inner points of a box.

Where the expression vanishes identically on a face of the domain, the first normal derivative that
does not vanish there decides near the face; at an isolated inner zero the Hessian decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sympy as sp

from symbolic.ball import SURE, TOUCHES
from symbolic.boxes import Box
from symbolic.exactness import constant_sign, less
from symbolic.expansion import by_expansion
from symbolic.limits import limit_at
from symbolic.reasons import about
from symbolic.target import Target

if TYPE_CHECKING:
    from symbolic.prover import Prover, Reason

_HIGHEST_ORDER = 8
_LEVELS_BETWEEN_RECURSIONS = 3


class Tangency:
    """Zeros of one expression on one box, found when first asked for."""

    def __init__(self, prover: Prover, target: Target, strict: bool, box: Box, depth: int) -> None:
        self.prover = prover
        self.target = target
        self.strict = strict
        self.box = box
        self.depth = depth
        self._orders: dict[tuple[sp.Symbol, Any], int] = {}
        self._limits: dict[tuple[sp.Symbol, Any], bool] = {}
        self._zeros: dict[Any, bool] = {}
        self.inner: dict[sp.Symbol, list[Any]] = {}

    def order(self, symbol: sp.Symbol, end: Any) -> int:
        """How many normal derivatives (from the 0-th on) vanish identically on the face."""
        key = (symbol, end)
        if key not in self._orders:
            self._orders[key] = self._count(symbol, end)
        return self._orders[key]

    def _count(self, symbol: sp.Symbol, end: Any) -> int:
        if end in (sp.oo, -sp.oo):
            return 0
        for order in range(_HIGHEST_ORDER):
            value = self._at_face(self.target.derivative(symbol, order), symbol, end)
            if value is None or not self.prover.zero(value):
                return 0 if value is None else order
        return 0

    def _at_face(self, expr: Any, symbol: sp.Symbol, end: Any) -> Any | None:
        """The expression on a face, where it is defined on all of it."""
        outer, self.prover.whole = self.prover.whole, True
        try:
            return self.prover.at_face(expr, symbol, end, self.box)
        finally:
            self.prover.whole = outer

    def settle(self, box: Box, level: int) -> Reason | None:
        """A reason on a box that touches a zero, or None."""
        for symbol in self.target.active:
            r = box.range(symbol)
            if r.low == r.high:
                continue
            for end, side in ((r.low, 1), (r.high, -1)):
                if self._special(symbol, end):
                    reason = self._at_end(box, symbol, end, side, level)
                    if reason is not None:
                        return reason
        if len(self.target.active) > 1:
            return self._corner(box, level)
        return None

    def _special(self, symbol: sp.Symbol, end: Any) -> bool:
        r = self.box.range(symbol)
        return end in (r.low, r.high) or end in self.inner.get(symbol, [])

    def _at_end(
        self, box: Box, symbol: sp.Symbol, end: Any, side: int, level: int
    ) -> Reason | None:
        order = self.order(symbol, end)
        if order == 0:
            return self._at_limit(box, symbol, end, side)
        if self.strict and not self._left_out(symbol, end, side):
            return None
        enclosure = self.target.derivative_value(symbol, order, box.intervals)
        flip = side < 0 and order % 2 == 1
        oriented = -enclosure if flip else enclosure
        derivative = self.target.derivative(symbol, order)
        goal = -derivative if flip else derivative
        rest: Reason | None = None
        if oriented.ok == SURE and oriented.shows(self.strict):
            rest = {"by": "sign"}
        elif (
            self.depth > 0
            and level % _LEVELS_BETWEEN_RECURSIONS == 1
            and oriented.ok >= TOUCHES
            and oriented.hi > 0
            and len(self.target.active) > 1
        ):
            rest = self.prover.along(0.5, _prove, goal, self.strict, box, self.depth - 1)
        if rest is None:
            return None
        terms = [{"by": "zero"} for _ in range(order)]
        return {
            "by": "taylor",
            "var": symbol,
            "at": end,
            "order": order,
            "terms": terms,
            "rest": about(goal, rest),
        }

    def _at_limit(self, box: Box, symbol: sp.Symbol, end: Any, side: int) -> Reason | None:
        """Monotone from an open end where only the limit of the expression is known."""
        if not self._left_out(symbol, end, side):
            return None
        key = (symbol, end)
        if key not in self._limits:
            defined = self._at_face(self.target.expr, symbol, end) is not None
            limit = None if defined else limit_at(self.target.expr, symbol, end)
            self._limits[key] = limit is not None and (constant_sign(limit) in (0, 1))
        if not self._limits[key] or self.target.value(box.intervals).ok != SURE:
            return None
        slope = self.target.derivative_value(symbol, 1, box.intervals)
        oriented = slope if side > 0 else -slope
        if oriented.ok < TOUCHES or not oriented.shows(self.strict):
            return None
        return {
            "by": "monotone",
            "var": symbol,
            "direction": side,
            "slope": about(side * self.target.derivative(symbol), {"by": "sign"}),
            "then": {"by": "limit"},
        }

    def _left_out(self, symbol: sp.Symbol, end: Any, side: int) -> bool:
        """Whether the domain leaves the face out."""
        r = self.box.range(symbol)
        if side > 0:
            return bool(end == r.low and r.low_open)
        return bool(end == r.high and r.high_open)

    def _corner(self, box: Box, level: int) -> Reason | None:
        """An isolated zero at a corner of the domain: expand in one variable after the other."""
        if self.depth <= 0 or level % _LEVELS_BETWEEN_RECURSIONS != 1 or not box.is_bounded():
            return None
        for corner in self._corners(box):
            if self._vanishes(corner):
                return self.prover.along(
                    0.5, by_expansion, self.target, self.strict, box, self.depth - 1
                )
        return None

    def _corners(self, box: Box) -> list[Mapping[sp.Symbol, Any]]:
        corners: list[Mapping[sp.Symbol, Any]] = [{}]
        for symbol in self.target.active:
            r = box.range(symbol)
            ends = [e for e in {r.low, r.high} if self._special(symbol, e)]
            corners = [{**c, symbol: e} for c in corners for e in ends]
        return corners

    def _vanishes(self, corner: Mapping[sp.Symbol, Any]) -> bool:
        key = tuple(sorted(corner.items(), key=str))
        if key not in self._zeros:
            value = self.target.expr.subs(dict(corner))
            self._zeros[key] = bool(value.is_number) and self.prover.zero(value)
        return self._zeros[key]

    def cut_inside(self, box: Box) -> tuple[sp.Symbol, Any] | None:
        """A cut through a known inner zero, or None."""
        for symbol, points in self.inner.items():
            r = box.range(symbol)
            for point in points:
                if _between(r.low, point, r.high):
                    return symbol, point
        return None


def _prove(prover: Prover, goal: Any, strict: bool, box: Box, depth: int) -> Reason | None:
    return prover.prove(goal, strict, box, depth)


def _between(low: Any, point: Any, high: Any) -> bool:
    return less(low, point) and less(point, high)
