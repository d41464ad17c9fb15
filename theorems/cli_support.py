"""What the commands share: finding claims, opening the store, running, and saying how it ended."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from theorems.ledger import Coverage
    from theorems.mutants import Power
    from theorems.registry import Collection
    from theorems.result import Run
    from theorems.store import Store


class BadUsage(Exception):
    """Something the user can mend; the message is one line."""


def complain(line: str) -> None:
    print(f"theorems: {line}", file=sys.stderr)


def selected(patterns: list[str] | None) -> Collection:
    from theorems.registry import select

    try:
        return select(patterns or [])
    except LookupError as error:
        raise BadUsage(error.args[0]) from error


def open_store(path: Path) -> Store:
    from theorems.store import Store, StoreError

    try:
        return Store(path)
    except StoreError as error:
        raise BadUsage(str(error)) from error


def write_text(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadUsage(f"cannot write {path}: {error.strerror}") from error


def ledger_coverage() -> Coverage:
    from theorems.ledger import coverage as cover
    from theorems.registry import catalogue

    return cover(catalogue().claims)


def run_claims(
    patterns: list[str] | None,
    profile: str,
    jobs: int,
    store: Path,
    fresh: bool,
    cluster: str | None,
) -> Run:
    from theorems.cluster import ClusterError
    from theorems.harness import default_jobs
    from theorems.harness import run as run_collection
    from theorems.profiles import by_name
    from theorems.show import progress_bar

    try:
        chosen = by_name(profile)
    except ValueError as error:
        raise BadUsage(str(error)) from error
    collection = selected(patterns)
    for pattern in patterns or []:
        if pattern.endswith(".py"):
            complain(f"running the code of {pattern}")
    opened = open_store(store)
    try:
        with progress_bar() as progress:
            return run_collection(
                collection,
                chosen,
                jobs=jobs or default_jobs(),
                store=opened,
                fresh=fresh,
                progress=progress,
                cluster=cluster,
                patterns=patterns or [],
            )
    except ClusterError as error:
        raise BadUsage(str(error)) from error
    finally:
        opened.close()


def power_of(run: Run, limit: int, jobs: int, store: Path) -> Power:
    """Check mutants of the claims of a run, to see how many the checker catches."""
    from theorems.harness import default_jobs
    from theorems.harness import run as run_collection
    from theorems.mutants import collection_of, fates
    from theorems.profiles import by_name
    from theorems.show import progress_bar

    collection, changes = collection_of(run.claims, limit)
    opened = open_store(store)
    try:
        with progress_bar() as progress:
            checked = run_collection(
                collection,
                by_name(run.profile),
                jobs=jobs or default_jobs(),
                store=opened,
                progress=progress,
                record=False,
            )
    finally:
        opened.close()
    return fates(checked.results, changes)


def print_table(table: object) -> None:
    from rich.console import Console

    console = Console()
    if not console.is_terminal:
        console = Console(width=160)
    console.print(table)


def finish(run: Run) -> None:
    """Say what deserves attention and leave with the run's exit status."""
    for item in run.defects:
        print(item, file=sys.stderr)
    for result in run.conflicts:
        print(f"CONFLICT {result.id}: {result.reason}", file=sys.stderr)
    for result in run.unexpected:
        if not result.conflict:
            print(f"UNEXPECTED {result.id} {result.verdict}: {result.reason}", file=sys.stderr)
    if run.interrupted:
        complain("interrupted; what was finished is kept and not run again next time")
    if run.exit_status():
        raise typer.Exit(run.exit_status())
