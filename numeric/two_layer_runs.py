"""Gradient flow and descent of two-layer ReLU networks, in the coordinates of their inputs.

Weights move in the span of the inputs only: `w_r = w_r(0) + sum_i shift_ir x_i`. So a run needs the
values `w_r.x_i = before_ir` and the inputs' inner products, not the weights. With leading axes
`group` over which the inputs differ and `rest` over which they do not, tensors lie as
`(*group, n, *rest, m)`: for one set of inputs all networks are one matrix. Networks as in
`numeric.two_layer_relu`. Source: du2019, sections 2.1-2.3.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

# ReLU's slope at 0 is 1 in the paper; above this number is the same as at least 0.
BELOW_ZERO = -5e-324
# Networks of so few numbers move in NumPy, whose calls cost less, and are recorded in blocks of
# steps that have about so many numbers together.
FEW, BLOCK = 6000, 20000


class Network:
    """Networks `weights (..., m, d)`, `a (..., m)` with inputs `x (n, d)` or `(*group, 1.., n, d)`
    and labels `y (n,)` or `(..., n)`, which broadcast against the weights' leading axes."""

    def __init__(self, weights: Tensor, a: Tensor, x: Tensor, y: Tensor) -> None:
        lead, self.width = weights.shape[:-2], weights.shape[-2]
        self.weights, self.x, self.count = weights, x, x.shape[-2]
        self.axis = len(x.shape[:-2])
        while self.axis and x.shape[self.axis - 1] == 1:
            self.axis -= 1
        self.before = (x @ weights.mT).movedim(-2, self.axis).contiguous()
        self.scaled = (a / math.sqrt(self.width)).expand(*lead, self.width).unsqueeze(self.axis)
        self.y = y.expand(*lead, self.count).movedim(-1, self.axis)
        self.inner = x @ x.mT
        self._flat = self.inner.reshape(-1, self.count, self.count)

    def at_steps(self) -> Network:
        """The same networks, for states with a leading axis of steps."""
        network = copy.copy(self)
        network.axis += 1
        return network

    def mixed(self, values: Tensor, start: Tensor | None = None) -> Tensor:
        """`start_i + sum_j x_i.x_j values_j`."""
        groups = len(self._flat)
        if values.ndim > self.before.ndim:
            several = values.reshape(len(values), groups, self.count, -1)
            found = torch.matmul(self._flat, several).view(values.shape)
            return found if start is None else found.add_(start)
        flat = values.reshape(groups, self.count, -1)
        if start is None:
            return torch.bmm(self._flat, flat).view(values.shape)
        return torch.baddbmm(start.view(flat.shape), self._flat, flat).view(values.shape)

    def residual(self, before: Tensor) -> Tensor:
        """`y - u`, `(*group, n, *rest)`."""
        return self.y - (before.clamp_min(0.0) * self.scaled).sum(-1)

    def pull(self, before: Tensor, residual: Tensor) -> Tensor:
        """Minus the gradient as `sum_i pull_ir x_i`. Source: equation (2.3)."""
        full = residual.unsqueeze(-1) * self.scaled
        return torch.ops.aten.threshold_backward(full, before, BELOW_ZERO)

    def at(self, shift: Tensor) -> Now:
        before = self.mixed(shift, self.before)
        return Now(self, before, shift, self.residual(before))

    def velocity(self, shift: Tensor) -> Tensor:
        """The velocity of `shift` in gradient flow."""
        before = self.mixed(shift, self.before)
        return self.pull(before, self.residual(before))


@dataclass(frozen=True)
class Now:
    """The state of a run: `before` and `shift` `(*group, n, *rest, m)`, `residual = y - u`."""

    network: Network
    before: Tensor
    shift: Tensor
    residual: Tensor

    @property
    def pull(self) -> Tensor:
        return self.network.pull(self.before, self.residual)

    @property
    def active(self) -> Tensor:
        """1.0 where `w_r.x_i >= 0`, else 0.0."""
        return (self.before >= 0).to(torch.float64)

    def length(self, values: Tensor) -> Tensor:
        """`|sum_i values_ir x_i|`, `(..., m)`."""
        square = (values * self.network.mixed(values)).sum(self.network.axis)
        return square.clamp_min(0.0).sqrt()

    def weights(self) -> Tensor:
        """`(..., m, d)`."""
        return self.network.weights + self.shift.movedim(self.network.axis, -1) @ self.network.x


Pull = Callable[[Any], Any]
"""`velocity` of tensors or of arrays."""
Rule = Callable[[Pull, Any, Any, Any], Any]
"""The next iterate, from the pull's function, the iterate, its pull and the step's length."""
Record = Callable[[Now], Tensor]
"""What is kept of a run, `(steps, ...)`: the state has a leading axis of steps."""


def squared_residual(now: Now) -> Tensor:
    """`|y - u|^2`, `(...)`."""
    return now.residual.square().sum(now.network.axis)


def farthest(now: Now) -> Tensor:
    """`max_r |w_r - w_r(0)|`, `(...)`."""
    return now.length(now.shift).amax(-1)


def fastest(now: Now) -> Tensor:
    """`max_r |dL/dw_r|`, `(...)`."""
    return now.length(now.pull).amax(-1)


