"""Thesis sections 6.3 and 6.6.2: stochastic gradient descent on one filter.

scale: variance of the input (a standard normal times its root); eta: step size; B: bound on the
stochastic gradient; r0, r1: initial and largest distance to w*, |w*| = 1; delta: failure
probability; epsilon: accuracy; T: number of steps; x: eta alpha; lam: log(T/delta). One patch, so
that L_cross = 0; beta = scale/pi; gamma and L in closed form.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

from sympy import Interval, Max, Rational, asin, exp, log, pi, symbols

from symbolic.wedge import smallest_eigenvalue
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2019.ch6_symbols import PAPER, POSITIVE, SIZES, eta
from theorems.quantifiers import UpToConstant, WithProbability
from theorems.sides import Closed, Computed, Holds, Sampled

scale, r0, r1, delta, epsilon, x, lam = symbols("scale r0 r1 delta epsilon x lam", real=True)
B = symbols("B", real=True)
T = symbols("T", integer=True, positive=True)
UNIT = Interval.open(0, 1)
SETTING = {scale: POSITIVE, eta: POSITIVE, B: POSITIVE, r0: UNIT, r1: UNIT, delta: UNIT, T: SIZES}
LEAST = smallest_eigenvalue(asin(r1), scale)
STEEP = scale * (Rational(1, 2) + 4 / pi)
PRINTED_RATE = LEAST - eta * STEEP
RATE = LEAST - eta * STEEP**2
PRINTED_SPREAD = 2 * eta * B * STEEP * r1 + eta**2 * B**2
SPREAD = 4 * eta * B * r1 + 4 * eta**2 * B**2
FLOOR = Max(r0**2, eta * B**2 / RATE)
STEP = [eta * RATE > 0, eta * RATE < 1]
PRINTED = [
    *STEP,
    1 + 2 * eta * PRINTED_RATE * T > 0,
    (r1**2 - r0**2) ** 2
    >= log(T / delta) * T * (1 + 2 * eta * PRINTED_RATE * T) * PRINTED_SPREAD**2,
    r0 < r1,
]
SOUND = [*STEP, r1**2 > FLOOR, (r1**2 - FLOOR) ** 2 >= 2 * log(T / delta) * T * SPREAD**2]
# With (1 - eta alpha)^T r0^2 <= epsilon^2 delta and the floor as the Markov step needs it.
REACHED = eta * T * RATE >= log(r0**2 / (epsilon**2 * delta))


def run(points: Any, samples: int, generator: Any) -> dict[str, Any]:
    """Noisy descent from distance r0, behind the teacher, at each point."""
    import torch

    from numeric.filter_sgd import noisy_descent

    rows = []
    for i in range(points.n):
        start = torch.zeros(samples, 2, dtype=torch.float64)
        start[:, 0] = 1.0 - points.r0[i]
        size, step, bound = (float(points[name][i]) for name in ("scale", "eta", "B"))
        rows.append(noisy_descent(start, size, step, bound, points.T, generator))
    return {
        name: torch.stack([getattr(row, name) for row in rows])
        for name in ("furthest", "last", "unbiased")
    }


BOUNDED = Holds("|g| <= B and E g is the gradient all along", lambda draws: draws["unbiased"])
FURTHEST = Sampled(lambda draws: draws["furthest"])
LAST = Sampled(lambda draws: draws["last"])
MILD = {"scale": 1.0, "eta": 1.2e-3, "B": 0.3, "r0": 0.2, "r1": 0.5, "delta": 0.2}

stays = Claim(
    id="du2019.lemma-6.2",
    source=Source(PAPER, "6.6.2", "Lemma 6.2"),
    statement=r"if $r_0,r_1<\|w_*\|\sin\phi_*$, $0<1-\eta\gamma(\phi_1)+\eta^2M^2<1$, $M=L(0)+"
    r"10L_{cross}+4\beta$, $\frac{(r_1^2-r_0^2)^2}{T(1+2\eta\alpha T)(2\eta BMr_1+\eta^2B^2)^2}\ge"
    r"\log\frac T\delta$, $\alpha=\gamma(\phi_1)-\eta M$: with probability at least $1-\delta$ "
    r"$\|w_t-w_*\|\le r_1$ for all $t\le T$",
    reading=r"$\phi_*$ is the largest angle with $\gamma(\phi)\ge6L_{cross}$, here $\frac\pi2$",
    over=SETTING,
    where=PRINTED,
    hypotheses=[BOUNDED],
    lhs=FURTHEST,
    relation="<=",
    rhs=Closed(r1),
    quantifier=WithProbability(at_least=1 - delta, draws=1000, draw=run),
    grid=Grid(
        points=[
            {**MILD, "T": 100},
            {"scale": 0.01, "eta": 0.01, "B": 8.0, "r0": 0.1, "r1": 0.9, "delta": 0.1, "T": 200},
        ]
    ),
    uses=("du2019.proof-6.2L", "du2019.proof-6.2L.azuma", "du2019.theorem-6.3"),
    erratum="the noise enters as 2 eta B r1, not times L + 10 L_cross + 4 beta: where that is "
    "small the condition allows noise that carries the iterates away",
)

stays_corrected = Claim(
    id="du2019.lemma-6.2.corrected",
    source=stays.source,
    statement=r"if $\alpha=\gamma(\phi_1)-\eta M^2$, $0<\eta\alpha<1$ and $(r_1^2-\max\{r_0^2,"
    r"\frac{\eta B^2}\alpha\})^2\ge2T(4\eta Br_1+4\eta^2B^2)^2\log\frac T\delta$ (the base "
    r"positive): with probability at least $1-\delta$ $\|w_t-w_*\|\le r_1$ for all $t\le T$",
    reading=stays.reading,
    over=SETTING,
    where=SOUND,
    hypotheses=[BOUNDED],
    lhs=FURTHEST,
    relation="<=",
    rhs=Closed(r1),
    quantifier=WithProbability(at_least=1 - delta, draws=1200, draw=run),
    grid=Grid(
        points=[
            {**MILD, "T": 500},
            {**MILD, "T": 3900},
            {**MILD, "scale": 0.1, "eta": 6e-3, "B": 0.05, "T": 2000},
        ]
    ),
    corrects="du2019.lemma-6.2",
    uses=("du2019.proof-6.2L.azuma.corrected", "du2019.theorem-6.3"),
)

bernoulli = Claim(
    id="du2019.proof-6.2L",
    source=Source(PAPER, "6.6.2", "proof of Lemma 6.2, last inequality for c_t"),
    statement=r"$t(1-\eta\alpha)^{-2t}(\dots)^2\le T(1+2\eta\alpha T)(\dots)^2$ for $t\le T$",
    reading="t = T; x is eta alpha",
    over={x: UNIT, T: SIZES},
    lhs=Closed((1 - x) ** (-2 * T)),
    relation="<=",
    rhs=Closed(1 + 2 * x * T),
    grid=Grid(x=[1e-3, 0.1, 0.5], T=[1, 5, 50]),
    erratum="Bernoulli's inequality goes the other way: the left side is the larger one always",
    seconds=4.0,
)

bernoulli_corrected = Claim(
    id="du2019.proof-6.2L.corrected",
    source=bernoulli.source,
    statement=r"$(1-\eta\alpha)^{-2T}\le\exp\frac{2\eta\alpha T}{1-\eta\alpha}$ (in logarithms)",
    over={x: UNIT, T: SIZES},
    lhs=Closed(-2 * T * log(1 - x)),
    relation="<=",
    rhs=Closed(2 * T * x / (1 - x)),
    grid=Grid(x=[1e-3, 0.1, 0.5], T=[1, 5, 50]),
    corrects="du2019.proof-6.2L",
    seconds=4.0,
)

azuma = Claim(
    id="du2019.proof-6.2L.azuma",
    source=Source(PAPER, "6.6.2", "proof of Lemma 6.2, last inequality"),
    statement=r"$\exp\{-\frac{(r_1^2-r_0^2)^2}{2c_t^2}\}\le\frac\delta T$ by the assumption "
    r"$\frac{(r_1^2-r_0^2)^2}{c_t^2}\ge\log\frac T\delta$",
    reading=r"x stands for the quotient, lam for $\log\frac T\delta$",
    over={x: POSITIVE, lam: POSITIVE},
    where=[x >= lam],
    lhs=Closed(exp(-x / 2)),
    relation="<=",
    rhs=Closed(exp(-lam)),
    grid=Grid(x=[0.5, 1.0, 4.0], lam=[0.4, 1.0, 3.0]),
    erratum="Azuma's inequality leaves a factor 2: the assumption must be with 2 log(T/delta)",
)

azuma_corrected = Claim(
    id="du2019.proof-6.2L.azuma.corrected",
    source=azuma.source,
    statement=r"the same from $\frac{(r_1^2-r_0^2)^2}{c_t^2}\ge2\log\frac T\delta$",
    reading=azuma.reading,
    over={x: POSITIVE, lam: POSITIVE},
    where=[x >= 2 * lam],
    lhs=Closed(exp(-x / 2)),
    relation="<=",
    rhs=Closed(exp(-lam)),
    grid=Grid(x=[0.5, 2.0, 8.0], lam=[0.2, 1.0, 3.0]),
    corrects="du2019.proof-6.2L.azuma",
)

# gamma(phi_1) - eta M^2 = 0.0405 here; B is the largest that epsilon^2 (...) >= eta B^2 allows.
SMALL = {"scale": 0.1, "eta": 0.2, "r1": 0.1, "epsilon": 0.01, "delta": 1e-8, "T": 370}
arrives = Claim(
    id="du2019.lemma-6.3",
    source=Source(PAPER, "6.6.2", "Lemma 6.3"),
    statement=r"under the conditions of Lemma 6.2, $\eta T(\gamma(\phi_1)-\eta M^2)\ge\log\frac{"
    r"r_0^2}{\epsilon^2\|w_*\|^2\delta}$ and $\epsilon^2(\gamma(\phi_1)-\eta M^2)\|w_*\|^2\ge\eta "
    r"B^2$: with probability $1-2\delta$ $\|w_T-w_*\|\le2\epsilon\|w_*\|$",
    over={**SETTING, epsilon: UNIT},
    where=[*PRINTED, REACHED, epsilon**2 * RATE >= eta * B**2],
    hypotheses=[BOUNDED],
    lhs=LAST,
    relation="<=",
    rhs=Closed(2 * epsilon),
    quantifier=WithProbability(at_least=1 - 2 * delta, draws=4000, draw=run),
    grid=Grid(points=[{**SMALL, "r0": 4.4e-6, "B": 0.0045}]),
    uses=("du2019.lemma-6.2",),
    erratum="Markov's inequality is applied to a variable that takes negative values: the noise "
    "about w* leaves 2 epsilon with a probability that does not fall with delta",
)

arrives_corrected = Claim(
    id="du2019.lemma-6.3.corrected",
    source=arrives.source,
    statement=r"the same under the conditions of du2019.lemma-6.2.corrected and $\epsilon^2\delta("
    r"\gamma(\phi_1)-\eta M^2)\|w_*\|^2\ge\eta B^2$",
    over={**SETTING, epsilon: UNIT},
    where=[*SOUND, REACHED, epsilon**2 * delta * RATE >= eta * B**2],
    hypotheses=[BOUNDED],
    lhs=LAST,
    relation="<=",
    rhs=Closed(2 * epsilon),
    quantifier=WithProbability(at_least=1 - 2 * delta, draws=1200, draw=run),
    grid=Grid(points=[{**MILD, "epsilon": 0.2, "T": 4200}]),
    corrects="du2019.lemma-6.3",
    uses=("du2019.lemma-6.2.corrected",),
)

START = (0.4, 0.684)
FAILURE = 0.5


@lru_cache(maxsize=128)
def _counts(size: float, accuracy: float, power: int) -> tuple[float, float]:
    """Iterations needed with `eta = epsilon^2 gamma^power / B^2`, and the printed T."""
    from numeric.filter_sgd import Anisotropic

    law = Anisotropic(size, 1.0)
    distance = math.hypot(START[0] - 1, START[1])
    middle = (math.pi / 2 + math.asin(distance)) / 2
    least, steepest = law.gamma(middle), size * distance
    step = accuracy**2 * least**power / steepest**2
    printed = steepest**2 / (accuracy * least) ** 2 * math.log(distance / (accuracy * FAILURE))
    return float(law.iterations(START, step, accuracy)), printed


def counted(power: int, which: int) -> Any:
    def of(points: Any) -> Any:
        import torch

        pairs = zip(points.scale.tolist(), points.epsilon.tolist(), strict=True)
        return torch.tensor([_counts(*pair, power)[which] for pair in pairs], dtype=torch.float64)

    return Computed(of)


SCALES = Grid(scale=[1.0, 0.5, 0.25, 0.125], epsilon=[0.5, 0.25])
stochastic = Claim(
    id="du2019.theorem-6.4",
    source=Source(PAPER, "6.3", "Theorem 6.4"),
    statement=r"with $\phi_1=\frac{\phi_*+\phi_0}2$ and $\eta_t=\Theta(\frac{\epsilon^2(\gamma("
    r"\phi_1)-6L_{cross})^2\|w_*\|^2}{B^2})$, $T=O(\frac{B^2}{\epsilon^2(\gamma(\phi_1)-6L_{cross}"
    r")^2\|w_*\|^2}\log\frac{\|w_0-w_*\|}{\epsilon\delta\|w_*\|})$ iterations suffice for "
    r"$\|w_T-w_*\|\le\epsilon\|w_*\|$ with probability $1-\delta$",
    reading=r"$\phi_*$ is the largest $\phi\le\frac\pi2$ with $\gamma(\phi)\ge6L_{cross}$ (the "
    r"argmax of $\gamma$ itself would be 0); tested without noise, $g=\nabla\ell$, which is "
    r"bounded by $B=\|w_0-w_*\|$ times the scale of the input; the constant in $\eta$ is 1, "
    r"$\delta=0.5$",
    over={scale: POSITIVE, epsilon: UNIT},
    lhs=counted(2, 0),
    relation="<=",
    rhs=counted(2, 1),
    quantifier=UpToConstant(shrinking=("scale",)),
    grid=SCALES,
    uses=("du2019.lemma-6.2", "du2019.lemma-6.3"),
    erratum="with gamma^2 in eta the count is gamma^-3: a smaller input scale, which changes B and "
    "gamma alike, breaks any constant; eta must have gamma to the first power",
)

stochastic_corrected = Claim(
    id="du2019.theorem-6.4.corrected",
    source=stochastic.source,
    statement=r"with "
    r"$\eta_t=\Theta(\frac{\epsilon^2(\gamma(\phi_1)-6L_{cross})\|w_*\|^2}{B^2})$ the "
    r"printed $T$ suffices, tested without noise",
    reading=stochastic.reading,
    over={scale: POSITIVE, epsilon: UNIT},
    lhs=counted(1, 0),
    relation="<=",
    rhs=counted(1, 1),
    quantifier=UpToConstant(shrinking=("scale", "epsilon")),
    grid=Grid(scale=[1.0, 0.5, 0.25, 0.125], epsilon=[0.125, 0.0625, 0.03125, 0.015625]),
    corrects="du2019.theorem-6.4",
    uses=("du2019.lemma-6.3.corrected",),
)
