r"""Section 5.1: the Rademacher complexity of the neighbourhood against its printed bound.

Symbols in `sec3_symbols`. I_2 is known exactly at given weights and inputs, all signs listed; the
complexity itself is found from below, at drawn signs.
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
    m,
    n,
    tau,
    widths_of,
)
from theorems.quantifiers import UpToConstant
from theorems.sides import Closed, Sampled

OVER = {tau: POSITIVE, L: sp.S.Naturals, m: EVEN, d: sp.S.Naturals, n: sp.Range(1, 13)}


def _second(points: Any, samples: int, generator: Any) -> Any:
    """I_2, exactly: `tau/n sum_l E_xi |sum_i xi_i grad_{W_l} f(x_i)|_F`, per draw."""
    import torch

    from numeric.data import unit_sphere
    from numeric.deep_relu import backward, forward, initial
    from numeric.rademacher import sign_patterns

    layers = initial((samples,), widths_of(points), generator)
    x = unit_sphere((samples, points["n"]), points.d, generator)
    run = forward(layers, x)
    xi = sign_patterns(points["n"])
    total = torch.zeros(samples, dtype=torch.float64)
    for below, back in zip(run.hidden, backward(layers, run.active), strict=False):
        # |sum_i xi_i x_i b_i'|_F^2 = xi' (X X' o B B') xi.
        gram = (below @ below.mT) * (back @ back.mT)
        squares = torch.einsum("si,pij,sj->ps", xi, gram, xi)
        total = total + squares.clamp_min(0).sqrt().mean(-1)
    return points.tau[:, None] * total / points["n"]


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
        reading="means over initialisations and inputs on the sphere",
        over=OVER,
        quantifier=UpToConstant(along=(axis,), samples=24),
        lhs=Sampled(_second),
        relation="<=",
        rhs=Closed(L * tau * sqrt(m / n)),
        grid=grid,
        uses=("caogu2019.lemma-5.1a", "caogu2019.proof-4.5c"),
    )


sizes = [
    _size("n", Grid(n=[1, 2, 3, 4, 6, 8], m=[64], L=[2], d=[16], tau=[0.01])),
    _size("m", Grid(n=[4], m=[16, 24, 32, 48, 64, 96, 128], L=[2], d=[16], tau=[0.01])),
    _size("L", Grid(n=[4], m=[96], L=[1, 2, 3, 4, 6, 8], d=[16], tau=[0.01])),
]


def _complexity(points: Any, samples: int, generator: Any) -> Any:
    """`sup_W 1/n sum xi_i (f_W - f_{W(0)})(x_i)` from below, one draw of signs each, by ascent.

    The signs' mean of the term in `f_{W(0)}` is 0, so leaving it out changes no expectation.
    """
    import torch

    from numeric.adversary import Around, Ascent, maximise
    from numeric.data import unit_sphere
    from numeric.deep_relu import forward, initial
    from numeric.rademacher import sign_patterns

    signs = sign_patterns(points["n"])
    xi = signs[torch.randint(len(signs), (samples,), generator=generator)]
    layers = initial((samples, 1), widths_of(points), generator)
    x = unit_sphere((samples, 1, points["n"]), points.d, generator)
    start = forward(layers, x).output
    radius = points.tau.repeat_interleave(samples)
    sets = {
        f"{level}": Around(layer.repeat(points.n, 1, 1, 1), radius)
        for level, layer in enumerate(layers)
    }

    def value(weights: dict[str, torch.Tensor]) -> torch.Tensor:
        members = [weights[f"{level}"] for level in range(points.L)]
        gain = forward(members, x.repeat(points.n, 1, 1, 1)).output - start.repeat(points.n, 1, 1)
        return (xi.repeat(points.n, 1).unsqueeze(1) * gain).mean(-1)

    found = maximise(value, sets, Ascent(restarts=4, steps=8), generator).value
    return found.reshape(points.n, samples)


found = Claim(
    id="caogu2019.eq-5.1.class",
    source=Source(PAPER, "5.1", "proof of Theorem 4.5, the complexity of the neighbourhood"),
    statement=r"$\hat{\mathfrak R}_n[\mathcal F_\tau]\le C[L\tau\sqrt{m/n}+L^4\sqrt{m\log(m)}"
    r"\tau^{4/3}]$",
    reading="means over initialisations, inputs and signs of the largest value that ascent finds, "
    "against the first term alone",
    over=OVER,
    quantifier=UpToConstant(along=("n",), samples=160),
    lhs=Sampled(_complexity),
    relation="<=",
    rhs=Closed(L * tau * sqrt(m / n)),
    grid=Grid(n=[1, 2, 3, 4, 6, 8], m=[12], L=[2], d=[8], tau=[0.01]).nightly(m=[32]),
    uses=("caogu2019.eq-5.1", "caogu2019.proof-4.5b", "caogu2019.proof-4.5c"),
)
