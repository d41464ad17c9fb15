r"""Thesis sections 3.1 to 3.4: activation, fully connected network, limiting matrices, the theorem.

Symbols in `dense_symbols` of du2018; phi: angle of two unit inputs; m, H: width and depth.
"""

from __future__ import annotations

import math
from typing import Any

import sympy as sp
from sympy import Interval, Matrix, Max, cos, exp, log, pi, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid, linspace
from theorems.papers.du2018 import sec1_results as announced
from theorems.papers.du2018 import sec2_dense as network
from theorems.papers.du2018 import sec3_dense as limits
from theorems.papers.du2018 import sec6_sketch as sketch
from theorems.papers.du2018.dense_symbols import (
    DEPTHS,
    UNIT,
    H,
    activation,
    delta,
    inputs,
    limit_eigenvalue,
    limit_gram,
    m,
    n,
    sigma,
)
from theorems.papers.du2018.pairs import restated
from theorems.quantifiers import ForAll, UpToConstant
from theorems.sides import Closed, Computed, Sampled, Side

PAPER = "du2019"
z, phi = symbols("z phi", real=True)
C_RES = 0.5


def dense_width(least: Any) -> Any:
    """Theorem 3.1's width with O(H) as H."""
    return 2**H * Max(n**4 / least**4, n / delta, n**2 * log(H * n / delta) / least**2)


results = Claim(
    id="du2019.text-3.1",
    source=Source(PAPER, "3.1", "results, fully connected networks"),
    statement=r"$m=\Omega(\mathrm{poly}(n)2^{O(H)})$ suffices for fully connected networks",
    reading=r"the width of Theorem 3.1 at $\lambda_{\min}=1$ is $O(n^44^H)$",
    restates="du2018.text-1a",
    over={n: sp.S.Naturals, H: DEPTHS, delta: UNIT},
    quantifier=UpToConstant(along=("n", "H")),
    lhs=Closed(dense_width(sp.Integer(1))),
    relation="<=",
    rhs=Closed(n**4 * sp.Integer(4) ** H),
    grid=announced.GRID,
    uses=("du2019.theorem-3.1", "du2019.theorem-3.2", "du2019.theorem-3.3"),
)

residual_results = Claim(
    id="du2019.text-3.1.residual",
    source=Source(PAPER, "3.1", "results, ResNet"),
    **restated(
        announced.announced_residual,
        reading=r"the width of Theorem 3.2 with $\lambda_{\min}=1/H^2$ (Proposition 3.2): "
        r"$O(n^4H^5)$",
    ),
    uses=("du2019.theorem-3.2", "du2019.proposition-3.2"),
)

SOFTPLUS = log(1 + exp(z))
FIRST, SECOND = (sp.simplify(sp.diff(SOFTPLUS, z, order)) for order in (1, 2))
condition = Claim(
    id="du2019.condition-3.1",
    source=Source(PAPER, "3.2.1", "Condition 3.1 for softplus"),
    statement=r"there is $c>0$ with $|\sigma(0)|\le c$, $|\sigma(z)-\sigma(z')|\le c|z-z'|$ and "
    r"$|\sigma'(z)-\sigma'(z)|\le c|z-z'|$, for softplus",
    reading=r"the second $\sigma'(z)$ is read as $\sigma'(z')$; by derivatives, $c=1$",
    over={z: sp.S.Reals},
    lhs=Closed(Matrix([log(2), FIRST, -FIRST, SECOND, -SECOND])),
    relation="<=",
    rhs=Closed(1),
    grid=network.LINE["grid"],
)

constants = Claim(
    id="du2019.text-3.2a",
    source=Source(PAPER, "3.2.1", "after Condition 3.1"),
    statement="for softplus the Lipschitz constant and the smoothness constant are 1",
    reading="1 is a constant that does, as for du2018; see text-3.2a.smallest",
    restates="du2018.text-2.1",
    uses=("du2019.condition-3.1",),
    over={z: sp.S.Reals},
    lhs=Closed(Matrix([FIRST, -FIRST, SECOND, -SECOND])),
    relation="<=",
    rhs=Closed(1),
    grid=network.LINE["grid"],
)

