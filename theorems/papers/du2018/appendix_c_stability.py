r"""Appendix C: Lemmas C.3 and C.4, the convolutional ResNet near its initialisation.

Symbols in `appendix_b_symbols` and `appendix_c_symbols`. u: (1 + 2 c_lambda c_{w,0} L sqrt(q)/H)
^(H-1); g: a bound of it, or of one layer; s: sqrt(c_sigma) L sqrt(q); x: c_{x,0}; B: a constant.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, oo, symbols

from symbolic.patches import patches, squared_norm
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
    c_res,
    c_w,
    d,
    gram_norm,
    m,
    sigma,
)
from theorems.papers.du2018.appendix_c_symbols import (
    NATURAL,
    both,
    constants,
    p,
    paths,
    q,
    weights_near,
)
from theorems.papers.du2018.pairs import corrected
from theorems.quantifiers import ForAllWeights
from theorems.sides import Closed, Computed, Holds

u, g, s, x, B, Lip, root, lam, n = symbols("u g s x B Lip root lambda_0 n", real=True)
NETWORK = {
    H: DEEP,
    m: NATURAL,
    d: NATURAL,
    p: NATURAL,
    q: NATURAL,
    sigma: ACTIVATIONS,
    c_res: RATE,
    c_w: POSITIVE,
    R: POSITIVE,
}
WITHIN = [c_w >= R]
SHAPES = [
    {"d": 1, "m": 1, "p": 1, "q": 1, "sigma": 2},
    {"d": 1, "m": 2, "p": 5, "q": 3, "sigma": 1},
    {"d": 1, "m": 1, "p": 12, "q": 3, "sigma": 2},
    {"d": 1, "m": 2, "p": 4, "q": 3, "sigma": 0},
]
SEARCH = ForAllWeights(within=weights_near, restarts=8, steps=12)
GRID = Grid(
    points=[
        {**shape, "H": depth, "c_res": rate, "c_w": bound, "R": radius}
        for shape in SHAPES
        for depth, rate, bound, radius in ((2, 0.9, 2.0, 0.1), (6, 0.1, 1.1, 1.1))
    ]
)


def moved_states(points: Any, weights: Any) -> Any:
    """max_h |x^(h)(k) - x^(h)(0)|_F."""
    start, moved = paths(points, weights)
    return (moved.states - start.states).flatten(-2).norm(dim=-1).amax(dim=(-2, -1))


def states_bound(points: Any, weights: Any) -> Any:
    return constants(points, weights)[1] * points.R.unsqueeze(-1)


states_move = Claim(
    id="du2018.lemma-C.3",
    source=Source(PAPER, "C", "Lemma C.3"),
    statement=r"if $\sigma$ is $L$-Lipschitz, $\|W^{(h)}(0)\|_2\le c_{w,0}\sqrt m$, "
    r"$\|x^{(h)}(0)\|_F\le c_{x,0}$, $\|W^{(h)}(k)-W^{(h)}(0)\|_F\le\sqrt mR$ and $R\le c_{w,0}$ "
    r"then $\|x^{(h)}(k)-x^{(h)}(0)\|_F\le\left(\sqrt{c_\sigma}L\sqrt q+\frac{c_{x,0}}{c_{w,0}}"
    r"\right)e^{2c_{w,0}L\sqrt qc_\lambda}R$",
    reading=r"$\|x\|_F=1$; $c_{x,0}$ the largest $\|x^{(h)}(0)\|_F$ of the weights at hand",
    over=NETWORK,
    where=WITHIN,
    quantifier=SEARCH,
    lhs=Computed(moved_states),
    relation="<=",
    rhs=Computed(states_bound),
    grid=GRID,
    uses=("du2018.eq-phi", "du2018.lemma-C.3.layer", "du2018.lemma-C.3.recursion"),
)

layer = Claim(
    id="du2018.lemma-C.3.layer",
    source=Source(PAPER, "C.1", "proof of Lemma C.3, one layer"),
    statement=r"with $R\le c_{w,0}$: $\left[1+\frac{L\sqrt qc_\lambda}{H\sqrt m}(c_{w,0}\sqrt m+"
    r"R\sqrt m)\right]g(h-1)+\frac{L\sqrt qc_\lambda}{H\sqrt m}\sqrt mRc_{x,0}\le\left(1+"
    r"\frac{2c_{w,0}L\sqrt qc_\lambda}H\right)g(h-1)+\frac1HL\sqrt qc_\lambda c_{x,0}R$",
    reading=r"root stands for $\sqrt m$, $s$ for $L\sqrt q$",
    over={**dict.fromkeys((root, s, c_w, R, g, x), POSITIVE), c_res: RATE, H: DEEP},
    where=WITHIN,
    lhs=Closed(
        (1 + s * c_res / (H * root) * (c_w * root + R * root)) * g
        + s * c_res / (H * root) * root * R * x
    ),
    relation="<=",
    rhs=Closed((1 + 2 * c_w * s * c_res / H) * g + s * c_res * x * R / H),
    grid=DEPTH_ENDS,
)

recursion = Claim(
    id="du2018.lemma-C.3.recursion",
    source=Source(PAPER, "C.1", "proof of Lemma C.3, simple calculations"),
    statement=r"$g(h)=g(h-1)\left[1+\frac{2c_\lambda c_{w,0}L\sqrt q}H\right]+\frac{c_\lambda "
    r"L\sqrt q}HRc_{x,0}$ and $g(1)=\sqrt{c_\sigma}L\sqrt qR$ imply $g(h)\le\left(\sqrt{c_\sigma}"
    r"L\sqrt q+\frac{c_{x,0}}{c_{w,0}}\right)e^{2c_{w,0}L\sqrt qc_\lambda}R$",
    reading=r"$g(H)=su+x(u-1)$ over $R$, $x=\frac{c_{x,0}}{2c_{w,0}}$, $u=\left(1+\frac{2c_\lambda "
    r"c_{w,0}L\sqrt q}H\right)^{H-1}\le g=e^{2c_\lambda c_{w,0}L\sqrt q}$ (proof-B.1c.upper)",
    over=dict.fromkeys((u, g, x, s), POSITIVE),
    where=[u >= 1, u <= g],
    lhs=Closed(s * u + x * (u - 1)),
    relation="<=",
    rhs=Closed((s + 2 * x) * g),
    uses=("du2018.proof-B.1c.upper",),
)

SMALL_R = [
    {**shape, "H": depth, "c_res": rate, "c_w": bound, "R": radius}
    for shape in SHAPES
    if shape["sigma"] != 1
    for depth, rate, bound, radius in ((4, 0.9, 2.0, 0.01), (2, 0.001, 20.0, 0.01))
]
GRAM = ForAllWeights(
    within=lambda points, generator: weights_near(points, generator, largest=1.0),
    restarts=10,
    steps=20,
)

PAIR_GRAM = ForAllWeights(
    within=lambda points, generator: weights_near(points, generator, inputs=2, largest=1.0),
    restarts=10,
    steps=20,
)


def small_radius(points: Any, weights: Any) -> Any:
    """c_x R <= c_{x,0} and c_{x,0} > 1, as the lemmas ask."""
    size, large = constants(points, weights)
    return (large * points.R.unsqueeze(-1) <= size) & (size > 1)


def gram_move(points: Any, weights: Any, *, spectral: bool = False) -> Any:
    """|G^(H)(k) - G^(H)(0)|_F H^2/c_lambda^2 over n R; `spectral`: the operator norm."""
    from numeric.deep_convolution import printed_last_gram

    rate = points.c_res.unsqueeze(-1)
    grams = [
        printed_last_gram(w, path, activation(points), rate)
        for w, path in zip(both(points, weights), paths(points, weights), strict=True)
    ]
    change = gram_norm(grams[1] - grams[0], spectral=spectral)
    count = weights["x"].shape[-3]
    return change * points.H**2 / rate**2 / (count * points.R.unsqueeze(-1))


def gram_bound(points: Any, weights: Any, *, corrected: bool) -> Any:
    """The bracket of the proof times L; corrected: with the patches' norms in it."""
    size, large = constants(points, weights)
    lipschitz, smooth = LIPSCHITZ[points.sigma], SMOOTHNESS[points.sigma]
    bound = points.c_w.unsqueeze(-1)
    root_p, root_q = points.p**0.5, points.q**0.5
    if not corrected:
        inner = 2 * large * bound * root_q + size
        bracket = 3 * size * large * lipschitz * points.p
        return (bracket + 2 * smooth * size**2 * root_p * inner) * lipschitz
    inner = root_q * (2 * large * bound + size)
    bracket = 3 * points.q * size * large * lipschitz * points.p
    return (bracket + 2 * smooth * points.q * size**2 * root_p * inner) * lipschitz


