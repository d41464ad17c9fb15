r"""Corollary 3.7 and the introduction: powers of epsilon and gamma that Theorems 3.5, 3.6 lead to.

Everything is a power of epsilon -> 0, up to constants and logarithms: gamma = epsilon^g,
tau = epsilon^t, m = epsilon^-a, n = epsilon^-b, d = epsilon^-D, K = epsilon^-k. A bound's
exponent is the sum of its factors' powers times these; "at most epsilon" is an exponent of at
least 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp
from sympy import Interval, Matrix, Max, Rational, log, oo, sqrt, symbols

from symbolic.dominance import decide_rates
from symbolic.rates import Direction, Monomial, Rate, RateProblem, rate
from theorems.claim import Claim, Source
from theorems.quantifiers import ForAll
from theorems.sides import Closed, Computed

PAPER = "frei2019"
THIRD = Rational(1, 3)
g, t, a, b, D, k, surplus = symbols("g t a b D k surplus", real=True)
gamma, tau, eps, m, n, d, K, L, delta = symbols("gamma tau eps m n d K L delta", positive=True)
DIRECTIONS: Mapping[str, Direction] = {
    **dict.fromkeys(("gamma", "tau", "eps", "delta"), "0"),
    **dict.fromkeys(("m", "n", "d", "K", "L"), "oo"),
}
SCALE = {"gamma": g, "tau": t, "eps": 1, "m": -a, "n": -b, "d": -D, "K": -k}


def exponent(bound: sp.Expr) -> sp.Expr:
    """The power of epsilon in a bound of one term; logarithms do not count.

    Raises `ValueError` for a bound of several terms.
    """
    (powers,) = {monomial.powers for monomial in rate(bound, DIRECTIONS).monomials()}
    return sum((Rational(str(p)) * SCALE[name] for name, p in powers), sp.S.Zero)


# The terms of (3), with E_S from Theorem 3.5 and K eta = gamma^4 tau^2 / sqrt(log(n/delta)).
TRAIN = gamma**4 * tau**2 / sqrt(log(n / delta))
ERROR = (TRAIN * m) ** Rational(-1, 2) * log(n / delta) ** Rational(1, 4) / gamma**2
LINEAR = tau ** (4 * THIRD) * sqrt(m * log(m))
COMPLEXITY = tau * sqrt(m) / sqrt(n)
DEVIATION = sqrt(log(1 / delta) / n)
STEP = gamma**4 / m
# The lower bounds on the width in Theorems 3.5 and 3.6.
WIDTHS = (
    tau ** (-4 * THIRD) * d * log(m / (tau * delta)),
    d * log(m * L / delta),
    tau ** (-2 * THIRD) / log(m) * log(L / delta),
    (d * log(1 / gamma) + log(L / delta)) / gamma**2,
    log(n / delta),
)
NOT_NEGATIVE = Interval(0, oo)
EXPONENTS = {g: NOT_NEGATIVE, t: sp.S.Reals, a: NOT_NEGATIVE, b: NOT_NEGATIVE}
TRAINED = sp.Eq(exponent(ERROR), 1)
FEW = ForAll(random_points=50, search=False)

four_terms = Claim(
    id="frei2019.proof-3.7",
    source=Source(PAPER, "4", "proof of Corollary 3.7, the four conditions"),
    statement=r"with $K\eta=\nu''\gamma^4\tau^2(\log(n/\delta))^{-1/2}$ one can choose $\tau$, $m$ "
    r"and $n$ so that $C_3(K\eta m)^{-1/2}(\log(n/\delta))^{1/4}\gamma^{-2}=C_2\tau^{4/3}"
    r"\sqrt{m\log m}=C_2\tau\sqrt{m/n}=C_3\sqrt{\log(1/\delta)/n}=\varepsilon/4$",
    reading="up to constants and logarithms: the first three fix tau, m and n",
    over=EXPONENTS,
    where=[TRAINED, sp.Eq(exponent(LINEAR), 1), sp.Eq(exponent(COMPLEXITY), 1)],
    lhs=Closed(exponent(DEVIATION)),
    relation="==",
    rhs=Closed(1),
    erratum="four equations for three unknowns: the third needs n of order epsilon^-4, the fourth "
    "epsilon^-2; the last must be at most epsilon/4 instead",
    uses=("frei2019.theorem-3.5", "frei2019.theorem-3.6b"),
)

four_terms_corrected = Claim(
    id="frei2019.proof-3.7.corrected",
    source=four_terms.source,
    statement=r"the first three terms can equal $\varepsilon/4$; then "
    r"$C_3\sqrt{\log(1/\delta)/n}\lesssim\varepsilon$",
    over=EXPONENTS,
    where=[TRAINED, sp.Eq(exponent(LINEAR), 1), sp.Eq(exponent(COMPLEXITY), 1)],
    lhs=Closed(exponent(DEVIATION)),
    relation=">=",
    rhs=Closed(1),
    corrects="frei2019.proof-3.7",
)

error = symbols("epsilon", real=True)


def _sum_of_terms(part: sp.Expr) -> sp.Expr:
    """The right side of (3) with E_S and each other term equal to `part`."""
    return 2 * part + part + part + part


total = Claim(
    id="frei2019.proof-3.7.sum",
    source=Source(PAPER, "4", "proof of Corollary 3.7, the sum of the four terms"),
    statement=r"$2\mathcal E_S(W)+C_2\tau^{4/3}\sqrt{m\log m}+C_2\tau\sqrt{m/n}+C_3\sqrt{\log(1/"
    r"\delta)/n}\le\frac54\varepsilon$ when $C_3(K\eta m)^{-1/2}(\log\frac n\delta)^{1/4}"
    r"\gamma^{-2}$ and the other three terms are $\varepsilon/4$",
    reading="the first expression is the bound on E_S printed, with C_3, at the end of the proof "
    "of Theorem 3.5, and (3) has twice E_S: the sum is 5 epsilon/4, which the paper's unspecified "
    "C_3, taken twice as large, brings to epsilon",
    over={error: Interval.open(0, oo)},
    lhs=Closed(_sum_of_terms(error / 4)),
    relation="<=",
    rhs=Closed(Rational(5, 4) * error),
    uses=("frei2019.theorem-3.6b", "frei2019.proof-3.5c"),
)

SAMPLES = sp.Eq(b, 4 + 8 * g)
# tau from the first condition, n and K as printed, m larger than m* by epsilon^-surplus.
CHOICE = {b: SAMPLES.rhs, k: 2 + 8 * g, a: 14 + 32 * g + surplus}
LARGER = {g: NOT_NEGATIVE, surplus: NOT_NEGATIVE}


def chosen(bound: sp.Expr) -> sp.Expr:
    """The exponent of a bound for the corollary's choice."""
    (radius,) = sp.solve(TRAINED, t)
    return sp.expand(exponent(bound).subs(t, radius).subs(CHOICE))


