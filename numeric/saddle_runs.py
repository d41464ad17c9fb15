"""Runs of gradient descent and perturbed gradient descent past the saddle points of chapter 7.

Batches of parameters and of starting points go in, recorded quantities come out: the trajectories
that du2019, sections 7.3 to 7.5 and 7.7 speak of. Parameters (`step_size`, `L`, `gamma`, `tau`) are
float64 tensors `(n,)`, one objective per entry; `s` starting points each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor

from numeric.dynamics import (
    Perturbation,
    gradient_descent,
    perturbed_gradient_descent,
)
from numeric.observers import NEVER, FirstTime, Perturbations, Samples
from numeric.tube import Scalar, third_derivative_bound
from numeric.tube_runs import least_curvature, octopus_slope

Recorded = Callable[..., Tensor]


def start_points(count: int, dimension: int, generator: torch.Generator) -> Tensor:
    """`(count, dimension)` points of the unit cube: its far corner, small and spread-out ones.

    The first has every coordinate 1, the second has the first 1 and the others 1/2, a third of the
    rest is uniform, a third is uniform on a logarithmic scale down to 1e-8, the rest is close to 1.
    """
    shape = (count, dimension)
    uniform = torch.rand(shape, generator=generator, dtype=torch.float64)
    small = 10 ** (-8 * torch.rand(shape, generator=generator, dtype=torch.float64))
    kind = torch.arange(count) % 3
    points = torch.where((kind == 0)[:, None], uniform, small)
    points = torch.where((kind == 2)[:, None], 1 - 1e-3 * uniform, points)
    points[0] = 1.0
    if count > 1:
        points[1], points[1, 0] = 0.5, 1.0
    return points


def spread(parameters: Mapping[str, Tensor], starts: int) -> dict[str, Tensor]:
    """Each parameter `(n,)` repeated for every starting point: `(n * starts,)`."""
    return {name: value.repeat_interleave(starts) for name, value in parameters.items()}


def record_descent(
    gradient: Callable[..., Tensor],
    starts: Tensor,
    step_size: Tensor,
    steps: int,
    parameters: Mapping[str, Tensor],
    record: Mapping[str, Recorded],
) -> dict[str, Tensor]:
    """Gradient descent from `(n, s, d)` starts; `record[name](x, **parameters)` at every iterate.

    Returns `{name: (n, s, steps + 1)}` and the iterates' indices `{"step": (n, 1, steps + 1)}`.
    Raises ValueError if an iterate leaves the objective's domain or is not finite.
    """
    count, each, dimension = starts.shape
    x0 = starts.reshape(count * each, dimension)
    given = spread(parameters, each)
    observers = {
        name: Samples(_with(function, given), count * each) for name, function in record.items()
    }
    run = gradient_descent(
        gradient,
        x0,
        step_size.repeat_interleave(each),
        steps,
        observers=list(observers.values()),
        parameters=given,
    )
    if bool((run.nonfinite >= 0).any()):
        worst = int(torch.argmax((run.nonfinite >= 0).to(torch.int64)))
        raise ValueError(f"the run from {x0[worst].tolist()} left at step {run.nonfinite[worst]}")
    path = {
        name: seen.table().T.reshape(count, each, steps + 1) for name, seen in observers.items()
    }
    index = torch.arange(steps + 1, dtype=torch.float64)
    return {**path, "step": index.expand(count, 1, steps + 1)}


def _with(function: Recorded, given: Mapping[str, Tensor]) -> Callable[[Tensor], Tensor]:
    """The function with its parameters put in; no run ends early here, so the rows agree."""
    return lambda x: function(x, **given)


def first_time(holds: Tensor) -> Tensor:
    """Index of the first True along the last axis; the axis's length where there is none."""
    never = ~holds.any(dim=-1)
    first = holds.to(torch.int8).argmax(dim=-1)
    return torch.where(never, holds.shape[-1], first)


def two_saddle_gradient(x: Tensor, L: Tensor, gamma: Tensor) -> Tensor:
    """Gradient of the three quadratic pieces of equation (7.3), `(n, 2)`; NaN outside them."""
    first, second = x[:, 0], x[:, 1]
    near, low = first < 1, second < 1
    one = torch.where(near, -2 * gamma * first, 2 * L * (first - 2))
    past = torch.where(low, -2 * gamma * second, 2 * L * (second - 2))
    two = torch.where(near, 2 * L * second, past)
    gradient = torch.stack([one, two], dim=-1)
    inside = (first >= 0) & (first <= 3) & (second >= 0) & (second <= torch.where(near, 1.0, 3.0))
    return torch.where(inside.unsqueeze(-1), gradient, torch.nan)


