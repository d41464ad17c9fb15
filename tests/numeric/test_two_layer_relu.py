"""Two-layer networks against automatic differentiation, exact flows and the other Gram matrices."""

from __future__ import annotations

import math

import pytest
import torch

from numeric.gram_inputs import half_circle, half_circle_grams, pair_eigenvalue, pairs
from numeric.kernels.two_layer import gram, gram_limit
from numeric.two_layer_relu import (
    ascent,
    gradient,
    gram_and_shift,
    gram_at,
    initial,
    largest_shift,
    least_eigenvalue,
    loss,
    predictions,
    symmetric_norm,
    uncertain,
)
from numeric.two_layer_steps import step_terms
from numeric.width_experiment import train

BATCH, M, N, D = 3, 11, 4, 5


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def network() -> tuple[torch.Tensor, ...]:
    gen = generator(3)
    weights, a = initial((BATCH,), M, D, gen)
    x = torch.randn(BATCH, N, D, generator=gen, dtype=torch.float64)
    return weights, a, x, torch.randn(BATCH, N, generator=gen, dtype=torch.float64)


def test_prediction_by_hand() -> None:
    weights, a, x, _ = network()
    terms = [float(a[1, r]) * max(float(weights[1, r] @ x[1, 2]), 0.0) for r in range(M)]
    assert abs(float(predictions(weights, a, x)[1, 2]) - sum(terms) / math.sqrt(M)) < 1e-12


def test_initial_signs_and_scale() -> None:
    weights, a = initial((200,), 50, 3, generator())
    assert set(a.unique().tolist()) == {-1.0, 1.0}
    assert abs(float(a.mean())) < 0.05
    assert abs(float(weights.square().mean()) - 1) < 0.05


def test_gradient_matches_autograd() -> None:
    weights, a, x, y = network()
    leaf = weights.clone().requires_grad_()
    (expected,) = torch.autograd.grad(loss(leaf, a, x, y).sum(), leaf)
    assert torch.allclose(gradient(weights, a, x, y), expected, rtol=1e-12, atol=1e-12)
    assert not torch.allclose(gradient(weights, -a, x, y), expected)


def test_ascent_leaves_its_arguments_alone() -> None:
    arguments = network()
    copies = [value.clone() for value in arguments]
    _, residual = ascent(*arguments)
    assert all(torch.equal(v, c) for v, c in zip(arguments, copies, strict=True))
    assert torch.allclose(residual, arguments[3] - predictions(*arguments[:3]))


def test_batches_of_inputs_and_one_set_agree() -> None:
    weights, a, x, y = network()
    single = gradient(weights[1], a[1], x[1], y[1])
    assert torch.allclose(gradient(weights, a, x, y)[1], single)
    assert torch.allclose(gram_at(weights, x)[1], gram(weights[1], x[1]))


def test_gram_is_the_derivative_of_the_predictions() -> None:
    weights, a, x, y = network()
    slope = -gradient(weights, a, x, y)
    h = 1e-7
    measured = (predictions(weights + h * slope, a, x) - predictions(weights, a, x)) / h
    residual = (y - predictions(weights, a, x)).unsqueeze(-1)
    assert torch.allclose(measured, (gram_at(weights, x) @ residual).squeeze(-1), atol=1e-5)


def test_least_eigenvalue() -> None:
    matrix = torch.tensor([[2.0, 1.0], [1.0, 2.0]], dtype=torch.float64)
    assert abs(float(least_eigenvalue(matrix)) - 1) < 1e-12
    assert float(least_eigenvalue(matrix[:1, 1:])) == 1
    assert abs(float(symmetric_norm(matrix - 4 * torch.eye(2))) - 3) < 1e-12


