"""Phase lengths: the steps at which the recorded run first meets each condition."""

from __future__ import annotations

import math

import pytest
import torch

from numeric.phases import in_phase_two, march_until, phase_lengths, theorem_step_size
from numeric.population import State, Teacher, loss, trajectory


def start() -> tuple[State, Teacher, torch.Tensor]:
    one = torch.ones(4, dtype=torch.float64)
    angle = torch.tensor([1.5, 1.2, 0.4, 1.0], dtype=torch.float64)
    inner = torch.tensor([0.1, 0.5, 0.5, 9.0], dtype=torch.float64)
    state = State(angle, one, inner, 0 * one, 2 * inner**2)
    teacher = Teacher(1.0, torch.tensor([1.0, 2.0, 1.0, 1.0], dtype=torch.float64), 0.0, 4)
    return state, teacher, theorem_step_size(state, teacher)


def test_phases_end_where_the_recorded_run_says() -> None:
    state, teacher, eta = start()
    first, second = phase_lengths(state, teacher, eta, 1e-3, 20_000)
    path = trajectory(state, teacher, eta, int((first + second).max()) + 1)
    square = torch.as_tensor(teacher.square).unsqueeze(-1)
    ready = (path.phi <= math.pi / 3) & (path.inner >= square / 8) & (path.inner <= 4 * square)
    wide = Teacher(1.0, square, 0.0, 4)
    small = loss(path, wide) <= 1e-3 * square
    for run in range(4):
        assert int(first[run]) == int(torch.nonzero(ready[run])[0])
        after = torch.nonzero(small[run, int(first[run]) :])
        assert int(second[run]) == int(after[0])
    assert int(first[2]) == 0
    assert int(first[3]) > 0


def test_unreached_runs_are_marked_and_keep_their_last_state() -> None:
    state, teacher, eta = start()
    steps, last = march_until(state, teacher, eta, in_phase_two, 3)
    path = trajectory(state, teacher, eta, 3)
    assert int(steps[0]) == 4
    assert float(last.phi[0]) == pytest.approx(float(path.phi[0, 3]))
    assert int(steps[2]) == 0


def test_step_size_is_the_smallest_of_four() -> None:
    state, teacher, eta = start()
    phi, inner = 1.5, 0.1
    level = (math.pi - phi) * math.cos(phi) + math.sin(phi) - 1
    cosine = math.cos(phi)
    expected = min(inner * cosine, level * cosine, cosine, 0.25)
    assert float(eta[0]) == pytest.approx(expected)
    assert float(theorem_step_size(state, teacher, 0.5)[0]) == pytest.approx(expected / 2)
