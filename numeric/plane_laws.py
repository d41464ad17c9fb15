"""Laws of unit patches in the plane, the teacher along the first axis, and their spectra by angle.

In the plane the students at angle `phi` from the teacher are two up to length, so every extremum
over them in Definition 6.1 and Assumptions 6.2 and 6.3 of du2019 is exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from numeric.single_filter import Law, spectrum


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
    """gamma(phi), L(phi) and the other extrema over the two students at each angle `(n,)`."""
    w = unit(torch.stack([phi, -phi]))
    w_star = unit(torch.zeros_like(phi)).expand(2, -1, -1)
    found = spectrum(w, w_star, law)
    return Curves(
        found.smallest.amin(0),
        found.largest.amax(0),
        found.opposite.amax(0),
        found.cross_norm.amax(0),
        found.cross_eigenvalue.amax(0),
    )


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


def cancelling_pair() -> Law:
    """Two patches at plus and minus 80 degrees, or both along the teacher, with even odds."""
    steep = 80 * torch.pi / 180
    angles = torch.tensor([[steep, -steep], [0.0, 0.0]], dtype=torch.float64)
    return law_of_angles(angles, torch.ones(2, dtype=torch.float64))


def astride(half_gap: float, centres: Tensor) -> Law:
    """Two patches at `half_gap` to either side of equally likely directions `centres` `(N,)`."""
    angles = torch.stack([centres - half_gap, centres + half_gap], -1)
    return law_of_angles(angles, torch.ones_like(centres))


def averaged(law: Law) -> Law:
    """The law of the mean patch `Z_avg`, as one patch."""
    return Law(law.patches.mean(-2, keepdim=True), law.weight)
