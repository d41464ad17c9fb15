r"""Appendix B: Lemmas B.1 and B.2, norms and Gram matrix of the ResNet at the initialisation.

Symbols in `appendix_b_symbols`. a: c_lambda c_{w,0} L; s: |sigma(0)|; Lip: L; shift: a constant
added to sigma.
C_2 = s^4 + 4 s^3 L sqrt(2/pi) + 6 s^2 L^2 + 8 s L^3 sqrt(2/pi) + 32 L^4.
"""

from __future__ import annotations

import math
from typing import Any

import sympy as sp
from sympy import Interval, Rational, exp, log, oo, pi, sqrt, symbols

from symbolic.deep_recursions import fourth_moment
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018.appendix_b_symbols import (
    ACTIVATIONS,
    AT_ZERO,
    DEEP,
    LIPSCHITZ,
    PAPER,
    POSITIVE,
    RATE,
    H,
    activation,
    c_res,
    c_w,
    delta,
    m,
    n,
    printed_state_constant,
    sigma,
)
from theorems.quantifiers import ForAllWeights, InExpectation, SufficientSize, WithProbability
from theorems.sides import Closed, Computed, Holds, Sampled

a, s, Lip, shift = symbols("a s Lip shift", real=True)
NONNEGATIVE = Interval(0, oo)
C_2 = (
    s**4
    + 4 * s**3 * Lip * sqrt(2 / pi)
    + 6 * s**2 * Lip**2
    + 8 * s * Lip**3 * sqrt(2 / pi)
    + 32 * Lip**4
)


def _first_norms(points: Any, samples: int, generator: Any) -> Any:
    """|x^(1)|^2 of one unit input."""

    from numeric.kernels import deep
    from numeric.kernels.activations import value
    from numeric.normals import normal

    act = activation(points)
    z = normal(points.n, samples, points.m, generator=generator)
    return deep.c_sigma(act) * value(act, z).square().mean(-1)


first_mean = Claim(
    id="du2018.proof-B.1a",
    source=Source(PAPER, "B.1", "proof of Lemma B.1, the first layer's mean"),
    statement=r"$\mathbb E\|x_i^{(1)}(0)\|_2^2=c_\sigma\mathbb E_{X\sim N(0,1)}\sigma(X)^2=1$",
    over={sigma: ACTIVATIONS, m: sp.S.Naturals},
    quantifier=InExpectation(samples=1 << 16),
    lhs=Sampled(_first_norms),
    relation="==",
    rhs=Closed(1),
    grid=Grid(sigma=[0, 1, 3], m=[4]).nightly(m=[2, 8]),
)

# E sigma^4 and E sigma^2 for sigma(z) = L z.
FOURTH = fourth_moment(sp.Integer(0), Lip, 1)
SQUARE = Lip**2
first_variance = Claim(
    id="du2018.proof-B.1a.variance",
    source=Source(PAPER, "B.1", "proof of Lemma B.1, the first layer's variance"),
    statement=r"$\mathrm{Var}\|x_i^{(1)}(0)\|_2^2=\frac{c_\sigma^2}m\mathrm{Var}\,\sigma^2\le"
    r"\frac{c_\sigma^2}m\mathbb E(|\sigma(0)|+L|w^\top x_i|)^4\le\frac{C_2}m$",
    reading=r"$\sigma(z)=Lz$, over $\frac1m$: both ends of the chain",
    over={Lip: POSITIVE},
    lhs=Closed((FOURTH - SQUARE**2) / SQUARE**2),
    relation="<=",
    rhs=Closed(C_2.subs(s, 0)),
    grid=Grid(Lip=[0.25, 1.0, 2.0]),
    erratum="c_sigma^2 is dropped in the last step: scaling sigma leaves the left side as it is "
    "and scales C_2 by its fourth power; sigma(z) = z/4 has variance 2/m > 1/(8m)",
)

