"""Thesis section 6.2.1 and 6.6.1: the eigenvalues gamma, L and L_{-w*} as functions of the angle.

phi, later: angles between w and w*, phi <= later; p: patch size; draw: number of a random law.
"""

from __future__ import annotations

import math
from typing import Any

import sympy as sp
from sympy import Interval, Matrix, cos, diff, pi, sin, symbols

from symbolic.wedge import (
    joint_moment,
    largest_eigenvalue,
    opposite_eigenvalue,
    opposite_moment,
    smallest_eigenvalue,
    wedge_integral,
)
from theorems.claim import Claim, Source
from theorems.grid import Grid, linspace
from theorems.papers.du2019.ch6_symbols import (
    ACUTE,
    ANGLE,
    DRAWS,
    PAPER,
    PLANE_OR_MORE,
    draw,
    gaussian,
    heights,
    p,
    phi,
)
from theorems.quantifiers import ForAll, InExpectation
from theorems.sides import Closed, Computed, Sampled, Side

later = symbols("later", real=True)
SAMPLES = InExpectation(samples=1 << 16)
ANGLES = Grid(phi=[0.0, 0.3, 1.0, math.pi / 2, 2.5, math.pi])
MEASURED = Grid(phi=[0.0, 0.5, 1.2, 2.4], p=[2, 4])
TRACE, DETERMINANT = joint_moment(phi).trace(), joint_moment(phi).det()
ROOT = sp.sqrt(sp.trigsimp(sp.expand(TRACE**2 - 4 * DETERMINANT)))


def _along(points: Any, samples: int, generator: Any, opposite: bool, unit: bool) -> Any:
    """`(u'Z)^2 1{S}` for `u` along and across the bisector of the wedge, in their plane."""
    import torch

    z = gaussian(points, samples, generator)
    if unit:
        z = z / z.norm(dim=-1, keepdim=True)
    student, teacher = heights(points, z)
    on = (student >= 0) & ((teacher <= 0) if opposite else (teacher >= 0))
    middle = points.phi[:, None] / 2 + (torch.pi / 2 if opposite else 0.0)
    first = z[..., 0] * middle.cos() + z[..., 1] * middle.sin()
    second = z[..., 1] * middle.cos() - z[..., 0] * middle.sin()
    return on.double()[..., None] * torch.stack([second.square(), first.square()], -1)


definition = Claim(
    id="du2019.definition-6.1",
    source=Source(PAPER, "6.2.1", "Definition 6.1"),
    statement=r"$\gamma(\phi)=\min\lambda_{\min}(A_{w,w_*})$, $L(\phi)=\max\lambda_{\max}"
    r"(A_{w,w_*})$ over $w$ at angle $\phi$; for a standard normal $\frac{\pi-\phi\mp\sin\phi}"
    r"{2\pi}$, across and along the bisector",
    over={phi: ANGLE, p: PLANE_OR_MORE},
    lhs=Side(
        Matrix([smallest_eigenvalue(phi), largest_eigenvalue(phi)]),
        Sampled(lambda pts, samples, gen: _along(pts, samples, gen, False, False)),
    ),
    relation="==",
    rhs=Closed(Matrix([(TRACE - ROOT) / 2, (TRACE + ROOT) / 2])),
    quantifier=SAMPLES,
    grid=MEASURED,
    uses=("du2019.lemma-5.6c",),
)

rotation_invariant = Claim(
    id="du2019.text-6.2a",
    source=Source(PAPER, "6.2.1", "after Definition 6.1"),
    statement=r"rotationally invariant distributions, e.g. the standard Gaussian, have "
    r"$\gamma(\phi)=L(\phi)$",
    over={phi: ANGLE},
    lhs=Closed(smallest_eigenvalue(phi)),
    relation="==",
    rhs=Closed(largest_eigenvalue(phi)),
    grid=ANGLES,
    uses=("du2019.definition-6.1",),
    erratum="for a standard normal L - gamma = sin(phi)/pi, which is 0 at phi = 0 and pi only",
)

