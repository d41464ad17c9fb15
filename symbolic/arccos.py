"""`g` and the arc-cosine kernels of order 0 and 1, the ReLU's correlations under a Gaussian input.

With `phi` in `[0, pi]` the angle between two vectors and `u`, `v` standard normals of correlation
`rho = cos(phi)`:

- order 0: `E[1{u > 0} 1{v > 0}] = (pi - phi) / (2 pi)`
- order 1: `E[max(u, 0) max(v, 0)] = g(phi) / (2 pi)`

Every function returns an exact expression in what it is given.
Source: du2019, Theorem 5.1 (g) and Lemma 5.6; the kernels are those of Cho and Saul.
"""

from __future__ import annotations

import sympy as sp


def g(phi: sp.Expr) -> sp.Expr:
    """`(pi - phi) cos(phi) + sin(phi)` for `phi` in `[0, pi]`: falls from `pi` to 0, and is 1 at
    `pi / 2` (du2019, Theorem 5.1)."""
    return (sp.pi - phi) * sp.cos(phi) + sp.sin(phi)


def g_derivative(phi: sp.Expr) -> sp.Expr:
    """`g'(phi) = -(pi - phi) sin(phi)`, so `g` decreases on `[0, pi]`, flat at both ends."""
    return -(sp.pi - phi) * sp.sin(phi)


def step_correlation(phi: sp.Expr) -> sp.Expr:
    """`E[1{u > 0} 1{v > 0}]` of standard normals at angle `phi` in `[0, pi]`."""
    return (sp.pi - phi) / (2 * sp.pi)


def relu_correlation(phi: sp.Expr) -> sp.Expr:
    """`E[max(u, 0) max(v, 0)]` of standard normals at angle `phi` in `[0, pi]`
    (du2019, Lemma 5.6, fourth identity)."""
    return g(phi) / (2 * sp.pi)


def arc_cosine_kernel(order: int, rho: sp.Expr) -> sp.Expr:
    """The arc-cosine kernel of order 0 or 1 at correlation `rho` in `[-1, 1]`, equal to 1 at 1.

    It is twice the correlation of the step function (order 0) or of the ReLU (order 1). Raises
    `ValueError` for another order.
    """
    if order == 0:
        return (sp.pi - sp.acos(rho)) / sp.pi
    if order == 1:
        return (sp.sqrt(1 - rho**2) + rho * (sp.pi - sp.acos(rho))) / sp.pi
    raise ValueError(f"closed form known for orders 0 and 1, not {order}")
