r"""Section 6.3 and Lemma 6.5 along flows: the network stays close to the random feature model.

L: depth, whose L - 1 layers both models share; tau: time times L, as both models relax in time 1/L;
n = 2 inputs on the half circle, ReLU, m = 2; the law of further inputs is uniform on 40 points.
lambda_n: least eigenvalue of K, c_n = 8/lambda_n; e, D: residual and change of the output at one
input; s, q: square roots of L and n in the closed claims; C: c(delta).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy as sp
from sympy import Interval, Rational, oo, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.ema2019.sec4_initial_gram import ALIKE
from theorems.quantifiers import ForAll, UpToConstant
from theorems.sides import Closed, Computed

PAPER = "ema2019"
tau = symbols("tau", real=True)
s, q, lam, gamma, C = symbols("s q lambda_n gamma C", real=True)
L = symbols("L", integer=True)
OVER = {L: sp.Range(2, oo), tau: Interval.open(0, oo)}
ON_GRID = ForAll(search=False)
IN_DEPTH = UpToConstant(along=("L",))
GRID = Grid(L=[16, 32, 64, 128], tau=[2.0, 8.0]).nightly(
    L=[16, 32, 64, 128, 256, 512], tau=[2.0, 8.0, 64.0]
)
DEPTH_READING = (
    "how the ratio changes with the depth, from 16 on, at t = tau / L; c_n is that of the "
    "inputs and not varied; means over 8 initialisations"
)
RUNS = 8


def _states(points: Any) -> dict[str, Any]:
    """The network, the reference model and their risks at the points' times, `(points,)` each."""
    return _flows(points.L, tuple(points.tau.tolist()))


@lru_cache(maxsize=64)
def _flows(depth: int, taus: tuple[float, ...]) -> dict[str, Any]:
    """Both flows from one start at the times `taus / depth`."""
    import torch

    from numeric.random_features import Flow
    from numeric.skip_connections import forward
    from numeric.skip_flow import flow
    from numeric.skip_training import (
        circle_start,
        flat_outer,
        random_inputs,
        reference_features,
    )

    generator = torch.Generator().manual_seed(65)
    start = circle_start(1, RUNS, depth, 2, generator)
    further = random_inputs(start, 40, generator)
    phi = reference_features(start, start.x)
    phi_all = reference_features(start, further)
    # The target of the further inputs is the constant 1/2.
    rows = []
    here, clock = dict(start.weights), 0.0
    order = torch.argsort(torch.tensor(taus, dtype=torch.float64))
    for index in order.tolist():
        length = taus[index] / depth - clock
        steps = max(2, int(12 * length * depth / 2))
        here, _ = flow(here, start.x, 0 * start.y + 0.5, start.activation, length / steps, steps)
        clock = taus[index] / depth
        a = flat_outer(here)
        still = Flow(phi, 0 * start.y + 0.5, 0 * a).at(torch.tensor([[[clock]]]).double())[
            ..., 0, :
        ]
        network = forward(here, further, start.activation).output
        own = (phi_all @ a.unsqueeze(-1)).squeeze(-1)
        reference = (phi_all @ still.unsqueeze(-1)).squeeze(-1)
        rows.append(
            {
                "away": (a - still).norm(dim=-1),
                "outputs": (network - own).abs().amax(-1),
                "risk": (network - 0.5).square().mean(-1) / 2,
                "own_risk": (own - 0.5).square().mean(-1) / 2,
                "reference_risk": (reference - 0.5).square().mean(-1) / 2,
                "frobenius": start.weights["b"].square().sum((-3, -2, -1)).sqrt(),
                "least": torch.full((1, RUNS), start.kernel_least, dtype=torch.float64),
            }
        )
    back = torch.argsort(order)
    return {k: torch.stack([row[k][0].mean() for row in rows])[back] for k in rows[0]}


def _read(name: str) -> Any:
    return Computed(lambda points: _states(points)[name])


def _times(points: Any) -> Any:
    return points.tau / points.L


