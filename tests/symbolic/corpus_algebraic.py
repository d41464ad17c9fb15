"""Identities and algebraic inequalities with known truth, for the algebraic deciders.

Each truth is a matter of mathematics (a named theorem, or a point given in `why`), never of what a
decider answered. About half are false: by 1 %, by a missing end point, or by a domain trap.
"""

from __future__ import annotations

import sympy as sp
from corpus import Item
from sympy import (
    Abs,
    E,
    Eq,
    Interval,
    Matrix,
    Max,
    Min,
    Ne,
    Piecewise,
    Product,
    Rational,
    S,
    Sum,
    Union,
    acos,
    acosh,
    asin,
    asinh,
    atan,
    binomial,
    cos,
    cosh,
    erf,
    erfc,
    exp,
    factorial,
    gamma,
    log,
    oo,
    pi,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)  # fmt: skip

a, b, c, d, e, f, k, n, p, q, r, s, t, u, x, y, z = sp.symbols("a b c d e f k n p q r s t u x y z")
L, eta, g, tau = sp.symbols("L eta gamma tau")

R = S.Reals
POSITIVE = Interval.open(0, oo)
WEAK = Interval(0, oo)
NEGATIVE = Interval.open(-oo, 0)
NONZERO = Union(NEGATIVE, POSITIVE)
UNIT = Interval(0, 1)
N = S.Naturals
N0 = S.Naturals0
Z = S.Integers


def _reals(*symbols: sp.Symbol) -> dict[sp.Symbol, sp.Set]:
    return dict.fromkeys(symbols, R)


def _positive(*symbols: sp.Symbol) -> dict[sp.Symbol, sp.Set]:
    return dict.fromkeys(symbols, POSITIVE)


def _weak(*symbols: sp.Symbol) -> dict[sp.Symbol, sp.Set]:
    return dict.fromkeys(symbols, WEAK)


def _eq(left: object, right: object) -> sp.Basic:
    return Eq(sp.sympify(left), sp.sympify(right), evaluate=False)


ITEMS: list[Item] = []


def _true(name: str, relation: sp.Basic, over: dict, *where: sp.Basic) -> None:
    ITEMS.append(Item(name, relation, over, tuple(where), True))


def _false(name: str, relation: sp.Basic, over: dict, *where: sp.Basic) -> None:
    ITEMS.append(Item(name, relation, over, tuple(where), False))


