"""Thesis sections 6.2.1 and 6.6.1: the rate of one neuron, its step sizes and iteration counts.

ratio: |w|/|w*|; distance: |w - w*|/|w*|; theta: the angle of w and w*; eta: step size; gamma, L,
beta: as in Definition 6.1 and Assumption 6.1; epsilon: accuracy; flatness: variance of the input
across w* (1 along it).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import sympy as sp
from sympy import Interval, asin, cos, diff, log, pi, sin, sqrt, symbols

from symbolic.wedge import (
    inner_product,
    largest_eigenvalue,
    neuron_gradient,
    smallest_eigenvalue,
)
from theorems.claim import Claim, Source
from theorems.grid import Grid, linspace
from theorems.papers.du2019.ch6_symbols import (
    ACUTE,
    NONNEGATIVE,
    PAPER,
    POSITIVE,
    L,
    beta,
    eta,
    gamma,
    measured_inner_product,
    phi,
)
from theorems.quantifiers import AlongTrajectory, UpToConstant
from theorems.sides import Closed, Computed, Side, Simulated

ratio, distance, theta = symbols("ratio distance theta", real=True)
epsilon, flatness = symbols("epsilon flatness", real=True)
case = symbols("case", integer=True, nonnegative=True)
STEEPEST = sp.Rational(1, 2) + 4 / pi  # L(0) + 4 beta of a standard normal
PLACE = {phi: Interval(0, pi / 2), ratio: POSITIVE}
NEAR = ratio < 2 * cos(phi)
SQUARE = 1 + ratio**2 - 2 * ratio * cos(phi)

angle_of_distance = Claim(
    id="du2019.proof-6.2a",
    source=Source(PAPER, "6.6.1", "proof of Theorem 6.2, the observation"),
    statement=r"if $\|w-w_*\|_2<\|w_*\|_2$ then $\theta(w,w_*)\le\arcsin\frac{\|w-w_*\|_2}"
    r"{\|w_*\|_2}$",
    reading=r"in the plane of the two: $\sin\theta\le\|w-w_*\|/\|w_*\|$ in squares, the angle "
    "being acute by du2019.proof-6.2a.acute; the squares need no condition",
    over=PLACE,
    lhs=Closed(sin(phi) ** 2),
    relation="<=",
    rhs=Closed(SQUARE),
    grid=Grid(phi=[0.0, 1e-3, 0.7, 1.5], ratio=[0.01, 0.5, 1.0, 1.9]),
    uses=("du2019.proof-6.2a.acute",),
)

acute = Claim(
    id="du2019.proof-6.2a.acute",
    source=angle_of_distance.source,
    title="proof of Theorem 6.2, the angle is acute",
    statement=r"if $\|w-w_*\|<\|w_*\|$ then $w^\top w_*>0$",
    over={theta: Interval(-1, 1), ratio: POSITIVE},
    hypotheses=[1 + ratio**2 - 2 * ratio * theta < 1],
    reading="theta is the cosine of the angle here",
    lhs=Closed(theta),
    relation=">",
    rhs=Closed(sp.Integer(0)),
    grid=Grid(theta=[-0.5, 0.1, 1.0], ratio=[0.1, 1.0, 1.9]),
)

GRADIENT = neuron_gradient(phi, ratio, sp.Integer(1))
ALONG = (GRADIENT.T * (ratio * sp.Matrix([cos(phi), sin(phi)]) - sp.Matrix([1, 0])))[0]
AFTER = SQUARE - 2 * eta * ALONG + eta**2 * (GRADIENT.T * GRADIENT)[0]
one_step = Claim(
    id="du2019.proof-6.2b",
    source=Source(PAPER, "6.6.1", "proof of Theorem 6.2, one step"),
    statement=r"$\|w_{t+1}-w_*\|^2\le(1-\eta\gamma(\theta_t)+\eta^2(L(\theta_t)+4\beta)^2)"
    r"\|w_t-w_*\|^2$ (standard normal input, $\beta=\frac1\pi$)",
    over={**PLACE, eta: NONNEGATIVE},
    where=[NEAR],
    lhs=Closed(AFTER),
    relation="<=",
    rhs=Closed(
        (1 - eta * smallest_eigenvalue(phi) + eta**2 * (largest_eigenvalue(phi) + 4 / pi) ** 2)
        * SQUARE
    ),
    grid=Grid(phi=[0.0, 1e-3, 0.7, 1.5], ratio=[0.1, 0.9, 1.0, 1.9], eta=[0.0, 0.05, 1.0, 50.0]),
    uses=("du2019.lemma-6.1", "du2019.proof-6.2a", "du2019.assumption-6.1"),
    seconds=0.1,
)

slope_bound = Claim(
    id="du2019.proof-6.2b.slope",
    source=Source(PAPER, "6.6.1", "proof of Theorem 6.2, first-order term"),
    statement=r"$(w-w_*)^\top\nabla\ell(w)\ge\gamma(\theta)\|w-w_*\|^2$ (standard normal input)",
    reading="at every acute angle, whether or not w is closer to w* than the origin",
    over=PLACE,
    lhs=Side(inner_product(phi, ratio), Computed(partial(measured_inner_product, name="ratio"))),
    relation=">=",
    rhs=Closed(smallest_eigenvalue(phi) * SQUARE),
    grid=Grid(phi=[0.0, 1e-3, 0.7, 1.5], ratio=[0.1, 0.9, 1.0, 1.9]),
    uses=("du2019.lemma-6.1",),
    seconds=8.0,
)


@lru_cache(maxsize=8)
def _law(number: int) -> tuple[Any, Any]:
    """A plane law of one patch and the least beta: mixtures of section 6.4 and random laws."""
    from numeric.plane_laws import constants, four_arcs, mixture, random_law

    laws = (
        lambda: mixture(0.5, 400),
        lambda: mixture(3.0, 400),
        lambda: four_arcs(0.4, 200),
        lambda: random_law(1, 0.0, 3, 200),
    )
    law = laws[number]()
    return law, constants(law).beta


@lru_cache(maxsize=8)
def _limits(number: int) -> tuple[Any, Any]:
    """Angles up to pi/2 and the largest step of Theorem 6.2 with `phi_t` at each."""
    import torch

    from numeric.plane_laws import curves

    law, beta_ = _law(number)
    grid = torch.linspace(0.0, torch.pi / 2, 300, dtype=torch.float64)
    found = curves(law, grid)
    return grid, torch.cummin(found.gamma / (2 * (found.largest + 4 * beta_) ** 2), 0).values


def contraction(points: Any, generator: Any) -> dict[str, Any]:
    """40 steps of gradient descent, each of the largest size; distances before and after, and the
    printed factor."""
    import torch

    from numeric.plane_laws import curves, unit
    from numeric.single_filter import gradient

    del generator
    law, _ = _law(points.case)
    grid, limits = _limits(points.case)
    teacher = torch.tensor([[1.0, 0.0]], dtype=torch.float64)
    w = teacher + points.distance[:, None] * unit(points.theta)
    rows: dict[str, list[Any]] = {"before": [], "after": [], "factor": []}
    for _ in range(40):
        gap = (w - teacher).norm(dim=-1)
        angle = gap.clamp_max(1.0).asin()
        # The grid angle at or beyond phi_t: a step no larger than the printed one.
        step = limits[torch.searchsorted(grid, angle).clamp_max(299)]
        w = w - step[:, None] * gradient(w, teacher, law)
        rows["before"].append(gap.square())
        rows["after"].append((w - teacher).square().sum(-1))
        rows["factor"].append(1 - step * curves(law, angle).gamma / 2)
    return {name: torch.stack(values, -1) for name, values in rows.items()}


rate = Claim(
    id="du2019.theorem-6.2",
    source=Source(PAPER, "6.2.1", "Theorem 6.2"),
    statement=r"if $\|w_0-w_*\|<\|w_*\|$, $\phi_t=\arcsin\frac{\|w_t-w_*\|}{\|w_*\|}$ and "
    r"$0\le\eta_t\le\min_{0\le\phi\le\phi_t}\frac{\gamma(\phi)}{2(L(\phi)+4\beta)^2}$ then "
    r"$\|w_{t+1}-w_*\|^2\le(1-\frac{\eta_t\gamma(\phi_t)}2)\|w_t-w_*\|^2$",
    reading="four laws of unit patches in the plane, each step of the largest size",
    over={
        distance: Interval.open(0, 1),
        theta: Interval(-pi, pi),
        case: sp.Range(0, 4),
    },
    lhs=Simulated(lambda path: path["after"]),
    relation="<=",
    rhs=Simulated(lambda path: path["factor"] * path["before"]),
    quantifier=AlongTrajectory(simulate=contraction),
    grid=Grid(distance=[0.1, 0.6, 0.99], theta=[-2.5, -1.0, 0.0, 3.0], case=range(4)),
    uses=("du2019.proof-6.2a", "du2019.proof-6.2b", "du2019.text-6.2b"),
)

rate_gaussian = Claim(
    id="du2019.theorem-6.2.gaussian",
    source=rate.source,
    title="Theorem 6.2 for a standard normal",
    statement=r"the same with the constant step $\eta=\frac{\gamma(\phi_0)}{2(L(0)+4\beta)^2}$, "
    r"standard normal input, $\beta=\frac1\pi$: $\|w_1-w_*\|^2\le(1-\frac{\eta\gamma(\phi_0)}2)"
    r"\|w_0-w_*\|^2$",
    over=PLACE,
    where=[NEAR, SQUARE > 0],
    lhs=Closed(AFTER.subs(eta, smallest_eigenvalue(asin(sqrt(SQUARE))) / (2 * STEEPEST**2))),
    relation="<=",
    rhs=Closed((1 - smallest_eigenvalue(asin(sqrt(SQUARE))) ** 2 / (4 * STEEPEST**2)) * SQUARE),
    grid=Grid(phi=[1e-3, 0.7, 1.4], ratio=[0.1, 0.3, 0.9, 1.0, 1.9]),
    uses=("du2019.theorem-6.2", "du2019.definition-6.1"),
    seconds=0.1,
)

START = (0.4, 0.684)


@dataclass(frozen=True)
class Counted:
    """Iterations with the largest constant step of the theorem for each accuracy, and gamma(phi_0),
    L(0) and beta."""

    needed: dict[float, int]
    gamma: float
    largest: float
    beta: float


@lru_cache(maxsize=64)
def _one_run(flat: float, accuracies: tuple[float, ...]) -> Counted:
    """One path from START, kept because the claims on one and on equal patches share it."""
    from numeric.filter_sgd import Anisotropic

    law = Anisotropic(1.0, flat)
    start = math.asin(math.hypot(START[0] - 1, START[1]))
    least, slope = law.gamma(start), law.beta()
    step = least / (2 * (law.largest(0.0) + 4 * slope) ** 2)
    here, done, reached = START, 0, {}
    for accuracy in sorted(accuracies, reverse=True):
        more, here = law.approach(here, step, accuracy)
        done += more
        reached[accuracy] = done
    return Counted(reached, least, law.largest(0.0), slope)


def counted_runs(points: Any) -> list[tuple[float, Counted]]:
    """Per point its accuracy and the path on inputs of its flatness."""
    pairs = list(zip(points.flatness.tolist(), points.epsilon.tolist(), strict=True))
    asked = {flat: tuple(sorted({e for f, e in pairs if f == flat})) for flat, _ in pairs}
    return [(epsilon, _one_run(flat, asked[flat])) for flat, epsilon in pairs]


def iterations_needed(points: Any) -> Any:
    import torch

    counts = [float(run.needed[accuracy]) for accuracy, run in counted_runs(points)]
    return torch.tensor(counts, dtype=torch.float64)


def _iterations_promised(points: Any) -> Any:
    import torch

    bounds = [
        ((run.largest + run.beta) / run.gamma) ** 2 * math.log(1 / accuracy)
        for accuracy, run in counted_runs(points)
    ]
    return torch.tensor(bounds, dtype=torch.float64)


iterations_of_rate = Claim(
    id="du2019.text-6.2c",
    source=Source(PAPER, "6.2.1", "after Theorem 6.2, number of iterations"),
    statement=r"with $\eta=\Theta(\frac{\gamma(\phi_0)}{(L(0)+\beta)^2})$ an $\epsilon$-close "
    r"solution takes $O(\frac{(L(0)+\beta)^2}{\gamma^2(\phi_0)}\log\frac1\epsilon)$ iterations",
    reading=r"measured on inputs $\mathrm{diag}(1,\sqrt f)z$ with $f\to0$, where $\gamma$ vanishes "
    r"and $L(0)$ does not; $\eta$ is the largest constant step of the theorem, $\|w_0-w_*\|=0.91$",
    over={flatness: Interval.open(0, 2), epsilon: Interval.open(0, 1)},
    lhs=Computed(iterations_needed),
    relation="<=",
    rhs=Computed(_iterations_promised),
    quantifier=UpToConstant(shrinking=("flatness", "epsilon")),
    grid=Grid(flatness=[2.0**-i for i in range(1, 8)], epsilon=[0.5, 0.25, 0.125, 0.0625]),
    uses=("du2019.theorem-6.2",),
)

RATE = gamma**2 / (4 * (L + 4 * beta) ** 2)
guarantee = Claim(
    id="du2019.text-6.2c.algebra",
    source=iterations_of_rate.source,
    title="after Theorem 6.2, the algebra of the iteration count",
    statement=r"$-\log(1-\frac{\gamma^2}{4(L+4\beta)^2})\ge\frac{\gamma^2}{64(L+\beta)^2}$, so "
    r"that "
    r"$128\frac{(L+\beta)^2}{\gamma^2}\log\frac1\epsilon$ iterations of Theorem 6.2 suffice",
    reading="the constant hidden in O is worked out, in units of L; the same algebra with L(phi) "
    "in place of L(0) gives the bound for adaptive steps",
    over={gamma: Interval.Lopen(0, 1), beta: POSITIVE},
    lhs=Closed(-log(1 - RATE.subs(L, 1))),
    relation=">=",
    rhs=Closed((gamma**2 / (64 * (L + beta) ** 2)).subs(L, 1)),
    grid=Grid(gamma=[1e-3, 0.5, 1.0], beta=[1e-3, 0.3, 20.0]),
    uses=("du2019.theorem-6.2",),
)

STEP = smallest_eigenvalue(phi) / (2 * (largest_eigenvalue(phi) + 2 / pi) ** 2)


two_stages = Claim(
    id="du2019.text-6.2c.stages",
    source=Source(PAPER, "6.2.1", "after Theorem 6.2, two-stage learning rates"),
    statement=r"as the angle becomes smaller $\frac{\gamma(\phi)}{2(L(\phi)+2\beta)^2}$ becomes "
    r"larger (standard normal input, $\beta=\frac1\pi$: the derivative)",
    over={phi: ACUTE},
    lhs=Closed(diff(STEP, phi)),
    relation="<=",
    rhs=Closed(sp.Integer(0)),
    grid=Grid(phi=linspace(0, math.pi / 2, 7)),
    uses=("du2019.definition-6.1",),
)
