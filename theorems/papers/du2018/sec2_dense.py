r"""Sections 2.1 and 2.2: the activation, its scaling, and the fully connected network.

Symbols in `dense_symbols`; z: a real number; sigma: 0 linear, 1 softplus, 2 tanh, 3 sigmoid, 4
ReLU.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Matrix, exp, log, oo, pi

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018.appendix_a_initial import ONCE, automatic_gradient, drawn
from theorems.papers.du2018.dense_symbols import (
    ANY,
    PAPER,
    H,
    activation,
    constants,
    inputs,
    m,
    n,
    sigma,
)
from theorems.quantifiers import InExpectation
from theorems.sides import Closed, Computed, Sampled, Side

z = sp.Symbol("z", real=True)
SOFTPLUS = log(1 + exp(z))


def slopes(index: int) -> Any:
    """The first or second derivative of softplus and its negative."""
    value = sp.simplify(sp.diff(SOFTPLUS, z, index))
    return Matrix([value, -value])


LINE: dict[str, Any] = {
    "over": {z: sp.S.Reals},
    "relation": "<=",
    "grid": Grid(z=[-40.0, -1.0, 0.0, 1.0, 40.0]),
}
lipschitz = Claim(
    id="du2018.text-2.1",
    source=Source(PAPER, "2.1", "softplus, Lipschitz"),
    statement=r"$\sigma(z)=\log(1+e^z)$ has Lipschitz constant bounded by 1: $|\sigma'(z)|\le1$",
    lhs=Closed(slopes(1)),
    rhs=Closed(1),
    **LINE,
)

smooth = Claim(
    id="du2018.text-2.1.smooth",
    source=Source(PAPER, "2.1", "softplus, smooth"),
    statement=r"$\sigma(z)=\log(1+e^z)$ has smoothness constant bounded by 1: $|\sigma''(z)|\le1$",
    lhs=Closed(slopes(2)),
    rhs=Closed(1),
    **LINE,
)


def _squared_feature(points: Any, samples: int, generator: Any) -> Any:
    """`|x^(1)(0)|^2` of a unit input."""
    from numeric.wide_features import draw_features

    states = draw_features(inputs(1), activation(points), (1, points.m), samples, generator)
    return states[-1].square().sum(dim=(-2, -1)).unsqueeze(0)


def normalised() -> dict[str, Any]:
    """`E |x^(1)(0)|^2 = 1`, for every activation and width."""
    return {
        "over": {m: sp.S.Naturals, sigma: ANY},
        "quantifier": InExpectation(),
        "lhs": Sampled(_squared_feature),
        "relation": "==",
        "rhs": Closed(1),
        "grid": Grid(sigma=[0, 1, 2, 3, 4], m=[2]),
    }


scaling = Claim(
    id="du2018.eq-2",
    source=Source(PAPER, "2.2", "equation (2), the scaling"),
    statement=r"$c_\sigma=(E_{x\sim N(0,1)}\sigma(x)^2)^{-1}$ normalises the features: "
    r"$E\|\sqrt{c_\sigma/m}\,\sigma(W^{(1)}x)\|_2^2=1$ for $\|x\|_2=1$",
    **normalised(),
)

t = sp.Symbol("t", real=True)
DENSITY = exp(-(t**2) / 2) / sp.sqrt(2 * pi)


def _c_sigma(points: Any) -> Any:
    import torch

    return torch.full((points.n,), constants(points)[0] ** 2, dtype=torch.float64)


RELU = 1 / sp.integrate(t**2 * DENSITY, (t, 0, oo))
relu_scaling = Claim(
    id="du2018.eq-2.relu",
    source=Source(PAPER, "2.2", "equation (2), ReLU"),
    title="c_sigma of ReLU is 2",
    statement=r"$c_\sigma=2$ for ReLU",
    over={sigma: sp.FiniteSet(4)},
    lhs=Side(closed=RELU, measured=Computed(_c_sigma)),
    relation="==",
    rhs=Closed(2),
)


def _loss(points: Any) -> Any:
    """A symmetric difference of `1/2 sum (f - y)^2` along every weight of the last layer."""
    import torch

    from numeric.deep_network import forward, predictions

    weights, a, x, y = drawn(points)
    step, found = 1e-5, []
    for row in range(points.m):
        for column in range(weights[-1].shape[-1]):
            ends = []
            for side in (1, -1):
                last = weights[-1].clone()
                last[:, row, column] += side * step
                u = predictions(forward([*weights[:-1], last], x, activation(points)), a)
                ends.append((u - y).square().sum(-1) / 2)
            found.append((ends[0] - ends[1]) / (2 * step))
    return torch.stack(found, dim=-1)


def _last_gradient(points: Any) -> Any:
    weights = drawn(points)[0]
    size = weights[-1].shape[-2] * weights[-1].shape[-1]
    return automatic_gradient(points)[:, -size:]


loss = Claim(
    id="du2018.eq-1",
    source=Source(PAPER, "2.2", "equation (1)"),
    statement=r"$L(w)=\frac12\sum_i(f(w,x_i)-y_i)^2$, the loss whose gradients the proofs use",
    reading="its differences against the gradients used, softplus and tanh",
    over={H: sp.S.Naturals, m: sp.S.Naturals, n: sp.S.Naturals, sigma: sp.FiniteSet(1, 2)},
    quantifier=ONCE,
    lhs=Computed(_loss, rounding=1e-6),
    relation="==",
    rhs=Computed(_last_gradient),
    grid=Grid(points=[{"H": 1, "m": 3, "sigma": 1}, {"H": 3, "m": 2, "sigma": 2}], n=[1, 3]),
)
