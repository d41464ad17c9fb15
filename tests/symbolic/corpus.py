"""Statements whose truth is known from classical analysis, to test the deciders against.

Every `truth` was settled by hand; the comment or the name says by which argument.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import sympy as sp


@dataclass(frozen=True)
class Item:
    """One statement: does `relation` hold over the whole domain?"""

    name: str
    relation: sp.Basic
    over: Mapping[sp.Symbol, sp.Set]
    where: tuple[sp.Basic, ...] = field(default=())
    truth: bool = True
