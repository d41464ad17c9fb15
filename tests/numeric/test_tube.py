"""The tube and the octopus: values from the printed pieces, derivatives, smoothness, membership."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from numeric import tube

SHAPES = [(math.e, 1.0, math.e), (1.05, 1.0, 4.0), (30.0, 0.5, 1.2)]


def points_in_tube(dimension: int, tau: float, count: int, seed: int) -> Tensor:
    """Random points of every box, `(d + 1) * count` of them."""
    generator = torch.Generator().manual_seed(seed)
    unit = torch.rand(dimension + 1, count, dimension, generator=generator, dtype=torch.float64)
    for box in range(dimension + 1):
        unit[box, :, :box] = 2 * tau + 4 * tau * unit[box, :, :box]
        unit[box, :, box : box + 1] *= 2 * tau
        unit[box, :, box + 1 :] *= tau
    return unit.reshape(-1, dimension)


def printed_value(x: list[float], L: float, gamma: float, tau: float) -> float:
    """Equations (7.6)-(7.10) transcribed case by case, with plain floats."""
    d = len(x)

    def g1(s: float) -> float:
        # Antiderivative of the Hermite cubic in its Bernstein form, control values below.
        b = [
            -2 * gamma * tau,
            -2 * gamma * tau - 2 * gamma * tau / 3,
            -4 * L * tau - 2 * L * tau / 3,
            -4 * L * tau,
        ]
        w = (s - tau) / tau
        basis = [
            sum(math.comb(4, k) * w**k * (1 - w) ** (4 - k) for k in range(j + 1, 5)) / 4
            for j in range(4)
        ]
        return -gamma * tau**2 + tau * sum(c * q for c, q in zip(b, basis, strict=True))

    def g2(s: float) -> float:
        u = s - 2 * tau
        scale = L + gamma
        return (
            -gamma
            - 10 * scale * u**3 / tau**3
            - 15 * scale * u**4 / tau**4
            - 6 * scale * u**5 / tau**5
        )

    nu = -g1(2 * tau) + 4 * L * tau**2
    arrived = 0
    while arrived < d and x[arrived] >= 2 * tau:
        arrived += 1
    total = sum(L * (v - 4 * tau) ** 2 for v in x[:arrived]) - arrived * nu
    if arrived == d:
        return total
    s, rest = x[arrived], x[arrived + 1 :]
    if s <= tau:
        return total - gamma * s**2 + sum(L * v**2 for v in rest)
    total += g1(s)
    if rest:
        total += g2(s) * rest[0] ** 2 + sum(L * v**2 for v in rest[1:])
    return total


@pytest.mark.parametrize(("L", "gamma", "tau"), SHAPES)
@pytest.mark.parametrize("dimension", [1, 2, 4])
def test_value_is_the_printed_one(L: float, gamma: float, tau: float, dimension: int) -> None:
    x = points_in_tube(dimension, tau, 40, seed=1)
    expected = torch.tensor(
        [printed_value(p, L, gamma, tau) for p in x.tolist()], dtype=torch.float64
    )
    torch.testing.assert_close(tube.tube_value(x, L, gamma, tau), expected, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize(("L", "gamma", "tau"), SHAPES)
@pytest.mark.parametrize("dimension", [1, 2, 5])
def test_derivatives_agree_with_autograd(
    L: float, gamma: float, tau: float, dimension: int
) -> None:
    x = points_in_tube(dimension, tau, 30, seed=2)
    signs = torch.randint(0, 2, x.shape, generator=torch.Generator().manual_seed(3)) * 2.0 - 1
    for points, value, gradient, hessian in [
        (x, tube.tube_value, tube.tube_gradient, tube.tube_hessian),
        (x * signs, tube.octopus_value, tube.octopus_gradient, tube.octopus_hessian),
    ]:
        leaf = points.clone().requires_grad_(True)
        (slope,) = torch.autograd.grad(value(leaf, L, gamma, tau).sum(), leaf)
        torch.testing.assert_close(gradient(points, L, gamma, tau), slope, rtol=1e-11, atol=1e-9)
        leaf = points.clone().requires_grad_(True)
        total = gradient(leaf, L, gamma, tau).sum(dim=0)
        rows = [torch.autograd.grad(part, leaf, retain_graph=True)[0] for part in total]
        measured = torch.stack(rows, dim=-2)
        torch.testing.assert_close(hessian(points, L, gamma, tau), measured, rtol=1e-11, atol=1e-9)


@pytest.mark.parametrize(("L", "gamma", "tau"), SHAPES)
@pytest.mark.parametrize("dimension", [1, 2, 4])
def test_twice_continuously_differentiable_across_the_faces(
    L: float, gamma: float, tau: float, dimension: int
) -> None:
    step = 1e-9 * tau
    for box in range(dimension):
        x = points_in_tube(dimension, tau, 30, seed=4)[30 * box : 30 * (box + 1)]
        for face in (tau, 2 * tau):
            below, above = x.clone(), x.clone()
            below[:, box], above[:, box] = face - step, face + step
            for f in (tube.tube_value, tube.tube_gradient, tube.tube_hessian):
                jump = f(above, L, gamma, tau) - f(below, L, gamma, tau)
                size = f(above, L, gamma, tau).abs().max() + 1
                assert float(jump.abs().max()) < 1e-6 * float(size), (f.__name__, box, face)


def test_hessian_is_lipschitz_with_the_stated_constant() -> None:
    for L, gamma, tau in SHAPES:
        bound = float(tube.third_derivative_bound(L, gamma, tau))
        x = points_in_tube(2, tau, 4000, seed=5)[:4000]
        x = x[(x[:, 0] > tau) & (x[:, 0] < 1.999 * tau) & (x[:, 1] < 0.999 * tau)]
        direction = torch.randn(x.shape, generator=torch.Generator().manual_seed(6)).double()
        step = 1e-6 * tau * direction / direction.norm(dim=-1, keepdim=True)
        change = tube.tube_hessian(x + step.abs(), L, gamma, tau)
        change = change - tube.tube_hessian(x, L, gamma, tau)
        worst = float((torch.linalg.matrix_norm(change, ord=2) / step.norm(dim=-1)).max())
        assert worst <= bound
        assert worst > bound / 4  # the bound is no empty one


def test_one_objective_per_point() -> None:
    x = torch.tensor([[3.0, 0.5], [3.0, 0.5], [9.0, 1.0]], dtype=torch.float64)
    L = torch.tensor([2.0, 3.0, 4.0], dtype=torch.float64)
    tau = torch.tensor([2.0, 2.5, 3.0], dtype=torch.float64)
    batch = tube.tube_gradient(x, L, 1.0, tau)
    for row in range(3):
        alone = tube.tube_gradient(x[row], float(L[row]), 1.0, float(tau[row]))
        assert torch.equal(batch[row], alone)


def test_membership_of_the_tube() -> None:
    tau = 1.0
    inside = [[0, 0, 0], [1, 1, 1], [2, 1, 1], [2, 2, 1], [6, 2, 0], [6, 6, 6], [1.5, 0.3, 1]]
    outside = [[-0.1, 0, 0], [1.5, 1.01, 0], [1.5, 1.5, 0], [6.1, 0, 0], [3, 0.5, 1.5], [3, 3, 6.1]]
    assert tube.in_tube(torch.tensor(inside, dtype=torch.float64), tau).all()
    assert not tube.in_tube(torch.tensor(outside, dtype=torch.float64), tau).any()
    beyond = torch.tensor(outside, dtype=torch.float64)
    assert tube.tube_value(beyond, 2.0, 1.0, tau).isnan().all()
    assert tube.tube_gradient(beyond, 2.0, 1.0, tau).isnan().all()


def test_octopus_holds_the_cube_and_its_printed_form_lacks_the_minima() -> None:
    tau = math.e
    cube = 2 * torch.rand(500, 4, generator=torch.Generator().manual_seed(7)).double() - 1
    assert tube.in_octopus(cube, tau).all()
    assert tube.in_octopus_as_printed(cube, tau).all()
    minimum = torch.full((1, 4), -4 * tau, dtype=torch.float64)
    assert tube.in_octopus(minimum, tau).all()
    assert not tube.in_octopus_as_printed(minimum, tau).any()


def test_stationary_points() -> None:
    L, gamma, tau = 3.0, 1.0, 2.0
    saddles = tube.saddle_points(4, tau)
    assert saddles.tolist()[2] == [8.0, 8.0, 0.0, 0.0]
    assert not tube.tube_gradient(saddles, L, gamma, tau).any()
    least = torch.linalg.eigvalsh(tube.tube_hessian(saddles, L, gamma, tau))[:, 0]
    assert torch.equal(least, torch.full((4,), -2.0, dtype=torch.float64))
    minimum = torch.full((4,), 4 * tau, dtype=torch.float64)
    assert not tube.tube_gradient(minimum, L, gamma, tau).any()
    assert tube.tube_hessian(minimum, L, gamma, tau).diagonal().tolist() == [6.0] * 4
    assert float(tube.distance_to_minima(-minimum, tau)) == 0.0
    assert float(tube.distance_to_minima(saddles[3], tau)) == 8.0


def test_saddles_are_level_steps_apart() -> None:
    L, gamma, tau = 3.0, 1.0, 2.0
    values = tube.tube_value(tube.saddle_points(4, tau), L, gamma, tau)
    nu = tube.drop_between_saddles(L, gamma, tau)
    torch.testing.assert_close(values, -nu * torch.arange(4, dtype=torch.float64))
    assert float(nu) == pytest.approx(tau**2 * (13 / 6 * (L + gamma) + 4 * L), rel=1e-14)
