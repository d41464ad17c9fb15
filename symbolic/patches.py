"""The patch operator of the convolutional networks on a line, entry by entry.

Stride 1 and zero padding: column `l` of `phi(x)` lists the entries of every channel at the `q`
positions around `l`. Source: du2018, section 2.2; du2019, section 3.2.2.
"""

from __future__ import annotations

import sympy as sp


def patches(x: sp.Matrix, q: int) -> sp.Matrix:
    """`phi(x)`, `q channels x p`, of `x`, `channels x p`. Raises `ValueError` unless `q >= 1`."""
    if q < 1:
        raise ValueError(f"a patch has at least one position, not {q}")
    channels, p = x.shape
    left = (q - 1) // 2

    def entry(row: int, column: int) -> sp.Expr:
        position = column + row % q - left
        return x[row // q, position] if 0 <= position < p else sp.S.Zero

    return sp.Matrix(q * channels, p, entry)


def squared_norm(x: sp.Matrix) -> sp.Expr:
    """`|x|_F^2`."""
    return sp.Add(*[entry**2 for entry in x])


def appearances(position: sp.Expr, p: sp.Expr, reach: sp.Expr) -> sp.Expr:
    """In how many patches of `q = 2 reach + 1` positions one position of `1..p` appears."""
    last = sp.Min(position + reach, p)
    return last - sp.Max(position - reach, 1) + 1
