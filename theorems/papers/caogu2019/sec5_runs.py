r"""Theorem 4.7 along runs of Algorithm 1.

Symbols in `sec3_symbols`; runs as in `sec5_descent`.
"""

from __future__ import annotations

import math
from typing import Any

import sympy as sp

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.caogu2019.sec3_symbols import EVEN, PAPER, L, epsilon, m, n
from theorems.papers.caogu2019.sec5_descent import SHARE, data
from theorems.quantifiers import UpToConstant
from theorems.sides import Closed, Sampled

STEPS = 80


def _reached(points: Any, samples: int, generator: Any) -> tuple[Any, Any, Any]:
    """Iterations until E_S <= epsilon, distance and the B of (4.1) so far, `(points, samples)`.

    Algorithm 1 with step size 5/m. Runs that do not get there, nearly always since a layer is dead
    on an input, give way to the mean of the others. Raises `ValueError` if they are a tenth of all.
    """
    import torch

    from numeric.deep_relu import descend, initial

    x, y = data()
    start = initial((samples,), (2, *(points.m for _ in range(points.L))), generator)
    run, found = descend(start, x, y, 5 / points.m, STEPS), []
    shares = run.last_gradient / (points.m**0.5 * run.surrogate)
    for target in points.epsilon.tolist():
        hits = run.surrogate <= target
        there = hits.any(dim=1)
        if int((~there).sum()) > samples // 10:
            raise ValueError(f"the surrogate error does not reach {target}")
        first = hits.to(torch.int8).argmax(dim=1)
        so_far = torch.arange(STEPS + 1) <= first[:, None]
        distance = torch.where(so_far, run.distance, 0.0).amax(1)
        share = torch.where(so_far, shares, torch.inf).amin(1)
        values = torch.stack([first.to(torch.float64), distance, share])
        found.append(torch.where(there, values, values[:, there].mean(-1, keepdim=True)))
    return tuple(torch.stack(found, dim=1))


def _bounded(points: Any, samples: int, generator: Any) -> Any:
    _, distance, share = _reached(points, samples, generator)
    return distance * share * points.epsilon[:, None] * points.m**0.5


THEOREM: dict[str, Any] = {
    "over": {L: sp.S.Naturals, m: EVEN, epsilon: SHARE},
    "relation": "<=",
    "rhs": Closed(1),
    "grid": Grid(L=[2], m=[16, 32, 64, 128], epsilon=[0.1, 0.05, 0.025, 0.0125]).nightly(
        m=[24, 48, 96, 192]
    ),
    "uses": (
        *("caogu2019.lemma-5.1a", "caogu2019.lemma-5.1b", "caogu2019.lemma-5.2a"),
        *("caogu2019.lemma-5.2b", "caogu2019.lemma-5.3", "caogu2019.eq-5.2", "caogu2019.eq-5.3"),
        *("caogu2019.eq-5.4", "caogu2019.eq-5.5", "caogu2019.eq-5.2.until"),
    ),
}
CONDITION = (
    r"if (4.1) holds on $\mathcal W_\tau$ with $\tau=\tilde O(B^{-1}\epsilon^{-1}m^{-1/2})$ and "
    r"$m\ge m^*=\tilde O(L^{12}B^{-4}\epsilon^{-2})\cdot\log(1/\delta)$, with probability at least "
    r"$1-\delta$ Algorithm 1 with $\eta=O(L^{-3}B^2m^{-1})$ generates $K=\tilde "
    r"O(L^3B^{-4}\epsilon^{-2})$ iterates with "
)
theorem = Claim(
    id="caogu2019.theorem-4.7",
    source=Source(PAPER, "4.1", "Theorem 4.7, (i)"),
    statement=CONDITION + r"(i) $W^{(k)}\in\mathcal W_\tau$, $k\in[K]$",
    reading=r"until $\mathcal E_S\le\epsilon$ first holds: the distance over "
    r"$B^{-1}\epsilon^{-1}m^{-1/2}$, with the B of (4.1) on the iterates so far; means over "
    "runs; one L, so that the powers of L are not tested",
    quantifier=UpToConstant(along=("m",), shrinking=("epsilon",), samples=32),
    lhs=Sampled(_bounded),
    **THEOREM,
)


def _count(points: Any, samples: int, generator: Any) -> Any:
    count, _, _ = _reached(points, samples, generator)
    return count * points.epsilon[:, None] ** 2 / points.L**3


theorem_count = Claim(
    id="caogu2019.theorem-4.7.iterations",
    source=Source(PAPER, "4.1", "Theorem 4.7, (ii)"),
    statement=CONDITION
    + r"(ii) there exists $k\in\{0,\dots,K-1\}$ with $\mathcal E_S(W^{(k)})\le\epsilon$",
    reading=r"the iterations to the first such k over $L^3\epsilon^{-2}$, as B depends on neither "
    r"m nor $\epsilon$; $\eta=5/m$, means over runs; one L; the runs take of order epsilon^-1 "
    "iterations, so that a print with that power would stand as well",
    quantifier=UpToConstant(along=("m",), shrinking=("epsilon",), samples=100),
    lhs=Sampled(_count),
    **THEOREM,
)


def _test_error(points: Any, samples: int, generator: Any) -> Any:
    """Error on fresh inputs after descent, per run, for a law with a margin.

    Inputs uniform on the arcs of the circle with ||x_1| - |x_2|| >= 0.3, labelled by its sign.
    """
    import torch

    from numeric.deep_relu import descend, forward, initial

    count, fresh = points["n"], 200
    turn = torch.rand(samples, count + fresh, generator=generator, dtype=torch.float64)
    quarter = torch.randint(4, turn.shape, generator=generator)
    # Within pi/4 of an axis, less the angle at which cos - sin = 0.3.
    half = math.pi / 4 - math.asin(0.3 / 2**0.5)
    angle = (2 * turn - 1) * half + quarter * (math.pi / 2)
    x = torch.stack([angle.cos(), angle.sin()], dim=-1)
    y = 1 - 2 * (quarter % 2).to(torch.float64)
    start = initial((samples,), (2, *(points.m for _ in range(points.L))), generator)
    run = descend(start, x[:, :count], y[:, :count], 3 / points.m, 40)
    wrong = y[:, count:] * forward(run.layers, x[:, count:]).output <= 0
    return wrong.to(torch.float64).mean(-1).expand(points.n, -1)


trained = Claim(
    id="caogu2019.corollary-4.9.trained",
    source=Source(PAPER, "4.1", "Corollary 4.9, along the number of examples"),
    title="the error of trained networks falls at least like n^(-1/2)",
    statement=r"$\mathbb P[y\cdot f_W(x)<0]\le\epsilon+\tilde O(L^2B^{-1}\epsilon^{-1}\cdot "
    r"n^{-1/2}+"
    r"L^4B^{-4/3}\epsilon^{-4/3}m^{-1/6})$",
    reading="the dependence on n, for a law on the circle that meets Assumption 4.10 but is not "
    "linearly separable; means over trained networks of the error on fresh inputs",
    over={L: sp.S.Naturals, m: EVEN, n: sp.S.Naturals},
    quantifier=UpToConstant(along=("n",), samples=120),
    lhs=Sampled(_test_error),
    relation="<=",
    rhs=Closed(n ** sp.Rational(-1, 2)),
    grid=Grid(L=[2], m=[16], n=[2, 4, 8, 16]),
    uses=("caogu2019.corollary-4.9",),
)
