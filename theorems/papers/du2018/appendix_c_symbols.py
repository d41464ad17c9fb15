r"""Symbols of section 5 and appendix C, and the networks that their statements range over.

As in `appendix_b_symbols`, with p: positions; q: positions of a patch; d: channels of the input,
whose Frobenius norm is 1. Patches have stride 1 and zero padding.
"""

from __future__ import annotations

import math
from functools import cache, lru_cache
from typing import Any

import sympy as sp
from sympy import symbols

from theorems.grid import Grid
from theorems.papers.du2018.appendix_b_symbols import (
    LIPSCHITZ,
    activation,
    before_and_after,
    c_sigma,
    stacked_pair,
)

p, q = symbols("p q", integer=True)
NATURAL = sp.S.Naturals
# As `DEPTH_ENDS`, for statements that hold the positions too.
ALL_ENDS = Grid(H=[2, 101], p=[1, 100]).nightly(H=[2, 3, 4, 9, 101], p=[1, 2, 3, 8, 100])


def weights_near(
    points: Any, generator: Any, *, inputs: int = 1, largest: float = math.inf
) -> dict[str, Any]:
    """W^(h)(0) of norm at most c_w sqrt(m), W^(h)(k) within sqrt(m) R of it, and unit inputs.

    `largest` cuts the norms over sqrt(m) of W^(h)(0) further.
    """
    import torch

    from numeric.adversary import Around

    depth, width, positions, patch = points.H, points.m, points.p, points.q
    root = width**0.5
    bound = points.c_w.clamp_max(largest) * root

    def zeros(*shape: int) -> Any:
        return torch.zeros(points.n, 1, *shape, dtype=torch.float64)

    first, rest = (width, patch * points.d), (depth - 1, width, patch * width)
    return {
        "first": Around(zeros(*first), bound, shape="spectral"),
        "layers": Around(zeros(*rest), bound, shape="spectral"),
        "first_move": Around(zeros(*first), points.R * root),
        "layers_move": Around(zeros(*rest), points.R * root),
        "x": Around(zeros(inputs, points.d, positions), 1.0, shape="sphere", trailing=2),
    }


def both(points: Any, weights: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The weights at the start and after the move, with one output sign per channel."""
    import torch

    signs = 1.0 - 2.0 * (torch.arange(points.m) % 2).to(torch.float64)
    shape = (*weights["first"].shape[:2], points.m, points.p)
    return before_and_after(weights, signs.unsqueeze(-1).expand(shape))


def paths(points: Any, weights: Any) -> tuple[Any, Any]:
    """The forward passes at both."""
    return _passes()(points, weights)


@cache
def _passes() -> Any:
    from numeric.deep_convolution import Forward, forward
    from numeric.shared_pass import shared_pass

    @shared_pass
    def passes(points: Any, weights: Any) -> tuple[Forward, Forward]:
        joint = stacked_pair(*both(points, weights))
        rate = points.c_res.unsqueeze(-1).expand(2, -1, 1)
        path = forward(joint, weights["x"], activation(points), rate)
        # The first layer is given the same in both.
        given = [path.patches[0].expand(2, *path.patches[0].shape), *path.patches[1:]]
        parts = zip(zip(*given, strict=True), path.states, path.before, path.output, strict=True)
        one, two = (Forward(path.x, list(listed), *part) for listed, *part in parts)
        return one, two

    return passes


def largest_state(path: Any) -> Any:
    """The smallest c_{x,0} that these weights allow: max over layers and inputs of |x^(h)|_F."""
    return path.states.flatten(-2).norm(dim=-1).amax(dim=(-2, -1))


def constants(points: Any, weights: Any) -> tuple[Any, Any]:
    """c_{x,0} and c_x = (sqrt(c_sigma) L sqrt(q) + c_{x,0}/c_{w,0}) e^{2 c_lambda c_{w,0} L sqrt q}
    of these weights."""
    start, _ = paths(points, weights)
    size = largest_state(start)
    rate, bound = points.c_res.unsqueeze(-1), points.c_w.unsqueeze(-1)
    lipschitz = LIPSCHITZ[points.sigma] * points.q**0.5
    head = c_sigma(points) ** 0.5 * lipschitz + size / bound
    return size, head * (2 * rate * bound * lipschitz).exp()


def inputs(count: int, positions: int, *, channels: int = 2) -> Any:
    """`count` inputs of norm 1, random from a fixed seed."""
    import torch

    generator = torch.Generator().manual_seed(100 * count + positions)
    x = torch.randn(count, channels, positions, generator=generator, dtype=torch.float64)
    return x / x.flatten(-2).norm(dim=-1)[:, None, None]


@lru_cache(maxsize=256)
def least_eigenvalue(
    count: int,
    positions: int,
    depth: int,
    rate: float,
    patch: int,
    *,
    output: bool = False,
    name: str = "softplus",
) -> float:
    """lambda_0 of `inputs`; `output`: the thesis's independent output weights; `name`: of the
    activation."""
    import torch

    from numeric.kernels.convolution import convolution_limit
    from numeric.kernels.layers import Activation

    x = inputs(count, positions)
    readout: Any = "gaussian" if output else "signs"
    activation = Activation(name)
    gram = convolution_limit(x, activation, depth, rate, patch, readout)
    return float(torch.linalg.eigvalsh(gram)[0])
