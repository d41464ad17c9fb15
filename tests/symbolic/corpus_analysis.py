"""Classical inequalities between transcendental functions, each with a near miss that is false.

A pair holds a true statement and one that fails: a constant moved by about 1 %, a strict sign where
equality occurs, or an end point taken in at which a side is undefined. The comment says why the
first is true and where the second fails.
"""

from __future__ import annotations

import sympy as sp
from analysis import (
    HALF,
    POSITIVE,
    PUNCTURED,
    QUARTER,
    REALS,
    SYMMETRIC,
    UNIT,
    entropy,
    g,
    kappa0,
    kappa1,
    pair,
    phi,
    softplus,
    u,
    x,
)
from corpus import Item
from corpus_surfaces import ITEMS as SEVERAL
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

ITEMS: list[Item] = []

# Chord, tangent and Taylor bounds of sine and cosine (alternating series; concavity on [0, pi/2]).
pair(ITEMS, "sine below identity", sin(x) <= x, HALF, sin(x) <= Q(99, 100) * x)
pair(ITEMS, "Jordan", sin(x) >= 2 * x / pi, QUARTER, sin(x) >= Q(101, 100) * 2 * x / pi)
pair(ITEMS, "cosine parabola", cos(x) >= 1 - x**2 / 2, REALS, cos(x) >= 1 - Q(495, 1000) * x**2)
pair(ITEMS, "sine cubic", sin(x) >= x - x**3 / 6, HALF, sin(x) > x - x**3 / 6)
pair(
    ITEMS,
    "sine quintic",
    sin(x) <= x - x**3 / 6 + x**5 / 120,
    HALF,
    sin(x) <= x - x**3 / 6 + x**5 * Q(10, 1212),
)
pair(
    ITEMS,
    "Mitrinovic-Adamovic",
    (sin(x) / x) ** 3 > cos(x),
    sp.Interval.open(0, pi / 2),
    (sin(x) / x) ** 4 >= cos(x),
)
pair(
    ITEMS,
    "Cusa-Huygens",
    sin(x) / x <= (2 + cos(x)) / 3,
    sp.Interval.Lopen(0, pi / 2),
    sin(x) / x <= Q(99, 100) * (2 + cos(x)) / 3,
)
pair(
    ITEMS,
    "Wilker",
    (sin(x) / x) ** 2 + tan(x) / x > 2,
    sp.Interval.open(0, pi / 2),
    (sin(x) / x) ** 2 + tan(x) / x >= Q(202, 100),
)
pair(
    ITEMS,
    "tangent cubic",
    tan(x) >= x + x**3 / 3,
    sp.Interval.Ropen(0, pi / 2),
    tan(x) >= x + Q(34, 100) * x**3,
)
pair(ITEMS, "sine over x", sin(x) / x <= 1, PUNCTURED, sin(x) / x <= 1, SYMMETRIC)
pair(ITEMS, "cosine times cosh", cos(x) * cosh(x) <= 1, QUARTER, cos(x) * cosh(x) < 1)
pair(
    ITEMS,
    "sine times sinh",
    sin(x) * sinh(x) <= x**2,
    sp.Interval(0, pi),
    sin(x) * sinh(x) <= Q(99, 100) * x**2,
)
pair(ITEMS, "squared sine", sin(x) ** 2 <= x**2, REALS, sin(x) ** 2 <= Q(99, 100) * x**2)
pair(
    ITEMS,
    "cosine quotient",
    (1 - cos(x)) / x**2 <= Q(1, 2),
    POSITIVE,
    (1 - cos(x)) / x**2 < Q(495, 1000),
)

# Inverse trigonometric functions: arcsine is convex on [0, 1], the arctangent concave there.
pair(ITEMS, "arccosine line", acos(x) <= pi / 2 - x, UNIT, acos(x) < pi / 2 - x)
pair(ITEMS, "arcsine chord", asin(x) <= pi * x / 2, UNIT, asin(x) <= Q(156, 100) * x)
pair(ITEMS, "arctangent bound", atan(x) < pi / 2, REALS, atan(x) <= Q(99, 100) * pi / 2)
pair(ITEMS, "arctangent below", atan(x) >= x / (1 + x**2), HALF, atan(x) > x / (1 + x**2))
pair(
    ITEMS,
    "arctangent Shafer",
    atan(x) >= 3 * x / (1 + 2 * sqrt(1 + x**2)),
    HALF,
    atan(x) >= Q(303, 100) * x / (1 + 2 * sqrt(1 + x**2)),
)

