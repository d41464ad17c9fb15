r"""Thesis sections 2.2 and 2.6: the limiting Gram matrix, Theorem 2.1 and its proof.

H_inf: the Gram matrix of Assumption 2.1, lambda_0 its least eigenvalue; n: inputs; d: dimension;
phi: angle of two inputs; norm_x, norm_z: their lengths; u_1, u_2 and v_1, v_2, t_1, t_2:
coordinates of inputs of the plane.
"""

from __future__ import annotations

import math
from typing import Any

import sympy as sp
from sympy import Abs, Interval, Ne, Rational, cos, oo, pi, symbols

from symbolic.arccos import step_correlation
from symbolic.gaussian import polar_second_moment
from theorems.claim import Claim, Source
from theorems.grid import Grid, linspace
from theorems.quantifiers import Exists, ForAll, ForAllWeights, InExpectation
from theorems.sides import Closed, Computed, Holds, Sampled, Side

PAPER = "du2019"
POSITIVE = Interval.open(0, oo)
phi, norm_x, norm_z = symbols("phi norm_x norm_z", real=True)
u_1, u_2, v_1, v_2, t_1, t_2, z_1, z_2 = symbols("u_1 u_2 v_1 v_2 t_1 t_2 z_1 z_2", real=True)
n, d = symbols("n d", integer=True)
INNER = norm_x * norm_z * cos(phi)
# Inputs closer to parallel than this are left out of searches: the eigenvalue tends to 0 with it.
APART = 0.02
# What a search in float64 counts as zero; inputs this far apart have lambda_0 >= APART/(100 n^2).
ZERO = 1e-6


def _two_inputs(points: Any) -> Any:
    from numeric.data import filters

    return filters(points.phi, points.norm_x, points.norm_z, points.d)


def _entry(points: Any, samples: int, generator: Any) -> Any:
    """x_i.x_j 1{w.x_i >= 0, w.x_j >= 0}, one value per weight drawn."""
    import torch

    x, z = _two_inputs(points)
    w = torch.randn(points.n, samples, points.d, generator=generator, dtype=torch.float64)
    both = (w @ x.unsqueeze(-1) >= 0) & (w @ z.unsqueeze(-1) >= 0)
    return both.squeeze(-1).to(torch.float64) * (x * z).sum(dim=-1, keepdim=True)


PAIR = {phi: Interval(0, pi), norm_x: POSITIVE, norm_z: POSITIVE, d: sp.Range(2, oo)}
gram_entry = Claim(
    id="du2019.assumption-2.1",
    source=Source(PAPER, "2.2", "Assumption 2.1, the matrix in closed form"),
    statement=r"$H^\infty_{ij}=\mathbb E_{w\sim N(0,I)}[x_i^\top x_j\mathbb I\{w^\top x_i\ge0,"
    r"w^\top x_j\ge0\}]$, which is $x_i^\top x_j\frac{\pi-\theta_{ij}}{2\pi}$",
    reading=r"the assumption $\lambda_0>0$ is Theorem 2.1's; here the entries; the closed left "
    r"side "
    "is the mass of the wedge, half the trace of its second moment in polar coordinates",
    over=PAIR,
    quantifier=InExpectation(samples=1 << 14),
    lhs=Side(closed=INNER * polar_second_moment(phi).trace() / 2, measured=Sampled(_entry)),
    relation="==",
    rhs=Closed(INNER * step_correlation(phi)),
    grid=Grid(phi=[0.0, 0.1, 1.0, 1.5, 2.0, 2.7], norm_x=[1.0], norm_z=[1.0, 0.3], d=[2, 7]),
)


def _by_kernel(points: Any) -> Any:
    import torch

    from numeric.kernels.two_layer import gram_limit

    x, z = _two_inputs(points)
    rows = [gram_limit(torch.stack(pair))[0, 1] for pair in zip(x, z, strict=True)]
    return torch.stack(rows)


gram_kernel = Claim(
    id="du2019.assumption-2.1.kernel",
    source=Source(PAPER, "2.2", "Assumption 2.1, as computed"),
    statement=r"the entries of $H^\infty$ as every other statement here computes them are "
    r"$x_i^\top x_j\frac{\pi-\theta_{ij}}{2\pi}$",
    over=PAIR,
    quantifier=ForAll(search=False),
    lhs=Computed(_by_kernel),
    relation="==",
    rhs=Closed(INNER * step_correlation(phi)),
    grid=Grid(
        phi=[*linspace(0, math.pi, 17), 1e-3, math.pi - 1e-3],
        norm_x=[1.0, 2.0],
        norm_z=[0.5],
        d=[2, 5],
    ),
)


def limit(x: Any) -> Any:
    """H_inf of unit inputs `(..., n, d)`, differentiable."""
    import torch

    same = torch.eye(x.shape[-2], dtype=torch.bool)
    rho = (x @ x.mT).clamp(-1 + 1e-14, 1 - 1e-14)
    entries = rho * (math.pi - rho.acos()) / (2 * math.pi)
    return torch.where(same, torch.full_like(rho, 0.5), entries)


