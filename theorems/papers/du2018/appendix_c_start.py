r"""Appendix C: Lemmas C.1 and C.2 at random weights.

Symbols in `appendix_b_symbols` and `appendix_c_symbols`; c: c_{sigma, 1/sqrt(p)}.
"""

from __future__ import annotations

import math
from typing import Any

from sympy import Interval, Rational

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018.appendix_b_symbols import (
    ACTIVATIONS,
    DEEP,
    LIPSCHITZ,
    PAPER,
    RATE,
    H,
    activation,
    c_res,
    c_sigma,
    delta,
    n,
    sigma,
)
from theorems.papers.du2018.appendix_c_initial import smallest_moment
from theorems.papers.du2018.appendix_c_symbols import NATURAL, inputs, least_eigenvalue, p, q
from theorems.quantifiers import SufficientSize, WithProbability
from theorems.sides import Closed, Computed, Sampled


def norms(points: Any, samples: int, generator: Any) -> Any:
    """Worst |x_i^(h)|_F or its inverse over c_{x,0}, at m = 4 p^2 n/(c^2 delta)."""
    import torch

    from numeric.deep_draws import draw
    from theorems.papers.du2018.appendix_b_symbols import NAMES

    count, positions, patch = points["n"], points.p, points.q
    x, act, rows = inputs(count, positions), activation(points), []
    inverse = 1 / smallest_moment(NAMES[points.sigma], positions)
    for rate, chance in zip(points.c_res.tolist(), points.delta.tolist(), strict=True):
        m_ = math.ceil(4 * positions**2 * count / (inverse**2 * chance))
        drawn = draw((samples,), points.H, m_, x, act, rate, generator, patch=patch)
        sizes = drawn.states.unflatten(-2, (count, positions)).flatten(-2).norm(dim=-1)
        # The layers' m x q m Gaussian matrices have norm (1 + sqrt(q)) sqrt(m), and little more.
        lipschitz = 1.1 * (1 + patch**0.5) * LIPSCHITZ[points.sigma]
        ends = [patch * lipschitz**2 * c_sigma(points), 2 * inverse / c_sigma(points)]
        bound = max(ends) ** 0.5 * math.exp(patch**0.5 * rate * lipschitz)
        rows.append(torch.maximum(sizes, 1 / sizes).amax(dim=(-2, -1)) / bound)
    return torch.stack(rows)


START = {
    H: DEEP,
    n: NATURAL,
    p: NATURAL,
    q: NATURAL,
    sigma: ACTIVATIONS,
    c_res: RATE,
    delta: Interval.open(0, 1),
}
LEMMA = (
    r"if $\sigma$ is $L$-Lipschitz, $m=\Omega\left(\frac{p^2n}{c_{\sigma,1/\sqrt p}^2\delta}"
    r"\right)$ and $\|W^{(h)}(0)\|_2\le c_{w,0}\sqrt m$ then with probability at least $1-\delta$, "
    r"$\frac1{c_{x,0}}\le\|x_i^{(h)}(0)\|_F\le c_{x,0}=\mathrm{poly}(p)$"
)
CONSTANT = (
    r"$m=4\frac{p^2n}{c^2\delta}$ and the proof's $c_{x,0}=\max\{\sqrt{qL^2c_\sigma c_{w,0}^2},"
    r"\sqrt{2c_{\sigma,1/\sqrt p}/c_\sigma}\}e^{\sqrt qc_\lambda c_{w,0}L}$, "
    r"$c_{w,0}=1.1(1+\sqrt q)$"
)
initial_norms = Claim(
    id="du2018.lemma-C.1",
    source=Source(PAPER, "C", "Lemma C.1"),
    statement=LEMMA,
    reading=CONSTANT + "; few positions",
    over=START,
    where=[p <= 8],
    quantifier=WithProbability(at_least=1 - delta, draws=150),
    lhs=Sampled(norms),
    relation="<=",
    rhs=Closed(1),
    grid=Grid(
        points=[
            {"H": 4, "n": 2, "p": 4, "q": 3, "sigma": 0, "c_res": 0.9, "delta": 0.3},
            {"H": 2, "n": 2, "p": 6, "q": 3, "sigma": 1, "c_res": 0.2, "delta": 0.2},
            {"H": 6, "n": 1, "p": 3, "q": 1, "sigma": 2, "c_res": 0.5, "delta": 0.2},
        ]
    ),
    uses=("du2018.proof-C.1", "du2018.proof-C.1.variance", "du2018.proof-C.1.layers"),
)

