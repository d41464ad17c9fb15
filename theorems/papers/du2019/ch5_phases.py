"""Thesis sections 5.4.2 and 5.9: the angle along Phase I, its rate in Phase II.

phi: angle between v and w*; c: its cosine; norm_v, norm_w: |v|, |w*|; inner: a'a*; sum_a: 1'a;
sum_teacher: 1'a*; square_teacher: |a*|^2; k: number of patches; eta: step size; rate: lambda.
"""

from __future__ import annotations

from typing import Any

from sympy import Interval, Min, Rational, cos, pi, symbols

from symbolic.arccos import g
from symbolic.population_step import angular_rate
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2019.ch5_angle import (
    MASS,
    SMALL_SUM,
    STABLE,
    START_DOMAIN,
    STEP_SIZE,
    c,
    limit_starts,
)
from theorems.papers.du2019.ch5_symbols import (
    PAPER,
    POSITIVE,
    eta,
    inner,
    norm_v,
    norm_w,
    phi,
    square_teacher,
    state_of,
    sum_a,
    sum_teacher,
    teacher_of,
)
from theorems.quantifiers import AlongTrajectory
from theorems.sides import Closed, Simulated

rate = symbols("rate", real=True)
PHASE_TWO_IS = (
    r"phase II is where $\cos\phi\ge\frac12$, $a^\top a_*\ge\frac14\|w_*\|\|a_*\|^2$, "
    r"$\|v\|\le2$ and $\eta\lambda\cos\phi\le1$"
)
PROPER = [
    sum_a**2 <= norm_w**2 * sum_teacher**2,
    inner <= norm_w * MASS,
    eta * 8 * MASS * norm_w**2
    <= Min(inner * norm_w, (g(phi) - 1) * square_teacher * norm_w**2) * cos(phi),
    eta * MASS * norm_w**2 <= cos(phi),
    STABLE,
]


def phase_one(points: Any, generator: Any) -> dict[str, Any]:
    """`_phase_one` along 1500 steps, every 5th."""
    from numeric.population_runs import long_run

    del generator
    run = long_run(state_of(points), teacher_of(points), points.eta, 1500, every=5)
    return _phase_one(points, run)


def first_steps(points: Any, generator: Any) -> dict[str, Any]:
    """`_phase_one` along 20 steps, every 5th, in PyTorch, which a replay in balls can follow."""
    from numeric.population import trajectory

    del generator
    run = trajectory(state_of(points), teacher_of(points), points.eta, 20, every=5)
    return _phase_one(points, run)


def _phase_one(points: Any, path: Any) -> dict[str, Any]:
    """sin^2 of the angle at every 5th step, its printed envelope, and |v|."""
    import torch

    from numeric.population import g as g_torch

    level = (g_torch(points.phi) - 1) * points.square_teacher
    steps = 5.0 * torch.arange(path.phi.shape[-1], dtype=torch.float64)

    def envelope(beta: Any) -> Any:
        rate = points.eta * points.phi.cos() * beta / 8
        return torch.exp(steps * torch.log1p(-rate.clamp_max(1.0 - 1e-12)).unsqueeze(-1))

    w = points.norm_w
    return {
        "sin_squared": path.phi.sin().square(),
        "envelope": envelope(torch.minimum(points.inner, level) * w**2),
        "proper_envelope": envelope(torch.minimum(points.inner * w, level * w**2)),
        "length": path.norm_v,
    }


def _along(name: str) -> Any:
    return Simulated(lambda path: path[name])


PHASE_ONE = AlongTrajectory(simulate=phase_one, rounding=1e-9)
# What is printed fails within a few steps, what is corrected has to hold along many.
PHASE_ONE_STARTS = AlongTrajectory(simulate=first_steps, rounding=1e-9)
PRINTED_STARTS = limit_starts((1.0, 0.1, 10.0), (0.01, 1.0, 1e3))
PROPER_STARTS = limit_starts((1.0,), (0.01, 1.0))

angle_decays = Claim(
    id="du2019.lemma-5.9",
    source=Source(PAPER, "5.9.2", "Lemma 5.9, the angle"),
    statement=r"with $\beta^0=\min\{(a^0)^\top a_*,(g(\phi^0)-1)\|a_*\|^2\}\|w_*\|^2$ and "
    r"$\eta\le\min"
    r"\{\frac{\beta^0\cos\phi^0}{8(\|a_*\|^2+(1^\top a_*)^2)\|w_*\|^2},\frac{\cos\phi^0}{(\|a_*"
    r"\|^2+"
    r"(1^\top a_*)^2)\|w_*\|^2},\frac{2\pi}{k+\pi-1}\}$: $\sin^2\phi^t\le(1-\eta\frac{\cos\phi^0"
    r"\beta^0}8)^t$ for all $t$",
    reading=r"$\beta^*$ in the step size is read as $\beta^0$; $\|v^0\|=1$",
    over=START_DOMAIN,
    where=[SMALL_SUM, *STEP_SIZE, STABLE],
    lhs=_along("sin_squared"),
    relation="<=",
    rhs=_along("envelope"),
    quantifier=PHASE_ONE_STARTS,
    grid=PRINTED_STARTS,
    uses=("du2019.lemma-5.5", "du2019.proof-5.9", "du2019.lemma-5.8"),
    erratum="beta^0 has (a^0)'a_* |w*|^2 for (a^0)'a_* |w*|, and neither a^0 nor 1'a^0/|w*| is "
    "bounded: false for |w*| other than 1 and for large a^0",
)

