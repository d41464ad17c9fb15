"""What balls around both sides of a relation say about it."""

from __future__ import annotations

import flint
import pytest

from theorems.measure.balls import _settled


def _ball(value: str, radius: float = 0.0) -> flint.arb:
    with flint.ctx.workprec(200):
        return flint.arb(value) + flint.arb(0, radius)


ONE = _ball("1", 1e-40)
MORE = _ball("1.001", 1e-40)
NEXT = _ball("1.00000000000000001", 1e-40)  # off by what a constant in float64 is off
UNSURE = _ball("1", 0.01)


@pytest.mark.parametrize(
    ("relation", "lhs", "rhs", "settled"),
    [
        ("<=", ONE, MORE, (False, True)),
        ("<=", MORE, ONE, (True, False)),
        (">=", ONE, MORE, (True, False)),
        ("==", ONE, MORE, (True, False)),
        ("!=", ONE, MORE, (False, True)),
        ("<", ONE, MORE, (False, True)),
        (">", ONE, MORE, (True, False)),
        ("<=", NEXT, ONE, (False, False)),
        ("==", NEXT, ONE, (False, False)),
        ("<=", UNSURE, ONE, (False, False)),
        ("==", UNSURE, ONE, (False, False)),
    ],
)
def test_a_relation_fails_only_beyond_balls_and_constants(
    relation: str, lhs: flint.arb, rhs: flint.arb, settled: tuple[bool, bool]
) -> None:
    assert _settled(relation, lhs, rhs) == settled


def test_equal_sides_do_not_refute_a_strict_relation_where_constants_are_rounded() -> None:
    exact = _ball("1")
    assert _settled("<", exact, exact) == (False, False)
    assert _settled("<=", exact, exact) == (False, True)
