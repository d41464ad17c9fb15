r"""Thesis section 3.13: the least eigenvalue of the last Gram matrix, by depth.

H: layers; sigma: activation (0 softplus, 1 tanh, 2 sigmoid); n: inputs; cosine: inner product of
any two inputs; c_lambda, lam: c_res is c_lambda lam^{3/2}, lam = 1 - cosine.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018.appendix_d_blocks import GRID as BLOCK_GRID
from theorems.papers.du2018.appendix_d_blocks import (
    RESNET,
    H,
    c_lambda,
    lam,
    n,
    sigma,
    spread,
    stability_after,
)
from theorems.papers.du2018.appendix_d_depth import before_last, least_eigenvalue
from theorems.papers.du2018.appendix_d_networks import activation, unit_inputs
from theorems.papers.du2018.pairs import corrected
from theorems.quantifiers import ForAll, UpToConstant
from theorems.sides import Closed, Computed

PAPER = "du2019"
ON_GRID = ForAll(random_points=0, search=False)
cosine = symbols("cosine", real=True)


def _dense_least(points: Any) -> Any:
    """Least eigenvalue of the fully connected K^(H) over its largest."""
    import torch

    from numeric.kernels.deep import fully_connected_limit

    rows = []
    for angle in points.cosine.tolist():
        x = unit_inputs(points["n"], angle)[..., 0]
        values = torch.linalg.eigvalsh(
            fully_connected_limit(x, activation(points.sigma), points.H)[-1]
        )
        rows.append(values[0] / values[-1])
    return torch.stack(rows)


DENSE = {
    sigma: sp.FiniteSet(0, 1, 2),
    n: sp.Range(2, sp.oo),
    H: sp.S.Naturals,
    cosine: Interval.open(-1, 1),
}
dense_definite = Claim(
    id="du2019.proposition-3.1",
    source=Source(PAPER, "3.13.1", "Proposition 3.1"),
    statement=r"under Condition 3.2, if no two inputs are parallel, $\lambda_{\min}(K^{(H)})>0$ "
    "for the fully connected network",
    reading="relative to the largest eigenvalue, and above the rounding of float64",
    over=DENSE,
    quantifier=ON_GRID,
    lhs=Computed(_dense_least),
    relation=">",
    rhs=Closed(sp.Rational(1, 10**12)),
    grid=Grid(sigma=[0, 1], n=[4], H=[1, 5], cosine=[0.0, 0.9]).nightly(
        sigma=[0, 1, 2], n=[2, 4, 12], H=[1, 2, 5, 10], cosine=[-0.05, 0.0, 0.9, 0.999]
    ),
    uses=("du2019.lemma-3.23", "du2019.lemma-3.24", "du2019.condition-3.2"),
)


depth = Claim(
    id="du2019.proposition-3.2",
    source=Source(PAPER, "3.13.2", "Proposition 3.2"),
    statement=r"for the ResNet $\lambda_{\min}(K^{(H)})\ge c_H\kappa$, $c_H\sim\frac1{H^2}$, "
    r"$\kappa$ independent of the depth",
    reading=r"as H grows, all else fixed; three inputs; $c_H=\frac1{H^2}$",
    over=RESNET,
    quantifier=UpToConstant(along=("H",)),
    lhs=Computed(least_eigenvalue),
    relation=">=",
    rhs=Closed(1 / H**2),
    grid=Grid(sigma=[1], n=[3], H=[2, 4, 8, 16], c_lambda=[0.9], lam=[0.4]).nightly(
        sigma=[0, 1, 2], H=[2, 4, 8, 16, 32, 64], c_lambda=[0.1, 0.9]
    ),
    uses=("du2019.lemma-3.25", "du2019.lemma-3.24", "du2019.lemma-3.8"),
    restates="du2018.proposition-D.1",
)


def _least_before(points: Any) -> Any:
    """lambda(K^(H-1)), the least eigenvalue of the 2 x 2 blocks, for two inputs."""
    import torch

    return torch.stack([torch.linalg.eigvalsh(k)[0] for k in before_last(points)])


def _small_constant(points: Any) -> Any:
    """c_res^2 / H^2 times the least eigenvalue of the blocks of K^(0)."""
    return points.c_lambda.square() * points.lam**3 / points.H**2 * points.lam


link = Claim(
    id="du2019.proposition-3.2.link",
    source=Source(PAPER, "3.13.2", "proof of Proposition 3.2"),
    statement=r"by Lemma 3.25, $\lambda(K^{(H-1)})\ge c_H\lambda(K^{(0)})$, $c_H=\frac{c_{res}^2}"
    r"{H^2}$",
    reading=r"two inputs, $\lambda(K)$ the least eigenvalue of the 2 x 2 blocks; $c_{res}$ is a "
    r"small constant, here at most $\frac12$, which may depend on the activation: no constant "
    r"serves all of them, since for $\sigma(z)=b+\sin z$ and orthogonal inputs the left side falls "
    r"like $b^{-2}$",
    over=RESNET,
    where=[2 * c_lambda <= 1],
    quantifier=ON_GRID,
    lhs=Computed(_least_before),
    relation=">=",
    rhs=Computed(_small_constant),
    grid=Grid(sigma=[0, 1, 2], n=[2], H=[2, 5], c_lambda=[0.1, 0.5], lam=[0.05, 0.5, 1.0]).nightly(
        n=[2, 4], H=[2, 3, 8, 32], lam=[0.001, 0.05, 0.5, 1.0]
    ),
    uses=("du2019.lemma-3.25",),
)

link_constant = Claim(
    id="du2019.proposition-3.2.link.constant",
    source=link.source,
    title="what Lemma 3.25, corrected, gives in the proof of Proposition 3.2 (not printed)",
    statement=r"$\lambda(K^{(H-1)})\ge c_\sigma\mathrm{Var}[\sigma(z)]\lambda(K^{(0)})$",
    reading=r"two inputs; $\lambda(K)$ is the least eigenvalue of the 2 x 2 blocks",
    over=RESNET,
    quantifier=ON_GRID,
    lhs=Computed(_least_before),
    relation=">=",
    rhs=Computed(lambda points: spread(points) * points.lam),
    grid=BLOCK_GRID,
    uses=("du2019.lemma-3.25.corrected",),
)

blocks = Claim(
    id="du2019.lemma-3.25",
    source=Source(PAPER, "3.13.2", "Lemma 3.25 and equation (3.19)"),
    statement=r"if $D^{(h)}$ is the identity then $\lambda(K^{(H)})\ge\min_{(i,j)}\lambda_{\min}"
    r"\begin{pmatrix}K_{ii}^{(0)}&K_{ij}^{(0)}\\K_{ji}^{(0)}&K_{jj}^{(0)}\end{pmatrix}$",
    reading=r"over $i\ne j$, $\lambda(K)$ the least eigenvalue of the 2 x 2 blocks, $K^{(H)}$ of "
    "Definition 3.4",
    over=RESNET,
    quantifier=ON_GRID,
    lhs=Computed(stability_after),
    relation=">=",
    rhs=Closed(lam),
    grid=BLOCK_GRID,
    uses=("du2019.definition-3.4", "du2018.proof-LD.1", "du2018.lemma-D.1"),
    restates="du2018.lemma-D.1",
    erratum="D^(1) = 0 by the section's own setup: K^(1) - b b' is a covariance, and (3.19) ends "
    "at h = 1; softplus and orthogonal inputs, K^(1): 0.295 < 1",
)

blocks_corrected = Claim(
    id="du2019.lemma-3.25.corrected",
    statement=r"for unit inputs $\lambda(K^{(H)})\ge c_\sigma\mathrm{Var}[\sigma(z)]\min_{i\ne j}"
    r"\lambda_{\min}\begin{pmatrix}K_{ii}^{(0)}&K_{ij}^{(0)}\\K_{ji}^{(0)}&K_{jj}^{(0)}\end{pmatrix}$",
    **corrected(blocks, rhs=Computed(lambda points: spread(points) * points.lam)),
    uses=("du2018.eq-12.corrected",),
)
