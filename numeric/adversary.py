"""Worst weights in a neighbourhood: batched projected ascent from structured and random starts.

A neighbourhood is a product of sets, one per named weight, each around a centre. Tensors carry two
leading axes `(points, restarts)`; `trailing` says how many trailing axes make up one element of the
set, so that a stack of layers `(points, restarts, depth, m, m)` with `trailing=2` has one ball per
layer, and with `trailing=3` one ball for all layers together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
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
    """The best weights per point `(points, ...)` and their value `(points,)`.

    `distance`: by how much those weights, as float64 numbers, exceed their sets, relative to the
    radius; at most 0 but for spheres and for radii that float64 cannot tell from 0 beside the
    centre. `undefined`: at how many of the weights tried per point the objective was NaN.
    """

    weights: dict[str, Tensor]
    value: Tensor
    distance: Tensor
    undefined: Tensor


def norm(delta: Tensor, shape: Shape, trailing: int) -> Tensor:
    """The set's norm over the trailing axes, kept as axes of length one."""
    axes = tuple(range(-trailing, 0))
    if shape == "box":
        return delta.abs().amax(dim=axes, keepdim=True)
    if shape == "spectral" and min(delta.shape[-2:]) > 1:
        return torch.linalg.matrix_norm(delta, ord=2, dim=(-2, -1), keepdim=True)
    return delta.square().sum(dim=axes, keepdim=True).sqrt()