def test_no_weights_within_the_radius_shift_the_gram_matrix_further() -> None:
    gen = generator(5)
    x = pairs(4, 0.3)
    weights = initial((1,), 40, 4, gen)[0][0]
    radius = 0.4
    bound = largest_shift(weights, x, radius)
    before, tightest = gram_at(weights, x), 0.0
    for _ in range(300):
        step = torch.randn(weights.shape, generator=gen, dtype=torch.float64)
        moved = weights + radius * step / step.norm(dim=-1, keepdim=True)
        shift = (gram_at(moved, x) - before).abs()
        assert bool((shift <= bound + 1e-12).all())
        tightest = max(tightest, float(shift.max()))
    assert tightest > 0
    assert bool((uncertain(weights, x, 1e-9) == 0).all())


@pytest.mark.parametrize("least", [0.02, 0.3, 0.5])
def test_pairs_have_their_eigenvalue(least: float) -> None:
    for count in (2, 5):
        x = pairs(count, least)
        assert torch.allclose(x.norm(dim=-1), torch.ones(count).double())
        assert abs(float(least_eigenvalue(gram_limit(x))) - least) < 1e-12


def test_pair_eigenvalue_and_refusal() -> None:
    assert abs(pair_eigenvalue(math.pi / 2) - 0.5) < 1e-15
    with pytest.raises(ValueError, match="1/2"):
        pairs(2, 0.6)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_half_circle_by_arcs_and_by_weights(count: int) -> None:
    x = half_circle(count)
    draws, width = 4000, 6
    fast = half_circle_grams(count, width, draws, generator(1))
    slow = gram_at(torch.randn(draws, width, 2, generator=generator(2), dtype=torch.float64), x)
    assert torch.allclose(fast.mean(0), gram_limit(x), atol=0.02)
    assert torch.allclose(fast.std(0), slow.std(0), atol=0.02)
    eigenvalues = [torch.linalg.eigvalsh(g)[:, 0].mean() for g in (fast, slow)]
    assert abs(float(eigenvalues[0] - eigenvalues[1])) < 0.02


def test_step_terms_add_up_to_the_step() -> None:
    x = pairs(4, 0.2)
    start, a = initial((), 30, 4, generator(7))
    y = torch.tensor([1.0, -1.0, 1.0, 1.0]).double()
    weights = start + 0.01
    step_size, radius = torch.tensor(0.3).double(), torch.tensor(0.2).double()
    terms = step_terms(weights, start, a, x, y, step_size, radius)
    after = weights - step_size * gradient(weights, a, x, y)
    change = predictions(after, a, x) - predictions(weights, a, x)
    assert torch.allclose(terms.stable + terms.changing, change)
    assert 0 < int(terms.count.sum()) < 120
    assert torch.allclose(terms.gram, gram_at(weights, x))
    everything = step_terms(weights, start, a, x, y, step_size, torch.tensor(1e9).double())
    assert torch.allclose(everything.off_gram, terms.gram)
    assert float(everything.stable.abs().max()) == 0
    farthest = max(float((w - start).norm(dim=-1).max()) for w in (weights, after))
    assert abs(float(terms.moved) - farthest) < 1e-12


def test_width_experiment_repeats_itself_and_learns() -> None:
    first, again = (train(40, 20, 20, 0.5, 60, seed=1) for _ in range(2))
    assert first == again
    untrained = train(40, 20, 20, 0.5, 0, seed=1)
    assert untrained.changed == 0
    assert untrained.farthest == 0
    assert first.loss < 0.01 * untrained.loss
    assert 0 < first.changed < 0.5
    assert first.farthest > 0


def test_counts_of_float32_values_are_exact() -> None:
    before = torch.randn(5, 2, 3001, generator=torch.Generator().manual_seed(4))
    x = torch.tensor([[1.0, 0.0], [0.6, 0.8]], dtype=torch.float64)
    for mine, exact in zip(
        gram_and_shift(before, x, 0.25), gram_and_shift(before.double(), x, 0.25), strict=True
    ):
        assert mine.dtype == torch.float64
        torch.testing.assert_close(mine, exact, rtol=1e-14, atol=0)
