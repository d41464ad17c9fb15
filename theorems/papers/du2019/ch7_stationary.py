"""Thesis sections 7.7.1 and 7.7.2: stationary points of the tube, and where noise is added.

L > gamma > 0: curvatures; tau: width of a quadratic piece; d: dimension; k: number of coordinates
that have arrived at 2 tau or beyond; rho: Hessian-Lipschitz constant; epsilon: accuracy; x, y: x_i
and x_{i+1} on the joint, x = tau (1 + s) and y = tau u with shares s, u in [0, 1]; G = g_thres and
r: gradient threshold and radius of perturbed gradient descent; e_j, e_k, e_l: distances of an
arrived, the leaving and a waiting coordinate from 4 tau, 0 and 0.
"""

from __future__ import annotations

import math
from typing import Any

import sympy as sp
from sympy import Interval, Matrix, diff, oo, sqrt, symbols

from symbolic import splines
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import ForAll
from theorems.sides import Closed, Computed

PAPER = "du2019"
POSITIVE, NONNEGATIVE = Interval.open(0, oo), Interval(0, oo)
tau, L, gamma, x, y, s, u = symbols("tau L gamma x y s u", real=True)
rho, epsilon, G, r, e_j, e_k, e_l = symbols("rho epsilon G r e_j e_k e_l", real=True)
d, k = symbols("d k", integer=True)
SHARE = Interval(0, 1)
SHAPE = {tau: POSITIVE, L: POSITIVE, gamma: POSITIVE}
SHAPES = [(math.e, 1.0, math.e), (1.01, 1.0, 2.0), (30.0, 0.5, 1.0)]
PLACE = {x: tau * (1 + s), y: tau * u}
FALL = -diff(splines.g(x, y, tau, L, gamma), x).subs(PLACE, simultaneous=True)


def _box_points(points: Any, count: int) -> Any:
    """`(n, count, d)` points of box k: random, next to its stationary point, and that point."""
    import torch

    generator = torch.Generator().manual_seed(17)
    shape = (points.n, count, points.d)
    unit = torch.rand(shape, generator=generator, dtype=torch.float64)
    unit[..., : points.k] = 2 + 4 * unit[..., : points.k]
    unit[..., points.k : points.k + 1] *= 2
    centre = torch.zeros(points.d, dtype=torch.float64)
    centre[: points.k] = 4.0
    size = 10 ** (-9 * torch.rand(shape[:2], generator=generator, dtype=torch.float64))
    near = centre + size.unsqueeze(-1) * (unit - centre) / 4
    half = (torch.arange(count) % 2 == 0)[None, :, None]
    chosen = torch.where(half, unit, near)
    chosen[:, 0] = centre
    return chosen * points.tau[:, None, None]


def _listed(points: Any) -> Any:
    """`(n, d + 1, d)`: the d saddle points and the local optimum of Lemma 7.1."""
    import torch

    rows = torch.ones(points.d + 1, points.d, dtype=torch.float64).tril(-1)
    return 4 * points.tau[:, None, None] * rows


def _shape(points: Any) -> list[Any]:
    return [value[:, None] for value in (points.L, points.gamma, points.tau)]


def _slope_over_distance(points: Any) -> Any:
    """Least |grad f| / (2 gamma min(tau, distance to the nearest listed point)) in box k."""
    import torch

    from numeric.tube import tube_gradient

    at = _box_points(points, 400)
    # Distances by differences: the default, by inner products, loses the small ones.
    listed = _listed(points)
    away = torch.cdist(at, listed, compute_mode="donot_use_mm_for_euclid_dist").amin(dim=-1)
    slope = tube_gradient(at, *_shape(points)).norm(dim=-1)
    floor = 2 * points.gamma[:, None] * torch.minimum(away, points.tau[:, None])
    return torch.where(away > 0, slope / floor, torch.inf).amin(dim=1)


EVERY_BOX = Grid(
    points=[
        {"d": n, "k": m, "L": a, "gamma": b, "tau": c}
        for n in (1, 2, 3, 5)
        for m in range(n + 1)
        for a, b, c in SHAPES
    ]
)
LEAVING_BOXES = Grid(points=[p for p in EVERY_BOX.points() if p["k"] < p["d"]])
BOX = {**SHAPE, d: sp.S.Naturals, k: sp.S.Naturals0}

stationary_points = Claim(
    id="du2019.lemma-7.1",
    source=Source(PAPER, "7.7.1", "Lemma 7.1, no others"),
    statement=r"in $D_0$ the only stationary points of $f$ are $(4\tau,\dots,4\tau)$ and the $d$ "
    r"points "
    r"$(0,\dots,0),(4\tau,0,\dots,0),\dots,(4\tau,\dots,4\tau,0)$: everywhere else "
    r"$\|\nabla f(x)\|\ge2\gamma\min(\tau,\mathrm{dist})>0$, dist the distance to the nearest of "
    r"them",
    reading="each box of D_0 is searched at random points, half of them close to its stationary "
    "point",
    quantifier=ForAll(search=False),
    over=BOX,
    where=[gamma < L, k <= d],
    lhs=Computed(_slope_over_distance),
    relation=">=",
    rhs=Closed(1),
    grid=EVERY_BOX,
    uses=("du2019.eq-7.5", "du2019.remark-7.2.gradient"),
)


