r"""Section 2: the network in its two forms, its initialisation, and the kernel that it defines.

Symbols in `sec4_symbols`; phi: angle of two inputs on the sphere; k0: the kernel (2.6); K: its
matrix at n inputs divided by n;
K_0: the largest of 1 and the norms of B_0^{(l)}.
"""

from __future__ import annotations

import math
from typing import Any

import sympy as sp
from sympy import Interval, Rational, oo, pi, symbols

from symbolic.arccos import g, relu_correlation
from theorems.claim import Claim, Source
from theorems.grid import Grid, linspace
from theorems.papers.ema2019.sec4_backward import NETS, ONCE, RANDOM_NET, drawn
from theorems.papers.ema2019.sec4_symbols import (
    ACTIVATIONS,
    AT_LEAST_ONE,
    PAPER,
    THROUGH,
    L,
    activation,
    c,
    d,
    epsilon,
    m,
    n,
    o,
    sigma,
    y,
)
from theorems.quantifiers import ForAllWeights, InExpectation, UpToConstant
from theorems.sides import Closed, Computed, Holds, Sampled, Side

phi, K_0 = symbols("phi K_0", real=True)


def _split_output(points: Any) -> Any:
    from numeric.skip_connections import forward

    weights, x = drawn(points)
    return forward(weights, x, activation(points)).output


def _joint_output(points: Any) -> Any:
    from numeric.skip_connections import joint_output

    weights, x = drawn(points)
    return joint_output(weights, x, activation(points))


two_forms = Claim(
    id="ema2019.eq-2.3",
    source=Source(PAPER, "2.1", "(2.3)"),
    statement=r"$z^{(1)}=x$, $y^{(1)}=0$, $z^{(l+1)}=z^{(1)}+C^{(l)}\sigma(B^{(l)}z^{(l)}+r^{(l)}"
    r"y^{(l)})$, $y^{(l+1)}=y^{(l)}+(a^{(l)})^\top\sigma(B^{(l)}z^{(l)}+r^{(l)}y^{(l)})$ has the "
    r"same output as (2.2)",
    over=RANDOM_NET,
    quantifier=ONCE,
    lhs=Computed(_split_output),
    relation="==",
    rhs=Computed(_joint_output),
    grid=NETS,
    uses=("ema2019.eq-2.2",),
)


def _initial_norm(points: Any) -> Any:
    import torch

    from numeric.skip_connections import initial

    generator = torch.Generator().manual_seed(5)
    start = initial((points.n,), points.L, points.m, points.d, generator)
    return start["b"].square().sum(dim=(-2, -1)).sqrt()


initial_norm = Claim(
    id="ema2019.eq-2.5",
    source=Source(PAPER, "2.1", "(2.5)"),
    statement=r"rows of $B_0^{(l)}$ of length $1/\sqrt m$ give $\|B_0^{(l)}\|_F=1$",
    over={L: sp.Range(2, oo), m: sp.S.Naturals, d: sp.S.Naturals},
    quantifier=ONCE,
    lhs=Computed(_initial_norm),
    relation="==",
    rhs=Closed(1),
    grid=Grid(L=[2, 6], m=[1, 3, 40], d=[1, 2, 7]),
)


def _gaussian_neighbourhood(points: Any, generator: Any) -> Any:
    """I_c around one Gaussian initialisation per point, and one input on the sphere."""
    import torch

    from numeric.adversary import Around
    from numeric.skip_connections import initial

    shape = (points.n, 1)
    start = initial(shape, points.L, points.m, points.d, generator, gaussian=True)
    radius = points.c / points.L
    trailing = {"a": 1, "r": 1, "b": 2, "c": 2}
    sets = {name: Around(start[name], radius, trailing=trailing[name]) for name in trailing}
    # The initialisation itself goes along as a point of a sphere that nothing moves on.
    x = torch.zeros(points.n, 1, 1, points.d, dtype=torch.float64)
    return {**sets, "x": Around(x, 1.0, shape="sphere", trailing=1)}


def _gaussian_z(points: Any, weights: Any) -> Any:
    from numeric.adversary import norm
    from numeric.skip_connections import forward

    path = forward(weights, weights["x"], activation(points), through=THROUGH)
    away = path.z - weights["x"].unsqueeze(-3)
    return norm(away, "euclidean", 1).amax(dim=(-3, -2, -1))


LARGER = {
    c: AT_LEAST_ONE,
    L: sp.Range(2, oo),
    m: sp.S.Naturals,
    d: sp.S.Naturals,
    sigma: ACTIVATIONS,
}


def _largest_move(points: Any, samples: int, generator: Any) -> Any:
    """The largest `|z - x|` with only `C^{(1)}` moved, by `c/L`, for x along a row of `B_0^{(1)}`.

    Width 1 and ReLU; shape (n, samples).
    """
    import torch

    from numeric.skip_connections import forward, initial

    shape = (points.n, samples)
    weights = initial(shape, points.L, 1, points.d, generator, gaussian=True)
    moved = torch.zeros_like(weights["c"])
    moved[:, :, 0, 0, 0] = (points.c / points.L)[:, None]
    row = weights["b"][:, :, 0]
    x = row / row.norm(dim=-1, keepdim=True)
    away = forward({**weights, "c": moved}, x, "relu").z - x.unsqueeze(-3)
    return away.norm(dim=-1).amax(dim=(-2, -1))


