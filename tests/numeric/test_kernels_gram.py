"""Gram matrices of the papers' own networks: limits in closed form against wide random networks."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from numeric.kernels import Activation
from numeric.kernels.deep import (
    c_sigma,
    features,
    fully_connected_limit,
    last_layer_gram,
    resnet_limit,
)
from numeric.kernels.two_layer import gram, gram_limit


def unit_rows(n: int, d: int, seed: int = 0) -> Tensor:
    x = torch.randn(n, d, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return x / x.norm(dim=1, keepdim=True)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """These matrices are too small to share among threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def normal(generator: torch.Generator, *shape: int) -> Tensor:
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def test_two_layer_gram_counts_common_active_neurons() -> None:
    weights = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]], dtype=torch.float64)
    x = torch.tensor([[1.0, 0.5], [1.0, -2.0]], dtype=torch.float64)
    # Row 1 activates neurons 0, 1; row 2 neurons 0, 2. Inner products 1.25, 0, 5.
    x[1, 1] = -1.0
    expected = torch.tensor([[2 * 1.25, 0.5], [0.5, 2 * 2.0]], dtype=torch.float64) / 3
    # -x.1 = 0 for row 2: the neuron (-1, -1) sees 0, which counts as active.
    torch.testing.assert_close(gram(weights, x), expected)


def test_two_layer_gram_is_batched_over_seeds() -> None:
    weights = normal(torch.Generator().manual_seed(0), 3, 2, 50, 4)
    x = unit_rows(5, 4)
    batch = gram(weights, x)
    assert batch.shape == (3, 2, 5, 5)
    torch.testing.assert_close(batch[2, 1], gram(weights[2, 1], x))


def test_two_layer_limit_is_exact_on_the_diagonal_and_for_parallel_inputs() -> None:
    x = unit_rows(4, 3) * torch.tensor([[1.0], [2.0], [0.5], [3.0]], dtype=torch.float64)
    x = torch.cat([x, 4 * x[:1], -x[:1], x[1:2] * 0])
    limit = gram_limit(x)
    assert torch.equal(limit, limit.T)
    half = x.square().sum(1) / 2
    torch.testing.assert_close(limit.diagonal(), half, rtol=4e-16, atol=0)
    assert float(limit[0, 4]) == pytest.approx(4 * float(half[0]), rel=4e-16)
    assert limit[0, 5] == 0
    assert not limit[6].any()


def test_two_layer_limit_near_the_diagonal_keeps_its_digits() -> None:
    for angle in (1e-3, 1e-6, 1e-9):
        x = torch.tensor([[1, 0], [math.cos(angle), math.sin(angle)]], dtype=torch.float64)
        expected = math.cos(angle) * (math.pi - angle) / (2 * math.pi)
        assert float(gram_limit(x)[0, 1]) == pytest.approx(expected, rel=4e-16)


def test_random_two_layer_grams_average_to_the_limit() -> None:
    x = unit_rows(6, 4)
    x[5] = x[0]
    draws = gram(normal(torch.Generator().manual_seed(3), 400, 500, 4), x)
    error = draws.std(0) / 20
    assert ((draws.mean(0) - gram_limit(x)).abs() <= 4.5 * error + 1e-14).all()


def test_printed_normalisation_of_softplus() -> None:
    # quadrature at 20 digits: 1 / E log(1 + e^t)^2
    assert c_sigma(Activation("softplus")) == pytest.approx(1.0854865029883431, rel=1e-13)
    assert c_sigma(Activation("relu")) == pytest.approx(2.0, rel=1e-15)


def test_one_hidden_layer_of_relu_is_twice_the_two_layer_gram() -> None:
    # du2019, section 3.4: with H = 1 the Gram matrix is that of chapter 2, up to c_sigma = 2.
    x = unit_rows(5, 3)
    last = fully_connected_limit(x, Activation("relu"), 1)[-1]
    torch.testing.assert_close(last, 2 * gram_limit(x), rtol=1e-15, atol=1e-16)


def test_fully_connected_limit_keeps_unit_norms() -> None:
    grams = fully_connected_limit(unit_rows(4, 3), Activation("softplus"), 5)
    assert grams.shape == (6, 4, 4)
    for k in grams[:5]:
        torch.testing.assert_close(k.diagonal(), torch.ones(4, dtype=torch.float64))


