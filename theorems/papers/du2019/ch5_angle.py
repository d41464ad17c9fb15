"""Thesis sections 5.4.2, 5.9.1 and 5.9.2: the angle between v and w* shrinks.

c: cosine of the angle; x: eta lambda, the step in units of the angle; phi: the angle; norm_v,
norm_w: |v|, |w*|; inner: a'a*; sum_a: 1'a; sum_teacher: 1'a*; square_teacher: |a*|^2; k: number of
patches; eta: step size; rate: lambda.
"""

from __future__ import annotations

import math
from typing import Any

import sympy as sp
from sympy import Interval, Min, cos, pi, sin, symbols

from symbolic.arccos import g
from symbolic.population_step import angular_rate, next_cos, next_norm_squared, next_sin_squared
from theorems.claim import Claim, Source
from theorems.grid import Grid, linspace
from theorems.papers.du2019.ch5_symbols import (
    ACUTE,
    PAPER,
    POSITIVE,
    REAL,
    SEVERAL_PATCHES,
    TEACHER,
    eta,
    g_of,
    inner,
    k,
    norm_v,
    norm_w,
    phi,
    square_teacher,
    starts,
    sum_a,
    sum_teacher,
)
from theorems.quantifiers import AlongTrajectory, ForAll
from theorems.sides import Closed, Side, Simulated

c, x = symbols("c x", real=True)
MASS = square_teacher + sum_teacher**2
STABLE = eta * (k + pi - 1) < 2 * pi
RATE = angular_rate(phi, norm_w, inner, norm_v)
PLACE = {phi: ACUTE, inner: POSITIVE, norm_v: Interval(1, sp.oo), norm_w: POSITIVE}
START_DOMAIN = {phi: ACUTE, inner: POSITIVE, sum_a: REAL, eta: POSITIVE, norm_w: POSITIVE}
START_DOMAIN = {**START_DOMAIN, k: SEVERAL_PATCHES, **TEACHER}
SMALL_SUM = sum_a**2 <= sum_teacher**2
BETA = Min(inner, (g(phi) - 1) * square_teacher) * norm_w**2
STEP_SIZE = [eta * 8 * MASS * norm_w**2 <= BETA * cos(phi), eta * MASS * norm_w**2 <= cos(phi)]


def beta_of(start: dict[str, float]) -> float:
    """beta^0 of Lemmas 5.5 and 5.9 at a start."""
    signal = min(start["inner"], (g_of(start["phi"]) - 1) * start["square_teacher"])
    return signal * start["norm_w"] ** 2


def at_the_limit(start: dict[str, float]) -> dict[str, float]:
    """The start with the largest step size of Lemma 5.9, a hair less."""
    mass = (start["square_teacher"] + start["sum_teacher"] ** 2) * start["norm_w"] ** 2
    limit = min(beta_of(start) / 8, 1.0) * math.cos(start["phi"]) / mass
    return {**start, "eta": 0.999 * min(limit, 2 * math.pi / (start["k"] + math.pi - 1))}


def limit_starts(
    norms: tuple[float, ...],
    inners: tuple[float, ...],
    squares: tuple[float, ...] = (1.0, 0.04, 30),
) -> Grid:
    """Starts of Theorem 5.3, each at Lemma 5.9's step size."""
    found = starts(
        sizes=(2, 10),
        squares=squares,
        norms=norms,
        angles=(0.3, 1.0, 1.4),
        inners=inners,
        sums=(-1.0, 1.0),
        steps=(1.0,),
    )
    return Grid(points=[at_the_limit(start) for start in found])


