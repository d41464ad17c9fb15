r"""Thesis sections 3.8 and 3.9: the step of the loss, the gradient, the last layer's Gram matrix.

Symbols in `dense_symbols` of du2018; the output layer is standard normal and trained.
"""

from __future__ import annotations

from typing import Any

from theorems.claim import Claim, Source
from theorems.papers.du2018 import sec6_sketch as sketch
from theorems.papers.du2018.appendix_a_initial import (
    NET,
    NETS,
    ONCE,
    automatic_gradient,
    product_formula,
)
from theorems.papers.du2018.appendix_a_training import PARTS_GRID, parts_of
from theorems.papers.du2018.dense_runs import RUN, Start, descent_run
from theorems.papers.du2018.pairs import restated
from theorems.papers.du2018.records import Records
from theorems.quantifiers import AlongTrajectory
from theorems.sides import Computed, Simulated

PAPER = "du2019"


def taken_apart(points: Any, generator: Any) -> Records:
    """All parts of short runs that train every layer."""
    return parts_of(Start(points, generator, train_output=True), points.eta)


PARTS = AlongTrajectory(simulate=taken_apart, rounding=1e-8, floor=1e-11)

expanded = Claim(
    id="du2019.eq-3.11",
    source=Source(PAPER, "3.8", "equation (3.11)"),
    statement=sketch.expanded.statement,
    restates="du2018.eq-7",
    **sketch.expansion(),
)


condition = Claim(
    id="du2019.condition-3.3",
    source=Source(PAPER, "3.8", "Condition 3.3"),
    **restated(
        sketch.condition,
        quantifier=AlongTrajectory(simulate=descent_run(60, "least", train_output=True)),
    ),
    uses=("du2019.text-3.8.corrected", "du2019.lemma-3.6", "du2019.lemma-3.7"),
)

change = Claim(
    id="du2019.eq-3.11.parts",
    source=Source(PAPER, "3.8", "the change of the predictions"),
    statement=r"$u_i(k+1)-u_i(k)=I_1^i(k)+I_2^i(k)$, $I_1(k)=-\eta G(k)(u(k)-y)$, $G=\sum_{h=1}"
    r"^{H+1}G^{(h)}$",
    restates="du2018.text-6a",
    over=RUN,
    quantifier=PARTS,
    lhs=Simulated(lambda path: path["change"]),
    relation="==",
    rhs=Simulated(lambda path: path["linear"] + path["rest"]),
    grid=PARTS_GRID,
    uses=("du2019.eq-3.2",),
)


def quadratic_form(scaled: bool) -> dict[str, Any]:
    """`(y - u)'I_1` against `lambda_min(G^(H)) |y - u|^2`, times eta if `scaled`."""
    return {
        "over": RUN,
        "quantifier": PARTS,
        "lhs": Simulated(lambda path: path["e.linear"]),
        "relation": ">=",
        "rhs": Simulated(
            lambda path: path["least"] * path["loss"] * (path["step"] if scaled else 1)
        ),
        "grid": PARTS_GRID,
        "uses": ("du2019.eq-3.11.parts",),
    }


form = Claim(
    id="du2019.text-3.8",
    source=Source(PAPER, "3.8", "the linear part"),
    statement=sketch.form.statement,
    reading=sketch.form.reading,
    restates="du2018.text-6c",
    erratum="eta is lost after the first step, as in du2018: the form is eta times a form in G",
    **quadratic_form(scaled=False),
)

form_corrected = Claim(
    id="du2019.text-3.8.corrected",
    source=form.source,
    statement=sketch.form_corrected.statement,
    restates="du2018.text-6c.corrected",
    corrects="du2019.text-3.8",
    **quadratic_form(scaled=True),
)

progress = Claim(
    id="du2019.text-3.8.progress",
    source=Source(PAPER, "3.8", "the progress of the loss"),
    **restated(sketch.progress, quantifier=PARTS),
    uses=("du2019.eq-3.11", "du2019.text-3.8.corrected"),
)

gradient = Claim(
    id="du2019.eq-3.9-grad",
    source=Source(PAPER, "3.9", "gradient of the loss"),
    statement=r"$\frac{\partial L}{\partial W^{(h)}}=\left(\frac{c_\sigma}m\right)^{\frac{H-h+1}2}"
    r"\sum_i(f(x_i,\theta)-y_i)x_i^{(h-1)}a^\top\left(\prod_{k=h+1}^HJ_i^{(k)}W^{(k)}\right)"
    r"J_i^{(h)}$",
    reading="transposed, and the product in descending order of k, as du2018 writes it out",
    restates="du2018.eq-A-grad",
    over=NET,
    quantifier=ONCE,
    lhs=Computed(lambda points: automatic_gradient(points, "normal")),
    relation="==",
    rhs=Computed(lambda points: product_formula(points, scaled=True, output="normal")),
    grid=NETS,
    uses=("du2019.eq-3.2",),
)

last_gram = Claim(
    id="du2019.eq-3.12",
    source=Source(PAPER, "3.9", "equation (3.12)"),
    statement=sketch.last_gram.statement,
    restates="du2018.text-6b",
    over=NET,
    quantifier=ONCE,
    lhs=Computed(lambda points: sketch.automatic_last_gram(points, "normal")),
    relation="==",
    rhs=Computed(lambda points: sketch.printed_last_gram(points, "normal")),
    grid=NETS,
    uses=("du2019.eq-3.2",),
)


def _residual_after(path: Any) -> Any:
    """`y - u(k+1)`."""
    return path["residual"] - path["change"]


def linear_dynamics(rest: float) -> dict[str, Any]:
    """`y - u(k+1)` against `(I - eta G(k))(y - u(k))`, less `rest` times `I_2`."""
    return {
        "over": RUN,
        "quantifier": PARTS,
        "lhs": Simulated(_residual_after),
        "relation": "==",
        "rhs": Simulated(lambda path: path["residual"] - path["linear"] - rest * path["rest"]),
        "grid": PARTS_GRID,
        "uses": ("du2019.eq-3.2",),
    }


dynamics = Claim(
    id="du2019.text-3.3a",
    source=Source(PAPER, "3.3", "dynamics of the residual"),
    statement=r"$y-u(k+1)=(I-\eta G(k))(y-u(k))$ with $G_{ij}(k)=\langle\frac{\partial u_i}"
    r"{\partial\theta},\frac{\partial u_j}{\partial\theta}\rangle=\sum_{h=1}^{H+1}G_{ij}^{(h)}(k)$",
    erratum="holds for a model linear in theta only: the rest I_2 of section 3.8, of order eta^2, "
    "is missing",
    **linear_dynamics(0.0),
)

dynamics_corrected = Claim(
    id="du2019.text-3.3a.corrected",
    source=dynamics.source,
    statement=r"$y-u(k+1)=(I-\eta G(k))(y-u(k))-I_2(k)$",
    corrects="du2019.text-3.3a",
    **linear_dynamics(1.0),
)
