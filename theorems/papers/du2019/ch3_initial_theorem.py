r"""Thesis section 3.12.1: Theorem 3.4 and Remark 3.7 on the width that the random start needs.

gain: factor of rho^(1)(x) = gain x; m: width; s: log(1/delta); H, n, sigma, family as in appendix D
of du2018; carried, doubled: parts of the factor of one layer; x: K/H; w: 2^{H-2}.
"""

from __future__ import annotations

import math
from typing import Any

import sympy as sp
from sympy import Interval, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018.appendix_d_framework import NETWORKS, delta, network
from theorems.papers.du2018.appendix_d_theorem import gram_deviations
from theorems.papers.du2018.pairs import corrected
from theorems.quantifiers import ForAll, UpToConstant, WithProbability
from theorems.sides import Closed, Computed, Sampled

PAPER = "du2019"
POSITIVE = Interval.open(0, sp.oo)
gain, s, w, x = symbols("gain s w x", real=True)
H, m, n, sigma, family = symbols("H m n sigma family", integer=True)
ON_GRID = ForAll(random_points=0, search=False)
THEOREM = (
    r"with probability $1-\delta$, for $h\le H-1$: $\|\frac1m\sum_\alpha X_i^{(h),(\alpha)}"
    r"X_j^{(h),(\alpha)\top}-K_{ij}^{(h)}\|_\infty\le\mathcal E"
    r"\sqrt{\log(Hn\max_hp^{(h)}/\delta)/m}$, $\mathcal E\le C(\prod_{h=2}^{H-1}"
    r"(A_{(h)}+\Lambda_{(h)}W+C_{(h)}A_{(h)}BW+C_{(h)}A_{(h)}"
    r"\sqrt{W_{(h)}M}))\max\{W\sqrt{(1+C_{(1)}^2)M^2},\sqrt{C_{(1)}^2M}\}$"
)
LINEAR = r"$\rho^{(1)}(x)=gx$, one unit input, $H=2$: $\hat K^{(1)}=\frac{g^2}m\chi_m^2$, "


# One unit input, rho^(1) = gain x, M over h in [H]: M = 1 + 100 max(1, gain^2), W = 2, the tail of
# the chi-square law.
def _deviation(points: Any, share: float) -> Any:
    """The deviation gain^2 (chi^2_m / m - 1) exceeded with probability `share` e^{-s}."""
    import torch
    from scipy.special import chdtri

    rows = [
        steep**2 * (chdtri(points.m, share * math.exp(-level)) / points.m - 1)
        for steep, level in zip(points.gain.tolist(), points.s.tolist(), strict=True)
    ]
    return torch.tensor(rows, dtype=torch.float64)


def _at_least(points: Any) -> Any:
    """A deviation that is exceeded with probability delta."""
    return _deviation(points, 1.0)


def _at_most(points: Any) -> Any:
    """One that is exceeded, on either side, with probability at most delta."""
    return _deviation(points, 0.5).clamp_min(1.0)


def _first_factor(points: Any) -> Any:
    """The maximum in the bound on E, times the root of the logarithm over m."""
    import torch

    size = points.gain
    largest = 1 + 100 * size.square().clamp_min(1)
    gram = 2 * (1 + size**2).sqrt() * largest
    factor = torch.maximum(gram, size * largest.sqrt())
    return factor * ((math.log(2) + points.s) / points.m).sqrt()


ONE_INPUT = {gain: POSITIVE, s: POSITIVE, m: sp.S.Naturals}
GAINS = Grid(gain=[4.0, 16.0, 64.0, 256.0], s=[2.0], m=[16])


def _deviations(points: Any, samples: int, generator: Any) -> Any:
    """The largest deviation of Gram matrices and means of the layers h <= H - 1, `(n, samples)`."""
    import torch

    from numeric.program_bounds import deviations
    from numeric.tensor_program import channels, limit

    layers, x, _ = network(points)
    found = channels(layers[:-1], x, points.m, samples, generator)
    grams, means = deviations(found, limit(layers, x)[1:-1])
    return torch.maximum(grams, means).expand(points.n, samples)


def _whole_bound(points: Any, constant: float) -> Any:
    """The printed bound with that C and Lambda = 0, times the root of the logarithm over m."""
    from numeric.program_bounds import constants, one_error_factor
    from numeric.tensor_program import limit

    layers, x, sizes = network(points)
    factor = constant * one_error_factor(constants(layers, limit(layers, x), sizes))
    count = points.H * points["n"] * x.shape[2]
    return factor * ((count / points.delta).log() / points.m).sqrt()