gaussian_start = Claim(
    id="ema2019.text-2.1",
    source=Source(PAPER, "2.1", "larger initialisations"),
    statement=r"all results also hold, up to constants, when the rows of $B_0^{(l)}$ are drawn "
    "from $N(0,I/m)$",
    reading=r"tested on Proposition 4.1, second bound, $\|z^{(l)}(x;\Theta)-x\|\lesssim\frac cL$ "
    r"if $L\ge4c^2$, at m = 1, with any constant: the other initialisations may be $O(1/L)$ there",
    over={c: AT_LEAST_ONE, L: sp.Range(2, oo), d: sp.S.Naturals},
    hypotheses=[4 * c**2 <= L],
    quantifier=UpToConstant(along=("d",), samples=32),
    lhs=Sampled(_largest_move),
    relation="<=",
    rhs=Closed(c / L),
    grid=Grid(d=[4, 16, 64, 256, 1024], c=[1], L=[16]),
    erratum="the norm of B_0 is then about sqrt(d), not 1, and z moves by about c sqrt(d)/L when "
    "m = 1",
    uses=("ema2019.eq-2.5", "ema2019.proposition-4.1b", "ema2019.proposition-4.1c"),
)


def _bound_on_norms(weights: Any, points: Any) -> Any:
    """An upper bound of K_0 from the perturbed weights: their norms plus the radius, at least 1."""
    import torch

    largest = torch.linalg.matrix_norm(weights["b"].detach(), ord=2).amax(dim=-1)
    return (largest + (points.c / points.L).unsqueeze(-1)).clamp_min(1.0)


gaussian_start_corrected = Claim(
    id="ema2019.text-2.1.corrected",
    source=Source(PAPER, "2.1", "larger initialisations"),
    statement=r"with $K_0\ge\max(1,\|B_0^{(l)}\|)$ and $L\ge4K_0^2c^2$: "
    r"$\|z^{(l)}(x;\Theta)-x\|\le\frac{4K_0c}L$",
    reading=r"$K_0$ taken as the largest $\|B^{(l)}\|+c/L$, which is at least that",
    over=LARGER,
    hypotheses=[
        Holds(
            "L >= 4 K_0^2 c^2",
            lambda points, weights: (
                4 * (_bound_on_norms(weights, points) * points.c.unsqueeze(-1)) ** 2 <= points.L
            ),
        )
    ],
    quantifier=ForAllWeights(within=_gaussian_neighbourhood, restarts=10, steps=10),
    lhs=Computed(
        lambda points, weights: _gaussian_z(points, weights) / _bound_on_norms(weights, points)
    ),
    relation="<=",
    rhs=Closed(4 * c / L),
    grid=Grid(
        points=[
            {"d": 1, "m": 1, "sigma": 0, "L": 64},
            {"d": 2, "m": 50, "sigma": 1, "L": 64},
            {"d": 9, "m": 1, "sigma": 0, "L": 256},
        ],
        c=[1],
    ),
    corrects="ema2019.text-2.1",
    uses=("ema2019.text-2.1.step",),
)

gaussian_step = Claim(
    id="ema2019.text-2.1.step",
    source=Source(PAPER, "2.1", "larger initialisations, one layer of the recursions"),
    statement=r"$o^{(l)}\le4K_0\varepsilon_c$, $|y^{(l)}|\le4K_0c$ and $4K_0^2c\,\varepsilon_c\le1$"
    r" give $(K_0+\varepsilon_c)(1+o^{(l)})+\varepsilon_c|y^{(l)}|\le4K_0$",
    reading="not printed: the induction behind the corrected bound",
    over={
        c: AT_LEAST_ONE,
        K_0: AT_LEAST_ONE,
        epsilon: Interval.open(0, oo),
        o: Interval(0, oo),
        y: Interval(0, oo),
    },
    where=[4 * K_0**2 * c * epsilon <= 1, o <= 4 * K_0 * epsilon, y <= 4 * K_0 * c],
    lhs=Closed((K_0 + epsilon) * (1 + o) + epsilon * y),
    relation="<=",
    rhs=Closed(4 * K_0),
)


def _kernel_sample(points: Any, samples: int, generator: Any) -> Any:
    import torch

    from numeric.data import filters, unit_sphere

    one = torch.ones(points.n, dtype=torch.float64)
    x, z = filters(points.phi, one, one, points.d)
    w = unit_sphere((points.n, samples), points.d, generator)
    u, v = (w @ x.unsqueeze(-1)).squeeze(-1), (w @ z.unsqueeze(-1)).squeeze(-1)
    return u.clamp_min(0) * v.clamp_min(0)


