"""Thesis section 7.3: two saddle points that are slow to leave from an unnatural initialisation.

x_1, x_2: coordinates; t: a number of steps; epsilon: what the band's width is exponential in; R:
distance of the far initialisation from the saddle point.
"""

from __future__ import annotations

import math
from typing import Any

import sympy as sp
from sympy import Interval, Matrix, Rational, diff, exp, log, oo, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import Reproduces, UpToConstant
from theorems.sides import Closed, Computed, Side

PAPER = "du2019"
POSITIVE, NONNEGATIVE = Interval.open(0, oo), Interval(0, oo)

x_1, x_2, t, epsilon, R = symbols("x_1 x_2 t epsilon R", real=True)
# Section 7.3: an initialisation in a thin band, and one far away

QUARTER = Rational(1, 4)
BAND = -exp(1 / epsilon) * log(Rational(3, 2))  # log of the band's half-width
bowl = x_1**2 - x_2**2
slope = -4 * x_1 + x_2**2


def _one_step(objective: sp.Expr) -> Matrix:
    return Matrix([s - QUARTER * diff(objective, s) for s in (x_1, x_2)])


def _saddle_step(points: Any) -> Any:
    """One step on x_1^2 - x_2^2 with step size 1/4, the gradient by autograd."""
    return _autograd_step(points, lambda u: u[:, 0] ** 2 - u[:, 1] ** 2)


def _slope_step(points: Any) -> Any:
    return _autograd_step(points, lambda u: -4 * u[:, 0] + u[:, 1] ** 2)


def _autograd_step(points: Any, objective: Any) -> Any:
    import torch

    at = torch.stack([points.x_1, points.x_2], -1).requires_grad_(True)
    (gradient,) = torch.autograd.grad(objective(at).sum(), at)
    return (at - 0.25 * gradient).detach()


thin_band_step = Claim(
    id="du2019.text-7.3a",
    source=Source(PAPER, "7.3", "thin band, update"),
    statement=r"for $f=x_1^2-x_2^2$ and $\eta=\frac14$: $x_1^{(t+1)}=\frac{x_1^{(t)}}2$, "
    r"$x_2^{(t+1)}=\frac{3x_2^{(t)}}2$",
    over={x_1: Interval(-1, 1), x_2: Interval(-1, 1)},
    lhs=Side(_one_step(bowl), Computed(_saddle_step)),
    relation="==",
    rhs=Closed(Matrix([x_1 / 2, 3 * x_2 / 2])),
)


def _steps_in_band(points: Any) -> Any:
    """Steps until |x_2| > 1 by running the recursion from the band's edge."""
    import torch

    from numeric.dynamics import gradient_descent

    start = torch.exp(-torch.exp(1 / points.epsilon) * math.log(1.5)).unsqueeze(-1)
    x0 = torch.cat([torch.ones_like(start), start], -1)
    run = gradient_descent(
        lambda x: torch.stack([2 * x[:, 0], -2 * x[:, 1]], -1),
        x0,
        0.25,
        5000,
        stop=lambda x: x.abs().amax(-1) > 1 + 1e-12,
    )
    if not bool(run.stopped.all()):
        raise ValueError("a run did not leave within 5000 steps")
    return run.steps.to(torch.float64)


BAND_GRID = Grid(epsilon=[0.15, 0.2, 0.3, 0.5, 1.0, 3.0, 10.0])
STAYS = (
    r"initialised in $[-1,1]\times[-(\frac32)^{-\exp(1/\epsilon)},(\frac32)^{-\exp(1/\epsilon)}]$, "
    r"gradient descent needs at least $\exp(\frac1\epsilon)$ steps to leave $[-1,1]^2$"
)

