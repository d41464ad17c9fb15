"""Standard normal numbers, and independent Gaussian vectors of a given covariance.

Large draws come from NumPy's ziggurat, seeded by the generator: half the time per number of
torch's own normals in float64. Coarse ones are PyTorch's in float32, turned into float64, six times
faster: their uniforms have 24 bits, so that one is at most 5.8 in size and its second moment is off
by less than one part in a million. That is far below what a mean over fewer than 10^10 draws shows,
and too coarse for tails and for single draws.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

# Below so many numbers torch's own are as quick.
LARGE = 4096


def normal(*shape: int, generator: torch.Generator) -> Tensor:
    """Independent standard normal numbers, float64 of that shape, determined by the generator."""
    if math.prod(shape) < LARGE:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)
    seed = int(torch.randint(1 << 62, (), generator=generator))
    drawn = np.random.Generator(np.random.SFC64(seed)).standard_normal(shape)
    return torch.from_numpy(drawn)


def coarse_normals(*shape: int, generator: torch.Generator) -> Tensor:
    """Independent standard normals of that shape, float64, for means over many of them alone."""
    return torch.randn(*shape, generator=generator, dtype=torch.float32).double()


def gaussian_rows(gram: Tensor, width: int, generator: torch.Generator) -> Tensor:
    """`(..., N, width)`: independent columns `N(0, gram)`, `gram (..., N, N)`, singular or not."""
    root, failed = torch.linalg.cholesky_ex(gram)
    if bool(failed.any()):
        values, vectors = torch.linalg.eigh(gram)
        root = vectors * values.clamp_min(0).sqrt().unsqueeze(-2)
    return root @ normal(*gram.shape[:-1], width, generator=generator)
