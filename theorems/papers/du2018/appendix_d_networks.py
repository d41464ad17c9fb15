r"""The networks of appendix D that the checks run: activations, layers and inputs.

sigma: which activation (0 softplus, 1 tanh, 2 sigmoid); H: layers; c_res: the factor
c_lambda lambda^{3/2} of the residual branches; p: entries per channel; n, d: inputs and their
channels; cosine: inner product of any two inputs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

NAMES = ("softplus", "tanh", "sigmoid")


def activation(sigma: int) -> Any:
    from numeric.kernels.layers import Activation

    return Activation(NAMES[sigma])


def scaled(sigma: int, factor: float) -> Callable[[Any], Any]:
    """`factor` times the activation."""
    from numeric.kernels.activations import value

    chosen = activation(sigma)
    return lambda u: factor * value(chosen, u)


def normaliser(sigma: int) -> float:
    """`c_sigma = 1 / E sigma(z)^2`."""
    from numeric.kernels.deep import c_sigma

    return float(c_sigma(activation(sigma)))


def fully_connected(sigma: int, depth: int) -> list[Any]:
    """rho = sqrt(c_sigma) sigma in every layer, no skip."""
    from numeric.tensor_program import dense

    return [dense(scaled(sigma, normaliser(sigma) ** 0.5))] * depth


def residual(sigma: int, depth: int, c_res: float) -> list[Any]:
    """rho = sqrt(c_sigma) sigma in the first layer, (c_res/H) sigma on top of the skip above it."""
    from numeric.tensor_program import dense

    first = dense(scaled(sigma, normaliser(sigma) ** 0.5))
    return [first] + [dense(scaled(sigma, c_res / depth), 1.0)] * (depth - 1)


def convolutional(sigma: int, depth: int, c_res: float, p: int) -> list[Any]:
    """The same with filters of three taps over p pixels."""
    from numeric.tensor_program import convolution

    first = convolution(scaled(sigma, normaliser(sigma) ** 0.5), p)
    branch = convolution(scaled(sigma, c_res / depth), p, skip=1.0)
    return [first] + [branch] * (depth - 1)


def unit_inputs(count: int, cosine: float) -> Any:
    """`count` unit vectors `(count, count, 1)` of one inner product, above `-1/(count - 1)`."""
    import torch

    gram = (1 - cosine) * torch.eye(count, dtype=torch.float64) + cosine
    values, vectors = torch.linalg.eigh(gram)
    return (vectors * values.clamp_min(0).sqrt()).unsqueeze(-1)


def images(count: int, channels: int, p: int, seed: int = 0) -> Any:
    """Inputs `(count, channels, p)` of Frobenius norm one, from a fixed seed."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(count, channels, p, generator=generator, dtype=torch.float64)
    return x / x.flatten(1).norm(dim=1)[:, None, None]


def blocks(limit: Any, centred: bool) -> Any:
    """Least eigenvalues `(n, n)` of the blocks of `K` (or of `K - b b'`) over pairs of inputs."""
    import torch

    from numeric.program_bounds import pair_blocks

    gram = limit.gram
    if centred:
        gram = gram - torch.einsum("ip,jq->ijpq", limit.mean, limit.mean)
    return torch.linalg.eigvalsh(pair_blocks(gram))[..., 0]


# Lipschitz constants and |sigma(0)|.
SLOPES = (1.0, 1.0, 0.25)
AT_ZERO = (0.6931471805599453, 0.0, 0.5)


def sizes(sigma: int, depth: int, branch: float | None, gain: float = 1.0) -> list[float]:
    """C_(h) of every layer; `branch` is c_res/H of a ResNet, None for a fully connected network."""
    unit = SLOPES[sigma] + AT_ZERO[sigma]
    root = normaliser(sigma) ** 0.5
    above = root if branch is None else branch
    return [gain * root * unit] + [above * unit] * (depth - 1)
