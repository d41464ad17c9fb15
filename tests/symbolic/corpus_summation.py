"""Identities in the style of other provers' suites: gammas, sums, matrices."""

from __future__ import annotations

from typing import Any

import sympy as sp
from corpus import Item
from provers import FROM_ZERO, NATURALS, OPEN, POSITIVE, UNIT, R, eq, pair
from sympy import (
    Eq,
    Interval,
    Matrix,
    Ne,
    Product,
    Range,
    Sum,
    atan,
    beta,
    binomial,
    cos,
    cot,
    digamma,
    eye,
    factorial,
    gamma,
    harmonic,
    log,
    loggamma,
    oo,
    pi,
    polygamma,
    sin,
    sqrt,
    tan,
)
from sympy import Rational as Q

a, b, c, d, k, n, m, p, q = sp.symbols("a b c d k n m p q")
r, t, u, v, w, x, y, z, j = sp.symbols("r t u v w x y z j")
N0, N1 = FROM_ZERO, NATURALS
ITEMS: list[Item] = []


def total(body: Any, *limits: Any) -> sp.Sum:
    return Sum(body, limits)


def product(body: Any, *limits: Any) -> sp.Product:
    return Product(body, limits)


def meq(left: Any, right: Any) -> sp.Eq:
    return Eq(left, right, evaluate=False)


C23 = Matrix([[a, b, c], [x, y, z]])
D32 = Matrix([[p, q], [r, t], [u, v]])