# --- polynomials with parameters ---
_true("step size", -4 * L * tau <= -2 * g * tau, _positive(L, g, tau), g < L)
_false("step size, factor", -4 * L * tau <= -5 * g * tau, _positive(L, g, tau), g < L)
_true("two squares", x**2 + y**2 >= 2 * x * y, _reals(x, y))
_false("two squares, strict", x**2 + y**2 > 2 * x * y, _reals(x, y))
_false("two squares, 1 %", x**2 + y**2 >= Rational(101, 50) * x * y, _reals(x, y))
_schur = x * (x - y) * (x - z) + y * (y - x) * (y - z) + z * (z - x) * (z - y)
_true("Schur", _schur >= 0, _weak(x, y, z))
_false("Schur on the reals", _schur >= 0, _reals(x, y, z))
_false("Schur, 1 %", _schur >= x * y * z / 100, _weak(x, y, z))
_true("AM-GM, cubes", x**3 + y**3 + z**3 >= 3 * x * y * z, _weak(x, y, z))
_false("AM-GM, cubes, 1 %", x**3 + y**3 + z**3 >= Rational(303, 100) * x * y * z, _weak(x, y, z))
_true("AM-GM, root", (x + y + z) / 3 >= (x * y * z) ** Rational(1, 3), _weak(x, y, z))
_false("AM-GM, root, strict", (x + y + z) / 3 > (x * y * z) ** Rational(1, 3), _positive(x, y, z))
_dot, _n1, _n2 = a * x + b * y + c * z, a**2 + b**2 + c**2, x**2 + y**2 + z**2
_true("Cauchy-Schwarz", _dot**2 <= _n1 * _n2, _reals(a, b, c, x, y, z))
_false("Cauchy-Schwarz, 1 %", _dot**2 <= Rational(99, 100) * _n1 * _n2, _reals(a, b, c, x, y, z))
_true("Cauchy-Schwarz, roots", Abs(_dot) <= sqrt(_n1) * sqrt(_n2), _reals(a, b, c, x, y, z))
_motzkin = x**4 * y**2 + x**2 * y**4 - 3 * x**2 * y**2 + 1
_true("Motzkin", _motzkin >= 0, _reals(x, y))
_false("Motzkin, strict", _motzkin > 0, _reals(x, y))
_false("Motzkin, 1 %", _motzkin >= Rational(1, 100), _reals(x, y))
_nesbitt = a / (b + c) + b / (a + c) + c / (a + b)
_true("Nesbitt", _nesbitt >= Rational(3, 2), _positive(a, b, c))
_false("Nesbitt at the origin", _nesbitt >= Rational(3, 2), _weak(a, b, c))
_false("Nesbitt, 1 %", _nesbitt >= Rational(303, 200), _positive(a, b, c))
_angle = (1 - eta * (pi - 1) / (2 * pi)) * s + eta * u / (2 * pi)
_true("angle step", _angle > 0, {s: POSITIVE, u: WEAK, eta: Interval.open(0, 2)})
_false("angle step, eta <= 3", _angle > 0, {s: POSITIVE, u: WEAK, eta: Interval.Lopen(0, 3)})
_false("angle step, s = 0", _angle > 0, {s: WEAK, u: WEAK, eta: Interval.open(0, 2)})
_true("Bernoulli cube", (1 + x) ** 3 >= 1 + 3 * x, {x: Interval(-3, oo)})
_false(
    "Bernoulli cube, left of -3", (1 + x) ** 3 >= 1 + 3 * x, {x: Interval(Rational(-301, 100), oo)}
)
_true("Hermite range", 3 * t**2 - 2 * t**3 <= 1, {t: Interval(0, Rational(3, 2))})
_false("Hermite range, strict", 3 * t**2 - 2 * t**3 < 1, {t: UNIT})
_false("Hermite range, left", 3 * t**2 - 2 * t**3 <= 1, {t: Interval(Rational(-51, 100), 1)})
_bezier = a * (1 - t) ** 3 + 3 * b * t * (1 - t) ** 2 + 3 * c * t**2 * (1 - t) + d * t**3
_box = {
    v: Interval(p_, q_) for v, p_, q_ in ((a, 0, 1), (b, 0, 1), (c, 0, 1), (d, 0, 1), (t, 0, 1))
}
_true("Bezier hull", _bezier <= 1, _box)
_false("Bezier hull, 1 %", _bezier <= Rational(99, 100), _box)
_true("gradient step", (1 - eta * g) ** 2 <= 1 - eta * g, _positive(eta, g), eta * g <= 1)
_false("gradient step, 2", (1 - eta * g) ** 2 < 1, _positive(eta, g), eta * g <= 2)
_true("descent", x - eta * L * x**2 / 2 >= x / 2, _positive(x, eta, L), eta * L * x <= 1)
_false(
    "descent, 1 %",
    x - eta * L * x**2 / 2 >= Rational(101, 200) * x,
    _positive(x, eta, L),
    eta * L * x <= 1,
)
_true("sphere", x * y + y * z + z * x <= 1, _reals(x, y, z), _eq(x**2 + y**2 + z**2, 1))
_false(
    "sphere, 1 %",
    x * y + y * z + z * x <= Rational(99, 100),
    _reals(x, y, z),
    _eq(x**2 + y**2 + z**2, 1),
)
_true("simplex", x * y + y * z + z * x <= Rational(1, 3), _weak(x, y, z), _eq(x + y + z, 1))
_false("simplex, strict", x * y + y * z + z * x < Rational(1, 3), _weak(x, y, z), _eq(x + y + z, 1))
_true("discriminant", b**2 - 4 * a * c >= 0, _reals(a, b, c, x), _eq(a * x**2 + b * x + c, 0))
_false(
    "discriminant, strict", b**2 - 4 * a * c > 0, _reals(a, b, c, x), _eq(a * x**2 + b * x + c, 0)
)
_true("quadratic never 2", Ne(x**2 + 2, 2 * x), _reals(x))
_false("root of two", Ne(x**2, 2), _reals(x))
_true("below root of two", x**2 < 2, {x: Interval.Ropen(0, sqrt(2))})
_false("at root of two", x**2 < 2, {x: Interval(0, sqrt(2))})
_false("hidden pole", 1 / (x**2 - 2) >= -1, {x: Interval(-2, 2)})
_false("only a pole", (x**2 + 1) / (x - 3) ** 2 > 0, _reals(x))
_true("away from the pole", (x**2 + 1) / (x - 3) ** 2 > 0, {x: Interval.open(3, oo)})
_true("integers", n**2 >= n, {n: Z})
_false("integers as reals", x**2 >= x, {x: R})
_false("integers, 1", n**2 >= n + 1, {n: N})
_true("harmonic mean", 2 / (1 / x + 1 / y) <= sqrt(x * y), _positive(x, y))
_false("harmonic mean, 1 %", Rational(202, 100) / (1 / x + 1 / y) <= sqrt(x * y), _positive(x, y))
_true("triangle", Abs(x + y) <= Abs(x) + Abs(y), _reals(x, y))
_false("triangle, strict", Abs(x + y) < Abs(x) + Abs(y), _reals(x, y))
_true("maximum", Max(x, y) >= (x + y) / 2, _reals(x, y))
_true("minimum", Min(x, y) + Max(x, y) <= x + y, _reals(x, y))
_false("maximum, 1 %", Max(x, y) >= Rational(51, 100) * (x + y), _weak(x, y))
_true("ReLU is 1-Lipschitz", Abs(Max(x, 0) - Max(y, 0)) <= Abs(x - y), _reals(x, y))
_false("ReLU, 99 %", Abs(Max(x, 0) - Max(y, 0)) <= Rational(99, 100) * Abs(x - y), _reals(x, y))
_true("square root is concave", sqrt((x + y) / 2) >= (sqrt(x) + sqrt(y)) / 2, _weak(x, y))
_false(
    "square root, 1 %", sqrt((x + y) / 2) >= Rational(101, 200) * (sqrt(x) + sqrt(y)), _weak(x, y)
)
_true("pi is small", pi * x < Rational(22, 7) * x, _positive(x))
_false("pi is large", pi * x < Rational(333, 106) * x, _positive(x))
_true("pieces", Piecewise((x**2, x > 0), (-x, True)) >= 0, _reals(x))
_false("pieces, strict", Piecewise((x**2, x > 0), (-x, True)) > 0, _reals(x))
_true("contraction", (1 - x) ** 2 * (1 + 2 * x) <= 1, {x: Interval(0, Rational(3, 2))})
_false("contraction, beyond", (1 - x) ** 2 * (1 + 2 * x) <= 1, {x: Interval(0, Rational(151, 100))})
_true("Lagrange", _n1 * _n2 - _dot**2 >= 0, _reals(a, b, c, x, y, z))
_true("Chebyshev sum", 2 * (a * x + b * y) >= (a + b) * (x + y), _reals(a, b, x, y), a >= b, x >= y)
_false(
    "Chebyshev sum, unordered", 2 * (a * x + b * y) >= (a + b) * (x + y), _reals(a, b, x, y), a >= b
)
_true(
    "strong convexity",
    (x - y) ** 2 * g <= (x - y) * (L * x - L * y),
    _reals(x, y) | _positive(L, g),
    g <= L,
)
_true("e bounds", (1 + x) * E > Rational(27, 10) * x, _weak(x))

