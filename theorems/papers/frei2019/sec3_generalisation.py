r"""Theorem 3.6 and its proof: Rademacher complexity of the ball, and the test error.

L, m, d: depth, width, input dimension; n: inputs; c: theta = c/L; tau: radius of the ball around
the initial weights; delta: failure probability; z: margin y f(x).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sympy as sp
from sympy import Interval, Rational, diff, exp, log, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.frei2019.networks import (
    PAPER,
    RADIUS,
    SCALE,
    SIZES,
    L,
    ball,
    draw,
    m,
    tau,
    worst,
)
from theorems.quantifiers import ForAll, UpToConstant, WithProbability
from theorems.sides import Closed, Computed, Sampled

z, delta = symbols("z delta", real=True)
n = symbols("n", integer=True)
OVER = {**SIZES, **SCALE, **RADIUS, n: sp.S.Naturals}


def _complexity(points: Any, samples: int, generator: Any) -> Any:
    """Found from below: `sup_W 1/n sum xi_i (f_W - f_{W0})(x_i)` for one draw of signs each.

    The signs' mean of the term in `f_{W0}` is 0, so leaving it out changes no expectation.
    """
    import torch

    from numeric.residual_relu import output

    found = draw(points, samples, generator, inputs=points["n"])
    xi = torch.randint(0, 2, found.x.shape[:-1], generator=generator).to(torch.float64) * 2 - 1
    start = output(found.weights, found.x, found.theta)

    def mean(weights: Any) -> Any:
        return (xi * (output(weights, found.x, found.theta) - start)).mean(-1)

    radius = points.tau.repeat_interleave(samples)
    return worst(mean, ball(found, radius), 2, 5, generator).reshape(points.n, samples)


LINEAR_PART = tau * sqrt(m) / sqrt(n)
CURVED_PART = tau ** Rational(4, 3) * sqrt(m * log(m))
BOUND = CURVED_PART + LINEAR_PART

rademacher = Claim(
    id="frei2019.theorem-3.6a",
    source=Source(PAPER, "3", "Theorem 3.6, the Rademacher complexity"),
    statement=r"if $\theta=1/\Omega(L)$, $\tau\le1$ and $m\ge C_1(\tau^{-2/3}(\log m)^{-1}\log(L/"
    r"\delta)\vee\tau^{-4/3}d\log(m/(\tau\delta))\vee d\log(mL/\delta))$, with probability at "
    r"least $1-\delta$: $\mathfrak R_n(\{f_W:W\in\mathcal W(W^{(0)},\tau)\})\le C_2\big(\tau^{4/3}"
    r"\sqrt{m\log m}+\frac{\tau\sqrt m}{\sqrt n}\big)$",
    reading="means over initialisations, inputs and signs of the largest value that ascent finds",
    over=OVER,
    quantifier=UpToConstant(along=("m", "n"), samples=160),
    lhs=Sampled(_complexity),
    relation="<=",
    rhs=Closed(BOUND),
    grid=Grid(L=[2], m=[4, 8, 16, 32], n=[2, 4, 8, 16], d=[3], c=[1.0], tau=[0.25]).nightly(
        L=[3], m=[8, 16, 32, 64], n=[2, 4, 8, 16]
    ),
    uses=(
        "frei2019.lemma-4.2a",
        "frei2019.lemma-4.2b",
        "frei2019.lemma-4.4",
        "frei2019.proof-3.6a",
        "frei2019.proof-3.6b",
    ),
)

rademacher_in_radius = replace(
    rademacher,
    id="frei2019.theorem-3.6a.radius",
    title="Theorem 3.6, the Rademacher complexity as tau falls",
    quantifier=UpToConstant(shrinking=("tau",), samples=110),
    grid=Grid(L=[3], m=[16], n=[4], d=[3], c=[1.0], tau=[0.1, 0.01, 1e-3, 1e-4]).nightly(
        m=[32], tau=[0.1, 0.03, 0.01, 1e-3, 1e-4]
    ),
)

rademacher_in_depth = replace(
    rademacher,
    id="frei2019.theorem-3.6a.depth",
    title="Theorem 3.6, the Rademacher complexity: no growth with depth",
    quantifier=UpToConstant(along=("L",), samples=110),
    grid=Grid(L=[3, 6, 12, 24], m=[12], n=[4], d=[3], c=[1.0], tau=[0.5]).nightly(
        L=[8, 16, 32, 64]
    ),
)

INPUTS = 6


def _gradient_products(points: Any) -> Any:
    """`<grad_{W_l} f(x_i), grad_{W_l} f(x_j)>`, shape `(points, L + 1, n, n)`."""
    import torch

    from numeric.residual_relu import forward, slopes

    generator = torch.Generator().manual_seed(points.L)
    found = draw(points, 1, generator, inputs=points["n"])
    path = forward(found.weights, found.x, found.theta)
    rows, last = slopes(found.weights, path, found.theta)
    before = [path.x, *path.hidden.unbind(-3)]
    factors = [*rows.unbind(-3), last]
    grams = [(a @ a.mT) * (b @ b.mT) for a, b in zip(before, factors, strict=True)]
    return torch.stack(grams, dim=-3)[:, 0]


def _linear_complexity(points: Any) -> Any:
    """Exactly `E sup 1/n sum xi_i sum_l tr[(W_l - W_l0)' grad]`: a sum of norms, over all signs."""
    from numeric.rademacher import sign_patterns

    grams = _gradient_products(points)
    signs = sign_patterns(points["n"])
    lengths = ((signs @ grams) * signs).sum(-1).clamp_min(0).sqrt()
    return points.tau / points["n"] * lengths.mean(-1).sum(-1)


def _jensen_bound(points: Any) -> Any:
    """`tau / n sum_l sqrt(sum_i |grad_{W_l} f(x_i)|_F^2)`."""
    grams = _gradient_products(points)
    squares = grams.diagonal(dim1=-2, dim2=-1).sum(-1)
    return points.tau / points["n"] * squares.sqrt().sum(-1)


linear_class = Claim(
    id="frei2019.proof-3.6b",
    source=Source(PAPER, "4", "proof of Theorem 3.6, the linear part"),
    statement=r"$\mathbb E_\xi\sup_W\frac1n\sum_i\xi_i\sum_l\mathrm{tr}[(W_l-W_l^{(0)})^\top"
    r"\nabla_{W_l}f_{W^{(0)}}(x_i)]\le\frac\tau n\sum_l\Big(\sum_i\|\nabla_{W_l}f_{W^{(0)}}(x_i)"
    r"\|_F^2\Big)^{1/2}$, which is at most of order $\tau\sqrt m/\sqrt n$",
    reading="the step that Jensen's inequality makes, both sides exact; the gradients' sizes are "
    "claims apart",
    over={**OVER, n: sp.Range(1, 13)},
    quantifier=ForAll(random_points=0, search=False),
    lhs=Computed(_linear_complexity),
    relation="<=",
    rhs=Computed(_jensen_bound),
    grid=Grid(L=[1, 3, 12], m=[2, 8], n=[1, 2, INPUTS], d=[1, 3], c=[1.0], tau=[0.1, 1.0]),
    uses=("frei2019.eq-2", "frei2019.proof-3.6b.gradient"),
)

contraction = Claim(
    id="frei2019.theorem-3.6b.contraction",
    source=Source(PAPER, "3", "Theorem 3.6, why C_2 is the same in (3)"),
    statement=r"$2\cdot2\cdot\mathrm{Lip}(-\ell')\le1$: the complexity of the surrogate losses "
    r"enters twice the uniform deviation, and the surrogate error enters (3) twice",
    reading="not printed; Lip(-l') is the largest second derivative of l(z) = log(1 + e^-z)",
    over={z: sp.S.Reals},
    lhs=Closed(2 * 2 * diff(log(1 + exp(-z)), z, 2)),
    relation="<=",
    rhs=Closed(1),
    quantifier=ForAll(random_points=50, search=False),
    grid=Grid(z=[-20.0, -1.0, 0.0, 1.0, 20.0]),
)

TESTS = 64


def _excess_error(points: Any, samples: int, generator: Any) -> Any:
    """Test error less 2 E_S and a twentieth of the complexity term, after fitting labels that mean
    nothing.

    tau is the distance that training went; the law of x is uniform on 64 points, y is a coin.
    """
    import torch

    from numeric.data import unit_sphere
    from numeric.residual_relu import NAMES, descend, initial, output, surrogate

    count, width, total = points["n"], points.m, points.n * samples
    start = initial((total,), (points.L, width, width, points.d), generator)
    theta = (points.c / points.L).repeat_interleave(samples).reshape(-1, 1, 1)
    law = unit_sphere((total, TESTS), points.d, generator)
    pick = torch.randint(0, TESTS, (total, count), generator=generator)
    x = law.gather(1, pick.unsqueeze(-1).expand(-1, -1, points.d))
    y = torch.randint(0, 2, (total, count), generator=generator).to(torch.float64) * 2 - 1
    end, _ = descend(start, x, y, theta, 1 / width, 40, {})
    gaps = [(end[name] - start[name]).square().sum(dim=(-2, -1)).sqrt() for name in NAMES]
    far = torch.stack([gaps[0], gaps[1].amax(-1), gaps[2]]).amax(0)
    # The labels' law is a fair coin at every x, so any network errs on half of it.
    error = 0.5 - 2 * surrogate(output(end, x, theta), y)
    curved = far ** (4 / 3) * (width * torch.tensor(float(width)).log()) ** 0.5
    excess = error - (curved + far * width**0.5 / count**0.5) / 20
    return excess.reshape(points.n, samples)


test_error = Claim(
    id="frei2019.theorem-3.6b",
    source=Source(PAPER, "3", "(3)"),
    title="(3) with constants near the least that hold, on labels without meaning",
    statement=r"for all $W\in\mathcal W(W^{(0)},\tau)$: $\mathbb P(yf_W(x)<0)\le2\mathcal E_S(W)+"
    r"C_2\big(\tau^{4/3}\sqrt{m\log m}+\frac{\tau\sqrt m}{\sqrt n}\big)"
    r"+C_3\sqrt{\frac{\log(1/\delta)}n}$",
    reading="C_2 = 1/20 and C_3 = 1/4, so small that no term can be left out; tau the distance "
    "that gradient descent went; the other terms are taken from the left side",
    over={**SIZES, **SCALE, n: sp.S.Naturals, delta: Interval.open(0, 1)},
    where=[L >= 2],
    quantifier=WithProbability(1 - delta, draws=600),
    lhs=Sampled(_excess_error),
    relation="<=",
    rhs=Closed(sqrt(log(1 / delta) / n) / 4),
    grid=Grid(
        points=[{"n": 1, "delta": 0.1}, {"n": 1, "delta": 0.5}, {"n": 4, "delta": 0.2}],
        L=[2],
        m=[8],
        d=[3],
        c=[1.0],
    ).nightly(m=[8, 32]),
    uses=(
        "frei2019.theorem-3.6a",
        "frei2019.theorem-3.6b.contraction",
        "frei2019.text-3b.corrected",
    ),
)
