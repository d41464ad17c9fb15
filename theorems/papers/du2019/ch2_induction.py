r"""Thesis sections 2.3.1 and 2.7: Condition 2.1 along gradient descent, and Corollary 2.1.

n: inputs; m: width; lambda_0: least eigenvalue of H_inf; gap: size of the residuals at the start;
eta: step size; delta: failure probability; q: eta lambda_0 / 2.
R' = 4 sqrt(n) |y - u(0)| / (sqrt(m) lambda_0).
"""

from __future__ import annotations

from typing import Any

from sympy import Interval, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2019.ch2_descent import RUN, RUN_GRID
from theorems.papers.du2019.ch2_runs import (
    EIGENVALUE,
    POSITIVE,
    SIZES,
    Path,
    delta,
    descent_run,
    eta,
    gap,
    lambda_0,
    n,
    radius_of,
)
from theorems.quantifiers import AlongTrajectory
from theorems.sides import Closed, Holds, Simulated

PAPER = "du2019"
q = symbols("q", real=True)


def _over_steps(points: Any, generator: Any) -> dict[str, Any]:
    """Descent; the distance one step ahead and whether Condition 2.1 held up to each step."""
    path = descent_run(points, generator, steps=120)
    bound = _condition(path)
    held = (path["loss"] <= bound * (1 + 1e-12)).cummin(dim=-1).values
    steps = {name: path[name][..., :-1] for name in ("loss", "least", "step")}
    return {**path, **steps, "ahead": path["far"][..., 1:], "held": held[..., :-1]}


def _condition(path: Path) -> Any:
    factor = 1 - path["step_size"] * path["lambda"] / 2
    return factor ** path["step"] * path["first"].square()


weights_stay = Claim(
    id="du2019.corollary-2.1",
    source=Source(PAPER, "2.3.1", "Corollary 2.1, (2.7)"),
    statement=r"if Condition 2.1 holds for $k'=0,\dots,k$ then for every $r$, "
    r"$\|w_r(k+1)-w_r(0)\|_2\le\frac{4\sqrt n\|y-u(0)\|_2}{\sqrt m\lambda_0}=:R'$",
    over=RUN,
    where=[eta * lambda_0 <= 2],
    hypotheses=[Holds("Condition 2.1 up to k", lambda path: path["held"])],
    quantifier=AlongTrajectory(simulate=_over_steps),
    lhs=Simulated(lambda path: path["ahead"]),
    relation="<=",
    rhs=Simulated(lambda path: 4 * path["root"] / path["lambda"]),
    grid=RUN_GRID,
    uses=("du2019.condition-2.1", "du2019.corollary-2.1.series"),
)

SERIES = 1 / (1 - sqrt(1 - q))
series = Claim(
    id="du2019.corollary-2.1.series",
    source=Source(PAPER, "2.7", "proof of Corollary 2.1, the series"),
    statement=r"$\eta\sum_{k'=0}^\infty\frac{\sqrt n(1-\frac{\eta\lambda_0}2)^{k'/2}}{\sqrt "
    r"m}\|y-u(0)\|_2="
    r"\frac{4\sqrt n\|y-u(0)\|_2}{\sqrt m\lambda_0}$",
    reading=r"printed with $\|y-u(k')\|$ inside the sum, which by the line before is $\|y-u(0)\|$; "
    r"divided by $\frac{2\sqrt n}{\sqrt m\lambda_0}\|y-u(0)\|$, with $q=\frac{\eta\lambda_0}2$",
    over={q: Interval.Lopen(0, 1)},
    lhs=Closed(q * SERIES),
    relation="==",
    rhs=Closed(2),
    erratum="the geometric series sums to less: (1 + sqrt(1 - q))/q < 2/q; an inequality is meant",
)

series_corrected = Claim(
    id="du2019.corollary-2.1.series.corrected",
    source=series.source,
    statement=r"the same with $\le$: $\sum_{k'\ge0}(1-q)^{k'/2}=\frac1{1-\sqrt{1-q}}\le\frac2q$",
    reading=series.reading,
    over={q: Interval.Lopen(0, 1)},
    lhs=Closed(q * SERIES),
    relation="<=",
    rhs=Closed(2),
    corrects="du2019.corollary-2.1.series",
)

NEAR = {**SIZES, lambda_0: EIGENVALUE, gap: POSITIVE, delta: Interval.open(0, 1), eta: POSITIVE}
NEAR_GRID = Grid(
    points=[
        {"lambda_0": 0.5, "gap": 2e-3, "delta": 0.9, "eta": 0.0135},
        {"lambda_0": 0.5, "gap": 2e-4, "delta": 0.3, "eta": 0.001},
        {"lambda_0": 0.3, "gap": 1e-4, "delta": 0.9, "eta": 0.0083},
    ],
    n=[1, 3],
    m=[400],
).nightly(n=[1, 2, 3, 4], m=[400, 2000, 8000])


def _from_a_good_start(points: Any, generator: Any) -> dict[str, Any]:
    radius = radius_of(points) / 2
    path = descent_run(points, generator, steps=300, event=radius)
    return {**path, "radius": radius[:, None, None]}


condition = Claim(
    id="du2019.condition-2.1",
    source=Source(PAPER, "2.3.1", "Condition 2.1, by induction"),
    statement=r"at the $k$-th iteration, "
    r"$\|y-u(k)\|_2^2\le(1-\frac{\eta\lambda_0}2)^k\|y-u(0)\|_2^2$, "
    r"for every $k$ when $R'<R$ and $\eta\le\frac{\lambda_0}{4n^2}$",
    reading=r"$R=\frac{\delta\lambda_0}{16Cn^2}$ (the radius for which the step goes through, "
    r"with its "
    "delta); starts in the event of Lemmas 2.1 and 2.2; labels close to u(0), so that R' < R at "
    "widths that run",
    over=NEAR,
    where=[4 * eta * n**2 <= lambda_0],
    hypotheses=[
        Holds("R' < R", lambda path: 4 * path["root"] / path["lambda"] < path["radius"]),
        Holds("the event of Lemmas 2.1 and 2.2", lambda path: path["event"]),
    ],
    quantifier=AlongTrajectory(simulate=_from_a_good_start),
    lhs=Simulated(lambda path: path["loss"]),
    relation="<=",
    rhs=Simulated(_condition),
    grid=NEAR_GRID,
    uses=("du2019.corollary-2.1", "du2019.proof-2.3T.corrected", "du2019.lemma-2.2"),
)
