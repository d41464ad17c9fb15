r"""Appendix A: how far the last layer's Gram matrix moves with the weights (Lemma A.4).

Symbols in `dense_symbols` and `dense_adversary`; k stands for the moved weights, 0 for the
initialisation, which is any that meets the lemma's bounds.
"""

from __future__ import annotations

from typing import Any

from sympy import Rational

from symbolic.deep_recursions import gram_shift, gram_shift_total
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018.appendix_a_stability import CURVED_GRID, GRID, NETS, SCALARS, grid
from theorems.papers.du2018.dense_adversary import (
    any_radius,
    last_gram,
    neighbourhood,
    pair,
    shapes,
    small_radius,
    stacked,
)
from theorems.papers.du2018.dense_symbols import (
    ANY,
    AT_LEAST_ONE,
    CURVED,
    PAPER,
    POSITIVE,
    SMOOTH,
    L,
    R,
    activation,
    alpha,
    beta,
    c_w,
    c_x0,
    constants,
    g,
    lambda_0,
    r,
    sigma,
)
from theorems.quantifiers import ForAllWeights
from theorems.sides import Closed, Computed


def _products_move(points: Any, weights: Any) -> Any:
    """`L^2 c_sigma |x_i(k).x_j(k) - x_i(0).x_j(0)|` over its bound, the largest over i, j."""
    both = pair(points, weights, small_radius)
    before, after = both.before.states[-2], both.after.states[-2]
    change = (after @ after.mT - before @ before.mT).abs().amax(dim=(-2, -1))
    bound = 3 * both.root * both.lipschitz * both.c_x0**2 * both.g(points.H) * both.radius
    return change / bound


gram_features = Claim(
    id="du2018.proof-A.4a",
    source=Source(PAPER, "A.1", "proof of Lemma A.4, the features' part"),
    statement=r"$I_1^{i,j}=L^2c_\sigma|x_i^{(H-1)}(k)^\top x_j^{(H-1)}(k)-x_i^{(H-1)}(0)^\top "
    r"x_j^{(H-1)}(0)|\le3c_\sigma c_{x,0}^2\sqrt{c_\sigma}L^3g_{c_x}(H)R$",
    reading=r"$R\le c\,g_{c_x}(H)^{-1}$ with $c=\frac1{\sqrt{c_\sigma}L}$, the largest with which "
    "the last step works; lhs over rhs",
    over={**NETS, sigma: ANY},
    quantifier=ForAllWeights(within=neighbourhood(small_radius), restarts=14, steps=10),
    lhs=Computed(_products_move),
    relation="<=",
    rhs=Closed(1),
    grid=GRID,
    uses=("du2018.lemma-A.3", "du2018.proof-A.4a.constant"),
)

small = r * L * g * R <= 1
gram_features_constant = Claim(
    id="du2018.proof-A.4a.constant",
    source=Source(PAPER, "A.1", "proof of Lemma A.4, the constant 3"),
    statement=r"$c_\sigma\sqrt{c_\sigma}L^3c_{x,0}gR(c_{x,0}+\sqrt{c_\sigma}Lc_{x,0}gR)+c_\sigma"
    r"\sqrt{c_\sigma}L^3c_{x,0}gRc_{x,0}\le3c_\sigma c_{x,0}^2\sqrt{c_\sigma}L^3gR$",
    reading=r"needs $\sqrt{c_\sigma}Lg_{c_x}(H)R\le1$: the small constant c",
    over={**{k: v for k, v in SCALARS.items() if k != c_w}, g: POSITIVE},
    where=[small],
    lhs=Closed(
        r**3 * L**3 * c_x0 * g * R * (c_x0 + r * L * c_x0 * g * R) + r**3 * L**3 * c_x0**2 * g * R
    ),
    relation="<=",
    rhs=Closed(gram_shift(r, L, beta, c_x0, g, R)[0]),
)


def _values_move(points: Any, weights: Any) -> Any:
    """`sum_r |z_ir(k) - z_ir(0)|^2` over its bound, the largest over i."""
    both = pair(points, weights, any_radius)
    moved = (both.after.inputs[-1] - both.before.inputs[-1]).square().sum(-1).amax(dim=-1)
    return moved / (both.c_x0 * both.g(points.H) * both.radius).square() / points.m


