r"""Sections 6.2 and 6.3: the network against the random feature model when features nearly vanish.

sigma is the soft threshold at (1 - gap)/2, m = 4, one input in one dimension: every feature of the
network is gap/2, while K and c_n = 8/lambda_n stay of order 1. L: depth; gap = 3/(2 sqrt(L)), so
that both models need a time of order 1. `sec6_implicit` has the results for ReLU.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import sympy as sp

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.ema2019.sec6_implicit import CLOSE_COEFFICIENTS, CLOSE_OUTPUTS, PAPER
from theorems.quantifiers import UpToConstant
from theorems.sides import Computed

L = sp.symbols("L", integer=True)
WIDTH, STEPS = 4, 8
# lambda_n = sigma(1)^2 is at least 1/4.
LARGEST_C_N = 32.0


def _gap(depth: int) -> float:
    return 1.5 / depth**0.5


def _length(depth: int) -> float:
    """Twice the reference model's relaxation time: 8/9 at every depth."""
    return 2 / (depth * _gap(depth) ** 2)


@lru_cache(maxsize=16)
def _differences(depth: int) -> tuple[float, float]:
    """`|a_t - a~_t|` at the end, and the largest `|f(x; Theta_t) - f~(x; a_t)|` of the run."""
    import torch

    from numeric.skip_connections import functions, initial
    from numeric.skip_flow import Risk, packed, runge_kutta

    name = f"soft:{(1 - _gap(depth)) / 2!r}"
    generator = torch.Generator().manual_seed(depth)
    start = initial((), depth, WIDTH, 1, generator)
    x, y = torch.ones(1, 1, dtype=torch.float64), torch.ones(1, dtype=torch.float64)
    phi = functions(name)[0](start["b"][..., 0])
    sizes, here = packed(start)
    risk, worst = Risk(sizes, x, y, name), 0.0
    for _ in range(STEPS):
        _, here = runge_kutta(risk, here, _length(depth) / STEPS)
        a = sizes.weights(here)["a"]
        worst = max(worst, float((risk.output(here)[0, 0] - (a * phi).sum()).abs()))
    square = phi.square().sum()
    reference = phi / square * (1 - torch.exp(-square * _length(depth)))
    return float((a - reference).norm()), worst


def _value(of: Any) -> Any:
    def function(points: Any) -> Any:
        import torch

        return torch.full((points.n,), of(points.L), dtype=torch.float64)

    return Computed(function)


THIN: dict[str, Any] = {
    "reading": "the soft threshold at (1 - gap)/2 with gap = 3/(2 sqrt(L)) and m = 4, one input, "
    "label 1; every member of the family is 1-Lipschitz and vanishes at 0, and no constant serves "
    "all of them; c_n is at most 32",
    "over": {L: sp.Range(16, sp.oo)},
    "quantifier": UpToConstant(along=("L",)),
    "relation": "<=",
    "grid": Grid(L=[64, 128, 256, 512, 1024]).nightly(L=[64, 128, 256, 512, 1024, 2048, 4096]),
    "erratum": "false for sigma that are not positively homogeneous and m > 1: H is gap^2 where "
    "K is about 1/4, so weights move much further than c_n/L and take the features along",
}

coefficients = Claim(
    id="ema2019.lemma-6.5",
    source=Source(PAPER, "6.2", "Lemma 6.5"),
    statement=CLOSE_COEFFICIENTS,
    lhs=_value(lambda depth: _differences(depth)[0]),
    rhs=_value(lambda depth: LARGEST_C_N**2 * _length(depth) / math.sqrt(depth)),
    uses=("ema2019.eq-6.3", "ema2019.lemma-6.4a"),
    **THIN,
)

outputs = Claim(
    id="ema2019.theorem-6.6",
    source=Source(PAPER, "6.3", "Theorem 6.6"),
    statement=CLOSE_OUTPUTS,
    lhs=_value(lambda depth: _differences(depth)[1]),
    rhs=_value(lambda depth: LARGEST_C_N**3 / depth**1.5),
    uses=("ema2019.proposition-5.1", "ema2019.lemma-6.4a"),
    **THIN,
)
