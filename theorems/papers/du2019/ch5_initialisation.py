"""Thesis sections 5.3, 5.10 and 5.11: the random initialisation.

norm_w: |w*|; sum_teacher: 1'a*; ratio: (1'a*)^2/|a*|^2 (|a*| = 1); share: |a^0| over the radius of
the ball; y: |1'a^0|/|1'a*|; k: number of patches; p: patch size; draw: number of a draw.
"""

from __future__ import annotations

import math
from typing import Any

from sympy import Abs, Interval, Range, oo, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2019.ch5_symbols import (
    PAPER,
    PATCHES,
    POSITIVE,
    REAL,
    SEVERAL_PATCHES,
    k,
    norm_w,
    p,
    sum_teacher,
)
from theorems.quantifiers import UpToConstant, WithProbability
from theorems.sides import Closed, Computed, Sampled

ratio, share, y = symbols("ratio share y", real=True)
draw = symbols("draw", integer=True, nonnegative=True)


def _starts(points: Any, samples: int, generator: Any) -> tuple[Any, ...]:
    """`v (samples, p)`, `a (samples, k)` of Theorem 5.4 with `w*` and `a*`, for one point."""
    import torch

    from numeric.data import initial_weights, teacher_output

    a_star = teacher_output(points["k"], float(points["ratio"]))
    length = float(points["norm_w"])
    v, a = initial_weights(samples, points["p"], a_star, length, generator)
    w_star = torch.zeros(points["p"], dtype=torch.float64)
    w_star[0] = length
    return v, a, w_star, a_star


def _one_by_one(points: Any) -> list[dict[str, Any]]:
    """The points of a batch, each with its own numbers."""
    single = {name: points[name] for name in points if isinstance(points[name], int)}
    tensors = [name for name in points if name not in single]
    return [{**single, **{n: points[n][i] for n in tensors}} for i in range(points.n)]


def slack_of(points: Any, samples: int, generator: Any) -> Any:
    """Over the four signs, the best of the least slack in the three conditions of Theorem 5.3."""
    import torch

    rows = []
    for point in _one_by_one(points):
        v, a, w_star, a_star = _starts(point, samples, generator)
        signal, cosine = (a @ a_star).abs(), (v @ w_star).abs()
        room = a_star.sum().abs() - a.sum(-1).abs()
        # The best signs make a'a* and v'w* positive; |1'a| does not depend on them.
        rows.append(torch.minimum(torch.minimum(signal, cosine), room))
    return torch.stack(rows)


SIGN_DOMAIN = {ratio: POSITIVE, norm_w: POSITIVE, k: PATCHES, p: SEVERAL_PATCHES}
good_signs = Claim(
    id="du2019.theorem-5.4a",
    source=Source(PAPER, "5.3", "Theorem 5.4, first part"),
    statement=r"for $v\sim\mathrm{unif}(S^{p-1})$, $a\sim\mathrm{unif}(B(0,\frac{|1^\top "
    r"a_*|\|w_*\|}"
    r"{\sqrt k}))$ some $(v^0,a^0)\in\{(\pm v,\pm a)\}$ has $(a^0)^\top a_*>0$, $|1^\top "
    r"a^0|\le|1^\top "
    r"a_*|$ and $\phi^0<\pi/2$ (almost surely)",
    reading="1'a_* is not 0, without which the ball is a point and its uniform law is a^0 = 0",
    over=SIGN_DOMAIN,
    where=[ratio <= k],
    lhs=Sampled(slack_of),
    relation=">",
    rhs=Closed(0),
    quantifier=WithProbability(at_least=1),
    grid=Grid(points=[{"k": 2, "p": 6, "ratio": 1.5, "norm_w": norm} for norm in (0.5, 1.0, 4.0)]),
    uses=("du2019.proof-5.4",),
    erratum="|1'a^0| <= |1'a_*| fails with positive probability for |w*| > 1: the radius gives "
    "|1'a^0| <= |1'a_*||w*|",
)


