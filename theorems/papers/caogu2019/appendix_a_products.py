r"""Appendix A: the matrix products, and what the proofs of Lemmas 5.1 and 5.2 make of them.

Symbols in `sec3_symbols`. "start", "old" and "new" are W^(0), W tilde and W hat; labels alternate.
The identities are closed for a small network as well, with weights a, b and patterns s, t as
symbols (`proof-5.2a.closed`).
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Matrix, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.caogu2019.sec3_symbols import (
    EVEN,
    PAPER,
    POSITIVE,
    REALS,
    L,
    d,
    generator_of,
    labels,
    layers,
    m,
    n,
    neighbourhoods,
    tau,
)
from theorems.quantifiers import ForAll, ForAllWeights
from theorems.sides import Closed, Computed

OVER = {tau: POSITIVE, L: sp.S.Naturals, m: EVEN, d: sp.S.Naturals, n: sp.S.Naturals}
SIZES = [
    {"L": 1, "m": 2, "d": 1, "n": 1},
    {"L": 2, "m": 4, "d": 3, "n": 2},
    {"L": 4, "m": 6, "d": 2, "n": 3},
]
GRID = Grid(points=SIZES, tau=[0.1, 3.0])
EVERYWHERE = ForAllWeights(within=neighbourhoods, restarts=8, steps=8)


def _output(points: Any, weights: Any) -> Any:
    """The first input's output, by the definition."""
    x = weights["x"]
    for layer in layers(weights, "new"):
        x = (x @ layer).clamp_min(0)
    half = points.m // 2
    return (x[..., :half].sum(-1) - x[..., half:].sum(-1))[..., 0]


def _product_form(points: Any, weights: Any) -> Any:
    from numeric.deep_relu import forward, product, signs

    new, x = layers(weights, "new"), weights["x"]
    whole = product(new, forward(new, x).active, 1, points.L)
    return ((whole @ x.unsqueeze(-1)).squeeze(-1) @ signs(points.m))[..., 0]


product_form = Claim(
    id="caogu2019.eq-A1",
    source=Source(PAPER, "A", "the output as a matrix product"),
    statement=r"$f_W(x)=v^\top[\prod_{r=1}^L\Sigma_r(x)W_r^\top]x$",
    reading="the patterns on the left are those of relu itself; the first of the inputs",
    over=OVER,
    quantifier=EVERYWHERE,
    lhs=Computed(_output),
    relation="==",
    rhs=Computed(_product_form),
    grid=GRID,
    uses=("caogu2019.eq-3.1",),
)


def _by_differentiation(points: Any) -> Any:
    """`|autograd - formula|` over all layers, for a drawn network and inputs."""
    import torch

    from numeric.data import unit_sphere
    from numeric.deep_relu import forward, initial, output_gradients

    generator = generator_of(points.L, points.m, points.d)
    start = initial((), (points.d, *(points.m for _ in range(points.L))), generator)
    leaves = [w.clone().requires_grad_(True) for w in start]
    x = unit_sphere((points["n"],), points.d, generator)
    outputs, formula = forward(leaves, x).output, output_gradients(start, x)
    found = []
    for index in range(points["n"]):
        slopes = torch.autograd.grad(outputs[index], leaves, retain_graph=True)
        found += [(a - b[index]).norm() for a, b in zip(slopes, formula, strict=True)]
    return torch.stack(found).amax().expand(points.n)


gradient_form = Claim(
    id="caogu2019.eq-A2",
    source=Source(PAPER, "A", "the gradients as matrix products"),
    statement=r"$\nabla_{W_l}f_W(x)=x_{l-1}v^\top[\prod_{r=l+1}^L\Sigma_r(x)W_r^\top]\Sigma_l(x)$, "
    r"$l\in[L]$",
    reading="against automatic differentiation: the largest difference, which rounding makes",
    over={L: sp.S.Naturals, m: EVEN, d: sp.S.Naturals, n: sp.S.Naturals},
    quantifier=ForAll(search=False, random_points=0),
    lhs=Computed(_by_differentiation),
    relation="<=",
    rhs=Closed(sp.Float(1e-12)),
    grid=Grid(points=[*SIZES, {"L": 6, "m": 32, "d": 5, "n": 4}]),
    uses=("caogu2019.eq-A1",),
)


