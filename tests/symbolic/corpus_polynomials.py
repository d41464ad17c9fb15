"""Polynomial, rational and algebraic relations with parameters and side conditions.

In the style of the tests of tactics for real arithmetic, of sums of squares, of quantifier
elimination, of hybrid systems and olympiads, and of the theory of gradient descent. Each truth is a
known theorem, or settled by the point at which the near miss fails.
"""

from __future__ import annotations

import itertools

import sympy as sp
from corpus import Item
from provers import POSITIVE, UNIT, WEAK, R, eq, pair
from sympy import Abs, Interval, Max, Min, Ne, Union, oo, sqrt
from sympy import Rational as Q

a, b, c, d, e, f, g, m, p, q, r, s, t, v, w, x, y, z = sp.symbols(
    "a b c d e f g m p q r s t v w x y z"
)
A, L, mu, lam, eta, eps = sp.symbols("A L mu lam eta eps")
x1, x2, x3, x4, x5, x6 = sp.symbols("x1:7")
ITEMS: list[Item] = []


def on(domain, *symbols):
    return dict.fromkeys(symbols, domain)


lv = x1 * x2**2 + x1 * x3**2 + x1 * x4**2 - Q(11, 10) * x1 + 1


def schur(n):
    return x**n * (x - y) * (x - z) + y**n * (y - x) * (y - z) + z**n * (z - x) * (z - y)


def sym(ex, vs):
    return sum(
        sp.prod([vv**ee for vv, ee in zip(vs, pp, strict=True)])
        for pp in itertools.permutations(ex)
    )


e1 = a + b + c + d
e2 = a * b + a * c + a * d + b * c + b * d + c * d
e3 = a * b * c + a * b * d + a * c * d + b * c * d


def clip(X):
    return Min(Max(X, -1), 1)


det3 = a * (d * f - e**2) - b * (b * f - c * e) + c * (b * e - c * d)
q3 = a * x**2 + d * y**2 + f * z**2 + 2 * b * x * y + 2 * c * x * z + 2 * e * y * z
sc = (
    {L: POSITIVE, mu: POSITIVE, eta: POSITIVE, lam: POSITIVE},
    mu <= lam,
    lam <= L,
    eta <= 2 / (mu + L),
)
s3 = ({L: POSITIVE, mu: POSITIVE, eta: POSITIVE, lam: POSITIVE}, mu <= lam, lam <= L)


def horn(X):
    return sum(X) ** 2 - 4 * sum(X[i] * X[(i + 1) % 5] for i in range(5))


i64 = a**2 * (b + c - a) + b**2 * (c + a - b) + c**2 * (a + b - c)
i84 = x * y + y * z + z * x - 2 * x * y * z
i95 = 1 / (a**3 * (b + c)) + 1 / (b**3 * (c + a)) + 1 / (c**3 * (a + b))
i00 = (a - 1 + 1 / b) * (b - 1 + 1 / c) * (c - 1 + 1 / a)
i08 = x**2 / (x - 1) ** 2 + y**2 / (y - 1) ** 2 + z**2 / (z - 1) ** 2
NZ = Union(Interval.open(-oo, 0), POSITIVE)

