"""Thesis section 4.8: the first stage of rank-one factorization (Lemma 4.5).

alpha, beta, alpha_p, beta_p: the four numbers of section 4.8 (the last two are lengths); sigma_1:
singular value; c_step = eta sigma_1; dimension: d; P, Q: alpha_p^2 and beta_p^2; xi = P + Q;
s_u, s_v: eta |u|^2 and eta |v|^2; T_1: first t with alpha_t^2 + beta_t^2 >= sigma_1 / 2.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import sympy as sp
from sympy import Interval, Matrix, Rational, oo, sqrt, symbols

from symbolic.rank_one_step import next_vectors
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import AlongTrajectory, ForAll, UpToConstant
from theorems.sides import Closed, Computed, Holds, Simulated

PAPER = "du2019"
POSITIVE, NONNEGATIVE = Interval.open(0, oo), Interval(0, oo)
alpha, beta, alpha_p, beta_p = symbols("alpha beta alpha_p beta_p", real=True)
sigma_1, c_step, c_init = symbols("sigma_1 c_step c_init", real=True)
dimension = symbols("dimension", real=True)
ETA, XI = c_step / sigma_1, alpha_p**2 + beta_p**2
TARGET = Matrix([[sigma_1, 0], [0, 0]])
NEXT_U, NEXT_V = next_vectors(Matrix([alpha, alpha_p]), Matrix([beta, beta_p]), ETA, TARGET)
STATE = {alpha: POSITIVE, beta: POSITIVE, alpha_p: NONNEGATIVE, beta_p: NONNEGATIVE}
SMALL = Interval.Lopen(0, Rational(1, 40))
OVER = {**STATE, sigma_1: POSITIVE, c_step: Interval.Lopen(0, 1), c_init: SMALL}
EARLY = alpha**2 + beta**2 < sigma_1 / 2
QUIET = 200 * c_init**2 * sigma_1 >= XI
STEPS = 3000


def _starts(c_inits: list[float], c_steps: list[float]) -> Grid:
    """Corners of the box of initial numbers, dimension 10 and 10000."""
    points = []
    shares = [(0.1, 0.1), (0.1, 10.0), (10.0, 0.1), (1.0, 1.0)]
    for (s, t), p, d, sigma, c in itertools.product(
        shares, (0.0, 10.0), (10.0, 1e4), (1.0, 30.0), c_inits
    ):
        unit = c * math.sqrt(sigma / d)
        rest = p * c * math.sqrt(sigma) * (1 - 1e-12)
        points.append(
            {
                "alpha": s * unit,
                "beta": t * unit,
                "alpha_p": rest,
                "beta_p": rest,
                "sigma_1": sigma,
                "c_init": c,
            }
        )
    return Grid(points=points, c_step=c_steps)


GRID = _starts([2e-4], [0.02, 0.1])


def _simulate(points: Any, generator: Any) -> dict[str, Any]:
    """The four numbers along descent, the time since T_1 (negative before), and xi at the start."""
    import torch

    from numeric.rank_one import path

    sigma = points.sigma_1
    start = (points.alpha, points.alpha_p, points.beta, points.beta_p)
    run = path(start, points.c_step / sigma, sigma, STEPS)
    grown = run["alpha"].square() + run["beta"].square() >= sigma.unsqueeze(-1) / 2
    if not bool(grown.any(dim=-1).all()):
        raise ValueError("a run did not leave the first stage")
    first = grown.to(torch.int64).argmax(dim=-1)
    clock = torch.arange(STEPS + 1)
    return {
        **run,
        "since": (clock - first.unsqueeze(-1)).double(),
        "sigma": sigma.unsqueeze(-1).expand_as(run["alpha"]),
        "step": points.c_step.unsqueeze(-1).expand_as(run["alpha"]),
        "init": points.c_init.unsqueeze(-1).expand_as(run["alpha"]),
    }


def xi(path: Any) -> Any:
    return path["alpha_p"].square() + path["beta_p"].square()


def first_xi(path: Any) -> Any:
    return xi(path)[..., :1].expand_as(path["alpha"])


def later(values: Any) -> Any:
    """The value one step on; the last step repeats itself and is masked by the hypotheses."""
    import torch

    return torch.cat([values[..., 1:], values[..., -1:]], dim=-1)


FLOOR = 1e-300
RUN = AlongTrajectory(simulate=_simulate, rounding=1e-9, floor=FLOOR)
STAGE_1 = Holds("t < T_1", lambda path: path["since"] < 0)
STAGE_2 = Holds("t >= T_1", lambda path: path["since"] >= 0)
BOX = "from the initial numbers of section 4.8, "
READING = (
    "every corner of the box of initial numbers at two dimensions; c_init at most 1/40 and c_step "
    "at most 1 where decided, c_init = 0.0002 and c_step up to 0.1 where run"
)


def _stage_1(part: str, label: str, statement: str, **fields: Any) -> Claim:
    given = {"over": OVER, "quantifier": RUN, "grid": GRID, "uses": ("du2019.eq-4.23",), **fields}
    return Claim(
        id=f"du2019.lemma-4.5{part}",
        source=Source(PAPER, "4.8", f"Lemma 4.5, {label}"),
        statement=BOX + r"for $t<T_1$: " + statement,
        reading=READING,
        **given,
    )


growth = _stage_1(
    "",
    "(iii), growth",
    r"$(1+\frac{c_{step}}3)(\alpha_t+\beta_t)\le\alpha_{t+1}+\beta_{t+1}$",
    hypotheses=[STAGE_1],
    lhs=Closed((1 + c_step / 3) * (alpha + beta)),
    relation="<=",
    rhs=Simulated(lambda path: later(path["alpha"] + path["beta"])),
    uses=("du2019.lemma-4.5.step", "du2019.lemma-4.5.ii"),
)

square_p, square_q = symbols("P Q", real=True)
SQUARES = {alpha_p: sqrt(square_p), beta_p: sqrt(square_q), sigma_1: 1}

growth_step = Claim(
    id="du2019.lemma-4.5.step",
    source=Source(PAPER, "4.8", "Lemma 4.5, (iii), one step"),
    statement=r"$\alpha,\beta>0$, $\alpha^2+\beta^2<\frac12\sigma_1$ and $\xi\le\frac16\sigma_1$ "
    r"give "
    r"$(1+\frac{c_{step}}3)(\alpha_t+\beta_t)\le\alpha_{t+1}+\beta_{t+1}$",
    reading=r"scaled to $\sigma_1=1$, with $P=\alpha_\perp^2$, $Q=\beta_\perp^2$",
    over={alpha: POSITIVE, beta: POSITIVE, square_p: NONNEGATIVE, square_q: NONNEGATIVE}
    | {c_step: Interval.Lopen(0, 1)},
    where=[alpha**2 + beta**2 < Rational(1, 2), square_p + square_q <= Rational(1, 6)],
    lhs=Closed((1 + c_step / 3) * (alpha + beta)),
    relation="<=",
    rhs=Closed((NEXT_U[0] + NEXT_V[0]).subs(SQUARES)),
    quantifier=ForAll(search=False),
    grid=Grid(
        points=[
            {"alpha": x, "beta": y, "P": 0.1, "Q": 0.05}
            for x, y in ((0.5, 0.499), (1e-6, 0.7), (0.7, 1e-3))
        ],
        c_step=[0.01, 1.0],
    ),
    uses=("du2019.eq-4.23",),
)

growth_upper = _stage_1(
    ".upper",
    "(iii), upper bound",
    r"$\alpha_{t+1}+\beta_{t+1}\le(1+c_{step})(\alpha_t+\beta_t)$",
    where=[EARLY, QUIET],
    lhs=Closed(NEXT_U[0] + NEXT_V[0]),
    relation="<=",
    rhs=Closed((1 + c_step) * (alpha + beta)),
)

signs = _stage_1(
    ".i",
    "(i)",
    r"$\alpha_t,\beta_t>0$",
    where=[EARLY, QUIET],
    over={**OVER, c_step: Interval.Lopen(0, Rational(1, 2))},
    quantifier=ForAll(search=False),
    lhs=Closed(Matrix([NEXT_U[0], NEXT_V[0]])),
    relation=">",
    rhs=Closed(0),
)

complement = _stage_1(
    ".ii",
    "(ii), first inequality",
    r"$\xi_t\le\xi_0$: $\xi_{t+1}\le\xi_t$",
    hypotheses=[STAGE_1],
    lhs=Simulated(lambda path: later(xi(path))),
    relation="<=",
    rhs=Closed(XI),
    uses=("du2019.lemma-4.5.ii.step",),
)

s_u, s_v = symbols("s_u s_v", real=True)
SHRUNK = (1 - s_v) ** 2 * alpha_p**2 + (1 - s_u) ** 2 * beta_p**2
SHRINKING = {alpha_p: NONNEGATIVE, beta_p: NONNEGATIVE, s_u: Interval(0, 1), s_v: Interval(0, 1)}

complement_never_grows = Claim(
    id="du2019.lemma-4.5.ii.step",
    source=Source(PAPER, "4.8", "Lemma 4.5, (ii), one step"),
    statement=r"$s_u=\eta\|u_t\|^2\le1$ and $s_v=\eta\|v_t\|^2\le1$ give $\xi_{t+1}\le\xi_t$",
    over=SHRINKING,
    lhs=Closed(SHRUNK),
    relation="<=",
    rhs=Closed(XI),
    quantifier=ForAll(search=False),
    uses=("du2019.eq-4.24.complement",),
)

START = [alpha_p <= 10 * c_init * sqrt(sigma_1), beta_p <= 10 * c_init * sqrt(sigma_1)]
START_OVER = {alpha_p: NONNEGATIVE, beta_p: NONNEGATIVE, sigma_1: POSITIVE, c_init: POSITIVE}


def _start(part: str, label: str, factor: int, **fields: Any) -> Claim:
    return Claim(
        id=f"du2019.lemma-4.5.ii.start{part}",
        source=Source(PAPER, "4.8", f"Lemma 4.5, (ii), {label}"),
        statement=r"$|\alpha_{0,\perp}|,|\beta_{0,\perp}|\le10c_{init}\sqrt{\sigma_1}$ give "
        rf"$\xi_0\le{factor}c_{{init}}^2\sigma_1$",
        over=START_OVER,
        where=START,
        lhs=Closed(XI),
        relation="<=",
        rhs=Closed(factor * c_init**2 * sigma_1),
        uses=("du2019.text-4.8",),
        quantifier=ForAll(search=False),
        grid=Grid(
            points=[
                {"alpha_p": p, "beta_p": q, "sigma_1": 4.0, "c_init": 0.5}
                for p, q in ((10.0, 10.0), (10.0, 0.0), (1.0, 5.0))
            ]
        ),
        **fields,
    )


complement_start = _start(
    "", "second inequality", 100, erratum="two lengths of 10 c_init sqrt(sigma_1) give 200, not 100"
)
complement_start_corrected = _start(
    ".corrected", "second inequality, corrected", 200, corrects="du2019.lemma-4.5.ii.start"
)

BALANCED = [
    alpha - beta <= Rational(99, 101) * (alpha + beta),
    beta - alpha <= Rational(99, 101) * (alpha + beta),
]

ratio = _stage_1(
    ".iv",
    "(iv)",
    r"$|\alpha_t-\beta_t|\le\frac{99}{101}(\alpha_t+\beta_t)$",
    hypotheses=[STAGE_1],
    lhs=Simulated(lambda path: (path["alpha"] - path["beta"]).abs()),
    relation="<=",
    rhs=Closed(Rational(99, 101) * (alpha + beta)),
)

ratio_step = _stage_1(
    ".iv.step",
    "(iv), induction step",
    r"$|\alpha_t-\beta_t|\le\frac{99}{101}(\alpha_t+\beta_t)$ is inherited by $t+1$",
    where=[EARLY, QUIET, *BALANCED],
    over={**OVER, c_init: Interval.Lopen(0, Rational(1, 100)), c_step: Interval.Lopen(0, 1)},
    quantifier=ForAll(search=False),
    lhs=Closed(Matrix([NEXT_U[0] - NEXT_V[0], NEXT_V[0] - NEXT_U[0]])),
    relation="<=",
    rhs=Closed(Rational(99, 101) * (NEXT_U[0] + NEXT_V[0])),
)


def _length_of_stage(points: Any) -> Any:
    """T_1 from the slowest corner of the box, c_init = 0.001, c_step = 0.1."""
    import torch

    from numeric.rank_one import path

    one = torch.ones_like(points.dimension)
    unit = 1e-3 / points.dimension.sqrt()
    run = path((0.1 * unit, 0.01 * one, 0.1 * unit, 0.01 * one), 0.1 * one, one, 500)
    grown = run["alpha"].square() + run["beta"].square() >= 0.5
    if not bool(grown.any(dim=-1).all()):
        raise ValueError("a run did not leave the first stage")
    return grown.to(torch.int64).argmax(dim=-1).double()


length_of_stage = Claim(
    id="du2019.lemma-4.5.T1",
    source=Source(PAPER, "4.8", "Lemma 4.5, length of stage 1"),
    statement=BOX + r"$T_1=O(\log d)$",
    over={dimension: Interval(2, oo)},
    quantifier=UpToConstant(along=("dimension",)),
    lhs=Computed(_length_of_stage),
    relation="<=",
    rhs=Closed(sp.log(dimension)),
    grid=Grid(dimension=[2.0, 8.0, 64.0, 1e3, 1e5, 1e7]),
    uses=("du2019.lemma-4.5",),
)
