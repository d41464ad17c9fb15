"""What runs inside a worker process: its limits, its device, and one task after another."""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module

from theorems.claim import Claim
from theorems.devices import CPU, use
from theorems.profiles import Profile
from theorems.runner import Outcome, perform_limited
from theorems.tasks import Task

# A worker notices so many seconds later that the process it works for is gone.
ORPHANED = 1.0

_claims: Mapping[str, Claim] = {}
_profile: Profile | None = None
_folder = "."


def enter_worker(claims: Mapping[str, Claim], profile: Profile, device: str = CPU) -> None:
    """Make this process a worker: quiet, limited, deaf to Ctrl-C, gone when its parent is."""
    global _claims, _profile, _folder
    _claims, _profile, _folder = claims, profile, os.getcwd()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
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


def perform_in_worker(task: Task) -> Outcome:
    assert _profile is not None
    os.chdir(_folder)
    return perform_limited(_claims[task.claim], task, _profile)


def load_once() -> None:
    """Import what tasks need before forking, so that no worker pays for it again."""
    one_torch_thread()
    for name in ("scipy.stats", "symbolic.decide", "theorems.measure.pointwise"):
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
