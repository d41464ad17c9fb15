"""Rotated 2 x 2 matrices, their norms, and differences of products."""

from __future__ import annotations

import torch

from numeric.small_matrices import product, product_gap, rotated, spectral_norm


def _values(*numbers: float) -> torch.Tensor:
    return torch.tensor(numbers, dtype=torch.float64)


def test_rotated_has_the_eigenvalues() -> None:
    matrix = rotated(_values(2, 3), _values(0.5, -1), _values(0.3, 2))
    values = torch.linalg.eigvalsh(matrix)
    assert torch.allclose(values, torch.tensor([[0.5, 2.0], [-1.0, 3.0]], dtype=torch.float64))


def test_spectral_norm_is_the_librarys() -> None:
    matrix = rotated(_values(2, -3, 0), _values(0.5, 1, 0), _values(0.3, 2, 1))
    assert torch.allclose(spectral_norm(matrix), torch.linalg.matrix_norm(matrix, ord=2))


def test_product_gap_is_the_norm_of_the_difference() -> None:
    generator = torch.Generator().manual_seed(0)
    a, b = torch.randn(2, 5, 3, 4, 4, generator=generator, dtype=torch.float64)
    expected = torch.linalg.matrix_norm(product(a) - product(b))
    assert torch.allclose(product_gap(a, b), expected)
    assert torch.equal(product_gap(a, a), torch.zeros(5, dtype=torch.float64))


def test_product_is_in_order() -> None:
    a = torch.tensor([[[0.0, 1.0], [0.0, 0.0]], [[0.0, 0.0], [1.0, 0.0]]], dtype=torch.float64)
    assert torch.equal(product(a), torch.diag(_values(1, 0)))
