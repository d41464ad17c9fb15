"""Lengths of the two phases of population gradient descent.

Phase I ends at the first iterate with `phi <= pi/3` and `|w*| a'a*` between 1/8 and 4 times
`|w*|^2 |a*|^2`; Phase II ends when the loss is at most `accuracy * |w*|^2 |a*|^2`.
Source: du2019, Theorem 5.3 (which leaves the constants in its Theta open).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from numeric.population import Scalar, State, Teacher, _pick, loss, step

Condition = Callable[[State, Teacher, Tensor], Tensor]


def march_until(
    state: State, teacher: Teacher, eta: Scalar, reached: Condition, limit: int
) -> tuple[Tensor, State]:
    """First iterate `(n,)` at which `reached(state, teacher, runs)` holds, and the state there.

    A run that does not get there within `limit` steps has `limit + 1` and its last state.
    """
    count = state.phi.shape[0]
    found = torch.full((count,), limit + 1, dtype=torch.int64)
    final = State(*(torch.empty(count, dtype=torch.float64) for _ in range(5)))
    running = torch.arange(count)
    for index in range(limit + 1):
        there = reached(state, teacher, running)
        if index == limit:
            found[running[there]] = index
            there = torch.ones_like(there)
        elif bool(there.any()):
            found[running[there]] = index
        if bool(there.any()):
            _store(final, running[there], state.of(there))
            left = ~there
            running, state, teacher = running[left], state.of(left), teacher.of(left)
            eta = _pick(eta, left)
            if len(running) == 0:
                break
        state = step(state, teacher, eta)
    return found, final


def _store(final: State, runs: Tensor, state: State) -> None:
    for name in ("phi", "norm_v", "inner", "sum_a", "square_a"):
        getattr(final, name)[runs] = getattr(state, name)


def in_phase_two(state: State, teacher: Teacher, runs: Tensor) -> Tensor:
    """Whether Phase I is over (see the module's first lines)."""
    del runs
    signal, order = state.inner, teacher.norm_w * teacher.square
    return (state.phi <= math.pi / 3) & (signal >= order / 8) & (signal <= 4 * order)


def phase_lengths(
    state: State, teacher: Teacher, eta: Scalar, accuracy: Scalar, limit: int
) -> tuple[Tensor, Tensor]:
    """Numbers of steps `(n,)` of Phase I and, after it, of Phase II; `limit + 1` means more."""
    first, middle = march_until(state, teacher, eta, in_phase_two, limit)

    def accurate(now: State, its: Teacher, runs: Tensor) -> Tensor:
        return loss(now, its) <= _pick(accuracy, runs) * its.norm_w**2 * its.square

    second, _ = march_until(middle, teacher, eta, accurate, limit)
    return first, second


def theorem_step_size(state: State, teacher: Teacher, constant: float = 1.0) -> Tensor:
    """`constant` times the minimum that bounds the step size in du2019, Theorem 5.3."""
    from numeric.population import g

    w, square, total, k = teacher.norm_w, teacher.square, teacher.total, teacher.patches
    cosine = state.phi.cos()
    signal = torch.minimum(state.inner, (g(state.phi) - 1) * square).clamp_max(1.0)
    limit = signal * cosine / ((square + total * total) * w * w)
    return constant * torch.minimum(limit, torch.as_tensor(1.0 / k, dtype=torch.float64))
