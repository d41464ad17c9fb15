r"""Theorem 1.1, Corollaries 4.9, 4.11, 4.13 and Remarks 4.6, 4.14: what the bounds ask for.

Symbols in `sec3_symbols`, L and m real here: L the depth, power: 2^L;
r: by how much a size exceeds its bound. Logarithms and constants are
left out, as the text hides them. The `.exponents` claims compare exponents found by the rates
calculus from the bound of Corollary 4.9 with the printed ones.
"""

from __future__ import annotations

from functools import lru_cache

import sympy as sp
from sympy import Interval, Rational, oo, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.caogu2019.sec3_symbols import PAPER, POSITIVE, B, epsilon, gamma, tau
from theorems.sides import Closed

SHARE = Interval.Lopen(0, 1)
AT_LEAST_ONE = Interval(1, oo)
DEPTH, WIDTH, COUNT, power, t, w, q, r = symbols("L m n power t w q r", real=True)
OVER = {B: SHARE, epsilon: SHARE, DEPTH: AT_LEAST_ONE, WIDTH: AT_LEAST_ONE, COUNT: AT_LEAST_ONE}
RADIUS = 1 / (B * epsilon * sqrt(WIDTH))
LINEAR = DEPTH**2 / (B * epsilon * sqrt(COUNT))
CURVED = DEPTH**4 * B ** Rational(-4, 3) * epsilon ** Rational(-4, 3) * WIDTH ** Rational(-1, 6)
SEPARABLE_WIDTH = DEPTH**24 * power**8 * gamma**-8 * epsilon**-14
DIRECTIONS = {"L": "oo", "B": "0", "epsilon": "0", "m": "oo", "n": "oo", "gamma": "0"}


@lru_cache
def _needed(constant: sp.Expr) -> dict[str, object]:
    """The rates of m and n that make the bound of Corollary 4.9 at most epsilon."""
    from symbolic.requirements import needed

    bound = (LINEAR + CURVED).subs(B, constant)
    return dict(needed(bound, epsilon, ["m", "n"], DIRECTIONS))  # type: ignore[arg-type]


def _exponents(constant: sp.Expr, unknown: str, names: list[str]) -> sp.Matrix:
    from symbolic.requirements import exponents

    return exponents(_needed(constant)[unknown], names)  # type: ignore[arg-type]


substitution = Claim(
    id="caogu2019.corollary-4.9",
    source=Source(PAPER, "4.1", "Corollary 4.9, the second term"),
    title="Corollary 4.9: the exponents of the second term",
    statement=r"Theorem 4.5 at $\tau=\tilde O(B^{-1}\epsilon^{-1}m^{-1/2})$ gives $\mathbb "
    r"P[yf_W(x)<0]\le\epsilon+\tilde O(L^2B^{-1}\epsilon^{-1}n^{-1/2}+L^4B^{-4/3}"
    r"\epsilon^{-4/3}m^{-1/6})$ within $K=\tilde O(L^3B^{-4}\epsilon^{-2})$ iterations: the second "
    r"term",
    reading="Theorem 4.5 has twice the surrogate error: Theorem 4.7 is taken at epsilon/2",
    over=OVER,
    lhs=Closed(DEPTH**4 * sqrt(WIDTH) * RADIUS ** Rational(4, 3)),
    relation="==",
    rhs=Closed(CURVED),
    uses=("caogu2019.theorem-4.5", "caogu2019.theorem-4.7", "caogu2019.eq-5.2"),
)

substitution_linear = Claim(
    id="caogu2019.corollary-4.9.linear",
    source=Source(PAPER, "4.1", "Corollary 4.9, the first term"),
    statement=r"and the first term: $L\tau\sqrt{m/n}\le L^2B^{-1}\epsilon^{-1}n^{-1/2}$",
    reading="a factor L more than Theorem 4.5 gives",
    over=OVER,
    lhs=Closed(DEPTH * RADIUS * sqrt(WIDTH) / sqrt(COUNT)),
    relation="<=",
    rhs=Closed(LINEAR),
    uses=("caogu2019.theorem-4.5", "caogu2019.theorem-4.7"),
)

