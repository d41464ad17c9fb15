r"""Section 5.2: the conditions (5.2)-(5.5) on step size, iterations and width.

Symbols in `sec3_symbols`; eta and K as printed are eta = L^-3 B^2/m and K = L^3 B^-4 eps^-2; s:
L^2 tau^(1/3) sqrt(log m), at most a constant by the hypotheses of Lemma 5.2; C: the constants of
the lemmas; w: sqrt(m); r, q: by how much a size exceeds its bound. Logarithms and constants are
left out where the text hides them.
"""

from __future__ import annotations

import sympy as sp
from sympy import Interval, Min, Rational, oo, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.caogu2019.sec3_symbols import PAPER, POSITIVE, B, L, epsilon, eta, m
from theorems.quantifiers import UpToConstant
from theorems.sides import Closed

SHARE = Interval.Lopen(0, 1)
DEPTH, w, q, r, C, s = symbols("L w q r C s", real=True)
WIDTH, GRADIENT = w**2, r * B * w * epsilon
AT_LEAST_ONE = Interval(1, oo)
FREE = {B: SHARE, epsilon: SHARE, w: AT_LEAST_ONE, DEPTH: AT_LEAST_ONE}
PRINTED_STEP = B**2 / (DEPTH**3 * WIDTH)
PRINTED_STEPS = DEPTH**3 / (B**4 * epsilon**2)
PRINTED_RADIUS = 1 / (B * epsilon * w)
RADIUS = 1 / (B**2 * epsilon * w)
ROOT_WIDTH = DEPTH**6 / (B**2 * epsilon)
AT_BOUND = Grid(points=[{"B": 0.5, "epsilon": 0.5, "L": 2.0, "r": 1.0}])
SIZED = {B: SHARE, epsilon: SHARE, DEPTH: AT_LEAST_ONE, r: AT_LEAST_ONE}
HALVES = [1.0, 0.5, 0.25, 0.125, 0.0625]
POWERS = [1, 2, 4, 8, 16]


def _integers(expression: sp.Expr) -> sp.Expr:
    """In the integer symbols L and m, for statements measured along them."""
    return expression.subs({DEPTH: L, w: sqrt(m)})


path = Claim(
    id="caogu2019.eq-5.2",
    source=Source(PAPER, "5.2", "(5.2)"),
    statement=r"with $\tau=\tilde O(B^{-1}\epsilon^{-1}m^{-1/2})$, $\eta=O(L^{-3}B^2m^{-1})$, "
    r"$K=\tilde O(L^3B^{-4}\epsilon^{-2})$: $(K\eta)^{1/2}B^{-1}[\log(n/\delta)]^{1/2}\le\nu\tau$",
    over={B: SHARE, epsilon: SHARE, m: sp.S.Naturals},
    quantifier=UpToConstant(shrinking=("B",)),
    lhs=Closed(_integers(sqrt(PRINTED_STEPS * PRINTED_STEP) / B)),
    relation="<=",
    rhs=Closed(_integers(PRINTED_RADIUS)),
    grid=Grid(B=HALVES, epsilon=[0.1], m=[10**6]),
    erratum="(5.2) and (5.5) force tau >= B^-2 eps^-1 m^-1/2: the printed tau lacks a factor 1/B",
    uses=("caogu2019.eq-5.5",),
)

