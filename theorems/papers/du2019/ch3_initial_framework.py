r"""Thesis section 3.12.1: the general recursion, its special cases, population Gram matrices.

sigma, family, H, m, n, seed, h as in appendix D of du2018; reach, p: a filter of 2 reach + 1 taps
over p pixels; offset, slope: rho(x) = offset + slope x.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018.appendix_d_framework import (
    C_RES,
    COMPARED,
    COMPARED_GRID,
    network_features,
    recursion_states,
    state_ratio,
    weights_of,
)
from theorems.papers.du2018.appendix_d_networks import images, scaled
from theorems.quantifiers import ForAll, InExpectation
from theorems.sides import Closed, Computed, Sampled

PAPER = "du2019"
H, m, h, family, reach, p = symbols("H m h family reach p", integer=True)
offset, slope = symbols("offset slope", real=True)
ON_GRID = ForAll(random_points=0, search=False)

bookkeeping = Claim(
    id="du2019.remark-3.1",
    source=Source(PAPER, "3.12.1", "Remarks 3.1, 3.3 and 3.4"),
    statement=r"with $p^{(h)}=1$, $D^{(1)}=0$ and $D^{(h)}=0$ the recursion is a fully connected "
    r"network, with $D^{(h)}$ the identity a ResNet",
    reading=r"features over $\sqrt m$, $\rho$ with the factors of (3.2) and (3.3); $d$ inputs of "
    "one entry each",
    over=COMPARED,
    quantifier=ON_GRID,
    lhs=Computed(lambda points: recursion_states(points, scale=True)),
    relation="==",
    rhs=Computed(network_features),
    grid=COMPARED_GRID,
    uses=("du2019.definition-3.4",),
    restates="du2018.remark-D.1",
)


def _dimension(points: Any) -> Any:
    """The rank of the matrices that span the weights."""
    import torch

    from numeric.tensor_program import convolution

    basis = convolution(lambda u: u, points.p, points.reach).basis
    rank = torch.linalg.matrix_rank(basis.flatten(start_dim=1))
    return rank.to(torch.float64).expand(points.n)


filter_size = Claim(
    id="du2019.remark-3.1.filter",
    source=Source(PAPER, "3.12.1", "Remark 3.2"),
    statement=r"for convolutional networks the dimension of $\mathcal W$ is the filter size",
    reading="for p > reach pixels, so that every tap meets some pixel",
    over={p: sp.S.Naturals, reach: sp.S.Naturals0},
    where=[p > reach],
    quantifier=ON_GRID,
    lhs=Computed(_dimension),
    relation="==",
    rhs=Closed(2 * reach + 1),
    grid=Grid(p=[1, 2, 5, 9], reach=[0, 1, 3]),
    restates="du2018.remark-D.2",
)


# Remark 3.5
def _without_factors(points: Any) -> Any:
    """The recursion with rho = sigma (fully connected) or (c_res/H) sigma in every layer."""
    from dataclasses import replace

    import torch

    from numeric.tensor_program import forward

    layers, x, weights = weights_of(points)
    factor = 1.0 if points.family == 0 else C_RES / points.H
    layers = [replace(layer, rho=scaled(points.sigma, factor)) for layer in layers]
    flat = torch.stack(forward(layers, weights, x)[1:]).flatten() / points.m**0.5
    return flat.expand(points.n, -1)


def _remark(kind: int, name: str, statement: str, erratum: str) -> list[Claim]:
    """The choice of rho as printed, and the one that recovers the network."""
    key = f"du2019.remark-3.5{name}"
    grid = Grid(sigma=[0, 1], family=[kind], H=[1, 3], m=[4], n=[2], seed=[0])
    over = {**COMPARED, family: sp.FiniteSet(kind)}
    source = Source(PAPER, "3.12.1", "Remark 3.5, " + ("ResNet" if kind else "fully connected"))
    return [
        Claim(
            id=key,
            source=source,
            statement=statement,
            over=over,
            quantifier=ON_GRID,
            lhs=Computed(_without_factors),
            relation="==",
            rhs=Computed(network_features),
            grid=grid,
            uses=("du2019.remark-3.1", "du2019.definition-3.4"),
            erratum=erratum,
        ),
        Claim(
            id=f"{key}.corrected",
            source=source,
            statement=r"$\rho^{(1)}=\sqrt{c_\sigma}\sigma$ and $\rho^{(h)}="
            + (r"\frac{c_{res}}H\sigma$ for $h\ge2$" if kind else r"\sqrt{c_\sigma}\sigma$"),
            over=over,
            quantifier=ON_GRID,
            lhs=Computed(lambda points: recursion_states(points, scale=True)),
            relation="==",
            rhs=Computed(network_features),
            grid=grid,
            corrects=key,
        ),
    ]


dense_choice = _remark(
    0,
    "",
    r"$\rho^{(h)}=\sigma$ and $D^{(h)}=0$ recover the fully connected network (3.2)",
    "(3.2) has sqrt(c_sigma) sigma: the factor, 1.042 for softplus, is missing in every layer",
)
residual_choice = _remark(
    1,
    ".residual",
    r"$\rho^{(h)}=\frac{c_{res}}H\sigma$ and $D^{(h)}$ the identity recover the ResNet (3.3)",
    "the first layer of (3.3) is sqrt(c_sigma) sigma, without c_res/H",
)

scaling = Claim(
    id="du2019.remark-3.6",
    source=Source(PAPER, "3.12.1", "Remark 3.6"),
    statement=r"$X_i^{(h)}=\sqrt mx_i^{(h)}$ for $h\ge1$ and $X_i^{(0)}=x_i^{(0)}$",
    over={**COMPARED, h: sp.S.Naturals0},
    where=[h <= H],
    quantifier=ON_GRID,
    lhs=Computed(lambda points: state_ratio(points, points.h)),
    relation="==",
    rhs=Closed(sp.Piecewise((1, sp.Eq(h, 0)), (sqrt(m), True))),
    grid=Grid(sigma=[0], family=[0, 1], H=[3], m=[5], n=[2], seed=[1], h=[0, 1, 2, 3]),
    uses=("du2019.remark-3.5.corrected",),
    restates="du2018.remark-D.3",
)


# Definition 3.4 for rho(x) = offset + slope x, where it holds in the mean at every width.
def _layers(offset_value: float, slope_value: float) -> list[Any]:
    from numeric.tensor_program import convolution

    def affine(u: Any) -> Any:
        return offset_value + slope_value * u

    return [convolution(affine, 3), convolution(affine, 3, skip=1.0)]


def _empirical_grams(points: Any, samples: int, generator: Any) -> Any:
    """Sums over pixels of the gram of layer 2 and of its means, by explicit weights."""
    import torch

    from numeric.normals import normal
    from numeric.tensor_program import empirical, forward

    x, width = images(2, 2, 3).abs(), points.m
    rows = []
    for low, steep in zip(points.offset.tolist(), points.slope.tolist(), strict=True):
        layers = _layers(low, steep)
        first = normal(samples, width, 2, 3, generator=generator)
        second = normal(samples, width, width, 3, generator=generator)

        def one(*weights: Any, layers: Any = layers) -> Any:
            found = empirical(forward(layers, weights, x)[-1])
            return torch.cat([found.gram.sum((-2, -1)).flatten(), found.mean.sum(-1)])

        rows.append(torch.func.vmap(one)(first, second))
    return torch.stack(rows)


def _population(points: Any) -> Any:
    import torch

    from numeric.tensor_program import limit

    rows = []
    for low, steep in zip(points.offset.tolist(), points.slope.tolist(), strict=True):
        found = limit(_layers(low, steep), images(2, 2, 3).abs())[-1]
        rows.append(torch.cat([found.gram.sum((-2, -1)).flatten(), found.mean.sum(-1)]))
    return torch.stack(rows)


definition = Claim(
    id="du2019.definition-3.4",
    source=Source(PAPER, "3.12.1", "Definition 3.4, equations (3.15) and (3.16)"),
    statement=r"$K_{ij}^{(h)}=D^{(h)}K_{ij}^{(h-1)}D^{(h)\top}+\mathbb E(\rho(U)D^{(h)}"
    r"(b_j^{(h-1)})^\top+D^{(h)}(b_i^{(h-1)})\rho(V)^\top+\rho(U)\rho(V)^\top)$, "
    r"$b_i^{(h)}=D^{(h)}(b_i^{(h-1)})+\mathbb E\rho^{(h)}(U)$, "
    r"$(U,V)\sim N(0,\mathcal W(K^{(h-1)}))$",
    reading=r"for affine $\rho$ these are the means of $\frac1mXX^\top$ and $\frac1m\sum X$ at "
    "every width: two convolutional layers, the second with a skip, sums over the three pixels",
    over={m: sp.S.Naturals, offset: sp.S.Reals, slope: sp.S.Reals},
    quantifier=InExpectation(samples=1 << 15),
    lhs=Sampled(_empirical_grams),
    relation="==",
    rhs=Computed(_population),
    grid=Grid(m=[3], offset=[0.5, 2.0], slope=[0.7]).nightly(m=[1, 3, 8], slope=[0.7, -1.0]),
    uses=("du2018.eq-8",),
)
