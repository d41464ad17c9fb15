r"""Thesis sections 2.3.1 and 2.7: gradient descent on the two-layer network, step by step.

n: inputs; m: width; lambda_0: least eigenvalue of H_inf; gap: size of the residuals at the start;
eta: step size; delta: failure probability; q: eta lambda_0 / 2; p: sqrt(n).
R' = 4 sqrt(n) |y - u(0)| / (sqrt(m) lambda_0); A_ir, S_i^perp as in numeric.two_layer_steps; the
events there are those of radius R'.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, Rational, pi, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2019.ch2_runs import (
    EIGENVALUE,
    POSITIVE,
    SIZES,
    Path,
    delta,
    descent_run,
    eta,
    gap,
    lambda_0,
    n,
)
from theorems.quantifiers import AlongTrajectory, UpToConstant, WithProbability
from theorems.sides import Closed, Holds, Sampled, Simulated

PAPER = "du2019"
q, p = symbols("q p", real=True)
CONSTANT = 2 / sqrt(2 * pi)
RUN = {**SIZES, lambda_0: EIGENVALUE, gap: POSITIVE, eta: POSITIVE}
RUN_GRID = Grid(
    points=[
        {"lambda_0": v, "gap": g, "eta": e}
        for v in (0.1, 0.5)
        for g in (0.02, 1.0)
        for e in (0.05, 0.7)
    ],
    n=[1, 4],
    m=[8, 200],
).nightly(n=[1, 2, 4, 8], m=[8, 60, 1000])


def _terms(start: Any, points: Any) -> dict[str, Any]:
    """Records of the parts of each step."""
    from numeric.two_layer_relu import symmetric_norm
    from numeric.two_layer_steps import StepTerms, step_terms

    radius = (4 * start.first * (start.size / start.width) ** 0.5 / start.least).unsqueeze(-1)
    seen: dict[str, Any] = {"now": None, "terms": None}

    def terms(now: Any) -> StepTerms:
        if seen["now"] is not now:
            step_size = points.eta[:, None, None, None]
            seen["now"] = now
            seen["terms"] = step_terms(
                now.weights(), start.weights, start.a, start.x, start.y, step_size, radius
            )
        return seen["terms"]

    def linear(now: Any) -> Any:
        kept = terms(now).gram - terms(now).off_gram
        return (kept @ terms(now).residual.unsqueeze(-1)).squeeze(-1)

    return {
        "stable": lambda now: terms(now).stable,
        "changing": lambda now: terms(now).changing,
        "count": lambda now: terms(now).count.expand_as(terms(now).stable),
        "linear": linear,
        "off_norm": lambda now: symmetric_norm(terms(now).off_gram),
        "speeds": lambda now: terms(now).speeds.sum(dim=-1),
        "residual": lambda now: terms(now).residual,
        "moved": lambda now: terms(now).moved / radius[..., 0, 0],
    }


def _taken_apart(points: Any, generator: Any) -> dict[str, Any]:
    import torch

    path = descent_run(points, generator, steps=12, extra=_terms)
    whole = torch.ones_like(path["step_size"])
    return {
        **path,
        "each_step_size": path["step_size"].unsqueeze(-2),
        "inputs": whole * points["n"],
        "width": whole * points.m,
    }


changing_part = Claim(
    id="du2019.proof-2.3a",
    source=Source(PAPER, "2.3.1", "proof of Theorem 2.3, the part that may change its pattern"),
    statement=r"$|I_2^i|\le\frac{\eta|S_i^\perp|}{\sqrt m}\max_r\|\frac{\partial L}{\partial "
    r"w_r}\|_2\le"
    r"\frac{\eta|S_i^\perp|\sqrt n\|u(k)-y\|_2}m$",
    over=RUN,
    quantifier=AlongTrajectory(simulate=_taken_apart),
    lhs=Simulated(lambda path: path["changing"].abs()),
    relation="<=",
    rhs=Simulated(
        lambda path: (
            path["each_step_size"]
            * path["count"]
            * (path["inputs"].sqrt() * path["loss"].sqrt() / path["width"]).unsqueeze(-2)
        )
    ),
    grid=RUN_GRID,
    uses=("du2019.eq-2.3",),
)

WITHIN = Holds(
    "w_r(k) and w_r(k+1) within R of w_r(0)", lambda path: path["moved"].unsqueeze(-2) < 1
)
stable_part = Claim(
    id="du2019.proof-2.3b",
    source=Source(PAPER, "2.3.1", "proof of Theorem 2.3, the part that keeps its pattern"),
    statement=r"$I_1^i=-\eta\sum_j(u_j-y_j)(H_{ij}(k)-H_{ij}^\perp(k))$ while "
    r"$\|w_r(k)-w_r(0)\|,\|w_r(k+1)-w_r(0)\|\le R$",
    over=RUN,
    hypotheses=[WITHIN],
    quantifier=AlongTrajectory(simulate=_taken_apart),
    lhs=Simulated(lambda path: path["stable"]),
    relation="==",
    rhs=Simulated(lambda path: path["each_step_size"] * path["linear"]),
    grid=RUN_GRID,
    uses=("du2019.eq-2.3", "du2019.corollary-2.1"),
)

off_gram = Claim(
    id="du2019.proof-2.3b.norm",
    source=Source(PAPER, "2.3.1", "proof of Theorem 2.3, the norm of the perturbation"),
    statement=r"$\|H^\perp(k)\|_2\le\sum_{ij}|H^\perp_{ij}(k)|\le\frac{n\sum_i|S_i^\perp|}m$",
    over=RUN,
    quantifier=AlongTrajectory(simulate=_taken_apart),
    lhs=Simulated(lambda path: path["off_norm"]),
    relation="<=",
    rhs=Simulated(lambda path: path["inputs"] / path["width"] * path["count"].sum(dim=-2)),
    grid=RUN_GRID,
    uses=("du2019.proof-2.3b",),
)


def _off_gram_at_the_start(points: Any, samples: int, generator: Any) -> Any:
    """|H^perp(0)|_2 at random starts, labels 0, R = gap."""
    import torch

    from numeric.gram_inputs import pairs
    from numeric.two_layer_relu import initial, symmetric_norm
    from numeric.two_layer_steps import step_terms

    rows = []
    for least, radius in zip(points.lambda_0.tolist(), points.gap.tolist(), strict=True):
        x = pairs(points["n"], least)
        weights, a = initial((samples,), points.m, points["n"], generator)
        y, none = torch.zeros(points["n"], dtype=torch.float64), torch.zeros(())
        terms = step_terms(weights, weights, a, x, y, none, torch.tensor(radius))
        rows.append(symmetric_norm(terms.off_gram))
    return torch.stack(rows)


off_gram_probable = Claim(
    id="du2019.proof-2.3b.probable",
    source=Source(PAPER, "2.3.1", "proof of Theorem 2.3, the perturbation by Lemma 2.5"),
    statement=r"with probability at least $1-\delta$, $\|H^\perp(k)\|_2\le\frac{Cn^2R}\delta$",
    reading=r"at $k=0$, $C=\frac2{\sqrt{2\pi}}$; gap stands for R",
    over={**SIZES, lambda_0: EIGENVALUE, gap: POSITIVE, delta: Interval.open(0, 1)},
    quantifier=WithProbability(at_least=1 - delta),
    lhs=Sampled(_off_gram_at_the_start),
    relation="<=",
    rhs=Closed(CONSTANT * n**2 * gap / delta),
    grid=Grid(lambda_0=[0.1, 0.5], gap=[0.01, 0.3], delta=[0.2, 0.6], n=[2, 4], m=[1, 30]),
    uses=("du2019.lemma-2.5", "du2019.proof-2.3b.norm"),
)


def _all_speeds(path: Path) -> Any:
    """eta^2 n / m (sum_r |dL/dw_r|)^2."""
    scale = path["step_size"] * (path["inputs"] / path["width"]).sqrt()
    return (scale * path["speeds"]).square()


quadratic_first = Claim(
    id="du2019.proof-2.3c.first",
    source=Source(PAPER, "2.3.1", "proof of Theorem 2.3, the quadratic term, first inequality"),
    statement=r"$\|u(k+1)-u(k)\|_2^2\le\eta^2\sum_i\frac1m\left(\sum_r\|\frac{\partial "
    r"L}{\partial w_r}"
    r"\|_2\right)^2$",
    over=RUN,
    quantifier=AlongTrajectory(simulate=_taken_apart),
    lhs=Simulated(lambda path: (path["stable"] + path["changing"]).square().sum(dim=-2)),
    relation="<=",
    rhs=Simulated(_all_speeds),
    grid=RUN_GRID,
    uses=("du2019.eq-2.3",),
)

quadratic = Claim(
    id="du2019.proof-2.3c",
    source=Source(PAPER, "2.3.1", "proof of Theorem 2.3, the quadratic term"),
    statement=r"$\eta^2\sum_i\frac1m\left(\sum_r\|\frac{\partial L}{\partial w_r}\|_2\right)^2\le"
    r"\eta^2n^2\|y-u(k)\|_2^2$",
    over=RUN,
    quantifier=AlongTrajectory(simulate=_taken_apart),
    lhs=Simulated(_all_speeds),
    relation="<=",
    rhs=Simulated(lambda path: (path["step_size"] * path["inputs"]).square() * path["loss"]),
    grid=RUN_GRID,
    uses=("du2019.eq-2.3",),
)


def _next_loss(path: Path) -> Any:
    change = path["stable"] + path["changing"]
    return (path["residual"] - change).square().sum(dim=-2)


def _contraction(path: Path) -> Any:
    """1 - eta lambda_0 + 2 eta (n + sqrt(n)) sum_i |S_i^perp| / m + eta^2 n^2, times the loss."""
    size, step = path["inputs"], path["step_size"]
    share = path["count"].sum(dim=-2) / path["width"]
    perturbed = 2 * step * (size + size.sqrt()) * share
    return (1 - step * path["lambda"] + perturbed + (step * size).square()) * path["loss"]


one_step = Claim(
    id="du2019.proof-2.3T.first",
    source=Source(PAPER, "2.3.1", "proof of Theorem 2.3, one step, first inequality"),
    statement=r"$\|y-u(k+1)\|_2^2\le(1-\eta\lambda_0+\frac{2C\eta n^2R}\delta+"
    r"\frac{2C\eta n^{3/2}R}\delta+\eta^2n^2)\|y-u(k)\|_2^2$",
    reading=r"with $\frac1m\sum_i|S_i^\perp|$ itself in place of its bound $\frac{CnR}\delta$, and "
    r"$\lambda_{\min}(H(k))\ge\frac{\lambda_0}2$ checked at the step",
    over=RUN,
    hypotheses=[
        Holds("w_r(k) and w_r(k+1) within R of w_r(0)", lambda path: path["moved"] < 1),
        Holds("lambda_min(H(k)) >= lambda_0/2", lambda path: path["least"] >= path["lambda"] / 2),
    ],
    quantifier=AlongTrajectory(simulate=_taken_apart),
    lhs=Simulated(_next_loss),
    relation="<=",
    rhs=Simulated(_contraction),
    grid=RUN_GRID,
    uses=("du2019.proof-2.3a", "du2019.proof-2.3b", "du2019.proof-2.3c", "du2019.lemma-2.2"),
)


def _perturbation(radius: Any, failure: Any) -> Any:
    """The terms with R in the contraction, over eta."""
    return (
        2 * CONSTANT * n**2 * radius / failure
        + 2 * CONSTANT * n ** Rational(3, 2) * radius / failure
    )


contraction = Claim(
    id="du2019.proof-2.3T",
    source=Source(PAPER, "2.3.1", "proof of Theorem 2.3, one step, last inequality"),
    statement=r"by the bounds of the step size and of $R=\frac{c\lambda_0}{n^2}$, $c$ a small "
    r"constant, "
    r"$1-\eta\lambda_0+\frac{2C\eta n^2R}\delta+\frac{2C\eta n^{3/2}R}\delta+\eta^2n^2\le"
    r"1-\frac{\eta\lambda_0}2$",
    reading=r"some constant $c$ has to make the terms with R a constant share of $\eta\lambda_0$, "
    r"for "
    r"all $\delta$: they are $O(\eta\lambda_0)$ as $\delta\to0$; divided by $\eta$, $c=1$",
    over={n: sp.S.Naturals, lambda_0: EIGENVALUE, delta: Interval.open(0, 1)},
    quantifier=UpToConstant(shrinking=("delta",)),
    lhs=Closed(_perturbation(lambda_0 / n**2, delta)),
    relation="<=",
    rhs=Closed(lambda_0),
    grid=Grid(delta=[2.0**-j for j in range(1, 9)], lambda_0=[0.1], n=[1, 4]),
    uses=("du2019.proof-2.3a", "du2019.proof-2.3b", "du2019.proof-2.3c", "du2019.proof-2.3T.first"),
    erratum="the terms are c lambda_0/delta: section 2.3 drops the delta of R = c delta "
    "lambda_0/n^2, "
    "with which (and the printed m) the step goes through",
)

RADIUS = delta * lambda_0 / (16 * CONSTANT * p**4)
contraction_corrected = Claim(
    id="du2019.proof-2.3T.corrected",
    source=contraction.source,
    statement=r"with $R=\frac{\delta\lambda_0}{16Cn^2}$ and $\eta\le\frac{\lambda_0}{4n^2}$: "
    r"$1-\eta\lambda_0+\frac{2C\eta n^2R}\delta+\frac{2C\eta n^{3/2}R}\delta+\eta^2n^2\le"
    r"1-\frac{\eta\lambda_0}2$",
    reading=r"$p=\sqrt n$",
    over={p: Interval(1, sp.oo), lambda_0: POSITIVE, delta: Interval.open(0, 1), eta: POSITIVE},
    where=[eta <= lambda_0 / (4 * p**4)],
    lhs=Closed(
        1
        - eta * lambda_0
        + 2 * CONSTANT * eta * p**4 * RADIUS / delta
        + 2 * CONSTANT * eta * p**3 * RADIUS / delta
        + eta**2 * p**4
    ),
    relation="<=",
    rhs=Closed(1 - eta * lambda_0 / 2),
    grid=Grid(p=[1.0, 3.0], lambda_0=[0.1, 0.5], delta=[0.1], eta=[1e-4, 0.1]),
    corrects="du2019.proof-2.3T",
)
