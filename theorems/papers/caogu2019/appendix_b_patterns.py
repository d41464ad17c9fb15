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
    FAR,
    OVER,
    TOO_WIDE,
    WIDE,
    drawn,
    moved,
    norms_near,
    products_at_start,
    rows_at_start,
)
from theorems.papers.caogu2019.sec3_symbols import PAPER, L, d, m, tau
from theorems.quantifiers import UpToConstant
from theorems.sides import Closed, Computed


def _flips_of_one_layer(points: Any) -> Any:
    """Exactly the most flips of the first layer by a perturbation of norm 2 tau."""
    from numeric.deep_relu_moves import cheapest_flips

    layers, x = drawn(points)
    norm = x[0].norm().expand(points.n)
    return cheapest_flips((x[0] @ layers[0]).expand(points.n, -1), norm, 2 * points.tau)


def _flips(points: Any) -> Any:
    """Flips of the last layer: all layers pushed so that the last preactivations change most."""
    import torch

    from numeric.deep_relu import forward, frobenius
    from numeric.deep_relu_moves import cheapest_flips

    layers, x = drawn(points)
    x = x[:1]
    counts = []
    for radius in points.tau.tolist():
        run = forward(layers, x)
        # A target direction of the last preactivations that lowers all small ones: ascend there.
        before = run.hidden[-2] @ layers[-1]
        near = torch.exp(-before.square() * points.m / 8) * torch.sign(before)
        weight = near / near.norm()
        down = weight @ layers[-1].mT * (run.active[-2] if points.L > 1 else 1.0)
        pushed = list(layers)
        for level in range(points.L - 1, 0, -1):
            slope = run.hidden[level - 1].mT @ down
            pushed[level - 1] = layers[level - 1] - radius * slope / frobenius(slope)
            if level > 1:
                down = down @ layers[level - 1].mT * run.active[level - 2]
        after = forward(pushed, x)
        away = after.hidden[-2] @ layers[-1]
        flipped = ((away > 0) != (before > 0)).sum().to(torch.float64)
        # Then the last layer itself flips the cheapest of those that are left.
        kept = torch.where((away > 0) == (before > 0), away, torch.full_like(away, 1e9))
        size = after.hidden[-2].norm(dim=-1)
        more = cheapest_flips(kept, size, torch.tensor([radius], dtype=torch.float64))
        counts.append(flipped + more[0])
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
    "of the order of the bound, not only below it",
    over=OVER,
    quantifier=UpToConstant(shrinking=("tau",)),
    lhs=Computed(_flips_of_one_layer),
    relation="==",
    rhs=Closed(tau ** Rational(2, 3) * m),
    grid=Grid(L=[1], m=[1 << 14], d=[4], tau=[0.08, 0.04, 0.02, 0.01, 0.005]),
    uses=("caogu2019.definition-4.3",),
)

flips_deep = Claim(
    id="caogu2019.lemma-B.1iv.depth",
    source=Source(PAPER, "B.1", "Lemma B.1, (iv), along the depth"),
    statement=CONDITIONS + FLIPPED,
    reading="weights made to flip the last layer",
    over=OVER,
    quantifier=UpToConstant(along=("L",)),
    lhs=Computed(_flips),
    relation="<=",
    rhs=Closed(L ** Rational(4, 3) * tau ** Rational(2, 3) * m),
    grid=Grid(L=[2, 4, 8, 16], m=[256], d=[16], tau=[0.01]).nightly(m=[1024]),
)


def _on_sparse(points: Any) -> Any:
    """The exact supremum over sparse unit a, at the start, largest over layers and inputs."""
    import torch

    from numeric.deep_relu import forward, prefixes
    from numeric.deep_relu_moves import largest_on_sparse

    layers, x = drawn(points)
    rows = prefixes(layers, forward(layers, x).active)
    found = []
    for radius in points.tau.tolist():
        count = max(1, math.floor(points.L ** (4 / 3) * radius ** (2 / 3) * points.m))
        found.append(torch.stack([largest_on_sparse(row, count).amax() for row in rows]).amax())
    return torch.stack(found)


SPARSE = (
    r"$v^\top[\prod_{r=l}^L\tilde\Sigma_r(x_i)\tilde W_r^\top]a\le\bar "
    r"CL^{2/3}\tau^{1/3}\sqrt{m\log(m)}$ for all $a$ with $\|a\|_2=1$, $\|a\|_0\le\bar "
    r"CL^{4/3}\tau^{2/3}m$"
)
sparse = Claim(
    id="caogu2019.lemma-B.1v",
    source=Source(PAPER, "B.1", "Lemma B.1, (v), along the radius"),
    statement=CONDITIONS + SPARSE,
    reading="at the initialisation, where the supremum over a is that over the largest entries; "
    "the constant in the sparsity taken as 1",
    over=OVER,
    quantifier=UpToConstant(shrinking=("tau",)),
    lhs=Computed(_on_sparse),
    relation="<=",
    rhs=Closed(L ** Rational(2, 3) * tau ** Rational(1, 3) * sqrt(m * log(m))),
    grid=Grid(L=[2], m=[1024], d=[16], tau=[0.04, 0.02, 0.01, 0.005, 0.0025]),
    uses=("caogu2019.definition-4.3",),
)

sparse_wide = Claim(
    id="caogu2019.lemma-B.1v.width",
    source=Source(PAPER, "B.1", "Lemma B.1, (v), along the width"),
    statement=CONDITIONS + SPARSE,
    over=OVER,
    quantifier=UpToConstant(along=("m",)),
    lhs=Computed(_on_sparse),
    relation="<=",
    rhs=Closed(L ** Rational(2, 3) * tau ** Rational(1, 3) * sqrt(m * log(m))),
    grid=Grid(L=[2], m=[128, 256, 512, 1024], d=[16], tau=[0.02]),
)


def _at_start(points: Any) -> Any:
    """The largest over their bounds of the five quantities that are known at the start."""
    import torch

    size = torch.tensor(float(points.m), dtype=torch.float64)
    flat = points.L ** (2 / 3) * points.tau ** (1 / 3)
    ratios = [
        norms_near(points),
        products_at_start(points) / points.L,
        _flips(points) / (flat.square() * size),
        _on_sparse(points) / (flat * (size * size.log()).sqrt()),
        rows_at_start(points) / size.sqrt(),
    ]
    return torch.stack(ratios).amax(0)


def _all_together(points: Any) -> Any:
    """The largest of all six."""
    import torch

    return torch.maximum(_at_start(points), moved(points) / points.L**0.5)


ITEMS = tuple(f"caogu2019.lemma-B.1{k}" for k in ("i", "ii", "iii", "iv", "v", "vi"))
together = Claim(
    id="caogu2019.lemma-B.1",
    source=Source(PAPER, "B.1", "Lemma B.1"),
    statement=CONDITIONS + "(i) to (vi) hold with one constant",
    reading="the largest of the sides over their bounds; d grows at a fixed width",
    over=OVER,
    quantifier=UpToConstant(along=("d",)),
    lhs=Computed(_at_start),
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
    where=[d <= m],
    quantifier=UpToConstant(along=("m",)),
    lhs=Computed(_all_together),
    relation="<=",
    rhs=Closed(1),
    grid=WIDE,
    corrects="caogu2019.lemma-B.1",
    uses=tuple(
        id_ + (".corrected" if id_.endswith(("B.1i", "B.1ii", "B.1vi")) else "") for id_ in ITEMS
    ),
)
