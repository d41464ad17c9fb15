"""Thesis section 7.8, Lemma 7.4: the functions that join the tube's quadratic pieces.

L > gamma > 0: curvatures of the quadratic pieces; tau > 0: their width; i: index of the saddle
point that is being left. x stands for x_i and y for x_{i+1}, on the joint tau <= x <= 2 tau,
0 <= y <= tau; w and v for x_{i-1} and x_{i+2}. s = (x - tau)/tau and u = y/tau are the same
place as shares in [0, 1], the form in which the bounds are decided.
"""

from __future__ import annotations

from itertools import combinations_with_replacement
from typing import Any

import sympy as sp
from sympy import Interval, Matrix, Rational, diff, oo, symbols

from symbolic import splines
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import ForAll, UpToConstant
from theorems.sides import Closed, Computed, Side

PAPER, SECTION = "du2019", "7.8"
POSITIVE = Interval.open(0, oo)

tau, L, gamma, x, y, w, v, i = symbols("tau L gamma x y w v i", real=True)
s, u = symbols("s u", real=True)

SHAPE = {tau: POSITIVE, L: POSITIVE, gamma: POSITIVE}
SHARE = Interval(0, 1)
g, g1, g2 = (
    splines.g(x, y, tau, L, gamma),
    splines.g1(x, tau, L, gamma),
    splines.g2(x, tau, L, gamma),
)
nu = splines.nu(tau, L, gamma)
SHAPES = [(1.001, 1.0, 1.0), (1.25, 1.0, 0.5), (2.718281828459045, 1.0, 2.718281828459045)]
SHAPES += [(40.0, 1.0, 3.0), (1e4, 0.1, 10.0)]
LINE_GRID = Grid(
    points=[{"L": high, "gamma": low, "tau": t} for high, low, t in SHAPES],
    s=[0.0, 0.01, 0.25, 0.5, 0.55, 0.875, 0.9375, 0.99, 1.0],
)
JOINT_GRID = Grid(points=LINE_GRID.points(), u=[0.0, 0.5, 1.0])


def on_joint(expr: sp.Expr) -> sp.Expr:
    """The expression at `x = tau (1 + s)`, `y = tau u`."""
    return expr.subs({x: tau * (1 + s), y: tau * u}, simultaneous=True)


# Minus the slope of g and of g_1 in x_i, and the slope of g in x_{i+1}.
FALL, FALL_1, NEXT_SLOPE = on_joint(-diff(g, x)), on_joint(-diff(g1, x)), on_joint(diff(g, y))
JOINT, LINE = {**SHAPE, s: SHARE, u: SHARE}, {**SHAPE, s: SHARE}


def _slopes(points: Any) -> Any:
    """The two-dimensional tube's gradient at the point, `(n, 2)`."""
    import torch

    from numeric.tube import tube_gradient

    at = torch.stack([points.tau * (1 + points.s), points.tau * points.u], -1)
    return tube_gradient(at, points.L, points.gamma, points.tau)


LEAVING = -gamma * x**2 + L * y**2 + L * v**2
ARRIVED = L * (x - 4 * tau) ** 2 - gamma * y**2 + L * v**2
BEHIND = L * (w - 4 * tau) ** 2 - (i - 1) * nu
# The pieces f_{i,1}, f_{i,2}, f_{i+1,1} for i < d, and the same three for i = d.
PIECES = (BEHIND + LEAVING, BEHIND + g + L * v**2, BEHIND + ARRIVED - nu)
LAST_PIECES = (BEHIND - gamma * x**2, BEHIND + g1, BEHIND + L * (x - 4 * tau) ** 2 - nu)
ORDERS = [c for k in range(3) for c in combinations_with_replacement((w, x, y, v), k)]


def _derivative(expr: sp.Expr, order: tuple[sp.Symbol, ...]) -> sp.Expr:
    return diff(expr, *order) if order else expr


def _jumps(pieces: tuple[sp.Expr, sp.Expr, sp.Expr]) -> list[sp.Expr]:
    before, joint, after = pieces
    gaps = [(joint - before, tau), (joint - after, 2 * tau)]
    return [_derivative(gap, order).subs(x, face) for gap, face in gaps for order in ORDERS]


joint_is_twice_differentiable = Claim(
    id="du2019.lemma-7.4a",
    source=Source(PAPER, SECTION, "Lemma 7.4, contact at the faces"),
    statement=r"with $g=g_1(x_i)+g_2(x_i)x_{i+1}^2$ and $\nu=-g_1(2\tau)+4L\tau^2$, at "
    r"$x_i=\tau$ the values, gradients and Hessians of $f_{i,2}$ and $f_{i,1}$ agree, and "
    r"at $x_i=2\tau$ "
    r"those of $f_{i,2}$ and $f_{i+1,1}$, for every $i=1,\dots,d$",
    over={**SHAPE, **dict.fromkeys((y, w, v), sp.S.Reals), i: sp.S.Naturals},
    where=[gamma < L],
    lhs=Closed(Matrix(_jumps(PIECES) + _jumps(LAST_PIECES))),
    quantifier=ForAll(search=False),
    relation="==",
    rhs=Closed(sp.S.Zero),
    grid=Grid(L=[1.5, 3.0], gamma=[1.0], tau=[1.0, 2.5], y=[0.5], w=[6.0], v=[0.25], i=[1, 4]),
    uses=(
        "du2019.theorem-7.4a",
        "du2019.theorem-7.4",
    ),
)

