"""The search for points where a relation fails, by enclosures at many exact points and descent.

A point found here is a hint; the caller verifies it exactly before anything is said.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from typing import Any

import sympy as sp
from flint import arb, fmpq

from symbolic import clock
from symbolic.ball import SURE, Interval
from symbolic.boxes import Box, thin_point
from symbolic.evaluation import precision
from symbolic.probes import Probes
from symbolic.program import UnsupportedError
from symbolic.ranges import Range
from symbolic.target import Target
from symbolic.zeros import touching_points

Point = dict[sp.Symbol, Any]
_BITS = 240
_NEAR = (1, 2, 3, 5, 8, 12, 18, 26, 36)
_DESCENTS = 6
_STEPS = 40


def violations(g: Any, box: Box, where: tuple[Any, ...], deadline: float) -> Iterator[Point]:
    """Exact points of the box at which `g` is certainly negative, as far as a search finds them."""
    target = Target(g, box.symbols, {})
    probes = Probes(box.symbols, where)
    try:
        with precision(_BITS):
            found = list(_negative(target, probes, box, deadline))
    except UnsupportedError:
        return
    for point in found:
        yield from _rounded(point, box)


def _negative(
    target: Target, probes: Probes, box: Box, deadline: float
) -> Iterator[list[Interval]]:
    best: list[tuple[float, list[Interval]]] = []
    for point in _starts(box):
        if clock.now() > deadline:
            return
        if not probes.allowed(point):
            continue
        value = target.value(point)
        if value.ok and value.hi < 0:
            yield point
            return
        if value.ok and value.lo.is_finite():
            best.append((float(value.lo), point))
    best.sort(key=lambda pair: pair[0])
    for _, start in best[:_DESCENTS]:
        low = _descend(target, probes, box, start, deadline)
        if low is not None:
            yield low
            return


def axis(r: Range, interval: Interval) -> list[arb]:
    """Points of one range, crowding towards its ends."""
    if r.low == r.high:
        return [interval.lo]
    if interval.is_finite():
        width = (interval.hi - interval.lo).mid()
        near = [width / 2**k for k in _NEAR]
        inner = [interval.lo + width * i / 16 for i in range(1, 16)]
        return [interval.lo + n for n in near] + [interval.hi - n for n in near] + inner
    sizes = [arb(2) ** k for k in (*(-n for n in _NEAR), 0, 1, 2, 3, 4, 6, 8, 12, 20)]
    sizes += [arb(fmpq(k, 3)) for k in range(1, 20)]
    if interval.lo.is_finite():
        return [interval.lo + s for s in sizes]
    if interval.hi.is_finite():
        return [interval.hi - s for s in sizes]
    return [arb(0), *(sign * s for s in sizes for sign in (1, -1))]


def _starts(box: Box) -> Iterator[list[Interval]]:
    axes = [axis(r, i) for r, i in zip(box.ranges, box.intervals, strict=True)]
    total = 1
    for one in axes:
        total *= len(one)
    if total <= 1500:
        combinations: Any = itertools.product(*axes)
    else:
        rng = random.Random(7)
        combinations = ([rng.choice(a) for a in axes] for _ in range(1500))
    combinations = itertools.chain(combinations, _beside_diagonals(box, axes))
    for values in combinations:
        yield [Interval(v.mid(), v.mid()) for v in values]


def _beside_diagonals(box: Box, axes: list[list[arb]]) -> Iterator[list[arb]]:
    """Points at which two coordinates nearly agree, in value or up to sign."""
    for i, j in itertools.combinations(range(len(axes)), 2):
        for value in axes[i]:
            for k in (3, 8, 16):
                for other in (value + arb(2) ** -k, value - arb(2) ** -k, arb(2) ** -k - value):
                    if _inside(box, j, other) and _inside(box, i, value):
                        point = [axis[0] for axis in axes]
                        point[i], point[j] = value, other
                        yield point


def _descend(
    target: Target, probes: Probes, box: Box, start: list[Interval], deadline: float
) -> list[Interval] | None:
    """Projected descent with a step that halves; a point of certainly negative value, or None."""
    places = [box.symbols.index(s) for s in target.active]
    point, value = start, target.value(start)
    step = arb("0.25")
    for _ in range(_STEPS):
        if clock.now() > deadline:
            return None
        slopes = target.slopes(point)
        moved = list(point)
        for place, slope in zip(places, slopes, strict=True):
            middle = slope.lo.mid()
            if not middle.is_finite() or middle == 0:
                continue
            reach = _reach(box.intervals[place], point[place].lo)
            direction = -1 if middle > 0 else 1
            goal = point[place].lo + direction * step * reach
            goal = goal.mid()
            moved[place] = Interval(goal, goal) if _inside(box, place, goal) else point[place]
        candidate = target.value(moved)
        allowed = probes.allowed(moved)
        if allowed and candidate.ok and candidate.hi < 0:
            return moved
        if allowed and candidate.ok and candidate.lo < value.lo:
            point, value = moved, candidate
        else:
            step = step / 2
    return None


def _reach(interval: Interval, x: arb) -> arb:
    if interval.is_finite():
        return (interval.hi - interval.lo).mid()
    return 1 + abs(x)


def _inside(box: Box, place: int, x: arb) -> bool:
    interval = box.intervals[place]
    return bool(x > interval.lo) and bool(x < interval.hi)


def _rounded(point: list[Interval], box: Box) -> Iterator[Point]:
    """Short rational points near the given one, the shortest first; integers where asked."""
    exact = []
    for interval, r in zip(point, box.ranges, strict=True):
        if r.low == r.high:
            exact.append(r.low)
            continue
        mantissa, exponent = interval.lo.mid().man_exp()
        exact.append(sp.Integer(int(mantissa)) * sp.Rational(2) ** int(exponent))
    for denominator in (1, 10, 100, 10**4, 10**8, 10**16, 10**40):
        candidate = {}
        for s, r, value in zip(box.symbols, box.ranges, exact, strict=True):
            if r.integer and value.is_Rational:
                candidate[s] = sp.Integer(int(sp.floor(value + sp.Rational(1, 2))))
            elif value.is_Rational:
                candidate[s] = value.limit_denominator(denominator)
            else:
                candidate[s] = value
        yield candidate


def certainly_negative(g: Any, box: Box, point: Point) -> bool:
    """Whether `g` is defined and certainly negative at the exact point, at some precision."""
    try:
        target = Target(g, box.symbols, {})
        for bits in (64, 240, 800):
            with precision(bits):
                value = target.value(thin_point([point[s] for s in box.symbols]))
            if value.ok == SURE and value.hi < 0:
                return True
    except UnsupportedError:
        return False
    return False


def special_points(sides: list[Any], box: Box) -> Iterator[Point]:
    """Corners of the box, and exact points where one variable's function may touch zero."""
    ends = [[e for e in {r.low, r.high} if e.is_finite] or [sp.Integer(0)] for r in box.ranges]
    for values in itertools.islice(itertools.product(*ends), 64):
        yield dict(zip(box.symbols, values, strict=True))
    zero = {s: sp.Integer(0) for s in box.symbols}
    yield zero
    for g in sides:
        target = Target(g, box.symbols, {})
        if len(target.active) == 1 and len(box.symbols) == 1:
            with precision(_BITS):
                for point in touching_points(target, box.symbols[0], box):
                    yield {box.symbols[0]: point}
