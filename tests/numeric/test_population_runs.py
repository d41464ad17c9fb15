"""Long runs in NumPy against the same steps in PyTorch."""

from __future__ import annotations

from dataclasses import fields

import pytest
import torch

from numeric.population import State, Teacher, trajectory
from numeric.population_runs import after, long_run


def problem(runs: int) -> tuple[State, Teacher, torch.Tensor]:
    gen = torch.Generator().manual_seed(runs)
    rows = torch.rand(9, runs, generator=gen, dtype=torch.float64)
    state = State(3.1 * rows[0], 0.5 + rows[1], 2 * rows[2] - 1, 2 * rows[3] - 1, 2 + rows[4])
    teacher = Teacher(0.5 + rows[5], 1 + rows[6], rows[7], torch.full((runs,), 4.0).double())
    return state, teacher, 0.05 + 0.2 * rows[8]


def columns(path: State) -> list[torch.Tensor]:
    return [getattr(path, field.name) for field in fields(State)]


@pytest.mark.parametrize(("runs", "every", "scale"), [(1, 1, 1.0), (5, 7, 1.0), (300, 10, 40.0)])
def test_long_runs_are_the_trajectories(runs: int, every: int, scale: float) -> None:
    state, teacher, eta = problem(runs)
    # Large steps carry v past -w*; they are compared before rounding has grown with them.
    steps = 60 if scale == 1 else 10
    found = columns(long_run(state, teacher, scale * eta, steps, every=every))
    expected = columns(trajectory(state, teacher, scale * eta, steps, every=every))
    for got, want in zip(found, expected, strict=True):
        assert got.shape == (runs, steps // every + 1)
        torch.testing.assert_close(got, want, rtol=1e-8, atol=1e-10)


def test_numbers_for_all_runs_are_numbers_for_each() -> None:
    state, _, _ = problem(4)
    each = [torch.full((4,), value, dtype=torch.float64) for value in (1.5, 2.0, -0.3, 5.0)]
    by_number = long_run(state, Teacher(1.5, 2.0, -0.3, 5), 0.1, 20)
    by_run = long_run(
        state,
        Teacher(each[0], each[1], each[2], each[3]),
        torch.full((4,), 0.1, dtype=torch.float64),
        20,
    )
    for got, want in zip(columns(by_number), columns(by_run), strict=True):
        torch.testing.assert_close(got, want, rtol=1e-14, atol=0)


def test_the_end_is_the_last_iterate_and_the_start_is_kept() -> None:
    state, teacher, eta = problem(6)
    before = [column.clone() for column in columns(state)]
    path, end = long_run(state, teacher, eta, 33), after(state, teacher, eta, 33)
    for got, want in zip(columns(end), columns(path), strict=True):
        torch.testing.assert_close(got, want[:, -1], rtol=1e-14, atol=0)
    for now, then in zip(columns(state), before, strict=True):
        assert torch.equal(now, then)
