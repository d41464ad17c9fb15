"""Identities as computer algebra suites test them; sums, products, gamma functions."""

from __future__ import annotations

import sympy as sp
from corpus import Item
from provers import (
    FROM_ZERO,
    NATURALS,
    NEGATIVE,
    OPEN,
    POSITIVE,
    SYMMETRIC,
    UNIT,
    WEAK,
    R,
    eq,
    pair,
)
from sympy import (
    Abs,
    E,
    Eq,
    Interval,
    Matrix,
    Max,
    Min,
    Ne,
    Piecewise,
    Product,
    Sum,
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atanh,
    binomial,
    cbrt,
    cos,
    cosh,
    digamma,
    erf,
    erfc,
    exp,
    factorial,
    gamma,
    log,
    loggamma,
    oo,
    pi,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)
from sympy import Rational as Q

a, b, c, d, k, n, t, w, x, y, z = sp.symbols("a b c d k n t w x y z")
ITEMS: list[Item] = []

pair(
    ITEMS,
    "id Machin",
    {x: R},
    eq(4 * atan(Q(1, 5)) - atan(Q(1, 239)) + x, pi / 4 + x),
    eq(4 * atan(Q(1, 5)) - atan(Q(1, 238)) + x, pi / 4 + x),
)
pair(
    ITEMS,
    "id cos pi/7",
    {x: R},
    eq(x * (cos(pi / 7) - cos(2 * pi / 7) + cos(3 * pi / 7)), x / 2),
    eq(x * (cos(pi / 7) - cos(2 * pi / 7) + cos(3 * pi / 7)), Q(51, 100) * x),
)
pair(
    ITEMS,
    "id nested cbrt",
    {x: R},
    eq(x * (cbrt(2 + sqrt(5)) - cbrt(sqrt(5) - 2)), x),
    eq(x * (cbrt(2 + sqrt(5)) - cbrt(sqrt(5) - 2)), Q(101, 100) * x),
)
pair(
    ITEMS,
    "id tan addition",
    {x: Interval(-Q(1, 2), Q(1, 2)), y: Interval(-Q(1, 2), Q(1, 2))},
    eq(tan(x + y), (tan(x) + tan(y)) / (1 - tan(x) * tan(y))),
    eq(tan(x + y), (tan(x) - tan(y)) / (1 - tan(x) * tan(y))),
)
pair(
    ITEMS,
    "id sinh addition",
    R,
    eq(sinh(x + y), sinh(x) * cosh(y) + cosh(x) * sinh(y)),
    eq(sinh(x + y), sinh(x) * cosh(y) - cosh(x) * sinh(y)),
)
pair(
    ITEMS,
    "id tanh addition",
    R,
    eq(tanh(x + y), (tanh(x) + tanh(y)) / (1 + tanh(x) * tanh(y))),
    eq(tanh(x + y), (tanh(x) + tanh(y)) / (1 - tanh(x) * tanh(y))),
)
pair(
    ITEMS,
    "id asinh log",
    R,
    eq(asinh(x), log(x + sqrt(x**2 + 1))),
    eq(asinh(x), log(x + sqrt(x**2 + Q(101, 100)))),
)
pair(
    ITEMS,
    "id acosh log",
    Interval(1, oo),
    eq(acosh(x), log(x + sqrt(x**2 - 1))),
    eq(acosh(x), log(x + sqrt(x**2 - 1))),
    Interval(Q(99, 100), oo),
)
pair(
    ITEMS,
    "id atanh log",
    Interval.open(-1, 1),
    eq(atanh(x), log((1 + x) / (1 - x)) / 2),
    eq(atanh(x), log((1 + x) / (1 - x)) / 2),
    Interval(-1, 1),
)
pair(
    ITEMS,
    "id sin 5x",
    R,
    eq(sin(5 * x), 16 * sin(x) ** 5 - 20 * sin(x) ** 3 + 5 * sin(x)),
    eq(sin(5 * x), 16 * sin(x) ** 5 - 20 * sin(x) ** 3 + 4 * sin(x)),
)
pair(
    ITEMS,
    "id product to sum",
    R,
    eq(sin(x) * cos(y), (sin(x + y) + sin(x - y)) / 2),
    eq(sin(x) * cos(y), (sin(x + y) - sin(x - y)) / 2),
)
pair(
    ITEMS,
    "id cos sum three",
    {x: R, y: R},
    eq(cos(x) ** 4 + sin(x) ** 4, 1 - sin(2 * x) ** 2 / 2 + 0 * y),
    eq(cos(x) ** 4 + sin(x) ** 4, 1 - sin(2 * x) ** 2 / 4),
)
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
pair(ITEMS, "id log sqrt", POSITIVE, eq(log(sqrt(x)), log(x) / 2), eq(log(sqrt(x)), log(x) / 3))
pair(ITEMS, "id exp log", POSITIVE, eq(exp(2 * log(x)), x**2), eq(exp(3 * log(x)), x**2))
pair(
    ITEMS, "id x^log y", POSITIVE, eq(x ** log(y), y ** log(x)), eq(x ** log(y), y ** (2 * log(x)))
)
pair(
    ITEMS,
    "id sqrt quotient",
    POSITIVE,
    eq(sqrt(x / y), sqrt(x) / sqrt(y)),
    eq(sqrt(x / y), sqrt(x) / sqrt(y)),
    {x: NEGATIVE, y: NEGATIVE},
)
pair(ITEMS, "id cbrt odd", WEAK, eq(cbrt(x**3), x), eq((x**6) ** Q(1, 3), x**2 * 1 + x / 100))
pair(ITEMS, "id abs square", R, eq(Abs(x) ** 2, x**2), eq(Abs(x) ** 3, x**3))
pair(ITEMS, "id sign", R, eq(sp.sign(x) * Abs(x), x), eq(sp.sign(x) * x, x))
pair(ITEMS, "id max min", R, eq(Max(x, y) + Min(x, y), x + y), eq(Max(x, y) - Min(x, y), x - y))
pair(
    ITEMS,
    "id heaviside pieces",
    R,
    eq(Piecewise((1, x > 0), (0, True)) * x, Max(x, 0)),
    eq(Piecewise((1, x > 0), (0, True)) * x, Abs(x)),
)
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
    "id Vandermonde",
    R,
    eq(Matrix([[1, x, x**2], [1, y, y**2], [1, z, z**2]]).det(), (y - x) * (z - x) * (z - y)),
    eq(Matrix([[1, x, x**2], [1, y, y**2], [1, z, z**2]]).det(), (y - x) * (z - x) * (y - z)),
)
_square = Matrix([[a, b], [c, d]])
pair(
    ITEMS,
    "id Cayley-Hamilton",
    R,
    Eq(
        _square**2 - (a + d) * _square + (a * d - b * c) * sp.eye(2), sp.zeros(2, 2), evaluate=False
    ),
    Eq(
        _square**2 - (a + d) * _square + (a * d + b * c) * sp.eye(2), sp.zeros(2, 2), evaluate=False
    ),
)
pair(
    ITEMS,
    "id adjugate",
    R,
    Eq(_square * _square.adjugate(), (a * d - b * c) * sp.eye(2), evaluate=False),
    Eq(_square * _square.T, (a * d - b * c) * sp.eye(2), evaluate=False),
)
_rot = Matrix([[cos(x), -sin(x)], [sin(x), cos(x)]])
pair(
    ITEMS,
    "id rotation orthogonal",
    R,
    Eq(_rot * _rot.T, sp.eye(2), evaluate=False),
    Eq(_rot * _rot, sp.eye(2), evaluate=False),
)
pair(
    ITEMS,
    "id trace cyclic",
    R,
    eq((_square * Matrix([[x, y], [z, t]])).trace(), (Matrix([[x, y], [z, t]]) * _square).trace()),
    eq((_square * Matrix([[x, y], [z, t]])).trace(), (_square * Matrix([[x, z], [y, t]])).trace()),
)
pair(
    ITEMS,
    "id Sherman-Morrison",
    ({x: R, y: R}, Ne(1 + x * y, 0)),
    eq(1 / (1 + x * y), 1 - x * y / (1 + x * y)),
    eq(1 / (1 + x * y), 1 - x * y / (1 + x * y)),
    {x: R, y: R},
)
pair(
    ITEMS,
    "id partial fractions",
    {x: POSITIVE},
    eq(1 / (x**2 + 3 * x + 2), 1 / (x + 1) - 1 / (x + 2)),
    eq(1 / (x**2 + 3 * x + 2), 1 / (x + 1) + 1 / (x + 2)),
)
pair(
    ITEMS,
    "id asin sqrt",
    UNIT,
    eq(asin(sqrt(x)) + asin(sqrt(1 - x)), pi / 2),
    eq(asin(sqrt(x)) - asin(sqrt(1 - x)), pi / 2),
)
pair(
    ITEMS,
    "id atan half",
    R,
    eq(2 * atan(x / (1 + sqrt(1 + x**2))), atan(x)),
    eq(2 * atan(x / (1 + sqrt(1 + x**2))), Q(101, 100) * atan(x)),
)
pair(ITEMS, "id acos neg", SYMMETRIC, eq(acos(-x), pi - acos(x)), eq(acos(-x), acos(x)))
pair(
    ITEMS,
    "id tanh half",
    R,
    eq(tanh(x / 2), (exp(x) - 1) / (exp(x) + 1)),
    eq(tanh(x / 2), (exp(x) + 1) / (exp(x) - 1)),
)
pair(
    ITEMS,
    "id sec",
    {x: Interval.open(-pi / 2, pi / 2)},
    eq(1 + tan(x) ** 2, 1 / cos(x) ** 2),
    eq(1 + tan(x) ** 2, 1 / cos(x) ** 2),
    {x: Interval(-pi / 2, pi / 2)},
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
pair(
    ITEMS,
    "id 3 by 3 symmetric",
    R,
    eq(
        x**3 + y**3 + z**3 - 3 * x * y * z,
        (x + y + z) * (x**2 + y**2 + z**2 - x * y - y * z - z * x),
    ),
    eq(
        x**3 + y**3 + z**3 - 3 * x * y * z,
        (x + y + z) * (x**2 + y**2 + z**2 - x * y - y * z + z * x),
    ),
)
pair(
    ITEMS,
    "id log sum",
    POSITIVE,
    eq(log(x**2 + 2 * x + 1), 2 * log(x + 1)),
    eq(log(x**2 + 2 * x + 1), 2 * log(x + 1)),
    R,
)
pair(
    ITEMS,
    "id denest radical",
    {x: Interval(1, oo)},
    eq(sqrt(x + 2 * sqrt(x - 1)), 1 + sqrt(x - 1)),
    eq(sqrt(x - 2 * sqrt(x - 1)), 1 - sqrt(x - 1)),
)
pair(
    ITEMS,
    "id Euler four square",
    dict.fromkeys((a, b, c, d, x, y, z, w), R),
    eq(
        (a**2 + b**2 + c**2 + d**2) * (x**2 + y**2 + z**2 + w**2),
        (a * x + b * y + c * z + d * w) ** 2
        + (a * y - b * x + c * w - d * z) ** 2
        + (a * z - b * w - c * x + d * y) ** 2
        + (a * w + b * z - c * y - d * x) ** 2,
    ),
    eq(
        (a**2 + b**2 + c**2 + d**2) * (x**2 + y**2 + z**2 + w**2),
        (a * x + b * y + c * z + d * w) ** 2
        + (a * y - b * x + c * w - d * z) ** 2
        + (a * z - b * w - c * x + d * y) ** 2
        + (a * w + b * z - c * y + d * x) ** 2,
    ),
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
