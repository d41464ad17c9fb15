"""Homogeneous networks: gradients against hand computation, sharing maps, what the flow keeps."""

from functools import partial

import pytest
import torch

from numeric import homogeneous as net
from numeric.flow import Unresolved, gradient_flow, pack, unpack

GENERATOR = 7


def _network(act, depth=3):
    generator = torch.Generator().manual_seed(GENERATOR)
    weights = net.layers((4,), [3, *[5] * (depth - 1), 2], 1.0, generator)
    x = torch.randn(6, 3, generator=generator, dtype=torch.float64)
    y = torch.randn(6, 2, generator=generator, dtype=torch.float64)
    return weights, x, y, [act] * (depth - 1)


def _neuron_gap(act):
    weights, x, y, acts = _network(act)
    _, slopes, _ = net.backward(weights, x, y, acts, "squared")
    return (net.incoming(weights[0], slopes[0]) - net.outgoing(weights[1], slopes[1])).abs().max()


def test_homogeneous_activations_balance_and_others_do_not():
    assert _neuron_gap(partial(net.leaky, slope=0.2)) < 1e-13
    assert _neuron_gap(torch.tanh) > 1e-3


def test_gradient_by_hand():
    weight = torch.tensor([[2.0]], dtype=torch.float64)
    x = torch.tensor([[3.0]], dtype=torch.float64)
    y = torch.tensor([[1.0]], dtype=torch.float64)
    passed, slopes, outward = net.backward([weight], x, y, [], "squared")
    assert passed[0].item() == 6.0
    assert slopes[0].item() == 15.0
    assert outward[0].item() == 5.0


def test_number_of_activations_is_checked():
    with pytest.raises(ValueError, match="2 layers need 1"):
        net.preactivations([torch.ones(1, 1), torch.ones(1, 1)], torch.ones(1, 1), [])


def test_spread_places_parameters_and_zeros():
    pattern = torch.tensor([[0, 1], [2, 1]])
    values = torch.tensor([3.0, 5.0], dtype=torch.float64)
    assert net.spread(values, pattern).tolist() == [[0.0, 3.0], [5.0, 3.0]]


def test_convolution_pattern_is_a_circular_convolution():
    pattern = net.convolution_pattern(5, 1, 1, 2)
    taps = torch.tensor([2.0, -1.0], dtype=torch.float64)
    signal = torch.arange(5, dtype=torch.float64)
    expected = 2 * signal - signal.roll(-1)
    assert torch.equal(net.spread(taps, pattern) @ signal, expected)


def test_flow_of_a_quadratic_is_exponential():
    start = torch.tensor([[1.0, 2.0], [3.0, -1.0]], dtype=torch.float64)
    times = torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64)
    states = gradient_flow(lambda s, _: s.square().sum(dim=-1) / 2, start, times)
    assert states.shape == (2, 3, 2)
    assert torch.allclose(states, start[:, None] * (-times)[None, :, None].exp(), rtol=1e-8)


def test_a_stiff_run_gets_shorter_steps_than_the_others():
    rates = torch.tensor([1.0, 3000.0], dtype=torch.float64)
    start = torch.ones(2, 1, dtype=torch.float64)
    times = torch.tensor([0.0, 0.01], dtype=torch.float64)
    seen = []

    def objective(states, runs):
        seen.append(len(runs))
        return rates[runs] * states.square().sum(dim=-1) / 2

    states = gradient_flow(objective, start, times)
    assert torch.allclose(states[:, 1, 0], (-0.01 * rates).exp(), atol=1e-5)
    assert {1, 2} == set(seen)


def test_a_flow_that_is_not_resolved_is_an_error():
    start = torch.ones(1, 1, dtype=torch.float64)
    times = torch.tensor([0.0, 0.1], dtype=torch.float64)
    with pytest.raises(Unresolved, match="time steps"):
        gradient_flow(lambda s, _: 1e9 * s.square().sum(dim=-1), start, times)


def test_pack_and_unpack_are_inverse():
    parts = [torch.randn(3, 2, 4, dtype=torch.float64), torch.randn(3, 5, dtype=torch.float64)]
    back = unpack(pack(parts), [(2, 4), (5,)])
    assert all(torch.equal(a, b) for a, b in zip(parts, back, strict=True))
