"""Statements that two papers print: both forms side by side, and which of them holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from theorems.result import Result, Verdict

if TYPE_CHECKING:
    from reports.view import Entry

HOLDS = frozenset({Verdict.PROVED, Verdict.SUPPORTED})


@dataclass(frozen=True)
class Twice:
    """A result printed first in one paper, again in another.

    `printed` is the id of the first print, `first` its claims in this run (several where the ledger
    row is checked in parts, none where it is not in the run), `second` the restatement.
    """

    printed: str
    first: tuple[Entry, ...]
    second: Entry

    @property
    def says(self) -> str:
        return which_holds([entry.result for entry in self.first], self.second.result)


def printed_twice(entries: Mapping[str, Entry]) -> tuple[Twice, ...]:
    """Every restatement among the entries with what it restates, in the entries' order."""
    return tuple(
        Twice(entry.claim.restates, _claims_of(entry.claim.restates, entry, entries), entry)
        for entry in entries.values()
        if entry.claim.restates is not None
    )


def _claims_of(row: str, second: Entry, entries: Mapping[str, Entry]) -> tuple[Entry, ...]:
    """The claim of an id, or of the parts that a ledger row is checked in; corrections apart."""
    if row in entries:
        return (entries[row],)
    return tuple(
        entry
        for entry in entries.values()
        if entry.id.startswith(f"{row}.") and entry.claim.corrects is None and entry.id != second.id
    )


def which_holds(first: Sequence[Result], second: Result) -> str:
    """Which print holds: both, the first, the second, neither; or why that is not settled.

    A print that is checked in parts holds when all of them do, and fails when one does.
    """
    if not first:
        return "not settled: the first print is not in this run"
    one, other = _stands(first), _stands([second])
    if one is None or other is None:
        unsettled = [("first", one), ("second", other)]
        named = " and the ".join(name for name, known in unsettled if known is None)
        return f"not settled: the {named} print is undecided"
    return {
        (True, True): "both hold",
        (True, False): "only the first holds",
        (False, True): "only the second holds",
        (False, False): "neither holds",
    }[one, other]


def _stands(results: Sequence[Result]) -> bool | None:
    """Whether a print holds; None when that is open. A conflict settles nothing."""
    if any(result.verdict is Verdict.VIOLATED and not result.conflict for result in results):
        return False
    if all(result.verdict in HOLDS and not result.conflict for result in results):
        return True
    return None
