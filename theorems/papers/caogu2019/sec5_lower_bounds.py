r"""The gradient lower bound (4.1): Remark 4.8, section 4.1 on random labels, and Lemma 5.5.

Symbols in `sec3_symbols`; gap: the least distance phi of two inputs; power: the exponent of 1/n in
B; u: log n. B is measured as the least |grad_{W_L} L_S|_F / (sqrt(m) E_S): at given weights over
all slopes a_i = -l'_i > 0 (a quadratic problem on the simplex), over weights by ascent.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import sympy as sp
from sympy import Interval, Rational, oo, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.caogu2019.draws import CHANCES
from theorems.papers.caogu2019.sec3_symbols import (
    EVEN,
    PAPER,
    POSITIVE,
    L,
    generator_of,
    labels,
    layers,
    m,
    n,
    tau,
)
from theorems.quantifiers import (
    ForAllWeights,
    InExpectation,
    UpToConstant,
    WithProbability,
)
from theorems.sides import Closed, Computed, Sampled

gap, power, u = symbols("gap power u", real=True)


def _least_over_weights(points: Any, samples: int, generator: Any) -> Any:
    """The least `|grad_{W_L} L_S|_F / E_S` found in the neighbourhoods of five draws, crossed
    points."""
    import torch

    from numeric.adversary import Around, Ascent, maximise
    from numeric.deep_relu import frobenius, initial, risk_gradients, surrogate_error
    from numeric.separable import crossed_pairs

    data = crossed_pairs()
    widths = (2, *(points.m for _ in range(points.L)))
    start = initial((samples, CHANCES), widths, generator)
    radius = points.tau.repeat_interleave(samples)
    sets = {
        f"new{k}": Around(layer.repeat(points.n, 1, 1, 1), radius)
        for k, layer in enumerate(start, start=1)
    }

    def negative(weights: dict[str, torch.Tensor]) -> torch.Tensor:
        new = layers(weights, "new")
        slope = frobenius(risk_gradients(new, data.x, data.y)[-1])
        return -slope / surrogate_error(new, data.x, data.y)

    found = maximise(negative, sets, Ascent(restarts=CHANCES, steps=4), generator)
    return -found.value.reshape(points.n, samples)


lower_bound = Claim(
    id="caogu2019.eq-4.1",
    source=Source(PAPER, "4.1", "(4.1)"),
    statement=r"$\|\nabla_{W_L}L_S(W)\|_F\ge B\sqrt m\cdot\mathcal E_S(W)$ for all $W\in\mathcal "
    r"W_\tau$, where B is independent of m",
    reading="an assumption; that it holds with B independent of m, for the crossed points "
    "(text-4.2.strict) and two layers; mean of the least of five independent draws",
    over={L: sp.S.Naturals, m: EVEN, tau: POSITIVE},
    quantifier=UpToConstant(along=("m",), samples=20),
    lhs=Sampled(_least_over_weights),
    relation=">=",
    rhs=Closed(sqrt(m)),
    grid=Grid(L=[2], m=[8, 12, 16, 24, 32, 48, 64], tau=[0.01]).nightly(
        m=[32, 48, 64, 96, 128, 192, 256]
    ),
    uses=("caogu2019.definition-4.4", "caogu2019.lemma-5.4.corrected"),
)


def _constant_of(x: Any, y: Any, depth: int, width: int) -> Any:
    """The least B over all slopes at one initialisation."""
    from numeric.deep_relu import forward, initial
    from numeric.separable import label_gram, least_weighted_gradient

    widths = (x.shape[-1], *(width for _ in range(depth)))
    run = forward(initial((), widths, generator_of(depth, width)), x)
    gram = label_gram(run.hidden[-2], run.active[-1], y) / width
    return least_weighted_gradient(gram, steps=300)[0].clamp_min(0).sqrt()


def _pair_constant(points: Any) -> Any:
    """B for two inputs at distance `gap` with opposite labels."""
    import torch

    found = []
    for distance in points.gap.tolist():
        angle = 2 * math.asin(distance / 2)
        x = torch.tensor([[1.0, 0.0], [math.cos(angle), math.sin(angle)]], dtype=torch.float64)
        found.append(_constant_of(x, labels(2), points.L, points.m))
    return torch.stack(found)


REMARK = (
    r"(4.1) has been verified if $\|x_i-x_j\|_2\ge\phi$ for all $i,j$, with "
    r"$B=\Omega(\mathrm{poly}(\phi,n^{-1}))$"
)
separated = Claim(
    id="caogu2019.remark-4.8",
    source=Source(PAPER, "4.1", "Remark 4.8, along the distance"),
    statement=REMARK,
    reading=r"the polynomial taken as $\phi/n$; two inputs with opposite labels, at the "
    r"initialisation, all slopes",
    over={L: sp.S.Naturals, m: EVEN, gap: Interval.Lopen(0, 2)},
    quantifier=UpToConstant(shrinking=("gap",)),
    lhs=Computed(_pair_constant),
    relation=">=",
    rhs=Closed(gap / 2),
    grid=Grid(L=[2], m=[512], gap=[1.0, 0.5, 0.25, 0.125]),
    uses=(
        "caogu2019.theorem-4.7",
        "caogu2019.eq-4.1",
    ),
)


def _circle_constant(points: Any) -> Any:
    """B for n inputs evenly on the circle with alternating labels."""
    import torch

    angles = torch.arange(points["n"], dtype=torch.float64) * (2 * math.pi / points["n"])
    x = torch.stack([angles.cos(), angles.sin()], dim=-1)
    return _constant_of(x, labels(points["n"]), points.L, points.m).expand(1)


separated_many = Claim(
    id="caogu2019.remark-4.8.count",
    source=Source(PAPER, "4.1", "Remark 4.8, along the number of inputs"),
    statement=REMARK,
    reading=r"the polynomial taken as $\phi/n$, which is of order $n^{-2}$ for n inputs evenly on "
    r"the circle, labels alternating",
    over={L: sp.S.Naturals, m: EVEN, n: sp.S.Naturals},
    quantifier=UpToConstant(along=("n",)),
    lhs=Computed(_circle_constant),
    relation=">=",
    rhs=Closed(n**-2),
    grid=Grid(L=[2], m=[512], n=[2, 4, 8, 16]),
    uses=("caogu2019.eq-4.1",),
)

vacuous = Claim(
    id="caogu2019.text-4.1",
    source=Source(PAPER, "4.1", "after Corollary 4.9, the bound for separated inputs"),
    statement=r"plugging $B=\mathrm{poly}(\phi,n^{-1})$ into Corollary 4.9 gives a bound $\tilde "
    r"O(\mathrm{poly}(n)\cdot n^{-1/2})$ that is vacuous and does not decrease in n",
    reading=r"$B\le n^{-1/2}$, which random labels force (.labels): for $B=n^{-p}$ (power) the "
    r"logarithm of the first term of Corollary 4.9 at $L=\epsilon=1$, $u=\log n$, is at least 0",
    over={u: Interval(0, oo), power: Interval(Rational(1, 2), oo)},
    lhs=Closed(power * u - u / 2),
    relation=">=",
    rhs=Closed(0),
    grid=Grid(u=[0.0, 1.0, 10.0], power=[0.5, 1.0, 3.0]),
    uses=("caogu2019.corollary-4.9.linear", "caogu2019.remark-4.8"),
)


def _random_labels(points: Any, samples: int, generator: Any) -> Any:
    """`|grad_{W_L} L_S|^2 / (m E_S^2)` for equal slopes and n labels that are fair coins."""
    import torch

    from numeric.data import unit_sphere
    from numeric.deep_relu import forward, initial
    from numeric.separable import label_gram

    shape = (points.n, samples)
    run = forward(
        initial(shape, (2, points.m), generator), unit_sphere((*shape, points["n"]), 2, generator)
    )
    coins = torch.randint(2, (*shape, points["n"]), generator=generator).to(torch.float64)
    gram = label_gram(run.hidden[-2], run.active[-1], 2 * coins - 1)
    return gram.sum(dim=(-2, -1)) / points.m


random_labels = Claim(
    id="caogu2019.text-4.1.labels",
    source=Source(PAPER, "4.1", "after Corollary 4.9, random labels"),
    title="random labels force B to be at most of order n^(-1/2)",
    statement=r"for labels independent of the inputs and equal slopes $-\ell'_i$, $\mathbb "
    r"E\|\nabla_{W_L}L_S\|_F^2/(m\mathcal E_S^2)=\frac1{2n}$, so that $B\le(2n)^{-1/2}$ for some "
    r"labels",
    over={m: EVEN, n: sp.S.Naturals},
    quantifier=InExpectation(samples=1 << 12),
    lhs=Sampled(_random_labels),
    relation="==",
    rhs=Closed(Rational(1, 2) / n),
    grid=Grid(m=[16], n=[1, 2, 8]),
)


def _error_on_coins(points: Any, samples: int, generator: Any) -> Any:
    """Errors on a fresh input, half an error for an output 0, after descent on random labels."""
    import torch

    from numeric.data import unit_sphere
    from numeric.deep_relu import descend, forward, initial

    count = points["n"]
    start = initial((samples,), (2, points.m, points.m), generator)
    x = unit_sphere((samples, count + 1), 2, generator)
    y = 1 - 2 * torch.randint(2, (samples, count + 1), generator=generator).to(torch.float64)
    run = descend(start, x[:, :count], y[:, :count], 2.0 / points.m, 10)
    output = forward(run.layers, x[:, count:]).output[:, 0] * y[:, count]
    wrong = (output < 0).to(torch.float64) + (output == 0).to(torch.float64) / 2
    return wrong.expand(points.n, samples)


coin_error = Claim(
    id="caogu2019.text-4.1.error",
    source=Source(PAPER, "4.1", "after Corollary 4.9, the error on random labels"),
    statement=r"if the labels are Rademacher variables independent of the inputs, the expected "
    r"error of any classifier cannot go below $\frac12$",
    reading="trained networks on a fresh input; an output 0 counts as half an error, while P[yf < "
    "0] counts it as none, so that f = 0 would have error 0",
    over={m: EVEN, n: sp.S.Naturals},
    quantifier=InExpectation(samples=1 << 12),
    lhs=Sampled(_error_on_coins),
    relation="==",
    rhs=Closed(Rational(1, 2)),
    grid=Grid(m=[8], n=[1, 4]),
)


def _slanted() -> tuple[Any, Any]:
    """Five inputs on the circle, linearly separable with labels of both signs."""
    import torch

    angles = torch.tensor([-0.9, 0.2, 1.0, 2.3, 3.7], dtype=torch.float64)
    x = torch.stack([angles.cos(), angles.sin()], dim=-1)
    return x, torch.tensor([1.0, 1.0, 1.0, -1.0, -1.0], dtype=torch.float64)


@lru_cache
def _kernel_margin(depth: int) -> float:
    """The largest gamma of Assumption 4.12 for these inputs: the least norm in the RKHS hull."""
    from numeric.conjugate_kernel import conjugate_kernel
    from numeric.separable import least_weighted_gradient

    x, y = _slanted()
    kernel = conjugate_kernel(x, depth - 1) * y[:, None] * y[None, :] / x.shape[0] ** 2
    return float(least_weighted_gradient(kernel, steps=500)[0].sqrt())


def _slanted_neighbourhood(points: Any, generator: Any) -> dict[str, Any]:
    from numeric.adversary import Around
    from numeric.deep_relu import initial

    start = initial((points.n, 1), (2, *(points.m for _ in range(points.L))), generator)
    return {f"new{k}": Around(layer, points.tau) for k, layer in enumerate(start, start=1)}


def _slanted_gradient(points: Any, weights: Any) -> Any:
    from numeric.deep_relu import frobenius, risk_gradients

    return frobenius(risk_gradients(layers(weights, "new"), *_slanted())[-1])


def _slanted_allowed(points: Any, weights: Any) -> Any:
    from numeric.deep_relu import surrogate_error

    error = surrogate_error(layers(weights, "new"), *_slanted())
    return _kernel_margin(points.L) * points.m**0.5 / 4 * error


conjugate = Claim(
    id="caogu2019.lemma-5.5",
    source=Source(PAPER, "5.4", "Lemma 5.5"),
    statement=r"if $m\ge\bar C\max\{\gamma^{-2}\log(mn/\delta),\tau^{-4/3}\log[m/(\tau\delta)]\}$ "
    r"and $\tau\le\underline C\gamma^3[\log(m)]^{-3/2}$, with probability at least $1-\delta$, "
    r"$\|\nabla_{W_L}L_S(W)\|_F\ge C\gamma\sqrt m\cdot\mathcal E_S(W)$ for all $W\in\mathcal "
    r"W_\tau$",
    reading=r"$C=\frac14$, as in the proof of Lemma 5.4; five inputs on the circle, gamma the "
    r"largest that Assumption 4.12 allows them; the missing L in the conditions is in gamma "
    r"(corollary-4.13.iterations)",
    over={L: sp.S.Naturals, m: EVEN, tau: POSITIVE},
    quantifier=ForAllWeights(within=_slanted_neighbourhood, restarts=8, steps=10),
    lhs=Computed(_slanted_gradient),
    relation=">=",
    rhs=Computed(_slanted_allowed),
    grid=Grid(L=[1, 2, 4], m=[64], tau=[1e-4, 1e-2]).nightly(L=[1, 2, 4, 8], m=[64, 256]),
    uses=(
        *("caogu2019.assumption-4.12", "caogu2019.lemma-B.3", "caogu2019.lemma-B.1"),
        "caogu2019.proof-5.5",
    ),
)


def _feature_margin(points: Any, samples: int, generator: Any) -> Any:
    """The largest margin of a unit vector over the outputs of layer L - 1, by duality."""
    from numeric.deep_relu import forward, initial
    from numeric.separable import least_weighted_gradient

    x, y = _slanted()
    shape = (points.n, samples)
    start = initial(shape, (2, *(points.m for _ in range(points.L))), generator)
    hidden = forward(start, x).hidden[-2]
    gram = (hidden @ hidden.mT) * y[:, None] * y[None, :] / x.shape[0] ** 2
    found = least_weighted_gradient(gram.expand(*shape, 5, 5), steps=120)
    # From below: the value less the duality gap.
    return (found[..., 0] - found[..., 1]).clamp_min(0).sqrt() / _kernel_margin(points.L)


features = Claim(
    id="caogu2019.proof-5.5",
    source=Source(PAPER, "B.4", "proof of Lemma 5.5"),
    statement=r"there is $\alpha\in\mathbb R^{m_{L-1}}$ with $\|\alpha\|_2\le1$ and "
    r"$y_i\cdot\langle\alpha,x_{L-1,i}^{(0)}\rangle\ge\gamma$",
    reading=r"printed with x for the output of layer $L-1$; the margin over gamma, from below by "
    r"duality, at $\delta=\frac12$; the kernel of the layer is $2^{L-1}\kappa^{(L-1)}$, so from "
    r"two layers on there is a factor $2^{(L-1)/2}$ to spare",
    over={L: sp.S.Naturals, m: EVEN},
    quantifier=WithProbability(at_least=Rational(1, 2), draws=60),
    lhs=Sampled(_feature_margin),
    relation=">=",
    rhs=Closed(sp.Float(1 - 1e-6)),
    grid=Grid(L=[1, 2, 3], m=[128]),
    uses=("caogu2019.assumption-4.12", "du2018.theorem-D.1"),
)
