"""Deep ReLU networks with a fixed output layer of signs: outputs, matrix products and gradients.

`f(x) = v' relu(W_L' relu(... relu(W_1' x)))` with half of the entries of `v` equal to 1 and half
to -1. Layers are a sequence of `W_l (..., m_{l-1}, m_l)`, inputs `x (..., n, d)`; leading axes are
batches of draws, restarts or points, and broadcast. All tensors are float64.
Source: caogu2019, equation (3.1), Algorithm 1, Definition 4.4 and Appendix A.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from numeric.normals import gaussian_rows

Layers = Sequence[Tensor]


@dataclass(frozen=True)
class Forward:
    """`hidden`: `x_0..x_L`, each `(..., n, m_l)`; `active`: the diagonals of `Sigma_1..Sigma_L` as
    0 and 1; `output (..., n)`."""

    hidden: tuple[Tensor, ...]
    active: tuple[Tensor, ...]
    output: Tensor


def signs(width: int) -> Tensor:
    """The output layer: `width / 2` ones, then as many minus ones. Raises `ValueError` if odd."""
    if width < 2 or width % 2:
        raise ValueError(f"half of the output signs are 1, half -1: the width {width} is not even")
    half = torch.ones(width // 2, dtype=torch.float64)
    return torch.cat([half, -half])


def initial(
    shape: tuple[int, ...], widths: Sequence[int], generator: torch.Generator
) -> tuple[Tensor, ...]:
    """Gaussian layers of variance `2 / m_l`; `widths` are `(d, m_1, ..., m_L)`."""
    return tuple(
        torch.randn(*shape, rows, columns, generator=generator, dtype=torch.float64)
        * (2 / columns) ** 0.5
        for rows, columns in pairwise(widths)
    )


def drawn_states(
    shape: tuple[int, ...], widths: Sequence[int], x: Tensor, generator: torch.Generator
) -> list[Tensor]:
    """`x_1..x_L` at `initial(shape, widths)`, drawn without the layers; `x (*shape, n, d)`.

    Given the layer before, `W' x_i` are Gaussian with the inner products' covariance, independent
    over units.
    """
    states = [x]
    for columns in widths[1:]:
        before = gaussian_rows(states[-1] @ states[-1].mT, columns, generator)
        states.append((before * (2 / columns) ** 0.5).clamp_min(0))
    return states[1:]


def spectral_norm(matrix: Tensor) -> Tensor:
    """The largest singular value over the last two axes, by the Gram matrix's eigenvalues."""
    gram = matrix.mT @ matrix if matrix.shape[-1] <= matrix.shape[-2] else matrix @ matrix.mT
    return torch.linalg.eigvalsh(gram)[..., -1].clamp_min(0).sqrt()


def forward(layers: Layers, x: Tensor) -> Forward:
    """The hidden outputs, the patterns `1{w'x > 0}` and the network's output."""
    hidden, active = [x], []
    for layer in layers:
        before = hidden[-1] @ layer
        active.append((before > 0).to(torch.float64))
        hidden.append(before.clamp_min(0))
    return Forward(tuple(hidden), tuple(active), hidden[-1] @ signs(hidden[-1].shape[-1]))


