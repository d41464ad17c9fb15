"""Gradient descent, stochastic and perturbed, on a batch of runs; `numeric.flow` has the flow.

All take any batched gradient `(n, d) -> (n, d)`. What is kept of the trajectories is decided by
observers: each sees the iterate of every running run at every step and stores what it wants, so
memory does not grow with the number of steps unless an observer asks for it. A run ends when its
stopping rule holds, when an iterate or a gradient is no longer finite (its step is reported; the
other runs go on), or when the steps are used up. Runs that have ended are dropped from the batch.

Source of perturbed gradient descent: du2019, Algorithm 2.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

Scalar = float | Tensor
Gradient = Callable[..., Tensor]
Rule = Callable[..., Tensor]


class Observer(Protocol):
    """Sees each iterate before the step from it is taken, and the last one."""

    def see(self, step: int, x: Tensor, runs: Tensor) -> None:
        """`step`: the iterate's index; `x`: `(m, d)`; `runs`: `(m,)` indices of these runs."""


class NoiseObserver(Protocol):
    """Sees every perturbation that perturbed gradient descent adds."""

    def perturbed(self, step: int, before: Tensor, after: Tensor, runs: Tensor) -> None:
        """Iterates `(m, d)` of the perturbed runs `(m,)`, before and after the noise."""


@dataclass(frozen=True)
class Descent:
    """How a batch of runs ended.

    `x`: `(n, d)` last iterate of each run. `steps`: `(n,)` index of that iterate. `stopped`: `(n,)`
    whether the stopping rule held. `nonfinite`: `(n,)` index of the first iterate at which the
    iterate or its gradient was not finite, -1 where that never happened.
    """

    x: Tensor
    steps: Tensor
    stopped: Tensor
    nonfinite: Tensor


class _Batch:
    """The runs still going, and the ledger of those that ended."""

    def __init__(self, x0: Tensor, parameters: Mapping[str, Scalar], step_size: Scalar) -> None:
        if x0.ndim != 2:
            raise ValueError(f"initial points must have shape (runs, dimension), got {x0.shape}")
        count = x0.shape[0]
        self.x = x0.clone()
        self.runs = torch.arange(count, device=x0.device)
        self._given = dict(parameters)
        self._given_step = step_size
        for name, value in [*parameters.items(), ("step_size", step_size)]:
            if isinstance(value, Tensor) and value.ndim > 0 and value.shape != (count,):
                raise ValueError(f"{name} must be a number or have shape ({count},)")
        self.parameters = dict(parameters)
        self.step_size: Scalar = self._column(step_size)
        self.last = x0.clone()
        self.steps = torch.zeros(count, dtype=torch.int64, device=x0.device)
        self.stopped = torch.zeros(count, dtype=torch.bool, device=x0.device)
        self.nonfinite = torch.full((count,), -1, dtype=torch.int64, device=x0.device)

    def _column(self, value: Scalar) -> Scalar:
        if isinstance(value, Tensor) and value.ndim > 0:
            return value[self.runs].unsqueeze(-1)
        return value

    def close(self, step: int, ended: Tensor) -> bool:
        """Write down the runs that ended at this iterate and drop them; True when none is left."""
        if bool(ended.any()):
            runs = self.runs[ended]
            self.last[runs] = self.x[ended]
            self.steps[runs] = step
            keep = ~ended
            self.x, self.runs = self.x[keep], self.runs[keep]
            self.step_size = self._column(self._given_step)
            self.parameters = {
                name: value[self.runs] if isinstance(value, Tensor) and value.ndim > 0 else value
                for name, value in self._given.items()
            }
        return self.runs.numel() == 0

    def result(self) -> Descent:
        return Descent(
            x=self.last, steps=self.steps, stopped=self.stopped, nonfinite=self.nonfinite
        )


def _ends(
    batch: _Batch, step: int, gradient: Tensor, stop: Rule | None, final: bool
) -> Tensor | None:
    """Mask of the running runs that end at this iterate, with the reason written down.

    None where all go on.
    """
    ended: Tensor | None = None
    # A sum is finite only if all its terms are.
    if not (math.isfinite(float(batch.x.sum())) and math.isfinite(float(gradient.sum()))):
        broken = ~(torch.isfinite(batch.x).all(dim=-1) & torch.isfinite(gradient).all(dim=-1))
        batch.nonfinite[batch.runs[broken]] = step
        ended = broken
    if stop is not None:
        done = stop(batch.x, **batch.parameters)
        if ended is not None:
            done = done & ~ended
        if bool(done.any()):
            batch.stopped[batch.runs[done]] = True
            ended = done if ended is None else ended | done
    return torch.ones_like(batch.runs, dtype=torch.bool) if final else ended


