"""Activations on plain numbers agree with those that are differentiated or transformed."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from numeric.kernels.activations import derivative, value, value_and_derivative
from numeric.kernels.layers import Activation

Function = Callable[[Activation, Tensor], Tensor]
NAMES = ("relu", "leaky_relu", "erf", "linear", "gelu", "tanh", "sigmoid", "softplus")
ENDS = torch.tensor([0.0, -0.0, 400.0, -400.0, math.inf, -math.inf, math.nan])
POINTS = torch.cat([torch.linspace(-40, 40, 801, dtype=torch.float64), ENDS])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("function", [value, derivative])
def test_numbers_are_the_same_with_slopes_and_without(function: Function, name: str) -> None:
    activation = Activation(name)
    plain = function(activation, POINTS)
    followed = function(activation, POINTS.clone().requires_grad_()).detach()
    assert plain.dtype == torch.float64
    torch.testing.assert_close(plain, followed, rtol=1e-14, atol=1e-300, equal_nan=True)
    alone = torch.stack([function(activation, u) for u in POINTS[:5]])
    torch.testing.assert_close(alone, plain[:5], rtol=1e-14, atol=1e-300)


@pytest.mark.parametrize("name", NAMES)
def test_value_and_derivative_are_those_of_the_two(name: str) -> None:
    activation, u = Activation(name), POINTS[:801]
    both = value_and_derivative(activation, u)
    torch.testing.assert_close(both[0], value(activation, u), rtol=1e-14, atol=0)
    torch.testing.assert_close(both[1], derivative(activation, u), rtol=0, atol=1e-15)


@pytest.mark.parametrize("name", NAMES)
def test_transformed_functions_are_the_same(name: str) -> None:
    activation, u = Activation(name), POINTS[:7]
    mapped = torch.func.vmap(lambda t: value(activation, t))(u)
    torch.testing.assert_close(mapped, value(activation, u), rtol=1e-14, atol=1e-300)


def test_values_are_not_written_over() -> None:
    u = POINTS[:9].clone()
    value_and_derivative(Activation("tanh"), u)
    assert torch.equal(u, POINTS[:9])
