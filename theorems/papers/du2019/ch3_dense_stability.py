r"""Thesis section 3.9: how far features and the Gram matrix move (Lemmas 3.3 and 3.4).

Symbols in `dense_symbols` and `dense_adversary` of du2018; a_2, a_4: a_{2,0} and a_{4,0}, the
bounds on the output layer, which is trained here; share: R over the largest radius allowed.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018 import appendix_a_stability as stability
from theorems.papers.du2018.dense_adversary import (
    last_gram,
    neighbourhood,
    pair,
    shapes,
    small_radius,
    stacked,
)
from theorems.papers.du2018.dense_symbols import (
    AT_LEAST_ONE,
    POSITIVE,
    SMOOTH,
    L,
    R,
    beta,
    c_x0,
    constants,
    g,
    lambda_0,
    r,
    sigma,
)
from theorems.papers.du2018.pairs import corrected, restated
from theorems.quantifiers import ForAllWeights
from theorems.sides import Closed, Computed

PAPER = "du2019"
a_2, a_4 = symbols("a_2 a_4", real=True)

features = Claim(
    id="du2019.lemma-3.3",
    source=Source(PAPER, "3.9", "Lemma 3.3"),
    statement=stability.features.statement,
    reading=stability.features.reading,
    restates="du2018.lemma-A.3",
    over=stability.features.over,
    quantifier=ForAllWeights(within=stability.features.quantifier.within, restarts=14, steps=10),  # type: ignore[union-attr]
    lhs=stability.features.lhs,
    relation="<=",
    rhs=Closed(1),
    grid=stability.grid(shapes(3)),
    uses=("du2019.eq-3.2", "du2018.lemma-A.3", "du2018.proof-A.3", "du2018.proof-A.3.step"),
)

features_small = Claim(
    id="du2019.lemma-3.3.constant",
    source=Source(PAPER, "3.9", "Lemma 3.3, for any constant c_{x,0} > 0"),
    title="Lemma 3.3 with c_{x,0} < 1",
    **restated(
        stability.features_small,
        reading=stability.features_small.reading.replace("Lemma A.1", "Lemma 3.1"),
    ),
    uses=("du2019.eq-3.2",),
)

features_small_corrected = Claim(
    id="du2019.lemma-3.3.constant.corrected",
    statement=stability.features_small_corrected.statement,
    **corrected(features_small, rhs=stability.features_small_corrected.rhs),
    restates="du2018.lemma-A.3.constant.corrected",
)


def trained_radius(points: Any) -> Any:
    """`small_radius`, and at most `a_{2,0}` so that the output layer's norm at most doubles."""
    import torch

    return torch.minimum(small_radius(points), points.share * points.a_2)


def _output_sets(radius: Any) -> Any:
    """The output layer: any of norm `a_{2,0} sqrt(m)`, moved by at most `R sqrt(m)`."""

    def sets(points: Any, width: int) -> dict[str, Any]:
        import torch

        from numeric.adversary import Around

        zero = torch.zeros(points.n, 1, width, dtype=torch.float64)
        root = width**0.5
        return {
            "a": Around(zero, points.a_2 * root, shape="sphere", trailing=1),
            "move_a": Around(zero, radius(points) * root, trailing=1),
        }

    return sets


def trained(radius: Any) -> Any:
    """The neighbourhood of Lemma 3.4."""
    return neighbourhood(radius, output=_output_sets(radius))


def _change(points: Any, weights: Any, radius: Any) -> Any:
    both = pair(points, weights, radius)
    after = last_gram(
        points, both.after, stacked(weights, "move_"), weights["a"] + weights["move_a"]
    )
    return both, after - last_gram(points, both.before, stacked(weights), weights["a"])


def _relative_change(points: Any, weights: Any) -> Any:
    """`|G^(H)(k) - G^(H)(0)|_F` over its bound."""
    from numeric.adversary import norm

    both, change = _change(points, weights, trained_radius)
    two = points.a_2.unsqueeze(-1)
    four = weights["a"].pow(4).sum(-1).pow(0.5) / points.m**0.5
    inner = 2 * both.smooth * both.c_x0 * four + 3 * both.root * both.lipschitz**2
    scale = both.lipschitz * both.root**2 * both.c_x0**2
    bound = inner * scale * two**2 * both.g(points.H) + 12 * both.lipschitz * scale * two
    return norm(change, "euclidean", 2)[..., 0, 0] / (bound * points["n"] * both.radius)