CHANGE = r"$\|G^{(H)}(k)-G^{(H)}(0)\|_F\le\frac{c_\lambda^2}{H^2}\left["
gram_moves = Claim(
    id="du2018.proof-C.4",
    source=Source(PAPER, "C.1", "proof of Lemma C.4"),
    statement=CHANGE + r"3c_{x,0}c_xLp+2\beta c_{x,0}^2\sqrt p(2c_xc_{w,0}\sqrt q+c_{x,0})\right]"
    r"LnR$",
    reading=r"one input; over $\frac{c_\lambda^2}{H^2}nR$; with $c_xR\le c_{x,0}$, which the proof "
    "uses for a small R",
    over=NETWORK,
    where=WITHIN,
    hypotheses=[Holds("c_x R <= c_{x,0}, c_{x,0} > 1", small_radius)],
    quantifier=GRAM,
    lhs=Computed(gram_move),
    relation="<=",
    rhs=Computed(lambda points, weights: gram_bound(points, weights, corrected=False)),
    grid=Grid(points=SMALL_R),
    uses=("du2018.lemma-C.3", "du2018.eq-C-G"),
    erratum="x_{i,l} is the l-th patch, whose squared norms add up to q |x_i|^2, not to |x_i|^2: a "
    "factor q is lost in both terms",
)

