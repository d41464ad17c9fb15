r"""Appendix A: the gradient, and the features' norms at initialisation (Lemma A.1).

Symbols in `dense_symbols`; C: the growth constant of Lemma A.1; alpha: norm of a feature below.
"""

from __future__ import annotations

import math
from typing import Any

import sympy as sp
from sympy import Abs, Interval, Matrix, Rational

from symbolic.deep_recursions import (
    FIRST_MOMENT,
    fourth_moment,
    geometric,
    norm_growth,
    printed_variance_constant,
)
from theorems.claim import Claim, Source
from theorems.grid import Grid, linspace
from theorems.papers.du2018.dense_symbols import (
    ANY,
    DEPTHS,
    NONNEGATIVE,
    PAPER,
    POSITIVE,
    H,
    L,
    activation,
    alpha,
    constants,
    inputs,
    m,
    n,
    s,
    sigma,
)
from theorems.papers.du2018.pairs import corrected
from theorems.quantifiers import ForAll
from theorems.sides import Closed, Computed, Side

ONCE = ForAll(random_points=0, search=False)
NET = {H: DEPTHS, m: sp.S.Naturals, n: sp.S.Naturals, sigma: ANY}
NETS = Grid(
    points=[
        {"H": 1, "m": 3, "sigma": 1},
        {"H": 2, "m": 2, "sigma": 4},
        {"H": 3, "m": 3, "sigma": 2},
        {"H": 6, "m": 2, "sigma": 1},
        {"H": 2, "m": 1, "sigma": 0},
    ],
    n=[1, 3],
)


def drawn(points: Any, *, output: str = "sign") -> tuple[Any, Any, Any, Any]:
    """Weights, output layer, inputs and labels that depend on the sizes alone."""
    import torch

    from numeric.deep_network import initial

    generator = torch.Generator().manual_seed(points.m + 100 * points.H)
    law: Any = output
    weights, a = initial((points.n,), (points.H, points.m, points["n"]), generator, law)
    y = torch.linspace(-1, 1, points["n"], dtype=torch.float64) + 0.3
    return weights, a, inputs(points["n"]), y


def automatic_gradient(points: Any, output: str = "sign") -> Any:
    """All `dL/dW^(h)` by automatic differentiation of the network itself, one row per point."""
    import torch

    from numeric.kernels.activations import value

    weights, a, x, y = drawn(points, output=output)
    leaves = [w.clone().requires_grad_(True) for w in weights]
    state, scale = x, constants(points)[0] / points.m**0.5
    for w in leaves:
        state = scale * value(activation(points), state @ w.mT)
    loss = ((state @ a.unsqueeze(-1)).squeeze(-1) - y).square().sum() / 2
    slopes = torch.autograd.grad(loss, leaves)
    return torch.cat([slope.flatten(1) for slope in slopes], dim=1)


def product_formula(points: Any, *, scaled: bool, output: str = "sign") -> Any:
    """`sum_i (f - y_i) x_i^(h-1) a' J^(H) W^(H) ... W^(h+1) J^(h)`, transposed, for every h.

    `scaled` multiplies by `(c_sigma / m)^((H-h+1)/2)`.
    """
    import torch

    from numeric.deep_network import forward, predictions
    from numeric.kernels.activations import derivative

    weights, a, x, y = drawn(points, output=output)
    path = forward(weights, x, activation(points))
    errors = predictions(path, a) - y
    factor = constants(points)[0] / points.m**0.5 if scaled else 1.0
    found: list[Any] = []
    row = a.unsqueeze(-2).expand(points.n, points["n"], points.m)
    for h in reversed(range(points.H)):
        row = row * derivative(activation(points), path.inputs[h]) * factor
        product = torch.einsum(
            "pi,pir,pic->prc", errors, row, path.states[h].expand(points.n, -1, -1)
        )
        found.append(product.flatten(1))
        row = row @ weights[h]
    return torch.cat(found[::-1], dim=1)


gradient = Claim(
    id="du2018.eq-A-grad",
    source=Source(PAPER, "A", "gradient of the loss"),
    statement=r"$\frac{\partial L}{\partial W^{(h)}}=\sum_i(f(x_i)-y_i)x_i^{(h-1)}a^\top J_i^{(H)}"
    r"W^{(H)}\cdots W^{(h+1)}J_i^{(h)}$",
    reading="transposed, so that it has the shape of the weights",
    over=NET,
    quantifier=ONCE,
    lhs=Computed(automatic_gradient),
    relation="==",
    rhs=Computed(lambda points: product_formula(points, scaled=False)),
    grid=NETS,
    uses=("du2018.eq-1", "du2018.eq-2"),
    erratum="the factor (c_sigma/m)^((H-h+1)/2) is lost; the proof of Lemma A.5 has it",
)