TRAINED: dict[sp.Symbol, sp.Set] = {**stability.NETS, sigma: SMOOTH, a_2: AT_LEAST_ONE}
GRAM_STATEMENT = (
    r"$\|G^{(H)}(k)-G^{(H)}(0)\|_F\le[(2\beta c_{x,0}a_{4,0}^2+3\sqrt{c_\sigma}L^2)Lc_\sigma "
    r"c_{x,0}^2a_{2,0}^2g_{c_x}(H)+12L^2c_{x,0}^2c_\sigma a_{2,0}]nR$"
)


def gram_grid(*depths: int) -> Grid:
    """One and two inputs, an output layer of norm sqrt(m) and of twice that."""
    listed = [{**shape, "n": 1 if shape["m"] == 1 else 2} for shape in shapes(*depths)]
    return Grid(points=listed, share=[1.0], c_w=[1.0, 2.0], a_2=[1.0, 2.0])


gram_moves = Claim(
    id="du2019.proof-3.4",
    source=Source(PAPER, "3.9.1", "proof of Lemma 3.4, the Gram matrix"),
    statement=GRAM_STATEMENT,
    reading=r"$a_{2,0}\ge1$, as of standard normal a, $R\le\frac1{\sqrt{c_\sigma}Lg}$ and $R\le "
    r"a_{2,0}$; lhs over rhs",
    restates="du2018.proof-A.4d",
    over=TRAINED,
    quantifier=ForAllWeights(within=trained(trained_radius), restarts=14, steps=10),
    lhs=Computed(_relative_change),
    relation="<=",
    rhs=Closed(1),
    grid=gram_grid(1, 3),
    uses=("du2019.lemma-3.3", "du2019.eq-3.12", "du2019.proof-3.4.output"),
)

CONSTANTS = {r: POSITIVE, L: POSITIVE, beta: POSITIVE, c_x0: POSITIVE, g: AT_LEAST_ONE}
BOUNDS = {**CONSTANTS, R: POSITIVE, a_4: POSITIVE}
PARTS = (
    3 * r**3 * a_2**2 * c_x0**2 * L**3 * g * R
    + 2 * beta * r**2 * a_4**2 * c_x0**3 * L * g * R
    + 12 * L**2 * c_x0**2 * r**2 * a_2 * R
)


def total(norm_power: int) -> sp.Expr:
    """The printed sum; the beta term with that power of `a_{2,0}` (2 as printed)."""
    inner = 2 * beta * c_x0 * a_4**2 * a_2 ** (norm_power - 2) + 3 * r * L**2
    return (inner * L * r**2 * c_x0**2 * a_2**2 * g + 12 * L**2 * c_x0**2 * r**2 * a_2) * R


parts_sum = Claim(
    id="du2019.proof-3.4.sum",
    source=Source(PAPER, "3.9.1", "proof of Lemma 3.4, the three parts together"),
    statement=r"the bounds $3c_\sigma a_{2,0}^2c_{x,0}^2\sqrt{c_\sigma}L^3gR$, $2\beta c_\sigma "
    r"a_{4,0}^2c_{x,0}^3LgR$ and $12L^2c_{x,0}^2c_\sigma a_{2,0}R$ add up to at most the bound of "
    "the last display",
    reading=r"for $a_{2,0}\ge1$, as of standard normal a: the term with $\beta$ has a surplus "
    r"factor $a_{2,0}^2$, which is too small otherwise; see proof-3.4.sum.equal",
    over={**BOUNDS, a_2: AT_LEAST_ONE},
    lhs=Closed(PARTS),
    relation="<=",
    rhs=Closed(total(2)),
)

