r"""Definition 4.4 and what the paper uses of the cross-entropy loss.

z, a: margins y f(x); move: the change of one; p: the surrogate at it; tau, m, n, d, L as in
`sec3_symbols`.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Abs, Rational, exp, symbols

from symbolic.logistic import (
    is_not_right,
    is_wrong,
    loss,
    loss_curvature,
    loss_slope,
    surrogate,
    taylor_remainder,
)
from theorems.claim import Claim, Source
from theorems.grid import Grid, linspace
from theorems.papers.caogu2019.sec3_symbols import (
    EVEN,
    PAPER,
    POSITIVE,
    REALS,
    UNIT,
    L,
    d,
    labels,
    layers,
    m,
    n,
    neighbourhoods,
    tau,
    z,
)
from theorems.quantifiers import ForAll, ForAllWeights
from theorems.sides import Closed, Computed, Side

a, p, move = symbols("a p move", real=True)
Z = {z: REALS}
FEW_POINTS = ForAll(random_points=200, search=False)
BOTH_SIGNS = sp.Matrix([loss_curvature(z), -loss_curvature(z)])
AXIS = Grid(z=[-40.0, *linspace(-4, 4, 9), 40.0])


def _surrogate(points: Any) -> Any:
    from numeric.deep_relu import surrogate as measured

    return measured(points.z)


surrogate_is_slope = Claim(
    id="caogu2019.definition-4.4",
    source=Source(PAPER, "4", "Definition 4.4, the surrogate of the cross-entropy loss"),
    statement=r"$-\ell'(z)=1/[1+\exp(z)]$ for $\ell(z)=\log[1+\exp(-z)]$",
    over=Z,
    quantifier=FEW_POINTS,
    lhs=Side(closed=-loss_slope(z), measured=Computed(_surrogate)),
    relation="==",
    rhs=Closed(surrogate(z)),
    grid=AXIS,
    uses=("caogu2019.eq-3.1",),
)

bounds_errors = Claim(
    id="caogu2019.text-4a",
    source=Source(PAPER, "4", "after Definition 4.4"),
    statement=r"$-2\ell'(z)\ge\mathbb 1\{z<0\}$",
    over=Z,
    quantifier=FEW_POINTS,
    lhs=Closed(-2 * loss_slope(z)),
    relation=">=",
    rhs=Closed(is_wrong(z)),
    grid=AXIS,
    uses=("caogu2019.definition-4.4",),
)

bounds_ties = Claim(
    id="caogu2019.text-4a.ties",
    source=Source(PAPER, "4", "after Definition 4.4"),
    title="the surrogate also counts outputs that are zero",
    statement=r"$-2\ell'(z)\ge\mathbb 1\{z\le0\}$: an output 0 counts as an error as well, which "
    r"$\mathbb P[yf>0]\ge1-\epsilon$ in Corollaries 4.11 and 4.13 needs",
    over=Z,
    quantifier=FEW_POINTS,
    lhs=Closed(-2 * loss_slope(z)),
    relation=">=",
    rhs=Closed(is_not_right(z)),
    grid=AXIS,
    uses=("caogu2019.definition-4.4",),
)

slope_bounded = Claim(
    id="caogu2019.proof-4.5a.slope",
    source=Source(PAPER, "5.1", "proof of Theorem 4.5, the slope"),
    statement=r"$|\ell'(z)|\le1$",
    over=Z,
    quantifier=FEW_POINTS,
    lhs=Closed(Abs(loss_slope(z))),
    relation="<=",
    rhs=Closed(1),
    grid=AXIS,
)

slope_lipschitz = Claim(
    id="caogu2019.proof-4.5a.lipschitz",
    source=Source(PAPER, "5.1", "proof of Theorem 4.5, the slope's slope"),
    statement=r"$\ell'$ is 1-Lipschitz: $|\ell''(z)|\le1$",
    over=Z,
    quantifier=FEW_POINTS,
    lhs=Closed(BOTH_SIGNS),
    relation="<=",
    rhs=Closed(1),
    grid=AXIS,
)

curvature = Claim(
    id="caogu2019.proof-5.2d",
    source=Source(PAPER, "B.2", "proof of Lemma 5.2, the second result"),
    statement=r"$|\ell''(z)|\le1/2$ for all $z\in\mathbb R$",
    over=Z,
    quantifier=FEW_POINTS,
    lhs=Closed(BOTH_SIGNS),
    relation="<=",
    rhs=Closed(Rational(1, 2)),
    grid=AXIS,
    uses=("caogu2019.eq-3.1",),
)

curvature_sharp = Claim(
    id="caogu2019.proof-5.2d.sharp",
    source=Source(PAPER, "B.2", "proof of Lemma 5.2, the second result"),
    title="the best constant is 1/4",
    statement=r"$|\ell''(z)|\le1/4$, with equality at $z=0$",
    over=Z,
    quantifier=FEW_POINTS,
    lhs=Closed(exp(z) / (1 + exp(z)) ** 2),
    relation="<=",
    rhs=Closed(Rational(1, 4)),
    grid=AXIS,
)

linear_growth = Claim(
    id="caogu2019.proof-4.7c",
    source=Source(PAPER, "5.2", "proof of Theorem 4.7, growth of the loss"),
    statement=r"$\ell(z)\le1+|z|$",
    over=Z,
    quantifier=FEW_POINTS,
    lhs=Closed(loss(z)),
    relation="<=",
    rhs=Closed(1 + Abs(z)),
    grid=AXIS,
    uses=("caogu2019.eq-3.1",),
)


quadratic_bound = Claim(
    id="caogu2019.eq-B.1",
    source=Source(PAPER, "B.2", "(B.1)"),
    statement=r"$L_S(\hat W)-L_S(\tilde W)\le\frac1n\sum_{i=1}^n[\ell'(y_i\tilde "
    r"y_i)y_i\Delta_i+(\Delta_i)^2/4]$, $\Delta_i=\hat y_i-\tilde y_i$",
    reading=r"each term, with $p=-\ell'(y\tilde y)$ and $t=y\Delta$: $\ell(y\hat y)-\ell(y\tilde "
    r"y)=\log(1-p+pe^{-t})$ (B.1.form); the display before (B.1) has $\ell'(y_i\hat y_i)$ in that "
    r"place",
    over={p: UNIT, move: REALS},
    quantifier=FEW_POINTS,
    lhs=Closed(sp.log(1 - p + p * exp(-move))),
    relation="<=",
    rhs=Closed(-p * move + move**2 / 4),
    grid=Grid(p=[0.001, 0.3, 0.5, 0.99], move=[-30.0, -1.0, 0.01, 0.6, 40.0]),
    uses=("caogu2019.proof-5.2d", "caogu2019.eq-B.1.form", "caogu2019.eq-B.1.remainder"),
)

loss_difference = Claim(
    id="caogu2019.eq-B.1.form",
    source=Source(PAPER, "B.2", "(B.1), the difference of two losses"),
    statement=r"$e^{\ell(a+t)-\ell(a)}=1-p+pe^{-t}$ for $p=-\ell'(a)$",
    over={a: REALS, move: REALS},
    quantifier=FEW_POINTS,
    lhs=Closed(exp(loss(a + move) - loss(a))),
    relation="==",
    rhs=Closed(1 - surrogate(a) + surrogate(a) * exp(-move)),
    grid=Grid(a=[-3.0, 0.0, 2.0], move=[-2.0, 0.0, 5.0]),
)

remainder = Claim(
    id="caogu2019.eq-B.1.remainder",
    source=Source(PAPER, "B.2", "(B.1), the remainder"),
    statement=r"$|\ell''|\le\frac12$ makes the second-order remainder at most $\Delta^2/4$",
    over={move: REALS},
    lhs=Closed(taylor_remainder(Rational(1, 2), move)),
    relation="<=",
    rhs=Closed(move**2 / 4),
    uses=("caogu2019.proof-5.2d",),
)

markov = Claim(
    id="caogu2019.proof-4.5d",
    source=Source(PAPER, "5.1", "proof of Theorem 4.5, Markov's inequality"),
    statement=r"$\mathbb E\{-\ell'[yf]\}\ge\mathbb P\{-\ell'[yf]\ge1/2\}/2$",
    reading="for each value z of y f; the expectation of both sides is the statement",
    over=Z,
    quantifier=FEW_POINTS,
    lhs=Closed(-loss_slope(z)),
    relation=">=",
    rhs=Closed(sp.Piecewise((Rational(1, 2), surrogate(z) >= Rational(1, 2)), (0, True))),
    grid=AXIS,
    uses=("caogu2019.definition-4.4",),
)

markov_event = Claim(
    id="caogu2019.proof-4.5d.event",
    source=Source(PAPER, "5.1", "proof of Theorem 4.5, the event in Markov's inequality"),
    statement=r"$\mathbb P\{-\ell'[yf]\ge1/2\}=\mathbb P[yf<0]$",
    reading="the two events as indicators, for each value z of y f",
    over=Z,
    quantifier=FEW_POINTS,
    lhs=Closed(sp.Piecewise((1, surrogate(z) >= Rational(1, 2)), (0, True))),
    relation="==",
    rhs=Closed(is_wrong(z)),
    grid=AXIS,
    erratum="at z = 0 the surrogate is 1/2: the first event contains f = 0, the second does not",
    uses=("caogu2019.definition-4.4",),
)

markov_event_corrected = Claim(
    id="caogu2019.proof-4.5d.event.corrected",
    source=Source(PAPER, "5.1", "proof of Theorem 4.5, the event in Markov's inequality"),
    statement=r"$\mathbb P\{-\ell'[yf]\ge1/2\}=\mathbb P[yf\le0]\ge\mathbb P[yf<0]$",
    over=Z,
    quantifier=FEW_POINTS,
    lhs=Closed(sp.Piecewise((1, surrogate(z) >= Rational(1, 2)), (0, True))),
    relation="==",
    rhs=Closed(is_not_right(z)),
    grid=AXIS,
    corrects="caogu2019.proof-4.5d.event",
    uses=("caogu2019.definition-4.4",),
)


def _change(points: Any, weights: Any) -> Any:
    from numeric.deep_relu import surrogate_error

    y = labels(points["n"])
    old, new = (surrogate_error(layers(weights, k), weights["x"], y) for k in ("old", "new"))
    return (new - old).abs()


def _output_change(points: Any, weights: Any) -> Any:
    from numeric.deep_relu import forward

    old, new = (forward(layers(weights, name), weights["x"]).output for name in ("old", "new"))
    return (new - old).abs().mean(-1) / 4


lipschitz = Claim(
    id="caogu2019.text-4b",
    source=Source(PAPER, "4", "after Definition 4.4, continuity"),
    statement=r"the surrogate error is Lipschitz continuous in $W$, so that $\mathcal E_S$ "
    r"concentrates on $\mathcal E_{\mathcal D}$ uniformly over $\mathcal W_\tau$",
    reading=r"through the outputs, with the constant 1/4 of $\ell'$: $|\mathcal E_S(\hat "
    r"W)-\mathcal E_S(\tilde W)|\le\frac1{4n}\sum_i|f_{\hat W}(x_i)-f_{\tilde W}(x_i)|$; the "
    r"outputs are Lipschitz with a constant of order sqrt(m) (Lemma 5.1); for the uniform "
    r"concentration see proof-4.5a",
    over={tau: POSITIVE, L: sp.S.Naturals, m: EVEN, d: sp.S.Naturals, n: sp.S.Naturals},
    quantifier=ForAllWeights(within=neighbourhoods, restarts=12, steps=20),
    lhs=Computed(_change),
    relation="<=",
    rhs=Computed(_output_change),
    grid=Grid(points=[{"L": 1, "m": 4, "d": 1, "n": 1}, {"L": 3, "m": 6, "d": 3, "n": 2}]).nightly(
        tau=[0.1, 1.0, 10.0]
    ),
    uses=("caogu2019.definition-4.4", "caogu2019.proof-5.2d.sharp"),
)