def two_saddle_slope(x: Tensor, L: Tensor, gamma: Tensor) -> Tensor:
    """`two_saddle_gradient` in NumPy, for runs of many steps; not to be differentiated."""
    first, second = x.numpy().T
    high, low = L.numpy(), gamma.numpy()
    near = first < 1
    one = np.where(near, -2 * low * first, 2 * high * (first - 2))
    past = np.where(second < 1, -2 * low * second, 2 * high * (second - 2))
    gradient = np.stack([one, np.where(near, 2 * high * second, past)], axis=-1)
    inside = (first >= 0) & (first <= 3) & (second >= 0) & (second <= np.where(near, 1.0, 3.0))
    if not inside.all():
        gradient[~inside] = np.nan
    return torch.from_numpy(gradient)


def two_saddle_times(
    x0: Tensor, step_size: Tensor, L: Tensor, gamma: Tensor, steps: int
) -> tuple[Tensor, Tensor]:
    """Escape times of the two saddle points of (7.3), float64 `(n,)`.

    The first iterate with `x_1 >= 1`, and the first from there on with `x_2 >= 1`. `x0`: `(n, 2)`
    in the unit square. Infinite where it did not happen within `steps`.
    """

    x, y = x0.numpy().T.copy()
    rate, high, low = (np.asarray(value) for value in (step_size, L, gamma))
    first, second = np.full((2, len(x)), np.inf)
    up, down = 1 + 2 * rate * low, 1 - 2 * rate * high
    middle = 4 * rate * high
    for step in range(steps + 1):
        beyond, above = x >= 1, y >= 1
        np.copyto(first, step, where=beyond & np.isinf(first))
        np.copyto(second, step, where=beyond & above & np.isinf(second))
        inside = (x >= 0) & (x <= 3) & (y >= 0) & (y <= np.where(beyond, 3.0, 1.0))
        if not inside.all():
            x[~inside] = np.nan
        if np.isfinite(second[inside]).all():
            break
        y = np.where(beyond, np.where(above, down * y + middle, up * y), down * y)
        x = np.where(beyond, down * x + middle, up * x)
    return torch.from_numpy(first), torch.from_numpy(second)


def perturbed_escape(
    x0: Tensor,
    step_size: Scalar,
    objective: tuple[Scalar, Scalar, float],
    perturbation: Perturbation,
    steps: int,
    generator: torch.Generator,
) -> tuple[Tensor, Perturbations]:
    """Perturbed gradient descent on the octopus: first iterates with `|x_k| >= 2 tau`.

    `x0`: `(n, d)`; `objective`: `(L, gamma, tau)`, the first two and `step_size` numbers or `(n,)`.
    Returns times `(n, d)`, infinite where it did
    not happen, and all perturbations. Raises ValueError if a run leaves the octopus.
    """
    L, gamma, tau = objective
    seen = FirstTime(lambda x: x.abs() >= 2 * tau, *x0.shape)
    noise = Perturbations(x0.shape[1])
    run = perturbed_gradient_descent(
        lambda x, L, gamma: octopus_slope(x, L, gamma, tau),
        x0,
        step_size,
        steps,
        perturbation=perturbation,
        generator=generator,
        observers=[seen],
        noise_observers=[noise],
        stop=lambda x, **_: (x.abs() >= 2 * tau).all(dim=-1),
        parameters={"L": L, "gamma": gamma},
    )
    if bool((run.nonfinite >= 0).any()):
        raise ValueError("a run left the octopus")
    return torch.where(seen.times == NEVER, torch.inf, seen.times.to(torch.float64)), noise


def is_second_order_stationary(
    x: Tensor,
    epsilon: Scalar,
    L: Scalar,
    gamma: Scalar,
    tau: Scalar,
    *,
    slope: Tensor | None = None,
) -> Tensor:
    """Whether points `(n, d)` of the octopus are epsilon-second-order stationary.

    du2019, Definition 7.5, with `third_derivative_bound` for rho: a boolean `(n,)`. The others are
    numbers or `(n,)`; `slope` is the gradient at the points, if it is known.
    """
    level, high, low, width = (
        torch.as_tensor(value, dtype=x.dtype).expand(x.shape[:1])
        for value in (epsilon, L, gamma, tau)
    )
    if slope is None:
        slope = octopus_slope(x, high, low, width)
    found = slope.norm(dim=-1) <= level
    if bool(found.any()):
        shape = (high[found], low[found], width[found])
        limit = -torch.sqrt(third_derivative_bound(*shape) * level[found])
        found[found.clone()] = least_curvature(x[found], *shape) >= limit
    return found
