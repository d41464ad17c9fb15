"""Stochastic gradient descent against its exact moments, and runs that leave the finite numbers."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from numeric.dynamics import (
    Perturbation,
    gradient_descent,
    perturbed_gradient_descent,
    stochastic_gradient_descent,
)
from numeric.observers import Samples

RUNS, ETA, NOISE = 20_000, 0.2, 0.5


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def noisy(x: Tensor, *, generator: torch.Generator, curvature: float | Tensor = 1.0) -> Tensor:
    """Gradient of `curvature |x|^2 / 2` with normal noise of standard deviation `NOISE`."""
    if isinstance(curvature, Tensor):
        curvature = curvature.unsqueeze(-1)
    noise = torch.randn(x.shape, generator=generator, dtype=torch.float64)
    return curvature * x + NOISE * noise


def test_the_mean_contracts_and_the_variance_settles_as_computed() -> None:
    """`E x_t = (1 - eta)^t x_0`, variance `eta^2 s^2 (1 - q^t) / (1 - q)`, `q = (1 - eta)^2`."""
    x0 = torch.full((RUNS, 1), 3.0, dtype=torch.float64)
    run = stochastic_gradient_descent(noisy, x0, ETA, 15, generator=generator())
    q = (1 - ETA) ** 2
    variance = (ETA * NOISE) ** 2 * (1 - q**15) / (1 - q)
    error = math.sqrt(variance / RUNS)
    assert float(run.x.mean()) == pytest.approx(3 * (1 - ETA) ** 15, abs=5 * error)
    assert float(run.x.var()) == pytest.approx(variance, rel=5 * math.sqrt(2 / RUNS))


def test_equal_seeds_give_equal_runs_and_parameters_stay_with_their_run() -> None:
    x0 = torch.ones(3, 2, dtype=torch.float64)
    curvature = torch.tensor([0.0, 1.0, 5.0], dtype=torch.float64)

    def last(seed: int) -> Tensor:
        return stochastic_gradient_descent(
            noisy, x0, 0.1, 20, generator=generator(seed), parameters={"curvature": curvature}
        ).x

    assert torch.equal(last(1), last(1))
    assert not torch.equal(last(1), last(2))
    assert last(1)[2].abs().max() < last(1)[0].abs().max()


def test_runs_stop_one_by_one() -> None:
    x0 = torch.linspace(0.1, 10, 50, dtype=torch.float64).unsqueeze(-1)
    run = stochastic_gradient_descent(
        noisy, x0, 0.1, 200, generator=generator(), stop=lambda x: x[:, 0].abs() < 0.05
    )
    assert run.stopped.all()
    assert (run.x.abs() < 0.05).all()
    assert len(set(run.steps.tolist())) > 10


def cubic(x: Tensor, **_: object) -> Tensor:
    return -(x**3)


def logarithmic(x: Tensor, **_: object) -> Tensor:
    """NaN as soon as an iterate is negative."""
    return x.log() + 2


def blow_up(x: float) -> int:
    """The first step at which `x + x^3` leaves float64, or its slope does."""
    step = 0
    while math.isfinite(x) and math.isfinite(_cube(x)):
        x, step = x + _cube(x), step + 1
    return step


def _cube(x: float) -> float:
    try:
        return x**3
    except OverflowError:
        return math.inf


@pytest.mark.parametrize("kind", ["plain", "stochastic", "perturbed"])
def test_overflow_is_reported_with_its_step_in_every_kind_of_descent(kind: str) -> None:
    x0 = torch.tensor([[2.0], [1e-3], [50.0], [1e200]], dtype=torch.float64)
    seen = Samples(lambda x: x[:, 0], 4, every=1)
    if kind == "plain":
        run = gradient_descent(cubic, x0, 1.0, 12, observers=[seen])
    elif kind == "stochastic":
        run = stochastic_gradient_descent(
            cubic, x0, 1.0, 12, generator=generator(), observers=[seen]
        )
    else:
        silent = Perturbation(radius=0.1, gradient_threshold=-1.0, waiting_time=1)
        run = perturbed_gradient_descent(
            cubic, x0, 1.0, 12, perturbation=silent, generator=generator(), observers=[seen]
        )
    expected = [blow_up(2.0), -1, blow_up(50.0), 0]
    assert run.nonfinite.tolist() == expected
    assert run.steps.tolist() == [expected[0], 12, expected[2], 0]
    assert not run.stopped.any()
    assert math.isfinite(float(run.x[1, 0]))


def test_nan_in_the_gradient_alone_ends_the_run_at_that_iterate() -> None:
    x0 = torch.tensor([[0.5], [0.05]], dtype=torch.float64)
    run = gradient_descent(logarithmic, x0, 0.6, 5)
    # 0.5 - 0.6 (log 0.5 + 2) < 0: the gradient at step 1 is NaN, the iterate is not.
    assert run.nonfinite[0] == 1
    assert float(run.x[0, 0]) == pytest.approx(0.5 - 0.6 * (math.log(0.5) + 2))
    assert run.nonfinite[1] == -1 or run.steps[1] == run.nonfinite[1]
