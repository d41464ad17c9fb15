r"""Lemma B.1: scaling properties of deep ReLU networks around the initialisation.

Symbols in `sec3_symbols`. The constants of the lemma are not printed: the bounds are measured up to
a constant along one size at a time, at weights found by ascent and at one drawn initialisation per
size; the printed conditions on m and tau are then met up to their constants.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import sqrt

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.caogu2019.sec3_symbols import (
    EVEN,
    PAPER,
    POSITIVE,
    L,
    d,
    generator_of,
    m,
    tau,
    widths_of,
)
from theorems.quantifiers import UpToConstant
from theorems.sides import Closed, Computed

OVER = {L: sp.S.Naturals, m: EVEN, d: sp.S.Naturals, tau: POSITIVE}
CONDITIONS = (
    r"if $m\ge\bar C\max\{L^2\log(mn/\delta),L^{-8/3}\tau^{-4/3}\log[m/(\tau\delta)]\}$ and "
    r"$\tau\le\underline CL^{-5}[\log(m)]^{-3/2}$, with probability at least $1-\delta$ uniformly "
    r"over $\tilde W,\hat W\in\mathcal W_\tau$: "
)
TOO_WIDE = "no condition ties m to d: W_1 is d x m with |W_1|_F^2 = 2d, so |W_1|_2 >= sqrt(2d/m)"
ONE_DRAW = "one layer or as many as said, one initialisation per size; d grows at a fixed width"
INPUTS = 2
FAR = Grid(L=[1], m=[16], d=[1 << k for k in range(9, 16)], tau=[0.01])
DEEP = Grid(L=[2, 4, 8, 16], m=[384], d=[16], tau=[0.001]).nightly(m=[1024])
WIDE = Grid(L=[2], m=[32, 64, 128, 256], d=[16], tau=[0.01]).nightly(m=[64, 128, 256, 512])


def drawn(points: Any) -> tuple[Any, Any]:
    """Layers at the initialisation and inputs on the sphere, one draw per size."""
    from numeric.data import unit_sphere
    from numeric.deep_relu import initial

    generator = generator_of(points.L, points.m, points.d)
    return initial((), widths_of(points), generator), unit_sphere((INPUTS,), points.d, generator)


def searched(points: Any, objective: Any, **effort: int) -> Any:
    """The largest value found over the neighbourhood, per point."""
    from numeric.deep_relu_search import worst

    generator = generator_of(points.L, points.m, points.d)
    return worst(objective, widths_of(points), points.tau, INPUTS, generator, **effort)


def norms_near(points: Any) -> Any:
    """`max_l |W_l|_2` over the neighbourhood: exactly that of the start plus tau."""
    from numeric.deep_relu_search import largest_norm

    layers, _ = drawn(points)
    return largest_norm(layers) + points.tau


def _hidden(points: Any) -> Any:
    """`max_l |x_l|` at the start of networks of width m L^2, for the worst of a few draws."""
    import torch

    from numeric.data import unit_sphere
    from numeric.deep_relu import drawn_states

    generator = generator_of(points.L, points.m, points.d)
    widths = (points.d, *(points.m * points.L**2 for _ in range(points.L)))
    x = unit_sphere((4, INPUTS), points.d, generator)
    norms = [h.norm(dim=-1).amax() for h in drawn_states((4,), widths, x, generator)]
    return torch.stack(norms).amax().expand(points.n)


def products_at_start(points: Any) -> Any:
    """`max_l |prod_{r=l}^L Sigma_r W_r'|_2` at the start, for the drawn inputs."""
    import torch

    from numeric.deep_relu import forward, product, spectral_norm

    layers, x = drawn(points)
    active = forward(layers, x).active
    norms = [
        spectral_norm(product(layers, active, first, points.L)).amax()
        for first in range(1, points.L + 1)
    ]
    return torch.stack(norms).amax().expand(points.n)


def rows_at_start(points: Any) -> Any:
    """`max_l |v' prod_{r=l}^L Sigma_r W_r'|_2` at the start."""
    import torch

    from numeric.deep_relu import forward, prefixes

    layers, x = drawn(points)
    rows = prefixes(layers, forward(layers, x).active)
    return torch.stack([row.norm(dim=-1).amax() for row in rows]).amax().expand(points.n)


def _rows(points: Any) -> Any:
    """The same over the neighbourhood."""

    def objective(start: Any, old: Any, new: Any, x: Any) -> Any:
        import torch

        from numeric.deep_relu import forward, prefixes

        rows = prefixes(old, forward(old, x).active)
        return torch.stack([row.norm(dim=-1).amax(-1) for row in rows], dim=-1).amax(-1)

    return searched(points, objective)


def _item(
    key: str,
    label: str,
    text: str,
    lhs: tuple[Any, Any],
    rhs: sp.Expr,
    grid: Grid,
    along: str,
    reading: str = "",
) -> list[Claim]:
    """A printed item that fails for d far above m, and the same with d <= m.

    `lhs`: the side measured as d grows, and that with d <= m along the size `along` of `grid`.
    """
    common: dict[str, Any] = {"over": OVER, "relation": "<=", "rhs": Closed(rhs)}
    id_ = f"caogu2019.lemma-B.1{key}"
    source = Source(PAPER, "B.1", f"Lemma B.1, {label}")
    return [
        Claim(
            id=id_,
            source=source,
            statement=CONDITIONS + text,
            reading=ONE_DRAW,
            quantifier=UpToConstant(along=("d",)),
            lhs=Computed(lhs[0]),
            grid=FAR,
            erratum=TOO_WIDE,
            uses=("caogu2019.definition-4.3",),
            **common,
        ),
        Claim(
            id=f"{id_}.corrected",
            source=source,
            statement=CONDITIONS + text + r", provided that $m\ge d$",
            reading=reading,
            corrects=id_,
            where=[d <= m],
            quantifier=UpToConstant(along=(along,)),
            lhs=Computed(lhs[1]),
            grid=grid,
            **common,
        ),
    ]


norms = _item(
    "i",
    "(i), the weights",
    r"$\|\tilde W_l\|_2\le\bar C$ for all $l\in[L]$",
    (norms_near, norms_near),
    sp.Integer(1),
    Grid(L=[2], m=[16, 32, 64, 128], d=[16], tau=[0.01]),
    "m",
)
products = _item(
    "ii",
    "(ii)",
    r"$\|\prod_{r=l}^L\tilde\Sigma_r(x_i)\tilde W_r^\top\|_2\le\bar CL$ for all $l\in[L]$, "
    r"$i\in[n]$",
    (products_at_start, products_at_start),
    L,
    Grid(L=[1, 2, 4, 8], m=[96], d=[96], tau=[0.001]).nightly(L=[2, 4, 8, 16], m=[256], d=[256]),
    "L",
    "at the initialisation, one draw per size, where m is at least L^2; (vi) has the neighbourhood",
)
rows = _item(
    "vi",
    "(vi)",
    r"$\|v^\top[\prod_{r=l}^L\tilde\Sigma_r(x_i)\tilde W_r^\top]\|_2\le\bar C\sqrt m$ for all "
    r"$l\in[L]$, $i\in[n]$",
    (rows_at_start, _rows),
    sqrt(m),
    WIDE,
    "m",
)

hidden = Claim(
    id="caogu2019.lemma-B.1i.hidden",
    source=Source(PAPER, "B.1", "Lemma B.1, (i), the hidden outputs"),
    statement=CONDITIONS + r"$\|\tilde x_{l,i}\|_2\le\bar C$ for all $l\in[L]$, $i\in[n]$",
    reading="at the initialisation, for the widths m L^2 that the condition on m asks for; (iii) "
    "bounds the change in the neighbourhood",
    over=OVER,
    quantifier=UpToConstant(along=("L",)),
    lhs=Computed(_hidden),
    relation="<=",
    rhs=Closed(1),
    grid=Grid(L=[1, 2, 4, 8], m=[12], d=[8], tau=[0.001]),
)

rows_deep = Claim(
    id="caogu2019.lemma-B.1vi.depth",
    source=Source(PAPER, "B.1", "Lemma B.1, (vi), along the depth"),
    statement=rows[0].statement,
    reading="at the initialisation",
    over=OVER,
    quantifier=UpToConstant(along=("L",)),
    lhs=Computed(rows_at_start),
    relation="<=",
    rhs=Closed(sqrt(m)),
    grid=Grid(L=[2, 4, 8, 16], m=[384], d=[16], tau=[0.001]),
)


def moved(points: Any) -> Any:
    """`|x_new - x_old| / sum_r |W_new - W_old|_2` of the last hidden output, at worst."""

    def objective(start: Any, old: Any, new: Any, x: Any) -> Any:
        from numeric.deep_relu import forward

        before, after = forward(old, x).hidden[-1], forward(new, x).hidden[-1]
        # The Frobenius norm is at least the spectral one: the ratio found is a lower bound.
        total = sum(
            (b - a).square().sum(dim=(-2, -1)).sqrt() for a, b in zip(old, new, strict=True)
        )
        return (after - before).norm(dim=-1).amax(-1) / (total + 1e-9)

    return searched(points, objective, steps=10)


def _moved_at_first_order(points: Any) -> Any:
    """The supremum of that ratio as the moves tend to 0: one layer moves, by rank one.

    It is `max_r |[prod_{s=r+1}^L Sigma_s W_s'] Sigma_r|_2 |x_{r-1}|`, at the start.
    """
    import torch

    from numeric.deep_relu import forward, spectral_norm

    layers, x = drawn(points)
    run, found = forward(layers, x[:1]), []
    above = torch.eye(points.m, dtype=torch.float64)
    for level in range(points.L - 1, -1, -1):
        masked = above * run.active[level]
        found.append(spectral_norm(masked) * run.hidden[level].norm())
        above = masked @ layers[level].mT
    return torch.stack(found).amax().expand(points.n)


MOVES = (
    r"$\|\hat x_{l,i}-\tilde x_{l,i}\|_2\le\bar C\sqrt L\cdot\sum_{r=1}^l\|\hat W_r-\tilde "
    r"W_r\|_2$ for all $l\in[L]$, $i\in[n]$"
)
moves = Claim(
    id="caogu2019.lemma-B.1iii",
    source=Source(PAPER, "B.1", "Lemma B.1, (iii), along the depth"),
    statement=CONDITIONS + MOVES,
    reading="at l = L, for small moves, where the supremum is known; the proof of Lemma 5.2 uses "
    "the lemma with L in place of sqrt(L)",
    over=OVER,
    quantifier=UpToConstant(along=("L",)),
    lhs=Computed(_moved_at_first_order),
    relation="<=",
    rhs=Closed(sqrt(L)),
    grid=DEEP,
    uses=("caogu2019.definition-4.3",),
)

moves_far = Claim(
    id="caogu2019.lemma-B.1iii.radius",
    source=Source(PAPER, "B.1", "Lemma B.1, (iii), along the radius"),
    statement=CONDITIONS + MOVES,
    reading="worst weights found; the moves in Frobenius norm, at least the spectral one",
    over=OVER,
    quantifier=UpToConstant(shrinking=("tau",)),
    lhs=Computed(moved),
    relation="<=",
    rhs=Closed(sqrt(L)),
    grid=Grid(L=[4], m=[32], d=[8], tau=[0.3, 0.1, 0.03, 0.01]).nightly(m=[256]),
)
