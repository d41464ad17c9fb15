"""Running tasks, in this process or in worker processes, each under its limits."""

from __future__ import annotations

import json
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, as_completed
from contextlib import contextmanager
from typing import Any

from theorems.claim import Claim
from theorems.profiles import Profile, seed_of
from theorems.tasks import Task, perform
from theorems.words import error_line

# A task that ignores its time limit (stuck in C code) is killed so many seconds later.
GRACE = 5.0

Outcome = tuple[dict[str, Any], float]
Done = Callable[[Task, dict[str, Any], float], None]


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


def perform_limited(claim: Claim, task: Task, profile: Profile) -> Outcome:
    """One task under its time limit: outcome and seconds.

    The outcome has been through JSON, so that it is the same wherever it was computed and whether
    or not it was stored meanwhile.
    """
    started = time.perf_counter()
    try:
        with time_limit(profile.task_seconds):
            _forget(task, profile)
            outcome = perform(claim, task, profile)
        outcome = json.loads(json.dumps(outcome))
    except OutOfTime:
        outcome = failure(f"ran out of time after {profile.task_seconds:g} s", task)
    except KeyboardInterrupt:
        # A worker is deaf to Ctrl-C: there it is the claim's own doing.
        if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:
            raise
        outcome = failure("KeyboardInterrupt", task)
    except (TypeError, ValueError, RecursionError) as error:
        outcome = failure(f"its outcome is no plain data: {error_line(error)}", task)
    except BaseException as error:  # noqa: BLE001 - `sys.exit` in a claim ends the task alone
        outcome = failure(error_line(error), task)
    return outcome, time.perf_counter() - started


def _forget(task: Task, profile: Profile) -> None:
    """Put back what an earlier task of this process may have changed, so that order cannot matter:
    the random numbers that code without a generator draws, the default type, the threads."""
    import numpy as np
    import torch

    seed = seed_of(task.claim, task.name, profile.seed)
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)
    torch.set_default_dtype(torch.float32)
    torch.set_grad_enabled(True)
    torch.set_num_threads(1)


def failure(line: str, task: Task) -> dict[str, Any]:
    """The outcome of a task that came to no end of its own."""
    return {"error": f"{line} ({task.name})", "traceback": ""}


def run_here(
    tasks: Sequence[Task], claims: Mapping[str, Claim], profile: Profile, done: Done
) -> None:
    """Run tasks one after another in this process, where a debugger reaches them. A task that ends
    the process ends the run."""
    for task in tasks:
        outcome, seconds = perform_limited(claims[task.claim], task, profile)
        done(task, outcome, seconds)


def run_pool(
    tasks: Sequence[Task],
    claims: Mapping[str, Claim],
    profile: Profile,
    done: Done,
    jobs: int,
    device: str = "cpu",
) -> None:
    """Run tasks in `jobs` worker processes.

    Workers are forked, so that a user's claims need not be importable. A worker that dies, or that
    is stuck where no signal reaches it, costs its own task alone; another takes its place.
    """
    pool = new_pool(jobs, claims, profile, device)
    if threading.current_thread() is threading.main_thread():
        # z3, once used in this process, leaves Ctrl-C unable to end a wait.
        signal.siginterrupt(signal.SIGINT, True)
    try:
        futures = {send(pool, task, profile): task for task in tasks}
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


class Child:
    """One worker process that does tasks one at a time, and is replaced when it dies.

    It is started with its first task: what has been done before needs none.
    """

    def __init__(self, claims: Mapping[str, Claim], profile: Profile, device: str = "cpu") -> None:
        self.claims, self.profile, self.device = claims, profile, device
        self._pool: Any = None

    def perform(self, task: Task) -> Outcome:
        if self._pool is None:
            self._pool = new_pool(1, self.claims, self.profile, self.device)
        return outcome_of(send(self._pool, task, self.profile), task, self.profile)

    def close(self) -> None:
        if self._pool is not None:
            self._pool.stop()
            self._pool.join()


def new_pool(jobs: int, claims: Mapping[str, Claim], profile: Profile, device: str) -> Any:
    """A pool of forked workers that know these claims."""
    import multiprocessing

    from pebble import ProcessPool

    from theorems.workers import enter_worker, load_once

    load_once()
    context = multiprocessing.get_context("fork")
    initargs = (claims, profile, device)
    return ProcessPool(jobs, initializer=enter_worker, initargs=initargs, context=context)


def send(pool: Any, task: Task, profile: Profile) -> Future[Outcome]:
    from theorems.workers import perform_in_worker

    future: Future[Outcome] = pool.schedule(
        perform_in_worker, args=(task,), timeout=profile.task_seconds + GRACE
    )
    return future


def outcome_of(future: Future[Outcome], task: Task, profile: Profile) -> Outcome:
    """What a worker sent back, or the error that its end amounts to."""
    from pebble import ProcessExpired

    try:
        return future.result()
    except TimeoutError:
        line = f"stuck; its worker was killed after {profile.task_seconds + GRACE:g} s"
    except ProcessExpired as error:
        line = _end_of(error.exitcode)
    except MemoryError:
        line = f"ran out of memory (limit {profile.task_gib:g} GiB)"
    return failure(line, task), 0.0


def _end_of(status: int) -> str:
    if status < 0:
        try:
            return f"its worker process died of {signal.Signals(-status).name}"
        except ValueError:
            return f"its worker process died of signal {-status}"
    return f"its worker process died with status {status}"