def _c_n(states: Any) -> Any:
    return 8 / states["least"]


def _order(key: str, name: str, power: sp.Rational, uses: tuple[str, ...]) -> Claim:
    """The true order in the depth, which shows how far from tight a bound is."""
    return Claim(
        id=f"{key}.order",
        source=Source(PAPER, "6.3", "not printed: the order that is measured"),
        title=f"the order in L behind {key}",
        statement=rf"the left side is of order $L^{{-{sp.latex(power)}}}$ at $t=\tau/L$",
        reading=DEPTH_READING,
        over=OVER,
        where=[tau <= L],
        quantifier=IN_DEPTH,
        lhs=_read(name),
        relation="==",
        rhs=Closed(L**-power),
        grid=GRID,
        uses=uses,
    )


CLOSE_COEFFICIENTS = r"$\|a_t-\tilde a_t\|\lesssim\frac{c_n^2t}{\sqrt L}$ for $t\in[0,1]$"
CLOSE_OUTPUTS = (
    r"$|f(x;a_t,B_t,\theta_t)-\tilde f(x;a_t,B_0)|\lesssim\frac{c_n^3}{L^{3/2}}$ for all $t\ge0$"
)

coefficients_corrected = Claim(
    id="ema2019.lemma-6.5.corrected",
    source=Source(PAPER, "6.2", "Lemma 6.5"),
    title="Lemma 6.5 (far from tight: the left side is of order L^(-5/2), not L^(-3/2))",
    statement=ALIKE + CLOSE_COEFFICIENTS,
    reading=DEPTH_READING,
    over=OVER,
    where=[tau <= L],
    quantifier=IN_DEPTH,
    lhs=_read("away"),
    relation="<=",
    rhs=Computed(lambda points: _c_n(_states(points)) ** 2 * _times(points) / points.L**0.5),
    grid=GRID,
    corrects="ema2019.lemma-6.5",
    uses=("ema2019.eq-6.3", "ema2019.lemma-6.4a.corrected"),
)
coefficients_order = _order(
    "ema2019.lemma-6.5", "away", Rational(5, 2), ("ema2019.lemma-6.5.corrected",)
)

outputs_corrected = Claim(
    id="ema2019.theorem-6.6.corrected",
    source=Source(PAPER, "6.3", "Theorem 6.6"),
    title="Theorem 6.6 (far from tight: the left side is of order L^-2, not L^(-3/2))",
    statement=ALIKE + CLOSE_OUTPUTS,
    reading=DEPTH_READING
    + "; the largest difference over 40 inputs. The proof gives c_n^3/L only, "
    "as Lemma 6.4 loses sqrt(L)",
    over=OVER,
    quantifier=IN_DEPTH,
    lhs=_read("outputs"),
    relation="<=",
    rhs=Computed(lambda points: _c_n(_states(points)) ** 3 / points.L**1.5),
    grid=GRID,
    corrects="ema2019.theorem-6.6",
    uses=("ema2019.proposition-5.1.corrected", "ema2019.lemma-6.4a.corrected"),
)
outputs_order = _order(
    "ema2019.theorem-6.6", "outputs", sp.Integer(2), ("ema2019.theorem-6.6.corrected",)
)

substitution = Claim(
    id="ema2019.theorem-6.6.substitution",
    source=Source(PAPER, "6.3", "proof of Theorem 6.6"),
    statement=r"Lemma 6.4, $\frac{6c_n^2\|a_t\|}L$, is at most $\frac{6c_n^3}{L^{3/2}}$ with "
    r"$\|a_t\|\le\frac{c_n}{\sqrt L}$",
    reading="the step as the proof takes it; s^2 = L, C = c_n, q the norm of a_t",
    over={s: Interval(1, oo), C: Interval(1, oo), q: Interval(0, oo)},
    where=[q * s <= C],
    lhs=Closed(6 * C**2 * q / s**2),
    relation="<=",
    rhs=Closed(6 * C**3 / s**3),
    grid=Grid(s=[1.0, 8.0], C=[1.0, 8.0], q=[0.0, 0.125, 1.0]),
    uses=("ema2019.lemma-6.4a",),
)