def _difference(points: Any, weights: Any) -> Any:
    from numeric.deep_relu import forward

    old, new = (forward(layers(weights, name), weights["x"]).output for name in ("old", "new"))
    return (new - old)[..., 0]


def _parts(points: Any, weights: Any) -> Any:
    from numeric.deep_relu_moves import output_change_parts

    parts = output_change_parts(layers(weights, "old"), layers(weights, "new"), weights["x"])
    return sum(part[..., 0] for part in parts)


telescoping = Claim(
    id="caogu2019.proof-5.2a",
    source=Source(PAPER, "B.2", "proof of Lemma 5.2, the telescoping sum"),
    statement=r"$f_{\hat W}(x_i)-f_{\tilde W}(x_i)=\sum_{l=1}^Lv^\top[\prod_{r=l+1}^L\tilde\Sigma_r"
    r"\tilde W_r^\top][\hat\Sigma_l\hat W_l^\top-\tilde\Sigma_l\tilde W_l^\top]\hat "
    r"x_{l-1,i}=I_1+I_2+I_3$",
    reading="the first sum is printed without the v' that its terms I_1, I_2, I_3 have",
    over=OVER,
    quantifier=EVERYWHERE,
    lhs=Computed(_difference),
    relation="==",
    rhs=Computed(_parts),
    grid=GRID,
    uses=("caogu2019.eq-A1",),
)

# One input through two units and then one, with the patterns as free symbols.
_input = Matrix([symbols("x_1", real=True)])
_signs = Matrix([[1]])


def _stack(name: str) -> list[Matrix]:
    return [
        Matrix(1, 2, symbols(f"{name}_1:3", real=True)),
        Matrix(symbols(f"{name}_3:5", real=True)),
    ]


def _patterns(name: str) -> list[Matrix]:
    first, second, third = symbols(f"{name}_1:4", real=True)
    return [sp.diag(first, second), sp.diag(third)]


OLD, NEW = _stack("a"), _stack("b")
OLD_ON, NEW_ON = _patterns("s"), _patterns("t")


def _closed_parts() -> tuple[sp.Expr, sp.Expr]:
    """`f_new - f_old`, and `I_1 + I_2 + I_3`, for arbitrary diagonal patterns."""
    old = [_input, OLD_ON[0] * OLD[0].T * _input]
    new = [_input, NEW_ON[0] * NEW[0].T * _input]
    change = _signs * (NEW_ON[1] * NEW[1].T * new[1] - OLD_ON[1] * OLD[1].T * old[1])
    above = [_signs * OLD_ON[1] * OLD[1].T, _signs]
    total = sp.zeros(1, 1)
    for level in range(2):
        moved = (NEW[level] - OLD[level]).T
        total += above[level] * (NEW_ON[level] - OLD_ON[level]) * NEW[level].T * new[level]
        total += above[level] * OLD_ON[level] * moved * (new[level] - old[level])
        total += above[level] * OLD_ON[level] * moved * old[level]
    return change[0], total[0]


CHANGE, TOTAL = _closed_parts()
telescoping_closed = Claim(
    id="caogu2019.proof-5.2a.closed",
    source=Source(PAPER, "B.2", "proof of Lemma 5.2, the telescoping sum"),
    statement=r"$f_{\hat W}-f_{\tilde W}=I_1+I_2+I_3$ for layers of two units and one and any "
    r"diagonal $\hat\Sigma_l,\tilde\Sigma_l$",
    quantifier=ForAll(search=False, random_points=50),
    over=dict.fromkeys(sorted(CHANGE.free_symbols | TOTAL.free_symbols, key=str), REALS),
    lhs=Closed(CHANGE),
    relation="==",
    rhs=Closed(TOTAL),
    grid=Grid(points=[{str(s): 0.5 for s in CHANGE.free_symbols | TOTAL.free_symbols}]),
)


def _risk_gradient(points: Any, weights: Any) -> Any:
    from numeric.deep_relu import frobenius, risk_gradients

    x, y = weights["x"], labels(points["n"])
    return frobenius(risk_gradients(layers(weights, "new"), x, y)[0])


