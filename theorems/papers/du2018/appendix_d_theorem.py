r"""Appendix D: Theorem D.1 measured, for the networks of the paper.

Symbols of `appendix_d_framework`; delta: failure probability; gain: factor on rho^(1); pixels,
taps, colours: of a convolution on images.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018.appendix_d_framework import (
    NETWORKS,
    ON_GRID,
    PAPER,
    H,
    delta,
    gain,
    m,
    network,
)
from theorems.papers.du2018.appendix_d_networks import images
from theorems.quantifiers import UpToConstant, WithProbability
from theorems.sides import Closed, Computed, Sampled


def _deviations(points: Any, samples: int, generator: Any, which: int, first: bool = False) -> Any:
    """The largest deviation of the grams (0) or the means (1) over the layers, or in the first."""
    import torch

    from numeric.program_bounds import deviations
    from numeric.tensor_program import channels, limit

    rows = []
    for value in points.gain.tolist() if "gain" in points else [1.0] * points.n:
        layers, x, _ = network(points, value)
        layers = layers[:1] if first else layers
        found = channels(layers, x, points.m, samples, generator)
        rows.append(deviations(found, limit(layers, x)[1:])[which])
    return torch.stack(rows)


def gram_deviations(points: Any, samples: int, generator: Any) -> Any:
    return _deviations(points, samples, generator, 0)


def mean_deviations(points: Any, samples: int, generator: Any) -> Any:
    return _deviations(points, samples, generator, 1)


def first_deviations(points: Any, samples: int, generator: Any) -> Any:
    """Those of the grams in layer 1 alone."""
    return _deviations(points, samples, generator, 0, first=True)


def _printed(points: Any, which: int) -> Any:
    """E_K (0) or E_b (1) times the square root of the logarithm over m."""
    import math

    import torch

    from numeric.program_bounds import constants, error_factors
    from numeric.tensor_program import limit

    rows = []
    for value, failure in zip(points.gain.tolist(), points.delta.tolist(), strict=True):
        layers, x, size = network(points, value)
        factor = error_factors(constants(layers, limit(layers, x), size))[which]
        entries = points.H * points["n"] ** 2 * x.shape[2] ** 2
        rows.append(factor * math.sqrt(math.log(entries / failure) / points.m))
    return torch.tensor(rows, dtype=torch.float64)


THEOREM = (
    r"with probability $1-\delta$, for all $h,i,j$: $\|\frac1m\sum_\alpha X_i^{(h),[\alpha]}"
    r"(X_j^{(h),[\alpha]})^\top-K_{ij}^{(h)}\|_\infty\le\mathcal E_K"
    r"\sqrt{\log(Hn^2(\max_hn^{(h)})^2/\delta)/m}$, $\mathfrak W\mathcal E_K=\sqrt M\mathcal E_b="
    r"\prod_{h=2}^H\max\{A^2+\mathfrak W(2AC(1+\frac{BM}{\lambda^{3/2}})+C^2\sqrt{M/\lambda}),"
    r"A+C\frac{M^{3/2}}{\lambda^{3/2}}\}\cdot"
    r"\max\{\mathfrak W\sqrt{16(1+2C_{(1)}^2/\sqrt\pi)M^2},\sqrt{2MC_{(1)}^2M}\}$"
)
MEANS = (
    r"and $\|\frac1m\sum_\alpha X_i^{(h),[\alpha]}-b_i^{(h)}\|_\infty\le\mathcal E_b"
    r"\sqrt{\log(Hn^2(\max_hn^{(h)})^2/\delta)/m}$"
)
READING = r"$\lambda$ over $i\ne j$ (over $i=j$ it is 0 and the bound infinite)"
OVER = {**NETWORKS, gain: Interval(1, sp.oo), delta: Interval.open(0, 1)}
PROOF = ("du2018.eq-8", "du2018.proof-D.1a", "du2018.proof-D.1b", "du2018.lemma-E.3")
MEASURED = Grid(
    points=[
        {"family": 0, "H": 1, "n": 2, "m": 1},
        {"family": 0, "H": 3, "n": 2, "m": 8},
        {"family": 1, "H": 4, "n": 3, "m": 8},
        {"family": 2, "H": 3, "n": 2, "m": 16},
    ],
    sigma=[0],
    gain=[1.0],
    delta=[0.1],
).nightly(sigma=[0, 1, 2], delta=[0.5, 0.1])

theorem = Claim(
    id="du2018.theorem-D.1",
    source=Source(PAPER, "D", "Theorem D.1, the Gram matrices (9)"),
    statement=THEOREM,
    reading=READING + r"; $H\ge2$, the networks of the paper with rho^(1) up to 10^5 times theirs: "
    "M, over h in [H], contains K^(1) then; 10^-7 of the bound would do",
    over={**OVER, H: sp.Range(2, sp.oo)},
    quantifier=WithProbability(1 - delta, draws=200),
    lhs=Sampled(gram_deviations),
    relation="<=",
    rhs=Computed(lambda points: _printed(points, 0)),
    grid=Grid(
        points=[
            {"family": 0, "H": 2, "n": 2, "m": 4},
            {"family": 0, "H": 3, "n": 2, "m": 8},
            {"family": 1, "H": 3, "n": 2, "m": 8},
        ],
        sigma=[0],
        gain=[1.0, 1e5],
        delta=[0.5],
    ),
    uses=PROOF,
)

one_layer = Claim(
    id="du2018.theorem-D.1.one-layer",
    source=Source(PAPER, "D", "Theorem D.1 for H = 1"),
    title="Theorem D.1 for H = 1, where M does not contain K^(1)",
    statement="for $H=1$: " + THEOREM,
    reading=READING + "; any Lipschitz rho^(1): here gain times that of the network",
    over={**OVER, H: sp.FiniteSet(1)},
    quantifier=WithProbability(1 - delta, draws=200),
    lhs=Sampled(gram_deviations),
    relation="<=",
    rhs=Computed(lambda points: _printed(points, 0)),
    grid=Grid(
        points=[
            {"family": 0, "H": 1, "n": 2, "m": 1, "gain": 1.0},
            {"family": 0, "H": 1, "n": 2, "m": 4, "gain": 1e5},
        ],
        sigma=[0],
        delta=[0.5],
    ),
    uses=("du2018.proof-D.1a.one-layer",),
    erratum="for H = 1 the bound grows like C_(1), the deviation like C_(1)^2: it fails for "
    "rho^(1) = 10^5 sigma; for H >= 2 M contains K^(1)",
)


def _with_degree(points: Any) -> Any:
    """The printed bound times max(1, C_(1))."""
    import torch

    sizes = [network(points, value)[2][0] for value in points.gain.tolist()]
    return _printed(points, 0) * torch.tensor(sizes, dtype=torch.float64).clamp_min(1.0)


one_layer_corrected = Claim(
    id="du2018.theorem-D.1.one-layer.corrected",
    source=one_layer.source,
    statement=r"the printed bound times $\max\{1,C_{(1)}\}$, for $\log(1/\delta)\lesssim m$",
    reading=READING,
    over={**OVER, H: sp.FiniteSet(1)},
    quantifier=WithProbability(1 - delta, draws=200),
    lhs=Sampled(gram_deviations),
    relation="<=",
    rhs=Computed(_with_degree),
    grid=Grid(
        points=[
            {"family": 0, "H": 1, "n": 2, "m": 1},
            {"family": 0, "H": 1, "n": 2, "m": 4},
        ],
        sigma=[0],
        gain=[1.0, 1e5],
        delta=[0.5],
    ),
    corrects="du2018.theorem-D.1.one-layer",
    uses=("du2018.proof-D.1a.one-layer.corrected",),
)


normalised = Claim(
    id="du2018.theorem-D.1.normalised",
    source=Source(PAPER, "D", "Theorem D.1, the paper's networks"),
    title="Theorem D.1 for normalised activations and unit inputs",
    statement=THEOREM,
    reading=READING,
    over=OVER,
    quantifier=WithProbability(1 - delta, draws=300),
    lhs=Sampled(gram_deviations),
    relation="<=",
    rhs=Computed(lambda points: _printed(points, 0)),
    grid=MEASURED,
    uses=PROOF,
)

means = Claim(
    id="du2018.theorem-D.1.means",
    source=Source(PAPER, "D", "Theorem D.1, the means (10)"),
    statement=r"with probability $1-\delta$, " + MEANS.removeprefix("and "),
    reading=READING,
    over=OVER,
    quantifier=WithProbability(1 - delta, draws=300),
    lhs=Sampled(mean_deviations),
    relation="<=",
    rhs=Computed(lambda points: _printed(points, 1)),
    grid=MEASURED,
    uses=PROOF,
)

pixels, taps, colours = symbols("pixels taps colours", integer=True)


def _conv_stability(points: Any) -> Any:
    """The least eigenvalue of the blocks of W^(1)(K^(0)) for random images."""
    import torch

    from numeric.program_bounds import least_block
    from numeric.tensor_program import convolution, limit

    layer = convolution(lambda u: u, points.pixels, (points.taps - 1) // 2)
    gram = limit([], images(2, points.colours, points.pixels))[0].gram
    value = least_block(layer.covariance(gram))
    return torch.full((points.n,), value, dtype=torch.float64)


few_channels = Claim(
    id="du2018.theorem-D.1.channels",
    source=Source(PAPER, "D", "Theorem D.1, convolutional networks on images of few channels"),
    title="lambda is 0 for images of fewer than 2p/q channels, so that the bound is infinite",
    statement=r"$\lambda_{\min}\begin{pmatrix}\mathcal W^{(1)}(K_{ii}^{(0)})&\mathcal W^{(1)}("
    r"K_{ij}^{(0)})\\\mathcal W^{(1)}(K_{ji}^{(0)})&\mathcal W^{(1)}(K_{jj}^{(0)})\end{pmatrix}\le0"
    r"$ when $qd_0<2p$: it has rank at most $qd_0$ and size $2p$",
    reading="q taps, d_0 input channels, p pixels; up to rounding",
    over={
        pixels: sp.S.Naturals,
        taps: sp.FiniteSet(1, 3, 5),
        colours: sp.S.Naturals,
    },
    where=[taps * colours < 2 * pixels, taps < 2 * pixels],
    quantifier=ON_GRID,
    lhs=Computed(_conv_stability),
    relation="<=",
    rhs=Closed(sp.Rational(1, 10**12)),
    grid=Grid(pixels=[2, 6, 16], taps=[1, 3, 5], colours=[1, 3]),
    uses=("du2018.theorem-D.1", "du2018.remark-D.2"),
)

rate = Claim(
    id="du2018.theorem-D.1.rate",
    source=Source(PAPER, "D", "Theorem D.1, its rate in the width"),
    title="the deviations fall like 1/sqrt(m), no faster and no slower",
    statement=r"$\max_{h,i,j}\|\frac1m\sum_\alpha X_i^{(h),[\alpha]}(X_j^{(h),[\alpha]})^\top"
    r"-K_{ij}^{(h)}\|_\infty=\Theta(m^{-1/2})$ as $m$ grows",
    reading="the mean over draws",
    over=NETWORKS,
    quantifier=UpToConstant(along=("m",), samples=200),
    lhs=Sampled(gram_deviations),
    relation="==",
    rhs=Closed(1 / sqrt(m)),
    grid=Grid(
        points=[{"family": 0, "H": 3}, {"family": 1, "H": 4}, {"family": 2, "H": 3}],
        sigma=[0],
        n=[2],
        m=[32, 64, 128, 256],
    ).nightly(m=[32, 128, 512, 2048]),
    uses=("du2018.theorem-D.1",),
)

depth_rate = Claim(
    id="du2018.theorem-D.1.depth",
    source=Source(PAPER, "D", "Theorem D.1 and Remark D.4, ResNets of growing depth"),
    title="a ResNet's deviations stay bounded as the depth grows",
    statement=r"for ResNets $\sqrt m\max_{h,i,j}\|\frac1m\sum_\alpha X_i^{(h),[\alpha]}"
    r"(X_j^{(h),[\alpha]})^\top-K_{ij}^{(h)}\|_\infty=O(1)$ as $H$ grows",
    over=NETWORKS,
    quantifier=UpToConstant(along=("H",), samples=400),
    lhs=Sampled(gram_deviations),
    relation="<=",
    rhs=Closed(1 / sqrt(m)),
    grid=Grid(family=[1], sigma=[0], n=[2], m=[64], H=[2, 4, 8, 16]).nightly(
        H=[2, 4, 8, 16, 32, 64], m=[64, 512]
    ),
    uses=("du2018.theorem-D.1", "du2018.remark-D.4.residual"),
)
