"""Tests of the calculus of rates, against limits that are known."""

from __future__ import annotations

import copy
from fractions import Fraction
from typing import Any

import mpmath
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from symbolic.dominance import RateDecision, decide_rates
from symbolic.linear import nonnegative_solution
from symbolic.rates import Monomial, Rate, RateProblem, rate
from symbolic.recheck import recheck
from symbolic.requirements import requirements, solve

m, n, L, B, eps, tau, delta = sp.symbols("m n L B epsilon tau delta", positive=True)
LIMITS: dict[str, Any] = {
    "m": "oo",
    "n": "oo",
    "L": "oo",
    "B": "oo",
    "epsilon": "0",
    "tau": "0",
    "delta": "0",
}
HALF = sp.Rational(1, 2)


def decided(
    left: sp.Expr, sense: Any, right: sp.Expr, relations: tuple[tuple[sp.Expr, sp.Expr], ...] = ()
) -> RateDecision:
    exprs = [left, right, *(e for pair in relations for e in pair)]
    names = {s.name for e in exprs for s in sp.sympify(e).free_symbols}
    limits = {name: LIMITS[name] for name in names}

    def single(e: sp.Expr) -> Monomial:
        (one,) = rate(e, limits).monomials()
        return one

    given_ = tuple((single(a), single(b)) for a, b in relations)
    problem = RateProblem(limits, rate(left, limits), sense, rate(right, limits), given_)
    return decide_rates(problem)


HOLDS = [
    (m**2, "O", m**3),
    (m * n, "O", m**2 + n**2),
    (m**2 + n**2, "Theta", sp.Max(m, n) ** 2),
    (sp.log(m) ** 5, "O", m ** sp.Rational(1, 10)),
    (m * sp.log(m), "~O", m),
    (m * sp.log(m) ** 3, "Omega", m),
    (2**L * n, "O", 4**L * n),
    (4**L, "Theta", 2 ** (2 * L)),
    (L**7 * sp.log(L), "O", 2**L),
    (2 ** (3 * L / 2), "O", 3**L),
    (sp.exp(L), "O", 3**L),
    (1 / eps, "O", eps**-2),
    (sp.log(1 / eps), "O", 1 / eps),
    (eps, "O", sp.sqrt(eps)),
    (sp.Min(m, n), "O", sp.sqrt(m * n)),
    (sp.sqrt(m * n), "O", sp.Max(m, n)),
    (1 / sp.Max(m, n), "O", 1 / (m + n)),
    (n**2 / eps**2 * sp.log(n / eps), "O", n**3 / eps**3),
]
FAILS = [
    (m**3, "O", m**2),
    (m * n, "O", m + n),
    (m * sp.log(m), "O", m),
    (m * n * sp.log(m), "~O", m),
    (3**L, "O", 2 ** (3 * L / 2)),
    (2**L, "O", L**7),
    (3**L, "O", sp.exp(L)),
    (1 / eps**2, "O", 1 / eps),
    (sp.sqrt(m * n), "O", sp.Min(m, n)),
    (m, "Theta", m**2),
    (m, "Omega", m * sp.log(m)),
    (n**6 / eps**2, "O", n**4 / eps**2),
    (n / eps, "O", n + 1 / eps),
    (sp.Rational(1, 1), "O", eps * n),
]


@pytest.mark.parametrize(("left", "sense", "right"), HOLDS, ids=str)
def test_a_rate_that_holds_is_proved_and_rechecked(left, sense, right) -> None:  # type: ignore[no-untyped-def]
    found = decided(left, sense, right)
    assert found.outcome == "proved"
    assert recheck(found.certificate).ok


@pytest.mark.parametrize(("left", "sense", "right"), FAILS, ids=str)
def test_a_rate_that_fails_is_refuted_along_a_path(left, sense, right) -> None:  # type: ignore[no-untyped-def]
    found = decided(left, sense, right)
    assert found.outcome == "refuted"
    assert found.path is not None
    assert recheck(found.certificate).ok


RELATED = [
    (n**2, "O", m, ((m, n**2),), "proved"),
    (n**3, "O", m, ((m, n**2),), "refuted"),
    (n**2 * sp.log(n), "O", m * sp.log(m), ((m, n**2),), "proved"),
    (sp.log(n), "O", sp.log(m), ((m, n**2),), "proved"),
    (sp.log(m), "O", sp.log(n), ((m, n**2),), "refuted"),
    (sp.log(m), "O", sp.log(n), ((m, n**2), (n**3, m)), "proved"),
    (n / sp.sqrt(m), "O", eps, ((m, n**2 / eps**2),), "proved"),
    (n / sp.sqrt(m), "O", eps**2, ((m, n**2 / eps**2),), "refuted"),
    (L * m, "O", m * sp.log(m), ((m, 2**L),), "proved"),
    (L**2 * m, "~O", m, ((m, 2**L),), "proved"),
    (n, "~O", m, ((m * sp.log(m) ** 3, n),), "proved"),
]


