"""Inner points at which an expression of one variable touches zero: found, then named exactly.

A numerical minimum near zero suggests an exact point (a rational number, a rational multiple of pi,
an exponential, a logarithm, a square root); whether the expression vanishes there is then decided
exactly by the caller.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy as sp
from flint import arb

from symbolic.ball import Interval
from symbolic.boxes import Box
from symbolic.probes import coordinates
from symbolic.program import UnsupportedError
from symbolic.target import Target

_GRID = 48
_STEPS = 64


def grid(box: Box, symbol: sp.Symbol) -> list[arb]:
    """Increasing points inside the symbol's range, on a linear or a stretched scale."""
    interval = box.intervals[box.symbols.index(symbol)]
    if interval.is_finite():
        step = (interval.hi - interval.lo) / _GRID
        return [(interval.lo + step * i).mid() for i in range(1, _GRID)]
    points = coordinates(box.range(symbol), interval)
    shares = [arb(i) / (_GRID + 1) for i in range(1, _GRID + 1)]
    if interval.lo.is_finite():
        points += [interval.lo + s / (1 - s) for s in shares]
    elif interval.hi.is_finite():
        points += [interval.hi - s / (1 - s) for s in shares]
    else:
        points += [(2 * s - 1) / (1 - abs(2 * s - 1)) for s in shares]
    return sorted((p.mid() for p in points), key=float)


def touching_points(target: Target, symbol: sp.Symbol, box: Box) -> list[Any]:
    """Exact candidates, inside the range, where the expression may have a minimum of value 0."""
    place = target.symbols.index(symbol)

    def at(x: arb, order: int) -> Interval:
        point = list(box.intervals)
        point[place] = Interval(x, x)
        return target.derivative_value(symbol, order, point)

    try:
        found: list[Any] = []
        for left, right in _valleys(target, symbol, box, at):
            x = _bisect(at, left, right)
            if x is None or not abs(float(at(x, 0).lo)) < 1e-9:
                continue
            found.extend(name for name in exact_names(x) if name not in found)
        return found
    except UnsupportedError:
        return []


def _valleys(target: Target, symbol: sp.Symbol, box: Box, at: Any) -> Iterator[tuple[arb, arb]]:
    points = grid(box, symbol)
    slopes = [at(p, 1) for p in points]
    for i in range(len(points) - 1):
        falling, rising = slopes[i], slopes[i + 1]
        if falling.hi < 0 and rising.lo > 0:
            yield points[i], points[i + 1]
        elif i > 0 and slopes[i - 1].hi < 0 and rising.lo > 0 and not falling.never_zero():
            yield points[i - 1], points[i + 1]


def _bisect(at: Any, left: arb, right: arb) -> arb | None:
    for _ in range(_STEPS):
        middle = ((left + right) / 2).mid()
        slope = at(middle, 1)
        if slope.lo > 0:
            right = middle
        elif slope.hi < 0:
            left = middle
        else:
            return middle
    return ((left + right) / 2).mid()


def exact_names(x: arb) -> Iterator[Any]:
    """Simple exact numbers within about 1e-12 of x."""
    near = float(x)
    tests = [
        (near, lambda r: r),
        (near / float(arb.pi()), lambda r: r * sp.pi),
        (near / float(arb.const_e()), lambda r: r * sp.E),
        (near * near, lambda r: sp.sqrt(r) if near > 0 else -sp.sqrt(r)),
    ]
    if near > 0:
        tests.append((float(x.log()), sp.exp))
    if abs(near) < 40:
        tests.append((float(x.exp()), sp.log))
    for value, build in tests:
        for largest in (64, 1000):
            rational = sp.Rational(value).limit_denominator(largest)
            if abs(float(rational) - value) < 1e-11 * max(1.0, abs(value)):
                if rational > 0 or build is not tests[-1][1]:
                    yield build(rational)
                break
