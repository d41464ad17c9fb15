"""Sums with symbolic bounds: telescoping recurrences, differences in n, and terms that fail."""

from __future__ import annotations

import pytest
import sympy as sp
from sympy import Interval, Product, S, Sum, atan, binomial, factorial, gamma, harmonic, oo, pi
from sympy import Rational as Q

from symbolic.decide import decide
from symbolic.differences import terms_defined, written_out
from symbolic.hypergeometric import quotient, telescoped
from symbolic.ranges import Domain, Range

n, m, k, j, x, r = sp.symbols("n m k j x r")
NATURALS, FROM_ZERO = S.Naturals, S.Naturals0
POSITIVE = Interval.open(0, oo)


def outcome(left: sp.Expr, right: sp.Expr, over: dict, where: tuple = ()) -> str:
    return decide(sp.Eq(left, right, evaluate=False), over, where, seconds=5).outcome


TERMS = [
    (binomial(n, k), k),
    (binomial(n, k), n),
    (binomial(n, k) ** 2 * x**k, k),
    (k * factorial(k), k),
    ((-1) ** k * binomial(2 * n, k) / (k + 1), n),
    (x ** (n - k) * 2**k / gamma(n - k + 1), n),
    (binomial(2 * k, k) / 4**k, k),
]


@pytest.mark.parametrize(("term", "v"), TERMS)
def test_a_quotient_of_neighbours(term: sp.Expr, v: sp.Symbol) -> None:
    ratio = quotient(term, v)
    assert ratio is not None
    at = {n: 7, k: 3, x: Q(2, 5)}
    now, later = (term.subs(v, v + s).subs(at) for s in (0, 1))
    assert sp.simplify(later / now - ratio.subs(at)) == 0


@pytest.mark.parametrize("term", [sp.sin(k), binomial(n, k) + 2**k, k**k])
def test_what_is_not_hypergeometric(term: sp.Expr) -> None:
    assert quotient(term, k) is None


@pytest.mark.parametrize(
    "term", [binomial(n, k), binomial(n, k) ** 2, k * binomial(n, k), binomial(n, k) / (k + 1)]
)
def test_a_telescoped_recurrence_holds(term: sp.Expr) -> None:
    found = telescoped(term, k, n)
    assert found is not None
    for row in (4, 9):
        for place in range(row - 1):
            at = {n: row, k: place}
            left = found.p0 * term + found.p1 * term.subs(n, n + 1)
            right = found.antidifference.subs(k, k + 1) - found.antidifference
            assert sp.simplify((left - right).subs(at)) == 0


TRUE = {
    "squares": (Sum(binomial(n, k) ** 2, (k, 0, n)), binomial(2 * n, n), {n: FROM_ZERO}, ()),
    "a first value apart": (Sum(k * binomial(n, k), (k, 0, n)), n * 2 ** (n - 1), {n: FROM_ZERO},
                            ()),
    "Vandermonde": (Sum(binomial(m, k) * binomial(n, r - k), (k, 0, r)), binomial(m + n, r),
                    {n: FROM_ZERO, m: FROM_ZERO, r: FROM_ZERO}, (r <= m, r <= n)),
    "partial fractions": (Sum((-1) ** k * binomial(n, k) / (x + k), (k, 0, n)),
                          factorial(n) * gamma(x) / gamma(x + n + 1), {n: FROM_ZERO, x: POSITIVE},
                          ()),
    "closed ends": (Sum(binomial(n, k) * x**k * (1 - x) ** (n - k), (k, 0, n)), 1,
                    {n: FROM_ZERO, x: Interval(0, 1)}, ()),
    "harmonic": (Sum(harmonic(k), (k, 1, n)), (n + 1) * harmonic(n) - n, {n: NATURALS}, ()),
    "Catalan": (Sum((-1) ** (k + 1) / k, (k, 1, 2 * n)), Sum(1 / (n + k), (k, 1, n)),
                {n: NATURALS}, ()),
    "two indices": (Sum(Sum(j, (j, 1, k)), (k, 1, n)), n * (n + 1) * (n + 2) / 6, {n: FROM_ZERO},
                    ()),
    "reversed": (Sum(k**2, (k, 1, n)), Sum((n - k) ** 2, (k, 0, n - 1)), {n: NATURALS}, ()),
    "arcs": (Sum(atan(1 / (k**2 + k + 1)), (k, 1, n)), atan(n + 1) - pi / 4, {n: NATURALS}, ()),
    "a vanishing front": ((1 - x) * Sum(x**k, (k, 0, n)), 1 - x ** (n + 1),
                          {n: FROM_ZERO, x: S.Reals}, ()),
}  # fmt: skip


