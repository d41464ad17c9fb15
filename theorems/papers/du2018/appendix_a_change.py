r"""Appendix A: the change of the predictions in a step (Lemma A.7).

Symbols in `appendix_a_steps`.
"""

from __future__ import annotations

import sympy as sp

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018.appendix_a_steps import (
    LEMMA_GRID,
    NETS,
    PROOF_GRID,
    Q_OVER_E,
    SETTLED,
    SEVENTH,
    SHARED,
    e,
    eighth,
    p,
    power,
)
from theorems.papers.du2018.appendix_a_training import NOW
from theorems.papers.du2018.dense_symbols import (
    AT_LEAST_ONE,
    NONNEGATIVE,
    PAPER,
    POSITIVE,
    H,
    L,
    c_x0,
    eta,
    g,
    lambda_0,
    r,
)
from theorems.quantifiers import UpToConstant
from theorems.sides import Closed, Simulated

change = Claim(
    id="du2018.lemma-A.7",
    source=Source(PAPER, "A", "Lemma A.7"),
    statement=r"if Condition 6.1 holds for $k'=1..k$ and $\eta\le c\lambda_0(n^2H^2c_x^{2H}g_{2c_x}"
    r"(H))^{-1}$ for a small constant c then $\|u(k+1)-u(k)\|_2^2\le\frac18\eta\lambda_0\|y-u(k)"
    r"\|_2^2$",
    reading=r"$c=\frac1{10}$",
    over=SHARED,
    hypotheses=[NOW],
    quantifier=SEVENTH,
    lhs=Simulated(lambda path: path["moved"]),
    relation="<=",
    rhs=Simulated(lambda path: eighth(path) * path["loss"]),
    grid=Grid(points=NETS, gap=[1.0, 0.01], share=[0.1, 0.01], n=[1, 3]),
    uses=("du2018.proof-A.7", "du2018.proof-A.7.step-size.corrected"),
)

through_features = Claim(
    id="du2018.proof-A.7.features",
    source=Source(PAPER, "A.1", "proof of Lemma A.7, through the last features"),
    statement=r"$\|u(k+1)-u(k)\|_2^2\le m\sum_i\|x_i^{(H)}(k+1)-x_i^{(H)}(k)\|_2^2$",
    over=SHARED,
    quantifier=SEVENTH,
    lhs=Simulated(lambda path: path["moved"]),
    relation="<=",
    rhs=Simulated(lambda path: path["last_features"]),
    grid=LEMMA_GRID,
    uses=("du2018.eq-init", "du2018.eq-2"),
)

last_features = Claim(
    id="du2018.proof-A.7",
    source=Source(PAPER, "A.1", "proof of Lemma A.7, the last features"),
    statement=r"$m\sum_i\|x_i^{(H)}(k+1)-x_i^{(H)}(k)\|_2^2\le n(2\eta\sqrt{c_\sigma}Lc_{x,0}"
    r"g_{2c_x}(H)Q'(k))^2$",
    over=SHARED,
    hypotheses=[SETTLED, NOW],
    quantifier=SEVENTH,
    lhs=Simulated(lambda path: path["last_features"]),
    relation="<=",
    rhs=Simulated(lambda path: path["last.bound"]),
    grid=PROOF_GRID,
    uses=("du2018.proof-A.6a", "du2018.lemma-A.5b", "du2018.proof-A.7.features"),
)

change_step_size = Claim(
    id="du2018.proof-A.7.step-size",
    source=Source(PAPER, "A.1", "proof of Lemma A.7, plugging in the step size"),
    statement=r"$n(2\eta\sqrt{c_\sigma}Lc_{x,0}g_{2c_x}(H)Q'(k))^2\le\frac18\eta\lambda_0\|y-u(k)"
    r"\|_2^2$ with $\eta\le c\lambda_0(n^2H^2c_x^{2H}g_{2c_x}(H))^{-1}$",
    reading=r"over the right side and with $\eta$ at its bound: "
    r"$128c\,c_\sigma L^2c_{x,0}^4\frac{g_{2c_x}(H)}{H^2}$, to be bounded in H by a constant; "
    r"$c_x=1$, the smallest",
    over={H: sp.S.Naturals},
    quantifier=UpToConstant(along=("H",)),
    lhs=Closed(sp.Integer(2) ** H - 1),
    relation="<=",
    rhs=Closed(H**2),
    grid=Grid(H=[8, 10, 12, 16, 20, 24, 32, 40, 48, 64]),
    uses=("du2018.proof-A.7",),
    erratum="the proof's bound has g_{2c_x}(H) squared, the step size has it once: H^2 does not "
    "make up for the other one",
)

SQUARED = 128 * r**2 * L**2 * c_x0**4 * p**4 * power**2 * g**2
change_step_size_corrected = Claim(
    id="du2018.proof-A.7.step-size.corrected",
    source=change_step_size.source,
    statement=r"it holds for $\eta\le c\lambda_0(n^2c_x^{2H}g_{2c_x}(H)^2)^{-1}$, "
    r"$c=\frac1{128c_\sigma L^2c_{x,0}^4}$",
    over={
        r: POSITIVE,
        L: POSITIVE,
        c_x0: POSITIVE,
        g: POSITIVE,
        power: POSITIVE,
        p: AT_LEAST_ONE,
        lambda_0: POSITIVE,
        eta: POSITIVE,
        e: NONNEGATIVE,
    },
    where=[SQUARED * eta <= lambda_0],
    lhs=Closed(p**2 * (2 * eta * r * L * c_x0 * g * Q_OVER_E * e) ** 2),
    relation="<=",
    rhs=Closed(eta * lambda_0 * e**2 / 8),
    grid=Grid(
        points=[
            {"r": 1.0, "L": 1.0, "c_x0": 2.0, "g": 5.0, "power": 4.0, "p": 2.0}
            | {"lambda_0": 0.5, "eta": 1e-10, "e": 1.5}
        ]
    ),
    corrects="du2018.proof-A.7.step-size",
    uses=("du2018.proof-A.7",),
)
