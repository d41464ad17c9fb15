"""Running tasks, in this process or in a pool, each under a time limit."""

from __future__ import annotations

import multiprocessing
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any

from theorems.claim import Claim
from theorems.profiles import Profile
from theorems.tasks import Task, perform

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

    Workers are forked, so that a user's claims need not be importable. When a worker dies, the
    tasks left run again, each in a process of its own, so that only the one that kills it fails.
    """
    left = list(tasks)
    try:
        for task, outcome, seconds in _pooled(left, claims, profile, jobs):
            left.remove(task)
            done(task, outcome, seconds)
    except BrokenProcessPool:
        for task in list(left):
            try:
                for finished, outcome, seconds in _pooled([task], claims, profile, 1):
                    done(finished, outcome, seconds)
            except BrokenProcessPool:
                error = {"error": f"the worker process died ({task.name})", "traceback": ""}
                done(task, error, 0.0)


def _pooled(
    tasks: Sequence[Task], claims: Mapping[str, Claim], profile: Profile, jobs: int
) -> Iterator[tuple[Task, dict[str, Any], float]]:
    context = multiprocessing.get_context("fork")
    _load_once()
    pool = ProcessPoolExecutor(
        jobs, mp_context=context, initializer=_enter, initargs=(claims, profile)
    )
    try:
        futures: dict[Future[tuple[dict[str, Any], float]], Task] = {
            pool.submit(_perform_in_worker, task): task for task in tasks
        }
        pending = set(futures)
        while pending:
            finished, pending = wait(pending, return_when=FIRST_COMPLETED)
            for future in finished:
                outcome, seconds = future.result()
                yield futures[future], outcome, seconds
    except BaseException:
        _stop(pool)
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _stop(pool: ProcessPoolExecutor) -> None:
    """End the workers at once: after an interrupt nobody waits for what they are doing."""
    for process in list((pool._processes or {}).values()):
        with suppress(ProcessLookupError):
            process.terminate()


def _enter(claims: Mapping[str, Claim], profile: Profile) -> None:
    global _worker_claims, _worker_profile
    _worker_claims, _worker_profile = claims, profile
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _one_torch_thread()
    with suppress(ImportError):
        import resource

        limit = int(profile.task_gib * 2**30)
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _perform_in_worker(task: Task) -> tuple[dict[str, Any], float]:
    assert _worker_profile is not None
    return perform_limited(_worker_claims[task.claim], task, _worker_profile)


def _load_once() -> None:
    """Import what tasks need before forking, so that no worker pays for it again."""
    _one_torch_thread()
    for name in ("scipy.stats", "symbolic.decide", "theorems.measure.pointwise"):
        import_module(name)


def _one_torch_thread() -> None:
    """One thread a process: workers share the cores, and one thread gives the same sums always."""
    import torch

    torch.set_num_threads(1)