absorbed = Claim(
    id="caogu2019.corollary-4.9.confidence",
    source=Source(PAPER, "4.1", "Corollary 4.9, the confidence term"),
    title="the term that Theorem 4.5 lacks does no harm here",
    statement=r"the term $n^{-1/2}$ (times $\sqrt{\log(1/\delta)}$) that the bound of Theorem 4.5 "
    r"lacks is at most $L^2B^{-1}\epsilon^{-1}n^{-1/2}$",
    over=OVER,
    lhs=Closed(COUNT ** Rational(-1, 2)),
    relation="<=",
    rhs=Closed(LINEAR),
    uses=("caogu2019.theorem-4.5.corrected",),
)

separable = Claim(
    id="caogu2019.proof-4.11",
    source=Source(PAPER, "5.3", "proof of Corollary 4.11, the width"),
    statement=r"with $B=O(2^{-L}\gamma)$ and $m\ge\tilde O(L^{24}2^{8L}\gamma^{-8})"
    r"\epsilon^{-14}$: $L^4B^{-4/3}\epsilon^{-4/3}m^{-1/6}\le\epsilon$",
    reading=r"both sides to the sixth power; 2^L as one number $\ge1$; m is r times the bound",
    over={power: AT_LEAST_ONE, gamma: SHARE, epsilon: SHARE, DEPTH: AT_LEAST_ONE, r: AT_LEAST_ONE},
    lhs=Closed((CURVED.subs(B, gamma / power) ** 6).subs(WIDTH, r * SEPARABLE_WIDTH)),
    relation="<=",
    rhs=Closed(epsilon**6),
    grid=Grid(points=[{"power": 2.0, "gamma": 0.3, "epsilon": 0.5, "L": 1.0, "r": 1.0}]),
    uses=("caogu2019.corollary-4.9", "caogu2019.lemma-5.4"),
)

separable_count = Claim(
    id="caogu2019.proof-4.11.count",
    source=Source(PAPER, "5.3", "proof of Corollary 4.11, the number of examples"),
    statement=r"and $n\ge\tilde O(L^44^L\gamma^{-2})\epsilon^{-4}$: "
    r"$L^2B^{-1}\epsilon^{-1}n^{-1/2}\le\epsilon$",
    reading="both sides squared; n is r times the bound",
    over=separable.over,
    lhs=Closed(
        (LINEAR.subs(B, gamma / power) ** 2).subs(
            COUNT, r * DEPTH**4 * power**2 * gamma**-2 * epsilon**-4
        )
    ),
    relation="<=",
    rhs=Closed(epsilon**2),
    grid=separable.grid,
    uses=("caogu2019.corollary-4.9.linear", "caogu2019.lemma-5.4"),
)

SEPARABLE = gamma / 2**DEPTH
separable_exponents = Claim(
    id="caogu2019.corollary-4.11",
    source=Source(PAPER, "4.2", "Corollary 4.11, the width and its exponents"),
    title="Corollary 4.11: the exponents of the width",
    statement=r"under Assumption 4.10, $m^*=\tilde O(\mathrm{poly}(2^L,\gamma^{-1}))\cdot"
    r"\epsilon^{-14}\cdot\log(1/\delta)$: with probability at least $1-\delta$ Algorithm 1 finds "
    r"$W^{(k)}$ with $\mathbb P[yf_{W^{(k)}}(x)>0]\ge1-\epsilon$; the proof's $m\ge "
    r"L^{24}2^{8L}\gamma^{-8}\epsilon^{-14}$ as exponents of $L,2^L,\gamma,\epsilon$",
    reading="the least width that makes the last term of Corollary 4.9 at most epsilon",
    over={},
    lhs=Closed(_exponents(SEPARABLE, "m", ["L", "2**L", "gamma", "epsilon"])),
    relation="==",
    rhs=Closed(sp.Matrix([24, 8, -8, -14])),
    uses=("caogu2019.corollary-4.9", "caogu2019.lemma-5.4", "caogu2019.proof-4.11"),
)

