"""Classical inequalities between transcendental functions, each with a near miss that is false.

A pair holds a true statement and one that fails: a constant moved by about 1 %, a strict sign where
equality occurs, or an end point taken in at which a side is undefined. The comment says why the
first is true and where the second fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp
from corpus import Item
from sympy import (
    E,
    Max,
    acos,
    asin,
    atan,
    cos,
    cosh,
    digamma,
    erf,
    erfc,
    exp,
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
from sympy import cos as _cos

x, y, p, q, t, r, n, phi, u = sp.symbols("x y p q t r n phi u")
REALS = sp.S.Reals
HALF = sp.Interval(0, oo)
POSITIVE = sp.Interval.open(0, oo)
ABOVE = sp.Interval.open(-1, oo)
UNIT = sp.Interval(0, 1)
SYMMETRIC = sp.Interval(-1, 1)
QUARTER = sp.Interval(0, pi / 2)
PUNCTURED = sp.Union(sp.Interval.Ropen(-1, 0), sp.Interval.Lopen(0, 1))
g = (pi - phi) * _cos(phi) + sin(phi)
kappa0 = 1 - acos(u) / pi
kappa1 = (u * (pi - acos(u)) + sqrt(1 - u**2)) / pi
entropy = -x * log(x) - (1 - x) * log(1 - x)
softplus = log(1 + exp(x))
divergence = p * log(p / q) + (1 - p) * log((1 - p) / (1 - q))

PAIRS: list[tuple[str, Any, Any, Any, Any]] = []


def pair(name: str, true: Any, domain: Any, false: Any, other: Any = None) -> None:
    """A true statement over `domain`, a false one over `other` (default: the same).

    A domain is a set for the one symbol of the relation, or a map from symbols to sets, or a pair
    of such a map and side conditions.
    """
    PAIRS.append((name, true, domain, false, domain if other is None else other))


# Chord, tangent and Taylor bounds of sine and cosine (alternating series; concavity on [0, pi/2]).
pair("sine below identity", sin(x) <= x, HALF, sin(x) <= Q(99, 100) * x)
pair("Jordan", sin(x) >= 2 * x / pi, QUARTER, sin(x) >= Q(101, 100) * 2 * x / pi)
pair("cosine parabola", cos(x) >= 1 - x**2 / 2, REALS, cos(x) >= 1 - Q(495, 1000) * x**2)
pair("sine cubic", sin(x) >= x - x**3 / 6, HALF, sin(x) > x - x**3 / 6)
pair(
    "sine quintic",
    sin(x) <= x - x**3 / 6 + x**5 / 120,
    HALF,
    sin(x) <= x - x**3 / 6 + x**5 * Q(10, 1212),
)
pair(
    "Mitrinovic-Adamovic",
    (sin(x) / x) ** 3 > cos(x),
    sp.Interval.open(0, pi / 2),
    (sin(x) / x) ** 4 >= cos(x),
)
pair(
    "Cusa-Huygens",
    sin(x) / x <= (2 + cos(x)) / 3,
    sp.Interval.Lopen(0, pi / 2),
    sin(x) / x <= Q(99, 100) * (2 + cos(x)) / 3,
)
pair(
    "Wilker",
    (sin(x) / x) ** 2 + tan(x) / x > 2,
    sp.Interval.open(0, pi / 2),
    (sin(x) / x) ** 2 + tan(x) / x >= Q(202, 100),
)
pair(
    "tangent cubic",
    tan(x) >= x + x**3 / 3,
    sp.Interval.Ropen(0, pi / 2),
    tan(x) >= x + Q(34, 100) * x**3,
)
pair("sine over x", sin(x) / x <= 1, PUNCTURED, sin(x) / x <= 1, SYMMETRIC)
pair("cosine times cosh", cos(x) * cosh(x) <= 1, QUARTER, cos(x) * cosh(x) < 1)
pair(
    "sine times sinh",
    sin(x) * sinh(x) <= x**2,
    sp.Interval(0, pi),
    sin(x) * sinh(x) <= Q(99, 100) * x**2,
)
pair("squared sine", sin(x) ** 2 <= x**2, REALS, sin(x) ** 2 <= Q(99, 100) * x**2)
pair(
    "cosine quotient", (1 - cos(x)) / x**2 <= Q(1, 2), POSITIVE, (1 - cos(x)) / x**2 < Q(495, 1000)
)

# Inverse trigonometric functions: arcsine is convex on [0, 1], the arctangent concave there.
pair("arccosine line", acos(x) <= pi / 2 - x, UNIT, acos(x) < pi / 2 - x)
pair("arcsine chord", asin(x) <= pi * x / 2, UNIT, asin(x) <= Q(156, 100) * x)
pair("arctangent bound", atan(x) < pi / 2, REALS, atan(x) <= Q(99, 100) * pi / 2)
pair("arctangent below", atan(x) >= x / (1 + x**2), HALF, atan(x) > x / (1 + x**2))
pair(
    "arctangent Shafer",
    atan(x) >= 3 * x / (1 + 2 * sqrt(1 + x**2)),
    HALF,
    atan(x) >= Q(303, 100) * x / (1 + 2 * sqrt(1 + x**2)),
)

# The exponential lies above its tangents; on the left of 0 odd Taylor sums are below it.
pair("exponential tangent", exp(x) >= 1 + x, REALS, exp(x) > 1 + x)
pair("exponential through 0", exp(x) >= E * x, REALS, exp(x) >= Q(101, 100) * E * x)
pair("bounded product", (1 - x) * exp(x) <= 1, REALS, (1 - x) * exp(x) <= Q(99, 100))
pair("Gamma density", (1 + x) * exp(-x) <= 1, HALF, (1 + x) * exp(-x) < 1)
pair("peak of x exp(-x)", x * exp(-x) <= 1 / E, REALS, x * exp(-x) <= Q(99, 100) / E)
pair("peak of x^2 exp(-x)", x**2 * exp(-x) <= 4 / E**2, HALF, x**2 * exp(-x) <= Q(396, 100) / E**2)
pair(
    "peak of sqrt(x) exp(-x)",
    sqrt(x) * exp(-x) <= 1 / sqrt(2 * E),
    HALF,
    sqrt(x) * exp(-x) <= Q(99, 100) / sqrt(2 * E),
)
pair("saturation", 1 - exp(-x) <= x, REALS, 1 - exp(-x) < x)
pair("second order", exp(-x) <= 1 - x + x**2 / 2, HALF, exp(-x) <= 1 - x + x**2 / 2, REALS)
# e^x <= 1 + x + x^2 up to the root 1.793...
pair(
    "quadratic majorant",
    exp(x) <= 1 + x + x**2,
    sp.Interval(-oo, 1),
    exp(x) <= 1 + x + x**2,
    sp.Interval(0, Q(181, 100)),
)
pair(
    "geometric majorant",
    exp(x) <= 1 / (1 - x),
    sp.Interval.open(-oo, 1),
    exp(x) <= Q(99, 100) / (1 - x),
)
pair(
    "compound interest",
    (1 - x / 5) ** 5 <= exp(-x),
    sp.Interval(0, 5),
    exp(-x) <= Q(101, 100) * (1 - x / 5) ** 5,
)
pair(
    "Bernoulli function",
    x / (exp(x) - 1) <= 1,
    POSITIVE,
    x / (exp(x) - 1) <= 1,
    sp.Union(POSITIVE, sp.Interval.open(-oo, 0)),
)
pair("mean of exponential", (1 - exp(-x)) / x <= 1, POSITIVE, (1 - exp(-x)) / x <= Q(99, 100))
pair("hazard", 1 / (1 - exp(-x)) >= 1 / x, POSITIVE, 1 / (1 - exp(-x)) >= Q(101, 100) / x)
pair("exponential beats square", exp(x) > x**2, HALF, exp(x) > x**2, REALS)
pair(
    "Gaussian and Cauchy",
    exp(-(x**2) / 2) <= 1 / (1 + x**2 / 2),
    REALS,
    exp(-(x**2) / 2) <= Q(99, 100) / (1 + x**2 / 2),
)

# Logarithms: concave; the chord and Pade bounds follow by differentiating once.
pair("log tangent", log(x) <= x - 1, POSITIVE, log(x) <= Q(99, 100) * (x - 1))
pair("log at zero", log(x) <= x, POSITIVE, log(x) <= x, HALF)
pair("log through 0", log(x) <= x / E, POSITIVE, log(x) < x / E)
pair("entropy term", x * log(x) >= -1 / E, POSITIVE, x * log(x) >= -Q(99, 100) / E)
pair("Pade below", log(1 + x) >= 2 * x / (2 + x), HALF, log(1 + x) >= Q(202, 100) * x / (2 + x))
pair("Pade above", log(1 + x) <= x / sqrt(1 + x), HALF, log(1 + x) <= Q(99, 100) * x / sqrt(1 + x))
pair(
    "log quotient", log(1 + x) / x >= 1 / (1 + x), POSITIVE, log(1 + x) / x >= Q(101, 100) / (1 + x)
)
# log(1-x) >= -x - x^2 up to the root 0.683...
pair(
    "log lower parabola",
    log(1 - x) >= -x - x**2,
    sp.Interval(0, Q(1, 2)),
    log(1 - x) >= -x - x**2,
    sp.Interval(0, Q(69, 100)),
)
pair("negative log", -log(1 - x) <= x / (1 - x), sp.Interval.Ropen(0, 1), -log(1 - x) < x / (1 - x))
pair("log of square", log(1 + x**2) <= x**2, REALS, log(1 + x**2) <= Q(99, 100) * x**2)
pair("entropy", entropy <= log(2), sp.Interval.open(0, 1), entropy <= Q(99, 100) * log(2))
# Equality at 1/2; the quotient entropy/(x(1-x)) is least there.
pair(
    "entropy parabola",
    entropy >= 4 * log(2) * x * (1 - x),
    sp.Interval.open(0, 1),
    entropy >= Q(404, 100) * log(2) * x * (1 - x),
)

# Hyperbolic functions, losses and activations.
pair("tanh below identity", tanh(x) <= x, HALF, tanh(x) <= Q(99, 100) * x)
pair("tanh bounded", tanh(x) < 1, REALS, tanh(x) <= Q(99, 100))
pair("Hoeffding cosh", cosh(x) <= exp(x**2 / 2), REALS, cosh(x) <= exp(Q(495, 1000) * x**2))
pair("log cosh above", log(cosh(x)) <= x**2 / 2, REALS, log(cosh(x)) <= Q(49, 100) * x**2)
pair("log cosh below", log(cosh(x)) >= x - log(2), REALS, log(cosh(x)) >= x - Q(69, 100))
pair("sinh above identity", sinh(x) >= x, HALF, sinh(x) >= Q(101, 100) * x)
pair("cosh times x", x * cosh(x) >= sinh(x), HALF, x * cosh(x) > sinh(x))
pair("softplus above relu", softplus > Max(x, 0), REALS, softplus > Max(x, 0) + Q(1, 100))
pair("softplus tangent", softplus >= x / 2 + log(2), REALS, softplus >= x / 2 + Q(7, 10))
pair(
    "softplus gap",
    softplus - Max(x, 0) <= log(2),
    REALS,
    softplus - Max(x, 0) <= Q(99, 100) * log(2),
)
pair(
    "sigmoid tangent",
    1 / (1 + exp(-x)) <= Q(1, 2) + x / 4,
    HALF,
    1 / (1 + exp(-x)) <= Q(1, 2) + Q(99, 400) * x,
)
pair(
    "sigmoid slope",
    exp(x) / (1 + exp(x)) ** 2 <= Q(1, 4),
    REALS,
    exp(x) / (1 + exp(x)) ** 2 < Q(1, 4),
)
pair("x tanh", x * tanh(x) <= x**2, REALS, x * tanh(x) <= Q(99, 100) * x**2)
pair(
    "hinge below exponential",
    Max(0, 1 - x) <= exp(-x),
    REALS,
    Max(0, 1 - x) <= Q(99, 100) * exp(-x),
)
pair(
    "logistic above zero-one",
    log(1 + exp(-x)) >= log(2) * sp.Piecewise((1, x <= 0), (0, True)),
    REALS,
    log(1 + exp(-x)) >= Q(101, 100) * log(2) * sp.Piecewise((1, x <= 0), (0, True)),
)
pair(
    "exponential above logistic",
    exp(-x) >= log(1 + exp(-x)),
    REALS,
    Q(99, 100) * exp(-x) >= log(1 + exp(-x)),
)
# The least value of x/(1+exp(-x)) is -0.278464..., that of GELU -0.169971...
pair("swish", x / (1 + exp(-x)) >= -Q(2785, 10000), REALS, x / (1 + exp(-x)) >= -Q(2784, 10000))
pair(
    "GELU",
    x * (1 + erf(x / sqrt(2))) / 2 >= -Q(17, 100),
    REALS,
    x * (1 + erf(x / sqrt(2))) / 2 >= -Q(1699, 10000),
)

# The error function: Chernoff, Mills, Polya.
pair("erf tangent", erf(x) <= 2 * x / sqrt(pi), HALF, erf(x) <= Q(198, 100) * x / sqrt(pi))
pair("erf bounded", erf(x) < 1, REALS, erf(x) <= Q(99, 100))
pair("Chernoff", erfc(x) <= exp(-(x**2)), HALF, erfc(x) <= Q(99, 100) * exp(-(x**2)))
pair(
    "Mills",
    erfc(x) <= exp(-(x**2)) / (x * sqrt(pi)),
    POSITIVE,
    erfc(x) <= Q(99, 100) * exp(-(x**2)) / (x * sqrt(pi)),
)
pair("erf above tanh", erf(x) >= tanh(x), HALF, erf(x) >= tanh(Q(6, 5) * x))
pair(
    "Polya",
    erf(x) ** 2 <= 1 - exp(-4 * x**2 / pi),
    HALF,
    erf(x) ** 2 <= 1 - exp(-Q(39, 10) * x**2 / pi),
)

# Powers with a variable exponent; Gamma and its derivatives (minimum 0.885603...; Binet).
pair("x to the x", x**x >= exp(-1 / E), sp.Interval.Lopen(0, 1), x**x >= Q(7, 10))
pair("x to the 1/x", x ** (1 / x) <= exp(1 / E), POSITIVE, x ** (1 / x) <= Q(144, 100))
pair("Euler from below", (1 + 1 / x) ** x < E, POSITIVE, (1 + 1 / x) ** x <= Q(27, 10))
pair(
    "Euler from above", (1 + 1 / x) ** (x + 1) > E, POSITIVE, (1 + 1 / x) ** (x + 1) >= Q(275, 100)
)
pair("Gamma minimum", gamma(x) >= Q(8856, 10000), POSITIVE, gamma(x) >= Q(8857, 10000))
pair("digamma above", digamma(x) <= log(x), POSITIVE, digamma(x) >= log(x) - Q(49, 100) / x)
pair("digamma below", digamma(x) >= log(x) - 1 / x, POSITIVE, digamma(x) >= log(x))
pair(
    "Stirling",
    loggamma(x) >= (x - Q(1, 2)) * log(x) - x + log(2 * pi) / 2,
    POSITIVE,
    loggamma(x) >= (x - Q(1, 2)) * log(x) - x + Q(101, 200) * log(2 * pi),
)

# Arc-cosine kernels: g falls from pi to 1; kappa_1 is convex with slope 1 at its value 1.
pair("g at most pi", g <= pi, {phi: QUARTER}, g <= Q(99, 100) * pi)
pair("g at least 1", g >= 1, {phi: QUARTER}, g > 1)
pair("kernel above identity", kappa1 >= u, {u: SYMMETRIC}, kappa1 > u)
pair("kernel below chord", kappa1 <= (1 + u) / 2, {u: SYMMETRIC}, kappa1 <= Q(99, 200) * (1 + u))
pair("step kernel", kappa0 <= (1 + u) / 2, {u: UNIT}, kappa0 >= u)

# Several variables.
pair(
    "exponential of product", exp(x * y) >= 1 + x * y, {x: REALS, y: REALS}, exp(x * y) > 1 + x * y
)
# Equality exactly on the curve y = exp(x).
pair(
    "Young",
    x * y <= exp(x) + y * log(y) - y,
    {x: REALS, y: POSITIVE},
    x * y < exp(x) + y * log(y) - y,
)
ONE_TO_FOUR = sp.Interval(1, 4)
pair(
    "logarithmic mean",
    sqrt(x * y) * (log(y) - log(x)) <= y - x,
    ({x: ONE_TO_FOUR, y: ONE_TO_FOUR}, (y >= x,)),
    sqrt(x * y) * (log(y) - log(x)) <= Q(99, 100) * (y - x),
)
OPEN_UNIT = sp.Interval.open(0, 1)
pair(
    "Pinsker",
    divergence >= 2 * (p - q) ** 2,
    {p: OPEN_UNIT, q: OPEN_UNIT},
    divergence >= Q(202, 100) * (p - q) ** 2,
)
TWO = sp.Interval(-2, 2)
pair(
    "Hoeffding lemma",
    p * exp(x * (1 - p)) + (1 - p) * exp(-x * p) <= exp(x**2 / 8),
    {p: UNIT, x: TWO},
    p * exp(x * (1 - p)) + (1 - p) * exp(-x * p) <= exp(x**2 * Q(10, 81)),
)
pair(
    "sine subadditive",
    sin(x + y) <= sin(x) + sin(y),
    {x: QUARTER, y: QUARTER},
    sin(x + y) < sin(x) + sin(y),
)
THREE = sp.Interval(-3, 3)
pair(
    "sine Lipschitz",
    sp.Abs(sin(x) - sin(y)) <= sp.Abs(x - y),
    {x: THREE, y: THREE},
    sp.Abs(sin(x) - sin(y)) <= Q(99, 100) * sp.Abs(x - y),
)
pair(
    "midpoint convexity",
    exp((x + y) / 2) <= (exp(x) + exp(y)) / 2,
    {x: TWO, y: TWO},
    exp((x + y) / 2) < (exp(x) + exp(y)) / 2,
)
pair(
    "log of product",
    log(1 + x * y) <= x * y,
    {x: HALF, y: HALF},
    log(1 + x * y) <= Q(99, 100) * x * y,
)
pair(
    "decay",
    (1 - x) ** t <= exp(-x * t),
    {x: sp.Interval.Ropen(0, 1), t: HALF},
    (1 - x) ** t <= Q(99, 100) * exp(-x * t),
)
pair(
    "Bernoulli",
    (1 + x) ** r >= 1 + r * x,
    {x: ABOVE, r: sp.Interval(1, oo)},
    (1 + x) ** r >= 1 + r * x,
    {x: ABOVE, r: sp.Interval(Q(1, 2), 2)},
)
pair(
    "concave power",
    x**r <= 1 + r * (x - 1),
    {x: POSITIVE, r: UNIT},
    x**r <= 1 + r * (x - 1),
    {x: POSITIVE, r: sp.Interval(0, 2)},
)
FIVE = sp.Interval(0, 5)
pair(
    "exponential of gap",
    exp(x - y) >= 1 + x - y,
    ({x: FIVE, y: FIVE}, (x >= y,)),
    exp(x - y) > 1 + x - y,
)
pair(
    "log of ratio",
    x / y - 1 > log(x / y),
    ({x: POSITIVE, y: POSITIVE}, (x > y,)),
    x / y - 1 > log(x / y),
    ({x: POSITIVE, y: POSITIVE}, (x >= y,)),
)
pair(
    "exponential of sum",
    exp(x + y) >= 1 + x + y,
    {x: SYMMETRIC, y: SYMMETRIC},
    exp(x + y) > 1 + x + y,
)
pair(
    "product of sines",
    sin(x) * sin(y) >= 0,
    {x: sp.Interval(0, pi), y: sp.Interval(0, pi)},
    sin(x) * sin(y) > 0,
    {x: sp.Interval.Lopen(0, pi), y: sp.Interval.open(0, pi)},
)

# Integers.
NATURALS = sp.S.Naturals
pair("Euler over integers", (1 + 1 / n) ** n < E, {n: NATURALS}, (1 + 1 / n) ** n <= Q(27, 10))
pair(
    "log increment",
    log(n + 1) - log(n) <= 1 / n,
    {n: NATURALS},
    log(n + 1) - log(n) <= Q(99, 100) / n,
)
pair("factorial above", gamma(n + 1) <= n**n, {n: NATURALS}, gamma(n + 1) < n**n)
pair(
    "factorial below",
    gamma(n + 1) >= (n / E) ** n,
    {n: NATURALS},
    gamma(n + 1) >= Q(101, 100) * sqrt(2 * pi * n) * (n / E) ** n,
)


def _item(name: str, relation: Any, domain: Any, truth: bool) -> Item:
    over, where = domain if isinstance(domain, tuple) else (domain, ())
    if not isinstance(over, Mapping):
        (symbol,) = relation.free_symbols
        over = {symbol: over}
    return Item(name + ("" if truth else ", false"), relation, over, where, truth)


ITEMS: list[Item] = []
for _name, _true, _domain, _false, _other in PAIRS:
    ITEMS.append(_item(_name, _true, _domain, True))
    ITEMS.append(_item(_name, _false, _other, False))