# The exponential lies above its tangents; on the left of 0 odd Taylor sums are below it.
pair(ITEMS, "exponential tangent", exp(x) >= 1 + x, REALS, exp(x) > 1 + x)
pair(ITEMS, "exponential through 0", exp(x) >= E * x, REALS, exp(x) >= Q(101, 100) * E * x)
pair(ITEMS, "bounded product", (1 - x) * exp(x) <= 1, REALS, (1 - x) * exp(x) <= Q(99, 100))
pair(ITEMS, "Gamma density", (1 + x) * exp(-x) <= 1, HALF, (1 + x) * exp(-x) < 1)
pair(ITEMS, "peak of x exp(-x)", x * exp(-x) <= 1 / E, REALS, x * exp(-x) <= Q(99, 100) / E)
pair(
    ITEMS,
    "peak of x^2 exp(-x)",
    x**2 * exp(-x) <= 4 / E**2,
    HALF,
    x**2 * exp(-x) <= Q(396, 100) / E**2,
)
pair(
    ITEMS,
    "peak of sqrt(x) exp(-x)",
    sqrt(x) * exp(-x) <= 1 / sqrt(2 * E),
    HALF,
    sqrt(x) * exp(-x) <= Q(99, 100) / sqrt(2 * E),
)
pair(ITEMS, "saturation", 1 - exp(-x) <= x, REALS, 1 - exp(-x) < x)
pair(ITEMS, "second order", exp(-x) <= 1 - x + x**2 / 2, HALF, exp(-x) <= 1 - x + x**2 / 2, REALS)
# e^x <= 1 + x + x^2 up to the root 1.793...
pair(
    ITEMS,
    "quadratic majorant",
    exp(x) <= 1 + x + x**2,
    sp.Interval(-oo, 1),
    exp(x) <= 1 + x + x**2,
    sp.Interval(0, Q(181, 100)),
)
pair(
    ITEMS,
    "geometric majorant",
    exp(x) <= 1 / (1 - x),
    sp.Interval.open(-oo, 1),
    exp(x) <= Q(99, 100) / (1 - x),
)
pair(
    ITEMS,
    "compound interest",
    (1 - x / 5) ** 5 <= exp(-x),
    sp.Interval(0, 5),
    exp(-x) <= Q(101, 100) * (1 - x / 5) ** 5,
)
pair(
    ITEMS,
    "Bernoulli function",
    x / (exp(x) - 1) <= 1,
    POSITIVE,
    x / (exp(x) - 1) <= 1,
    sp.Union(POSITIVE, sp.Interval.open(-oo, 0)),
)
pair(
    ITEMS, "mean of exponential", (1 - exp(-x)) / x <= 1, POSITIVE, (1 - exp(-x)) / x <= Q(99, 100)
)
pair(ITEMS, "hazard", 1 / (1 - exp(-x)) >= 1 / x, POSITIVE, 1 / (1 - exp(-x)) >= Q(101, 100) / x)
pair(ITEMS, "exponential beats square", exp(x) > x**2, HALF, exp(x) > x**2, REALS)
pair(
    ITEMS,
    "Gaussian and Cauchy",
    exp(-(x**2) / 2) <= 1 / (1 + x**2 / 2),
    REALS,
    exp(-(x**2) / 2) <= Q(99, 100) / (1 + x**2 / 2),
)

