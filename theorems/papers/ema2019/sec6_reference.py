r"""Section 6.1 and appendices C.1, C.2: the random feature model approximates and is trained.

L, m, d: depth, width, input dimension; n: training inputs; sigma: which activation (0 identity, 1
ReLU, 2 tanh, 3 soft threshold at 1/2); gamma: the bound of |A(w)| in f*(x) = E A(w) sigma(w.x),
printed a*(w); delta: failure probability. The law of the inputs is uniform on 64 fixed points of
the sphere, so that population risks are finite sums.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, exp, log, oo, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import InExpectation, WithProbability
from theorems.sides import Closed, Computed, Sampled

PAPER = "ema2019"
gamma, delta = symbols("gamma delta", real=True)
L, m, d, sigma = symbols("L m d sigma", integer=True)
MODEL = {
    L: sp.S.Naturals,
    m: sp.S.Naturals,
    d: sp.S.Naturals,
    sigma: sp.FiniteSet(0, 1, 2, 3),
    gamma: Interval(1, oo),
}
CONFIDENCE = {delta: Interval.open(0, 1)}
HOMOGENEOUS = (sigma - 1) * (m - 1) <= 0
c_delta = 1 + sqrt(2 * log(1 / delta))


def _draw(points: Any, samples: int, generator: Any, inputs: int | None = None) -> Any:
    from numeric.random_features import NAMES, reference

    sizes, name = (points.L, points.m, points.d), NAMES[points.sigma]
    # Odd activations average to zero against a constant A, which would hide their features.
    kind = "half" if name in ("tanh", "soft") else "constant"
    return reference(points.gamma, samples, sizes, name, kind, generator, inputs)


def _model(drawn: Any) -> Any:
    """`f~(x; a*, B_0)` at the distinct inputs, `(points, samples, M)`."""
    return (drawn.phi @ drawn.best.unsqueeze(-1)).squeeze(-1)


def _squared_error(drawn: Any) -> Any:
    """`E_x |f~(x; a*, B_0) - f*(x)|^2`, `(points, samples)`."""
    return (drawn.weight * (_model(drawn) - drawn.y).square()).sum(-1)


def _risk(drawn: Any) -> Any:
    return _squared_error(drawn) / 2


def _least_risk(drawn: Any) -> Any:
    """The least population risk over all coefficients, whatever their norm."""
    import torch

    root = drawn.weight.sqrt()
    rows = root.unsqueeze(-1) * drawn.phi
    values, vectors = torch.linalg.eigh(rows @ rows.mT)
    modes = (vectors.mT @ (root * drawn.y).unsqueeze(-1)).squeeze(-1)
    return torch.where(values <= 1e-11, modes, 0 * modes).square().sum(-1) / 2


APPROXIMATION = (
    r"$E(a^*;B_0)\le c^2(\delta)\frac{\gamma^2(f^*)}{mL}$, $c(\delta)=1+\sqrt{2\ln(1/\delta)}$"
)
FEATURES = Grid(
    points=[
        {"sigma": 0, "m": 1, "L": 8, "d": 1, "gamma": 1.0},
        {"sigma": 0, "m": 2, "L": 16, "d": 2, "gamma": 5.0},
        {"sigma": 1, "m": 1, "L": 1, "d": 1, "gamma": 2.0},
        {"sigma": 1, "m": 4, "L": 16, "d": 3, "gamma": 2.0},
        {"sigma": 2, "m": 1, "L": 16, "d": 1, "gamma": 2.0},
        {"sigma": 3, "m": 4, "L": 128, "d": 1, "gamma": 4.0},
    ],
    delta=[0.2, 0.5],
)

approximation = Claim(
    id="ema2019.theorem-6.1a",
    source=Source(PAPER, "6.1", "Theorem 6.1, first bound"),
    statement=r"for $f^*(x)=E[a^*(w)\sigma(w^Tx)]$ with $|a^*|\le\gamma$, with probability at "
    rf"least $1-\delta$ over $B_0$ some $a^*$ has {APPROXIMATION}",
    reading="some a* does if the one of least risk does; sigma is any 1-Lipschitz function that "
    "vanishes at 0, as in section 2.1",
    over={**MODEL, **CONFIDENCE},
    quantifier=WithProbability(1 - delta, draws=200, draw=_draw),
    lhs=Sampled(_least_risk),
    relation="<=",
    rhs=Closed(c_delta**2 * gamma**2 / (m * L)),
    grid=Grid(sigma=[3], m=[4], L=[128], d=[1], gamma=[4.0], delta=[0.2, 0.5]),
    erratum="false for sigma that are not positively homogeneous and m > 1: features are "
    "sigma(w.x/sqrt(m)), and with the soft threshold at 1/2 and m = 4 all of them vanish while f* "
    "does not",
    uses=("ema2019.assumption-3.3", "ema2019.proof-6.1a", "ema2019.proof-6.1b"),
)

approximation_corrected = Claim(
    id="ema2019.theorem-6.1a.corrected",
    source=Source(PAPER, "6.1", "Theorem 6.1, first bound"),
    title="Theorem 6.1, first bound (a quarter of it would do)",
    statement=r"for a positively homogeneous $\sigma$, or $m=1$, the coefficients of appendix C.1 "
    rf"satisfy {APPROXIMATION} with probability at least $1-\delta$",
    over={**MODEL, **CONFIDENCE},
    where=[HOMOGENEOUS],
    quantifier=WithProbability(1 - delta, draw=_draw),
    lhs=Sampled(_risk),
    relation="<=",
    rhs=Closed(c_delta**2 * gamma**2 / (m * L)),
    grid=FEATURES,
    corrects="ema2019.theorem-6.1a",
    uses=("ema2019.proof-6.1a.corrected", "ema2019.proof-6.1b", "ema2019.proof-6.1c.corrected"),
)

norm_of_best = Claim(
    id="ema2019.theorem-6.1b",
    source=Source(PAPER, "6.1", "Theorem 6.1, the norm"),
    statement=r"$\|a^*\|\le\gamma(f^*)/\sqrt L$ for $a^*_j=a^*(\sqrt mb_j^0)/(\sqrt mL)$",
    over=MODEL,
    quantifier=WithProbability(1, draws=50, draw=_draw),
    lhs=Sampled(lambda drawn: drawn.best.norm(dim=-1)),
    relation="<=",
    rhs=Closed(gamma / sqrt(L)),
    grid=Grid(sigma=[1], m=[1, 3], L=[1, 7, 64], d=[2], gamma=[1.0, 10.0]),
    uses=("ema2019.theorem-6.1a",),
)

_m, _L = symbols("m L", real=True)
SIZES = {gamma: Interval(1, oo), _m: Interval(1, oo), _L: Interval(1, oo)}

norm_in_closed_form = Claim(
    id="ema2019.theorem-6.1b.largest",
    source=Source(PAPER, "6.1", "Theorem 6.1, the norm at its largest"),
    statement=r"$mL$ coefficients of size $\gamma/(\sqrt mL)$ have norm $\gamma/\sqrt L$",
    over=SIZES,
    lhs=Closed(sqrt(_m * _L * (gamma / (sqrt(_m) * _L)) ** 2)),
    relation="==",
    rhs=Closed(gamma / sqrt(_L)),
)


def _draw_at_few(points: Any, samples: int, generator: Any) -> Any:
    """`_draw` at the first eight inputs; in one dimension there are two."""
    return _draw(points, samples, generator, 8)


def _target(points: Any) -> Any:
    """f* at the first eight inputs, `(points, 2 or 8)`."""
    import torch

    return _draw_at_few(points, 1, torch.Generator()).y[:, 0]


MEAN: dict[str, Any] = {
    "lhs": Sampled(_model),
    "relation": "==",
    "rhs": Computed(_target),
    "quantifier": InExpectation(samples=5_000, draw=_draw_at_few),
    "grid": Grid(
        points=[{"sigma": 1, "d": 2}, {"sigma": 2, "d": 1}], m=[1, 2, 4], L=[1, 4], gamma=[3.0]
    ),
}

mean = Claim(
    id="ema2019.proof-6.1a",
    source=Source(PAPER, "C.1", "proof of Theorem 6.1, the mean"),
    statement=r"$E_{B_0}[\tilde f(x;a^*,B_0)]=f^*(x)$ for "
    r"$a_j^*=a^*(\sqrt mb_j^0)/(\sqrt mL)$",
    over=MODEL,
    **MEAN,
    erratum="sigma(b.x) = sigma(sqrt(m) b.x)/sqrt(m) needs a positively homogeneous sigma: for "
    "tanh and m > 1 the mean is another function",
    uses=("ema2019.assumption-3.3",),
)

mean_corrected = Claim(
    id="ema2019.proof-6.1a.corrected",
    source=Source(PAPER, "C.1", "proof of Theorem 6.1, the mean"),
    statement=r"$E_{B_0}[\tilde f(x;a^*,B_0)]=f^*(x)$ for a positively homogeneous $\sigma$, or "
    "for $m=1$",
    over=MODEL,
    where=[HOMOGENEOUS],
    **MEAN,
    corrects="ema2019.proof-6.1a",
)

N = symbols("N", real=True)
SCALARS = {gamma: Interval(1, oo), N: Interval(1, oo), delta: Interval.open(0, 1)}
DEVIATION = gamma * sqrt(2 * log(1 / delta) / N)

mcdiarmid = Claim(
    id="ema2019.proof-6.1b",
    source=Source(PAPER, "C.1", "(C.1), McDiarmid's inequality"),
    statement=r"with differences $2\gamma/(mL)$ bounded for each of $mL$ rows, "
    r"$\exp\big(-2s^2/(mL(2\gamma/(mL))^2)\big)=\delta$ at $s=\gamma\sqrt{2\ln(1/\delta)/(mL)}$",
    over=SCALARS,
    lhs=Closed(exp(-2 * DEVIATION**2 / (N * (2 * gamma / N) ** 2))),
    relation="==",
    rhs=Closed(delta),
    uses=("ema2019.proof-6.1a",),
)


def _with_one_row_changed(points: Any, samples: int, generator: Any) -> Any:
    """Two draws of Z that differ in one row of `B_0`, `(points, samples)`."""
    from numeric.data import unit_sphere
    from numeric.random_features import NAMES, features, law, proof_coefficients, target

    name, shape = NAMES[points.sigma], (points.n, samples)
    first = unit_sphere((*shape, points.L * points.m), points.d, generator)
    second = first.clone()
    second[..., 0, :] = -first[..., 0, :]
    inputs, level = law(points.d), points.gamma[:, None, None]
    wanted = target(inputs.x, level, name, "constant")

    def z(w: Any) -> Any:
        a = proof_coefficients(w, level, points.m, "constant")
        model = (features(w, inputs.x, points.m, name) @ a.unsqueeze(-1)).squeeze(-1)
        return (inputs.weight * (model - wanted).square()).sum(-1).sqrt()

    return (z(first) - z(second)).abs()


bounded_difference = Claim(
    id="ema2019.proof-6.1b.difference",
    source=Source(PAPER, "C.1", "proof of Theorem 6.1, bounded differences"),
    statement=r"$|Z(B_0)-Z(\tilde B_0)|\le\frac{2\gamma(f^*)}{mL}$ when one row differs",
    over=MODEL,
    where=[HOMOGENEOUS],
    quantifier=WithProbability(1, draws=500),
    lhs=Sampled(_with_one_row_changed),
    relation="<=",
    rhs=Closed(2 * gamma / (m * L)),
    grid=Grid(sigma=[0, 1], m=[1, 3], L=[1, 4], d=[1, 3], gamma=[1.0, 6.0]),
)

VARIANCE: dict[str, Any] = {
    "quantifier": InExpectation(samples=5_000, draw=_draw),
    "lhs": Sampled(_squared_error),
    "relation": "<=",
    "grid": Grid(
        points=[
            {"sigma": 0, "m": 1, "L": 4, "d": 1, "gamma": 1.0},
            {"sigma": 0, "m": 1, "L": 4, "d": 1, "gamma": 3.0},
            {"sigma": 1, "m": 2, "L": 4, "d": 2, "gamma": 2.0},
            {"sigma": 1, "m": 1, "L": 9, "d": 1, "gamma": 20.0},
        ]
    ),
}

variance = Claim(
    id="ema2019.proof-6.1c",
    source=Source(PAPER, "C.1", "proof of Theorem 6.1, the variance"),
    statement=r"$E[Z^2(B_0)]=E_xE_{B_0}|\tilde f(x;a^*,B_0)-f^*(x)|^2\le\frac{\gamma(f^*)}{mL}$",
    over=MODEL,
    **VARIANCE,
    rhs=Closed(gamma / (m * L)),
    erratum="the bound is gamma^2/(mL): |x| (or the identity), d = 1 and a* = gamma attain it",
    uses=("ema2019.proof-6.1a",),
)

variance_corrected = Claim(
    id="ema2019.proof-6.1c.corrected",
    source=Source(PAPER, "C.1", "proof of Theorem 6.1, the variance"),
    statement=r"$E[Z^2(B_0)]\le\frac{\gamma^2(f^*)}{mL}$ for a positively homogeneous $\sigma$, "
    "or for $m=1$",
    over=MODEL,
    where=[HOMOGENEOUS],
    **VARIANCE,
    rhs=Closed(gamma**2 / (m * L)),
    corrects="ema2019.proof-6.1c",
)
