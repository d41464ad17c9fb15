"""Thesis sections 4.3.1, 4.7.1 and 4.7.2: descent stays balanced, decreases, and stays bounded.

size: |M*|_F; share: epsilon / |M*|_F; r: rank of M*, which is d_1 by d_2; a, b, m: the norms of U,
V and M*; epsilon: the bound on the imbalance; eta_0: a step size; delta, kappa: exponent and
constant of other step sizes.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import sympy as sp
from sympy import Interval, Matrix, Rational, oo, pi, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2019.ch4_factorization import FEW, PAPER, M, U, V, over_entries, two_points
from theorems.quantifiers import (
    AlongTrajectory,
    Exists,
    ForAll,
    ForAllWeights,
    WithProbability,
)
from theorems.sides import Closed, Computed, Sampled, Simulated

POSITIVE, NONNEGATIVE = Interval.open(0, oo), Interval(0, oo)
d_1, d_2, r, t = symbols("d_1 d_2 r t", integer=True)
size, share, delta, kappa = symbols("size share delta kappa", real=True)
a, b, m, q, eps, eta_0 = symbols("a b m q epsilon eta_0", real=True)
NATURALS = sp.S.Naturals
SETTING = {d_1: NATURALS, d_2: NATURALS, r: NATURALS, size: POSITIVE, share: Interval.open(0, 1)}
SHAPES = [{"d_1": 1, "d_2": 1, "r": 1}, {"d_1": 6, "d_2": 4, "r": 2}]
GRID = Grid(points=SHAPES, size=[0.1, 1.0, 30.0], share=[0.05, 0.9])
STEPS = 150


def start(points: Any, draws: int, wide: bool, generator: Any) -> tuple[Any, Any, Any, Any]:
    """`U_0`, `V_0`, `M*` and epsilon, `(n, draws, ...)`.

    Small: entries of variance epsilon / (20 d^2 r). Wide: balanced factors turned at random whose
    product is up to twice `M*` in norm, far from it, so that A, B and C hold near their edges.
    """
    import torch

    from numeric.matrix_factorization import target_matrix

    shape = (points.d_1, points.d_2, points.r)
    scale = points["size"].unsqueeze(-1).expand(points.n, draws)
    _, _, target = target_matrix((points.n, draws), shape, scale, generator)
    eps_of = points.share.reshape(-1, 1, 1, 1) * points["size"].reshape(-1, 1, 1, 1)
    if wide:
        u, v, _ = target_matrix((points.n, draws), shape, 0.7 * scale, generator, decay=1.0)
        return u, v, target, eps_of
    deviation = (eps_of / (20 * max(shape[:2]) ** 2 * shape[2])).sqrt()
    lead = (points.n, draws)
    u = torch.randn(*lead, points.d_1, points.r, generator=generator, dtype=torch.float64)
    v = torch.randn(*lead, points.d_2, points.r, generator=generator, dtype=torch.float64)
    return deviation * u, deviation * v, target, eps_of


def step_sizes(points: Any, eps_of: Any) -> Any:
    """The printed step sizes as a function of t, broadcast against the factors."""
    from numeric.matrix_factorization import printed_step

    norm = points["size"].reshape(-1, 1, 1, 1)
    return lambda index: printed_step(index, eps_of, points.r, norm)


def quantities(
    points: Any, generator: Any, draws: int, wide: bool, slopes: bool = True
) -> dict[str, Any]:
    """What the lemma bounds, `(n, draws, steps + 1)` each, along descent, and |grad f|^2 with
    `slopes`."""
    return seen(points, *start(points, draws, wide, generator), slopes)


def seen(
    points: Any, u: Any, v: Any, target: Any, eps_of: Any, slopes: bool = False
) -> dict[str, Any]:
    """`quantities` along descent from these factors."""
    from numeric.matrix_factorization import descend, gradient, imbalance, norm2, objective

    us, vs = descend(u, v, target, step_sizes(points, eps_of), STEPS)
    found = {
        "imbalance": norm2(imbalance(us, vs)).sqrt(),
        "value": objective(us, vs, target),
        "square_u": norm2(us),
        "square_v": norm2(vs),
    }
    if slopes:
        du, dv = gradient(us, vs, target)
        found["slope"] = norm2(du) + norm2(dv)
    return {name: entry.movedim(0, -1) for name, entry in found.items()}


def _lemma_draw(points: Any, samples: int, generator: Any) -> dict[str, Any]:
    return shares(points, quantities(points, generator, samples, wide=False, slopes=False))


def shares(points: Any, path: dict[str, Any]) -> dict[str, Any]:
    """The parts of Lemma 4.1 as shares of their bounds, worst over iterations."""
    import torch

    norm, eps_of = points["size"].unsqueeze(-1), (points.share * points["size"]).unsqueeze(-1)
    value = path["value"]
    rise = (value[..., 1:] / value[..., :-1]).amax(dim=-1)
    bound = 5 * points.r**0.5 * norm
    parts = [
        path["imbalance"].amax(dim=-1) / eps_of,
        rise,
        value.amax(dim=-1) / (2 * norm.square()),
        path["square_u"].amax(dim=-1) / bound,
        path["square_v"].amax(dim=-1) / bound,
    ]
    return {"parts": torch.stack(parts, dim=-1)}


lemma = Claim(
    id="du2019.lemma-4.1",
    source=Source(PAPER, "4.3.1", "Lemma 4.1"),
    statement=r"with high probability for all $t$: $\|U_t^\top U_t-V_t^\top V_t\|_F\le\epsilon$, "
    r"$f(U_t,V_t)\le f(U_{t-1},V_{t-1})\le\dots\le2\|M^*\|_F^2$, and $\|U_t\|_F^2,\|V_t\|_F^2\le"
    r"5\sqrt r\|M^*\|_F$",
    reading=r"the first 150 iterations, entries of variance $\epsilon/(20d^2r)$, probability at "
    "least 0.9; each part as a share of its bound",
    over=SETTING,
    quantifier=WithProbability(at_least=0.9, draws=300, draw=_lemma_draw),
    lhs=Sampled(lambda draws: draws["parts"]),
    relation="<=",
    rhs=Closed(1),
    grid=GRID,
    uses=("du2019.claim-4.1", "du2019.claim-4.2", "du2019.claim-4.3", "du2019.text-4.7"),
)


def along(part: str) -> Any:
    return Simulated(lambda path: path[part])


WIDE = AlongTrajectory(simulate=partial(quantities, draws=4, wide=True, slopes=False))
WIDE_READING = (
    "from balanced starts of norm 0.7 |M*| far from M*, where the three conditions hold at t = 0 "
    "and the iterates move most; 150 iterations"
)
SUM_OF_SQUARES = 40 * sqrt(r) * size**3 * (share * size / r) / (100**2 * size**3) * pi**2 / 6

balanced = Claim(
    id="du2019.claim-4.1",
    source=Source(PAPER, "4.7.1", "Claim 4.1"),
    statement=r"$\|U_{t+1}^\top U_{t+1}-V_{t+1}^\top V_{t+1}\|_F\le\frac\epsilon2+40\sqrt r\|M^*"
    r"\|_F^3"
    r"\sum_{i\le t}\eta_i^2$",
    reading=WIDE_READING + r"; the sum of squares at its limit $\frac{\pi^2}6$ times the first",
    over=SETTING,
    quantifier=WIDE,
    lhs=along("imbalance"),
    relation="<=",
    rhs=Closed(share * size / 2 + SUM_OF_SQUARES),
    grid=GRID,
    uses=("du2019.eq-4.13",),
)

balanced_constant = Claim(
    id="du2019.claim-4.1.constant",
    source=Source(PAPER, "4.7.1", "Claim 4.1, last step"),
    statement=r"$\frac\epsilon2+40\sqrt r\|M^*\|_F^3\sum_{i\ge0}\frac1{(i+1)^2}\cdot\frac{"
    r"\epsilon/r}"
    r"{100^2\|M^*\|_F^3}\le\epsilon$",
    over={r: NATURALS, size: POSITIVE, share: POSITIVE},
    lhs=Closed(share * size / 2 + SUM_OF_SQUARES),
    relation="<=",
    rhs=Closed(share * size),
    grid=Grid(r=[1, 2, 100], size=[0.1, 10.0], share=[0.01, 1.0]),
)

R = U * V.T - M
MOVED_U, MOVED_V = U - eta_0 * R * V, V - eta_0 * R.T * U


def _printed_cross(transposed: bool) -> Matrix:
    inner = U.T * (R * R.T if transposed else R.T * R) * U
    return U.T * U - V.T * V + eta_0**2 * (V.T * R.T * R * V - inner)


BALANCE_STEP: dict[str, Any] = {
    "over": {**over_entries(U, V, M), eta_0: sp.S.Reals},
    "quantifier": FEW,
    "lhs": Closed(MOVED_U.T * MOVED_U - MOVED_V.T * MOVED_V),
    "relation": "==",
    "grid": two_points(U, V, M, Matrix([eta_0])),
    "uses": ("du2019.eq-4.2",),
}

balance_step = Claim(
    id="du2019.eq-4.13",
    source=Source(PAPER, "4.7.1", "identity before (4.13)"),
    statement=r"$U_{t+1}^\top U_{t+1}-V_{t+1}^\top V_{t+1}=U_t^\top U_t-V_t^\top V_t+\eta_t^2("
    r"V_t^\top R_t^\top R_tV_t-U_t^\top R_t^\top R_tU_t)$, $R_t=U_tV_t^\top-M^*$",
    reading="2 x 2 matrices",
    rhs=Closed(_printed_cross(transposed=False)),
    erratum="the last term must read U'RR'U: R'R does not even fit U unless d1 = d2; the norm "
    "bound "
    "that follows is the same",
    **BALANCE_STEP,
)

balance_step_corrected = Claim(
    id="du2019.eq-4.13.corrected",
    source=Source(PAPER, "4.7.1", "identity before (4.13), corrected"),
    statement=r"$U_{t+1}^\top U_{t+1}-V_{t+1}^\top V_{t+1}=U_t^\top U_t-V_t^\top V_t+\eta_t^2("
    r"V_t^\top R_t^\top R_tV_t-U_t^\top R_tR_t^\top U_t)$",
    reading="2 x 2 matrices",
    rhs=Closed(_printed_cross(transposed=True)),
    corrects="du2019.eq-4.13",
    **BALANCE_STEP,
)


def _with_steps(points: Any, generator: Any) -> dict[str, Any]:
    import torch

    path = quantities(points, generator, 4, wide=True)
    eps_of = (points.share * points["size"]).reshape(-1, 1, 1, 1)
    rule = step_sizes(points, eps_of)
    etas = torch.cat([rule(index).reshape(-1, 1, 1) for index in range(STEPS)], dim=-1)
    drop = etas / 2 * path["slope"][..., :-1]
    length = (etas.square() * path["slope"][..., :-1]).sqrt()
    return {
        "next": path["value"][..., 1:],
        "bound": path["value"][..., :-1] - drop,
        "by_length": path["value"][..., :-1] - path["slope"][..., :-1].sqrt() * length / 2,
        "next_square": torch.maximum(path["square_u"], path["square_v"])[..., 1:],
    }


DESCENT = AlongTrajectory(simulate=_with_steps)

decreases = Claim(
    id="du2019.claim-4.2",
    source=Source(PAPER, "4.7.1", "Claim 4.2, (4.14)"),
    statement=r"$f(U_{t+1},V_{t+1})\le f(U_t,V_t)-\frac{\eta_t}2\|\nabla f(U_t,V_t)\|_F^2$",
    reading=WIDE_READING,
    over=SETTING,
    quantifier=DESCENT,
    lhs=Simulated(lambda path: path["next"]),
    relation="<=",
    rhs=Simulated(lambda path: path["bound"]),
    grid=GRID,
    uses=("du2019.lemma-4.3",),
)

step_is_small = Claim(
    id="du2019.claim-4.2.step",
    source=Source(PAPER, "4.7.1", "Claim 4.2, step size"),
    statement=r"$\eta_t<1/\beta$ for $\beta=(66\sqrt r+2)\|M^*\|_F$ and $\epsilon<\|M^*\|_F$",
    over={m: POSITIVE, eps: POSITIVE, r: NATURALS},
    where=[eps < m],
    lhs=Closed(sqrt(eps / r) / (100 * m ** Rational(3, 2)) * (66 * sqrt(r) + 2) * m),
    relation="<",
    rhs=Closed(1),
    grid=Grid(m=[0.1, 1.0, 50.0], epsilon=[0.01, 0.099, 0.9], r=[1, 4, 100]),
)

next_is_bounded = Claim(
    id="du2019.claim-4.2.bounded",
    source=Source(PAPER, "4.7.1", "Claim 4.2, next iterate"),
    statement=r"$\|U_{t+1}\|_F^2\le10\sqrt r\|M^*\|_F+2\frac{\epsilon/r}{100^2(t+1)^2\|M^*\|_F^3}"
    r"\cdot4"
    r"\|M^*\|_F^2\cdot5\sqrt r\|M^*\|_F\le11\sqrt r\|M^*\|_F$",
    reading="the second inequality, at t = 0",
    over={m: POSITIVE, eps: POSITIVE, r: NATURALS},
    where=[eps < m],
    lhs=Closed(10 * sqrt(r) * m + 2 * (eps / r) / (100**2 * m**3) * 4 * m**2 * 5 * sqrt(r) * m),
    relation="<=",
    rhs=Closed(11 * sqrt(r) * m),
    grid=Grid(m=[0.1, 1.0, 50.0], epsilon=[0.01, 0.099, 0.9], r=[1, 4, 100]),
)

decreases_by_length = Claim(
    id="du2019.eq-4.16",
    source=Source(PAPER, "4.7.2", "(4.16)"),
    statement=r"$f(U_{t+1},V_{t+1})\le f(U_t,V_t)-\frac12\|\nabla f(U_t,V_t)\|_F"
    r"\|(U_{t+1},V_{t+1})-"
    r"(U_t,V_t)\|_F$",
    reading=WIDE_READING,
    over=SETTING,
    quantifier=DESCENT,
    lhs=Simulated(lambda path: path["next"]),
    relation="<=",
    rhs=Simulated(lambda path: path["by_length"]),
    grid=GRID,
    uses=("du2019.claim-4.2",),
)


def _factor_sets(points: Any, generator: Any) -> dict[str, Any]:
    import torch

    from numeric.adversary import Around

    return {
        name: Around(torch.zeros(points.n, 1, rows, points.r, dtype=torch.float64), 1.0)
        for name, rows in (("u", points.d_1), ("v", points.d_2))
    }


def _least_norm(points: Any, weights: Any) -> Any:
    """`5 sqrt(r)` times the least `|M*|_F` that (4.15) allows for these factors."""
    import torch

    from numeric.matrix_factorization import imbalance, norm2

    u, v = weights["u"], weights["v"]
    product, balance = norm2(u @ v.mT).sqrt() / 3, norm2(imbalance(u, v)).sqrt()
    return 5 * points.r**0.5 * torch.maximum(product, balance)


bounded = Claim(
    id="du2019.claim-4.3",
    source=Source(PAPER, "4.7.1", "Claim 4.3, (4.15)"),
    statement=r"$\|UV^\top\|_F\le3\|M^*\|_F$ and $\|U^\top U-V^\top V\|_F\le\epsilon<\|M^*\|_F$ "
    r"imply "
    r"$\|U\|_F^2,\|V\|_F^2\le5\sqrt r\|M^*\|_F$",
    reading=r"against the least $\|M^*\|_F$ that the two conditions allow; everything scales, so "
    r"$\|U\|_F,\|V\|_F\le1$",
    over={d_1: NATURALS, d_2: NATURALS, r: NATURALS},
    quantifier=ForAllWeights(within=_factor_sets),
    lhs=Computed(lambda points, weights: weights["u"].square().sum(dim=(-2, -1))),
    relation="<=",
    rhs=Computed(_least_norm),
    grid=Grid(points=[*SHAPES, {"d_1": 3, "d_2": 7, "r": 3}]),
)

bounded_numbers = Claim(
    id="du2019.claim-4.3.numbers",
    source=Source(PAPER, "4.7.1", "Claim 4.3 for r = 1"),
    statement=r"for $r=1$: $\|U\|\|V\|\le3\|M^*\|$ and $|\|U\|^2-\|V\|^2|\le\epsilon<\|M^*\|$ "
    r"imply "
    r"$\|U\|^2\le5\|M^*\|$",
    over={a: NONNEGATIVE, b: NONNEGATIVE, m: POSITIVE, eps: POSITIVE},
    where=[a * b <= 3 * m, a**2 - b**2 <= eps, b**2 - a**2 <= eps, eps < m],
    lhs=Closed(a**2),
    relation="<=",
    rhs=Closed(5 * m),
    quantifier=ForAll(random_points=200, search=False),
    grid=Grid(a=[0.1, 1.0], b=[0.1, 1.0], m=[0.5, 2.0], epsilon=[0.1, 0.4]),
)

at_start = Claim(
    id="du2019.text-4.7",
    source=Source(PAPER, "4.7.1", "t = 0"),
    statement=r"$\|U_0\|_F^2,\|V_0\|_F^2\le\epsilon<\|M^*\|_F$ give $f(U_0,V_0)\le\|U_0\|_F^2"
    r"\|V_0\|_F^2"
    r"+\|M^*\|_F^2\le2\|M^*\|_F^2$",
    reading=r"$f(U_0,V_0)$ through its largest value $\frac12(ab+m)^2$ at $\|U_0\|=a$, $\|V_0\|=b$",
    over={a: NONNEGATIVE, b: NONNEGATIVE, m: POSITIVE, eps: POSITIVE},
    where=[a**2 <= eps, b**2 <= eps, eps < m],
    lhs=Closed(Matrix([(a * b + m) ** 2 / 2, a**2 * b**2 + m**2])),
    relation="<=",
    rhs=Closed(Matrix([a**2 * b**2 + m**2, 2 * m**2])),
    quantifier=ForAll(random_points=200, search=False),
    grid=Grid(a=[0.0, 0.3], b=[0.1, 0.3], m=[0.5, 2.0], epsilon=[0.1, 0.4]),
)

other_steps = Claim(
    id="du2019.text-4.3",
    source=Source(PAPER, "4.3.1", "footnote on the step sizes"),
    statement=r"$\eta_t=\Theta(t^{-(1/2+\delta)})$ works for every $\delta\in(0,\frac12]$: there "
    r"is a "
    r"constant with which the sum of Claim 4.1 is at most $\frac\epsilon2$",
    reading=r"$\eta_t=\kappa\sqrt{\epsilon/r}\|M^*\|_F^{-3/2}(t+1)^{-(1/2+\delta)}$ and "
    r"$\sum_{t\ge0}(t+1)^{-1-2\delta}\le1+\frac1{2\delta}$; in units of $\epsilon$",
    over={delta: Interval.Lopen(0, Rational(1, 2)), kappa: Interval(0, 1), r: NATURALS},
    quantifier=Exists(exhibit={kappa: sqrt(delta / (40 * (1 + 2 * delta)))}),
    lhs=Closed(40 / sqrt(r) * kappa**2 * (1 + 1 / (2 * delta))),
    relation="<=",
    rhs=Closed(Rational(1, 2)),
    uses=("du2019.claim-4.1",),
)
