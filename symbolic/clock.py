"""Time as the deciders count it: what a thread has computed, not what passed on the wall.

So the same question gets the same answer on a machine that is busy with other things. The wall is
an outer guard alone, for what waits without computing and for machines that are hopelessly busy.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_GUARD = 8.0  # seconds on the wall for each second of work, and one more
_charged: dict[int, float] = {}  # thread: what its child processes have computed
_guards: dict[int, float] = {}  # thread: the value of `time.monotonic()` at which all has to end


def now() -> float:
    """Seconds that this thread, and the child processes that it waited for, have computed.

    Deadlines are values of this clock, and mean nothing to another thread or process.
    """
    return time.thread_time() + _charged.get(threading.get_ident(), 0.0)


def left(deadline: float) -> float:
    """Seconds until the deadline."""
    return deadline - now()


def charge(seconds: float) -> None:
    """Counts work that a child process did for this thread (less than 0: work that is none)."""
    thread = threading.get_ident()
    _charged[thread] = _charged.get(thread, 0.0) + seconds


def charged(thread: int) -> float:
    """What was charged to a thread, which may be another one."""
    return _charged.get(thread, 0.0)


def wall_for(seconds: float) -> float:
    """How many seconds so much work may take on the wall, whatever else the machine does."""
    return _GUARD * seconds + 1.0


def guard(thread: int) -> float:
    """The value of `time.monotonic()` at which the work of the thread has to end."""
    return _guards.get(thread, float("inf"))


@contextmanager
def guarded(seconds: float) -> Iterator[None]:
    """Has the watchdogs inside end all work after `wall_for(seconds)` on the wall."""
    thread = threading.get_ident()
    outer = guard(thread)
    _guards[thread] = min(outer, time.monotonic() + wall_for(seconds))
    try:
        yield
    finally:
        _guards[thread] = outer
