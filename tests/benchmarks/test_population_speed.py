"""Batched population dynamics against the same runs one by one, within one process."""

from __future__ import annotations

import time

import torch

from numeric.basins import classify, safe_step_size
from numeric.data import initial_weights, teacher_output
from numeric.population import State, descend_weights, state_of_weights, step, teacher_of_weights

RUNS = 1000
STEPS = 200


def problem() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    a_star = teacher_output(25, 4.0, 0.5)
    w_star = torch.zeros(6, dtype=torch.float64)
    w_star[0] = 1.0
    v, a = initial_weights(RUNS, 6, a_star, 1.0, torch.Generator().manual_seed(0))
    return v, a, w_star, a_star


def seconds_of(repeat: int, run: object) -> float:
    assert callable(run)
    best = float("inf")
    for _ in range(repeat):
        begin = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - begin)
    return best


def test_batched_runs_cost_a_fraction_of_single_ones() -> None:
    """At least 50 times cheaper per run (measured: several hundred)."""
    v, a, w_star, a_star = problem()
    state, teacher = state_of_weights(v, a, w_star, a_star), teacher_of_weights(w_star, a_star)

    def march(now: State) -> State:
        for _ in range(STEPS):
            now = step(now, teacher, 0.05)
        return now

    singles = [state.of(torch.tensor([run])) for run in range(5)]
    one_by_one = seconds_of(3, lambda: [march(single) for single in singles]) / 5 * RUNS
    batched = seconds_of(3, lambda: march(state))
    ratio = one_by_one / batched
    print(f"batched/one-by-one: {ratio:.0f} times cheaper per run")
    assert ratio > 50


def test_few_numbers_cost_less_than_vectors() -> None:
    """The state of five numbers beats explicit weights of `p + k` numbers per run."""
    v, a, w_star, a_star = problem()
    state, teacher = state_of_weights(v, a, w_star, a_star), teacher_of_weights(w_star, a_star)

    def march() -> None:
        now = state
        for _ in range(STEPS):
            now = step(now, teacher, 0.05)

    scalars = seconds_of(3, march)
    vectors = seconds_of(3, lambda: descend_weights(v, a, w_star, a_star, 0.05, STEPS))
    print(f"vectors/few numbers: {vectors / scalars:.1f}")
    assert vectors / scalars > 1.3


def test_early_exit_pays() -> None:
    """Dropping decided runs beats marching all of them to the last decision."""
    v, a, w_star, a_star = problem()
    state, teacher = state_of_weights(v, a, w_star, a_star), teacher_of_weights(w_star, a_star)
    eta = float(safe_step_size(teacher))
    last = int(classify(state, teacher, eta, max_time=1000.0).steps.max())

    def march() -> None:
        now = state
        for _ in range(last):
            now = step(now, teacher, eta)

    exits = seconds_of(3, lambda: classify(state, teacher, eta, max_time=1000.0))
    ratio = seconds_of(1, march) / exits
    print(f"no early exit/early exit: {ratio:.1f} over {last} steps")
    assert ratio > 1.5