thin_band_stays = Claim(
    id="du2019.text-7.3a.stays",
    source=Source(PAPER, "7.3", "thin band, escape time"),
    statement=STAYS + r": $\log|x_2^{(t)}|\le0$ for $t\le\exp(\frac1\epsilon)$",
    over={x_2: Interval.Lopen(0, 1), t: NONNEGATIVE, epsilon: POSITIVE},
    where=[log(x_2) <= BAND, t <= exp(1 / epsilon)],
    lhs=Closed(log(x_2) + t * log(Rational(3, 2))),
    relation="<=",
    rhs=Closed(0),
    grid=Grid(
        points=[
            {"epsilon": e, "t": s * math.exp(1 / e), "x_2": 1.5 ** -math.exp(1 / e) * u}
            for e in (0.2, 0.5, 1.0, 5.0)
            for s in (0.0, 0.5, 0.999)
            for u in (0.99, 0.1)
        ]
    ),
    uses=("du2019.text-7.3a",),
    reading="stated for x_2 > 0; the other sign is its mirror image and x_2 = 0 never leaves",
)

thin_band_figure = Claim(
    id="du2019.figure-7.1",
    source=Source(PAPER, "7.3", "Figure 7.1 (a)"),
    statement="from the rectangle of the figure gradient descent takes long to leave the saddle "
    "point's neighbourhood: " + STAYS,
    quantifier=Reproduces(),
    over={epsilon: POSITIVE},
    lhs=Computed(_steps_in_band),
    relation=">=",
    rhs=Closed(exp(1 / epsilon)),
    grid=BAND_GRID,
    uses=("du2019.text-7.3a", "du2019.text-7.3b"),
    reading="run from the corner of the rectangle that leaves first",
)

far_away_step = Claim(
    id="du2019.text-7.3b",
    source=Source(PAPER, "7.3", "far away, update"),
    statement=r"where $f=-4x_1+x_2^2$ and $\eta=\frac14$: $x_1^{(t+1)}=x_1^{(t)}+1$, "
    r"$x_2^{(t+1)}=\frac{x_2^{(t)}}2$",
    over={x_1: Interval.open(-oo, -2), x_2: Interval(-1, 1)},
    lhs=Side(_one_step(slope), Computed(_slope_step)),
    relation="==",
    rhs=Closed(Matrix([x_1 + 1, x_2 / 2])),
)

far_away_stays = Claim(
    id="du2019.text-7.3b.stays",
    source=Source(PAPER, "7.3", "far away, escape time"),
    statement=r"$x_2\approx x_2^{(0)}(\frac12)^R$ on arrival, so for $R\ge\exp(\frac1\epsilon)$ "
    r"gradient descent needs at least $\exp(\frac1\epsilon)$ further steps to leave $[-1,1]^2$",
    reading=r"$R\approx\exp(1/\epsilon)$ read as an order of magnitude: the printed equation "
    r"$(1/2)^R=(3/2)^{-\exp(1/\epsilon)}$ has $R=0.585\exp(1/\epsilon)$",
    over={R: POSITIVE, t: NONNEGATIVE, epsilon: POSITIVE},
    where=[exp(1 / epsilon) <= R, t <= exp(1 / epsilon)],
    lhs=Closed(t * log(Rational(3, 2)) - R * log(2)),
    relation="<=",
    rhs=Closed(0),
    uses=("du2019.text-7.3b", "du2019.text-7.3a"),
)

far_away_radius = Claim(
    id="du2019.text-7.3b.radius",
    source=Source(PAPER, "7.3", "far away, radius"),
    statement=r"$(\frac12)^R=(\frac32)^{-\exp(1/\epsilon)}$ means $R$ of the order of "
    r"$\exp(\frac1\epsilon)$",
    quantifier=UpToConstant(shrinking=("epsilon",)),
    over={epsilon: POSITIVE},
    lhs=Closed(-BAND / log(2)),
    relation="==",
    rhs=Closed(exp(1 / epsilon)),
    grid=Grid(epsilon=[0.05, 0.1, 0.2, 0.4, 0.8]),
)
