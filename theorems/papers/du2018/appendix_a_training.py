r"""Appendix A: how far the weights travel (Lemma A.5) and one step of the induction.

Symbols in `dense_symbols`; q: eta lambda_0 / 2; e: |y - u(k)|; t: (y - u)'I_2; i: |I_2|; w:
|u(k+1) - u(k)|. R' and Q' are those of Lemma A.5 with the constants of each run.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, Matrix, Rational, symbols

from symbolic.deep_recursions import induction_step, step_sum
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018.dense_runs import RUN, Path, Start, descent_run
from theorems.papers.du2018.dense_steps import Steps
from theorems.papers.du2018.dense_symbols import (
    NONNEGATIVE,
    PAPER,
    POSITIVE,
    R,
    c_w,
    c_x,
    eta,
    lambda_0,
    r,
)
from theorems.papers.du2018.records import Records
from theorems.quantifiers import AlongTrajectory
from theorems.sides import Closed, Holds, Simulated

e, i, t, w, q = symbols("e i t w q", real=True)

STAYS = Holds(
    "R' <= c g_{c_x}(H)^{-1} with c = 1/(sqrt(c_sigma) L), and R' <= c_{w,0}",
    lambda path: path["stays"],
)


def up_to_now(path: Path) -> Any:
    return path["condition"]


def up_to_before(path: Path) -> Any:
    """Whether Condition 6.1 holds at all earlier steps."""
    import torch

    kept = path["condition"]
    return torch.cat([torch.ones_like(kept[..., :1]), kept[..., :-1]], dim=-1)


NOW = Holds("Condition 6.1 up to k", up_to_now)
BEFORE = Holds("Condition 6.1 up to s - 1", up_to_before)
RUNS_GRID = Grid(
    points=[
        {"H": 1, "m": 32, "sigma": 1, "gap": 1e-2},
        {"H": 2, "m": 64, "sigma": 2, "gap": 1e-4},
        {"H": 3, "m": 48, "sigma": 0, "gap": 1e-5},
        {"H": 2, "m": 32, "sigma": 3, "gap": 1e-4},
    ],
    eta=[0.05, 0.4],
    n=[1, 2],
).nightly(n=[1, 2, 4], eta=[0.005, 0.05, 0.4])
FAR = AlongTrajectory(simulate=descent_run(40, "far"))

distance = Claim(
    id="du2018.lemma-A.5a",
    source=Source(PAPER, "A", "Lemma A.5, distance from the start"),
    statement=r"if Condition 6.1 holds for $k'=1..k$ then for $s=1..k+1$: $\|W^{(h)}(s)-W^{(h)}(0)"
    r"\|_F\le R'\sqrt m$, $R'=\frac{8c_{x,0}c_x^H\sqrt n\|y-u(0)\|_2}{\lambda_0\sqrt m}\le "
    r"c\,g_{c_x}(H)^{-1}$, $c_x=\max\{2\sqrt{c_\sigma}Lc_{w,0},1\}$",
    reading="smooth activations, inputs in pairs, $d=n$; residuals of one size at the start",
    over=RUN,
    hypotheses=[STAYS, BEFORE],
    quantifier=FAR,
    lhs=Simulated(lambda path: path["far"]),
    relation="<=",
    rhs=Simulated(lambda path: path["radius"]),
    grid=RUNS_GRID,
    uses=("du2018.lemma-A.5b", "du2018.proof-A.5", "du2018.condition-6.1"),
)

one_step = Claim(
    id="du2018.lemma-A.5b",
    source=Source(PAPER, "A", "Lemma A.5, one step"),
    statement=r"$\|W^{(h)}(s)-W^{(h)}(s-1)\|_F\le\eta Q'(s-1)$, $Q'(s)=2c_{x,0}c_x^H\sqrt n"
    r"\|y-u(s)\|_2$",
    reading="smooth activations, inputs in pairs, $d=n$; residuals of one size at the start",
    over=RUN,
    hypotheses=[STAYS, NOW],
    quantifier=AlongTrajectory(simulate=descent_run(40, "slope")),
    lhs=Simulated(lambda path: path["step"] * path["slope"]),
    relation="<=",
    rhs=Simulated(lambda path: path["step"] * path["q"]),
    grid=RUNS_GRID,
    uses=(
        *("du2018.lemma-A.3", "du2018.eq-A-grad.corrected", "du2018.proof-A.5.products"),
        "du2018.proof-A.5.gradient",
    ),
)

steps_sum = Claim(
    id="du2018.proof-A.5",
    source=Source(PAPER, "A.1", "proof of Lemma A.5, the sum of the steps"),
    statement=r"$\sum_{s'}(1-\frac{\eta\lambda_0}2)^{s'/2}\frac14\eta\lambda_0R'\sqrt m\le "
    r"R'\sqrt m$",
    reading=r"$q=\frac{\eta\lambda_0}2$, the sum over all $s'\ge0$",
    over={q: Interval.open(0, 1)},
    lhs=Closed(q / 2 * step_sum(q)),
    relation="<=",
    rhs=Closed(1),
)

products = Claim(
    id="du2018.proof-A.5.products",
    source=Source(PAPER, "A.1", "proof of Lemma A.5, the product of the weights"),
    statement=r"$(c_{w,0}+R')^{H-h}m^{\frac{H-h}2}\le(2c_{w,0})^{H-h}m^{\frac{H-h}2}$",
    reading="H - h = 1..7",
    over={c_w: POSITIVE, R: POSITIVE},
    where=[c_w >= R],
    lhs=Closed(Matrix([(c_w + R) ** power for power in range(1, 8)])),
    relation="<=",
    rhs=Closed(Matrix([(2 * c_w) ** power for power in range(1, 8)])),
)

gradient_constant = Claim(
    id="du2018.proof-A.5.gradient",
    source=Source(PAPER, "A.1", "proof of Lemma A.5, plugging in the bounds"),
    statement=r"$\left(\frac{c_\sigma}m\right)^{\frac{H-h+1}2}\sqrt m\,2c_{x,0}(2c_{w,0})^{H-h}"
    r"m^{\frac{H-h}2}L^{H-h+1}\le2c_{x,0}c_x^H$",
    reading=r"for $c_{w,0}\ge\frac12$, as of Gaussian weights; the layers of a network of three; r "
    r"for $\sqrt{c_\sigma}L$",
    over={r: POSITIVE, c_w: Interval(Rational(1, 2), sp.oo), c_x: Interval(1, sp.oo)},
    where=[c_x >= 2 * r * c_w],
    lhs=Closed(Matrix([r ** (4 - h) * (2 * c_w) ** (3 - h) for h in range(1, 4)])),
    relation="<=",
    rhs=Closed(c_x**3),
)


def _after_each_step(factor: Any) -> Any:
    """`sum_{s' <= s} (1 - eta lambda_0 / 2)^(s'/2) 1/4 eta lambda_0 R'` at s + 1, scaled."""

    def total(path: Path) -> Any:
        import torch

        terms = path["rate"].sqrt() * path["step"] * path["lambda"] * path["radius"] / 4
        sums = factor(path) * terms.cumsum(dim=-1)
        return torch.cat([torch.zeros_like(sums[..., :1]), sums[..., :-1]], dim=-1)

    return Simulated(total)


def last_line(scale: Any, run: AlongTrajectory = FAR) -> dict[str, Any]:
    """The distance after every step against the last line of the proof."""
    return {
        "over": RUN,
        "hypotheses": [STAYS, BEFORE],
        "quantifier": run,
        "lhs": Simulated(lambda path: path["far"]),
        "relation": "<=",
        "rhs": _after_each_step(scale),
        "grid": Grid(
            points=[{"H": 1, "m": 32, "sigma": 1, "gap": 1e-2}], eta=[1e-3, 0.4], n=[1, 2]
        ),
        "uses": ("du2018.lemma-A.5b", "du2018.condition-6.1"),
    }


printed_sum = Claim(
    id="du2018.proof-A.5.last",
    source=Source(PAPER, "A.1", "proof of Lemma A.5, its last line"),
    statement=r"$\|W^{(h)}(s+1)-W^{(h)}(0)\|_F\le\sum_{s'=0}^s\eta(1-\frac{\eta\lambda_0}2)^{s'/2}"
    r"\frac14\eta\lambda_0R'\sqrt m$",
    erratum="one eta too many: with a small step size the first step already exceeds it",
    **last_line(lambda path: path["step"]),
)

corrected_sum = Claim(
    id="du2018.proof-A.5.last.corrected",
    source=printed_sum.source,
    statement=r"$\|W^{(h)}(s+1)-W^{(h)}(0)\|_F\le\sum_{s'=0}^s(1-\frac{\eta\lambda_0}2)^{s'/2}"
    r"\frac14\eta\lambda_0R'\sqrt m$",
    corrects="du2018.proof-A.5.last",
    **last_line(lambda path: 1.0),
)

STEP = {eta: POSITIVE, lambda_0: POSITIVE, e: NONNEGATIVE, i: NONNEGATIVE, t: sp.S.Reals}
induction = Claim(
    id="du2018.proof-3.1",
    source=Source(PAPER, "A", "proof of Theorem 3.1, the last inequality"),
    statement=r"$(1-\eta\lambda_0)\|y-u(k)\|_2^2-2(y-u(k))^\top I_2+\|u(k+1)-u(k)\|_2^2\le"
    r"(1-\frac{\eta\lambda_0}2)\|y-u(k)\|_2^2$",
    reading=r"with $\|I_2\|_2\le\frac18\eta\lambda_0\|y-u(k)\|_2$ and $\|u(k+1)-u(k)\|_2^2\le"
    r"\frac18\eta\lambda_0\|y-u(k)\|_2^2$ of Lemmas A.6 and A.7",
    over={**STEP, w: NONNEGATIVE},
    where=[
        i <= eta * lambda_0 * e / 8,
        t <= e * i,
        t >= -e * i,
        w**2 <= eta * lambda_0 * e**2 / 8,
    ],
    lhs=Closed((1 - eta * lambda_0) * e**2 - 2 * t + w**2),
    relation="<=",
    rhs=Closed((1 - eta * lambda_0 / 2) * e**2),
    grid=Grid(
        points=[
            {"eta": 0.1, "lambda_0": 0.5, "e": 1.0, "i": 0.00625, "t": -0.00625, "w": 0.079},
            {"eta": 1.0, "lambda_0": 2.0, "e": 3.0, "i": 0.75, "t": -2.25, "w": 1.5},
        ]
    ),
    uses=("du2018.lemma-A.6", "du2018.lemma-A.7", "du2018.proof-3.1.first"),
)

remaining = Claim(
    id="du2018.proof-3.1.remaining",
    source=Source(PAPER, "A", "proof of Theorem 3.1, what the three terms leave"),
    title="the step leaves 1 - 5/8 eta lambda_0",
    statement=r"$1-\frac28-\frac18=\frac58\ge\frac12$, so the step contracts by "
    r"$1-\frac58\eta\lambda_0$",
    over={eta: POSITIVE, lambda_0: POSITIVE},
    lhs=Closed(1 - induction_step() * eta * lambda_0),
    relation="<=",
    rhs=Closed(1 - eta * lambda_0 / 2),
)


def taken_apart(points: Any, generator: Any) -> Records:
    """Short runs with all parts of each step; the residual's products with them."""
    return parts_of(Start(points, generator), points.eta)