path_forced = Claim(
    id="caogu2019.eq-5.2.forced",
    source=Source(PAPER, "5.2", "(5.2) with (5.5)"),
    title="what (5.2) and (5.5) ask of tau, whatever eta and K are",
    statement=r"$(K\eta m)^{-1/2}B^{-1}\le\epsilon$ and $(K\eta)^{1/2}B^{-1}\le\tau$ imply "
    r"$\tau\ge B^{-2}\epsilon^{-1}m^{-1/2}$",
    reading=r"$\sqrt{K\eta}=\frac{r}{\epsilon B\sqrt m}$ and $\tau=\frac{q\sqrt{K\eta}}B$ with $r,q"
    r"\ge1$",
    over={B: SHARE, epsilon: SHARE, w: POSITIVE, r: AT_LEAST_ONE, q: AT_LEAST_ONE},
    lhs=Closed(q * (r / (epsilon * B * w)) / B * B**2 * epsilon * w),
    relation=">=",
    rhs=Closed(1),
    grid=Grid(
        points=[
            {"B": 0.5, "epsilon": 0.5, "w": 10.0, "r": 2.0, "q": 1.0},
            {"B": 0.1, "epsilon": 0.1, "w": 100.0, "r": 1.0, "q": 1.1},
        ]
    ),
)

path_corrected = Claim(
    id="caogu2019.eq-5.2.corrected",
    source=Source(PAPER, "5.2", "(5.2)"),
    statement=r"with $\tau=B^{-2}\epsilon^{-1}m^{-1/2}$: $(K\eta)^{1/2}B^{-1}\le\tau$",
    reading="both sides squared; the printed m*, L^12 B^-4 eps^-2, is what this tau asks for",
    over=FREE,
    lhs=Closed(PRINTED_STEPS * PRINTED_STEP / B**2),
    relation="<=",
    rhs=Closed(RADIUS**2),
    corrects="caogu2019.eq-5.2",
)

path_until = Claim(
    id="caogu2019.eq-5.2.until",
    source=Source(PAPER, "5.2", "in place of (5.2)"),
    title="the printed tau does hold until the error first reaches epsilon",
    statement=r"while $\mathcal E_S>\epsilon$, a step with "
    r"$L_S(W^{(k)})-L_S(W^{(k+1)})\ge\frac\eta2\|\nabla L_S\|_F^2$ and (4.1) moves the weights by "
    r"$\eta\|\nabla L_S\|_F\le\frac{2[L_S(W^{(k)})-L_S(W^{(k+1)})]}{B\sqrt m\epsilon}$: all such "
    r"steps together move them by $\frac{2L_S(W^{(0)})}{B\epsilon\sqrt m}$",
    reading="not the paper's route: no Cauchy-Schwarz over the steps; the gradient is r times its "
    "least "
    "value, the decrease q times",
    over={B: SHARE, epsilon: SHARE, eta: POSITIVE, w: POSITIVE, r: AT_LEAST_ONE, q: AT_LEAST_ONE},
    lhs=Closed(eta * GRADIENT),
    relation="<=",
    rhs=Closed(2 * (q * eta * GRADIENT**2 / 2) / (B * w * epsilon)),
    grid=Grid(
        points=[
            {"eta": 0.1, "r": 2.0, "q": 1.5, "B": 0.5, "epsilon": 0.2, "w": 10.0},
            {"eta": 0.01, "r": 1.0, "q": 1.0, "B": 0.1, "epsilon": 0.1, "w": 20.0},
        ]
    ),
)

smooth = Claim(
    id="caogu2019.eq-5.3",
    source=Source(PAPER, "5.2", "(5.3), what it is used for"),
    statement=r"$L^3m\eta\le\nu B^2$ makes $C_1\sum_{l=1}^LL^3m^2\eta^2\le\frac14\eta B^2m$ for "
    r"small $\nu$, as (5.6) needs",
    reading="the step size at which (5.3) is an equality",
    over={L: sp.S.Naturals, m: sp.S.Naturals, B: SHARE},
    quantifier=UpToConstant(along=("L",)),
    lhs=Closed(_integers(DEPTH * DEPTH**3 * WIDTH**2 * PRINTED_STEP**2)),
    relation="<=",
    rhs=Closed(_integers(PRINTED_STEP * B**2 * WIDTH)),
    grid=Grid(L=POWERS, m=[1024], B=[0.5]),
    erratum="the sum over the L layers makes it L^4 m eta <= nu B^2",
    uses=("caogu2019.lemma-5.2b", "caogu2019.lemma-5.1b"),
)

