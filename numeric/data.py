"""Inputs, teachers and initialisations of the two-layer convolutional network.

All tensors are float64 and all randomness comes from the generator that is passed in.
Source: du2019, sections 5.1 and 5.5, Theorem 5.4, Remark 5.2.
"""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor

from numeric.normals import coarse_normals

RadialLaw = Literal["gaussian", "sphere", "student", "mixture"]


def gaussian_patches(
    shape: tuple[int, ...], patches: int, dimension: int, generator: torch.Generator
) -> Tensor:
    """Independent normal patches `Z` for means over them, shape `(*shape, patches, dimension)`."""
    return coarse_normals(*shape, patches, dimension, generator=generator)


def unit_sphere(shape: tuple[int, ...], dimension: int, generator: torch.Generator) -> Tensor:
    """Uniform points of the unit sphere, shape `(*shape, dimension)`."""
    points = torch.randn(*shape, dimension, generator=generator, dtype=torch.float64)
    return points / points.norm(dim=-1, keepdim=True)


def ball(
    shape: tuple[int, ...], dimension: int, radius: float | Tensor, generator: torch.Generator
) -> Tensor:
    """Uniform points of the ball of `radius` (a number or a tensor of shape `shape`).

    For frequencies and means over many of them: their directions come from `numeric.normals`.
    """
    uniform = torch.rand(*shape, 1, generator=generator, dtype=torch.float64)
    length = uniform ** (1.0 / dimension)
    if isinstance(radius, Tensor):
        radius = radius.unsqueeze(-1)
    points = coarse_normals(*shape, dimension, generator=generator)
    return points * (length * radius / points.norm(dim=-1, keepdim=True))


def rotation_invariant(
    shape: tuple[int, ...], dimension: int, law: RadialLaw, generator: torch.Generator
) -> Tensor:
    """Rotation-invariant vectors `R u` with `E R^2 = dimension`, so that `E z z' = I`.

    For means over many draws (`numeric.normals`). `u` is uniform on the sphere; `R` is that of a
    Gaussian, a constant ("sphere"), that of a multivariate t with 12 degrees of freedom
    ("student"), or one of two values ("mixture").
    Raises `ValueError` for another law.
    """
    gauss = coarse_normals(*shape, dimension, generator=generator)
    if law == "gaussian":
        return gauss
    if law == "student":
        freedom = 12
        chi = coarse_normals(*shape, freedom, generator=generator)
        spread = chi.square().sum(-1, keepdim=True) / (freedom - 2)
        return gauss / spread.sqrt()
    length = math.sqrt(dimension) / gauss.norm(dim=-1, keepdim=True)
    if law == "sphere":
        return gauss * length
    if law == "mixture":
        coin = torch.rand(*shape, 1, generator=generator, dtype=torch.float64) < 0.5
        return gauss * (length * torch.where(coin, math.sqrt(0.2), math.sqrt(1.8)))
    raise ValueError(f"unknown radial law {law!r}")


def teacher_output(patches: int, ratio: float, norm: float = 1.0) -> Tensor:
    """A teacher's `a*` in `R^patches` with `|a*| = norm` and `(1'a*)^2 / |a*|^2 = ratio`.

    Of the vectors with that ratio it is the one with `1'a* >= 0` whose part orthogonal to `1` lies
    along `e_1 - e_2`: the dynamics know nothing else of it. Raises `ValueError` unless
    `0 <= ratio <= patches` (and `ratio = 1` for a single patch).
    """
    if not 0 <= ratio <= patches or (patches == 1 and ratio != 1):
        raise ValueError(f"no vector of {patches} entries has (1'a)^2 = {ratio} |a|^2")
    ones = torch.full((patches,), 1.0 / math.sqrt(patches), dtype=torch.float64)
    share = math.sqrt(ratio / patches)
    if patches == 1:
        return norm * ones
    across = torch.zeros(patches, dtype=torch.float64)
    across[0], across[1] = 1 / math.sqrt(2), -1 / math.sqrt(2)
    return norm * (share * ones + math.sqrt(1 - ratio / patches) * across)


def initial_weights(
    runs: int,
    dimension: int,
    a_star: Tensor,
    norm_w: float,
    generator: torch.Generator,
) -> tuple[Tensor, Tensor]:
    """`v` uniform on the sphere and `a` uniform in the ball of radius `|1'a*| |w*| / sqrt(k)`.

    Shapes `(runs, dimension)` and `(runs, k)`. When `1'a* = 0` the ball is the single point 0.
    Source: du2019, Theorem 5.4.
    """
    patches = a_star.shape[-1]
    radius = float(a_star.sum().abs()) * norm_w / math.sqrt(patches)
    v = unit_sphere((runs,), dimension, generator)
    a = ball((runs,), patches, radius, generator)
    return v, a


SIGNS: tuple[tuple[int, int], ...] = ((1, 1), (1, -1), (-1, 1), (-1, -1))
"""The four sign combinations `(+-v, +-a)` of du2019, Theorem 5.4."""


def filters(phi: Tensor, norm_v: Tensor, norm_w: Tensor, dimension: int) -> tuple[Tensor, Tensor]:
    """`v` and `w*`, each `(n, dimension)`, of the given lengths at angle `phi`, all `(n,)`.

    `v` lies along the first axis and `w*` in the plane of the first two. In one dimension the
    angle must be 0 or `pi`; raises `ValueError` otherwise.
    """
    count = phi.shape[0]
    v = torch.zeros(count, dimension, dtype=torch.float64)
    w_star = torch.zeros(count, dimension, dtype=torch.float64)
    v[:, 0], w_star[:, 0] = norm_v, norm_w * phi.cos()
    if dimension > 1:
        w_star[:, 1] = norm_w * phi.sin()
    elif bool((phi.sin().abs() > 1e-12).any()):
        raise ValueError("vectors of one dimension are at angle 0 or pi")
    return v, w_star


def output_layers(
    inner: Tensor,
    sum_a: Tensor,
    square_a: Tensor,
    sum_teacher: Tensor,
    square_teacher: Tensor,
    patches: int,
) -> tuple[Tensor, Tensor]:
    """`a` and `a*`, each `(n, patches)`, with the given numbers, all `(n,)`; `patches >= 3`.

    Numbers: `a'a*`, `1'a`, `|a|^2`, `1'a*`, `|a*|^2`. Raises `ValueError` when there are no such
    vectors.
    """
    if patches < 3:
        raise ValueError("five free numbers need at least three patches")
    basis = torch.linalg.qr(
        torch.cat(
            [
                torch.ones(patches, 1, dtype=torch.float64),
                torch.eye(patches, 2, dtype=torch.float64),
            ],
            dim=1,
        )
    ).Q
    basis = basis * basis.sum(0)[0].sign()
    root = math.sqrt(patches)
    rest_teacher = square_teacher - sum_teacher.square() / patches
    if bool((rest_teacher <= 0).any()):
        raise ValueError("the teacher's sum is too large for its norm")
    across = (inner - sum_a * sum_teacher / patches) / rest_teacher.sqrt()
    rest = square_a - sum_a.square() / patches - across.square()
    if bool((rest < -1e-9 * square_a).any()):
        raise ValueError("the student's norm is too small for its sum and inner product")
    first = torch.stack([sum_a / root, across, rest.clamp_min(0.0).sqrt()], dim=1)
    zero = torch.zeros_like(sum_teacher)
    second = torch.stack([sum_teacher / root, rest_teacher.sqrt(), zero], dim=1)
    return first @ basis.T, second @ basis.T
