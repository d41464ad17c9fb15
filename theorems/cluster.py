"""Running tasks on a Dask cluster, with the same outcomes as in local processes.

Each Dask worker keeps one child process that does the tasks, in its main thread and under its
limits, exactly as a local worker does: a task that crashes or hangs costs itself alone. Claims do
not travel; workers find them by the same patterns, and a user's file travels as its text.
"""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, as_completed
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from theorems.claim import Claim
from theorems.profiles import Profile
from theorems.runner import GRACE, Done, enter_worker, load_once, outcome_of, perform_in_worker
from theorems.tasks import Task

Sources = tuple[tuple[str, str | None], ...]


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
    tasks: Sequence[Task],
    patterns: Sequence[str],
    profile: Profile,
    done: Done,
    address: str,
) -> None:
    """Run tasks on the cluster at `address`, or on `local:N` worker processes of this machine.

    Raises `ClusterError` when `distributed` is not installed or the cluster does not answer.
    """
    sources = sources_of(patterns)
    with _client(address) as client:
        executor = client.get_executor(pure=False, retries=2)
        futures = {executor.submit(_perform_there, sources, task, profile): task for task in tasks}
        try:
            for future in as_completed(futures):
                outcome, seconds = _received(future, futures[future])
                done(futures[future], outcome, seconds)
        except BaseException:
            for future in futures:
                future.cancel()
            raise


def _received(
    future: Future[tuple[dict[str, Any], float]], task: Task
) -> tuple[dict[str, Any], float]:
    from distributed import KilledWorker

    try:
        return future.result()
    except KilledWorker as error:
        line = f"every Dask worker that took it died ({error.allowed_failures + 1} tries)"
        return {"error": f"{line} ({task.name})", "traceback": ""}, 0.0


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
        client = Client(address, timeout=10)
    except (OSError, TimeoutError, ValueError) as error:
        raise ClusterError(f"no Dask cluster answers at {address}: {error}") from error
    with client:
        yield client


def _perform_there(sources: Sources, task: Task, profile: Profile) -> tuple[dict[str, Any], float]:
    """One task in this Dask worker's child process."""
    pool = _child(sources, profile)
    future = pool.schedule(perform_in_worker, args=(task,), timeout=profile.task_seconds + GRACE)
    return outcome_of(future, task, profile)


@lru_cache(maxsize=4)
def _child(sources: Sources, profile: Profile) -> Any:
    from pebble import ProcessPool

    load_once()
    # A nanny's worker is a daemon, which may not have children otherwise.
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
    claims = _claims(sources)
    context = multiprocessing.get_context("fork")
    return ProcessPool(1, initializer=enter_worker, initargs=(claims, profile), context=context)


@lru_cache(maxsize=4)
def _claims(sources: Sources) -> Mapping[str, Claim]:
    from theorems.registry import select

    folder = Path(tempfile.mkdtemp(prefix="theorems-"))
    patterns = []
    for pattern, text in sources:
        if text is None or Path(pattern).is_file():
            patterns.append(pattern)
            continue
        copy = folder / Path(pattern).name
        copy.write_text(text, encoding="utf-8")
        patterns.append(str(copy))
    return select(patterns).claims
