r"""Thesis sections 2.2.1, 2.3.1 and 2.7: Gram matrices of weights close to the initialisation.

n: inputs; m: width; R: distance from the initialisation; delta: failure probability; lambda_0:
least eigenvalue of H_inf; s: w_r(0).x_i; c: the constant in R = c delta lambda_0 / n^2. A_ir: some
weight within R of w_r(0) has another pattern on x_i. Inputs are pairs with the given lambda_0.
"""

from __future__ import annotations

import math
from typing import Any

import sympy as sp
from sympy import Abs, And, Interval, Ne, Piecewise, Rational, erf, oo, pi, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import InExpectation, WithProbability
from theorems.sides import Closed, Sampled, Side

PAPER = "du2019"
POSITIVE = Interval.open(0, oo)
R, s, delta, lambda_0, c = symbols("R s delta lambda_0 c", real=True)
b_11, b_12, b_22 = symbols("b_11 b_12 b_22", real=True)
n, m = symbols("n m", integer=True)
SIZES = {n: sp.S.Naturals, m: sp.S.Naturals}
EIGENVALUE = Interval.Lopen(0, Rational(1, 2))
CHANCE = 2 * R / sqrt(2 * pi)
# The largest c for which Markov's inequality gives lambda_0 / 4.
LARGEST_C = sqrt(2 * pi) / 16

event_chance = Claim(
    id="du2019.proof-2.2a",
    source=Source(PAPER, "2.2.1", "proof of Lemma 2.2, anti-concentration"),
    statement=r"$P(A_{ir})=P_{z\sim N(0,1)}(|z|<R)\le\frac{2R}{\sqrt{2\pi}}$",
    over={R: POSITIVE},
    lhs=Closed(erf(R / sqrt(2))),
    relation="<=",
    rhs=Closed(CHANCE),
)

# The ball about w_r(0) reaches the values from s - R to s + R, ends included, of w.x_i.
HAPPENS = Piecewise((1, And(s >= 0, s - R < 0)), (1, And(s < 0, s + R >= 0)), (0, True))
INSIDE = Piecewise((1, Abs(s) < R), (0, True))
event = Claim(
    id="du2019.proof-2.2a.event",
    source=Source(PAPER, "2.2.1", "proof of Lemma 2.2, the event"),
    statement=r"$A_{ir}$ happens if and only if $|w_r(0)^\top x_i|<R$",
    reading=r"unit $x_i$, $s=w_r(0)^\top x_i$; the sides are the two indicators",
    over={s: sp.S.Reals, R: POSITIVE},
    lhs=Closed(HAPPENS),
    relation="==",
    rhs=Closed(INSIDE),
    grid=Grid(s=[-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0], R=[0.5, 1.0]),
    erratum="at s = -R the ball, closed as printed, touches the hyperplane, where the indicator is "
    "1: A_ir happens",
)

event_corrected = Claim(
    id="du2019.proof-2.2a.event.corrected",
    source=event.source,
    statement=r"$A_{ir}$ happens if and only if $|w_r(0)^\top x_i|<R$ or $w_r(0)^\top x_i=-R$, the "
    "latter with probability 0",
    over={s: sp.S.Reals, R: POSITIVE},
    where=[Ne(s + R, 0)],
    lhs=Closed(HAPPENS),
    relation="==",
    rhs=Closed(INSIDE),
    grid=event.grid,
    corrects="du2019.proof-2.2a.event",
)


def _start(points: Any, least: float, samples: int, generator: Any) -> tuple[Any, Any]:
    """Inputs `(n, n)` in pairs with this least eigenvalue, and draws of the weights."""
    from numeric.gram_inputs import pairs
    from numeric.two_layer_relu import initial

    x = pairs(points["n"], least)
    return x, initial((samples,), points.m, points["n"], generator)[0]


def _pair_shift(points: Any, samples: int, generator: Any) -> Any:
    """The largest shift of H_12 that moving every weight by R can cause."""
    import torch

    from numeric.two_layer_relu import largest_shift

    rows = []
    for least, radius in zip(points.lambda_0.tolist(), points.R.tolist(), strict=True):
        x, weights = _start(points, least, samples, generator)
        rows.append(largest_shift(weights, x, radius)[:, 0, 1])
    return torch.stack(rows)


