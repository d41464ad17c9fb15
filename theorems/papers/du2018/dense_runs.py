r"""Runs of gradient descent on deep fully connected networks that the claims of both papers use.

Symbols in `dense_symbols`; gap: size of every residual y_i - u_i(0). The first weights are random,
`RUNS` of them per point; the constants c_{w,0}, c_{x,0}, a_{2,0} are the smallest that they allow.
Paths are (points, RUNS, steps) or (points, RUNS, n, steps).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import sympy as sp

from theorems.papers.du2018.dense_symbols import (
    DEPTHS,
    POSITIVE,
    SMOOTH,
    H,
    activation,
    constants,
    eta,
    gap,
    geometric,
    inputs,
    limit_eigenvalue,
    m,
    n,
    sigma,
)
from theorems.papers.du2018.records import Maker, Records
from theorems.sides import Holds

RUNS = 3
Path = Mapping[str, Any]
RUN: dict[sp.Symbol, sp.Set] = {
    n: sp.S.Naturals,
    H: DEPTHS,
    m: sp.S.Naturals,
    sigma: SMOOTH,
    eta: POSITIVE,
    gap: POSITIVE,
}
# Shares of a step at which the weights within it are looked at.
TIMES = (0.25, 0.5, 0.75, 1.0)

SMALL = Holds("eta <= lambda_0/(n^2 2^H)", lambda path: path["small"])


class Start:
    """Inputs, random weights and labels of every run, and the lemmas' constants.

    Labels are `u(0)` plus residuals of size gap, of alternating signs but in every third run, where
    they have one sign. All constants are `(points, RUNS)`.
    """

    def __init__(self, points: Any, generator: Any, *, train_output: bool = False) -> None:
        import torch

        from numeric.deep_network import forward, initial, predictions

        self.size, self.depth, self.width = points["n"], points.H, points.m
        self.activation, self.train_output = activation(points), train_output
        self.root, self.lipschitz, self.smooth = constants(points)
        self.x = inputs(self.size)
        sizes = (self.depth, self.width, self.size)
        law: Any = "normal" if train_output else "sign"
        self.weights, self.a = initial((points.n, RUNS), sizes, generator, law)
        self.path = forward(self.weights, self.x, self.activation)
        signs = torch.ones(RUNS, self.size, dtype=torch.float64)
        signs[torch.arange(RUNS) % 3 != 0, 1::2] = -1.0
        self.residual = points.gap[:, None, None] * signs
        self.y = predictions(self.path, self.a) + self.residual
        self.first = self.residual.norm(dim=-1)
        self.a_2 = (self.a.norm(dim=-1) / self.width**0.5).clamp_min(1.0)
        self.least = limit_eigenvalue(points)

    @cached_property
    def c_w(self) -> Any:
        import torch

        norms = torch.stack([torch.linalg.matrix_norm(w, ord=2) for w in self.weights])
        return norms.amax(dim=0) / self.width**0.5

    @cached_property
    def c_x0(self) -> Any:
        import torch

        sizes = torch.stack(
            [s.norm(dim=-1).expand(*self.first.shape, -1) for s in self.path.states]
        )
        return torch.maximum(sizes, 1 / sizes).amax(dim=-1).amax(dim=0)

    @cached_property
    def c_x(self) -> Any:
        """The printed c_x = max{2 sqrt(c_sigma) L c_{w,0}, 1} of Lemma A.5."""
        return (2 * self.root * self.lipschitz * self.c_w).clamp_min(1.0)

    def q(self, loss: Any) -> Any:
        """`Q'(s)` for losses `|y - u(s)|^2` with the runs as leading axes."""
        factor = 4 * self.a_2 if self.train_output else 2
        base = factor * self.c_x0 * self.c_x**self.depth * self.size**0.5
        return base.reshape(*base.shape, *(1,) * (loss.ndim - 2)) * loss.sqrt()

    @property
    def radius(self) -> Any:
        """`R'`, `(points, RUNS)`."""
        return self.q(self.first.square()) * 4 / self.least / self.width**0.5

    def g(self, factor: float = 1.0) -> Any:
        """`g_{factor c_x}(H)`."""
        return geometric(factor * self.c_x, self.depth)

    def records(self) -> dict[str, Callable[..., Any]]:
        """Loss, distances over `sqrt(m)`, gradient norms, and the least eigenvalue of `G^(H)`."""
        import torch

        from numeric.deep_network import layer_grams

        def far(at: Any) -> Any:
            pairs = zip(at.weights, self.weights, strict=True)
            moves = [(w - w0).square().sum(dim=(-2, -1)).sqrt() for w, w0 in pairs]
            return torch.stack(moves).amax(dim=0) / self.width**0.5

        def slopes(at: Any) -> Any:
            return torch.stack([s.square().sum(dim=(-2, -1)).sqrt() for s in at.slopes]).amax(dim=0)

        def least(at: Any) -> Any:
            grams = layer_grams(at.path, at.rows)
            return torch.linalg.eigvalsh(grams[..., -1, :, :])[..., 0]

        return {
            "loss": lambda at: at.residual.square().sum(-1),
            "far": far,
            "slope": slopes,
            "slope_a": lambda at: at.slope_a.norm(dim=-1),
            "far_a": lambda at: (at.a - self.a).norm(dim=-1) / self.width**0.5,
            "least": least,
        }

    def run(
        self,
        step_size: Any,
        steps: int,
        *streamed: str,
        extra: Mapping[str, Callable[..., Any]] | None = None,
    ) -> Records:
        """Records of descent with `step_size (points,)` or `(points, RUNS)`, and the context.

        Of the records of the weights only those `streamed` are made, along a long run; without any
        every iterate is kept, and all records can be read, the `extra` ones too.
        """
        import torch

        from numeric.deep_network import descend, iterates

        step = step_size if step_size.ndim == 2 else step_size[:, None].expand_as(self.first)
        arguments = ((self.weights, self.a), (self.x, self.y), self.activation, step, steps)
        named = {**self.records(), **(extra or {})}
        makers: dict[str, Maker] = {}
        if streamed:
            chosen = {name: named[name] for name in ("loss", *streamed)}
            given = descend(*arguments, chosen, train_output=self.train_output)
        else:
            kept = list(iterates(*arguments, train_output=self.train_output))
            given = {"loss": torch.stack([named["loss"](at) for at in kept], dim=-1)}
            makers = {name: _stacked(kept, record) for name, record in named.items()}
        whole = torch.ones_like(given["loss"])
        count = torch.arange(steps + 1, dtype=torch.float64)
        given = {**given, "step": step[..., None] * whole, "lambda": self.least * whole}
        makers |= {
            "rate": lambda path: (1 - step[..., None] * self.least / 2).clamp_min(0) ** count,
            "condition": _condition,
            "q": lambda path: self.q(path["loss"]),
            "radius": lambda path: self.radius[..., None] * whole,
        }
        return Records(given, makers)

    def stays(self) -> Any:
        """Whether `R' <= c g^(-1)` with the c that Lemma A.5 uses, `(points, RUNS, 1)`."""
        import torch

        limit = torch.minimum(1 / (self.root * self.lipschitz * self.g()), self.c_w)
        if self.train_output:
            # The norm of the output layer may then at most double.
            limit = limit.clamp_max(1.0)
        return (self.radius <= limit).unsqueeze(-1)


def _stacked(kept: Sequence[Any], record: Callable[..., Any]) -> Maker:
    import torch

    return lambda _: torch.stack([record(at) for at in kept], dim=-1)


def _condition(path: Path) -> Any:
    """Condition 6.1 up to each step."""
    import torch

    kept = path["loss"] <= path["rate"] * path["loss"][..., :1] * (1 + 1e-12)
    return kept.to(torch.float64).cummin(dim=-1).values > 0


def descent_run(
    steps: int, *streamed: str, train_output: bool = False
) -> Callable[[Any, Any], Records]:
    """`simulate` for descent with the points' eta; `streamed` as for `Start.run`."""

    def simulate(points: Any, generator: Any) -> Records:
        start = Start(points, generator, train_output=train_output)
        largest = start.least / (points["n"] ** 2 * 2**points.H)
        return start.run(points.eta, steps, *streamed).more(
            {
                "stays": lambda path: start.stays().expand_as(path["loss"]),
                # The theorem's step size with O(H) as H and a constant of 1.
                "small": lambda path: path["step"] <= largest,
            }
        )

    return simulate