def gram(now: Now) -> Tensor:
    """H, `(..., n, n)`. Source: du2019, equation (2.5)."""
    active = now.active.movedim(now.network.axis, -2)
    return active @ active.mT / now.network.width * now.network.inner


def rests(now: Now, time_step: Tensor) -> Tensor:
    """Whether some neuron rests at `w_r.x_i = 0`, pushed back from both sides, `(...)`.

    Unit inputs. `time_step`, which broadcasts as in `flow`, is that of the integrator, which
    crosses back and forth.
    """
    own, pull = now.residual.unsqueeze(-1) * now.network.scaled, now.pull
    off = now.network.mixed(pull) - pull
    near = now.before.abs() <= 2 * time_step * (own.abs() + off.abs())
    return (near & (off > 0) & (own + off < 0)).any(dim=-1).any(dim=now.network.axis)


def descend(
    network: Network, step_size: Tensor | float, steps: int, record: Mapping[str, Record]
) -> dict[str, Tensor]:
    """Gradient descent on the first layer; every record at each of `steps + 1` iterates.

    `step_size` is a number or broadcasts against `(*group, n, *rest, m)`. Records are
    `(..., steps + 1)`. Raises ValueError when an iterate is not finite, and for a record without
    its axis of steps. Source: du2019, (2.2).
    """
    return _recorded(network, step_size, steps, record, _descent_step)


def flow(
    network: Network, time_step: Tensor | float, steps: int, record: Mapping[str, Record]
) -> dict[str, Tensor]:
    """Gradient flow by the classical Runge-Kutta method, records as in `descend`.

    `time_step` as `step_size` there; the error per unit of time is `O(time_step^4)` while no
    pattern changes, and `O(time_step)` times the share of neurons that change theirs.
    Raises ValueError when an iterate is not finite. Source: du2019, section 2.2.
    """
    return _recorded(network, time_step, steps, record, _flow_step)


def _descent_step(pull: Pull, shift: Any, first: Any, step: Any) -> Any:
    return _moved(shift, first, step)


def _flow_step(pull: Pull, shift: Any, first: Any, step: Any) -> Any:
    second = pull(_moved(shift, first, step / 2))
    third = pull(_moved(shift, second, step / 2))
    fourth = pull(_moved(shift, third, step))
    second += third
    second *= 2
    second += first
    second += fourth
    return _moved(shift, second, step / 6)


def _moved(shift: Any, direction: Any, step: Any) -> Any:
    """`shift + step direction`; of tensors in one pass."""
    if isinstance(direction, np.ndarray):
        return shift + step * direction
    if isinstance(step, Tensor):
        return torch.addcmul(shift, step, direction)
    return torch.add(shift, direction, alpha=step)


def _recorded(
    network: Network, step: Tensor | float, steps: int, record: Mapping[str, Record], rule: Rule
) -> dict[str, Tensor]:
    """The records at the iterates `shift' = rule(pull, shift, pull(shift), step)`."""
    kept: dict[str, list[Tensor]] = {name: [] for name in record}
    few = network.before.numel() <= FEW
    for now in (_small_run if few else _run)(network, step, steps, rule):
        for name, function in record.items():
            kept[name].append(function(now))
            if kept[name][-1].shape[:1] != now.shift.shape[:1]:
                raise ValueError(f"the record {name!r} has no axis of steps")
    # What is no longer finite never is again.
    if not bool(torch.isfinite(now.residual[-1]).all()):
        raise ValueError("the run is no longer finite")
    return {name: torch.cat(values).movedim(0, -1) for name, values in kept.items()}


def _run(network: Network, step: Tensor | float, steps: int, rule: Rule) -> Iterator[Now]:
    """The iterates one by one, each with an axis of one step."""
    shift, lifted = torch.zeros_like(network.before), network.at_steps()
    for k in range(steps + 1):
        now = network.at(shift)
        parts = (now.before, now.shift, now.residual)
        yield Now(lifted, *(part.unsqueeze(0) for part in parts))
        if k < steps:
            shift = rule(network.velocity, shift, now.pull, step)


def _small_run(network: Network, step: Tensor | float, steps: int, rule: Rule) -> Iterator[Now]:
    """The same in NumPy, in blocks of steps."""
    lifted, pull = network.at_steps(), _small_pull(network)
    length = step.numpy() if isinstance(step, Tensor) else step
    block = max(1, BLOCK // network.before.numel())
    shift, shifts = np.zeros(tuple(network.before.shape)), []
    with np.errstate(over="ignore", invalid="ignore"):
        for k in range(steps + 1):
            shifts.append(shift)
            if len(shifts) == block or k == steps:
                yield lifted.at(torch.from_numpy(np.stack(shifts)))
                shifts = []
            if k < steps:
                shift = rule(pull, shift, pull(shift), length)


def _small_pull(network: Network) -> Pull:
    """`velocity` of arrays."""
    before, y = network.before.numpy(), network.y.numpy()
    shape, groups = before.shape, len(network._flat)
    inner, scaled = network._flat.numpy(), np.broadcast_to(network.scaled.numpy(), shape).copy()

    def pull(shift: Any) -> Any:
        moved = np.matmul(inner, shift.reshape(groups, network.count, -1))
        here = moved.reshape(shape)
        here += before
        residual = y - np.add.reduce(np.maximum(here, 0.0) * scaled, axis=-1)
        found = residual[..., None] * scaled
        found *= here >= 0
        return found

    return pull
