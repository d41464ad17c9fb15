r"""Section 3: exponential convergence of gradient flow, and the population risk along it.

J: an objective; c_1, c_2, c_3: radius and constants of (3.1); J_0: J at the start; t: time;
q, s, w: the two weights of a toy objective and time; L, m, d, n, sigma: sizes as in `sec4_symbols`;
delta: failure probability; gamma: gamma(f*); kappa: the value of a*; lam: lambda_n.
"""

from __future__ import annotations

import math
from typing import Any

import sympy as sp
from sympy import Integral, Interval, Max, exp, oo, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.ema2019.sec4_initial_gram import ALIKE, LEAST
from theorems.papers.ema2019.sec4_initial_gram import least as least_eigenvalue
from theorems.papers.ema2019.sec4_symbols import PAPER, L, activation, d, m, n, sigma
from theorems.quantifiers import (
    AlongTrajectory,
    ForAll,
    InExpectation,
    UpToConstant,
    WithProbability,
)
from theorems.sides import Closed, Sampled, Side, Simulated

POSITIVE = Interval.open(0, oo)
c_1, c_2, c_3, J_0, t, delta, gamma, c_delta = symbols(
    "c_1 c_2 c_3 J_0 t delta gamma c_delta", real=True
)
p_0, q_0, kappa, lam = symbols("p_0 q_0 kappa lam", real=True)

CONSTANTS = {c_1: POSITIVE, c_2: POSITIVE, c_3: POSITIVE, J_0: POSITIVE}
path_length = Claim(
    id="ema2019.proof-3.1",
    source=Source(PAPER, "3", "proof of Lemma 3.1"),
    statement=r"$\sqrt{c_3J(\Theta_0)}\int_0^\infty e^{-c_2t/2}dt\le\frac{2\sqrt{c_3J(\Theta_0)}}"
    r"{c_2}$",
    over=CONSTANTS,
    lhs=Closed(sqrt(c_3 * J_0) * Integral(exp(-c_2 * t / 2), (t, 0, oo)).doit(conds="none")),
    relation="<=",
    rhs=Closed(2 * sqrt(c_3 * J_0) / c_2),
    grid=Grid(c_1=[1], c_2=[0.1, 1, 4], c_3=[0.5, 10], J_0=[1e-3, 1]),
)

path_inside = Claim(
    id="ema2019.proof-3.1.inside",
    source=Source(PAPER, "3", "proof of Lemma 3.1, step (i)"),
    statement=r"$\frac{2\sqrt{c_3J(\Theta_0)}}{c_2}<c_1$ when $4c_3J(\Theta_0)<c_1^2c_2^2$",
    over=CONSTANTS,
    hypotheses=[4 * c_3 * J_0 < c_1**2 * c_2**2],
    lhs=Closed(2 * sqrt(c_3 * J_0) / c_2),
    relation="<",
    rhs=Closed(c_1),
)

# J = (pq - 1)^2 / 2: |grad J|^2 = 2 J (p^2 + q^2), so that on the ball of radius c_1 around the
# start, at distance rho from the origin, (3.1) holds with c_2, c_3 = 2 (rho -+ c_1)^2.
START = sqrt(p_0**2 + q_0**2)
RADIUS = START / 3
SLOW, FAST = 2 * (START - RADIUS) ** 2, 2 * (START + RADIUS) ** 2
TOY_START = (p_0 * q_0 - 1) ** 2 / 2


def _toy(points: Any, generator: Any) -> Any:
    import torch

    state, clock, step = torch.stack([points.p_0, points.q_0], -1), 0.0, 2e-3
    losses, times = [], []

    def slope(at: Any) -> Any:
        return (1 - at.prod(-1, keepdim=True)) * at.flip(-1)

    for _ in range(1500):
        losses.append((state.prod(-1) - 1).square() / 2)
        times.append(torch.full_like(points.p_0, clock))
        k1 = slope(state)
        k2 = slope(state + step / 2 * k1)
        k3 = slope(state + step / 2 * k2)
        k4 = slope(state + step * k3)
        state, clock = state + step / 6 * (k1 + 2 * k2 + 2 * k3 + k4), clock + step
    return {"loss": torch.stack(losses, -1)[..., ::10], "t": torch.stack(times, -1)[..., ::10]}