separable_samples = Claim(
    id="caogu2019.corollary-4.11.count",
    source=Source(PAPER, "4.2", "Corollary 4.11, the number of examples"),
    statement=r"$n^*=\tilde O(\mathrm{poly}(2^L,\gamma^{-1}))\cdot\epsilon^{-4}\cdot\log(1/"
    r"\delta)$; the proof's $n\ge L^44^L\gamma^{-2}\epsilon^{-4}$ as exponents of "
    r"$L,2^L,\gamma,\epsilon$",
    over={},
    lhs=Closed(_exponents(SEPARABLE, "n", ["L", "2**L", "gamma", "epsilon"])),
    relation="==",
    rhs=Closed(sp.Matrix([4, 2, -2, -4])),
    uses=("caogu2019.corollary-4.9.linear", "caogu2019.lemma-5.4", "caogu2019.proof-4.11.count"),
)

step_size = Claim(
    id="caogu2019.corollary-4.11.step",
    source=Source(PAPER, "4.2", "Corollary 4.11, the step size"),
    statement=r"$\eta=O(L^{-3}B^2m^{-1})$ with $B=2^{-L}\gamma$ is $O(4^{-L}L^{-3}\gamma^2m^{-1})$",
    over={DEPTH: AT_LEAST_ONE, gamma: SHARE, WIDTH: AT_LEAST_ONE},
    lhs=Closed((gamma * 2**-DEPTH) ** 2 / (DEPTH**3 * WIDTH)),
    relation="==",
    rhs=Closed(4**-DEPTH * DEPTH**-3 * gamma**2 / WIDTH),
    uses=("caogu2019.theorem-4.7",),
)

neighbourhood_separable = Claim(
    id="caogu2019.corollary-4.11.radius",
    source=Source(PAPER, "5.3", "Corollary 4.11, the radius in Lemma 5.4"),
    statement=r"that $m$ makes $\tau=B^{-1}\epsilon^{-1}m^{-1/2}$ at most $8^{-L}L^{-2}\gamma^3$, "
    r"as Lemma 5.4 asks",
    reading=r"squared and multiplied out; 2^L as one number $\ge1$",
    over=separable.over,
    lhs=Closed(power**8 * DEPTH**4),
    relation="<=",
    rhs=Closed(gamma**8 * epsilon**2 * r * SEPARABLE_WIDTH),
    grid=separable.grid,
    uses=("caogu2019.lemma-5.4",),
)

conjugate = Claim(
    id="caogu2019.proof-4.13",
    source=Source(PAPER, "5.4", "proof of Corollary 4.13, the width"),
    statement=r"with $B=O(\gamma)$ and $m\ge\tilde O(L^{24}\gamma^{-8})\epsilon^{-14}$: "
    r"$L^4B^{-4/3}\epsilon^{-4/3}m^{-1/6}\le\epsilon$",
    reading="both sides to the sixth power; m is r times the bound",
    over={gamma: SHARE, epsilon: SHARE, DEPTH: AT_LEAST_ONE, r: AT_LEAST_ONE},
    lhs=Closed((CURVED.subs(B, gamma) ** 6).subs(WIDTH, r * DEPTH**24 * gamma**-8 * epsilon**-14)),
    relation="<=",
    rhs=Closed(epsilon**6),
    grid=Grid(points=[{"gamma": 0.3, "epsilon": 0.5, "L": 1.0, "r": 1.0}]),
    uses=("caogu2019.corollary-4.9", "caogu2019.lemma-5.5"),
)

conjugate_exponents = Claim(
    id="caogu2019.corollary-4.13",
    source=Source(PAPER, "4.2", "Corollary 4.13, the width and its exponents"),
    title="Corollary 4.13: the exponents of the width",
    statement=r"under Assumption 4.12, $m^*=\tilde O(\mathrm{poly}(L,\gamma^{-1}))\cdot"
    r"\epsilon^{-14}\cdot\log(1/\delta)$: with probability at least $1-\delta$ Algorithm 1 finds "
    r"$W^{(k)}$ with $\mathbb P[yf_{W^{(k)}}(x)>0]\ge1-\epsilon$; the proof's $m\ge "
    r"L^{24}\gamma^{-8}\epsilon^{-14}$ as exponents of $L,\gamma,\epsilon$",
    over={},
    lhs=Closed(_exponents(gamma, "m", ["L", "gamma", "epsilon"])),
    relation="==",
    rhs=Closed(sp.Matrix([24, -8, -14])),
    uses=("caogu2019.corollary-4.9", "caogu2019.lemma-5.5", "caogu2019.proof-4.13"),
)

