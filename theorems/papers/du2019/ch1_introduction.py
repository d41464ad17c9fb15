"""Thesis chapter 1: least squares (1.2) and the deep network's loss (1.3).

epsilon: accuracy; rho: curvature times step size; k: number of steps; w_1, w_2: weights of a
network of two layers of width one; s: half-way mark; K: a smoothness constant; h: distance of a
weight from the kink.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, Rational, oo, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import Exists, UpToConstant
from theorems.sides import Closed, Computed

PAPER = "du2019"
epsilon, rho, w_1, w_2, v_1, v_2, K, h = symbols("epsilon rho w_1 w_2 v_1 v_2 K h", real=True)
k = symbols("k", integer=True)
LARGEST = 200_000


def _slowest(points: Any) -> Any:
    """Steps of gradient descent to accuracy epsilon, the most over 400 least-squares problems."""
    import torch

    # Two inputs along the axes: curvatures 1 and c, the solution at distance 1, step size 1.
    curvature = torch.logspace(-6, 0, 400, dtype=torch.float64)
    x = torch.zeros(400, 2, 2, dtype=torch.float64)
    x[:, 0, 0], x[:, 1, 1] = 2**0.5, (2 * curvature).sqrt()
    theta = torch.full((400, 2, 1), 0.5**0.5, dtype=torch.float64)
    steps = torch.full((points.n,), float("nan"), dtype=torch.float64)
    for step in range(LARGEST):
        residual = x @ theta
        worst = residual.square().sum(dim=(-2, -1)).max() / 4
        steps[steps.isnan() & (worst <= points.epsilon)] = step
        if not bool(steps.isnan().any()):
            break
        theta = theta - x.mT @ residual / 2
    return steps


least_squares = Claim(
    id="du2019.text-1",
    source=Source(PAPER, "1", "gradient descent on (1.2)"),
    statement=r"for $L(\theta)=\frac1{2n}\sum_i(x_i^\top\theta-y_i)^2$, smooth and convex, "
    r"gradient descent finds an $\epsilon$-suboptimal solution in $O(1/\epsilon)$ iterations",
    reading=r"with $\eta=1/\beta$, $\beta$ the smoothness, scaled to $\beta=1$ and distance 1 from "
    r"the solution; the number of iterations for the slowest of 400 problems with curvatures down "
    r"to $10^{-6}$",
    quantifier=UpToConstant(shrinking=("epsilon",)),
    over={epsilon: Interval.open(0, 1)},
    lhs=Computed(_slowest),
    relation="<=",
    rhs=Closed(1 / epsilon),
    grid=Grid(epsilon=[2.0**-j for j in range(3, 11)]).nightly(
        epsilon=[2.0**-j for j in range(3, 16)]
    ),
    uses=("du2019.text-1.rate",),
)

least_squares_rate = Claim(
    id="du2019.text-1.rate",
    source=Source(PAPER, "1", "gradient descent on (1.2), one curvature"),
    statement=r"along an eigenvector of curvature $\lambda\le\beta=1/\eta$ the suboptimality after "
    r"$k$ steps, $\frac\lambda2(1-\eta\lambda)^{2k}D^2$, is at most $\frac{D^2}{2\eta(2k+1)}$",
    reading="the step behind O(1/epsilon), with rho = eta lambda and D = 1",
    over={rho: Interval(0, 1), k: sp.S.Naturals0},
    lhs=Closed(rho * (1 - rho) ** (2 * k)),
    relation="<=",
    rhs=Closed(1 / (2 * k + 1)),
    grid=Grid(rho=[0.0, 0.001, 0.1, 0.5, 1.0], k=[0, 1, 2, 10, 1000]),
    # No engine settles it at any k: a long search is in vain.
    seconds=0.5,
)


def _two_layers(first: sp.Expr, second: sp.Expr) -> sp.Expr:
    """(1.3) with two layers of width one on the single input 1 with label 1."""
    return (second * sp.Max(first, 0) - 1) ** 2 / 2


not_convex = Claim(
    id="du2019.eq-1.3",
    source=Source(PAPER, "1", "(1.3), convexity"),
    statement=r"$L(W_1,\dots,W_H)=\frac1{2n}\sum_i(W_H\sigma(\cdots W_2\sigma(W_1x_i))-y_i)^2$ "
    r"does "
    "not have the convexity of (1.2): it exceeds the mean of its end points at some midpoint",
    reading="H = 2, every width 1, one input 1 with label 1, ReLU",
    over=dict.fromkeys((w_1, w_2, v_1, v_2), sp.S.Reals),
    quantifier=Exists(
        exhibit={
            w_1: sp.Integer(2),
            w_2: Rational(1, 2),
            v_1: Rational(1, 2),
            v_2: sp.Integer(2),
        }
    ),
    lhs=Closed(_two_layers((w_1 + v_1) / 2, (w_2 + v_2) / 2)),
    relation=">",
    rhs=Closed((_two_layers(w_1, w_2) + _two_layers(v_1, v_2)) / 2),
)

# At w_2 = 1 the derivative in w_1 is w_1 - 1 on the right of the kink and 0 on its left.
not_smooth = Claim(
    id="du2019.eq-1.3.smoothness",
    source=Source(PAPER, "1", "(1.3), smoothness"),
    statement="for no $K$ is the gradient of (1.3) $K$-Lipschitz: some points $h$ and $-h$ have "
    r"$|\partial_1L(h)-\partial_1L(-h)|>K\cdot2h$",
    reading=r"the same network at $w_2=1$; ReLU's derivative at $w_1=h>0$ and at $-h$",
    over={K: Interval.open(0, oo), h: Interval.open(0, 1)},
    quantifier=Exists(exhibit={h: 1 / (4 * K + 4)}),
    lhs=Closed(sp.Abs(sp.diff((h - 1) ** 2 / 2, h) - sp.diff(Rational(1, 2) + 0 * h, h)) / (2 * h)),
    relation=">",
    rhs=Closed(K),
)