def proper_slack(points: Any, samples: int, generator: Any) -> Any:
    """As `slack_of`, with |1'a^0| <= |1'a_*||w*|."""
    import torch

    rows = []
    for point in _one_by_one(points):
        v, a, w_star, a_star = _starts(point, samples, generator)
        room = float(point["norm_w"]) * a_star.sum().abs() - a.sum(-1).abs()
        rows.append(torch.minimum(torch.minimum((a @ a_star).abs(), (v @ w_star).abs()), room))
    return torch.stack(rows)


good_signs_corrected = Claim(
    id="du2019.theorem-5.4a.corrected",
    source=good_signs.source,
    statement=r"the same with $|1^\top a^0|\le|1^\top a_*|\|w_*\|$",
    over=SIGN_DOMAIN,
    where=[ratio <= k],
    lhs=Sampled(proper_slack),
    relation=">",
    rhs=Closed(0),
    quantifier=WithProbability(at_least=1),
    grid=good_signs.grid,
    uses=("du2019.proof-5.4",),
    corrects="du2019.theorem-5.4a",
)


def acute_angle(points: Any, samples: int, generator: Any) -> Any:
    """phi^0 after the choice of sign, from one coordinate and the length of the p - 1 others."""
    import torch

    first = torch.randn(points.n, samples, generator=generator, dtype=torch.float64)
    half = torch.full_like(first, (points.p - 1) / 2)
    return torch.atan2((2 * torch._standard_gamma(half, generator)).sqrt(), first.abs())


def distance_from_root(points: Any, samples: int, generator: Any) -> Any:
    """|log(sqrt(p) cos(phi^0))|."""
    from numeric.data import unit_sphere

    v = unit_sphere((points.n, samples), points.p, generator)
    return (math.sqrt(points.p) * v[..., 0].abs()).log().abs()


SIZES = [2**j for j in range(1, 9)]
initial_angle = Claim(
    id="du2019.theorem-5.4b",
    source=Source(PAPER, "5.3", "Theorem 5.4, the angle"),
    statement=r"with high probability $\phi^0=\Theta(\frac1{\sqrt p})$",
    reading="measured by the mean of phi^0",
    over={p: SEVERAL_PATCHES},
    lhs=Sampled(acute_angle),
    relation="==",
    rhs=Closed(1 / sqrt(p)),
    quantifier=UpToConstant(along=("p",)),
    grid=Grid(p=[4**j for j in range(1, 9)]),
    uses=("du2019.theorem-5.4a",),
    erratum="it is pi/2 - phi^0 (cos phi^0) that is of order 1/sqrt(p); phi^0 itself tends to pi/2",
)

initial_angle_corrected = Claim(
    id="du2019.theorem-5.4b.corrected",
    source=initial_angle.source,
    statement=r"with probability at least $\frac9{10}$: $\frac1{20\sqrt p}\le\cos\phi^0\le\frac{20}"
    r"{\sqrt p}$",
    over={p: SEVERAL_PATCHES},
    lhs=Sampled(distance_from_root),
    relation="<=",
    rhs=Closed(math.log(20)),
    quantifier=WithProbability(at_least=0.9),
    grid=Grid(p=SIZES),
    uses=("du2019.theorem-5.4a.corrected",),
    corrects="du2019.theorem-5.4b",
)


def signal_against_order(points: Any, samples: int, generator: Any) -> Any:
    """|log| of (a^0)'a_* |w*| over |1'a_*||a_*||w*|^2/k."""
    import torch

    rows = []
    for point in _one_by_one(points):
        _, a, w_star, a_star = _starts(point, samples, generator)
        length = w_star.norm()
        order = a_star.sum().abs() * a_star.norm() * length**2 / point["k"]
        rows.append(((a @ a_star).abs() * length / order).log().abs())
    return torch.stack(rows)


