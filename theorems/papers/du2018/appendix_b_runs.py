r"""Runs of gradient descent on the ResNet for appendix B, shared with the thesis.

Symbols in `appendix_b_symbols`; share: eta over lambda_0 H^2/n^2. Softplus (L = 1), orthonormal
inputs, labels +-1, two Gaussian starts per point. In the records c_w and c_x are the smallest
c_{w,0} and c_{x,0} that a start allows, `root` is sqrt(n) |y - u(k)|.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sympy import symbols

from theorems.grid import Grid
from theorems.papers.du2018.appendix_b_symbols import DEEP, POSITIVE, RATE, H, c_res, m, n
from theorems.quantifiers import AlongTrajectory

SETTING = "softplus, orthonormal inputs, labels +-1, 12 steps from two Gaussian starts"
share = symbols("share", real=True)
Path = Mapping[str, Any]
RUN = {H: DEEP, m: DEEP, n: DEEP, c_res: RATE, share: POSITIVE}
RUN_GRID = Grid(
    points=[{"c_res": rate, "share": part} for rate, part in ((0.9, 0.5), (0.2, 1.0))],
    H=[2, 8],
    m=[48],
    n=[2, 4],
).nightly(H=[2, 8, 24], m=[48, 96], n=[2, 4])
STARTS = 2


def labels(count: int) -> Any:
    """+1, -1, +1, ..."""
    import torch

    return 1.0 - 2.0 * (torch.arange(count) % 2).to(torch.float64)


def runs(*records: str, output: bool = False) -> AlongTrajectory:
    """Runs with these records of `deep_descent`; `output` as for `run`."""
    return AlongTrajectory(simulate=partial(run, records=records, output=output))


def run(
    points: Any, generator: Any, *, records: tuple[str, ...], steps: int = 12, output: bool = False
) -> dict[str, Any]:
    """Descent from Gaussian starts; `output`: the thesis, with Gaussian a trained along."""
    import torch

    from numeric import deep_residual as residual
    from numeric.deep_descent import Network, descend
    from numeric.kernels.layers import Activation
    from theorems.papers.du2018.sec4_gram import least_eigenvalue

    size, depth, width = points["n"], points.H, points.m
    rates = points.c_res
    x, label = torch.eye(size, dtype=torch.float64), labels(size)
    weights = residual.initial(
        (points.n, STARTS),
        depth,
        width,
        size,
        generator,
        readout="gaussian" if output else "signs",
    )
    least = torch.tensor(
        [least_eigenvalue(size, depth, rate) for rate in rates.tolist()], dtype=torch.float64
    )
    eta = points.share * least * depth**2 / size**2
    net = Network(Activation("softplus"), rates[:, None], train_output=output)
    path = descend(net, weights, x, label, eta[:, None], steps, ("loss", *records))
    states = residual.forward(weights, x, net.activation, net.c_res).states
    spectral = torch.linalg.matrix_norm(weights["layers"], ord=2).amax(-1) / width**0.5
    columns = {
        "eta": eta,
        "lambda_0": least,
        "rate": rates,
        "c_w": spectral,
        "c_x": states.norm(dim=-1).amax(dim=(-2, -1)),
        "a_2": weights["a"].norm(dim=-1) / width**0.5,
    }
    return described(points, path, columns, {"depth": depth, "width": width, "size": size})


def described(
    points: Any, path: Path, columns: Mapping[str, Any], constants: Mapping[str, int]
) -> dict[str, Any]:
    """The records of a run with numbers per point or start and per network; one axis for the layers
    everywhere."""
    import torch

    size = constants["size"]
    path = {
        **path,
        **{n: v.reshape(points.n, -1, 1).to(torch.float64) for n, v in columns.items()},
        "root": (size * path["loss"]).sqrt(),
        "first_root": (size * path["first"]).sqrt(),
    }
    return {name: v if v.ndim == 4 else v.unsqueeze(-2) for name, v in path.items()} | {
        name: torch.full((points.n, 1, 1, 1), float(v), dtype=torch.float64)
        for name, v in constants.items()
    }


def contract(
    net: Any, drawn: Callable[[int], Any], data: tuple[Any, Any], draws: int, rule: Any
) -> Any:
    """Whether |y - u(k)|^2 <= (1 - eta lambda_0/2)^k |y - u(0)|^2 until the factor is e^-tau.

    `drawn(count)` are first weights, `rule` is eta, lambda_0 and tau; `(1, draws)`.
    """
    import torch

    from numeric.residual_contraction import contracts

    step_size, least, horizon = rule
    rate = 1 - step_size * least / 2
    steps, kept = math.ceil(-horizon / math.log(rate)), []
    for start in range(0, draws, 100):
        weights = drawn(min(100, draws - start))
        kept.append(contracts(net, weights, data, step_size, steps, rate))
    return torch.cat(kept).to(torch.float64).unsqueeze(0)


def printed_q(path: Path) -> Any:
    """Q' of Lemma B.5: 2 c_x c_w L e^{2 c_x c_w L} sqrt(n) |y - u| / H."""
    exponent = 2 * path["c_x"] * path["c_w"]
    return 2 * path["c_x"] * path["c_w"] * exponent.exp() * path["root"] / path["depth"]


def proof_q(path: Path) -> Any:
    """Q' of the proof of Lemma B.5: 2 c_lambda c_x L e^{2 c_lambda c_w L} sqrt(n) |y - u| / H."""
    growth = (2 * path["rate"] * path["c_w"]).exp()
    return 2 * path["rate"] * path["c_x"] * growth * path["root"] / path["depth"]


def first_q(path: Path, root_c: float, size: float = 1.0) -> Any:
    """The same for the first layer: sqrt(c_sigma) L e^{2 c_lambda c_w L} sqrt(n) |y - u|."""
    return size * root_c * (2 * path["rate"] * path["c_w"]).exp() * path["root"]


def held(path: Path) -> Any:
    """Condition 6.1 up to each step: |y - u(k)|^2 <= (1 - eta lambda_0/2)^k |y - u(0)|^2."""
    factor = 1 - path["eta"] * path["lambda_0"] / 2
    bound = factor ** path["step"] * path["first"]
    return (path["loss"] <= bound * (1 + 1e-12)).cummin(dim=-1).values
