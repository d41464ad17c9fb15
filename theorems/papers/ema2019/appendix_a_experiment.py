r"""Appendix A: the residual network of the experiments and its compositional norm.

L: depth, as many layers here as U and V have; m, d: width and input dimension; size: bound on the
entries of the weights.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, oo, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.ema2019.sec4_symbols import PAPER, L, d, m
from theorems.quantifiers import ForAll, ForAllWeights
from theorems.sides import Closed, Computed

size = symbols("size", real=True)
NETWORK = {L: sp.S.Naturals, m: sp.S.Naturals, d: sp.S.Naturals}
INPUTS = 3


def _start(points: Any) -> tuple[Any, Any, Any]:
    import torch

    from numeric.data import unit_sphere
    from numeric.residual_network import initial

    generator = torch.Generator().manual_seed(9)
    u, v = initial(points.n, points.L, points.m, points.d, generator)
    return u, v, unit_sphere((INPUTS,), points.d, generator)


def _at_start(points: Any) -> Any:
    """The outputs, and the gradients of their sum in the weights U and V, one row per point."""
    import torch

    from numeric.residual_network import output

    u, v, x = _start(points)
    value = output(u.requires_grad_(True), v.requires_grad_(True), x)
    slopes = torch.autograd.grad(value.sum(), [u, v])
    return torch.cat([value.detach(), *(slope.flatten(1) for slope in slopes)], dim=1)


def _frozen(points: Any) -> Any:
    """0 for the outputs and for V, `sigma(V_l h_1)` in the last row of U, `h_1 = (x, 0)`."""
    import torch

    u, v, x = _start(points)
    first = torch.cat([x, torch.zeros_like(x[:, :1])], dim=-1)
    features = (first @ v.mT).clamp_min(0).sum(-2)
    in_u = torch.cat([0 * u[..., :-1, :], features.unsqueeze(-2)], dim=-2)
    outputs = torch.zeros(points.n, INPUTS, dtype=torch.float64)
    return torch.cat([outputs, in_u.flatten(1), 0 * v.flatten(1)], dim=1)


at_start = Claim(
    id="ema2019.eq-A.1",
    source=Source(PAPER, "A", "(A.1)"),
    statement=r"$h^{(1)}=V^{(0)}x$, $h^{(l+1)}=h^{(l)}+U^{(l)}\sigma(V^{(l)}h^{(l)})$, $f=w^\top"
    r"h^{(L)}$ with $V^{(0)}=(I_d,0)^\top$, $w=(0,\dots,0,1)$ and $U_0=0$",
    reading="a definition; what follows at the initialisation is checked: the output and the "
    r"gradient in V are 0, the gradient in U is that of the features $\sigma(V_0^{(l)}h^{(1)})$",
    over=NETWORK,
    quantifier=ForAll(search=False, random_points=0),
    lhs=Computed(_at_start),
    relation="==",
    rhs=Computed(_frozen),
    grid=Grid(L=[1, 2, 10], m=[1, 4], d=[1, 3]),
    uses=("ema2019.eq-1.1",),
)


def _weights(points: Any, generator: Any) -> dict[str, Any]:
    """All weights with entries up to `size`, and any input of the sphere."""
    import torch

    from numeric.adversary import Around

    def zeros(*shape: int) -> Any:
        return torch.zeros(points.n, 1, *shape, dtype=torch.float64)

    return {
        "u": Around(zeros(points.L, points.d + 1, points.m), points["size"], shape="box"),
        "v": Around(zeros(points.L, points.m, points.d + 1), points["size"], shape="box"),
        "x": Around(zeros(1, points.d), 1.0, shape="sphere", trailing=1),
    }


def _output(points: Any, weights: Any) -> Any:
    from numeric.residual_network import output

    return output(weights["u"], weights["v"], weights["x"])[..., 0].abs()


def _norm_bound(points: Any, weights: Any) -> Any:
    from numeric.residual_network import path_norm

    return path_norm(weights["u"], weights["v"]) * weights["x"].abs().amax(dim=(-2, -1))


norm_controls = Claim(
    id="ema2019.eq-A.2",
    source=Source(PAPER, "A", "(A.2)"),
    statement=r"$J(\Theta)=\hat R_n(\Theta)+\frac\lambda{\sqrt n}\|\Theta\|_P$ with $\|\Theta\|_P="
    r"|w|^\top\prod_{l=1}^L(I+|U^{(l)}||V^{(l)}|)\,|V^{(0)}|$",
    reading="a definition; the product is a row of d numbers and its sum is taken, over the layers "
    r"that the network has (the print has one more). What makes it a norm of paths is checked: "
    r"$|f(x;\Theta)|\le\|\Theta\|_P\max_i|x_i|$ for any weights",
    over={**NETWORK, size: Interval.open(0, oo)},
    quantifier=ForAllWeights(within=_weights, restarts=24, steps=16),
    lhs=Computed(_output),
    relation="<=",
    rhs=Computed(_norm_bound),
    grid=Grid(L=[1, 3], m=[1, 2], d=[1, 2], size=[0.3, 2.0]),
    uses=("ema2019.eq-A.1",),
)

s = symbols("s", real=True)


def _two_layers() -> sp.Expr:
    """The last entry of `h` after two layers of one unit with all weights s, from `h = (1, 0)`."""
    upper, lower = sp.S.One, sp.S.Zero
    for _ in range(2):
        unit = sp.Max(s * (upper + lower), 0)
        upper, lower = upper + s * unit, lower + s * unit
    return lower


attained = Claim(
    id="ema2019.eq-A.2.attained",
    source=Source(PAPER, "A", "(A.2), one unit and one dimension"),
    title="the compositional norm of one unit in one dimension, two layers",
    statement=r"for $d=m=1$ and all entries $s\ge0$, $f(1;\Theta)=\|\Theta\|_P$ after two layers",
    reading="not printed: the bound by the norm is attained",
    over={s: Interval(0, oo)},
    lhs=Closed((sp.Matrix([[0, 1]]) * (sp.eye(2) + s**2 * sp.ones(2, 2)) ** 2)[0]),
    relation="==",
    rhs=Closed(_two_layers()),
    uses=("ema2019.eq-A.2",),
)
