"""Runs past saddle points: starts, records, the two-saddle example, perturbed escapes."""

from __future__ import annotations

import math

import pytest
import torch

from numeric import saddle_runs, tube
from numeric.dynamics import Perturbation

ONE = torch.ones(1, dtype=torch.float64)


def test_starting_points_fill_the_cube_and_hold_its_corner() -> None:
    points = saddle_runs.start_points(60, 4, torch.Generator().manual_seed(0))
    assert points[0].tolist() == [1.0] * 4
    assert points[1].tolist() == [1.0, 0.5, 0.5, 0.5]
    assert float(points.min()) > 0
    assert float(points.max()) == 1.0
    assert float(points.min()) < 1e-6
    assert int(((points > 0.999) & (points < 1)).all(dim=1).sum()) >= 15


def test_records_are_those_of_the_iteration_written_out() -> None:
    starts = torch.tensor([[[1.0, 0.5], [0.2, 0.9]], [[0.3, 0.3], [1.0, 1.0]]]).double()
    parameters = {"L": 2 * torch.ones(2).double(), "gamma": torch.tensor([1.0, 0.5]).double()}
    parameters["tau"] = torch.tensor([2.0, 3.0]).double()
    step = torch.tensor([0.1, 0.2]).double()
    path = saddle_runs.record_descent(
        tube.octopus_gradient,
        starts,
        step,
        30,
        parameters,
        {"first": lambda x, **_: x[:, 0], "scaled": lambda x, tau, **_: x[:, 1] / tau},
    )
    assert path["first"].shape == (2, 2, 31)
    assert path["step"][0, 0].tolist() == list(range(31))
    for n in range(2):
        for s in range(2):
            x = starts[n, s].clone()
            for t in range(31):
                assert float(path["first"][n, s, t]) == float(x[0])
                assert float(path["scaled"][n, s, t]) == float(x[1] / parameters["tau"][n])
                shape = [float(parameters[name][n]) for name in ("L", "gamma", "tau")]
                x = x - step[n] * tube.octopus_gradient(x, *shape)


def test_leaving_the_domain_is_an_error() -> None:
    start = torch.tensor([[[5.0, 5.0]]]).double()  # beyond tau in both coordinates
    with pytest.raises(ValueError, match="left"):
        saddle_runs.record_descent(
            tube.octopus_gradient, start, ONE, 5, {"L": 2 * ONE, "gamma": ONE, "tau": 4 * ONE}, {}
        )


def test_first_time() -> None:
    holds = torch.tensor([[False, True, True], [False, False, False], [True, False, False]])
    assert saddle_runs.first_time(holds).tolist() == [1, 3, 0]


def test_two_saddle_gradient_is_that_of_the_pieces() -> None:
    L, gamma = 2.0 * ONE, 0.5 * ONE
    pieces = {
        (0.3, 0.6): lambda x, y: -0.5 * x**2 + 2 * y**2,
        (1.7, 0.6): lambda x, y: 2 * (x - 2) ** 2 - 0.5 * y**2,
        (1.7, 2.6): lambda x, y: 2 * (x - 2) ** 2 + 2 * (y - 2) ** 2,
    }
    for at, piece in pieces.items():
        point = torch.tensor([at], dtype=torch.float64, requires_grad=True)
        (expected,) = torch.autograd.grad(piece(point[0, 0], point[0, 1]), point)
        torch.testing.assert_close(saddle_runs.two_saddle_gradient(point, L, gamma), expected)
    outside = torch.tensor([[0.5, 1.5], [-0.1, 0.0], [3.5, 0.5]]).double()
    assert saddle_runs.two_saddle_gradient(outside, L, gamma).isnan().all()


def test_two_saddle_times_by_logarithms() -> None:
    eta, L, gamma = 0.03, 4.0, 1.0
    x0 = torch.tensor([[0.31, 0.7], [0.01, 1.0], [1.0, 0.2]]).double()
    many = torch.ones(3, dtype=torch.float64)
    first, second = saddle_runs.two_saddle_times(x0, eta * many, L * many, gamma * many, 5000)
    grow, shrink = math.log1p(2 * eta * gamma), math.log1p(-2 * eta * L)
    for row, (a, b) in enumerate(x0.tolist()):
        t1 = math.ceil(-math.log(a) / grow)
        t2 = t1 + math.ceil((-math.log(b) - t1 * shrink) / grow)
        assert (float(first[row]), float(second[row])) == (t1, t2)
    _, cut = saddle_runs.two_saddle_times(x0, eta * many, L * many, gamma * many, 20)
    assert cut[1] == math.inf


def test_perturbed_runs_escape_fast_and_noise_stays_local() -> None:
    L, gamma, tau = 2.0, 1.0, math.e
    x0 = 2 * torch.rand(40, 4, generator=torch.Generator().manual_seed(1)).double() - 1
    noise = Perturbation(tau / 20, gamma * tau / 10, 1)
    times, seen = saddle_runs.perturbed_escape(
        x0, 1 / (4 * L), (L, gamma, tau), noise, 3000, torch.Generator().manual_seed(2)
    )
    assert bool((times.diff(dim=1) > 0).all())
    assert float(times.max()) < 400
    before, after = seen.before.abs(), seen.after.abs()
    for points, distance in ((before, tau / 20), (after, tau / 10)):
        near = torch.minimum(points, (points - 4 * tau).abs())
        assert float(near.max()) <= distance
    none, _ = saddle_runs.perturbed_escape(
        x0, 1 / (4 * L), (L, gamma, tau), noise, 3, torch.Generator().manual_seed(2)
    )
    assert torch.isinf(none[:, -1]).all()


def test_a_saddle_point_is_approximately_stationary_from_the_printed_accuracy_on() -> None:
    L, gamma, tau = 2.0, 1.0, 1.0
    limit = 4 * gamma**2 / float(tube.third_derivative_bound(L, gamma, tau))
    saddles = tube.saddle_points(3, tau)
    minimum = torch.full((1, 3), 4 * tau, dtype=torch.float64)
    stationary = saddle_runs.is_second_order_stationary
    assert not stationary(saddles, 0.99 * limit, L, gamma, tau).any()
    assert stationary(saddles, 1.01 * limit, L, gamma, tau).all()
    assert stationary(minimum, 1e-12, L, gamma, tau).all()
    assert not stationary(minimum + 1e-3, 1e-3, L, gamma, tau).any()
