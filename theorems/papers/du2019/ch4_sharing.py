"""Thesis sections 4.2.2 and 4.6: sparse and weight-shared layers, and gradient flow itself.

H: number of layers; n_h: width of the hidden layers; d_h: number of free parameters of a layer (0
stands for convolutions of three taps); slope: slope of the activation left of zero; loss: which
of three losses; scale: standard deviation of the weights times the root of their fan-in.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any

import sympy as sp
from sympy import Interval, Matrix, oo, symbols

from symbolic import layered
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2019.ch4_homogeneous import (
    FEW,
    GRAM_BALANCE,
    INSTANCES,
    NETWORKS,
    NEURON_BALANCE,
    PAPER,
    SETTING,
    H,
    loss,
    n_h,
    reals,
    scale,
    slope,
    sparse_points,
)
from theorems.quantifiers import AlongTrajectory
from theorems.sides import Closed, Computed, Simulated

d_h = symbols("d_h", integer=True)
NETS, SAMPLES, INPUTS, OUTPUTS = 5, 4, 6, 3
SHARED = {**NETWORKS, d_h: sp.S.Naturals0}
SHARED_GRID = Grid(
    points=[
        {"H": h, "n_h": w, "loss": k, "d_h": free}
        for h, w, k, free in ((2, 4, 0, 5), (3, 6, 1, 1), (4, 6, 2, 12), (3, 6, 0, 0))
    ],
    slope=[0.0, 0.3, 1.0],
    scale=[1.0, 3.0],
)


@lru_cache(maxsize=16)
def _patterns(depth: int, width: int, free: int) -> list[Any]:
    """A sharing map per layer: random ones, or (free = 0) convolutions and a dense last layer."""
    import torch

    from numeric.homogeneous import convolution_pattern, random_pattern

    generator = torch.Generator().manual_seed(depth * 100 + width)
    sizes = [INPUTS, *[width] * (depth - 1), OUTPUTS]
    shapes = list(zip(sizes[1:], sizes, strict=False))
    if free:
        return [random_pattern(rows, columns, free, generator) for rows, columns in shapes]
    convolutions = [convolution_pattern(3, rows // 3, columns // 3, 3) for rows, columns in shapes]
    rows, columns = shapes[-1]
    return [*convolutions[:-1], torch.arange(1, rows * columns + 1).reshape(rows, columns)]


def _shared(points: Any, samples: int) -> tuple[list[Any], list[Any], list[Any], list[Any]]:
    """Free parameters `v_h`, their gradients, preactivations, and the gradients of those."""
    import torch

    from numeric.homogeneous import LOSSES, empirical_loss, gradients, leaky, preactivations, spread

    patterns = _patterns(points.H, points.n_h, points.d_h)
    generator = torch.Generator().manual_seed(43)
    x = torch.randn(samples, INPUTS, generator=generator, dtype=torch.float64)
    y = torch.randn(samples, OUTPUTS, generator=generator, dtype=torch.float64)
    factor = points.scale.reshape(-1, 1, 1)
    values = []
    for pattern in patterns:
        shape = (1, NETS, int(pattern.max()))
        noise = torch.randn(shape, generator=generator, dtype=torch.float64)
        values.append((factor * noise / pattern.shape[1] ** 0.5).requires_grad_(True))
    weights = [spread(v, g) for v, g in zip(values, patterns, strict=True)]
    act = partial(leaky, slope=points.slope.reshape(-1, 1, 1, 1))
    passed = preactivations(weights, x, [act] * (points.H - 1))
    found = gradients(empirical_loss(passed[-1], y, LOSSES[points.loss]), [*values, *passed])
    depth = points.H
    return values, list(found[:depth]), passed, list(found[depth:])


def _rates(points: Any, samples: int = SAMPLES) -> Any:
    """`d/dt |v_h|^2` for every layer, `(n, NETS, H)`."""
    import torch

    values, slopes, _, _ = _shared(points, samples)
    return torch.stack(
        [-2 * (v * g).sum(dim=-1) for v, g in zip(values, slopes, strict=True)], dim=-1
    )


def _earlier(points: Any) -> Any:
    return _rates(points)[..., :-1].flatten(start_dim=1)


def _later(points: Any) -> Any:
    return _rates(points)[..., 1:].flatten(start_dim=1)


def _through_layers(points: Any, shift: int) -> Any:
    """`-2 <dL/dx_h, x_h>` for `h = shift + 1, ..., H`, one sample."""
    import torch

    _, _, passed, outward = _shared(points, 1)
    parts = [-2 * (x * g).sum(dim=(-2, -1)) for x, g in zip(passed, outward, strict=True)]
    return torch.stack(parts[shift:], dim=-1).flatten(start_dim=1)


SHARING = (
    r"for layers $W^{(h)}[i,j]=v^{(h)}[g_h(i,j)]$ (0 where $g_h=0$) with any sharing maps $g_h$ "
    r"and "
    r"a homogeneous activation, under gradient flow on $v$, "
)

shared_layers = Claim(
    id="du2019.theorem-4.3",
    source=Source(PAPER, "4.2.2", "Theorem 4.3"),
    statement=SHARING + r"$\frac d{dt}(\|v^{(h)}\|^2-\|v^{(h+1)}\|^2)=0$ for $h\in[H-1]$",
    over=SHARED,
    quantifier=INSTANCES,
    lhs=Computed(_earlier),
    relation="==",
    rhs=Computed(_later),
    grid=SHARED_GRID,
    uses=("du2019.proof-4.3",),
)

p, q = symbols("p_1:5", real=True), symbols("q_1:4", real=True)
SHARED_NET = layered.network(
    (3, 3, 2, 1),
    weights=(
        Matrix([[p[0], p[1], 0], [0, p[0], p[1]], [p[1], 0, p[0]]]),
        Matrix([[q[0], q[0], q[1]], [0, q[2], q[0]]]),
        Matrix([[p[2], p[3]]]),
    ),
)
FREE = (Matrix([p[:2]]), Matrix([q]), Matrix([p[2:]]))

shared_layers_exactly = Claim(
    id="du2019.theorem-4.3.small",
    source=Source(PAPER, "4.2.2", "Theorem 4.3, a circular convolution and a sparse layer"),
    statement=SHARING + r"$\frac d{dt}(\|v^{(h)}\|^2-\|v^{(h+1)}\|^2)=0$: layers of sizes 3-3-2-1, "
    "the first a circular convolution of two taps, the second sparse with three parameters",
    over=reals(SHARED_NET),
    quantifier=FEW,
    lhs=Closed(Matrix([layered.rate_of_squares(SHARED_NET.loss, v) for v in FREE[:2]])),
    relation="==",
    rhs=Closed(Matrix([layered.rate_of_squares(SHARED_NET.loss, v) for v in FREE[1:]])),
    grid=sparse_points(SHARED_NET),
)

shared_chain_rule = Claim(
    id="du2019.proof-4.3",
    source=Source(PAPER, "4.6", "(4.10)"),
    statement=r"for one sample, $\frac d{dt}\|v^{(h)}\|^2=-2\langle\frac{\partial L}{\partial "
    r"x^{(h)}},x^{(h)}\rangle$ in every layer",
    over=SHARED,
    quantifier=INSTANCES,
    lhs=Computed(lambda points: _rates(points, 1).flatten(start_dim=1)),
    relation="==",
    rhs=Computed(partial(_through_layers, shift=0)),
    grid=SHARED_GRID,
)


def _between_layers(points: Any) -> Any:
    import torch

    _, _, passed, outward = _shared(points, 1)
    parts = [-2 * (x * g).sum(dim=(-2, -1)) for x, g in zip(passed, outward, strict=True)]
    return torch.stack(parts[:-1], dim=-1).flatten(start_dim=1)


shared_back_propagation = Claim(
    id="du2019.proof-4.3.step",
    source=Source(PAPER, "4.6", "(4.11)"),
    statement=r"for one sample, $\langle\frac{\partial L}{\partial x^{(h)}},x^{(h)}\rangle="
    r"\langle\frac{\partial L}{\partial x^{(h+1)}},x^{(h+1)}\rangle$, both multiplied by $-2$",
    over=SHARED,
    quantifier=INSTANCES,
    lhs=Computed(_between_layers),
    relation="==",
    rhs=Computed(partial(_through_layers, shift=1)),
    grid=SHARED_GRID,
)

# The flow itself

FLOW_GRID = Grid(
    points=[{"H": h, "n_h": w, "loss": k} for h, w, k in ((2, 4, 0), (3, 3, 1), (4, 4, 0))],
    slope=[0.0, 0.2, 1.0],
    scale=[1.0],
).nightly(slope=[0.0, 0.1, 0.5, 1.0], scale=[0.3, 1.0, 2.0])
FLOW = {H: NETWORKS[H], n_h: NETWORKS[n_h], loss: NETWORKS[loss]}
FLOW |= {slope: Interval(0, 1), scale: Interval.open(0, oo)}
DURATION, TIMES, ACCURACY = 1.0, 11, 1e-6


@lru_cache(maxsize=128)
def _run(
    depth: int, width: int, loss_number: int, linear: int | None, slope_: float, factor: float
) -> list[Any]:
    """The layers' weights along one flow, `(TIMES, n_h, n_{h-1})` each.

    Kept, 10 kB each, since the claims on neurons and on layers follow the same flows.
    """
    import torch

    from numeric.homogeneous import LOSSES, layers
    from numeric.kinked_flow import Network, flow

    fixed = torch.Generator().manual_seed(47)
    sizes = (INPUTS, *[width] * (depth - 1), OUTPUTS)
    start = torch.cat([factor * w.flatten() for w in layers((1,), sizes, 1.0, fixed)])
    x = torch.randn(SAMPLES, INPUTS, generator=fixed, dtype=torch.float64)
    y = torch.randn(SAMPLES, OUTPUTS, generator=fixed, dtype=torch.float64)
    slopes = tuple(1.0 if h == linear else slope_ for h in range(1, depth))
    network = Network(sizes, x.numpy(), y.numpy(), slopes, LOSSES[loss_number])
    times = torch.linspace(0, DURATION, TIMES, dtype=torch.float64).tolist()
    states = [network.weights(state) for state in flow(network, start.numpy(), times)]
    return [
        torch.stack([torch.from_numpy(weights) for weights in layer])
        for layer in zip(*states, strict=True)
    ]


def _flow(points: Any, generator: Any, linear: int | None = None) -> dict[str, Any]:
    """Weights along the flow, as squared norms per neuron, per layer, and Gram matrices."""
    import torch

    setting = (points.H, points.n_h, points.loss, linear)
    starts = zip(points.slope.tolist(), points.scale.tolist(), strict=True)
    runs = [_run(*setting, *start) for start in starts]
    weights = [torch.stack(layer) for layer in zip(*runs, strict=True)]
    into = [w.square().sum(dim=-1) for w in weights]
    out = [w.square().sum(dim=-2) for w in weights]
    neurons = torch.cat([a - b for a, b in zip(into[:-1], out[1:], strict=True)], dim=-1)
    total = torch.stack([a.sum(dim=-1) for a in into], dim=-1)
    grams = weights[0] @ weights[0].mT - weights[1].mT @ weights[1]
    return {
        "neurons": neurons.transpose(-1, -2),
        "layers": (total[..., :-1] - total[..., 1:]).transpose(-1, -2),
        "grams": grams.flatten(start_dim=2).transpose(-1, -2),
    }


def _along(quantity: str) -> Any:
    return Simulated(lambda path: path[quantity])


def _at_start(quantity: str) -> Any:
    return Simulated(lambda path: path[quantity][..., :1].expand_as(path[quantity]))


def _conserved(id_: str, label: str, statement: str, quantity: str, linear: int | None) -> Claim:
    """The claim that a quantity keeps its initial value along the flow."""
    return Claim(
        id=f"{id_}.flow",
        source=Source(PAPER, "4.2.1", f"{label}, along the flow"),
        statement=statement + ": the difference keeps its initial value along the flow",
        reading="the flow from kink to kink, an adaptive Runge-Kutta method between them and on "
        "each kink the shortest element of Clarke's sub-differential; compared to one millionth",
        over=FLOW,
        quantifier=AlongTrajectory(
            simulate=partial(_flow, linear=linear), rounding=ACCURACY, floor=ACCURACY
        ),
        lhs=_along(quantity),
        relation="==",
        rhs=_at_start(quantity),
        grid=FLOW_GRID,
        uses=(id_,),
    )


neurons_flow = _conserved(
    "du2019.theorem-4.1", "Theorem 4.1", SETTING + ", " + NEURON_BALANCE, "neurons", None
)
layers_flow = _conserved(
    "du2019.corollary-4.1",
    "Corollary 4.1",
    SETTING + r", $\frac d{dt}(\|W^{(h)}\|_F^2-\|W^{(h+1)}\|_F^2)=0$",
    "layers",
    None,
)
grams_flow = _conserved("du2019.theorem-4.2", "Theorem 4.2", GRAM_BALANCE, "grams", 1)
