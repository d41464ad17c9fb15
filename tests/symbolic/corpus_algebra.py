"""Polynomial and rational inequalities: textbook ones, hybrid systems, packings."""

from __future__ import annotations

import sympy as sp
from corpus import Item
from provers import POSITIVE, UNIT, WEAK, R, eq, pair
from sympy import Abs, Interval, Max, Min, acos, atan, oo, sqrt
from sympy import Rational as Q

a, b, c, d, p, s, t, v, w, x, y, z = sp.symbols("a b c d p s t v w x y z")
ITEMS: list[Item] = []

pair(
    ITEMS,
    "ky braking",
    ({v: WEAK, b: POSITIVE, x: R, s: R}, v**2 <= 2 * b * (s - x)),
    x <= s,
    x < s,
)
pair(
    ITEMS,
    "ky braking step",
    ({v: WEAK, a: WEAK, b: POSITIVE, t: WEAK},),
    v**2 / (2 * b) + (a / b + 1) * (a * t**2 / 2 + t * v) >= v**2 / (2 * b),
    v**2 / (2 * b) + (a / b + 1) * (a * t**2 / 2 + t * v) > v**2 / (2 * b),
)
pair(
    ITEMS,
    "ky bouncing ball",
    ({x: R, v: R, s: R, c: UNIT}, v**2 <= 20 * (s - x), x >= 0),
    (c * v) ** 2 <= 20 * (s - x),
    (c * v) ** 2 <= 19 * (s - x),
)
pair(
    ITEMS,
    "ky Lyapunov",
    {x: R, y: R},
    2 * x * (-(x**3) + 2 * x * y) + 2 * y * (-(y**3) - x**2 * 2 + 0 * x) * 1 <= x**2 + y**2,
    2 * x * (-(x**3) + 2 * x * y) + 2 * y * (-(y**3) - 2 * x**2) <= -(x**2 + y**2),
)
pair(
    ITEMS,
    "ky circle invariant",
    ({x: R, y: R}, eq(x**2 + y**2, 1)),
    x**2 * y**2 <= Q(1, 4),
    x**2 * y**2 <= Q(24, 100),
)
pair(ITEMS, "ky quadratic", ({a: POSITIVE, b: R, c: R}, b**2 < 4 * a * c), c > 0, c >= a / 100)
pair(
    ITEMS,
    "ky quartic depressed",
    {x: R, p: R},
    x**4 + p * x**2 + p**2 / 4 >= 0,
    x**4 + p * x**2 + Q(24, 100) * p**2 >= 0,
)


def _delta(x1, x2, x3, x4, x5, x6):
    return (
        x1 * x4 * (-x1 + x2 + x3 - x4 + x5 + x6)
        + x2 * x5 * (x1 - x2 + x3 + x4 - x5 + x6)
        + x3 * x6 * (x1 + x2 - x3 + x4 + x5 - x6)
        - x2 * x3 * x4
        - x1 * x3 * x5
        - x1 * x2 * x6
        - x4 * x5 * x6
    )


