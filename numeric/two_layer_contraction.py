"""Whether runs of two-layer ReLU networks keep a bound on their loss, and no more than that.

Only the values `w_r.x_i` move, in place, and runs that have failed are left out. One set of inputs,
networks as in `numeric.two_layer_runs`. Source: du2019, Theorems 2.2 and 2.3.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from numeric.two_layer_runs import BELOW_ZERO, Network

ROUNDING = 1e-9
# Runs are left out when they are more than this share of those that are held.
SHARE = 1 / 8


def descent_keeps(network: Network, step_size: float, factors: Tensor) -> Tensor:
    """Whether `|y - u(k)|^2 <= factors[k] |y - u(0)|^2` at every iterate of descent.

    `network` has one leading axis of runs, `factors` is `(steps + 1,)`; a truth value per run.
    """
    runs = _Runs(network)
    return runs.keep(factors, lambda: runs.move(runs.pull(runs.values), step_size))


def flow_keeps(network: Network, time_step: float, factors: Tensor) -> Tensor:
    """The same for gradient flow by the classical Runge-Kutta method, `factors[k]` after `k` steps
    of that length."""
    runs = _Runs(network)

    def advance() -> None:
        first = runs.pull(runs.values)
        second = runs.pull(runs.ahead(first, time_step / 2))
        third = runs.pull(runs.ahead(second, time_step / 2))
        fourth = runs.pull(runs.ahead(third, time_step))
        total = first.add_(fourth).add_(second.add_(third), alpha=2)
        runs.move(total, time_step / 6)

    return runs.keep(factors, advance)


class _Runs:
    """The runs that have not failed: `values = w_r.x_i` and parts of the network, `(n, m, runs)`,
    the longest axis last, and `residual = y - u`, `(n, runs)`."""

    def __init__(self, network: Network) -> None:
        self.inner = network.inner
        # A copy: the values move in place.
        self.values = network.before.mT.clone(memory_format=torch.contiguous_format)
        self.scaled = network.scaled.mT.contiguous()
        self.y = network.y.expand(len(self.values), self.values.shape[-1])
        self.residual = self._residual(self.values)

    def keep(self, factors: Tensor, advance: Callable[[], None]) -> Tensor:
        """Which runs keep the bounds while `advance` moves them."""
        index = torch.arange(self.values.shape[-1])
        found = torch.zeros(len(index), dtype=torch.bool)
        first = self._loss()
        good = torch.ones_like(found)
        for factor in factors[1:].tolist():
            advance()
            self.residual = self._residual(self.values)
            good &= self._loss() <= factor * first * (1 + ROUNDING)
            alive = int(good.sum())
            if alive == 0:
                return found
            if alive < (1 - SHARE) * len(good):
                index, first = index[good], first[good]
                self._leave_out(good)
                good = good[good]
        found[index[good]] = True
        return found

    def pull(self, values: Tensor) -> Tensor:
        """Minus the gradient as `sum_i pull_ir x_i`. Source: equation (2.3)."""
        residual = self.residual if values is self.values else self._residual(values)
        full = residual.unsqueeze(1) * self.scaled
        return torch.ops.aten.threshold_backward(full, values, BELOW_ZERO)

    def ahead(self, pull: Tensor, step: float) -> Tensor:
        """The values after a step along `pull`."""
        flat = self.values.flatten(1)
        moved = torch.addmm(flat, self.inner, pull.flatten(1), alpha=step)
        return moved.view(self.values.shape)

    def move(self, pull: Tensor, step: float) -> None:
        """Make that step."""
        self.values.flatten(1).addmm_(self.inner, pull.flatten(1), alpha=step)

    def _residual(self, values: Tensor) -> Tensor:
        return self.y - values.clamp_min(0.0).mul_(self.scaled).sum(1)

    def _loss(self) -> Tensor:
        return self.residual.square().sum(0)

    def _leave_out(self, good: Tensor) -> None:
        self.values, self.residual = self.values[..., good], self.residual[:, good]
        self.scaled, self.y = self.scaled[..., good], self.y[:, good]
