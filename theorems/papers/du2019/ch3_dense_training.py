r"""Thesis section 3.9: travel of the weights and one step of descent (Lemmas 3.5 to 3.7).

All layers are trained, the output layer too. Symbols in `dense_symbols` of du2018; a_2: a_{2,0}; c:
the common factor 2 eta sqrt(c_sigma) L c_{x,0} g_{2 c_x}(H) Q'.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018 import appendix_a_change as change
from theorems.papers.du2018 import appendix_a_steps as steps
from theorems.papers.du2018 import appendix_a_training as training
from theorems.papers.du2018.appendix_a_steps import PROOF_GRID, SETTLED, eighth, shared_run
from theorems.papers.du2018.appendix_a_training import BEFORE, NOW, STAYS
from theorems.papers.du2018.dense_runs import RUN, descent_run
from theorems.papers.du2018.dense_symbols import NONNEGATIVE
from theorems.papers.du2018.pairs import restated
from theorems.quantifiers import AlongTrajectory
from theorems.sides import Closed, Side, Simulated

PAPER = "du2019"
a_2, c = symbols("a_2 c", real=True)


def recorded(name: str) -> AlongTrajectory:
    """Runs of 40 steps that record one quantity of the weights."""
    return AlongTrajectory(simulate=descent_run(40, name, train_output=True))


RUNS_GRID = Grid(
    points=[
        {"H": 1, "m": 32, "sigma": 1, "gap": 1e-2},
        {"H": 2, "m": 64, "sigma": 2, "gap": 3e-5},
        {"H": 3, "m": 48, "sigma": 0, "gap": 3e-6},
    ],
    eta=[0.05, 0.3],
    n=[1, 2],
).nightly(n=[1, 2, 4], eta=[0.005, 0.05, 0.3])

LEMMA = (
    r"if Condition 3.3 holds for $k'=1..k$ then for $s=1..k+1$: $\|W^{(h)}(s)-W^{(h)}(0)\|_F,"
    r"\|a(s)-a(0)\|_2\le R'\sqrt m$, $R'=\frac{16c_{x,0}a_{2,0}c_x^H\sqrt n\|y-u(0)\|_2}"
    r"{\lambda_0\sqrt m}\le c\,g_{c_x}(H)^{-1}$, and $\|W^{(h)}(s)-W^{(h)}(s-1)\|_F,\|a(s)-a(s-1)"
    r"\|_2\le\eta Q'(s-1)$, $Q'(s)=4c_{x,0}a_{2,0}c_x^H\sqrt n\|y-u(s)\|_2$"
)
# Suffix, what, recorded quantity, bound, hypothesis, the counterpart of du2018.
TRAVEL: list[tuple[str, str, str, str, Any, str | None]] = [
    ("", "distance of the weights", "far", "radius", BEFORE, "du2018.lemma-A.5a"),
    (".output", "distance of the output layer", "far_a", "radius", BEFORE, None),
    (".step", "one step of the weights", "slope", "q", NOW, "du2018.lemma-A.5b"),
    (".output-step", "one step of the output layer", "slope_a", "q", NOW, None),
]


def _of(name: str) -> Side:
    return Simulated(lambda path: path[name])


travel = [
    Claim(
        id="du2019.lemma-3.5" + suffix,
        source=Source(PAPER, "3.9", f"Lemma 3.5, {what}"),
        statement=LEMMA,
        reading=r"$a_{2,0}\ge1$; the small constant keeps $R'$ below $a_{2,0}$ and $c_{w,0}$ too",
        restates=other,
        over=RUN,
        hypotheses=[STAYS, kept],
        quantifier=recorded(measured),
        lhs=_of(measured),
        relation="<=",
        rhs=_of(bound),
        grid=RUNS_GRID,
        uses=("du2019.lemma-3.3", "du2019.eq-3.9-grad", "du2019.condition-3.3"),
    )
    for suffix, what, measured, bound, kept, other in TRAVEL
]

printed_sum = Claim(
    id="du2019.lemma-3.5.last",
    source=Source(PAPER, "3.9.1", "proof of Lemma 3.5, its last lines"),
    statement=training.printed_sum.statement + r", and the same for $\|a(s+1)-a(0)\|_2$",
    restates="du2018.proof-A.5.last",
    erratum="one eta too many, in both lines: with a small step size the first step exceeds it",
    **training.last_line(lambda path: path["step"], recorded("far")),
)

corrected_sum = Claim(
    id="du2019.lemma-3.5.last.corrected",
    source=printed_sum.source,
    statement=training.corrected_sum.statement,
    restates="du2018.proof-A.5.last.corrected",
    corrects="du2019.lemma-3.5.last",
    **training.last_line(lambda path: 1.0, recorded("far")),
)

SIXTH = AlongTrajectory(simulate=shared_run(3, train_output=True), floor=1e-25)
SEVENTH = AlongTrajectory(simulate=shared_run(2, train_output=True), floor=1e-25)

rest = Claim(
    id="du2019.lemma-3.6",
    source=Source(PAPER, "3.9", "Lemma 3.6"),
    statement=r"if Condition 3.3 holds for $k'=1..k$ and $\eta\le c\lambda_0(n^2H^2c_x^{3H}g_{2c_x}"
    r"(H))^{-1}$ for a small constant c then $\|I_2(k)\|_2\le\frac18\eta\lambda_0\|y-u(k)\|_2$",
    reading="c = 1",
    restates="du2018.lemma-A.6",
    over=steps.SHARED,
    hypotheses=[NOW],
    quantifier=SIXTH,
    lhs=_of("rest.norm"),
    relation="<=",
    rhs=Simulated(lambda path: eighth(path) * path["loss"].sqrt()),
    grid=steps.LEMMA_GRID,
    uses=("du2019.lemma-3.5", "du2019.lemma-3.26", "du2019.lemma-3.6.layers.corrected"),
)


def by_layer(name: str) -> dict[str, Any]:
    """`|I_2^i|` against the sum of products of norms."""
    return {
        "over": steps.CURVED_RUN,
        "quantifier": SIXTH,
        "lhs": Simulated(lambda path: path["rest"].abs()),
        "relation": "<=",
        "rhs": _of(name),
        "grid": steps.FEW,
        "uses": ("du2018.text-6a",),
    }


layers = Claim(
    id="du2019.lemma-3.6.layers",
    source=Source(PAPER, "3.9.1", "proof of Lemma 3.6, the first display"),
    statement=r"$|I_2^i(k)|\le\eta\max_{0\le s\le\eta}\sum_{h=1}^H\|L'^{(h)}(\theta(k))\|_F\|"
    r"u_i'^{(h)}(\theta(k))-u_i'^{(h)}(\theta(k)-sL'(\theta(k)))\|_F$",
    reading=r"the maximum over s taken at the quarters of the step, small steps; here all weights "
    r"move within the norm, as in du2018: the print's $\theta(k)-sL'^{(h)}(\theta(k))$ moves layer "
    "h alone, which leaves 0 on the right for one linear layer",
    restates="du2018.proof-A.6a.layers",
    erratum="the trained output layer's term is left out; a network of one tanh unit exceeds the "
    "rest",
    **by_layer("by_layer"),
)

layers_corrected = Claim(
    id="du2019.lemma-3.6.layers.corrected",
    source=layers.source,
    statement=layers.statement
    + r" plus $\eta\max_s\|L'^{(a)}\|_2\|u_i'^{(a)}(\theta(k))-u_i'^{(a)}"
    r"(\theta(k)-sL'(\theta(k)))\|_2$",
    corrects="du2019.lemma-3.6.layers",
    **by_layer("with_output"),
)

derivatives = Claim(
    id="du2019.lemma-3.6.derivatives",
    source=Source(PAPER, "3.9.1", "proof of Lemma 3.6, the derivatives within a step"),
    statement=r"$\|u_i'^{(h)}(w(k))-u_i'^{(h)}(w(k,s))\|_F\le16H\sqrt{c_\sigma}c_{x,0}^2a_{2,0}"
    r"c_x^Hg_{2c_x}(H)\beta\eta Q'(k)$",
    restates="du2018.proof-A.6b",
    over=steps.CURVED_RUN,
    hypotheses=[SETTLED, NOW],
    quantifier=SIXTH,
    lhs=_of("derivatives"),
    relation="<=",
    rhs=_of("derivatives.bound"),
    grid=PROOF_GRID,
    uses=("du2019.lemma-3.26", "du2019.lemma-3.5"),
)

rest_bound = Claim(
    id="du2019.lemma-3.6.rest",
    source=Source(PAPER, "3.9.1", "proof of Lemma 3.6, the perturbation"),
    statement=r"$|I_2^i|\le16H^2\sqrt{c_\sigma}c_{x,0}^2a_{2,0}c_x^Hg_{2c_x}(H)\beta\eta^2Q'(k)^2$",
    restates="du2018.proof-A.6b.rest",
    over=steps.CURVED_RUN,
    hypotheses=[SETTLED, NOW],
    quantifier=SIXTH,
    lhs=_of("rest.largest"),
    relation="<=",
    rhs=_of("rest.bound"),
    grid=PROOF_GRID,
    uses=("du2019.lemma-3.6.derivatives", "du2019.lemma-3.6.layers.corrected"),
)

moved = Claim(
    id="du2019.lemma-3.7",
    source=Source(PAPER, "3.9", "Lemma 3.7"),
    statement=r"if Condition 3.3 holds for $k'=1..k$ and $\eta\le c\lambda_0(n^2H^2c_x^{2H}g_{2c_x}"
    r"(H))^{-1}$ for a small constant c then $\|u(k+1)-u(k)\|_2^2\le\frac18\eta\lambda_0\|y-u(k)"
    r"\|_2^2$",
    reading=r"$c=\frac1{100}$",
    restates="du2018.lemma-A.7",
    over=steps.SHARED,
    hypotheses=[NOW],
    quantifier=SEVENTH,
    lhs=_of("moved"),
    relation="<=",
    rhs=Simulated(lambda path: eighth(path) * path["loss"]),
    grid=Grid(points=steps.NETS, gap=[1.0, 0.01], share=[0.01, 0.001], n=[1, 3]),
    uses=("du2019.proof-3.7",),
)

two_terms = Claim(
    id="du2019.proof-3.7.terms",
    source=Source(PAPER, "3.9.1", "proof of Lemma 3.7, two terms"),
    statement=r"$\|u(k+1)-u(k)\|_2^2\le2\|a(k+1)-a(k)\|_2^2\sum_i\|x_i^{(H)}(k+1)\|_2^2+2\|a(k)"
    r"\|_2^2\sum_i\|x_i^{(H)}(k+1)-x_i^{(H)}(k)\|_2^2$",
    over=steps.SHARED,
    quantifier=SEVENTH,
    lhs=_of("moved"),
    relation="<=",
    rhs=_of("two_terms"),
    grid=steps.LEMMA_GRID,
    uses=("du2019.eq-3.2",),
)

both_bounds = Claim(
    id="du2019.proof-3.7",
    source=Source(PAPER, "3.9.1", "proof of Lemma 3.7, both terms bounded"),
    statement=r"$\|u(k+1)-u(k)\|_2^2\le8n\eta^2c_{x,0}^2Q'(k)^2+4n(2\eta\sqrt{c_\sigma}Lc_{x,0}"
    r"a_{2,0}^2g_{2c_x}(H)Q'(k))^2$",
    restates="du2018.proof-A.7",
    over=steps.SHARED,
    hypotheses=[SETTLED, NOW],
    quantifier=SEVENTH,
    lhs=_of("moved"),
    relation="<=",
    rhs=Simulated(lambda path: path["output.bound"] + path["last.trained"]),
    grid=PROOF_GRID,
    uses=("du2019.lemma-3.5", "du2019.proof-3.7.terms"),
)

# 2 |a(k)|^2 |x(k+1) - x(k)|^2 with |a(k)| <= 2 a_{2,0} sqrt(m), over n.
SECOND = 2 * (2 * a_2) ** 2 * c**2
second_constant = Claim(
    id="du2019.proof-3.7.constant",
    source=Source(PAPER, "3.9.1", "proof of Lemma 3.7, the second term's constant"),
    statement=r"$2\|a(k)\|_2^2\sum_i\|x_i^{(H)}(k+1)-x_i^{(H)}(k)\|_2^2\le4n(2\eta\sqrt{c_\sigma}L"
    r"c_{x,0}a_{2,0}^2g_{2c_x}(H)Q'(k))^2$",
    reading=r"with $\|a(k)\|_2\le2a_{2,0}\sqrt m$ and the bound on the features of the proof of "
    r"Lemma 3.6, which give $8a_{2,0}^2$ for the printed $4a_{2,0}^4$; $a_{2,0}\ge\sqrt2$, a bound "
    r"that the thesis is free to choose; over n",
    over={a_2: sp.Interval(sp.sqrt(2), sp.oo), c: NONNEGATIVE},
    lhs=Closed(SECOND),
    relation="<=",
    rhs=Closed(4 * (a_2**2 * c) ** 2),
)

step_size = Claim(
    id="du2019.proof-3.7.step-size",
    source=Source(PAPER, "3.9.1", "proof of Lemma 3.7, plugging in the step size"),
    **restated(
        change.change_step_size,
        reading=r"the second term over the right side, $\eta$ at its bound, $c_x=1$: "
        r"$O(g_{2c_x}(H)/H^2)$ is to be O(1)",
    ),
    uses=("du2019.proof-3.7",),
)
