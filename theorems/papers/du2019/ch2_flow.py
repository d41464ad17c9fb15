r"""Thesis section 2.2.1: gradient flow, Lemmas 2.3 and 2.4.

n: inputs; m: width; k: active neurons of a network with one input; lambda_0: least eigenvalue of
H_inf (1/2 for one input); gap: size of the residuals at t = 0; t: time; delta: failure probability.
R' = sqrt(n) |y - u(0)| / (sqrt(m) lambda_0), R = c delta lambda_0 / n^2.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, Matrix, exp, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2019.ch2_one_input import (
    DISTANCE,
    ONE_GRID,
    ONE_INPUT,
    ONE_READING,
    SHARE,
    STAYS_HALF,
    one_input_flow,
)
from theorems.papers.du2019.ch2_runs import (
    EIGENVALUE,
    FLOW_ROUNDING,
    POSITIVE,
    SIZES,
    Path,
    decayed,
    flow_run,
    gap,
    lambda_0,
    lowest_so_far,
    m,
    never_rested,
    t,
    twice_the_bound,
)
from theorems.quantifiers import AlongTrajectory
from theorems.sides import Closed, Holds, Side, Simulated

PAPER = "du2019"
FLOW = {**SIZES, lambda_0: EIGENVALUE, gap: POSITIVE}
FLOW_GRID = Grid(
    points=[{"lambda_0": v, "gap": g} for v in (0.1, 0.3, 0.5) for g in (0.1, 1.0)],
    n=[1, 4],
    m=[6, 60],
).nightly(n=[1, 2, 4, 8], m=[6, 20, 60, 400])


ASSUMED = Holds(
    "lambda_min(H(s)) >= lambda_0/2 up to t", lambda path: lowest_so_far(path) >= path["lambda"] / 2
)
SMOOTH = Holds("no neuron has come to rest at w_r.x_i = 0 up to t", never_rested)
PREMISE = r"if $\lambda_{\min}(H(s))\ge\frac{\lambda_0}2$ for $0\le s\le t$ then "


loss_decays = Claim(
    id="du2019.lemma-2.3a",
    source=Source(PAPER, "2.2.1", "Lemma 2.3, the loss"),
    statement=PREMISE + r"$\|y-u(t)\|_2^2\le\exp(-\lambda_0t)\|y-u(0)\|_2^2$",
    reading="as long as no neuron rests at w_r.x_i = 0: without that it fails (.kink)",
    over=FLOW,
    hypotheses=[ASSUMED, SMOOTH],
    quantifier=AlongTrajectory(simulate=flow_run, rounding=FLOW_ROUNDING),
    lhs=Simulated(lambda path: path["loss"]),
    relation="<=",
    rhs=Simulated(decayed),
    grid=FLOW_GRID,
    uses=("du2019.eq-2.4", "du2019.lemma-2.3a.derivative"),
)


z_0, y = symbols("z_0 y", real=True)


def _one_neuron(points: Any, _: Any) -> dict[str, Any]:
    """One neuron at z_0 with a = -1 on the input 1 with label y: it moves down to its kink."""
    import torch

    from numeric.two_layer_runs import Network, flow, squared_residual

    weights = points.z_0[:, None, None]
    a, x = -torch.ones(points.n, 1, dtype=torch.float64), torch.ones(1, 1, dtype=torch.float64)
    steps, length = 1000, 0.01
    network = Network(weights, a, x, points.y[:, None])
    path = flow(network, length, steps, {"loss": squared_residual})
    time = length * torch.arange(steps + 1, dtype=torch.float64).expand(points.n, steps + 1)
    return {**path, "t": time}


loss_at_the_kink = Claim(
    id="du2019.lemma-2.3a.kink",
    source=Source(PAPER, "2.2.1", "Lemma 2.3, the loss, after a neuron comes to rest"),
    title="Lemma 2.3, the loss, for the differential inclusion",
    statement=PREMISE + r"$\|y-u(t)\|_2^2\le\exp(-\lambda_0t)\|y-u(0)\|_2^2$",
    reading="the flow as the differential inclusion of footnote 2; one input 1 with label y > 0 "
    "and one "
    r"neuron at $z_0>0$ with $a=-1$: $z(t)=(y+z_0)e^{-t}-y$ until it is 0, and it stays there, "
    r"where "
    r"(2.5) still says $H(t)=1\ge\frac{\lambda_0}2=\frac14$ but $u=0$",
    over={z_0: POSITIVE, y: POSITIVE, t: Interval(0, sp.oo)},
    quantifier=AlongTrajectory(simulate=_one_neuron, rounding=1e-3),
    lhs=Side(
        closed=sp.Max((y + z_0) * exp(-t), y) ** 2, measured=Simulated(lambda path: path["loss"])
    ),
    relation="<=",
    rhs=Closed((y + z_0) ** 2 * exp(-t / 2)),
    grid=Grid(z_0=[0.1, 1.0], y=[0.5, 2.0], t=[5.0]),
    uses=("du2019.eq-2.4",),
    erratum="(2.4) fails once a neuron rests at w_r.x_i = 0: (2.5) counts it as active, but its "
    "output "
    "stays 0; then nothing decays although lambda_min(H) is large",
)

loss_before_the_kink = Claim(
    id="du2019.lemma-2.3a.kink.corrected",
    source=loss_at_the_kink.source,
    title="Lemma 2.3, the loss, until a neuron comes to rest",
    statement=loss_at_the_kink.statement + ", as long as no neuron has come to rest",
    reading="the same neuron until it reaches its kink",
    over=loss_at_the_kink.over,
    where=[y * exp(t) <= y + z_0],
    quantifier=AlongTrajectory(simulate=_one_neuron, rounding=1e-3),
    lhs=Side(
        closed=sp.Max((y + z_0) * exp(-t), y) ** 2, measured=Simulated(lambda path: path["loss"])
    ),
    relation="<=",
    rhs=Closed((y + z_0) ** 2 * exp(-t / 2)),
    grid=Grid(z_0=[0.1, 1.0], y=[0.5, 2.0], t=[0.0]),
    corrects="du2019.lemma-2.3a.kink",
)

h_11, h_12, h_22, r_1, r_2 = symbols("h_11 h_12 h_22 r_1 r_2", real=True)
HALF = lambda_0 / 2
QUADRATIC = h_11 * r_1**2 + 2 * h_12 * r_1 * r_2 + h_22 * r_2**2
loss_derivative = Claim(
    id="du2019.lemma-2.3a.derivative",
    source=Source(PAPER, "2.2.1", "proof of Lemma 2.3, the loss"),
    statement=r"$\frac d{dt}\|y-u(t)\|_2^2=-2(y-u)^\top H(t)(y-u)\le-\lambda_0\|y-u(t)\|_2^2$",
    reading=r"two inputs; $H\succeq\frac{\lambda_0}2I$ by its minors",
    over=dict.fromkeys((h_11, h_12, h_22, r_1, r_2), sp.S.Reals) | {lambda_0: POSITIVE},
    hypotheses=[h_11 >= HALF, h_22 >= HALF, (h_11 - HALF) * (h_22 - HALF) >= h_12**2],
    lhs=Closed(
        2 * Matrix([r_1, r_2]).dot(-Matrix([[h_11, h_12], [h_12, h_22]]) * Matrix([r_1, r_2]))
    ),
    relation="<=",
    rhs=Closed(-lambda_0 * (r_1**2 + r_2**2)),
    grid=Grid(
        h_11=[0.5, 1.0], h_12=[-0.3, 0.0, 0.3], h_22=[0.6], r_1=[1.0], r_2=[1.0, -1], lambda_0=[0.5]
    ),
    uses=("du2019.eq-2.4",),
)

weights_stay = Claim(
    id="du2019.lemma-2.3b",
    source=Source(PAPER, "2.2.1", "Lemma 2.3, the distance"),
    statement=PREMISE
    + r"for any $r$, $\|w_r(t)-w_r(0)\|_2\le\frac{\sqrt n\|y-u(0)\|_2}{\sqrt m\lambda_0}=:R'$",
    reading=ONE_READING,
    over=ONE_INPUT,
    where=STAYS_HALF,
    quantifier=AlongTrajectory(simulate=one_input_flow, rounding=1e-7),
    lhs=Side(closed=DISTANCE, measured=Simulated(lambda path: path["far"])),
    relation="<=",
    rhs=Closed(2 * gap / sqrt(m)),
    grid=ONE_GRID,
    uses=("du2019.lemma-2.3a", "du2019.proof-2.3"),
    erratum="a factor 2 is lost: |y - u(s)| decays like exp(-lambda_0 s/2), its square like "
    "exp(-lambda_0 s), so the integral is 2/lambda_0",
)


weights_stay_corrected = Claim(
    id="du2019.lemma-2.3b.corrected",
    source=weights_stay.source,
    statement=PREMISE
    + r"for any $r$, $\|w_r(t)-w_r(0)\|_2\le\frac{2\sqrt n\|y-u(0)\|_2}{\sqrt m\lambda_0}$",
    over=FLOW,
    hypotheses=[ASSUMED, SMOOTH],
    quantifier=AlongTrajectory(simulate=flow_run, rounding=FLOW_ROUNDING),
    lhs=Simulated(lambda path: path["far"]),
    relation="<=",
    rhs=Simulated(twice_the_bound),
    grid=FLOW_GRID,
    uses=("du2019.lemma-2.3a", "du2019.proof-2.3.corrected", "du2019.lemma-2.3b.integral"),
    corrects="du2019.lemma-2.3b",
)

weights_stay_single = Claim(
    id="du2019.lemma-2.3b.single",
    source=Source(PAPER, "2.2.1", "Lemma 2.3, the distance, corrected, for one input"),
    statement=r"for one input $\|w_r(t)-w_r(0)\|_2\le\frac{2\|y-u(0)\|_2}{\sqrt m\lambda_0}$, and "
    r"the "
    "factor 2 cannot be smaller",
    reading=ONE_READING,
    over=ONE_INPUT,
    where=STAYS_HALF,
    quantifier=AlongTrajectory(simulate=one_input_flow, rounding=1e-7),
    lhs=Side(closed=DISTANCE, measured=Simulated(lambda path: path["far"])),
    relation="<=",
    rhs=Closed(4 * gap / sqrt(m)),
    grid=ONE_GRID,
    uses=("du2019.lemma-2.3b.corrected",),
)

s, rate = symbols("s", real=True), symbols("rate", positive=True)
integral = Claim(
    id="du2019.lemma-2.3b.integral",
    source=Source(PAPER, "2.2.1", "proof of Lemma 2.3, integrating the gradient, corrected"),
    statement=r"$\int_0^te^{-\lambda_0s/2}ds\le\frac2{\lambda_0}$",
    over={lambda_0: POSITIVE, t: Interval(0, sp.oo)},
    lhs=Closed(sp.integrate(exp(-rate * s / 2), (s, 0, t)).subs(rate, lambda_0)),
    relation="<=",
    rhs=Closed(2 / lambda_0),
)

gradient_decays = Claim(
    id="du2019.proof-2.3",
    source=Source(PAPER, "2.2.1", "proof of Lemma 2.3, the gradient's decay"),
    statement=r"$\frac{\sqrt n}{\sqrt m}\|y-u(s)\|_2\le\frac{\sqrt n}{\sqrt m}\exp(-\lambda_0s)"
    r"\|y-u(0)\|_2$, the last step of the bound on $\|\frac d{ds}w_r(s)\|_2$",
    reading=ONE_READING,
    over=ONE_INPUT,
    where=STAYS_HALF,
    quantifier=AlongTrajectory(simulate=one_input_flow, rounding=1e-7),
    lhs=Side(
        closed=gap * exp(-SHARE * t) / sqrt(m),
        measured=Simulated(lambda path: path["loss"].sqrt() / path["width"]),
    ),
    relation="<=",
    rhs=Closed(gap * exp(-t / 2) / sqrt(m)),
    grid=ONE_GRID,
    uses=("du2019.lemma-2.3a",),
    erratum="the square of the norm decays like exp(-lambda_0 s), the norm like exp(-lambda_0 s/2)",
)


def _decayed_root(path: Path) -> Any:
    return path["root"] * (-path["lambda"] * path["time"] / 2).exp()


def _residual_root(path: Path) -> Any:
    return path["loss"].sqrt() * path["root"] / path["first"]


gradient_decays_corrected = Claim(
    id="du2019.proof-2.3.corrected",
    source=gradient_decays.source,
    statement=PREMISE + r"$\frac{\sqrt n}{\sqrt m}\|y-u(s)\|_2\le\frac{\sqrt n}{\sqrt m}"
    r"\exp(-\lambda_0s/2)\|y-u(0)\|_2$",
    over=FLOW,
    hypotheses=[ASSUMED, SMOOTH],
    quantifier=AlongTrajectory(simulate=flow_run, rounding=FLOW_ROUNDING),
    lhs=Simulated(_residual_root),
    relation="<=",
    rhs=Simulated(_decayed_root),
    grid=FLOW_GRID,
    uses=("du2019.lemma-2.3a",),
    corrects="du2019.proof-2.3",
)


def _speeds(start: Any) -> dict[str, Any]:
    from numeric.two_layer_runs import fastest

    return {
        "speed": fastest,
        "sum": lambda now: now.residual.abs().sum(dim=now.network.axis) / start.width**0.5,
    }


def _flow_with_speeds(points: Any, generator: Any) -> dict[str, Any]:
    return flow_run(points, generator, _speeds)


gradient_bound = Claim(
    id="du2019.proof-2.3.gradient",
    source=Source(PAPER, "2.2.1", "proof of Lemma 2.3, the gradient"),
    statement=r"$\|\frac d{ds}w_r(s)\|_2\le\frac1{\sqrt m}\sum_i|y_i-u_i(s)|$ for every $r$",
    over=FLOW,
    quantifier=AlongTrajectory(simulate=_flow_with_speeds),
    lhs=Simulated(lambda path: path["speed"]),
    relation="<=",
    rhs=Simulated(lambda path: path["sum"]),
    grid=FLOW_GRID,
    uses=("du2019.eq-2.3",),
)

sum_bound = Claim(
    id="du2019.proof-2.3.sum",
    source=Source(PAPER, "2.2.1", "proof of Lemma 2.3, from the sum to the norm"),
    statement=r"$\frac1{\sqrt m}\sum_i|y_i-u_i(s)|\le\frac{\sqrt n}{\sqrt m}\|y-u(s)\|_2$",
    reading="two inputs, times the root of m",
    over={r_1: sp.S.Reals, r_2: sp.S.Reals},
    lhs=Closed(sp.Abs(r_1) + sp.Abs(r_2)),
    relation="<=",
    rhs=Closed(sqrt(2) * sqrt(r_1**2 + r_2**2)),
)