gram_values = Claim(
    id="du2018.proof-A.4b",
    source=Source(PAPER, "A.1", "proof of Lemma A.4, the values of the last layer"),
    statement=r"$\sum_{r=1}^m|z_{i,r}(k)-z_{i,r}(0)|^2\le c_{x,0}^2g_{c_x}(H)^2mR^2$, "
    r"$z_{i,r}=w_r^{(H)\top}x_i^{(H-1)}$",
    reading="lhs over rhs",
    over={**NETS, sigma: ANY},
    quantifier=ForAllWeights(within=neighbourhood(any_radius), restarts=14, steps=15),
    lhs=Computed(_values_move),
    relation="<=",
    rhs=Closed(1),
    grid=GRID,
    uses=("du2018.lemma-A.3",),
)


def _slopes_move(points: Any, weights: Any) -> Any:
    """`I_2^{ij}` over its bound, the largest over i, j."""
    from numeric.kernels.activations import derivative

    both = pair(points, weights, small_radius)
    before = derivative(activation(points), both.before.inputs[-1])
    after = derivative(activation(points), both.after.inputs[-1])
    change = (after @ after.mT - before @ before.mT).abs().amax(dim=(-2, -1)) / points.m
    bound = 2 * both.smooth * both.lipschitz * both.c_x0 * both.g(points.H) * both.radius
    return change / bound


gram_slopes = Claim(
    id="du2018.proof-A.4c",
    source=Source(PAPER, "A.1", "proof of Lemma A.4, the slopes' part"),
    statement=r"$I_2^{i,j}=c_{x,0}^2\frac{c_\sigma}m|\sum_r\sigma'(z_{i,r}(k))\sigma'(z_{j,r}(k))-"
    r"\sigma'(z_{i,r}(0))\sigma'(z_{j,r}(0))|\le2\beta c_\sigma c_{x,0}^3Lg_{c_x}(H)R$",
    reading="lhs over rhs",
    over={**NETS, sigma: CURVED},
    quantifier=ForAllWeights(within=neighbourhood(small_radius), restarts=14, steps=10),
    lhs=Computed(_slopes_move),
    relation="<=",
    rhs=Closed(1),
    grid=CURVED_GRID,
    uses=("du2018.proof-A.4b",),
)


def _gram_change(points: Any, weights: Any, radius: Any) -> Any:
    import torch

    both = pair(points, weights, radius)
    ones = torch.ones(points.m, dtype=torch.float64)
    after = last_gram(points, both.after, stacked(weights, "move_"), ones)
    return both, after - last_gram(points, both.before, stacked(weights), ones)


def _gram_moves(points: Any, weights: Any) -> Any:
    """`|G^(H)(k) - G^(H)(0)|_F` over its bound."""
    from numeric.adversary import norm

    both, change = _gram_change(points, weights, small_radius)
    factor = (2 * both.smooth * both.c_x0 + 3 * both.root * both.lipschitz**2) * both.lipschitz
    bound = factor * both.root**2 * both.c_x0**2 * both.g(points.H) * points["n"] * both.radius
    return norm(change, "euclidean", 2)[..., 0, 0] / bound


gram = Claim(
    id="du2018.proof-A.4d",
    source=Source(PAPER, "A.1", "proof of Lemma A.4, the Gram matrix"),
    statement=r"$\|G^{(H)}(k)-G^{(H)}(0)\|_F\le(2\beta c_{x,0}+3\sqrt{c_\sigma}L^2)Lc_\sigma "
    r"c_{x,0}^2g_{c_x}(H)nR$",
    reading="lhs over rhs",
    over={**NETS, sigma: SMOOTH},
    quantifier=ForAllWeights(within=neighbourhood(small_radius), restarts=14, steps=10),
    lhs=Computed(_gram_moves),
    relation="<=",
    rhs=Closed(1),
    grid=grid(shapes(1, 3)),
    uses=("du2018.proof-A.4a", "du2018.proof-A.4c", "du2018.proof-A.4d.sum"),
)

gram_sum = Claim(
    id="du2018.proof-A.4d.sum",
    source=Source(PAPER, "A.1", "proof of Lemma A.4, both parts together"),
    statement=r"the bounds on $I_1^{i,j}$ and $I_2^{i,j}$, times n, add up to it",
    over={**{k: v for k, v in SCALARS.items() if k != c_w}, beta: POSITIVE, g: POSITIVE},
    lhs=Closed(sum(gram_shift(r, L, beta, c_x0, g, R))),
    relation="==",
    rhs=Closed(gram_shift_total(r, L, beta, c_x0, g, R)),
)

