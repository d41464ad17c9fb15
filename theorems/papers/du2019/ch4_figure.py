"""Thesis section 4.1, Figure 4.1: descent on matrix factorization with and without regularisation.

d_1: both dimensions of M*, which has norm 1; r: its rank.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy as sp
from sympy import symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import Reproduces
from theorems.sides import Closed, Computed, Side

PAPER = "du2019"
r, d_1 = symbols("r d_1", integer=True)

RUNS, ITERATIONS, START, STEP_SIZE = 6, 600, 0.01, 0.2


@lru_cache(maxsize=8)
def _runs(d: int, rank: int, plain: bool) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Descent on (4.1), or on (4.3), from the same random initialisations.

    Per run the iterations to a loss of 1e-8 of the initial one (never reached counts twice the
    run), then the least and the largest |U|_F / |V|_F. Kept, since two claims ask for the same.
    """
    import torch

    from numeric.matrix_factorization import (
        descend,
        low_rank_gradient,
        low_rank_objective,
        low_rank_regularised_gradient,
        target_matrix,
    )

    generator = torch.Generator().manual_seed(2019)
    u_star, v_star, _ = target_matrix((RUNS,), (d, d, rank), 1.0, generator, decay=0.9)
    u0, v0 = START * torch.randn(2, RUNS, d, rank, generator=generator, dtype=torch.float64)
    target, slope = (u_star, v_star), low_rank_gradient if plain else low_rank_regularised_gradient
    run = descend(u0, v0, target, lambda t: STEP_SIZE, ITERATIONS, slope)
    values = low_rank_objective(*run, target)
    done = values <= 1e-8 * values[0]
    first = done.to(torch.int64).argmax(dim=0).double()
    needed = torch.where(done.any(dim=0), first, 2.0 * ITERATIONS)
    ratio = run[0].norm(dim=(-2, -1)) / run[1].norm(dim=(-2, -1))
    extremes = torch.cat([ratio.amin(dim=0), ratio.amax(dim=0)])
    return tuple(needed.tolist()), tuple(extremes.tolist())


def _iterations(plain: bool, factor: float = 1.0) -> Side:
    """`factor` times the iterations that descent without, or with, the regularisation needs."""

    def of(points: Any) -> Any:
        import torch

        needed = _runs(points.d_1, points.r, plain)[0]
        return factor * torch.tensor(needed, dtype=torch.float64).expand(points.n, -1)

    return Computed(of)


def _norm_ratio(points: Any) -> Any:
    """Least and largest |U|_F / |V|_F over iterations, runs kept apart."""
    import torch

    extremes = _runs(points.d_1, points.r, True)[1]
    return torch.tensor(extremes, dtype=torch.float64).expand(points.n, -1)


FIGURE = {d_1: sp.S.Naturals, r: sp.S.Naturals}
FIGURE_GRID = Grid(d_1=[100], r=[5]).nightly(d_1=[100, 200], r=[5, 10])


def _figure(part: str, label: str, statement: str, **fields: Any) -> Claim:
    fields = {"over": FIGURE, "grid": FIGURE_GRID, "uses": ("du2019.eq-4.2",), **fields}
    reading = (
        "sizes, initialisation and step size are not printed: step size 0.2, |M*|_F = 1, entries "
        "of deviation 0.01. Balance is explained in the text by differences that are small at the "
        "beginning: here the largest imbalance has norm 0.015, a twelfth of the least singular "
        "value of M*. At "
        "deviation 0.05 it is 0.38, twice that value, and slows the last directions down: the "
        "runs still converge, in up to 1.6 times the iterations of (4.3), and the ratio of the "
        "norms starts from as far off as 0.78; "
    )
    return Claim(
        id=f"du2019.figure-4.1{part}",
        source=Source(PAPER, "4.1", label),
        statement=statement,
        reading=reading + fields.pop("reading"),
        **fields,
    )


figure_converges = _figure(
    "",
    "Figure 4.1a, convergence",
    "gradient descent from a random initialisation converges to a global minimum without the "
    "regularisation: the loss falls to 1e-8 of its start within the run",
    reading="within 600 iterations",
    quantifier=Reproduces(),
    lhs=_iterations(plain=True),
    relation="<=",
    rhs=Closed(ITERATIONS),
)

figure_rate = _figure(
    ".rate",
    "Figure 4.1a, rate",
    "the convergence rate without regularisation is competitive: it needs at most as many "
    "iterations as (4.3), up to a fifth",
    reading="competitive read as at most 1.2 times the iterations",
    quantifier=Reproduces(),
    lhs=_iterations(plain=True),
    relation="<=",
    rhs=_iterations(plain=False, factor=1.2),
)

figure_ratio = _figure(
    "b",
    "Figure 4.1b",
    r"the ratio $\|U\|_F/\|V\|_F$ remains constant in all iterations",
    reading="d1 = d2, so that the constant is 1; constant read as within 15 %",
    quantifier=Reproduces(tolerance=0.15),
    lhs=Computed(_norm_ratio),
    relation="==",
    rhs=Closed(1),
)
