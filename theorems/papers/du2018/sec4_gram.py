r"""Section 4: the Gram matrices of the wide ResNet, and Assumption 4.1.

H: depth; c_res: c_lambda lambda^(3/2), below 1; r_1, r_2, phi: norms of two inputs and the angle
between them; m: width; t: entry of K^(0); x_1, x_2, y_1, y_2: coordinates of two inputs in the
plane. lambda_0: least eigenvalue of K^(H).
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import sympy as sp
from sympy import Interval, acos, oo, pi, sqrt, symbols

from symbolic.arccos import g
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import InExpectation, UpToConstant
from theorems.sides import Closed, Computed, Sampled

PAPER = "du2018"
POSITIVE = Interval.open(0, oo)
r_1, r_2, phi, c_res, t = symbols("r_1 r_2 phi c_res t", real=True)
x_1, x_2, y_1, y_2 = symbols("x_1 x_2 y_1 y_2", real=True)
H, m = symbols("H m", integer=True)

# ReLU, c_sigma = 2: K^(1) = r_1 r_2 g(phi)/pi, b_i^(1) = r_i/sqrt(pi), E sigma(u) = r_i/sqrt(2 pi).
FIRST = r_1 * r_2 * g(phi) / pi
SQUARE = (c_res / H) ** 2 * r_1 * r_2 * g(acos(g(phi) / pi)) / (2 * pi)
MEANS = c_res / (H * sqrt(2) * pi)
PAIR = {
    r_1: POSITIVE,
    r_2: POSITIVE,
    phi: Interval(0, pi),
    c_res: Interval.open(0, 1),
    H: sp.Range(3, oo),
}
RECURSION = (
    r"$K^{(h)}_{ij}=K^{(h-1)}_{ij}+\mathbb E\left[\frac{c_\lambda\lambda^{3/2}b_i^{(h-1)}"
    r"\sigma(u)}H+\frac{c_\lambda\lambda^{3/2}b_j^{(h-1)}\sigma(v)}H+\frac{c_\lambda^2\lambda^3"
    r"\sigma(u)\sigma(v)}{H^2}\right]$, "
)


def second_states(points: Any, samples: int, generator: Any) -> Any:
    """m x^(2)_r of two inputs in one channel r of a wide ReLU ResNet, multiplied together."""

    from numeric.normals import normal

    def pair(cosine: Any) -> tuple[Any, Any]:
        z = normal(2, points.n, samples, generator=generator)
        sine = (1 - cosine.square()).clamp_min(0).sqrt()
        return z[0], cosine[:, None] * z[0] + sine[:, None] * z[1]

    angle = points.phi
    lengths = [points.r_1[:, None], points.r_2[:, None]]
    kernel = ((math.pi - angle) * angle.cos() + angle.sin()) / math.pi
    states = []
    # The branch's weights are independent of the state that it is added to.
    for size, u, v in zip(lengths, pair(angle.cos()), pair(kernel), strict=True):
        skip = math.sqrt(2) * size * u.clamp_min(0)
        states.append(skip + points.c_res[:, None] / points.H * size * v.clamp_min(0))
    return states[0] * states[1]


EQUAL = Grid(
    points=[{"r_1": 1.0, "r_2": 1.0}, {"r_1": 3.0, "r_2": 3.0}],
    phi=[0.5, math.pi / 2],
    c_res=[0.9],
    H=[3],
).nightly(phi=[0.5, math.pi / 2, 3.0], H=[3, 8])
PAIRS = Grid(r_1=[1.0], r_2=[1.0, 3.0], phi=[0.5, math.pi / 2], c_res=[0.9], H=[3]).nightly(
    phi=[0.5, math.pi / 2, 3.0], c_res=[0.3, 0.9], H=[3, 8]
)
recursion = Claim(
    id="du2018.eq-5",
    source=Source(PAPER, "4", "(5)"),
    title="the ResNet's Gram matrices in the limit of infinite width",
    statement=RECURSION + r"the asymptotic Gram matrix as $m\to\infty$",
    reading=r"$h=2$ and ReLU; inputs of equal norm, as in every theorem ($\|x_i\|=1$)",
    over=PAIR,
    where=[sp.Eq(r_1, r_2)],
    quantifier=InExpectation(),
    lhs=Closed(FIRST + MEANS * (r_1**2 + r_2**2) + SQUARE),
    relation="==",
    rhs=Sampled(second_states),
    grid=EQUAL,
)

unequal = Claim(
    id="du2018.eq-5.unequal",
    source=recursion.source,
    title="(5) for inputs of unequal norm, which the theorems exclude",
    statement=RECURSION + r"the asymptotic Gram matrix as $m\to\infty$ when $\|x_i\|\ne\|x_j\|$",
    reading=r"$h=2$ and ReLU; no norm of the inputs is asked for at this place",
    over=PAIR,
    quantifier=InExpectation(),
    lhs=Closed(FIRST + MEANS * (r_1**2 + r_2**2) + SQUARE),
    relation="==",
    rhs=Sampled(second_states),
    grid=PAIRS,
    erratum="b_i is paired with sigma(u) of the same input; the product of x_i^(h) and x_j^(h) has "
    "b_i E sigma(v) + b_j E sigma(u), which agrees only when the norms are equal",
)

unequal_corrected = Claim(
    id="du2018.eq-5.unequal.corrected",
    source=recursion.source,
    statement=r"$K^{(h)}_{ij}=K^{(h-1)}_{ij}+\mathbb E\left[\frac{c_\lambda\lambda^{3/2}"
    r"b_i^{(h-1)}\sigma(v)}H+\frac{c_\lambda\lambda^{3/2}b_j^{(h-1)}\sigma(u)}H+"
    r"\frac{c_\lambda^2\lambda^3\sigma(u)\sigma(v)}{H^2}\right]$",
    over=PAIR,
    quantifier=InExpectation(),
    lhs=Closed(FIRST + MEANS * 2 * r_1 * r_2 + SQUARE),
    relation="==",
    rhs=Sampled(second_states),
    grid=PAIRS,
    corrects="du2018.eq-5.unequal",
)


def _gram_error(points: Any, samples: int, generator: Any) -> Any:
    """|G^(H)_12(0) - K^(H)_12| H^2 for two unit inputs at angle phi, softplus, per network."""
    import torch

    from numeric import deep_residual as residual
    from numeric.kernels.deep import resnet_limit
    from numeric.kernels.layers import Activation

    softplus = Activation("softplus")
    rows = []
    for angle, rate in zip(points.phi.tolist(), points.c_res.tolist(), strict=True):
        x = torch.tensor([[1.0, 0.0], [math.cos(angle), math.sin(angle)]], dtype=torch.float64)
        limit = resnet_limit(x, softplus, points.H, rate)[-1]
        weights = residual.initial((samples,), points.H, points.m, 2, generator)
        path = residual.forward(weights, x, softplus, rate)
        gram = residual.printed_last_gram(weights, path, softplus, rate)
        rows.append((gram - limit)[:, 0, 1].abs() * points.H**2)
    return torch.stack(rows)


limit = Claim(
    id="du2018.eq-5.limit",
    source=recursion.source,
    title="(5) is approached at the rate 1/sqrt(m)",
    statement=r"$G^{(H)}(0)\to K^{(H)}$ as $m\to\infty$, with $K^{(H)}$ of (5), for unit inputs",
    reading=r"softplus; $\mathbb E|G^{(H)}_{12}(0)-K^{(H)}_{12}|=O(m^{-1/2})$",
    over={phi: Interval(0, pi), c_res: Interval.open(0, 1), H: sp.Range(2, oo), m: sp.S.Naturals},
    quantifier=UpToConstant(along=("m",), samples=300),
    lhs=Sampled(_gram_error),
    relation="<=",
    rhs=Closed(1 / sqrt(m)),
    grid=Grid(m=[4, 8, 16, 32, 64], H=[2, 5], phi=[1.2], c_res=[0.9]).nightly(
        m=[8, 16, 32, 64, 128], H=[2, 5, 9]
    ),
    uses=("du2018.eq-5",),
)


def least(first: Any, other: Any, last: Any) -> Any:
    """The least eigenvalue of [[first, other], [other, last]]."""
    return (first + last - sqrt((first - last) ** 2 + 4 * other**2)) / 2


assumption = Claim(
    id="du2018.assumption-4.1",
    source=Source(PAPER, "4", "Assumption 4.1"),
    title="lambda over all pairs of inputs",
    statement=r"$\lambda:=\min_{(i,j)\in[n]\times[n]}\lambda_{\min}\begin{pmatrix}K^{(0)}_{ii}&"
    r"K^{(0)}_{ij}\\K^{(0)}_{ji}&K^{(0)}_{jj}\end{pmatrix}>0$",
    reading=r"over $i\ne j$: for $i=j$ the block is singular, while the paper goes on to say that "
    r"$\lambda$ is positive unless two inputs are parallel; unit inputs, "
    r"$t=\langle x_i,x_j\rangle$, $|t|<1$ for inputs that are not parallel",
    over={t: Interval.open(-1, 1)},
    lhs=Closed(least(1, t, 1)),
    relation=">",
    rhs=Closed(0),
    uses=("du2018.eq-5",),
)

BLOCK = sp.Matrix([[x_1, x_2], [y_1, y_2]])
not_parallel = Claim(
    id="du2018.text-4a",
    source=Source(PAPER, "4", "remark after Assumption 4.1"),
    statement=r"unless there are two data points that are parallel, $\lambda$ is always positive",
    reading=r"over $i\ne j$; two inputs in the plane; the determinant, which is 0 for parallel "
    "inputs alone and has the sign of the least eigenvalue",
    over=dict.fromkeys((x_1, x_2, y_1, y_2), sp.S.Reals),
    lhs=Closed((BLOCK * BLOCK.T).det()),
    relation="==",
    rhs=Closed((x_1 * y_2 - x_2 * y_1) ** 2),
    uses=("du2018.assumption-4.1",),
)


@lru_cache(maxsize=256)
def least_eigenvalue(size: int, depth: int, rate: float, name: str = "softplus") -> float:
    """lambda_0 of `size` orthonormal inputs; `name`: of the activation."""
    import torch

    from numeric.kernels.deep import resnet_limit
    from numeric.kernels.layers import Activation

    x = torch.eye(size, dtype=torch.float64)
    gram = resnet_limit(x, Activation(name), depth, rate)[-1]
    return float(torch.linalg.eigvalsh(gram)[0])


def least_of_the_limit(points: Any) -> Any:
    import torch

    from numeric.kernels.deep import resnet_limit
    from numeric.kernels.layers import Activation

    values = []
    for angle, rate in zip(points.phi.tolist(), points.c_res.tolist(), strict=True):
        rows = [[math.cos(angle * i), math.sin(angle * i)] for i in range(3)]
        x = torch.tensor(rows, dtype=torch.float64)
        gram = resnet_limit(x, Activation("softplus"), points.H, rate)[-1]
        values.append(float(torch.linalg.eigvalsh(gram)[0]))
    return torch.tensor(values, dtype=torch.float64)


DEPTHS = Grid(H=[2, 4, 8, 16], phi=[0.4], c_res=[0.95]).nightly(
    H=[2, 4, 8, 16, 32, 64, 128], phi=[0.4, 1.3], c_res=[0.2, 0.95]
)
polynomial = Claim(
    id="du2018.text-4b",
    source=Source(PAPER, "4", "remark after Theorem 4.1"),
    statement=r"$\lambda_0\sim\frac1{H^2}$ and does not depend inverse exponentially on $H$",
    reading="three unit inputs at equal angles, softplus; (5) as printed",
    over={phi: Interval.open(0, pi / 2), c_res: Interval.open(0, 1), H: sp.Range(2, oo)},
    quantifier=UpToConstant(along=("H",)),
    lhs=Computed(least_of_the_limit),
    relation="==",
    rhs=Closed(H**-2),
    grid=DEPTHS,
    uses=(
        "du2018.eq-5",
        "du2018.proposition-D.1",
    ),
)
