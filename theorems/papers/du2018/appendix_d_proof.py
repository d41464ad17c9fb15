r"""Appendix D: the steps of the proof of Theorem D.1, with their constants.

C: |rho(0)| + sup |rho'|; Lip, zero: sup |rho'| and rho(0); kind: shape of rho (0 identity, 1
softplus, 2 log cosh, 3 tanh); k_1, k_2, r: variances and correlation of (u, v), j_1, j_2, q
those of the perturbed pair; b_*, c_*: means below and perturbed means; a: the skip, 0 or 1; s:
log(1/delta); e_K, e_b, W, A, B, M, root, ratio: the errors below, the constants of the theorem,
sqrt(M/lambda) and M/lambda^{3/2}; base: error of one layer; P: propagation factor; x: the argument
of the logarithm; m: width; delta: failure probability; gain: factor of rho^(1).
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, Rational, erfc, exp, log, pi, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018.appendix_d_framework import NETWORKS, H, network
from theorems.papers.du2018.appendix_d_theorem import (
    first_deviations,
    gram_deviations,
    mean_deviations,
)
from theorems.papers.du2018.pairs import corrected
from theorems.quantifiers import ForAll, WithProbability
from theorems.sides import Closed, Computed, Sampled

PAPER = "du2018"
POSITIVE = Interval.open(0, sp.oo)
NONNEGATIVE = Interval(0, sp.oo)
gain, delta, s = symbols("gain delta s", real=True)


# The first layer
def first_bound(points: Any, which: int, degree: bool = False) -> Any:
    """The printed bounds of the base case; `degree` multiplies by max(1, C)."""
    import math

    import torch

    from numeric.program_bounds import constants, first_layer
    from numeric.tensor_program import limit

    rows = []
    for value, failure in zip(points.gain.tolist(), points.delta.tolist(), strict=True):
        layers, x, size = network(points, value)
        bound = first_layer(constants(layers, limit(layers, x), size))[which]
        count, pixels = points["n"], x.shape[2]
        inside = 4 * count**2 * pixels**2 if which == 0 else 2 * count * pixels
        bound *= math.sqrt(math.log(inside * points.H / failure) / points.m)
        rows.append(bound * max(1.0, size[0]) if degree else bound)
    return torch.tensor(rows, dtype=torch.float64)


FIRST = {**NETWORKS, gain: Interval(1, sp.oo), delta: Interval.open(0, 1)}
FIRST_GRID = Grid(
    points=[{"family": 0, "n": 2, "m": 1}, {"family": 2, "n": 2, "m": 4}],
    sigma=[0],
    H=[1],
    gain=[1.0, 1e5],
    delta=[0.1],
).nightly(sigma=[0, 1, 2], delta=[0.5, 0.1])
ONE_LAYER = {**FIRST, H: sp.FiniteSet(1)}
DEEP = {**FIRST, H: sp.Range(2, sp.oo)}
DEEP_GRID = Grid(
    points=[{"family": 0, "n": 2, "m": 1}, {"family": 2, "n": 2, "m": 4}],
    sigma=[0],
    H=[2],
    gain=[1.0, 1e5],
    delta=[0.1],
).nightly(sigma=[0, 1, 2], H=[2, 3], delta=[0.5, 0.1])
FIRST_STATEMENT = (
    r"with probability $\ge1-\frac\delta H$: $\max_{ij}\|\frac1m\sum_\alpha X_i^{(1),[\alpha]}"
    r"X_j^{(1),[\alpha]\top}-K_{ij}^{(1)}\|_\infty<\sqrt{\frac{16(1+2C_{(1)}^2/\sqrt\pi)M^2\log(4H"
    r"n^2(n^{(1)})^2/\delta)}m}$"
)

base_case = Claim(
    id="du2018.proof-D.1a",
    source=Source(PAPER, "D", "proof of Theorem D.1, base case"),
    statement=FIRST_STATEMENT,
    reading=r"$H\ge2$: M, over h in [H], contains K^(1)",
    over=DEEP,
    quantifier=WithProbability(1 - delta / H, draws=1000),
    lhs=Sampled(first_deviations),
    relation="<=",
    rhs=Computed(lambda points: first_bound(points, 0)),
    grid=DEEP_GRID,
    uses=("du2018.eq-8",),
)

one_layer = Claim(
    id="du2018.proof-D.1a.one-layer",
    source=Source(PAPER, "D", "proof of Theorem D.1, base case, H = 1"),
    title="base case of the proof of Theorem D.1 for H = 1, where M does not contain K^(1)",
    statement="for $H=1$, " + FIRST_STATEMENT,
    over=ONE_LAYER,
    quantifier=WithProbability(1 - delta, draws=300),
    lhs=Sampled(gram_deviations),
    relation="<=",
    rhs=Computed(lambda points: first_bound(points, 0)),
    grid=FIRST_GRID,
    uses=("du2018.eq-8",),
    erratum="for H = 1 the bound grows like C_(1), the deviation like C_(1)^2: it fails for "
    "rho^(1) = 10^5 sigma; for H >= 2 M contains K^(1)",
)

one_layer_corrected = Claim(
    id="du2018.proof-D.1a.one-layer.corrected",
    statement=r"the printed bound times $\max\{1,C_{(1)}\}$, for $\log(1/\delta)\lesssim m$",
    **corrected(one_layer, rhs=Computed(lambda points: first_bound(points, 0, degree=True))),
)

base_means = Claim(
    id="du2018.proof-D.1a.means",
    source=Source(PAPER, "D", "proof of Theorem D.1, base case, the means"),
    statement=r"with probability $\ge1-\frac\delta H$: $\max_{i,p}|\frac1m\sum_\alpha X_{ip}^{(1),"
    r"[\alpha]}-b_{ip}^{(1)}|\le\sqrt{\frac{2C_{(1)}^2M\log(2nn^{(1)}H/\delta)}m}$",
    over=FIRST,
    quantifier=WithProbability(1 - delta, draws=300),
    lhs=Sampled(mean_deviations),
    relation="<=",
    rhs=Computed(lambda points: first_bound(points, 1)),
    grid=FIRST_GRID,
    uses=("du2018.eq-8",),
)

# rho(x) = x, one unit input, H = 2, m = 1: K_hat^(1) = z^2, K^(0) = K^(1) = 1, M = 100, C = 1.
DEVIATION = sqrt(16 * (1 + 2 / sqrt(pi)) * 100**2 * (log(8) + s))
small_delta = Claim(
    id="du2018.proof-D.1a.tail",
    source=Source(PAPER, "D", "proof of Theorem D.1, base case, small delta"),
    statement=FIRST_STATEMENT,
    reading=r"$\rho(x)=x$, one unit input, $H=2$, $m=1$, $\delta=e^{-s}$: $P(z^2-1>t)\le\frac12"
    r"e^{-s}$ with $t=400\sqrt{(1+2/\sqrt\pi)(\log8+s)}$; nothing is asked of m at this place",
    over={s: NONNEGATIVE},
    lhs=Closed(erfc(sqrt((1 + DEVIATION) / 2))),
    relation="<=",
    rhs=Closed(exp(-s) / 2),
    grid=Grid(s=[0.0, 1.0, 100.0]),
    erratum="Bernstein's bound has a second regime, log(1/delta)/m, that the print drops: a "
    "squared Gaussian has an exponential tail (fails from delta about e^{-10^5} on, m = 1)",
)

root_s = symbols("root_s", real=True)
small_delta_corrected = Claim(
    id="du2018.proof-D.1a.tail.corrected",
    source=small_delta.source,
    statement=r"$P(z^2-1>2\sqrt s+2s)\le e^{-s}$",
    reading=r"by Chernoff's bound $P(z^2-1>t)\le\sqrt{1+t}e^{-t/2}$ what is left is "
    r"$\frac12\log(1+t)\le\frac t2-s=\sqrt s$; root_s is $\sqrt s$",
    over={root_s: NONNEGATIVE},
    lhs=Closed(log(1 + 2 * root_s + 2 * root_s**2) / 2),
    relation="<=",
    rhs=Closed(root_s),
    grid=Grid(root_s=[0.0, 1.0, 5.0]),
    corrects="du2018.proof-D.1a.tail",
)

# One step of the propagation, one entry per channel
Lip, zero, k_1, k_2, r, j_1, j_2, q = symbols("Lip zero k_1 k_2 r j_1 j_2 q", real=True)
b_1, b_2, c_1, c_2 = symbols("b_1 b_2 c_1 c_2", real=True)
kind, a = symbols("kind a", integer=True)


def _rho(points: Any) -> Any:
    from torch.nn.functional import softplus

    shapes = (
        lambda u: u,
        lambda u: softplus(u, threshold=50),
        lambda u: u.abs(),
        lambda u: u.tanh(),
    )
    # Points run along the first axis; `zero` is rho(0), so softplus is shifted down by log 2.
    drop = 0.6931471805599453 if points.kind == 1 else 0.0

    def rho(u: Any) -> Any:
        wide = u.flatten(start_dim=1)
        return (
            points.zero[:, None] + points.Lip[:, None] * (shapes[points.kind](wide) - drop)
        ).reshape(u.shape)

    return rho


def next_layer(points: Any, perturbed: bool) -> tuple[Any, Any]:
    """The entries (1, 1), (1, 2), (2, 2) of the next gram and the next means."""
    import torch

    from numeric.tensor_program import mean, product_mean

    p, rho = points, _rho(points)
    one, two, angle = (p.j_1, p.j_2, p.q) if perturbed else (p.k_1, p.k_2, p.r)
    low = (p.c_1, p.c_2) if perturbed else (p.b_1, p.b_2)
    cov = angle * (one * two).sqrt()
    below = (one, two)
    means = [mean(rho, variance) for variance in below]
    pairs = [(0, 0, one), (0, 1, cov), (1, 1, two)]
    grams = [
        p.a * k
        + p.a * (means[i] * low[j] + low[i] * means[j])
        + product_mean(rho, rho, below[i], below[j], k)
        for i, j, k in pairs
    ]
    return torch.stack(grams, 1), torch.stack(
        [p.a * b + v for b, v in zip(low, means, strict=True)], 1
    )


def errors_below(points: Any) -> tuple[Any, Any]:
    import torch

    p = points
    cov = (p.q * (p.j_1 * p.j_2).sqrt() - p.r * (p.k_1 * p.k_2).sqrt()).abs()
    gram = torch.stack([(p.j_1 - p.k_1).abs(), (p.j_2 - p.k_2).abs(), cov]).amax(0)
    return gram, torch.stack([(p.c_1 - p.b_1).abs(), (p.c_2 - p.b_2).abs()]).amax(0)


def _step_constants(points: Any) -> tuple[Any, Any, Any, Any]:
    """C, M, B and lambda, with a unit input below: M is at least 100."""
    import torch

    p = points
    size = p.Lip + p.zero.abs()
    largest = 100 * torch.stack([p.k_1, p.k_2, torch.ones_like(p.k_1)]).amax(0)
    cov = p.r * (p.k_1 * p.k_2).sqrt()
    half = (p.k_1 + p.k_2) / 2
    least = half - (((p.k_1 - p.k_2) / 2).square() + cov.square()).sqrt()
    mean = 100 * torch.stack([p.b_1.abs(), p.b_2.abs()]).amax(0)
    return size, largest, mean, least.clamp_min(1e-300)


def gram_step(points: Any) -> Any:
    return (next_layer(points, True)[0] - next_layer(points, False)[0]).abs().amax(1)


def mean_step(points: Any) -> Any:
    return (next_layer(points, True)[1] - next_layer(points, False)[1]).abs().amax(1)


def _gram_step_bound(points: Any) -> Any:
    gram, mean = errors_below(points)
    size, largest, centre, least = _step_constants(points)
    carried = 2 * points.a * centre * size * largest / least**1.5
    factor = points.a + carried + size**2 * (largest / least).sqrt()
    return factor * gram + 2 * size * largest.sqrt() * points.a * mean


def _mean_step_bound(points: Any) -> Any:
    gram, mean = errors_below(points)
    size, largest, _, least = _step_constants(points)
    return size * largest / least**1.5 * gram + points.a * mean


VARIANCES = Interval(Rational(1, 10), 4)
STEP = {
    kind: sp.FiniteSet(0, 1, 2, 3),
    a: sp.FiniteSet(0, 1),
    Lip: Interval(0, 100),
    zero: Interval(-10, 10),
    **dict.fromkeys((k_1, k_2, j_1, j_2), VARIANCES),
    r: Interval(-Rational(99, 100), Rational(99, 100)),
    q: Interval(-1, 1),
    **dict.fromkeys((b_1, b_2, c_1, c_2), Interval(-3, 3)),
}
STEP_GRID = Grid(
    points=[
        {"k_1": 1.0, "k_2": 1.0, "r": 0.3, "j_1": 1.01, "j_2": 0.99, "q": 0.31},
        {"k_1": 0.1, "k_2": 4.0, "r": -0.99, "j_1": 0.11, "j_2": 3.9, "q": -1.0},
        {"k_1": 1.0, "k_2": 1.0, "r": 0.0, "j_1": 1.0, "j_2": 1.0, "q": 0.99},
        {"k_1": 0.1, "k_2": 0.1, "r": 0.9, "j_1": 4.0, "j_2": 4.0, "q": 0.9},
    ],
    kind=[0, 1, 2, 3],
    a=[0, 1],
    Lip=[0.01, 1.0, 50.0],
    zero=[0.0, 5.0],
    b_1=[1.0],
    b_2=[-1.0],
    c_1=[1.05],
    c_2=[-1.0, 1.05],
).nightly(b_1=[-3.0, 1.0], Lip=[0.01, 1.0, 7.0, 50.0], zero=[-10.0, -1.0, 0.0, 5.0])

gram_propagation = Claim(
    id="du2018.proof-D.1b",
    source=Source(PAPER, "D", "proof of Theorem D.1, propagation to the Gram matrices"),
    statement=r"$\max_{ij}\|\mathbb E^{(h)}\hat K_{ij}^{(h)}-K_{ij}^{(h)}\|_\infty\le(A^2+"
    r"\mathfrak W(2ABC\frac M{\lambda^{3/2}}+C^2\sqrt{\frac M\lambda}))\max_{ij}\|"
    r"\hat K_{ij}^{(h-1)}-K_{ij}^{(h-1)}\|_\infty+2C\sqrt MA\max_i\|"
    r"\hat b_i^{(h-1)}-b_i^{(h-1)}\|_2$",
    reading=r"one entry per channel, $\mathfrak W=1$, two inputs of unit norm in the network "
    r"(hence $M\ge100$), $\hat K_{ii}\le M$",
    over=STEP,
    quantifier=ForAll(random_points=0, search=False),
    lhs=Computed(gram_step),
    relation="<=",
    rhs=Computed(_gram_step_bound),
    grid=STEP_GRID,
    uses=("du2018.lemma-E.2", "du2018.lemma-E.3"),
)

mean_propagation = Claim(
    id="du2018.proof-D.1b.means",
    source=Source(PAPER, "D", "proof of Theorem D.1, propagation to the means"),
    statement=r"$\max_i\|\mathbb E^{(h)}\hat b_i^{(h)}-b_i^{(h)}\|_2\le\frac{CM\mathfrak W}"
    r"{\lambda^{3/2}}\max_{ij}\|\hat K_{ij}^{(h-1)}-K_{ij}^{(h-1)}\|_\infty+A\max_i\|"
    r"\hat b_i^{(h-1)}-b_i^{(h-1)}\|_2$",
    reading=gram_propagation.reading,
    over=STEP,
    quantifier=ForAll(random_points=0, search=False),
    lhs=Computed(mean_step),
    relation="<=",
    rhs=Computed(_mean_step_bound),
    grid=STEP_GRID,
)
