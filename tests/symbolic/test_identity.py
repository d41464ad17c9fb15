"""The identity decider: equations that hold, and traps that must be refuted."""

from __future__ import annotations

import json

import pytest
import sympy as sp
from corpus import Item
from corpus_algebraic import ITEMS
from hypothesis import given, settings
from hypothesis import strategies as st

from symbolic import clock
from symbolic.identity import attempt
from symbolic.pointwise import holds_at
from symbolic.problem import Decision, Problem
from symbolic.recheck import recheck

x, y, n, k = sp.symbols("x y n k")
R = sp.S.Reals
EQUATIONS = [item for item in ITEMS if isinstance(item.relation, sp.Eq)]


def ask(
    relation: sp.Basic, over: dict, where: tuple[sp.Basic, ...] = (), seconds: float = 8.0
) -> Decision | None:
    return attempt(Problem((relation,), over, where), clock.now() + seconds)


def equal(left: sp.Expr, right: sp.Expr) -> sp.Eq:
    return sp.Eq(left, right, evaluate=False)


@pytest.mark.parametrize("item", EQUATIONS, ids=lambda item: item.name)
def test_every_equation_of_the_corpus_is_settled(item: Item) -> None:
    decision = ask(item.relation, dict(item.over), item.where)
    assert decision is not None
    assert decision.outcome == ("proved" if item.truth else "refuted")
    if decision.certificate is not None:
        verdict = recheck(json.loads(json.dumps(decision.certificate)))
        assert verdict.ok, verdict.reason
    if decision.witness is not None and not item.relation.lhs.is_Matrix:
        assert all(value.is_number for value in decision.witness.values())
        assert holds_at(item.relation, decision.witness) in (False, "undefined")


def test_most_proved_equations_carry_a_certificate() -> None:
    proved = [ask(i.relation, dict(i.over), i.where) for i in EQUATIONS if i.truth]
    certified = [d for d in proved if d is not None and d.certificate is not None]
    assert len(certified) >= 0.6 * len(proved)


def test_a_proof_without_certificate_says_so() -> None:
    ring = equal(sp.Sum(k**3, (k, 1, n)), sp.Sum(k, (k, 1, n)) ** 2)
    decision = ask(ring, {n: sp.S.Naturals})
    assert decision is not None
    assert decision.outcome == "proved"
    assert (decision.certificate is None) == any("one engine" in note for note in decision.notes)


def test_nothing_is_proved_on_an_empty_domain() -> None:
    decision = ask(
        equal(sp.sin(x) ** 2 + sp.cos(x) ** 2, sp.Integer(1)), {x: sp.Interval(0, 1)}, (x > 2,)
    )
    assert decision is None or decision.outcome == "undecided"


@pytest.mark.parametrize(
    ("relation", "over"),
    [
        (equal(sp.tan(x) * sp.cos(x), sp.sin(x)), {x: R}),
        (equal(sp.log(x**2), 2 * sp.log(sp.Abs(x))), {x: R}),
        (equal(sp.sqrt(x - 1) * sp.sqrt(x + 1), sp.sqrt(x**2 - 1)), {x: R}),
        (equal(sp.gamma(x + 1), x * sp.gamma(x)), {x: R}),
        (equal(sp.acos(sp.sin(x)), sp.pi / 2 - x), {x: R}),
        (equal(sp.tan(x) * sp.cot(x), sp.Integer(1)), {x: sp.Interval(0, 1)}),
    ],
)
def test_an_equation_with_holes_in_its_domain_is_never_proved(relation: sp.Eq, over: dict) -> None:
    decision = ask(relation, over)
    assert decision is None or decision.outcome != "proved"


def test_a_symbol_whose_assumptions_contradict_its_range_is_passed_on() -> None:
    p = sp.Symbol("p", positive=True)
    assert ask(equal(sp.sqrt(p**2), p), {p: R}) is None


coefficients = st.integers(-4, 4)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(coefficients, min_size=2, max_size=4), st.lists(coefficients, min_size=2, max_size=3)
)
def test_random_rational_rewrites_are_proved_and_their_mutants_refuted(
    first: list[int], second: list[int]
) -> None:
    p = sum(c * x**i * y ** (i % 2) for i, c in enumerate(first))
    q = sum(c * y**i for i, c in enumerate(second)) ** 2 + 1
    left = p / q + x
    right = (sp.expand(p + x * q)) / q
    over = {x: R, y: R}
    good = ask(equal(left, right), over)
    assert good is not None
    assert good.outcome == "proved"
    bad = ask(equal(left, right + sp.Rational(1, 1000) * (x - 7) ** 2), over)
    assert bad is not None
    assert bad.outcome == "refuted"


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 4), st.integers(-3, 3), st.integers(1, 5))
def test_multiple_angles(m: int, shift: int, scale: int) -> None:
    angle = m * x + shift
    opened = sp.expand(sp.expand_trig(sp.cos(angle)) * scale)
    good = ask(equal(scale * sp.cos(angle), opened), {x: R})
    assert good is not None
    assert good.outcome == "proved"
    bad = ask(equal(scale * sp.cos(angle), opened + sp.sin(x) / 100), {x: R})
    assert bad is not None
    assert bad.outcome == "refuted"


@settings(max_examples=20, deadline=None)
@given(st.lists(coefficients, min_size=1, max_size=4), st.integers(0, 3))
def test_sums_of_polynomials(powers: list[int], first: int) -> None:
    body = sum(c * k**i for i, c in enumerate(powers)) + k
    closed = sp.expand(sp.summation(body, (k, first, n)))
    total = sp.Sum(body, (k, first, n))
    over = {n: sp.Range(first, sp.oo)}
    good = ask(equal(total, closed), over)
    assert good is not None
    assert good.outcome == "proved"
    bad = ask(equal(total, closed + n - first), over)
    assert bad is not None
    assert bad.outcome == "refuted"
