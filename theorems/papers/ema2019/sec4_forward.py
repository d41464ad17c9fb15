r"""Section 4.1: how far the forward states move in the neighbourhood I_c of the initialisation.

Symbols in `sec4_symbols`; l runs over the states 1..L of the network (2.2), whose layers are
1..L-1; the deviations are from the state at the initialisation.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, Rational, exp, oo

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.ema2019.sec4_symbols import (
    AT_LEAST_ONE,
    NETWORK,
    PAPER,
    SHAPES,
    L,
    activation,
    c,
    epsilon,
    forward,
    neighbourhood,
    o,
    y,
)
from theorems.quantifiers import ForAllWeights, UpToConstant
from theorems.sides import Closed, Computed

POSITIVE = Interval.open(0, oo)
NONNEGATIVE = Interval(0, oo)
DEEP = 4 * c**2 <= L
IN_NEIGHBOURHOOD = ForAllWeights(within=neighbourhood, restarts=14, steps=6)
GRID = Grid(points=SHAPES, c=[1, 2], L=[4, 16]).nightly(c=[1, 2, 4, 8], L=[4, 16, 64, 256])


def _y(points: Any, weights: Any) -> Any:
    return forward(points, weights).y.abs().amax(dim=(-2, -1))


def _z(points: Any, weights: Any) -> Any:
    from numeric.adversary import norm

    away = forward(points, weights).z - weights["x"].unsqueeze(-3)
    return norm(away, "euclidean", 1).amax(dim=(-3, -2, -1))


def _g(points: Any, weights: Any) -> Any:
    from numeric.adversary import norm
    from numeric.skip_connections import ACTIVATIONS

    features = ACTIVATIONS[activation(points)][0](weights["x"].unsqueeze(-3) @ weights["b0"].mT)
    away = forward(points, weights).g - features
    return norm(away, "euclidean", 1).amax(dim=(-3, -2, -1))


forward_y = Claim(
    id="ema2019.proposition-4.1a",
    source=Source(PAPER, "4.1", "Proposition 4.1, the sum y"),
    statement=r"if $L\ge4c^2$, $|y^{(l)}(x;\Theta)-y^{(l)}(x;\Theta_0)|\le4c$ for all "
    r"$\Theta\in I_c(\Theta_0)$ and $x\in S^{d-1}$",
    over=NETWORK,
    hypotheses=[DEEP],
    quantifier=IN_NEIGHBOURHOOD,
    lhs=Computed(_y),
    relation="<=",
    rhs=Closed(4 * c),
    grid=GRID,
    uses=("ema2019.proof-4.1a", "ema2019.proof-4.1b"),
)

forward_z = Claim(
    id="ema2019.proposition-4.1b",
    source=Source(PAPER, "4.1", "Proposition 4.1, the long part z"),
    statement=r"if $L\ge4c^2$, $\|z^{(l)}(x;\Theta)-z^{(l)}(x;\Theta_0)\|\le\frac{4c}L$ for all "
    r"$\Theta\in I_c(\Theta_0)$ and $x\in S^{d-1}$",
    over=NETWORK,
    hypotheses=[DEEP],
    quantifier=IN_NEIGHBOURHOOD,
    lhs=Computed(_z),
    relation="<=",
    rhs=Closed(4 * c / L),
    grid=GRID,
    uses=("ema2019.proposition-4.1a", "ema2019.proposition-4.1b.step"),
)

forward_g = Claim(
    id="ema2019.proposition-4.1c",
    source=Source(PAPER, "4.1", "Proposition 4.1, the layers' outputs g"),
    statement=r"if $L\ge4c^2$, $\|g^{(l)}(x;\Theta)-g^{(l)}(x;\Theta_0)\|\le\frac{6c^2}L$ for all "
    r"$\Theta\in I_c(\Theta_0)$ and $x\in S^{d-1}$",
    over=NETWORK,
    hypotheses=[DEEP],
    quantifier=IN_NEIGHBOURHOOD,
    lhs=Computed(_g),
    relation="<=",
    rhs=Closed(6 * c**2 / L),
    grid=GRID,
    uses=("ema2019.proposition-4.1c.insertion",),
)

SCALARS = {c: AT_LEAST_ONE, epsilon: POSITIVE, o: NONNEGATIVE, y: NONNEGATIVE}
SMALL = epsilon * 4 * c <= 1
G = (1 + epsilon) * (1 + o) + epsilon * y

forward_step = Claim(
    id="ema2019.proposition-4.1a.step",
    source=Source(PAPER, "4.1", "Proposition 4.1, one layer of its recursions"),
    title="one layer moves z by at most 4 epsilon and y by at most 4 epsilon",
    statement=r"if $o^{(l)}\le4\varepsilon_c$ and $|y^{(l)}|\le4c$ then $(1+\varepsilon_c)"
    r"(1+o^{(l)})+\varepsilon_c|y^{(l)}|\le4$, so that $o^{(l+1)}\le4\varepsilon_c$ and "
    r"$|y^{(l+1)}|\le|y^{(l)}|+4\varepsilon_c$: over the $L-1$ layers, $|y|\le4c$",
    reading="not the paper's route: the induction that proves both bounds without its constants",
    over=SCALARS,
    where=[SMALL, o <= 4 * epsilon, y <= 4 * c],
    lhs=Closed(G),
    relation="<=",
    rhs=Closed(4),
)

forward_sum = Claim(
    id="ema2019.proof-4.1a.sum",
    source=Source(PAPER, "4.1", "proof of Proposition 4.1, the recursions added"),
    statement=r"the bounds on $o^{(l+1)}$ and $|y^{(l+1)}|$ add up to $2\varepsilon_c"
    r"(1+\varepsilon_c)o^{(l)}+(1+2\varepsilon_c^2)|y^{(l)}|+2\varepsilon_c(1+\varepsilon_c)$",
    over=SCALARS,
    lhs=Closed(epsilon * G + y + epsilon * G),
    relation="==",
    rhs=Closed(
        2 * epsilon * (1 + epsilon) * o + (1 + 2 * epsilon**2) * y + 2 * epsilon * (1 + epsilon)
    ),
)

DEPTHS = {c: AT_LEAST_ONE, L: sp.Range(4, oo), o: NONNEGATIVE, y: NONNEGATIVE}
RATE = c / L


def _simplified(constant: sp.Rational) -> dict[str, Any]:
    """The sum of the recursions against `(1 + 2 eps^2)(o + |y|) + constant eps`."""
    return {
        "over": DEPTHS,
        "hypotheses": [DEEP],
        "lhs": Closed(2 * RATE * (1 + RATE) * o + (1 + 2 * RATE**2) * y + 2 * RATE * (1 + RATE)),
        "relation": "<=",
        "rhs": Closed((1 + 2 * RATE**2) * (o + y) + constant * RATE),
        "grid": Grid(c=[1, 2, 8], L=[4, 7, 8, 16, 256], o=[0, 0.5], y=[0, 4]),
    }


forward_simplified = Claim(
    id="ema2019.proof-4.1a",
    source=Source(PAPER, "4.1", "proof of Proposition 4.1, the simplified recursion"),
    statement=r"since $2\varepsilon_c\le1$, $o^{(l+1)}+|y^{(l+1)}|\le(1+2\varepsilon_c^2)"
    r"(o^{(l)}+|y^{(l)}|)+2.25\varepsilon_c$",
    reading=r"the superscripts (0) on the right are read as (l)",
    erratum="2 eps (1 + eps) <= 2.25 eps needs eps <= 1/8, and eps is up to 1/4 (c = 1, L = 4)",
    uses=("ema2019.proof-4.1a.sum",),
    **_simplified(Rational(9, 4)),
)

forward_simplified_corrected = Claim(
    id="ema2019.proof-4.1a.corrected",
    source=Source(PAPER, "4.1", "proof of Proposition 4.1, the simplified recursion"),
    statement=r"$o^{(l+1)}+|y^{(l+1)}|\le(1+2\varepsilon_c^2)(o^{(l)}+|y^{(l)}|)+2.5\varepsilon_c$",
    reading=r"with 2.5 the next display ends at $2.5e^{1/2}c>4c$; the bound $4c$ itself holds by "
    "another induction, proposition-4.1a.step",
    corrects="ema2019.proof-4.1a",
    **_simplified(Rational(5, 2)),
)

u = sp.Symbol("u", real=True)
layers = sp.Symbol("layers", real=True)


forward_geometric = Claim(
    id="ema2019.proof-4.1b",
    source=Source(PAPER, "4.1", "proof of Proposition 4.1, the geometric sum"),
    statement=r"$2.25\varepsilon_c\sum_{l'=0}^{l}(1+2\varepsilon_c)^{l'}\le2.25L\varepsilon_c"
    r"e^{L2\varepsilon_c^2}$ for $l\le L-1$",
    reading="l = L - 1, the geometric series summed; no square is printed on this epsilon, while "
    "the line above and the exponent have theirs",
    over={c: AT_LEAST_ONE, L: sp.Range(4, oo)},
    hypotheses=[DEEP],
    lhs=Closed(Rational(9, 8) * ((1 + 2 * c / L) ** L - 1)),
    relation="<=",
    rhs=Closed(Rational(9, 4) * c * exp(2 * c**2 / L)),
    grid=Grid(c=[1, 2, 4], L=[4, 16, 64, 256]),
    erratum="(1 + 2 eps)^L grows like e^(2c); the recursion above has 1 + 2 eps^2",
    uses=("ema2019.proof-4.1a",),
)

forward_geometric_corrected = Claim(
    id="ema2019.proof-4.1b.corrected",
    source=Source(PAPER, "4.1", "proof of Proposition 4.1, the geometric sum"),
    statement=r"$2.25\varepsilon_c\sum_{l'=0}^{L-1}(1+2\varepsilon_c^2)^{l'}\le2.25L\varepsilon_c"
    r"e^{2L\varepsilon_c^2}$",
    reading=r"divided by $2.25\varepsilon_c$ and with $u=2L\varepsilon_c^2\le\frac12$: "
    r"$L((1+u/L)^L-1)/u\le Le^u$",
    over={u: Interval.Lopen(0, Rational(1, 2)), L: sp.Range(4, oo)},
    lhs=Closed((1 + u / L) ** L),
    relation="<=",
    rhs=Closed(1 + u * exp(u)),
    grid=Grid(u=[1e-3, 0.1, 0.5], L=[4, 16, 256]),
    corrects="ema2019.proof-4.1b",
)

forward_total = Claim(
    id="ema2019.proof-4.1b.total",
    source=Source(PAPER, "4.1", "proof of Proposition 4.1, the last bound"),
    statement=r"$2.25L\varepsilon_ce^{L2\varepsilon_c^2}\le4c$",
    reading=r"divided by c, with $u=c^2/L\le\frac14$",
    over={u: Interval.Lopen(0, Rational(1, 4))},
    lhs=Closed(Rational(9, 4) * exp(2 * u)),
    relation="<=",
    rhs=Closed(4),
)

forward_z_step = Claim(
    id="ema2019.proposition-4.1b.step",
    source=Source(PAPER, "4.1", "proof of Proposition 4.1, the recursion for o"),
    statement=r"with $|y^{(l)}|\le4c$: $o^{(l+1)}\le1.25\varepsilon_co^{(l)}+2.25\varepsilon_c$",
    over=SCALARS,
    where=[SMALL, y <= 4 * c],
    lhs=Closed(epsilon * G),
    relation="<=",
    rhs=Closed(epsilon * (Rational(5, 4) * o + Rational(9, 4))),
    uses=("ema2019.proposition-4.1a",),
)

forward_z_kept = Claim(
    id="ema2019.proposition-4.1b.kept",
    source=Source(PAPER, "4.1", "proof of Proposition 4.1, the bound on o"),
    statement=r"$o\le4\varepsilon_c$ is kept by $o\mapsto1.25\varepsilon_co+2.25\varepsilon_c$",
    over=SCALARS,
    where=[SMALL, o <= 4 * epsilon],
    lhs=Closed(epsilon * (Rational(5, 4) * o + Rational(9, 4))),
    relation="<=",
    rhs=Closed(4 * epsilon),
)


def _inserted(bound: sp.Expr) -> dict[str, Any]:
    """`|B z + r y - B_0 x|` with the bounds on z and y put in, over epsilon."""
    return {
        "over": {c: AT_LEAST_ONE, L: sp.Range(4, oo)},
        "hypotheses": [DEEP],
        "lhs": Closed(RATE * (1 + 4 * RATE) + 4 * RATE + RATE * 4 * c),
        "relation": "<=",
        "rhs": Closed(bound),
        "grid": Grid(c=[1, 2, 3, 8], L=[4, 16, 64, 256]),
    }


forward_inserted = Claim(
    id="ema2019.proposition-4.1c.insertion",
    source=Source(PAPER, "4.1", "proof of Proposition 4.1, its last step"),
    statement=r"inserting $\|z-x\|\le4c/L$ and $|y|\le4c$ into $\|Bz+ry-B_0x\|$ gives "
    r"$\frac{6c^2}L$",
    reading=r"$\varepsilon_c\|z\|+\|B_0\|\|z-x\|+\varepsilon_c|y|$ with those bounds",
    erratum="at c = 1 the insertion gives more than 9c^2/L; 6c^2/L follows only from c = 3 on",
    uses=("ema2019.proposition-4.1a", "ema2019.proposition-4.1b"),
    **_inserted(6 * c**2 / L),
)

forward_inserted_corrected = Claim(
    id="ema2019.proposition-4.1c.insertion.corrected",
    source=Source(PAPER, "4.1", "proof of Proposition 4.1, its last step"),
    statement=r"the insertion gives $\frac{10c^2}L$, with equality at $c=1$, $L=4$",
    corrects="ema2019.proposition-4.1c.insertion",
    **_inserted(10 * c**2 / L),
)


def _aligned(points: Any) -> Any:
    from numeric.skip_connections import aligned
    from numeric.skip_connections import forward as run

    return run(aligned(points.c / points.L, points.L), aligned_input(points), "identity")


def aligned_input(points: Any) -> Any:
    import torch

    return torch.ones(points.n, 1, 1, dtype=torch.float64)


SCALED = {c: AT_LEAST_ONE, L: sp.Range(2, oo)}
WIDE = Grid(c=[1, 2, 4, 8], L=[1024, 2048, 4096, 8192])
ALONG = UpToConstant(along=("c", "L"))

moves_g = Claim(
    id="ema2019.remark-2",
    source=Source(PAPER, "4.1", "Remark 2, the layers' outputs g"),
    statement=r"$g^{(l)}$ stays within $O(c^2/L)$ of its initial value",
    reading="the weights that attain the scalar recursions: one unit, all perturbations aligned",
    over=SCALED,
    hypotheses=[DEEP],
    quantifier=ALONG,
    lhs=Computed(lambda points: (_aligned(points).g - 1).abs().amax(dim=(-3, -2, -1))),
    relation="<=",
    rhs=Closed(c**2 / L),
    grid=WIDE,
    uses=("ema2019.proposition-4.1c",),
)

moves_z = Claim(
    id="ema2019.remark-2.z",
    source=Source(PAPER, "4.1", "Remark 2, the long part z"),
    statement=r"$z^{(l)}$ stays within $O(c/L)$ of its initial value",
    over=SCALED,
    hypotheses=[DEEP],
    quantifier=ALONG,
    lhs=Computed(lambda points: (_aligned(points).z - 1).abs().amax(dim=(-3, -2, -1))),
    relation="<=",
    rhs=Closed(c / L),
    grid=WIDE,
    uses=("ema2019.proposition-4.1b",),
)

moves_y = Claim(
    id="ema2019.remark-2.y",
    source=Source(PAPER, "4.1", "Remark 2, the sum y"),
    statement=r"$y^{(l)}$ alone moves by as much as order $c$",
    over=SCALED,
    hypotheses=[DEEP],
    quantifier=ALONG,
    lhs=Computed(lambda points: _aligned(points).output.abs().amax(dim=-1)),
    relation="==",
    rhs=Closed(c),
    grid=WIDE,
    uses=("ema2019.proposition-4.1a",),
)