corollary = Claim(
    id="frei2019.corollary-3.7",
    source=Source(PAPER, "3", "Corollary 3.7"),
    title="Corollary 3.7: the exponents of its sizes",
    statement=r"$m\ge m^*=\tilde O(\mathrm{poly}(\gamma^{-1}))\max(d,\varepsilon^{-14})\log(1/"
    r"\delta)$, $n=\tilde O(\mathrm{poly}(\gamma^{-1}))\varepsilon^{-4}$, $\eta=O(\gamma^4m^{-1})$ "
    r"and $K=\tilde O(\mathrm{poly}(\gamma^{-1}))\varepsilon^{-2}$ give "
    r"$\mathbb P[yf_{W^{(k)}}(x)<0]\le\varepsilon$ for some $k<K$",
    reading="the exponents of the four terms of (3), of tau and of the step size; the powers of "
    "1/gamma are 32, 8 and 8. That the widths asked for by Theorem 3.5 follow is a claim apart",
    over=LARGER,
    lhs=Closed(
        Matrix(
            [
                # K eta is what the terms assume, tau is small enough, the step stays in the ball.
                chosen(K * STEP) - chosen(TRAIN),
                chosen(TRAIN) - chosen(K * STEP),
                chosen(tau / gamma**12),
                chosen(STEP * sqrt(m) / tau),
                chosen(ERROR) - 1,
                chosen(LINEAR) - 1,
                chosen(COMPLEXITY) - 1,
                chosen(DEVIATION) - 1,
            ]
        )
    ),
    relation=">=",
    rhs=Closed(0),
    quantifier=FEW,
    uses=("frei2019.theorem-3.5", "frei2019.theorem-3.6b", "frei2019.proof-3.7.corrected"),
)


def _asked(bound: sp.Expr, unknown: sp.Symbol) -> list[sp.Expr]:
    """The powers of epsilon and gamma in the least size that makes a bound at most epsilon."""
    from symbolic.requirements import exponents, needed

    found = needed(bound.subs(log(n / delta), 1), eps, [unknown], DIRECTIONS)[unknown.name]
    (powers,) = {one.powers for one in found.monomials()}
    return list(exponents(Rate.of(Monomial(powers)), ["eps", "gamma"]))


