r"""Appendix D.1: linear independence of tensor powers and of the features of non-parallel inputs.

n: vectors; d: their dimension; e: tensor power; layout: how the rational unit vectors lie (0
scattered, 1 in a cluster of size 1/1000, 2 all but one in a plane); family: the activation (0 sin,
1 erf, 2 sin + cos); c: inner product of two unit inputs; a_i, b_i: coordinates of plane vectors;
v_*: entries of vectors; z, w: one input and one weight; rate: the rate of an exponential.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy as sp
from sympy import Interval, Matrix, Ne, cosh, exp, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018.pairs import corrected
from theorems.quantifiers import ForAll
from theorems.sides import Closed, Computed

PAPER = "du2018"
n, d, e, layout, family = symbols("n d e layout family", integer=True)
c, z, w, rate = symbols("c z w rate", real=True)
ON_GRID = ForAll(random_points=0, search=False)


def rational_units(points: Any) -> list[tuple[Fraction, ...]]:
    """`n` pairwise non-parallel rational unit vectors of dimension `d >= 2`."""
    from symbolic.tensor_powers import unit_vector

    count, slopes = points["n"], points.d - 1
    scale = Fraction(1, 1000) if points.layout == 1 else Fraction(1)
    flat = points.layout == 2
    found = []
    for i in range(count):
        # Primes spread the slopes; in a plane only the first differs from 0.
        row = [
            scale * Fraction((i + 1) * (7 + 4 * k) % 101, 53 + k) * (0 if flat and k else 1)
            for k in range(slopes)
        ]
        if flat and slopes > 1 and i == count - 1:
            row[1] = Fraction(1, 2)
        found.append(unit_vector(row))
    return found


def _pairwise_apart(points: Any) -> Any:
    """Whether no two of the vectors are parallel, exactly."""
    import torch

    from symbolic.tensor_powers import parallel

    v = rational_units(points)
    apart = not any(parallel(v[i], v[j]) for i in range(len(v)) for j in range(i))
    return torch.full((points.n,), float(apart), dtype=torch.float64)


def power_rank_of(points: Any, exponent: int) -> Any:
    import torch

    from symbolic.tensor_powers import power_rank

    rank = power_rank(rational_units(points), exponent)
    return torch.full((points.n,), float(rank), dtype=torch.float64)


VECTORS = {n: sp.Range(1, sp.oo), d: sp.Range(2, sp.oo), layout: sp.FiniteSet(0, 1, 2)}
VECTOR_GRID = Grid(n=[1, 2, 3, 6, 12], d=[2, 3, 5], layout=[0, 1, 2]).nightly(
    n=[1, 2, 3, 5, 8, 16, 40], d=[2, 3, 5, 10]
)
POWERS = (
    r"if $v_1,\dots,v_n\in\mathbb R^d$ are unit vectors, no two parallel, then $[\mathrm{vec}"
    r"(v_1^{\otimes n}),\dots,\mathrm{vec}(v_n^{\otimes n})]$ has rank $n$"
)

powers = Claim(
    id="du2018.lemma-D.3",
    source=Source(PAPER, "D.1", "Lemma D.3"),
    statement=POWERS,
    reading="the rank over the rationals of the Gram matrix of rational vectors",
    over=VECTORS,
    quantifier=ON_GRID,
    lhs=Computed(lambda p: power_rank_of(p, p["n"])),
    relation="==",
    rhs=Closed(n),
    grid=VECTOR_GRID,
    uses=("du2018.lemma-D.3.vectors", "du2018.lemma-D.3.ratio"),
)

vectors = Claim(
    id="du2018.lemma-D.3.vectors",
    source=Source(PAPER, "D.1", "Lemma D.3, the vectors tried"),
    title="the vectors tried meet the hypothesis",
    statement="the rational vectors of the check are pairwise non-parallel, exactly",
    over=VECTORS,
    quantifier=ON_GRID,
    lhs=Computed(_pairwise_apart),
    relation="==",
    rhs=Closed(1),
    grid=VECTOR_GRID,
)

one_less = Claim(
    id="du2018.lemma-D.3.one-less",
    source=Source(PAPER, "D.1", "Lemma D.3, as Lemma D.2 uses it"),
    title="the power n - 1, which the proof of Lemma D.2 takes, suffices too",
    statement=r"under the same hypotheses $v_1^{\otimes(n-1)},\dots,v_n^{\otimes(n-1)}$ are "
    "linearly independent",
    over={**VECTORS, n: sp.Range(2, sp.oo)},
    quantifier=ON_GRID,
    lhs=Computed(lambda p: power_rank_of(p, p["n"] - 1)),
    relation="==",
    rhs=Closed(n),
    grid=Grid(n=[2, 3, 6, 12], d=[2, 3, 5], layout=[0, 1, 2]),
    uses=("du2018.lemma-D.3.plane",),
)


def _planar_rank(points: Any) -> Any:
    import torch

    from symbolic.tensor_powers import power_rank, unit_vector

    found = [unit_vector([Fraction(i, 7)]) for i in range(points["n"])]
    rank = power_rank(found, points.e)
    return torch.full((points.n,), float(rank), dtype=torch.float64)


sharp = Claim(
    id="du2018.lemma-D.3.sharp",
    source=Source(PAPER, "D.1", "Lemma D.3, least power"),
    title="in the plane powers below n - 1 are dependent",
    statement=r"for unit vectors of the plane, pairwise non-parallel, the rank of the powers $e$ "
    r"is $\min\{n,e+1\}$",
    over={n: sp.Range(2, sp.oo), e: sp.S.Naturals},
    quantifier=ON_GRID,
    lhs=Computed(_planar_rank),
    relation="==",
    rhs=Closed(sp.Min(n, e + 1)),
    grid=Grid(n=[2, 3, 6, 10], e=[1, 2, 4, 5, 8, 9]),
)


def _with_a_parallel(points: Any) -> Any:
    """The rank after one vector's opposite is put in."""
    import torch

    from symbolic.tensor_powers import power_rank

    found = rational_units(points)
    found.append(tuple(-x for x in found[0]))
    rank = power_rank(found, points["n"] + 1)
    return torch.full((points.n,), float(rank), dtype=torch.float64)


