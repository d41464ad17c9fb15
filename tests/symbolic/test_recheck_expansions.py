"""Power series with remainders: they hold the function, and claims that are false are refused."""

from __future__ import annotations

import random
import time
from fractions import Fraction
from typing import Any

import mpmath
import pytest
import sympy as sp
from mpmath.libmp import fzero, to_float
from sympy import Rational as Q
from sympy import acos, atan, cos, digamma, erf, exp, gamma, log, loggamma, oo, pi, sin, sqrt, tan

from symbolic.certificate import build, encode
from symbolic.problem import Problem
from symbolic.recheck import EXTENSIONS, recheck
from symbolic.recheck.expand import Expander
from symbolic.recheck.intervals import Ball, ball, exact, rational_power
from symbolic.recheck.kernel import NO_FACTS, Prover
from symbolic.recheck.local import PREC, Local, Series, rational
from symbolic.recheck.paths import along
from symbolic.recheck.statement import Side, read_expression
from symbolic.recheck.terms import SESSION, Rejected, Session, number, symbol

x, y = sp.symbols("x y", real=True)
HALF = sp.Interval.Lopen(0, Q(1, 2))
CLOSED = sp.Interval(0, Q(1, 2))
FAR = sp.Interval(8, oo)


def shown(claim: Any, domain: sp.Set, at: str = "0", order: int = 12, root: int = 1) -> bool:
    why = {"by": "expansion", "var": "x", "at": at, "order": order, "root": root}
    body = {"relations": [{"boxes": [{"box": {}, "why": why}]}]}
    over = {s: domain if s == x else sp.Interval(1, 2) for s in claim.free_symbols}
    return recheck(build(Problem((claim,), over, ()), "test", body), 20.0).ok


TRUE_AND_FALSE = [
    # a true claim, the same with a constant moved, the domain, the point, the root
    (sin(x) / x < (2 + cos(x)) / 3, sin(x) / x < (2 + cos(x)) / 3 - x**4 / 179, HALF, "0", 1),
    (sin(tan(x)) <= tan(sin(x)), sin(tan(x)) <= tan(sin(x)) - x**7 / 29, HALF, "0", 1),
    (cos(x) ** Q(1, 3) < sin(x) / x, cos(x) ** Q(33, 100) < sin(x) / x, HALF, "0", 1),
    (acos(1 - x) >= sqrt(2 * x), acos(1 - x) >= Q(1001, 1000) * sqrt(2 * x), CLOSED, "0", 2),
    (sqrt(x) + x <= 2 * sqrt(x), sqrt(x) + x <= Q(99, 100) * sqrt(x), CLOSED, "0", 2),
    (-x * log(x) >= x / 2, -x * log(x) >= 2 * x, HALF, "0", 1),
    (x * log(x) <= -(x**2), x * log(x) <= x * log(x) - x**9, HALF, "0", 1),
    (log(x) <= sqrt(x), log(x) >= sqrt(x), FAR, "oo", 2),
    (x * log(1 + 1 / x) < 1, x * log(1 + 1 / x) < 1 - 1 / (2 * x), FAR, "oo", 1),
    (erf(x) < 1 + 1 / x**9, erf(x) < 1 - 1 / x**9, FAR, "oo", 1),
    (1 / x**2 > exp(-x), 1 / x**11 > Q(3, 1000) * exp(-x / 10), FAR, "oo", 1),
    (atan(x) < pi / 2 - 1 / (x + 1), atan(x) < pi / 2 - 1 / x, FAR, "oo", 1),
    (digamma(x) < log(x) - 1 / (2 * x), digamma(x) < log(x) - Q(51, 100) / x, FAR, "oo", 1),
    (
        loggamma(x + 1) - loggamma(x + Q(1, 2)) > log(x) / 2,
        loggamma(x + 1) - loggamma(x + Q(1, 2)) > log(x) / 2 + Q(1, 7) / x,
        FAR,
        "oo",
        1,
    ),
    (gamma(x) > 1 / x - sp.EulerGamma, gamma(x) > 1 / x - Q(57, 100), HALF, "0", 1),
    (sin(x * y) <= x * y, sin(x * y) <= x * y - x**3 * y**3 / 5, HALF, "0", 1),
]


