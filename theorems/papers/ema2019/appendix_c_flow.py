r"""Appendix C.2, Lemma 6.2 and what follows it: gradient flow of the random feature model.

Everything holds for fixed features, so B_0, the labels, a_0 and a* are inputs of a run. gap: size
of the labels; k: number of active features of m = 1, d = 1, ReLU, x = 1 among L; t: time; p, q, u,
v, e: features, coefficients and residuals in explicit small dimension.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, Matrix, oo, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import AlongTrajectory, ForAll
from theorems.sides import Closed, Simulated

PAPER = "ema2019"
gap, scale, time = symbols("gap scale t", real=True)
n, N = symbols("n N", integer=True)
OVER = {
    n: sp.S.Naturals,
    N: sp.S.Naturals,
    gap: Interval.Lopen(0, 1),
    scale: Interval.open(0, oo),
}
KINDS = 5
STEPS = 60


def _run(points: Any, generator: Any) -> dict[str, Any]:
    """Runs from (a_0, a*): both random; a_0 = a*; a_0 = 0; a* = 0; a* = the minimiser.

    Labels have size gap, features size `scale / sqrt(N)`; times from 1e-4 to 1e4.
    """
    import torch

    count, size = points["n"], points.N
    shape = (points.n, KINDS)
    spread = (points.scale / size**0.5)[:, None, None, None]
    phi = spread * torch.randn(*shape, count, size, generator=generator, dtype=torch.float64)
    y = torch.sign(torch.randn(*shape, count, generator=generator, dtype=torch.float64))
    y = y * points.gap[:, None, None]
    start = torch.randn(*shape, size, generator=generator, dtype=torch.float64)
    best = torch.randn(*shape, size, generator=generator, dtype=torch.float64)
    best[:, 1] = start[:, 1]
    start[:, 2] = 0.0
    best[:, 3] = 0.0
    best[:, 4] = (torch.linalg.pinv(phi[:, 4]) @ y[:, 4].unsqueeze(-1)).squeeze(-1)
    return _record(phi, y, start, best, torch.logspace(-4, 4, STEPS, dtype=torch.float64))


def _record(phi: Any, y: Any, start: Any, best: Any, times: Any) -> dict[str, Any]:
    from numeric.random_features import Flow, risk

    clock = times.expand(*y.shape[:-1], len(times))
    path = Flow(phi, y, start).at(clock)
    reference = risk(phi, best.unsqueeze(-2), y)
    first = (start - best).norm(dim=-1).unsqueeze(-1)
    away = (path - best.unsqueeze(-2)).norm(dim=-1)
    value = risk(phi, path, y)
    return {
        "time": clock,
        "risk": value,
        "best": reference + 0 * value,
        "first": first + 0 * value,
        "away": away,
        "size": path.norm(dim=-1),
        "best_size": best.norm(dim=-1).unsqueeze(-1) + 0 * value,
    }


RUN = AlongTrajectory(simulate=_run, rounding=1e-9, floor=1e-12)
GRID = Grid(n=[1, 3, 20], N=[1, 4, 30], gap=[0.05, 1.0], scale=[0.3, 1.0, 10.0])

risk_bound = Claim(
    id="ema2019.lemma-6.2a",
    source=Source(PAPER, "6.1", "Lemma 6.2, first bound"),
    statement=r"$\hat E_n(\tilde a_t;B_0)\le\hat E_n(a^*;B_0)+\frac{\|a_0-a^*\|^2}{2t}$",
    over=OVER,
    quantifier=RUN,
    lhs=Simulated(lambda path: path["risk"]),
    relation="<=",
    rhs=Simulated(lambda path: path["best"] + path["first"] ** 2 / (2 * path["time"])),
    grid=GRID,
    uses=("ema2019.proof-6.2",),
)

distance_bound = Claim(
    id="ema2019.lemma-6.2b",
    source=Source(PAPER, "6.1", "Lemma 6.2, second bound"),
    statement=r"$\|\tilde a_t-a^*\|\le\|a_0-a^*\|+2t\hat E_n(a^*;B_0)$",
    over=OVER,
    quantifier=RUN,
    lhs=Simulated(lambda path: path["away"]),
    relation="<=",
    rhs=Simulated(lambda path: path["first"] + 2 * path["time"] * path["best"]),
    grid=GRID,
    erratum="the proof gives the square root of 2t E_n(a*): started at a* with a small residual "
    "the flow moves by t times a gradient linear in the residual, not quadratic",
    uses=("ema2019.proof-6.2",),
)

distance_bound_corrected = Claim(
    id="ema2019.lemma-6.2b.corrected",
    source=Source(PAPER, "6.1", "Lemma 6.2, second bound"),
    statement=r"$\|\tilde a_t-a^*\|\le\|a_0-a^*\|+\sqrt{2t\hat E_n(a^*;B_0)}$",
    over=OVER,
    quantifier=RUN,
    lhs=Simulated(lambda path: path["away"]),
    relation="<=",
    rhs=Simulated(lambda path: path["first"] + (2 * path["time"] * path["best"]).sqrt()),
    grid=GRID,
    corrects="ema2019.lemma-6.2b",
    uses=("ema2019.proof-6.2.distance",),
)

L, k = symbols("L k", integer=True)


def _few_active(points: Any, generator: Any) -> dict[str, Any]:
    """m = d = n = 1, ReLU, x = 1: `A(1) = gap`, `A(-1) = 0`, so `f*(1) = gap / 2`; k of the L
    features are active, which has positive probability. a* is that of Theorem 6.1, a_0 = 0."""
    import torch

    active = (torch.arange(points.L) < points.k).to(torch.float64)
    phi = active.expand(points.n, 1, points.L)
    best = points.gap[:, None] * active / points.L
    y = points.gap[:, None] / 2
    times = torch.linspace(0, 4, 81, dtype=torch.float64)
    return _record(phi, y, torch.zeros_like(best), best, times)


ACTIVE: dict[str, Any] = {
    "over": {L: sp.S.Naturals, k: sp.S.Naturals0, gap: Interval.Lopen(0, 1)},
    "where": [k <= L],
    "quantifier": AlongTrajectory(simulate=_few_active),
    "lhs": Simulated(lambda path: path["size"]),
    "relation": "<=",
    "grid": Grid(L=[1, 4, 16, 64], k=[0, 1, 3, 16], gap=[0.05, 1.0]),
}

size_bound = Claim(
    id="ema2019.text-6.1",
    source=Source(PAPER, "6.1", "text after Lemma 6.2"),
    statement=r"for $a_0=0$, $\|\tilde a_t\|\le2\|a^*\|+2t\hat E_n(a^*;B_0)$",
    reading="with the very a* of Theorem 6.1; one input, features of which few are active",
    **ACTIVE,
    rhs=Simulated(lambda path: 2 * path["best_size"] + 2 * path["time"] * path["best"]),
    erratum="inherited from Lemma 6.2: the last term is the square root of 2t E_n(a*)",
    uses=("ema2019.lemma-6.2b",),
)

size_bound_corrected = Claim(
    id="ema2019.text-6.1.corrected",
    source=Source(PAPER, "6.1", "text after Lemma 6.2"),
    statement=r"for $a_0=0$, $\|\tilde a_t\|\le2\|a^*\|+\sqrt{2t\hat E_n(a^*;B_0)}$",
    **ACTIVE,
    rhs=Simulated(lambda path: 2 * path["best_size"] + (2 * path["time"] * path["best"]).sqrt()),
    corrects="ema2019.text-6.1",
    uses=("ema2019.lemma-6.2b.corrected",),
)

# One input and two features, all of it explicit.
p1, p2, a1, a2, b1, b2, y = symbols("p1 p2 a1 a2 b1 b2 y", real=True)
REALS = dict.fromkeys((p1, p2, a1, a2, b1, b2, y), sp.S.Reals)


def _energy(first: sp.Expr, second: sp.Expr) -> sp.Expr:
    return (p1 * first + p2 * second - y) ** 2 / 2


SLOPE = Matrix([sp.diff(_energy(a1, a2), v) for v in (a1, a2)])
J = time * (_energy(a1, a2) - _energy(b1, b2)) + ((a1 - b1) ** 2 + (a2 - b2) ** 2) / 2
ALONG_FLOW = sp.diff(J, time) - sum(
    sp.diff(J, v) * slope for v, slope in zip((a1, a2), SLOPE, strict=True)
)

lyapunov = Claim(
    id="ema2019.proof-6.2",
    source=Source(PAPER, "C.2", "proof of Lemma 6.2, J does not increase"),
    statement=r"$J(t)=t(\hat E_n(\tilde a_t)-\hat E_n(a^*))+\frac12\|\tilde a_t-a^*\|^2$ has "
    r"$\frac{dJ}{dt}\le0$ along the flow",
    reading="decided for one input and two features; the runs of the next part are larger",
    over={**REALS, time: Interval(0, oo)},
    lhs=Closed(sp.expand(ALONG_FLOW)),
    relation="<=",
    rhs=Closed(0),
    uses=("ema2019.definition-ref-model",),
)

lyapunov_derivative = Claim(
    id="ema2019.proof-6.2.derivative",
    source=Source(PAPER, "C.2", "proof of Lemma 6.2, the derivative of J"),
    statement=r"$\frac{dJ}{dt}=\hat E_n(\tilde a_t)-\hat E_n(a^*)-\langle\tilde a_t-a^*,"
    r"\nabla\hat E_n(\tilde a_t)\rangle-t\|\nabla\hat E_n(\tilde a_t)\|^2$",
    over={**REALS, time: Interval(0, oo)},
    lhs=Closed(ALONG_FLOW),
    quantifier=ForAll(search=False),
    relation="==",
    rhs=Closed(
        _energy(a1, a2)
        - _energy(b1, b2)
        - (Matrix([a1 - b1, a2 - b2]).T * SLOPE)[0]
        - time * (SLOPE.T * SLOPE)[0]
    ),
)

lyapunov_runs = Claim(
    id="ema2019.proof-6.2.distance",
    source=Source(PAPER, "C.2", "proof of Lemma 6.2, last line"),
    statement=r"$\frac12\|\tilde a_t-a^*\|^2\le\frac12\|a_0-a^*\|^2+t\hat E_n(a^*;B_0)$",
    over=OVER,
    quantifier=RUN,
    lhs=Simulated(lambda path: path["away"] ** 2 / 2),
    relation="<=",
    rhs=Simulated(lambda path: path["first"] ** 2 / 2 + path["time"] * path["best"]),
    grid=GRID,
    uses=("ema2019.proof-6.2",),
)
