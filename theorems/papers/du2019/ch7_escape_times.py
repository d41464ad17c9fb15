"""Thesis section 7.7.1: escape times of gradient descent on the tube, in exact step counts.

L > gamma > 0: curvatures; tau: width of a quadratic piece; eta <= 1/(2 L): step size; d: dimension;
x: every initial coordinate, in (0, 1]. T_k: first iterate with
x_k >= 2 tau; T_k^tau: number of iterates with tau <= x_k < 2 tau, so that T_k - T_k^tau is the
first with x_k >= tau. Times come without simulating every step (numeric.escape).
"""

from __future__ import annotations

import math
from typing import Any

import sympy as sp
from sympy import Interval, log, oo, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import ForAll
from theorems.sides import Closed, Computed

PAPER = "du2019"
POSITIVE = Interval.open(0, oo)
tau, L, gamma, eta, x = symbols("tau L gamma eta x", real=True)
d = symbols("d", integer=True)
STEP = {L: POSITIVE, gamma: POSITIVE, eta: POSITIVE, x: Interval.Lopen(0, 1)}
SMALL_STEP = [gamma < L, eta <= 1 / (2 * L)]
RATIO = (L + gamma) / gamma
CURVATURES = [(1.0001, 1.0), (1.2, 1.0), (1.43, 1.0), (2.5, 1.0), (math.e, 1.0), (20.0, 1.0)]
CURVATURES += [(100.0, 1.0), (3.0, 2.0)]
SHARES = (0.01, 0.1, 0.5, 0.7, 0.9, 0.999, 1.0)
COUNT_GRID = [
    {"L": a, "gamma": b, "tau": c, "eta": q / (2 * a), "x": m}
    for a, b in CURVATURES
    for q in SHARES
    for c in (math.e, 10.0)
    for m in (1.0, 0.5, 1e-4)
    if q > 0.01 or a < 3.0  # small steps with large L / gamma cost most and show least
]
TIMES_GRID = Grid(points=COUNT_GRID, d=[1, 2, 3, 6]).nightly(d=[1, 2, 3, 6, 12, 20])
FIXED_GRID = Grid(
    points=[
        {"eta": q / (2 * math.e), "x": m, "tau": c}
        for q in (*SHARES, 0.2, 0.3, 0.4, 0.6, 0.8, 0.95)
        for m in (1.0, 0.999, 0.9, 0.5, 0.1, 1e-4)
        for c in (math.e, 4.0, 10.0)
    ]
)
# An infinite time, where a coordinate was wiped out in one step, is larger than every bound.
FOREVER = 1e300


def escape(points: Any, dimension: int, L: Any = None, gamma: Any = None) -> Any:
    """Escape times from the point with every coordinate x, `(n, dimension)` each."""
    import torch

    from numeric.escape import escape_times

    x0 = points.x.unsqueeze(-1).expand(points.n, dimension)
    high = points.L if L is None else torch.full_like(points.x, L)
    low = points.gamma if gamma is None else torch.full_like(points.x, gamma)
    return escape_times(x0, points.eta, high, low, points.tau)


def _in_joint(points: Any) -> Any:
    """T_1^tau: no later coordinate matters for it but the next, which starts from x as well."""
    return escape(points, 2).in_joint[:, 0]


def entered_first(points: Any) -> Any:
    """T_1 - T_1^tau."""
    return escape(points, 1).entered[:, 0]


JOINT_TIME = r"$T_k^\tau\le\frac{2\tau-\tau}{2\eta\gamma\tau}=\frac1{2\eta\gamma}$"

joint_time = Claim(
    id="du2019.proof-7.2b.joint",
    source=Source(PAPER, "7.7.1", "proof of Lemma 7.2, time in the joint"),
    statement=JOINT_TIME + r" for $L=e$, $\gamma=1$",
    reading="L = e and gamma = 1, the constants that section 7.7.1 fixes; the printed argument, "
    "that n steps of at least s fit n = l/s times into a length l, is one iterate short, which "
    "tells for other constants only",
    over={eta: POSITIVE, x: Interval.Lopen(0, 1), tau: Interval(sp.E, oo)},
    where=[eta <= 1 / (2 * sp.E)],
    quantifier=ForAll(search=False),
    lhs=Computed(lambda points: escape(points, 2, math.e, 1.0).in_joint[:, 0]),
    relation="<=",
    rhs=Closed(1 / (2 * eta)),
    grid=FIXED_GRID,
    uses=("du2019.lemma-7.4b.upper",),
)

