"""What a report says, in the order in which it says it; Markdown and HTML only write it down."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from reports import formula, words
from reports.plots import Plot
from reports.text import Code, Href, Piece, Plain, Ref, Rich, Strong, joined, parse
from reports.twice import Twice, printed_twice
from reports.where import rerun, source_link
from theorems.claim import Claim
from theorems.ledger import Coverage
from theorems.quantifiers import Reproduces
from theorems.result import Result, Run, Verdict, resting_on, rests_on_violated

SLOWEST = 10
TABLE_ROWS = 16
NAMED = 8
OPEN = (Verdict.INCONCLUSIVE, Verdict.VACUOUS)


@dataclass(frozen=True)
class Table:
    """Numbers in rows under the names of their columns."""

    head: tuple[Rich, ...]
    body: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Entry:
    """One claim as the report shows it; `facts` are labelled texts in reading order."""

    claim: Claim
    result: Result
    statement: Rich
    formula: str
    facts: tuple[tuple[str, Rich], ...]
    plot: Plot | None
    table: Table | None

    @property
    def id(self) -> str:
        return self.claim.id

    @property
    def name(self) -> str:
        name = self.claim.name
        if self.claim.corrects is not None and "correct" not in name.lower():
            return f"{name}, corrected"
        return name

    @property
    def label(self) -> str:
        return words.label(self.result)

    @property
    def mark(self) -> str:
        return words.mark(self.result)


@dataclass(frozen=True)
class Violation:
    """A violated statement: what refutes it, what holds instead, what rests on it."""

    entry: Entry
    counterexample: Rich
    confirmation: Rich
    erratum: Rich
    corrected: tuple[Entry, ...]
    resting: Rich


@dataclass(frozen=True)
class Chapter:
    """The claims of one chapter or section of a paper."""

    paper: str
    number: str
    entries: tuple[Entry, ...]

    @property
    def title(self) -> str:
        return f"{self.paper}, § {self.number}" if self.number else self.paper

    @property
    def anchor(self) -> str:
        return "chapter-" + re.sub(r"[^A-Za-z0-9]+", "-", f"{self.paper}-{self.number}").strip("-")

    def count(self, label: str) -> int:
        return sum(entry.label == label for entry in self.entries)


@dataclass(frozen=True)
class Report:
    """A run as its readers see it."""

    run: Run
    chapters: tuple[Chapter, ...]
    violations: tuple[Violation, ...]
    twice: tuple[Twice, ...]
    about: Mapping[str, str]
    coverage: Coverage | None

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(entry for chapter in self.chapters for entry in chapter.entries)

    @property
    def papers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(chapter.paper for chapter in self.chapters))

    @property
    def labels(self) -> tuple[str, ...]:
        """The verdicts, conflict first if there is one."""
        conflict = (words.CONFLICT,) if self.run.conflicts else ()
        return (*conflict, *(str(verdict) for verdict in Verdict))

    def count(self, label: str, paper: str = "") -> int:
        """Claims of a verdict, in one paper or in all."""
        return sum(chapter.count(label) for chapter in self.chapters_of(paper))

    def chapters_of(self, paper: str = "") -> tuple[Chapter, ...]:
        return tuple(c for c in self.chapters if not paper or c.paper == paper)

    @property
    def conflicts(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.result.conflict)

    @property
    def unexpected(self) -> tuple[tuple[Entry, str], ...]:
        """Results other than the catalogue says, conflicts apart, and why they are."""
        return tuple(
            (entry, words.unexpected(entry.claim, entry.result))
            for entry in self.entries
            if not entry.result.expected and not entry.result.conflict
        )

    @property
    def open(self) -> tuple[Entry, ...]:
        return tuple(e for e in self.entries if e.result.verdict in OPEN and not e.result.conflict)

    @property
    def slowest(self) -> tuple[Entry, ...]:
        ordered = sorted(self.entries, key=lambda entry: (-entry.result.seconds, entry.id))
        return tuple(ordered[:SLOWEST])

    @property
    def unexercised(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.result.skipped)

    @property
    def corrected(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.claim.corrects is not None)

    @property
    def doubtful(self) -> tuple[Entry, ...]:
        """Claims that are not themselves violated and rest on one that is."""
        return tuple(
            entry
            for entry in self.entries
            if entry.result.verdict is not Verdict.VIOLATED
            and rests_on_violated(entry.claim, self.run.known, self.run.results)
        )


def build(
    run: Run, out: Path, plots: Mapping[str, Plot] | None = None, ledger: Coverage | None = None
) -> Report:
    """The report of a run; `out` is the folder it goes to, from which files are linked."""
    entries = {
        id_: _entry(run, run.claims[id_], result, out, (plots or {}).get(id_))
        for id_, result in run.results.items()
    }
    chapters = _chapters(run, entries)
    ordered = [entry for chapter in chapters for entry in chapter.entries]
    violations = tuple(
        _violation(run, entry, entries)
        for entry in ordered
        if entry.result.verdict is Verdict.VIOLATED and not entry.result.conflict
    )
    about = {chapter.paper: _about(chapter.paper, chapter.entries[0].claim) for chapter in chapters}
    twice = printed_twice({entry.id: entry for entry in ordered})
    return Report(run, chapters, violations, twice, about, ledger)


def chapter_of(claim: Claim) -> tuple[str, str]:
    """The paper's key and the first part of the section."""
    if claim.source is None:
        return claim.id.partition(".")[0], ""
    return claim.source.paper, claim.source.section.partition(".")[0].strip()


