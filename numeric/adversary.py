"""Worst weights in a neighbourhood: batched projected ascent from structured and random starts.

A neighbourhood is a product of sets, one per named weight, each around a centre. Tensors carry two
leading axes `(points, restarts)`; `trailing` says how many trailing axes make up one element of the
set, so that a stack of layers `(points, restarts, depth, m, m)` with `trailing=2` has one ball per
layer, and with `trailing=3` one ball for all layers together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

Shape = Literal["euclidean", "spectral", "box", "sphere"]
Weights = Mapping[str, Tensor]
# Projections land a hair inside, so that rounding never puts a witness outside its set.
INSIDE = 1 - 1e-12


@dataclass(frozen=True)
class Around:
    """The set of all `centre + delta` with `delta` in a ball of `radius`.

    `centre`: `(points, 1 or restarts, ...)`. `radius`: a number or `(points,)`. `shape`:
    "euclidean" (the Frobenius norm for matrices), "spectral" (the operator norm, `trailing` 2),
    "box" (the largest absolute entry), or "sphere" (all elements of norm `radius`, centre ignored).
    """

    centre: Tensor
    radius: float | Tensor
    shape: Shape = "euclidean"
    trailing: int = 2


@dataclass(frozen=True)
class Ascent:
    """How hard to search: starts per point and steps of ascent from each."""

    restarts: int = 64
    steps: int = 300


@dataclass(frozen=True)
class Found:
    """The best weights per point `(points, ...)`, their value `(points,)`, and `distance`: by how
    much they exceed their sets, relative to the radius (at most 0 up to rounding)."""

    weights: dict[str, Tensor]
    value: Tensor
    distance: Tensor


def norm(delta: Tensor, shape: Shape, trailing: int) -> Tensor:
    """The set's norm over the trailing axes, kept as axes of length one."""
    axes = tuple(range(-trailing, 0))
    if shape == "box":
        return delta.abs().amax(dim=axes, keepdim=True)
    if shape == "spectral":
        return torch.linalg.matrix_norm(delta, ord=2, dim=(-2, -1), keepdim=True)
    return delta.square().sum(dim=axes, keepdim=True).sqrt()


def project(delta: Tensor, radius: Tensor, shape: Shape, trailing: int) -> Tensor:
    """The nearest element of the ball of `radius` (broadcast against the norm's shape)."""
    if shape == "box":
        return torch.minimum(torch.maximum(delta, -radius), radius)
    if shape == "spectral":
        u, s, v = torch.linalg.svd(delta, full_matrices=False)
        return (u * torch.minimum(s, radius.squeeze(-1)).unsqueeze(-2)) @ v
    size = norm(delta, shape, trailing).clamp_min(1e-300)
    if shape == "sphere":
        return delta * (radius / size)
    return delta * (radius / size).clamp_max(1.0)


def maximise(
    objective: Callable[[dict[str, Tensor]], Tensor],
    sets: Mapping[str, Around],
    search: Ascent,
    generator: torch.Generator,
) -> Found:
    """The largest value found of `objective` over the product of the sets, per point.

    `objective` maps weights `(points, restarts, ...)` to values `(points, restarts)`, and is
    differentiated. Raises `ValueError` when a value is NaN at every start of a point.
    """
    points = next(iter(sets.values())).centre.shape[0]
    radii = {name: _radius(s, points) for name, s in sets.items()}
    delta = {n: _starts(s, radii[n], search.restarts, generator) for n, s in sets.items()}
    delta = _with_aligned_starts(objective, sets, radii, delta)
    best = {name: value.clone() for name, value in delta.items()}
    value, slope = _value_and_slope(objective, sets, delta)
    if bool(torch.isnan(value).all(dim=1).any()):
        raise ValueError("the objective is NaN at every start of a point")
    top = value.nan_to_num(nan=-torch.inf)
    rate = torch.full_like(top, 0.3)
    velocity = {name: torch.zeros_like(d) for name, d in delta.items()}
    for _ in range(search.steps):
        trial = {}
        for name, here in delta.items():
            shape, trailing = sets[name].shape, sets[name].trailing
            size = norm(slope[name], "euclidean", trailing).clamp_min(1e-300)
            # Normalised per element: layers of very different gradients all move.
            velocity[name] = 0.7 * velocity[name] + slope[name] / size * radii[name]
            moved = here + _like(rate, here) * velocity[name]
            trial[name] = project(moved, radii[name] * INSIDE, shape, trailing)
        value, trial_slope = _value_and_slope(objective, sets, trial)
        better = value > top
        top = torch.where(better, value, top)
        rate = torch.where(better, (rate * 1.2).clamp_max(1.0), rate * 0.6).clamp_min(1e-9)
        for name in delta:
            accept = _like(better, delta[name])
            delta[name] = torch.where(accept, trial[name], delta[name])
            best[name] = delta[name]
            slope[name] = torch.where(accept, trial_slope[name], slope[name])
            velocity[name] = torch.where(accept, velocity[name], torch.zeros_like(velocity[name]))
    winner = top.argmax(dim=1)
    rows = torch.arange(points)
    chosen = {n: _weights(sets[n], best[n])[rows, winner] for n in sets}
    distance = torch.stack(
        [_excess(sets[n], radii[n], best[n])[rows, winner] for n in sets], dim=-1
    ).amax(dim=-1)
    return Found(weights=chosen, value=top[rows, winner], distance=distance)