length_stays = Claim(
    id="du2019.lemma-5.9.length",
    source=Source(PAPER, "5.9.2", "Lemma 5.9, the length"),
    statement=r"under the same conditions $\|v^t\|_2\le2$ for all $t$",
    over=START_DOMAIN,
    where=[SMALL_SUM, *STEP_SIZE, STABLE],
    lhs=_along("length"),
    relation="<=",
    rhs=Closed(2),
    quantifier=PHASE_ONE_STARTS,
    grid=PRINTED_STARTS,
    uses=("du2019.lemma-5.5", "du2019.proof-5.9", "du2019.lemma-5.8"),
    erratum="a^0 is not bounded: one step from a large a^0 makes |v| as long as one likes",
)

angle_decays_corrected = Claim(
    id="du2019.lemma-5.9.corrected",
    source=angle_decays.source,
    statement=r"Lemma 5.9 with $\beta^0=\min\{(a^0)^\top a_*\|w_*\|,(g(\phi^0)-1)\|a_*\|^2\|w_*"
    r"\|^2\}$,"
    r" $|1^\top a^0|\le\|w_*\||1^\top a_*|$ and $(a^0)^\top a_*\le(\|a_*\|^2+(1^\top "
    r"a_*)^2)\|w_*\|$",
    over=START_DOMAIN,
    where=PROPER,
    lhs=_along("sin_squared"),
    relation="<=",
    rhs=_along("proper_envelope"),
    quantifier=PHASE_ONE,
    grid=PROPER_STARTS,
    uses=("du2019.lemma-5.5.corrected", "du2019.proof-5.9.corrected", "du2019.lemma-5.8.corrected"),
    corrects="du2019.lemma-5.9",
)

length_stays_corrected = Claim(
    id="du2019.lemma-5.9.length.corrected",
    source=length_stays.source,
    statement=r"under the conditions of the corrected Lemma 5.9, $\|v^t\|_2\le2$ for all $t$",
    over=START_DOMAIN,
    where=PROPER,
    lhs=_along("length"),
    relation="<=",
    rhs=Closed(2),
    quantifier=PHASE_ONE,
    grid=PROPER_STARTS,
    uses=angle_decays_corrected.uses,
    corrects="du2019.lemma-5.9.length",
)

rate_below = Claim(
    id="du2019.text-5.4d.rate",
    source=Source(PAPER, "5.9.3", "lower bound on lambda in Phase II"),
    statement=r"in phase II $\lambda^t=\Omega(\|w_*\|^2\|a_*\|^2)$",
    reading=PHASE_TWO_IS + r"; there $\lambda\ge\frac1{48}\|w_*\|^2\|a_*\|^2$",
    over={phi: Interval(0, pi / 3), inner: POSITIVE, norm_v: Interval(1, 2), norm_w: POSITIVE}
    | {square_teacher: POSITIVE},
    hypotheses=[4 * inner >= norm_w * square_teacher],
    lhs=Closed(angular_rate(phi, norm_w, inner, norm_v)),
    relation=">=",
    rhs=Closed(norm_w**2 * square_teacher / 48),
    grid=Grid(
        phi=[0.0, 0.1, 1.0, 1.0471],
        inner=[0.25, 1.0],
        norm_v=[1.0, 2.0],
        norm_w=[1.0],
        square_teacher=[1.0],
    ),
    uses=("du2019.corollary-5.1.corrected", "du2019.lemma-5.9.length.corrected"),
)

fast_rate = Claim(
    id="du2019.text-5.4d",
    source=Source(PAPER, "5.4.2", "rate of Phase II"),
    statement=r"in phase II $\sin^2\phi^{t+1}\le(1-\eta C\|w_*\|^2\|a_*\|^2)\sin^2\phi^t$ for some "
    r"absolute $C>0$ (sides divided by $\sin^2\phi^t$)",
    reading=PHASE_TWO_IS + r"; there $C=\frac1{96}$ does",
    over={c: Interval(Rational(1, 2), 1), rate: POSITIVE, norm_w: POSITIVE}
    | {square_teacher: POSITIVE, eta: POSITIVE},
    hypotheses=[48 * rate >= norm_w**2 * square_teacher, eta * rate * c <= 1],
    lhs=Closed((1 - eta * rate * c) ** 2 / (1 + eta**2 * rate**2 * (1 - c**2))),
    relation="<=",
    rhs=Closed(1 - eta * norm_w**2 * square_teacher / 96),
    grid=Grid(
        c=[0.5, 0.9, 1.0], rate=[0.0209, 0.5], norm_w=[1.0], square_teacher=[1.0], eta=[0.01, 1.0]
    ),
    uses=("du2019.lemma-5.5.corrected", "du2019.text-5.4d.rate", "du2019.eq-5.9.step"),
)
