"""Thesis sections 6.3.1 and 6.6.2: what close patches do to gamma and to L_cross.

rho: largest angle between a patch and the mean patch; zeta: norm of the mean patch; phi: angle of
w and w*; mu: P[a patch within angle x of the teacher's hyperplane] <= mu x; draw: number of a
random law of unit patches in the plane.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, cos, pi, sin, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2019.ch6_symbols import DRAWS, PAPER, SIZES, draw, k, phi
from theorems.quantifiers import ForAll
from theorems.sides import Closed, Computed, Side

rho, zeta = symbols("rho zeta", real=True)
PLAIN = ForAll(search=False, random_points=0)


def _near_the_boundaries(points: Any) -> Any:
    """Per point a law of two patches at `rho` to either side of their mean, which lies just inside
    one of the hyperplanes of w at a right angle from w*, or of w*."""
    import torch

    from numeric.plane_laws import astride

    half = torch.pi / 2
    laws = []
    for gap in points.rho.tolist():
        centres = torch.tensor([gap / 2, half - gap / 2], dtype=torch.float64)
        laws.append(astride(gap, torch.cat([centres, -centres])))
    return laws


def gamma_of_patches(points: Any) -> Any:
    import torch

    from numeric.plane_laws import curves

    angle = torch.tensor([torch.pi / 2], dtype=torch.float64)
    return torch.cat([curves(law, angle).gamma for law in _near_the_boundaries(points)])


def gamma_of_mean(points: Any) -> Any:
    import torch

    from numeric.plane_laws import averaged, curves

    angle = torch.tensor([torch.pi / 2], dtype=torch.float64)
    found = [curves(averaged(law), angle).gamma for law in _near_the_boundaries(points)]
    return torch.cat(found) - 4 * (1 - points.rho.cos())


gamma_bound = Claim(
    id="du2019.theorem-6.5a",
    source=Source(PAPER, "6.3.1", "Theorem 6.5, the bound on gamma"),
    statement=r"for unit patches with $\theta(Z_i,Z_{avg})\le\rho$ and, for all $\phi\le\rho$, "
    r"$\mathbb P[\theta(Z_i,w_*)\in[\frac\pi2-\phi,\frac\pi2+\phi]]\le\mu\phi$: $\gamma(\phi_0)\ge"
    r"\gamma_{avg}(\phi_0)-4(1-\cos\rho)$",
    reading=r"$\phi_0=\frac\pi2$ and a law of four inputs; no patch is within $\frac\rho2$ of a "
    r"hyperplane, so $\mu=\frac2\rho$ will do, and a law with a density close by does the same",
    over={rho: Interval.open(0, pi / 4)},
    lhs=Computed(gamma_of_patches),
    relation=">=",
    rhs=Computed(gamma_of_mean),
    quantifier=PLAIN,
    grid=Grid(rho=[0.01, 0.05, 0.1, 0.2]),
    uses=("du2019.assumption-6.2", "du2019.proof-6.5"),
    erratum="near a hyperplane Z_avg is in the region while a patch is not: gamma = 1/16 against "
    "gamma_avg = 1/4 however small rho",
)


def _random(points: Any) -> Any:
    from numeric.plane_laws import random_law

    spread = 0.3 * (points.draw % 3 + 1) / 3
    return random_law(points.k, spread, points.draw)


def gamma_of_random(points: Any) -> Any:
    from numeric.plane_laws import curves

    return curves(_random(points), points.phi).gamma


def mean_less_crossings(points: Any) -> Any:
    """`gamma_avg(phi)` less the largest probability, over w at phi, of an input that has a patch
    and its mean in different regions."""
    import torch

    from numeric.plane_laws import averaged, curves, unit

    law = _random(points)
    signs = []
    for direction in (points.phi, -points.phi, torch.zeros_like(points.phi)):
        w = unit(direction)
        mean = torch.einsum("nkp,mp->mnk", law.patches.mean(1, keepdim=True), w) >= 0
        own = torch.einsum("nkp,mp->mnk", law.patches, w) >= 0
        signs.append((own != mean).any(-1))
    either = torch.stack([signs[0] | signs[2], signs[1] | signs[2]])
    crossing = (either.double() * law.weight).sum(-1).amax(0)
    return curves(averaged(law), points.phi).gamma - crossing


gamma_bound_corrected = Claim(
    id="du2019.theorem-6.5a.corrected",
    source=gamma_bound.source,
    statement=r"for patches of at most unit norm "
    r"$\gamma(\phi)\ge\gamma_{avg}(\phi)-\max_w\mathbb P["
    r"\text{some }Z_i\text{ and }Z_{avg}\text{ lie in different regions}]$",
    reading=r"without such a crossing $Z_{S(w,w_*)}=Z_{avg}\mathbb I\{S\}$ exactly, whatever "
    r"$\rho$",
    over={phi: Interval(0, pi), k: SIZES, draw: DRAWS},
    lhs=Computed(gamma_of_random),
    relation=">=",
    rhs=Computed(mean_less_crossings),
    quantifier=PLAIN,
    grid=Grid(phi=[0.1, 0.7, 1.5, 2.5], k=[1, 2, 4], draw=range(6)),
    corrects="du2019.theorem-6.5a",
    uses=("du2019.assumption-6.2",),
)


def _far_from_the_teacher(points: Any) -> Any:
    """`sum of the three norms / phi` for two patches astride the hyperplane of w at pi/4."""
    import torch

    from numeric.plane_laws import astride, curves

    angle = torch.tensor([torch.pi / 4], dtype=torch.float64)
    found = []
    for gap in points.rho.tolist():
        law = astride(gap, torch.tensor([-torch.pi / 4], dtype=torch.float64))
        found.append(curves(law, angle).cross_eigenvalue / angle)
    return torch.cat(found)


cross_bound = Claim(
    id="du2019.theorem-6.5b",
    source=Source(PAPER, "6.3.1", "Theorem 6.5, the bound on L_cross"),
    statement=r"under the same conditions, for all $\phi\le\rho$ with $\mathbb "
    r"P[\theta(Z_i,w_*)\in["
    r"\frac\pi2-\phi,\frac\pi2+\phi]]\le\mu\phi$: $L_{cross}\le3\mu$",
    reading=r"two patches at $\pm\rho$ from the direction at $-\frac\pi4$: none within $\rho<\frac"
    r"\pi8$ of the teacher's hyperplane, so that every $\mu>0$ will do ($\mu=10^{-3}$); "
    r"$L_{cross}\phi$ is at least the sum at $\phi=\frac\pi4$, with eigenvalues as printed",
    over={rho: Interval.open(0, pi / 8)},
    lhs=Computed(_far_from_the_teacher),
    relation="<=",
    rhs=Closed(3 * sp.Rational(1, 1000)),
    quantifier=PLAIN,
    grid=Grid(rho=[0.01, 0.1, 0.3]),
    uses=("du2019.assumption-6.3",),
    erratum="for phi > rho patches may lie astride the hyperplane of w, where the condition says "
    "nothing",
)


def cross_of_random(points: Any) -> Any:
    """The sum of the three operator norms at phi, over phi."""
    from numeric.plane_laws import curves

    return curves(_random(points), points.phi).cross_norm / points.phi


def three_mu(points: Any) -> Any:
    """`3 mu` for the least mu with which the condition holds for all angles up to pi/2."""
    import torch

    law = _random(points)
    # Angle of each patch from the teacher's hyperplane.
    off = law.patches[..., 0].clamp(-1, 1).asin().abs()
    order = off.sort(dim=0)
    mass = torch.cumsum(law.weight[order.indices], 0)
    mu = (mass / order.values).max()
    return 3 * mu * torch.ones_like(points.phi)


cross_bound_corrected = Claim(
    id="du2019.theorem-6.5b.corrected",
    source=cross_bound.source,
    statement=r"if $\mathbb P[\theta(Z_i,w_*)\in[\frac\pi2-\phi,\frac\pi2+\phi]]\le\mu\phi$ for "
    r"all "
    r"$0\le\phi\le\frac\pi2$ then $L_{cross}\le3\mu$, with operator norms",
    reading="random laws in the plane, which reach a few hundredths of the bound",
    over={phi: Interval.Lopen(0, pi / 2), k: SIZES, draw: DRAWS},
    lhs=Computed(cross_of_random),
    relation="<=",
    rhs=Computed(three_mu),
    quantifier=PLAIN,
    grid=Grid(phi=[0.05, 0.3, 0.8, 1.5], k=[2, 4], draw=range(6)),
    corrects="du2019.theorem-6.5b",
    uses=("du2019.assumption-6.3",),
)


def product_norm(points: Any) -> Any:
    """The operator norm of `Z_avg (Z_1 - Z_avg)'` for two patches at `rho` to either side."""
    import torch

    from numeric.plane_laws import astride

    found = []
    for gap in points.rho.tolist():
        z = astride(gap, torch.zeros(1, dtype=torch.float64)).patches[0]
        mean = z.mean(0)
        found.append(torch.linalg.matrix_norm(torch.outer(mean, z[0] - mean), ord=2))
    return torch.stack(found)


law_of_cosines = Claim(
    id="du2019.proof-6.5",
    source=Source(PAPER, "6.6.2", "proof of Theorem 6.5"),
    statement=r"$\|Z(Z_i\mathbb I\{S(w,w_*)_i\}-Z)^\top\|_{op}\le2(1-\cos\rho)$ since the patches "
    "have unit norm and by the law of cosines",
    reading=r"Z is the mean patch; two patches at $\pm\rho$ from it, both in the region",
    over={rho: Interval.open(0, pi / 2)},
    lhs=Side(cos(rho) * sin(rho), Computed(product_norm)),
    relation="<=",
    rhs=Closed(2 * (1 - cos(rho))),
    quantifier=ForAll(random_points=20, search=False),
    grid=Grid(rho=[0.01, 0.1, 0.5, 1.5]),
    erratum="the law of cosines gives sqrt(2 (1 - cos rho)), of first order in rho; and a patch "
    "outside the region leaves |Z|^2",
)

law_of_cosines_corrected = Claim(
    id="du2019.proof-6.5.corrected",
    source=law_of_cosines.source,
    statement=r"for patches in the region $\|Z(Z_i-Z)^\top\|_{op}\le2\sin\frac\rho2$, $\cos\rho\le"
    r"\|Z\|\le1$ (in squares: $\zeta^2(1+\zeta^2-2\zeta\cos\rho)\le2(1-\cos\rho)$)",
    reading="rho stands for its cosine here",
    over={zeta: Interval(0, 1), rho: Interval(0, 1)},
    where=[zeta >= rho],
    lhs=Closed(zeta**2 * (1 + zeta**2 - 2 * zeta * rho)),
    relation="<=",
    rhs=Closed(2 * (1 - rho)),
    grid=Grid(zeta=[0.1, 0.9, 1.0], rho=[0.0, 0.05, 0.8]),
    corrects="du2019.proof-6.5",
)
