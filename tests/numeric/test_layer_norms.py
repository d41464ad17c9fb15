"""The norm experiment against plain gradient descent on the weights by autograd."""

import torch

from numeric.homogeneous import leaky, preactivations
from numeric.layer_norms import Experiment, data, initial_norms, norms


def test_shortcut_is_gradient_descent():
    experiment = Experiment((7, 5, 4, 3), 9, (0.5, 0.5, 0.5), 2.0, 0.01, 30, seed=5)
    found, losses = norms(experiment)
    generator = torch.Generator().manual_seed(5)
    x, y = data(experiment, generator)
    weights = [
        (0.5 * torch.randn(rows, columns, generator=generator, dtype=torch.float64))
        for columns, rows in ((7, 5), (5, 4), (4, 3))
    ]
    for step in range(31):
        leaves = [w.detach().requires_grad_(True) for w in weights]
        relu = [lambda z: leaky(z, 0.0)] * 2
        outputs = preactivations(leaves, x, relu)[-1]
        loss = (outputs - y).square().sum() / (2 * 9)
        assert torch.allclose(losses[step], loss, rtol=1e-10)
        expected = torch.stack([w.square().sum() for w in weights])
        assert torch.allclose(found[step], expected, rtol=1e-10)
        slopes = torch.autograd.grad(loss, leaves)
        weights = [w - 0.01 * g for w, g in zip(weights, slopes, strict=True)]


def test_initial_norms_have_their_expectation():
    generator = torch.Generator().manual_seed(1)
    drawn = initial_norms((1000, 100, 100, 10), (1e-2, 1e-2, 1e-2), 4000, generator)
    mean = drawn.mean(dim=0)
    assert torch.allclose(mean, torch.tensor([10.0, 1.0, 0.1], dtype=torch.float64), rtol=5e-3)
