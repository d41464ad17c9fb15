"""Rank-one factorization by gradient descent: its recursions from the vectors themselves.

`u = (alpha, alpha_p)` and `v = (beta, beta_p)` in the basis of the signal direction and the
direction of the rest, `M* = diag(sigma, 0)`. Source: du2019, section 4.8.
"""

from __future__ import annotations

import sympy as sp
from sympy import Matrix


def next_vectors(u: Matrix, v: Matrix, eta: sp.Expr, target: Matrix) -> tuple[Matrix, Matrix]:
    """One step of gradient descent on `1/2 |u v' - target|_F^2`, the gradient by `diff`."""
    names_u = sp.symbols(f"u_0:{u.rows}", real=True)
    names_v = sp.symbols(f"v_0:{v.rows}", real=True)
    residual = Matrix(names_u) * Matrix([names_v]) - target
    value = sum(entry**2 for entry in residual) / 2
    here = dict(zip([*names_u, *names_v], [*u, *v], strict=True))
    moved_u = [
        a - eta * sp.diff(value, s).subs(here, simultaneous=True)
        for a, s in zip(u, names_u, strict=True)
    ]
    moved_v = [
        a - eta * sp.diff(value, s).subs(here, simultaneous=True)
        for a, s in zip(v, names_v, strict=True)
    ]
    return Matrix(moved_u), Matrix(moved_v)
