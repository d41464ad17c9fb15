"""Control variates: less noise in a mean, where something correlated has a known mean."""

from __future__ import annotations

import torch
from torch import Tensor


def with_control(values: Tensor, control: Tensor, mean: Tensor | float) -> Tensor:
    """Draws of the same mean as `values` with less spread.

    `values`, `control`: `(n, samples)`, drawn together; `mean`: the control's exact mean, a number
    or `(n, 1)`. What is subtracted is `b (control - mean)` with `b` the least-squares slope fitted
    on the other half of the draws, so that the result's expectation is exactly that of `values`.
    Raises `ValueError` for shapes that differ or fewer than four samples.
    """
    if values.shape != control.shape or values.ndim != 2:
        raise ValueError(f"values {tuple(values.shape)} and control {tuple(control.shape)} differ")
    if values.shape[1] < 4:
        raise ValueError("a slope fitted on half of the draws needs at least four of them")
    half = values.shape[1] // 2
    slopes = torch.cat(
        [
            _slope(values[:, half:], control[:, half:]).expand(-1, half),
            _slope(values[:, :half], control[:, :half]).expand(-1, values.shape[1] - half),
        ],
        dim=1,
    )
    return values - slopes * (control - mean)


def _slope(values: Tensor, control: Tensor) -> Tensor:
    """Least squares, `(n, 1)`; zero where the control does not vary."""
    centred = control - control.mean(dim=1, keepdim=True)
    variance = centred.square().sum(dim=1, keepdim=True)
    covariance = (centred * values).sum(dim=1, keepdim=True)
    return torch.where(variance > 0, covariance / variance.clamp_min(1e-300), 0.0)
