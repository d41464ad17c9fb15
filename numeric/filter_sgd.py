"""Stochastic gradient descent on one filter: bounded gradient noise, and batches of patches.

Every run of a batch of seeds moves at once; shapes are `(runs, p)` for filters.
Source: du2019, (6.2), Lemmas 6.2 and 6.3, section 6.4.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from numeric.single_filter import Law, gaussian_gradient, gradient


@dataclass(frozen=True)
class Noisy:
    """`furthest`, `last`: `(runs,)`, the largest and the last distance to the teacher over steps
    1 to T; `unbiased`: `(runs,)`, whether the bound left room for the population gradient at every
    step."""

    furthest: Tensor
    last: Tensor
    unbiased: Tensor


def noisy_descent(
    start: Tensor,
    scale: float,
    step_size: float,
    bound: float,
    steps: int,
    generator: torch.Generator,
) -> Noisy:
    """SGD on one neuron, input `sqrt(scale)` times a standard normal, teacher on the first axis.

    The teacher is a unit vector. The stochastic gradient is the noisiest one of norm `bound`: the
    population gradient along the first axis, and along the second one of two values whose mean is
    the population gradient's. `start`: `(runs, 2)`.
    """
    w = start.clone()
    teacher = torch.zeros_like(w)
    teacher[:, 0] = 1.0
    distance = (w - teacher).norm(dim=-1)
    furthest, unbiased = torch.zeros_like(distance), torch.ones_like(distance, dtype=torch.bool)
    for _ in range(steps):
        mean = scale * gaussian_gradient(w, teacher)
        size = (bound**2 - mean[:, 0].square()).clamp_min(0.0).sqrt()
        unbiased = unbiased & (mean[:, 1].abs() <= size) & (size > 0)
        uniform = torch.rand(distance.shape, generator=generator, dtype=w.dtype)
        up = 2 * size * uniform < size + mean[:, 1]
        side = torch.where(up, size, -size)
        w = w - step_size * torch.stack([mean[:, 0], side], -1)
        distance = (w - teacher).norm(dim=-1)
        furthest = torch.maximum(furthest, distance)
    return Noisy(furthest, distance, unbiased)


def truncated_normal(
    shape: tuple[int, ...], sigma: float, cut: float, generator: torch.Generator
) -> Tensor:
    """Normals of deviation `sigma` conditioned on `[-cut, cut]`, by inversion."""
    edge = math.erf(cut / (sigma * math.sqrt(2)))
    uniform = torch.rand(shape, generator=generator, dtype=torch.float64)
    return sigma * math.sqrt(2) * torch.erfinv((2 * uniform - 1) * edge)


def _across(axis: Tensor, generator: torch.Generator) -> Tensor:
    """A uniform unit vector orthogonal to each unit vector of `axis` `(..., p)`, `p >= 2`."""
    draw = torch.randn(axis.shape, generator=generator, dtype=axis.dtype)
    draw = draw - (draw * axis).sum(-1, keepdim=True) * axis
    return draw / draw.norm(dim=-1, keepdim=True)


def patches_about_teacher(
    shape: tuple[int, ...], p: int, sigma: float, generator: torch.Generator
) -> Tensor:
    """Unit patches `(*shape, p)` whose angle to plus or minus the first axis, with even odds, is a
    normal of deviation `sigma` cut to `[-pi/2, pi/2]` (du2019, section 6.4)."""
    axis = torch.zeros(*shape, p, dtype=torch.float64)
    axis[..., 0] = 1.0
    axis = axis * (2.0 * torch.randint(0, 2, (*shape, 1), generator=generator) - 1)
    angle = truncated_normal(shape, sigma, math.pi / 2, generator)[..., None]
    return angle.cos() * axis + angle.sin() * _across(axis, generator)


def patches_about_patch(
    centre: Tensor, patches: int, variance: float, generator: torch.Generator
) -> Tensor:
    """Unit patches `(..., patches, p)` whose angle to `centre` `(..., p)` is a normal of the given
    variance cut to `[-pi, pi]` (du2019, section 6.4)."""
    axis = centre.unsqueeze(-2).expand(*centre.shape[:-1], patches, centre.shape[-1])
    shape = axis.shape[:-1]
    angle = truncated_normal(shape, math.sqrt(variance), math.pi, generator)[..., None]
    return angle.cos() * axis + angle.sin() * _across(axis.contiguous(), generator)


@dataclass(frozen=True)
class Experiment:
    """Sizes of a run of section 6.4: `p`, patches `k`, angle spread `sigma`, patch variance."""

    p: int
    k: int
    sigma: float
    variance: float = 0.0


def batch_descent(
    setting: Experiment,
    start: Tensor,
    step_size: float,
    steps: int,
    batch: int,
    generator: torch.Generator,
) -> Tensor:
    """SGD on fresh batches; the distance to the teacher after every step, `(runs, steps + 1)`.

    `start`: `(runs, p)`, the same for all settings that are to be compared; the teacher is the
    first unit vector. With `k = 1` the patch itself is the input.
    """
    w = start.clone()
    teacher = torch.zeros_like(w)
    teacher[:, 0] = 1.0
    distances = [(w - teacher).norm(dim=-1)]
    weight = torch.full((w.shape[0], batch), 1.0 / batch, dtype=w.dtype)
    for _ in range(steps):
        z = patches_about_teacher((w.shape[0], batch), setting.p, setting.sigma, generator)
        if setting.k == 1:
            patches = z.unsqueeze(-2)
        else:
            patches = patches_about_patch(z, setting.k, setting.variance, generator)
        w = w - step_size * gradient(w, teacher, Law(patches, weight))
        distances.append((w - teacher).norm(dim=-1))
    return torch.stack(distances, -1)


@dataclass(frozen=True)
class Anisotropic:
    """One neuron in the plane, input `sqrt(scale) diag(1, sqrt(flatness))` times a standard normal,
    teacher the first unit vector: `gamma` shrinks with `flatness`, `L(0)` does not."""

    scale: float
    flatness: float

    def gradient(self, x: float, y: float) -> tuple[float, float]:
        """The population gradient at the filter `(x, y)`, not 0."""
        s = math.sqrt(self.flatness)
        u, v = x, s * y
        phi = math.atan2(abs(v), u)
        length = math.hypot(u, v)
        pull, along = math.pi - phi, math.sin(phi) / length
        g_u = u / 2 - (pull + along * u) / (2 * math.pi)
        g_v = v / 2 - along * v / (2 * math.pi)
        return self.scale * g_u, self.scale * s * g_v

    def _wedge(self, phi: float, opposite: bool) -> Tensor:
        """`A` at the student angle `phi` in `[0, pi]`, or the moment where the student is alone."""
        s = math.sqrt(self.flatness)
        t = math.atan2(s * math.sin(phi), math.cos(phi))
        cross, square = math.sin(t) * math.cos(t), math.sin(t) ** 2
        if opposite:
            rows = [[t - cross, -square], [-square, t + cross]]
        else:
            rows = [[math.pi - t + cross, square], [square, math.pi - t - cross]]
        stretch = torch.diag(torch.tensor([1.0, s], dtype=torch.float64))
        inner = torch.tensor(rows, dtype=torch.float64) / (2 * math.pi)
        return self.scale * stretch @ inner @ stretch

    def gamma(self, phi: float) -> float:
        """The least eigenvalue of Definition 6.1 (both students at `phi` are mirror images)."""
        return float(torch.linalg.eigvalsh(self._wedge(phi, False))[0])

    def largest(self, phi: float) -> float:
        """The largest eigenvalue of Definition 6.1."""
        return float(torch.linalg.eigvalsh(self._wedge(phi, False))[-1])

    def beta(self, angles: int = 400) -> float:
        """The least constant of Assumption 6.1 on a grid of angles in `(0, pi/2]`."""
        grid = [math.pi / 2 * (i + 1) / angles for i in range(angles)]
        return max(float(torch.linalg.eigvalsh(self._wedge(a, True))[-1]) / a for a in grid)

    def iterations(
        self, start: tuple[float, float], step_size: float, accuracy: float, most: int = 3_000_000
    ) -> int:
        """Steps of gradient descent until `|w - w*| <= accuracy`.

        Raises `ValueError` if `most` steps do not suffice.
        """
        return self.approach(start, step_size, accuracy, most)[0]

    def approach(
        self, start: tuple[float, float], step_size: float, accuracy: float, most: int = 3_000_000
    ) -> tuple[int, tuple[float, float]]:
        """The same, and the filter reached, from which a run to a higher accuracy goes on."""
        x, y = start
        for step in range(most + 1):
            if math.hypot(x - 1.0, y) <= accuracy:
                return step, (x, y)
            a, b = self.gradient(x, y)
            x, y = x - step_size * a, y - step_size * b
        raise ValueError(f"not within {accuracy} after {most} steps")
