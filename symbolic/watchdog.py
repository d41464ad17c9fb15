"""A limit on the time that pure-Python work may take, for code that has no limit of its own."""

from __future__ import annotations

import ctypes
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType

# Raised where Python cannot pass it on (a finaliser), the exception is lost: it is raised again.
_AGAIN = 0.05
_FINALISERS = frozenset({"__del__", "gc_callback"})
_TIMES = 200
_NEAR = 6  # frames


class Expired(BaseException):
    """The time is up. Not an `Exception`, so that library code does not handle it by mistake."""


def expires_at(deadline: float) -> AbstractContextManager[None]:
    """Raises `Expired` inside the block once `time.monotonic()` passes `deadline`.

    In the main thread by an interval timer (an outer timer is put back afterwards with what is left
    of it), in any other thread by an exception sent from a timer thread. Neither interrupts a call
    into C code before that returns.
    """
    if threading.current_thread() is threading.main_thread():
        return _by_signal(deadline)
    return _by_thread(deadline)


_shields: dict[int, int] = {}  # thread: how many shields it is under


class shielded(AbstractContextManager[None]):
    """No `Expired` is raised inside: for libraries that an interruption would leave corrupted.

    What runs inside has to end by itself. The exception comes soon after the block.
    """

    def __enter__(self) -> None:
        thread = threading.get_ident()
        _shields[thread] = _shields.get(thread, 0) + 1

    def __exit__(self, *_: object) -> None:
        thread = threading.get_ident()
        _shields[thread] = max(0, _shields.get(thread, 0) - 1)


@contextmanager
def _by_signal(deadline: float) -> Iterator[None]:
    armed = [True]

    def expire(signum: int, frame: FrameType | None) -> None:
        if armed and not _shields.get(thread) and not _in_finaliser(frame):
            raise Expired

    thread = threading.get_ident()
    shields = _shields.get(thread, 0)

    began = time.monotonic()
    outer_left, outer_interval = signal.getitimer(signal.ITIMER_REAL)
    outer_handler = signal.signal(signal.SIGALRM, expire)
    own = max(deadline - began, 1e-6)
    first = own if not outer_left else min(own, outer_left)
    try:
        signal.setitimer(signal.ITIMER_REAL, first, _AGAIN)
        yield
    finally:
        armed.clear()
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        _shields[thread] = shields
        signal.signal(signal.SIGALRM, outer_handler)
        if outer_left:
            rest = max(outer_left - (time.monotonic() - began), 1e-6)
            signal.setitimer(signal.ITIMER_REAL, rest, outer_interval)


def _in_finaliser(frame: FrameType | None) -> bool:
    for _ in range(_NEAR):
        if frame is None:
            return False
        code = frame.f_code
        if code.co_name in _FINALISERS or code.co_filename.endswith("weakref.py"):
            return True
        frame = frame.f_back
    return False


@contextmanager
def _by_thread(deadline: float) -> Iterator[None]:
    send = ctypes.pythonapi.PyThreadState_SetAsyncExc
    thread = threading.get_ident()
    shields = _shields.get(thread, 0)
    target = ctypes.c_ulong(thread)
    lock, finished = threading.Lock(), threading.Event()

    def watch() -> None:
        wait = max(deadline - time.monotonic(), 0.0)
        for _ in range(_TIMES):
            if finished.wait(wait):
                return
            with lock:
                if not finished.is_set() and not _shields.get(thread):
                    send(target, ctypes.py_object(Expired))
            wait = _AGAIN

    try:
        threading.Thread(target=watch, name="deadline", daemon=True).start()
        yield
    finally:
        while True:
            try:
                finished.set()
                _shields[thread] = shields
                with lock:
                    send(target, None)  # none may arrive after the block
                break
            except Expired:  # arrived while the block was being left
                continue
