"""Runs of gradient flow and gradient descent that the claims of thesis chapter 2 are checked on.

lambda_0: least eigenvalue of H_inf of inputs in pairs; gap: size of every residual y_i - u_i(0), or
of every label. Points carry n and m as sizes and lambda_0, gap as reals; a run's first weights are
random, `RUNS` of them per point. Several starts have few active neurons, the first inputs are
nearly parallel where lambda_0 is small.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import sympy as sp
from sympy import Interval, Rational, oo, symbols

RUNS = 6
lambda_0, gap, t, delta, eta = symbols("lambda_0 gap t delta eta", real=True)
n, m, k = symbols("n m k", integer=True)
POSITIVE = Interval.open(0, oo)
EIGENVALUE = Interval.Lopen(0, Rational(1, 2))
SIZES: dict[sp.Symbol, sp.Set] = {n: sp.S.Naturals, m: sp.S.Naturals}
# The largest c for which the proof of Lemma 2.2 works.
LARGEST_C = math.sqrt(2 * math.pi) / 16

# Runge-Kutta steps past a change of pattern are off by the share of neurons that change.
FLOW_ROUNDING = 1e-3

Path = Mapping[str, Any]


class Start:
    """Inputs `(points, 1, n, n)`, weights `(points, RUNS, m, n)`, signs and labels of every run,
    and the network that they make.

    Labels are `u(0)` plus residuals of size gap with alternating signs, which lie along the least
    eigenvector when inputs come in pairs; every third run has residuals of one sign, which move the
    weights most.
    """

    def __init__(self, points: Any, generator: Any) -> None:
        import torch

        from numeric.gram_inputs import pairs
        from numeric.two_layer_relu import initial, predictions
        from numeric.two_layer_runs import Network

        size, width = points["n"], points.m
        self.x = torch.stack([pairs(size, value) for value in points.lambda_0.tolist()])
        self.x = self.x.unsqueeze(1)
        self.weights, self.a = initial((points.n, RUNS), width, size, generator)
        signs = torch.ones(RUNS, size, dtype=torch.float64)
        signs[torch.arange(RUNS) % 3 != 0, 1::2] = -1.0
        self.residual = points.gap[:, None, None] * signs
        self.y = predictions(self.weights, self.a, self.x) + self.residual
        self.network = Network(self.weights, self.a, self.x, self.y)
        self.size, self.width = size, width
        self.least = points.lambda_0[:, None, None]
        self.first = self.residual.norm(dim=-1).unsqueeze(-1)

    def in_the_event(self, radius: Any) -> Any:
        """Whether `lambda_min(H(0)) >= 3/4 lambda_0` and no weights within the radius, `(points,)`,
        shift H by `lambda_0 / 4`, `(points, RUNS, 1)`: the event of Lemmas 2.1 and 2.2."""
        from numeric.two_layer_relu import (
            gram_at,
            largest_shift,
            least_eigenvalue,
            symmetric_norm,
        )

        norm = symmetric_norm(largest_shift(self.weights, self.x, radius[:, None, None, None]))
        least = self.least[..., 0]
        good = (least_eigenvalue(gram_at(self.weights, self.x)) >= 0.75 * least) & (
            norm < least / 4
        )
        return good.unsqueeze(-1)


def flow_run(points: Any, generator: Any, extra: Any = None, event: Any = None) -> dict[str, Any]:
    """Gradient flow up to time `4 / lambda_0` in 160 steps; H's eigenvalues are at most 1 here.

    `event`: the radius of `Start.in_the_event`, recorded at every step.
    """
    import torch

    from numeric.two_layer_runs import flow, rests

    start = Start(points, generator)
    steps = 160
    length = 4 / points.lambda_0 / steps
    time_step = length[:, None, None, None]
    records = {**_records(), **(extra(start) if extra else {})}
    records["rests"] = lambda now: rests(now, time_step)
    path = flow(start.network, time_step, steps, records)
    time = length[:, None, None] * torch.arange(steps + 1, dtype=torch.float64)
    context = {**_context(start), **_event(start, event, steps)}
    return {**_with_eigenvalue(path), **context, "time": time, "t": time}


def descent_run(
    points: Any, generator: Any, steps: int = 150, extra: Any = None, event: Any = None
) -> dict[str, Any]:
    """Gradient descent with the points' step size eta, at each of `steps + 1` iterates.

    `event` as for `flow_run`.
    """
    import torch

    from numeric.two_layer_runs import descend

    start = Start(points, generator)
    records = {**_records(), **(extra(start, points) if extra else {})}
    path = descend(start.network, points.eta[:, None, None, None], steps, records)
    step = torch.arange(steps + 1, dtype=torch.float64).expand(points.n, 1, steps + 1)
    eta = points.eta[:, None, None]
    context = {**_context(start), **_event(start, event, steps)}
    return {**_with_eigenvalue(path), **context, "step": step, "step_size": eta}


def _event(start: Start, radius: Any, steps: int) -> dict[str, Any]:
    return {} if radius is None else {"event": start.in_the_event(radius).expand(-1, -1, steps + 1)}


def _records() -> dict[str, Callable[..., Any]]:
    """Squared residual, distance, and the Gram matrix at every step."""
    from numeric.two_layer_runs import farthest, gram, squared_residual

    return {"loss": squared_residual, "far": farthest, "gram": gram}


def _with_eigenvalue(path: dict[str, Any]) -> dict[str, Any]:
    """The least eigenvalue of the Gram matrix at every step, in place of the matrix."""
    from numeric.two_layer_relu import least_eigenvalue

    matrices = path.pop("gram").movedim(-1, -3)
    return {**path, "least": least_eigenvalue(matrices)}


def _context(start: Start) -> dict[str, Any]:
    return {
        "first": start.first,
        "lambda": start.least,
        "root": start.first * math.sqrt(start.size / start.width),
    }


def lowest_so_far(path: Path) -> Any:
    """The least eigenvalue over all steps up to each."""
    return path["least"].cummin(dim=-1).values


def radius_of(points: Any) -> Any:
    """`R = c delta lambda_0 / n^2` with the largest c, `(points,)`."""
    return LARGEST_C * points.delta * points.lambda_0 / points["n"] ** 2


def never_rested(path: Path) -> Any:
    """Whether no neuron has rested at a kink up to each step."""
    return ~path["rests"].cummax(dim=-1).values


def decayed(path: Path) -> Any:
    """`exp(-lambda_0 t) |y - u(0)|^2`."""
    return path["first"].square() * (-path["lambda"] * path["time"]).exp()


def twice_the_bound(path: Path) -> Any:
    """`2 sqrt(n) |y - u(0)| / (sqrt(m) lambda_0)`."""
    return 2 * path["root"] / path["lambda"]
