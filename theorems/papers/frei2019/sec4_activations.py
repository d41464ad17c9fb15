r"""Section 4: activations, interlayer activations and gradients of all layers, up to constants.

L, m, d: depth, width, input dimension; c: theta = c/L; tau: radius of the ball around the initial
weights; gamma: margin of Assumption 3.2.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sympy as sp
from sympy import Interval

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.frei2019.networks import (
    PAPER,
    RADIUS,
    SCALE,
    SIZES,
    L,
    chosen,
    d,
    draw,
    gamma,
    worst,
)
from theorems.papers.frei2019.networks import ball as tau_ball
from theorems.quantifiers import ForAllWeights, UpToConstant
from theorems.sides import Closed, Computed, Sampled

LONG = [8, 25, 72, 200]
DEPTHS = [8, 16, 32, 64, 128, 200]
WIDTHS = [16, 32, 64, 128]


def _sizes(points: Any, samples: int, generator: Any) -> Any:
    """Largest |x_l|, smallest |x_l|, largest |H_l^l'| over ends, `(n, samples, 3)`."""
    import torch

    from numeric.residual_relu import forward

    found = draw(points, samples, generator, inputs=8)
    path = forward(found.weights, found.x, found.theta)
    lengths = torch.cat([path.hidden.norm(dim=-1), path.last.norm(dim=-1).unsqueeze(-2)], dim=-2)
    lengths = lengths.flatten(1)
    largest, smallest = lengths.amax(-1), lengths.amin(-1)
    spans = _spans(found, path).amax(-1)
    stacked = torch.stack([largest, 1 / smallest, spans], dim=-1)
    return stacked.reshape(points.n, samples, 3)


def _spans(found: Any, path: Any) -> Any:
    """`|H_l^l'|` of the first input for l = 1 and 2 with all l', and for l' = L+1 with all l."""
    import torch

    weights, scale = found.weights, found.theta[..., 0, 0]
    on = path.active[..., 0, :].unsqueeze(-1)
    outer = path.active_last[..., 0, :].unsqueeze(-1) * weights["last"].mT
    first = on[..., 0, :, :] * weights["first"].mT
    eye = torch.eye(outer.shape[-1], dtype=torch.float64)
    inner = (on[..., 1:, :, :] * weights["hidden"].mT).unbind(-3)
    up, down, norms = eye.expand_as(outer), outer, [outer, first, outer]
    for low, high in zip(inner, reversed(inner), strict=True):
        up = up + scale[..., None, None] * low @ up
        down = down + scale[..., None, None] * down @ high
        norms += [up, up @ first, down]
    norms += [outer @ up @ first]
    return torch.stack([torch.linalg.matrix_norm(x, ord=2)[:, 0] for x in norms], dim=-1)


bounded = Claim(
    id="frei2019.lemma-4.1",
    source=Source(PAPER, "4", "Lemma 4.1"),
    title="Lemma 4.1: no growth with depth",
    statement=r"if $m\ge C_0d\log(mL/\delta)$, with probability at least $1-\delta$, for all "
    r"$1\le l\le l'\le L+1$ and $x\in S^{d-1}$: $C_1\le\|x_l\|_2\le C_2$, $\|H_l^{l'}\|_2\le C_2$",
    reading="means over initialisations of the largest |x_l|, of 1 over the smallest and of the "
    "largest |H|, over 8 inputs; theta = c/L, and the constants depend on c",
    over={**SIZES, **SCALE},
    quantifier=UpToConstant(along=("L",), samples=10),
    lhs=Sampled(_sizes),
    relation="<=",
    rhs=Closed(1),
    grid=Grid(L=LONG, m=[24], d=[2], c=[1.0]).nightly(L=DEPTHS, m=[32], d=[1, 4], c=[0.5, 2.0]),
    uses=("frei2019.assumption-3.3", "frei2019.eq-1"),
)

bounded_in_width = replace(
    bounded,
    id="frei2019.lemma-4.1.width",
    title="Lemma 4.1: no growth with width",
    quantifier=UpToConstant(along=("m",), samples=24),
    grid=Grid(L=[8], m=WIDTHS, d=[2], c=[1.0]).nightly(m=[16, 32, 64, 128], c=[0.5, 4.0]),
)


def _any_weights(points: Any, generator: Any) -> dict[str, Any]:
    """Weights of any size up to ten times the initial one, and an input of the sphere."""
    import torch

    from numeric.adversary import Around

    found = draw(points, 1, generator)
    at = torch.zeros(points.n, 1, 1, points.d, dtype=torch.float64)
    sets = tau_ball(found, torch.full((points.n,), 10.0, dtype=torch.float64))
    return {**sets, "x": Around(at, 1.0, shape="sphere", trailing=1)}


