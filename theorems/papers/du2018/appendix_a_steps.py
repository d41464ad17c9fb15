r"""Appendix A: the perturbation I_2 and the change of the predictions in a step (A.6 and A.7).

Symbols in `dense_symbols`; share: step size over the largest that the lemma allows with c = 1; p:
sqrt(n); k: bound on |y - u(k)| over sqrt(n); power: c_x^H; g: g_{2 c_x}(H); e: |y - u(k)|.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp
from sympy import symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018.appendix_a_training import NOW
from theorems.papers.du2018.dense_runs import RUN, Path, Start
from theorems.papers.du2018.dense_steps import Steps
from theorems.papers.du2018.dense_symbols import (
    AT_LEAST_ONE,
    CURVED,
    NONNEGATIVE,
    PAPER,
    POSITIVE,
    H,
    L,
    beta,
    c_w,
    c_x0,
    eta,
    g,
    lambda_0,
    r,
    sigma,
)
from theorems.papers.du2018.records import Records
from theorems.quantifiers import AlongTrajectory
from theorems.sides import Closed, Holds, Simulated

share, p, k, power, e, width = symbols("share p k power e width", real=True)
SHARED: dict[sp.Symbol, sp.Set] = {s: d for s, d in RUN.items() if s != eta} | {share: POSITIVE}
CURVED_RUN = {**SHARED, sigma: CURVED}


def printed_step(start: Start, weights: int) -> Any:
    """`lambda_0 / (n^2 H^2 c_x^(weights H) g_{2 c_x}(H))`, `(points, RUNS)`."""
    growth = start.c_x ** (weights * start.depth) * start.g(2.0)
    return start.least / (start.size**2 * start.depth**2 * growth)


def parts(start: Start, step_size: Any) -> Records:
    """Four steps of that size with the parts that the proofs of A.6 and A.7 bound.

    "features", "slopes", "derivatives" are relative to their printed bounds over `(eta Q')^k`.
    """
    steps = Steps(start, step_size)
    root, lipschitz, smooth = start.root, start.lipschitz, start.smooth
    a_2 = start.a_2 if start.train_output else 1.0
    g2, depth, growth = start.g(2.0), start.depth, start.c_x**start.depth
    twice = 2 * root * lipschitz * start.c_x0 * g2
    slope = 2 * smooth * root * lipschitz * start.c_x0 * g2
    factor = 16 * start.a_2 if start.train_output else 8.0
    derivative = factor * depth * root * start.c_x0**2 * growth * g2 * smooth
    records = {
        "residual": lambda at: at.residual,
        "rest": steps.rest,
        "change": steps.change,
        "by_layer": steps.by_layer,
        "with_output": steps.with_output,
        "two_terms": steps.two_terms,
        "features": steps.features,
        "features.bound": steps.bound(1, twice / start.width**0.5),
        "slopes": steps.slopes,
        "slopes.bound": steps.bound(1, slope),
        "derivatives": lambda at: steps.derivatives(at).amax(dim=(-2, -1)),
        "derivatives.bound": steps.bound(1, derivative),
        "last_features": steps.last_features,
        "last.bound": steps.bound(2, start.size * twice**2),
        "last.trained": steps.bound(2, 4 * start.size * (twice * a_2**2) ** 2),
        "output.bound": steps.bound(2, 8 * start.size * start.c_x0**2),
    }
    return start.run(step_size, 3, extra=records).more(
        {
            "rest.norm": lambda path: path["rest"].norm(dim=-2),
            "rest.largest": lambda path: path["rest"].abs().amax(dim=-2),
            "rest.bound": lambda path: path["derivatives.bound"] * depth * path["q"] * path["step"],
            "moved": lambda path: path["change"].square().sum(dim=-2),
            "settled": lambda path: (
                (path["q"] * path["step"] / start.width**0.5 <= start.c_w[..., None])
                & start.stays()
            ),
        }
    )


def shared_run(weights: int, *, train_output: bool = False) -> Callable[..., Any]:
    """`simulate` with the share of `printed_step`."""

    def simulate(points: Any, generator: Any) -> Records:
        start = Start(points, generator, train_output=train_output)
        return parts(start, points.share[:, None] * printed_step(start, weights))

    return simulate


SETTLED = Holds("R' <= c g_{c_x}(H)^{-1} as in Lemma A.5", lambda path: path["settled"])
NETS = [
    {"H": 1, "m": 24, "sigma": 1},
    {"H": 2, "m": 32, "sigma": 2},
    {"H": 3, "m": 16, "sigma": 3},
]
# Large residuals for the lemmas; for their proofs residuals so small that R' is small enough.
LEMMA_GRID = Grid(points=NETS, gap=[1.0, 0.01], share=[1.0, 0.01], n=[1, 3])
PROOF_GRID = Grid(
    points=[{**net, "gap": gap} for net, gap in zip(NETS, (1e-2, 1e-4, 1e-5), strict=True)],
    share=[1.0, 0.01],
    n=[1, 2],
)
# Few units: a bound by products of norms is then nearly attained, steps being small.
FEW = Grid(
    points=[
        {"H": 1, "m": 1, "sigma": 2, "gap": 1.0},
        {"H": 1, "m": 2, "sigma": 2, "gap": 1.0},
        {"H": 2, "m": 8, "sigma": 1, "gap": 1.0},
    ],
    share=[0.01, 0.001],
    n=[1],
)


SIXTH = AlongTrajectory(simulate=shared_run(3), floor=1e-25)
SEVENTH = AlongTrajectory(simulate=shared_run(2), floor=1e-25)


def eighth(path: Path) -> Any:
    """`1/8 eta lambda_0`."""
    return path["step"] * path["lambda"] / 8


rest = Claim(
    id="du2018.lemma-A.6",
    source=Source(PAPER, "A", "Lemma A.6"),
    statement=r"if Condition 6.1 holds for $k'=1..k$ and $\eta\le c\lambda_0(n^2H^2c_x^{3H}g_{2c_x}"
    r"(H))^{-1}$ for a small constant c then $\|I_2(k)\|_2\le\frac18\eta\lambda_0\|y-u(k)\|_2$",
    reading="c = 1",
    over=SHARED,
    hypotheses=[NOW],
    quantifier=SIXTH,
    lhs=Simulated(lambda path: path["rest.norm"]),
    relation="<=",
    rhs=Simulated(lambda path: eighth(path) * path["loss"].sqrt()),
    grid=LEMMA_GRID,
    uses=("du2018.proof-A.6b", "du2018.lemma-A.6.step-size"),
)

by_layers = Claim(
    id="du2018.proof-A.6a.layers",
    source=Source(PAPER, "A.1", "proof of Lemma A.6, the first display"),
    statement=r"$|I_2^i(k)|\le\eta\max_{0\le s\le\eta}\sum_h\|L'^{(h)}(w(k))\|_F\|u_i'^{(h)}(w(k))-"
    r"u_i'^{(h)}(w(k)-sL'(w(k)))\|_F$",
    reading="the maximum over s taken at the quarters of the step",
    over=CURVED_RUN,
    quantifier=SIXTH,
    lhs=Simulated(lambda path: path["rest"].abs()),
    relation="<=",
    rhs=Simulated(lambda path: path["by_layer"]),
    grid=FEW,
    uses=("du2018.text-6a",),
)

features = Claim(
    id="du2018.proof-A.6a",
    source=Source(PAPER, "A.1", "proof of Lemma A.6, the features within a step"),
    statement=r"$\|x_i^{(h-1)}(k)-x_i^{(h-1)}(k,s)\|\le2\eta\sqrt{c_\sigma}Lc_{x,0}g_{2c_x}(H)"
    r"\frac{Q'(k)}{\sqrt m}$",
    over=CURVED_RUN,
    hypotheses=[SETTLED, NOW],
    quantifier=SIXTH,
    lhs=Simulated(lambda path: path["features"]),
    relation="<=",
    rhs=Simulated(lambda path: path["features.bound"]),
    grid=PROOF_GRID,
    uses=("du2018.lemma-A.3", "du2018.lemma-A.5b"),
)

slopes = Claim(
    id="du2018.proof-A.6a.slopes",
    source=Source(PAPER, "A.1", "proof of Lemma A.6, the derivative matrices within a step"),
    statement=r"$\|J_i^{(l)}(k)-J_i^{(l)}(k,s)\|_F\le2\eta\beta\sqrt{c_\sigma}Lc_{x,0}g_{2c_x}(H)"
    r"Q'(k)$",
    over=CURVED_RUN,
    hypotheses=[SETTLED, NOW],
    quantifier=SIXTH,
    lhs=Simulated(lambda path: path["slopes"]),
    relation="<=",
    rhs=Simulated(lambda path: path["slopes.bound"]),
    grid=PROOF_GRID,
    uses=("du2018.lemma-A.3", "du2018.lemma-A.5b", "du2018.proof-A.4b"),
)

CONSTANTS = {r: POSITIVE, L: POSITIVE, beta: POSITIVE, c_x0: AT_LEAST_ONE, g: AT_LEAST_ONE}
slopes_constant = Claim(
    id="du2018.proof-A.6a.constant",
    source=Source(PAPER, "A.1", "proof of Lemma A.6, the constant of the derivative matrices"),
    title="the constant of the derivative matrices where sqrt(c_sigma) L >= 1",
    statement=r"$\beta\|z(k)-z(k,s)\|_2\le2\beta c_{x,0}g_{2c_x}(H)\eta Q'(k)$, the bound of "
    r"proof-A.4b with $2c_{w,0}$ and $2c_{x,0}$, is at most $2\eta\beta\sqrt{c_\sigma}Lc_{x,0}"
    r"g_{2c_x}(H)Q'(k)$",
    reading=r"both divided by $\eta Q'(k)$; the paper leaves the calculation out. It needs "
    r"$\sqrt{c_\sigma}L\ge1$, true where $\sigma(0)=0$ but not of the sigmoid (0.46)",
    over=CONSTANTS,
    where=[r * L >= 1],
    lhs=Closed(2 * beta * c_x0 * g),
    relation="<=",
    rhs=Closed(2 * beta * r * L * c_x0 * g),
    uses=("du2018.proof-A.4b",),
)

derivatives = Claim(
    id="du2018.proof-A.6b",
    source=Source(PAPER, "A.1", "proof of Lemma A.6, the derivatives within a step"),
    statement=r"$\|u_i'^{(h)}(w(k))-u_i'^{(h)}(w(k,s))\|_F\le8H\sqrt{c_\sigma}c_{x,0}^2c_x^H"
    r"g_{2c_x}(H)\beta\eta Q'(k)$",
    over=CURVED_RUN,
    hypotheses=[SETTLED, NOW],
    quantifier=SIXTH,
    lhs=Simulated(lambda path: path["derivatives"]),
    relation="<=",
    rhs=Simulated(lambda path: path["derivatives.bound"]),
    grid=PROOF_GRID,
    uses=("du2018.lemma-E.1", "du2018.proof-A.6a", "du2018.proof-A.6a.slopes"),
)

rest_bound = Claim(
    id="du2018.proof-A.6b.rest",
    source=Source(PAPER, "A.1", "proof of Lemma A.6, the perturbation"),
    statement=r"$|I_2^i|\le8H^2\sqrt{c_\sigma}c_{x,0}^2c_x^Hg_{2c_x}(H)\beta\eta^2Q'(k)^2$",
    over=CURVED_RUN,
    hypotheses=[SETTLED, NOW],
    quantifier=SIXTH,
    lhs=Simulated(lambda path: path["rest.largest"]),
    relation="<=",
    rhs=Simulated(lambda path: path["rest.bound"]),
    grid=PROOF_GRID,
    uses=("du2018.proof-A.6b", "du2018.proof-A.6a.layers", "du2018.lemma-A.5b"),
)

INSERTED = H / (2 * c_w) + r * L * g + 2 * H * beta * width * r * c_x0 * g
simplified = Claim(
    id="du2018.proof-A.6b.simplified",
    source=Source(PAPER, "A.1", "proof of Lemma A.6, the last simplification"),
    title="the last simplification, from a width on",
    statement=r"$2c_{x,0}c_x^H\eta\frac{Q'}{\sqrt m}\left(\frac H{2c_{w,0}}+\left[\frac1{2c_{x,0}}+"
    r"\frac{H\beta\sqrt m}L\right]2\sqrt{c_\sigma}Lc_{x,0}g_{2c_x}(H)\right)\le8H\sqrt{c_\sigma}"
    r"c_{x,0}^2c_x^Hg_{2c_x}(H)\beta\eta Q'$",
    reading=r"divided by $2c_{x,0}c_x^H\eta Q'/\sqrt m$, width is $\sqrt m$; the first two terms "
    r"are small beside the third once $2\beta\sqrt{c_\sigma}c_{x,0}g_{2c_x}(H)\sqrt m\ge1+2\sqrt"
    r"{c_\sigma}Lg_{2c_x}(H)$, which large m gives for a fixed $\beta>0$, $c_{w,0}\ge1$",
    over={**CONSTANTS, width: AT_LEAST_ONE, H: sp.S.Naturals, c_w: AT_LEAST_ONE},
    where=[2 * beta * r * c_x0 * g * width >= 1 + 2 * r * L * g],
    lhs=Closed(INSERTED),
    relation="<=",
    rhs=Closed(4 * H * r * c_x0 * g * beta * width),
    grid=Grid(
        points=[{"r": 1.0, "L": 1.0, "c_x0": 2.0, "g": 5.0, "beta": 0.25, "c_w": 2.0}],
        width=[2.0, 10.0],
        H=[1, 3],
    ),
    uses=("du2018.lemma-E.1",),
)

# `n^2 eta sqrt(c_sigma) c_{x,0}^4 beta c_x^(3H) g_{2c_x}(H) H^2`: eta over the lemma's bound.
A = symbols("A", real=True)
STEPS = {A: POSITIVE, lambda_0: POSITIVE, e: NONNEGATIVE, k: POSITIVE}
Q_OVER_E = 2 * c_x0 * power * p
PRODUCT = p**4 * eta * H**2 * r * c_x0**4 * power**3 * g * beta
REST = p * 8 * H**2 * r * c_x0**2 * power * g * beta * eta**2 * (Q_OVER_E * e) ** 2
step_size = Claim(
    id="du2018.lemma-A.6.step-size",
    source=Source(PAPER, "A.1", "proof of Lemma A.6, plugging in the step size"),
    title="the choice of the step size in Lemma A.6",
    statement=r"with $\|y-u(k)\|_2=O(\sqrt n)$ and $\eta\le c\lambda_0(n^2H^2c_x^{3H}g_{2c_x}(H))"
    r"^{-1}$: $\sqrt n\,8H^2\sqrt{c_\sigma}c_{x,0}^2c_x^Hg_{2c_x}(H)\beta\eta^2Q'(k)^2\le\frac18"
    r"\eta\lambda_0\|y-u(k)\|_2$",
    reading=r"$\|y-u(k)\|_2\le k\sqrt n$, $c=\frac1{256k\sqrt{c_\sigma}c_{x,0}^4\beta}$; A for "
    r"$n^2\eta\sqrt{c_\sigma}c_{x,0}^4\beta c_x^{3H}g_{2c_x}(H)H^2$, e for "
    r"$\|y-u(k)\|_2/\sqrt n$; divided by $\eta\|y-u(k)\|_2$",
    over=STEPS,
    where=[e <= k, 256 * k * A <= lambda_0],
    lhs=Closed(A * sp.cancel((REST / (PRODUCT * eta * e)).subs(e, e * p))),
    relation="<=",
    rhs=Closed(lambda_0 / 8),
    grid=Grid(
        points=[{"A": 1e-3, "k": 1.0, "lambda_0": 0.5, "e": 0.9}],
    ),
    uses=("du2018.proof-A.6b.rest",),
)
