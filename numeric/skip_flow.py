"""Gradient flow and descent of the network with skip connections, without automatic gradients.

A run needs thousands of risk gradients of networks whose layers are tiny, so its weights lie with
all layers and all runs side by side along the last axes, and every operation goes over whole rows.
As in equation (2.2) the long part z and the running sum y are one state of d + 1 entries, with
`V = (B, r)` `(m, d + 1, L-1, runs)` and `U = (C, a)` `(d + 1, m, L-1, runs)`, both parts of one
`theta (2 m (d + 1), L-1, runs)`. States come from sweeps as in `numeric.skip_sweeps`.
Tensors come in and go out; between, arrays so small take NumPy half of Torch's time.
Source: ema2019, equations (2.1)-(2.5), (4.3).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from numeric.skip_connections import functions

Array = np.ndarray
# Relative to the largest state; a change this small is the sums' own rounding.
UNCHANGED = 4e-16


@dataclass(frozen=True)
class Sizes:
    """Leading axes of the weights, layers that act, width and dimension."""

    lead: tuple[int, ...]
    layers: int
    width: int
    dimension: int

    def parts(self, theta: Tensor) -> tuple[Tensor, Tensor]:
        """Views `V (m, d + 1, L-1, runs)` and `U (d + 1, m, L-1, runs)`."""
        m, more = self.width, self.dimension + 1
        lower, upper = theta.split(m * more)
        return lower.unflatten(0, (m, more)), upper.unflatten(0, (more, m))

    def weights(self, theta: Tensor) -> dict[str, Tensor]:
        """Views shaped as in `numeric.skip_connections`."""
        lower, upper = self.parts(theta)
        named = {"a": upper[-1], "r": lower[:, -1], "b": lower[:, :-1], "c": upper[:-1]}
        moved = {name: part.movedim((-1, -2), (0, 1)) for name, part in named.items()}
        return {name: part.reshape((*self.lead, *part.shape[1:])) for name, part in moved.items()}

    def per_run(self, values: Tensor) -> Tensor:
        """`values (runs, ...)` with the weights' leading axes."""
        return values.reshape((*self.lead, *values.shape[1:]))

    def distance(self, theta: Tensor, start: Tensor) -> Tensor:
        """The largest norm of a layer's change in a, r, B or C, `(runs,)`."""
        lower, upper = self.parts((theta - start).square_())
        both = torch.stack([lower[:, -1].sum(0), upper[-1].sum(0)])
        rest = torch.stack([lower[:, :-1].sum((0, 1)), upper[:-1].sum((0, 1))])
        return torch.maximum(both, rest).amax((0, 1)).sqrt()


def packed(weights: Mapping[str, Tensor]) -> tuple[Sizes, Tensor]:
    """Sizes and `theta`, a copy; the weights may have any leading axes."""
    *lead, layers, width, dimension = weights["b"].shape
    lower = torch.cat([weights["b"], weights["r"].unsqueeze(-1)], dim=-1)
    upper = torch.cat([weights["c"], weights["a"].unsqueeze(-2)], dim=-2)
    rows = [
        part.reshape(-1, *part.shape[-3:]).movedim((0, 1), (-1, -2)).flatten(0, 1)
        for part in (lower, upper)
    ]
    return Sizes(tuple(lead), layers, width, dimension), torch.cat(rows).contiguous()


