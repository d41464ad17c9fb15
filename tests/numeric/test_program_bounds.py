"""The constants of the concentration theorems at networks where they are known by hand."""

from __future__ import annotations

import math

import pytest
import torch

from numeric.program_bounds import (
    constants,
    deviations,
    error_factors,
    first_layer,
    least_block,
    pair_blocks,
)
from numeric.tensor_program import Limit, convolution, dense, empirical, limit


def _pair(cosine: float) -> torch.Tensor:
    sine = math.sqrt(1 - cosine**2)
    return torch.tensor([[[1.0], [0.0]], [[cosine], [sine]]], dtype=torch.float64)


def test_constants_of_a_linear_network() -> None:
    layers = [dense(lambda u: u), dense(lambda u: 2 * u, skip=1.0)]
    x = _pair(0.5)
    found = constants(layers, limit(layers, x), [1.0, 2.0])
    assert found.largest == pytest.approx(1)
    assert found.mean == pytest.approx(0, abs=1e-12)
    assert found.weight == (1, 1)
    assert found.skip == (0, 1)
    assert found.least == pytest.approx(0.5)


def test_error_factors_by_hand() -> None:
    layers = [dense(lambda u: u), dense(lambda u: 2 * u, skip=1.0)]
    found = constants(layers, limit(layers, _pair(0.5)), [1.0, 2.0])
    gram = math.sqrt(16 * (1 + 2 / math.sqrt(math.pi))) * 100
    mean = math.sqrt(200)
    assert first_layer(found) == (pytest.approx(gram), pytest.approx(mean))
    factor = max(1 + 2 * 2 + 4 * math.sqrt(200), 1 + 2 * 200**1.5)
    whole = factor * max(gram, 10 * mean)
    assert error_factors(found) == (pytest.approx(whole), pytest.approx(whole / 10))


def test_one_input_has_no_pair() -> None:
    assert least_block(torch.ones(1, 1, 1, 1, dtype=torch.float64)) == math.inf


def test_blocks_of_pairs() -> None:
    layers = [convolution(lambda u: u, 2)]
    x = torch.randn(2, 5, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    gram = limit(layers, x)[0].gram
    block = pair_blocks(gram)[0, 1]
    flat = x.transpose(1, 2).reshape(4, 5)
    assert torch.allclose(block, flat @ flat.T)


def test_deviations_are_the_largest_entries() -> None:
    x = _pair(0.0)
    true = limit([dense(lambda u: u)], x)[1:]
    moved = Limit(true[0].gram.expand(3, 2, 2, 1, 1).clone(), true[0].mean.expand(3, 2, 1).clone())
    moved.gram[1, 0, 1] += 0.5
    moved.mean[2, 1] -= 0.25
    gram, mean = deviations([moved], true)
    assert torch.allclose(gram, torch.tensor([0.0, 0.5, 0.0], dtype=torch.float64))
    assert torch.allclose(mean, torch.tensor([0.0, 0.0, 0.25], dtype=torch.float64))


def test_empirical_averages_over_channels() -> None:
    state = torch.arange(12, dtype=torch.float64).reshape(2, 3, 2)
    found = empirical(state)
    expected = state[0].T @ state[1] / 3
    assert torch.allclose(found.gram[0, 1], expected)
    assert torch.allclose(found.mean, state.mean(1))
