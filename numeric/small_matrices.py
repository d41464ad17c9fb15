"""Symmetric 2 x 2 matrices given by eigenvalues and angle, and products of bounded matrices.

Source: du2018, Lemmas E.1 and E.3.
"""

from __future__ import annotations

import torch
from torch import Tensor


def rotated(first: Tensor, second: Tensor, angle: Tensor) -> Tensor:
    """`R diag(first, second) R'`, `R` the rotation by `angle`; `(n,)` each, result `(n, 2, 2)`."""
    c, s = torch.cos(angle), torch.sin(angle)
    mixed = c * s * (first - second)
    rows = [first * c * c + second * s * s, mixed, mixed, first * s * s + second * c * c]
    return torch.stack(rows, dim=-1).reshape(*angle.shape, 2, 2)


def spectral_norm(matrix: Tensor) -> Tensor:
    """The operator norm of symmetric `(..., 2, 2)`, without an iteration."""
    a, b, c = matrix[..., 0, 0], matrix[..., 0, 1], matrix[..., 1, 1]
    return ((a + c) / 2).abs() + torch.sqrt(((a - c) / 2).square() + b * b)


def product(stack: Tensor) -> Tensor:
    """`A_1 A_2 ... A_n` for `(..., n, d, d)`."""
    result = stack[..., 0, :, :]
    for i in range(1, stack.shape[-3]):
        result = result @ stack[..., i, :, :]
    return result


def product_gap(a: Tensor, b: Tensor) -> Tensor:
    """`|prod A_i - prod B_i|_F` for `(..., n, d, d)`, summed without cancellation.

    The difference telescopes into products with one factor `A_i - B_i` each.
    """
    gap = (a - b)[..., 0, :, :]
    left = a[..., 0, :, :]
    for i in range(1, a.shape[-3]):
        gap = left @ (a - b)[..., i, :, :] + gap @ b[..., i, :, :]
        left = left @ a[..., i, :, :]
    return torch.linalg.vector_norm(gap, dim=(-2, -1))