def project(delta: Tensor, radius: Tensor, shape: Shape, trailing: int) -> Tensor:
    """The nearest element of the ball of `radius` (broadcast against the norm's shape)."""
    if shape == "box":
        return torch.minimum(torch.maximum(delta, -radius), radius)
    # A matrix of one row or column has one singular value, its length.
    if shape == "spectral" and min(delta.shape[-2:]) > 1:
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
    differentiated; where its slope vanishes or does not exist, random directions are tried. Raises
    `ValueError` when a value is NaN at every start of a point, for values of another shape, and for
    sets that do not fit together.
    """
    points = _checked(sets, search)
    radii = {name: _radius(s, points) for name, s in sets.items()}
    delta = {n: _starts(s, radii[n], search.restarts, generator) for n, s in sets.items()}
    delta = _with_aligned_starts(objective, sets, radii, delta)
    first, leaves = _value(objective, sets, delta)
    top, slope = first.detach(), _slope(first, leaves)
    undefined = torch.isnan(top).sum(dim=1)
    if bool((undefined == search.restarts).any()):
        raise ValueError("the objective is NaN at every start of a point")
    top = top.nan_to_num(nan=-torch.inf)
    rate = torch.full_like(top, 0.3)
    share = torch.ones_like(top)
    velocity = {name: torch.zeros_like(d) for name, d in delta.items()}
    units = {name: _unit(s, sets[name].trailing) for name, s in slope.items()}
    lost = _lost(slope)
    for step in range(search.steps):
        # A convex objective climbs by going where its slope is largest over the whole set.
        leap = step % 3 == 0
        any_lost = bool(lost.any())
        trial = {}
        for name, here in delta.items():
            within, radius = sets[name], radii[name]
            if leap:
                furthest = _steepest(within, slope[name], units[name], here, radius)
                moved = here + _like(share, here) * (furthest - here)
            else:
                velocity[name] = 0.7 * velocity[name] + units[name] * radius
                moved = here + _like(rate, here) * velocity[name]
            if any_lost:
                noise = torch.randn(here.shape, generator=generator, dtype=torch.float64)
                wander = here + _like(rate, here) * _unit(noise, within.trailing) * radius
                moved = torch.where(_like(lost, here), wander, moved)
            trial[name] = project(moved, radius * INSIDE, within.shape, within.trailing)
            if within.shape == "sphere":
                # A move through the origin has no direction left.
                gone = norm(moved, "euclidean", within.trailing) <= 1e-9 * radius
                trial[name] = torch.where(gone, here, trial[name])
        found, leaves = _value(objective, sets, trial)
        value = found.detach()
        undefined += torch.isnan(value).sum(dim=1)
        better = value > top
        if leap:
            share = torch.where(better, (share * 2).clamp_max(1.0), (share * 0.5).clamp_min(1e-3))
        if not leap or any_lost:
            changed = torch.where(better, (rate * 1.2).clamp_max(1.0), rate * 0.6).clamp_min(1e-9)
            rate = torch.where(lost | (not leap), changed, rate)
            rate = torch.where(lost & (rate < 1e-3), torch.ones_like(rate), rate)
        if not bool(better.any()):
            # No slope is asked for where nobody goes.
            velocity = {name: torch.zeros_like(here) for name, here in delta.items()}
            continue
        top = torch.where(better, value, top)
        delta = {n: torch.where(_like(better, here), trial[n], here) for n, here in delta.items()}
        if step == search.steps - 1:
            break
        trial_slope = _slope(found, leaves)
        for name, here in delta.items():
            accept = _like(better, here)
            slope[name] = torch.where(accept, trial_slope[name], slope[name])
            velocity[name] = torch.where(accept, velocity[name], torch.zeros_like(here))
            units[name] = _unit(slope[name], sets[name].trailing)
        lost = _lost(slope)
    return _reported(objective, sets, radii, delta, top, undefined)


def _checked(sets: Mapping[str, Around], search: Ascent) -> int:
    """The number of points. Raises `ValueError` for sets that do not fit together."""
    counts = {within.centre.shape[0] for within in sets.values()}
    if len(counts) != 1:
        raise ValueError(f"the sets' centres must have one leading axis of points, not {counts}")
    for name, within in sets.items():
        shape = tuple(within.centre.shape)
        if within.centre.dtype != torch.float64:
            raise ValueError(f"the centre of {name!r} must be float64, not {within.centre.dtype}")
        if len(shape) < 2 or shape[1] not in (1, search.restarts):
            raise ValueError(
                f"the centre of {name!r} must be (points, 1 or restarts, ...): {shape}"
            )
        if not 1 <= within.trailing <= len(shape) - 2:
            raise ValueError(f"{name!r} has no {within.trailing} trailing axes: {shape}")
        if within.shape == "spectral" and within.trailing != 2:
            raise ValueError(f"a spectral ball is of matrices: {name!r} needs trailing=2")
        if not bool((torch.as_tensor(within.radius) >= 0).all()):
            raise ValueError(f"the radius of {name!r} must be at least 0")
    return counts.pop()


def _reported(
    objective: Callable[[dict[str, Tensor]], Tensor],
    sets: Mapping[str, Around],
    radii: Mapping[str, Tensor],
    delta: Mapping[str, Tensor],
    top: Tensor,
    undefined: Tensor,
) -> Found:
    """The best restart of each point, put inside its sets as float64 numbers."""
    winner = top.argmax(dim=1)
    rows = torch.arange(top.shape[0])
    weights, distance = {}, []
    for name, within in sets.items():
        centre = within.centre.expand(delta[name].shape)[rows, winner].unsqueeze(1)
        chosen = delta[name][rows, winner].unsqueeze(1)
        placed = chosen if within.shape == "sphere" else centre + chosen
        for pull in range(8):
            excess = _excess(within, radii[name], placed, centre)
            if within.shape == "sphere" or not bool((excess > 0).any()):
                break
            # Rounding beside a large centre: pull the element in by more than it sticks out.
            chosen = chosen * (1 - 2 ** (pull + 1) * excess.clamp_min(0.0)).clamp_min(0.0)
            placed = centre + chosen
        weights[name] = placed
        off = _excess(within, radii[name], placed, centre)
        distance.append(off.reshape(off.shape[0], -1).amax(dim=-1))
    value = _value(objective, None, weights)[0].detach()[:, 0]
    # Evaluated alone, the value may differ by the rounding of batched arithmetic.
    return Found(
        weights={name: placed[:, 0] for name, placed in weights.items()},
        value=value,
        distance=torch.stack(distance, dim=-1).amax(dim=-1),
        undefined=undefined,
    )


def _radius(within: Around, points: int) -> Tensor:
    """The radius with axes for broadcasting: `(points, 1, 1, ...)`."""
    radius = torch.as_tensor(within.radius, dtype=torch.float64).expand(points)
    return radius.reshape(points, *(1,) * (within.centre.ndim - 1))


def _like(per_restart: Tensor, tensor: Tensor) -> Tensor:
    return per_restart.reshape(per_restart.shape + (1,) * (tensor.ndim - 2))


def _unit(direction: Tensor, trailing: int) -> Tensor:
    """Every element at norm one, zero ones left: layers of very different slopes all move."""
    axes = tuple(range(-trailing, 0))
    # Two steps, since squares of slopes overflow or vanish where the slopes do not.
    scaled = direction / direction.abs().amax(dim=axes, keepdim=True).clamp_min(1e-300)
    return scaled / norm(scaled, "euclidean", trailing).clamp_min(1e-300)


def _lost(slope: Mapping[str, Tensor]) -> Tensor:
    """Which restarts have no slope in any set."""
    largest = [s.flatten(start_dim=2).abs().amax(dim=-1) for s in slope.values()]
    return torch.stack(largest).amax(dim=0) == 0


def _steepest(within: Around, slope: Tensor, unit: Tensor, here: Tensor, radius: Tensor) -> Tensor:
    """The element of the set furthest along the slope, `_unit` of which is `unit`; `here` where
    there is no slope."""
    if within.shape == "box":
        return torch.where(slope != 0, torch.sign(slope) * radius * INSIDE, here)
    if within.shape == "spectral" and min(unit.shape[-2:]) > 1:
        u, s, v = torch.linalg.svd(unit, full_matrices=False)
        unit = (u * (s > 1e-12).unsqueeze(-2)) @ v
    some = norm(unit, "euclidean", within.trailing) > 0
    return torch.where(some, unit * radius * INSIDE, here)


def _excess(within: Around, radius: Tensor, placed: Tensor, centre: Tensor) -> Tensor:
    """How far outside its set each element is, relative to the radius; axes of norm kept."""
    away = placed if within.shape == "sphere" else placed - centre
    size = norm(away, within.shape, within.trailing)
    none = torch.where(size > 0, torch.full_like(size, torch.inf), torch.zeros_like(size))
    off = torch.where(radius > 0, size / radius.clamp_min(1e-300) - 1, none)
    return off.abs() if within.shape == "sphere" else off


def _value(
    objective: Callable[[dict[str, Tensor]], Tensor],
    sets: Mapping[str, Around] | None,
    delta: Mapping[str, Tensor],
) -> tuple[Tensor, dict[str, Tensor]]:
    """Values `(points, restarts)`, and what they are to be differentiated in.

    Without `sets`, `delta` are the weights themselves.
    """
    leaves = {name: d.detach().requires_grad_(True) for name, d in delta.items()}
    weights = leaves
    if sets is not None:
        weights = {
            name: leaf if sets[name].shape == "sphere" else sets[name].centre + leaf
            for name, leaf in leaves.items()
        }
    value = objective(dict(weights))
    expected = next(iter(delta.values())).shape[:2]
    if value.shape != expected:
        raise ValueError(f"the objective returned {tuple(value.shape)}, not {tuple(expected)}")
    return value, leaves


def _slope(value: Tensor, leaves: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Slopes, 0 where one does not exist or is not finite."""
    if not value.requires_grad:
        return {name: torch.zeros_like(leaf) for name, leaf in leaves.items()}
    slopes = torch.autograd.grad(
        value.nan_to_num(nan=0.0).sum(), list(leaves.values()), allow_unused=True
    )
    return {
        name: torch.zeros_like(leaf)
        if slope is None
        else slope.nan_to_num(nan=0.0, posinf=0.0, neginf=0.0)
        for (name, leaf), slope in zip(leaves.items(), slopes, strict=True)
    }