initial_signal = Claim(
    id="du2019.theorem-5.4b.signal",
    source=Source(PAPER, "5.3", "Theorem 5.4, the signal"),
    statement=r"with high probability $(a^0)^\top a_*\|w_*\|=\Theta(\frac{|1^\top "
    r"a_*|\|a_*\|\|w_*\|^2}k)$",
    reading="with probability at least 9/10 and constants 1/20 and 20",
    over=SIGN_DOMAIN,
    where=[ratio <= k],
    lhs=Sampled(signal_against_order),
    relation="<=",
    rhs=Closed(math.log(20)),
    quantifier=WithProbability(at_least=0.9),
    grid=Grid(
        points=[
            {"k": size, "p": 2, "ratio": part, "norm_w": norm}
            for size in (2, 16, 128)
            for part, norm in [(0.01, 1.0), (1.0, 1.0), (1.5, 0.2)]
        ]
    ),
    uses=("du2019.theorem-5.4a.corrected",),
)


def _layer(points: Any) -> Any:
    """A vector of the ball of Theorem 5.4, `share` of its radius long, `(n, k)`."""
    import torch

    generator = torch.Generator().manual_seed(1000 * points.k + points.draw)
    if points.draw == 0:
        direction = torch.ones(1, points.k, dtype=torch.float64)
    else:
        direction = torch.randn(1, points.k, generator=generator, dtype=torch.float64)
    radius = points.sum_teacher.abs() * points.norm_w / math.sqrt(points.k)
    return (points.share * radius).unsqueeze(-1) * direction / direction.norm()


def longer_norms(points: Any) -> Any:
    import torch

    a = _layer(points)
    bound = points.sum_teacher.abs() * points.norm_w
    return torch.stack([a.abs().sum(-1), math.sqrt(points.k) * a.norm(dim=-1), bound], -1)


def shorter_norms(points: Any) -> Any:
    import torch

    a = _layer(points)
    return torch.stack([a.sum(-1), a.abs().sum(-1), math.sqrt(points.k) * a.norm(dim=-1)], -1)


chain = Claim(
    id="du2019.proof-5.4",
    source=Source(PAPER, "5.10", "chain in the proof of Theorem 5.4"),
    statement=r"$1^\top a^0\le\|a^0\|_1\le\sqrt k\|a^0\|_2\le|1^\top a_*|\|w_*\|$ (three "
    r"inequalities)",
    reading="a^0 lies in the ball of Theorem 5.4; the proof's own ball is the next claim",
    over={share: Interval(0, 1), sum_teacher: REAL, norm_w: POSITIVE, k: PATCHES}
    | {draw: Range(0, 100)},
    lhs=Computed(longer_norms),
    relation=">=",
    rhs=Computed(shorter_norms),
    grid=Grid(
        share=[0.0, 0.5, 1.0], sum_teacher=[-1.0, 2.0], norm_w=[0.3, 3.0], k=[1, 2, 50], draw=[0, 1]
    ),
)

chain_radius = Claim(
    id="du2019.proof-5.4.radius",
    source=Source(PAPER, "5.10", "radius in the proof of Theorem 5.4"),
    statement=r"for $a^0\in B(0,\frac{|1^\top a_*|}{\sqrt k})$: $\sqrt k\|a^0\|_2\le|1^\top "
    r"a_*|\|w_*\|$",
    over={share: Interval(0, 1), sum_teacher: REAL, norm_w: POSITIVE, k: PATCHES},
    lhs=Closed(sqrt(k) * share * Abs(sum_teacher) / sqrt(k)),
    relation="<=",
    rhs=Closed(Abs(sum_teacher) * norm_w),
    grid=Grid(share=[0.5, 1.0], sum_teacher=[1.0], norm_w=[0.25, 1.0], k=[4]),
    erratum="the radius lacks the factor |w*| that it has in the theorem; false for |w*| < 1",
)