substitution_after = Claim(
    id="ema2019.theorem-6.6.substitution-corrected",
    source=Source(PAPER, "6.3", "proof of Theorem 6.6 with Lemma 6.4 as it holds"),
    title="what the proof of Theorem 6.6 gives with Lemma 6.4 as it holds: c_n^3/L",
    statement=r"$\frac{6c_n^2\|a_t\|}{\sqrt L}\le\frac{6c_n^3}L$ with "
    r"$\|a_t\|\le\frac{c_n}{\sqrt L}$, attained",
    reading="not printed: the corrected Lemma 6.4 has sqrt(L) for L, which the proof's rate loses; "
    "the theorem itself is not refuted by that",
    over={s: Interval(1, oo), C: Interval(1, oo), q: Interval(0, oo)},
    where=[q * s <= C],
    lhs=Closed(6 * C**2 * q / s),
    relation="<=",
    rhs=Closed(6 * C**3 / s**2),
    grid=Grid(s=[1.0, 8.0], C=[1.0, 8.0], q=[0.0, 0.125, 1.0]),
    uses=("ema2019.lemma-6.4a.corrected",),
)

population = Claim(
    id="ema2019.proposition-6.7",
    source=Source(PAPER, "6.3", "Proposition 6.7"),
    title="Proposition 6.7: the network's risk beyond that of the reference model (far from tight)",
    statement=r"$R(\Theta_t)\lesssim\frac{c_n^3}{L^{3/2}}+c_n^2t+E(\tilde a_t;B_0)$",
    reading=DEPTH_READING + "; the difference of the two risks, in absolute value, against the "
    "first two terms",
    over=OVER,
    quantifier=IN_DEPTH,
    lhs=Computed(
        lambda points: (_states(points)["risk"] - _states(points)["reference_risk"]).abs()
    ),
    relation="<=",
    rhs=Computed(
        lambda points: (
            _c_n(_states(points)) ** 3 / points.L**1.5 + _c_n(_states(points)) ** 2 * _times(points)
        )
    ),
    grid=GRID,
    uses=(
        "ema2019.theorem-6.6",
        "ema2019.lemma-6.5",
        "ema2019.proof-6.7a",
        "ema2019.proof-6.7b",
    ),
)

reference_risks = Claim(
    id="ema2019.proof-6.7b",
    source=Source(PAPER, "6.3", "proof of Proposition 6.7, the reference model's risks"),
    title="the reference model's risks (a tenth of the bound would do)",
    statement=r"$|E(a_t;B_0)-E(\tilde a_t;B_0)|\le\|a_t-\tilde a_t\|\|B_0\|$",
    reading="the Frobenius norm of B_0, sqrt(L), as the next step 3 c_n^2 t has it; means over 8 "
    "initialisations",
    over=OVER,
    quantifier=ON_GRID,
    lhs=Computed(
        lambda points: (_states(points)["own_risk"] - _states(points)["reference_risk"]).abs()
    ),
    relation="<=",
    rhs=Computed(lambda points: _states(points)["away"] * _states(points)["frobenius"]),
    grid=GRID,
    uses=("ema2019.lemma-6.5",),
)

e, D = symbols("e D", real=True)
e_1, e_2, D_1, D_2 = symbols("e_1 e_2 D_1 D_2", real=True)
BOUNDED = {e: Interval(-1, 1), D: Interval(-1, 1)}
GAP = sp.Abs(e**2 / 2 - (e + D) ** 2 / 2)

risk_gap = Claim(
    id="ema2019.proof-6.7a",
    source=Source(PAPER, "6.3", "proof of Proposition 6.7, the two models' risks"),
    statement=r"$\big|\frac1{2n}\sum_i(f-y)^2-(f-y+\Delta_i)^2\big|\le2\hat R_n\max_i|\Delta_i|$ "
    r"for $|\Delta_i|\le1$",
    reading="one input",
    over=BOUNDED,
    lhs=Closed(GAP),
    relation="<=",
    rhs=Closed(2 * (e**2 / 2) * sp.Abs(D)),
    erratum="the left side is linear in the residual, the right side quadratic: it fails as soon "
    "as the risk is small",
    uses=("ema2019.lemma-6.4a",),
)

