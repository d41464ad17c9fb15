"""Claims and results as text for the terminal."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theorems.claim import Claim
from theorems.result import Run, Verdict, resting_on, rests_on_violated
from theorems.sides import Side
from theorems.words import plain

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
    from rich.text import Text

    table = Table("id", "title", "quantifier", "last verdict", title=f"{len(entries)} claims")
    for entry in entries:
        words = (entry["id"], entry["title"], entry["quantifier"], entry["verdict"] or "-")
        # As it stands: a title may hold what Rich would take for markup.
        table.add_row(*(Text(plain(word)) for word in words))
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
        evidence = Text(_short(result.reason))
        if result.witness and result.verdict is Verdict.VIOLATED:
            evidence = Text(f"{_short(witness_text(result.witness))}\n{_short(result.reason)}")
        false = result.details.get("rests_on_violated", ())
        if false and result.verdict is not Verdict.VIOLATED:
            evidence.append(f"\n{resting_text(false)}", style="yellow")
        table.add_row(result.id, verdict, tightness, f"{result.seconds:.2f}", evidence)
    return table


def resting_text(false: Sequence[str]) -> str:
    """Which violated claims a proof rests on, in a line."""
    more = f" and {len(false) - 1} more" if len(false) > 1 else ""
    are = "are" if len(false) > 1 else "is"
    return f"its proof rests on {false[0]}{more}, which {are} violated"


def witness_text(witness: Mapping[str, Any]) -> str:
    """Where a statement fails, and both sides there, in a line."""
    at = ", ".join(f"{name} = {_rounded(value)}" for name, value in witness["at"].items())
    sides = f"left {_rounded(witness['lhs'])}, right {_rounded(witness['rhs'])}"
    return f"at {at}: {sides}" if at else sides


def _rounded(value: Any) -> str:
    """A value in a few digits: exactly it stands in the report and in the JSON."""
    try:
        number = float(Fraction(str(value)))
    except (ValueError, ZeroDivisionError, OverflowError):
        return str(value)
    return f"{number:.6g}"


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
    place = f" § {source.section}" if source and source.section else ""
    printed = f"{source.paper}{place} {source.label}".strip() if source else ""
    domain = ", ".join(f"{symbol} in {domain}" for symbol, domain in claim.over.items())
    rests = resting_on(claim.id, claims)
    false = rests_on_violated(claim, claims, {})
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
        ("take care", resting_text(false) if false else ""),
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
            at = ", ".join(f"{name} = {value}" for name, value in witness["at"].items())
            sides = f"left {witness['lhs']}, right {witness['rhs']}, margin {witness['margin']}"
            lines.append(("witness", f"at {at}: {sides} ({witness['how']})"))
        if last["tightness"]:
            tightness = last["tightness"]
            at = ", ".join(f"{name} = {value}" for name, value in tightness["at"].items())
            lines.append(("tightness", f"{tightness['value']:.6g} at {at}"))
    return "\n".join(f"{name:13} {value}" for name, value in lines if value)


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


def _time_left(began: float, had: int, now: float, has: int, total: int) -> str:
    """What the tasks so far say of the time that the others will take; nothing at first."""
    if has <= had or now <= began or has == total:
        return ""
    seconds = (now - began) / (has - had) * (total - has)
    return (
        f", about {seconds / 60:.0f} min left" if seconds > 90 else f", about {seconds:.0f} s left"
    )


@contextmanager
def progress_bar() -> Iterator[Callable[[Task, int, int], None]]:
    """A progress callback: a bar on a terminal, a line every tenth of the way elsewhere."""
    if not sys.stderr.isatty():
        said: set[int] = set()
        first: list[tuple[float, int]] = []

        def lines(task: Task, finished: int, total: int) -> None:
            first[1:] = []
            first.append((time.monotonic(), finished))
            tenth = 10 * finished // total
            if tenth not in said:
                said.add(tenth)
                left = _time_left(*first[0], *first[-1], total)
                print(f"{finished}/{total} tasks done{left}, last {task.claim}", file=sys.stderr)

        yield lines
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description:40.40}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        shown = bar.add_task("starting", total=None)

        def update(task: Task, finished: int, total: int) -> None:
            bar.update(shown, completed=finished, total=total, description=task.claim)

        yield update