parts_sum_equal = Claim(
    id="du2019.proof-3.4.sum.equal",
    source=parts_sum.source,
    title="the sum without the surplus factor",
    statement=r"they add up to $[(2\beta c_{x,0}\frac{a_{4,0}^2}{a_{2,0}^2}+3\sqrt{c_\sigma}L^2)L"
    r"c_\sigma c_{x,0}^2a_{2,0}^2g_{c_x}(H)+12L^2c_{x,0}^2c_\sigma a_{2,0}]R$",
    reading="not the paper's: what the three bounds give for all constants",
    over={**BOUNDS, a_2: POSITIVE},
    lhs=Closed(PARTS),
    relation="==",
    rhs=Closed(total(0)),
)

output_part = Claim(
    id="du2019.proof-3.4.output",
    source=Source(PAPER, "3.9.1", "proof of Lemma 3.4, the output layer's part"),
    statement=r"$4L^2c_{x,0}^2\frac{c_\sigma}m\sum_r(|a_r(k)-a_r(0)||a_r(k)|+|a_r(k)-a_r(0)||a_r(0)"
    r"|)\le12L^2c_{x,0}^2c_\sigma a_{2,0}R$",
    reading=r"by Cauchy-Schwarz with $\|a(k)\|_2\le(a_{2,0}+R)\sqrt m$, $R\le a_{2,0}$",
    over={r: POSITIVE, L: POSITIVE, c_x0: POSITIVE, R: POSITIVE, a_2: POSITIVE},
    where=[a_2 >= R],
    lhs=Closed(4 * L**2 * c_x0**2 * r**2 * R * (a_2 + R + a_2)),
    relation="<=",
    rhs=Closed(12 * L**2 * c_x0**2 * r**2 * a_2 * R),
)


def lemma_radius(points: Any) -> Any:
    """R as Lemma 3.4 wants it: `c / g min(1, lambda_0 / n)` with the c of the last display."""
    import torch

    from theorems.papers.du2018.appendix_a_gram import features_bound
    from theorems.papers.du2018.dense_symbols import geometric

    root, lipschitz, smooth = constants(points)
    size = features_bound(points)
    series = geometric(2 * root * lipschitz * points.c_w, points.H)
    # |a|_4 is at most |a|_2.
    four = points.a_2**2 * points.m**0.5
    inner = 2 * smooth * size * four + 3 * root * lipschitz**2
    scale = lipschitz * root**2 * size**2
    bound = inner * scale * points.a_2**2 * series + 12 * lipschitz * scale * points.a_2
    return torch.minimum(
        trained_radius(points), points.share * points.lambda_0 / (4 * bound * points["n"])
    )


def _operator_norm(points: Any, weights: Any) -> Any:
    import torch

    change = _change(points, weights, lemma_radius)[1]
    return torch.linalg.eigvalsh(change).abs().amax(dim=-1)


gram_stays = Claim(
    id="du2019.lemma-3.4",
    source=Source(PAPER, "3.9", "Lemma 3.4"),
    statement=r"with moreover $\|a(0)\|_2\le a_{2,0}\sqrt m$, $\|a(0)\|_4\le a_{4,0}m^{1/4}$ and "
    r"$\|a(k)-a(0)\|_2\le\sqrt mR$: if $R\le c\,g_{c_x}(H)^{-1}\lambda_0n^{-1}$, "
    r"$R\le c\,g_{c_x}(H)^{-1}$ then $\|G^{(H)}(k)-G^{(H)}(0)\|_{op}\le\frac{\lambda_0}4$",
    reading=r"c as the last display of the proof gives it, $a_{2,0}\ge1$",
    restates="du2018.lemma-A.4",
    over={**TRAINED, lambda_0: POSITIVE},
    quantifier=ForAllWeights(within=trained(lemma_radius), restarts=14, steps=12),
    lhs=Computed(_operator_norm),
    relation="<=",
    rhs=Closed(lambda_0 / 4),
    grid=Grid(
        points=[{**shape, "n": 2} for shape in shapes(1, 3) if shape["m"] > 1],
        share=[1.0],
        c_w=[1.0],
        a_2=[1.0, 2.0],
        lambda_0=[0.01, 1.0],
    ),
    uses=("du2019.lemma-3.3", "du2019.proof-3.4"),
)
