"""Statements with known truth in the style of other provers' test suites, and how they are made.

Each pair is a true statement and a near miss that is false. The truths were settled by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp
from corpus import Item
from sympy import Interval, S, oo

R, POSITIVE, WEAK, NEGATIVE = S.Reals, Interval.open(0, oo), Interval(0, oo), Interval.open(-oo, 0)
UNIT, OPEN = Interval(0, 1), Interval.open(0, 1)
SYMMETRIC = Interval(-1, 1)
NATURALS, FROM_ZERO = S.Naturals, S.Naturals0


def eq(left: Any, right: Any) -> sp.Eq:
    return sp.Eq(sp.sympify(left), sp.sympify(right), evaluate=False)


def _item(name: str, relation: Any, domain: Any, truth: bool) -> Item:
    where: tuple[Any, ...] = ()
    if isinstance(domain, tuple):
        domain, *conditions = domain
        where = tuple(conditions)
    if not isinstance(domain, Mapping):
        domain = dict.fromkeys(relation.free_symbols, domain)
    return Item(name, relation, domain, where, truth)


def pair(
    items: list[Item], name: str, domain: Any, true: Any, false: Any = None, other: Any = None
) -> None:
    """Adds the true statement and, where one is given, the false one (over another domain)."""
    items.append(_item(name, true, domain, True))
    if false is not None:
        items.append(_item(name + ", false", false, domain if other is None else other, False))
