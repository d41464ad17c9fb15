"""Sharp classical bounds: tangencies of high order, open and infinite ends, means, gamma functions.

Each true statement is a known theorem or follows by differentiation. In the false one a constant is
moved by about 1 %, a strict sign stands where the sides touch, or an end point is taken in. All
were compared with values at 60 digits.
"""

from __future__ import annotations

import sympy as sp
from corpus import Item
from provers import OPEN, POSITIVE, UNIT, WEAK, R, pair
from sympy import (
    E,
    EulerGamma,
    Interval,
    Union,
    acos,
    acosh,
    asin,
    atan,
    cos,
    cosh,
    digamma,
    exp,
    gamma,
    log,
    oo,
    pi,
    polygamma,
    sin,
    sqrt,
    tan,
    tanh,
)
from sympy import Rational as Q

a, b, p, q, x, y = sp.symbols("a b p q x y")
QUARTER_OPEN = Interval.open(0, pi / 2)
QUARTER_LEFT = Interval.Lopen(0, pi / 2)
HALF_TURN = Interval.open(0, pi)
h = -p * log(p) - (1 - p) * log(1 - p)
H2 = h / log(2)
kl = p * log(p / q) + (1 - p) * log((1 - p) / (1 - q))
ITEMS: list[Item] = []