expected_shift = Claim(
    id="du2019.proof-2.2b",
    source=Source(PAPER, "2.2.1", "proof of Lemma 2.2, expected shift of an entry"),
    statement=r"$\mathbb E|H_{ij}(0)-H_{ij}|\le\frac1m\sum_r\mathbb E[\mathbb I\{A_{ir}\cup "
    r"A_{jr}\}]\le"
    r"\frac{4R}{\sqrt{2\pi}}$",
    reading="for the entry of one pair, over all weights within R at once: the middle term",
    over={lambda_0: EIGENVALUE, R: POSITIVE, n: sp.Range(2, oo), m: sp.S.Naturals},
    quantifier=InExpectation(samples=1 << 13),
    lhs=Sampled(_pair_shift),
    relation="<=",
    rhs=Closed(2 * CHANCE),
    grid=Grid(lambda_0=[0.05, 0.3, 0.5], R=[0.01, 0.1, 1.0, 5.0], n=[2], m=[1, 20]),
    uses=("du2019.proof-2.2a", "du2019.proof-2.2a.event"),
)


def _total_shift(points: Any, samples: int, generator: Any) -> Any:
    """sum_ij |H_ij - H_ij(0)| at most, over all weights within R."""
    import torch

    from numeric.two_layer_relu import largest_shift

    rows = []
    for least, radius in zip(points.lambda_0.tolist(), points.R.tolist(), strict=True):
        x, weights = _start(points, least, samples, generator)
        rows.append(largest_shift(weights, x, radius).sum(dim=(-2, -1)))
    return torch.stack(rows)


shift_markov = Claim(
    id="du2019.proof-2.2b.markov",
    source=Source(PAPER, "2.2.1", "proof of Lemma 2.2, Markov's inequality"),
    statement=r"with probability $1-\delta$, "
    r"$\|H-H(0)\|_2\le\|H-H(0)\|_F\le\sum_{ij}|H_{ij}-H_{ij}(0)|\le"
    r"\frac{4n^2R}{\sqrt{2\pi}\delta}$",
    reading="the sum, over all weights within R at once",
    over={**SIZES, lambda_0: EIGENVALUE, R: POSITIVE, delta: Interval.open(0, 1)},
    quantifier=WithProbability(at_least=1 - delta),
    lhs=Sampled(_total_shift),
    relation="<=",
    rhs=Closed(2 * n**2 * CHANCE / delta),
    grid=Grid(lambda_0=[0.05, 0.5], R=[0.001, 0.1], delta=[0.1, 0.5, 0.9], n=[1, 4], m=[1, 30]),
    uses=("du2019.proof-2.2b",),
)

SHIFT_NORMS = sqrt(b_11**2 + 2 * b_12**2 + b_22**2)
norms = Claim(
    id="du2019.proof-2.2b.norms",
    source=Source(PAPER, "2.2.1", "proof of Lemma 2.2, from entries to the norm"),
    statement=r"$\|B\|_2\le\|B\|_F\le\sum_{ij}|B_{ij}|$ for $B=H-H(0)$",
    reading=r"$2\times2$ symmetric $B$: the larger eigenvalue in size is "
    r"$\frac12(|b_{11}+b_{22}|+\sqrt{(b_{11}-b_{22})^2+4b_{12}^2})$",
    over=dict.fromkeys((b_11, b_12, b_22), sp.S.Reals),
    lhs=Closed(
        sp.Matrix([(Abs(b_11 + b_22) + sqrt((b_11 - b_22) ** 2 + 4 * b_12**2)) / 2, SHIFT_NORMS])
    ),
    relation="<=",
    rhs=Closed(sp.Matrix([SHIFT_NORMS, Abs(b_11) + 2 * Abs(b_12) + Abs(b_22)])),
)

plugging_in = Claim(
    id="du2019.proof-2.2b.radius",
    source=Source(PAPER, "2.2.1", "proof of Lemma 2.2, plugging in R"),
    statement=r"with $R=\frac{c\delta\lambda_0}{n^2}$: "
    r"$\lambda_{\min}(H(0))-\frac{4n^2R}{\sqrt{2\pi}\delta}\ge\frac{\lambda_0}2$",
    reading=r"where $\lambda_{\min}(H(0))\ge\frac34\lambda_0$ (Lemma 2.1), for every "
    r"$0<c\le\frac{\sqrt{2\pi}}{16}$",
    over={
        c: Interval.Lopen(0, LARGEST_C),
        delta: Interval.open(0, 1),
        lambda_0: POSITIVE,
        n: sp.S.Naturals,
    },
    lhs=Closed(
        3 * lambda_0 / 4 - 4 * n**2 * (c * delta * lambda_0 / n**2) / (sqrt(2 * pi) * delta)
    ),
    relation=">=",
    rhs=Closed(lambda_0 / 2),
    grid=Grid(c=[0.01, 0.15], delta=[0.1, 0.9], lambda_0=[0.1, 0.5], n=[1, 5]),
    uses=("du2019.lemma-2.1", "du2019.proof-2.2b.markov"),
)


