"""Bounds of elementary functions of several variables."""

from __future__ import annotations

import sympy as sp
from corpus import Item
from provers import OPEN, POSITIVE, SYMMETRIC, UNIT, WEAK, R, pair
from sympy import Interval, cos, exp, log, oo, pi, sin, sqrt, tanh
from sympy import Rational as Q

a, b, p, r, t, x, y = sp.symbols("a b p r t x y")
ITEMS: list[Item] = []

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
