r"""Section 3: the limiting Gram matrices and the theorem on fully connected networks.

Symbols in `dense_symbols`; rho: inner product of two unit inputs; gap: 1 - cos of the angle within
pairs of inputs; K: |y - u(0)| over sqrt(n); c: the small constant of R.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import sympy as sp
from sympy import Interval, acos, pi, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid, linspace
from theorems.papers.du2018.dense_runs import RUN, SMALL, descent_run
from theorems.papers.du2018.dense_symbols import (
    ANY,
    AT_LEAST_ONE,
    DEPTHS,
    PAPER,
    POSITIVE,
    UNIT,
    H,
    activation,
    delta,
    gap,
    inputs,
    lambda_0,
    limit_eigenvalue,
    m,
    n,
    sigma,
)
from theorems.quantifiers import AlongTrajectory, ForAll, InExpectation, SufficientSize
from theorems.sides import Closed, Computed, Sampled, Simulated

rho, K, c, power = symbols("rho K c power", real=True)
CORRELATION = Interval(-1, 1)


def _pair(value: float) -> Any:
    import torch

    return torch.tensor([[1.0, 0.0], [value, (1 - value**2) ** 0.5]], dtype=torch.float64)


def _limits(points: Any) -> Any:
    """`K^(0..H)` for two unit inputs at each rho, `(points, H + 1, 2, 2)`."""
    import torch

    from numeric.kernels.deep import fully_connected_limit

    rows = [
        fully_connected_limit(_pair(v), activation(points), points.H) for v in points.rho.tolist()
    ]
    return torch.stack(rows)


def _first_products(points: Any, samples: int, generator: Any) -> Any:
    """`x_1^(1).x_2^(1)` and `G^(1)_12` of one hidden layer, `(points, samples, 2)`."""
    import torch

    from numeric.wide_features import draw_features, draw_last_gram

    rows = []
    for value in points.rho.tolist():
        x, sizes = _pair(value), (1, points.m)
        states = draw_features(x, activation(points), sizes, samples, generator)[-1]
        gram = draw_last_gram(x, activation(points), sizes, samples, generator)
        rows.append(torch.stack([(states[:, 0] * states[:, 1]).sum(-1), gram[:, 0, 1]], dim=-1))
    return torch.stack(rows)


def _first_limits(points: Any) -> Any:
    """`K^(1)_12` as a hidden and as the last layer's matrix."""
    import torch

    from numeric.kernels.deep import fully_connected_limit

    rows = []
    for value in points.rho.tolist():
        grams = [fully_connected_limit(_pair(value), activation(points), h)[1] for h in (2, 1)]
        rows.append([gram[0, 1].item() for gram in grams])
    return torch.tensor(rows, dtype=torch.float64)


def first_layer() -> dict[str, Any]:
    """The limits of one layer are the exact means at any width."""
    return {
        "over": {rho: CORRELATION, m: sp.S.Naturals, sigma: ANY},
        "quantifier": InExpectation(samples=40_000),
        "lhs": Sampled(_first_products),
        "relation": "==",
        "rhs": Computed(_first_limits),
        "grid": Grid(rho=[-0.9, 0.6], m=[4], sigma=[1, 2, 3, 4]),
    }


recursion = Claim(
    id="du2018.eq-4",
    source=Source(PAPER, "3", "equation (4), one layer"),
    statement=r"$K_{ij}^{(0)}=\langle x_i,x_j\rangle$, $K_{ij}^{(h)}=c_\sigma E[\sigma(u)\sigma(v)]"
    r"$, $K_{ij}^{(H)}=c_\sigma K_{ij}^{(H-1)}E[\sigma'(u)\sigma'(v)]$ are for the first layer the "
    r"means of $x_i^{(1)}(0)^\top x_j^{(1)}(0)$ and of $G^{(1)}_{ij}(0)$",
    uses=("du2018.eq-2", "du2018.text-6b"),
    **first_layer(),
)

unit_diagonal = Claim(
    id="du2018.eq-4.diagonal",
    source=Source(PAPER, "3", "equation (4), its diagonal"),
    title="unit inputs keep unit diagonals",
    statement=r"$K_{ii}^{(h)}=1$ for $h<H$ when $\|x_i\|_2=1$",
    over={rho: CORRELATION, H: DEPTHS, sigma: ANY},
    quantifier=ForAll(random_points=0, search=False),
    lhs=Computed(lambda points: _limits(points)[:, :-1, 0, 0]),
    relation="==",
    rhs=Closed(1),
    grid=Grid(rho=[-0.5, 0.6], H=[1, 2, 8], sigma=[0, 1, 2, 3, 4]),
    uses=("du2018.eq-4",),
)


def _relu_limits(points: Any) -> Any:
    import torch

    from numeric.kernels.deep import fully_connected_limit

    rows = [
        fully_connected_limit(_pair(v), activation(points), 2)[1:, 0, 1]
        for v in points.rho.tolist()
    ]
    return torch.stack(rows)


