r"""Thesis sections 3.12.1 and 3.12.2: the proof of Theorem 3.4, and the last layer's Gram matrix.

kind, Lip, zero, a, k_*, r, j_*, q, b_*, c_* as in appendix D of du2018; P: factor of one layer; H:
layers; n: inputs of one inner product; m: width; delta: failure probability; sign: seed of signs;
c: size of the perturbation in units of lambda_0/n; lambda_0: least eigenvalue of K^(H).
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, log, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018.appendix_d_networks import activation, normaliser, unit_inputs
from theorems.papers.du2018.appendix_d_proof import (
    DEEP,
    DEEP_GRID,
    FIRST,
    FIRST_GRID,
    STEP,
    STEP_GRID,
    H,
    delta,
    errors_below,
    first_bound,
    gram_step,
    mean_step,
)
from theorems.papers.du2018.appendix_d_theorem import first_deviations, mean_deviations
from theorems.papers.du2018.pairs import corrected
from theorems.papers.du2019.ch3_initial_moments import both_constants
from theorems.quantifiers import ForAll, UpToConstant, WithProbability
from theorems.sides import Closed, Computed, Sampled

PAPER = "du2019"
POSITIVE = Interval.open(0, sp.oo)
ON_GRID = ForAll(random_points=0, search=False)
c, lambda_0 = symbols("c lambda_0", real=True)
n, m, sign = symbols("n m sign", integer=True)
BASE = (
    r"with probability $\ge1-\frac\delta H$: $\max_{ij}\|\frac1m\sum_\alpha X_i^{(1),(\alpha)}"
    r"X_j^{(1),(\alpha)\top}-K_{ij}^{(1)}\|_\infty\le\sqrt{\frac{16(1+2C_{(1)}^2/\sqrt\pi)M^2\log(4"
    r"Hn^2(p^{(1)})^2/\delta)}m}$"
)

base_case = Claim(
    id="du2019.proof-3.4T.base",
    source=Source(PAPER, "3.12.1", "proof of Theorem 3.4, base case"),
    statement=BASE,
    reading=r"$H\ge2$ (the theorem is about the layers up to $H-1$): M, over h in [H], contains "
    "K^(1); with du2018's M, which is smaller",
    over=DEEP,
    quantifier=WithProbability(1 - delta / H, draws=1000),
    lhs=Sampled(first_deviations),
    relation="<=",
    rhs=Computed(lambda points: first_bound(points, 0)),
    grid=DEEP_GRID,
    restates="du2018.proof-D.1a",
)

base_means = Claim(
    id="du2019.proof-3.4T.base-means",
    source=Source(PAPER, "3.12.1", "proof of Theorem 3.4, base case, the means"),
    statement=r"$\max_{i,p}|\frac1m\sum_\alpha X_{ip}^{(1),(\alpha)}-b_{ip}^{(1)}|\le\sqrt{\frac{2"
    r"C_{(1)}^2M\log(2np^{(1)}H/\delta)}m}$ with probability $\ge1-\frac\delta H$",
    reading="H = 1; with du2018's M, which is smaller",
    over=FIRST,
    quantifier=WithProbability(1 - delta, draws=300),
    lhs=Sampled(mean_deviations),
    relation="<=",
    rhs=Computed(lambda points: first_bound(points, 1)),
    grid=FIRST_GRID,
    restates="du2018.proof-D.1a.means",
)


# One step, one entry per channel: W = 1 + 1, A = 1 + a, unit inputs below.
def _step_factor(points: Any, means: bool) -> Any:
    """A + Lambda W (means), and 2 C A B W + 2 C A sqrt(W M) on top of it."""
    import torch

    p = points
    skip, weight = 1.0 + p.a, 2.0
    size = p.Lip + p.zero.abs()
    factor = skip + both_constants(p) * weight
    if means:
        return factor
    largest = 1 + 100 * torch.stack([p.k_1, p.k_2, torch.ones_like(p.k_1)]).amax(0)
    centre = 1 + 100 * torch.stack([p.b_1.abs(), p.b_2.abs()]).amax(0)
    return factor + 2 * size * skip * (centre * weight + (weight * largest).sqrt())


def _step_bound(points: Any, means: bool) -> Any:
    import torch

    gram, mean = errors_below(points)
    return _step_factor(points, means) * torch.maximum(gram, mean)


SMALL_STEP_GRID = Grid(
    points=[point for point in STEP_GRID.points() if point["b_2"] < 0 < point["c_2"]]
)
propagation = Claim(
    id="du2019.proof-3.4T",
    source=Source(PAPER, "3.12.1", "proof of Theorem 3.4, propagation to the Gram matrices"),
    statement=r"$\max_{ij}\|\mathbb E^{(l)}\hat K_{ij}^{(l)}-K_{ij}^{(l)}\|_\infty\le(A_{(l)}+"
    r"\Lambda_{(l)}W+2C_{(l)}A_{(l)}BW+2C_{(l)}A_{(l)}\sqrt{W_{(l)}M})(\max_{ij}\|\hat K-K\|_\infty"
    r"\vee\max_i\|\hat b-b\|_\infty)$",
    reading=r"one entry per channel, $\Lambda$ the explicit constant of Lemma 3.30, variances in "
    r"$[0.1,4]$ and unit inputs in the network",
    over=STEP,
    quantifier=ON_GRID,
    lhs=Computed(gram_step),
    relation="<=",
    rhs=Computed(lambda points: _step_bound(points, means=False)),
    grid=SMALL_STEP_GRID,
    uses=("du2019.lemma-3.30", "du2019.proof-3.4T.base"),
    restates="du2018.proof-D.1b",
)

propagation_means = Claim(
    id="du2019.proof-3.4T.means",
    source=Source(PAPER, "3.12.1", "proof of Theorem 3.4, propagation to the means"),
    statement=r"$\max_i\|\mathbb E^{(l)}\hat b_i^{(l)}-b_i^{(l)}\|_\infty\le(A_{(l)}+"
    r"\Lambda_{(l)}W)(\max_{ij}\|\hat K-K\|_\infty\vee\max_i\|\hat b-b\|_\infty)$",
    reading=propagation.reading,
    over=STEP,
    quantifier=ON_GRID,
    lhs=Computed(mean_step),
    relation="<=",
    rhs=Computed(lambda points: _step_bound(points, means=True)),
    grid=SMALL_STEP_GRID,
    uses=("du2019.lemma-3.30",),
    restates="du2018.proof-D.1b.means",
)


def _sum_of_layers(points: Any) -> Any:
    """sum_{k=0}^{H-2} (1 + 1/H)^k, in units of one layer's own error."""
    import torch

    factor = 1 + 1 / points.H
    total = sum(factor**k for k in range(points.H - 1))
    return torch.full((points.n,), total, dtype=torch.float64)


