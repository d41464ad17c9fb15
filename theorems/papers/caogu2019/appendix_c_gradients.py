r"""Appendix C.2 and B.3: Lemmas B.3 and 5.4, the gradient of the last layer under Assumption 4.10.

Symbols in `sec3_symbols`; u_1..u_3: one entry of the vectors of three units; mean: their mean's
factor. Two samples: the crossed points in the plane (gamma = (sqrt(2) - 1)/sqrt(2 pi)), and the
opposite pairs +-e_1, ..., +-e_d, all labelled 1, with c = 1 and gamma = 1/sqrt(2 pi): n = 2d.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Rational, log, oo, pi, sqrt, symbols

from symbolic.relu_features import constant_average, half_line_probability
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.caogu2019.sec3_symbols import (
    EVEN,
    PAPER,
    POSITIVE,
    REALS,
    UNIT,
    L,
    d,
    delta,
    gamma,
    layers,
    m,
    n,
    tau,
)
from theorems.quantifiers import ForAll, ForAllWeights, UpToConstant, WithProbability
from theorems.sides import Closed, Computed, Sampled

units = symbols("u_1:4", real=True)
margin, mean, WIDTH, COUNT = symbols("margin mean m n", real=True)
OPPOSITE_MARGIN = constant_average()
CROSSED_MARGIN = (sqrt(2) - 1) / sqrt(2 * pi)
DEEPER = "at L = 1 the inputs themselves need not be linearly separable: Lemma B.2 starts at l = 1"
LEMMA_B3 = (
    r"under the assumptions of Lemma B.2, with probability at least $1-\delta$, "
    r"$\sum_{j=1}^{m_L}\|\frac1n\sum_ia(x_i,y_i)y_i\sigma'(w_{L,j}^{(0)"
    r"\top}x_{L-1,i}^{(0)})x_{L-1,i}^{(0)}\|_2^2\ge4^{-L}/8\cdot "
    r"m_L\gamma^2[\frac1n\sum_ia(x_i,y_i)]^2$ for any $a:S^{d-1}\times\{\pm1\}\to\mathbb R^+$"
)


def _at_equal_weights(points: Any, samples: int, generator: Any) -> Any:
    """The left side of Lemma B.3 at L = 1 and a = 1, for the opposite pairs."""
    import torch

    from numeric.deep_relu import forward, initial
    from numeric.separable import label_gram, opposite_pairs

    data = opposite_pairs(points.d)
    first = initial((points.n, samples), (points.d, points.m), generator)
    run = forward(first, data.x)
    gram = label_gram(data.x, run.active[0], data.y)
    return torch.ones_like(gram[..., 0]).mul(gram.sum(-1)).sum(-1)


weighted = Claim(
    id="caogu2019.lemma-B.3",
    source=Source(PAPER, "B.3", "Lemma B.3"),
    statement=LEMMA_B3,
    reading="L = 1, the opposite pairs, a = 1: each unit is active at one input of each pair, so "
    "the left side is m/(4d) for every W and m, however large, and the right side is m/(64 pi): "
    "less from d = 51 on; the width meets the condition with C = 1, and with any C if larger",
    over={m: EVEN, d: sp.S.Naturals, delta: UNIT},
    quantifier=WithProbability(at_least=1 - delta, draws=40),
    lhs=Sampled(_at_equal_weights),
    relation=">=",
    rhs=Closed(Rational(1, 4) / 8 * m * OPPOSITE_MARGIN**2),
    grid=Grid(d=[8, 50, 51, 64], m=[256], delta=[0.1]).nightly(m=[4096]),
    erratum=DEEPER,
    uses=("caogu2019.lemma-B.2", "caogu2019.eq-C.1"),
)


def _least(points: Any, samples: int, generator: Any) -> Any:
    """The left side of Lemma B.3 at the worst a of mean 1, for the crossed points."""
    from numeric.deep_relu import forward, initial
    from numeric.separable import crossed_pairs, label_gram, least_weighted_gradient

    data = crossed_pairs()
    widths = (2, *(points.m for _ in range(points.L)))
    run = forward(initial((points.n, samples), widths, generator), data.x)
    gram = label_gram(run.hidden[-2], run.active[-1], data.y)
    return least_weighted_gradient(gram, steps=60)[..., 0]


weighted_corrected = Claim(
    id="caogu2019.lemma-B.3.corrected",
    source=Source(PAPER, "B.3", "Lemma B.3"),
    statement=LEMMA_B3 + r", provided that $L\ge2$",
    reading="the crossed points, the worst a found by descent over the simplex",
    over={L: sp.Range(2, oo), m: EVEN, delta: UNIT},
    quantifier=WithProbability(at_least=1 - delta, draws=60),
    lhs=Sampled(_least),
    relation=">=",
    rhs=Closed(Rational(1, 4) ** L / 8 * m * CROSSED_MARGIN**2),
    grid=Grid(points=[{"L": 2, "m": 128, "delta": 0.5}, {"L": 3, "m": 128, "delta": 0.5}]),
    corrects="caogu2019.lemma-B.3",
    uses=("caogu2019.lemma-B.2", "caogu2019.eq-C.1", "caogu2019.proof-B.3"),
)


def _active_share(points: Any, samples: int, generator: Any) -> Any:
    """The least share of active units over n orthonormal inputs of the last layer."""
    import torch

    shape = (points.n, samples, points["n"], points.m)
    active = torch.rand(shape, generator=generator) < 0.5
    return active.to(torch.float64).mean(-1).amin(-1)


half_active = Claim(
    id="caogu2019.eq-C.1",
    source=Source(PAPER, "C.2", "(C.1)"),
    statement=r"with probability at least $1-\delta/2$: $\frac1{m_L}\sum_j\sigma'(w_{L,j}^{(0)"
    r"\top}x_{L-1,i}^{(0)})\ge\frac12-C_1\sqrt{\log(n/\delta)/m_L}$ for all $i\in[n]$",
    reading=r"the constant taken as 1; orthogonal inputs, for which the $\sigma'$ are independent "
    r"coins",
    over={m: EVEN, n: sp.S.Naturals, delta: UNIT},
    quantifier=WithProbability(at_least=1 - delta / 2, draws=8000),
    lhs=Sampled(_active_share),
    relation=">=",
    rhs=Closed(Rational(1, 2) - sqrt(log(n / delta) / m)),
    grid=Grid(m=[2, 16, 64], n=[1, 8], delta=[0.05, 0.5, 0.95]),
    uses=("caogu2019.algorithm-1", "caogu2019.eq-C.1.mean", "caogu2019.eq-C.1.union"),
)

half_mean = Claim(
    id="caogu2019.eq-C.1.mean",
    source=Source(PAPER, "C.2", "before (C.1)"),
    statement=r"$\mathbb E[\sigma'(w_{L,j}^{(0)\top}x_{L-1,i}^{(0)})|x_{L-1,i}^{(0)}]=1/2$",
    reading=r"for $x_{L-1,i}^{(0)}\ne0$",
    over={},
    lhs=Closed(half_line_probability()),
    relation="==",
    rhs=Closed(Rational(1, 2)),
)

half_union = Claim(
    id="caogu2019.eq-C.1.union",
    source=Source(PAPER, "C.2", "(C.1), Hoeffding's inequality and the union bound"),
    statement=r"$ne^{-2m_Lt^2}\le\delta/2$ for $t=\sqrt{\log(n/\delta)/m_L}$",
    reading=r"the constant 1, $n\ge2$: $n(\delta/n)^2\le\delta/2$",
    over={COUNT: sp.Interval(2, oo), delta: UNIT},
    lhs=Closed(COUNT * (delta / COUNT) ** 2),
    relation="<=",
    rhs=Closed(delta / 2),
)

half_kept = Claim(
    id="caogu2019.eq-C.1.width",
    source=Source(PAPER, "C.2", "(C.1), its last bound"),
    statement=r"$\frac12-C_1\sqrt{\log(n/\delta)/m_L}\ge\frac1{2\sqrt2}$ for $m\ge "
    r"C\log(n/\delta)$",
    reading=r"$C_1=1$, $C=47$; mean for $\sqrt{\log(n/\delta)/m_L}$",
    over={mean: POSITIVE},
    where=[mean**2 <= Rational(1, 47)],
    lhs=Closed(Rational(1, 2) - mean),
    relation=">=",
    rhs=Closed(1 / (2 * sqrt(2))),
    grid=Grid(mean=[0.01, 0.1, 0.145]),
)

jensen = Claim(
    id="caogu2019.proof-B.3",
    source=Source(PAPER, "C.2", "proof of Lemma B.3, Jensen's inequality"),
    statement=r"$\sum_{j=1}^{m_L}\|u_j\|_2^2\ge m_L\|\frac1{m_L}\sum_ju_j\|_2^2$",
    reading="one entry of each vector, three units",
    over=dict.fromkeys(units, REALS),
    lhs=Closed(sum(u**2 for u in units)),
    relation=">=",
    rhs=Closed(3 * (sum(units) / 3) ** 2),
)

projected = Claim(
    id="caogu2019.proof-B.3.projection",
    source=Source(PAPER, "C.2", "proof of Lemma B.3, the last two inequalities"),
    statement=r"$m_L[\frac1n\sum_ia_iy_i\langle x_{L-1,i}^{(0)},\alpha_{L-1}\rangle "
    r"s_i]^2\ge4^{-L}\gamma^2m_L[\frac1n\sum_ia_is_i]^2\ge4^{-L}/8\cdot\gamma^2m_L[\frac1n"
    r"\sum_ia_i]^2$",
    reading=r"two inputs with margins at least $2^{-L}\gamma$ (margin) and shares "
    r"$s_i\ge\frac1{2\sqrt2}$ of active units ($\frac{89}{250}>\frac1{2\sqrt2}$); without the "
    r"common factors",
    over={
        margin: POSITIVE,
        units[0]: POSITIVE,
        units[1]: POSITIVE,
        mean: POSITIVE,
        gamma: POSITIVE,
    },
    where=[mean >= Rational(89, 250), gamma >= Rational(89, 250)],
    lhs=Closed((units[0] * mean + units[1] * gamma) ** 2 * margin**2 / 4),
    relation=">=",
    rhs=Closed(margin**2 / 8 * ((units[0] + units[1]) / 2) ** 2),
    grid=Grid(points=[{"margin": 0.1, "u_1": 1.0, "u_2": 2.0, "mean": 0.4, "gamma": 0.5}]),
    uses=("caogu2019.lemma-B.2", "caogu2019.eq-C.1"),
)


def _largest_margin(points: Any) -> Any:
    """The largest margin of a unit vector over the opposite pairs, from above, by duality."""
    from numeric.separable import least_weighted_gradient, opposite_pairs

    data = opposite_pairs(points.d)
    gram = (data.x @ data.x.mT) * data.y[:, None] * data.y[None, :] / (2 * points.d) ** 2
    return least_weighted_gradient(gram, steps=5)[0].clamp_min(0).sqrt().expand(points.n)


direction = Claim(
    id="caogu2019.proof-B.3.direction",
    source=Source(PAPER, "C.2", "proof of Lemma B.3, the direction of layer L - 1"),
    statement=r"by Lemma B.2 there is $\alpha_{L-1}\in S^{m_{L-1}-1}$ with "
    r"$y_i\cdot\langle\alpha_{L-1},x_{L-1,i}^{(0)}\rangle\ge2^{-L}\gamma$ for all $i\in[n]$",
    reading="L = 1: the layer is the input; the largest margin by duality, the least norm of a "
    "convex combination of the y_i x_i",
    over={d: sp.S.Naturals},
    quantifier=ForAll(search=False, random_points=0),
    lhs=Computed(_largest_margin),
    relation=">=",
    rhs=Closed(OPPOSITE_MARGIN / 2),
    grid=Grid(d=[1, 3]),
    erratum=DEEPER,
    uses=("caogu2019.lemma-B.2",),
)


def _margin_of_features(points: Any, samples: int, generator: Any) -> Any:
    """The largest margin over the outputs of layer L - 1, crossed points, from below by duality."""
    from numeric.deep_relu import forward, initial
    from numeric.separable import crossed_pairs, least_weighted_gradient

    data, shape = crossed_pairs(), (points.n, samples)
    start = initial(shape, (2, *(points.m for _ in range(points.L))), generator)
    hidden = forward(start, data.x).hidden[-2]
    gram = (hidden @ hidden.mT) * data.y[:, None] * data.y[None, :] / 4**2
    found = least_weighted_gradient(gram, steps=80)
    return (found[..., 0] - found[..., 1]).clamp_min(0).sqrt()


direction_corrected = Claim(
    id="caogu2019.proof-B.3.direction.corrected",
    source=direction.source,
    statement=direction.statement + r", provided that $L\ge2$",
    reading="the crossed points, whose inputs no hyperplane separates either",
    over={L: sp.Range(2, oo), m: EVEN, delta: UNIT},
    quantifier=WithProbability(at_least=1 - delta, draws=60),
    lhs=Sampled(_margin_of_features),
    relation=">=",
    rhs=Closed(2**-L * CROSSED_MARGIN),
    grid=Grid(L=[2, 3], m=[96], delta=[0.5]),
    corrects="caogu2019.proof-B.3.direction",
    uses=("caogu2019.lemma-B.2",),
)

LEMMA_54 = (
    r"if $m\ge\bar C\max\{4^LL^2\gamma^{-2}\log(mnL/\delta),L^{-8/3}\tau^{-4/3}\log[m/(\tau\delta)]"
    r"\}$ and $\tau\le\underline C8^{-L}L^{-2}\gamma^3[\log(m)]^{-3/2}$, with probability at least "
    r"$1-\delta$, $\|\nabla_{W_L}L_S(W)\|_F\ge C\cdot2^{-L}\cdot\gamma\sqrt m\cdot\mathcal E_S(W)$ "
    r"for all $W\in\mathcal W_\tau$"
)


def _gradient_share(points: Any, samples: int, generator: Any) -> Any:
    """`|grad L_S|_F / (sqrt(m) E_S)` at the initialisation, L = 1, the opposite pairs."""
    from numeric.deep_relu import frobenius, initial, risk_gradients, surrogate_error
    from numeric.separable import opposite_pairs

    data = opposite_pairs(points.d)
    first = initial((samples,), (points.d, points.m), generator)
    slope = frobenius(risk_gradients(first, data.x, data.y)[0])
    share = slope / (points.m**0.5 * surrogate_error(first, data.x, data.y))
    return share.expand(points.n, -1)


gradient = Claim(
    id="caogu2019.lemma-5.4",
    source=Source(PAPER, "5.3", "Lemma 5.4"),
    statement=LEMMA_54,
    reading="L = 1 and W = W^(0), the opposite pairs, whose margin gamma does not depend on d: "
    "each unit is active at one input of each pair, so the left side is at most sqrt(m/(4d)) times "
    "the largest slope -l', and the largest is of the order of their mean",
    over={d: sp.S.Naturals, m: EVEN},
    quantifier=UpToConstant(along=("d",), samples=4),
    lhs=Sampled(_gradient_share),
    relation=">=",
    rhs=Closed(OPPOSITE_MARGIN / 2),
    grid=Grid(d=[8, 16, 32, 64, 128], m=[1024]).nightly(d=[16, 32, 64, 128, 256, 512, 1024]),
    erratum=DEEPER + "; the ratio falls like d^(-1/2)",
    uses=(
        "caogu2019.lemma-B.3",
        "caogu2019.lemma-B.1",
        "caogu2019.proof-5.4a",
        "caogu2019.proof-5.4b",
    ),
)


def _crossed_neighbourhood(points: Any, generator: Any) -> dict[str, Any]:
    from numeric.adversary import Around
    from numeric.deep_relu import initial

    widths = (2, *(points.m for _ in range(points.L)))
    start = initial((points.n, 1), widths, generator)
    return {f"new{k}": Around(layer, points.tau) for k, layer in enumerate(start, start=1)}


def _last_gradient(points: Any, weights: Any) -> Any:
    from numeric.deep_relu import frobenius, risk_gradients
    from numeric.separable import crossed_pairs

    data = crossed_pairs()
    return frobenius(risk_gradients(layers(weights, "new"), data.x, data.y)[-1])


def _least_allowed(points: Any, weights: Any) -> Any:
    from numeric.deep_relu import surrogate_error
    from numeric.separable import crossed_pairs

    data = crossed_pairs()
    error = surrogate_error(layers(weights, "new"), data.x, data.y)
    return 2 ** -(points.L + 2) * points.m**0.5 * data.margin * error


gradient_corrected = Claim(
    id="caogu2019.lemma-5.4.corrected",
    source=Source(PAPER, "5.3", "Lemma 5.4"),
    statement=LEMMA_54 + r", provided that $L\ge2$",
    reading=r"with the constant $C=\frac14$ of the proof; the crossed points, weights found by "
    r"descent on the ratio; tau up to $\gamma^3$, far above $8^{-L}L^{-2}\gamma^3$",
    over={L: sp.Range(2, oo), m: EVEN, tau: POSITIVE},
    quantifier=ForAllWeights(within=_crossed_neighbourhood, restarts=8, steps=12),
    lhs=Computed(_last_gradient),
    relation=">=",
    rhs=Computed(_least_allowed),
    grid=Grid(L=[2, 3], m=[64], tau=[1e-5, 4e-3]).nightly(L=[2, 3, 5], m=[64, 256]),
    corrects="caogu2019.lemma-5.4",
    uses=(
        *("caogu2019.lemma-B.3.corrected", "caogu2019.lemma-B.1"),
        *("caogu2019.proof-5.4a", "caogu2019.proof-5.4b"),
    ),
)
