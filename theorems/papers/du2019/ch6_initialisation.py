"""Thesis sections 6.3.2 and 6.6.2: the random initialisation.

p: patch size; alpha: radius of the ball over |w*|; c: cos(phi_*); s: the initial distance
|w_0 - w*|/|w*|; norm_w: |w*|; radius: radius of the ball.
"""

from __future__ import annotations

import math
from typing import Any

import sympy as sp
from sympy import Interval, acos, asin, cos, gamma, pi, sin, sqrt, symbols

from symbolic.wedge import share_of_the_slab
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2019.ch6_symbols import ACUTE, PAPER, POSITIVE, SIZES, norm_w, p
from theorems.quantifiers import ForAll, WithProbability
from theorems.sides import Closed, Sampled

alpha, c, s, radius, phi_star = symbols("alpha c s radius phi_star", real=True)
DIMENSIONS = (1, 2, 5, 25)


def distance_over(name: str) -> Any:
    """`|w_0 - w*|/|w*|` for `w_0` uniform in the ball of radius `name` times `|w*|`."""

    def draw(points: Any, samples: int, generator: Any) -> Any:
        import torch

        shape = (points.n, samples, points.p)
        z = torch.randn(*shape, generator=generator, dtype=torch.float64)
        uniform = torch.rand(points.n, samples, generator=generator, dtype=torch.float64)
        reach = points[name][:, None] * uniform ** (1 / points.p)
        w = reach[..., None] * z / z.norm(dim=-1, keepdim=True)
        w[..., 0] -= 1.0
        return w.norm(dim=-1)

    return Sampled(draw)


random_start = Claim(
    id="du2019.theorem-6.6",
    source=Source(PAPER, "6.3.2", "Theorem 6.6"),
    statement=r"for $w_0$ uniform in the $p$-dimensional ball of radius $\alpha\|w_*\|$, $\alpha\le"
    r"\sqrt{\frac1{2\pi p}}$: with probability at least $\frac12-\sqrt{\frac{\pi p}2}\alpha$ "
    r"$\|w_0-w_*\|_2\le\sqrt{1-\alpha^2}\|w_*\|$",
    reading="|w*| = 1, which only sets the unit",
    over={alpha: POSITIVE, p: SIZES},
    where=[2 * pi * p * alpha**2 <= 1],
    lhs=distance_over("alpha"),
    relation="<=",
    rhs=Closed(sqrt(1 - alpha**2)),
    quantifier=WithProbability(at_least=sp.Rational(1, 2) - sqrt(pi * p / 2) * alpha, draws=20000),
    grid=Grid(
        points=[
            {"p": size, "alpha": share / math.sqrt(2 * math.pi * size)}
            for size in DIMENSIONS
            for share in (0.999, 0.5, 0.2)
        ]
    ),
    uses=("du2019.proof-6.6.corrected",),
)

PRINTED = pi * gamma(p / 2 + 1) / gamma(p / 2 + sp.Rational(1, 2))
gautschi = Claim(
    id="du2019.proof-6.6",
    source=Source(PAPER, "6.6.2", "proof of Theorem 6.6, last step"),
    statement=r"$\frac12-\cos(\phi_*)\frac{\pi\Gamma(p/2+1)}{\Gamma(p/2+1/2)}\ge\frac12-\cos("
    r"\phi_*)"
    r"\sqrt{\frac{\pi p}2}$ by Gautschi's inequality",
    over={c: Interval.open(0, 1), p: SIZES},
    lhs=Closed(sp.Rational(1, 2) - c * PRINTED),
    relation=">=",
    rhs=Closed(sp.Rational(1, 2) - c * sqrt(pi * p / 2)),
    grid=Grid(c=[0.01, 0.5], p=[1, 2, 10, 100]),
    erratum="the ratio of volumes has 1/sqrt(pi), not pi, in front",
    seconds=4.0,
)

gautschi_corrected = Claim(
    id="du2019.proof-6.6.corrected",
    source=gautschi.source,
    statement=r"$\frac{V_{p-1}}{V_p}=\frac{\Gamma(p/2+1)}{\sqrt\pi\,\Gamma(p/2+1/2)}\le\sqrt{"
    r"\frac{\pi p}2}$: the success probability is at least $\frac12-\cos(\phi_*)\sqrt{\frac{\pi p}"
    r"2}$",
    reading="printed is that the failure probability is bounded below; success is meant",
    over={p: SIZES},
    lhs=Closed(share_of_the_slab(p)),
    relation="<=",
    rhs=Closed(sqrt(pi * p / 2)),
    grid=Grid(p=[1, 2, 3, 10, 100, 1000]),
    corrects="du2019.proof-6.6",
    seconds=0.1,
)

best_radius = Claim(
    id="du2019.proof-6.6.radius",
    source=Source(PAPER, "6.6.2", "proof of Theorem 6.6, choice of the radius"),
    statement=r"$r_{init}=\cos(\phi_*)\|w_*\|_2$ maximises $\frac12-(\frac{r_{init}^2}{2\|w_*\|_2}+"
    r"\frac{\|w_*\|_2\cos(\phi_*)}2)\frac{V_{k-1}(r_{init})}{V_k(r_{init})}$",
    reading=r"$V_{k-1}/V_k$ is a constant over $r_{init}$; with $\|w_*\|=1$ the radius would "
    "minimise r + cos/r",
    over={radius: POSITIVE, c: Interval.open(0, 1)},
    lhs=Closed(c + c / c),
    relation="<=",
    rhs=Closed(radius + c / radius),
    grid=Grid(radius=[0.1, 0.5, 0.9], c=[0.25, 0.5]),
    erratum="the cosine is not squared: as it stands the best radius is sqrt(cos(phi_*))",
)

