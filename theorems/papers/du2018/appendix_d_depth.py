r"""Appendix D.1: how the least eigenvalue of the last Gram matrix depends on the depth of a ResNet.

Symbols of `appendix_d_blocks`; Lip: Lipschitz constant of sigma.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, Rational, exp, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018.appendix_d_blocks import ON_GRID, PAPER, RESNET, UNIT, H, c_lambda, lam
from theorems.papers.du2018.appendix_d_networks import activation, residual, unit_inputs
from theorems.papers.du2018.pairs import corrected
from theorems.quantifiers import UpToConstant
from theorems.sides import Closed, Computed

Lip = symbols("Lip", real=True)


def last_grams(points: Any) -> list[Any]:
    """K^(0..H) of equation (5), one stack per point."""
    from numeric.kernels.deep import resnet_limit

    return [
        resnet_limit(
            unit_inputs(points["n"], 1 - least)[..., 0],
            activation(points.sigma),
            points.H,
            factor * least**1.5,
        )
        for factor, least in zip(points.c_lambda.tolist(), points.lam.tolist(), strict=True)
    ]


def least_eigenvalue(points: Any) -> Any:
    """The least eigenvalue of K^(H) by (5)."""
    import torch

    return torch.stack([torch.linalg.eigvalsh(k[-1])[0] for k in last_grams(points)])


def before_last(points: Any) -> list[Any]:
    """K^(H-1) by the recursion of Theorem D.1."""
    from numeric.tensor_program import limit

    rows = []
    for factor, least in zip(points.c_lambda.tolist(), points.lam.tolist(), strict=True):
        layers = residual(points.sigma, points.H, factor * least**1.5)
        rows.append(limit(layers[:-1], unit_inputs(points["n"], 1 - least))[-1].matrix())
    return rows


def _slope_square(points: Any) -> Any:
    from numeric.kernels.activations import derivative

    chosen = activation(points.sigma)
    return lambda u: derivative(chosen, u) ** 2


PRINTED_C_H = c_lambda * lam ** Rational(3, 2) / H**2
C_H = c_lambda**2 * lam**3 / H**2


def _factor(points: Any) -> Any:
    """K^(H)_11 of (5) over K^(H-1)_11 E sigma'(u)^2, the latter two by the recursion."""
    import torch

    from numeric.tensor_program import mean

    own = torch.stack([k[0, 0] for k in before_last(points)])
    top = torch.stack([k[-1, 0, 0] for k in last_grams(points)])
    return top / (own * mean(_slope_square(points), own))


depth = Claim(
    id="du2018.proposition-D.1",
    source=Source(PAPER, "D.1", "Proposition D.1"),
    statement=r"for $\sigma$ analytic and no polynomial, $\lambda_0=\lambda_{\min}(K^{(H)})\ge c_H"
    r"\kappa$, $c_H=\frac{c_\lambda\lambda^{3/2}}{H^2}$, $\kappa$ independent of $H$",
    reading="as H grows, all else fixed; three inputs, one activation; K^(H) of equation (5)",
    over=RESNET,
    quantifier=UpToConstant(along=("H",)),
    lhs=Computed(least_eigenvalue),
    relation=">=",
    rhs=Closed(PRINTED_C_H),
    grid=Grid(sigma=[0], n=[3], H=[2, 4, 8, 16], c_lambda=[0.9], lam=[0.4]).nightly(
        H=[2, 4, 8, 16, 32, 64, 128], c_lambda=[0.1, 0.9]
    ),
    uses=("du2018.lemma-D.1", "du2018.lemma-D.2", "du2018.proof-PD.1"),
)

RECALL_GRID = Grid(sigma=[0], n=[2], H=[2, 3], c_lambda=[0.9], lam=[0.05, 0.5]).nightly(
    sigma=[0, 1, 2], c_lambda=[0.1, 0.9]
)
recalled = Claim(
    id="du2018.proposition-D.1.recalled",
    source=Source(PAPER, "D.1", "Proposition D.1, the factor c_H that it recalls"),
    statement=r"$K_{ij}^{(H)}=c_HK_{ij}^{(H-1)}\mathbb E[\sigma^\prime(u)\sigma^\prime(v)]$ with "
    r"$c_H:=\frac{c_\lambda\lambda^{3/2}}{H^2}$",
    over=RESNET,
    quantifier=ON_GRID,
    lhs=Computed(_factor),
    relation="==",
    rhs=Closed(PRINTED_C_H),
    grid=RECALL_GRID,
    uses=("du2018.eq-5",),
    erratum="the branch c_lambda lambda^{3/2}/H enters squared: (5) has c_lambda^2 lambda^3/H^2",
)

