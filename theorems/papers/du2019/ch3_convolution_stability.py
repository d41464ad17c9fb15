r"""Thesis section 3.11: Lemmas 3.15 to 3.18, the convolutional ResNet at and near its start.

Symbols in `du2018.appendix_b_symbols`, `du2018.appendix_c_symbols`, c_res itself in place of
c_lambda lambda^(3/2); a_2, a_4: the smallest a_{2,0}, a_{4,0} that the output weights allow.
"""

from __future__ import annotations

from typing import Any

from sympy import Interval, Rational, oo, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018 import appendix_c_stability as stability
from theorems.papers.du2018 import appendix_c_start as begin
from theorems.papers.du2018.appendix_b_symbols import (
    DEEP,
    DEPTH_ENDS,
    LIPSCHITZ,
    POSITIVE,
    RATE,
    SMOOTHNESS,
    H,
    R,
    activation,
    c_res,
    gram_norm,
    n,
)
from theorems.papers.du2018.appendix_c_initial import width as chebyshev
from theorems.papers.du2018.appendix_c_symbols import (
    NATURAL,
    both,
    constants,
    p,
    paths,
    q,
    weights_near,
)
from theorems.papers.du2018.pairs import corrected, restated
from theorems.quantifiers import ForAllWeights, SufficientSize
from theorems.sides import Closed, Computed, Holds, Sampled

PAPER = "du2019"
B, lam, g, k = symbols("B lambda_0 g k", real=True)

initial_norms = Claim(
    id="du2019.lemma-3.15",
    source=Source(PAPER, "3.11", "Lemma 3.15"),
    **restated(begin.initial_norms),
    uses=(
        "du2018.proof-C.1",
        "du2018.proof-C.1.layers",
        "du2019.lemma-3.15.width",
        "du2018.lemma-C.1",
    ),
)

width = Claim(
    id="du2019.lemma-3.15.width",
    source=Source(PAPER, "3.11.1", "proof of Lemma 3.15, Chebyshev's inequality"),
    title="the width for the first layer's lower bound (inferred, not printed)",
    **restated(chebyshev),
)


def _gram_is_large(points: Any, size: int, draws: int, generator: Any) -> Any:
    return begin.small_gram(points, size, draws, generator, output=True)


least_at_start = Claim(
    id="du2019.lemma-3.16",
    source=Source(PAPER, "3.11", "Lemma 3.16"),
    statement=r"if $m=\Omega\left(\frac{n^2p^2\log(Hn/\delta)}{\lambda_0^2}\right)$ then "
    r"$\lambda_{\min}(G^{(H)}(0))\ge\frac34\lambda_0$",
    reading=r"with probability $1-\delta=\frac45$; softplus, random inputs; growth with $n$",
    over={H: DEEP, n: NATURAL, p: NATURAL, q: NATURAL, c_res: RATE},
    quantifier=SufficientSize(at_least=Rational(4, 5), along=("n",), draws=60, largest=1 << 10),
    lhs=Sampled(_gram_is_large),
    relation="<=",
    rhs=Computed(lambda points: begin.gram_width(points, output=True)),
    grid=begin.least_at_start.grid,
    restates="du2018.lemma-C.2",
    uses=("du2019.theorem-3.4",),
)

states_move = Claim(
    id="du2019.lemma-3.17",
    source=Source(PAPER, "3.11", "Lemma 3.17"),
    **restated(
        stability.states_move,
        statement=stability.states_move.statement.replace(r"c_\lambda", "c_{res}"),
    ),
    uses=("du2019.eq-3-phi", "du2018.lemma-C.3.layer", "du2018.lemma-C.3.recursion"),
)


def _sets(points: Any, generator: Any, *, inputs: int = 1) -> dict[str, Any]:
    """The sets of `weights_near`, and output weights a(0) with their move."""
    import torch

    from numeric.adversary import Around

    a = torch.zeros(points.n, 1, points.m, points.p, dtype=torch.float64)
    root = points.m**0.5
    return {
        **weights_near(points, generator, inputs=inputs, largest=1.0),
        "a": Around(a, 4.0 * (points.m * points.p) ** 0.5),
        "a_move": Around(a, points.R * root),
    }


def _gram_move(points: Any, weights: Any, *, spectral: bool = False) -> Any:
    """|G^(H)(k) - G^(H)(0)|_F H^2/c_res^2 over n R, a moving along; `spectral`: operator norm."""
    from numeric.deep_convolution import printed_last_gram

    rate = points.c_res.unsqueeze(-1)
    start, moved = both(points, weights)
    start = {**start, "a": weights["a"]}
    moved = {**moved, "a": weights["a"] + weights["a_move"]}
    grams = [
        printed_last_gram(w, path, activation(points), rate)
        for w, path in zip((start, moved), paths(points, weights), strict=True)
    ]
    change = gram_norm(grams[1] - grams[0], spectral=spectral)
    count = weights["x"].shape[-3]
    return change * points.H**2 / rate**2 / (count * points.R.unsqueeze(-1))


def _output_norms(points: Any, weights: Any) -> tuple[Any, Any]:
    """a_{2,0} and a_{4,0}^2."""
    root = points.m**0.5
    return (
        weights["a"].norm(dim=-2).amax(-1) / root,
        weights["a"].square().norm(dim=-2).amax(-1) / root,
    )


