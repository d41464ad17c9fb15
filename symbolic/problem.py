"""The question that every decider is asked, and the answer that it gives.

A `Problem` is a relation between real expressions over a declared domain. It *holds* when at every
point of the domain both sides are defined real numbers that stand in the relation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import sympy as sp

Outcome = Literal["proved", "refuted", "undecided"]


@dataclass(frozen=True)
class Problem:
    """A conjunction of relations over a domain.

    `relations`: `Eq/Ne/Le/Lt/Ge/Gt`, all of which must hold at every point of the domain.
    `over`: each free symbol and the real set it ranges over (an interval, a union of intervals,
    or a set of integers such as `Naturals` or `Range`).
    `where`: relations that cut the domain; the relation is only claimed where all of them hold.
    """

    relations: tuple[sp.Basic, ...]
    over: Mapping[sp.Symbol, sp.Set]
    where: tuple[sp.Basic, ...] = ()


@dataclass(frozen=True)
class Decision:
    """What a decider found.

    `witness` is a point of the domain, exact (rational or algebraic, inside `over` and `where`),
    at which the relation fails; it is present exactly when `outcome` is "refuted".
    `certificate` is a JSON-able object that a checker without the deciders can replay, or None
    when only one engine can vouch for the answer. `reason` says in words what settled the question,
    or why it stayed open.
    """

    outcome: Outcome
    engine: str
    reason: str
    witness: Mapping[sp.Symbol, sp.Expr] | None = None
    certificate: dict[str, Any] | None = None
    seconds: float = 0.0
    notes: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        if (self.outcome == "refuted") != (self.witness is not None):
            raise ValueError("a refutation carries a witness, and nothing else does")