@pytest.mark.parametrize(
    ("true", "false", "domain", "at", "root"),
    TRUE_AND_FALSE,
    ids=[str(t[0]) for t in TRUE_AND_FALSE],
)
def test_signs_near_an_end(true: Any, false: Any, domain: sp.Set, at: str, root: int) -> None:
    assert shown(true, domain, at, root=root)
    assert not shown(false, domain, at, root=root)


def test_equality_at_an_included_point_is_not_strict() -> None:
    assert shown(sin(x) <= x, CLOSED)
    assert not shown(sin(x) < x, CLOSED)
    assert shown(sin(x) < x, HALF)
    assert shown(cos(x) > Q(3, 4), CLOSED)
    assert not shown(x * log(x) < 0, CLOSED)  # undefined at 0


def test_what_is_identically_zero_is_only_not_negative() -> None:
    claim = sp.Ge((1 + x) ** 2 - 2 * x - x**2, 1, evaluate=False)
    assert shown(claim, HALF)
    assert not shown(sp.Gt(*claim.args, evaluate=False), HALF)


def test_the_point_is_an_end_of_the_side() -> None:
    assert not shown(sin(x) <= x, CLOSED, at="1/4")
    assert not shown(sin(x) <= x, CLOSED, at="oo")
    for low in (-1, 0):
        assert not shown(atan(x) < 2, sp.Interval(low, oo), at="oo")
    assert shown(atan(x) < 2, sp.Interval(2, oo), at="oo")
    assert shown(atan(x) > -2, sp.Interval(-oo, -2), at="-oo")
    assert not shown(atan(x) > -2, sp.Interval(-oo, 1), at="-oo")


def test_a_root_of_the_variable_needs_the_root() -> None:
    claim = sqrt(x) >= x
    assert not shown(claim, CLOSED, root=1)
    assert shown(claim, CLOSED, root=2)
    assert not shown(claim, sp.Interval(0, 2), root=2)


def test_jumps_are_refused() -> None:
    assert not shown(sp.Ge(sp.floor(x) + x, 0, evaluate=False), CLOSED)
    assert not shown(sp.Ge(sp.Piecewise((-1, x < Q(1, 4)), (1, True)), 0), CLOSED)


def test_what_grows_faster_than_an_exponential_is_refused() -> None:
    for claim in (1 / gamma(x) ** 2 <= 1, log(1 + exp(exp(x))) >= 0, 1 / (1 + exp(exp(x))) <= 1):
        assert not shown(claim, FAR, at="oo")
    assert shown(1 / (1 + exp(x)) <= 1 / x**2, FAR, at="oo", order=6)
    assert shown(log(1 + exp(x)) <= x + 1 / x**2, FAR, at="oo", order=6)
    assert not shown(log(1 + exp(x)) <= x, FAR, at="oo", order=6)


def test_orders_and_roots_are_small_numbers() -> None:
    for order, root in ((0, 1), (31, 1), (8, 0), (8, 13), (True, 1)):
        assert not shown(sin(x) <= x, CLOSED, order=order, root=root)


FUNCTIONS = [
    *(sp.exp, sp.log, sp.sin, sp.cos, sp.tan, sp.atan, sp.asin, sp.acos, sp.tanh, sp.sinh),
    *(sp.erf, sp.erfc, sp.sqrt, sp.cbrt, sp.asinh, sp.atanh, sp.acosh, sp.gamma, sp.loggamma),
    *(sp.digamma, sp.log, lambda u: sp.polygamma(1, u)),
]


