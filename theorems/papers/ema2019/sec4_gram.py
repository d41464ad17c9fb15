r"""Section 4.3, third part: the Gram matrix H in the neighbourhood, and the lower bound.

Symbols in `sec4_symbols`; lambda_n: the least eigenvalue of K, in closed form for the
orthonormal inputs of `sec4_initial_gram`.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, Rational, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.ema2019.sec4_backward import ONCE, drawn
from theorems.papers.ema2019.sec4_initial_gram import (
    ALIKE,
    LEAST,
    RANDOM_START,
    STARTS,
    least,
)
from theorems.papers.ema2019.sec4_symbols import (
    AT_LEAST_ONE,
    NETWORK,
    PAPER,
    SHAPES,
    THROUGH,
    L,
    activation,
    c,
    d,
    forward,
    m,
    n,
    neighbourhood,
    network,
    sigma,
)
from theorems.quantifiers import ForAllWeights
from theorems.sides import Closed, Computed, Holds

lambda_n = symbols("lambda_n", real=True)


def _two_inputs(points: Any, generator: Any) -> Any:
    return neighbourhood(points, generator, inputs=2)


def features_gram(points: Any, weights: Any) -> Any:
    """H at the initialisation, `(points, restarts, n, n)`."""
    from numeric.skip_connections import ACTIVATIONS

    features = ACTIVATIONS[activation(points)][0](weights["x"].unsqueeze(-3) @ weights["b0"].mT)
    return (features @ features.mT).sum(-3) / (weights["x"].shape[-2] * points.L)


def moved_gram(points: Any, weights: Any) -> Any:
    from numeric.skip_connections import backward as run_back
    from numeric.skip_connections import gram

    path = forward(points, weights)
    name = activation(points)
    return gram(path, run_back(network(weights), path, name, through=THROUGH))


def _entry(points: Any, weights: Any) -> Any:
    away = moved_gram(points, weights) - features_gram(points, weights)
    return away.abs().amax(dim=(-2, -1))


entries_move = Claim(
    id="ema2019.proof-4.5",
    source=Source(PAPER, "4.3", "proof of Lemma 4.5, entry by entry"),
    statement=r"if $L\ge200c^2/\lambda_n$, $|H_{ij}(\Theta)-H_{ij}(\Theta_0)|\le\frac{50c^2}{nL}$ "
    r"for all $\Theta\in I_c(\Theta_0)$ and inputs on the sphere",
    reading=r"with $\lambda_n\le1/n$, tested from $L\ge200c^2$ on, for two inputs",
    over=NETWORK,
    hypotheses=[200 * c**2 <= L],
    quantifier=ForAllWeights(within=_two_inputs, restarts=10, steps=3),
    lhs=Computed(_entry),
    relation="<=",
    rhs=Closed(50 * c**2 / (2 * L)),
    grid=Grid(points=SHAPES, c=[1], L=[200]).nightly(c=[1, 2], L=[200, 800]),
    uses=("ema2019.proposition-4.1c", "ema2019.proposition-4.2a"),
)

SCALARS = {c: AT_LEAST_ONE, L: sp.Range(200, sp.oo)}


def _product(suffix: str, alpha_moves: sp.Expr, title: str, uses: tuple[str, ...]) -> Claim:
    """The entry bound from those on alpha g: a product moves by at most `2 D + D^2`."""
    moves = (1 + alpha_moves) * 6 * c**2 / L + alpha_moves
    return Claim(
        id=f"ema2019.proof-4.5.{suffix}",
        source=Source(PAPER, "4.3", "proof of Lemma 4.5, the constant"),
        title=title,
        statement=r"with $D$ the bound on $\|\alpha g-g_0\|$, $\|g_0\|\le1$: $2D+D^2\le"
        r"\frac{50c^2}L$",
        over=SCALARS,
        hypotheses=[200 * c**2 <= L],
        lhs=Closed(2 * moves + moves**2),
        relation="<=",
        rhs=Closed(50 * c**2 / L),
        uses=uses,
    )


entry_constant = _product(
    "constant", 5 * c / L, "the constant 50 with |alpha - 1| <= 5c/L", ("ema2019.proposition-4.2a",)
)
entry_constant_corrected = _product(
    "constant-corrected",
    5 * c**2 / L,
    "the constant 50 with |alpha - 1| <= 5c^2/L",
    ("ema2019.proposition-4.2a.corrected",),
)

weyl = Claim(
    id="ema2019.proof-4.5.weyl",
    source=Source(PAPER, "4.3", "proof of Lemma 4.5, Weyl's inequality"),
    statement=r"$\frac34\lambda_n-\frac{50c^2}L\ge\frac{\lambda_n}2$ as long as "
    r"$L\ge200c^2/\lambda_n$",
    over={c: AT_LEAST_ONE, L: sp.S.Naturals, lambda_n: Interval.Lopen(0, 1)},
    hypotheses=[L * lambda_n >= 200 * c**2],
    lhs=Closed(Rational(3, 4) * lambda_n - 50 * c**2 / L),
    relation=">=",
    rhs=Closed(lambda_n / 2),
)


def _given_inputs(labels: bool) -> Any:
    """The neighbourhood with the inputs e_1..e_n, and labels to be chosen if asked for."""

    def within(points: Any, generator: Any) -> Any:
        import torch

        from numeric.adversary import Around

        sets = neighbourhood(points, generator)
        del sets["x"]
        zero = torch.zeros(points.n, 1, points["n"], dtype=torch.float64)
        label = {"label": Around(zero, 1.0, shape="box", trailing=1)} if labels else {}
        return {**sets, **label}

    return within


def _with_inputs(points: Any, weights: Any) -> dict[str, Any]:
    import torch

    x = torch.eye(points["n"], points.d, dtype=torch.float64)
    shape = (*weights["b0"].shape[:2], points["n"], points.d)
    return {**weights, "x": x.expand(shape)}


def _good_start(points: Any, weights: Any) -> Any:
    import torch

    at_start = features_gram(points, _with_inputs(points, weights))
    bound = 0.75 * least(points["n"], points.d, points.sigma)
    return torch.linalg.eigvalsh(at_start)[..., 0] >= bound


GOOD_START = Holds("lambda_min(H(Theta_0)) >= 3/4 lambda_n, the event of Lemma 4.4", _good_start)
GIVEN = {
    c: AT_LEAST_ONE,
    L: sp.Range(2, sp.oo),
    m: sp.S.Naturals,
    d: sp.S.Naturals,
    n: sp.S.Naturals,
    sigma: sp.FiniteSet(0, 1),
}
GIVEN_GRID = Grid(
    points=[
        {"n": 1, "d": 1, "m": 1, "sigma": 0},
        {"n": 1, "d": 1, "m": 2, "sigma": 1},
        {"n": 2, "d": 2, "m": 2, "sigma": 0},
    ],
    c=[1],
    L=[200, 400],
).nightly(c=[1, 2], L=[200, 400, 800, 3200])


def _moved_least(points: Any, weights: Any) -> Any:
    import torch

    return torch.linalg.eigvalsh(moved_gram(points, _with_inputs(points, weights)))[..., 0]


MOVED = (
    r"if $L\ge\max\{\frac{8\ln(n^2/\delta)}{m\lambda_n^2},\frac{200c^2}{\lambda_n}\}$, "
    r"with probability at least $1-\delta$, for all $\Theta\in I_c(\Theta_0)$: "
    r"$\lambda_{\min}(H(\Theta))\ge\frac{\lambda_n}2$"
)

moved_eigenvalue_corrected = Claim(
    id="ema2019.lemma-4.5.corrected",
    source=Source(PAPER, "4.3", "Lemma 4.5"),
    statement=ALIKE + MOVED,
    reading="given the event of Lemma 4.4, for every initialisation in it; orthonormal inputs; two "
    "inputs need L >= 800 and are tested nightly",
    over=GIVEN,
    hypotheses=[200 * c**2 / LEAST <= L, d >= n, GOOD_START],
    quantifier=ForAllWeights(within=_given_inputs(False), restarts=10, steps=3),
    lhs=Computed(_moved_least),
    relation=">=",
    rhs=Closed(LEAST / 2),
    grid=GIVEN_GRID,
    corrects="ema2019.lemma-4.5",
    uses=("ema2019.lemma-4.4.corrected", "ema2019.proof-4.5"),
)


def _risk(points: Any, weights: Any) -> tuple[Any, Any]:
    from numeric.skip_connections import risk_gradient

    full = _with_inputs(points, weights)
    name = activation(points)
    return risk_gradient(network(full), full["x"], full["label"], name, through=THROUGH)


def _whole_gradient(points: Any, weights: Any) -> Any:
    value, slopes = _risk(points, weights)
    total = sum(slope.flatten(2).square().sum(-1) for slope in slopes.values())
    return total / value.clamp_min(1e-30)


BELOW = (
    r"with the same $L$ and probability, for all $\Theta\in I_c(\Theta_0)$: "
    r"$\|\nabla\hat R_n(\Theta)\|^2\ge\frac{\lambda_nL}2\hat R_n(\Theta)$"
)


risk_gradient_below_corrected = Claim(
    id="ema2019.lemma-4.6.corrected",
    source=Source(PAPER, "4.3", "Lemma 4.6"),
    statement=ALIKE + BELOW,
    reading="given the event of Lemma 4.4; both sides divided by the risk; as ||e||^2 = 2n R the "
    "proof gives twice as much",
    over=GIVEN,
    hypotheses=[
        200 * c**2 / LEAST <= L,
        d >= n,
        GOOD_START,
        Holds("the risk is positive", lambda points, weights: _risk(points, weights)[0] > 1e-9),
    ],
    quantifier=ForAllWeights(within=_given_inputs(True), restarts=10, steps=3),
    lhs=Computed(_whole_gradient),
    relation=">=",
    rhs=Closed(LEAST * L / 2),
    grid=GIVEN_GRID,
    corrects="ema2019.lemma-4.6",
    uses=("ema2019.lemma-4.5.corrected", "ema2019.proof-4.6"),
)


def _labelled(points: Any) -> tuple[Any, Any, Any]:
    import torch

    weights, x = drawn(points)
    return weights, x, torch.tensor([1.0, -0.3], dtype=torch.float64).expand(points.n, 2)


def _sum_over_layers(points: Any) -> Any:
    from numeric.skip_connections import risk_gradient

    return risk_gradient(*_labelled(points), activation(points))[1]["a"].square().sum(dim=(-2, -1))


def _quadratic_form(points: Any) -> Any:
    from numeric.skip_connections import backward as run_back
    from numeric.skip_connections import forward as run
    from numeric.skip_connections import gram

    weights, x, target = _labelled(points)
    path = run(weights, x, activation(points))
    error = path.output - target
    matrix = gram(path, run_back(weights, path, activation(points)))
    return points.L / 2 * (error.unsqueeze(-2) @ matrix @ error.unsqueeze(-1)).reshape(points.n)


def _rayleigh(points: Any) -> Any:
    import torch

    from numeric.skip_connections import backward as run_back
    from numeric.skip_connections import forward as run
    from numeric.skip_connections import gram, risk

    weights, x, target = _labelled(points)
    path = run(weights, x, activation(points))
    matrix = gram(path, run_back(weights, path, activation(points)))
    return points.L * torch.linalg.eigvalsh(matrix)[..., 0] * risk(path, target)


layers_of_a = Claim(
    id="ema2019.proof-4.6",
    source=Source(PAPER, "4.3", "proof of Lemma 4.6, the quadratic form"),
    statement=r"$\sum_l\|\nabla_{a^{(l)}}\hat R_n\|^2=\frac Ln\hat e^\top H(\Theta)\hat e$",
    over=RANDOM_START,
    quantifier=ONCE,
    lhs=Computed(_sum_over_layers),
    relation="==",
    rhs=Computed(_quadratic_form),
    grid=STARTS,
    uses=("ema2019.eq-4.8",),
)

rayleigh = Claim(
    id="ema2019.proof-4.6.rayleigh",
    source=Source(PAPER, "4.3", "proof of Lemma 4.6, the least eigenvalue"),
    statement=r"$\frac Ln\hat e^\top H\hat e\ge L\lambda_{\min}(H)\hat R_n$",
    over=RANDOM_START,
    quantifier=ONCE,
    lhs=Computed(_quadratic_form),
    relation=">=",
    rhs=Computed(_rayleigh),
    grid=STARTS,
)
