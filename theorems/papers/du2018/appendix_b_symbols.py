r"""Symbols of section 4 and appendix B, and the networks that their statements range over.

H: depth; m: width; n: inputs, orthonormal in R^n, so that lambda = 1 and c_res = c_lambda;
c_res: c_lambda lambda^(3/2), in (0, 1); c_w: c_{w,0}; c_x: the paper's c_{x,0}; R: distance of the
weights from the start; sigma: which activation (0 softplus, 1 ReLU, 2 identity, 3 sigmoid); Lip,
beta: its Lipschitz and smoothness constants; lambda_0: least eigenvalue of K^(H); eta: step size.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import sympy as sp
from sympy import Interval, oo, symbols

from theorems.grid import Grid

PAPER = "du2018"
NAMES = ("softplus", "relu", "linear", "sigmoid")
LIPSCHITZ = (1.0, 1.0, 1.0, 0.25)
# Of sigma', where it is Lipschitz; ReLU's is not.
SMOOTHNESS = (0.25, math.inf, 0.0, math.sqrt(3) / 18)
AT_ZERO = (math.log(2), 0.0, 0.0, 0.5)
c_res, c_w, R, delta, eta, lambda_0 = symbols("c_res c_w R delta eta lambda_0", real=True)
H, m, n, d, sigma = symbols("H m n d sigma", integer=True)
POSITIVE = Interval.open(0, oo)
RATE = Interval.open(0, 1)
DEEP = sp.Range(2, oo)
ACTIVATIONS = sp.Range(0, 4)
# For statements of numbers alone: the ends of the default depths, all of them nightly.
DEPTH_ENDS = Grid(H=[2, 101]).nightly(H=[2, 3, 4, 9, 101])


def activation(points: Any) -> Any:
    from numeric.kernels.layers import Activation

    return Activation(NAMES[points.sigma])


def c_sigma(points: Any) -> float:
    from numeric.kernels import deep

    return deep.c_sigma(activation(points))


def weights_near(points: Any, generator: Any, *, inputs: int = 1) -> dict[str, Any]:
    """W^(h)(0) of norm at most c_w sqrt(m), W^(h)(k) within sqrt(m) R of it, and unit inputs."""
    import torch

    from numeric.adversary import Around

    depth, width, dimension = points.H, points.m, points.d
    root = width**0.5

    def zeros(*shape: int) -> Any:
        return torch.zeros(points.n, 1, *shape, dtype=torch.float64)

    return {
        "first": Around(zeros(width, dimension), points.c_w * root, shape="spectral"),
        "layers": Around(zeros(depth - 1, width, width), points.c_w * root, shape="spectral"),
        "first_move": Around(zeros(width, dimension), points.R * root),
        "layers_move": Around(zeros(depth - 1, width, width), points.R * root),
        "x": Around(zeros(inputs, dimension), 1.0, shape="sphere", trailing=1),
    }


def both(points: Any, weights: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The weights at the start and after the move, with output weights +-1."""
    import torch

    signs = 1.0 - 2.0 * (torch.arange(points.m) % 2).to(torch.float64)
    return before_and_after(weights, signs.expand(*weights["first"].shape[:2], points.m))


def before_and_after(weights: Any, a: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The layers without and with their moves, and those output weights."""
    names = ("first", "layers")
    start = {name: weights[name] for name in names}
    moved = {name: weights[name] + weights[f"{name}_move"] for name in names}
    return {**start, "a": a}, {**moved, "a": a}


def paths(points: Any, weights: Any) -> tuple[Any, Any]:
    """The forward passes at both."""
    return _passes()(points, weights)


@cache
def _passes() -> Any:
    from numeric.deep_residual import Forward, forward
    from numeric.shared_pass import shared_pass

    @shared_pass
    def passes(points: Any, weights: Any) -> tuple[Forward, Forward]:
        joint = stacked_pair(*both(points, weights))
        rate = points.c_res.unsqueeze(-1).expand(2, -1, 1)
        path = forward(joint, weights["x"], activation(points), rate)
        parts = zip(path.states, path.before, path.output, strict=True)
        one, two = (Forward(path.x, *part) for part in parts)
        return one, two

    return passes


def stacked_pair(start: Any, moved: Any) -> dict[str, Any]:
    """Two sets of weights as one with a leading axis of two."""
    import torch

    return {name: torch.stack([start[name], moved[name]]) for name in start}


def gram_norm(change: Any, *, spectral: bool) -> Any:
    """The operator or the Frobenius norm of symmetric `change (..., n, n)`."""
    import torch

    if not spectral:
        return change.flatten(-2).norm(dim=-1)
    return torch.linalg.eigvalsh(change).abs().amax(-1)


def largest_state(path: Any) -> Any:
    """The smallest c_{x,0} that these weights allow: max over layers and inputs of |x^(h)|."""
    return path.states.norm(dim=-1).amax(dim=(-2, -1))


def constant_x(rate: Any, bound: Any, lipschitz: float, root_c: float, c_x: Any) -> Any:
    """`(sqrt(c_sigma) L + c_{x,0}/c_{w,0}) e^{2 c_lambda c_{w,0} L}`."""
    return (root_c * lipschitz + c_x / bound) * (2 * rate * bound * lipschitz).exp()


def printed_state_constant(rate: float, bound: float = 2.0, lipschitz: float = 1.0) -> float:
    """`c_{x,0} = 2 e^{c_lambda c_{w,0} L}` of Lemma B.1."""
    return 2 * math.exp(rate * bound * lipschitz)
