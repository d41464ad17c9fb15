"""How much would the checker catch? Automatic mutants of claims, and what becomes of them.

A mutant is a claim with one constant moved by 1 %, one sign turned, one term dropped, or one
condition dropped. It counts as caught when it comes out VIOLATED or in conflict, as true when it is
PROVED, and as missed otherwise: nobody can say whether such a mutant is false, so the share of
caught among caught and missed is a lower bound on the checker's power.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import sympy as sp

from theorems.claim import Claim
from theorems.profiles import seed_of
from theorems.registry import Claims, Collection
from theorems.result import Result, Verdict
from theorems.sides import Side
from theorems.validate import defects_of

MOVE = sp.Rational(1, 100)


@dataclass(frozen=True)
class Mutant:
    """A changed claim and what was changed."""

    claim: Claim
    change: str


@dataclass(frozen=True)
class Power:
    """What became of mutants: one line each (id of the claim and change), by fate."""

    caught: tuple[str, ...]
    true: tuple[str, ...]
    missed: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {"caught": len(self.caught), "true": len(self.true), "missed": list(self.missed)}

    def __str__(self) -> str:
        settled = len(self.caught) + len(self.missed)
        share = f"{len(self.caught) / settled:.1%}" if settled else "none"
        return (
            f"{len(self.caught)} mutants caught, {len(self.missed)} neither caught nor proved true "
            f"({share} caught of these), {len(self.true)} proved true"
        )


def mutants(claim: Claim, limit: int) -> list[Mutant]:
    """At most `limit` mutants of a claim, chosen by its id; none if no side has a closed form."""
    found = list(_all(claim))
    if len(found) > limit:
        rng = np.random.default_rng(seed_of(claim.id, "mutants"))
        found = [found[i] for i in sorted(rng.choice(len(found), size=limit, replace=False))]
    return [
        Mutant(replace(m.claim, id=f"{claim.id}.mutant-{n}", erratum=None), m.change)
        for n, m in enumerate(found)
    ]


def collection_of(claims: Mapping[str, Claim], limit: int) -> tuple[Collection, dict[str, str]]:
    """The well-formed mutants of all claims, and for each one's id what was changed in which claim.

    Mutants of statements known to be false say little, so claims with an erratum are left out.
    """
    chosen = Claims()
    changes = {}
    for claim in claims.values():
        for mutant in mutants(claim, limit) if claim.erratum is None else ():
            if not defects_of(mutant.claim):
                chosen[mutant.claim.id] = mutant.claim
                changes[mutant.claim.id] = f"{claim.id}: {mutant.change}"
    return Collection(chosen), changes


def fates(results: Mapping[str, Result], changes: Mapping[str, str]) -> Power:
    """What became of the mutants, from the results of a run of them."""
    by_fate: dict[str, list[str]] = {"caught": [], "true": [], "missed": []}
    for id_, change in changes.items():
        result = results[id_]
        if result.verdict is Verdict.VIOLATED or result.conflict:
            by_fate["caught"].append(change)
        elif result.verdict is Verdict.PROVED:
            by_fate["true"].append(change)
        else:
            by_fate["missed"].append(change)
    return Power(*(tuple(by_fate[name]) for name in ("caught", "true", "missed")))


def _all(claim: Claim) -> Iterator[Mutant]:
    for name in ("lhs", "rhs"):
        side: Side | None = getattr(claim, name)
        if side is None or side.closed is None or isinstance(side.closed, sp.MatrixBase):
            continue
        for change, expression in _changed(side.closed):
            mutated = replace(side, closed=expression)
            changed = replace(claim, lhs=mutated) if name == "lhs" else replace(claim, rhs=mutated)
            yield Mutant(changed, f"{name}: {change}")
    for index, relation in enumerate(claim.where):
        rest = [r for i, r in enumerate(claim.where) if i != index]
        yield Mutant(replace(claim, where=rest), f"dropped the condition {relation}")


def _changed(expression: sp.Expr) -> Iterator[tuple[str, sp.Expr]]:
    """The expression with one place changed, for every place."""
    for path, node in _places(expression):
        if node.is_number and node not in (sp.S.Zero, sp.S.NegativeOne):
            for factor, word in ((1 + MOVE, "+1 %"), (1 - MOVE, "-1 %")):
                yield f"{node} {word}", _with(expression, path, node * factor)
        elif node.is_Add:
            for term in node.args:
                yield f"dropped {term}", _with(expression, path, node - term)
                yield f"turned the sign of {term}", _with(expression, path, node - 2 * term)


def _places(
    node: sp.Basic, path: tuple[int, ...] = ()
) -> Iterator[tuple[tuple[int, ...], sp.Expr]]:
    """Constants and sums of an expression with their paths; exponents are left alone."""
    if node.is_number or node.is_Add:
        yield path, node
    if node.is_number:
        return
    arguments = node.args[:1] if node.is_Pow else node.args
    for index, child in enumerate(arguments):
        if isinstance(child, sp.Expr):
            yield from _places(child, (*path, index))


def _with(node: sp.Basic, path: tuple[int, ...], new: sp.Expr) -> sp.Expr:
    if not path:
        return new
    children = list(node.args)
    children[path[0]] = _with(children[path[0]], path[1:], new)
    return node.func(*children)
