r"""Section 6: one step of descent, its linear part and its perturbation.

Symbols in `dense_symbols`; e: entries of y - u(k); v: entries of u(k+1) - u(k); m also scales the
distance of the weights from their start. Networks are fully connected.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Matrix, Rational, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018.appendix_a_initial import NET, NETS, ONCE, drawn
from theorems.papers.du2018.appendix_a_training import LONG_GRID, PARTS_GRID, taken_apart
from theorems.papers.du2018.dense_runs import RUN, SMALL, descent_run
from theorems.papers.du2018.dense_symbols import (
    DEPTHS,
    PAPER,
    POSITIVE,
    H,
    activation,
    lambda_0,
    m,
    n,
    sigma,
)
from theorems.quantifiers import AlongTrajectory, ForAllWeights, UpToConstant
from theorems.sides import Closed, Computed, Holds, Sampled, Simulated

PARTS = AlongTrajectory(simulate=taken_apart)
y_1, y_2, u_1, u_2, v_1, v_2 = symbols("y_1 y_2 u_1 u_2 v_1 v_2", real=True)


def expansion() -> dict[str, Any]:
    """`|y - v|^2` against its expansion around u, two inputs."""
    y, u, v = Matrix([y_1, y_2]), Matrix([u_1, u_2]), Matrix([v_1, v_2])
    near, step = y - u, v - u
    return {
        "reading": "two inputs; v for u(k+1)",
        "over": dict.fromkeys((*y, *u, *v), sp.S.Reals),
        "lhs": Closed(sum(entry**2 for entry in y - v)),
        "relation": "==",
        "rhs": Closed(near.dot(near) - 2 * near.dot(step) + step.dot(step)),
        "grid": Grid(points=[dict.fromkeys(map(str, (*y, *u, *v)), 1.0)]),
    }


expanded = Claim(
    id="du2018.eq-7",
    source=Source(PAPER, "6", "equation (7)"),
    statement=r"$\|y-u(k+1)\|_2^2=\|y-u(k)\|_2^2-2(y-u(k))^\top(u(k+1)-u(k))+\|u(k+1)-u(k)\|_2^2$",
    **expansion(),
)

decreases = Claim(
    id="du2018.eq-7.decrease",
    source=Source(PAPER, "6", "after equation (7)"),
    statement=r"if $2(y-u(k))^\top(u(k+1)-u(k))>\|u(k+1)-u(k)\|_2^2$ the loss decreases",
    over=RUN,
    hypotheses=[
        Holds(
            "2 (y - u(k))'(u(k+1) - u(k)) > |u(k+1) - u(k)|^2",
            lambda path: 2 * (path["e.linear"] + path["e.rest"]) > path["moved"] * (1 + 1e-9),
        )
    ],
    quantifier=PARTS,
    lhs=Simulated(lambda path: path["next"]),
    relation="<",
    rhs=Simulated(lambda path: path["loss"]),
    grid=PARTS_GRID,
    uses=("du2018.eq-7",),
)

condition = Claim(
    id="du2018.condition-6.1",
    source=Source(PAPER, "6", "Condition 6.1"),
    statement=r"$\|y-u(k)\|_2^2\le(1-\frac{\eta\lambda_0}2)^k\|y-u(0)\|_2^2$",
    reading=r"at all steps of runs with $\eta\le\frac{\lambda_0}{n^22^H}$ as long as "
    r"$\lambda_{\min}(G^{(H)}(k))\ge\frac{\lambda_0}2$ at all steps so far: what the theorem's "
    "width is to ensure",
    over=RUN,
    hypotheses=[
        Holds(
            "lambda_min(G^(H)) >= lambda_0/2 so far",
            lambda path: (path["least"] >= path["lambda"] / 2).double().cummin(-1).values > 0,
        ),
        SMALL,
    ],
    quantifier=AlongTrajectory(simulate=descent_run(60, "least")),
    lhs=Simulated(lambda path: path["loss"]),
    relation="<=",
    rhs=Simulated(lambda path: path["rate"] * path["loss"][..., :1]),
    grid=Grid(
        points=[
            {"H": 1, "m": 64, "sigma": 1},
            {"H": 2, "m": 64, "sigma": 2},
            {"H": 3, "m": 48, "sigma": 0},
            {"H": 8, "m": 64, "sigma": 2},
        ],
        gap=[1.0, 0.01],
        eta=[0.003, 0.03],
        n=[1, 2],
    ).nightly(n=[1, 2, 4], eta=[0.003, 0.03, 0.3]),
)


change = Claim(
    id="du2018.text-6a",
    source=Source(PAPER, "6", "the change of the predictions"),
    statement=r"$u_i(k+1)-u_i(k)=I_1^i+I_2^i$, $I_1^i=-\eta\langle L',u_i'\rangle=-\eta\sum_j(u_j-"
    r"y_j)G_{ij}$, $I_2^i=\int_0^\eta\langle L'(w(k)),u_i'(w(k))-u_i'(w(k)-sL'(w(k)))\rangle ds$",
    reading="the integral by Gauss-Legendre quadrature, smooth activations",
    over=RUN,
    quantifier=AlongTrajectory(simulate=taken_apart, rounding=1e-8, floor=1e-11),
    lhs=Simulated(lambda path: path["change"]),
    relation="==",
    rhs=Simulated(lambda path: path["linear"] + path["rest"]),
    grid=PARTS_GRID,
    uses=("du2018.text-6b", "du2018.eq-A-grad.corrected"),
)


def automatic_last_gram(points: Any, output: str = "sign") -> Any:
    """`<u_i'^(H), u_j'^(H)>` from automatic derivatives, `(points, n n)`."""
    import torch

    from numeric.deep_network import forward, predictions

    weights, a, x, _ = drawn(points, output=output)
    leaf = weights[-1].clone().requires_grad_(True)
    u = predictions(forward([*weights[:-1], leaf], x, activation(points)), a)
    rows = [
        torch.autograd.grad(u[:, i].sum(), leaf, retain_graph=True)[0].flatten(1)
        for i in range(points["n"])
    ]
    stacked = torch.stack(rows, dim=1)
    return (stacked @ stacked.mT).flatten(1)


def printed_last_gram(points: Any, output: str = "sign") -> Any:
    """`G^(H)` by its formula, `(points, n n)`."""
    import torch

    from numeric.kernels.deep import last_layer_gram

    weights, a, x, _ = drawn(points, output=output)
    rows = [
        last_layer_gram([w[i] for w in weights], x, activation(points), a[i])
        for i in range(points.n)
    ]
    return torch.stack(rows).flatten(1)


last_gram = Claim(
    id="du2018.text-6b",
    source=Source(PAPER, "6", "the last layer's Gram matrix"),
    statement=r"$G^{(H)}_{ij}=(x_i^{(H-1)})^\top x_j^{(H-1)}\frac{c_\sigma}m\sum_ra_r^2\sigma'("
    r"w_r^{(H)\top}x_i^{(H-1)})\sigma'(w_r^{(H)\top}x_j^{(H-1)})$",
    over=NET,
    quantifier=ONCE,
    lhs=Computed(automatic_last_gram),
    relation="==",
    rhs=Computed(printed_last_gram),
    grid=NETS,
    uses=("du2018.eq-2",),
)


def _grams(points: Any) -> Any:
    from numeric.deep_network import backward, forward, layer_grams

    weights, a, x, _ = drawn(points)
    path = forward(weights, x, activation(points))
    return layer_grams(path, backward(weights, a, path, activation(points)))


def _least_of_rest(points: Any) -> Any:
    import torch

    return torch.linalg.eigvalsh(_grams(points)[..., :-1, :, :].sum(dim=-3))[..., 0]


more_than_last = Claim(
    id="du2018.text-6b.order",
    source=Source(PAPER, "6", "all layers' Gram matrices"),
    statement=r"$G(k)=\sum_hG^{(h)}(k)\succeq G^{(H)}(k)$, each $G^{(h)}$ positive semi-definite",
    reading=r"$\lambda_{\min}(G-G^{(H)})\ge0$, up to $10^{-12}$ of rounding",
    over=NET,
    quantifier=ONCE,
    lhs=Computed(_least_of_rest),
    relation=">=",
    rhs=Closed(-sp.Rational(1, 10**12)),
    grid=NETS,
    uses=("du2018.text-6b",),
)


def quadratic_form(name: str, scaled: bool) -> dict[str, Any]:
    """`(y - u)'I_1` against the least eigenvalue `name` times `|y - u|^2`, and eta if `scaled`."""
    return {
        "over": RUN,
        "quantifier": PARTS,
        "lhs": Simulated(lambda path: path["e.linear"]),
        "relation": ">=",
        "rhs": Simulated(lambda path: path[name] * path["loss"] * (path["step"] if scaled else 1)),
        "grid": PARTS_GRID,
        "uses": ("du2018.text-6a", "du2018.text-6b.order"),
    }


form = Claim(
    id="du2018.text-6c",
    source=Source(PAPER, "6", "the linear part"),
    statement=r"$(y-u(k))^\top I_1(k)=\eta(y-u)^\top G(y-u)\ge\lambda_{\min}(G)\|y-u\|_2^2\ge"
    r"\lambda_{\min}(G^{(H)})\|y-u\|_2^2$",
    reading="the ends of the chain",
    erratum="eta is lost after the first step: for eta < 1 and one input the form is eta G e^2",
    **quadratic_form("least", scaled=False),
)

form_corrected = Claim(
    id="du2018.text-6c.corrected",
    source=form.source,
    statement=r"$(y-u(k))^\top I_1(k)\ge\eta\lambda_{\min}(G^{(H)})\|y-u\|_2^2$",
    corrects="du2018.text-6c",
    **quadratic_form("least", scaled=True),
)

form_whole = Claim(
    id="du2018.text-6c.whole",
    source=form.source,
    statement=r"$\eta(y-u)^\top G(y-u)\ge\eta\lambda_{\min}(G)\|y-u\|_2^2$",
    **quadratic_form("whole", scaled=True),
)

progress = Claim(
    id="du2018.text-6d",
    source=Source(PAPER, "6", "the progress of the loss"),
    statement=r"$\|y-u(k+1)\|_2^2\le(1-\eta\lambda_{\min}(G^{(H)}(k)))\|y-u(k)\|_2^2-2(y-u(k))"
    r"^\top I_2(k)+\|u(k+1)-u(k)\|_2^2$",
    over=RUN,
    quantifier=PARTS,
    lhs=Simulated(lambda path: path["next"]),
    relation="<=",
    rhs=Simulated(
        lambda path: (
            (1 - path["step"] * path["least"]) * path["loss"] - 2 * path["e.rest"] + path["moved"]
        )
    ),
    grid=LONG_GRID,
    uses=("du2018.eq-7", "du2018.text-6c.corrected"),
)


def near_gram(start: Rational) -> dict[str, Any]:
    """Least eigenvalue `start lambda_0` of one matrix, and any other within `lambda_0 / 4`."""

    def within(points: Any, generator: Any) -> dict[str, Any]:
        import torch

        from numeric.adversary import Around

        size = points["n"]
        turn = torch.randn(points.n, 1, size, size, generator=generator, dtype=torch.float64)
        basis = torch.linalg.qr(turn).Q
        levels = 1 + torch.arange(size, dtype=torch.float64) ** 2
        centre = float(start) * points.lambda_0[:, None, None, None] * (basis * levels) @ basis.mT
        return {"gram": Around(centre, points.lambda_0 / 4, shape="spectral", trailing=2)}

    def least(points: Any, weights: Any) -> Any:
        import torch

        symmetric = (weights["gram"] + weights["gram"].mT) / 2
        return torch.linalg.eigvalsh(symmetric)[..., 0]

    return {
        "over": {lambda_0: POSITIVE, n: sp.S.Naturals},
        "quantifier": ForAllWeights(within=within, restarts=14, steps=20),
        "lhs": Computed(least),
        "relation": ">=",
        "rhs": Closed((start - Rational(1, 4)) * lambda_0),
        "grid": Grid(lambda_0=[0.01, 1.0], n=[1, 3]),
    }


weyl = Claim(
    id="du2018.text-6e",
    source=Source(PAPER, "6", "the least eigenvalue at the start"),
    statement=r"$\|G^{(H)}(0)-K^{(H)}\|_2\le\frac14\lambda_0$ implies "
    r"$\lambda_{\min}(G^{(H)}(0))\ge\frac34\lambda_0$",
    uses=("du2018.lemma-A.2", "du2018.lemma-A.4"),
    **near_gram(Rational(1)),
)

weyl_training = Claim(
    id="du2018.text-6e.training",
    source=Source(PAPER, "6", "the least eigenvalue during training"),
    statement=r"for $\lambda_{\min}(G^{(H)}(k))\ge\frac{\lambda_0}2$ it suffices that "
    r"$\|G^{(H)}(k)-G^{(H)}(0)\|_2\le\frac14\lambda_0$",
    uses=("du2018.lemma-A.4",),
    **near_gram(Rational(3, 4)),
)


def travelled(train_output: bool) -> Any:
    """`max_{h,k} |W^(h)(k) - W^(h)(0)|_F` of runs from random starts, labels +-1."""

    def sampled(points: Any, samples: int, generator: Any) -> Any:
        import torch

        from numeric.deep_network import descend, initial
        from theorems.papers.du2018.dense_symbols import inputs

        x = inputs(points["n"])
        sizes = (points.H, points.m, points["n"])
        weights, a = initial((samples,), sizes, generator, "normal" if train_output else "sign")
        y = 1 - 2 * (torch.arange(points["n"]) % 2).to(torch.float64)

        def far(at: Any) -> Any:
            moves = zip(at.weights, weights, strict=True)
            return torch.stack([torch.linalg.matrix_norm(w - v) for w, v in moves]).amax(0)

        record = {"far": far}
        start, data = (weights, a), (x, y)
        path = descend(start, data, activation(points), 0.2, 60, record, train_output=train_output)
        return path["far"].amax(dim=-1).unsqueeze(0)

    return sampled


def movement(rate: Any, measured: Any) -> dict[str, Any]:
    """How far the weights travel as m grows, against a rate."""
    return {
        "over": {H: DEPTHS, m: sp.S.Naturals, n: sp.S.Naturals, sigma: sp.FiniteSet(1, 2)},
        "quantifier": UpToConstant(along=("m",), samples=64),
        "lhs": Sampled(measured),
        "relation": "<=",
        "rhs": Closed(rate),
        "grid": Grid(H=[2], n=[2], sigma=[2], m=[16, 32, 64, 128]).nightly(
            H=[2, 4], m=[16, 32, 64, 128, 256]
        ),
    }


moves_little = Claim(
    id="du2018.text-6f",
    source=Source(PAPER, "6", "distance of the weights"),
    statement=r"ignoring all but m, $\|W^{(h)}(k)-W^{(h)}(0)\|_F\lesssim1$, hence "
    r"$\frac1{\sqrt m}\|W^{(h)}(k)-W^{(h)}(0)\|_F\lesssim\frac1{\sqrt m}$",
    reading="largest over layers and steps, mean over starts",
    uses=("du2018.lemma-A.5a",),
    **movement(sp.Integer(1), travelled(False)),
)