quintic_step = Claim(
    id="du2019.lemma-7.4a.quintic",
    source=Source(PAPER, SECTION, "proof of Lemma 7.4, values of g_2"),
    statement=r"$g_2(\tau)=L$, $g_2(2\tau)=-\gamma$, $g_2'=g_2''=0$ at both, and "
    r"$g_2'(x_i)=-\frac{30(L+\gamma)(x_i-2\tau)^2(x_i-\tau)^2}{\tau^5}\le0$, "
    r"$g_2(x_i)\ge-\gamma$ on $[\tau,2\tau]$",
    over={**SHAPE, x: POSITIVE},
    where=[gamma < L, x >= tau, x <= 2 * tau],
    lhs=Closed(
        Matrix(
            [
                *(diff(g2, x, k).subs(x, t) for k in range(3) for t in (tau, 2 * tau)),
                diff(g2, x),
                sp.Min(0, diff(g2, x) * -1),
                sp.Min(0, g2 + gamma),
            ]
        )
    ),
    quantifier=ForAll(search=False),
    relation="==",
    rhs=Closed(
        Matrix(
            [
                *(L, -gamma, 0, 0, 0, 0),
                -30 * (L + gamma) * (x - 2 * tau) ** 2 * (x - tau) ** 2 / tau**5,
                *(0, 0),
            ]
        )
    ),
)

joint_slope_bounds = Claim(
    id="du2019.lemma-7.4b",
    source=Source(PAPER, SECTION, "Lemma 7.4, slope in x_i"),
    statement=r"$-4L\tau\le\frac{\partial g(x_i,x_{i+1})}{\partial x_i}\le-2\gamma\tau$ for "
    r"$\tau\le x_i\le2\tau$, $0\le x_{i+1}\le\tau$",
    over=JOINT,
    where=[gamma < L],
    lhs=Closed(Matrix([2 * gamma * tau, FALL])),
    relation="<=",
    rhs=Closed(Matrix([FALL, 4 * L * tau])),
    grid=JOINT_GRID,
    uses=("du2019.lemma-7.4a", "du2019.theorem-7.4"),
    erratum="the lower bound fails: g_1' alone dips below -4 L tau (its slope at 2 tau is 2 L > 0) "
    "and g_2'(x_i) x_{i+1}^2 takes away up to 15 (L + gamma) tau / 8 more",
)

joint_slope_upper = Claim(
    id="du2019.lemma-7.4b.upper",
    source=Source(PAPER, SECTION, "Lemma 7.4, slope in x_i, upper bound"),
    statement=r"$\frac{\partial g(x_i,x_{i+1})}{\partial x_i}\le-2\gamma\tau$ for "
    r"$\tau\le x_i\le2\tau$, $0\le x_{i+1}\le\tau$",
    over=JOINT,
    where=[gamma < L],
    lhs=Closed(2 * gamma * tau),
    relation="<=",
    rhs=Side(FALL, Computed(lambda points: -_slopes(points)[:, 0])),
    grid=JOINT_GRID,
    uses=("du2019.lemma-7.4a", "du2019.theorem-7.4b.upper"),
)

joint_slope_corrected = Claim(
    id="du2019.lemma-7.4b.corrected",
    source=Source(PAPER, SECTION, "Lemma 7.4, slope in x_i, corrected"),
    statement=r"$\frac{\partial g(x_i,x_{i+1})}{\partial x_i}\ge-8L\tau$ for "
    r"$\tau\le x_i\le2\tau$, $0\le x_{i+1}\le\tau$ (the upper bound holds as printed)",
    over=JOINT,
    where=[gamma < L],
    lhs=Side(FALL, Computed(lambda points: -_slopes(points)[:, 0])),
    relation="<=",
    rhs=Closed(8 * L * tau),
    grid=JOINT_GRID,
    uses=("du2019.lemma-7.4a",),
    corrects="du2019.lemma-7.4b",
)

joint_next_slope = Claim(
    id="du2019.lemma-7.4c",
    source=Source(PAPER, SECTION, "Lemma 7.4, slope in x_{i+1}"),
    statement=r"$\frac{\partial g(x_i,x_{i+1})}{\partial x_{i+1}}\ge-2\gamma x_{i+1}$ for "
    r"$\tau\le x_i\le2\tau$, $0\le x_{i+1}\le\tau$",
    over=JOINT,
    where=[gamma < L],
    lhs=Side(NEXT_SLOPE, Computed(lambda points: _slopes(points)[:, 1], rounding=1e-7)),
    relation=">=",
    rhs=Closed(-2 * gamma * tau * u),
    grid=JOINT_GRID,
    uses=("du2019.lemma-7.4a",),
)

