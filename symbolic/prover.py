"""Proving that an expression is positive or nonnegative on a box.

`Prover.prove` returns a reason in the form that `certificate.py` documents, or None. It looks, in
this order, for the sign in an enclosure over the whole box, in the factors, in a Taylor expansion
at an end (whose remainder is proved recursively), and by branch and bound.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sympy as sp

from symbolic import clock
from symbolic.ball import SURE, TOUCHES, Interval
from symbolic.boxes import Box, thin_point
from symbolic.branching import branch
from symbolic.cases import by_cases, has_switch
from symbolic.changes import (
    by_algebra,
    by_bounds,
    by_exponential_variables,
    by_gathered_logarithms,
    by_groups,
)
from symbolic.compare import (
    by_exponentials,
    by_isolation,
    by_logarithms,
    by_scaling,
    steeper_than_linear,
)
from symbolic.curves import by_curve, by_ends
from symbolic.exactness import is_zero, less
from symbolic.expansion import by_expansion, by_limit
from symbolic.exponential_sums import by_rates
from symbolic.factored import factored
from symbolic.obligations import holds_sign, obligations
from symbolic.parts import by_bounded_part
from symbolic.probes import Probes
from symbolic.program import UnsupportedError
from symbolic.ranges import Range
from symbolic.reasons import SIGN, ZERO
from symbolic.reductions import (
    by_logarithmic_variable,
    by_period,
    by_scaling_symmetry,
    by_squares,
    by_valley,
)
from symbolic.series import by_series
from symbolic.target import Target
from symbolic.telescoping import by_telescoping
from symbolic.zeros import touching_points

Reason = dict[str, Any]
EARLY = (by_algebra, by_exponential_variables, by_rates, by_gathered_logarithms)
REDUCTIONS = (by_scaling_symmetry, by_series, by_logarithmic_variable, by_valley)
_ISOLATED = (by_bounded_part, by_isolation)
LATE = (by_squares, *_ISOLATED, by_exponentials, by_logarithms, by_scaling, by_bounds)


class OutOfTime(Exception):
    """The deadline passed."""


class Prover:
    """One attempt at one problem: shared compiled expressions, known signs and the deadline."""

    def __init__(
        self,
        symbols: Sequence[sp.Symbol],
        known: Mapping[Any, str],
        where: Sequence[Any],
        deadline: float,
    ) -> None:
        self.symbols = tuple(symbols)
        self.known = dict(known)
        self.where = tuple(where)
        self.deadline = deadline  # of the present strategy
        self.probes = Probes(self.symbols, self.where)
        # Along a path from a face every point counts, also those that side conditions exclude:
        # while `whole` is set, no reason may rest on them.
        self.whole = False
        # Some known sign holds only where the side conditions do; then no path may be followed.
        self.confined = False
        self.lemmas: list[Reason] = []
        self._targets: dict[Any, Target] = {}
        self._failed: dict[Any, int] = {}
        self._defined: dict[Any, bool] = {}
        self._faces: dict[Any, Any] = {}

    def target(self, expr: Any) -> Target:
        if expr not in self._targets:
            self._targets[expr] = Target(expr, self.symbols, self.known)
        return self._targets[expr]

    def learn(self, expr: Any, sign: str, why: Reason) -> None:
        """Record a sign proved for the reason `why` on the whole domain."""
        self.known[expr] = sign
        self.lemmas.append({"expr": expr, "sign": sign, "why": why})
        self.confined = self.confined or "'outside'" in repr(why)
        self._targets.clear()
        self._failed.clear()
        self._defined.clear()
        self._faces.clear()

    def check_time(self) -> None:
        if clock.now() > self.deadline:
            raise OutOfTime

    def zero(self, expr: Any) -> bool:
        return is_zero(expr)

    def prove(
        self, expr: Any, strict: bool, box: Box, depth: int = 4, inside: bool = False
    ) -> Reason | None:
        """A reason for `expr > 0` (or >= 0) on the part of the box inside the domain, or None.

        With `inside` the expression is a derivative, and may be undefined where an argument
        touches the end of its natural domain: exceptional points do no harm to what is concluded.
        """
        self.check_time()
        key = (expr, strict, box, inside, self.whole)
        if self._failed.get(key, -1) >= depth:
            return None
        reason = self._prove(expr, strict, box, depth, inside)
        if reason is None:
            self._failed[key] = depth
        return reason

    def _prove(self, expr: Any, strict: bool, box: Box, depth: int, inside: bool) -> Reason | None:
        for symbol, r in box.items():
            if r.low == r.high and expr.has(symbol):
                fixed = substitute(expr, symbol, r.low)
                return None if fixed is None else self.prove(fixed, strict, box, depth, inside)
        try:
            target = self.target(expr)
            value = target.value(box.intervals)
        except UnsupportedError:
            return None
        if value.ok >= (TOUCHES if inside else SURE) and value.shows(strict):
            return SIGN
        if not target.active:
            return ZERO if not strict and self.zero(expr) else None
        if value.hi < 0:
            return None
        lowest = self.probes.lowest(target, box)
        if lowest is not None and lowest < 0:
            return None
        if not strict and self.zero(expr):
            return ZERO
        if depth > 0:
            reason = self._by_structure(target, strict, box, depth, inside)
        elif depth > _LEAST_DEPTH:
            reason = self._by_factors(expr, strict, box, depth, inside)
        else:
            return None
        if reason is not None:
            return reason
        return branch(self, target, strict, box, depth, inside)

    def _by_structure(
        self, target: Target, strict: bool, box: Box, depth: int, inside: bool
    ) -> Reason | None:
        """The strategies that look at the expression as a whole, each within a share of time."""
        if has_switch(target.expr):
            return by_cases(self, target, strict, box, depth, inside)
        expr = target.expr
        if depth >= _WHOLE and box.is_bounded():  # perhaps a few pieces are all it takes
            reason = branch(self, target, strict, box, 0, inside)
            if reason is not None:
                return reason
        if expr.is_Mul:
            reason = self.within(0.4, self._by_factors, expr, strict, box, depth, inside)
            if reason is not None:
                return reason
        if depth > 1 and not inside:
            reason = self.along(0.5, by_period, target, strict, box, depth)
            if reason is not None:
                return reason
        cut = self._cut(target, strict, box)
        if cut is not None:
            return self._in_parts(target, strict, box, depth, inside, cut)
        if not inside:
            for reduce in REDUCTIONS if depth > 1 else REDUCTIONS[1:2]:
                reason = self.along(0.4, reduce, target, strict, box, depth)
                if reason is not None:
                    return reason
        if len(target.active) > 1 and expr.is_Add:
            reason = self.within(0.5, by_groups, self, target, strict, box, depth)
            if reason is not None:
                return reason
        tight = not box.is_bounded() or self.probes.looks_tight(target, box)
        if not tight and not expr.is_Mul:
            return self.within(0.3, self._by_factors, expr, strict, box, depth, inside)
        for change in EARLY:
            reason = self.within(0.3, change, self, target, strict, box, depth, inside)
            if reason is not None:
                return reason
        reason = None
        if depth > 3 and steeper_than_linear(expr):
            reason = self.within(0.3, by_logarithms, self, target, strict, box, depth)
        if reason is None:
            reason = self.along(0.3, by_expansion, target, strict, box, depth)
        if reason is not None:
            return reason
        if not expr.is_Mul:
            reason = self.within(0.4, self._by_factors, expr, strict, box, depth, inside)
            if reason is not None:
                return reason
        if depth < 2:
            return None
        # Over the reals expansions at the ends do better, and have certificates.
        if any(box.range(s).integer for s in target.active) and expr.has(*_GAMMAS):
            reason = self.along(0.7, by_telescoping, target, strict, box, depth)
            if reason is not None:
                return reason
        for follow in (by_ends, by_curve):
            reason = self.along(0.3, follow, target, strict, box, depth - 1)
            if reason is not None:
                return reason
        for strategy in LATE:
            reason = self.within(0.3, strategy, self, target, strict, box, depth - 1)
            if reason is not None:
                return reason
        return self.along(0.8, by_limit, target, strict, box, depth)

    def along(
        self, share: float, strategy: Callable[..., Reason | None], *args: Any
    ) -> Reason | None:
        """`within` for a strategy that follows paths through the box, and so needs all of it."""
        if self.confined:
            return None
        outer, self.whole = self.whole, True
        try:
            return self.within(share, strategy, self, *args)
        finally:
            self.whole = outer

    def outside(self, box: Box) -> int | None:
        """The index of a side condition that fails on the whole box, if that may be used."""
        return None if self.whole else self.probes.outside(box.intervals)

    def structure(self, target: Target, strict: bool, box: Box, depth: int) -> Reason | None:
        """The strategies for one unbounded piece of a box."""
        return self.within(0.3, self._by_structure, target, strict, box, depth, False)

    def within(
        self, share: float, strategy: Callable[..., Reason | None], *args: Any
    ) -> Reason | None:
        """The strategy's reason, if it finds one in its share of the remaining time."""
        outer, now = self.deadline, clock.now()
        self.deadline = now + share * (outer - now)
        try:
            return strategy(*args)
        except OutOfTime:
            self.deadline = outer
            self.check_time()
            return None
        finally:
            self.deadline = outer

    def _in_parts(
        self,
        target: Target,
        strict: bool,
        box: Box,
        depth: int,
        inside: bool,
        cut: tuple[sp.Symbol, Any],
    ) -> Reason | None:
        parts = []
        for piece in box.cut(*cut):
            why = self.prove(target.expr, strict, piece, depth, inside)
            if why is None:
                return None
            parts.append(why)
        return {"by": "split", "var": cut[0], "at": cut[1], "parts": parts}

    def _cut(self, target: Target, strict: bool, box: Box) -> tuple[sp.Symbol, Any] | None:
        """Where to cut first: at an exact inner zero, else a whole line at 0."""
        if not strict and len(target.active) == 1:
            symbol = target.active[0]
            for point in touching_points(target, symbol, box):
                value = substitute(target.expr, symbol, point)
                if value is not None and box_holds(box, symbol, point) and self.zero(value):
                    return symbol, point
        for symbol in target.active:
            if whole_range(box.range(symbol)):
                return symbol, sp.Integer(0)
            if len(target.active) > 1 and box_holds(box, symbol, sp.Integer(0)):
                value = self.at_face(target.expr, symbol, sp.Integer(0), box)
                if value is not None and self.zero(value):
                    return symbol, sp.Integer(0)
        return None

    def defined_inside(self, expr: Any, box: Box) -> bool:
        """Whether the expression is certainly defined in the interior of the box."""
        key = (expr, box, self.whole)
        if key not in self._defined:
            opened = box.opened()
            self._defined[key] = all(
                self._meets(u, sign, opened) for u, sign in obligations([expr])
            )
        return self._defined[key]

    def at_face(self, expr: Any, symbol: sp.Symbol, end: Any, box: Box) -> Any | None:
        """The expression at an exact finite end of one symbol; None unless it is defined there.

        SymPy turns 0*log(x/y) into 0 at y = 0, so that what the expression asks of its parts is
        checked on the face first.
        """
        key = (expr, symbol, end, box, self.whole)
        if key not in self._faces:
            self._faces[key] = self._at_face(expr, symbol, end, box)
        return self._faces[key]

    def _at_face(self, expr: Any, symbol: sp.Symbol, end: Any, box: Box) -> Any | None:
        value = substitute(expr, symbol, end)
        if value is None or value.has(sp.Derivative, sp.Subs):
            return None
        for u, sign in obligations([expr]):
            if not u.has(symbol):
                continue
            part = substitute(u, symbol, end)
            if part is None:
                return None
            if part.is_number:
                if not holds_sign(part, sign):
                    return None
            elif not self._meets(part, sign, box.face(symbol, end)):
                return None
        return value

    def _meets(self, u: Any, sign: str, box: Box) -> bool:
        held = self.known.get(u, "")
        if held == sign or held == ">" or (sign == "!=" and held == "<"):
            return True
        if sign == "!=" and self.prove(-u, True, box, 1) is not None:
            return True
        return self.prove(u, sign != ">=", box, 2) is not None

    def _by_factors(
        self, expr: Any, strict: bool, box: Box, depth: int, inside: bool
    ) -> Reason | None:
        """The sign of a product from the signs of its factors."""
        product = factored(expr)
        if product is None:
            return None
        entries: list[Any] = []
        for factor in product.args:
            if not strict and factor.is_Pow and factor.exp.is_Integer and factor.exp % 2 == 0:
                entries.append("even")
                continue
            sign = self.probes.sign(self.target(factor), box)
            if sign is None:
                return None
            why = self.prove(sp.Mul(sign, factor), strict, box, depth - 1, inside)
            if why is None:
                return None
            entries.append({"sign": sign, "why": why})
        negative = sum(1 for e in entries if e != "even" and e["sign"] < 0)
        if negative % 2:
            return None
        inner = {"by": "product", "factors": entries}
        if product == expr:
            return inner
        return {"by": "rewrite", "to": product, "then": inner}


def substitute(expr: Any, symbol: sp.Symbol, value: Any) -> Any | None:
    """The expression at an exact value of one symbol, or None where that is undefined."""
    if not expr.has(symbol):
        return expr
    found = expr.subs(symbol, value)
    if found.has(sp.nan, sp.zoo, sp.oo, -sp.oo, sp.I, sp.AccumBounds):
        return None
    return found


_LEAST_DEPTH = -2
_GAMMAS = (sp.loggamma, sp.polygamma)
_WHOLE = 4  # the depth at which a goal itself is proved


def at_point(target: Target, point: Mapping[sp.Symbol, Any]) -> Interval:
    return target.value(thin_point([point[s] for s in target.symbols]))


def box_holds(box: Box, symbol: sp.Symbol, point: Any) -> bool:
    """Whether the exact point lies strictly inside the symbol's range."""
    r = box.range(symbol)
    return less(r.low, point) and less(point, r.high)


def whole_range(r: Range) -> bool:
    return bool(r.low == -sp.oo and r.high == sp.oo)
