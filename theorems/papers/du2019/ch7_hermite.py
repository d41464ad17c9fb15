"""Thesis section 7.8, Theorem 7.4: the cubic Hermite interpolant and its range.

y_0 < y_1 are the nodes, f_0 and f_1 the values there, d_0 and d_1 the derivatives, z a point
between the nodes (the paper's y).
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Matrix, diff, symbols

from symbolic import splines
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import ForAll
from theorems.sides import Closed, Computed

PAPER, SECTION = "du2019", "7.8"


z, y_0, y_1, f_0, f_1, d_0, d_1 = symbols("z y_0 y_1 f_0 f_1 d_0 d_1", real=True)

NODES = dict.fromkeys((y_0, y_1, f_0, f_1, d_0, d_1), sp.S.Reals)
BETWEEN = [y_0 < y_1, z >= y_0, z <= y_1]
RANGE_HYPOTHESES = [f_1 < f_0, f_0 < 0, d_0 < 0, d_1 >= 3 * (f_1 - f_0) / (y_1 - y_0)]
p = splines.cubic_hermite(z, splines.HermiteData(y_0, y_1, f_0, f_1, d_0, d_1))
AT_NODES = Matrix([e.subs(z, node) for e in (p, diff(p, z)) for node in (y_0, y_1)])
PRINTED_AT_NODES = Matrix([f_0, f_1, d_0, d_1])

NODE_GRID = Grid(
    points=[
        {"y_0": a, "y_1": a + h, "z": a + s * h, "f_0": -c, "f_1": -c - r, "d_0": -e, "d_1": q}
        for a, h, c, r, e in [(0, 1, 1, 1, 1), (-2, 0.5, 0.01, 3, 4), (1, 8, 5, 0.1, 0.01)]
        for q in (-3 * r / h, -r / h, 0.0, 2.0)
        for s in (0.0, 0.1, 0.5, 0.9, 1.0)
    ]
)


def _solved_cubic(points: Any) -> Any:
    """Value at z of the cubic whose coefficients solve the four interpolation conditions."""
    import torch

    a, b = torch.zeros_like(points.y_0), points.y_1 - points.y_0
    rows = []
    for node in (a, b):
        rows.append(torch.stack([node**0, node, node**2, node**3], -1))
    for node in (a, b):
        rows.append(torch.stack([0 * node, node**0, 2 * node, 3 * node**2], -1))
    target = torch.stack([points.f_0, points.f_1, points.d_0, points.d_1], -1)
    solved = torch.linalg.solve(torch.stack(rows, -2), target)
    powers = torch.stack([(points.z - points.y_0) ** k for k in range(4)], -1)
    return (solved * powers).sum(-1)


COEFFICIENTS = (
    r"$p(y)=c_0+c_1\delta_y+c_2\delta_y^2+c_3\delta_y^3$, $\delta_y=y-y_0$, with $c_0=f(y_0)$, "
    r"$c_1=f'(y_0)$, $c_2=\frac{3S-f'(y_1)-2f'(y_0)}{y_1-y_0}$, "
    r"$c_3=-\frac{2S-f'(y_1)-f'(y_0)}{(y_1-y_0)^2}$, $S=\frac{f(y_1)-f(y_0)}{y_1-y_0}$"
)

hermite_interpolates = Claim(
    id="du2019.theorem-7.4a",
    source=Source(PAPER, SECTION, "Theorem 7.4, interpolation"),
    statement=COEFFICIENTS + r": $p(y_0)=f(y_0)$, $p(y_1)=f(y_1)$, $p'(y_0)=f'(y_0)$, "
    r"$p'(y_1)=f'(y_1)$",
    over=NODES,
    where=[y_0 < y_1],
    lhs=Closed(AT_NODES),
    quantifier=ForAll(search=False),
    relation="==",
    rhs=Closed(PRINTED_AT_NODES),
)

hermite_is_that_cubic = Claim(
    id="du2019.theorem-7.4a.values",
    source=Source(PAPER, SECTION, "Theorem 7.4, the interpolant between the nodes"),
    statement="the cubic that solves the four interpolation conditions is " + COEFFICIENTS,
    quantifier=ForAll(search=False),
    over={**NODES, z: sp.S.Reals},
    where=BETWEEN,
    lhs=Computed(_solved_cubic),
    relation="==",
    rhs=Closed(p),
    grid=NODE_GRID,
)

hermite_range = Claim(
    id="du2019.theorem-7.4b",
    source=Source(PAPER, SECTION, "Theorem 7.4, range"),
    statement=r"if $f(y_1)<f(y_0)<0$, $f'(y_0)<0$ and "
    r"$f'(y_1)\ge\frac{3(f(y_1)-f(y_0))}{y_1-y_0}$, then "
    r"$f(y_1)\le p(y)\le f(y_0)$ for $y\in[y_0,y_1]$",
    over={**NODES, z: sp.S.Reals},
    where=BETWEEN,
    hypotheses=RANGE_HYPOTHESES,
    lhs=Closed(Matrix([f_1, p])),
    relation="<=",
    rhs=Closed(Matrix([p, f_0])),
    grid=NODE_GRID,
    uses=("du2019.theorem-7.4a",),
    erratum="where f'(y_1) > 0 the cubic comes up to f(y_1) from below; the lower bound also needs "
    "f'(y_1) <= 0 and f'(y_0) >= 3 (f(y_1) - f(y_0))/(y_1 - y_0)",
)

hermite_range_upper = Claim(
    id="du2019.theorem-7.4b.upper",
    source=Source(PAPER, SECTION, "Theorem 7.4, range, upper bound"),
    statement=r"under the printed hypotheses, $p(y)\le f(y_0)$ for $y\in[y_0,y_1]$",
    over={**NODES, z: sp.S.Reals},
    where=BETWEEN,
    hypotheses=RANGE_HYPOTHESES,
    lhs=Closed(p),
    relation="<=",
    rhs=Closed(f_0),
    grid=NODE_GRID,
    uses=("du2019.theorem-7.4a",),
)

MONOTONE = [d_1 <= 0, d_0 >= 3 * (f_1 - f_0) / (y_1 - y_0)]

hermite_range_corrected = Claim(
    id="du2019.theorem-7.4b.corrected",
    source=Source(PAPER, SECTION, "Theorem 7.4, range, corrected"),
    statement=r"if moreover $f'(y_1)\le0$ and $f'(y_0)\ge\frac{3(f(y_1)-f(y_0))}{y_1-y_0}$, then "
    r"$f(y_1)\le p(y)\le f(y_0)$ for $y\in[y_0,y_1]$",
    over={**NODES, z: sp.S.Reals},
    where=BETWEEN,
    hypotheses=[*RANGE_HYPOTHESES, *MONOTONE],
    lhs=Closed(Matrix([f_1, p])),
    relation="<=",
    rhs=Closed(Matrix([p, f_0])),
    grid=NODE_GRID,
    uses=("du2019.theorem-7.4a",),
    corrects="du2019.theorem-7.4b",
)

WHOLE_THEOREM_LEFT = Matrix([*AT_NODES, *PRINTED_AT_NODES, f_1, p])
WHOLE_THEOREM_RIGHT = Matrix([*PRINTED_AT_NODES, *AT_NODES, p, f_0])

hermite_theorem = Claim(
    id="du2019.theorem-7.4",
    source=Source(PAPER, SECTION, "Theorem 7.4"),
    statement="the cubic Hermite interpolant takes over values and derivatives at both nodes, "
    r"and if $f(y_1)<f(y_0)<0$, $f'(y_0)<0$, $f'(y_1)\ge\frac{3(f(y_1)-f(y_0))}{y_1-y_0}$, it "
    r"stays between $f(y_1)$ and $f(y_0)$",
    over={**NODES, z: sp.S.Reals},
    where=BETWEEN,
    hypotheses=RANGE_HYPOTHESES,
    lhs=Closed(WHOLE_THEOREM_LEFT),
    relation="<=",
    rhs=Closed(WHOLE_THEOREM_RIGHT),
    grid=NODE_GRID,
    uses=("du2019.theorem-7.4a", "du2019.theorem-7.4b"),
    reading="both parts at once; each equality is stated as two inequalities",
    erratum="its range property is false where f'(y_1) > 0",
)

hermite_theorem_corrected = Claim(
    id="du2019.theorem-7.4.corrected",
    source=Source(PAPER, SECTION, "Theorem 7.4, corrected"),
    statement="both parts of the theorem, the range property under the further hypotheses "
    r"$f'(y_1)\le0$, $f'(y_0)\ge\frac{3(f(y_1)-f(y_0))}{y_1-y_0}$",
    over={**NODES, z: sp.S.Reals},
    where=BETWEEN,
    hypotheses=[*RANGE_HYPOTHESES, *MONOTONE],
    lhs=Closed(WHOLE_THEOREM_LEFT),
    relation="<=",
    rhs=Closed(WHOLE_THEOREM_RIGHT),
    grid=NODE_GRID,
    uses=("du2019.theorem-7.4a", "du2019.theorem-7.4b.corrected"),
    corrects="du2019.theorem-7.4",
)
