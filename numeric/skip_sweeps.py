"""All layers of the network with skip connections at once, by sweeps until nothing changes.

The layers are coupled weakly near the initialisation: a sweep computes every layer from the states
that the last one left, and its error shrinks by the size of the coupling each time. It is exact
for one layer more than the one before, so a fixed point is the network's own forward or backward
pass. Shapes as in `numeric.skip_connections`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

SWEEPS = 24
# Relative to the largest state; a change this small is the sums' own rounding.
UNCHANGED = 4e-16


def states(
    weights: Mapping[str, Tensor], x: Tensor, sigma: Callable[[Tensor], Tensor]
) -> tuple[Tensor, Tensor, Tensor, Tensor] | None:
    """`z (..., L, n, d)`, `y (..., L, n)`, `u` and `g` `(..., L-1, n, m)`; None if unsettled."""
    a, r = weights["a"].unsqueeze(-2), weights["r"].unsqueeze(-2)
    b, c = weights["b"].mT, weights["c"].mT
    lead = torch.broadcast_shapes(a.shape[:-3], x.shape[:-2])
    first = x.unsqueeze(-3).expand(*lead, 1, *x.shape[-2:])
    layers = a.shape[-3]
    z = first.expand(*lead, layers + 1, *x.shape[-2:])
    y = torch.zeros_like(z[..., 0])
    for _ in range(SWEEPS):
        u = z[..., :-1, :, :] @ b + y[..., :-1, :].unsqueeze(-1) * r
        g = sigma(u)
        away, added = g @ c, (g * a).sum(-1).cumsum(-2)
        z_next = torch.cat([first, x.unsqueeze(-3) + away], dim=-3)
        y_next = torch.cat([torch.zeros_like(y[..., :1, :]), added], dim=-2)
        settled = _settled(z_next, z) and _settled(y_next, y)
        z, y = z_next, y_next
        if settled:
            return z, y, u, g
    return None


def gradients(
    weights: Mapping[str, Tensor], slopes: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor] | None:
    """`alpha (..., L, n)`, `beta (..., L, n, d)`, `gamma` and `delta` `(..., L-1, n, m)`.

    `slopes (..., L-1, n, m)` is the activation's derivative. None if unsettled.
    """
    a, r = weights["a"].unsqueeze(-2), weights["r"].unsqueeze(-2)
    b, c = weights["b"], weights["c"]
    alpha = torch.ones_like(slopes[..., :1, :, 0])
    alpha = alpha.expand(*alpha.shape[:-2], slopes.shape[-3] + 1, alpha.shape[-1])
    last = torch.zeros(*slopes.shape[:-3], 1, slopes.shape[-2], b.shape[-1], dtype=slopes.dtype)
    beta = last.expand(*last.shape[:-3], slopes.shape[-3] + 1, *last.shape[-2:])
    for _ in range(SWEEPS):
        gamma = alpha[..., 1:, :].unsqueeze(-1) * a + beta[..., 1:, :, :] @ c
        delta = slopes * gamma
        below = (delta * r).sum(-1).flip(-2).cumsum(-2).flip(-2)
        alpha_next = torch.cat([1 + below, torch.ones_like(below[..., :1, :])], dim=-2)
        beta_next = torch.cat([delta @ b, last], dim=-3)
        settled = _settled(alpha_next, alpha) and _settled(beta_next, beta)
        alpha, beta = alpha_next, beta_next
        if settled:
            return alpha, beta, gamma, delta
    return None


def _settled(new: Tensor, old: Tensor) -> bool:
    """Whether no entry changed by more than rounding; never for entries that are not finite."""
    change, size = (new - old).detach().abs().max(), new.detach().abs().max()
    return bool(change <= UNCHANGED * new.shape[-2] ** 0.5 * torch.maximum(size, torch.ones(())))