def _listed_facts(points: Any) -> Any:
    """Gradient norm, least and greatest Hessian eigenvalue at the listed point of index k."""
    import torch

    from numeric.tube import tube_gradient, tube_hessian

    at = _listed(points)[:, points.k]
    shape = (points.L, points.gamma, points.tau)
    eigenvalues = torch.linalg.eigvalsh(tube_hessian(at, *shape))
    slope = tube_gradient(at, *shape).norm(dim=-1)
    return torch.stack([slope, eigenvalues[:, 0], eigenvalues[:, -1]], -1)


def _expected_facts(points: Any) -> Any:
    import torch

    steep, hollow = 2 * points.L, -2 * points.gamma
    least = hollow if points.k < points.d else steep
    most = steep if points.d > 1 or points.k == 1 else hollow
    return torch.stack([torch.zeros_like(steep), least, most], -1)


listed_points = Claim(
    id="du2019.lemma-7.1.listed",
    source=Source(PAPER, "7.7.1", "Lemma 7.1, the points listed"),
    statement=r"$(4\tau,\dots,4\tau)$ is a local optimum ($\nabla f=0$, Hessian $2LI$) and the "
    r"other $d$ are "
    r"strict saddle points ($\nabla f=0$, $\lambda_{\min}=-2\gamma$)",
    reading="saddle point as in Definition 7.4; for d = 1 the point 0 is a local maximum of the "
    "octopus",
    over=BOX,
    where=[gamma < L, k <= d],
    quantifier=ForAll(search=False),
    lhs=Computed(_listed_facts),
    relation="==",
    rhs=Computed(_expected_facts),
    grid=EVERY_BOX,
    uses=("du2019.eq-7.5",),
)

# Remark 7.2

no_approximate_point = Claim(
    id="du2019.remark-7.2",
    source=Source(PAPER, "7.7.1", "Remark 7.2"),
    statement=r"if $x\in D_0$ and $x_d\le2\tau$, $x$ is not an $\epsilon$-second-order stationary "
    r"point for "
    r"$\epsilon\le\frac{4\gamma^2}\rho$; at a saddle point, where $\nabla f=0$ and "
    r"$\lambda_{\min}=-2\gamma$, this says $-2\gamma<-\sqrt{\rho\epsilon}$",
    over={gamma: POSITIVE, rho: POSITIVE, epsilon: POSITIVE},
    where=[epsilon <= 4 * gamma**2 / rho],
    lhs=Closed(-2 * gamma),
    relation="<",
    rhs=Closed(-sqrt(rho * epsilon)),
    uses=("du2019.remark-7.2.gradient", "du2019.remark-7.2.hessian"),
    erratum="at epsilon = 4 gamma^2 / rho exactly, every saddle point satisfies Definition 7.5; "
    "the "
    "inequality must be strict",
)

no_approximate_point_corrected = Claim(
    id="du2019.remark-7.2.corrected",
    source=Source(PAPER, "7.7.1", "Remark 7.2, corrected"),
    statement=r"the same for $\epsilon<\frac{4\gamma^2}\rho$",
    over={gamma: POSITIVE, rho: POSITIVE, epsilon: POSITIVE},
    where=[epsilon < 4 * gamma**2 / rho],
    lhs=Closed(-2 * gamma),
    relation="<",
    rhs=Closed(-sqrt(rho * epsilon)),
    uses=("du2019.remark-7.2.gradient", "du2019.remark-7.2.hessian"),
    corrects="du2019.remark-7.2",
)

joint_gradient = Claim(
    id="du2019.remark-7.2.gradient",
    source=Source(PAPER, "7.7.1", "Remark 7.2, connection region"),
    statement=r"in the connection region $\|\nabla g\|\ge\gamma\tau$, and so it has no "
    r"$\epsilon$-second-order stationary point for $\epsilon<\gamma\tau$",
    over={**SHAPE, s: SHARE, u: SHARE},
    where=[gamma < L],
    reading="by the component in x_i alone",
    lhs=Closed(FALL),
    relation=">=",
    rhs=Closed(gamma * tau),
    uses=("du2019.lemma-7.4b.upper",),
)


def _least_curvature(points: Any) -> Any:
    """Least and greatest lambda_min over points of the quadratic part of box k, `(n, 2)`."""
    import torch

    from numeric.tube import tube_hessian

    at = _box_points(points, 100)
    at[..., points.k] /= 2
    least = torch.linalg.eigvalsh(tube_hessian(at, *_shape(points)))[..., 0]
    return torch.stack([least.amin(dim=1), least.amax(dim=1)], -1)