class Risk:
    """The empirical risk of runs on inputs `(..., n, d)` with targets `(..., n)`.

    Both broadcast against the weights' leading axes. It remembers the last states, from which the
    next sweeps start: along a path they change little. `g (n, m, L-1, runs)` are the layers'
    outputs at the weights of the last call.
    """

    def __init__(self, sizes: Sizes, x: Tensor, target: Tensor, activation: str) -> None:
        count = x.shape[-2]
        flat = x.expand(*sizes.lead, count, x.shape[-1]).reshape(-1, count, x.shape[-1])
        self.sizes = sizes
        self.target = target.expand(*sizes.lead, count).reshape(-1, count).T.contiguous()
        self._x = np.ascontiguousarray(flat.permute(1, 2, 0).unsqueeze(-2).numpy())
        self._target = self.target.numpy()
        self._sigma, self._slope = _functions(activation)
        # Every layer starts from (x, 0), and its gradients from those of the output, (0, 1).
        shape = (count, sizes.dimension + 1, sizes.layers + 1, flat.shape[0])
        states, adjoints = np.zeros((2, *shape))
        states[:, :-1] = self._x
        adjoints[:, -1] = 1.0
        self._states = [states, states.copy()]
        self._adjoints = [adjoints, adjoints.copy()]
        self._g = np.zeros(())

    @property
    def g(self) -> Tensor:
        return torch.from_numpy(self._g)

    def output(self, theta: Tensor) -> Tensor:
        """`f(x)`, `(n, runs)`."""
        self._forward(*self._parts(theta.numpy()))
        # A copy, since the next call writes over the states.
        return torch.from_numpy(self._states[0][:, -1, -1].copy())

    def at(self, theta: Tensor) -> Tensor:
        """The risk `(runs,)`. Source: ema2019, equation (2.1)."""
        return (self.output(theta) - self.target).square().mean(0) / 2

    def gradient(self, theta: Tensor) -> tuple[Tensor, Tensor]:
        """The risk `(runs,)` and its gradient, shaped like `theta`."""
        lower, upper = self._parts(theta.numpy())
        u = self._forward(lower, upper)
        states, away = self._states[0], self._states[0][:, -1, -1] - self._target
        delta = self._backward(lower, upper, self._slope(u))
        share = (away / len(away))[:, None, None]
        slope = np.empty(theta.shape)
        to_lower, to_upper = self._parts(slope)
        _sum_of_products((delta * share)[:, :, None], states[:, None, :, :-1], to_lower)
        _sum_of_products(self._adjoints[0][:, :, None, 1:], (self._g * share)[:, None], to_upper)
        return torch.from_numpy((away * away).mean(0) / 2), torch.from_numpy(slope)

    def _parts(self, theta: Array) -> tuple[Array, Array]:
        """Views `V` and `U`, as in `Sizes.parts`."""
        m, more = self.sizes.width, self.sizes.dimension + 1
        tail = theta.shape[1:]
        lower = theta[: m * more].reshape(m, more, *tail)
        return lower, theta[m * more :].reshape(more, m, *tail)

    def _forward(self, lower: Array, upper: Array) -> Array:
        """`u (n, m, L-1, runs)`; sets `g` and the states `(n, d + 1, L, runs)`."""
        lower, upper = lower.swapaxes(0, 1), upper.swapaxes(0, 1)
        # A sweep is exact for one layer more than the one before: so many sweeps are enough.
        for _ in range(self.sizes.layers + 1):
            old, new = self._states
            u = _products(old[:, :, None, :-1], lower)
            self._g = self._sigma(u)
            _products(self._g[:, :, None], upper, new[:, :, 1:])
            new[:, :-1, 1:] += self._x
            new[:, -1] = _sums(new[:, -1])
            self._states = [new, old]
            if _settled(new, old):
                break
        return u

    def _backward(self, lower: Array, upper: Array, slopes: Array) -> Array:
        """`delta (n, m, L-1, runs)`, the output's gradient in `u`; sets those in the states."""
        for _ in range(self.sizes.layers + 1):
            old, new = self._adjoints
            delta = _products(old[:, :, None, 1:], upper)
            delta *= slopes
            _products(delta[:, :, None], lower, new[:, :, :-1])
            new[:, -1, ::-1] = _sums(np.ascontiguousarray(new[:, -1, ::-1]))
            self._adjoints = [new, old]
            if _settled(new, old):
                break
        return delta


