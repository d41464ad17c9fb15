"""Bounds of elementary functions: one variable here, arcs and several variables elsewhere."""

from __future__ import annotations

import sympy as sp
from corpus import Item
from corpus_circular import ITEMS as CIRCULAR
from corpus_several import ITEMS as SEVERAL
from provers import OPEN, POSITIVE, WEAK, R, pair
from sympy import (
    Abs,
    E,
    Interval,
    asinh,
    atanh,
    cbrt,
    cosh,
    erf,
    erfc,
    exp,
    log,
    oo,
    pi,
    sinh,
    sqrt,
    tanh,
)
from sympy import Rational as Q

x = sp.symbols("x")
ITEMS: list[Item] = []

pair(
    ITEMS,
    "mt abs log in unit",
    Interval.open(-1, 1),
    Abs(log(1 + x)) <= -log(1 - Abs(x)),
    Abs(log(1 + x)) <= -Q(99, 100) * log(1 - Abs(x)),
)
pair(
    ITEMS,
    "mt abs exp",
    R,
    Abs(exp(x) - 1) <= exp(Abs(x)) - 1,
    Abs(exp(x) - 1) <= Q(99, 100) * (exp(Abs(x)) - 1),
)
pair(
    ITEMS,
    "mt exp abs upper",
    Interval(-1, 1),
    Abs(exp(x) - 1) <= Q(7, 4) * Abs(x),
    Abs(exp(x) - 1) <= Q(17, 10) * Abs(x),
)
pair(
    ITEMS,
    "mt exp abs lower",
    Interval(-1, 1),
    Abs(exp(x) - 1) >= Abs(x) / 4,
    Abs(exp(x) - 1) >= Q(64, 100) * Abs(x),
)
pair(
    ITEMS,
    "mt log rational",
    Interval.Lopen(-1, oo),
    2 * Abs(x) / (2 + x) <= Abs(log(1 + x)),
    Q(202, 100) * Abs(x) / (2 + x) <= Abs(log(1 + x)),
)
pair(
    ITEMS,
    "mt log sqrt",
    POSITIVE,
    Abs(log(1 + x)) <= Abs(x) / sqrt(1 + x),
    Abs(log(1 + x)) <= Q(99, 100) * Abs(x) / sqrt(1 + x),
)
pair(
    ITEMS,
    "mt log cbrt",
    POSITIVE,
    log(1 + x) <= x * (1 + cbrt(1 + x)) / (1 + x + cbrt(1 + x)),
    log(1 + x) <= Q(99, 100) * x * (1 + cbrt(1 + x)) / (1 + x + cbrt(1 + x)),
)
pair(
    ITEMS,
    "mt log pade",
    WEAK,
    log(1 + x) <= x * (6 + x) / (6 + 4 * x),
    log(1 + x) <= Q(99, 100) * x * (6 + x) / (6 + 4 * x),
)
pair(
    ITEMS,
    "mt log pade below",
    WEAK,
    log(1 + x) >= x * (6 + 3 * x) / (6 + 6 * x + x**2),
    log(1 + x) >= Q(101, 100) * x * (6 + 3 * x) / (6 + 6 * x + x**2),
)
pair(ITEMS, "mt exp log", OPEN, exp(x - x**2) <= 1 + x, exp(x - Q(49, 100) * x**2) <= 1 + x)
pair(
    ITEMS,
    "mt exp -x/(1-x)",
    Interval.Ropen(0, 1),
    exp(-x / (1 - x)) <= 1 - x,
    exp(-Q(99, 100) * x / (1 - x)) <= 1 - x,
)
pair(
    ITEMS,
    "mt exp quotient",
    Interval(0, 1),
    exp(x) <= (2 + x) / (2 - x) * (1 + x**3 / 12) ** 0 + x**3 / 100 + x**3 * Q(1, 3),
    exp(x) <= 1 + x + x**2 / 2 + x**3 / 6,
)
pair(ITEMS, "mt sinh", POSITIVE, sinh(x) > x + x**3 / 6, sinh(x) > x + Q(17, 100) * x**3)
pair(
    ITEMS,
    "mt Lazarevic",
    POSITIVE,
    (sinh(x) / x) ** 3 > cosh(x),
    (sinh(x) / x) ** 3 > Q(101, 100) * cosh(x),
)
pair(
    ITEMS,
    "mt tanh",
    POSITIVE,
    tanh(x) > x / sqrt(1 + x**2) * Q(9, 10),
    tanh(x) > Q(101, 100) * x / sqrt(1 + x**2),
)
pair(ITEMS, "mt cosh exp", R, cosh(x) <= exp(x**2 / 2), cosh(x) <= exp(Q(49, 100) * x**2))
pair(
    ITEMS,
    "mt sqrt exp",
    WEAK,
    sqrt(1 + x) * exp(-x / 2) <= 1,
    sqrt(1 + x) * exp(-Q(49, 100) * x) <= 1,
)
pair(ITEMS, "mt x^x", Interval.open(0, 1), x**x >= Q(69, 100), x**x >= Q(70, 100))
pair(
    ITEMS,
    "mt entropy",
    OPEN,
    -x * log(x) - (1 - x) * log(1 - x) >= 4 * x * (1 - x) * log(2),
    -x * log(x) - (1 - x) * log(1 - x) >= Q(404, 100) * x * (1 - x) * log(2),
)
pair(
    ITEMS,
    "mt entropy sqrt",
    OPEN,
    -x * log(x) - (1 - x) * log(1 - x) <= 2 * log(2) * sqrt(x * (1 - x)),
    -x * log(x) - (1 - x) * log(1 - x) <= Q(198, 100) * log(2) * sqrt(x * (1 - x)),
)
pair(
    ITEMS,
    "mt erf Polya",
    WEAK,
    erf(x) <= sqrt(1 - exp(-4 * x**2 / pi)),
    erf(x) <= Q(99, 100) * sqrt(1 - exp(-4 * x**2 / pi)),
)
pair(
    ITEMS,
    "mt erfc Chernoff half",
    WEAK,
    erfc(x) <= exp(-(x**2)),
    erfc(x) <= Q(99, 100) * exp(-(x**2)),
)
pair(
    ITEMS,
    "mt log x sqrt",
    Interval(1, oo),
    log(x) <= (x - 1) / sqrt(x),
    log(x) <= Q(99, 100) * (x - 1) / sqrt(x),
)
pair(
    ITEMS,
    "mt compound above",
    POSITIVE,
    (1 + 1 / x) ** (x + Q(1, 2)) >= E,
    (1 + 1 / x) ** (x + Q(49, 100)) >= E,
)
pair(
    ITEMS,
    "mt compound",
    Interval.open(1, oo),
    (1 - 1 / x) ** x <= 1 / E,
    (1 - 1 / x) ** x <= Q(99, 100) / E,
)
pair(
    ITEMS,
    "mt log increment",
    POSITIVE,
    log(1 + 1 / x) < 1 / sqrt(x**2 + x),
    log(1 + 1 / x) < Q(99, 100) / sqrt(x**2 + x),
)
pair(
    ITEMS,
    "mt tanh slope",
    R,
    1 - tanh(x) ** 2 <= 4 * exp(-2 * Abs(x)),
    1 - tanh(x) ** 2 <= Q(396, 100) * exp(-2 * Abs(x)),
)
pair(
    ITEMS,
    "mt gelu",
    R,
    x * (1 + erf(x / sqrt(2))) / 2 >= -Q(17, 100),
    x * (1 + erf(x / sqrt(2))) / 2 >= -Q(169, 1000),
)
pair(ITEMS, "mt silu", R, x / (1 + exp(-x)) >= -Q(279, 1000), x / (1 + exp(-x)) >= -Q(278, 1000))
pair(
    ITEMS,
    "mt sigmoid slope",
    R,
    exp(-x) / (1 + exp(-x)) ** 2 <= Q(1, 4),
    exp(-x) / (1 + exp(-x)) ** 2 <= Q(24, 100),
)
pair(
    ITEMS,
    "mt mish-like",
    R,
    x * tanh(log(1 + exp(x))) >= -Q(31, 100),
    x * tanh(log(1 + exp(x))) >= -Q(30, 100),
)
pair(ITEMS, "mt atanh", OPEN, atanh(x) > x + x**3 / 3, atanh(x) > x + Q(34, 100) * x**3)
pair(
    ITEMS,
    "mt asinh",
    POSITIVE,
    asinh(x) > x / sqrt(1 + x**2) * 1,
    asinh(x) > Q(101, 100) * x / sqrt(1 + x**2),
)
pair(ITEMS, "mt 2^x", Interval(0, 1), 2**x <= 1 + x, 2**x <= 1 + Q(99, 100) * x)
pair(ITEMS, "mt 3^x", WEAK, 3**x >= 1 + x * log(3), 3**x >= 1 + Q(101, 100) * x * log(3))
pair(ITEMS, "mt 2^x vs x^2", Interval(4, oo), 2**x >= x**2, 2**x >= Q(101, 100) * x**2)
pair(ITEMS, "mt e^x vs x^e", POSITIVE, exp(x) >= x**E, exp(x) >= Q(101, 100) * x**E)
pair(
    ITEMS, "mt pi e", POSITIVE, x ** (1 / x) <= exp(1 / E), x ** (1 / x) <= Q(99, 100) * exp(1 / E)
)

ITEMS += [*CIRCULAR, *SEVERAL]