many_positions = Claim(
    id="du2018.lemma-C.1.constant",
    source=Source(PAPER, "C.1", "proof of Lemma C.1, the choice of c_{x,0}"),
    title="Lemma C.1 with the proof's constant, many positions",
    statement=LEMMA,
    reading=CONSTANT + "; the sigmoid",
    over=START,
    quantifier=WithProbability(at_least=1 - delta, draws=60),
    lhs=Sampled(norms),
    relation="<=",
    rhs=Closed(1),
    grid=Grid(points=[{"H": 2, "n": 1, "p": 12, "q": 3, "sigma": 3, "c_res": 0.01, "delta": 0.5}]),
    uses=("du2018.proof-C.1.layers",),
    erratum="for sigma(0) != 0 |x^(1)|_F grows like sqrt(p), and this c_{x,0} does not: another "
    "polynomial in p is needed",
)


def _small_gram(points: Any, size: int, draws: int, generator: Any) -> Any:
    """Whether lambda_min(G^(H)(0)) >= 3/4 lambda_0, softplus."""
    return small_gram(points, size, draws, generator, output=False)


def small_gram(points: Any, size: int, draws: int, generator: Any, *, output: bool) -> Any:
    import torch

    from numeric.deep_draws import draw
    from numeric.kernels.layers import Activation

    softplus, rate, count = Activation("softplus"), float(points.c_res[0]), points["n"]
    least = least_eigenvalue(count, points.p, points.H, rate, points.q, output=output)
    drawn = draw(
        (draws,),
        points.H,
        size,
        inputs(count, points.p),
        softplus,
        rate,
        generator,
        patch=points.q,
        readout="gaussian" if output else "signs",
    )
    kept = torch.linalg.eigvalsh(drawn.last_gram)[:, 0] >= 0.75 * least
    return kept.to(torch.float64).unsqueeze(0)


def gram_width(points: Any, *, output: bool = False) -> Any:
    """n^2 p^2 log(H n/delta)/lambda_0^2, delta = 1/5."""
    import torch

    count, values = points["n"], []
    for rate in points.c_res.tolist():
        least = least_eigenvalue(count, points.p, points.H, rate, points.q, output=output)
        values.append(count**2 * points.p**2 * math.log(5 * points.H * count) / least**2)
    return torch.tensor(values, dtype=torch.float64)


least_at_start = Claim(
    id="du2018.lemma-C.2",
    source=Source(PAPER, "C", "Lemma C.2"),
    statement=r"if $m=\Omega(\mathrm{poly}(n,\frac1{\lambda_0}),\frac1\lambda)$ then "
    r"$\lambda_{\min}(G^{(H)}(0))\ge\frac34\lambda_0$",
    reading=r"the polynomial that the thesis prints, $\frac{n^2p^2\log(Hn/\delta)}{\lambda_0^2}$, "
    r"$\delta=\frac15$; softplus, random inputs; growth with $n$",
    over={H: DEEP, n: NATURAL, p: NATURAL, q: NATURAL, c_res: RATE},
    quantifier=SufficientSize(
        at_least=Rational(4, 5), along=("n",), start=1, draws=60, largest=1 << 10
    ),
    lhs=Sampled(_small_gram),
    relation="<=",
    rhs=Computed(gram_width),
    grid=Grid(n=[1, 2, 4, 8], H=[2], p=[2], q=[3], c_res=[0.8]),
    uses=("du2018.theorem-D.1",),
)
