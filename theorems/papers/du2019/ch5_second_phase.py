"""Thesis section 5.9.3: Phase II, the second layer and the loss, with |w*| = 1.

phi: angle between v and w*; gap: pi - g(phi); eps: the accuracy epsilon; e: the smaller of eps and
eps |a*|/|1'a*|; share: sin(phi)/e^5; norm_a: |a*|; sum_teacher: 1'a*; start_error, sum_error: 1'a*
- 1'a at the start and later; ratio: |a - a*|/|a*| at the start unless said otherwise; error: see
each claim; k: number of patches; eta: step size.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Abs, Interval, Rational, asin, pi, sin, sqrt, symbols

from symbolic.arccos import g
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2019.ch5_symbols import (
    PAPER,
    PATCHES,
    POSITIVE,
    REAL,
    SEVERAL_PATCHES,
    eta,
    k,
    phi,
    sum_teacher,
)
from theorems.quantifiers import ForAll, UpToConstant
from theorems.sides import Closed, Computed

gap, eps, e, error, sum_error = symbols("gap eps e error sum_error", real=True)
share = symbols("share", real=True)
norm_a, ratio, start_error = symbols("norm_a ratio start_error", real=True)
ACCURACY = Interval.open(0, 1)
NONNEGATIVE = Interval(0, sp.oo)

angle_to_gap = Claim(
    id="du2019.proof-5.3",
    source=Source(PAPER, "5.9.3", "from the angle to g, proof of Phase II"),
    statement=r"$\sin^2\phi\le\min\{\epsilon^{10},(\epsilon\frac{\|a_*\|}{|1^\top a_*|})^{10}\}$ "
    r"implies $\pi-g(\phi)\le\min\{\epsilon,\epsilon\frac{\|a_*\|}{|1^\top a_*|}\}$ "
    r"($\phi<\pi/2$, $e$ the second minimum)",
    over={phi: Interval.Ropen(0, pi / 2), e: ACCURACY},
    hypotheses=[sin(phi) <= e**5],
    lhs=Closed(pi - g(phi)),
    relation="<=",
    rhs=Closed(e),
    grid=Grid(phi=[0.0, 1e-3, 0.1, 0.5, 1.0, 1.2, 1.4], e=[0.01, 0.3, 0.5, 0.9, 0.97, 0.999]),
    uses=("du2019.theorem-5.1.corrected",),
    erratum="false for accuracies near 1 (from about 0.96 on): there phi may be near pi/2",
)

angle_to_gap_corrected = Claim(
    id="du2019.proof-5.3.corrected",
    source=angle_to_gap.source,
    statement=r"the same for $\epsilon\le\frac9{10}$",
    reading=r"$\sin\phi=$ share $\cdot\,e^5$, share between 0 and 1: all angles below $\pi/2$ that "
    "the hypothesis admits",
    over={share: Interval(0, 1), e: Interval.Lopen(0, Rational(9, 10))},
    lhs=Closed(pi - g(asin(share * e**5))),
    relation="<=",
    rhs=Closed(e),
    grid=Grid(share=[0.0, 1e-3, 0.5, 1.0], e=[0.01, 0.3, 0.5, 0.9]),
    uses=("du2019.theorem-5.1.corrected",),
    corrects="du2019.proof-5.3",
)


def sum_after_the_time(points: Any) -> Any:
    """|1'a_* - 1'a^T| for T = ceil(2 pi/(eta k) log(|1'a_* - 1'a^0|/(eps |a_*|))).

    The starts sit at the largest angle that the assumption allows, with |w*| = 1; the angle falls.
    """
    import math

    import torch

    from numeric.population import State, Teacher
    from numeric.population_runs import long_run

    total, start, square = points.sum_teacher, points.start_error, points.norm_a**2
    allowed = points.eps * points.norm_a / total.abs()
    angle = _angle_with_gap(allowed.clamp_max(math.pi - 1.0))
    teacher = Teacher(1.0, square, total, points.k)
    one = torch.ones(points.n, dtype=torch.float64)
    state = State(0.999 * angle, one, square, total - start, square)
    ratio_ = start.abs() / (points.eps * points.norm_a)
    times = (2 * math.pi / (points.eta * points.k) * ratio_.log()).ceil().clamp_min(0)
    path = long_run(state, teacher, points.eta, int(times.max()))
    return (total - _at(path.sum_a, times)).abs()


def _at(values: Any, times: Any) -> Any:
    """The entries of `(n, steps)` at the whole numbers `times (n,)`."""
    return values.gather(1, times.long().unsqueeze(1)).squeeze(1)


def _angle_with_gap(value: Any) -> Any:
    """The angle in [0, pi/2] with pi - g = value, by bisection."""
    import math

    import torch

    from numeric.population import g as g_torch

    low, high = torch.zeros_like(value), torch.full_like(value, math.pi / 2)
    for _ in range(60):
        middle = (low + high) / 2
        below = math.pi - g_torch(middle) < value
        low, high = torch.where(below, middle, low), torch.where(below, high, middle)
    return low


sum_converges = Claim(
    id="du2019.lemma-5.10",
    source=Source(PAPER, "5.9.3", "Lemma 5.10"),
    statement=r"if $\pi-g(\phi^0)\le\epsilon\frac{\|a_*\|}{|1^\top a_*|}$ then after "
    r"$T=O(\frac1{\eta k}"
    r"\log\frac{|1^\top a_*-1^\top a^0|}{\epsilon\|a_*\|})$ iterations $|1^\top a_*-1^\top a^T|\le2"
    r"\epsilon\|a_*\|$",
    reading=r"in the setting of phase II, where the angle does not grow and $\eta<\frac{2\pi}"
    r"{k+\pi-1}$; the constant in $T$ is $2\pi$",
    over={sum_teacher: POSITIVE, start_error: POSITIVE, norm_a: POSITIVE, eps: ACCURACY}
    | {eta: POSITIVE, k: SEVERAL_PATCHES},
    where=[
        sum_teacher**2 < k * norm_a**2,
        start_error <= 2 * sum_teacher,
        eta * (k + pi - 1) < 2 * pi,
        2 * eta * norm_a**2 < 1,
        start_error >= eps * norm_a,
    ],
    lhs=Computed(sum_after_the_time),
    relation="<=",
    rhs=Closed(2 * eps * norm_a),
    quantifier=ForAll(search=False),
    grid=Grid(
        sum_teacher=[0.1, 1.0, 1.4],
        start_error=[0.1, 1.0, 2.7],
        norm_a=[1.0],
        eps=[1e-4, 0.01, 0.3],
        eta=[0.02, 0.1, 0.45],
        k=[2, 5, 10],
    ),
    uses=("du2019.text-5.4b.corrected", "du2019.lemma-5.2.corrected"),
)

# One step of the recursion behind it, exact: d = 1'a_* - 1'a, gap = pi - g.
sum_step = Claim(
    id="du2019.lemma-5.10.step",
    source=Source(PAPER, "5.9.3", "recursion in the proof of Lemma 5.10"),
    statement=r"if $|1^\top a_*-1^\top a^t|\le r+\frac{\epsilon\|a_*\|}{k+\pi-1}$ and $0\le(\pi-"
    r"g(\phi^t))|1^\top a_*|\le\epsilon\|a_*\|$ then $|1^\top a_*-1^\top a^{t+1}|\le(1-\frac{"
    r"\eta(k+"
    r"\pi-1)}{2\pi})r+\frac{\epsilon\|a_*\|}{k+\pi-1}$",
    over={sum_error: REAL, ratio: NONNEGATIVE, gap: REAL, error: NONNEGATIVE}
    | {eta: POSITIVE, k: PATCHES},
    hypotheses=[
        Abs(sum_error) <= ratio + error / (k + pi - 1),
        Abs(gap) <= error,
        eta * (k + pi - 1) < 2 * pi,
    ],
    reading="ratio stands for r, gap for (pi - g) 1'a_*, error for eps |a_*|",
    lhs=Closed(Abs((1 - eta * (k + pi - 1) / (2 * pi)) * sum_error + eta * gap / (2 * pi))),
    relation="<=",
    rhs=Closed((1 - eta * (k + pi - 1) / (2 * pi)) * ratio + error / (k + pi - 1)),
    uses=("du2019.text-5.4b.corrected",),
)


def error_after_the_time(points: Any) -> Any:
    """|a^T - a_*| for T = ceil(2 pi/((pi - 1) eta) log(|a_* - a^0|/(eps |a_*|))).

    Starts: the angle at the largest that the assumptions allow, 1'a_* - 1'a^0 = eps |a_*|/k and
    a^0 - a_* otherwise across both, of length ratio |a_*|.
    """
    import math

    import torch

    from numeric.population import State, Teacher
    from numeric.population_runs import long_run

    square, total = points.norm_a**2, points.sum_teacher
    allowed = points.eps * (points.norm_a / total).clamp_max(1.0)
    angle = 0.999 * _angle_with_gap(allowed)
    off = points.eps * points.norm_a / points.k
    # a^0 = a_* - (off/k) 1 + (something orthogonal to 1 and to a_*)
    inner = square - off * total / points.k
    plain = square - 2 * off * total / points.k + off**2 / points.k
    across = (points.ratio**2 * square - off**2 / points.k).clamp_min(0.0)
    teacher = Teacher(1.0, square, total, points.k)
    one = torch.ones(points.n, dtype=torch.float64)
    state = State(angle, one, inner, total - off, plain + across)
    times = (2 * math.pi / ((math.pi - 1) * points.eta) * (points.ratio / points.eps).log()).ceil()

    path = long_run(state, teacher, points.eta, int(times.max()))
    squared = _at(path.square_a, times) - 2 * _at(path.inner, times) + square
    return squared.clamp_min(0.0).sqrt()


LAYER_DOMAIN = {ratio: POSITIVE, norm_a: POSITIVE, sum_teacher: POSITIVE, eps: ACCURACY}
LAYER_DOMAIN = {**LAYER_DOMAIN, eta: POSITIVE, k: sp.Range(3, sp.oo)}
layer_converges = Claim(
    id="du2019.lemma-5.11",
    source=Source(PAPER, "5.9.3", "Lemma 5.11"),
    statement=r"if $\pi-g(\phi^0)\le\epsilon\frac{\|a_*\|}{|1^\top a_*|}$ and $|1^\top a_*-1^\top "
    r"a^0|"
    r"\le\frac\epsilon k\|a_*\|$ then after $T=O(\frac1\eta\log\frac{\|a_*-a^0\|}{\epsilon\|a_*"
    r"\|})$ "
    r"iterations $\|a_*-a^0\|\le C\epsilon\|a_*\|$ for some absolute constant $C$",
    reading="as printed the conclusion speaks of a^0, of which nothing but its sum is assumed; "
    "ratio is |a_* - a^0|/|a_*|",
    over={ratio: POSITIVE, norm_a: POSITIVE, eps: ACCURACY},
    lhs=Closed(ratio * norm_a),
    relation="<=",
    rhs=Closed(eps * norm_a),
    quantifier=UpToConstant(along=("ratio",)),
    grid=Grid(ratio=[2.0**j for j in range(-2, 8)], norm_a=[1.0], eps=[0.01]),
    uses=("du2019.proof-5.11", "du2019.lemma-5.10"),
    erratum="the conclusion should be about a^T; for what that needs see lemma-5.11.final",
)


def error_at_wide_angle(points: Any) -> Any:
    """|a^T - a_*|/|a_*| from phi = pi/3, for T = ceil(10/eta log(1/eps)) and |a_*| = eps.

    The teacher's sum is the largest that the lemma then allows; 1'a^0 = 1'a_* and |a^0 - a_*| =
    |a_*|; |w*| = 1, eta = 1/10.
    """
    import math

    import torch

    from numeric.population import State, Teacher
    from numeric.population_runs import after

    angle = torch.full_like(points.eps, math.pi / 3)
    gap_ = math.pi - (2 * math.pi / 3 * math.cos(math.pi / 3) + math.sin(math.pi / 3))
    square, total = points.eps**2, points.eps * points.eps / gap_
    teacher = Teacher(1.0, square, total, points.k)
    start = State(angle, torch.ones_like(angle), square, total, 2 * square)
    ends = []
    for row, steps in enumerate((100 * (1 / points.eps).log()).ceil().int().tolist()):
        one = torch.tensor([row])
        end = after(start.of(one), teacher.of(one), 0.1, steps)
        ends.append((end.square_a - 2 * end.inner + square[one]).clamp_min(0.0).sqrt())
    return torch.cat(ends) / points.eps


layer_at_the_end = Claim(
    id="du2019.lemma-5.11.final",
    source=Source(PAPER, "5.9.3", "Lemma 5.11, its conclusion about a^T"),
    statement=r"under the same assumptions, after $T=O(\frac1\eta\log\frac{\|a_*-a^0\|}{\epsilon\|"
    r"a_*\|})$ iterations $\|a_*-a^T\|\le C\epsilon\|a_*\|$ for some absolute constant $C$",
    reading=r"$a^T$ for the $a^0$ of the conclusion, as the proof has it; measured at $\phi^0="
    r"\frac\pi3$, $\|a_*\|=\epsilon$, $|1^\top a_*|$ the largest that the assumption allows, ten "
    r"times $\frac1\eta\log\frac1\epsilon$ iterations",
    over={eps: ACCURACY, k: sp.Range(3, sp.oo)},
    lhs=Computed(error_at_wide_angle),
    relation="<=",
    rhs=Closed(eps),
    quantifier=UpToConstant(shrinking=("eps",)),
    grid=Grid(eps=[2.0**-j for j in range(3, 10)], k=[3, 10]),
    uses=("du2019.proof-5.11.bound", "du2019.lemma-5.10"),
    erratum="it needs pi - g(phi^0) <= eps as well: where |1'a_*| is small the printed bound "
    "allows any angle, and a^T tends to a multiple of a_* that is off by (pi - g)/(pi - 1)",
)

layer_converges_corrected = Claim(
    id="du2019.lemma-5.11.corrected",
    source=layer_converges.source,
    statement=r"if $\pi-g(\phi^0)\le\epsilon\min\{1,\frac{\|a_*\|}{|1^\top a_*|}\}$, $|1^\top a_*-"
    r"1^\top a^0|\le\frac\epsilon k\|a_*\|$ and the angle does not grow, then after $T=\frac{2\pi}"
    r"{(\pi-1)\eta}\log\frac{\|a_*-a^0\|}{\epsilon\|a_*\|}$ iterations $\|a_*-a^T\|\le2\epsilon"
    r"\|a_*\|$",
    over=LAYER_DOMAIN,
    where=[
        sum_teacher**2 < k * norm_a**2,
        ratio >= 2 * eps,
        eta * (k + pi - 1) < 2 * pi,
        2 * eta * norm_a**2 < 1,
    ],
    lhs=Computed(error_after_the_time, rounding=1e-7),
    relation="<=",
    rhs=Closed(2 * eps * norm_a),
    quantifier=ForAll(search=False),
    grid=Grid(
        ratio=[0.05, 1.0, 30.0],
        norm_a=[1.0, 0.1],
        sum_teacher=[0.01, 0.1, 1.5],
        eps=[1e-4, 0.01],
        eta=[0.05, 0.3],
        k=[3, 10],
    ),
    uses=("du2019.lemma-5.11.step", "du2019.lemma-5.10.step"),
    corrects="du2019.lemma-5.11",
)

layer_step = Claim(
    id="du2019.lemma-5.11.step",
    source=Source(PAPER, "5.9.3", "recursion behind Lemma 5.11"),
    statement=r"with $b=\epsilon\|a_*\|$: the triangle inequality gives $\|a^{t+1}-a_*\|\le(1-"
    r"\frac{"
    r"\eta(\pi-1)}{2\pi})\|a^t-a_*\|+\frac\eta{2\pi}(\frac b{\sqrt k}+b)$, so that "
    r"$\|a^t-a_*\|\le r+b$ implies $\|a^{t+1}-a_*\|\le(1-\frac{\eta(\pi-1)}{2\pi})r+b$",
    over={ratio: NONNEGATIVE, error: NONNEGATIVE, eta: Interval.open(0, 2), k: PATCHES},
    reading="ratio stands for r, error for b",
    lhs=Closed(
        (1 - eta * (pi - 1) / (2 * pi)) * (ratio + error)
        + eta / (2 * pi) * (error / sqrt(k) + error)
    ),
    relation="<=",
    rhs=Closed((1 - eta * (pi - 1) / (2 * pi)) * ratio + error),
    uses=("du2019.theorem-5.2b", "du2019.lemma-5.10.step"),
)
