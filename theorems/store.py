"""Where results live: one SQLite file; each finished task is committed at once.

A commit is on the disk when it returns (`synchronous=FULL`): neither a killed process nor a power
cut loses a task that was finished.
"""

from __future__ import annotations

import datetime
import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from theorems.migration import SchemaError, migrate, refuse_others

DEFAULT = Path(".theorems") / "runs.sqlite"
PATIENCE = 30.0
"""Seconds to wait for another process that holds the store."""


class StoreError(Exception):
    """The store cannot be used; the message says why and what to do."""


class Store:
    """The store at `path`, created with its folder if missing, migrated if of an earlier schema.

    Every method raises `StoreError` when the file is no store, is damaged, is of a newer schema, or
    cannot be written.
    """

    def __init__(self, path: Path = DEFAULT) -> None:
        self.path = path
        with self.explained():
            path.parent.mkdir(parents=True, exist_ok=True)
            # Autocommit: transactions begin and end where this module says so.
            self._db = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
            self._switch_to_wal()
            self._db.execute("PRAGMA synchronous=FULL")
            migrate(self._db, path)

    def _switch_to_wal(self) -> None:
        """Several processes may open a new store at once, and while one of them switches the
        journal SQLite tells the others "locked" at once, whatever the timeout: ask again."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                refuse_others(self._db, self.path)
                self._db.execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    @contextmanager
    def explained(self) -> Iterator[None]:
        """What SQLite and the system complain of, said in one line with what to do."""
        try:
            yield
        except SchemaError as error:
            raise StoreError(str(error)) from error
        except sqlite3.Error as error:
            raise StoreError(f"{self.path}: {_advice(error, self.path)}") from error
        except OSError as error:
            reason = error.strerror or error
            raise StoreError(f"{self.path}: cannot be used as a store: {reason}") from error
        except (ValueError, TypeError, KeyError) as error:
            line = " ".join(f"{type(error).__name__}: {error}".split())[:200]
            raise StoreError(f"{self.path}: holds what no store writes ({line})") from error

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All that is done with the connection in the block, or nothing of it."""
        with self.explained():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                # A full disk has rolled it back already.
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def finished_task(self, fingerprint: str) -> tuple[dict[str, Any], float] | None:
        """Outcome and seconds of a task, None for one that is not done yet."""
        with self.explained():
            row = self._db.execute(
                "SELECT outcome, seconds FROM tasks WHERE fingerprint = ?", (fingerprint,)
            ).fetchone()
            return None if row is None else (json.loads(row[0]), float(row[1]))

    def durations(self) -> dict[tuple[str, str], float]:
        """Seconds that each claim's tasks took when they were last done, by claim and task name."""
        with self.explained():
            rows = self._db.execute("SELECT claim, task, seconds FROM tasks ORDER BY finished")
            return {(claim, task): float(seconds) for claim, task, seconds in rows}

    def save_task(
        self, fingerprint: str, claim: str, task: str, outcome: Mapping[str, Any], seconds: float
    ) -> None:
        self.save_tasks([(fingerprint, claim, task, outcome, seconds)])

    def save_tasks(
        self, finished: Iterable[tuple[str, str, str, Mapping[str, Any], float]]
    ) -> None:
        """Store tasks that finished at much the same time, all or none of them: fingerprint, claim,
        name, outcome and seconds of each."""
        at = now()
        rows = [(f, claim, t, json.dumps(out), spent, at) for f, claim, t, out, spent in finished]
        with self.transaction() as db:
            db.executemany(
                "INSERT OR REPLACE INTO tasks"
                " (fingerprint, claim, task, outcome, seconds, finished) VALUES (?, ?, ?, ?, ?, ?)",
                rows,
            )

    def save_run(
        self, run: Mapping[str, Any], fingerprints: Iterable[str] = (), basis: str = ""
    ) -> int:
        """Store a run's JSON form; returns its number.

        `fingerprints` are the tasks that it rests on; `basis` is a digest of all that its verdicts
        depend on, by which `repeatable_run` finds it.
        """
        fields = (run["started"], run["profile"], run["seed"], json.dumps(run["versions"]))
        results = [(result["id"], json.dumps(result)) for result in run["claims"]]
        with self.transaction() as db:
            cursor = db.execute(
                "INSERT INTO runs (started, profile, seed, versions, seconds, defects, basis)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*fields, run["seconds"], json.dumps(run["defects"]), basis),
            )
            number = int(cursor.lastrowid or 0)
            db.executemany(
                "INSERT INTO results VALUES (?, ?, ?)", [(number, *result) for result in results]
            )
            db.executemany(
                "UPDATE tasks SET run = ? WHERE fingerprint = ?",
                [(number, fingerprint) for fingerprint in fingerprints],
            )
        return number

    def run_numbers(self) -> list[tuple[int, str, str]]:
        """Number, start and profile of every run, oldest first."""
        with self.explained():
            rows = self._db.execute("SELECT number, started, profile FROM runs ORDER BY number")
            return [(int(number), started, profile) for number, started, profile in rows]

    def repeatable_run(self, basis: str) -> int | None:
        """The newest run on this basis, None if there is none."""
        with self.explained():
            row = self._db.execute(
                "SELECT MAX(number) FROM runs WHERE basis = ? AND basis != ''", (basis,)
            ).fetchone()
            return row[0]

    def repeat_run(self, number: int, started: str, seconds: float, basis: str) -> int:
        """Record the run again, as one of now; the tasks that it rests on are the new one's."""
        with self.transaction() as db:
            cursor = db.execute(
                "INSERT INTO runs (started, profile, seed, versions, seconds, defects, basis)"
                " SELECT ?, profile, seed, versions, ?, defects, ? FROM runs WHERE number = ?",
                (started, seconds, basis, number),
            )
            again = int(cursor.lastrowid or 0)
            db.execute(
                "INSERT INTO results SELECT ?, claim, result FROM results WHERE run = ?"
                " ORDER BY rowid",
                (again, number),
            )
            db.execute("UPDATE tasks SET run = ? WHERE run = ?", (again, number))
        return again

    def load_run(self, number: int) -> dict[str, Any]:
        """A run's JSON form. Raises `KeyError` for a number that is not in the store."""
        with self.explained():
            row = self._db.execute(
                "SELECT started, profile, seed, versions, seconds, defects FROM runs"
                " WHERE number = ?",
                (number,),
            ).fetchone()
            results = self._db.execute(
                "SELECT result FROM results WHERE run = ? ORDER BY rowid", (number,)
            ).fetchall()
            versions, defects = (json.loads(text) for text in row[3::2]) if row else ({}, [])
            claims = [json.loads(result) for (result,) in results]
        if row is None:
            raise KeyError(number)
        return {
            "schema": 1,
            "started": row[0],
            "profile": row[1],
            "seed": row[2],
            "versions": versions,
            "seconds": row[4],
            "defects": defects,
            "claims": claims,
        }

    def last_verdicts(self) -> dict[str, str]:
        """Each claim's verdict in the newest run that had it."""
        with self.explained():
            rows = self._db.execute(
                "SELECT claim, json_extract(result, '$.verdict'), MAX(run) FROM results"
                " GROUP BY claim"
            )
            return {claim: verdict for claim, verdict, _ in rows}

    def last_result(self, claim: str) -> dict[str, Any] | None:
        with self.explained():
            row = self._db.execute(
                "SELECT result FROM results WHERE claim = ? ORDER BY run DESC LIMIT 1", (claim,)
            ).fetchone()
            return None if row is None else json.loads(row[0])

    def compact(self) -> None:
        """Give the space of what was removed back to the disk."""
        with self.explained():
            self._db.execute("VACUUM")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def bytes(self) -> int:
        """The size on the disk, with what waits in the log."""
        files = (self.path, self.path.with_name(f"{self.path.name}-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    def close(self) -> None:
        self._db.close()


def now() -> str:
    """The time of day to the second, in UTC, in the form that sorts as text."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


_FULL = "the disk is full or a limit on file sizes was met; free some space and run again"
_BROKEN = "damaged, or no store at all"


def _advice(error: sqlite3.Error, path: Path) -> str:
    name = getattr(error, "sqlite_errorname", "") or ""
    if name == "SQLITE_FULL" or name.startswith("SQLITE_IOERR"):
        return f"{_FULL} ({error})"
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        aside = f"{path.name}.damaged"
        return f"{_BROKEN} ({error}); move it aside (mv {path} {path.parent / aside}) and run again"
    if name.startswith("SQLITE_BUSY"):
        return f"another process has held it for {PATIENCE:g} s; wait, or use another --store"
    if name.startswith("SQLITE_READONLY"):
        return "may not be written; name another file with --store"
    return f"cannot be used as a store: {error}"
