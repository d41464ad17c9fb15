"""Thesis section 4.8: rank-one matrix factorization in four numbers.

alpha = u'u*, beta = v'v*: signal; alpha_p, beta_p: lengths of the rest of u and v; sigma_1: the
singular value of M*; eta: step size; h = alpha beta - sigma_1, xi = alpha_p^2 + beta_p^2;
c_init, c_step, c_1: the constants of the proof; d: dimension; x: a number.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, Matrix, Rational, erf, exp, oo, sqrt, symbols

from symbolic.rank_one_step import next_vectors
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import ForAll, WithProbability
from theorems.sides import Closed, Computed, Sampled, Side

PAPER = "du2019"
POSITIVE, NONNEGATIVE = Interval.open(0, oo), Interval(0, oo)
alpha, beta, alpha_p, beta_p = symbols("alpha beta alpha_p beta_p", real=True)
sigma_1, eta, c_init, c_step, c_1, x = symbols("sigma_1 eta c_init c_step c_1 x", real=True)
d = symbols("d", integer=True)
STATE = {alpha: sp.S.Reals, beta: sp.S.Reals, alpha_p: NONNEGATIVE, beta_p: NONNEGATIVE}
DYNAMICS = {**STATE, sigma_1: POSITIVE, eta: POSITIVE}
xi, h = alpha_p**2 + beta_p**2, alpha * beta - sigma_1
TARGET = Matrix([[sigma_1, 0], [0, 0]])
NEXT_U, NEXT_V = next_vectors(Matrix([alpha, alpha_p]), Matrix([beta, beta_p]), eta, TARGET)
STATES = [
    {"alpha": 0.1, "beta": 0.3, "alpha_p": 0.2, "beta_p": 0.05},
    {"alpha": 1.0, "beta": -0.7, "alpha_p": 0.0, "beta_p": 0.4},
    {"alpha": -2.0, "beta": 0.01, "alpha_p": 1.5, "beta_p": 0.9},
    {"alpha": 0.9, "beta": 1.1, "alpha_p": 1e-3, "beta_p": 1e-3},
]
GRID = Grid(points=STATES, sigma_1=[0.1, 1.0, 7.0], eta=[1e-3, 0.05, 0.1])


def _stepped(points: Any) -> Any:
    """The four numbers after one step of descent on vectors of dimensions 5 and 4, `(n, 4)`."""
    import torch

    from numeric.rank_one import vector_step

    u = torch.zeros(points.n, 5, dtype=torch.float64)
    v = torch.zeros(points.n, 4, dtype=torch.float64)
    u[:, 0], v[:, 1] = points.alpha, points.beta
    rest = torch.tensor([2.0, -1.0, 2.0], dtype=torch.float64) / 3
    u[:, [1, 2, 4]] = points.alpha_p.unsqueeze(-1) * rest
    v[:, [0, 2, 3]] = points.beta_p.unsqueeze(-1) * rest
    target = torch.zeros(points.n, 5, 4, dtype=torch.float64)
    target[:, 0, 1] = points.sigma_1
    u, v = vector_step(u, v, target, points.eta.unsqueeze(-1))
    return torch.stack(
        [u[:, 0], v[:, 1], u[:, 1:].norm(dim=-1), v[:, [0, 2, 3]].norm(dim=-1)], dim=-1
    )


signal_step = Claim(
    id="du2019.eq-4.23",
    source=Source(PAPER, "4.8", "(4.23), first line"),
    statement=r"$\alpha_{t+1}=(1-\eta(\beta_t^2+\beta_{t,\perp}^2))\alpha_t+\eta\sigma_1\beta_t$, "
    r"$\beta_{t+1}=(1-\eta(\alpha_t^2+\alpha_{t,\perp}^2))\beta_t+\eta\sigma_1\alpha_t$",
    reading=r"the print has $\eta_1\sigma_1$ in the second equation, with no $\eta_1$ anywhere "
    r"else",
    over=DYNAMICS,
    lhs=Side(Matrix([NEXT_U[0], NEXT_V[0]]), Computed(lambda points: _stepped(points)[:, :2])),
    relation="==",
    rhs=Closed(
        Matrix(
            [
                (1 - eta * (beta**2 + beta_p**2)) * alpha + eta * sigma_1 * beta,
                (1 - eta * (alpha**2 + alpha_p**2)) * beta + eta * sigma_1 * alpha,
            ]
        )
    ),
    grid=GRID,
    quantifier=ForAll(search=False),
)

rest_step = Claim(
    id="du2019.eq-4.23.rest",
    source=Source(PAPER, "4.8", "(4.23), second line"),
    statement=r"$\alpha_{t+1,\perp}=(1-\eta(\beta_t^2+\beta_{t,\perp}^2))\alpha_{t,\perp}$, "
    r"$\beta_{t+1,\perp}=(1-\eta(\alpha_t^2+\alpha_{t,\perp}^2))\beta_{t,\perp}$",
    reading=r"lengths, so for step sizes with $\eta\|u_t\|^2,\eta\|v_t\|^2\le1$, which small "
    r"$c_{step}$ gives in the proof; squares are compared in closed form",
    over=DYNAMICS,
    where=[eta * (alpha**2 + alpha_p**2) <= 1, eta * (beta**2 + beta_p**2) <= 1],
    lhs=Side(Matrix([NEXT_U[1], NEXT_V[1]]), Computed(lambda points: _stepped(points)[:, 2:])),
    relation="==",
    rhs=Closed(
        Matrix(
            [
                (1 - eta * (beta**2 + beta_p**2)) * alpha_p,
                (1 - eta * (alpha**2 + alpha_p**2)) * beta_p,
            ]
        )
    ),
    grid=GRID,
    quantifier=ForAll(search=False),
)

NEXT_H = (
    (
        1
        - eta * (alpha**2 + beta**2)
        + eta**2
        * (alpha * beta * h + alpha**2 * beta_p**2 + beta**2 * alpha_p**2 + alpha_p**2 * beta_p**2)
    )
    * h
    - eta * alpha * beta * xi
    + eta**2 * sigma_1 * alpha_p**2 * beta_p**2
)


def _next_h(points: Any) -> Any:
    stepped = _stepped(points)
    return stepped[:, 0] * stepped[:, 1] - points.sigma_1


SIGNAL_ERROR = Computed(_next_h)


error_step = Claim(
    id="du2019.eq-4.24",
    source=Source(PAPER, "4.8", "(4.24), first equation"),
    statement=r"$h_{t+1}=(1-\eta(\alpha^2+\beta^2)+\eta^2(\alpha\beta h+\alpha^2\beta_\perp^2+"
    r"\beta^2\alpha_\perp^2+\alpha_\perp^2\beta_\perp^2))h-\eta\alpha\beta\xi+\eta^2\sigma_1"
    r"\alpha_\perp^2\beta_\perp^2$",
    over=DYNAMICS,
    lhs=Side(NEXT_U[0] * NEXT_V[0] - sigma_1, SIGNAL_ERROR),
    relation="==",
    rhs=Closed(NEXT_H),
    grid=GRID,
    quantifier=ForAll(search=False),
    uses=("du2019.eq-4.23",),
)

complement_step = Claim(
    id="du2019.eq-4.24.complement",
    source=Source(PAPER, "4.8", "(4.24), second equation"),
    statement=r"$\xi_{t+1}=(1-\eta(\beta^2+\beta_\perp^2))^2\alpha_\perp^2+(1-\eta(\alpha^2+"
    r"\alpha_\perp^2))^2\beta_\perp^2$",
    over=DYNAMICS,
    lhs=Side(
        NEXT_U[1] ** 2 + NEXT_V[1] ** 2,
        Computed(lambda points: _stepped(points)[:, 2:].square().sum(dim=-1)),
    ),
    relation="==",
    rhs=Closed(
        (1 - eta * (beta**2 + beta_p**2)) ** 2 * alpha_p**2
        + (1 - eta * (alpha**2 + alpha_p**2)) ** 2 * beta_p**2
    ),
    grid=GRID,
    quantifier=ForAll(search=False),
    uses=("du2019.eq-4.23.rest",),
)

error_bound = Claim(
    id="du2019.eq-4.25",
    source=Source(PAPER, "4.8", "(4.25)"),
    statement=r"for $h_t\le0$: $h_{t+1}\le(1-\eta(\alpha^2+\beta^2))h_t+\eta^2\alpha\beta h_t^2-"
    r"\eta\alpha\beta\xi_t+\eta^2\sigma_1\alpha_\perp^2\beta_\perp^2$",
    over=DYNAMICS,
    hypotheses=[alpha * beta <= sigma_1],
    lhs=Side(NEXT_U[0] * NEXT_V[0] - sigma_1, SIGNAL_ERROR),
    relation="<=",
    rhs=Closed(
        (1 - eta * (alpha**2 + beta**2)) * h
        + eta**2 * alpha * beta * h**2
        - eta * alpha * beta * xi
        + eta**2 * sigma_1 * alpha_p**2 * beta_p**2
    ),
    grid=GRID,
    quantifier=ForAll(search=False),
    uses=("du2019.eq-4.24",),
)

# The proof of Lemma 4.6

exponential_bound = Claim(
    id="du2019.proof-4.6",
    source=Source(PAPER, "4.8", "proof of Lemma 4.6, exponential bound"),
    statement=r"$1-x\ge e^{-2x}$ for $0\le x\le\frac12$",
    over={x: Interval(0, Rational(1, 2))},
    lhs=Closed(1 - x),
    relation=">=",
    rhs=Closed(exp(-2 * x)),
)

first_product = Claim(
    id="du2019.proof-4.6.start",
    source=Source(PAPER, "4.8", "proof of Lemma 4.6, base case of K"),
    statement=r"with $\alpha_{T_1}+\beta_{T_1}\le(1+c_{step})(\alpha+\beta)$ and $\alpha^2+\beta^2"
    r"\le\frac12\sigma_1$ one step before, $\alpha_{T_1}\beta_{T_1}\le\frac14(\alpha_{T_1}+"
    r"\beta_{T_1})^2\le\sigma_1$ for small $c_{step}$",
    reading="small: c_step at most 1; alpha and beta are those one step before, and the step is "
    "that of (4.23)",
    over={**DYNAMICS, c_step: Interval.Lopen(0, 1)},
    where=[
        alpha > 0,
        beta > 0,
        alpha**2 + beta**2 <= sigma_1 / 2,
        NEXT_U[0] > 0,
        NEXT_V[0] > 0,
        NEXT_U[0] + NEXT_V[0] <= (1 + c_step) * (alpha + beta),
    ],
    lhs=Closed(NEXT_U[0] * NEXT_V[0]),
    relation="<=",
    rhs=Closed(sigma_1),
    quantifier=ForAll(search=False),
    grid=Grid(
        points=[
            {"alpha": a, "beta": b, "alpha_p": p, "beta_p": p, "sigma_1": 1.0}
            for a, b, p in ((0.5, 0.5, 0.01), (0.7, 0.05, 0.0), (0.1, 0.2, 0.1))
        ],
        c_step=[0.01, 1.0],
        eta=[0.01, 0.3],
    ),
    uses=("du2019.lemma-4.5.upper",),
)

negligible_square = Claim(
    id="du2019.proof-4.6.rest",
    source=Source(PAPER, "4.8", "proof of Lemma 4.6, the last term of (4.25)"),
    statement=r"$\eta\xi_0\le4c_1$, $\xi_t\le\xi_0$ and $\alpha_t,\beta_t\ge\sqrt{c_1\sigma_1}$ "
    r"imply "
    r"$\eta^2\sigma_1\alpha_\perp^2\beta_\perp^2\le\eta\xi_t\alpha_t\beta_t$",
    reading=r"with $\xi_t$ in place of $\xi_0$ in the first condition, which the two conditions "
    r"imply",
    over={**DYNAMICS, c_1: POSITIVE},
    where=[
        eta * xi <= 4 * c_1,
        alpha > 0,
        beta > 0,
        alpha**2 >= c_1 * sigma_1,
        beta**2 >= c_1 * sigma_1,
    ],
    lhs=Closed(eta**2 * sigma_1 * alpha_p**2 * beta_p**2),
    relation="<=",
    rhs=Closed(eta * xi * alpha * beta),
    quantifier=ForAll(search=False),
    grid=Grid(points=STATES, sigma_1=[0.1, 1.0], eta=[1e-3, 0.05], c_1=[1e-3, 0.05]),
)

# The initialisation

DEVIATION = c_init * sqrt(sigma_1 / d)
START = {d: sp.Range(2, oo), sigma_1: POSITIVE, c_init: POSITIVE}
START_GRID = Grid(d=[2, 10, 1000], sigma_1=[0.01, 1.0, 100.0], c_init=[1e-3, 0.1])


def _initial(printed: bool) -> Any:
    def draw(points: Any, samples: int, generator: Any) -> dict[str, Any]:
        """The initial numbers in units of c_init sqrt(sigma_1/d) and c_init sqrt(sigma_1)."""
        from numeric.rank_one import draw as initial

        delta = (points.c_init * (points.sigma_1 / points.d).sqrt()).unsqueeze(-1)
        deviation = delta.sqrt() if printed else delta
        numbers = initial((points.n, samples), (points.d, points.d), deviation, generator)
        names = ("alpha", "alpha_p", "beta", "beta_p")
        found = dict(zip(names, numbers, strict=True))
        for name in ("alpha", "beta"):
            found[name] = found[name] / delta
        for name in ("alpha_p", "beta_p"):
            found[name] = found[name] / (delta * points.d**0.5)
        return found

    return draw


def _in_box(numbers: Any) -> Any:
    import torch

    signal = torch.stack([numbers["alpha"].abs(), numbers["beta"].abs()])
    rest = torch.stack([numbers["alpha_p"], numbers["beta_p"]])
    inside = (signal >= 0.1).all(dim=0) & (signal <= 10).all(dim=0) & (rest <= 10).all(dim=0)
    return inside.to(torch.float64)


BOX = (
    r"$|\alpha_0|,|\beta_0|\in[0.1c_{init}\sqrt{\sigma_1/d},10c_{init}\sqrt{\sigma_1/d}]$ and "
    r"$|\alpha_{0,\perp}|,|\beta_{0,\perp}|\le10c_{init}\sqrt{\sigma_1}$"
)

start_box = Claim(
    id="du2019.text-4.8",
    source=Source(PAPER, "4.8", "initialisation"),
    statement=r"for $u_0,v_0\sim N(0,\delta I)$, $\delta=c_{init}\sqrt{\sigma_1/d}$, with high "
    "probability " + BOX,
    reading="high probability read as at least 0.9",
    over=START,
    quantifier=WithProbability(at_least=0.9, draw=_initial(printed=True)),
    lhs=Sampled(_in_box),
    relation=">=",
    rhs=Closed(1),
    grid=START_GRID,
    erratum="N(0, delta I) has standard deviation sqrt(delta), not delta: the bounds are those of "
    "N(0, delta^2 I), and even then hold with probability 0.847, whatever the dimension",
    uses=("du2019.eq-4.23",),
)

start_box_corrected = Claim(
    id="du2019.text-4.8.corrected",
    source=Source(PAPER, "4.8", "initialisation, corrected"),
    statement=r"for $u_0,v_0\sim N(0,\delta^2I)$, $\delta=c_{init}\sqrt{\sigma_1/d}$, with "
    "probability at least 0.83 " + BOX,
    over=START,
    quantifier=WithProbability(at_least=0.83, draws=60000, draw=_initial(printed=False)),
    lhs=Sampled(_in_box),
    relation=">=",
    rhs=Closed(1),
    grid=START_GRID,
    corrects="du2019.text-4.8",
)

signal_share = Claim(
    id="du2019.text-4.8.share",
    source=Source(PAPER, "4.8", "initialisation, probability of the signal's range"),
    statement=r"for $\alpha_0,\beta_0\sim N(0,\delta^2)$: $P(|\alpha_0|,|\beta_0|\in[0.1\delta,"
    r"10\delta])\ge0.84$",
    over={},
    lhs=Closed((erf(10 / sqrt(2)) - erf(1 / (10 * sqrt(2)))) ** 2),
    relation=">=",
    rhs=Closed(Rational(84, 100)),
)


def _signs_agree(numbers: Any) -> Any:
    return (numbers["alpha"] * numbers["beta"] > 0).double()


signs = Claim(
    id="du2019.text-4.8.signs",
    source=Source(PAPER, "4.8", "initialisation, signs"),
    statement=r"$\alpha_0\beta_0>0$ holds with probability $\frac12$",
    over=START,
    lhs=Sampled(
        lambda points, samples, generator: _signs_agree(
            _initial(printed=True)(points, samples, generator)
        )
    ),
    relation="==",
    rhs=Closed(Rational(1, 2)),
    grid=Grid(d=[10], sigma_1=[1.0], c_init=[0.1]),
)
