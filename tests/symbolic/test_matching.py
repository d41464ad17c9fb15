"""Combinations found by matching monomials add up exactly, and certificates hold."""

from __future__ import annotations

import pytest
import sympy as sp
from flint import fmpq
from sympy import Interval, S, cos, exp, log, oo, pi, sin, sqrt

from symbolic import clock
from symbolic.abstraction import abstraction
from symbolic.decide import decide
from symbolic.matching import Combination, Fact, Signs, combination
from symbolic.problem import Problem
from symbolic.proofs import MATCHING, Proofs
from symbolic.ranges import domain_of
from symbolic.recheck import recheck

a, b, c, m, n, x, y = sp.symbols("a b c m n x y", real=True)
POSITIVE, WEAK = Interval.open(0, oo), Interval(0, oo)
DOUBTFUL = Signs([False], [False])


def total(found: Combination, facts: list[Fact]) -> dict[tuple[int, ...], fmpq]:
    """The sum of the terms, multiplied out."""
    result: dict[tuple[int, ...], fmpq] = {}
    for term in found.terms:
        product = {term.monomial: term.weight}
        for part in term.parts:
            grown: dict[tuple[int, ...], fmpq] = {}
            for p, v in product.items():
                for q, w in facts[part].row.items():
                    key = tuple(i + j for i, j in zip(p, q, strict=True))
                    grown[key] = grown.get(key, fmpq(0)) + v * w
            product = grown
        for p, v in product.items():
            result[p] = result.get(p, fmpq(0)) + v
    return {p: v for p, v in result.items() if v != 0}


def test_terms_add_up_to_the_target_times_the_multiplier():
    # z**5 - x**2 y**3 from z >= x and z >= y, all of them > 0
    facts = [
        Fact({(0, 0, 1): fmpq(1), (1, 0, 0): fmpq(-1)}, False, (0,)),
        Fact({(0, 0, 1): fmpq(1), (0, 1, 0): fmpq(-1)}, False, (1,)),
    ]
    target = {(0, 0, 2): fmpq(1), (1, 1, 0): fmpq(-1)}
    signs = Signs([True] * 3, [True] * 3)
    found = combination(target, facts, signs, False, clock.now() + 10)
    assert found is not None
    assert all(t.weight > 0 and signs.allow(t.monomial) for t in found.terms)
    wanted: dict[tuple[int, ...], fmpq] = {}
    for p, v in target.items():
        for q, w in found.multiplier.items():
            key = tuple(i + j for i, j in zip(p, q, strict=True))
            wanted[key] = wanted.get(key, fmpq(0)) + v * w
    assert total(found, facts) == {p: v for p, v in wanted.items() if v != 0}


def test_nothing_is_found_for_what_is_false():
    above = [Fact({(1,): fmpq(1), (0,): fmpq(-1)}, False, (0,))]  # x >= 1
    false = {(1,): fmpq(1), (0,): fmpq(-2)}  # x >= 2
    assert combination(false, above, Signs([True], [True]), False, clock.now() + 10) is None
    touching = {(1,): fmpq(1), (0,): fmpq(-1)}  # x > 1
    assert combination(touching, above, Signs([True], [True]), True, clock.now() + 10) is None


def test_odd_powers_of_a_variable_of_either_sign_are_no_weights():
    assert not DOUBTFUL.allow((1,))
    assert DOUBTFUL.allow((2,))
    assert not DOUBTFUL.sure((2,))
    assert combination({(1,): fmpq(1)}, [], DOUBTFUL, False, clock.now() + 10) is None


STATEMENTS = [
    (a**2 <= 5 * m, {a: WEAK, b: WEAK, m: POSITIVE, c: POSITIVE},
     (a * b <= 3 * m, a**2 - b**2 <= c, c < m)),
    (6 * x + 2 <= 3, {x: WEAK, m: Interval.Lopen(0, 1), n: POSITIVE},
     (n * m**3 >= 3000, n * x**2 <= 64 / m**2)),
    (a * b / (m * n**2) < c / n**4, dict.fromkeys((a, b, c, m, n), POSITIVE),
     (a <= b / c, m * c**2 > b**2 * n**2)),
    (2 * sqrt(a * b) / c < m, dict.fromkeys((a, b, c, m), POSITIVE), (4 * a * b < m**2 * c**2,)),
    (x * log(2) + log(y) <= 0, {x: WEAK, y: Interval.Lopen(0, 1), c: POSITIVE},
     (log(y) <= -exp(1 / c) * log(2), x <= exp(1 / c))),
    (a**2 * b**2 * (pi - x) ** 2 * cos(x) ** 2 < pi**2 * a**2 * b**2,
     {x: Interval.open(0, pi), a: POSITIVE, b: POSITIVE}, ()),
    (sp.Abs(a + b) <= sp.Abs(a) + sp.Abs(b), {a: S.Reals, b: S.Reals}, ()),
]  # fmt: skip


@pytest.mark.parametrize("case", STATEMENTS, ids=lambda case: str(case[0])[:50])
def test_the_checker_accepts_what_matching_finds(case):
    relation, over, where = case
    problem = Problem((relation,), over, where)
    domain = domain_of(problem)
    assert domain is not None
    proofs = Proofs(problem, domain)
    assert proofs.advance(MATCHING, clock.now() + 10)
    assert recheck(proofs.certificate).ok


def test_near_misses_are_not_proved():
    near = [
        (a**2 <= 3 * m, *STATEMENTS[0][1:]),
        (6 * x + 2 < 2 + sp.Rational(8, 10), *STATEMENTS[1][1:]),
        (a * b / (m * n**2) < c / n**4 * sp.Rational(1, 100), *STATEMENTS[2][1:]),
        (sqrt(a * b) * sp.Rational(201, 100) / c < m, *STATEMENTS[3][1:]),
        (x * log(2) + log(y) < 0, *STATEMENTS[4][1:]),
    ]
    for relation, over, where in near:
        decision = decide(relation, over=over, where=where, seconds=3)
        assert decision.outcome != "proved", relation


def test_parts_that_are_not_rational_become_variables():
    relation = sqrt(x) * sin(y) + sp.Abs(a) <= 2 * exp(b)
    domain = domain_of(Problem((relation,), {x: WEAK, y: S.Reals, a: S.Reals, b: S.Reals}))
    assert domain is not None
    found = abstraction(relation, domain)
    assert found is not None
    assert sorted(code[0] for code in found.codes.values()) == ["abs", "exp", "pow", "sin"]
    assert len(found.zeros) == 1  # the square of the root
    assert len(found.facts) == 2  # |a| >= a and |a| >= -a
    assert abstraction(x <= a, domain) is None
