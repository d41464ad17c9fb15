"""Kernels of the infinitely wide network: `infinite_width`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from numeric.kernels import closed_forms, hermite
from numeric.kernels.activations import POLE, closed_moments
from numeric.kernels.expanded import smooth
from numeric.kernels.layers import Activation, Dense, Layer, Residual, check_layers
from numeric.kernels.pairs import Block, Rows, add, dense, input_block

# Rows and columns of a block: wide, so that little of a symmetric kernel is computed twice.
BLOCK = (64, 1024)
SMOOTH = frozenset({"erf", "gelu", "tanh", "sigmoid", "softplus"})
SMALL_VARIANCE = 16.0


@dataclass(frozen=True)
class Kernels:
    """`nngp` and `ntk`, float64 `(n, m)`: covariance of one output coordinate over random weights,
    and the inner product of its gradients in all weights and biases."""

    nngp: Tensor
    ntk: Tensor


@dataclass(frozen=True)
class Trace:
    """What a layer does to single inputs: variance and mean of a coordinate before and after.

    Tensors `(n,)`. `angle`: whether later layers need the complements of the pairs; `radial
    (n, rank)` and `expansion` where the pairs will need them.
    """

    q: Tensor
    mean: Tensor
    q_out: Tensor
    mean_out: Tensor
    branch: tuple[Trace, ...] = ()
    angle: bool = False
    radial: Tensor | None = None
    expansion: hermite.Expansion | None = None

    def __getitem__(self, rows: slice) -> Trace:
        return Trace(
            self.q[rows],
            self.mean[rows],
            self.q_out[rows],
            self.mean_out[rows],
            tuple(inner[rows] for inner in self.branch),
            self.angle,
            None if self.radial is None else self.radial[rows],
            None if self.expansion is None else self.expansion[rows],
        )


def _moments(layers: Sequence[Layer], q: Tensor, mean: Tensor) -> tuple[Trace, ...]:
    traces: list[Trace] = []
    for layer in layers:
        branch: tuple[Trace, ...] = ()
        if isinstance(layer, Dense):
            q_out = layer.weight_std**2 * q + layer.bias_std**2
            mean_out = torch.zeros_like(q)
        elif isinstance(layer, Residual):
            branch = _moments(layer.branch, q, mean)
            q_out = q + branch[-1].q_out + 2 * mean * branch[-1].mean_out
            mean_out = mean + branch[-1].mean_out
        elif layer.name == "linear":
            q_out, mean_out = q, mean
        elif layer.name in POLE:
            mean_out, q_out, _ = hermite.moments(layer, q)
        else:
            mean_out, q_out = closed_moments(layer, q)
        traces.append(Trace(q, mean, q_out, mean_out, branch))
        q, mean = q_out, mean_out
    return tuple(traces)


def _prepare(layers: Sequence[Layer], traces: Sequence[Trace], after: bool) -> tuple[Trace, ...]:
    """The traces with what the pairs will need; `after`: `angle` of the last layer."""
    prepared: list[Trace] = []
    for layer, trace in zip(reversed(layers), reversed(traces), strict=True):
        if isinstance(layer, Residual):
            branch = _prepare(layer.branch, trace.branch, after)
            prepared.append(replace(trace, branch=branch, angle=after))
            after = after or branch[0].angle or _amplifies(layer.branch[0], branch[0])
            continue
        radial = expansion = None
        if isinstance(layer, Activation) and layer.name in SMOOTH:
            radial = hermite.radial_features(layer, trace.q) if after else None
            expansion = hermite.expand(layer, trace.q) if layer.name in POLE else None
        prepared.append(replace(trace, angle=after, radial=radial, expansion=expansion))
        after = after or _amplifies(layer, trace)
    return tuple(reversed(prepared))


def _amplifies(layer: Layer, trace: Trace) -> bool:
    """Whether a layer amplifies an error of the cosine of its inputs near +-1.

    The kernels of ReLU and leaky ReLU have a square-root singularity there; a smooth activation
    of a large variance nearly has one.
    """
    if not isinstance(layer, Activation) or layer.name == "linear":
        return False
    return layer.name not in SMOOTH or float(trace.q.max()) > SMALL_VARIANCE


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
        return closed_forms.relu(block, tx.angle)
    if layer.name == "leaky_relu":
        return closed_forms.leaky_relu(block, layer.negative_slope, tx.angle)
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
        trace = _prepare(layers, _moments(layers, q, torch.zeros_like(q)), after=False)
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


def through_activation(
    activation: Activation, block: Block, q: Tensor
) -> tuple[Block, Tensor, Tensor]:
    """A centred Gaussian block of `n` inputs with themselves, through one activation.

    `q (n,)` holds the variances. Returns the block of the images, whose `ntk` is that of `block`
    times `E sigma' sigma'`, their means and their variances.
    """
    traces = _prepare([activation], _moments([activation], q, torch.zeros_like(q)), after=True)
    return _activate(activation, block, traces[0], traces[0]), traces[0].mean_out, traces[0].q_out
