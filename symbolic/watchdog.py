"""A limit on what pure-Python work may compute, for code that has no limit of its own."""

from __future__ import annotations

import ctypes
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType
from typing import Any

from symbolic import clock

# Raised where Python cannot pass it on (a finaliser), the exception is lost: it is raised again.
_AGAIN = 0.05
_FINALISERS = frozenset({"__del__", "gc_callback"})
_CALLED_BACK = ("weakref.py", "_weakrefset.py", "<frozen importlib._bootstrap>")
_SOON = 1e-3
_TIMES = 200
_NEAR = 6  # frames


class Expired(BaseException):
    """The time is up. Not an `Exception`, so that library code does not handle it by mistake."""


def expires_at(deadline: float) -> AbstractContextManager[None]:
    """Raises `Expired` inside the block once `clock.now()` passes `deadline`.

    In the main thread by an interval timer (an outer timer is put back afterwards with what is left
    of it), in any other thread by an exception sent from a timer thread. Both look again where the
    time on the wall has passed and the thread has computed less; `clock.guard` ends all of it.
    Neither interrupts a call into C code before that returns.
    """
    _keep_quiet()
    if threading.current_thread() is threading.main_thread():
        return _by_signal(deadline)
    return _by_thread(deadline)


def _keep_quiet() -> None:
    """Have nobody told of an `Expired` that was lost all the same: it comes again."""
    global _tell
    if sys.unraisablehook is not _tell_others:
        _tell, sys.unraisablehook = sys.unraisablehook, _tell_others


_tell: Callable[[sys.UnraisableHookArgs], Any] = sys.__unraisablehook__


def _tell_others(lost: sys.UnraisableHookArgs) -> None:
    global _tell
    if issubclass(lost.exc_type, Expired):
        return
    # Whoever was told before may in turn ask this function, having been there first.
    tell, _tell = _tell, sys.__unraisablehook__
    try:
        tell(lost)
    finally:
        _tell = tell


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


# The blocks that the main thread is in: when each ends by `clock.now()`, and at the latest by
# `time.monotonic()`.
_pending: list[tuple[float, float]] = []


@contextmanager
def _by_signal(deadline: float) -> Iterator[None]:
    armed = [True]
    thread = threading.get_ident()
    shields, depth = _shields.get(thread, 0), len(_pending)
    began = time.monotonic()
    outer_left, outer_interval = signal.setitimer(signal.ITIMER_REAL, 0.0)
    # An outer timer of this module looks at the same clock; any other one is due on the wall.
    outer_due = began + outer_left if outer_left and not _pending else float("inf")
    ends = [*_pending, (deadline, min(clock.guard(thread), outer_due))]
    mine, due = (min(times) for times in zip(*ends, strict=True))

    def wait() -> float:
        return max(min(mine - clock.now(), due - time.monotonic()), 0.0)

    def expire(signum: int, frame: FrameType | None) -> None:
        if not armed or _shields.get(thread) or _in_finaliser(frame):
            return
        rest = wait()
        if not rest:
            raise Expired
        signal.setitimer(signal.ITIMER_REAL, max(rest, _SOON), _AGAIN)

    outer_handler = signal.signal(signal.SIGALRM, expire)
    try:
        _pending.append((mine, due))
        signal.setitimer(signal.ITIMER_REAL, max(wait(), 1e-6), _AGAIN)
        yield
    finally:
        armed.clear()
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        del _pending[depth:]
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
        if code.co_name in _FINALISERS or code.co_filename.endswith(_CALLED_BACK):
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

    computed = time.pthread_getcpuclockid(thread)

    def rest() -> float:
        mine = deadline - time.clock_gettime(computed) - clock.charged(thread)
        return min(mine, clock.guard(thread) - time.monotonic())

    def watch() -> None:
        sent = 0
        wait = max(rest(), 0.0)
        while sent < _TIMES:
            if finished.wait(wait):
                return
            with lock:
                if finished.is_set():
                    return
                wait = max(rest(), _SOON)
                if wait > _SOON:
                    continue
                # The thread stands still while this one runs, and would raise where it stands.
                if _in_finaliser(sys._current_frames().get(thread)):
                    continue
                if not _shields.get(thread):
                    send(target, ctypes.py_object(Expired))
            sent += 1
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
