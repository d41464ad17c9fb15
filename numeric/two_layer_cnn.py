"""The two-layer convolutional network on given patches: outputs, losses, per-sample gradients.

Shapes: `w`, `v`, `w_star` are `(n, p)`, `a`, `a_star` are `(n, k)`, the patches `z` are
`(n, samples, k, p)`; `n` is any batch of networks. Results have one entry (or vector) per network
and sample. The derivative of the ReLU at 0 is taken as 1, as in the source.
Source: du2019, equations (5.1), (5.2), (5.7) and (5.8).
"""

from __future__ import annotations

import torch
from torch import Tensor


def features(w: Tensor, z: Tensor) -> Tensor:
    """`relu(Z w)`, shape `(n, samples, k)`."""
    return torch.einsum("nskp,np->nsk", z, w).clamp_min(0.0)


def network(w: Tensor, a: Tensor, z: Tensor) -> Tensor:
    """`sum_i a_i relu(Z_i' w)`, shape `(n, samples)`."""
    return torch.einsum("nsk,nk->ns", features(w, z), a)


def normalised_network(v: Tensor, a: Tensor, z: Tensor) -> Tensor:
    """The network with `w = v / |v|` (du2019, (5.1)); `v` must not be 0."""
    return network(v / v.norm(dim=-1, keepdim=True), a, z)


def residual(w: Tensor, a: Tensor, w_star: Tensor, a_star: Tensor, z: Tensor) -> Tensor:
    """Student minus teacher, shape `(n, samples)`."""
    return network(w, a, z) - network(w_star, a_star, z)


def sample_loss(w: Tensor, a: Tensor, w_star: Tensor, a_star: Tensor, z: Tensor) -> Tensor:
    """Half the squared residual, shape `(n, samples)`; its mean estimates the population loss."""
    return residual(w, a, w_star, a_star, z).square() / 2


def sample_gradient_w(w: Tensor, a: Tensor, w_star: Tensor, a_star: Tensor, z: Tensor) -> Tensor:
    """Derivative of `sample_loss` in `w`, shape `(n, samples, p)`."""
    active = (torch.einsum("nskp,np->nsk", z, w) >= 0).to(z.dtype)
    direction = torch.einsum("nsk,nk,nskp->nsp", active, a, z)
    return residual(w, a, w_star, a_star, z).unsqueeze(-1) * direction


def sample_gradient_v(v: Tensor, a: Tensor, w_star: Tensor, a_star: Tensor, z: Tensor) -> Tensor:
    """Derivative in `v` of the loss of the normalised network, shape `(n, samples, p)`."""
    length = v.norm(dim=-1, keepdim=True)
    unit = v / length
    plain = sample_gradient_w(unit, a, w_star, a_star, z)
    along = torch.einsum("nsp,np->ns", plain, unit)
    return (plain - along.unsqueeze(-1) * unit.unsqueeze(1)) / length.unsqueeze(1)


def sample_gradient_a(w: Tensor, a: Tensor, w_star: Tensor, a_star: Tensor, z: Tensor) -> Tensor:
    """Derivative of `sample_loss` in `a`, shape `(n, samples, k)`."""
    return residual(w, a, w_star, a_star, z).unsqueeze(-1) * features(w, z)
