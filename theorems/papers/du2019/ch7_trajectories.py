"""Thesis sections 7.4 and 7.7.1: whole runs of gradient descent on the tube and the octopus.

L > gamma > 0: curvatures; tau >= e: width of a quadratic piece; eta <= 1/(2 L): step size; d:
dimension; T: number of steps taken; epsilon: accuracy. Every run records each of its steps; the
starting points are corners of the cube, points close to its faces and axes, and random ones. Runs
use the octopus, which is the tube on the positive orthant and extends it across the axes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import sympy as sp
from sympy import Interval, exp, oo, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import AlongTrajectory, WithProbability
from theorems.sides import Closed, Holds, Sampled, Simulated

PAPER = "du2019"
POSITIVE = Interval.open(0, oo)
tau, L, gamma, eta, epsilon = symbols("tau L gamma eta epsilon", real=True)
d, T = symbols("d T", integer=True)
RATIO = (L + gamma) / gamma
RUN = {
    L: POSITIVE,
    gamma: POSITIVE,
    eta: POSITIVE,
    tau: Interval(sp.E, oo),
    d: sp.S.Naturals,
    T: sp.S.Naturals0,
}
WHERE = [gamma < L, eta <= 1 / (2 * L), RATIO ** (d - 1) >= T]
STARTS = 12
RUNS_GRID = Grid(
    points=[
        {"L": a, "gamma": 1.0, "tau": c, "eta": q / (2 * a), "T": 0}
        for a, c in [(math.e, math.e), (1.01, math.e), (math.e, 8.0), (4.0, 3.0)]
        for q in (0.2, 0.5, 0.9, 1.0)
    ],
    d=[1, 2, 3, 4, 5],
).nightly(d=[1, 2, 3, 4, 5, 6])


def _horizon(points: Any) -> int:
    """The largest number of steps that the statement speaks of among these points."""
    ratio = (points.L + points.gamma) / points.gamma
    return max(1, int((ratio.max() ** (points.d - 1)).floor()))


def _run(points: Any, generator: Any, signs: bool, record: Any, starts: int = STARTS) -> Any:
    import torch

    from numeric.saddle_runs import record_descent, start_points
    from numeric.tube_runs import octopus_slope

    start = start_points(points.n * starts, points.d, generator)
    if signs:
        start *= torch.sign(torch.rand(start.shape, generator=generator, dtype=torch.float64) - 0.5)
    start = start.reshape(points.n, starts, points.d)
    start[:, 0] = 1.0
    path = record_descent(
        octopus_slope,
        start,
        points.eta,
        _horizon(points),
        {"L": points.L, "gamma": points.gamma, "tau": points.tau},
        record,
    )
    return {**path, "T": path["step"], "start": start}


def _last_coordinate(x: Any, **_: Any) -> Any:
    return x[:, -1]


def _on_tube(points: Any, generator: Any) -> Any:
    return _run(points, generator, False, {"last": _last_coordinate})


def _on_octopus(points: Any, generator: Any) -> Any:
    return _run(points, generator, True, {"last": lambda x, **_: x[:, -1].abs()})


tube_is_slow = Claim(
    id="du2019.lemma-7.2",
    source=Source(PAPER, "7.7.1", "Lemma 7.2"),
    statement=r"let $\tau\ge e$ and $x^{(0)}\in[-1,1]^d\cap D_0$; gradient descent with "
    r"$\eta\le\frac1{2L}$ "
    r"and any $T\le\left(\frac{L+\gamma}\gamma\right)^{d-1}$ satisfies $x_d^{(T)}\le2\tau$",
    over=RUN,
    where=WHERE,
    quantifier=AlongTrajectory(simulate=_on_tube),
    lhs=Simulated(lambda path: path["last"]),
    relation="<=",
    rhs=Closed(2 * tau),
    grid=RUNS_GRID,
    uses=(
        *("du2019.proof-7.2a", "du2019.proof-7.2b", "du2019.proof-7.2c", "du2019.proof-7.2d"),
        *("du2019.eq-7.11", "du2019.lemma-7.4b"),
    ),
)

octopus_is_slow = Claim(
    id="du2019.lemma-7.3",
    source=Source(PAPER, "7.7.1", "Lemma 7.3"),
    statement=r"with $\tau=e$, if $x^{(0)}\in[-1,1]^d$ then for gradient descent with "
    r"$\eta\le\frac1{2L}$ and "
    r"any $T\le\left(\frac{L+\gamma}\gamma\right)^{d-1}$, $x_d^{(T)}\le2\tau$",
    reading=r"on every arm of the octopus: $|x_d^{(T)}|\le2\tau$",
    over={**RUN, tau: Interval(sp.E, sp.E + 1)},
    where=WHERE,
    quantifier=AlongTrajectory(simulate=_on_octopus),
    lhs=Simulated(lambda path: path["last"]),
    relation="<=",
    rhs=Closed(2 * tau),
    grid=Grid(points=[p for p in RUNS_GRID.points() if p["tau"] == math.e]),
    uses=("du2019.lemma-7.2", "du2019.eq-7.14"),
)


def _distances(points: Any, generator: Any) -> Any:
    from numeric.tube import distance_to_minima

    def away(x: Any, tau: Any, **_: Any) -> Any:
        return distance_to_minima(x, tau)

    return _run(points, generator, True, {"away": away})


far_from_minima = Claim(
    id="du2019.theorem-7.3a",
    source=Source(PAPER, "7.4", "Theorem 7.3, first claim"),
    statement="for the initialisation uniform in $[-1,1]^d$ there is a $B$-bounded, "
    "$\\ell$-gradient and "
    r"$\rho$-Hessian Lipschitz $f$ with parameters $\mathrm{poly}(d)$ such that with probability "
    r"one "
    r"gradient descent with $\eta\le1/\ell$ is $\Omega(1)$ away from any local minimum for all "
    r"$T\le e^{\Omega(d)}$",
    reading=r"on the octopus, where $1/\ell\le\frac1{2L}$: at least $2\tau$ away from every "
    r"$(\pm4\tau,\dots,\pm4\tau)$ for all $T\le\left(\frac{L+\gamma}\gamma\right)^{d-1}$; "
    "that B, l and rho are poly(d) is not part of it",
    over=RUN,
    where=WHERE,
    quantifier=AlongTrajectory(simulate=_distances),
    lhs=Simulated(lambda path: path["away"]),
    relation=">=",
    rhs=Closed(2 * tau),
    grid=RUNS_GRID,
    uses=("du2019.lemma-7.3", "du2019.lemma-7.1", "du2019.remark-7.1"),
)


def _stationarity(points: Any, generator: Any) -> Any:
    """Larger of |grad f| / epsilon and -lambda_min / sqrt(rho epsilon), epsilon = 2 gamma^2 /
    rho.
    """
    import torch

    from numeric.tube import octopus_hessian, third_derivative_bound
    from numeric.tube_runs import octopus_slope

    def excess(x: Any, L: Any, gamma: Any, tau: Any) -> Any:
        rho = third_derivative_bound(L, gamma, tau)
        accuracy = 2 * gamma**2 / rho
        slope = octopus_slope(x, L, gamma, tau).norm(dim=-1)
        least = torch.linalg.eigvalsh(octopus_hessian(x, L, gamma, tau))[..., 0]
        return torch.maximum(slope / accuracy, -least / torch.sqrt(rho * accuracy))

    return _run(points, generator, True, {"excess": excess}, starts=6)


visits_no_approximate_point = Claim(
    id="du2019.corollary-7.1",
    source=Source(PAPER, "7.4", "Corollary 7.1"),
    statement=r"for some $\epsilon=1/\mathrm{poly}(d)$, with probability one gradient descent with "
    r"$\eta\le1/\ell$ visits no $\epsilon$-second-order stationary point in $T\le e^{\Omega(d)}$",
    reading=r"on the octopus with $\epsilon=2\gamma^2/\rho$: at every step $\|\nabla "
    r"f\|>\epsilon$ or "
    r"$\lambda_{\min}<-\sqrt{\rho\epsilon}$",
    over=RUN,
    where=WHERE,
    quantifier=AlongTrajectory(simulate=_stationarity),
    lhs=Simulated(lambda path: path["excess"]),
    relation=">",
    rhs=Closed(1),
    grid=Grid(points=[p for p in RUNS_GRID.points() if p["d"] in (1, 2, 4) and p["tau"] < 4]),
    uses=("du2019.theorem-7.3a", "du2019.remark-7.2"),
)


def _next_coordinate(points: Any, generator: Any) -> Any:
    """x_{k+1} while x_k crosses its joint, and the product of (7.11), for k = 1..d-1."""
    import torch

    from numeric.saddle_runs import first_time

    record = {str(j): lambda x, j=j, **_: x[:, j] for j in range(points.d)}
    path = _run(points, generator, False, record)
    step = path["step"]
    shape = [v[:, None, None] for v in (points.eta, points.L, points.gamma, points.tau)]
    eta, high, low, width = shape
    following, product, inside = [], [], []
    for k in range(points.d - 1):
        entered = first_time(path[str(k)] >= width).unsqueeze(-1)
        left = first_time(path[str(k)] >= 2 * width).unsqueeze(-1)
        start = path["start"][..., k + 1, None]
        shrunk = start * (1 - 2 * eta * high).clamp(min=0.0) ** entered
        following.append(path[str(k + 1)])
        product.append(shrunk * (1 + 2 * eta * low) ** (step - entered).clamp(min=0))
        inside.append(((step > entered) & (step <= left)).to(torch.float64))
    names = ("following", "product", "inside")
    stacked = dict(zip(names, map(torch.stack, (following, product, inside)), strict=True))
    return {name: value.permute(1, 0, 2, 3).flatten(1, 2) for name, value in stacked.items()}


IN_JOINT = Holds("x_k is crossing its joint", lambda path: path["inside"] > 0)
JOINT_RUN = {**{s: v for s, v in RUN.items() if s not in (d, T)}, d: sp.Range(2, oo)}
JOINT_GRID = Grid(
    points=[
        {"L": a, "gamma": 1.0, "tau": c, "eta": q / (2 * a)}
        for a, c in [(math.e, math.e), (1.01, math.e), (math.e, 8.0), (4.0, 3.0)]
        for q in (0.05, 0.2, 0.5, 0.9, 0.999)
    ],
    d=[3, 4],
)
CROSSING = (
    r"$x_{k+1}^{(t)}\le x_{k+1}^{(0)}(1-2\eta "
    r"L)^{T_k-T_k^\tau}(1+2\eta\gamma)^{t-(T_k-T_k^\tau)}$ for "
    r"$t=T_k-T_k^\tau+1,\dots,T_k$"
)

next_coordinate = Claim(
    id="du2019.eq-7.11",
    source=Source(PAPER, "7.7.1", "(7.11)"),
    statement=CROSSING,
    over=JOINT_RUN,
    where=[gamma < L, eta <= 1 / (2 * L)],
    hypotheses=[IN_JOINT],
    quantifier=AlongTrajectory(simulate=_next_coordinate, floor=1e-290),
    lhs=Simulated(lambda path: path["following"]),
    relation="<=",
    rhs=Simulated(lambda path: path["product"]),
    grid=JOINT_GRID,
    uses=("du2019.lemma-7.4c", "du2019.proof-7.2a.others"),
)

next_coordinate_stays = Claim(
    id="du2019.eq-7.11.stays",
    source=Source(PAPER, "7.7.1", "(7.11), second inequality"),
    statement=CROSSING + r": the right side is at most $\tau$",
    over=JOINT_RUN,
    where=[gamma < L, eta <= 1 / (2 * L)],
    hypotheses=[IN_JOINT],
    quantifier=AlongTrajectory(simulate=_next_coordinate),
    lhs=Simulated(lambda path: path["product"]),
    relation="<=",
    rhs=Closed(tau),
    grid=JOINT_GRID,
    uses=("du2019.proof-7.2b.joint", "du2019.proof-7.2b.order"),
)


BUDGET, MISSED = 400, 1e9


def _uniform(rows: int, dimension: int, generator: Any) -> Any:
    import torch

    return 2 * torch.rand(rows, dimension, generator=generator, dtype=torch.float64) - 1


def _rescaled_normal(rows: int, dimension: int, generator: Any) -> Any:
    """N(0, sigma^2 I) over sigma log d, which lies in the cube with some probability only."""
    import torch

    return torch.randn(rows, dimension, generator=generator, dtype=torch.float64) / math.log(
        dimension
    )


def _arrives(
    points: Any, samples: int, generator: Any, start: Callable[..., Any] = _uniform
) -> Any:
    """Distance to the nearest local minimum over epsilon; MISSED for a run out of budget.

    The budget is BUDGET d (1 + log(1/epsilon)) iterations.
    """
    import torch

    from numeric.dynamics import Perturbation, perturbed_gradient_descent
    from numeric.tube import distance_to_minima
    from numeric.tube_runs import octopus_slope

    high, low, width, accuracy = (
        points[name].repeat_interleave(samples) for name in ("L", "gamma", "tau", "epsilon")
    )
    x0 = start(len(high), points.d, generator)

    def arrived(x: Any, tau: Any, accuracy: Any, **_: Any) -> Any:
        return distance_to_minima(x, tau) <= accuracy

    run = perturbed_gradient_descent(
        lambda x, L, gamma, tau, **_: octopus_slope(x, L, gamma, tau),
        x0,
        1 / (4 * high),
        int(BUDGET * points.d * (1 - float(accuracy.min().log()))),
        perturbation=Perturbation(
            torch.minimum(width / 20, accuracy / 2), low * torch.minimum(width / 10, accuracy), 1
        ),
        generator=generator,
        stop=arrived,
        parameters={"L": high, "gamma": low, "tau": width, "accuracy": accuracy},
    )
    late = run.steps > BUDGET * points.d * (1 - accuracy.log())
    missed = late | (run.nonfinite >= 0)
    share = torch.where(missed, MISSED, distance_to_minima(run.x, width) / accuracy)
    return share.reshape(points.n, samples)


perturbed_arrives = Claim(
    id="du2019.theorem-7.3b",
    source=Source(PAPER, "7.4", "Theorem 7.3, second claim"),
    statement=r"for any $\epsilon>0$, with probability $1-e^{-d}$ perturbed gradient descent "
    r"finds $x$ with "
    r"$\|x-x^*\|\le\epsilon$ for some local minimum $x^*$ in $\mathrm{poly}(d,\frac1\epsilon)$ "
    r"iterations",
    reading=r"on the octopus, within $400\,d\,(1+\log\frac1\epsilon)$ iterations; a run that "
    r"leaves the "
    "octopus counts as a failure",
    quantifier=WithProbability(at_least=1 - exp(-d), draws=1600),
    over={
        L: POSITIVE,
        gamma: POSITIVE,
        tau: Interval(sp.E, oo),
        d: sp.S.Naturals,
        epsilon: Interval.open(0, 1),
    },
    where=[gamma < L],
    lhs=Sampled(_arrives),
    relation="<=",
    rhs=Closed(1),
    grid=Grid(
        points=[
            {"L": a, "gamma": 1.0, "tau": math.e, "epsilon": e}
            for a in (1.1, math.e)
            for e in (0.1, 0.01)
        ],
        d=[1, 2, 3, 4],
    ),
    uses=("du2019.theorem-7.2", "du2019.remark-7.2", "du2019.eq-7.19"),
)

perturbed_arrives_from_normal = Claim(
    id="du2019.corollary-7.2.perturbed",
    source=Source(PAPER, "7.4", "Corollary 7.2, the second conclusion"),
    title="Corollary 7.2: perturbed gradient descent from a normal start",
    statement=r"for the initialisation $N(0,\sigma^2I)$ and $R=\sigma\log d$ perturbed gradient "
    r"descent finds $x$ with $\|x-x^*\|\le\epsilon$ for some local minimum $x^*$ in "
    r"$\mathrm{poly}(d,\frac1\epsilon)$ iterations, with probability at least "
    r"$\nu(B_\infty(0,R))(1-e^{-d})$",
    reading=r"on the octopus rescaled to $R=1$, within $400\,d\,(1+\log\frac1\epsilon)$ iterations",
    quantifier=WithProbability(
        at_least=sp.erf(sp.log(d) / sp.sqrt(2)) ** d * (1 - exp(-d)), draws=600
    ),
    over={**perturbed_arrives.over, d: sp.Range(2, oo)},
    where=[gamma < L],
    lhs=Sampled(partial(_arrives, start=_rescaled_normal)),
    relation="<=",
    rhs=Closed(1),
    grid=Grid(points=[{"L": math.e, "gamma": 1.0, "tau": math.e, "epsilon": 0.05}], d=[2, 3, 5]),
    uses=("du2019.theorem-7.3b", "du2019.proof-7.2C"),
)
