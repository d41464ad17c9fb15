"""Gradient flow `d theta / dt = -grad L(theta)` of a batch of runs, through torchdiffeq."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

TIME_STEP = 0.002


def gradient_flow(
    objective: Callable[[Tensor], Tensor],
    start: Tensor,
    times: Tensor,
    *,
    time_step: float = TIME_STEP,
) -> Tensor:
    """The flow's states at `times`, shape `(runs, len(times), n)`.

    `objective` maps states `(runs, n)` to values `(runs,)`; each run descends its own. `start` is
    `(runs, n)`, float64; `times` increases from 0. Integrated by the classical Runge-Kutta method
    of fixed `time_step`: the error is of its fourth power while the objective is smooth and larger
    where a kink is crossed (an adaptive method stalls where a ReLU flow slides along a kink).
    Raises ValueError for another shape. Source: du2019, equation (4.5).
    """
    if start.ndim != 2 or start.dtype != torch.float64:
        raise ValueError(
            f"start must be float64 of shape (runs, n), got {start.dtype} {tuple(start.shape)}"
        )
    from torchdiffeq import odeint

    def velocity(_: Tensor, state: Tensor) -> Tensor:
        with torch.enable_grad():
            leaf = state.detach().requires_grad_(True)
            (slope,) = torch.autograd.grad(objective(leaf).sum(), leaf)
        return -slope

    states = odeint(velocity, start, times, method="rk4", options={"step_size": time_step})
    return states.transpose(0, 1)


def pack(parameters: list[Tensor]) -> Tensor:
    """Parameters `(runs, ...)` side by side as states `(runs, n)`."""
    return torch.cat([p.flatten(start_dim=1) for p in parameters], dim=1)


def unpack(states: Tensor, shapes: list[tuple[int, ...]]) -> list[Tensor]:
    """The parameters, each `(..., *shape)`, of states `(..., n)`."""
    sizes = [int(torch.tensor(shape).prod()) for shape in shapes]
    parts = states.split(sizes, dim=-1)
    return [
        part.reshape(*states.shape[:-1], *shape) for part, shape in zip(parts, shapes, strict=True)
    ]
