r"""Appendix D: least eigenvalues of the 2 x 2 blocks of a ResNet's Gram matrices.

sigma: which activation (see `appendix_d_networks`); H: layers; c_lambda, lam: the constants of the
branches, c_lambda lam^{3/2}/H, with lam = 1 - cosine (the paper's lambda) for inputs of that inner
product; n: inputs; c: inner product; k, a, b_i, b_j, m_u, m_v, product: K_ij,
a^(h), the b, the means of rho and of rho rho in one step of the recursion.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, Rational, exp, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018.appendix_d_networks import (
    blocks,
    normaliser,
    residual,
    unit_inputs,
)
from theorems.quantifiers import ForAll
from theorems.sides import Closed, Computed

PAPER = "du2018"
UNIT = Interval.open(0, 1)
c_lambda, lam, c = symbols("c_lambda lam c", real=True)
H, n, sigma = symbols("H n sigma", integer=True)
ON_GRID = ForAll(random_points=0, search=False)

# One step of the recursion, one entry per channel.
k, a, b_i, b_j = symbols("k a b_i b_j", real=True)
m_u, m_v, product = symbols("m_u m_v product", real=True)
STEP_SYMBOLS = (k, a, b_i, b_j, m_u, m_v, product)
NEXT_GRAM = a * k * a + m_u * (a * b_j) + (a * b_i) * m_v + product

centred_step = Claim(
    id="du2018.proof-LD.1",
    source=Source(PAPER, "D", "proof of Lemma D.1, the centred recursion"),
    statement=r"$K_{ij}^{(h)}-b_i^{(h)}b_j^{(h)\top}=a(K_{ij}^{(h-1)}-b_i^{(h-1)}b_j^{(h-1)\top})"
    r"a^\top+\mathbb E\rho(U)\rho(V)^\top-\mathbb E\rho(U)\,\mathbb E\rho(V)^\top$",
    reading="one entry per channel; the expectations are free numbers",
    over=dict.fromkeys(STEP_SYMBOLS, sp.S.Reals),
    lhs=Closed(NEXT_GRAM - (a * b_i + m_u) * (a * b_j + m_v)),
    relation="==",
    rhs=Closed(a * (k - b_i * b_j) * a + product - m_u * m_v),
    grid=Grid(points=[{s.name: (i * 7 % 5) - 2.0 for i, s in enumerate(STEP_SYMBOLS)}]),
    uses=("du2018.eq-8", "du2018.theorem-D.1"),
)


def _limits(points: Any) -> list[Any]:
    """The limits K^(0..H-1) of the points' networks with n inputs, one list per point."""
    from numeric.tensor_program import limit

    rows = []
    for factor, least in zip(points.c_lambda.tolist(), points.lam.tolist(), strict=True):
        layers = residual(points.sigma, points.H, factor * least**1.5)
        rows.append(limit(layers[:-1], unit_inputs(points["n"], 1 - least)))
    return rows


def _over_pairs(values: Any) -> Any:
    """The minimum over i != j of `(n, n)`."""
    import torch

    return (values + torch.diag(torch.full((len(values),), torch.inf).double())).amin()


def _stability(points: Any) -> Any:
    """lambda of Theorem D.1 over distinct inputs: the least over h = 0..H-1."""
    import torch

    found = [[_over_pairs(blocks(k, False)) for k in row] for row in _limits(points)]
    return torch.stack([torch.stack(row).amin() for row in found])


def stability_after(points: Any) -> Any:
    """The same for the layer H alone, K^(H) by the recursion."""
    import torch

    from numeric.tensor_program import limit

    rows = []
    for factor, least in zip(points.c_lambda.tolist(), points.lam.tolist(), strict=True):
        layers = residual(points.sigma, points.H, factor * least**1.5)
        rows.append(blocks(limit(layers, unit_inputs(points["n"], 1 - least))[-1], False))
    return torch.stack([_over_pairs(values) for values in rows])


def _literal_stability(points: Any) -> Any:
    """The same with i = j, of which the block is singular."""
    import torch

    found = [[blocks(k, False).amin() for k in row] for row in _limits(points)]
    return torch.stack([torch.stack(row).amin() for row in found])


def centred_chain(points: Any) -> Any:
    """Least eigenvalues of the centred block of the first two inputs, `(points, H)`."""
    import torch

    found = [[blocks(k, True)[0, 1] for k in row] for row in _limits(points)]
    return torch.stack([torch.stack(row) for row in found])


def _plain_chain(points: Any) -> Any:
    import torch

    found = [[blocks(k, False)[0, 1] for k in row] for row in _limits(points)]
    return torch.stack([torch.stack(row) for row in found])


def spread(points: Any) -> Any:
    """c_sigma Var sigma(z)."""
    import torch

    from numeric.tensor_program import mean
    from theorems.papers.du2018.appendix_d_networks import scaled

    average = mean(scaled(points.sigma, 1.0), torch.ones((), dtype=torch.float64))
    return 1 - normaliser(points.sigma) * average**2


RESNET = {
    sigma: sp.FiniteSet(0, 1, 2),
    n: sp.Range(2, sp.oo),
    H: sp.Range(2, sp.oo),
    c_lambda: UNIT,
    lam: Interval.Lopen(0, 1),
}
GRID = Grid(sigma=[0, 1, 2], n=[2], H=[2, 5], c_lambda=[0.1, 0.9], lam=[0.05, 0.5, 1.0]).nightly(
    n=[2, 4], H=[2, 3, 8, 32], lam=[0.001, 0.05, 0.5, 1.0]
)
LEMMA = (
    r"if $a^{(h)}$ is the identity then $\lambda\ge\min_{(i,j)}\lambda_{\min}\begin{pmatrix}"
    r"K_{ii}^{(0)}&K_{ij}^{(0)}\\K_{ji}^{(0)}&K_{jj}^{(0)}\end{pmatrix}$"
)
FIRST = "the first layer has a^(1) = 0: there K^(1) - b b' is a covariance, not K^(0) plus one"

