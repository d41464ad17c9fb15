r"""Appendix B, the algebra of the proofs of Lemmas 5.1, 5.2 and 5.4.

Symbols in `sec3_symbols`; L real as DEPTH where nothing else is an integer; move_l: the moves
|W_hat_l - W_tilde_l|_2 of three layers; p, q: a new and an old preactivation; t: tau^(1/3); w:
sqrt(m).
"""

from __future__ import annotations

import sympy as sp
from sympy import Abs, Interval, Rational, oo, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.caogu2019.sec3_symbols import PAPER, POSITIVE, REALS, L, gamma
from theorems.quantifiers import UpToConstant
from theorems.sides import Closed

DEPTH, p, q, t, w, power, C = symbols("L p q t w power C", real=True)
moves = symbols("move_1:4", real=True)
NONNEGATIVE = Interval(0, oo)
AT_LEAST_ONE = Interval(1, oo)
POWERS = Grid(L=[1, 2, 4, 8, 16, 32])


def _active(value: sp.Expr) -> sp.Expr:
    return sp.Piecewise((1, value > 0), (0, True))


changed_pattern = Claim(
    id="caogu2019.proof-5.2b.pattern",
    source=Source(PAPER, "B.2", "proof of Lemma 5.2, the non-zero entries of the changed pattern"),
    statement=r"$\|[\hat\Sigma_l(x_i)-\tilde\Sigma_l(x_i)]\hat W_l^\top\hat x_{l-1,i}\|_2\le\|\hat "
    r"W_l^\top\hat x_{l-1,i}-\tilde W_l^\top\tilde x_{l-1,i}\|_2$",
    reading="entry by entry, p and q the new and the old preactivation",
    over={p: REALS, q: REALS},
    lhs=Closed(Abs((_active(p) - _active(q)) * p)),
    relation="<=",
    rhs=Closed(Abs(p - q)),
    grid=Grid(p=[-1.0, 0.0, 0.5], q=[-0.5, 0.0, 1.0]),
)

first_sum = Claim(
    id="caogu2019.proof-5.2b.sum",
    source=Source(PAPER, "B.2", "proof of Lemma 5.2, the bounds put together for I_1"),
    statement=r"$\sum_{l=1}^L(L^{2/3}\tau^{1/3}\sqrt{m\log m})\cdot(C_2L\sum_{r}\|\hat W_r-\tilde "
    r"W_r\|_2)\le C_3L^2\tau^{1/3}\sqrt{m\log(m)}\cdot\sum_{l=1}^L\|\hat W_l-\tilde W_l\|_2$",
    reading="divided by what both sides have in common: the powers of L",
    over={L: sp.S.Naturals},
    quantifier=UpToConstant(along=("L",)),
    lhs=Closed(L * L ** Rational(2, 3) * L),
    relation="<=",
    rhs=Closed(L**2),
    grid=POWERS,
    erratum="(v) of Lemma B.1, the bound L sum of the moves, and the sum over L layers give "
    "L^(8/3); with the sqrt(L) of (iii), L^(13/6)",
    uses=("caogu2019.lemma-B.1iii", "caogu2019.lemma-B.1v", "caogu2019.lemma-B.1iv"),
)

first_sum_corrected = Claim(
    id="caogu2019.proof-5.2b.sum.corrected",
    source=Source(PAPER, "B.2", "proof of Lemma 5.2, the bounds put together for I_1"),
    statement=r"with $\sqrt L$ as in (iii) of Lemma B.1: at most "
    r"$C_3L^{13/6}\tau^{1/3}\sqrt{m\log(m)}\cdot\sum_{l=1}^L\|\hat W_l-\tilde W_l\|_2$",
    reading="all moves equal, sums over l and over r at most l; Theorem 4.5 is not touched: "
    "L^(13/6) L tau^(4/3) is still at most L^4 tau^(4/3)",
    over={L: sp.S.Naturals},
    quantifier=UpToConstant(along=("L",)),
    lhs=Closed(L ** Rational(2, 3) * sqrt(L) * L * (L + 1) / 2),
    relation="<=",
    rhs=Closed(L ** Rational(13, 6) * L),
    grid=POWERS,
    corrects="caogu2019.proof-5.2b.sum",
    uses=("caogu2019.lemma-B.1iii", "caogu2019.lemma-B.1v", "caogu2019.lemma-B.1iv"),
)

double_sum = Claim(
    id="caogu2019.proof-5.2c",
    source=Source(PAPER, "B.2", "proof of Lemma 5.2, the double sum in I_2"),
    statement=r"$\sqrt mL\sum_{l=1}^L\|\Delta_l\|_2\cdot L\sum_{r=1}^l\|\Delta_r\|_2\le L^3\sqrt "
    r"m\sum_{l=1}^L\|\Delta_l\|_2^2$",
    reading=r"$L=3$, divided by $L^2\sqrt m$; $\Delta_l=\hat W_l-\tilde W_l$",
    over=dict.fromkeys(moves, NONNEGATIVE),
    lhs=Closed(sum(moves[i] * sum(moves[: i + 1]) for i in range(3))),
    relation="<=",
    rhs=Closed(3 * sum(move**2 for move in moves)),
    uses=("caogu2019.lemma-B.1iii", "caogu2019.lemma-B.1vi"),
)

