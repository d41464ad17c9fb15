"""Squared Frobenius norms of the layers of a three-layer ReLU network along gradient descent.

The network is `f(x) = W_3 relu(W_2 relu(W_1 x))` under the loss `1/(2m) sum_i |f(x_i) - y_i|^2`.
Descent on `W_1` is followed in the preactivations `Z = X W_1'`, on which it acts through the Gram
matrix `X X'`: `Z <- Z - eta X X' D` with `D = dL/dZ`. The norm of `W_1` follows from
`|W_1 - eta D'X|^2 = |W_1|^2 - 2 eta <Z, D> + eta^2 <D, X X' D>`. This is the same descent at half
the cost. Source: du2019, section 4.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Experiment:
    """Layer sizes `(n_0, n_1, n_2, n_3)`, number of data points, and descent.

    `deviations`: standard deviations of the initial entries of the three layers. `gain`: singular
    value of the linear map that makes the targets. Inputs are standard normal.
    """

    sizes: tuple[int, int, int, int]
    points: int
    deviations: tuple[float, float, float]
    gain: float
    step_size: float
    iterations: int
    seed: int = 2019


def initial_norms(
    sizes: Sequence[int], deviations: Sequence[float], draws: int, generator: torch.Generator
) -> Tensor:
    """`|W_h|_F^2` of Gaussian layers, `(draws, H)`."""
    rows = []
    for fan_in, fan_out, deviation in zip(sizes, sizes[1:], deviations, strict=False):
        half = torch.full((draws,), fan_in * fan_out / 2, dtype=torch.float64)
        rows.append(2 * deviation**2 * torch._standard_gamma(half, generator))
    return torch.stack(rows, dim=-1)


def data(experiment: Experiment, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Inputs `(points, n_0)` and targets `(points, n_3)`: a map with equal singular values."""
    n_0, _, _, n_3 = experiment.sizes
    x = torch.randn(experiment.points, n_0, generator=generator, dtype=torch.float64)
    map_ = torch.linalg.qr(torch.randn(n_0, n_3, generator=generator, dtype=torch.float64)).Q
    return x, experiment.gain * x @ map_


def _inner(left: Tensor, right: Tensor) -> float:
    """The inner product of two matrices."""
    return float(torch.dot(left.view(-1), right.view(-1)))


def norms(experiment: Experiment) -> tuple[Tensor, Tensor]:
    """`|W_1|^2, |W_2|^2, |W_3|^2` at every iterate, `(iterations + 1, 3)`, and the loss there.

    Raises ValueError when the run is no longer finite.
    """
    generator = torch.Generator().manual_seed(experiment.seed)
    x, y = data(experiment, generator)
    w_1, w_2, w_3 = (
        s * torch.randn(rows, columns, generator=generator, dtype=torch.float64)
        for s, columns, rows in zip(
            experiment.deviations, experiment.sizes, experiment.sizes[1:], strict=False
        )
    )
    gram = x @ x.mT
    z, first = x @ w_1.mT, float(w_1.square().sum())
    eta, count = experiment.step_size, experiment.points
    kept, losses = [], []
    where_positive = torch.ops.aten.threshold_backward
    for _ in range(experiment.iterations + 1):
        one = z.clamp_min(0.0)
        before_two = one @ w_2.mT
        two = before_two.clamp_min(0.0)
        error = torch.addmm(y, two, w_3.mT, beta=-1 / count, alpha=1 / count)
        kept.append([first, _inner(w_2, w_2), _inner(w_3, w_3)])
        losses.append(_inner(error, error) * count / 2)
        back_two = where_positive(error @ w_3, before_two, 0)
        back_one = where_positive(back_two @ w_2, z, 0)
        pulled = gram @ back_one
        first += -2 * eta * _inner(z, back_one) + eta**2 * _inner(back_one, pulled)
        w_3.addmm_(error.mT, two, alpha=-eta)
        w_2.addmm_(back_two.mT, one, alpha=-eta)
        z.sub_(pulled, alpha=eta)
    result = torch.tensor(kept, dtype=torch.float64)
    if not bool(torch.isfinite(result).all()):
        raise ValueError("the run is no longer finite")
    return result, torch.tensor(losses, dtype=torch.float64)
