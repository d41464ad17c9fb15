r"""Symbols of sections 2 and 4, and the neighbourhood that their statements range over.

c: size of the neighbourhood; L: depth; m, d: width and input dimension; n: inputs; sigma: which
activation (0 identity, 1 ReLU, 2 tanh, 3 and 4 the soft thresholds at 1/2 and 1/10); epsilon: c/L;
o: deviation of z; y: |y|; alpha, beta, gamma: sizes of the gradients in y, z and g.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, oo, symbols

PAPER = "ema2019"
ACTIVATION_NAMES = ("identity", "relu", "tanh", "soft", "slight")
c, epsilon, o, y, alpha, beta, gamma = symbols("c epsilon o y alpha beta gamma", real=True)
L, m, d, n, sigma = symbols("L m d n sigma", integer=True)
AT_LEAST_ONE = Interval(1, oo)
ACTIVATIONS = sp.FiniteSet(0, 1, 2)
NETWORK = {
    c: AT_LEAST_ONE,
    L: sp.Range(2, oo),
    m: sp.S.Naturals,
    d: sp.S.Naturals,
    sigma: ACTIVATIONS,
}
# The search follows slopes that are right to the third power of the layers' coupling.
THROUGH = 3
# Identity and ReLU attain the scalar recursions; tanh bends away from them.
SHAPES = [
    {"d": 1, "m": 1, "sigma": 0},
    {"d": 3, "m": 2, "sigma": 1},
    {"d": 2, "m": 4, "sigma": 2},
]


def activation(points: Any) -> str:
    return ACTIVATION_NAMES[points.sigma]


def neighbourhood(points: Any, generator: Any, *, inputs: int = 1) -> dict[str, Any]:
    """I_c around every initialisation in the support of (2.5), and inputs on the sphere."""
    import torch

    from numeric.adversary import Around

    depth, width, dimension = points.L - 1, points.m, points.d
    radius = points.c / points.L

    def zeros(*shape: int) -> Any:
        return torch.zeros(points.n, 1, *shape, dtype=torch.float64)

    return {
        "a": Around(zeros(depth, width), radius, trailing=1),
        "r": Around(zeros(depth, width), radius, trailing=1),
        "b": Around(zeros(depth, width, dimension), radius, trailing=2),
        "c": Around(zeros(depth, dimension, width), radius, trailing=2),
        "b0": Around(zeros(depth, width, dimension), width**-0.5, shape="sphere", trailing=1),
        "x": Around(zeros(inputs, dimension), 1.0, shape="sphere", trailing=1),
    }


def with_targets(points: Any, generator: Any) -> dict[str, Any]:
    """`neighbourhood` with two inputs (one in one dimension) and labels `|y_i| <= 1`."""
    import torch

    from numeric.adversary import Around

    inputs = min(points.d, 2)
    labels = torch.zeros(points.n, 1, inputs, dtype=torch.float64)
    sets = neighbourhood(points, generator, inputs=inputs)
    return {**sets, "label": Around(labels, 1.0, shape="box", trailing=1)}


def network(weights: Any) -> dict[str, Any]:
    """The network's own weights: B is its initial value plus the perturbation."""
    return {
        "a": weights["a"],
        "r": weights["r"],
        "b": weights["b0"] + weights["b"],
        "c": weights["c"],
    }


def forward(points: Any, weights: Any) -> Any:
    from numeric.skip_connections import forward as run

    return run(network(weights), weights["x"], activation(points), through=THROUGH)


def backward(points: Any, weights: Any) -> Any:
    from numeric.skip_connections import backward as run

    path = forward(points, weights)
    return run(network(weights), path, activation(points), through=THROUGH)
