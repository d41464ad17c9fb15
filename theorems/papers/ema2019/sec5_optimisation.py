r"""Section 5: gradient flow never leaves the neighbourhood of radius c_n / L.

lambda_n: least eigenvalue of K, at most 1/n; L: depth; c_n = 8/lambda_n; R_0: the first empirical
risk, at most 1/2 as f(x; Theta_0) = 0 and |y| <= 1; t: time; n, m: inputs, width; sigma: 0 the
identity, 4 the soft threshold at 1/10.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, Rational, exp, oo, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import AlongTrajectory
from theorems.sides import Closed, Simulated

PAPER = "ema2019"
lambda_n, L, R_0 = symbols("lambda_n L R_0", real=True)
depth, count, width, sigma = symbols("L n m sigma", integer=True)
EIGENVALUE = Interval.Lopen(0, 1)
c_n = 8 / lambda_n
DOMAIN = {lambda_n: EIGENVALUE, L: Interval.open(0, oo), R_0: Interval(0, Rational(1, 2))}
LEMMA_DEPTH = L * lambda_n**3 >= 12800


def _decay_integral() -> sp.Expr:
    """The integral of exp(-L lambda t / 4) over all times."""
    rate, time = symbols("rate time", positive=True)
    whole = sp.integrate(exp(-rate * time), (time, 0, oo))
    return whole.subs(rate, L * lambda_n / 4)


INTEGRAL = _decay_integral()

outer_weights = Claim(
    id="ema2019.eq-5.1",
    source=Source(PAPER, "5", "(5.1), first bound"),
    statement=r"$\sqrt{1+50c_n^2/L}\int_0^\infty e^{-L\lambda_nt/4}\sqrt{\hat R_n(\Theta_0)}\,dt"
    r"\le\frac{4\sqrt2}{L\lambda_n}$ with $c_n=8/\lambda_n$, $L\ge200c_n^2/\lambda_n$ and "
    r"$\hat R_n(\Theta_0)\le\frac12$",
    over=DOMAIN,
    hypotheses=[LEMMA_DEPTH],
    lhs=Closed(sqrt(1 + 50 * c_n**2 / L) * INTEGRAL * sqrt(R_0)),
    relation="<=",
    rhs=Closed(4 * sqrt(2) / (L * lambda_n)),
    grid=Grid(lambda_n=[0.01, 0.25, 1.0], L=[12800.0, 1e6, 1e12], R_0=[0.0, 0.1, 0.5]),
    uses=("ema2019.lemma-4.3a", "ema2019.lemma-4.6"),
)

outer_weights_inside = Claim(
    id="ema2019.eq-5.1.inside",
    source=Source(PAPER, "5", "(5.1), last step"),
    statement=r"$\frac{4\sqrt2}{L\lambda_n}<\frac{c_n}L$",
    over={lambda_n: EIGENVALUE, L: Interval.open(0, oo)},
    lhs=Closed(4 * sqrt(2) / (L * lambda_n)),
    relation="<",
    rhs=Closed(c_n / L),
)

inner_weights = Claim(
    id="ema2019.eq-5.2",
    source=Source(PAPER, "5", "(5.2)"),
    statement=r"$\sqrt{20c_n^2/L^2}\,\frac4{L\lambda_n}<\frac{c_n}L$ when "
    r"$L\ge200c_n^2/\lambda_n$",
    over={lambda_n: EIGENVALUE, L: Interval.open(0, oo)},
    hypotheses=[LEMMA_DEPTH],
    lhs=Closed(sqrt(20) * c_n / L * INTEGRAL),
    relation="<",
    rhs=Closed(c_n / L),
    grid=Grid(lambda_n=[0.01, 0.25, 1.0], L=[12800.0, 1e6, 1e12]),
    uses=("ema2019.lemma-4.3b", "ema2019.lemma-4.6"),
)

RUNS = 3


def _flow(points: Any, generator: Any) -> dict[str, Any]:
    """Gradient flow with c_n from the inputs: d = n orthogonal inputs, labels +-1 or random."""
    import torch

    from numeric.skip_training import orthogonal_start, run_flow

    runs = RUNS if points.sigma == 0 else 1
    name = "identity" if points.sigma == 0 else "slight"
    size = (points.n, runs, points.L, points["n"], generator)
    start = orthogonal_start(*size, width=points.m, activation=name)
    # Slow features take long: the time that matters is that of the reference's relaxation.
    steps, length = (36, 6.0) if points.sigma == 0 else (1, 1200 * start.kernel_least)
    path = run_flow(start, length / points.L / start.kernel_least, steps)
    least = torch.full((points.n, 1, 1), start.kernel_least, dtype=torch.float64)
    return {**path, "least": least}


STAYS = (
    r"if $L\ge\max\{8\lambda_n^{-2}\ln(n^2/\delta),3000\lambda_n^{-3}\}$, with probability at "
    r"least $1-\delta$, $\Theta_t\in I_{c_n}(\Theta_0)$ for all $t\ge0$: $L$ times the largest "
    r"distance of a layer's weights from their start is at most $c_n=8/\lambda_n$"
)
RUN: dict[str, Any] = {
    "over": {
        depth: sp.Range(2, oo),
        count: sp.S.Naturals,
        width: sp.S.Naturals,
        sigma: sp.FiniteSet(0, 4),
    },
    "quantifier": AlongTrajectory(simulate=_flow, rounding=1e-6),
    "lhs": Simulated(lambda path: path["far"]),
    "relation": "<=",
    "rhs": Simulated(lambda path: 8 / path["least"] + 0 * path["far"]),
}
# (9/10)^-6 is the cube of 1/lambda_n for the soft threshold at 1/10 and one input.
DEEP = depth >= 3000 * (1 + sigma / 4 * (Rational(10, 9) ** 6 - 1))

stays_close = Claim(
    id="ema2019.proposition-5.1",
    source=Source(PAPER, "5", "Proposition 5.1"),
    statement=STAYS,
    reading="one input in one dimension; every draw is checked, whatever delta; sigma is any "
    "1-Lipschitz function that vanishes at 0",
    where=[sp.Eq(count, 1)],
    hypotheses=[DEEP],
    grid=Grid(L=[6000], n=[1], m=[98], sigma=[4]),
    erratum="false for sigma that are not positively homogeneous and m > 1: with the soft "
    "threshold at 1/10 and m = 98, H is 8000 times smaller than K, and the flow leaves the ball of "
    "radius 8/lambda_n",
    uses=("ema2019.lemma-4.5", "ema2019.eq-5.1", "ema2019.eq-5.2"),
    **RUN,
)

stays_close_corrected = Claim(
    id="ema2019.proposition-5.1.corrected",
    source=Source(PAPER, "5", "Proposition 5.1"),
    title="Proposition 5.1 (an eighth of the radius would do)",
    statement=r"for a positively homogeneous $\sigma$, or $m=1$: " + STAYS,
    reading="one input in one dimension; every draw is checked, whatever delta",
    where=[sp.Eq(count, 1), sigma * (width - 1) <= 0],
    hypotheses=[DEEP],
    grid=Grid(
        points=[{"n": 1, "m": 1, "sigma": 0}, {"n": 1, "m": 3, "sigma": 0}], L=[3000]
    ).nightly(L=[3000, 6000, 24000]),
    corrects="ema2019.proposition-5.1",
    uses=("ema2019.lemma-4.5.corrected", "ema2019.proposition-5.1.closes"),
    **RUN,
)

stays_close_outside = Claim(
    id="ema2019.proposition-5.1.outside",
    source=Source(PAPER, "5", "Proposition 5.1"),
    title="Proposition 5.1 outside its hypothesis: shallower networks",
    statement=r"the conclusion of Proposition 5.1 for $L$ below $3000\lambda_n^{-3}$, where "
    r"$\lambda_n=1/n^2$ for orthogonal inputs and the identity",
    grid=Grid(m=[1], sigma=[0], L=[8, 64], n=[1, 2, 3]).nightly(L=[8, 64, 256], n=[1, 2, 3, 5]),
    uses=("ema2019.proposition-5.1.corrected",),
    **RUN,
)

premise = Claim(
    id="ema2019.proposition-5.1.premise",
    source=Source(PAPER, "5", "Proposition 5.1, the depth that its proof needs"),
    title="The depth that the proof of Proposition 5.1 needs (inferred, not printed)",
    statement=r"the proof applies Lemma 4.5 with $c=c_n$, so $L\ge3000\lambda_n^{-3}$ must give "
    r"$L\ge200c_n^2/\lambda_n$: $200c_n^2/\lambda_n\le3000\lambda_n^{-3}$",
    reading="the proof refers to that of Theorem 3.2, which asks for L >= 200 c_n^2 / lambda_n",
    over={lambda_n: EIGENVALUE},
    lhs=Closed(200 * c_n**2 / lambda_n),
    relation="<=",
    rhs=Closed(3000 / lambda_n**3),
    erratum="200 c_n^2/lambda_n is 12800 lambda_n^-3, so depth 3000 lambda_n^-3 is not enough for "
    "Lemma 4.5 with c_n = 8/lambda_n; the argument does close with c = 3.1/lambda_n",
    uses=("ema2019.lemma-4.5",),
)

SHORT = Rational(31, 10) / lambda_n

premise_corrected = Claim(
    id="ema2019.proposition-5.1.premise.corrected",
    source=Source(PAPER, "5", "Proposition 5.1, the depth that its proof needs"),
    statement=r"with $c=3.1/\lambda_n$ instead: $200c^2/\lambda_n\le3000\lambda_n^{-3}$",
    over={lambda_n: EIGENVALUE},
    lhs=Closed(200 * SHORT**2 / lambda_n),
    relation="<=",
    rhs=Closed(3000 / lambda_n**3),
    corrects="ema2019.proposition-5.1.premise",
)

closes = Claim(
    id="ema2019.proposition-5.1.closes",
    source=Source(PAPER, "5", "Proposition 5.1, the argument with a smaller neighbourhood"),
    statement=r"with $c=3.1/\lambda_n$ and $L\ge3000\lambda_n^{-3}$ the path ends inside $I_c$: "
    r"$\sqrt{1+50c^2/L}\,\frac4{L\lambda_n}\sqrt{\hat R_n(\Theta_0)}<\frac cL$",
    reading="not in the paper: the repair of its proof with the printed depth",
    over=DOMAIN,
    hypotheses=[L * lambda_n**3 >= 3000],
    lhs=Closed(sqrt(1 + 50 * SHORT**2 / L) * INTEGRAL * sqrt(R_0)),
    relation="<",
    rhs=Closed(SHORT / L),
    grid=Grid(lambda_n=[0.01, 0.25, 1.0], L=[3000.0, 1e6, 1e12], R_0=[0.0, 0.1, 0.5]),
    uses=("ema2019.proposition-5.1.premise.corrected",),
)
