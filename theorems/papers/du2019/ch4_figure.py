"""Thesis section 4.1, Figure 4.1: descent on matrix factorization with and without regularisation.

d_1: both dimensions of M*, which has norm 1; r: its rank.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import sympy as sp
from sympy import symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import Reproduces
from theorems.sides import Closed, Computed

PAPER = "du2019"
r, d_1 = symbols("r d_1", integer=True)

RUNS, ITERATIONS, START = 6, 600, 0.01


def _both_runs(points: Any) -> tuple[Any, Any]:
    """Factors along descent on (4.1) and on (4.3) from the same random initialisations."""
    import torch

    from numeric.matrix_factorization import descend, regularised_gradient, target_matrix

    generator = torch.Generator().manual_seed(2019)
    d, rank = points.d_1, points.r
    _, _, target = target_matrix((RUNS,), (d, d, rank), 1.0, generator, decay=0.9)
    u0, v0 = START * torch.randn(2, RUNS, d, rank, generator=generator, dtype=torch.float64)
    plain = descend(u0, v0, target, lambda t: 0.2, ITERATIONS)
    other = descend(u0, v0, target, lambda t: 0.2, ITERATIONS, regularised_gradient)
    return (*plain, target), (*other, target)


def _iterations(run: tuple[Any, Any, Any]) -> Any:
    """Iterations to a loss of 1e-8 of the initial one; never reached counts twice the run."""
    import torch

    from numeric.matrix_factorization import objective

    values = objective(*run)
    done = values <= 1e-8 * values[0]
    first = done.to(torch.int64).argmax(dim=0).double()
    return torch.where(done.any(dim=0), first, 2.0 * ITERATIONS)


def _rate(points: Any, plain: bool) -> Any:
    run = _both_runs(points)[0 if plain else 1]
    return _iterations(run).expand(points.n, -1)


def _norm_ratio(points: Any) -> Any:
    """Least and largest |U|_F / |V|_F over iterations, runs kept apart."""
    import torch

    run = _both_runs(points)[0]
    ratio = run[0].norm(dim=(-2, -1)) / run[1].norm(dim=(-2, -1))
    return torch.cat([ratio.amin(dim=0), ratio.amax(dim=0)]).expand(points.n, -1)


FIGURE = {d_1: sp.S.Naturals, r: sp.S.Naturals}
FIGURE_GRID = Grid(d_1=[100], r=[5]).nightly(d_1=[100, 200], r=[5, 10])


def _figure(part: str, label: str, statement: str, **fields: Any) -> Claim:
    fields = {"over": FIGURE, "grid": FIGURE_GRID, "uses": ("du2019.eq-4.2",), **fields}
    reading = (
        "sizes, initialisation (0.01, small as section 4.3 asks) and step size (0.2, norm of M* 1) "
        "are not printed; "
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
    lhs=Computed(partial(_rate, plain=True)),
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
    lhs=Computed(partial(_rate, plain=True)),
    relation="<=",
    rhs=Computed(lambda points: 1.2 * _rate(points, plain=False)),
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
