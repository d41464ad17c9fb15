"""Branch and bound: a sign on a box from signs on its pieces, worst piece first."""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sympy as sp

from symbolic import ball
from symbolic.ball import SURE, TOUCHES, Interval
from symbolic.boxes import Box, middle, thin_point
from symbolic.cases import by_cases, has_switch
from symbolic.reasons import about
from symbolic.tangency import Tangency
from symbolic.target import Target

if TYPE_CHECKING:
    from symbolic.prover import Prover, Reason

_BOXES = {0: 24, 1: 40, 2: 80, 3: 160}
_MOST_BOXES = 6000
Step = tuple[sp.Symbol, int, Any, Any]  # symbol, direction, oriented slope, end
_DEEPEST = 70
_UNBOUNDED_LEVELS = (1, 2, 4, 6)


@dataclass
class _Node:
    box: Box
    level: int
    reason: dict[str, Any] | None = None
    parts: tuple[int, int] | None = None
    cut: tuple[sp.Symbol, Any] | None = None


class _Hopeless(Exception):
    """The sign is certainly wrong somewhere, or the search is out of boxes."""


def branch(
    prover: Prover, target: Target, strict: bool, box: Box, depth: int, inside: bool = False
) -> Reason | None:
    """A reason made of splits, or None. `depth` bounds recursion and the number of boxes.

    With `inside` a sign may be left open where an argument touches the end of its domain.
    """
    search = _Search(prover, target, strict, box, depth, TOUCHES if inside else SURE)
    try:
        return search.run()
    except _Hopeless:
        return None


