"""A limit on the time that pure-Python work may take, for code that has no limit of its own."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Expired(BaseException):
    """The time is up. Not an `Exception`, so that library code does not handle it by mistake."""


@contextmanager
def expires_at(deadline: float) -> Iterator[None]:
    """Raises `Expired` inside the block once `time.monotonic()` passes `deadline`.

    Works by an interval timer, which only the main thread can receive; in any other thread the
    block runs on, and has to watch its deadline itself. An outer timer is put back afterwards with
    what is left of it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def expire(signum: int, frame: FrameType | None) -> None:
        raise Expired

    began = time.monotonic()
    outer_left, outer_interval = signal.getitimer(signal.ITIMER_REAL)
    outer_handler = signal.signal(signal.SIGALRM, expire)
    own = max(deadline - began, 1e-6)
    signal.setitimer(signal.ITIMER_REAL, own if not outer_left else min(own, outer_left))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, outer_handler)
        if outer_left:
            rest = max(outer_left - (time.monotonic() - began), 1e-6)
            signal.setitimer(signal.ITIMER_REAL, rest, outer_interval)