TOTAL = (2 * beta * c_x0 + 3 * r * L**2) * L * r**2 * c_x0**2
gram_constant = Claim(
    id="du2018.lemma-A.4.constant",
    source=Source(PAPER, "A.1", "proof of Lemma A.4, plugging in R"),
    title="the constant of Lemma A.4",
    statement=r"$R\le c\,g_{c_x}(H)^{-1}\lambda_0n^{-1}$ for a small constant c makes the bound "
    r"$\frac{\lambda_0}4$",
    reading=r"$c=\frac1{4(2\beta c_{x,0}+3\sqrt{c_\sigma}L^2)Lc_\sigma c_{x,0}^2}$; alpha for n",
    over={**{k: v for k, v in SCALARS.items() if k != c_w}, beta: POSITIVE, g: POSITIVE}
    | {lambda_0: POSITIVE, alpha: AT_LEAST_ONE},
    where=[4 * TOTAL * g * alpha * R <= lambda_0],
    lhs=Closed(alpha * gram_shift_total(r, L, beta, c_x0, g, R)),
    relation="<=",
    rhs=Closed(lambda_0 * Rational(1, 4)),
    uses=("du2018.proof-A.4d",),
)


def features_bound(points: Any) -> Any:
    """A `c_{x,0}` for all weights of norm c_w sqrt(m), by `|x| -> r (|sigma(0)| + L c_w |x|)`."""
    import torch

    root, lipschitz, _ = constants(points)
    origin = {0: 0.0, 1: 0.6931471805599453, 2: 0.0, 3: 0.5, 4: 0.0}[points.sigma]
    size = largest = torch.ones_like(points.c_w)
    for _ in range(points.H):
        size = root * (origin + lipschitz * points.c_w * size)
        largest = torch.maximum(largest, size)
    return largest


def lemma_radius(points: Any) -> Any:
    """`R = share c / g min(1, lambda_0 / n)` with the constant c of the proof."""
    import torch

    root, lipschitz, smooth = constants(points)
    c_x0_bound = features_bound(points)
    total = (2 * smooth * c_x0_bound + 3 * root * lipschitz**2) * lipschitz * root**2
    one = small_radius(points)
    g_ = 1
    for _ in range(points.H - 1):
        g_ = 1 + 2 * root * lipschitz * points.c_w * g_
    two = points.lambda_0 / (4 * total * c_x0_bound**2 * g_ * points["n"])
    return torch.minimum(one, points.share * two)


def _operator_norm(points: Any, weights: Any) -> Any:
    import torch

    change = _gram_change(points, weights, lemma_radius)[1]
    return torch.linalg.eigvalsh(change).abs().amax(dim=-1)


gram_stays = Claim(
    id="du2018.lemma-A.4",
    source=Source(PAPER, "A", "Lemma A.4"),
    statement=r"if $\sigma$ is L-Lipschitz and $\beta$-smooth, "
    r"$\|W^{(h)}(0)\|_2\le c_{w,0}\sqrt m$, $\frac1{c_{x,0}}\le\|x^{(h)}(0)\|_2\le c_{x,0}$, "
    r"$\|W^{(h)}(k)-W^{(h)}(0)\|_F\le\sqrt mR$, "
    r"$R\le c\,g_{c_x}(H)^{-1}\lambda_0n^{-1}$, $R\le c\,g_{c_x}(H)^{-1}$ for a small constant c "
    r"then $\|G^{(H)}(k)-G^{(H)}(0)\|_2\le\frac{\lambda_0}4$",
    reading=r"c as in lemma-A.4.constant, with a $c_{x,0}$ that all initial weights of norm "
    r"$c_{w,0}\sqrt m$ allow",
    over={**NETS, sigma: SMOOTH, lambda_0: POSITIVE},
    quantifier=ForAllWeights(within=neighbourhood(lemma_radius), restarts=14, steps=10),
    lhs=Computed(_operator_norm),
    relation="<=",
    rhs=Closed(lambda_0 / 4),
    grid=Grid(
        points=[{**shape, "n": 2} for shape in shapes(1, 3) if shape["m"] > 1],
        share=[1.0],
        c_w=[1.0, 2.0],
        lambda_0=[0.01, 1.0],
    ),
    uses=("du2018.lemma-A.3", "du2018.proof-A.4d", "du2018.lemma-A.4.constant"),
)
