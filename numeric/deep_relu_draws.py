"""Deep ReLU networks at their initialisation, one input each, drawn without their matrices.

Given the forward pass, `W_l' x_{l-1}` is known and the rest of `W_l` is Gaussian and independent of
it; so the products from the output down to each layer can be drawn in order, at a cost of one
vector per layer in place of one matrix. The law is exact. Source: caogu2019, equation (3.1),
Definition 4.3 and Appendix A.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from numeric.deep_relu import signs


@dataclass(frozen=True)
class Passes:
    """`hidden`: `x_0..x_L`, each `(..., m_l)`; `rows`: `v' prod_{r=l}^L Sigma_r W_r'` for
    `l = 1..L`, each `(..., m_{l-1})`; `backs`: `v' [prod_{r>l} Sigma_r W_r'] Sigma_l`, each
    `(..., m_l)`."""

    hidden: tuple[Tensor, ...]
    rows: tuple[Tensor, ...]
    backs: tuple[Tensor, ...]

    @property
    def gradient_norms(self) -> Tensor:
        """`|grad_{W_l} f(x)|_F`, shape `(..., L)`: of a rank-one matrix, a product."""
        pairs = zip(self.hidden, self.backs, strict=False)
        return torch.stack([h.norm(dim=-1) * b.norm(dim=-1) for h, b in pairs], dim=-1)


def drawn_passes(widths: Sequence[int], x: Tensor, generator: torch.Generator) -> Passes:
    """Both passes at an initialisation of its own for each input.

    `widths` are `(d, m_1, ..., m_L)` with `m_L` even, `x (..., d)`; layers have variance `2 / m_l`.
    """
    hidden, before = [x], []
    for columns in widths[1:]:
        g = torch.randn(*x.shape[:-1], columns, generator=generator, dtype=torch.float64)
        length = hidden[-1].norm(dim=-1, keepdim=True)
        before.append(g * length * (2 / columns) ** 0.5)
        hidden.append(before[-1].clamp_min(0))
    back = signs(widths[-1]) * (before[-1] > 0)
    rows, backs = [], [back]
    for level in range(len(before) - 1, -1, -1):
        below, size = hidden[level], widths[level + 1]
        square = below.square().sum(-1, keepdim=True).clamp_min(1e-300)
        # What the forward pass has fixed of the layer, and the rest of it across the input.
        along = (back * before[level]).sum(-1, keepdim=True) / square
        g = torch.randn(below.shape, generator=generator, dtype=torch.float64)
        g = g - below * ((below * g).sum(-1, keepdim=True) / square)
        rows.append(along * below + g * back.norm(dim=-1, keepdim=True) * (2 / size) ** 0.5)
        if level:
            back = rows[-1] * (before[level - 1] > 0)
            backs.append(back)
    return Passes(tuple(hidden), tuple(reversed(rows)), tuple(reversed(backs)))
