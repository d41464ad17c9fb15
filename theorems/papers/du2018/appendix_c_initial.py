r"""Appendix C: Lemmas C.1 and C.2, the convolutional ResNet at the initialisation.

Symbols in `appendix_b_symbols` and `appendix_c_symbols`. c: c_{sigma, 1/sqrt(p)}, the inverse of
min E sigma(alpha X)^2 over alpha in [1/sqrt(p), 1]; s: |sigma(0)|; Lip: L; k: n;
c_0: c_sigma; K: C_2.
"""

from __future__ import annotations

import math
from typing import Any

from sympy import Interval, log, oo, symbols

from symbolic.deep_recursions import fourth_moment
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018.appendix_b_initial import C_2, FOURTH, SQUARE, Lip, s
from theorems.papers.du2018.appendix_b_symbols import (
    ACTIVATIONS,
    AT_ZERO,
    LIPSCHITZ,
    PAPER,
    POSITIVE,
    activation,
    c_w,
    d,
    delta,
    m,
    sigma,
)
from theorems.papers.du2018.appendix_c_symbols import NATURAL, p, q
from theorems.papers.du2018.pairs import corrected
from theorems.quantifiers import (
    ForAll,
    ForAllWeights,
    UpToConstant,
)
from theorems.sides import Closed, Computed

c, k, c_0, K = symbols("c k c_0 K", real=True)
NONNEGATIVE = Interval(0, oo)


def smallest_moment(name: str, positions: int) -> float:
    """min over alpha in [1/sqrt(p), 1] of E sigma(alpha X)^2, on 41 values of alpha."""
    import torch

    from numeric.kernels import hermite
    from numeric.kernels.activations import POLE, closed_moments
    from numeric.kernels.layers import Activation

    q_values = torch.linspace(1 / positions, 1.0, 41, dtype=torch.float64)
    act = Activation(name)
    moments = hermite.moments(act, q_values)[:2] if name in POLE else closed_moments(act, q_values)
    return float(moments[1].min())


def _inverse_moment(points: Any) -> Any:
    import torch

    value = 1 / smallest_moment("softplus", points.p)
    return torch.full((points.n,), value, dtype=torch.float64)


constant = Claim(
    id="du2018.text-C",
    source=Source(PAPER, "C", "the constant c_{sigma, c_0}"),
    statement=r"$c_{\sigma,c_0}=\left(\min_{c_0\le\alpha\le1}\mathbb E\sigma(\alpha X)^2\right)"
    r"^{-1}>0$; for smooth ReLU $c_{\sigma,1/\sqrt p}=\mathrm{poly}(p)$",
    reading=r"softplus; it is at most $\log(2)^{-2}$ for every $p$, since $\mathbb E\sigma(\alpha "
    r"X)\ge\sigma(0)$",
    over={p: NATURAL},
    quantifier=ForAll(random_points=20, search=False),
    lhs=Computed(_inverse_moment),
    relation="<=",
    rhs=Closed(log(2) ** -2),
    grid=Grid(p=[1, 2, 4, 16, 256, 4096]),
)


def _patch_vectors(points: Any, generator: Any) -> dict[str, Any]:
    import torch

    from numeric.adversary import Around

    zeros = torch.zeros(points.n, 1, points.d, points.p, dtype=torch.float64)
    return {"x": Around(zeros, 1.0, shape="sphere", trailing=2)}


def _mean_norm(points: Any, weights: Any) -> Any:
    """E |x^(1)|_F^2 / c_sigma = sum_l E sigma(|phi_l| X)^2, by the trapezoidal rule."""
    import torch

    from numeric.deep_convolution import patches
    from numeric.kernels.activations import value

    lengths = patches(weights["x"], points.q).norm(dim=-2)
    t = torch.linspace(-9.0, 9.0, 401, dtype=torch.float64)
    weight = torch.exp(-t.square() / 2) * (t[1] - t[0]) / math.sqrt(2 * math.pi)
    return (value(activation(points), lengths.unsqueeze(-1) * t).square() @ weight).sum(-1)


def _least_mean(points: Any, weights: Any) -> Any:
    import torch

    from theorems.papers.du2018.appendix_b_symbols import NAMES

    value = smallest_moment(NAMES[points.sigma], points.p)
    return torch.full(weights["x"].shape[:2], value, dtype=torch.float64)