def _gram_bound(points: Any, weights: Any, *, corrected: bool) -> Any:
    """The bracket of the proof times L; corrected: with the patches' norms in it."""
    size, large = constants(points, weights)
    lipschitz, smooth = LIPSCHITZ[points.sigma], SMOOTHNESS[points.sigma]
    a_2, a_4 = _output_norms(points, weights)
    bound, root_p, root_q = points.c_w.unsqueeze(-1), points.p**0.5, points.q**0.5
    inner = 2 * large * bound * root_q + size * (root_q if corrected else 1.0)
    first = 3 * size * large * lipschitz * a_2.square() * points.p
    second = 2 * smooth * size**2 * a_4 * root_p * inner
    third = 12 * size**2 * lipschitz * a_2 * root_p
    factor = points.q if corrected else 1
    return factor * (first + second + third) * lipschitz


def _small(points: Any, weights: Any) -> Any:
    small = stability.small_radius(points, weights)
    return small & (points.R.unsqueeze(-1) <= _output_norms(points, weights)[0])


SEARCH = ForAllWeights(within=_sets, restarts=10, steps=20)
PAIR_SEARCH = ForAllWeights(
    within=lambda points, generator: _sets(points, generator, inputs=2), restarts=10, steps=20
)
SMALL = [Holds("c_x R <= c_{x,0}, c_{x,0} > 1, R <= a_{2,0}", _small)]
BRACKET = r"$\|G^{(H)}(k)-G^{(H)}(0)\|_F\le\frac{c_{res}^2}{H^2}\left["
gram_moves = Claim(
    id="du2019.lemma-3.18.bracket",
    source=Source(PAPER, "3.11.1", "proof of Lemma 3.18"),
    title="the explicit bound in the proof of Lemma 3.18",
    statement=BRACKET + r"3c_{x,0}c_xLa_{2,0}^2p+2\beta c_{x,0}^2a_{4,0}^2\sqrt p(2c_xc_{w,0}\sqrt "
    r"q+c_{x,0})+12c_{x,0}^2La_{2,0}\sqrt p\right]LnR$",
    reading=r"one input; over $\frac{c_{res}^2}{H^2}nR$; $c_xR\le c_{x,0}$ and $R\le a_{2,0}$, "
    "which the proof uses for a small R",
    over=stability.NETWORK,
    where=stability.WITHIN,
    hypotheses=SMALL,
    quantifier=SEARCH,
    lhs=Computed(_gram_move),
    relation="<=",
    rhs=Computed(lambda points, weights: _gram_bound(points, weights, corrected=False)),
    grid=Grid(points=stability.SMALL_R),
    restates="du2018.proof-C.4",
    uses=("du2019.lemma-3.17", "du2019.eq-3.14"),
    erratum="x_{i,l} is the l-th patch, whose squared norms add up to q |x_i|^2: q is lost",
)

gram_moves_corrected = Claim(
    id="du2019.lemma-3.18.bracket.corrected",
    title="the explicit bound in the proof of Lemma 3.18, corrected",
    statement=BRACKET + r"3qc_{x,0}c_xLa_{2,0}^2p+2\beta qc_{x,0}^2a_{4,0}^2\sqrt p\sqrt q("
    r"2c_xc_{w,0}+c_{x,0})+12qc_{x,0}^2La_{2,0}\sqrt p\right]LnR$",
    **corrected(
        gram_moves,
        rhs=Computed(lambda points, weights: _gram_bound(points, weights, corrected=True)),
    ),
)

gram_small = Claim(
    id="du2019.lemma-3.18",
    source=Source(PAPER, "3.11", "Lemma 3.18"),
    statement=r"if $\|W^{(h)}(k)-W^{(h)}(0)\|_F,\|a(k)-a(0)\|_F\le\sqrt mR$, $R\le c\lambda_0H^2"
    r"n^{-1}\mathrm{poly}(p)^{-1}$ for some small constant $c$ then $\|G^{(H)}(k)-G^{(H)}(0)"
    r"\|_{op}\le\frac{\lambda_0}2$",
    reading=r"$c\,\mathrm{poly}(p)^{-1}=\frac1{2B}$, $B$ the corrected bracket of the proof times "
    r"$Lc_{res}^2$ (q is a constant), and $\lambda_0$ the least that the hypothesis leaves; two "
    r"inputs; $c_xR\le c_{x,0}$, $c_{x,0}>1$, $R\le a_{2,0}$; over $\frac{c_{res}^2}{H^2}nR$",
    over=stability.NETWORK,
    where=stability.WITHIN,
    hypotheses=SMALL,
    quantifier=PAIR_SEARCH,
    lhs=Computed(lambda points, weights: _gram_move(points, weights, spectral=True)),
    relation="<=",
    rhs=Computed(lambda points, weights: _gram_bound(points, weights, corrected=True)),
    grid=Grid(points=stability.SMALL_R),
    restates="du2018.lemma-C.4",
    uses=("du2019.lemma-3.18.bracket.corrected", "du2019.lemma-3.18.constant"),
)

gram_small_constant = Claim(
    id="du2019.lemma-3.18.constant",
    source=Source(PAPER, "3.11.1", "proof of Lemma 3.18, the choice of c"),
    title="the constant of Lemma 3.18",
    statement=r"$\frac{Bg}{H^2}nR\le\frac{\lambda_0}2$ when $R\le\frac{\lambda_0H^2}{2Bgn}$",
    reading=r"$B$ is the corrected bracket of the proof times $Lc_{res}^2$ over the polynomial $g$ "
    r"in $p$ that bounds it (q is a constant); $k=n$",
    over={
        **dict.fromkeys((B, lam, R), POSITIVE),
        **dict.fromkeys((k, g), Interval(1, oo)),
        H: DEEP,
    },
    where=[2 * B * g * k * R <= lam * H**2],
    lhs=Closed(B * g / H**2 * k * R),
    relation="<=",
    rhs=Closed(lam / 2),
    grid=DEPTH_ENDS,
    restates="du2018.lemma-C.4.constant",
)
