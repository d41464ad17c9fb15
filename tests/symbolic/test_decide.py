"""The ladder as its users see it: what is proved, refuted and left open, and on which terms."""

from __future__ import annotations

import gc
import time

import pytest
import sympy as sp
from sympy import Abs, E, Interval, S, acos, atan, cos, exp, log, oo, pi, sin, sqrt, tanh

from symbolic import clock
from symbolic.decide import decide
from symbolic.pointwise import holds_at
from symbolic.recheck import recheck

x, y, phi = sp.symbols("x y phi")
n = sp.Symbol("n")
POSITIVE = Interval.open(0, oo)
HALF = Interval(0, oo)
g = (pi - phi) * cos(phi) + sin(phi)


@pytest.mark.parametrize(
    ("relation", "over"),
    [
        (g <= pi, {phi: Interval.Ropen(0, pi / 2)}),
        (g > 1, {phi: Interval.Ropen(0, pi / 2)}),
        (sin(x) < x, {x: POSITIVE}),
        (cos(x) >= 1 - x**2 / 2, {x: S.Reals}),
        (exp(x) >= 1 + x, {x: S.Reals}),
        (sin(x) / x <= 1, {x: POSITIVE}),
        (log(1 + x) / x < 1, {x: POSITIVE}),
        (x * log(x) >= -1 / E, {x: POSITIVE}),
        (atan(x) < pi / 2, {x: S.Reals}),
        (exp(x + y) >= 1 + x + y, {x: Interval(-1, 1), y: Interval(-1, 1)}),
        (sp.And(tanh(x) <= x, tanh(x) < 1), {x: HALF}),
        (sp.Ne(exp(x), x), {x: S.Reals}),
    ],
)
def test_true_statements_are_proved(relation, over):
    decision = decide(relation, over=over, seconds=5)
    assert decision.outcome == "proved", decision.reason
    assert decision.witness is None


@pytest.mark.parametrize(
    ("relation", "over"),
    [
        (g < pi, {phi: Interval(0, pi / 2)}),
        (g > 1, {phi: Interval(0, pi / 2)}),
        (exp(x) > 1 + x, {x: S.Reals}),
        (exp(x) > E * x, {x: S.Reals}),
        (log(x) <= x - 1, {x: HALF}),
        (sin(x) / x <= 1, {x: Interval(-1, 1)}),
        (acos(cos(x)) >= x, {x: Interval(0, 4)}),
        (sqrt(x**2) <= x, {x: S.Reals}),
        (sin(x) >= x - x**3 * sp.Rational(101, 606) * sp.Rational(99, 100), {x: Interval(0, 1)}),
        (Abs(sin(x) - sin(y)) <= sp.Rational(99, 100) * Abs(x - y), {x: S.Reals, y: S.Reals}),
        (sp.Ne(exp(x), 1), {x: S.Reals}),
    ],
)
def test_false_statements_are_refuted_by_an_exact_point_of_the_domain(relation, over):
    decision = decide(relation, over=over, seconds=5)
    assert decision.outcome == "refuted", decision.reason
    assert decision.witness is not None
    assert set(decision.witness) == set(over)
    for symbol, value in decision.witness.items():
        assert not value.atoms(sp.Float)
        assert over[symbol].contains(value) == sp.true
    truth = holds_at(relation, decision.witness)
    if truth is None:  # equality that only an exact test sees
        gap = sp.simplify((relation.lhs - relation.rhs).subs(decision.witness))
        assert gap == 0
        assert isinstance(relation, sp.Gt | sp.Lt | sp.Ne)
    else:
        assert truth in (False, "undefined")


def test_side_conditions_cut_the_domain():
    over = {x: POSITIVE, y: POSITIVE}
    relation = x / y - 1 > log(x / y)
    assert decide(relation, over=over, where=[x > y], seconds=5).outcome == "proved"
    refuted = decide(relation, over=over, where=[x >= y], seconds=5)
    assert refuted.outcome == "refuted"
    assert refuted.witness is not None
    assert refuted.witness[x] == refuted.witness[y]


def test_a_witness_over_integers_is_an_integer():
    decision = decide((1 + 1 / n) ** n <= sp.Rational(27, 10), over={n: S.Naturals}, seconds=5)
    assert decision.outcome == "refuted"
    assert decision.witness is not None
    assert decision.witness[n].is_Integer
    assert decision.witness[n] > 0


def test_an_empty_domain_proves_nothing():
    for where in ([x > 2], [exp(x) < 0]):
        decision = decide(x > 0, over={x: Interval(0, 1)}, where=where, seconds=2)
        assert decision.outcome == "undecided"
    assert decide(exp(x) > 0, over={x: S.EmptySet}, seconds=2).outcome == "undecided"


def test_an_undecidable_gap_stays_open():
    # true, but by less than any enclosure within the time can tell
    relation = exp(x) + sp.Rational(1, 10**600) > 1 + x
    decision = decide(relation, over={x: Interval(-1, 1)}, seconds=1)
    assert decision.outcome in ("proved", "undecided")


def test_the_time_limit_is_kept():
    nested = sum((sin(k * x * y) ** k for k in range(1, 40)), sp.Integer(0))
    relation = nested <= 1000 - exp(cos(nested))
    # A search for garbage among all that other tests have left takes long, and cannot be stopped.
    gc.collect()
    gc.freeze()
    try:
        for seconds in (0.3, 1.0):
            started, began = time.monotonic(), clock.now()
            decide(relation, over={x: S.Reals, y: S.Reals}, seconds=seconds)
            assert clock.now() - began < 1.1 * seconds + 0.2
            assert time.monotonic() - started < 1.1 * clock.wall_for(seconds)
    finally:
        gc.unfreeze()


def test_proofs_carry_certificates_that_the_checker_accepts():
    for relation, over in (
        (g <= pi, {phi: Interval.Ropen(0, pi / 2)}),
        (sin(x) <= x, {x: Interval(0, 1)}),
        (exp(x) >= 1 + x, {x: S.Reals}),
        (log(1 + x) <= x, {x: Interval.open(-1, oo)}),
    ):
        decision = decide(relation, over=over, seconds=5)
        assert decision.certificate is not None
        assert recheck(decision.certificate).ok


def test_relations_that_sympy_already_evaluated() -> None:
    assert decide(sp.true, over={x: S.Reals}, seconds=1).outcome == "proved"
    refuted = decide(sp.false, over={x: POSITIVE}, seconds=1)
    assert refuted.outcome == "refuted"
    assert refuted.witness is not None
    assert refuted.witness[x] > 0
    assert decide(sp.false, over={x: S.EmptySet}, seconds=1).outcome == "undecided"


def test_malformed_questions_are_rejected():
    with pytest.raises(ValueError, match="no range is declared for y"):
        decide(x <= y, over={x: S.Reals})
    with pytest.raises(ValueError, match="not a relation"):
        decide(sp.Or(x > 0, x < 1), over={x: S.Reals})
    with pytest.raises(TypeError):
        decide("x > 0", over={x: S.Reals})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="time limit"):
        decide(x > 0, over={x: S.Reals}, seconds=0)
