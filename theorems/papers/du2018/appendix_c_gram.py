r"""Appendix C: the Gram matrix of the convolutional ResNet's last layer.

Symbols in `appendix_b_symbols` and `appendix_c_symbols`. Weights are standard normal from a fixed
seed, two inputs of norm 1.
"""

from __future__ import annotations

from typing import Any

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018.appendix_b_gradients import EXACTLY
from theorems.papers.du2018.appendix_b_symbols import (
    ACTIVATIONS,
    DEEP,
    PAPER,
    RATE,
    H,
    activation,
    c_res,
    m,
    sigma,
)
from theorems.papers.du2018.appendix_c_symbols import NATURAL, inputs, p, q
from theorems.sides import Computed

NETWORKS = {H: DEEP, m: NATURAL, p: NATURAL, q: NATURAL, sigma: ACTIVATIONS, c_res: RATE}


def network(points: Any, *, output: bool) -> tuple[Any, Any]:
    """Weights that record gradients, and inputs; `output`: Gaussian output weights."""
    import torch

    from numeric.deep_convolution import initial

    generator = torch.Generator().manual_seed(11)
    sizes = (points.H, points.m, 2, points.p, points.q)
    readout: Any = "gaussian" if output else "signs"
    weights = initial((), sizes, generator, readout=readout)
    return {name: w.requires_grad_(True) for name, w in weights.items()}, inputs(2, points.p)


def automatic_gram(points: Any, *, output: bool = False) -> Any:
    """Inner products of the outputs' automatic gradients in W^(H)."""
    import torch

    from numeric.deep_convolution import forward

    rows = []
    for rate in points.c_res.tolist():
        weights, x = network(points, output=output)
        path = forward(weights, x, activation(points), rate)
        slopes = [
            torch.autograd.grad(value, weights["layers"], retain_graph=True)[0][-1].flatten()
            for value in path.output
        ]
        stacked = torch.stack(slopes)
        rows.append((stacked @ stacked.T).flatten())
    return torch.stack(rows)


def printed_gram(points: Any, *, output: bool = False) -> Any:
    """The printed formula for G^(H)."""
    import torch

    from numeric.deep_convolution import forward, printed_last_gram

    rows = []
    for rate in points.c_res.tolist():
        weights, x = network(points, output=output)
        path = forward(weights, x, activation(points), rate)
        value = printed_last_gram(weights, path, activation(points), rate)
        rows.append(value.detach().flatten())
    return torch.stack(rows)


GRID = Grid(H=[2, 5], m=[1, 4], p=[1, 4], q=[1, 3], sigma=[0, 3], c_res=[0.3, 0.9])
SUMS = (
    r"\sum_{r=1}^m\left[\sum_{l=1}^pa_{l,r}x_{i,l}^{(H-1)}\sigma'((w_r^{(H)})^\top "
    r"x_{i,l}^{(H-1)})\right]^\top\left[\sum_{k=1}^pa_{k,r}x_{j,k}^{(H-1)}\sigma'((w_r^{(H)})^\top "
    r"x_{j,k}^{(H-1)})\right]$"
)
gram = Claim(
    id="du2018.eq-C-G",
    source=Source(PAPER, "C", "the Gram matrix for CNN"),
    statement=r"$G_{ij}^{(H)}=\frac{c_\lambda^2\lambda^3}{H^2m}" + SUMS,
    reading=r"$x_{i,l}=\phi(x_i)_{:,l}$ (printed as $\phi(x_{i,l})_{:,l}$)",
    over=NETWORKS,
    quantifier=EXACTLY,
    lhs=Computed(automatic_gram),
    relation="==",
    rhs=Computed(printed_gram),
    grid=GRID,
)
