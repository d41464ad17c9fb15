"""Classical inequalities in several variables, and over the integers."""

from __future__ import annotations

import sympy as sp
from analysis import (
    ABOVE,
    HALF,
    POSITIVE,
    QUARTER,
    REALS,
    SYMMETRIC,
    UNIT,
    divergence,
    n,
    p,
    pair,
    q,
    r,
    t,
    x,
    y,
)
from corpus import Item
from sympy import E, exp, gamma, log, oo, pi, sin, sqrt
from sympy import Rational as Q

ITEMS: list[Item] = []

# Several variables.
pair(
    ITEMS,
    "exponential of product",
    exp(x * y) >= 1 + x * y,
    {x: REALS, y: REALS},
    exp(x * y) > 1 + x * y,
)
# Equality exactly on the curve y = exp(x).
pair(
    ITEMS,
    "Young",
    x * y <= exp(x) + y * log(y) - y,
    {x: REALS, y: POSITIVE},
    x * y < exp(x) + y * log(y) - y,
)
ONE_TO_FOUR = sp.Interval(1, 4)
pair(
    ITEMS,
    "logarithmic mean",
    sqrt(x * y) * (log(y) - log(x)) <= y - x,
    ({x: ONE_TO_FOUR, y: ONE_TO_FOUR}, (y >= x,)),
    sqrt(x * y) * (log(y) - log(x)) <= Q(99, 100) * (y - x),
)
OPEN_UNIT = sp.Interval.open(0, 1)
pair(
    ITEMS,
    "Pinsker",
    divergence >= 2 * (p - q) ** 2,
    {p: OPEN_UNIT, q: OPEN_UNIT},
    divergence >= Q(202, 100) * (p - q) ** 2,
)
TWO = sp.Interval(-2, 2)
pair(
    ITEMS,
    "Hoeffding lemma",
    p * exp(x * (1 - p)) + (1 - p) * exp(-x * p) <= exp(x**2 / 8),
    {p: UNIT, x: TWO},
    p * exp(x * (1 - p)) + (1 - p) * exp(-x * p) <= exp(x**2 * Q(10, 81)),
)
pair(
    ITEMS,
    "sine subadditive",
    sin(x + y) <= sin(x) + sin(y),
    {x: QUARTER, y: QUARTER},
    sin(x + y) < sin(x) + sin(y),
)
THREE = sp.Interval(-3, 3)
pair(
    ITEMS,
    "sine Lipschitz",
    sp.Abs(sin(x) - sin(y)) <= sp.Abs(x - y),
    {x: THREE, y: THREE},
    sp.Abs(sin(x) - sin(y)) <= Q(99, 100) * sp.Abs(x - y),
)
pair(
    ITEMS,
    "midpoint convexity",
    exp((x + y) / 2) <= (exp(x) + exp(y)) / 2,
    {x: TWO, y: TWO},
    exp((x + y) / 2) < (exp(x) + exp(y)) / 2,
)
pair(
    ITEMS,
    "log of product",
    log(1 + x * y) <= x * y,
    {x: HALF, y: HALF},
    log(1 + x * y) <= Q(99, 100) * x * y,
)
pair(
    ITEMS,
    "decay",
    (1 - x) ** t <= exp(-x * t),
    {x: sp.Interval.Ropen(0, 1), t: HALF},
    (1 - x) ** t <= Q(99, 100) * exp(-x * t),
)
pair(
    ITEMS,
    "Bernoulli",
    (1 + x) ** r >= 1 + r * x,
    {x: ABOVE, r: sp.Interval(1, oo)},
    (1 + x) ** r >= 1 + r * x,
    {x: ABOVE, r: sp.Interval(Q(1, 2), 2)},
)
pair(
    ITEMS,
    "concave power",
    x**r <= 1 + r * (x - 1),
    {x: POSITIVE, r: UNIT},
    x**r <= 1 + r * (x - 1),
    {x: POSITIVE, r: sp.Interval(0, 2)},
)
FIVE = sp.Interval(0, 5)
pair(
    ITEMS,
    "exponential of gap",
    exp(x - y) >= 1 + x - y,
    ({x: FIVE, y: FIVE}, (x >= y,)),
    exp(x - y) > 1 + x - y,
)
pair(
    ITEMS,
    "log of ratio",
    x / y - 1 > log(x / y),
    ({x: POSITIVE, y: POSITIVE}, (x > y,)),
    x / y - 1 > log(x / y),
    ({x: POSITIVE, y: POSITIVE}, (x >= y,)),
)
pair(
    ITEMS,
    "exponential of sum",
    exp(x + y) >= 1 + x + y,
    {x: SYMMETRIC, y: SYMMETRIC},
    exp(x + y) > 1 + x + y,
)
pair(
    ITEMS,
    "product of sines",
    sin(x) * sin(y) >= 0,
    {x: sp.Interval(0, pi), y: sp.Interval(0, pi)},
    sin(x) * sin(y) > 0,
    {x: sp.Interval.Lopen(0, pi), y: sp.Interval.open(0, pi)},
)

# Integers.
NATURALS = sp.S.Naturals
pair(
    ITEMS, "Euler over integers", (1 + 1 / n) ** n < E, {n: NATURALS}, (1 + 1 / n) ** n <= Q(27, 10)
)
pair(
    ITEMS,
    "log increment",
    log(n + 1) - log(n) <= 1 / n,
    {n: NATURALS},
    log(n + 1) - log(n) <= Q(99, 100) / n,
)
pair(ITEMS, "factorial above", gamma(n + 1) <= n**n, {n: NATURALS}, gamma(n + 1) < n**n)
pair(
    ITEMS,
    "factorial below",
    gamma(n + 1) >= (n / E) ** n,
    {n: NATURALS},
    gamma(n + 1) >= Q(101, 100) * sqrt(2 * pi * n) * (n / E) ** n,
)