smooth_corrected = Claim(
    id="caogu2019.eq-5.3.corrected",
    source=Source(PAPER, "5.2", "(5.3), what it is used for"),
    statement=r"$L^4m\eta\le\frac{B^2}{4C_1}$ makes $C_1\sum_{l=1}^LL^3m^2\eta^2\le\frac14\eta "
    r"B^2m$",
    reading="hence eta = O(L^-4 B^2/m) and K = O(L^4 B^-4 eps^-2)",
    over={C: POSITIVE, B: SHARE, DEPTH: AT_LEAST_ONE, w: AT_LEAST_ONE, eta: POSITIVE},
    where=[DEPTH**4 * WIDTH * eta <= B**2 / (4 * C)],
    lhs=Closed(C * DEPTH * DEPTH**3 * WIDTH**2 * eta**2),
    relation="<=",
    rhs=Closed(eta * B**2 * WIDTH / 4),
    corrects="caogu2019.eq-5.3",
)

near_linear = Claim(
    id="caogu2019.eq-5.4",
    source=Source(PAPER, "5.2", "(5.4), what it is used for"),
    statement=r"$L^2\tau^{1/3}[m\log(m)]^{1/2}\le\nu B^2m$ makes $C_1\sum_{l=1}^LL^2\tau^{1/3}\eta "
    r"m\sqrt{\log(m)}\le\frac14\eta B^2m$ for small $\nu$, as (5.6) needs",
    reading=r"divided by $\eta m$, with $s=L^2\tau^{1/3}\sqrt{\log m}$ as large as (5.4) and the "
    r"hypothesis of Lemma 5.2, $s\le\underline C^{1/3}$, allow",
    over={L: sp.S.Naturals, m: sp.S.Naturals, B: SHARE},
    quantifier=UpToConstant(along=("L",), shrinking=("B",)),
    lhs=Closed(L * Min(1, B**2 * sqrt(m))),
    relation="<=",
    rhs=Closed(B**2),
    grid=Grid(L=POWERS, m=[10**8], B=HALVES),
    erratum="(5.4) has sqrt(m) too much on its right and lacks the L of the sum: L^3 tau^(1/3) "
    "sqrt(log m) <= nu B^2 is what (5.6) needs",
    uses=("caogu2019.lemma-5.2b", "caogu2019.lemma-5.1b"),
)

near_linear_corrected = Claim(
    id="caogu2019.eq-5.4.corrected",
    source=Source(PAPER, "5.2", "(5.4), what it is used for"),
    statement=r"$L^3\tau^{1/3}\sqrt{\log(m)}\le\frac{B^2}{4C_1}$ makes $C_1\sum_lL^2\tau^{1/3}\eta "
    r"m\sqrt{\log(m)}\le\frac14\eta B^2m$",
    over={**dict.fromkeys((C, s, eta), POSITIVE), **{k: FREE[k] for k in (B, DEPTH, w)}},
    where=[DEPTH * s <= B**2 / (4 * C)],
    lhs=Closed(C * DEPTH * s * eta * WIDTH),
    relation="<=",
    rhs=Closed(eta * B**2 * WIDTH / 4),
    corrects="caogu2019.eq-5.4",
)

near_linear_met = Claim(
    id="caogu2019.eq-5.4.met",
    source=Source(PAPER, "5.2", "(5.4) for widths from m* on"),
    statement=r"for $m\ge m^*=L^{12}B^{-4}\epsilon^{-2}$ and $\tau=B^{-1}\epsilon^{-1}m^{-1/2}$ "
    r"(5.4) holds: $L^2\tau^{1/3}m^{1/2}\le B^2m$",
    reading="both sides cubed; sqrt(m) is r times its bound",
    over=SIZED,
    lhs=Closed((DEPTH**6 * PRINTED_RADIUS).subs(w, r * ROOT_WIDTH)),
    relation="<=",
    rhs=Closed(((B**2 * w) ** 3).subs(w, r * ROOT_WIDTH)),
    grid=AT_BOUND,
)