def _last_of_layers(points: Any) -> Any:
    import torch

    return torch.full((points.n,), (1 + 1 / points.H) ** (points.H - 2), dtype=torch.float64)


accumulation = Claim(
    id="du2019.proof-3.4T.accumulation",
    source=Source(PAPER, "3.12.1", "proof of Theorem 3.4, the layers together"),
    title="the proof's two bounds against the theorem's product (inferred, not printed)",
    statement=r"$e_1\le\epsilon$ and $e_h\le Pe_{h-1}+\epsilon$ imply "
    r"$e_{H-1}\le CP^{H-2}\epsilon$",
    reading=r"$P=1+\frac1H$, the least factor of the proof when $D=0$ and $\Lambda,C=O(1/H)$",
    over={H: sp.Range(3, sp.oo)},
    quantifier=UpToConstant(along=("H",)),
    lhs=Computed(_sum_of_layers),
    relation="<=",
    rhs=Computed(_last_of_layers),
    grid=Grid(H=[16, 32, 64, 128, 256]),
    uses=("du2019.proof-3.4T", "du2019.proof-3.4T.means", "du2019.proof-3.4T.base"),
    restates="du2018.theorem-D.1.accumulation",
    erratum="each layer adds its own error: the sum is H - 1 times the product when P = 1 + O(1/H)",
)