double_sum_small = Claim(
    id="caogu2019.proof-5.2c.small",
    source=Source(PAPER, "B.2", "proof of Lemma 5.2, the last step for I_2"),
    statement=r"$L^3\sqrt m\|\Delta_l\|_2^2\le CL^2\tau^{1/3}\sqrt{m\log(m)}\|\Delta_l\|_2$",
    reading=r"since $\|\Delta_l\|=2p\tau$, $p\le1$, and $\tau^{1/3}=t=L^{-2}/q$, $q\ge1$; without "
    r"the log",
    over={DEPTH: AT_LEAST_ONE, q: AT_LEAST_ONE, p: Interval(0, 1)},
    lhs=Closed((DEPTH**3 * (2 * p * t**3) ** 2).subs(t, DEPTH**-2 / q)),
    relation="<=",
    rhs=Closed((2 * DEPTH**2 * t * (2 * p * t**3)).subs(t, DEPTH**-2 / q)),
    grid=Grid(points=[{"L": 2.0, "q": 1.0, "p": 0.5}, {"L": 1.0, "q": 1.0, "p": 1.0}]),
    uses=("caogu2019.proof-5.2c",),
)

outputs_square = Claim(
    id="caogu2019.eq-B.3.sum",
    source=Source(PAPER, "B.2", "(B.3), the second inequality"),
    statement=r"$C_6mL^2(\sum_{l=1}^L\|\Delta_l\|_2)^2\le "
    r"C_6mL^3\cdot\sum_{l=1}^L\|\Delta_l\|_2^2$",
    reading=r"$L=3$, divided by $C_6mL^2$",
    over=dict.fromkeys(moves, NONNEGATIVE),
    lhs=Closed(sum(moves) ** 2),
    relation="<=",
    rhs=Closed(3 * sum(move**2 for move in moves)),
)

least_gradient = Claim(
    id="caogu2019.proof-5.4a",
    source=Source(PAPER, "B.3", "proof of Lemma 5.4, the norm of G"),
    statement=r"$\sqrt{4^{-L}/8\cdot m_L\cdot\gamma^2\cdot[\frac1n\sum_i\ell'(y_i\tilde "
    r"y_i)]^2}=2^{-L}/(2\sqrt2)\cdot\sqrt{m_L}\cdot\gamma\cdot\mathcal E_S(W)$",
    reading=r"w for $\sqrt{m_L}$, p for $\mathcal E_S(W)=-\frac1n\sum_i\ell'(y_i\tilde y_i)>0$",
    over={DEPTH: AT_LEAST_ONE, w: POSITIVE, gamma: POSITIVE, p: POSITIVE},
    lhs=Closed(sqrt(4**-DEPTH / 8 * w**2 * gamma**2 * (-p) ** 2)),
    relation="==",
    rhs=Closed(2**-DEPTH / (2 * sqrt(2)) * w * gamma * p),
    uses=("caogu2019.lemma-B.3",),
)

gradient_left = Claim(
    id="caogu2019.proof-5.4b",
    source=Source(PAPER, "B.3", "proof of Lemma 5.4, the last inequality"),
    statement=r"if $\|\nabla_{W_L}L_S(W)-G\|_F\le C_1\mathcal E_S(W)\sqrt "
    r"m(L^2\tau+L^{2/3}\tau^{1/3})$ and $\tau\le C8^{-L}L^{-2}\gamma^3$ with a small enough "
    r"constant, then $\|\nabla_{W_L}L_S(W)\|_F\ge2^{-(L+2)}\sqrt{m_L}\gamma\mathcal E_S(W)$",
    reading=r"divided by $2^{-L}\gamma\sqrt{m_L}\mathcal E_S$; $m\le m_L$; power: $2^L$; "
    r"$t=\tau^{1/3}$, q for $L^{2/3}$, so that $L^2=q^3$; small enough: $C=(20C_1)^{-3}$, t is its "
    r"bound over p, "
    r"$C_1\ge1$, $\gamma\le1$",
    over={
        C: AT_LEAST_ONE,
        power: Interval(2, oo),
        q: AT_LEAST_ONE,
        gamma: Interval.Lopen(0, 1),
        p: AT_LEAST_ONE,
    },
    lhs=Closed(
        (Rational(353, 1000) - C * (q**3 * t**3 + q * t) * power / gamma).subs(
            t, gamma / (20 * C * power * q * p)
        )
    ),
    relation=">=",
    rhs=Closed(Rational(1, 4)),
    grid=Grid(points=[{"C": 1.0, "power": 2.0, "q": 1.0, "gamma": 0.4, "p": 1.0}]),
    uses=("caogu2019.proof-5.4a", "caogu2019.lemma-B.1iii", "caogu2019.lemma-B.1iv"),
)