width = Claim(
    id="caogu2019.eq-5.4.width",
    source=Source(PAPER, "5.2", "the width that the proof of Theorem 4.7 needs"),
    statement=r"for $m\ge m^*=\tilde O(L^{12}B^{-4}\epsilon^{-2})$ the descent step (5.6) follows: "
    r"$L^3\tau^{1/3}\sqrt{\log m}\le\nu B^2$ at $\tau=B^{-1}\epsilon^{-1}m^{-1/2}$",
    reading="at m = m*, without logarithms",
    over={L: sp.S.Naturals, B: SHARE, epsilon: SHARE},
    quantifier=UpToConstant(along=("L",), shrinking=("B",)),
    lhs=Closed(_integers((DEPTH**3 * PRINTED_RADIUS ** Rational(1, 3)).subs(w, ROOT_WIDTH))),
    relation="<=",
    rhs=Closed(B**2),
    grid=Grid(L=POWERS, B=HALVES, epsilon=[0.1]),
    erratum="the correct (5.4) asks for m >= L^18 B^-14 eps^-2; at m* it fails like L/B^(5/3)",
    uses=("caogu2019.eq-5.4",),
)

width_corrected = Claim(
    id="caogu2019.eq-5.4.width.corrected",
    source=Source(PAPER, "5.2", "the width that the proof of Theorem 4.7 needs"),
    statement=r"$m\ge L^{18}B^{-14}\epsilon^{-2}$ makes $L^3\tau^{1/3}\le B^2$ at "
    r"$\tau=B^{-1}\epsilon^{-1}m^{-1/2}$",
    reading="both sides cubed; sqrt(m) is r times its bound",
    over=SIZED,
    lhs=Closed((DEPTH**9 * PRINTED_RADIUS).subs(w, r * DEPTH**9 / (B**7 * epsilon))),
    relation="<=",
    rhs=Closed(B**6),
    grid=AT_BOUND,
    corrects="caogu2019.eq-5.4.width",
)

accuracy = Claim(
    id="caogu2019.eq-5.5",
    source=Source(PAPER, "5.2", "(5.5)"),
    statement=r"$(K\eta\cdot m)^{-1/2}B^{-1}\le\epsilon$ for $\eta=L^{-3}B^2m^{-1}$ and "
    r"$K=L^3B^{-4}\epsilon^{-2}$",
    reading="both sides squared",
    over=FREE,
    lhs=Closed(1 / (PRINTED_STEPS * PRINTED_STEP * WIDTH * B**2)),
    relation="<=",
    rhs=Closed(epsilon**2),
)

radius = Claim(
    id="caogu2019.theorem-4.7.radius",
    source=Source(PAPER, "4.1", "Theorem 4.7, the hypotheses of Lemmas 5.1 and 5.2"),
    statement=r"for $m\ge m^*=L^{12}B^{-4}\epsilon^{-2}$, $\tau=B^{-1}\epsilon^{-1}m^{-1/2}$ is at "
    r"most $L^{-6}$",
    over=SIZED,
    lhs=Closed(PRINTED_RADIUS.subs(w, r * ROOT_WIDTH)),
    relation="<=",
    rhs=Closed(DEPTH**-6),
    grid=AT_BOUND,
)

radius_below = Claim(
    id="caogu2019.theorem-4.7.radius.below",
    source=Source(PAPER, "4.1", "Theorem 4.7, the hypotheses of Lemmas 5.1 and 5.2"),
    statement=r"and $m\ge L^{-8/3}\tau^{-4/3}$ with the same $\tau$",
    reading="both sides cubed; sqrt(m) is r times its bound",
    over=SIZED,
    lhs=Closed((DEPTH**-8 * PRINTED_RADIUS**-4).subs(w, r * ROOT_WIDTH)),
    relation="<=",
    rhs=Closed((WIDTH**3).subs(w, r * ROOT_WIDTH)),
    grid=AT_BOUND,
)
