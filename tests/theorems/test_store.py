"""The store: many processes at once."""

from __future__ import annotations

import multiprocessing
from pathlib import Path
from typing import Any

import pytest

from theorems.store import Store

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
    assert set(store.finished(w.name for w in workers)) == {w.name for w in workers}
    store.close()
