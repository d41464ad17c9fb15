"""Thesis sections 5.9.1 and 5.11: how a'a* moves along gradient descent.

inner: a'a*; sum_a: 1'a; sum_teacher: 1'a*; square_teacher: |a*|^2; norm_w: |w*| (1 where the
statement does not name it); phi: angle between v and w*; g_phi: the value g(phi); k: number of
patches; eta: step size; excess: a'a* at the start over |a*|^2.
"""

from __future__ import annotations

import math
from typing import Any

import sympy as sp
from sympy import Interval, Min, cos, pi, symbols

from symbolic.arccos import g
from symbolic.population_step import next_inner
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2019.ch5_invariances import UNIT_STARTS
from theorems.papers.du2019.ch5_symbols import (
    ACUTE,
    ANGLE,
    G_RANGE,
    PAPER,
    PATCHES,
    POSITIVE,
    REAL,
    SEVERAL_PATCHES,
    TEACHER,
    eta,
    g_phi,
    inner,
    k,
    norm_w,
    phi,
    run_for,
    square_teacher,
    starts,
    state_of,
    sum_a,
    sum_teacher,
    teacher_of,
    with_g,
)
from theorems.quantifiers import AlongTrajectory, UpToConstant
from theorems.sides import Closed, Computed, Side, Simulated

excess = symbols("excess", real=True)
STABLE = eta * (k + pi - 1) < 2 * pi
OCTAVES = [2.0**j for j in range(9)]
RUNS = AlongTrajectory(simulate=run_for(60), floor=1e-10)


def _after(length: sp.Expr) -> Side:
    """a'a* after one step, for a teacher with |w*| = `length`."""
    closed = next_inner(
        inner,
        sum_a,
        eta=eta,
        g_phi=g_phi,
        norm_w=length,
        square_teacher=square_teacher,
        sum_teacher=sum_teacher,
    )
    return Side(closed, Simulated(lambda path: path["inner_next"]))


STEP = {g_phi: G_RANGE, phi: ANGLE, inner: REAL, sum_a: REAL, eta: POSITIVE, k: PATCHES, **TEACHER}
LEVEL = (g_phi - 1) / (pi - 1) * square_teacher

growth = Claim(
    id="du2019.lemma-5.7",
    source=Source(PAPER, "5.9.1", "Lemma 5.7"),
    statement=r"$(a^{t+1})^\top a_*\ge\min\{(a^t)^\top a_*+\eta(\frac{g(\phi^t)-1}{\pi-1}\|a_*\|^2-"
    r"(a^t)^\top a_*),\frac{g(\phi^t)-1}{\pi-1}\|a_*\|^2\}$ (where Lemma 5.4 holds, $\|w_*\|=1$)",
    over=STEP,
    hypotheses=[sum_a * sum_teacher <= sum_teacher**2, STABLE],
    lhs=_after(sp.Integer(1)),
    relation=">=",
    rhs=Closed(Min(inner + eta * (LEVEL - inner), LEVEL)),
    quantifier=RUNS,
    grid=Grid(points=with_g(UNIT_STARTS[::5])),
    uses=("du2019.eq-5.4.corrected", "du2019.lemma-5.4"),
    erratum="the rate eta should be eta (pi - 1)/(2 pi)",
)

growth_corrected = Claim(
    id="du2019.lemma-5.7.corrected",
    source=growth.source,
    statement=r"Lemma 5.7 with $\frac{\eta(\pi-1)}{2\pi}$ for $\eta$",
    over=STEP,
    hypotheses=[sum_a * sum_teacher <= sum_teacher**2, STABLE],
    lhs=_after(sp.Integer(1)),
    relation=">=",
    rhs=Closed(Min(inner + eta * (pi - 1) / (2 * pi) * (LEVEL - inner), LEVEL)),
    quantifier=RUNS,
    grid=growth.grid,
    uses=growth.uses,
    corrects="du2019.lemma-5.7",
)