# --- identities: algebra ---
_true("binomial square", _eq((x + y) ** 2, x**2 + 2 * x * y + y**2), _reals(x, y))
_false(
    "binomial square, 1 %",
    _eq((x + y) ** 2, x**2 + Rational(201, 100) * x * y + y**2),
    _reals(x, y),
)
_true("telescoping quotient", _eq(1 / x - 1 / (x + 1), 1 / (x * (x + 1))), _positive(x))
_false(
    "telescoping quotient at 0", _eq(1 / x - 1 / (x + 1), 1 / (x * (x + 1))), {x: Interval(0, 1)}
)
_true("root of a square", _eq(sqrt(x**2), Abs(x)), _reals(x))
_false("root of a square, trap", _eq(sqrt(x**2), x), _reals(x))
_true("root of a square, half line", _eq(sqrt(x**2), x), _weak(x))
_true("root of a product", _eq(sqrt(x * y), sqrt(x) * sqrt(y)), _weak(x, y))
_false("root of a product, trap", _eq(sqrt(x * y), sqrt(x) * sqrt(y)), _reals(x, y))
_true("denesting", _eq(sqrt(3 + 2 * sqrt(2)) * x, x + sqrt(2) * x), _reals(x))
_true("conjugate", _eq(1 / (sqrt(x + 1) + sqrt(x)), sqrt(x + 1) - sqrt(x)), _weak(x))
_true("maximum by Abs", _eq(Max(x, y), (x + y + Abs(x - y)) / 2), _reals(x, y))
_false("maximum by Abs, sign", _eq(Min(x, y), (x + y + Abs(x - y)) / 2), _reals(x, y))
_true("pieces of Abs", _eq(Piecewise((x, x >= 0), (-x, True)), Abs(x)), _reals(x))
_true("power of a power", _eq((x**a) ** b, x ** (a * b)), {x: POSITIVE, a: R, b: R})
_false("power of a power, trap", _eq((x**2) ** (b / 2), x**b), {x: NEGATIVE, b: Interval(1, 2)})
_m1, _m2 = Matrix([[a, b], [c, d]]), Matrix([[x, y], [z, t]])
_true(
    "determinant of a product",
    _eq((_m1 * _m2).det(), _m1.det() * _m2.det()),
    _reals(a, b, c, d, x, y, z, t),
)
_true(
    "transpose of a product",
    Eq((_m1 * _m2).T, _m2.T * _m1.T, evaluate=False),
    _reals(a, b, c, d, x, y, z, t),
)
_false("matrices do not commute", Eq(_m1 * _m2, _m2 * _m1), _reals(a, b, c, d, x, y, z, t))
_true("inverse", Eq(_m1.inv() * _m1, sp.eye(2)), _reals(a, b, c, d), Ne(a * d - b * c, 0))
_false("inverse of a singular matrix", Eq(_m1.inv() * _m1, sp.eye(2)), _reals(a, b, c, d))

