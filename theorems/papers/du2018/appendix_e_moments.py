r"""Appendix E: how E rho(u) rho(v) moves with the covariance of (u, v).

rho(x) = offset + L f(x) with f the identity, softplus or tanh (kind 0, 1, 2), so that L bounds its
Lipschitz and smoothness constants. In Lemma E.2 the covariances are the squares of A and B, in
Lemma E.3 A and B themselves; a_1, a_2, b_1, b_2, theta, omega: their eigenvalues and angles; s: an
off-diagonal entry; lambda: the least eigenvalue; a_11: an entry of A.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Abs, Interval, Rational, exp, oo, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import ForAll
from theorems.sides import Closed, Computed

PAPER = "du2018"
POSITIVE = Interval.open(0, oo)
NONNEGATIVE = Interval(0, oo)
L, offset, s, theta, omega = symbols("L offset s theta omega", real=True)
a_1, a_2, b_1, b_2 = symbols("a_1 a_2 b_1 b_2", real=True)
kind = symbols("kind", integer=True)


def _moment(points: Any, covariance: Any) -> Any:
    """F(A) for `covariance (n, 2, 2)`."""
    from torch.nn.functional import softplus

    from numeric.tensor_program import product_mean

    shapes = (lambda u: u, lambda u: softplus(u, threshold=50), lambda u: u.tanh())
    column = points.offset[:, None], points.L[:, None]

    def rho(u: Any) -> Any:
        wide = u.flatten(start_dim=1)
        return (column[0] + column[1] * shapes[points.kind](wide)).reshape(u.shape)

    a, b, c = covariance[:, 0, 0], covariance[:, 1, 1], covariance[:, 0, 1]
    return product_mean(rho, rho, a, b, c)


def _matrices(points: Any) -> tuple[Any, Any]:
    from numeric.small_matrices import rotated

    p = points
    return rotated(p.a_1, p.a_2, p.theta), rotated(p.b_1, p.b_2, p.omega)


def _gap_of_squares(points: Any) -> Any:
    a, b = _matrices(points)
    return (_moment(points, a @ a) - _moment(points, b @ b)).abs()


def _gap(points: Any) -> Any:
    a, b = _matrices(points)
    return (_moment(points, a) - _moment(points, b)).abs()


def _distance(points: Any) -> Any:
    from numeric.small_matrices import spectral_norm

    a, b = _matrices(points)
    return spectral_norm(a - b)


def _largest_entry(points: Any) -> Any:
    a, b = _matrices(points)
    return (a - b).abs().amax((-2, -1))


def _extremes(points: Any) -> tuple[Any, Any]:
    import torch

    eigenvalues = torch.stack([points.a_1, points.a_2, points.b_1, points.b_2])
    return eigenvalues.amin(0), eigenvalues.amax(0)


def _zero(points: Any) -> Any:
    """|rho(0)|."""
    value = (0.0, 0.6931471805599453, 0.0)[points.kind]
    return (points.offset + points.L * value).abs()


def _bound_of_squares(points: Any) -> Any:
    return 10 * points.L * _extremes(points)[1] * _distance(points)


def _corrected_bound_of_squares(points: Any) -> Any:
    size = _zero(points) + points.L * _extremes(points)[1]
    return 2 * points.L * size * _distance(points)


def _bound(points: Any) -> Any:
    least, largest = _extremes(points)
    return 40 * points.L * (largest / least).sqrt() * _largest_entry(points)


def _corrected_bound(points: Any) -> Any:
    least, largest = _extremes(points)
    size = _zero(points) + points.L * largest.sqrt()
    return 2 * points.L * size / least.sqrt() * _largest_entry(points)


WIDTHS = Interval(Rational(1, 10), 3)
OVER = {
    kind: sp.FiniteSet(0, 1, 2),
    L: Interval.Lopen(0, 1000),
    offset: Interval(-1000, 1000),
    **dict.fromkeys((a_1, a_2, b_1, b_2), WIDTHS),
    theta: Interval(0, sp.pi),
    omega: Interval(0, sp.pi),
}
FEW = ForAll(random_points=0, search=False)
GRID = Grid(
    kind=[0, 1, 2],
    L=[1.0, 100.0],
    offset=[0.0, 100.0],
    a_1=[0.5],
    a_2=[1.0],
    b_1=[0.1, 0.5, 1.01],
    b_2=[1.0, 3.0],
    theta=[0.7],
    omega=[0.75, 2.5],
).nightly(a_1=[0.1, 0.5, 3.0], a_2=[0.1, 1.0], theta=[0.0, 0.7, 2.0])
MOMENT = (
    r"$F(A)=\mathbb E_{(u,v)\sim N(0,A)}\rho(u)\rho(v)$, $\rho$ with Lipschitz and smoothness "
    r"constants at most $L$: "
)

# The least counterexample: rho(x) = L x, A = ((1, s), (s, 1)), B = I, so that F(A^2) = 2 L^2 s.
linear_squares = Claim(
    id="du2018.lemma-E.2.linear",
    source=Source(PAPER, "E", "Lemma E.2, rho(x) = L x"),
    statement=MOMENT + r"$|F(A^2)-F(B^2)|\le10L\max\{\|A\|_2,\|B\|_2\}\|A-B\|_2$",
    reading=r"for $\rho(x)=Lx$, $A=\begin{pmatrix}1&s\\s&1\end{pmatrix}$ and $B=I$, where "
    r"$F(A^2)=2L^2s$, $\|A\|_2=1+s$ and $\|A-B\|_2=s$",
    over={L: POSITIVE, s: Interval.open(0, 1)},
    lhs=Closed(L**2 * Abs(2 * s)),
    relation="<=",
    rhs=Closed(10 * L * (1 + s) * s),
    erratum="F is quadratic in rho, the bound linear in L: false for rho(x) = L x with L >= 10",
)

squares = Claim(
    id="du2018.lemma-E.2",
    source=Source(PAPER, "E", "Lemma E.2"),
    statement=linear_squares.statement + r" for $A,B\succ0$",
    over=OVER,
    quantifier=FEW,
    lhs=Computed(_gap_of_squares),
    relation="<=",
    rhs=Computed(_bound_of_squares),
    grid=GRID,
    erratum="F is quadratic in rho, the bound linear in L: false for rho(x) = L x with L >= 10, "
    "and at L = 1 for rho(0) large",
)

squares_corrected = Claim(
    id="du2018.lemma-E.2.corrected",
    source=Source(PAPER, "E", "Lemma E.2"),
    statement=r"$|F(A^2)-F(B^2)|\le2L(|\rho(0)|+L\max\{\|A\|_2,\|B\|_2\})\|A-B\|_2$",
    over=OVER,
    quantifier=FEW,
    lhs=Computed(_gap_of_squares),
    relation="<=",
    rhs=Computed(_corrected_bound_of_squares),
    grid=GRID,
    corrects="du2018.lemma-E.2",
    uses=("du2018.lemma-E.2.insertion",),
)

# The scalar step: each value moves by at most L times the distance of the rows.
X, Y, X_1, Y_1, D = symbols("X Y X_1 Y_1 D", real=True)
insertion = Claim(
    id="du2018.lemma-E.2.insertion",
    source=Source(PAPER, "E", "proof of Lemma E.2, one product"),
    title="a product of two moved values, both bounded",
    statement=r"$\rho(u)\rho(v)-\rho(u^\prime)\rho(v^\prime)\le2Ds$ if the four values are at most "
    r"$s$ and each moves by at most $D$",
    reading="the values over s",
    over={**dict.fromkeys((X, Y, X_1, Y_1), Interval(-1, 1)), D: NONNEGATIVE},
    where=[X - X_1 <= D, X_1 - X <= D, Y - Y_1 <= D, Y_1 - Y <= D],
    lhs=Closed(X * Y - X_1 * Y_1),
    relation="<=",
    rhs=Closed(2 * D),
    grid=Grid(X=[1.0], Y=[1.0, -1.0], X_1=[0.5], Y_1=[0.5, -1.0], D=[0.5, 1.0]),
)

# rho(x) = offset + cos x.
a_11 = symbols("a_11", real=True)


def _cosine_moment(variance: Any) -> Any:
    """F of `variance` times the identity."""
    return offset**2 + 2 * offset * exp(-variance / 2) + exp(-variance)


offset_squares = Claim(
    id="du2018.lemma-E.2.offset",
    source=Source(PAPER, "E", "Lemma E.2, rho(x) = rho_0 + cos x"),
    statement=linear_squares.statement,
    reading=r"at $L=1$, $\rho(x)=r+\cos x$, $A=aI$, $B=I$, $1\le a\le2$, where "
    r"$F(A^2)=r^2+2re^{-a^2/2}+e^{-a^2}$",
    over={offset: NONNEGATIVE, s: Interval.open(1, 2)},
    lhs=Closed(_cosine_moment(1) - _cosine_moment(s**2)),
    relation="<=",
    rhs=Closed(10 * s * (s - 1)),
    grid=Grid(offset=[0.0, 1.0, 10.0, 100.0], s=[1.01, 1.5]),
    erratum="the bound does not see rho(0), to which F is sensitive: false for 100 + cos x",
)

linear = Claim(
    id="du2018.lemma-E.3.linear",
    source=Source(PAPER, "E", "Lemma E.3, rho(x) = L x"),
    statement=MOMENT
    + r"for $A,B\succ\lambda I$, $|F(A)-F(B)|\le\frac{40L}{\sqrt\lambda}\sqrt{\max\{\|A\|_2,"
    r"\|B\|_2\}}\|A-B\|_\infty$",
    reading=r"for $\rho(x)=Lx$, $A=\begin{pmatrix}1&s\\s&1\end{pmatrix}$ and $B=I$, where "
    r"$F(A)=L^2s$ and $\|A\|_2=1+s$; any $\lambda<1-s$",
    over={L: POSITIVE, s: Interval.open(0, 1)},
    lhs=Closed(L**2 * s),
    relation="<=",
    rhs=Closed(40 * L * sqrt((1 + s) / (1 - s)) * s),
    erratum="F is quadratic in rho, the bound linear in L: false for rho(x) = L x with L >= 60",
)

covariances = Claim(
    id="du2018.lemma-E.3",
    source=Source(PAPER, "E", "Lemma E.3"),
    statement=linear.statement,
    reading=r"$\|\cdot\|_\infty$ is the largest entry; $\lambda$ at its largest, the least of the "
    "eigenvalues",
    over=OVER,
    quantifier=FEW,
    lhs=Computed(_gap),
    relation="<=",
    rhs=Computed(_bound),
    grid=GRID,
    uses=("du2018.lemma-E.2", "du2018.proof-E.3b"),
    erratum="as Lemma E.2: false for rho(x) = L x with L >= 60, and at L = 1 for rho(0) large",
)

covariances_corrected = Claim(
    id="du2018.lemma-E.3.corrected",
    source=Source(PAPER, "E", "Lemma E.3"),
    statement=r"$|F(A)-F(B)|\le\frac{2L(|\rho(0)|+L\sqrt{\max\{\|A\|_2,\|B\|_2\}})}{\sqrt\lambda}"
    r"\|A-B\|_\infty$",
    over=OVER,
    quantifier=FEW,
    lhs=Computed(_gap),
    relation="<=",
    rhs=Computed(_corrected_bound),
    grid=GRID,
    corrects="du2018.lemma-E.3",
    uses=("du2018.lemma-E.2.corrected", "du2018.proof-E.3b.sharp"),
)

# Without lambda: the entries of the gradient of F are E rho' rho' and E rho'' rho / 2.
below, above = symbols("below above", real=True)
SINH = (exp(-below) - exp(-above)) / 2
COSH = (exp(-below) + exp(-above)) / 2
cosine_gradient = Claim(
    id="du2018.lemma-E.3.gradient",
    source=Source(PAPER, "E", "Lemma E.3, without lambda"),
    title="no eigenvalue is needed: the gradient of F is bounded on all covariances",
    statement=r"for $\rho(x)=r+\cos x$: $|\partial F/\partial A_{12}|\le L^2=1$ and "
    r"$|\partial F/\partial A_{11}|\le\frac12L(|r|+1)$ at every covariance $A$",
    reading=r"below, above: $\frac12(A_{11}+A_{22})\mp A_{12}\ge0$; "
    r"$F=r^2+r(e^{-A_{11}/2}+e^{-A_{22}/2})+\frac12(e^{-below}+e^{-above})$",
    over={offset: NONNEGATIVE, a_11: NONNEGATIVE, below: NONNEGATIVE, above: NONNEGATIVE},
    lhs=Closed(sp.Matrix([Abs(SINH), (offset * exp(-a_11 / 2) + COSH) / 2])),
    relation="<=",
    rhs=Closed(sp.Matrix([1, (offset + 1) / 2])),
    grid=Grid(offset=[0.0, 2.0], a_11=[0.01, 1.0, 9.0], below=[0.0, 1.0], above=[0.0, 4.0]),
)
