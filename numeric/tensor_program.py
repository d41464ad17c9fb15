"""Random networks with `p` entries per channel and their infinite-width recursion.

A layer sends channels `X (channels, p)` to `D X + rho(sum_b W_ab X_b / sqrt(m))`, each `W_ab` an
independent Gaussian combination of fixed matrices, `sum_k g_k basis_k`. Fully connected networks
have `p = 1`, `basis = 1`, `D = 0`; ResNets `D = 1`; convolutions the shifts of `p` pixels.
Source: du2018, equation (8) and Theorem D.1; du2019, Definition 3.4.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from numeric.normals import normal

Function = Callable[[Tensor], Tensor]
# Nodes of the trapezoidal rule for a standard normal, and their reach.
NODES = 81
REACH = 9.0


@dataclass(frozen=True)
class Layer:
    """`basis (k, p, p')` spans the weights, `skip (p, p')` is the map D, `rho` the activation."""

    basis: Tensor
    skip: Tensor
    rho: Function

    def covariance(self, gram: Tensor) -> Tensor:
        """`W(K) = E W K W'`, for `gram (..., p', p')`."""
        return torch.einsum("kab,...bc,kdc->...ad", self.basis, gram, self.basis)

    def covariance_norm(self) -> float:
        """The norm of `K -> W(K)` for the largest absolute entry."""
        table = torch.einsum("kab,kdc->adbc", self.basis, self.basis)
        return float(table.abs().sum((-2, -1)).max())


@dataclass(frozen=True)
class Limit:
    """`gram (n, n, p, p)` and `mean (n, p)` of one layer; those of the inputs have mean 0."""

    gram: Tensor
    mean: Tensor

    def matrix(self) -> Tensor:
        """The gram as one `(n p, n p)` matrix."""
        n, p = self.mean.shape
        return self.gram.transpose(1, 2).reshape(n * p, n * p)


def dense(rho: Function, skip: float = 0.0) -> Layer:
    """One entry per channel: `skip` 0 for a fully connected layer, 1 for a residual one."""
    one = torch.ones(1, 1, dtype=torch.float64)
    return Layer(one[None], skip * one, rho)


def convolution(rho: Function, p: int, reach: int = 1, skip: float = 0.0) -> Layer:
    """Filters of `2 reach + 1` taps over `p` pixels, zero padding, stride 1."""
    offsets = range(-reach, reach + 1)
    basis = torch.stack([torch.diag(torch.ones(p - abs(k)).double(), k) for k in offsets])
    return Layer(basis, skip * torch.eye(p, dtype=torch.float64), rho)


def draw(
    layers: Sequence[Layer], channels: int, width: int, generator: torch.Generator
) -> list[Tensor]:
    """Coefficients `(width, fan_in, k)` of every layer's weights, standard normal."""
    drawn = []
    for layer in layers:
        shape = (width, channels, layer.basis.shape[0])
        drawn.append(normal(*shape, generator=generator))
        channels = width
    return drawn


def forward(layers: Sequence[Layer], weights: Sequence[Tensor], x: Tensor) -> list[Tensor]:
    """`X^(0), ..., X^(H)`, each `(n, channels, p)`; `x (n, d, p)`.

    Every weight is written out as a `p x p'` matrix per pair of channels, as in the definition; the
    first layer is not divided by `sqrt(m)` and has no skip.
    """
    states = [x]
    for index, (layer, g) in enumerate(zip(layers, weights, strict=True)):
        w = torch.einsum("abk,kpq->abpq", g, layer.basis)
        scale = 1.0 if index == 0 else 1 / math.sqrt(g.shape[1])
        moved = layer.rho(scale * torch.einsum("abpq,nbq->nap", w, states[-1]))
        states.append(moved if index == 0 else states[-1] @ layer.skip.T + moved)
    return states


def empirical(state: Tensor) -> Limit:
    """The averages over channels of `X_i X_j'` and of `X_i`, for `state (..., n, channels, p)`."""
    gram = torch.einsum("...iap,...jaq->...ijpq", state, state) / state.shape[-2]
    return Limit(gram, state.mean(dim=-2))


