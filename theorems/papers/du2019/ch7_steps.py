"""Thesis sections 7.4.1 and 7.7.1: single steps of gradient descent on the tube, and their counts.

L > gamma > 0: curvatures; tau: width of a quadratic piece; eta <= 1/(2 L): step size. x, y: the
leaving and the next coordinate (on the joint x = tau (1 + s), y = tau u), or the coordinate spoken
of; x_1, x_2: initial coordinates; t_1,
t_2: escape times of the two-saddle example (7.3).
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

from sympy import Interval, Matrix, diff, log, oo, symbols

from symbolic import splines
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import ForAll
from theorems.sides import Closed, Computed, Side

PAPER = "du2019"
POSITIVE, NONNEGATIVE = Interval.open(0, oo), Interval(0, oo)
tau, L, gamma, eta, x, y, s, u = symbols("tau L gamma eta x y s u", real=True)
x_1, x_2, t_1 = symbols("x_1 x_2 t_1", real=True)
STEP = {L: POSITIVE, gamma: POSITIVE, eta: POSITIVE}
SMALL_STEP = [gamma < L, eta <= 1 / (2 * L)]
STEP_GRID = Grid(
    points=[
        {"L": a, "gamma": b, "tau": c, "eta": q / (2 * a), "x": m * c}
        for a, b, c in [(math.e, 1.0, math.e), (1.5, 1.0, 2.0), (64.0, 0.5, 1.0)]
        for q in (0.01, 0.5, 0.99)
        for m in (2.0, 3.0, 4.0, 5.0, 6.0)
    ]
)

# (7.3): the first two saddle points

UNIT = Interval.Lopen(0, 1)
TWO_SADDLES = {**STEP, x_1: UNIT, x_2: UNIT}
TWO_SADDLE_GRID = Grid(
    points=[
        {"L": a, "gamma": 1.0, "eta": q / (2 * a), "x_1": m, "x_2": n}
        for a in (1.01, 1.5, math.e, 8.0)
        for q in (0.1, 0.5, 0.9, 0.999)
        for m in (1.0, 0.99, 0.3, 1e-3)
        for n in (1.0, 0.5, 1e-4)
    ]
)
MOST_STEPS = 20_000


def _times(points: Any) -> tuple[Any, Any]:
    names = ("x_1", "x_2", "eta", "L", "gamma")
    return _escapes(*(tuple(points[name].tolist()) for name in names))


@lru_cache(maxsize=4)
def _escapes(*columns: tuple[float, ...]) -> tuple[Any, Any]:
    """(t_1, t_2) by running gradient descent on the three pieces of (7.3)."""
    import torch

    from numeric.saddle_runs import two_saddle_times

    x_1, x_2, eta, L, gamma = torch.tensor(columns, dtype=torch.float64)
    first, second = two_saddle_times(torch.stack([x_1, x_2], -1), eta, L, gamma, MOST_STEPS)
    if not bool(torch.isfinite(second).all()):
        raise ValueError(f"a run did not leave the second saddle point in {MOST_STEPS} steps")
    return first, second


def _first_crossing(points: Any) -> Any:
    """x_1 and x_2 at the first iterate with x_1 >= 1, (n, 2)."""
    import torch

    from numeric.dynamics import gradient_descent
    from numeric.saddle_runs import two_saddle_slope

    run = gradient_descent(
        two_saddle_slope,
        torch.stack([points.x_1, points.x_2], -1),
        points.eta,
        MOST_STEPS,
        stop=lambda u, **_: u[:, 0] >= 1,
        parameters={"L": points.L, "gamma": points.gamma},
    )
    return torch.cat([run.x, run.steps.to(torch.float64).unsqueeze(-1)], -1)


def _crossing_by_powers(points: Any) -> Any:
    import torch

    steps = _first_crossing(points)[:, 2]
    grown = (1 + 2 * points.eta * points.gamma) ** steps * points.x_1
    shrunk = (1 - 2 * points.eta * points.L) ** steps * points.x_2
    return torch.stack([grown, shrunk, steps], -1)


first_escape = Claim(
    id="du2019.text-7.4a.crossing",
    source=Source(PAPER, "7.4.1", "two saddle points, first escape"),
    statement=r"on (7.3), with $t_1=\min\{t:x_1^{(t)}\ge1\}$: "
    r"$x_1^{(t_1)}=(1+2\eta\gamma)^{t_1}x_1^{(0)}$, "
    r"$x_2^{(t_1)}=(1-2\eta L)^{t_1}x_2^{(0)}$",
    over=TWO_SADDLES,
    where=SMALL_STEP,
    quantifier=ForAll(search=False),
    lhs=Computed(_first_crossing),
    relation="==",
    rhs=Computed(_crossing_by_powers),
    grid=TWO_SADDLE_GRID,
    uses=("du2019.eq-7.3",),
)

second_escape = Claim(
    id="du2019.text-7.4a",
    source=Source(PAPER, "7.4.1", "two saddle points, second escape"),
    statement=r"on (7.3), with $t_2=\min_{x_2^{(t)}\ge1}t$: "
    r"$t_2\ge\frac{2\eta(L+\gamma)t_1+\log(1/x_2^0)}{2\eta\gamma}$",
    reading=r"$\eta\le\frac1{2L}$, from the theorem's $\eta\le1/\ell$; $t_2$ counted from "
    r"$t_1$ on, once the second saddle point's neighbourhood is entered",
    over=TWO_SADDLES,
    where=SMALL_STEP,
    quantifier=ForAll(search=False),
    lhs=Computed(lambda points: _times(points)[1]),
    relation=">=",
    rhs=Computed(
        lambda points: (
            (2 * points.eta * (points.L + points.gamma) * _times(points)[0] - points.x_2.log())
            / (2 * points.eta * points.gamma)
        )
    ),
    grid=TWO_SADDLE_GRID,
    uses=("du2019.text-7.4a.crossing", "du2019.text-7.4a.logarithms"),
)

second_over_first = Claim(
    id="du2019.text-7.4a.ratio",
    source=Source(PAPER, "7.4.1", "two saddle points, ratio of escape times"),
    statement=r"$\frac{2\eta(L+\gamma)t_1+\log(1/x_2^0)}{2\eta\gamma}\ge\frac{L+\gamma}\gamma t_1$",
    over={**STEP, x_2: UNIT, t_1: NONNEGATIVE},
    where=SMALL_STEP,
    lhs=Closed((2 * eta * (L + gamma) * t_1 + log(1 / x_2)) / (2 * eta * gamma)),
    relation=">=",
    rhs=Closed((L + gamma) / gamma * t_1),
)

logarithms = Claim(
    id="du2019.text-7.4a.logarithms",
    source=Source(PAPER, "7.7.1", "proof of Lemma 7.2, logarithms"),
    statement=r"$\log(1+\theta)\le\theta$ and $\log(1-\theta)\le-\theta$ for $0\le\theta<1$",
    over={x: Interval.Ropen(0, 1)},
    lhs=Closed(Matrix([log(1 + x), log(1 - x)])),
    relation="<=",
    rhs=Closed(Matrix([x, -x])),
    reading="theta is x here; at theta = 1 the second logarithm is minus infinity",
)

# Updates inside D_0

ARRIVED_STEP = x - eta * diff(L * (x - 4 * tau) ** 2, x)
ARRIVED = {**STEP, tau: POSITIVE, x: POSITIVE}
WHERE_ARRIVED = [*SMALL_STEP, x >= 2 * tau, x <= 6 * tau]


def _measured_step(points: Any) -> Any:
    """One step of gradient descent on the one-dimensional tube."""
    from numeric.tube import tube_gradient

    at = points.x.unsqueeze(-1)
    return (at - points.eta.unsqueeze(-1) * tube_gradient(at, points.L, points.gamma, points.tau))[
        :, 0
    ]


arrived_update = Claim(
    id="du2019.proof-7.2a",
    source=Source(PAPER, "7.7.1", "proof of Lemma 7.2, update of an arrived coordinate"),
    statement=r"for $j<k$, $2\tau\le x_j\le6\tau$: $x_j^{(t+1)}=(1-\eta L)x_j^{(t)}-4\eta L\tau$",
    reading=r"printed for $1\le j\le k$; the next line treats $j=k$",
    over=ARRIVED,
    where=WHERE_ARRIVED,
    lhs=Side(ARRIVED_STEP, Computed(_measured_step)),
    relation="==",
    rhs=Closed((1 - eta * L) * x - 4 * eta * L * tau),
    grid=STEP_GRID,
    uses=("du2019.eq-7.5",),
    erratum="the gradient of L (x_j - 4 tau)^2 is 2 L (x_j - 4 tau), so the step gives "
    "(1 - 2 eta L) x_j + 8 eta L tau; the printed map has no fixed point at 4 tau and leaves D_0",
)

arrived_update_range = Claim(
    id="du2019.proof-7.2a.range",
    source=Source(PAPER, "7.7.1", "proof of Lemma 7.2, range of the printed update"),
    statement=r"for $2\tau\le x_j\le6\tau$: $(1-\eta L)x_j-4\eta L\tau\in[2\tau,6\tau]$",
    over=ARRIVED,
    where=WHERE_ARRIVED,
    lhs=Closed(Matrix([2 * tau, (1 - eta * L) * x - 4 * eta * L * tau])),
    relation="<=",
    rhs=Closed(Matrix([(1 - eta * L) * x - 4 * eta * L * tau, 6 * tau])),
    grid=STEP_GRID,
    erratum="at x_j = 2 tau the printed value is 2 tau - 6 eta L tau < 2 tau",
)

arrived_update_corrected = Claim(
    id="du2019.proof-7.2a.corrected",
    source=Source(PAPER, "7.7.1", "proof of Lemma 7.2, update of an arrived coordinate, corrected"),
    statement=r"for $j<k$, $2\tau\le x_j\le6\tau$: "
    r"$x_j^{(t+1)}=(1-2\eta L)x_j^{(t)}+8\eta L\tau$",
    over=ARRIVED,
    where=WHERE_ARRIVED,
    lhs=Side(ARRIVED_STEP, Computed(_measured_step)),
    relation="==",
    rhs=Closed((1 - 2 * eta * L) * x + 8 * eta * L * tau),
    grid=STEP_GRID,
    uses=("du2019.eq-7.5",),
    corrects="du2019.proof-7.2a",
)

arrived_range_corrected = Claim(
    id="du2019.proof-7.2a.range.corrected",
    source=Source(PAPER, "7.7.1", "proof of Lemma 7.2, range of the update, corrected"),
    statement=r"for $2\tau\le x_j\le6\tau$: $(1-2\eta L)x_j+8\eta L\tau\in[2\tau,6\tau]$",
    over=ARRIVED,
    where=WHERE_ARRIVED,
    lhs=Closed(Matrix([2 * tau, ARRIVED_STEP])),
    relation="<=",
    rhs=Closed(Matrix([ARRIVED_STEP, 6 * tau])),
    grid=STEP_GRID,
    uses=("du2019.proof-7.2a.corrected",),
    corrects="du2019.proof-7.2a.range",
)

LEAVING_STEP = x - eta * diff(-gamma * x**2, x)
WAITING_STEP = x - eta * diff(L * x**2, x)

other_updates = Claim(
    id="du2019.proof-7.2a.others",
    source=Source(PAPER, "7.7.1", "proof of Lemma 7.2, updates of the other coordinates"),
    statement=r"for $0\le x\le\tau$: $x_k^{(t+1)}=(1+2\eta\gamma)x_k^{(t)}\in[0,2\tau]$, and for "
    r"$j>k$ "
    r"$x_j^{(t+1)}=(1-2\eta L)x_j^{(t)}\in[0,\tau]$",
    over={**STEP, tau: POSITIVE, x: NONNEGATIVE},
    where=[*SMALL_STEP, x <= tau],
    lhs=Closed(
        Matrix(
            [
                *(LEAVING_STEP, (1 + 2 * eta * gamma) * x, 0, LEAVING_STEP),
                *(WAITING_STEP, (1 - 2 * eta * L) * x, 0, WAITING_STEP),
            ]
        )
    ),
    relation="<=",
    rhs=Closed(
        Matrix(
            [
                *((1 + 2 * eta * gamma) * x, LEAVING_STEP, LEAVING_STEP, 2 * tau),
                *((1 - 2 * eta * L) * x, WAITING_STEP, WAITING_STEP, tau),
            ]
        )
    ),
    reading="each equality is stated as two inequalities",
    uses=("du2019.eq-7.5",),
)

# The joint

JOINT = {**STEP, tau: POSITIVE, s: Interval(0, 1), u: Interval(0, 1)}
PLACE = {x: tau * (1 + s), y: tau * u}
JOINT_STEP = (x - eta * diff(splines.g(x, y, tau, L, gamma), x)).subs(PLACE, simultaneous=True)
JOINT_GRID = Grid(
    points=[
        {"L": a, "gamma": b, "tau": c, "eta": q / (2 * a)}
        for a, b, c in [(math.e, 1.0, math.e), (1.01, 1.0, 2.0), (64.0, 0.5, 1.0)]
        for q in (0.01, 0.5, 0.99)
    ],
    s=[0.0, 0.25, 0.5, 0.75, 1.0],
    u=[0.0, 0.5, 1.0],
)


joint_update = Claim(
    id="du2019.proof-7.2d",
    source=Source(PAPER, "7.7.1", "proof of Lemma 7.2, update in the joint"),
    statement=r"for $\tau\le x_k\le2\tau$: $x_k^{(t+1)}=x_k-\eta\frac{\partial g}{\partial x_k}\le "
    r"x_k+2\eta\gamma\tau\le6\tau$",
    over=JOINT,
    where=SMALL_STEP,
    lhs=Closed(Matrix([JOINT_STEP, tau * (1 + s) + 2 * eta * gamma * tau])),
    relation="<=",
    rhs=Closed(Matrix([tau * (1 + s) + 2 * eta * gamma * tau, 6 * tau])),
    grid=JOINT_GRID,
    uses=("du2019.lemma-7.4b",),
    erratum="Lemma 7.4 bounds the slope from above by -2 gamma tau, so x_k moves by at least "
    "2 eta gamma tau, not at most; the step needs the lower bound of the slope",
)

joint_update_corrected = Claim(
    id="du2019.proof-7.2d.corrected",
    source=Source(PAPER, "7.7.1", "proof of Lemma 7.2, update in the joint, corrected"),
    statement=r"for $\tau\le x_k\le2\tau$: $x_k^{(t+1)}\le x_k+8\eta L\tau\le6\tau$",
    over=JOINT,
    where=SMALL_STEP,
    lhs=Closed(Matrix([JOINT_STEP, tau * (1 + s) + 8 * eta * L * tau])),
    relation="<=",
    rhs=Closed(Matrix([tau * (1 + s) + 8 * eta * L * tau, 6 * tau])),
    grid=JOINT_GRID,
    uses=("du2019.lemma-7.4b.corrected",),
    corrects="du2019.proof-7.2d",
)