def _no_two_parallel(_: Any, weights: Any) -> Any:
    import torch

    x = weights["x"]
    same = torch.eye(x.shape[-2], dtype=torch.bool)
    rho = torch.where(same, torch.zeros_like(x @ x.mT), x @ x.mT)
    return rho.abs().amax(dim=(-2, -1)) <= math.cos(APART)


def _inputs_on_the_sphere(points: Any, generator: Any) -> Any:
    import torch

    from numeric.adversary import Around

    centre = torch.zeros(points.n, 1, points["n"], points.d, dtype=torch.float64)
    return {"x": Around(centre, 1.0, shape="sphere", trailing=1)}


def _gap_below_half(_: Any, weights: Any) -> Any:
    import torch

    return 0.5 + ZERO - torch.linalg.eigvalsh(limit(weights["x"]))[..., 0]


SEPARATED = Holds(f"no two inputs closer than {APART} to parallel", _no_two_parallel)
positive_definite = Claim(
    id="du2019.theorem-2.1",
    source=Source(PAPER, "2.2", "Theorem 2.1"),
    statement=r"if $x_i\nparallel x_j$ for all $i\ne j$ then $\lambda_0>0$",
    reading=r"unit inputs (no input is 0, as the proof uses), written $\frac12-\lambda_0<\frac12$ "
    "so that the search can climb, up to 1e-6; inputs closer than "
    f"{APART} to parallel are left out",
    over={n: sp.S.Naturals, d: sp.Range(2, oo)},
    hypotheses=[SEPARATED],
    quantifier=ForAllWeights(within=_inputs_on_the_sphere, restarts=24, steps=40),
    lhs=Computed(_gap_below_half),
    relation="<",
    rhs=Closed(Rational(1, 2)),
    grid=Grid(n=[2, 8], d=[2, 6]).nightly(n=[2, 3, 4, 6, 8, 12], d=[2, 3, 4, 6, 8]),
    uses=("du2019.assumption-2.1", "du2019.lemma-2.6", "du2019.proof-2.1T"),
)

two_inputs = Claim(
    id="du2019.theorem-2.1.pair",
    source=Source(PAPER, "2.2", "Theorem 2.1 for n = 2"),
    statement=r"for two inputs at an angle $0<\theta<\pi$: $\det H^\infty>0$, and the trace is "
    r"$\frac12(\|x_1\|^2+\|x_2\|^2)>0$, so $\lambda_0>0$",
    over={phi: Interval.open(0, pi), norm_x: POSITIVE, norm_z: POSITIVE},
    lhs=Closed(
        sp.Matrix(
            [
                norm_x**2 * norm_z**2 / 4 - (INNER * step_correlation(phi)) ** 2,
                norm_x**2 + norm_z**2,
            ]
        )
    ),
    relation=">",
    rhs=Closed(0),
    uses=("du2019.assumption-2.1",),
)

two_unit_inputs = Claim(
    id="du2019.theorem-2.1.eigenvalue",
    source=Source(PAPER, "2.2", "Theorem 2.1 for two unit inputs"),
    statement=r"for two unit inputs at an angle $0<\theta<\pi$, "
    r"$\lambda_0=\frac12-|\cos\theta|\frac{\pi-\theta}{2\pi}>0$",
    over={phi: Interval.open(0, pi)},
    lhs=Closed(Rational(1, 2) - Abs(cos(phi)) * step_correlation(phi)),
    relation=">",
    rhs=Closed(0),
    uses=("du2019.assumption-2.1",),
)


# Lemma 2.6: a point of the hyperplane D_i on none of the others.


def _best_point(_: Any, weights: Any) -> Any:
    """max over directions z of D_1 of min over j > 1 of |z.x_j|, z of length 1."""
    import torch

    x = weights["x"]
    generator = torch.Generator().manual_seed(26)
    rays = torch.randn(64, x.shape[-1], generator=generator, dtype=torch.float64)
    first = x[..., :1, :]
    z = rays - (rays @ first.mT) * first
    z = z / z.norm(dim=-1, keepdim=True)
    return 1 + ZERO - (z @ x[..., 1:, :].mT).abs().amin(dim=-1).amax(dim=-1)


hyperplane_not_covered = Claim(
    id="du2019.lemma-2.6",
    source=Source(PAPER, "2.6", "Lemma 2.6"),
    statement=r"if $x_i\nparallel x_j$ for all $i\ne j$ and $D_i=\{w:w^\top x_i=0\}$, then for any "
    r"$i$, $D_i\not\subset\bigcup_{j\ne i}D_j$",
    reading=r"$i=1$ by symmetry; some unit $z\in D_1$ of 64 has $\min_j|z^\top x_j|>0$, written "
    r"$1-\min_j|z^\top x_j|<1$; printed $i\in[m]$ is read $i\in[n]$",
    over={n: sp.Range(2, oo), d: sp.Range(2, oo)},
    hypotheses=[SEPARATED],
    quantifier=ForAllWeights(within=_inputs_on_the_sphere, restarts=24, steps=40),
    lhs=Computed(_best_point),
    relation="<",
    rhs=Closed(1),
    grid=Grid(n=[2, 8], d=[2, 6]).nightly(n=[2, 3, 4, 6, 8, 12], d=[2, 3, 4, 6, 8]),
)

