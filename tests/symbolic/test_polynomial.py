"""The polynomial decider: truth by known theorems, by construction, and near misses."""

from __future__ import annotations

import json

import pytest
import sympy as sp
from corpus import Item
from corpus_algebraic import ITEMS
from hypothesis import given, settings
from hypothesis import strategies as st

from symbolic import clock
from symbolic.pointwise import holds_at
from symbolic.polynomial import attempt
from symbolic.problem import Decision, Problem
from symbolic.ranges import domain_of
from symbolic.recheck import recheck

x, y, z = sp.symbols("x y z")
R = sp.S.Reals
POSITIVE = sp.Interval.open(0, sp.oo)
INEQUALITIES = [item for item in ITEMS if not isinstance(item.relation, sp.Eq)]


def ask(
    relation: sp.Basic, over: dict, where: tuple[sp.Basic, ...] = (), seconds: float = 8.0
) -> Decision | None:
    return attempt(Problem((relation,), over, where), clock.now() + seconds)


@pytest.mark.parametrize("item", INEQUALITIES, ids=lambda item: item.name)
def test_every_inequality_of_the_corpus_is_settled(item: Item) -> None:
    decision = ask(item.relation, dict(item.over), item.where)
    assert decision is not None
    assert decision.outcome == ("proved" if item.truth else "refuted")
    if decision.certificate is not None:
        verdict = recheck(json.loads(json.dumps(decision.certificate)))
        assert verdict.ok, verdict.reason
    elif decision.outcome == "proved":
        assert any("one engine" in note for note in decision.notes)
    if decision.witness is not None:
        domain = domain_of(Problem((item.relation,), item.over, item.where))
        assert domain is not None
        assert domain.contains(decision.witness)
        assert holds_at(item.relation, decision.witness) in (False, "undefined")


def test_a_witness_is_rational_where_a_rational_one_exists() -> None:
    decision = ask(x**2 * y <= 2, {x: R, y: R}, (y > 1, x > 0, x**2 < 3))
    assert decision is not None
    assert decision.witness is not None
    assert all(value.is_Rational for value in decision.witness.values())


def test_an_algebraic_witness_where_no_rational_one_exists() -> None:
    decision = ask(sp.Ne(x**2, 3), {x: sp.Interval(0, 2)})
    assert decision is not None
    assert decision.witness == {x: sp.sqrt(3)}


def test_nothing_is_proved_on_an_empty_domain() -> None:
    decision = ask(x >= 0, {x: R}, (x**2 < -1,))
    assert decision is not None
    assert decision.outcome == "undecided"
    assert "empty" in decision.reason


@pytest.mark.parametrize("relation", [1 / x >= -1, x / (x - y) ** 2 >= 0, sp.sqrt(x * y - 1) >= 0])
def test_a_denominator_or_radicand_is_never_assumed_to_be_fine(relation: sp.Basic) -> None:
    decision = ask(relation, {x: sp.Interval(0, 2), y: sp.Interval(0, 2)})
    assert decision is not None
    assert decision.outcome == "refuted"


def test_an_approximated_constant_refutes_nothing_by_itself() -> None:
    # True by far less than the width of the bounds that stand for pi in the procedure.
    close = sp.Rational(sp.N(sp.pi, 60)) + sp.Rational(1, 10**40)
    for digits in (40,):
        decision = ask(sp.pi * x < (close + sp.Rational(1, 10**digits)) * x, {x: POSITIVE})
        assert decision is None or decision.outcome == "proved"


def test_transcendental_values_prove_but_never_refute() -> None:
    assert ask(sp.exp(2 * x) + 1 >= 2 * sp.exp(x), {x: R}).outcome == "proved"  # type: ignore[union-attr]
    # As polynomials in exp(x) and x this has a violating assignment; as a function it is true.
    true = ask(sp.exp(x) * (x**2 + 1) > x**2 * sp.exp(x) + x, {x: R})
    assert true is None or true.outcome == "proved"


small = st.integers(-3, 3)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(small, min_size=4, max_size=4),
    st.lists(small, min_size=4, max_size=4),
    st.fractions(sp.Rational(1, 100), 2),
)
def test_squares_plus_a_constant(first: list[int], second: list[int], rest: object) -> None:
    basis = [sp.Integer(1), x, y, x * y]
    p = sum(c * b for c, b in zip(first, basis, strict=True))
    q = sum(c * b for c, b in zip(second, basis, strict=True))
    constant = sp.Rational(str(rest))
    composed = sp.expand(p**2 + q**2 + constant)
    good = ask(sp.Gt(composed, 0, evaluate=False), {x: R, y: R})
    assert good is not None
    assert good.outcome == "proved"
    # Moved down by more than the value at a point, it is false there.
    point = {x: sp.Rational(1, 3), y: sp.Rational(-2, 5)}
    moved = composed - composed.xreplace(point) * sp.Rational(101, 100)
    bad = ask(sp.Ge(moved, 0, evaluate=False), {x: R, y: R})
    assert bad is not None
    assert bad.outcome == "refuted"


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 4))
def test_weighted_means_and_their_mutants(a: int, b: int, c: int) -> None:
    weights = sp.Integer(a + b + c)
    over = {x: POSITIVE, y: POSITIVE, z: POSITIVE}
    mean = (a * x + b * y + c * z) ** 2
    squares = weights * (a * x**2 + b * y**2 + c * z**2)
    assert ask(mean <= squares, over).outcome == "proved"  # type: ignore[union-attr]
    mutant = ask(mean <= squares * sp.Rational(99, 100), over)
    assert mutant is not None
    assert mutant.outcome == "refuted"


@settings(max_examples=25, deadline=None)
@given(st.integers(-5, 5), st.integers(1, 5), st.integers(1, 9))
def test_tangency_inside_and_at_the_end(root: int, width: int, slope: int) -> None:
    over = {x: sp.Interval(root, root + width)}
    touching = sp.expand((x - root) * (slope * x - slope * root + 1) * (x - root - width) ** 2)
    assert ask(touching >= 0, over).outcome == "proved"  # type: ignore[union-attr]
    assert ask(sp.Gt(touching, 0), over).outcome == "refuted"  # type: ignore[union-attr]
    inside = {x: sp.Interval.open(root, root + width)}
    assert ask(sp.Gt(touching, 0), inside).outcome == "proved"  # type: ignore[union-attr]