def _least_sizes() -> sp.Matrix:
    """Of m, n and K: from the second and third terms of (3) and from K eta."""
    (radius,) = sp.solve(sp.Eq((TRAIN * m) ** Rational(-1, 2) / gamma**2, eps), tau)
    radius = radius.subs(log(n / delta), 1)
    steps = eps * TRAIN.subs(tau, radius) / (K * STEP)  # at most epsilon once K eta is reached
    asked = [(LINEAR, m), (COMPLEXITY, n), (steps, K)]
    return sp.Matrix([_asked(term.subs(tau, radius), unknown) for term, unknown in asked])


least_sizes = Claim(
    id="frei2019.corollary-3.7.exponents",
    source=Source(PAPER, "3", "Corollary 3.7, the least sizes"),
    title="Corollary 3.7: its powers of epsilon are the least (inferred, not printed)",
    statement=r"the least m, n and K for which the terms of (3) are at most $\varepsilon$ are "
    r"$\tilde O(\mathrm{poly}(\gamma^{-1}))$ times $\varepsilon^{-14}$, $\varepsilon^{-4}$ and "
    r"$\varepsilon^{-2}$",
    reading="by rate calculus, tau from the first term, K at the largest step, against the sizes "
    "in corollary-3.7; rows m, n, K, columns the powers of epsilon and of gamma; those of gamma "
    "are not printed",
    over={},
    lhs=Closed(_least_sizes()),
    relation="==",
    rhs=Closed(
        Matrix(
            [[-CHOICE[size].subs({g: 0, surplus: 0}), -CHOICE[size].coeff(g)] for size in (a, b, k)]
        )
    ),
    uses=("frei2019.corollary-3.7",),
)


def _widths_met(extra: list[sp.Basic]) -> dict[str, Any]:
    """The widths of Theorems 3.5 and 3.6 against m, whatever tau the four terms leave."""
    wanted = [exponent(w) for w in (WIDTHS[0], d, WIDTHS[2])]
    return {
        "over": {t: sp.S.Reals, a: NOT_NEGATIVE, b: NOT_NEGATIVE, D: NOT_NEGATIVE},
        "where": [
            (exponent(ERROR) >= 1).subs(g, 0),
            (exponent(COMPLEXITY) >= 1).subs(g, 0),
            SAMPLES.subs(g, 0),
            *extra,
        ],
        "lhs": Closed(a),
        "relation": ">=",
        "rhs": Closed(Matrix([-w.subs(g, 0) for w in wanted])),
    }


dimension = Claim(
    id="frei2019.proof-3.7.width",
    source=Source(PAPER, "4", "proof of Corollary 3.7, the width in terms of d"),
    statement=r"every $m\ge m^*=\tilde O(\mathrm{poly}(\gamma^{-1}))\max(d,\varepsilon^{-14})$ "
    r"meets $m\gtrsim\tau^{-4/3}d\log\frac m{\tau\delta}\vee d\log\frac{mL}\delta\vee\tau^{-2/3}"
    r"(\log m)^{-1}\log\frac L\delta$ of Theorems 3.5 and 3.6",
    reading="gamma fixed, n of order epsilon^-4, tau anything for which the trained error and the "
    "complexity term are at most of order epsilon; what the proof needs and does not "
    "print is tested, not whether the corollary is true",
    **_widths_met([a >= 14, a >= D]),
    erratum="n = epsilon^-4 forces tau = 1/(epsilon sqrt(m)), so the first condition is m >= d^3 "
    "epsilon^4, more than max(d, epsilon^-14) once d > epsilon^-6",
    uses=("frei2019.theorem-3.5", "frei2019.theorem-3.6a", "frei2019.proof-3.7"),
)

dimension_corrected = Claim(
    id="frei2019.proof-3.7.width.corrected",
    source=dimension.source,
    statement=r"every $m\ge\max(d,d^3\varepsilon^4,\varepsilon^{-14})$, up to logarithms, does",
    **_widths_met([a >= 14, a >= D, a >= 3 * D - 4]),
    corrects="frei2019.proof-3.7.width",
)

MILD = [a >= 2 + 32 * g, a >= D + 16 * g]
SMALL_BALL = {t: 12 * g}

introduction_width = Claim(
    id="frei2019.text-1.1a.width",
    source=Source(PAPER, "1.1", "item 2, the width"),
    statement=r"with $m^*=\tilde O(\mathrm{poly}(\gamma^{-1}))\max(d,\varepsilon^{-2})$ Theorem "
    r"3.5 gives a point with $\mathcal E_S\le\varepsilon$",
    reading="tau = gamma^12, powers 32 and 16 of 1/gamma",
    over={g: NOT_NEGATIVE, a: NOT_NEGATIVE, D: NOT_NEGATIVE},
    where=MILD,
    lhs=Closed(
        Matrix([exponent(ERROR) - 1, a + exponent(WIDTHS[0]), a + exponent(WIDTHS[2])]).subs(
            SMALL_BALL
        )
    ),
    relation=">=",
    rhs=Closed(0),
    quantifier=FEW,
    uses=("frei2019.theorem-3.5",),
)