class _Search:
    def __init__(
        self,
        prover: Prover,
        target: Target,
        strict: bool,
        box: Box,
        depth: int,
        needed: int,
    ) -> None:
        self.needed = needed
        self.prover = prover
        self.target = target
        self.strict = strict
        self.depth = depth
        self.most = _BOXES.get(depth, _MOST_BOXES)
        self.nodes = [_Node(box, 0)]
        self.tangency = Tangency(prover, target, strict, box, depth)
        self.counter = itertools.count()

    def run(self) -> Reason:
        heap: list[tuple[float, int, int]] = []
        self.queue(heap, 0)
        while heap:
            self.prover.check_time()
            _, _, index = heapq.heappop(heap)
            node = self.nodes[index]
            if node.level > _DEEPEST or len(self.nodes) > self.most:
                raise _Hopeless
            symbol, at = self.where_to_cut(node)
            parts = []
            for piece in node.box.cut(symbol, at):
                self.nodes.append(_Node(piece, node.level + 1))
                parts.append(len(self.nodes) - 1)
            node.parts = (parts[0], parts[1])
            node.cut = (symbol, at)
            for part in parts:
                self.queue(heap, part)
        return self.tree(0)

    def queue(self, heap: list[tuple[float, int, int]], index: int) -> None:
        """Settle the node, or put it on the heap by its lower bound."""
        node = self.nodes[index]
        reason, low = self.settle(node)
        if reason is not None:
            node.reason = reason
            return
        heapq.heappush(heap, (low, next(self.counter), index))

    def tree(self, index: int) -> Reason:
        node = self.nodes[index]
        if node.reason is not None:
            return node.reason
        assert node.parts is not None
        assert node.cut is not None
        return {
            "by": "split",
            "var": node.cut[0],
            "at": node.cut[1],
            "parts": [self.tree(part) for part in node.parts],
        }

    def settle(self, node: _Node) -> tuple[Reason | None, float]:
        """(a reason for the sign on the node's box or None, a lower bound)."""
        box, target = node.box, self.target
        value = target.value(box.intervals)
        outside = self.prover.outside(box)
        if outside is not None:
            return {"by": "outside", "where": outside}, 0.0
        if value.ok >= self.needed:
            if value.shows(self.strict):
                return {"by": "sign"}, 0.0
            if value.hi < 0 and not self.prover.where:
                raise _Hopeless
        if node.level == 0 and not box.is_bounded():
            return None, -1.0
        if not box.is_bounded() and self.depth > 1 and node.level in _UNBOUNDED_LEVELS:
            reason = self.prover.structure(target, self.strict, box, self.depth - 1)
            if reason is not None:
                return reason, 0.0
        if has_switch(target.expr):
            reason = self.resolved(node)
            return reason, float(value.lo) if value.lo.is_finite() else -1e300
        if self.prover.confined:
            return None, float(value.lo) if value.lo.is_finite() else -1e300
        if value.ok == SURE or (self.needed == SURE and value.ok == TOUCHES):
            reason = self.tangency.settle(box, node.level)
            if reason is not None:
                return reason, 0.0
        if value.ok == SURE:
            slopes = target.slopes(box.intervals)
            if all(s.ok >= TOUCHES for s in slopes):
                reason = self.by_slopes(box, slopes)
                if reason is not None:
                    return reason, 0.0
        low = float(value.lo) if value.lo.is_finite() else -1e300
        return None, low

    def resolved(self, node: _Node) -> Reason | None:
        """Resolve absolute values and the like once in a while."""
        if self.depth < 1 or node.level % 3 != 1:
            return None
        return by_cases(
            self.prover, self.target, self.strict, node.box, self.depth - 1, self.needed < SURE
        )

    def by_slopes(self, box: Box, slopes: list[Interval]) -> Reason | None:
        """Monotone in some variables, else the mean-value form."""
        face = box
        steps: list[Step] = []
        for symbol, slope in zip(self.target.active, slopes, strict=True):
            r = box.range(symbol)
            if r.low == r.high:
                continue
            if slope.lo >= 0 and r.low != -sp.oo:
                face = face.face(symbol, r.low)
                steps.append((symbol, 1, self.target.derivative(symbol), r.low))
            elif slope.hi <= 0 and r.high != sp.oo:
                face = face.face(symbol, r.high)
                steps.append((symbol, -1, -self.target.derivative(symbol), r.high))
        if steps:
            value = self.target.value_without(self._left_out(box, steps), face.intervals)
            if value.ok == SURE and value.shows(self.strict):
                return _nest(steps, {"by": "sign"})
            if len(steps) == len(self.target.active) and value.hi < 0 and not self.prover.where:
                raise _Hopeless
        if not box.is_bounded():
            return None
        center = box.center()
        middle_value = self.target.value(thin_point([center[s] for s in self.target.symbols]))
        if middle_value.hi < 0 and middle_value.ok and not self.prover.where:
            raise _Hopeless
        total = middle_value
        for symbol, slope in zip(self.target.active, slopes, strict=True):
            place = self.target.symbols.index(symbol)
            offset = box.intervals[place] - thin_point([center[symbol]])[0]
            total = total + slope * offset
        if total.shows(self.strict):
            return {"by": "sign", "form": "mean_value"}
        return None

    @staticmethod
    def _left_out(box: Box, steps: list[Step]) -> list[sp.Symbol]:
        """The symbols whose end on the face is not in the domain."""
        ranges = [(s, box.range(s), direction) for s, direction, *_ in steps]
        return [s for s, r, d in ranges if (r.low_open if d > 0 else r.high_open)]

    def where_to_cut(self, node: _Node) -> tuple[sp.Symbol, Any]:
        box = node.box
        inside = self.tangency.cut_inside(box)
        if inside is not None:
            return inside
        unbounded = [
            s for s, i in zip(box.symbols, box.intervals, strict=True) if not i.is_finite()
        ]
        candidates = [s for s in unbounded if s in self.target.active]
        if candidates:
            symbol = candidates[node.level % len(candidates)]
            finite = [s for s in self.target.active if s not in unbounded]
            if finite and node.level % 2:
                symbol = max(finite, key=box.width)
            return symbol, middle(box.range(symbol))
        smooth = not has_switch(self.target.expr)
        weight = self._weight if smooth else Box.width
        symbol = max(self._open_symbols(box), key=lambda s: weight(box, s))
        return symbol, middle(box.range(symbol))

    def _open_symbols(self, box: Box) -> list[sp.Symbol]:
        found = [s for s in self.target.active if box.range(s).low != box.range(s).high]
        for condition in self.prover.where:
            for s in condition.free_symbols:
                if s in box.symbols and s not in found and box.range(s).low != box.range(s).high:
                    found.append(s)
        bounded = [s for s in found if box.width(s) < float("inf")]
        if not bounded:
            raise _Hopeless
        return bounded

    def _weight(self, box: Box, symbol: sp.Symbol) -> float:
        """Width times the size of the slope, where that is finite."""
        width = box.width(symbol)
        if symbol not in self.target.active:
            return width * 1e-3
        slopes = self.target.slopes(box.intervals)
        slope = ball.absolute(slopes[self.target.active.index(symbol)])
        size = float(slope.hi) if slope.hi.is_finite() else 1e6
        return width * max(size, 1e-9)


def _nest(steps: list[Step], last: Reason) -> Reason:
    reason = last
    for k in reversed(range(len(steps))):
        symbol, direction, slope, _ = steps[k]
        # The slope on the face that the steps before lead to.
        slope = slope.subs({before: end for before, _, _, end in steps[:k]})
        reason = {
            "by": "monotone",
            "var": symbol,
            "direction": direction,
            "slope": about(slope, {"by": "sign"}),
            "then": reason,
        }
    return reason
