"""The random feature model `f(x) = sum_l a_l.sigma(B_l x)` with frozen B, and its gradient flow.

`w` are the unit rows of `sqrt(m) B`, stacked over layers: `(..., N, d)` with `N = m L`; inputs
`x (..., n, d)` lie on the unit sphere. Targets have the form `f*(x) = E_w[A(w) sigma(w.x)]`, w
uniform on the sphere, with `A = gamma` ("constant"), `A = gamma sign(w_1)` ("signed") or
`A = gamma [w_1 > 0]` ("half").
All tensors are float64. Source: ema2019, sections 2.2 and 6.1, Assumption 3.3, appendix C.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from numeric.data import unit_sphere
from numeric.skip_connections import soft_threshold

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "identity": lambda u: u,
    "relu": lambda u: u.clamp_min(0),
    "tanh": torch.tanh,
    "soft": soft_threshold,
    "slight": partial(soft_threshold, at=0.1),
}
"""1-Lipschitz functions that vanish at 0; the last two are the soft thresholds at 1/2, 1/10."""
NAMES = ("identity", "relu", "tanh", "soft")


def features(w: Tensor, x: Tensor, width: int, activation: str) -> Tensor:
    """`sigma(B x)`, shape `(..., n, N)`, of rows `w / sqrt(width)`. `KeyError` if unknown."""
    return ACTIVATIONS[activation](x @ w.mT / width**0.5)


def coefficient(w: Tensor, gamma: Tensor, kind: str) -> Tensor:
    """`A(w)`, shape `(..., N)`; `gamma` broadcasts against it. `ValueError` for another kind."""
    if kind == "constant":
        return gamma * torch.ones_like(w[..., 0])
    if kind == "signed":
        return gamma * torch.where(w[..., 0] >= 0, 1.0, -1.0).to(w.dtype)
    if kind == "half":
        return gamma * (w[..., 0] > 0).to(w.dtype)
    raise ValueError(f"unknown kind of target {kind!r}")


def proof_coefficients(w: Tensor, gamma: Tensor, width: int, kind: str) -> Tensor:
    """`a_j = A(w_j) / (sqrt(m) L)`, shape `(..., N)`. Source: ema2019, appendix C.1."""
    depth = w.shape[-2] // width
    return coefficient(w, gamma, kind) / (width**0.5 * depth)


def _sphere_rule(dimension: int, count: int) -> tuple[Tensor, Tensor]:
    """Nodes `u` in [-1, 1] and weights of the law of one coordinate of a point of the sphere."""
    if dimension == 1:
        half = torch.tensor([0.5, 0.5], dtype=torch.float64)
        return torch.tensor([1.0, -1.0], dtype=torch.float64), half
    # u = cos(theta) with density sin(theta)^(d-2): the midpoint rule, half a turn at a time.
    theta = (torch.arange(count, dtype=torch.float64) + 0.5) * math.pi / count
    weight = torch.sin(theta) ** (dimension - 2)
    return torch.cos(theta), weight / weight.sum()


def target(x: Tensor, gamma: Tensor, activation: str, kind: str, nodes: int = 20_000) -> Tensor:
    """`f*(x)`, shape `(..., n)`, for unit inputs; `gamma` broadcasts against it.

    "constant": `gamma E sigma(u)`, u one coordinate, by quadrature. "signed": the even part of
    sigma drops out; in one dimension `gamma (sigma(x) - sigma(-x)) / 2`. For a positively
    homogeneous sigma the odd part is linear and `f* = gamma s x_1 E|w_1|`, `s` its slope. "half":
    in one dimension `gamma sigma(x) / 2`. Raises
    `ValueError` for a signed target of another activation in more than one dimension.
    """
    sigma, dimension = ACTIVATIONS[activation], x.shape[-1]
    u, weight = _sphere_rule(dimension, nodes)
    if kind == "constant":
        return gamma * (weight * sigma(u)).sum() * torch.ones_like(x[..., 0])
    if kind == "half":
        if dimension != 1:
            raise ValueError("a half target has a closed form in one dimension only")
        return gamma * sigma(x[..., 0]) / 2
    if kind != "signed":
        raise ValueError(f"unknown kind of target {kind!r}")
    if dimension == 1:
        return gamma * (sigma(x[..., 0]) - sigma(-x[..., 0])) / 2
    if activation not in ("identity", "relu"):
        raise ValueError(f"no closed form of a signed target for {activation} in dimension > 1")
    slope = 1.0 if activation == "identity" else 0.5
    return gamma * slope * x[..., 0] * (weight * u.abs()).sum()


def kernel(dimension: int, activation: str, nodes: int = 20_000) -> float:
    """`k_0(x, x) = E sigma(w.x)^2` for a unit x. Source: ema2019, equation (2.6)."""
    u, weight = _sphere_rule(dimension, nodes)
    return float((weight * ACTIVATIONS[activation](u).square()).sum())


@dataclass(frozen=True)
class Flow:
    """Gradient flow of `|Phi a - y|^2 / (2n)` solved exactly by an eigendecomposition.

    `phi (..., n, N)`, `y (..., n)`, `start (..., N)`.
    """

    phi: Tensor
    y: Tensor
    start: Tensor

    def at(self, times: Tensor) -> Tensor:
        """The coefficients at `times (..., steps)`, shape `(..., steps, N)`."""
        count = self.phi.shape[-2]
        values, vectors = torch.linalg.eigh(self.phi @ self.phi.mT / count)
        residual = self.y - (self.phi @ self.start.unsqueeze(-1)).squeeze(-1)
        modes = (vectors.mT @ residual.unsqueeze(-1)).squeeze(-1)
        values = values.clamp_min(0).unsqueeze(-2)
        clock = times.unsqueeze(-1)
        # (1 - exp(-v t)) / v, which is t at v = 0.
        small = values < 1e-14
        gain = torch.where(
            small, clock, -torch.expm1(-values * clock) / torch.where(small, 1.0, values)
        )
        moved = (gain * modes.unsqueeze(-2)) @ vectors.mT @ self.phi / count
        return self.start.unsqueeze(-2) + moved


def risk(phi: Tensor, a: Tensor, y: Tensor) -> Tensor:
    """`|Phi a - y|^2 / (2n)` for `a (..., steps, N)`, shape `(..., steps)`."""
    return ((a @ phi.mT) - y.unsqueeze(-2)).square().mean(-1) / 2


def population(dimension: int, size: int = 64) -> Tensor:
    """A fixed set of unit inputs `(size, d)`; the law of inputs is uniform on it."""
    generator = torch.Generator().manual_seed(20_200 + dimension)
    return unit_sphere((size,), dimension, generator)


@dataclass(frozen=True)
class Draw:
    """One draw of features and of n training inputs from `population`, per point and sample.

    `phi_all (..., M, N)`, `y_all (M,)`-like `(..., M)`, `phi (..., n, N)`, `y (..., n)`,
    `best (..., N)` the coefficients of appendix C.1.
    """

    phi_all: Tensor
    y_all: Tensor
    phi: Tensor
    y: Tensor
    best: Tensor


def draw(
    gamma: Tensor,
    samples: int,
    sizes: tuple[int, int, int, int],
    activation: str,
    kind: str,
    generator: torch.Generator,
) -> Draw:
    """`sizes` are depth, width, dimension and training inputs; `gamma (points,)`."""
    depth, width, dimension, count = sizes
    shape = (len(gamma), samples)
    w = unit_sphere((*shape, depth * width), dimension, generator)
    x = population(dimension)
    level = gamma[:, None, None]
    phi_all = features(w, x, width, activation)
    y_all = target(x.expand(*shape, *x.shape), level, activation, kind)
    chosen = torch.randint(len(x), (*shape, count), generator=generator)
    phi = torch.take_along_dim(phi_all, chosen.unsqueeze(-1), dim=-2)
    y = torch.take_along_dim(y_all, chosen, dim=-1)
    return Draw(phi_all, y_all, phi, y, proof_coefficients(w, level, width, kind))
