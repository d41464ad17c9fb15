"""Features of random deep networks drawn without their weight matrices.

Given the features below it, a layer's values `W x_i` are Gaussian with covariance `x_i.x_j`, and
independent over units: drawing them costs `n` numbers per unit instead of `m`, and has exactly the
law of the network at initialisation. Source: du2018, sections 2.2, 3 and 4.
"""

from __future__ import annotations

import torch
from torch import Tensor

from numeric.deep_network import c_sigma
from numeric.kernels.activations import derivative, value
from numeric.kernels.layers import Activation
from numeric.normals import gaussian_rows, normal


def _values(states: Tensor, width: int, generator: torch.Generator) -> Tensor:
    """`W x_i`, `(..., n, width)`, for standard normal `W` and states `(..., n, d)`."""
    return gaussian_rows(states @ states.mT, width, generator)


def draw_features(
    x: Tensor,
    activation: Activation,
    sizes: tuple[int, int],
    draws: int,
    generator: torch.Generator,
    c_res: float | None = None,
) -> list[Tensor]:
    """`x^(0), ..., x^(H)` of `draws` random networks, `(draws, n, m)`; `x (n, d)`.

    `sizes = (H, m)`. With `c_res` the ResNet `x^(h) = x^(h-1) + c_res / (H sqrt(m)) sigma(...)`
    from `h = 2` on, without it the fully connected network.
    """
    depth, width = sizes
    root = c_sigma(activation) ** 0.5
    states = [x.expand(draws, *x.shape)]
    for h in range(depth):
        image = value(activation, _values(states[-1], width, generator)) / width**0.5
        if c_res is None or h == 0:
            states.append(root * image)
        else:
            states.append(states[-1] + c_res / depth * image)
    return states


def draw_last_gram(
    x: Tensor,
    activation: Activation,
    sizes: tuple[int, int],
    draws: int,
    generator: torch.Generator,
    output: str = "sign",
) -> Tensor:
    """`G^(H)` of `draws` random fully connected networks, `(draws, n, n)`.

    `output`: "sign" for an output layer of signs, "normal" for a standard normal one.
    Source: du2018, section 6; du2019, equation (3.12).
    """
    depth, width = sizes
    below = draw_features(x, activation, (depth - 1, width), draws, generator)[-1]
    slopes = derivative(activation, _values(below, width, generator))
    if output == "normal":
        a = normal(draws, 1, width, generator=generator)
        slopes = slopes * a
    return c_sigma(activation) / width * (below @ below.mT) * (slopes @ slopes.mT)
