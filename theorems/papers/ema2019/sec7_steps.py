r"""Section 7: how far one step of gradient descent moves weights and layers.

L: depth; c: size of the neighbourhood; eta = 1/(50 L). In the claims on the proof: one input
x = 1 with label -1, d = m = 1 and the identity; every layer has the same weights. In the aligned
family a, r, C and B - B_0 are c/L times 0.9, which is where the bounds are largest; in the faint
family a = c/L^2 alone is not 0.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, oo, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.ema2019.sec4_symbols import NETWORK, SHAPES, activation, network, with_targets
from theorems.quantifiers import ForAll, ForAllWeights, UpToConstant
from theorems.sides import Closed, Computed

PAPER = "ema2019"
c = symbols("c", real=True)
L = symbols("L", integer=True)
OVER = {L: sp.Range(2, oo), c: Interval(1, oo)}
GRID = Grid(L=[64, 128, 256, 512], c=[1.0, 2.0, 4.0, 8.0])
READING = (
    "one aligned family of weights in the neighbourhood, L >= c^2; eta = 1/(50 L); the constant "
    "is taken as 20"
)


def _step(points: Any, faint: bool) -> dict[str, Any]:
    """One step: the risk, `eta`, the largest change of g and of each weight over layers."""
    import torch

    from numeric.skip_connections import forward, risk_gradient
    from numeric.skip_training import descended

    depth = points.L
    one = torch.ones(points.n, depth - 1, 1, dtype=torch.float64)
    size = (points.c / depth)[:, None, None] * (1.0 / depth if faint else 0.9)
    rest = 0.0 if faint else 1.0
    weights = {
        "a": one * size,
        "r": one * size * rest,
        "b": (one + one * size * rest).unsqueeze(-1),
        "c": (one * size * rest).unsqueeze(-1),
    }
    x = torch.ones(points.n, 1, 1, dtype=torch.float64)
    label = -torch.ones(points.n, 1, dtype=torch.float64)
    risk, slope = risk_gradient(weights, x, label, "identity")
    eta = torch.full_like(risk, 0.02 / depth)
    after = descended(weights, slope, eta)
    moved = forward(after, x, "identity").g - forward(weights, x, "identity").g
    change = {name: (eta * slope[name].abs().flatten(1).amax(-1)) for name in weights}
    return {"risk": risk, "eta": eta, "g": moved.abs().flatten(1).amax(-1), **change}


def _unit(points: Any, faint: bool) -> Any:
    """`c^2 eta^2 R / L^2`."""
    found = _step(points, faint)
    return (points.c * found["eta"] / points.L) ** 2 * found["risk"]


def _moved(points: Any, weights: Any) -> Any:
    """The largest `|g_{t+1} - g_t| / (c eta sqrt(R))` over layers and inputs, one step on."""
    from numeric.adversary import norm
    from numeric.skip_connections import forward, risk_gradient
    from numeric.skip_training import descended

    name, here = activation(points), network(weights)
    risk, slope = risk_gradient(here, weights["x"], weights["label"], name)
    eta = 0.02 / points.L + 0 * risk
    after = descended(here, slope, eta)
    change = forward(after, weights["x"], name).g - forward(here, weights["x"], name).g
    largest = norm(change, "euclidean", 1).amax((-3, -2, -1))
    return largest / (points.c[:, None] * eta * (risk + 1e-12).sqrt())


layers = Claim(
    id="ema2019.lemma-7.2",
    source=Source(PAPER, "7", "Lemma 7.2"),
    statement=r"if $L\gtrsim c^2$ and $\Theta_t,\Theta_{t+1}\in I_c(\Theta_0)$: "
    r"$\|g_{t+1}^{(l)}(x)-g_t^{(l)}(x)\|\lesssim c\eta\sqrt{\hat R_n(\Theta_t)}$",
    reading="eta = 1/(50 L), so that Theta_{t+1} is in the neighbourhood of a c little larger; the "
    "constant is taken as 5, and L >= 6 c^2; both sides divided by c eta sqrt(R)",
    over=NETWORK,
    hypotheses=[6 * c**2 <= L],
    quantifier=ForAllWeights(within=with_targets, restarts=4, steps=5),
    lhs=Computed(_moved),
    relation="<=",
    rhs=Closed(5),
    grid=Grid(points=SHAPES[:2], c=[1.0, 2.0], L=[24]).nightly(c=[1.0, 4.0], L=[24, 96]),
    uses=("ema2019.proof-7.2", "ema2019.eq-7.6"),
)

weights = Claim(
    id="ema2019.proof-7.2",
    source=Source(PAPER, "7", "proof of Lemma 7.2, the weights"),
    statement=r"$\|\Delta B^{(l)}\|_F^2\gtrsim\frac{c^2\eta^2}{L^2}\hat R_n(\Theta_t)$",
    reading="the printed sign says 'at least up to a constant', three times, of B, C and r; here "
    "of B, at the faint family of weights",
    over=OVER,
    quantifier=UpToConstant(along=("L",)),
    lhs=Computed(lambda points: _step(points, True)["b"] ** 2),
    relation=">=",
    rhs=Computed(lambda points: _unit(points, True)),
    grid=GRID,
    erratum="the sign is reversed: Lemma 4.3 bounds gradients from above, and near Theta_0 those "
    "in B, C and r vanish",
    uses=("ema2019.lemma-4.3a", "ema2019.lemma-4.3b"),
)

weights_corrected = Claim(
    id="ema2019.proof-7.2.corrected",
    source=Source(PAPER, "7", "proof of Lemma 7.2, the weights"),
    statement=r"$\|\Delta B^{(l)}\|_F^2\lesssim\frac{c^2\eta^2}{L^2}\hat R_n(\Theta_t)$",
    reading=READING,
    over=OVER,
    hypotheses=[c**2 <= L],
    quantifier=ForAll(search=False),
    lhs=Computed(lambda points: _step(points, False)["b"] ** 2),
    relation="<=",
    rhs=Computed(lambda points: 20 * _unit(points, False)),
    grid=GRID,
    corrects="ema2019.proof-7.2",
    uses=("ema2019.lemma-4.3b",),
)
