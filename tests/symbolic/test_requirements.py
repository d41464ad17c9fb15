"""Sizes that a bound asks for, and their exponents."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Literal

import pytest
import sympy as sp
from sympy import Rational, exp, log, sqrt

from symbolic.dominance import decide_rates
from symbolic.rates import Direction, Monomial, Rate, RateProblem, rate
from symbolic.requirements import exponents, least, needed

m, n, epsilon, L = sp.symbols("m n epsilon L")
DIRECTIONS: dict[str, Literal["oo", "0"]] = {"m": "oo", "n": "oo", "epsilon": "0", "L": "oo"}


def test_each_unknown_is_solved_for() -> None:
    bound = L**2 / (epsilon * sp.sqrt(n)) + 2**L * m ** sp.Rational(-1, 6)
    found = needed(bound, epsilon, ["m", "n"], DIRECTIONS)
    assert list(exponents(found["m"], ["L", "2**L", "epsilon"])) == [0, 6, -6]
    assert list(exponents(found["n"], ["L", "epsilon"])) == [4, -4]


def test_a_bound_that_no_size_meets_is_refused() -> None:
    with pytest.raises(ValueError, match="is not O"):
        needed(1 + 1 / m, epsilon, ["m"], DIRECTIONS)


def test_a_sum_has_no_exponents_of_its_own() -> None:
    with pytest.raises(ValueError, match="several terms"):
        exponents(rate(m + n, DIRECTIONS), ["m"])


def test_each_unknown_waits_for_those_that_it_needs() -> None:
    bound = 1 / sqrt(n) + n * exp(-m)
    for order in (["m", "n"], ["n", "m"]):
        found = needed(bound, epsilon, order, DIRECTIONS)
        assert found["n"] == rate(epsilon**-2, DIRECTIONS)
        assert found["m"] == rate(log(1 / epsilon), DIRECTIONS)
    with pytest.raises(ValueError, match="each ask for the size of the other"):
        needed(n / m + m / n**2, epsilon, ["m", "n"], DIRECTIONS)


def test_terms_of_lower_order_are_left_out() -> None:
    found = needed(L / n + L**2 / n + sqrt(log(n) / n), epsilon, ["n"], DIRECTIONS)["n"]
    assert found == rate(L**2 / epsilon + log(1 / epsilon) / epsilon**2, DIRECTIONS)


k, T, d, s, delta, h, eta = sp.symbols("kappa T d s delta h eta", positive=True)
LIMITS: Mapping[Any, Direction] = {
    **dict.fromkeys((m, n, L, k, T, d, s), "oo"),
    **dict.fromkeys((epsilon, delta, h, eta), "0"),
}
SOLVED = [
    (sqrt(d / n), n, d / epsilon**2),
    (sqrt(d * log(n) / n), n, d / epsilon**2 * (log(d) + log(1 / epsilon))),
    (sqrt(log(n / delta) / n), n, (log(1 / epsilon) + log(1 / delta)) / epsilon**2),
    ((log(n) / n) ** Rational(2, 5), n, epsilon ** Rational(-5, 2) * log(1 / epsilon)),
    (n ** Rational(-4, 7), n, epsilon ** Rational(-7, 4)),
    (d * exp(-T / k), T, k * (log(d) + log(1 / epsilon))),
    ((1 - 1 / k) ** T, T, k * log(1 / epsilon)),
    (((sqrt(k) - 1) / (sqrt(k) + 1)) ** T, T, sqrt(k) * log(1 / epsilon)),
    (exp(-d * T**2), T, sqrt(log(1 / epsilon) / d)),
    (2**-L, L, log(1 / epsilon)),
    (T * exp(-T / k), T, k * (log(k) + log(1 / epsilon))),
    (sqrt(n) * 2 ** (-n) * d, n, log(d) + log(1 / epsilon)),
    (sp.Min(1 / n, d / n**2), n, sp.Min(1 / epsilon, sqrt(d / epsilon))),
    (sp.Min(sqrt(d / n), epsilon**2) + 1 / n, n, 1 / epsilon),
    (d / T + s / sqrt(T), T, d / epsilon + s**2 / epsilon**2),
    (2**L / n, n, 2**L / epsilon),
    (d * eta + s * eta**2, eta, sp.Min(epsilon / d, sqrt(epsilon / s))),
]


@pytest.mark.parametrize(("bound", "unknown", "size"), SOLVED, ids=str)
def test_the_size_that_a_bound_asks_for(bound: Any, unknown: Any, size: Any) -> None:
    assert needed(bound, epsilon, [unknown], LIMITS)[unknown.name] == rate(size, LIMITS)


PLAIN = [
    (b, u, size)
    for b, u, size in SOLVED
    if b.is_algebraic_expr(u) and u != eta and not size.has(sp.Min)
]


@pytest.mark.parametrize(("bound", "unknown", "size"), PLAIN, ids=str)
def test_that_size_is_enough_and_a_smaller_power_is_not(
    bound: Any, unknown: Any, size: Any
) -> None:
    limits = {str(name): end for name, end in LIMITS.items()}
    own = Monomial(powers=((unknown.name, Fraction(1)),))
    for power, outcome in ((Fraction(1), "proved"), (Fraction(9, 10), "refuted")):
        relations = tuple((own, one**power) for one in rate(size, LIMITS).monomials())
        problem = RateProblem(limits, rate(bound, LIMITS), "O", rate(epsilon, LIMITS), relations)
        assert decide_rates(problem).outcome == outcome


@pytest.mark.parametrize(
    ("bound", "unknown", "message"),
    [
        (n * d, n, "asks for n at most"),
        (1 / n, sp.Symbol("q"), "needs a direction"),
        (1 + 1 / n, n, "whatever the size of n"),
        (sp.Min(1 / n, 1 / d), n, "a minimum among the terms"),
        (log(T) * exp(-T / k), T, "more than one factor"),
        (exp(-T) * epsilon**2, T, "does not tend to infinity"),
        (log(n) / d, n, "is not solved for n"),
    ],
    ids=str,
)
def test_what_is_not_solved_is_said_in_one_line(bound: Any, unknown: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message) as error:
        needed(bound, epsilon, [unknown], LIMITS)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "smooth", [Rational(1, 2), sp.Integer(1), sp.Integer(2), Rational(7, 3)], ids=str
)
@pytest.mark.parametrize("dimension", [1, 2, 3, 10])
def test_the_minimax_rate_is_the_least_of_bias_and_variance(smooth: Any, dimension: int) -> None:
    bound = h ** (2 * smooth) + 1 / (n * h**dimension)
    assert least(bound, h, LIMITS) == rate(n ** (-2 * smooth / (2 * smooth + dimension)), LIMITS)


def test_no_choice_is_better_than_the_least() -> None:
    """The bound is Omega(least) whatever the unknown is, and O(least) at the best one."""
    bound = d * eta + s / (eta * T) + 1 / sqrt(T)
    found = least(bound, eta, LIMITS)
    assert found == rate(sqrt(d * s / T) + 1 / sqrt(T), LIMITS)
    limits = {str(name): end for name, end in LIMITS.items()}
    claim = RateProblem(limits, rate(bound, LIMITS), "Omega", found)
    assert decide_rates(claim).outcome == "proved"
    best = rate(bound.subs(eta, sqrt(s / (d * T))), LIMITS)
    assert decide_rates(RateProblem(limits, best, "O", found)).outcome == "proved"


@pytest.mark.parametrize(
    ("bound", "message"),
    [(h, "no least value"), (h * log(1 / h) + 1 / h, "logarithm"), (sp.Min(h, n) + 1 / h, "minim")],
    ids=str,
)
def test_a_bound_without_a_least_value_is_refused(bound: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        least(bound, h, LIMITS)


def test_logarithms_are_shown_as_what_grows() -> None:
    found = Rate.of(Monomial(logs=(("epsilon", Fraction(2)),)))
    assert str(found) == "log(epsilon)**2"
    assert found.written({"epsilon": "0"}) == "log(1/epsilon)**2"
    assert list(exponents(found, ["log(epsilon)", "epsilon"])) == [2, 0]


def test_a_float_that_is_no_short_decimal_is_refused() -> None:
    assert rate(n**0.5, LIMITS) == rate(sqrt(n), LIMITS)
    with pytest.raises(ValueError, match=r"write Rational\(2, 3\)"):
        rate(n ** (2 / 3), LIMITS)
