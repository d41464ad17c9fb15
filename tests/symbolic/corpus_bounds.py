"""Bounds of elementary functions, of one and of several variables."""

from __future__ import annotations

import sympy as sp
from corpus import Item
from provers import OPEN, POSITIVE, SYMMETRIC, UNIT, WEAK, R, pair
from sympy import (
    Abs,
    E,
    Interval,
    acos,
    asin,
    asinh,
    atan,
    atanh,
    cbrt,
    cos,
    cosh,
    cot,
    erf,
    erfc,
    exp,
    log,
    oo,
    pi,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)
from sympy import Rational as Q

a, b, p, r, t, x, y = sp.symbols("a b p r t x y")
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
pair(
    ITEMS,
    "mt atan",
    POSITIVE,
    atan(x) > 3 * x / (1 + 2 * sqrt(1 + x**2)),
    atan(x) > Q(303, 100) * x / (1 + 2 * sqrt(1 + x**2)),
)
pair(
    ITEMS,
    "mt atan 8x",
    POSITIVE,
    atan(x) > 8 * x / (3 + sqrt(25 + Q(80, 3) * x**2)),
    atan(x) > Q(808, 100) * x / (3 + sqrt(25 + Q(80, 3) * x**2)),
)
pair(
    ITEMS,
    "mt Shafer 256",
    POSITIVE,
    atan(x) < 8 * x / (3 + sqrt(25 + 256 * x**2 / pi**2)),
    atan(x) < Q(792, 100) * x / (3 + sqrt(25 + 256 * x**2 / pi**2)),
)
pair(
    ITEMS,
    "mt atan inverse",
    POSITIVE,
    atan(x) + atan(1 / x) >= Q(157, 100),
    atan(x) + atan(1 / x) >= Q(158, 100),
)
pair(
    ITEMS,
    "mt tan cubic",
    Interval.Ropen(0, pi / 2),
    tan(x) >= x + x**3 / 3,
    tan(x) >= x + Q(34, 100) * x**3,
)
pair(
    ITEMS,
    "mt tan Becker-Stark",
    Interval.open(0, pi / 2),
    tan(x) / x <= pi**2 / (pi**2 - 4 * x**2),
    tan(x) / x <= Q(99, 100) * pi**2 / (pi**2 - 4 * x**2),
)
pair(
    ITEMS,
    "mt tan Becker-Stark low",
    Interval.open(0, pi / 2),
    tan(x) / x >= 8 / (pi**2 - 4 * x**2),
    tan(x) / x >= Q(808, 100) / (pi**2 - 4 * x**2),
)
pair(
    ITEMS,
    "mt sin cubed",
    Interval.open(0, pi / 2),
    (sin(x) / x) ** 3 > cos(x),
    (sin(x) / x) ** 3 > Q(101, 100) * cos(x),
)
pair(
    ITEMS,
    "mt sin Jordan pi",
    Interval(0, pi),
    sin(x) >= x * (pi - x) * (1 / pi),
    sin(x) >= Q(101, 100) * x * (pi - x) / pi,
)
pair(
    ITEMS,
    "mt sin Redheffer",
    Interval(-pi, pi),
    sin(x) * (pi**2 + x**2) * x >= x**2 * (pi**2 - x**2),
    sin(x) * (pi**2 + x**2) * x >= Q(101, 100) * x**2 * (pi**2 - x**2),
)
pair(
    ITEMS,
    "mt Huygens",
    Interval.open(0, pi / 2),
    2 * sin(x) + tan(x) > 3 * x,
    2 * sin(x) + tan(x) > Q(301, 100) * x,
)
pair(
    ITEMS,
    "mt Cusa",
    Interval.open(0, pi),
    sin(x) / x < (2 + cos(x)) / 3,
    sin(x) / x < Q(99, 100) * (2 + cos(x)) / 3,
)
pair(
    ITEMS,
    "mt Wilker",
    Interval.open(0, pi / 2),
    (sin(x) / x) ** 2 + tan(x) / x > 2,
    (sin(x) / x) ** 2 + tan(x) / x > Q(201, 100),
)
pair(
    ITEMS,
    "mt sin bound 10",
    Interval(-10, 10),
    sin(x) ** 2 + cos(x) <= Q(5, 4),
    sin(x) ** 2 + cos(x) <= Q(124, 100),
)
pair(
    ITEMS,
    "mt cos product",
    R,
    cos(x) * cos(2 * x) * cos(4 * x) >= -1,
    cos(x) * cos(2 * x) * cos(4 * x) >= -Q(99, 100),
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
pair(ITEMS, "mt asin", Interval.open(0, 1), asin(x) > x + x**3 / 6, asin(x) > x + Q(17, 100) * x**3)
pair(
    ITEMS,
    "mt Shafer-Fink",
    Interval(0, 1),
    asin(x) <= pi * x / (2 + sqrt(1 - x**2)),
    asin(x) <= Q(99, 100) * pi * x / (2 + sqrt(1 - x**2)),
)
pair(
    ITEMS,
    "mt Shafer-Fink low",
    Interval(0, 1),
    asin(x) >= 3 * x / (2 + sqrt(1 - x**2)),
    asin(x) >= Q(303, 100) * x / (2 + sqrt(1 - x**2)),
)
pair(
    ITEMS,
    "mt acos",
    Interval(0, 1),
    acos(x) >= Q(1, 2) * pi * (1 - x) ** Q(1, 2) / (1 + x) ** Q(1, 2),
    acos(x) >= Q(101, 200) * pi * sqrt((1 - x) / (1 + x)),
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
    "mt rational stability",
    Interval(0, 1),
    1 - 2 * exp(-x) * cos(x) + exp(-2 * x) >= 0,
    1 - 2 * exp(-x) * cos(x) + exp(-2 * x) >= Q(1, 1000) * x,
)
pair(
    ITEMS,
    "mt CONVOI",
    Interval(0, 2),
    Q(31, 1000) * exp(-x) * sin(3 * x) - Q(42, 100) <= exp(-x / 2) * cos(x),
    Q(31, 1000) * exp(-x) * sin(3 * x) + Q(62, 100) <= exp(-x / 2) * cos(x),
)
pair(
    ITEMS,
    "mt Chua",
    Interval(0, 1),
    (Q(238, 10) + x) * exp(-Q(176, 100) * x) * cos(Q(60, 100) * x) - Q(10) * sin(x) * exp(-x) <= 24,
    (Q(238, 10) + x) * exp(-Q(176, 100) * x) * cos(Q(60, 100) * x) - 10 * sin(x) * exp(-x)
    <= Q(237, 10),
)
pair(
    ITEMS,
    "mt damped sine",
    WEAK,
    x * exp(-x) * sin(x) <= Q(1, 2),
    x * exp(-x) * sin(x) <= Q(30, 100),
)
pair(
    ITEMS,
    "mt decaying wave",
    WEAK,
    exp(-x) * cos(3 * x) >= -Q(38, 100),
    exp(-x) * cos(3 * x) >= -Q(30, 100),
)
pair(
    ITEMS,
    "mt log sine",
    Interval.open(0, pi / 2),
    log(sin(x) / x) <= -(x**2) / 6,
    log(sin(x) / x) <= -Q(17, 100) * x**2,
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
    "mt acos arc",
    SYMMETRIC,
    acos(x) >= sqrt(2 - 2 * x),
    acos(x) >= Q(101, 100) * sqrt(2 - 2 * x),
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
pair(ITEMS, "mt cot", Interval.open(0, pi), cot(x) < 1 / x, cot(x) < Q(99, 100) / x - x / 3)
pair(ITEMS, "mt 2^x", Interval(0, 1), 2**x <= 1 + x, 2**x <= 1 + Q(99, 100) * x)
pair(ITEMS, "mt 3^x", WEAK, 3**x >= 1 + x * log(3), 3**x >= 1 + Q(101, 100) * x * log(3))
pair(ITEMS, "mt 2^x vs x^2", Interval(4, oo), 2**x >= x**2, 2**x >= Q(101, 100) * x**2)
pair(ITEMS, "mt e^x vs x^e", POSITIVE, exp(x) >= x**E, exp(x) >= Q(101, 100) * x**E)
pair(
    ITEMS, "mt pi e", POSITIVE, x ** (1 / x) <= exp(1 / E), x ** (1 / x) <= Q(99, 100) * exp(1 / E)
)
pair(
    ITEMS,
    "dr sincos circle",
    {x: Interval(-pi, pi), y: Interval(-pi, pi)},
    sin(x) * cos(y) <= 1,
    sin(x) * cos(y) <= Q(99, 100),
)
pair(
    ITEMS,
    "dr exp product",
    {x: SYMMETRIC, y: SYMMETRIC},
    exp(x * y) <= 1 + x * y + x**2 * y**2,
    exp(x * y) <= 1 + x * y + Q(1, 2) * x**2 * y**2,
)
pair(
    ITEMS,
    "dr exp mixture",
    {x: R, y: R},
    exp((x + y) / 2) <= (exp(x) + exp(y)) / 2,
    exp((x + y) / 2) <= Q(99, 200) * (exp(x) + exp(y)),
)
pair(
    ITEMS,
    "dr log mean",
    {x: POSITIVE, y: POSITIVE},
    log((x + y) / 2) >= (log(x) + log(y)) / 2,
    log((x + y) / 2) >= (log(x) + log(y)) / 2 + Q(1, 100),
)
pair(
    ITEMS,
    "dr Young",
    {x: WEAK, y: WEAK},
    x * y <= x**3 / 3 + 2 * y ** Q(3, 2) / 3,
    x * y <= Q(99, 100) * (x**3 / 3 + 2 * y ** Q(3, 2) / 3),
)
pair(
    ITEMS,
    "dr Young exp",
    {x: R, y: POSITIVE},
    x * y <= exp(x) + y * log(y) - y,
    x * y <= Q(101, 100) * exp(x) + y * log(y) - Q(102, 100) * y,
)
pair(
    ITEMS,
    "dr KL Bernoulli",
    {x: OPEN, y: OPEN},
    x * log(x / y) + (1 - x) * log((1 - x) / (1 - y)) >= 2 * (x - y) ** 2,
    x * log(x / y) + (1 - x) * log((1 - x) / (1 - y)) >= Q(202, 100) * (x - y) ** 2,
)
pair(
    ITEMS,
    "dr softplus",
    {x: R, y: R},
    log(1 + exp(x + y)) <= log(1 + exp(x)) + log(1 + exp(y)),
    log(1 + exp(x + y)) <= Q(99, 100) * (log(1 + exp(x)) + log(1 + exp(y))),
)
pair(ITEMS, "dr powers", {x: OPEN, y: OPEN}, x**y + y**x > 1, x**y + y**x > Q(101, 100))
pair(
    ITEMS,
    "dr Bernoulli real",
    {x: Interval(-1, oo), r: Interval(1, oo)},
    (1 + x) ** r >= 1 + r * x,
    (1 + x) ** r >= 1 + Q(101, 100) * r * x,
)
pair(
    ITEMS,
    "dr Bernoulli concave",
    {x: Interval(-1, oo), r: UNIT},
    (1 + x) ** r <= 1 + r * x,
    (1 + x) ** r <= 1 + Q(99, 100) * r * x,
)
pair(
    ITEMS,
    "dr Hoeffding",
    {p: UNIT, t: R},
    p * exp(t * (1 - p)) + (1 - p) * exp(-t * p) <= exp(t**2 / 8),
    p * exp(t * (1 - p)) + (1 - p) * exp(-t * p) <= exp(Q(99, 800) * t**2),
)
pair(
    ITEMS,
    "dr weighted AM-GM",
    {x: POSITIVE, y: POSITIVE, t: UNIT},
    x**t * y ** (1 - t) <= t * x + (1 - t) * y,
    x**t * y ** (1 - t) <= Q(99, 100) * (t * x + (1 - t) * y),
)
pair(
    ITEMS,
    "dr two cosines",
    {x: SYMMETRIC, y: SYMMETRIC},
    cos(x) + cos(y) <= 2 - (x**2 + y**2) / 2 + (x**4 + y**4) / 24,
    cos(x) + cos(y) <= 2 - (x**2 + y**2) / 2 + Q(99, 100) * (x**4 + y**4) / 24,
)
pair(
    ITEMS,
    "dr sine subadditive",
    {x: Interval(0, pi / 2), y: Interval(0, pi / 2)},
    sin(x + y) <= sin(x) + sin(y),
    sin(x + y) <= Q(99, 100) * (sin(x) + sin(y)),
)
pair(
    ITEMS,
    "dr tanh Lipschitz",
    ({x: R, y: R}, x >= y),
    tanh(x) - tanh(y) <= x - y,
    tanh(x) - tanh(y) <= Q(99, 100) * (x - y),
)
pair(
    ITEMS,
    "dr sqrt triangle",
    {x: R, y: R, a: R, b: R},
    sqrt((x + a) ** 2 + (y + b) ** 2) <= sqrt(x**2 + y**2) + sqrt(a**2 + b**2),
    sqrt((x + a) ** 2 + (y + b) ** 2) <= Q(99, 100) * (sqrt(x**2 + y**2) + sqrt(a**2 + b**2)),
)
pair(
    ITEMS,
    "dr ellipse",
    ({x: R, y: R}, x**2 + 4 * y**2 <= 4),
    x + 2 * y <= 2 * sqrt(2),
    x + 2 * y <= Q(280, 100),
)