hypothesis_needed = Claim(
    id="du2018.lemma-D.3.parallel",
    source=Source(PAPER, "D.1", "Lemma D.3, without its hypothesis"),
    title="the hypothesis is needed: one opposite vector costs one rank",
    statement=r"with $v_{n+1}=-v_1$ the powers $n+1$ of $n+1$ vectors have rank $n$",
    over=VECTORS,
    quantifier=ON_GRID,
    lhs=Computed(_with_a_parallel),
    relation="==",
    rhs=Closed(n),
    grid=Grid(n=[1, 2, 5], d=[2, 3], layout=[0, 1]),
)

A = symbols("a_1:4", real=True)
B = symbols("b_1:4", real=True)


def _plane_sides(count: int) -> tuple[Any, Any]:
    from symbolic.tensor_powers import plane_areas, plane_determinant

    return plane_determinant(A[:count], B[:count]), plane_areas(A[:count], B[:count])


PLANE = [_plane_sides(count) for count in (2, 3)]
plane = Claim(
    id="du2018.lemma-D.3.plane",
    source=Source(PAPER, "D.1", "Lemma D.3, in the plane"),
    title="the determinant of the powers n - 1 of n plane vectors is the product of their areas",
    statement=r"$\det(a_i^{n-1-k}b_i^k)_{i,k}=\prod_{i<j}(a_ib_j-a_jb_i)$ for $v_i=(a_i,b_i)$ and "
    r"$n=2,3$: not zero when no two are parallel",
    reading="not the paper's route; vectors of more dimensions project to such a plane",
    over=dict.fromkeys((*A, *B), sp.S.Reals),
    lhs=Closed(Matrix([side[0] for side in PLANE])),
    relation="==",
    rhs=Closed(Matrix([side[1] for side in PLANE])),
    grid=Grid(
        points=[
            dict(zip((s.name for s in (*A, *B)), values, strict=True))
            for values in [(1, 2, -1, 0, 1, 2), (0.5, 0, 1, 1, 1, 3)]
        ]
    ),
)

