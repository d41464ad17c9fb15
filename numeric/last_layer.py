"""The Gram matrix of the last layer at a random start, given the features below it.

Source: du2019, equation (3.12) and Lemma 3.22; the output weights are standard normal there.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from numeric.normals import normal
from numeric.tensor_program import product_mean


def sampled_gram(
    gram: Tensor,
    slope: Callable[[Tensor], Tensor],
    width: int,
    draws: int,
    generator: torch.Generator,
) -> Tensor:
    """`K_ij / m sum_r a_r^2 sigma'(u_ri) sigma'(u_rj)`, `u_r ~ N(0, K)`, `a_r ~ N(0, 1)`.

    `gram (n, n)` is the Gram matrix K of the features below; the result `(draws, n, n)`, without
    the factor c_sigma.
    """
    values, vectors = torch.linalg.eigh(gram)
    root = vectors * values.clamp_min(0).sqrt()
    n = len(gram)
    noise = normal(draws, width, n, generator=generator)
    output = normal(draws, width, 1, generator=generator)
    features = output * slope(noise @ root.T)
    return gram * (features.mT @ features) / width


def expected_gram(gram: Tensor, slope: Callable[[Tensor], Tensor]) -> Tensor:
    """`K_ij E sigma'(u_i) sigma'(u_j)`, `(n, n)`."""
    diagonal = gram.diagonal()
    a = diagonal[:, None].expand_as(gram)
    return gram * product_mean(slope, slope, a, a.T, gram)
