r"""Section 4: how far the network and its loss are from linear in the weights, within the ball.

L, m, d: depth, width, input dimension; c: theta = c/L; tau: radius of the ball around the initial
weights; h: the distance of Lemma 4.2; s = tau^(1/3); q = sqrt(log m).
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import sympy as sp
from sympy import Interval, log, oo, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.frei2019.networks import (
    PAPER,
    RADIUS,
    SCALE,
    SIZES,
    ball,
    c,
    chosen,
    draw,
    m,
    tau,
    worst,
)
from theorems.quantifiers import ForAll, UpToConstant
from theorems.sides import Closed, Sampled

OVER = {**SIZES, **SCALE, **RADIUS}
LONG = [4, 9, 18, 36]
TAUS = [1.0, 0.5, 0.25, 0.125]
THIRD = sp.Rational(1, 3)
START = {"restarts": 2, "steps": 4}
KINK_DRAWS = 16


def _pair(points: Any, samples: int, generator: Any) -> tuple[Any, dict[str, Any], Any]:
    """Networks, the sets of both weights of Lemma 4.2, and tau per network `(n * samples, 1)`."""
    found = draw(points, samples, generator)
    radius = points.tau.repeat_interleave(samples)
    sets = {**ball(found, radius, "hat."), **ball(found, radius, "tilde.")}
    return found, sets, radius.unsqueeze(-1)


def _allowed(points: Any, radius: Any, h: Any, share: Any = 1.0) -> Any:
    """`tau^(1/3) sqrt(m log m) h E_S`, E_S being `share`."""
    return radius ** (1 / 3) * (points.m * math.log(points.m)) ** 0.5 * h * share


def _distance(found: Any, weights: Any) -> Any:
    """h, whose own slope the search does without: singular vectors are slow."""
    import torch

    from numeric.residual_relu import distance

    with torch.no_grad():
        h = distance(chosen(weights, "hat."), chosen(weights, "tilde."), found.theta[..., 0, 0])
    return h.clamp_min(1e-12)


def _output_share(points: Any, samples: int, generator: Any, restarts: int = 2) -> Any:
    """The largest found of `(f(hat) - f(tilde) - linear part) / (printed, without C)`."""
    from numeric.residual_relu import both_passes, linear_part

    found, sets, radius = _pair(points, samples, generator)

    def share(weights: Any) -> Any:
        hat, tilde = chosen(weights, "hat."), chosen(weights, "tilde.")
        above, path = both_passes(hat, tilde, found.x, found.theta)
        gap = above - path.output
        gap = (gap - linear_part(tilde, hat, path, found.theta))[..., 0]
        h = _distance(found, weights)
        return gap / (_allowed(points, radius, h) + points.m**0.5 * h.square())

    top = worst(share, sets, restarts, START["steps"], generator)
    return _with_kinks(points, top.reshape(points.n, samples), generator)


def _with_kinks(points: Any, top: Any, generator: Any) -> Any:
    """At least what the last layer gives when its nearest kinks are put at 0, then crossed.

    With `s` units of sign +1 at 0 and a move of spectral norm h -> 0 of all of them, f gains
    `sqrt(s) |x_L| h` beyond its linear part. The units' inputs are Gaussian given `|x_L| = 1`; the
    gain is a mean over as many draws of them as told, below the mean of the larger of the two.
    """
    import torch

    from numeric.residual_search import kinks_within

    shape = (*top.shape, KINK_DRAWS, points.m // 2)
    g = torch.randn(shape, generator=generator, dtype=torch.float64) * (2 / points.m) ** 0.5
    count = kinks_within(g, points.tau[:, None, None].expand(shape[:-1])).to(torch.float64)
    known = count.sqrt().mean(-1) / _allowed(points, points.tau[:, None], 1.0)
    return torch.maximum(top, known)


semismooth = Claim(
    id="frei2019.lemma-4.2a",
    source=Source(PAPER, "4", "Lemma 4.2, the network's output"),
    title="Lemma 4.2, the output: no growth with depth",
    statement=r"for $\tau\le1$ and $m\ge C(\tau^{-2/3}(\log m)^{-1}\log(L/\delta)\vee\tau^{-4/3}d"
    r"\log(m/(\tau\delta))\vee d\log(mL/\delta))$, with probability at least $1-\delta$, for all "
    r"$x\in S^{d-1}$, $\hat W,\tilde W\in\mathcal W(W,\tau)$: $f_{\hat W}(x)-f_{\tilde W}(x)\le"
    r"\bar C\tau^{1/3}\sqrt{m\log m}\,h+\bar C\sqrt m\,h^2+\sum_l\mathrm{tr}"
    r"[(\hat W_l-\tilde W_l)^\top\nabla_{W_l}f_{\tilde W}(x)]$, "
    r"$h=\|\hat W_1-\tilde W_1\|_2+\theta\sum_{l=2}^L\|\hat W_l-\tilde W_l\|_2"
    r"+\|\hat W_{L+1}-\tilde W_{L+1}\|_2$",
    reading="means over initialisations of the largest ratio that ascent over both weights finds, "
    "or the last layer's known worst case if that is larger",
    over=OVER,
    quantifier=UpToConstant(along=("L",), samples=60),
    lhs=Sampled(_output_share),
    relation="<=",
    rhs=Closed(1),
    grid=Grid(L=LONG, m=[8], d=[2], c=[1.0], tau=[1.0]).nightly(
        L=[8, 16, 32, 64, 128, 200], c=[0.5, 1.0]
    ),
    uses=("frei2019.lemma-4.1", "frei2019.eq-2"),
)


def _output_share_once(points: Any, samples: int, generator: Any) -> Any:
    """With one start each: along the width the last layer's kinks decide, not the search."""
    return _output_share(points, samples, generator, restarts=1)


