"""Thesis sections 7.4 and 7.4.1: the sketch of the escape times, for any width of the tube.

L > gamma > 0: curvatures; tau > 1: width of a quadratic piece; eta <= 1/(2 L): step size; d:
dimension; i: index of a saddle point; x: every initial coordinate, in (0, 1]; t_i: number of steps
to leave the quadratic neighbourhood of the i-th saddle point. The dwell time at a saddle point
counts the steps from 2 tau in one coordinate to 2 tau in the next.
"""

from __future__ import annotations

import math
from typing import Any

import sympy as sp
from sympy import Interval, log, oo, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2019.ch7_escape_times import (
    COUNT_GRID,
    FOREVER,
    PAPER,
    RATIO,
    SMALL_STEP,
    STEP,
    L,
    d,
    entered_first,
    escape,
    eta,
    gamma,
    least_growth,
    tau,
)
from theorems.quantifiers import ForAll, UpToConstant
from theorems.sides import Closed, Computed

i = symbols("i", integer=True)

SKETCH_GRID = Grid(
    points=[
        {"L": a, "gamma": 1.0, "tau": c, "eta": q / (2 * a), "x": m}
        for a in (1.01, 2.5, math.e, 20.0, 100.0)
        for q in (0.01, 0.5, 0.9, 1.0)
        for c in (1.01, 2.0, math.e)
        for m in (1.0, 0.9, 0.1)
        if q > 0.01 or a < 3.0
    ],
    d=[2, 3, 5],
)
SKETCH = {**STEP, tau: Interval.open(1, oo), d: sp.S.Naturals}


def _entered_last(points: Any) -> Any:
    return escape(points, points.d).entered[:, -1].clamp(max=FOREVER)


sketch_growth = Claim(
    id="du2019.text-7.4c.growth",
    source=Source(PAPER, "7.4.1", "from two saddle points to d, one to the next"),
    statement=r"$t_{i+1}\ge\frac{L+\gamma}\gamma t_i$",
    reading=r"$t_i$, the steps to leave the quadratic neighbourhood of the i-th saddle point: the "
    r"first "
    r"iterate with $x_i\ge\tau$",
    over=SKETCH,
    where=SMALL_STEP,
    quantifier=ForAll(search=False),
    lhs=Computed(least_growth),
    relation=">=",
    rhs=Closed(RATIO),
    grid=SKETCH_GRID,
    uses=("du2019.text-7.4a",),
)

sketch_total = Claim(
    id="du2019.text-7.4c",
    source=Source(PAPER, "7.4.1", "from two saddle points to d, conclusion"),
    statement=r"$t_{i+1}\ge\frac{L+\gamma}\gamma t_i$ for all $i$; this gives "
    r"$t_d\ge\left(\frac{L+\gamma}\gamma\right)^d$",
    reading=r"for some fixed $\tau>1$ and $L>\gamma>0$, as section 7.4.1 says",
    over=SKETCH,
    where=SMALL_STEP,
    quantifier=ForAll(search=False),
    lhs=Computed(_entered_last),
    relation=">=",
    rhs=Closed(RATIO**d),
    grid=SKETCH_GRID,
    uses=("du2019.text-7.4c.growth",),
    erratum="d - 1 ratios give ((L + gamma)/gamma)^(d-1) t_1, and t_1 may be smaller than the "
    "ratio",
)

sketch_total_corrected = Claim(
    id="du2019.text-7.4c.corrected",
    source=Source(PAPER, "7.4.1", "from two saddle points to d, conclusion, corrected"),
    statement=r"$t_d\ge\left(\frac{L+\gamma}\gamma\right)^{d-1}t_1$",
    over=SKETCH,
    where=SMALL_STEP,
    quantifier=ForAll(search=False),
    lhs=Computed(lambda points: _entered_last(points) / entered_first(points)),
    relation=">=",
    rhs=Closed(RATIO ** (d - 1)),
    grid=SKETCH_GRID,
    uses=("du2019.text-7.4c.growth",),
    corrects="du2019.text-7.4c",
)


def _dwell(points: Any) -> Any:
    """Steps between leaving the joint before the i-th saddle point and leaving that after it."""
    return escape(points, points.i).dwell[:, -1]


growing_dwell = Claim(
    id="du2019.text-7.4b",
    source=Source(PAPER, "7.4", "remark after Theorem 7.3, gradient descent"),
    statement=r"gradient descent's number of iterations to escape the $i$-th saddle point "
    r"increases as "
    r"$\kappa^i$ with $\kappa>1$",
    reading=r"in the construction $\kappa=1+\frac{\log(1/(1-2\eta L))}{\log(1+2\eta\gamma)}\ge"
    r"\frac{L+\gamma}\gamma$",
    over={**STEP, tau: Interval(sp.E, oo), i: sp.S.Naturals},
    where=[gamma < L, eta < 1 / (2 * L)],
    quantifier=UpToConstant(along=("i",)),
    lhs=Computed(_dwell),
    relation="==",
    rhs=Closed((1 - log(1 - 2 * eta * L) / log(1 + 2 * eta * gamma)) ** i),
    grid=Grid(
        points=[
            {"L": a, "gamma": 1.0, "tau": math.e * 1.0001, "eta": q / (2 * a), "x": m}
            for a in (1.01, 1.5, math.e, 5.0)
            for q in (0.05, 0.5, 0.9)
            for m in (1.0, 0.1)
        ],
        i=[1, 2, 4, 8],
    ),
    uses=(
        "du2019.proof-7.2c.growth",
        "du2019.lemma-7.2",
    ),
)


def _least_dwell_growth(points: Any) -> Any:
    """Least ratio of the dwell times at consecutive saddle points, over the first d."""
    dwell = escape(points, points.d).dwell
    return (dwell[:, 1:] / dwell[:, :-1]).amin(dim=1)


dwell_increases = Claim(
    id="du2019.text-7.4b.increases",
    source=Source(PAPER, "7.4", "remark after Theorem 7.3, every saddle point takes longer"),
    statement="gradient descent needs more iterations to escape each saddle point than the one "
    "before: "
    "the ratio of consecutive numbers exceeds 1",
    over={**STEP, tau: Interval(sp.E, oo), d: sp.Range(2, oo)},
    where=[gamma < L, eta < 1 / (2 * L)],
    quantifier=ForAll(search=False),
    lhs=Computed(_least_dwell_growth),
    relation=">",
    rhs=Closed(1),
    grid=Grid(points=[p for p in COUNT_GRID if p["eta"] < 0.499 / p["L"]], d=[2, 5]),
    uses=("du2019.proof-7.2c.growth",),
)
