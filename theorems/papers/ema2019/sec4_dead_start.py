r"""Sections 3 and 4.3: the printed results for activations that are not positively homogeneous.

The kernel has the features sigma(w.x), the network those of rows of length 1/sqrt(m). With the soft
threshold at 1/2 and m = 4 every layer's output and every gradient vanish at Theta_0, at any depth,
while lambda_n > 0 and f* does not vanish. Symbols in `sec4_symbols`; delta: failure probability.
The statements for positively homogeneous activations are in `sec3_results` and `sec4_gram`.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import sympy as sp
from sympy import log, sqrt

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.ema2019.sec3_results import (
    CONDITION_CONSTANT,
    EARLY,
    GENERAL,
    OPTIMAL,
    excess,
)
from theorems.papers.ema2019.sec4_gram import BELOW, MOVED
from theorems.papers.ema2019.sec4_initial_gram import (
    ANY_ACTIVATION,
    CLOSED_FORM,
    LEAST_OF_ALL,
    NOT_ALIKE,
    delta,
)
from theorems.papers.ema2019.sec4_symbols import AT_LEAST_ONE, PAPER, L, activation, c, d, m, n
from theorems.quantifiers import UpToConstant, WithProbability
from theorems.sides import Closed, Computed, Sampled

AT_START: dict[str, Any] = {
    "over": {**ANY_ACTIVATION, c: AT_LEAST_ONE},
    "where": [CLOSED_FORM],
    "hypotheses": [
        L * m * LEAST_OF_ALL**2 >= 8 * log(n**2 / delta),
        200 * c**2 <= L * LEAST_OF_ALL,
        d >= n,
    ],
    "quantifier": WithProbability(at_least=1 - delta, draws=60),
    "relation": ">=",
    "grid": Grid(
        points=[
            {"n": 1, "d": 1, "m": 1, "sigma": 0, "delta": 0.5, "L": 200},
            {"n": 1, "d": 1, "m": 4, "sigma": 3, "delta": 0.5, "L": 800},
        ],
        c=[1],
    ),
    "erratum": NOT_ALIKE,
}


def _initial_state(points: Any, samples: int, generator: Any) -> tuple[Any, Any, Any]:
    """Drawn initialisations, the inputs e_1..e_n, and labels 1."""
    import torch

    from numeric.skip_connections import initial

    start = initial((points.n, samples), points.L, points.m, points.d, generator)
    x = torch.eye(points["n"], points.d, dtype=torch.float64)
    return start, x, torch.ones(points.n, samples, points["n"], dtype=torch.float64)


def _least_at_start(points: Any, samples: int, generator: Any) -> Any:
    import torch

    from numeric.skip_connections import backward as run_back
    from numeric.skip_connections import forward as run
    from numeric.skip_connections import gram

    start, x, _ = _initial_state(points, samples, generator)
    path = run(start, x, activation(points))
    return torch.linalg.eigvalsh(gram(path, run_back(start, path, activation(points))))[..., 0]


moved_eigenvalue = Claim(
    id="ema2019.lemma-4.5",
    source=Source(PAPER, "4.3", "Lemma 4.5"),
    statement=MOVED,
    reading=r"at $\Theta_0$ itself, for any 1-Lipschitz sigma that vanishes at 0",
    lhs=Sampled(_least_at_start),
    rhs=Closed(LEAST_OF_ALL / 2),
    uses=("ema2019.lemma-4.4", "ema2019.proof-4.5"),
    **AT_START,
)


def _gradient_at_start(points: Any, samples: int, generator: Any) -> Any:
    from numeric.skip_connections import risk_gradient

    start, x, label = _initial_state(points, samples, generator)
    value, slopes = risk_gradient(start, x, label, activation(points))
    return sum(slope.flatten(2).square().sum(-1) for slope in slopes.values()) / value


risk_gradient_below = Claim(
    id="ema2019.lemma-4.6",
    source=Source(PAPER, "4.3", "Lemma 4.6"),
    statement=BELOW,
    reading=r"at $\Theta_0$ itself with labels 1, for any 1-Lipschitz sigma that vanishes at 0; "
    "both sides divided by the risk",
    lhs=Sampled(_gradient_at_start),
    rhs=Closed(LEAST_OF_ALL * L / 2),
    uses=("ema2019.lemma-4.5", "ema2019.proof-4.6"),
    **AT_START,
)


optimisation = Claim(
    id="ema2019.theorem-3.2",
    source=Source(PAPER, "3", "Theorem 3.2"),
    statement=OPTIMAL,
    reading=r"the constant of $\gtrsim$ taken as 4; orthonormal inputs and random labels; any "
    "1-Lipschitz sigma that vanishes at 0; whatever the constant, the network of the "
    "counterexample is dead at every depth",
    over={**ANY_ACTIVATION, L: sp.Range(2, sp.oo)},
    where=[CLOSED_FORM],
    hypotheses=[
        CONDITION_CONSTANT * log(n**2 / delta) <= L * LEAST_OF_ALL**2,
        L * LEAST_OF_ALL**3 >= CONDITION_CONSTANT,
        d >= n,
    ],
    quantifier=WithProbability(at_least=1 - delta, draws=20),
    lhs=Sampled(excess),
    relation="<=",
    rhs=Closed(1 + 1e-9),
    grid=Grid(
        points=[
            {"n": 1, "d": 1, "m": 1, "sigma": 0, "delta": 0.3, "L": 5},
            {"n": 1, "d": 1, "m": 4, "sigma": 3, "delta": 0.3, "L": 256},
        ]
    ),
    erratum=NOT_ALIKE + ", so that the risk never moves",
    uses=(
        "ema2019.lemma-4.3a",
        "ema2019.lemma-4.3b",
        "ema2019.lemma-4.6",
        "ema2019.proposition-5.1",
    ),
)

NODES = 4096
NETWORK_DEPTH = 64


def _angles(count: int) -> Any:
    """`count` inputs on the half circle, no two of them opposite."""
    import torch

    return math.pi * (torch.arange(count, dtype=torch.float64) + 0.5) / count


@lru_cache(maxsize=16)
def _kernel_least(count: int) -> float:
    """lambda_n of the soft threshold at 1/2 for these inputs, by the midpoint rule."""
    import torch

    from numeric.skip_connections import soft_threshold

    nodes = 2 * math.pi * (torch.arange(NODES, dtype=torch.float64) + 0.5) / NODES
    features = soft_threshold(torch.cos(_angles(count)[:, None] - nodes))
    return float(torch.linalg.eigvalsh(features @ features.mT / (NODES * count))[0])


def _target(angle: Any) -> Any:
    """`f*(x) = E sign(w_1) sigma(w.x)` at angles, by the same rule; |a*| = 1."""
    import torch

    from numeric.skip_connections import soft_threshold

    nodes = 2 * math.pi * (torch.arange(NODES, dtype=torch.float64) + 0.5) / NODES
    return (nodes.cos().sign() * soft_threshold(torch.cos(angle[..., None] - nodes))).mean(-1)


def _population_risk(points: Any) -> Any:
    """R at time sqrt(n) / L of one run at depth 64: no weight moves, whatever the depth."""
    import torch

    from numeric.skip_connections import forward, initial
    from numeric.skip_flow import flow

    generator = torch.Generator().manual_seed(points["n"])
    start = initial((points.n,), NETWORK_DEPTH, points.m, 2, generator)
    angle = _angles(points["n"])
    x = torch.stack([angle.cos(), angle.sin()], dim=-1)
    time = math.sqrt(points["n"]) / NETWORK_DEPTH
    end, _ = flow(start, x, _target(angle).expand(points.n, -1), "soft", time / 8, 8)
    further = _angles(101) + 0.01
    x = torch.stack([further.cos(), further.sin()], dim=-1)
    return (forward(end, x, "soft").output - _target(further)).square().mean(-1) / 2


def _printed_bound(points: Any) -> Any:
    """The bound of Theorem 3.4 with c(delta) = gamma = 1 at a depth that meets its condition, and
    t = sqrt(n) / L."""
    import torch

    count, least = points["n"], _kernel_least(points["n"])
    depth = count / least**3
    time = math.sqrt(count) / depth
    terms = [
        depth**-1.5 / least**2,
        time / least**2,
        1 / (depth * time),
        (1 + math.sqrt(depth / count) * time) ** 2 / math.sqrt(count),
    ]
    return torch.full((points.n,), math.fsum(terms), dtype=torch.float64)


DEAD_NETWORK: dict[str, Any] = {
    "reading": "the soft threshold at 1/2, m = 4, d = 2, inputs on the half circle, |a*| = 1: the "
    "risk at depth 64, which is that of any depth since no weight moves",
    "over": {m: sp.FiniteSet(4), n: sp.S.Naturals},
    "quantifier": UpToConstant(along=("n",)),
    "lhs": Computed(_population_risk),
    "relation": "<=",
    "grid": Grid(m=[4], n=[2, 4, 8, 16]),
    "erratum": "false for sigma that are not positively homogeneous and m > 1: with the soft "
    "threshold at 1/2 and m = 4 the network stays at 0 and the risk at that of 0, while the bound "
    "tends to 0",
}

generalisation = Claim(
    id="ema2019.theorem-3.4",
    source=Source(PAPER, "3", "Theorem 3.4"),
    statement=GENERAL,
    rhs=Computed(_printed_bound),
    uses=("ema2019.theorem-6.3", "ema2019.proposition-6.7"),
    **DEAD_NETWORK,
)

early_stopping = Claim(
    id="ema2019.corollary-3.5",
    source=Source(PAPER, "3", "Corollary 3.5"),
    statement=EARLY,
    rhs=Closed(1 / sqrt(n)),
    uses=("ema2019.theorem-3.4", "ema2019.proof-3.5"),
    **DEAD_NETWORK,
)