def _path(points: Any, weights: Any) -> Any:
    from numeric.residual_relu import forward

    theta = (points.c / points.L).reshape(-1, 1, 1, 1)
    return forward(chosen(weights), weights["x"], theta)


def _shrinkage(points: Any, weights: Any) -> Any:
    """The largest of `|x_{l-1}| - |x_l|` for l = 2..L."""
    lengths = _path(points, weights).hidden[..., 0, :].norm(dim=-1)
    return (lengths[..., :-1] - lengths[..., 1:]).amax(-1)


never_shrinks = Claim(
    id="frei2019.lemma-4.1.lower",
    source=Source(PAPER, "4", "Lemma 4.1, why the lower bound has no depth in it"),
    statement=r"for any weights, $\|x_l\|_2\ge\|x_{l-1}\|_2$ for $2\le l\le L$",
    reading="not printed: entries of x_{l-1} and of the increment are not negative",
    over={**SIZES, **SCALE},
    where=[L >= 2],
    quantifier=ForAllWeights(within=_any_weights, restarts=8, steps=20),
    lhs=Computed(_shrinkage),
    relation="<=",
    rhs=Closed(0),
    grid=Grid(points=[{"L": 2, "m": 2, "d": 1}, {"L": 6, "m": 4, "d": 3}], c=[0.5, 8.0]),
)


def _last_length(points: Any, weights: Any) -> Any:
    return _path(points, weights).hidden[..., -1, 0, :].norm(dim=-1)


def _growth(points: Any, weights: Any) -> Any:
    """`prod_{l=2}^L (1 + theta |W_l|)`."""
    import torch

    norms = torch.linalg.matrix_norm(weights["hidden"], ord=2)
    return (1 + (points.c / points.L)[:, None, None] * norms).prod(-1)


def _length_bound(points: Any, weights: Any) -> Any:
    return _path(points, weights).hidden[..., 0, 0, :].norm(dim=-1) * _growth(points, weights)


explicit = Claim(
    id="frei2019.lemma-4.1.upper",
    source=Source(PAPER, "4", "Lemma 4.1, its upper bound for given weights"),
    statement=r"for any weights, $\|x_L\|_2\le\|x_1\|_2\prod_{l=2}^L(1+\theta\|W_l\|_2)$, hence at "
    r"most $e^{c\max_l\|W_l\|_2}\|x_1\|_2$ with $\theta=c/L$",
    reading="not printed: the explicit form behind the constants",
    over={**SIZES, **SCALE},
    where=[L >= 2],
    quantifier=ForAllWeights(within=_any_weights, restarts=8, steps=20),
    lhs=Computed(_last_length),
    relation="<=",
    rhs=Computed(_length_bound),
    grid=Grid(points=[{"L": 2, "m": 2, "d": 1}, {"L": 6, "m": 4, "d": 3}], c=[0.5, 8.0]),
)


def _at_start(points: Any, samples: int, generator: Any) -> Any:
    """Largest `|grad_{W_l} f| / (theta^{1(2<=l<=L)} sqrt(m))` of outer and of inner layers."""
    import torch

    from numeric.residual_relu import forward, gradient_norms

    found = draw(points, samples, generator, inputs=4)
    path = forward(found.weights, found.x, found.theta)
    norms = gradient_norms(found.weights, path, found.theta) / points.m**0.5
    outer = torch.maximum(norms[..., 0, :], norms[..., -1, :]).amax(dim=(1, 2))
    inner = (norms[..., 1:-1, :] / found.theta).amax(dim=(1, 2, 3))
    return torch.stack([outer, inner], dim=-1).reshape(points.n, samples, 2)


gradient_at_start = Claim(
    id="frei2019.proof-3.6b.gradient",
    source=Source(PAPER, "4", "proof of Theorem 3.6, gradients at initialisation"),
    statement=r"$\|\nabla_{W_l}f_{W^{(0)}}\|_F\le C_2\theta^{1(2\le l\le L)}\sqrt m$",
    reading="means over initialisations of the largest over 4 inputs and the layers",
    over={**SIZES, **SCALE},
    where=[L >= 2],
    quantifier=UpToConstant(along=("L",), samples=40),
    lhs=Sampled(_at_start),
    relation="<=",
    rhs=Closed(1),
    grid=Grid(L=LONG, m=[16], d=[2], c=[1.0]).nightly(L=DEPTHS, m=[32], d=[1, 4], c=[0.5, 2.0]),
    uses=("frei2019.eq-2", "frei2019.lemma-4.1"),
)

gradient_at_start_in_width = replace(
    gradient_at_start,
    id="frei2019.proof-3.6b.gradient.width",
    quantifier=UpToConstant(along=("m",), samples=200),
    grid=Grid(L=[4], m=[8, 16, 32, 64], d=[2], c=[1.0]).nightly(m=WIDTHS, c=[0.5, 4.0]),
)


