r"""Section 4.3, second part: the Gram matrix H of the output weights and the lower bound.

Symbols in `sec4_symbols`; delta: failure probability; lambda_n: the least eigenvalue of K, in
closed form for the orthonormal inputs e_1..e_n used here (identity and ReLU).
"""

from __future__ import annotations

import math
from typing import Any

import sympy as sp
from sympy import Interval, Min, Rational, log, pi, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.ema2019.sec4_backward import ONCE, drawn
from theorems.papers.ema2019.sec4_symbols import (
    AT_LEAST_ONE,
    NETWORK,
    PAPER,
    SHAPES,
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
from theorems.quantifiers import ForAllWeights, WithProbability
from theorems.sides import Closed, Computed, Holds, Sampled

delta, lambda_n = symbols("delta lambda_n", real=True)
LABEL = "Gram matrix (4.8)"
# E sigma(w.e_i) sigma(w.e_j) = [i = j] / d for the identity; for ReLU 1/(2 d) on the diagonal and
# 1/(2 pi d) off it, so that the least eigenvalue is the difference once there are two inputs.
LEAST = ((1 - sigma) + sigma * (pi - Min(n - 1, 1)) / (2 * pi)) / (n * d)
THRESHOLD = 8 * log(n**2 / delta) / (m * LEAST**2)
INITIAL = {
    delta: Interval.open(0, 1),
    L: sp.S.Naturals,
    m: sp.S.Naturals,
    d: sp.S.Naturals,
    n: sp.S.Naturals,
    sigma: sp.FiniteSet(0, 1),
}


def least(count: int, dimension: int, which: int) -> float:
    share = 1.0 if which == 0 else (math.pi - min(count - 1, 1)) / (2 * math.pi)
    return share / (count * dimension)


def _shallowest(cases: list[tuple[int, int, int, int, float]]) -> Grid:
    """The smallest depth that the printed condition allows, for each (n, d, m, sigma, delta)."""
    points = []
    for count, dimension, width, which, chance in cases:
        needed = 8 * math.log(count**2 / chance) / (width * least(count, dimension, which) ** 2)
        point = {"n": count, "d": dimension, "m": width, "sigma": which, "delta": chance}
        points.append({**point, "L": math.ceil(needed)})
    return Grid(points=points)


def _least_eigenvalue(layers: int) -> Any:
    """The sum over `L + layers` random layers, divided by `nL`: its least eigenvalue per draw."""

    def function(points: Any, samples: int, generator: Any) -> Any:
        import torch

        from numeric.data import unit_sphere
        from numeric.skip_connections import ACTIVATIONS

        rows = (points.L + layers) * points.m
        shape = (points.n, samples, rows)
        features = unit_sphere(shape, points.d, generator)[..., : points["n"]] / points.m**0.5
        features = ACTIVATIONS[activation(points)][0](features)
        gram = features.mT @ features / (points["n"] * points.L)
        return torch.linalg.eigvalsh(gram)[..., 0]

    return function


initial_eigenvalue = Claim(
    id="ema2019.lemma-4.4",
    source=Source(PAPER, "4.3", "Lemma 4.4"),
    statement=r"if $L\ge\frac{8\ln(n^2/\delta)}{m\lambda_n^2}$, with probability at least "
    r"$1-\delta$: $\lambda_{\min}(H(\Theta_0))\ge\frac{3\lambda_n}4$",
    reading=r"$H(\Theta_0)$ as printed for the initialisation, a sum over $L$ random layers; "
    "orthonormal inputs",
    over=INITIAL,
    hypotheses=[L >= THRESHOLD, d >= n],
    quantifier=WithProbability(at_least=1 - delta, draws=1000),
    lhs=Sampled(_least_eigenvalue(0)),
    relation=">=",
    rhs=Closed(Rational(3, 4) * LEAST),
    grid=_shallowest(
        [
            (1, 1, 1, 0, 0.5),
            (1, 1, 1, 1, 0.9),
            (1, 1, 1, 1, 0.5),
            (1, 1, 1, 1, 0.05),
            (2, 2, 4, 0, 0.9),
            (2, 2, 8, 1, 0.9),
        ]
    ),
    uses=("ema2019.eq-4.8", "ema2019.assumption-2.1", "ema2019.proof-4.4"),
)

initial_eigenvalue_gradients = Claim(
    id="ema2019.lemma-4.4.gradients",
    source=Source(PAPER, "4.3", "Lemma 4.4 with H from the gradients"),
    title="Lemma 4.4 with H as (4.8) defines it, from the network's own gradients",
    statement=r"the same with $H_{ij}=\frac1{nL}\sum_{l=1}^L\langle\nabla_{a^{(l)}}f(x_i),"
    r"\nabla_{a^{(l)}}f(x_j)\rangle$ of the network (2.2)",
    over=INITIAL,
    hypotheses=[L >= THRESHOLD, d >= n],
    quantifier=WithProbability(at_least=1 - delta, draws=1000),
    lhs=Sampled(_least_eigenvalue(-1)),
    relation=">=",
    rhs=Closed(Rational(3, 4) * LEAST),
    grid=_shallowest([(1, 1, 1, 0, 0.7), (1, 1, 1, 0, 0.05), (2, 2, 8, 1, 0.9)]),
    erratum="only L - 1 layers act, so H is at most (L - 1)/L of what the lemma counts on: at "
    "delta = 0.7, n = d = m = 1, sigma the identity, L = 3 is allowed and H = 2/3",
    uses=("ema2019.eq-4.8",),
)

initial_eigenvalue_corrected = Claim(
    id="ema2019.lemma-4.4.gradients.corrected",
    source=Source(PAPER, "4.3", "Lemma 4.4 with H from the gradients"),
    statement=r"with $L\ge12$ besides, the same holds",
    over=INITIAL,
    hypotheses=[L >= THRESHOLD, L >= 12, d >= n],
    quantifier=WithProbability(at_least=1 - delta, draws=1000),
    lhs=Sampled(_least_eigenvalue(-1)),
    relation=">=",
    rhs=Closed(Rational(3, 4) * LEAST),
    grid=_shallowest([(1, 1, 1, 1, 0.5), (1, 1, 1, 0, 0.05), (2, 2, 8, 1, 0.9)]),
    corrects="ema2019.lemma-4.4.gradients",
)

RANDOM_START = {L: sp.Range(2, sp.oo), m: sp.S.Naturals, d: sp.S.Naturals, sigma: NETWORK[sigma]}


def _start(points: Any) -> tuple[Any, Any, Any]:
    """Initial weights of L layers, those that the network has, and two inputs."""
    import torch

    from numeric.data import unit_sphere
    from numeric.skip_connections import initial

    generator = torch.Generator().manual_seed(3)
    drawn_layers = initial((points.n,), points.L + 1, points.m, points.d, generator)
    acting = {name: w[:, : points.L - 1] for name, w in drawn_layers.items()}
    return drawn_layers, acting, unit_sphere((points.n, 2), points.d, generator)


def _gram_of_gradients(points: Any) -> Any:
    from numeric.skip_connections import backward as run_back
    from numeric.skip_connections import forward as run
    from numeric.skip_connections import gram

    _, acting, x = _start(points)
    path = run(acting, x, activation(points))
    return gram(path, run_back(acting, path, activation(points))).reshape(points.n, -1)


def _gram_of_features(last: int) -> Any:
    def function(points: Any) -> Any:
        from numeric.skip_connections import ACTIVATIONS

        layers, _, x = _start(points)
        b = layers["b"][:, : points.L + last]
        features = ACTIVATIONS[activation(points)][0](x.unsqueeze(1) @ b.mT)
        return ((features @ features.mT).sum(1) / (2 * points.L)).reshape(points.n, -1)

    return function


STARTS = Grid(L=[2, 5, 40], m=[1, 3], d=[2], sigma=[0, 1, 2])
gram_at_start = Claim(
    id="ema2019.eq-4.8",
    source=Source(PAPER, "4.3", LABEL),
    statement=r"$\frac1{nL}\sum_{l=1}^L\langle\nabla_{a^{(l)}}f(x_i),\nabla_{a^{(l)}}f(x_j)"
    r"\rangle$ at the initialisation equals $\frac1{nL}\sum_{l=1}^L\langle\sigma(B_0^{(l)}x_i),"
    r"\sigma(B_0^{(l)}x_j)\rangle$",
    reading="the gradient in a^{(L)} is zero: (2.2) ends with layer L - 1",
    over=RANDOM_START,
    quantifier=ONCE,
    lhs=Computed(_gram_of_gradients),
    relation="==",
    rhs=Computed(_gram_of_features(0)),
    grid=STARTS,
    erratum="the network (2.2) has L - 1 layers, so the second sum ends at L - 1",
    uses=("ema2019.text-4.3",),
)

gram_at_start_corrected = Claim(
    id="ema2019.eq-4.8.corrected",
    source=Source(PAPER, "4.3", LABEL),
    statement=r"at the initialisation $H_{ij}=\frac1{nL}\sum_{l=1}^{L-1}\langle\sigma(B_0^{(l)}"
    r"x_i),\sigma(B_0^{(l)}x_j)\rangle$",
    over=RANDOM_START,
    quantifier=ONCE,
    lhs=Computed(_gram_of_gradients),
    relation="==",
    rhs=Computed(_gram_of_features(-1)),
    grid=STARTS,
    corrects="ema2019.eq-4.8",
)


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
    return gram(path, run_back(network(weights), path, activation(points)))


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
    quantifier=ForAllWeights(within=_two_inputs, restarts=10, steps=5),
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


moved_eigenvalue = Claim(
    id="ema2019.lemma-4.5",
    source=Source(PAPER, "4.3", "Lemma 4.5"),
    statement=r"if $L\ge\max\{\frac{8\ln(n^2/\delta)}{m\lambda_n^2},\frac{200c^2}{\lambda_n}\}$, "
    r"with probability at least $1-\delta$, for all $\Theta\in I_c(\Theta_0)$: "
    r"$\lambda_{\min}(H(\Theta))\ge\frac{\lambda_n}2$",
    reading="given the event of Lemma 4.4, for every initialisation in it; orthonormal inputs; two "
    "inputs need L >= 800 and are tested nightly",
    over=GIVEN,
    hypotheses=[200 * c**2 / LEAST <= L, d >= n, GOOD_START],
    quantifier=ForAllWeights(within=_given_inputs(False), restarts=10, steps=5),
    lhs=Computed(_moved_least),
    relation=">=",
    rhs=Closed(LEAST / 2),
    grid=GIVEN_GRID,
    uses=("ema2019.lemma-4.4", "ema2019.proof-4.5"),
)


def _risk(points: Any, weights: Any) -> tuple[Any, Any]:
    from numeric.skip_connections import risk_gradient

    full = _with_inputs(points, weights)
    return risk_gradient(network(full), full["x"], full["label"], activation(points))


def _whole_gradient(points: Any, weights: Any) -> Any:
    value, slopes = _risk(points, weights)
    total = sum(slope.flatten(2).square().sum(-1) for slope in slopes.values())
    return total / value.clamp_min(1e-30)


risk_gradient_below = Claim(
    id="ema2019.lemma-4.6",
    source=Source(PAPER, "4.3", "Lemma 4.6"),
    statement=r"with the same $L$ and probability, for all $\Theta\in I_c(\Theta_0)$: "
    r"$\|\nabla\hat R_n(\Theta)\|^2\ge\frac{\lambda_nL}2\hat R_n(\Theta)$",
    reading="given the event of Lemma 4.4; both sides divided by the risk; as ||e||^2 = 2n R the "
    "proof gives twice as much",
    over=GIVEN,
    hypotheses=[
        200 * c**2 / LEAST <= L,
        d >= n,
        GOOD_START,
        Holds("the risk is positive", lambda points, weights: _risk(points, weights)[0] > 1e-9),
    ],
    quantifier=ForAllWeights(within=_given_inputs(True), restarts=10, steps=5),
    lhs=Computed(_whole_gradient),
    relation=">=",
    rhs=Closed(LEAST * L / 2),
    grid=GIVEN_GRID,
    uses=("ema2019.lemma-4.5", "ema2019.proof-4.6"),
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
