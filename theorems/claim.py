"""A claim: one statement of a paper, as printed, with what is known about it on two sides.

A `Claim` never raises for being malformed: `theorems.validate` says what is wrong with it, in one
line with file and line, and the rest of the catalogue still runs.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sympy as sp

from theorems.grid import Grid, is_integer_domain
from theorems.quantifiers import ForAll, InExpectation, Quantifier
from theorems.sides import Holds, Side

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from theorems.result import Result

RELATIONS: dict[str, Any] = {
    "==": sp.Eq,
    "!=": sp.Ne,
    "<=": sp.Le,
    "<": sp.Lt,
    ">=": sp.Ge,
    ">": sp.Gt,
}
CORRECTED = ".corrected"


@dataclass(frozen=True)
class Source:
    """Where a statement is printed: paper key, section, and the label the paper gives it."""

    paper: str
    section: str = ""
    label: str = ""


@dataclass(frozen=True)
class Location:
    """The file and line where a claim was written."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def _written_at() -> Location:
    frame = sys._getframe(1)
    while frame.f_back is not None and (
        frame.f_code.co_filename == __file__ or frame.f_code.co_filename == "<string>"
    ):
        frame = frame.f_back
    return Location(frame.f_code.co_filename, frame.f_lineno)


@dataclass(frozen=True, kw_only=True, eq=False)
class Claim:
    """One statement.

    `id`: the ledger's id; parts of one ledger row take a dotted suffix (`paper.lemma-1.lower`), the
    corrected form of a false statement takes `.corrected`.
    `statement`: the printed statement in LaTeX. `reading`: how a garbled print was read, if it was.
    `over`: each symbol and the set it ranges over; `where`: relations between symbols that cut that
    domain; `hypotheses`: what the paper assumes, as relations or as `Holds` checks on what was
    measured. `lhs`, `relation`, `rhs`: the two sides and one of == != <= < >= >.
    `uses`: ids that the paper's proof rests on. `corrects`: the id that this claim corrects.
    `restates`: the id under which another paper prints the same result.
    `erratum`: one line on why the printed statement is false; such a claim must come out VIOLATED.
    `seconds`: the time given to the decision procedure, the profile's own if None.
    `title`: a short name for lists; the source's label if empty.
    """

    id: str = ""
    source: Source | None = None
    statement: str = ""
    over: Mapping[sp.Symbol, sp.Set] = field(default_factory=dict)
    where: Sequence[Any] = ()
    hypotheses: Sequence[Any] = ()
    lhs: Side | None = None
    relation: str = ""
    rhs: Side | None = None
    quantifier: Quantifier | None = None
    grid: Grid | None = None
    uses: Sequence[str] = ()
    corrects: str | None = None
    restates: str | None = None
    erratum: str | None = None
    reading: str = ""
    title: str = ""
    seconds: float | None = None
    location: Location = field(default_factory=_written_at)

    def __post_init__(self) -> None:
        if self.quantifier is None:
            sampled = any(
                isinstance(side, Side) and getattr(side.measured, "kind", None) == "sampled"
                for side in (self.lhs, self.rhs)
            )
            object.__setattr__(self, "quantifier", InExpectation() if sampled else ForAll())

    @property
    def name(self) -> str:
        """What lists and reports call the claim."""
        return self.title or (self.source.label if self.source else "") or self.id

    @property
    def module(self) -> str:
        """The file the claim is written in, without its folders."""
        return Path(self.location.file).name

    @cached_property
    def sizes(self) -> frozenset[str]:
        """Names of the symbols that take integer values only."""
        return frozenset(s.name for s, domain in self.over.items() if is_integer_domain(domain))

    @property
    def relations(self) -> tuple[Any, ...]:
        """`where` and the symbolic hypotheses: what cuts the domain."""
        symbolic = [h for h in self.hypotheses if not isinstance(h, Holds)]
        return (*self.where, *symbolic)

    @property
    def measured_hypotheses(self) -> tuple[Holds, ...]:
        return tuple(h for h in self.hypotheses if isinstance(h, Holds))

    @property
    def sides(self) -> tuple[Side, Side]:
        """Both sides. Raises `ValueError` when one is missing (validation reports that first)."""
        if self.lhs is None or self.rhs is None:
            raise ValueError(f"{self.id} lacks a side")
        return self.lhs, self.rhs

    @property
    def is_closed(self) -> bool:
        """Whether both sides have a closed form, so that there is something to decide."""
        return all(side is not None and side.closed is not None for side in (self.lhs, self.rhs))

    @property
    def is_measured(self) -> bool:
        """Whether a side is known by measurement."""
        return any(side is not None and side.measured is not None for side in (self.lhs, self.rhs))

    def closed_relations(self) -> list[Any]:
        """The relation between the closed sides, one per entry; a scalar meets every entry.

        Raises `ValueError` if the sides' shapes differ. Built unevaluated: what SymPy would
        simplify away stays visible to the decision procedure.
        """
        lhs, rhs = self.sides
        left, right = lhs.entries(), rhs.entries()
        if len(left) != len(right):
            if len(left) == 1:
                left = left * len(right)
            elif len(right) == 1:
                right = right * len(left)
            else:
                raise ValueError(f"sides of {len(left)} and {len(right)} entries")
        build = RELATIONS[self.relation]
        return [build(a, b, evaluate=False) for a, b in zip(left, right, strict=True)]

    def explain(self, result: Result | None = None) -> str:
        """The claim in plain words, and what was found of it when a result of a check is given."""
        from theorems.explain import explain

        return explain(self, result)

    def strategy(self, largest: float = 1e6) -> SearchStrategy[dict[str, float | int]]:
        """A Hypothesis strategy for points `{name: value}` of the claim's domain.

        `largest` bounds what has no end of its own. Raises `ValueError` for a set or an equation
        that there is no rule for; see `theorems.strategies.points`.
        """
        from theorems.strategies import points

        return points(self, largest)

    def _repr_markdown_(self) -> str:
        """The claim as a notebook shows it."""
        from theorems.explain import claim_markdown

        return claim_markdown(self)

    def _repr_latex_(self) -> str:
        """The claim's relation alone, for what shows LaTeX and no Markdown."""
        from theorems.explain import formula

        return f"$\\displaystyle {formula(self)}$"
