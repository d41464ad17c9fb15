"""Identities in the style of other provers' suites: arcs, roots, domains that matter."""

from __future__ import annotations

import sympy as sp
from corpus import Item
from provers import (
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
    Interval,
    Max,
    Min,
    Ne,
    S,
    acos,
    acosh,
    asin,
    asinh,
    atan,
    cbrt,
    ceiling,
    cos,
    exp,
    floor,
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

a, b, c, d, k, n, m, p, q = sp.symbols("a b c d k n m p q")
r, t, u, v, w, x, y, z, j = sp.symbols("r t u v w x y z j")
ITEMS: list[Item] = []


pair(
    ITEMS,
    "su ramanujan cbrt",
    {x: R},
    eq(x * cbrt(cbrt(2) - 1), x * (cbrt(Q(1, 9)) - cbrt(Q(2, 9)) + cbrt(Q(4, 9)))),
    eq(x * cbrt(cbrt(2) - 1), x * (cbrt(Q(1, 9)) - cbrt(Q(2, 9)) + cbrt(Q(5, 9)))),
)
pair(
    ITEMS,
    "su sqrt x^2y",
    ({x: WEAK, y: WEAK}),
    eq(sqrt(x**2 * y), x * sqrt(y)),
    eq(sqrt(x**2 * y), x * sqrt(y)),
    {x: R, y: WEAK},
)
pair(
    ITEMS,
    "su sqrt(1-x^2) quot",
    {x: Interval.Ropen(-1, 1)},
    eq(sqrt(1 - x**2) / (1 - x), sqrt((1 + x) / (1 - x))),
    eq(sqrt(1 - x**2) / (1 - x), sqrt((1 + x) / (1 - x))),
    {x: Interval(-1, 1)},
)
pair(
    ITEMS,
    "su cyclo 5",
    {x: R},
    eq(
        x**4 + x**3 + x**2 + x + 1,
        (x**2 + (1 + sqrt(5)) / 2 * x + 1) * (x**2 + (1 - sqrt(5)) / 2 * x + 1),
    ),
    eq(
        x**4 + x**3 + x**2 + x + 1,
        (x**2 + (1 + sqrt(5)) / 2 * x + 1) * (x**2 + (1 - sqrt(5)) / 2 * x - 1),
    ),
)
pair(
    ITEMS,
    "su morrie x",
    ({x: OPEN}),
    eq(cos(x) * cos(2 * x) * cos(4 * x), sin(8 * x) / (8 * sin(x))),
    eq(cos(x) * cos(2 * x) * cos(4 * x), sin(8 * x) / (8 * sin(x))),
    {x: Interval(0, 1)},
)
pair(
    ITEMS,
    "su tan pi/8",
    {x: R},
    eq(x * tan(pi / 8), x * (sqrt(2) - 1)),
    eq(x * tan(pi / 8), x * (sqrt(2) - Q(99, 100))),
)
pair(
    ITEMS,
    "su sum cos 2pi/7",
    {x: R},
    eq(x * (cos(2 * pi / 7) + cos(4 * pi / 7) + cos(6 * pi / 7)), -x / 2),
    eq(x * (cos(2 * pi / 7) + cos(4 * pi / 7) + cos(6 * pi / 7)), x / 2),
)
pair(
    ITEMS,
    "su tan triple",
    {x: Interval(-Q(1, 2), Q(1, 2))},
    eq(tan(3 * x), (3 * tan(x) - tan(x) ** 3) / (1 - 3 * tan(x) ** 2)),
    eq(tan(3 * x), (3 * tan(x) - tan(x) ** 3) / (1 - 3 * tan(x) ** 2)),
    {x: Interval(-1, 1)},
)
pair(
    ITEMS,
    "su acos cos shift",
    {x: Interval(pi, 2 * pi)},
    eq(acos(cos(x)), 2 * pi - x),
    eq(acos(cos(x)), 2 * pi - x),
    {x: Interval(pi, 7)},
)
pair(
    ITEMS,
    "su atan add",
    {x: OPEN, y: OPEN},
    eq(atan(x) + atan(y), atan((x + y) / (1 - x * y))),
    eq(atan(x) + atan(y), atan((x + y) / (1 - x * y))),
    {x: Interval.open(0, 2), y: OPEN},
)
pair(
    ITEMS,
    "su atan add jump",
    {x: Interval(2, 5), y: Interval(1, 3)},
    eq(atan(x) + atan(y), atan((x + y) / (1 - x * y)) + pi),
    eq(atan(x) + atan(y), atan((x + y) / (1 - x * y))),
)
pair(
    ITEMS,
    "su atan add where",
    ({x: R, y: R}, x * y < 1),
    eq(atan(x) + atan(y), atan((x + y) / (1 - x * y))),
    eq(atan(x) - atan(y), atan((x - y) / (1 + x * y))),
)
pair(
    ITEMS,
    "su atan add gt",
    ({x: POSITIVE, y: POSITIVE}, x * y > 1),
    eq(atan(x) + atan(y), atan((x + y) / (1 - x * y)) + pi),
    eq(atan(x) + atan(y), atan((x + y) / (1 - x * y)) + pi),
    {x: POSITIVE, y: POSITIVE},
)
pair(
    ITEMS,
    "su stormer",
    {x: R},
    eq(
        44 * atan(Q(1, 57))
        + 7 * atan(Q(1, 239))
        - 12 * atan(Q(1, 682))
        + 24 * atan(Q(1, 12943))
        + x,
        pi / 4 + x,
    ),
    eq(
        44 * atan(Q(1, 57))
        + 7 * atan(Q(1, 239))
        - 12 * atan(Q(1, 682))
        + 24 * atan(Q(1, 12942))
        + x,
        pi / 4 + x,
    ),
)
pair(
    ITEMS,
    "su atan 123",
    {x: R},
    eq(x * (atan(1) + atan(2) + atan(3)), pi * x),
    eq(x * (atan(1) + atan(2) + atan(3)), 0 * x),
)
pair(
    ITEMS,
    "su asin atan",
    {x: Interval.open(-1, 1)},
    eq(asin(x), atan(x / sqrt(1 - x**2))),
    eq(asin(x), atan(x / sqrt(1 - x**2))),
    {x: Interval(-1, 1)},
)
pair(
    ITEMS,
    "su 2atan asin",
    {x: SYMMETRIC},
    eq(2 * atan(x), asin(2 * x / (1 + x**2))),
    eq(2 * atan(x), asin(2 * x / (1 + x**2))),
    {x: Interval(-1, 2)},
)
pair(
    ITEMS,
    "su gudermann2",
    R,
    eq(2 * atan(exp(x)) - pi / 2, atan(sinh(x))),
    eq(2 * atan(exp(x)) + pi / 2, atan(sinh(x))),
)
pair(
    ITEMS,
    "su log x^2 abs",
    ({x: R}, Ne(x, 0)),
    eq(log(x**2), 2 * log(Abs(x))),
    eq(log(x**2), 2 * log(Abs(x))),
    {x: R},
)
pair(
    ITEMS,
    "su (xy)^a",
    ({x: POSITIVE, y: POSITIVE, a: R}),
    eq((x * y) ** a, x**a * y**a),
    eq((x * y) ** a, x**a * y**a),
    {x: NEGATIVE, y: NEGATIVE, a: OPEN},
)
pair(
    ITEMS,
    "su median",
    R,
    eq(Max(Min(x, y), Min(y, z), Min(z, x)), Min(Max(x, y), Max(y, z), Max(z, x))),
    eq(Max(Min(x, y), Min(y, z), Min(z, x)), Max(Max(x, y), Max(y, z))),
)
pair(
    ITEMS,
    "su hermite floor",
    R,
    eq(floor(2 * x), floor(x) + floor(x + Q(1, 2))),
    eq(floor(2 * x), 2 * floor(x)),
)
pair(
    ITEMS,
    "su floor half int",
    {n: S.Integers},
    eq(floor(n / 2) + ceiling(n / 2), n),
    eq(2 * floor(n / 2), n),
)
pair(
    ITEMS,
    "su phase sym",
    ({a: POSITIVE, b: R, x: R}),
    eq(a * sin(x) + b * cos(x), sqrt(a**2 + b**2) * sin(x + atan(b / a))),
    eq(a * sin(x) + b * cos(x), sqrt(a**2 + b**2) * sin(x + atan(a / b))),
    ({a: POSITIVE, b: POSITIVE, x: R}),
)
pair(
    ITEMS,
    "su half angle cos",
    {x: Interval(-pi, pi)},
    eq(cos(x / 2), sqrt((1 + cos(x)) / 2)),
    eq(cos(x / 2), sqrt((1 + cos(x)) / 2)),
    {x: Interval(0, 4)},
)
pair(
    ITEMS,
    "su acos bilinear",
    WEAK,
    eq(acos((1 - x) / (1 + x)), 2 * atan(sqrt(x))),
    eq(acos((1 - x) / (1 + x)), atan(sqrt(x))),
)
pair(
    ITEMS,
    "su atan 2x big",
    {x: Interval.open(1, oo)},
    eq(atan(2 * x / (1 - x**2)), 2 * atan(x) - pi),
    eq(atan(2 * x / (1 - x**2)), 2 * atan(x) + pi),
)
pair(
    ITEMS,
    "su atan (1+x)/(1-x)",
    {x: Interval.open(-oo, 1)},
    eq(atan((1 + x) / (1 - x)), pi / 4 + atan(x)),
    eq(atan((1 + x) / (1 - x)), pi / 4 + atan(x)),
    {x: Interval.open(1, oo)},
)
pair(
    ITEMS,
    "su acos add",
    {x: UNIT, y: UNIT},
    eq(acos(x) + acos(y), acos(x * y - sqrt(1 - x**2) * sqrt(1 - y**2))),
    eq(acos(x) + acos(y), acos(x * y - sqrt(1 - x**2) * sqrt(1 - y**2))),
    {x: SYMMETRIC, y: SYMMETRIC},
)
pair(
    ITEMS,
    "su fib atan",
    {x: R},
    eq(x * atan(Q(1, 8)), x * (atan(Q(1, 13)) + atan(Q(1, 21)))),
    eq(x * atan(Q(1, 8)), x * (atan(Q(1, 13)) + atan(Q(1, 22)))),
)
pair(
    ITEMS,
    "su strassnitzky",
    {x: R},
    eq(x + pi / 4, x + atan(Q(1, 2)) + atan(Q(1, 5)) + atan(Q(1, 8))),
    eq(x + pi / 4, x + atan(Q(1, 2)) + atan(Q(1, 5)) + atan(Q(1, 7))),
)
pair(
    ITEMS, "su log x^4", ({x: R}, Ne(x, 0)), eq(log(x**4), 2 * log(x**2)), eq(log(x**4), 4 * log(x))
)
pair(
    ITEMS,
    "su 0^a (xy)^a",
    {x: UNIT, y: UNIT, a: POSITIVE},
    eq((x * y) ** a, x**a * y**a),
    eq((x * y) ** a, x**a * y),
)
pair(
    ITEMS,
    "su asinh cosh",
    WEAK,
    eq(asinh(x), acosh(sqrt(1 + x**2))),
    eq(asinh(x), acosh(sqrt(1 + x**2))),
    R,
)
pair(
    ITEMS,
    "su exp max",
    R,
    eq(exp(Max(x, y)), Max(exp(x), exp(y))),
    eq(exp(Max(x, y)), Min(exp(x), exp(y))),
)
pair(ITEMS, "su tanh abs", R, eq(tanh(Abs(x)), Abs(tanh(x))), eq(tanh(Abs(x)), tanh(x)))
pair(
    ITEMS,
    "su floor floor",
    R,
    eq(floor(floor(2 * x) / 2), floor(x)),
    eq(floor(floor(2 * x) / 3), floor(x)),
)
pair(ITEMS, "su x^x", POSITIVE, eq(exp(x * log(x)), x**x), eq(exp(x * log(x)) * x, x ** (x + 2)))