joint_time_in_general = Claim(
    id="du2019.proof-7.2b.joint.general",
    source=Source(PAPER, "7.7.1", "proof of Lemma 7.2, time in the joint, other constants"),
    statement=r"$T_k^\tau\le\frac1{2\eta\gamma}+1$ for $L>\gamma>0$",
    reading="one more than printed for L = e, gamma = 1; for L close to gamma and eta close to "
    "1/(2 L) there are two iterates in the joint, and 1/(2 eta gamma) is close to 1",
    over={**STEP, tau: Interval(sp.E, oo)},
    where=SMALL_STEP,
    quantifier=ForAll(search=False),
    lhs=Computed(_in_joint),
    relation="<=",
    rhs=Closed(1 / (2 * eta * gamma) + 1),
    grid=Grid(points=COUNT_GRID),
    uses=("du2019.lemma-7.4b.upper",),
)

first_wait_log = Claim(
    id="du2019.proof-7.2b.log",
    source=Source(PAPER, "7.7.1", "proof of Lemma 7.2, time at the first saddle point"),
    statement=r"$T_1-T_1^\tau\ge\frac1{2\eta\gamma}\log\frac\tau{x_1^{(0)}}$",
    over={**STEP, tau: Interval(sp.E, oo)},
    where=SMALL_STEP,
    quantifier=ForAll(search=False),
    lhs=Computed(entered_first),
    relation=">=",
    rhs=Closed(log(tau / x) / (2 * eta * gamma)),
    grid=Grid(points=COUNT_GRID),
    uses=("du2019.proof-7.2a.others", "du2019.text-7.4a.logarithms"),
)

FIRST_WAIT = {eta: POSITIVE, x: Interval.Lopen(0, 1), tau: Interval(sp.E, oo)}

first_wait = Claim(
    id="du2019.proof-7.2b",
    source=Source(PAPER, "7.7.1", "proof of Lemma 7.2, conclusion on the first saddle point"),
    statement=r"since $\log(\tau/x_1^{(0)})\ge1$, therefore $T_1-T_1^\tau\ge\frac1{\eta\gamma}$",
    reading="for L = e and gamma = 1, the constants that section 7.7.1 fixes",
    over=FIRST_WAIT,
    where=[eta <= 1 / (2 * sp.E)],
    quantifier=ForAll(search=False),
    lhs=Computed(lambda points: escape(points, 1, math.e, 1.0).entered[:, 0]),
    relation=">=",
    rhs=Closed(1 / eta),
    grid=FIXED_GRID,
    uses=("du2019.proof-7.2b.log",),
    erratum="a logarithm of at least 1 gives 1/(2 eta gamma); at x_1 = 1, tau = e the time is "
    "close to "
    "that, half of what is printed",
)

first_wait_corrected = Claim(
    id="du2019.proof-7.2b.corrected",
    source=Source(PAPER, "7.7.1", "proof of Lemma 7.2, first saddle point, corrected"),
    statement=r"$T_1-T_1^\tau\ge\frac1{2\eta\gamma}$",
    over={**STEP, tau: Interval(sp.E, oo)},
    where=SMALL_STEP,
    quantifier=ForAll(search=False),
    lhs=Computed(entered_first),
    relation=">=",
    rhs=Closed(1 / (2 * eta * gamma)),
    grid=Grid(points=COUNT_GRID),
    uses=("du2019.proof-7.2b.log", "du2019.proof-7.2b.bound"),
    corrects="du2019.proof-7.2b",
)