@pytest.mark.parametrize(("left", "sense", "right", "relations", "outcome"), RELATED, ids=str)
def test_relations_between_parameters_are_used(left, sense, right, relations, outcome) -> None:  # type: ignore[no-untyped-def]
    found = decided(left, sense, right, relations)
    assert found.outcome == outcome
    assert recheck(found.certificate).ok


def test_the_parameter_of_a_mismatch_is_named() -> None:
    found = decided(n**6 / eps**2, "O", n**4 / eps**2)
    assert "n: n**6 against n**4" in found.reason
    assert "epsilon" not in found.reason.split(";")[1]


small = st.fractions(min_value=-3, max_value=3, max_denominator=2)


@given(a=st.tuples(small, small, small), b=st.tuples(small, small, small))
@settings(max_examples=60, deadline=None)
def test_decisions_agree_with_the_signs_of_the_exponents(a, b) -> None:  # type: ignore[no-untyped-def]
    """f = O(g) for monomials in m, n, 1/eps exactly when no exponent (of a size) is larger."""
    left, right = (
        m ** sp.Rational(str(e[0])) * n ** sp.Rational(str(e[1])) * eps ** sp.Rational(str(-e[2]))
        for e in (a, b)
    )
    found = decided(left, "O", right)
    assert found.outcome == (
        "proved" if all(p <= q for p, q in zip(a, b, strict=True)) else "refuted"
    )


@given(
    st.lists(st.tuples(small, small), min_size=1, max_size=3),
    st.lists(st.tuples(small, small), min_size=1, max_size=3),
)
@settings(max_examples=40, deadline=None)
def test_decisions_agree_with_growth_on_a_fan_of_paths(f, g) -> None:  # type: ignore[no-untyped-def]
    """Sums of two-parameter monomials: max over f against max over g along m = t**a, n = t**b."""

    def total(rows: list[tuple[Fraction, Fraction]]) -> sp.Expr:
        return sp.Add(*(m ** sp.Rational(str(a)) * n ** sp.Rational(str(b)) for a, b in rows))

    found = decided(total(f), "O", total(g))
    fan = [(Fraction(i), Fraction(24 - i)) for i in range(25)]
    worse = any(max(a * p + b * q for a, b in f) > max(a * p + b * q for a, b in g) for p, q in fan)
    assert found.outcome != "undecided"
    if worse:
        assert found.outcome == "refuted"
    if found.outcome == "proved":
        assert recheck(found.certificate).ok


def test_substituting_a_choice_gives_exact_exponents() -> None:
    """Two terms with tau = 1/(B sqrt(m) ...): exponents worked out by hand."""
    bound = rate(B**2 * tau * n + 1 / (tau * m), LIMITS)
    chosen = bound.substitute("tau", rate(1 / (B * sp.sqrt(m) * n), LIMITS), LIMITS)
    assert chosen == rate(B / sp.sqrt(m) + B * n / sp.sqrt(m), LIMITS)
    (target,) = rate(eps, LIMITS).monomials()
    needed = {str(r.term): r for r in requirements(chosen, target, ["m"], LIMITS)}
    assert all(r.unknown == "m" and r.at_least for r in needed.values())
    assert {str(r.bound) for r in needed.values()} == {
        "B**2 epsilon**(-2)",
        "B**2 epsilon**(-2) n**2",
    }


def test_unknowns_are_solved_in_turn() -> None:
    bound = rate(n * L**2 / sp.sqrt(m) + L / sp.sqrt(n), LIMITS)
    (target,) = rate(eps, LIMITS).monomials()
    found = solve(bound, target, ["m", "n"], LIMITS)
    assert found["n"] == rate(L**2 / eps**2, LIMITS)
    assert found["m"] == rate((L**2 / eps**2) ** 2 * L**4 / eps**2, LIMITS)
    with pytest.raises(ValueError, match="whatever"):
        solve(rate(L, LIMITS), target, ["m"], LIMITS)


def test_logarithms_and_exponentials_are_read() -> None:
    assert rate(sp.log(n**3 / eps), LIMITS) == rate(sp.log(n) + sp.log(1 / eps), LIMITS)
    assert rate(6**L, LIMITS) == rate(2**L, LIMITS) * rate(3**L, LIMITS)
    assert rate(sp.exp(2 * sp.log(n)), LIMITS) == rate(n**2, LIMITS)
    assert rate(7 * n, LIMITS) == rate(n, LIMITS)


