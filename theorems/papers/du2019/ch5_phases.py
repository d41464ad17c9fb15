"""Thesis sections 5.3, 5.4.2 and 5.9.2: the two phases of gradient descent.

phi: angle between v and w*; norm_v, norm_w: |v|, |w*|; inner: a'a*; sum_a: 1'a; sum_teacher: 1'a*;
square_teacher: |a*|^2; k: number of patches; p: patch size; eta: step size; excess: a'a* at the
start over |a*|^2; delta: cosine of the angle at the start; c: cosine of the angle; rate: lambda;
eps: relative accuracy of the loss.
"""

from __future__ import annotations

import math
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
    SEVERAL_PATCHES,
    eta,
    inner,
    k,
    norm_v,
    norm_w,
    p,
    phi,
    square_teacher,
    state_of,
    sum_a,
    sum_teacher,
    teacher_of,
)
from theorems.quantifiers import AlongTrajectory, ForAll, UpToConstant
from theorems.sides import Closed, Computed, Simulated

excess, delta, eps, rate = symbols("excess delta eps rate", real=True)
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
    """sin^2 of the angle along 1500 steps, every 5th, its printed envelope, and |v|."""
    import torch

    from numeric.population import g as g_torch
    from numeric.population import trajectory

    del generator
    teacher = teacher_of(points)
    path = trajectory(state_of(points), teacher, points.eta, 1500, every=5)
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
    quantifier=PHASE_ONE,
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
    quantifier=PHASE_ONE,
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


def where_it_ends(points: Any) -> Any:
    """1 where the run is trapped by the global minimum, -1 by the spurious point, 0 undecided."""
    from numeric.basins import classify

    outcome = classify(state_of(points), teacher_of(points), points.eta, max_time=60.0)
    return outcome.kind.double()


def _main_start(norm: float, square: float, angle: float, share: float) -> dict[str, float]:
    """Three patches, 1'a^0 = 1'a_* = |a_*|, and the theorem's step size with constant 1."""
    from theorems.papers.du2019.ch5_symbols import g_of

    start = {"k": 3, "norm_w": norm, "square_teacher": square, "sum_teacher": math.sqrt(square)}
    start |= {"phi": angle, "inner": share * norm * square, "sum_a": math.sqrt(square)}
    mass, cosine = 2 * square * norm**2, math.cos(angle)
    signal = min(start["inner"], (g_of(angle) - 1) * square, 1.0)
    return {**start, "eta": 0.999 * min(signal * cosine / mass, 1 / 3)}


converges = Claim(
    id="du2019.theorem-5.3a",
    source=Source(PAPER, "5.3", "Theorem 5.3, Phase I"),
    statement=r"if $(a^0)^\top a_*>0$, $|1^\top a^0|\le|1^\top a_*|$, $\phi^0<\pi/2$ and "
    r"$\eta=O(\min\{"
    r"\frac{(a^0)^\top a_*\cos\phi^0}{(\|a_*\|^2+(1^\top a_*)^2)\|w_*\|^2},\frac{(g(\phi^0)-1)\|a_*"
    r"\|^2\cos\phi^0}{(\ldots)\|w_*\|^2},\frac{\cos\phi^0}{(\ldots)\|w_*\|^2},\frac1k\})$, there "
    r"is "
    r"$T_1=O(\frac1{\eta\cos\phi^0\beta^0}+\frac1\eta)$ with $\phi^{T_1}=\Theta(1)$, "
    r"$(a^{T_1})^\top "
    r"a_*\|w_*\|=\Theta(\|a_*\|^2\|w_*\|^2)$, $\beta^0=\min\{(a^0)^\top a_*\|w_*\|,(g(\phi^0)-1)"
    r"\|a_*\|"
    r"^2\|a_*\|^2\}$",
    reading=r"$\phi^{T_1}=\Theta(1)$ is read as $\cos\phi^{T_1}=\Omega(1)$, as the proof has it; "
    "measured is what the theorem implies: the run is not caught by the spurious minimum "
    "(side -1). The step size is the printed minimum with constant 1, and smaller",
    over=START_DOMAIN,
    where=[
        SMALL_SUM,
        sum_teacher**2 < k * square_teacher,
        eta * MASS * norm_w**2 <= Min(inner, (g(phi) - 1) * square_teacher, 1) * cos(phi),
        eta * k <= 1,
    ],
    lhs=Computed(where_it_ends),
    relation=">=",
    rhs=Closed(0),
    quantifier=ForAll(search=False),
    grid=Grid(
        points=[
            {**start, "eta": shrink * start["eta"]}
            for start in (
                _main_start(0.3, 4 / 0.09, 1.5, 0.01),
                _main_start(1.0, 1.0, 1.5, 0.1),
                _main_start(1.0, 4.0, 1.3, 0.3),
                _main_start(3.0, 1.0, 1.0, 0.3),
            )
            for shrink in (1.0, 0.5)
        ]
    ),
    uses=("du2019.lemma-5.5", "du2019.lemma-5.9", "du2019.corollary-5.2"),
    erratum="|1'a^0| <= |1'a_*| lacks the factor |w*|: for |w*| < 1 the run may end in the "
    "spurious "
    "minimum, whatever the step size (and beta^0 has |a_*|^2|a_*|^2 for |a_*|^2|w*|^2)",
)


