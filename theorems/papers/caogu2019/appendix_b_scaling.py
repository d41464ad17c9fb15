r"""Lemma B.1: scaling properties of deep ReLU networks around the initialisation.

Symbols in `sec3_symbols`. The constants of the lemma are not printed: the bounds are measured up to
a constant along one size at a time, at weights found by ascent and at drawn initialisations
(`draws`); the printed conditions on m and tau are then met up to their constants.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import sqrt

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.caogu2019.draws import WORST, at_worst, drawn, passes, searched
from theorems.papers.caogu2019.sec3_symbols import EVEN, PAPER, POSITIVE, L, d, m, tau, widths_of
from theorems.quantifiers import UpToConstant
from theorems.sides import Closed, Sampled

OVER = {L: sp.S.Naturals, m: EVEN, d: sp.S.Naturals, tau: POSITIVE}
CONDITIONS = (
    r"if $m\ge\bar C\max\{L^2\log(mn/\delta),L^{-8/3}\tau^{-4/3}\log[m/(\tau\delta)]\}$ and "
    r"$\tau\le\underline CL^{-5}[\log(m)]^{-3/2}$, with probability at least $1-\delta$ uniformly "
    r"over $\tilde W,\hat W\in\mathcal W_\tau$: "
)
TOO_WIDE = "no condition ties m to d: W_1 is d x m with |W_1|_F^2 = 2d, so |W_1|_2 >= sqrt(2d/m)"
ONE_LAYER = f"{WORST}; one layer; d grows at a fixed width"
SAMPLES = 6
FAR = Grid(L=[1], m=[4], d=[1 << k for k in range(7, 14)], tau=[0.01])
WIDE = Grid(L=[2], m=[8, 12, 16, 24, 32, 48, 64], d=[8], tau=[0.02]).nightly(
    m=[32, 48, 64, 96, 128, 192, 256]
)
DEPTHS = [1, 2, 3, 4, 6, 8]
DEEPER = [2, 3, 4, 6, 8, 11, 16]


def norms_near(points: Any, samples: int, generator: Any) -> Any:
    """`max_l |W_l|_2` over the neighbourhood: exactly that of the start plus tau."""
    layers, _ = drawn(points, samples, generator)
    return at_worst(points, norms_of(layers)) + points.tau[:, None]


def norms_of(layers: Any) -> Any:
    """`max_l |W_l|_2`, per draw."""
    import torch

    from numeric.deep_relu import spectral_norm

    return torch.stack([spectral_norm(layer) for layer in layers]).amax(0)


def products_of(layers: Any, x: Any) -> Any:
    """`max_l |prod_{r=l}^L Sigma_r W_r'|_2` for the first input, per draw."""
    import torch

    from numeric.deep_relu import forward, product, spectral_norm

    active = forward(layers, x[:, :1]).active
    norms = [
        spectral_norm(product(layers, active, first, len(layers)))
        for first in range(1, len(layers) + 1)
    ]
    return torch.stack(norms).amax(0)[:, 0]


def rows_of(layers: Any, x: Any) -> Any:
    """`max_l |v' prod_{r=l}^L Sigma_r W_r'|_2`, over the inputs, one value per leading axis."""
    import torch

    from numeric.deep_relu import forward, prefixes

    rows = prefixes(layers, forward(layers, x).active)
    return torch.stack([row.norm(dim=-1).amax(-1) for row in rows]).amax(0)


def _products(points: Any, samples: int, generator: Any) -> Any:
    return at_worst(points, products_of(*drawn(points, samples, generator)))


def _rows(points: Any, samples: int, generator: Any) -> Any:
    return at_worst(points, rows_of(*drawn(points, samples, generator)))


def _rows_near(points: Any, samples: int, generator: Any) -> Any:
    """The same over the neighbourhood."""
    return searched(points, samples, lambda start, old, new, x: rows_of(old, x), generator, steps=4)


def _item(
    key: str,
    label: str,
    text: str,
    lhs: tuple[Any, Any],
    rhs: sp.Expr,
    grid: Grid,
    along: str,
    reading: str = WORST,
    samples: int = SAMPLES,
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
            reading=ONE_LAYER,
            quantifier=UpToConstant(along=("d",), samples=SAMPLES),
            lhs=Sampled(lhs[0]),
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
            quantifier=UpToConstant(along=(along,), samples=samples),
            lhs=Sampled(lhs[1]),
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
    WIDE,
    "m",
)
products = _item(
    "ii",
    "(ii)",
    r"$\|\prod_{r=l}^L\tilde\Sigma_r(x_i)\tilde W_r^\top\|_2\le\bar CL$ for all $l\in[L]$, "
    r"$i\in[n]$",
    (_products, _products),
    L,
    Grid(L=DEPTHS, m=[64], d=[64], tau=[0.001]).nightly(m=[128], d=[128]),
    "L",
    f"at the initialisation, where m is at least L^2, {WORST}; (vi) has the neighbourhood",
)
rows = _item(
    "vi",
    "(vi)",
    r"$\|v^\top[\prod_{r=l}^L\tilde\Sigma_r(x_i)\tilde W_r^\top]\|_2\le\bar C\sqrt m$ for all "
    r"$l\in[L]$, $i\in[n]$",
    (_rows, _rows_near),
    sqrt(m),
    WIDE,
    "m",
    samples=18,
)

AS_WIDE = (
    f"at the initialisation, for the widths m L^2 that the condition on m asks for; {WORST}, with "
    "one input each"
)


def _hidden(points: Any, samples: int, generator: Any) -> Any:
    """`max_l |x_l|` at the start of networks of width m L^2."""
    import torch

    run = passes(points, samples, generator, points.m * points.L**2)
    return at_worst(points, torch.stack([h.norm(dim=-1) for h in run.hidden]).amax(0))


def _deep_rows(points: Any, samples: int, generator: Any) -> Any:
    """`max_l |v' prod_{r=l}^L Sigma_r W_r'|_2 / L` there: over sqrt(m) as the norm over the width's
    root."""
    import torch

    run = passes(points, samples, generator, points.m * points.L**2)
    return at_worst(points, torch.stack([r.norm(dim=-1) for r in run.rows]).amax(0)) / points.L


hidden = Claim(
    id="caogu2019.lemma-B.1i.hidden",
    source=Source(PAPER, "B.1", "Lemma B.1, (i), the hidden outputs"),
    statement=CONDITIONS + r"$\|\tilde x_{l,i}\|_2\le\bar C$ for all $l\in[L]$, $i\in[n]$",
    reading=f"{AS_WIDE}; (iii) bounds the change in the neighbourhood",
    over=OVER,
    quantifier=UpToConstant(along=("L",), samples=24),
    lhs=Sampled(_hidden),
    relation="<=",
    rhs=Closed(1),
    grid=Grid(L=DEEPER, m=[6], d=[6], tau=[0.001]).nightly(m=[48]),
)

rows_deep = Claim(
    id="caogu2019.lemma-B.1vi.depth",
    source=Source(PAPER, "B.1", "Lemma B.1, (vi), along the depth"),
    statement=rows[0].statement,
    reading=f"{AS_WIDE}; both sides over L",
    over=OVER,
    quantifier=UpToConstant(along=("L",), samples=16),
    lhs=Sampled(_deep_rows),
    relation="<=",
    rhs=Closed(sqrt(m)),
    grid=Grid(L=DEEPER, m=[6], d=[6], tau=[0.001]).nightly(m=[48]),
)


def move_of(old: Any, new: Any, x: Any) -> Any:
    """`|x_new - x_old| / sum_r |W_new - W_old|_F` of the last hidden output.

    The Frobenius norm is at least the spectral one: the ratio found is a lower bound.
    """
    from numeric.deep_relu import forward

    before, after = forward(old, x).hidden[-1], forward(new, x).hidden[-1]
    total = sum((b - a).square().sum(dim=(-2, -1)).sqrt() for a, b in zip(old, new, strict=True))
    return (after - before).norm(dim=-1).amax(-1) / (total + 1e-9)


def moved(points: Any, samples: int, generator: Any) -> Any:
    """That ratio at the worst weights found."""

    def objective(start: Any, old: Any, new: Any, x: Any) -> Any:
        return move_of(old, new, x)

    return searched(points, samples, objective, generator, steps=6)


def _moved_at_first_order(points: Any, samples: int, generator: Any) -> Any:
    """The supremum of that ratio as the moves tend to 0: one layer moves, by rank one.

    It is `max_r |[prod_{s=r+1}^L Sigma_s W_s'] Sigma_r|_2 |x_{r-1}|`, at the start, nearly always
    that of one of the first three layers, which alone are looked at.
    """
    import torch

    from numeric.data import unit_sphere
    from numeric.deep_relu import forward, initial, spectral_norm

    x = unit_sphere((samples, 1), points.d, generator)
    layers = initial((samples,), widths_of(points), generator)
    run, found = forward(layers, x), []
    above = torch.eye(points.m, dtype=torch.float64)
    for level in range(points.L - 1, -1, -1):
        masked = above * run.active[level]
        if level < 3:
            found.append(spectral_norm(masked) * run.hidden[level][:, 0].norm(dim=-1))
        above = masked @ layers[level].mT
    return torch.stack(found).amax(0).expand(points.n, -1)


MOVES = (
    r"$\|\hat x_{l,i}-\tilde x_{l,i}\|_2\le\bar C\sqrt L\cdot\sum_{r=1}^l\|\hat W_r-\tilde "
    r"W_r\|_2$ for all $l\in[L]$, $i\in[n]$"
)
moves = Claim(
    id="caogu2019.lemma-B.1iii",
    source=Source(PAPER, "B.1", "Lemma B.1, (iii), along the depth"),
    statement=CONDITIONS + MOVES,
    reading="at l = L, for small moves, where the supremum is known; means over initialisations; "
    "the proof of Lemma 5.2 uses the lemma with L in place of sqrt(L)",
    over=OVER,
    quantifier=UpToConstant(along=("L",), samples=40),
    lhs=Sampled(_moved_at_first_order),
    relation="<=",
    rhs=Closed(sqrt(L)),
    grid=Grid(L=DEEPER, m=[96], d=[16], tau=[0.001]).nightly(m=[256]),
    uses=("caogu2019.definition-4.3",),
)

moves_far = Claim(
    id="caogu2019.lemma-B.1iii.radius",
    source=Source(PAPER, "B.1", "Lemma B.1, (iii), along the radius"),
    statement=CONDITIONS + MOVES,
    reading=f"worst weights found, {WORST}; the moves in Frobenius norm, at least the spectral one",
    over=OVER,
    quantifier=UpToConstant(shrinking=("tau",), samples=12),
    lhs=Sampled(moved),
    relation="<=",
    rhs=Closed(sqrt(L)),
    grid=Grid(L=[3], m=[24], d=[8], tau=[0.3, 0.1, 0.03, 0.01]).nightly(m=[64]),
)
