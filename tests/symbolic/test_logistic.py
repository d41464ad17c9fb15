"""The logistic loss and the averages of ReLU features, against numbers."""

import math

import pytest
import sympy as sp

from symbolic import logistic, relu_features

z = sp.Symbol("z", real=True)


@pytest.mark.parametrize("at", [-3.0, 0.0, 1.5])
def test_slopes_are_those_of_difference_quotients(at: float) -> None:
    step = 1e-5
    value = sp.lambdify(z, logistic.loss(z))
    first = (value(at + step) - value(at - step)) / (2 * step)
    second = (value(at + step) - 2 * value(at) + value(at - step)) / step**2
    assert float(logistic.loss_slope(z).subs(z, at)) == pytest.approx(first, abs=1e-8)
    assert float(logistic.loss_curvature(z).subs(z, at)) == pytest.approx(second, abs=1e-5)
    assert float(logistic.surrogate(at)) == pytest.approx(-first, abs=1e-8)


def test_indicators_differ_at_zero_only() -> None:
    for at, wrong, not_right in ((-1, 1, 1), (0, 0, 1), (1, 0, 0)):
        assert logistic.is_wrong(z).subs(z, at) == wrong
        assert logistic.is_not_right(z).subs(z, at) == not_right


def test_the_remainder_is_half_the_bound() -> None:
    assert logistic.taylor_remainder(sp.Rational(1, 2), z) == z**2 / 4


def test_feature_averages() -> None:
    assert float(relu_features.constant_average()) == pytest.approx(1 / math.sqrt(2 * math.pi))
    assert float(relu_features.linear_average(sp.Integer(1))) == pytest.approx(
        math.cos(1) / math.sqrt(2 * math.pi)
    )
    assert float(relu_features.crossed_average()) == pytest.approx(
        (math.sqrt(2) - 1) / math.sqrt(2 * math.pi)
    )
    half = relu_features.feature_average([(1, -sp.pi / 2, 0)])
    assert 2 * half == relu_features.constant_average()


def test_gaussian_halves() -> None:
    assert relu_features.rectified_second_moment(z**2) == z**2 / 2
    assert relu_features.half_line_probability() == sp.Rational(1, 2)