semismooth_in_width = replace(
    semismooth,
    id="frei2019.lemma-4.2a.width",
    title="Lemma 4.2, the output: no growth with width or as tau falls",
    quantifier=UpToConstant(along=("m",), shrinking=("tau",), samples=48),
    lhs=Sampled(_output_share_once),
    grid=Grid(L=[2], m=[6, 12, 24, 48], d=[2], c=[1.0], tau=TAUS).nightly(
        m=[16, 32, 64, 128], c=[0.5, 1.0], tau=[1.0, 0.3, 0.1, 0.03]
    ),
)


def _loss_share(points: Any, samples: int, generator: Any) -> Any:
    """The same for the loss of one input with label +1: `L_S`, `E_S` and `m h^2`."""
    import torch

    from numeric.residual_relu import both_passes, linear_part, loss, surrogate

    found, sets, radius = _pair(points, samples, generator)
    one = torch.ones(1, dtype=torch.float64)

    def share(weights: Any) -> Any:
        hat, tilde = chosen(weights, "hat."), chosen(weights, "tilde.")
        above, path = both_passes(hat, tilde, found.x, found.theta)
        error = surrogate(path.output, one)
        gap = loss(above, one) - loss(path.output, one)
        gap = gap + error * linear_part(tilde, hat, path, found.theta)[..., 0]
        h = _distance(found, weights)
        return gap / (_allowed(points, radius, h, error) + points.m * h.square())

    top = worst(share, sets, START["restarts"], START["steps"], generator)
    return top.reshape(points.n, samples)


loss_semismooth = Claim(
    id="frei2019.lemma-4.2b",
    source=Source(PAPER, "4", "Lemma 4.2, the loss"),
    title="Lemma 4.2, the loss: no growth with depth",
    statement=r"under the same conditions $L_S(\hat W)-L_S(\tilde W)\le\bar C\tau^{1/3}"
    r"\sqrt{m\log m}\,h\,\mathcal E_S(\tilde W)+\bar Cm\,h^2+\sum_l\mathrm{tr}"
    r"[(\hat W_l-\tilde W_l)^\top\nabla_{W_l}L_S(\tilde W)]$",
    reading="one input with label +1; means over initialisations of the largest ratio that ascent "
    "over both weights finds",
    over=OVER,
    quantifier=UpToConstant(along=("L",), samples=130),
    lhs=Sampled(_loss_share),
    relation="<=",
    rhs=Closed(1),
    grid=Grid(L=[3, 6, 12, 24], m=[8], d=[2], c=[1.0], tau=[1.0]).nightly(
        L=[8, 16, 32, 64, 128, 200], c=[0.5, 1.0]
    ),
    uses=("frei2019.lemma-4.2a", "frei2019.lemma-4.2b.taylor"),
)

loss_semismooth_in_width = replace(
    loss_semismooth,
    id="frei2019.lemma-4.2b.width",
    title="Lemma 4.2, the loss: no growth with width",
    quantifier=UpToConstant(along=("m",), samples=220),
    grid=Grid(L=[2], m=[4, 8, 16, 32], d=[2], c=[1.0], tau=[0.5]).nightly(
        m=[8, 16, 32, 64], c=[0.5, 1.0]
    ),
)

z = symbols("z", real=True)

taylor = Claim(
    id="frei2019.lemma-4.2b.taylor",
    source=Source(PAPER, "4", "Lemma 4.2, from the output to the loss"),
    statement=r"$\ell(z+\Delta)-\ell(z)\le\ell'(z)\Delta+\frac18\Delta^2$ as $\ell''\le\frac14$",
    reading="not printed; the curvature bound that turns the first inequality into the second",
    over={z: sp.S.Reals},
    lhs=Closed(sp.diff(sp.log(1 + sp.exp(-z)), z, 2)),
    relation="<=",
    rhs=Closed(sp.Rational(1, 4)),
    quantifier=ForAll(random_points=50, search=False),
    grid=Grid(z=[-20.0, -1.0, 0.0, 1.0, 20.0]),
)


