"""The constants of the concentration theorems for random networks, and their error factors.

Source: du2018, Theorem D.1; du2019, Theorem 3.4. `layers` and `limits` as in `tensor_program`;
`sizes[h - 1] = |rho^(h)(0)| + sup |rho^(h)'|`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from numeric.tensor_program import Layer, Limit


@dataclass(frozen=True)
class Constants:
    """`largest = max |W(K)_pq|` and `mean = max |b|`, both without the printed factor 100.

    `weight[h]` is the norm of `K -> W(K)`, `skip[h]` that of `D`, `size[h]` is `C_(h)`; `least` is
    the least eigenvalue of the blocks of `W(K)` over pairs of distinct inputs, infinite for one
    input.
    """

    largest: float
    mean: float
    weight: tuple[float, ...]
    skip: tuple[float, ...]
    size: tuple[float, ...]
    least: float


def pair_blocks(gram: Tensor) -> Tensor:
    """The `(n, n, 2p, 2p)` blocks of pairs, for `gram (n, n, p, p)`."""
    n, p = gram.shape[0], gram.shape[2]
    own = gram[range(n), range(n)]
    top = torch.cat([own[:, None].expand(n, n, p, p), gram], dim=-1)
    low = torch.cat([gram.mT, own[None].expand(n, n, p, p)], dim=-1)
    return torch.cat([top, low], dim=-2)


def least_block(gram: Tensor) -> float:
    """The least eigenvalue over pairs of distinct inputs; infinite for one input."""
    values = torch.linalg.eigvalsh(pair_blocks(gram))[..., 0]
    n = len(values)
    return float((values + torch.diag(torch.full((n,), torch.inf).double())).amin())


def constants(
    layers: Sequence[Layer], limits: Sequence[Limit], sizes: Sequence[float]
) -> Constants:
    """The constants of the theorems; `limits[h]` for `h = 0..H`."""
    images = [
        layer.covariance(below.gram) for layer, below in zip(layers, limits[:-1], strict=True)
    ]
    return Constants(
        largest=max(float(image.abs().max()) for image in images),
        mean=max(float(after.mean.abs().max()) for after in limits[1:]),
        weight=tuple(layer.covariance_norm() for layer in layers),
        skip=tuple(float(layer.skip.abs().sum(-1).max()) for layer in layers),
        size=tuple(sizes),
        least=min(least_block(image) for image in images),
    )


def first_layer(k: Constants) -> tuple[float, float]:
    """`sqrt(16 (1 + 2 C^2 / sqrt pi) M^2)` and `sqrt(2 C^2 M)`, `M = 100 largest`, `C = C_(1)`."""
    bound, size = 100 * k.largest, k.size[0]
    gram = math.sqrt(16 * (1 + 2 * size**2 / math.sqrt(math.pi))) * bound
    return gram, math.sqrt(2 * size**2 * bound)


def error_factors(k: Constants) -> tuple[float, float]:
    """`(E_K, E_b)` of du2018's Theorem D.1."""
    bound, mean, weight = 100 * k.largest, 100 * k.mean, max(k.weight)
    total = 1.0
    for skip, size in zip(k.skip[1:], k.size[1:], strict=True):
        ratio = (bound / k.least) ** 1.5
        carried = 2 * skip * size * (1 + mean * bound / k.least**1.5)
        gram = skip**2 + weight * (carried + size**2 * math.sqrt(bound / k.least))
        total *= max(gram, skip + size * ratio)
    gram, average = first_layer(k)
    total *= max(weight * gram, math.sqrt(bound) * average)
    return total / weight, total / math.sqrt(bound)


def one_error_factor(k: Constants) -> float:
    """The bound on E of du2019's Theorem 3.4 with C = 1 and without the terms Lambda_(h) W."""
    bound, mean, weight = 1 + 100 * k.largest, 1 + 100 * k.mean, 1 + max(k.weight)
    size = k.size[0]
    total = max(weight * math.sqrt(1 + size**2) * bound, size * math.sqrt(bound))
    for skip, size, own in zip(k.skip[1:-1], k.size[1:-1], k.weight[1:-1], strict=True):
        carried = 1 + max(skip, skip**2)
        inner = mean * weight + math.sqrt((1 + own) * bound)
        total *= carried + size * carried * inner
    return total


def deviations(states: Sequence[Limit], limits: Sequence[Limit]) -> tuple[Tensor, Tensor]:
    """The largest entries of `K_hat - K` and of `b_hat - b` over all layers, `(draws,)` each."""
    gram = [
        (found.gram - true.gram).abs().flatten(start_dim=-4).amax(-1)
        for found, true in zip(states, limits, strict=True)
    ]
    mean = [
        (found.mean - true.mean).abs().flatten(start_dim=-2).amax(-1)
        for found, true in zip(states, limits, strict=True)
    ]
    return torch.stack(gram).amax(0), torch.stack(mean).amax(0)