first_variance_corrected = Claim(
    id="du2018.proof-B.1a.variance.corrected",
    source=first_variance.source,
    statement=r"$\mathbb E(|\sigma(0)|+L|X|)^4\le C_2$, so that $\mathrm{Var}\|x_i^{(1)}(0)\|_2^2"
    r"\le\frac{c_\sigma^2C_2}m$",
    reading=r"the expectation is integrated exactly; its last term is $3L^4$ where $C_2$ has "
    r"$32L^4$",
    over={s: NONNEGATIVE, Lip: POSITIVE},
    lhs=Closed(fourth_moment(s, Lip, 1)),
    relation="<=",
    rhs=Closed(C_2),
    corrects="du2018.proof-B.1a.variance",
)


def _branch_sets(points: Any, generator: Any) -> dict[str, Any]:
    """W of norm at most c_w sqrt(m), x within 1/2 of a unit vector."""
    import torch

    from numeric.adversary import Around

    zeros = torch.zeros(points.n, 1, points.m, points.m, dtype=torch.float64)
    centre = torch.zeros(points.n, 1, points.m, dtype=torch.float64)
    centre[..., 0] = 1.0
    return {
        "w": Around(zeros, points.c_w * points.m**0.5, shape="spectral"),
        "x": Around(centre, 0.5, trailing=1),
    }


def _branch(points: Any, weights: Any) -> Any:
    """|sigma(W x)| / sqrt(m), sigma moved up by `shift`."""
    from numeric.kernels.activations import value

    z = (weights["w"] @ weights["x"].unsqueeze(-1)).squeeze(-1)
    moved = value(activation(points), z) + points["shift"][:, None, None]
    return moved.norm(dim=-1) / points.m**0.5


def _branch_bound(points: Any, weights: Any, offset: bool) -> Any:
    size = weights["x"].norm(dim=-1)
    bound = points.c_w.unsqueeze(-1) * LIPSCHITZ[points.sigma] * size
    return bound + AT_ZERO[points.sigma] + points["shift"].unsqueeze(-1) if offset else bound


BRANCH = r"$\left\|\frac{c_\lambda\lambda^{3/2}}{H\sqrt m}\sigma(W^{(h)}x^{(h-1)})\right\|_2\le"
SHIFTED = {sigma: ACTIVATIONS, m: sp.S.Naturals, c_w: POSITIVE, shift: NONNEGATIVE}
branch = Claim(
    id="du2018.proof-B.1b",
    source=Source(PAPER, "B.1", "proof of Lemma B.1, the residual branch"),
    statement=BRANCH + r"\frac{c_\lambda c_{w,0}L}H\|x^{(h-1)}\|_2$ when "
    r"$\|W^{(h)}\|_2\le c_{w,0}\sqrt m$",
    reading=r"over $\frac{c_\lambda\lambda^{3/2}}H$; states of norm 1/2 to 3/2, $c_{w,0}=2$; a "
    "constant added to an activation leaves it Lipschitz and smooth: here 5 + softplus",
    over=SHIFTED,
    quantifier=ForAllWeights(within=_branch_sets, restarts=14, steps=20),
    lhs=Computed(_branch),
    relation="<=",
    rhs=Computed(lambda points, weights: _branch_bound(points, weights, False)),
    grid=Grid(sigma=[0], m=[1, 3], c_w=[2.0], shift=[0.0, 5.0]),
    erratum="|sigma(z)| <= L |z| needs sigma(0) = 0: it fails for sigma(z) = 5 + softplus(z)",
)

branch_corrected = Claim(
    id="du2018.proof-B.1b.corrected",
    source=branch.source,
    statement=BRANCH + r"\frac{c_\lambda}H\left(c_{w,0}L\|x^{(h-1)}\|_2+|\sigma(0)|\right)$",
    over=SHIFTED,
    quantifier=ForAllWeights(within=_branch_sets, restarts=14, steps=20),
    lhs=Computed(_branch),
    relation="<=",
    rhs=Computed(lambda points, weights: _branch_bound(points, weights, True)),
    grid=Grid(sigma=[0, 1, 2, 3], m=[1, 3], c_w=[0.5, 2.0], shift=[0.0, 5.0]),
    corrects="du2018.proof-B.1b",
)