INPUTS = {sigma: ACTIVATIONS, p: NATURAL, q: NATURAL, d: NATURAL}
first_mean = Claim(
    id="du2018.proof-C.1",
    source=Source(PAPER, "C.1", "proof of Lemma C.1, the first layer's mean"),
    statement=r"$\mathbb E\|x_i^{(1)}(0)\|_F^2=c_\sigma\sum_l\mathbb E\sigma(w^\top x_{i,l})^2\ge"
    r"\frac{c_\sigma}{c_{\sigma,1/\sqrt p}}$",
    reading=r"over $c_\sigma$; every input with $\|x_i\|_F=1$",
    over=INPUTS,
    quantifier=ForAllWeights(within=_patch_vectors, restarts=14, steps=25),
    lhs=Computed(_mean_norm),
    relation=">=",
    rhs=Computed(_least_mean),
    grid=Grid(sigma=[0, 2, 3], p=[2, 5], q=[1, 3], d=[2]),
    uses=("du2018.text-C", "du2018.eq-phi"),
)

first_variance = Claim(
    id="du2018.proof-C.1.variance",
    source=Source(PAPER, "C.1", "proof of Lemma C.1, the first layer's variance"),
    statement=r"$\mathrm{Var}\|x_i^{(1)}(0)\|_F^2=\frac{c_\sigma^2}m\mathrm{Var}\sum_l\sigma("
    r"w^\top x_{i,l})^2\le\frac{p^2C_2}m$",
    reading=r"$\sigma(z)=Lz$, patches of one position, all of the input at the first: over "
    r"$\frac1m$",
    over={Lip: POSITIVE, p: NATURAL},
    lhs=Closed((FOURTH - SQUARE**2) / SQUARE**2),
    relation="<=",
    rhs=Closed(p**2 * C_2.subs(s, 0)),
    grid=Grid(Lip=[0.125, 0.5, 1.0], p=[1, 2, 8]),
    erratum="c_sigma^2 is dropped in the last step, as in Lemma B.1",
)

first_variance_corrected = Claim(
    id="du2018.proof-C.1.variance.corrected",
    source=first_variance.source,
    statement=r"$\mathbb E\left(\sum_l(|\sigma(0)|+L|w^\top x_{i,l}|)^2\right)^2\le p^2C_2$, so "
    r"that $\mathrm{Var}\|x_i^{(1)}(0)\|_F^2\le\frac{c_\sigma^2p^2C_2}m$",
    reading="the worst case, p equal patches of norm 1, integrated exactly",
    over={s: NONNEGATIVE, Lip: POSITIVE, p: NATURAL},
    lhs=Closed(p**2 * fourth_moment(s, Lip, 1)),
    relation="<=",
    rhs=Closed(p**2 * C_2),
    grid=Grid(s=[0.0, 0.5], Lip=[0.25, 1.0], p=[1, 4]),
    corrects="du2018.proof-C.1.variance",
)


def _layer_sets(points: Any, generator: Any) -> dict[str, Any]:
    import torch

    from numeric.adversary import Around

    shape = (points.n, 1, points.m, points.q * points.d)
    bound = points.c_w * points.m**0.5
    w = Around(torch.zeros(shape, dtype=torch.float64), bound, shape="spectral")
    return {"w": w, **_patch_vectors(points, generator)}


def _layer(points: Any, weights: Any) -> Any:
    """|sigma(W phi(x))|_F / sqrt(m), |x|_F = 1."""
    from numeric.deep_convolution import patches
    from numeric.kernels.activations import value

    z = weights["w"].unsqueeze(-3) @ patches(weights["x"].unsqueeze(-3), points.q)
    return value(activation(points), z).flatten(-3).norm(dim=-1) / points.m**0.5


def _layer_bound(points: Any, weights: Any, *, offset: bool) -> Any:
    bound = points.q**0.5 * points.c_w * LIPSCHITZ[points.sigma]
    more = points.p**0.5 * AT_ZERO[points.sigma] if offset else 0.0
    return (bound + more).unsqueeze(-1).expand(weights["x"].shape[:2])


