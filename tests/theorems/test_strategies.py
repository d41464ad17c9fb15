"""Hypothesis strategies over a claim's domain."""

from __future__ import annotations

import math

import pytest
from hypothesis import Phase, find, given, settings
from sympy import (
    Eq,
    FiniteSet,
    ImageSet,
    Interval,
    Lambda,
    Naturals,
    Range,
    Rational,
    Reals,
    S,
    Union,
    log,
    oo,
    pi,
    symbols,
)

from theorems import Claim, Closed, claims
from theorems.evaluate import holds_at
from theorems.grid import contains
from theorems.sides import Holds

x, y = symbols("x y", real=True)
k, n = symbols("k n", integer=True)
quiet = settings(max_examples=120, deadline=None, database=None, phases=[Phase.generate])


def over(domains: dict, where: tuple = (), hypotheses: tuple = ()) -> Claim:
    return Claim(
        id="u.a",
        statement="s",
        over=domains,
        where=where,
        hypotheses=hypotheses,
        lhs=Closed(x),
        relation="<=",
        rhs=Closed(1),
    )


def drawn(claim: Claim, **options: float) -> list[dict]:
    seen: list[dict] = []

    @quiet
    @given(claim.strategy(**options))
    def collect(point: dict) -> None:
        seen.append(point)

    collect()
    return seen


@pytest.mark.parametrize(
    ("domain", "kind"),
    [
        (Interval(0, pi), float),
        (Interval.open(0, 1), float),
        (Interval.Lopen(Rational(1, 3), 1), float),
        (Interval(-oo, Rational(1, 7)), float),
        (Union(Interval(0, 1), Interval(3, 4)), float),
        (Reals, float),
        (FiniteSet(0, Rational(1, 2)), float),
        (Naturals, int),
        (Range(2, 9), int),
        (Range(3, oo, 2), int),
        (FiniteSet(1, 5), int),
    ],
)
def test_values_lie_in_their_set(domain, kind: type):
    symbol = k if kind is int else x
    values = [point[symbol.name] for point in drawn(over({symbol: domain}))]
    assert all(type(value) is kind for value in values)
    # The float itself, not the real that it may stand for, lies in the set.
    assert all(domain.contains(S(value) if kind is int else Rational(value)) for value in values)
    assert len(set(values)) > 1


def test_open_ends_are_never_met_and_closed_ones_can_be():
    both = over({x: Interval(0, 1), y: Interval.open(0, 1)}).strategy()
    assert find(both, lambda p: p["x"] == 0)["x"] == 0
    assert find(both, lambda p: p["x"] == 1)["x"] == 1
    assert all(0 < point["y"] < 1 for point in drawn(over({y: Interval.open(0, 1)})))


def test_what_has_no_end_stays_within_reach():
    points = drawn(over({x: Reals, y: Interval(5, oo), k: Naturals}), largest=100.0)
    assert all(abs(p["x"]) <= 100 and 5 <= p["y"] <= 105 and p["k"] <= 101 for p in points)
    assert max(p["k"] for p in points) > 10


@pytest.mark.parametrize(
    "where",
    [
        (x > y,),
        (x >= 32 * y + 14, x <= 40 * y + 20),
        (x * y < 1, x > Rational(1, 100)),
        (x >= y**24,),
        (x * k > log(1 + y), k <= 5),
    ],
)
def test_relations_between_symbols_hold(where: tuple):
    claim = over({x: Interval(0, oo), y: Interval.open(0, oo), k: Naturals}, where)
    points = drawn(claim)
    assert len(points) >= 20
    for point in points:
        assert all(holds_at(relation, point) for relation in where)


def test_symbolic_hypotheses_count_and_measured_ones_do_not():
    claim = over({x: Interval(0, 1)}, hypotheses=(x > 0.5, Holds("never", lambda points: False)))
    assert all(point["x"] > 0.5 for point in drawn(claim))


def test_an_equation_determines_a_symbol():
    claim = over({n: Naturals, k: Naturals, x: Interval(0, 10)}, (Eq(k, 8 * n + 2), Eq(x, 1)))
    for point in drawn(claim):
        assert point["k"] == 8 * point["n"] + 2
        assert type(point["k"]) is int
        assert point["x"] == 1


def test_what_has_no_rule_is_said():
    with pytest.raises(ValueError, match="no rule"):
        over({x: ImageSet(Lambda(x, x**2), Reals)}).strategy()
    with pytest.raises(ValueError, match="no rule"):
        over({x: Reals, y: Reals}, (Eq(x**2 + y**2, 1),)).strategy()


@pytest.mark.parametrize("id_", ["du2019.lemma-5.6d", "du2019.theorem-5.1", "ema2019.eq-2.6"])
def test_claims_of_the_catalogue_have_strategies(id_: str):
    claim = claims[id_]
    points = drawn(claim)
    assert points
    for point in points:
        assert list(point) == [symbol.name for symbol in claim.over]
        assert all(contains(domain, point[s.name]) for s, domain in claim.over.items())
        assert all(holds_at(relation, point) for relation in claim.relations)
        assert all(math.isfinite(value) for value in point.values())
