"""Running a call that cannot be interrupted in a child process that can be killed."""

from __future__ import annotations

import multiprocessing
import signal
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from symbolic import clock


def run_with_deadline(
    function: Callable[..., Any], args: Sequence[Any], deadline: float
) -> Any | None:
    """`function(*args)` computed in a forked child, or None when `deadline` comes first.

    `deadline` is a value of `clock.now()`: what the child computes counts as this thread's own
    work, and it is killed where that passes the deadline, or when the wall's guard does. Arguments
    are inherited, not pickled; the result is pickled. A child that dies or raises gives None as
    well: the caller learns no more than that no result came back in time.
    """
    seconds = clock.left(deadline)
    if seconds <= 0:
        return None
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_answer, args=(sender, seconds, function, args), daemon=True)
    child.start()
    sender.close()
    result, spent = None, seconds
    guard = clock.guard(threading.get_ident()) - time.monotonic()
    try:
        if receiver.poll(max(0.0, min(clock.wall_for(seconds), guard))):
            spent, result = receiver.recv()
    except EOFError:
        result = None
    finally:
        receiver.close()
        if child.is_alive():
            child.kill()
        child.join()
        clock.charge(spent)
    return result


def limit_growth(size: int) -> None:
    """Lets the address space of this process grow by at most `size` bytes from now on.

    For a child process: the limit cannot be lifted again.
    """
    import resource

    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = pages * resource.getpagesize() + size
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _answer(sender: Any, seconds: float, function: Callable[..., Any], args: Sequence[Any]) -> None:
    # The kernel counts what this process computes, and ends it without asking.
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    result = function(*args)
    sender.send((time.process_time(), result))
    sender.close()