shrinking_exact = Claim(
    id="du2019.eq-5.9",
    source=Source(PAPER, "5.9.1", "equation (5.9)"),
    statement=r"$\sin^2\phi^{t+1}\le(1-2\eta\cos\phi^t\lambda^t+\eta^2(\lambda^t)^2)\sin^2\phi^t$",
    over={c: Interval(-1, 1), x: REAL},
    lhs=Closed(next_sin_squared(c, x)),
    relation="<=",
    rhs=Closed((1 - 2 * x * c + x**2) * (1 - c**2)),
    grid=Grid(c=linspace(-1, 1, 9), x=[-10, -1, -0.1, 0, 0.1, 0.5, 1, 3, 100]),
    uses=("du2019.theorem-5.2a",),
)

one_step = Claim(
    id="du2019.eq-5.9.step",
    source=Source(PAPER, "5.9.1", "the angle after one step, before equation (5.9)"),
    statement=r"$\sin^2\phi^{t+1}=1-\frac{((v^{t+1})^\top w_*)^2}{\|v^{t+1}\|^2\|w_*\|^2}=\frac{"
    r"\sin^2\phi^t(1-\eta\lambda^t\cos\phi^t)^2}{1+\eta^2(\lambda^t)^2\sin^2\phi^t}$",
    over={phi: Interval(0, pi), x: REAL},
    lhs=Closed(1 - next_cos(phi, x) ** 2),
    relation="==",
    rhs=Closed(next_sin_squared(cos(phi), x)),
    quantifier=ForAll(search=False),
    grid=Grid(phi=[0.5, 1.0, 2.0, 3.0], x=[-10, -0.1, 0, 0.1, 1, 3]),
    uses=("du2019.theorem-5.2a",),
)


def sines(points: Any, generator: Any) -> dict[str, Any]:
    """Along 60 steps from angle acos(c), with the step size that makes the first x as given."""
    import torch

    from numeric.population import State, Teacher, angular_rate, step

    del generator
    one = torch.ones_like(points.c)
    teacher = Teacher(1.0, 2 * one, 1.0, 5)
    state = State(points.c.acos(), one, one, 0.5 * one, 2 * one)
    eta_ = points.x / angular_rate(state, teacher)
    cosines, shifts, after = [], [], []
    for _ in range(60):
        cosines.append(state.phi.cos())
        shifts.append(eta_ * angular_rate(state, teacher))
        state = step(state, teacher, eta_)
        after.append(state.phi.sin().square())
    return {
        "c": torch.stack(cosines, -1),
        "x": torch.stack(shifts, -1),
        "after": torch.stack(after, -1),
    }


shrinking = Claim(
    id="du2019.lemma-5.5",
    source=Source(PAPER, "5.4.2", "Lemma 5.5"),
    statement=r"under the assumptions of Theorem 5.3, with $\beta^0=\min\{(a^0)^\top "
    r"a_*,(g(\phi^0)-1)"
    r"\|a_*\|^2\}\|w_*\|^2$ and $\eta=O(\min\{\frac{\beta^0\cos\phi^0}{(\|a_*\|^2+(1^\top a_*)^2)"
    r"\|w_*\|^2},\frac{\cos\phi^0}{(\|a_*\|^2+(1^\top a_*)^2)\|w_*\|^2},\frac1k\})$: "
    r"$\sin^2\phi^{t+1}"
    r"\le(1-\eta\cos\phi^t\lambda^t)\sin^2\phi^t$, $\lambda^t=\frac{\|w_*\|(\pi-\phi^t)(a^t)^\top "
    r"a_*}"
    r"{2\pi\|v^t\|^2}$ (first step)",
    reading="the constant in O is taken as 1/1000; no constant helps, since a^0 may grow while the "
    "step size stays. Domain and step are those of t = 0 with |v^0| = 1",
    over=START_DOMAIN,
    where=[
        SMALL_SUM,
        sum_teacher**2 < k * square_teacher,
        eta * 1000 * MASS * norm_w**2 <= BETA * cos(phi),
        eta * 1000 * MASS * norm_w**2 <= cos(phi),
        eta * 1000 * k <= 1,
    ],
    lhs=Closed(next_sin_squared(cos(phi), eta * RATE.subs(norm_v, 1))),
    relation="<=",
    rhs=Closed((1 - eta * cos(phi) * RATE.subs(norm_v, 1)) * sin(phi) ** 2),
    grid=Grid(
        points=[
            {**point, "eta": at_the_limit(point)["eta"] / 130, "inner": size * point["inner"]}
            for point in starts(
                sizes=(2, 5), angles=(0.3, 1.0), inners=(1.0,), sums=(0.0,), squares=(1.0,)
            )
            for size in (1.0, 1e5)
        ]
    ),
    uses=("du2019.eq-5.9", "du2019.lemma-5.8", "du2019.proof-5.5L"),
    erratum="it needs eta lambda cos(phi) <= 1, which a bounded a^0 would give; a^0 is not bounded",
)

