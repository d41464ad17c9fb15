"""Identities as computer algebra suites test them, of elementary functions and matrices."""

from __future__ import annotations

import sympy as sp
from corpus import Item
from provers import (
    NEGATIVE,
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
    Eq,
    Interval,
    Matrix,
    Max,
    Min,
    Ne,
    Piecewise,
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atanh,
    cbrt,
    cos,
    cosh,
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