_six = sp.symbols("x1:7")
_b6 = dict.fromkeys(_six, Interval(4, Q(63504, 10000)))
pair(ITEMS, "fl delta_x", _b6, _delta(*_six) >= 128 - Q(1), _delta(*_six) >= 129)
pair(
    ITEMS,
    "fl delta_x4",
    _b6,
    -_six[1] * _six[2]
    - _six[0] * _six[3]
    + _six[1] * _six[4]
    + _six[2] * _six[5]
    - _six[4] * _six[5]
    + _six[0] * (-_six[0] + _six[1] + _six[2] - _six[3] + _six[4] + _six[5])
    <= 100,
    -_six[1] * _six[2]
    - _six[0] * _six[3]
    + _six[1] * _six[4]
    + _six[2] * _six[5]
    - _six[4] * _six[5]
    + _six[0] * (-_six[0] + _six[1] + _six[2] - _six[3] + _six[4] + _six[5])
    <= 20,
)
pair(
    ITEMS,
    "fl atn",
    {x: Interval(2, Q(252, 100)), y: Interval(2, Q(252, 100))},
    atan(sqrt(x**2 + y**2 - 4) / (x + y)) <= Q(6, 10),
    atan(sqrt(x**2 + y**2 - 4) / (x + y)) <= Q(45, 100),
)
pair(
    ITEMS,
    "fl arc",
    {x: Interval(2, Q(252, 100)), y: Interval(2, Q(252, 100))},
    acos((x**2 + y**2 - 4) / (2 * x * y)) >= Q(79, 100),
    acos((x**2 + y**2 - 4) / (2 * x * y)) >= Q(82, 100),
)
pair(
    ITEMS,
    "fl Schwefel",
    {x: Interval(-10, 10), y: Interval(-10, 10), z: Interval(-10, 10)},
    (x - y**2) ** 2 + (x - z**2) ** 2 + (y - 1) ** 2 + (z - 1) ** 2 > -Q(1, 10**6),
    (x - y**2) ** 2 + (x - z**2) ** 2 + (y - 1) ** 2 + (z - 1) ** 2 > 0,
)
pair(
    ITEMS,
    "fl Caprasse",
    dict.fromkeys((w, x, y, z), Interval(-Q(1, 2), Q(1, 2))),
    -w * y**3
    + 4 * x * y**2 * z
    + 4 * w * y * z**2
    + 2 * x * z**3
    + 4 * w * y
    + 4 * y**2
    - 10 * x * z
    - 10 * z**2
    + 2
    >= -Q(319, 100),
    -w * y**3
    + 4 * x * y**2 * z
    + 4 * w * y * z**2
    + 2 * x * z**3
    + 4 * w * y
    + 4 * y**2
    - 10 * x * z
    - 10 * z**2
    + 2
    >= -Q(315, 100),
)
pair(
    ITEMS,
    "fl Rosenbrock",
    {x: Interval(-5, 5), y: Interval(-5, 5)},
    100 * (y - x**2) ** 2 + (1 - x) ** 2 >= 0,
    100 * (y - x**2) ** 2 + (1 - x) ** 2 > 0,
)
pair(
    ITEMS,
    "fl heart",
    dict.fromkeys((x, y), Interval(-2, 2)),
    (x**2 + y**2 - 1) ** 3 >= x**2 * y**3 - 2,
    (x**2 + y**2 - 1) ** 3 >= x**2 * y**3 - 1 + Q(1, 100),
)
pair(
    ITEMS,
    "fl camel",
    dict.fromkeys((x, y), Interval(-3, 3)),
    4 * x**2 - Q(21, 10) * x**4 + x**6 / 3 + x * y - 4 * y**2 + 4 * y**4 >= -Q(1032, 1000),
    4 * x**2 - Q(21, 10) * x**4 + x**6 / 3 + x * y - 4 * y**2 + 4 * y**4 >= -Q(103, 100),
)
pair(
    ITEMS,
    "fl Goldstein-like",
    dict.fromkeys((x, y), R),
    x**4 * y**2 + x**2 * y**4 + 1 >= 3 * x**2 * y**2,
    x**4 * y**2 + x**2 * y**4 + 1 >= Q(303, 100) * x**2 * y**2,
)
_robinson = (
    x**6
    + y**6
    + z**6
    - (x**4 * y**2 + x**2 * y**4 + x**4 * z**2 + x**2 * z**4 + y**4 * z**2 + y**2 * z**4)
    + 3 * x**2 * y**2 * z**2
)
pair(ITEMS, "po Robinson", R, _robinson >= 0, _robinson >= x**2 * y**2 * z**2 / 100)
pair(
    ITEMS,
    "po Choi-Lam",
    R,
    1 + x**2 * y**2 + y**2 * z**2 + z**2 * x**2 >= 4 * x * y * z,
    1 + x**2 * y**2 + y**2 * z**2 + z**2 * x**2 >= Q(404, 100) * x * y * z,
)
pair(
    ITEMS,
    "po AM-GM 4",
    WEAK,
    a**4 + b**4 + c**4 + d**4 >= 4 * a * b * c * d,
    a**4 + b**4 + c**4 + d**4 >= Q(404, 100) * a * b * c * d,
)
pair(
    ITEMS,
    "po AM-GM squares",
    R,
    a**4 + b**4 + c**4 >= a * b * c * (a + b + c),
    a**4 + b**4 + c**4 >= Q(101, 100) * a * b * c * (a + b + c),
)
pair(
    ITEMS,
    "po Schur 2",
    WEAK,
    x**2 * (x - y) * (x - z) + y**2 * (y - x) * (y - z) + z**2 * (z - x) * (z - y) >= 0,
    x**2 * (x - y) * (x - z) + y**2 * (y - x) * (y - z) + z**2 * (z - x) * (z - y)
    >= x * y * z * (x + y + z) / 100,
)
pair(
    ITEMS,
    "po Vasc",
    R,
    (a**2 + b**2 + c**2) ** 2 >= 3 * (a**3 * b + b**3 * c + c**3 * a),
    (a**2 + b**2 + c**2) ** 2 >= Q(303, 100) * (a**3 * b + b**3 * c + c**3 * a),
)
pair(
    ITEMS,
    "po Hurwitz",
    R,
    a**2 + b**2 + c**2 + d**2 >= a * b + b * c + c * d + d * a,
    a**2 + b**2 + c**2 + d**2 >= Q(101, 100) * (a * b + b * c + c * d + d * a),
)
pair(
    ITEMS,
    "po Vasc 2",
    POSITIVE,
    a**3 / (a**2 + a * b + b**2) + b**3 / (b**2 + b * c + c**2) + c**3 / (c**2 + c * a + a**2)
    >= (a + b + c) / 3,
    a**3 / (a**2 + a * b + b**2) + b**3 / (b**2 + b * c + c**2) + c**3 / (c**2 + c * a + a**2)
    >= Q(101, 300) * (a + b + c),
)
pair(
    ITEMS,
    "po Cauchy Engel",
    POSITIVE,
    a**2 / b + b**2 / c + c**2 / a >= a + b + c,
    a**2 / b + b**2 / c + c**2 / a >= Q(101, 100) * (a + b + c),
)
pair(
    ITEMS,
    "po reciprocal sum",
    POSITIVE,
    (a + b + c) * (1 / a + 1 / b + 1 / c) >= 9,
    (a + b + c) * (1 / a + 1 / b + 1 / c) >= Q(909, 100),
)
pair(
    ITEMS,
    "po IMO 2005",
    (POSITIVE, x * y * z >= 1),
    x**2 + y**2 + z**2 >= x + y + z,
    x**2 + y**2 + z**2 >= Q(101, 100) * (x + y + z),
)
pair(
    ITEMS,
    "po product",
    POSITIVE,
    (1 + a) * (1 + b) * (1 + c) >= 8 * sqrt(a * b * c),
    (1 + a) * (1 + b) * (1 + c) >= Q(808, 100) * sqrt(a * b * c),
)
pair(
    ITEMS,
    "po Newton",
    R,
    (a * b + b * c + c * a) ** 2 >= 3 * a * b * c * (a + b + c),
    (a * b + b * c + c * a) ** 2 >= Q(303, 100) * a * b * c * (a + b + c),
)
pair(
    ITEMS,
    "po Minkowski",
    WEAK,
    sqrt(a**2 + b**2) + sqrt(c**2 + d**2) >= sqrt((a + c) ** 2 + (b + d) ** 2),
    sqrt(a**2 + b**2) + sqrt(c**2 + d**2) >= Q(101, 100) * sqrt((a + c) ** 2 + (b + d) ** 2),
)
pair(
    ITEMS,
    "po power mean",
    WEAK,
    ((a + b) / 2) ** 4 <= (a**4 + b**4) / 2,
    ((a + b) / 2) ** 4 <= Q(99, 200) * (a**4 + b**4),
)
pair(
    ITEMS,
    "po sum of 4 unit",
    dict.fromkeys((a, b, c, d), UNIT),
    (1 - a) * (1 - b) * (1 - c) * (1 - d) >= 1 - a - b - c - d,
    (1 - a) * (1 - b) * (1 - c) * (1 - d) >= 1 - Q(99, 100) * (a + b + c + d),
)
pair(
    ITEMS,
    "po cyclic unit",
    dict.fromkeys((a, b, c), UNIT),
    a * (1 - b) + b * (1 - c) + c * (1 - a) <= 1,
    a * (1 - b) + b * (1 - c) + c * (1 - a) <= Q(99, 100),
)
pair(
    ITEMS,
    "po triangle sides",
    (POSITIVE, a + b > c, b + c > a, c + a > b),
    (a + b - c) * (b + c - a) * (c + a - b) <= a * b * c,
    (a + b - c) * (b + c - a) * (c + a - b) <= Q(99, 100) * a * b * c,
)
pair(
    ITEMS,
    "po IMO 1983",
    (POSITIVE, a + b > c, b + c > a, c + a > b),
    a**2 * b * (a - b) + b**2 * c * (b - c) + c**2 * a * (c - a) >= 0,
    a**2 * b * (a - b) + b**2 * c * (b - c) + c**2 * a * (c - a) > 0,
)
pair(
    ITEMS,
    "po quadratic form",
    R,
    2 * x**2 + 2 * y**2 + 2 * z**2 - 2 * x * y - 2 * y * z >= 0,
    2 * x**2 + 2 * y**2 + 2 * z**2 - 2 * x * y - Q(357, 100) * y * z >= 0,
)
pair(ITEMS, "po quartic sextic", R, x**6 - x**4 * 2 + x**2 + 1 > 0, x**6 - 2 * x**4 + x**2 > 0)
pair(
    ITEMS, "po degree 12", R, x**12 - x**9 + x**4 - x + 1 > 0, x**12 - x**9 + x**4 - x + Q(2, 5) > 0
)
pair(
    ITEMS,
    "po Wilkinson-like",
    Interval(6, oo),
    (x - 1) * (x - 2) * (x - 3) * (x - 4) * (x - 5) * (x - 6) >= 0,
    (x - 1) * (x - 2) * (x - 3) * (x - 4) * (x - 5) * (x - 6) > 0,
)
pair(
    ITEMS,
    "po Lagrange 4 id",
    R,
    eq((a**2 + b**2) * (c**2 + d**2), (a * c - b * d) ** 2 + (a * d + b * c) ** 2),
    eq((a**2 + b**2) * (c**2 + d**2), (a * c - b * d) ** 2 + (a * d - b * c) ** 2),
)
pair(
    ITEMS,
    "po homogeneous quartic",
    R,
    x**4 + y**4 >= x**3 * y + x * y**3,
    x**4 + y**4 >= Q(101, 100) * (x**3 * y + x * y**3),
)
pair(
    ITEMS,
    "po three cubes",
    WEAK,
    2 * (x**3 + y**3 + z**3) >= x * y * (x + y) + y * z * (y + z) + z * x * (z + x),
    Q(198, 100) * (x**3 + y**3 + z**3) >= x * y * (x + y) + y * z * (y + z) + z * x * (z + x),
)
pair(
    ITEMS,
    "po Muirhead",
    WEAK,
    x**4 * y + y**4 * x >= x**3 * y**2 + x**2 * y**3,
    x**4 * y + y**4 * x >= Q(101, 100) * (x**3 * y**2 + x**2 * y**3),
)
pair(ITEMS, "po stengle", (R, eq(x * y, 1)), x**2 + y**2 >= 2, x**2 + y**2 >= Q(202, 100))
pair(
    ITEMS,
    "po Delzell",
    R,
    x**2 * (x**2 - 1) ** 2 + y**2 * (y**2 - 1) ** 2 - (x**2 - 1) * (y**2 - 1) * (x**2 + y**2 - 1)
    >= 0,
    x**2 * (x**2 - 1) ** 2 + y**2 * (y**2 - 1) ** 2 - (x**2 - 1) * (y**2 - 1) * (x**2 + y**2 - 1)
    >= Q(1, 100),
)
pair(
    ITEMS,
    "po abs three",
    R,
    Abs(x) + Abs(y) + Abs(x + y) >= 2 * Max(Abs(x), Abs(y)),
    Abs(x) + Abs(y) + Abs(x + y) > 2 * Max(Abs(x), Abs(y)),
)
pair(
    ITEMS,
    "po relu product",
    R,
    Max(x, 0) * Max(y, 0) >= Min(x * y, 0),
    Max(x, 0) * Max(y, 0) >= x * y,
)
pair(
    ITEMS,
    "po median",
    R,
    Max(Min(x, y), Min(Max(x, y), z)) <= Max(x, y),
    Max(Min(x, y), Min(Max(x, y), z)) < Max(x, y),
)
pair(
    ITEMS,
    "po gradient descent",
    ({x: R, y: R, a: POSITIVE, b: POSITIVE, t: POSITIVE}, a <= b, t * b <= 1),
    (1 - t * a) ** 2 >= (1 - t * b) ** 2,
    (1 - t * a) ** 2 > (1 - t * b) ** 2,
)
