"""Gradient descent on the deep residual networks, with what the convergence proofs speak of.

Source: du2018, sections 2.2 and 6; du2019, sections 3.2 and 3.3.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from numeric import deep_convolution as convolution
from numeric import deep_residual as residual
from numeric.deep_residual import Weights, layer_norms, minus, step
from numeric.kernels.layers import Activation


@dataclass(frozen=True)
class Network:
    """Which network: `patch` is the convolution's patch size, 0 for the one without positions.

    `c_res` is a number or a tensor of the weights' leading axes; `train_output` says whether `a`
    is trained (du2019) or fixed (du2018).
    """

    activation: Activation
    c_res: float | Tensor
    patch: int = 0
    train_output: bool = False


class Look(ABC):
    """What there is at one set of weights, each part made when it is first read.

    `output (..., n)`, the loss's `gradient`, the Gram matrices `grams (..., H, n, n)` of the layers
    and `output_gram (..., n, n)` of `a`, and `sizes (..., H, n)`, the norms of the states.
    """

    output: Tensor

    @cached_property
    def gradient(self) -> dict[str, Tensor]:
        return self._gradient()

    @cached_property
    def grams(self) -> Tensor:
        return self._grams()

    @property
    def output_gram(self) -> Tensor:
        last = self._last()
        return last @ last.mT

    @property
    @abstractmethod
    def sizes(self) -> Tensor: ...

    @abstractmethod
    def _gradient(self) -> dict[str, Tensor]: ...

    @abstractmethod
    def _grams(self) -> Tensor: ...

    @abstractmethod
    def _last(self) -> Tensor:
        """The last states, one row per input."""

    def total(self, train_output: bool) -> Tensor:
        """The Gram matrix of all trained weights, `(..., n, n)`."""
        trained = self.grams.sum(-3)
        return trained + self.output_gram if train_output else trained


class _Residual(Look):
    def __init__(self, net: Network, weights: Weights, x: Tensor, label: Tensor) -> None:
        self.net, self.weights, self.label = net, weights, label
        self.path = residual.forward(weights, x, net.activation, net.c_res)
        self.output = self.path.output

    @cached_property
    def _back(self) -> residual.Backward:
        return residual.backward(self.weights, self.path, self.net.activation, self.net.c_res)

    def _gradient(self) -> dict[str, Tensor]:
        return residual.loss_gradient(self.path, self._back, self.label)[1]

    def _grams(self) -> Tensor:
        return residual.grams(self.path, self._back)

    def _last(self) -> Tensor:
        return self.path.states[..., -1, :, :]

    @property
    def sizes(self) -> Tensor:
        return self.path.states.norm(dim=-1)


class _Convolution(Look):
    def __init__(self, net: Network, weights: Weights, x: Tensor, label: Tensor) -> None:
        self.net, self.weights, self.label = net, weights, label
        self.path = convolution.forward(weights, x, net.activation, net.c_res)
        self.output = self.path.output

    @cached_property
    def _slope(self) -> Tensor:
        return convolution.slopes(self.weights, self.path, self.net.activation, self.net.c_res)

    def _gradient(self) -> dict[str, Tensor]:
        return convolution.loss_gradient(self.path, self._slope, self.label)[1]

    def _grams(self) -> Tensor:
        return convolution.grams(self.path, self._slope)

    def _last(self) -> Tensor:
        return self.path.states[..., -1, :, :, :].flatten(-2)

    @property
    def sizes(self) -> Tensor:
        return self.path.states.flatten(-2).norm(dim=-1)


def look(net: Network, weights: Weights, x: Tensor, label: Tensor) -> Look:
    """Everything at these weights; `x (..., n, d)` or `(..., n, d, p)`, `label (..., n)`."""
    return (_Convolution if net.patch else _Residual)(net, weights, x, label)


@dataclass(frozen=True)
class Step:
    """Step `k` of a run, of length `size`, from `here` to `after`; `now` and `then` are the looks
    at them, `start` the first weights."""

    k: int
    net: Network
    size: Tensor
    start: Weights
    here: Weights
    after: Weights
    now: Look
    then: Look
    label: Tensor

    @property
    def error(self) -> Tensor:
        return self.now.output - self.label

    def second(self) -> Tensor:
        """`|I_2(k)|_2`."""
        linear = self.now.total(self.net.train_output) @ self.error.unsqueeze(-1)
        moved = self.then.output - self.now.output
        return (moved + _along(self.size, self.error) * linear[..., 0]).norm(dim=-1)


RECORDS: dict[str, Callable[[Step], Tensor]] = {
    "loss": lambda at: at.error.square().sum(-1),
    "next_loss": lambda at: (at.then.output - at.label).square().sum(-1),
    "speed": lambda at: layer_norms(at.now.gradient),
    "moved": lambda at: layer_norms(minus(at.after, at.start)),
    "a_speed": lambda at: _norm(at.now.gradient["a"], at.net),
    "a_moved": lambda at: _norm(at.after["a"] - at.start["a"], at.net),
    "least": lambda at: torch.linalg.eigvalsh(at.now.grams[..., -1, :, :])[..., 0],
    "change": lambda at: (at.then.output - at.now.output).square().sum(-1),
    "second": Step.second,
}


def descend(
    net: Network,
    weights: Weights,
    x: Tensor,
    label: Tensor,
    step_size: float | Tensor,
    steps: int,
    record: Iterable[str] = tuple(RECORDS),
) -> dict[str, Tensor]:
    """Gradient descent; one entry per step `k = 0..steps - 1` in the last axis of every record.

    `loss`, `next_loss`: `|y - u(k)|^2` and `|y - u(k+1)|^2`. `speed`, `a_speed`: norms of the
    loss's gradient in every `W^(h)` `(..., H, steps)` and in `a`. `moved`, `a_moved`: distances of
    the weights after the step from the start. `least`: least eigenvalue of `G^(H)(k)`. `change`:
    `|u(k+1) - u(k)|^2`. `second`: `|I_2(k)|_2`. Always `step`, its number, and `first`, the loss at
    the start. Raises KeyError for a record of another name.
    """
    size = torch.as_tensor(step_size, dtype=torch.float64)
    rows: dict[str, list[Tensor]] = {name: [] for name in record}
    here, now = dict(weights), look(net, weights, x, label)
    first = (now.output - label).square().sum(-1)
    for k in range(steps):
        after = step(here, now.gradient, size, train_output=net.train_output)
        then = look(net, after, x, label)
        at = Step(k, net, size, weights, here, after, now, then, label)
        for name, kept in rows.items():
            kept.append(RECORDS[name](at))
        here, now = after, then
    count = torch.arange(steps, dtype=torch.float64)
    return {
        **{name: torch.stack(values, -1) for name, values in rows.items()},
        "first": first.unsqueeze(-1).expand(*first.shape, steps),
        "step": count.expand(*first.shape, steps),
    }


def _along(size: Tensor, error: Tensor) -> Tensor:
    return size.reshape(size.shape + (1,) * (error.ndim - size.ndim))


def _norm(a: Tensor, net: Network) -> Tensor:
    return a.flatten(-2).norm(dim=-1) if net.patch else a.norm(dim=-1)
