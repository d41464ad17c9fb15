"""Gradient descent, perturbed gradient descent, observers and escape times."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from numeric import dynamics, escape, observers, tube

LOW, HIGH, TAU = 1.0, math.e, math.e


def saddle_gradient(x: Tensor) -> Tensor:
    """Gradient of `x_1**2 - x_2**2`."""
    return torch.stack([2 * x[:, 0], -2 * x[:, 1]], dim=-1)


def octopus(x: Tensor) -> Tensor:
    return tube.octopus_gradient(x, HIGH, LOW, TAU)


def test_descent_follows_its_closed_form() -> None:
    x0 = torch.tensor([[1.0, 1e-3], [-0.5, 0.25]], dtype=torch.float64)
    run = dynamics.gradient_descent(saddle_gradient, x0, 0.25, 12)
    factors = torch.tensor([0.5**12, 1.5**12], dtype=torch.float64)
    torch.testing.assert_close(run.x, x0 * factors, rtol=1e-14, atol=0)
    assert run.steps.tolist() == [12, 12]
    assert not run.stopped.any()


def test_runs_end_apart_and_keep_their_own_parameters() -> None:
    x0 = torch.tensor([[1.0, 0.3], [1.0, 0.01], [1.0, 0.0]], dtype=torch.float64)
    rate = torch.tensor([0.25, 0.1, 0.25], dtype=torch.float64)
    bend = torch.tensor([1.0, 3.0, 1.0], dtype=torch.float64)

    def gradient(x: Tensor, bend: Tensor) -> Tensor:
        return torch.stack([2 * x[:, 0], -2 * bend * x[:, 1]], dim=-1)

    def away(x: Tensor, bend: Tensor) -> Tensor:
        return x[:, 1] >= 1

    run = dynamics.gradient_descent(gradient, x0, rate, 50, stop=away, parameters={"bend": bend})
    first = math.ceil(math.log(1 / 0.3) / math.log(1.5))
    second = math.ceil(math.log(1 / 0.01) / math.log(1.6))
    assert run.steps.tolist() == [first, second, 50]
    assert run.stopped.tolist() == [True, True, False]
    assert float(run.x[1, 1]) == pytest.approx(0.01 * 1.6**second, rel=1e-13)


def test_overflow_is_reported_with_its_step_and_spares_the_others() -> None:
    x0 = torch.tensor([[2.0], [0.1]], dtype=torch.float64)
    run = dynamics.gradient_descent(lambda x: -(x**3), x0, 1.0, 30)
    assert run.nonfinite[0] == run.steps[0]
    assert 3 < int(run.nonfinite[0]) < 10
    assert run.nonfinite[1] == -1
    assert int(run.steps[1]) == 30


def test_shapes_are_checked() -> None:
    with pytest.raises(ValueError, match="shape"):
        dynamics.gradient_descent(saddle_gradient, torch.zeros(2), 0.1, 1)
    with pytest.raises(ValueError, match="step_size"):
        dynamics.gradient_descent(saddle_gradient, torch.zeros(2, 2), torch.ones(3), 1)


def test_observers_record_what_they_are_asked() -> None:
    x0 = torch.tensor([[1.0, 1e-3], [1.0, 0.5], [1.0, 0.0]], dtype=torch.float64)
    first = observers.FirstTime(lambda x: (x >= 1) & (x.new_tensor([0, 1]) > 0), 3, 2)
    count = observers.Count(lambda x: x[:, 1:] < 0.8, 3, 1)
    largest = observers.Largest(lambda x: x[:, 0] * x[:, 1], 3, 2)
    samples = observers.Samples(lambda x: x[:, 1], 3, every=4)
    dynamics.gradient_descent(
        saddle_gradient,
        x0,
        0.25,
        20,
        observers=[first, count, largest, samples],
        stop=lambda x: x[:, 1] >= 2,
    )
    expected = [math.ceil(math.log(1 / y) / math.log(1.5)) for y in (1e-3, 0.5)]
    assert first.times[:, 1].tolist() == [*expected, observers.NEVER]
    assert first.times[:, 0].tolist() == [observers.NEVER] * 3
    assert count.counts[2, 0] == 21
    assert largest.steps.tolist() == [0, 0, 0]
    assert largest.points[1].tolist() == [1.0, 0.5]
    table = samples.table()
    assert samples.steps == [0, 4, 8, 12, 16, 20]
    assert float(table[1, 0]) == pytest.approx(1e-3 * 1.5**4, rel=1e-14)
    assert float(table[1, 1]) == pytest.approx(0.5 * 1.5**4, rel=1e-14)
    assert table[2:, 1].isnan().all()  # that run ended at step 4


def test_largest_keeps_a_nan() -> None:
    largest = observers.Largest(lambda x: x[:, 0], 1, 1)
    for value in (1.0, math.nan, 5.0):
        largest.see(0, torch.tensor([[value]], dtype=torch.float64), torch.tensor([0]))
    assert math.isnan(float(largest.values[0]))


def test_uniform_in_ball() -> None:
    sample = dynamics.uniform_in_ball(40_000, 3, 2.0, torch.Generator().manual_seed(0))
    length = sample.norm(dim=-1)
    assert float(length.max()) <= 2.0
    # P(|x| <= r) = (r / 2)**3, standard error below 0.0025; the mean is 0 with error 0.0045.
    for r in (0.8, 1.2, 1.6):
        assert float((length <= r).double().mean()) == pytest.approx((r / 2) ** 3, abs=0.0125)
    assert float(sample.mean(dim=0).abs().max()) < 0.0225


def test_noise_is_added_where_and_as_often_as_algorithm_2_says() -> None:
    seen = observers.Perturbations(2)
    perturbation = dynamics.Perturbation(radius=1e-6, gradient_threshold=0.1, waiting_time=3)
    x0 = torch.zeros(2, 2, dtype=torch.float64)
    x0[1] = 10.0
    dynamics.perturbed_gradient_descent(
        lambda x: x,  # every point but the origin is pulled in
        x0,
        0.5,
        20,
        perturbation=perturbation,
        generator=torch.Generator().manual_seed(1),
        noise_observers=[seen],
    )
    assert seen.steps[seen.runs == 0].tolist() == [0, 4, 8, 12, 16]
    # 10 sqrt(2) / 2**n <= 0.1 from n = 8 on
    assert seen.steps[seen.runs == 1].tolist() == [8, 12, 16]
    assert float((seen.after - seen.before).norm(dim=-1).max()) <= 1e-6
    assert float(seen.before.norm(dim=-1).max()) <= 0.1


def test_perturbed_descent_without_noise_is_descent_and_is_reproducible() -> None:
    x0 = torch.rand(6, 3, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    silent = dynamics.Perturbation(radius=0.1, gradient_threshold=-1.0, waiting_time=1)
    noisy = dynamics.Perturbation(radius=0.1, gradient_threshold=0.05, waiting_time=1)

    def run(perturbation: dynamics.Perturbation, seed: int) -> Tensor:
        return dynamics.perturbed_gradient_descent(
            octopus,
            x0,
            0.1,
            60,
            perturbation=perturbation,
            generator=torch.Generator().manual_seed(seed),
        ).x

    plain = dynamics.gradient_descent(octopus, x0, 0.1, 60).x
    assert torch.equal(run(silent, 0), plain)
    assert torch.equal(run(noisy, 0), run(noisy, 0))
    assert not torch.equal(run(noisy, 0), run(noisy, 1))


@pytest.mark.parametrize("share", [0.05, 0.5, 0.97])
def test_escape_times_are_those_of_the_plain_simulation(share: float) -> None:
    runs, dimension, eta = 24, 4, share / (2 * HIGH)
    x0 = torch.rand(runs, dimension, generator=torch.Generator().manual_seed(3)).double()
    x0[0] = 1.0
    times = escape.escape_times(x0, eta, HIGH, LOW, TAU)
    entered = observers.FirstTime(lambda x: x.abs() >= TAU, runs, dimension)
    left = observers.FirstTime(lambda x: x.abs() >= 2 * TAU, runs, dimension)
    dynamics.gradient_descent(
        octopus, -x0, eta, 1500, observers=[entered, left], stop=lambda x: x.abs()[:, 3] >= 2 * TAU
    )
    for plain, fast in ((entered.times, times.entered), (left.times, times.left)):
        happened = plain != observers.NEVER
        assert happened[:, :2].all()
        assert torch.equal(plain[happened].double(), fast[happened])
        assert (fast[~happened] > 1500).all()


def test_escape_times_beyond_the_range_of_floats() -> None:
    x0 = torch.ones(1, 8, dtype=torch.float64)
    times = escape.escape_times(x0, 1 / (4 * HIGH), HIGH, LOW, TAU).left[0]
    ratios = times[1:] / times[:-1]
    # The later coordinates shrink by log 2 a step and grow by log(1 + 1/(2e)).
    limit = 1 + math.log(2) / math.log1p(LOW / (2 * HIGH))
    assert float(times[7]) > 5e5
    assert float(ratios[6]) == pytest.approx(limit, rel=1e-3)


def test_escape_times_at_the_edges() -> None:
    x0 = torch.tensor([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0]], dtype=torch.float64)
    slow = escape.escape_times(x0[:1], 0.05, HIGH, LOW, TAU)
    assert math.isfinite(float(slow.left[0, 0]))
    assert math.isinf(float(slow.left[0, 1]))
    greatest_step = 0.5 / HIGH
    edge = escape.escape_times(x0, greatest_step, HIGH, LOW, TAU)
    assert edge.left[1].tolist()[1] == math.inf  # the next coordinate is wiped out in one step
    assert edge.left[2].tolist() == [math.inf, math.inf]
    with pytest.raises(ValueError, match="step_size"):
        escape.escape_times(x0, 0.51 / HIGH, HIGH, LOW, TAU)
    with pytest.raises(ValueError, match="coordinate"):
        escape.escape_times(2 * TAU * x0, 0.05, HIGH, LOW, TAU)


def test_plateaus() -> None:
    curve = torch.tensor([9.0, 9.0, 9.0, 5.0, 4.99, 1.0, 1.0, 1.0, 1.0])
    assert escape.plateaus(curve, 0.001) == [(0, 2), (5, 8)]
    assert escape.plateaus(curve, 0.1, least=1) == [(0, 2), (3, 4), (5, 8)]
    assert escape.plateaus(curve, 100.0) == [(0, 8)]
