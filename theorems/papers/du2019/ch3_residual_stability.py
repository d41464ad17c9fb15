r"""Thesis section 3.10: Lemmas 3.8 to 3.11, the ResNet at and near its initialisation.

Symbols in `du2018.appendix_b_symbols`, c_res itself in place of c_lambda lambda^(3/2); a_2, a_4:
a_{2,0} = |a(0)|_2/sqrt(m) and a_{4,0} = |a(0)|_4/m^(1/4), the smallest the weights allow.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import sympy as sp
from sympy import Interval, Rational, oo, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018 import appendix_b_initial as initial
from theorems.papers.du2018 import appendix_b_stability as stability
from theorems.papers.du2018.appendix_b_symbols import (
    DEEP,
    DEPTH_ENDS,
    POSITIVE,
    RATE,
    H,
    R,
    activation,
    c_res,
    gram_norm,
    n,
    paths,
    weights_near,
)
from theorems.papers.du2018.pairs import restated
from theorems.papers.du2018.sec4_gram import least_eigenvalue
from theorems.quantifiers import ForAllWeights, SufficientSize, WithProbability
from theorems.sides import Closed, Computed, Holds, Sampled

PAPER = "du2019"
B, lam, k = symbols("B lambda_0 k", real=True)

initial_norms = Claim(
    id="du2019.lemma-3.8",
    source=Source(PAPER, "3.10", "Lemma 3.8"),
    statement=r"if $\sigma$ is $L$-Lipschitz, $m=\Omega(\frac n\delta)$ and "
    r"$\|W^{(h)}(0)\|_{op}\le c_{w,0}\sqrt m$ for $h\in[2,H]$, $1.99\le c_{w,0}\le2.01$, then "
    r"with probability at least $1-\delta$, "
    r"$\frac1{c_{x,0}}\le\|x_i^{(h)}(0)\|_2\le c_{x,0}$ for every $h$ and $i$",
    reading=r"$m=40\frac n\delta$, $c_{x,0}=2e^{c_{res}c_{w,0}L}$ with $c_{w,0}=1.99$; "
    "orthonormal inputs",
    over=initial.START,
    hypotheses=[Holds("|W^(h)(0)|_2 <= 2.01 sqrt(m)", lambda draws: draws["within"])],
    quantifier=WithProbability(
        at_least=1 - initial.delta, draw=partial(initial.draw_norms, bound=2.01), draws=200
    ),
    lhs=Sampled(lambda draws: draws["worst"]),
    relation="<=",
    rhs=Closed(1),
    grid=initial.initial_norms.grid,
    restates="du2018.lemma-B.1",
    uses=(
        "du2018.proof-B.1a",
        "du2018.proof-B.1b",
        "du2018.proof-B.1c",
        "du2018.lemma-B.1",
    ),
)


def _gram_is_large(points: Any, size: int, draws: int, generator: Any) -> Any:
    """Whether lambda_min(G^(H)(0)) >= 3/4 lambda_0, a(0) Gaussian."""
    import torch

    from numeric.deep_draws import draw
    from numeric.kernels.layers import Activation

    softplus, rate = Activation("softplus"), float(points.c_res[0])
    target = 0.75 * least_eigenvalue(points["n"], points.H, rate)
    x, kept = torch.eye(points["n"], dtype=torch.float64), []
    for start in range(0, draws, 100):
        batch = (min(100, draws - start),)
        drawn = draw(batch, points.H, size, x, softplus, rate, generator, readout="gaussian")
        kept.append(torch.linalg.eigvalsh(drawn.last_gram)[:, 0] >= target)
    return torch.cat(kept).to(torch.float64).unsqueeze(0)


def _printed_width(points: Any) -> Any:
    """n^2 log(H n/delta)/lambda_0^2, delta = 1/5."""
    import torch

    size, depth = points["n"], points.H
    least = [least_eigenvalue(size, depth, rate) for rate in points.c_res.tolist()]
    values = [size**2 * math.log(5 * depth * size) / value**2 for value in least]
    return torch.tensor(values, dtype=torch.float64)


least_at_start = Claim(
    id="du2019.lemma-3.9",
    source=Source(PAPER, "3.10", "Lemma 3.9"),
    statement=r"if $m=\Omega\left(\frac{n^2\log(Hn/\delta)}{\lambda_0^2}\right)$ then "
    r"$\lambda_{\min}(G^{(H)}(0))\ge\frac34\lambda_0$",
    reading=r"with probability $1-\delta=\frac45$; softplus, orthonormal inputs; growth with $H$",
    over={H: DEEP, n: sp.S.Naturals, c_res: RATE},
    quantifier=SufficientSize(at_least=Rational(4, 5), along=("H",), draws=150),
    lhs=Sampled(_gram_is_large),
    relation="<=",
    rhs=Computed(_printed_width),
    grid=Grid(H=[2, 4, 8, 16], n=[2], c_res=[0.8]).nightly(H=[2, 4, 8, 16, 32]),
    restates="du2018.lemma-B.2",
    uses=(
        "du2019.theorem-3.4",
        "du2019.lemma-3.22",
    ),
)

states_move = Claim(
    id="du2019.lemma-3.10",
    source=Source(PAPER, "3.10", "Lemma 3.10"),
    statement=stability.CONDITIONS
    + stability.MOVE
    + r"\left(\sqrt{c_\sigma}L+\frac{c_{x,0}}{c_{w,0}}\right)e^{2c_{res}c_{w,0}L}R$",
    reading=r"unit inputs; $c_{x,0}$ the largest $\|x^{(h)}(0)\|_2$ of the weights at hand",
    over=stability.NETWORK,
    where=stability.WITHIN,
    quantifier=stability.SEARCH,
    lhs=Computed(stability.moved_states),
    relation="<=",
    rhs=Computed(stability.states_bound),
    grid=stability.GRID,
    restates="du2018.lemma-B.3",
    uses=("du2019.lemma-3.10.recursion", "du2018.proof-B.3.layer"),
)

recursion = Claim(
    id="du2019.lemma-3.10.recursion",
    source=Source(PAPER, "3.10.1", "proof of Lemma 3.10, the induction hypothesis"),
    title="the recursion of the proof of Lemma 3.10",
    **restated(
        stability.recursion_states,
        statement=r"$g(h)=g(h-1)\left[1+\frac{2c_{res}c_{w,0}L}H\right]+\frac LHRc_{x,0}$ and "
        r"$g(1)=\sqrt{c_\sigma}LR$ imply $g(h)\le\left(\sqrt{c_\sigma}L+\frac{c_{x,0}}{c_{w,0}}"
        r"\right)e^{2c_{res}c_{w,0}L}R$",
        erratum="the additive term lacks c_res (the display below has it)",
    ),
)


def _sets(points: Any, generator: Any) -> dict[str, Any]:
    """The weights of `weights_near`, two inputs, and output weights a(0) with their move."""
    import torch

    from numeric.adversary import Around

    a = torch.zeros(points.n, 1, points.m, dtype=torch.float64)
    root = points.m**0.5
    return {
        **weights_near(points, generator, inputs=2),
        "a": Around(a, 1.5 * root, trailing=1),
        "a_move": Around(a, points.R * root, trailing=1),
    }


def _gram_move(points: Any, weights: Any, *, spectral: bool = False) -> Any:
    """|G^(H)(k) - G^(H)(0)|_F H^2/c_res^2, over n R; a moves along; `spectral`: the operator
    norm."""
    from numeric.deep_residual import printed_last_gram

    rate = points.c_res.unsqueeze(-1)
    start, moved = stability.both(points, weights)
    start = {**start, "a": weights["a"]}
    moved = {**moved, "a": weights["a"] + weights["a_move"]}
    grams = [
        printed_last_gram(w, path, activation(points), rate)
        for w, path in zip((start, moved), paths(points, weights), strict=True)
    ]
    change = gram_norm(grams[1] - grams[0], spectral=spectral)
    return change * points.H**2 / rate**2 / (2 * points.R.unsqueeze(-1))


def _gram_bound(points: Any, weights: Any) -> Any:
    """The bracket of the proof times L^2."""
    size, large, _, bound, _, lipschitz, smooth = stability.constants(points, weights)
    a_2 = weights["a"].norm(dim=-1) / points.m**0.5
    a_4_squared = weights["a"].square().norm(dim=-1) / points.m**0.5
    first = 3 * size * large * a_2.square()
    second = 2 * smooth * size**2 * (2 * large * bound + size) * a_4_squared
    return (first + second + 12 * size**2 * a_2) * lipschitz**2


def _small(points: Any, weights: Any) -> Any:
    a_2 = weights["a"].norm(dim=-1) / points.m**0.5
    return stability.small_radius(points, weights) & (points.R.unsqueeze(-1) <= a_2)


gram_moves = Claim(
    id="du2019.proof-3.11",
    source=Source(PAPER, "3.10.1", "proof of Lemma 3.11"),
    statement=r"$\|G^{(H)}(k)-G^{(H)}(0)\|_F\le\frac{c_{res}^2L^2nR}{H^2}\left[3c_{x,0}c_xa_{2,0}^2"
    r"+2\beta c_{x,0}^2(2c_xc_{w,0}+c_{x,0})a_{4,0}^2+12c_{x,0}^2a_{2,0}\right]$",
    reading=r"two inputs; over $\frac{c_{res}^2}{H^2}nR$; $c_xR\le c_{x,0}$ and $R\le a_{2,0}$, "
    "which the proof uses for a small R",
    over=stability.NETWORK,
    where=stability.WITHIN,
    hypotheses=[Holds("c_x R <= c_{x,0}, R <= a_{2,0}", _small)],
    quantifier=ForAllWeights(within=_sets, restarts=8, steps=12),
    lhs=Computed(_gram_move),
    relation="<=",
    rhs=Computed(_gram_bound),
    grid=Grid(points=stability.SMALL_R),
    restates="du2018.proof-B.4",
    uses=("du2019.lemma-3.10",),
)

gram_small = Claim(
    id="du2019.lemma-3.11",
    source=Source(PAPER, "3.10", "Lemma 3.11"),
    statement=r"if $\|W^{(h)}(k)-W^{(h)}(0)\|_F,\|a(k)-a(0)\|_2\le\sqrt mR$, $R\le c\lambda_0H^2"
    r"n^{-1}$ for some small constant $c$ then "
    r"$\|G^{(H)}(k)-G^{(H)}(0)\|_{op}\le\frac{\lambda_0}2$",
    reading=r"$c=\frac1{2B}$, $B$ the bracket of the proof times $L^2c_{res}^2$, and $\lambda_0="
    r"\frac{nR}{cH^2}$, the least that the hypothesis leaves; two inputs; $c_xR\le c_{x,0}$ and "
    r"$R\le a_{2,0}$; over $\frac{c_{res}^2}{H^2}nR$",
    over=stability.NETWORK,
    where=stability.WITHIN,
    hypotheses=gram_moves.hypotheses,
    quantifier=gram_moves.quantifier,
    lhs=Computed(lambda points, weights: _gram_move(points, weights, spectral=True)),
    relation="<=",
    rhs=Computed(_gram_bound),
    grid=Grid(points=stability.SMALL_R),
    restates="du2018.lemma-B.4",
    uses=("du2019.proof-3.11", "du2019.lemma-3.11.constant"),
)

gram_small_constant = Claim(
    id="du2019.lemma-3.11.constant",
    source=Source(PAPER, "3.10.1", "proof of Lemma 3.11, the choice of c"),
    title="the constant of Lemma 3.11",
    statement=r"$\frac B{H^2}nR\le\frac{\lambda_0}2$ when $R\le\frac{\lambda_0H^2}{2Bn}$",
    reading=r"$B$ is the bracket of the proof times $L^2c_{res}^2$, a constant; $k=n$",
    over={**dict.fromkeys((B, lam, R), POSITIVE), k: Interval(1, oo), H: DEEP},
    where=[2 * B * k * R <= lam * H**2],
    lhs=Closed(B / H**2 * k * R),
    relation="<=",
    rhs=Closed(lam / 2),
    grid=DEPTH_ENDS,
    restates="du2018.lemma-B.4.constant",
)
