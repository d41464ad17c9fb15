"""A small network with explicit entries, and its loss's gradient by symbolic differentiation.

While no preactivation crosses zero, a homogeneous activation multiplies it by a constant: `s(x) =
s'(x) x`. Those constants are symbols here, so that what holds for all of them holds on every
activation pattern, for every slope and at a kink for every element of the subdifferential. The
loss enters through its gradient with respect to the output, symbols again.
Source: du2019, sections 4.2.1-4.2.3 and 4.6.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import sympy as sp
from sympy import Matrix, symbols


@dataclass(frozen=True)
class Network:
    """Weights `W_1..W_H`, preactivations `x_1..x_H`, diagonal matrices of slopes between layers,
    the linearised loss `<dl/df, f>`, and all symbols."""

    weights: tuple[Matrix, ...]
    passed: tuple[Matrix, ...]
    slopes: tuple[Matrix, ...]
    loss: sp.Expr
    symbols: tuple[sp.Symbol, ...]


def network(
    sizes: tuple[int, ...],
    linear: tuple[int, ...] = (),
    weights: tuple[Matrix, ...] | None = None,
) -> Network:
    """The network of layer sizes `(n_0, ..., n_H)`; `linear` lists hidden layers with `s(x) = x`.

    `weights`: matrices to use (entries may be shared or zero) in place of fresh symbols.
    """
    used = weights or tuple(
        Matrix(rows, columns, lambda i, j, h=h: symbols(f"w_{h}{i + 1}{j + 1}", real=True))
        for h, (columns, rows) in enumerate(pairwise(sizes), start=1)
    )
    signal = Matrix([symbols(f"x_{j + 1}", real=True) for j in range(sizes[0])])
    outward = Matrix([symbols(f"g_{j + 1}", real=True) for j in range(sizes[-1])])
    passed, slopes = [], []
    for h, weight in enumerate(used, start=1):
        passed.append(weight * signal)
        if h < len(used):
            entries = [
                sp.Integer(1) if h in linear else symbols(f"s_{h}{i + 1}", real=True)
                for i in range(sizes[h])
            ]
            slopes.append(sp.diag(*entries))
            signal = slopes[-1] * passed[-1]
    value = (outward.T * passed[-1])[0]
    named: set[sp.Symbol] = set(outward.free_symbols).union(*(p.free_symbols for p in passed))
    ordered = tuple(sorted(named, key=lambda s: s.name))
    return Network(used, tuple(passed), tuple(slopes), value, ordered)


def slope_of(value: sp.Expr, parameters: Matrix) -> Matrix:
    """The gradient of `value`, of the shape of `parameters` (a matrix of symbols)."""
    return parameters.applyfunc(lambda s: sp.diff(value, s))


def rate_of_squares(value: sp.Expr, parameters: Matrix) -> sp.Expr:
    """`d/dt |parameters|^2` under the flow `d parameters/dt = -grad value`."""
    return -2 * sum(s * sp.diff(value, s) for s in parameters)


def outward_slopes(net: Network) -> tuple[Matrix, ...]:
    """`dL/dx_h` for every layer, by the chain rule from the output backwards."""
    here = Matrix(sorted(_outputs(net), key=lambda s: s.name))
    found = [here]
    for weight, slopes in zip(reversed(net.weights[1:]), reversed(net.slopes), strict=True):
        here = slopes * weight.T * here
        found.append(here)
    return tuple(reversed(found))


def _outputs(net: Network) -> list[sp.Symbol]:
    return [s for s in net.symbols if s.name.startswith("g_")]
