"""Gradient flow `d theta / dt = -grad L(theta)` of a batch of runs, through torchdiffeq."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

FIRST_STEP = 0.01
HALVINGS = 9
ACCURACY = 1e-6


class Unresolved(Exception):
    """The time step at which a flow is known to the accuracy asked for was not reached."""


def gradient_flow(
    objective: Callable[[Tensor, Tensor], Tensor],
    start: Tensor,
    times: Tensor,
    *,
    accuracy: float = ACCURACY,
) -> Tensor:
    """The flow's states at `times`, shape `(runs, len(times), n)`.

    `objective` maps states `(m, n)` and the indices `(m,)` of the runs that they belong to, to
    values `(m,)`; each run descends its own. `start` is `(runs, n)`, float64; `times` increases
    from 0. Classical Runge-Kutta steps are halved, run by run, until the last halving changes no
    state by more than `accuracy` times the run's largest entry (an adaptive method stalls where a
    ReLU flow slides along a kink).
    Raises ValueError for another shape, `Unresolved` where `HALVINGS` are not enough.
    Source: du2019, equation (4.5).
    """
    if start.ndim != 2 or start.dtype != torch.float64:
        raise ValueError(
            f"start must be float64 of shape (runs, n), got {start.dtype} {tuple(start.shape)}"
        )
    runs = torch.arange(len(start))
    step = FIRST_STEP
    coarse = _integrate(objective, start, runs, times, step)
    states = torch.full_like(coarse, torch.nan)
    for _ in range(HALVINGS):
        step /= 2
        fine = _integrate(objective, start[runs], runs, times, step)
        size = fine.abs().amax(dim=(1, 2)).clamp_min(1e-300)
        # A step too long for a stiff run ends in NaN, which is not within any accuracy.
        done = (fine - coarse).abs().amax(dim=(1, 2)) <= accuracy * size
        states[runs[done]] = fine[done]
        runs, coarse = runs[~done], fine[~done]
        if len(runs) == 0:
            return states
    raise Unresolved(
        f"{len(runs)} of {len(start)} runs of the flow still change by more than {accuracy:.0e} at "
        f"time steps of {step:.1e}"
    )


def _integrate(
    objective: Callable[[Tensor, Tensor], Tensor],
    start: Tensor,
    runs: Tensor,
    times: Tensor,
    step: float,
) -> Tensor:
    """States at `times`, `(runs, len(times), n)`, by Runge-Kutta steps of `step`."""
    from torchdiffeq import odeint

    def velocity(_: Tensor, state: Tensor) -> Tensor:
        with torch.enable_grad():
            leaf = state.detach().requires_grad_(True)
            (slope,) = torch.autograd.grad(objective(leaf, runs).sum(), leaf)
        return -slope

    states: Tensor = odeint(velocity, start, times, method="rk4", options={"step_size": step})
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