def _chapters(run: Run, entries: Mapping[str, Entry]) -> tuple[Chapter, ...]:
    place = {id_: index for index, id_ in enumerate(entries)}

    def key(entry: Entry) -> tuple[Any, ...]:
        # A corrected claim follows the printed one.
        printed = run.claims.get(entry.claim.corrects or "", entry.claim)
        section = printed.source.section if printed.source else ""
        home = chapter_of(printed)[0]
        return (home, _section(section), place.get(printed.id, 0), place[entry.id])

    grouped: dict[tuple[str, str], list[Entry]] = {}
    for entry in sorted(entries.values(), key=key):
        printed = run.claims.get(entry.claim.corrects or "", entry.claim)
        grouped.setdefault(chapter_of(printed), []).append(entry)
    return tuple(Chapter(*where, tuple(listed)) for where, listed in grouped.items())


def _section(section: str) -> tuple[tuple[int, int, str], ...]:
    """A section's number as people order it: 5.10 after 5.9, appendices last."""
    parts = re.findall(r"\d+|[A-Za-z]+", section)
    return tuple((0, int(p), "") if p.isdigit() else (1, 0, p) for p in parts)


def _entry(run: Run, claim: Claim, result: Result, out: Path, plot: Plot | None) -> Entry:
    return Entry(
        claim=claim,
        result=result,
        statement=parse(claim.statement),
        formula=formula.formula(claim),
        facts=tuple((name, text) for name, text in _facts(run, claim, result, out) if text),
        plot=plot,
        table=_table(claim, result) if plot is None else None,
    )


def _facts(run: Run, claim: Claim, result: Result, out: Path) -> Iterable[tuple[str, Rich]]:
    lhs, rhs = claim.sides
    yield "Holds", formula.quantifier_words(claim)
    yield "Domain", formula.domain(claim)
    yield "Assumes", formula.hypotheses(claim)
    if claim.is_measured:
        yield "Left side", formula.side_words(lhs)
        yield "Right side", formula.side_words(rhs)
    elif claim.is_closed:
        yield "Sides", (Plain("both in closed form"),)
    yield "Evidence", words.evidence(claim, result)
    if result.witness and result.verdict is Verdict.VIOLATED:
        yield "Counterexample", words.counterexample(claim, result.witness)
    tight = words.tightness(claim, result)
    yield "Tightness", tight
    yield "Closest call", () if tight else words.closest(claim, result)
    yield "Growth", words.growth(result)
    yield "Skipped", words.skipped(result) if result.skipped else ()
    notes = [*result.notes, *(result.decision or {}).get("notes", ())]
    yield (
        "Notes",
        (Plain(" ".join(words.sentence(n) for n in dict.fromkeys(notes))),) if notes else (),
    )
    if claim.erratum:
        yield "Erratum", parse(words.sentence(claim.erratum, capital=False))
    if claim.corrects:
        yield "Corrects", _linked(run, [claim.corrects])
    yield "Corrected by", _linked(run, corrections(run, claim.id))
    if claim.restates:
        yield "Printed before as", _linked(run, [claim.restates])
    again = [other.id for other in run.claims.values() if other.restates == claim.id]
    yield "Printed again as", _linked(run, again)
    if claim.reading:
        yield "How the print was read", parse(words.sentence(claim.reading))
    yield "Rests on", _uses(run, claim)
    yield "What rests on it", _resting(run, claim.id)
    yield "Source", _source(claim, out)
    yield (
        "Check again",
        (Code(rerun(claim, run.profile)), Plain(f" (took {words.duration(result.seconds)})")),
    )


