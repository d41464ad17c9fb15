"""Exact sums of squares: what is handed back adds up, and what is negative somewhere has none."""

from __future__ import annotations

import random

import numpy as np
import pytest
from flint import Ordering, fmpq, fmpq_mpoly_ctx

from symbolic import clock
from symbolic.gram import centre, rational_rows
from symbolic.sums_of_squares import Factor, Form, sum_of_squares
from symbolic.weights import NoWeights, weights

CONTEXT = fmpq_mpoly_ctx.get(["x", "y", "z"], Ordering.lex)
x, y, z = CONTEXT.gens()
ONE = Factor(CONTEXT.constant(1), True, "1")
MOTZKIN = x**4 * y**2 + x**2 * y**4 - 3 * x**2 * y**2 + 1
ROBINSON = (
    x**6 + y**6 + z**6 + 3 * x**2 * y**2 * z**2
    - x**4 * y**2 - x**2 * y**4 - x**4 * z**2 - x**2 * z**4 - y**4 * z**2 - y**2 * z**4
)  # fmt: skip
VASC = (x**2 + y**2 + z**2) ** 2 - 3 * (x**3 * y + y**3 * z + z**3 * x)
SCHUR = x * (x - y) * (x - z) + y * (y - x) * (y - z) + z * (z - x) * (z - y)
RING = x**2 + y**2 + z**2
SIDES = [x + y - z, y + z - x, z + x - y]
PRODUCTS = [x, y, z, x * y, x * z, y * z, x * y * z]


def found(target, factors=(), equations=(), strict: bool = False) -> Form | None:
    return sum_of_squares(
        target,
        [ONE, *(Factor(f, False, "f") for f in factors)],
        [Factor(e, False, "e") for e in equations],
        strict,
        clock.now() + 20,
    )


def total(form: Form):
    squares = (t.weight * t.factor.poly * (1 if t.root is None else t.root**2) for t in form.terms)
    return sum(squares, 0 * x) + sum((e.poly * h for e, h in form.multiples), 0 * x)


@pytest.mark.parametrize(
    ("target", "factors", "equations"),
    [
        (x**2 + y**2 - 2 * x * y, (), ()),
        (MOTZKIN * (1 + x**2 + y**2), (), ()),
        (ROBINSON * RING, (), ()),
        (VASC, (), ()),
        (SCHUR * (x + y + z), PRODUCTS, ()),
        (x**3 + y**3 + z**3 - 3 * x * y * z, PRODUCTS, ()),
        (1 - x * y - y * z - z * x, (), (RING - 1,)),
        (fmpq(1, 3) - x * y - y * z - z * x, PRODUCTS, (x + y + z - 1,)),
        (y**2 - 4 * x, (), (x * z**2 + y * z + 1,)),
        (x * y * z - SIDES[0] * SIDES[1] * SIDES[2], SIDES, ()),
    ],
    ids=["two", "Motzkin", "Robinson", "Vasc", "Schur", "cubes", "sphere", "simplex", "quadratic",
         "triangle"],
)  # fmt: skip
def test_the_terms_add_up_and_have_weights_above_zero(target, factors, equations):
    form = found(target, factors, equations)
    assert form is not None
    assert total(form) == target
    assert all(t.weight > 0 for t in form.terms)
    allowed = [ONE.poly, *factors]
    assert all(t.factor.poly in allowed for t in form.terms)


@pytest.mark.parametrize(
    ("target", "factors"),
    [
        (MOTZKIN, ()),  # >= 0, but no sum of squares
        (MOTZKIN * (1 + x**2 + y**2) - fmpq(1, 100), ()),
        (VASC - fmpq(1, 100) * RING**2, ()),
        (ROBINSON * RING - fmpq(1, 100) * x**2 * y**2 * z**2 * RING, ()),
        (SCHUR * (x + y + z) - fmpq(1, 100) * x * y * z * (x + y + z), PRODUCTS),
        (x**2 + y**2 - fmpq(201, 100) * x * y, ()),
    ],
)
def test_what_has_no_such_form_gets_none(target, factors):
    assert found(target, factors) is None


def test_a_strict_form_has_a_positive_term_without_a_root():
    target = x**4 - x + 1
    form = found(target, strict=True)
    assert form is not None
    assert total(form) == target
    assert any(t.root is None and t.factor.strict for t in form.terms)
    assert found((x - 1) ** 2, strict=True) is None


def test_random_sums_of_squares_are_found_again():
    rng = random.Random(3)
    for _ in range(25):
        monomials = [CONTEXT.constant(1), x, y, x * y, z]
        roots = [sum((rng.randint(-3, 3) * m for m in monomials), 0 * x) for _ in range(5)]
        target = sum((r * r for r in roots), 0 * x)
        if target == 0:
            continue
        form = found(target)
        assert form is not None, target
        assert total(form) == target


def test_the_centre_maximises_the_least_eigenvalue():
    # diag(y, 1 - y): the least eigenvalue is largest at y = 1/2
    constants = [np.diag([0.0, 1.0])]
    slopes = [np.array([np.diag([1.0, -1.0])])]
    best = centre(constants, slopes, clock.now() + 5)
    assert best is not None
    assert best.least == pytest.approx(0.5, abs=1e-3)


def test_rows_become_short_fractions_or_nothing():
    assert rational_rows(np.array([[2.0, 1.0, 0.5]])) == [[(1, 1), (1, 2), (1, 4)]]
    assert rational_rows(np.array([[1.0, 0.7314159]])) is None


def test_weights_are_exact_and_not_negative():
    columns = [{"a": fmpq(1)}, {"a": fmpq(1, 3), "b": fmpq(2)}, {"b": fmpq(1)}]
    target = {"a": fmpq(1), "b": fmpq(1, 7)}
    found_weights = weights(target, columns, None)
    assert all(w >= 0 for w in found_weights)
    for name in "ab":
        parts = (w * c.get(name, fmpq(0)) for w, c in zip(found_weights, columns, strict=True))
        assert sum(parts, fmpq(0)) == target[name]
    with pytest.raises(NoWeights):
        weights({"a": fmpq(-1)}, columns, None)
    with pytest.raises(NoWeights):
        weights({"c": fmpq(1)}, columns, None)


def test_a_strict_combination_uses_a_marked_column():
    columns = [{"a": fmpq(1)}, {"a": fmpq(1)}]
    used = weights({"a": fmpq(2)}, columns, [False, True])
    assert used[1] > 0
    with pytest.raises(NoWeights):
        weights({"a": fmpq(2)}, columns, [False, False])