def backward(layers: Layers, active: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """`v' [prod_{r>l} Sigma_r W_r'] Sigma_l` for `l = 1..L`, each `(..., n, m_l)`."""
    rows = [signs(active[-1].shape[-1]) * active[-1]]
    for layer, below in zip(reversed(layers[1:]), reversed(active[:-1]), strict=True):
        rows.append((rows[-1] @ layer.mT) * below)
    return tuple(reversed(rows))


def prefixes(layers: Layers, active: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """`v' prod_{r=l}^L Sigma_r W_r'` for `l = 1..L`, each `(..., n, m_{l-1})`."""
    backs = backward(layers, active)
    return tuple(row @ layer.mT for row, layer in zip(backs, layers, strict=True))


def product(layers: Layers, active: Sequence[Tensor], first: int, last: int) -> Tensor:
    """The matrix `prod_{r=first}^{last} Sigma_r W_r'`, `(..., n, m_last, m_{first-1})`.

    Layers count from 1; with `first > last` it is the identity. The output layer is not part of it.
    """
    if first > last:
        size = layers[last - 1].shape[-1] if last >= 1 else layers[0].shape[-2]
        shape = (*active[0].shape[:-1], size, size)
        return torch.eye(size, dtype=torch.float64).expand(shape)
    total = None
    for r in range(first, last + 1):
        factor = active[r - 1].unsqueeze(-1) * layers[r - 1].mT.unsqueeze(-3)
        total = factor if total is None else factor @ total
    assert total is not None
    return total


def output_gradients(layers: Layers, x: Tensor) -> tuple[Tensor, ...]:
    """`grad_{W_l} f(x_i) = x_{l-1,i} v'[...]Sigma_l`, each `(..., n, m_{l-1}, m_l)`."""
    run = forward(layers, x)
    backs = backward(layers, run.active)
    pairs = zip(run.hidden, backs, strict=False)
    return tuple(below.unsqueeze(-1) * back.unsqueeze(-2) for below, back in pairs)


def output_gradient_norms(layers: Layers, x: Tensor) -> Tensor:
    """`|grad_{W_l} f(x_i)|_F`, shape `(..., n, L)`: a rank-one matrix's norm is a product."""
    run = forward(layers, x)
    backs = backward(layers, run.active)
    norms = [h.norm(dim=-1) * b.norm(dim=-1) for h, b in zip(run.hidden, backs, strict=False)]
    return torch.stack(norms, dim=-1)


def loss(z: Tensor) -> Tensor:
    """Cross-entropy `log(1 + exp(-z))`."""
    return torch.nn.functional.softplus(-z)


def surrogate(z: Tensor) -> Tensor:
    """`-loss'(z) = 1 / (1 + exp(z))`."""
    return torch.sigmoid(-z)


def risk(layers: Layers, x: Tensor, y: Tensor) -> Tensor:
    """The empirical risk `L_S`, shape `(...)`; labels `y (..., n)`."""
    return loss(y * forward(layers, x).output).mean(-1)


def surrogate_error(layers: Layers, x: Tensor, y: Tensor) -> Tensor:
    """The empirical surrogate error `E_S`, shape `(...)`."""
    return surrogate(y * forward(layers, x).output).mean(-1)


def risk_gradients(layers: Layers, x: Tensor, y: Tensor) -> tuple[Tensor, ...]:
    """`grad_{W_l} L_S`, each of its layer's shape, by the matrix products."""
    return _gradients(layers, forward(layers, x), y)


def _gradients(layers: Layers, run: Forward, y: Tensor) -> tuple[Tensor, ...]:
    weight = -surrogate(y * run.output) * y / y.shape[-1]
    backs = backward(layers, run.active)
    return tuple(
        (below * weight.unsqueeze(-1)).mT @ back
        for below, back in zip(run.hidden, backs, strict=False)
    )


def frobenius(matrix: Tensor) -> Tensor:
    """The Frobenius norm over the last two axes, differentiable at 0."""
    return (matrix.square().sum(dim=(-2, -1)) + 1e-300).sqrt()


@dataclass(frozen=True)
class Descent:
    """Along gradient descent, one entry per iterate `0..steps` on the last axis.

    `risk`, `surrogate`: of the sample; `last_gradient`: `|grad_{W_L} L_S|_F`; `gradients`: the
    largest `|grad_{W_l} L_S|_F` over the layers; `distance`: the largest `|W_l - W_l(0)|_F`.
    """

    layers: tuple[Tensor, ...]
    risk: Tensor
    surrogate: Tensor
    last_gradient: Tensor
    gradients: Tensor
    distance: Tensor


def descend(layers: Layers, x: Tensor, y: Tensor, step_size: float, steps: int) -> Descent:
    """`W_l <- W_l - step_size grad_{W_l} L_S` for all layers at once (Algorithm 1).

    Raises `ValueError` when an iterate is no longer finite.
    """
    start, here = tuple(layers), tuple(layers)
    rows: list[list[Tensor]] = []
    for step in range(steps + 1):
        run = forward(here, x)
        slopes, margins = _gradients(here, run, y), y * run.output
        sizes = torch.stack([frobenius(s) for s in slopes], dim=-1)
        away = [frobenius(a - b) for a, b in zip(here, start, strict=True)]
        rows.append(
            [
                loss(margins).mean(-1),
                surrogate(margins).mean(-1),
                sizes[..., -1],
                sizes.amax(-1),
                torch.stack(away, dim=-1).amax(-1),
            ]
        )
        if step < steps:
            here = tuple(w - step_size * s for w, s in zip(here, slopes, strict=True))
    found = [torch.stack(column, dim=-1) for column in zip(*rows, strict=True)]
    if not all(bool(torch.isfinite(column).all()) for column in found):
        raise ValueError("an iterate of gradient descent is not finite")
    return Descent(here, *found)