gradient_corrected = Claim(
    id="du2018.eq-A-grad.corrected",
    statement=r"$\frac{\partial L}{\partial W^{(h)}}=\left(\frac{c_\sigma}m\right)^{\frac{H-h+1}2}"
    r"\sum_i(f(x_i)-y_i)x_i^{(h-1)}a^\top J_i^{(H)}W^{(H)}\cdots W^{(h+1)}J_i^{(h)}$",
    **corrected(gradient, rhs=Computed(lambda points: product_formula(points, scaled=True))),
    uses=("du2018.eq-1", "du2018.eq-2"),
)

LENGTHS = Interval(Rational(1, 2), 2)
SECOND = {alpha: LENGTHS, L: POSITIVE, s: NONNEGATIVE}
BOUND = L * Abs(alpha - 1) * (2 * s * FIRST_MOMENT + L * Abs(alpha + 1))


def _affine_moments() -> Side:
    """`|E sigma(alpha X)^2 - E sigma(X)^2|` for `sigma(z) = s + L z`."""
    return Closed(Abs((s**2 + L**2 * alpha**2) - (s**2 + L**2)))


def second_moment(printed: bool) -> dict[str, Any]:
    """The step from the second moments to the constant C, for affine activations."""
    spread = 2 if printed else 3
    return {
        "over": SECOND,
        "lhs": _affine_moments(),
        "relation": "<=",
        "rhs": Closed(norm_growth(sp.Integer(1), L, s, spread) * Abs(alpha - 1)),
        "grid": Grid(alpha=[0.5, 0.99, 1.01, 2.0], L=[0.25, 1.0], s=[0.0, 1.0]),
    }


moments = Claim(
    id="du2018.proof-A.1a",
    source=Source(PAPER, "A.1", "proof of Lemma A.1, the expectation"),
    statement=r"for $\frac12\le\alpha\le2$: $|E\sigma(\alpha X)^2-E\sigma(X)^2|\le\frac C{c_\sigma}"
    r"|\alpha-1|$, $C=c_\sigma L(2|\sigma(0)|\sqrt{2/\pi}+2L)$",
    reading=r"for the L-Lipschitz $\sigma(z)=s+Lz$",
    erratum="|alpha + 1| is up to 3: C needs 3L; the linear activation at alpha = 2 gives 3 L^2",
    uses=("du2018.proof-A.1a.first",),
    **second_moment(True),
)

moments_corrected = Claim(
    id="du2018.proof-A.1a.corrected",
    source=moments.source,
    statement=r"with $C=c_\sigma L(2|\sigma(0)|\sqrt{2/\pi}+3L)$",
    reading="the chain's last step, from the bound before it",
    over=SECOND,
    lhs=Closed(BOUND),
    relation="<=",
    rhs=Closed(norm_growth(sp.Integer(1), L, s, 3) * Abs(alpha - 1)),
    corrects="du2018.proof-A.1a",
    uses=("du2018.proof-A.1a.first",),
)


def _moment_shift(points: Any) -> Any:
    """`|E sigma(alpha X)^2 - E sigma(X)^2|` by closed forms or quadrature."""
    import torch

    from numeric.kernels.activations import POLE, closed_moments
    from numeric.kernels.hermite import moments as by_quadrature

    named = activation(points)
    of = by_quadrature if named.name in POLE else closed_moments
    return (of(named, points.alpha.square())[1] - of(named, torch.ones_like(points.alpha))[1]).abs()


def _moment_bound(points: Any) -> Any:
    _, lipschitz, _ = constants(points)
    origin = {1: 0.6931471805599453, 3: 0.5}.get(points.sigma, 0.0)
    first = 2 * origin * (2 / math.pi) ** 0.5
    return lipschitz * (points.alpha - 1).abs() * (first + lipschitz * (points.alpha + 1))


moments_first = Claim(
    id="du2018.proof-A.1a.first",
    source=Source(PAPER, "A.1", "proof of Lemma A.1, the chain before its last step"),
    statement=r"$|E\sigma(\alpha X)^2-E\sigma(X)^2|\le L|\alpha-1|(2|\sigma(0)|\sqrt{2/\pi}+"
    r"L|\alpha+1|)$",
    over={alpha: LENGTHS, sigma: ANY},
    # For the linear activation both sides are equal, and close to alpha = 1 all digits cancel.
    quantifier=ONCE,
    lhs=Computed(_moment_shift),
    relation="<=",
    rhs=Computed(_moment_bound),
    grid=Grid(alpha=linspace(0.5, 2.0, 31), sigma=[0, 1, 2, 3, 4]),
    uses=("du2018.eq-2",),
)

