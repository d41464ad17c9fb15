"""The store: many processes at once, earlier and damaged files, and `theorems gc`."""

from __future__ import annotations

import contextlib
import datetime
import json
import multiprocessing
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from theorems import migration
from theorems.pruning import prune
from theorems.store import Store, StoreError

PROCESSES = 8


def _open_and_save(path: Path, start: Any, said: Any) -> None:
    start.wait(timeout=30)
    try:
        store = Store(path)
        store.save_task(multiprocessing.current_process().name, "claim", "task", {}, 0.0)
        store.close()
        said.put("")
    except Exception as error:  # noqa: BLE001 - what a worker dies of is what the test reports
        said.put(repr(error))


@pytest.mark.parametrize("attempt", range(5))
def test_processes_that_create_one_store_at_the_same_moment_all_succeed(
    tmp_path: Path, attempt: int
) -> None:
    path = tmp_path / "new" / "runs.sqlite"
    context = multiprocessing.get_context("fork")
    start, said = context.Barrier(PROCESSES), context.Queue()
    workers = [
        context.Process(target=_open_and_save, args=(path, start, said), name=f"w{n}")
        for n in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    answers = [said.get(timeout=60) for _ in workers]
    for worker in workers:
        worker.join(timeout=30)
    assert answers == [""] * PROCESSES
    store = Store(path)
    assert all(store.finished_task(w.name) for w in workers)
    store.close()


def _version_1(path: Path) -> None:
    """A store as the first version wrote it, with a run of two claims and three tasks."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.executescript(migration._STEPS[1] + "PRAGMA user_version=1;")
        db.executemany(
            "INSERT INTO tasks VALUES (?, ?, ?, ?, ?)",
            [(f"f{n}", "a.b", f"measure-{n}", '{"evidence": 1}', 0.5) for n in range(3)],
        )
        db.execute(
            "INSERT INTO runs VALUES (7, '2026-01-02T03:04:05+00:00', 'quick', 's', '{}', 1.5)"
        )
        db.executemany(
            "INSERT INTO results VALUES (7, ?, ?)",
            [(id_, json.dumps({"id": id_, "verdict": "PROVED"})) for id_ in ("a.b", "a.a")],
        )
        db.commit()


def test_a_store_of_the_first_version_is_migrated_with_all_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    _version_1(path)
    store = Store(path)
    held = [store.finished_task(f"f{n}") for n in range(4)]
    assert held == [({"evidence": 1}, 0.5)] * 3 + [None]
    assert store.last_verdicts() == {"a.b": "PROVED", "a.a": "PROVED"}
    run = store.load_run(7)
    assert [entry["id"] for entry in run["claims"]] == ["a.b", "a.a"]
    assert (run["defects"], run["started"]) == ([], "2026-01-02T03:04:05+00:00")
    assert store.save_run({**run, "defects": ["a defect"]}, ["f1"]) == 8
    store.close()
    again = Store(path)
    assert again.load_run(8)["defects"] == ["a defect"]
    again.close()


def test_a_migration_cut_short_leaves_the_store_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "old.sqlite"
    _version_1(path)
    steps = {**migration._STEPS, 2: migration._STEPS[2] + "; INSERT INTO nowhere VALUES (1)"}
    monkeypatch.setattr(migration, "_STEPS", steps)
    with pytest.raises(StoreError, match="nowhere"):
        Store(path)
    with contextlib.closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (1,)
        assert len(db.execute("PRAGMA table_info(tasks)").fetchall()) == 5
    monkeypatch.undo()
    store = Store(path)
    assert all(store.finished_task(f"f{n}") for n in range(3))
    store.close()


def _damaged(path: Path) -> None:
    _filled(path)
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))


def _filled(path: Path) -> None:
    store = Store(path)
    for number in range(50):
        store.save_task(f"f{number}", "a.b", f"measure-{number}", {"error": "x" * 500}, 0.0)
    store.close()


def _newer(path: Path) -> None:
    Store(path).close()
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version=99")


def _of_another(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE songs (title TEXT)")


def _truncated(path: Path) -> None:
    _filled(path)
    path.write_bytes(path.read_bytes()[:5000])


def _full_of_text(path: Path) -> None:
    path.write_text("not a database" * 100)


def _bad_outcome(path: Path) -> None:
    _filled(path)
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE tasks SET outcome = '{'")
        db.commit()


UNUSABLE = {
    "damaged": (_damaged, "damaged"),
    "newer": (_newer, "schema 99, this version reads up to"),
    "of another program": (_of_another, "a database of something else"),
    "truncated": (_truncated, "damaged"),
    "a text": (_full_of_text, "move it aside (mv"),
    "a folder": (Path.mkdir, "cannot be used as a store"),
    "with an outcome that is no JSON": (_bad_outcome, "holds what no store writes"),
}


def _read_all(path: Path) -> None:
    store = Store(path)
    for number in range(50):
        store.finished_task(f"f{number}")
    store.last_verdicts()


@pytest.mark.parametrize("kind", sorted(UNUSABLE))
def test_a_store_that_cannot_be_used_is_one_line_and_stays_as_it_is(
    kind: str, tmp_path: Path
) -> None:
    make, said = UNUSABLE[kind]
    path = tmp_path / "s.sqlite"
    make(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(StoreError) as raised:
        _read_all(path)
    line = str(raised.value)
    assert said in line
    assert line.startswith(f"{path}: ")
    assert "\n" not in line
    assert (path.read_bytes() if path.is_file() else b"") == before


def _run(store: Store, started: str, fingerprints: list[str]) -> int:
    result = {"id": "a.b", "verdict": "PROVED"}
    run = {"started": started, "profile": "quick", "seed": "s", "versions": {}, "seconds": 1.0}
    return store.save_run({**run, "defects": [], "claims": [result]}, fingerprints)


def _many_runs(path: Path) -> Store:
    """Twelve runs of one task each, one a day, and tasks that no run used."""
    store = Store(path)
    for name in ("current", "orphan"):
        store.save_task(name, "a.b", "measure-0", {"error": "x" * 2000}, 1.0)
    for day in range(1, 13):
        store.save_task(f"f{day}", "a.b", "measure-0", {"error": "x" * 2000}, 1.0)
        _run(store, f"2026-01-{day:02}T00:00:00+00:00", [f"f{day}", "shared"])
        if day == 3:
            store.save_task("shared", "a.b", "measure-1", {}, 1.0)
    with store.transaction() as db:
        db.execute("UPDATE tasks SET finished = '2026-01-01T00:00:00+00:00'")
    store.save_task("resumable", "a.b", "measure-0", {}, 1.0)
    return store


def _tasks(store: Store) -> set[str]:
    with store.transaction() as db:
        return {name for (name,) in db.execute("SELECT fingerprint FROM tasks")}


def test_gc_removes_old_runs_and_the_tasks_that_nothing_needs(tmp_path: Path) -> None:
    store = _many_runs(tmp_path / "s.sqlite")
    dry = prune(store, {"current"}, keep=4, dry=True)
    assert "would remove 8 runs (1 to 8) and 9 tasks" in str(dry)
    assert len(store.run_numbers()) == 12
    freed = prune(store, {"current"}, keep=4)
    assert (freed.runs, freed.tasks) == (tuple(range(1, 9)), 9)
    assert freed.after is not None
    assert freed.after < freed.before
    assert [number for number, _, _ in store.run_numbers()] == [9, 10, 11, 12]
    assert _tasks(store) == {"current", "shared", "resumable", "f9", "f10", "f11", "f12"}
    assert store.load_run(9)["claims"] == [{"id": "a.b", "verdict": "PROVED"}]
    again = prune(store, {"current"}, keep=4)
    assert (again.runs, again.tasks) == ((), 0)
    store.close()


def test_gc_keeps_what_is_young_and_removes_only_what_is_told(tmp_path: Path) -> None:
    store = _many_runs(tmp_path / "s.sqlite")
    today = datetime.datetime.now(datetime.UTC)
    age = (today - datetime.datetime(2026, 1, 6, 12, tzinfo=datetime.UTC)).total_seconds() / 86400
    if age < 0:
        pytest.skip("the clock is wrong")
    assert prune(store, set(), keep=12).runs == ()
    assert prune(store, set(), keep=0, older_than=age).runs == (1, 2, 3, 4, 5, 6)
    assert prune(store, set(), keep=0).runs == (7, 8, 9, 10, 11, 12)
    assert _tasks(store) == {"resumable"}
    store.close()