accumulation_corrected = Claim(
    id="du2019.proof-3.4T.accumulation.corrected",
    source=accumulation.source,
    statement=r"$e_{H-1}\le(H-1)\max\{1,P\}^{H-2}\epsilon$",
    over={H: sp.Range(3, sp.oo)},
    quantifier=ON_GRID,
    lhs=Computed(_sum_of_layers),
    relation="<=",
    rhs=Computed(lambda points: (points.H - 1) * _last_of_layers(points)),
    grid=Grid(H=[3, 4, 16, 256]),
    corrects="du2019.proof-3.4T.accumulation",
)

# The last layer: unit features of one inner product below it, tanh.
COSINE, TANH = 0.2, 1


def _features(count: int) -> Any:
    """Their Gram matrix K^(H-1)."""
    x = unit_inputs(count, COSINE)[..., 0]
    return x @ x.T


def _slope(u: Any) -> Any:
    from numeric.kernels.activations import derivative

    return derivative(activation(TANH), u)


def _gap(points: Any, samples: int, generator: Any) -> Any:
    """|G^(H)(0) - K^(H)|_op per draw."""
    import torch

    from numeric.last_layer import expected_gram, sampled_gram

    gram, factor = _features(points["n"]), normaliser(TANH)
    limit = factor * expected_gram(gram, _slope)
    found = factor * sampled_gram(gram, _slope, points.m, samples, generator)
    return torch.linalg.eigvalsh(found - limit).abs().amax(-1).expand(points.n, samples)


LEMMA = (
    r"if $|\hat K_{ij}^{(H-1)}-K_{ij}^{(H-1)}|\le\frac{c\lambda_0}{n^2}$ and "
    r"$m=\Omega(\frac{n^2\log(n/\delta)}{\lambda_0^2})$ then with probability at least $1-\delta$, "
    r"$\|G^{(H)}(0)-K^{(H)}\|_{op}\le\frac{\lambda_0}4$"
)
last_layer = Claim(
    id="du2019.lemma-3.22",
    source=Source(PAPER, "3.12.2", "Lemma 3.22"),
    statement=LEMMA,
    reading=r"$\hat K^{(H-1)}=K^{(H-1)}$, unit features of one inner product: the mean of "
    r"$\|G^{(H)}(0)-K^{(H)}\|_{op}$ is at most of order $n\sqrt{\log(2n)/m}$; the lemma's first "
    r"$\hat K^{(H-1)}$ is $\hat K^{(H)}$",
    over={n: sp.Range(2, sp.oo), m: sp.S.Naturals},
    quantifier=UpToConstant(along=("n", "m"), samples=600),
    lhs=Sampled(_gap),
    relation="<=",
    rhs=Closed(n * sqrt(log(2 * n) / m)),
    grid=Grid(n=[2, 4, 8, 16], m=[16, 32, 64, 128, 256]).nightly(
        n=[2, 4, 8, 16, 32], m=[16, 64, 256, 1024]
    ),
    uses=("du2019.eq-3.12", "du2019.lemma-3.29", "du2019.lemma-3.22.perturbation"),
)


def _perturbation(points: Any, power: int) -> Any:
    """|K_hat^(H) - K^(H)|_op over lambda_0 / 8, K^(H-1) moved by c lambda_0 / n^power."""
    import torch

    from numeric.last_layer import expected_gram

    rows = []
    for scale in points.c.tolist():
        gram = _features(points["n"])
        before = expected_gram(gram, _slope)
        step = scale * torch.linalg.eigvalsh(before)[0] / points["n"] ** power
        generator = torch.Generator().manual_seed(points.sign)
        moves = torch.ones_like(gram)
        if points.sign:
            moves = torch.randn(gram.shape, generator=generator, dtype=torch.float64).sign()
            moves = moves.triu() + moves.triu(1).T
        after = expected_gram(gram + step * moves, _slope)
        least = torch.linalg.eigvalsh(before)[0]
        rows.append(torch.linalg.eigvalsh(after - before).abs().amax() / (least / 8))
    return torch.stack(rows)