best_radius_corrected = Claim(
    id="du2019.proof-6.6.radius.corrected",
    source=best_radius.source,
    statement=r"$r_{init}=\cos(\phi_*)\|w_*\|$ minimises $\frac{r^2}{2\|w_*\|}+\frac{\|w_*\|\cos^2"
    r"\phi_*}2$ over $r$",
    over={radius: POSITIVE, c: Interval.open(0, 1)},
    lhs=Closed(2 * c),
    relation="<=",
    rhs=Closed(radius + c**2 / radius),
    grid=Grid(radius=[0.1, 0.5, 0.9], c=[0.25, 0.5]),
    corrects="du2019.proof-6.6.radius",
)

corollary = Claim(
    id="du2019.corollary-6.1",
    source=Source(PAPER, "6.3.2", "Corollary 6.1"),
    statement=r"if $\cos(\phi_*)<\frac1{\sqrt{8\pi p}}$ and $w_0$ is uniform in the ball of radius "
    r"$\|w_*\|\cos(\phi_*)$ then with probability at least $\frac12-\cos(\phi_*)\sqrt{\frac{\pi p}"
    r"2}$ the initialisation is good",
    reading=r"good is $\|w_0-w_*\|\le\sin(\phi_*)\|w_*\|$, from Theorem 6.6 with "
    r"$\alpha=\cos(\phi_*)$",
    over={c: POSITIVE, p: SIZES},
    where=[8 * pi * p * c**2 < 1],
    lhs=distance_over("c"),
    relation="<=",
    rhs=Closed(sin(acos(c))),
    quantifier=WithProbability(at_least=sp.Rational(1, 2) - sqrt(pi * p / 2) * c, draws=20000),
    grid=Grid(
        points=[
            {"p": size, "c": share / math.sqrt(8 * math.pi * size)}
            for size in DIMENSIONS
            for share in (0.999, 0.3)
        ]
    ),
    uses=("du2019.theorem-6.6",),
)

corollary_bound = Claim(
    id="du2019.corollary-6.1.bound",
    source=Source(PAPER, "6.3.2", "Corollary 6.1, the number"),
    statement=r"$\frac12-\cos(\phi_*)\sqrt{\frac{\pi p}2}>\frac14$",
    over={c: POSITIVE, p: SIZES},
    where=[c * sqrt(8 * pi * p) < 1],
    lhs=Closed(sp.Rational(1, 2) - sqrt(pi * p / 2) * c),
    relation=">",
    rhs=Closed(sp.Rational(1, 4)),
    quantifier=ForAll(),
    grid=Grid(c=[0.001, 0.05, 0.199], p=[1, 4, 100]),
    seconds=4.0,
)

PLACE = {phi_star: ACUTE, s: Interval(0, 1)}
needed = Claim(
    id="du2019.text-6.3c",
    source=Source(PAPER, "6.3.2", "first sentence"),
    statement=r"for the convolution filter one needs $\|w_0-w_*\|<\|w_*\|\cos(\phi_*)$",
    reading=r"needed is $\phi_0\le\phi_*$, $\phi_0=\arcsin\frac{\|w_0-w_*\|}{\|w_*\|}$, so that "
    r"$\gamma(\phi_0)\ge6L_{cross}$",
    over=PLACE,
    hypotheses=[s < cos(phi_star)],
    lhs=Closed(asin(s)),
    relation="<=",
    rhs=Closed(phi_star),
    grid=Grid(phi_star=[0.1, 0.7, 1.4], s=[0.01, 0.3, 0.9]),
    uses=("du2019.theorem-6.3", "du2019.theorem-6.6"),
    erratum="it takes sin(phi_*), as in Lemmas 6.2 and 6.3",
)

needed_corrected = Claim(
    id="du2019.text-6.3c.corrected",
    source=needed.source,
    statement=r"for the convolution filter one needs $\|w_0-w_*\|<\|w_*\|\sin(\phi_*)$",
    over=PLACE,
    hypotheses=[s < sin(phi_star)],
    lhs=Closed(asin(s)),
    relation="<=",
    rhs=Closed(phi_star),
    grid=needed.grid,
    corrects="du2019.text-6.3c",
    uses=("du2019.theorem-6.3", "du2019.theorem-6.6"),
    seconds=0.1,
)

ball_volume = Claim(
    id="du2019.proof-6.6.norm",
    source=Source(PAPER, "6.6.2", "proof of Theorem 6.6, the event"),
    statement=r"with $r=\alpha\|w_*\|$: if $w_0^\top w_*\ge\alpha^2\|w_*\|^2$ and $\|w_0\|\le "
    r"r$ then "
    r"$\|w_0-w_*\|^2\le(1-\alpha^2)\|w_*\|^2$",
    reading="s stands for the height of w_0 along w*, radius for |w_0|, in units of |w*|",
    over={alpha: Interval.open(0, 1), s: Interval(-1, 1), radius: Interval(0, 1), norm_w: POSITIVE},
    where=[s >= alpha**2, radius <= alpha],
    lhs=Closed((radius**2 - 2 * s + 1) * norm_w**2),
    relation="<=",
    rhs=Closed((1 - alpha**2) * norm_w**2),
    grid=Grid(alpha=[0.1, 0.5], s=[0.01, 0.25, 0.5], radius=[0.1, 0.3, 0.5], norm_w=[1.0]),
)
