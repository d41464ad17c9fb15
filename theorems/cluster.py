"""Running tasks on a Dask cluster, with the same outcomes as in local processes.

Each Dask worker keeps one child process that does the tasks, in its main thread and under its
limits, exactly as a local worker does: a task that crashes or hangs costs itself alone. Claims do
not travel; workers find them by the same patterns, and a user's file travels as its text.
"""

from __future__ import annotations

import multiprocessing
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, as_completed
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from theorems.pool import Child
from theorems.profiles import Profile
from theorems.runner import Done, Outcome, failure
from theorems.tasks import Task
from theorems.workers import load_once

if TYPE_CHECKING:
    from theorems.registry import Collection

Sources = tuple[tuple[str, str | None], ...]

CONNECT = 10.0
"""Seconds in which a cluster must answer."""
LOADED_AGAIN = (1.0, 3.0)
"""Seconds after which a worker that found defects while it started loads the claims again."""


class ClusterError(Exception):
    """The cluster cannot be used; the message says why and what to do."""


def sources_of(patterns: Sequence[str]) -> Sources:
    """The patterns with the text of those that are files."""
    found = []
    for pattern in patterns:
        path = Path(pattern)
        found.append((pattern, path.read_text(encoding="utf-8") if path.is_file() else None))
    return tuple(found)


def run_cluster(
    tasks: Iterable[Task],
    patterns: Sequence[str],
    profile: Profile,
    done: Done,
    address: str,
    device: str = "cpu",
) -> None:
    """Run tasks on the cluster at `address`, or on `local:N` worker processes of this machine.

    Raises `ClusterError` when `distributed` is not installed or the cluster does not answer.
    """
    sources = sources_of(patterns)
    listed = list(tasks)
    if not listed:
        return
    with _client(address) as client:
        executor = client.get_executor(pure=False, retries=2)
        futures = {
            executor.submit(_perform_there, sources, task, profile, device): task for task in listed
        }
        try:
            for future in as_completed(futures):
                done([(futures[future], _received(future, futures[future]))])
        except BaseException:
            for future in futures:
                future.cancel()
            raise
        finally:
            with suppress(Exception):  # a cluster that is gone has no children left
                client.run(_end_child, sources, profile, device)


def _received(future: Future[Outcome], task: Task) -> Outcome:
    from distributed import KilledWorker

    try:
        return future.result()
    except KilledWorker as error:
        line = f"every Dask worker that took it died ({error.allowed_failures + 1} tries)"
        return failure(line, task), 0.0


@contextmanager
def _client(address: str) -> Iterator[Any]:
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise ClusterError(
            "a cluster needs the extra: pip install -c constraints.txt 'gd-theorems[cluster]'"
        ) from error
    if address.startswith("local:"):
        number = address.removeprefix("local:")
        if not number.isdigit() or int(number) < 1:
            raise ClusterError(f"--cluster {address}: write local:N with N workers, as in local:4")
        load_once()
        with (
            LocalCluster(
                n_workers=int(number), threads_per_worker=1, dashboard_address=None
            ) as cluster,
            Client(cluster) as client,
        ):
            yield client
        return
    try:
        client = Client(address, timeout=CONNECT)
    except (OSError, TimeoutError, ValueError) as error:
        raise ClusterError(f"no Dask cluster answers at {address}: {error}") from error
    with client:
        yield client


def _perform_there(sources: Sources, task: Task, profile: Profile, device: str) -> Outcome:
    """One task in this Dask worker's child process."""
    loaded = _claims(sources)
    if task.claim not in loaded.claims:
        why = "; ".join(str(defect) for defect in loaded.defects[:3]) or "its file lacks it"
        return failure(f"the Dask worker cannot load the claim: {why}", task), 0.0
    # A nanny's worker is a daemon, which may not have children otherwise.
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
    key = (threading.get_ident(), sources, profile, device)
    with _starting:
        if key not in _children:
            _children[key] = Child(loaded.claims, profile, device)
    return _children[key].perform(task)


# One for each thread of a Dask worker.
_children: dict[tuple[int, Sources, Profile, str], Child] = {}
_starting = threading.Lock()


def _end_child(sources: Sources, profile: Profile, device: str) -> None:
    """Runs on every Dask worker when the run is over: what it needed of them goes with it."""
    with _starting:
        for key in [key for key in _children if key[1:] == (sources, profile, device)]:
            _children.pop(key).close()


@lru_cache(maxsize=4)
def _claims(sources: Sources) -> Collection:
    from theorems.selection import select

    folder = Path(tempfile.mkdtemp(prefix="theorems-"))
    patterns = []
    for pattern, text in sources:
        if text is None or Path(pattern).is_file():
            patterns.append(pattern)
            continue
        copy = folder / Path(pattern).name
        copy.write_text(text, encoding="utf-8")
        patterns.append(str(copy))
    loaded = select(patterns)
    for pause in LOADED_AGAIN:
        if not loaded.defects:
            break
        # A worker's other threads import as well while it starts, and two imports that wait for
        # each other hand out modules that are not complete yet: what failed may load by now.
        time.sleep(pause)
        loaded = select(patterns)
    return loaded