def _radius(within: Around, points: int) -> Tensor:
    """The radius with axes for broadcasting: `(points, 1, 1, ...)`."""
    radius = torch.as_tensor(within.radius, dtype=torch.float64).expand(points)
    return radius.reshape(points, *(1,) * (within.centre.ndim - 1))


def _like(per_restart: Tensor, tensor: Tensor) -> Tensor:
    return per_restart.reshape(per_restart.shape + (1,) * (tensor.ndim - 2))


def _weights(within: Around, delta: Tensor) -> Tensor:
    return delta if within.shape == "sphere" else within.centre + delta


def _excess(within: Around, radius: Tensor, delta: Tensor) -> Tensor:
    """How far outside its set each restart is, relative to the radius."""
    size = norm(delta, within.shape, within.trailing)
    off = size / radius - 1
    if within.shape == "sphere":
        off = off.abs()
    return off.reshape(*off.shape[:2], -1).amax(dim=-1)


def _value_and_slope(
    objective: Callable[[dict[str, Tensor]], Tensor],
    sets: Mapping[str, Around],
    delta: Mapping[str, Tensor],
) -> tuple[Tensor, dict[str, Tensor]]:
    leaves = {name: d.detach().requires_grad_(True) for name, d in delta.items()}
    value = objective({name: _weights(sets[name], leaf) for name, leaf in leaves.items()})
    slopes = torch.autograd.grad(
        value.nan_to_num(nan=0.0).sum(), list(leaves.values()), allow_unused=True
    )
    filled = {
        name: torch.zeros_like(leaf) if slope is None else slope.nan_to_num(nan=0.0)
        for (name, leaf), slope in zip(leaves.items(), slopes, strict=True)
    }
    return value.detach(), filled


def _starts(within: Around, radius: Tensor, restarts: int, generator: torch.Generator) -> Tensor:
    """Random, rank-one, constant and layerwise identical perturbations, most on the boundary."""
    shape = (within.centre.shape[0], restarts, *within.centre.shape[2:])
    noise = torch.randn(shape, generator=generator, dtype=torch.float64)
    delta = noise.clone()
    kinds = torch.arange(restarts) % 5
    if len(shape) >= 4:
        column = torch.randn((*shape[:-1], 1), generator=generator, dtype=torch.float64)
        row = torch.randn((*shape[:-2], 1, shape[-1]), generator=generator, dtype=torch.float64)
        delta[:, kinds == 1] = (column * row)[:, kinds == 1]
    if len(shape) >= 5:
        same = (column[:, :, :1] * row[:, :, :1]).expand(shape)
        delta[:, kinds == 2] = same[:, kinds == 2]
    sign = torch.where(torch.arange(restarts) % 2 == 0, 1.0, -1.0).to(torch.float64)
    constant = sign.reshape(1, -1, *(1,) * (len(shape) - 2)).expand(shape)
    delta[:, kinds == 3] = constant[:, kinds == 3]
    size = norm(delta, within.shape, within.trailing).clamp_min(1e-300)
    delta = delta / size * radius * INSIDE
    if within.shape != "sphere":
        # One kind starts inside, one at the centre itself.
        share = torch.rand(restarts, generator=generator, dtype=torch.float64)
        share = torch.where(kinds == 4, share, torch.ones_like(share))
        share[-1] = 0.0 if restarts > 5 else share[-1]
        delta = delta * share.reshape(1, -1, *(1,) * (len(shape) - 2))
    return delta


def _with_aligned_starts(
    objective: Callable[[dict[str, Tensor]], Tensor],
    sets: Mapping[str, Around],
    radii: Mapping[str, Tensor],
    delta: dict[str, Tensor],
) -> dict[str, Tensor]:
    """Every seventh start is replaced by the steepest boundary point as seen from that start."""
    _, slope = _value_and_slope(objective, sets, delta)
    restarts = next(iter(delta.values())).shape[1]
    chosen = torch.arange(restarts) % 7 == 6
    aligned = {}
    for name, here in delta.items():
        within = sets[name]
        if within.shape == "box":
            steep = torch.sign(slope[name]) * radii[name] * INSIDE
        elif within.shape == "spectral":
            u, _, v = torch.linalg.svd(slope[name], full_matrices=False)
            steep = (u @ v) * radii[name] * INSIDE
        else:
            size = norm(slope[name], "euclidean", within.trailing)
            # Where the objective is flat the start stays as it is.
            steep = torch.where(
                size > 0, slope[name] / size.clamp_min(1e-300) * radii[name] * INSIDE, here
            )
        mask = chosen.reshape(1, -1, *(1,) * (here.ndim - 2))
        aligned[name] = torch.where(mask, steep, here)
    return aligned