hyperplane_in_the_plane = Claim(
    id="du2019.lemma-2.6.plane",
    source=Source(PAPER, "2.6", "Lemma 2.6 in the plane with three inputs"),
    statement="in the plane, with $x_2$ and $x_3$ not parallel to $x_1$, some $z$ with "
    r"$z^\top x_1=0$ has $(z^\top x_2)(z^\top x_3)\ne0$",
    over=dict.fromkeys((u_1, u_2, v_1, v_2, t_1, t_2, z_1, z_2), sp.S.Reals),
    where=[Ne(u_1 * v_2 - u_2 * v_1, 0), Ne(u_1 * t_2 - u_2 * t_1, 0)],
    quantifier=Exists(exhibit={z_1: -u_2, z_2: u_1}),
    lhs=Closed((z_1 * v_1 + z_2 * v_2) * (z_1 * t_1 + z_2 * t_2) - (z_1 * u_1 + z_2 * u_2) ** 2),
    relation="!=",
    rhs=Closed(0),
    reading="the square of z.x_1, zero at the exhibit, is taken off the left side",
)


# Proof of Theorem 2.1: averages of phi(x_j) over the halves of a small ball about z in D_i.


def _with_a_small_ball(points: Any, generator: Any) -> Any:
    import torch

    from numeric.adversary import Around

    sets = _inputs_on_the_sphere(points, generator)
    centre = torch.zeros(points.n, 1, points.d, dtype=torch.float64)
    return {
        **sets,
        "ray": Around(centre, 1.0, shape="sphere", trailing=1),
        "step": Around(centre, 1.0, trailing=1),
    }


def _halves(weights: Any) -> Any:
    """Features at w and at its mirror image in D_1, both in the ball of radius r_0/2 about z.

    Result: phi(x_j)(w+) - phi(x_j)(w-), `(..., n, d)`, with w+ on the positive side of D_1.
    """

    x, first = weights["x"], weights["x"][..., :1, :]
    ray, step = weights["ray"].unsqueeze(-2), weights["step"].unsqueeze(-2)
    z = ray - (ray * first).sum(dim=-1, keepdim=True) * first
    radius = (z @ x[..., 1:, :].mT).abs().amin(dim=-1, keepdim=True) / 2
    across = (step * first).sum(dim=-1, keepdim=True)
    along = step - across * first
    upper = z + radius * (along + across.abs() * first)
    lower = z + radius * (along - across.abs() * first)
    return x * ((upper @ x.mT > 0).to(x) - (lower @ x.mT > 0).to(x)).mT


def _averages_off(_: Any, weights: Any) -> Any:
    import torch

    x = weights["x"]
    expected = torch.zeros_like(x)
    expected[..., 0, :] = x[..., 0, :]
    return (_halves(weights) - expected).abs().amax(dim=(-2, -1))


def _off_the_hyperplane(_: Any, weights: Any) -> Any:
    return (weights["step"] * weights["x"][..., 0, :]).sum(dim=-1).abs() > 1e-6


averages = Claim(
    id="du2019.proof-2.1T",
    source=Source(PAPER, "2.6", "proof of Theorem 2.1, (2.8) to (2.10)"),
    statement=r"for $z\in D_i\setminus\bigcup_{j\ne i}D_j$ the averages of $\phi(x_j)$ over the "
    r"halves "
    r"$B_r^+$ and $B_r^-$ of the ball about $z$ differ by a quantity that tends to "
    r"$\delta_{ij}x_i$ "
    r"as $r\to0$",
    reading=r"(2.9) prints $\phi(x_j)$ for $\phi(x_i)$; already at $r=\frac12\min_j|z^\top x_j|$ "
    r"the "
    r"difference is $\delta_{ij}x_i$ at every $w\in B_r^+$ and its mirror image, not only on "
    "average: the sides are the largest entry of its deviation and 0",
    over={n: sp.Range(2, oo), d: sp.Range(2, oo)},
    hypotheses=[SEPARATED, Holds("w is off D_1", _off_the_hyperplane)],
    quantifier=ForAllWeights(within=_with_a_small_ball, restarts=200, steps=1),
    lhs=Computed(_averages_off),
    relation="<=",
    rhs=Closed(0),
    grid=Grid(n=[2, 5], d=[2, 3, 6]).nightly(n=[2, 5, 20], d=[2, 3, 6, 20]),
    uses=("du2019.lemma-2.6",),
)
