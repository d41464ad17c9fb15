r"""Appendix A: how far features and the Gram matrix move with the weights (Lemmas A.3 and A.4).

Symbols in `dense_symbols` and `dense_adversary`; k stands for the moved weights, 0 for the
initialisation, which is any that meets the lemma's bounds.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, Matrix

from symbolic.deep_recursions import (
    feature_shift_step,
    geometric,
    weight_growth,
)
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018.dense_adversary import (
    SHARE,
    any_radius,
    neighbourhood,
    pair,
    shapes,
    share,
)
from theorems.papers.du2018.dense_symbols import (
    ANY,
    DEPTHS,
    NONNEGATIVE,
    PAPER,
    POSITIVE,
    H,
    L,
    R,
    c_w,
    c_x,
    c_x0,
    d,
    g,
    m,
    n,
    r,
    sigma,
)
from theorems.papers.du2018.pairs import corrected
from theorems.quantifiers import ForAllWeights
from theorems.sides import Closed, Computed

NETS: dict[sp.Symbol, sp.Set] = {
    share: SHARE,
    c_w: POSITIVE,
    H: DEPTHS,
    m: sp.S.Naturals,
    d: sp.S.Naturals,
    n: sp.S.Naturals,
}
CURVED_SHAPES = [shape for shape in shapes(1, 3) if shape["sigma"] > 0]
RELU = {"m": 3, "d": 3, "sigma": 4}


def grid(kinds: Any, deep: int = 8) -> Grid:
    """Those sizes; nightly at more radii, at weights of other norms and deeper."""
    kinds = list(kinds)
    listed = [{**kind, "n": 1 if kind["m"] == 1 else 2} for kind in kinds]
    listed += [{**kind, "H": deep, "n": 1} for kind in kinds[:2]]
    base = Grid(points=listed, share=[1.0], c_w=[1.0, 2.0])
    return base.nightly(share=[1.0, 0.1], c_w=[0.3, 1.0, 2.0, 10.0])


GRID = grid([*shapes(2), *shapes(4)[:3], {**RELU, "H": 3}])
CURVED_GRID = grid(CURVED_SHAPES)


def features_move(points: Any, weights: Any) -> Any:
    """The largest `|x^(h)(k) - x^(h)(0)| / (sqrt(c_sigma) L c_{x,0} g_{c_x}(h) R)` over h."""
    import torch

    both = pair(points, weights, any_radius)
    scale = both.root * both.lipschitz * both.c_x0 * both.radius
    layers = enumerate(both.farthest)
    return torch.stack([far / (scale * both.g(h)) for h, far in layers if h > 0]).amax(dim=0)


features = Claim(
    id="du2018.lemma-A.3",
    source=Source(PAPER, "A", "Lemma A.3"),
    statement=r"if $\|W^{(h)}(0)\|_2\le c_{w,0}\sqrt m$, $\|x^{(h)}(0)\|_2\le c_{x,0}$, "
    r"$\|W^{(h)}(k)-W^{(h)}(0)\|_F\le\sqrt mR$, $R\le c_{w,0}$ and $\sigma$ is L-Lipschitz then "
    r"$\|x^{(h)}(k)-x^{(h)}(0)\|_2\le\sqrt{c_\sigma}Lc_{x,0}g_{c_x}(h)R$, "
    r"$c_x=2\sqrt{c_\sigma}Lc_{w,0}$",
    reading=r"the unit input is one of the features that $c_{x,0}$ bounds, as for the $c_{x,0}=2$ "
    "of Lemma A.1; lhs over rhs, for the worst h",
    over={**NETS, sigma: ANY},
    quantifier=ForAllWeights(within=neighbourhood(any_radius), restarts=14, steps=18),
    lhs=Computed(features_move),
    relation="<=",
    rhs=Closed(1),
    grid=GRID,
    uses=("du2018.eq-2", "du2018.proof-A.3", "du2018.proof-A.3.step"),
)


def _first_layer(points: Any, weights: Any) -> Any:
    return pair(points, weights, any_radius).farthest[1]


features_small = Claim(
    id="du2018.lemma-A.3.constant",
    source=Source(PAPER, "A", "Lemma A.3, for any constant c_{x,0} > 0"),
    title="Lemma A.3 with c_{x,0} < 1",
    statement=r"for some constant $c_{x,0}>0$ with $\|x^{(h)}(0)\|_2\le c_{x,0}$, $h\in[H]$: "
    r"$\|x^{(1)}(k)-x^{(1)}(0)\|_2\le\sqrt{c_\sigma}Lc_{x,0}R$",
    reading=r"$h\in[H]$ starts at 1; linear activation, unit input, $c_{x,0}=c_{w,0}$ which then "
    "bounds all features up to c_{w,0} = 1; with c_{x,0} = 2, which Lemma A.1 fixes, it holds",
    over={share: SHARE, c_w: Interval.Lopen(0, 1), H: DEPTHS, m: sp.S.Naturals, d: sp.S.Naturals}
    | {n: sp.S.Naturals, sigma: sp.FiniteSet(0)},
    quantifier=ForAllWeights(within=neighbourhood(any_radius), restarts=14, steps=6),
    lhs=Computed(_first_layer),
    relation="<=",
    rhs=Closed(c_w * share * c_w),
    grid=Grid(points=[{"m": 2, "d": 2, "n": 1, "H": 2, "sigma": 0}], share=[1.0], c_w=[0.25, 1.0]),
    uses=("du2018.eq-2",),
    erratum="the first layer moves by as much as sqrt(c_sigma) L R |x|: c_{x,0} has to bound the "
    "unit input too, c_{x,0} >= 1",
)

features_small_corrected = Claim(
    id="du2018.lemma-A.3.constant.corrected",
    statement=r"$\|x^{(1)}(k)-x^{(1)}(0)\|_2\le\sqrt{c_\sigma}L\max(c_{x,0},1)R$",
    **corrected(features_small, rhs=Closed(share * c_w)),
)

DEPTH_RANGE = range(2, 9)
SCALARS = {r: POSITIVE, L: POSITIVE, c_w: POSITIVE, c_x0: POSITIVE, R: POSITIVE}
GROWTH = weight_growth(r, L, c_w)
shift = sp.Symbol("d", real=True)

features_step = Claim(
    id="du2018.proof-A.3.step",
    source=Source(PAPER, "A.1", "proof of Lemma A.3, one layer"),
    statement=r"$\sqrt{\frac{c_\sigma}m}L(c_{w,0}\sqrt m+R\sqrt m)\sqrt{c_\sigma}LRc_{x,0}"
    r"g_{c_x}(h-1)+\sqrt{\frac{c_\sigma}m}L\sqrt mRc_{x,0}\le\sqrt{c_\sigma}LRc_{x,0}"
    r"(c_xg_{c_x}(h-1)+1)$",
    reading=r"$g$ for $g_{c_x}(h-1)\ge0$",
    over={**SCALARS, g: NONNEGATIVE},
    where=[c_w >= R],
    lhs=Closed(feature_shift_step(r, L, c_w, c_x0, R).subs(shift, r * L * R * c_x0 * g)),
    relation="<=",
    rhs=Closed(r * L * R * c_x0 * (GROWTH * g + 1)),
)

features_sum = Claim(
    id="du2018.proof-A.3",
    source=Source(PAPER, "A.1", "proof of Lemma A.3, the series"),
    statement=r"$\sqrt{c_\sigma}LRc_{x,0}(c_xg_{c_x}(h-1)+1)=\sqrt{c_\sigma}LRc_{x,0}g_{c_x}(h)$",
    reading="h = 2..8, the series written out",
    over={c_x: POSITIVE, L: POSITIVE, r: POSITIVE, R: POSITIVE, c_x0: POSITIVE},
    lhs=Closed(Matrix([r * L * R * c_x0 * (c_x * geometric(c_x, h - 1) + 1) for h in DEPTH_RANGE])),
    relation="==",
    rhs=Closed(Matrix([sp.expand(r * L * R * c_x0 * geometric(c_x, h)) for h in DEPTH_RANGE])),
)