def parts_of(start: Start, step_size: Any) -> Records:
    """`loss`, `next`, products of the residual with I_1, I_2, the squared change, and `whole`, the
    least eigenvalue of G."""
    import torch

    steps = Steps(start, step_size)
    records = {
        "rest": steps.rest,
        "linear": steps.linear,
        "change": steps.change,
        "residual": lambda at: at.residual,
        "whole": lambda at: torch.linalg.eigvalsh(steps.gram(at))[..., 0],
    }
    return start.run(step_size, 3, extra=records).more(
        {
            "e.rest": lambda path: (path["residual"] * path["rest"]).sum(dim=-2),
            "e.linear": lambda path: (path["residual"] * path["linear"]).sum(dim=-2),
            "moved": lambda path: path["change"].square().sum(dim=-2),
            "next": lambda path: (path["residual"] - path["change"]).square().sum(dim=-2),
        }
    )


HALF = Holds("lambda_min(G^(H)(k)) >= lambda_0/2", lambda path: path["least"] >= path["lambda"] / 2)
PARTS_GRID = Grid(
    points=[
        {"H": 1, "m": 16, "sigma": 1, "gap": 1.0},
        {"H": 2, "m": 24, "sigma": 2, "gap": 0.3},
        {"H": 4, "m": 12, "sigma": 3, "gap": 1.0},
        {"H": 3, "m": 12, "sigma": 0, "gap": 0.1},
    ],
    eta=[0.003, 0.1],
    n=[1, 3],
)
# Steps so long that the change's square matters beside the linear part.
LONG_GRID = Grid(
    points=[{"H": 1, "m": 16, "sigma": 1, "gap": 1.0, "eta": eta_} for eta_ in (0.003, 0.1, 6.0)]
    + [{"H": 4, "m": 12, "sigma": 3, "gap": 1.0, "eta": 0.1}],
    n=[1, 3],
)
first_inequality = Claim(
    id="du2018.proof-3.1.first",
    source=Source(PAPER, "A", "proof of Theorem 3.1, the middle inequality"),
    statement=r"$\|y-u(k+1)\|_2^2\le(1-\eta\lambda_0)\|y-u(k)\|_2^2-2(y-u(k))^\top I_2+"
    r"\|u(k+1)-u(k)\|_2^2$",
    over=RUN,
    hypotheses=[
        Holds(
            "lambda_min(G^(H)(k)) >= lambda_0/2", lambda path: path["least"] >= path["lambda"] / 2
        )
    ],
    quantifier=AlongTrajectory(simulate=taken_apart),
    lhs=Simulated(lambda path: path["next"]),
    relation="<=",
    rhs=Simulated(
        lambda path: (
            (1 - path["step"] * path["lambda"]) * path["loss"] - 2 * path["e.rest"] + path["moved"]
        )
    ),
    grid=LONG_GRID,
    uses=("du2018.eq-7", "du2018.text-6a", "du2018.text-6c.corrected", "du2018.lemma-A.4"),
)
