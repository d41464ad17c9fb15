"""What runs inside a worker process: its limits, its device, and one task after another."""

from __future__ import annotations

import faulthandler
import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any, NoReturn, cast

from theorems.claim import Claim
from theorems.devices import CPU, use
from theorems.pipes import read_frame, write_frame
from theorems.pool import OUT_OF_TIME
from theorems.profiles import Profile
from theorems.runner import OutOfTime, perform_limited
from theorems.tasks import Task

# A worker notices so many seconds later that the process it works for is gone.
ORPHANED = 1.0


def serve(
    taken: int,
    said: int,
    others: tuple[int, ...],
    claims: Mapping[str, Claim],
    profile: Profile,
    device: str,
) -> NoReturn:
    """What a worker does: tasks that come through the pipe `taken`, their outcomes into `said`.

    `others` are the far ends of the two, which are not this process's to hold.
    """
    status = 1
    try:
        for pipe in others:
            os.close(pipe)
        _enter(profile, device)
        folder, limit = os.getcwd(), _Limit()
        while True:
            claim, kind, group = cast(list[Any], read_frame(taken))
            os.chdir(folder)
            outcome, seconds = perform_limited(
                claims[claim], Task(claim, kind, group), profile, limit
            )
            # What ran out of time may have been interrupted anywhere, and left libraries broken.
            last = {"last": True} if limit.passed else {}
            write_frame(said, [outcome | last, seconds])
    except EOFError:
        status = 0
    finally:
        # Not the way a program ends: nothing that the claims started is waited for.
        os._exit(status)


class _Limit:
    """A context that the process this one works for ends with a signal when time is up."""

    def __init__(self) -> None:
        self.armed = self.passed = False
        signal.signal(OUT_OF_TIME, self._expire)

    def _expire(self, signum: int, frame: object) -> None:
        if self.armed:
            self.passed = True
            raise OutOfTime

    @contextmanager
    def __call__(self, seconds: float) -> Iterator[None]:
        self.armed = True
        try:
            yield
        finally:
            self.armed = False


def _enter(profile: Profile, device: str) -> None:
    """Make this process a worker: quiet, limited, deaf to Ctrl-C, gone when its parent is."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    # What was there before stays: looking through it for garbage would copy its pages as well.
    gc.freeze()
    # SymPy makes many small objects that stay: looking for garbage so often would find none.
    gc.set_threshold(20_000, 20, 20)
    threading.Thread(target=_leave_with, args=(os.getppid(),), daemon=True).start()
    # The decision procedure starts children of its own, which daemons may not.
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
    one_torch_thread()
    # What a claim prints would drown the results.
    faulthandler.disable()
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    sys.stdout = sys.stderr = os.fdopen(silent, "w")
    if device == CPU:
        # A GPU's driver reserves far more address space than it uses.
        _limit_memory(profile.task_gib)
    use(device)


def load_once() -> None:
    """Import what tasks need before forking, so that no worker pays for it again."""
    one_torch_thread()
    for name in ("scipy.special", "symbolic.decide", "theorems.measure.pointwise"):
        import_module(name)


def one_torch_thread() -> None:
    """One thread a process: workers share the cores, and one thread gives the same sums always."""
    import torch

    torch.set_num_threads(1)


def _limit_memory(gib: float) -> None:
    with suppress(ImportError):
        import resource

        limit = int(gib * 2**30)
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        most = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _leave_with(parent: int) -> None:
    """End this process once its parent is gone, so that a killed run leaves nothing running."""
    while os.getppid() == parent:
        time.sleep(ORPHANED)
    os._exit(1)
