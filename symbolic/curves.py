"""Zeros along a curve x = c(other variables), and concave functions decided at their ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import sympy as sp

from symbolic.ball import SURE
from symbolic.boxes import Box
from symbolic.reasons import about
from symbolic.target import Target

if TYPE_CHECKING:
    from symbolic.prover import Prover, Reason

_MOST_OPERATIONS = 40


def by_curve(prover: Prover, target: Target, strict: bool, box: Box, depth: int) -> Reason | None:
    """g and its slope vanish on x = c(y), where its second derivative shows g >= 0 around."""
    if strict or len(target.active) < 2:
        return None
    for symbol in target.active:
        slope = target.derivative(symbol)
        curvature = target.derivative(symbol, 2)
        for curve in candidates(slope, symbol, box):
            if not _inside(prover, curve, symbol, box):
                continue
            values = [e.xreplace({symbol: curve}) for e in (target.expr, slope)]
            if any(v.has(sp.nan, sp.zoo, sp.oo) or not prover.zero(v) for v in values):
                continue
            rest = prover.prove(curvature, False, box, depth - 1, inside=True)
            if rest is not None:
                zero = {"by": "zero"}
                return {
                    "by": "taylor",
                    "var": symbol,
                    "at": curve,
                    "order": 2,
                    "terms": [zero, zero],
                    "rest": about(curvature, rest),
                }
    return None


def candidates(slope: Any, symbol: sp.Symbol, box: Box) -> Iterator[Any]:
    """Simple curves on which the slope may vanish."""
    others = [s for s in box.symbols if s != symbol and slope.has(s)]
    for other in others:
        yield other
        yield -other
        yield 1 - other
    if slope.count_ops() > _MOST_OPERATIONS:
        return
    for factor in sp.Mul.make_args(slope):
        found = isolated(factor, symbol)
        if found is not None and found not in others:
            yield found


def isolated(equation: Any, symbol: sp.Symbol) -> Any | None:
    """The symbol from `equation = 0` by undoing one operation after the other, or None."""
    left, right = equation, sp.Integer(0)
    for _ in range(12):
        if left == symbol:
            return right
        rest, dependent = left.as_independent(symbol, as_Add=left.is_Add)
        if left.is_Add and len(sp.Add.make_args(dependent)) == 1:
            left, right = dependent, right - rest
        elif left.is_Mul and rest != 0 and len(sp.Mul.make_args(dependent)) == 1:
            left, right = dependent, right / rest
        elif isinstance(left, sp.exp):
            left, right = left.exp, sp.log(right)
        elif isinstance(left, sp.log):
            left, right = left.args[0], sp.exp(right)
        elif left.is_Pow and left.exp == -1:
            left, right = left.base, 1 / right
        else:
            return None
    return None


def _inside(prover: Prover, curve: Any, symbol: sp.Symbol, box: Box) -> bool:
    """Whether the curve's values certainly lie in the symbol's closed range, over the box."""
    if curve.has(sp.nan, sp.zoo, sp.oo):
        return False
    r = box.range(symbol)
    if curve in box.symbols:
        other = box.range(curve)
        return bool(r == other)
    value = prover.target(curve).value(box.intervals)
    if value.ok != SURE:
        return False
    interval = box.intervals[box.symbols.index(symbol)]
    above = value.lo > interval.lo if r.low_open else value.lo >= interval.lo
    below = value.hi < interval.hi if r.high_open else value.hi <= interval.hi
    if r.low == 0 and r.low_open:
        above = value.shows(True)
    return bool(above or r.low == -sp.oo) and bool(below or r.high == sp.oo)


def by_ends(prover: Prover, target: Target, strict: bool, box: Box, depth: int) -> Reason | None:
    """g is concave in one variable, so that the two faces decide."""
    for symbol in target.active:
        r = box.range(symbol)
        if not (r.low.is_finite and r.high.is_finite):
            continue
        curvature = -target.derivative(symbol, 2)
        if prover.probes.sign(prover.target(curvature), box) != 1:
            continue
        if not prover.defined_inside(target.derivative(symbol), box):
            continue
        faces = []
        for end in (r.low, r.high):
            value = prover.at_face(target.expr, symbol, end, box)
            if value is None:
                break
            why = prover.prove(value, strict, box.face(symbol, end), depth - 1)
            if why is None:
                break
            faces.append(about(value, why))
        if len(faces) < 2:
            continue
        why = prover.prove(curvature, False, box, depth - 1, inside=True)
        if why is not None:
            return {
                "by": "ends",
                "var": symbol,
                "curvature": about(curvature, why),
                "low": faces[0],
                "high": faces[1],
            }
    return None
