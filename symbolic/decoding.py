"""Certificates read back: prefix lists as SymPy expressions (see `certificate.py`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sympy as sp

from symbolic.certificate import CONSTANTS, FUNCTIONS, RELATIONS, Json
from symbolic.recheck.statement import rational, read_condition, read_expression


def decode(tree: Json, symbols: Iterable[sp.Symbol] | Mapping[str, sp.Symbol] = ()) -> sp.Expr:
    """The SymPy expression of a prefix list, built head by head: no string is ever evaluated.

    `symbols`: those to use for the names (a name without one becomes a real symbol).
    """
    read_expression(tree)
    return _decode(tree, _by_name(symbols))


def decode_condition(
    tree: Json, symbols: Iterable[sp.Symbol] | Mapping[str, sp.Symbol] = ()
) -> sp.Basic:
    """The SymPy relation or Boolean of a prefix list."""
    read_condition(tree)
    return _decode_condition(tree, _by_name(symbols))


def _by_name(symbols: Iterable[sp.Symbol] | Mapping[str, sp.Symbol]) -> dict[str, Any]:
    if isinstance(symbols, Mapping):
        return dict(symbols)
    return {str(symbol): symbol for symbol in symbols}


def _decode(tree: Json, names: dict[str, Any]) -> sp.Expr:
    head, args = tree[0], tree[1:]
    if head == "rat":
        value = rational(args[0])
        return sp.Rational(value.numerator, value.denominator)
    if head == "sym":
        return names.get(args[0]) or sp.Symbol(args[0], real=True)
    if head in CONSTANTS:
        return CONSTANTS[head]
    if head == "piecewise":
        return sp.Piecewise(*((_decode(v, names), _decode_condition(c, names)) for v, c in args))
    if head in ("sum", "product"):
        bound = names.get(str(args[1])) or sp.Symbol(str(args[1]), integer=True)
        inner = {**names, args[1]: bound}
        limits = (bound, _decode(args[2], names), _decode(args[3], names))
        return (sp.Sum if head == "sum" else sp.Product)(_decode(args[0], inner), limits)
    values = [_decode(arg, names) for arg in args]
    known = {"add": sp.Add, "mul": sp.Mul, "pow": sp.Pow, "polygamma": sp.polygamma}
    return (known.get(head) or FUNCTIONS[head])(*values)


def _decode_condition(tree: Json, names: dict[str, Any]) -> sp.Basic:
    head, args = tree[0], tree[1:]
    if head in ("true", "false"):
        return sp.true if head == "true" else sp.false
    if head in RELATIONS:
        return RELATIONS[head](*(_decode(side, names) for side in args))
    combine = {"and": sp.And, "or": sp.Or, "not": sp.Not}[head]
    return combine(*(_decode_condition(arg, names) for arg in args))
