"""Statements on rates of growth, true and false, whose truth is known from theory or by hand.

Comparisons of functions of one parameter, complexities of optimisation methods, widths, sample
sizes and minimax rates, sums, and relations between parameters. False ones miss by an exponent, a
logarithm, a parameter, or have two sides or a minimum and a maximum exchanged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy import Eq, Max, Min, Sum, binomial, exp, factorial, log, oo, sqrt
from sympy import Rational as R


@dataclass(frozen=True)
class RateItem:
    """left = sense(right), given relations, and up to powers of some factors: true or false?"""

    left: Any
    sense: Any
    right: Any
    truth: bool
    where: tuple[Any, ...] = ()
    up_to: tuple[Any, ...] = ()

    def __str__(self) -> str:
        given = f" if {', '.join(map(str, self.where))}" if self.where else ""
        factors = f" up to {', '.join(map(str, self.up_to))}" if self.up_to else ""
        return f"{self.left} = {self.sense}({self.right}){given}{factors}"


def holds(
    left: Any, sense: str, right: Any, where: Sequence[Any] = (), up_to: Sequence[Any] = ()
) -> RateItem:
    return RateItem(sp.sympify(left), sense, sp.sympify(right), True, tuple(where), tuple(up_to))


def fails(
    left: Any, sense: str, right: Any, where: Sequence[Any] = (), up_to: Sequence[Any] = ()
) -> RateItem:
    return RateItem(sp.sympify(left), sense, sp.sympify(right), False, tuple(where), tuple(up_to))


GROWING = sp.symbols("n m d L H kappa T D", positive=True)
SHRINKING = sp.symbols("epsilon delta lambda_0 tau h sigma", positive=True)
n, m, d, L, H, kappa, T, D = GROWING
eps, delta, lam, tau, h, sig = SHRINKING
C = sp.Symbol("C", positive=True)
i = sp.Symbol("i", integer=True)
LIMITS = {**dict.fromkeys(GROWING, "oo"), **dict.fromkeys(SHRINKING, "0"), C: "1"}


def lg(x: Any) -> Any:
    return log(x) / log(2)


WIDTH = n**6 / (lam**4 * delta**3)
DEEP = n**24 * H**12 / (lam**8 * delta**5)

ITEMS = [
    holds(log(n) ** 7, "o", n ** R(1, 100)),
    fails(n ** R(1, 100), "O", log(n) ** 100),
    fails(R(101, 100) ** n, "O", n**100),
    fails(sqrt(n), "Theta", n ** R(1, 2) * log(n)),
    fails(2**n, "O", 2 ** (n / 2)),
    fails(2 ** (n / 2), "Omega", 2**n),
    holds(n ** lg(5), "Theta", 5 ** lg(n)),
    fails(n ** lg(5), "Theta", 5 ** log(n)),
    holds(factorial(n), "o", n**n),
    fails(factorial(n), "Theta", n**n),
    holds(factorial(n + 1), "omega", factorial(n)),
    holds(n ** log(n), "omega", n**100),
    holds(log(n) ** log(n), "Theta", n ** log(log(n))),
    fails(n ** log(log(n)), "O", n**50),
    holds(4 ** lg(n), "Theta", n**2),
    holds(2 ** sqrt(2 * lg(n)), "o", n ** R(1, 10)),
    holds(2**2**n, "o", 2**2 ** (n + 1)),
    fails(2**2 ** (n + 1), "O", 2**2**n),
    holds(exp(n), "omega", 2**n),
    holds(log(log(n)), "o", sqrt(log(n))),
    holds(factorial(n), "o", n**n * n),
    fails(n * log(n), "O", n),
    holds(2**n, "o", 3**n),
    fails(3**n, "O", 2**n),
    fails(2 ** (2 * n), "O", 2**n),
    fails(4**n, "Theta", 2**n),
    holds(n * (n - 1) / 2, "Theta", n**2),
    fails(log(n * log(m)), "O", log(n)),
    fails(log(n * log(m)), "Theta", log(n) + log(m)),
    holds(log(n + m), "Theta", Max(log(n), log(m))),
    fails(log(1 + 1 / n), "Theta", 1),
    holds(binomial(2 * n, n), "Theta", 4**n / sqrt(n)),
    fails(binomial(2 * n, n), "Theta", 4**n),
    holds(Sum(i, (i, 1, n)), "Theta", n**2),
    holds(Sum(1 / i**2, (i, 1, n)), "Theta", 1),
    holds(Sum(i * 2**i, (i, 0, L)), "Theta", L * 2**L),
    holds(Sum((1 - 1 / kappa) ** i, (i, 0, oo)), "Theta", kappa),
    fails(Sum((1 - 1 / kappa) ** i, (i, 0, oo)), "Theta", sqrt(kappa)),
    holds(Sum((1 - 1 / kappa) ** i, (i, 0, T)), "O", T),
    fails(Sum((1 - 1 / kappa) ** i, (i, 0, T)), "Theta", kappa),
    holds(Sum(R(1, 2) ** i * n, (i, 0, L)), "Theta", n),
    holds(kappa * log(1 / eps), "~O", kappa),
    fails(eps ** (-2), "O", kappa * log(1 / eps)),
    holds((n + kappa) * log(1 / eps), "O", n * kappa * log(1 / eps)),
    holds(n + sqrt(n * kappa), "Theta", n + kappa, where=[n >= kappa]),
    fails(n + kappa, "O", n + sqrt(n * kappa), where=[kappa >= n**2]),
    holds(n * sqrt(kappa), "Omega", n + sqrt(n * kappa)),
    holds(n + n ** R(2, 3) * eps ** (-2), "O", n * eps ** (-2)),
    fails(n * eps ** (-2), "O", n + n ** R(2, 3) * eps ** (-2)),
    fails(Min(sqrt(n) * eps ** (-2), eps ** (-3)), "Theta", sqrt(n) * eps ** (-2)),
    fails(eps ** (-R(7, 4)) * log(1 / eps), "O", eps ** (-R(7, 4))),
    fails(log(1 / eps) / log(1 / (1 - 1 / sqrt(kappa))), "Theta", kappa * log(1 / eps)),
    holds(exp(-T / kappa), "O", 1),
    fails(exp(-T / kappa), "o", 1),
    fails(exp(-T / kappa), "O", 1 / T),
    fails(WIDTH, "O", n**6 / (lam ** R(7, 2) * delta**3)),
    fails(WIDTH, "O", n ** R(11, 2) / (lam**4 * delta**3)),
    fails(n**6 * log(m / delta) / lam**4, "O", n**6 / lam**4),
    fails(DEEP, "O", WIDTH),
    holds(2**H, "Omega", H**12),
    fails(n**4 * 2 ** (8 * H), "O", n**4 * 2 ** (7 * H)),
    holds(n**4 * 2 ** (8 * H), "O", n**4 * 3 ** (6 * H)),
    fails(n**4 * 3 ** (6 * H), "O", n**4 * 2 ** (9 * H)),
    holds(2**L * n, "O", 1, up_to=[2**L, n]),
    fails(2**L * n, "O", 1, up_to=[L, n]),
    fails(n**6 * eps ** (-14) * d, "O", 1, up_to=[n, 1 / eps]),
    holds(n * log(log(n)), "O", n, up_to=[log(n)]),
    fails(n * log(n), "O", n, up_to=[log(log(n))]),
    fails(n ** log(n), "O", 1, up_to=[n]),
    fails(sqrt(d * log(n) / n), "O", sqrt(d / n)),
    fails(sqrt(d / n), "O", 1 / sqrt(n)),
    fails(n ** (-R(4, 7)), "O", n ** (-R(3, 5))),
    holds((n / log(n)) ** (-R(4, 7)), "~O", n ** (-R(4, 7))),
    holds(d / n, "O", sqrt(d / n), where=[n >= d]),
    fails(sqrt(d / n), "O", d / n, where=[n >= d]),
    holds(1 / sqrt(m) + 1 / sqrt(n), "O", 1 / sqrt(Min(m, n))),
    holds(1 / sqrt(m) + 1 / sqrt(n), "Theta", 1 / sqrt(n), where=[m >= n]),
    fails(1 / sqrt(m) + 1 / sqrt(n), "O", 1 / sqrt(n), where=[m >= sqrt(n) * log(n)]),
    holds(h**2 + 1 / (n * h), "Omega", n ** (-R(2, 3))),
    fails(h**2 + 1 / (n * h), "O", n ** (-R(2, 3))),
    fails(h**2 + 1 / (n * h), "Theta", n ** (-R(2, 3)), where=[Eq(h, n ** (-R(1, 4)))]),
    holds(n / m**2 + 1 / n, "o", 1, where=[m >= n]),
    fails(n / m**2, "O", 1 / m, where=[m >= sqrt(n)]),
    fails(log(m), "O", log(n), where=[m >= n**5]),
    fails(L**2, "O", log(m), where=[m >= 2**L]),
    fails(log(m), "O", L, where=[m >= 2**L]),
    fails(4**L, "O", m, where=[Eq(m, 3**L)]),
    fails(eps * log(1 / eps), "O", eps),
    holds(sqrt(eps), "omega", eps),
    holds(1 + eps, "Theta", 1),
    holds(n - sqrt(n), "Theta", n),
    holds(Max(n, m) * Min(n, m), "Theta", n * m),
    fails(Max(n, m), "Theta", Min(n, m)),
    holds(n**2 * d**2 + n * d, "O", (n * d) ** 2),
    fails(n**2 * d, "O", n * d**2),
    holds(n * d, "O", n**2 + d**2),
    holds(n * d, "O", n**3 + d ** R(3, 2)),
    fails(n * d, "O", n**3 + d ** R(7, 5)),
    holds(sqrt(n) * log(n / delta), "O", sqrt(n) * log(n) + sqrt(n) * log(1 / delta)),
    fails(sqrt(n) * log(n / delta), "Theta", sqrt(n) * log(n)),
    fails(n ** R(1, 2) * log(n / delta), "~O", n ** R(1, 3)),
    fails(lam, "O", 1 / sqrt(m), where=[m >= lam ** (-2)]),
    holds(n * D**2 + D**3, "O", n * D**2, where=[n >= D]),
    fails(n * D**2 + D**3, "O", n**2 * D),
    holds(Min(n, d) * n * d, "O", Min(n**2 * d, n * d**2)),
    holds(Min(n**2 * d, n * d**2), "O", (n * d) ** R(3, 2)),
    fails((n + kappa) * log(1 / eps), "o", n * kappa + kappa * log(1 / eps)),
    holds(n * log(1 / eps) + sqrt(n / eps), "O", n * log(1 / eps) + n / sqrt(eps)),
    holds(sqrt(n / eps), "O", n, where=[n >= 1 / eps]),
    fails(sqrt(n / eps), "O", n, where=[n >= eps ** R(-1, 2)]),
    holds(n + sqrt(n) * eps ** (-2), "Theta", sqrt(n) * eps ** (-2), where=[n <= eps ** (-4)]),
    fails(n + sqrt(n) * eps ** (-2), "Theta", sqrt(n) * eps ** (-2), where=[n <= eps ** (-5)]),
    fails(n + sqrt(n) * eps ** (-2), "Theta", n, where=[n >= eps ** (-3)]),
    holds(Min(eps ** (-4), sqrt(n) * eps ** (-2)), "Theta", eps ** (-4), where=[n >= eps ** (-4)]),
    holds(eps ** (-3), "o", eps ** R(-7, 2)),
    fails(sqrt(kappa) * log(1 / eps) * log(kappa), "O", sqrt(kappa), up_to=[log(kappa)]),
    holds(sig / sqrt(T) + 1 / T, "O", 1 / sqrt(T)),
    fails(sig / sqrt(T) + 1 / T, "O", sig / sqrt(T)),
    fails(1 / T, "O", sig / T),
    holds(Sum(log(i) / i, (i, 1, n)), "Theta", log(n) ** 2),
    fails(Sum(log(i) / i, (i, 1, n)), "Theta", log(n)),
    holds(Sum(2**i * n, (i, 0, lg(m))), "Theta", n * m),
    holds(Sum(3**i, (i, 0, log(n) / log(4))), "Theta", n ** (log(3) / log(4))),
    fails(Sum(3**i, (i, 0, log(n) / log(4))), "Theta", n),
    holds(Sum(4**i, (i, 0, L)), "O", 5**L),
    fails(Sum(4**i, (i, 0, L)), "O", 3**L),
    holds(n ** lg(7), "omega", n ** R(280, 100)),
    fails(n ** lg(7), "O", n ** R(28, 10)),
    holds(n ** (log(8) / log(2)), "Theta", n**3),
    holds(n ** lg(7) * log(n), "~O", n ** lg(7)),
    fails(n ** lg(7) * log(n), "O", n ** lg(7)),
    holds(n ** sqrt(n), "o", 2**n),
    fails(2**n, "O", n ** sqrt(n)),
    holds(log(n) ** sqrt(log(n)), "o", n ** R(1, 10)),
    fails(exp(sqrt(n)), "Omega", R(11, 10) ** n),
    fails(factorial(2 * n), "O", factorial(n) ** 2),
    holds(log(factorial(n)), "Theta", n * log(n)),
    fails(log(factorial(n)), "O", n),
    holds(n**n, "o", factorial(n) * 3**n),
    holds(log(log(log(n))), "o", log(log(n))),
    fails(log(log(n)), "O", log(log(log(n))) ** 3),
    holds(log(n) / log(log(n)), "omega", log(n) ** R(9, 10)),
    fails(log(n) / log(log(n)), "Theta", log(n)),
    holds(2 ** (log(n) * log(log(n))), "omega", n**5),
    holds((n * log(n)) ** 2, "Theta", n**2 * log(n) ** 2),
    holds(log(n**2 * log(n) ** 3 + m), "Theta", log(n) + log(m)),
    fails(log(n + m), "O", log(n)),
    holds(log(n * H / delta), "Theta", log(n) + log(H) + log(1 / delta)),
    fails(log(n * H / delta), "Theta", log(n) + log(H)),
    holds(log(2**L * n), "Theta", L + log(n)),
    fails(log(2**L * n), "Theta", log(L) + log(n)),
    holds(
        DEEP * log(n * H / delta) ** 5,
        "~O",
        DEEP,
    ),
    fails(
        DEEP * log(n * H / delta) ** 5,
        "O",
        DEEP,
    ),
    fails(DEEP, "O", n ** R(47, 2) * H**12 / (lam**8 * delta**5)),
    fails(n**24 * H**12 / lam**8, "O", n**24 * H ** R(23, 2) / lam**8),
    holds(n**24 * H**12 / lam**8, "O", n**24 * H**12 / lam ** R(17, 2)),
    fails(2**L * n, "Theta", 4**L * n),
    holds(C * n**2 * 3**L, "O", n**2 * 10**L),
    fails(exp(L), "O", R(27, 10) ** L),
    fails(L**3 * 2**L, "O", 2**L),
    fails(2 ** (n + m), "Theta", 2 ** Max(n, m)),
    holds(n**m, "omega", 2**m),
    fails(2**m, "Omega", n**m),
    holds(n * m * log(n) * log(m), "~O", n * m),
    holds(n / m, "O", 1, where=[m >= n]),
    fails(n / m, "omega", 1),
    holds(n * eps, "O", 1, where=[n <= 1 / eps]),
    fails(n * eps, "o", 1, where=[n <= 1 / eps]),
    holds(d / n + sqrt(d / n), "Theta", sqrt(d / n), where=[n >= d]),
    fails(d / n + sqrt(d / n), "Theta", sqrt(d / n)),
    fails(n**2 / m + m, "O", n),
    holds(eps ** (-R(3, 2)), "~O", eps ** (-R(3, 2)) / log(1 / eps) ** 2),
    fails(eps ** (-2), "~O", eps ** (-R(3, 2))),
    fails(eps ** (-1) * delta ** (-R(1, 2)), "O", eps ** (-1) * log(1 / delta)),
    fails(1 / delta, "~O", 1),
    fails(log(1 / delta) ** 4, "O", log(1 / delta) ** 3),
    fails(log(1 / (delta * eps)), "Theta", Min(log(1 / delta), log(1 / eps))),
    holds(1 / (eps + delta), "O", 1 / sqrt(eps * delta)),
]
