r"""Section 1: what the introduction claims, and its two figures.

L: depth; a, b: two arguments of an activation; u: one argument; n, d: inputs and dimension of the
experiments (the paper prints neither for its figures).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy as sp
from sympy import Abs, Max, Rational, S, symbols, tanh

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.ema2019.sec4_initial_gram import ALIKE, NOT_ALIKE
from theorems.papers.ema2019.sec4_symbols import PAPER, L, activation, d, m, n, sigma
from theorems.quantifiers import Reproduces, UpToConstant, WithProbability
from theorems.sides import Closed, Computed, Sampled

a, b, u = symbols("a b u", real=True)

relu_lipschitz = Claim(
    id="ema2019.text-1.2b",
    source=Source(PAPER, "1.2", "assumption on the activation, ReLU"),
    statement=r"$|\sigma(a)-\sigma(b)|\le|a-b|$ for ReLU",
    reading="the activation is assumed 1-Lipschitz with sigma(0) = 0; that ReLU and tanh are",
    over={a: S.Reals, b: S.Reals},
    lhs=Closed(Abs(Max(a, 0) - Max(b, 0))),
    relation="<=",
    rhs=Closed(Abs(a - b)),
)

tanh_lipschitz = Claim(
    id="ema2019.text-1.2b.tanh",
    source=Source(PAPER, "1.2", "assumption on the activation, tanh"),
    statement=r"$|\tanh'(u)|\le1$",
    over={u: S.Reals},
    lhs=Closed(Abs(sp.diff(tanh(u), u))),
    relation="<=",
    rhs=Closed(1),
)


def _final_risk(points: Any, samples: int, generator: Any) -> Any:
    """Risk left after gradient descent, relative to that of the start, per initialisation.

    Width `max(m, d + 1) = d + 1`, two orthonormal inputs with random labels; the run is long enough
    for `L lambda_n t = 12`.
    """
    import torch

    from numeric.skip_connections import initial
    from numeric.skip_flow import descent

    start = initial((points.n, samples), points.L, points.m, points.d, generator)
    x = torch.eye(points["n"], points.d, dtype=torch.float64)
    labels = 2 * torch.rand(points.n, samples, points["n"], generator=generator).double() - 1
    steps = int(12 * points["n"] * points.d)
    _, risks = descent(start, x, labels, activation(points), 1 / points.L, steps)
    return risks[..., -1] / risks[..., 0]


ZERO = (
    r"for $L\ge\mathrm{poly}(n)$ gradient descent converges to zero training error at an "
    r"exponential rate, for any width larger than $d$"
)
ZERO_RUN: dict[str, Any] = {
    "over": {
        L: sp.Range(2, sp.oo),
        m: S.Naturals,
        d: S.Naturals,
        n: S.Naturals,
        sigma: sp.FiniteSet(0, 3),
    },
    "hypotheses": [n**6 <= L, d >= n],
    "lhs": Sampled(_final_risk),
    "relation": "<=",
    "rhs": Closed(sp.exp(-6)),
}
ZERO_READING = (
    r"as Theorem 3.2 says: the risk falls below $e^{-6}\hat R_n(\Theta_0)$ by the time "
    r"$12/(L\lambda_n)$, with $\lambda_n$ of linear features; step $1/L$, probability read as 0.9, "
    r"$L\ge n^6$"
)

zero_error = Claim(
    id="ema2019.text-1.2a",
    source=Source(PAPER, "1.2", "first contribution"),
    statement=ZERO,
    reading=ZERO_READING + "; any Lipschitz activation; the network of the counterexample is dead "
    "at every depth",
    quantifier=WithProbability(at_least=Rational(9, 10), draws=50),
    grid=Grid(
        points=[{"m": 1, "d": 1, "n": 1, "sigma": 0}, {"m": 4, "d": 1, "n": 1, "sigma": 3}],
        L=[64],
    ),
    erratum=NOT_ALIKE,
    uses=("ema2019.theorem-3.2",),
    **ZERO_RUN,
)

zero_error_corrected = Claim(
    id="ema2019.text-1.2a.corrected",
    source=Source(PAPER, "1.2", "first contribution"),
    statement=ALIKE + ZERO,
    reading=ZERO_READING,
    where=[sigma * (m - 1) <= 0],
    quantifier=WithProbability(at_least=Rational(9, 10), draws=250),
    grid=Grid(L=[64], m=[1], d=[1, 2], n=[1, 2], sigma=[0]).nightly(L=[64, 256], d=[1, 2, 3]),
    corrects="ema2019.text-1.2a",
    uses=("ema2019.theorem-3.2.corrected",),
    **ZERO_RUN,
)


def _distance(own_path: bool) -> Any:
    """The largest `|f(x_i; Theta_t) - f~(x_i; a)|` along gradient descent, mean over 4 starts.

    `a` is that of the random feature model's own run if `own_path`, the network's otherwise.
    """

    def function(points: Any) -> Any:
        import torch

        from numeric.skip_connections import initial
        from numeric.skip_flow import Risk, packed

        generator = torch.Generator().manual_seed(11)
        start = initial((4,), points.L, 2, 2, generator)
        x = torch.eye(2, dtype=torch.float64)
        label = torch.tensor([1.0, -0.5], dtype=torch.float64)
        features = (x @ start["b"].mT).clamp_min(0)
        free, step = start["a"], 0.4 / points.L
        sizes, theta = packed(start)
        risk = Risk(sizes, x, label, "relu")
        worst = torch.zeros(4, dtype=torch.float64)
        for _ in range(40):
            theta = theta - step * risk.gradient(theta)[1]
            error = ((features * free.unsqueeze(-2)).sum((-1, -3)) - label) / 2
            free = free - step * (features * error[:, None, :, None]).sum(-2)
            shown = free if own_path else sizes.weights(theta)["a"]
            linear = (features * shown.unsqueeze(-2)).sum((-1, -3))
            away = risk.output(theta).T - linear
            worst = torch.maximum(worst, away.abs().amax(-1))
        return worst.mean().expand(points.n)

    return function


def _close(suffix: str, own_path: bool, label: str) -> Claim:
    return Claim(
        id=f"ema2019.text-1.2d{suffix}",
        source=Source(PAPER, "1.2", f"third contribution, {label}"),
        statement=r"the gradient descent path is uniformly close to the functions given by the "
        r"random feature model, as $L$ grows",
        reading=f"against {label}, at the rate L^(-3/2) of Theorem 6.6; two inputs, ReLU, m = 2",
        over={L: sp.Range(2, sp.oo)},
        quantifier=UpToConstant(along=("L",)),
        lhs=Computed(_distance(own_path)),
        relation="<=",
        rhs=Closed(L ** Rational(-3, 2)),
        grid=Grid(L=[16, 32, 64, 128]).nightly(L=[16, 32, 64, 128, 256, 512]),
        uses=("ema2019.theorem-6.6",),
    )


near_same_weights = _close("", False, "the random feature model with the network's own a_t")
near_own_run = _close(".own-run", True, "the random feature model's own run")

EXPERIMENT = {L: sp.Range(2, sp.oo), n: S.Naturals, d: S.Naturals}


@lru_cache(maxsize=16)
def _curves(depth: int, count: int, dimension: int, steps: int) -> tuple[Any, Any]:
    """Risks of both models from the same start at the same step size, `(steps + 1,)` each.

    Kept, since those of depth 2 are compared with those of every other depth.
    """
    import torch

    from numeric import residual_network as net

    data = net.positive_part_data(count, dimension, seed=0)
    u, v = net.initial(1, depth, 1, dimension, torch.Generator().manual_seed(1))
    runs = [net.descend(u, v, data, 0.5 / depth, steps, frozen=frozen) for frozen in (False, True)]
    return runs[0][2][0], runs[1][2][0]


def _gap(points: Any, depth: int | None = None) -> Any:
    """The largest distance of the two curves, relative to the risk at the start."""
    trained, features = _curves(depth or points.L, points["n"], points.d, 200)
    return ((trained - features).abs().amax() / trained[0]).expand(points.n)


curves_approach = Claim(
    id="ema2019.figure-1",
    source=Source(PAPER, "1.1", "Figure 1, the trend with depth"),
    statement="for deep networks the loss curves of the residual network and of the compositional "
    "random feature model, trained at the same learning rate, stay close; at depth 2 they do not",
    reading="n, d and the learning rates are not printed: step 0.5/L, 200 steps, one seed; the "
    "distance at depth 10 and beyond is less than a tenth of that at depth 2",
    over=EXPERIMENT,
    quantifier=Reproduces(),
    lhs=Computed(_gap),
    relation="<",
    rhs=Computed(lambda points: _gap(points, 2) / 10),
    grid=Grid(L=[10, 20], n=[20], d=[5]).nightly(L=[10, 100]),
    uses=("ema2019.eq-1.1", "ema2019.eq-1.2"),
)


def _final_share(points: Any) -> Any:
    """The risk after 300 steps of training, relative to that at the start."""
    import torch

    from numeric import residual_network as net

    data = net.positive_part_data(points["n"], points.d, seed=0)
    u, v = net.initial(1, points.L, 1, points.d, torch.Generator().manual_seed(1))
    risks = net.descend(u, v, data, 1.0 / points.L, 300)[2][0]
    return (risks[-1] / risks[0]).expand(points.n)


global_minimum = Claim(
    id="ema2019.figure-1.minimum",
    source=Source(PAPER, "1.1", "Figure 1, the minimum"),
    statement="gradient descent reaches a global minimum of the empirical risk of deep networks",
    reading="risk after 300 steps relative to the start, within 1 % of zero; few inputs, so that "
    "the depth suffices",
    over=EXPERIMENT,
    quantifier=Reproduces(tolerance=0.01),
    lhs=Computed(_final_share),
    relation="<=",
    rhs=Closed(0),
    grid=Grid(L=[30], n=[6], d=[3]).nightly(L=[30, 100]),
    uses=("ema2019.eq-1.1",),
)


RUNS = 3


def _test_errors(points: Any, regularise: bool, shrink: int = 1) -> Any:
    """Mean test error over `RUNS` starts at depth `L / shrink`, after training with or without the
    path norm."""
    import torch

    from numeric import residual_network as net

    depth = points.L // shrink
    steps = 200 if depth <= 20 else 400
    data = net.positive_part_data(points["n"], points.d, seed=0)
    generator = torch.Generator().manual_seed(1)
    u, v = net.initial(RUNS, depth, 1, points.d, generator)
    if regularise:
        end = net.regularised(u, v, data, 0.005, 0.02, steps)
    else:
        end = net.descend(u, v, data, 0.5 / depth, steps)[:2]
    return net.risk(*end, data.test_x, data.test_label).mean().expand(points.n)


regularised_is_better = Claim(
    id="ema2019.figure-2",
    source=Source(PAPER, "1.1", "Figure 2"),
    statement=r"the test error of the regularised network, $\lambda=0.005$, is very small at every "
    "depth, that of the un-regularised one is not",
    reading="n and d are not printed; mean over three starts; less than a tenth of the "
    "un-regularised error at each depth",
    over=EXPERIMENT,
    quantifier=Reproduces(),
    lhs=Computed(lambda points: _test_errors(points, True)),
    relation="<",
    rhs=Computed(lambda points: _test_errors(points, False) / 10),
    grid=Grid(L=[2, 10], n=[40], d=[5]).nightly(L=[2, 5, 10, 20, 50, 100]),
    uses=("ema2019.eq-A.2",),
)


def _change_on_doubling(points: Any) -> Any:
    return (_test_errors(points, False) / _test_errors(points, False, shrink=2)).log().abs()


unregularised_settles = Claim(
    id="ema2019.figure-2.settles",
    source=Source(PAPER, "1.1", "Figure 2, without regularisation"),
    statement="the test error of the un-regularised network settles at a finite value as the depth "
    "grows",
    reading="from half the depth to the depth it changes by less than a factor of two",
    over=EXPERIMENT,
    quantifier=Reproduces(),
    lhs=Computed(_change_on_doubling),
    relation="<=",
    rhs=Closed(sp.log(2)),
    grid=Grid(L=[20], n=[40], d=[5]).nightly(L=[20, 50, 100]),
)