smallest = Claim(
    id="du2019.text-3.2a.smallest",
    source=Source(PAPER, "3.2.1", "after Condition 3.1, the smallest constant"),
    title="the smallest smoothness constant of softplus is 1/4",
    statement=r"$|\sigma''|\le\frac14$: 1 is not the smallest smoothness constant",
    reading="not the thesis's: attained at 0",
    over={z: sp.S.Reals},
    lhs=Closed(Matrix([SECOND, -SECOND])),
    relation="<=",
    rhs=Closed(sp.Rational(1, 4)),
    grid=network.LINE["grid"],
)

scaling = Claim(
    id="du2019.eq-3.2",
    source=Source(PAPER, "3.2.2", "equation (3.2), the scaling"),
    statement=network.scaling.statement,
    restates="du2018.eq-2",
    uses=("du2018.eq-2",),
    **network.normalised(),
)

gram = Claim(
    id="du2019.definition-3.1",
    source=Source(PAPER, "3.4", "Definition 3.1, one layer"),
    statement=limits.recursion.statement,
    restates="du2018.eq-4",
    uses=("du2019.eq-3.2", "du2019.eq-3.12"),
    **limits.first_layer(),
)


# H = 2 and sigma = sin: K^(1) = sinh(K^(0))/sinh(1), E cos(u) cos(v) = e^{-1} cosh(E u v).
BELOW = sp.sinh(cos(phi)) / sp.sinh(1)


def _slopes(points: Any, samples: int, generator: Any) -> Any:
    """sigma'(u) sigma'(v), (u, v) of covariance K^(1), which is found by quadrature."""
    import numpy as np
    import torch

    at, weight = (torch.as_tensor(part) for part in np.polynomial.hermite_e.hermegauss(40))
    weight = weight / weight.sum()
    cosine = points.phi.cos()[:, None, None]
    other = cosine * at[:, None] + (1 - cosine.square()).sqrt() * at
    product = (at.sin()[:, None] * other.sin() * weight[:, None] * weight).sum((-2, -1))
    below = (product / (at.sin().square() * weight).sum())[:, None]
    z = torch.randn(2, points.n, samples, generator=generator, dtype=torch.float64)
    return z[0].cos() * (below * z[0] + (1 - below.square()).sqrt() * z[1]).cos()


SLOPES: dict[str, Any] = {
    "over": {phi: Interval.open(0, pi / 2)},
    "relation": "==",
    "rhs": Sampled(_slopes),
    "grid": Grid(phi=[0.8, 1.1]),
}
last_layer = Claim(
    id="du2019.definition-3.1.last",
    source=Source(PAPER, "3.4", "Definition 3.1, the last layer"),
    title="the covariance in the last layer of Definition 3.1",
    statement=r"$K^{(H)}_{ij}=c_\sigma K^{(H-1)}_{ij}\mathbb E_{(u,v)\sim N(0,A^{(H-1)}_{ij})}"
    r"[\sigma'(u)\sigma'(v)]$ with $A^{(h)}$ made of $K^{(h-1)}$",
    reading=r"$H=2$, $\sigma=\sin$, unit inputs: the expectation against that of the wide network, "
    r"whose last layer sees the covariance $K^{(H-1)}$",
    lhs=Closed(exp(-1) * sp.cosh(cos(phi))),
    restates="du2018.eq-4",
    erratum="A^(H-1) is made of K^(H-2), one layer too early; du2018 (4) has K^(H-1), i.e. A^(H)",
    **SLOPES,
)

last_layer_corrected = Claim(
    id="du2019.definition-3.1.last.corrected",
    source=last_layer.source,
    statement=r"$K^{(H)}_{ij}=c_\sigma K^{(H-1)}_{ij}\mathbb E_{(u,v)\sim N(0,A^{(H)}_{ij})}"
    r"[\sigma'(u)\sigma'(v)]$",
    lhs=Closed(exp(-1) * sp.cosh(BELOW)),
    corrects="du2019.definition-3.1.last",
    **SLOPES,
)


