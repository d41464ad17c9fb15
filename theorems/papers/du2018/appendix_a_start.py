r"""Lemmas A.1 and A.2, and section 3's limit: which width suffices at initialisation.

Symbols in `dense_symbols`; gap: 1 - cos of the angle within the pairs of inputs; C: the growth
constant of Lemma A.1. The networks are drawn without their matrices (`numeric.wide_features`).
"""

from __future__ import annotations

import math
from typing import Any

import sympy as sp

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018.dense_symbols import (
    ANY,
    DEPTHS,
    PAPER,
    UNIT,
    H,
    activation,
    constants,
    delta,
    gap,
    geometric,
    inputs,
    limit_eigenvalue,
    limit_gram,
    m,
    n,
    sigma,
)
from theorems.quantifiers import SufficientSize, UpToConstant
from theorems.sides import Closed, Computed, Sampled

ORIGIN = {1: math.log(2), 3: 0.5}


def growth_constant(points: Any) -> float:
    """The printed `C = c_sigma L (2 |sigma(0)| sqrt(2/pi) + 2 L)` of the activation."""
    root, lipschitz, _ = constants(points)
    origin = ORIGIN.get(points.sigma, 0.0)
    return root**2 * lipschitz * (2 * origin * (2 / math.pi) ** 0.5 + 2 * lipschitz)


def _norms_kept(points: Any, size: int, draws: int, generator: Any) -> Any:
    """Whether all features of a draw have norms in [1/2, 2]."""
    import torch

    from numeric.wide_features import draw_features

    sizes = (points.H, size)
    states = draw_features(inputs(points["n"]), activation(points), sizes, draws, generator)
    norms = torch.stack([state.norm(dim=-1) for state in states[1:]])
    kept = ((norms >= 0.5) & (norms <= 2)).all(dim=-1).all(dim=0)
    return kept.to(torch.float64).unsqueeze(0)


def width_for_norms(points: Any) -> Any:
    """`n H g_C(H)^2 / delta`."""
    series = geometric(growth_constant(points), points.H)
    return points["n"] * points.H * series**2 / points.delta


# Suffix, what grows, the growing symbol, axes, draws.
NORMS: list[tuple[str, str, dict[str, Any], dict[str, list[Any]], int]] = [
    (
        "",
        "growth with n",
        {"along": ("n",)},
        {"n": [1, 2, 4, 8], "H": [2], "delta": [0.1]},
        700,
    ),
    (
        ".depth",
        "growth with H",
        {"along": ("H",)},
        {"H": [1, 2, 4, 8], "n": [1], "delta": [0.1]},
        200,
    ),
    (
        ".failure",
        "growth with 1/delta",
        {"shrinking": ("delta",)},
        {"delta": [0.4, 0.2, 0.1, 0.05], "n": [1], "H": [4]},
        600,
    ),
]
NORMS_STATEMENT = (
    r"if $\sigma$ is L-Lipschitz and $m=\Omega\left(\frac{nHg_C(H)^2}\delta\right)$, "
    r"$C=c_\sigma L(2|\sigma(0)|\sqrt{2/\pi}+2L)$, then with probability at least $1-\delta$ for "
    r"all $h$, $i$: $\frac1{c_{x,0}}\le\|x_i^{(h)}(0)\|_2\le c_{x,0}$, $c_{x,0}=2$"
)


def norms_at_start(suffix: str) -> dict[str, Any]:
    """The width that keeps all norms in [1/2, 2], ReLU."""
    _, _, growing, axes, draws = next(row for row in NORMS if row[0] == suffix)
    return {
        "statement": NORMS_STATEMENT,
        "reading": "smallest sufficient width for ReLU, whose norms spread most",
        "over": {n: sp.S.Naturals, H: DEPTHS, delta: UNIT, sigma: ANY},
        "quantifier": SufficientSize(at_least=1 - delta, draws=draws, largest=1 << 10, **growing),
        "lhs": Sampled(_norms_kept),
        "relation": "<=",
        "rhs": Computed(width_for_norms),
        "grid": Grid(sigma=[4], **axes),
    }


norms = [
    Claim(
        id="du2018.lemma-A.1" + suffix,
        source=Source(PAPER, "A", f"Lemma A.1, {what}"),
        uses=(
            *("du2018.proof-A.1a.squares", "du2018.proof-A.1b.corrected", "du2018.proof-A.1c"),
            "du2018.proof-A.1c.series",
        ),
        **norms_at_start(suffix),
    )
    for suffix, what, *_ in NORMS
]