PERTURBED = {n: sp.Range(2, sp.oo), sign: sp.S.Naturals0, c: Interval.open(0, 1)}
PERTURBED_GRID = Grid(n=[2, 8], sign=[0, 1], c=[0.05])
perturbation = Claim(
    id="du2019.lemma-3.22.perturbation",
    source=Source(PAPER, "3.12.2", "proof of Lemma 3.22, the second term"),
    statement=r"$\|\hat K^{(H)}-K^{(H)}\|_{op}\le\frac{\lambda_0}8$ when $|\hat K_{ij}^{(H-1)}-"
    r"K_{ij}^{(H-1)}|\le\frac{c\lambda_0}{n^2}$ for a small constant $c$",
    reading="c up to 1/20, all entries up or of random signs; without the factor c_sigma",
    over=PERTURBED,
    quantifier=ON_GRID,
    lhs=Computed(lambda points: _perturbation(points, 2)),
    relation="<=",
    rhs=Closed(1),
    grid=PERTURBED_GRID,
    uses=("du2019.lemma-3.29",),
)

enough = Claim(
    id="du2019.lemma-3.22.entries",
    source=Source(PAPER, "3.12.2", "Lemma 3.22, with a weaker hypothesis"),
    title="entries within c lambda_0/n are close enough",
    statement=r"$\|\hat K^{(H)}-K^{(H)}\|_{op}\le\frac{\lambda_0}8$ when $|\hat K_{ij}^{(H-1)}-"
    r"K_{ij}^{(H-1)}|\le\frac{c\lambda_0}n$ for a small constant $c$",
    reading="as for the printed hypothesis",
    over=PERTURBED,
    quantifier=ON_GRID,
    lhs=Computed(lambda points: _perturbation(points, 1)),
    relation="<=",
    rhs=Closed(1),
    grid=PERTURBED_GRID,
)

# E sqrt(log/m) <= c lambda_0 / n^2 needs m >= E^2 n^4 log / lambda_0^2.
WIDTHS = {n: sp.S.Naturals, lambda_0: Interval.Lopen(0, 1)}
WIDTH_GRID = Grid(n=[4, 8, 16, 32, 64], lambda_0=[0.5, 0.1])
combination = Claim(
    id="du2019.remark-3.8",
    source=Source(PAPER, "3.12.2", "Remark 3.8"),
    title="the width that Remark 3.8 gives with the hypothesis of Lemma 3.22 (inferred, not "
    "printed)",
    statement=r"Theorem 3.4 and Lemma 3.22 give Lemmas 3.2, 3.9 and 3.16, whose width is "
    r"$\Omega(\frac{n^2\log(Hn/\delta)}{\lambda_0^2})$ in $n$ and $\lambda_0$",
    reading=r"the width at which (3.17) meets the hypothesis $\frac{c\lambda_0}{n^2}$ of Lemma "
    "3.22, constants and H, delta left out",
    over=WIDTHS,
    quantifier=UpToConstant(along=("n",)),
    lhs=Closed(n**4 * log(n) / lambda_0**2),
    relation="<=",
    rhs=Closed(n**2 * log(n) / lambda_0**2),
    grid=WIDTH_GRID,
    uses=("du2019.theorem-3.4", "du2019.lemma-3.22", "du2019.remark-3.7"),
    erratum="the hypothesis c lambda_0/n^2 asks for n^4; with c lambda_0/n, which suffices, n^2",
)

combination_corrected = Claim(
    id="du2019.remark-3.8.corrected",
    statement=r"with the hypothesis $\frac{c\lambda_0}n$ the width is "
    r"$\Omega(\frac{n^2\log(Hn/\delta)}{\lambda_0^2})$",
    reading=r"the width $m$ at which $\sqrt{\log n/m}=\frac{\lambda_0}n$",
    **corrected(combination, lhs=Closed(log(n) / (lambda_0 / n) ** 2)),
    uses=("du2019.lemma-3.22.entries", "du2019.theorem-3.4"),
)