# Theorem 5.3's starts with the explicit step sizes of Lemma 5.9 (there W = |w*| is kept).
BETA = Min(inner, (g(phi) - 1) * square_teacher)
MASS = square_teacher + sum_teacher**2
START = [
    sum_a**2 <= sum_teacher**2,
    eta * 8 * MASS <= BETA * cos(phi),
    eta * MASS <= cos(phi),
    STABLE,
]
START_DOMAIN = {phi: ACUTE, inner: POSITIVE, sum_a: REAL, eta: POSITIVE}
START_DOMAIN = {**START_DOMAIN, k: SEVERAL_PATCHES, **TEACHER}


def _largest_step(start: dict[str, float]) -> float:
    """The largest step size that the conditions above allow, a hair less."""
    from theorems.papers.du2019.ch5_symbols import g_of

    mass = start["square_teacher"] + start["sum_teacher"] ** 2
    beta = min(start["inner"], (g_of(start["phi"]) - 1) * start["square_teacher"])
    cosine = math.cos(start["phi"])
    limit = min(beta * cosine / 8, cosine) / mass
    return 0.999 * min(limit, 2 * math.pi / (start["k"] + math.pi - 1))


def _gentle(inners: tuple[float, ...], sizes: tuple[int, ...] = (2, 10)) -> list[dict[str, float]]:
    """Starts with a'a* a multiple of |a*|^2, each at its largest step size."""
    found = starts(
        sizes=sizes, angles=(0.3, 1.0, 1.4), inners=inners, sums=(-1.0, 1.0), steps=(1.0,)
    )
    return [
        {n: v for n, v in {**s, "eta": _largest_step(s)}.items() if n != "norm_w"} for s in found
    ]


def inner_along(points: Any, generator: Any) -> dict[str, Any]:
    """a'a* along 2000 steps, every 10th."""
    from numeric.population_runs import long_run

    del generator
    run = long_run(state_of(points), teacher_of(points), points.eta, 2000, every=10)
    return {"path": run.inner}


def inner_at_first(points: Any, generator: Any) -> dict[str, Any]:
    """a'a* along 120 steps, every 10th, in PyTorch, which a replay in balls can follow."""
    from numeric.population import trajectory

    del generator
    run = trajectory(state_of(points), teacher_of(points), points.eta, 120, every=10)
    return {"path": run.inner}


def least_of_start(points: Any) -> Any:
    """The bound of Corollary 5.1."""
    import torch

    from numeric.population import g as g_torch

    level = (g_torch(points.phi) - 1) / (math.pi - 1) * points.square_teacher
    return torch.minimum(points.inner, level)


uniform_lower_bound = Claim(
    id="du2019.corollary-5.1",
    source=Source(PAPER, "5.9.1", "Corollary 5.1"),
    statement=r"$(a^t)^\top a_*\ge\min\{(a^0)^\top a_*,\frac{g(\phi^0)-1}{\pi-1}\|a_*\|^2\}$ for "
    r"all $t$, in the setting of Theorem 5.3 with $\|w_*\|=1$",
    reading="the step sizes are those that Lemma 5.9 spells out for the setting of Theorem 5.3",
    over=START_DOMAIN,
    where=START,
    lhs=Simulated(lambda path: path["path"]),
    relation=">=",
    rhs=Computed(least_of_start),
    quantifier=AlongTrajectory(simulate=inner_at_first, rounding=1e-9),
    grid=Grid(points=_gentle((0.01, 1.0, 3e3), sizes=(10,))),
    uses=("du2019.lemma-5.7", "du2019.lemma-5.2"),
    erratum="no bound on a^0 is assumed: from a large one the first step overshoots, the angle "
    "grows and the bound with phi^0 is lost",
)

uniform_lower_bound_corrected = Claim(
    id="du2019.corollary-5.1.corrected",
    source=uniform_lower_bound.source,
    statement=r"Corollary 5.1 for $(a^0)^\top a_*\le\|a_*\|^2+(1^\top a_*)^2$",
    over=START_DOMAIN,
    where=[*START, inner <= MASS],
    lhs=uniform_lower_bound.lhs,
    relation=">=",
    rhs=uniform_lower_bound.rhs,
    quantifier=AlongTrajectory(simulate=inner_along, rounding=1e-9),
    grid=Grid(points=_gentle((1e-4, 0.01, 1.0))),
    uses=("du2019.lemma-5.7.corrected", "du2019.lemma-5.2.corrected", "du2019.lemma-5.8.corrected"),
    corrects="du2019.corollary-5.1",
)


