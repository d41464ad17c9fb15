"""Thesis chapter 7, section 7.8: the cubic Hermite interpolant and the functions that join the tube.

L > gamma > 0: curvatures of the quadratic pieces; tau > 0: their width. x stands for x_i and y for
x_{i+1} on the joint, tau <= x <= 2 tau and 0 <= y <= tau. For Theorem 7.4, y_0 < y_1 are the nodes,
f_0, f_1 the values, d_0, d_1 the derivatives there, and z the point between them.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Eq, Interval, Matrix, Rational, diff, oo, symbols

from symbolic import splines
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import UpToConstant
from theorems.sides import Closed, Computed, Side

SECTION = "7.8"
PAPER = "du2019"
positive, nonnegative = Interval.open(0, oo), Interval(0, oo)

tau, L, gamma, x, y = symbols("tau L gamma x y", real=True)
z, y_0, y_1, f_0, f_1, d_0, d_1 = symbols("z y_0 y_1 f_0 f_1 d_0 d_1", real=True)

# --- Theorem 7.4 -----------------------------------------------------------------------------

nodes = {s: sp.S.Reals for s in (y_0, y_1, f_0, f_1, d_0, d_1)}
data = splines.HermiteData(y_0, y_1, f_0, f_1, d_0, d_1)
p = splines.cubic_hermite(z, data)
chord_bound = 3 * (f_1 - f_0) / (y_1 - y_0)
between = [y_0 < y_1, z >= y_0, z <= y_1]
printed_hypotheses = [f_1 < f_0, f_0 < 0, d_0 < 0, d_1 >= chord_bound]
hermite_grid = Grid(
    points=[
        {"y_0": a, "y_1": a + h, "z": a + s * h, "f_0": -v, "f_1": -v - r, "d_0": -e, "d_1": q}
        for a, h, v, r, e in [(0, 1, 1, 1, 1), (-2, 0.5, 0.01, 3, 4), (1, 8, 5, 0.1, 0.01)]
        for q in (-3 * r / h, -r / h, 0.0, 2.0)
        for s in (0.0, 0.1, 0.5, 0.9, 1.0)
    ]
)


def _interpolant(points: Any) -> Any:
    """Values and derivatives at both nodes, the cubic found by solving for its coefficients."""
    import torch

    a, b = points.y_0, points.y_1
    one, zero = torch.ones_like(a), torch.zeros_like(a)
    rows = [
        torch.stack([one, a, a**2, a**3], -1),
        torch.stack([one, b, b**2, b**3], -1),
        torch.stack([zero, one, 2 * a, 3 * a**2], -1),
        torch.stack([zero, one, 2 * b, 3 * b**2], -1),
    ]
    target = torch.stack([points.f_0, points.f_1, points.d_0, points.d_1], -1)
    coefficients = torch.linalg.solve(torch.stack(rows, -2), target)
    powers = torch.stack([points.z**k for k in range(4)], -1)
    return (coefficients * powers).sum(-1)


hermite_interpolates = Claim(
    id="du2019.theorem-7.4a",
    source=Source(PAPER, SECTION, "Theorem 7.4, interpolation"),
    statement=r"$p(y)=c_0+c_1\delta_y+c_2\delta_y^2+c_3\delta_y^3$ with $c_0=f(y_0)$, $c_1=f'(y_0)$, "
    r"$c_2=\frac{3S-f'(y_1)-2f'(y_0)}{y_1-y_0}$, $c_3=-\frac{2S-f'(y_1)-f'(y_0)}{(y_1-y_0)^2}$ satisfies "
    r"$p(y_0)=f(y_0)$, $p(y_1)=f(y_1)$, $p'(y_0)=f'(y_0)$, $p'(y_1)=f'(y_1)$",
    over=nodes,
    where=[y_0 < y_1],
    lhs=Closed(
        Matrix([p.subs(z, y_0), p.subs(z, y_1), diff(p, z).subs(z, y_0), diff(p, z).subs(z, y_1)])
    ),
    relation="==",
    rhs=Closed(Matrix([f_0, f_1, d_0, d_1])),
)

hermite_is_the_cubic = Claim(
    id="du2019.theorem-7.4a.values",
    source=Source(PAPER, SECTION, "Theorem 7.4, the interpolant's values"),
    statement=r"the cubic with the given values and derivatives at $y_0,y_1$ (found by solving the four "
    r"linear equations) is $c_0+c_1\delta_y+c_2\delta_y^2+c_3\delta_y^3$ with the printed coefficients",
    over={**nodes, z: sp.S.Reals},
    where=between,
    lhs=Side(closed=_hermite_by_basis(), measured=Computed(_interpolant, rounding=1e-6))
    if False
    else Side(closed=p, measured=Computed(_interpolant, rounding=1e-6)),
    relation="==",
    rhs=Closed(sum(
        (b * w for b, w in zip(splines.bernstein_coefficients(data), (1, 2, 3, 4), strict=True)), sp.S.Zero
    )),
    grid=hermite_grid,
)