shrinking_corrected = Claim(
    id="du2019.lemma-5.5.corrected",
    source=shrinking.source,
    statement=r"$\sin^2\phi^{t+1}\le(1-\eta\cos\phi^t\lambda^t)\sin^2\phi^t$ whenever "
    r"$0\le\eta\lambda^t$ and $\eta\lambda^t\cos\phi^t\le1$, as is the case for $\eta\le\frac{\cos"
    r"\phi^0}{(\|a_*\|^2+(1^\top a_*)^2)\|w_*\|^2}$ if $(a^t)^\top a_*\le(\|a_*\|^2+(1^\top a_*)^2)"
    r"\|w_*\|$",
    over={c: Interval(0, 1), x: Interval(0, sp.oo)},
    hypotheses=[x * c <= 1],
    lhs=Side(next_sin_squared(c, x), Simulated(lambda path: path["after"])),
    relation="<=",
    rhs=Closed((1 - x * c) * (1 - c**2)),
    quantifier=AlongTrajectory(simulate=sines, floor=1e-9),
    grid=Grid(c=[0.001, 0.3, 0.8, 0.999], x=[0.01, 0.1, 0.5]),
    uses=("du2019.eq-5.9", "du2019.proof-5.5L.corrected"),
    corrects="du2019.lemma-5.5",
)

rate_bound = Claim(
    id="du2019.proof-5.5L",
    source=Source(PAPER, "5.9.1", "bound on lambda in the proof of Lemma 5.5"),
    statement=r"$\lambda^t\le\frac{(\|a_*\|^2+(1^\top a_*)^2)\|w_*\|^2}4$, since $\|v^t\|\ge1$ and "
    r"$\phi^t\le\pi/2$ (and $(a^t)^\top a_*\le(\|a_*\|^2+(1^\top a_*)^2)\|w_*\|^2$ by Lemma 5.8)",
    over={**PLACE, **TEACHER},
    hypotheses=[inner <= MASS * norm_w**2],
    lhs=Closed(RATE),
    relation="<=",
    rhs=Closed(MASS * norm_w**2 / 4),
    grid=Grid(
        phi=[1e-6, 0.5, 1.5],
        inner=[0.5, 1.0],
        norm_v=[1.0, 1.2],
        norm_w=[1.0],
        square_teacher=[1.0],
        sum_teacher=[0.0, 1.0],
    ),
    uses=("du2019.lemma-5.8",),
    erratum="pi - phi is at most pi, not pi/2: the constant is 1/2 (attained as phi -> 0)",
)

rate_bound_corrected = Claim(
    id="du2019.proof-5.5L.corrected",
    source=rate_bound.source,
    statement=r"$\lambda^t\le\frac{(\|a_*\|^2+(1^\top a_*)^2)\|w_*\|^2}2$ if $(a^t)^\top a_*\le"
    r"(\|a_*\|^2+(1^\top a_*)^2)\|w_*\|$",
    over={**PLACE, **TEACHER},
    hypotheses=[inner <= MASS * norm_w],
    lhs=Closed(RATE),
    relation="<=",
    rhs=Closed(MASS * norm_w**2 / 2),
    grid=rate_bound.grid,
    uses=("du2019.lemma-5.8.corrected",),
    corrects="du2019.proof-5.5L",
)