def inner_after_one_unit_of_time(points: Any) -> Any:
    """a'a* after 1/eta steps from a'a* = excess |a*|^2, 1'a = 1'a*, with eta = 1/(2k).

    The angle, pi/3 at the start, never exceeds it: a step that carries v past w* ends below pi/6.
    """
    from numeric.population import State, Teacher
    from numeric.population_runs import after

    zero = 0 * points.square_teacher
    total = points.square_teacher.sqrt()
    teacher = Teacher(1.0, points.square_teacher, total, points.k)
    state = State(
        zero + math.pi / 3,
        zero + 1.0,
        points.excess * points.square_teacher,
        total,
        total.square() / points.k,
    )
    steps = 2 * points.k
    return after(state, teacher, 1 / steps, steps).inner


reaches_the_order = Claim(
    id="du2019.corollary-5.2",
    source=Source(PAPER, "5.9.1", "Corollary 5.2"),
    statement=r"if $g(\phi)-1=\Omega(1)$ then after $1/\eta$ iterations $a^\top a_*=\Theta"
    r"(\|a_*\|^2)$ ($\|w_*\|=1$)",
    over={excess: POSITIVE, square_teacher: POSITIVE, k: SEVERAL_PATCHES},
    lhs=Computed(inner_after_one_unit_of_time),
    relation="==",
    rhs=Closed(square_teacher),
    quantifier=UpToConstant(along=("excess", "square_teacher", "k")),
    grid=Grid(excess=OCTAVES, square_teacher=OCTAVES, k=[2, 4, 8, 16, 32, 64]),
    uses=("du2019.lemma-5.7", "du2019.lemma-5.8"),
    erratum="a^0 is not bounded above: a'a* shrinks by a fixed factor only in 1/eta iterations",
)

reaches_the_order_corrected = Claim(
    id="du2019.corollary-5.2.corrected",
    source=reaches_the_order.source,
    statement=r"Corollary 5.2 for $0<(a^0)^\top a_*\le\|a_*\|^2$",
    over={excess: Interval.Lopen(0, 1), square_teacher: POSITIVE, k: SEVERAL_PATCHES},
    lhs=reaches_the_order.lhs,
    relation="==",
    rhs=Closed(square_teacher),
    quantifier=UpToConstant(along=("square_teacher", "k"), shrinking=("excess",)),
    grid=Grid(excess=[1 / s for s in OCTAVES], square_teacher=OCTAVES, k=[2, 4, 8, 16, 32, 64]),
    uses=("du2019.lemma-5.7.corrected", "du2019.lemma-5.8.corrected"),
    corrects="du2019.corollary-5.2",
)

LONG_STARTS = starts(
    sizes=(2, 10),
    norms=(1.0, 0.1, 3.0),
    squares=(1.0, 20.0),
    inners=(0.01, 1.0, 50.0),
    steps=(0.5,),
)

upper_bound = Claim(
    id="du2019.lemma-5.8",
    source=Source(PAPER, "5.9.1", "Lemma 5.8"),
    statement=r"$(a^t)^\top a_*\le(\|a_*\|^2+(1^\top a_*)^2)\|w_*\|^2$ for all $t$, in the setting "
    r"of Theorem 5.3",
    over={phi: ACUTE, inner: POSITIVE, sum_a: REAL, eta: POSITIVE, norm_w: POSITIVE}
    | {k: SEVERAL_PATCHES, **TEACHER},
    where=[sum_a**2 <= sum_teacher**2, STABLE, eta * norm_w**2 * MASS <= cos(phi)],
    lhs=Side(inner, Simulated(lambda path: path["inner"])),
    relation="<=",
    rhs=Closed(MASS * norm_w**2),
    quantifier=RUNS,
    grid=Grid(points=[s for s in LONG_STARTS if s["phi"] < 1.57]),
    uses=("du2019.eq-5.4.corrected",),
    erratum="not at t = 0, where nothing bounds a^0; and the factor is |w*|, not |w*|^2, which "
    "fails for |w*| < 1",
)