NORMS = (
    r"$\|x^{(h-1)}\|_2\left(1-\frac{c_\lambda c_{w,0}L}H\right)\le\|x^{(h)}\|_2\le\|x^{(h-1)}\|_2"
    r"\left(1+\frac{c_\lambda c_{w,0}L}H\right)$"
)
lower_product = Claim(
    id="du2018.proof-B.1c",
    source=Source(PAPER, "B.1", "proof of Lemma B.1, the layers' product, lower bound"),
    statement=NORMS + r" implies $\frac12e^{-c_\lambda c_{w,0}L}\le\|x^{(h)}\|_2$",
    reading=r"$h=H$, $a=c_\lambda c_{w,0}L<2$ (as $c_{w,0}\approx2$, $L=1$): is "
    r"$(1-\frac aH)^{H-1}\ge e^{-a}$?",
    over={a: Interval.open(0, 2), H: DEEP},
    lhs=Closed((1 - a / H) ** (H - 1)),
    relation=">=",
    rhs=Closed(exp(-a)),
    grid=Grid(a=[0.5, 1.0, 1.5, 1.9], H=[2, 3, 10]),
    uses=("du2018.proof-B.1b",),
    erratum="for H = 2 it fails from a = 1.6 on: at a = 1.9 the product is 0.05, e^(-a) is 0.15",
)

lower_product_corrected = Claim(
    id="du2018.proof-B.1c.corrected",
    source=lower_product.source,
    statement=r"for $a=c_\lambda c_{w,0}L\le1$: $\left(1-\frac aH\right)^{H-1}\ge e^{-a}$",
    reading="in logarithms",
    over={a: Interval.Lopen(0, 1), H: DEEP},
    lhs=Closed((H - 1) * log(1 - a / H)),
    relation=">=",
    rhs=Closed(-a),
    grid=Grid(a=[0.01, 0.5, 1.0], H=[2, 3, 10, 64]),
    corrects="du2018.proof-B.1c",
)

upper_product = Claim(
    id="du2018.proof-B.1c.upper",
    source=Source(PAPER, "B.1", "proof of Lemma B.1, the layers' product, upper bound"),
    statement=NORMS + r" implies $\|x^{(h)}\|_2\le2e^{c_\lambda c_{w,0}L}$",
    reading=r"$(1+\frac aH)^{H-1}\le e^a$, $a=c_\lambda c_{w,0}L$, in logarithms",
    over={a: POSITIVE, H: DEEP},
    lhs=Closed((H - 1) * log(1 + a / H)),
    relation="<=",
    rhs=Closed(a),
    grid=Grid(a=[0.1, 1.0, 2.0], H=[2, 3, 64]),
)


def draw_norms(points: Any, samples: int, generator: Any, *, bound: float = 2.1) -> dict[str, Any]:
    """Networks of width ceil(40 n/delta) on orthonormal inputs: worst norm or its inverse over
    c_{x,0} = 2 e^{1.99 c_lambda L}, and whether every |W^(h)|_2 < bound sqrt(m)."""
    import torch

    from numeric import deep_residual as residual

    worst, within = [], []
    x = torch.eye(points["n"], dtype=torch.float64)
    for rate, chance in zip(points.c_res.tolist(), points.delta.tolist(), strict=True):
        width = math.ceil(40 * points["n"] / chance)
        weights = residual.initial((samples,), points.H, width, points["n"], generator)
        path = residual.forward(weights, x, activation(points), rate)
        sizes = path.states.norm(dim=-1)
        largest = torch.maximum(sizes, 1 / sizes).amax(dim=(-2, -1))
        worst.append(largest / printed_state_constant(rate, 1.99, LIPSCHITZ[points.sigma]))
        # For less than the norms themselves: bound^2 m I - W W' is positive definite.
        layers = weights["layers"]
        edge = bound**2 * width * torch.eye(width, dtype=torch.float64)
        failed = torch.linalg.cholesky_ex(edge - layers @ layers.mT)[1]
        within.append((failed == 0).all(dim=-1))
    return {"worst": torch.stack(worst), "within": torch.stack(within)}