def _root(covariance: Tensor) -> Tensor:
    values, vectors = torch.linalg.eigh(covariance)
    return vectors * values.clamp_min(0).sqrt().unsqueeze(-2)


def channels(
    layers: Sequence[Layer], x: Tensor, width: int, draws: int, generator: torch.Generator
) -> list[Limit]:
    """Empirical grams and means of every layer, `(draws, ...)`, without drawing the weights.

    Given the layers below, the channels of a layer are independent and Gaussian before `rho`, with
    the covariance `W` of the empirical gram below: the law is that of `forward`, at a cost linear
    in the width.
    """
    n, _, p = x.shape
    gram = (torch.einsum("iap,jaq->ijpq", x, x)).expand(draws, n, n, p, p)
    state = torch.zeros(draws, n, width, p, dtype=torch.float64)
    found = []
    for index, layer in enumerate(layers):
        size = layer.basis.shape[1]
        covariance = layer.covariance(gram).transpose(2, 3).reshape(draws, n * size, n * size)
        shape = (draws, width, n * size)
        noise = normal(*shape, generator=generator)
        u = (noise @ _root(covariance).mT).reshape(draws, width, n, size).transpose(1, 2)
        moved = layer.rho(u)
        state = moved if index == 0 else state @ layer.skip.T + moved
        found.append(empirical(state))
        gram = found[-1].gram
    return found


def normal_nodes() -> tuple[Tensor, Tensor]:
    """Nodes and weights of the trapezoidal rule for the standard normal density."""
    t = torch.linspace(-REACH, REACH, NODES, dtype=torch.float64)
    weight = torch.exp(-t * t / 2)
    return t, weight / weight.sum()


def mean(rho: Function, variance: Tensor) -> Tensor:
    """`E rho(u)` for `u ~ N(0, variance)`, any shape; smooth `rho` of moderate steepness."""
    t, weight = normal_nodes()
    return rho(variance.sqrt().unsqueeze(-1) * t) @ weight


def product_mean(left: Function, right: Function, a: Tensor, b: Tensor, c: Tensor) -> Tensor:
    """`E left(u) right(v)`, Gaussians of variances `a`, `b` and covariance `c`, any one shape."""
    t, weight = normal_nodes()
    slope = c / a.sqrt().clamp_min(1e-300)
    rest = (b - slope * slope).clamp_min(0).sqrt()
    u = left(a.sqrt().unsqueeze(-1) * t)
    v = right(slope[..., None, None] * t[:, None] + rest[..., None, None] * t)
    return ((v @ weight) * u) @ weight


def step(layer: Layer, below: Limit, first: bool) -> Limit:
    """The next layer's limit; `first` says that there is no skip (`D^(1) = 0`)."""
    covariance = layer.covariance(below.gram)
    variance = covariance.diagonal(dim1=0, dim2=1).diagonal(dim1=0, dim2=1)  # (n, p)
    n, p = variance.shape
    a = variance[:, None, :, None].expand(n, n, p, p)
    b = variance[None, :, None, :].expand(n, n, p, p)
    image = product_mean(layer.rho, layer.rho, a, b, covariance)
    average = mean(layer.rho, variance)
    if first:
        return Limit(image, average)
    kept = below.mean @ layer.skip.T
    cross = average[:, None, :, None] * kept[None, :, None, :]
    cross = cross + kept[:, None, :, None] * average[None, :, None, :]
    carried = layer.skip @ below.gram @ layer.skip.T
    return Limit(carried + cross + image, kept + average)


def limit(layers: Sequence[Layer], x: Tensor) -> list[Limit]:
    """`(K^(h), b^(h))` for `h = 0..H`; `x (n, d, p)`."""
    gram = torch.einsum("iap,jaq->ijpq", x, x)
    found = [Limit(gram, torch.zeros(x.shape[0], x.shape[2], dtype=torch.float64))]
    for index, layer in enumerate(layers):
        found.append(step(layer, found[-1], first=index == 0))
    return found