def _at_the_start(points: Any, samples: int, generator: Any) -> Any:
    """lambda_min(H) at w_r = w_r(0)."""
    import torch

    from numeric.two_layer_relu import gram_at, least_eigenvalue

    rows = []
    for least in points.lambda_0.tolist():
        x, weights = _start(points, least, samples, generator)
        rows.append(least_eigenvalue(gram_at(weights, x)))
    return torch.stack(rows)


NEAR = {**SIZES, lambda_0: EIGENVALUE, delta: Interval.open(0, 1)}
RADIUS = LARGEST_C * delta * lambda_0 / n**2
LEMMA = (
    r"if $w_r\sim N(0,I)$ i.i.d. then with probability at least $1-\delta$, for any weights with "
    r"$\|w_r(0)-w_r\|_2\le\frac{c\delta\lambda_0}{n^2}=:R$, "
)
stable_gram = Claim(
    id="du2019.lemma-2.2",
    source=Source(PAPER, "2.2.1", "Lemma 2.2"),
    statement=LEMMA + r"$\|H-H(0)\|_2<\frac{\lambda_0}4$ and $\lambda_{\min}(H)>\frac{\lambda_0}2$",
    reading=r"the second conclusion at $w_r=w_r(0)$, which the lemma includes for every $c$; the "
    "lemma asks nothing of m: with the width of Theorem 2.2, in whose proof it stands, it holds",
    over=NEAR,
    quantifier=WithProbability(at_least=1 - delta),
    lhs=Sampled(_at_the_start),
    relation=">",
    rhs=Closed(lambda_0 / 2),
    grid=Grid(lambda_0=[0.1, 0.4], delta=[0.1, 0.4], n=[2, 4], m=[1, 4, 400]),
    uses=("du2019.lemma-2.1", "du2019.proof-2.2b.markov", "du2019.proof-2.2b.radius"),
    erratum="the lemma asks nothing of m: with m = 1 an input on which the neuron is inactive "
    "makes a "
    "row of H(0) zero; Lemma 2.1's width is needed, and its failures add up",
)


def _shift_within_radius(points: Any, samples: int, generator: Any) -> Any:
    """At most |H - H(0)|_2 over all weights within R: the norm of the largest entrywise shift."""
    import torch

    from numeric.two_layer_relu import largest_shift, symmetric_norm

    rows = []
    for least, chance in zip(points.lambda_0.tolist(), points.delta.tolist(), strict=True):
        x, weights = _start(points, least, samples, generator)
        radius = math.sqrt(2 * math.pi) / 16 * chance * least / points["n"] ** 2
        rows.append(symmetric_norm(largest_shift(weights, x, radius)))
    return torch.stack(rows)


stable_gram_shift = Claim(
    id="du2019.lemma-2.2.shift",
    source=Source(PAPER, "2.2.1", "Lemma 2.2, first conclusion"),
    statement=LEMMA + r"$\|H-H(0)\|_2<\frac{\lambda_0}4$",
    reading=r"$c=\frac{\sqrt{2\pi}}{16}$, for which the proof still works; the left side is an "
    r"upper "
    "bound over all weights within R: the norm of the matrix of the largest shifts of the entries",
    over=NEAR,
    quantifier=WithProbability(at_least=1 - delta),
    lhs=Sampled(_shift_within_radius),
    relation="<",
    rhs=Closed(lambda_0 / 4),
    grid=Grid(lambda_0=[0.1, 0.4], delta=[0.05, 0.9], n=[1, 4], m=[1, 200]).nightly(
        delta=[0.05, 0.5, 0.9], n=[1, 2, 4], m=[1, 40, 200]
    ),
    uses=("du2019.proof-2.2b.markov", "du2019.proof-2.2b.radius"),
)


