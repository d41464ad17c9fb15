r"""Section 4.2, the proof of Proposition 4.2: its recursions and constants.

Symbols in `sec4_symbols`; alpha, beta: bounds on |alpha^{(l+1)}| and |beta^{(l+1)}|, the layer
above; u: c^2/L.
"""

from __future__ import annotations

from typing import Any

from sympy import Interval, Range, Rational, exp, oo, symbols

from theorems.claim import Claim, Source
from theorems.papers.ema2019.sec4_backward import DEEP, GRID, IN_NEIGHBOURHOOD
from theorems.papers.ema2019.sec4_symbols import (
    AT_LEAST_ONE,
    NETWORK,
    PAPER,
    L,
    alpha,
    backward,
    beta,
    c,
    epsilon,
)
from theorems.sides import Closed, Computed

POSITIVE = Interval.open(0, oo)
NONNEGATIVE = Interval(0, oo)
LABEL = "proof of Proposition 4.2"
SCALARS = {c: AT_LEAST_ONE, epsilon: POSITIVE, alpha: NONNEGATIVE, beta: NONNEGATIVE}
SMALL = epsilon * 6 * c <= 1
KEPT = [SMALL, alpha <= 1 + 5 * c * epsilon, beta <= 4 * epsilon]
r, g, u = symbols("r g u", real=True)
# (4.5) and (4.6): |C|, |a|, |r| <= epsilon and |B| <= 1 + epsilon.
BETA_BELOW = epsilon * (1 + epsilon) * beta + epsilon * (1 + epsilon) * alpha
ALPHA_BELOW = epsilon**2 * beta + (1 + epsilon**2) * alpha

added = Claim(
    id="ema2019.proof-4.2a.sum",
    source=Source(PAPER, "4.2", f"{LABEL}, (4.5) and (4.6) added"),
    statement=r"$\varepsilon_c\|\beta^{(l)}\|+\alpha^{(l)}\le\varepsilon_c^2(2+\varepsilon_c)"
    r"\|\beta^{(l+1)}\|+(1+2.25\varepsilon_c^2)\alpha^{(l+1)}$",
    over=SCALARS,
    where=[SMALL],
    lhs=Closed(epsilon * BETA_BELOW + ALPHA_BELOW),
    relation="<=",
    rhs=Closed(epsilon**2 * (2 + epsilon) * beta + (1 + Rational(9, 4) * epsilon**2) * alpha),
    uses=("ema2019.eq-4.3b",),
)

closed_recursion = Claim(
    id="ema2019.proof-4.2a.recursion",
    source=Source(PAPER, "4.2", f"{LABEL}, the sum as a recursion"),
    statement=r"$\varepsilon_c^2(2+\varepsilon_c)\|\beta^{(l+1)}\|+(1+2.25\varepsilon_c^2)"
    r"\alpha^{(l+1)}\le(1+2.25\varepsilon_c^2)(\varepsilon_c\|\beta^{(l+1)}\|+\alpha^{(l+1)})$",
    reading=r"the print has $\|\beta^{(l+1)}\|$ without $\varepsilon_c$ on the right, which is "
    "larger and does not close the recursion; the next line needs it with the factor",
    over=SCALARS,
    where=[SMALL],
    lhs=Closed(epsilon**2 * (2 + epsilon) * beta + (1 + Rational(9, 4) * epsilon**2) * alpha),
    relation="<=",
    rhs=Closed((1 + Rational(9, 4) * epsilon**2) * (epsilon * beta + alpha)),
)

power = Claim(
    id="ema2019.proof-4.2a",
    source=Source(PAPER, "4.2", f"{LABEL}, the upper bound on alpha"),
    statement=r"$\alpha^{(l)}\le(1+2.25\varepsilon_c^2)^L\le1+5c\varepsilon_c$",
    reading=r"with $u=c^2/L\le\frac16$: $\varepsilon_c^2=u/L$ and $c\varepsilon_c=u$",
    over={u: Interval.Lopen(0, Rational(1, 6)), L: Range(6, oo)},
    lhs=Closed((1 + Rational(9, 4) * u / L) ** L),
    relation="<=",
    rhs=Closed(1 + 5 * u),
    uses=("ema2019.proof-4.2a.sum", "ema2019.proof-4.2a.recursion"),
)

exponential = Claim(
    id="ema2019.proof-4.2a.exponential",
    source=Source(PAPER, "4.2", f"{LABEL}, the power through the exponential"),
    statement=r"$(1+2.25u/L)^L\le e^{2.25u}\le1+5u$ for $u=c^2/L\le\frac16$",
    over={u: Interval(0, Rational(1, 6))},
    lhs=Closed(exp(Rational(9, 4) * u)),
    relation="<=",
    rhs=Closed(1 + 5 * u),
)

