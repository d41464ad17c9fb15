"""Running a call that cannot be interrupted in a child process that can be killed."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any


def run_with_deadline(
    function: Callable[..., Any], args: Sequence[Any], deadline: float
) -> Any | None:
    """`function(*args)` computed in a forked child, or None when `deadline` comes first.

    `deadline` is a value of `time.monotonic()`. Arguments are inherited, not pickled; the result is
    pickled. A child that dies or raises gives None as well: the caller learns no more than that no
    result came back in time.
    """
    left = deadline - time.monotonic()
    if left <= 0:
        return None
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_answer, args=(sender, function, args), daemon=True)
    child.start()
    sender.close()
    result = None
    try:
        if receiver.poll(left):
            result = receiver.recv()
    except EOFError:
        result = None
    finally:
        receiver.close()
        if child.is_alive():
            child.kill()
        child.join()
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


def _answer(sender: Any, function: Callable[..., Any], args: Sequence[Any]) -> None:
    sender.send(function(*args))
    sender.close()
