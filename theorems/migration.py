"""The store's schema: its tables, and how a store of an earlier version is brought up to date.

Everything happens in one transaction: a process killed in the middle leaves the store as it was.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

VERSION = 2

_TABLES_1 = """
CREATE TABLE tasks (
    fingerprint TEXT PRIMARY KEY, claim TEXT NOT NULL, task TEXT NOT NULL,
    outcome TEXT NOT NULL, seconds REAL NOT NULL
);
CREATE TABLE runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, started TEXT NOT NULL, profile TEXT NOT NULL,
    seed TEXT NOT NULL, versions TEXT NOT NULL, seconds REAL NOT NULL
);
CREATE TABLE results (
    run INTEGER NOT NULL REFERENCES runs(number), claim TEXT NOT NULL, result TEXT NOT NULL,
    PRIMARY KEY (run, claim)
);
"""
# `tasks.run`: the last recorded run that used the task, 0 for none. `runs.basis`: a digest of all
# that the run's verdicts depend on, empty where a repetition may not rest on it.
_CHANGES_2 = """
ALTER TABLE tasks ADD COLUMN finished TEXT NOT NULL DEFAULT '';
ALTER TABLE tasks ADD COLUMN run INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN defects TEXT NOT NULL DEFAULT '[]';
ALTER TABLE runs ADD COLUMN basis TEXT NOT NULL DEFAULT '';
CREATE INDEX results_of_claim ON results (claim, run);
"""
_STEPS = {1: _TABLES_1, 2: _CHANGES_2}
_OURS = {"tasks", "runs", "results"}


class SchemaError(Exception):
    """The file is of a schema that cannot be used; the message says what to do."""


def migrate(db: sqlite3.Connection, path: Path) -> None:
    """Bring the database to `VERSION`; `db` must be in autocommit mode.

    Raises `SchemaError` for a newer schema and for a database that is not a store.
    """
    if _version(db) == VERSION:
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        # Read again: another process may have migrated while this one waited for the lock.
        version = _version(db)
        names = refuse_others(db, path)
        # The first version's tables without their number are what a crash once could leave.
        first = 2 if version == 0 and names else version + 1
        for step in range(first, VERSION + 1):
            for statement in filter(str.strip, _STEPS[step].split(";")):
                db.execute(statement)
        db.execute(f"PRAGMA user_version={VERSION}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def refuse_others(db: sqlite3.Connection, path: Path) -> set[str]:
    """The names of the database's tables; changes nothing.

    Raises `SchemaError` for a newer schema and for a database that is not a store.
    """
    version = _version(db)
    if version > VERSION:
        raise SchemaError(
            f"{path}: the store has schema {version}, this version reads up to {VERSION};"
            " update gd-theorems or name another file with --store"
        )
    names = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
    if version == 0 and names and not names >= _OURS:
        raise SchemaError(
            f"{path}: a database of something else, not a store; name another with --store"
        )
    return names


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])
