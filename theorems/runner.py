"""Running tasks, in this process or in a pool, each under a time limit."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, as_completed
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any

from theorems.claim import Claim
from theorems.profiles import Profile
from theorems.tasks import Task, perform

# A task that ignores its time limit (stuck in C code) is killed so many seconds later.
GRACE = 5.0

Done = Callable[[Task, dict[str, Any], float], None]

_worker_claims: Mapping[str, Claim] = {}
_worker_profile: Profile | None = None


class OutOfTime(BaseException):
    """A task ran past its limit. Not an `Exception`, so that no claim's code swallows it."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise `OutOfTime` after so many seconds; only in a main thread, where signals arrive."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "SIGALRM"):
        yield
        return

    def expire(signum: int, frame: Any) -> None:
        raise OutOfTime

    previous = signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def perform_limited(claim: Claim, task: Task, profile: Profile) -> tuple[dict[str, Any], float]:
    """One task under its time limit: outcome and seconds."""
    started = time.perf_counter()
    try:
        with time_limit(profile.task_seconds):
            outcome = perform(claim, task, profile)
    except OutOfTime:
        line = f"ran out of time after {profile.task_seconds:g} s ({task.name})"
        outcome = {"error": line, "traceback": ""}
    return outcome, time.perf_counter() - started


def run_here(
    tasks: Sequence[Task], claims: Mapping[str, Claim], profile: Profile, done: Done
) -> None:
    """Run tasks one after another in this process."""
    _one_torch_thread()
    for task in tasks:
        outcome, seconds = perform_limited(claims[task.claim], task, profile)
        done(task, outcome, seconds)


def run_pool(
    tasks: Sequence[Task],
    claims: Mapping[str, Claim],
    profile: Profile,
    done: Done,
    jobs: int,
) -> None:
    """Run tasks in `jobs` worker processes.

    Workers are forked, so that a user's claims need not be importable. A worker that dies, or that
    is stuck where no signal reaches it, costs its own task alone; another takes its place.
    """
    from pebble import ProcessPool

    load_once()
    context = multiprocessing.get_context("fork")
    pool = ProcessPool(jobs, initializer=enter_worker, initargs=(claims, profile), context=context)
    try:
        limit = profile.task_seconds + GRACE
        futures = {
            pool.schedule(perform_in_worker, args=(task,), timeout=limit): task for task in tasks
        }
        for future in as_completed(futures):
            outcome, seconds = outcome_of(future, futures[future], profile)
            done(futures[future], outcome, seconds)
        pool.close()
    except BaseException:
        # After an interrupt nobody waits for what the workers are doing.
        pool.stop()
        raise
    finally:
        pool.join()


def outcome_of(
    future: Future[tuple[dict[str, Any], float]], task: Task, profile: Profile
) -> tuple[dict[str, Any], float]:
    """What a worker sent back, or the error that its end amounts to."""
    from pebble import ProcessExpired

    try:
        return future.result()
    except TimeoutError:
        line = f"stuck; its worker was killed after {profile.task_seconds + GRACE:g} s"
    except ProcessExpired as error:
        line = f"its worker process died with status {error.exitcode}"
    except MemoryError:
        line = f"ran out of memory (limit {profile.task_gib:g} GiB)"
    return {"error": f"{line} ({task.name})", "traceback": ""}, 0.0


def enter_worker(claims: Mapping[str, Claim], profile: Profile) -> None:
    global _worker_claims, _worker_profile
    _worker_claims, _worker_profile = claims, profile
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The decision procedure starts children of its own, which daemons may not.
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
    _one_torch_thread()
    # What a claim prints would drown the results; with one job it is shown.
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    with suppress(ImportError):
        import resource

        limit = int(profile.task_gib * 2**30)
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def perform_in_worker(task: Task) -> tuple[dict[str, Any], float]:
    assert _worker_profile is not None
    return perform_limited(_worker_claims[task.claim], task, _worker_profile)


def load_once() -> None:
    """Import what tasks need before forking, so that no worker pays for it again."""
    _one_torch_thread()
    for name in ("scipy.stats", "symbolic.decide", "theorems.measure.pointwise"):
        import_module(name)


def _one_torch_thread() -> None:
    """One thread a process: workers share the cores, and one thread gives the same sums always."""
    import torch

    torch.set_num_threads(1)
