"""Thesis sections 6.3 and 6.6.2: iteration counts for several patches, and monotone gamma.

phi, later: angles of w and w*, phi <= later; flatness: variance of the input across w* (1 along
it); epsilon: accuracy; ratio: |w|/|w*|.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

from sympy import Interval, cos, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2019.ch6_rate import counted_runs, iterations_needed
from theorems.papers.du2019.ch6_symbols import ACUTE, PAPER, POSITIVE, phi
from theorems.quantifiers import ForAll, UpToConstant
from theorems.sides import Closed, Computed, Holds

later, flatness, epsilon, ratio = symbols("later flatness epsilon ratio", real=True)


def bound(power: int) -> Any:
    """`(gamma / (L + 4 beta))^power log(1 / epsilon)`."""

    def of(points: Any) -> Any:
        import torch

        values = [
            (run.gamma / (run.largest + 4 * run.beta)) ** power * math.log(1 / accuracy)
            for accuracy, run in counted_runs(points)
        ]
        return torch.tensor(values, dtype=torch.float64)

    return Computed(of)


RANGE = {flatness: Interval.open(0, 2), epsilon: Interval.open(0, 1)}
RUNS = Grid(flatness=[2.0**-i for i in range(1, 8)], epsilon=[0.5, 0.25, 0.125, 0.0625])
iterations = Claim(
    id="du2019.text-6.3b",
    source=Source(PAPER, "6.3", "after Theorem 6.3, number of iterations"),
    statement=r"with "
    r"$\eta_t=\Theta(\frac{\gamma(\phi_0)-6L_{cross}}{(L(0)+10L_{cross}+4\beta)^2})$ "
    r"an $\epsilon$-close solution takes $O((\frac{\gamma(\phi_0)-6L_{cross}}{L(0)+10L_{cross}"
    r"+4\beta})^2\log\frac1\epsilon)$ iterations",
    reading=r"equal patches, hence $L_{cross}=0$, of inputs $\mathrm{diag}(1,\sqrt f)z$ with "
    r"$f\to0$; $\|w_0-w_*\|=0.91$",
    over=RANGE,
    lhs=Computed(iterations_needed),
    relation="<=",
    rhs=bound(2),
    quantifier=UpToConstant(shrinking=("flatness", "epsilon")),
    grid=RUNS,
    uses=("du2019.theorem-6.3",),
    erratum="the fraction is upside down: the count grows as gamma falls",
)

iterations_corrected = Claim(
    id="du2019.text-6.3b.corrected",
    source=iterations.source,
    statement=r"$O((\frac{L(0)+10L_{cross}+4\beta}{\gamma(\phi_0)-6L_{cross}})^2\log\frac1"
    r"\epsilon)$ iterations",
    over=RANGE,
    lhs=Computed(iterations_needed),
    relation="<=",
    rhs=bound(-2),
    quantifier=UpToConstant(shrinking=("flatness", "epsilon")),
    grid=RUNS,
    corrects="du2019.text-6.3b",
    uses=("du2019.theorem-6.3",),
)


@lru_cache(maxsize=1)
def _cancelling() -> tuple[Any, float]:
    """The law of the claim below, and 6 L_cross of it."""
    from numeric.plane_laws import cancelling_pair, constants

    law = cancelling_pair(0.004)
    return law, 6 * constants(law).cross


def _gamma_at(name: str) -> Any:
    def of(points: Any) -> Any:
        from numeric.plane_laws import curves

        return curves(_cancelling()[0], points[name]).gamma

    return of


monotone = Claim(
    id="du2019.theorem-6.3.monotone",
    source=Source(PAPER, "6.6.2", "proof of Theorem 6.3, last step"),
    statement=r"$\gamma(\theta_t)\ge\gamma(\phi_t)$ since $\theta_t\le\phi_t$, $\gamma$ that of "
    r"Assumption 6.2, where $\gamma(\phi_t)>6L_{cross}$",
    reading="operator norms in Assumption 6.3; mostly one direction taken twice, rarely a pair "
    "near +-80 degrees, spread over small arcs",
    over={phi: ACUTE, later: ACUTE},
    where=[phi <= later],
    hypotheses=[
        Holds("gamma(phi_t) > 6 L_cross", lambda p: _gamma_at("later")(p) > _cancelling()[1])
    ],
    lhs=Computed(_gamma_at("phi")),
    relation=">=",
    rhs=Computed(_gamma_at("later")),
    quantifier=ForAll(search=False, random_points=0),
    grid=Grid(phi=[0.1], later=[0.3]).nightly(phi=[0.01, 0.1, 0.5], later=[0.05, 0.3, 1.0]),
    uses=("du2019.text-6.2b",),
    erratum="averages of several patches may cancel: a pair near +-80 degrees adds nothing to "
    "gamma(0.1) and something to gamma(0.3); Theorem 6.3 itself has room for it",
)

second_moment_term = Claim(
    id="du2019.proof-6.3c.beta",
    source=Source(PAPER, "6.6.2", "proof of Theorem 6.3, norm of the gradient, last term"),
    statement=r"$\beta\theta\|w\|\le2\beta\|w-w_*\|$ if $\|w-w_*\|<\|w_*\|$",
    reading="squared, in units of |w*|; this is why 2 beta suffices",
    over={phi: ACUTE, ratio: POSITIVE},
    where=[ratio < 2 * cos(phi)],
    lhs=Closed(phi**2 * ratio**2),
    relation="<=",
    rhs=Closed(4 * (1 + ratio**2 - 2 * ratio * cos(phi))),
    grid=Grid(phi=[0.0, 0.5, 1.0, 1.5], ratio=[0.1, 1.0, 1.9]),
    uses=("du2019.proof-6.2a",),
    seconds=0.1,
)