conjugate_samples = Claim(
    id="caogu2019.proof-4.13.count",
    source=Source(PAPER, "5.4", "proof of Corollary 4.13, the number of examples"),
    statement=r"$n\ge\tilde O(L^4\gamma^{-2})\cdot\epsilon^{-4}$, as exponents of "
    r"$L,\gamma,\epsilon$",
    over={},
    lhs=Closed(_exponents(gamma, "n", ["L", "gamma", "epsilon"])),
    relation="==",
    rhs=Closed(sp.Matrix([4, -2, -4])),
    uses=("caogu2019.corollary-4.9.linear", "caogu2019.lemma-5.5"),
)

depth_in_margin = Claim(
    id="caogu2019.corollary-4.13.iterations",
    source=Source(PAPER, "4.2", "Corollary 4.13, the number of iterations"),
    title="the depth is missing from the iterations, and may be",
    statement=r"$K=\tilde O(\mathrm{poly}(\gamma^{-1}))\cdot\epsilon^{-2}$: the $L^3$ of Theorem "
    r"4.7 is at most $9\gamma^{-2}$, since $\gamma\le2^{-(L-1)/2}$",
    reading="at the largest gamma that the kernel of Assumption 4.12 leaves; so is the missing L "
    "in the hypotheses of Lemma 5.5, and poly(1/gamma) is exponential in L",
    over={DEPTH: AT_LEAST_ONE},
    lhs=Closed(DEPTH**3),
    relation="<=",
    rhs=Closed(9 * 2 ** (DEPTH - 1)),
    grid=Grid(L=[1.0, 2.0, 4.0, 5.0, 16.0]),
    uses=("caogu2019.theorem-4.7", "caogu2019.assumption-4.12.margin"),
)

informal = Claim(
    id="caogu2019.theorem-1.1",
    source=Source(PAPER, "1.1", "Theorem 1.1"),
    title="Theorem 1.1: the exponents of epsilon",
    statement=r"width $\tilde\Omega(\epsilon^{-14})$ and $n=\tilde\Omega(\epsilon^{-4})$ suffice "
    r"for a population classification error of at most $\epsilon$, at any constant number of "
    r"layers",
    reading="the exponents of epsilon in Corollaries 4.11 and 4.13, of width and examples",
    over={},
    lhs=Closed(
        sp.Matrix(
            [_exponents(c, k, ["epsilon"])[0] for c in (SEPARABLE, gamma) for k in ("m", "n")]
        )
    ),
    relation="==",
    rhs=Closed(sp.Matrix([-14, -4, -14, -4])),
    uses=("caogu2019.corollary-4.11", "caogu2019.corollary-4.13"),
)

sample_size = Claim(
    id="caogu2019.remark-4.14",
    source=Source(PAPER, "4.2", "Remark 4.14"),
    statement=r"under Assumption 4.12, $\epsilon$ expected error with $\tilde O(\epsilon^{-4})$ "
    r"examples",
    reading=r"for a given $\gamma$ and L: with $n=L^4\gamma^{-2}\epsilon^{-4}$ the first term of "
    r"Corollary 4.9 is at most epsilon, squared; n is r times that",
    over=conjugate.over,
    lhs=Closed((LINEAR.subs(B, gamma) ** 2).subs(COUNT, r * DEPTH**4 * gamma**-2 * epsilon**-4)),
    relation="<=",
    rhs=Closed(epsilon**2),
    grid=conjugate.grid,
    uses=("caogu2019.corollary-4.13",),
)

