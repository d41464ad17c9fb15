"""Symbols of thesis chapter 5 and the runs that its claims are measured on.

phi: angle between v and w*; norm_v, norm_w: |v|, |w*|; inner: a'a*; sum_a: 1'a; square_a: |a|^2;
sum_teacher: 1'a*; square_teacher: |a*|^2; k: number of patches; p: patch size; eta: step size.
"""

from __future__ import annotations

import math
from typing import Any

import sympy as sp
from sympy import Interval, Range, S, oo, symbols

PAPER = "du2019"
POSITIVE, NONNEGATIVE, REAL = Interval.open(0, oo), Interval(0, oo), S.Reals
ANGLE, ACUTE = Interval(0, sp.pi), Interval.open(0, sp.pi / 2)
PATCHES, SEVERAL_PATCHES, MANY_PATCHES = S.Naturals, Range(2, oo), Range(3, oo)

phi, norm_v, norm_w, eta = symbols("phi norm_v norm_w eta", real=True)
inner, sum_a, square_a = symbols("inner sum_a square_a", real=True)
sum_teacher, square_teacher = symbols("sum_teacher square_teacher", real=True)
k, p = symbols("k p", integer=True, positive=True)
# The value g(phi), where only its range matters (du2019.text-5.4c.range).
g_phi = symbols("g_phi", real=True)
G_RANGE = Interval(0, sp.pi)

TEACHER = {square_teacher: POSITIVE, sum_teacher: REAL}
OUTPUT = {inner: REAL, sum_a: REAL, square_a: NONNEGATIVE}


def teacher_of(points: Any) -> Any:
    """The teachers of a batch of points; |w*| = 1 where the claim has no symbol for it."""
    from numeric.population import Teacher

    return Teacher(
        points.get("norm_w", 1.0),
        points["square_teacher"],
        points["sum_teacher"],
        points["k"],
    )


def state_of(points: Any) -> Any:
    """The starts of a batch of points; unless they are symbols, |v| = 1 and |a|^2 is least."""
    import torch

    from numeric.population import State

    one = torch.ones(points.n, dtype=torch.float64)
    least = points["sum_a"] ** 2 / points["k"]
    return State(
        phi=points["phi"],
        norm_v=points.get("norm_v", one),
        inner=points["inner"],
        sum_a=points["sum_a"],
        square_a=points.get("square_a", least),
    )


def recorded(path: Any) -> dict[str, Any]:
    """A recorded run by the names of the symbols; `*_next` is the iterate after each."""
    from numeric.population import g

    names = ("phi", "norm_v", "inner", "sum_a", "square_a")
    now = {name: getattr(path, name)[..., :-1] for name in names}
    after = {f"{name}_next": getattr(path, name)[..., 1:] for name in names}
    return {**now, **after, "g_phi": g(path.phi)[..., :-1]}


def run_for(steps: int) -> Any:
    """A `simulate` that runs gradient descent from each point for `steps` steps."""

    def simulate(points: Any, generator: Any) -> dict[str, Any]:
        from numeric.population_runs import long_run

        del generator
        return recorded(long_run(state_of(points), teacher_of(points), points["eta"], steps))

    return simulate


def starts(
    *,
    sizes: tuple[int, ...] = (2, 5, 40),
    ratios: tuple[float, ...] = (0.0, 0.5, 1.9),
    squares: tuple[float, ...] = (1.0, 0.04, 30.0),
    norms: tuple[float, ...] = (1.0,),
    angles: tuple[float, ...] = (1e-3, 0.4, 1.2, 1.57, 1.9, 3.1),
    inners: tuple[float, ...] = (1e-6, 0.3, 1.0),
    sums: tuple[float, ...] = (-1.0, 0.0, 1.0),
    steps: tuple[float, ...] = (0.99, 0.3),
) -> list[dict[str, float]]:
    """Starting points that real vectors have: `|1'a*|^2 = ratio |a*|^2` with `ratio < k`.

    `inner` is the given share of `|w*||a*|^2`, `sum_a` of `1'a*` and `eta` of 2 pi/(k + pi - 1).
    """
    found = []
    for size in sizes:
        for ratio in (r for r in ratios if r < size):
            for square in squares:
                for norm in norms:
                    for share in steps:
                        total = math.sqrt(ratio * square)
                        base = {
                            "k": size,
                            "square_teacher": square,
                            "sum_teacher": total,
                            "norm_w": norm,
                            "eta": share * 2 * math.pi / (size + math.pi - 1),
                        }
                        found += [
                            {
                                **base,
                                "phi": angle,
                                "inner": part * norm * square,
                                "sum_a": fraction * total,
                            }
                            for angle in angles
                            for part in inners
                            for fraction in (sums if total else (0.0,))
                        ]
    return found


def g_of(angle: float) -> float:
    """`g` as a Python number."""
    return (math.pi - angle) * math.cos(angle) + math.sin(angle)


def with_g(points: list[dict[str, float]]) -> list[dict[str, float]]:
    """The points with the value of g at their angle, no less than 0 and no more than pi."""
    return [{**s, "g_phi": min(max(g_of(s["phi"]), 0.0), math.pi)} for s in points]


def without(points: list[dict[str, float]], *names: str) -> list[dict[str, float]]:
    """The points without some of their coordinates."""
    return [{n: v for n, v in point.items() if n not in names} for point in points]
