r"""Appendix C.1: Lemma B.2, hidden outputs stay linearly separable with high probability.

Symbols in `sec3_symbols`; phi: angle between w and x for the coefficient c(u) = sign(u.w); a, b,
length: the parts of alpha along and across x, and the length of x; c_1..c_3: coefficients of three
units. Samples are the four crossed points of Assumption 4.10
(text-4.2.strict), with margin gamma = (sqrt(2) - 1)/sqrt(2 pi), where nothing else is said.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, log, oo, pi, sqrt, symbols

from symbolic.relu_features import linear_average, rectified_second_moment
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.caogu2019.sec3_symbols import (
    EVEN,
    PAPER,
    POSITIVE,
    REALS,
    UNIT,
    L,
    delta,
    gamma,
    m,
)
from theorems.quantifiers import InExpectation, WithProbability
from theorems.sides import Closed, Sampled, Side

phi, a, b, length, DEPTH = symbols("phi a b length L", real=True)
coefficients = symbols("c_1:4", real=True)
MARGIN = (sqrt(2) - 1) / sqrt(2 * pi)


def _first_margin(points: Any, samples: int, generator: Any) -> Any:
    """`alpha_1.x_1` for c(u) = sign(u.w), w along the first axis and x at angle phi."""
    import torch

    shape = (points.n, samples, points.m, 2)
    w = torch.randn(shape, generator=generator, dtype=torch.float64) * (2 / points.m) ** 0.5
    x = torch.stack([points.phi.cos(), points.phi.sin()], dim=-1)[:, None, :, None]
    alpha = torch.sign(w[..., 0]) * points.m**-0.5
    return (alpha * (w @ x).squeeze(-1).clamp_min(0)).sum(-1)


first_mean = Claim(
    id="caogu2019.proof-B.2a",
    source=Source(PAPER, "C.1", "proof of Lemma B.2, the first layer's mean"),
    statement=r"for $\tilde\alpha_1=(m_1^{-1/2}c(\sqrt{m_1/2}w_j^{(0)}))_j$: $\mathbb "
    r"E(\tilde\alpha_1^\top x_{1,i}^{(0)})=\sqrt2f(x_i)$",
    reading=r"for $c(u)=\mathrm{sign}(u^\top w)$, $f(x)=\cos\varphi/\sqrt{2\pi}$",
    over={phi: Interval(0, pi), m: sp.S.Naturals},
    quantifier=InExpectation(samples=1 << 15),
    lhs=Sampled(_first_margin),
    relation="==",
    rhs=Closed(sqrt(2) * linear_average(phi)),
    grid=Grid(phi=[0.0, 0.7, 3.0], m=[1, 6]),
    uses=("caogu2019.assumption-4.10", "caogu2019.text-4.2"),
)

first_norm = Claim(
    id="caogu2019.proof-B.2a.norm",
    source=Source(PAPER, "C.1", "proof of Lemma B.2, the first layer's norm"),
    statement=r"$\|\tilde\alpha_1\|_2^2=m_1^{-1}\sum_jc^2(\sqrt{m_1/2}w_j)\le1$",
    reading="three units; later the proof says that the norm is 1, and uses that it is at most 1",
    over={c: Interval(-1, 1) for c in coefficients},
    lhs=Closed(sum(c**2 for c in coefficients) / 3),
    relation="<=",
    rhs=Closed(1),
)


def _deviation(points: Any, samples: int, generator: Any) -> Any:
    """`max_i |alpha_1.x_{1,i} - sqrt(2) f(x_i)|` over the four crossed points."""
    import torch

    from numeric.separable import crossed_coefficients, crossed_pairs

    data = crossed_pairs()
    shape = (points.n, samples, 2, points.m)
    w = torch.randn(shape, generator=generator, dtype=torch.float64) * (2 / points.m) ** 0.5
    alpha = crossed_coefficients(w.mT) * points.m**-0.5
    hidden = (data.x @ w).clamp_min(0)
    margins = (hidden * alpha.unsqueeze(-2)).sum(-1)
    return (margins - 2**0.5 * data.margin * data.y).abs().amax(-1)


first_deviation = Claim(
    id="caogu2019.proof-B.2b",
    source=Source(PAPER, "C.1", "proof of Lemma B.2, the first layer's deviation"),
    statement=r"with probability at least $1-\delta/4$: $|\tilde\alpha_1^\top "
    r"x_{1,i}^{(0)}-\sqrt2f(x_i)|\le C_2\sqrt{\log(4en/\delta)/m_1}$ for all $i\in[n]$",
    reading="the constant taken as 2; the four crossed points",
    over={m: sp.S.Naturals, delta: UNIT},
    quantifier=WithProbability(at_least=1 - delta / 4, draws=4000),
    lhs=Sampled(_deviation),
    relation="<=",
    rhs=Closed(2 * sqrt(log(4 * sp.E * 4 / delta) / m)),
    grid=Grid(m=[1, 8, 64], delta=[0.05, 0.5, 0.99]),
    uses=("caogu2019.proof-B.2a",),
)

first_kept = Claim(
    id="caogu2019.proof-B.2b.margin",
    source=Source(PAPER, "C.1", "proof of Lemma B.2, the first layer's margin"),
    statement=r"$y_i\cdot\alpha_1^\top x_{1,i}^{(0)}\ge\sqrt2\cdot\gamma-\gamma/2>\gamma/2$",
    over={gamma: POSITIVE},
    lhs=Closed(sqrt(2) * gamma - gamma / 2),
    relation=">",
    rhs=Closed(gamma / 2),
    uses=("caogu2019.proof-B.2b",),
)


def _next_norm(points: Any, samples: int, generator: Any) -> Any:
    """`|W' alpha|^2` for alpha of length `length` and a Gaussian layer of variance 2/m."""
    import torch

    shape = (points.n, samples, points.m)
    draws = torch.randn(shape, generator=generator, dtype=torch.float64)
    return (draws * (2 / points.m) ** 0.5 * points.length[:, None, None]).square().sum(-1)


next_norm = Claim(
    id="caogu2019.proof-B.2c",
    source=Source(PAPER, "C.1", "proof of Lemma B.2, the norms of the directions"),
    statement=r"$\tilde\alpha_l=W_l^{(0)}\tilde\alpha_{l-1}$ has $\mathbb "
    r"E(\|\tilde\alpha_l\|_2^2|\tilde\alpha_{l-1})=2\|\tilde\alpha_{l-1}\|_2^2$",
    reading=r"$W_l^{(0)\top}\tilde\alpha_{l-1}$, as the sum over "
    r"$w_{l,j}^{(0)\top}\tilde\alpha_{l-1}$ that follows",
    over={length: POSITIVE, m: sp.S.Naturals},
    quantifier=InExpectation(samples=1 << 13),
    lhs=Side(closed=m * (2 / m) * length**2, measured=Sampled(_next_norm)),
    relation="==",
    rhs=Closed(2 * length**2),
    grid=Grid(length=[0.5, 2.0], m=[1, 16]),
    uses=("caogu2019.algorithm-1",),
)


def _norm_growth(points: Any, samples: int, generator: Any) -> Any:
    """`max_l |alpha_l| / 2^(l-1)` from a unit alpha_1, over l = 2..L."""
    import torch

    size = torch.ones(points.n, samples, dtype=torch.float64)
    found = []
    for level in range(2, points.L + 1):
        draws = torch.randn(points.n, samples, points.m, generator=generator, dtype=torch.float64)
        size = size * (2 / points.m * draws.square().sum(-1)).sqrt()
        found.append(size / 2 ** (level - 1))
    return torch.stack(found).amax(0)


norm_growth = Claim(
    id="caogu2019.proof-B.2c.growth",
    source=Source(PAPER, "C.1", "proof of Lemma B.2, the norms of the directions"),
    statement=r"with probability at least $1-\delta/2$: $|\|\tilde\alpha_l\|_2^2-2\|\tilde"
    r"\alpha_{l-1}\|_2^2|\le2\|\tilde\alpha_{l-1}\|_2^2$, therefore "
    r"$\|\tilde\alpha_l\|_2\le2^{l-1}$ for all $l=2,\dots,L$",
    reading=r"the constant in $m\ge C\log(4L/\delta)$ taken as 7; the norms grow like "
    r"$2^{(l-1)/2}$",
    over={L: sp.Range(2, oo), m: sp.S.Naturals, delta: UNIT},
    where=[m >= 7 * log(4 * L / delta)],
    quantifier=WithProbability(at_least=1 - delta / 2, draws=1000),
    lhs=Sampled(_norm_growth),
    relation="<=",
    rhs=Closed(1),
    grid=Grid(L=[2, 6], m=[48, 64], delta=[0.1, 0.9]),
    uses=("caogu2019.proof-B.2c",),
)


def _pair(points: Any, samples: int, generator: Any) -> Any:
    """`<W' alpha, relu(W' x)>` for alpha = (a, b) and x = (length, 0)."""
    import torch

    shape = (points.n, samples, points.m, 2)
    w = torch.randn(shape, generator=generator, dtype=torch.float64) * (2 / points.m) ** 0.5
    alpha = w[..., 0] * points.a[:, None, None] + w[..., 1] * points.b[:, None, None]
    return (alpha * (w[..., 0] * points.length[:, None, None]).clamp_min(0)).sum(-1)


kept_mean = Claim(
    id="caogu2019.proof-B.2d",
    source=Source(PAPER, "C.1", "proof of Lemma B.2, the mean of the next margin"),
    statement=r"$\mathbb E[\langle\tilde\alpha_l,x_{l,i}^{(0)}\rangle|\tilde\alpha_{l-1}]=\langle"
    r"\tilde\alpha_{l-1},x_{l-1,i}^{(0)}\rangle$",
    reading="x along the first axis, alpha = (a, b): the part across x has mean 0, the part along "
    "it a length E[g relu(g)] per unit",
    over={a: REALS, b: REALS, length: POSITIVE, m: sp.S.Naturals},
    quantifier=InExpectation(samples=1 << 13),
    lhs=Side(
        closed=m * a * length * rectified_second_moment(2 / m),
        measured=Sampled(_pair),
    ),
    relation="==",
    rhs=Closed(a * length),
    grid=Grid(a=[-1.0, 0.3], b=[0.0, 2.0], length=[1.0], m=[1, 8]),
    uses=("caogu2019.proof-B.2c",),
)


def _pair_deviation(points: Any, samples: int, generator: Any) -> Any:
    import torch

    one = torch.ones(points.n, dtype=torch.float64)
    at = _At(n=points.n, m=points.m, a=0.6 * one, b=0.8 * one, length=one)
    return (_pair(at, samples, generator) - 0.6).abs()


class _At(dict[str, Any]):
    """Values by name, as points give them."""

    __getattr__ = dict.__getitem__


kept_deviation = Claim(
    id="caogu2019.proof-B.2e",
    source=Source(PAPER, "C.1", "proof of Lemma B.2, the deviation of the next margin"),
    statement=r"$|\langle\tilde\alpha_l,x_{l,i}^{(0)}\rangle-\langle\tilde"
    r"\alpha_{l-1},x_{l-1,i}^{(0)}\rangle|\le C_6\|\tilde\alpha_{l-1}\|_2\cdot\sqrt{\log(4nL/"
    r"\delta)/m_l}$ with probability at least $1-\delta/2$",
    reading=r"the constant taken as 3, $n=1$, one layer, $\|\tilde\alpha_{l-1}\|=\|x_{l-1}\|=1$; "
    r"for widths at least log(4/delta), as the lemma has, where Bernstein's bound is Gaussian",
    over={m: sp.S.Naturals, delta: UNIT},
    where=[m >= log(4 / delta)],
    quantifier=WithProbability(at_least=1 - delta / 2, draws=4000),
    lhs=Sampled(_pair_deviation),
    relation="<=",
    rhs=Closed(3 * sqrt(log(4 / delta) / m)),
    grid=Grid(m=[8, 64], delta=[0.05, 0.5, 0.99]),
    uses=("caogu2019.proof-B.2d",),
)

kept_chain = Claim(
    id="caogu2019.proof-B.2e.chain",
    source=Source(PAPER, "C.1", "proof of Lemma B.2, the margins of all layers"),
    statement=r"$y_i\cdot\langle\tilde\alpha_l,x_{l,i}^{(0)}\rangle\ge\gamma/2-(l-1)\gamma/(4L)\ge"
    r"\gamma/2-\gamma/4=\gamma/4$ for $l\le L$",
    over={gamma: POSITIVE, DEPTH: Interval(1, oo)},
    lhs=Closed(gamma / 2 - (DEPTH - 1) * gamma / (4 * DEPTH)),
    relation=">=",
    rhs=Closed(gamma / 4),
    grid=Grid(points=[{"gamma": 0.3, "L": 3.0}, {"gamma": 0.3, "L": 1.0}]),
    uses=("caogu2019.proof-B.2b.margin", "caogu2019.proof-B.2e"),
)

level = sp.Symbol("l", real=True)
kept_normalised = Claim(
    id="caogu2019.proof-B.2e.normalised",
    source=Source(PAPER, "C.1", "proof of Lemma B.2, the last step"),
    statement=r"$y_i\cdot\langle\alpha_l,x_{l,i}^{(0)}\rangle\ge2^{-(l-1)}\cdot\gamma/4"
    r"\ge2^{-(l+1)}\gamma$",
    reading=r"a margin of a times $\gamma/4$ divided by a norm of $2^{l-1}/b$, $a,b\ge1$",
    over={gamma: POSITIVE, level: Interval(1, oo), a: Interval(1, oo), b: Interval(1, oo)},
    lhs=Closed((a * gamma / 4) / (2 ** (level - 1) / b)),
    relation=">=",
    rhs=Closed(2 ** (-(level + 1)) * gamma),
    grid=Grid(points=[{"gamma": 0.3, "l": 3.0, "a": 1.0, "b": 2.0}]),
    uses=("caogu2019.proof-B.2e.chain", "caogu2019.proof-B.2c.growth"),
)


def _margins(points: Any, samples: int, generator: Any) -> Any:
    """`min_{i,l} 2^(l+1) y_i <alpha_l, x_{l,i}>` for the directions of the proof."""
    import torch

    from numeric.deep_relu import forward, initial
    from numeric.separable import crossed_coefficients, crossed_pairs, directions

    data = crossed_pairs()
    widths = (2, *(points.m for _ in range(points.L)))
    layers = initial((points.n, samples), widths, generator)
    alphas = directions(crossed_coefficients(layers[0].mT) * points.m**-0.5, layers[1:])
    hidden = forward(layers, data.x).hidden[1:]
    found = []
    for index, (alpha, x) in enumerate(zip(alphas, hidden, strict=True), start=1):
        unit = alpha / alpha.norm(dim=-1, keepdim=True)
        margins = data.y * (x @ unit.unsqueeze(-1)).squeeze(-1)
        found.append(margins.amin(-1) * 2 ** (index + 1))
    return torch.stack(found).amin(0)


separated = Claim(
    id="caogu2019.lemma-B.2",
    source=Source(PAPER, "B.3", "Lemma B.2"),
    statement=r"for any $\delta>0$, if $m\ge C\cdot4^L\cdot L^2\gamma^{-2}\log(nL/\delta)$, with "
    r"probability at least $1-\delta$ there are $\alpha_l\in S^{m_l-1}$ with "
    r"$y_i\cdot\langle\alpha_l,x_{l,i}^{(0)}\rangle\ge2^{-(l+1)}\gamma$ for all $i\in[n]$, "
    r"$l\in[L]$",
    reading="the four crossed points and the directions of the proof; the constant C taken as 1/10",
    over={L: sp.S.Naturals, m: EVEN, delta: UNIT},
    where=[m >= 4**L * L**2 / MARGIN**2 * log(4 * L / delta) / 10],
    quantifier=WithProbability(at_least=1 - delta, draws=80),
    lhs=Sampled(_margins),
    relation=">=",
    rhs=Closed(MARGIN),
    grid=Grid(points=[{"L": 1, "m": 96, "delta": 0.5}, {"L": 2, "m": 640, "delta": 0.65}]),
    uses=(
        "caogu2019.assumption-4.10",
        *(f"caogu2019.proof-B.2{k}" for k in ("a", "b", "c", "d", "e")),
        *("caogu2019.proof-B.2e.chain", "caogu2019.proof-B.2e.normalised"),
    ),
)
