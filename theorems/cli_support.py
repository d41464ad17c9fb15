"""What the commands share: finding claims, opening the store, running, and saying how it ended."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer

from theorems.words import plain

if TYPE_CHECKING:
    from theorems.ledger import Coverage
    from theorems.mutants import Power
    from theorems.registry import Collection
    from theorems.result import Run
    from theorems.store import Store

Answer = TypeVar("Answer")


class BadUsage(Exception):
    """Something the user can mend; the message is one line."""


def complain(line: str) -> None:
    print(f"theorems: {plain(line)}", file=sys.stderr)


@contextmanager
def stoppable() -> Iterator[None]:
    """A polite end (SIGTERM) is taken as Ctrl-C is: what is finished is reported."""

    def stop(signum: int, frame: object) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


def selected(patterns: list[str] | None) -> Collection:
    """The claims meant, after saying whose code has to run to find them."""
    from theorems.provenance import code_of_others
    from theorems.selection import select

    for line in code_of_others(patterns or []):
        complain(line)
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


def from_store(path: Path, ask: Callable[[Store], Answer]) -> Answer | None:
    """What the store at `path` answers, None if there is no such file."""
    from theorems.store import StoreError

    if not path.exists():
        return None
    opened = open_store(path)
    try:
        return ask(opened)
    except StoreError as error:
        raise BadUsage(str(error)) from error
    finally:
        opened.close()


def check_writable(path: Path | None) -> None:
    """Raises `BadUsage` for a file that could not be written after the run."""
    if path is None:
        return
    if path.is_dir():
        raise BadUsage(f"cannot write {path}: it is a folder")
    folder = path.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir() or not os.access(path if path.exists() else folder, os.W_OK):
        raise BadUsage(f"cannot write {path}: {folder} is no folder that may be written")


def write_text(path: Path, text: str) -> None:
    """The whole text or nothing: a full disk leaves an earlier file as it was."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8")  # a pipe or terminal, written as it goes
            return
        made = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            made.write_text(text, encoding="utf-8")
            os.replace(made, path.resolve())
        finally:
            made.unlink(missing_ok=True)
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
    device: str,
    *,
    claims_needed: bool = True,
) -> Run:
    """Find the claims and run them; where only their results are needed and nothing has changed
    since a complete run, that run's."""
    from theorems.devices import DeviceError, check_device
    from theorems.harness import default_jobs, library_versions
    from theorems.harness import run as run_collection
    from theorems.profiles import by_name
    from theorems.repeats import basis, is_catalogues, repeated
    from theorems.selection import growing
    from theorems.store import StoreError

    listed = patterns or []
    try:
        chosen = by_name(profile)
        check_device(device)
    except (ValueError, DeviceError) as error:
        raise BadUsage(str(error)) from error
    opened = open_store(store)
    try:
        known = basis(listed, chosen, library_versions(), device)
        again = None if fresh or claims_needed else repeated(opened, known)
        if again is not None:
            complain("nothing has changed since an earlier run, whose verdicts stand")
            return again
        collection = growing(listed) or selected(listed)
        from theorems.cluster import ClusterError
        from theorems.show import progress_bar

        try:
            with progress_bar() as progress:
                return run_collection(
                    collection,
                    chosen,
                    jobs=jobs or default_jobs(),
                    isolated=True,
                    store=opened,
                    fresh=fresh,
                    progress=progress,
                    basis=known if is_catalogues(collection) else "",
                    cluster=cluster,
                    patterns=listed,
                    device=device,
                )
        except ClusterError as error:
            raise BadUsage(str(error)) from error
    except StoreError as error:
        raise BadUsage(str(error)) from error
    finally:
        opened.close()


def power_of(run: Run, limit: int, jobs: int, store: Path, device: str) -> Power:
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
                isolated=True,
                store=opened,
                progress=progress,
                record=False,
                device=device,
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


def announce(run: Run) -> None:
    """Say what of a run deserves attention."""
    from theorems.references import circles

    for item in run.defects:
        print(plain(str(item)), file=sys.stderr)
    for line in circles(run.claims):
        print(line, file=sys.stderr)
    for result in run.conflicts:
        print(f"CONFLICT {result.id}: {plain(result.reason)}", file=sys.stderr)
    for result in run.unexpected:
        if not result.conflict:
            line = f"UNEXPECTED {result.id} {result.verdict}: {plain(result.reason)}"
            print(line, file=sys.stderr)
    if run.interrupted:
        complain("interrupted; what was finished is kept and not run again next time")


def leave(run: Run) -> None:
    """End the command with the run's exit status."""
    if run.exit_status():
        raise typer.Exit(run.exit_status())
