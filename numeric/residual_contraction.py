"""Whether descent on the deep residual networks contracts at a given rate.

Only that is asked: no Gram matrix, no run that has failed, and the weights move in place. Positions
come first among the columns, all inputs at a position side by side, so that a patch is a block of
columns; a network without positions has one, and patches of it alone.
Source: du2018, Theorems 4.1 and 5.1; du2019, Theorems 3.2 and 3.3.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from numeric.deep_descent import Network
from numeric.deep_residual import Weights
from numeric.kernels.activations import value_and_derivative
from numeric.kernels.deep import c_sigma

ROUNDING = 1e-12


@torch.inference_mode()
def contracts(
    net: Network,
    weights: Weights,
    data: tuple[Tensor, Tensor],
    size: float,
    steps: int,
    rate: float,
) -> Tensor:
    """Whether `|y - u(k)|^2 <= rate^k |y - u(0)|^2` for `k = 1..steps`, a truth value per run.

    `weights` with one leading axis of runs, `data` is `x (n, d)` or `(n, d, p)` and `y (n,)`,
    `size` the step size; `net.c_res` is a number here.
    """
    x, label = data
    run = _Runs(net, weights, x)
    error = run.forward() - label
    first = error.square().sum(-1)
    index = torch.arange(len(first))
    for k in range(1, steps + 1):
        run.step(error, size)
        error = run.forward() - label
        good = error.square().sum(-1) <= rate**k * first * (1 + ROUNDING)
        if bool(good.all()):
            continue
        index, first, error = index[good], first[good], error[good]
        if not len(index):
            break
        run.keep(good)
    found = torch.zeros(len(weights["a"]), dtype=torch.bool)
    found[index] = True
    return found


@dataclass
class _Layer:
    """Weights `(runs, m, q c)`, the factor before the activation, and of the last pass what the
    layer was `given`, `(runs, q c, p n)` or for all runs, and its factor times the derivative."""

    weights: Tensor
    factor: float
    given: Tensor
    slope: Tensor


class _Runs:
    """Networks `(runs,)` with their weights of this step and the last pass forward."""

    def __init__(self, net: Network, weights: Weights, x: Tensor) -> None:
        self.net = net
        if not net.patch:
            x = x.unsqueeze(-1)
        self.count, channels, self.places = x.shape
        self.patch = max(net.patch, 1)
        columns = x.permute(1, 2, 0).reshape(1, channels, -1)
        given = self._patches(columns).squeeze(0)
        matrices = [weights["first"], *weights["layers"].unbind(1)]
        width = matrices[0].shape[1]
        further = float(net.c_res) / (len(matrices) * width**0.5)
        factors = [(c_sigma(net.activation) / width) ** 0.5] + [further] * (len(matrices) - 1)
        self.layers = [
            _Layer(matrix.clone(), factor, given, given)
            for matrix, factor in zip(matrices, factors, strict=True)
        ]
        self.output = weights["a"].reshape(len(matrices[0]), -1, 1).clone()
        self.state = columns

    def forward(self) -> Tensor:
        """The outputs `(runs, n)`."""
        for h, layer in enumerate(self.layers):
            if h:
                layer.given = self._patches(self.state)
            values, slope = value_and_derivative(
                self.net.activation, torch.matmul(layer.weights, layer.given)
            )
            layer.slope = slope.mul_(layer.factor)
            if h:
                self.state = torch.add(self.state, values, alpha=layer.factor)
            else:
                self.state = values.mul_(layer.factor)
        return (self.output.mT @ self._per_place(self.state)).squeeze(1)

    def step(self, error: Tensor, size: float) -> None:
        """One step of descent from where the last pass was, with its `u - y`."""
        error = error.unsqueeze(1)
        back = (self.output @ error).view(self.state.shape)
        if self.net.train_output:
            self.output.baddbmm_(self._per_place(self.state), error.mT, alpha=-size)
        for h in reversed(range(len(self.layers))):
            layer = self.layers[h]
            moved = back * layer.slope
            if h:
                self._gather(layer.weights.mT @ moved, into=back)
                layer.weights.baddbmm_(moved, layer.given.mT, alpha=-size)
            else:
                # The same inputs for all runs: one product.
                layer.weights.flatten(0, 1).addmm_(moved.flatten(0, 1), layer.given.mT, alpha=-size)

    def keep(self, good: Tensor) -> None:
        """Go on with these runs alone."""
        for h, layer in enumerate(self.layers):
            layer.weights, layer.slope = layer.weights[good], layer.slope[good]
            if h:
                layer.given = layer.given[good]
        self.output, self.state = self.output[good], self.state[good]

    def _per_place(self, state: Tensor) -> Tensor:
        """`(runs, m p, n)`."""
        return state.view(len(state), -1, self.count)

    def _blocks(self) -> list[tuple[int, slice, slice]]:
        """Each place of a patch, the columns that have it, and those where it lies."""
        left, end = (self.patch - 1) // 2, self.places * self.count
        blocks = []
        for place in range(self.patch):
            shift = (place - left) * self.count
            first, last = max(0, -shift), min(end, end - shift)
            if first < last:
                there = slice(first + shift, last + shift)
                blocks.append((place, slice(first, last), there))
        return blocks

    def _patches(self, state: Tensor) -> Tensor:
        """`(runs, q c, p n)` of `(runs, c, p n)`: zero outside the line."""
        if self.patch == 1:
            return state
        runs, channels, columns = state.shape
        found = state.new_zeros(runs, channels, self.patch, columns)
        for place, here, there in self._blocks():
            found[:, :, place, here] = state[..., there]
        return found.view(runs, -1, columns)

    def _gather(self, patches: Tensor, into: Tensor) -> None:
        """Add the transpose of `_patches`."""
        split = patches.view(len(patches), -1, self.patch, patches.shape[-1])
        for place, here, there in self._blocks():
            into[..., there] += split[:, :, place, here]