def _starts(within: Around, radius: Tensor, restarts: int, generator: torch.Generator) -> Tensor:
    """Perturbations to start from, most on the boundary.

    Random, rank one, the same in all layers, of constant sign, inside, and along the centre.
    """
    shape = (within.centre.shape[0], restarts, *within.centre.shape[2:])
    delta = torch.randn(shape, generator=generator, dtype=torch.float64)
    kinds = torch.arange(restarts) % 6
    sign = torch.where(torch.arange(restarts) // 6 % 2 == 0, 1.0, -1.0).to(torch.float64)
    sign = sign.reshape(1, -1, *(1,) * (len(shape) - 2))
    if len(shape) >= 4:
        column = torch.randn((*shape[:-1], 1), generator=generator, dtype=torch.float64)
        row = torch.randn((*shape[:-2], 1, shape[-1]), generator=generator, dtype=torch.float64)
        delta[:, kinds == 1] = (column * row)[:, kinds == 1]
        if shape[-1] == shape[-2]:
            # Symmetric: such layers map the direction on to the next one.
            row = column.mT
        same = (column * row)[:, :, :1] if len(shape) >= 5 else column * row
        delta[:, kinds == 2] = (sign * same).expand(shape)[:, kinds == 2]
    delta[:, kinds == 3] = sign.expand(shape)[:, kinds == 3]
    along = within.centre.abs().flatten(start_dim=1).amax(dim=1) > 0
    centre = sign * within.centre.expand(shape)
    delta[:, kinds == 5] = torch.where(along.reshape(-1, *(1,) * (len(shape) - 1)), centre, delta)[
        :, kinds == 5
    ]
    # An element of the centre that is zero has no direction of its own.
    size = norm(delta, within.shape, within.trailing)
    delta = torch.where(size > 0, delta, torch.ones_like(delta))
    size = norm(delta, within.shape, within.trailing).clamp_min(1e-300)
    delta = delta / size * radius * INSIDE
    if within.shape != "sphere":
        share = torch.rand(restarts, generator=generator, dtype=torch.float64)
        share = torch.where(kinds == 4, share, torch.ones_like(share))
        if restarts > 6:
            share[-1] = 0.0  # the centre itself
        delta = delta * share.reshape(1, -1, *(1,) * (len(shape) - 2))
    return delta


def _with_aligned_starts(
    objective: Callable[[dict[str, Tensor]], Tensor],
    sets: Mapping[str, Around],
    radii: Mapping[str, Tensor],
    delta: Mapping[str, Tensor],
) -> dict[str, Tensor]:
    """Every seventh start is replaced by the steepest boundary point as seen from that start."""
    every = slice(6, None, 7)
    seen = {name: here[:, every] for name, here in delta.items()}
    if not next(iter(seen.values())).shape[1]:
        return dict(delta)
    there = {
        name: within
        if within.centre.shape[1] == 1
        else replace(within, centre=within.centre[:, every])
        for name, within in sets.items()
    }
    slope = _slope(*_value(objective, there, seen))
    aligned = {}
    for name, here in delta.items():
        unit = _unit(slope[name], sets[name].trailing)
        steep = _steepest(sets[name], slope[name], unit, seen[name], radii[name])
        aligned[name] = here.clone()
        aligned[name][:, every] = steep
    return aligned