chain_radius_corrected = Claim(
    id="du2019.proof-5.4.radius.corrected",
    source=chain_radius.source,
    statement=r"for $a^0\in B(0,\frac{|1^\top a_*|\|w_*\|}{\sqrt k})$ the last inequality holds",
    over=chain_radius.over,
    lhs=Closed(sqrt(k) * share * Abs(sum_teacher) * norm_w / sqrt(k)),
    relation="<=",
    rhs=chain_radius.rhs,
    grid=chain_radius.grid,
    corrects="du2019.proof-5.4.radius",
)


def reaches_spurious(points: Any, samples: int, generator: Any) -> Any:
    """1 where the signs with a'a* < 0, phi > pi/2 meet the conditions and end in the bad point."""
    import torch

    from numeric.basins import SPURIOUS, classify, safe_step_size
    from numeric.population import g, state_of_weights, teacher_of_weights

    rows = []
    for found in _one_by_one(points):
        point: dict[str, Any] = {**found, "norm_w": 1.0}
        v, a, w_star, a_star = _starts(point, samples, generator)
        v = -v * v[:, :1].sign()
        a = -a * (a @ a_star).sign().unsqueeze(-1)
        state, teacher = state_of_weights(v, a, w_star, a_star), teacher_of_weights(w_star, a_star)
        outcome = classify(state, teacher, float(safe_step_size(teacher)), max_time=300.0)
        wide = g(state.phi) <= 1 - 2 * float(point["ratio"])
        small = state.sum_a.abs() <= a_star.sum().abs()
        ready = wide & small & (state.inner < 0)
        rows.append((ready & (outcome.kind == SPURIOUS)).double())
    return torch.stack(rows)


bad_signs = Claim(
    id="du2019.theorem-5.5",
    source=Source(PAPER, "5.3.1", "Theorem 5.5"),
    statement=r"$\|w_*\|=1$; if $(1^\top a_*)^2<\frac1{\mathrm{poly}(q)}\|a_*\|^2$ and $\eta$ is "
    r"small, "
    r"then with high probability some $(v^0,a^0)\in\{(\pm v,\pm a)\}$ has $(a^0)^\top a_*<0$, "
    r"$|1^\top "
    r"a^0|\le|1^\top a_*|$, $g(\phi^0)\le\frac{-2(1^\top a_*)^2}{\|a_*\|^2}+1$, and from it "
    r"gradient "
    r"descent ends at $\theta(v,w_*)=\pi$, $a=(11^\top+(\pi-1)I)^{-1}(11^\top-I)a_*$",
    reading=r"$q=p$, $\mathrm{poly}(p)=p^3$, probability at least $1-\frac1p$; $1^\top a_*\ne0$, "
    r"as a "
    "uniform law on the ball requires",
    over={ratio: POSITIVE, k: SEVERAL_PATCHES, p: SEVERAL_PATCHES},
    where=[ratio * p**3 <= 1],
    lhs=Sampled(reaches_spurious),
    relation=">=",
    rhs=Closed(1),
    quantifier=WithProbability(at_least=1 - 1 / p, draws=1000),
    grid=Grid(
        points=[
            {"k": size, "p": dim, "ratio": part / dim**3}
            for size in (2, 20)
            for dim in (4, 6, 16)
            for part in (1.0, 0.01)
        ]
    ),
    uses=("du2019.lemma-5.1", "du2019.proof-5.5.corrected", "du2019.lemma-5.4.lower"),
)

halving = Claim(
    id="du2019.remark-5.3",
    source=Source(PAPER, "5.3", "Remark 5.3"),
    statement=r"halving the initialisation again and again eventually meets the conditions: "
    r"$\lceil "
    r"y\rceil$ halvings of $a^0$ bring $|1^\top a^0|=y|1^\top a_*|$ below $|1^\top a_*|$",
    reading="the conditions are read as the upper bounds on the size, with 1'a_* not 0",
    over={y: Interval(0, oo)},
    lhs=Closed(y / 2**y),
    relation="<=",
    rhs=Closed(1),
    uses=("du2019.theorem-5.4a.corrected",),
)
