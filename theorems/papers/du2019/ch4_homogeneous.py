"""Thesis sections 4.1, 4.2 and 4.6: gradient flow balances the layers of homogeneous networks.

H: number of layers; n_h: width of the hidden layers; slope: slope of the activation left of zero (0
for ReLU, 1 for a linear one); loss: which of three losses (squared, logistic, quartic); c: a
positive factor; scale: standard deviation of the weights times the root of their fan-in; d_h:
number of free parameters of a layer.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import sympy as sp
from sympy import Abs, Interval, Matrix, oo, symbols

from symbolic import layered
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import ForAll
from theorems.sides import Closed, Computed

PAPER = "du2019"
POSITIVE = Interval.open(0, oo)
H, n_h, loss, d_h = symbols("H n_h loss d_h", integer=True)
slope, c, scale = symbols("slope c scale", real=True)
NETWORKS = {
    H: sp.Range(2, oo),
    n_h: sp.S.Naturals,
    loss: sp.Range(0, 3),
    slope: Interval(0, 1),
    scale: POSITIVE,
}
SHAPES = [(2, 3, 0), (2, 1, 2), (3, 5, 1), (5, 4, 2), (4, 8, 0)]
GRID = Grid(
    points=[{"H": h, "n_h": w, "loss": k} for h, w, k in SHAPES],
    slope=[0.0, 0.1, 1.0],
    scale=[1.0, 3.0],
).nightly(slope=[0.0, 0.01, 0.1, 0.5, 0.9, 1.0], scale=[0.1, 1.0, 3.0, 10.0])
NETS, SAMPLES, INPUTS, OUTPUTS = 6, 5, 4, 3
INSTANCES = ForAll(search=False)


def drawn(points: Any) -> tuple[list[Any], Any, Any, Any]:
    """Weights of the same `NETS` networks at every point, inputs, targets, slopes to broadcast."""
    import torch

    from numeric.homogeneous import layers

    generator = torch.Generator().manual_seed(41)
    sizes = (INPUTS, *[points.n_h] * (points.H - 1), OUTPUTS)
    weights = layers((1, NETS), sizes, 1.0, generator)
    x = torch.randn(SAMPLES, INPUTS, generator=generator, dtype=torch.float64)
    y = torch.randn(SAMPLES, OUTPUTS, generator=generator, dtype=torch.float64)
    factor = points.scale.reshape(-1, 1, 1, 1)
    return [w * factor for w in weights], x, y, points.slope.reshape(-1, 1, 1, 1)


def _activations(points: Any, slopes: Any, linear: int | None = None) -> list[Any]:
    """The points' activation between all layers; layer `linear` has the identity."""
    from numeric.homogeneous import leaky

    chosen: list[Any] = [partial(leaky, slope=slopes)] * (points.H - 1)
    if linear is not None:
        chosen[linear - 1] = partial(leaky, slope=1.0)
    return chosen


def _backward(points: Any, linear: int | None = None, samples: int = SAMPLES) -> Any:
    """Weights, preactivations, and the loss's gradients with respect to both."""
    from numeric.homogeneous import LOSSES, backward

    weights, x, y, slopes = drawn(points)
    activations = _activations(points, slopes, linear)
    found = backward(weights, x[:samples], y[:samples], activations, LOSSES[points.loss])
    return weights, slopes, *found


def _flat(parts: list[Any]) -> Any:
    import torch

    return torch.cat([part.flatten(start_dim=1) for part in parts], dim=1)


# Section 4.1: homogeneity


def _outputs(points: Any, factor: bool) -> Any:
    from numeric.homogeneous import preactivations

    weights, x, _, slopes = drawn(points)
    if factor:
        by = points.c.reshape(-1, 1, 1, 1)
        weights = [weights[0] * by, *weights[1:-1], weights[-1] / by]
    return preactivations(weights, x, _activations(points, slopes))[-1].flatten(start_dim=1)


homogeneous = Claim(
    id="du2019.text-4.1a",
    source=Source(PAPER, "4.1", "homogeneity"),
    statement=r"for ReLU, leaky ReLU and linear activations and $c>0$, "
    r"$f(x;cW^{(1)},\dots,\frac1cW^{(H)})=f(x;W^{(1)},\dots,W^{(H)})$",
    reading="the layer multiplied and the layer divided are the first and the last",
    over={H: NETWORKS[H], n_h: NETWORKS[n_h], slope: Interval(0, 1), scale: POSITIVE, c: POSITIVE},
    quantifier=INSTANCES,
    lhs=Computed(partial(_outputs, factor=True)),
    relation="==",
    rhs=Computed(partial(_outputs, factor=False)),
    grid=Grid(
        points=[{"H": h, "n_h": w} for h, w, _ in SHAPES],
        slope=[0.0, 0.1, 1.0],
        scale=[1.0],
        c=[1e-6, 0.1, 3.0, 1e6],
    ),
)