pair(
    ITEMS,
    "ps ml sq lt sq",
    ({x: WEAK, y: WEAK}, x**2 < y**2),
    x < y,
    x < y,
    ({x: R, y: R}, x**2 < y**2),
)
pair(
    ITEMS,
    "ps ml amgm4 power",
    WEAK,
    a * b * c * d <= ((a + b + c + d) / 4) ** 4,
    a * b * c * d <= ((a + b + c + d) / 4) ** 4,
    R,
)
pair(
    ITEMS,
    "ps ml mediant",
    ({a: R, b: POSITIVE, c: R, d: POSITIVE}, a / b < c / d),
    (a + c) / (b + d) < c / d,
    (a + c) / (b + d) < c / d * Q(99, 100),
)
pair(
    ITEMS,
    "ps hol xy1",
    ({x: WEAK, y: WEAK}, eq(x * y, 1)),
    x + y <= x**2 + y**2,
    x + y <= Q(99, 100) * (x**2 + y**2),
)
pair(
    ITEMS,
    "ps hol xyz1",
    (WEAK, eq(x * y * z, 1)),
    x + y + z <= x**2 * z + y**2 * x + z**2 * y,
    Q(101, 100) * (x + y + z) <= x**2 * z + y**2 * x + z**2 * y,
)
pair(
    ITEMS,
    "ps hol 3xyz",
    (WEAK, x + y + z <= 3),
    x * y + x * z + y * z >= 3 * x * y * z,
    x * y + x * z + y * z >= 3 * x * y * z,
    (WEAK, x + y + z <= Q(303, 100)),
)
pair(
    ITEMS,
    "ps hol x+y+z=xyz+2",
    (R, eq(x**2 + y**2 + z**2, 2)),
    x + y + z <= x * y * z + 2,
    x + y + z <= x * y * z + Q(198, 100),
)
pair(
    ITEMS,
    "ps coq cone",
    ({x: R, y: R, z: R}, x**2 + y**2 <= z**2, z >= 0),
    x + y <= 2 * z,
    x + y <= Q(7, 5) * z,
)
pair(
    ITEMS, "ps pvs lotka", on(Interval(-2, 2), x1, x2, x3, x4), lv >= -Q(208, 10), lv > -Q(208, 10)
)
pair(
    ITEMS,
    "ps pvs tarski",
    ({x: R}, x**2 - x - 6 >= 0, x**3 - 7 * x <= 0),
    x**2 >= 7,
    x**2 >= Q(707, 100),
)
pair(
    ITEMS,
    "ps ky etcs",
    (
        {v: WEAK, b: POSITIVE, A: WEAK, eps: WEAK, m: R, z: R, t: WEAK},
        t <= eps,
        m - z >= v**2 / (2 * b) + (A / b + 1) * (A / 2 * eps**2 + eps * v),
    ),
    (v + A * t) ** 2 <= 2 * b * (m - (z + v * t + A * t**2 / 2)),
    (v + A * t) ** 2 <= 2 * b * (m - (z + v * t + A * t**2 / 2)),
    (
        {v: WEAK, b: POSITIVE, A: WEAK, eps: WEAK, m: R, z: R, t: WEAK},
        t <= eps,
        m - z >= v**2 / (2 * b) + (A / b + 1) * (A / 2 * eps**2 + Q(99, 100) * eps * v),
    ),
)
pair(
    ITEMS,
    "ps qe ellipse",
    (
        {x: R, y: R, a: POSITIVE, b: POSITIVE, c: WEAK},
        eq((x - c) ** 2 / a**2 + y**2 / b**2, 1),
        a + c <= 1,
        b <= a,
    ),
    x**2 + y**2 <= 1,
    x**2 + y**2 <= 1,
    (
        {x: R, y: R, a: POSITIVE, b: POSITIVE, c: WEAK},
        eq((x - c) ** 2 / a**2 + y**2 / b**2, 1),
        a + c <= 1,
    ),
)
pair(
    ITEMS,
    "ps qe biquadratic",
    ({x: R, p: R, r: POSITIVE}, p**2 < 4 * r),
    x**4 + p * x**2 + r > 0,
    x**4 + p * x**2 + r > 0,
    ({x: R, p: R, r: POSITIVE}, p**2 <= 4 * r),
)
pair(
    ITEMS,
    "ps qe quartic sufficient",
    ({x: R, p: WEAK, q: R, r: WEAK}, q**2 <= 4 * p * r),
    x**4 + p * x**2 + q * x + r >= 0,
    x**4 + p * x**2 + q * x + r >= 0,
    ({x: R, p: WEAK, q: R, r: WEAK}, q**2 <= Q(404, 100) * p * r),
)
pair(
    ITEMS,
    "ps qe cubic roots",
    ({x: R, p: POSITIVE, q: R}, eq(x**3 + p * x + q, 0), q > 0),
    x < 0,
    x < -Q(1, 100),
)
pair(
    ITEMS,
    "ps po motzkin hom",
    R,
    x**4 * y**2 + x**2 * y**4 + z**6 >= 3 * x**2 * y**2 * z**2,
    x**4 * y**2 + x**2 * y**4 + z**6 >= Q(303, 100) * x**2 * y**2 * z**2,
)
pair(
    ITEMS,
    "ps po horn",
    on(WEAK, x1, x2, x3, x4, x5),
    horn((x1, x2, x3, x4, x5)) >= 0,
    horn((x1, x2, x3, x4, x5)) >= 0,
    on(R, x1, x2, x3, x4, x5),
)
pair(
    ITEMS, "ps po schur 3", WEAK, schur(3) >= 0, schur(3) >= x * y * z * (x**2 + y**2 + z**2) / 100
)
pair(ITEMS, "ps po schur 4", R, schur(4) >= 0, schur(4) >= x**2 * y**2 * z**2 / 100)
pair(
    ITEMS,
    "ps po muirhead 410",
    WEAK,
    sym((4, 1, 0), (x, y, z)) >= sym((3, 1, 1), (x, y, z)),
    sym((4, 1, 0), (x, y, z)) >= Q(101, 100) * sym((3, 1, 1), (x, y, z)),
)
pair(
    ITEMS,
    "ps po amgm6",
    R,
    x1**6 + x2**6 + x3**6 + x4**6 + x5**6 + x6**6 >= 6 * x1 * x2 * x3 * x4 * x5 * x6,
    x1**6 + x2**6 + x3**6 + x4**6 + x5**6 + x6**6 >= Q(606, 100) * x1 * x2 * x3 * x4 * x5 * x6,
)
pair(
    ITEMS,
    "ps po young 3/2",
    WEAK,
    x**3 / 3 + 2 * y ** Q(3, 2) / 3 >= x * y,
    x**3 / 3 + 2 * y ** Q(3, 2) / 3 >= Q(101, 100) * x * y,
)
pair(
    ITEMS,
    "ps imo 1964",
    (POSITIVE, a + b > c, b + c > a, c + a > b),
    i64 <= 3 * a * b * c,
    i64 <= Q(297, 100) * a * b * c,
)
pair(ITEMS, "ps imo 1984", (WEAK, eq(x + y + z, 1)), i84 <= Q(7, 27), i84 <= Q(693, 2700))
pair(ITEMS, "ps imo 1995", (POSITIVE, eq(a * b * c, 1)), i95 >= Q(3, 2), i95 >= Q(152, 100))
pair(ITEMS, "ps imo 2000", (POSITIVE, eq(a * b * c, 1)), i00 <= 1, i00 <= Q(99, 100))
pair(
    ITEMS,
    "ps imo 2008",
    (R, eq(x * y * z, 1), Ne(x, 1), Ne(y, 1), Ne(z, 1)),
    i08 >= 1,
    i08 >= 1,
    (R, eq(x * y * z, 1)),
)
pair(
    ITEMS,
    "ps po newton 4",
    R,
    (e1 / 4) * (e3 / 4) <= (e2 / 6) ** 2,
    (e1 / 4) * (e3 / 4) <= Q(99, 100) * (e2 / 6) ** 2,
)
pair(
    ITEMS,
    "ps po maclaurin",
    WEAK,
    (e2 / 6) ** 3 >= (e3 / 4) ** 2,
    (e2 / 6) ** 3 >= Q(101, 100) * (e3 / 4) ** 2,
)
pair(
    ITEMS,
    "ps al reverse triangle",
    R,
    Abs(sqrt(x**2 + y**2) - sqrt(z**2 + w**2)) <= sqrt((x - z) ** 2 + (y - w) ** 2),
    Abs(sqrt(x**2 + y**2) - sqrt(z**2 + w**2)) <= Q(99, 100) * sqrt((x - z) ** 2 + (y - w) ** 2),
)
pair(
    ITEMS,
    "ps al sqrt diff",
    ({a: WEAK, b: POSITIVE},),
    sqrt(a + b) - sqrt(a) >= b / (2 * sqrt(a + b)),
    sqrt(a + b) - sqrt(a) >= Q(101, 200) * b / sqrt(a + b),
)
pair(
    ITEMS,
    "ps al qm am",
    R,
    (x + y + z) / 3 <= sqrt((x**2 + y**2 + z**2) / 3),
    (x + y + z) / 3 <= Q(99, 100) * sqrt((x**2 + y**2 + z**2) / 3),
)
pair(
    ITEMS,
    "ps mm mediant",
    ({a: R, b: POSITIVE, c: R, d: POSITIVE},),
    Min(a / b, c / d) <= (a + c) / (b + d),
    Min(a / b, c / d) < (a + c) / (b + d),
)
pair(
    ITEMS,
    "ps mm clip",
    R,
    Abs(clip(x) - clip(y)) <= Abs(x - y),
    Abs(clip(x) - clip(y)) <= Q(99, 100) * Abs(x - y),
)
pair(
    ITEMS,
    "ps mm leaky",
    {x: R, a: UNIT},
    Abs(Max(x, a * x)) <= Abs(x),
    Abs(Max(x, a * x)) >= Q(1, 100) * Abs(x),
)
pair(
    ITEMS,
    "ps qf 2x2 strict",
    ({a: R, b: R, c: R, x: R, y: R}, a > 0, a * c - b**2 > 0, Ne(x, 0)),
    a * x**2 + 2 * b * x * y + c * y**2 > 0,
    a * x**2 + 2 * b * x * y + c * y**2 > 0,
    ({a: R, b: R, c: R, x: R, y: R}, a > 0, a * c - b**2 > 0),
)
pair(
    ITEMS,
    "ps qf 3x3",
    (dict.fromkeys((a, b, c, d, e, f, x, y, z), R), a > 0, a * d - b**2 > 0, det3 > 0),
    q3 >= 0,
    q3 >= 0,
    (dict.fromkeys((a, b, c, d, e, f, x, y, z), R), a > 0, det3 > 0),
)
pair(
    ITEMS,
    "ps qf param",
    {t: Interval(-1, 1), x: R, y: R},
    x**2 + 2 * t * x * y + y**2 >= 0,
    x**2 + 2 * t * x * y + y**2 >= 0,
    {t: Interval(-1, Q(101, 100)), x: R, y: R},
)
pair(
    ITEMS,
    "ps gd contraction",
    sc,
    Abs(1 - eta * lam) <= 1 - eta * mu,
    Abs(1 - eta * lam) <= 1 - eta * mu,
    (
        {L: POSITIVE, mu: POSITIVE, eta: POSITIVE, lam: POSITIVE},
        mu <= lam,
        lam <= L,
        eta <= Q(202, 100) / (mu + L),
    ),
)
pair(
    ITEMS,
    "ps gd max of ends",
    s3,
    Abs(1 - eta * lam) <= Max(Abs(1 - eta * mu), Abs(1 - eta * L)),
    Abs(1 - eta * lam) <= Q(99, 100) * Max(Abs(1 - eta * mu), Abs(1 - eta * L)),
)
pair(
    ITEMS,
    "ps gd optimal rate",
    ({L: POSITIVE, mu: POSITIVE, lam: POSITIVE}, mu <= lam, lam <= L),
    Abs(1 - 2 * lam / (mu + L)) <= (L - mu) / (L + mu),
    Abs(1 - 2 * lam / (mu + L)) <= Q(99, 100) * (L - mu) / (L + mu),
)
pair(
    ITEMS,
    "ps gd cocoercive",
    ({L: POSITIVE, mu: POSITIVE, g: R, x: R}, (g - mu * x) * (L * x - g) >= 0),
    g * x >= (mu * L * x**2 + g**2) / (mu + L),
    g * x >= Q(101, 100) * (mu * L * x**2 + g**2) / (mu + L),
)
pair(
    ITEMS,
    "ps gd heavy ball",
    (
        {z: R, b: Interval.Ropen(0, 1), s: POSITIVE},
        eq(z**2 - (1 + b - s) * z + b, 0),
        s < 2 * (1 + b),
    ),
    Abs(z) < 1,
    Abs(z) < 1,
    (
        {z: R, b: Interval.Ropen(0, 1), s: POSITIVE},
        eq(z**2 - (1 + b - s) * z + b, 0),
        s <= 2 * (1 + b),
    ),
)
pair(
    ITEMS,
    "ps gd factor",
    ({x: R, y: R}, x * y >= Q(1, 2)),
    (x * y - 1) ** 2 * (x**2 + y**2) / 4 >= (x * y - 1) ** 2 / 4,
    (x * y - 1) ** 2 * (x**2 + y**2) / 4 >= Q(101, 400) * (x * y - 1) ** 2,
)
pair(
    ITEMS,
    "ps gd convex step",
    ({x: R, g: R, f: R, eta: POSITIVE, L: POSITIVE}, f <= g * x, eta * L <= 1, g**2 <= 2 * L * f),
    (x - eta * g) ** 2 <= x**2 - 2 * eta * (1 - eta * L) * f,
    (x - eta * g) ** 2 <= x**2 - Q(202, 100) * eta * (1 - eta * L) * f,
)
pair(
    ITEMS,
    "ps z hyperbola",
    R,
    (x * y - 1) ** 2 + (x - 1) ** 2 * (y - 1) ** 2 >= 0,
    (x * y - 1) ** 2 + (x - 1) ** 2 * (y - 1) ** 2 > 0,
)
pair(
    ITEMS,
    "ps z irrational quartic",
    {x: R},
    x**4 - 4 * x**2 + Q(401, 100) > 0,
    x**4 - 4 * x**2 + 4 > 0,
)
pair(
    ITEMS,
    "ps un share",
    ({x: R, y: R}, Ne(x**2 + y**2, 0)),
    x**2 / (x**2 + y**2) <= 1,
    x**2 / (x**2 + y**2) <= 1,
    {x: R, y: R},
)
pair(
    ITEMS,
    "ps un pole cubic",
    {x: Interval(0, 1)},
    1 / (x**3 - 3 * x - 1) < 0,
    1 / (x**3 - 3 * x + 1) < 2 * 10**9,
)
pair(
    ITEMS,
    "ps un between",
    ({x: R, y: R}, x * y > 0),
    x / y + y / x >= 2,
    x / y + y / x >= 2,
    ({x: R, y: R}, x * y >= 0),
)