interpolant_bounds = Claim(
    id="du2019.lemma-7.4d",
    source=Source(PAPER, SECTION, "Lemma 7.4, slope of g_1"),
    statement=r"$-4L\tau\le\frac{\partial g_1(x_i)}{\partial x_i}\le-2\gamma\tau$ for "
    r"$\tau\le x_i\le2\tau$",
    over=LINE,
    where=[gamma < L],
    lhs=Closed(Matrix([2 * gamma * tau, FALL_1])),
    relation="<=",
    rhs=Closed(Matrix([FALL_1, 4 * L * tau])),
    grid=LINE_GRID,
    uses=("du2019.theorem-7.4",),
    erratum="the lower bound fails: g_1'(2 tau) = -4 L tau with g_1''(2 tau) = 2 L > 0, so g_1' "
    "lies below -4 L tau just before 2 tau",
)

interpolant_upper = Claim(
    id="du2019.lemma-7.4d.upper",
    source=Source(PAPER, SECTION, "Lemma 7.4, slope of g_1, upper bound"),
    statement=r"$\frac{\partial g_1(x_i)}{\partial x_i}\le-2\gamma\tau$ for $\tau\le x_i\le2\tau$",
    over=LINE,
    where=[gamma < L],
    lhs=Closed(2 * gamma * tau),
    relation="<=",
    rhs=Closed(FALL_1),
    grid=LINE_GRID,
    uses=("du2019.theorem-7.4b.upper",),
)

interpolant_bounds_corrected = Claim(
    id="du2019.lemma-7.4d.corrected",
    source=Source(PAPER, SECTION, "Lemma 7.4, slope of g_1, corrected"),
    statement=r"$\frac{\partial g_1(x_i)}{\partial x_i}\ge-\tfrac{25}6L\tau$ for "
    r"$\tau\le x_i\le2\tau$ (the upper bound holds as printed)",
    over=LINE,
    where=[gamma < L],
    lhs=Closed(FALL_1),
    relation="<=",
    rhs=Closed(Rational(25, 6) * L * tau),
    grid=LINE_GRID,
    uses=("du2019.theorem-7.4a",),
    corrects="du2019.lemma-7.4d",
)

# Remark 7.1


def _joint_size(points: Any) -> Any:
    """Largest value, first, second and third derivative of g over the joint, all in one maximum."""
    import torch

    from numeric.tube import tube_gradient, tube_hessian, tube_value

    s = torch.linspace(1e-6, 1 - 1e-6, 201, dtype=torch.float64)
    u = torch.linspace(0, 1, 11, dtype=torch.float64)
    mesh = torch.stack(torch.meshgrid(1 + s, u, indexing="ij"), -1)
    at = mesh * points.tau[:, None, None, None]
    shape = [value[:, None, None] for value in (points.L, points.gamma, points.tau)]
    hessian = tube_hessian(at, *shape)
    step = points.tau * (s[1] - s[0])
    third = hessian.diff(dim=1).abs().amax(dim=(1, 2, 3, 4)) / step
    return torch.stack(
        [
            tube_value(at, *shape).abs().amax(dim=(1, 2)),
            tube_gradient(at, *shape).abs().amax(dim=(1, 2, 3)),
            hessian.abs().amax(dim=(1, 2, 3, 4)),
            third,
        ]
    ).amax(dim=0)


joint_degree = Claim(
    id="du2019.remark-7.1",
    source=Source(PAPER, "7.7.1", "Remark 7.1, degrees"),
    statement=r"$g$ and $g_1$ are polynomials of degrees at most five: "
    r"$\partial^6g/\partial x_i^6=\partial^6g/\partial x_{i+1}^6=\partial^6g_1/\partial x_i^6=0$",
    reading="degree in each variable; the total degree of g is seven, from x_i^5 x_{i+1}^2",
    over={**SHAPE, x: sp.S.Reals, y: sp.S.Reals},
    where=[gamma < L],
    lhs=Closed(Matrix([diff(g, x, 6), diff(g, y, 6), diff(g1, x, 6)])),
    relation="==",
    rhs=Closed(sp.S.Zero),
    uses=("du2019.lemma-7.4a",),
)

joint_is_bounded = Claim(
    id="du2019.remark-7.1.bounded",
    source=Source(PAPER, "7.7.1", "Remark 7.1, bounds"),
    statement=r"for $\tau\le x_i\le2\tau$, $0\le x_{i+1}\le\tau$ the values and derivatives "
    r"of $g$ are bounded by $\mathrm{poly}(L)$, so $\rho=\mathrm{poly}(L)$",
    reading="checked with the first power of L, at fixed gamma and tau",
    over=SHAPE,
    where=[gamma < L],
    quantifier=UpToConstant(along=("L",)),
    lhs=Computed(_joint_size),
    relation="<=",
    rhs=Closed(L),
    grid=Grid(L=[1.5, 3, 6, 12, 24, 48, 96, 192], gamma=[0.1, 1.0], tau=[1.0, 2.718281828459045]),
    uses=("du2019.lemma-7.4a",),
)
