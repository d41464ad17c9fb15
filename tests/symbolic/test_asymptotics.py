"""What expressions are read as, and what is refused, with attempts to have something misread."""

from __future__ import annotations

import json
from typing import Any

import mpmath
import pytest
import sympy as sp
from sympy import Max, Min, Rational, Sum, binomial, ceiling, exp, factorial, floor, log, oo, sqrt
from sympy import Symbol as S

from symbolic.rates import decide_growth, rate
from symbolic.recheck import recheck
from symbolic.recheck.statement import digest

n, m, L, kappa, T = sp.symbols("n m L kappa T", positive=True)
eps, delta = sp.symbols("epsilon delta", positive=True)
C, i = sp.Symbol("C", positive=True), sp.Symbol("i", integer=True)
LIMITS: dict[Any, Any] = {
    **dict.fromkeys((n, m, L, kappa, T), "oo"),
    **dict.fromkeys((eps, delta), "0"),
    C: "1",
}

SAME = [
    (n**2 - 3 * n * log(n), n**2),
    (log(n) - log(eps), log(n) + log(1 / eps)),
    ((n + 1) * (n - 1) - sqrt(n), n**2),
    (log(1 + 1 / kappa), 1 / kappa),
    (-log(1 - 1 / kappa), 1 / kappa),
    (log((kappa + 1) / (kappa - 1)), 1 / kappa),
    (1 / log(1 + eps), 1 / eps),
    (log(2 + eps), 1),
    (log(n**2 / log(n)), log(n)),
    (log(Max(n, m)), Max(log(n), log(m))),
    (log(Min(n, m)), Min(log(n), log(m))),
    (1 / log(1 / (n + m)) ** 2, 1 / log(n + m) ** 2),
    (log(2**L * n / eps), L + log(n) + log(1 / eps)),
    (log(factorial(n)), n * log(n)),
    (2 ** (3 * log(n) / log(2)), n**3),
    (exp(2 * log(n) - log(log(n))), n**2 / log(n)),
    (n ** (3 / log(n)), 1),
    (2 ** (L + 1 / n), 2**L),
    (2 ** Max(L, log(n) / log(2)), 2**L + n),
    (Rational(1, 2) ** Max(L, log(n) / log(2)), Min(2**-L, 1 / n)),
    (12**L / 3**L, 4**L),
    (sqrt(8) ** L, 2 ** (3 * L / 2)),
    (binomial(n, 4) / n, n**3),
    (factorial(n) / factorial(n - 2), n**2),
    (sp.gamma(n), factorial(n) / n),
    (ceiling(n / log(n)), n / log(n)),
    (ceiling(eps), 1),
    (floor(1 / eps), 1 / eps),
    (sp.Abs(log(eps)), log(1 / eps)),
    (C * n + C, n),
    (Sum(C * i, (i, 0, n)), n**2),
    (Sum(i**2 * 2**i / n, (i, 0, L)), L**2 * 2**L / n),
    (Sum((i + 1) ** 2, (i, 0, n)), n**3),
    (Sum(1 / (i * log(i)), (i, 2, n)), log(log(n))),
    (Sum(exp(-i / kappa), (i, 0, oo)), kappa),
    (Sum(1 / (i + 1), (i, 0, n)), log(n)),
    (Sum(log(i + 2) / sqrt(i + 2), (i, 0, n)), sqrt(n) * log(n)),
    (Sum(2**i / (i + 3), (i, 0, L)), 2**L / L),
    (Sum((1 - eps) ** i, (i, 0, T)), Min(T, 1 / eps)),
    (Sum(eps**i, (i, 2, oo)), eps**2),
]


@pytest.mark.parametrize(("left", "right"), SAME, ids=str)
def test_both_are_of_the_same_order(left: Any, right: Any) -> None:
    found = decide_growth(left, "Theta", right, LIMITS)
    assert found.outcome == "proved"
    assert recheck(found.certificate).ok
    for more in (n, m, L, kappa, T, 1 / eps):
        wrong = decide_growth(left * sqrt(log(more)), "O", right, LIMITS)
        assert wrong.outcome == "refuted"


