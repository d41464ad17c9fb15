r"""Appendix D: from the steps of the proof of Theorem D.1 to its constants; Remark D.4.

p, q, Mx: the weighted errors below and their maximum, G, R their weights; e_b: the error of b;
W, A, B, C, M, root, ratio: the constants of the theorem, sqrt(M/lambda) and M/lambda^{3/2}; base:
error of one layer; P: propagation factor; x: argument of the logarithm; k: variance below; symbols
of `appendix_d_framework` besides.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, Matrix, log, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018.appendix_d_framework import NETWORKS, network
from theorems.papers.du2018.pairs import corrected
from theorems.quantifiers import ForAll, UpToConstant
from theorems.sides import Closed, Computed

PAPER = "du2018"
POSITIVE = Interval.open(0, sp.oo)
NONNEGATIVE = Interval(0, sp.oo)
ON_GRID = ForAll(random_points=0, search=False)
e_b, Mx, W, A, B, C, M = symbols("e_b Mx W A B C M", real=True)
root, ratio, base, P, x, k = symbols("root ratio base P x k", real=True)
H, m, n, sigma, family = symbols("H m n sigma family", integer=True)

# p = W e_K and q = sqrt(M) e_b are at most Mx; G and R are their nonnegative weights.
G, R, p, q = symbols("G R p q", real=True)
merged = Claim(
    id="du2018.theorem-D.1.merge",
    source=Source(PAPER, "D", "proof of Theorem D.1, the two errors merged"),
    statement=r"$Gp+Rq\le(G+R)\max\{p,q\}$ with $p=\mathfrak We_K$, $q=\sqrt Me_b$",
    reading=r"Gram matrices: $G=A^2+\mathfrak W(2ABC\frac M{\lambda^{3/2}}+C^2\sqrt{M/\lambda})$, "
    r"$R=2CA\mathfrak W$; means: $G=C\frac{M^{3/2}}{\lambda^{3/2}}$, $R=A$; Mx is the maximum",
    over=dict.fromkeys((G, R, p, q, Mx), NONNEGATIVE),
    where=[p <= Mx, q <= Mx],
    lhs=Closed(G * p + R * q),
    relation="<=",
    rhs=Closed((G + R) * Mx),
    grid=Grid(G=[0.0, 2.0], R=[0.5], p=[0.5, 1.0], q=[0.0, 1.0], Mx=[1.0]),
    uses=("du2018.proof-D.1b", "du2018.proof-D.1b.means"),
)

SUMMED = {**dict.fromkeys((A, B, C, root, ratio), NONNEGATIVE), W: POSITIVE, M: POSITIVE}
merged_factors = Claim(
    id="du2018.theorem-D.1.merge-factors",
    source=Source(PAPER, "D", "proof of Theorem D.1, the two factors"),
    statement=r"$G+R$ is $A^2+\mathfrak W(2AC(1+\frac{BM}{\lambda^{3/2}})+C^2\sqrt{M/\lambda})$ "
    r"for the Gram matrices and $A+C\frac{M^{3/2}}{\lambda^{3/2}}$ for the means",
    reading="from the two displayed bounds times W and sqrt(M)",
    over=SUMMED,
    lhs=Closed(
        Matrix(
            [
                A**2
                + W * (2 * A * B * C * ratio + C**2 * root)
                + W * 2 * C * sqrt(M) * A / sqrt(M),
                sqrt(M) * C * ratio * W / W + A,
            ]
        )
    ),
    relation="==",
    rhs=Closed(
        Matrix(
            [
                A**2 + W * (2 * A * C * (1 + B * ratio) + C**2 * root),
                A + C * sqrt(M) * ratio,
            ]
        )
    ),
    grid=Grid(A=[0.0, 1.0], B=[2.0], C=[0.5], root=[10.0], ratio=[100.0], W=[2.0], M=[100.0]),
    uses=("du2018.proof-D.1b", "du2018.proof-D.1b.means"),
)

# Each layer's own error adds to what is carried: e_1 = base, e_h <= P e_{h-1} + base.
RECURSION = {P: Interval(1, sp.oo), base: POSITIVE, x: Interval(1, sp.oo)}
LAYERS = [sum(P**j for j in range(depth)) for depth in (2, 3)]

accumulated = Claim(
    id="du2018.theorem-D.1.accumulation",
    source=Source(PAPER, "D", "proof of Theorem D.1, the layers together"),
    title="the proof's two steps against the theorem's product (inferred, not printed)",
    statement=r"from $e_1\le\epsilon\sqrt{\log4x}$ and $e_h\le Pe_{h-1}+\epsilon\sqrt{\log4x}$ the "
    r"theorem takes $e_H\le P^{H-1}\epsilon\sqrt{\log x}$, $x=Hn^2(\max n^{(h)})^2/\delta$",
    reading="H = 2, 3, one factor P >= 1 for all layers, as the paper's networks have it",
    over=RECURSION,
    lhs=Closed(Matrix(LAYERS) * base * sqrt(log(4 * x))),
    relation="<=",
    rhs=Closed(Matrix([P, P**2]) * base * sqrt(log(x))),
    grid=Grid(P=[1.0, 2.0], base=[1.0], x=[2.0, 100.0]),
    uses=("du2018.proof-D.1a", "du2018.theorem-D.1.merge", "du2018.theorem-D.1.merge-factors"),
    erratum="each layer adds its own error: the sum 1 + P + ... + P^{H-1}, not its last term (for "
    "P = 1 that is H against 1), and log loses its factor 4",
)

accumulated_corrected = Claim(
    id="du2018.theorem-D.1.accumulation.corrected",
    statement=r"$e_H\le(1+P)^{H-1}\epsilon\sqrt{\log4x}$",
    **corrected(
        accumulated, rhs=Closed(Matrix([(1 + P) ** j for j in (1, 2)]) * base * sqrt(log(4 * x)))
    ),
)

# rho = 1, A = 1: the next gram is K + b_i + b_j + 1.
small_inputs = Claim(
    id="du2018.proof-D.1b.small-inputs",
    source=Source(PAPER, "D", "proof of Theorem D.1, propagation, inputs of any norm"),
    title="without unit inputs: M = 100 max K may be far below 1",
    statement=r"$\max_{ij}\|\mathbb E^{(h)}\hat K_{ij}^{(h)}-K_{ij}^{(h)}\|_\infty\le\cdots+2C"
    r"\sqrt MA\max_i\|\hat b_i^{(h-1)}-b_i^{(h-1)}\|$ in the general setting of the appendix",
    reading=r"$\rho=1$, $A=1$, $\hat K=K=k$ and both means moved by $e_b$: the left side is "
    r"$2e_b$, $C=1$, $M=100k$",
    over={k: POSITIVE, e_b: POSITIVE},
    lhs=Closed(2 * e_b),
    relation="<=",
    rhs=Closed(2 * sqrt(100 * k) * e_b),
    grid=Grid(k=[0.0025, 1.0], e_b=[0.1]),
    uses=("du2018.proof-D.1b",),
    erratum="E rho(U) is bounded by C (1 + sqrt M), not by C sqrt M: false for inputs of norm "
    "below 1/10; the networks of the paper have unit inputs",
)

small_inputs_corrected = Claim(
    id="du2018.proof-D.1b.small-inputs.corrected",
    statement=r"with $2C(1+\sqrt M)A\max_i\|\hat b_i^{(h-1)}-b_i^{(h-1)}\|$ as the last term",
    reading=small_inputs.reading,
    **corrected(small_inputs, rhs=Closed(2 * (1 + sqrt(100 * k)) * e_b)),
)


# Remark D.4
def _largest_mean(points: Any) -> Any:
    """B of the theorem."""
    import torch

    from numeric.tensor_program import limit

    layers, inputs, _ = network(points)
    largest = max(float(after.mean.abs().max()) for after in limit(layers, inputs)[1:])
    return torch.full((points.n,), 100 * largest, dtype=torch.float64)


def _skip_times_mean(points: Any) -> Any:
    """The largest A_(h) times B."""
    layers, _, _ = network(points)
    return max(float(layer.skip.abs().sum(-1).max()) for layer in layers) * _largest_mean(points)


def _constants_sum(points: Any) -> Any:
    """M + A + B + W for the point's network."""
    import torch

    from numeric.program_bounds import constants
    from numeric.tensor_program import limit

    layers, inputs, size = network(points)
    found = constants(layers, limit(layers, inputs), size)
    total = 100 * found.largest + 100 * found.mean + max(found.skip) + max(found.weight)
    return torch.full((points.n,), total, dtype=torch.float64)