def least_kept(output: str) -> Any:
    """Whether `lambda_min(G^(H)(0)) >= 3/4 lambda_0`, per draw."""

    def kept(points: Any, size: int, draws: int, generator: Any) -> Any:
        import torch

        from numeric.wide_features import draw_last_gram

        x = inputs(points["n"], 1 - float(points.gap[0]))
        sizes = (points.H, size)
        gram = draw_last_gram(x, activation(points), sizes, draws, generator, output)
        least = limit_eigenvalue(points, 1 - float(points.gap[0]))
        good = torch.linalg.eigvalsh(gram)[..., 0] >= 0.75 * least
        return good.to(torch.float64).unsqueeze(0)

    return kept


def width_for_gram(points: Any) -> Any:
    """`n^2 log(H n / delta) 2^H / lambda_0^2`."""
    import torch

    rows = []
    for spread, failure in zip(points.gap.tolist(), points.delta.tolist(), strict=True):
        least, count = limit_eigenvalue(points, 1 - spread), points["n"]
        rows.append(count**2 * math.log(points.H * count / failure) * 2**points.H / least**2)
    return torch.tensor(rows, dtype=torch.float64)


GRAMS: list[tuple[str, str, dict[str, Any], dict[str, list[Any]]]] = [
    ("", "growth with n", {"along": ("n",)}, {"n": [1, 2, 4, 8], "H": [1], "gap": [0.8]}),
    (
        ".eigenvalue",
        "growth with the least eigenvalue",
        {"shrinking": ("gap",)},
        {"gap": [0.8, 0.4, 0.2, 0.1], "n": [2], "H": [1]},
    ),
    (".depth", "growth with H", {"along": ("H",)}, {"H": [1, 2, 4, 8], "n": [2], "gap": [0.8]}),
]


def gram_at_start(suffix: str, output: str, draws: int = 300) -> dict[str, Any]:
    """The width with which `lambda_min(G^(H)(0)) >= 3/4 lambda_0`, tanh."""
    _, _, growing, axes = next(row for row in GRAMS if row[0] == suffix)
    return {
        "over": {n: sp.S.Naturals, H: DEPTHS, delta: UNIT, gap: UNIT, sigma: ANY},
        "quantifier": SufficientSize(at_least=1 - delta, draws=draws, largest=1 << 12, **growing),
        "lhs": Sampled(least_kept(output)),
        "relation": "<=",
        "rhs": Computed(width_for_gram),
        "grid": Grid(sigma=[2], delta=[0.1], **axes),
    }


# Enough to tell a width at the target from a better one.
DRAWS = {"": 250, ".eigenvalue": 800, ".depth": 150}
least = [
    Claim(
        id="du2018.lemma-A.2" + suffix,
        source=Source(PAPER, "A", f"Lemma A.2, {what}"),
        statement=r"if $m=\Omega(\mathrm{poly}(n,\frac1{\lambda_0})(\frac1\lambda)^{O(H)})$ then "
        r"$\lambda_{\min}(G^{(H)}(0))\ge\frac34\lambda_0$",
        reading=r"with probability $1-\delta$; poly and O(H) as in the thesis, "
        r"$\frac{n^2\log(Hn/\delta)2^H}{\lambda_0^2}$; tanh, inputs in pairs",
        uses=("du2018.theorem-D.1", "du2018.remark-D.4", "du2018.text-6b"),
        **gram_at_start(suffix, "sign", DRAWS[suffix]),
    )
    for suffix, what, *_ in GRAMS
]


def _distance(points: Any, samples: int, generator: Any) -> Any:
    """`|G^(H)(0) - K^(H)|_2` of random networks."""
    import torch

    from numeric.wide_features import draw_last_gram

    x = inputs(points["n"])
    limit = limit_gram(points["n"], points.sigma, points.H)
    sizes = (points.H, points.m)
    gram = draw_last_gram(x, activation(points), sizes, samples, generator)
    return torch.linalg.matrix_norm(gram - limit, ord=2).unsqueeze(0).expand(points.n, -1)


converges = Claim(
    id="du2018.text-3",
    source=Source(PAPER, "3", "after equation (4)"),
    statement="as m goes to infinity the Gram matrices at initialisation tend to those of (4)",
    reading=r"$E\|G^{(H)}(0)-K^{(H)}\|_2=O(m^{-1/2})$",
    over={n: sp.S.Naturals, H: DEPTHS, m: sp.S.Naturals, sigma: ANY},
    quantifier=UpToConstant(along=("m",), samples=300),
    lhs=Sampled(_distance),
    relation="<=",
    rhs=Closed(1 / sp.sqrt(m)),
    grid=Grid(
        points=[
            {"n": 3, "H": 1, "sigma": 4},
            {"n": 3, "H": 2, "sigma": 1},
            {"n": 2, "H": 4, "sigma": 2},
        ],
        m=[32, 64, 128, 256, 512],
    ),
    uses=("du2018.eq-4", "du2018.text-6b"),
)