REFUSED = [
    (n - m, "may cancel"),
    (n - 2 * Max(n, m), "may cancel"),
    (sqrt(n + 1) - sqrt(n), "may cancel"),
    (log(n) - log(m), "may cancel"),
    (log(n / m), "may cancel"),
    (log(n / log(m)), "may cancel"),
    (log(eps * n), "may cancel"),
    (log(C), "no certain sign"),
    (log(1 + C), "no certain sign"),
    (log(Min(n, 2)), "no certain sign"),
    (log(n * exp(-T / kappa)), "may"),
    (log(eps), "not positive"),
    (sqrt(log(eps)), "root of what is negative"),
    (-n, "not positive"),
    (sp.Integer(0), "zero has no rate"),
    (sp.sin(n), "not a rate"),
    ((n + 1) ** m, "single terms"),
    (2 ** (sqrt(n + 1)), "single terms"),
    (C**n, 'is a constant ">1"'),
    ((-2) ** n, "not positive"),
    (floor(eps), "may be 0"),
    (floor(Max(1, eps * n)), "may be 0"),
    (factorial(eps), "not tend to infinity"),
    (Sum(1 / i, (i, 0, n)), "not defined"),
    (Sum(1 / i, (i, 1, oo)), "infinite"),
    (Sum((-1) ** i, (i, 0, n)), "sum"),
    (Sum((-n) ** i, (i, 0, L)), "both signs"),
    (Sum(2**-i / log(i), (i, 1, n)), "not defined"),
    (Sum(n - i, (i, 0, n)), "subtracted"),
    (Sum(i, (i, n, m)), "not read as a sum"),
    (Sum((1 + eps) ** i, (i, 0, T)), "not read as a sum"),
    (S("z"), "no declared direction"),
    ("n*log(", "cannot read"),
    ("n + unknown", "no declared direction"),
    ([n], "not an expression"),
    (sp.I * n, "not a real number"),
    (n ** (1 / 3), r"write Rational\(1, 3\)"),
]


@pytest.mark.parametrize(("expression", "message"), REFUSED, ids=str)
def test_what_may_be_misread_is_refused_in_one_line(expression: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message) as error:
        rate(expression, LIMITS)
    assert "\n" not in str(error.value)


def test_questions_of_another_form_are_refused() -> None:
    with pytest.raises(ValueError, match="is not a sense"):
        decide_growth(n, "big O", n, LIMITS)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match='"oo", "0", "1" or ">1"'):
        rate(n, {n: "infinity"})  # type: ignore[dict-item]
    with pytest.raises(ValueError, match="not a relation"):
        decide_growth(n, "O", m, LIMITS, where=[n + m])
    with pytest.raises(ValueError, match="a maximum cannot be bounded from below"):
        decide_growth(n, "O", m, LIMITS, where=[Max(n, m) >= L])
    with pytest.raises(ValueError, match="at least 1"):
        decide_growth(n, "O", m, LIMITS, up_to=[eps])
    with pytest.raises(ValueError, match="not meant up to factors"):
        decide_growth(n, "o", m, LIMITS, up_to=[log(n)])


def test_relations_that_cannot_hold_prove_nothing() -> None:
    for where in ([n >= m, m >= n**2], [eps >= 1 / log(n), n >= exp(1 / eps)], [n <= 1 / n]):
        found = decide_growth(n, "O", log(m), LIMITS, where=where)
        assert found.outcome != "proved", where


WITH_LOGARITHMS = [
    (2**L, "O", m, [log(m) >= L], "proved"),
    (exp(L), "O", m, [log(m) >= L], "proved"),
    (3**L, "O", m, [log(m) >= L], "refuted"),
    (4**L, "O", n**2, [log(n) / log(2) >= L], "proved"),
    (m, "O", n**2, [log(m) <= 2 * log(n)], "proved"),
    (m, "O", n**2, [log(m) <= 3 * log(n)], "refuted"),
    (m**2, "O", n, [log(n) ** 2 >= 4 * log(m) ** 2], "undecided"),
    (exp(sqrt(m)), "O", n, [m <= log(n) ** 2], "undecided"),
    (exp(n), "O", exp(m * log(m)), [n <= m * log(m)], "undecided"),
    (exp(n), "O", exp(m), [n <= m * log(m)], "refuted"),
    (n, "O", m, [n <= m * log(m)], "refuted"),
    (log(m), "O", log(n / eps), [m <= n**6 / eps**3], "proved"),
    (log(m), "O", log(n), [m <= n**6 / eps**3], "refuted"),
    (log(log(m)), "O", log(log(n)) + log(log(1 / eps)), [m <= n**6 / eps**3], "proved"),
]


@pytest.mark.parametrize(("left", "sense", "right", "where", "outcome"), WITH_LOGARITHMS, ids=str)
def test_no_constant_in_a_relation_decides(
    left: Any, sense: Any, right: Any, where: Any, outcome: str
) -> None:
    """What is true of a relation as written is not refuted by another constant in it."""
    found = decide_growth(left, sense, right, LIMITS, where)
    assert found.outcome == outcome
    assert found.certificate is None or recheck(found.certificate).ok


def test_texts_and_expressions_are_read_alike() -> None:
    assert rate("n**(3/2)*log(n/epsilon) + 2**L", LIMITS) == rate(
        n ** Rational(3, 2) * log(n / eps) + 2**L, LIMITS
    )
    assert decide_growth("n*log(n)", "O", "n", {"n": "oo"}).outcome == "refuted"