def _one_layer(points: Any) -> Any:
    """`K^(1)_12` for ReLU, H = 1, two unit inputs at the angle phi."""
    import torch

    from numeric.kernels.deep import fully_connected_limit
    from numeric.kernels.layers import Activation

    rows = []
    for angle in points.phi.tolist():
        x = torch.tensor([[1.0, 0.0], [math.cos(angle), math.sin(angle)]], dtype=torch.float64)
        rows.append(fully_connected_limit(x, Activation("relu"), 1)[-1][0, 1])
    return torch.stack(rows)


def _chapter_two(points: Any) -> Any:
    """`H_inf_12` of chapter 2 for the same inputs."""
    import torch

    from numeric.kernels.two_layer import gram_limit

    rows = []
    for angle in points.phi.tolist():
        x = torch.tensor([[1.0, 0.0], [math.cos(angle), math.sin(angle)]], dtype=torch.float64)
        rows.append(gram_limit(x)[0, 1])
    return torch.stack(rows)


HALF_SPACES = cos(phi) * (pi - phi) / (2 * pi)


def same_gram(factor: int) -> dict[str, Any]:
    """`K^(1)` against a multiple of chapter 2's matrix."""
    two = Side(closed=factor * HALF_SPACES, measured=Computed(lambda p: factor * _chapter_two(p)))
    return {
        "over": {phi: Interval(0, pi)},
        "quantifier": ForAll(random_points=50, search=False),
        "lhs": Side(closed=2 * cos(phi) * (pi - phi) / (2 * pi), measured=Computed(_one_layer)),
        "relation": "==",
        "rhs": two,
        "grid": Grid(phi=linspace(0, math.pi, 7)),
    }


previous = Claim(
    id="du2019.text-3.4",
    source=Source(PAPER, "3.4", "after Definition 3.1"),
    statement=r"if $H=1$, $K^{(H)}$ is the same as the Gram matrix of the previous chapter",
    reading=r"ReLU, the activation of chapter 2; $c_\sigma=2$",
    uses=("du2019.definition-3.1", "du2019.assumption-2.1"),
    erratum="it is c_sigma = 2 times that matrix: chapter 2's network has no c_sigma",
    **same_gram(1),
)

previous_corrected = Claim(
    id="du2019.text-3.4.corrected",
    source=previous.source,
    statement=r"if $H=1$, $K^{(H)}=c_\sigma H^\infty=2H^\infty$",
    corrects="du2019.text-3.4",
    uses=("du2019.definition-3.1", "du2019.assumption-2.1"),
    **same_gram(2),
)


def _deviation(points: Any, samples: int, generator: Any) -> Any:
    """`|G^(H)(0) - K^(H)|_2`, two inputs."""
    import torch

    from numeric.wide_features import draw_last_gram

    sizes = (points.H, points.m)
    grams = draw_last_gram(inputs(2), activation(points), sizes, samples, generator, "normal")
    limit = limit_gram(2, points.sigma, points.H)
    return torch.linalg.matrix_norm(grams - limit, ord=2).unsqueeze(0)


perturbation = Claim(
    id="du2019.eq-3.4",
    source=Source(PAPER, "3.3", "equation (3.4)"),
    statement=r"$\|G^{(H)}(0)-K^{(H)}\|_2=\mathcal E_H\lesssim2^{O(H)}\mathcal E_1$",
    reading=r"mean over random networks of one width, $O(H)$ as H; $\mathcal E_1$ does not change "
    "with H",
    over={H: DEPTHS, m: sp.S.Naturals, sigma: sp.FiniteSet(1, 2)},
    quantifier=UpToConstant(along=("H",), samples=200),
    lhs=Sampled(_deviation),
    relation="<=",
    rhs=Closed(sp.Integer(2) ** H),
    grid=Grid(H=[1, 2, 4, 8], m=[128], sigma=[1, 2]),
    uses=("du2019.eq-3.2", "du2019.definition-3.1"),
)