y_1, a_1 = symbols("y a", real=True)


def _leaky(value: sp.Expr) -> sp.Expr:
    return ((1 + slope) * value + (1 - slope) * Abs(value)) / 2


homogeneous_neuron = Claim(
    id="du2019.text-4.1a.neuron",
    source=Source(PAPER, "4.1", "homogeneity of one neuron"),
    statement=r"$\frac ac\sigma(cy)=a\,\sigma(y)$ for $c>0$ and every slope left of zero",
    over={slope: Interval(0, 1), c: POSITIVE, y_1: sp.S.Reals, a_1: sp.S.Reals},
    lhs=Closed(a_1 / c * _leaky(c * y_1)),
    relation="==",
    rhs=Closed(a_1 * _leaky(y_1)),
)

# Section 4.2.1: every neuron, every pair of layers


def _neuron_rates(points: Any, side: str) -> Any:
    """`d/dt |W_h[i, :]|^2` or `d/dt |W_{h+1}[:, i]|^2` of all hidden neurons."""
    from numeric.homogeneous import incoming, outgoing

    weights, _, _, slopes, _ = _backward(points)
    pairs = list(zip(weights, slopes, strict=True))
    if side == "incoming":
        return _flat([-2 * incoming(w, g) for w, g in pairs[:-1]])
    return _flat([-2 * outgoing(w, g) for w, g in pairs[1:]])


def _layer_rates(points: Any, first: int) -> Any:
    """`d/dt |W_h|_F^2` for `h = first + 1, ..., first + H - 1`."""
    weights, _, _, slopes, _ = _backward(points)
    rates = [-2 * (w * g).sum(dim=(-2, -1)) for w, g in zip(weights, slopes, strict=True)]
    return _flat([r.unsqueeze(-1) for r in rates[first : first + points.H - 1]])


def _gram_rates(points: Any, side: str) -> Any:
    """`d/dt W_h W_h'` or `d/dt W_{h+1}' W_{h+1}`, the identity after layer h, each h in turn."""
    from numeric.homogeneous import gram_rates

    found = []
    for linear in range(1, points.H):
        weights, _, _, slopes, _ = _backward(points, linear=linear)
        if side == "first":
            found.append(gram_rates(weights[linear - 1], slopes[linear - 1])[0])
        else:
            found.append(gram_rates(weights[linear], slopes[linear])[1])
    return _flat(found)


NET = layered.network((2, 2, 2, 1))
LINEAR_NET = layered.network((2, 2, 2, 2), linear=(1,))


def reals(net: layered.Network) -> dict[sp.Symbol, sp.Set]:
    return dict.fromkeys(net.symbols, sp.S.Reals)


def sparse_points(net: layered.Network) -> Grid:
    """Two points, so that the many symbols are not multiplied out."""
    values = [{s.name: 0.3 + 0.17 * i for i, s in enumerate(net.symbols)}]
    values.append({s.name: (-1.0) ** i * (1 + 0.1 * i) for i, s in enumerate(net.symbols)})
    return Grid(points=values)


FEW = ForAll(random_points=100, search=True)
NEURON_BALANCE = r"$\frac d{dt}(\|W^{(h)}[i,:]\|^2-\|W^{(h+1)}[:,i]\|^2)=0$"
SETTING = r"homogeneous activation, differentiable loss, gradient flow: for any $h\in[H-1]$"

neurons = Claim(
    id="du2019.theorem-4.1",
    source=Source(PAPER, "4.2.1", "Theorem 4.1"),
    statement=SETTING + r" and $i\in[n_h]$, " + NEURON_BALANCE,
    reading="derivatives along the flow at random weights, by autograd; the training loss is over "
    "several samples",
    over=NETWORKS,
    quantifier=INSTANCES,
    lhs=Computed(partial(_neuron_rates, side="incoming")),
    relation="==",
    rhs=Computed(partial(_neuron_rates, side="outgoing")),
    grid=GRID,
    uses=("du2019.proof-4.1",),
)