def _labels(count: int) -> Any:
    import torch

    return 1 - 2 * (torch.arange(count) % 2).to(torch.float64)


def _gradient_share(points: Any, samples: int, generator: Any) -> Any:
    """The largest found of `|grad_{W_l} L_S| / (theta^{..} sqrt(m) E_S)` over layers and ball."""
    import torch

    from numeric.residual_relu import forward, loss_gradient, surrogate

    found = draw(points, samples, generator, inputs=3)
    y = _labels(3)

    def share(weights: Any) -> Any:
        path = forward(weights, found.x, found.theta)
        slope = loss_gradient(weights, path, y, found.theta)
        norms = [slope[name].square().sum(dim=(-2, -1)).clamp_min(1e-300).sqrt() for name in slope]
        inner = (norms[1] / found.theta[..., 0]).amax(-1) if points.L > 1 else norms[0]
        top = torch.maximum(torch.maximum(norms[0], inner), norms[2])
        return top / (surrogate(path.output, y) * points.m**0.5)

    radius = points.tau.repeat_interleave(samples)
    top = worst(share, tau_ball(found, radius), 2, 4, generator)
    return top.reshape(points.n, samples)


upper_gradient = Claim(
    id="frei2019.lemma-4.4",
    source=Source(PAPER, "4", "Lemma 4.4"),
    statement=r"if $m\ge C(d\vee\log(L/\delta))$ and $\tau\le1$, for all $\tilde W\in\mathcal W(W,"
    r"\tau)$ and $l$: $\|\nabla_{W_l}L_S(\tilde W)\|_F\le\theta^{1(2\le l\le L)}C\sqrt m\,"
    r"\mathcal E_S(\tilde W)$",
    reading="'with probability at least 1 - delta' is missing; means over initialisations of the "
    "largest ratio that ascent finds in the ball, over all layers",
    over={**SIZES, **SCALE, **RADIUS},
    quantifier=UpToConstant(along=("L",), samples=72),
    lhs=Sampled(_gradient_share),
    relation="<=",
    rhs=Closed(1),
    grid=Grid(L=[8, 20, 50, 125], m=[8], d=[2], c=[1.0], tau=[1.0]).nightly(
        L=DEPTHS, tau=[0.1, 1.0]
    ),
    uses=("frei2019.eq-2", "frei2019.lemma-4.1"),
)

upper_gradient_in_width = replace(
    upper_gradient,
    id="frei2019.lemma-4.4.width",
    title="Lemma 4.4: no growth with width",
    quantifier=UpToConstant(along=("m",), samples=120),
    grid=Grid(L=[4], m=[4, 8, 16, 32], d=[2], c=[1.0], tau=[1.0]).nightly(
        m=[8, 16, 32, 64], c=[0.5, 4.0], tau=[0.1, 1.0]
    ),
)


def _inner_gradient(points: Any, weights: Any) -> Any:
    """The largest `|grad_{W_l} f|_F / theta` of the inner layers."""
    from numeric.residual_relu import gradient_norms

    theta = (points.c / points.L).reshape(-1, 1, 1, 1)
    norms = gradient_norms(chosen(weights), _path(points, weights), theta)
    return norms[..., 1:-1, 0].amax(-1) / theta[..., 0, 0]


def _gradient_bound(points: Any, weights: Any) -> Any:
    """`sqrt(m) |W_1| |W_{L+1}| prod (1 + theta |W_l|)`."""
    import torch

    ends = [torch.linalg.matrix_norm(weights[name], ord=2) for name in ("first", "last")]
    return points.m**0.5 * ends[0] * ends[1] * _growth(points, weights)


upper_explicit = Claim(
    id="frei2019.lemma-4.4.explicit",
    source=Source(PAPER, "4", "Lemma 4.4, for given weights"),
    statement=r"for any weights and $2\le l\le L$: $\|\nabla_{W_l}f_W(x)\|_F\le\theta"
    r"\sqrt{m_{L+1}}\,\|W_1\|_2\|W_{L+1}\|_2\prod_{r=2}^L(1+\theta\|W_r\|_2)$",
    reading="not printed: formula (2) with every factor's norm; weighted by -l' and averaged it is "
    "the bound on the loss's gradient",
    over={**SIZES, **SCALE},
    where=[L >= 2],
    quantifier=ForAllWeights(within=_any_weights, restarts=8, steps=20),
    lhs=Computed(_inner_gradient),
    relation="<=",
    rhs=Computed(_gradient_bound),
    grid=Grid(points=[{"L": 2, "m": 2, "d": 1}, {"L": 6, "m": 4, "d": 3}], c=[0.5, 8.0]),
    uses=("frei2019.eq-2",),
)