# --- identities: circular and hyperbolic functions ---
_true("double angle", _eq(sin(2 * x), 2 * sin(x) * cos(x)), _reals(x))
_true("triple angle", _eq(cos(3 * x), 4 * cos(x) ** 3 - 3 * cos(x)), _reals(x))
_false(
    "triple angle, 1 %", _eq(cos(3 * x), 4 * cos(x) ** 3 - Rational(303, 100) * cos(x)), _reals(x)
)
_true("half angle", _eq(sin(x / 2) ** 2, (1 - cos(x)) / 2), _reals(x))
_true(
    "tangent of the half angle", _eq(tan(x / 2), sin(x) / (1 + cos(x))), {x: Interval.open(-pi, pi)}
)
_false(
    "tangent of the half angle at pi", _eq(tan(x / 2), sin(x) / (1 + cos(x))), {x: Interval(0, pi)}
)
_true("addition", _eq(sin(x + y), sin(x) * cos(y) + cos(x) * sin(y)), _reals(x, y))
_false("addition, sign", _eq(sin(x + y), sin(x) * cos(y) - cos(x) * sin(y)), _reals(x, y))
_true("acos of cos", _eq(acos(cos(x)), x), {x: Interval(0, pi)})
_false("acos of cos beyond pi", _eq(acos(cos(x)), x), {x: Interval(0, Rational(16, 5))})
_true("acos of cos, second branch", _eq(acos(cos(x)), 2 * pi - x), {x: Interval(pi, 2 * pi)})
_true("atan of tan", _eq(atan(tan(x)), x), {x: Interval.open(-pi / 2, pi / 2)})
_false("atan of tan, closed", _eq(atan(tan(x)), x), {x: Interval(-pi / 2, pi / 2)})
_true("asin of sin", _eq(asin(sin(x)), x), {x: Interval(-pi / 2, pi / 2)})
_false("asin of sin, beyond", _eq(asin(sin(x)), x), {x: Interval(0, 2)})
_true("asin and acos", _eq(asin(x) + acos(x), pi / 2), {x: Interval(-1, 1)})
_false(
    "asin and acos beyond 1", _eq(asin(x) + acos(x), pi / 2), {x: Interval(-1, Rational(101, 100))}
)
_true("sine of acos", _eq(sin(2 * acos(x)), 2 * x * sqrt(1 - x**2)), {x: Interval(-1, 1)})
_true("atan of the inverse", _eq(atan(x) + atan(1 / x), pi / 2), _positive(x))
_false("atan of the inverse, left", _eq(atan(x) + atan(1 / x), pi / 2), {x: NONZERO})
_true("asin as atan", _eq(asin(x / sqrt(1 + x**2)), atan(x)), _reals(x))
_true("Gudermann", _eq(2 * atan(exp(x)) - pi / 2, atan(sinh(x))), _reals(x))
_rotation = Matrix([[cos(x), -sin(x)], [sin(x), cos(x)]])
_true("rotations", Eq(_rotation * _rotation.subs(x, y), _rotation.subs(x, x + y)), _reals(x, y))
_true("hyperbola", _eq(cosh(x) ** 2 - sinh(x) ** 2, 1), _reals(x))
_false("hyperbola, sign", _eq(cosh(x) ** 2 + sinh(x) ** 2, 1), _reals(x))
_true("tanh doubled", _eq(tanh(2 * x), 2 * tanh(x) / (1 + tanh(x) ** 2)), _reals(x))
_true("asinh of sinh", _eq(asinh(sinh(x)), x), _reals(x))
_true("acosh of cosh", _eq(acosh(cosh(x)), x), _weak(x))
_false("acosh of cosh, left", _eq(acosh(cosh(x)), x), _reals(x))