def _family(points: Any) -> tuple[Any, Any]:
    """Starts with |w*| = 1, 1'a_* = 1'a = 0, a'a* = excess |a*|^2, cos(phi) = delta (0.36 unless
    it is a symbol): the slowest teachers, and vectors that exist for every k >= 2."""
    import torch

    from numeric.population import State, Teacher

    one = torch.ones(points.n, dtype=torch.float64)
    square = points.get("square_teacher", one)
    teacher = Teacher(1.0, square, 0 * one, points.get("k", 2))
    cosine = points.get("delta", 0.36 * one)
    share = points.get("excess", 0.5 * one)
    state = State(cosine.acos(), one, share * square, 0 * one, share**2 * square)
    return state, teacher


def step_of(points: Any) -> Any:
    """Theorem 5.3's step size, its constant 1."""
    from numeric.phases import theorem_step_size

    return theorem_step_size(*_family(points))


def length_of_phase_one(points: Any) -> Any:
    from numeric.phases import in_phase_two, march_until

    state, teacher = _family(points)
    return march_until(state, teacher, step_of(points), in_phase_two, 200_000)[0].double()


def length_of_phase_two(points: Any) -> Any:
    from numeric.phases import phase_lengths

    state, teacher = _family(points)
    return phase_lengths(state, teacher, step_of(points), points.eps, 200_000)[1].double()


def printed_phase_one(points: Any) -> Any:
    """1/(eta cos(phi^0) beta^0) + 1/eta."""
    import torch

    from numeric.population import g as g_torch

    state, teacher = _family(points)
    signal = torch.minimum(state.inner, (g_torch(state.phi) - 1) * teacher.square)
    return (1 / (state.phi.cos() * signal) + 1) / step_of(points)


def printed_phase_two(points: Any) -> Any:
    """(1/(eta |a_*|^2) + 1/eta) log(1/eps)."""
    import torch

    square = points.get("square_teacher", torch.ones(points.n, dtype=torch.float64))
    return (1 / square + 1) / step_of(points) * (1 / points.eps).log()


converges_corrected = Claim(
    id="du2019.theorem-5.3a.corrected",
    source=converges.source,
    statement=r"Phase I for $\|w_*\|=1$, $(a^0)^\top a_*\le\|a_*\|^2+(1^\top a_*)^2$, "
    r"$\cos\phi^{T_1}="
    r"\Omega(1)$ and $\beta^0=\min\{(a^0)^\top a_*,(g(\phi^0)-1)\|a_*\|^2\}$",
    over={excess: Interval.Lopen(0, 1), delta: Interval.open(0, 1), square_teacher: POSITIVE}
    | {k: SEVERAL_PATCHES},
    lhs=Computed(length_of_phase_one),
    relation="<=",
    rhs=Computed(printed_phase_one),
    quantifier=UpToConstant(along=("k", "square_teacher"), shrinking=("excess", "delta")),
    grid=Grid(
        excess=[1.0, 0.5, 0.25, 0.125],
        delta=[0.4, 0.2, 0.1, 0.05],
        square_teacher=[1.0, 2.0, 4.0, 8.0],
        k=[2, 4, 8, 16],
    ),
    uses=(
        "du2019.lemma-5.5.corrected",
        "du2019.lemma-5.9.corrected",
        "du2019.corollary-5.2.corrected",
    ),
    corrects="du2019.theorem-5.3a",
)

