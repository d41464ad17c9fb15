"""Symbols and domains of the statements from analysis, and how pairs of them are made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp
from corpus import Item
from sympy import acos, cos, exp, log, oo, pi, sin, sqrt

x, y, p, q, t, r, n, phi, u = sp.symbols("x y p q t r n phi u")
REALS = sp.S.Reals
HALF = sp.Interval(0, oo)
POSITIVE = sp.Interval.open(0, oo)
ABOVE = sp.Interval.open(-1, oo)
UNIT = sp.Interval(0, 1)
SYMMETRIC = sp.Interval(-1, 1)
QUARTER = sp.Interval(0, pi / 2)
PUNCTURED = sp.Union(sp.Interval.Ropen(-1, 0), sp.Interval.Lopen(0, 1))
g = (pi - phi) * cos(phi) + sin(phi)
kappa0 = 1 - acos(u) / pi
kappa1 = (u * (pi - acos(u)) + sqrt(1 - u**2)) / pi
entropy = -x * log(x) - (1 - x) * log(1 - x)
softplus = log(1 + exp(x))
divergence = p * log(p / q) + (1 - p) * log((1 - p) / (1 - q))


def pair(
    items: list[Item], name: str, true: Any, domain: Any, false: Any, other: Any = None
) -> None:
    """Adds a true statement over `domain`, a false one over `other` (default: the same).

    A domain is a set for the one symbol of the relation, or a map from symbols to sets, or a pair
    of such a map and side conditions.
    """
    items.append(_item(name, true, domain, True))
    items.append(_item(name, false, domain if other is None else other, False))


def _item(name: str, relation: Any, domain: Any, truth: bool) -> Item:
    over, where = domain if isinstance(domain, tuple) else (domain, ())
    if not isinstance(over, Mapping):
        (symbol,) = relation.free_symbols
        over = {symbol: over}
    return Item(name + ("" if truth else ", false"), relation, over, where, truth)