rotation_invariant_corrected = Claim(
    id="du2019.text-6.2a.corrected",
    source=rotation_invariant.source,
    statement=r"for a standard normal $L(\phi)-\gamma(\phi)=\frac{\sin\phi}\pi$: equal at $\phi=0$ "
    r"and $\phi=\pi$ alone",
    over={phi: ANGLE},
    lhs=Closed(ROOT**2),
    relation="==",
    rhs=Closed(sin(phi) ** 2 / pi**2),
    grid=ANGLES,
    corrects="du2019.text-6.2a",
    uses=("du2019.definition-6.1",),
)

monotone = Claim(
    id="du2019.text-6.2b",
    source=Source(PAPER, "6.2.1", "after Definition 6.1, monotonicity"),
    statement=r"both $L(\phi)$ and $\gamma(\phi)$ are monotonically decreasing (derivatives for a "
    "standard normal)",
    over={phi: ANGLE},
    lhs=Closed(Matrix([diff(smallest_eigenvalue(phi), phi), diff(largest_eigenvalue(phi), phi)])),
    relation="<=",
    rhs=Closed(sp.Integer(0)),
    grid=ANGLES,
    uses=("du2019.definition-6.1",),
)

vanish_at_pi = Claim(
    id="du2019.text-6.2b.end",
    source=Source(PAPER, "6.2.1", "after Definition 6.1, the end of the range"),
    statement=r"$\gamma(\pi)=L(\pi)=0$",
    over={p: PLANE_OR_MORE},
    lhs=Closed(joint_moment(pi)),
    relation="==",
    rhs=Closed(sp.zeros(2, 2)),
    grid=Grid(p=[2]),
    uses=("du2019.definition-6.1",),
)


def eigenvalues_at(name: str) -> Any:
    """gamma and L of random plane laws of unit vectors at the angle `name`."""

    def side(points: Any) -> Any:
        import torch

        from numeric.plane_laws import curves, random_law

        found = curves(random_law(1, 0.0, points.draw), points[name])
        return torch.stack([found.gamma, found.largest], -1)

    return Computed(side)


monotone_for_any_law = Claim(
    id="du2019.text-6.2b.laws",
    source=monotone.source,
    title="after Definition 6.1, monotonicity for other laws",
    statement=r"$\gamma(\phi')\le\gamma(\phi)$ and $L(\phi')\le L(\phi)$ for $\phi\le\phi'$ (any "
    "input of one patch; unit vectors in the plane)",
    over={phi: ANGLE, later: ANGLE, draw: DRAWS},
    where=[phi <= later],
    lhs=eigenvalues_at("later"),
    relation="<=",
    rhs=eigenvalues_at("phi"),
    quantifier=ForAll(search=False, random_points=0),
    grid=Grid(phi=linspace(0.01, 3.1, 9), later=linspace(0.02, 3.14, 9), draw=range(4)),
)

assumption = Claim(
    id="du2019.assumption-6.1",
    source=Source(PAPER, "6.2.1", "Assumption 6.1"),
    statement=r"there is $\beta>0$ with $L_{-w_*}(\phi)=\max_{\theta(w,w_*)\le\phi}\lambda_{\max}"
    r"(A_{w,-w_*})\le\beta\phi$ for $0\le\phi\le\frac\pi2$; for a standard normal "
    r"$\beta=\frac1\pi$",
    reading=r"the constant is worked out; it is the least, since $\phi+\sin\phi\sim2\phi$",
    over={phi: ACUTE, p: PLANE_OR_MORE},
    lhs=Side(
        opposite_eigenvalue(phi),
        Sampled(lambda pts, samples, gen: _along(pts, samples, gen, True, False)[..., 1]),
    ),
    relation="<=",
    rhs=Closed(phi / pi),
    quantifier=SAMPLES,
    grid=Grid(phi=[0.0, 0.1, 0.5, 1.5], p=[2, 4]),
    uses=("du2019.figure-6.2",),
)

