r"""Thesis sections 3.2.2, 3.6 and 3.11: the patch operator and the convolutional Gram matrices.

Symbols in `du2018.sec5_gram`, whose claims these restate; c_res itself in place of c_lambda
lambda^(3/2); output weights independent standard normal at every position.
"""

from __future__ import annotations

from typing import Any

from sympy import sqrt

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018 import appendix_c_gram as last
from theorems.papers.du2018 import sec5_gram as sec5
from theorems.papers.du2018.appendix_c_symbols import NATURAL
from theorems.papers.du2018.pairs import restated
from theorems.quantifiers import UpToConstant
from theorems.sides import Closed, Computed, Sampled

PAPER = "du2019"
patch_norm = Claim(
    id="du2019.eq-3-phi",
    source=Source(PAPER, "3.2.2", "property of the patch operator"),
    **restated(sec5.patch_norm),
    uses=("du2018.eq-phi.entries",),
)

definition = Claim(
    id="du2019.definition-3.3",
    source=Source(PAPER, "3.6", "Definition 3.3, (3.9)"),
    title="the convolutional ResNet's Gram matrices",
    statement=r"$K^{(1)}_{ij}=\mathbb E\,c_\sigma\sigma(u)^\top\sigma(v)$, $H^{(h)}_{ij}=K^{(h-1)}"
    r"_{ij}+\mathbb E_{N(0,A^{(h-1)}_{ij})}[\cdots]$, $K^{(h)}_{ij,lr}=tr(H^{(h)}_{ij,D_l^{(h)}"
    r"D_r^{(h)}})$, $M^{(H)}_{ij,lr}=K^{(H-1)}_{ij,lr}\mathbb E_{N(0,A^{(H-1)}_{ij})}[\sigma'(u_l)"
    r"\sigma'(v_r)]$, $K^{(H)}_{ij}=tr(M^{(H)}_{ij})$, the matrix that $G^{(H)}(0)$ is close to",
    reading=r"over $\frac{c_{res}^2}{H^2}$; $b_i^\top\sigma(u)$ is a matrix with $b_i$ along the "
    r"rows; $A^{(h)}$ is made of $K^{(h-1)}$",
    over=sec5.GRAMS,
    quantifier=sec5.PLAIN,
    lhs=Computed(lambda points: sec5.gram(points, paper="du2019")),
    relation="==",
    rhs=Computed(lambda points: sec5.gram(points, output=True)),
    grid=sec5.RECURSION,
    restates="du2018.eq-6",
    uses=(
        "du2019.definition-3.3.corrected",
        "du2018.eq-6",
    ),
    erratum="c_res^2/H^2 is missing in K^(H), the branch is added to K^(h-1) instead of H^(h-1), "
    "K^(1) lacks the sum over patches, and the expectations are one layer late",
)


def _factor(points: Any) -> Any:
    """The printed K^(H) of patches of one position and two layers, with the factor put in."""
    return sec5.gram(points, paper="du2019") * (points.c_res / points.H).square().unsqueeze(-1)


missing_factor = Claim(
    id="du2019.definition-3.3.single",
    source=definition.source,
    title="(3.9) for patches of one position and two layers, with c_res^2/H^2",
    statement=r"$K^{(H)}_{ij}=\frac{c_{res}^2}{H^2}\,tr(M^{(H)}_{ij})$ with the covariance "
    r"$K^{(H-1)}$ in the last expectation",
    reading=r"linear activation, for which that covariance does not matter; q = 1 and H = 2, where "
    "no other slip shows",
    over={**sec5.one_position.over},
    quantifier=sec5.PLAIN,
    lhs=Computed(_factor),
    relation="==",
    rhs=Computed(lambda points: sec5.gram(points, output=True)),
    grid=Grid(n=[2], p=[3], sigma=[2], c_res=[0.7], H=[2], q=[1]),
)

definition_corrected = Claim(
    id="du2019.definition-3.3.corrected",
    source=definition.source,
    title="the convolutional Gram matrices, corrected, are approached at the rate 1/sqrt(m)",
    statement=r"$H^{(1)}=c_\sigma\mathbb E\sigma(u)^\top\sigma(v)$, $H^{(h)}_{ij}=H^{(h-1)}_{ij}+"
    r"\mathbb E_{N(0,A^{(h)}_{ij})}\left[\frac{c_{res}}H(b_i^\top\sigma(v)+\sigma(u)^\top b_j)+"
    r"\frac{c_{res}^2}{H^2}\sigma(u)^\top\sigma(v)\right]$, $K^{(h)}_{ij,lr}=tr(H^{(h)}_{ij,D_l"
    r"D_r})$ for $h\ge1$, $K^{(H)}_{ij}=\frac{c_{res}^2}{H^2}tr(K^{(H-1)}_{ij}\circ\mathbb E_{N(0,"
    r"A^{(H)}_{ij})}\sigma'(u)^\top\sigma'(v))$",
    reading=r"$\mathbb E|G^{(H)}_{12}(0)-K^{(H)}_{12}|=O(m^{-1/2})$, over $\frac{c_{res}^2}{H^2}$",
    over={**sec5.GRAMS, sec5.m: NATURAL},
    quantifier=UpToConstant(along=("m",), samples=400),
    lhs=Sampled(
        lambda points, samples, generator: sec5.gram_error(points, samples, generator, output=True)
    ),
    relation="<=",
    rhs=Closed(1 / sqrt(sec5.m)),
    grid=sec5.recursion_corrected.grid,
    corrects="du2019.definition-3.3",
)

gram = Claim(
    id="du2019.eq-3.14",
    source=Source(PAPER, "3.11", "(3.14)"),
    statement=r"$G_{ij}^{(H)}=\frac{c_{res}^2}{H^2m}" + last.SUMS,
    reading=r"$x_{i,l}=\phi(x_i)_{:,l}$ (printed as $\phi(x_{i,l})_{:,l}$); output weights "
    "standard normal",
    over=last.NETWORKS,
    quantifier=last.EXACTLY,
    lhs=Computed(lambda points: last.automatic_gram(points, output=True)),
    relation="==",
    rhs=Computed(lambda points: last.printed_gram(points, output=True)),
    grid=last.GRID,
    restates="du2018.eq-C-G",
    uses=("du2019.eq-3-phi",),
)