def _branch_size(points: Any) -> Any:
    """C_(h), h >= 2."""
    import torch

    return torch.full((points.n,), network(points)[2][1], dtype=torch.float64)


DENSE = {sigma: sp.FiniteSet(0, 1, 2), family: sp.FiniteSet(0), H: sp.S.Naturals, n: sp.S.Naturals}
DENSE_GRID = Grid(sigma=[0, 1, 2], family=[0], H=[1, 3], n=[2])

dense_remark = Claim(
    id="du2018.remark-D.4",
    source=Source(PAPER, "D", "Remark D.4, fully connected"),
    statement=r"for fully connected networks $M$, $C_{(h)}$ and $\mathfrak W$ are constants and "
    r"$A_{(h)}$ and $B=0$",
    over=DENSE,
    quantifier=ON_GRID,
    lhs=Computed(_largest_mean),
    relation="==",
    rhs=Closed(0),
    grid=DENSE_GRID,
    uses=("du2018.theorem-D.1",),
    erratum="B = 100 max |E rho(U)| is 84 for softplus; only A = 0, and with it every term with B",
)

dense_remark_corrected = Claim(
    id="du2018.remark-D.4.corrected",
    statement=r"$A_{(h)}=0$, so that $B$ does not enter: $A_{(h)}B=0$",
    **corrected(dense_remark, lhs=Computed(_skip_times_mean)),
)

RESIDUAL_GRID = Grid(sigma=[0], family=[1], n=[2], H=[8, 16, 32, 64]).nightly(
    sigma=[0, 1, 2], family=[1, 2]
)
residual_remark = Claim(
    id="du2018.remark-D.4.residual",
    source=Source(PAPER, "D", "Remark D.4, ResNets"),
    statement=r"for ResNet and convolutional ResNet $M$, $A_{(h)}$, $B$ and $\mathfrak W$ are "
    "constants",
    reading="bounded as H grows",
    over={key: value for key, value in NETWORKS.items() if key != m},
    quantifier=UpToConstant(along=("H",)),
    lhs=Computed(_constants_sum),
    relation="<=",
    rhs=Closed(1),
    grid=RESIDUAL_GRID,
)

branch_remark = Claim(
    id="du2018.remark-D.4.branch",
    source=Source(PAPER, "D", "Remark D.4, the branches of ResNets"),
    statement=r"$C_{(h)}$ is proportional to $\frac{c_\lambda\lambda^{3/2}}H$",
    reading=r"for $h\ge2$; $C_{(1)}$ belongs to $\sqrt{c_\sigma}\sigma$ and does not depend on $H$",
    over={key: value for key, value in NETWORKS.items() if key != m},
    quantifier=UpToConstant(along=("H",)),
    lhs=Computed(_branch_size),
    relation="==",
    rhs=Closed(1 / H),
    grid=RESIDUAL_GRID,
)
