"""Inputs that random ReLU features separate, and the margins and gradients that follow.

Source: caogu2019, Assumption 4.10, Lemmas B.2 and B.3 with their proofs, and inequality (4.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

# A duality gap of this share of the value is rounding.
SETTLED = 1e-12


@dataclass(frozen=True)
class Sample:
    """Inputs `(n, d)`, labels `(n,)`, and the margin of a function in the class F of ReLU features
    with coefficients `c (u)` of absolute value at most 1."""

    x: Tensor
    y: Tensor
    margin: float


def opposite_pairs(dimension: int) -> Sample:
    """`+-e_1, ..., +-e_d`, all labelled 1: `c = 1` gives `f(x) = |x| / sqrt(2 pi)`.

    No hyperplane through the origin separates them with a margin.
    """
    eye = torch.eye(dimension, dtype=torch.float64)
    return Sample(
        torch.cat([eye, -eye]),
        torch.ones(2 * dimension, dtype=torch.float64),
        (2 * torch.pi) ** -0.5,
    )


def crossed_pairs() -> Sample:
    """`+-e_1` labelled 1 and `+-e_2` labelled -1, with `c(u) = sign(|u_1| - |u_2|)`.

    Then `f(+-e_1) = -f(+-e_2) = (sqrt(2) - 1) / sqrt(2 pi)`, and no hyperplane separates them.
    """
    eye = torch.eye(2, dtype=torch.float64)
    y = torch.tensor([1.0, 1.0, -1.0, -1.0], dtype=torch.float64)
    x = torch.stack([eye[0], -eye[0], eye[1], -eye[1]])
    return Sample(x, y, (2**0.5 - 1) / (2 * torch.pi) ** 0.5)


def crossed_coefficients(u: Tensor) -> Tensor:
    """`c(u) = sign(|u_1| - |u_2|)` for `u (..., 2)`."""
    return torch.sign(u[..., 0].abs() - u[..., 1].abs())


def directions(first: Tensor, layers: Sequence[Tensor]) -> list[Tensor]:
    """`alpha_1 = first (..., m_1)` and `alpha_l = W_l' alpha_{l-1}` for the layers `2..L`."""
    found = [first]
    for layer in layers:
        found.append((found[-1].unsqueeze(-2) @ layer).squeeze(-2))
    return found


def least_weighted_gradient(gram: Tensor, steps: int = 400) -> Tensor:
    """`min a' G a` over `a >= 0` with mean 1, from above: Frank-Wolfe with exact line search.

    `gram (..., n, n)` is positive semidefinite; the value found is that of an admissible `a`, and
    the returned duality gap bounds how far it is above the minimum. Returns `(..., 2)`: value, gap.
    """
    count = gram.shape[-1]
    a = torch.ones(gram.shape[:-1], dtype=torch.float64)
    for step in range(steps):
        slope = (gram @ a.unsqueeze(-1)).squeeze(-1)
        if step % 10 == 9:
            value = (a * slope).sum(-1)
            if bool((value - count * slope.amin(-1) <= SETTLED * value).all()):
                break
        corner = torch.zeros_like(a).scatter_(-1, slope.argmin(-1, keepdim=True), float(count))
        # Away from the worst corner in use, or towards the best one, whichever descends more.
        used = slope.masked_fill(a <= 0, -torch.inf).argmax(-1, keepdim=True)
        worst = torch.zeros_like(a).scatter_(-1, used, float(count))
        towards, away = corner - a, a - worst
        share = a.gather(-1, used) / count
        longest = torch.where(share < 1, share / (1 - share).clamp_min(1e-300), 0.0)
        better = -(slope * towards).sum(-1, keepdim=True) >= -(slope * away).sum(-1, keepdim=True)
        move = torch.where(better, towards, away)
        limit = torch.where(better, torch.ones_like(longest), longest)
        bend = (move * (gram @ move.unsqueeze(-1)).squeeze(-1)).sum(-1, keepdim=True)
        length = -(slope * move).sum(-1, keepdim=True) / bend.clamp_min(1e-300)
        a = (a + length.clamp_min(0.0).minimum(limit) * move).clamp_min(0.0)
    slope = (gram @ a.unsqueeze(-1)).squeeze(-1)
    value = (a * slope).sum(-1)
    gap = 2 * (value - count * slope.amin(-1))
    return torch.stack([value, gap], dim=-1)


def label_gram(hidden: Tensor, active: Tensor, y: Tensor) -> Tensor:
    """`G` with `a' G a = sum_j |1/n sum_i a_i y_i sigma'_{ij} x_i|^2`, shape `(..., n, n)`.

    `hidden (..., n, m_{L-1})`, `active (..., n, m_L)`, `y (..., n)`.
    """
    count = hidden.shape[-2]
    signed = (hidden @ hidden.mT) * (active @ active.mT)
    return signed * y.unsqueeze(-1) * y.unsqueeze(-2) / count**2