kernel = Claim(
    id="ema2019.eq-2.6",
    source=Source(PAPER, "2.2", "(2.6), for ReLU"),
    statement=r"$k_0(x,x')=\mathbb E_{w\sim\pi_0}[\sigma(w^\top x)\sigma(w^\top x')]$, for ReLU "
    r"$\frac{(\pi-\varphi)\cos\varphi+\sin\varphi}{2\pi d}$",
    reading="the closed form is not printed; it is what the other claims here use",
    over={phi: Interval(0, pi), d: sp.Range(2, oo)},
    quantifier=InExpectation(samples=1 << 16),
    lhs=Sampled(_kernel_sample),
    relation="==",
    rhs=Closed(relu_correlation(phi) / d),
    grid=Grid(phi=[0.0, 0.4, 1.2, 2.0, 3.0], d=[2, 3, 8]),
)

kernel_positive = Claim(
    id="ema2019.eq-2.6.psd",
    source=Source(PAPER, "2.2", "(2.6), positive definiteness for two inputs"),
    statement=r"$k_0(x,x)k_0(x',x')-k_0(x,x')^2\ge0$ for ReLU",
    over={phi: Interval(0, pi)},
    lhs=Closed(Rational(1, 4) - relu_correlation(phi) ** 2),
    relation=">=",
    rhs=Closed(0),
)


def _two_by_two(points: Any) -> Any:
    """The least eigenvalue of K at two inputs at angle phi, times d."""
    import torch

    off = ((math.pi - points.phi) * points.phi.cos() + points.phi.sin()) / (2 * math.pi)
    half = torch.full_like(off, 0.5)
    rows = torch.stack([torch.stack([half, off], -1), torch.stack([off, half], -1)], -2) / 2
    return torch.linalg.eigvalsh(rows)[..., 0]


least_positive = Claim(
    id="ema2019.assumption-2.1",
    source=Source(PAPER, "2.2", "Assumption 2.1, for ReLU and two inputs"),
    statement=r"$\lambda_n=\lambda_{\min}(K)>0$",
    reading=r"an assumption; here: two inputs meet it for ReLU unless they coincide, "
    r"$d\lambda_2=\frac14(1-g(\varphi)/\pi)>0$",
    over={phi: Interval.Lopen(0, pi)},
    lhs=Side(closed=(1 - g(phi) / pi) / 4, measured=Computed(_two_by_two)),
    relation=">",
    rhs=Closed(0),
    grid=Grid(phi=linspace(0.05, math.pi, 13)),
    uses=("ema2019.eq-2.6",),
)


def _inputs(points: Any, generator: Any) -> Any:
    import torch

    from numeric.adversary import Around

    centre = torch.zeros(points.n, 1, points["n"], points.d, dtype=torch.float64)
    return {"x": Around(centre, 1.0, shape="sphere", trailing=1)}


def relu_kernel_matrix(x: Any) -> Any:
    """K at inputs `(..., n, d)` of the sphere, for ReLU, `(..., n, n)`; differentiable."""
    import torch

    count, dimension = x.shape[-2:]
    rho = (x @ x.mT).clamp(-1 + 1e-14, 1 - 1e-14)
    off = ((math.pi - rho.acos()) * rho + (1 - rho * rho).sqrt()) / (2 * math.pi)
    same = torch.eye(count, dtype=torch.bool)
    return torch.where(same, torch.full_like(rho, 0.5), off) / (count * dimension)


def _least(points: Any, weights: Any) -> Any:
    import torch

    return torch.linalg.eigvalsh(relu_kernel_matrix(weights["x"]))[..., 0]


least_below_diagonal = Claim(
    id="ema2019.remark-1a",
    source=Source(PAPER, "2.2", "Remark 1, the first bound"),
    statement=r"$\lambda_n\le\min_iK_{ii}\le\frac1n$",
    reading=r"for ReLU, where $K_{ii}=\frac1{2dn}$; inputs chosen by search",
    over={n: sp.S.Naturals, d: sp.S.Naturals},
    quantifier=ForAllWeights(within=_inputs, restarts=32, steps=24),
    lhs=Computed(_least),
    relation="<=",
    rhs=Closed(1 / (2 * d * n)),
    grid=Grid(n=[1, 2, 5], d=[1, 2, 6]),
    uses=("ema2019.eq-2.6",),
)


def _squares(points: Any, samples: int, generator: Any) -> Any:
    from numeric.data import unit_sphere
    from numeric.skip_connections import ACTIVATIONS as FUNCTIONS

    w = unit_sphere((points.n, samples), points.d, generator)[..., 0]
    return FUNCTIONS[activation(points)][0](w).square() / points["n"]


diagonal = Claim(
    id="ema2019.remark-1a.diagonal",
    source=Source(PAPER, "2.2", "Remark 1, the diagonal"),
    statement=r"$K_{ii}=\frac1n\mathbb E[\sigma(w^\top x_i)^2]\le\frac1n$",
    reading=r"in fact at most $\frac1{nd}$, as $|\sigma(u)|\le|u|$",
    over={n: sp.S.Naturals, d: sp.S.Naturals, sigma: ACTIVATIONS},
    quantifier=InExpectation(samples=1 << 12),
    lhs=Sampled(_squares),
    relation="<=",
    rhs=Closed(1 / n),
    grid=Grid(n=[1, 4], d=[1, 2, 6], sigma=[0, 1, 2]),
)
