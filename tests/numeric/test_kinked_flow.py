"""The flow of networks with kinks: velocities against autograd, crossings, sliding, accuracy."""

from functools import partial
from itertools import pairwise

import numpy as np
import pytest
import torch

from numeric import homogeneous as net
from numeric.flow import Unresolved, gradient_flow
from numeric.kinked_flow import Network, _shortest, flow

SIZES, SAMPLES = (3, 4, 4, 2), 5


def _setting(slopes, loss="squared", seed=0):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(SAMPLES, SIZES[0], generator=generator, dtype=torch.float64)
    y = torch.randn(SAMPLES, SIZES[-1], generator=generator, dtype=torch.float64)
    start = [w[0] for w in net.layers((1,), SIZES, 1.0, generator)]
    network = Network(SIZES, x.numpy(), y.numpy(), slopes, loss)
    return network, torch.cat([w.flatten() for w in start]), x, y


def _objective(network, state, x, y):
    weights, first = [], 0
    for columns, rows in pairwise(SIZES):
        size = rows * columns
        weights.append(state[..., first : first + size].reshape(*state.shape[:-1], rows, columns))
        first += size
    acts = [partial(net.leaky, slope=slope) for slope in network.slopes]
    return net.empirical_loss(net.preactivations(weights, x, acts)[-1], y, network.loss)


def _gains(network, state):
    """The gains at a state, found layer by layer."""
    gains = np.ones(sum(SAMPLES * units for units in SIZES[1:-1]))
    for _ in SIZES[1:-1]:
        gains = np.where(network.heights(state, gains) > 0, 1.0, network.least_gains())
    return gains


@pytest.mark.parametrize("loss", ["squared", "logistic", "quartic"])
def test_velocity_is_minus_the_gradient_by_autograd(loss):
    network, start, x, y = _setting((0.3, 0.0), loss)
    leaf = start.clone().requires_grad_(True)
    _objective(network, leaf, x, y).backward()
    found = network.velocity(start.numpy(), _gains(network, start.numpy()))
    assert np.allclose(found, -leaf.grad.numpy(), atol=1e-14)


def test_an_unknown_loss_is_refused():
    network, start, _, _ = _setting((0.3, 0.0), "absolute")
    gains = network.least_gains()
    with pytest.raises(ValueError, match="unknown loss"):
        network.velocity(start.numpy(), gains)


def test_rise_is_the_rate_of_the_heights():
    network, start, _, _ = _setting((0.3, 0.1))
    state, gains = start.numpy(), _gains(network, start.numpy())
    moving = np.sin(np.arange(len(state)))
    step = 1e-6
    ahead, behind = (network.heights(state + s * step * moving, gains) for s in (1, -1))
    found = network.rise(state, moving, gains)
    assert np.allclose(found, (ahead - behind) / (2 * step), atol=1e-8)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("slope", [0.0, 0.2, 1.0])
def test_states_agree_with_short_steps_across_the_kinks(seed, slope):
    network, start, x, y = _setting((slope, slope), seed=seed)
    times = torch.tensor([0.0, 0.3, 0.6], dtype=torch.float64)
    found = flow(network, start.numpy(), times.tolist())
    expected = gradient_flow(
        lambda states, _: _objective(network, states, x, y), start[None], times, accuracy=1e-3
    )[0].numpy()
    # Where the flow slides, the steps' error is of first order and the accuracy no better.
    assert np.abs(found - expected).max() < (1e-6 if slope == 1.0 else 2e-3)
    assert np.abs(found[-1] - found[0]).max() > 0.05


def _sliding():
    """`f(x) = v relu(w x)` at `x = 1` and `x = -1`, both to be 1, from `w > 0 > v`, `|v| > w`.

    The sample at 1 drives `w` down through 0, and the one at -1, active below, drives it back up.
    """
    x, y = np.array([[1.0], [-1.0]]), np.array([[1.0], [1.0]])
    return Network((1, 1, 1), x, y, (0.0,), "squared")


def test_a_unit_that_both_gains_drive_back_stays_at_its_kink():
    network = _sliding()
    states = flow(network, np.array([0.5, -0.9]), [0.0, 0.1, 4.0, 8.0])
    assert states[1, 0] > 0.1
    assert np.allclose(states[2:, 0], 0.0, atol=1e-7)
    # w^2 - v^2 is conserved, here too.
    assert np.allclose(states[2:, 1], -(0.56**0.5), atol=1e-7)


def test_a_flow_on_a_kink_has_the_shortest_velocity():
    fields = np.array([[1.0, 2.0], [1.0, -1.0]])
    assert np.allclose(_shortest(fields) @ fields, [1.0, 0.0])
    fields = np.array([[1.0, 2.0], [1.0, 1.0], [3.0, 0.5]])
    best = _shortest(fields) @ fields
    rng = np.random.default_rng(0)
    others = rng.dirichlet(np.ones(3), 500) @ fields
    assert np.linalg.norm(best) <= np.linalg.norm(others, axis=1).min() + 1e-12


def test_a_flow_that_does_not_get_on_is_an_error(monkeypatch):
    monkeypatch.setattr("numeric.kinked_flow.MOST_EVENTS", 0)
    with pytest.raises(Unresolved, match="more than 0 kinks"):
        flow(_sliding(), np.array([0.5, -0.9]), [0.0, 8.0])
