"""Sizes that a bound asks for, and their exponents."""

from typing import Literal

import pytest
import sympy as sp

from symbolic.rates import rate
from symbolic.requirements import exponents, needed

m, n, epsilon, L = sp.symbols("m n epsilon L")
DIRECTIONS: dict[str, Literal["oo", "0"]] = {"m": "oo", "n": "oo", "epsilon": "0", "L": "oo"}


def test_each_unknown_is_solved_for() -> None:
    bound = L**2 / (epsilon * sp.sqrt(n)) + 2**L * m ** sp.Rational(-1, 6)
    found = needed(bound, epsilon, ["m", "n"], DIRECTIONS)
    assert list(exponents(found["m"], ["L", "2**L", "epsilon"])) == [0, 6, -6]
    assert list(exponents(found["n"], ["L", "epsilon"])) == [4, -4]


def test_a_bound_that_no_size_meets_is_refused() -> None:
    with pytest.raises(ValueError, match="is not O"):
        needed(1 + 1 / m, epsilon, ["m"], DIRECTIONS)


def test_a_sum_has_no_exponents_of_its_own() -> None:
    with pytest.raises(ValueError, match="several terms"):
        exponents(rate(m + n, DIRECTIONS), ["m"])