SMALL_STEP = (K * gamma**4) ** Rational(-1, 2) / gamma**2


def _steps(power: int) -> dict[str, Any]:
    return {
        "over": {g: NOT_NEGATIVE, k: NOT_NEGATIVE},
        "where": [sp.Eq(k, power + 8 * g)],
        "lhs": Closed(exponent(SMALL_STEP)),
        "relation": ">=",
        "rhs": Closed(1),
        "reading": "the bound (ii) with the largest step, eta m = gamma^4; K = gamma^-8 "
        f"epsilon^-{power}",
        "uses": ("frei2019.theorem-3.5",),
    }


introduction_steps = Claim(
    id="frei2019.text-1.1a.steps",
    source=Source(PAPER, "1.1", "item 2, whether Theorem 3.5 gives the steps"),
    statement=r"$\tilde O(\mathrm{poly}(\gamma^{-1})\varepsilon^{-1})$ steps make the bound of "
    r"Theorem 3.5 on $\mathcal E_S$ at most $\varepsilon$",
    **_steps(1),
    erratum="that bound is (K eta m)^(-1/2) with eta m <= gamma^4, so it takes epsilon^-2 steps, "
    "as Corollary 3.7 has; that descent itself is slower than epsilon^-1 is not claimed here",
)

introduction_steps_corrected = Claim(
    id="frei2019.text-1.1a.steps.corrected",
    source=introduction_steps.source,
    statement=r"$\tilde O(\mathrm{poly}(\gamma^{-1})\varepsilon^{-2})$ steps do",
    **_steps(2),
    corrects="frei2019.text-1.1a.steps",
)

introduction_gap = Claim(
    id="frei2019.text-1.1b",
    source=Source(PAPER, "1.1", "item 3, the generalization gap"),
    statement=r"with $m^*,n=\tilde O(\mathrm{poly}(\gamma^{-1},\varepsilon^{-1}))$ empirical and "
    r"true surrogate error differ by at most $\varepsilon$",
    reading="the last three terms of (3) for the tau that training needs; powers as in "
    "Corollary 3.7",
    over=LARGER,
    lhs=Closed(Matrix([chosen(LINEAR), chosen(COMPLEXITY), chosen(DEVIATION)])),
    relation=">=",
    rhs=Closed(1),
    quantifier=FEW,
    uses=("frei2019.theorem-3.6a", "frei2019.theorem-3.6b", "frei2019.corollary-3.7"),
)


def _decided(left: sp.Expr, right: sp.Expr) -> float:
    """1 where left = ~O(right) is proved, 0 where it is refuted. Raises `ValueError` if neither."""
    sides: tuple[Rate, Rate] = (rate(left, DIRECTIONS), rate(right, DIRECTIONS))
    found = decide_rates(RateProblem(DIRECTIONS, sides[0], "~O", sides[1]))
    if found.outcome == "undecided":
        raise ValueError(found.reason)
    return float(found.outcome == "proved")


RESIDUAL = Max(*WIDTHS, *(Max(d, eps**-14) / gamma**32 * log(1 / delta),))
PLAIN = L**24 * 2 ** (8 * L) / gamma**8 * eps**-14 * log(1 / delta)


def _depth_free(points: Any) -> Any:
    """Whether both papers' widths are free of the depth, up to logarithms: this one's, Cao-Gu's."""
    import torch

    free = [_decided(RESIDUAL, RESIDUAL.subs(L, 2)), _decided(PLAIN, PLAIN.subs(L, 1))]
    polynomial = _decided(PLAIN, L**1000 * PLAIN.subs(L, 1))
    return torch.tensor([[*free, polynomial]], dtype=torch.float64).expand(points.n, 3)


logarithmic = Claim(
    id="frei2019.text-3c",
    source=Source(PAPER, "3", "after Corollary 3.7, against the non-residual architecture"),
    statement=r"the width depends at most logarithmically on $L$ in Theorem 3.5 and Corollary 3.7, "
    r"exponentially in the corresponding result for non-residual networks",
    reading="~O in all parameters, by rate calculus: 1 where it holds. The other width is the "
    "L^24 2^(8L) gamma^-8 epsilon^-14 that the proof of Corollary 4.11 of Cao and Gu gives: it is "
    "not free of L, and no power of L (1000 is tried) bounds it. Step size and number of steps "
    "depend on L through m alone",
    over={},
    lhs=Computed(_depth_free),
    relation="==",
    rhs=Closed(Matrix([1, 0, 0])),
    uses=("caogu2019.corollary-4.11", "frei2019.theorem-3.5", "frei2019.corollary-3.7"),
)