def _linearisation(points: Any, samples: int, generator: Any) -> Any:
    """The largest found of `|f_W - F_{W0,W}|` over the ball, `(n, samples)`."""
    import torch

    from numeric.residual_relu import forward, linear_part_of, output, slopes
    from numeric.residual_search import crossing_gain

    found = draw(points, samples, generator)
    radius = points.tau.repeat_interleave(samples)
    path = forward(found.weights, found.x, found.theta)
    rows = slopes(found.weights, path, found.theta)

    def error(weights: Any) -> Any:
        part = linear_part_of(rows, found.weights, weights, path)
        return (output(weights, found.x, found.theta) - path.output - part).abs()[..., 0]

    top = worst(error, ball(found, radius), START["restarts"], START["steps"], generator)
    end = path.hidden[:, 0, -1, 0]
    before = (end.unsqueeze(-2) @ found.weights["last"][:, 0])[:, 0, : points.m // 2]
    return torch.maximum(top, crossing_gain(before, radius * end.norm(dim=-1))).reshape(
        points.n, samples
    )


linearisation = Claim(
    id="frei2019.proof-3.6a",
    source=Source(PAPER, "4", "proof of Theorem 3.6, the linearisation"),
    statement=r"$F_{W^{(0)},W}(x)=f_{W^{(0)}}(x)+\sum_l\mathrm{tr}[(W_l-W_l^{(0)})^\top\nabla_{W_l}"
    r"f_{W^{(0)}}(x)]$: $|f_W(x)-F_{W^{(0)},W}(x)|\le C_3\tau^{4/3}\sqrt{m\log m}$ for "
    r"$W\in\mathcal W(W^{(0)},\tau)$",
    reading="means over initialisations of the largest error that ascent finds, or of the last "
    "layer's exact worst case if that is larger",
    over=OVER,
    quantifier=UpToConstant(shrinking=("tau",), samples=220),
    lhs=Sampled(_linearisation),
    relation="<=",
    rhs=Closed(tau ** (4 * THIRD) * sqrt(m * log(m))),
    grid=Grid(L=[2], m=[24], d=[2], c=[1.0], tau=TAUS).nightly(c=[0.5, 1.0]),
    uses=("frei2019.lemma-4.2a", "frei2019.proof-3.6a.algebra"),
)

linearisation_in_width = replace(
    linearisation,
    id="frei2019.proof-3.6a.width",
    title="The linearisation: no growth with width",
    quantifier=UpToConstant(along=("m",), samples=100),
    grid=Grid(L=[2], m=[8, 16, 32, 64], d=[2], c=[1.0], tau=[0.5]).nightly(L=[2, 6]),
)

linearisation_in_depth = replace(
    linearisation,
    id="frei2019.proof-3.6a.depth",
    title="The linearisation: no growth with depth",
    quantifier=UpToConstant(along=("L",), samples=100),
    grid=semismooth.grid,
)


def _last_layer(points: Any, samples: int, generator: Any) -> Any:
    """The exact worst case of the last layer alone, given `|x_L| = 1`, `(n, samples)`."""
    import torch

    from numeric.residual_search import crossing_gain

    g = torch.randn(points.n, samples, points.m // 2, generator=generator, dtype=torch.float64)
    return crossing_gain(g * (2 / points.m) ** 0.5, points.tau[:, None].expand(points.n, samples))


tight = Claim(
    id="frei2019.proof-3.6a.tight",
    source=Source(PAPER, "4", "proof of Theorem 3.6, whether the linearisation's powers are right"),
    statement=r"$\sup_W|f_W-F_{W^{(0)},W}|$ is of order $\tau^{4/3}\sqrt m$ for moves of the last "
    r"layer alone, so that only the logarithm can be spared",
    reading="not printed; the supremum is exact",
    over={m: sp.Range(2, oo, 2), **RADIUS},
    quantifier=UpToConstant(along=("m",), shrinking=("tau",), samples=40),
    lhs=Sampled(_last_layer),
    relation="==",
    rhs=Closed(tau ** (4 * THIRD) * sqrt(m)),
    grid=Grid(m=[256, 512, 1024, 2048], tau=TAUS).nightly(m=[2**k for k in range(8, 16)]),
    uses=("frei2019.proof-3.6a",),
)

s, q = symbols("s q", real=True)
RADII = 2 + c  # h <= tau (1 + theta (L - 1) + 1)

algebra = Claim(
    id="frei2019.proof-3.6a.algebra",
    source=Source(PAPER, "4", "proof of Theorem 3.6, Lemma 4.2 at the initial weights"),
    statement=r"$\tau^{1/3}\sqrt{m\log m}\,h+\sqrt m\,h^2\le(2+c)(3+c)\tau^{4/3}\sqrt{m\log m}$ "
    r"for $h\le(2+c)\tau$, $\tau\le1$, $\log m\ge1$",
    reading="divided by sqrt(m); s = tau^(1/3), q = sqrt(log m); h is at most (2 + c) tau as "
    "theta (L - 1) <= c",
    over={s: Interval(0, 1), q: Interval(1, oo), c: Interval(0, oo)},
    lhs=Closed(s * q * RADII * s**3 + (RADII * s**3) ** 2),
    relation="<=",
    rhs=Closed(RADII * (1 + RADII) * s**4 * q),
    grid=Grid(s=[0.0, 0.3, 1.0], q=[1.0, 3.0], c=[0.0, 1.0, 10.0]),
    uses=("frei2019.lemma-4.2a",),
)
