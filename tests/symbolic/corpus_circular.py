"""Bounds of sines, cosines, tangents and arcs of one variable."""

from __future__ import annotations

import sympy as sp
from corpus import Item
from provers import POSITIVE, SYMMETRIC, WEAK, R, pair
from sympy import Interval, acos, asin, atan, cos, cot, exp, log, pi, sin, sqrt, tan
from sympy import Rational as Q

x = sp.symbols("x")
ITEMS: list[Item] = []

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
    "mt acos arc",
    SYMMETRIC,
    acos(x) >= sqrt(2 - 2 * x),
    acos(x) >= Q(101, 100) * sqrt(2 - 2 * x),
)
pair(ITEMS, "mt cot", Interval.open(0, pi), cot(x) < 1 / x, cot(x) < Q(99, 100) / x - x / 3)
