r"""Lemma B.1, (iv) and (v): changed patterns and sparse directions; and all items together.

Symbols in `sec3_symbols`; measured as in `appendix_b_scaling`.
"""

from __future__ import annotations

import math
from typing import Any

from sympy import Rational, log, sqrt

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.caogu2019.appendix_b_scaling import (
    CONDITIONS,
    DEPTHS,
    FAR,
    ONE_LAYER,
    OVER,
    SAMPLES,
    TOO_WIDE,
    WIDE,
    moved,
    norms_of,
    products_of,
    rows_of,
)
from theorems.papers.caogu2019.draws import CHANCES, WORST, at_worst, drawn, passes
from theorems.papers.caogu2019.sec3_symbols import PAPER, L, d, m, tau
from theorems.quantifiers import UpToConstant
from theorems.sides import Closed, Sampled


def _flips_of_one_layer(points: Any, samples: int, generator: Any) -> Any:
    """Exactly the most flips of one layer by a perturbation of norm 2 tau, for inputs of norm 1."""
    import torch

    from numeric.deep_relu_moves import cheapest_flips

    before = torch.randn(samples * CHANCES, points.m, generator=generator, dtype=torch.float64)
    before = before * (2 / points.m) ** 0.5
    one = torch.ones(samples * CHANCES, dtype=torch.float64)
    counts = [cheapest_flips(before, one, 2 * radius) for radius in points.tau]
    return at_worst(points, torch.stack(counts))


def _flips(points: Any, samples: int, generator: Any) -> Any:
    return at_worst(points, flips_of(points, *drawn(points, samples, generator)))


def flips_of(points: Any, layers: Any, x: Any) -> Any:
    """Flips of the last layer: all layers pushed so that the last preactivations change most.

    One input per draw; `(points, draws)`.
    """
    import torch

    from numeric.deep_relu import forward, frobenius
    from numeric.deep_relu_moves import cheapest_flips

    x, counts = x[:, :1], []
    run = forward(layers, x)
    # A target direction of the last preactivations that lowers all small ones: ascend there.
    before = run.hidden[-2] @ layers[-1]
    near = torch.exp(-before.square() * points.m / 8) * torch.sign(before)
    down = (near / near.norm(dim=-1, keepdim=True)) @ layers[-1].mT
    slopes = []
    for level in range(points.L - 1, 0, -1):
        down = down * run.active[level - 1]
        slope = run.hidden[level - 1].mT @ down
        slopes.append(slope / frobenius(slope)[:, None, None])
        down = down @ layers[level - 1].mT
    for radius in points.tau:
        pushed = [w - radius * slope for w, slope in zip(layers, reversed(slopes), strict=False)]
        end = forward([*pushed, layers[-1]], x).hidden[-2]
        away = end @ layers[-1]
        same = (away > 0) == (before > 0)
        # Then the last layer itself flips the cheapest of those that are left.
        kept = torch.where(same, away, torch.full_like(away, 1e9))[:, 0]
        more = cheapest_flips(kept, end.norm(dim=-1)[:, 0], radius)
        counts.append((~same).sum(dim=(-2, -1)) + more)
    return torch.stack(counts)


FLIPPED = (
    r"$\|\hat\Sigma_l(x_i)-\tilde\Sigma_l(x_i)\|_0\le\bar CL^{4/3}\tau^{2/3}m$ for all $l\in[L]$, "
    r"$i\in[n]$"
)
flips = Claim(
    id="caogu2019.lemma-B.1iv",
    source=Source(PAPER, "B.1", "Lemma B.1, (iv), along the radius"),
    statement=CONDITIONS + FLIPPED,
    reading="one layer, where the worst perturbation of norm 2 tau is known exactly: the count is "
    f"of the order of the bound, not only below it; {WORST}",
    over=OVER,
    quantifier=UpToConstant(shrinking=("tau",), samples=2),
    lhs=Sampled(_flips_of_one_layer),
    relation="==",
    rhs=Closed(tau ** Rational(2, 3) * m),
    grid=Grid(L=[1], m=[1 << 14], d=[4], tau=[0.08, 0.04, 0.02, 0.01, 0.005]),
    uses=("caogu2019.definition-4.3",),
)

flips_deep = Claim(
    id="caogu2019.lemma-B.1iv.depth",
    source=Source(PAPER, "B.1", "Lemma B.1, (iv), along the depth"),
    statement=CONDITIONS + FLIPPED,
    reading=f"weights made to flip the last layer; {WORST}",
    over=OVER,
    quantifier=UpToConstant(along=("L",), samples=SAMPLES),
    lhs=Sampled(_flips),
    relation="<=",
    rhs=Closed(L ** Rational(4, 3) * tau ** Rational(2, 3) * m),
    grid=Grid(L=DEPTHS, m=[96], d=[16], tau=[0.02]).nightly(m=[384]),
)


