"""Bernstein coefficients, Sturm counts and squares: small cases worked by hand."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from flint import fmpq, fmpq_mpoly_ctx
from hypothesis import given, settings
from hypothesis import strategies as st

from symbolic.bernstein import Side, coefficients, shows
from symbolic.squares import as_squares
from symbolic.sturm import keeps_sign

CONTEXT = fmpq_mpoly_ctx.get(["x", "y"], "degrevlex")
X, Y = CONTEXT.gens()
UNIT = Side(fmpq(0), fmpq(1))
RAY = Side(fmpq(0), None, False, True)
LINE = Side(None, None, True, True)


def test_coefficients_of_a_parabola() -> None:
    # (x - 1/2)**2 on [0, 1] is 1/4 B0 - 1/4 B1 + 1/4 B2.
    found = coefficients((X - fmpq(1, 2)) ** 2, [UNIT, UNIT])
    assert found == {(0, 0): fmpq(1, 4), (1, 0): fmpq(-1, 4), (2, 0): fmpq(1, 4)}


def test_an_infinite_side_uses_the_shifted_powers() -> None:
    found = coefficients((X - 2) ** 2 + 1, [Side(fmpq(2), None), UNIT])
    assert found == {(0, 0): fmpq(1), (1, 0): fmpq(0), (2, 0): fmpq(1)}


@settings(max_examples=60)
@given(st.lists(st.integers(-9, 9), min_size=1, max_size=5), st.integers(-3, 3), st.integers(1, 4))
def test_nothing_negative_is_called_nonnegative(powers: list[int], low: int, width: int) -> None:
    poly = sum((c * X**i for i, c in enumerate(powers)), CONTEXT.constant(0))
    side = Side(fmpq(low), fmpq(low + width))
    values = [poly(fmpq(low) + fmpq(width * k, 20), fmpq(0)) for k in range(21)]
    for strict in (False, True):
        if shows(poly, [side, UNIT], strict):
            assert all(v > 0 or (not strict and v == 0) for v in values)
        if not poly.is_constant() and keeps_sign(poly, 0, side, strict):
            assert all(v > 0 or (not strict and v == 0) for v in values)


def test_strictness_at_included_and_excluded_ends() -> None:
    assert shows(X, [UNIT, UNIT], strict=False)
    assert not shows(X, [UNIT, UNIT], strict=True)
    assert shows(X, [Side(fmpq(0), fmpq(1), True, False), UNIT], strict=True)
    assert not shows(X * Y, [Side(fmpq(0), None, True, True), UNIT], strict=True)
    assert shows(X + Y, [Side(fmpq(0), None, True, True), RAY], strict=True)


def test_a_line_has_no_coefficients() -> None:
    assert coefficients(X**2, [LINE, UNIT]) is None


def test_halves_cover_a_side() -> None:
    for side in (UNIT, RAY, LINE, Side(None, fmpq(-3), True, True)):
        below, cut, above = side.halves()
        assert (below.low, below.high, above.low, above.high) == (side.low, cut, cut, side.high)


def test_sturm_sees_a_double_root_inside() -> None:
    poly = (3 * X - 1) ** 2 * (X + 1)
    assert keeps_sign(poly, 0, UNIT, strict=False)
    assert not keeps_sign(poly, 0, UNIT, strict=True)
    assert not keeps_sign(poly, 0, Side(fmpq(-2), fmpq(1)), strict=False)


def test_quadratic_forms() -> None:
    def written(poly: object) -> str:
        return str(poly)

    assert as_squares(X**2 - X * Y + Y**2, False, written) is not None
    assert as_squares(X**2 - 2 * X * Y + Y**2, False, written) is not None
    assert as_squares(X**2 - 2 * X * Y + Y**2, True, written) is None
    assert as_squares(X**2 - fmpq(201, 100) * X * Y + Y**2, False, written) is None
    assert as_squares(X**2 + X + fmpq(1, 4), True, written) is None
    assert as_squares(X**2 + X + fmpq(26, 100), True, written) is not None


def test_splitting_sharpens_towards_the_range() -> None:
    poly, side, widths = (X - fmpq(1, 2)) ** 2, UNIT, []
    for _ in range(4):
        found = coefficients(poly, [side, UNIT])
        assert found is not None
        lowest = min(found.values())
        widths.append(Fraction(int(lowest.p), int(lowest.q)))
        side = side.halves()[2] if len(widths) % 2 == 0 else side.halves()[0]
    assert all(a <= b for a, b in pairwise(widths))
