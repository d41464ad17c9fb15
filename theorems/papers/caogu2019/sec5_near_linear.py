r"""Section 5.1, Lemmas 5.1 and 5.2: gradients and near linearity around the initialisation.

Symbols in `sec3_symbols`. The absolute constants are not printed: sides are compared up to a
constant along one size at a time, at weights found by ascent or made by hand around drawn
initialisations (`draws`); ratios to the moves use Frobenius norms, at least the spectral ones, so
that the left sides are lower bounds of the suprema.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Rational, log, sqrt

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.caogu2019.appendix_b_scaling import AS_WIDE, DEEPER, OVER
from theorems.papers.caogu2019.draws import (
    CHANCES,
    INPUTS,
    WORST,
    at_worst,
    flipped,
    passes,
    searched,
)
from theorems.papers.caogu2019.sec3_symbols import PAPER, L, labels, m, tau
from theorems.quantifiers import UpToConstant
from theorems.sides import Closed, Sampled

CONDITIONS = (
    r"if $m\ge\bar C\max\{L^2\log(mn/\delta),L^{-8/3}\tau^{-4/3}\log[m/(\tau\delta)]\}$ and "
    r"$\tau\le\underline CL^{-6}[\log(m)]^{-3/2}$, with probability at least $1-\delta$: "
)
HALF_OCTAVES = [8, 12, 16, 24, 32, 48, 64]
WIDER = Grid(L=[2], m=HALF_OCTAVES, d=[6], tau=[0.05]).nightly(m=[3 * m for m in HALF_OCTAVES])
AT_START = Grid(L=DEEPER, m=[6], d=[8], tau=[0.01]).nightly(m=[48])
# For weights made by hand: wide enough for the number of flipped units to follow its power.
MADE_WIDER = Grid(L=[3], m=[4 * m for m in HALF_OCTAVES], d=[8], tau=[0.3])
HALVED = [0.4 * 2 ** (-k / 2) for k in range(7)]
MADE_CLOSER = Grid(L=[3], m=[144], d=[8], tau=HALVED)
SEARCHED_DEEPER = Grid(L=DEEPER, m=[12], d=[8], tau=[0.02]).nightly(m=[32])
SIZE = L**2 * tau ** Rational(1, 3) * sqrt(m * log(m))


def _output_gradients(points: Any, samples: int, generator: Any) -> Any:
    """`max_l |grad_{W_l} f(x)|_F` at the start."""
    return at_worst(points, passes(points, samples, generator).gradient_norms.amax(-1))


def _deep_gradients(points: Any, samples: int, generator: Any) -> Any:
    """That over L, for networks of width m L^2."""
    run = passes(points, samples, generator, points.m * points.L**2)
    return at_worst(points, run.gradient_norms.amax(-1)) / points.L


def _claim(
    id_: str, label: str, text: str, lhs: Any, rhs: sp.Expr, name: str, **more: Any
) -> Claim:
    along = {"m": "width", "tau": "radius", "L": "depth"}[name]
    scaled: dict[str, Any] = {"shrinking": ("tau",)} if name == "tau" else {"along": (name,)}
    return Claim(
        id=f"caogu2019.{id_}",
        source=Source(PAPER, more.pop("section", "5.1"), f"{label}, along the {along}"),
        statement=CONDITIONS + text,
        over=OVER,
        quantifier=UpToConstant(samples=more.pop("samples", 14), **scaled),
        lhs=Sampled(lhs),
        relation="<=",
        rhs=Closed(rhs),
        grid=more.pop("grid", WIDER),
        reading=more.pop("reading", f"weights found by ascent, {WORST}"),
        **more,
    )


OUTPUT = r"$\|\nabla_{W_l}f_{W^{(0)}}(x_i)\|_F\le C\sqrt m$ for all $l\in[L]$"
FROM_B1 = ("caogu2019.proof-5.1", "caogu2019.lemma-B.1")
output_gradient = _claim(
    "lemma-5.1a",
    "Lemma 5.1, the outputs",
    OUTPUT,
    _output_gradients,
    sqrt(m),
    "m",
    samples=24,
    reading=f"{WORST}, with one input each",
    uses=FROM_B1,
)
output_gradient_deep = _claim(
    "lemma-5.1a.depth",
    "Lemma 5.1, the outputs",
    OUTPUT,
    _deep_gradients,
    sqrt(m),
    "L",
    samples=16,
    reading=f"{AS_WIDE}; both sides over L",
    grid=AT_START,
)


def _risk_gradients(points: Any, samples: int, generator: Any) -> Any:
    """`max_l |grad_{W_l} L_S(W)|_F / E_S(W)` over the neighbourhood."""

    def objective(start: Any, old: Any, new: Any, x: Any) -> Any:
        import torch

        from numeric.deep_relu import frobenius, risk_gradients, surrogate_error

        y = labels(INPUTS)
        sizes = [frobenius(slope) for slope in risk_gradients(new, x, y)]
        return torch.stack(sizes, dim=-1).amax(-1) / surrogate_error(new, x, y)

    return searched(points, samples, objective, generator, steps=4)


RISK = (
    r"$\|\nabla_{W_l}L_S(W)\|_F\le C\sqrt m\cdot\mathcal E_S(W)$ for all $W\in\mathcal W_\tau$, "
    r"$l\in[L]$"
)
risk_gradient = _claim(
    "lemma-5.1b",
    "Lemma 5.1, the risk",
    RISK,
    _risk_gradients,
    sqrt(m),
    "m",
    samples=24,
    uses=FROM_B1,
)


def _total(old: Any, new: Any) -> Any:
    return sum((b - a).square().sum(dim=(-2, -1)).sqrt() for a, b in zip(old, new, strict=True))


def _linear_gap(old: Any, new: Any, x: Any) -> Any:
    """`max_i |f_new - F_{old,new}| / sum_l |W_new - W_old|_F`."""
    from numeric.deep_relu_moves import linearisation_error

    error = linearisation_error(old, new, x).abs().amax(-1)
    return error / (_total(old, new) + 1e-9)


def _made_linearisation(points: Any, samples: int, generator: Any) -> Any:
    return at_worst(points, _linear_gap(*flipped(points, samples, generator)))


def _linearisation(points: Any, samples: int, generator: Any) -> Any:
    """The same at the worst weights that ascent finds."""

    def objective(start: Any, old: Any, new: Any, x: Any) -> Any:
        return _linear_gap(old, new, x)

    return searched(points, samples, objective, generator, steps=4)


LINEAR = (
    r"for all $\tilde W,\hat W\in\mathcal W_\tau$, $|f_{\hat W}(x_i)-F_{\tilde W,\hat W}(x_i)|\le "
    r"CL^2\tau^{1/3}\sqrt{m\log(m)}\cdot\sum_l\|\hat W_l-\tilde W_l\|_2$, $F_{\tilde W,\hat "
    r"W}(x)=f_{\tilde W}(x)+\sum_lTr[(\hat W_l-\tilde W_l)^\top\nabla_{W_l}f_{\tilde W}(x)]$"
)
HATS = (
    "the linearisation at W tilde, as in the proof (its I_3) and in the proof of Theorem 4.5; the "
    "text at hand has W hat in both places, with which the difference would be of first order"
)
MADE = (
    f"{HATS}. Weights made by hand: as many units of the last layer as the radius allows change "
    f"sign, which attains the printed powers of tau and m, up to the logarithm; {WORST}"
)
MADE_RISK = (
    "weights made by hand, as for the outputs; the left side is the excess over the linear part, "
    "divided by the sum of the two other terms"
)
near_linear = _claim(
    "lemma-5.2a",
    "Lemma 5.2, the outputs",
    LINEAR,
    _made_linearisation,
    SIZE,
    "tau",
    reading=MADE,
    samples=9,
    grid=MADE_CLOSER,
    uses=(
        *("caogu2019.lemma-B.1", "caogu2019.proof-5.2a", "caogu2019.proof-5.2b"),
        *("caogu2019.proof-5.2b.sum", "caogu2019.proof-5.2c", "caogu2019.proof-5.2c.small"),
    ),
)
near_linear_wide = _claim(
    "lemma-5.2a.width",
    "Lemma 5.2, the outputs",
    LINEAR,
    _made_linearisation,
    SIZE,
    "m",
    reading=MADE,
    samples=18,
    grid=MADE_WIDER,
)
near_linear_deep = _claim(
    "lemma-5.2a.depth",
    "Lemma 5.2, the outputs",
    LINEAR,
    _linearisation,
    SIZE,
    "L",
    reading=f"{HATS}; weights found by ascent, well below the printed power of L",
    samples=20,
    grid=SEARCHED_DEEPER,
)


def _risk_gap(points: Any, radius: Any, old: Any, new: Any, x: Any) -> Any:
    """The excess of the risk over its linear part, divided by the two other terms.

    `radius` has the weights' leading axes, or broadcasts to them.
    """
    import math

    from numeric.deep_relu import risk, risk_gradients, surrogate_error

    y = labels(x.shape[-2])
    slopes = risk_gradients(old, x, y)
    linear = sum(((b - a) * s).sum(dim=(-2, -1)) for a, b, s in zip(old, new, slopes, strict=True))
    moves = [(b - a).square().sum(dim=(-2, -1)) for a, b in zip(old, new, strict=True)]
    flat = points.L**2 * radius ** (1 / 3) * (points.m * math.log(points.m)) ** 0.5
    allowed = flat * sum(s.sqrt() for s in moves) * surrogate_error(old, x, y)
    allowed = allowed + points.m * points.L**3 * sum(moves)
    return (risk(new, x, y) - risk(old, x, y) - linear) / (allowed + 1e-9)


def _made_risk(points: Any, samples: int, generator: Any) -> Any:
    weights = flipped(points, samples, generator)
    return at_worst(points, _risk_gap(points, points.tau[:, None], *weights))


def _risk_excess(points: Any, samples: int, generator: Any) -> Any:
    """The same at the worst weights that ascent finds."""
    radius = points.tau.repeat_interleave(samples)[:, None]

    def objective(start: Any, old: Any, new: Any, x: Any) -> Any:
        return _risk_gap(points, radius, old, new, x)

    return searched(points, samples, objective, generator, steps=4).clamp_min(1e-12)


SMOOTH = (
    r"for all $\tilde W,\hat W\in\mathcal W_\tau$, $L_S(\hat W)-L_S(\tilde W)\le "
    r"C\sum_lL^2\tau^{1/3}\sqrt{m\log(m)}\|\hat W_l-\tilde W_l\|_2\mathcal E_S(\tilde "
    r"W)+\sum_lTr[(\hat W_l-\tilde W_l)^\top\nabla_{W_l}L_S(\tilde W)]+C\sum_lmL^3\|\hat "
    r"W_l-\tilde W_l\|_2^2$"
)
almost_smooth = _claim(
    "lemma-5.2b",
    "Lemma 5.2, the risk",
    SMOOTH,
    _made_risk,
    sp.Integer(1),
    "tau",
    reading=MADE_RISK,
    samples=9,
    grid=MADE_CLOSER,
    uses=("caogu2019.lemma-5.2a", "caogu2019.eq-B.1", "caogu2019.eq-B.2", "caogu2019.eq-B.3"),
)
almost_smooth_wide = _claim(
    "lemma-5.2b.width",
    "Lemma 5.2, the risk",
    SMOOTH,
    _made_risk,
    sp.Integer(1),
    "m",
    reading=MADE_RISK,
    samples=18,
    grid=MADE_WIDER,
)
almost_smooth_deep = _claim(
    "lemma-5.2b.depth",
    "Lemma 5.2, the risk",
    SMOOTH,
    _risk_excess,
    sp.Integer(1),
    "L",
    reading="weights found by ascent, well below the printed powers of L",
    samples=20,
    grid=SEARCHED_DEEPER,
)


def _first_part(points: Any, samples: int, generator: Any) -> Any:
    """`|I_1| / |W_new - W_old|_F` for one layer and weights made for it, an input of norm 1.

    W_old puts to 0 the preactivations of as many units of v_j = 1 as the radius allows, W_new makes
    all of them positive by the same small amount: k units give the ratio sqrt(k).
    """
    import torch

    from numeric.deep_relu_moves import cheapest_flips

    shape = (samples * CHANCES, points.m // 2)
    half = torch.randn(shape, generator=generator, dtype=torch.float64) * (2 / points.m) ** 0.5
    one = torch.ones(shape[0], dtype=torch.float64)
    counts = [cheapest_flips(half, one, radius) for radius in points.tau]
    return at_worst(points, torch.stack(counts).sqrt())


first_part = _claim(
    "proof-5.2b",
    "proof of Lemma 5.2, I_1",
    r"$|I_1|\le C_3L^2\tau^{1/3}\sqrt{m\log(m)}\cdot\sum_l\|\hat W_l-\tilde W_l\|_2$",
    _first_part,
    SIZE,
    "tau",
    section="B.2",
    reading="the bound itself, for one layer and weights made for it, which attain its power of "
    "tau; whether the bounds it is put together from give it is proof-5.2b.sum",
    grid=Grid(L=[1], m=[1 << 13], d=[8], tau=[0.1, 0.05, 0.025, 0.0125]),
    samples=2,
    uses=("caogu2019.proof-5.2b.pattern", "caogu2019.lemma-B.1iii", "caogu2019.lemma-B.1v"),
)


def _output_moves(points: Any, samples: int, generator: Any) -> Any:
    """`max_i |f_new - f_old| / sum_l |W_new - W_old|_F`, at worst."""

    def objective(start: Any, old: Any, new: Any, x: Any) -> Any:
        from numeric.deep_relu import forward

        change = (forward(new, x).output - forward(old, x).output).abs().amax(-1)
        return change / (_total(old, new) + 1e-9)

    return searched(points, samples, objective, generator, steps=4)


output_moves = _claim(
    "eq-B.3",
    "(B.3), the first inequality",
    r"$\Delta_i^2=[v^\top(\hat x_{L,i}-\tilde x_{L,i})]^2\le C_6mL^2(\sum_l\|\hat W_l-\tilde "
    r"W_l\|_2)^2$",
    _output_moves,
    L * sqrt(m),
    "m",
    section="B.2",
    samples=20,
    reading=f"roots of both sides; weights found by ascent, {WORST}",
    uses=("caogu2019.lemma-B.1iii", "caogu2019.eq-B.3.sum"),
)


def _from_start(points: Any, samples: int, generator: Any) -> Any:
    """`|f_W - F_{W(0),W}|` for one input, the exact worst case of the last layer alone."""
    import torch

    from numeric.residual_search import crossing_gain

    run = passes(points, samples, generator)
    length = run.hidden[-2].norm(dim=-1)
    shape = (*length.shape, points.m // 2)
    before = torch.randn(shape, generator=generator, dtype=torch.float64) * length[:, None]
    before = (before * (2 / points.m) ** 0.5).expand(points.n, *shape)
    return at_worst(points, crossing_gain(before, points.tau[:, None] * length))


class_gap = Claim(
    id="caogu2019.proof-4.5b",
    source=Source(PAPER, "5.1", "proof of Theorem 4.5, I_1, along the radius and the width"),
    statement=CONDITIONS
    + r"$I_1\le\max_{i\in[n]}|f_W(x_i)-F_{W^{(0)},W}(x_i)|\le C_2L^4\sqrt{m\log(m)}\,\tau^{4/3}$",
    reading=r"Lemma 5.2 with $\sum_l\|W_l-W_l^{(0)}\|_2\le L\tau$ gives $L^3$; the worst weights "
    f"of the last layer, which attain the powers of tau and m; {WORST}, with one input each",
    over=OVER,
    quantifier=UpToConstant(along=("m",), shrinking=("tau",), samples=24),
    lhs=Sampled(_from_start),
    relation="<=",
    rhs=Closed(L**4 * sqrt(m * log(m)) * tau ** Rational(4, 3)),
    grid=Grid(L=[3], m=[8 * m for m in HALF_OCTAVES], d=[8], tau=HALVED),
    uses=("caogu2019.lemma-5.2a",),
)