def sparse_of(points: Any, rows: Any) -> Any:
    """The exact supremum over sparse unit a, largest over the rows; `(points, draws)`."""
    import torch

    from numeric.deep_relu_moves import largest_on_sparse

    found = []
    for radius in points.tau.tolist():
        count = max(1, math.floor(points.L ** (4 / 3) * radius ** (2 / 3) * points.m))
        found.append(torch.stack([largest_on_sparse(row, count) for row in rows]).amax(0))
    return torch.stack(found)


def _sparse(points: Any, samples: int, generator: Any) -> Any:
    return at_worst(points, sparse_of(points, passes(points, samples, generator).rows))


SPARSE = (
    r"$v^\top[\prod_{r=l}^L\tilde\Sigma_r(x_i)\tilde W_r^\top]a\le\bar "
    r"CL^{2/3}\tau^{1/3}\sqrt{m\log(m)}$ for all $a$ with $\|a\|_2=1$, $\|a\|_0\le\bar "
    r"CL^{4/3}\tau^{2/3}m$"
)
SPARSE_SIZE = L ** Rational(2, 3) * tau ** Rational(1, 3) * sqrt(m * log(m))
sparse = Claim(
    id="caogu2019.lemma-B.1v",
    source=Source(PAPER, "B.1", "Lemma B.1, (v), along the radius"),
    statement=CONDITIONS + SPARSE,
    reading="at the initialisation, where the supremum over a is that over the largest entries; "
    "the constant in the sparsity taken as 1; one layer and d = m, so large that the condition "
    f"m >= tau^(-4/3) log m holds with constant 1; {WORST}",
    over=OVER,
    quantifier=UpToConstant(shrinking=("tau",), samples=3),
    lhs=Sampled(_sparse),
    relation="<=",
    rhs=Closed(SPARSE_SIZE),
    grid=Grid(L=[1], m=[1 << 17], d=[1 << 17], tau=[0.006 * 2 ** (-k / 2) for k in range(7)]),
    uses=("caogu2019.definition-4.3",),
)

sparse_wide = Claim(
    id="caogu2019.lemma-B.1v.width",
    source=Source(PAPER, "B.1", "Lemma B.1, (v), along the width"),
    statement=CONDITIONS + SPARSE,
    reading=f"at the initialisation, the constant in the sparsity taken as 1; {WORST}",
    over=OVER,
    quantifier=UpToConstant(along=("m",), samples=24),
    lhs=Sampled(_sparse),
    relation="<=",
    rhs=Closed(SPARSE_SIZE),
    grid=Grid(L=[2], m=[1 << k for k in range(7, 14)], d=[16], tau=[0.02]),
)


def _at_start(points: Any, samples: int, generator: Any) -> Any:
    """The largest over their bounds of the five quantities that are known at the start."""
    import torch

    from numeric.deep_relu import forward, prefixes

    layers, x = drawn(points, samples, generator)
    size = torch.tensor(float(points.m), dtype=torch.float64)
    flat = (points.L ** (2 / 3) * points.tau ** (1 / 3))[:, None]
    rows = [row[:, 0] for row in prefixes(layers, forward(layers, x[:, :1]).active)]
    ratios = [
        norms_of(layers) + points.tau[:, None],
        products_of(layers, x).expand(points.n, -1) / points.L,
        flips_of(points, layers, x) / (flat.square() * size),
        sparse_of(points, rows) / (flat * (size * size.log()).sqrt()),
        rows_of(layers, x).expand(points.n, -1) / size.sqrt(),
    ]
    return at_worst(points, torch.stack(ratios).amax(0))


def _all_together(points: Any, samples: int, generator: Any) -> Any:
    """The largest of all six."""
    import torch

    moves = moved(points, samples, generator) / points.L**0.5
    return torch.maximum(_at_start(points, samples, generator), moves)


ITEMS = tuple(f"caogu2019.lemma-B.1{k}" for k in ("i", "ii", "iii", "iv", "v", "vi"))
together = Claim(
    id="caogu2019.lemma-B.1",
    source=Source(PAPER, "B.1", "Lemma B.1"),
    statement=CONDITIONS + "(i) to (vi) hold with one constant",
    reading=f"the largest of the sides over their bounds; {ONE_LAYER}",
    over=OVER,
    quantifier=UpToConstant(along=("d",), samples=SAMPLES),
    lhs=Sampled(_at_start),
    relation="<=",
    rhs=Closed(1),
    grid=FAR,
    erratum=TOO_WIDE,
    uses=ITEMS,
)

together_corrected = Claim(
    id="caogu2019.lemma-B.1.corrected",
    source=Source(PAPER, "B.1", "Lemma B.1"),
    statement=CONDITIONS + r"(i) to (vi) hold with one constant, provided that $m\ge d$",
    over=OVER,
    reading=f"the largest of the sides over their bounds; {WORST}",
    where=[d <= m],
    quantifier=UpToConstant(along=("m",), samples=SAMPLES),
    lhs=Sampled(_all_together),
    relation="<=",
    rhs=Closed(1),
    grid=WIDE,
    corrects="caogu2019.lemma-B.1",
    uses=tuple(
        id_ + (".corrected" if id_.endswith(("B.1i", "B.1ii", "B.1vi")) else "") for id_ in ITEMS
    ),
)