# |v| after one step; the printed recursion has (a^t)'a*, sin^2 phi^t and |v^t|^2 on the right,
# shifted by one against phi^(t-1): all are read at the step before.
TURN = inner * (pi - phi) / (2 * pi)
length_step = Claim(
    id="du2019.proof-5.9.step",
    source=Source(PAPER, "5.9.2", "first equality for |v^t|^2 in the proof of Lemma 5.9"),
    statement=r"$\|v^t\|^2=\|v^{t-1}\|^2+\eta^2\big(\frac{(a^{t-1})^\top a_*(\pi-\phi^{t-1})}{2\pi}"
    r"\big)^2\frac{\sin^2\phi^{t-1}\|w_*\|^2}{\|v^{t-1}\|^2}$",
    reading="printed with t in three places where the step leaves from t - 1",
    over={phi: Interval(0, pi), inner: REAL, norm_v: POSITIVE, norm_w: POSITIVE, eta: POSITIVE},
    lhs=Closed(next_norm_squared(norm_v, phi, eta * RATE)),
    relation="==",
    rhs=Closed(norm_v**2 + eta**2 * TURN**2 * sin(phi) ** 2 * norm_w**2 / norm_v**2),
    grid=Grid(phi=[0.0, 1.0, 3.0], inner=[-1.0, 2.0], norm_v=[1.0, 2.0], norm_w=[0.5], eta=[0.1]),
    uses=("du2019.theorem-5.2a",),
)

length_bound = Claim(
    id="du2019.proof-5.9",
    source=Source(PAPER, "5.9.2", "first inequality for |v^t|^2 in the proof of Lemma 5.9"),
    statement=r"$\|v^t\|^2\le\|v^{t-1}\|^2+\eta^2(\|a_*\|^2+(1^\top a_*)^2)\|w_*\|^2\sin^2"
    r"\phi^{t-1}$ "
    r"where $(a^{t-1})^\top a_*\le(\|a_*\|^2+(1^\top a_*)^2)\|w_*\|^2$ and $\|v^{t-1}\|\ge1$",
    over={**PLACE, **TEACHER, eta: POSITIVE},
    hypotheses=[inner <= MASS * norm_w**2],
    lhs=Closed(next_norm_squared(norm_v, phi, eta * RATE)),
    relation="<=",
    rhs=Closed(norm_v**2 + eta**2 * MASS * norm_w**2 * sin(phi) ** 2),
    grid=Grid(
        phi=[0.1, 1.0, 1.5],
        inner=[0.5, 100.0],
        norm_v=[1.0],
        norm_w=[1.0],
        square_teacher=[1.0, 100.0],
        sum_teacher=[0.0],
        eta=[0.01, 1.0],
    ),
    uses=("du2019.lemma-5.8", "du2019.proof-5.9.step"),
    erratum="the factor (|a_*|^2 + (1'a_*)^2) should be squared",
)

length_bound_corrected = Claim(
    id="du2019.proof-5.9.corrected",
    source=length_bound.source,
    statement=r"$\|v^t\|^2\le\|v^{t-1}\|^2+\frac{\eta^2}4(\|a_*\|^2+(1^\top "
    r"a_*)^2)^2\|w_*\|^4\sin^2"
    r"\phi^{t-1}$ where $(a^{t-1})^\top a_*\le(\|a_*\|^2+(1^\top a_*)^2)\|w_*\|$",
    over={**PLACE, **TEACHER, eta: POSITIVE},
    hypotheses=[inner <= MASS * norm_w],
    lhs=length_bound.lhs,
    relation="<=",
    rhs=Closed(norm_v**2 + eta**2 * MASS**2 * norm_w**4 * sin(phi) ** 2 / 4),
    grid=length_bound.grid,
    uses=("du2019.lemma-5.8.corrected", "du2019.proof-5.9.step"),
    corrects="du2019.proof-5.9",
)
