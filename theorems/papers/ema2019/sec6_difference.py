r"""Section 6.2: the network against the random feature model with the same outer weights.

c: size of the neighbourhood I_c; L, m, d: depth, width, input dimension; sigma: which activation (0
identity, 1 ReLU, 2 tanh). Both models are read with the same layers: the sum in (2.3) ends at
L - 1, that of the reference model at L. u_1, u_2, p, q: components of delta_t, of the features and
of P_t; size: the norm of a_t.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, Matrix, oo, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.ema2019.sec4_symbols import (
    NETWORK,
    PAPER,
    SHAPES,
    THROUGH,
    L,
    activation,
    c,
    forward,
    neighbourhood,
    network,
)
from theorems.quantifiers import ForAllWeights
from theorems.sides import Closed, Computed

READING = "both models have the same layers, those that the network's output depends on"
IN_NEIGHBOURHOOD = ForAllWeights(within=neighbourhood, restarts=12, steps=6)
DEEP = 6 * c**2 <= L
GRID = Grid(points=SHAPES, c=[1, 2], L=[8, 24]).nightly(c=[1, 2, 4], L=[8, 64, 256])


def _refuted(depth: int) -> Grid:
    """ReLU at one depth is enough to refute with."""
    one = Grid(points=[{"d": 3, "m": 2}], sigma=[1], c=[1, 2], L=[depth])
    return one.nightly(sigma=[0, 1, 2], c=[1, 2, 4], L=[8, 64, 256])


def _features(points: Any, weights: Any) -> Any:
    """`sigma(B_0 x)` layer by layer, `(points, restarts, L-1, 1, m)`."""
    from numeric.skip_connections import ACTIVATIONS

    sigma = ACTIVATIONS[activation(points)][0]
    return sigma(weights["x"].unsqueeze(-3) @ weights["b0"].mT)


def _reference(points: Any, weights: Any) -> Any:
    return (_features(points, weights)[..., 0, :] * weights["a"]).sum((-2, -1))


def _frozen(points: Any, weights: Any) -> Any:
    """The network with `B = B_0` and `C = r = 0`, by its unsplit form."""
    from numeric.skip_connections import joint_output

    still = {**network(weights), "b": weights["b0"], "c": 0 * weights["c"], "r": 0 * weights["r"]}
    return joint_output(still, weights["x"], activation(points))[..., 0]


same_model = Claim(
    id="ema2019.eq-6.2",
    source=Source(PAPER, "6.2", "(6.2)"),
    statement=r"$f(x;a,B_0,0)=\tilde f(x;a,B_0)$ when $\theta=(C,r)=0$",
    reading=READING,
    over=NETWORK,
    quantifier=ForAllWeights(within=neighbourhood, restarts=12, steps=4),
    lhs=Computed(_frozen),
    relation="==",
    rhs=Computed(_reference),
    grid=Grid(points=SHAPES, c=[1, 50], L=[2, 9]),
    uses=("ema2019.eq-2.3",),
)


def _output_gap(points: Any, weights: Any) -> Any:
    return (forward(points, weights).output[..., 0] - _reference(points, weights)).abs()


def _outer_norm(points: Any, weights: Any) -> Any:
    return (weights["a"].square().sum((-2, -1)) + 1e-300).sqrt()


output_gap = Claim(
    id="ema2019.lemma-6.4a",
    source=Source(PAPER, "6.2", "Lemma 6.4, the outputs"),
    statement=r"for $\Theta\in I_c(\Theta_0)$ and $x\in S^{d-1}$: "
    r"$|f(x;a,B,\theta)-\tilde f(x;a,B_0)|\le\frac{6c^2\|a\|}L$",
    reading=READING + "; Proposition 4.1, which the proof uses, needs L >= 4 c^2",
    over=NETWORK,
    hypotheses=[DEEP],
    quantifier=IN_NEIGHBOURHOOD,
    lhs=Computed(_output_gap),
    relation="<=",
    rhs=Computed(
        lambda points, weights: 6 * (points.c**2 / points.L)[:, None] * _outer_norm(points, weights)
    ),
    grid=_refuted(24),
    erratum="sum_l |a_l| is at most sqrt(L) |a|, not |a|: the bound is 6 c^2 |a| / sqrt(L)",
    uses=("ema2019.proposition-4.1c",),
)

output_gap_corrected = Claim(
    id="ema2019.lemma-6.4a.corrected",
    source=Source(PAPER, "6.2", "Lemma 6.4, the outputs"),
    statement=r"for $\Theta\in I_c(\Theta_0)$, $L\ge6c^2$ and $x\in S^{d-1}$: "
    r"$|f(x;a,B,\theta)-\tilde f(x;a,B_0)|\le\frac{6c^2\|a\|}{\sqrt L}$",
    reading=READING,
    over=NETWORK,
    hypotheses=[DEEP],
    quantifier=IN_NEIGHBOURHOOD,
    lhs=Computed(_output_gap),
    relation="<=",
    rhs=Computed(
        lambda points, weights: (
            6 * (points.c**2 / points.L**0.5)[:, None] * _outer_norm(points, weights)
        )
    ),
    grid=GRID,
    corrects="ema2019.lemma-6.4a",
    uses=("ema2019.proposition-4.1c",),
)


def _gradient_gap(points: Any, weights: Any) -> Any:
    """The largest over layers of `|alpha_l g_l - sigma(B_0l x)|`."""
    from numeric.adversary import norm
    from numeric.skip_connections import backward

    path = forward(points, weights)
    back = backward(network(weights), path, activation(points), through=THROUGH)
    gap = back.alpha[..., 1:, :].unsqueeze(-1) * path.g - _features(points, weights)
    return norm(gap, "euclidean", 1).amax((-3, -2, -1))


gradient_gap = Claim(
    id="ema2019.lemma-6.4b",
    source=Source(PAPER, "6.2", "Lemma 6.4, the gradients"),
    statement=r"for $\Theta\in I_c(\Theta_0)$ and $x\in S^{d-1}$: "
    r"$\|\nabla_{a^{(l)}}f(x;a,B,\theta)-\nabla_{a^{(l)}}\tilde f(x;a,B_0)\|\le\frac{c^2}L$",
    reading=READING + "; Propositions 4.1 and 4.2, which the proof uses, need L >= 6 c^2",
    over=NETWORK,
    hypotheses=[DEEP],
    quantifier=IN_NEIGHBOURHOOD,
    lhs=Computed(_gradient_gap),
    relation="<=",
    rhs=Closed(c**2 / L),
    grid=_refuted(8),
    erratum="the proof ends with a bound up to a constant: (1 + 5c/L) 6c^2/L + 5c/L is more than "
    "c^2/L, and aligned layers exceed c^2/L too",
    uses=("ema2019.proposition-4.1c", "ema2019.proposition-4.2a"),
)

gradient_gap_corrected = Claim(
    id="ema2019.lemma-6.4b.corrected",
    source=Source(PAPER, "6.2", "Lemma 6.4, the gradients"),
    title="Lemma 6.4, the gradients (a quarter of the bound would do)",
    statement=r"for $\Theta\in I_c(\Theta_0)$, $L\ge6c^2$: "
    r"$\|\nabla_{a^{(l)}}f(x;a,B,\theta)-\nabla_{a^{(l)}}\tilde f(x;a,B_0)\|\le\frac{16c^2}L$",
    reading=READING,
    over=NETWORK,
    hypotheses=[DEEP],
    quantifier=IN_NEIGHBOURHOOD,
    lhs=Computed(_gradient_gap),
    relation="<=",
    rhs=Closed(16 * c**2 / L),
    grid=GRID,
    corrects="ema2019.lemma-6.4b",
    uses=("ema2019.proposition-4.1c", "ema2019.proposition-4.2a"),
)

# The proof of Lemma 6.5

lambda_n, depth, size, u_1, u_2 = symbols("lambda_n L size u_1 u_2", real=True)
p_1, p_2, q_1, q_2 = symbols("p_1 p_2 q_1 q_2", real=True)
c_n = 8 / lambda_n
FORCE = 2 * c_n**2 / sqrt(depth) + 6 * c_n**2 * size / sqrt(depth)
DEPTHS = {lambda_n: Interval.Lopen(0, 1), depth: Interval.open(0, oo)}

force = Claim(
    id="ema2019.eq-6.3",
    source=Source(PAPER, "6.2", "(6.3), last step"),
    statement=r"$\frac{2c_n^2}{\sqrt L}+\frac{6c_n^2\|a_t\|}{\sqrt L}\le\frac{3c_n^2}{\sqrt L}$ "
    r"when $\|a_t\|^2\le c_n^2/L$ and $L\ge3000\lambda_n^{-3}$",
    reading="the depth is that of Proposition 5.1, which the proof uses; both sides divided by "
    "c_n^2/sqrt(L)",
    over={**DEPTHS, size: Interval(0, oo)},
    hypotheses=[depth * lambda_n**3 >= 3000, size**2 * depth <= c_n**2],
    lhs=Closed(sp.expand(FORCE * sqrt(depth) / c_n**2)),
    relation="<=",
    rhs=Closed(3),
    grid=Grid(lambda_n=[0.01, 0.5, 1.0], L=[3000.0, 1e5, 1e10], size=[0.0, 0.01, 0.1, 0.14]),
    uses=("ema2019.lemma-6.4a", "ema2019.lemma-6.4b"),
)

U, PHI, FORCED = Matrix([u_1, u_2]), Matrix([p_1, p_2]), Matrix([q_1, q_2])
VELOCITY = -PHI * (PHI.T * U) - FORCED
REALS = dict.fromkeys((u_1, u_2, p_1, p_2, q_1, q_2), sp.S.Reals)
# The chain rule: the gradient of the squared norm times the velocity.
RATE = sum(sp.diff(u_1**2 + u_2**2, v) * w for v, w in zip((u_1, u_2), VELOCITY, strict=True))
PRINTED_RATE = -((U.T * PHI)[0] ** 2) - (U.T * FORCED)[0]

growth = Claim(
    id="ema2019.proof-6.5",
    source=Source(PAPER, "6.2", "proof of Lemma 6.5, the derivative of the squared distance"),
    statement=r"$\frac{d\|\delta_t\|^2}{dt}=-\delta_t^T\frac1n\sum_i\sigma(B_0x_i)"
    r"\sigma^T(B_0x_i)\delta_t-\frac1n\sum_i\langle\delta_t,P_t^i\rangle$",
    reading="one input and two features",
    over=REALS,
    lhs=Closed(RATE),
    relation="==",
    rhs=Closed(PRINTED_RATE),
    erratum="a factor 2 is missing; with it d|delta|/dt <= 3 c_n^2/sqrt(L) still follows",
    uses=("ema2019.eq-6.3",),
)

growth_corrected = Claim(
    id="ema2019.proof-6.5.corrected",
    source=Source(PAPER, "6.2", "proof of Lemma 6.5, the derivative of the squared distance"),
    statement=r"$\frac{d\|\delta_t\|^2}{dt}=-2\delta_t^T\frac1n\sum_i\sigma(B_0x_i)"
    r"\sigma^T(B_0x_i)\delta_t-\frac2n\sum_i\langle\delta_t,P_t^i\rangle$",
    reading="one input and two features",
    over=REALS,
    lhs=Closed(RATE),
    relation="==",
    rhs=Closed(2 * PRINTED_RATE),
    corrects="ema2019.proof-6.5",
)

growth_conclusion = Claim(
    id="ema2019.proof-6.5.conclusion",
    source=Source(PAPER, "6.2", "proof of Lemma 6.5, from the square to the distance"),
    statement=r"$\frac{d\|\delta_t\|^2}{dt}\le2\|P_t\|\|\delta_t\|$, so that "
    r"$\frac{d\|\delta_t\|}{dt}\le\|P_t\|$",
    reading="squares of both sides where the derivative is positive; one input, two features",
    over=REALS,
    where=[RATE >= 0],
    lhs=Closed(RATE**2),
    relation="<=",
    rhs=Closed(4 * (q_1**2 + q_2**2) * (u_1**2 + u_2**2)),
    uses=("ema2019.proof-6.5.corrected",),
)

outer_norm = Claim(
    id="ema2019.proof-6.5.norm",
    source=Source(PAPER, "6.2", "proof of Lemma 6.5, the outer weights"),
    statement=r"$\|a_t\|^2\le\sum_l\|a_t^{(l)}-a_0^{(l)}\|^2\le c_n^2/L\le1$",
    over=DEPTHS,
    hypotheses=[depth * lambda_n**3 >= 3000],
    lhs=Closed(depth * (c_n / depth) ** 2),
    relation="<=",
    rhs=Closed(1),
    grid=Grid(lambda_n=[0.01, 0.5, 1.0], L=[3000.0, 1e5, 1e10]),
    uses=("ema2019.proposition-5.1",),
)
