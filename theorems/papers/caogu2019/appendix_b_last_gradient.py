r"""Appendix B.3: the gradient of the last layer as the proof of Lemma 5.4 prints it.

L: depth; m: width. At moved weights and the four crossed points of `numeric.separable`.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.caogu2019.sec3_symbols import EVEN, PAPER, L, generator_of, m
from theorems.quantifiers import ForAll
from theorems.sides import Computed


def _formula_parts(points: Any, *, level: int) -> Any:
    """The printed gradient of the last layer, or with `level` 0 the matrix-product formula.

    Both as matrices flattened, for the crossed points and moved weights of one width.
    """
    from numeric.deep_relu import forward, initial, risk_gradients, signs, surrogate
    from numeric.separable import crossed_pairs

    data = crossed_pairs()
    generator = generator_of(points.L, points.m)
    widths = (2, *(points.m for _ in range(points.L)))
    start = initial((), widths, generator)
    moved = tuple(w + 0.3 * v for w, v in zip(start, initial((), widths, generator), strict=True))
    if level == 0:
        return risk_gradients(moved, data.x, data.y)[-1].flatten().expand(points.n, -1)
    run, first = forward(moved, data.x), forward(start, data.x)
    weight = -surrogate(data.y * run.output) * data.y / 4
    hidden = (first if level == 1 else run).hidden[-2]
    active = run.active[-2] if level == 1 else run.active[-1]
    found = (hidden * weight[:, None]).mT @ (signs(points.m) * active)
    return found.flatten().expand(points.n, -1)


GRADIENT: dict[str, Any] = {
    "over": {L: sp.Range(2, sp.oo), m: EVEN},
    "quantifier": ForAll(search=False, random_points=0),
    "relation": "==",
    "grid": Grid(L=[2, 3], m=[6]),
}
last_gradient = Claim(
    id="caogu2019.proof-5.4b.gradient",
    source=Source(PAPER, "B.3", "proof of Lemma 5.4, the gradient of the last layer"),
    statement=r"$\nabla_{W_L}L_S(W)=\frac1n\sum_i\ell'(y_i\tilde y_i)\cdot y_i\cdot "
    r"x_{L-1,i}^{(0)}v^\top\Sigma_{L-1}(x_i)$",
    reading="all layers of the same width, else the product is not defined",
    lhs=Computed(lambda points: _formula_parts(points, level=0)),
    rhs=Computed(lambda points: _formula_parts(points, level=1)),
    erratum="x_{L-1,i} of W and Sigma_L, not x^(0) and Sigma_{L-1}, as in Appendix A; G alike",
    uses=("caogu2019.eq-A2",),
    **GRADIENT,
)

last_gradient_corrected = Claim(
    id="caogu2019.proof-5.4b.gradient.corrected",
    source=Source(PAPER, "B.3", "proof of Lemma 5.4, the gradient of the last layer"),
    statement=r"$\nabla_{W_L}L_S(W)=\frac1n\sum_i\ell'(y_i\tilde y_i)\cdot y_i\cdot "
    r"x_{L-1,i}v^\top\Sigma_L(x_i)$",
    lhs=Computed(lambda points: _formula_parts(points, level=0)),
    rhs=Computed(lambda points: _formula_parts(points, level=2)),
    corrects="caogu2019.proof-5.4b.gradient",
    uses=("caogu2019.eq-A2",),
    **GRADIENT,
)
