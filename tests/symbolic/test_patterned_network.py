"""The explicit network against numbers, and its formulas against one another."""

from __future__ import annotations

import pytest
import sympy as sp

from symbolic.patterned_network import generic


def values(network: object) -> dict[sp.Symbol, sp.Expr]:
    numbers = {}
    for letter in ("inputs", "labels", "weights"):
        for index, symbol in enumerate(getattr(network, letter)):
            numbers[symbol] = sp.Rational((5 * index + 2) % 7 - 3, 2)
    return numbers


def test_loss_of_one_neuron_by_hand() -> None:
    net = generic(1, 1, 1)
    w, a, x, y, p = (m[0] for m in (net.weights, net.signs, net.inputs, net.labels, net.pattern))
    assert sp.expand(net.loss() - (a * p * w * x - y) ** 2 / 2) == 0


@pytest.mark.parametrize("sizes", [(1, 1, 1), (2, 1, 2), (2, 3, 1)])
def test_printed_gradient_and_flow(sizes: tuple[int, int, int]) -> None:
    net = generic(*sizes)
    assert (net.gradient() - net.printed_gradient()).expand() == sp.zeros(*net.weights.shape)
    signs = {symbol: (-1) ** index for index, symbol in enumerate(net.signs)}
    difference = (net.flow() - net.printed_flow()).subs(signs).expand()
    assert difference == sp.zeros(net.inputs.rows, 1)
    # Signs other than +-1 change the kernel: the Gram matrix assumes them.
    other = dict.fromkeys(net.signs, 2)
    assert (net.flow() - net.printed_flow()).subs(other).expand() != sp.zeros(net.inputs.rows, 1)


def test_gram_counts_common_neurons() -> None:
    net = generic(2, 3, 2)
    pattern = dict(zip(net.pattern, (1, 1, 1, 0, 0, 1), strict=True))
    numbers = values(net) | pattern
    inner = net.inputs.row(0).dot(net.inputs.row(1)).subs(numbers)
    assert net.gram()[0, 1].subs(numbers) == inner / 3
    assert net.gram()[0, 0].subs(numbers) == net.inputs.row(0).dot(net.inputs.row(0)).subs(
        numbers
    ) * sp.Rational(2, 3)