pair(
    ITEMS,
    "su 0^a bernstein",
    ({x: UNIT, a: POSITIVE}),
    eq(x ** (2 * a), (x**a) ** 2),
    eq(x ** (2 * a), x ** (a + 1)),
)
pair(
    ITEMS,
    "su gamma refl neg",
    {x: OPEN},
    eq(gamma(x) * gamma(-x), -pi / (x * sin(pi * x))),
    eq(gamma(x) * gamma(-x), pi / (x * sin(pi * x))),
)
pair(
    ITEMS,
    "su gamma triplication",
    POSITIVE,
    eq(
        gamma(x) * gamma(x + Q(1, 3)) * gamma(x + Q(2, 3)),
        2 * pi * 3 ** (Q(1, 2) - 3 * x) * gamma(3 * x),
    ),
    eq(
        gamma(x) * gamma(x + Q(1, 3)) * gamma(x + Q(2, 3)),
        2 * pi * 3 ** (Q(1, 2) - 2 * x) * gamma(3 * x),
    ),
)
pair(
    ITEMS,
    "su gamma dup shifted",
    POSITIVE,
    eq(gamma(2 * x + 1), 2 ** (2 * x) * gamma(x + Q(1, 2)) * gamma(x + 1) / sqrt(pi)),
    eq(gamma(2 * x + 1), 2 ** (2 * x) * gamma(x + Q(1, 2)) * gamma(x) / sqrt(pi)),
)
pair(
    ITEMS,
    "su binom absorb",
    ({n: N1, k: N1}, k <= n),
    eq(k * binomial(n, k), n * binomial(n - 1, k - 1)),
    eq(k * binomial(n, k), n * binomial(n - 1, k)),
)
pair(
    ITEMS,
    "su binom sym",
    ({n: N0, k: N0}, k <= n),
    eq(binomial(n, k), binomial(n, n - k)),
    eq(binomial(n, k), binomial(n, n - k - 1)),
)
pair(
    ITEMS,
    "su digamma refl",
    OPEN,
    eq(digamma(1 - x) - digamma(x), pi * cot(pi * x)),
    eq(digamma(1 - x) - digamma(x), pi / tan(pi * x)),
)
pair(
    ITEMS,
    "su digamma dup",
    POSITIVE,
    eq(2 * digamma(2 * x), digamma(x) + digamma(x + Q(1, 2)) + 2 * log(2)),
    eq(2 * digamma(2 * x), digamma(x) + digamma(x + Q(1, 2)) + log(2)),
)
pair(
    ITEMS,
    "su polygamma3 step",
    POSITIVE,
    eq(polygamma(3, x + 1) + 6 / x**4, polygamma(3, x)),
    eq(polygamma(3, x + 1) + 3 / x**4, polygamma(3, x)),
)
pair(
    ITEMS,
    "su trigamma refl",
    OPEN,
    eq(polygamma(1, 1 - x) + polygamma(1, x), pi**2 / sin(pi * x) ** 2),
    eq(polygamma(1, 1 - x) + polygamma(1, x), pi**2 / cos(pi * x) ** 2),
)
pair(
    ITEMS,
    "su loggamma dup",
    POSITIVE,
    eq(loggamma(2 * x), loggamma(x) + loggamma(x + Q(1, 2)) + (2 * x - 1) * log(2) - log(pi) / 2),
    eq(loggamma(2 * x), loggamma(x) + loggamma(x + Q(1, 2)) + (2 * x - 1) * log(2) + log(pi) / 2),
)
pair(
    ITEMS,
    "su sherman morrison 2",
    (dict.fromkeys((u, v, x, y), R), Ne(1 + u * x + v * y, 0)),
    meq(
        (eye(2) + Matrix([u, v]) * Matrix([[x, y]]))
        * (eye(2) - Matrix([u, v]) * Matrix([[x, y]]) / (1 + u * x + v * y)),
        eye(2),
    ),
    meq(
        (eye(2) + Matrix([u, v]) * Matrix([[x, y]]))
        * (eye(2) - Matrix([u, v]) * Matrix([[x, y]]) / (1 + u * x - v * y)),
        eye(2),
    ),
    (dict.fromkeys((u, v, x, y), R), Ne(1 + u * x - v * y, 0)),
)
pair(
    ITEMS,
    "su cauchy binet",
    R,
    eq(
        (C23 * D32).det(),
        sum(C23[:, list(s)].det() * D32[list(s), :].det() for s in [(0, 1), (0, 2), (1, 2)]),
    ),
    eq(
        (C23 * D32).det(),
        sum(C23[:, list(s)].det() * D32[list(s), :].det() for s in [(0, 1), (0, 2)]),
    ),
)
pair(
    ITEMS,
    "su sum binom^2",
    {n: N0},
    eq(total(binomial(n, k) ** 2, k, 0, n), binomial(2 * n, n)),
    eq(total(binomial(n, k) ** 2, k, 0, n), binomial(2 * n, n) + n * (n - 1) * (n - 2)),
)
pair(
    ITEMS,
    "su alt binom",
    {n: N1},
    eq(total((-1) ** k * binomial(n, k), k, 0, n), 0),
    eq(total((-1) ** k * binomial(n, k), k, 0, n), 0),
    {n: N0},
)
pair(
    ITEMS,
    "su binom theorem 2",
    {n: N0, x: POSITIVE, y: POSITIVE},
    eq(total(binomial(n, k) * x**k * y ** (n - k), k, 0, n), (x + y) ** n),
    eq(total(binomial(n, k) * x**k * y ** (n - k), k, 0, n - 1), (x + y) ** n),
    {n: N1, x: POSITIVE, y: POSITIVE},
)
pair(
    ITEMS,
    "su sum binom/(k+1)",
    {n: N0},
    eq(total(binomial(n, k) / (k + 1), k, 0, n), (2 ** (n + 1) - 1) / (n + 1)),
    eq(total(binomial(n, k) / (k + 1), k, 0, n), (2 ** (n + 1) + 1) / (n + 1)),
)
pair(
    ITEMS,
    "su vandermonde conv",
    ({n: N0, m: N0, r: N0}, r <= m, r <= n),
    eq(total(binomial(m, k) * binomial(n, r - k), k, 0, r), binomial(m + n, r)),
    eq(total(binomial(m, k) * binomial(n, r - k), k, 0, r), binomial(m + n, r + 1)),
)
pair(
    ITEMS,
    "su sqrt telescope",
    {n: N1},
    eq(total(1 / (sqrt(k) + sqrt(k + 1)), k, 1, n), sqrt(n + 1) - 1),
    eq(total(1 / (sqrt(k) + sqrt(k + 1)), k, 1, n), sqrt(n) - 1),
)
pair(
    ITEMS,
    "su prod 1-1/k2",
    {n: Range(2, oo)},
    eq(product(1 - 1 / k**2, k, 2, n), (n + 1) / (2 * n)),
    eq(product(1 - 1 / k**2, k, 2, n), (n - 1) / (2 * n)),
)
pair(
    ITEMS,
    "su harmonic sum",
    {n: N1},
    eq(total(harmonic(k), k, 1, n), (n + 1) * harmonic(n) - n),
    eq(total(harmonic(k), k, 1, n), (n + 1) * harmonic(n) - n - 1),
)
pair(
    ITEMS,
    "su catalan alt harm",
    {n: N1},
    eq(total((-1) ** (k + 1) / k, k, 1, 2 * n), total(1 / (n + k), k, 1, n)),
    eq(total((-1) ** (k + 1) / k, k, 1, 2 * n), total(1 / (n + k), k, 0, n)),
)
pair(
    ITEMS,
    "su fib-like",
    {n: N0},
    eq(total(2**k * 3 ** (n - k), k, 0, n), 3 ** (n + 1) - 2 ** (n + 1)),
    eq(total(2**k * 3 ** (n - k), k, 0, n), 3 ** (n + 1) - 2**n),
)
pair(
    ITEMS,
    "su gamma refl shift 2",
    {x: OPEN},
    eq(gamma(2 + x) * gamma(-x), -pi * (1 + x) / sin(pi * x)),
    eq(gamma(2 + x) * gamma(-x), pi * (1 + x) / sin(pi * x)),
)
pair(
    ITEMS,
    "su beta dup",
    POSITIVE,
    eq(beta(x, x), 2 ** (1 - 2 * x) * beta(x, Q(1, 2))),
    eq(beta(x, x), 2 ** (2 - 2 * x) * beta(x, Q(1, 2))),
)
pair(
    ITEMS,
    "su catalan",
    {n: N1},
    eq(binomial(2 * n, n) / (n + 1), binomial(2 * n, n) - binomial(2 * n, n - 1)),
    eq(binomial(2 * n, n) / (n + 1), binomial(2 * n, n) - binomial(2 * n, n + 2)),
)
pair(
    ITEMS,
    "su digamma half refl",
    {x: Interval.open(-Q(1, 2), Q(1, 2))},
    eq(digamma(Q(1, 2) + x) - digamma(Q(1, 2) - x), pi * tan(pi * x)),
    eq(digamma(Q(1, 2) + x) - digamma(Q(1, 2) - x), -pi * tan(pi * x)),
)
pair(
    ITEMS,
    "su woodbury",
    ({a: POSITIVE, b: POSITIVE, u: R, v: R, c: POSITIVE}),
    meq(
        (Matrix([[a, 0], [0, b]]) + c * Matrix([u, v]) * Matrix([[u, v]]))
        * (
            Matrix([[1 / a, 0], [0, 1 / b]])
            - Matrix([u / a, v / b]) * Matrix([[u / a, v / b]]) / (1 / c + u**2 / a + v**2 / b)
        ),
        eye(2),
    ),
    meq(
        (Matrix([[a, 0], [0, b]]) + c * Matrix([u, v]) * Matrix([[u, v]]))
        * (
            Matrix([[1 / a, 0], [0, 1 / b]])
            - Matrix([u / a, v / b]) * Matrix([[u / a, v / b]]) / (c + u**2 / a + v**2 / b)
        ),
        eye(2),
    ),
)
pair(
    ITEMS,
    "su bernstein 2",
    {n: N0, p: OPEN},
    eq(
        total(k**2 * binomial(n, k) * p**k * (1 - p) ** (n - k), k, 0, n),
        n * p * (1 - p) + n**2 * p**2,
    ),
    eq(
        total(k**2 * binomial(n, k) * p**k * (1 - p) ** (n - k), k, 0, n),
        n * p * (1 - p) + n * p**2,
    ),
)
pair(
    ITEMS,
    "su bernstein closed",
    {n: N0, p: UNIT},
    eq(total(binomial(n, k) * p**k * (1 - p) ** (n - k), k, 0, n), 1),
    eq(total(binomial(n, k) * p**k * (1 - p) ** (n - k), k, 1, n), 1),
)
pair(
    ITEMS,
    "su alt binom/(x+k)",
    {n: N0, x: POSITIVE},
    eq(
        total((-1) ** k * binomial(n, k) / (x + k), k, 0, n),
        factorial(n) * gamma(x) / gamma(x + n + 1),
    ),
    eq(
        total((-1) ** k * binomial(n, k) / (x + k), k, 0, n), factorial(n) * gamma(x) / gamma(x + n)
    ),
)
pair(
    ITEMS,
    "su central conv 4^n",
    {n: N0},
    eq(total(binomial(2 * k, k) * binomial(2 * n - 2 * k, n - k), k, 0, n), 4**n),
    eq(total(binomial(2 * k, k) * binomial(2 * n - 2 * k, n - k), k, 0, n), 4**n + n * (n - 1)),
)
pair(
    ITEMS,
    "su alt partial binom",
    ({n: N1, m: N0}, m <= n - 1),
    eq(total((-1) ** k * binomial(n, k), k, 0, m), (-1) ** m * binomial(n - 1, m)),
    eq(total((-1) ** k * binomial(n, k), k, 0, m), (-1) ** m * binomial(n, m)),
)
pair(
    ITEMS,
    "su double sum",
    {n: N0},
    eq(total(total(j, j, 1, k), k, 1, n), n * (n + 1) * (n + 2) / 6),
    eq(total(total(j, j, 1, k), k, 1, n), n * (n + 1) * (n + 2) / 3),
)
pair(
    ITEMS,
    "su reindex",
    {n: N1},
    eq(total(k**2, k, 1, n), total((n - k) ** 2, k, 0, n - 1)),
    eq(total(k**2, k, 1, n), total((n - k) ** 2, k, 1, n)),
)
pair(
    ITEMS,
    "su sum atan telescope",
    {n: N1},
    eq(total(atan(1 / (k**2 + k + 1)), k, 1, n), atan(n + 1) - pi / 4),
    eq(total(atan(1 / (k**2 + k + 1)), k, 1, n), atan(n) - pi / 4),
)
pair(
    ITEMS,
    "su lagrange trig",
    {n: N0, x: R},
    eq(2 * sin(x / 2) * total(sin(k * x), k, 1, n), cos(x / 2) - cos((n + Q(1, 2)) * x)),
    eq(2 * sin(x / 2) * total(sin(k * x), k, 1, n), cos(x / 2) + cos((n + Q(1, 2)) * x)),
)