unit_norm = Claim(
    id="du2019.theorem-6.7",
    source=Source(PAPER, "6.6.1", "Theorem 6.7"),
    statement=r"for any unit norm rotational invariant input $\beta=1$: $\lambda_{\max}"
    r"(A_{w,-w_*})\le\phi$",
    reading=r"$\beta=1$ is read as: Assumption 6.1 holds with it; the least constant is "
    r"$\frac1{\pi p}$",
    over={phi: ACUTE, p: PLANE_OR_MORE},
    lhs=Side(
        opposite_eigenvalue(phi, 1 / p),
        Sampled(lambda pts, samples, gen: _along(pts, samples, gen, True, True)[..., 1]),
    ),
    relation="<=",
    rhs=Closed(phi),
    quantifier=SAMPLES,
    grid=Grid(phi=[0.0, 0.1, 0.5, 1.5], p=[2, 3, 8]),
    uses=("du2019.proof-6.7", "du2019.assumption-6.1"),
)

least_constant = Claim(
    id="du2019.theorem-6.7.least",
    source=Source(PAPER, "6.6.1", "Theorem 6.7, the least constant"),
    statement=r"$\lambda_{\max}(A_{w,-w_*})=\frac{\phi+\sin\phi}{2\pi p}\le\frac\phi{\pi p}$",
    over={phi: ACUTE, p: PLANE_OR_MORE},
    lhs=Closed(opposite_eigenvalue(phi, 1 / p)),
    relation="<=",
    rhs=Closed(phi / (pi * p)),
    grid=Grid(phi=[0.0, 0.1, 1.5], p=[2, 8]),
    uses=("du2019.assumption-6.1",),
)

PRINTED_INTEGRAL = (
    Matrix(
        [
            [phi - sin(phi) * cos(phi), -(sin(phi) ** 2)],
            [-(sin(phi) ** 2), phi + sin(phi) * cos(phi)],
        ]
    )
    / 2
)

integral = Claim(
    id="du2019.proof-6.7",
    source=Source(PAPER, "6.6.1", "proof of Theorem 6.7, the integral"),
    statement=r"$\int_{-\pi/2}^{-\pi/2+\phi}(\cos\theta,\sin\theta)^\top(\cos\theta,\sin\theta)"
    r"d\theta=\frac12\begin{pmatrix}\phi-\sin\phi\cos\phi&-\sin^2\phi\\-\sin^2\phi&\phi+\sin\phi"
    r"\cos\phi\end{pmatrix}$",
    over={phi: ANGLE},
    lhs=Closed(wedge_integral(phi)),
    quantifier=ForAll(search=False),
    relation="==",
    rhs=Closed(PRINTED_INTEGRAL),
    grid=ANGLES,
)

eigenvalues_of_integral = Claim(
    id="du2019.proof-6.7.eigenvalues",
    source=Source(PAPER, "6.6.1", "proof of Theorem 6.7, the eigenvalues"),
    statement=r"its eigenvalues are $\frac{\phi\pm\sin\phi}2$ (sum and product)",
    over={phi: ANGLE},
    lhs=Closed(Matrix([wedge_integral(phi).trace(), wedge_integral(phi).det()])),
    quantifier=ForAll(search=False),
    relation="==",
    rhs=Closed(Matrix([phi, (phi + sin(phi)) * (phi - sin(phi)) / 4])),
    grid=ANGLES,
    uses=("du2019.proof-6.7",),
)

largest_of_integral = Claim(
    id="du2019.proof-6.7.bound",
    source=Source(PAPER, "6.6.1", "proof of Theorem 6.7, the bound"),
    statement=r"$\frac{\phi+\sin\phi}2\le\phi$ for $0\le\phi\le\pi$",
    over={phi: ANGLE},
    lhs=Closed((phi + sin(phi)) / 2),
    relation="<=",
    rhs=Closed(phi),
    grid=ANGLES,
)


def _unit_moment(points: Any, samples: int, generator: Any) -> Any:
    """Entries of `Z Z' 1{S(w, -w*)}` of a unit vector in the plane, `w` below the first axis."""
    import torch

    z = gaussian(points, samples, generator)
    z = z / z.norm(dim=-1, keepdim=True)
    student, teacher = heights(points, z)
    on = ((student <= 0) & (teacher >= 0)).double()
    x, y = z[..., 0], z[..., 1]
    return on[..., None] * torch.stack([x * x, x * y, y * y], -1)


