"""Ball arithmetic against plain bisection with `mpmath.iv`, on inequalities that both settle."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import mpmath
import sympy as sp
from sympy import Interval, Rational, cos, exp, log, sin, sqrt

from symbolic.decide import decide

x, y = sp.symbols("x y", real=True)
pi = sp.pi
# Strict with room at the ends: plain bisection never settles a tangency.
ITEMS: list[tuple[Any, dict[sp.Symbol, sp.Interval]]] = [
    ((pi - x) * cos(x) + sin(x) <= pi + Rational(1, 10**7), {x: Interval(0, pi / 2)}),
    ((pi - x) * cos(x) + sin(x) >= Rational(99, 100), {x: Interval(0, Rational(3, 2))}),
    (exp(x) >= 1 + x - Rational(1, 10**6), {x: Interval(-2, 2)}),
    (sin(x) + Rational(1, 10**5) >= x - x**3 / 6, {x: Interval(0, 2)}),
    (log(1 + x) <= x / sqrt(1 + x) + Rational(1, 10**5), {x: Interval(0, 4)}),
    (
        cos(x) + cos(y) >= 2 - (x**2 + y**2) / 2 - Rational(1, 100),
        {x: Interval(-1, 1), y: Interval(-1, 1)},
    ),
    (exp(x * y) >= 1 + x * y - Rational(1, 150), {x: Interval(-1, 1), y: Interval(-1, 1)}),
    (x * log(x) >= -Rational(36788, 10**5), {x: Interval(Rational(1, 100), 2)}),
]
BOXES = 200_000
NAMES = {
    name: getattr(mpmath.iv, name) for name in ("exp", "log", "sin", "cos", "sqrt", "pi", "mpf")
}


def plain_bisection(relation: Any, over: dict[sp.Symbol, sp.Interval]) -> bool:
    """Whether bisection in `mpmath.iv` proves the relation, widest side first."""
    symbols = list(over)
    gap = (
        relation.lhs - relation.rhs
        if relation.rel_op in (">=", ">")
        else relation.rhs - relation.lhs
    )
    function: Callable[..., Any] = sp.lambdify(symbols, gap, modules=[NAMES, "mpmath"])
    # Float ends, rounded outwards: more than the domain is proved.
    ends = [
        (math.nextafter(float(d.start), -math.inf), math.nextafter(float(d.end), math.inf))
        for d in over.values()
    ]
    boxes = [ends]
    for _ in range(BOXES):
        if not boxes:
            return True
        box = boxes.pop()
        if function(*(mpmath.iv.mpf(side) for side in box)).a >= 0:
            continue
        widest = max(range(len(box)), key=lambda i: box[i][1] - box[i][0])
        low, high = box[widest]
        middle = (low + high) / 2
        for part in ((low, middle), (middle, high)):
            boxes.append([*box[:widest], part, *box[widest + 1 :]])
    return False


def seconds(work: Callable[[], bool]) -> float:
    started = time.perf_counter()
    assert work()
    return time.perf_counter() - started


def test_ball_arithmetic_is_faster_than_plain_intervals() -> None:
    decide(x**2 + exp(x) > 0, over={x: Interval(0, 1)})  # imports are not what is compared
    plain = balls = 0.0
    for relation, over in ITEMS:
        plain += seconds(lambda r=relation, o=over: plain_bisection(r, o))
        balls += seconds(lambda r=relation, o=over: decide(r, over=o).outcome == "proved")
    print(f"\nmpmath.iv {plain:.3f} s, decide {balls:.3f} s, ratio {plain / balls:.1f}")
    assert plain > balls