def random_expression(rng: random.Random, depth: int) -> Any:
    if depth == 0:
        choices = [x, x, x, sp.Integer(rng.randint(-3, 3)), Q(rng.randint(1, 5), 3), pi, sqrt(2)]
        return rng.choice(choices)
    a, kind = random_expression(rng, depth - 1), rng.random()
    if kind < 0.3:
        return a + random_expression(rng, depth - 1)
    if kind < 0.5:
        return a * random_expression(rng, depth - 1)
    if kind < 0.65:
        return a ** rng.choice([2, 3, -1, -2, Q(1, 2), Q(-1, 2), Q(3, 2), Q(1, 3)])
    return rng.choice(FUNCTIONS)(a)


def series_of(expr: Any, at: str, sign: int, root: int, order: int, width: Fraction) -> Any:
    """(the series, the largest s) for x = at + sign s**root or s**-root, s**root <= width."""
    if at == "oo":
        side = Side(number(1 / width), None, True, True)
    else:
        ends = sorted((Fraction(at), Fraction(at) + sign * width))
        side = Side(number(ends[0]), number(ends[1]), True, True)
    top = rational_power(exact(width, PREC), Fraction(1, root), PREC).hi
    local = Local(ball(fzero, top), order)
    walk = Expander(Prover([]), {"x": side}, "x", along(NO_FACTS, "x"), local)
    start = local.scale(local.monomial(-root if at == "oo" else root), rational(sign))
    if at != "oo":
        start = local.add(local.constant(rational(Fraction(at))), start)
    walk.memo[symbol("x")] = start
    return walk(read_expression(encode(expr))), mpmath.mpf(to_float(top))


def enclosed(series: Series, s: Any) -> tuple[Any, Any]:
    def ends(b: Ball) -> tuple[Any, Any]:
        return mpmath.mp.make_mpf(b.lo), mpmath.mp.make_mpf(b.hi)

    balls = [*(value.ball for value in series.values), series.rest]
    low = sum(ends(b)[0] * s**i for i, b in enumerate(balls))
    high = sum(ends(b)[1] * s**i for i, b in enumerate(balls))
    low, high = low * s**series.v, high * s**series.v
    if series.logs is not None:
        a, b = sorted(end * mpmath.log(s) for end in enclosed(series.logs, s))
        low, high = low + a, high + b
    return low, high


def test_series_hold_the_values_of_random_expressions() -> None:
    rng, checked, deadline = random.Random(7), 0, time.monotonic() + 3
    token = SESSION.set(Session(time.monotonic() + 60, EXTENSIONS))
    with mpmath.workdps(50):
        try:
            while time.monotonic() < deadline:
                expr = random_expression(rng, rng.choice([2, 3, 3]))
                at, sign = rng.choice([("0", 1), ("0", -1), ("1", -1), ("1", 1), ("oo", 1)])
                if not expr.has(x) or expr.has(sp.nan, sp.zoo, oo, -oo, sp.I, sp.AccumBounds):
                    continue
                setting = (rng.choice([1, 1, 2, 3]), rng.choice([3, 6, 9]))
                width = rng.choice([Fraction(1, 8), Fraction(1, 2), Fraction(2)])
                try:
                    found, top = series_of(expr, at, sign, *setting, width)
                except Rejected:
                    continue
                value_of = sp.lambdify(x, expr, "mpmath")
                for share in (rng.random(), rng.random(), 10 ** rng.uniform(-3, 0)):
                    s = top * share
                    place = s ** -setting[0] if at == "oo" else int(at) + sign * s ** setting[0]
                    try:
                        value = mpmath.mpmathify(value_of(place))
                    except (ValueError, ZeroDivisionError, OverflowError, mpmath.NoConvergence):
                        continue
                    if isinstance(value, mpmath.mpc) or not mpmath.isfinite(value):
                        continue
                    low, high = enclosed(found, s)
                    slack = mpmath.mpf(10) ** -28 * (1 + abs(value))
                    assert low - slack <= value <= high + slack, (expr, at, sign, setting, width, s)
                    checked += 1
        finally:
            SESSION.reset(token)
    assert checked > 60
