"""Faults in the middle of a run: a power cut, a full disk, an interrupt, a second run."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sqlite3
import time
from pathlib import Path

import pytest
from running import MANY, Started, finished, untimed, wait_for

from theorems.harness import run
from theorems.profiles import quick
from theorems.registry import Collection, from_file
from theorems.store import Store

TASKS = 54
STUCK = """\
def stuck(points):
    BODY
    return points.x
long = c("long", lhs=Computed(stuck), grid=Grid(k=[1], x=[1]))
"""
KEPT = TASKS - 3  # the three tasks of the claim that crashes are not kept


@pytest.fixture(scope="module")
def claims(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    file = tmp_path_factory.mktemp("claims") / "mine.py"
    file.write_text(MANY)
    return from_file(file)


@pytest.fixture(scope="module")
def reference(claims: Collection) -> str:
    return untimed(run(claims, quick()).to_json())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mine.py").write_text(MANY)
    return tmp_path


@pytest.mark.parametrize("share", [0.0, 0.21, 0.5, 0.83, 1.0])
def test_a_power_cut_leaves_a_sound_store_with_the_tasks_before_it(
    claims: Collection, reference: str, tmp_path: Path, share: float
) -> None:
    """The disk holds the log up to some byte, in the middle of a write: what was committed before
    it is there, what came after is not, and nothing is damaged."""
    whole, log = tmp_path / "whole.sqlite", tmp_path / "whole.sqlite-wal"
    store = Store(whole)
    written = [(0, 0)]

    def progress(*_: object) -> None:
        written.append((log.stat().st_size, finished(whole)))

    run(claims, quick(), store=store, progress=progress)
    copy = tmp_path / "cut.sqlite"
    shutil.copy(whole, copy)
    cut = int(share * written[-1][0])
    Path(f"{copy}-wal").write_bytes(log.read_bytes()[:cut])
    store.close()
    again = Store(copy)
    assert finished(copy) == max(count for size, count in written if size <= cut)
    resumed = run(claims, quick(), store=again)
    again.close()
    assert untimed(resumed.to_json()) == reference
    assert finished(copy) == KEPT
    with sqlite3.connect(copy) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_full_disk_costs_the_memory_of_results_and_not_the_results(
    folder: Path, reference: str
) -> None:
    """Files may not grow beyond a limit, which the store meets in the middle of the run."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        started = Started(folder, "check", "mine.py", "--jobs", "2")
        status = started.wait()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert status == 2
    lines = [line for line in started.said.split("\n") if "disk is full" in line]
    assert len(lines) == 1, started.said
    assert "finished tasks are not kept and will be run again" in lines[0]
    assert "Traceback" not in started.said
    assert f"{TASKS}/{TASKS} tasks done" in started.said
    assert "u.wrong VIOLATED" in started.said
    kept = finished(folder / ".theorems" / "runs.sqlite")
    assert 0 < kept < KEPT
    last = Started(folder, "check", "mine.py", "--jobs", "2", "--json", "out.json")
    assert last.wait() == 1
    assert untimed(json.loads((folder / "out.json").read_text())) == reference


def test_space_that_returns_before_the_end_is_used(claims: Collection, tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    (most,) = store._db.execute("PRAGMA max_page_count=16").fetchone()
    assert most == 16
    done = 0

    def progress(*_: object) -> None:
        nonlocal done
        done += 1
        if done == TASKS - 1:
            assert finished(store.path) < KEPT
            store._db.execute("PRAGMA max_page_count=100000")

    result = run(claims, quick(), store=store, progress=progress)
    assert result.defects == ()
    assert finished(store.path) == KEPT
    assert len(store.run_numbers()) == 1
    store.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_the_run_within_two_seconds_with_what_is_finished(
    folder: Path, number: int
) -> None:
    (folder / "mine.py").write_text(MANY + STUCK.replace("BODY", "time.sleep(30)"))
    store = folder / ".theorems" / "runs.sqlite"
    started = Started(folder, "check", "mine.py", "--jobs", "2", "--json", "out.json")
    wait_for(KEPT, store, 15)
    clock = time.monotonic()
    os.kill(started.process.pid or 0, number)
    assert started.wait() == 130
    assert time.monotonic() - clock < 2.0
    assert "interrupted" in started.said
    ids = [entry["id"] for entry in json.loads((folder / "out.json").read_text())["claims"]]
    assert "u.long" not in ids
    assert "u.mean" in ids
    with pytest.raises(ProcessLookupError):
        os.killpg(started.process.pid or 0, 0)


def test_a_killed_command_leaves_no_workers_behind(folder: Path) -> None:
    (folder / "mine.py").write_text(MANY + STUCK.replace("BODY", "while True: pass"))
    started = Started(folder, "check", "mine.py", "--jobs", "2")
    wait_for(KEPT, folder / ".theorems" / "runs.sqlite")
    os.kill(started.process.pid or 0, signal.SIGKILL)
    started.wait()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.killpg(started.process.pid or 0, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    started.end()
    pytest.fail("workers go on without the command")


def test_two_runs_at_once_on_one_store_give_the_same_file(folder: Path, reference: str) -> None:
    names = ("one.json", "two.json")
    both = [
        Started(folder, "check", "mine.py", "--jobs", "2", "--json", name, "--store", "s.sqlite")
        for name in names
    ]
    assert [started.wait() for started in both] == [1, 1]
    assert not any("Traceback" in started.said for started in both), both[0].said + both[1].said
    for name in names:
        assert untimed(json.loads((folder / name).read_text())) == reference
    assert finished(folder / "s.sqlite") == KEPT
