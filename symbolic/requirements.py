"""The exponents that the rates calculus finds for "how large must the unknowns be".

Source: caogu2019, Corollaries 4.9, 4.11 and 4.13.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy as sp

from symbolic.dominance import solve
from symbolic.rates import Direction, Rate, rate


def needed(
    bound: sp.Expr,
    target: sp.Expr,
    unknowns: Sequence[str],
    directions: Mapping[str, Direction],
) -> dict[str, Rate]:
    """How large each unknown must be for `bound = O(target)`, as a rate in the other parameters.

    Raises `ValueError` when no size of the unknowns will do, or the target is no single monomial.
    """
    (minimum,) = rate(target, directions).minima
    (aim,) = minimum
    return solve(rate(bound, directions), aim, list(unknowns), dict(directions))


def exponents(found: Rate, names: Sequence[str]) -> sp.Matrix:
    """The exponents of the named parameters in a rate of one monomial, as a column.

    A name `b**p`, such as `2**L`, stands for the exponential factor. Raises `ValueError` for a rate
    of several monomials.
    """
    monomials = found.monomials()
    if len(monomials) != 1:
        raise ValueError(f"{found} has several terms, so no exponents of its own")
    powers, exps = dict(monomials[0].powers), dict(monomials[0].exps)
    values = []
    for name in names:
        if "**" in name:
            base, parameter = name.split("**")
            values.append(exps.get((parameter, base), 0))
        else:
            values.append(powers.get(name, 0))
    return sp.Matrix([sp.Rational(str(value)) for value in values])
