r"""Appendix B: the gradient of the ResNet and its last layer's Gram matrix.

Symbols in `appendix_b_symbols`; layer: h. Weights are standard normal from a fixed seed, two unit
inputs, labels 0.3 and -1.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from theorems.claim import Claim, Source
from theorems.grid import Grid
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
from theorems.papers.du2018.pairs import corrected
from theorems.quantifiers import ForAll
from theorems.sides import Computed

layer = sp.Symbol("layer", integer=True)
LABELS = (0.3, -1.0)
NETWORKS = {H: DEEP, m: sp.S.Naturals, sigma: ACTIVATIONS, c_res: RATE}
EXACTLY = ForAll(random_points=0, search=False)
GRID = Grid(layer=[2, 4], H=[4, 9], m=[1, 6], sigma=[0, 3], c_res=[0.3, 0.9])


def network(points: Any, *, train: bool = False, readout: Any = "signs") -> tuple[Any, Any, Any]:
    """Weights, inputs and labels."""
    import torch

    from numeric.deep_residual import initial

    generator = torch.Generator().manual_seed(7)
    weights = initial((), points.H, points.m, 2, generator, readout=readout)
    if train:
        weights = {name: w.requires_grad_(True) for name, w in weights.items()}
    x = torch.tensor([[1.0, 0.0], [0.6, 0.8]], dtype=torch.float64)
    return weights, x, torch.tensor(LABELS, dtype=torch.float64)


def automatic(points: Any) -> Any:
    """The loss's gradient in W^(h), by automatic differentiation."""
    import torch

    from numeric.deep_residual import forward

    rows = []
    for rate in points.c_res.tolist():
        weights, x, label = network(points, train=True)
        path = forward(weights, x, activation(points), rate)
        loss = (path.output - label).square().sum() / 2
        slope = torch.autograd.grad(loss, weights["layers"])[0]
        rows.append(slope[points.layer - 2].flatten())
    return torch.stack(rows)


def by_products(points: Any, sign: float, skip: float | None) -> Any:
    """The printed product, times `sign`, with `skip` (c_res if None) inside the brackets."""
    import torch

    from numeric.deep_residual import forward, gradient_by_products

    rows = []
    for rate in points.c_res.tolist():
        weights, x, label = network(points)
        path = forward(weights, x, activation(points), rate)
        inside = rate if skip is None else skip
        weight = sign * (label - path.output)
        value = gradient_by_products(
            weights, path, weight, activation(points), rate, points.layer, inside
        )
        rows.append(value.flatten())
    return torch.stack(rows)


PRODUCT = (
    r"\left[a^\top\left(I+\frac{%s}{H\sqrt m}J_i^{(H)}W^{(H)}\right)\cdots\left(I+"
    r"\frac{%s}{H\sqrt m}J_i^{(h+1)}W^{(h+1)}\right)J_i^{(h)}\right]$"
)
HEAD = r"$\frac{\partial L}{\partial W^{(h)}}=\frac{c_\lambda\lambda^{3/2}}{H\sqrt m}\sum_i"

gradient = Claim(
    id="du2018.eq-B-grad",
    source=Source(PAPER, "B", "the gradient for ResNet"),
    statement=HEAD + r"(y_i-u_i)x_i^{(h-1)}\cdot" + PRODUCT % ("1", "1"),
    reading=r"$h\ge2$: the first layer has the factor $\sqrt{c_\sigma/m}$ of (3)",
    over={layer: DEEP, **NETWORKS},
    where=[layer <= H],
    quantifier=EXACTLY,
    lhs=Computed(automatic),
    relation="==",
    rhs=Computed(lambda points: by_products(points, 1.0, 1.0)),
    grid=GRID,
    erratum="the sign is that of -dL/dW (the residual is u - y), and c_lambda lambda^(3/2) is "
    "missing inside the brackets, where the proof of Lemma B.5 has it",
)

gradient_corrected = Claim(
    id="du2018.eq-B-grad.corrected",
    statement=HEAD
    + r"(u_i-y_i)x_i^{(h-1)}\cdot"
    + PRODUCT % (r"c_\lambda\lambda^{3/2}", r"c_\lambda\lambda^{3/2}"),
    **corrected(gradient, rhs=Computed(lambda points: by_products(points, -1.0, None))),
)


def automatic_gram(points: Any, *, readout: Any = "signs") -> Any:
    """Inner products of the outputs' automatic gradients in W^(H)."""
    import torch

    from numeric.deep_residual import forward

    rows = []
    for rate in points.c_res.tolist():
        weights, x, _ = network(points, train=True, readout=readout)
        path = forward(weights, x, activation(points), rate)
        slopes = [
            torch.autograd.grad(output, weights["layers"], retain_graph=True)[0][-1].flatten()
            for output in path.output
        ]
        stacked = torch.stack(slopes)
        rows.append((stacked @ stacked.T).flatten())
    return torch.stack(rows)


def printed_gram(points: Any, *, readout: Any = "signs") -> Any:
    """The printed formula for G^(H)."""
    import torch

    from numeric.deep_residual import forward, printed_last_gram

    rows = []
    for rate in points.c_res.tolist():
        weights, x, _ = network(points, readout=readout)
        path = forward(weights, x, activation(points), rate)
        rows.append(printed_last_gram(weights, path, activation(points), rate).flatten())
    return torch.stack(rows)


GRAM_GRID = Grid(H=[2, 9], m=[1, 6], sigma=[0, 3], c_res=[0.3, 0.9])
gram = Claim(
    id="du2018.eq-B-G",
    source=Source(PAPER, "B", "the Gram matrix for ResNets"),
    statement=r"$G_{ij}^{(H)}=\frac{c_\lambda^2\lambda^3}{H^2m}(x_i^{(H-1)})^\top x_j^{(H-1)}"
    r"\sum_{r=1}^ma_r^2\sigma'((w_r^{(H)})^\top x_i^{(H-1)})\sigma'((w_r^{(H)})^\top "
    r"x_j^{(H-1)})$",
    over=NETWORKS,
    quantifier=EXACTLY,
    lhs=Computed(automatic_gram),
    relation="==",
    rhs=Computed(printed_gram),
    grid=GRAM_GRID,
)