NEAR_ONE = [
    ((1 - 1 / kappa) ** T, "O", exp(-T / kappa), "proved"),
    (exp(-T / kappa), "O", (1 - 1 / kappa) ** T, "undecided"),  # fails where T > kappa**2 log T
    ((1 - 1 / kappa) ** T, "Theta", (1 + 1 / kappa) ** -T, "undecided"),
    ((1 - 1 / kappa) ** T, "O", exp(-T / (2 * kappa)), "proved"),
    ((1 - 1 / kappa) ** T, "O", exp(-2 * T / kappa), "refuted"),
    ((1 - 1 / n) ** n, "Theta", 1, "proved"),
    ((1 + 1 / n) ** (2 * n * log(n)), "Theta", n**2, "proved"),
]


@pytest.mark.parametrize(("left", "sense", "right", "outcome"), NEAR_ONE, ids=str)
def test_powers_of_what_tends_to_one(left: Any, sense: Any, right: Any, outcome: str) -> None:
    """Their logarithm is known to first order only, so equal ones are not taken for the same."""
    assert decide_growth(left, sense, right, LIMITS).outcome == outcome


c = sp.Symbol("c", positive=True)
a = sp.Symbol("a", positive=True)
CONSTANTS = [
    (c**L * n**4, "O", c ** (2 * L) * n**4, "proved"),
    (c ** (2 * L), "O", c**L, "refuted"),
    (c**L, "O", L**100, "refuted"),
    (L**100, "o", c**L, "proved"),
    (c**L, "O", 2**L, "undecided"),
    (c**-L, "o", 1 / L, "proved"),
    (c ** (L + a), "Theta", c**L, "proved"),
    (c ** log(n), "Theta", n ** log(c), "proved"),
    (log(n) ** 5, "o", n**a, "proved"),
    (n**a, "O", log(n), "refuted"),
    (n**a, "O", n, "undecided"),
    (n ** (1 + a), "O", n, "refuted"),
    (n ** (1 - a), "O", n, "proved"),
    (eps**-a, "omega", log(1 / eps), "proved"),
    (n**a, "o", c**n, "proved"),
    (n**a * 2**n, "o", 3**n, "proved"),
    (factorial(n), "omega", c**n, "proved"),
    (2**n, "O", n**a, "refuted"),
    (n**4 * c**L, "~O", n**4, "refuted"),
]


@pytest.mark.parametrize(("left", "sense", "right", "outcome"), CONSTANTS, ids=str)
def test_constants_that_are_no_numbers(left: Any, sense: Any, right: Any, outcome: str) -> None:
    """c > 1 and a > 0 are all that is known, so c**L against 2**L stays open."""
    found = decide_growth(left, sense, right, {**LIMITS, c: ">1", a: "1"})
    assert found.outcome == outcome
    assert found.certificate is None or recheck(found.certificate).ok


UNKNOWN = decide_growth(n**a, "o", c**n, {n: "oo", c: ">1", a: "1"}).certificate


@pytest.mark.parametrize(
    "base", ["#", "# c", "#c d", "0", "1", "#" + "c" * 70, "e2", "-1..1", "0..1"]
)
def test_a_constant_of_another_form_is_rejected(base: str) -> None:
    assert UNKNOWN is not None
    assert recheck(UNKNOWN).ok
    statement = json.loads(json.dumps(UNKNOWN["statement"]).replace("#log(c)", base))
    again = {**UNKNOWN, "statement": statement, "digest": digest(statement)}
    again["body"] = json.loads(json.dumps(UNKNOWN["body"]).replace("#log(c)", base))
    verdict = recheck(again)
    assert not verdict.ok
    assert verdict.reason.startswith("rejected")
    assert "the text is not" not in verdict.reason


VALUES = [
    (binomial(2 * n, n), 4**n / sqrt(n)),
    (factorial(n), n**n * exp(-n) * sqrt(n)),
    (Sum(log(i), (i, 1, n)), n * log(n)),
    (Sum(1 / sqrt(i), (i, 1, n)), sqrt(n)),
    (Sum(i * 3**i, (i, 0, n)), n * 3**n),
    (log(1 + 1 / n), 1 / n),
    ((1 + 1 / n) ** (2 * n * log(n)), n**2),
]


@pytest.mark.parametrize(("left", "right"), VALUES, ids=str)
def test_the_ratio_of_what_is_of_the_same_order_stays_bounded(left: Any, right: Any) -> None:
    """Numbers at n = 50, 100, 200, 400 against the calculus."""
    assert decide_growth(left, "Theta", right, {n: "oo"}).outcome == "proved"
    ratios = []
    for size in (50, 100, 200, 400):
        value = (left / right).subs(n, size)
        ratios.append(mpmath.mpf(str(sp.N(value.doit() if value.has(Sum) else value, 30))))
    assert max(ratios) / min(ratios) < 1.5