risk_gap_corrected = Claim(
    id="ema2019.proof-6.7a.corrected",
    source=Source(PAPER, "6.3", "proof of Proposition 6.7, the two models' risks"),
    statement=r"$\big|\frac1{2n}\sum_i(f-y)^2-(f-y+\Delta_i)^2\big|\le\frac32\max_i|\Delta_i|$ "
    r"for $|\Delta_i|\le1$ and $\hat R_n\le\frac12$",
    reading="one input",
    over=BOUNDED,
    lhs=Closed(GAP),
    relation="<=",
    rhs=Closed(Rational(3, 2) * sp.Abs(D)),
    corrects="ema2019.proof-6.7a",
)

ROOT_OF_ONE = Interval.Lopen(0, 1)
ROOTS = dict.fromkeys((s, q, gamma, C), Interval(1, oo))
PRINTED = (
    1 / (s**3 * lam**2)
    + q / (s**2 * lam**2)
    + gamma**2 / q
    + (1 + gamma / s) ** 2 * C**3 * gamma**2 / q
)

early_stopping = Claim(
    id="ema2019.proof-3.5",
    source=Source(PAPER, "6.3", "proof of Corollary 3.5"),
    statement=r"with $T=\sqrt n/L$: $\frac1{L^{3/2}\lambda_n^2}+\frac{\sqrt n}{L\lambda_n^2}+"
    r"\frac{\gamma^2}{\sqrt n}+\big(1+\frac\gamma{\sqrt L}\big)^2\frac{c^3(\delta)\gamma^2}"
    r"{\sqrt n}\lesssim\frac{c^3(\delta)\gamma^2}{\sqrt n}$ as $L\gtrsim\lambda_n^{-2}n$ and "
    r"$L\ge\gamma^2$",
    reading="with the constant 7 and L >= n/lambda_n^2; s^2 = L, q^2 = n, C = c(delta); both sides "
    "times sqrt(n)",
    over={**ROOTS, lam: ROOT_OF_ONE},
    where=[s * lam >= q, s >= gamma],
    lhs=Closed(sum(sp.cancel(term * q) for term in PRINTED.args)),
    relation="<=",
    rhs=Closed(7 * C**3 * gamma**2),
    grid=Grid(
        s=[1.0, 10.0, 1e4], q=[1.0, 5.0], lambda_n=[0.1, 1.0], gamma=[1.0, 8.0], C=[1.0, 4.0]
    ),
    uses=("ema2019.theorem-3.4", "ema2019.proof-3.5.terms"),
)

early_stopping_terms = Claim(
    id="ema2019.proof-3.5.terms",
    source=Source(PAPER, "6.3", "proof of Corollary 3.5, term by term"),
    statement=r"$\frac{\sqrt n}{L^{3/2}\lambda_n^2}\le1$, $\frac n{L\lambda_n^2}\le1$ and "
    r"$\frac14\big(1+\frac\gamma{\sqrt L}\big)^2\le1$ when $L\ge n/\lambda_n^2$, $L\ge\gamma^2$",
    reading="s^2 = L, q^2 = n",
    over={s: Interval(1, oo), q: Interval(1, oo), gamma: Interval(1, oo), lam: ROOT_OF_ONE},
    where=[s * lam >= q, s >= gamma],
    lhs=Closed(sp.Matrix([q / (s**3 * lam**2), q**2 / (s**2 * lam**2), (1 + gamma / s) ** 2 / 4])),
    relation="<=",
    rhs=Closed(1),
    grid=Grid(s=[1.0, 10.0, 1e4], q=[1.0, 5.0], lambda_n=[0.1, 1.0], gamma=[1.0, 8.0]),
)