norms_exponents = Claim(
    id="caogu2019.remark-4.6b",
    source=Source(PAPER, "4.1", "Remark 4.6, the bound of Bartlett et al. (2017)"),
    statement=r"plugging $\|W_l^\top-W_l^{(0)\top}\|_{2,1}\le\sqrt m\tau$, $\|W_l\|_2=\tilde O(1)$ "
    r"into $\frac{\|v\|_2}{\sqrt n}\prod_l\|W_l\|_2[\sum_l\|W_l^\top-W_l^{(0)\top}\|_{2,1}^{2/3}/"
    r"\|W_l\|_2^{2/3}]^{3/2}$ gives $\tilde O(m\tau/\sqrt n)$",
    reading=r"$\|v\|_2=\sqrt m$; the sum over L layers is the factor $L^{3/2}$, a constant here as "
    r"is the product of the norms; squared, with the roots w, q, t of m, n and $(\sqrt "
    r"m\tau)^{2/3}$",
    over={DEPTH: AT_LEAST_ONE, w: POSITIVE, q: POSITIVE, t: POSITIVE},
    lhs=Closed((w / q) ** 2 * (DEPTH * t**2) ** 3),
    relation="==",
    rhs=Closed((DEPTH ** Rational(3, 2) * w * t**3 / q) ** 2),
    uses=(
        "caogu2019.theorem-4.5",
        "caogu2019.remark-4.6a",
    ),
)

norms_second = Claim(
    id="caogu2019.remark-4.6b.second",
    source=Source(PAPER, "4.1", "Remark 4.6, the bound of Neyshabur et al. (2018a)"),
    statement=r"so does $\frac{L\|v\|_2}{\sqrt n}\prod_l\|W_l\|_2[\sum_l(\sqrt "
    r"m\|W_l-W_l^{(0)}\|_F)^2/\|W_l\|_2^2]^{1/2}$",
    over={DEPTH: AT_LEAST_ONE, WIDTH: POSITIVE, COUNT: POSITIVE, tau: POSITIVE},
    lhs=Closed(DEPTH * sqrt(WIDTH) / sqrt(COUNT) * sqrt(DEPTH * (sqrt(WIDTH) * tau) ** 2)),
    relation="==",
    rhs=Closed(DEPTH ** Rational(3, 2) * WIDTH * tau / sqrt(COUNT)),
)

SMALL_ROOT = 1 / (r * DEPTH**3 * q)
small_radius = Claim(
    id="caogu2019.remark-4.6b.ours",
    source=Source(PAPER, "4.1", "Remark 4.6, the bound of Theorem 4.5"),
    statement=r"when $\tau$ is small enough, the bound on the generalization gap is of order "
    r"$\tilde O(\tau\sqrt{m/n})$",
    reading=r"small enough: $\tau\le L^{-9}n^{-3/2}$ makes the second term of Theorem 4.5 at most "
    r"the first; t, w, q: the roots tau^(1/3), sqrt(m), sqrt(n)",
    over={DEPTH: AT_LEAST_ONE, w: POSITIVE, q: POSITIVE, r: AT_LEAST_ONE},
    lhs=Closed((DEPTH**4 * w * t**4).subs(t, SMALL_ROOT)),
    relation="<=",
    rhs=Closed((DEPTH * t**3 * w / q).subs(t, SMALL_ROOT)),
    grid=Grid(points=[{"L": 1.0, "w": 10.0, "q": 2.0, "r": 1.0}]),
    uses=("caogu2019.theorem-4.5",),
)

decreasing = Claim(
    id="caogu2019.remark-4.6b.decreasing",
    source=Source(PAPER, "4.1", "after Remark 4.6"),
    statement=r"in $\mathcal W_{Rm^{-1/2}}$, $R$ independent of $m$, the generalization bound of "
    r"Theorem 4.5 is decreasing in $m$",
    reading=r"its derivative in m, from $m=21>e^3$ on: the term $\sqrt{m\log "
    r"m}\,\tau^{4/3}=R^{4/3}m^{-1/6}\sqrt{\log m}$, the other one does not depend on m",
    over={WIDTH: Interval(21, oo)},
    lhs=Closed(sp.diff(WIDTH ** Rational(-1, 6) * sqrt(sp.log(WIDTH)), WIDTH)),
    relation="<=",
    rhs=Closed(0),
    grid=Grid(m=[21.0, 100.0, 1e4, 1e8]),
    uses=("caogu2019.theorem-4.5",),
)
