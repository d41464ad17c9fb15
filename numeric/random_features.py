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
from functools import lru_cache, partial

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
    return ACTIVATIONS[activation](x @ (w / width**0.5).mT)


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


@lru_cache(maxsize=16)
def _sphere_rule(dimension: int, count: int) -> tuple[Tensor, Tensor]:
    """Nodes `u` in [-1, 1] and weights of the law of one coordinate of a point of the sphere.

    Kept per dimension and count, since every draw of features asks for its target.
    """
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
    """Gradient flow of `sum_i share_i |(Phi a - y)_i|^2 / 2` solved exactly by eigenvectors.

    `phi (..., n, N)`, `y (..., n)`, `start (..., N)`, `share (..., n)` or None for 1 / n each.
    """

    phi: Tensor
    y: Tensor
    start: Tensor
    share: Tensor | None = None

    def at(self, times: Tensor) -> Tensor:
        """The coefficients at `times (..., steps)`, shape `(..., steps, N)`."""
        share = self.phi.new_tensor(1 / self.phi.shape[-2]) if self.share is None else self.share
        root = share.sqrt()
        rows = root.unsqueeze(-1) * self.phi
        residual = root * (self.y - (self.phi @ self.start.unsqueeze(-1)).squeeze(-1))
        # Of the matrices of inputs and of features, whose eigenvalues agree, the smaller one.
        few_features = rows.shape[-1] < rows.shape[-2]
        values, vectors = torch.linalg.eigh(rows.mT @ rows if few_features else rows @ rows.mT)
        pulled = rows.mT @ residual.unsqueeze(-1) if few_features else residual.unsqueeze(-1)
        modes = (vectors.mT @ pulled).squeeze(-1)
        values = values.clamp_min(0).unsqueeze(-2)
        clock = times.unsqueeze(-1)
        # (1 - exp(-v t)) / v, which is t at v = 0.
        small = values < 1e-14
        gain = torch.where(
            small, clock, -torch.expm1(-values * clock) / torch.where(small, 1.0, values)
        )
        moved = (gain * modes.unsqueeze(-2)) @ vectors.mT
        return self.start.unsqueeze(-2) + (moved if few_features else moved @ rows)


def risk(phi: Tensor, a: Tensor, y: Tensor, share: Tensor | None = None) -> Tensor:
    """`sum_i share_i |(Phi a - y)_i|^2 / 2` for `a (..., steps, N)`, shape `(..., steps)`.

    `share (..., n)`, or None for 1 / n each.
    """
    squares = ((a @ phi.mT) - y.unsqueeze(-2)).square()
    if share is None:
        return squares.mean(-1) / 2
    return (squares * share.unsqueeze(-2)).sum(-1) / 2


def population(dimension: int, size: int = 64) -> Tensor:
    """A fixed set of unit inputs `(size, d)`; the law of inputs is uniform on it."""
    generator = torch.Generator().manual_seed(20_200 + dimension)
    return unit_sphere((size,), dimension, generator)


@dataclass(frozen=True)
class Law:
    """The uniform law on `population`: its distinct inputs `x (M, d)` with their `weight (M,)`, and
    which of them each member of the population is, `index (64,)`. In one dimension M is 2."""

    x: Tensor
    weight: Tensor
    index: Tensor


@lru_cache(maxsize=16)
def law(dimension: int) -> Law:
    """The law of the inputs, one per dimension, kept."""
    x, index, count = torch.unique(
        population(dimension), dim=0, return_inverse=True, return_counts=True
    )
    return Law(x, count.to(torch.float64) / len(index), index)


@dataclass(frozen=True)
class Reference:
    """One draw of features per point and sample, and the target, at the law's distinct inputs.

    `phi (..., M, N)`, `y (..., M)`, `weight (M,)` the law's, `best (..., N)` the coefficients of
    appendix C.1.
    """

    phi: Tensor
    y: Tensor
    weight: Tensor
    best: Tensor


def reference(
    gamma: Tensor,
    samples: int,
    sizes: tuple[int, int, int],
    activation: str,
    kind: str,
    generator: torch.Generator,
    inputs: int | None = None,
) -> Reference:
    """`sizes` are depth, width and dimension; `gamma (points,)`.

    With `inputs`, at that many of the law's inputs alone; their weights then sum to less than 1.
    """
    depth, width, dimension = sizes
    shape = (len(gamma), samples)
    w = unit_sphere((*shape, depth * width), dimension, generator)
    x, weight = law(dimension).x[:inputs], law(dimension).weight[:inputs]
    level = gamma[:, None, None]
    y = target(x.expand(len(gamma), 1, *x.shape), level, activation, kind)
    best = proof_coefficients(w, level, width, kind)
    return Reference(features(w, x, width, activation), y.expand(*shape, len(x)), weight, best)


@dataclass(frozen=True)
class Sample:
    """Training inputs drawn from the law: features `phi (..., k, N)` and labels `y (..., k)` of
    distinct ones where that is fewer, and the `share (..., k)` of the sample that each makes up."""

    phi: Tensor
    y: Tensor
    share: Tensor


def sample(drawn: Reference, dimension: int, count: int, generator: torch.Generator) -> Sample:
    """`count` training inputs per draw."""
    index = law(dimension).index
    lead, distinct = drawn.y.shape[:-1], drawn.y.shape[-1]
    chosen = index[torch.randint(len(index), (*lead, count), generator=generator)]
    if count < distinct:
        phi = torch.take_along_dim(drawn.phi, chosen.unsqueeze(-1), dim=-2)
        y = torch.take_along_dim(drawn.y, chosen, dim=-1)
        return Sample(phi, y, torch.full_like(y, 1 / count))
    one = torch.ones(1, dtype=torch.float64).expand(chosen.shape)
    times = torch.zeros(*lead, distinct, dtype=torch.float64).scatter_add_(-1, chosen, one)
    return Sample(drawn.phi, drawn.y, times / count)
