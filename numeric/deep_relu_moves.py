"""How a deep ReLU network changes between two sets of weights near the initialisation.

`old` and `new` are layers as in `numeric.deep_relu` (the paper's tilde and hat); `n` inputs.
Source: caogu2019, Lemma B.1 and the proof of Lemma 5.2.
"""

from __future__ import annotations

import torch
from torch import Tensor

from numeric.deep_relu import Layers, backward, forward, output_gradients, signs


def output_change_parts(old: Layers, new: Layers, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """`I_1, I_2, I_3` of `f_new(x_i) - f_old(x_i)`, each `(..., n)`.

    `I_1`: changed patterns on the new preactivations; `I_2`: changed weights on changed hidden
    outputs; `I_3`: changed weights on the old hidden outputs, that is the linear part.
    """
    before, after = forward(old, x), forward(new, x)
    backs = backward(old, before.active)
    parts = [torch.zeros_like(after.output) for _ in range(3)]
    for level, (w_old, w_new) in enumerate(zip(old, new, strict=True)):
        # The rows above layer l without its own pattern Sigma_l.
        if level + 1 < len(old):
            above = backs[level + 1] @ old[level + 1].mT
        else:
            above = signs(w_old.shape[-1]).expand(before.active[level].shape)
        flipped = after.active[level] - before.active[level]
        change = w_new - w_old
        moved = after.hidden[level] - before.hidden[level]
        parts[0] = parts[0] + (above * flipped * (after.hidden[level] @ w_new)).sum(-1)
        parts[1] = parts[1] + (backs[level] * (moved @ change)).sum(-1)
        parts[2] = parts[2] + (backs[level] * (before.hidden[level] @ change)).sum(-1)
    return parts[0], parts[1], parts[2]


def linearised(old: Layers, new: Layers, x: Tensor) -> Tensor:
    """`f_old(x_i) + sum_l Tr[(W_new - W_old)' grad f_old(x_i)]`, shape `(..., n)`."""
    slopes = output_gradients(old, x)
    linear = forward(old, x).output
    for w_old, w_new, slope in zip(old, new, slopes, strict=True):
        linear = linear + ((w_new - w_old).unsqueeze(-3) * slope).sum(dim=(-2, -1))
    return linear


def linearisation_error(old: Layers, new: Layers, x: Tensor) -> Tensor:
    """`f_new - f_old` minus its linear part, `I_1 + I_2`, without the cost of a gradient matrix."""
    first, second, _ = output_change_parts(old, new, x)
    return first + second


def spectral_moves(old: Layers, new: Layers) -> Tensor:
    """`sum_l |W_new - W_old|_2`, shape `(...)`."""
    norms = [
        torch.linalg.matrix_norm(b - a, ord=2, dim=(-2, -1)) for a, b in zip(old, new, strict=True)
    ]
    return torch.stack(norms, dim=-1).sum(-1)


def cheapest_flips(preactivation: Tensor, input_norm: Tensor, radius: Tensor | float) -> Tensor:
    """Exactly how many units of one layer a Frobenius perturbation of `radius` can flip.

    A unit with preactivation `p` needs a change of its own weights of norm `|p| / input_norm`, so
    the cheapest ones go first. `preactivation (..., m)`, `input_norm` and `radius` `(...)`; a count
    `(...)` as float64.
    """
    cost = (preactivation / input_norm.unsqueeze(-1)).square().sort(dim=-1).values.cumsum(-1)
    budget = torch.as_tensor(radius, dtype=torch.float64).square()
    return (cost <= budget.unsqueeze(-1)).to(torch.float64).sum(-1)


def largest_on_sparse(row: Tensor, count: int) -> Tensor:
    """The supremum of `row.a` over unit `a` with at most `count` nonzero entries, `(...)`."""
    kept = min(count, row.shape[-1])
    return row.abs().topk(kept, dim=-1).values.norm(dim=-1)
