"""Enclosures contain the values, and what they say about definedness is true."""

from __future__ import annotations

import random

import mpmath
import pytest
import sympy as sp
from flint import arb

from symbolic import ball
from symbolic.ball import INF, NEG, SURE, TOUCHES, Interval
from symbolic.enclosure import enclose
from symbolic.program import UnsupportedError, compile_program

x, y = sp.symbols("x y", real=True)
EXPRESSIONS = [
    sp.exp(x) - x**2,
    sp.log(x) * x,
    sp.sin(3 * x) * sp.cos(x),
    sp.tan(x / 2),
    sp.sqrt(x) / (1 + x),
    x**3 - 2 * x**2 + x ** sp.Rational(5, 3),
    sp.asin(x / 4) + sp.acos(x / 4) * x,
    sp.atan(x) - sp.tanh(x) + sp.sinh(x) / sp.cosh(x),
    sp.erf(x) + sp.erfc(2 * x),
    sp.gamma(x) + sp.loggamma(x + 1),
    sp.digamma(x) + sp.polygamma(1, x) - sp.polygamma(2, x),
    sp.asinh(x) + sp.acosh(x + 1) + sp.atanh(x / 4),
    sp.Abs(x - 1) + sp.Max(x, 2 - x) - sp.Min(x, 1, x**2),
    sp.Piecewise((x**2, x < 1), (2 - x, True)),
    x**x + 2**x,
]


@pytest.mark.parametrize("expr", EXPRESSIONS, ids=str)
def test_values_lie_in_the_enclosure(expr: sp.Expr) -> None:
    rng = random.Random(5)
    program = compile_program([expr], [x])
    value = sp.lambdify(x, expr, "mpmath")
    checked = 0
    for _ in range(60):
        low = rng.uniform(0.01, 3.0)
        high = low + rng.choice([1e-6, 0.01, 0.3, 0.9])
        (found,) = enclose(program, [Interval(arb(low), arb(high))])
        for share in (0.0, 0.37, 1.0):
            point = low + share * (high - low)
            exact = value(mpmath.mpf(point))
            slack = 1e-9 * (1 + abs(exact))
            assert float(found.lo) <= exact + slack
            assert float(found.hi) >= exact - slack
            checked += 1
    assert checked == 180


def test_enclosures_of_functions_are_tight_where_they_are_monotone() -> None:
    for f, low, high in ((sp.exp, 1, 2), (sp.log, 1, 2), (sp.erf, 0, 1), (sp.atan, -1, 3)):
        program = compile_program([f(x)], [x])
        (found,) = enclose(program, [Interval(arb(low), arb(high))])
        assert float(found.lo) == pytest.approx(float(f(low)), abs=1e-12)
        assert float(found.hi) == pytest.approx(float(f(high)), abs=1e-12)


def test_undefined_points_are_not_overlooked() -> None:
    cases = [
        (sp.log(x), (-1, 1)),
        (1 / x, (-1, 1)),
        (sp.sqrt(x), (-1, 1)),
        (sp.asin(x), (0, 2)),
        (sp.acosh(x), (0, 2)),
        (sp.atanh(x), (0, 2)),
        (sp.tan(x), (1, 2)),
        (sp.gamma(x), (-1, 1)),
        (x ** sp.Rational(1, 3), (-1, 1)),
        (sp.log(x), (0, 1)),
        (1 / x, (0, 1)),
    ]
    for expr, (low, high) in cases:
        (found,) = enclose(compile_program([expr], [x]), [Interval(arb(low), arb(high))])
        assert found.ok < SURE, expr


def test_touching_an_end_is_told_from_crossing_it() -> None:
    (found,) = enclose(compile_program([1 / x], [x]), [Interval(arb(0), arb(1))])
    assert found.ok == TOUCHES
    assert found.lo == 1
    (found,) = enclose(compile_program([1 / x], [x]), [Interval(arb(0), arb(1), apart=True)])
    assert found.ok == SURE


def test_a_zero_that_is_only_approached_is_known_as_such() -> None:
    (found,) = enclose(compile_program([1 / (1 + x)], [x]), [Interval(arb(0), INF)])
    assert found.shows(strict=True)
    (found,) = enclose(compile_program([sp.exp(x) * sp.erfc(x)], [x]), [Interval(NEG, INF)])
    assert found.shows(strict=True)
    (found,) = enclose(compile_program([x / (1 + x)], [x]), [Interval(arb(0), INF)])
    assert not found.shows(strict=True)
    assert found.shows(strict=False)


def test_products_with_infinite_ends() -> None:
    positive = Interval(arb(0), INF)
    product = positive * Interval(arb(-1), arb(2))
    assert not product.lo > -1000
    assert not product.hi < 1000
    zero = ball.thin(0) * positive
    assert zero.lo == 0
    assert zero.hi == 0
    assert not (positive - positive).is_finite()


def test_known_signs_sharpen_an_enclosure_and_its_definedness() -> None:
    u = x - x**2
    box = [Interval(arb(0), arb("0.25"))]
    (plain,) = enclose(compile_program([sp.sqrt(u)], [x]), box)
    (known,) = enclose(compile_program([sp.sqrt(u)], [x], {u: ">="}), box)
    assert plain.ok < SURE
    assert known.ok == SURE


def test_the_minimum_of_gamma_is_where_the_constants_say() -> None:
    with mpmath.workdps(30):
        assert mpmath.digamma(mpmath.mpf("1.4616")) < 0 < mpmath.digamma(mpmath.mpf("1.4617"))
        least = mpmath.gamma(mpmath.findroot(mpmath.digamma, 1.4616))
        assert mpmath.mpf("0.885603194") <= least
        assert mpmath.mpf("-0.121486291") <= mpmath.log(least)


def test_functions_without_an_extension_are_refused() -> None:
    with pytest.raises(UnsupportedError, match="zeta"):
        compile_program([sp.zeta(x)], [x])
