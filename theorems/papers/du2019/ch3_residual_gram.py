r"""Thesis sections 3.3, 3.5 and 3.10: Gram matrices and gradient of the ResNet.

H: depth; c_res: the residual branch's factor, in (0, 1); phi: angle of two unit inputs; the rest
as in `du2018.sec4_gram` and `du2018.appendix_b_gradients`, whose claims these restate.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, acos, oo, pi

from symbolic.arccos import g
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018 import appendix_b_gradients as gradients
from theorems.papers.du2018.pairs import corrected
from theorems.papers.du2018.sec4_gram import (
    DEPTHS,
    EQUAL,
    FIRST,
    MEANS,
    PAIR,
    PAIRS,
    SQUARE,
    H,
    c_res,
    least_of_the_limit,
    phi,
    r_1,
    r_2,
    second_states,
)
from theorems.quantifiers import InExpectation, UpToConstant
from theorems.sides import Closed, Computed, Sampled

PAPER = "du2019"
RECURSION = (
    r"$K^{(h)}_{ij}=K^{(h-1)}_{ij}+\mathbb E\left[\frac{c_{res}b_i^{(h-1)}\sigma(u)}H+\frac{c_{res}"
    r"b_j^{(h-1)}\sigma(v)}H+\frac{c_{res}^2\sigma(u)\sigma(v)}{H^2}\right]$"
)
definition = Claim(
    id="du2019.definition-3.2",
    source=Source(PAPER, "3.5", "Definition 3.2, (3.8)"),
    title="the recursion of the ResNet's Gram matrices",
    statement=RECURSION + r", the Gram matrix that $G^{(h)}(0)$ is close to",
    reading=r"$h=2$ and ReLU; inputs of equal norm, as in every theorem ($\|x_i\|=1$); the plus "
    "sign between the first two terms, at a line's end, is supplied",
    over=PAIR,
    where=[sp.Eq(r_1, r_2)],
    quantifier=InExpectation(),
    lhs=Closed(FIRST + MEANS * (r_1**2 + r_2**2) + SQUARE),
    relation="==",
    rhs=Sampled(second_states),
    grid=EQUAL,
    restates="du2018.eq-5",
    uses=("du2018.eq-5",),
)

unequal = Claim(
    id="du2019.definition-3.2.unequal",
    source=definition.source,
    title="(3.8) for inputs of unequal norm, which the theorems exclude",
    statement=RECURSION + r", the Gram matrix that $G^{(h)}(0)$ is close to, when "
    r"$\|x_i\|\ne\|x_j\|$",
    reading=r"$h=2$ and ReLU; no norm of the inputs is asked for in the definition",
    over=PAIR,
    quantifier=InExpectation(),
    lhs=Closed(FIRST + MEANS * (r_1**2 + r_2**2) + SQUARE),
    relation="==",
    rhs=Sampled(second_states),
    grid=PAIRS,
    restates="du2018.eq-5.unequal",
    erratum="b_i is paired with sigma(u) of the same input, as in du2018 (5); only equal norms "
    "hide it",
)

unequal_corrected = Claim(
    id="du2019.definition-3.2.unequal.corrected",
    source=definition.source,
    statement=r"$K^{(h)}_{ij}=K^{(h-1)}_{ij}+\mathbb E\left[\frac{c_{res}b_i^{(h-1)}\sigma(v)}H+"
    r"\frac{c_{res}b_j^{(h-1)}\sigma(u)}H+\frac{c_{res}^2\sigma(u)\sigma(v)}{H^2}\right]$",
    over=PAIR,
    quantifier=InExpectation(),
    lhs=Closed(FIRST + MEANS * 2 * r_1 * r_2 + SQUARE),
    relation="==",
    rhs=Sampled(second_states),
    grid=PAIRS,
    corrects="du2019.definition-3.2.unequal",
)

# H = 3, unit inputs, ReLU: E sigma'(u) sigma'(v) = (pi - angle)/(2 pi).
UNIT = {r_1: 1, r_2: 1, H: 3}
CROSS = (FIRST + MEANS * 2 * r_1 * r_2 + SQUARE).subs(UNIT)
OWN = (1 + 2 * MEANS + (c_res / H) ** 2 / 2).subs(H, 3)
ANGLES = {phi: Interval.Lopen(0, pi / 2), c_res: Interval.open(0, 1)}


def _slopes(points: Any, samples: int, generator: Any) -> Any:
    """sigma'(u) sigma'(v) for (u, v) with covariance K^(2), H = 3, unit inputs, ReLU."""
    import math

    import torch

    from numeric.normals import normal

    angle, rate = points.phi, points.c_res / 3

    def kernel(cosine: Any) -> Any:
        turn = torch.acos(cosine.clamp(-1.0, 1.0))
        return ((math.pi - turn) * cosine + turn.sin()) / math.pi

    first = kernel(angle.cos())
    cross = first + rate * math.sqrt(2) / math.pi + rate.square() * kernel(first) / 2
    own = 1 + rate * math.sqrt(2) / math.pi + rate.square() / 2
    cosine = (cross / own)[:, None]
    z = normal(2, points.n, samples, generator=generator)
    v = cosine * z[0] + (1 - cosine.square()).clamp_min(0).sqrt() * z[1]
    return ((z[0] > 0) & (v > 0)).to(torch.float64)


last_layer = Claim(
    id="du2019.definition-3.2.last",
    source=definition.source,
    title="the covariance in the last layer of (3.8)",
    statement=r"$K^{(H)}_{ij}=\frac{c_{res}^2}{H^2}K^{(H-1)}_{ij}\mathbb E_{(u,v)\sim N(0,"
    r"A^{(H-1)}_{ij})}[\sigma'(u)\sigma'(v)]$ with $A^{(h)}$ made of $K^{(h-1)}$",
    reading=r"$H=3$, ReLU, unit inputs: the expectation against that of the wide network, whose "
    r"last layer sees the covariance $K^{(H-1)}$",
    over=ANGLES,
    quantifier=InExpectation(),
    lhs=Closed((pi - acos(g(phi) / pi)) / (2 * pi)),
    relation="==",
    rhs=Sampled(_slopes),
    grid=Grid(phi=[0.8, 1.5], c_res=[0.9]),
    restates="du2018.eq-5",
    erratum="A^(H-1) is made of K^(H-2), one layer too early; du2018 (5) has K^(H-1), i.e. A^(H)",
)

last_layer_corrected = Claim(
    id="du2019.definition-3.2.last.corrected",
    source=definition.source,
    statement=r"$K^{(H)}_{ij}=\frac{c_{res}^2}{H^2}K^{(H-1)}_{ij}\mathbb E_{(u,v)\sim N(0,"
    r"A^{(H)}_{ij})}[\sigma'(u)\sigma'(v)]$",
    over=ANGLES,
    quantifier=InExpectation(),
    lhs=Closed((pi - acos(CROSS / OWN)) / (2 * pi)),
    relation="==",
    rhs=Sampled(_slopes),
    grid=Grid(phi=[0.8, 1.5], c_res=[0.9]),
    corrects="du2019.definition-3.2.last",
)

polynomial = Claim(
    id="du2019.text-3.5",
    source=Source(PAPER, "3.5", "remark after Definition 3.2"),
    statement=r"$\lambda_{\min}(K^{(H)})$ does not depend inversely exponentially in $H$",
    reading=r"as $\Omega(H^{-2})$; three unit inputs, softplus",
    over={phi: Interval.open(0, pi / 2), c_res: Interval.open(0, 1), H: sp.Range(2, oo)},
    quantifier=UpToConstant(along=("H",)),
    lhs=Computed(least_of_the_limit),
    relation=">=",
    rhs=Closed(H**-2),
    grid=DEPTHS,
    restates="du2018.text-4b",
    uses=(
        "du2019.definition-3.2",
        "du2019.proposition-3.2",
    ),
)

gradient = Claim(
    id="du2019.eq-3.10-grad",
    source=Source(PAPER, "3.10", "the gradient for ResNet"),
    statement=r"$\frac{\partial L}{\partial W^{(h)}}=\frac{c_{res}}{H\sqrt m}\sum_i(y_i-u_i)"
    r"x_i^{(h-1)}\cdot\left[a^\top\prod_{l=h+1}^H\left(I+\frac{c_{res}}{H\sqrt m}J_i^{(l)}W^{(l)}"
    r"\right)J_i^{(h)}\right]$",
    reading=r"$h\ge2$; the factors of the product from $l=H$ down",
    over={gradients.layer: gradients.DEEP, **gradients.NETWORKS},
    where=[gradients.layer <= gradients.H],
    quantifier=gradients.EXACTLY,
    lhs=Computed(gradients.automatic),
    relation="==",
    rhs=Computed(lambda points: gradients.by_products(points, 1.0, None)),
    grid=gradients.GRID,
    restates="du2018.eq-B-grad",
    erratum="the sign is that of -dL/dW: the residual is u - y",
)

gradient_corrected = Claim(
    id="du2019.eq-3.10-grad.corrected",
    statement=r"the same with $(u_i-y_i)$",
    reading=gradient.reading,
    **corrected(gradient, rhs=Computed(lambda points: gradients.by_products(points, -1.0, None))),
)

gram = Claim(
    id="du2019.eq-3.13",
    source=Source(PAPER, "3.10", "(3.13)"),
    statement=r"$G_{ij}^{(H)}=\frac{c_{res}^2}{H^2m}(x_i^{(H-1)})^\top x_j^{(H-1)}\sum_{r=1}^m"
    r"a_r^2\sigma'((w_r^{(H)})^\top x_i^{(H-1)})\sigma'((w_r^{(H)})^\top x_j^{(H-1)})$",
    reading="output weights standard normal",
    over=gradients.NETWORKS,
    quantifier=gradients.EXACTLY,
    lhs=Computed(lambda points: gradients.automatic_gram(points, readout="gaussian")),
    relation="==",
    rhs=Computed(lambda points: gradients.printed_gram(points, readout="gaussian")),
    grid=gradients.GRAM_GRID,
    restates="du2018.eq-B-G",
)
