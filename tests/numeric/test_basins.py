"""The two traps: runs that enter one do end where it says."""

from __future__ import annotations

import math

import pytest
import torch

from numeric.basins import (
    GLOBAL,
    SPURIOUS,
    UNDECIDED,
    _advance,
    _advance_few,
    classify,
    in_global_basin,
    in_spurious_basin,
    safe_step_size,
)
from numeric.data import initial_weights, teacher_output
from numeric.population import State, Teacher, state_of_weights, step, teacher_of_weights


def random_start(
    k: int, ratio: float, norm: float, runs: int = 300, seed: int = 0
) -> tuple[State, Teacher, float]:
    a_star = teacher_output(k, ratio, norm)
    w_star = torch.zeros(6, dtype=torch.float64)
    w_star[0] = 1.0
    gen = torch.Generator().manual_seed(seed)
    v, a = initial_weights(runs, 6, a_star, 1.0, gen)
    teacher = teacher_of_weights(w_star, a_star)
    state = state_of_weights(v, a, w_star, a_star)
    return state, teacher, float(safe_step_size(teacher))


@pytest.mark.parametrize(("k", "ratio", "norm"), [(25, 4.0, 1.0), (10, 1.0, 2.0), (36, 9.0, 0.5)])
def test_decided_runs_end_where_the_trap_says(k: int, ratio: float, norm: float) -> None:
    state, teacher, eta = random_start(k, ratio, norm)
    outcome = classify(state, teacher, eta, max_time=2000.0)
    assert int((outcome.kind == UNDECIDED).sum()) == 0
    assert 20 < int((outcome.kind == GLOBAL).sum()) < 290
    for _ in range(int(3000 / eta)):
        state = step(state, teacher, eta)
    ended_well = state.phi < 1e-3
    assert torch.equal(ended_well, outcome.kind == GLOBAL)
    # The approach to pi is algebraic: the remaining angle falls like one over the time.
    assert bool((state.phi[~ended_well] > math.pi - 0.1).all())


def test_traps_are_invariant() -> None:
    state, teacher, eta = random_start(25, 4.0, 1.0, runs=1000)
    was_good = torch.zeros(1000, dtype=torch.bool)
    was_bad = torch.zeros(1000, dtype=torch.bool)
    for _ in range(1500):
        good, bad = in_global_basin(state, teacher, eta), in_spurious_basin(state, teacher, eta)
        assert not bool((was_good & ~good).any())
        assert not bool((was_bad & ~bad).any())
        was_good, was_bad = good, bad
        state = step(state, teacher, eta)
    assert bool(was_good.any())
    assert bool(was_bad.any())


def test_the_inner_loop_is_the_step() -> None:
    state, teacher, _ = random_start(9, 2.0, 3.0)
    for eta in (0.05, 5.0):
        by_step = state
        for _ in range(7):
            by_step = step(by_step, teacher, eta)
        for advance in (_advance, _advance_few):
            fast = advance(state, teacher, eta, 7)
            for name in ("phi", "norm_v", "inner", "sum_a"):
                assert torch.allclose(getattr(fast, name), getattr(by_step, name), rtol=1e-8)


def test_a_start_that_never_moves_is_undecided() -> None:
    zero = torch.zeros(1, dtype=torch.float64)
    state = State(zero + math.pi / 2, zero + 1.0, zero, zero, zero)
    outcome = classify(state, Teacher(1.0, 1.0, 0.0, 4), 0.1, max_time=1.0)
    # cos(pi/2) is not 0 in floats, so the run drifts, but far too slowly to be decided.
    assert outcome.kind.tolist() == [UNDECIDED]
    assert outcome.steps.tolist() == [-1]


def test_too_large_a_step_is_refused() -> None:
    state, teacher, _ = random_start(25, 4.0, 1.0, runs=5)
    with pytest.raises(ValueError, match="below 2 pi"):
        classify(state, teacher, 2.02 * math.pi / (25 + math.pi - 1), max_time=1.0)


def test_halving_the_step_leaves_the_outcomes() -> None:
    state, teacher, eta = random_start(25, 4.0, 0.5, runs=2000)
    coarse = classify(state, teacher, eta, max_time=1000.0).kind
    fine = classify(state, teacher, eta / 2, max_time=1000.0).kind
    assert int((coarse != fine).sum()) <= 10
    assert 0 < int((coarse == SPURIOUS).sum()) < 2000
