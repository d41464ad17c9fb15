"""Monomials that roots of squares may have."""

from __future__ import annotations

import itertools

import pytest
from flint import Ordering, fmpq_mpoly_ctx

from symbolic.exponents import Polytope, _powers, packed


@pytest.mark.parametrize(("count", "total"), [(1, 4), (2, 3), (4, 5), (6, 4)])
def test_powers_are_all_of_at_most_the_degree(count: int, total: int) -> None:
    found = [tuple(row) for part in _powers(count, total) for row in part.tolist()]
    every = itertools.product(range(total + 1), repeat=count)
    assert sorted(found) == sorted(m for m in every if sum(m) <= total)
    assert [sum(m) for m in found] == sorted(sum(m) for m in found)


def test_a_packed_product_is_the_sum() -> None:
    one, other = (3, 0, 2), (1, 3, 1)
    assert packed(one, 4) + packed(other, 4) == packed((4, 3, 3), 4)
    distinct = {packed(m, 3) for m in itertools.product(range(8), repeat=3)}
    assert len(distinct) == 8**3


def test_half_of_the_newton_polytope() -> None:
    context = fmpq_mpoly_ctx.get(["x", "y"], Ordering.lex)
    x, y = context.gens()
    bounds = Polytope(x**4 + x**2 * y**2 + y**2, [])
    assert set(bounds.half(context.constant(1))) == {(2, 0), (1, 1), (0, 1)}