def moments(
    x: Tensor, name: str, depth: int, c_res: float | None, draws: int = 40
) -> tuple[Tensor, Tensor]:
    """Draws of `K^(H-1)` and `G^(H)`, each `(draws, n, n)`."""
    generator = torch.Generator().manual_seed(5)
    act, width, d = Activation(name), 200, x.shape[1]
    grams, lasts = [], []
    for _ in range(draws):
        shapes = [(width, d)] + [(width, width)] * (depth - 1)
        weights = [normal(generator, *shape) for shape in shapes]
        signs = normal(generator, width).sign()
        before = features(weights, x, act, c_res)[-2]
        grams.append(before @ before.T)
        lasts.append(last_layer_gram(weights, x, act, signs, c_res))
    return torch.stack(grams), torch.stack(lasts)


def deviation(draws: Tensor, limit: Tensor) -> float:
    """Largest difference of the mean from the limit, in standard errors."""
    return float(((draws.mean(0) - limit).abs() * len(draws) ** 0.5 / draws.std(0)).max())


def distance(gram_matrices: Tensor) -> Tensor:
    """Squared distance of the second and third input."""
    pair = gram_matrices[..., 1:3, 1:3]
    return (pair[..., 0, 0] + pair[..., 1, 1] - 2 * pair[..., 0, 1])[..., None]


@pytest.mark.parametrize("name", ["softplus", "tanh", "relu"])
def test_random_deep_networks_tend_to_the_recursions(name: str) -> None:
    x, act = unit_rows(4, 5), Activation(name)
    x[3] = x[0] + 0.01 * x[1]
    limit = fully_connected_limit(x, act, 3)
    before, last = moments(x, name, 3, None)
    assert deviation(before, limit[2]) < 5
    assert deviation(last, limit[3]) < 5
    sizes = torch.tensor([[1.0], [2.0], [0.5], [1.0]], dtype=torch.float64)
    for scaled in (x, sizes * x):
        limit = resnet_limit(scaled, act, 4, 0.9, cross="limit")
        before, last = moments(scaled, name, 4, 0.9)
        assert deviation(before, limit[3]) < 5
        assert deviation(last, limit[4]) < 5


def test_printed_cross_terms_differ_from_the_wide_network_for_unequal_norms_only() -> None:
    x, act = unit_rows(4, 5), Activation("softplus")
    printed, limit = (resnet_limit(x, act, 4, 0.9, cross=c) for c in ("printed", "limit"))
    torch.testing.assert_close(printed, limit, rtol=1e-15, atol=1e-15)
    sizes = torch.tensor([[1.0], [2.5], [0.3], [1.0]], dtype=torch.float64)
    unequal, wide = sizes * x, 2.0
    printed, limit = (resnet_limit(unequal, act, 4, wide, cross=c) for c in ("printed", "limit"))
    before, _ = moments(unequal, "softplus", 4, wide, draws=120)
    # The distance of the largest and the smallest input fluctuates less than their products.
    spread = distance(before)
    assert deviation(spread, distance(limit[3])) < 4
    assert deviation(spread, distance(printed[3])) > 6


def test_printed_recursion_refuses_what_is_no_covariance() -> None:
    x = unit_rows(1, 3)
    with pytest.raises(ValueError, match="not a covariance"):
        resnet_limit(torch.cat([x, 3 * x]), Activation("relu"), 4, 0.9)


def test_last_layer_gram_is_that_of_the_gradients() -> None:
    generator = torch.Generator().manual_seed(2)
    x, act = unit_rows(3, 4), Activation("softplus")
    weights = [normal(generator, 6, 4)] + [normal(generator, 6, 6) for _ in range(2)]
    signs = normal(generator, 6).sign()
    for c_res in (None, 0.7):
        last = weights[-1].clone().requires_grad_()
        # f = a.x^(H): equations (2) and (3) have the scale 1/sqrt(m) inside x^(H)
        outputs = features([*weights[:-1], last], x, act, c_res)[-1] @ signs
        rows = [torch.autograd.grad(o, last, retain_graph=True)[0].flatten() for o in outputs]
        expected = torch.stack(rows) @ torch.stack(rows).T
        ours = last_layer_gram(weights, x, act, signs, c_res)
        torch.testing.assert_close(ours, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: fully_connected_limit(x, Activation("relu"), 0), "depth must be >= 1"),
        (lambda x: resnet_limit(x, Activation("relu"), 1, 0.5), "depth must be >= 2"),
        (lambda x: resnet_limit(x, Activation("relu"), 2, 0.5, cross="other"), "cross must be"),  # type: ignore[arg-type]
        (lambda x: gram(x, x[:, :2]), "expected weights"),
        (lambda x: gram_limit(x * math.nan), "not finite"),
    ],
)
def test_mistakes_are_named(call, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=message):
        call(unit_rows(2, 3))
