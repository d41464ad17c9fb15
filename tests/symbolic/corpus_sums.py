"""Sums, products and gamma functions as computer algebra suites test them."""

from __future__ import annotations

import sympy as sp
from corpus import Item
from provers import (
    FROM_ZERO,
    NATURALS,
    OPEN,
    POSITIVE,
    R,
    eq,
    pair,
)
from sympy import (
    E,
    Interval,
    Product,
    Sum,
    binomial,
    cos,
    digamma,
    erf,
    erfc,
    factorial,
    gamma,
    log,
    loggamma,
    oo,
    pi,
    sin,
    sqrt,
)
from sympy import Rational as Q

a, b, c, d, k, n, t, w, x, y, z = sp.symbols("a b c d k n t w x y z")
ITEMS: list[Item] = []

pair(
    ITEMS,
    "id Gamma half",
    POSITIVE,
    eq(gamma(x) * gamma(x + Q(1, 2)), 2 ** (1 - 2 * x) * sqrt(pi) * gamma(2 * x)),
    eq(gamma(x) * gamma(x + Q(1, 2)), 2 ** (1 - 2 * x) * pi * gamma(2 * x)),
)
pair(
    ITEMS,
    "id Gamma reflection",
    OPEN,
    eq(gamma(x) * gamma(1 - x), pi / sin(pi * x)),
    eq(gamma(x) * gamma(1 - x), pi / cos(pi * x)),
)
pair(
    ITEMS,
    "id digamma step",
    POSITIVE,
    eq(digamma(x + 1), digamma(x) + 1 / x),
    eq(digamma(x + 1), digamma(x) + 1 / (x + 1)),
)
pair(
    ITEMS,
    "id loggamma",
    POSITIVE,
    eq(loggamma(x + 1), loggamma(x) + log(x)),
    eq(loggamma(x + 1), loggamma(x) + log(x + 1)),
)
pair(ITEMS, "id erf odd", R, eq(erf(x) + erf(-x), 0 * x), eq(erf(x) + erf(-x), erfc(x)))
pair(ITEMS, "id erfc reflect", R, eq(erfc(-x), 2 - erfc(x)), eq(erfc(-x), 1 - erfc(x)))
pair(
    ITEMS,
    "id sum squares",
    {n: NATURALS},
    eq(Sum(k**2, (k, 1, n)), n * (n + 1) * (2 * n + 1) / 6),
    eq(Sum(k**2, (k, 1, n)), n * (n + 1) * (2 * n - 1) / 6),
)
pair(
    ITEMS,
    "id sum odd",
    {n: NATURALS},
    eq(Sum(2 * k - 1, (k, 1, n)), n**2),
    eq(Sum(2 * k + 1, (k, 1, n)), n**2),
)
pair(
    ITEMS,
    "id sum binomial",
    {n: FROM_ZERO},
    eq(Sum(binomial(n, k), (k, 0, n)), 2**n),
    eq(Sum(binomial(n, k), (k, 0, n)), 2**n + n * (n - 1)),
)
pair(
    ITEMS,
    "id telescope",
    {n: NATURALS},
    eq(Sum(1 / (k * (k + 1)), (k, 1, n)), n / (n + 1)),
    eq(Sum(1 / (k * (k + 1)), (k, 1, n)), (n - 1) / n),
)
pair(
    ITEMS,
    "id arith-geometric",
    {n: NATURALS, x: OPEN},
    eq(Sum(k * x**k, (k, 0, n)), x * (1 - (n + 1) * x**n + n * x ** (n + 1)) / (1 - x) ** 2),
    eq(Sum(k * x**k, (k, 0, n)), x * (1 - n * x**n + n * x ** (n + 1)) / (1 - x) ** 2),
)
pair(
    ITEMS,
    "id product ratio",
    {n: NATURALS},
    eq(Product((k + 1) / k, (k, 1, n)), n + 1),
    eq(Product((k + 1) / k, (k, 1, n)), n),
)
pair(
    ITEMS,
    "id binomial Pascal",
    {n: Interval(2, oo)},
    eq(binomial(n + 1, 2), binomial(n, 2) + n),
    eq(binomial(n + 1, 2), binomial(n, 2) + n + 1),
)
pair(
    ITEMS,
    "id factorial ratio",
    {n: NATURALS},
    eq(factorial(n + 1) / factorial(n), n + 1),
    eq(factorial(n + 1) / factorial(n), n),
)
pair(ITEMS, "su harmonic", {n: NATURALS}, Sum(1 / k, (k, 1, n)) >= log(n), None)
pair(
    ITEMS,
    "su squares bound",
    {n: NATURALS},
    Sum(1 / k**2, (k, 1, n)) <= 2 - 1 / n,
    Sum(1 / k**2, (k, 1, n)) <= Q(198, 100) - 1 / n,
)
pair(ITEMS, "su factorial", {n: NATURALS}, factorial(n) <= n**n, factorial(n) < n**n)
pair(ITEMS, "su power", {n: NATURALS}, 2**n >= n + 1, 2**n >= n + 2)
pair(
    ITEMS,
    "su Bernoulli",
    {n: NATURALS, x: Interval(-1, oo)},
    (1 + x) ** n >= 1 + n * x,
    (1 + x) ** n >= 1 + Q(101, 100) * n * x,
)
pair(
    ITEMS,
    "ga factorial below",
    POSITIVE,
    gamma(n + 1) >= (n / E) ** n,
    gamma(n + 1) >= Q(101, 100) * (n / E) ** n * sqrt(2 * pi * n + 1),
)
pair(
    ITEMS,
    "ga loggamma convex",
    POSITIVE,
    loggamma(x + 1) >= x * log(x) - x,
    loggamma(x + 1) >= Q(101, 100) * (x * log(x) - x),
)
pair(
    ITEMS,
    "ga Gautschi",
    POSITIVE,
    gamma(x + 1) / gamma(x + Q(1, 2)) >= sqrt(x),
    gamma(x + 1) / gamma(x + Q(1, 2)) >= sqrt(x + Q(1, 3)),
)
pair(
    ITEMS,
    "ga digamma log",
    POSITIVE,
    digamma(x) <= log(x) - 1 / (2 * x),
    digamma(x) <= log(x) - Q(51, 100) / x,
)
pair(ITEMS, "ga min", POSITIVE, gamma(x) >= Q(885, 1000), gamma(x) >= Q(886, 1000))
pair(
    ITEMS,
    "ga trigamma",
    POSITIVE,
    sp.polygamma(1, x) >= 1 / x,
    sp.polygamma(1, x) >= Q(101, 100) / x + 1 / (2 * x**2),
)