@pytest.mark.parametrize(
    "expression",
    [
        n - m,
        -n,
        sp.sin(n),
        sp.log(n * eps),
        sp.log(n / sp.log(m)),
        (n + 1) ** m,
        sp.log(eps),
        n * 0,
    ],
    ids=str,
)
def test_what_is_not_a_rate_is_refused(expression: sp.Expr) -> None:
    with pytest.raises(ValueError, match=r".+"):
        rate(expression, LIMITS)


def test_a_logarithm_that_may_cancel_is_refused() -> None:
    with pytest.raises(ValueError, match="cancel"):
        rate(sp.log(1 / tau), LIMITS).substitute("tau", rate(eps * n, LIMITS), LIMITS)


def test_minima_are_kept() -> None:
    assert rate(1 / (m + n), LIMITS) == rate(sp.Min(1 / m, 1 / n), LIMITS)
    assert rate(sp.Min(m, n) * sp.Max(m, n), LIMITS).minima >= {
        frozenset(rate(sp.Min(m * n, m**2), LIMITS).monomials())
    }
    assert Rate.of(Monomial()) == rate(sp.Integer(5), LIMITS)


FORGED = {
    "weight": lambda c: c["body"]["proof"][0][0].update(g=["1", "1"]),
    "negative weight": lambda c: c["body"]["proof"][0][0].update(g=["2", "-1"]),
    "row weight": lambda c: c["body"]["proof"][0][0]["rows"].__setitem__(
        0, [["log", "m", "1"], "-1"]
    ),
    "unknown row": lambda c: c["body"]["proof"][0][0]["rows"].append([["trust", "m"], "1"]),
    "row of no relation": lambda c: c["body"]["proof"][0][0]["rows"].append([["relation", 0], "1"]),
    "false bound": lambda c: c["body"]["proof"][0][0]["rows"].append(
        [["base", "m", "2", "low", "7/10"], "1"]
    ),
    "system removed": lambda c: c["body"]["proof"][0].clear(),
    "direction removed": lambda c: c["body"]["proof"].clear(),
    "digest": lambda c: c.update(digest="0" * 64),
    "statement": lambda c: c["statement"]["claim"].__setitem__(1, "Theta"),
    "body": lambda c: c.update(body={"proof": [[{"f": ["nan"], "g": ["1"], "rows": []}]]}),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_exponent_system_is_rejected(name: str) -> None:
    good = decided(m, "O", m**2 + n).certificate
    assert recheck(good).ok
    bad = copy.deepcopy(good)
    FORGED[name](bad)
    verdict = recheck(bad)
    assert not verdict.ok
    assert verdict.reason.startswith("rejected: ")


@pytest.mark.parametrize(
    "path",
    [
        {"m": ["1", "0"]},
        {"m": ["-1", "0"], "n": ["1", "0"]},
        {"m": ["0", "0"], "n": ["1", "0"]},
        {"m": ["1", "0"], "n": ["1", "0"]},
        {"m": ["1", "0"], "n": ["3", "0"]},
    ],
    ids=str,
)
def test_a_path_that_violates_or_does_not_separate_is_rejected(path: dict) -> None:
    good = decided(m, "O", n**2, ((m, n),)).certificate
    assert good is not None
    assert recheck(good).ok
    good["body"]["path"] = path
    assert not recheck(good).ok


@given(st.integers(2, 40), st.integers(2, 40), st.fractions(0, 4, max_denominator=5))
@settings(max_examples=60, deadline=None)
def test_exponential_factors_are_compared_exactly(a: int, b: int, q: Fraction) -> None:
    """a**L against b**(q L), checked with logarithms to 40 digits."""
    found = decided(sp.Integer(a) ** L, "O", sp.Integer(b) ** (sp.Rational(str(q)) * L) + 1)
    with mpmath.workdps(40):
        gap = mpmath.log(a) - mpmath.mpf(q.numerator) / q.denominator * mpmath.log(b)
    assert found.outcome == ("refuted" if gap > mpmath.mpf(10) ** -30 else "proved")


@given(st.lists(st.lists(st.integers(-3, 3), min_size=4, max_size=4), min_size=1, max_size=4))
@settings(max_examples=80, deadline=None)
def test_feasibility_comes_with_a_solution_or_a_reason(rows: list[list[int]]) -> None:
    matrix = [[Fraction(v) for v in row[:3]] for row in rows]
    right = [Fraction(row[3]) for row in rows]
    solution, reason = nonnegative_solution(matrix, right)
    if solution is not None:
        assert min(solution) >= 0
        products = [sum(a * b for a, b in zip(row, solution, strict=True)) for row in matrix]
        assert products == right
    else:
        assert reason is not None
        assert sum(y * b for y, b in zip(reason, right, strict=True)) > 0
        columns = zip(*matrix, strict=True)
        assert all(sum(y * a for y, a in zip(reason, c, strict=True)) <= 0 for c in columns)