def _lower_share(points: Any, samples: int, generator: Any) -> Any:
    """The least found of `|grad_{W_{L+1}} L_S|^2 / (m E_S^2)` over the ball of radius gamma^3/4.

    Four inputs on the circle with labels sign(x_2), two of them at the margin.
    """
    import torch

    from numeric.residual_relu import forward, last_gradient, surrogate

    found = draw(points, samples, generator)
    height = (points.gamma * (2 * torch.pi) ** 0.5).repeat_interleave(samples)
    side = (1 - height.square()).clamp_min(0).sqrt()
    corners = [(side, height), (side, -height), (-side, height), (-side, -height)]
    x = torch.stack([torch.stack(corner, dim=-1) for corner in corners], dim=1).unsqueeze(1)
    y = _labels(4)

    def share(weights: Any) -> Any:
        path = forward(weights, x, found.theta)
        slope = last_gradient(path, y)
        return -slope.square().sum(dim=(-2, -1)) / surrogate(path.output, y).square() / points.m

    radius = points.gamma.repeat_interleave(samples) ** 3 / 4
    return -worst(share, tau_ball(found, radius), 2, 3, generator).reshape(points.n, samples)


lower_gradient = Claim(
    id="frei2019.lemma-4.3",
    source=Source(PAPER, "4", "Lemma 4.3"),
    title="Lemma 4.3 (far from tight: the ratio grows as gamma falls)",
    statement=r"if $\tau\le\nu\gamma^3$ and $m\ge C\gamma^{-2}(d\log\gamma^{-1}+\log(L/\delta))"
    r"\vee C\log(n/\delta)$, with probability at least $1-\delta$, for all $\tilde W\in"
    r"\mathcal W(W,\tau)$: $\|\nabla_{W_{L+1}}L_S(\tilde W)\|_F^2\ge\underline Cm_{L+1}"
    r"\gamma^4\mathcal E_S(\tilde W)^2$",
    reading="nu = 1/4; four inputs on the circle at linear margin sqrt(2 pi) gamma, on which the "
    "ratio has far from the fourth power of gamma; means over "
    "initialisations of the least ratio that descent finds in the ball",
    over={**SIZES, **SCALE, gamma: Interval.Lopen(0, sp.Rational(39, 100))},
    where=[sp.Eq(d, 2)],
    quantifier=UpToConstant(shrinking=("gamma",), samples=16),
    lhs=Sampled(_lower_share),
    relation=">=",
    rhs=Closed(gamma**4),
    grid=Grid(L=[2], m=[64], d=[2], c=[1.0], gamma=[0.32, 0.16, 0.08, 0.04]).nightly(
        m=[128], c=[1.0, 4.0]
    ),
    uses=("frei2019.text-3a", "frei2019.lemma-4.1"),
)

lower_gradient_in_depth = replace(
    lower_gradient,
    id="frei2019.lemma-4.3.depth",
    title="Lemma 4.3: no loss with depth",
    quantifier=UpToConstant(along=("L",), samples=500),
    grid=Grid(L=[2, 4, 8, 16], m=[8], d=[2], c=[1.0], gamma=[0.16]).nightly(
        L=[4, 8, 16, 32], m=[16]
    ),
)


def _lipschitz(points: Any, samples: int, generator: Any) -> Any:
    """The largest found of `|grad_x f| / sqrt(m)` over the ball, `(n, samples)`."""
    from numeric.residual_relu import backward, forward

    found = draw(points, samples, generator)

    def slope(weights: Any) -> Any:
        path = forward(weights, found.x, found.theta)
        _, rows = backward(weights, path, found.theta)
        return rows[..., 0, :].norm(dim=-1) / points.m**0.5

    radius = points.tau.repeat_interleave(samples)
    return worst(slope, tau_ball(found, radius), 2, 4, generator).reshape(points.n, samples)


lipschitz = Claim(
    id="frei2019.text-1.1c",
    source=Source(PAPER, "1.1", "after item 3, the Lipschitz constant"),
    statement=r"the Lipschitz constant of the network's output depends at most logarithmically on "
    r"the depth",
    reading="means over initialisations of the largest |grad_x f| / sqrt(m) that ascent finds in "
    "the ball of radius tau; the semismoothness constants are claims apart",
    over={**SIZES, **SCALE, **RADIUS},
    quantifier=UpToConstant(along=("L",), samples=80),
    lhs=Sampled(_lipschitz),
    relation="<=",
    rhs=Closed(1),
    grid=Grid(L=[6, 16, 40, 100], m=[8], d=[2], c=[1.0], tau=[1.0]).nightly(
        L=DEPTHS, tau=[0.1, 1.0]
    ),
    uses=("frei2019.lemma-4.1", "frei2019.lemma-4.2a"),
)
