r"""Thesis sections 2.2.1 and 2.6: the Gram matrix and the predictions at initialisation.

n: inputs; m: width; delta: failure probability (delta' for one entry); ell: log(1/delta);
lambda_0: least eigenvalue of H_inf; phi: angle of two unit inputs; t: a bound on matrix entries; y:
size of every label.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import sympy as sp
from sympy import Interval, Rational, log, pi, sqrt, symbols

from symbolic.gaussian import relu_product
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import (
    ForAllWeights,
    InExpectation,
    SufficientSize,
    UpToConstant,
    WithProbability,
)
from theorems.sides import Closed, Computed, Sampled, Side

PAPER = "du2019"
delta, phi, t, y, ell = symbols("delta phi t y ell", real=True)
n, m = symbols("n m", integer=True)
UNIT = Interval.open(0, 1)
SIZES = {n: sp.S.Naturals, m: sp.S.Naturals}


def _bernoulli_mean(points: Any, samples: int, generator: Any) -> Any:
    """|H_ij(0) - H_inf_ij| of two unit inputs at angle phi, whose count of weights is binomial."""
    import numpy as np
    import torch

    seed = int(torch.randint(2**62, (), generator=generator))
    chance = (math.pi - points.phi) / (2 * math.pi)
    rng = np.random.default_rng(seed)
    count = rng.binomial(points.m, chance.numpy()[:, None], size=(points.n, samples))
    share = torch.from_numpy(count / points.m) - chance[:, None]
    return points.phi.cos()[:, None].abs() * share.abs()


ENTRY = {phi: Interval(0, pi), delta: UNIT, m: sp.S.Naturals}
ENTRY_GRID = Grid(
    phi=[0.0, 0.5, 1.5, 2.5, math.pi], delta=[0.01, 0.1, 0.5, 0.9, 0.95], m=[1, 2, 10, 1000]
)
hoeffding = Claim(
    id="du2019.proof-2.1L",
    source=Source(PAPER, "2.6", "proof of Lemma 2.1, one entry"),
    statement=r"for every fixed $(i,j)$, by Hoeffding's inequality, with probability $1-\delta'$: "
    r"$|H_{ij}(0)-H^\infty_{ij}|\le\frac{2\sqrt{\log(1/\delta')}}{\sqrt m}$",
    over=ENTRY,
    quantifier=WithProbability(at_least=1 - delta, draws=4000),
    lhs=Sampled(_bernoulli_mean),
    relation="<=",
    rhs=Closed(2 * sqrt(log(1 / delta)) / sqrt(m)),
    grid=ENTRY_GRID,
    uses=("du2019.assumption-2.1", "du2019.eq-2.4"),
    erratum="Hoeffding's bound is sqrt(log(2/delta')/(2m)); for delta' close to 1 the printed one "
    "is "
    "smaller: with m = 1 the diagonal entry is always 1/2 away",
)

hoeffding_corrected = Claim(
    id="du2019.proof-2.1L.corrected",
    source=hoeffding.source,
    statement=hoeffding.statement + r" for $\delta'\le2^{-1/7}$",
    over=ENTRY,
    where=[delta**7 <= Rational(1, 2)],
    quantifier=WithProbability(at_least=1 - delta, draws=4000),
    lhs=Sampled(_bernoulli_mean),
    relation="<=",
    rhs=Closed(2 * sqrt(log(1 / delta)) / sqrt(m)),
    grid=ENTRY_GRID,
    uses=("du2019.proof-2.1L.hoeffding",),
    corrects="du2019.proof-2.1L",
)

hoeffding_constant = Claim(
    id="du2019.proof-2.1L.hoeffding",
    source=Source(PAPER, "2.6", "proof of Lemma 2.1, one entry, the constant"),
    statement=r"for $\delta'\le2^{-1/7}$ Hoeffding's $\sqrt{\frac{\log(2/\delta')}{2m}}$, for "
    r"terms in "
    r"an interval of length 1, is at most $\frac{2\sqrt{\log(1/\delta')}}{\sqrt m}$",
    reading=r"both squared and times m, in terms of $\ell=\log(1/\delta')\ge\frac17\log2$",
    over={ell: Interval(log(2) / 7, sp.oo)},
    lhs=Closed((log(2) + ell) / 2),
    relation="<=",
    rhs=Closed(4 * ell),
)

union_bound = Claim(
    id="du2019.proof-2.1L.union",
    source=Source(PAPER, "2.6", "proof of Lemma 2.1, the union bound"),
    statement=r"setting $\delta'=n^2\delta$ and a union bound over the pairs $(i,j)$ gives "
    r"probability at least $1-\delta$",
    reading=r"the failures of the $n^2$ pairs add up to $n^2\delta'\le\delta$",
    over={n: sp.S.Naturals, delta: UNIT},
    lhs=Closed(n**2 * (n**2 * delta)),
    relation="<=",
    rhs=Closed(delta),
    grid=Grid(n=[1, 2, 10], delta=[0.01, 0.5]),
    uses=("du2019.proof-2.1L",),
    erratum="delta' = n^2 delta is the wrong way round; the union bound needs delta' = delta/n^2",
)

union_bound_corrected = Claim(
    id="du2019.proof-2.1L.union.corrected",
    source=union_bound.source,
    statement=r"with $\delta'=\delta/n^2$ the bound for one entry, "
    r"$2\sqrt{\log(n^2/\delta)}/\sqrt m$, is at most $4\sqrt{\log(n/\delta)}/\sqrt m$",
    over={n: sp.S.Naturals, delta: UNIT, m: sp.S.Naturals},
    lhs=Closed(4 * log(n**2 / delta) / m),
    relation="<=",
    rhs=Closed(16 * log(n / delta) / m),
    reading="both sides squared",
    grid=Grid(n=[1, 2, 10], delta=[0.01, 0.5], m=[1, 10]),
    uses=("du2019.proof-2.1L.corrected",),
    corrects="du2019.proof-2.1L.union",
)


def _largest_entry(points: Any, samples: int, generator: Any) -> Any:
    """max_ij |H_ij(0) - H_inf_ij| for the half circle; the same draws at every delta, which is in
    the bound alone."""
    from numeric.gram_inputs import half_circle_grams

    grams = half_circle_grams(points["n"], points.m, samples, generator)
    largest = (grams - _half_circle_mean(points["n"])).abs().amax((-2, -1))
    return largest.expand(points.n, samples)


all_entries = Claim(
    id="du2019.proof-2.1L.pairs",
    source=Source(PAPER, "2.6", "proof of Lemma 2.1, all entries"),
    statement=r"with probability at least $1-\delta$, for every pair "
    r"$|H_{ij}(0)-H^\infty_{ij}|\le\frac{4\sqrt{\log(n/\delta)}}{\sqrt m}$",
    reading="inputs on the half circle",
    over={**SIZES, delta: UNIT},
    quantifier=WithProbability(at_least=1 - delta, draws=4000),
    lhs=Sampled(_largest_entry),
    relation="<=",
    rhs=Closed(4 * sqrt(log(n / delta)) / sqrt(m)),
    grid=Grid(delta=[0.01, 0.2, 0.985], n=[1, 2, 32], m=[1, 100]).nightly(
        n=[1, 2, 8, 32], m=[1, 5, 100]
    ),
    uses=("du2019.proof-2.1L", "du2019.proof-2.1L.union"),
    erratum="for n = 1 and delta close to 1 the bound tends to 0: with m = 1 and delta = 0.985 it "
    "is "
    "below 1/2, the deviation of every draw",
)

all_entries_corrected = Claim(
    id="du2019.proof-2.1L.pairs.corrected",
    source=all_entries.source,
    statement=all_entries.statement + r", if $n\ge2$ or $\delta\le2^{-1/7}$",
    reading=all_entries.reading,
    over={**SIZES, delta: UNIT},
    where=[delta**7 <= Rational(1, 2) + Rational(1, 2) * (n - 1)],
    quantifier=WithProbability(at_least=1 - delta, draws=4000),
    lhs=Sampled(_largest_entry),
    relation="<=",
    rhs=Closed(4 * sqrt(log(n / delta)) / sqrt(m)),
    grid=all_entries.grid,
    uses=("du2019.proof-2.1L.corrected", "du2019.proof-2.1L.union.corrected"),
    corrects="du2019.proof-2.1L.pairs",
)


def _matrix(points: Any, generator: Any) -> Any:
    import torch

    from numeric.adversary import Around

    shape = (points.n, 1, points["n"], points["n"])
    return {"A": Around(torch.zeros(shape, dtype=torch.float64), points.t, shape="box")}


def _operator_norm_squared(_: Any, weights: Any) -> Any:
    import torch

    return torch.linalg.matrix_norm(weights["A"], ord=2).square()


frobenius = Claim(
    id="du2019.proof-2.1L.frobenius",
    source=Source(PAPER, "2.6", "proof of Lemma 2.1, from entries to the norm"),
    statement=r"$\|H(0)-H^\infty\|_2^2\le\|H(0)-H^\infty\|_F^2\le\sum_{ij}|H_{ij}(0)-H^"
    r"\infty_{ij}|^2"
    r"\le\frac{16n^2\log(n/\delta)}m$",
    reading=r"any $n\times n$ matrix with entries of size at most "
    r"$t=4\sqrt{\log(n/\delta)}/\sqrt m$ has squared norm at most $n^2t^2$",
    over={n: sp.S.Naturals, t: Interval.open(0, sp.oo)},
    quantifier=ForAllWeights(within=_matrix, restarts=16, steps=30),
    lhs=Computed(_operator_norm_squared),
    relation="<=",
    rhs=Closed(n**2 * t**2),
    grid=Grid(t=[0.1, 2.0], n=[1, 2, 5, 16]),
    uses=("du2019.proof-2.1L.pairs",),
)


@lru_cache(maxsize=32)
def _half_circle_mean(count: int) -> Any:
    """H_inf of the half circle, one per number of inputs, kept."""
    from numeric.gram_inputs import half_circle
    from numeric.kernels.two_layer import gram_limit

    return gram_limit(half_circle(count))


def _half_circle_least(points: Any) -> float:
    import torch

    return float(torch.linalg.eigvalsh(_half_circle_mean(points["n"]))[0])


def _deviations(points: Any, width: int, samples: int, generator: Any) -> Any:
    """|H(0) - H_inf|_2 and lambda_0 - lambda_min(H(0)), `(samples, 2)`, half circle."""
    import torch

    from numeric.gram_inputs import half_circle_grams
    from numeric.two_layer_relu import symmetric_norm

    mean = _half_circle_mean(points["n"])
    grams = half_circle_grams(points["n"], width, samples, generator)
    norm = symmetric_norm(grams - mean)
    lost = torch.linalg.eigvalsh(mean)[0] - torch.linalg.eigvalsh(grams)[:, 0]
    return torch.stack([norm, lost], dim=-1)


def _explicit_width(points: Any, point_delta: float) -> int:
    least = _half_circle_least(points)
    return math.ceil(256 * points["n"] ** 2 / least**2 * math.log(points["n"] / point_delta))


def _deviations_at_the_proof_width(points: Any, samples: int, generator: Any) -> Any:
    import torch

    rows = [
        _deviations(points, _explicit_width(points, value), samples, generator)
        for value in points.delta.tolist()
    ]
    return torch.stack(rows)


def _quarter(points: Any) -> Any:
    import torch

    return torch.full((points.n,), _half_circle_least(points) / 4, dtype=torch.float64)


gram_at_start = Claim(
    id="du2019.lemma-2.1.explicit",
    source=Source(PAPER, "2.2.1", "Lemma 2.1 with the constant of its proof"),
    statement=r"if $m\ge256\frac{n^2}{\lambda_0^2}\log\frac n\delta$, with probability at least "
    r"$1-\delta$: $\|H(0)-H^\infty\|_2\le\frac{\lambda_0}4$ and "
    r"$\lambda_{\min}(H(0))\ge\frac34\lambda_0$",
    reading=r"256 makes $16n^2\log(n/\delta)/m\le\lambda_0^2/16$; inputs on the half circle",
    over={n: sp.S.Naturals, delta: UNIT},
    quantifier=WithProbability(at_least=1 - delta, draws=4000),
    lhs=Sampled(_deviations_at_the_proof_width),
    relation="<=",
    rhs=Computed(_quarter),
    grid=Grid(delta=[0.01, 0.99], n=[1, 2, 16]).nightly(delta=[0.01, 0.3, 0.99], n=[1, 2, 4, 16]),
    uses=("du2019.proof-2.1L", "du2019.proof-2.1L.union", "du2019.proof-2.1L.frobenius"),
)


def _start_is_good(points: Any, size: int, draws: int, generator: Any) -> Any:
    """Whether |H(0) - H_inf|_2 is below lambda_0/4, from which the other bound follows (Weyl)."""
    import torch

    from numeric.gram_inputs import half_circle_grams
    from numeric.two_layer_relu import norm_below

    grams = half_circle_grams(points["n"], size, draws, generator)
    good = norm_below(grams - _half_circle_mean(points["n"]), _half_circle_least(points) / 4)
    return good.to(torch.float64).unsqueeze(0)


def _printed_width(points: Any) -> Any:
    import torch

    width = points["n"] ** 2 / _half_circle_least(points) ** 2
    return width * torch.log(points["n"] / points.delta)


gram_width = Claim(
    id="du2019.lemma-2.1",
    source=Source(PAPER, "2.2.1", "Lemma 2.1"),
    statement=r"if $m=\Omega\left(\frac{n^2}{\lambda_0^2}\log\frac n\delta\right)$, with "
    r"probability at "
    r"least $1-\delta$, $\|H(0)-H^\infty\|_2\le\frac{\lambda_0}4$ and "
    r"$\lambda_{\min}(H(0))\ge\frac34\lambda_0$",
    reading=r"inputs on the half circle, where $\lambda_0$ falls like $1/n$; smallest sufficient "
    r"width",
    over={n: sp.S.Naturals, delta: UNIT},
    quantifier=SufficientSize(at_least=1 - delta, along=("n",), largest=1 << 40, draws=400),
    lhs=Sampled(_start_is_good),
    relation="<=",
    rhs=Computed(_printed_width),
    grid=Grid(delta=[0.1], n=[2, 4, 8, 16, 32]).nightly(n=[2, 4, 8, 16, 32, 64]),
    uses=("du2019.proof-2.1L", "du2019.proof-2.1L.union", "du2019.proof-2.1L.frobenius"),
)

# The predictions at initialisation (proof of Theorem 2.2).
LABELS = {n: sp.S.Naturals, y: sp.S.Reals}
SECOND_MOMENT = relu_product(sp.Integer(0), sp.Integer(1), sp.Integer(1))


def _first_loss(points: Any, samples: int, generator: Any) -> Any:
    """|y - u(0)|^2 for pairs of inputs and labels of size y and alternating sign; width 8."""
    import torch

    from numeric.gram_inputs import pairs
    from numeric.two_layer_relu import initial, predictions

    x = pairs(points["n"], 0.3)
    weights, a = initial((samples,), 8, points["n"], generator)
    u = predictions(weights, a, x)
    signs = 1 - 2 * (torch.arange(points["n"]) % 2).to(torch.float64)
    labels = points.y[:, None, None] * signs
    return (labels - u).square().sum(dim=-1)


first_loss = Claim(
    id="du2019.proof-2.2T",
    source=Source(PAPER, "2.2.1", "proof of Theorem 2.2, the loss at initialisation"),
    statement=r"$\mathbb E\|y-u(0)\|_2^2=\sum_i(y_i^2+y_i\mathbb E f+\mathbb E "
    r"f^2)=\sum_i(y_i^2+1)$",
    reading=r"unit inputs, $|y_i|=|y|$; in closed form $\mathbb Ef=0$ by the signs and "
    r"$\mathbb Ef^2=\mathbb E\sigma(z)^2$",
    over=LABELS,
    quantifier=InExpectation(samples=1 << 14),
    lhs=Side(closed=n * (y**2 + SECOND_MOMENT), measured=Sampled(_first_loss)),
    relation="==",
    rhs=Closed(n * (y**2 + 1)),
    grid=Grid(y=[0.0, 1.0, -2.0], n=[1, 2, 8]),
    uses=("du2019.eq-2.1",),
    erratum="E f^2 = E relu(z)^2 = 1/2, so the sum is of y_i^2 + 1/2 (and the middle term is "
    "-2 y_i E f, which is 0 like the printed one)",
)

first_loss_corrected = Claim(
    id="du2019.proof-2.2T.corrected",
    source=first_loss.source,
    statement=r"$\mathbb E\|y-u(0)\|_2^2=\sum_i(y_i^2+\frac12)$",
    over=LABELS,
    quantifier=InExpectation(samples=1 << 14),
    lhs=Side(closed=n * (y**2 + SECOND_MOMENT), measured=Sampled(_first_loss)),
    relation="==",
    rhs=Closed(n * (y**2 + Rational(1, 2))),
    grid=first_loss.grid,
    corrects="du2019.proof-2.2T",
)

first_loss_order = Claim(
    id="du2019.proof-2.2T.order",
    source=Source(PAPER, "2.2.1", "proof of Theorem 2.2, order of the loss at initialisation"),
    statement=r"for bounded labels $\mathbb E\|y-u(0)\|_2^2=O(n)$",
    over={n: sp.S.Naturals, y: Interval(-1, 1)},
    quantifier=UpToConstant(along=("n",), samples=2000),
    lhs=Sampled(_first_loss),
    relation="<=",
    rhs=Closed(n),
    grid=Grid(y=[0.0, 1.0], n=[1, 2, 4, 8, 16]),
    uses=("du2019.proof-2.2T.corrected",),
)

first_loss_markov = Claim(
    id="du2019.proof-2.2T.markov",
    source=Source(PAPER, "2.2.1", "proof of Theorem 2.2, Markov's inequality"),
    statement=r"with probability at least $1-\delta$, $\|y-u(0)\|_2^2=O(n/\delta)$",
    reading=r"with the constant of the corrected mean: $\le\frac1\delta\sum_i(y_i^2+\frac12)$",
    over={**LABELS, delta: UNIT},
    quantifier=WithProbability(at_least=1 - delta),
    lhs=Sampled(_first_loss),
    relation="<=",
    rhs=Closed(n * (y**2 + Rational(1, 2)) / delta),
    grid=Grid(y=[0.0, 1.0], delta=[0.1, 0.5, 0.9], n=[1, 4]),
    uses=("du2019.proof-2.2T.corrected",),
)
