"""Two-layer ReLU networks `f(W, a, x) = 1/sqrt(m) sum_r a_r relu(w_r.x)` with `a` fixed.

Everything is batched: `weights (..., m, d)` and `a (..., m)` with any batch in front, inputs
`x (n, d)` or `(..., n, d)`, labels `y (n,)` or `(..., n)`. All float64.
Source: du2019, section 2.1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import torch
from torch import Tensor

Record = Callable[[Tensor, Tensor], Tensor]
"""What is kept of a run: `(weights (..., m, d), residual y - u (..., n)) -> (...)`."""


def initial(
    batch: tuple[int, ...], width: int, dimension: int, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """`w_r ~ N(0, I)`, `(*batch, width, dimension)`, and `a_r = +-1`, `(*batch, width)`.

    Source: du2019, Theorem 2.2.
    """
    shape = (*batch, width)
    weights = torch.randn(*shape, dimension, generator=generator, dtype=torch.float64)
    signs = torch.randint(2, shape, generator=generator).to(torch.float64)
    return weights, 2 * signs - 1


def predictions(weights: Tensor, a: Tensor, x: Tensor) -> Tensor:
    """`u_i = f(W, a, x_i)`, `(..., n)`. Source: du2019, section 2.1."""
    features = (weights @ x.mT).clamp_min(0.0)
    return (a.unsqueeze(-2) @ features).squeeze(-2) / math.sqrt(weights.shape[-2])


def loss(weights: Tensor, a: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """`sum_i (f(W, a, x_i) - y_i)^2 / 2`, `(...)`. Source: du2019, equation (2.1)."""
    return (predictions(weights, a, x) - y).square().sum(dim=-1) / 2


def gradient(weights: Tensor, a: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """`dL/dw_r = 1/sqrt(m) sum_i (u_i - y_i) a_r x_i 1{w_r.x_i >= 0}`, `(..., m, d)`.

    Source: du2019, equation (2.3); where some `w_r.x_i = 0` this is the paper's convention.
    """
    return -ascent(weights, a, x, y)[0]


def ascent(weights: Tensor, a: Tensor, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Minus the gradient (2.3), `(..., m, d)`, and the residual `y - u`, `(..., n)`."""
    before = weights @ x.mT
    active = before >= 0
    scale = 1 / math.sqrt(weights.shape[-2])
    before.mul_(active)
    residual = y - scale * (a.unsqueeze(-2) @ before).squeeze(-2)
    pull = active * residual.unsqueeze(-2)
    pull *= scale * a.unsqueeze(-1)
    return pull @ x, residual


def gram_at(weights: Tensor, x: Tensor) -> Tensor:
    """`H_ij = x_i.x_j / m #{r: w_r.x_i >= 0, w_r.x_j >= 0}`, `(..., n, n)`, `x (..., n, d)`.

    Source: du2019, equation (2.5); `numeric.kernels.two_layer.gram` for one set of inputs.
    """
    active = (weights @ x.mT >= 0).to(torch.float64)
    return active.mT @ active / weights.shape[-2] * (x @ x.mT)


def least_eigenvalue(matrix: Tensor) -> Tensor:
    """`lambda_min`, `(...)`, of symmetric matrices `(..., n, n)`."""
    return torch.linalg.eigvalsh(matrix)[..., 0]


def uncertain(weights: Tensor, x: Tensor, radius: Tensor | float) -> Tensor:
    """Whether some vector within `radius` of `w_r` has another pattern on the unit input `x_i`.

    `(..., m, n)` of booleans: the event `A_ir`, that is `|w_r.x_i| < radius` (almost surely).
    `radius` is a number or broadcasts against the result. Source: du2019, proof of Lemma 2.2.
    """
    return (weights @ x.mT).abs() < radius


def largest_shift(weights: Tensor, x: Tensor, radius: Tensor | float) -> Tensor:
    """`|x_i.x_j| / m #{r: A_ir or A_jr}`, `(..., n, n)`.

    No entry of the Gram matrix moves further while every `w_r` stays within `radius`.
    Source: du2019, proof of Lemma 2.2.
    """
    keeps = (~uncertain(weights, x, radius)).to(torch.float64)
    return (1 - keeps.mT @ keeps / weights.shape[-2]) * (x @ x.mT).abs()


def descend(
    weights: Tensor,
    a: Tensor,
    x: Tensor,
    y: Tensor,
    step_size: Tensor | float,
    steps: int,
    record: Mapping[str, Record],
) -> dict[str, Tensor]:
    """Gradient descent on the first layer; every record at each of `steps + 1` iterates.

    `step_size` is a number or broadcasts against `weights`. Records are `(..., steps + 1)`.
    Raises ValueError when an iterate is not finite. Source: du2019, equation (2.2).
    """
    kept: dict[str, list[Tensor]] = {name: [] for name in record}
    for step in range(steps + 1):
        slope, residual = ascent(weights, a, x, y)
        _keep(kept, record, weights, residual)
        if step < steps:
            weights = weights + step_size * slope
    return _stacked(kept)


def flow(
    weights: Tensor,
    a: Tensor,
    x: Tensor,
    y: Tensor,
    time_step: Tensor | float,
    steps: int,
    record: Mapping[str, Record],
) -> dict[str, Tensor]:
    """Gradient flow by the classical Runge-Kutta method, records as in `descend`.

    `time_step` as `step_size` there; the error per unit of time is `O(time_step^4)` while no
    pattern changes, and `O(time_step)` times the share of neurons that change theirs.
    Raises ValueError when an iterate is not finite. Source: du2019, section 2.2.
    """
    kept: dict[str, list[Tensor]] = {name: [] for name in record}
    for step in range(steps + 1):
        first, residual = ascent(weights, a, x, y)
        _keep(kept, record, weights, residual)
        if step == steps:
            break
        second, _ = ascent(weights + time_step / 2 * first, a, x, y)
        third, _ = ascent(weights + time_step / 2 * second, a, x, y)
        fourth, _ = ascent(weights + time_step * third, a, x, y)
        weights = weights + time_step / 6 * (first + 2 * second + 2 * third + fourth)
    return _stacked(kept)


def _keep(
    kept: dict[str, list[Tensor]], record: Mapping[str, Record], weights: Tensor, residual: Tensor
) -> None:
    if not bool(torch.isfinite(residual).all()):
        raise ValueError("the run is no longer finite")
    for name, function in record.items():
        kept[name].append(function(weights, residual))


def _stacked(kept: Mapping[str, list[Tensor]]) -> dict[str, Tensor]:
    return {name: torch.stack(values, dim=-1) for name, values in kept.items()}


def squared_residual(_: Tensor, residual: Tensor) -> Tensor:
    """`|y - u|^2`, a record of every run."""
    return residual.square().sum(dim=-1)


def farthest_from(start: Tensor) -> Record:
    """The record `max_r |w_r - w_r(0)|`."""
    return lambda weights, _: (weights - start).norm(dim=-1).amax(dim=-1)


def least_gram_eigenvalue(x: Tensor) -> Record:
    """The record `lambda_min(H)`."""
    return lambda weights, _: least_eigenvalue(gram_at(weights, x))
