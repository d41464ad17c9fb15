"""`decide` against plain bisection with `mpmath.iv`, over the inequalities that both settle.

Some inequalities with room to spare, by which plain bisection is put to work, and every so many of
the corpus of the deciders' tests over boxes, most of which plain bisection settles at once or never
(it has no answer to a tangency, to an end point at which a claim fails, or to many variables).
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mpmath
import sympy as sp
from sympy import Interval, Rational, cos, exp, log, sin, sqrt

from symbolic import clock
from symbolic.decide import decide

x, y = sp.symbols("x y", real=True)
WEAK = Interval(0, sp.oo)
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
CORPUS = Path(__file__).parent.parent / "symbolic"
EVERY = 3
SECONDS = 20.0  # of plain bisection for one of the inequalities above, and for one of the corpus
SECONDS_OF_CORPUS = 0.2
NAMES = {
    name: getattr(mpmath.iv, name) for name in ("exp", "log", "sin", "cos", "sqrt", "pi", "mpf")
}


def plain_bisection(relation: Any, over: dict[sp.Symbol, Any], seconds: float) -> bool | None:
    """What bisection in `mpmath.iv` says, widest side first; None where it has no answer."""
    symbols = sorted(relation.free_symbols, key=str)
    gap = relation.gts - relation.lts
    strict = isinstance(relation, sp.Gt | sp.Lt)
    function: Callable[..., Any] = sp.lambdify(symbols, gap, modules=[NAMES, "mpmath"])
    # Float ends, rounded outwards: more than the domain is proved.
    ends = [
        (math.nextafter(float(d.start), -math.inf), math.nextafter(float(d.end), math.inf))
        for d in (over[s] for s in symbols)
    ]
    boxes, left_open = [ends], False
    until = time.thread_time() + seconds
    while boxes:
        if time.thread_time() > until:
            return None
        box = boxes.pop()
        try:
            value = mpmath.iv.mpf(function(*(mpmath.iv.mpf(list(side)) for side in box)))
        except (ValueError, ZeroDivisionError, TypeError, AttributeError):
            value = mpmath.iv.mpf([-mpmath.inf, mpmath.inf])
        if value.a > 0 or (value.a >= 0 and not strict):
            continue
        inner = zip(box, ends, strict=True)
        if value.b < 0 and all(e < side[0] and side[1] < f for side, (e, f) in inner):
            return False  # and not for what rounding has added
        widest = max(range(len(box)), key=lambda i: box[i][1] - box[i][0])
        low, high = box[widest]
        middle = (low + high) / 2
        if not low < middle < high:
            left_open = True
            continue
        for part in ((low, middle), (middle, high)):
            boxes.append([*box[:widest], part, *box[widest + 1 :]])
    return None if left_open else True


def corpus() -> list[tuple[Any, dict[sp.Symbol, Any]]]:
    """Every so many of the corpus's inequalities over bounded boxes, true ones and false ones."""
    sys.path.insert(0, str(CORPUS))
    try:
        import corpus_algebra
        import corpus_algebraic
        import corpus_analysis
        import corpus_bounds
    finally:
        sys.path.remove(str(CORPUS))
    modules = (corpus_algebra, corpus_algebraic, corpus_analysis, corpus_bounds)
    found = [
        (item.relation, dict(item.over))
        for module in modules
        for item in module.ITEMS
        if isinstance(item.relation, sp.Ge | sp.Gt | sp.Le | sp.Lt)
        and not item.where
        and all(
            isinstance(d := item.over[s], sp.Interval) and d.start.is_finite and d.end.is_finite
            for s in item.relation.free_symbols
        )
    ]
    return found[::EVERY]


def both(items: list[tuple[Any, dict[sp.Symbol, Any]]], seconds: float) -> tuple[int, float, float]:
    """(how many both settle alike, the seconds of bisection and those of `decide` over these)."""
    settled, plain, balls = 0, 0.0, 0.0
    for relation, over in items:
        started = time.thread_time()
        answer = plain_bisection(relation, over, seconds)
        took = time.thread_time() - started
        if answer is None:
            continue
        started = clock.now()
        decision = decide(relation, over=over)
        spent = clock.now() - started
        assert decision.outcome in ("undecided", "proved" if answer else "refuted")
        if decision.outcome != "undecided":
            settled, plain, balls = settled + 1, plain + took, balls + spent
    return settled, plain, balls


def test_ball_arithmetic_is_faster_than_plain_intervals() -> None:
    # Imports are not what is compared.
    decide(x**2 + exp(x) > 0, over={x: Interval(0, 1)})
    decide(x**2 * y <= 2, {x: WEAK, y: WEAK}, where=[x * y <= 1, x <= 1])
    asked = both(ITEMS, SECONDS)
    sampled = both(corpus(), SECONDS_OF_CORPUS)
    for name, (settled, plain, balls) in (("these", asked), ("corpus", sampled)):
        print(f"\n{name}: {settled} items, mpmath.iv {plain:.3f} s, decide {balls:.3f} s", end="")
    plain, balls = asked[1] + sampled[1], asked[2] + sampled[2]
    print(f"\nratio {plain / balls:.1f} ({asked[1] / asked[2]:.1f} without the corpus)")
    assert asked[0] == len(ITEMS)
    assert sampled[0] >= 5
    assert plain > 5 * balls
