"""Training runs of the network with skip connections: flows and descents with what they record.

Weights and inputs as in `numeric.skip_connections`, with leading axes `(points, runs)`. "Layers"
below are the L - 1 that the output depends on. All tensors are float64.
Source: ema2019, sections 5-7.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from numeric import skip_connections as net
from numeric.data import unit_sphere
from numeric.random_features import ACTIVATIONS as WIDER
from numeric.skip_flow import Risk, Sizes, packed, runge_kutta


@dataclass(frozen=True)
class Start:
    """Weights at the initialisation, inputs `(..., n, d)`, labels `(..., n)`, activation, and the
    least eigenvalue of the kernel matrix K of the inputs."""

    weights: dict[str, Tensor]
    x: Tensor
    y: Tensor
    activation: str
    kernel_least: float

    @property
    def depth(self) -> int:
        return self.weights["a"].shape[-2] + 1


def labels(points: int, runs: int, count: int, generator: torch.Generator) -> Tensor:
    """Labels in [-1, 1], `(points, runs, n)`: all 1, alternating, then random."""
    y = 2 * torch.rand(points, runs, count, generator=generator, dtype=torch.float64) - 1
    y[:, 0] = 1.0
    if runs > 1:
        y[:, 1] = 1.0 - 2.0 * (torch.arange(count) % 2)
    return y


def orthogonal_start(
    points: int,
    runs: int,
    depth: int,
    count: int,
    generator: torch.Generator,
    *,
    width: int = 1,
    activation: str = "identity",
) -> Start:
    """`n` orthogonal inputs in n dimensions. For the identity `K = I / n^2`; for another
    activation K is computed for n = 1 only, where it is `sigma(1)^2` averaged over the signs.

    Raises `ValueError` for another activation and n > 1.
    """
    if activation == "identity":
        least = 1 / count**2
    elif count == 1:
        ends = torch.tensor([1.0, -1.0], dtype=torch.float64)
        least = float(WIDER[activation](ends).square().mean())
    else:
        raise ValueError(f"no closed kernel of {activation} at {count} orthogonal inputs")
    weights = net.initial((points, runs), depth, width, count, generator)
    x = torch.eye(count, dtype=torch.float64).expand(points, runs, count, count)
    return Start(weights, x, labels(points, runs, count, generator), activation, least)


def circle_start(
    points: int, runs: int, depth: int, count: int, generator: torch.Generator, width: int = 2
) -> Start:
    """ReLU and `n` inputs spread over the half circle in two dimensions.

    K is in closed form: `E relu(w.x) relu(w.x') = (sin t + (pi - t) cos t) / (4 pi)`, t the angle.
    """
    angles = torch.arange(count, dtype=torch.float64) * torch.pi / count
    x = torch.stack([torch.cos(angles), torch.sin(angles)], -1)
    gap = (angles[:, None] - angles[None, :]).abs()
    kernel = (torch.sin(gap) + (torch.pi - gap) * torch.cos(gap)) / (4 * torch.pi)
    least = float(torch.linalg.eigvalsh(kernel / count)[0])
    weights = net.initial((points, runs), depth, width, 2, generator)
    x = x.expand(points, runs, count, 2)
    return Start(weights, x, labels(points, runs, count, generator), "relu", least)


def distance(weights: Mapping[str, Tensor], start: Mapping[str, Tensor]) -> Tensor:
    """The largest norm of a layer's change in a, r, B or C, `(points, runs)`."""
    far = []
    for name, axes in (("a", (-1,)), ("r", (-1,)), ("b", (-2, -1)), ("c", (-2, -1))):
        gap = weights[name] - start[name]
        far.append(gap.square().sum(axes).sqrt().amax(-1))
    return torch.stack(far).amax(0)


def _named(rows: list[tuple[Tensor, Tensor]], sizes: Sizes, depth: int) -> dict[str, Tensor]:
    """`risk` and `far`, from both at every record, `(runs,)` each."""
    risk, far = (sizes.per_run(torch.stack(column, -1)) for column in zip(*rows, strict=True))
    return {"risk": risk, "far": depth * far}


def run_flow(start: Start, length: float, steps: int) -> dict[str, Tensor]:
    """Gradient flow up to time `length`; what is recorded has shape `(points, runs, steps + 1)`.

    Records `risk`, `time` and `far`, L times the distance from the start. Fourth-order Runge-Kutta.
    Source: ema2019, equation (2.4).
    """
    with torch.no_grad():
        sizes, first = packed(start.weights)
        problem, here, rows = Risk(sizes, start.x, start.y, start.activation), first, []
        for _ in range(steps):
            far = sizes.distance(here, first)
            risk, here = runge_kutta(problem, here, length / steps)
            rows.append((risk, far))
        rows.append((problem.at(here), sizes.distance(here, first)))
        path = _named(rows, sizes, start.depth)
    time = torch.linspace(0, length, steps + 1, dtype=torch.float64)
    return {**path, "time": time.expand_as(path["risk"])}


def run_descent(start: Start, step_size: Tensor | float, steps: int) -> dict[str, Tensor]:
    """Gradient descent; records as `run_flow` does, but `step` for `time`.

    `step_size` broadcasts against `(points, runs)`. Source: ema2019, equation (7.1).
    """
    with torch.no_grad():
        sizes, first = packed(start.weights)
        rate = torch.as_tensor(step_size, dtype=torch.float64).expand(sizes.lead).reshape(-1)
        problem, here, rows = Risk(sizes, start.x, start.y, start.activation), first, []
        for _ in range(steps + 1):
            risk, slope = problem.gradient(here)
            rows.append((risk, sizes.distance(here, first)))
            here = here - rate * slope
        path = _named(rows, sizes, start.depth)
    clock = torch.arange(steps + 1, dtype=torch.float64)
    return {**path, "step": clock.expand_as(path["risk"])}


def descended(
    weights: Mapping[str, Tensor], slope: Mapping[str, Tensor], rate: Tensor
) -> dict[str, Tensor]:
    """One step `Theta - eta slope`, `rate` of shape `(points, runs)`."""
    return {
        name: w - rate.reshape(*rate.shape, *(1,) * (w.ndim - rate.ndim)) * slope[name]
        for name, w in weights.items()
    }


def reference_features(start: Start, x: Tensor) -> Tensor:
    """`sigma(B_0 x)` of all layers side by side, `(..., n, (L-1) m)`."""
    b = start.weights["b"]
    flat = b.reshape(*b.shape[:-3], -1, b.shape[-1])
    return WIDER[start.activation](x @ flat.mT)


def flat_outer(weights: Mapping[str, Tensor]) -> Tensor:
    """All layers' `a` in one vector, `(..., (L-1) m)`."""
    return weights["a"].flatten(-2)


def random_inputs(start: Start, count: int, generator: torch.Generator) -> Tensor:
    """`count` further inputs on the sphere, `(..., count, d)`."""
    return unit_sphere((*start.x.shape[:-2], count), start.x.shape[-1], generator)