def _residual_deviation(points: Any, samples: int, generator: Any) -> Any:
    """`|X^(H-1) X^(H-1)' - K^(H-1)|_2` of random ResNets, two inputs."""
    import torch

    from numeric.kernels.deep import resnet_limit
    from numeric.wide_features import draw_features

    x, sizes = inputs(2), (points.H, points.m)
    below = draw_features(x, activation(points), sizes, samples, generator, C_RES)[-2]
    limit = resnet_limit(x, activation(points), points.H, C_RES)[-2]
    return torch.linalg.matrix_norm(below @ below.mT - limit, ord=2).unsqueeze(0)


residual_perturbation = Claim(
    id="du2019.eq-3.5",
    source=Source(PAPER, "3.3", "equation (3.5)"),
    statement=r"for the ResNet $\mathcal E_H\lesssim(1+O(\frac1H))^H\mathcal E_1=O(\mathcal E_1)$",
    reading=r"the features' Gram matrix of the last hidden layer, $c_{res}=0.5$; $\mathcal E_1$ "
    "does not change with H",
    over={H: sp.Range(2, sp.oo), m: sp.S.Naturals, sigma: sp.FiniteSet(1, 2)},
    quantifier=UpToConstant(along=("H",), samples=200),
    lhs=Sampled(_residual_deviation),
    relation="<=",
    rhs=Closed(1),
    grid=Grid(H=[2, 4, 8, 16], m=[64], sigma=[1, 2]),
    uses=("du2019.eq-3.3", "du2019.definition-3.2"),
)

movement = Claim(
    id="du2019.eq-3.6",
    source=Source(PAPER, "3.3", "equation (3.6)"),
    statement=r"$\frac1{\sqrt m}\|W^{(h)}(k)-W^{(h)}(0)\|_F$ is small for all k and h",
    reading=r"$O(m^{-1/2})$ as m grows; largest over layers and steps, mean over starts",
    restates="du2018.text-6f",
    uses=("du2019.lemma-3.5",),
    **sketch.movement(1 / sp.sqrt(m), lambda p, s, g: sketch.travelled(True)(p, s, g) / p.m**0.5),
)


def printed_width(points: Any) -> Any:
    """`2^H max{n^4 / lambda_min^4, n / delta, n^2 log(H n / delta) / lambda_min^2}`."""
    import torch

    rows, count, depth = [], points["n"], points.H
    for spread, failure in zip(points.gap.tolist(), points.delta.tolist(), strict=True):
        least = limit_eigenvalue(points, 1 - spread)
        third = count**2 * math.log(depth * count / failure) / least**2
        rows.append(2**depth * max(count**4 / least**4, count / failure, third))
    return torch.tensor(rows, dtype=torch.float64)


convergence = Claim(
    id="du2019.theorem-3.1",
    source=Source(PAPER, "3.4", "Theorem 3.1"),
    statement=r"if $\|x_i\|_2=1$, $|y_i|=O(1)$, $m=\Omega(2^{O(H)}\max\{\frac{n^4}{\lambda_{\min}^4"
    r"(K^{(H)})},\frac n\delta,\frac{n^2\log(Hn/\delta)}{\lambda_{\min}^2(K^{(H)})}\})$ and "
    r"$\eta=O(\frac{\lambda_{\min}(K^{(H)})}{n^22^{O(H)}})$ then with probability at least "
    r"$1-\delta$: $L(\theta(k))\le(1-\frac{\eta\lambda_{\min}(K^{(H)})}2)^kL(\theta(0))$",
    restates="du2018.theorem-3.1",
    uses=(
        *("du2019.condition-3.3", "du2019.lemma-3.2", "du2019.lemma-3.4", "du2019.lemma-3.5"),
        *("du2019.lemma-3.6", "du2019.lemma-3.7", "du2018.proof-3.1", "du2018.theorem-3.1.width"),
    ),
    **limits.theorem("normal", printed_width),
)
