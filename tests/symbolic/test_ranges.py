"""Membership in ranges with rational and with irrational ends."""

from __future__ import annotations

import pytest
import sympy as sp
from sympy import Rational as Q
from sympy import oo, pi, sqrt

from symbolic.decide import decide
from symbolic.ranges import Range

x, y = sp.symbols("x y")


@pytest.mark.parametrize(
    ("given", "value", "inside"),
    [
        (Range(sp.Integer(0), pi / 2), pi / 2, True),
        (Range(sp.Integer(0), pi / 2, False, True), pi / 2, False),
        (Range(sp.Integer(0), pi / 2), pi * Q(50000001, 100000000), False),
        (Range(sp.Integer(0), pi / 2), pi * Q(49999999, 100000000), True),
        (Range(-pi, pi), Q(355, 113), False),
        (Range(-pi, pi), Q(333, 106), True),
        (Range(-pi, pi), Q(-355, 113), False),
        (Range(sp.Integer(3), pi), pi - Q(1, 10**30), True),
        (Range(-oo, sp.Integer(-1)), -pi, True),
        (Range(-oo, sp.Integer(-1)), pi, False),
        (Range(sp.Integer(1), sqrt(2)), Q(141421, 100000), True),
        (Range(sp.Integer(1), sqrt(2)), Q(141422, 100000), False),
        (Range(sp.Integer(0), oo, True, True), sp.Integer(0), False),
        (Range(sp.Integer(0), sp.Integer(9), integer=True), Q(1, 2), False),
    ],
)
def test_a_value_is_inside_or_not(given: Range, value: sp.Expr, inside: bool):
    assert given.contains(value) is inside


def test_equal_entries_of_matrices_are_defined_too():
    """1/x = 1/x does not hold at 0, in a matrix either."""
    for left, right in (([1 / x], [1 / x]), ([y, sp.log(x)], [y, sp.log(x)])):
        relation = sp.Eq(sp.Matrix(left), sp.Matrix(right), evaluate=False)
        decision = decide(relation, dict.fromkeys(relation.free_symbols, sp.S.Reals))
        assert decision.outcome == "refuted"
        assert decision.certificate is not None


def test_matrix_equations_have_certificates():
    rows = sp.Matrix(2, 2, sp.symbols("a b c d"))
    over = dict.fromkeys(rows.free_symbols, sp.S.Reals)
    characteristic = rows**2 - rows.trace() * rows + rows.det() * sp.eye(2)
    decision = decide(sp.Eq(characteristic, sp.zeros(2, 2), evaluate=False), over)
    assert decision.outcome == "proved"
    assert decision.certificate is not None
    false = sp.Eq(rows * rows.T, rows.T * rows, evaluate=False)
    assert decide(false, over).outcome == "refuted"
