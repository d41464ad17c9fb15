"""Population gradient descent: few numbers against vectors, the loss, and sampled losses."""

from __future__ import annotations

import math
from dataclasses import fields

import pytest
import torch

from numeric.data import gaussian_patches, teacher_output, unit_sphere
from numeric.population import (
    State,
    Teacher,
    descend_weights,
    first_time,
    g,
    loss,
    rescaled,
    state_of_weights,
    step,
    teacher_of_weights,
    trajectory,
)
from numeric.sampling import Moments
from numeric.two_layer_cnn import sample_gradient_a, sample_gradient_v, sample_loss


def start(
    runs: int, p: int, k: int, norm_w: float, seed: int = 0, scale: float = 1.0
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    gen = torch.Generator().manual_seed(seed)
    w_star = norm_w * unit_sphere((), p, gen)
    a_star = torch.randn(k, generator=gen, dtype=torch.float64)
    v = torch.randn(runs, p, generator=gen, dtype=torch.float64)
    a = scale * torch.randn(runs, k, generator=gen, dtype=torch.float64)
    return v, a, w_star, a_star


@pytest.mark.parametrize(("p", "k", "norm_w"), [(2, 1, 1.0), (5, 3, 0.3), (25, 20, 2.0)])
def test_few_numbers_follow_the_vectors(p: int, k: int, norm_w: float) -> None:
    v, a, w_star, a_star = start(6, p, k, norm_w)
    teacher, eta = teacher_of_weights(w_star, a_star), 0.5 / (k + 3)
    path = trajectory(state_of_weights(v, a, w_star, a_star), teacher, eta, 60, every=20)
    for column, steps in enumerate([0, 20, 40, 60]):
        v_t, a_t = descend_weights(v, a, w_star, a_star, eta, steps)
        expected = state_of_weights(v_t, a_t, w_star, a_star)
        for field in fields(State):
            got = getattr(path, field.name)[:, column]
            assert torch.allclose(got, getattr(expected, field.name), rtol=1e-9, atol=1e-11)


def test_large_steps_overshoot_alike() -> None:
    """Step sizes far beyond stability exercise both reflections of the angle."""
    v, a, w_star, a_star = start(400, 3, 4, 1.0, scale=3.0)
    teacher = teacher_of_weights(w_star, a_star)
    after = step(state_of_weights(v, a, w_star, a_star), teacher, 30.0)
    v_t, a_t = descend_weights(v, a, w_star, a_star, 30.0, 1)
    expected = state_of_weights(v_t, a_t, w_star, a_star)
    assert torch.allclose(after.phi, expected.phi, rtol=1e-9, atol=1e-9)
    assert float(after.phi.max()) <= math.pi
    assert float(after.phi.min()) >= 0.0


def test_loss_is_the_sampled_loss() -> None:
    v, a, w_star, a_star = start(4, 3, 3, 0.7, seed=5)
    unit = v / v.norm(dim=-1, keepdim=True)
    gen, moments = torch.Generator().manual_seed(11), Moments()
    repeated_w, repeated_a = w_star.expand(4, -1), a_star.expand(4, -1)
    for _ in range(10):
        z = gaussian_patches((4, 20_000), 3, 3, gen)
        moments.add(sample_loss(unit, a, repeated_w, repeated_a, z), dim=1)
    exact = loss(state_of_weights(v, a, w_star, a_star), teacher_of_weights(w_star, a_star))
    assert float(moments.estimate().z_score(exact).abs().max()) < 5


def test_step_descends_along_the_sampled_gradients() -> None:
    v, a, w_star, a_star = start(3, 3, 2, 1.3, seed=6)
    unit, gen = v / v.norm(dim=-1, keepdim=True), torch.Generator().manual_seed(12)
    grad_v, grad_a = Moments(), Moments()
    repeated_w, repeated_a = w_star.expand(3, -1), a_star.expand(3, -1)
    for _ in range(10):
        z = gaussian_patches((3, 20_000), 2, 3, gen)
        grad_v.add(sample_gradient_v(v, a, repeated_w, repeated_a, z), dim=1)
        grad_a.add(sample_gradient_a(unit, a, repeated_w, repeated_a, z), dim=1)
    v_1, a_1 = descend_weights(v, a, w_star, a_star, 1.0, 1)
    assert float(grad_v.estimate().z_score(v - v_1).abs().max()) < 5
    assert float(grad_a.estimate().z_score(a - a_1).abs().max()) < 5


def test_loss_keeps_its_digits_near_the_minimum() -> None:
    teacher = Teacher(1.0, 1.0, 0.0, 4)
    phi = torch.tensor([1e-3 * (1 - 1e-12), 1e-3, 1e-8], dtype=torch.float64)
    ones = torch.ones(3, dtype=torch.float64)
    value = loss(State(phi, ones, ones, 0 * ones, ones), teacher)
    # (pi - g)/(2 pi) = phi^2/4 - phi^3/(6 pi) + ...
    expected = phi.square() / 4 - phi**3 / (6 * math.pi)
    assert torch.allclose(value, expected, rtol=1e-6, atol=0)


def test_loss_falls_along_a_gentle_run() -> None:
    v, a, w_star, a_star = start(20, 4, 5, 1.0, seed=7)
    teacher = teacher_of_weights(w_star, a_star)
    path = trajectory(state_of_weights(v, a, w_star, a_star), teacher, 0.02, 500)
    values = loss(path, teacher)
    assert bool((values[:, 1:] <= values[:, :-1] + 1e-14).all())


def test_rescaled_teacher_gives_the_same_run() -> None:
    v, a, w_star, a_star = start(5, 4, 3, 0.4, seed=8)
    teacher = teacher_of_weights(w_star, a_star)
    state = state_of_weights(v, a, w_star, a_star)
    path = trajectory(state, teacher, 0.1, 50)
    unit = State(state.phi, state.norm_v, 0.4 * state.inner, state.sum_a, state.square_a)
    other = trajectory(unit, rescaled(teacher), 0.1, 50)
    assert torch.allclose(path.phi, other.phi)
    assert torch.allclose(loss(path, teacher), loss(other, rescaled(teacher)))


def test_first_time_finds_the_step() -> None:
    v, a, w_star, a_star = start(30, 4, 3, 1.0, seed=9)
    teacher = teacher_of_weights(w_star, a_star)
    state = state_of_weights(v, a, w_star, a_star)
    path = trajectory(state, teacher, 0.1, 300)
    found = first_time(state, teacher, 0.1, lambda s: s.phi < 0.5, 300)
    for run in range(30):
        hits = torch.nonzero(path.phi[run] < 0.5)
        assert int(found[run]) == (int(hits[0]) if len(hits) else -1)
    assert len(set(found.tolist())) > 3


def test_angle_keeps_its_digits_near_both_ends() -> None:
    w_star = torch.tensor([1.0, 0.0], dtype=torch.float64)
    v = torch.tensor([[1.0, 1e-12], [-1.0, 1e-12]], dtype=torch.float64)
    a_star = teacher_output(2, 1.0)
    phi = state_of_weights(v, torch.zeros(2, 2, dtype=torch.float64), w_star, a_star).phi
    assert float(phi[0]) == pytest.approx(1e-12, rel=1e-9)
    assert math.pi - float(phi[1]) == pytest.approx(1e-12, rel=1e-3)
    assert float(g(torch.tensor(math.pi / 2, dtype=torch.float64))) == pytest.approx(1.0)
