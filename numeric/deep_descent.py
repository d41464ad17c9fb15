"""Gradient descent on the deep residual networks, with what the convergence proofs speak of.

Source: du2018, sections 2.2 and 6; du2019, sections 3.2 and 3.3.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from numeric import deep_convolution as convolution
from numeric import deep_residual as residual
from numeric.deep_residual import Weights, layer_norms, minus, step
from numeric.kernels.layers import Activation


@dataclass(frozen=True)
class Network:
    """Which network: `patch` is the convolution's patch size, 0 for the one without positions.

    `c_res` is a number or a tensor of the weights' leading axes; `train_output` says whether `a`
    is trained (du2019) or fixed (du2018).
    """

    activation: Activation
    c_res: float | Tensor
    patch: int = 0
    train_output: bool = False


@dataclass(frozen=True)
class Look:
    """At one set of weights: `output (..., n)`, the loss's `gradient`, the Gram matrices
    `grams (..., H, n, n)` of the layers and `output_gram (..., n, n)` of `a`, and `sizes
    (..., H, n)`, the norms of the states."""

    output: Tensor
    gradient: dict[str, Tensor]
    grams: Tensor
    output_gram: Tensor
    sizes: Tensor

    def total(self, train_output: bool) -> Tensor:
        """The Gram matrix of all trained weights, `(..., n, n)`."""
        trained = self.grams.sum(-3)
        return trained + self.output_gram if train_output else trained


def look(net: Network, weights: Weights, x: Tensor, label: Tensor) -> Look:
    """Everything at these weights; `x (..., n, d)` or `(..., n, d, p)`, `label (..., n)`."""
    if net.patch:
        path = convolution.forward(weights, x, net.activation, net.c_res)
        slope = convolution.slopes(weights, path, net.activation, net.c_res)
        _, gradient = convolution.loss_gradient(path, slope, label)
        grams = convolution.grams(path, slope)
        last = path.states[..., -1, :, :, :].flatten(-2)
        sizes = path.states.flatten(-2).norm(dim=-1)
        return Look(path.output, gradient, grams, last @ last.mT, sizes)
    run = residual.forward(weights, x, net.activation, net.c_res)
    back = residual.backward(weights, run, net.activation, net.c_res)
    _, gradient = residual.loss_gradient(run, back, label)
    grams = residual.grams(run, back)
    return Look(run.output, gradient, grams, residual.output_gram(run), run.states.norm(dim=-1))


def descend(
    net: Network,
    weights: Weights,
    x: Tensor,
    label: Tensor,
    step_size: float | Tensor,
    steps: int,
) -> dict[str, Tensor]:
    """Gradient descent; one entry per step `k = 0..steps - 1` in the last axis of every record.

    `loss`, `next_loss`: `|y - u(k)|^2` and `|y - u(k+1)|^2`. `first`: the loss at the start.
    `speed`, `a_speed`: norms of the loss's gradient in every `W^(h)` `(..., H, steps)` and in `a`.
    `moved`, `a_moved`: distances of the weights after the step from the start. `least`: least
    eigenvalue of `G^(H)(k)`. `change`: `|u(k+1) - u(k)|^2`. `second`: `|I_2(k)|_2`.
    """
    size = torch.as_tensor(step_size, dtype=torch.float64)
    rows: dict[str, list[Tensor]] = {}
    here, now = dict(weights), look(net, weights, x, label)
    first = (now.output - label).square().sum(-1)
    for k in range(steps):
        error = now.output - label
        after = step(here, now.gradient, size, train_output=net.train_output)
        then = look(net, after, x, label)
        change = then.output - now.output
        linear = -_along(size, error) * (now.total(net.train_output) @ error.unsqueeze(-1))[..., 0]
        away = minus(after, weights)
        seen = {
            "loss": error.square().sum(-1),
            "next_loss": (then.output - label).square().sum(-1),
            "first": first,
            "step": torch.full_like(first, k),
            "speed": layer_norms(now.gradient),
            "moved": layer_norms(away),
            "a_speed": _norm(now.gradient["a"], net),
            "a_moved": _norm(away["a"], net),
            "least": torch.linalg.eigvalsh(now.grams[..., -1, :, :])[..., 0],
            "change": change.square().sum(-1),
            "second": (change - linear).norm(dim=-1),
        }
        for name, value in seen.items():
            rows.setdefault(name, []).append(value)
        here, now = after, then
    return {name: torch.stack(values, -1) for name, values in rows.items()}


def _along(size: Tensor, error: Tensor) -> Tensor:
    return size.reshape(size.shape + (1,) * (error.ndim - size.ndim))


def _norm(a: Tensor, net: Network) -> Tensor:
    return a.flatten(-2).norm(dim=-1) if net.patch else a.norm(dim=-1)
