"""Kernels of the infinitely wide network: `infinite_width`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from numeric.kernels import closed_forms, hermite
from numeric.kernels.activations import POLE, closed_moments
from numeric.kernels.expanded import smooth
from numeric.kernels.layers import Activation, Dense, Layer, Residual, check_layers, needs_angle
from numeric.kernels.pairs import Block, Rows, add, dense, input_block

# Rows and columns of a block: wide, so that little of a symmetric kernel is computed twice.
BLOCK = (128, 512)


@dataclass(frozen=True)
class Kernels:
    """`nngp` and `ntk`, float64 `(n, m)`: covariance of one output coordinate over random weights,
    and the inner product of its gradients in all weights and biases."""

    nngp: Tensor
    ntk: Tensor


@dataclass(frozen=True)
class Trace:
    """What a layer does to single inputs: variance and mean of a coordinate before and after.

    Tensors `(n,)`; `radial (n, rank)` and `expansion` where the pairs will need them.
    """

    q: Tensor
    mean: Tensor
    q_out: Tensor
    mean_out: Tensor
    radial: Tensor | None = None
    expansion: hermite.Expansion | None = None
    branch: tuple[Trace, ...] = ()

    def __getitem__(self, rows: slice) -> Trace:
        return Trace(
            self.q[rows],
            self.mean[rows],
            self.q_out[rows],
            self.mean_out[rows],
            None if self.radial is None else self.radial[rows],
            None if self.expansion is None else self.expansion[rows],
            tuple(inner[rows] for inner in self.branch),
        )


def _trace(
    layers: Sequence[Layer], q: Tensor, mean: Tensor, angle_after: bool
) -> tuple[Trace, ...]:
    """`angle_after`: whether the layers that follow these amplify errors of the angle."""
    traces: list[Trace] = []
    for position, layer in enumerate(layers):
        angle = angle_after or needs_angle(layers[position + 1 :])
        if isinstance(layer, Dense):
            q_out = layer.weight_std**2 * q + layer.bias_std**2
            trace = Trace(q, mean, q_out, torch.zeros_like(q))
        elif isinstance(layer, Residual):
            inner = _trace(layer.branch, q, mean, angle)
            q_branch, mean_branch = inner[-1].q_out, inner[-1].mean_out
            q_out = q + q_branch + 2 * mean * mean_branch
            trace = Trace(q, mean, q_out, mean + mean_branch, branch=inner)
        else:
            trace = _trace_activation(layer, q, mean, angle)
        traces.append(trace)
        q, mean = trace.q_out, trace.mean_out
    return tuple(traces)


def _trace_activation(layer: Activation, q: Tensor, mean: Tensor, angle: bool) -> Trace:
    if layer.name == "linear":
        return Trace(q, mean, q, mean)
    radial = None
    if angle and layer.name not in ("relu", "leaky_relu"):
        radial = hermite.radial_features(layer, q)
    if layer.name not in POLE:
        mean_out, q_out = closed_moments(layer, q)
        return Trace(q, mean, q_out, mean_out, radial)
    mean_out, q_out, _ = hermite.moments(layer, q)
    return Trace(q, mean, q_out, mean_out, radial, hermite.expand(layer, q))


def _through(
    layers: Sequence[Layer], block: Block, x: tuple[Trace, ...], z: tuple[Trace, ...]
) -> Block:
    for layer, tx, tz in zip(layers, x, z, strict=True):
        if isinstance(layer, Dense):
            block = dense(block, tx.q, tz.q, layer.weight_std**2, layer.bias_std**2)
        elif isinstance(layer, Residual):
            branch = _through(layer.branch, block, tx.branch, tz.branch)
            ends = [(t.q, t.mean, t.branch[-1].q_out, t.branch[-1].mean_out) for t in (tx, tz)]
            block = add(block, branch, ends[0], ends[1])
        else:
            block = _activate(layer, block, tx, tz)
    return block


def _activate(layer: Activation, block: Block, tx: Trace, tz: Trace) -> Block:
    if layer.name == "linear":
        return block
    if layer.name == "relu":
        return closed_forms.relu(block)
    if layer.name == "leaky_relu":
        return closed_forms.leaky_relu(block, layer.negative_slope)
    q, q_out = (tx.q, tz.q), (tx.q_out, tz.q_out)
    radial = None
    if tx.radial is not None and tz.radial is not None:
        radial = hermite.radial_complement(tx.radial, tz.radial)
        radial *= (tx.q_out.sqrt())[:, None] * tz.q_out.sqrt()
    if layer.name == "erf":
        return closed_forms.erf(block, q, q_out, radial)
    if layer.name == "gelu":
        return closed_forms.gelu(block, q, q_out, radial)
    assert tx.expansion is not None
    assert tz.expansion is not None
    return smooth(layer, block, q, q_out, (tx.expansion, tz.expansion), radial)


def check_inputs(x: Tensor, z: Tensor | None) -> tuple[Tensor, Tensor | None]:
    """Both as float64 tensors.

    Raises ValueError unless they are finite `(n, d)` and `(m, d)` with n, m, d >= 1.
    """
    checked: list[Tensor] = []
    for name, value in (("x", x), ("z", z)):
        if value is None:
            continue
        tensor = torch.as_tensor(value)
        if tensor.is_complex():
            raise ValueError(f"{name} must be real")
        tensor = tensor.detach().to(torch.float64)
        if tensor.ndim != 2 or 0 in tensor.shape:
            shape = tuple(tensor.shape)
            raise ValueError(f"{name} must have shape (rows, columns), both >= 1, not {shape}")
        if not torch.isfinite(tensor).all():
            raise ValueError(f"{name} has entries that are not finite")
        if not torch.isfinite(tensor.square().sum(1)).all():
            raise ValueError(f"{name} has rows whose squared norm overflows")
        checked.append(tensor)
    if len(checked) == 1:
        return checked[0], None
    if checked[0].shape[1] != checked[1].shape[1]:
        raise ValueError(
            f"x and z must have the same number of columns, "
            f"not {checked[0].shape[1]} and {checked[1].shape[1]}"
        )
    return checked[0], checked[1]


def infinite_width(
    x: Tensor, z: Tensor | None = None, *, layers: Sequence[Layer], block: tuple[int, int] = BLOCK
) -> Kernels:
    """NNGP and NTK of a network as every width goes to infinity, in the NTK parameterisation.

    `x (n, d)` and `z (m, d)` are real; without `z` the kernels are those of `x` with itself,
    symmetric. `layers` begin with a `Dense`, whose fan-in is `d`; the others have fan-in their
    width. The work goes by blocks of `block` rows and columns, so that memory beyond the result,
    `16 n m` bytes, does not grow with `n m`.
    Accuracy: angles are kept to rounding error through the layers, so entries for equal, parallel,
    antiparallel and nearly such inputs are as accurate as any other.
    Raises ValueError for inputs that are not finite matrices with the same number of columns, for
    layers without a kernel limit (see `check_layers`), and for variances above 1e4 before tanh,
    sigmoid or softplus.
    Source: Jacot, Gabriel & Hongler 2018 for the limit; du2018, equations (4) and (5), for the
    recursions of the same form with their own scalings.
    """
    layers = check_layers(layers)
    x, z = check_inputs(x, z)
    height, width = block
    if height < 1 or width < height:
        raise ValueError(f"block must be (rows, columns) with 1 <= rows <= columns, not {block}")
    with torch.no_grad():
        rows = Rows.of(x)
        columns = rows if z is None else Rows.of(z)
        norms = rows.norm if z is None else torch.cat([rows.norm, columns.norm])
        q = norms.square()
        trace = _trace(layers, q, torch.zeros_like(q), angle_after=False)
        offset = 0 if z is None else len(x)
        shape = (len(rows.x), len(columns.x))
        nngp = torch.empty(shape, dtype=torch.float64)
        ntk = torch.empty(shape, dtype=torch.float64)
        for i in range(0, shape[0], height):
            here = slice(i, min(i + height, shape[0]))
            left = tuple(t[here] for t in trace)
            for j in range(0 if z is not None else i, shape[1], width):
                there = slice(j, min(j + width, shape[1]))
                right = tuple(t[offset + j : offset + there.stop] for t in trace)
                start = input_block(rows[here], columns[there], same=z is None and i == j)
                pairs = _through(layers, start, left, right)
                for result, value in ((nngp, pairs.k), (ntk, pairs.ntk)):
                    result[here, there] = value
                    if z is None:
                        result[there, here] = value.T
                        if i == j:
                            corner = value[:, : len(value)]
                            result[here, here] = corner.triu() + corner.triu(1).T
        return Kernels(nngp, ntk)
