"""Claims and results as text for the terminal."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from theorems.claim import Claim
from theorems.result import Result, Run, Verdict, resting_on
from theorems.sides import Side

if TYPE_CHECKING:
    from rich.table import Table

    from theorems.ledger import Coverage
    from theorems.tasks import Task

COLOURS = {
    Verdict.PROVED: "green",
    Verdict.SUPPORTED: "cyan",
    Verdict.VIOLATED: "red",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.VACUOUS: "yellow",
    Verdict.ERROR: "magenta",
}


def listing_table(entries: list[dict[str, Any]]) -> Table:
    """The entries of `theorems list` as a table."""
    from rich.table import Table

    table = Table("id", "title", "quantifier", "last verdict", title=f"{len(entries)} claims")
    for entry in entries:
        table.add_row(entry["id"], entry["title"], entry["quantifier"], entry["verdict"] or "-")
    return table


def verdict_table(run: Run) -> Table:
    """One line per claim, then the counts."""
    from rich.table import Table
    from rich.text import Text

    counts = ", ".join(f"{n} {verdict}" for verdict, n in run.counts().items() if n)
    table = Table(
        "id",
        "verdict",
        "tightness",
        "seconds",
        "evidence",
        caption=f"{counts} · profile {run.profile}, seed {run.seed}, {run.seconds:.1f} s",
    )
    for result in run.results.values():
        verdict = Text(str(result.verdict), style=COLOURS[result.verdict])
        if result.conflict:
            verdict = Text("CONFLICT", style="bold white on red")
        tightness = f"{result.tightness['value']:.6g}" if result.tightness else ""
        table.add_row(
            result.id, verdict, tightness, f"{result.seconds:.2f}", Text(_short(result.reason))
        )
    return table


def _short(text: str, limit: int = 110) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def side_text(side: Side | None) -> str:
    """A side in words: its closed form, what measures it, or both."""
    if side is None:
        return "missing"
    parts = []
    if side.closed is not None:
        parts.append(str(side.closed))
    if side.measured is not None:
        name = getattr(side.measured.function, "__name__", "a function")
        parts.append(f"{side.measured.kind} by {name}")
    return "; ".join(parts)


def describe(claim: Claim, claims: Mapping[str, Claim], last: Mapping[str, Any] | None) -> str:
    """All there is to say about one claim, as plain text."""
    source = claim.source
    printed = f"{source.paper} §{source.section} {source.label}".strip() if source else ""
    domain = ", ".join(f"{symbol} in {domain}" for symbol, domain in claim.over.items())
    rests = resting_on(claim.id, claims)
    lines = [
        (claim.id, claim.name),
        ("printed in", printed),
        ("statement", claim.statement),
        ("reading", claim.reading),
        ("quantifier", claim.quantifier.title if claim.quantifier else ""),
        ("left side", side_text(claim.lhs)),
        ("relation", claim.relation),
        ("right side", side_text(claim.rhs)),
        ("domain", domain),
        ("where", ", ".join(str(relation) for relation in claim.where)),
        ("hypotheses", ", ".join(str(relation) for relation in claim.hypotheses)),
        ("uses", ", ".join(claim.uses)),
        ("rests on it", ", ".join(rests)),
        ("corrects", claim.corrects or ""),
        ("restates", claim.restates or ""),
        ("erratum", claim.erratum or ""),
        ("written at", str(claim.location)),
    ]
    if last is not None:
        lines.append(("last verdict", f"{last['verdict']}: {last['reason']}"))
        if last["witness"]:
            witness = last["witness"]
            lines.append(
                (
                    "witness",
                    f"at {witness['at']}: {witness['lhs']} against {witness['rhs']}, "
                    f"margin {witness['margin']} ({witness['how']})",
                )
            )
        if last["tightness"]:
            tightness = last["tightness"]
            lines.append(("tightness", f"{tightness['value']:.6g} at {tightness['at']}"))
    return "\n".join(f"{name:14}{value}" for name, value in lines if value)


def coverage_text(covered: Coverage) -> str:
    """The ledger's rows without a claim, by paper and chapter, and what `uses` lack."""
    lines = []
    missing = Counter((row.paper, row.chapter) for row in covered.missing)
    for row in covered.excused:
        lines.append(f"{row.id}: no claim: {row.reason}")
    for row in covered.missing:
        lines.append(f"{row.id}: no claim yet ({row.kind}, section {row.section})")
    for id_, lacking in covered.missing_uses.items():
        lines.append(f"{id_}: uses lacks {', '.join(lacking)}")
    lines.append(
        f"{len(covered.claimed)} rows have claims, {len(covered.excused)} have a reason for none, "
        f"{len(covered.missing)} have neither"
    )
    for (paper, chapter), count in missing.items():
        lines.append(f"  {paper} section {chapter}: {count} rows without a claim")
    return "\n".join(lines)


@contextmanager
def progress_bar() -> Iterator[Callable[[Task, int, int], None]]:
    """A progress callback: a bar on a terminal, a line every tenth of the way elsewhere."""
    if not sys.stderr.isatty():
        said: set[int] = set()

        def plain(task: Task, finished: int, total: int) -> None:
            tenth = 10 * finished // total
            if tenth not in said:
                said.add(tenth)
                print(f"{finished}/{total} tasks done, last {task.claim}", file=sys.stderr)

        yield plain
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description:40.40}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        shown = bar.add_task("starting", total=None)

        def update(task: Task, finished: int, total: int) -> None:
            bar.update(shown, completed=finished, total=total, description=task.claim)

        yield update


def result_line(result: Result) -> str:
    """One line on one result."""
    return f"{result.id} {result.verdict}: {result.reason}"
