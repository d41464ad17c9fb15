"""Per-sample gradients against automatic differentiation."""

from __future__ import annotations

import torch

from numeric.data import gaussian_patches
from numeric.two_layer_cnn import (
    network,
    normalised_network,
    sample_gradient_a,
    sample_gradient_v,
    sample_gradient_w,
    sample_loss,
)

N, S, K, P = 3, 5, 4, 2


def weights() -> tuple[torch.Tensor, ...]:
    gen = torch.Generator().manual_seed(1)

    def normal(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=gen, dtype=torch.float64)

    z = gaussian_patches((N, S), K, P, gen)
    return normal(N, P), normal(N, K), normal(N, P), normal(N, K), z


def test_network_is_the_sum_over_patches() -> None:
    w, a, _, _, z = weights()
    by_hand = sum(float(a[1, i]) * max(float(z[1, 2, i] @ w[1]), 0.0) for i in range(K))
    assert abs(float(network(w, a, z)[1, 2]) - by_hand) < 1e-12


def test_normalised_network_ignores_the_length_of_v() -> None:
    v, a, _, _, z = weights()
    assert torch.allclose(normalised_network(v, a, z), normalised_network(7.5 * v, a, z))
    assert not torch.allclose(network(v, a, z), network(7.5 * v, a, z))


def derivative(loss: torch.Tensor, at: torch.Tensor, network_: int, sample: int) -> torch.Tensor:
    (grad,) = torch.autograd.grad(loss[network_, sample], at, retain_graph=True)
    return grad[network_]


def test_gradients_match_autograd_for_every_sample() -> None:
    w, a, w_star, a_star, z = weights()
    w.requires_grad_()
    a.requires_grad_()
    plain = sample_loss(w, a, w_star, a_star, z)
    unit = w / w.norm(dim=-1, keepdim=True)
    normalised = sample_loss(unit, a, w_star, a_star, z)
    by_w = sample_gradient_w(w, a, w_star, a_star, z)
    by_v = sample_gradient_v(w, a, w_star, a_star, z)
    by_a = sample_gradient_a(w, a, w_star, a_star, z)
    assert by_w.shape == (N, S, P)
    assert by_a.shape == (N, S, K)
    for n in range(N):
        for s in range(S):
            assert torch.allclose(by_w[n, s], derivative(plain, w, n, s))
            assert torch.allclose(by_v[n, s], derivative(normalised, w, n, s))
            assert torch.allclose(by_a[n, s], derivative(plain, a, n, s))
