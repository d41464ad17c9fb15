"""Laws of unit patches in the plane, the teacher along the first axis, and their spectra by angle.

In the plane the students at angle `phi` from the teacher are two up to length, so every extremum
over them in Definition 6.1 and Assumptions 6.2 and 6.3 of du2019 is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from numeric.single_filter import Law


def unit(angle: Tensor) -> Tensor:
    """Unit vectors `(..., 2)` at the angles `(...)`."""
    return torch.stack([angle.cos(), angle.sin()], -1)


def law_of_angles(angles: Tensor, weight: Tensor) -> Law:
    """Unit patches at `angles` `(N, k)` with `weight` `(N,)`, which is normalised."""
    return Law(unit(angles), weight / weight.sum())


def mixture(sigma: float, atoms: int = 2000) -> Law:
    """One patch whose angle to the teacher is that of du2019, section 6.4.

    Half a normal of deviation `sigma` about 0 and half one about pi, each cut to a right angle
    from its centre, on the midpoints of `atoms` cells.
    """
    half = (torch.arange(atoms, dtype=torch.float64) + 0.5) / atoms * torch.pi - torch.pi / 2
    density = torch.exp(-(half.square()) / (2 * sigma**2))
    angles = torch.cat([half, half + torch.pi])
    return law_of_angles(angles[:, None], torch.cat([density, density]))


def four_arcs(half_width: float, atoms: int = 1000) -> Law:
    """One patch, uniform on the arcs of `half_width` (at most pi/4, then the whole circle) about
    the four diagonals."""
    cells = (torch.arange(atoms, dtype=torch.float64) + 0.5) / atoms * 2 - 1
    centres = torch.pi / 4 + torch.pi / 2 * torch.arange(4, dtype=torch.float64)
    angles = (centres[:, None] + half_width * cells).reshape(-1)
    return law_of_angles(angles[:, None], torch.ones_like(angles))


def random_law(patches: int, spread: float, seed: int, atoms: int = 40) -> Law:
    """`atoms` inputs of `patches` unit patches, within `spread` of a uniform direction, with random
    weights; the same for the same seed."""
    generator = torch.Generator().manual_seed(seed)

    def uniform(*shape: int) -> Tensor:
        return torch.rand(shape, generator=generator, dtype=torch.float64)

    centre = 2 * torch.pi * uniform(atoms, 1)
    offset = spread * (2 * uniform(atoms, patches) - 1)
    return law_of_angles(centre + offset, uniform(atoms) + 0.05)


@dataclass(frozen=True)
class Curves:
    """Per angle `(n,)`: `gamma`, `largest`, `opposite`, `cross_norm` and `cross_eigenvalue` of the
    students at exactly that angle (the worst of the two)."""

    gamma: Tensor
    largest: Tensor
    opposite: Tensor
    cross_norm: Tensor
    cross_eigenvalue: Tensor


def curves(law: Law, phi: Tensor) -> Curves:
    """gamma(phi), L(phi) and the other extrema over the two students at each angle `(n,)`.

    What `numeric.single_filter.spectrum` finds, from the formulas for matrices of order two.
    """
    w = unit(torch.stack([phi, -phi]))
    x, y = law.patches[..., 0], law.patches[..., 1]
    on = x * w[..., 0, None, None] + y * w[..., 1, None, None] >= 0  # (2, n, N, k)
    on_star = x >= 0
    if x.shape[-1] == 1:  # one patch lies in one region: the masks alone differ
        products = law.weight[:, None] * torch.cat([x * x, x * y, x * y, y * y], -1)
        near, far = (
            _Entries(*(mask[..., 0].double() @ products).unbind(-1))
            for mask in (on & on_star, on & ~on_star)
        )
        norm = eigenvalue = torch.zeros_like(phi)
    else:
        both, student, teacher = (
            torch.stack([_average(mask * x), _average(mask * y)], -1)
            for mask in (on & on_star, on & ~on_star, ~on & on_star)
        )
        near, far = _moment(both, both, law.weight), _moment(student, student, law.weight)
        pairs = ((both, student), (both, teacher), (student, teacher))
        crosses = [_moment(first, second, law.weight) for first, second in pairs]
        norm = torch.stack([_operator_norm(cross) for cross in crosses]).sum(0).amax(0)
        eigenvalue = torch.stack([_largest_real_part(cross) for cross in crosses]).sum(0).amax(0)
    middle, radius = _symmetric(near)
    furthest, spread = _symmetric(far)
    return Curves(
        (middle - radius).amin(0),
        (middle + radius).amax(0),
        (furthest + spread).amax(0),
        norm,
        eigenvalue,
    )


class _Entries(NamedTuple):
    """The entries of matrices of order two, row by row."""

    a: Tensor
    b: Tensor
    c: Tensor
    d: Tensor


def _average(values: Tensor) -> Tensor:
    """The mean over the last axis, which is short."""
    total = values[..., 0]
    for patch in values.unbind(-1)[1:]:
        total = total + patch
    return total / values.shape[-1]


def _moment(first: Tensor, second: Tensor, weight: Tensor) -> _Entries:
    """`E[first second']`, row by row, of vectors `(..., N, 2)`."""
    moment = (weight[:, None] * first).mT @ second
    return _Entries(*moment.flatten(start_dim=-2).unbind(-1))


def _symmetric(entries: _Entries) -> tuple[Tensor, Tensor]:
    """Middle and half distance of the eigenvalues of a symmetric matrix."""
    a, b, _, d = entries
    return (a + d) / 2, torch.hypot((a - d) / 2, b)


def _operator_norm(entries: _Entries) -> Tensor:
    a, b, c, d = entries
    return (torch.hypot(a + d, b - c) + torch.hypot(a - d, b + c)) / 2


def _largest_real_part(entries: _Entries) -> Tensor:
    """Of the eigenvalues, which may be complex; then the real part is meant."""
    a, b, c, d = entries
    return (a + d) / 2 + (((a - d) / 2).square() + b * c).clamp_min(0.0).sqrt()


@dataclass(frozen=True)
class Constants:
    """`beta` and `cross` of a law over angles up to pi/2: the least constants of Assumptions 6.1
    (6.2) and 6.3 (with operator norms), and the same with the printed largest eigenvalues."""

    beta: float
    cross: float
    cross_eigenvalue: float


def constants(law: Law, angles: int = 721) -> Constants:
    """The least constants on a grid of angles in `(0, pi/2]`.

    Between two grid angles a law with finite support jumps at most where a patch crosses.
    """
    phi = torch.linspace(0.0, torch.pi / 2, angles, dtype=torch.float64)[1:]
    found = curves(law, phi)
    return Constants(
        float((found.opposite / phi).max()),
        float((found.cross_norm / phi).max()),
        float((found.cross_eigenvalue.clamp_min(0.0) / phi).max()),
    )


def twins(sigma: float, half_gap: float, atoms: int = 400) -> Law:
    """Two patches at `half_gap` to either side of a direction drawn from `mixture(sigma)`."""
    half = (torch.arange(atoms, dtype=torch.float64) + 0.5) / atoms * torch.pi - torch.pi / 2
    density = torch.exp(-(half.square()) / (2 * sigma**2))
    centre = torch.cat([half, half + torch.pi])[:, None]
    angles = torch.cat([centre - half_gap, centre + half_gap], -1)
    return law_of_angles(angles, torch.cat([density, density]))


def obtuse_pair(share: float, atoms: int = 60) -> Law:
    """Two patches at an obtuse angle (about 84 and -45 degrees), or, with probability `share`, one
    direction of the whole circle twice.

    No cross moment has a positive eigenvalue, though none is 0: the trace of `Z_1 Z_2'` is
    negative and a direction taken twice has no cross moments.
    """
    pair = torch.tensor([[1.4711, -torch.pi / 4]], dtype=torch.float64)
    circle = 2 * torch.pi * (torch.arange(atoms, dtype=torch.float64) + 0.5) / atoms
    angles = torch.cat([pair, circle[:, None].expand(-1, 2)])
    weight = torch.cat([torch.tensor([1 - share]), torch.full((atoms,), share / atoms)])
    return law_of_angles(angles, weight.double())


def cancelling_pair(share: float, arc: float = 0.03, atoms: int = 41) -> Law:
    """One direction of `mixture(0.3)` taken twice, or, with probability `share`, two patches at
    plus and minus the same angle, within `arc` of 80 degrees: across w* they cancel until a
    student leaves one of them out."""
    often = twins(0.3, 0.0)
    steep = 80 * torch.pi / 180 + arc * torch.linspace(-1, 1, atoms, dtype=torch.float64)
    rarely = law_of_angles(torch.stack([steep, -steep], -1), torch.ones_like(steep))
    return Law(
        torch.cat([often.patches, rarely.patches]),
        torch.cat([(1 - share) * often.weight, share * rarely.weight]),
    )


def astride(half_gap: float, centres: Tensor) -> Law:
    """Two patches at `half_gap` to either side of equally likely directions `centres` `(N,)`."""
    angles = torch.stack([centres - half_gap, centres + half_gap], -1)
    return law_of_angles(angles, torch.ones_like(centres))


def averaged(law: Law) -> Law:
    """The law of the mean patch `Z_avg`, as one patch."""
    return Law(law.patches.mean(-2, keepdim=True), law.weight)
