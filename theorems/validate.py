"""Is a claim well formed? Every defect is one line: file, line, id, what is wrong, how to mend."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sympy as sp

from theorems.claim import CORRECTED, RELATIONS, Claim, Location, Source
from theorems.evaluate import holds_at
from theorems.grid import Grid, contains
from theorems.quantifiers import (
    AlongTrajectory,
    Exists,
    ForAll,
    ForAllWeights,
    InExpectation,
    Quantifier,
    Reproduces,
    SufficientSize,
    UpToConstant,
    WithProbability,
)
from theorems.sides import Holds, Measure, Side
from theorems.words import MOST, error_line, plain

ID = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_-]+)+")


@dataclass(frozen=True, order=True)
class Defect:
    """Something wrong with a claim or a file of claims."""

    file: str
    line: int
    id: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        subject = f" {self.id}:" if self.id else ""
        return plain(f"{where}:{subject} {self.message}", 2 * MOST)


def defect(location: Location, id_: Any, message: str) -> Defect:
    return Defect(location.file, location.line, str(id_), message)


def defects_of(claim: Claim) -> list[Defect]:
    """What is wrong with one claim taken alone: one defect, most basic first; empty if nothing."""
    return list(_defects_of(claim))


@lru_cache(maxsize=4096)
def _defects_of(claim: Claim) -> list[Defect]:
    for check in (_identity_defects, _type_defects, _symbol_defects, _grid_defects):
        try:
            found = list(check(claim))
        except Exception as error:  # noqa: BLE001 - whatever a claim holds, the others go on
            found = [f"cannot be read: {error_line(error)}"]
        if found:
            return [defect(claim.location, claim.id or "?", "; ".join(found))]
    return []


def _identity_defects(claim: Claim) -> Iterable[str]:
    if not isinstance(claim.id, str) or not claim.id:
        yield "the claim has no id; give it one such as id='mypaper.lemma-1'"
        return
    if not ID.fullmatch(claim.id):
        yield "an id is a paper key, a dot and a name, of letters, digits, '-', '_' and dots"
    if claim.source is not None and not isinstance(claim.source, Source):
        yield f"source must be a Source(...), not {type(claim.source).__name__}"
    if claim.id.endswith(CORRECTED) and claim.erratum is not None:
        yield "a corrected claim cannot carry an erratum of its own"
    if not isinstance(claim.statement, str) or not claim.statement.strip():
        yield "the statement is empty; print it in LaTeX"


def _type_defects(claim: Claim) -> Iterable[str]:
    for name in ("where", "hypotheses", "uses"):
        value = getattr(claim, name)
        if isinstance(value, str) or not isinstance(value, (list, tuple)):
            yield f"{name} must be a list or tuple, not {value!r}"
            return
    if claim.grid is not None and not isinstance(claim.grid, Grid):
        yield f"grid must be a Grid(...), not {type(claim.grid).__name__}"
    for name in ("lhs", "rhs"):
        side = getattr(claim, name)
        if side is None:
            yield f"{name} is missing; give it Closed(...), Computed(...), Sampled(...), ..."
        elif not isinstance(side, Side):
            yield f"{name} must be a side such as Closed(...), not {type(side).__name__}"
        elif side.closed is None and side.measured is None:
            yield f"{name} has neither a closed form nor a measurement"
        elif side.closed is not None and not isinstance(side.closed, (sp.Expr, sp.MatrixBase)):
            yield f"{name} is {side.closed!r}, which is neither an expression nor a matrix of them"
        elif side.measured is not None and not isinstance(side.measured, Measure):
            yield f"{name}'s measured part must be Computed(...), Sampled(...) or Simulated(...)"
        elif side.measured is not None and not callable(side.measured.function):
            yield f"{name} measures with {side.measured.function!r}, which cannot be called"
    if claim.relation not in RELATIONS:
        yield f"relation {claim.relation!r} is none of {' '.join(RELATIONS)}"
    if not isinstance(claim.quantifier, Quantifier):
        yield f"quantifier must be one such as ForAll(), not {claim.quantifier!r}"
    if isinstance(claim.quantifier, ForAllWeights) and claim.quantifier.within is None:
        yield "ForAllWeights needs within=..., the function that gives the sets of weights"
    if isinstance(claim.quantifier, AlongTrajectory) and claim.quantifier.simulate is None:
        yield "AlongTrajectory needs simulate=..., the function that runs the dynamics"
    yield from _quantifier_defects(claim)
    if not isinstance(claim.over, Mapping):
        yield "over must map each symbol to its domain, as in over={x: Interval(0, 1)}"
        return
    for symbol, domain in claim.over.items():
        if not isinstance(symbol, sp.Symbol):
            yield f"over has the key {symbol!r}, which is not a SymPy symbol"
        elif not isinstance(domain, sp.Set):
            yield f"the domain of {symbol} is {domain!r}, which is not a SymPy set"
        else:
            wrong = _domain_defect(domain)
            if wrong:
                yield f"the domain of {symbol} {wrong}"
    for relation in [*claim.where, *claim.hypotheses]:
        if relation in (True, False, sp.true, sp.false):
            yield f"a condition is the constant {relation}; it says nothing about the symbols"
        elif not isinstance(relation, (Holds, sp.core.relational.Relational)):
            yield f"condition {relation!r} is neither a relation between symbols nor a Holds(...)"


@lru_cache(maxsize=1024)
def _domain_defect(domain: sp.Set) -> str:
    """What is wrong with a set as the domain of a symbol; empty if nothing."""
    if domain.is_empty:
        return "is empty"
    if domain.is_subset(sp.S.Reals) is not True:
        return f"is {domain}, which is not a set of real numbers"
    if domain.free_symbols:
        return "depends on symbols; put the relation into where"
    return ""


# Which kinds of measuring function each quantifier can call.
_KINDS: dict[type[Quantifier], frozenset[str]] = {
    ForAll: frozenset({"computed"}),
    ForAllWeights: frozenset({"computed"}),
    Exists: frozenset({"computed"}),
    AlongTrajectory: frozenset({"computed", "simulated"}),
    InExpectation: frozenset({"computed", "sampled"}),
    WithProbability: frozenset({"computed", "sampled"}),
    UpToConstant: frozenset({"computed", "sampled"}),
    SufficientSize: frozenset({"computed", "sampled"}),
    Reproduces: frozenset({"computed", "sampled"}),
}


def _quantifier_defects(claim: Claim) -> Iterable[str]:
    """Sides, relation and conditions that the quantifier would ignore or cannot use."""
    quantifier = claim.quantifier
    if not isinstance(quantifier, Quantifier):
        return
    allowed = _KINDS.get(type(quantifier), frozenset({"computed", "sampled", "simulated"}))
    sides = {"lhs": claim.lhs, "rhs": claim.rhs}
    for name, side in sides.items():
        kind = side.measured.kind if isinstance(side, Side) and _measures(side) else None
        if kind is not None and kind not in allowed:
            yield f"{name} is {kind}, which a statement '{quantifier.title}' cannot use"
    if isinstance(quantifier, (UpToConstant, SufficientSize)):
        if claim.relation == "!=":
            yield f"relation '!=' means nothing '{quantifier.title}'"
        if not (quantifier.along or quantifier.shrinking):
            yield "along=(...) must name a symbol to scale along; else nothing could fail"
        elif claim.grid is None:
            yield "a grid is needed, of at least 4 values over three octaves of each scaled symbol"
    if isinstance(quantifier, Reproduces) and claim.relation == "!=":
        yield "relation '!=' cannot be reproduced; any two measurements differ"
    trials = isinstance(quantifier, Reproduces) and quantifier.printed_trials is not None
    if trials and claim.relation != "==":
        yield "with printed_trials the relation must be =="
    if trials and not (isinstance(claim.lhs, Side) and _measures(claim.lhs) == "sampled"):
        yield "with printed_trials lhs must be Sampled(...)"
    kinds = [_measures(side) for side in sides.values() if isinstance(side, Side)]
    if isinstance(quantifier, Reproduces) and not trials and "sampled" in kinds:
        yield "a sampled side needs printed_trials, the number of trials behind the print"
    if isinstance(quantifier, (WithProbability, Reproduces)):
        for name, side in sides.items():
            if isinstance(side, Side) and side.closed is not None and _measures(side) == "sampled":
                yield f"{name} has a closed form and is sampled, which are not compared here"


def _measures(side: Side) -> str | None:
    return side.measured.kind if isinstance(side.measured, Measure) else None


def _symbol_defects(claim: Claim) -> Iterable[str]:
    declared = {symbol.name for symbol in claim.over}
    if len(declared) != len(claim.over):
        yield "two symbols of the same name but different assumptions; use one symbol throughout"
    exhibited = claim.quantifier.exhibit if isinstance(claim.quantifier, Exists) else {}
    places = [("lhs", claim.sides[0].closed), ("rhs", claim.sides[1].closed)]
    at_least = getattr(claim.quantifier, "at_least", None)
    if at_least is not None:
        places.append(("at_least", sp.sympify(at_least)))
    places += [("a condition", relation) for relation in claim.relations]
    for place, expression in places:
        if expression is None:
            continue
        unknown = expression.free_symbols - set(claim.over) - set(exhibited)
        for symbol in sorted(unknown, key=str):
            if symbol.name in declared:
                yield f"{place} uses a symbol {symbol} whose assumptions differ from over's"
            else:
                yield f"{place} uses the symbol {symbol}, which is not in over"
    if claim.is_closed:
        try:
            claim.closed_relations()
        except (ValueError, TypeError) as error:
            yield f"the closed sides cannot be compared: {error}"


def _grid_defects(claim: Claim) -> Iterable[str]:
    if claim.grid is None:
        return
    domains = {symbol.name: domain for symbol, domain in claim.over.items()}
    listed = claim.grid.listed or ()
    if any(set(point) != set(listed[0]) for point in listed):
        yield "the grid's points do not all name the same symbols"
        return
    twice = set(listed[0] if listed else ()) & {*claim.grid.axes, *claim.grid.nightly_axes}
    if twice:
        yield f"the grid has {', '.join(sorted(twice))} both in points and as an axis"
        return
    for name in sorted(claim.grid.names() - set(domains)):
        close = difflib.get_close_matches(name, domains, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        yield f"the grid has an axis {name!r}, which is not a symbol in over{hint}"
        return
    for profile in ("quick", "nightly") if claim.grid.nightly_axes else ("quick",):
        grid = claim.grid.for_profile(profile)
        for name, values in grid.axes.items():
            if not values:
                yield f"the grid is empty: axis {name!r} has no values"
                return
        points = grid.points()
        if not points:
            yield "the grid is empty: it lists no points"
            return
        # Each value of an axis once: a product of axes repeats it at very many points.
        for name, value in dict.fromkeys(item for point in points for item in point.items()):
            if not contains(domains[name], value):
                yield f"the grid has {name} = {value}, outside its domain {domains[name]}"
                return
        complete = [point for point in points if set(point) == set(domains)]
        if complete and not any(
            all(holds_at(relation, point) for relation in claim.where) for point in complete
        ):
            yield "the grid is empty: none of its points meets where=" + ", ".join(
                str(relation) for relation in claim.where
            )
            return
    quantifier = claim.quantifier
    if isinstance(quantifier, (UpToConstant, SufficientSize)):
        for name in (*quantifier.along, *quantifier.shrinking):
            values = claim.grid.axes.get(name, ())
            if len(values) < 4 or max(values) < 8 * min(values):
                yield f"axis {name!r} must have at least 4 values over three octaves to scale along"