START = {H: DEEP, n: sp.S.Naturals, sigma: ACTIVATIONS, c_res: RATE, delta: Interval.open(0, 1)}
initial_norms = Claim(
    id="du2018.lemma-B.1",
    source=Source(PAPER, "B", "Lemma B.1"),
    statement=r"if $\sigma$ is $L$-Lipschitz, $m=\Omega(\frac n\delta)$ and $\|W^{(h)}(0)\|_2\le "
    r"c_{w,0}\sqrt m$ for $h\in[2,H]$, $c_{w,0}\approx2$, then with probability at least "
    r"$1-\delta$, for every $h\in[H]$ and $i\in[n]$, $\frac1{c_{x,0}}\le\|x_i^{(h)}(0)\|_2\le "
    r"c_{x,0}$",
    reading=r"$m=40\frac n\delta$, the proof's $c_{x,0}=2e^{c_\lambda c_{w,0}L}$ with "
    r"$c_{w,0}=1.99$ (the thesis's least); orthonormal inputs",
    over=START,
    hypotheses=[Holds("|W^(h)(0)|_2 <= 2.1 sqrt(m)", lambda draws: draws["within"])],
    quantifier=WithProbability(at_least=1 - delta, draw=draw_norms, draws=100),
    lhs=Sampled(lambda draws: draws["worst"]),
    relation="<=",
    rhs=Closed(1),
    grid=Grid(
        points=[
            {"H": 4, "n": 2, "sigma": 0, "c_res": 0.9, "delta": 0.6},
            {"H": 2, "n": 1, "sigma": 1, "c_res": 0.2, "delta": 0.4},
            {"H": 6, "n": 1, "sigma": 2, "c_res": 0.9, "delta": 0.5},
        ]
    ),
    uses=(
        "du2018.proof-B.1a",
        "du2018.proof-B.1a.variance",
        "du2018.proof-B.1b",
        "du2018.proof-B.1c",
    ),
)


def small_gram(points: Any, size: int, draws: int, generator: Any) -> Any:
    """Whether lambda_min(G^(H)(0)) >= 3/4 lambda_0, softplus, orthonormal inputs."""
    import torch

    from numeric.deep_draws import draw
    from numeric.kernels.layers import Activation
    from theorems.papers.du2018.sec4_gram import least_eigenvalue

    softplus, rate = Activation("softplus"), float(points.c_res[0])
    target = 0.75 * least_eigenvalue(points["n"], points.H, rate)
    x = torch.eye(points["n"], dtype=torch.float64)
    kept = []
    for start in range(0, draws, 100):
        batch = (min(100, draws - start),)
        gram = draw(batch, points.H, size, x, softplus, rate, generator).last_gram
        kept.append(torch.linalg.eigvalsh(gram)[:, 0] >= target)
    return torch.cat(kept).to(torch.float64).unsqueeze(0)


def gram_width(points: Any) -> Any:
    """n^2 log(H n^2/delta) / lambda_0^2 with delta = 1/5."""
    import torch

    from theorems.papers.du2018.sec4_gram import least_eigenvalue

    size, depth = points["n"], points.H
    least = [least_eigenvalue(size, depth, rate) for rate in points.c_res.tolist()]
    values = [size**2 * math.log(5 * depth * size**2) / value**2 for value in least]
    return torch.tensor(values, dtype=torch.float64)


least_at_start = Claim(
    id="du2018.lemma-B.2",
    source=Source(PAPER, "B", "Lemma B.2"),
    statement=r"if $m=\Omega(\mathrm{poly}(n,\frac1{\lambda_0}),\frac1\lambda)$ then "
    r"$\lambda_{\min}(G^{(H)}(0))\ge\frac34\lambda_0$",
    reading=r"the polynomial of Theorem 4.1, $\frac{n^2\log(Hn^2/\delta)}{\lambda_0^2}$, "
    r"$\delta=\frac15$; softplus, orthonormal inputs; growth with $H$",
    over={H: DEEP, n: sp.S.Naturals, c_res: RATE},
    quantifier=SufficientSize(at_least=Rational(4, 5), along=("H",), start=1, draws=100),
    lhs=Sampled(small_gram),
    relation="<=",
    rhs=Computed(gram_width),
    grid=Grid(H=[2, 4, 8, 16], n=[2], c_res=[0.8]).nightly(H=[2, 4, 8, 16, 32]),
    uses=(
        "du2018.theorem-D.1",
        "du2018.remark-D.4",
    ),
)
