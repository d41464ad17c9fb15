"""The two sides of a claim: a closed form, a measurement, or both.

What each measuring function is given and must return (`n` points at a time, float64):

- `Computed(f)`: `f(points) -> Tensor (n,)` or `(n, components)`, deterministic.
- `Sampled(f)`: `f(points, samples, generator) -> Tensor (n, samples)` or
  `(n, samples, components)`. When the quantifier has `draw`, `f(draws)` instead, with `draws` what
  `draw(points, samples, generator)` returned, so that both sides see the same draws.
- `Simulated(f)`: `f(path) -> Tensor (n, ..., steps)`, with `path` the mapping of recorded
  quantities that the quantifier's `simulate(points, generator)` returned.

`points` is a `theorems.points.Points`: real symbols arrive as tensors of shape `(n,)`, symbols of
an integer domain (sizes such as `k` or `p`) as one Python `int` for the whole batch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import sympy as sp

Kind = Literal["computed", "sampled", "simulated"]


@dataclass(frozen=True)
class Measure:
    """A measuring function and how it is to be called.

    `rounding` is the relative error that the function's own float64 arithmetic may commit; a
    difference below it says nothing. `exact` is an optional second route for confirming a
    violation: it takes the point as `{name: Fraction or int}` and returns the side's value as an
    mpmath number, evaluated in at least 50 digits.
    """

    kind: Kind
    function: Callable[..., Any]
    rounding: float = 1e-9
    exact: Callable[..., Any] | None = None


@dataclass(frozen=True)
class Side:
    """One side of a relation, known in closed form, by measurement, or both.

    `closed` is a SymPy expression or a matrix of them (then the relation is read entry by entry).
    With both present, the harness also compares the two with each other.
    """

    closed: sp.Basic | None = None
    measured: Any = None

    def __post_init__(self) -> None:
        if self.closed is not None:
            object.__setattr__(self, "closed", sp.sympify(self.closed))
        if isinstance(self.measured, Side):
            object.__setattr__(self, "measured", self.measured.measured)

    def entries(self) -> list[sp.Expr]:
        """The closed form's entries: one for a scalar, all of them for a matrix."""
        if self.closed is None:
            return []
        return list(self.closed) if isinstance(self.closed, sp.MatrixBase) else [self.closed]


def Closed(expression: Any) -> Side:
    """A side in closed form: a SymPy expression, or a matrix read entry by entry."""
    return Side(closed=expression)


def Computed(
    function: Callable[..., Any],
    *,
    rounding: float = 1e-9,
    exact: Callable[..., Any] | None = None,
) -> Side:
    """A side computed by a deterministic torch function, batched over points."""
    return Side(measured=Measure("computed", function, rounding, exact))


def Sampled(function: Callable[..., Any], *, rounding: float = 1e-9) -> Side:
    """A side known by sampling: one batch of draws per point; the harness sets their number."""
    return Side(measured=Measure("sampled", function, rounding))


def Simulated(function: Callable[..., Any], *, rounding: float = 1e-9) -> Side:
    """A side read off a recorded trajectory: one value per recorded step."""
    return Side(measured=Measure("simulated", function, rounding))


@dataclass(frozen=True)
class Holds:
    """A hypothesis that is checked on what was measured rather than on symbols.

    `function` is given what the sides' functions are given first (points, draws or path) and
    returns a boolean tensor, one entry per point, draw or step.
    """

    name: str
    function: Callable[..., Any]

    def __str__(self) -> str:
        return self.name