def gradient_descent(
    gradient: Gradient,
    x0: Tensor,
    step_size: Scalar,
    steps: int,
    *,
    observers: Sequence[Observer] = (),
    stop: Rule | None = None,
    parameters: Mapping[str, Scalar] | None = None,
) -> Descent:
    """`x <- x - step_size * gradient(x)`, at most `steps` times, for every run of the batch.

    `x0`: `(n, d)`. `step_size`: a number or `(n,)`. `parameters`: keyword arguments of `gradient`
    and `stop`, each a number or `(n,)` and then cut to the runs still going. `stop`: `(m, d)` to a
    boolean `(m,)`, asked at every iterate, the first included. Raises ValueError on other shapes.
    """
    batch = _Batch(x0, parameters or {}, step_size)
    for step in range(steps + 1):
        for observer in observers:
            observer.see(step, batch.x, batch.runs)
        slope = gradient(batch.x, **batch.parameters)
        ended = _ends(batch, step, slope, stop, final=step == steps)
        if ended is not None:
            slope = slope[~ended]
            if batch.close(step, ended):
                break
        batch.x = batch.x - batch.step_size * slope
    return batch.result()


def stochastic_gradient_descent(
    gradient: Gradient,
    x0: Tensor,
    step_size: Scalar,
    steps: int,
    *,
    generator: torch.Generator,
    observers: Sequence[Observer] = (),
    stop: Rule | None = None,
    parameters: Mapping[str, Scalar] | None = None,
) -> Descent:
    """`x <- x - step_size * g` with `g = gradient(x, generator=generator, ...)` drawn anew.

    Arguments as in `gradient_descent`. The gradient draws its sample, batch or noise for all runs
    still going from `generator`, once per step, the last iterate included; equal arguments give
    equal trajectories, but a run's draws depend on which others are still going.
    """

    def drawn(x: Tensor, **values: Scalar) -> Tensor:
        return gradient(x, generator=generator, **values)

    return gradient_descent(
        drawn, x0, step_size, steps, observers=observers, stop=stop, parameters=parameters
    )


def uniform_in_ball(
    count: int, dimension: int, radius: Scalar, generator: torch.Generator
) -> Tensor:
    """`(count, dimension)` float64 points, independent and uniform in the ball around 0.

    `radius`: a number, or `(count, 1)` for one ball per point.
    """
    direction = torch.randn(count, dimension, generator=generator, dtype=torch.float64)
    share = torch.rand(count, 1, generator=generator, dtype=torch.float64)
    length = radius * share ** (1.0 / dimension)
    return length * direction / direction.norm(dim=-1, keepdim=True)


@dataclass(frozen=True)
class Perturbation:
    """When and how perturbed gradient descent adds noise (du2019, Algorithm 2).

    `radius` of the ball from which the noise is drawn; noise is added where the gradient's norm is
    at most `gradient_threshold` and more than `waiting_time` steps have passed since the last. The
    first two are numbers or `(n,)`, one per run.
    """

    radius: Scalar
    gradient_threshold: Scalar
    waiting_time: int

    def of(self, runs: Tensor) -> tuple[Scalar, Scalar]:
        """Radius `(m, 1)` and threshold `(m,)` of these runs, or the numbers that hold for all."""
        radius, threshold = self.radius, self.gradient_threshold
        if isinstance(radius, Tensor) and radius.ndim > 0:
            radius = radius[runs].unsqueeze(-1)
        if isinstance(threshold, Tensor) and threshold.ndim > 0:
            threshold = threshold[runs]
        return radius, threshold


def perturbed_gradient_descent(
    gradient: Gradient,
    x0: Tensor,
    step_size: Scalar,
    steps: int,
    *,
    perturbation: Perturbation,
    generator: torch.Generator,
    observers: Sequence[Observer] = (),
    noise_observers: Sequence[NoiseObserver] = (),
    stop: Rule | None = None,
    parameters: Mapping[str, Scalar] | None = None,
) -> Descent:
    """Algorithm 2 of du2019; arguments as in `gradient_descent`.

    The first iterate has index 1 in the paper and 0 here. Observers and the stopping rule see an
    iterate before noise is added to it. The draws are those of `generator`, in the order of the
    runs, so equal arguments give equal trajectories.
    """
    batch = _Batch(x0, parameters or {}, step_size)
    last_noise = torch.full((x0.shape[0],), -perturbation.waiting_time - 1, dtype=torch.int64)
    for step in range(steps + 1):
        for observer in observers:
            observer.see(step, batch.x, batch.runs)
        slope = gradient(batch.x, **batch.parameters)
        ended = _ends(batch, step, slope, stop, final=step == steps)
        if ended is not None:
            slope = slope[~ended]
            if batch.close(step, ended):
                break
        _, threshold = perturbation.of(batch.runs)
        rested = step - last_noise[batch.runs] > perturbation.waiting_time
        noisy = (slope.norm(dim=-1) <= threshold) & rested
        if bool(noisy.any()):
            before, runs = batch.x[noisy], batch.runs[noisy]
            radius, _ = perturbation.of(runs)
            after = before + uniform_in_ball(before.shape[0], before.shape[1], radius, generator)
            batch.x = batch.x.clone()
            batch.x[noisy] = after
            last_noise[runs] = step
            for watcher in noise_observers:
                watcher.perturbed(step, before, after, runs)
            slope = gradient(batch.x, **batch.parameters)
        batch.x = batch.x - batch.step_size * slope
    return batch.result()
