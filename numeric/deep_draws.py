"""States of the deep residual networks at random weights, drawn without drawing the weights.

Given the layer before, the rows of `W^(h) x^(h-1)` are independent Gaussian vectors whose
covariance is the inputs' Gram matrix: drawing them costs `m n^2` instead of `m^2 n` and is exact in
law. Weights of one layer enter nowhere else, so that this holds for every layer.
Source: du2018, sections 2.2 and D; du2019, sections 3.2 and 3.12.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from numeric.deep_convolution import patches
from numeric.deep_residual import Readout, scales
from numeric.kernels.activations import derivative, value
from numeric.kernels.layers import Activation
from numeric.normals import gaussian_rows, normal


@dataclass(frozen=True)
class Drawn:
    """`states (..., H, N, m)`: `x^(h)` of the `N` inputs, or of the `N = n p` positions of inputs;
    `last_gram (..., n, n)`: `G^(H)(0)`; `output (..., n)`. Each is made when it is read.

    `below` are the states before the last layer, `gram` the inner products that it is given,
    `before` its arguments, `read (..., N, m)` the output weights of every row.
    """

    activation: Activation
    factors: tuple[Tensor, float]
    positions: int
    below: list[Tensor]
    gram: Tensor
    before: Tensor
    read: Tensor

    @cached_property
    def states(self) -> Tensor:
        last = self.below[-1] + self.factors[0] * value(self.activation, self.before)
        return torch.stack([*self.below, last], -3)

    @cached_property
    def last_gram(self) -> Tensor:
        rows = self.read * derivative(self.activation, self.before)
        product = (rows @ rows.mT) * self.gram * self.factors[1]
        return _per_input(product, self.positions)

    @property
    def output(self) -> Tensor:
        total = (self.read * self.states[..., -1, :, :]).sum(-1)
        return total.unflatten(-1, (-1, self.positions)).sum(-1)


def draw(
    shape: tuple[int, ...],
    depth: int,
    width: int,
    x: Tensor,
    activation: Activation,
    c_res: float,
    generator: torch.Generator,
    *,
    patch: int = 0,
    readout: Readout = "signs",
) -> Drawn:
    """Independent networks of `shape`; `x (n, d)`, or `(n, d, p)` with `patch >= 1`.

    `readout` as in `deep_residual.initial` and `deep_convolution.initial`. Raises `ValueError`
    for a depth below 2.
    """
    if depth < 2:
        raise ValueError(f"depth must be >= 2, not {depth}")
    p = x.shape[-1] if patch else 1
    rows = patches(x, patch).transpose(-1, -2).flatten(0, 1) if patch else x
    gram = (rows @ rows.mT).expand(*shape, len(rows), len(rows))
    states: list[Tensor] = []
    factors = scales(depth, width, activation, c_res)
    for factor in factors[:-1]:
        moved = factor * value(activation, gaussian_rows(gram, width, generator))
        states.append(states[-1] + moved if states else moved)
        gram = _patched(states[-1] @ states[-1].mT, p, patch) if patch else _own(states[-1])
    before = gaussian_rows(gram, width, generator)
    a = normal(*shape, p, width, generator=generator)
    if readout == "signs":
        a = torch.where(a[..., :1, :] >= 0, 1.0, -1.0).to(torch.float64).expand_as(a)
    read = a.repeat(*(1,) * len(shape), len(rows) // p, 1) if len(rows) > p else a
    share = (c_res / depth) ** 2 / width
    return Drawn(activation, (factors[-1], share), p, states, gram, before, read)


def _own(state: Tensor) -> Tensor:
    return state @ state.mT


def _patched(gram: Tensor, p: int, q: int) -> Tensor:
    n, left, right = gram.shape[-1] // p, (q - 1) // 2, q // 2
    blocks = gram.unflatten(-1, (n, p)).unflatten(-3, (n, p)).transpose(-2, -3)
    padded = torch.nn.functional.pad(blocks, (left, right, left, right))
    total = sum(
        (padded[..., s : s + p, s : s + p] for s in range(q)), start=torch.zeros_like(blocks)
    )
    return total.transpose(-2, -3).flatten(-2).flatten(-3, -2)


def _per_input(product: Tensor, p: int) -> Tensor:
    blocks = product.unflatten(-1, (-1, p)).unflatten(-3, (-1, p))
    return blocks.sum((-3, -1))
