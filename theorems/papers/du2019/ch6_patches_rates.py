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
from theorems.papers.du2019.ch6_symbols import ACUTE, PAPER, POSITIVE, phi
from theorems.quantifiers import ForAll, UpToConstant
from theorems.sides import Closed, Computed

later, flatness, epsilon, ratio = symbols("later flatness epsilon ratio", real=True)
START = (0.4, 0.684)


@lru_cache(maxsize=64)
def _shares(flat: float) -> tuple[float, float]:
    """The step size of Theorem 6.3 for equal patches, and gamma over L + 4 beta."""
    from numeric.filter_sgd import Anisotropic

    law = Anisotropic(1.0, flat)
    least = law.gamma(math.asin(math.hypot(START[0] - 1, START[1])))
    steep = law.largest(0.0) + 4 * law.beta()
    return least / (2 * steep**2), least / steep


@lru_cache(maxsize=64)
def _one_run(flat: float, accuracies: tuple[float, ...]) -> dict[float, int]:
    """Iterations with that step size until each accuracy, all on one path."""
    from numeric.filter_sgd import Anisotropic

    law, here, done, reached = Anisotropic(1.0, flat), START, 0, {}
    for accuracy in sorted(accuracies, reverse=True):
        more, here = law.approach(here, _shares(flat)[0], accuracy)
        done += more
        reached[accuracy] = done
    return reached


def _needed(points: Any) -> Any:
    import torch

    pairs = list(zip(points.flatness.tolist(), points.epsilon.tolist(), strict=True))
    asked = {flat: tuple(sorted({e for f, e in pairs if f == flat})) for flat, _ in pairs}
    counts = [float(_one_run(flat, asked[flat])[epsilon]) for flat, epsilon in pairs]
    return torch.tensor(counts, dtype=torch.float64)


def bound(power: int) -> Any:
    """`(gamma / (L + 4 beta))^power log(1 / epsilon)`."""

    def of(points: Any) -> Any:
        import torch

        pairs = zip(points.flatness.tolist(), points.epsilon.tolist(), strict=True)
        values = [_shares(pair[0])[1] ** power * math.log(1 / pair[1]) for pair in pairs]
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
    lhs=Computed(_needed),
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
    lhs=Computed(_needed),
    relation="<=",
    rhs=bound(-2),
    quantifier=UpToConstant(shrinking=("flatness", "epsilon")),
    grid=RUNS,
    corrects="du2019.text-6.3b",
    uses=("du2019.theorem-6.3.corrected",),
)


def gamma_at(name: str) -> Any:
    def of(points: Any) -> Any:
        from numeric.plane_laws import cancelling_pair, curves

        return curves(cancelling_pair(), points[name]).gamma

    return Computed(of)


monotone = Claim(
    id="du2019.theorem-6.3.monotone",
    source=Source(PAPER, "6.6.2", "proof of Theorem 6.3, last step"),
    statement=r"$\gamma(\theta_t)\ge\gamma(\phi_t)$ since $\theta_t\le\phi_t$, $\gamma$ that of "
    r"Assumption 6.2",
    reading="the proof says that this step uses the step size and theta_t <= phi_t only",
    over={phi: ACUTE, later: ACUTE},
    where=[phi <= later],
    lhs=gamma_at("phi"),
    relation=">=",
    rhs=gamma_at("later"),
    quantifier=ForAll(search=False, random_points=0),
    grid=Grid(phi=[0.01, 0.1, 0.5], later=[0.05, 0.3, 1.0]),
    uses=("du2019.text-6.2b",),
    erratum="averages of several patches may cancel: gamma(0.01) = 0 < gamma(0.3) for patches at "
    "+-80 degrees, or both along w*",
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
    seconds=0.5,
)
