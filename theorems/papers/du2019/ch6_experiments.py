"""Thesis sections 6.1 and 6.4: the experiments, and what the introduction says of smoothness.

sigma: spread of the angle between a patch and +-w*; variance: of the angle between two patches; p:
patch size; runs, steps: number of runs and of steps of stochastic gradient descent; phi: the
initial angle phi_0; half_width: of four arcs about the diagonals.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sympy import Interval, Range, Rational, S, pi, symbols

from symbolic.wedge import largest_eigenvalue, smallest_eigenvalue
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2019.ch6_symbols import PAPER, PLANE_OR_MORE, POSITIVE, p, phi
from theorems.quantifiers import ForAll, Reproduces
from theorems.sides import Closed, Computed

sigma, variance, half_width = symbols("sigma variance half_width", real=True)
runs, steps = symbols("runs steps", integer=True, positive=True)
SIZES = {p: PLANE_OR_MORE, runs: S.Naturals, steps: S.Naturals}
SEED, BATCH, PATCHES, STEP_SIZE = 2019, 32, 5, 0.2


@lru_cache(maxsize=256)
def last_distance(size: int, count: int, length: int, spread: float, between: float) -> float:
    """Mean over the runs of the last `|w - w*|`, from the same start at distance 0.81."""
    import torch

    from numeric.filter_sgd import Experiment, batch_descent

    patches = 1 if between == 0.0 else PATCHES
    start = torch.zeros(count, size, dtype=torch.float64)
    start[:, 0], start[:, 1] = 0.3, 0.4
    generator = torch.Generator().manual_seed(SEED)
    setting = Experiment(size, patches, spread, between)
    found = batch_descent(setting, start, STEP_SIZE, length, BATCH, generator)
    return float(found[:, -1].mean())


def distances(factor: float, name: str) -> Any:
    """The last distance at `factor` times the spread, or the variance, of the point."""

    def of(points: Any) -> Any:
        import torch

        sizes = (points.p, points.runs, points.steps)
        values = []
        for value in points[name].tolist():
            pair = (factor * value, 0.0) if name == "sigma" else (1.0, factor * value)
            values.append(last_distance(*sizes, *pair))
        return torch.tensor(values, dtype=torch.float64)

    return Computed(of)


NOT_PRINTED = (
    r"patch size, step size, batch and number of steps are not printed: batches of 32, $\eta=0.2$, "
    r"one start for all; compared are the mean distances to $w_*$ after the last step"
)
smoothness = Claim(
    id="du2019.figure-6.3a",
    source=Source(PAPER, "6.4", "Figure 6.3a"),
    statement=r"one neuron, unit patches with the angle to $w_*$ from $\frac12N(0,\sigma)+\frac12N("
    r"-\pi,\sigma)$, each cut to a right angle: from the same start with the same step size larger "
    r"$\sigma$ converges faster ($2\sigma$ against $\sigma$)",
    reading=NOT_PRINTED,
    over={sigma: POSITIVE, **SIZES},
    lhs=distances(2.0, "sigma"),
    relation="<",
    rhs=distances(1.0, "sigma"),
    quantifier=Reproduces(),
    grid=Grid(sigma=[0.1, 0.25, 0.5, 1.0], p=[2], runs=[16], steps=[120]).nightly(
        p=[2, 10, 25], runs=[64], steps=[600]
    ),
    uses=("du2019.theorem-6.2",),
)

closeness = Claim(
    id="du2019.figure-6.3b",
    source=Source(PAPER, "6.4", "Figure 6.3b"),
    statement=r"several unit patches at angles $N(0,\sigma_2)$ from one drawn with $\sigma=1$: "
    r"smaller $\sigma_2$ converges faster ($\sigma_2$ against $2\sigma_2$)",
    reading=NOT_PRINTED + r"; $\sigma_2$ is read as the variance, 5 patches",
    over={variance: POSITIVE, **SIZES},
    lhs=distances(1.0, "variance"),
    relation="<",
    rhs=distances(2.0, "variance"),
    quantifier=Reproduces(),
    grid=Grid(variance=[0.1, 0.4, 1.0, 2.0], p=[2], runs=[8], steps=[80]).nightly(
        p=[2, 10, 25], runs=[32], steps=[400]
    ),
    uses=("du2019.theorem-6.3",),
)


def mixture_ratio(factor: float) -> Any:
    """`L(phi)/gamma(phi)` of the mixture with `factor` times the spread of the point."""

    def of(points: Any) -> Any:
        import torch

        from numeric.plane_laws import curves, mixture

        values = []
        for spread, angle in zip(points.sigma.tolist(), points.phi.tolist(), strict=True):
            at = torch.tensor([angle], dtype=torch.float64)
            found = curves(mixture(factor * spread, 1000), at)
            values.append(found.largest / found.gamma)
        return torch.cat(values)

    return Computed(of)


spiky = Claim(
    id="du2019.figure-6.3a.ratio",
    source=Source(PAPER, "6.4", "text on Figure 6.3a"),
    statement=r"$\sigma\to0$ makes $L(\phi)/\gamma(\phi)$ large, $\sigma\to\infty$ small",
    reading="unit patches in the plane; the ratio is compared at sigma and 2 sigma",
    over={sigma: POSITIVE, phi: Interval(0, pi / 2)},
    lhs=mixture_ratio(2.0),
    relation="<",
    rhs=mixture_ratio(1.0),
    quantifier=ForAll(search=False, random_points=0),
    grid=Grid(sigma=[0.1, 0.3, 1.0, 3.0], phi=[0.0, 0.5, 1.2]),
    uses=("du2019.definition-6.1",),
)

GAUSSIAN = ((largest_eigenvalue(S.Zero) + 1 / pi) / smallest_eigenvalue(phi)) ** 2


@lru_cache(maxsize=8)
def _arcs(width: float) -> tuple[Any, float]:
    """The law of four arcs and `L(0) + beta` of it."""
    import torch

    from numeric.plane_laws import constants, curves, four_arcs

    law = four_arcs(width, 200)
    start = curves(law, torch.zeros(1, dtype=torch.float64)).largest
    return law, float(start) + constants(law, 181).beta


def arcs(points: Any) -> Any:
    """`(L(0) + beta)^2 / gamma(phi)^2` of unit patches on four arcs."""
    import torch

    from numeric.plane_laws import curves

    values = []
    for width, angle in zip(points.half_width.tolist(), points.phi.tolist(), strict=True):
        law, steep = _arcs(width)
        least = curves(law, torch.tensor([angle], dtype=torch.float64)).gamma
        values.append((steep / least) ** 2)
    return torch.cat(values)


smaller = Claim(
    id="du2019.text-6.1.arcs",
    source=Source(PAPER, "6.1", "contributions, second item"),
    title="Inputs with a smaller ratio than the Gaussian (not in the thesis)",
    statement=r"for directions on short arcs about the diagonals to $w_*$ and initial angles of "
    r"$\frac12$ to $\frac35$ the ratio $\frac{(L(0)+\beta)^2}{\gamma^2(\phi_0)}$ is smaller than "
    "for Gaussian inputs",
    reading="so the Gaussian bound is not the tightest of all laws, if that is what is meant",
    over={phi: Interval(0, pi / 2), half_width: Interval.open(0, pi / 4)},
    where=[phi <= Rational(3, 5), phi >= Rational(1, 2), half_width <= Rational(1, 10)],
    lhs=Closed(GAUSSIAN),
    relation=">",
    rhs=Computed(arcs),
    quantifier=ForAll(search=False, random_points=0),
    grid=Grid(phi=[0.5, 0.6], half_width=[0.05, 0.1]),
    uses=("du2019.text-6.2c", "du2019.text-6.2a", "du2019.theorem-6.3"),
)

LAW = S.One / p
invariant = Claim(
    id="du2019.text-6.1",
    source=smaller.source,
    statement=r"the Gaussian distribution leads to the tightest bound: every rotation-invariant "
    r"input has its ratio $\frac{(L(0)+\beta)^2}{\gamma^2(\phi_0)}$, $(\frac{\pi+2}{\pi-"
    r"\phi_0-\sin\phi_0})^2$ (unit norm in $\mathbb R^p$, least $\beta$)",
    reading="a loose sentence, read as a comparison among the smoothest laws, the rotation-"
    "invariant ones; the rest of the item, that smoother inputs and closer patches converge "
    "faster, is du2019.figure-6.3a and du2019.figure-6.3b",
    over={phi: Interval(0, pi / 2), p: Range(2, S.Infinity)},
    lhs=Closed(((largest_eigenvalue(S.Zero, LAW) + LAW / pi) / smallest_eigenvalue(phi, LAW)) ** 2),
    relation="==",
    rhs=Closed(GAUSSIAN),
    grid=Grid(phi=[0.0, 0.5, 1.5], p=[2, 10]),
    uses=("du2019.theorem-6.7.least", "du2019.assumption-6.1"),
)
