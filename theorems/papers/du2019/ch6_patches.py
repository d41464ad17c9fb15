"""Thesis sections 6.3 and 6.6.2: filters averaged over several patches, by gradient descent.

k, p: number and size of patches; phi: angle of w and w*; case: number of a law of unit patches in
the plane; distance, theta: |w - w*|/|w*| and the direction of w - w*; gamma, L, beta, cross:
the quantities of Assumptions 6.2 and 6.3 (cross is L_cross); flatness: as in ch6_rate.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import sympy as sp
from sympy import Interval, Matrix, cos, pi, sin, symbols

from symbolic.wedge import joint_mean, joint_moment, opposite_mean
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2019.ch6_symbols import (
    ACUTE,
    ANGLE,
    DRAWS,
    PAPER,
    PLANE_OR_MORE,
    POSITIVE,
    SIZES,
    L,
    beta,
    cross,
    draw,
    k,
    p,
    phi,
)
from theorems.quantifiers import ForAll, InExpectation
from theorems.sides import Closed, Computed, Holds, Sampled, Side

distance, theta, later = symbols("distance theta later", real=True)
case = symbols("case", integer=True, nonnegative=True)
SAMPLES = InExpectation(samples=1 << 16)
GAUSSIAN = {phi: ACUTE, k: SIZES, p: PLANE_OR_MORE}
GAUSSIANS = Grid(phi=[0.0, 0.5, 1.5], k=[1, 2, 5], p=[2, 4])


def _patches(points: Any, samples: int, generator: Any) -> tuple[Any, Any, Any, Any]:
    """Of independent standard normal patches `(n, samples, k)`: whether w and whether w* is active,
    and the projections along and across the bisector of the two, which lie on the first plane."""
    import torch

    # All points share the draws, and each is judged by itself.
    shape = (1, samples, points.k, points.p)
    x, y = torch.randn(*shape, generator=generator, dtype=torch.float64)[..., :2].unbind(-1)
    angle = points.phi[:, None, None]
    cos_, sin_ = (angle / 2).cos(), (angle / 2).sin()
    on, on_star = x * angle.cos() + y * angle.sin() >= 0, x >= 0 * angle
    return on, on_star, x * cos_ + y * sin_, y * cos_ - x * sin_


def near_squares(points: Any, samples: int, generator: Any) -> Any:
    import torch

    on, on_star, along, across = _patches(points, samples, generator)
    both = on & on_star
    return torch.stack([(both * u).mean(-1).square() for u in (across, along)], -1)


def cross_sum(points: Any, samples: int, generator: Any) -> Any:
    """The three cross moments, each along the directions of its two means."""
    on, on_star, along, across = _patches(points, samples, generator)
    regions = ((on & on_star, along), (on & ~on_star, across), (~on & on_star, -across))
    a, b, c = ((region * u).mean(-1) for region, u in regions)
    return a * b + a * c + b * c


WHOLE = joint_moment(phi) / k + (k - 1) * joint_mean(phi) * joint_mean(phi).T / k
# u'Mu for u along and across the bisector, which is at phi/2 from the first axis.
MIDDLE = WHOLE.trace() / 2
SPLIT = cos(phi) * (WHOLE[0, 0] - WHOLE[1, 1]) / 2 + sin(phi) * WHOLE[0, 1]
gaussian_patches = Claim(
    id="du2019.assumption-6.2",
    source=Source(PAPER, "6.3", "Assumption 6.2, equation (6.4)"),
    statement=r"$\gamma(\phi),L(\phi)$ are the extreme eigenvalues of $\mathbb E[Z_{S(w,w_*)}"
    r"Z_{S(w,w_*)}^\top]$; for independent standard normal patches $\frac{\pi-\phi-\sin\phi}{2\pi "
    r"k}$ and $\frac{\pi-\phi+\sin\phi}{2\pi k}+\frac{k-1}k\frac{\cos^2(\phi/2)}{2\pi}$",
    reading="a definition, worked out for one law",
    over=GAUSSIAN,
    lhs=Side(
        Matrix(
            [
                (pi - phi - sin(phi)) / (2 * pi * k),
                (pi - phi + sin(phi)) / (2 * pi * k) + (k - 1) * (1 + cos(phi)) / (4 * pi * k),
            ]
        ),
        Sampled(near_squares),
    ),
    relation="==",
    rhs=Closed(Matrix([MIDDLE - SPLIT, MIDDLE + SPLIT])),
    quantifier=SAMPLES,
    grid=GAUSSIANS,
    uses=("du2019.definition-6.1",),
)

cross_of_gaussian = Claim(
    id="du2019.assumption-6.3",
    source=Source(PAPER, "6.3", "Assumption 6.3"),
    statement=r"$\lambda_{\max}(\mathbb E[Z_{S(w,w_*)}Z_{S(w,-w_*)}^\top])+\lambda_{\max}(\mathbb E"
    r"[Z_{S(w,w_*)}Z_{S(-w,w_*)}^\top])+\lambda_{\max}(\mathbb E[Z_{S(w,-w_*)}Z_{S(-w,w_*)}^\top])"
    r"\le L_{cross}\phi$; with operator norms independent standard normal patches have $L_{cross}"
    r"=\frac{9(k-1)}{16\pi k}$",
    reading=r"the proofs use operator norms; a cross moment is not symmetric, and its largest "
    "eigenvalue may be 0 when the moment is not",
    over=GAUSSIAN,
    lhs=Side(
        (k - 1) * (sin(phi) + (1 - cos(phi)) / 2) / (2 * pi * k),
        Sampled(cross_sum),
    ),
    relation="<=",
    rhs=Closed(sp.Rational(9, 8) * (k - 1) * phi / (2 * pi * k)),
    quantifier=SAMPLES,
    grid=Grid(phi=[0.5, 1.0, 1.5], k=[2, 5], p=[2, 4]),
    uses=("du2019.assumption-6.2",),
)

eigenvalues_vanish = Claim(
    id="du2019.assumption-6.3.eigenvalues",
    source=cross_of_gaussian.source,
    title="Assumption 6.3, printed eigenvalues",
    statement=r"for independent standard normal patches the first two cross moments, of rank one, "
    r"have no eigenvalue but 0, although their operator norm is $\frac{k-1}k\frac{\sin\phi}{4\pi}$",
    over={phi: ANGLE, k: SIZES},
    lhs=Closed((joint_mean(phi).T * opposite_mean(phi))[0] * (k - 1) / k),
    relation="==",
    rhs=Closed(sp.Integer(0)),
    quantifier=ForAll(search=False),
    grid=Grid(phi=[0.0, 1.0, 2.0], k=[1, 2, 7]),
    uses=("du2019.assumption-6.3",),
)


def _cross_of_random(points: Any) -> Any:
    from numeric.plane_laws import curves, random_law

    return curves(random_law(points.k, 0.0, points.draw), points.phi).cross_norm


equal_patches = Claim(
    id="du2019.text-6.3a",
    source=Source(PAPER, "6.3", "after Assumption 6.3"),
    statement=r"if $Z_1=\dots=Z_k$ then $L_{cross}=0$: all three cross moments vanish",
    over={phi: ANGLE, k: SIZES, draw: DRAWS},
    lhs=Computed(_cross_of_random),
    relation="==",
    rhs=Closed(sp.Integer(0)),
    quantifier=ForAll(search=False, random_points=0),
    grid=Grid(phi=[0.1, 1.0, 2.0], k=[2, 5], draw=range(3)),
    uses=("du2019.assumption-6.3",),
)


@lru_cache(maxsize=8)
def law_of(number: int) -> tuple[Any, Any]:
    """A plane law and its constants: 0 equal patches, 1 and 2 close ones, 3 an obtuse pair, rarely
    replaced by equal patches, 4 more rarely so, 5 equal patches, rarely a pair that cancels."""
    from numeric.plane_laws import cancelling_pair, constants, obtuse_pair, twins

    laws = (
        lambda: twins(1.0, 0.0),
        lambda: twins(0.3, 0.002),
        lambda: twins(0.6, 0.001, 300),
        lambda: obtuse_pair(0.2),
        lambda: obtuse_pair(0.02),
        lambda: cancelling_pair(0.004),
    )
    law = laws[number]()
    return law, constants(law, 361)


CASES = {distance: Interval.open(0, 1), theta: Interval(-pi, pi), case: sp.Range(0, 6)}
# w = (1/2, 3/5) among the places: there the obtuse pair pulls away from the teacher.
AWAY = {"distance": math.hypot(0.5, 0.6), "theta": math.atan2(0.6, -0.5)}
PLACES = [AWAY] + [
    {"distance": r, "theta": t} for r in (0.05, 0.5, 0.9) for t in (-2.2, -0.5, 1.0, 3.0)
]
CASE_GRID = Grid(points=[{**place, "case": number} for place in PLACES for number in range(6)])


@lru_cache(maxsize=8)
def _curves_of(number: int) -> tuple[Any, Any]:
    """Angles up to pi/2 and the curves of a law at them."""
    import torch

    from numeric.plane_laws import curves

    grid = torch.linspace(0.0, torch.pi / 2, 200, dtype=torch.float64)
    return grid, curves(law_of(number)[0], grid)


def _step(points: Any, norm: bool) -> dict[str, Any]:
    """What one step of the largest size of Theorem 6.3 does, and what its proof bounds it by."""
    places = tuple(points.distance.tolist()), tuple(points.theta.tolist())
    return _step_from(points.case, *places, norm)


@lru_cache(maxsize=32)
def _step_from(
    case: int, distances: tuple[float, ...], thetas: tuple[float, ...], norm: bool
) -> dict[str, Any]:
    """`_step` from these places; kept because both sides and a hypothesis of five claims ask for
    the same few numbers."""
    import torch

    from numeric.plane_laws import curves, unit
    from numeric.single_filter import gradient

    law, found = law_of(case)
    cross_ = found.cross if norm else found.cross_eigenvalue
    teacher = torch.tensor([[1.0, 0.0]], dtype=torch.float64)
    far, direction = (torch.tensor(values, dtype=torch.float64) for values in (distances, thetas))
    gap = far[:, None] * unit(direction)
    w = teacher + gap
    slope = gradient(w, teacher, law)
    angle = far.asin()
    here = torch.atan2(w[:, 1].abs(), w[:, 0])
    grid, along = _curves_of(case)
    steep = along.largest + 10 * cross_ + 4 * found.beta
    limits = torch.cummin((along.gamma - 6 * cross_) / (2 * steep**2), 0).values
    least = torch.cummin(along.gamma, 0).values
    index = torch.searchsorted(grid, angle).clamp_max(199)
    # The step of the last grid angle beyond phi_t, and no more: at most the printed one.
    step = limits[index].clamp_min(0.0)
    return {
        "after": (w - step[:, None] * slope - teacher).square().sum(-1),
        "before": far.square(),
        "step": step,
        "gamma_far": curves(law, angle).gamma - 6 * cross_,
        "gamma_least": least[index] - 6 * cross_,
        "gamma_here": curves(law, here).gamma - 6 * cross_,
        "steep": curves(law, here).largest + 10 * cross_ + 2 * found.beta,
        "inner": (slope * gap).sum(-1),
        "norm": slope.norm(dim=-1),
    }


def side(norm: bool, form: Any) -> Side:
    return Computed(lambda points: form(_step(points, norm)))


def assumed(norm: bool) -> Holds:
    name = r"gamma(phi_0) > 6 L_cross, and a positive step size"

    def met(points: Any) -> Any:
        found = _step(points, norm)
        return (found["gamma_far"] > 0) & (found["step"] > 0)

    return Holds(name, met)


PLAIN = ForAll(search=False, random_points=0)
RATE = (
    r"if $\|w_0-w_*\|<\|w_*\|$, $\gamma(\phi_0)>6L_{cross}$ and $\eta_t\le\min_{0\le\phi"
    r"\le\phi_t}\frac{\gamma(\phi)-6L_{cross}}{2(L(\phi)+10L_{cross}+4\beta)^2}$ then "
    r"$\|w_{t+1}-w_*\|^2\le(1-\frac{\eta(\gamma(\phi_t)-6L_{cross})}2)\|w_t-w_*\|^2$"
)
OPERATOR_NORMS = (
    r"$\lambda_{\max}$ of the cross moments in Assumption 6.3 is the operator norm, as in the "
    "proofs of Theorems 6.3 and 6.5; unit patches in the plane"
)


def _rate(norm: bool, gamma: str = "gamma_far") -> dict[str, Any]:
    return {
        "over": CASES,
        "hypotheses": [assumed(norm)],
        "lhs": side(norm, lambda s: s["after"]),
        "relation": "<=",
        "rhs": side(norm, lambda s: (1 - s["step"] * s[gamma] / 2) * s["before"]),
        "quantifier": PLAIN,
        "grid": CASE_GRID,
        "uses": ("du2019.proof-6.3a", "du2019.proof-6.3b", "du2019.proof-6.3c.corrected"),
    }


rate = Claim(
    id="du2019.theorem-6.3",
    source=Source(PAPER, "6.3", "Theorem 6.3"),
    statement=RATE,
    reading=OPERATOR_NORMS,
    **_rate(True),
)

rate_of_eigenvalues = Claim(
    id="du2019.theorem-6.3.eigenvalues",
    source=rate.source,
    title="Theorem 6.3, with the eigenvalues that Assumption 6.3 prints",
    statement=RATE,
    reading=r"$\lambda_{\max}$ of the cross moments, which are not symmetric, is the largest "
    "eigenvalue, as Assumption 6.3 prints and its use does not; where it is 0 any positive "
    "constant will do",
    **_rate(False),
    erratum="Assumption 6.3 prints eigenvalues, the proof needs operator norms: for two patches at "
    "an obtuse angle the printed L_cross is 0 and descent moves away from w*",
)

rate_of_norms = Claim(
    id="du2019.theorem-6.3.eigenvalues.corrected",
    source=rate.source,
    title="Theorem 6.3, with operator norms and the least gamma that the proof gives",
    statement=r"with operator norms in Assumption 6.3: $\|w_{t+1}-w_*\|^2\le(1-\frac\eta2("
    r"\min_{\phi\le\phi_t}\gamma-6L_{cross}))\|w_t-w_*\|^2$",
    **{
        **_rate(True),
        "rhs": side(True, lambda s: (1 - s["step"] * s["gamma_least"] / 2) * s["before"]),
    },
    corrects="du2019.theorem-6.3.eigenvalues",
)

sine = Claim(
    id="du2019.proof-6.3a",
    source=Source(PAPER, "6.6.2", "proof of Theorem 6.3, fifth inequality"),
    statement=r"$\phi\le2\sin\phi$ for $0\le\phi\le\frac\pi2$",
    over={phi: ACUTE},
    lhs=Closed(phi),
    relation="<=",
    rhs=Closed(2 * sin(phi)),
    grid=Grid(phi=[0.0, 1e-3, 1.0, math.pi / 2]),
)

inner_bound = Claim(
    id="du2019.proof-6.3b",
    source=Source(PAPER, "6.6.2", "proof of Theorem 6.3, inner product"),
    statement=r"$\langle\nabla\ell(w_t),w_t-w_*\rangle\ge(\gamma(\theta_t)-6L_{cross})"
    r"\|w_t-w_*\|^2$",
    reading=OPERATOR_NORMS,
    over=CASES,
    lhs=side(True, lambda s: s["inner"]),
    relation=">=",
    rhs=side(True, lambda s: s["gamma_here"] * s["before"]),
    quantifier=PLAIN,
    grid=CASE_GRID,
    uses=("du2019.assumption-6.3", "du2019.proof-6.3a"),
)

gradient_bound = Claim(
    id="du2019.proof-6.3c",
    source=Source(PAPER, "6.6.2", "proof of Theorem 6.3, norm of the gradient"),
    statement=r"$L\|w-w_*\|+10L_{cross}\|w-w_*\|+2\beta\|w-w_*\|=(L+10L_{cross}+4\beta)\|w-w_*\|$",
    over={L: POSITIVE, cross: POSITIVE, beta: POSITIVE, distance: POSITIVE},
    lhs=Closed(L * distance + 10 * cross * distance + 2 * beta * distance),
    relation="==",
    rhs=Closed((L + 10 * cross + 4 * beta) * distance),
    grid=Grid(L=[0.5], cross=[0.1], beta=[0.3], distance=[0.5]),
    uses=("du2019.assumption-6.2", "du2019.assumption-6.3"),
    erratum="2 beta on one line is 4 beta on the next: the equality is an inequality",
)

gradient_bound_corrected = Claim(
    id="du2019.proof-6.3c.corrected",
    source=gradient_bound.source,
    statement=r"$\|\nabla\ell(w)\|\le(L(\theta)+10L_{cross}+2\beta)\|w-w_*\|$, at most the same "
    r"with "
    r"$4\beta$ (operator norms in Assumption 6.3)",
    over=CASES,
    lhs=side(True, lambda s: s["norm"]),
    relation="<=",
    rhs=side(True, lambda s: s["steep"] * s["before"].sqrt()),
    quantifier=PLAIN,
    grid=CASE_GRID,
    corrects="du2019.proof-6.3c",
    uses=("du2019.assumption-6.2", "du2019.assumption-6.3"),
)
