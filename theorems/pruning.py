"""`theorems gc`: removing old runs, and tasks that neither a run nor the catalogue needs."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass

from theorems.profiles import PROFILES
from theorems.store import Store

KEEP = 10


@dataclass(frozen=True)
class Freed:
    """What was removed, or would be: numbers of runs, a count of tasks, and bytes on the disk."""

    runs: tuple[int, ...]
    tasks: int
    before: int
    after: int | None

    def __str__(self) -> str:
        runs = f"{len(self.runs)} runs"
        if self.runs:
            runs += f" ({self.runs[0]} to {self.runs[-1]})" if len(self.runs) > 1 else ""
        if self.after is None:
            return f"would remove {runs} and {self.tasks} tasks of {_size(self.before)}"
        return (
            f"removed {runs} and {self.tasks} tasks; {_size(self.before)} became "
            f"{_size(self.after)}"
        )


def _size(count: int) -> str:
    return f"{count / 2**20:.1f} MiB"


def current_fingerprints(device: str = "cpu") -> set[str]:
    """The fingerprints of the catalogue's tasks as it is now, under every profile."""
    from theorems.fingerprints import fingerprint
    from theorems.harness import library_versions
    from theorems.registry import catalogue
    from theorems.tasks import plan

    versions = library_versions()
    return {
        fingerprint(claim, task, profile, versions, device)
        for profile in (make() for make in PROFILES.values())
        for claim in catalogue().claims.values()
        for task in plan(claim, profile)
    }


def prune(
    store: Store,
    current: Collection[str],
    *,
    keep: int = KEEP,
    older_than: float = 0.0,
    dry: bool = False,
) -> Freed:
    """Remove every run that is not among the newest `keep` and is older than so many days.

    Of the tasks stay: those whose fingerprint is among `current`, those that a kept run used last,
    and those finished since the newest run began (what an interrupted run left for the next one).
    With `dry` nothing is removed. Raises `StoreError`.
    """
    limit = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=older_than)
    until = limit.isoformat(timespec="seconds")
    before = store.bytes()
    with store.transaction() as db:
        numbered = db.execute("SELECT number, started FROM runs ORDER BY number DESC").fetchall()
        newest = numbered[0][1] if numbered else ""
        old = sorted(number for number, started in numbered[keep:] if started <= until)
        kept = {number for number, _ in numbered} - set(old)
        rows = db.execute("SELECT fingerprint, run, finished FROM tasks").fetchall()
        unneeded = [
            (fingerprint,)
            for fingerprint, run, finished in rows
            if fingerprint not in current
            and run not in kept
            and not (run == 0 and finished >= newest)
        ]
        if not dry:
            db.executemany("DELETE FROM results WHERE run = ?", [(number,) for number in old])
            db.executemany("DELETE FROM runs WHERE number = ?", [(number,) for number in old])
            db.executemany("DELETE FROM tasks WHERE fingerprint = ?", unneeded)
    if dry:
        return Freed(tuple(old), len(unneeded), before, None)
    store.compact()
    return Freed(tuple(old), len(unneeded), before, store.bytes())
