r"""Section 4.3, second part: the Gram matrix H of the output weights at the initialisation.

Symbols in `sec4_symbols`; delta: failure probability; LEAST: the least eigenvalue of K in closed
form for the orthonormal inputs e_1..e_n used here (identity and ReLU).
"""

from __future__ import annotations

import math
from typing import Any

import sympy as sp
from sympy import Interval, Min, Rational, log, pi, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.ema2019.sec4_backward import ONCE
from theorems.papers.ema2019.sec4_symbols import NETWORK, PAPER, L, activation, d, m, n, sigma
from theorems.quantifiers import ForAllWeights, WithProbability
from theorems.sides import Closed, Computed, Sampled

delta = symbols("delta", real=True)
LABEL = "Gram matrix (4.8)"
# E sigma(w.e_i) sigma(w.e_j) = [i = j] / d for the identity; for ReLU 1/(2 d) on the diagonal and
# 1/(2 pi d) off it, so that the least eigenvalue is the difference once there are two inputs.
LEAST = ((1 - sigma) + sigma * (pi - Min(n - 1, 1)) / (2 * pi)) / (n * d)
THRESHOLD = 8 * log(n**2 / delta) / (m * LEAST**2)
# With the soft threshold at 1/2 one input in one dimension has K = sigma(1)^2; the network's rows
# have length 1/sqrt(m), and for m = 4 all its features vanish: sigma(1/2) = 0.
DEAD = sp.Eq(sigma, 3)
LEAST_OF_ALL = sp.Piecewise((Rational(1, 4), DEAD), (LEAST, True))
ALIKE = r"for a positively homogeneous $\sigma$, or $m=1$: "
NOT_ALIKE = (
    "false for sigma that are not positively homogeneous and m > 1: K has the features "
    "sigma(w.x), H those of rows of length 1/sqrt(m), and with the soft threshold at 1/2 and m = 4 "
    "all of these vanish while lambda_n = 1/4"
)
INITIAL = {
    delta: Interval.open(0, 1),
    L: sp.S.Naturals,
    m: sp.S.Naturals,
    d: sp.S.Naturals,
    n: sp.S.Naturals,
    sigma: sp.FiniteSet(0, 1),
}
ANY_ACTIVATION = {**INITIAL, sigma: sp.FiniteSet(0, 1, 3)}
# The closed form of lambda_n for the soft threshold is that of one input in one dimension.
CLOSED_FORM = (sigma - 2) * (n * d - 1) <= 0


def least(count: int, dimension: int, which: int) -> float:
    """lambda_n; for the soft threshold (`which` 3) at one input in one dimension."""
    if which == 3:
        return 0.25
    share = 1.0 if which == 0 else (math.pi - min(count - 1, 1)) / (2 * math.pi)
    return share / (count * dimension)


def _shallowest(cases: list[tuple[int, int, int, int, float]], more: int = 0) -> Grid:
    """For each (n, d, m, sigma, delta) the smallest depth that the printed condition allows, with
    `more` layers added."""
    points = []
    for count, dimension, width, which, chance in cases:
        needed = 8 * math.log(count**2 / chance) / (width * least(count, dimension, which) ** 2)
        point = {"n": count, "d": dimension, "m": width, "sigma": which, "delta": chance}
        points.append({**point, "L": math.ceil(needed) + more})
    return Grid(points=points)


def _least_eigenvalue(layers: int, divisor: int = 0) -> Any:
    """The least eigenvalue per draw of the sum over `L + layers` random layers, divided by
    `n (L + divisor)`."""

    def function(points: Any, samples: int, generator: Any) -> Any:
        import torch

        from numeric.data import unit_sphere
        from numeric.skip_connections import ACTIVATIONS

        rows = (points.L + layers) * points.m
        shape = (points.n, samples, rows)
        features = unit_sphere(shape, points.d, generator)[..., : points["n"]] / points.m**0.5
        features = ACTIVATIONS[activation(points)][0](features)
        gram = features.mT @ features / (points["n"] * (points.L + divisor))
        return torch.linalg.eigvalsh(gram)[..., 0]

    return function


CASES = [
    (1, 1, 1, 0, 0.5),
    (1, 1, 1, 1, 0.9),
    (1, 1, 1, 1, 0.5),
    (1, 1, 1, 1, 0.05),
    (2, 2, 4, 0, 0.9),
    (2, 2, 8, 1, 0.9),
]
EIGENVALUE = (
    r"if $L\ge\frac{8\ln(n^2/\delta)}{m\lambda_n^2}$, with probability at least "
    r"$1-\delta$: $\lambda_{\min}(H(\Theta_0))\ge\frac{3\lambda_n}4$"
)

initial_eigenvalue = Claim(
    id="ema2019.lemma-4.4",
    source=Source(PAPER, "4.3", "Lemma 4.4"),
    statement=EIGENVALUE,
    reading=r"$H(\Theta_0)$ as printed for the initialisation, a sum over $L$ random layers; "
    "orthonormal inputs; sigma is any 1-Lipschitz function that vanishes at 0",
    over=ANY_ACTIVATION,
    where=[CLOSED_FORM],
    hypotheses=[L * m * LEAST_OF_ALL**2 >= 8 * log(n**2 / delta), d >= n],
    quantifier=WithProbability(at_least=1 - delta, draws=1000),
    lhs=Sampled(_least_eigenvalue(0)),
    relation=">=",
    rhs=Closed(Rational(3, 4) * LEAST_OF_ALL),
    grid=_shallowest([(1, 1, 1, 0, 0.5), (1, 1, 4, 3, 0.5), (1, 1, 1, 3, 0.5)]),
    erratum=NOT_ALIKE,
    uses=("ema2019.eq-4.8", "ema2019.assumption-2.1", "ema2019.proof-4.4"),
)

