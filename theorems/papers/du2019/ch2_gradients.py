"""Thesis section 2.1 and (2.4): the gradient of the first layer and the flow of the predictions.

n: inputs; m: width; d: dimension. In closed form at n = m = d = 2: x, y, w, a: inputs, labels,
weights, output weights; p_ri: whether w_r.x_i >= 0.
"""

from __future__ import annotations

import itertools
from typing import Any

import sympy as sp

from symbolic.patterned_network import generic
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import ForAll
from theorems.sides import Closed, Computed

PAPER = "du2019"
n, m, d = sp.symbols("n m d", integer=True)
SMALL = generic(2, 2, 2)
SIZES = {n: sp.S.Naturals, m: sp.S.Naturals, d: sp.S.Naturals}
SIZES_GRID = Grid(n=[1, 2, 7], m=[1, 3, 64], d=[1, 2, 9])


def _symbols(*matrices: sp.Matrix) -> dict[sp.Symbol, sp.Set]:
    return {symbol: sp.S.Reals for matrix in matrices for symbol in matrix}


def _at(symbols: dict[sp.Symbol, sp.Set]) -> Grid:
    """Two points: weights, inputs and labels of both signs, two patterns."""
    rows = []
    for shift in (0, 1):
        row = {}
        for index, symbol in enumerate(sorted(symbols, key=str)):
            value = (7 * index + 3 * shift) % 5 - 1.75
            row[symbol.name] = float(index % 2 == shift) if symbol.name[0] == "p" else value
        rows.append(row)
    return Grid(points=rows)


ALL = _symbols(SMALL.inputs, SMALL.labels, SMALL.weights, SMALL.signs, SMALL.pattern)
gradient_formula = Claim(
    id="du2019.eq-2.3",
    source=Source(PAPER, "2.1", "(2.3)"),
    statement=r"$\frac{\partial L(W,a)}{\partial w_r}=\frac1{\sqrt "
    r"m}\sum_{i=1}^n(f(W,a,x_i)-y_i)a_r"
    r"x_i\mathbb I\{w_r^\top x_i\ge0\}$",
    reading="away from the kinks, where the pattern is locally constant; n = m = d = 2, the loss "
    "differentiated by each weight",
    over=ALL,
    quantifier=ForAll(search=False),
    lhs=Closed(SMALL.gradient()),
    relation="==",
    rhs=Closed(SMALL.printed_gradient()),
    grid=_at(ALL),
)


def _network(points: Any) -> tuple[Any, ...]:
    """A random network of these sizes with random inputs and labels, from a fixed seed."""
    import torch

    from numeric.two_layer_relu import initial

    generator = torch.Generator().manual_seed(2019)
    weights, a = initial((points.n,), points.m, points.d, generator)
    x = torch.randn(points.n, points["n"], points.d, generator=generator, dtype=torch.float64)
    y = torch.randn(points.n, points["n"], generator=generator, dtype=torch.float64)
    return weights, a, x, y


def _automatic_gradient(points: Any) -> Any:
    import torch

    from numeric.two_layer_relu import loss

    weights, a, x, y = _network(points)
    weights.requires_grad_()
    return torch.autograd.grad(loss(weights, a, x, y).sum(), weights)[0].flatten(1)


def _printed_gradient(points: Any) -> Any:
    from numeric.two_layer_relu import gradient

    return gradient(*_network(points)).flatten(1)


gradient_by_sizes = Claim(
    id="du2019.eq-2.3.sizes",
    source=Source(PAPER, "2.1", "(2.3) at other sizes"),
    statement=gradient_formula.statement,
    reading="automatic differentiation of the loss at random networks and inputs",
    over=SIZES,
    lhs=Computed(_automatic_gradient),
    relation="==",
    rhs=Computed(_printed_gradient),
    grid=SIZES_GRID,
)


def _with_signs(matrix: sp.Matrix) -> sp.Matrix:
    """The matrix at all four choices of the output weights' signs, one below the other."""
    return sp.Matrix.vstack(
        *(
            matrix.subs(dict(zip(SMALL.signs, choice, strict=True)))
            for choice in itertools.product((1, -1), repeat=2)
        )
    )


SIGNED = _symbols(SMALL.inputs, SMALL.labels, SMALL.weights, SMALL.pattern)
prediction_flow = Claim(
    id="du2019.eq-2.4",
    source=Source(PAPER, "2.2.1", "(2.4), (2.6)"),
    statement=r"$\frac d{dt}u_i(t)=\sum_j(y_j-u_j)H_{ij}(t)$ with $H_{ij}(t)=\frac1mx_i^\top "
    r"x_j\sum_r"
    r"\mathbb I\{x_i^\top w_r\ge0,x_j^\top w_r\ge0\}$",
    reading="away from the kinks; n = m = d = 2, all choices of $a_r=\\pm1$, by the chain rule",
    over=SIGNED,
    quantifier=ForAll(search=False),
    lhs=Closed(_with_signs(SMALL.flow())),
    relation="==",
    rhs=Closed(_with_signs(SMALL.printed_flow())),
    grid=_at(SIGNED),
    uses=("du2019.eq-2.3",),
)


def _chain_rule(points: Any) -> Any:
    """du/dt as the derivative of the predictions in the direction of minus the gradient.

    The predictions' derivative against fixed factors is linear in the factors, and its derivative
    by them is the one along a direction: two reverse passes, without forward mode's long import.
    """
    import torch

    from numeric.two_layer_relu import loss, predictions

    weights, a, x, y = _network(points)
    leaf = weights.clone().requires_grad_()
    slope = torch.autograd.grad(loss(leaf, a, x, y).sum(), leaf)[0]
    factors = torch.zeros_like(y).requires_grad_()
    leaf = weights.clone().requires_grad_()
    pulled = torch.autograd.grad(predictions(leaf, a, x), leaf, factors, create_graph=True)[0]
    return torch.autograd.grad(pulled, factors, -slope)[0]


def _by_gram(points: Any) -> Any:
    from numeric.two_layer_relu import gram_at, predictions

    weights, a, x, y = _network(points)
    residual = y - predictions(weights, a, x)
    return (gram_at(weights, x) @ residual.unsqueeze(-1)).squeeze(-1)


flow_by_sizes = Claim(
    id="du2019.eq-2.4.sizes",
    source=Source(PAPER, "2.2.1", "(2.4), (2.6) at other sizes"),
    statement=prediction_flow.statement,
    reading="differentiation along minus the automatic gradient, at random networks",
    over=SIZES,
    lhs=Computed(_chain_rule),
    relation="==",
    rhs=Computed(_by_gram),
    grid=SIZES_GRID,
    uses=("du2019.eq-2.3",),
)
