"""Learning curves of population gradient descent, and where they bend.

Source: du2019, Figures 5.1 and 5.2 (teachers and step sizes are not printed there).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from numeric.data import initial_weights, teacher_output
from numeric.population import (
    State,
    Teacher,
    loss,
    state_of_weights,
    teacher_of_weights,
)
from numeric.population_runs import long_run

FLOOR = 1e-13
"""Losses below this are rounding, not learning."""


@dataclass(frozen=True)
class Curves:
    """Each `(runs, steps + 1)`: angle, `|a - |w*| a*|`, `|1'a - |w*| 1'a*|`, loss."""

    angle: Tensor
    layer_error: Tensor
    sum_error: Tensor
    loss: Tensor


def random_curves(
    patches: int,
    dimension: int,
    ratio: float,
    eta: float,
    steps: int,
    *,
    runs: int,
    signs: tuple[int, int] = (1, 1),
    seed: int = 0,
) -> Curves:
    """Runs from Theorem 5.4's initialisation, `|w*| = |a*| = 1`, `(1'a*)^2 = ratio`.

    `signs` are those given to `v'w*` and `a'a*` at the start.
    """
    generator = torch.Generator().manual_seed(seed)
    a_star = teacher_output(patches, ratio)
    w_star = torch.zeros(dimension, dtype=torch.float64)
    w_star[0] = 1.0
    v, a = initial_weights(runs, dimension, a_star, 1.0, generator)
    v = signs[0] * v * v[:, :1].sign()
    a = signs[1] * a * (a @ a_star).sign().unsqueeze(-1)
    state = state_of_weights(v, a, w_star, a_star)
    teacher = teacher_of_weights(w_star, a_star)
    return curves_of(long_run(state, teacher, eta, steps), teacher)


def curves_of(path: State, teacher: Teacher) -> Curves:
    """The four quantities of Figure 5.2 along a recorded run."""
    w = teacher.norm_w
    squared = path.square_a - 2 * w * path.inner + w * w * teacher.square
    return Curves(
        angle=path.phi,
        layer_error=squared.clamp_min(0.0).sqrt(),
        sum_error=(path.sum_a - w * teacher.total).abs(),
        loss=loss(path, teacher),
    )


def decrease(curve: Tensor, start: int, end: int) -> Tensor:
    """Mean decrease of the logarithm per step from `start` to `end`, per run."""
    return (curve[..., start].log() - curve[..., end].log()) / (end - start)


def knee(curve: Tensor, *, skip: int = 10) -> Tensor:
    """The first step from `skip` on at which the curve falls at half its fastest later rate.

    The rate is the decrease of the logarithm per step; steps where the curve is below `FLOOR` do
    not count. One number per run, as float64.
    """
    logs = curve.clamp_min(FLOOR).log()
    rate = logs[..., skip:-1] - logs[..., skip + 1 :]
    fastest = rate.max(-1, keepdim=True).values
    first = (rate >= fastest / 2).double().argmax(-1)
    return (first + skip).double()