v_1p, v_ip, v_11, v_i1 = symbols("v_1p v_ip v_11 v_i1", real=True)
RATIO: dict[str, Any] = {
    "over": dict.fromkeys((v_1p, v_ip, v_11, v_i1), sp.S.Reals),
    "where": [Ne(v_11, 0), Ne(v_i1, 0), sp.Eq(v_ip, v_1p / v_11 * v_i1)],
}
RATIO_GRID = Grid(
    points=[
        {"v_1p": 1.0, "v_11": 1.0, "v_i1": 2.0, "v_ip": 2.0},
        {"v_1p": 0.5, "v_11": 1.0, "v_i1": 1.0, "v_ip": 0.5},
    ]
)

ratio = Claim(
    id="du2018.lemma-D.3.ratio",
    source=Source(PAPER, "D.1", "proof of Lemma D.3, the ratios"),
    statement=r"$\alpha_i(v_{i,p}-\frac{v_{1,p}}{v_{1,1}}v_{i,1})=0$, $\alpha_i\ne0$ give "
    r"$\frac{v_{i,p}}{v_{1,1}}=\frac{v_{1,p}}{v_{1,1}}$",
    **RATIO,
    lhs=Closed(v_ip / v_11),
    relation="==",
    rhs=Closed(v_1p / v_11),
    grid=RATIO_GRID,
    erratum="the left denominator is v_{i,1}: the equation gives v_{i,p}/v_{i,1} = v_{1,p}/v_{1,1}",
)

ratio_corrected = Claim(
    id="du2018.lemma-D.3.ratio.corrected",
    source=ratio.source,
    statement=r"$\frac{v_{i,p}}{v_{i,1}}=\frac{v_{1,p}}{v_{1,1}}$",
    **RATIO,
    lhs=Closed(v_ip / v_i1),
    relation="==",
    rhs=Closed(v_1p / v_11),
    grid=RATIO_GRID,
    corrects="du2018.lemma-D.3.ratio",
)


# Lemma D.2
def pivot(points: Any, slopes: bool, polynomial: bool = False) -> Any:
    """The certified least pivot of the kernel matrix; `polynomial`: of sigma(x) = x^2."""
    import torch

    from symbolic.tensor_powers import KERNELS, SLOPE_KERNELS, least_pivot

    table = SLOPE_KERNELS if slopes else KERNELS
    kernel = table[3 if polynomial else points.family]
    least = least_pivot(rational_units(points), kernel)
    return torch.full((points.n,), least, dtype=torch.float64)


FEATURES = {**VECTORS, family: sp.FiniteSet(0, 1, 2)}
FEATURE_GRID = Grid(n=[1, 2, 4, 8], d=[2, 4], layout=[0, 1, 2], family=[0, 1, 2])

slopes_definite = Claim(
    id="du2018.lemma-D.2",
    source=Source(PAPER, "D.1", "Lemma D.2"),
    statement=r"for $\sigma$ analytic and no polynomial and $z_1,\dots,z_n$ pairwise non-parallel, "
    r"$G_{ij}=\mathbb E_w[\sigma^\prime(w^\top z_i)\sigma^\prime(w^\top z_j)z_i^\top z_j]$ has "
    r"$\lambda_{\min}(G)>0$",
    reading="the least pivot of the factorisation, in ball arithmetic of 400 bits, of unit inputs",
    over=FEATURES,
    quantifier=ON_GRID,
    lhs=Computed(lambda p: pivot(p, slopes=True)),
    relation=">",
    rhs=Closed(0),
    grid=FEATURE_GRID,
    uses=("du2018.lemma-D.3.one-less", "du2018.lemma-D.2.derivative.corrected"),
)