# Logarithms: concave; the chord and Pade bounds follow by differentiating once.
pair(ITEMS, "log tangent", log(x) <= x - 1, POSITIVE, log(x) <= Q(99, 100) * (x - 1))
pair(ITEMS, "log at zero", log(x) <= x, POSITIVE, log(x) <= x, HALF)
pair(ITEMS, "log through 0", log(x) <= x / E, POSITIVE, log(x) < x / E)
pair(ITEMS, "entropy term", x * log(x) >= -1 / E, POSITIVE, x * log(x) >= -Q(99, 100) / E)
pair(
    ITEMS,
    "Pade below",
    log(1 + x) >= 2 * x / (2 + x),
    HALF,
    log(1 + x) >= Q(202, 100) * x / (2 + x),
)
pair(
    ITEMS,
    "Pade above",
    log(1 + x) <= x / sqrt(1 + x),
    HALF,
    log(1 + x) <= Q(99, 100) * x / sqrt(1 + x),
)
pair(
    ITEMS,
    "log quotient",
    log(1 + x) / x >= 1 / (1 + x),
    POSITIVE,
    log(1 + x) / x >= Q(101, 100) / (1 + x),
)
# log(1-x) >= -x - x^2 up to the root 0.683...
pair(
    ITEMS,
    "log lower parabola",
    log(1 - x) >= -x - x**2,
    sp.Interval(0, Q(1, 2)),
    log(1 - x) >= -x - x**2,
    sp.Interval(0, Q(69, 100)),
)
pair(
    ITEMS,
    "negative log",
    -log(1 - x) <= x / (1 - x),
    sp.Interval.Ropen(0, 1),
    -log(1 - x) < x / (1 - x),
)
pair(ITEMS, "log of square", log(1 + x**2) <= x**2, REALS, log(1 + x**2) <= Q(99, 100) * x**2)
pair(ITEMS, "entropy", entropy <= log(2), sp.Interval.open(0, 1), entropy <= Q(99, 100) * log(2))
# Equality at 1/2; the quotient entropy/(x(1-x)) is least there.
pair(
    ITEMS,
    "entropy parabola",
    entropy >= 4 * log(2) * x * (1 - x),
    sp.Interval.open(0, 1),
    entropy >= Q(404, 100) * log(2) * x * (1 - x),
)

# Hyperbolic functions, losses and activations.
pair(ITEMS, "tanh below identity", tanh(x) <= x, HALF, tanh(x) <= Q(99, 100) * x)
pair(ITEMS, "tanh bounded", tanh(x) < 1, REALS, tanh(x) <= Q(99, 100))
pair(ITEMS, "Hoeffding cosh", cosh(x) <= exp(x**2 / 2), REALS, cosh(x) <= exp(Q(495, 1000) * x**2))
pair(ITEMS, "log cosh above", log(cosh(x)) <= x**2 / 2, REALS, log(cosh(x)) <= Q(49, 100) * x**2)
pair(ITEMS, "log cosh below", log(cosh(x)) >= x - log(2), REALS, log(cosh(x)) >= x - Q(69, 100))
pair(ITEMS, "sinh above identity", sinh(x) >= x, HALF, sinh(x) >= Q(101, 100) * x)
pair(ITEMS, "cosh times x", x * cosh(x) >= sinh(x), HALF, x * cosh(x) > sinh(x))
pair(ITEMS, "softplus above relu", softplus > Max(x, 0), REALS, softplus > Max(x, 0) + Q(1, 100))
pair(ITEMS, "softplus tangent", softplus >= x / 2 + log(2), REALS, softplus >= x / 2 + Q(7, 10))
pair(
    ITEMS,
    "softplus gap",
    softplus - Max(x, 0) <= log(2),
    REALS,
    softplus - Max(x, 0) <= Q(99, 100) * log(2),
)
pair(
    ITEMS,
    "sigmoid tangent",
    1 / (1 + exp(-x)) <= Q(1, 2) + x / 4,
    HALF,
    1 / (1 + exp(-x)) <= Q(1, 2) + Q(99, 400) * x,
)
pair(
    ITEMS,
    "sigmoid slope",
    exp(x) / (1 + exp(x)) ** 2 <= Q(1, 4),
    REALS,
    exp(x) / (1 + exp(x)) ** 2 < Q(1, 4),
)
pair(ITEMS, "x tanh", x * tanh(x) <= x**2, REALS, x * tanh(x) <= Q(99, 100) * x**2)
pair(
    ITEMS,
    "hinge below exponential",
    Max(0, 1 - x) <= exp(-x),
    REALS,
    Max(0, 1 - x) <= Q(99, 100) * exp(-x),
)
pair(
    ITEMS,
    "logistic above zero-one",
    log(1 + exp(-x)) >= log(2) * sp.Piecewise((1, x <= 0), (0, True)),
    REALS,
    log(1 + exp(-x)) >= Q(101, 100) * log(2) * sp.Piecewise((1, x <= 0), (0, True)),
)
pair(
    ITEMS,
    "exponential above logistic",
    exp(-x) >= log(1 + exp(-x)),
    REALS,
    Q(99, 100) * exp(-x) >= log(1 + exp(-x)),
)
# The least value of x/(1+exp(-x)) is -0.278464..., that of GELU -0.169971...
pair(
    ITEMS,
    "swish",
    x / (1 + exp(-x)) >= -Q(2785, 10000),
    REALS,
    x / (1 + exp(-x)) >= -Q(2784, 10000),
)
pair(
    ITEMS,
    "GELU",
    x * (1 + erf(x / sqrt(2))) / 2 >= -Q(17, 100),
    REALS,
    x * (1 + erf(x / sqrt(2))) / 2 >= -Q(1699, 10000),
)

