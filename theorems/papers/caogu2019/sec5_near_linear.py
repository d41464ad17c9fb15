r"""Section 5.1, Lemmas 5.1 and 5.2: gradients and near linearity around the initialisation.

Symbols in `sec3_symbols`. The absolute constants are not printed: sides are compared up to a
constant along one size at a time, at weights found by ascent or made by hand; ratios to the moves
use Frobenius norms, at least the spectral ones, so that the left sides are lower bounds of the
suprema.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Rational, log, sqrt

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.caogu2019.appendix_b_scaling import INPUTS, OVER, drawn, searched
from theorems.papers.caogu2019.sec3_symbols import PAPER, L, labels, m, tau
from theorems.quantifiers import UpToConstant
from theorems.sides import Closed, Computed

CONDITIONS = (
    r"if $m\ge\bar C\max\{L^2\log(mn/\delta),L^{-8/3}\tau^{-4/3}\log[m/(\tau\delta)]\}$ and "
    r"$\tau\le\underline CL^{-6}[\log(m)]^{-3/2}$, with probability at least $1-\delta$: "
)
WIDER = Grid(L=[2], m=[16, 32, 64, 128], d=[8], tau=[0.05]).nightly(m=[32, 64, 128, 256, 512])
CLOSER = Grid(L=[3], m=[48], d=[8], tau=[0.4, 0.2, 0.1, 0.05]).nightly(
    m=[256], tau=[0.2, 0.1, 0.05, 0.025, 0.0125]
)
DEEPER = Grid(L=[1, 2, 4, 8], m=[128], d=[8], tau=[0.01])
# For weights made by hand: wide enough for the number of flipped units to follow its power.
MADE_WIDER = Grid(L=[3], m=[2 * round(2 ** (k / 2)) for k in range(12, 19)], d=[8], tau=[0.2])
MADE_CLOSER = Grid(L=[3], m=[512], d=[8], tau=[0.4 * 2 ** (-k / 2) for k in range(7)])
SEARCHED_DEEPER = Grid(L=[2, 4, 8, 16], m=[24], d=[8], tau=[0.01])
SIZE = L**2 * tau ** Rational(1, 3) * sqrt(m * log(m))


def _output_gradients(points: Any) -> Any:
    from numeric.deep_relu import output_gradient_norms

    layers, x = drawn(points)
    return output_gradient_norms(layers, x).amax().expand(points.n)


def _along(name: str) -> UpToConstant:
    return UpToConstant(shrinking=("tau",)) if name == "tau" else UpToConstant(along=(name,))


def _claim(
    id_: str, label: str, text: str, lhs: Any, rhs: sp.Expr, name: str, **more: Any
) -> Claim:
    grids = {"m": WIDER, "tau": CLOSER, "L": DEEPER}
    along = {"m": "width", "tau": "radius", "L": "depth"}[name]
    return Claim(
        id=f"caogu2019.{id_}",
        source=Source(PAPER, more.pop("section", "5.1"), f"{label}, along the {along}"),
        statement=CONDITIONS + text,
        over=OVER,
        quantifier=_along(name),
        lhs=Computed(lhs),
        relation="<=",
        rhs=Closed(rhs),
        grid=more.pop("grid", grids[name]),
        **more,
    )


OUTPUT = r"$\|\nabla_{W_l}f_{W^{(0)}}(x_i)\|_F\le C\sqrt m$ for all $l\in[L]$"
FROM_B1 = ("caogu2019.proof-5.1", "caogu2019.lemma-B.1")
output_gradient = _claim(
    "lemma-5.1a", "Lemma 5.1, the outputs", OUTPUT, _output_gradients, sqrt(m), "m", uses=FROM_B1
)
output_gradient_deep = _claim(
    "lemma-5.1a.depth", "Lemma 5.1, the outputs", OUTPUT, _output_gradients, sqrt(m), "L"
)


def _risk_gradients(points: Any) -> Any:
    """`max_l |grad_{W_l} L_S(W)|_F / E_S(W)` over the neighbourhood."""

    def objective(start: Any, old: Any, new: Any, x: Any) -> Any:
        import torch

        from numeric.deep_relu import frobenius, risk_gradients, surrogate_error

        y = labels(INPUTS)
        sizes = [frobenius(slope) for slope in risk_gradients(new, x, y)]
        return torch.stack(sizes, dim=-1).amax(-1) / surrogate_error(new, x, y)

    return searched(points, objective)


RISK = (
    r"$\|\nabla_{W_l}L_S(W)\|_F\le C\sqrt m\cdot\mathcal E_S(W)$ for all $W\in\mathcal W_\tau$, "
    r"$l\in[L]$"
)
risk_gradient = _claim(
    "lemma-5.1b", "Lemma 5.1, the risk", RISK, _risk_gradients, sqrt(m), "m", uses=FROM_B1
)


def _total(old: Any, new: Any) -> Any:
    return sum((b - a).square().sum(dim=(-2, -1)).sqrt() for a, b in zip(old, new, strict=True))


def _flipped(points: Any) -> tuple[Any, Any, Any]:
    """Weights made to be hard to linearise between, layers `(n, ...)`, and one input.

    In the last layer, the units of `v_j = -1` that cost least are put just below 0 and then just
    above it, as many as a ball of radius tau allows.
    """
    import torch

    from numeric.deep_relu import forward

    layers, x = drawn(points)
    below = forward(layers, x[:1]).hidden[-2][0]
    half = (below @ layers[-1])[points.m // 2 :]
    order = half.abs().argsort()
    cost = half[order].square().cumsum(0).sqrt() / below.norm()
    flips = torch.zeros(points.n, points.m, dtype=torch.float64)
    flips[:, points.m // 2 + order] = (cost <= 0.99 * points.tau[:, None]).to(torch.float64)
    start = [layer.expand(points.n, *layer.shape) for layer in layers[:-1]]
    little = 1e-4 / points.m**0.5

    def last(target: float) -> Any:
        change = flips * (target - below @ layers[-1]) / below.square().sum()
        return layers[-1] + below[:, None] * change[:, None, :]

    return [*start, last(-little)], [*start, last(little)], x[:1]


def _linear_gap(old: Any, new: Any, x: Any) -> Any:
    """`max_i |f_new - F_{old,new}| / sum_l |W_new - W_old|_F`."""
    from numeric.deep_relu_moves import linearisation_error

    error = linearisation_error(old, new, x).abs().amax(-1)
    return error / (_total(old, new) + 1e-9)


def _made_linearisation(points: Any) -> Any:
    return _linear_gap(*_flipped(points))


def _linearisation(points: Any) -> Any:
    """The same at the worst weights that ascent finds."""
    return searched(points, lambda start, old, new, x: _linear_gap(old, new, x))


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
    "sign, which attains the printed powers of tau and m, up to the logarithm"
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
    grid=SEARCHED_DEEPER,
)


def _risk_gap(points: Any, old: Any, new: Any, x: Any) -> Any:
    """The excess of the risk over its linear part, divided by the two other terms."""
    import math

    from numeric.deep_relu import risk, risk_gradients, surrogate_error

    y = labels(x.shape[-2])
    slopes = risk_gradients(old, x, y)
    linear = sum(((b - a) * s).sum(dim=(-2, -1)) for a, b, s in zip(old, new, slopes, strict=True))
    moves = [(b - a).square().sum(dim=(-2, -1)) for a, b in zip(old, new, strict=True)]
    radius = points.tau.reshape(-1, *[1] * (moves[-1].ndim - 1))
    flat = points.L**2 * radius ** (1 / 3) * (points.m * math.log(points.m)) ** 0.5
    allowed = flat * sum(s.sqrt() for s in moves) * surrogate_error(old, x, y)
    allowed = allowed + points.m * points.L**3 * sum(moves)
    return (risk(new, x, y) - risk(old, x, y) - linear) / (allowed + 1e-9)


def _made_risk(points: Any) -> Any:
    return _risk_gap(points, *_flipped(points))


def _risk_excess(points: Any) -> Any:
    """The same at the worst weights that ascent finds."""
    found = searched(points, lambda start, old, new, x: _risk_gap(points, old, new, x))
    return found.clamp_min(1e-12)


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
    grid=SEARCHED_DEEPER,
)


def _first_part(points: Any) -> Any:
    """`|I_1| / |W_new - W_old|_F` for one layer and weights made for it.

    W_old puts to 0 the preactivations of as many units of v_j = 1 as the radius allows, W_new makes
    all of them positive by the same small amount: k units give the ratio sqrt(k).
    """
    from numeric.deep_relu_moves import cheapest_flips

    layers, x = drawn(points)
    half = (x[0] @ layers[0])[: points.m // 2].expand(points.n, -1)
    return cheapest_flips(half, x[0].norm().expand(points.n), points.tau).sqrt()


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
    uses=("caogu2019.proof-5.2b.pattern", "caogu2019.lemma-B.1iii", "caogu2019.lemma-B.1v"),
)


def _output_moves(points: Any) -> Any:
    """`max_i |f_new - f_old| / sum_l |W_new - W_old|_F`, at worst."""

    def objective(start: Any, old: Any, new: Any, x: Any) -> Any:
        from numeric.deep_relu import forward

        change = (forward(new, x).output - forward(old, x).output).abs().amax(-1)
        return change / (_total(old, new) + 1e-9)

    return searched(points, objective)


output_moves = _claim(
    "eq-B.3",
    "(B.3), the first inequality",
    r"$\Delta_i^2=[v^\top(\hat x_{L,i}-\tilde x_{L,i})]^2\le C_6mL^2(\sum_l\|\hat W_l-\tilde "
    r"W_l\|_2)^2$",
    _output_moves,
    L * sqrt(m),
    "m",
    section="B.2",
    reading="roots of both sides",
    uses=("caogu2019.lemma-B.1iii", "caogu2019.eq-B.3.sum"),
)


def _from_start(points: Any) -> Any:
    """`max_i |f_W - F_{W(0),W}|` over the neighbourhood."""

    def objective(start: Any, old: Any, new: Any, x: Any) -> Any:
        from numeric.deep_relu_moves import linearisation_error

        return linearisation_error(start, new, x).abs().amax(-1)

    return searched(points, objective)


class_gap = _claim(
    "proof-4.5b",
    "proof of Theorem 4.5, I_1",
    r"$I_1\le\max_{i\in[n]}|f_W(x_i)-F_{W^{(0)},W}(x_i)|\le C_2L^4\sqrt{m\log(m)}\,\tau^{4/3}$",
    _from_start,
    L**4 * sqrt(m * log(m)) * tau ** Rational(4, 3),
    "tau",
    grid=Grid(L=[3], m=[48], d=[8], tau=[0.4, 0.2, 0.1, 0.05]),
    reading=r"Lemma 5.2 with $\sum_l\|W_l-W_l^{(0)}\|_2\le L\tau$ gives $L^3$",
    uses=("caogu2019.lemma-5.2a",),
)