convergence = Claim(
    id="ema2019.lemma-3.1",
    source=Source(PAPER, "3", "Lemma 3.1"),
    statement=r"if $4c_3J(\Theta_0)<c_1^2c_2^2$ and $c_2J\le\|\nabla J\|^2\le c_3J$ for "
    r"$\|\Theta-\Theta_0\|\le c_1$, gradient flow has $J(\Theta_t)\le e^{-c_2t}J(\Theta_0)$",
    reading=r"on $J=\frac12(pq-1)^2$, not convex, where the constants on a ball are exact",
    over={p_0: Interval(0, 10), q_0: Interval(0, 10), t: Interval(0, oo)},
    hypotheses=[4 * FAST * TOY_START < RADIUS**2 * SLOW**2],
    quantifier=AlongTrajectory(simulate=_toy, rounding=1e-7, floor=1e-20),
    lhs=Simulated(lambda path: path["loss"]),
    relation="<=",
    rhs=Closed(exp(-SLOW * t) * TOY_START),
    grid=Grid(p_0=[0.9, 1.1, 2.0, 4.0], q_0=[0.2, 0.5, 0.9, 1.05], t=[0]),
    uses=("ema2019.proof-3.1",),
)

high, share = symbols("high share", real=True)
convergence_quadratic = Claim(
    id="ema2019.lemma-3.1.quadratic",
    source=Source(PAPER, "3", "Lemma 3.1, where it is attained"),
    title="Lemma 3.1 on a quadratic, where the rate is attained",
    statement=r"for $J=\frac12(u^2+bv^2)$, $b\ge1$: $c_2=2$, $c_3=2b$ and $J(\Theta_t)\le "
    r"e^{-2t}J(\Theta_0)$",
    reading="high = b, the lesser coefficient as the unit of time; the flow is u e^-t, v e^(-b t), "
    "share that of b v^2/2 in J at the start, which is 1",
    over={high: Interval(1, oo), share: Interval(0, 1), t: Interval(0, oo)},
    quantifier=ForAll(random_points=200, search=False),
    lhs=Closed((1 - share) * exp(-t) ** 2 + share * exp(-high * t) ** 2),
    relation="<=",
    rhs=Closed(exp(-2 * t)),
    grid=Grid(high=[1.0, 4.0], share=[0.0, 0.2, 1.0], t=[0.0, 1.0, 3.0]),
)

# The absolute constant of the printed condition.
CONDITION_CONSTANT = 4
CONDITION = CONDITION_CONSTANT * Max(sp.log(n**2 / delta) / LEAST**2, 1 / LEAST**3) <= L
NETWORK = {
    delta: Interval.open(0, 1),
    L: sp.Range(2, oo),
    m: sp.S.Naturals,
    d: sp.S.Naturals,
    n: sp.S.Naturals,
    sigma: sp.FiniteSet(0, 1),
}
OPTIMISATION_GRID = Grid(
    points=[
        {"n": 1, "d": 1, "m": 1, "sigma": 0, "delta": 0.3, "L": 5},
        {"n": 1, "d": 1, "m": 1, "sigma": 1, "delta": 0.3, "L": 32},
        {"n": 1, "d": 2, "m": 2, "sigma": 0, "delta": 0.3, "L": 32},
        {"n": 2, "d": 2, "m": 2, "sigma": 0, "delta": 0.5, "L": 256},
    ]
)


def _runs(points: Any, samples: int, generator: Any) -> tuple[Any, Any]:
    """Risks of gradient flow `(points, samples, steps + 1)` from random labels, and the times."""
    import torch

    from numeric.skip_connections import initial
    from numeric.skip_flow import flow

    start = initial((points.n, samples), points.L, points.m, points.d, generator)
    x = torch.eye(points["n"], points.d, dtype=torch.float64)
    shape = (points.n, samples, points["n"])
    labels = 2 * torch.rand(shape, generator=generator, dtype=torch.float64) - 1
    least = least_eigenvalue(points["n"], points.d, points.sigma)
    step, steps = 0.5 / points.L, math.ceil(2 / (0.5 * least))
    _, risks = flow(start, x, labels, activation(points), step, steps)
    times = step * torch.arange(steps + 1, dtype=torch.float64)
    return risks, points.L * least * times


