"""The conjugate kernel of caogu2019, Assumption 4.12, without the factor 2 of other papers."""

from __future__ import annotations

import torch
from torch import Tensor


def conjugate_kernel(x: Tensor, depth: int) -> Tensor:
    """`kappa^(depth)` of inputs `x (..., n, d)`, shape `(..., n, n)`; depth 0 is `x.x'`.

    The step is `E[relu(f) relu(f')] = (sqrt(ab - c^2) + c (pi - arccos(c / sqrt(ab)))) / (2 pi)`.
    """
    gram = x @ x.mT
    for _ in range(depth):
        sizes = gram.diagonal(dim1=-2, dim2=-1)
        scale = (sizes.unsqueeze(-1) * sizes.unsqueeze(-2)).sqrt()
        cosine = (gram / scale).clamp(-1.0, 1.0)
        angle = torch.acos(cosine)
        gram = scale * (angle.sin() + (torch.pi - angle) * cosine) / (2 * torch.pi)
    return gram
