"""Gradient flow and descent of the network with skip connections, without automatic gradients.

A run needs thousands of risk gradients of networks whose layers are tiny, so its weights lie with
all layers and all runs side by side along the last axes, and every operation goes over whole rows.
As in equation (2.2) the long part z and the running sum y are one state of d + 1 entries, with
`V = (B, r)` `(m, d + 1, L-1, runs)` and `U = (C, a)` `(d + 1, m, L-1, runs)`, both parts of one
`theta (2 m (d + 1), L-1, runs)`. States come from sweeps as in `numeric.skip_sweeps`.
Source: ema2019, equations (2.1)-(2.5), (4.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from numeric.skip_connections import functions

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
        self.x = flat.permute(1, 2, 0).unsqueeze(-2).contiguous()
        self.target = target.expand(*sizes.lead, count).reshape(-1, count).T.contiguous()
        self.sigma, self.slope = functions(activation)
        # Every layer starts from (x, 0), and its gradients from those of the output, (0, 1).
        shape = (count, sizes.dimension + 1, sizes.layers + 1, flat.shape[0])
        states, adjoints = torch.zeros((2, *shape), dtype=torch.float64)
        states[:, :-1] = self.x
        adjoints[:, -1] = 1.0
        self._states = [states, states.clone()]
        self._adjoints = [adjoints, adjoints.clone()]
        self.g = torch.zeros(())

    def output(self, theta: Tensor) -> Tensor:
        """`f(x)`, `(n, runs)`."""
        self._forward(*self.sizes.parts(theta))
        # A copy, since the next call writes over the states.
        return self._states[0][:, -1, -1].clone()

    def at(self, theta: Tensor) -> Tensor:
        """The risk `(runs,)`. Source: ema2019, equation (2.1)."""
        return (self.output(theta) - self.target).square().mean(0) / 2

    def gradient(self, theta: Tensor) -> tuple[Tensor, Tensor]:
        """The risk `(runs,)` and its gradient, shaped like `theta`."""
        lower, upper = self.sizes.parts(theta)
        u = self._forward(lower, upper)
        states, away = self._states[0], self._states[0][:, -1, -1] - self.target
        delta = self._backward(lower, upper, self.slope(u))
        share = (away / away.shape[0])[:, None, None]
        slope = torch.empty_like(theta)
        to_lower, to_upper = self.sizes.parts(slope)
        _sum_of_products((delta * share).unsqueeze(2), states[:, None, :, :-1], to_lower)
        _sum_of_products(self._adjoints[0][:, :, None, 1:], (self.g * share).unsqueeze(1), to_upper)
        return away.square().mean(0) / 2, slope

    def _forward(self, lower: Tensor, upper: Tensor) -> Tensor:
        """`u (n, m, L-1, runs)`; sets `g` and the states `(n, d + 1, L, runs)`."""
        # A sweep is exact for one layer more than the one before: so many sweeps are enough.
        for _ in range(self.sizes.layers + 1):
            old, new = self._states
            u = _products(old[:, :, None, :-1], lower.transpose(0, 1))
            self.g = self.sigma(u)
            _products(self.g.unsqueeze(2), upper.transpose(0, 1), new[:, :, 1:])
            new[:, :-1, 1:] += self.x
            new[:, -1].copy_(new[:, -1].cumsum(1))
            self._states = [new, old]
            if _settled(new, old):
                break
        return u

    def _backward(self, lower: Tensor, upper: Tensor, slopes: Tensor) -> Tensor:
        """`delta (n, m, L-1, runs)`, the output's gradient in `u`; sets those in the states."""
        for _ in range(self.sizes.layers + 1):
            old, new = self._adjoints
            delta = _products(old[:, :, None, 1:], upper).mul_(slopes)
            _products(delta.unsqueeze(2), lower, new[:, :, :-1])
            new[:, -1] = new[:, -1].flip(1).cumsum(1).flip(1)
            self._adjoints = [new, old]
            if _settled(new, old):
                break
        return delta


def _products(first: Tensor, second: Tensor, out: Tensor | None = None) -> Tensor:
    """`sum_k first[:, k] second[k]`, of `(n, K, ...)` and `(K, ...)`."""
    total = torch.mul(first[:, 0], second[0], out=out)
    for k in range(1, len(second)):
        total.addcmul_(first[:, k], second[k])
    return total


def _sum_of_products(first: Tensor, second: Tensor, out: Tensor) -> None:
    """`sum_i first_i second_i` over the inputs, which both have in front, into `out`."""
    torch.mul(first[0], second[0], out=out)
    for i in range(1, len(first)):
        out.addcmul_(first[i], second[i])


def _settled(new: Tensor, old: Tensor) -> bool:
    """Whether no entry changed by more than rounding; never for entries that are not finite.

    The states hold unit inputs and the gradients a one: their size is at least about 1.
    """
    change = float((new - old).abs_().max())
    few = UNCHANGED * new.shape[-2] ** 0.5
    return change <= few or change <= few * float(new.abs().max())


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
