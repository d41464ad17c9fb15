"""The general recursion against networks written out elsewhere, and its limit against sampling."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn.functional import conv1d

from numeric.kernels.activations import value
from numeric.kernels.deep import c_sigma, features, fully_connected_limit, resnet_limit
from numeric.kernels.layers import Activation
from numeric.tensor_program import (
    Layer,
    channels,
    convolution,
    dense,
    draw,
    empirical,
    forward,
    limit,
    mean,
    product_mean,
)

SOFTPLUS = Activation("softplus")
ROOT = c_sigma(SOFTPLUS) ** 0.5


def _generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _inputs(n: int, d: int, p: int) -> torch.Tensor:
    x = torch.randn(n, d, p, generator=_generator(), dtype=torch.float64)
    return x / x.flatten(1).norm(dim=1)[:, None, None]


def _first(u: torch.Tensor) -> torch.Tensor:
    return ROOT * value(SOFTPLUS, u)


def _branch(u: torch.Tensor) -> torch.Tensor:
    return 0.2 * value(SOFTPLUS, u)


def test_forward_without_skip_is_the_fully_connected_network() -> None:
    x = _inputs(3, 4, 1)
    weights = draw([dense(_first)] * 3, 4, 6, _generator(1))
    states = forward([dense(_first)] * 3, weights, x)
    plain = features([w[..., 0] for w in weights], x[..., 0], SOFTPLUS)
    assert torch.allclose(states[0], x)
    for state, expected in zip(states[1:], plain[1:], strict=True):
        assert torch.allclose(state[..., 0] / math.sqrt(6), expected, rtol=1e-12)


def test_forward_of_a_convolution_is_the_librarys() -> None:
    x = _inputs(2, 3, 5)
    layers = [convolution(_first, 5), convolution(_branch, 5, skip=1.0)]
    weights = draw(layers, 3, 4, _generator(2))
    first = _first(conv1d(x, weights[0], padding=1))
    second = first + _branch(conv1d(first, weights[1], padding=1) / 2)
    assert torch.allclose(forward(layers, weights, x)[2], second, rtol=1e-12)


def test_limit_is_that_of_the_deep_networks() -> None:
    x = _inputs(4, 3, 1)
    dense_grams = fully_connected_limit(x[..., 0], SOFTPLUS, 4)
    residual_grams = resnet_limit(x[..., 0], SOFTPLUS, 4, 0.8, "limit")
    skip = [dense(_first)] + [dense(_branch, 1.0)] * 2
    for h in range(4):
        assert torch.allclose(limit([dense(_first)] * 3, x)[h].gram[..., 0, 0], dense_grams[h])
        assert torch.allclose(limit(skip, x)[h].gram[..., 0, 0], residual_grams[h])


def test_channels_have_the_law_of_forward() -> None:
    x = _inputs(2, 2, 3)
    layers = [convolution(_first, 3), convolution(_branch, 3, skip=1.0)]
    drawn = channels(layers, x, 5, 20000, _generator(3))[-1].gram
    explicit = torch.stack(
        [
            empirical(forward(layers, draw(layers, 2, 5, _generator(seed)), x)[-1]).gram
            for seed in range(4000)
        ]
    )
    error = (drawn.var(0) / len(drawn) + explicit.var(0) / len(explicit)).sqrt()
    assert float(((drawn.mean(0) - explicit.mean(0)) / error).abs().max()) < 5
    spread = drawn.std(0) / explicit.std(0)
    assert float((spread - 1).abs().max()) < 0.15


def test_wide_networks_approach_the_limit() -> None:
    x = _inputs(2, 3, 4)
    layers = [convolution(_first, 4), convolution(_branch, 4, skip=1.0)]
    target = limit(layers, x)[-1]
    gaps = [
        float((channels(layers, x, m, 50, _generator(4))[-1].gram - target.gram).abs().mean())
        for m in (64, 1024)
    ]
    assert gaps[0] / gaps[1] == pytest.approx(4, rel=0.3)


def test_moments_match_closed_forms() -> None:
    a, b, c = (torch.tensor([v], dtype=torch.float64) for v in (1.3, 0.4, -0.6))
    cosine = torch.exp(-(a + b) / 2) * torch.cosh(c)
    assert torch.allclose(product_mean(torch.cos, torch.cos, a, b, c), cosine, rtol=1e-12)
    assert torch.allclose(mean(torch.cos, a), torch.exp(-a / 2), rtol=1e-12)
    assert torch.allclose(product_mean(lambda u: u, lambda u: u**3, a, b, c), 3 * b * c)


def test_covariance_and_its_norm() -> None:
    layer = convolution(_first, 4)
    gram = torch.ones(4, 4, dtype=torch.float64)
    image = layer.covariance(gram)
    assert float(image.max()) == layer.covariance_norm() == 3
    # The end pixel sees two taps.
    assert float(image[0, 0]) == 2


def test_a_layer_is_a_value() -> None:
    one = torch.ones(1, 1, 1, dtype=torch.float64)
    with pytest.raises(AttributeError):
        Layer(one, one[0], _first).skip = one