def excess(points: Any, samples: int, generator: Any) -> Any:
    """The largest `R(t) / R(0) e^(L lambda t / 2)` along each run."""
    risks, clock = _runs(points, samples, generator)
    return (risks / risks[..., :1] * (clock / 2).exp()).amax(dim=-1)


OPTIMAL = (
    r"for $L\gtrsim\max\{\lambda_n^{-2}\ln(n^2/\delta),\lambda_n^{-3}\}$, with probability at "
    r"least $1-\delta$, $\hat R_n(\Theta_t)\le e^{-L\lambda_nt/2}\hat R_n(\Theta_0)$ for all "
    r"$t\ge0$"
)

optimisation_corrected = Claim(
    id="ema2019.theorem-3.2.corrected",
    source=Source(PAPER, "3", "Theorem 3.2"),
    statement=ALIKE + OPTIMAL,
    reading=r"the constant of $\gtrsim$ taken as 4; orthonormal inputs and random labels; times up "
    r"to $2/(L\lambda_n)$, by a fourth-order method",
    over=NETWORK,
    hypotheses=[CONDITION, d >= n],
    quantifier=WithProbability(at_least=1 - delta, draws=560),
    lhs=Sampled(excess),
    relation="<=",
    rhs=Closed(1 + 1e-9),
    grid=OPTIMISATION_GRID,
    corrects="ema2019.theorem-3.2",
    uses=(
        "ema2019.lemma-4.3a.corrected",
        "ema2019.lemma-4.3b",
        "ema2019.lemma-4.6.corrected",
        "ema2019.proposition-5.1.corrected",
    ),
)


def _target_sample(points: Any, samples: int, generator: Any) -> Any:
    """`a*(w) relu(w.x)` with `a*(w) = kappa w_1` at the input `e_1`."""
    from numeric.data import unit_sphere

    w = unit_sphere((points.n, samples), points.d, generator)[..., 0]
    return points.kappa.unsqueeze(-1) * w * w.clamp_min(0)


target_function = Claim(
    id="ema2019.assumption-3.3",
    source=Source(PAPER, "3", "Assumption 3.3, an example"),
    statement=r"$f^*(x)=\mathbb E_{\pi_0}[a^*(\omega)\sigma(\omega^\top x)]$; for ReLU and "
    r"$a^*(\omega)=\kappa\omega_1$, $f^*(x)=\frac{\kappa x_1}{2d}$",
    reading="an assumption; the example meets it, at x = e_1",
    over={kappa: Interval(-oo, oo), d: sp.S.Naturals},
    quantifier=InExpectation(samples=1 << 14),
    lhs=Sampled(_target_sample),
    relation="==",
    rhs=Closed(kappa / (2 * d)),
    grid=Grid(kappa=[-2.0, 0.5], d=[1, 2, 5]),
    uses=("ema2019.eq-2.6",),
)


def _norms(points: Any, samples: int, generator: Any) -> Any:
    from numeric.data import unit_sphere

    w = unit_sphere((points.n, samples), points.d, generator)[..., 0]
    return (points.kappa.unsqueeze(-1) * w).square()


target_norm = Claim(
    id="ema2019.assumption-3.3.norm",
    source=Source(PAPER, "3", "after Assumption 3.3"),
    statement=r"$\|f^*\|_{\mathcal H_{k_0}}^2=\mathbb E|a^*|^2\le\gamma(f^*)^2$, $\gamma(f^*)="
    r"\max\{1,\sup|a^*|\}$; for $a^*=\kappa\omega_1$ it is $\frac{\kappa^2}d\le\max\{1,\kappa^2\}$",
    over={kappa: Interval(-oo, oo), d: sp.S.Naturals},
    lhs=Side(closed=kappa**2 / d, measured=Sampled(_norms)),
    relation="<=",
    rhs=Closed(Max(1, kappa**2)),
    quantifier=InExpectation(samples=1 << 12),
    grid=Grid(kappa=[-2.0, 0.5, 1.0], d=[1, 2, 5]),
)