gram_moves_corrected = Claim(
    id="du2018.proof-C.4.corrected",
    statement=CHANGE + r"3qc_{x,0}c_xLp+2\beta qc_{x,0}^2\sqrt p\sqrt q(2c_xc_{w,0}+c_{x,0})"
    r"\right]LnR$",
    **corrected(
        gram_moves,
        rhs=Computed(lambda points, weights: gram_bound(points, weights, corrected=True)),
    ),
)


def _arguments(points: Any, weights: Any) -> Any:
    """|z_i(k) - z_i(0)|_F / (sqrt(m) R)."""
    start, moved = paths(points, weights)
    change = (moved.before - start.before)[..., -1, :, :, :].flatten(-2).norm(dim=-1).amax(-1)
    return change / (points.m**0.5 * points.R.unsqueeze(-1))


def _arguments_bound(points: Any, weights: Any, *, corrected: bool) -> Any:
    size, large = constants(points, weights)
    root_q = points.q**0.5
    return 2 * large * points.c_w.unsqueeze(-1) * root_q + size * (root_q if corrected else 1.0)


ARGUMENTS = r"$\|z_i(k)-z_i(0)\|_F\le(2c_xc_{w,0}\sqrt q+"
arguments = Claim(
    id="du2018.proof-C.4.arguments",
    source=Source(PAPER, "C.1", "proof of Lemma C.4, the arguments of the activations"),
    statement=ARGUMENTS + r"c_{x,0})R\sqrt m$",
    reading=r"over $R\sqrt m$; printed as $\|z_i\|_F$",
    over=NETWORK,
    where=WITHIN,
    quantifier=GRAM,
    lhs=Computed(_arguments),
    relation="<=",
    rhs=Computed(lambda points, weights: _arguments_bound(points, weights, corrected=False)),
    grid=Grid(points=SMALL_R),
    uses=("du2018.lemma-C.3",),
)

inner_products = Claim(
    id="du2018.proof-C.4.lost-factor",
    source=Source(PAPER, "C.1", "proof of Lemma C.4, the inner products of patches"),
    title="the norms of the patches of an input",
    statement=r"$\sum_{l=1}^p\|x_{i,l}^{(H-1)}\|_2^2\le\|x_i^{(H-1)}\|_F^2$ (used in both terms)",
    reading="x_{i,l} is column l of phi(x_i); p = 2, q = 3, one channel: the sum is 2|x|^2",
    over=dict.fromkeys((u, s), POSITIVE),
    lhs=Closed(squared_norm(patches(sp.Matrix([[u, s]]), 3))),
    relation="<=",
    rhs=Closed(u**2 + s**2),
    grid=Grid(u=[1.0], s=[0.5]),
    erratum="column l of phi(x) holds the neighbours of l as well; the bound is q |x_i|_F^2",
)

gram_small = Claim(
    id="du2018.lemma-C.4",
    source=Source(PAPER, "C", "Lemma C.4"),
    statement=r"if $R\le c\lambda_0H^2n^{-1}\mathrm{poly}(p)^{-1}$ for some small constant $c$ "
    r"then $\|G^{(H)}(k)-G^{(H)}(0)\|_2\le\frac{\lambda_0}2$",
    reading=r"$c\,\mathrm{poly}(p)^{-1}=\frac1{2B}$, $B$ the corrected bracket of the proof times "
    r"$Lc_\lambda^2$ (q is a constant), and $\lambda_0$ the least that the hypothesis leaves; two "
    r"inputs; $c_xR\le c_{x,0}$, $c_{x,0}>1$; over $\frac{c_\lambda^2}{H^2}nR$",
    over=NETWORK,
    where=WITHIN,
    hypotheses=gram_moves.hypotheses,
    quantifier=PAIR_GRAM,
    lhs=Computed(lambda points, weights: gram_move(points, weights, spectral=True)),
    relation="<=",
    rhs=Computed(lambda points, weights: gram_bound(points, weights, corrected=True)),
    grid=Grid(points=SMALL_R),
    uses=("du2018.proof-C.4.corrected", "du2018.lemma-C.4.constant"),
)

gram_small_constant = Claim(
    id="du2018.lemma-C.4.constant",
    source=Source(PAPER, "C.1", "proof of Lemma C.4, the choice of c"),
    title="the constant of Lemma C.4",
    statement=r"$\frac{Bg}{H^2}nR\le\frac{\lambda_0}2$ when $R\le\frac{\lambda_0H^2}{2Bgn}$",
    reading=r"$B$ is the corrected bracket of the proof times $Lc_\lambda^2$ over the polynomial "
    r"$g$ in $p$ that bounds it (q is a constant)",
    over={
        **dict.fromkeys((B, lam, R), POSITIVE),
        n: Interval(1, oo),
        g: Interval(1, oo),
        H: DEEP,
    },
    where=[2 * B * g * n * R <= lam * H**2],
    lhs=Closed(B * g / H**2 * n * R),
    relation="<=",
    rhs=Closed(lam / 2),
    grid=DEPTH_ENDS,
)
