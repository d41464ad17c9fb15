"""Doing one task under its limits, in whatever process."""

from __future__ import annotations

import json
import random
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import sympy as sp

from theorems.claim import Claim
from theorems.profiles import Profile, seed_of
from theorems.tasks import Task, perform
from theorems.words import error_line

# Torch and z3 have no exception of their own for it.
NO_MEMORY = ("can't allocate memory", "out of memory", "bad_alloc")

Outcome = tuple[dict[str, Any], float]
Ended = tuple[Task, Outcome]
Done = Callable[[Sequence[Ended]], None]
Limit = Callable[[float], AbstractContextManager[None]]


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


def perform_limited(
    claim: Claim, task: Task, profile: Profile, limit: Limit = time_limit
) -> Outcome:
    """One task under its time limit: outcome and seconds.

    `limit` gives a context that raises `OutOfTime`. The outcome has been through JSON, so that it
    is the same wherever it was computed and whether or not it was stored meanwhile.
    """
    started = time.perf_counter()
    try:
        with limit(profile.task_seconds):
            _forget(task, profile)
            outcome = perform(claim, task, profile)
        outcome = json.loads(json.dumps(_plainly(outcome, profile)))
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


def _plainly(outcome: dict[str, Any], profile: Profile) -> dict[str, Any]:
    """What a library says of memory that it did not get, said as of any other."""
    if any(words in outcome.get("error", "") for words in NO_MEMORY):
        return outcome | {"error": f"ran out of memory (limit {profile.task_gib:g} GiB)"}
    return outcome


def _forget(task: Task, profile: Profile) -> None:
    """Put back what an earlier task of this process may have changed, so that order cannot matter:
    the random numbers that code without a generator draws, the default type, the threads."""
    import numpy as np
    import torch

    seed = seed_of(task.claim, task.name, profile.seed)
    random.seed(seed)
    np.random.seed(seed % 2**32)
    settle_sympy(seed)
    if torch.cuda.is_initialized():
        torch.manual_seed(seed)
    else:
        # That asks for every kind of device, which takes a hundred times as long.
        torch.default_generator.manual_seed(seed)
    torch.set_default_dtype(torch.float32)
    torch.set_grad_enabled(True)
    torch.set_num_threads(1)


def settle_sympy(seed: int) -> None:
    """Have SymPy do the same whatever this process did before.

    It shuffles the facts that it tries with random numbers of its own, and numbers dummy symbols
    from a random start: the order of terms with several of them depends on the numbers. No number
    is given twice in a process, whose caches remember the earlier ones.
    """
    from sympy.core.random import seed as seed_random

    seed_random(seed)
    times = _settled[seed] = _settled.get(seed, -1) + 1
    sp.Dummy._count = (seed << 64) + (times << 32) - sp.Dummy._base_dummy_index


_settled: dict[int, int] = {}


def failure(line: str, task: Task) -> dict[str, Any]:
    """The outcome of a task that came to no end of its own."""
    return {"error": f"{line} ({task.name})", "traceback": ""}


def run_here(
    tasks: Iterable[Task], claims: Mapping[str, Claim], profile: Profile, done: Done
) -> None:
    """Run tasks one after another in this process, where a debugger reaches them. A task that ends
    the process ends the run."""
    for task in tasks:
        done([(task, perform_limited(claims[task.claim], task, profile))])