# Roots as variables keep the relations polynomial: depth_root^2 = L, q^2 = n.
q, depth_root = symbols("q depth_root", real=True)
ROOTS = {
    lam: Interval.Lopen(0, 1),
    depth_root: Interval(1, oo),
    t: Interval.Lopen(0, 1),
    gamma: Interval(1, oo),
}

combination = Claim(
    id="ema2019.theorem-3.4.combination",
    source=Source(PAPER, "3", "Theorem 3.4 from Theorem 6.3 and Proposition 6.7"),
    title="the first term of Proposition 6.7 is absorbed by the others",
    statement=r"$\frac1{L^{3/2}\lambda_n^3}\le\frac t{\lambda_n^2}+\frac{\gamma^2}{Lt}$ when "
    r"$L\ge\lambda_n^{-3}$",
    reading=r"Proposition 6.7 gives $c_n^3L^{-3/2}$, of order $\lambda_n^{-3}L^{-3/2}$, where the "
    r"theorem prints $\lambda_n^{-2}L^{-3/2}$; the difference does no harm",
    over=ROOTS,
    where=[depth_root**2 * lam**3 >= 1],
    lhs=Closed(1 / (depth_root**3 * lam**3)),
    relation="<=",
    rhs=Closed(t / lam**2 + gamma**2 / (depth_root**2 * t)),
    uses=("ema2019.proposition-6.7", "ema2019.theorem-6.3"),
)

stopped = Claim(
    id="ema2019.corollary-3.5.substitution",
    source=Source(PAPER, "3", "Corollary 3.5 from Theorem 3.4"),
    title="the bound of Theorem 3.4 at the stopping time",
    statement=r"at $T=\sqrt n/L$ and $L\ge\max\{\lambda_n^{-3},\gamma^2\}$ the bound of Theorem "
    r"3.4 is at most $7c^3(\delta)\gamma^2/\sqrt n$",
    reading=r"term by term: the first two are at most $1/\sqrt n$, the square at most 4, and "
    r"$c(\delta),\gamma\ge1$; with $\lambda_n\le\frac1n$ (Remark 1)",
    over={
        lam: Interval.Lopen(0, 1),
        depth_root: Interval(1, oo),
        q: Interval(1, oo),
        gamma: Interval(1, oo),
    },
    where=[depth_root**2 * lam**3 >= 1, lam * q**2 <= 1, depth_root >= gamma],
    lhs=Closed(
        sp.Matrix(
            [
                1 / (depth_root**3 * lam**2),
                q / (depth_root**2 * lam**2),
                (1 + gamma / depth_root) ** 2,
            ]
        )
    ),
    relation="<=",
    rhs=Closed(sp.Matrix([1 / q, 1 / q, 4])),
    uses=("ema2019.theorem-3.4", "ema2019.remark-1a"),
)


def _population_risk(points: Any, samples: int, generator: Any, time: Any) -> Any:
    """Population risk at `time` of runs on inputs drawn from {-1, 1} with f*(x) = x/2.

    The target is that of a*(w) = w with ReLU, so gamma = 1. Shape `(points, samples)`.
    """
    import torch

    from numeric.skip_connections import forward, initial
    from numeric.skip_flow import flow

    shape = (points.n, samples)
    start = initial(shape, points.L, points.m, 1, generator)
    signs = torch.randint(2, (*shape, points["n"], 1), generator=generator)
    x = 2 * signs.to(torch.float64) - 1
    if points["n"] == 2:
        # The two inputs differ: lambda_n is positive, as the statement assumes.
        x = torch.tensor([[1.0], [-1.0]], dtype=torch.float64).expand(*shape, 2, 1)
    steps = max(1, math.ceil(time * points.L / 0.3))
    end, _ = flow(start, x, x[..., 0] / 2, "relu", time / steps, steps)
    both = torch.tensor([[1.0], [-1.0]], dtype=torch.float64)
    output = forward(end, both.expand(*shape, 2, 1), "relu").output
    return (output - both[:, 0] / 2).square().mean(-1) / 2


