"""Thesis sections 4.1, 4.3 and 4.7: asymmetric matrix factorization, its gradient and Hessian.

U, V: factors; M*: the matrix, of rank r and Frobenius norm size; m: M* where it is a number; u, v:
U and V where they are numbers; epsilon: a small number; beta: a smoothness constant; c: |U|_F^2
and |V|_F^2 in units of |M*|_F; a, b: norms of a direction's two halves.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, Matrix, diff, oo, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import Exists, ForAll, ForAllWeights, UpToConstant
from theorems.sides import Closed, Computed

PAPER = "du2019"
POSITIVE, NONNEGATIVE = Interval.open(0, oo), Interval(0, oo)
r, d_1, d_2 = symbols("r d_1 d_2", integer=True)
m, u, v, epsilon, beta, c, a, b, size = symbols("m u v epsilon beta c a b size", real=True)


def matrix(name: str, rows: int, columns: int) -> Matrix:
    """A matrix of real symbols."""
    return Matrix(rows, columns, lambda i, j: symbols(f"{name}_{i}{j}", real=True))


def squares(entries: Matrix) -> sp.Expr:
    """The squared Frobenius norm."""
    return sum(entry**2 for entry in entries)


def over_entries(*parts: Matrix) -> dict[sp.Symbol, sp.Set]:
    return {s: sp.S.Reals for part in parts for s in part}


def two_points(*parts: Matrix) -> Grid:
    """Two points, so that the many entries are not multiplied out."""
    names = [s.name for part in parts for s in part]
    return Grid(
        points=[
            {name: 0.2 + 0.13 * i for i, name in enumerate(names)},
            {name: (-1.0) ** i * (1 + 0.1 * i) for i, name in enumerate(names)},
        ]
    )


U, V, M = matrix("U", 2, 2), matrix("V", 2, 2), matrix("M", 2, 2)
A, B = matrix("A", 2, 2), matrix("B", 2, 2)
OBJECTIVE = squares(U * V.T - M) / 2
FEW = ForAll(random_points=50, search=False)

gradient = Claim(
    id="du2019.eq-4.2",
    source=Source(PAPER, "4.1", "(4.2)"),
    statement=r"$L=\frac12\|UV^\top-M^*\|_F^2$ has $\frac{\partial L}{\partial U}=(UV^\top-M^*)V$, "
    r"$\frac{\partial L}{\partial V}=(UV^\top-M^*)^\top U$",
    reading="in closed form for 2 x 2 matrices; at other sizes measured in du2019.eq-4.9",
    over=over_entries(U, V, M),
    quantifier=FEW,
    lhs=Closed(Matrix([diff(OBJECTIVE, s) for s in (*U, *V)])),
    relation="==",
    rhs=Closed(Matrix([*((U * V.T - M) * V), *((U * V.T - M).T * U)])),
    grid=two_points(U, V, M),
)


def _factors(points: Any) -> tuple[Any, Any, Any]:
    """The same 8 random factors and matrix at every point, `M*` of norm `size`."""
    import torch

    generator = torch.Generator().manual_seed(5)
    first = torch.randn(1, 8, points.d_1, points.r, generator=generator, dtype=torch.float64)
    second = torch.randn(1, 8, points.d_2, points.r, generator=generator, dtype=torch.float64)
    shape = (1, 8, points.d_1, points.d_2)
    target = torch.randn(shape, generator=generator, dtype=torch.float64)
    return first, second, target * points["size"].reshape(-1, 1, 1, 1)


def _descent_step(points: Any) -> Any:
    import torch

    first, second, target = _factors(points)
    residual = first @ second.mT - target
    moved = [first - 0.1 * residual @ second, second - 0.1 * residual.mT @ first]
    return torch.cat([x.flatten(start_dim=1) for x in moved], dim=1)


def _autograd_step(points: Any) -> Any:
    import torch

    from numeric.matrix_factorization import objective

    first, second, target = _factors(points)
    shape = (points.n, *first.shape[1:])
    leaves = [first.expand(shape).clone(), second.expand(points.n, *second.shape[1:]).clone()]
    leaves = [leaf.requires_grad_(True) for leaf in leaves]
    slopes = torch.autograd.grad(objective(leaves[0], leaves[1], target).sum(), leaves)
    moved = [(x - 0.1 * g).detach() for x, g in zip(leaves, slopes, strict=True)]
    return torch.cat([x.flatten(start_dim=1) for x in moved], dim=1)


SIZES = {d_1: sp.S.Naturals, d_2: sp.S.Naturals, r: sp.S.Naturals, size: POSITIVE}
SIZE_GRID = Grid(
    points=[{"d_1": 1, "d_2": 1, "r": 1}, {"d_1": 5, "d_2": 3, "r": 2}], size=[0.1, 1.0, 20.0]
)

descent = Claim(
    id="du2019.eq-4.9",
    source=Source(PAPER, "4.3", "(4.9)"),
    statement=r"gradient descent on (4.8) reads $U_{t+1}=U_t-\eta_t(U_tV_t^\top-M^*)V_t$, "
    r"$V_{t+1}=V_t-\eta_t(U_tV_t^\top-M^*)^\top U_t$",
    reading="one step of size 0.1 against autograd",
    over=SIZES,
    quantifier=ForAll(search=False),
    lhs=Computed(_descent_step),
    relation="==",
    rhs=Computed(_autograd_step),
    grid=SIZE_GRID,
    uses=("du2019.eq-4.2",),
)

SCALAR = (u * v - m) ** 2 / 2

not_smooth = Claim(
    id="du2019.text-4.1b",
    source=Source(PAPER, "4.1", "lack of smoothness"),
    statement=r"(4.1) is not smooth even near its global optima: for every $\beta\ge1$ there is an "
    r"optimum $\|U\|=\epsilon$, $\|V\|=1/\epsilon$ at which $\partial^2L/\partial U^2>\beta$",
    reading="U, V and M* = 1 numbers, u v = 1; around one fixed optimum the constant is finite, "
    "over "
    "all of them there is none",
    over={beta: Interval(1, oo), epsilon: Interval(0, 1)},
    quantifier=Exists(exhibit={epsilon: 1 / sqrt(2 * beta)}),
    lhs=Closed(diff(SCALAR, u, 2).subs({u: epsilon, v: 1 / epsilon, m: 1})),
    relation=">",
    rhs=Closed(beta),
    uses=("du2019.eq-4.2",),
)

SECOND_ORDER = diff((squares((U + epsilon * A) * (V + epsilon * B).T - M) / 2), epsilon, 2).subs(
    epsilon, 0
)

hessian = Claim(
    id="du2019.eq-4.12",
    source=Source(PAPER, "4.7", "(4.12)"),
    statement=r"$[\nabla^2f(U,V)](\Delta,\Delta)=2\langle UV^\top-M^*,\Delta_U\Delta_V^\top\rangle+"
    r"\|U\Delta_V^\top+\Delta_UV^\top\|_F^2$",
    reading="in closed form for 2 x 2 matrices",
    over=over_entries(U, V, M, A, B),
    quantifier=FEW,
    lhs=Closed(SECOND_ORDER),
    relation="==",
    rhs=Closed(2 * sum((U * V.T - M).multiply_elementwise(A * B.T)) + squares(U * B.T + A * V.T)),
    grid=two_points(U, V, M, A, B),
    uses=("du2019.eq-4.2",),
)


def _within(points: Any, generator: Any) -> dict[str, Any]:
    """Factors in their balls, M* and a direction on unit spheres; |M*|_F = 1."""
    import torch

    from numeric.adversary import Around

    def zeros(*shape: int) -> Any:
        return torch.zeros(points.n, 1, *shape, dtype=torch.float64)

    radius = points.c.sqrt()
    return {
        "u": Around(zeros(points.d_1, points.r), radius),
        "v": Around(zeros(points.d_2, points.r), radius),
        "target": Around(zeros(points.d_1, points.d_2), 1.0, "sphere"),
        "direction": Around(zeros(points.d_1 + points.d_2, points.r), 1.0, "sphere"),
    }


def _curvature(points: Any, weights: Any) -> Any:
    from numeric.matrix_factorization import curvature

    rows = points.d_1
    du, dv = weights["direction"][..., :rows, :], weights["direction"][..., rows:, :]
    return curvature(weights["u"], weights["v"], weights["target"], du, dv).abs()


smoothness = Claim(
    id="du2019.lemma-4.3",
    source=Source(PAPER, "4.7", "Lemma 4.3"),
    statement=r"on $\{\|U\|_F^2,\|V\|_F^2\le c\|M^*\|_F\}$, $f$ is $((6c+2)\|M^*\|_F)$-smooth",
    reading=r"$|[\nabla^2f](\Delta,\Delta)|$ for unit $\Delta$; scaled to $\|M^*\|_F=1$",
    over={d_1: sp.S.Naturals, d_2: sp.S.Naturals, r: sp.S.Naturals, c: POSITIVE},
    quantifier=ForAllWeights(within=_within),
    lhs=Computed(_curvature),
    relation="<=",
    rhs=Closed(6 * c + 2),
    grid=Grid(
        points=[{"d_1": 1, "d_2": 1, "r": 1}, {"d_1": 4, "d_2": 3, "r": 2}],
        c=[0.01, 1.0, 5.0, 100.0],
    ),
    uses=("du2019.eq-4.12",),
)

smoothness_step = Claim(
    id="du2019.lemma-4.3.norms",
    source=Source(PAPER, "4.7", "proof of Lemma 4.3"),
    statement=r"$2(\|U\|\|V\|+\|M^*\|)\|\Delta_U\|\|\Delta_V\|+(\|U\|\|\Delta_V\|+\|\Delta_U\|"
    r"\|V\|)^2\le(6c+2)\|M^*\|_F\|\Delta\|_F^2$ where $\|U\|_F^2,\|V\|_F^2\le c\|M^*\|_F$",
    over=dict.fromkeys((u, v, a, b, c, m), NONNEGATIVE),
    where=[u**2 <= c * m, v**2 <= c * m],
    lhs=Closed(2 * (u * v + m) * a * b + (u * b + a * v) ** 2),
    relation="<=",
    rhs=Closed((6 * c + 2) * m * (a**2 + b**2)),
    quantifier=ForAll(random_points=500, search=False),
    grid=Grid(u=[0.0, 1.0], v=[1.0], a=[0.5, 1.0], b=[0.0, 1.0], c=[1.0, 4.0], m=[1.0, 3.0]),
)

# The regularised objective

REGULARISED = SCALAR + (u**2 - v**2) ** 2 / 8
STATIONARY = [sp.Eq(diff(REGULARISED, s), 0) for s in (u, v)]
LANDSCAPE = r"(4.3) has no local minimum but its global ones and only strict saddle points: "

regularised = Claim(
    id="du2019.eq-4.3",
    source=Source(PAPER, "4.1", "(4.3), quoted from Ge et al."),
    statement=LANDSCAPE + r"for numbers, a stationary point other than 0 has value 0",
    over={u: sp.S.Reals, v: sp.S.Reals, m: POSITIVE},
    where=[*STATIONARY, u**2 + v**2 > 0],
    lhs=Closed(REGULARISED),
    relation="==",
    rhs=Closed(0),
    grid=Grid(points=[{"u": s, "v": s, "m": s**2} for s in (0.5, 1.0, -3.0)]),
    quantifier=ForAll(search=False),
    uses=("du2019.eq-4.2",),
)

regularised_saddle = Claim(
    id="du2019.eq-4.3.saddle",
    source=Source(PAPER, "4.1", "(4.3), strict saddle points"),
    statement=LANDSCAPE + r"for numbers, the Hessian at 0 has a negative determinant",
    over={m: POSITIVE},
    lhs=Closed(sp.hessian(REGULARISED, (u, v)).subs({u: 0, v: 0}).det()),
    relation="<",
    rhs=Closed(0),
)


def _regularised_curvature(points: Any) -> Any:
    """Least Hessian eigenvalue at stationary points that miss a singular value, over |M*|."""
    import torch

    from numeric.matrix_factorization import least_curvature, stationary_points, target_matrix

    generator = torch.Generator().manual_seed(3)
    shape = (points.d_1, points.d_2, points.r)
    u_star, v_star, target = target_matrix((8,), shape, 1.0, generator)
    columns = []
    for kept in range(points.r):
        found = stationary_points(u_star, v_star, kept, 0.0, generator)
        columns.append(least_curvature(*found, target, balanced=True))
    return torch.cat(columns).expand(points.n, -1)


regularised_strict = Claim(
    id="du2019.eq-4.3.strict",
    source=Source(PAPER, "4.1", "(4.3), strict saddle points of matrices"),
    statement=LANDSCAPE
    + "at balanced stationary points that leave singular values out, the Hessian "
    "has a negative eigenvalue",
    over={d_1: sp.S.Naturals, d_2: sp.S.Naturals, r: sp.S.Naturals},
    quantifier=ForAll(search=False),
    lhs=Computed(_regularised_curvature),
    relation="<",
    rhs=Closed(0),
    grid=Grid(points=[{"d_1": p, "d_2": q, "r": k} for p, q, k in ((2, 2, 1), (4, 3, 3))]),
)

regularised_smooth = Claim(
    id="du2019.eq-4.3.smooth",
    source=Source(PAPER, "4.1", "(4.3), smoothness"),
    statement=r"the objective (4.3) is smooth: its Hessian is bounded by a constant",
    reading="footnote 2: the gradient is Lipschitz for some finite constant; second derivative in "
    "U, "
    "numbers, at V = 0",
    over={u: POSITIVE},
    quantifier=UpToConstant(along=("u",)),
    lhs=Closed(diff(REGULARISED, u, 2).subs(v, 0)),
    relation="<=",
    rhs=Closed(1),
    grid=Grid(u=[1.0, 4.0, 16.0, 64.0, 256.0]),
    erratum="a quartic has no bounded Hessian: smooth on bounded sets only",
)

regularised_smooth_corrected = Claim(
    id="du2019.eq-4.3.smooth.corrected",
    source=Source(PAPER, "4.1", "(4.3), smoothness, corrected"),
    statement=r"on $u^2,v^2\le c$ the second derivatives of (4.3) in $u$ and in $v$ are at most "
    r"$2c$ in absolute value, for numbers",
    over={u: sp.S.Reals, v: sp.S.Reals, c: POSITIVE},
    where=[u**2 <= c, v**2 <= c],
    lhs=Closed(Matrix([s * diff(REGULARISED, t, 2) for t in (u, v) for s in (1, -1)])),
    relation="<=",
    rhs=Closed(2 * c),
    corrects="du2019.eq-4.3.smooth",
    quantifier=ForAll(random_points=500, search=False),
)
