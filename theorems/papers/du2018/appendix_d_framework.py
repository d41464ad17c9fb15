r"""Appendix D: the general recursion (8) and its special cases.

sigma: which activation (see `appendix_d_networks`); family: the network (0 fully connected, 1
ResNet, 2 convolutional ResNet with p = 4 pixels and 8 channels); H: layers; m: width; n: inputs;
delta: failure probability; gain: factor on rho^(1); seed: of the weights compared.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018.appendix_d_networks import (
    activation,
    convolutional,
    fully_connected,
    images,
    normaliser,
    residual,
    scaled,
    sizes,
    unit_inputs,
)
from theorems.quantifiers import ForAll, InExpectation
from theorems.sides import Closed, Computed, Sampled

PAPER = "du2018"
PIXELS, C_RES, COSINE = 4, 0.5, 0.4
# Fewer channels leave the 2p x 2p blocks singular, and lambda = 0.
CHANNELS = 2 * PIXELS
delta, gain = symbols("delta gain", real=True)
H, m, n, sigma, family, seed, h = symbols("H m n sigma family seed h", integer=True)
ON_GRID = ForAll(random_points=0, search=False)
NETWORKS = {
    sigma: sp.FiniteSet(0, 1, 2),
    family: sp.FiniteSet(0, 1, 2),
    H: sp.S.Naturals,
    m: sp.S.Naturals,
    n: sp.S.Naturals,
}


def network(points: Any, first_gain: float = 1.0) -> tuple[list[Any], Any, list[float]]:
    """Layers, inputs and the C_(h) of a point's network."""
    from dataclasses import replace

    kind, depth = points.family, points.H
    if kind == 0:
        layers, branch = fully_connected(points.sigma, depth), None
    elif kind == 1:
        layers, branch = residual(points.sigma, depth, C_RES), C_RES / depth
    else:
        layers, branch = convolutional(points.sigma, depth, C_RES, PIXELS), C_RES / depth
    root = first_gain * normaliser(points.sigma) ** 0.5
    layers[0] = replace(layers[0], rho=scaled(points.sigma, root))
    x = images(points["n"], CHANNELS, PIXELS) if kind == 2 else unit_inputs(points["n"], COSINE)
    return layers, x, sizes(points.sigma, depth, branch, first_gain)


# The recursion (8)
def weights_of(points: Any) -> tuple[list[Any], Any, list[Any]]:
    import torch

    from numeric.tensor_program import draw

    layers, x, _ = network(points)
    generator = torch.Generator().manual_seed(points.seed)
    return layers, x, draw(layers, x.shape[1], points.m, generator)


def recursion_states(points: Any, scale: bool) -> Any:
    """X^(1..H) of (8) flattened; with `scale`, divided by sqrt(m)."""
    import torch

    from numeric.tensor_program import forward

    layers, x, weights = weights_of(points)
    flat = torch.stack(forward(layers, weights, x)[1:]).flatten()
    return (flat / points.m**0.5 if scale else flat).expand(points.n, -1)


def network_features(points: Any) -> Any:
    """x^(1..H) of (2) or (3) with the same weights."""
    import torch

    from numeric.kernels.deep import features

    _, x, weights = weights_of(points)
    plain = [w[..., 0] for w in weights]
    c_res = None if points.family == 0 else C_RES
    found = features(plain, x[..., 0], activation(points.sigma), c_res)
    return torch.stack(found[1:]).flatten().expand(points.n, -1)


COMPARED = {**NETWORKS, family: sp.FiniteSet(0, 1), seed: sp.S.Naturals0}
COMPARED_GRID = Grid(sigma=[0, 1], family=[0, 1], H=[1, 2, 4], m=[1, 5], n=[3], seed=[0])

special_cases = Claim(
    id="du2018.remark-D.1",
    source=Source(PAPER, "D", "Remark D.1"),
    statement=r"(8) with $a^{(h)}=0$ is the fully connected network (2), with $a^{(h)}$ the "
    r"identity ($a^{(1)}=0$) the ResNet (3)",
    reading=r"features over $\sqrt m$; $\rho^{(1)}=\sqrt{c_\sigma}\sigma$, above it "
    r"$\sqrt{c_\sigma}\sigma$ or $\frac{c_\lambda\lambda^{3/2}}H\sigma$",
    over=COMPARED,
    quantifier=ON_GRID,
    lhs=Computed(lambda points: recursion_states(points, scale=True)),
    relation="==",
    rhs=Computed(network_features),
    grid=COMPARED_GRID,
    uses=("du2018.eq-8", "du2018.eq-2", "du2018.eq-3", "du2018.remark-D.3"),
)