@pytest.mark.parametrize("name", TRUE)
def test_a_sum_is_proved_and_its_near_miss_refuted(name: str) -> None:
    left, right, over, where = TRUE[name]
    assert outcome(left, right, over, where) == "proved"
    assert outcome(left, right + n * (n - 1) * (n - 2), over, where) == "refuted"


def test_the_first_value_counts() -> None:
    alternating = Sum((-1) ** k * binomial(n, k), (k, 0, n))
    assert outcome(alternating, S.Zero, {n: NATURALS}) == "proved"
    assert outcome(alternating, S.Zero, {n: FROM_ZERO}) == "refuted"


FAR = 100_000  # no sample goes as far


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (Sum(1 / (k - FAR), (k, 1, n)), Sum(1 / (k - FAR), (k, 1, n))),
        (2 * Sum(1 / (k - FAR), (k, 1, n)), Sum(2 / (k - FAR), (k, 1, n))),
        (Sum(1 / (k - FAR) - 1 / (k + 1 - FAR), (k, 1, n)), 1 / S(1 - FAR) - 1 / (n + 1 - FAR)),
        (Sum(Sum(1 / (j - FAR), (j, 1, k)), (k, 1, n)),
         Sum(Sum(1 / (j - FAR), (j, 1, k)), (k, 1, n))),
        (Product(1 / (k - FAR), (k, 1, n)), Product(1 / (k - FAR), (k, 1, n))),
        (Sum(k / (n - FAR), (k, 1, n)), n * (n + 1) / (2 * (n - FAR))),
        (Sum(binomial(n, k) / (n - FAR), (k, 0, n)), 2**n / (n - FAR)),
    ],
)  # fmt: skip
def test_a_pole_far_out_is_not_overlooked(left: sp.Expr, right: sp.Expr) -> None:
    assert outcome(left, right, {n: NATURALS}) != "proved"


def test_an_equation_that_fails_far_out_is_not_proved() -> None:
    late = Sum(k, (k, 1, n)) + sp.Max(n - FAR, 0)
    assert outcome(late, n * (n + 1) / 2, {n: NATURALS}) != "proved"
    shifted = Sum(binomial(n, k), (k, 0, n)) + sp.Max(n - FAR, 0)
    assert outcome(shifted, 2**n, {n: NATURALS}) != "proved"


def test_a_range_that_runs_backwards_is_not_a_sum() -> None:
    domain = Domain({n: (Range(S.Zero, oo, False, True, integer=True),)})
    assert terms_defined(Sum(k, (k, 1, n)), domain, float("inf"))
    assert not terms_defined(Sum(k, (k, 3, n)), domain, float("inf"))
    assert outcome(Sum(k, (k, 3, n)), n * (n + 1) / 2 - 3, {n: FROM_ZERO}) != "proved"


def test_sums_written_out() -> None:
    double = Sum(Sum(j * k, (j, 1, k)), (k, 1, 4))
    assert written_out(double) == 65
    assert written_out(Product(k, (k, 1, 0)) + Sum(k, (k, 1, 0))) == 1


def test_a_sum_up_to_what_is_no_integer_is_not_closed() -> None:
    to_real = Sum(k, (k, 1, x))
    for over in (Interval(1, oo), Interval(1, 5)):
        assert outcome(to_real, x * (x + 1) / 2, {x: over}) != "proved"
    halved = Sum(k, (k, 1, n / 2))
    assert outcome(halved, n * (n + 2) / 8, {n: FROM_ZERO}) != "proved"
    from_real = Sum(k, (k, x, n))
    value = (n - x + 1) * (n + x) / 2
    assert outcome(from_real, value, {n: NATURALS, x: Interval(0, 1)}) != "proved"
