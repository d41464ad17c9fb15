"""Exact ranks of tensor powers, and certified least pivots of Gaussian kernel matrices.

`v^{(x)e}` is the e-fold tensor power. The rank of `[vec(v_1^{(x)e}), ..., vec(v_n^{(x)e})]` is that
of its Gram matrix `(v_i . v_j)^e`, computed over the rationals. Kernel matrices of activations
whose Gaussian expectations are elementary are factored in ball arithmetic.
Source: du2018, Lemmas D.2 and D.3; du2019, Lemmas 3.23, 3.24 and 3.31.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import combinations_with_replacement
from typing import Any

import sympy as sp

Vector = tuple[Fraction, ...]


def unit_vector(slopes: Sequence[Fraction]) -> Vector:
    """The rational point of the sphere that stereographic projection sends to `slopes`.

    `slopes` has one entry less than the vector; the last coordinate is below 1.
    """
    square = sum((s * s for s in slopes), Fraction(0))
    return (*(2 * s / (square + 1) for s in slopes), (square - 1) / (square + 1))


def inner(u: Vector, v: Vector) -> Fraction:
    """The inner product."""
    return sum((a * b for a, b in zip(u, v, strict=True)), Fraction(0))


def parallel(u: Vector, v: Vector) -> bool:
    """Whether one of the two lies in the span of the other, by Cauchy-Schwarz with equality."""
    return inner(u, v) ** 2 == inner(u, u) * inner(v, v)


def power_rank(vectors: Sequence[Vector], exponent: int) -> int:
    """The rank of the tensor powers, `exponent >= 1`, from their Gram matrix."""
    from flint import fmpq, fmpq_mat

    if exponent < 1:
        raise ValueError(f"the exponent must be >= 1, not {exponent}")
    size = len(vectors)
    entries = [inner(u, v) ** exponent for u in vectors for v in vectors]
    matrix = fmpq_mat(size, size, [fmpq(e.numerator, e.denominator) for e in entries])
    return int(matrix.rank())


def monomial_rank(vectors: Sequence[Vector], exponent: int) -> int:
    """The same rank from the distinct entries of the powers, the monomials of degree `exponent`."""
    columns = combinations_with_replacement(range(len(vectors[0])), exponent)
    rows = [[sp.prod(sp.Rational(v[i]) for i in index) for v in vectors] for index in columns]
    return int(sp.Matrix(rows).rank())


def plane_determinant(first: Sequence[sp.Expr], second: Sequence[sp.Expr]) -> sp.Expr:
    """The determinant of the powers `n - 1` of n vectors of the plane in the basis of monomials."""
    n = len(first)
    rows = [[a ** (n - 1 - k) * b**k for k in range(n)] for a, b in zip(first, second, strict=True)]
    return sp.Matrix(rows).det(method="berkowitz")


def plane_areas(first: Sequence[sp.Expr], second: Sequence[sp.Expr]) -> sp.Expr:
    """The product over pairs `i < j` of `v_i x v_j`, which vanishes when two are parallel."""
    n = len(first)
    return sp.prod(
        first[i] * second[j] - first[j] * second[i] for i in range(n) for j in range(i + 1, n)
    )


# E sigma(u) sigma(v), or of the slopes times the covariance, for variances a, b and covariance c.
def _sine(a: Any, b: Any, c: Any) -> Any:
    return (-(a + b) / 2).exp() * c.sinh()


def _sine_slopes(a: Any, b: Any, c: Any) -> Any:
    return (-(a + b) / 2).exp() * c.cosh() * c


def _erf(a: Any, b: Any, c: Any) -> Any:
    return (2 * c / ((1 + 2 * a) * (1 + 2 * b)).sqrt()).asin()


def _erf_slopes(a: Any, b: Any, c: Any) -> Any:
    return c / ((1 + 2 * a) * (1 + 2 * b) - 4 * c * c).sqrt()


def _shifted_cosine(a: Any, b: Any, c: Any) -> Any:
    # sigma(x) = cos x + sin x, neither even nor odd
    return (-(a + b) / 2).exp() * c.exp()


def _square(a: Any, b: Any, c: Any) -> Any:
    return a * b + 2 * c * c


def _square_slopes(_a: Any, _b: Any, c: Any) -> Any:
    return 4 * c * c


def _shifted_cosine_slopes(a: Any, b: Any, c: Any) -> Any:
    return (-(a + b) / 2).exp() * c.exp() * c


# The last, sigma(x) = x^2, is a polynomial: to it the lemmas do not apply.
KERNELS: tuple[Callable[[Any, Any, Any], Any], ...] = (_sine, _erf, _shifted_cosine, _square)
SLOPE_KERNELS: tuple[Callable[[Any, Any, Any], Any], ...] = (
    _sine_slopes,
    _erf_slopes,
    _shifted_cosine_slopes,
    _square_slopes,
)


def least_pivot(
    vectors: Sequence[Vector], kernel: Callable[[Any, Any, Any], Any], bits: int = 400
) -> float:
    """The least diagonal entry of the `L D L'` factors of the kernel matrix, a certified lower end.

    Positive exactly when ball arithmetic of `bits` bits certifies the matrix positive definite; a
    pivot that it cannot tell from 0 comes out negative or 0.
    """
    from flint import arb, ctx, fmpq

    before = ctx.prec
    ctx.prec = bits
    try:

        def exact(value: Fraction) -> Any:
            return arb(fmpq(value.numerator, value.denominator))

        size = len(vectors)
        table = [[exact(inner(u, v)) for v in vectors] for u in vectors]
        rows = [
            [kernel(table[i][i], table[j][j], table[i][j]) for j in range(size)]
            for i in range(size)
        ]
        least = float("inf")
        for step in range(size):
            pivot = rows[step][step]
            low = pivot.lower()
            least = min(least, float(low))
            if not low > 0:
                return min(least, 0.0)
            for i in range(step + 1, size):
                factor = rows[i][step] / pivot
                for j in range(step + 1, size):
                    rows[i][j] -= factor * rows[step][j]
        return least
    finally:
        ctx.prec = before