def state_ratio(points: Any, layer: int) -> Any:
    """The norm of X^(layer) over that of x^(layer)."""
    from numeric.kernels.deep import features
    from numeric.tensor_program import forward

    layers, x, weights = weights_of(points)
    c_res = None if points.family == 0 else C_RES
    plain = features([w[..., 0] for w in weights], x[..., 0], activation(points.sigma), c_res)
    ratio = forward(layers, weights, x)[layer].norm() / plain[layer].norm()
    return ratio.expand(points.n)


scaling = Claim(
    id="du2018.remark-D.3",
    source=Source(PAPER, "D", "Remark D.3"),
    statement=r"$X_i^{(h)}=\sqrt mx_i^{(h)}$ for $h\ge1$ and $X_i^{(0)}=x_i^{(0)}$",
    over={**COMPARED, h: sp.S.Naturals0},
    where=[h <= H],
    quantifier=ON_GRID,
    lhs=Computed(lambda points: state_ratio(points, points.h)),
    relation="==",
    rhs=Closed(sp.Piecewise((1, sp.Eq(h, 0)), (sqrt(m), True))),
    grid=Grid(sigma=[0], family=[0, 1], H=[3], m=[5], n=[2], seed=[1], h=[0, 1, 2, 3]),
    uses=("du2018.eq-8",),
)


def _convolved(points: Any) -> Any:
    """The same states by a library's convolution."""
    import torch
    from torch.nn.functional import conv1d

    layers, x, weights = weights_of(points)
    state, found = x, []
    for index, (layer, g) in enumerate(zip(layers, weights, strict=True)):
        scale = 1.0 if index == 0 else g.shape[1] ** -0.5
        moved = layer.rho(scale * conv1d(state, g, padding=1))
        state = moved if index == 0 else state + moved
        found.append(state)
    return torch.stack(found).flatten().expand(points.n, -1)


convolution_case = Claim(
    id="du2018.remark-D.2",
    source=Source(PAPER, "D", "Remark D.2"),
    statement=r"for CNNs $n^{(h)}$ is the number of grid points and $\mathcal W^{(h)}$ the space "
    "of convolutions of one kernel size",
    reading="three taps, stride 1, zero padding; the states of (8) against a library's convolution",
    over={**NETWORKS, family: sp.FiniteSet(2), seed: sp.S.Naturals0},
    quantifier=ON_GRID,
    lhs=Computed(lambda points: recursion_states(points, scale=False)),
    relation="==",
    rhs=Computed(_convolved),
    grid=Grid(sigma=[0, 1], family=[2], H=[1, 3], m=[4], n=[2], seed=[0]),
    uses=("du2018.eq-8",),
)


def _linear_grams(points: Any, samples: int, generator: Any) -> Any:
    """Sums over pixels of the empirical gram of layer 2, rho(x) = x, no skip, explicit weights."""
    import torch

    from numeric.normals import normal
    from numeric.tensor_program import convolution, empirical, forward

    layers = [convolution(lambda u: u, 3)] * 2
    x, width = images(2, 2, 3).abs(), points.m
    first = normal(samples, width, 2, 3, generator=generator)
    second = normal(samples, width, width, 3, generator=generator)

    def one(*weights: Any) -> Any:
        return empirical(forward(layers, weights, x)[-1]).gram.sum((-2, -1)).flatten()

    return torch.func.vmap(one)(first, second).expand(points.n, samples, -1)


def _twice(points: Any) -> Any:
    """W(W(K^(0))), summed over pixels."""
    from numeric.tensor_program import convolution, empirical

    layer, x = convolution(lambda u: u, 3), images(2, 2, 3).abs()
    first = empirical(x).gram * x.shape[1]
    return layer.covariance(layer.covariance(first)).sum((-2, -1)).flatten().expand(points.n, -1)


recursion = Claim(
    id="du2018.eq-8",
    source=Source(PAPER, "D", "equation (8)"),
    statement=r"$X_i^{(h),[\alpha]}=a^{(h)}(X_i^{(h-1),[\alpha]})+\rho^{(h)}\left(\frac{\sum_\beta "
    r"W_{[\beta]}^{(h),[\alpha]}X_i^{(h-1),[\beta]}}{\mathbb I\{h\ge2\}\sqrt m}\right)$",
    reading=r"the divisor is $\sqrt m$ for $h\ge2$ and 1 for $h=1$; what is checked: for "
    r"$\rho(x)=x$, $a=0$ the mean of $\frac1mX^{(2)}X^{(2)\top}$ is "
    r"$\mathcal W(\mathcal W(K^{(0)}))$ at every width",
    over={m: sp.S.Naturals},
    quantifier=InExpectation(samples=1 << 15),
    lhs=Sampled(_linear_grams),
    relation="==",
    rhs=Computed(_twice),
    grid=Grid(m=[2, 5]),
)
