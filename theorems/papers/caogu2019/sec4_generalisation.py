r"""Sections 4.1 and 5.1: Theorem 4.5, its Rademacher complexities, and Remark 4.6.

Symbols in `sec3_symbols`; g: the bracket of Theorem 4.5 with its constant; u: log m;
move_1..move_3: column norms.
Suprema over classes are attained by the members at hand, one per pattern of signs.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, Rational, exp, log, oo, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.caogu2019.sec3_symbols import (
    EVEN,
    PAPER,
    POSITIVE,
    UNIT,
    L,
    d,
    delta,
    m,
    n,
    tau,
    widths_of,
)
from theorems.quantifiers import ForAllWeights, WithProbability
from theorems.sides import Closed, Computed, Sampled

g, u = symbols("g u", real=True)
moves = symbols("move_1:4", real=True)
FEW = sp.Range(1, 7)
OVER = {tau: POSITIVE, L: sp.S.Naturals, m: EVEN, d: sp.S.Naturals, n: FEW}

THEOREM = (
    r"for $m\ge\bar C\max\{L^2\log(mn/\delta),L^{-8/3}\tau^{-4/3}\log[m/(\tau\delta)]\}$, "
    r"$\tau\le\underline CL^{-6}[\log(m)]^{-3/2}$, with probability at least $1-\delta$, $\mathbb "
    r"P[y\cdot f_W(x)<0]\le2\mathcal E_S(W)+\bar C'[L\tau\sqrt{m/n}+L^4\sqrt{m\log(m)}\tau^{4/3}"
)


def _single_input(points: Any, samples: int, generator: Any) -> Any:
    """`P[yf < 0] - 2 E_S` at the initialisation, one input, labels that are fair coins."""
    import torch

    from numeric.deep_relu import forward, initial, surrogate

    layers = initial((points.n, samples), (1, points.m), generator)
    x = torch.ones(1, 1, dtype=torch.float64)
    output = forward(layers, x).output
    shape = (points.n, samples, points["n"])
    y = 1 - 2 * torch.randint(2, shape, generator=generator).to(torch.float64)
    error = (output[..., 0] != 0).to(torch.float64) / 2
    return error - 2 * surrogate(y * output).mean(-1)


theorem = Claim(
    id="caogu2019.theorem-4.5",
    source=Source(PAPER, "4.1", "Theorem 4.5"),
    statement=THEOREM + r"]$ for all $W\in\mathcal W_\tau$",
    reading=r"$W=W^{(0)}$, $L=1$, one input whose label is a fair coin; the bracket with its "
    r"constant, g, tends to 0 as m grows for $\tau=m^{-2/3}$ (theorem-4.5.bracket), which meets "
    r"the conditions from some m on whatever the constants (.conditions); f(x) is asymptotically "
    r"N(0, 1 - 1/pi), so the width here matters little",
    over={g: POSITIVE, m: EVEN, n: sp.S.Naturals, delta: UNIT},
    quantifier=WithProbability(at_least=1 - delta, draws=4000),
    lhs=Sampled(_single_input),
    relation="<=",
    rhs=Closed(g),
    grid=Grid(g=[0.01], m=[64], n=[1, 2], delta=[0.01, 0.5]),
    erratum="the confidence term C_1 sqrt(log(1/delta)/n) of the proof is lost; it is not small "
    "against the bracket, which tends to 0 with m at fixed n",
    uses=(
        *("caogu2019.lemma-5.1a", "caogu2019.lemma-5.1b", "caogu2019.lemma-5.2a"),
        *("caogu2019.lemma-5.2b", "caogu2019.proof-4.5a", "caogu2019.proof-4.5b"),
        *("caogu2019.proof-4.5c", "caogu2019.proof-4.5d", "caogu2019.eq-5.1"),
    ),
)

bracket = Claim(
    id="caogu2019.theorem-4.5.bracket",
    source=Source(PAPER, "4.1", "Theorem 4.5, its bracket at a fixed sample size"),
    title="the bracket of Theorem 4.5 vanishes as the width grows",
    statement=r"$L\tau\sqrt{m/n}+L^4\sqrt{m\log(m)}\tau^{4/3}\le3m^{-1/6}$ for $L=n=1$ and "
    r"$\tau=m^{-2/3}$",
    reading="with m = e^u",
    over={u: Interval(1, oo)},
    lhs=Closed(exp(-u / 6) + exp(-7 * u / 18) * sqrt(u)),
    relation="<=",
    rhs=Closed(3 * exp(-u / 6)),
    grid=Grid(u=[1.0, 5.0, 50.0]),
)

CONSTANT = 1000
conditions = Claim(
    id="caogu2019.theorem-4.5.conditions",
    source=Source(PAPER, "4.1", "Theorem 4.5, its conditions at a fixed sample size"),
    title="the conditions of Theorem 4.5 hold at tau = m^(-2/3) from some width on",
    statement=r"$m\ge\bar C\max\{\log(m/\delta),\tau^{-4/3}\log[m/(\tau\delta)]\}$ and "
    r"$\tau\le\underline C[\log m]^{-3/2}$ for $L=n=1$, $\tau=m^{-2/3}$ and $m\ge m_0$",
    reading=r"$\bar C=1/\underline C=1000$, $\delta=e^{-5}$, $m=e^u$ with $u\ge150$; the second "
    r"entry is $1000\tau\le u^{-3/2}$; other constants move m_0 only",
    over={u: Interval(150, oo)},
    lhs=Closed(
        sp.Matrix(
            [
                CONSTANT * (Rational(5, 3) * u + 5) * exp(-u / 9),
                CONSTANT * exp(-2 * u / 3) * u**2,
                CONSTANT * (u + 5) * exp(-u),
            ]
        )
    ),
    relation="<=",
    rhs=Closed(1),
    grid=Grid(u=[150.0, 300.0]),
)


def _trained_gap(points: Any, samples: int, generator: Any) -> Any:
    """`P[yf_W < 0] - 2 E_S(W) - L tau sqrt(m/n) / 20` after descent on each sample; tau as reached.

    The law is uniform on 32 inputs with random labels; the last term of the bracket is left out.
    """
    import torch

    from numeric.data import unit_sphere
    from numeric.deep_relu import descend, forward, initial, surrogate_error

    layers = initial((samples,), widths_of(points), generator)
    inputs = unit_sphere((samples, 32), points.d, generator)
    y_all = 1 - 2 * torch.randint(2, (samples, 32), generator=generator).to(torch.float64)
    chosen = torch.randint(32, (samples, points["n"]), generator=generator)
    x = inputs.gather(1, chosen.unsqueeze(-1).expand(-1, -1, points.d))
    y = y_all.gather(1, chosen)
    step = 2.0 / points.m
    run = descend(layers, x, y, step, 60)
    error = (y_all * forward(run.layers, inputs).output < 0).to(torch.float64).mean(-1)
    moved = run.distance[..., -1] * points.L * (points.m / points["n"]) ** 0.5 / 20
    gap = error - 2 * surrogate_error(run.layers, x, y) - moved
    return gap.expand(points.n, samples)


corrected = Claim(
    id="caogu2019.theorem-4.5.corrected",
    source=Source(PAPER, "4.1", "Theorem 4.5"),
    statement=THEOREM + r"+\sqrt{\log(2/\delta)/n}]$ for all $W\in\mathcal W_\tau$",
    reading=r"$W$ found by gradient descent on each sample, tau the distance that it went; terms "
    r"with constants 1/20, 0 and 1/2; inputs on the circle with random labels",
    over={L: sp.S.Naturals, m: EVEN, d: sp.S.Naturals, n: sp.S.Naturals, delta: UNIT},
    quantifier=WithProbability(at_least=1 - delta, draws=300),
    lhs=Sampled(_trained_gap),
    relation="<=",
    rhs=Closed(sqrt(log(2 / delta) / n) / 2),
    grid=Grid(
        points=[{"L": 2, "m": 16, "d": 2, "n": 1}, {"L": 2, "m": 16, "d": 2, "n": 6}], delta=[0.2]
    ),
    corrects="caogu2019.theorem-4.5",
    uses=theorem.uses,
)


def _members(points: Any, generator: Any) -> dict[str, Any]:
    """The initialisation, inputs, and one member of the neighbourhood per pattern of signs."""
    import torch

    from numeric.adversary import Around
    from numeric.deep_relu import initial

    start = initial((points.n, 1), widths_of(points), generator)
    count = 2 ** points["n"]
    sets = {}
    for level, layer in enumerate(start, start=1):
        sets[f"start{level}"] = Around(layer, 0.0)
        many = layer.unsqueeze(2).expand(-1, -1, count, -1, -1)
        sets[f"member{level}"] = Around(many, points.tau)
    inputs = torch.zeros(points.n, 1, points["n"], points.d, dtype=torch.float64)
    sets["x"] = Around(inputs, 1.0, shape="sphere", trailing=1)
    return sets


def _stack(weights: Any, name: str, extra: bool = False) -> tuple[Any, ...]:
    from theorems.papers.caogu2019.sec3_symbols import layers

    found = layers(weights, name)
    return tuple(w.unsqueeze(2) for w in found) if extra else found


def _average(points: Any, values: Any) -> Any:
    """`E_xi 1/n sum xi_i values_i(xi)` for values `(points, restarts, patterns, n)`."""
    from numeric.rademacher import sign_patterns

    return (sign_patterns(points["n"]) * values).mean(-1).mean(-1)


def _complexity(points: Any, weights: Any) -> Any:
    from numeric.deep_relu import forward

    return _average(points, forward(_stack(weights, "member"), weights["x"].unsqueeze(2)).output)


def _signed_gradients(points: Any, weights: Any) -> Any:
    """`sum_l E_xi |sum_i xi_i grad_{W_l} f_start(x_i)|_F`, all signs listed."""
    import torch

    from numeric.deep_relu import frobenius, output_gradients
    from numeric.rademacher import sign_patterns

    patterns = sign_patterns(points["n"])
    total = torch.zeros(())
    for slope in output_gradients(_stack(weights, "start"), weights["x"]):
        sums = torch.einsum("sn,prnab->prsab", patterns, slope)
        total = total + frobenius(sums).mean(-1)
    return total


def _split(points: Any, weights: Any) -> Any:
    """I_1 at the members plus I_2 over the whole neighbourhood."""
    from numeric.deep_relu_moves import linearisation_error

    start, x = _stack(weights, "start", extra=True), weights["x"].unsqueeze(2)
    expanded = tuple(w.expand_as(v) for w, v in zip(start, _stack(weights, "member"), strict=True))
    first = _average(points, linearisation_error(expanded, _stack(weights, "member"), x))
    return first + points.tau[:, None] / points["n"] * _signed_gradients(points, weights)


SMALL = Grid(
    points=[{"L": 1, "m": 4, "d": 2, "n": 1}, {"L": 2, "m": 6, "d": 3, "n": 3}], tau=[0.05, 1.0]
)
split = Claim(
    id="caogu2019.eq-5.1",
    source=Source(PAPER, "5.1", "(5.1)"),
    statement=r"$\hat{\mathfrak R}_n[\mathcal F_\tau]\le I_1+I_2$, $\mathbb "
    r"E_\xi\{\sup_W\sum_i\xi_if_{W^{(0)}}(x_i)\}=0$",
    reading=r"the complexity and $I_1$ at one member per pattern of signs, sought so that the "
    r"relation fails; $I_2=\frac\tau n\sum_l\mathbb E_\xi\|\sum_i\xi_i\nabla_{W_l}f_{W^{(0)}}(x_i)"
    r"\|_F$ over the whole neighbourhood, the part of $f_{W^{(0)}}$ left out",
    over=OVER,
    quantifier=ForAllWeights(within=_members, restarts=6, steps=20),
    lhs=Computed(_complexity),
    relation="<=",
    rhs=Computed(_split),
    grid=SMALL,
    uses=("caogu2019.lemma-5.2a",),
)


def _signed(points: Any, weights: Any) -> Any:
    return points.tau[:, None] / points["n"] * _signed_gradients(points, weights)


def _root_of_squares(points: Any, weights: Any) -> Any:
    """`tau / n sum_l sqrt(sum_i |grad_{W_l} f_start(x_i)|_F^2)`."""
    from numeric.deep_relu import output_gradient_norms

    norms = output_gradient_norms(_stack(weights, "start"), weights["x"])
    return points.tau[:, None] / points["n"] * (norms.square().sum(-2) + 1e-300).sqrt().sum(-1)


jensen = Claim(
    id="caogu2019.proof-4.5c",
    source=Source(PAPER, "5.1", "proof of Theorem 4.5, I_2"),
    statement=r"$I_2\le\frac\tau n\sum_l\sqrt{\sum_i\|\nabla_{W_l}f_{W^{(0)}}(x_i)\|_F^2}\le "
    r"C_3L\tau\sqrt{m/n}$",
    reading="the first inequality, with equality for one input",
    over=OVER,
    quantifier=ForAllWeights(within=_members, restarts=6, steps=15),
    lhs=Computed(_signed),
    relation="<=",
    rhs=Computed(_root_of_squares),
    grid=SMALL,
    uses=("caogu2019.lemma-5.1a",),
)

slopes = symbols("slope_1:4", real=True)
WIDTH = symbols("m", real=True)
root_bound = Claim(
    id="caogu2019.proof-4.5c.bound",
    source=Source(PAPER, "5.1", "proof of Theorem 4.5, the last bound on I_2"),
    statement=r"$\|\nabla_{W_l}f_{W^{(0)}}(x_i)\|_F\le C_3\sqrt m$ gives "
    r"$\frac1n\sqrt{\sum_i\|\nabla_{W_l}f_{W^{(0)}}(x_i)\|_F^2}\le C_3\sqrt{m/n}$",
    reading=r"squared, in units of $C_3$, three inputs; $n=3$",
    over={**{s: Interval(0, oo) for s in slopes}, WIDTH: POSITIVE},
    where=[s**2 <= WIDTH for s in slopes],
    lhs=Closed(sum(s**2 for s in slopes) / 9),
    relation="<=",
    rhs=Closed(WIDTH / 3),
    grid=Grid(points=[{"slope_1": 1.0, "slope_2": 2.0, "slope_3": 0.5, "m": 4.0}]),
)


def _uniform(points: Any, samples: int, generator: Any) -> Any:
    """`sup |E_S - E_D| - 2 R_n` over a class of seven networks near one initialisation."""
    import torch

    from numeric.data import unit_sphere
    from numeric.deep_relu import forward, initial, surrogate
    from numeric.rademacher import sign_patterns

    start = initial((1,), widths_of(points), generator)
    radius = float(points.tau[0])
    members = []
    for layer in start:
        away = torch.randn(7, *layer.shape[1:], generator=generator, dtype=torch.float64)
        away[0] = 0.0
        size = away.square().sum(dim=(-2, -1), keepdim=True).sqrt().clamp_min(1e-300)
        members.append(layer + radius * away / size)
    inputs = unit_sphere((16,), points.d, generator)
    y_all = 1 - 2 * torch.randint(2, (16,), generator=generator).to(torch.float64)
    outputs = forward(members, inputs).output  # (7, 16)
    slopes_all = surrogate(y_all * outputs)
    chosen = torch.randint(16, (points.n, samples, points["n"]), generator=generator)
    on_sample = slopes_all[:, chosen].mean(-1)
    deviation = (on_sample - slopes_all.mean(-1)[:, None, None]).abs().amax(0)
    picked = outputs[:, chosen]  # (7, points, samples, n)
    sums = torch.einsum("sn,kpqn->skpq", sign_patterns(points["n"]), picked) / points["n"]
    return deviation - 2 * sums.amax(1).mean(0)


uniform = Claim(
    id="caogu2019.proof-4.5a",
    source=Source(PAPER, "5.1", "proof of Theorem 4.5, uniform convergence"),
    statement=r"with probability at least $1-\delta$, $\sup_{W\in\mathcal W_\tau}|\mathcal "
    r"E_S(W)-\mathcal E_{\mathcal D}(W)|\le2\hat{\mathfrak R}_n[\mathcal "
    r"F_\tau]+C_1\sqrt{\frac{\log(1/\delta)}n}$",
    reading="for a class of seven networks near one initialisation, whose complexity is known "
    "exactly; the constant taken as 1; a law of 16 inputs with random labels",
    over={**OVER, delta: UNIT},
    quantifier=WithProbability(at_least=1 - delta, draws=1000),
    lhs=Sampled(_uniform),
    relation="<=",
    rhs=Closed(sqrt(log(1 / delta) / n)),
    grid=Grid(
        points=[{"L": 1, "m": 8, "d": 2, "n": 2}, {"L": 2, "m": 16, "d": 3, "n": 6}],
        tau=[0.01],
        delta=[0.05, 0.5],
    ),
    uses=(
        "caogu2019.proof-4.5a.slope",
        "caogu2019.proof-4.5a.lipschitz",
        "caogu2019.definition-4.4",
    ),
)

ROWS: dict[str, Any] = {
    "over": {tau: POSITIVE, **{move: Interval(0, oo) for move in moves}},
    "where": [sum(move**2 for move in moves) <= tau**2],
    "lhs": Closed(sum(moves) ** 2),
    "relation": "<=",
    "grid": Grid(
        points=[
            {"tau": 1.0, "move_1": 0.5, "move_2": 0.5, "move_3": 0.5},
            {"tau": 2.0, "move_1": 1.1, "move_2": 1.1, "move_3": 1.1},
        ]
    ),
}
rows = Claim(
    id="caogu2019.remark-4.6a",
    source=Source(PAPER, "4.1", "Remark 4.6, the (2,1) norm"),
    statement=r"$W\in\mathcal W_\tau$ implies $\|W_l^\top-W_l^{(0)\top}\|_{2,1}\le\sqrt m\tau$",
    reading=r"$m=\min_lm_l=2$ (Assumption 4.2) and a layer with three columns in the norm, $m_l=3$ "
    r"or, for the other orientation, $m_{l-1}=3$; squared",
    rhs=Closed(2 * tau**2),
    erratum="m is the least of the widths, and the root of the number of columns of that layer is "
    "needed: sqrt(M) tau, or sqrt(d) tau if the norm runs over the inputs of the first layer",
    uses=("caogu2019.definition-4.3",),
    **ROWS,
)

rows_corrected = Claim(
    id="caogu2019.remark-4.6a.corrected",
    source=Source(PAPER, "4.1", "Remark 4.6, the (2,1) norm"),
    statement=r"$\|W_l^\top-W_l^{(0)\top}\|_{2,1}\le\sqrt p\,\tau$ for p columns",
    reading="p = 3, squared; the order of the bounds compared in Remark 4.6 stays, since M/m = "
    "O(1)",
    rhs=Closed(3 * tau**2),
    corrects="caogu2019.remark-4.6a",
    uses=("caogu2019.definition-4.3",),
    **ROWS,
)