# --- identities: exp, log, gamma, erf, sums ---
_true("log of a product", _eq(log(x * y), log(x) + log(y)), _positive(x, y))
_false("log of a product, trap", _eq(log(x * y), log(x) + log(y)), {x: NEGATIVE, y: NEGATIVE})
_true("log of a square", _eq(log(x**2), 2 * log(Abs(x))), {x: NONZERO})
_false("log of a square, trap", _eq(log(x**2), 2 * log(x)), {x: NONZERO})
_false("log of a square at 0", _eq(log(x**2), 2 * log(Abs(x))), _reals(x))
_true(
    "log of a difference of squares",
    _eq(log(x**2 - y**2), log(x - y) + log(x + y)),
    _positive(x, y),
    x > y,
)
_true("logistic", _eq(1 / (1 + exp(-x)), exp(x) / (1 + exp(x))), _reals(x))
_true("softplus", _eq(log(1 + exp(x)) - log(1 + exp(-x)), x), _reals(x))
_false("softplus, 1 %", _eq(log(1 + exp(x)) - log(1 + exp(-x)), Rational(101, 100) * x), _reals(x))
_true("logistic as tanh", _eq(1 / (1 + exp(-x)), (1 + tanh(x / 2)) / 2), _reals(x))
_true("powers of two", _eq(2 ** (x + 3), 8 * 2**x), _reals(x))
_true("gamma ratio", _eq(gamma(x + 2) / gamma(x), x * (x + 1)), _positive(x))
_false("gamma ratio, shifted", _eq(gamma(x + 2) / gamma(x), x * (x + 2)), _positive(x))
_true("binomial", _eq(binomial(n, 2), n * (n - 1) / 2), {n: Interval(2, oo)})
_true("erf and erfc", _eq(erf(x) + erfc(x), 1), _reals(x))
_true("erf is odd", _eq(erf(x - y), -erf(y - x)), _reals(x, y))
_false("erf is not even", _eq(erf(x), erf(Abs(x))), _reals(x))
_true("Gauss sum", _eq(Sum(k, (k, 1, n)), n * (n + 1) / 2), {n: N})
_false("Gauss sum, shifted", _eq(Sum(k, (k, 1, n)), n * (n - 1) / 2), {n: N})
_true("sum of cubes", _eq(Sum(k**3, (k, 1, n)), Sum(k, (k, 1, n)) ** 2), {n: N})
_true(
    "geometric",
    _eq(Sum(x**k, (k, 0, n)), (1 - x ** (n + 1)) / (1 - x)),
    {n: N0, x: Interval.open(-1, 1)},
)
_false(
    "geometric at 1",
    _eq(Sum(x**k, (k, 0, n)), (1 - x ** (n + 1)) / (1 - x)),
    {n: N0, x: Interval(0, 1)},
)
_true("telescoping sum", _eq(Sum(1 / (k * (k + 1)), (k, 1, n)), n / (n + 1)), {n: N})
_true("factorial", _eq(Product(k, (k, 1, n)), factorial(n)), {n: N})
_true("alternating", _eq(Sum((-1) ** k * k, (k, 1, n)), ((-1) ** n * (2 * n + 1) - 1) / 4), {n: N})
_seven = (n - 1) * (n - 2) * (n - 3) * (n - 4) * (n - 5) * (n - 6) * (n - 7)
_false("true up to seven", _eq(Sum(k, (k, 1, n)), n * (n + 1) / 2 + _seven), {n: N})
