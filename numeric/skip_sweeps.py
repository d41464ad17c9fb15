"""All layers of the network with skip connections at once, by sweeps until nothing changes.

The layers are coupled weakly near the initialisation: a sweep computes every layer from the states
that the last one left, and its error shrinks by the size of the coupling each time. It is exact
for one layer more than the one before, so a fixed point is the network's own forward or backward
pass. Shapes as in `numeric.skip_connections`.

Automatic gradients go through all sweeps, or through the last `through` of them: those before then
leave no graph, and the slopes are short of the coupling to the power `through`, which a search for
the worst weights does not mind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor

SWEEPS = 24
# Relative to the largest state; a change this small is the sums' own rounding.
UNCHANGED = 4e-16

Sweep = Callable[[tuple[Tensor, Tensor]], tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]]


def states(
    weights: Mapping[str, Tensor],
    x: Tensor,
    sigma: Callable[[Tensor], Tensor],
    through: int | None = None,
) -> tuple[Tensor, Tensor, Tensor, Tensor] | None:
    """`z (..., L, n, d)`, `y (..., L, n)`, `u` and `g` `(..., L-1, n, m)`; None if unsettled."""
    a, r = weights["a"].unsqueeze(-2), weights["r"].unsqueeze(-2)
    b, c = weights["b"].mT, weights["c"].mT
    lead = np.broadcast_shapes(a.shape[:-3], x.shape[:-2])
    start = x.unsqueeze(-3)
    first = start.expand(*lead, 1, *x.shape[-2:])
    z = first.expand(*lead, a.shape[-3] + 1, *x.shape[-2:])
    no_sum = torch.zeros_like(z[..., :1, :, 0])

    def sweep(
        old: tuple[Tensor, Tensor],
    ) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
        z, y = old
        u = z[..., :-1, :, :] @ b + y[..., :-1, :].unsqueeze(-1) * r
        g = sigma(u)
        added = (g * a).sum(-1).cumsum(-2)
        z_next = torch.cat([first, start + g @ c], dim=-3)
        return (z_next, torch.cat([no_sum, added], dim=-2)), (u, g)

    found = _swept(sweep, (z, torch.zeros_like(z[..., 0])), through)
    return None if found is None else (*found[0], *found[1])


def gradients(
    weights: Mapping[str, Tensor], slopes: Tensor, through: int | None = None
) -> tuple[Tensor, Tensor, Tensor, Tensor] | None:
    """`alpha (..., L, n)`, `beta (..., L, n, d)`, `gamma` and `delta` `(..., L-1, n, m)`.

    `slopes (..., L-1, n, m)` is the activation's derivative. None if unsettled.
    """
    a, r = weights["a"].unsqueeze(-2), weights["r"].unsqueeze(-2)
    b, c = weights["b"], weights["c"]
    one = torch.ones_like(slopes[..., :1, :, 0])
    alpha = one.expand(*one.shape[:-2], slopes.shape[-3] + 1, one.shape[-1])
    last = torch.zeros(*slopes.shape[:-3], 1, slopes.shape[-2], b.shape[-1], dtype=slopes.dtype)
    beta = last.expand(*last.shape[:-3], slopes.shape[-3] + 1, *last.shape[-2:])

    def sweep(
        old: tuple[Tensor, Tensor],
    ) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
        alpha, beta = old
        gamma = alpha[..., 1:, :].unsqueeze(-1) * a + beta[..., 1:, :, :] @ c
        delta = slopes * gamma
        below = (delta * r).sum(-1).flip(-2).cumsum(-2).flip(-2)
        beta_next = torch.cat([delta @ b, last], dim=-3)
        return (torch.cat([1 + below, one], dim=-2), beta_next), (gamma, delta)

    found = _swept(sweep, (alpha, beta), through)
    return None if found is None else (*found[0], *found[1])


def _swept(
    sweep: Sweep, start: tuple[Tensor, Tensor], through: int | None
) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]] | None:
    """The states that a sweep leaves as they are, and what it computed of them on the way."""
    old, apart = start, through is not None and torch.is_grad_enabled()
    with torch.set_grad_enabled(torch.is_grad_enabled() and not apart):
        for _ in range(SWEEPS):
            new, between = sweep(old)
            settled = all(_settled(after, before) for after, before in zip(new, old, strict=True))
            old = new
            if settled:
                break
        else:
            return None
    if apart:
        for _ in range(through or 0):
            old, between = sweep(old)
    return old, between


def _settled(new: Tensor, old: Tensor) -> bool:
    """Whether no entry changed by more than rounding; never for entries that are not finite."""
    here = new.detach()
    change, few = (here - old.detach()).abs().max(), UNCHANGED * here.shape[-2] ** 0.5
    return bool(change <= few) or bool(change <= few * here.abs().max())
