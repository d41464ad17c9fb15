"""Standard normal draws for means over many of them.

PyTorch draws float32 normals six times faster than float64 ones. A draw here is one of those,
turned into float64: its uniforms have 24 bits, so that it is at most 5.8 in size and its second
moment is off by less than one part in a million. That is far below what a mean over fewer than
10^10 draws shows, and too coarse for tails and for single draws.
"""

from __future__ import annotations

import torch
from torch import Tensor


def coarse_normals(*shape: int, generator: torch.Generator) -> Tensor:
    """Independent standard normals of the given shape, float64 (see the module's first lines)."""
    return torch.randn(*shape, generator=generator, dtype=torch.float32).double()
