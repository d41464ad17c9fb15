"""Stochastic gradient descent on one filter: bounded gradient noise, and batches of patches.

Every run of a batch of seeds moves at once; shapes are `(runs, p)` for filters.
Source: du2019, (6.2), Lemmas 6.2 and 6.3, section 6.4.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from numeric.single_filter import Law, gradient

BLOCK = 256
"""Steps whose noise is drawn at once."""


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

    The teacher is the first unit vector. The stochastic gradient is the noisiest one of norm
    `bound`: the population gradient along the first axis, and along the second one of two values
    whose mean is the population gradient's. `start`: `(runs, 2)`.
    """
    x, y = start.numpy().T.copy()
    furthest, unbiased = np.zeros_like(x), np.ones_like(x, dtype=bool)
    for first in range(0, steps, BLOCK):
        shape = (min(BLOCK, steps - first), len(x))
        for uniform in torch.rand(shape, generator=generator, dtype=start.dtype).numpy():
            # The gradient of `gaussian_gradient` in coordinates: the angle of w to the first axis,
            # and its sine over |w|.
            across = np.abs(y)
            over = across / (x * x + y * y)
            pull = (math.pi - np.arctan2(across, x) + over * x) / (2 * math.pi)
            mean, drift = scale * (x / 2 - pull), scale * (0.5 - over / (2 * math.pi)) * y
            size = np.sqrt(np.maximum(bound**2 - mean * mean, 0.0))
            unbiased &= (np.abs(drift) <= size) & (size > 0)
            side = np.where(2 * size * uniform < size + drift, size, -size)
            x, y = x - step_size * mean, y - step_size * side
            distance = (x - 1.0) ** 2 + y * y
            np.maximum(furthest, distance, out=furthest)
    found = np.sqrt(furthest), np.hypot(x - 1.0, y), unbiased
    return Noisy(*(torch.from_numpy(part) for part in found))


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

    def _wedge(self, phi: Tensor, opposite: bool) -> Tensor:
        """`A` at student angles `phi` `(n,)` in `[0, pi]`, or the moment where the student is
        alone, `(n, 2, 2)`."""
        s = math.sqrt(self.flatness)
        t = torch.atan2(s * phi.sin(), phi.cos())
        cross, square = t.sin() * t.cos(), t.sin().square()
        if opposite:
            rows = [t - cross, -square, -square, t + cross]
        else:
            rows = [torch.pi - t + cross, square, square, torch.pi - t - cross]
        inner = torch.stack(rows, dim=-1).reshape(-1, 2, 2) / (2 * math.pi)
        stretch = torch.diag(torch.tensor([1.0, s], dtype=torch.float64))
        return self.scale * stretch @ inner @ stretch

    def _extremes(self, phi: float) -> Tensor:
        at = torch.tensor([phi], dtype=torch.float64)
        return torch.linalg.eigvalsh(self._wedge(at, False))[0]

    def gamma(self, phi: float) -> float:
        """The least eigenvalue of Definition 6.1 (both students at `phi` are mirror images)."""
        return float(self._extremes(phi)[0])

    def largest(self, phi: float) -> float:
        """The largest eigenvalue of Definition 6.1."""
        return float(self._extremes(phi)[-1])

    def beta(self, angles: int = 400) -> float:
        """The least constant of Assumption 6.1 on a grid of angles in `(0, pi/2]`."""
        grid = math.pi / 2 * torch.arange(1, angles + 1, dtype=torch.float64) / angles
        return float((torch.linalg.eigvalsh(self._wedge(grid, True))[:, -1] / grid).max())

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
        found = _approach(start, math.sqrt(self.flatness), step_size * self.scale, accuracy, most)
        if found is None:
            raise ValueError(f"not within {accuracy} after {most} steps")
        return found


@lru_cache(maxsize=64)
def _approach(
    start: tuple[float, float], s: float, rate: float, accuracy: float, most: int
) -> tuple[int, tuple[float, float]] | None:
    """`Anisotropic.approach`: runs of equal scale times step size are one run, taken once."""
    # `gradient`, written out: this loop runs a million times.
    x, y = start
    square, pi, turn, atan2 = accuracy * accuracy, math.pi, 2 * math.pi, math.atan2
    for step in range(most + 1):
        gap = x - 1.0
        if gap * gap + y * y <= square:
            return step, (x, y)
        v = s * y
        across = v if v >= 0 else -v
        over = across / (x * x + v * v)
        x, y = (
            x - rate * (x / 2 - (pi - atan2(across, x) + over * x) / turn),
            y - rate * s * v * (0.5 - over / turn),
        )
    return None
