"""Ranks of tensor powers by two routes, and certified pivots."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
import sympy as sp
from scipy.special import erf

from symbolic.tensor_powers import (
    KERNELS,
    SLOPE_KERNELS,
    inner,
    least_pivot,
    monomial_rank,
    parallel,
    plane_areas,
    plane_determinant,
    power_rank,
    unit_vector,
)

HALF, THIRD = Fraction(1, 2), Fraction(1, 3)
PLANE = [unit_vector([Fraction(k, 7)]) for k in range(5)]
SPACE = [unit_vector(pair) for pair in [(HALF, THIRD), (THIRD, HALF), (HALF, -THIRD), (0, THIRD)]]


def test_unit_vectors_are_unit() -> None:
    assert all(inner(v, v) == 1 for v in PLANE + SPACE)


@pytest.mark.parametrize("exponent", [1, 2, 3, 4])
def test_two_routes_give_one_rank(exponent: int) -> None:
    for vectors in (PLANE, SPACE, PLANE[:2] + PLANE[:1]):
        assert power_rank(vectors, exponent) == monomial_rank(vectors, exponent)


def test_rank_in_the_plane_grows_by_one_per_power() -> None:
    assert [power_rank(PLANE, e) for e in (1, 2, 3, 4, 5)] == [2, 3, 4, 5, 5]


def test_opposite_vectors_are_parallel_and_lower_the_rank() -> None:
    opposite = tuple(-x for x in PLANE[0])
    assert parallel(PLANE[0], opposite)
    assert not parallel(PLANE[0], PLANE[1])
    assert power_rank([*PLANE, opposite], 6) == len(PLANE)


def test_a_power_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="exponent"):
        power_rank(PLANE, 0)


def test_plane_determinant_is_the_product_of_areas() -> None:
    a, b = sp.symbols("a1:4"), sp.symbols("b1:4")
    assert sp.expand(plane_determinant(a, b) - plane_areas(a, b)) == 0
    assert sp.expand(plane_determinant(a, b) + plane_areas(a, b)) != 0


def _by_quadrature(function: Callable[[np.ndarray], np.ndarray], c: float) -> float:
    """E f(u) f(v) for unit variances and covariance c, by the trapezoidal rule."""
    nodes = np.linspace(-9, 9, 201)
    weight = np.exp(-(nodes**2) / 2)
    weight /= weight.sum()
    second = c * nodes[:, None] + math.sqrt(1 - c * c) * nodes
    return float(weight @ (function(nodes)[:, None] * function(second)) @ weight)


@pytest.mark.parametrize(
    ("index", "function", "scale"),
    [
        (0, np.sin, 1),
        (1, erf, 2 / math.pi),
        (2, lambda x: np.sin(x) + np.cos(x), 1),
        (3, lambda x: x * x, 1),
    ],
)
def test_kernels_are_the_expectations(
    index: int, function: Callable[[np.ndarray], np.ndarray], scale: float
) -> None:
    from flint import arb

    value = KERNELS[index](arb(1), arb(1), arb(3) / 10)
    assert _by_quadrature(function, 0.3) == pytest.approx(float(value) * scale, rel=1e-8)


@pytest.mark.parametrize(
    ("index", "function", "scale"),
    [
        (0, np.cos, 1),
        (1, lambda x: 2 / math.sqrt(math.pi) * np.exp(-x * x), 4 / math.pi),
        (2, lambda x: np.cos(x) - np.sin(x), 1),
        (3, lambda x: 2 * x, 1),
    ],
)
def test_slope_kernels_are_the_expectations(
    index: int, function: Callable[[np.ndarray], np.ndarray], scale: float
) -> None:
    from flint import arb

    value = SLOPE_KERNELS[index](arb(1), arb(1), arb(3) / 10)
    expected = 0.3 * _by_quadrature(function, 0.3)
    assert expected == pytest.approx(float(value) * scale, rel=1e-8)


def test_pivots_tell_definite_from_singular() -> None:
    for kernel in (*KERNELS[:3], *SLOPE_KERNELS[:3]):
        assert least_pivot(PLANE, kernel) > 0
        assert least_pivot([*PLANE, PLANE[0]], kernel) <= 0
    # Five squares of plane vectors live in three dimensions.
    assert least_pivot(PLANE, KERNELS[3]) <= 0
    assert least_pivot(PLANE[:3], KERNELS[3]) > 0


def test_pivots_of_a_pair_match_the_determinant() -> None:
    pair = PLANE[:2]
    c = float(inner(*pair))
    expected = (np.sinh(1) - np.sinh(c) ** 2 / np.sinh(1)) * np.exp(-1)
    assert least_pivot(pair, KERNELS[0]) == pytest.approx(expected, rel=1e-10)


def test_all_subsets_of_pairwise_nonparallel_vectors_have_full_rank() -> None:
    grid = [unit_vector(p) for p in product([Fraction(-1), Fraction(0), HALF], repeat=2)]
    for size in (2, 3, 5):
        chosen = grid[:size]
        assert not any(parallel(chosen[i], chosen[j]) for i in range(size) for j in range(i))
        assert power_rank(chosen, size) == size