BOUND = (
    1 / (L ** sp.Rational(3, 2) * lam**2)
    + t / lam**2
    + gamma**2 / (L * t)
    + (1 + sqrt(L) * gamma * t / sqrt(n)) ** 2 * c_delta**3 * gamma**2 / sqrt(n)
).subs({gamma: 1, lam: sp.Rational(1, 4), c_delta: 1 + sqrt(2 * sp.log(2))})

GENERAL = (
    r"for $L\gtrsim\max\{\lambda_n^{-2}\ln(n^2/\delta),\lambda_n^{-3},\gamma^2\}$, with "
    r"probability at least $1-\delta$, for $t\in[0,1]$: $R(\Theta_t)\lesssim\frac1{L^{3/2}"
    r"\lambda_n^2}+\frac t{\lambda_n^2}+\frac{\gamma^2}{Lt}+(1+\frac{\sqrt L\gamma t}{\sqrt n})^2"
    r"\frac{c^3(\delta)\gamma^2}{\sqrt n}$"
)

generalisation_corrected = Claim(
    id="ema2019.theorem-3.4.corrected",
    source=Source(PAPER, "3", "Theorem 3.4"),
    statement=ALIKE + GENERAL,
    reading=r"inputs $\pm1$, $f^*(x)=x/2$, ReLU, $n=2$, where $\lambda_2=\frac14$ lets the "
    r"condition be met; mean over $\Theta_0$, $\delta=\frac12$; $t=1/128$. The last term alone is "
    r"more than any risk here, so the powers of $L$ and $n$ are not tested: the terms are claims "
    r"apart (propositions 6.7 and theorem 6.3)",
    over={L: sp.Range(2, oo), m: sp.S.Naturals, n: sp.S.Naturals, t: Interval.Lopen(0, 1)},
    hypotheses=[L >= 64],
    quantifier=UpToConstant(along=("L",), samples=4),
    lhs=Sampled(
        lambda points, samples, generator: _population_risk(
            points, samples, generator, float(points.t[0])
        )
    ),
    relation="<=",
    rhs=Closed(BOUND),
    grid=Grid(L=[64, 128, 256, 512], m=[1], n=[2], t=[1 / 128]).nightly(
        L=[64, 128, 256, 512, 1024]
    ),
    corrects="ema2019.theorem-3.4",
    uses=("ema2019.theorem-6.3.corrected", "ema2019.proposition-6.7"),
)

EARLY = (
    r"with the same $L$ and $T=\sqrt n/L$: $R(\Theta_T)\lesssim c^3(\delta)\gamma^2(f^*)/\sqrt n$"
)

early_stopping_corrected = Claim(
    id="ema2019.corollary-3.5.corrected",
    source=Source(PAPER, "3", "Corollary 3.5"),
    title="Corollary 3.5, outside its hypotheses",
    statement=ALIKE + EARLY,
    reading=r"inputs $\pm1$ and $f^*(x)=x/2$, ReLU, $L=16$; from three inputs on two coincide and "
    r"$\lambda_n=0$, so the condition on $L$ cannot be met here; elsewhere it asks for $L\ge n^3$",
    over={L: sp.Range(2, oo), m: sp.S.Naturals, n: sp.S.Naturals},
    quantifier=UpToConstant(along=("n",), samples=64),
    lhs=Sampled(
        lambda points, samples, generator: _population_risk(
            points, samples, generator, math.sqrt(points["n"]) / points.L
        )
    ),
    relation="<=",
    rhs=Closed(1 / sqrt(n)),
    grid=Grid(L=[16], m=[2], n=[4, 8, 16, 32]).nightly(n=[4, 8, 16, 32, 64, 128]),
    corrects="ema2019.corollary-3.5",
    uses=("ema2019.theorem-3.4.corrected", "ema2019.proof-3.5"),
)