stability = Claim(
    id="du2018.lemma-D.1",
    source=Source(PAPER, "D", "Lemma D.1"),
    statement=LEMMA,
    reading=r"over $i\ne j$: with $i=j$ both sides are 0; ResNets of unit inputs",
    over=RESNET,
    quantifier=ON_GRID,
    lhs=Computed(_stability),
    relation=">=",
    rhs=Closed(lam),
    grid=GRID,
    uses=("du2018.eq-12", "du2018.proof-LD.1", "du2018.theorem-D.1"),
    erratum=f"{FIRST}; softplus and orthogonal inputs: 0.295 < 1",
)

stability_corrected = Claim(
    id="du2018.lemma-D.1.corrected",
    source=Source(PAPER, "D", "Lemma D.1"),
    statement=r"for unit inputs $\lambda\ge c_\sigma\mathrm{Var}[\sigma(z)]\min_{i\ne j}\lambda_{"
    r"\min}\begin{pmatrix}K_{ii}^{(0)}&K_{ij}^{(0)}\\K_{ji}^{(0)}&K_{jj}^{(0)}\end{pmatrix}$",
    over=RESNET,
    quantifier=ON_GRID,
    lhs=Computed(_stability),
    relation=">=",
    rhs=Computed(lambda points: spread(points) * points.lam),
    grid=GRID,
    corrects="du2018.lemma-D.1",
    uses=("du2018.eq-12.corrected",),
)

literal = Claim(
    id="du2018.lemma-D.1.literal",
    source=Source(PAPER, "D", "Lemma D.1, the minimum over all of [n] x [n]"),
    title="with i = j in the minimum, as printed, lambda is 0",
    statement=r"the minimum of Theorem D.1 over all $(i,j)\in[n]\times[n]$ is $\lambda\le0$",
    reading="so the bounds of Theorem D.1, which divide by it, are infinite; up to rounding",
    over=RESNET,
    quantifier=ON_GRID,
    lhs=Computed(_literal_stability),
    relation="<=",
    rhs=Closed(Rational(1, 10**12)),
    grid=GRID,
)

# sigma(x) = cos x + sin x: c_sigma = 1 and K^(1) = e^{c-1} for unit inputs.
exact_first_layer = Claim(
    id="du2018.lemma-D.1.first-layer",
    source=Source(PAPER, "D", "Lemma D.1, K^(1) of two unit inputs"),
    statement=r"$\lambda_{\min}\begin{pmatrix}K_{ii}^{(1)}&K_{ij}^{(1)}\\K_{ji}^{(1)}&K_{jj}^{(1)}"
    r"\end{pmatrix}\ge\lambda_{\min}\begin{pmatrix}K_{ii}^{(0)}&K_{ij}^{(0)}\\K_{ji}^{(0)}&K_{jj}"
    r"^{(0)}\end{pmatrix}$",
    reading=r"for $\sigma(x)=\cos x+\sin x$: $c_\sigma=1$, $K_{ij}^{(1)}=e^{c-1}$, $c\ge0$",
    over={c: Interval.Ropen(0, 1)},
    lhs=Closed(1 - exp(c - 1)),
    relation=">=",
    rhs=Closed(1 - c),
    grid=Grid(c=[0.0, 0.3, 0.9]),
    erratum=f"{FIRST}; at c = 0: 1 - 1/e < 1",
)

CHAIN = (
    r"$\lambda_{\min}(K^{(h)}-b^{(h)}b^{(h)\top})\ge\lambda_{\min}(K^{(h-1)}-b^{(h-1)}b^{(h-1)"
    r"\top})\ge\cdots\ge\lambda_{\min}(K^{(0)})$ on the block of each pair"
)
chain = Claim(
    id="du2018.eq-12",
    source=Source(PAPER, "D", "equation (12)"),
    statement=CHAIN,
    over=RESNET,
    quantifier=ON_GRID,
    lhs=Computed(lambda points: centred_chain(points)[:, 1:]),
    relation=">=",
    rhs=Computed(lambda points: centred_chain(points)[:, :-1]),
    grid=GRID,
    uses=("du2018.proof-LD.1",),
    erratum=f"{FIRST}: the last link fails",
)

chain_corrected = Claim(
    id="du2018.eq-12.corrected",
    source=Source(PAPER, "D", "equation (12)"),
    statement=r"the chain down to $h=1$: $\ge\lambda_{\min}(K^{(1)}-b^{(1)}b^{(1)\top})$",
    over={**RESNET, H: sp.Range(3, sp.oo)},
    quantifier=ON_GRID,
    lhs=Computed(lambda points: centred_chain(points)[:, 2:]),
    relation=">=",
    rhs=Computed(lambda points: centred_chain(points)[:, 1:-1]),
    grid=Grid(sigma=[0, 1, 2], n=[2], H=[3, 6], c_lambda=[0.1, 0.9], lam=[0.05, 0.5, 1.0]),
    corrects="du2018.eq-12",
    uses=("du2018.proof-LD.1",),
)

mean_removed = Claim(
    id="du2018.eq-12.mean",
    source=Source(PAPER, "D", "equation (12), its first inequality"),
    statement=r"$\lambda_{\min}(K^{(h)})\ge\lambda_{\min}(K^{(h)}-b^{(h)}b^{(h)\top})$",
    over=RESNET,
    quantifier=ON_GRID,
    lhs=Computed(_plain_chain),
    relation=">=",
    rhs=Computed(centred_chain),
    grid=GRID,
)
