"""Symbols of thesis chapter 6 and the places that its claims are measured at.

phi: angle between w and w*; length, norm_w: |w|, |w*|; p: patch size; k: number of patches;
eta: step size; gamma, L, beta: the eigenvalues of Definition 6.1 and the constant of Assumption
6.1; draw: number of a random law.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, Range, S, oo, pi, symbols

PAPER = "du2019"
POSITIVE, NONNEGATIVE, REAL = Interval.open(0, oo), Interval(0, oo), S.Reals
ANGLE, ACUTE = Interval(0, pi), Interval(0, pi / 2)
SIZES, PLANE_OR_MORE = S.Naturals, Range(2, oo)
DRAWS = Range(0, 1000)

phi, length, norm_w, eta = symbols("phi length norm_w eta", real=True)
gamma, L, beta, cross = symbols("gamma L beta cross", real=True)
k, p = symbols("k p", integer=True, positive=True)
draw = symbols("draw", integer=True, nonnegative=True)

STAR = sp.Matrix([norm_w, 0])
STUDENT = length * sp.Matrix([sp.cos(phi), sp.sin(phi)])


def filters(points: Any) -> tuple[Any, Any]:
    """`w*` on the first axis and `w` in the plane of the first two, `(n, p)` each."""
    from numeric.data import filters as pair

    return pair(points.phi, points.get("norm_w", 1.0), points.get("length", 1.0), points.p)


def measured_inner_product(points: Any, name: str) -> Any:
    """`<grad, w - w*>`, `(n,)`, of one neuron under a standard normal, `|w*| = 1`, |w| by name."""
    import torch

    from numeric.single_filter import gaussian_gradient

    w = points[name][:, None] * torch.stack([points.phi.cos(), points.phi.sin()], dim=-1)
    teacher = torch.tensor([1.0, 0.0], dtype=torch.float64)
    return (gaussian_gradient(w, teacher.expand_as(w)) * (w - teacher)).sum(dim=-1)


def gaussian(points: Any, samples: int, generator: Any) -> Any:
    """Standard normal inputs `(1, samples, p)`: all points share them, each is judged by itself."""
    import torch

    return torch.randn(1, samples, points.p, generator=generator, dtype=torch.float64)


def heights(points: Any, z: Any) -> tuple[Any, Any]:
    """`w'Z` and `w*'Z`, `(n, samples)`, for shared inputs `(1, samples, p)`."""
    w_star, w = filters(points)
    return w @ z[0].T, w_star @ z[0].T


def drawn_law(points: Any, atoms: int = 12) -> tuple[Any, Any, Any]:
    """`w`, `w*` `(n, p)` and a law of `atoms` inputs of `k` Gaussian patches with random weights,
    all drawn from the number `draw`."""
    import torch

    from numeric.single_filter import Law

    size = points.get("k", 1)
    seed = 10007 * points.draw + 101 * size + points.p
    generator = torch.Generator().manual_seed(seed)
    options: dict[str, Any] = {"generator": generator, "dtype": torch.float64}
    w, w_star = (torch.randn(points.n, points.p, **options) for _ in range(2))
    patches = torch.randn(points.n, atoms, size, points.p, **options)
    weight = torch.rand(points.n, atoms, **options) + 0.05
    return w, w_star, Law(patches, weight / weight.sum(-1, keepdim=True))