def _functions(activation: str) -> tuple[Callable[[Array], Array], Callable[[Array], Array]]:
    """Those of `numeric.skip_connections.functions` for arrays: ufuncs where there are some."""
    if activation == "identity":
        return (lambda u: u), np.ones_like
    if activation == "relu":
        return (lambda u: np.maximum(u, 0.0)), (lambda u: u > 0)
    sigma, slope = functions(activation)

    def of(function: Callable[[Tensor], Tensor]) -> Callable[[Array], Array]:
        return lambda u: function(torch.from_numpy(u)).numpy()

    return of(sigma), of(slope)


def _products(first: Array, second: Array, out: Array | None = None) -> Array:
    """`sum_k first[:, k] second[k]`, of `(n, K, ...)` and `(K, ...)`."""
    total: Array = np.multiply(first[:, 0], second[0], out=out)
    for k in range(1, len(second)):
        total += first[:, k] * second[k]
    return total


def _sum_of_products(first: Array, second: Array, out: Array) -> None:
    """`sum_i first_i second_i` over the inputs, which both have in front, into `out`."""
    np.multiply(first[0], second[0], out=out)
    for i in range(1, len(first)):
        out += first[i] * second[i]


def _sums(values: Array) -> Array:
    """Running sums along the layers; Torch's are several times faster than NumPy's."""
    return torch.from_numpy(values).cumsum(1).numpy()


def _settled(new: Array, old: Array) -> bool:
    """Whether no entry changed by more than rounding; never for entries that are not finite.

    The states hold unit inputs and the gradients a one: their size is at least about 1.
    """
    change = new - old
    largest = max(float(change.max()), -float(change.min()))
    few = UNCHANGED * float(new.shape[-2]) ** 0.5
    return largest <= few or largest <= few * float(np.abs(new).max())


def runge_kutta(risk: Risk, theta: Tensor, step: float) -> tuple[Tensor, Tensor]:
    """The risk at `theta`, and `theta` one step of the flow later, by the fourth-order method."""
    value, k1 = risk.gradient(theta)
    k2 = risk.gradient(torch.sub(theta, k1, alpha=step / 2))[1]
    k3 = risk.gradient(torch.sub(theta, k2, alpha=step / 2))[1]
    k4 = risk.gradient(torch.sub(theta, k3, alpha=step))[1]
    total = k1.add_(k4).add_(k2.add_(k3), alpha=2)
    return value, torch.sub(theta, total, alpha=step / 6)


def flow(
    weights: Mapping[str, Tensor],
    x: Tensor,
    target: Tensor,
    activation: str,
    step: float,
    steps: int,
) -> tuple[dict[str, Tensor], Tensor]:
    """Gradient flow of the empirical risk by the classical fourth-order Runge-Kutta method.

    `weights` with leading axes, as in `numeric.skip_connections`, against which inputs
    `(..., n, d)` and targets `(..., n)` broadcast. Returns the weights at time `step * steps` and
    the risks `(..., steps + 1)` along the way. Source: ema2019, equation (2.4).
    """
    with torch.no_grad():
        sizes, theta = packed(weights)
        risk = Risk(sizes, x, target, activation)
        risks = []
        for _ in range(steps):
            value, theta = runge_kutta(risk, theta, step)
            risks.append(value)
        risks.append(risk.at(theta))
        return sizes.weights(theta), sizes.per_run(torch.stack(risks, -1))


def descent(
    weights: Mapping[str, Tensor],
    x: Tensor,
    target: Tensor,
    activation: str,
    step_size: float,
    steps: int,
) -> tuple[dict[str, Tensor], Tensor]:
    """Gradient descent on the empirical risk; as `flow`. Source: ema2019, equation (7.1)."""
    with torch.no_grad():
        sizes, theta = packed(weights)
        risk = Risk(sizes, x, target, activation)
        risks = []
        for _ in range(steps):
            value, slope = risk.gradient(theta)
            risks.append(value)
            theta = torch.sub(theta, slope, alpha=step_size)
        risks.append(risk.at(theta))
        return sizes.weights(theta), sizes.per_run(torch.stack(risks, -1))