theorem = Claim(
    id="du2019.theorem-3.4",
    source=Source(PAPER, "3.12.1", "Theorem 3.4"),
    statement=THEOREM,
    reading=r"$C=\frac1{150}$ and without $\Lambda$, which makes the bound smaller; grams and "
    r"means, the three architectures; a third of this $C$ would not do at $H=2$, where the product "
    "is empty, and every further layer leaves a factor of 8 and more",
    over={**NETWORKS, H: sp.Range(2, sp.oo), delta: Interval.open(0, 1)},
    quantifier=WithProbability(1 - delta, draws=400),
    lhs=Sampled(_deviations),
    relation="<=",
    rhs=Computed(lambda points: _whole_bound(points, 1 / 150)),
    grid=Grid(family=[0, 1, 2], H=[2, 4], m=[8, 32], n=[2], sigma=[1], delta=[0.2]).nightly(
        H=[2, 3, 4], n=[3], sigma=[0, 1, 2]
    ),
    uses=("du2019.definition-3.4", "du2019.proof-3.4T", "du2019.lemma-3.30"),
    restates="du2018.theorem-D.1",
)

layers_bound = Claim(
    id="du2019.theorem-3.4.layers",
    source=theorem.source,
    title="Theorem 3.4 with the least constant for H = 3",
    statement=THEOREM,
    reading=r"$C=\frac1{40000}$ and without $\Lambda$, so small that half of it would not do at "
    r"$H=3$; $H=2$, where it is too small, is left out",
    over={**NETWORKS, H: sp.Range(3, sp.oo), delta: Interval.open(0, 1)},
    quantifier=WithProbability(1 - delta, draws=400),
    lhs=Sampled(_deviations),
    relation="<=",
    rhs=Computed(lambda points: _whole_bound(points, 1 / 40000)),
    grid=Grid(
        points=[
            {"family": 0, "n": 2, "m": 8},
            {"family": 0, "n": 2, "m": 64},
            {"family": 1, "n": 3, "m": 8},
        ],
        H=[3],
        sigma=[0],
        delta=[0.2],
    ),
    uses=theorem.uses,
    restates="du2018.theorem-D.1.normalised",
)

largest_gain = Claim(
    id="du2019.theorem-3.4.gain",
    source=Source(PAPER, "3.12.1", "Theorem 3.4, large first layers"),
    title="Theorem 3.4 as the first layer grows",
    statement=THEOREM,
    reading=LINEAR + "as the gain grows; M over h in [H], as du2018 prints, so that it contains "
    "$K^{(1)}=g^2$",
    over=ONE_INPUT,
    quantifier=UpToConstant(along=("gain",)),
    lhs=Computed(_at_most),
    relation="<=",
    rhs=Computed(_first_factor),
    grid=GAINS,
    uses=("du2019.definition-3.4", "du2019.proof-3.4T"),
)

TAILS = Grid(gain=[1.0], s=[32.0, 64.0, 128.0, 256.0, 512.0], m=[1])
tail = Claim(
    id="du2019.theorem-3.4.tail",
    source=Source(PAPER, "3.12.1", "Theorem 3.4, small delta"),
    statement=THEOREM,
    reading=LINEAR + r"as $\delta=e^{-s}$ falls at a fixed width",
    over=ONE_INPUT,
    quantifier=UpToConstant(along=("s",)),
    lhs=Computed(_at_least),
    relation="<=",
    rhs=Computed(_first_factor),
    grid=TAILS,
    restates="du2018.proof-D.1a.tail",
    erratum="Bernstein's bound has a second regime, log(1/delta)/m, that needs m >= log(1/delta)",
)

tail_corrected = Claim(
    id="du2019.theorem-3.4.tail.corrected",
    source=tail.source,
    statement=r"$\sqrt{\frac{\log}m}$ replaced by $\sqrt{\frac{\log}m}+\frac{\log}m$",
    over=ONE_INPUT,
    quantifier=UpToConstant(along=("s",)),
    lhs=Computed(_at_most),
    relation="<=",
    rhs=Computed(
        lambda points: _first_factor(points) * (1 + ((math.log(2) + points.s) / points.m).sqrt())
    ),
    grid=TAILS,
    corrects="du2019.theorem-3.4.tail",
)

rate = Claim(
    id="du2019.theorem-3.4.rate",
    source=Source(PAPER, "3.12.1", "Theorem 3.4, its rate in the width"),
    title="the deviations of the three architectures fall like 1/sqrt(m)",
    statement=r"$\max_{h,i,j}\|\hat K_{ij}^{(h)}-K_{ij}^{(h)}\|_\infty=\Theta(m^{-1/2})$",
    over=NETWORKS,
    quantifier=UpToConstant(along=("m",), samples=300),
    lhs=Sampled(gram_deviations),
    relation="==",
    rhs=Closed(1 / sqrt(m)),
    grid=Grid(
        points=[{"family": 0, "H": 2}, {"family": 1, "H": 6}, {"family": 2, "H": 2}],
        sigma=[1],
        n=[2],
        m=[32, 64, 128, 256],
    ).nightly(m=[32, 128, 512, 2048]),
    uses=("du2019.theorem-3.4",),
    restates="du2018.theorem-D.1.rate",
)