pair(
    ITEMS,
    "tr wilker 8/45",
    QUARTER_OPEN,
    (sin(x) / x) ** 2 + tan(x) / x < 2 + Q(8, 45) * x**3 * tan(x),
    (sin(x) / x) ** 2 + tan(x) / x < 2 + Q(79, 450) * x**3 * tan(x),
)
pair(
    ITEMS,
    "tr cos cube root",
    QUARTER_OPEN,
    cos(x) ** Q(1, 3) < sin(x) / x,
    cos(x) ** Q(33, 100) < sin(x) / x,
)
pair(
    ITEMS,
    "tr neuman huygens",
    QUARTER_OPEN,
    2 * x / sin(x) + x / tan(x) > 3,
    2 * x / sin(x) + x / tan(x) > Q(301, 100),
)
pair(
    ITEMS,
    "tr jordan upper",
    QUARTER_LEFT,
    sin(x) / x <= 2 / pi + (pi - 2) / pi**3 * (pi**2 - 4 * x**2),
    sin(x) / x <= 2 / pi + Q(99, 100) * (pi - 2) / pi**3 * (pi**2 - 4 * x**2),
)
pair(
    ITEMS,
    "tr sinc cos43",
    HALF_TURN,
    sin(x) / x > cos(x / 2) ** Q(4, 3),
    sin(x) / x > cos(x / 2) ** Q(13, 10),
)
pair(
    ITEMS,
    "tr csc2",
    QUARTER_LEFT,
    1 / sin(x) ** 2 <= 1 / x**2 + 1 - 4 / pi**2,
    1 / sin(x) ** 2 < 1 / x**2 + 1 - 4 / pi**2,
)
pair(
    ITEMS,
    "tr log sinc quartic",
    HALF_TURN,
    log(sin(x) / x) <= -(x**2) / 6 - x**4 / 180,
    log(sin(x) / x) <= -(x**2) / 6 - x**4 / 178,
)
pair(ITEMS, "tr sin cos cos sin", R, sin(cos(x)) < cos(sin(x)), sin(cos(x)) + Q(1, 5) < cos(sin(x)))
pair(
    ITEMS, "tr tan sin 7", UNIT, sin(tan(x)) <= tan(sin(x)), sin(tan(x)) <= tan(sin(x)) - x**7 / 29
)
pair(
    ITEMS,
    "tr shafer 256 lt",
    WEAK,
    atan(x) <= 8 * x / (3 + sqrt(25 + 256 * x**2 / pi**2)),
    atan(x) <= 8 * x / (3 + sqrt(25 + 258 * x**2 / pi**2)),
)
pair(
    ITEMS,
    "tr asin sixth",
    Interval.Ropen(0, 1),
    asin(x) <= x / (1 - x**2) ** Q(1, 6),
    asin(x) <= x / (1 - x**2) ** Q(16, 100),
)
pair(
    ITEMS,
    "tr carlson low",
    Interval.Ropen(0, 1),
    acos(x) > 6 * sqrt(1 - x) / (2 * sqrt(2) + sqrt(1 + x)),
    acos(x) > 6 * sqrt(1 - x) / (2 * sqrt(2) + sqrt(1 + x)),
    UNIT,
)
pair(
    ITEMS,
    "tr acos sqrt low",
    UNIT,
    acos(x) >= sqrt(2) * sqrt(1 - x),
    acos(x) >= Q(101, 100) * sqrt(2) * sqrt(1 - x),
)
pair(
    ITEMS,
    "tr acos sqrt up",
    UNIT,
    acos(x) <= pi / 2 * sqrt(1 - x),
    acos(x) <= Q(99, 200) * pi * sqrt(1 - x),
)
pair(
    ITEMS,
    "tr asin cubic",
    UNIT,
    asin(x) <= x + (pi / 2 - 1) * x**3,
    asin(x) <= x + (pi / 2 - Q(101, 100)) * x**3,
)
pair(
    ITEMS,
    "tr karamata 1",
    Union(Interval.open(0, 1), Interval.open(1, oo)),
    log(x) / (x - 1) <= 1 / sqrt(x),
    log(x) / (x - 1) <= 1 / sqrt(x),
    POSITIVE,
)
pair(
    ITEMS,
    "tr GL",
    ({a: POSITIVE, b: POSITIVE}, a < b),
    sqrt(a * b) < (b - a) / (log(b) - log(a)),
    sqrt(a * b) < Q(99, 100) * (b - a) / (log(b) - log(a)),
)
pair(
    ITEMS,
    "tr LA",
    ({a: POSITIVE, b: POSITIVE}, a < b),
    (b - a) / (log(b) - log(a)) < (a + b) / 2,
    (b - a) / (log(b) - log(a)) < Q(99, 100) * (a + b) / 2,
)
pair(ITEMS, "tr tanh atan", WEAK, tanh(x) <= atan(x), tanh(x) <= Q(99, 100) * atan(x))
pair(
    ITEMS,
    "tr digamma 12",
    POSITIVE,
    digamma(x) > log(x) - 1 / (2 * x) - 1 / (12 * x**2),
    digamma(x) > log(x) - 1 / (2 * x) - Q(8, 100) / x**2,
)
pair(
    ITEMS,
    "tr trigamma low",
    POSITIVE,
    polygamma(1, x) > 1 / x + 1 / (2 * x**2),
    polygamma(1, x) > 1 / x + Q(51, 100) / x**2,
)
pair(ITEMS, "tr H2 quad", OPEN, 4 * p * (1 - p) <= H2, Q(404, 100) * p * (1 - p) <= H2)
pair(
    ITEMS,
    "tr kl chi2",
    {p: OPEN, q: OPEN},
    kl <= (p - q) ** 2 / (q * (1 - q)),
    kl <= Q(1, 2) * (p - q) ** 2 / (q * (1 - q)),
)
pair(
    ITEMS,
    "tr neg log excess",
    Interval.Ropen(0, 1),
    -log(1 - x) - x <= x**2 / (2 * (1 - x)),
    -log(1 - x) - x <= Q(99, 100) * x**2 / (2 * (1 - x)),
)
pair(
    ITEMS,
    "tr (1-x)^(1/x)",
    Interval.Lopen(0, 1),
    (1 - x) ** (1 / x) <= 1 / E,
    (1 - x) ** (1 / x) <= Q(99, 100) / E,
)
pair(ITEMS, "tr x^a le 1", {x: UNIT, a: POSITIVE}, x**a <= 1, x**a < 1, {x: UNIT, a: POSITIVE})
pair(
    ITEMS,
    "tr x^a >= x open a",
    {x: UNIT, a: Interval.Lopen(0, 1)},
    x**a >= x,
    x**a > x,
    {x: UNIT, a: Interval.Lopen(0, 1)},
)
pair(
    ITEMS,
    "tr trig poly",
    R,
    2 + 2 * cos(x) + cos(2 * x) >= Q(1, 2),
    2 + 2 * cos(x) + cos(2 * x) > Q(1, 2),
)
pair(ITEMS, "tr exp sin per", R, exp(sin(x)) >= 1 + sin(x), exp(sin(x)) > 1 + sin(x))
pair(
    ITEMS,
    "tr atan far 3",
    POSITIVE,
    atan(x) <= pi / 2 - 1 / x + 1 / (3 * x**3),
    atan(x) <= pi / 2 - 1 / x + Q(33, 100) / x**3,
)
pair(
    ITEMS,
    "tr acosh",
    Interval(1, oo),
    acosh(x) <= sqrt(2 * (x - 1)),
    acosh(x) <= Q(99, 100) * sqrt(2 * (x - 1)),
)
pair(
    ITEMS,
    "tr bose up",
    POSITIVE,
    1 / (exp(x) - 1) <= 1 / x - Q(1, 2) + x / 12,
    1 / (exp(x) - 1) <= 1 / x - Q(1, 2) + Q(8, 100) * x,
)
pair(
    ITEMS,
    "tr log (x-1)(1+cbrt)",
    Interval(1, oo),
    3 * (x - 1) * (x + 1) / (x**2 + 4 * x + 1) <= log(x),
    Q(303, 100) * (x - 1) * (x + 1) / (x**2 + 4 * x + 1) <= log(x),
)
pair(
    ITEMS,
    "tr stolarsky",
    {x: POSITIVE, y: POSITIVE},
    (y - x) ** 2 <= x * y * (log(y / x)) ** 2 * ((x + y) / 2) ** 2 / (x * y),
    (y - x) ** 2 < Q(99, 100) * ((x + y) / 2) ** 2 * log(y / x) ** 2,
)
pair(
    ITEMS,
    "tr entropic mean",
    {x: POSITIVE, y: POSITIVE},
    x * log(x) + y * log(y) - (x + y) * log((x + y) / 2) <= (x - y) ** 2 / (x + y),
    x * log(x) + y * log(y) - (x + y) * log((x + y) / 2) <= Q(49, 100) * (x - y) ** 2 / (x + y),
)
pair(
    ITEMS,
    "tr logcosh ge",
    R,
    log(cosh(x)) >= x * tanh(x) / 2,
    log(cosh(x)) >= Q(51, 100) * x * tanh(x),
)
pair(
    ITEMS,
    "tr digamma sqrt",
    POSITIVE,
    digamma(x) <= log(x) - 1 / (2 * x) - 1 / (12 * x**2) + 1 / (120 * x**4),
    digamma(x) <= log(x) - 1 / (2 * x) - 1 / (12 * x**2) + 1 / (122 * x**4),
)
pair(
    ITEMS,
    "tr gamma inv",
    UNIT,
    1 / gamma(x + 1) <= 1 + EulerGamma * x,
    1 / gamma(x + 1) <= 1 + Q(57, 100) * x,
)
pair(ITEMS, "tr H2 log upper", OPEN, h <= p * log(1 / p) + p, h <= p * log(1 / p) + Q(99, 100) * p)
pair(
    ITEMS,
    "tr chernoff lower",
    Interval.Ropen(0, 1),
    exp(-x) / (1 - x) ** (1 - x) <= exp(-(x**2) / 2),
    exp(-x) / (1 - x) ** (1 - x) <= exp(-Q(51, 100) * x**2),
)
pair(
    ITEMS,
    "tr mgf bern",
    {p: UNIT, x: R},
    1 - p + p * exp(x) <= exp(p * (exp(x) - 1)),
    1 - p + p * exp(x) <= exp(Q(99, 100) * p * (exp(x) - 1)),
)
