r"""Appendix A: the derivatives of the outputs at two nearby points, whatever the weights (A.6).

Symbols in `dense_symbols`; rho: eta Q' / sqrt(m), the distance of the weights over sqrt(m). Weights
at both points have operator norms at most 2 c_w sqrt(m), features norms at most 2 c_x0 (with the
smallest c_x0 >= 1 that they allow), the output layer has norm sqrt(m).
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, Rational, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018.dense_adversary import shapes, stacked
from theorems.papers.du2018.dense_symbols import (
    DEPTHS,
    PAPER,
    SMOOTH,
    H,
    activation,
    c_w,
    constants,
    d,
    geometric,
    m,
    sigma,
)
from theorems.quantifiers import ForAllWeights
from theorems.sides import Closed, Computed

rho = symbols("rho", real=True)


def _within(points: Any, generator: Any) -> dict[str, Any]:
    import torch

    from numeric.adversary import Around

    depth, width, dimension = points.H, points.m, points.d
    root = width**0.5
    far, near = (2 * points.c_w - points.rho) * root, points.rho * root

    def zeros(*shape: int) -> Any:
        return torch.zeros(points.n, 1, *shape, dtype=torch.float64)

    sets = {
        "first": Around(zeros(width, dimension), far, shape="spectral", trailing=2),
        "move_first": Around(zeros(width, dimension), near, trailing=2),
        "x": Around(zeros(1, dimension), 1.0, shape="sphere", trailing=1),
        "a": Around(zeros(width), root, shape="sphere", trailing=1),
    }
    if depth > 1:
        layers = zeros(depth - 1, width, width)
        sets["rest"] = Around(layers, far, shape="spectral", trailing=2)
        sets["move_rest"] = Around(layers, near, trailing=2)
    return sets


def _outer(row: Any, state: Any) -> Any:
    return row.unsqueeze(-1) * state.unsqueeze(-2)


def _both(points: Any, weights: Any) -> tuple[Any, Any, Any]:
    """Paths and slopes at both points, and the constant c_{x,0}."""
    import torch

    from numeric.deep_network import backward, forward

    found: list[Any] = []
    sizes: list[Any] = []
    for layers in (stacked(weights), stacked(weights, "move_")):
        path = forward(layers, weights["x"], activation(points))
        found.append((path, backward(layers, weights["a"], path, activation(points))))
        sizes += [s.square().sum(-1).clamp_min(1e-300).sqrt().amax(dim=-1) for s in path.states]
    return found[0], found[1], (torch.stack(sizes).amax(dim=0) / 2).clamp_min(1.0)


def _derivatives(points: Any, weights: Any) -> Any:
    """The largest `|u'^(h) - u'^(h)|_F` over h, over its bound."""
    import torch

    (one, rows), (two, other), c_x0 = _both(points, weights)
    moves = [
        (_outer(b2, x2) - _outer(b, x)).square().sum(dim=(-2, -1)).clamp_min(1e-300).sqrt()
        for b, x, b2, x2 in zip(rows, one.states, other, two.states, strict=False)
    ]
    root, lipschitz, smooth = constants(points)
    width, depth = points.m**0.5, points.H
    growth = (2 * root * lipschitz * points.c_w).clamp_min(1.0).unsqueeze(-1)
    features = 2 * root * lipschitz * c_x0 * geometric(2 * growth, depth)
    inner = depth / (2 * points.c_w).unsqueeze(-1)
    inner = inner + (1 / (2 * c_x0) + depth * smooth * width / lipschitz) * features
    bound = 2 * c_x0 * growth**depth * points.rho.unsqueeze(-1) * inner
    return torch.stack([move.amax(dim=-1) for move in moves]).amax(dim=0) / bound


any_weights = Claim(
    id="du2018.proof-A.6b.weights",
    source=Source(PAPER, "A.1", "proof of Lemma A.6, the derivatives at any nearby weights"),
    title="the derivatives at any two nearby weights",
    statement=r"$\|u_i'^{(h)}(w(k))-u_i'^{(h)}(w(k,s))\|_F\le2c_{x,0}c_x^H\eta\frac{Q'}{\sqrt m}"
    r"\left(\frac H{2c_{w,0}}+\left[\frac1{2c_{x,0}}+\frac{H\beta\sqrt m}L\right]2\sqrt{c_\sigma}L"
    r"c_{x,0}g_{2c_x}(H)\right)$ from $\|W^{(l)}\|_2\le2c_{w,0}\sqrt m$, $\|x^{(l)}\|_2\le2c_{x,0}$"
    r" at both points and $\|W^{(l)}(k)-W^{(l)}(k,s)\|_F\le\eta Q'$",
    reading=r"lhs over rhs, $\rho=\eta Q'/\sqrt m$; $c_{w,0}\ge\frac12$",
    over={
        c_w: Interval(Rational(1, 2), sp.oo),
        rho: Interval.Lopen(0, 1),
        H: DEPTHS,
        m: sp.S.Naturals,
        d: sp.S.Naturals,
        sigma: SMOOTH,
    },
    quantifier=ForAllWeights(within=_within, restarts=14, steps=12),
    lhs=Computed(_derivatives),
    relation="<=",
    rhs=Closed(1),
    grid=Grid(points=list(shapes(1, 3)), c_w=[0.5, 1.0], rho=[0.01, 0.5]).nightly(
        c_w=[0.5, 1.0, 4.0], rho=[1e-3, 0.1, 1.0]
    ),
    uses=("du2018.lemma-E.1", "du2018.lemma-A.3", "du2018.proof-A.4b"),
)