neurons_exactly = Claim(
    id="du2019.theorem-4.1.small",
    source=Source(PAPER, "4.2.1", "Theorem 4.1, layers of sizes 2-2-2-1"),
    statement=SETTING + r" and $i\in[n_h]$, " + NEURON_BALANCE + ", for layers of sizes 2-2-2-1, "
    "every slope of the activation at every neuron and every gradient of the loss at the output",
    over=reals(NET),
    quantifier=FEW,
    lhs=Closed(
        Matrix(
            [
                layered.rate_of_squares(NET.loss, NET.weights[h][i, :])
                for h in (0, 1)
                for i in (0, 1)
            ]
        )
    ),
    relation="==",
    rhs=Closed(
        Matrix(
            [
                layered.rate_of_squares(NET.loss, NET.weights[h + 1][:, i])
                for h in (0, 1)
                for i in (0, 1)
            ]
        )
    ),
    grid=sparse_points(NET),
)

layers_balance = Claim(
    id="du2019.corollary-4.1",
    source=Source(PAPER, "4.2.1", "Corollary 4.1"),
    statement=SETTING + r", $\frac d{dt}(\|W^{(h)}\|_F^2-\|W^{(h+1)}\|_F^2)=0$",
    over=NETWORKS,
    quantifier=INSTANCES,
    lhs=Computed(partial(_layer_rates, first=0)),
    relation="==",
    rhs=Computed(partial(_layer_rates, first=1)),
    grid=GRID,
    uses=("du2019.theorem-4.1",),
)

GRAM_BALANCE = (
    r"if $\sigma(x)=x$ at layer $h$: "
    r"$\frac d{dt}(W^{(h)}(W^{(h)})^\top-(W^{(h+1)})^\top W^{(h+1)})=0$"
)

linear_layers = Claim(
    id="du2019.theorem-4.2",
    source=Source(PAPER, "4.2.1", "Theorem 4.2"),
    statement=GRAM_BALANCE,
    reading="each h in turn; the other layers keep their leaky activation",
    over=NETWORKS,
    quantifier=INSTANCES,
    lhs=Computed(partial(_gram_rates, side="first")),
    relation="==",
    rhs=Computed(partial(_gram_rates, side="second")),
    grid=GRID,
)


def _symbolic_gram_rates() -> tuple[Matrix, Matrix]:
    first, second = LINEAR_NET.weights[:2]
    to_first = layered.slope_of(LINEAR_NET.loss, first)
    to_second = layered.slope_of(LINEAR_NET.loss, second)
    rows = -(to_first * first.T + first * to_first.T)
    columns = -(to_second.T * second + second.T * to_second)
    return rows, columns


linear_layers_exactly = Claim(
    id="du2019.theorem-4.2.small",
    source=Source(PAPER, "4.2.1", "Theorem 4.2, layers of sizes 2-2-2-2"),
    statement=GRAM_BALANCE + ", for layers of sizes 2-2-2-2 with $h=1$",
    over=reals(LINEAR_NET),
    quantifier=FEW,
    lhs=Closed(_symbolic_gram_rates()[0]),
    relation="==",
    rhs=Closed(_symbolic_gram_rates()[1]),
    grid=sparse_points(LINEAR_NET),
)

# Section 4.2.3: the proof of Theorem 4.1


def _from_output_side(points: Any, factor: int) -> Any:
    """`-factor s(x_h[i]) <W_{h+1}[:, i], dL/dx_{h+1}>`, summed over samples (one here)."""
    weights, slopes, passed, _, outward = _backward(points, samples=1)
    parts = []
    for act, here, weight, back in zip(
        _activations(points, slopes), passed, weights[1:], outward[1:], strict=False
    ):
        parts.append((-factor * act(here) * (back @ weight)).sum(dim=-2))
    return _flat(parts)


def _one_sample_rates(points: Any) -> Any:
    from numeric.homogeneous import incoming, outgoing

    weights, _, _, slopes, _ = _backward(points, samples=1)
    into = [-2 * incoming(w, g) for w, g in zip(weights, slopes, strict=True)][:-1]
    out = [-2 * outgoing(w, g) for w, g in zip(weights, slopes, strict=True)][1:]
    return _flat([*out, *into])


def _twice(points: Any) -> Any:
    import torch

    once = _from_output_side(points, 2)
    return torch.cat([once, once], dim=1)


chain_rule = Claim(
    id="du2019.proof-4.1",
    source=Source(PAPER, "4.2.3", "(4.7) and what follows it"),
    statement=r"for one sample, $\frac d{dt}\|W^{(h+1)}[:,i]\|^2=-2\sigma(x^{(h)}[i])\langle "
    r"W^{(h+1)}[:,i],\frac{\partial L}{\partial x^{(h+1)}}\rangle=\frac d{dt}\|W^{(h)}[i,:]\|^2$",
    over=NETWORKS,
    quantifier=INSTANCES,
    lhs=Computed(_one_sample_rates),
    relation="==",
    rhs=Computed(_twice),
    grid=GRID,
)
