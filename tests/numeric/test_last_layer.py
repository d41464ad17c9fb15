"""The last layer's Gram matrix: its mean, and agreement with explicit features."""

from __future__ import annotations

import torch

from numeric.kernels.deep import last_layer_gram
from numeric.kernels.layers import Activation
from numeric.last_layer import expected_gram, sampled_gram


def _slope(u: torch.Tensor) -> torch.Tensor:
    return torch.cosh(u).pow(-2)


def _gram() -> torch.Tensor:
    return torch.tensor([[1.0, 0.3, -0.2], [0.3, 0.8, 0.1], [-0.2, 0.1, 1.2]], dtype=torch.float64)


def test_the_mean_is_the_expectation() -> None:
    generator = torch.Generator().manual_seed(0)
    found = sampled_gram(_gram(), _slope, 3, 40000, generator)
    error = found.std(0) / 200
    assert float(((found.mean(0) - expected_gram(_gram(), _slope)) / error).abs().max()) < 5


def test_one_layer_network_has_this_gram_in_the_mean() -> None:
    x = torch.linalg.cholesky(_gram())
    generator = torch.Generator().manual_seed(1)
    weight = torch.randn(20000, 3, generator=generator, dtype=torch.float64)
    a = torch.ones(20000, dtype=torch.float64)
    tanh = Activation("tanh")
    found = last_layer_gram([weight], x, tanh, a)
    scale = found[0, 0] / expected_gram(_gram(), _slope)[0, 0]
    assert torch.allclose(found, scale * expected_gram(_gram(), _slope), atol=0.03 * float(scale))