def _triangle(points: Any, weights: Any) -> Any:
    """`1/n sum_i |l'_i| |x_{0,i}| |v'[...]Sigma_1|`."""
    from numeric.deep_relu import forward, output_gradient_norms, surrogate

    x, y, new = weights["x"], labels(points["n"]), layers(weights, "new")
    slope = surrogate(y * forward(new, x).output)
    return (slope * output_gradient_norms(new, x)[..., 0]).mean(-1)


triangle = Claim(
    id="caogu2019.proof-5.1",
    source=Source(PAPER, "B.1", "proof of Lemma 5.1"),
    statement=r"$\|\nabla_{W_l}L_S(W)\|_F\le\frac1n\sum_i\|\ell'(y_i\tilde "
    r"y_i)y_ix_{l-1,i}\|_2\cdot\|v^\top(\prod_{r=l+1}^L\Sigma_rW_r^\top)\Sigma_l\|_2\le C_2\sqrt "
    r"m\,\mathcal E_S(W)$",
    reading=r"the first inequality, at $l=1$; the second needs $\|x_{l-1,i}\|_2\le C_1$, while the "
    r"display before it says $\|x_{l-1,i}\|_2,\|v^\top\prod\|_2\le C_1\sqrt m$, which would give "
    r"$m$",
    over=OVER,
    quantifier=EVERYWHERE,
    lhs=Computed(_risk_gradient),
    relation="<=",
    rhs=Computed(_triangle),
    grid=GRID,
    uses=("caogu2019.eq-A2", "caogu2019.lemma-B.1i.hidden", "caogu2019.lemma-B.1vi.corrected"),
)


def _linear_part_of_risk(points: Any, weights: Any) -> Any:
    """`1/n sum l'(y_i y~_i) y_i Delta_i - sum_l Tr[(W^ - W~)' grad L_S(W~)]`."""
    from numeric.deep_relu import forward, risk_gradients, surrogate

    x, y = weights["x"], labels(points["n"])
    old, new = layers(weights, "old"), layers(weights, "new")
    before, after = forward(old, x).output, forward(new, x).output
    linear = (-surrogate(y * before) * y * (after - before)).mean(-1)
    slopes = risk_gradients(old, x, y)
    return linear - sum(
        ((b - a) * s).sum(dim=(-2, -1)) for a, b, s in zip(old, new, slopes, strict=True)
    )


def _error_times_surrogate(points: Any, weights: Any) -> Any:
    from numeric.deep_relu import surrogate_error
    from numeric.deep_relu_moves import linearisation_error

    x, y = weights["x"], labels(points["n"])
    old, new = layers(weights, "old"), layers(weights, "new")
    error = linearisation_error(old, new, x).abs().amax(-1)
    return error * surrogate_error(old, x, y) + 1e-12


linear_part = Claim(
    id="caogu2019.eq-B.2",
    source=Source(PAPER, "B.2", "(B.2)"),
    statement=r"$\frac1n\sum_i\ell'(y_i\tilde y_i)\cdot y_i\cdot\Delta_i\le "
    r"C_5\sum_lL^2\tau^{1/3}\sqrt{m\log(m)}\|\hat W_l-\tilde W_l\|_2\mathcal E_S(\tilde "
    r"W)+C_5\sum_lL^3\|\hat W_l-\tilde W_l\|_2^2\mathcal E_S(\tilde W)+\sum_lTr[(\hat W_l-\tilde "
    r"W_l)^\top\nabla_{W_l}L_S(\tilde W)]$",
    reading=r"with $\max_i|f_{\hat W}(x_i)-F_{\tilde W,\hat W}(x_i)|$ itself in place of its bound "
    r"by Lemma 5.2; an absolute 1e-12 is allowed for rounding; the second term is not needed",
    over=OVER,
    quantifier=EVERYWHERE,
    lhs=Computed(_linear_part_of_risk),
    relation="<=",
    rhs=Computed(_error_times_surrogate),
    grid=GRID,
    uses=("caogu2019.lemma-5.2a",),
)