relu_layers = Claim(
    id="du2018.eq-4.relu",
    source=Source(PAPER, "3", "equation (4), two layers of ReLU"),
    title="the recursion in closed form for ReLU",
    statement=r"for ReLU $K_{12}^{(1)}=\frac1\pi(\sqrt{1-\rho^2}+(\pi-\arccos\rho)\rho)$ and "
    r"$K_{12}^{(2)}=K_{12}^{(1)}\frac{\pi-\arccos K_{12}^{(1)}}\pi$, $H=2$",
    over={rho: Interval(-1, 1), sigma: sp.FiniteSet(4)},
    quantifier=ForAll(random_points=50, search=False),
    lhs=Computed(_relu_limits),
    relation="==",
    rhs=Closed(
        sp.Matrix(
            [
                (sqrt(1 - rho**2) + (pi - acos(rho)) * rho) / pi,
                (sqrt(1 - rho**2) + (pi - acos(rho)) * rho)
                / pi
                * (pi - acos((sqrt(1 - rho**2) + (pi - acos(rho)) * rho) / pi))
                / pi,
            ]
        )
    ),
    grid=Grid(rho=linspace(-0.99, 0.99, 7), sigma=[4]),
    uses=("du2018.eq-4", "du2018.eq-2.relu"),
)


def _least_block(points: Any) -> Any:
    """The least eigenvalue of the pair's blocks of `K^(1..H)`."""
    import torch

    return torch.linalg.eigvalsh(_limits(points)[:, 1:])[..., 0].amin(dim=-1)


assumption = Claim(
    id="du2018.assumption-3.1",
    source=Source(PAPER, "3", "Assumption 3.1, the least eigenvalue over all pairs"),
    statement=r"$\lambda=\min_{h\in[H],(i,j)\in[n]\times[n]}\lambda_{\min}\begin{pmatrix}"
    r"K_{ii}^{(h)}&K_{ij}^{(h)}\\K_{ji}^{(h)}&K_{jj}^{(h)}\end{pmatrix}>0$",
    reading=r"over $i\ne j$, as in Lemma D.1: for $i=j$ the block is singular, whatever the data; "
    "met by unit inputs that are not parallel",
    over={rho: Interval.open(-1, 1), H: DEPTHS, sigma: ANY},
    quantifier=ForAll(random_points=0, search=False),
    lhs=Computed(_least_block),
    relation=">",
    rhs=Closed(0),
    grid=Grid(rho=[-0.99, 0.0, 0.9], H=[1, 2, 8], sigma=[1, 2, 3, 4]),
    uses=("du2018.eq-4",),
)


def contraction(output: str) -> Callable[..., Any]:
    """Whether a run keeps `L(k) <= (1 - eta lambda_0 / 2)^k L(0)` up to time `1 / lambda_0`.

    eta is `16 lambda_0 / n^2`, at most 0.3, over H; inputs in pairs, labels +1 and -1 within each.
    """

    def kept(points: Any, size: int, draws: int, generator: Any) -> Any:
        import torch

        from numeric.deep_contraction import contracts
        from numeric.deep_network import initial

        count, cosine = points["n"], 1 - float(points.gap[0])
        least = limit_eigenvalue(points, cosine)
        x = inputs(count, cosine)
        weights, out = initial((draws,), (points.H, size, count), generator, output)  # type: ignore[arg-type]
        y = 1 - 2 * (torch.arange(count) % 2).to(torch.float64)
        step = min(16 * least / count**2, 0.3) / points.H
        steps = int(1 / least / step)
        good = contracts(
            (weights, out),
            (x, y),
            activation(points),
            step,
            steps,
            1 - step * least / 2,
            train_output=output == "normal",
        )
        return good.to(torch.float64).unsqueeze(0)

    return kept


def printed_width(points: Any) -> Any:
    """The maximum of `n^4 2^H / lambda_0^4`, `n 2^H / delta` and the term with lambda.

    That is `n^2 log(H n^2 / delta) / (lambda_0^2 lambda^(3H/2))`; `O(H)` is read as H.
    """
    import torch

    from numeric.kernels.deep import fully_connected_limit

    rows = []
    count, depth = points["n"], points.H
    for spread, failure in zip(points.gap.tolist(), points.delta.tolist(), strict=True):
        least = limit_eigenvalue(points, 1 - spread)
        limits = fully_connected_limit(inputs(2, 1 - spread), activation(points), depth)
        pair = torch.linalg.eigvalsh(limits[1:])[..., 0].amin().item() if count > 1 else 1.0
        third = count**2 * math.log(depth * count**2 / failure) / least**2 / pair ** (1.5 * depth)
        rows.append(max(count**4 * 2**depth / least**4, count * 2**depth / failure, third))
    return torch.tensor(rows, dtype=torch.float64)


