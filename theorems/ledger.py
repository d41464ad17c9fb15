"""The ledger: every statement of the papers, and which claims stand for it.

`theorems/papers/ledger.csv` lists one row per statement. Its last column, `reason`, says why a row
has no claim: that nothing in it can be checked by a program.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from theorems.claim import CORRECTED, Claim

LEDGER = Path(__file__).parent / "papers" / "ledger.csv"


@dataclass(frozen=True)
class Row:
    """One statement: its id, kind (theorem, lemma, equation, ...), section, and what it rests on.

    `reason` is why no program can check it, empty for a row that a claim should stand for.
    """

    id: str
    kind: str
    section: str
    statement: str
    depends_on: tuple[str, ...]
    reason: str

    @property
    def paper(self) -> str:
        return self.id.split(".", 1)[0]

    @property
    def chapter(self) -> str:
        """The first number of the section: a thesis chapter or a paper's section."""
        return self.section.split(".", 1)[0]


@lru_cache(maxsize=1)
def rows() -> tuple[Row, ...]:
    """All rows in the order of the papers."""
    with LEDGER.open(newline="", encoding="utf-8") as file:
        return tuple(
            Row(
                id=line["id"],
                kind=line["kind"],
                section=line["section"],
                statement=line["statement"],
                depends_on=tuple(filter(None, line["depends_on"].split(";"))),
                reason=line["reason"],
            )
            for line in csv.DictReader(file)
        )


def row_of(claim_id: str, known: Iterable[str]) -> str | None:
    """The ledger row that a claim stands for: its id without the suffixes of parts."""
    names = set(known)
    id_ = claim_id.removesuffix(CORRECTED)
    while id_:
        if id_ in names:
            return id_
        id_ = id_.rpartition(".")[0]
    return None


@dataclass(frozen=True)
class Coverage:
    """Which rows have a claim, which have a reason for having none, and which have neither."""

    claimed: Mapping[str, tuple[str, ...]]
    excused: tuple[Row, ...]
    missing: tuple[Row, ...]
    missing_uses: Mapping[str, tuple[str, ...]]


def coverage(claims: Mapping[str, Claim]) -> Coverage:
    """The ledger against the claims, corrected claims left out.

    `missing_uses` lists, per claim, the rows that the ledger says its proof rests on, that have a
    claim, and that its `uses` do not reach, directly or through the claims they name.
    """
    by_row: dict[str, list[str]] = {row.id: [] for row in rows()}
    for id_ in claims:
        name = row_of(id_, by_row)
        if name is not None and not id_.endswith(CORRECTED):
            by_row[name].append(id_)
    claimed = {row: tuple(ids) for row, ids in by_row.items() if ids}
    unclaimed = [row for row in rows() if row.id not in claimed]
    missing_uses = {}
    for row in rows():
        if row.id in claimed:
            reached = _reached(claimed[row.id], claims, by_row)
            lacking = tuple(d for d in row.depends_on if d in claimed and d not in reached)
            if lacking:
                missing_uses[row.id] = lacking
    return Coverage(
        claimed=claimed,
        excused=tuple(row for row in unclaimed if row.reason),
        missing=tuple(row for row in unclaimed if not row.reason),
        missing_uses=missing_uses,
    )


def _reached(
    ids: Iterable[str], claims: Mapping[str, Claim], names: Iterable[str]
) -> set[str | None]:
    """The ledger rows that the proofs of these claims rest on, directly or through others."""
    seen: set[str] = set()
    frontier = list(ids)
    while frontier:
        id_ = frontier.pop()
        if id_ not in seen:
            seen.add(id_)
            frontier.extend(claims[id_].uses if id_ in claims else ())
    return {row_of(id_, names) for id_ in seen}
