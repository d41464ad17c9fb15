r"""Sections 2.2 and 5: the patch operator, the convolutional Gram matrices, Assumption 5.1.

H: depth; m: width; n: inputs; p: positions; q: positions of a patch, 2 reach + 1; c_res:
c_lambda lambda^(3/2); position: one of 1..p; x_1..x_4, y_1, y_2: entries of inputs.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Matrix, sqrt, symbols

from symbolic.patches import appearances, patches, squared_norm
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018.appendix_b_symbols import (
    ACTIVATIONS,
    DEEP,
    PAPER,
    RATE,
    H,
    activation,
    c_res,
    d,
    m,
    n,
    sigma,
)
from theorems.papers.du2018.appendix_c_symbols import NATURAL, inputs, p, q
from theorems.quantifiers import Exists, ForAll, ForAllWeights, UpToConstant
from theorems.sides import Closed, Computed, Sampled

x_1, x_2, x_3, x_4, y_1, y_2 = symbols("x_1 x_2 x_3 x_4 y_1 y_2", real=True)
position, reach = symbols("position reach", integer=True)
BOUNDS = r"$\|x^{(h-1)}\|_F\le\|\phi_h(x^{(h-1)})\|_F\le\sqrt q\|x^{(h-1)}\|_F$"

LINE = Matrix([[x_1, x_2, x_3, x_4]])
patch_norm = Claim(
    id="du2018.eq-phi",
    source=Source(PAPER, "2.2", "property of the patch operator"),
    statement=BOUNDS,
    reading="q = 3, four positions, one channel (channels add up); both sides squared",
    over=dict.fromkeys((x_1, x_2, x_3, x_4), sp.S.Reals),
    lhs=Closed(Matrix([squared_norm(LINE), squared_norm(patches(LINE, 3))])),
    relation="<=",
    rhs=Closed(Matrix([squared_norm(patches(LINE, 3)), 3 * squared_norm(LINE)])),
    uses=("du2018.eq-phi.entries",),
)

patch_entries = Claim(
    id="du2018.eq-phi.entries",
    source=patch_norm.source,
    title="how often an entry appears in the patches",
    statement=r"each element of $x^{(h-1)}$ appears at least once and at most $q$ times",
    reading=r"position $l$ of $1..p$, stride 1: in $\min(l+r,p)-\max(l-r,1)+1$ patches, $q=2r+1$",
    over={position: NATURAL, p: NATURAL, reach: sp.S.Naturals0},
    where=[position <= p],
    lhs=Closed(Matrix([1, appearances(position, p, reach)])),
    relation="<=",
    rhs=Closed(Matrix([appearances(position, p, reach), 2 * reach + 1])),
    grid=Grid(p=[1, 2, 5, 9], position=[1, 2, 5, 9], reach=[0, 1, 4]),
)


def any_input(points: Any, generator: Any) -> dict[str, Any]:
    import torch

    from numeric.adversary import Around

    zeros = torch.zeros(points.n, 1, points.d, points.p, dtype=torch.float64)
    return {"x": Around(zeros, 2.0, shape="sphere", trailing=2)}


def stretch(points: Any, weights: Any) -> Any:
    """|phi(x)|_F / |x|_F."""
    from numeric.deep_convolution import patches as apply

    x = weights["x"]
    return apply(x, points.q).flatten(-2).norm(dim=-1) / x.flatten(-2).norm(dim=-1)


PATCHES = {p: NATURAL, q: NATURAL, d: NATURAL}
SIZES = Grid(
    points=[{"p": a, "q": b, "d": c} for a, b, c in ((1, 1, 1), (2, 3, 1), (9, 3, 2))]
    + [{"p": 12, "q": 5, "d": 1}, {"p": 4, "q": 9, "d": 3}]
)
patch_norm_measured = Claim(
    id="du2018.eq-phi.upper",
    source=patch_norm.source,
    title="the patch operator's norm, upper bound, at other sizes",
    statement=BOUNDS,
    reading=r"the right inequality over $\|x\|_F$",
    over=PATCHES,
    quantifier=ForAllWeights(within=any_input, restarts=14, steps=40),
    lhs=Computed(stretch),
    relation="<=",
    rhs=Closed(sqrt(q)),
    grid=SIZES,
)

patch_norm_below = Claim(
    id="du2018.eq-phi.lower",
    source=patch_norm.source,
    title="the patch operator's norm, lower bound, at other sizes",
    statement=BOUNDS,
    reading=r"the left inequality over $\|x\|_F$",
    over=PATCHES,
    quantifier=ForAllWeights(within=any_input, restarts=14, steps=40),
    lhs=Computed(stretch),
    relation=">=",
    rhs=Closed(1),
    grid=SIZES,
)

GRAMS = {H: DEEP, n: NATURAL, p: NATURAL, q: NATURAL, sigma: ACTIVATIONS, c_res: RATE}


def gram(points: Any, *, paper: str | None = None, output: bool = False) -> Any:
    """Entries of K^(H): the limit, or the recursion as a paper prints it."""
    import torch

    from numeric.kernels.convolution import convolution_as_printed, convolution_limit

    x, act, rows = inputs(points["n"], points.p), activation(points), []
    for rate in points.c_res.tolist():
        if paper is None:
            readout: Any = "gaussian" if output else "signs"
            value = convolution_limit(x, act, points.H, rate, points.q, readout)
        else:
            value = convolution_as_printed(x, act, points.H, rate, points.q, paper)  # type: ignore[arg-type]
        rows.append(value.flatten() * (points.H / rate) ** 2)
    return torch.stack(rows)


ONE = sp.Range(1, 2)
PLAIN = ForAll(random_points=0, search=False)
RECURSION = Grid(H=[2, 4], n=[2], p=[3], q=[1, 3], sigma=[1], c_res=[0.7]).nightly(
    p=[3, 5], sigma=[0, 1]
)
recursion = Claim(
    id="du2018.eq-6",
    source=Source(PAPER, "5", "(6)"),
    title="the convolutional ResNet's Gram matrices in the limit of infinite width",
    statement=r"$K^{(1)}_{ij}=\mathbb E\,c_\sigma\sigma(U)\sigma(V)$, $H^{(h)}_{ij}=K^{(h-1)}_{ij}"
    r"+\mathbb E[\cdots]$, $K^{(h)}_{ij,lr}=\sum_{s\in D_l^{(h)}}\sum_{t\in D_r^{(h)}}"
    r"H^{(h)}_{ij,st}$, $K^{(H)}_{ij}=\frac{c_\lambda^2\lambda^3}{H^2}\langle K^{(H-1)}_{ij},"
    r"\mathbb E\sigma'(U)\sigma'(V)\rangle$: the asymptotic Gram matrices as $m\to\infty$",
    reading=r"over $\frac{c_\lambda^2\lambda^3}{H^2}$; $b_i\sigma(U)$ is a matrix with $b_i$ along "
    "the rows; the covariance in the last line is that of layer H - 1",
    over=GRAMS,
    quantifier=PLAIN,
    lhs=Computed(lambda points: gram(points, paper="du2018")),
    relation="==",
    rhs=Computed(gram),
    grid=RECURSION,
    uses=("du2018.eq-6.corrected",),
    erratum="three slips: K^(1) lacks the sum over patches, the branch is added to K^(h-1) instead "
    "of H^(h-1), and a double sum stands where both patches shift together",
)


one_position = Claim(
    id="du2018.eq-6.single",
    source=recursion.source,
    title="(6) for patches of one position and two layers",
    statement=recursion.statement,
    reading="q = 1 and H = 2, where none of the slips of (6) shows",
    over={n: NATURAL, p: NATURAL, sigma: ACTIVATIONS, c_res: RATE, H: sp.Range(2, 3), q: ONE},
    quantifier=PLAIN,
    lhs=Computed(lambda points: gram(points, paper="du2018")),
    relation="==",
    rhs=Computed(gram),
    grid=Grid(n=[2], p=[3], sigma=[0, 1], c_res=[0.7], H=[2], q=[1]),
)


def gram_error(points: Any, samples: int, generator: Any, *, output: bool = False) -> Any:
    """|G^(H)_12(0) - K^(H)_12| H^2/c_res^2 at random weights of width m."""
    import torch

    from numeric.deep_draws import draw
    from numeric.kernels.convolution import convolution_limit

    x, act, rows = inputs(points["n"], points.p), activation(points), []
    readout: Any = "gaussian" if output else "signs"
    for rate in points.c_res.tolist():
        limit = convolution_limit(x, act, points.H, rate, points.q, readout)
        drawn = draw(
            (samples,),
            points.H,
            points.m,
            x,
            act,
            rate,
            generator,
            patch=points.q,
            readout=readout,
        )
        rows.append((drawn.last_gram - limit)[:, 0, 1].abs() * (points.H / rate) ** 2)
    return torch.stack(rows)


recursion_corrected = Claim(
    id="du2018.eq-6.corrected",
    source=recursion.source,
    title="the convolutional Gram matrices, corrected, are approached at the rate 1/sqrt(m)",
    statement=r"$H^{(1)}=c_\sigma\mathbb E\sigma(U)\sigma(V)$, $H^{(h)}_{ij}=H^{(h-1)}_{ij}+"
    r"\mathbb E\left[\frac{c_\lambda\lambda^{3/2}}H(b_i\sigma(V)^\top+\sigma(U)b_j^\top)+"
    r"\frac{c_\lambda^2\lambda^3}{H^2}\sigma(U)\sigma(V)^\top\right]$, "
    r"$K^{(h)}_{ij,lr}=\sum_sH^{(h)}_{ij,l+s,r+s}$ over the offsets of a patch, $h\ge1$",
    reading=r"$\mathbb E|G^{(H)}_{12}(0)-K^{(H)}_{12}|=O(m^{-1/2})$, over "
    r"$\frac{c_\lambda^2\lambda^3}{H^2}$",
    over={**GRAMS, m: NATURAL},
    quantifier=UpToConstant(along=("m",), samples=400),
    lhs=Sampled(gram_error),
    relation="<=",
    rhs=Closed(1 / sqrt(m)),
    grid=Grid(
        m=[16, 32, 64, 128, 256], H=[2, 4], n=[2], p=[4], q=[3], sigma=[0], c_res=[0.9]
    ).nightly(m=[16, 32, 64, 128, 256, 512], sigma=[0, 1]),
    corrects="du2018.eq-6",
)

PAIR = Matrix([[x_1, x_2]])
OTHER = Matrix([[y_1, y_2]])


def determinant(first: Matrix, other: Matrix, size: int) -> sp.Expr:
    """det of the 2p x 2p block of K^(0) of two inputs."""
    columns = Matrix.hstack(patches(first, size), patches(other, size))
    return sp.expand((columns.T * columns).det(method="berkowitz"))


assumption = Claim(
    id="du2018.assumption-5.1",
    source=Source(PAPER, "5", "Assumption 5.1 and the note after it"),
    title="lambda > 0 for inputs that are not parallel (inferred, not printed)",
    statement=r"$\lambda:=\min_{(i,j)}\lambda_{\min}\begin{pmatrix}K^{(0)}_{ii}&K^{(0)}_{ij}\\"
    r"K^{(0)}_{ji}&K^{(0)}_{jj}\end{pmatrix}>0$ is basically the same as Assumption 4.1",
    reading=r"with the remark there that only parallel inputs have $\lambda=0$; $i\ne j$, two "
    "positions, one channel, q = 3; "
    "the block's determinant",
    over=dict.fromkeys((x_1, x_2, y_1, y_2), sp.S.Reals),
    where=[sp.Ne(x_1 * y_2 - x_2 * y_1, 0)],
    lhs=Closed(determinant(PAIR, OTHER, 3)),
    relation=">",
    rhs=Closed(0),
    grid=Grid(points=[{"x_1": 1.0, "x_2": 0.0, "y_1": 0.0, "y_2": 1.0}]),
    erratum="the block is the Gram matrix of 2p patches in q d_0 dimensions: singular for every "
    "pair of inputs when 2p > q d_0",
    uses=("du2018.eq-6",),
)

WIDE = Matrix([[x_1, x_2], [0, x_3]])
ZERO_ONE = Matrix([[0, 1], [1, 0]])
assumption_corrected = Claim(
    id="du2018.assumption-5.1.corrected",
    source=assumption.source,
    title="lambda > 0 is possible when 2p <= q d_0",
    statement=r"when $2p\le qd_0$ there are inputs with $\lambda>0$",
    reading="two positions, two channels, q = 3, so that 2p = 4 and q d_0 = 6",
    over=dict.fromkeys((x_1, x_2, x_3), sp.S.Reals),
    quantifier=Exists(exhibit={x_1: sp.Integer(1), x_2: sp.Integer(2), x_3: sp.Integer(3)}),
    lhs=Closed(determinant(WIDE, ZERO_ONE, 3)),
    relation=">",
    rhs=Closed(0),
    corrects="du2018.assumption-5.1",
)
