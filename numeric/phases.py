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

from numeric.population import Scalar, State, Teacher, _pick, loss
from numeric.population_runs import long_run

Condition = Callable[[State, Teacher, Tensor], Tensor]
SHORTEST, LONGEST = 8, 512


def march_until(
    state: State, teacher: Teacher, eta: Scalar, reached: Condition, limit: int
) -> tuple[Tensor, State]:
    """First iterate `(n,)` at which `reached(path, teacher, runs)` holds, and the state there.

    `reached` gets a stretch of the running runs' paths, fields `(m, steps)`, the teacher's numbers
    as `(m, 1)` where they differ between runs, and the indices `(m,)` of these runs. A run that
    does not get there within `limit` steps has `limit + 1` and its last state.
    """
    count = state.phi.shape[0]
    found = torch.full((count,), limit + 1, dtype=torch.int64)
    final = State(*(torch.empty(count, dtype=torch.float64) for _ in range(5)))
    running, index = torch.arange(count), 0
    while True:
        # Stretches grow with the run: few steps are taken in vain, and few stretches are asked for.
        stretch = min(limit - index, max(SHORTEST, min(LONGEST, index // 4)))
        path = long_run(state, teacher, eta, stretch)
        there = reached(path, _as_columns(teacher), running)
        ends = there.any(dim=-1)
        first = there.to(torch.int8).argmax(dim=-1)
        found[running[ends]] = index + first[ends]
        last = torch.where(ends, first, stretch)
        state = State(*(_entry(getattr(path, name), last) for name in NAMES))
        if index + stretch == limit:
            ends = torch.ones_like(ends)
        for name in NAMES:
            getattr(final, name)[running[ends]] = getattr(state, name)[ends]
        left = ~ends
        running, state, teacher = running[left], state.of(left), teacher.of(left)
        eta = _pick(eta, left)
        index += stretch
        if len(running) == 0:
            return found, final


NAMES = ("phi", "norm_v", "inner", "sum_a", "square_a")


def _entry(values: Tensor, columns: Tensor) -> Tensor:
    return values.gather(1, columns.unsqueeze(1)).squeeze(1)


def _column(value: Scalar) -> Scalar:
    return value.unsqueeze(1) if isinstance(value, Tensor) and value.ndim > 0 else value


def _as_columns(teacher: Teacher) -> Teacher:
    norm, square, total, patches = (
        _column(value) for value in (teacher.norm_w, teacher.square, teacher.total, teacher.patches)
    )
    return Teacher(norm, square, total, patches)


def in_phase_two(path: State, teacher: Teacher, runs: Tensor) -> Tensor:
    """Whether Phase I is over (see the module's first lines)."""
    del runs
    signal, order = path.inner, teacher.norm_w * teacher.square
    return (path.phi <= math.pi / 3) & (signal >= order / 8) & (signal <= 4 * order)


def phase_lengths(
    state: State, teacher: Teacher, eta: Scalar, accuracy: Scalar, limit: int
) -> tuple[Tensor, Tensor]:
    """Numbers of steps `(n,)` of Phase I and, after it, of Phase II; `limit + 1` means more."""
    first, middle = march_until(state, teacher, eta, in_phase_two, limit)

    def accurate(now: State, its: Teacher, runs: Tensor) -> Tensor:
        return loss(now, its) <= _column(_pick(accuracy, runs)) * its.norm_w**2 * its.square

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