def _at_the_proof_width(points: Any, samples: int, generator: Any) -> Any:
    """|H - H(0)|_2 and lambda_0/2 - lambda_min(H) at most, over lambda_0.

    Both are of shares of tens of thousands of weights, for which float32 is fine enough.
    """
    import torch

    from numeric.gram_inputs import pairs
    from numeric.two_layer_relu import gram_and_shift, least_eigenvalue, symmetric_norm

    rows = []
    for least, chance in zip(points.lambda_0.tolist(), points.delta.tolist(), strict=True):
        size = points["n"]
        width = math.ceil(256 * size**2 / least**2 * math.log(size / chance))
        radius = math.sqrt(2 * math.pi) / 16 * chance * least / size**2
        x = pairs(size, least)
        pieces = []
        at_once = max(1, min(50, 2**25 // (width * size)))
        for start in range(0, samples, at_once):
            batch = min(at_once, samples - start)
            normal = torch.randn(batch, size, width, generator=generator, dtype=torch.float32)
            before = x.to(torch.float32) @ normal
            gram, largest = gram_and_shift(before, x, radius)
            shift = symmetric_norm(largest)
            lowest = least_eigenvalue(gram) - shift
            pieces.append(torch.stack([shift - least / 4, least / 2 - lowest], dim=-1) / least)
        rows.append(torch.cat(pieces))
    return torch.stack(rows)


stable_gram_corrected = Claim(
    id="du2019.lemma-2.2.corrected",
    source=stable_gram.source,
    statement=r"if $m\ge256\frac{n^2}{\lambda_0^2}\log\frac n\delta$ then with probability at "
    r"least "
    r"$1-2\delta$, for any weights with $\|w_r(0)-w_r\|_2\le\frac{c\delta\lambda_0}{n^2}$, "
    r"$c=\frac{\sqrt{2\pi}}{16}$: $\|H-H(0)\|_2<\frac{\lambda_0}4$ and "
    r"$\lambda_{\min}(H)>\frac{\lambda_0}2$",
    reading=r"both conclusions from the largest shift of every entry, over $\lambda_0$",
    over={n: sp.S.Naturals, lambda_0: EIGENVALUE, delta: Interval.open(0, Rational(1, 2))},
    quantifier=WithProbability(at_least=1 - 2 * delta, draws=400),
    lhs=Sampled(_at_the_proof_width),
    relation="<",
    rhs=Closed(0),
    grid=Grid(lambda_0=[0.3, 0.5], delta=[0.1, 0.4], n=[1, 2]).nightly(
        lambda_0=[0.1, 0.3, 0.5], n=[1, 2, 4]
    ),
    uses=("du2019.lemma-2.1.explicit", "du2019.lemma-2.2.shift", "du2019.proof-2.2b.radius"),
    corrects="du2019.lemma-2.2",
)


def _uncertain_count(points: Any, samples: int, generator: Any) -> Any:
    """sum_i |S_i^perp|, the number of pairs (i, r) for which A_ir happens."""
    import torch

    from numeric.two_layer_relu import uncertain

    rows = []
    for least, radius in zip(points.lambda_0.tolist(), points.R.tolist(), strict=True):
        x, weights = _start(points, least, samples, generator)
        rows.append(uncertain(weights, x, radius).to(torch.float64).sum(dim=(-2, -1)))
    return torch.stack(rows)


COUNT = {**SIZES, lambda_0: EIGENVALUE, R: POSITIVE}
mean_count = Claim(
    id="du2019.lemma-2.5.mean",
    source=Source(PAPER, "2.7", "(2.11) and its sum over i"),
    statement=r"$\mathbb E\sum_i|S_i^\perp|=\sum_i\sum_rP(A_{ir})\le\frac{2mnR}{\sqrt{2\pi}}$",
    over=COUNT,
    quantifier=InExpectation(samples=1 << 13),
    lhs=Side(closed=m * n * erf(R / sqrt(2)), measured=Sampled(_uncertain_count)),
    relation="<=",
    rhs=Closed(m * n * CHANCE),
    grid=Grid(lambda_0=[0.05, 0.5], R=[0.01, 0.1, 1.0], n=[1, 4], m=[1, 20]),
    uses=("du2019.proof-2.2a",),
)

count_markov = Claim(
    id="du2019.lemma-2.5",
    source=Source(PAPER, "2.3.1", "Lemma 2.5"),
    statement=r"with probability at least $1-\delta$ over the initialisation, "
    r"$\sum_{i=1}^n|S_i^\perp|\le\frac{CmnR}\delta$ for some constant $C>0$",
    reading=r"with the constant of the proof, $C=\frac2{\sqrt{2\pi}}$",
    over={**COUNT, delta: Interval.open(0, 1)},
    quantifier=WithProbability(at_least=1 - delta, draws=20_000),
    lhs=Sampled(_uncertain_count),
    relation="<=",
    rhs=Closed(m * n * CHANCE / delta),
    grid=Grid(
        lambda_0=[0.05, 0.5], R=[0.0005, 0.1, 1.0], delta=[0.1, 0.5, 0.9], n=[1, 4], m=[1, 30]
    ),
    uses=("du2019.lemma-2.5.mean",),
)
