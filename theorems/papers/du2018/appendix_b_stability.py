r"""Appendix B: Lemmas B.3 and B.4, how far states and Gram matrix move with the weights.

Symbols in `appendix_b_symbols`. u: (1 + 2 c_lambda c_{w,0} L/H)^(H-1); b: c_{w,0} L; x: c_{x,0};
s: sqrt(c_sigma); g: the bound of one layer; Lip, beta: Lipschitz and smoothness constants. The
paper's c_x is (sqrt(c_sigma) L + c_{x,0}/c_{w,0}) e^{2 c_lambda c_{w,0} L}.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, exp, oo, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018.appendix_b_symbols import (
    ACTIVATIONS,
    DEEP,
    DEPTH_ENDS,
    LIPSCHITZ,
    PAPER,
    POSITIVE,
    RATE,
    SMOOTHNESS,
    H,
    R,
    activation,
    both,
    c_res,
    c_sigma,
    c_w,
    constant_x,
    d,
    gram_norm,
    largest_state,
    m,
    paths,
    sigma,
    weights_near,
)
from theorems.papers.du2018.pairs import corrected
from theorems.quantifiers import ForAllWeights
from theorems.sides import Closed, Computed, Holds

b, x, s, g, u, root, Lip, n = symbols("b x s g u root Lip n", real=True)
NETWORK = {
    H: DEEP,
    m: sp.S.Naturals,
    d: sp.S.Naturals,
    sigma: ACTIVATIONS,
    c_res: RATE,
    c_w: POSITIVE,
    R: POSITIVE,
}
WITHIN = [c_w >= R]
SHAPES = [
    {"d": 1, "m": 1, "sigma": 2},
    {"d": 2, "m": 3, "sigma": 1},
    {"d": 1, "m": 2, "sigma": 0},
]
SEARCH = ForAllWeights(within=weights_near, restarts=8, steps=12)
GRID = Grid(
    points=[
        {**shape, "H": depth, "c_res": rate, "c_w": bound, "R": radius}
        for shape in SHAPES
        for depth, rate, bound, radius in (
            *((2, 0.9, 2.0, 0.1), (2, 0.5, 8.0, 1.0), (6, 0.1, 0.5, 0.5), (6, 0.9, 2.0, 2.0)),
        )
    ]
    + [
        {"d": 1, "m": 1, "sigma": kind, "H": 64, "c_res": 0.5, "c_w": 2.0, "R": 2.0}
        for kind in (0, 2)
    ]
)


def moved_states(points: Any, weights: Any) -> Any:
    """max_h |x^(h)(k) - x^(h)(0)|."""
    from numeric.adversary import norm

    start, moved = paths(points, weights)
    return norm(moved.states - start.states, "euclidean", 1).amax(dim=(-3, -2, -1))


def states_bound(points: Any, weights: Any) -> Any:
    """c_x R with the smallest c_{x,0} that these weights allow."""
    start, _ = paths(points, weights)
    rate, bound, radius = (p.unsqueeze(-1) for p in (points.c_res, points.c_w, points.R))
    size, lipschitz = largest_state(start), LIPSCHITZ[points.sigma]
    return constant_x(rate, bound, lipschitz, c_sigma(points) ** 0.5, size) * radius


CONDITIONS = (
    r"if $\sigma$ is $L$-Lipschitz, $\|W^{(h)}(0)\|_2\le c_{w,0}\sqrt m$, $\|x^{(h)}(0)\|_2\le "
    r"c_{x,0}$, $\|W^{(h)}(k)-W^{(h)}(0)\|_F\le\sqrt mR$ and $R\le c_{w,0}$ then "
)
MOVE = r"$\|x^{(h)}(k)-x^{(h)}(0)\|_2\le"

# sigma(z) = L z, so that c_sigma = 1/L^2; width 1, the input 1, W^(1)(0) = 1, W^(h)(0) = 0 above.
ROOT_C_SIGMA = 1 / Lip
states_move = Claim(
    id="du2018.lemma-B.3",
    source=Source(PAPER, "B", "Lemma B.3"),
    statement=CONDITIONS + MOVE + r"\left(\sqrt{c_{x,0}}L+\frac{c_{x,0}}{c_{w,0}}\right)"
    r"e^{2c_{x,0}c_{w,0}L}R$",
    reading=r"the first layer of $\sigma(z)=Lz$, width and input dimension 1, $x=c_{x,0}\ge1$: "
    r"$x^{(h)}(0)=1$ in every layer, $W^{(1)}$ moves from 1 to $1+R$",
    over={Lip: POSITIVE, x: Interval(1, oo), c_w: Interval(1, oo), R: POSITIVE},
    where=WITHIN,
    lhs=Closed(ROOT_C_SIGMA * Lip * (1 + R) - ROOT_C_SIGMA * Lip),
    relation="<=",
    rhs=Closed((sp.sqrt(x) * Lip + x / c_w) * exp(2 * x * c_w * Lip) * R),
    grid=Grid(Lip=[0.1, 1.0], x=[1.0, 2.0], c_w=[2.0], R=[0.1]),
    uses=("du2018.proof-B.3",),
    erratum="c_{x,0} is printed for c_sigma under the root and for c_lambda in the exponent; the "
    "first layer moves by sqrt(c_sigma) L R: R for sigma(z) = z/10, 0.9 R printed at c_{w,0} = 2",
)

states_move_corrected = Claim(
    id="du2018.lemma-B.3.corrected",
    source=states_move.source,
    statement=CONDITIONS + MOVE + r"\left(\sqrt{c_\sigma}L+\frac{c_{x,0}}{c_{w,0}}\right)"
    r"e^{2c_\lambda c_{w,0}L}R$",
    reading="what the proof ends with",
    over=NETWORK,
    where=WITHIN,
    quantifier=SEARCH,
    lhs=Computed(moved_states),
    relation="<=",
    rhs=Computed(states_bound),
    grid=GRID,
    uses=("du2018.proof-B.3.corrected", "du2018.proof-B.3.layer"),
    corrects="du2018.lemma-B.3",
)

recursion_states = Claim(
    id="du2018.proof-B.3",
    source=Source(PAPER, "B.1", "proof of Lemma B.3, the induction hypothesis"),
    statement=r"$g(h)=g(h-1)\left[1+\frac{2c_\lambda c_{w,0}L}H\right]+\frac LHRc_{x,0}$ and "
    r"$g(1)=\sqrt{c_\sigma}LR$ imply $g(h)\le\left(\sqrt{c_\sigma}L+\frac{c_{x,0}}{c_{w,0}}"
    r"\right)e^{2c_\lambda c_{w,0}L}R$",
    reading=r"the recursion solved, $h=H$, over $R$ and with $L=1$, $b=c_{w,0}$, $x=c_{x,0}$, "
    r"$s=\sqrt{c_\sigma}$: $g(H)=sq^{H-1}+\frac{x}{2c_\lambda b}(q^{H-1}-1)$, "
    r"$q=1+\frac{2c_\lambda b}H$",
    over={H: DEEP, c_res: RATE, b: POSITIVE, x: POSITIVE, s: POSITIVE},
    lhs=Closed(
        s * (1 + 2 * c_res * b / H) ** (H - 1)
        + x / (2 * c_res * b) * ((1 + 2 * c_res * b / H) ** (H - 1) - 1)
    ),
    relation="<=",
    rhs=Closed((s + x / b) * exp(2 * c_res * b)),
    grid=Grid(H=[2, 64], c_res=[0.01, 0.5], b=[0.5, 2.0, 10.0], x=[1.0, 4.0], s=[0.1, 1.0]),
    erratum="the additive term lacks c_lambda (the display below has it): for a small c_lambda and "
    "c_{w,0} L > 1 its sum is about L c_{x,0}, above c_{x,0}/c_{w,0}",
)

recursion_corrected = Claim(
    id="du2018.proof-B.3.corrected",
    source=recursion_states.source,
    statement=r"$g(h)=g(h-1)\left[1+\frac{2c_\lambda c_{w,0}L}H\right]+\frac{c_\lambda L}H"
    r"Rc_{x,0}$ implies even $g(h)\le\left(\sqrt{c_\sigma}L+\frac{c_{x,0}}{2c_{w,0}}\right)"
    r"e^{2c_\lambda c_{w,0}L}R$",
    reading=r"$g(H)=sq^{H-1}+x(q^{H-1}-1)$ over $R$, with $x=\frac{c_{x,0}}{2c_{w,0}}$, "
    r"$s=\sqrt{c_\sigma}L$ and $u=q^{H-1}=(1+\frac{2c_\lambda c_{w,0}L}H)^{H-1}\le g="
    r"e^{2c_\lambda c_{w,0}L}$ (proof-B.1c.upper)",
    over={**dict.fromkeys((u, g, x, s), POSITIVE)},
    where=[u >= 1, u <= g],
    lhs=Closed(s * u + x * (u - 1)),
    relation="<=",
    rhs=Closed((s + x) * g),
    uses=("du2018.proof-B.1c.upper",),
    corrects="du2018.proof-B.3",
)

layer_step = Claim(
    id="du2018.proof-B.3.layer",
    source=Source(PAPER, "B.1", "proof of Lemma B.3, one layer"),
    statement=r"with $R\le c_{w,0}$: $\left[1+\frac{c_\lambda L}{H\sqrt m}(c_{w,0}\sqrt m+R\sqrt "
    r"m)\right]g(h-1)+\frac{c_\lambda L}{H\sqrt m}\sqrt mRc_{x,0}\le\left(1+\frac{2c_\lambda "
    r"c_{w,0}L}H\right)g(h-1)+\frac{c_\lambda}HLc_{x,0}R$",
    reading=r"root stands for $\sqrt m$",
    over={**dict.fromkeys((root, Lip, c_w, R, g, x), POSITIVE), c_res: RATE, H: DEEP},
    where=WITHIN,
    lhs=Closed(
        (1 + c_res * Lip / (H * root) * (c_w * root + R * root)) * g
        + c_res * Lip / (H * root) * root * R * x
    ),
    relation="<=",
    rhs=Closed((1 + 2 * c_res * c_w * Lip / H) * g + c_res / H * Lip * x * R),
    grid=DEPTH_ENDS,
)

FINITE = [{"d": 2, "m": 2, "sigma": 0}, {"d": 1, "m": 1, "sigma": 2}, {"d": 1, "m": 2, "sigma": 3}]
SMALL_R = [
    {**shape, "H": depth, "c_res": rate, "c_w": bound, "R": radius}
    for shape in FINITE
    for depth in (2, 8)
    for rate, bound, radius in ((0.9, 2.0, 0.01), (0.1, 1.0, 0.05))
]
GRAM = ForAllWeights(
    within=lambda points, generator: weights_near(points, generator, inputs=2),
    restarts=8,
    steps=12,
)


def constants(points: Any, weights: Any) -> tuple[Any, ...]:
    """c_{x,0}, c_x, c_lambda, c_{w,0}, R, L and beta, the first of these weights."""
    start, _ = paths(points, weights)
    size, lipschitz = largest_state(start), LIPSCHITZ[points.sigma]
    rate, bound, radius = (p.unsqueeze(-1) for p in (points.c_res, points.c_w, points.R))
    large = constant_x(rate, bound, lipschitz, c_sigma(points) ** 0.5, size)
    return size, large, rate, bound, radius, lipschitz, SMOOTHNESS[points.sigma]


def small_radius(points: Any, weights: Any) -> Any:
    """c_x R <= c_{x,0}: the smallness of R that the proof uses."""
    size, large, _, _, radius, *_ = constants(points, weights)
    return large * radius <= size


def _arguments(points: Any, weights: Any) -> Any:
    """max_i sum_r |z_ir(k) - z_ir(0)|^2 / (m R^2)."""
    start, moved = paths(points, weights)
    change = (moved.before - start.before)[..., -1, :, :].square().sum(-1).amax(-1)
    return change / (points.m * points.R.unsqueeze(-1) ** 2)


def _arguments_bound(points: Any, weights: Any, power: int) -> Any:
    size, large, _, bound, _, lipschitz, _ = constants(points, weights)
    return (2 * large * bound + size) ** 2 * lipschitz**power


ARGUMENTS = r"$\sum_{r=1}^m|z_{i,r}(k)-z_{i,r}(0)|^2\le(2c_xc_{w,0}+c_{x,0})^2"
arguments_move = Claim(
    id="du2018.proof-B.4.arguments",
    source=Source(PAPER, "B.1", "proof of Lemma B.4, the arguments of the activations"),
    statement=ARGUMENTS + r"L^2mR^2$",
    reading=r"$z_{i,r}=(w_r^{(H)})^\top x_i^{(H-1)}$; over $mR^2$; the sigmoid has $L=\frac14$",
    over=NETWORK,
    where=WITHIN,
    quantifier=GRAM,
    lhs=Computed(_arguments),
    relation="<=",
    rhs=Computed(lambda points, weights: _arguments_bound(points, weights, 2)),
    grid=Grid(points=SMALL_R),
    uses=("du2018.lemma-B.3.corrected",),
    erratum="z is linear in W and x: no factor L belongs there, and for L < 1 it is false",
)

arguments_corrected = Claim(
    id="du2018.proof-B.4.arguments.corrected",
    statement=ARGUMENTS + r"mR^2$",
    **corrected(
        arguments_move, rhs=Computed(lambda points, weights: _arguments_bound(points, weights, 0))
    ),
    uses=("du2018.lemma-B.3.corrected",),
)


def gram_move(points: Any, weights: Any, *, spectral: bool = False) -> Any:
    """|G^(H)(k) - G^(H)(0)|_F H^2 / c_lambda^2, over n R; `spectral`: the operator norm."""
    from numeric.deep_residual import printed_last_gram

    rate = points.c_res.unsqueeze(-1)
    grams = [
        printed_last_gram(w, path, activation(points), rate)
        for w, path in zip(both(points, weights), paths(points, weights), strict=True)
    ]
    change = gram_norm(grams[1] - grams[0], spectral=spectral)
    scale = points.H**2 / rate**2 / (2 * points.R.unsqueeze(-1))
    return change * scale


def _gram_bound(points: Any, weights: Any) -> Any:
    size, large, _, bound, _, lipschitz, smooth = constants(points, weights)
    inner = 3 * size * large + 2 * smooth * size**2 * (2 * large * bound + size)
    return inner * lipschitz**2


gram_moves = Claim(
    id="du2018.proof-B.4",
    source=Source(PAPER, "B.1", "proof of Lemma B.4"),
    statement=r"$\|G^{(H)}(k)-G^{(H)}(0)\|_F\le\frac{c_\lambda^2}{H^2}\left[3c_{x,0}c_x+2\beta "
    r"c_{x,0}^2(2c_xc_{w,0}+c_{x,0})\right]L^2nR$",
    reading=r"two inputs; over $\frac{c_\lambda^2}{H^2}nR$; with $c_xR\le c_{x,0}$, which the "
    "proof uses for a small R",
    over=NETWORK,
    where=WITHIN,
    hypotheses=[Holds("c_x R <= c_{x,0}", small_radius)],
    quantifier=GRAM,
    lhs=Computed(gram_move),
    relation="<=",
    rhs=Computed(_gram_bound),
    grid=Grid(points=SMALL_R),
    uses=("du2018.lemma-B.3.corrected", "du2018.proof-B.4.arguments"),
)

X_0, X_1, moved = symbols("X_0 X_1 moved", real=True)
products = Claim(
    id="du2018.proof-B.4.products",
    source=Source(PAPER, "B.1", "proof of Lemma B.4, the inner products"),
    statement=r"$c_xL^2R(c_{x,0}+c_xR)+c_{x,0}c_xL^2R\le3c_{x,0}c_xL^2R$",
    reading=r"for $c_xR\le c_{x,0}$; $X_0=c_{x,0}$, $X_1=c_x$",
    over=dict.fromkeys((X_0, X_1, Lip, R), POSITIVE),
    where=[X_1 * R <= X_0],
    lhs=Closed(X_1 * Lip**2 * R * (X_0 + X_1 * R) + X_0 * X_1 * Lip**2 * R),
    relation="<=",
    rhs=Closed(3 * X_0 * X_1 * Lip**2 * R),
    grid=Grid(X_0=[1.0, 3.0], X_1=[1.0, 9.0], Lip=[0.5, 1.0], R=[0.01, 0.1]),
)

B, lam = symbols("B lambda_0", real=True)
gram_small = Claim(
    id="du2018.lemma-B.4",
    source=Source(PAPER, "B", "Lemma B.4"),
    statement=r"if $R\le c\lambda_0H^2n^{-1}$ for some small constant $c$ then "
    r"$\|G^{(H)}(k)-G^{(H)}(0)\|_2\le\frac{\lambda_0}2$",
    reading=r"$c=\frac1{2B}$, $B$ the bracket of the proof times $L^2c_\lambda^2$, and $\lambda_0="
    r"\frac{nR}{cH^2}$, the least that the hypothesis leaves; two inputs; $c_xR\le c_{x,0}$; over "
    r"$\frac{c_\lambda^2}{H^2}nR$",
    over=NETWORK,
    where=WITHIN,
    hypotheses=gram_moves.hypotheses,
    quantifier=GRAM,
    lhs=Computed(lambda points, weights: gram_move(points, weights, spectral=True)),
    relation="<=",
    rhs=Computed(_gram_bound),
    grid=Grid(points=SMALL_R),
    uses=("du2018.proof-B.4", "du2018.lemma-B.4.constant"),
)

gram_small_constant = Claim(
    id="du2018.lemma-B.4.constant",
    source=Source(PAPER, "B.1", "proof of Lemma B.4, the choice of c"),
    title="the constant of Lemma B.4",
    statement=r"$\frac B{H^2}nR\le\frac{\lambda_0}2$ when $R\le\frac{\lambda_0H^2}{2Bn}$",
    reading=r"$B$ is the bracket of the proof times $L^2c_\lambda^2$, a constant",
    over={**dict.fromkeys((B, lam, R), POSITIVE), n: Interval(1, oo), H: DEEP},
    where=[2 * B * n * R <= lam * H**2],
    lhs=Closed(B / H**2 * n * R),
    relation="<=",
    rhs=Closed(lam / 2),
    grid=DEPTH_ENDS,
)
