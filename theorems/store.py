"""Where results live: one SQLite file; each finished task is committed at once."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

VERSION = 1
DEFAULT = Path(".theorems") / "runs.sqlite"
PATIENCE = 30.0
"""Seconds to wait for another process that holds the store."""

_TABLES = """
CREATE TABLE IF NOT EXISTS tasks (
    fingerprint TEXT PRIMARY KEY, claim TEXT NOT NULL, task TEXT NOT NULL,
    outcome TEXT NOT NULL, seconds REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, started TEXT NOT NULL, profile TEXT NOT NULL,
    seed TEXT NOT NULL, versions TEXT NOT NULL, seconds REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS results (
    run INTEGER NOT NULL REFERENCES runs(number), claim TEXT NOT NULL, result TEXT NOT NULL,
    PRIMARY KEY (run, claim)
);
"""


class StoreError(Exception):
    """The store cannot be used; the message says why and what to do."""


class Store:
    """The store at `path`, created with its folder if missing.

    Raises `StoreError` when the file is no store, is of a newer schema, or cannot be written.
    """

    def __init__(self, path: Path = DEFAULT) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=PATIENCE)
            self._switch_to_wal()
            self._db.execute("PRAGMA synchronous=NORMAL")
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            if version > VERSION:
                raise StoreError(
                    f"{path}: the store has schema {version}, this version reads up to {VERSION};"
                    " update gd-theorems or name another file with --store"
                )
            self._db.executescript(_TABLES)
            self._db.execute(f"PRAGMA user_version={VERSION}")
            self._db.commit()
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"{path}: cannot be used as a store: {error}") from error

    def _switch_to_wal(self) -> None:
        """Several processes may open a new store at once, and while one of them switches the
        journal SQLite tells the others "locked" at once, whatever the timeout: ask again."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self._db.execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def finished(self, fingerprints: Iterable[str]) -> dict[str, tuple[dict[str, Any], float]]:
        """Outcome and seconds of those tasks that are already done."""
        found = {}
        for fingerprint in fingerprints:
            row = self._db.execute(
                "SELECT outcome, seconds FROM tasks WHERE fingerprint = ?", (fingerprint,)
            ).fetchone()
            if row is not None:
                found[fingerprint] = (json.loads(row[0]), float(row[1]))
        return found

    def save_task(
        self, fingerprint: str, claim: str, task: str, outcome: Mapping[str, Any], seconds: float
    ) -> None:
        with self._db:
            self._db.execute(
                "INSERT OR REPLACE INTO tasks VALUES (?, ?, ?, ?, ?)",
                (fingerprint, claim, task, json.dumps(outcome), seconds),
            )

    def save_run(self, run: Mapping[str, Any]) -> int:
        """Store a run's JSON form; returns its number."""
        with self._db:
            cursor = self._db.execute(
                "INSERT INTO runs (started, profile, seed, versions, seconds)"
                " VALUES (?, ?, ?, ?, ?)",
                (
                    run["started"],
                    run["profile"],
                    run["seed"],
                    json.dumps(run["versions"]),
                    run["seconds"],
                ),
            )
            number = int(cursor.lastrowid or 0)
            self._db.executemany(
                "INSERT INTO results VALUES (?, ?, ?)",
                [(number, result["id"], json.dumps(result)) for result in run["claims"]],
            )
        return number

    def run_numbers(self) -> list[tuple[int, str, str]]:
        """Number, start and profile of every run, oldest first."""
        rows = self._db.execute("SELECT number, started, profile FROM runs ORDER BY number")
        return [(int(number), started, profile) for number, started, profile in rows]

    def load_run(self, number: int) -> dict[str, Any]:
        """A run's JSON form. Raises `KeyError` for a number that is not in the store."""
        row = self._db.execute(
            "SELECT started, profile, seed, versions, seconds FROM runs WHERE number = ?", (number,)
        ).fetchone()
        if row is None:
            raise KeyError(number)
        results = self._db.execute(
            "SELECT result FROM results WHERE run = ? ORDER BY rowid", (number,)
        ).fetchall()
        return {
            "schema": 1,
            "started": row[0],
            "profile": row[1],
            "seed": row[2],
            "versions": json.loads(row[3]),
            "seconds": row[4],
            "defects": [],
            "claims": [json.loads(result) for (result,) in results],
        }

    def last_verdicts(self) -> dict[str, str]:
        """Each claim's verdict in the newest run that had it."""
        rows = self._db.execute(
            "SELECT claim, json_extract(result, '$.verdict') FROM results AS r"
            " WHERE run = (SELECT MAX(run) FROM results WHERE claim = r.claim)"
        )
        return dict(rows.fetchall())

    def last_result(self, claim: str) -> dict[str, Any] | None:
        row = self._db.execute(
            "SELECT result FROM results WHERE claim = ? ORDER BY run DESC LIMIT 1", (claim,)
        ).fetchone()
        return None if row is None else json.loads(row[0])

    def close(self) -> None:
        self._db.close()