gamma_step = Claim(
    id="ema2019.proposition-4.2c.step",
    source=Source(PAPER, "4.2", f"{LABEL}, the bound on gamma"),
    statement=r"$\alpha^{(l+1)}\le1+5c\varepsilon_c$ and $\|\beta^{(l+1)}\|\le4\varepsilon_c$ give "
    r"$\|\gamma^{(l)}\|\le\varepsilon_c(\alpha^{(l+1)}+\|\beta^{(l+1)}\|)\le3\varepsilon_c$",
    over=SCALARS,
    where=KEPT,
    lhs=Closed(epsilon * (alpha + beta)),
    relation="<=",
    rhs=Closed(3 * epsilon),
)

beta_step = Claim(
    id="ema2019.proposition-4.2b.step",
    source=Source(PAPER, "4.2", f"{LABEL}, the recursion for beta"),
    statement=r"with $\alpha^{(l+1)}\le1+5c\varepsilon_c$, (4.5) is at most "
    r"$1.25\varepsilon_c\|\beta^{(l+1)}\|+2.5\varepsilon_c$",
    over=SCALARS,
    where=KEPT[:2],
    lhs=Closed(BETA_BELOW),
    relation="<=",
    rhs=Closed(epsilon * (Rational(5, 4) * beta + Rational(5, 2))),
)

beta_kept = Claim(
    id="ema2019.proposition-4.2b.kept",
    source=Source(PAPER, "4.2", f"{LABEL}, the bound on beta"),
    statement=r"$\|\beta\|\le4\varepsilon_c$ is kept by $\beta\mapsto1.25\varepsilon_c\beta+"
    r"2.5\varepsilon_c$",
    over=SCALARS,
    where=[SMALL, beta <= 4 * epsilon],
    lhs=Closed(epsilon * (Rational(5, 4) * beta + Rational(5, 2))),
    relation="<=",
    rhs=Closed(4 * epsilon),
)

alpha_step = Claim(
    id="ema2019.proposition-4.2a.step",
    source=Source(PAPER, "4.2", f"{LABEL}, one layer of alpha"),
    title="one layer changes alpha by at most 2.5 epsilon^2",
    statement=r"$\alpha^{(l+1)}\le1+5c\varepsilon_c$ and $\|\beta^{(l+1)}\|\le4\varepsilon_c$ give "
    r"$|\alpha^{(l)}-\alpha^{(l+1)}|\le\varepsilon_c\|\gamma^{(l)}\|\le\frac52\varepsilon_c^2$, "
    r"over all layers less than $\frac{5c^2}{2L}$",
    reading="not the paper's route: with it the constant 5 can be halved",
    over=SCALARS,
    where=KEPT,
    lhs=Closed(epsilon * epsilon * (alpha + beta)),
    relation="<=",
    rhs=Closed(Rational(5, 2) * epsilon**2),
)

lower_step = Claim(
    id="ema2019.proof-4.2b",
    source=Source(PAPER, "4.2", f"{LABEL}, the lower bound on alpha"),
    statement=r"$\alpha^{(l)}=\alpha^{(l+1)}+(r^{(l)})^\top\gamma^{(l)}\ge\alpha^{(l+1)}-"
    r"3\varepsilon_c^2$ for $\|r^{(l)}\|\le\varepsilon_c$, $\|\gamma^{(l)}\|\le3\varepsilon_c$",
    reading="r and g: the components along one another, which give the inner product",
    over={epsilon: POSITIVE, alpha: Interval(-oo, oo), r: Interval(-oo, oo), g: Interval(-oo, oo)},
    where=[r**2 <= epsilon**2, g**2 <= 9 * epsilon**2],
    lhs=Closed(alpha + r * g),
    relation=">=",
    rhs=Closed(alpha - 3 * epsilon**2),
    uses=("ema2019.proposition-4.2c",),
)


def _least_alpha(points: Any, weights: Any) -> Any:
    return backward(points, weights).alpha.amin(dim=(-2, -1))


lower = Claim(
    id="ema2019.proof-4.2b.network",
    source=Source(PAPER, "4.2", f"{LABEL}, the lower bound on alpha"),
    statement=r"$\alpha^{(l)}\ge1-3L\varepsilon_c^2\ge1-\frac{3c^2}L$",
    over=NETWORK,
    hypotheses=[DEEP],
    quantifier=IN_NEIGHBOURHOOD,
    lhs=Computed(_least_alpha),
    relation=">=",
    rhs=Closed(1 - 3 * c**2 / L),
    grid=GRID,
    uses=("ema2019.proof-4.2b",),
)
