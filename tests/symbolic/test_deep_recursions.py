"""The recursions of deep networks against sums and moments computed another way."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from symbolic import deep_recursions as deep

x, L, s, r, c_w, c_x0, R, beta, g = sp.symbols("x L s r c_w c_x0 R beta g", positive=True)


@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_the_geometric_sum_is_its_closed_form(count: int) -> None:
    direct = deep.geometric(x, count)
    closed = deep.geometric_closed(x, sp.Integer(count))
    assert sp.cancel(direct - closed) == 0
    assert deep.geometric(2, count) == 2**count - 1
    assert sp.expand(deep.geometric(x, count + 1) - 1 - x * direct) == 0


def test_the_geometric_sum_wants_a_count() -> None:
    with pytest.raises(ValueError, match="count"):
        deep.geometric(x, -1)


def test_the_fourth_moment_is_that_of_a_gaussian() -> None:
    nodes, weights = np.polynomial.legendre.leggauss(400)
    t = 6 * (nodes + 1)
    density = np.exp(-t * t / 2) * 2 / np.sqrt(2 * np.pi)
    expected = float(((0.3 + 0.7 * 1.5 * t) ** 4 * density * 6 * weights).sum())
    value = deep.fourth_moment(sp.Rational(3, 10), sp.Rational(7, 10), sp.Rational(3, 2))
    assert float(value) == pytest.approx(expected, rel=1e-9)


def test_the_printed_constant_bounds_the_moment_at_twice_the_norm() -> None:
    surplus = deep.printed_variance_constant(s, L) - deep.fourth_moment(s, L, 2)
    assert sp.expand(surplus - 464 * L**4) == 0


def test_iterating_one_layer_gives_the_lemma_at_the_largest_radius() -> None:
    d = sp.Symbol("d", real=True)
    step = deep.feature_shift_step(r, L, c_w, c_x0, c_w)
    bound: sp.Expr = sp.Integer(0)
    growth = deep.weight_growth(r, L, c_w)
    for depth in range(1, 5):
        bound = sp.expand(step.subs(d, bound))
        lemma = r * L * c_x0 * deep.geometric(growth, depth) * c_w
        assert sp.expand(bound - lemma) == 0


def test_the_parts_of_the_gram_bound_add_up() -> None:
    parts = deep.gram_shift(r, L, beta, c_x0, g, R)
    total = deep.gram_shift_total(r, L, beta, c_x0, g, R)
    assert sp.expand(sum(parts) - total) == 0
    assert sp.expand(parts[0] - parts[1]) != 0


def test_the_steps_sum_to_less_than_two_over_the_rate() -> None:
    for rate in (sp.Rational(1, 100), sp.Rational(1, 2), sp.Rational(99, 100)):
        partial = sum(float(1 - rate) ** (k / 2) for k in range(20_000))
        assert float(deep.step_sum(rate)) == pytest.approx(partial, rel=1e-9)
        assert deep.step_sum(rate) < 2 / rate
    assert deep.induction_step() == sp.Rational(5, 8)


def test_the_printed_growth_lacks_one_lipschitz_constant() -> None:
    assert sp.expand(deep.norm_growth(r, L, s, 3) - deep.norm_growth(r, L, s)) == r**2 * L**2
