"""The explicit network and the step of rank-one descent against values worked out by hand."""

import sympy as sp
from sympy import Matrix, symbols

from symbolic import layered
from symbolic.rank_one_step import next_vectors


def test_chain_rule_agrees_with_differentiation():
    net = layered.network((2, 2, 2, 1))
    outward = layered.outward_slopes(net)
    slopes = layered.slope_of(net.loss, net.weights[1])
    signal = net.slopes[0] * net.passed[0]
    assert (slopes - outward[1] * signal.T).expand() == sp.zeros(2, 2)


def test_rates_differ_without_a_shared_neuron():
    net = layered.network((2, 2, 1))
    into = layered.rate_of_squares(net.loss, net.weights[0][0, :])
    same = layered.rate_of_squares(net.loss, net.weights[1][:, 0])
    other = layered.rate_of_squares(net.loss, net.weights[1][:, 1])
    assert sp.expand(into - same) == 0
    assert sp.expand(into - other) != 0


def test_step_by_hand():
    eta, s = symbols("eta s")
    u, v = next_vectors(Matrix([2, 0]), Matrix([3, 0]), eta, Matrix([[s, 0], [0, 0]]))
    assert sp.expand(u[0] - (2 - eta * (6 - s) * 3)) == 0
    assert sp.expand(v[0] - (3 - eta * (6 - s) * 2)) == 0
    assert (u[1], v[1]) == (0, 0)