first_wait_bound = Claim(
    id="du2019.proof-7.2b.bound",
    source=Source(PAPER, "7.7.1", "proof of Lemma 7.2, first saddle point, real-valued time"),
    statement=r"the real time $\frac{\log(\tau/x)}{\log(1+2\eta\gamma)}$ at which "
    r"$(1+2\eta\gamma)^tx=\tau$ is "
    r"at least $\frac1{2\eta\gamma}$ for $\tau\ge e$, $x\le1$",
    over={**STEP, tau: Interval(sp.E, oo)},
    where=SMALL_STEP,
    quantifier=ForAll(search=False),
    lhs=Closed(log(tau / x) / log(1 + 2 * eta * gamma)),
    relation=">=",
    rhs=Closed(1 / (2 * eta * gamma)),
    grid=Grid(points=[p for p in COUNT_GRID if p["tau"] > sp.E.n() and p["eta"] < 0.49 / p["L"]]),
    uses=("du2019.text-7.4a.logarithms",),
)

first_wait_order = Claim(
    id="du2019.proof-7.2b.order",
    source=Source(PAPER, "7.7.1", "proof of Lemma 7.2, first saddle point against its joint"),
    statement=r"$T_1-T_1^\tau\ge T_1^\tau$",
    over={**STEP, tau: Interval(sp.E, oo)},
    where=SMALL_STEP,
    quantifier=ForAll(search=False),
    lhs=Computed(entered_first),
    relation=">=",
    rhs=Computed(_in_joint),
    grid=Grid(points=COUNT_GRID),
    uses=("du2019.proof-7.2b.joint.general", "du2019.proof-7.2b.log"),
)


def least_growth(points: Any) -> Any:
    """Least over k of (T_{k+1} - T_{k+1}^tau) / (T_k - T_k^tau), FOREVER where all are infinite."""
    import torch

    entered = escape(points, max(points.d, 2)).entered
    growth = entered[:, 1:] / entered[:, :-1]
    growth = torch.where(torch.isfinite(entered[:, :-1]), growth, FOREVER)
    return growth.clamp(max=FOREVER).amin(dim=1)


def _last_escape(points: Any) -> Any:
    return escape(points, points.d).left[:, -1].clamp(max=FOREVER)


escape_growth = Claim(
    id="du2019.proof-7.2c.growth",
    source=Source(PAPER, "7.7.1", "proof of Lemma 7.2, one saddle point to the next"),
    statement=r"$T_{k+1}-T_{k+1}^\tau\ge\frac{L+\gamma}\gamma(T_k-T_k^\tau)$",
    over={**STEP, tau: Interval(sp.E, oo), d: sp.S.Naturals},
    where=SMALL_STEP,
    quantifier=ForAll(search=False),
    lhs=Computed(least_growth),
    relation=">=",
    rhs=Closed(RATIO),
    grid=Grid(points=COUNT_GRID, d=[2, 6]),
    uses=("du2019.eq-7.11", "du2019.text-7.4a.logarithms"),
)

exponential_time = Claim(
    id="du2019.proof-7.2c",
    source=Source(PAPER, "7.7.1", "proof of Lemma 7.2, conclusion"),
    statement=r"$T_d\ge\frac1{2\eta\gamma}\left(\frac{L+\gamma}\gamma\right)^{d-1}$",
    over={**STEP, tau: Interval(sp.E, oo), d: sp.S.Naturals},
    where=SMALL_STEP,
    quantifier=ForAll(search=False),
    lhs=Computed(_last_escape),
    relation=">=",
    rhs=Closed(RATIO ** (d - 1) / (2 * eta * gamma)),
    grid=TIMES_GRID,
    uses=("du2019.proof-7.2b.corrected", "du2019.proof-7.2c.growth"),
)

exponential_tail = Claim(
    id="du2019.proof-7.2c.tail",
    source=Source(PAPER, "7.7.1", "proof of Lemma 7.2, last inequality"),
    statement=r"$\frac1{2\eta\gamma}\left(\frac{L+\gamma}\gamma\right)^{d-1}\ge"
    r"\left(\frac{L+\gamma}\gamma\right)^{d-1}$",
    over={L: POSITIVE, gamma: POSITIVE, eta: POSITIVE, d: sp.S.Naturals},
    where=SMALL_STEP,
    lhs=Closed(RATIO ** (d - 1) / (2 * eta * gamma)),
    relation=">=",
    rhs=Closed(RATIO ** (d - 1)),
    grid=Grid(
        points=[
            {"L": a, "gamma": b, "eta": q / (2 * a)} for a, b in CURVATURES for q in (0.1, 0.9)
        ],
        d=[1, 2, 10],
    ),
)