LAYERS = {**INPUTS, m: NATURAL, c_w: POSITIVE}
LAYER_SEARCH = ForAllWeights(within=_layer_sets, restarts=14, steps=20)
LAYER_GRID = Grid(
    points=[{"sigma": a, "p": 4, "q": b, "d": 1} for a in (0, 1, 2) for b in (1, 3)],
    m=[2],
    c_w=[0.5, 2.0],
)
BRANCH = (
    r"$\left\|\frac{c_\lambda\lambda^{3/2}}{H\sqrt m}\sigma(W^{(h)}\phi(x^{(h-1)}))\right\|_F\le"
)
layer = Claim(
    id="du2018.proof-C.1.layers",
    source=Source(PAPER, "C.1", "proof of Lemma C.1, the residual branch and the upper bound"),
    statement=BRANCH + r"\frac{\sqrt qc_\lambda c_{w,0}L}H\|x^{(h-1)}\|_F$, and $\|x_i^{(1)}(0)"
    r"\|_F^2\le qL^2c_\sigma c_{w,0}^2$",
    reading=r"both are $\frac1{\sqrt m}\|\sigma(W\phi(x))\|_F\le\sqrt qLc_{w,0}$ for $\|x\|_F=1$",
    over=LAYERS,
    quantifier=LAYER_SEARCH,
    lhs=Computed(_layer),
    relation="<=",
    rhs=Computed(lambda points, weights: _layer_bound(points, weights, offset=False)),
    grid=LAYER_GRID,
    uses=("du2018.eq-phi",),
    erratum="needs sigma(0) = 0; softplus adds log 2 at each of the p positions",
)

layer_corrected = Claim(
    id="du2018.proof-C.1.layers.corrected",
    statement=BRANCH + r"\frac{c_\lambda}H\left(\sqrt qc_{w,0}L\|x^{(h-1)}\|_F+\sqrt p|\sigma(0)|"
    r"\right)$",
    **corrected(
        layer, rhs=Computed(lambda points, weights: _layer_bound(points, weights, offset=True))
    ),
)

width = Claim(
    id="du2018.proof-C.1.width",
    source=Source(PAPER, "C.1", "proof of Lemma C.1, Chebyshev's inequality"),
    title="the width for the first layer's lower bound (inferred, not printed)",
    statement=r"$m=\Omega\left(\frac{p^2n}{c_{\sigma,1/\sqrt p}^2\delta}\right)$ is what "
    r"Chebyshev's inequality needs for $\|x_i^{(1)}(0)\|_F^2\ge\frac{c_\sigma}{2c_{\sigma,"
    r"1/\sqrt p}}$ with probability $1-\frac\delta n$",
    reading=r"it needs $m\ge\frac{4C_2p^2c_{\sigma,1/\sqrt p}^2n}\delta$ "
    r"(proof-C.1.width.corrected); $\sigma(z)=z$, $c_{\sigma,1/\sqrt p}=p$; growth with $p$ "
    r"over $\frac n\delta$",
    over={p: NATURAL},
    quantifier=UpToConstant(along=("p",)),
    lhs=Closed(p**2 * p**2),
    relation="<=",
    rhs=Closed(p**2 / p**2),
    grid=Grid(p=[2, 4, 8, 16, 32, 64]),
    uses=("du2018.proof-C.1.width.corrected",),
    erratum="c_{sigma,.} is the inverse of the least second moment: its square belongs in the "
    "numerator",
)

VARIANCE = c_0**2 * p**2 * K / m
THRESHOLD = c_0 / (2 * c)
width_corrected = Claim(
    id="du2018.proof-C.1.width.corrected",
    source=width.source,
    title="the width for the first layer's lower bound, corrected",
    statement=r"$m\ge\frac{4C_2p^2c_{\sigma,1/\sqrt p}^2n}\delta$ suffices: the variance over the "
    r"square of $\frac{c_\sigma}{2c_{\sigma,1/\sqrt p}}$ is at most $\frac\delta n$",
    reading=r"$K=C_2$, $k=n$; the variance of proof-C.1.variance.corrected",
    over={
        **dict.fromkeys((c_0, c, K), POSITIVE),
        delta: Interval.open(0, 1),
        **dict.fromkeys((p, m, k), NATURAL),
    },
    where=[m * delta >= 4 * K * p**2 * c**2 * k],
    lhs=Closed(VARIANCE / THRESHOLD**2),
    relation="<=",
    rhs=Closed(delta / k),
    grid=Grid(
        points=[{"c_0": 2.0, "c": 4.0, "K": 32.0, "delta": 0.5, "p": 2, "k": 2}],
        m=[100_000],
    ),
    corrects="du2018.proof-C.1.width",
)