PHASE_TWO = r"$T_2=\tilde O((\frac1{\eta\|w_*\|^2\|a_*\|^2}+\frac1\eta)\log\frac1\epsilon)$"
fast_phase = Claim(
    id="du2019.theorem-5.3b",
    source=Source(PAPER, "5.3", "Theorem 5.3, Phase II"),
    statement=rf"from $T_1$ with $\phi^{{T_1}}=\Theta(1)$, $(a^{{T_1}})^\top a_*\|w_*\|=\Theta("
    rf"\|a_*\|^2\|w_*\|^2)$ there is {PHASE_TWO} with $\ell(v^{{T_1+T_2}},a^{{T_1+T_2}})\le"
    r"\epsilon\|w_*\|^2\|a_*\|^2$",
    over={excess: POSITIVE, eps: Interval.open(0, 1), delta: Interval.open(0, 1)},
    lhs=Computed(length_of_phase_two),
    relation="<=",
    rhs=Computed(printed_phase_two),
    quantifier=UpToConstant(along=("excess",)),
    grid=Grid(excess=[40 * 2 ** (j / 2) for j in range(7)], eps=[1e-5], delta=[0.5]),
    uses=("du2019.lemma-5.10", "du2019.lemma-5.11", "du2019.lemma-5.12", "du2019.lemma-5.9"),
    erratum="nothing bounds |v^{T_1}|: from a large a^0 the first step lengthens v in proportion, "
    "and T_2 grows with its square",
)

fast_phase_corrected = Claim(
    id="du2019.theorem-5.3b.corrected",
    source=fast_phase.source,
    statement=rf"{PHASE_TWO} if moreover $(a^0)^\top a_*\le(\|a_*\|^2+(1^\top a_*)^2)\|w_*\|$ and "
    r"$|1^\top a^0|\le\|w_*\||1^\top a_*|$, so that $\|v\|\le2$",
    over={square_teacher: POSITIVE, eps: Interval.open(0, 1), k: SEVERAL_PATCHES},
    lhs=Computed(length_of_phase_two),
    relation="<=",
    rhs=Computed(printed_phase_two),
    quantifier=UpToConstant(along=("k", "square_teacher"), shrinking=("eps",)),
    grid=Grid(
        square_teacher=[0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0],
        eps=[2.0**-j for j in (2, 4, 6, 8, 10, 12)],
        k=[2, 4, 8, 16],
    ),
    uses=(
        "du2019.lemma-5.9.length.corrected",
        "du2019.lemma-5.10",
        "du2019.lemma-5.11.corrected",
        "du2019.lemma-5.12.corrected",
    ),
    corrects="du2019.theorem-5.3b",
)


def typical_phase_one(points: Any) -> Any:
    """The 90 % quantile of Phase I over 200 random starts of Theorem 5.4, step size 1/(k + 2)."""
    import torch

    from numeric.data import initial_weights, teacher_output
    from numeric.phases import in_phase_two, march_until
    from numeric.population import state_of_weights, teacher_of_weights

    generator = torch.Generator().manual_seed(97 * points.k + points.p)
    a_star = teacher_output(points.k, 1.0)
    v, a = initial_weights(200, points.p, a_star, 1.0, generator)
    w_star = torch.zeros(points.p, dtype=torch.float64)
    w_star[0] = 1.0
    v = v * v[:, :1].sign()
    a = a * (a @ a_star).sign().unsqueeze(-1)
    teacher = teacher_of_weights(w_star, a_star)
    state = state_of_weights(v, a, w_star, a_star)
    steps = march_until(state, teacher, 1 / (points.k + 2), in_phase_two, 100_000)[0].double()
    return steps.quantile(0.9).repeat(points.n)


polynomial_time = Claim(
    id="du2019.text-5.3",
    source=Source(PAPER, "5.3", "after Theorem 5.4"),
    statement=r"with the initialisation of Theorem 5.4 a step size $O(1/\mathrm{poly}(k,\|w_*\|"
    r"\|a\|))$ is enough and phase I takes $O(\mathrm{poly}(k,p,\|w_*\|\|a\|))$ iterations",
    reading=r"the polynomials are not given; taken as $\eta=\frac1{k+2}$ and $k^2p$ iterations for "
    r"$\|w_*\|=\|a_*\|=|1^\top a_*|=1$, nine starts in ten",
    over={k: SEVERAL_PATCHES, p: SEVERAL_PATCHES},
    lhs=Computed(typical_phase_one),
    relation="<=",
    rhs=Closed(k**2 * p),
    quantifier=UpToConstant(along=("k", "p")),
    grid=Grid(k=[2, 4, 8, 16, 32], p=[2, 4, 8, 16, 32]),
    uses=("du2019.theorem-5.3a.corrected", "du2019.theorem-5.4a.corrected"),
)