def theorem(output: str, width: Any) -> dict[str, Any]:
    """The smallest width with which runs contract as the theorem says, as n grows."""
    return {
        "reading": r"smallest sufficient width; tanh, inputs in pairs, $O(H)$ as H, "
        r"$\eta=\min(16\lambda_0/n^2,0.3)/H$, up to time $1/\lambda_0$; two or three neurons "
        "suffice at every n: a bound lower by n^4 would not stand, one lower by n^3 would; depth "
        "is in the part on the step size",
        "over": {n: sp.S.Naturals, H: DEPTHS, gap: UNIT, delta: UNIT, sigma: ANY},
        "quantifier": SufficientSize(at_least=1 - delta, draws=100, largest=1 << 8, along=("n",)),
        "lhs": Sampled(contraction(output)),
        "relation": "<=",
        "rhs": Computed(width),
        "grid": Grid(n=[2, 4, 8, 16], H=[2], gap=[0.4], delta=[0.1], sigma=[2]),
    }


THEOREM_USES = (
    *("du2018.condition-6.1", "du2018.lemma-A.2", "du2018.lemma-A.4", "du2018.lemma-A.5a"),
    *("du2018.lemma-A.6", "du2018.lemma-A.7", "du2018.proof-3.1", "du2018.theorem-3.1.width"),
)
convergence = Claim(
    id="du2018.theorem-3.1",
    source=Source(PAPER, "3", "Theorem 3.1"),
    statement=r"if $\|x_i\|_2=1$, $|y_i|\le C$, "
    r"$m=\Omega(\max\{\frac{n^42^{O(H)}}{\lambda_0^4},\frac{n2^{O(H)}}\delta,"
    r"\frac{n^2\log(Hn^2/\delta)}{\lambda_0^2\lambda^{3H/2}}\})$ and "
    r"$\eta=O(\frac{\lambda_0}{n^22^{O(H)}})$ then with probability at least $1-\delta$: "
    r"$L(w(k))\le(1-\frac{\eta\lambda_0}2)^kL(w(0))$",
    uses=THEOREM_USES,
    **theorem("sign", printed_width),
)

width = Claim(
    id="du2018.theorem-3.1.width",
    source=Source(PAPER, "A", "proof of Theorem 3.1, the choice of m"),
    title="the choice of the width in Theorem 3.1",
    statement=r"$R'=\frac{8c_{x,0}c_x^H\sqrt n\|y-u(0)\|_2}{\lambda_0\sqrt m}\le R="
    r"\frac{c\lambda_0}{g_{c_x}(H)n}$ when $m=\Omega(\frac{n^42^{O(H)}}{\lambda_0^4})$",
    reading=r"squared; $\|y-u(0)\|_2\le K\sqrt n$; power for $8c_{x,0}c_x^Hg_{c_x}(H)$: "
    r"$m\ge\frac{K^2\mathrm{power}^2n^4}{c^2\lambda_0^4}$",
    over={
        n: sp.S.Naturals,
        lambda_0: POSITIVE,
        K: POSITIVE,
        c: POSITIVE,
        power: AT_LEAST_ONE,
        symbols("width", real=True): POSITIVE,
    },
    where=[symbols("width", real=True) * c**2 * lambda_0**4 >= K**2 * power**2 * n**4],
    lhs=Closed(power**2 * n * K**2 * n / (lambda_0**2 * symbols("width", real=True))),
    relation="<=",
    rhs=Closed(c**2 * lambda_0**2 / n**2),
    grid=Grid(
        points=[{"lambda_0": 0.5, "K": 1.0, "c": 0.1, "power": 4.0, "width": 1e9}], n=[1, 2, 10]
    ),
    uses=("du2018.lemma-A.5a", "du2018.lemma-A.4"),
)


outside = Claim(
    id="du2018.theorem-3.1.outside",
    source=Source(PAPER, "3", "Theorem 3.1, its conclusion at small widths"),
    title="outside the proof's widths: contraction at width 64",
    statement=r"$L(w(k))\le(1-\frac{\eta\lambda_0}2)^kL(w(0))$ along runs from random starts with "
    r"residuals of size 1, $\eta\le\frac{\lambda_0}{n^22^H}$",
    reading=r"with these residuals the proof's $R'\le c\,g_{c_x}(H)^{-1}$ asks for widths above "
    r"$10^4$ for H = 1, $10^8$ for H = 2 and $10^{14}$ for H = 4 (tanh, n = 2)",
    over=RUN,
    hypotheses=[SMALL],
    quantifier=AlongTrajectory(simulate=descent_run(60, "loss")),
    lhs=Simulated(lambda path: path["loss"]),
    relation="<=",
    rhs=Simulated(lambda path: path["rate"] * path["loss"][..., :1]),
    grid=Grid(H=[1, 2, 4, 8], m=[64], sigma=[2], gap=[1.0], eta=[5e-4, 0.02, 0.1], n=[1, 2]),
    uses=("du2018.condition-6.1",),
)