# A + Lambda W = 1 and C A B W + C A sqrt(W M) = 1 in every layer.
LAYERS = Grid(w=[4.0, 16.0, 64.0, 256.0, 1024.0])
factor = Claim(
    id="du2019.theorem-3.4.factor",
    source=Source(PAPER, "3.12.1", "Theorem 3.4 against its proof"),
    title="the proof's factors 2 are lost in the theorem's product (inferred, not printed)",
    statement=r"$\prod_{h=2}^{H-1}(A+\Lambda W+2CABW+2CA\sqrt{WM})\le C\prod_{h=2}^{H-1}(A+"
    r"\Lambda W+CABW+CA\sqrt{WM})$ for an absolute constant $C$",
    reading=r"$A+\Lambda W=1$ and $CABW+CA\sqrt{WM}=1$ in every layer: $3^{H-2}$ against "
    r"$2^{H-2}=w$",
    over={w: POSITIVE},
    quantifier=UpToConstant(along=("w",)),
    lhs=Closed(w ** (sp.log(3) / sp.log(2))),
    relation="<=",
    rhs=Closed(w),
    grid=LAYERS,
    uses=("du2019.proof-3.4T",),
    erratum="doubling a term in every layer is a factor exponential in H, no absolute constant",
)

carried, doubled = symbols("carried doubled", real=True)
factor_corrected = Claim(
    id="du2019.theorem-3.4.factor.corrected",
    source=factor.source,
    title="the constant that one layer loses",
    statement=r"one layer of the proof's product is at most twice one of the printed product",
    reading=r"carried: $A+\Lambda W$, doubled: $CABW+CA\sqrt{WM}$",
    over={carried: Interval(0, sp.oo), doubled: Interval(0, sp.oo)},
    lhs=Closed(carried + 2 * doubled),
    relation="<=",
    rhs=Closed(2 * (carried + doubled)),
    grid=Grid(carried=[0.0, 1.0], doubled=[0.0, 3.0]),
    corrects="du2019.theorem-3.4.factor",
)


# Remark 3.7
def skip_norm(points: Any, one_plus: float) -> Any:
    """max{|D|, |D . D'|} over the layers h >= 2, and what is put before it."""
    import torch

    layers, _, _ = network(points)
    norms = [float(layer.skip.abs().sum(-1).max()) for layer in layers[1:]]
    value = one_plus + max(max(norm, norm**2) for norm in norms)
    return torch.full((points.n,), value, dtype=torch.float64)


KINDS = {key: value for key, value in NETWORKS.items() if key != m}
KIND_GRID = Grid(sigma=[0], family=[0, 1, 2], n=[2], H=[2, 4])
PRINTED_A = sp.Piecewise((0, sp.Eq(family, 0)), (1, True))

remark = Claim(
    id="du2019.remark-3.7",
    source=Source(PAPER, "3.12.1", "Remark 3.7, the values of A_(h)"),
    statement=r"$A_{(h)}=1+\max\{\|D^{(h)}\|_{L^\infty\to L^\infty},\|D^{(h)}(\cdot)D^{(h)\top}\|_{"
    r"L^\infty\to L^\infty}\}$ is 0 for fully connected networks and 1 for ResNets",
    over=KINDS,
    quantifier=ON_GRID,
    lhs=Computed(lambda points: skip_norm(points, 1.0)),
    relation="==",
    rhs=Closed(PRINTED_A),
    grid=KIND_GRID,
    uses=("du2019.theorem-3.4",),
    erratum="with the 1 + of its definition A is 1 and 2; the remark takes du2018's A, without it",
)

remark_corrected = Claim(
    id="du2019.remark-3.7.corrected",
    statement=r"with $A_{(h)}=\max\{\|D^{(h)}\|,\|D^{(h)}(\cdot)D^{(h)\top}\|\}$ it is",
    **corrected(remark, lhs=Computed(lambda points: skip_norm(points, 0.0))),
)


residual_width = Claim(
    id="du2019.remark-3.7.residual",
    source=Source(PAPER, "3.12.1", "Remark 3.7, the width for ResNets"),
    statement=r"for ResNets $\prod_{h=2}^{H-1}(A_{(h)}+\Lambda_{(h)}W+C_{(h)}A_{(h)}BW+C_{(h)}"
    r"A_{(h)}\sqrt{W_{(h)}M})=O(1)$, hence $m=\Omega(\frac{n^2\log(Hn/\delta)}{\lambda_0^2})$",
    reading=r"$A_{(h)}=1+1$ as defined: at least $2^{H-2}=w$, the other, positive terms left out",
    over={w: POSITIVE},
    quantifier=UpToConstant(along=("w",)),
    lhs=Closed(w),
    relation="<=",
    rhs=Closed(1),
    grid=LAYERS,
    uses=("du2019.remark-3.7",),
    erratum="with A = 2 the product is at least 2^{H-2}; with A = 1 it is bounded",
)

residual_width_corrected = Claim(
    id="du2019.remark-3.7.residual.corrected",
    source=residual_width.source,
    statement=r"with $A_{(h)}=1$ the product is at most $e^K=O(1)$",
    reading="Lambda, C of order 1/H: each factor is 1 + x with x = K/H, and logarithms are taken",
    over={x: POSITIVE},
    lhs=Closed(sp.log(1 + x)),
    relation="<=",
    rhs=Closed(x),
    grid=Grid(x=[0.1, 1.0, 30.0]),
    corrects="du2019.remark-3.7.residual",
)