initial_eigenvalue_corrected = Claim(
    id="ema2019.lemma-4.4.corrected",
    source=Source(PAPER, "4.3", "Lemma 4.4"),
    statement=ALIKE + EIGENVALUE,
    reading=r"$H(\Theta_0)$ as printed for the initialisation, a sum over $L$ random layers; "
    "orthonormal inputs",
    over=ANY_ACTIVATION,
    where=[CLOSED_FORM, (sigma - 2) * (m - 1) <= 0],
    hypotheses=[L * m * LEAST_OF_ALL**2 >= 8 * log(n**2 / delta), d >= n],
    quantifier=WithProbability(at_least=1 - delta, draws=1000),
    lhs=Sampled(_least_eigenvalue(0)),
    relation=">=",
    rhs=Closed(Rational(3, 4) * LEAST_OF_ALL),
    grid=_shallowest([*CASES, (1, 1, 1, 3, 0.5)]),
    corrects="ema2019.lemma-4.4",
    uses=("ema2019.eq-4.8", "ema2019.assumption-2.1"),
)

initial_eigenvalue_gradients = Claim(
    id="ema2019.lemma-4.4.gradients",
    source=Source(PAPER, "4.3", "Lemma 4.4 with H from the gradients"),
    title="Lemma 4.4 with H as (4.8) defines it, from the network's own gradients",
    statement=r"the same with $H_{ij}=\frac1{nL}\sum_{l=1}^L\langle\nabla_{a^{(l)}}f(x_i),"
    r"\nabla_{a^{(l)}}f(x_j)\rangle$ of the network (2.2)",
    reading="sigma is nonlinear: |x| gives the numbers that the identity gives here",
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

initial_eigenvalue_gradients_corrected = Claim(
    id="ema2019.lemma-4.4.gradients.corrected",
    source=Source(PAPER, "4.3", "Lemma 4.4 with H from the gradients"),
    statement=ALIKE + "the same with $L-1$ for $L$, in the condition and in the divisor of $H$",
    over=INITIAL,
    hypotheses=[L - 1 >= THRESHOLD, d >= n],
    quantifier=WithProbability(at_least=1 - delta, draws=1000),
    lhs=Sampled(_least_eigenvalue(-1, -1)),
    relation=">=",
    rhs=Closed(Rational(3, 4) * LEAST),
    grid=_shallowest(
        [(1, 1, 1, 0, 0.7), (1, 1, 1, 1, 0.5), (1, 1, 1, 0, 0.05), (2, 2, 8, 1, 0.9)], more=1
    ),
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
    grid=Grid(L=[2], m=[3], d=[2], sigma=[1]).nightly(**STARTS.axes),
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


def _start_deviation(points: Any) -> Any:
    import torch

    from numeric.skip_connections import ACTIVATIONS
    from numeric.skip_connections import forward as run

    _, acting, x = _start(points)
    path = run(acting, x, activation(points))
    features = ACTIVATIONS[activation(points)][0](x.unsqueeze(1) @ acting["b"].mT)
    away = [path.y, path.z - x.unsqueeze(1), path.g - features]
    return torch.cat([part.reshape(points.n, -1) for part in away], dim=-1)


states_at_start = Claim(
    id="ema2019.text-4.1",
    source=Source(PAPER, "4.1", "states at the initialisation"),
    statement=r"$y^{(l)}(x;\Theta_0)=0$, $z^{(l)}(x;\Theta_0)=x$, $g^{(l)}(x;\Theta_0)="
    r"\sigma(B_0^{(l)}x)$",
    over=RANDOM_START,
    quantifier=ONCE,
    lhs=Computed(_start_deviation),
    relation="==",
    rhs=Closed(0),
    grid=STARTS,
    uses=("ema2019.eq-2.3", "ema2019.eq-2.5"),
)


def _labels(points: Any, generator: Any) -> Any:
    import torch

    from numeric.adversary import Around

    return {"label": Around(torch.zeros(points.n, 1, 2, dtype=torch.float64), 1.0, "box", 1)}


def _start_risk(points: Any, weights: Any) -> Any:
    from numeric.skip_connections import forward as run
    from numeric.skip_connections import risk

    _, acting, x = _start(points)
    first = {name: w.unsqueeze(1) for name, w in acting.items()}
    return risk(run(first, x.unsqueeze(1), activation(points)), weights["label"])


risk_at_start = Claim(
    id="ema2019.text-4.1.risk",
    source=Source(PAPER, "4.1", "risk at the initialisation"),
    statement=r"$\hat R_n(\Theta_0)\le\frac12$ for labels $|y_i|\le1$",
    over=RANDOM_START,
    quantifier=ForAllWeights(within=_labels, restarts=32, steps=24),
    lhs=Computed(_start_risk),
    relation="<=",
    rhs=Closed(Rational(1, 2)),
    grid=Grid(L=[2, 5], m=[3], d=[2], sigma=[0, 2]),
    uses=("ema2019.eq-2.1",),
)