moments_of_squares = Claim(
    id="du2018.proof-A.1a.squares",
    source=Source(PAPER, "A.1", "proof of Lemma A.1, the expectation in squares"),
    title="the printed C works for an induction on squared norms",
    statement=r"$L|\alpha-1|(2|\sigma(0)|\sqrt{2/\pi}+L|\alpha+1|)\le\frac C{c_\sigma}"
    r"|\alpha^2-1|$ with the printed C",
    reading="not the paper's route: Lemma A.1 keeps its constant by it",
    over=SECOND,
    lhs=Closed(BOUND),
    relation="<=",
    rhs=Closed(norm_growth(sp.Integer(1), L, s) * Abs(alpha**2 - 1)),
)

variance = Claim(
    id="du2018.proof-A.1b",
    source=Source(PAPER, "A.1", "proof of Lemma A.1, the variance"),
    statement=r"$\mathrm{Var}\|x_i^{(h)}(0)\|_2^2\le\frac{C_2}m$, $C_2=\sigma(0)^4+8|\sigma(0)|^3L"
    r"\sqrt{2/\pi}+24\sigma(0)^2L^2+64\sigma(0)L^3\sqrt{2/\pi}+512L^4$",
    reading=r"for the L-Lipschitz $\sigma(z)=Lz$, $c_\sigma=L^{-2}$, features of norm alpha below",
    over={alpha: LENGTHS, L: POSITIVE, m: sp.S.Naturals},
    lhs=Closed((1 / L**2) ** 2 / m * (3 * L**4 * alpha**4 - (L**2 * alpha**2) ** 2)),
    relation="<=",
    rhs=Closed(printed_variance_constant(sp.Integer(0), L) / m),
    grid=Grid(alpha=[0.5, 1.0, 2.0], L=[0.1, 0.25, 1.0], m=[1, 100]),
    uses=("du2018.eq-2",),
    erratum="the factor c_sigma^2 is lost: sigma(z) = z/10 has variance 2/m, C_2 = 0.05",
)

variance_corrected = Claim(
    id="du2018.proof-A.1b.corrected",
    source=variance.source,
    statement=r"$\mathrm{Var}\|x_i^{(h)}(0)\|_2^2\le\frac{c_\sigma^2}mE(|\sigma(0)|+L\alpha|X|)^4\le"
    r"\frac{c_\sigma^2C_2}m$",
    reading=r"the second inequality, divided by $c_\sigma^2/m$",
    over=SECOND,
    lhs=Closed(fourth_moment(s, L, alpha)),
    relation="<=",
    rhs=Closed(printed_variance_constant(s, L)),
    corrects="du2018.proof-A.1b",
)

size = sp.Symbol("size", real=True)
norm_from_square = Claim(
    id="du2018.proof-A.1c",
    source=Source(PAPER, "A.1", "proof of Lemma A.1, from the square to the norm"),
    statement=r"$|\|x^{(h)}\|_2-1|\le|\|x^{(h)}\|_2^2-1|$",
    over={size: NONNEGATIVE},
    lhs=Closed(Abs(size - 1)),
    relation="<=",
    rhs=Closed(Abs(size**2 - 1)),
    uses=("du2018.proof-A.1a",),
)

C = sp.Symbol("C", real=True)
DEPTH_RANGE = range(2, 9)
series = Claim(
    id="du2018.proof-A.1c.series",
    source=Source(PAPER, "A.1", "proof of Lemma A.1, the series"),
    statement=r"$\frac{Cg_C(h-1)}{2g_C(H)}+\frac1{2g_C(H)}=\frac{g_C(h)}{2g_C(H)}$",
    reading="h = 2..8 of H = 8, the series written out",
    over={C: POSITIVE},
    lhs=Closed(
        Matrix(
            [(C * geometric(C, h - 1) + 1) / (2 * sum(C**i for i in range(8))) for h in DEPTH_RANGE]
        )
    ),
    relation="==",
    rhs=Closed(Matrix([sp.expand(geometric(C, h)) / (2 * geometric(C, 8)) for h in DEPTH_RANGE])),
)

inside = Claim(
    id="du2018.proof-A.1c.inside",
    source=Source(PAPER, "A.1", "proof of Lemma A.1, the induction hypothesis"),
    statement=r"$\frac12\le1-\frac{g_C(h)}{2g_C(H)}$ and $1+\frac{g_C(h)}{2g_C(H)}\le2$ for "
    r"$h\le H$",
    reading="both together: the ratio of the series is at most 1; h = 2..8, H = 8",
    over={C: POSITIVE},
    lhs=Closed(Matrix([geometric(C, h) / (2 * geometric(C, 8)) for h in DEPTH_RANGE])),
    relation="<=",
    rhs=Closed(Rational(1, 2)),
)
