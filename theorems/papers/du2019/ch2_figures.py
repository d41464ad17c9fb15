"""Thesis section 2.4: Figure 2.1, the effect of the width.

n: number of inputs and their dimension (1000 in the paper), on the unit sphere with standard normal
labels; 100 epochs of gradient descent. Neither the widths nor the step size are in the text: widths
are n/2, n and 4 n here, the step size is 0.1, with which the loss is still far from rounding.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import sympy as sp

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import Reproduces
from theorems.sides import Computed, Side

PAPER = "du2019"
n = sp.Symbol("n", integer=True)
EPOCHS, STEP_SIZE = 100, 0.1
# Below 1000 inputs single runs scatter; their geometric mean over seeds is compared.
SEEDS = {100: 6}


@lru_cache(maxsize=16)
def _outcomes(inputs: int) -> tuple[dict[str, float], ...]:
    """Geometric means over seeds of each metric after the last epoch, one entry per width."""
    from dataclasses import asdict

    from numeric.width_experiment import train

    seeds = range(SEEDS.get(inputs, 1))
    rows = []
    for width in (inputs // 2, inputs, 4 * inputs):
        runs = [asdict(train(width, inputs, inputs, STEP_SIZE, EPOCHS, s)) for s in seeds]
        rows.append(
            {key: math.exp(sum(math.log(r[key]) for r in runs) / len(runs)) for key in runs[0]}
        )
    return tuple(rows)


def _metric(name: str, *, wider: bool) -> Side:
    """The metric at the two larger widths, or at the two smaller ones."""

    def values(points: Any) -> Any:
        import torch

        rows = [row[name] for row in _outcomes(points["n"])]
        chosen = rows[1:] if wider else rows[:-1]
        return torch.tensor([chosen] * points.n, dtype=torch.float64)

    return Computed(values)


def _panel(letter: str, metric: str, statement: str, uses: tuple[str, ...]) -> Claim:
    return Claim(
        id=f"du2019.figure-2.1{letter}",
        source=Source(PAPER, "2.4", f"Figure 2.1{letter}"),
        statement=statement,
        reading="widths n/2, n and 4 n, step size 0.1, after the last epoch",
        over={n: sp.S.Naturals},
        quantifier=Reproduces(),
        lhs=_metric(metric, wider=True),
        relation="<",
        rhs=_metric(metric, wider=False),
        grid=Grid(n=[100]).nightly(n=[1000]),
        uses=uses,
    )


figure_a = _panel(
    "a",
    "loss",
    "as $m$ becomes larger the training loss converges faster: it is lower after 100 epochs",
    ("du2019.theorem-2.3",),
)
figure_b = _panel(
    "b",
    "changed",
    r"as $m$ becomes larger the share of pattern changes, $\frac1{mn}\sum_i\sum_r\mathbb "
    r"I\{\mathrm{sign}"
    r"(w_r(0)^\top x_i)\ne\mathrm{sign}(w_r(k)^\top x_i)\}$, becomes smaller",
    ("du2019.lemma-2.2",),
)
figure_c = _panel(
    "c",
    "farthest",
    r"as $m$ becomes larger $\max_r\|w_r(k)-w_r(0)\|_2$ becomes smaller",
    ("du2019.lemma-2.3b", "du2019.corollary-2.1"),
)