# The error function: Chernoff, Mills, Polya.
pair(ITEMS, "erf tangent", erf(x) <= 2 * x / sqrt(pi), HALF, erf(x) <= Q(198, 100) * x / sqrt(pi))
pair(ITEMS, "erf bounded", erf(x) < 1, REALS, erf(x) <= Q(99, 100))
pair(ITEMS, "Chernoff", erfc(x) <= exp(-(x**2)), HALF, erfc(x) <= Q(99, 100) * exp(-(x**2)))
pair(
    ITEMS,
    "Mills",
    erfc(x) <= exp(-(x**2)) / (x * sqrt(pi)),
    POSITIVE,
    erfc(x) <= Q(99, 100) * exp(-(x**2)) / (x * sqrt(pi)),
)
pair(ITEMS, "erf above tanh", erf(x) >= tanh(x), HALF, erf(x) >= tanh(Q(6, 5) * x))
pair(
    ITEMS,
    "Polya",
    erf(x) ** 2 <= 1 - exp(-4 * x**2 / pi),
    HALF,
    erf(x) ** 2 <= 1 - exp(-Q(39, 10) * x**2 / pi),
)

# Powers with a variable exponent; Gamma and its derivatives (minimum 0.885603...; Binet).
pair(ITEMS, "x to the x", x**x >= exp(-1 / E), sp.Interval.Lopen(0, 1), x**x >= Q(7, 10))
pair(ITEMS, "x to the 1/x", x ** (1 / x) <= exp(1 / E), POSITIVE, x ** (1 / x) <= Q(144, 100))
pair(ITEMS, "Euler from below", (1 + 1 / x) ** x < E, POSITIVE, (1 + 1 / x) ** x <= Q(27, 10))
pair(
    ITEMS,
    "Euler from above",
    (1 + 1 / x) ** (x + 1) > E,
    POSITIVE,
    (1 + 1 / x) ** (x + 1) >= Q(275, 100),
)
pair(ITEMS, "Gamma minimum", gamma(x) >= Q(8856, 10000), POSITIVE, gamma(x) >= Q(8857, 10000))
pair(ITEMS, "digamma above", digamma(x) <= log(x), POSITIVE, digamma(x) >= log(x) - Q(49, 100) / x)
pair(ITEMS, "digamma below", digamma(x) >= log(x) - 1 / x, POSITIVE, digamma(x) >= log(x))
pair(
    ITEMS,
    "Stirling",
    loggamma(x) >= (x - Q(1, 2)) * log(x) - x + log(2 * pi) / 2,
    POSITIVE,
    loggamma(x) >= (x - Q(1, 2)) * log(x) - x + Q(101, 200) * log(2 * pi),
)

# Arc-cosine kernels: g falls from pi to 1; kappa_1 is convex with slope 1 at its value 1.
pair(ITEMS, "g at most pi", g <= pi, {phi: QUARTER}, g <= Q(99, 100) * pi)
pair(ITEMS, "g at least 1", g >= 1, {phi: QUARTER}, g > 1)
pair(ITEMS, "kernel above identity", kappa1 >= u, {u: SYMMETRIC}, kappa1 > u)
pair(
    ITEMS,
    "kernel below chord",
    kappa1 <= (1 + u) / 2,
    {u: SYMMETRIC},
    kappa1 <= Q(99, 200) * (1 + u),
)
pair(ITEMS, "step kernel", kappa0 <= (1 + u) / 2, {u: UNIT}, kappa0 >= u)

ITEMS += SEVERAL