def corrections(run: Run, id_: str) -> list[str]:
    return [claim.id for claim in run.claims.values() if claim.corrects == id_]


def _linked(run: Run, ids: Iterable[str]) -> Rich:
    return joined(_with_verdict(run, id_) for id_ in ids)


def _resting(run: Run, id_: str, listed: int = 0) -> Rich:
    """The claims whose proofs rest on one directly, then those that do through them.

    Of the latter `listed` are named, the others counted.
    """
    direct = [claim.id for claim in run.claims.values() if id_ in claim.uses]
    further = [other for other in resting_on(id_, run.claims) if other not in direct]
    named, more = further[:listed], len(further) - len(further[:listed])
    said = _linked(run, direct)
    if named:
        said = (*said, Plain("; through them "), *_linked(run, named))
    if more:
        said = (*said, Plain(f" and {more} more" if named else f"; through them {more} more"))
    return said


def _with_verdict(run: Run, id_: str) -> Rich:
    if id_ not in run.results:
        claim = run.known.get(id_)
        false = "; known to be false" if claim is not None and claim.erratum else ""
        return (Code(id_), Plain(f" (not in this run{false})"))
    result = run.results[id_]
    return (Ref(id_), Plain(f" {words.mark(result)} {words.label(result).lower()}"))


def _uses(run: Run, claim: Claim) -> Rich:
    listed = _linked(run, claim.uses)
    violated = rests_on_violated(claim, run.known, run.results)
    if not violated:
        return listed
    indirect = [id_ for id_ in violated if id_ not in claim.uses]
    through: list[Piece] = [Plain(". "), Strong("Its printed proof rests on a violated statement")]
    if indirect:
        through += [Plain(", indirectly: "), *joined((Ref(id_),) for id_ in indirect)]
    return (*listed, *through, Plain("."))


def _source(claim: Claim, out: Path) -> Rich:
    pieces: list[Piece] = []
    if claim.source:
        section = f", § {claim.source.section}" if claim.source.section else ""
        pieces.append(Plain(f"{claim.source.paper}{section}; encoded in "))
    text, url = source_link(claim, out)
    return (*pieces, Href(text, url))


def _violation(run: Run, entry: Entry, entries: Mapping[str, Entry]) -> Violation:
    claim, witness = entry.claim, entry.result.witness
    return Violation(
        entry=entry,
        counterexample=words.counterexample(claim, witness) if witness else (),
        confirmation=(Plain(words.sentence(str(witness["how"]))),) if witness else (),
        erratum=parse(words.sentence(claim.erratum, capital=False)) if claim.erratum else (),
        corrected=tuple(entries[i] for i in corrections(run, claim.id) if i in entries),
        resting=_resting(run, claim.id, listed=NAMED) or (Plain("nothing in this run"),),
    )


def _table(claim: Claim, result: Result) -> Table | None:
    """Printed numbers beside the ones measured again, where they are few enough to read."""
    rows = result.rows
    if not isinstance(claim.quantifier, Reproduces) or not 1 < len(rows) <= TABLE_ROWS:
        return None
    symbols = [name for name in rows[0] if name in {s.name for s in claim.over}]
    if any(set(rows[0]) != set(row) or row["lhs"] is None for row in rows):
        return None
    head: list[Rich] = [(formula.Math(formula.name_tex(name)),) for name in symbols]
    head += [(Plain("run again"),), (Plain("printed"),)]
    interval = "low" in rows[0]
    if interval:
        head.append((Plain("interval"),))
    body = []
    for row in rows:
        cells = [words.number(row[name]) for name in (*symbols, "lhs", "rhs")]
        if interval:
            cells.append(f"[{words.number(row['low'], 4)}, {words.number(row['high'], 4)}]")
        body.append(tuple(cells))
    return Table(tuple(head), tuple(body))


@lru_cache(maxsize=64)
def _docstring(package: str) -> str:
    path = Path(package)
    if not path.is_file():
        return ""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(text.partition("\n\n")[0].split())


def _about(paper: str, claim: Claim) -> str:
    """The first paragraph of the docstring of the package that holds a paper's claims."""
    folder = Path(claim.location.file).parent
    return _docstring(str(folder / "__init__.py")) if folder.name == paper else ""