TRIANGLE = [(0, 0), (0, 1), (1, 1)]
expectation = Claim(
    id="du2019.proof-6.7.expectation",
    source=Source(PAPER, "6.6.1", "proof of Theorem 6.7, first equality"),
    statement=r"$\mathbb E[ZZ^\top\mathbb I\{S(w,-w_*)\}]=\int_{-\pi/2}^{-\pi/2+\phi}(\cos\theta,"
    r"\sin\theta)^\top(\cos\theta,\sin\theta)d\theta$ (unit norm input, $p=2$)",
    reading=r"the integral runs over $S(-w,w_*)$, whose moment is that of $S(w,-w_*)$ by symmetry",
    over={phi: Interval.open(0, pi), p: sp.FiniteSet(2)},
    lhs=Sampled(_unit_moment),
    relation="==",
    rhs=Closed(Matrix([PRINTED_INTEGRAL[i, j] for i, j in TRIANGLE])),
    quantifier=SAMPLES,
    grid=Grid(phi=[0.5, 1.5, 2.5], p=[2]),
    erratum="the density 1/(2 pi) of the direction is missing; the theorem, a bound, survives",
)

expectation_corrected = Claim(
    id="du2019.proof-6.7.expectation.corrected",
    source=expectation.source,
    statement=r"for a unit norm input in $\mathbb R^p$, on the plane of $w$ and $w_*$: $\mathbb E"
    r"[ZZ^\top\mathbb I]=\frac1{\pi p}\int_{-\pi/2}^{-\pi/2+\phi}(\cos\theta,\sin\theta)^\top"
    r"(\cos\theta,\sin\theta)d\theta$",
    over={phi: Interval.open(0, pi), p: PLANE_OR_MORE},
    lhs=Sampled(_unit_moment),
    relation="==",
    rhs=Closed(Matrix([PRINTED_INTEGRAL[i, j] for i, j in TRIANGLE]) / (pi * p)),
    quantifier=InExpectation(samples=1 << 18),
    grid=Grid(phi=[0.5, 1.5, 2.5], p=[2, 5]),
    corrects="du2019.proof-6.7.expectation",
    uses=("du2019.proof-6.7",),
)

gaussian_input = Claim(
    id="du2019.theorem-6.8",
    source=Source(PAPER, "6.6.1", "Theorem 6.8"),
    statement=r"if $Z\sim N(0,I_p)$ then $\beta\le p$: $\lambda_{\max}(A_{w,-w_*})\le p\phi$",
    over={phi: ACUTE, p: PLANE_OR_MORE},
    lhs=Side(
        opposite_eigenvalue(phi),
        Sampled(lambda pts, samples, gen: _along(pts, samples, gen, True, False)[..., 1]),
    ),
    relation="<=",
    rhs=Closed(p * phi),
    quantifier=SAMPLES,
    grid=Grid(phi=[0.0, 0.1, 0.5, 1.5], p=[2, 3, 8]),
    uses=("du2019.theorem-6.7", "du2019.eq-6.3"),
)

FAR = opposite_moment(phi)
schematic = Claim(
    id="du2019.figure-6.2",
    source=Source(PAPER, "6.2", "Figure 6.2b"),
    statement=r"the curves for a standard normal: $L_{-w_*}$ rises with $\phi$, $\gamma\le L$ fall",
    reading="a sketch; checked are the directions of the three curves and their order",
    over={phi: ANGLE},
    lhs=Closed(
        Matrix(
            [
                diff(FAR.trace() + opposite_eigenvalue(phi), phi),
                -diff(smallest_eigenvalue(phi), phi),
                -diff(largest_eigenvalue(phi), phi),
                largest_eigenvalue(phi) - smallest_eigenvalue(phi),
            ]
        )
    ),
    relation=">=",
    rhs=Closed(sp.Integer(0)),
    grid=ANGLES,
    uses=("du2019.text-6.2b", "du2019.definition-6.1"),
)