quadratic_curvature = Claim(
    id="du2019.remark-7.2.hessian",
    source=Source(PAPER, "7.7.1", "Remark 7.2, quadratic regions"),
    statement=r"in the domain of (7.6) and (7.8) the smallest eigenvalue of the Hessian is "
    r"$-2\gamma$",
    over=BOX,
    where=[gamma < L, k < d],
    quantifier=ForAll(search=False),
    lhs=Computed(_least_curvature),
    relation="==",
    rhs=Closed(-2 * gamma),
    grid=LEAVING_BOXES,
    uses=("du2019.eq-7.5",),
)


def _approximate_points(points: Any) -> Any:
    """Number of epsilon-second-order stationary points among those tried, epsilon 1 % below
    bound.
    """
    import torch

    from numeric.saddle_runs import is_second_order_stationary
    from numeric.tube import third_derivative_bound

    found = []
    for index, at in enumerate(_box_points(points, 400)):
        shape = tuple(float(v[index]) for v in (points.L, points.gamma, points.tau))
        accuracy = 0.99 * 4 * shape[1] ** 2 / float(third_derivative_bound(*shape))
        found.append(is_second_order_stationary(at, accuracy, *shape).sum())
    return torch.stack(found).to(torch.float64)


scanned_points = Claim(
    id="du2019.remark-7.2.scan",
    source=Source(PAPER, "7.7.1", "Remark 7.2, scanned"),
    statement=r"no point tried with $x_d\le2\tau$ is an $\epsilon$-second-order stationary point "
    r"for "
    r"$\epsilon=0.99\cdot\frac{4\gamma^2}\rho$, $\rho$ a Hessian-Lipschitz constant of $f$ on "
    r"$D_0$",
    over=BOX,
    where=[gamma < L, k < d],
    quantifier=ForAll(search=False),
    lhs=Computed(_approximate_points),
    relation="==",
    rhs=Closed(0),
    grid=LEAVING_BOXES,
    uses=("du2019.remark-7.2.corrected",),
)

# Section 7.7.2: noise

SMALL_GRADIENT = [
    (2 * L * e_j) ** 2 + (2 * gamma * e_k) ** 2 + (2 * L * e_l) ** 2 <= G**2,
    gamma * tau / 10 >= G,
    r <= tau / 20,
]
ERRORS = {e_j: NONNEGATIVE, e_k: NONNEGATIVE, e_l: NONNEGATIVE}

noise_is_local = Claim(
    id="du2019.eq-7.19",
    source=Source(PAPER, "7.7.2", "(7.19)"),
    statement=r"if $\|\nabla f\|\le g_{thres}\le\frac{\gamma\tau}{10}$ and $r\le\frac\tau{20}$, "
    r"then "
    r"$|x_j-4\tau|\le\frac\tau{20}$ for $j<k$ and $x_j\le\frac\tau{20}$ for $j\ge k$, and after "
    r"the noise "
    r"$|(x+\xi)_j-4\tau|\le\frac\tau{10}$ for $j<k$, $|(x+\xi)_j|\le\frac\tau{10}$ for $j\ge k$",
    reading="one coordinate of each kind stands for all: arrived, leaving, waiting",
    over={**SHAPE, **ERRORS, G: NONNEGATIVE, r: NONNEGATIVE},
    where=[gamma < L],
    hypotheses=SMALL_GRADIENT,
    lhs=Closed(Matrix([e_j, e_k, e_l, e_j + r, e_k + r, e_l + r])),
    relation="<=",
    rhs=Closed(Matrix([tau / 20] * 3 + [tau / 10] * 3)),
    grid=Grid(
        points=[
            {
                "L": a,
                "gamma": b,
                "tau": c,
                "G": q * b * c / 10,
                "r": c / 20,
                "e_k": m * c / 20,
                "e_j": n * c / 60,
                "e_l": n * c / 60,
            }
            for a, b, c in SHAPES
            for q in (1.0, 0.5)
            for m in (0.0, 0.5, 0.999)
            for n in (0.0, 0.001)
        ]
    ),
    uses=("du2019.eq-7.5",),
)

no_noise_in_joint = Claim(
    id="du2019.eq-7.19.joint",
    source=Source(PAPER, "7.7.2", "before (7.19)"),
    statement=r"for $g_{thres}\le\frac{\gamma\tau}{10}$ no noise is added where some "
    r"$\tau\le x_i\le2\tau$: there $\|\nabla f\|>g_{thres}$",
    over={**SHAPE, s: SHARE, u: SHARE, G: NONNEGATIVE},
    where=[gamma < L, gamma * tau / 10 >= G],
    reading="by the component in x_i alone",
    lhs=Closed(FALL),
    relation=">",
    rhs=Closed(G),
    uses=("du2019.remark-7.2.gradient",),
)