recalled_corrected = Claim(
    id="du2018.proposition-D.1.recalled.corrected",
    statement=r"$c_H=\frac{c_\lambda^2\lambda^3}{H^2}$",
    **corrected(recalled, rhs=Closed(C_H)),
)

# Two inputs: lambda_min(K o Q) >= lambda_min(K) min Q_ii (Schur), and Q_ii >= (E sigma')^2.
printed_link = Claim(
    id="du2018.proof-PD.1",
    source=Source(PAPER, "D.1", "proof of Proposition D.1, the chain of bounds"),
    statement=r"$\lambda(K^{(H-1)})\ge c_Hg(\lambda^{(H-1)})$, $g(\lambda)=\min\{\lambda_{\min}"
    r"(G(K)):K\succ0,c_{x,0}^{-2}\le K_{ii}\le c_{x,0}^2,\lambda(K)\ge\lambda\}$",
    reading=r"$\lambda(K)$ is the least eigenvalue of its 2 x 2 blocks; two inputs and Lip times "
    r"softplus, for which $g(\lambda)\ge\lambda\,\mathrm{Lip}^2/4$: so "
    r"$1\ge c_H\mathrm{Lip}^2/4$",
    over={
        c_lambda: UNIT,
        lam: Interval.Lopen(0, 1),
        Lip: Interval.open(0, sp.oo),
        H: sp.Range(2, sp.oo),
    },
    lhs=Closed(1),
    relation=">=",
    rhs=Closed(PRINTED_C_H * Lip**2 / 4),
    grid=Grid(c_lambda=[0.1, 0.9], Lip=[1.0, 10.0], H=[2, 4], lam=[0.5, 1.0]),
    uses=("du2018.lemma-D.1",),
    erratum="the left side must be lambda_min(K^(H)): lambda(K^(H-1)) does not scale with sigma^2",
)


def _schur(points: Any) -> Any:
    """c_H lambda(K^(H-1)) times the least E sigma'(u_i)^2, two inputs."""
    import torch

    from numeric.tensor_program import mean

    rows = [
        torch.linalg.eigvalsh(k)[0] * mean(_slope_square(points), k.diagonal()).amin()
        for k in before_last(points)
    ]
    scale = (points.c_lambda * points.lam**1.5 / points.H) ** 2
    return scale * torch.stack(rows)


link_corrected = Claim(
    id="du2018.proof-PD.1.corrected",
    source=printed_link.source,
    statement=r"$\lambda_{\min}(K^{(H)})\ge c_Hg(\lambda(K^{(H-1)}))$, for two inputs in the form "
    r"$\lambda_{\min}(K^{(H)})\ge c_H\lambda(K^{(H-1)})\min_i\mathbb E\sigma^\prime(u_i)^2$",
    over=RESNET,
    quantifier=ON_GRID,
    lhs=Computed(least_eigenvalue),
    relation=">=",
    rhs=Computed(_schur),
    grid=RECALL_GRID,
    corrects="du2018.proof-PD.1",
    uses=("du2018.lemma-D.1.corrected",),
)


def _diagonal(points: Any) -> Any:
    import torch

    return torch.stack([k[0, 0] for k in before_last(points)])


bounded_diagonal = Claim(
    id="du2018.proof-PD.1.range",
    source=Source(PAPER, "D.1", "proof of Proposition D.1, the diagonal"),
    statement=r"$K_{ii}^{(H-1)}\le c_{x,0}^2$ for all $H$, $c_{x,0}=2e^{2c_\lambda L}$",
    reading=r"$L=1$ for the three activations",
    over=RESNET,
    quantifier=ON_GRID,
    lhs=Computed(_diagonal),
    relation="<=",
    rhs=Closed(4 * exp(4 * c_lambda)),
    grid=Grid(sigma=[0, 1, 2], n=[2], H=[2, 8], c_lambda=[0.1, 0.9], lam=[0.5, 1.0]),
)