upper_bound_corrected = Claim(
    id="du2019.lemma-5.8.corrected",
    source=upper_bound.source,
    statement=r"if $(a^t)^\top a_*\le(\|a_*\|^2+(1^\top a_*)^2)\|w_*\|$, $|1^\top a^t|\le\|w_*\|"
    r"|1^\top a_*|$ and $\eta<\frac{2\pi}{k+\pi-1}$, then $(a^{t+1})^\top a_*\le(\|a_*\|^2+"
    r"(1^\top a_*)^2)\|w_*\|$",
    over={**STEP, norm_w: POSITIVE},
    hypotheses=[inner <= MASS * norm_w, sum_a**2 <= norm_w**2 * sum_teacher**2, STABLE],
    lhs=_after(norm_w),
    relation="<=",
    rhs=Closed(MASS * norm_w),
    quantifier=RUNS,
    grid=Grid(points=with_g(LONG_STARTS)),
    uses=("du2019.eq-5.4.corrected", "du2019.lemma-5.4", "du2019.lemma-5.4.lower"),
    corrects="du2019.lemma-5.8",
)

SMALL_SUM = sum_a**2 <= sum_teacher**2
WIDE = g_phi <= 1 - 2 * sum_teacher**2 / square_teacher

stays_negative = Claim(
    id="du2019.proof-5.5",
    source=Source(PAPER, "5.11", "induction in the proof of Theorem 5.5"),
    statement=r"suppose $(a^t)^\top a_*>0$, $|1^\top a^t|\le|1^\top a_*|$, $g(\phi^t)\le-\frac{2"
    r"(1^\top a_*)^2}{\|a_*\|^2}+1$ and $\eta<\frac{k+\pi-1}{2\pi}$; then $(a^{t+1})^\top a_*\le"
    r"\eta\frac{(g(\phi^t)-1)\|a_*\|^2+2(1^\top a_*)^2}{2\pi}$",
    reading="the norm in the numerator is read as squared, as the recursion above it has it",
    over={**STEP, inner: POSITIVE, k: SEVERAL_PATCHES},
    hypotheses=[SMALL_SUM, WIDE, eta * 2 * pi < k + pi - 1],
    lhs=_after(sp.Integer(1)),
    relation="<=",
    rhs=Closed(eta * ((g_phi - 1) * square_teacher + 2 * sum_teacher**2) / (2 * pi)),
    quantifier=RUNS,
    grid=Grid(points=with_g([s for s in UNIT_STARTS if s["phi"] > 1.5])),
    uses=("du2019.eq-5.4.corrected", "du2019.lemma-5.4"),
    erratum="the hypothesis should be a'a* < 0, and the step size bound is inverted: "
    "eta < 2 pi/(k + pi - 1)",
)

stays_negative_corrected = Claim(
    id="du2019.proof-5.5.corrected",
    source=stays_negative.source,
    statement=r"if $(a^t)^\top a_*<0$, $|1^\top a^t|\le|1^\top a_*|$, $g(\phi^t)\le1-\frac{2"
    r"(1^\top a_*)^2}{\|a_*\|^2}$ and $\eta<\frac{2\pi}{k+\pi-1}$ then $(a^{t+1})^\top a_*<0$",
    over={**STEP, inner: Interval.open(-sp.oo, 0), k: SEVERAL_PATCHES},
    hypotheses=[SMALL_SUM, WIDE, STABLE],
    lhs=_after(sp.Integer(1)),
    relation="<",
    rhs=Closed(0),
    quantifier=RUNS,
    grid=Grid(points=with_g([{**s, "inner": -s["inner"]} for s in UNIT_STARTS if s["phi"] > 1.5])),
    uses=("du2019.eq-5.4.corrected", "du2019.lemma-5.4", "du2019.lemma-5.4.lower"),
    corrects="du2019.proof-5.5",
)
