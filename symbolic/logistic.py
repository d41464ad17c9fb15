"""The cross-entropy loss of a margin, the surrogate error's integrand, and Taylor remainders.

Every function returns an exact expression in what it is given (`z`, `a`, `b` real).
Source: caogu2019, section 3, Definition 4.4, and the proofs of Theorem 4.5 and Lemma 5.2.
"""

from __future__ import annotations

import sympy as sp


def loss(z: sp.Expr) -> sp.Expr:
    """`log(1 + exp(-z))`."""
    return sp.log(1 + sp.exp(-z))


def loss_slope(z: sp.Symbol) -> sp.Expr:
    """`loss'`, by differentiation."""
    return sp.diff(loss(z), z)


def loss_curvature(z: sp.Symbol) -> sp.Expr:
    """`loss''`, by differentiation."""
    return sp.diff(loss(z), z, 2)


def surrogate(z: sp.Expr) -> sp.Expr:
    """`1 / (1 + exp(z))`, which is `-loss'`: falls from 1 to 0, and is 1/2 at 0."""
    return 1 / (1 + sp.exp(z))


def is_wrong(z: sp.Expr) -> sp.Expr:
    """The indicator of `z < 0`."""
    return sp.Piecewise((1, z < 0), (0, True))


def is_not_right(z: sp.Expr) -> sp.Expr:
    """The indicator of `z <= 0`."""
    return sp.Piecewise((1, z <= 0), (0, True))


def taylor_remainder(bound: sp.Expr, move: sp.Expr) -> sp.Expr:
    """`int_0^1 (1 - s) bound move^2 ds`: what a second derivative of at most `bound` can add."""
    s = sp.Symbol("s", nonnegative=True)
    return sp.integrate((1 - s) * bound * move**2, (s, 0, 1))
