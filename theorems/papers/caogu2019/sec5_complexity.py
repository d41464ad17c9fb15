r"""Section 5.1: the Rademacher complexity of the neighbourhood against its printed bound.

Symbols in `sec3_symbols`. I_2 is known exactly at given weights and inputs, all signs listed; the
complexity itself is found from below, one member of the class per pattern of signs.
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
    n,
    tau,
    widths_of,
)
from theorems.quantifiers import UpToConstant
from theorems.sides import Closed, Computed

OVER = {tau: POSITIVE, L: sp.S.Naturals, m: EVEN, d: sp.S.Naturals, n: sp.Range(1, 13)}


def _drawn(points: Any) -> tuple[Any, Any]:
    """Layers at the initialisation and inputs, with four draws as a leading axis."""
    from numeric.data import unit_sphere
    from numeric.deep_relu import initial

    generator = generator_of(points.L, points.m, points.d, points["n"])
    return initial((4,), widths_of(points), generator), unit_sphere(
        (4, points["n"]), points.d, generator
    )


def _second(points: Any) -> Any:
    """I_2 over tau, exactly: `1/n sum_l E_xi |sum_i xi_i grad_{W_l} f(x_i)|_F`, mean of draws."""
    import torch

    from numeric.deep_relu import backward, forward
    from numeric.rademacher import sign_patterns

    layers, x = _drawn(points)
    run = forward(layers, x)
    xi = sign_patterns(points["n"])
    total = torch.zeros(4, dtype=torch.float64)
    for below, back in zip(run.hidden, backward(layers, run.active), strict=False):
        # |sum_i xi_i x_i b_i'|_F^2 = xi' (X X' o B B') xi.
        gram = (below @ below.mT) * (back @ back.mT)
        squares = torch.einsum("si,pij,sj->ps", xi, gram, xi)
        total = total + squares.clamp_min(0).sqrt().mean(-1)
    return points.tau * total.mean() / points["n"]


I_2 = (
    r"$I_2=\frac\tau n\sum_l\mathbb E_\xi\|\sum_i\xi_i\nabla_{W_l}f_{W^{(0)}}(x_i)\|_F\le C_3L\tau"
    r"\cdot"
    r"\sqrt{m/n}$"
)


def _size(axis: str, grid: Grid) -> Claim:
    return Claim(
        id=f"caogu2019.proof-4.5c.{axis}",
        source=Source(PAPER, "5.1", f"proof of Theorem 4.5, I_2, along {axis}"),
        statement=I_2,
        reading="mean of four initialisations and inputs on the sphere",
        over=OVER,
        quantifier=UpToConstant(along=(axis,)),
        lhs=Computed(_second),
        relation="<=",
        rhs=Closed(L * tau * sqrt(m / n)),
        grid=grid,
        uses=("caogu2019.lemma-5.1a", "caogu2019.proof-4.5c"),
    )


sizes = [
    _size("n", Grid(n=[1, 2, 4, 8], m=[64], L=[2], d=[16], tau=[0.01])),
    _size("m", Grid(n=[4], m=[16, 32, 64, 128, 256], L=[2], d=[16], tau=[0.01])),
    _size("L", Grid(n=[4], m=[128], L=[1, 2, 4, 8], d=[16], tau=[0.01])),
]


def _complexity(points: Any) -> Any:
    """`E_xi sup_W 1/n sum xi_i f_W(x_i)` from below: one member per pattern of signs, by ascent."""
    import torch

    from numeric.adversary import Around, Ascent, maximise
    from numeric.deep_relu import forward
    from numeric.rademacher import sign_patterns

    layers, x = _drawn(points)
    xi, count = sign_patterns(points["n"]), 2 ** points["n"]
    sets = {"x": Around(x.unsqueeze(0).expand(points.n, -1, -1, -1), 0.0, trailing=1)}
    for level, layer in enumerate(layers):
        many = layer[None, :, None].expand(points.n, -1, count, -1, -1)
        sets[f"{level}"] = Around(many, points.tau)

    def value(weights: dict[str, torch.Tensor]) -> torch.Tensor:
        members = [weights[f"{level}"] for level in range(points.L)]
        output = forward(members, weights["x"].unsqueeze(2)).output
        return (xi * output).mean(-1).mean(-1)

    generator = generator_of(points["n"], points.m)
    return maximise(value, sets, Ascent(restarts=4, steps=12), generator).value


found = Claim(
    id="caogu2019.eq-5.1.class",
    source=Source(PAPER, "5.1", "proof of Theorem 4.5, the complexity of the neighbourhood"),
    statement=r"$\hat{\mathfrak R}_n[\mathcal F_\tau]\le C[L\tau\sqrt{m/n}+L^4\sqrt{m\log(m)}"
    r"\tau^{4/3}]$",
    reading="the complexity found by ascent, against the first term alone",
    over=OVER,
    quantifier=UpToConstant(along=("n",)),
    lhs=Computed(_complexity),
    relation="<=",
    rhs=Closed(L * tau * sqrt(m / n)),
    grid=Grid(n=[1, 2, 4, 8], m=[12], L=[2], d=[8], tau=[0.01]).nightly(m=[32]),
    uses=("caogu2019.eq-5.1", "caogu2019.proof-4.5b", "caogu2019.proof-4.5c"),
)
