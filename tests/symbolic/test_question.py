"""What is asked: floating-point numbers, assumptions of symbols, symbols that share a name."""

from __future__ import annotations

import pytest
import sympy as sp
from sympy import Eq, Interval, S, log, oo, sin, sqrt

from symbolic.decide import decide
from symbolic.question import question

x = sp.Symbol("x")
p = sp.Symbol("p", positive=True)
n = sp.Symbol("n", integer=True)


def test_a_float_is_the_binary_number_that_it_holds():
    tenth = sp.Float(0.1)  # a little more than 1/10
    assert decide(x < tenth, {x: Interval(0, sp.Rational(1, 10))}).outcome == "proved"
    decision = decide(x <= sp.Rational(1, 10), {x: Interval(0, tenth)})
    assert decision.outcome == "refuted"
    assert decision.witness is not None
    assert sp.Rational(1, 10) < decision.witness[x] <= sp.Rational(0.1)
    assert decide(x >= 0, {x: S.Reals}, where=[x > tenth]).outcome == "proved"
    assert not any(v.atoms(sp.Float) for v in decision.witness.values())


def test_an_assumption_is_not_used_at_an_end_point_that_it_excludes():
    closed = {p: Interval(0, 1)}
    for relation in (p**2 / p**3 >= 1, log(p) <= p, 1 / p > 0, Eq(p**-1 * sin(p), sin(p) / p + 0)):
        if relation in (sp.true, sp.false):
            continue
        decision = decide(relation, closed, seconds=3)
        assert decision.outcome == "refuted", relation
        assert decision.witness == {p: 0}
    # written without a quotient, the same facts hold at 0 too
    assert decide(p <= sqrt(p), closed, seconds=3).outcome == "proved"


def test_an_assumption_within_the_range_is_no_obstacle():
    assert decide(log(p) <= p - 1, {p: Interval.open(0, oo)}, seconds=3).outcome == "proved"
    assert decide(n**2 + 1 > n, {n: S.Integers}, seconds=3).outcome == "proved"


def test_assumptions_that_contradict_the_range_are_rejected():
    with pytest.raises(ValueError, match="p is assumed nonnegative"):
        decide(sqrt(p**2) + x <= p + x**2 + 1, {p: S.Reals, x: S.Reals})
    with pytest.raises(ValueError, match="n is assumed integer"):
        decide(n**2 >= n + x, {n: Interval(0, 1), x: S.Reals})
    with pytest.raises(ValueError, match="beyond its range"):
        decide(p > 0, {p: Interval(0, 1)})  # SymPy made it true
    i = sp.Symbol("i", imaginary=True)
    with pytest.raises(ValueError, match="not to be real"):
        decide(i**2 <= 0 + x, {i: S.Reals, x: S.Reals})


def test_two_symbols_of_one_name_are_two_symbols():
    twin = sp.Symbol("x", real=True)
    assert twin != x
    unit = Interval(0, 1)
    relation = sp.exp(x - twin) <= 1
    decision = decide(relation, {x: unit, twin: unit}, seconds=3)
    assert decision.outcome == "refuted"
    assert decision.witness is not None
    assert set(decision.witness) == {x, twin}
    assert decision.witness[x] > decision.witness[twin]


def test_a_refutation_carries_a_certificate():
    for relation, over in (
        (sp.exp(x) > 1 + x, {x: S.Reals}),
        (x**2 >= x, {x: S.Reals}),
        (Eq(sqrt(x**2), x), {x: S.Reals}),
        (1 / x > 0, {x: Interval(0, 1)}),
    ):
        decision = decide(relation, over, seconds=3)
        assert decision.outcome == "refuted"
        assert decision.certificate is not None, relation
        assert decision.certificate["kind"] == "refutation"


def test_a_conjunction_keeps_its_order_whatever_the_hash_seed():
    symbols = sp.symbols("a:h", real=True)
    both = sp.And(*(s > k for k, s in enumerate(symbols)), evaluate=False)
    asked = question(both, dict.fromkeys(symbols, S.Reals), where=[both])
    assert asked.problem.relations == both.args
    assert asked.problem.where == both.args