pair_definite = Claim(
    id="du2018.lemma-D.2.pair",
    source=Source(PAPER, "D.1", "Lemma D.2, two unit inputs"),
    title="two inputs: the determinant for sin, erf and exp",
    statement=r"$G_{11}G_{22}-G_{12}^2>0$ for $|c|<1$",
    reading=r"entries of $G$ up to a factor: $c\cosh c$, $c/\sqrt{9-4c^2}$, $ce^c$ with $G_{11}$ "
    r"their value at $c=1$",
    over={c: Interval.open(-1, 1)},
    lhs=Closed(
        Matrix(
            [
                cosh(1) ** 2 - (c * cosh(c)) ** 2,
                sp.Rational(1, 5) - c**2 / (9 - 4 * c**2),
                exp(2) - (c * exp(c)) ** 2,
            ]
        )
    ),
    relation=">",
    rhs=Closed(0),
    uses=("du2018.lemma-D.2",),
)

polynomial_fails = Claim(
    id="du2018.lemma-D.2.polynomial",
    source=Source(PAPER, "D.1", "Lemma D.2, without its hypothesis"),
    title="the hypothesis is needed: for sigma(x) = x^2 and n > 3 plane inputs G is singular",
    statement=r"for $\sigma(x)=x^2$, $d=2$ and $n\ge4$, no positive lower bound of "
    r"$\lambda_{\min}(G)$ is certified",
    over={**VECTORS, n: sp.Range(4, sp.oo)},
    quantifier=ON_GRID,
    lhs=Computed(lambda p: pivot(p, slopes=True, polynomial=True)),
    relation="<=",
    rhs=Closed(0),
    grid=Grid(n=[4, 6], d=[2], layout=[0, 1, 2]),
)


def nth_derivative(function: Any, order: int) -> Any:
    """The derivative of `function` of that order at w z."""
    x = sp.Dummy("x", real=True)
    return sp.diff(function(x), (x, order)).subs(x, w * z)


def slope_features(order: int) -> Any:
    """The derivative in w of sigma'(w z) z, for sigma(x) = e^{rate x} in one dimension."""
    return sp.diff(nth_derivative(lambda x: exp(rate * x), 1) * z, (w, order))


EXPONENTIAL = {w: sp.S.Reals, z: sp.S.Reals, rate: Interval.open(0, sp.oo)}
DERIVATIVE_GRID = Grid(w=[0.0, 0.5], z=[-1.0, 1.0], rate=[1.0, 2.0])

derivative = Claim(
    id="du2018.lemma-D.2.derivative",
    source=Source(PAPER, "D.1", "proof of Lemma D.2, differentiating n - 2 times"),
    statement=r"$\sum_ia_i\sigma^\prime(w^\top z_i)z_i$ differentiated $n-2$ times in $w$ is "
    r"$\sum_ia_i\sigma^{(n)}(w^\top z_i)z_i^{\otimes(n-1)}$",
    reading=r"one term, $d=1$, $\sigma(x)=e^{rx}$, $n=3$",
    over=EXPONENTIAL,
    lhs=Closed(slope_features(1)),
    relation="==",
    rhs=Closed(nth_derivative(lambda x: exp(rate * x), 3) * z**2),
    grid=DERIVATIVE_GRID,
    erratum="n - 2 more derivatives of sigma' are sigma^(n-1), not sigma^(n)",
)

derivative_corrected = Claim(
    id="du2018.lemma-D.2.derivative.corrected",
    title="the derivative, an instance: one term, n = 3, an exponential",
    statement=r"the derivative is $\sum_ia_i\sigma^{(n-1)}(w^\top z_i)z_i^{\otimes(n-1)}$",
    **corrected(derivative, rhs=Closed(nth_derivative(lambda x: exp(rate * x), 2) * z**2)),
)
