"""What a statement says its relation holds for.

Each quantifier here is a value; how it is measured is in `theorems.measure`, how the measurements
become a verdict in `theorems.judge`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import sympy as sp


@dataclass(frozen=True)
class Quantifier:
    """Base of all quantifiers; `title` is how the report names it."""

    title: ClassVar[str] = ""


@dataclass(frozen=True)
class ForAll(Quantifier):
    """The relation holds for every parameter in the domain.

    Measured on the grid, then on `random_points` random points of the domain (the profile's number
    if None), then by ascent on the margin from the worst of them.
    """

    random_points: int | None = None
    search: bool = True
    title: ClassVar[str] = "for all"


@dataclass(frozen=True)
class InExpectation(Quantifier):
    """The expectation of a sampled side stands in the relation to the other side.

    `samples` per point overrides the profile's number.
    """

    samples: int | None = None
    draw: Callable[..., Any] | None = None
    title: ClassVar[str] = "in expectation"


@dataclass(frozen=True)
class AlongTrajectory(Quantifier):
    """The relation holds at every recorded step of every simulated run.

    `simulate(points, generator) -> {name: Tensor (n, ..., steps)}` runs the dynamics from the
    grid's points and records what the claim asks for. A recorded quantity named like a symbol in
    `over` is that symbol's value at each step: `where` and `hypotheses` are then checked step by
    step and closed sides are evaluated along the run. `rounding` (relative) and `floor` (absolute)
    say how far float64 may drift before a difference means anything.
    """

    simulate: Callable[..., Any] | None = None
    rounding: float = 1e-9
    floor: float = 1e-12
    title: ClassVar[str] = "along trajectories"


@dataclass(frozen=True)
class ForAllWeights(Quantifier):
    """The relation holds for every weight vector in a set, at every parameter of the domain.

    `within(points, generator) -> {name: numeric.adversary.Around}` gives the sets at the points:
    the centre (the initialisation, drawn with the generator if it is random), radius and norm of
    each named weight; an input that the statement ranges over is one more name. A measured side is
    `Computed(f)` with `f(points, weights) -> Tensor (points, restarts)`, `weights` tensors of shape
    `(points, restarts, ...)`; it is differentiated, so that the search can climb. `restarts` and
    `steps` per point override the profile's: they are meant for the quick profile, and a profile
    that searches harder multiplies them (`theorems.measure.adversarial.effort`: nightly by 2 and by
    2.6).
    """

    within: Callable[..., Any] | None = None
    restarts: int | None = None
    steps: int | None = None
    title: ClassVar[str] = "for all weights"


@dataclass(frozen=True)
class Exists(Quantifier):
    """There are values of the exhibit's symbols for which the relation holds.

    `exhibit` maps symbols to closed forms in the remaining ones; the decision procedure then
    verifies the relation with the exhibit put in. A measured side constructs or searches and
    returns the value at what it found. A failed search refutes nothing.
    """

    exhibit: Mapping[sp.Symbol, sp.Expr] = field(default_factory=dict)
    title: ClassVar[str] = "there exists"


@dataclass(frozen=True)
class WithProbability(Quantifier):
    """The relation holds with probability at least `at_least` over the draws.

    `at_least` is a number or a SymPy expression in the claim's symbols. `draws` overrides the
    profile's number of independent draws per point.
    """

    at_least: Any = 1
    draws: int | None = None
    draw: Callable[..., Any] | None = None
    title: ClassVar[str] = "with probability"


@dataclass(frozen=True)
class UpToConstant(Quantifier):
    """lhs is O(rhs) (relation `<=`), Omega(rhs) (`>=`) or Theta(rhs) (`==`) as `along` grows.

    `along` names the scaled symbols; the grid must span at least three octaves of each. A symbol
    that tends to zero instead is named in `shrinking`. Sides must be positive; sampled sides enter
    by their mean.
    """

    along: tuple[str, ...] = ()
    shrinking: tuple[str, ...] = ()
    samples: int | None = None
    draw: Callable[..., Any] | None = None
    title: ClassVar[str] = "up to a constant"


@dataclass(frozen=True)
class SufficientSize(Quantifier):
    """A size of order `rhs` suffices: with it, success has probability at least `at_least`.

    The left side is `Sampled(f)` with `f(points, size, draws, generator) -> Tensor (n, draws)` of
    0/1, whether a draw at that size succeeded. The smallest sufficient size, from `start` by
    doubling and bisection up to `largest`, is compared with the printed bound on the right side as
    `along` grows (relation `<=`); a bound that asks for more than is needed is not refuted.
    """

    at_least: Any = 0.9
    along: tuple[str, ...] = ()
    shrinking: tuple[str, ...] = ()
    start: int = 1
    largest: int = 1 << 14
    draws: int | None = None
    title: ClassVar[str] = "sufficient size"


@dataclass(frozen=True)
class Reproduces(Quantifier):
    """A figure's or table's numbers or trend come out again when the experiment is rerun.

    `tolerance` is the absolute half-width that the print leaves open (rounding, "about 50").
    `printed_trials` is the number of random trials behind each printed frequency: then the measured
    side returns 0/1 per draw, `draws` of them, and two frequencies are compared by exact intervals.
    """

    tolerance: float = 0.0
    printed_trials: int | None = None
    draws: int | None = None
    title: ClassVar[str] = "reproduces"
